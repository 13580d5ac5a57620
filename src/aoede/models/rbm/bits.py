"""Batches of bits that are mostly zero: products with them, and drawing them.

A window of music has some 70 notes in 2,000 places. Two things follow, and each is one short piece of code here:

- In a batch of windows most columns are zero throughout. `Active` keeps the others as a small dense matrix;
  products with it touch only the rows of the weights that they need. (Index lists and sums over gathered rows were
  tried: NumPy adds rows at a tenth of the speed of a dense product, so they lose down to a density of 1 %.)
- A random float for every place costs more than all products together. `flip` compares whole batches with random
  bytes, and looks closer only where a byte cannot tell.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint8]
Floats = NDArray[np.float32]

_HALF = np.float32(0.5)
_MIDDLE = np.float32(128)
_REACH = np.float32(128 * (1 - 2**-23))  # 128 + _REACH is the greatest float32 below 256
_MOSTLY_ACTIVE = 0.7  # above this share, choosing columns costs more than it saves


@dataclass(frozen=True)
class Active:
    """The columns of a batch of bits (B, V) that are on anywhere in it."""

    columns: NDArray[np.intp] | slice  # A of the V
    values: Floats  # (B, A), 0 or 1

    @classmethod
    def of(cls, bits: Bits) -> "Active":
        columns = np.flatnonzero(np.bitwise_or.reduce(bits, axis=0))
        if len(columns) > _MOSTLY_ACTIVE * bits.shape[1]:
            return cls(slice(None), bits.astype(np.float32))
        return cls(columns, bits.take(columns, axis=1).astype(np.float32))

    def times(self, weights: Floats) -> Floats:
        """bits @ weights: (B, V) @ (V, H) -> (B, H)."""
        return np.asarray(self.values @ weights[self.columns])

    def add_outer(self, target: Floats, h: Floats) -> None:
        """target += bits.T @ h, of shapes (V, H), (V, B), (B, H)."""
        target[self.columns] += self.values.T @ h

    def add_sum(self, target: Floats, scale: np.float32) -> None:
        """target (V,) += scale * the sum of the bits over the batch."""
        target[self.columns] += scale * self.values.sum(axis=0)


def flip(logits: Floats, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Independent bits of the shape of `logits`, on with probability sigmoid(logits).

    Let 256 p = q + f with a whole q and 0 <= f < 1. A random byte is below q with probability q / 256 and equal to
    q with probability 1 / 256: then, and only then, a second draw decides with probability f. So the bits have
    the probability p to the accuracy of float64 where p is small, and of float32 elsewhere, for an eighth of the
    random numbers.
    """
    flat = logits.reshape(-1)
    scaled = flat * _HALF
    np.tanh(scaled, out=scaled)
    scaled *= _REACH
    scaled += _MIDDLE  # 256 sigmoid(logit), below 256
    whole = scaled.astype(np.uint8)
    drawn = _random_bytes(len(flat), rng)
    on = drawn < whole
    ties = np.flatnonzero(drawn == whole)
    rest = 256 / (1 + np.exp(np.minimum(-flat[ties].astype(np.float64), 700))) - whole[ties]
    on[ties] = rng.random(len(ties)) < rest
    return on.reshape(logits.shape)


def _random_bytes(n: int, rng: np.random.Generator) -> Bits:
    words = rng.integers(0, 2**64, -(-n // 8), dtype=np.uint64)
    return words.view(np.uint8)[:n]
