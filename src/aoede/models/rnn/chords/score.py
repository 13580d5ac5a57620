"""How well a network foresees chord changes that are new to it."""

from collections.abc import Sequence
from typing import Any

from aoede.neural.events import score as events
from aoede.neural.events.piece import EventPiece
from aoede.score import Score


def score(model: Any, pieces: Sequence[EventPiece], told: object = None, rng: object = None) -> Score:
    """Nats a chord change. Raises InputError where there is none. Nothing is drawn from `rng`."""
    found = events.score(model, pieces)
    protocol = (
        "-log p(chord | chords before it in its passage), natural logarithm; pooled over all changes, each passage "
        "from a cold start; mode, section and songbook are told where they are known; exact"
    )
    return Score("nats_per_chord", found.value, found.low, found.high, found.n_symbols, protocol)
