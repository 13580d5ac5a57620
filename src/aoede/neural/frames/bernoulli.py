"""Bits that are independent given the past: the form of the tutorials.

    p(x | past) = prod_i sigmoid(b_i + V_i . h)^x_i ...

Chords are guessed note by note as if by players who do not hear one another.
"""

from collections.abc import Mapping

import numpy as np

from aoede.neural.arrays import Floats, product
from aoede.neural.frames.config import FrameConfig
from aoede.neural.frames.seen import Seen, UInt8, bernoulli_nats, sigmoid


class Bernoulli:
    def __init__(self, config: FrameConfig, tensors: Mapping[str, Floats]) -> None:
        self._weight, self._bias = tensors["output.out.weight"], tensors["output.out.bias"]

    def nats(self, hidden: Floats, frames: UInt8, seen: Seen) -> Floats:
        """(N,) -log p of frames (N, n_bits), given what is remembered (N, n_hidden)."""
        return np.asarray(bernoulli_nats(self._logits(hidden), frames).sum(axis=1))

    def draw(self, hidden: Floats, seen: Seen, rng: np.random.Generator, temperature: float) -> UInt8:
        """(N, n_bits) frames."""
        p = sigmoid(self._logits(hidden) / np.float32(temperature))
        return (rng.random(p.shape, np.float32) < p).astype(np.uint8)

    def _logits(self, hidden: Floats) -> Floats:
        return product(hidden, self._weight) + self._bias


def shapes(config: FrameConfig, n_hidden: int) -> dict[str, tuple[int, ...]]:
    return {"output.out.weight": (config.n_bits, n_hidden), "output.out.bias": (config.n_bits,)}
