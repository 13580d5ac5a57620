"""Choosing the next symbol: what a model foresees -> the distribution that is drawn from -> an id.

The order of the steps is that of most samplers (nanoGPT, Hugging Face's warpers):

    1. symbols that are not allowed fall out
    2. the temperature divides the logits (0: only the best is left; infinity: all that are left are equal)
    3. `top_k` keeps the k best
    4. `top_p` keeps the best until together they have this share of what step 3 left (Holtzman et al. 2020)
    5. `min_p` keeps those at least this share as probable as the best (Nguyen et al. 2024)

"Best" always means the highest logit, of equal ones the lowest id. So at an infinite temperature, too, `top_k` keeps
the k symbols that the model likes most. At least one symbol is always left.

Drawing has two equivalent ways: from the cumulative distribution with one uniform number, and Gumbel-max (Gumbel
1954; Maddison et al. 2014): the argmax of log-weights + Gumbel noise. With one noise for each (seed, position) drafts
at several temperatures or with several labels are coupled: they differ only where the settings matter.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aoede.errors import InputError, UsageError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

MAX_TOP_K = 10_000_000
_TINY = 1e-100  # a temperature below which a quotient may be too large for a number


@dataclass(frozen=True)
class Choice:
    """How freely the next symbol is chosen. Raises UsageError, naming the option, for values out of range."""

    temperature: float = 0.8  # 0 is the best symbol always, infinity any
    top_k: int = 0  # 0 is no limit
    top_p: float = 1.0  # in (0, 1]
    min_p: float = 0.0  # in [0, 1]

    def __post_init__(self) -> None:
        temperature = _number("--temperature", self.temperature)
        if not temperature >= 0:
            raise UsageError(f"the temperature is 0 or more, not {temperature}", where="--temperature")
        if (
            not isinstance(self.top_k, int)
            or isinstance(self.top_k, bool)
            or not 0 <= self.top_k <= MAX_TOP_K
        ):
            raise UsageError(
                f"top-k is a whole number of symbols, or 0 for all of them, not {self.top_k!r}",
                where="--top-k",
            )
        if not 0 < _number("--top-p", self.top_p) <= 1:
            raise UsageError(f"top-p is more than 0 and at most 1, not {self.top_p}", where="--top-p")
        if not 0 <= _number("--min-p", self.min_p) <= 1:
            raise UsageError(f"min-p is a number from 0 to 1, not {self.min_p}", where="--min-p")


def _number(option: str, value: float) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise UsageError(f"{value!r} is no number", where=option)
    return value


def log_weights(logits: ArrayLike, choice: Choice, allowed: Mask | None = None) -> Floats:
    """(n, V) normalised natural log-probabilities after all settings, -inf where a symbol is cut.

    `logits` is (n, V) or (V,), real numbers or -inf for what the model rules out; `allowed` is (V,) or (n, V).
    Where the mask leaves nothing that the logits allow, the allowed symbol of the lowest id is left.
    Raises InputError for logits that are NaN or +inf, and for a mask that allows nothing.
    """
    weights = np.exp(_kept(logits, choice, allowed))
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(weights / weights.sum(axis=1, keepdims=True)))


def _kept(logits: ArrayLike, choice: Choice, allowed: Mask | None) -> Floats:
    """(n, V) `log_weights` but for a constant of each row, whose best is 0 here."""
    scores = np.array(logits, dtype=np.float64, ndmin=2)
    if allowed is not None:
        scores[~np.broadcast_to(allowed, scores.shape)] = -np.inf
    best = np.maximum.reduce(scores, axis=1, keepdims=True, initial=-np.inf)
    if not math.isfinite(best.sum()):
        _settle(scores, best, allowed)
    scores -= best
    if choice.temperature == 0:
        return _one_hot(scores)
    warmed = _warmed(scores, choice.temperature)
    if choice.top_k or choice.top_p < 1 or choice.min_p:
        warmed[~_stays(scores, warmed, choice)] = -np.inf
    return warmed


def _settle(scores: Floats, best: Floats, allowed: Mask | None) -> None:
    """In rows where nothing is left, let the first allowed symbol be the only one, in place."""
    if not scores.shape[1] or np.isnan(best).any() or (best == np.inf).any():
        raise InputError("the model's prediction is not a number", hint="The model is damaged.")
    mask = np.broadcast_to(True if allowed is None else allowed, scores.shape)
    if not mask.any(axis=1).all():
        raise InputError("none of the symbols is allowed here")
    empty = np.flatnonzero(best[:, 0] == -np.inf)
    scores[empty, mask[empty].argmax(axis=1)] = 0.0
    best[empty] = 0.0


def _warmed(scores: Floats, temperature: float) -> Floats:
    """(n, V) scores / temperature of scores of which each row's best is 0."""
    if temperature == math.inf:
        return np.where(scores > -np.inf, 0.0, -np.inf)
    if temperature > _TINY:
        return scores / temperature
    with np.errstate(over="ignore"):
        return np.asarray(scores / temperature)


def _one_hot(scores: Floats) -> Floats:
    found = np.full(scores.shape, -np.inf)
    found[np.arange(len(scores)), scores.argmax(axis=1)] = 0.0
    return found


def _stays(scores: Floats, warmed: Floats, choice: Choice) -> Mask:
    """(n, V) what top-k, top-p and min-p leave."""
    n, width = scores.shape
    rising = np.sort(scores, axis=1)
    n_kept = np.full(n, min(choice.top_k or width, width))
    if choice.top_p < 1:
        # Ranks come from the scores: at an infinite temperature all weights are equal.
        falling = np.exp(_warmed(rising[:, ::-1][:, : n_kept[0]], choice.temperature)).cumsum(axis=1)
        # A symbol stays while those before it have less than the share: the one that crosses it is in.
        n_kept = 1 + (falling[:, :-1] < choice.top_p * falling[:, -1:]).sum(axis=1)
    stays = _highest(scores, rising, n_kept)
    if choice.min_p:
        stays &= np.exp(warmed) >= choice.min_p  # the best weighs 1
    return stays


def _highest(scores: Floats, rising: Floats, n_kept: Ints) -> Mask:
    """(n, V) the `n_kept` (n,) highest of each row; of equal scores at the border those of the lowest ids."""
    border = rising[np.arange(len(scores)), scores.shape[1] - n_kept][:, None]
    kept = scores >= border
    if (kept.sum(axis=1) == n_kept).all():
        return np.asarray(kept)
    above, level = scores > border, scores == border
    room = n_kept[:, None] - above.sum(axis=1, keepdims=True)
    return np.asarray(above | level & (level.cumsum(axis=1) <= room))


def draw(log_weights: Floats, rng: np.random.Generator) -> Ints:
    """(n,) ids drawn from (n, V) log-probabilities through the cumulative distribution; one number of `rng` a row."""
    mass = np.exp(log_weights).cumsum(axis=1)
    points = rng.random(len(mass))[:, None] * mass[:, -1:]
    ids = (mass <= points).sum(axis=1)
    # A point that rounds up to the whole mass belongs to the last symbol that has any.
    last = (mass < mass[:, -1:]).sum(axis=1)
    return np.asarray(np.minimum(ids, last), dtype=np.int64)


def gumbel_noise(rng: np.random.Generator, shape: int | tuple[int, ...]) -> Floats:
    """Independent standard Gumbel numbers: -log(-log(u)). They are always finite."""
    return np.asarray(rng.gumbel(size=shape), dtype=np.float64)


def draw_gumbel(log_weights: Floats, noise: Floats) -> Ints:
    """(n,) ids: the argmax of (n, V) log-weights + Gumbel noise (n, V), or (V,) for one noise for all rows.

    P(argmax = i) = softmax(log-weights)_i, whatever the other symbols are and whatever constant is added to all:
    equal in distribution to `draw`.
    """
    return np.asarray((log_weights + noise).argmax(axis=1), dtype=np.int64)


def choose(
    logits: ArrayLike, source: np.random.Generator | Floats, choice: Choice, allowed: Mask | None = None
) -> Ints:
    """(n,) ids for (n, V) logits; `source` is a generator, or Gumbel noise (n, V) or (V,)."""
    if isinstance(source, np.random.Generator):
        return draw(log_weights(logits, choice, allowed), source)
    return draw_gumbel(_kept(logits, choice, allowed), source)  # which needs no sum
