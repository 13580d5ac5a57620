"""Training a network on pieces of music: rows of pieces read side by side, from window to window."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aoede.neural.frames.config import FrameConfig
from aoede.neural.frames.network import Frames
from aoede.neural.frames.recipe import FrameRecipe
from aoede.neural.frames.rows import Floats, Mover, Piece, Rows, UInt8
from aoede.neural.learner import NetworkLearner
from aoede.neural.network import State

MAX_CHECKED = 20_000  # frames of the held-out pieces that a check reads
_RARE = 1e-3  # frequency that keeps log-odds finite
CHECK_ROWS, CHECK_STEPS = 8, 256  # pieces side by side, and frames at once


class FrameLearner(NetworkLearner[Frames]):
    """A network in training on pieces (T_i, n_bits), each with its context (T_i, n_context) if there is any.

    With a `mover` each piece is moved up or down, by another interval each time that it is read.
    """

    unit = "frame"

    def __init__(
        self,
        config: FrameConfig,
        recipe: FrameRecipe,
        train: Sequence[UInt8],
        valid: Sequence[UInt8],
        *,
        train_context: Sequence[Floats] | None = None,
        valid_context: Sequence[Floats] | None = None,
        seed: int = 0,
        mover: Mover | None = None,
        max_checked: int = MAX_CHECKED,
    ) -> None:
        self._rows = Rows(
            pieces_of(config, train, train_context),
            n_rows=recipe.n_rows,
            n_steps=recipe.n_steps,
            seed=seed,
            mover=mover,
        )
        self._untold = recipe.context_dropout if config.n_context else 0.0
        super().__init__(config, recipe, n_rows=self._rows.n_rows, seed=seed)
        self._begin_at(np.concatenate(train).mean(axis=0, dtype=np.float64))
        self._valid = _held_out(pieces_of(config, valid, valid_context), max_checked)

    def _begin_at(self, means: NDArray[np.float64]) -> None:
        """The biases of the bits begin at the log-odds of their frequencies (n_bits,)."""
        odds = torch.from_numpy(np.log((means + _RARE) / (1 - means + _RARE)))
        with torch.no_grad():
            bias = self.network.output.bits_bias()
            bias.copy_(odds[: len(bias)])

    @property
    def n_examples(self) -> int:
        return self._rows.n_windows

    @property
    def n_symbols_a_step(self) -> int:
        return self.n_rows * int(self.recipe.n_steps)

    def _window(self, rng: np.random.Generator) -> tuple[Frames, NDArray[np.bool_]]:
        stretches = self._rows.next(rng, self._untold)
        frames = Frames.of(
            [s.piece for s in stretches],
            [s.begin for s in stretches],
            [s.end for s in stretches],
            self.config,
            self._device,
        )
        forgotten = rng.random(self.n_rows) < self.recipe.forgetting
        return frames, forgotten | np.array([s.is_first for s in stretches])

    def _cost(self, batch: Frames, state: State) -> tuple[Tensor, State]:
        nats, state = self.network(batch, state)
        return nats.sum(), state

    def _held_out_nats(self) -> tuple[float, int] | None:
        if not self._valid:
            return None
        self._masks.seed = 0  # of an output that draws as it is judged
        self._masks.again()
        total = 0.0
        for begin in range(0, len(self._valid), CHECK_ROWS):
            total += self._nats_of(self._valid[begin : begin + CHECK_ROWS])
        return total, sum(map(len, self._valid))

    def _nats_of(self, pieces: Sequence[Piece]) -> float:
        """Of pieces side by side."""
        state, total = self.network.begin(len(pieces)), 0.0
        for begin in range(0, max(map(len, pieces)), CHECK_STEPS):
            begins = [min(begin, len(piece)) for piece in pieces]
            ends = [min(begin + CHECK_STEPS, len(piece)) for piece in pieces]
            batch = Frames.of(pieces, begins, ends, self.config, self._device)
            with self._autocast():
                nats, state = self._cost(batch, state)
            total += float(nats)
        return total

    # -- storing --

    def state(self) -> dict[str, NDArray[Any]]:
        return super().state() | self._rows.state()

    def restore(self, tensors: Any, state: Any) -> None:
        super().restore(tensors, state)
        self._rows.restore(state)


def pieces_of(config: FrameConfig, rolls: Sequence[UInt8], contexts: Sequence[Floats] | None) -> list[Piece]:
    """The rolls with their echoes."""
    told = [None] * len(rolls) if contexts is None else contexts
    return [
        Piece.of(roll, context, has_echo=config.has_echo) for roll, context in zip(rolls, told, strict=True)
    ]


def _held_out(pieces: Sequence[Piece], most: int) -> list[Piece]:
    """The first pieces of at most `most` frames together, ordered by length so that rows end together."""
    kept, n_left = list[Piece](), most
    for piece in pieces:
        if n_left <= 0:
            break
        kept.append(
            Piece(piece.frames[:n_left], piece.context[:n_left], piece.echo[:n_left], piece.lengths[:n_left])
        )
        n_left -= len(kept[-1])
    return sorted((piece for piece in kept if len(piece)), key=len)
