"""Two towers: sums over bags, every gradient beside differences, Adam, what a training comes to, and 8 bits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from aoede.encodings.ngrams import Encoded, NGrams
from aoede.errors import ConfigError, InputError
from aoede.models.two_tower import RECIPES, Bags, Config, Judged, Learner, Model, Pairs, Recipe, Texts
from aoede.models.two_tower.descent import Adam, Gradients
from aoede.models.two_tower.learner import N_AMONG, _dropped, _kept
from aoede.neural.arrays import quantised
from aoede.randomness import stream

Doubles = NDArray[np.float64]
Weights = dict[str, Doubles]

SMALL = Config(
    n_features=12,
    n_learned=7,
    n_meaning=6,  # two of them have weights of their own too
    n_classes=4,
    n_buckets=5,
    meaning_width=3,
    width=4,
    n_hidden=5,
    n_out=3,
    n_head=4,
)
PLAIN = Recipe(batch_size=8, learning_rate=1e-2, feature_dropout=0.0, unit_dropout=0.0)
TALK = (
    ("Are you free tomorrow evening?", "Yes, I am free."),
    ("Where is the station?", "Turn left at the bank."),
    ("Thank you for the lovely flowers!", "You are very welcome."),
    ("Can you send me the report?", "I will send it tonight."),
    ("How was the film?", "It was a bit too long."),
    ("My cat is ill.", "Oh no, poor thing!"),
    ("We won the match!", "Congratulations, well done!"),
    ("明天一起吃饭吗？", "好啊，几点？"),
    ("生日快乐！", "谢谢你！"),
    ("你到家了吗？", "刚到。"),
)


def texts_of(rng: np.random.Generator, n: int, config: Config = SMALL) -> list[Encoded]:
    """Texts of up to eight features and four words, the first of features that have no weights of their own."""
    found = [Encoded(np.array([0, 1]), np.array([0]), np.array([1]))]
    for _ in range(n - 1):
        ids = rng.choice(np.arange(1, config.n_features), rng.integers(0, 8), replace=False)
        n_words = rng.integers(0, 5)
        words = rng.integers(0, config.n_buckets, n_words), rng.integers(0, config.n_features, n_words)
        found.append(Encoded(np.array([0, *ids]), *words))
    return found


def fixed_of(config: Config, seed: int = 0) -> dict[str, NDArray[np.float32]]:
    rng = stream(seed, "fixed")
    made = {name: rng.random(shape).astype(np.float32) for name, shape in config.fixed_shapes().items()}
    made["meaning"] = made["meaning"] - np.float32(0.5)
    made["meaning"][0] = 0
    return made


def small_learner(recipe: Recipe = PLAIN, *, config: Config = SMALL, n: int = 6, seed: int = 1) -> Learner:
    """Six pairs, of which the first and the third have the same reply, and seven messages of known classes."""
    rng = stream(2, "texts")
    pairs = Pairs(texts_of(rng, n), texts_of(rng, n), np.array([7, 8, 7, *range(9, 6 + n)]))
    targets = rng.dirichlet(np.ones(max(config.n_classes, 1)), 7).astype(np.float32)
    judged = Judged(
        texts_of(rng, 7), texts_of(rng, 7), targets, np.array([1, 2, 1, 0.5, 1, 1, 3], np.float32)
    )
    return Learner(
        config, recipe, pairs, pairs, fixed=fixed_of(config), judged=judged, judged_valid=judged, seed=seed
    )


def stirred(learner: Learner) -> Learner:
    """With weights so large that no gradient is near 0."""
    rng = stream(3, "stir")
    for name, shape in learner.config.shapes().items():
        learner.model.weights[name][...] = rng.normal(0, 0.7, shape)
    return learner


def trained(learner: Learner, n_steps: int, first: int = 0) -> Learner:
    for step in range(first, first + n_steps):
        rng = stream(4, "update", step)
        learner.update(rng.permutation(learner.n_examples)[: learner.batch_size], rng, step / 400)
    return learner


def everything(learner: Learner) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in {**learner.tensors(), **learner.state()}.items()}


def encoding_of(talk: Sequence[tuple[str, str]]) -> NGrams:
    return NGrams.fit([text for pair in talk for text in pair], least=1, most=400)


def pairs_of(encoding: NGrams, talk: Sequence[tuple[str, str]]) -> Pairs:
    sides = [[encoding.encode(text) for text in side] for side in zip(*talk, strict=True)]
    return Pairs(sides[0], sides[1], np.arange(len(talk)))


@cache
def of_talk() -> tuple[Learner, Pairs]:
    """A model that knows the ten pairs by heart. Whoever asks for it shares it."""
    encoding = encoding_of(TALK)
    pairs = pairs_of(encoding, TALK)
    config = Config(encoding.n_features, encoding.n_learned, meaning_width=4)
    return trained(Learner(config, PLAIN, pairs, pairs, fixed=fixed_of(config)), 60), pairs


# Bags

bags_of_numbers = st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=5), min_size=1, max_size=6)


def bags(lists: Sequence[Sequence[int]]) -> Bags:
    return Bags.of([np.array(one, np.int64) for one in lists])


@given(bags_of_numbers)
def test_the_sum_of_a_bag_is_its_rows_added_up_over_the_root_of_how_many(lists: list[list[int]]) -> None:
    table = stream(1, "table").normal(size=(7, 3)).astype(np.float32)
    wanted = [sum(table[i] for i in one) / np.sqrt(len(one)) for one in lists]
    np.testing.assert_allclose(bags(lists).sums(table), wanted, rtol=0, atol=1e-6)


@given(bags_of_numbers)
def test_the_gradient_of_a_row_is_what_every_bag_with_it_sends_back(lists: list[list[int]]) -> None:
    slope = stream(1, "slope").normal(size=(len(lists), 3)).astype(np.float32)
    wanted = np.zeros((7, 3))
    for one, row in zip(lists, slope, strict=True):
        for i in one:
            wanted[i] += row / np.sqrt(len(one))
    rows, found = bags(lists).gradient(slope)
    assert rows.tolist() == sorted({i for one in lists for i in one})
    np.testing.assert_allclose(found, wanted[rows], rtol=0, atol=1e-5)


@given(bags_of_numbers, st.data())
def test_bags_are_taken_and_thinned_as_lists_would_be(lists: list[list[int]], data: st.DataObject) -> None:
    order = data.draw(st.lists(st.integers(0, len(lists) - 1), max_size=8))
    taken = bags(lists).take(np.array(order, np.int64))
    assert [taken.ids[a:b].tolist() for a, b in zip(taken.starts, taken.starts[1:], strict=False)] == [
        lists[i] for i in order
    ]
    kept = np.array([k == 0 or number % 2 == 0 for one in lists for k, number in enumerate(one)])
    thinned = bags(lists).where(kept)
    assert thinned.lengths.tolist() == [1 + sum(number % 2 == 0 for number in one[1:]) for one in lists]
    assert thinned.rows.tolist() == np.repeat(np.arange(len(lists)), thinned.lengths).tolist()


def test_no_bags_have_no_sums() -> None:
    assert Bags.of([]).sums(np.ones((3, 2), np.float32)).shape == (0, 2)


@given(st.text(max_size=40), st.sampled_from([0.0, 0.5, 0.95]))
def test_no_text_makes_an_empty_bag_whatever_is_left_out(text: str, chance: float) -> None:
    encoding = encoding_of(TALK[:4])
    config = Config(encoding.n_features, encoding.n_learned)
    made = Texts.of(config, [encoding.encode(text), encoding.encode("")])
    for found in vars(made).values():
        assert (found.lengths > 0).all()
    left = _dropped(made.learned, chance, stream(1, text))
    assert (left.lengths > 0).all()
    assert (left.ids[left.starts[:-1]] == 0).all()  # ANY stays


# Gradients, beside differences of what is written down here once more in 64 bits


def unit_of(row: Doubles) -> Doubles:
    return row / np.linalg.norm(row) if row.any() else row


def meaning_of(text: Encoded, weights: Weights) -> Doubles:
    return unit_of(sum((weights["meaning"][i] for i in text.ids if i <= SMALL.n_meaning), np.zeros(3)))


def words_of_text(text: Encoded, weights: Weights) -> Doubles:
    found = np.zeros(SMALL.n_buckets)
    for bucket, word in zip(text.buckets, text.word_ids, strict=True):
        found[bucket] += weights["rarity"][word]
    return unit_of(found)


def learned_of(text: Encoded) -> NDArray[np.int64]:
    first = SMALL.n_features - SMALL.n_learned
    return np.array([0, *(i - first + 1 for i in text.ids if i >= first)], np.int64)


def sum_of(table: Doubles, rows: NDArray[np.int64]) -> Doubles:
    return np.asarray(table[rows].sum(axis=0) / np.sqrt(len(rows)))


def rows_in(found: Bags) -> list[NDArray[np.int64]]:
    return np.split(found.ids, found.starts[1:-1])


def pair_nats(
    w: Weights, sides: Mapping[str, Sequence[Encoded]], keys: Sequence[int], drawn: Mapping[str, Any]
) -> float:
    """The mean nats of both directions; `drawn` are the rows and the units that are left of each side."""
    vectors = {}
    for name, texts in sides.items():
        rows, kept = drawn[name]
        vectors[name] = []
        for i, text in enumerate(texts):
            into = np.concatenate([4 * meaning_of(text, w), sum_of(w[f"{name}.features"], rows[i])])
            hidden = np.tanh(into @ w[f"{name}.in"] + w[f"{name}.in_bias"]) * kept[i]
            vectors[name].append(unit_of(hidden @ w[f"{name}.out"] + w[f"{name}.out_bias"]))
    n = len(keys)
    scores = np.zeros((n, n))
    for i, message in enumerate(sides["message"]):
        for j, reply in enumerate(sides["reply"]):
            alike = w["mix"][1] * meaning_of(message, w) @ meaning_of(reply, w)
            shared = w["mix"][2] * words_of_text(message, w) @ words_of_text(reply, w)
            scores[i, j] = w["mix"][0] * vectors["message"][i] @ vectors["reply"][j] + alike + shared
            if i != j and keys[i] == keys[j]:
                scores[i, j] = -np.inf
    logs = [np.log(np.exp(scores).sum(axis=axis)) for axis in (0, 1)]
    return float(np.mean(logs) - np.diag(scores).mean())


def class_nats(
    w: Weights, messages: Sequence[Encoded], targets: Doubles, rows: Sequence[Any], kept: Doubles
) -> float:
    total = 0.0
    for text, target, own, before, left in zip(messages, targets, *rows, kept, strict=True):
        added = sum_of(w["head.features"], own) + sum_of(w["head.context"], before) + w["head.bias"]
        hidden = np.tanh(added + 4 * meaning_of(text, w) @ w["head.meaning"]) * left
        scores = hidden @ w["head.out"] + w["head.out_bias"]
        total -= float(target @ (scores - np.log(np.exp(scores).sum())))
    return total / len(messages)


def assert_slopes(loss: Callable[[Weights], float], weights: Weights, gradients: Gradients) -> None:
    """Every number of every gradient is what moving its weight both ways says; of weights without one that is 0."""
    for name, shape in SMALL.shapes().items():
        found = np.zeros(shape)
        if name in gradients.dense:
            found[...] = gradients.dense[name]
        elif name in gradients.rows:
            rows, slopes = gradients.rows[name]
            found[rows] = slopes
        wanted = np.zeros(shape)
        for place in np.ndindex(shape):
            sides = []
            for step in (1e-5, -1e-5):
                moved = weights | {name: weights[name].copy()}
                moved[name][place] += step
                sides.append(loss(moved))
            wanted[place] = (sides[0] - sides[1]) / 2e-5
        np.testing.assert_allclose(found, wanted, rtol=2e-4, atol=2e-6, err_msg=name)


@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_every_gradient_of_the_pairs_is_what_differences_say(dropout: float) -> None:
    learner = stirred(small_learner(replace(PLAIN, feature_dropout=dropout, unit_dropout=dropout)))
    pairs, indices = learner._valid[0], np.array([4, 0, 2, 5, 1])
    sides = {
        "message": [pairs.messages[i] for i in indices],
        "reply": [pairs.replies[i] for i in indices],
    }
    rng, drawn = stream(5, "draw"), {}
    for name, texts in sides.items():
        left = _dropped(Bags.of([learned_of(text) for text in texts]), dropout, rng)
        drawn[name] = rows_in(left), _kept((5, SMALL.n_hidden), dropout, rng)
    gradients = Gradients()
    nats = learner._pairs_step(indices, stream(5, "draw"), gradients)
    weights = {name: array.astype(np.float64) for name, array in learner.tensors().items()}

    def loss(moved: Weights) -> float:
        return pair_nats(moved, sides, pairs.keys[indices], drawn)

    assert nats == pytest.approx(loss(weights), rel=1e-5)
    assert set(gradients.dense) | set(gradients.rows) == {n for n in SMALL.shapes() if "head" not in n}
    assert_slopes(loss, weights, gradients)


@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_every_gradient_of_the_classes_is_what_differences_say(dropout: float) -> None:
    learner = stirred(small_learner(replace(PLAIN, feature_dropout=dropout, unit_dropout=dropout)))
    judged, rng = learner._judged_valid, stream(5, "draw")
    assert judged is not None and learner._judged is not None
    chances = np.cumsum(judged.weights) / judged.weights.sum()
    chosen = [int((chances <= drawn).sum()) for drawn in rng.random(PLAIN.batch_size)]
    messages, contexts = ([side[i] for i in chosen] for side in (judged.messages, judged.contexts))
    rows = [
        rows_in(_dropped(Bags.of([learned_of(text) for text in texts]), chance, rng))
        for texts, chance in ((messages, dropout / 2), (contexts, dropout))
    ]
    kept = _kept((len(chosen), SMALL.n_head), dropout, rng)
    gradients = Gradients()
    nats = learner._classes_step(learner._judged, stream(5, "draw"), gradients)
    weights = {name: array.astype(np.float64) for name, array in learner.tensors().items()}

    def loss(moved: Weights) -> float:
        return class_nats(moved, messages, judged.targets[chosen].astype(float), rows, kept)

    assert nats == pytest.approx(loss(weights), rel=1e-5)
    assert set(gradients.dense) | set(gradients.rows) == {n for n in SMALL.shapes() if "head" in n}
    assert_slopes(loss, weights, gradients)


def test_identical_replies_of_a_batch_are_no_wrong_answers() -> None:
    learner = stirred(small_learner())
    gradients = Gradients()
    assert learner._pairs_step(np.array([0, 2]), stream(1, "same"), gradients) == 0
    assert not any(gradient.any() for gradient in gradients.dense.values())
    assert not any(gradient.any() for _, gradient in gradients.rows.values())
    assert learner._pairs_step(np.array([0, 1]), stream(1, "other"), Gradients()) > 0


# Adam


def test_a_lazy_adam_that_sees_every_row_is_a_dense_one() -> None:
    rng = stream(1, "adam")
    begin = rng.normal(size=(6, 3)).astype(np.float32)
    weights = {"lazy": begin.copy(), "dense": begin.copy()}
    adam = Adam(weights, weights, {})
    wanted, first, second = begin.astype(np.float64), np.zeros((6, 3)), np.zeros((6, 3))
    for t in range(1, 31):
        slope = rng.normal(size=(6, 3)).astype(np.float32)
        gradients, order = Gradients(), rng.permutation(6)
        gradients.add("dense", slope)
        gradients.add_rows("lazy", order, slope[order])
        adam.step(gradients, 0.01)
        first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * np.square(slope)
        wanted -= 0.01 * first / (1 - 0.9**t) / (np.sqrt(second / (1 - 0.999**t)) + 1e-8)
    np.testing.assert_array_equal(weights["lazy"], weights["dense"])
    np.testing.assert_allclose(weights["dense"], wanted, rtol=0, atol=1e-5)


def test_rows_that_a_step_does_not_see_stay_where_they_are_and_rates_say_who_is_faster() -> None:
    weights = {"table": np.zeros((3, 2), np.float32), "fast": np.zeros(2, np.float32)}
    adam = Adam(weights, weights, {"fast": 10.0})
    for rows in ([0, 1], [1]):
        gradients = Gradients()
        gradients.add_rows("table", np.array(rows), np.ones((len(rows), 2), np.float32))
        gradients.add("fast", np.ones(2, np.float32))
        adam.step(gradients, 0.01)
    np.testing.assert_allclose(weights["table"], [[-0.01] * 2, [-0.02] * 2, [0, 0]], rtol=1e-4)
    np.testing.assert_allclose(weights["fast"], -0.2, rtol=1e-4)


def test_a_tamed_learner_takes_half_the_step_and_one_at_its_end_none() -> None:
    moved = []
    for n_tamed, progress in ((0, 0.0), (1, 0.0), (0, 1.0)):
        learner = stirred(small_learner())
        before = learner.tensors()
        for _ in range(n_tamed):
            learner.tame()
        learner.update(np.arange(6), stream(1, "step"), progress)
        moved.append({name: array - before[name] for name, array in learner.tensors().items()})
    for name in SMALL.shapes():
        np.testing.assert_allclose(moved[1][name], moved[0][name] / 2, rtol=0, atol=1e-6)
        assert moved[0][name].any()
        assert not moved[2][name].any()


# What a training comes to


def test_ten_pairs_are_known_by_heart() -> None:
    learner, pairs = of_talk()
    model = learner.model
    scores = model.agreement(
        model.messages(model.texts(pairs.messages)), model.replies(model.texts(pairs.replies))
    )
    assert scores.argmax(axis=1).tolist() == list(range(10))
    assert scores.argmax(axis=0).tolist() == list(range(10))
    check = learner.check(stream(1, "check"))
    assert check.figures[f"1 of {N_AMONG}"] == 1
    assert check.figures["held-out nats of a pair"] < 0.1


def test_classes_are_learnt_from_messages_and_from_what_was_said_before() -> None:
    encoding = encoding_of(TALK)
    config = Config(encoding.n_features, encoding.n_learned, n_classes=3, meaning_width=4)
    said = [encoding.encode(text) for text in ("Where is the station?", "How was the film?")]
    before, silence = encoding.encode("My cat is ill."), encoding.encode("")
    # The second message is of another class where something was said before it.
    judged = Judged([*said, said[1]], [silence, silence, before], np.eye(3, dtype=np.float32), np.ones(3))
    pairs = pairs_of(encoding, TALK)
    learner = Learner(config, PLAIN, pairs, pairs, fixed=fixed_of(config), judged=judged, judged_valid=judged)
    first = learner.check(stream(1, "check")).figures["held-out nats of an intent"]
    trained(learner, 60)
    logs = learner.model.classes(learner.model.texts(judged.messages), learner.model.texts(judged.contexts))
    assert logs.argmax(axis=1).tolist() == [0, 1, 2]
    np.testing.assert_allclose(np.exp(logs).sum(axis=1), 1, rtol=1e-5)
    assert learner.check(stream(1, "check")).figures["held-out nats of an intent"] < 0.3 * first


def test_a_message_of_weight_0_is_never_shown() -> None:
    learner = small_learner()
    only = Encoded(np.array([0, 11]), np.zeros(0, np.int64), np.zeros(0, np.int64))
    other = Encoded(np.array([0, 10]), np.zeros(0, np.int64), np.zeros(0, np.int64))
    judged = Judged([only, other, only], [other] * 3, np.eye(4, dtype=np.float32)[:3], np.array([0, 1, 0.0]))
    pairs = learner._valid[0]
    learner = Learner(SMALL, PLAIN, pairs, pairs, fixed=fixed_of(SMALL), judged=judged)
    before = learner.tensors()["head.features"]
    moved = (trained(learner, 20).tensors()["head.features"] != before).any(axis=1)
    assert moved[SMALL.n_learned - 1] and moved[0]
    assert not moved[SMALL.n_learned]


def test_the_same_seed_gives_the_same_bytes_and_another_others() -> None:
    dropping = replace(PLAIN, feature_dropout=0.3, unit_dropout=0.3, batch_size=4)
    one, same, other = (everything(trained(small_learner(dropping, seed=seed), 5)) for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_a_restored_learner_goes_on_to_the_same_bits() -> None:
    dropping = replace(PLAIN, feature_dropout=0.3, unit_dropout=0.3, batch_size=4)
    through = trained(small_learner(dropping), 4)
    through.check(stream(1, "check"))
    through.tame()
    tensors, state = through.tensors(), through.state()
    trained(through, 4, first=4)
    resumed = small_learner(dropping, seed=9)
    resumed.restore(tensors, state)
    assert everything(trained(resumed, 4, first=4)) == everything(through)


def test_a_state_of_another_training_is_refused_and_changes_nothing() -> None:
    learner, other = trained(small_learner(), 2), small_learner(config=replace(SMALL, n_hidden=6))
    before = everything(learner)
    tensors, state = learner.tensors(), learner.state()
    for strange in (
        (other.tensors(), state),
        (tensors, other.state()),
        ({}, state),
        (tensors, {**state, "more": np.zeros(1)}),
        (tensors, {name: array for name, array in state.items() if name != "t"}),
    ):
        with pytest.raises(InputError, match="no state of such a training"):
            learner.restore(*strange)
    assert everything(learner) == before


def test_checks_watch_pairs_and_classes_and_tell_when_they_were_better_before() -> None:
    learner = trained(small_learner(), 3)
    found = learner.check(stream(1, "check"))
    assert found.watched == pytest.approx(
        found.figures["held-out nats of a pair"] + found.figures["held-out nats of an intent"]
    )
    assert not found.overfits
    assert not learner.check(stream(1, "check")).overfits  # as good as before
    learner.model.weights["mix"][:] = [-9, -9, -9]
    assert learner.check(stream(1, "check")).overfits


def test_held_out_pairs_are_ranked_as_the_model_ranks_them_one_by_one() -> None:
    learner = stirred(small_learner())
    pairs, model = learner._valid[0], learner.model
    nats, hits = [], []
    for i, message in enumerate(pairs.messages):
        rivals = [j for j in range(6) if j == i or pairs.keys[j] != pairs.keys[i]]
        own = model.replies(model.texts([pairs.replies[j] for j in rivals]))
        scores = model.agreement(model.messages(model.texts([message])), own)[0].astype(np.float64)
        nats.append(np.log(np.exp(scores).sum()) - scores[rivals.index(i)])
        hits.append(rivals[int(scores.argmax())] == i)
    figures = learner.check(stream(1, "check")).figures
    assert figures["held-out nats of a pair"] == pytest.approx(np.mean(nats), rel=1e-4)
    assert figures["1 of 100"] == pytest.approx(np.mean(hits))


def test_nothing_held_out_is_no_figure_and_no_pairs_are_an_error() -> None:
    pairs = small_learner()._valid[0]
    none = Pairs([], [], np.zeros(0, np.int64))
    learner = Learner(SMALL, PLAIN, pairs, none, fixed=fixed_of(SMALL))
    assert learner.check(stream(1, "check")).figures == {}
    assert not learner.check(stream(1, "check")).overfits
    one = Pairs(pairs.messages[:1], pairs.replies[:1], pairs.keys[:1])
    for few in (none, one):
        with pytest.raises(InputError, match="nothing to learn from"):
            Learner(SMALL, PLAIN, few, none, fixed=fixed_of(SMALL))


def test_a_batch_is_never_larger_than_there_are_pairs() -> None:
    assert small_learner(replace(PLAIN, batch_size=4)).batch_size == 4
    assert small_learner(replace(PLAIN, batch_size=400)).batch_size == 6


# The model


def test_a_model_without_classes_ranks_alone() -> None:
    learner = trained(small_learner(config=replace(SMALL, n_classes=0)), 2)
    assert not any("head" in name for name in learner.tensors())
    texts = learner.model.texts(learner._valid[0].messages)
    with pytest.raises(InputError, match="ranks replies alone"):
        learner.model.classes(texts, texts)


def test_what_a_model_foresees_is_what_its_learner_is_judged_by() -> None:
    learner = stirred(small_learner())
    model, rng = learner.model, stream(8, "agreement")
    sides = {name: texts_of(rng, 6) for name in ("message", "reply")}
    scores = model.agreement(
        model.messages(model.texts(sides["message"])), model.replies(model.texts(sides["reply"]))
    ).astype(np.float64)
    nats = [np.log(np.exp(scores).sum(axis=axis)) - np.diag(scores) for axis in (0, 1)]
    weights = {name: array.astype(np.float64) for name, array in learner.tensors().items()}
    drawn = {
        name: ([learned_of(text) for text in texts], np.ones((6, SMALL.n_hidden)))
        for name, texts in sides.items()
    }
    assert np.mean(nats) == pytest.approx(pair_nats(weights, sides, range(6), drawn), rel=1e-5)


def test_a_text_is_what_it_is_whatever_stands_beside_it() -> None:
    learner = stirred(small_learner())
    texts = texts_of(stream(7, "beside"), 9)
    together = learner.model.messages(learner.model.texts(texts))
    for i, text in enumerate(texts):
        alone = learner.model.messages(learner.model.texts([text]))
        for name, rows in vars(together).items():
            np.testing.assert_allclose(vars(alone)[name][0], rows[i], rtol=0, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(together.learned, axis=1), 1, rtol=1e-5)


def test_a_model_in_8_bits_ranks_nearly_as_before() -> None:
    learner, pairs = of_talk()
    small = quantised(learner.tensors())
    assert {"message.features.scale", "reply.in.scale"} <= set(small)
    models = [Model.from_tensors(asdict(learner.config), tensors) for tensors in (learner.tensors(), small)]
    exact, rough = (
        model.agreement(
            model.messages(model.texts(pairs.messages)), model.replies(model.texts(pairs.replies))
        )
        for model in models
    )
    assert (exact.argmax(axis=1) == rough.argmax(axis=1)).all()
    assert np.corrcoef(exact.ravel(), rough.ravel())[0, 1] > 0.999
    assert np.abs(exact - rough).max() < 0.05 * np.ptp(exact)


def test_features_and_buckets_that_a_model_does_not_have_are_refused() -> None:
    model = small_learner().model
    none = np.zeros(0, np.int64)
    for strange in (
        Encoded(np.array([0, 12]), none, none),
        Encoded(np.array([0]), np.array([0]), np.array([12])),
    ):
        with pytest.raises(InputError, match="feature 12 is none of the 12"):
            model.texts([Encoded(np.array([0, 11]), none, none), strange])
    with pytest.raises(InputError, match="bucket 5 is none of the 5"):
        model.texts([Encoded(np.array([0]), np.array([5]), np.array([0]))])
    assert len(model.texts([])) == 0


def test_weights_of_other_names_shapes_and_kinds_are_refused() -> None:
    tensors, values = small_learner().tensors(), asdict(SMALL)
    assert Model.from_tensors(values, tensors).config_values == values
    for strange in (
        {name: array for name, array in tensors.items() if name != "mix"},
        tensors | {"more": np.zeros(2, np.float32)},
        tensors | {"mix": np.zeros(4, np.float32)},
        tensors | {"mix": np.zeros(3, np.int64)},
    ):
        with pytest.raises(InputError, match="no weights of such a network"):
            Model.from_tensors(values, strange)
    with pytest.raises(ConfigError, match="unknown setting 'depth'"):
        Model.from_tensors(values | {"depth": 2}, tensors)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("n_features", 1), ("n_features", 12.0), ("n_learned", -1), ("width", True), ("n_hidden", 10**9)],
)
def test_shapes_out_of_range_are_refused(name: str, wrong: Any) -> None:
    with pytest.raises(ConfigError, match=name):
        Config.from_mapping(asdict(SMALL) | {name: wrong})


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        *(("n_epochs", 0), ("batch_size", 1), ("learning_rate", float("nan")), ("unit_dropout", 1.0)),
        *(("patience", 2.5), ("least_texts", True), ("feature_dropout", "0.5")),
    ],
)
def test_recipes_out_of_range_are_refused(name: str, wrong: Any) -> None:
    with pytest.raises(ConfigError, match=name):
        Recipe.from_mapping({name: wrong})


@pytest.mark.parametrize("name", RECIPES)
def test_recipes_survive_being_stored(name: str) -> None:
    assert Recipe.from_mapping(asdict(RECIPES[name].recipe)) == RECIPES[name].recipe
    assert set(RECIPES[name].shape) <= set(asdict(SMALL))
