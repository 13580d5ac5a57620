"""Sums over sets of features: rows of a table, added up bag by bag, and their gradients."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Bags:
    """Sets of numbers, one behind the other. None is empty."""

    ids: Ints  # (n,) of all
    starts: Ints  # (B + 1,) where each begins; the last is n

    @classmethod
    def of(cls, bags: Sequence[Ints]) -> "Bags":
        lengths = np.array([len(bag) for bag in bags], np.int64)
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        return cls(np.concatenate(bags) if len(bags) else np.zeros(0, np.int64), starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> Ints:
        return np.diff(self.starts)

    @property
    def rows(self) -> Ints:
        """(n,) the bag that each number is in."""
        return np.repeat(np.arange(len(self)), self.lengths)

    def take(self, indices: Ints) -> "Bags":
        """These bags alone, in this order."""
        lengths = self.lengths[indices]
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        places = np.arange(starts[-1]) + np.repeat(self.starts[indices] - starts[:-1], lengths)
        return Bags(self.ids[places], starts)

    def where(self, kept: NDArray[np.bool_]) -> "Bags":
        """The numbers that are kept (n,), where that empties no bag."""
        sums = np.concatenate([np.zeros(1, np.int64), np.cumsum(kept)])
        return Bags(self.ids[kept], sums[self.starts])

    def sums(self, table: Floats) -> Floats:
        """(B, d) the sum of the rows of (V, d) that each bag names, over the root of how many they are."""
        if not len(self):
            return np.zeros((0, table.shape[1]), np.float32)
        added = np.add.reduceat(table[self.ids], self.starts[:-1], axis=0)
        return np.asarray(added / np.sqrt(self.lengths, dtype=np.float32)[:, None])

    def gradient(self, of_sums: Floats) -> tuple[Ints, Floats]:
        """The rows (U,) of the table that moved these sums, and their gradient (U, d)."""
        order = np.argsort(self.ids, kind="stable")
        ids = self.ids[order]
        firsts = np.flatnonzero(np.diff(ids, prepend=-1))
        shares = (of_sums / np.sqrt(self.lengths, dtype=np.float32)[:, None])[self.rows[order]]
        return ids[firsts], np.add.reduceat(shares, firsts, axis=0)
