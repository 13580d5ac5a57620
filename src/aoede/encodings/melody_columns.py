"""The columns of what is known before each choice of a melody: time, length of the note before, pitch.

Every column belongs to a part of what can be told; what is not told is 0, which always means nothing or unknown.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aoede.encodings.chords import REDUCED
from aoede.encodings.melody import (
    BARS_COUNTED,
    MODES,
    N_METERS,
    N_PITCHES,
    N_SPOTS,
    N_WAITS,
    PACES,
)
from aoede.neural.events.shape import Choice, Shape

WAIT, LENGTH, PITCH = range(3)
BACK_BARS = (1, 2, 4, 8)
ECHOES = ("notes", "intervals", "rhythm")  # what a stretch must have in common to be heard again
CONTEXTS = (1, 2, 3, 4, 6, 8, 12, 16)  # notes that such a stretch may have
REACH = 14  # semitones up and down that intervals are told apart
NEAR = 7  # the same for what was sung bars ago
FAR = 24  # the same for the values of a pitch
COUNTS = (
    0,
    1,
    2,
    3,
    3,
    4,
    4,
    4,
    5,
)  # class of how often a value was chosen in such a place; more is as the last
AGREED = (
    0,
    1,
    2,
    3,
    4,
    4,
    5,
    5,
    *[6] * 8,
    7,
)  # class of how many notes were as some bars ago; more is as the last

N_INTERVALS = 2 * REACH + 2  # none, and -REACH..REACH
N_NEAR = 2 * NEAR + 4  # no such time, nothing begins there, the first note, and -NEAR..NEAR
N_PROPOSALS = len(BACK_BARS) + len(ECHOES)


@dataclass(frozen=True)
class Column:
    name: str
    size: int
    part: str = ""  # of PARTS; "" is always told


def _each(kind: str, size: int, of: Sequence[object]) -> list[Column]:
    return [Column(f"{kind} {each}", size, "before") for each in of]


_CHORDS = [
    Column(name, size, "chords")
    for name, size in (
        ("root", 13),
        ("quality", len(REDUCED) + 1),
        ("next root", 13),
        ("next quality", len(REDUCED) + 1),
    )
]
_SPOT, _BAR = Column("spot", N_SPOTS, "meter"), Column("bar", BARS_COUNTED + 1, "meter")

# Before an event: of the last note, of its place, and of what comes to mind there.
READ = (
    Column("wait", N_WAITS + 1),
    Column("pitch", N_PITCHES + 1),
    Column("interval", N_INTERVALS),
    Column("rest", 3),
    _SPOT,
    _BAR,
    Column("meter", N_METERS, "meter"),
    Column("mode", len(MODES), "mode"),
    Column("pace", len(PACES) + 2, "pace"),
    *_CHORDS,
    Column("next", 9, "chords"),
    *_each("pitch", N_NEAR, BACK_BARS),
    *_each("wait", N_WAITS + 1, BACK_BARS),
    *_each("agreed", 8, BACK_BARS),
    *_each("echo", N_WAITS + 1, ECHOES),
    *_each("length", len(CONTEXTS) + 1, ECHOES),
)
# Before a choice: the length is told the time, the pitch where it will stand and what comes to mind there.
TOLD = (
    (),
    (Column("time", N_WAITS + 1),),
    (
        Column("time", N_WAITS + 1),
        Column("rest", 3),
        _SPOT,
        _BAR,
        *_CHORDS,
        *_each("pitch", N_NEAR, BACK_BARS),
        *_each("agreed", 8, BACK_BARS),
        *_each("echo", N_INTERVALS + 1, ECHOES),
        *_each("length", len(CONTEXTS) + 1, ECHOES),
    ),
)


def _counts(n: int) -> tuple[Column, ...]:
    return tuple(Column(f"count {i}", len(set(COUNTS)), "before") for i in range(n))


# What tells values apart: where a note would begin or end, whether over a bar line or a change of the chord, how far
# from the last note, which tone of the chord, how often it was chosen in such places.
ATTRIBUTES = (
    (_SPOT, Column("line", 5, "meter"), Column("change", 4, "chords"), *_counts(3)),
    (Column("whole", 3), _SPOT, *_counts(1)),
    (Column("interval", 2 * FAR + 2), Column("degree", 25, "chords"), *_counts(4)),
)
N_VALUES = (N_WAITS, N_WAITS, N_PITCHES)


def _sizes(columns: Sequence[Column]) -> tuple[int, ...]:
    return tuple(column.size for column in columns)


def shape_of(told: Sequence[str]) -> Shape:
    """What events of melodies are made of; `told` decides what models that count look at beside the notes."""
    names = ("wait", "length", "pitch")
    choices = [
        Choice(
            name,
            N_VALUES[which],
            _sizes(TOLD[which]),
            _sizes(ATTRIBUTES[which]),
            N_PROPOSALS,
            counted(which, told),
        )
        for which, name in enumerate(names)
    ]
    return Shape(_sizes(READ), tuple(choices))


# What counting models look at, the most telling first: "told" columns stand after those read.
_COUNTED = (
    (("read", "spot"), ("read", "wait"), ("read", "wait 4"), ("read", "wait 1")),
    (("told", "time"), ("read", "spot")),
    (("read", "pitch"), ("told", "root"), ("told", "pitch 4"), ("told", "spot"), ("read", "interval")),
)


def counted(which: int, told: Sequence[str]) -> tuple[int, ...]:
    """Columns of choice `which` for models that count: those of READ, then those of TOLD, as one row."""
    found = []
    for table, name in _COUNTED[which]:
        columns = READ if table == "read" else TOLD[which]
        place = next(i for i, column in enumerate(columns) if column.name == name)
        if not columns[place].part or columns[place].part in told:
            found.append(place + (len(READ) if table == "told" else 0))
    return tuple(found)


def untold(columns: Sequence[Column], told: Sequence[str]) -> list[int]:
    """Which of these columns are not told."""
    return [i for i, column in enumerate(columns) if column.part and column.part not in told]
