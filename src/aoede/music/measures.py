"""Statistics of music: what a listener would notice, as numbers.

Each measure is a small pure function; `measure` gathers them for one song. None of them is "the higher the better":
random notes of one scale are perfectly consistent, a looped bar has a perfect groove. Read them against the
range that real songs cover (`bench/measures.py` prints both). A beat is a quarter note. What cannot be measured
(the intervals of a single note) is nan.
"""

import math
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.music.key_finder import KeyEstimate, find_key, key_correlations
from aoede.music.note_table import (
    NoteTable,
    OnsetGrid,
    grid_places,
    melody_of,
    onset_grid,
    pitched_notes,
    places_in_bars,
)
from aoede.music.theory import MODES, parse_chord, tonic_name
from aoede.song import TICKS_PER_QUARTER, Meter, Song

Floats = NDArray[np.float64]

GROOVE_STEPS_A_BEAT = 24  # groove consistency depends on its grid: this one is MusPy's default
RHYTHM_STEPS_A_BEAT = 4  # sixteenths, for likeness between bars
SIMILAR = 0.5  # Jaccard index from which two bars count as alike
MAX_BARS_COMPARED = 2048
STRONG_BEAT_TOLERANCE_TICKS = 30
CLARITY_WINDOW_BARS = 4
MAJOR_SCALE, MINOR_SCALE = MODES["major"], MODES["minor"]


@dataclass(frozen=True)
class Measures:
    """What was measured in one song. Shares lie in 0..1; nan means that there was nothing to measure."""

    key: str  # "F# minor"; "" where nothing sounds
    key_clarity: float
    key_margin: float
    tonal_clarity: float
    pitch_class_entropy_bits: float
    scale_consistency: float
    groove_consistency: float
    groove_similarity: float
    similar_bars: float
    copied_bars: float
    polyphony: float
    notes_per_beat: float
    notes_per_second: float
    tempo_bpm: float
    onsets_per_minute: float
    empty_beats: float
    mean_pitch: float
    mean_velocity: float
    melody_steps: float
    melody_leaps: float
    melody_repeats: float
    melody_range_semitones: float
    melody_articulation: float
    chord_tones: float
    chord_tones_by_chance: float

    def as_dict(self) -> dict[str, float | str | None]:
        """Ready for JSON: nan becomes None."""
        values = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in values}


def measure(song: Song) -> Measures:
    """All measures of `song`. Milliseconds for a song, under a second for 100,000 notes."""
    notes, melody = pitched_notes(song), melody_of(song)
    key = find_key(pitch_class_weights(notes))
    sixteenths = onset_grid(song, notes, RHYTHM_STEPS_A_BEAT)
    similar, copied = bar_repetition(song, notes)
    beats, seconds = song.end_ticks / TICKS_PER_QUARTER, song.duration_s
    steps, leaps, repeats = interval_shares(melody)
    chord_tones, by_chance = chord_tone_share(song, melody, key)
    return Measures(
        key=f"{tonic_name(key.tonic_pc, key.mode)} {key.mode}" if len(notes) else "",
        key_clarity=key.correlation,
        key_margin=key.margin,
        tonal_clarity=tonal_clarity(song, notes),
        pitch_class_entropy_bits=pitch_class_entropy(notes),
        scale_consistency=scale_consistency(notes),
        groove_consistency=groove_consistency(onset_grid(song, notes, GROOVE_STEPS_A_BEAT)),
        groove_similarity=groove_similarity(sixteenths),
        similar_bars=similar,
        copied_bars=copied,
        polyphony=polyphony(notes),
        notes_per_beat=_ratio(len(notes), beats),
        notes_per_second=_ratio(len(notes), seconds),
        tempo_bpm=_ratio(60 * beats, seconds),
        onsets_per_minute=_ratio(60 * len(np.unique(notes.starts_ticks)), seconds),
        empty_beats=empty_beat_rate(notes, song.end_ticks),
        mean_pitch=_mean(notes.pitches),
        mean_velocity=_mean(notes.velocities),
        melody_steps=steps,
        melody_leaps=leaps,
        melody_repeats=repeats,
        melody_range_semitones=float(np.ptp(melody.pitches)) if len(melody) else math.nan,
        melody_articulation=articulation(melody),
        chord_tones=chord_tones,
        chord_tones_by_chance=by_chance,
    )


# --- pitch ------------------------------------------------------------------------------------------


def pitch_class_weights(notes: NoteTable) -> Floats:
    """How long each pitch class sounds, in ticks, C first: (12,)."""
    return np.bincount(notes.pitches % 12, weights=notes.durations_ticks, minlength=12).astype(np.float64)


def tonal_clarity(song: Song, notes: NoteTable) -> float:
    """Mean over stretches of four bars of the best key's correlation (-1..1): how clear the key is at each moment.

    Unlike the key clarity of the whole song it is not lowered by a modulation.
    """
    places = places_in_bars(song, notes.starts_ticks)
    windows, which = np.unique(places.bars // CLARITY_WINDOW_BARS, return_inverse=True)
    cells = which * 12 + notes.pitches % 12
    weights = np.bincount(cells, weights=notes.durations_ticks, minlength=12 * len(windows))
    best = key_correlations(weights.astype(np.float64).reshape(-1, 12)).max(axis=1, initial=-1.0)
    return _mean(best[~np.isnan(best)])


def pitch_class_entropy(notes: NoteTable) -> float:
    """Entropy of the counts of the twelve pitch classes, in bits, 0..3.585 (MusPy, Dong et al. 2020)."""
    counts = np.bincount(notes.pitches % 12, minlength=12)
    shares = counts[counts > 0] / max(1, len(notes))
    return float(-(shares * np.log2(shares)).sum()) + 0.0 if len(notes) else math.nan


def scale_consistency(notes: NoteTable) -> float:
    """The largest share of notes that one of the 24 major and minor scales holds, 0..1 (MusPy, after Mogren 2016)."""
    counts = np.bincount(notes.pitches % 12, minlength=12)
    inside = [
        counts[(np.array(s) + tonic) % 12].sum() for s in (MAJOR_SCALE, MINOR_SCALE) for tonic in range(12)
    ]
    return _ratio(max(inside), len(notes))


def polyphony(notes: NoteTable) -> float:
    """Mean number of notes that sound together while any sounds, >= 1 (MusPy, on ticks)."""
    covered = _covered(notes.starts_ticks, notes.ends_ticks)
    return _ratio(int(notes.durations_ticks.sum()), covered)


# --- rhythm -----------------------------------------------------------------------------------------


def groove_consistency(grid: OnsetGrid) -> float:
    """1 - mean Hamming distance a step between the onsets of neighbouring bars, 0..1 (MusPy; 24 steps a beat)."""
    if grid.n_bars < 2:
        return math.nan
    bars = grid.cells // grid.n_steps
    n_ends = int((bars == 0).sum() + (bars == grid.n_bars - 1).sum())
    n_common = int(np.isin(grid.cells + grid.n_steps, grid.cells, assume_unique=True).sum())
    n_differing = 2 * len(grid.cells) - n_ends - 2 * n_common
    return 1 - n_differing / ((grid.n_bars - 1) * grid.n_steps)


def groove_similarity(grid: OnsetGrid) -> float:
    """GS: 1 - mean Hamming distance a step over all pairs of bars, 0..1 (Wu & Yang 2020; 4 steps a beat).

    A step at which c of n bars have an onset differs in c (n - c) of the n (n - 1) / 2 pairs.
    """
    n = grid.n_bars
    if n < 2:
        return math.nan
    _, counts = np.unique(grid.cells % grid.n_steps, return_counts=True)
    n_differing = float((counts.astype(float) * (n - counts)).sum())
    return 1 - n_differing / (n * (n - 1) / 2 * grid.n_steps)


def bar_repetition(song: Song, notes: NoteTable, max_bars: int = MAX_BARS_COMPARED) -> tuple[float, float]:
    """Shares of the bars that are like an earlier bar (Jaccard index >= 0.5) and that are its exact copy.

    A bar is its set of (sixteenth, pitch) onsets; bars without one are left out, as are those after `max_bars`.
    """
    places, steps = grid_places(song, notes, RHYTHM_STEPS_A_BEAT)
    cells = np.unique(np.stack([places.bars, steps * 128 + notes.pitches]), axis=1)
    edges = np.flatnonzero(np.diff(cells[0])) + 1
    bars = [bar.tobytes() for bar in np.split(cells[1], edges)][:max_bars] if cells.size else []
    distinct = list(dict.fromkeys(bars))
    n_copies = len(bars) - len(distinct)
    n_similar = n_copies + _n_similar([np.frombuffer(bar, dtype=np.int64) for bar in distinct])
    return _ratio(n_similar, len(bars)), _ratio(n_copies, len(bars))


def _n_similar(bars: list[NDArray[np.int64]]) -> int:
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


def empty_beat_rate(notes: NoteTable, end_ticks: int) -> float:
    """Share of the beats up to `end_ticks` in which nothing sounds, 0..1 (MusPy)."""
    n_beats = -(-end_ticks // TICKS_PER_QUARTER)
    first = notes.starts_ticks // TICKS_PER_QUARTER
    last = -(-notes.ends_ticks // TICKS_PER_QUARTER)
    covered = _covered(first, last)
    return _ratio(n_beats - covered, n_beats)


def _covered(starts: NDArray[np.int64], ends: NDArray[np.int64]) -> int:
    """Length of the union of intervals sorted by start."""
    if not len(starts):
        return 0
    reached = np.maximum.accumulate(ends)
    begins = np.maximum(starts[1:], reached[:-1])
    return int(ends[0] - starts[0] + np.maximum(0, ends[1:] - begins).sum())


# --- melody -----------------------------------------------------------------------------------------


def interval_shares(melody: NoteTable) -> tuple[float, float, float]:
    """Shares of steps (1-2 semitones), leaps (5 and more) and repeats (0) among the melody's intervals; the rest
    are thirds."""
    sizes = np.abs(np.diff(melody.pitches))
    return _mean((sizes > 0) & (sizes < 3)), _mean(sizes >= 5), _mean(sizes == 0)


def articulation(melody: NoteTable) -> float:
    """Mean of note length over time to the next onset, each at most 1: staccato is below 0.5, legato near 1."""
    gaps = np.diff(melody.starts_ticks)
    return _mean(np.minimum(1.0, melody.durations_ticks[:-1] / gaps))


def chord_tone_share(song: Song, melody: NoteTable, key: KeyEstimate) -> tuple[float, float]:
    """Share of melody notes on strong beats that belong to the chord then, and the share that the notes of the key
    would reach by chance (mean of |chord and scale| / 7). nan where the song states no chords.
    """
    strong = melody.chosen(_on_strong_beat(song, melody))
    chord_starts = np.array([chord.start_ticks for chord in song.chords], dtype=np.int64)
    which = np.searchsorted(chord_starts, strong.starts_ticks + STRONG_BEAT_TOLERANCE_TICKS, side="right") - 1
    members = {symbol: _chord_members(symbol) for symbol in {chord.symbol for chord in song.chords}}
    table = np.array([members[chord.symbol] for chord in song.chords]).reshape(-1, 12)
    known = which >= 0
    chords, pitches = table[which[known]], strong.pitches[known]
    stated = chords.any(axis=1)
    if not stated.any():
        return math.nan, math.nan
    chords, pitches = chords[stated], pitches[stated]
    scale = (np.array(MAJOR_SCALE if key.mode == "major" else MINOR_SCALE) + key.tonic_pc) % 12
    return _mean(chords[np.arange(len(chords)), pitches % 12]), _mean(chords[:, scale])


def _chord_members(symbol: str) -> NDArray[np.bool_]:
    """(12,) which pitch classes belong to the chord; none for "N.C." and for what cannot be read."""
    members = np.zeros(12, dtype=bool)
    with suppress(InputError):
        members[sorted(parse_chord(symbol).pitch_classes)] = True
    return members


def _on_strong_beat(song: Song, notes: NoteTable) -> NDArray[np.bool_]:
    """Which notes begin on the first beat of a bar or another strong one."""
    places = places_in_bars(song, notes.starts_ticks + STRONG_BEAT_TOLERANCE_TICKS)
    periods = np.array([_strong_period_ticks(meter) for meter in song.meters], dtype=np.int64)
    return places.offsets_ticks % periods[places.meters] <= 2 * STRONG_BEAT_TOLERANCE_TICKS


def _strong_period_ticks(meter: Meter) -> int:
    """Distance between strong beats: half a bar in 4/4, three eighths in 6/8, else the bar."""
    if meter.numerator % 3 == 0 and meter.numerator > 3:
        return max(1, 3 * meter.bar_ticks // meter.numerator)
    return max(1, meter.bar_ticks // 2 if meter.numerator % 4 == 0 else meter.bar_ticks)


def _mean(values: NDArray[Any]) -> float:
    return float(np.mean(values)) if len(values) else math.nan


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else math.nan
