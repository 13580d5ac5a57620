"""Training a network on pieces of events: rows of pieces read side by side, from window to window."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from aoede.neural.events.config import EventConfig
from aoede.neural.events.network import Events
from aoede.neural.events.piece import EventPiece, check_pieces
from aoede.neural.events.recipe import EventRecipe
from aoede.neural.learner import NetworkLearner
from aoede.neural.network import State
from aoede.neural.rows import PieceRows

MAX_CHECKED = 20_000  # events of the held-out pieces that a check reads
CHECK_ROWS, CHECK_STEPS = 16, 128  # pieces side by side, and events at once


class EventLearner(NetworkLearner[Events]):
    """A network in training on pieces of events."""

    unit = "note"

    def __init__(
        self,
        config: EventConfig,
        recipe: EventRecipe,
        train: Sequence[EventPiece],
        valid: Sequence[EventPiece],
        *,
        seed: int = 0,
        max_checked: int = MAX_CHECKED,
    ) -> None:
        check_pieces(config.shape, [*train, *valid])
        self._rows = PieceRows(train, n_rows=recipe.n_rows, n_steps=recipe.n_steps, seed=seed)
        super().__init__(config, recipe, n_rows=self._rows.n_rows, seed=seed)
        self._valid = _held_out(valid, max_checked)

    @property
    def n_examples(self) -> int:
        return self._rows.n_windows

    @property
    def n_symbols_a_step(self) -> int:
        return self.n_rows * int(self.recipe.n_steps)

    def _window(self, rng: np.random.Generator) -> tuple[Events, NDArray[np.bool_]]:
        stretches = self._rows.stretches(rng)
        events = Events.of(
            [s.piece for s in stretches],
            [s.begin for s in stretches],
            [s.end for s in stretches],
            self.config.shape,
            self._device,
        )
        forgotten = rng.random(self.n_rows) < self.recipe.forgetting
        return events, forgotten | np.array([s.is_first for s in stretches])

    def _cost(self, batch: Events, state: State) -> tuple[Tensor, State]:
        nats, state = self.network(batch, state)
        return nats.sum(), state

    def _held_out_nats(self) -> tuple[float, int] | None:
        if not self._valid:
            return None
        parts = range(0, len(self._valid), CHECK_ROWS)
        total = sum(self._nats_of(self._valid[begin : begin + CHECK_ROWS]) for begin in parts)
        return total, sum(map(len, self._valid))

    def _nats_of(self, pieces: Sequence[EventPiece]) -> float:
        """Of pieces side by side."""
        state, total = self.network.begin(len(pieces)), 0.0
        for begin in range(0, max(map(len, pieces)), CHECK_STEPS):
            begins = [min(begin, len(piece)) for piece in pieces]
            ends = [min(begin + CHECK_STEPS, len(piece)) for piece in pieces]
            with self._autocast():
                nats, state = self._cost(
                    Events.of(pieces, begins, ends, self.config.shape, self._device), state
                )
            total += float(nats)
        return total

    # -- storing --

    def state(self) -> dict[str, NDArray[Any]]:
        return super().state() | self._rows.state()

    def restore(self, tensors: Any, state: Any) -> None:
        super().restore(tensors, state)
        self._rows.restore(state)


def _held_out(pieces: Sequence[EventPiece], most: int) -> list[EventPiece]:
    """The first pieces of at most `most` events together, ordered by length so that rows end together."""
    kept, n_left = list[EventPiece](), most
    for piece in pieces:
        if n_left <= 0:
            break
        kept.append(piece.part(slice(n_left)))
        n_left -= len(kept[-1])
    return sorted((piece for piece in kept if len(piece)), key=len)
