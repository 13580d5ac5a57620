"""What a singer would object to in a melody.

Each limit is near the 95th percentile of 480 sung melodies (voices of art songs and of lead sheets), so that a real
melody seldom breaks one; `python bench/whole_songs.py DATA --real` prints how many do. A beat is a quarter note.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from aoede.music.note_table import NoteTable, places_in_bars, seconds_of
from aoede.song import TICKS_PER_QUARTER, Song

LOWEST, HIGHEST = 41, 84  # F2..C6: a bass's low note, a soprano's high one
WIDEST_SEMITONES = 22
OCTAVE = 12
HARD_LEAPS = (6, 10, 11)  # tritone and sevenths; beyond the octave every leap is hard
MOST_HARD = 0.05  # of the intervals
MOST_HARD_IN_A_ROW = 1
LEAP = 5  # semitones: two of them the same way add up to more than an octave at most seldom
MOST_CLIMBS = 0.01  # of the pairs of intervals
TOP_BARS = 0.22  # of the different bars may hold the highest note
FEWEST_BARS = 8  # from which a melody has one climax
BREATH_TICKS, HELD_TICKS = (
    TICKS_PER_QUARTER // 4,
    2 * TICKS_PER_QUARTER,
)  # a rest, or a note so long, ends a phrase
LONGEST_PHRASE_BEATS = 34
MOST_REPEATS = 12  # of one pitch in a row
QUICK_S, MOST_QUICK = 0.12, 0.05  # seconds from note to note, and the share of notes that may be quicker
FEWEST_NOTES = 8  # of fewer nothing can be said


@dataclass(frozen=True)
class _Line:
    """A melody with what its checks look at: intervals (n - 1,), and bars with their contents."""

    song: Song
    notes: NoteTable

    @property
    def intervals(self) -> NDArray[np.int64]:
        return np.diff(self.notes.pitches)

    @property
    def is_hard(self) -> NDArray[np.bool_]:
        sizes = np.abs(self.intervals)
        return np.asarray(np.isin(sizes, HARD_LEAPS) | (sizes > OCTAVE))


def faults(song: Song, melody: NoteTable) -> tuple[str, ...]:
    """The names of the checks that the melody of `song` does not pass, in the order of `WORDS`."""
    if len(melody) < FEWEST_NOTES:
        return ()
    line = _Line(song, melody)
    return tuple(name for name, check in _CHECKS.items() if not check(line))


def _in_range(line: _Line) -> bool:
    low, high = int(line.notes.pitches.min()), int(line.notes.pitches.max())
    return low >= LOWEST and high <= HIGHEST and high - low <= WIDEST_SEMITONES


def _leaps_well(line: _Line) -> bool:
    hard = line.is_hard
    runs = int((hard[1:] & hard[:-1]).sum())
    return float(hard.mean()) <= MOST_HARD and runs <= MOST_HARD_IN_A_ROW


def _turns_after_leaps(line: _Line) -> bool:
    first, second = line.intervals[:-1], line.intervals[1:]
    leaps = (np.abs(first) >= LEAP) & (np.abs(second) >= LEAP)
    climbs = leaps & (np.sign(first) == np.sign(second)) & (np.abs(first + second) > OCTAVE)
    return float(climbs.mean()) <= MOST_CLIMBS


def _has_a_climax(line: _Line) -> bool:
    """Whether few of the different bars hold the highest note; what returns with its verse counts once."""
    places = places_in_bars(line.song, line.notes.starts_ticks)
    edges = np.flatnonzero(np.diff(places.bars)) + 1
    rows = np.stack([places.offsets_ticks, line.notes.pitches], axis=1)
    bars = {bar.tobytes(): int(bar[:, 1].max()) for bar in np.split(rows, edges)}
    tops = sum(top == int(line.notes.pitches.max()) for top in bars.values())
    return len(bars) < FEWEST_BARS or tops <= max(1, TOP_BARS * len(bars))


def _breathes(line: _Line) -> bool:
    """Whether no phrase is too long for a breath."""
    notes = line.notes
    ends = (notes.starts_ticks[1:] - notes.ends_ticks[:-1] >= BREATH_TICKS) | (
        np.diff(notes.starts_ticks) >= HELD_TICKS
    )
    last = np.append(np.flatnonzero(ends), len(notes) - 1)
    first = np.append(0, last[:-1] + 1)
    lengths = notes.ends_ticks[last] - notes.starts_ticks[first]
    return int(lengths.max()) <= LONGEST_PHRASE_BEATS * TICKS_PER_QUARTER


def _moves_on(line: _Line) -> bool:
    moves = np.flatnonzero(np.concatenate([[True], line.intervals != 0, [True]]))
    return int(np.diff(moves).max()) <= MOST_REPEATS


def _has_time(line: _Line) -> bool:
    waits_s = np.diff(seconds_of(line.song, line.notes.starts_ticks))
    return float((waits_s < QUICK_S).mean()) <= MOST_QUICK


_CHECKS: Mapping[str, Callable[[_Line], bool]] = MappingProxyType(
    {
        "range": _in_range,
        "leaps": _leaps_well,
        "climbs": _turns_after_leaps,
        "climax": _has_a_climax,
        "breath": _breathes,
        "drone": _moves_on,
        "haste": _has_time,
    }
)
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "range": "wider, lower or higher than a voice",
        "leaps": "too many tritones, sevenths and leaps beyond the octave",
        "climbs": "leaps that add up to more than an octave",
        "climax": "its highest note is everywhere",
        "breath": "a phrase too long for a breath",
        "drone": "one pitch again and again",
        "haste": "notes too quick to sing",
    }
)
