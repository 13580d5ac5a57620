"""Text in the encodings that people really have, in one normal form.

The normal form: Unicode NFC, "\\n" line ends, and no control characters but tab and newline; nor marks that turn the
direction of what follows, nor characters without width that only machines see (U+200B, U+FEFF).
"""

import contextlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import compress, groupby

from aoede.errors import InputError
from aoede.formats.text_signs import COMMON_HANZI, HANZI_SIGNS, MAGIC, OTHER_WESTERN_SIGNS

SAMPLE = 60_000  # bytes or characters by which an encoding is told
MAX_CONTROL_SHARE, MAX_NUL_SHARE = 0.01, 0.001  # of the bytes of a text; beyond two, which anybody may have
MAX_ODD_SHARE = 0.05  # of the characters: private, unassigned, control. Random 16-bit numbers have 0.13
MIN_CHINESE_SHARE = (
    0.25  # of common characters: 99 poems of 100 have 0.39 and more, EUC-JP 0.2, others under 0.03
)
MAX_BROKEN_SHARE = 0.02  # of the characters beyond ASCII may be undecodable
MAX_WESTERN_SHARE = 0.6  # signs beyond ASCII for each letter in it; Cyrillic taken for Latin-1 has 5 and more
MIN_WESTERN_LETTERS = 0.8  # share of the signs beyond ASCII that western texts have
MAX_MARKS = (
    30  # in a row, on one letter (Stream-Safe Text Format, UAX 15): without it NFC takes quadratic time
)

_UTF8_MARK = b"\xef\xbb\xbf"
_MARKS = (
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_CONTROLS = bytes(b for b in (*range(32), 127) if b not in b"\t\n\v\f\r")
_BEYOND_ASCII = bytes(range(128, 256))
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_NO_FILE_LINE_ENDS = re.compile("[\v\f\x85\u2028\u2029]")  # editors and grep count none of them
_DROPPED = re.compile("[\0-\x08\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]+")
_HALVES = re.compile("[\ud800-\udfff]")  # of surrogate pairs: no characters


@dataclass(frozen=True)
class Reading:
    text: str
    encoding: str  # as Python names it
    repairs: tuple[str, ...] = ()  # what was replaced or dropped, a phrase each


def from_bytes(data: bytes, *, where: str = "") -> Reading:
    """The text of a file in the normal form, with the lines of the file. Raises InputError as `decoded` does."""
    reading = decoded(data, where=where)
    text, n_dropped = normal_form(_NO_FILE_LINE_ENDS.sub(" ", reading.text))
    repairs = reading.repairs + ((dropped(n_dropped),) if n_dropped else ())
    return Reading(text, reading.encoding, repairs)


def dropped(n: int) -> str:
    """The phrase for characters that have no place in the normal form."""
    return f"{n:,} control character{'s' * (n != 1)} dropped"


def normal_form(text: str) -> tuple[str, int]:
    """`text` in the normal form, and how many characters were dropped for it. Halves of surrogates become U+FFFD."""
    if text.isascii() and text.isprintable():
        return text, 0
    text = _LINE_ENDS.sub("\n", text)
    n_before = len(text)
    text = _DROPPED.sub("", text)
    if text.isascii():
        return text, n_before - len(text)
    marks = "".join(sorted(_marks() & set(text)))
    if marks:
        text = re.sub(f"[{marks}]{{{MAX_MARKS + 1},}}", lambda match: match[0][:MAX_MARKS], text)
    n_dropped = n_before - len(text)
    return unicodedata.normalize("NFC", _HALVES.sub("\ufffd", text)), n_dropped


@cache
def _marks() -> frozenset[str]:
    """All that combine with the letter before them."""
    return frozenset(c for c in map(chr, range(0x300, 0x1F000)) if unicodedata.combining(c))


def decoded(data: bytes, *, where: str = "", is_short: bool = False) -> Reading:
    """`data` as text, not yet in the normal form.

    By its byte order mark; else as UTF-8, UTF-16 or UTF-32 where it is that; else as GB18030 or Big5 where the
    result reads like Chinese; else as Windows-1252 where it reads like a western language; else, where `is_short`
    says that it is a few words, which may hold no common character, as GB18030. Of a file in two encodings each
    line is read in its own. A few bytes that do not fit become U+FFFD, which is one of the repairs. Raises
    InputError for a binary file, saying what it seems to be, and for text in no encoding known here.
    """
    _refuse_known_binary(data, where)
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            reading = _patient(data[len(mark) :], encoding)
            if not _is_plausible(reading.text):
                raise _binary("it begins like UTF-16 but does not go on so", where)
            return reading
    data = data.removeprefix(_UTF8_MARK)  # which some programs put before any encoding
    wide = _wide_encoding(data)
    if wide:
        return _patient(data, wide)
    _refuse_controls(data, where)
    try:
        return Reading(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        return _not_quite_utf8(data, error.start, where, is_short)


def _not_quite_utf8(data: bytes, fault: int, where: str, is_short: bool) -> Reading:
    """UTF-8 with damage, or lines in another encoding of one or more bytes a character."""
    lines = data.splitlines(keepends=True)
    is_odd = [not _is_utf8(line) for line in lines]
    odd = b"".join(compress(lines, is_odd))
    # Bytes of the other encodings seldom make a character of UTF-8; damaged UTF-8 has many more whole ones.
    is_cut = fault >= len(data) - 3 and _n_sound(data) > 0
    if is_cut or _n_sound(odd) >= 3 * _n_broken(odd):
        return _patient(data, "utf-8")
    other = _chinese_encoding(odd[:SAMPLE]) or ("cp1252" if _is_western(odd) else "")
    if other:
        is_other = [o or _reads_better(line, other) for line, o in zip(lines, is_odd, strict=True)]
        return _line_by_line(lines, is_other, other)
    if _n_sound(data) >= 3 * _n_broken(data):
        return _patient(data, "utf-8")
    if is_short:
        with contextlib.suppress(UnicodeDecodeError):
            return Reading(data.decode("gb18030"), "gb18030")
    raise InputError(
        f"text in no encoding that is known here (byte {fault:,} is no UTF-8)",
        where=where,
        hint="Write it in UTF-8.",
    )


def _line_by_line(lines: Sequence[bytes], is_other: Sequence[bool], other: str) -> Reading:
    """Lines of UTF-8 and of one other encoding, and the phrases that say so."""
    texts, at, n_broken, first = list[str](), 0, 0, 0
    for in_other, run in groupby(is_other):
        n_lines = len(list(run))
        text = b"".join(lines[at : at + n_lines]).decode(other if in_other else "utf-8", "replace")
        if in_other and "\ufffd" in text:
            n_broken += text.count("\ufffd")
            first = first or at + 1 + len(text[: text.index("\ufffd")].encode().splitlines()) - 1
        texts.append(text)
        at += n_lines
    n_other = sum(is_other)
    n_utf8 = sum(not (is_ or line.isascii()) for line, is_ in zip(lines, is_other, strict=True))
    repairs = [f"{n_utf8:,} lines are in UTF-8 and {n_other:,} in {_name(other)}"] if n_utf8 else []
    repairs += [_broken(n_broken, other, first)] if n_broken else []
    return Reading("".join(texts), "utf-8" if n_utf8 > n_other else other, tuple(repairs))


def _reads_better(line: bytes, other: str) -> bool:
    """Whether a line of UTF-8 is one by chance, as some pairs of GB18030 are."""
    if other == "cp1252" or line.isascii():
        return False
    return _chinese_share(line.decode(other, "replace")) > _chinese_share(line.decode("utf-8"))


def _patient(data: bytes, encoding: str) -> Reading:
    """The text with U+FFFD for what does not fit, and the phrase that says so."""
    text = data.decode(encoding, "replace")
    n_broken = _n_broken(data) if encoding == "utf-8" else text.count("\ufffd")
    if not n_broken:
        return Reading(text, encoding)
    line = text.count("\n", 0, text.find("\ufffd")) + 1
    return Reading(text, encoding, (_broken(n_broken, encoding, line),))


def _broken(n: int, encoding: str, line: int) -> str:
    """The phrase for bytes that were replaced; `line` has the first."""
    if n == 1:
        return f"1 byte that is no {_name(encoding)}, in line {line:,}"
    return f"{n:,} bytes that are no {_name(encoding)}, the first in line {line:,}"


def _name(encoding: str) -> str:
    return {"cp1252": "Windows-1252"}.get(encoding, encoding.upper())


def _is_utf8(line: bytes) -> bool:
    if line.isascii():
        return True
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _n_sound(data: bytes) -> int:
    """Characters beyond ASCII that are UTF-8."""
    text = data.decode("utf-8", "ignore")
    return len(text) - len(text.encode("ascii", "ignore"))


def _n_broken(data: bytes) -> int:
    """Bytes that are no UTF-8."""
    return len(data.decode("utf-8", "surrogateescape")) - len(data.decode("utf-8", "ignore"))


# Telling encodings apart


def _wide_encoding(data: bytes) -> str:
    """UTF-16 or UTF-32 without its mark, by where the zero bytes are; "" where it is neither."""
    sample = data[: SAMPLE // 4 * 4]
    if 0 not in sample or len(data) % 2:
        return ""
    for encoding, zeros, mostly_zeros in (("utf-32-le", 3, 2), ("utf-32-be", 0, 1)):
        parts = sample[zeros::4], sample[mostly_zeros::4]
        if not len(data) % 4 and not any(parts[0]) and 10 * parts[1].count(0) >= 9 * len(parts[1]):
            return encoding
    for encoding, high in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        text = sample.decode(encoding, "replace")
        if _is_plausible(text) and (_is_alphabet(high) or _chinese_share(text) >= MIN_CHINESE_SHARE):
            return encoding
    return ""


def _is_alphabet(high: bytes) -> bool:
    """Whether these higher bytes of 16-bit characters are those of one alphabet: mostly zero and one other."""
    common = Counter(high).most_common(2)
    return 0 in dict(common) and 10 * sum(n for _, n in common) >= 7 * len(high)


def _is_plausible(text: str) -> bool:
    """Whether the characters are such as texts have."""
    counts = Counter(text[:SAMPLE])
    n_odd = sum(
        n
        for c, n in counts.items()
        if unicodedata.category(c) in ("Cc", "Cn", "Co", "Cs") and c not in "\t\n\r"
    )
    n_odd += counts["\ufffd"]
    return n_odd <= MAX_ODD_SHARE * min(len(text), SAMPLE)


def _chinese_encoding(sample: bytes) -> str:
    """GB18030 or Big5, whichever makes better Chinese of bytes that begin with a character; "" where neither does."""
    shares = {}
    for encoding in ("gb18030", "big5hkscs"):
        text = sample.decode(encoding, "replace")
        n_beyond = sum(not c.isascii() for c in text)
        if text.count("\ufffd") <= MAX_BROKEN_SHARE * n_beyond + 1:  # the last one may be cut
            shares[encoding] = _chinese_share(text)
    best = max(shares, key=lambda encoding: shares[encoding], default="")
    return best if shares.get(best, 0.0) >= MIN_CHINESE_SHARE else ""


def _chinese_share(text: str) -> float:
    """Share of common Chinese characters and of Chinese punctuation among all beyond ASCII."""
    beyond = [c for c in text if not c.isascii()]
    return sum(c in COMMON_HANZI or c in HANZI_SIGNS for c in beyond) / len(beyond) if beyond else 0.0


def _is_western(data: bytes) -> bool:
    """Whether bytes beyond ASCII are few beside Latin letters, and letters or the usual signs in Windows-1252."""
    n_letters = len(data) - len(data.translate(None, _LETTERS))
    counts = Counter(data)
    beyond = {bytes([b]).decode("cp1252", "replace"): counts[b] for b in _BEYOND_ASCII if counts[b]}
    n_beyond = sum(counts[b] for b in _BEYOND_ASCII)
    n_usual = sum(n for c, n in beyond.items() if c.isalpha() or c in OTHER_WESTERN_SIGNS)
    return n_beyond <= MAX_WESTERN_SHARE * n_letters and n_usual >= MIN_WESTERN_LETTERS * n_beyond


# Files that are no text


def _refuse_known_binary(data: bytes, where: str) -> None:
    for at, magic, what in MAGIC:
        if data.startswith(magic, at):
            raise _binary(f"it seems to be {what} (byte {at})", where)


def _refuse_controls(data: bytes, where: str) -> None:
    n_controls = len(data) - len(data.translate(None, _CONTROLS))
    if n_controls > MAX_CONTROL_SHARE * len(data) + 2:
        first = next(at for at, byte in enumerate(data) if byte in _CONTROLS)
        raise _binary(f"{n_controls:,} control characters, the first at byte {first:,}", where)
    n_zeros = data.count(0)
    if n_zeros > MAX_NUL_SHARE * len(data) + 2:
        raise _binary(f"{n_zeros:,} zero bytes, the first at byte {data.index(0):,}", where)


def _binary(why: str, where: str) -> InputError:
    return InputError(f"this is no text file: {why}", where=where, hint="Save it as plain text in UTF-8.")
