"""The n-gram family of text against a slow textbook implementation, and its promises."""

import math
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from aoede.errors import ConfigError, InputError
from aoede.learning import loop, runs
from aoede.models.ngram import (
    RECIPES,
    Adaptive,
    Config,
    Habits,
    Learner,
    Model,
    Recipe,
    compact,
    fit,
    prune,
    score,
)
from aoede.randomness import stream
from tests.small_learner import Heard

Ints = NDArray[np.int64]
V = 6
RECIPE = Recipe(order=4, own_order=3)


def _documents(seed: int, n: int = 8, length: int = 60, swing: int = 1) -> list[Ints]:
    """Documents that walk over the symbols 1..5, mostly by `swing`, and end with 0."""
    rng = stream(seed, "documents")
    found = []
    for _ in range(n):
        steps = np.where(rng.random(length) < 0.7, swing, rng.integers(1, 5, length))
        found.append(np.append(np.cumsum(steps) % 5 + 1, 0))
    return found


def _labelled(recipe: Recipe = RECIPE) -> Model:
    documents = [*_documents(1), *_documents(2, swing=3)]
    return fit(Config(V, (3, 2)), documents, np.repeat([1, 2], 8), recipe)


def _condition(label: int) -> NDArray[np.float64]:
    return np.concatenate([np.eye(3)[label], [1.0, 0.0]])


def _every(model: Model, document: Ints, condition: Any = None, block: int = 7) -> NDArray[np.float64]:
    parts = [p for _, p in model.distributions(document, condition=condition, block=block)]
    return np.concatenate(parts).astype(np.float64)


def textbook(order: int, n_symbols: int, documents: Sequence[Sequence[int]]) -> Callable[..., float]:
    """(context oldest first, symbol) -> probability, by dictionaries and recursion."""
    plain: dict[int, Counter[tuple[int, ...]]] = defaultdict(Counter)
    for document in documents:
        begun = (0, *document)
        for k in range(1, order + 1):
            windows = [begun[i : i + k] for i in range(len(begun) - k + 1)]
            plain[k].update(windows[1:] if k == 1 else windows)
    longest = max(k for k in plain if plain[k])
    counts = {longest: plain[longest]}
    for k in range(1, longest):
        before = Counter(gram[1:] for gram in plain[k + 1])
        counts[k] = Counter({g: n if k > 1 and g[0] == 0 else before[g] for g, n in plain[k].items()})
    discounts = {}
    for k, own in counts.items():
        n = Counter(own.values())
        y = n[1] / max(1, n[1] + 2 * n[2])
        found = [i - (i + 1) * y * n[i + 1] / n[i] if n[i] else 0 for i in (1, 2, 3)]
        discounts[k] = [0.0] + [d if 0 < d < i else i / 2 for i, d in enumerate(found, 1)]

    def probability(context: tuple[int, ...], symbol: int) -> float:
        context = context[max(0, len(context) - longest + 1) :]
        below = probability(context[1:], symbol) if context else 1 / n_symbols
        k = len(context) + 1
        after = {gram[-1]: n for gram, n in counts[k].items() if gram[:-1] == context}
        if not after:
            return below
        d, total = discounts[k], sum(after.values())
        n = after.get(symbol, 0)
        return (n - d[min(3, n)] + sum(d[min(3, m)] for m in after.values()) * below) / total

    return probability


@settings(max_examples=60, deadline=None)
@given(data=st.data(), order=st.integers(1, 5))
def test_probabilities_equal_the_textbook(data: st.DataObject, order: int) -> None:
    texts = st.lists(st.integers(1, 3), max_size=10).map(lambda text: [*text, 0])
    documents = data.draw(st.lists(texts, min_size=1, max_size=6))
    held_out = data.draw(texts)
    probability = textbook(order, 4, documents)
    model = fit(Config(4), [np.array(d) for d in documents], recipe=Recipe(order=order))
    expected = [math.log(probability((0, *held_out[:t]), s)) for t, s in enumerate(held_out)]
    np.testing.assert_allclose(model.log_probabilities([held_out])[0], expected, rtol=1e-10)


@pytest.mark.parametrize("recipe", [RECIPE, Recipe(order=4, own_order=3, max_ngrams=60, max_own_ngrams=50)])
@pytest.mark.parametrize("condition", [None, _condition(1), 0.25 * _condition(0) + 0.75 * _condition(2)])
def test_step_by_step_equals_whole_documents_and_sums_to_one(recipe: Recipe, condition: Any) -> None:
    model = _labelled(recipe)
    model = Model.from_tensors(model.config_values, model.to_tensors())
    document = _documents(5, n=1)[0]
    whole = _every(model, document, condition)
    np.testing.assert_allclose(np.exp(whole).sum(axis=1), 1, atol=1e-6)
    log_p, state = model.start(1, condition)
    for t, symbol in enumerate(document):
        assert np.exp(log_p).sum() == pytest.approx(1, abs=1e-12)
        np.testing.assert_allclose(log_p[0], whole[t], atol=2e-6)
        log_p, state = model.step(state, [symbol])
    if condition is None or condition[:3].max() == 1:
        labels = None if condition is None else np.array([[1, 0]])
        chosen = whole[np.arange(len(document)), document]
        np.testing.assert_allclose(model.log_probabilities([document], labels)[0], chosen, atol=2e-6)


def test_future_symbols_do_not_change_past_predictions() -> None:
    model, document = _labelled(), _documents(5, n=1)[0]
    other = document.copy()
    other[30:-1] = 6 - other[30:-1]
    for condition in (None, _condition(2)):
        first, second = (_every(model, d, condition) for d in (document, other))
        np.testing.assert_array_equal(first[:31], second[:31])
        assert not np.array_equal(first[31:], second[31:])


def test_after_the_end_a_document_begins() -> None:
    model = _labelled()
    begun, state = model.start(1, _condition(1))
    after = model.step(model.step(state, [3])[1], [0])[0]
    np.testing.assert_array_equal(begun, after)


def test_a_batch_gives_what_each_sequence_gives_alone_and_states_are_kept() -> None:
    model = _labelled()
    _, state = model.start(3, np.stack([_condition(i) for i in range(3)]))
    together, later = model.step(state, [1, 2, 3])
    for i in range(3):
        _, alone = model.start(1, _condition(i))
        np.testing.assert_allclose(together[i], model.step(alone, [i + 1])[0][0], rtol=1e-12)
    np.testing.assert_array_equal(model.step(state, [1, 2, 3])[0], together)
    np.testing.assert_array_equal(model.predict(model.select(later, [2, 0])), together[[2, 0]])


def test_a_label_makes_its_own_text_likelier_and_the_unknown_one_is_the_shared_model() -> None:
    documents = [*_documents(1, n=20), *_documents(2, n=20, swing=3)]
    model = fit(Config(V, (3,)), documents, np.repeat([1, 2], 20), RECIPE)
    for label, swing in ((1, 1), (2, 3)):
        texts = _documents(9, n=4, swing=swing)
        right, none, wrong = (
            np.concatenate(model.log_probabilities(texts, np.full((4, 1), value))).mean()
            for value in (label, 0, 3 - label)
        )
        assert right > none > wrong
    shared = fit(Config(V), documents, recipe=RECIPE)
    text = _documents(9, n=1)[0]
    np.testing.assert_array_equal(shared.log_probabilities([text])[0], model.log_probabilities([text])[0])
    np.testing.assert_allclose(_every(shared, text), _every(model, text, np.eye(3)[0]), atol=1e-6)


def _wordy(seed: int, n_words: int) -> Ints:
    """Words of 20 letters, some far commoner than others, with a space between them."""
    rng = stream(3, "words")
    words = [np.append(rng.integers(2, 22, rng.integers(2, 8)), 1) for _ in range(300)]
    chosen = stream(seed, "text").zipf(1.4, n_words) % 300
    return np.append(np.concatenate([words[i] for i in chosen]), 0)


def test_pruning_keeps_at_most_so_many_and_loses_less_than_a_shorter_model() -> None:
    config, unseen = Config(22), [_wordy(2, 500)]
    whole = fit(config, [_wordy(1, 3000)], recipe=Recipe(order=6)).shared
    shorter = fit(config, [_wordy(1, 3000)], recipe=Recipe(order=3)).shared
    pruned = prune(whole, max_ngrams=shorter.n_grams)
    assert pruned.n_grams == shorter.n_grams < whole.n_grams / 2
    figures = [
        score(Model(config, t), unseen, None, stream(1, "score")).value for t in (whole, pruned, shorter)
    ]
    assert figures[0] - 0.01 < figures[1] < figures[2] - 0.03
    for n in (pruned.n_grams - 1, 500, 50):
        less = Model(config, prune(pruned, max_ngrams=n))
        np.testing.assert_allclose(np.exp(_every(less, unseen[0])).sum(axis=1), 1, atol=1e-6)
    assert prune(whole, max_ngrams=0).sizes == whole.sizes[:1]
    assert prune(whole, max_ngrams=whole.n_grams).n_grams == whole.n_grams


@pytest.mark.parametrize("n_symbols", [V, 400, 70_000])
def test_save_and_load_change_nothing_not_a_bit(n_symbols: int) -> None:
    often = np.array([1, 2] * 1000 + [0])  # counts of 255 and more
    model = fit(Config(n_symbols), [*_documents(1), often], recipe=Recipe(order=5, max_ngrams=120))
    tensors = model.to_tensors()
    again = Model.from_tensors(model.config_values, tensors)
    assert {k: v.tobytes() for k, v in again.to_tensors().items()} == {
        k: v.tobytes() for k, v in tensors.items()
    }
    text = _documents(3)
    for first, second in zip(model.log_probabilities(text), again.log_probabilities(text), strict=True):
        np.testing.assert_array_equal(first, second)


def test_a_model_takes_little_more_than_a_byte_an_ngram() -> None:
    letters = stream(2, "letters").zipf(1.6, 60_000) % 60 + 1
    model = fit(Config(61), [np.append(letters, 0)], recipe=Recipe(order=5))
    assert sum(tensor.nbytes for tensor in model.to_tensors().values()) < 2 * model.n_grams


def test_hostile_tensors_are_refused() -> None:
    model = _labelled(Recipe(order=4, own_order=3, max_ngrams=60))
    config, tensors = model.config_values, model.to_tensors()
    for name, tensor in tensors.items():
        for wrong in (tensor[:-1], tensor.astype(np.float32), tensor[None], None):
            changed = {k: v for k, v in tensors.items() if k != name}
            changed |= {} if wrong is None else {name: wrong}
            if wrong is not None or name != "shared.removed":
                with pytest.raises(InputError):
                    Model.from_tensors(config, changed)
    n = sum(int(size) for size in tensors["shared.levels"])
    hostile = {
        "shared.symbols": _packed(np.full(n, V, np.uint8)),
        "shared.counts": _packed(np.zeros(n, np.uint8)),
        "shared.children": _packed(np.full(1 + n - int(tensors["shared.levels"][-1]), 254, np.uint8)),
        "shared.discounts": np.full_like(tensors["shared.discounts"], np.nan),
        "shared.levels": tensors["shared.levels"] + 2**62,
        "own.shares": np.ones(3),
    }
    for name, tensor in hostile.items():
        with pytest.raises(InputError):
            Model.from_tensors(config, tensors | {name: tensor})


def test_discounts_of_nearly_nothing_give_numbers_all_the_same() -> None:
    model = _labelled()
    tensors = model.to_tensors() | {"shared.discounts": np.full((4, 3), 1e-77)}
    other = Model.from_tensors(model.config_values, tensors)
    logits, _ = other.start()
    parts = [logits, _every(other, _documents(3)[0]), other.log_probabilities(_documents(3))[0]]
    assert all(np.isfinite(part).all() for part in parts)


def test_great_counts_that_are_small_and_ngrams_of_labels_without_labels_are_refused() -> None:
    model = fit(Config(V), [np.array([1, 2] * 1000 + [0])], recipe=RECIPE)
    tensors = model.to_tensors()
    small = np.minimum(tensors["shared.counts.large"], 254)
    with pytest.raises(InputError, match="damaged"):
        Model.from_tensors(model.config_values, tensors | {"shared.counts.large": small})
    labelled = _labelled()
    with pytest.raises(InputError, match="no label"):
        Model.from_tensors({"n_symbols": V}, labelled.to_tensors())


def test_labels_count_where_no_document_that_is_held_out_has_one() -> None:
    documents = [*_documents(1, n=10), np.array([1, 2, 3, 0])]
    model = fit(Config(V, (2,)), documents, np.array([0] * 10 + [1]), RECIPE)
    np.testing.assert_array_equal(model.shares, 0.1)


@pytest.mark.parametrize("setting", ["max_ngrams", "max_own_ngrams"])
def test_more_n_grams_than_a_model_may_have_are_refused_when_they_are_counted(
    setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compact, "MAX_NGRAMS", 150)
    recipe = Recipe(order=4, own_order=3, max_ngrams=100 if setting == "max_own_ngrams" else 0)
    with pytest.raises(InputError, match="a model has at most 150") as error:
        _labelled(recipe)
    assert f"--set {setting}=" in error.value.hint


def test_a_bomb_is_not_unpacked() -> None:
    model = _labelled()
    bomb = _packed(np.zeros(200_000_000, np.uint8))
    begun = time.process_time()
    with pytest.raises(InputError, match="damaged"):
        Model.from_tensors(model.config_values, model.to_tensors() | {"shared.counts": bomb})
    assert time.process_time() - begun < 0.5
    with pytest.raises(InputError, match="more than 50 n-grams"):
        Model.from_tensors(model.config_values, model.to_tensors(), max_ngrams=50)


def _packed(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.frombuffer(zlib.compress(values.tobytes()), np.uint8)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_random_damage_is_refused_or_is_another_sound_model(data: st.DataObject) -> None:
    model = _labelled()
    tensors = {k: v.copy() for k, v in model.to_tensors().items()}
    name = data.draw(st.sampled_from(sorted(tensors)))
    flat = tensors[name].view(np.uint8).reshape(-1)
    flat[data.draw(st.integers(0, len(flat) - 1))] = data.draw(st.integers(0, 255))
    try:
        other = Model.from_tensors(model.config_values, tensors)
    except InputError:
        return
    np.testing.assert_allclose(np.exp(_every(other, _documents(3)[0])).sum(axis=1), 1, atol=1e-5)


# ---- the adaptive form ----


def test_what_was_read_once_is_foreseen_the_second_time() -> None:
    model = _labelled()
    text = np.append(stream(4, "noise").integers(1, V, 120), 0)
    reader = Adaptive(model)
    first, second = reader.log_probabilities(text), reader.log_probabilities(text)
    assert second.mean() > first.mean() + 0.3
    assert first.mean() > model.log_probabilities([text])[0].mean() - 0.2


@pytest.mark.parametrize("condition", [None, _condition(2)])
def test_the_adaptive_form_sums_to_one_and_is_causal(condition: Any) -> None:
    model, text = _labelled(), _documents(5, n=1)[0]
    other = text.copy()
    other[40:-1] = 6 - other[40:-1]
    found = []
    for document in (text, other):
        reader, rows = Adaptive(model), []
        reader.begin(condition)
        for symbol in document.tolist():
            rows.append(reader.predict())
            assert reader.read(symbol) == rows[-1][symbol]
        found.append(np.stack(rows))
    np.testing.assert_allclose(np.exp(found[0]).sum(axis=1), 1, atol=1e-9)
    np.testing.assert_array_equal(found[0][:41], found[1][:41])


def test_the_adaptive_form_leaves_the_model_alone_and_its_memory_has_a_bound() -> None:
    model, text = _labelled(), _documents(5, n=1)[0]
    before = model.log_probabilities([text])[0]
    reader = Adaptive(model, habits=Habits(max_contexts=5))
    assert np.isfinite(reader.log_probabilities(np.tile(text, 5))).all()
    assert max(len(table) for table in reader._seen) <= 5
    np.testing.assert_array_equal(model.log_probabilities([text])[0], before)


def test_the_adaptive_form_reads_a_thousand_characters_a_second_at_the_least() -> None:
    reader, text = Adaptive(_labelled()), _documents(5, n=1, length=600)[0]
    begun = time.process_time()
    reader.log_probabilities(text)
    assert time.process_time() - begun < 0.6


# ---- the learner ----


def _learner(recipe: Recipe = RECIPE, n_valid: int = 4) -> Learner:
    labels = np.array([[1 + i % 2, 0] for i in range(12)])
    train = [*_documents(1, n=6), *_documents(2, n=6, swing=3)]
    return Learner(
        Config(V, (3, 2)), recipe, train, _documents(3, n=n_valid),
        train_labels=np.sort(labels, axis=0), valid_labels=np.tile([1, 0], (n_valid, 1)),
    )  # fmt: skip


def _steps(learner: Learner, n: int) -> list[float]:
    watched = []
    for _ in range(n):
        learner.update(np.zeros(1, np.int64), stream(1, "update"), 0.0)
        watched.append(learner.check(stream(1, "check")).watched)
    return watched


def test_step_k_makes_the_model_of_order_k() -> None:
    learner = _learner()
    assert learner.check(stream(1, "check")).watched == pytest.approx(math.log(V))
    watched = _steps(learner, 4)
    assert watched[1] < watched[0] < math.log(V)
    assert len(learner.tensors()["shared.levels"]) == learner.n_steps == 4
    assert _steps(learner, 1)[0] == watched[-1]
    direct = fit(
        learner.config, [*_documents(1, n=6), *_documents(2, n=6, swing=3)], np.repeat([1, 2], 6), RECIPE
    )
    assert _bytes(direct.to_tensors()) == _bytes(learner.tensors())


@pytest.mark.parametrize("n", [0, 2])
def test_what_was_stored_goes_on_to_the_same_bits(n: int) -> None:
    recipe = Recipe(order=4, own_order=3, max_ngrams=80)
    learner, other = _learner(recipe), _learner(recipe)
    _steps(learner, n)
    other.restore(learner.tensors(), learner.state())
    for _ in range(2):
        assert _bytes(other.tensors() | other.state()) == _bytes(learner.tensors() | learner.state())
        assert _steps(learner, 2) == _steps(other, 2)


def test_a_state_that_is_not_of_this_training_is_refused() -> None:
    learner = _learner()
    _steps(learner, 3)
    tensors, state = learner.tensors(), learner.state()
    with pytest.raises(InputError, match="no state of such"):
        learner.restore(tensors, state | {"order": np.array([99])})
    assert _bytes(learner.tensors()) == _bytes(tensors)


def _bytes(tensors: dict[str, NDArray[Any]]) -> dict[str, bytes]:
    return {name: tensor.tobytes() for name, tensor in tensors.items()}


def test_the_one_loop_makes_the_ladder_and_goes_on_after_a_stop(tmp_path: Path) -> None:
    standings = []
    for name, stops in (("whole", [9]), ("stopped", [2, 9])):
        for n in stops:
            learner = _learner()
            course = loop.Course(tmp_path / name, {}, loop.Schedule(1, 4, 1, 3), learner, {"family": "ngram"})
            seen = iter(range(100))
            with runs.locked(tmp_path / name):
                standing = loop.train(course, Heard(), lambda n=n, seen=seen: next(seen) >= n)  # type: ignore[misc]
        standings.append((standing, _bytes(learner.tensors())))
    assert standings[0] == standings[1]
    assert [row["order"] for row in standings[0][0].checks] == [1, 2, 3, 4]
    assert standings[0][0].is_done


def test_without_held_out_documents_the_training_text_is_watched_and_nothing_overfits() -> None:
    learner = _learner(n_valid=0)
    _steps(learner, 4)
    found = learner.check(stream(1, "check"))
    assert not found.overfits
    assert found.watched == found.figures["training nats a character"]


def test_the_score_is_the_mean_over_all_characters_and_ends() -> None:
    model, documents = _labelled(), _documents(3, n=3, length=20)
    found = score(model, documents, np.tile([1, 0], (3, 1)), stream(1, "score"))
    assert found.metric == "nats_per_char"
    assert found.n_symbols == 63
    logs = model.log_probabilities(documents, np.tile([1, 0], (3, 1)))
    assert found.value == found.low == found.high == pytest.approx(-np.concatenate(logs).mean())
    with pytest.raises(InputError, match="no document"):
        score(model, [], None, stream(1, "score"))


def test_wrong_settings_ids_and_labels_are_refused_with_text() -> None:
    for values, match in (
        ({"n_symbols": 4, "ordre": 3}, "unknown setting 'ordre'"),
        ({}, "needs the setting 'n_symbols'"),
        ({"n_symbols": 0}, "n_symbols must be a whole number"),
        ({"n_symbols": 4, "label_sizes": [0]}, "label_sizes"),
    ):
        with pytest.raises(ConfigError, match=match):
            Config.from_mapping(values)
    with pytest.raises(ConfigError, match="order must be a whole number"):
        Recipe(order=99)
    assert Recipe.from_mapping(asdict(RECIPES["default"].recipe)).order_for(67) == 7
    assert Recipe().order_for(6000) == 4
    for document in ([], [1, 2], [1, 0, 2, 0]):
        with pytest.raises(InputError, match="must end with the id 0"):
            fit(Config(V), [np.array(document, np.int64)])
    with pytest.raises(InputError, match="a symbol must be from 0 to 5"):
        fit(Config(V), [np.array([6, 0])])
    with pytest.raises(InputError, match="nothing to count"):
        fit(Config(V), [])
    model = _labelled()
    for condition in (np.ones(4) / 4, np.full(5, np.nan), -_condition(1)):
        with pytest.raises(InputError, match="condition"):
            model.start(1, condition)
    with pytest.raises(InputError, match="sum to 1"):
        model.start(1, np.zeros(5))
    with pytest.raises(InputError, match="as many symbols"):
        model.step(model.start(2)[1], [1])
    with pytest.raises(InputError, match="label"):
        model.log_probabilities(_documents(1, n=1), np.array([[7, 0]]))


def test_a_character_alone_repeated_and_an_empty_document_are_counted_too() -> None:
    for documents in ([np.array([0])], [np.array([1] * 500 + [0])], [np.array([0]), np.array([2, 0])]):
        model = fit(Config(V), documents)
        np.testing.assert_allclose(np.exp(_every(model, documents[0])).sum(axis=1), 1, atol=1e-6)


def test_long_text_is_counted_pruned_and_scored_in_seconds() -> None:
    text = np.append(stream(1, "long").zipf(1.5, 200_000) % 90 + 1, 0)
    begun = time.process_time()
    model = fit(Config(91), [text], recipe=Recipe(order=7, max_ngrams=100_000))
    figure = -model.log_probabilities([text[:50_000]])[0].mean()
    assert time.process_time() - begun < 5
    assert figure < math.log(91)


def test_discounts_fitted_to_held_out_text_do_better_on_text_of_another_kind() -> None:
    """Each document has words of its own beside those of all."""
    rng = stream(6, "kinds")
    documents = []
    for i in range(24):
        own = [stream(i, "own").integers(2, 22, 6) for _ in range(5)]
        common = [stream(j, "common").integers(2, 22, 4) for j in range(30)]
        words = [(own if rng.random() < 0.5 else common)[rng.integers(5)] for _ in range(500)]
        documents.append(np.append(np.concatenate(words), 0))
    figures = [
        score(fit(Config(22), documents[:20], recipe=Recipe(order=6, fits_discounts=fits)),
              documents[20:], None, stream(1, "score")).value
        for fits in (False, True)
    ]  # fmt: skip
    assert figures[1] < figures[0] - 0.02
