"""What a melody knows before each of its choices, note after note.

Beside the last notes, the place in the bar and the chord these are the memories of the piece itself, which are worth
more than anything else: what was sung at the same place 1, 2, 4 and 8 bars ago (look-back, after Magenta's "lookback
RNN" of 2016), what followed when the last notes were heard before (echoes), and how often each value was chosen in
such a place. They stand among the columns that are read and told, and as proposals and attributes of the values.
"""

from bisect import bisect_right
from collections.abc import Hashable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.melody import (
    BARS_COUNTED,
    LOWEST,
    MODES,
    N_PITCHES,
    N_WAITS,
    WAITS,
    Bars,
    Frame,
    Melody,
    Ruling,
    Span,
    wait_id,
)
from aoede.encodings.melody_columns import (
    AGREED,
    ATTRIBUTES,
    BACK_BARS,
    CONTEXTS,
    COUNTS,
    ECHOES,
    FAR,
    LENGTH,
    N_INTERVALS,
    NEAR,
    PITCH,
    REACH,
    READ,
    TOLD,
    WAIT,
    shape_of,
    untold,
)
from aoede.neural.events.piece import EventPiece, Int16, Known

UInt8 = NDArray[np.uint8]

_SHAPE = shape_of(())
_STEPS = np.array(WAITS, np.int64)
_PITCHES = np.arange(N_PITCHES)
_LENGTHS = {0: 0} | {n: i + 1 for i, n in enumerate(CONTEXTS)}
# (N_PITCHES + 1, N_PITCHES) class of the interval from one pitch to another; the last row is for the first note.
_INTERVALS = np.concatenate(
    [
        np.clip(_PITCHES[None] - _PITCHES[:, None], -FAR, FAR) + FAR + 1,
        np.full((1, N_PITCHES), 2 * FAR + 1),
    ]
).astype(np.uint8)
# (N_WAITS, N_WAITS) whether a note is held through the time to the next (1), shorter (2), or would be longer (0).
_HELD = (np.tril(np.full((N_WAITS, N_WAITS), 2)) - np.eye(N_WAITS, dtype=np.int64)).astype(np.uint8)
_HELD[1:, 0] = 0
# (steps to the next chord, N_WAITS) whether a time ends before it (1), on it (2) or after it (3).
_ON_NEXT_CHORD = (2 + np.sign(_STEPS - np.arange(_STEPS.max() + 2)[:, None])).astype(np.uint8)
_NEVER = Span(1 << 40, -1, -1)
_ZEROS = {n: np.zeros(n, np.uint8) for n in (N_WAITS, N_PITCHES)}


@dataclass(frozen=True)
class Slots:
    """Room for what is known of n events: read (n, columns), and before each choice."""

    read: Int16
    known: tuple[Known, ...]

    @classmethod
    def empty(cls, n: int) -> "Slots":
        return cls(np.zeros((n, len(READ)), np.int16), tuple(Known.empty(n, each) for each in _SHAPE.choices))


class Sight:
    """One melody that is read or made, event by event: `before`, `waited`, `held`, `sing`, and again.

    The first three write what is known into a row of `Slots`: before a time is chosen, before the length of the last
    note, before the pitch.
    """

    def __init__(self, frame: Frame, told: Sequence[str]) -> None:
        self.frame = frame
        self.onsets, self.pitches = list[int](), list[int]()  # steps; ids
        self.waits, self.lengths = list[int](), list[int]()  # ids; the last note's length is not known yet
        self._bars = Bars(frame.meters)
        self._starts = [span.start for span in frame.chords]
        self._untold = _Untold(tuple(told))
        self._notes: dict[int, int] = {}  # onset -> number of the note
        self._agreed = [0] * len(BACK_BARS)  # notes in a row that were as so many bars ago
        self._echoes = [_Echo() for _ in ECHOES]
        self._counts: dict[Hashable, list[int]] = {}
        self._classes: dict[Hashable, UInt8] = {}
        self._move(0)

    def copy(self) -> "Sight":
        """Another melody that begins with the same notes."""
        other = copy(self)
        for name in ("onsets", "pitches", "waits", "lengths", "_agreed", "_notes"):
            setattr(other, name, copy(getattr(self, name)))
        other._counts = {key: counts.copy() for key, counts in self._counts.items()}
        other._classes = {key: classes.copy() for key, classes in self._classes.items()}
        other._echoes = [echo.copy() for echo in self._echoes]
        return other

    def _move(self, now: int) -> None:
        """Look on from this step."""
        self.now = now
        self._bar, self._place, self._ruling = self._bars.at(now)
        self._spot = self._ruling.spots[self._place]
        self._count_of_bar = 1 + (self._bar - self.frame.first_bar) % BARS_COUNTED
        if len(self.frame.meters) == 1:
            self._back = [now - n * self._ruling.bar_steps for n in BACK_BARS]
        else:
            self._back = [
                self._bars.start_of(self._bar - n) + self._place if self._bar >= n else -1 for n in BACK_BARS
            ]
        self._notes_back = [self._notes.get(step, -1) for step in self._back]
        place = bisect_right(self._starts, now)
        self._chord = self.frame.chords[place - 1] if place else _NEVER
        self._following = self.frame.chords[place] if place < len(self._starts) else _NEVER

    # -- before the time --

    def before(self, slots: Slots, row: int) -> None:
        self._back_waits = [self._wait_since(step) for step in self._back]
        echoed = [self.waits[echo.place] if echo.place >= 0 else -1 for echo in self._echoes]
        slots.read[row] = [
            *self._last_note(),
            *(self._spot, self._count_of_bar, self._ruling.kind),
            *(MODES.index(self.frame.mode), self.frame.pace),
            *self._chords(),
            1 + min(7, (self._following.start - self.now) // 12),
            *self._near(),
            *(wait + 1 for wait in self._back_waits),
            *map(_agreed, self._agreed),
            *(wait + 1 for wait in echoed),
            *(_LENGTHS[echo.length] for echo in self._echoes),
        ]
        slots.known[WAIT].proposals[row] = [*self._back_waits, *echoed]
        self._times(slots.known[WAIT].attributes[row])
        self._untold.hide(slots, row, WAIT)

    def _last_note(self) -> tuple[int, int, int, int]:
        """Its wait, pitch and interval, and whether a rest stood before it."""
        if not self.onsets:
            return 0, 0, 0, 0
        interval = _interval(self.pitches[-1] - self.pitches[-2]) if len(self.pitches) > 1 else 0
        return self.waits[-1] + 1, self.pitches[-1] + 1, interval, self._rested

    def _times(self, out: UInt8) -> None:
        """(N_WAITS, columns) of each time, where it leads."""
        out[:, :2] = self._landings()
        out[0, 0] *= not self.onsets
        out[:, 2] = _ON_NEXT_CHORD[min(self._following.start - self.now, len(_ON_NEXT_CHORD) - 1)]
        for column, key in enumerate(self._time_keys(), 3):
            out[:, column] = self._counted(key, N_WAITS)

    def _time_keys(self) -> tuple[Hashable, ...]:
        """Places in which times are counted."""
        last = self.waits[-1] if self.waits else -1
        return ("time at", self._spot), ("time after", last), ("time at, after", self._spot, last)

    def _landings(self) -> UInt8:
        """(N_WAITS, 2) the spot that each time leads to, and how it stands to the bar lines, 1..4."""
        if len(self.frame.meters) == 1:
            return _landings(self._ruling, self._place)
        places = [self._bars.at(self.now + steps) for steps in WAITS]
        return np.array(
            [(ruling.spots[place], 1 + _lines(bar - self._bar, place)) for bar, place, ruling in places],
            np.uint8,
        )

    def _wait_since(self, step: int) -> int:
        """The id of the time from an earlier step to the first note after it; -1 where there is none."""
        if step < 0 or not self.onsets:
            return -1
        place = bisect_right(self.onsets, step)
        return wait_id(self.onsets[place] - step) if place < len(self.onsets) else -1

    # -- before the length of the last note --

    def waited(self, slots: Slots, row: int, wait: int) -> None:
        """The id of the time is chosen."""
        self._wait = wait
        known = slots.known[LENGTH]
        known.told[row, 0] = wait + 1
        out = known.attributes[row]
        out[:, 0] = _HELD[wait]
        out[:, 1] = self._landings()[:, 0]
        out[:, 2] = self._counted(("length in", wait), N_WAITS)
        notes = [*self._notes_back, *(echo.place - 1 for echo in self._echoes)]
        known.proposals[row] = [self._length_in(note, wait) for note in notes]
        self._untold.hide(slots, row, LENGTH)

    def _length_in(self, note: int, wait: int) -> int:
        """The length of an earlier note, where the same time passed before the next."""
        if not 0 <= note < len(self.lengths) or self.waits[note + 1] != wait:
            return -1
        return self.lengths[note]

    # -- before the pitch --

    def held(self, slots: Slots, row: int, length: int) -> None:
        """The id of the last note's length is chosen; before the first note any will do."""
        is_first = not self.onsets
        self._length = length
        self._rested = 0 if is_first else 1 + (length != self._wait)
        self._timed = self._time_keys()
        self._agrees = [self._wait == wait for wait in self._back_waits]
        self._move((0 if is_first else self.now) + WAITS[self._wait])
        echoed = [self._echoed(kind, echo) for kind, echo in zip(ECHOES, self._echoes, strict=True)]
        known = slots.known[PITCH]
        known.told[row] = [
            self._wait + 1,
            self._rested,
            *(self._spot, self._count_of_bar),
            *self._chords(),
            *self._near(),
            *(_agreed(n) if agrees else 0 for n, agrees in zip(self._agreed, self._agrees, strict=True)),
            *(column for column, _ in echoed),
            *(_LENGTHS[echo.length] for echo in self._echoes),
        ]
        known.proposals[row] = [
            *(self.pitches[note] if note >= 0 else -1 for note in self._notes_back),
            *(pitch for _, pitch in echoed),
        ]
        self._tones(known.attributes[row])
        self._untold.hide(slots, row, PITCH)

    def _tones(self, out: UInt8) -> None:
        """(N_PITCHES, columns) of each pitch: from the last one, in the chord, how often before."""
        out[:, 0] = _INTERVALS[self.pitches[-1] if self.pitches else -1]
        out[:, 1] = _degrees(self._chord.root, self._chord.members)
        for column, key in enumerate(self._pitch_keys(), 2):
            out[:, column] = self._counted(key, N_PITCHES)

    def _pitch_keys(self) -> tuple[Hashable, ...]:
        """Places in which pitches are counted."""
        last, before = [*self.pitches[-2:][::-1], -1, -1][:2]
        after, chord = ("pitch after", last), self._chord.root
        return "pitch", after, (*after, before), ("pitch at", self._spot, chord)

    def _echoed(self, kind: str, echo: "_Echo") -> tuple[int, int]:
        """What is told of an echo, and the pitch that it proposes, -1 for none."""
        if echo.place < 0 or not self.pitches:
            return 0, -1
        pitch = self.pitches[echo.place]
        if kind == "intervals" and echo.place:
            pitch += self.pitches[-1] - self.pitches[echo.place - 1]
        if self.waits[echo.place] != self._wait or not 0 <= pitch < N_PITCHES:
            return N_INTERVALS, -1  # it came, but otherwise
        return _interval(pitch - self.pitches[-1]), pitch

    # -- taking it in --

    def sing(self, pitch: int) -> None:
        """The pitch is chosen: the event is past."""
        wait, last = self._wait, self.pitches[-1] if self.pitches else -1
        for key in self._timed:
            self._count(key, N_WAITS, wait)
        for key in self._pitch_keys():
            self._count(key, N_PITCHES, pitch)
        if self.onsets:
            self.lengths.append(self._length)
            self._count(("length in", wait), N_WAITS, self._length)
        self._agreed = [
            n + 1 if agrees and note >= 0 and self.pitches[note] == pitch else 0
            for n, agrees, note in zip(self._agreed, self._agrees, self._notes_back, strict=True)
        ]
        self._notes[self.now] = len(self.onsets)
        self.onsets.append(self.now)
        self.pitches.append(pitch)
        self.waits.append(wait)
        for echo, event in zip(self._echoes, (pitch, pitch - last, self._spot), strict=True):
            echo.hear(wait << 12 | (event & 0xFFF))

    # -- what columns have in common --

    def _chords(self) -> list[int]:
        chord, following = self._chord, self._following
        return [chord.root + 1, chord.quality + 1, following.root + 1, following.quality + 1]

    def _near(self) -> list[int]:
        """What began at the same place bars ago, beside the last note."""
        found = []
        for step, note in zip(self._back, self._notes_back, strict=True):
            if step < 0:
                found.append(0)
            elif note < 0:
                found.append(1)
            else:
                interval = self.pitches[note] - self.pitches[-1]
                found.append(3 + NEAR + max(-NEAR, min(NEAR, interval)))
        return found

    def _counted(self, key: Hashable, n: int) -> UInt8:
        """(n,) how often each value was chosen, as COUNTS tells it."""
        return self._classes.get(key, _ZEROS[n])

    def _count(self, key: Hashable, n: int, value: int) -> None:
        counts = self._counts.get(key)
        if counts is None:
            counts = self._counts[key] = [0] * n
            self._classes[key] = np.zeros(n, np.uint8)
        counts[value] = n_chosen = counts[value] + 1
        if n_chosen < len(COUNTS):  # of more it tells the same
            self._classes[key][value] = COUNTS[n_chosen]


class _Echo:
    """The longest stretch of events that ends now and was heard before, as compressors match (Mahoney 2005)."""

    def __init__(self) -> None:
        self.place, self.length = (
            -1,
            0,
        )  # the number of the event that followed it then; how many events it has
        self._heard = list[int]()
        self._places: dict[tuple[int, ...], int] = {}

    def copy(self) -> "_Echo":
        other = _Echo()
        other.place, other.length = self.place, self.length
        other._heard, other._places = self._heard.copy(), self._places.copy()
        return other

    def hear(self, event: int) -> None:
        heard, places = self._heard, self._places
        heard.append(event)
        self.place, self.length = -1, 0
        following, is_known = len(heard), True
        for n in CONTEXTS:
            if n > following:
                break
            stretch = tuple(heard[-n:])
            if is_known:  # what is new stays so, however long
                place = places.get(stretch)
                is_known = place is not None
                if place is not None:
                    self.place, self.length = place, n
            places[stretch] = following


class _Untold:
    """Puts what is not told as if it were unknown."""

    def __init__(self, told: tuple[str, ...]) -> None:
        self._read = untold(READ, told)
        self._told = [untold(columns, told) for columns in TOLD]
        self._attributes = [untold(columns, told) for columns in ATTRIBUTES]
        self._remembers = "before" in told

    def hide(self, slots: Slots, row: int, which: int) -> None:
        """What is known before this choice; before the first of an event what is read, too."""
        known, columns = slots.known[which], self._attributes[which]
        if which == WAIT and self._read:
            slots.read[row, self._read] = 0
        if self._told[which]:
            known.told[row, self._told[which]] = 0
        for column in columns:  # the first one says what is forbidden
            known.attributes[row, :, column] = known.attributes[row, :, column] > 0 if column == 0 else 0
        if not self._remembers:
            known.proposals[row] = -1


def _agreed(n: int) -> int:
    return AGREED[n] if n < len(AGREED) else AGREED[-1]


def _interval(semitones: int) -> int:
    """1..N_INTERVALS - 1"""
    return 1 + REACH + max(-REACH, min(REACH, semitones))


def _lines(n_bars: int, place: int) -> int:
    """How a place so many bars on stands to the bar lines: within this bar, on the next line, beyond, further."""
    if n_bars == 0:
        return 0
    return 3 if n_bars > 1 else 1 if place == 0 else 2


@lru_cache(maxsize=4096)
def _landings(ruling: Ruling, place: int) -> UInt8:
    """`Sight._landings` from a place in the bars of one meter."""
    bars, places = np.divmod(place + _STEPS, ruling.bar_steps)
    lines = [1 + _lines(int(bar), int(at)) for bar, at in zip(bars, places, strict=True)]
    return np.stack([np.array(ruling.spots, np.uint8)[places], np.array(lines, np.uint8)], axis=1)


@lru_cache(maxsize=4096)
def _degrees(root: int, members: frozenset[int]) -> UInt8:
    """(N_PITCHES,) semitones above the root and whether in the chord, 1..24; 0 where there is no chord."""
    if root < 0:
        return _ZEROS[N_PITCHES]
    pcs = (_PITCHES + LOWEST) % 12
    inside = np.isin(pcs, sorted(members))
    return (1 + 2 * ((pcs - root) % 12) + inside).astype(np.uint8)


def piece_of(melody: Melody, told: Sequence[str]) -> EventPiece:
    """What a melody knew before each of its choices, and what it chose."""
    sight, rows = Sight(melody.frame, told), melody.rows
    slots = Slots.empty(len(rows))
    chosen = rows.astype(np.int16)
    chosen[:, LENGTH] = np.concatenate([[-1], rows[:-1, LENGTH]])
    for row, (wait, length, pitch) in enumerate(chosen.tolist()):
        sight.before(slots, row)
        sight.waited(slots, row, wait)
        sight.held(slots, row, length)
        sight.sing(pitch)
    return EventPiece(slots.read, slots.known, chosen)
