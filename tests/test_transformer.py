"""The transformer: NumPy beside torch, windows beside the whole, what it sees and what not."""

from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from aoede.errors import ConfigError, InputError
from aoede.learning import loop
from aoede.models.transformer import Config, Learner, Model, Recipe
from aoede.randomness import stream
from aoede.score import log_probabilities
from tests.in_torch import log_rows

Ints = NDArray[np.int64]
V = 12
RECIPE = Recipe(n_rows=4, n_steps=16, precision="float32", dropout=0.1)


def _texts(n: int = 20, seed: int = 0, n_columns: int = 0) -> tuple[list[Ints], Ints]:
    """Walks over 2..11, ended by 0, and labels (n, n_columns) at random."""
    rng = stream(seed, "texts")
    walks = [np.cumsum(rng.choice([1, 4], rng.integers(20, 60))) % 10 + 2 for _ in range(n)]
    return [np.append(walk, 0) for walk in walks], rng.integers(0, [3, 2], (n, 2))[:, :n_columns]


def _learner(n_updates: int = 20, recipe: Recipe = RECIPE, **config: Any) -> Learner:
    sizes = {"n_symbols": V, "n_width": 16, "n_layers": 2, "n_heads": 2, "context": 5} | config
    texts, labels = _texts(n_columns=len(config.get("label_sizes", ())))
    learner = Learner(
        Config(**sizes),
        recipe,
        texts[4:],
        texts[:4],
        train_labels=labels[4:],
        valid_labels=labels[:4],
        seed=1,
    )
    for step in range(n_updates):
        learner.update(loop.batch_of(1, step, learner.n_examples, 1), stream(1, "update", step), 0.5)
    return learner


@pytest.mark.parametrize("sizes", [(), (3,), (3, 2)])
@pytest.mark.parametrize("context", [1, 5, 100])
def test_numpy_step_by_step_says_what_torch_says_of_the_whole(context: int, sizes: tuple[int, ...]) -> None:
    learner = _learner(context=context, label_sizes=sizes)
    model = Model.from_tensors(asdict(learner.config), learner.tensors())
    texts, labels = _texts(2, seed=5, n_columns=len(sizes))
    for logs, document, row in zip(log_probabilities(model, texts, labels), texts, labels, strict=True):
        wanted = log_rows(learner, document, row, n_steps=len(document))
        assert np.abs(logs - wanted[np.arange(len(document)), document]).max() < 1e-5


@pytest.mark.parametrize("context", [1, 2, 5, 100])
def test_windows_that_carry_what_they_saw_equal_the_whole(context: int) -> None:
    learner = _learner(context=context)
    texts, _ = _texts(1, seed=6)
    none = np.zeros(0, np.int64)
    whole = log_rows(learner, texts[0], none, n_steps=len(texts[0]))
    for n_steps in (1, 7, 16):
        assert np.abs(log_rows(learner, texts[0], none, n_steps=n_steps) - whole).max() < 1e-5


@pytest.mark.parametrize("context", [1, 5, 100])
def test_steps_that_are_taken_again_give_the_same_gradient(context: int) -> None:
    found = []
    for checkpoint_steps in (0, 3):
        learner = _learner(1, replace(RECIPE, checkpoint_steps=checkpoint_steps), context=context)
        found.append([p.grad.numpy().copy() for p in learner.network.parameters() if p.grad is not None])
    for kept, again in zip(*found, strict=True):
        assert np.abs(kept - again).max() < 1e-5
        assert np.abs(kept).max() > 0


def test_a_layer_sees_just_its_context() -> None:
    """Two layers of 5 see 9 symbols back: the ninth matters, the tenth does not, however long the text before."""
    learner = _learner()
    model = Model.from_tensors(asdict(learner.config), learner.tensors())
    text = stream(3, "ids").integers(1, V, 40)

    def last(ids: Ints) -> NDArray[np.float32]:
        logits, state = model.start()
        for symbol in ids:
            logits, state = model.step(state, [symbol])
        return logits

    told = last(text)
    for place, matters in ((-1, True), (-9, True), (-10, False), (-30, False)):
        other = text.copy()
        other[place] = other[place] % (V - 1) + 1
        assert (np.abs(last(other) - told).max() > 1e-6) == matters


def test_what_is_kept_of_a_long_text_does_not_grow_beyond_the_context() -> None:
    learner = _learner()
    model = Model.from_tensors(asdict(learner.config), learner.tensors())
    _, state = model.start(3)
    for symbol in range(40):
        _, state = model.step(state, np.full(3, symbol % V))
    assert all(part.shape == (3, 2, 4, 8) for part in (*state.memory.keys, *state.memory.values))


def test_weights_and_shapes_that_do_not_fit_are_refused() -> None:
    learner = _learner()
    tensors = learner.tensors()
    with pytest.raises(InputError, match="no weights of such a network: bias"):
        Model.from_tensors(asdict(learner.config), {**tensors, "bias": tensors["bias"][1:]})
    with pytest.raises(ConfigError, match="n_symbols must be a whole number"):
        Config("many")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="twice the 3 heads"):
        Config(V, n_width=16, n_heads=3)
