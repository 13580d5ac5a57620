"""What every family of models must do, by what it says that it can. A new family is tested by being there."""

from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from aoede.errors import AoedeError, ConfigError, UsageError
from aoede.learning import families, loop
from aoede.randomness import stream

KNOWN = {"scores", "samples", "autoregressive", "ranks", "trains"}
TRAINED = [name for name in families.names() if "trains" in families.load(name).CAPABILITIES]


def _rolls(n: int, seed: int) -> list[NDArray[np.uint8]]:
    """Pieces of 24 steps and 10 bits in which bits 0..4 sound in turn and bits 5..9 are noise."""
    rng = stream(seed, "rolls")
    rolls = []
    for _ in range(n):
        roll = (rng.random((24, 10)) < 0.1).astype(np.uint8)
        roll[:, :5] = np.eye(5, dtype=np.uint8)[(np.arange(24) + rng.integers(5)) % 5]
        rolls.append(roll)
    return rolls


def _learner(name: str, *, n: int = 12, **changes: Any) -> Any:
    family = families.load(name)
    recipe = replace(family.RECIPES["default"].recipe, batch_size=16, **changes)
    config = family.Config(width=10, window_steps=4, n_hidden=12)
    return family.Learner(config, recipe, _rolls(n, 1), _rolls(4, 2), seed=3)


def _train(learner: Any, first: int, last: int, n_steps: int = 300) -> None:
    for step in range(first, last):
        indices = loop.batch_of(1, step, learner.n_examples, learner.batch_size)
        learner.update(indices, stream(1, "update", step), step / n_steps)


def _all(learner: Any) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in {**learner.tensors(), **learner.state()}.items()}


def test_being_in_the_folder_is_registration_and_a_wrong_name_is_told_which_there_are() -> None:
    assert {"ngram", "rbm"} <= set(families.names())
    with pytest.raises(UsageError, match="ngram"):
        families.load("rbn")


@pytest.mark.parametrize("name", families.names())
def test_a_family_says_what_it_can_and_refuses_settings_that_it_does_not_know(name: str) -> None:
    family = families.load(name)
    assert set(family.CAPABILITIES) <= KNOWN
    assert family.ENCODINGS
    with pytest.raises(ConfigError, match="nonsense"):
        family.Config.from_mapping({"nonsense": 1})


@pytest.mark.parametrize("name", TRAINED)
def test_training_makes_the_held_out_figure_better(name: str) -> None:
    learner = _learner(name)
    before = learner.check(stream(1, "check")).watched
    _train(learner, 0, 300)
    assert learner.check(stream(1, "check")).watched < before - 0.5


@pytest.mark.parametrize("name", TRAINED)
def test_what_was_stored_goes_on_to_the_same_bits(name: str) -> None:
    learner = _learner(name)
    _train(learner, 0, 20)
    learner.check(stream(1, "check"))
    tensors = {key: array.copy() for key, array in learner.tensors().items()}
    state = {key: array.copy() for key, array in learner.state().items()}
    other = _learner(name)
    other.restore(tensors, state)
    assert _all(other) == _all(learner)
    for each in (learner, other):
        _train(each, 20, 40)
        each.check(stream(2, "check"))
    assert _all(other) == _all(learner)


@pytest.mark.parametrize("name", TRAINED)
def test_a_state_that_lacks_a_part_is_refused(name: str) -> None:
    learner = _learner(name)
    tensors, state = learner.tensors(), learner.state()
    for part in (tensors, state):
        for key in part:
            less = {other: array for other, array in part.items() if other != key}
            with pytest.raises(AoedeError):
                learner.restore(*((less, state) if part is tensors else (tensors, less)))


@pytest.mark.parametrize("name", TRAINED)
def test_a_model_that_was_stored_scores_and_samples_as_before(name: str) -> None:
    family, learner = families.load(name), _learner(name)
    _train(learner, 0, 50)
    config = asdict(learner.config)
    models = [family.Model.from_tensors(config, learner.tensors()) for _ in range(2)]
    scores = [family.score(model, _rolls(3, 5), None, stream(1, "score")) for model in models]
    assert scores[0] == scores[1]
    assert scores[0].low <= scores[0].value <= scores[0].high
    made = [model.generate(9, stream(1, "sample"), n=2) for model in models]
    assert made[0].shape == (2, 9, 10)
    assert np.array_equal(made[0], made[1])
    assert not np.array_equal(made[0], models[0].generate(9, stream(2, "sample"), n=2, settled=False))
    assert set(np.unique(made[0])) <= {0, 1}
