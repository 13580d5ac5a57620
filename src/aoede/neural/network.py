"""What a network is asked for, and how documents and labels enter it. Needs torch."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

State = tuple[Tensor, ...]  # each (..., B, ...) with the rows in its second dimension


class Network(Protocol):
    """A module that reads windows. Its state after a window is all that it remembers of the rows."""

    def __call__(self, inputs: Tensor, labels: Tensor, state: State) -> tuple[Tensor, State]:
        """(T, B) ids and (T, B, n_columns) label ids -> (T, B, n_symbols) logits, and the state after them."""

    def begin(self, n_rows: int) -> State:
        """The state before anything was read."""


class Inputs(nn.Module):
    """Symbols and labels as vectors side by side: (T, B), (T, B, n_columns) -> (T, B, width).

    With `n_embedding` 0 both are one-hot, as in the tutorials, else looked up in tables that are learnt.
    """

    def __init__(self, n_symbols: int, n_embedding: int, label_sizes: tuple[int, ...], n_label: int) -> None:
        super().__init__()
        self.symbols = _table(n_symbols, n_embedding)
        self.labels = Labels(label_sizes, n_label if n_embedding else 0) if label_sizes else None
        self.width = self.symbols.shape[1] + (0 if self.labels is None else self.labels.table.shape[1])

    def forward(self, inputs: Tensor, labels: Tensor) -> Tensor:
        x = functional.embedding(inputs, self.symbols)
        return x if self.labels is None else torch.cat([x, self.labels(labels)], dim=2)


class Labels(nn.Module):
    """Label ids (T, B, n_columns) -> (T, B, n): each column adds its row; a mixture of labels is one of vectors."""

    offsets: Tensor

    def __init__(self, sizes: tuple[int, ...], n: int) -> None:
        super().__init__()
        self.table = _table(sum(sizes), n)
        offsets = torch.tensor([0, *sizes[:-1]], dtype=torch.long).cumsum(0)
        self.register_buffer("offsets", offsets, persistent=False)

    def forward(self, labels: Tensor) -> Tensor:
        return functional.embedding(labels + self.offsets, self.table).sum(dim=2)


def _table(n: int, width: int) -> nn.Parameter:
    if width == 0:
        return nn.Parameter(torch.eye(n), requires_grad=False)
    return nn.Parameter(torch.zeros(n, width))


class Masks:
    """Where the masks of dropout come from: one generator, seeded anew before every update.

    An update may read its window in parts, and parts again for the gradient: all of them have the same masks.
    """

    def __init__(self) -> None:
        self.generator = torch.Generator()
        self.seed = 0  # of the update

    def again(self) -> None:
        """From here on the masks are those from the update's beginning."""
        self.generator.manual_seed(self.seed)

    def draw(self, shape: tuple[int, ...], p: float, like: Tensor) -> Tensor:
        """0 with probability `p`, else 1 / (1 - p), so that the mean is 1."""
        kept = torch.rand(shape, generator=self.generator) >= p
        return kept.to(like.device, like.dtype) / (1 - p)


def locked_dropout(x: Tensor, p: float, masks: Masks) -> Tensor:
    """One mask for all steps of a window (Gal & Ghahramani 2016): (T, B, H) -> (T, B, H)."""
    return x * masks.draw((1, *x.shape[1:]), p, x) if p else x


class LockedDropout(nn.Module):
    """`locked_dropout` while it is trained."""

    def __init__(self, p: float, masks: Masks) -> None:
        super().__init__()
        self.p, self.masks = p, masks

    def forward(self, x: Tensor) -> Tensor:
        return locked_dropout(x, self.p if self.training else 0.0, self.masks)


def begin_weights(module: nn.Module, rng: np.random.Generator) -> None:
    """Matrices of learnt parameters uniform with the deviation 1 / sqrt(3 inputs), vectors as the module has them."""
    with torch.no_grad():
        for p in module.parameters():
            if p.requires_grad and p.dim() >= 2:
                bound = p[0].numel() ** -0.5
                p.copy_(torch.from_numpy(rng.uniform(-bound, bound, tuple(p.shape)).astype(np.float32)))


def weights_of(module: nn.Module) -> dict[str, NDArray[Any]]:
    """The learnt parameters as float32 arrays, copied."""
    return {name: array_of(p) for name, p in module.named_parameters() if p.requires_grad}


def array_of(tensor: Tensor) -> NDArray[Any]:
    return np.array(tensor.detach().to("cpu", torch.float32).numpy(), np.float32)


def load_weights(module: nn.Module, tensors: Mapping[str, NDArray[Any]]) -> None:
    with torch.no_grad():
        for name, p in module.named_parameters():
            if p.requires_grad:
                p.copy_(torch.from_numpy(np.array(tensors[name], np.float32)))
