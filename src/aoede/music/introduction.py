"""The chords before a song is sung: the verse's as far as they tell the key, then a cadence.

An introduction says where home is. It begins there as the verse does, and where the verse's own beginning leaves the
key open (I vi, i VI III) it turns back: over a dominant, or over what the mode has in its place.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from aoede.encodings.chords import REDUCED
from aoede.music.harmony import Progression, ids_of
from aoede.music.key_clarity import LEAST_LEAD, leads
from aoede.music.theory import MODES

_OPEN_END = 1.5  # how much plainer chords must tell the key that do not come home
_UNIT = 4  # chords of one cadence: a longer introduction is the verse's before it
# What comes home, and what prepares for it: semitones above the tonic, and quality.
_CADENCES: Mapping[str, tuple[str, str]] = {
    "major": ("7:maj 7:7 5:maj", "5:maj 2:min7 9:min"),
    "lydian": ("2:maj 7:maj", "9:min 7:maj"),
    "mixolydian": ("10:maj 5:maj 7:min", "5:maj 10:maj"),
    "dorian": ("5:maj 7:min 10:maj", "5:maj 3:maj"),
    "minor": ("7:maj 7:7 10:maj", "5:min 8:maj"),
    "harmonic minor": ("7:maj 7:7", "5:min 8:maj"),
    "phrygian": ("1:maj 10:min", "5:min 3:maj"),
}


def introduction(verse: Sequence[int], n_chords: int, mode: str, *, rng: np.random.Generator) -> Progression:
    """`n_chords` (>= 1) functional ids that begin on the tonic, the verse's own for as long as they can be.

    mode: a key of MODES. Three chords or fewer hardly have room for a cadence.
    """
    own = tuple(verse[:n_chords])
    if len(own) == n_chords and _begins_at_home(own) and _lead(own, mode) >= _OPEN_END * LEAST_LEAD:
        return own
    if n_chords <= _UNIT:
        return _turned_back(own, n_chords, mode, rng)
    close = _turned_back(own, _UNIT, mode, rng)
    whole = (*own[: n_chords - _UNIT], *close)
    if len(whole) == n_chords and _begins_at_home(whole) and _lead(whole, mode) >= LEAST_LEAD:
        return whole
    return tuple(close[-1 - i % _UNIT] for i in range(n_chords))[::-1]


def _begins_at_home(ids: Progression) -> bool:
    return ids[0] // len(REDUCED) == 0


def _lead(ids: Progression, mode: str) -> float:
    return float(leads([ids], mode)[0])


def _turned_back(own: Progression, n_chords: int, mode: str, rng: np.random.Generator) -> Progression:
    """One of the cadences that tell the key and keep most of the verse's beginning; else the clearest."""
    tonic = ids_of("0:min" if 3 in MODES[mode] else "0:maj")[0]
    begins = own if own and _begins_at_home(own) else (tonic,)
    best = (tonic,) * n_chords
    for n_kept in range(min(len(begins), n_chords - 1), 0, -1):
        found = list(_closes(begins[:n_kept], n_chords, tonic, mode))
        if not found:
            continue
        lead = leads(found, mode)
        clear = np.flatnonzero(lead >= LEAST_LEAD)
        if len(clear):
            return found[int(rng.choice(clear))]
        best = max((best, found[int(lead.argmax())]), key=lambda ids: _lead(ids, mode))
    return best


def _closes(begins: Progression, n_chords: int, tonic: int, mode: str) -> Iterator[Progression]:
    """The beginning with each close that fits, up to `n_chords`; home lasts longer where two are left over."""
    leading, preparing = (ids_of(names) for names in _CADENCES[mode])
    n_left = n_chords - len(begins)
    middles: list[Progression] = [()] if begins[-1] in leading else []
    if n_left == 2:
        middles = [(chord,) for chord in leading]
    if n_left == 3:
        middles = [(chord, tonic) for chord in leading]
        middles += [(first, chord) for first in preparing for chord in leading]
    for middle in middles:
        close = (*begins, *middle, tonic)
        n_held = middle[-1:] == (tonic,)
        if all(a != b for a, b in pairwise(close[: n_chords - n_held])):
            yield close
