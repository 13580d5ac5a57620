"""How well a model foresees events that are new to it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from aoede.errors import InputError
from aoede.neural.events.piece import EventPiece
from aoede.score import Score


def score(model: Any, pieces: Sequence[EventPiece], told: object = None, rng: object = None) -> Score:
    """Nats a note, over all its choices. Raises InputError where no piece has a note. Nothing is drawn from `rng`.

    `model.nats(pieces)` gives (T_i, choices) -log p.
    """
    n = sum(map(len, pieces))
    if not n:
        raise InputError("there is nothing to judge by: no piece has a note")
    total = sum(nats.sum(axis=0) for nats in model.nats(pieces))
    names = [choice.name for choice in model.config.shape.choices]
    parts = ", ".join(
        f"{name} {nats / n:.3f}" for name, nats in zip(names, np.atleast_1d(total), strict=True)
    )
    value = float(np.sum(total)) / n
    protocol = (
        f"-log p(note | notes before it), natural logarithm, the sum of {parts}; pooled over all notes, each melody "
        "from a cold start; key, meter and chords are told, as far as the model was trained with them; exact"
    )
    return Score("nats_per_note", value, value, value, n, protocol)
