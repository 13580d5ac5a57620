"""Texts inside MIDI files: their encoding, which no file states, and what must not reach a terminal."""

import re
import unicodedata

_HIGH_RUN = re.compile(rb"[\x80-\xff]+")


def encoding_of(texts: list[bytes]) -> str:
    """The encoding in which all `texts` of one file make sense.

    UTF-8 where it is valid. Otherwise an East Asian double-byte code if every run of high bytes has
    even length and decodes: EUC-KR if nearly all of it is Hangul, else GB18030. Otherwise Latin-1,
    whose accented letters stand alone.
    """
    joined = b"\n".join(texts)
    if _decodes(joined, "utf-8"):
        return "utf-8"
    runs: list[bytes] = _HIGH_RUN.findall(joined)
    if all(len(run) % 2 == 0 for run in runs):
        if _decodes(joined, "euc_kr") and _is_hangul(joined.decode("euc_kr")):
            return "euc_kr"
        if _decodes(joined, "gb18030"):
            return "gb18030"
    return "latin-1"


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_hangul(text: str) -> bool:
    wide = [char for char in text if ord(char) > 0x7F]
    return sum("가" <= char <= "힣" for char in wide) >= 0.9 * len(wide)


def clean(text: str, *, max_chars: int = 200, keep: str = "") -> str:
    """At most `max_chars` of `text`, without control characters (but for `keep`), bidi overrides, surrogates."""
    if len(text) <= max_chars and text.isascii() and text.isprintable():
        return text
    kept = (char for char in text[: 4 * max_chars] if char in keep or not _is_unsafe(char))
    return "".join(kept)[:max_chars]


def _is_unsafe(char: str) -> bool:
    is_bidi_override = "\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069"
    return is_bidi_override or unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")


def is_unspaced(char: str) -> bool:
    """Whether its script has no spaces between words: Chinese, kana, their punctuation; not Korean."""
    return unicodedata.east_asian_width(char) in "WF" and not unicodedata.name(char, "").startswith("HANGUL")
