"""Training examples: every window of every roll, gathered from the rolls without a copy of them all."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.models.rbm.bits import Bits
from aoede.models.rbm.model import Config

Ints = NDArray[np.int64]


class Windows:
    """Examples are windows of `config.window_steps` rows that begin at rows 0, stride, 2 stride, ... of each roll.

    A roll shorter than a window is one example, filled up with rows of zeros.
    """

    def __init__(
        self,
        config: Config,
        rolls: Sequence[Bits],
        labels: NDArray[np.uint8] | None = None,
        *,
        stride_steps: int = 1,
    ) -> None:
        self._config = config
        self._labels = _checked_labels(config, len(rolls), labels)
        padded = [_padded(config, roll) for roll in rolls]
        first_rows = np.cumsum([0, *map(len, padded)])
        starts = [
            np.arange(0, len(roll) - config.window_steps + 1, stride_steps) + first
            for roll, first in zip(padded, first_rows, strict=False)
        ]
        self._bits = np.concatenate([np.zeros(0, np.uint8), *(roll.reshape(-1) for roll in padded)])
        self._starts = np.concatenate([np.zeros(0, np.int64), *starts])  # rows
        self._pieces = np.repeat(np.arange(len(rolls)), [len(s) for s in starts])

    def __len__(self) -> int:
        return len(self._starts)

    def gather(self, indices: Ints) -> Bits:
        """The examples (B, V): window bits row by row, then label bits."""
        config = self._config
        examples = np.empty((len(indices), config.n_visible), np.uint8)
        if len(indices):
            every = np.lib.stride_tricks.sliding_window_view(self._bits, config.n_roll)
            examples[:, : config.n_roll] = every[self._starts[indices] * config.width]
            examples[:, config.n_roll :] = self._labels[self._pieces[indices]]
        return examples

    def spread(self, n: int) -> Ints:
        """At most `n` examples spread evenly over all pieces."""
        return np.unique(np.linspace(0, len(self) - 1, min(n, len(self))).round().astype(np.int64))


def _padded(config: Config, roll: Bits) -> Bits:
    if roll.ndim != 2 or roll.shape[1] != config.width or roll.dtype != np.uint8 or (roll > 1).any():
        raise InputError(f"a roll must be rows of {config.width} bits (uint8), not {roll.dtype} {roll.shape}")
    missing = max(0, config.window_steps - len(roll))
    return np.concatenate([roll, np.zeros((missing, config.width), np.uint8)]) if missing else roll


def _checked_labels(config: Config, n_rolls: int, labels: NDArray[np.uint8] | None) -> NDArray[np.uint8]:
    if labels is None and not config.n_labels:
        return np.zeros((n_rolls, 0), np.uint8)
    if labels is None or labels.shape != (n_rolls, config.n_labels) or (labels > 1).any():
        found = "none" if labels is None else str(labels.shape)
        raise InputError(f"labels must be {config.n_labels} bits for each of {n_rolls} rolls, not {found}")
    return labels.astype(np.uint8)
