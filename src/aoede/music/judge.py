"""How bright and how restless do the notes of a song sound? A judge that knows nothing of what was asked for.

It hears pitches, when they begin and end in seconds, and how loud they are: no key, meter, tempo mark, chord symbol,
section or recipe. Eleven features are standardised by real songs and added up with fixed weights: their correlations
with listeners' labels of 200 pieces of game music (VGMIDI: Ferreira, Lelis & Whitehead 2020). Of those labels nothing
but these correlations is used here. A sum of features, each weighted by its own correlation, leaves out how they
depend on one another, but has nothing that could be tuned. The weights were written down before any plan of a song
was made to please them, and stay.

The answer on each axis is a place among real songs: +0.5 is brighter, or more restless, than three of four of them.

    notes in seconds -> features -> places among real songs -> weighted sums -> Judgement
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from aoede.music.key_finder import key_correlations
from aoede.music.measures import interval_shares, pitch_class_weights, scale_consistency
from aoede.music.note_table import NoteTable, pitched_notes, seconds_of
from aoede.music.voices import is_line
from aoede.song import TICKS_PER_QUARTER, Song

Floats = NDArray[np.float64]

UNITS_A_SECOND = 2 * TICKS_PER_QUARTER  # time is kept in ticks of 120 bpm, whatever the song's own are
TOGETHER_S = 0.025  # notes that begin so soon after one another are one chord
SURELY_MAJOR = 0.15  # how far the best major key's correlation must lead to be as major as anything
FARTHEST = 3.0  # spreads from the mean of real songs: what lies farther out counts no more

# Pulse: periods at which onsets recur, preferred near 500 ms (van Noorden & Moelants 1999; Ellis 2007, eq. 6). How
# much, and how pulses share in the pace, was chosen by the tempos that songs state (bench/judge.py, 2).
PULSE_STEP_S = 0.01
PULSE_BLUR_S = 0.02  # how exactly hands keep time
PULSES_BPM = np.geomspace(30, 300, 420)
PREFERRED_BPM, PREFERENCE_OCTAVES = 120.0, 1.5
PULSE_SHARPNESS = 6  # the power at which pulses share in the pace
LONGEST_NOTE_S = 2.0  # a longer one is no stronger accent
MAX_PULSE_S = 600.0  # of a song are enough to hear its pulse
WINDOW_BEATS = 4.0  # in which pitches are told apart: a bar of most songs, which the judge cannot see


@dataclass(frozen=True)
class Feature:
    """What it weighs on each axis, and where real songs lie."""

    valence: float  # correlation with listeners' labels, -1..1
    arousal: float
    mean: float  # over real songs
    spread: float  # standard deviation, > 0


@dataclass(frozen=True)
class Judgement:
    """valence, arousal: -1..1, 0 in the middle of real songs (and where nothing sounds).

    features: what was measured, by the names of `FEATURES`; nan where there was nothing to measure.
    """

    valence: float
    arousal: float
    features: Mapping[str, float]


# The last two columns are printed by `python bench/judge.py DATA`.
FEATURES: Mapping[str, Feature] = MappingProxyType(
    {
        "key_clarity": Feature(0.35, 0.0, 0.864, 0.089),
        "major": Feature(0.31, -0.05, 0.522, 0.729),
        "scale_consistency": Feature(0.28, -0.22, 0.905, 0.089),
        "window_entropy_bits": Feature(0.24, 0.0, 2.2, 0.306),
        "note_length": Feature(-0.19, -0.33, -1.422, 0.762),
        "velocity": Feature(-0.16, 0.07, 83.616, 24.189),
        "register": Feature(0.15, -0.24, 63.612, 3.774),
        "pace": Feature(0.11, 0.52, 6.827, 0.398),
        "notes_a_second": Feature(0.0, 0.55, 2.812, 0.771),
        "notes_a_beat": Feature(0.0, 0.33, 1.772, 0.747),
        "leaps": Feature(0.0, -0.21, 0.205, 0.12),
    }
)
# Mean and spread of the weighted sums over the same songs, by the same command.
VALENCE_OF_REAL, AROUSAL_OF_REAL = (-0.112, 0.773), (0.036, 1.282)


def judged(song: Song) -> Judgement:
    """Valence and arousal of `song` by its notes. A few milliseconds for a song."""
    found = features(heard(song))
    valence, arousal = sums(found)
    return Judgement(
        _place(valence, *VALENCE_OF_REAL), _place(arousal, *AROUSAL_OF_REAL), MappingProxyType(found)
    )


def sums(found: Mapping[str, float]) -> tuple[float, float]:
    """Features, standardised by real songs, times their weights: (valence, arousal) before they are placed.

    What could not be measured is taken to be as in the middle of real songs.
    """
    valence = arousal = 0.0
    for name, feature in FEATURES.items():
        deviation = (found[name] - feature.mean) / feature.spread
        if not math.isnan(deviation):
            deviation = max(-FARTHEST, min(FARTHEST, deviation))
            valence += feature.valence * deviation
            arousal += feature.arousal * deviation
    return valence, arousal


def _place(value: float, mean: float, spread: float) -> float:
    """-1..1: twice the share of a normal distribution that lies below `value`, less 1."""
    return math.erf((value - mean) / (spread * math.sqrt(2)))


# --- what is heard ----------------------------------------------------------------------------------


def heard(song: Song) -> NoteTable:
    """The pitched notes of all tracks in units of 1 / `UNITS_A_SECOND`, from the first on, sorted by start and pitch.

    Notes that begin together do so exactly, and one pitch is struck once, however many tracks play it. Drums are
    left out: the labels are of music without, and with them the pulse is found less often.
    """
    notes = pitched_notes(song)
    starts_s, ends_s = seconds_of(song, notes.starts_ticks), seconds_of(song, notes.ends_ticks)
    begins = np.diff(starts_s, prepend=-np.inf) > TOGETHER_S
    starts_s = starts_s[begins][np.cumsum(begins) - 1]
    starts_s, ends_s = starts_s - starts_s[:1].sum(), ends_s - starts_s[:1].sum()
    starts, ends = (np.round(times * UNITS_A_SECOND).astype(np.int64) for times in (starts_s, ends_s))
    order = np.lexsort((-ends, notes.pitches, starts))
    table = NoteTable(starts, np.maximum(ends, starts + 1), notes.pitches, notes.velocities).chosen(order)
    is_new = np.ones(len(table), dtype=np.bool_)
    is_new[1:] = (np.diff(table.starts_ticks) != 0) | (np.diff(table.pitches) != 0)
    return table.chosen(is_new)


def features(notes: NoteTable) -> dict[str, float]:
    """What the judge weighs, of the notes that `heard` gives; nan where there is nothing to measure.

    Rates and lengths are logarithms to the base of 2: from 60 to 120 bpm is as far as from 120 to 240.
    """
    if not len(notes):
        return dict.fromkeys(FEATURES, math.nan)
    seconds = max(1.0, float(notes.ends_ticks.max()) / UNITS_A_SECOND)
    lengths_s = notes.durations_ticks / UNITS_A_SECOND
    clarity, major = tonality(pitch_class_weights(notes))
    pace_bpm = pace(notes)
    line = notes.chosen(is_line(notes))
    return {
        "key_clarity": clarity,
        "major": major,
        "scale_consistency": scale_consistency(notes),
        "window_entropy_bits": window_entropy(notes, WINDOW_BEATS * 60 / pace_bpm),
        "note_length": float(np.log2(lengths_s).mean()),
        "velocity": float(notes.velocities.mean()),
        "register": float(notes.pitches.mean()),
        "pace": math.log2(pace_bpm),
        "notes_a_second": math.log2(len(notes) / seconds),
        "notes_a_beat": math.log2(len(notes) / seconds * 60 / pace_bpm),
        "leaps": interval_shares(line)[1],
    }


def tonality(weights: Floats) -> tuple[float, float]:
    """(clarity, major) of twelve pitch-class weights: the best key's correlation, and how far it is major, -1..1.

    `major` is 1 or -1 where a major or minor key leads by `SURELY_MAJOR`, and between them where keys are close: the
    labels' feature, major or not, without its jump.
    """
    scores = key_correlations(weights[None, :])[0]
    lead = float(scores[:12].max() - scores[12:].max())
    return float(scores.max()), max(-1.0, min(1.0, lead / SURELY_MAJOR))


def window_entropy(notes: NoteTable, window_s: float) -> float:
    """Mean entropy of the pitch classes that begin within windows of `window_s`, each half over the last; bits."""
    half = window_s / 2 * UNITS_A_SECOND
    halves = (notes.starts_ticks / half).astype(np.int64)
    counts = np.zeros((int(halves[-1]) + 2, 12))
    np.add.at(counts, (halves, notes.pitches % 12), 1)
    counts = counts[:-1] + counts[1:]
    counts = counts[counts.any(axis=1)]
    shares = counts / counts.sum(axis=1, keepdims=True)
    return float(-(shares * np.log2(np.where(shares > 0, shares, 1))).sum(axis=1).mean()) + 0.0


# --- pulse ------------------------------------------------------------------------------------------


def pace(notes: NoteTable) -> float:
    """Beats a minute as far as notes tell: the mean of all pulses, on a logarithmic scale, each weighed by its power.

    Where a pulse and its double are both strong it lies between them, as listeners' tapping does on average. The
    preferred pace where nothing recurs.
    """
    strengths = pulse_strengths(notes) ** PULSE_SHARPNESS
    if not strengths.any():
        return PREFERRED_BPM
    return math.exp(float((strengths * np.log(PULSES_BPM)).sum() / strengths.sum()))


def heard_tempo(notes: NoteTable) -> float:
    """The strongest pulse in beats a minute, to half a percent; nan where nothing recurs."""
    strengths = pulse_strengths(notes)
    return float(PULSES_BPM[strengths.argmax()]) if strengths.any() else math.nan


def pulse_strengths(notes: NoteTable) -> Floats:
    """How strongly the onsets recur at each of `PULSES_BPM`, times how much that pulse is preferred, 0..1.

    The autocorrelation of the onsets, an onset as strong as the square root of its notes' lengths together, and
    a preference that is normal in octaves.
    """
    seconds = notes.starts_ticks / UNITS_A_SECOND
    early = seconds <= MAX_PULSE_S
    if int(early.sum()) < 2:
        return np.zeros(len(PULSES_BPM))
    weights = np.sqrt(np.minimum(notes.durations_ticks[early] / UNITS_A_SECOND, LONGEST_NOTE_S))
    cells = np.round(seconds[early] / PULSE_STEP_S).astype(np.int64)
    onsets = np.sqrt(np.bincount(cells, weights=weights))
    likeness = _autocorrelation(onsets - onsets.mean(), int(60 / PULSES_BPM[0] / PULSE_STEP_S) + 2)
    recurring = np.interp(60 / PULSES_BPM, np.arange(len(likeness)) * PULSE_STEP_S, likeness)
    preference = np.exp(-0.5 * (np.log2(PULSES_BPM / PREFERRED_BPM) / PREFERENCE_OCTAVES) ** 2)
    return np.asarray(np.maximum(0.0, recurring) * preference)


def _autocorrelation(signal: Floats, n_lags: int) -> Floats:
    """(n_lags,) of a signal in steps of `PULSE_STEP_S`, blurred by `PULSE_BLUR_S`; 1 at lag 0."""
    size = 1 << (len(signal) + n_lags).bit_length()
    spectrum = np.abs(np.fft.rfft(signal, size)) ** 2
    turns_a_second = np.arange(len(spectrum)) / (size * PULSE_STEP_S)
    found = np.fft.irfft(spectrum * np.exp(-((2 * np.pi * turns_a_second * PULSE_BLUR_S) ** 2)))[:n_lags]
    return np.asarray(found / found[0] if found[0] > 0 else np.zeros(n_lags))
