"""Chord changes as events: which chord comes next, of those that are no repetition of the last.

A passage is functional ids (`chords.py`), no two neighbours alike: what counts is the order of chords, not how long
each lasts. Before every choice the last chords are read, what stood so many changes ago, and what followed the last
time that the same chords came; every chord is told apart by its motion from the last one and by how often it came.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.chords import N_CHORDS, REDUCED
from aoede.errors import ConfigError
from aoede.neural.events.piece import EventPiece, Known
from aoede.neural.events.shape import Choice, Shape

NAME = "chords"
MODES = ("", "major", "minor")  # the first of each is what is not known
SONGBOOKS = ("", "billboard", "pop909")
SECTIONS = ("none", "verse", "chorus", "bridge", "edge")
BACK = (2, 3, 4, 6, 8, 12, 16)  # changes ago: the lengths that loops of chords have
LONGEST_ECHO = 6  # chords of a stretch that is looked for
_COUNTS = np.array([0, 1, 2, 3, 3, *[4] * 4, *[5] * 8], np.uint8)  # class of a count; more is as the last
_PLACES = 17  # changes from the beginning that are told apart
_AGREED = 8
_QUALITIES = len(REDUCED)
_ALL = np.arange(N_CHORDS)
_NONE, _ONE = np.zeros(N_CHORDS, np.int64), np.eye(N_CHORDS, dtype=np.int64)

READ = (
    N_CHORDS + 1,  # the last chord, the two before it
    N_CHORDS + 1,
    N_CHORDS + 1,
    len(MODES),
    len(SONGBOOKS),
    len(SECTIONS),
    _PLACES,
    4,  # the place in four
    *[_AGREED] * len(BACK),  # how many changes in a row were as so many ago
    *[N_CHORDS + 1] * 2,  # what stood four and eight changes ago
    LONGEST_ECHO + 1,
)
_COUNTED = (0, 3, 1, 4, 2)  # for models that count: the last chord, the mode, the chord before, the songbook
_ATTRIBUTES = (N_CHORDS + 2, int(_COUNTS.max()) + 1, int(_COUNTS.max()) + 1)
SHAPE = Shape(READ, (Choice("chord", N_CHORDS, (), _ATTRIBUTES, len(BACK) + 1, _COUNTED),))

Ints = NDArray[np.int64]
UInt8 = NDArray[np.uint8]


@dataclass(frozen=True)
class Place:
    """What is known of a passage before its first chord: ids of MODES, SONGBOOKS, SECTIONS."""

    mode: int = 0
    songbook: int = 0
    section: int = 0

    @classmethod
    def of(cls, mode: str = "", songbook: str = "", section: str = "none") -> "Place":
        """Whatever has no id is not known."""
        table = ((MODES, mode), (SONGBOOKS, songbook), (SECTIONS, section))
        return cls(*(names.index(name) if name in names else 0 for names, name in table))


class Passage:
    """One passage that is read or made, chord by chord: `look`, `hear`, and again."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._chords = list[int]()
        self._agreed = [0] * len(BACK)
        self._counts = _NONE  # arrays are never changed in place
        self._after: dict[int, Ints] = {}
        self._seen: dict[tuple[int, ...], int] = {}  # a stretch of chords -> the place after it

    def copy(self) -> "Passage":
        """Another passage that begins with the same chords."""
        other = Passage(self._place)
        other._chords, other._agreed = self._chords.copy(), self._agreed
        other._counts, other._after, other._seen = self._counts, self._after.copy(), self._seen.copy()
        return other

    def look(self, read: NDArray[np.int16], known: Known, row: int) -> None:
        """Write what is known before the next chord into a row."""
        chords, n = self._chords, len(self._chords)
        back = [chords[n - k] if n >= k else -1 for k in BACK]
        echo, length = self._echo()
        last = [chords[-k] + 1 if n >= k else 0 for k in (1, 2, 3)]
        read[row] = [
            *last,
            *(self._place.mode, self._place.songbook, self._place.section),
            *(min(n, _PLACES - 1), n % 4),
            *(min(agreed, _AGREED - 1) for agreed in self._agreed),
            *(back[BACK.index(k)] + 1 for k in (4, 8)),
            length,
        ]
        known.proposals[row] = [*back, echo]
        self._attributes(known.attributes[row])

    def _attributes(self, out: UInt8) -> None:
        """(N_CHORDS, 3) of each chord: its motion from the last (0 forbids it), how often it came, and after that."""
        last = self._chords[-1] if self._chords else -1
        out[:, 0] = N_CHORDS + 1 if last < 0 else 1 + _motion(last)
        if last >= 0:
            out[last, 0] = 0
        out[:, 1] = _classes(self._counts)
        out[:, 2] = _classes(self._after[last]) if last in self._after else 0

    def _echo(self) -> tuple[int, int]:
        """What followed the longest stretch that ends now when it came before, -1 for nothing; its length."""
        for length in range(min(LONGEST_ECHO, len(self._chords)), 0, -1):
            place = self._seen.get(tuple(self._chords[-length:]))
            if place is not None:
                return self._chords[place], length
        return -1, 0

    def hear(self, chord: int) -> None:
        """The chord is chosen."""
        chords, n = self._chords, len(self._chords)
        self._agreed = [
            agreed + 1 if n >= k and chords[n - k] == chord else 0
            for k, agreed in zip(BACK, self._agreed, strict=True)
        ]
        for length in range(1, min(LONGEST_ECHO, n) + 1):
            self._seen[tuple(chords[-length:])] = n
        if chords:
            self._after[chords[-1]] = self._after.get(chords[-1], _NONE) + _ONE[chord]
        self._counts = self._counts + _ONE[chord]
        chords.append(chord)


def slots(n: int) -> tuple[NDArray[np.int16], Known]:
    """Room for what is known before n choices."""
    return np.zeros((n, len(READ)), np.int16), Known.empty(n, SHAPE.choices[0])


def piece_of(ids: Sequence[int], place: Place) -> EventPiece:
    """What a passage knew before each of its chords, and which came. Neighbours must differ."""
    read, known = slots(len(ids))
    passage = Passage(place)
    for row, chord in enumerate(ids):
        passage.look(read, known, row)
        passage.hear(int(chord))
    return EventPiece(read, (known,), np.array(ids, np.int16)[:, None])


def _motion(last: int) -> NDArray[np.int64]:
    """(N_CHORDS,) semitones up from the last root, and the quality that is reached: 0..N_CHORDS - 1."""
    root = last // _QUALITIES
    return np.asarray((_ALL // _QUALITIES - root) % 12 * _QUALITIES + _ALL % _QUALITIES)


def _classes(counts: Ints) -> UInt8:
    return np.asarray(_COUNTS[np.minimum(counts, len(_COUNTS) - 1)])


@dataclass(frozen=True)
class ChordChanges:
    """The encoding as a setting: which songbooks a model has seen; "" is songs of no book that is known by name."""

    songbooks: tuple[str, ...] = ("",)

    def as_mapping(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {"name": NAME, "events": SHAPE.as_mapping()["read"], "songbooks": list(self.songbooks)}

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "ChordChanges":
        """What `as_mapping` gave. Raises ConfigError for anything else, and for events of another version."""
        books = values.get("songbooks")
        if not isinstance(books, list | tuple) or not books or any(book not in SONGBOOKS for book in books):
            raise ConfigError("an encoding of chord changes says which songbooks are known")
        if list(values.get("events", ())) != list(READ):
            raise ConfigError("these chord changes are read otherwise than this version does")
        return cls(tuple(books))


def is_changes(encoding: Any) -> bool:
    """Whether a model's encoding is this one, and not the chords of a model that counts them."""
    return isinstance(encoding, Mapping) and encoding.get("name") == NAME and "events" in encoding
