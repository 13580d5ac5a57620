"""Batches of bits that are mostly zero: products with them, and drawing them.

A window of music has some 70 notes in 2,000 places. Three things follow:

- In a batch of windows most columns are zero throughout. `Active` keeps the others as a small dense matrix, and its
  products touch only the rows of the weights that they need. (Index lists with sums over gathered rows were
  tried: NumPy adds gathered rows no faster than it multiplies these matrices.)
- A random float for every place costs more than the products. `flip` compares whole batches with random bytes,
  and looks closer only where a byte cannot tell.
- Where no bit is likelier than a few in a thousand, `scatter` draws the few places that come into question.

All three are exact: tests hold them against the plain product and the plain probabilities.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint8]
Floats = NDArray[np.float32]
Places = NDArray[np.intp]

_MOSTLY = 0.8  # of the columns: so many are not worth choosing from
_HALF = np.float32(0.5)
_MIDDLE = np.float32(128)
_REACH = np.float32(128 * (1 - 2**-23))  # 128 + _REACH is the greatest float32 below 256


@dataclass(frozen=True)
class Active:
    """Bits (B, V + 1), of which the last is always on, by the columns that are on anywhere in the batch."""

    columns: Places  # (A,) of the V + 1
    values: Floats  # (B, A), 0 or 1
    n_columns: int  # V + 1

    @classmethod
    def of(cls, bits: Bits) -> "Active":
        """The batch `bits` (B, V) with the bit that is always on."""
        return cls.placed(bits, np.arange(bits.shape[1]), bits.shape[1])

    @classmethod
    def placed(
        cls, bits: Bits, places: Places, n_visible: int, more: tuple[Places, Places] | None = None
    ) -> "Active":
        """The batch whose columns at `places` are `bits` (B, P), and whose bits `more` (rows, columns) are on."""
        used = np.flatnonzero(np.bitwise_or.reduce(bits, axis=0))
        if len(used) < _MOSTLY * len(places):
            bits, places = bits.take(used, axis=1), places[used]
        rows, others = more or (used[:0], used[:0])
        columns, at = np.unique(others, return_inverse=True)
        n = len(places)
        values = np.empty((len(bits), n + len(columns) + 1), np.float32)
        values[:, :n] = bits
        values[:, n:-1] = 0
        values[rows, n + at] = 1
        values[:, -1] = 1
        return cls(np.concatenate([places, columns, [n_visible]]), values, n_visible + 1)

    def times(self, matrix: Floats) -> Floats:
        """bits @ matrix: (B, V + 1) @ (V + 1, K) -> (B, K)."""
        return np.asarray(self.values @ matrix.take(self.columns, axis=0))

    def add_outer(self, target: NDArray[np.floating], other: Floats) -> None:
        """target += bits.T @ other, of shapes (V + 1, K), (V + 1, B), (B, K)."""
        target[self.columns] += self.values.T @ other

    def mean(self) -> Floats:
        """(V + 1,) how often each bit is on."""
        mean = np.zeros(self.n_columns, np.float32)
        mean[self.columns] = self.values.mean(axis=0)
        return mean

    def bits(self) -> Bits:
        """(B, V) without the bit that is always on."""
        bits = np.zeros((len(self.values), self.n_columns), np.uint8)
        bits[:, self.columns] = self.values
        return bits[:, :-1]


def flip(logits: Floats, rng: np.random.Generator) -> Bits:
    """Independent bits of the shape of `logits`, on with probability p = sigmoid(logits).

    Let 256 p = q + f with a whole q and 0 <= f < 1. A random byte is below q with probability q / 256 and equal to
    q with probability 1 / 256: then, and only then, a second draw decides with probability f. So the bits have
    the probability p, to the accuracy of float64 where p is small, for an eighth of the random numbers.
    """
    flat = logits.reshape(-1)
    scaled = flat * _HALF
    np.tanh(scaled, out=scaled)
    scaled *= _REACH
    scaled += _MIDDLE  # 256 sigmoid(logit), below 256
    whole = scaled.astype(np.uint8)
    drawn = rng.integers(0, 2**64, -(-len(flat) // 8), dtype=np.uint64).view(np.uint8)[: len(flat)]
    on = drawn < whole
    ties = np.flatnonzero(drawn == whole)
    on[ties] = rng.random(len(ties)) < 256 * sigmoid(flat[ties].astype(np.float64)) - whole[ties]
    return on.view(np.uint8).reshape(logits.shape)


def scatter(
    shape: tuple[int, int],
    bound: float,
    logits_at: Callable[[Places, Places], Floats],
    rng: np.random.Generator,
) -> tuple[Places, Places]:
    """The rows and columns of the bits that are on, where each has at most the probability `bound`.

    Every place comes into question with probability `bound`; how many do is binomial, and where is uniform. One
    that does, is on with probability p / bound. `logits_at(rows, columns)` gives the log-odds of p.
    """
    n_places = shape[0] * shape[1]
    n_in_question = rng.binomial(n_places, bound)
    rows, columns = np.divmod(rng.choice(n_places, n_in_question, replace=False, shuffle=False), shape[1])
    p = sigmoid(logits_at(rows, columns).astype(np.float64))
    on = bound * rng.random(n_in_question) < p
    return rows[on], columns[on]


def sigmoid(x: NDArray[Any]) -> NDArray[Any]:
    """1 / (1 + exp(-x)) without overflow, to the absolute accuracy of the type of `x`."""
    return 0.5 * np.tanh(0.5 * x) + 0.5
