r"""All bits at once: an RBM whose biases depend on the past, the RNN-RBM of Boulanger-Lewandowski et al. (2012).

    p(x | past) = exp(-F(x)) / Z     F(x) = -b(h) . x - sum_j log(1 + exp(c_j(h) + x . W_j))

Z depends on h too, so each frame has its own; it is estimated by annealed importance sampling (Neal 2001) from the
model without W, whose Z is known. The estimate of log Z is too low in expectation: the nats are flattered.
"""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from aoede.neural.arrays import Floats, product
from aoede.neural.frames.config import FrameConfig
from aoede.neural.frames.seen import Seen, UInt8, sigmoid

N_SWEEPS = 30  # of the Gibbs chain that a frame is drawn by, from the frame before
N_BETAS, N_CHAINS = 200, 4  # of the estimate


class Rbm:
    is_estimate = True

    def __init__(self, config: FrameConfig, tensors: Mapping[str, Floats]) -> None:
        self._t = {name.removeprefix("output."): tensor for name, tensor in tensors.items()}

    def nats(self, hidden: Floats, frames: UInt8, seen: Seen, rng: np.random.Generator) -> Floats:
        """(N,) estimates of -log p of frames (N, n_bits), given what is remembered (N, n_hidden)."""
        b, c = self._biases(hidden)
        return np.asarray(self._energy(frames.astype(np.float32), b, c, 1.0) + self._log_z(b, c, rng))

    def draw(self, hidden: Floats, seen: Seen, rng: np.random.Generator, temperature: float) -> UInt8:
        """(N, n_bits) frames, by a chain that begins with the frame before; the last sweep takes the temperature."""
        b, c = self._biases(hidden)
        x = seen.past[:, 0].astype(np.float32)
        for k in range(N_SWEEPS):
            x = self._sweep(x, b, c, 1.0, rng, temperature if k == N_SWEEPS - 1 else 1.0)
        return x.astype(np.uint8)

    def _biases(self, hidden: Floats) -> tuple[Floats, Floats]:
        """(N, n_bits) of the bits and (N, n_units) of the units."""
        b = product(hidden, self._t["to_bits.weight"]) + self._t["to_bits.bias"]
        return b, product(hidden, self._t["to_units.weight"]) + self._t["to_units.bias"]

    def _energy(self, x: Floats, b: Floats, c: Floats, beta: float) -> Floats:
        """(N,) free energies of x, with the units' part at the inverse temperature `beta`."""
        units = beta * (c + x @ self._t["weights"])
        return np.asarray(-(b * x).sum(axis=1) - np.logaddexp(0, units).sum(axis=1))

    def _sweep(
        self, x: Floats, b: Floats, c: Floats, beta: float, rng: np.random.Generator, temperature: float = 1.0
    ) -> Floats:
        """The units given x, then x given them."""
        on = sigmoid(np.float32(beta) * (c + x @ self._t["weights"]))
        units = (rng.random(on.shape, np.float32) < on).astype(np.float32)
        logits: Floats = b + np.float32(beta) * (units @ self._t["weights"].T)
        p = sigmoid(logits / np.float32(temperature))
        return (rng.random(p.shape, np.float32) < p).astype(np.float32)

    def _log_z(self, b: Floats, c: Floats, rng: np.random.Generator) -> Floats:
        """(N,) log Z: between the bits alone (beta 0) and the model (1) the units come in step by step."""
        betas = np.linspace(0, 1, N_BETAS + 1)
        n_units = c.shape[1]
        logs = np.empty((N_CHAINS, len(b)))
        for chain in logs:
            p = sigmoid(b)
            x = (rng.random(p.shape, np.float32) < p).astype(np.float32)
            chain[:] = np.logaddexp(0, b).sum(axis=1) + n_units * np.log(2)
            for low, high in pairwise(betas):
                chain += self._energy(x, b, c, low) - self._energy(x, b, c, high)
                x = self._sweep(x, b, c, high, rng)
        most = logs.max(axis=0)
        return np.asarray(most + np.log(np.exp(logs - most).mean(axis=0)))


def shapes(config: FrameConfig, n_hidden: int) -> dict[str, tuple[int, ...]]:
    return {
        "output.weights": (config.n_bits, config.n_units),
        "output.to_units.weight": (config.n_units, n_hidden),
        "output.to_units.bias": (config.n_units,),
        "output.to_bits.weight": (config.n_bits, n_hidden),
        "output.to_bits.bias": (config.n_bits,),
    }
