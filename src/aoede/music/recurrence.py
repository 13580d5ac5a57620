"""What comes again: bars and passages within a song, and passages of other songs in its melody.

Real songs repeat themselves much and others little; noise does neither, and a looped bar does nothing else.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aoede.music.note_table import NoteTable, grid_places
from aoede.song import TICKS_PER_QUARTER, Song
from aoede.words.matching import matching_statistics

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

RHYTHM_STEPS_A_BEAT = 4  # sixteenths, for likeness between bars
SIMILAR = (
    0.5  # from which two bars count as alike: Jaccard index of their onsets, or cosine of their pitch classes
)
MAX_BARS_COMPARED = 2048
MAX_BARS_IN_PASSAGES = 192  # the cost grows with their third power
PASSAGE_BARS = ((3, 7), (8, 14), (15, MAX_BARS_IN_PASSAGES))  # short, middle, long
SURELY_MORE = 1e-3  # bars of likeness: more than rounding, far less than one bar that is alike

PHRASE_NOTES = 8  # notes that make a phrase which two songs share
TICKS_A_STEP = TICKS_PER_QUARTER // 12  # fine enough for sixteenths and for triplets
LONGEST_STEPS = 16 * 12  # four bars of 4/4; what is longer counts as equally long
BREAK = -1  # between songs; no melody has this code


# --- bars -------------------------------------------------------------------------------------------


def bar_repetition(song: Song, notes: NoteTable, max_bars: int = MAX_BARS_COMPARED) -> tuple[float, float]:
    """Shares of the bars that are like an earlier bar (Jaccard index >= 0.5) and that are its exact copy.

    A bar is its set of (sixteenth, pitch) onsets; bars without one are left out, as are those after `max_bars`.
    """
    places, steps = grid_places(song, notes, RHYTHM_STEPS_A_BEAT)
    cells = np.unique(np.stack([places.bars, steps * 128 + notes.pitches]), axis=1)
    edges = np.flatnonzero(np.diff(cells[0])) + 1
    bars = [bar.tobytes() for bar in np.split(cells[1], edges)][:max_bars] if cells.size else []
    if not bars:
        return math.nan, math.nan
    distinct = list(dict.fromkeys(bars))
    n_copies = len(bars) - len(distinct)
    n_similar = n_copies + _n_similar([np.frombuffer(bar, dtype=np.int64) for bar in distinct])
    return n_similar / len(bars), n_copies / len(bars)


def _n_similar(bars: list[Ints]) -> int:
    """How many of these sets have a Jaccard index of at least 0.5 with an earlier one."""
    if len(bars) < 2:
        return 0
    onsets, columns = np.unique(np.concatenate(bars), return_inverse=True)
    sizes = np.array([len(bar) for bar in bars], dtype=np.float32)
    contains = np.zeros((len(bars), len(onsets)), dtype=np.float32)
    contains[np.repeat(np.arange(len(bars)), sizes.astype(int)), columns] = 1
    common = contains @ contains.T
    alike = common >= SIMILAR * (sizes[:, None] + sizes - common)
    return int(np.tril(alike, -1).any(axis=1).sum())


# --- passages ---------------------------------------------------------------------------------------


def structure_indices(
    song: Song, notes: NoteTable, max_bars: int = MAX_BARS_IN_PASSAGES
) -> tuple[float, float, float]:
    """SI: how well the best passage of 3-7, of 8-14 and of 15 or more bars accounts for the song, 0..1 each.

    The structureness indicator of Wu & Yang (2020) on bars in place of half seconds of audio: the greatest fitness
    (Mueller, Jiang & Grosche 2013) of any passage of these lengths; `passage_fitness` says what that is. nan where
    no such passage fits in twice. Bars after `max_bars` are left out.
    """
    likeness = bar_likeness(song, notes, max_bars)
    n_bars = len(likeness)
    lengths = np.arange(PASSAGE_BARS[0][0], n_bars // 2 + 1)
    fitness = passage_fitness(likeness, lengths)
    short, middle, long = (
        float(fitness[found].max()) if (found := (lengths >= low) & (lengths <= high)).any() else math.nan
        for low, high in PASSAGE_BARS
    )
    return short, middle, long


def bar_likeness(song: Song, notes: NoteTable, max_bars: int) -> Floats:
    """(n, n) self-similarity of the first n <= `max_bars` bars, 0..1, with ones along the diagonal.

    The cosine between two bars' counts of (sixteenth, pitch class) onsets, where it is at least 0.5, else 0.
    """
    places, steps = grid_places(song, notes, RHYTHM_STEPS_A_BEAT)
    n_bars = min(places.n_bars, max_bars) if len(notes) else 0
    here = places.bars < n_bars
    cells, columns = np.unique(steps[here] * 12 + notes.pitches[here] % 12, return_inverse=True)
    counts = np.zeros((n_bars, len(cells)), dtype=np.float32)
    np.add.at(counts, (places.bars[here], columns), 1)
    lengths = np.linalg.norm(counts, axis=1, keepdims=True)
    counts /= np.where(lengths > 0, lengths, 1)
    cosines = (counts @ counts.T).astype(np.float64)
    likeness = np.where(cosines >= SIMILAR, np.minimum(cosines, 1.0), 0.0)
    np.fill_diagonal(likeness, 1.0)
    return likeness


def passage_fitness(likeness: Floats, lengths: Ints) -> Floats:
    """For each of the rising `lengths` L <= n / 2 the greatest fitness of the n - L + 1 passages of L bars, 0..1.

    A passage's repetitions are the stretches of L bars, none overlapping another, that are together most like it,
    bar by bar: the path family of Mueller, Jiang & Grosche (2013) on diagonals alone, as bars keep their pace. Let
    K stretches, the passage itself included, have the summed likeness s. The mean likeness without the passage
    itself, (s - L) / (K L), and the share of the n bars that the repetitions cover, (K L - L) / n, are joined by
    their harmonic mean. A passage that nothing is like has 0, K exact repetitions that fill the song 1 - 1 / K.
    """
    n, k = len(likeness), len(lengths)
    if not k:
        return np.zeros(0)
    windows = _windows(likeness, lengths)
    score = np.zeros((n + 1, k, n), dtype=np.float32)  # of the best stretches among the first t bars
    count = np.zeros((n + 1, k, n), dtype=np.int16)  # how many they are
    which = np.arange(k)
    for t in range(1, n + 1):
        score[t], count[t] = score[t - 1], count[t - 1]
        fits = which[: int(np.searchsorted(lengths, t, side="right"))]
        begins = t - lengths[fits]
        with_last = score[begins, fits] + windows[fits, begins]
        better = with_last > score[t, fits] + SURELY_MORE
        score[t, fits] = np.where(better, with_last, score[t, fits])
        count[t, fits] = np.where(better, count[begins, fits] + 1, count[t, fits])
    bars = lengths[:, None].astype(np.float64)
    covered = np.maximum(count[n], 1) * bars
    mean_likeness = np.maximum(0, (score[n] - bars) / covered)
    coverage = (covered - bars) / n
    both = mean_likeness + coverage
    fitness = 2 * mean_likeness * coverage / np.where(both > 0, both, 1)
    return np.asarray(fitness.max(axis=1), dtype=np.float64)


def _windows(likeness: Floats, lengths: Ints) -> NDArray[np.float32]:
    """(len(lengths), n, n): summed likeness of the L bars from t to those from s; 0 where either ends too late."""
    n = len(likeness)
    diagonal = np.zeros((n + 1, n + 1))
    for t in range(n):
        diagonal[t + 1, 1:] = diagonal[t, :-1] + likeness[t]
    windows = np.zeros((len(lengths), n, n), dtype=np.float32)
    for window, length in zip(windows, lengths.tolist(), strict=True):
        window[: n - length + 1, : n - length + 1] = diagonal[length:, length:] - diagonal[:-length, :-length]
    return windows


# --- other songs ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Melodies:
    """The melodies of some songs in the form in which others are compared with them."""

    codes: NDArray[np.int32]  # (N,) of `melody_codes`, with BREAK after each song
    begins: Ints  # (n_songs,) where each song begins in `codes`

    @classmethod
    def of(cls, melodies: Sequence[NoteTable]) -> "Melodies":
        parts = [np.append(melody_codes(melody), BREAK) for melody in melodies]
        sizes = np.array([len(part) for part in parts], dtype=np.int64)
        codes = np.concatenate([*parts, np.zeros(0, dtype=np.int64)])
        return cls(codes.astype(np.int32), np.cumsum(sizes) - sizes)


@dataclass(frozen=True)
class Shared:
    """What a melody shares with others. nan and 0 where it is too short to share anything."""

    phrases: float  # share of its phrases of eight notes that stand in another melody, 0..1
    longest_notes: int  # in the longest run of notes that stands in another melody
    song: int  # the index of a melody that has this run; -1 where nothing is shared
    first_note: int  # where the run begins in the melody that was asked for, counted from 0


def melody_codes(melody: NoteTable) -> Ints:
    """(n - 1,) one number >= 0 for each step from a note to the next: its interval and the time between the onsets.

    So keys make no difference, but tempo marks, note lengths and rests before the next onset make none either.
    Time is in twelfths of a beat.
    """
    waits = np.diff((melody.starts_ticks + TICKS_A_STEP // 2) // TICKS_A_STEP)
    return np.asarray(
        (np.diff(melody.pitches) + 128) * (LONGEST_STEPS + 1) + np.minimum(waits, LONGEST_STEPS)
    )


def shared_with(melody: NoteTable, others: Melodies, n_notes: int = PHRASE_NOTES) -> Shared:
    """How much of `melody` stands in the other melodies, interval by interval in the same rhythm, in any key.

    All runs of `n_notes` >= 2 notes count, also those that overlap. Exact: no hashes are compared.
    """
    codes = melody_codes(melody)
    n_phrases = len(codes) - (n_notes - 1) + 1
    if n_phrases < 1:
        return Shared(math.nan, 0, -1, 0)
    lengths, places = matching_statistics(codes, others.codes)
    share = float((lengths[:n_phrases] >= n_notes - 1).mean())
    first = int(np.argmax(lengths))
    if not lengths[first]:
        return Shared(share, 0, -1, 0)
    song = int(np.searchsorted(others.begins, places[first], side="right")) - 1
    return Shared(share, int(lengths[first]) + 1, song, first)
