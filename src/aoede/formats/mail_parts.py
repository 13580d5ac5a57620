"""A mail's header fields and the text of its body (RFC 5322, RFC 2045 to 2049, RFC 3676), attachments left alone.

The parser of Python's email package takes quadratic time for multiparts within multiparts and its readers of header
fields fail on some; here each byte is looked at once for each multipart around it, of which there are few.
"""

import binascii
import codecs
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from encodings.aliases import aliases
from urllib.parse import unquote

from aoede.errors import InputError
from aoede.formats.mail_html import text_of_html
from aoede.formats.mail_signs import words_of
from aoede.formats.text import decoded, normal_form

MAX_HEAD_BYTES = 1_000_000  # of a header; fields beyond it are not read
MAX_DEPTH = 8  # multiparts within multiparts; what is deeper is not read
MAX_PARTS = 500  # of one multipart
MAX_READ_BYTES = 4_000_000  # of all text of one mail, as sent
MIN_SURE_UTF8 = 12  # bytes beyond ASCII that are UTF-8 by no chance, whatever encoding is named

Head = Mapping[str, Sequence[bytes]]  # name in lower case -> the values, in their order

_FIELD = re.compile(rb"([!-9;-~]{1,80})[ \t]*+:")
_HEAD_END = re.compile(rb"^[ \t]*+(?:\n|\Z)", re.MULTILINE)
_PARAMETER = re.compile(r";\s*+([\w*-]{1,40}+)\s*+=\s*+(\"[^\"]*+\"?|[^;\s]*+)")
_CODED_WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?]*+)\?=")
_META_CHARSET = re.compile(rb"charset\s{0,5}=\s{0,5}[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_ODD_IN_BASE64 = bytes(b for b in range(256) if not (chr(b).isalnum() and b < 128) and b not in b"+/=")
_ONE_BYTE = ("iso8859", "cp125", "latin", "ascii")
# Those that mails are in; others of Python's are no encodings of texts, or take long.
_CODECS = words_of(
    "ascii utf_8 utf_16 utf_16_le utf_16_be utf_32 utf_7 gb18030 hz big5hkscs shift_jis cp932 shift_jis_2004 euc_jp "
    "iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_3 iso2022_kr euc_kr cp949 johab koi8_r koi8_u koi8_t latin_1 "
    "mac_roman mac_cyrillic cp437 cp850 cp852 cp866 cp874 tis_620 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 "
    "cp1257 cp1258"
) | {f"iso8859_{n}" for n in range(1, 17) if n != 12}
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
    "latin_1": "cp1252",
}
_SIGNATURE_TYPES = (
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
)


@dataclass(frozen=True)
class Body:
    text: str  # not yet in the normal form
    n_attachments: int
    n_read: int = 0  # bytes of text that were decoded


@dataclass(frozen=True)
class _Type:
    kind: str  # "text/plain"
    parameters: Mapping[str, str]


# Header fields


def split_head(data: bytes) -> tuple[dict[str, list[bytes]], bytes]:
    """The header fields of a mail or of a part, unfolded, and what comes after them; line ends are "\\n".

    A line that is no field is passed over where another field follows it; else the body begins there.
    """
    found = _HEAD_END.search(data, 0, MAX_HEAD_BYTES)
    end = found.start() if found else min(len(data), MAX_HEAD_BYTES)
    fields, values = dict[str, list[list[bytes]]](), list[list[bytes]]()
    lines = data[:end].removesuffix(b"\n").split(b"\n")
    at, body = 0, found.end() if found else end
    for i, line in enumerate(lines):
        match = _FIELD.match(line)
        if match:
            values = fields.setdefault(match[1].decode("ascii").lower(), [])
            values.append([line[match.end() :].strip()])
        elif values and line[:1] in (b" ", b"\t"):
            values[-1].append(line.strip())
        elif i and not (i + 1 < len(lines) and _FIELD.match(lines[i + 1])):
            body = at
            break
        at += len(line) + 1
    return {name: [b" ".join(value) for value in many] for name, many in fields.items()}, data[body:]


def field_text(value: bytes, *, max_characters: int = 2_000) -> str:
    """A header field as people read it: encoded words (RFC 2047) decoded, on one line, without control characters."""
    text = raw_text(value[: 20 * max_characters])
    if "=?" in text:
        text = _without_coded_words(text)
    return " ".join(normal_form(text)[0].split())[:max_characters]


def raw_text(value: bytes) -> str:
    """Bytes of a header field, which should be ASCII and often are not."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return _guessed(value)


def _without_coded_words(text: str) -> str:
    """Words that follow each other in one encoding are decoded as one: some programs part them within characters."""
    out, at = list[str](), 0
    charset, gathered = "", list[bytes]()
    for match in _CODED_WORD.finditer(text):
        between = text[at : match.start()]
        if between.strip() or (gathered and charset != match[1].lower()):
            out.append(decoded_text(b"".join(gathered), charset))
            gathered = []
        if between.strip() or not at:
            out.append(between)
        charset, at = match[1].lower(), match.end()
        gathered.append(_base64(match[3].encode()) if match[2] in "bB" else _q_decoded(match[3]))
    out.append(decoded_text(b"".join(gathered), charset))
    return "".join(out) + text[at:]


def _q_decoded(text: str) -> bytes:
    return binascii.a2b_qp(text.encode(), header=True)


def content_type(head: Head) -> _Type:
    """The kind of a part, "text/plain" where none is named, and its parameters by name in lower case."""
    value = raw_text(head.get("content-type", [b""])[0][:10_000])
    kind = value.partition(";")[0].strip().lower()
    if kind.count("/") != 1:
        kind = "text/html" if kind == "html" else "text/plain"
    return _Type(kind, _parameters(value))


def _parameters(value: str) -> dict[str, str]:
    """Parameters by name in lower case, the first of each; those that name their encoding (RFC 2231) decoded."""
    found = dict[str, str]()
    for match in _PARAMETER.finditer(value):
        name, text = match[1].lower(), match[2].strip('"')
        if name.endswith("*") and text.count("'") >= 2:
            name, text = name[:-1], unquote(text.split("'", 2)[2], errors="replace")
        found.setdefault(name, text)
    return found


# Bodies


def body_of(head: Head, data: bytes) -> Body:
    """The text that a mail shows, quoted lines after ">", and how many attachments it has."""
    return _body(head, data, "", MAX_DEPTH, MAX_READ_BYTES)


def _body(head: Head, data: bytes, parent: str, depth: int, budget: int) -> Body:
    type_ = content_type(head)
    if type_.kind.startswith("multipart/"):
        parts = _parts(data, type_.parameters.get("boundary", ""))
        if parts:
            return _multipart(type_.kind, parts, depth, budget) if depth else Body("", 0)
        type_ = _Type("text/plain", {})
    if _is_attachment(head, type_):
        is_shown = parent == "multipart/related" and not _disposition(head).startswith("attachment")
        return Body("", 0 if is_shown or type_.kind in _SIGNATURE_TYPES else 1)
    data = data[: max(0, budget)]
    return Body(_leaf_text(head, data, type_), 0, len(data))


def _multipart(kind: str, parts: Sequence[bytes], depth: int, budget: int) -> Body:
    """Of alternatives the plain one, unless it is empty; of others all that is text."""
    heads_and_data = [split_head(part) for part in parts]
    if kind == "multipart/alternative":
        heads_and_data.sort(key=lambda part: content_type(part[0]).kind != "text/plain")
    texts, n_attachments, n_read = list[str](), 0, 0
    for head, data in heads_and_data:
        is_chosen = kind == "multipart/alternative" and bool(texts)
        if is_chosen and not content_type(head).kind.startswith("multipart/"):
            continue
        body = _body(head, data, kind, depth - 1, budget - n_read)
        n_read += body.n_read
        n_attachments += body.n_attachments if kind != "multipart/alternative" or body.text.strip() else 0
        if body.text.strip() and not is_chosen:
            texts.append(body.text)
    return Body("\n\n".join(texts), n_attachments, n_read)


def _parts(data: bytes, boundary: str) -> list[bytes]:
    """What stands between the lines of the boundary; the last part may lack its end."""
    if not boundary.strip():
        return []
    mark = b"\n--" + boundary.rstrip().encode("utf-8", "surrogateescape")
    data = b"\n" + data
    parts, start, at = list[bytes](), -1, data.find(mark)
    while at >= 0 and len(parts) < MAX_PARTS:
        line_end = data.find(b"\n", at + 1)
        line_end = len(data) if line_end < 0 else line_end
        rest = data[at + len(mark) : line_end].strip()
        if rest in (b"", b"--"):
            if start >= 0:
                parts.append(data[start:at])
            start = line_end + 1
            if rest:
                return parts
        at = data.find(mark, line_end)
    return [*parts, data[start:]] if 0 <= start < len(data) and len(parts) < MAX_PARTS else parts


def _disposition(head: Head) -> str:
    return raw_text(head.get("content-disposition", [b""])[0][:10_000]).lower()


def _is_attachment(head: Head, type_: _Type) -> bool:
    if type_.kind not in ("text/plain", "text/html"):
        return True
    disposition = _disposition(head)
    names = {*type_.parameters, *_parameters(disposition)}
    return disposition.startswith("attachment") or any(
        name.startswith("filename") or name == "name" for name in names
    )


def _leaf_text(head: Head, data: bytes, type_: _Type) -> str:
    coding = head.get("content-transfer-encoding", [b""])[0].strip().lower()
    if coding == b"base64":
        data = _base64(data)
    elif coding == b"quoted-printable":
        data = binascii.a2b_qp(data)
    charset = type_.parameters.get("charset", "")
    if type_.kind == "text/html":
        meta = _META_CHARSET.search(data, 0, 4_000)
        text = decoded_text(data, charset or (meta[1].decode("ascii", "replace") if meta else ""))
        return text_of_html(text)
    text = re.sub("\r\n?", "\n", decoded_text(data, charset))
    if type_.parameters.get("format", "").lower() == "flowed":
        return _unflowed(text, is_space_dropped=type_.parameters.get("delsp", "").lower() == "yes")
    return text


def _base64(data: bytes) -> bytes:
    """What the letters before the first "=" stand for; odd bytes, such as line ends, are passed over."""
    letters = data.translate(None, _ODD_IN_BASE64).partition(b"=")[0]
    letters = letters[:-1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _unflowed(text: str, *, is_space_dropped: bool) -> str:
    """Lines that end with a space go on in the next (RFC 3676); those of quoted text stay as they are."""
    out, goes_on = list[str](), False
    for line in text.split("\n"):
        if line.startswith(" "):
            line = line[1:]
        is_flowed = line.endswith(" ") and line != "-- " and not line.startswith(">")
        starts_anew = not goes_on or line.startswith(">") or line == "-- "
        out.append("\n" if starts_anew else "")
        out.append(line[:-1] if is_flowed and is_space_dropped else line)
        goes_on = is_flowed
    return "".join(out)[1:]


# Encodings


def decoded_text(data: bytes, charset: str) -> str:
    """The text of `data`; where its encoding is not named, or is not that, as it reads best. Never fails."""
    codec = _codec(charset)
    if codec in ("", "ascii", "utf_8"):
        return _utf8_or_guessed(data)
    n_beyond = 0 if data.isascii() else len(data) - len(data.decode("ascii", "ignore"))
    if n_beyond >= (1 if codec.startswith(_ONE_BYTE) else MIN_SURE_UTF8):
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        return data.decode(codec, "replace")


def _utf8_or_guessed(data: bytes) -> str:
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError:
        return _guessed(data)


def _guessed(data: bytes) -> str:
    try:
        return decoded(data, is_short=len(data) < 200).text
    except InputError:
        return data.decode("latin-1")


def _codec(charset: str) -> str:
    """Python's name for an encoding of mails; "" for others."""
    name = re.sub(r"[^a-z0-9]+", "_", charset.strip().lower()[:40]).strip("_")
    name = aliases.get(name, aliases.get(name.replace("_", ""), name))
    name = _WIDER.get(name, name)
    return name if name in _CODECS else ""
