"""Models that learn as they read: nothing is foreseen with knowledge of what comes."""

from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from aoede.choice import Choice, choose
from aoede.errors import InputError
from aoede.models import mixture, ngram, rnn, transformer
from aoede.models.mixture.dynamic import PARTS, Dynamic
from aoede.models.mixture.gate import Gate
from aoede.neural.dynamic import Habits, Reader
from aoede.neural.network import Masks, begin_weights, load_weights, weights_of
from aoede.randomness import stream

Ints = NDArray[np.int64]

V = 9
LABELS = (3,)


def document(n: int, seed: int = 0) -> Ints:
    """A text that says the same again and again, so that there is something to learn from it."""
    phrase = stream(seed, "phrase").integers(1, V, 11)
    return np.append(np.resize(phrase, n - 1), 0)


def network(family: Any, **shape: Any) -> tuple[Any, Any]:
    """The network in torch, and the same in NumPy."""
    config = family.Config(n_symbols=V, label_sizes=LABELS, **shape)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)  # of the biases
        module = _module(family)(config, family.RECIPES["default"].recipe, Masks())
    begin_weights(module, stream(1, "weights"))
    return module, family.Model.from_tensors(asdict(config), weights_of(module))


def _module(family: Any) -> Any:
    from aoede.models.rnn.network import Network as OfRNN
    from aoede.models.transformer.network import Network as OfTransformer

    return OfRNN if family is rnn else OfTransformer


NETWORKS: dict[str, tuple[Any, dict[str, Any]]] = {
    "lstm": (rnn, {"n_hidden": 16}),
    "gru": (rnn, {"n_hidden": 16, "cell": "gru", "n_layers": 2}),
    "transformer": (transformer, {"n_width": 16, "n_layers": 2, "n_heads": 2, "context": 24}),
}


def rows_of(blocks: Any) -> NDArray[np.float32]:
    return np.concatenate([rows for _, rows in blocks])


@pytest.mark.parametrize("name", NETWORKS)
def test_later_symbols_do_not_change_what_a_learning_network_foresaw(name: str) -> None:
    family, shape = NETWORKS[name]
    one = document(150)
    other = one.copy()
    other[101:-1] = 1 + other[101:-1] % (V - 1)
    found = [
        rows_of(Reader(network(family, **shape)[0], V).distributions(ids, first_symbol=0, labels=(1,)))
        for ids in (one, other)
    ]
    assert np.array_equal(found[0][:102], found[1][:102])
    assert not np.allclose(found[0][102:], found[1][102:])
    np.testing.assert_allclose(np.exp(found[0].astype(np.float64)).sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_that_does_not_learn_foresees_what_the_one_for_writing_does(name: str) -> None:
    family, shape = NETWORKS[name]
    module, model = network(family, **shape)
    ids = document(70)
    found = rows_of(
        Reader(module, V, Habits(n_steps=16, rate=0)).distributions(ids, first_symbol=0, labels=(2,))
    )
    condition = np.array([0, 0, 1.0])
    logits, state = model.start(1, condition)
    for row, symbol in zip(found, ids, strict=True):
        expected = logits[0] - np.log(np.exp(logits[0]).sum())
        np.testing.assert_allclose(row, expected, atol=2e-4)
        logits, state = model.step(state, [symbol])


def test_a_learning_network_learns_from_document_to_document() -> None:
    reader = Reader(network(rnn, n_hidden=16)[0], V, Habits(rate=0.01))
    ids = document(200)
    nats = []
    for _ in range(3):
        rows = rows_of(reader.distributions(ids, first_symbol=0, labels=(0,)))
        nats.append(-rows[np.arange(len(ids)), ids].mean())
    assert nats[2] < nats[1] < nats[0]


def test_a_reading_that_goes_wrong_begins_again_more_slowly() -> None:
    module, _ = network(rnn, n_hidden=16)
    reader = Reader(module, V, Habits(rate=50.0, most=1e9))
    rows = rows_of(reader.distributions(document(1500), first_symbol=0, labels=(0,)))
    assert np.isfinite(rows).all()
    assert reader.rate < 50.0


def test_weights_that_are_no_numbers_are_given_up() -> None:
    module, model = network(rnn, n_hidden=16)
    reader = Reader(module, V)
    broken = {name: np.full_like(array, np.nan) for name, array in model.to_tensors().items()}
    load_weights(module, broken)
    rows = rows_of(reader.distributions(document(40), first_symbol=0, labels=(0,)))
    assert np.isfinite(rows).all()


# ---- the mixture ---------------------------------------------------------------------------------


def adapting() -> Dynamic:
    module, model = network(rnn, n_hidden=16)
    texts = [document(60, seed) for seed in (1, 2)]
    counted = ngram.fit(ngram.Config(V, LABELS), texts, np.array([1, 2]), ngram.Recipe(order=3, own_order=2))
    return Dynamic(mixture.Mixture(model.config, counted, model, Gate.even()), Reader(module, V))


def test_later_symbols_do_not_change_what_a_learning_mixture_foresaw() -> None:
    one = document(150)
    other = one.copy()
    other[71:-1] = 1 + other[71:-1] % (V - 1)
    found = []
    for ids in (one, other):
        blocks = list(adapting().distributions(ids, (1,)))
        found.append({part: np.concatenate([rows[part] for _, rows in blocks]) for part in PARTS})
    for part in PARTS:
        assert np.array_equal(found[0][part][:72], found[1][part][:72])
        assert not np.allclose(found[0][part][72:], found[1][part][72:])
        np.testing.assert_allclose(np.exp(found[0][part].astype(np.float64)).sum(axis=1), 1, rtol=1e-5)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # the network's own overflow
def test_a_mixture_whose_network_gives_no_numbers_is_told_to_be_damaged() -> None:
    model = adapting().model
    huge = {name: np.full_like(array, 3e38) for name, array in model.network.to_tensors().items()}
    broken = mixture.Mixture(model.config, model.ngram, rnn.RNN(model.config, huge), model.gate)
    logits, _ = broken.start()
    with pytest.raises(InputError, match="not a number"):
        choose(logits, stream(1, "choice"), Choice())


def test_a_learning_mixture_is_at_first_nearly_the_mixture() -> None:
    reader = adapting()
    _, rows = next(reader.distributions(document(40), (1,)))
    logits, _ = reader.model.start(1, np.array([0, 1.0, 0]))
    assert abs(rows["mixture"][0] - logits[0]).max() < 0.2


def test_a_learning_mixture_foresees_a_repetitive_text_better_than_one_that_does_not_learn() -> None:
    reader, ids = adapting(), document(400)
    blocks = list(reader.distributions(ids, (1,)))
    learnt = np.concatenate([rows["mixture"] for _, rows in blocks])[np.arange(len(ids)), ids]
    still = mixture.score(reader.model, [ids], np.array([[1]]))
    assert -learnt.mean() < still.value - 0.5


def test_what_a_document_taught_is_known_in_the_next() -> None:
    reader, ids = adapting(), document(90)
    list(reader.distributions(ids, (1,)))
    (_, again), *_ = reader.distributions(ids, (1,))
    (_, first), *_ = adapting().distributions(ids, (1,))
    assert again["mixture"][range(20), ids[:20]].sum() > first["mixture"][range(20), ids[:20]].sum()
