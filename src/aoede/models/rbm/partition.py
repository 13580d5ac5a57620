r"""How likely data are under an RBM: its partition function Z, exactly or by annealed importance sampling.

**Exactly.** With the visible units summed out, P*(h) = exp(c.h) prod_i (1 + exp(b_i + W_i. h)), so Z is a sum over
the 2^H states of the hidden units, or over the 2^V of the visible ones where they are fewer.

**Annealed importance sampling** (Neal 2001; Salakhutdinov & Murray, "On the quantitative analysis of deep belief
networks", ICML 2008). Between a base model without weights, whose Z_0 is known, and the RBM lie the unnormalised

    f_beta(v) = exp((1 - beta) a.v + beta b.v) prod_j (1 + exp(beta (c_j + v W_.j)))      beta from 0 to 1

with the base's biases a. A chain that starts with a sample of the base and follows them gathers a weight whose
mean is Z / Z_0. The logarithm of that mean is too low in expectation: log Z is underestimated, and a likelihood
overestimated. Going the way back from samples of the RBM gives Z_0 / Z, so log Z is overestimated; going it from
test vectors gives a lower bound for their log-probability as samples of the annealing (RAISE: Burda, Grosse &
Salakhutdinov, "Accurate and conservative estimates of MRF log-likelihood using reverse annealing", 2015).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aoede.errors import InputError
from aoede.models.rbm.bits import Bits, flip, sigmoid
from aoede.models.rbm.model import RBM, Config, softplus
from aoede.models.rbm.phases import Sweeps

Doubles = NDArray[np.float64]

MAX_ENUMERATED = 20  # units: a million states
_STATES_AT_ONCE = 1 << 12
_PAPER_BETAS = ((0.0, 500), (0.5, 4_000), (0.9, 10_000), (1.0, 0))  # from where, and how many up to the next


@dataclass(frozen=True)
class Estimate:
    """A figure in nats with the interval in which it lies, by what was measured."""

    value: float
    low: float
    high: float


# Exactly


def exact_log_partition(rbm: RBM) -> float:
    """log Z in nats. Raises InputError where both sides have more than 20 units."""
    return float(_log_sum(np.concatenate([logs for logs, _, _ in _states(rbm)])))


def exact_log_likelihood(rbm: RBM, v: ArrayLike) -> Doubles:
    """(B,) log P(v) in nats of visible vectors (B, V). Raises InputError as `exact_log_partition` does."""
    return np.asarray(-rbm.free_energy(v) - exact_log_partition(rbm))


def exact_gradient(rbm: RBM, v: Bits) -> Doubles:
    """The gradient of the mean log-likelihood of `v` (B, V) by all parameters, laid out as `RBM.matrix`.

    Raises InputError as `exact_log_partition` does.
    """
    gradient = np.zeros(rbm.matrix.shape)
    Sweeps(rbm.matrix).phase(v).add_mean(gradient, 1.0)
    log_z = exact_log_partition(rbm)
    for logs, visible, hidden in _states(rbm):
        p = np.exp(logs - log_z)[:, None]
        gradient -= _with_one(visible).T @ (p * _with_one(hidden))
    return gradient


def _with_one(units: Doubles) -> Doubles:
    """The units (S, N) and one more that is always on."""
    return np.concatenate([units, np.ones((len(units), 1))], axis=1)


def exact_samples(rbm: RBM, rng: np.random.Generator, n: int) -> Bits:
    """(n, V) independent samples. Raises InputError as `exact_log_partition` does."""
    states = list(_states(rbm))
    logs = np.concatenate([part for part, _, _ in states])
    p = np.exp(logs - _log_sum(logs))
    at = rng.choice(len(p), n, p=p / p.sum())
    if _fewer_visible(rbm.config):
        return np.asarray(_bits_of(at, rbm.config.n_visible), np.uint8)
    return flip(rbm.visible_logits(_bits_of(at, rbm.config.n_hidden)), rng)


def _states(rbm: RBM) -> Iterator[tuple[Doubles, Doubles, Doubles]]:
    """All states of the smaller side, in chunks: their log P* (S,), and v (S, V) and h (S, H).

    On the larger side stand expectations given the smaller.
    """
    config = rbm.config
    by_visible = _fewer_visible(config)
    n_units = config.n_visible if by_visible else config.n_hidden
    if n_units > MAX_ENUMERATED:
        raise InputError(
            f"{config.n_visible:,} visible and {config.n_hidden:,} hidden units have too many states to count",
            hint=f"One side may have {MAX_ENUMERATED} units at most; beyond that log Z is estimated.",
        )
    w, b, c = (x.astype(np.float64) for x in (rbm.weights, rbm.visible_bias, rbm.hidden_bias))
    for begin in range(0, 1 << n_units, _STATES_AT_ONCE):
        here = _bits_of(np.arange(begin, min(begin + _STATES_AT_ONCE, 1 << n_units)), n_units)
        logits = here @ w + c if by_visible else here @ w.T + b
        logs = here @ (b if by_visible else c) + softplus(logits).sum(axis=1)
        there = sigmoid(logits)
        yield (logs, here, there) if by_visible else (logs, there, here)


def _fewer_visible(config: Config) -> bool:
    return config.n_visible < config.n_hidden


def _bits_of(numbers: NDArray[np.int64], n_bits: int) -> Doubles:
    """(S,) whole numbers -> (S, n_bits) their binary digits, lowest first."""
    return np.asarray(numbers[:, None] >> np.arange(n_bits) & 1, np.float64)


# By annealing


def spaced_betas(n: int) -> Doubles:
    """`n` + 1 inverse temperatures from 0 to 1, spaced as Salakhutdinov & Murray's 14,500: ever closer towards 1.

    For a base far from the RBM; from the log-odds of the data means equal steps do better.
    """
    whole = sum(count for _, count in _PAPER_BETAS)
    shares = np.cumsum([0, *(count for _, count in _PAPER_BETAS[:-1])]) / whole
    return np.interp(np.linspace(0, 1, n + 1), shares, [begin for begin, _ in _PAPER_BETAS])


def ais_log_partition(
    rbm: RBM,
    rng: np.random.Generator,
    *,
    n_chains: int = 100,
    betas: ArrayLike | None = None,
    base: ArrayLike | None = None,
) -> Estimate:
    """log Z in nats by annealed importance sampling, too low in expectation.

    `betas` rise from 0 to 1; if not given, 1,000 in equal steps. `base` (V,) are the biases of the base model, the
    RBM's own if not given. The log-odds of the data means are much better: then so few equal steps suffice. The
    interval is that of 3 standard errors of the chains' mean weight; it says nothing of modes that no chain has
    found.
    """
    steps, biases = _checked(rbm, betas, base)
    v = flip(np.broadcast_to(biases.astype(np.float32), (n_chains, len(biases))), rng)
    log_weights = _anneal(rbm, biases, steps, v, rng)
    begin = _log_z_base(rbm, biases)
    mean = begin + _log_mean(log_weights)
    error = _relative_error(log_weights)
    # With an error beyond the mean itself, the mean of the logarithms, which lies below by Jensen's inequality.
    low = mean + np.log1p(-error) if error < 1 else begin + float(log_weights.mean())
    return Estimate(mean, float(low), float(mean + np.log1p(error)))


def reverse_ais_log_partition(
    rbm: RBM,
    rng: np.random.Generator,
    samples: Bits,
    *,
    betas: ArrayLike | None = None,
    base: ArrayLike | None = None,
) -> Estimate:
    """log Z in nats by annealing back from `samples` (B, V) of the RBM, too high in expectation.

    Other arguments and the interval are those of `ais_log_partition`. With test vectors for samples the
    interval's upper end is the conservative figure of RAISE: with it in the place of log Z, -F(v) - log Z is in
    expectation below the log-probability of the test vectors under the annealing.
    """
    steps, biases = _checked(rbm, betas, base)
    log_weights = _anneal(rbm, biases, steps[::-1], rbm.gibbs(samples, rng, 1), rng)
    begin = _log_z_base(rbm, biases)
    mean = begin - _log_mean(log_weights)
    error = _relative_error(log_weights)
    most = begin - float(log_weights.mean())
    return Estimate(mean, float(mean - np.log1p(error)), most)


def held_out_nats(
    rbm: RBM,
    windows: Bits,
    rng: np.random.Generator,
    *,
    n_chains: int = 100,
    betas: ArrayLike | None = None,
    base: ArrayLike | None = None,
) -> Estimate:
    """-log P of `windows` (B, V) in nats a step, the mean over all of them.

    The value is that of annealed importance sampling, which flatters; `high` is the conservative one of RAISE, from
    at most `n_chains` of the windows. `base` are the log-odds of the means of the windows if not given.
    """
    if base is None:
        smoothed = (windows.sum(axis=0, dtype=np.float64) + 1) / (len(windows) + 2)
        base = np.log(smoothed / (1 - smoothed))
    forward = ais_log_partition(rbm, rng, n_chains=n_chains, betas=betas, base=base)
    chosen = windows[
        np.unique(np.linspace(0, len(windows) - 1, min(n_chains, len(windows))).astype(np.int64))
    ]
    backward = reverse_ais_log_partition(rbm, rng, chosen, betas=betas, base=base)
    free_energy = float(rbm.free_energy(windows).mean())
    value, low, high = (
        (free_energy + log_z) / rbm.config.window_steps
        for log_z in (forward.value, forward.low, max(forward.high, backward.high))
    )
    return Estimate(value, low, high)


def _checked(rbm: RBM, betas: ArrayLike | None, base: ArrayLike | None) -> tuple[Doubles, Doubles]:
    steps = np.linspace(0, 1, 1001) if betas is None else np.asarray(betas, np.float64)
    if steps.ndim != 1 or len(steps) < 2 or steps[0] != 0 or steps[-1] != 1 or (np.diff(steps) < 0).any():
        raise InputError("inverse temperatures must rise from 0 to 1")
    biases = rbm.visible_bias.astype(np.float64) if base is None else np.asarray(base, np.float64)
    if biases.shape != rbm.visible_bias.shape or not np.isfinite(biases).all():
        raise InputError(f"the base model needs {rbm.config.n_visible} finite biases, not {biases.shape}")
    return steps, biases


def _anneal(rbm: RBM, base: Doubles, betas: Doubles, v: Bits, rng: np.random.Generator) -> Doubles:
    """(B,) log-weights of chains that start at `v` (B, V), samples of f at the first of `betas`.

    Each moves through all of them, one Gibbs sweep at a time.
    """
    tilt = rbm.visible_bias - base
    log_weights = np.zeros(len(v))
    logits = rbm.hidden_logits(v).astype(np.float64)
    for before, after in pairwise(betas):
        log_weights += (after - before) * (v @ tilt)
        log_weights += (softplus(after * logits) - softplus(before * logits)).sum(axis=1)
        h = flip((after * logits).astype(np.float32), rng).astype(np.float32)
        drive = np.float32(after) * (h @ rbm.weights.T)
        drive += (base + after * tilt).astype(np.float32)
        v = flip(drive, rng)
        logits = rbm.hidden_logits(v).astype(np.float64)
    return log_weights


def _log_z_base(rbm: RBM, base: Doubles) -> float:
    return float(softplus(base).sum() + rbm.config.n_hidden * np.log(2.0))


def _log_sum(logs: Doubles) -> float:
    top = logs.max()
    return float(top + np.log(np.exp(logs - top).sum()))


def _log_mean(logs: Doubles) -> float:
    return _log_sum(logs) - float(np.log(len(logs)))


def _relative_error(log_weights: Doubles) -> float:
    """3 standard errors of the mean weight, as a share of it; infinite for a single chain."""
    if len(log_weights) < 2:
        return np.inf
    weights = np.exp(log_weights - log_weights.max())
    return float(3 * weights.std(ddof=1) / (np.sqrt(len(weights)) * weights.mean()))
