"""From chord symbols to pitches that hands can reach, each chord close to the one before it.

Three ways to voice: "keys" (a low note and three above it), "section" (three or four voices, as strings play
and choirs sing), "guitar" (what six strings and four fingers can hold). The best path through all voicings of a
progression moves the voices as little as possible and avoids parallel fifths and octaves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from aoede.music.fretboard import SILENT, grips
from aoede.music.paths import Floats, best_path
from aoede.music.theory import Chord

Voicing = tuple[int, ...]  # pitches, low to high
Pitches = NDArray[np.int16]  # (n voicings, n voices)

_KEPT = 40  # voicings of a chord that the path chooses from, the best by themselves
_PARALLEL = 12.0  # semitones of motion that two parallel perfect intervals weigh


@dataclass(frozen=True, slots=True)
class Hand:
    """How an instrument holds a chord."""

    kind: str  # "keys", "section" or "guitar"
    centre: float = 59.0  # about which its upper notes lie
    top: int = 69  # its highest note, below most of the melody
    low: int = 43  # its lowest note
    adds_bass: bool = True  # whether it plays the chord's bass below its three other notes
    scale: tuple[int, ...] = ()  # of which ninths may be taken in the place of the root, as in jazz

    @property
    def bottom(self) -> int:
        """The lowest of the upper notes."""
        return max(self.low, min(52, self.top - 14))


_KEYS = Hand("keys")


def voicings_for(chords: Sequence[Chord], hand: Hand = _KEYS) -> list[Voicing]:
    """One voicing a chord, low to high. The lowest note is the chord's bass where the hand has one."""
    return list(_led(tuple(chords), hand))


@lru_cache(maxsize=512)
def _led(chords: tuple[Chord, ...], hand: Hand) -> tuple[Voicing, ...]:
    choices = [_choices(chord, hand) for chord in chords]
    n_states = max(len(pitches) for pitches, _ in choices)
    unary = np.full((len(chords), n_states), -np.inf)
    for t, (pitches, worth) in enumerate(choices):
        unary[t, : len(pitches)] = worth
    moves = np.full((max(0, len(chords) - 1), n_states, n_states), -np.inf)
    for t, (here, there) in enumerate(pairwise(chords)):
        cost = _moves(here, there, hand)
        moves[t, : cost.shape[0], : cost.shape[1]] = -cost
    path = best_path(unary, moves)
    upper = [choices[t][0][state] for t, state in enumerate(path)]
    voicings = [tuple(sorted({int(p) for p in pitches if p != SILENT})) for pitches in upper]
    return tuple(_with_low_notes(chords, voicings, hand))


# --- upper notes ------------------------------------------------------------------------------------


@lru_cache(maxsize=2048)
def _choices(chord: Chord, hand: Hand) -> tuple[Pitches, Floats]:
    """The best voicings of a chord and what each is worth by itself, a silent string as SILENT."""
    if hand.kind == "guitar":
        pitches, worth = grips(chord, hand.top)
        return pitches, worth
    pitches = _upper(chord, hand)
    centre = pitches.mean(axis=1)
    span = (pitches[:, -1] - pitches[:, 0]).astype(np.float64)
    worth = -0.35 * np.abs(centre - hand.centre) - 0.1 * np.abs(span - (8 if hand.kind == "keys" else 12))
    worth -= 0.6 * (np.diff(pitches, axis=1) < 2).sum(axis=1)  # seconds rub
    third = [(chord.root_pc + i) % 12 for i in chord.intervals if i in (3, 4)]
    worth -= 1.5 * np.maximum(0, np.isin(pitches % 12, third).sum(axis=1) - 1)  # a third is not doubled
    best = np.argsort(-worth, kind="stable")[:_KEPT]
    return pitches[best], worth[best]


def needed(chord: Chord) -> set[int]:
    """The pitch classes without which a chord is another one: all but its root and its perfect fifth."""
    return {(chord.root_pc + i) % 12 for i in chord.intervals if i not in (0, 7)}


def _upper(chord: Chord, hand: Hand) -> Pitches:
    """Every three notes that say what the chord is: within an octave on keys, within a tenth in a section."""
    pcs = {(chord.root_pc + interval) % 12 for interval in chord.intervals}
    ninth, must = (chord.root_pc + 2) % 12, needed(chord)
    if ninth in hand.scale and len(must) < 3 and (ninth - 1) % 12 not in pcs and (ninth + 1) % 12 not in must:
        pcs = (pcs - {chord.root_pc}) | {ninth}
    return _combined(pcs, must, 3, 12 if hand.kind == "keys" else 16, hand)


def _combined(pcs: set[int], must: set[int], n_voices: int, widest: int, hand: Hand) -> Pitches:
    """(n, n_voices) pitches of `pcs`, all of `must` among them, as many of the others as there is room for."""
    pool = [pitch for pitch in range(hand.bottom, hand.top + 1) if pitch % 12 in pcs]
    n_voices = min(n_voices, len(pool))
    every = np.array(list(combinations(pool, n_voices)), dtype=np.int16).reshape(-1, n_voices)
    held = np.zeros((len(every), 12), dtype=bool)
    np.put_along_axis(held, every % 12, True, axis=1)
    complete = held[:, sorted(must)].all(axis=1) if must else np.ones(len(every), dtype=bool)
    complete &= held.sum(axis=1) >= min(n_voices, len(pcs))
    close = every[:, -1] - every[:, 0] <= widest
    for wanted in (complete & close, complete, held.sum(axis=1) >= 1):
        if wanted.any():
            return np.asarray(every[wanted])
    raise AssertionError("a register of an octave holds every chord")


# --- how chords follow each other -------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _moves(here: Chord, there: Chord, hand: Hand) -> Floats:
    """(n, m) what it costs to go from each voicing of one chord to each of the next, in semitones of motion."""
    a, b = _choices(here, hand)[0].astype(np.int64), _choices(there, hand)[0].astype(np.int64)
    if hand.kind == "guitar":
        return np.asarray(
            0.2 * np.abs(_lowest_fret_pitch(a)[:, None] - _lowest_fret_pitch(b)[None]), np.float64
        )
    if a.shape[1] == b.shape[1]:
        each = np.abs(b[None] - a[:, None])  # (n, m, voices)
    else:
        each = np.abs(b[None, :, :, None] - a[:, None, None, :]).min(axis=3)
    cost = (
        each.sum(axis=2) + 0.5 * each[:, :, 0] + 0.5 * each[:, :, -1] + 0.7 * np.maximum(0, each - 4).sum(2)
    )
    cost = cost * 3 / each.shape[2]
    basses = np.array([[_bass_pc(here), _bass_pc(there)]])
    parallel = _parallel(a[:, -1], b[:, -1], basses[:, 0], basses[:, 1])
    if hand.kind == "section" and a.shape[1] == b.shape[1]:
        for i, j in combinations(range(a.shape[1]), 2):
            parallel = parallel + _parallel(a[:, j], b[:, j], a[:, i], b[:, i])
    return np.asarray(cost + _PARALLEL * parallel, np.float64)


def _bass_pc(chord: Chord) -> int:
    return chord.root_pc if chord.bass_pc is None else chord.bass_pc


def _parallel(
    upper_a: NDArray[np.int64],
    upper_b: NDArray[np.int64],
    lower_a: NDArray[np.int64],
    lower_b: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """(n, m) where two voices move, and are a perfect fifth or octave apart both before and after."""
    before = (upper_a - lower_a) % 12
    after = (upper_b - lower_b) % 12
    same = (before[:, None] == after[None]) & np.isin(after, (0, 7))[None]
    moved = (upper_a[:, None] != upper_b[None]) & ((lower_a[:, None] - lower_b[None]) % 12 != 0)
    return np.asarray(same & moved)


def _lowest_fret_pitch(pitches: NDArray[np.int64]) -> NDArray[np.int64]:
    """About where on the neck a grip lies: the mean of its top strings."""
    return np.asarray(pitches[:, -3:].mean(axis=1), np.int64)


# --- the low note -----------------------------------------------------------------------------------


def _with_low_notes(chords: Sequence[Chord], voicings: Sequence[Voicing], hand: Hand) -> list[Voicing]:
    """The chord's bass added below; a guitar's grip has it already."""
    if hand.kind == "guitar" or not hand.adds_bass:
        return list(voicings)
    middle, found = hand.low + 7.0, list[Voicing]()
    near = middle
    for chord, voicing in zip(chords, voicings, strict=True):
        first = hand.low + (_bass_pc(chord) - hand.low) % 12
        able = range(first, voicing[0], 12)
        if able:
            wanted = 0.5 * (near + middle)
            near = min(able, key=lambda p: abs(p - wanted) + 4 * (p > voicing[0] - 3))
            found.append((int(near), *voicing))
        else:
            found.append(voicing)
    return found
