"""Notes as columns of numbers, and where they stand in their bars: the ground of all measures."""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from aoede.song import TICKS_PER_QUARTER, Song, Track
from aoede.song import NoteTable as NoteTable

Ints = NDArray[np.int64]


_COLUMNS = attrgetter("starts_ticks", "ends_ticks", "pitches", "velocities")
_NO_NOTES = NoteTable(*np.zeros((4, 0), dtype=np.int64))


def table_of(tracks: Iterable[Track]) -> NoteTable:
    """All notes of `tracks` together, sorted by start, then pitch."""
    return joined(_NO_NOTES, *(track.table for track in tracks))


def joined(*tables: NoteTable) -> NoteTable:
    """The notes of all, sorted by start, then pitch."""
    starts, ends, pitches, velocities = map(np.concatenate, zip(*map(_COLUMNS, tables), strict=True))
    order = np.argsort(starts * 1024 + pitches, kind="stable")  # each is sorted: merging them takes no time
    return NoteTable(starts, ends, pitches, velocities).chosen(order)


def pitched_notes(song: Song) -> NoteTable:
    """The notes of every track but drums."""
    return table_of(track for track in song.tracks if not track.is_drum)


def skyline(notes: NoteTable) -> NoteTable:
    """The highest note at each onset (Uitdenbogerd & Zobel 1999, "all-mono"); a single line is unchanged."""
    return notes.chosen(is_highest(notes))


def is_highest(notes: NoteTable) -> NDArray[np.bool_]:
    """Which notes are the highest of those that begin together."""
    is_top = np.ones(len(notes), dtype=bool)
    is_top[:-1] = notes.starts_ticks[:-1] != notes.starts_ticks[1:]  # of equal starts the highest stands last
    return is_top


def covered_ticks(starts: Ints, ends: Ints) -> int:
    """Length of the union of intervals sorted by start."""
    if not len(starts):
        return 0
    reached = np.maximum.accumulate(ends)
    begins = np.maximum(starts[1:], reached[:-1])
    return int(ends[0] - starts[0] + np.maximum(0, ends[1:] - begins).sum())


def seconds_of(song: Song, ticks: Ints) -> NDArray[np.float64]:
    """`song.seconds_of` for a column of ticks."""
    starts = np.array([tempo.start_ticks for tempo in song.tempos], dtype=np.float64)
    seconds_a_tick = np.array([60.0 / (tempo.bpm * TICKS_PER_QUARTER) for tempo in song.tempos])
    begins = np.concatenate([[0.0], np.cumsum(np.diff(starts) * seconds_a_tick[:-1])])
    which = np.maximum(0, np.searchsorted(starts, ticks, side="right") - 1)
    return np.asarray(begins[which] + (ticks - starts[which]) * seconds_a_tick[which])


@dataclass(frozen=True)
class BarPlaces:
    """For each of some moments its bar (from 0), its distance from the bar's beginning, and its meter."""

    bars: Ints
    offsets_ticks: Ints
    meters: Ints  # index into song.meters
    n_bars: int  # of the whole song


def places_in_bars(song: Song, ticks: Ints) -> BarPlaces:
    """Where `ticks` (>= 0) stand. Costs nothing a bar, so that songs of a million bars are no trouble."""
    starts = np.array([meter.start_ticks for meter in song.meters], dtype=np.int64)
    lengths = np.array([meter.bar_ticks for meter in song.meters], dtype=np.int64)
    end = max(1, song.end_ticks, int(ticks.max(initial=0)) + 1)
    ends = np.minimum(np.append(starts[1:], end), end)
    n_bars = np.maximum(0, -((starts - ends) // lengths))
    bars_before = np.cumsum(n_bars) - n_bars
    which = np.searchsorted(starts, ticks, side="right") - 1
    since = ticks - starts[which]
    return BarPlaces(
        bars_before[which] + since // lengths[which], since % lengths[which], which, int(n_bars.sum())
    )


@dataclass(frozen=True)
class OnsetGrid:
    """Onsets on a grid of `n_steps` a bar, for `n_bars` bars: the sorted, distinct numbers bar * n_steps + step."""

    cells: Ints
    n_bars: int
    n_steps: int


def onset_grid(song: Song, notes: NoteTable, steps_a_beat: int) -> OnsetGrid:
    """Onsets rounded to the nearest of `steps_a_beat` steps a quarter note.

    A bar has as many steps as the song's longest; shorter ones are padded with silence, as in MusPy.
    """
    places, steps = grid_places(song, notes, steps_a_beat)
    longest_ticks = max(meter.bar_ticks for meter in song.meters)
    n_steps = max(1, longest_ticks * steps_a_beat // TICKS_PER_QUARTER)
    cells = np.unique(places.bars * n_steps + np.minimum(steps, n_steps - 1))
    return OnsetGrid(cells, places.n_bars, n_steps)


def grid_places(song: Song, notes: NoteTable, steps_a_beat: int) -> tuple[BarPlaces, Ints]:
    """The bar of each note and its step in the bar, after rounding its onset to the grid."""
    step_ticks = TICKS_PER_QUARTER // steps_a_beat
    rounded = (notes.starts_ticks + step_ticks // 2) // step_ticks * step_ticks
    rounded = np.minimum(rounded, max(0, song.end_ticks - 1) // step_ticks * step_ticks)  # open no new bar
    places = places_in_bars(song, rounded)
    return places, places.offsets_ticks // step_ticks
