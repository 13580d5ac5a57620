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
    # fmin: what is no number at all counts as unsure, and stays no number in the mixture.
    of_p, of_q = (np.fmin(_entropy(log_p) / STEP_NATS, N_STEPS - 1).astype(np.int64) for log_p in (p, q))
    return np.asarray(of_p * N_STEPS + of_q)


def _entropy(log_p: Floats) -> Floats:
    """(T,) nats. Log-probabilities of -inf count as nothing."""
    finite = np.maximum(log_p, np.float32(-50))
    return np.asarray(np.maximum(0, -np.vecdot(np.exp(finite), finite)))


def _fitted(pair: Floats, targets: Ints, start: NDArray[np.float64], prior: float) -> NDArray[np.float64]:
    """(2,) weights that make the targets likeliest, from `pair` (2, T, V); `prior` symbols speak for `start`.

    The gradient is that of a maximum-entropy model: what the two say of the target, less what they say on average.
    """
    w = start.astype(np.float64)
    found = pair[:, np.arange(len(targets)), targets].sum(axis=1, dtype=np.float64)
    for _ in range(_N_ROUNDS):
        means, squares = _moments(pair, w)
        curve = squares - means @ means.T + (prior + 1e-6) * np.eye(2)
        slope = found - means.sum(axis=1) - prior * (w - start)
        w = np.clip(w + np.linalg.solve(curve, slope), _LEAST, _MOST)
    return w


def _moments(pair: Floats, w: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(2, T) what the mixture expects both to say at each place, and (2, 2) of their products the sums."""
    a, b = w.astype(np.float32)  # a float64 would make all of it float64
    m = a * pair[0]
    m += b * pair[1]
    m -= m.max(axis=1, keepdims=True)
    np.exp(m, out=m)
    m /= m.sum(axis=1, keepdims=True)
    means, squares = np.empty(pair.shape[:2]), np.empty((2, 2))
    for i in range(2):
        weighed = m * pair[i]
        means[i] = weighed.sum(axis=1)
        squares[i] = [np.einsum("tv,tv->t", weighed, part).sum(dtype=np.float64) for part in pair]
    return means, squares
