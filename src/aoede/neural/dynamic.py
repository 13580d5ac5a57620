r"""A network that goes on learning while it reads: dynamic evaluation. Needs torch.

A text is read in segments of a few characters (Krause, Kahembwe, Murray & Renals, "Dynamic evaluation of neural
sequence models", 2018). Each is foreseen with the present weights w and the state carried from the one before; then
the weights go one step along its gradient g, each by its own measure, and a little way back to the trained ones w_0:

    s = sqrt(mean of g^2 so far)        w <- w - rate g / (s + epsilon) + decay (w_0 - w)

The mean of squares comes from the text that was read, not from training (as Adam takes it; Kingma & Ba 2015), so that
a model file is all that is needed. A reading that goes wrong begins again from the trained weights at half the rate.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from aoede.neural.network import State

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

_MEMORY = 0.999  # of the mean of squares
_EPSILON = 1e-5  # of the gradient's scale
_RECENT = 0.9  # share of the past in the recent nats that are watched
_MARGIN = 0.5  # nats above knowing nothing, and above the trained weights, that are too many


@dataclass(frozen=True)
class Habits:
    """How it learns. Chosen on the first half of a validation text."""

    n_steps: int = 32  # symbols of a segment
    rate: float = 6e-4
    decay: float = 1e-3  # of the way back to the trained weights, a segment
    most: float = 1.0  # greatest norm of a segment's gradient; longer ones are cut


class Reader:
    """One network that reads documents one after another. It changes `network`, whose trained weights it keeps.

    `network` is as in `network.py`, with its trained weights; `n_symbols` is V.
    """

    def __init__(self, network: Any, n_symbols: int, habits: Habits | None = None) -> None:
        self.network, self.habits = network.eval(), habits or Habits()
        self._weights = [p for p in network.parameters() if p.requires_grad]
        self._trained = [p.detach().clone() for p in self._weights]
        self._squares = [torch.zeros_like(p) for p in self._weights]
        self._n_read, self.rate = 0, self.habits.rate
        self._nothing = log(n_symbols)  # nats of knowing nothing
        self._first = self._recent = 0.0  # nats of the trained weights, and of late

    def distributions(
        self, document: Ints, *, first_symbol: int, labels: Sequence[int] = ()
    ) -> Iterator[tuple[int, Floats]]:
        """Reads a document (T,): yields (t, log p (b, V)), each row as foreseen before its symbol was read.

        `labels` (n_columns,) are the document's. What was learnt stays for the next document.
        """
        ids = torch.from_numpy(np.concatenate([[first_symbol], np.asarray(document, np.int64)]))
        told = torch.tensor(tuple(labels), dtype=torch.long)
        state: State = self.network.begin(1)
        for t in range(0, len(ids) - 1, self.habits.n_steps):
            inputs = ids[t : t + self.habits.n_steps][: len(ids) - 1 - t]
            rows, after = self._foresee(inputs, told, state)
            if not torch.isfinite(rows).all():
                self._begin_again()
                rows, after = self._foresee(inputs, told, self.network.begin(1))
            yield t, rows.detach().numpy().copy()
            # Only now are the symbols themselves looked at.
            self._learn(rows, ids[t + 1 : t + 1 + len(inputs)])
            state = tuple(part.detach() for part in after)

    def _foresee(self, inputs: Tensor, told: Tensor, state: State) -> tuple[Tensor, State]:
        logits, after = self.network(inputs[:, None], told.expand(len(inputs), 1, -1), state)
        return logits[:, 0].float().log_softmax(dim=1), after

    def _learn(self, rows: Tensor, targets: Tensor) -> None:
        nats = functional.nll_loss(rows, targets)
        found = nats.item()
        if not self._n_read:
            self._first = self._recent = found
        self._n_read += 1
        self._recent = _RECENT * self._recent + (1 - _RECENT) * found
        if self._recent > max(self._nothing, self._first) + _MARGIN:
            self._begin_again()
            return
        gradients = list(torch.autograd.grad(nats, self._weights))
        self._step(gradients)

    @torch.no_grad()
    def _step(self, gradients: list[Tensor]) -> None:
        norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
        if not torch.isfinite(norm):
            self._begin_again()
            return
        torch._foreach_mul_(gradients, min(1.0, self.habits.most / (float(norm) + 1e-12)))
        torch._foreach_mul_(self._squares, _MEMORY)
        torch._foreach_addcmul_(self._squares, gradients, gradients, 1 - _MEMORY)
        scales = torch._foreach_sqrt(self._squares)
        torch._foreach_div_(scales, (1 - _MEMORY**self._n_read) ** 0.5)
        torch._foreach_add_(scales, _EPSILON)
        torch._foreach_addcdiv_(self._weights, gradients, scales, -self.rate)
        torch._foreach_lerp_(self._weights, self._trained, self.habits.decay)

    @torch.no_grad()
    def _begin_again(self) -> None:
        """The trained weights, and half the rate from here on."""
        for p, trained, squares in zip(self._weights, self._trained, self._squares, strict=True):
            p.copy_(trained)
            squares.zero_()
        self._n_read = 0
        self.rate /= 2
