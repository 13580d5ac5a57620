"""Chords under a melody that is given.

    changes = harmonise(notes, key, meter, n_bars)

A hidden Markov model: its states are functional chords (`encodings.chords`), one or two a bar; a state is left for
the next as lead sheets leave it, and the notes that sound are those that lead sheets have over such a chord. Phrases
of eight bars begin and end on the roots that theirs do. All of it was counted (`learning/harmonise.py`); the few
weights below were chosen on songs that it was counted from.

Each place gets the chord that is likeliest there, given the whole melody (the posterior marginals of the forward-
backward algorithm; Rabiner, Proceedings of the IEEE 77, 1989): over lead sheets that is right more often than the one
likeliest sequence. Other harmonies than the first are drawn from the same posterior.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.chords import N_CHORDS, REDUCED, Chord, decode, encode
from aoede.learning.checkpoint import Checkpoint, load_preset
from aoede.music.theory import Key, PlacedChord
from aoede.song import TICKS_PER_QUARTER, Meter, Note

PHRASE_BARS = 8
NOTE_WEIGHT = 0.8  # notes of one chord are not independent: each says less than it would alone
ACCENT = 1.4  # how much more a note on a beat says than one beside it
RESTLESSNESS = 2.0  # on the odds of a change: what is likeliest everywhere else holds its chords too long
CLOSE = 3.0  # log weight of ending on the tonic
SHARPER = 1.5  # exponent on chances where another harmony is drawn
N_DRAWN = 12  # harmonies from which that one is chosen
_N_QUALITIES = len(REDUCED)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ear:
    """What lead sheets tell of melodies and their chords. Probabilities."""

    hears: Floats  # (qualities, 12) of a note's pitch class above the root of its chord
    follows: Floats  # (2, N_CHORDS, N_CHORDS) of the next chord, never the same again; in major, in minor
    places: Floats  # (PHRASE_BARS, 12) log of how much likelier a root above the tonic is there
    changes: Floats  # (2,) of another chord: at a bar line, inside a bar

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> "Ear":
        tensors = checkpoint.tensors
        return cls(*(tensors[name].astype(np.float64) for name in ("hears", "follows", "places", "changes")))


@lru_cache(maxsize=1)
def ear() -> Ear:
    """The one that is shipped."""
    return Ear.of(load_preset("harmonise"))


def chords_a_bar(meter: Meter) -> int:
    """Two where a bar has two strong places, else one."""
    has_two = meter.bar_ticks >= 4 * TICKS_PER_QUARTER or (
        meter.numerator % 6 == 0 and meter.denominator >= 8
    )
    return 2 if has_two and meter.numerator % 2 == 0 else 1


def harmonise(
    melody: Sequence[Note],
    key: Key,
    meter: Meter,
    n_bars: int,
    *,
    places: Sequence[int] = (),
    before: Chord | None = None,
    after: Chord | None = None,
    closes: bool = True,
    rng: np.random.Generator | None = None,
    instead_of: Sequence[Chord] = (),
    heard: Ear | None = None,
) -> list[PlacedChord]:
    """A chord for each bar or half bar of `n_bars`, in ticks from the beginning, without gaps, none beyond a bar.

    places: of each bar in its phrase, 0..7, counted through where they are not given. before, after: the chords on
    either side. closes: whether the last one is the tonic if the melody bears it. rng: draw another harmony than the
    likeliest, and than `instead_of` (a chord for each half bar or bar).
    """
    heard = heard or ear()
    tonic_pc, minor = key.tonic_pc, int(key.is_minor)
    per_bar = chords_a_bar(meter)
    n = n_bars * per_bar
    span_ticks = meter.bar_ticks // per_bar
    unary = _unary(melody, heard, tonic_pc, meter, span_ticks, n)
    bars = np.asarray(places or range(n_bars), np.int64)[:n_bars] % PHRASE_BARS
    unary += np.repeat(np.repeat(heard.places[bars], _N_QUALITIES, axis=1), per_bar, axis=0)
    if closes:
        unary[-1, _tonic_ids(minor)] += CLOSE
    moves = [_moves(heard, minor, inside) for inside in (0, 1)]
    if rng is not None:  # of others the likelier ones
        unary, moves = SHARPER * unary, [_rows(move**SHARPER) for move in moves]
    unary[0] += np.log(_common(heard, minor) if before is None else moves[0][encode(before, tonic_pc)])
    if after is not None:
        unary[-1] += np.log(moves[0][:, encode(after, tonic_pc)])
    chain = _Chain(unary, [moves[int(t % per_bar > 0)] for t in range(n)])
    ids = (
        chain.likeliest() if rng is None else _another(chain, rng, [encode(c, tonic_pc) for c in instead_of])
    )
    return _placed(ids, tonic_pc, meter, span_ticks, per_bar)


def changes_under(
    melody: Sequence[Note], key: Key, meter: Meter, section_bars: Sequence[int], upbeat_bars: int = 0
) -> list[list[PlacedChord]]:
    """The chords of every section of so many bars, in ticks from its beginning; phrases begin with the sections.

    upbeat_bars: how many bars of the first section stand before its first phrase.
    """
    first, *others = section_bars
    places = [bar - upbeat_bars for bar in range(first)] + [bar for n in others for bar in range(n)]
    placed = harmonise(melody, key, meter, sum(section_bars), places=places)
    edges = [meter.bar_ticks * bar for bar in accumulate(section_bars, initial=0)]
    return [
        [
            PlacedChord(p.start_ticks - begin, p.end_ticks - begin, p.chord)
            for p in placed
            if begin <= p.start_ticks < end
        ]
        for begin, end in pairwise(edges)
    ]


def _tonic_ids(minor: int) -> list[int]:
    return [REDUCED.index("min" if minor else "maj")]


def _common(heard: Ear, minor: int) -> Floats:
    """(N_CHORDS,) how common each chord is in the long run: where a song begins."""
    shares = np.full(N_CHORDS, 1 / N_CHORDS)
    for _ in range(50):  # half a step at a time, or it could swing to and fro
        shares = 0.5 * (shares + shares @ heard.follows[minor])
    return shares


def _unary(
    melody: Sequence[Note], heard: Ear, tonic_pc: int, meter: Meter, span_ticks: int, n: int
) -> Floats:
    """(n, N_CHORDS) log-likelihood of the notes of each span over each chord."""
    weights = np.zeros((n, 12))
    beat_ticks = TICKS_PER_QUARTER * 4 // meter.denominator
    for note in melody:
        for span in range(note.start_ticks // span_ticks, min(n, -(-note.end_ticks // span_ticks))):
            begin, end = (
                max(note.start_ticks, span * span_ticks),
                min(note.end_ticks, (span + 1) * span_ticks),
            )
            weight = ((end - begin) / TICKS_PER_QUARTER) ** 0.5
            weights[span, (note.pitch - tonic_pc) % 12] += weight * (
                ACCENT if begin % beat_ticks == 0 else 1.0
            )
    return np.asarray(NOTE_WEIGHT * weights @ tones(heard.hears).T)


def tones(hears: Floats) -> Floats:
    """(N_CHORDS, 12) log-probability of each pitch class above the tonic over each chord."""
    rows = [np.roll(hears[quality], degree) for degree in range(12) for quality in range(_N_QUALITIES)]
    return np.asarray(np.log(np.array(rows)))


def _moves(heard: Ear, minor: int, inside: int) -> Floats:
    """(N_CHORDS, N_CHORDS) probabilities from a span to the next, at a bar line or inside a bar."""
    odds = RESTLESSNESS * heard.changes[inside] / (1 - heard.changes[inside])
    change = odds / (1 + odds)
    return np.asarray(change * heard.follows[minor] + (1 - change) * np.eye(N_CHORDS))


def _rows(weights: Floats) -> Floats:
    """Each row as probabilities."""
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


class _Chain:
    """The posterior of a hidden Markov model."""

    def __init__(self, unary: Floats, moves: Sequence[Floats]) -> None:
        """unary: (T, S) log-likelihoods. moves: T matrices (S, S), that into each place; the first is not used."""
        self.moves = moves
        self.emitted = np.exp(unary - unary.max(axis=1, keepdims=True))
        self.forward = np.zeros_like(unary)
        self.forward[0] = _normal(self.emitted[0])
        for t in range(1, len(unary)):
            self.forward[t] = _normal((self.forward[t - 1] @ moves[t]) * self.emitted[t])

    def marginals(self) -> Floats:
        """(T, S) how likely each state is at each place."""
        backward = np.ones_like(self.forward)
        for t in range(len(backward) - 2, -1, -1):
            backward[t] = _normal(self.moves[t + 1] @ (self.emitted[t + 1] * backward[t + 1]))
        both = self.forward * backward
        return np.asarray(both / both.sum(axis=1, keepdims=True))

    def likeliest(self) -> list[int]:
        return [int(state) for state in self.marginals().argmax(axis=1)]

    def drawn(self, rng: np.random.Generator) -> list[int]:
        """A sequence as likely as it is: forward filtering, backward sampling."""
        states = [int(rng.choice(len(self.forward[-1]), p=self.forward[-1]))]
        for t in range(len(self.forward) - 2, -1, -1):
            chances = _normal(self.forward[t] * self.moves[t + 1][:, states[-1]])
            states.append(int(rng.choice(len(chances), p=chances)))
        return states[::-1]


def _normal(weights: Floats) -> Floats:
    return np.asarray(weights / weights.sum())


def _another(chain: _Chain, rng: np.random.Generator, instead_of: Sequence[int]) -> list[int]:
    """Of some harmonies drawn, the one whose chords are likeliest, if possible another than `instead_of`."""
    marginals = chain.marginals()
    drawn = [chain.drawn(rng) for _ in range(N_DRAWN)]
    others = [ids for ids in drawn if ids != list(instead_of)] or drawn
    return max(others, key=lambda ids: float(marginals[np.arange(len(ids)), ids].sum()))


def _placed(
    ids: Sequence[int], tonic_pc: int, meter: Meter, span_ticks: int, per_bar: int
) -> list[PlacedChord]:
    """The chords in their places; one that is held goes on within its bar."""
    placed: list[PlacedChord] = []
    for t, chord_id in enumerate(ids):
        begin, end = t * span_ticks, (t + 1) * span_ticks
        chord = decode(chord_id, tonic_pc)
        if t % per_bar and placed[-1].chord == chord:
            placed[-1] = PlacedChord(placed[-1].start_ticks, end, chord)
        else:
            placed.append(PlacedChord(begin, end, chord))
    return placed
