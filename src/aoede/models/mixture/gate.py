r"""How two predictions become one: a product of powers, normalised.

With p the n-gram's and q the network's prediction of the next symbol (log-linear interpolation; Klakow 1998)

    log m(w) = a log p(w) + b log q(w) - log Z

The weights (a, b) hang on how sure both are: entropies of p and q, in steps of half a nat, choose one of 7 x 7 pairs.
Each pair is fitted on held-out text by Newton's method; a prior draws it to the pair fitted on all of the text, so
that a case that is seldom seen weighs as the rest does.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.neural.arrays import Floats

N_STEPS, STEP_NATS = 7, 0.5
N_CASES = N_STEPS * N_STEPS
_EVEN = (0.5, 0.5)
_PRIOR = 100.0  # symbols that the prior of a case weighs
_N_ROUNDS = 8
_LEAST, _MOST = 0.0, 3.0

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Gate:
    weights: Floats  # (N_CASES, 2) of the n-gram and of the network

    @classmethod
    def even(cls) -> "Gate":
        return cls(np.tile(np.array(_EVEN, np.float32), (N_CASES, 1)))

    @classmethod
    def fit(cls, p: Floats, q: Floats, targets: Ints) -> "Gate":
        """From log-probabilities (T, V) of both at each place of a text, and what stood there (T,)."""
        if not len(targets):
            return cls.even()
        pair = np.stack([p, q])
        start = np.array(_EVEN)
        everywhere = _fitted(pair, targets, start, prior=1e-3)
        cases = case_of(p, q)
        weights = np.tile(everywhere, (N_CASES, 1))
        for case in np.unique(cases):
            at = cases == case
            weights[case] = _fitted(pair[:, at], targets[at], everywhere, prior=_PRIOR)
        return cls(weights.astype(np.float32))

    def mix(self, p: Floats, q: Floats) -> Floats:
        """(T, V) log-probabilities of the mixture."""
        w = self.weights[case_of(p, q)]
        mixed = w[:, :1] * p + w[:, 1:] * q
        mixed -= mixed.max(axis=1, keepdims=True)
        mixed -= np.log(np.exp(mixed).sum(axis=1, keepdims=True))
        return mixed


def checked_gate(weights: NDArray[np.generic]) -> Gate:
    """Raises InputError for an array that is no gate."""
    if weights.shape != (N_CASES, 2) or weights.dtype.kind != "f":
        raise InputError("the weights of this mixture are damaged")
    return Gate(np.asarray(weights, np.float32))


def case_of(p: Floats, q: Floats) -> Ints:
    """(T,) which pair of weights two predictions (T, V) call for."""
    steps = [np.minimum(N_STEPS - 1, _entropy(log_p) / STEP_NATS).astype(np.int64) for log_p in (p, q)]
    return np.asarray(steps[0] * N_STEPS + steps[1])


def _entropy(log_p: Floats) -> Floats:
    """(T,) nats. Log-probabilities of -inf count as nothing."""
    finite = np.maximum(log_p, np.float32(-50))
    return np.asarray(np.maximum(0, -(np.exp(finite) * finite).sum(axis=1)))


def _fitted(pair: Floats, targets: Ints, start: NDArray[np.float64], prior: float) -> NDArray[np.float64]:
    """(2,) weights that make the targets likeliest; `prior` symbols speak for `start`.

    The gradient is that of a maximum-entropy model: what the two say of the target, less what they say on average.
    """
    w = start.astype(np.float64)
    at = np.arange(len(targets))
    found = pair[:, at, targets].sum(axis=1, dtype=np.float64)
    for _ in range(_N_ROUNDS):
        mixed = w[0] * pair[0] + w[1] * pair[1]
        m = np.exp(mixed - mixed.max(axis=1, keepdims=True))
        m /= m.sum(axis=1, keepdims=True)
        means = np.stack([(m * part).sum(axis=1, dtype=np.float64) for part in pair])
        squares = np.array(
            [[(m * pair[i] * pair[j]).sum(dtype=np.float64) for j in range(2)] for i in range(2)]
        )
        curve = squares - means @ means.T + (prior + 1e-6) * np.eye(2)
        slope = found - means.sum(axis=1) - prior * (w - start)
        w = np.clip(w + np.linalg.solve(curve, slope), _LEAST, _MOST)
    return w
