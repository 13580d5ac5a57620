"""Files of text -> documents with labels, and what tells copies and versions of one text.

A table gives a document a row, any other file one. The label "author" of a file that is no table is the folder below
the data folder that it lies in; of one that lies in none and is too long for a poem or song, its own name.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.formats import table, text
from aoede.formats.table import CSV_SUFFIXES, JSON_SUFFIXES, Columns
from aoede.learning.texts import Document

TEXTS, SONG_TIMES = (".txt", ".text", ".md"), (".lrc",)
SUFFIXES = TEXTS + SONG_TIMES + CSV_SUFFIXES + JSON_SUFFIXES
COLLECTION_CHARACTERS = 5_000  # from which a file is no poem or song, and is named for whose work it holds
BOOK_CHARACTERS = 20_000  # from which a file is a book, whose beginning is held out
AUTHOR, ARTIST = "author", "artist"

# Files with these names, with whatever suffix, say something about the others.
_ABOUT = frozenset(
    (
        "readme",
        "license",
        "licence",
        "copying",
        "notice",
        "source",
        "sources",
        "credits",
        "changelog",
        "contributing",
    )
)
_LRC_TIME = re.compile(r"\[\d{1,4}:\d{1,2}(?:[.:]\d{1,3})?\] ?|<\d{1,4}:\d{1,2}(?:[.:]\d{1,3})?> ?")
_LRC_ARTIST = re.compile(r"^\[ar:([^\]\n]*)\]", re.MULTILINE)
_LRC_TAG = re.compile(r"^\[[a-z#]{1,8}:[^\]\n]*\] *", re.MULTILINE)

_SHINGLE_TOKENS = 8  # words; of scripts without spaces, characters
_AT_ONCE = 1 << 16  # words that are hashed side by side: a word takes some 200 bytes meanwhile
_PRIME = np.uint64(0x100000001B3)  # an odd factor, of the FNV hash
_MIX = (
    np.uint64(0xBF58476D1CE4E5B9),
    np.uint64(0x94D049BB133111EB),
)  # of splitmix64 (Steele, Lea, Flood 2014)

# First and last code points of scripts written without spaces: Thai to Burmese, Khmer, kana, Han.
_WITHOUT_SPACES = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3040, 0x30FF),
    (0x3400, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x323AF),
)

Codes = NDArray[np.uint32]
Hashes = NDArray[np.uint64]


def read(data: bytes, path: str, columns: Columns) -> tuple[Sequence[Document], tuple[str, ...]]:
    """The documents of a file and what was repaired in it or passed over, a phrase each.

    `path` is relative to the data folder. Raises InputError for a file that is no text, and for a table
    without a usable row.
    """
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in CSV_SUFFIXES + JSON_SUFFIXES:
        found = table.from_bytes(data, is_json=suffix in JSON_SUFFIXES, columns=columns, where=path)
        return [Document(row.text, row.labels, path, row.line) for row in found.rows], found.faults
    reading = text.from_bytes(data, where=path)
    if suffix in SONG_TIMES:
        return [_song(reading.text, path)], reading.repairs
    return [_plain(reading.text, path)], reading.repairs


def _plain(content: str, path: str) -> Document:
    """A file as it is; of what is no book, without the empty lines before and after it."""
    name = _name(PurePosixPath(path).stem) if len(content) >= COLLECTION_CHARACTERS else ""
    labels = _author(path) or ({AUTHOR: name} if name else {})
    if len(content) >= BOOK_CHARACTERS:
        return Document(content, labels, path, 1)
    return _trimmed(content, labels, path)


def _song(content: str, path: str) -> Document:
    """Lyrics without the times at which they are sung."""
    artist = _LRC_ARTIST.search(content)
    name = _name(artist[1]) if artist else ""
    words = _LRC_TAG.sub("", _LRC_TIME.sub("", content))
    return _trimmed(words, {ARTIST: name} if name else _author(path), path)


def _trimmed(content: str, labels: Mapping[str, str], path: str) -> Document:
    """Without the empty lines before and after it."""
    text_ = content.strip("\n")
    return Document(text_, labels, path, 1 + content.index(text_))


def _author(path: str) -> dict[str, str]:
    """The label that a file has by the folder that it lies in."""
    first, *more = PurePosixPath(path).parts
    name = _name(first) if more else ""
    return {AUTHOR: name} if name else {}


def _name(name: str) -> str:
    """A label of a file's name, which may hold anything."""
    return " ".join(text.normal_form(name)[0].split())[: table.MAX_LABEL_CHARACTERS]


def is_about(path: str) -> bool:
    """Whether a file, by its name, says something about the others: README.md, LICENSE.txt, SOURCE.md."""
    return Path(path).stem.casefold() in _ABOUT


def is_book(document: Document) -> bool:
    """Whether it is a file of its own with BOOK_CHARACTERS and more."""
    suffix = PurePosixPath(document.path).suffix.lower()
    return suffix in TEXTS and len(document.text) >= BOOK_CHARACTERS


def cut_of(document: Document) -> Callable[[float], tuple[Any, Any]] | None:
    """How a book is cut in two; None for what is no book."""
    return document.cut if is_book(document) else None


# Copies and versions


def prints(document: Document) -> tuple[str, str]:
    """(identity, fingerprint): two hashes, of what copies of a text share and of what most versions of a song share.

    The identity is that of all letters, whatever their case and what stands between them; of a text without letters
    all counts. The fingerprint is the min-hash of its shingles of eight words: of the hashes of all stretches of
    eight words the smallest is taken, so two texts agree with a probability of the share of the stretches that they
    have in common (Broder 1997). In scripts without spaces a character is a word. Case, punctuation and the breaking
    of lines make no difference. Of a shorter text all words are one stretch.
    """
    codes, begins = _letters(document.text)
    if not len(codes):
        whole = sha256(document.text.encode()).hexdigest()
        return whole, whole[:16]
    words = _word_hashes(codes, begins)
    n = min(_SHINGLE_TOKENS, len(words))
    shingles = np.zeros(len(words) - n + 1, np.uint64)
    for i in range(n):
        shingles = shingles * _PRIME + words[i : len(words) - n + 1 + i]
    return sha256(codes.tobytes()).hexdigest(), f"{int(_mixed(shingles).min()):016x}"


def _word_hashes(codes: Codes, begins: NDArray[np.bool_]) -> Hashes:
    """(n,) a number for each word, or character of a script without spaces, in order."""
    edges = np.append(np.flatnonzero(begins), len(codes))
    return np.concatenate(
        [_hashes_of(codes, edges[i : i + _AT_ONCE + 1]) for i in range(0, len(edges) - 1, _AT_ONCE)]
    )


def _hashes_of(codes: Codes, edges: NDArray[np.int64]) -> Hashes:
    """(n,) a number for each of the words between these n + 1 edges."""
    part, starts = codes[edges[0] : edges[-1]], edges[:-1] - edges[0]
    places = np.arange(len(part)) - np.repeat(starts, np.diff(edges))
    signs = _mixed((part.astype(np.uint64) << np.uint64(32)) + places.astype(np.uint64))
    return _mixed(np.add.reduceat(signs, starts))


def _letters(content: str) -> tuple[Codes, NDArray[np.bool_]]:
    """(T,) code points of the letters of the text in small letters, and whether a word begins with each.

    Apostrophes and hyphens are no ends of words.
    """
    small = content.casefold().encode("utf-32-le", "replace")
    codes = np.frombuffer(small, "<u4")
    kinds = _kinds(np.unique(codes))[codes] if len(codes) else np.zeros(0, np.int8)
    counts = kinds >= _LETTER
    n_gaps = np.cumsum(kinds == _GAP, dtype=np.int32)[counts]
    alone = kinds[counts] == _ALONE
    begins = alone.copy()
    begins[:1] = True
    begins[1:] |= alone[:-1] | (n_gaps[1:] != n_gaps[:-1])
    return codes[counts], begins


_GAP, _INSIDE, _LETTER, _ALONE = 0, 1, 2, 3
_WITHIN_WORDS = frozenset("'’‘ʼ`-‐‑")


def _kinds(seen: Codes) -> NDArray[np.int8]:
    """Code point -> what it is for words, filled in for those in `seen`."""
    kinds = np.zeros(int(seen[-1]) + 1, np.int8)
    kinds[seen] = [_kind(code) for code in seen.tolist()]
    return kinds


@cache
def _kind(code: int) -> int:
    sign = chr(code)
    if any(low <= code <= high for low, high in _WITHOUT_SPACES) and sign.isalpha():
        return _ALONE
    if sign.isalpha() or unicodedata.category(sign)[0] == "M":
        return _LETTER
    return _INSIDE if sign in _WITHIN_WORDS else _GAP


def _mixed(numbers: Hashes) -> Hashes:
    """Well spread numbers for these: the finaliser of splitmix64."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * _MIX[0]
    numbers = (numbers ^ (numbers >> np.uint64(27))) * _MIX[1]
    return np.asarray(numbers ^ (numbers >> np.uint64(31)))
