"""The n-gram with conditions against a slow textbook implementation, and its promises."""

import math
import time
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aoede.errors import ConfigError, InputError
from aoede.models.ngram import ConditionedConfig, NGram

BEGIN = "begin"


def textbook(order, n_symbols, sequences, conditions=None, groups=None):
    """A function (context oldest first, symbol) -> probability, by dictionaries and recursion."""
    longest = order - 1 + (conditions is not None)
    plain = defaultdict(Counter)  # nearest-first context -> symbol counts
    seen = set()
    for i, sequence in enumerate(sequences):
        head = () if conditions is None else (("condition", conditions[i]),)
        for t, symbol in enumerate(sequence):
            context = head + tuple(reversed((BEGIN, *sequence[:t])))
            for length in range(min(longest, len(context)) + 1):
                key = (groups[i] if groups else (i, t), context[:length], symbol)
                plain[context[:length]][symbol] += key not in seen
                seen.add(key)
    adjusted = {context: Counter(counts) for context, counts in plain.items()}
    shorter = [c for c in plain if len(c) < longest and not (c and c[-1] == BEGIN)]
    for context in sorted(shorter, key=len, reverse=True):
        longer = [c for c in plain if len(c) == len(context) + 1 and c[: len(context)] == context]
        summed = conditions is not None and not context
        for symbol in plain[context]:
            adjusted[context][symbol] = sum(
                adjusted[c][symbol] if summed else symbol in plain[c] for c in longer
            )

    discounts = {}
    for length in range(longest + 1):
        every = [n for c, counts in adjusted.items() if len(c) == length for n in counts.values()]
        n = [every.count(i) for i in range(5)]
        y = n[1] / max(1, n[1] + 2 * n[2])
        found = [i - (i + 1) * y * n[i + 1] / n[i] if n[i] else 0 for i in (1, 2, 3)]
        discounts[length] = [0.0] + [d if 0 < d < i else i / 2 for i, d in enumerate(found, 1)]

    def probability(context, symbol):
        below = probability(context[:-1], symbol) if context else 1 / n_symbols
        counts = adjusted.get(context)
        if counts is None:
            return below
        d = discounts[len(context)]
        total = sum(counts.values())
        own = max(counts[symbol] - d[min(3, counts[symbol])], 0) / total
        return own + sum(d[min(3, n)] for n in counts.values()) / total * below

    def score(sequence, condition=None):
        head = () if condition is None else (("condition", condition),)
        contexts = [head + tuple(reversed((BEGIN, *sequence[:t]))) for t in range(len(sequence))]
        return [math.log(probability(c[:longest], s)) for c, s in zip(contexts, sequence, strict=True)]

    return score


def sequences_of(n_symbols, min_size=1):
    return st.lists(
        st.lists(st.integers(0, n_symbols - 1), max_size=12), min_size=min_size, max_size=6
    ).filter(any)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), order=st.integers(1, 5), conditioned=st.booleans(), grouped=st.booleans())
def test_probabilities_equal_the_textbook(data, order, conditioned, grouped):
    train = data.draw(sequences_of(4))
    held_out = data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=8))
    conditions = [i % 2 for i in range(len(train))] if conditioned else None
    groups = [i // 2 for i in range(len(train))] if grouped else None
    model = NGram.fit(ConditionedConfig(order, 4, 2 if conditioned else 0), train, conditions, groups)
    expected = textbook(order, 4, train, conditions, groups)(held_out, 1 if conditioned else None)
    found = model.log_probabilities_of([held_out], [1] if conditioned else None)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), order=st.integers(1, 5), n_conditions=st.sampled_from([0, 3]))
def test_probabilities_sum_to_one_after_any_prompt(data, order, n_conditions):
    train = data.draw(sequences_of(5))
    prompt = data.draw(st.lists(st.integers(0, 4), max_size=7))
    conditions = [i % 3 for i in range(len(train))] if n_conditions else None
    model = NGram.fit(ConditionedConfig(order, 5, n_conditions), train, conditions)
    log_p, _ = model.step(model.start(prompt, 2 if n_conditions else None))
    assert log_p.shape == (1, 5)
    assert np.exp(log_p).sum() == pytest.approx(1, abs=1e-12)
    assert np.isfinite(log_p).all()


@settings(max_examples=40, deadline=None)
@given(data=st.data(), order=st.integers(1, 4))
def test_step_by_step_equals_scoring_the_whole(data, order):
    train = data.draw(sequences_of(4))
    sequence = data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=9))
    model = NGram.fit(ConditionedConfig(order, 4, 2), train, [0] * len(train))
    state, previous, steps = model.start((), 0), None, []
    for symbol in sequence:
        log_p, state = model.step(state, previous)
        steps.append(log_p[0, symbol])
        previous = [symbol]
    np.testing.assert_allclose(steps, model.log_probabilities_of([sequence], [0]), rtol=1e-12)


def test_order_one_is_the_discounted_frequency():
    model = NGram.fit(ConditionedConfig(1, 3), [[0, 0, 0, 0, 1]])
    p = np.exp(model.step(model.start())[0][0])
    # One n-gram with count 1 and none with 2 gives Y = 1 and D1 = 1, which is not below 1: so D1 = 1/2.
    # None with count 3 gives D3+ = 3/2.
    left = (0.5 + 1.5) / 5 / 3
    assert p == pytest.approx([(4 - 1.5) / 5 + left, (1 - 0.5) / 5 + left, left])


def test_unseen_context_backs_off_to_the_shorter_one():
    model = NGram.fit(ConditionedConfig(3, 4), [[0, 1, 2, 0, 1, 3, 0, 1, 2]])
    shorter = model.step(model.start([3, 2, 0]))[0]
    unseen = model.step(model.start([1, 1, 0]))[0]  # (1, 0) never stood side by side, (2, 0) did
    once = model.step(model.start([0]))[0]
    assert not np.allclose(shorter, unseen)
    assert np.exp(unseen).sum() == pytest.approx(1)
    assert unseen.argmax() == once.argmax() == 1


def test_the_condition_is_forgotten_last():
    train = [[0, 1] * 20, [2, 3] * 20]
    model = NGram.fit(ConditionedConfig(4, 4, 2), train, [0, 1])
    never_seen_history = [3, 0, 3]
    p = np.exp(model.step(model.start(never_seen_history, 1))[0][0])
    assert p[2] + p[3] > 0.85


def test_beats_unigram_and_uniform_on_held_out_text():
    rng = np.random.default_rng(5)
    table = rng.dirichlet(np.full(12, 0.15), size=(12, 12))

    def walk(n):
        symbols = [0, 1]
        while len(symbols) < n:
            symbols.append(int(rng.choice(12, p=table[symbols[-2], symbols[-1]])))
        return symbols

    train, held_out = [walk(4000)], [walk(1000)]
    figures = [
        NGram.fit(ConditionedConfig(order, 12), train).nats_per_symbol(held_out) for order in (1, 2, 3)
    ]
    assert math.log(12) > figures[0] > figures[1] > figures[2]


def test_a_batch_gives_what_each_sequence_gives_alone():
    model = NGram.fit(ConditionedConfig(3, 6, 2), [[0, 1, 2, 3, 4, 5] * 3, [5, 4, 3]], [0, 1])
    prompts = np.array([[0, 1], [5, 4], [3, 3]])
    together = model.step(model.start(prompts, [0, 1, 1]), [2, 3, 0])[0]
    for i, (prompt, condition, newest) in enumerate(zip(prompts, [0, 1, 1], [2, 3, 0], strict=True)):
        np.testing.assert_array_equal(together[i], model.step(model.start(prompt, condition), [newest])[0][0])


def test_tensors_give_back_the_same_model():
    model = NGram.fit(ConditionedConfig(4, 5, 2), [[0, 1, 2, 3, 4, 3, 2], [4, 4, 1]], [1, 0])
    again = NGram.from_tensors(model.config_values, model.to_tensors())
    held_out = [[0, 1, 4, 4, 2, 2]]
    np.testing.assert_array_equal(
        model.log_probabilities_of(held_out, [1]), again.log_probabilities_of(held_out, [1])
    )


def test_short_sequences_leave_the_long_lengths_empty_and_still_load():
    model = NGram.fit(ConditionedConfig(9, 3), [[0, 1], [2]])
    again = NGram.from_tensors(model.config_values, model.to_tensors())
    assert np.exp(again.step(again.start([0, 1, 2, 0, 1, 2, 0, 1, 2]))[0]).sum() == pytest.approx(1)


def test_damaged_tensors_are_refused():
    model = NGram.fit(ConditionedConfig(3, 5), [[0, 1, 2, 3, 4, 3, 2]])
    for name, tensor in model.to_tensors().items():
        if len(tensor) > 1 and not name.startswith("counts"):
            with pytest.raises(InputError, match="damaged"):
                NGram.from_tensors(model.config_values, model.to_tensors() | {name: tensor[::-1].copy()})
        with pytest.raises(InputError, match="wrong kind"):
            NGram.from_tensors(model.config_values, model.to_tensors() | {name: tensor.astype(np.float32)})


def test_wrong_settings_and_ids_are_refused_with_text():
    with pytest.raises(ConfigError, match="unknown setting 'ordre'"):
        ConditionedConfig.from_mapping({"ordre": 3, "n_symbols": 4})
    with pytest.raises(ConfigError, match="order must be a whole number"):
        ConditionedConfig(0, 4)
    with pytest.raises(ConfigError, match="needs the setting 'order'"):
        ConditionedConfig.from_mapping({"n_symbols": 4})
    with pytest.raises(InputError, match="symbol"):
        NGram.fit(ConditionedConfig(2, 4), [[0, 4]])
    with pytest.raises(InputError, match="a symbol must be from 0 to 3"):
        NGram.fit(ConditionedConfig(2, 4), [[0, -1]])
    with pytest.raises(InputError, match="nothing to count"):
        NGram.fit(ConditionedConfig(2, 4), [[]])
    with pytest.raises(InputError, match="2 conditions"):
        NGram.fit(ConditionedConfig(2, 4, 2), [[0]])
    with pytest.raises(InputError, match="a condition must be from 0 to 1"):
        NGram.fit(ConditionedConfig(2, 4, 2), [[0]], [2])


def test_long_text_is_counted_and_scored_in_seconds():
    text = np.random.default_rng(1).zipf(1.5, 300_000) % 90
    begun = time.process_time()
    model = NGram.fit(ConditionedConfig(6, 90), [text])
    figure = model.nats_per_symbol([text[:100_000]])
    assert time.process_time() - begun < 6
    assert figure < math.log(90)
