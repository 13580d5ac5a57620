"""The training text in the form in which passages are compared, kept small beside a model.

Two passages are the same, word for word, if they are equal in the folded form: NFC, letters without case, curly
quotes straight, any whitespace one space. So a training line is found again in capitals, with other line ends
or with other quotes. What is stored is the folded text itself with its line ends, compressed: it is exact, smaller
than hashes of its passages would be, and every place in it leads back to a file and a line.
"""

import bz2
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import PurePath
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.formats.table import CSV_SUFFIXES, JSON_SUFFIXES
from aoede.words.matching import N_CODES, matching_statistics

Ints = NDArray[np.int64]

BREAK = "\x1e"  # between documents; whitespace to Python, so no folded text has it
MAX_BYTES = 1 << 28  # of a stored index when it is unpacked
_WHAT = "the novelty index"
USUAL_SPAN, USUAL_SPAN_HAN = 20, 7  # characters: what people share with others by chance is mostly shorter
_QUOTES = str.maketrans("‘’‚‛ʼ“”„‟", "'''''" + '""""')
_HANGUL_PARTS = range(0x1160, 0x1200)  # vowels and finals, which NFC joins to what stands before them


class Sourced(Protocol):
    """A training document, as `learning.texts.Document`."""

    @property
    def text(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def line(self) -> int: ...


@dataclass(frozen=True)
class Source:
    """Where a passage stands in the training text."""

    path: str
    line: int  # of the file, from 1; in files of records the line where the record begins
    row: int = 0  # in files of records: the line of the record's text, from 1; else 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" + (f", row {self.row}" if self.row else "")


def folded(text: str) -> str:
    """The form in which texts are compared; line ends stay, and no line begins or ends with a space."""
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).translate(_QUOTES)
    return "\n".join([" ".join(line.split()) for line in text.split("\n")])


def flat(text: str) -> str:
    """`folded`, with every run of whitespace one space; a text that begins or ends with some keeps one there."""
    inner = " ".join(folded(text).split())
    head = " " if text[:1].isspace() else ""
    tail = " " if text[-1:].isspace() and inner else ""
    return head + inner + tail


def flat_with_places(text: str) -> tuple[str, list[int]]:
    """`flat` with, for each of its characters and for its end, the index in `text` where that begins."""
    parts: list[str] = []
    places: list[int] = []
    in_space = False
    for begin, cluster in _clusters(text):
        if cluster.isspace():
            if not in_space:
                parts.append(" ")
                places.append(begin)
            in_space = True
            continue
        in_space = False
        part = _folded_cluster(cluster)
        parts.append(part)
        places += [begin] * len(part)
    return "".join(parts), [*places, len(text)]


def _clusters(text: str) -> Iterable[tuple[int, str]]:
    """(index, a character with those that NFC may join to it)."""
    if unicodedata.is_normalized("NFC", text):
        yield from enumerate(text)
        return
    begin = 0
    for i in range(1, len(text) + 1):
        joins = i < len(text) and (unicodedata.combining(text[i]) or ord(text[i]) in _HANGUL_PARTS)
        if not joins or text[begin].isspace():
            yield begin, text[begin:i]
            begin = i


@lru_cache(maxsize=1 << 14)
def _folded_cluster(cluster: str) -> str:
    return folded(cluster)


@dataclass(frozen=True)
class Matches:
    """Of a text: the longest passage of the training text that begins at each character of its flat form."""

    text: str
    flat: str
    begins: Ints  # (m + 1,) index in the text of each character of `flat`, and of its end
    lengths: Ints  # (m,) in characters of `flat`
    places: Ints  # (m,) in the index's own flat text; -1 at length 0


class Index:
    """The training documents, folded. Raises InputError where there is no text in them."""

    def __init__(self, text: str, paths: list[str], path_of: list[int], lines: list[int]) -> None:
        """`text` is folded, documents joined by BREAK; per document the number of its path, and its line."""
        self.text, self.paths, self.path_of, self.lines = text, paths, path_of, lines
        if not text.strip():
            raise InputError("there is no training text to compare with")

    @classmethod
    def fit(cls, documents: Iterable[Sourced]) -> "Index":
        numbers: dict[str, int] = {}
        texts, path_of, lines = [], [], []
        for document in documents:
            texts.append(folded(document.text))
            path_of.append(numbers.setdefault(document.path, len(numbers)))
            lines.append(document.line)
        return cls(BREAK.join(texts), list(numbers), path_of, lines)

    def to_tensors(self) -> dict[str, NDArray[np.uint8]]:
        """Two rows of bytes: the text, and where its documents come from."""
        table = {"paths": self.paths, "path_of": self.path_of, "lines": self.lines}
        return {
            "text": packed(self.text.encode("utf-8", "replace")),
            "documents": packed(json.dumps(table, separators=(",", ":")).encode()),
        }

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]], *, max_bytes: int = MAX_BYTES) -> "Index":
        """The index that `to_tensors` wrote. Raises InputError for anything else, and for one beyond `max_bytes`."""
        try:
            text = unpacked(tensors["text"], max_bytes, _WHAT).decode()
            table = json.loads(unpacked(tensors["documents"], max_bytes, _WHAT))
            paths, path_of, lines = table["paths"], table["path_of"], table["lines"]
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise damaged(_WHAT) from error
        if not _is_table(paths, path_of, lines, text.count(BREAK) + 1):
            raise damaged(_WHAT)
        return cls(text, paths, path_of, lines)

    @cached_property
    def codes(self) -> NDArray[np.int32]:
        """(N,) code points of the flat training text; -1 stands between documents."""
        codes = _code_points(self.text)[self._kept]
        codes[codes == ord("\n")] = ord(" ")
        codes[codes == ord(BREAK)] = -1
        return codes

    @cached_property
    def flat(self) -> str:
        """The training text as one string, each run of whitespace one space; BREAK stands between documents."""
        codes = np.where(self.codes < 0, ord(BREAK), self.codes).astype("<u4")
        return codes.tobytes().decode("utf-32-le", "replace")

    @cached_property
    def _kept(self) -> NDArray[np.int32]:
        """(N,) places in `text` of the flat text's characters: of a run of line ends only the first."""
        is_end = _code_points(self.text) == ord("\n")
        is_end[1:] &= is_end[:-1]
        is_end[:1] = False
        return np.flatnonzero(~is_end).astype(np.int32)

    @cached_property
    def _marks(self) -> tuple[Ints, Ints]:
        """Places in `text` of breaks and of line ends."""
        codes = _code_points(self.text)
        return np.flatnonzero(codes == ord(BREAK)), np.flatnonzero(codes == ord("\n"))

    @property
    def n_characters(self) -> int:
        return len(self.codes)

    @cached_property
    def is_han(self) -> bool:
        """Whether most of the text is in Han characters."""
        codes = self.codes
        return bool(((codes >= 0x3400) & (codes < 0xA000) | (codes >= 0x20000)).mean() > 0.5)

    @property
    def usual_span(self) -> int:
        """Characters: 20, and 7 in Han text."""
        return USUAL_SPAN_HAN if self.is_han else USUAL_SPAN

    def matches(self, text: str) -> Matches:
        """For each character of the text the longest passage from there on that is in the training text, exactly."""
        return self.matches_of([text])[0]

    def matches_of(self, texts: Sequence[str]) -> list[Matches]:
        """`matches` of several texts in one go: most of the cost is that of looking through the training text."""
        flattened = [flat_with_places(text) for text in texts]
        codes = _code_points(BREAK.join([flattened_text for flattened_text, _ in flattened])).astype(np.int64)
        codes[codes == ord(BREAK)] = N_CODES
        lengths, places = matching_statistics(codes, self.codes)
        found, at = [], 0
        for text, (flattened_text, begins) in zip(texts, flattened, strict=True):
            here = slice(at, at + len(flattened_text))
            starts = np.array(begins, dtype=np.int64)
            found.append(Matches(text, flattened_text, starts, lengths[here], places[here]))
            at = here.stop + 1
        return found

    def source(self, place: int) -> Source:
        """Where the character at this place of the flat training text stands."""
        at = int(self._kept[place])
        breaks, ends = self._marks
        document = int(np.searchsorted(breaks, at))
        begin = int(breaks[document - 1]) + 1 if document else 0
        # A space that is a line end belongs to the line that follows, whose words the reader looks for.
        row = int(np.searchsorted(ends, at, side="right") - np.searchsorted(ends, begin))
        path, line = self.paths[self.path_of[document]], self.lines[document]
        if (
            PurePath(path).suffix.lower() in CSV_SUFFIXES + JSON_SUFFIXES
        ):  # a line of a text is none of the file
            return Source(path, line, row + 1)
        return Source(path, line + row)

    def has_line(self, line: str) -> bool:
        """Whether a line of the training text is just this one, apart from case and spacing."""
        wanted = folded(line).strip()
        return bool(wanted) and f"\n{wanted}\n" in self._framed

    @cached_property
    def _framed(self) -> str:
        return "\n" + self.text.replace(BREAK, "\n") + "\n"


def _code_points(text: str) -> NDArray[np.int32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<i4").astype(np.int32)


def packed(data: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(bz2.compress(data, 9), np.uint8)


def unpacked(tensor: NDArray[Any], max_bytes: int, what: str) -> bytes:
    """What `packed` packed. Raises InputError, naming it as `what`, for anything else and beyond `max_bytes`."""
    if not isinstance(tensor, np.ndarray) or tensor.dtype != np.uint8 or tensor.ndim != 1:
        raise damaged(what)
    unpacker = bz2.BZ2Decompressor()
    try:
        data = unpacker.decompress(tensor.tobytes(), max_bytes + 1)
    except (OSError, EOFError, ValueError) as error:
        raise damaged(what) from error
    if len(data) > max_bytes:
        raise InputError(f"{what} is larger than {max_bytes:,} bytes")
    if not unpacker.eof or unpacker.unused_data:
        raise damaged(what)
    return data


def damaged(what: str) -> InputError:
    return InputError(f"{what} is damaged", hint="Train the model again to make a new one.")


def _is_table(paths: Any, path_of: Any, lines: Any, n_documents: int) -> bool:
    """Whether this says of each document which file it is from, and at which line it begins."""
    if not all(isinstance(column, list) for column in (paths, path_of, lines)):
        return False
    if not len(path_of) == len(lines) == n_documents or not all(isinstance(path, str) for path in paths):
        return False
    are_whole = all(type(value) is int for value in (*path_of, *lines))
    return are_whole and all(0 <= i < len(paths) for i in path_of) and all(0 < i < 1 << 62 for i in lines)
