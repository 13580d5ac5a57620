"""Replies and what they do: the file of them, what people say often, how intents spread, and what is taught by it."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from aoede.encodings.ngrams import NGrams
from aoede.encodings.tokens import canonical
from aoede.errors import ConfigError, InputError, MissingError
from aoede.learning import checkpoint, intents, meanings, reply_lessons
from aoede.learning.exchanges import Conversation, Exchange
from aoede.learning.meanings import Meanings
from aoede.learning.reply_examples import HELD_OUT, LANGUAGES, REASONS, Example, class_of, parsed, shipped
from aoede.learning.reply_lessons import LONG, Lessons, judged
from aoede.learning.responses import (
    Response,
    ResponseSet,
    frequent,
    is_clean,
    is_short,
    language_of,
    with_counts,
)
from aoede.models.two_tower.bags import Bags
from aoede.models.two_tower.descent import Gradients
from aoede.randomness import stream

FILE = "# usual first\n[accept +]\nSounds good!\nSure.\n好啊！\n\n[decline -]\nSorry, no.\n[thanks]\nThank you!\n"


def replies_in(text: str) -> dict[str, str]:
    return {response.text: response.intent for response in ResponseSet.from_text(text).responses}


# The file of replies


def test_a_file_says_intents_signs_and_replies() -> None:
    found = ResponseSet.from_text(FILE)
    assert found.signs == {"accept": 1, "decline": -1, "thanks": 0}
    assert replies_in(FILE) == {
        "Sounds good!": "accept",
        "Sure.": "accept",
        "好啊！": "accept",
        "Sorry, no.": "decline",
        "Thank you!": "thanks",
    }


def test_the_order_of_lines_is_how_usual_replies_are_in_their_language() -> None:
    weights = {r.text: r.weight for r in ResponseSet.from_text(FILE).responses}
    assert weights["Sounds good!"] == weights["好啊！"] == weights["Thank you!"] == 1
    assert weights["Sure."] == 0.5
    more = {
        r.text: r.weight
        for r in ResponseSet.from_text(FILE.replace("好啊！", "好啊！\n行。\n可以。")).responses
    }
    assert (more["好啊！"], more["行。"], more["可以。"], more["Sure."]) == (1, 1 / 2, 1 / 3, 1 / 2)
    swapped = FILE.replace("Sounds good!\nSure.", "Sure.\nSounds good!")
    weights = {r.text: r.weight for r in ResponseSet.from_text(swapped).responses}
    assert (weights["Sure."], weights["Sounds good!"]) == (1, 0.5)


def test_what_is_printed_is_read_again_and_printed_the_same() -> None:
    for found in (ResponseSet.from_text(FILE), ResponseSet.seeds()):
        again = ResponseSet.from_text(found.as_text())
        assert again.signs == found.signs
        assert {(r.text, r.intent) for r in again.responses} == {(r.text, r.intent) for r in found.responses}
        assert again.as_text() == found.as_text()
        assert ResponseSet.from_mapping(found.as_mapping()).as_text() == found.as_text()


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=20))
def test_intents_of_any_name_come_back_from_the_file(name: str) -> None:
    for sign in (1, -1, 0):
        found = ResponseSet({name: sign}, (Response("Yes.", name),))
        assert ResponseSet.from_text(found.as_text()) == found


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30), max_size=6))
def test_replies_that_people_said_come_back_from_the_file(said: list[str]) -> None:
    counts = frequent(((i, text) for text in said for i in range(3)), least=3)
    if counts:
        found = with_counts(
            ResponseSet({"a": 0}, ()), counts, dict.fromkeys((text for text, _ in counts), "a")
        )
        assert {text for text, _ in counts} == set(replies_in(found.as_text()))


@pytest.mark.parametrize(
    ("line", "intent", "sign"),
    [
        ("[accept +]", "accept", 1),
        ("  [ propose other   - ]  ", "propose other", -1),
        ("[ok\t0]", "ok", 0),
        ("[ok]", "ok", 0),
        ("[AFFIRM+REQUEST]", "AFFIRM+REQUEST", 0),
        ("[AFFIRM+REQUEST +]", "AFFIRM+REQUEST", 1),
        ("[top 10]", "top 10", 0),
        ("[i like [it] +]", "i like [it]", 1),
        ("［接受　＋］", "接受", 1),
        ("【拒绝 －】", "拒绝", -1),
        ("[refuse −]", "refuse", -1),
        ("[其他 ０]", "其他", 0),
    ],
)
def test_a_heading_names_an_intent_and_its_sign_in_signs_of_any_width(
    line: str, intent: str, sign: int
) -> None:
    assert ResponseSet.from_text(f"{line}\nYes.\n").signs == {intent: sign}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Yes.\n", "line 1 is before the first"),
        ("[a +]\nYes.\n\n# remark\n...\n", "line 5 is no short reply"),
        ("[a +]\n👍\n", "line 2 is no short reply"),
        (f"[a +]\n{'long ' * 70}\n", "line 2 is too long"),
        (f"[{'a' * 400} +]\n", "line 1 is too long"),
        ("[]\nYes.\n", "line 1 names no intent"),
        ("[ + ]\nYes.\n", "line 1 names no intent"),
        ("[a ±]\nYes.\n", "line 1 has the sign '±'"),
        ("[a ++]\nYes.\n", r"line 1 has the sign '\+\+'"),
        ("[a +]\n", "there is no reply"),
        ("", "there is no reply"),
        ("# all remarks\n", "there is no reply"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        ResponseSet.from_text(text, where="mine.txt")
    assert caught.value.where == "mine.txt"
    assert "[accept +]" in caught.value.hint


def test_marks_of_windows_and_other_encodings(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_bytes(b"\xef\xbb\xbf" + FILE.replace("\n", "\r\n").encode())
    assert ResponseSet.from_file(path) == ResponseSet.from_text(FILE)
    for wrong, told in ((FILE.encode("utf-16"), "no UTF-8"), (b"x" * 1_000_001, "larger"), (b"", "no reply")):
        path.write_bytes(wrong)
        with pytest.raises(InputError, match=told) as caught:
            ResponseSet.from_file(path)
        assert caught.value.where == str(path)
    with pytest.raises(MissingError):
        ResponseSet.from_file(tmp_path / "none.txt")


def test_a_reply_said_twice_counts_where_it_stands_first_and_an_intent_may_go_on() -> None:
    found = ResponseSet.from_text("[a +]\nYes.\n[b -]\nyes!\nNo.\n[a -]\nYep.\n")
    assert found.signs == {"a": 1, "b": -1}
    assert [(r.text, r.intent, r.weight) for r in found.responses] == [
        ("Yes.", "a", 1.0),
        ("No.", "b", 0.5),
        ("Yep.", "a", 0.5),
    ]


def test_sets_are_joined_with_ones_own_in_front() -> None:
    own = ResponseSet.from_text("[a -]\nYes.\n")
    both = own.joined(ResponseSet.from_text("[a +]\nyes!\nYep.\n[b +]\nFine.\n"))
    assert both.signs == {"a": -1, "b": 1}
    assert [response.text for response in both.responses] == ["Yes.", "Yep.", "Fine."]


@pytest.mark.parametrize(
    "change",
    [
        {"signs": {"a": 2}},
        {"signs": {"a": float("inf")}},
        {"signs": ["a"]},
        {"signs": {"b": 1}},
        {"responses": [["Yes.", "a", float("nan"), 0]]},
        {"responses": [["Yes.", "a", -1, 0]]},
        {"responses": [["Yes.", "a", 1, float("inf")]]},
        {"responses": [["Yes.", "a"]]},
        {"responses": 7},
        {"responses": None},
    ],
)
def test_a_stored_set_that_lies_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        ResponseSet.from_mapping({"signs": {"a": 1}, "responses": [["Yes.", "a", 1, 0]]} | change)


# What people say often


def test_short_is_eight_words_or_sixteen_han_characters() -> None:
    assert is_short("one two three four five six seven eight!")
    assert not is_short("one two three four five six seven eight nine")
    assert is_short("好" * 16 + "！")
    assert not is_short("好" * 17)
    assert not is_short("...")
    assert not is_short("a" * 81)


@pytest.mark.parametrize(
    "reply",
    [
        "See you at 5.",
        "Look at www.x.org",
        "me@x.org",
        "Hi Bob!",
        "thanks, Anna",
        "two\nlines",
        "[laughs]",
        "# no",
    ],
)
def test_a_reply_with_a_number_a_link_a_name_or_a_files_sign_is_not_anybodys(reply: str) -> None:
    assert not is_clean(reply)


@pytest.mark.parametrize("reply", ["I think I'm OK.", "Yes, I'll go. Thanks!", "Sure; I do", "好的，谢谢"])
def test_a_reply_that_anybody_could_give_is_clean(reply: str) -> None:
    assert is_clean(reply)


def test_frequent_counts_conversations_and_shows_the_commonest_spelling() -> None:
    said = (
        [(0, "no way")] * 9 + [(i, "sounds good") for i in range(3)] + [(9, "Sounds good!"), (4, "of course")]
    )
    said += [(i, "好的") for i in range(5)] + [(i, "It is 5.") for i in range(5)]
    said += [(i, "one two three four five six seven eight nine") for i in range(5)]
    assert frequent(said) == [("好的。", 5), ("Sounds good.", 4)]
    assert frequent(said, most=1) == [("好的。", 5)]
    assert frequent(said, least=1)[-1] == ("Of course.", 1)
    assert ("No way.", 1) in frequent(said, least=1)


@pytest.mark.parametrize("reply", ["ßo ßo", "ısmarla", "ﬁne", "ok…", "σας"])
def test_a_capital_never_makes_another_word(reply: str) -> None:
    ((shown, n),) = frequent((i, reply) for i in range(3))
    assert canonical(shown) == canonical(reply)
    assert n == 3


def test_counts_make_known_replies_usual_and_bring_new_ones() -> None:
    own = ResponseSet.from_text("[a +]\nYes.\nYep.\n")
    found = with_counts(own, [("Yes!", 6), ("No.", 3), ("Hm.", 1)], {"No.": "b"})
    told = {r.text: (r.intent, r.weight, r.share) for r in found.responses}
    assert told == {"Yes.": ("a", 1.6, 0.6), "Yep.": ("a", 0.5, 0), "No.": ("b", 0.3, 0.3)}
    assert found.signs == {"a": 1, "b": 0}


# How intents spread


def chain(n: int) -> NDArray[np.float32]:
    """Unit vectors each of which is near to the next and to no other."""
    rows = np.zeros((n, n + 1), np.float32)
    for i, row in enumerate(rows):
        row[i : i + 2] = np.sqrt(0.5)
    return rows


def test_a_chain_of_neighbours_takes_the_intent_of_its_seed() -> None:
    assert intents.spread(chain(4), {0: 1}, 2) == [1, 1, 1, 1]
    assert intents.spread(chain(5), {0: 1, 4: 0}, 2)[:2] == [1, 1]
    assert intents.spread(chain(5), {0: 1, 4: 0}, 2)[3:] == [0, 0]


def test_one_without_neighbours_has_no_intent() -> None:
    vectors = np.zeros((5, 6), np.float32)
    vectors[:3, :4] = chain(3)
    vectors[3, 4] = vectors[4, 5] = 1
    assert intents.spread(vectors, {0: 0}, 1) == [0, 0, 0, -1, -1]
    assert intents.spread(vectors, {}, 1) == [-1] * 5
    assert intents.spread(vectors[:1], {}, 1) == [-1]
    assert intents.spread(vectors[:0], {}, 1) == []


def test_what_comes_from_too_far_away_is_no_intent() -> None:
    found = intents.spread(chain(40), {0: 0}, 1)
    assert found[:4] == [0] * 4
    assert found[-20:] == [-1] * 20


def test_nobody_is_a_neighbour_of_his_own_and_neighbours_are_mutual() -> None:
    weights = intents._graph(stream(1, "graph").normal(size=(30, 4)).astype(np.float32))
    assert not np.diag(weights).any()
    np.testing.assert_allclose(weights, weights.T)
    assert (np.linalg.eigvalsh(weights) < 1 + 1e-9).all()  # so that what is spread dies away


@given(st.integers(0, 99), st.integers(1, 30))
def test_what_is_known_never_changes(seed: int, n: int) -> None:
    rng = stream(seed, "spread")
    vectors = rng.normal(size=(n, 3)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    known = {int(i): int(rng.integers(4)) for i in rng.permutation(n)[: n // 2]}
    found = intents.spread(vectors, known, 4)
    assert {i: found[i] for i in known} == known
    assert set(found) <= {-1, *known.values()}


def test_a_common_reply_without_intent_stands_for_itself_and_a_rare_one_is_left_out() -> None:
    texts, counts = ["Yes.", "Good grief!", "Hm."], [1000, 20, 5]
    assert intents.named(texts, counts, [0, -1, -1], ["yes"]) == {"Yes.": "yes", "Good grief!": "good grief"}


# Meanings


def test_every_gradient_of_the_meanings_is_what_differences_say() -> None:
    rng = stream(1, "meanings")
    table, wanted = rng.normal(size=(6, 3)), rng.normal(size=(4, 3))
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    lists = [[0, 1], [0, 2, 3, 3], [0], [0, 5, 1]]

    def loss(rows: NDArray[np.float64]) -> float:
        sums = np.array([rows[one].sum(axis=0) for one in lists])
        found = sums / np.linalg.norm(sums, axis=1, keepdims=True)
        unlike = found @ found.T - wanted @ wanted.T
        return float(1 - (found * wanted).sum() / 4 + meanings.ALIKENESS * np.square(unlike).mean())

    gradients = Gradients()
    bags = Bags.of([np.array(one) for one in lists])
    told = meanings._loss(table.astype(np.float32), bags, wanted.astype(np.float32), gradients)
    assert told == pytest.approx(loss(table), rel=1e-5)
    rows, slopes = gradients.rows["table"]
    for place in np.ndindex(table.shape):
        step = np.zeros_like(table)
        step[place] = 1e-5
        slope = (loss(table + step) - loss(table - step)) / 2e-5
        found = slopes[list(rows).index(place[0]), place[1]] if place[0] in rows else 0.0
        assert found == pytest.approx(slope, rel=1e-3, abs=1e-4)


def test_a_student_points_where_its_teacher_points() -> None:
    words = [f"{a}{b}" for a in "bdfgklmn" for b in "aeiou"]
    rng = stream(1, "teacher")
    truth = rng.normal(size=(len(words), 4)).astype(np.float32)
    chosen = [rng.permutation(len(words))[:3] for _ in range(3 * meanings.BATCH)]
    texts = [" ".join(words[i] for i in rows) for rows in chosen]
    wanted = np.array([truth[rows].sum(axis=0) for rows in chosen])
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    found, losses = meanings.distilled(texts, wanted, words, seed=1)
    assert losses[-1] < 0.2 * losses[0]
    assert not found.table[0].any()
    again, _ = meanings.distilled(texts, wanted, words, seed=1)
    assert again.table.tobytes() == found.table.tobytes()


def test_meanings_are_stored_in_8_bits_and_found_by_feature(tmp_path: Path) -> None:
    table = stream(1, "table").normal(size=(101, 48)).astype(np.float32)
    table[0] = 0
    made = Meanings(tuple(f"词{i}" for i in range(100)), table)
    made.save(tmp_path / "m.safetensors")
    found = meanings.known(str(tmp_path / "m.safetensors"))
    assert found.features == made.features
    np.testing.assert_allclose(found.table, table, atol=0.02)
    rows = made.rows(["词7", "unheard", "词0"])
    np.testing.assert_array_equal(rows, [table[0], table[8], table[0], table[1]])


def test_a_file_without_meanings_is_refused(tmp_path: Path) -> None:
    features = np.frombuffer(b"a\nb", np.uint8)
    for i, tensors in enumerate(
        (
            {"weights": np.ones(3, np.float32)},
            {"features": features},
            {"features": features, "meaning": np.ones(3, np.float32)},
            {"features": features, "meaning": np.ones((4, 2), np.float32)},
            {"features": np.frombuffer(b"a\na", np.uint8), "meaning": np.ones((3, 2), np.float32)},
            {"features": np.frombuffer(b"\xff\n", np.uint8), "meaning": np.ones((3, 2), np.float32)},
        )
    ):
        path = tmp_path / f"{i}.safetensors"
        checkpoint.save(path, tensors, {"kind": "else"})
        with pytest.raises(InputError):
            meanings.known(str(path))


def test_the_commonest_words_are_chosen_then_those_of_the_list() -> None:
    texts = ["a b", "a b", "a c", "d"]
    chosen = meanings.chosen_features(texts, ["x", "a", "y"], n_words=3, n_pairs=2)
    assert chosen[:3] == ("a", "b", "x")
    assert set(chosen[3:]) <= {"^ a", "a b", "b $"}
    assert len(chosen) == 5


def test_principal_axes_keep_what_is_alike_alike() -> None:
    rng = stream(1, "axes")
    plane = np.linalg.qr(rng.normal(size=(8, 2)))[0].T
    vectors = (rng.normal(size=(50, 2)) @ plane).astype(np.float32) + np.float32(3)  # the mean tells nothing
    found = meanings.directions(vectors, 2)
    centred = vectors - vectors.mean(axis=0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    np.testing.assert_allclose(found @ found.T, centred @ centred.T, atol=1e-4)


# Written examples


def test_examples_are_read_with_their_replies_or_why_there_are_none() -> None:
    told = "Lunch?\taccept: Sure. | decline: Sorry: no.\nBuy!\tnone: spam\n"
    assert list(parsed(told, "x.tsv")) == [
        Example("Lunch?", (("accept", "Sure."), ("decline", "Sorry: no."))),
        Example("Buy!", (), "spam"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        *("", "no tab", "\taccept: Yes.", " \taccept: Yes.", "Hi\t", "Hi\taccept", "Hi\taccept: "),
        *("Hi\t: Yes.", "Hi\ta: b | ", "Hi\tnone: because"),
        *("Hi\tnone: spam | accept: Yes.", "Hi\taccept: Yes. | none: spam"),
    ],
)
def test_a_line_that_is_no_example_is_named(line: str) -> None:
    with pytest.raises(InputError, match="line 2 is no example") as caught:
        list(parsed(f"Hi\taccept: Yes.\n{line}\n", "x.tsv"))
    assert caught.value.where == "x.tsv"


def test_every_reply_of_a_shipped_example_is_a_shipped_reply_of_that_intent() -> None:
    known = {(r.intent, r.text) for r in ResponseSet.seeds().responses}
    strange = [(e.message, *pair) for e in shipped() for pair in e.replies if pair not in known]
    assert strange == []


def test_no_shipped_example_is_there_twice() -> None:
    counts = Counter(example.message for example in shipped())
    assert [message for message, n in counts.items() if n > 1] == []
    # Where marks alone tell two apart, they teach the same.
    by_words: dict[str, set[Example]] = {}
    for example in shipped():
        by_words.setdefault(canonical(example.message), set()).add(replace(example, message=""))
    assert [words for words, found in by_words.items() if words.strip("# ") and len(found) > 1] == []


def test_shipped_examples_use_every_reason_and_every_intent_in_both_languages() -> None:
    signs = ResponseSet.seeds().signs
    for language in LANGUAGES:
        found = shipped([language])
        assert {e.reason for e in found} == {"", *REASONS}
        assert {intent for e in found for intent, _ in e.replies} == set(signs)
        assert all(language_of(reply) == language for e in found for _, reply in e.replies)
        assert all(len(dict(e.replies)) == len(e.replies) for e in found)


def test_a_tenth_of_the_examples_is_held_out_and_always_the_same() -> None:
    for language in LANGUAGES:
        found = shipped([language])
        assert sum(e.is_held_out for e in found) / len(found) == pytest.approx(1 / HELD_OUT, abs=0.015)
    for example in shipped()[::50]:
        assert Example(f" {example.message.upper()}\n", ()).is_held_out == example.is_held_out


# Lessons

SEEDS = ResponseSet.from_text(FILE)
ENCODING = NGrams.fit(["sounds good", "sorry no", "thank you", "are you free"], least=1, most=99)


def exchange(message: str, reply: str, intent: str = "", context: tuple[str, ...] = ()) -> Exchange:
    return Exchange(message, reply, context, intent)


def test_messages_without_an_answer_teach_nothing() -> None:
    said = (exchange("Hi", "Hello"), exchange("Bye", ""))
    found = reply_lessons.exchanges_of([Conversation(said[1:]), Conversation(said)])
    assert found == [(1, said[0])]


def test_the_intents_are_the_datas_where_most_replies_have_one() -> None:
    with_intent, without = exchange("a", "b", "X"), exchange("a", "b")
    assert reply_lessons.names_intents([(0, with_intent), (1, with_intent), (2, without)])
    assert not reply_lessons.names_intents([(0, with_intent), (1, without)])


def test_a_class_is_what_the_reply_does_or_that_it_is_long() -> None:
    lessons = Lessons.of(SEEDS, with_reasons=True)
    assert lessons.classes == ("accept", "decline", "thanks", *(f"none:{reason}" for reason in REASONS))
    assert Lessons.of(SEEDS, with_reasons=False).classes[-1] == LONG

    def told(reply: str, intent: str = "") -> str:
        return reply_lessons.class_of_reply(lessons, exchange("m", reply, intent))

    assert told("sounds good") == told("anything short", "accept") == "accept"
    assert told("unheard of") == told("Sure.", "UNKNOWN") == ""
    assert told("this is a reply that is much too long to be tapped", "accept") == LONG


def test_targets_of_every_message_add_up_to_one_and_the_first_intent_weighs_most() -> None:
    lessons = Lessons.of(SEEDS, with_reasons=True)
    data = [(0, exchange("free?", "Sounds good!")), (1, exchange("free?", "no such reply"))]
    examples = [
        Example("free?", (("thanks", "Thank you!"), ("accept", "Sure."))),
        Example("spam", (), "spam"),
        Example("free?", (("strange", "Yes."),)),  # an intent that this set has not
    ]
    found = judged(ENCODING, lessons, data, examples)
    assert len(found) == 3
    np.testing.assert_allclose(found.targets.sum(axis=1), 1, rtol=1e-6)
    places = {name: i for i, name in enumerate(lessons.classes)}
    assert found.targets[0, places["accept"]] == found.targets[2, places[class_of("spam")]] == 1
    assert found.targets[1, places["thanks"]] / found.targets[1, places["accept"]] == pytest.approx(1 / 0.7)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.8])
def test_the_weights_come_to_the_share_of_the_data_that_was_asked_for(share: float) -> None:
    data = [(i, exchange("free?", "Sure.")) for i in range(90)]
    examples = [Example("free?", (("accept", "Sure."),))] * 10
    lessons = Lessons.of(SEEDS, with_reasons=True)
    weights = judged(ENCODING, lessons, data, examples, data_share=share).weights
    assert weights[:90].sum() / weights.sum() == pytest.approx(share, abs=1e-6)
    assert (weights[90:] == 1).all()
    for few, of in ((data[:2], examples), (data, [])):  # never more than they are
        assert (judged(ENCODING, lessons, few, of, data_share=0.9).weights[: len(few)] == 1).all()
    assert (judged(ENCODING, lessons, data, examples, data_share=1.0).weights == 1).all()


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(ConfigError, match="data_share"):
        judged(ENCODING, Lessons.of(SEEDS, with_reasons=True), [], data_share=share)


def test_pairs_of_the_same_words_have_the_same_key() -> None:
    data = [(0, exchange("free?", "Sure.")), (0, exchange("hm", "sure!")), (0, exchange("hm", "Sorry, no."))]
    found = reply_lessons.pairs(ENCODING, data, [Example("free?", (("accept", "SURE"), ("thanks", "Ta.")))])
    assert found.keys[0] == found.keys[1] == found.keys[3]
    assert len(set(found.keys.tolist())) == 3
    assert len(found) == len(found.replies) == 5


def test_rarity_is_what_inverse_document_frequency_says() -> None:
    found = reply_lessons.rarity(ENCODING, ["you are you", "you", "sorry"])
    ids = {word: int(ENCODING.encode(word).word_ids[0]) for word in ("you", "sorry", "free")}
    assert found[ids["you"]] == pytest.approx(np.log(4 / 3) + 1)
    assert found[ids["sorry"]] == pytest.approx(np.log(4 / 2) + 1)
    assert found[ids["free"]] == found[0] == pytest.approx(np.log(4) + 1)


def test_two_turns_before_a_message_are_read() -> None:
    assert reply_lessons.context_of(["a", "b", "c"]) == "b\nc"
    assert reply_lessons.context_of([]) == ""


def test_intents_of_the_data_need_twenty_short_replies() -> None:
    data = [(i, exchange("m", "Yes.", "AFFIRM")) for i in range(20)]
    data += [(i, exchange("m", "No.", "NEGATE")) for i in range(19)]
    data += [(i, exchange("m", "Sure.", "AFFIRM")) for i in range(2)]
    found = reply_lessons.responses_by_label(data)
    assert found.signs == {"AFFIRM": 0}
    assert [(r.text, r.share) for r in found.responses] == [("Yes.", 1.0)]
    with pytest.raises(InputError, match="no intent of the data has 20"):
        reply_lessons.responses_by_label(data[20:39])


def test_a_reply_goes_to_the_intent_that_most_give_it_whatever_its_letters() -> None:
    data = [(i, exchange("m", "ısmarla", "A" if i % 3 else "B")) for i in range(60)]
    data += [(i, exchange("m", "Yes.", "B")) for i in range(60)]
    found = reply_lessons.responses_by_label(data)
    assert {canonical(r.text): r.intent for r in found.responses} == {"ısmarla": "A", "yes": "B"}


def test_frequent_replies_take_the_intent_of_the_seeds_that_they_are_like() -> None:
    data = [(i, exchange("are you free?", "sounds really good")) for i in range(4)]
    data += [(i, exchange("how come?", "quixotic zebra")) for i in range(4)]
    data += [(i, exchange("are you free?", "Sure.")) for i in range(8)]
    found = reply_lessons.responses_by_spreading(data, SEEDS, {})
    told = {r.text: (r.intent, r.share) for r in found.responses}
    assert told["Sounds really good."] == ("accept", 0.25)
    assert told["Quixotic zebra."] == ("quixotic zebra", 0.25)
    assert told["Sure."] == ("accept", 0.5)
    assert told["Sorry, no."] == ("decline", 0)


def test_vectors_of_replies_have_length_1_and_meanings_bring_other_words_together() -> None:
    meaning = {word: np.array([1, 0], np.float32) for word in ("ta", "thanks")} | {
        "never": np.array([0, 1], np.float32)
    }
    rows = reply_lessons.reply_vectors(["Ta!", "Thanks.", "Never."], [["a gift"], [], []], meaning)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, rtol=1e-5)
    alike = rows @ rows.T
    assert alike[0, 1] > 0.15
    assert alike[0, 2] < 0.1
