"""How likely data are under an RBM: its partition function, exactly or by annealed importance sampling."""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aoede.models.rbm.model import RBM, sigmoid, softplus

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    value: float  # nats
    low: float
    high: float


def ais_log_partition(
    rbm: RBM,
    rng: np.random.Generator,
    *,
    n_chains: int = 100,
    betas: ArrayLike | None = None,
) -> Estimate:
    """log Z by annealed importance sampling from the model without weights and hidden biases."""
    steps = np.linspace(0, 1, 1000) if betas is None else np.asarray(betas, np.float64)
    base = rbm.visible_bias.astype(np.float64)
    v = (rng.random((n_chains, len(base))) < sigmoid(rbm.visible_bias)).astype(np.float32)
    log_weights = np.zeros(n_chains)
    for before, beta in itertools.pairwise(steps):
        logits = (v @ rbm.weights + rbm.hidden_bias).astype(np.float64)
        log_weights += (softplus(beta * logits) - softplus(before * logits)).sum(axis=1)
        h = (rng.random(logits.shape) < sigmoid((beta * logits).astype(np.float32))).astype(np.float32)
        p = sigmoid(np.float32(beta) * (h @ rbm.weights.T) + rbm.visible_bias)
        v = (rng.random(p.shape, np.float32) < p).astype(np.float32)
    log_z_base = softplus(base).sum() + rbm.config.n_hidden * np.log(2.0)
    top = log_weights.max()
    ratios = np.exp(log_weights - top)
    mean, error = ratios.mean(), ratios.std() / np.sqrt(n_chains)
    value = float(log_z_base + top + np.log(mean))
    spread = float(3 * error / mean)
    return Estimate(value, value - spread, value + spread)
