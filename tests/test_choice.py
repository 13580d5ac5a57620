"""Choosing a symbol: what each setting keeps, and that both ways of drawing are the same distribution."""

import math
from typing import Any

import numpy as np
import pytest

from aoede.choice import Choice, choose, draw, draw_gumbel, gumbel_noise, log_weights
from aoede.errors import InputError, UsageError
from aoede.randomness import stream

LOGITS = np.array([[0.3, 2.0, -1.0, 2.0, 0.9], [5.0, 1.0, 0.0, -2.0, 4.0]])
PLAIN = Choice(temperature=1.0)


def softmax(logits: np.ndarray) -> np.ndarray:
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def kept(logits: Any, choice: Choice, allowed: Any = None) -> list[list[int]]:
    mask = None if allowed is None else np.array(allowed, dtype=bool)
    return [np.flatnonzero(row > -np.inf).tolist() for row in log_weights(logits, choice, mask)]


def chi_square(ids: np.ndarray, p: np.ndarray) -> float:
    """In standard deviations from its mean; a fair sampler is within 4 with near certainty."""
    expected = p * len(ids)
    value = float((((np.bincount(ids, minlength=len(p)) - expected) ** 2) / expected).sum())
    return (value - (len(p) - 1)) / math.sqrt(2 * (len(p) - 1))


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5])
def test_log_weights_are_the_softmax_of_the_logits_divided_by_the_temperature(temperature: float) -> None:
    found = log_weights(LOGITS, Choice(temperature=temperature))
    np.testing.assert_allclose(np.exp(found), softmax(LOGITS / temperature), rtol=1e-12)


def test_temperature_zero_is_the_best_symbol_and_of_equal_ones_the_lowest_id() -> None:
    assert kept(LOGITS, Choice(temperature=0)) == [[1], [0]]
    assert kept(LOGITS, Choice(temperature=1e-300)) == [[1, 3], [0]]


def test_infinite_temperature_is_uniform_over_what_is_allowed() -> None:
    found = log_weights([[3.0, -np.inf, -800.0, 1.0]], Choice(temperature=math.inf))
    np.testing.assert_allclose(np.exp(found), [[1 / 3, 0, 1 / 3, 1 / 3]])
    mask = np.array([False, True, True, True])
    found = log_weights([[3.0, -np.inf, -800.0, 1.0]], Choice(temperature=math.inf), mask)
    np.testing.assert_allclose(np.exp(found), [[0, 0, 1 / 2, 1 / 2]])
    assert kept(LOGITS, Choice(temperature=math.inf, top_k=2)) == [[1, 3], [0, 4]]


def test_top_k_keeps_the_k_best() -> None:
    assert kept(LOGITS, Choice(1.0, top_k=1)) == [[1], [0]]
    assert kept(LOGITS, Choice(1.0, top_k=3)) == [[1, 3, 4], [0, 1, 4]]
    assert kept(LOGITS, Choice(1.0, top_k=99)) == [[0, 1, 2, 3, 4]] * 2
    assert kept([[1.0, 1.0, 1.0, 1.0]], Choice(1.0, top_k=2)) == [[0, 1]]


def test_top_p_keeps_the_fewest_symbols_that_have_the_share() -> None:
    logits = np.log([[0.5, 0.25, 0.125, 0.125]])
    assert kept(logits, Choice(1.0, top_p=0.4)) == [[0]]
    assert kept(logits, Choice(1.0, top_p=0.6)) == [[0, 1]]
    assert kept(logits, Choice(1.0, top_p=0.8)) == [[0, 1, 2]]
    assert kept(logits, Choice(1.0, top_p=0.9)) == [[0, 1, 2, 3]]
    assert kept(logits, Choice(1.0, top_k=2, top_p=0.6)) == [[0]]  # 0.5 of the 0.75 that top-k left


def test_min_p_keeps_what_is_at_least_that_share_as_probable_as_the_best() -> None:
    logits = np.log([[0.5, 0.25, 0.15, 0.1]])
    assert kept(logits, Choice(1.0, min_p=0.4)) == [[0, 1]]
    assert kept(logits, Choice(1.0, min_p=1.0)) == [[0]]
    assert kept(logits, Choice(0.5, min_p=0.4)) == [[0]]  # the temperature comes first


def test_rows_with_masks_of_their_own_are_as_they_would_be_alone() -> None:
    rng = stream(1, "rows")
    logits, mask = rng.normal(size=(40, 30)), rng.random((40, 30)) < 0.5
    choice = Choice(0.7, top_k=9, top_p=0.8, min_p=0.01)
    together = log_weights(logits, choice, mask)
    alone = [log_weights(row, choice, allowed)[0] for row, allowed in zip(logits, mask, strict=True)]
    np.testing.assert_array_equal(together, alone)
    assert (together[~mask] == -np.inf).all()


def test_there_is_always_a_symbol_left() -> None:
    nothing = [[-np.inf, -np.inf, -np.inf]]
    assert kept(nothing, PLAIN, [False, True, True]) == [[1]]
    assert kept(nothing, Choice(0, 1, 0.01, 1.0)) == [[0]]
    assert kept([[0.0, -np.inf, -3.0]], Choice(1.0, top_k=1), [False, True, True]) == [[2]]
    assert kept([[0.0, -np.inf, -np.inf]], Choice(1e-300, 1, 1e-300, 1.0)) == [[0]]


@pytest.mark.parametrize("logits", [[[0.0, math.nan]], [[0.0, math.inf]], np.zeros((1, 0))])
def test_a_prediction_that_is_no_number_is_refused(logits: Any) -> None:
    with pytest.raises(InputError, match="not a number"):
        log_weights(logits, PLAIN)


def test_a_mask_that_allows_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="none of the symbols"):
        log_weights(LOGITS, PLAIN, np.zeros(5, dtype=bool))


def test_the_logits_of_the_caller_stay_as_they_are() -> None:
    logits = LOGITS.copy()
    log_weights(logits, Choice(0.5, 2), np.array([True, False, True, True, True]))
    np.testing.assert_array_equal(logits, LOGITS)


def test_both_ways_of_drawing_have_the_distribution_of_the_softmax() -> None:
    logits = stream(2, "logits").normal(size=(1, 12)) * 1.5
    weights = log_weights(logits, PLAIN)
    many = np.repeat(weights, 60_000, axis=0)
    p = softmax(logits)[0]
    rng = stream(2, "draws")
    assert abs(chi_square(draw(many, rng), p)) < 4
    assert abs(chi_square(draw_gumbel(many, gumbel_noise(rng, many.shape)), p)) < 4


def test_the_argmax_with_gumbel_noise_is_the_first_of_exponential_clocks() -> None:
    # exp(-(l + g)) of Gumbel g is an exponential clock of rate exp(l); the first of such clocks to ring is i with
    # probability exp(l_i) / sum(exp(l)), and which rings first is what argmax(l + g) says, draw by draw.
    rng = stream(3, "clocks")
    clocks = rng.standard_exponential((5000, 8))
    logits = stream(3, "logits").normal(size=(1, 8))
    first = (clocks / np.exp(logits)).argmin(axis=1)
    np.testing.assert_array_equal(draw_gumbel(np.repeat(logits, 5000, 0), -np.log(clocks)), first)


def test_one_noise_couples_drafts_at_neighbouring_temperatures() -> None:
    logits = stream(4, "logits").normal(size=(2000, 60)) * 3
    noise = gumbel_noise(stream(4, "noise"), (2000, 60))
    cool, warm = (log_weights(logits, Choice(t)) for t in (0.9, 1.0))
    coupled = (draw_gumbel(cool, noise) == draw_gumbel(warm, noise)).mean()
    apart = (draw(cool, stream(4, "a")) == draw(warm, stream(4, "b"))).mean()
    assert coupled > 0.9 > apart + 0.2
    np.testing.assert_array_equal(draw_gumbel(warm, noise), draw_gumbel(logits, noise))


def test_a_symbol_without_weight_is_never_drawn() -> None:
    class Edges:
        """A generator that gives the ends of its range."""

        def random(self, n: int) -> np.ndarray:
            return np.resize([0.0, np.nextafter(1.0, 0.0)], n)

    weights = log_weights([[-np.inf, 0.0, -np.inf, 1.0, -np.inf]] * 2, PLAIN)
    assert draw(weights, Edges()).tolist() == [1, 3]  # type: ignore[arg-type]


def test_choosing_takes_a_generator_or_noise_and_the_same_seed_gives_the_same_ids() -> None:
    one, two = (choose(LOGITS, stream(5, "x"), PLAIN) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    noise = gumbel_noise(stream(5, "y"), 5)
    np.testing.assert_array_equal(
        choose(LOGITS, noise, PLAIN), draw_gumbel(log_weights(LOGITS, PLAIN), noise)
    )


@pytest.mark.parametrize(
    ("settings", "option"),
    [
        ({"temperature": -0.1}, "--temperature"),
        ({"temperature": math.nan}, "--temperature"),
        ({"temperature": "hot"}, "--temperature"),
        ({"top_k": -1}, "--top-k"),
        ({"top_k": 1.5}, "--top-k"),
        ({"top_p": 0.0}, "--top-p"),
        ({"top_p": 1.01}, "--top-p"),
        ({"min_p": -0.1}, "--min-p"),
        ({"min_p": math.nan}, "--min-p"),
    ],
)
def test_a_setting_out_of_range_is_named(settings: dict[str, Any], option: str) -> None:
    with pytest.raises(UsageError, match=option):
        Choice(**settings)
