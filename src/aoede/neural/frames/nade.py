"""Bits one after another, from low to high, each given those below it: RNN-NADE.

With h what is remembered, the neural autoregressive distribution estimator (Larochelle & Murray 2011) has biases that
depend on it (Boulanger-Lewandowski, Bengio & Vincent 2012):

    a_i = c(h) + sum_{j < i} x_j W_j        p(x_i = 1 | x_{<i}, past) = sigmoid(b_i(h) + V_i . sigmoid(a_i))
"""

from collections.abc import Mapping

import numpy as np

from aoede.neural.arrays import Floats, product
from aoede.neural.frames.config import FrameConfig
from aoede.neural.frames.seen import Seen, UInt8, bernoulli_nats, sigmoid


class Nade:
    def __init__(self, config: FrameConfig, tensors: Mapping[str, Floats]) -> None:
        self._n_bits = config.n_bits
        self._t = {name.removeprefix("output."): tensor for name, tensor in tensors.items()}

    def nats(self, hidden: Floats, frames: UInt8, seen: Seen) -> Floats:
        """(N,) -log p of frames (N, n_bits), given what is remembered (N, n_hidden)."""
        a, b = self._biases(hidden)
        total = np.zeros(len(frames), np.float32)
        for i in range(self._n_bits):
            total += bernoulli_nats(b[:, i] + sigmoid(a) @ self._t["visible"][i], frames[:, i])
            a += frames[:, i, None] * self._t["units"][i]
        return total

    def draw(self, hidden: Floats, seen: Seen, rng: np.random.Generator, temperature: float) -> UInt8:
        """(N, n_bits) frames. The units change with bits that are on alone: only these cost a step."""
        a, b = self._biases(hidden)
        chance = rng.random(b.shape, np.float32)
        frames, column = np.zeros(b.shape, np.uint8), np.arange(self._n_bits)
        after, waits = np.zeros(len(b), np.int64), np.ones(len(b), bool)
        while waits.any():
            logits = b[waits] + product(sigmoid(a[waits]), self._t["visible"])
            is_on = chance[waits] < sigmoid(logits / np.float32(temperature))
            is_on &= column >= after[waits, None]
            rows = np.flatnonzero(waits)
            waits[rows[~is_on.any(axis=1)]] = False
            rows, first = rows[is_on.any(axis=1)], is_on.argmax(axis=1)[is_on.any(axis=1)]
            frames[rows, first] = 1
            a[rows] += self._t["units"][first]
            after[rows] = first + 1
        return frames

    def _biases(self, hidden: Floats) -> tuple[Floats, Floats]:
        """(N, n_units) of the units and (N, n_bits) of the bits."""
        a = product(hidden, self._t["to_units.weight"]) + self._t["to_units.bias"]
        return a, product(hidden, self._t["to_bits.weight"]) + self._t["to_bits.bias"]


def shapes(config: FrameConfig, n_hidden: int) -> dict[str, tuple[int, ...]]:
    return {
        "output.units": (config.n_bits, config.n_units),
        "output.visible": (config.n_bits, config.n_units),
        "output.to_units.weight": (config.n_units, n_hidden),
        "output.to_units.bias": (config.n_units,),
        "output.to_bits.weight": (config.n_bits, n_hidden),
        "output.to_bits.bias": (config.n_bits,),
    }
