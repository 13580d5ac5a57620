"""The recurrent family: NumPy beside torch, carried states, gradients taken again, weights in 8 bits."""

from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from aoede.errors import ConfigError, InputError
from aoede.learning import loop
from aoede.models.rnn import RECIPES, Config, Learner, Model, Recipe
from aoede.neural.arrays import quantised
from aoede.neural.learner import settled
from aoede.randomness import stream
from aoede.score import in_blocks, log_probabilities, score_text
from tests.in_torch import log_rows

Ints = NDArray[np.int64]
V = 12
RECIPE = Recipe(
    n_rows=4, n_steps=16, precision="float32", dropout=0.0, label_dropout=0.0, forgetting=0.0, n_warm_up=0
)


def _texts(n: int = 30, seed: int = 0, n_columns: int = 1) -> tuple[list[Ints], Ints]:
    """Walks over 2..11 with a stride that the first label tells, ended by 0; labels (n, n_columns)."""
    rng = stream(seed, "texts")
    labels = rng.integers(0, [3, 2], (n, 2))
    lengths = rng.integers(20, 60, n)
    walks = [
        np.cumsum(rng.choice([1, 2 + label[0]], n_steps)) % 10 + 2
        for label, n_steps in zip(labels, lengths, strict=True)
    ]
    return [np.append(walk, 0) for walk in walks], labels[:, :n_columns]


def _learner(*, recipe: Recipe = RECIPE, **config: Any) -> Learner:
    sizes = {"n_symbols": V, "n_hidden": 24, "n_embedding": 8, "label_sizes": (3,)} | config
    texts, labels = _texts(n_columns=len(sizes["label_sizes"]))
    return Learner(
        Config(**sizes),
        recipe,
        texts[6:],
        texts[:6],
        train_labels=labels[6:],
        valid_labels=labels[:6],
        seed=1,
    )


def _train(learner: Learner, n_steps: int) -> list[dict[str, float]]:
    return [
        learner.update(loop.batch_of(1, step, learner.n_examples, 1), stream(1, "update", step), 0.5)
        for step in range(n_steps)
    ]


def _in_numpy(learner: Learner) -> Model:
    return Model.from_tensors(asdict(learner.config), learner.tensors())


@pytest.mark.parametrize("label_sizes", [(3,), (3, 2)])
@pytest.mark.parametrize("n_layers", [1, 2])
@pytest.mark.parametrize(
    "sizes", [{"n_embedding": 0}, {"n_embedding": 8}, {"n_embedding": 8, "is_tied": True}]
)
@pytest.mark.parametrize("cell", ["tanh", "gru", "lstm"])
def test_numpy_says_what_torch_says(
    cell: str, sizes: dict[str, Any], n_layers: int, label_sizes: tuple[int, ...]
) -> None:
    learner = _learner(cell=cell, n_layers=n_layers, label_sizes=label_sizes, **sizes)
    _train(learner, 12)
    texts, labels = _texts(3, seed=5, n_columns=len(label_sizes))
    model = _in_numpy(learner)
    for logs, document, row in zip(log_probabilities(model, texts, labels), texts, labels, strict=True):
        wanted = log_rows(learner, document, row, n_steps=len(document))
        assert np.abs(logs - wanted[np.arange(len(document)), document]).max() < 1e-5


@pytest.mark.parametrize("n_symbols", [V, 1_200])
def test_a_large_vocabulary_is_read_without_a_table_and_says_the_same(n_symbols: int) -> None:
    learner = _learner(n_symbols=n_symbols, label_sizes=())
    document = np.append(stream(1, "ids").integers(1, n_symbols, 20), 0)
    blocks = np.concatenate([rows for _, _, rows in in_blocks(_in_numpy(learner), [document])])
    wanted = log_rows(learner, document, np.zeros(0, np.int64), n_steps=99)
    assert np.abs(blocks - wanted).max() < 1e-5


@pytest.mark.parametrize("cell", ["tanh", "gru", "lstm"])
def test_a_carried_state_is_one_unbroken_reading(cell: str) -> None:
    learner = _learner(cell=cell, n_layers=2)
    _train(learner, 5)
    texts, labels = _texts(1, seed=6)
    whole = log_rows(learner, texts[0], labels[0], n_steps=len(texts[0]))
    for n_steps in (1, 7):
        assert np.abs(log_rows(learner, texts[0], labels[0], n_steps=n_steps) - whole).max() < 1e-5


def test_two_windows_of_a_training_have_the_loss_of_one_twice_as_long() -> None:
    """At a learning rate of nothing the weights stay, so only the carried state can make them equal."""
    document = np.append(stream(2, "ids").integers(1, V, 255), 0)
    losses = []
    for n_steps in (64, 32):
        recipe = replace(RECIPE, learning_rate=0.0, n_steps=n_steps)
        learner = Learner(Config(V, 24, n_embedding=8), recipe, [document], [], seed=1)
        assert learner.n_examples == 64 // n_steps
        losses.append([each["training nats a character"] for each in _train(learner, 64 // n_steps)])
    assert np.mean(losses[1]) == pytest.approx(losses[0][0], abs=1e-6)
    forgetful = Learner(
        Config(V, 24, n_embedding=8),
        replace(RECIPE, learning_rate=0.0, n_steps=32, forgetting=1.0),
        [document],
        [],
        seed=1,
    )
    assert _train(forgetful, 2)[1]["training nats a character"] != pytest.approx(losses[1][1], abs=1e-4)


def test_a_gradient_that_is_too_steep_is_shortened_to_the_length_that_was_asked_for() -> None:
    learner = _learner(recipe=replace(RECIPE, clip=0.01))
    told = _train(learner, 1)[0]["gradient norm"]
    gradients = [p.grad.numpy() for p in learner.network.parameters() if p.grad is not None]
    assert told > 0.1
    assert np.sqrt(sum(float((g**2).sum()) for g in gradients)) == pytest.approx(0.01, rel=1e-3)


def test_labels_that_are_not_told_teach_nothing_of_themselves() -> None:
    steepest = []
    for label_dropout in (0.0, 1.0):
        learner = _learner(recipe=replace(RECIPE, label_dropout=label_dropout))
        _train(learner, 1)
        of_labels = learner.network.inputs.labels.table.grad[1:]  # 0 is the unknown one
        steepest.append(float(of_labels.abs().max()))
    assert steepest[0] > 0 == steepest[1]


def test_products_in_bfloat16_move_the_weights_nearly_as_in_float32_and_these_stay_float32() -> None:
    figures = []
    for precision in ("float32", "bfloat16"):
        learner = _learner(recipe=replace(RECIPE, precision=precision))
        figures.append(_train(learner, 1)[0])
        assert {p.dtype for p in learner.network.parameters()} == {torch.float32}
    assert figures[1] != figures[0]
    assert figures[1] == pytest.approx(figures[0], rel=0.02)


def test_the_rate_rises_from_nothing_and_falls_as_half_a_cosine() -> None:
    recipe = Recipe(learning_rate=0.1, n_warm_up=10, final_rate=0.2)
    assert [recipe.rate_at(0, n) for n in (0, 4, 9, 99)] == pytest.approx([0.01, 0.05, 0.1, 0.1])
    assert [recipe.rate_at(p, 99) for p in (0.5, 1)] == pytest.approx([0.06, 0.02])


@pytest.mark.parametrize("every", [1, 5, 8])
@pytest.mark.parametrize("dropout", [{}, {"dropout": 0.4, "weight_dropout": 0.3}])
@pytest.mark.parametrize("cell", ["tanh", "gru", "lstm"])
def test_steps_that_are_taken_again_give_the_same_loss_and_gradient(
    cell: str, dropout: dict[str, float], every: int
) -> None:
    found = []
    for checkpoint_steps in (0, every):
        recipe = replace(RECIPE, checkpoint_steps=checkpoint_steps, **dropout)
        learner = _learner(recipe=recipe, cell=cell, n_layers=2)
        told = _train(learner, 1)[0]
        gradients = [p.grad.numpy().copy() for p in learner.network.parameters() if p.grad is not None]
        found.append((told["training nats a character"], gradients))
    assert found[1][0] == pytest.approx(found[0][0], abs=1e-6)
    for kept, again in zip(found[0][1], found[1][1], strict=True):
        assert np.abs(kept - again).max() < 1e-6
        assert np.abs(kept).max() > 0


def test_weights_in_8_bits_cost_less_than_a_hundredth_of_a_nat() -> None:
    learner = _learner(n_hidden=64, n_embedding=16)
    _train(learner, 120)
    texts, labels = _texts(8, seed=7)
    small = quantised(learner.tensors())
    assert sum(tensor.nbytes for tensor in small.values()) < 0.35 * sum(
        tensor.nbytes for tensor in learner.tensors().values()
    )
    nats = [
        score_text(Model.from_tensors(asdict(learner.config), tensors), texts, labels).value
        for tensors in (learner.tensors(), small)
    ]
    assert nats[0] < 0.8 * np.log(V)
    assert abs(nats[1] - nats[0]) < 0.01


def test_weights_of_another_shape_are_refused() -> None:
    learner = _learner()
    config, tensors = asdict(learner.config), learner.tensors()
    for changed in (
        {**tensors, "output.bias": tensors["output.bias"][1:]},
        {**tensors, "stranger": tensors["output.bias"]},
        {name: tensor for name, tensor in tensors.items() if name != "output.weight"},
        {**tensors, "output.weight": tensors["output.weight"].astype(np.int8)},  # without its scale
        {**tensors, "output.weight.scale": np.ones(V, np.float32)},  # a scale of what is no 8-bit matrix
        {**tensors, "output.bias": np.ones(V, np.int8), "output.bias.scale": np.ones(V, np.float32)},
    ):
        with pytest.raises(InputError, match="no weights of such a network"):
            Model.from_tensors(config, changed)
    with pytest.raises(InputError, match="no weights of such a network"):
        Model.from_tensors({**config, "cell": "gru"}, tensors)
    for cell in ("qrnn", []):
        with pytest.raises(ConfigError, match="no cell"):
            Model.from_tensors({**config, "cell": cell}, tensors)
    with pytest.raises(ConfigError, match="n_symbols must be a whole number"):
        Model.from_tensors({**config, "n_symbols": "many"}, tensors)


def test_a_state_of_other_types_is_refused() -> None:
    learner = _learner()
    tensors, state = learner.tensors(), learner.state()
    for part, name in ((tensors, "output.bias"), (state, "n_updates")):
        wrong = part | {name: part[name].astype(np.float16)}
        with pytest.raises(InputError, match=f"no state of such a training: {name}"):
            learner.restore(*((wrong, state) if part is tensors else (tensors, wrong)))


def test_a_learner_leaves_the_generators_of_torch_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    seeded = list[int]()
    monkeypatch.setattr(torch.cuda, "manual_seed_all", seeded.append)
    before = torch.get_rng_state()
    _learner()
    assert torch.equal(torch.get_rng_state(), before)
    assert not seeded


def test_a_torch_that_does_not_tell_what_the_processor_can_trains_in_float32(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert settled(replace(RECIPE, precision="auto")).precision == "float32"


def test_a_condition_of_another_width_is_refused() -> None:
    with pytest.raises(InputError, match="3 labels"):
        _in_numpy(_learner()).start(2, np.ones(4))


def test_the_tutorials_recipe_reads_one_hot_symbols_at_a_constant_rate() -> None:
    preset = RECIPES["tutorial"]
    assert preset.shape_for(67, None) == {"n_hidden": 256, "n_embedding": 0}
    assert preset.recipe.rate_at(0.9, 1_000) == preset.recipe.rate_at(0.0, 0) == preset.recipe.learning_rate
