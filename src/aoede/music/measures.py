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
    covered_ticks,
    onset_grid,
    pitched_notes,
    places_in_bars,
)
from aoede.music.recurrence import RHYTHM_STEPS_A_BEAT, bar_repetition, structure_indices
from aoede.music.theory import MODES, parse_chord, tonic_name
from aoede.music.voices import Voices, told_apart
from aoede.song import TICKS_PER_QUARTER, Meter, Song

Floats = NDArray[np.float64]

GROOVE_STEPS_A_BEAT = 24  # groove consistency depends on its grid: this one is MusPy's default
STRONG_BEAT_TOLERANCE_TICKS = 30
CLARITY_WINDOW_BARS = 4
MAJOR_SCALE, MINOR_SCALE = MODES["major"], MODES["minor"]
# (24, 12) which pitch classes each of the major and minor scales holds
_SCALES = np.array(
    [
        [(pc - tonic) % 12 in scale for pc in range(12)]
        for scale in (MAJOR_SCALE, MINOR_SCALE)
        for tonic in range(12)
    ],
    dtype=np.int64,
)


@dataclass(frozen=True)
class Measures:
    """What was measured in one song. Shares lie in 0..1; nan means that there was nothing to measure."""

    key: str  # "F# minor"; "" where nothing sounds
    key_clarity: float
    key_margin: float
    tonal_clarity: float
    pitch_class_entropy_bits: float
    entropy_1_bar_bits: float
    entropy_4_bars_bits: float
    pitch_classes_a_bar: float
    scale_consistency: float
    groove_consistency: float
    groove_similarity: float
    similar_bars: float
    copied_bars: float
    structure_short: float
    structure_middle: float
    structure_long: float
    polyphony: float
    notes_per_beat: float
    notes_per_second: float
    tempo_bpm: float
    onsets_per_minute: float
    empty_beats: float
    mean_pitch: float
    mean_velocity: float
    melody_share: float
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


def measure(song: Song, voices: Voices | None = None) -> Measures:
    """All measures of `song`. Milliseconds for a song, under a second for 100,000 notes.

    voices: those of `told_apart(song)`, by one who has them already.
    """
    notes, voices = pitched_notes(song), voices or told_apart(song)
    melody = voices.melody
    classes = pitch_classes_of_bars(song, notes)
    key = find_key(pitch_class_weights(notes))
    sixteenths = onset_grid(song, notes, RHYTHM_STEPS_A_BEAT)
    similar, copied = bar_repetition(song, notes)
    short, middle, long = structure_indices(song, notes)
    beats, seconds = song.end_ticks / TICKS_PER_QUARTER, song.duration_s
    steps, leaps, repeats = interval_shares(melody)
    chord_tones, by_chance = chord_tone_share(song, melody, key)
    return Measures(
        key=f"{tonic_name(key.tonic_pc, key.mode)} {key.mode}" if len(notes) else "",
        key_clarity=key.correlation,
        key_margin=key.margin,
        tonal_clarity=tonal_clarity(song, notes),
        pitch_class_entropy_bits=pitch_class_entropy(notes),
        entropy_1_bar_bits=entropy_of_bars(classes, 1),
        entropy_4_bars_bits=entropy_of_bars(classes, 4),
        pitch_classes_a_bar=used_pitch_classes(classes),
        scale_consistency=scale_consistency(notes),
        groove_consistency=groove_consistency(onset_grid(song, notes, GROOVE_STEPS_A_BEAT)),
        groove_similarity=groove_similarity(sixteenths),
        similar_bars=similar,
        copied_bars=copied,
        structure_short=short,
        structure_middle=middle,
        structure_long=long,
        polyphony=polyphony(notes),
        notes_per_beat=_ratio(len(notes), beats),
        notes_per_second=_ratio(len(notes), seconds),
        tempo_bpm=_ratio(60 * beats, seconds),
        onsets_per_minute=_ratio(60 * len(np.unique(notes.starts_ticks)), seconds),
        empty_beats=empty_beat_rate(notes, song.end_ticks),
        mean_pitch=_mean(notes.pitches),
        mean_velocity=_mean(notes.velocities),
        melody_share=voices.melody_share,
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


def pitch_classes_of_bars(song: Song, notes: NoteTable) -> Floats:
    """How many notes of each pitch class begin in each bar that has any, C first: (n, 12).

    Bars in which nothing begins are left out, so that songs of a million bars are no trouble: the bars on both sides
    of a gap count as neighbours.
    """
    bars, which = np.unique(places_in_bars(song, notes.starts_ticks).bars, return_inverse=True)
    counts = np.bincount(which * 12 + notes.pitches % 12, minlength=12 * len(bars))
    return counts.reshape(-1, 12).astype(np.float64)


def entropy_of_bars(classes: Floats, n_bars: int) -> float:
    """H1, H4: mean entropy of the pitch classes within each run of `n_bars` bars, in bits, 0..3.585 (Wu & Yang 2020).

    Runs overlap, one begins at each bar; a song with fewer bars is one run.
    """
    n_bars = min(n_bars, len(classes))
    sums = np.concatenate([np.zeros((1, 12)), np.cumsum(classes, axis=0)])
    counts = sums[n_bars:] - sums[: len(sums) - n_bars]
    if not n_bars:
        return math.nan
    shares = counts / counts.sum(axis=1, keepdims=True)
    return _mean(-(shares * np.log2(np.where(shares > 0, shares, 1))).sum(axis=1)) + 0.0


def used_pitch_classes(classes: Floats) -> float:
    """Mean number of pitch classes that begin in a bar, 1..12 (UPC of Dong et al. 2018, of onsets)."""
    return _mean((classes > 0).sum(axis=1))


def scale_consistency(notes: NoteTable) -> float:
    """The largest share of notes that one of the 24 major and minor scales holds, 0..1 (MusPy, after Mogren 2016)."""
    counts = np.bincount(notes.pitches % 12, minlength=12)
    return _ratio(int((_SCALES @ counts).max()), len(notes))


def polyphony(notes: NoteTable) -> float:
    """Mean number of notes that sound together while any sounds, >= 1 (MusPy, on ticks)."""
    covered = covered_ticks(notes.starts_ticks, notes.ends_ticks)
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


def empty_beat_rate(notes: NoteTable, end_ticks: int) -> float:
    """Share of the beats up to `end_ticks` in which nothing sounds, 0..1 (MusPy)."""
    n_beats = -(-end_ticks // TICKS_PER_QUARTER)
    first = notes.starts_ticks // TICKS_PER_QUARTER
    last = -(-notes.ends_ticks // TICKS_PER_QUARTER)
    covered = covered_ticks(first, last)
    return _ratio(n_beats - covered, n_beats)


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
