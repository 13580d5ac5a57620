"""The sequence-to-sequence family: NumPy beside torch, whole replies, the search in a trie, and its training."""

from dataclasses import asdict
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from aoede.errors import ConfigError, InputError, UsageError
from aoede.learning import families, loop
from aoede.learning.checkpoint import from_bytes, to_bytes
from aoede.models.seq2seq import RECIPES, Config, Learner, Model, Recipe, Trie, best, score
from aoede.models.seq2seq.batches import Pairs
from aoede.models.seq2seq.config import MAX_MESSAGE
from aoede.models.seq2seq.model import END
from aoede.neural.arrays import quantised
from aoede.randomness import stream
from aoede.score import log_softmax

Ids = list[int]
V = 12
CONFIG = Config(V, n_embedding=8, n_hidden=16)
RECIPE = Recipe(batch_size=8, learning_rate=1e-2, dropout=0.0)


def _pairs(n: int = 40, seed: int = 0) -> list[tuple[Ids, Ids]]:
    """Messages of up to nine words, which are answered by their first words counted on by one."""
    rng = stream(seed, "pairs")
    messages = [rng.integers(1, V, rng.integers(1, 10)).tolist() for _ in range(n)]
    return [(message, [word % (V - 1) + 1 for word in message[: 1 + message[0] % 4]]) for message in messages]


def _learner(recipe: Recipe = RECIPE, *, seed: int = 1, n: int = 40, **changes: Any) -> Learner:
    return Learner(CONFIG, recipe, _pairs(n), _pairs(12, seed=1), seed=seed, **changes)


def _train(learner: Learner, first: int, last: int) -> None:
    for step in range(first, last):
        indices = loop.batch_of(1, step, learner.n_examples, learner.batch_size)
        learner.update(indices, stream(1, "update", step), step / 400)


def _in_numpy(learner: Learner) -> Model:
    return Model.from_tensors(asdict(learner.config), learner.tensors())


@cache
def _model() -> Model:
    """A model that has learnt a little, and tells replies apart. Whoever asks for it shares it."""
    learner = _learner()
    _train(learner, 0, 60)
    return _in_numpy(learner)


def _all(learner: Learner) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in {**learner.tensors(), **learner.state()}.items()}


# -- the model --


def test_numpy_says_step_by_step_what_torch_says_of_the_whole() -> None:
    learner = _learner()
    _train(learner, 0, 12)
    model, network = _in_numpy(learner), learner.network.eval()
    for message, reply in _pairs(6, seed=5):
        pairs = Pairs([(message, reply)], V, max_message=40, max_reply=20)
        with torch.no_grad():
            wanted = network(pairs.batch(np.zeros(1, np.int64), torch.device("cpu"))).numpy()
        state = model.read(message)
        for word, row in zip([END, *reply], wanted, strict=True):
            logits, state = model.step(state, [word])
            assert logits.shape == (1, V)
            assert np.abs(logits[0] - row).max() < 1e-5


def test_the_probability_of_a_reply_is_the_product_of_its_steps() -> None:
    model = _model()
    message, replies = [3, 1, 4], [[5, 9, 2], [], [7], [5, 9]]
    for reply, found in zip(replies, model.log_probabilities(message, replies), strict=True):
        state, product = model.read(message), 1.0
        for word, following in zip([END, *reply], [*reply, END], strict=True):
            logits, state = model.step(state, [word])
            product *= np.exp(log_softmax(logits.astype(np.float64))[0, following])
        assert np.exp(found) == pytest.approx(product, rel=1e-9)


def test_the_probabilities_of_all_replies_of_up_to_two_words_and_of_longer_ones_sum_to_one() -> None:
    model, words = _model(), np.arange(1, V)
    ids, logs, state = np.zeros(1, np.int64), np.zeros(1), model.read([3, 1, 4])
    for _ in range(3):  # to all beginnings of three words
        logits, state = model.step(state, ids)
        rows = log_softmax(logits.astype(np.float64))
        ids, logs = np.tile(words, len(rows)), (logs[:, None] + rows[:, 1:]).ravel()
        state = model.select(state, np.repeat(np.arange(len(rows)), V - 1))
    ended = [[], *([int(i)] for i in words), *([int(i), int(j)] for i in words for j in words)]
    total = np.exp(model.log_probabilities([3, 1, 4], ended)).sum() + np.exp(logs).sum()
    assert total == pytest.approx(1, abs=1e-5)


def test_messages_and_replies_that_are_read_side_by_side_do_not_touch_one_another() -> None:
    model, pairs = _model(), _pairs(20, seed=7)
    messages, replies = ([pair[i] for pair in pairs] for i in range(2))
    together = model.written(model.read_all(messages), replies)
    alone = [model.log_probabilities(message, [reply])[0] for message, reply in pairs]
    assert np.array_equal(together, alone)


def test_more_replies_than_are_scored_at_once_are_scored_as_they_are_alone() -> None:
    model, replies = _model(), [reply for _, reply in _pairs(600, seed=8)]
    found = model.log_probabilities([2, 2], replies)
    for i in (0, 255, 256, 599):
        assert found[i] == pytest.approx(model.log_probabilities([2, 2], [replies[i]])[0], abs=1e-5)


def test_the_words_of_a_message_and_their_order_matter_and_of_long_ones_the_last() -> None:
    model, reply = _model(), [[4]]
    by_words = {model.log_probabilities(m, reply)[0] for m in ([], [3], [3, 5], [5, 3], [3, 5, 5])}
    assert len(by_words) == 5
    long = stream(1, "long").integers(1, V, 3 * MAX_MESSAGE)
    assert model.log_probabilities(long, reply) == model.log_probabilities(long[-MAX_MESSAGE:], reply)


@pytest.mark.parametrize("ids", [[0], [V], [-1], [1.5], [[1]], ["word"], [2**70]])
def test_what_is_no_word_is_refused(ids: Any) -> None:
    model = _model()
    for refused in (
        lambda: model.read(ids),
        lambda: model.log_probabilities([1], [ids]),
        lambda: Learner(CONFIG, RECIPE, [(ids, [1])], []),
        lambda: Learner(CONFIG, RECIPE, [([1], [1])], [([1], ids)]),
    ):
        with pytest.raises(InputError, match="no ids of words"):
            refused()


def test_a_model_that_was_stored_also_in_8_bits_says_the_same() -> None:
    learner = Learner(Config(200, 64, 64), RECIPE, _pairs(), [], seed=1)
    model = _in_numpy(learner)
    again = Model.from_tensors(model.config_values, model.to_tensors())
    small = Model.from_tensors(model.config_values, quantised(model.to_tensors()))
    replies = [[4], [5, 6]]
    found = [each.log_probabilities([3, 1], replies) for each in (model, again, small)]
    assert np.array_equal(found[0], found[1])
    assert np.allclose(found[0], found[2], atol=0.02)
    with pytest.raises(InputError, match="no weights"):
        Model.from_tensors(model.config_values, {"strange": np.zeros(3, np.float32)})


def test_settings_out_of_range_are_refused() -> None:
    for wrong in ({"n_symbols": 1}, {"n_symbols": 9, "n_hidden": 0}, {"n_symbols": 9, "nonsense": 1}, {}):
        with pytest.raises(ConfigError):
            Config.from_mapping(wrong)
    for wrong in ({"batch_size": 0}, {"dropout": 2}, {"clip": "x"}, {"max_reply": 1.5}, {"n_rows": 3}):
        with pytest.raises(ConfigError, match=next(iter(wrong))):
            Recipe.from_mapping(wrong)
    assert Recipe.from_mapping(asdict(RECIPES["default"].recipe)) == Recipe()


def test_it_is_a_family_that_ranks() -> None:
    family = families.load("seq2seq", encoding="words", capability="ranks")
    assert family.MATERIAL == "conversations"


# -- the trie --

replies_of = st.lists(st.lists(st.integers(1, V - 1), max_size=5), min_size=1, max_size=24)


@settings(max_examples=60)
@given(replies=replies_of, message=st.lists(st.integers(1, V - 1), max_size=6))
def test_a_search_as_wide_as_the_set_is_exhaustive_to_the_last_bit(replies: list[Ids], message: Ids) -> None:
    model = _model()
    logs = model.log_probabilities(message, replies)
    wanted = sorted(enumerate(logs.tolist()), key=lambda each: -each[1])
    for count in (1, 3, len(replies)):
        assert best(model, message, Trie.of(replies), len(replies), count) == wanted[:count]


@settings(max_examples=60)
@given(replies=replies_of, width=st.integers(1, 4), count=st.integers(1, 8))
def test_a_narrow_search_gives_only_replies_of_the_set_best_first_at_their_probabilities(
    replies: list[Ids], width: int, count: int
) -> None:
    model = _model()
    found = best(model, [3, 1, 4], Trie.of(replies), width, count)
    places, logs = [place for place, _ in found], [log for _, log in found]
    assert 1 <= len(found) <= count
    assert len(set(places)) == len(places)
    assert set(places) <= set(range(len(replies)))
    assert logs == sorted(logs, reverse=True)
    assert logs == model.log_probabilities([3, 1, 4], [replies[i] for i in places]).tolist()


def test_a_wider_search_never_finds_a_worse_reply_here_and_a_large_set_is_searched_as_if_scored() -> None:
    model = _model()
    replies = [reply for _, reply in _pairs(500, seed=9)]
    logs = model.log_probabilities([6, 2, 9], replies)
    found = [best(model, [6, 2, 9], Trie.of(replies), width, 3) for width in (1, 16, 500)]
    firsts = [each[0][1] for each in found]
    assert firsts == sorted(firsts)
    assert [log for _, log in found[2]] == pytest.approx(np.sort(logs)[::-1][:3], abs=1e-5)


def test_a_search_that_leaves_what_cannot_be_better_misses_nothing() -> None:
    """Word after word has the same chance whatever was read: .25 the end, .0625 word 2, .0125 word 1, .12 word 9."""
    chances = np.array([0.25, 0.0125, 0.0625, *[0.1] * 6, 0.12, 0.0, 0.0])
    chances[3:9] = (1 - chances[:3].sum() - chances[9]) / 6
    tensors = {name: np.zeros_like(tensor) for name, tensor in _model().to_tensors().items()}
    tensors["output.bias"] = np.log(np.maximum(chances, 1e-30)).astype(np.float32)
    model, trie = Model.from_tensors(asdict(CONFIG), tensors), Trie.of([[1], [9, 9], [2], [9, 9, 9]])
    wanted = [(2, 0.0625 * 0.25), (1, 0.12**2 * 0.25), (0, 0.0125 * 0.25), (3, 0.12**3 * 0.25)]
    for count in range(1, 5):
        found = best(model, [3], trie, 4, count)
        assert [(place, pytest.approx(np.exp(log), rel=1e-5)) for place, log in found] == wanted[:count]


def test_a_trie_has_a_prefix_once_and_says_which_replies_end_at_it() -> None:
    trie = Trie.of([[1, 2], [1], [1, 3], [1, 2], []])
    assert trie.symbols.tolist() == [END, 1, 2, 3]
    assert trie.children(np.array([0, 1]))[0].tolist() == [1, 2, 3]
    assert trie.children(np.array([0, 1]))[1].tolist() == [0, 1, 1]
    assert [trie.ending(np.array([node]))[0].tolist() for node in range(4)] == [[4], [1], [0, 3], [2]]


def test_a_search_that_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match="no reply"):
        Trie.of([])
    with pytest.raises(InputError, match="no ids of words"):
        Trie.of([[3, 0]])
    with pytest.raises(InputError, match="such as 12"):
        best(_model(), [1], Trie.of([[V]]))
    for width, count in ((0, 1), (1, 0)):
        with pytest.raises(UsageError):
            best(_model(), [1], Trie.of([[1]]), width, count)


# -- the training --


def test_ten_pairs_are_learnt_by_heart_and_each_message_finds_its_own_reply() -> None:
    pairs = _pairs(10)
    learner = Learner(CONFIG, Recipe(batch_size=10, learning_rate=2e-2, dropout=0.0), pairs, [], seed=1)
    for step in range(250):
        learner.update(np.arange(10), stream(1, "update", step), step / 250)
    model = _in_numpy(learner)
    assert score(model, pairs).value < 0.05
    trie = Trie.of([reply for _, reply in pairs])
    for message, reply in pairs:
        assert pairs[best(model, message, trie, 4, 1)[0][0]][1] == reply


def test_training_makes_the_held_out_figure_better() -> None:
    learner = _learner(n=400)
    before = learner.check(stream(1, "check")).watched
    _train(learner, 0, 200)
    check = learner.check(stream(1, "check"))
    assert check.watched < before - 0.5
    assert check.figures["held-out perplexity a word"] == pytest.approx(np.exp(check.watched))


def test_what_is_checked_is_what_is_scored_whatever_is_padded() -> None:
    learner, valid = _learner(), _pairs(12, seed=1)
    _train(learner, 0, 20)
    figure = score(_in_numpy(learner), valid)
    assert learner.check(stream(1, "check")).watched == pytest.approx(figure.value, abs=1e-5)
    assert figure.metric == "nats_per_word"
    assert figure.n_symbols == sum(len(reply) + 1 for _, reply in valid)
    with pytest.raises(InputError, match="nothing to judge"):
        score(_in_numpy(learner), [])


def test_padding_changes_neither_nats_nor_gradients_of_a_pair() -> None:
    """A pair beside a longer one costs what it costs alone, and the two together the sum of both."""
    pairs = [([3, 1], [2]), ([5, 9, 2, 6, 5, 3, 5], [8, 9, 7, 9, 3])]
    learner = _learner()
    found = []
    for rows in ([0], [1], [0, 1]):
        batch = Pairs(pairs, V, max_message=40, max_reply=20).batch(np.array(rows), torch.device("cpu"))
        learner.network.zero_grad()
        nats = learner._cost(batch, ())[0]
        nats.backward()  # type: ignore[no-untyped-call]
        gradients = [p.grad.numpy().ravel() for p in learner.network.parameters()]
        found.append((float(nats.detach()), np.concatenate(gradients)))
    assert found[0][0] + found[1][0] == pytest.approx(found[2][0], rel=1e-6)
    assert np.allclose(found[0][1] + found[1][1], found[2][1], atol=1e-5)


def test_of_long_messages_the_last_words_are_read_and_the_end_of_a_cut_reply_is_not_learnt() -> None:
    pairs = Pairs([([1, 2, 3, 4], [5, 6, 7]), ([8], [9, 10])], V, max_message=3, max_reply=2)
    batch = pairs.batch(np.array([0, 1]), torch.device("cpu"))
    assert batch.messages.T.tolist() == [[4, 3, 2, END], [8, END, END, END]]
    assert batch.lengths.tolist() == [4, 2]
    assert batch.inputs.T.tolist() == [[END, 5, 6], [END, 9, 10]]
    assert list(zip(batch.places.tolist(), batch.targets.tolist(), strict=True)) == [
        *((0, 5), (1, 9), (2, 6), (3, 10), (5, END))
    ]
    assert pairs.n_targets.tolist() == [2, 3]


def test_before_the_first_step_words_are_foreseen_by_how_often_they_come() -> None:
    pairs = [([2], [3, 3, 3, 4])] * 50
    model = _in_numpy(Learner(CONFIG, RECIPE, pairs, [], seed=1))
    logits, _ = model.step(model.read([2]), [END])
    p = np.exp(log_softmax(logits.astype(np.float64)))[0]
    assert p[3] > 0.4
    assert p[5:].max() < 0.02


def test_the_same_seed_gives_the_same_bytes_and_another_others() -> None:
    one, two, other = (_learner(Recipe(batch_size=8), seed=seed) for seed in (1, 1, 2))
    for learner in (one, two, other):
        _train(learner, 0, 10)
    assert _all(one) == _all(two)
    assert _all(one) != _all(other)


def test_what_was_stored_goes_on_to_the_same_bits() -> None:
    recipe = Recipe(batch_size=8)  # with dropout
    learner, other = _learner(recipe), _learner(recipe, seed=5)
    _train(learner, 0, 15)
    learner.check(stream(1, "check"))
    tensors, state = (from_bytes(to_bytes(each, {})).tensors for each in (learner.tensors(), learner.state()))
    other.restore(tensors, state)
    assert _all(other) == _all(learner)
    for each in (learner, other):
        _train(each, 15, 30)
        each.check(stream(2, "check"))
    assert _all(other) == _all(learner)


def test_a_state_that_lacks_a_part_is_refused() -> None:
    learner = _learner()
    tensors, state = learner.tensors(), learner.state()
    for part in (tensors, state):
        for key in part:
            less: dict[str, NDArray[Any]] = {name: array for name, array in part.items() if name != key}
            with pytest.raises(InputError, match="no state"):
                learner.restore(*((less, state) if part is tensors else (tensors, less)))


def test_without_held_out_pairs_the_training_is_watched_and_without_pairs_there_is_none() -> None:
    learner = Learner(CONFIG, RECIPE, _pairs(), [], seed=1)
    _train(learner, 0, 3)
    check = learner.check(stream(1, "check"))
    assert 0 < check.watched < np.log(V) + 1
    assert not check.overfits
    with pytest.raises(InputError, match="nothing to learn"):
        Learner(CONFIG, RECIPE, [], _pairs())
