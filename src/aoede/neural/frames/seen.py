"""What an output sees beside what the network remembers: the frames just before, and the echo."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aoede.neural.arrays import Floats

UInt8 = NDArray[np.uint8]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Seen:
    """Of N frames that are to be foreseen."""

    past: UInt8  # (N, n_past, n_bits) the frames before each, the latest first
    echo: UInt8  # (N, n_bits)
    lengths: Ints  # (N,) classes of the echo's length

    def part(self, rows: slice) -> "Seen":
        return Seen(self.past[rows], self.echo[rows], self.lengths[rows])


def past_of(frames: UInt8, n_past: int) -> UInt8:
    """(T, n_bits) a piece -> (T, n_past, n_bits) the frames before each step, the latest first, zeros before all."""
    padded = np.concatenate([np.zeros((n_past, frames.shape[1]), np.uint8), frames])
    past: UInt8 = padded[np.arange(len(frames))[:, None] + np.arange(n_past - 1, -1, -1)]
    return past


def sigmoid(x: Floats) -> Floats:
    return np.asarray(0.5 * np.tanh(0.5 * x) + 0.5)


def bernoulli_nats(logits: Floats, bits: UInt8) -> Floats:
    """-log p of bits with these log-odds, each by itself, without overflow."""
    return np.asarray(np.maximum(logits, 0) - logits * bits + np.log1p(np.exp(-np.abs(logits))))
