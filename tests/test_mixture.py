"""The mixture of n-gram and network: what its weights gain, and from which text they come."""

import numpy as np
from numpy.typing import NDArray

from aoede.models.mixture import Config, Learner, Recipe
from aoede.models.mixture.gate import Gate
from aoede.neural.arrays import Floats
from aoede.randomness import stream
from aoede.score import log_softmax

Ints = NDArray[np.int64]
V = 8
RECIPE = Recipe(n_rows=4, n_steps=16, precision="float32", order=3)


def _walk(n: int, seed: int) -> Ints:
    """n symbols of 1..7 that go on by one or two, ended by 0."""
    return np.append(stream(seed, "walk").integers(1, 3, n - 1).cumsum() % 7 + 1, 0)


def _nats(log_p: Floats, targets: Ints) -> float:
    return -float(log_p[np.arange(len(targets)), targets].mean())


def test_fitted_weights_foresee_their_text_better_than_even_ones_and_than_either_part() -> None:
    """The first knows of half of the places what comes, the second a little of every one."""
    rng = stream(1, "places")
    targets = rng.integers(0, V, 2_000)
    told = np.eye(V, dtype=np.float32)[targets]
    is_known = rng.random((2_000, 1)) < 0.5
    p = log_softmax(np.where(is_known, 6 * told, 0).astype(np.float32))
    q = log_softmax(told + rng.normal(0, 1, told.shape).astype(np.float32))
    fitted, even = (gate.mix(p, q) for gate in (Gate.fit(p, q, targets), Gate.even()))
    others = [_nats(each, targets) for each in (even, p, q)]
    assert _nats(fitted, targets) < min(others) - 0.05
    np.testing.assert_allclose(np.exp(fitted).sum(axis=1), 1, rtol=1e-5)


def test_the_weights_come_from_the_first_half_of_the_held_out_text_and_the_figure_from_the_second() -> None:
    found = []
    for seed in (3, 4):
        held_out = np.concatenate([_walk(640, 2)[:320], _walk(320, seed)])
        learner = Learner(Config(V, 12), RECIPE, [_walk(900, 1)], [held_out], seed=1)
        for step in range(30):
            learner.update(np.zeros(1, np.int64), stream(1, "update", step), 0.5)
        watched = learner.check(stream(1, "check")).watched
        gate = Gate(learner.tensors()["gate.weights"])
        _, targets, q = learner._network.held_out_predictions()
        assert learner._foreseen is not None
        mixed = gate.mix(learner._foreseen[320:], q[320:])
        np.testing.assert_array_equal(targets, held_out)
        assert watched == _nats(mixed, targets[320:])
        found.append((gate.weights, watched))
    np.testing.assert_array_equal(found[0][0], found[1][0])
    assert not np.array_equal(found[0][0], Gate.even().weights)
    assert found[0][1] != found[1][1]


def test_a_check_reads_the_held_out_text_once() -> None:
    learner = Learner(Config(V, 12), RECIPE, [_walk(900, 1)], [_walk(640, 2)], seed=1)
    n_read = []
    learner._network.network.register_forward_hook(lambda *_: n_read.append(1))
    learner.check(stream(1, "check"))
    assert len(n_read) == 1
