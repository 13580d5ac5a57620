"""How clearly do chords tell their key? Krumhansl & Kessler's profiles against the tones of a progression.

Where a song begins and ends its key is to be heard. A whole song may veil it: listeners hear clarity as valence.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.chords import N_CHORDS, QUALITIES, REDUCED
from aoede.music.key_finder import key_correlations
from aoede.music.theory import MODES

Floats = NDArray[np.float64]
Progression = tuple[int, ...]

CLARITY_RANKS = 0.45  # how far above the middle of its kind the clearest lies, in ranks
LEAST_LEAD = (
    0.13  # of the own key before the best other one, where the key is told; I IV V I has 0.36, I vi 0
)
_FEWEST = 4  # progressions that are left to choose from


def _tones() -> Floats:
    """(N_CHORDS, 12) what each chord gives to the pitch classes above the tonic, its root doubled by the bass."""
    tones = np.zeros((N_CHORDS, 12))
    for chord in range(N_CHORDS):
        degree, quality = divmod(chord, len(REDUCED))
        tones[chord, [(degree + t) % 12 for t in QUALITIES[REDUCED[quality]].intervals]] = 1.0
        tones[chord, degree] += 1.0
    return tones


_TONES = _tones()


def leads(progressions: Sequence[Progression], mode: str) -> Floats:
    """(P,) by how much the correlation with the tonic's own key, major or minor, exceeds that of all others.

    `mode` is a key of MODES; the profiles know major and minor keys, and hear a mode by its third.
    """
    correlations = _correlations(progressions)
    home = 12 * (3 in MODES[mode])
    others = np.delete(correlations, home, axis=1).max(axis=1)
    return np.asarray(correlations[:, home] - others)


def telling(progressions: Sequence[Progression], mode: str) -> list[Progression]:
    """Those that tell their key; of fewer than four, the four that tell it best."""
    lead = leads(progressions, mode)
    n = max(int((lead >= LEAST_LEAD).sum()), min(_FEWEST, len(progressions)))
    return [progressions[i] for i in sorted(np.argsort(-lead, kind="stable")[:n].tolist())]


def veil(progressions: Sequence[Progression], clarity: float) -> Floats:
    """(P,) how far the clarity of each progression's key is from the wanted one (-1..1); a wrong key costs more.

    Clear and veiled are meant among these progressions, since a Lydian one can never be as clear as a major one.
    Listeners hear key clarity as valence (r = .35 over labelled pieces, more than any other single measure).
    """
    correlations = _correlations(progressions)  # of the 24 keys; ours is on 0, major or minor
    home = np.maximum(correlations[:, 0], correlations[:, 12])
    rival = np.delete(correlations, (0, 12), axis=1).max(axis=1)
    wanted = np.quantile(home, np.clip(0.5 + CLARITY_RANKS * clarity, 0, 1))
    return np.asarray(3.0 * np.abs(home - wanted) + 16.0 * np.maximum(0.0, rival + 0.03 - home))


def _correlations(progressions: Sequence[Progression]) -> Floats:
    """(P, 24) with the major and minor keys, each chord as long as the others."""
    return key_correlations(np.array([_TONES[list(ids)].sum(axis=0) for ids in progressions]))
