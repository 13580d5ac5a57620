"""Which of several lines is sung: none that a singer would object to, and of the good ones any.

Each line is looked at from a few sides, each with a range that most real melodies lie in: too little and too much
both cost. Of the lines that cost least one is drawn, so that nothing is driven to an extreme.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.melody import STEPS_A_QUARTER
from aoede.music.melody_ground import Ground
from aoede.music.melody_line import Line

Floats = NDArray[np.float64]

GOOD = 4  # lines of which one is drawn
_HARD_LEAPS = (6, 10, 11)


@dataclass(frozen=True)
class Side:
    """A range that costs nothing, and what a whole unit outside costs."""

    low: float
    high: float
    weight: float

    def cost(self, value: float) -> float:
        return self.weight * max(0.0, self.low - value, value - self.high)


# Shares of intervals and of notes: about the 15th to 85th percentile of sung melodies.
SIDES: Mapping[str, Side] = MappingProxyType(
    {
        "steps": Side(0.36, 0.66, 6.0),
        "leaps": Side(0.06, 0.22, 8.0),
        "repeats": Side(0.02, 0.26, 6.0),
        "hard leaps": Side(0.0, 0.02, 12.0),
        "climbs": Side(0.0, 0.0, 2.0),
        "range": Side(9.0, 17.0, 0.35),
        "density": Side(0.9, 1.12, 5.0),
        "tops": Side(1.0, 2.0, 0.6),
        "top": Side(0.3, 0.95, 2.0),
        "chord tones": Side(0.68, 1.0, 5.0),
        "rhythms": Side(0.3, 0.85, 2.5),
        "likely": Side(-0.5, 1.0, 1.0),
        "held": Side(0.0, 0.0, 1.0),
    }
)


def chosen(lines: Sequence[Line], ground: Ground, rng: np.random.Generator) -> Line:
    """One of the best."""
    costs = costs_of(lines, ground)
    order = np.argsort(costs, kind="stable")
    good = [i for i in order[:GOOD] if costs[i] <= costs[order[0]] + 1.0]
    return lines[int(rng.choice(good))]


def costs_of(lines: Sequence[Line], ground: Ground) -> Floats:
    """(n,) what speaks against each line."""
    nats = np.array([line.nats for line in lines])
    middle, spread = (np.nanmedian(nats), np.nanstd(nats) + 0.1) if not np.isnan(nats).all() else (0.0, 1.0)
    rows = [
        looks(line, ground) | {"likely": 0.0 if np.isnan(line.nats) else float((middle - line.nats) / spread)}
        for line in lines
    ]
    return np.array([sum(SIDES[name].cost(value) for name, value in row.items()) for row in rows])


def looks(line: Line, ground: Ground) -> dict[str, float]:
    """What a line looks like from each side but how likely it is."""
    notes = line.notes
    pitches = np.array([note.pitch for note in notes])
    onsets = np.array([note.onset for note in notes])
    moves = np.diff(pitches)
    sizes = np.abs(moves)
    tops = np.flatnonzero(pitches == pitches.max())
    bars = len(np.unique(onsets[tops] // ground.bar))
    return _of_moves(moves, sizes) | {
        "range": float(np.ptp(pitches)),
        "density": len(notes) * STEPS_A_QUARTER / (0.94 * ground.end * ground.density),
        "tops": float(bars),
        "top": float(onsets[tops[-1]] / ground.end),
        "chord tones": _chord_tones(line, ground),
        "rhythms": _rhythms(onsets, ground),
        "held": float(_held(onsets, line, ground)),
    }


def _of_moves(moves: NDArray[np.int64], sizes: NDArray[np.int64]) -> dict[str, float]:
    """Shares of the intervals."""
    if not len(moves):
        return {}
    climbs = (sizes[1:] >= 5) & (sizes[:-1] >= 5) & (np.sign(moves[1:]) == np.sign(moves[:-1]))
    return {
        "steps": float(np.mean((sizes > 0) & (sizes < 3))),
        "leaps": float(np.mean(sizes >= 5)),
        "repeats": float(np.mean(sizes == 0)),
        "hard leaps": float(np.mean(np.isin(sizes, _HARD_LEAPS) | (sizes > 12))),
        "climbs": float(climbs.sum()),
    }


def _chord_tones(line: Line, ground: Ground) -> float:
    """Share of the notes on strong beats that belong to their chord."""
    hits = [
        note.pitch % 12 in ground.chord_at(note.onset).pitch_classes
        for note in line.notes
        if ground.level_at(note.onset) < 2
    ]
    return float(np.mean(hits)) if hits else 1.0


def _rhythms(onsets: NDArray[np.int64], ground: Ground) -> float:
    """Different bars over bars, by their rhythm."""
    bars: dict[int, list[int]] = {}
    for onset in onsets.tolist():
        bars.setdefault(onset // ground.bar, []).append(onset % ground.bar)
    return len({tuple(bar) for bar in bars.values()}) / max(1, len(bars))


def _held(onsets: NDArray[np.int64], line: Line, ground: Ground) -> int:
    """Bars within phrases in which nothing begins."""
    silent = set(range(ground.bars)) - set((onsets // ground.bar).tolist())
    return len(silent - {cadence // ground.bar for cadence in line.cadences})
