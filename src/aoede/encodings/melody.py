"""Melodies as rows of whole numbers: how long each note waits after the one before, how long it sounds, its pitch.

Time is in steps of a 24th of a quarter, which holds sixteenths, triplets and thirty-seconds. Pitches are semitones
above LOWEST of a melody that was moved so that its tonic is C, by the number of semitones that brings its middle
nearest to MIDDLE: a tune reads the same in every key and register. What is known before the first note (meters,
chords, mode, pace) is its `Frame`. What is known before each choice is the affair of `melody_sight.py`.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aoede.encodings.chords import REDUCED, Chord, encode
from aoede.errors import ConfigError, InputError
from aoede.song import TICKS_PER_QUARTER, Meter, Note

NAME = "melody"
PARTS = ("meter", "chords", "mode", "pace", "before")  # what can be told beside the notes themselves
USUAL = ("meter", "chords", "mode", "before")  # pace is a property of the whole, notes to come included

STEPS_A_QUARTER = 24
STEP_TICKS = TICKS_PER_QUARTER // STEPS_A_QUARTER
# Times between onsets and lengths of notes, in steps. 0 only before the first note.
WAITS = tuple(
    sorted(
        {0, 2, 3, 4, 8, 9, 10, 14, 15, 16, 20, 21, 22, 28, 32, 40, 44, 56, 64, 68, 80}
        | {*range(6, 96, 6)}
        | {*range(96, 192, 12)}
        | {*range(192, 289, 24)}
    )
)
N_WAITS = len(WAITS)
LONGEST = WAITS[-1]  # three bars of 4/4
LOWEST, N_PITCHES, MIDDLE = 48, 48, 71
PACES = (
    0.45,
    0.65,
    0.9,
    1.15,
    1.45,
    1.85,
)  # notes a quarter between one pace (1 to 7) and the next; 0: unknown
MODES = ("", "major", "minor")
BARS_COUNTED = 8

_WAITS = np.array(WAITS, np.int64)
_WAIT_IDS = {steps: i for i, steps in enumerate(WAITS)}

Ints = NDArray[np.int64]


def wait_id(steps: int) -> int:
    """The id of exactly so many steps, -1 where there is none."""
    return _WAIT_IDS.get(steps, -1)


def nearest_wait(steps: float, *, least: int = 1) -> int:
    """The id, from `least` on, of the time nearest to so many steps."""
    return least + int(np.abs(_WAITS[least:] - steps).argmin())


# --- bars -------------------------------------------------------------------------------------------

_N_SIMPLE, _N_COMPOUND = 24, 12  # places within a beat of two parts, and of three
_N_PLACES = _N_SIMPLE + _N_COMPOUND
N_SPOTS = 1 + 4 * _N_PLACES  # 0 is unknown
N_METERS = 1 + 18


@dataclass(frozen=True)
class Ruling:
    """How the bars of one meter are ruled. A spot says how strong a beat is and which place within it."""

    bar_steps: int
    beats: tuple[int, ...]  # the steps at which they begin
    levels: tuple[int, ...]  # of each beat: 0 begins the bar, 1 carries others, 2 does not, 3 nor the last
    spots: tuple[int, ...]  # of each step of a bar, 1..N_SPOTS - 1
    kind: int  # 1..N_METERS - 1: how many beats, of two parts or of three


@lru_cache(maxsize=256)
def ruling_of(numerator: int, denominator: int) -> Ruling:
    """The felt beats: eighths and shorter go together in twos and threes, half notes are two quarters."""
    bar = max(1, 4 * STEPS_A_QUARTER * numerator // denominator)
    beats = _beats(numerator, denominator, bar)
    last = len(beats) - 1
    levels = [0 if i == 0 else 1 if carries else 2 + (i == last) for i, (_, _, carries) in enumerate(beats)]
    spots = np.zeros(bar, np.int64)
    for (begin, length, _), level in zip(beats, levels, strict=True):
        for step in range(begin, min(bar, begin + length)):
            spots[step] = 1 + level * _N_PLACES + _place_in_beat(step - begin, length)
    threes = sum(_is_three(length) for _, length, _ in beats)
    feel = 0 if not threes else 1 if threes == len(beats) else 2
    begins = tuple(begin for begin, _, _ in beats)
    return Ruling(bar, begins, tuple(levels), tuple(spots.tolist()), 1 + feel * 6 + min(len(beats), 6) - 1)


def _beats(numerator: int, denominator: int, bar: int) -> list[tuple[int, int, bool]]:
    """(begin, length, whether it carries a group of beats) of each beat, in steps."""
    unit = max(1, 4 * STEPS_A_QUARTER // denominator)
    if denominator >= 8:
        lengths = [unit * size for size in _groups(numerator)]
    else:
        lengths = [STEPS_A_QUARTER] * max(1, bar // STEPS_A_QUARTER)
    if denominator <= 2:
        weights = [step * STEPS_A_QUARTER % unit == 0 for step in range(len(lengths))]
    else:
        weights = [i == 0 for size in _groups(len(lengths)) for i in range(size)]
        if len(lengths) == 2 and _is_three(lengths[1]):
            weights[1] = True  # six eighths have two strong beats
    begins = [sum(lengths[:i]) for i in range(len(lengths))]
    return list(zip(begins, lengths, weights, strict=True))


def _groups(n: int) -> tuple[int, ...]:
    """Twos and threes that add up to n, as they are usually counted; 1, 2 and 3 stay whole."""
    if n <= 3:
        return (n,)
    if n == 5:
        return (3, 2)
    if n % 3 == 0:
        return (3,) * (n // 3)
    return (2,) * (n // 2) if n % 2 == 0 else (*(2,) * ((n - 3) // 2), 3)


def _is_three(length: int) -> bool:
    return length % 9 == 0


def _place_in_beat(step: int, length: int) -> int:
    if _is_three(length):
        return _N_SIMPLE + step * _N_COMPOUND // length
    return step * _N_SIMPLE // length


class Bars:
    """The bars of a song: meters (first step, numerator, denominator), each from a bar line on, the last for ever."""

    def __init__(self, meters: Sequence[tuple[int, int, int]]) -> None:
        self._starts = [start for start, _, _ in meters]
        self._rulings = [ruling_of(numerator, denominator) for _, numerator, denominator in meters]
        self._numbers = [0]
        for i in range(1, len(meters)):
            length, bar = self._starts[i] - self._starts[i - 1], self._rulings[i - 1].bar_steps
            self._numbers.append(self._numbers[-1] - (-length // bar))

    def at(self, step: int) -> tuple[int, int, Ruling]:
        """The number of the bar, from 0, the place in it, and its ruling."""
        i = bisect_right(self._starts, step) - 1 if len(self._starts) > 1 else 0
        ruling = self._rulings[i]
        number, place = divmod(step - self._starts[i], ruling.bar_steps)
        return self._numbers[i] + number, place, ruling

    def start_of(self, number: int) -> int:
        """The first step of a bar; negative before the first."""
        i = max(0, bisect_right(self._numbers, number) - 1)
        return self._starts[i] + (number - self._numbers[i]) * self._rulings[i].bar_steps


# --- what is known before the first note ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """A chord from `start` on, relative to the tonic."""

    start: int  # steps
    root: int  # 0..11; -1 for none
    quality: int  # of REDUCED; -1 for none
    members: frozenset[int] = frozenset()  # semitones above the tonic, 0..11


def span_of(start: int, chord: Chord | None, tonic_pc: int) -> Span:
    """A chord, or silence, in a key on `tonic_pc`."""
    if chord is None:
        return Span(start, -1, -1)
    root, quality = divmod(encode(chord, tonic_pc), len(REDUCED))
    return Span(start, root, quality, frozenset((pc - tonic_pc) % 12 for pc in chord.pitch_classes))


@dataclass(frozen=True)
class Frame:
    meters: tuple[tuple[int, int, int], ...] = ((0, 4, 4),)  # (first step, numerator, denominator)
    chords: tuple[Span, ...] = ()  # sorted by start
    mode: str = ""  # of MODES; "" where it is not known
    pace: int = 0  # 1..len(PACES) + 1 from slow to quick; 0 where it is not known
    first_bar: int = 0  # 1 where the first bar only holds an upbeat: bars are counted in eights from here


def pace_of(notes_a_quarter: float) -> int:
    """1..7"""
    return 1 + bisect_right(PACES, notes_a_quarter)


# --- melodies ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Melody:
    """N notes, one after another, none at the same time."""

    frame: Frame
    onsets: Ints  # (N,) steps, rising
    lengths: Ints  # (N,) ids of WAITS: sounding, at most to the next onset
    pitches: Ints  # (N,) 0..N_PITCHES - 1
    semitones: int = 0  # by which the sounding pitches lie above LOWEST + id

    def __len__(self) -> int:
        return len(self.onsets)

    @classmethod
    def of(
        cls, frame: Frame, starts: ArrayLike, ends: ArrayLike, pitches: ArrayLike, *, tonic_pc: int
    ) -> "Melody":
        """From notes in steps, which may be broken ones, sorted by start, and MIDI pitches.

        Each onset is moved to where a time of WAITS after the one before comes nearest. Notes that then begin
        together become one, pitches out of range are moved by octaves.
        """
        begun, ended = np.asarray(starts, np.float64), np.asarray(ends, np.float64)
        sounding = np.asarray(pitches, np.int64)
        semitones = semitones_to(tonic_pc, float(sounding.mean()) if len(sounding) else MIDDLE)
        onsets, kept = _settled(begun)
        ids = np.array([_in_range(int(p) - semitones - LOWEST) for p in sounding[kept]], np.int64)
        gaps = np.append(onsets[1:] - onsets[:-1], LONGEST)
        held = (ended - begun)[kept]
        most = [nearest_wait(gap) for gap in gaps]
        lengths = [min(nearest_wait(length), longest) for length, longest in zip(held, most, strict=True)]
        return cls(frame, onsets, np.array(lengths, np.int64), ids, semitones)

    @property
    def rows(self) -> Ints:
        """(N, 3) ids of the wait before each note, of its length, and its pitch."""
        waits = np.diff(self.onsets, prepend=0)
        return np.stack(
            [np.array([wait_id(int(wait)) for wait in waits], np.int64), self.lengths, self.pitches], axis=1
        )

    @classmethod
    def from_rows(cls, rows: ArrayLike, frame: Frame, *, semitones: int = 0) -> "Melody":
        """Raises InputError for rows that are no melody."""
        table = np.asarray(rows, np.int64).reshape(-1, 3)
        limits = (N_WAITS, N_WAITS, N_PITCHES)
        waits, lengths, _ = table.T
        if (table < 0).any() or (table >= limits).any() or (waits[1:] == 0).any() or (lengths == 0).any():
            raise InputError("these rows are no melody")
        if (lengths[:-1] > waits[1:]).any():
            raise InputError("a note of these rows is longer than the time to the next one")
        return cls(frame, _WAITS[waits].cumsum(), lengths, table[:, 2], semitones)

    def notes(self, *, velocity: int = 80) -> tuple[Note, ...]:
        """In ticks."""
        pitches = self.pitches + LOWEST + self.semitones
        return tuple(
            Note(int(onset) * STEP_TICKS, int(pitch), WAITS[length] * STEP_TICKS, velocity)
            for onset, pitch, length in zip(self.onsets, pitches, self.lengths, strict=True)
        )


def semitones_to(tonic_pc: int, middle: float) -> int:
    """By how much a melody in C must be raised to be in a key on `tonic_pc` with its middle pitch at `middle`."""
    return tonic_pc + 12 * round((middle - MIDDLE - tonic_pc) / 12)


def _settled(starts: NDArray[np.float64]) -> tuple[Ints, Ints]:
    """Onsets in steps, each a time of WAITS after the one before, and which notes they are of."""
    onsets, kept, at = list[int](), list[int](), 0
    for i, start in enumerate(starts.tolist()):
        if onsets and start - at < WAITS[1] / 2:
            continue
        at += WAITS[nearest_wait(start - at, least=1 if onsets else 0)]
        onsets.append(at)
        kept.append(i)
    return np.array(onsets, np.int64), np.array(kept, np.int64)


def _in_range(pitch: int) -> int:
    """The pitch in the octave nearest to its own that is within range."""
    if pitch < 0:
        return pitch % 12
    return pitch if pitch < N_PITCHES else N_PITCHES - 12 + pitch % 12


def meters_of(meters: Sequence[Meter], *, at_ticks: int = 0) -> tuple[tuple[int, int, int], ...]:
    """Meters of a song in steps, those before `at_ticks` from 0."""
    found: dict[int, tuple[int, int, int]] = {}
    for meter in meters:
        start = max(0, (meter.start_ticks - at_ticks) // STEP_TICKS)
        found[start] = (start, meter.numerator, meter.denominator)
    return tuple(found[start] for start in sorted(found))


# --- as a setting -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Melodies:
    """The encoding: which parts of what is known are told. The rest is always as if unknown."""

    told: tuple[str, ...] = field(default=USUAL)

    def __post_init__(self) -> None:
        if list(self.told) != [part for part in PARTS if part in self.told]:
            raise ConfigError(
                f"of a melody {', '.join(PARTS)} can be told, in this order, not {', '.join(map(str, self.told))}"
            )

    def as_mapping(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {"name": NAME, "told": list(self.told), "waits": list(WAITS), "n_pitches": N_PITCHES}

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Melodies":
        """What `as_mapping` gave. Raises ConfigError for anything else, and for note values of another version."""
        if not isinstance(values.get("told"), list | tuple) or values.get("name") != NAME:
            raise ConfigError("an encoding of melodies says what is told")
        if list(values.get("waits", ())) != list(WAITS) or values.get("n_pitches") != N_PITCHES:
            raise ConfigError("these melodies have other note values than this version knows")
        return cls(tuple(values["told"]))
