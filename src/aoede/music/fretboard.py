"""Which notes of a chord a guitarist can hold: six strings, four fingers, one hand."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from aoede.music.paths import Floats
from aoede.music.theory import Chord

STRINGS = np.array([40, 45, 50, 55, 59, 64])  # E2 A2 D3 G3 B3 E4
Frets = NDArray[np.int64]  # one a string, lowest string first
Pitches = NDArray[np.int16]

SILENT = -1  # a string that is not played
_N_FRETS = 12  # an octave of them; farther up is for melodies
_N_MUTABLE = 2  # of the highest strings may be left out
_REACH_FRETS = 4  # from the index to the little finger
_KEPT = 12
_MUDDY_BELOW = 53  # F3: thirds below it are better left to the bass


@lru_cache(maxsize=512)
def grips(chord: Chord, top: int) -> tuple[Pitches, Floats]:
    """(n, 6) pitches of the best grips of a chord, SILENT where a string is, and what each is worth.

    The lowest note is the chord's bass. Low positions, many strings, complete chords and notes up to `top` are worth
    the most.
    """
    frets = np.concatenate([_every(chord, lowest) for lowest in range(3)])
    frets = frets[_can_be_held(frets)]
    pitches = np.where(frets == SILENT, SILENT, frets + STRINGS).astype(np.int16)
    pitches, frets = pitches[says := _says(pitches, chord)], frets[says]
    worth = _worth(frets, pitches, chord, top)
    best = np.argsort(-worth, kind="stable")[:_KEPT]
    return pitches[best], worth[best]


def _every(chord: Chord, lowest: int) -> Frets:
    """(n, 6) every choice of frets that sound notes of the chord, its bass on the string `lowest`."""
    pcs = {(chord.root_pc + interval) % 12 for interval in chord.intervals}
    bass_pc = chord.root_pc if chord.bass_pc is None else chord.bass_pc
    choices = []
    for number, string in enumerate(STRINGS.tolist()):
        wanted = {bass_pc} if number == lowest else pcs
        frets = [fret for fret in range(_N_FRETS) if (string + fret) % 12 in wanted]
        mutes = [SILENT] if number < lowest or number >= len(STRINGS) - _N_MUTABLE else []
        choices.append(mutes if number < lowest else frets + mutes)
    return np.stack(np.meshgrid(*choices, indexing="ij"), axis=-1).reshape(-1, len(STRINGS)).astype(np.int64)


def _ends_of_hand(frets: Frets) -> tuple[Frets, Frets]:
    """(n,) the lowest and the highest fret that is pressed; 0 where none is."""
    lowest = np.where(frets > 0, frets, 99).min(axis=1)
    return np.where(lowest == 99, 0, lowest), frets.max(axis=1).clip(0)


def _is_barre(frets: Frets) -> NDArray[np.bool_]:
    return np.asarray((frets > 0).sum(axis=1) > 4)


def _can_be_held(frets: Frets) -> NDArray[np.bool_]:
    """(n,) whether four fingers can: within reach, and more than four strings by laying the first one across."""
    lowest, highest = _ends_of_hand(frets)
    others = (frets > lowest[:, None]).sum(axis=1)
    barre_fits = (others <= 3) & ~(frets == 0).any(axis=1)
    no_gap = (frets[:, -2] != SILENT) | (frets[:, -1] == SILENT)
    return np.asarray((highest - lowest < _REACH_FRETS) & (~_is_barre(frets) | barre_fits) & no_gap)


def _says(pitches: Pitches, chord: Chord) -> NDArray[np.bool_]:
    """(n,) whether everything but the fifth is there."""
    must = [(chord.root_pc + interval) % 12 for interval in chord.intervals if interval != 7]
    return np.asarray(np.all([_count(pitches, pc) > 0 for pc in must], axis=0))


def _count(pitches: Pitches, pc: int) -> Frets:
    """(n,) how many strings sound a pitch class."""
    return np.asarray(((pitches % 12 == pc) & (pitches != SILENT)).sum(axis=1))


def _worth(frets: Frets, pitches: Pitches, chord: Chord, top: int) -> Floats:
    """(n,) how good each grip is."""
    lowest, highest = _ends_of_hand(frets)
    lacks_fifth = (_count(pitches, (chord.root_pc + 7) % 12) == 0) & (7 in chord.intervals)
    is_third = np.isin(pitches % 12, [(chord.root_pc + i) % 12 for i in chord.intervals if i in (3, 4)])
    is_third &= pitches != SILENT
    thirds, low_thirds = is_third.sum(axis=1), (is_third & (pitches < _MUDDY_BELOW))[:, 1:].sum(axis=1)
    in_order = np.sort(pitches, axis=1)
    unisons = ((np.diff(in_order, axis=1) == 0) & (in_order[:, 1:] != SILENT)).sum(axis=1)
    return np.asarray(
        0.9 * (frets != SILENT).sum(axis=1)
        + 0.15 * (frets == 0).sum(axis=1)
        - 0.45 * lowest
        - 0.3 * np.maximum(0, highest - lowest - 1)
        - 0.6 * _is_barre(frets)
        - 1.2 * lacks_fifth
        - 0.1 * np.maximum(0, thirds - np.int64(1))
        - 0.7 * low_thirds
        - 1.5 * unisons
        - 0.8 * np.maximum(0, pitches - np.int64(top)).sum(axis=1),
        np.float64,
    )
