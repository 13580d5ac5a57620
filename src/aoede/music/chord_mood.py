"""What a chord progression feels like: features of its functional ids, and what was learned from them.

The features follow what listeners and writers agree on: mode and brightness carry valence (Gabrielsson &
Lindström, "The role of structure in the musical expression of emotions", 2010), cadences and root motion
carry closure, chromatic chords carry surprise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.chords import QUALITIES, REDUCED
from aoede.learning.checkpoint import Checkpoint

Floats = NDArray[np.float64]

# How many fifths above the tonic a pitch class lies: F -1, G 1, ... of C; sharps are bright, flats dark.
_FIFTHS = np.array([0, -5, 2, -3, 4, -1, 6, 1, -4, 3, -2, 5], np.float64)
_MINOR_THIRD = np.array([3 in QUALITIES[name].intervals for name in REDUCED])
_SEVENTH = np.array([name in ("maj7", "min7", "7") for name in REDUCED])
_DIMINISHED = np.array([name in ("dim", "m7b5", "aug") for name in REDUCED])
_SUSPENDED = np.array([name.startswith("sus") for name in REDUCED])
_SCALES = {"major": {0, 2, 4, 5, 7, 9, 11}, "minor": {0, 2, 3, 5, 7, 8, 10, 11}}  # minor with both sevenths
_TONES = [
    [(degree + t) % 12 for t in QUALITIES[quality].intervals] for degree in range(12) for quality in REDUCED
]
_N_TONES = np.array([len(tones) for tones in _TONES])
_HEIGHT = np.array([_FIFTHS[tones].sum() for tones in _TONES])
_HEIGHT_SQUARED = np.array([(_FIFTHS[tones] ** 2).sum() for tones in _TONES])
_OUTSIDE = {mode: np.array([not set(tones) <= scale for tones in _TONES]) for mode, scale in _SCALES.items()}

FEATURES = (
    "minor tonic", "minor chords", "diminished or augmented", "suspended", "sevenths", "brightness",
    "chromaticism", "borrowed chords", "tonic share", "ends minor", "ends on tonic", "authentic", "plagal",
    "deceptive", "flat seventh to tonic", "flat second to tonic", "fifths down", "thirds", "steps",
)  # fmt: skip


_LEVEL = np.isin(np.arange(12), (3, 8, 10)) * 1 - np.isin(
    np.arange(12), (4, 9, 11)
)  # a flat third degree, or a sharp
_SUBMEDIANT = np.isin(np.arange(12), (8, 9))
_THIRDS, _STEPS = np.isin(np.arange(12), (3, 4, 8, 9)), np.isin(np.arange(12), (1, 2, 10, 11))


def features(ids: Sequence[int]) -> Floats:
    """(len(FEATURES),) of one progression of functional ids, read as a loop. Shares are 0..1."""
    return np.asarray(features_of(np.asarray(ids, np.int64)[None])[0])


def features_of(chords: NDArray[np.int64]) -> Floats:
    """(P, len(FEATURES)) of progressions of equally many functional ids (P, n)."""
    degrees, qualities = np.divmod(chords, len(REDUCED))
    minor, on_tonic = _MINOR_THIRD[qualities], degrees == 0
    is_minor = _minor_tonic(degrees, minor)
    n_tones = _N_TONES[chords].sum(axis=1)
    brightness = _HEIGHT[chords].sum(axis=1) / n_tones
    spread = np.sqrt(_HEIGHT_SQUARED[chords].sum(axis=1) / n_tones - brightness**2)
    outside = np.where(is_minor[:, None] > 0.5, _OUTSIDE["minor"][chords], _OUTSIDE["major"][chords])
    shares = [minor, _DIMINISHED[qualities], _SUSPENDED[qualities], _SEVENTH[qualities], outside, on_tonic]
    minor_share, diminished, suspended, sevenths, borrowed, tonic = (share.mean(axis=1) for share in shares)
    columns = [
        *(is_minor, minor_share, diminished, suspended, sevenths),
        *(brightness / 6, spread / 6, borrowed, tonic, minor[:, -1], on_tonic[:, -1]),
        *_motions(degrees),
    ]
    return np.stack([np.asarray(column, np.float64) for column in columns], axis=1)


def _minor_tonic(degrees: NDArray[np.int64], minor: NDArray[np.bool_]) -> Floats:
    """(P,) share of the tonic chords that are minor; without any, whether the third degrees heard are flat."""
    tonics = degrees == 0
    n = tonics.sum(axis=1)
    is_flat = _LEVEL[degrees].sum(axis=1) > 0
    return np.asarray(np.where(n > 0, (tonics & minor).sum(axis=1) / np.maximum(1, n), is_flat))


def _motions(degrees: NDArray[np.int64]) -> list[Floats]:
    """(P,) each: shares of the changes that are a kind of cadence or root motion; the last leads to the first."""
    following = np.roll(degrees, -1, axis=1)
    home = following == 0
    motion = (following - degrees) % 12
    moves = np.maximum(1, (motion != 0).sum(axis=1))
    kinds = [
        (degrees == 7) & home,
        (degrees == 5) & home,
        (degrees == 7) & _SUBMEDIANT[following],
        (degrees == 10) & home,
        (degrees == 1) & home,
        motion == 5,
        _THIRDS[motion],
        _STEPS[motion],
    ]
    return [kind.sum(axis=1) / moves for kind in kinds]


# The mood word whose sound was learned (see the preset's card) for each named feeling that has one.
_WORDS = {
    "nostalgia": "nostalgic", "longing": "nostalgic", "mystery": "mysterious", "dread": "dark", "fear": "dark",
    "triumph": "triumphant", "pride": "triumphant", "joy": "joyful", "playfulness": "joyful",
    "excitement": "joyful",
}  # fmt: skip

# The middle of the requests for which a plan chooses major and minor.
_MAJOR_VALENCE, _MINOR_VALENCE = 0.55, -0.45


@dataclass(frozen=True)
class ChordMood:
    """Ridge regression from features to valence (the first column) and to mood words (the others)."""

    names: tuple[str, ...]  # "valence", then mood words
    centre: Floats  # (F,) subtracted from the features
    scale: Floats  # (F,) then divided by
    weights: Floats  # (F, N)
    offset: Floats  # (N,)
    reference: Floats  # (2, 2, N) for major and for minor: mean and deviation of the answers over real songs

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> "ChordMood":
        """The regression that the harmony preset holds."""
        parts = {
            name.removeprefix("mood."): t
            for name, t in checkpoint.tensors.items()
            if name.startswith("mood.")
        }
        return cls(tuple(checkpoint.metadata["mood"]["names"]), **parts)

    def valence(self, progressions: Sequence[Sequence[int]]) -> Floats:
        """(P,) valence in [-1, 1]: what the mode says, and within the mode a quarter a deviation."""
        return self._valence(*self._judge(progressions))

    def kinship(self, progressions: Sequence[Sequence[int]], feelings: Mapping[str, float]) -> Floats:
        """(P,) how much each sounds like the named feelings, in deviations, weighted by their weights."""
        return self._kinship(self._judge(progressions)[0], feelings)

    def distances(
        self, progressions: Sequence[Sequence[int]], valence: float, feelings: Mapping[str, float]
    ) -> Floats:
        """(P,) how far each progression is from a mood; smaller is nearer."""
        answers, is_minor = self._judge(progressions)
        return np.abs(self._valence(answers, is_minor) - valence) - 0.25 * self._kinship(answers, feelings)

    def _judge(self, progressions: Sequence[Sequence[int]]) -> tuple[Floats, NDArray[np.bool_]]:
        """(P, N) answers in deviations from the mean of real songs of the same mode, and (P,) which are minor."""
        rows = np.empty((len(progressions), len(FEATURES)))
        lengths = np.array([len(ids) for ids in progressions])
        for n in np.unique(lengths).tolist():
            of_length = np.flatnonzero(lengths == n)
            rows[of_length] = features_of(np.array([progressions[i] for i in of_length.tolist()], np.int64))
        answers = (rows - self.centre) / self.scale @ self.weights + self.offset
        is_minor = rows[:, 0] > 0.5
        mean, deviation = self.reference[is_minor.astype(int)].swapaxes(0, 1)
        return (answers - mean) / deviation, is_minor

    def _valence(self, answers: Floats, is_minor: NDArray[np.bool_]) -> Floats:
        of_mode = np.where(is_minor, _MINOR_VALENCE, _MAJOR_VALENCE)
        return np.asarray(np.clip(of_mode + 0.25 * answers[:, 0], -1, 1))

    def _kinship(self, answers: Floats, feelings: Mapping[str, float]) -> Floats:
        total = np.zeros(len(answers))
        for feeling, weight in feelings.items():
            word = _WORDS.get(feeling)
            if word in self.names:
                total += weight * np.clip(answers[:, self.names.index(word)], -1.5, 1.5)
        return total / max(1.0, sum(feelings.values()))
