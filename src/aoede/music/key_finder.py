"""Which key is this? Krumhansl & Kessler's profiles against how long each pitch class sounds.

Krumhansl, C. L. (1990), *Cognitive Foundations of Musical Pitch*, ch. 4: the key is the one of 24 whose profile
correlates best with the durations of the twelve pitch classes.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Probe-tone ratings for C, C#, ... B after a C major and a C minor context (Krumhansl & Kessler 1982).
MAJOR_PROFILE = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR_PROFILE = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
MODE_NAMES = ("major", "minor")


@dataclass(frozen=True, slots=True)
class KeyEstimate:
    tonic_pc: int  # 0..11, C = 0; 0 where nothing sounds
    mode: str  # "major" or "minor"
    correlation: float  # -1..1, the key clarity; nan where nothing sounds or all pitch classes sound alike
    margin: float  # >= 0, how far the next best key is behind


def find_key(weights: NDArray[np.float64]) -> KeyEstimate:
    """The key of twelve pitch-class weights (durations, say), C first."""
    scores = key_correlations(weights[None, :])[0]
    best = int(np.argmax(scores))
    if math.isnan(scores[best]):
        return KeyEstimate(0, "major", math.nan, math.nan)
    second = float(np.partition(scores, -2)[-2])
    return KeyEstimate(best % 12, MODE_NAMES[best // 12], float(scores[best]), float(scores[best]) - second)


def key_correlations(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pearson correlation of each row of `weights` (N, 12) with C..B major, then C..B minor: (N, 24).

    Rows that do not vary give nan.
    """
    centred = weights - weights.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(lengths > 0, centred / lengths, np.nan) @ _PROFILES.T


def _unit_profiles() -> NDArray[np.float64]:
    """(24, 12), each row of mean 0 and length 1."""
    rotated = [np.roll(profile, tonic) for profile in (MAJOR_PROFILE, MINOR_PROFILE) for tonic in range(12)]
    centred = np.array(rotated) - np.mean(rotated, axis=1, keepdims=True)
    return np.asarray(centred / np.linalg.norm(centred, axis=1, keepdims=True), dtype=np.float64)


_PROFILES = _unit_profiles()
