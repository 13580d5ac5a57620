"""A network on frames as torch trains it: a trunk and an output. `model.py` is the same in NumPy."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from aoede.neural.frames.config import FrameConfig
from aoede.neural.frames.outputs import Sight, output_of
from aoede.neural.frames.recipe import FrameRecipe
from aoede.neural.frames.rows import Piece
from aoede.neural.network import Masks, State

_EVEN = 128  # frames


class Trunk(Protocol):
    """What remembers: (T, B, n_read) and a state -> (T, B, n_hidden) and the state after it."""

    def __call__(self, x: Tensor, state: State) -> tuple[Tensor, State]: ...

    def begin(self, n_rows: int) -> State: ...


@dataclass(frozen=True)
class Frames:
    """T steps of B rows, each a stretch of a piece; a row that is shorter than others is filled up."""

    n_past: int
    before: Tensor  # (n_past + T, B, n_bits) the frames to foresee, and `n_past` before the first of them
    echo: Tensor  # (T, B, n_bits)
    lengths: Tensor  # (T, B) of the echo
    context: Tensor  # (T, B, n_context)
    counts: Tensor  # (T, B) which frames are to be foreseen

    @classmethod
    def of(
        cls,
        pieces: Sequence[Piece],
        begins: Sequence[int],
        ends: Sequence[int],
        config: FrameConfig,
        device: torch.device,
    ) -> "Frames":
        """Steps begin..end of each piece."""
        n, m = max(e - b for b, e in zip(begins, ends, strict=True)), config.n_past
        n_rows = len(pieces)
        before = np.zeros((m + n, n_rows, config.n_bits), np.float32)
        echo = np.zeros((n, n_rows, config.n_bits), np.float32)
        lengths = np.zeros((n, n_rows), np.int64)
        context = np.zeros((n, n_rows, config.n_context), np.float32)
        counts = np.zeros((n, n_rows), np.bool_)
        for row, (piece, begin, end) in enumerate(zip(pieces, begins, ends, strict=True)):
            here, known = slice(0, end - begin), min(begin, m)
            before[m - known : m + end - begin, row] = piece.frames[begin - known : end]
            echo[here, row], lengths[here, row] = piece.echo[begin:end], piece.lengths[begin:end]
            context[here, row] = piece.context[begin:end]
            counts[here, row] = True
        arrays: list[NDArray[Any]] = [before, echo, lengths, context, counts]
        return cls(m, *(torch.from_numpy(array).to(device) for array in arrays))

    def __len__(self) -> int:
        return len(self.counts)

    def part(self, steps: slice) -> "Frames":
        begin, end, _ = steps.indices(len(self))
        others = (getattr(self, field.name)[steps] for field in fields(self)[2:])
        return Frames(self.n_past, self.before[begin : end + self.n_past], *others)

    @property
    def n_symbols(self) -> int:
        """Frames that are to be foreseen."""
        return max(1, int(self.counts.sum()))

    @property
    def frames(self) -> Tensor:
        """(T, B, n_bits)"""
        return self.before[self.n_past :]

    @property
    def read(self) -> Tensor:
        """(T, B, n_read) what is read before each frame."""
        return torch.cat([self.before[self.n_past - 1 : -1], self.context, self.echo], dim=2)


class FrameNetwork(nn.Module):
    """Frames and a state -> nats of the frames that count (N, n_bits), in the order of time, and the state after."""

    def __init__(
        self, config: FrameConfig, recipe: FrameRecipe, masks: Masks, trunk: Any, n_hidden: int
    ) -> None:
        super().__init__()
        self.config, self.trunk = config, trunk
        self.masks, self.dropout = masks, recipe.hidden_dropout
        self.output = output_of(config, recipe, masks, n_hidden + config.n_context)

    def begin(self, n_rows: int) -> State:
        state: State = self.trunk.begin(n_rows)
        return state

    def forward(self, window: Frames, state: State) -> tuple[Tensor, State]:
        read = window.read if self.config.has_echo else window.read[:, :, : self.config.n_read]
        hidden, state = self.trunk(read, state)
        if self.training and self.dropout:
            hidden = hidden * self.masks.draw(tuple(hidden.shape), self.dropout, hidden)
        hidden = torch.cat([hidden, window.context.to(hidden.dtype)], dim=2)
        n, at = _places(window.counts)
        nats: Tensor = self.output(hidden[at], window.frames[at], _sight(window, at))
        return nats[:n], state


_Places = tuple[Tensor, Tensor]  # (N,) steps and (N,) rows


def _places(counts: Tensor) -> tuple[int, _Places]:
    """How many frames count, and where they are; the last again and again up to a multiple of `_EVEN`.

    Products are prepared anew for every size, and what was prepared is kept: few sizes are faster and smaller.
    """
    steps, rows = counts.nonzero(as_tuple=True)
    missing = -len(steps) % _EVEN
    return len(steps), (_filled_up(steps, missing), _filled_up(rows, missing))


def _filled_up(places: Tensor, missing: int) -> Tensor:
    return torch.cat([places, places[-1:].expand(missing if len(places) else 0)])


def _sight(window: Frames, at: _Places) -> Sight:
    n, m = len(window), window.n_past
    past = torch.stack([window.before[m - k : m - k + n][at] for k in range(1, m + 1)], dim=1)
    return Sight(past, window.echo[at], window.lengths[at])
