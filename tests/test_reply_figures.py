"""Figures of models of replies, held against what counting by hand gives, and the manner that is fitted to them."""

import json
from collections.abc import Sequence
from functools import cache
from math import log, sqrt
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from aoede.encodings.ngrams import N_BUCKETS, NGrams
from aoede.encodings.tokens import Words, canonical
from aoede.errors import InputError
from aoede.learning import reply_figures, reply_manner
from aoede.learning.exchanges import Exchange
from aoede.learning.overlap import K1, B, Overlap
from aoede.learning.replier import Manner, Replier
from aoede.learning.reply_examples import Example
from aoede.learning.reply_figures import Figures, Row, area, ranked, with_interval
from aoede.learning.reply_lessons import Lessons, blocks, class_of_reply, key_of
from aoede.learning.responses import Response, ResponseSet
from aoede.models import seq2seq, two_tower
from aoede.models.seq2seq.model import _shapes
from aoede.randomness import stream
from aoede.score import log_softmax

Doubles = NDArray[np.float64]

SIGNS = {"accept": 1, "decline": -1, "thanks": 0, "when": 0}
REPLIES = (
    Response("Sounds good!", "accept", 1.0, 0.4),
    Response("Sure.", "accept", 0.5, 0.2),
    Response("Sorry, no.", "decline", 1.0, 0.2),
    Response("Thank you!", "thanks", 1.0, 0.2),
    Response("What time?", "when", 1.0, 0.0),
    Response("好啊！", "accept", 1.0, 0.0),
)
SET = ResponseSet(SIGNS, REPLIES)
CLASSES = (*SIGNS, "none:open", "none:spam")
LONG = "that is a very long story which nobody could tell in a few words"
ASKED = (
    "are you free",
    "lunch on friday",
    "here is the report",
    "can you call",
    "shall we meet",
    "happy birthday",
)


@cache
def exchanges() -> list[tuple[int, Exchange]]:
    """Forty in a dozen conversations: four known replies, unknown short ones, and long ones."""
    rng = stream(1, "exchanges")
    said = [*(r.text for r in REPLIES[:5]), "No idea about that.", LONG, f"{LONG} indeed"]
    return [
        (int(rng.integers(12)), Exchange(f"{ASKED[i % 6]} {rng.integers(9)}", said[int(rng.integers(8))]))
        for i in range(40)
    ]


@cache
def replier(specificity: float = 0.3, warmth: float = 1.2) -> Replier:
    """A model of two towers with drawn weights: its figures are poor, and counted as those of a good one are."""
    encoding = NGrams.fit([t for _, e in exchanges() for t in (e.message, e.reply)], least=2, most=300)
    config = two_tower.Config(
        encoding.n_features,
        encoding.n_learned,
        n_classes=len(CLASSES),
        n_buckets=N_BUCKETS,
        meaning_width=4,
        width=6,
        n_hidden=8,
        n_out=5,
        n_head=6,
    )
    rng = stream(1, "weights")
    shapes = config.shapes() | config.fixed_shapes()
    weights = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    weights["meaning"][0] = 0
    priors = dict(zip(CLASSES, (0.4, 0.2, 0.1, 0.05, 0.2, 0.05), strict=True))
    model = two_tower.Model(config, weights)
    return Replier(
        "random", model, encoding, CLASSES, priors, SET, Manner(specificity=specificity, warmth=warmth)
    )


@cache
def word_replier() -> Replier:
    encoding = Words.fit([t for _, e in exchanges() for t in (e.message, e.reply)])
    config = seq2seq.Config(encoding.n_symbols, n_embedding=3, n_hidden=4)
    rng = stream(1, "words")
    weights = {name: rng.normal(size=shape).astype(np.float32) for name, shape in _shapes(config).items()}
    return Replier("words", seq2seq.Model(config, weights), encoding, CLASSES, {}, SET)


@cache
def figures() -> Figures:
    return reply_figures.reply_figures(replier(), exchanges())


def classes_of_all() -> list[str]:
    lessons = Lessons(SET, CLASSES)
    return [class_of_reply(lessons, e) for _, e in exchanges()]


def chances() -> Doubles:
    """(40, 6) by the definition of a softmax with a temperature."""
    logs = replier().class_logs([(e.message, e.context) for _, e in exchanges()]).astype(np.float64)
    powers = np.exp(logs / replier().manner.warmth)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


# Shared words

CORPUS = ["the cat sat", "the dog", "a cat cat"]


def test_tf_idf_is_what_three_texts_give_by_hand() -> None:
    the, cat, sat = log(4 / 3) + 1, log(4 / 3) + 1, log(4 / 2) + 1
    dog, a = log(4 / 2) + 1, log(4 / 2) + 1
    cats = (1 + log(2)) * cat
    asked = sqrt(the**2 + cat**2)
    wanted = [
        (the * the + cat * cat) / asked / sqrt(the**2 + cat**2 + sat**2),
        the * the / asked / sqrt(the**2 + dog**2),
        cat * cats / asked / sqrt(a**2 + cats**2),
    ]
    np.testing.assert_allclose(Overlap(CORPUS).tf_idf(["The cat"], CORPUS), [wanted])


def test_bm25_is_what_three_texts_give_by_hand() -> None:
    idf = log(1 + (3 - 2 + 0.5) / (2 + 0.5))  # of "the" and of "cat" alike

    def part(count: int, length: int) -> float:
        return idf * count * (K1 + 1) / (count + K1 * (1 - B + B * length / (8 / 3)))

    wanted = [2 * part(1, 3), part(1, 2), part(2, 3)]
    np.testing.assert_allclose(Overlap(CORPUS).bm25(["the cat, the cat"], CORPUS), [wanted])


def test_words_that_no_text_has_and_texts_without_words_are_no_fault() -> None:
    for corpus in (CORPUS, [], [""]):
        for scores in (Overlap(corpus).tf_idf, Overlap(corpus).bm25):
            found = scores(["unheard", "", "cat"], ["", "unheard of"])
            assert np.isfinite(found).all()
            assert found[0, 1] > 0
            assert not found[1].any() and not found[:, 0].any()


# Ranks, areas, intervals


@given(st.integers(1, 7).flatmap(lambda n: arrays(np.int8, (n, n), elements=st.integers(0, 3))), st.data())
def test_a_rank_counts_what_stands_above_and_half_of_what_ties(scores: Any, data: st.DataObject) -> None:
    n = len(scores)
    keys = np.array(data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)))
    wanted = []
    for i in range(n):
        rivals = [scores[i, j] for j in range(n) if j != i and keys[j] != keys[i]]
        wanted.append(1 + sum(r > scores[i, i] for r in rivals) + sum(r == scores[i, i] for r in rivals) / 2)
    assert ranked(scores.astype(np.float64), keys).tolist() == wanted


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=30))
def test_the_area_is_how_often_a_right_one_stands_above_a_wrong_one(rows: list[tuple[int, bool]]) -> None:
    good, bad = ([score for score, right in rows if right is wanted] for wanted in (True, False))
    assume(good and bad)
    pairs = [(g > b) + (g == b) / 2 for g in good for b in bad]
    scores, right = map(np.array, zip(*rows, strict=True))
    assert area(scores.astype(float), right) == pytest.approx(np.mean(pairs))


def drawn_hits(n_conversations: int, n_intents: int, seed: int = 0) -> tuple[Any, Any, Any]:
    rng = stream(seed, "hits")
    n = 5 * n_conversations
    right = rng.integers(0, n_intents, n)
    return rng.random(n) < 0.3 + 0.5 * (right % 2), right, np.arange(n) % n_conversations


@pytest.mark.parametrize("is_macro", [True, False])
def test_an_interval_holds_its_share_and_is_narrower_for_more_conversations(is_macro: bool) -> None:
    hit, right, groups = drawn_hits(12, 4)
    value, low, high = with_interval(hit, right, groups, 4, is_macro, 0)
    assert low < value < high
    times = np.repeat(np.arange(9), len(hit))
    nine = np.tile(hit, 9), np.tile(right, 9), np.tile(groups, 9) + 12 * times
    again, lower, higher = with_interval(*nine, 4, is_macro, 0)
    assert again == pytest.approx(value)
    assert higher - lower == pytest.approx((high - low) / 3, rel=0.25)  # the root of nine
    assert with_interval(hit, right, groups, 4, is_macro, 0) == (value, low, high)


@given(st.integers(1, 8), st.integers(1, 6), st.integers(0, 9))
def test_macro_is_the_mean_over_intents_that_occur(n_conversations: int, n_intents: int, seed: int) -> None:
    hit, right, groups = drawn_hits(n_conversations, n_intents, seed)
    shares = [hit[right == intent].mean() for intent in set(right.tolist())]
    for is_macro, wanted in ((True, np.mean(shares)), (False, hit.mean())):
        value, low, high = with_interval(hit, right, groups, n_intents, is_macro, 0)
        assert value == pytest.approx(wanted)
        assert 0 <= low <= value <= high <= 1


def test_an_interval_reaches_to_its_share_even_of_intents_that_were_said_once() -> None:
    # One intent is always hit; each of fifty others stands in a conversation of its own and is missed.
    right, groups = np.append(np.zeros(50, int), np.arange(1, 51)), np.arange(100)
    value, low, high = with_interval(right == 0, right, groups, 51, True, 0)
    assert value == pytest.approx(1 / 51)
    assert low <= value < high


@pytest.mark.parametrize("n", [2, 99, 100, 350, 7_000])
def test_blocks_are_a_hundred_each_and_no_number_is_in_two(n: int) -> None:
    found = blocks(n)
    together = np.concatenate(found)
    assert len(set(together.tolist())) == len(together)
    assert together.max() < n
    assert [len(block) for block in found] == ([n] if n < 100 else [100] * (n // 100))


# All figures of a model


def test_too_few_messages_are_nothing_to_judge_by() -> None:
    for few in ([], exchanges()[:1]):
        with pytest.raises(InputError, match="nothing to judge by"):
            reply_figures.reply_figures(replier(), few)


@pytest.mark.parametrize("whose", ["model", "frequency"])
def test_intents_are_hit_where_the_real_one_is_among_three(whose: str) -> None:
    priors = np.array([replier().priors[name] for name in SIGNS])
    hits: dict[str, list[bool]] = {}
    for name, row in zip(classes_of_all(), chances()[:, :4], strict=True):
        scores = row / priors**0.3 if whose == "model" else priors
        if name in SIGNS:
            hits.setdefault(name, []).append(name in [list(SIGNS)[i] for i in np.argsort(-scores)[:3]])
    macro = np.mean([np.mean(own) for own in hits.values()])
    micro = np.mean([hit for own in hits.values() for hit in own])
    assert 0 < micro < 1
    assert figures().value("intent hit@3, macro", whose) == pytest.approx(macro)
    assert figures().value("intent hit@3", whose) == pytest.approx(micro)


def test_one_of_a_hundred_is_the_share_that_stands_alone_at_the_head() -> None:
    said = [e for _, e in exchanges()]
    messages, replies = [e.message for e in said], [e.reply for e in said]
    encode, model = replier().encoding.encode, replier().model
    sides = [model.texts([encode(text) for text in texts]) for texts in (messages, replies)]
    scores = model.agreement(model.messages(sides[0]), model.replies(sides[1])).astype(np.float64)
    keys = np.array([key_of(reply) for reply in replies])
    for whose, found in (("model", scores), ("BM25", Overlap(replies).bm25(messages, replies))):
        ranks = ranked(found, keys)
        assert figures().value("1 of 100", whose) == pytest.approx((ranks <= 1).mean())
        assert figures().value("MRR among 100", whose) == pytest.approx((1 / ranks).mean())


def test_short_replies_are_told_from_long_ones_as_counting_says() -> None:
    short = np.array([name != "none:open" for name in classes_of_all()])
    fits = chances()[:, :4].sum(axis=1)
    pairs = [(a > b) + (a == b) / 2 for a in fits[short] for b in fits[~short]]
    assert figures().value("short reply: AUC") == pytest.approx(np.mean(pairs))
    for share in (10, 20):
        surest = np.argsort(-fits)[: 40 * share // 100]
        what = f"short reply: precision at {share}%"
        assert figures().value(what) == pytest.approx(short[surest].mean())
        assert figures().value(what, "always") == pytest.approx(short.mean())


def test_the_bins_of_the_calibration_cover_every_message() -> None:
    bins = figures().calibration
    short = np.array([name != "none:open" for name in classes_of_all()])
    assert [n for _, _, n in bins] == [4] * 10
    assert [chance for chance, _, _ in bins] == sorted(chance for chance, _, _ in bins)
    assert sum(n * right for _, right, n in bins) == pytest.approx(short.sum())
    assert sum(n * chance for chance, _, n in bins) == pytest.approx(chances()[:, :4].sum())
    few = reply_figures._calibration(np.array([0.5, 0.1]), np.array([True, False]))
    assert few == ((0.1, 0.0, 1), (0.5, 1.0, 1))


def test_a_reply_has_its_place_in_the_set_of_its_language() -> None:
    own = [r for r in REPLIES if r.language == "en"]
    known = {canonical(r.text): i for i, r in enumerate(own) if r.share}
    ranks: dict[str, list[float]] = {"model": [], "frequency": []}
    for _, e in exchanges():
        if (place := known.get(canonical(e.reply))) is not None:
            scores = reply_figures.set_scores(replier(), e, own)
            for whose, row in (("model", scores), ("frequency", np.array([r.share for r in own]))):
                ranks[whose].append(float(ranked(row[None].repeat(5, 0), np.arange(5))[place]))
    for whose, found in ranks.items():
        assert figures().value("in the set: MRR", whose) == pytest.approx(np.mean(1 / np.array(found)))
        assert figures().value("in the set: precision at 10", whose) == 1


def test_the_chances_of_all_replies_of_a_language_add_up_to_one() -> None:
    own = [r for r in REPLIES if r.language == "en"]
    logs = reply_figures.set_scores(replier(), exchanges()[0][1], own)
    assert np.exp(logs).sum() == pytest.approx(1, rel=1e-5)
    chance = replier().outlook(exchanges()[0][1].message, (), "en").chances["accept"]
    assert np.exp(logs[:2]).sum() == pytest.approx(chance, rel=1e-5)


def test_figures_are_told_as_json_and_as_text() -> None:
    found = json.loads(json.dumps(figures().as_json(), allow_nan=False))
    assert found["metric"] == "intent_hit_3_macro"
    assert found["value"] == figures().first.value == figures().value("intent hit@3, macro")
    assert len(found["rows"]) == len(figures().rows)
    text = figures().as_text()
    for row in figures().rows:
        assert row.low <= row.value <= row.high
        assert f"{row.value:.3f}" in next(
            line for line in text.splitlines() if line.startswith(f"{row.what} ")
        )
    assert f"{40} messages" in text
    assert Row.of("a", "model", 0.5) == Row("a", "model", 0.5, 0.5, 0.5)


def test_the_same_figures_come_from_the_same_seed() -> None:
    assert reply_figures.reply_figures(replier(), exchanges()) == figures()
    other = reply_figures.reply_figures(replier(), exchanges(), seed=1)
    assert other.first.value == figures().first.value
    assert other.rows != figures().rows


def test_a_set_of_other_intents_has_figures_without_them() -> None:
    other = replier().with_responses(ResponseSet.from_text("[greet]\nHello.\n[thanks]\nThank you!\n"))
    found = reply_figures.reply_figures(other, exchanges())
    assert "in the set: MRR" not in {row.what for row in found.rows}
    assert found.value("intent hit@3") == 1  # of one that it knows


def test_a_model_that_only_ranks_has_figures_of_words_and_ranks() -> None:
    found = reply_figures.reply_figures(word_replier(), exchanges())
    assert {row.what for row in found.rows} > {"1 of 100", "perplexity", "in the set: MRR"}
    assert found.calibration == ()
    assert found.value("perplexity") == pytest.approx(np.exp(found.value("nats a word")))
    encode = word_replier().encoding.encode
    pairs = [(encode(e.message), encode(e.reply)) for _, e in exchanges()]
    logs = [float(word_replier().model.log_probabilities(m, [r])[0]) for m, r in pairs]
    replies = [e.reply for _, e in exchanges()]
    scores = [
        word_replier().model.log_probabilities(m, [r for _, r in pairs]) / [len(r) + 1 for _, r in pairs]
        for m, _ in pairs
    ]
    ranks = ranked(np.array(scores), np.array([key_of(reply) for reply in replies]))
    assert found.value("MRR among 100") == pytest.approx((1 / ranks).mean())
    assert found.value("nats a word") == pytest.approx(-sum(logs) / sum(len(r) + 1 for _, r in pairs))


# The manner


def judge_of(chances: Sequence[float]) -> tuple[Any, Any]:
    """What a model of one intent and one reason that has these chances would be, and its logs."""
    logs = np.log(np.array([[c, 1 - c] for c in chances]))
    return SimpleNamespace(classes=("yes", "none:spam"), responses=SimpleNamespace(signs={"yes": 1})), logs


rows_of_chances = st.lists(
    st.tuples(st.floats(0.001, 0.999) | st.sampled_from([0.25, 0.5, 0.8, 0.8001, 0.8004]), st.booleans()),
    min_size=2,
    max_size=40,
)


def by_thresholds(told: Doubles, right: Any) -> dict[float, tuple[float, float]]:
    """Precision and F1 of every threshold of three digits that something reaches."""
    found = {}
    for threshold in np.arange(1_000) / 1_000:
        fired = told >= threshold
        if fired.any():
            hits = (fired & right).sum()
            found[float(threshold)] = hits / fired.sum(), 2 * hits / (fired.sum() + right.sum())
    return found


@given(rows_of_chances)
def test_the_threshold_reaches_the_wanted_precision_where_one_can(rows: list[tuple[float, bool]]) -> None:
    right = np.array([is_right for _, is_right in rows])
    assume(right.any() and not right.all())
    judge, logs = judge_of([chance for chance, _ in rows])
    told = reply_manner._Told(logs, np.stack([right, ~right], axis=1).astype(float))
    own = reply_manner.short_chances(judge, np.exp(log_softmax(logs)))
    found = {written: reply_manner._threshold(judge, told, Manner(), written) for written in (True, False)}
    told_by = by_thresholds(own, right)
    assert set(found.values()) <= set(told_by)
    good = [threshold for threshold, (precision, _) in told_by.items() if precision >= reply_manner.PRECISION]
    if good:
        assert told_by[found[True]][0] >= reply_manner.PRECISION
        assert ((own >= found[True]) == (own >= min(good))).all()  # none lower would do
    else:
        assert (own >= found[True]).sum() == (own >= max(told_by)).sum()  # as few as can be
    assert told_by[found[False]][1] == pytest.approx(max(f1 for _, f1 in told_by.values()))


def test_where_all_messages_are_of_one_kind_the_usual_threshold_stays() -> None:
    judge, logs = judge_of([0.2, 0.7])
    for right in ([1.0, 0.0], [0.0, 1.0]):
        told = reply_manner._Told(logs, np.array([right, right]))
        assert reply_manner._threshold(judge, told, Manner(), True) == Manner().threshold


def test_a_model_that_is_too_sure_is_cooled_and_one_that_is_not_is_left() -> None:
    rng = stream(1, "warmth")
    logs = rng.normal(size=(2_000, 3))
    powers = np.exp(logs)
    drawn = [rng.choice(3, p=row / row.sum()) for row in powers]
    targets = np.eye(3)[drawn]
    for times in (0.5, 1.0, 2.0, 3.0):
        assert reply_manner._warmth(reply_manner._Told(logs * times, targets)) == times


def test_intents_that_fit_everything_stand_back_where_that_hits_more_intents() -> None:
    logs = np.array([[-1.0, -1.2, -5.0], [-1.0, -5.0, -1.2]])
    assert reply_manner.top_intents(logs, np.array([0.9, 0.05, 0.05]), 0.0, n=1).ravel().tolist() == [0, 0]
    assert reply_manner.top_intents(logs, np.array([0.9, 0.05, 0.05]), 1.0, n=1).ravel().tolist() == [1, 2]
    ties = np.zeros((1, 5))
    assert reply_manner.top_intents(ties, np.ones(5), 0.5).tolist() == [[0, 1, 2]]


def test_the_fitted_manner_does_no_worse_than_the_usual_one() -> None:
    examples = [
        Example(e.message, (("accept", "Sure."), ("thanks", "Thank you!"))) for _, e in exchanges()[:9]
    ]
    examples += [Example(f"{text} now", (), "spam") for text in ASKED]
    own = replier(0.0, 1.0)
    for written in (examples, []):
        found = reply_manner.fitted_manner(own, exchanges(), written)
        told = reply_manner._told(own, exchanges(), written)
        np.testing.assert_allclose(told.targets.sum(axis=1), 1)

        def nats(warmth: float, told: Any = told) -> float:
            scaled = told.logs / warmth
            return -float((told.targets * (scaled - np.logaddexp.reduce(scaled, axis=1)[:, None])).sum())

        assert nats(found.warmth) <= nats(1.0)
        assert 0 <= found.threshold < 1


def test_closeness_is_trusted_where_it_finds_the_real_reply_and_not_where_it_misleads() -> None:
    own = (Response("Yes.", "yes", 1.0), Response("Yep.", "yes", 0.5))
    said = [("m", own[1])] * 5

    def judge(scores: Sequence[float]) -> Any:
        return SimpleNamespace(
            responses=SimpleNamespace(responses=own), agreement=lambda message, rivals: np.array(scores)
        )

    assert reply_manner._closeness(judge([0.0, 9.0]), said, Manner()).closeness == 1.0
    assert reply_manner._closeness(judge([9.0, 0.0]), said, Manner()).closeness == 0.0


def test_the_parts_of_agreement_are_weighed_by_what_is_held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reply_manner, "LEAST_FOR_MIX", 10)
    own = replier()
    mix = own.model.weights["mix"].copy()
    found = reply_manner.fitted_mix(own, exchanges())
    assert found.shape == (3,) and found.dtype == np.float32
    parts = [reply_manner._cosines(own, [e for _, e in exchanges()])]
    assert reply_manner._nats_among(found, parts) <= reply_manner._nats_among(mix, parts)
    few = reply_manner.fitted_mix(own, exchanges()[: reply_manner.LEAST_FOR_MIX - 1])
    np.testing.assert_array_equal(few, np.float32(reply_manner.CAUTIOUS_MIX))
    np.testing.assert_array_equal(own.model.weights["mix"], mix)


def test_nothing_held_out_and_a_model_that_only_ranks_leave_the_usual_manner() -> None:
    assert reply_manner.fitted_manner(replier(), [], []) == Manner()
    assert reply_manner.fitted_manner(word_replier(), exchanges(), []) == Manner()
