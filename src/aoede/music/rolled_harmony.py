"""Chord progressions from a model of piano rolls: it plays, and the chords that it plays are heard out.

Many rolls are drawn, each of them gives evidence for every chord at every place, and the best path through the
evidence is taken that begins, leads and closes as the section must. The mood decides which of them is used.
"""

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.chords import N_CHORDS, REDUCED, evidence
from aoede.learning.sampling import Trained, rolls_of
from aoede.music.harmony import Progression, constraints
from aoede.music.key_finder import find_key
from aoede.music.paths import best_path

N_ROLLS = 12
N_GIBBS = 40  # a window; chains go on from samples, so that few sweeps suffice
EVIDENCE_NATS = 9.0  # what a chord that fits wholly is worth against the rules of form
LOW_PITCH = 52  # below E3 notes tell the root
STANDING_NATS = 2.5  # two chords on one root in a row are rather a change that was missed,
SAME_NATS = 1.0  # and the same chord more so
SEVENTH_NATS = 0.8  # passing notes are easily taken for sevenths

Floats = NDArray[np.float64]


def candidates_of_rolls(
    trained: Trained,
    n_chords: int,
    span_beats: float,
    mode: str,
    section: str,
    *,
    valence: float,
    arousal: float,
    cadence: str,
    surprise: float,
    rng: np.random.Generator,
) -> list[Progression]:
    """Different progressions of `n_chords` functional ids, each chord lasting `span_beats` quarter notes.

    The arguments are those of `harmony.candidates`; valence and arousal choose the labels that the model is held to,
    where it has some.
    """
    span = max(1, round(span_beats * trained.encoding.steps_a_beat))
    made = rolls_of(trained, n_chords * span, rng, n=N_ROLLS, at=(valence, arousal), n_gibbs=N_GIBBS)
    allowed = constraints(n_chords, mode, section, cadence=cadence, surprise=surprise)
    allowed -= SEVENTH_NATS * np.array(["7" in quality for quality in REDUCED] * 12)
    roots = np.arange(N_CHORDS) // len(REDUCED)
    moves = -STANDING_NATS * (roots[:, None] == roots) - SAME_NATS * np.eye(N_CHORDS)
    found: dict[Progression, None] = {}
    for roll in made:
        heard = EVIDENCE_NATS * evidence_in(roll, trained, n_chords)
        found.setdefault(tuple(int(chord) for chord in best_path(heard + allowed, moves)))
    return list(found)


def evidence_in(roll: NDArray[np.uint8], trained: Trained, n_chords: int) -> Floats:
    """(n_chords, N_CHORDS) how well each chord, counted from the tonic, fits what sounds in each of equal spans."""
    held = roll[:, : trained.encoding.n_pitches].reshape(n_chords, -1, trained.encoding.n_pitches).sum(axis=1)
    pitches = np.arange(trained.encoding.low, trained.encoding.high + 1)
    weights, low = (
        _by_pitch_class(held[:, part], pitches[part]) for part in (pitches >= 0, pitches < LOW_PITCH)
    )
    tonic = 0 if trained.transpose == "key" else find_key(weights.sum(axis=0)).tonic_pc
    return evidence(np.roll(weights, -tonic, axis=1), np.roll(low, -tonic, axis=1))


def _by_pitch_class(held: NDArray[np.int64], pitches: NDArray[np.int64]) -> Floats:
    """(spans, P) steps that each pitch sounds -> (spans, 12)."""
    return np.asarray(held @ (pitches[:, None] % 12 == np.arange(12)), np.float64)
