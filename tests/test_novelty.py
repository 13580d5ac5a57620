"""Novelty: copies are found wherever and however they stand, people's text is not blamed, nothing can hang it."""

import bz2
import json
import time
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aoede.errors import ConfigError, InputError, UsageError
from aoede.randomness import stream
from aoede.words import matching
from aoede.words.guard import Guard
from aoede.words.novelty import Human, calibrate, explain, report, verbatim_share
from aoede.words.verbatim import Index, Source, flat, flat_with_places
from bench.novelty import copied

HUMAN = Human(24, 8.0, 14.0, 31, 0.025, 0.01, 0.0, 6000, 0)


@dataclass(frozen=True)
class Text:
    text: str
    path: str = "poems.txt"
    line: int = 1


def words(n: int, *key: str) -> str:
    """Lines of made-up words that no other key has."""
    rng = stream(1, *key)
    made = ["".join(chr(97 + c) for c in rng.integers(0, 26, rng.integers(2, 8))) for _ in range(n)]
    return "\n".join(" ".join(made[i : i + 7]) for i in range(0, n, 7))


TRAINING = words(4000, "training")
INDEX = Index.fit([Text(TRAINING)])


def codes(text: str) -> Any:
    return np.frombuffer(text.encode("utf-32-le"), "<u4").astype(np.int64)


def longest_from(query: str, text: str, i: int) -> int:
    return max(k for k in range(len(query) - i + 1) if query[i : i + k] in text)


@settings(max_examples=300, deadline=None)
@given(
    st.text("abc", min_size=1, max_size=60),
    st.text("abcx", min_size=1, max_size=40),
    st.integers(1, 50),
    st.sampled_from([0, 1, 1000]),
)
def test_matching_statistics_are_those_of_a_plain_search(
    text: str, query: str, chunk: int, sorts: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "CHUNK", chunk)
        patch.setattr(matching, "_SORTS", sorts)
        lengths, places = matching.matching_statistics(codes(query), codes(text).astype(np.int32))
    assert lengths.tolist() == [longest_from(query, text, i) for i in range(len(query))]
    for i, (length, place) in enumerate(zip(lengths, places, strict=True)):
        assert text[place : place + length] == query[i : i + length] if length else place == -1


def test_a_long_copy_takes_no_longer_than_a_second_or_two() -> None:
    text = codes(words(40_000, "long")).astype(np.int32)
    began = time.process_time()
    lengths, _ = matching.matching_statistics(text[1000:21_000].astype(np.int64), text)
    assert lengths[0] == 20_000 and time.process_time() - began < 3


def test_a_text_of_one_character_takes_no_longer_than_seconds() -> None:
    began = time.process_time()
    lengths, _ = matching.matching_statistics(np.full(1500, 97), np.full(1_000_000, 97, np.int32))
    assert lengths.tolist() == list(range(1500, 0, -1))
    assert time.process_time() - began < 5


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_each_character_of_the_flat_form_leads_back_to_the_text(text: str) -> None:
    found, places = flat_with_places(text)
    assert len(places) == len(found) + 1
    assert places == sorted(places)
    assert places[-1] == len(text)
    if unicodedata.is_normalized("NFC", text) and unicodedata.is_normalized("NFC", text.casefold()):
        assert found == flat(text)


def test_pasted_text_is_a_copy_altogether() -> None:
    pasted = TRAINING[3000:4000]
    found = report(pasted, INDEX, HUMAN)
    assert found.share == 1.0
    assert found.verdict == "copies"
    assert found.longest is not None
    assert found.longest.source == Source("poems.txt", TRAINING.count("\n", 0, 3000) + 1)
    assert len(found.lines_copied) >= found.n_lines - 2  # the first and the last may be cut
    assert set(found.lines_copied) <= set(TRAINING.split("\n"))


def test_a_text_of_its_own_and_shuffled_words_are_fresh() -> None:
    for text in (words(400, "other"), " ".join(sorted(TRAINING[:3000].split()))):
        found = report(text, INDEX, HUMAN)
        assert found.share < 0.02
        assert found.verdict == "fresh"
        assert not found.lines_copied


def test_a_copier_that_jumps_between_passages_is_flagged() -> None:
    rng = stream(2, "jumps")
    parts = [TRAINING[at : at + 40] for at in rng.integers(0, len(TRAINING) - 40, 40)]
    assert report("".join(parts), INDEX, HUMAN).verdict == "copies"


def test_a_chain_of_order_ten_copies() -> None:
    book = (Path(__file__).parent / "fixtures" / "texts" / "shakespeare.txt").read_text()
    learnt = Text(book[:60_000])
    index = Index.fit([learnt])
    human = calibrate(index, [book[60_000:90_000]])
    assert report(copied([learnt], 10, 3_000), index, human).verdict == "copies"
    assert report(book[-3_000:], index, human).verdict == "fresh"


def test_borrowing_lies_between_the_two() -> None:
    text = words(300, "mine")
    for at in range(0, 1200, 300):
        text = text[:at] + TRAINING[5000 + at : 5045 + at] + text[at:]
    found = report(text, INDEX, HUMAN)
    assert found.verdict == "borrows"
    assert 0.05 < found.share < 0.3


@pytest.mark.parametrize(
    "changed",
    [
        str.upper,
        lambda line: line.replace("\n", "\r\n"),
        lambda line: line.replace(" ", " \t  "),
        lambda line: unicodedata.normalize("NFD", line),
        lambda line: line.replace("'", "’").replace('"', "“"),
    ],
)
def test_variants_of_a_training_line_are_still_found(changed: Any) -> None:
    line = 'Déjà vu: "the naïve café"\nisn\'t Straße nor fiancée,\n한국어 도'
    index = Index.fit([Text(words(50, "before") + "\n" + line)])
    variant = changed(line)
    matches = index.matches(variant)
    assert matches.lengths[0] == len(matches.flat)
    passage = explain(variant, index)[0]
    assert (passage.begin, passage.end) == (0, len(variant))
    assert passage.source.line == 9


def test_the_prompt_does_not_count_and_places_are_those_of_the_whole_text() -> None:
    prompt, own = TRAINING[:200], " " + words(40, "own")
    assert report(prompt + own, INDEX, HUMAN, n_prompt=200).verdict == "fresh"
    text = "q" * 50 + TRAINING[700:760].strip()
    passage = explain(text, INDEX, n_prompt=50)[0]
    assert passage.begin == 50
    assert text[passage.begin : passage.end] == passage.text == TRAINING[700:760].strip()


def test_no_passage_runs_over_the_end_of_a_document() -> None:
    index = Index.fit([Text("one two three"), Text("four five six", "b.txt", 7)])
    matches = index.matches("one two three four five six")
    assert matches.lengths.max() == len("four five six")
    assert index.source(int(matches.places[14])) == Source("b.txt", 7)
    assert index.matches("three\x1efour").lengths[0] == len("three")


def test_a_source_is_a_line_of_the_file_or_a_row_of_a_record() -> None:
    poem = "first line\n\nthird line\nlast of them"
    index = Index.fit([Text("x y\nz", "a.txt", 1), Text(poem, "a.txt", 10), Text(poem.upper(), "b.jsonl", 4)])
    at = index.flat.index("third")
    assert index.source(at) == Source("a.txt", 12)
    assert index.source(index.flat.index("third", at + 1)) == Source("b.jsonl", 4, 3)
    assert str(Source("b.jsonl", 4, 3)) == "b.jsonl:4, row 3"


def test_explain_gives_no_passage_within_another() -> None:
    text = words(20, "a") + "\n" + TRAINING[100:160] + "\n" + words(20, "b") + "\n" + TRAINING[900:930]
    passages = explain(text, INDEX)
    ends = [(p.begin, p.end) for p in passages]
    assert len(passages) == 2
    assert ends == sorted(ends)
    assert all(p.text.casefold() in TRAINING for p in passages)


def test_a_stored_index_answers_as_the_one_that_was_built() -> None:
    documents = [Text(words(300, str(i)), f"{i % 3}.txt", i + 1) for i in range(10)]
    index = Index.fit(documents)
    stored = Index.from_tensors(index.to_tensors())
    assert stored.flat == index.flat
    for place in range(0, index.n_characters, 97):
        assert stored.source(place) == index.source(place)
    assert sum(t.nbytes for t in index.to_tensors().values()) < 0.8 * sum(len(d.text) for d in documents)


def _bytes(data: bytes) -> Any:
    return np.frombuffer(data, np.uint8)


def _table(**changes: Any) -> Any:
    table = {"paths": ["a"], "path_of": [0], "lines": [1], **changes}
    return _bytes(bz2.compress(json.dumps(table).encode()))


TEXT = _bytes(bz2.compress(b"some words"))


@pytest.mark.parametrize(
    "tensors",
    [
        {},
        {"text": TEXT},
        {"text": TEXT, "documents": TEXT},
        {"text": TEXT[:20], "documents": _table()},
        {"text": np.append(TEXT, TEXT), "documents": _table()},
        {"text": _bytes(b"nonsense"), "documents": _table()},
        {"text": _bytes(b""), "documents": _table()},
        {"text": TEXT.astype(np.int64), "documents": _table()},
        {"text": _bytes(bz2.compress(b"\xff\xfe")), "documents": _table()},
        {"text": _bytes(bz2.compress(b"  ")), "documents": _table()},
        {"text": _bytes(bz2.compress(b"a\x1eb")), "documents": _table()},
        {"text": TEXT, "documents": _table(path_of=[1])},
        {"text": TEXT, "documents": _table(path_of=[-1])},
        {"text": TEXT, "documents": _table(path_of=[True])},
        {"text": TEXT, "documents": _table(lines=["1"])},
        {"text": TEXT, "documents": _table(lines=[10**30])},
        {"text": TEXT, "documents": _table(paths="a")},
        {"text": TEXT, "documents": _bytes(bz2.compress(b"[" * 100_000))},
    ],
)
def test_a_hostile_index_is_refused(tensors: Any) -> None:
    with pytest.raises(InputError):
        Index.from_tensors(tensors)


def test_an_index_that_unpacks_to_more_than_its_limit_is_refused() -> None:
    bomb = _bytes(bz2.compress(b"a" * 10_000_000))
    with pytest.raises(InputError, match="larger than"):
        Index.from_tensors({"text": bomb, "documents": _table()}, max_bytes=1_000_000)


def test_calibration_finds_what_people_share_with_the_training_text() -> None:
    held = [words(150, "held", str(i)) + "\n" + TRAINING[i * 90 : i * 90 + 26] for i in range(20)]
    human = calibrate(INDEX, held)
    assert 20 <= human.span <= 27
    assert human.longest >= 26
    assert 0.01 < human.share < 0.1
    assert Human.from_mapping(json.loads(json.dumps(human.as_mapping()))) == human
    assert report("\n".join(held), INDEX, human).verdict == "fresh"


def test_held_out_twins_of_training_texts_do_not_excuse_copying() -> None:
    held = [words(100, "held", str(i)) for i in range(20)]
    plain = calibrate(INDEX, held)
    human = calibrate(INDEX, [*held, TRAINING[500:1500]])
    assert human == replace(plain, n_twins=1)
    assert calibrate(INDEX, [TRAINING[500:1500]]).span <= 60


def test_calibration_needs_text() -> None:
    with pytest.raises(InputError, match="held-out"):
        calibrate(INDEX, ["", " \n"])
    with pytest.raises(InputError, match="no training text"):
        Index.fit([Text(" \n")])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("span", 3),
        ("span", 10**9),
        ("span", 20.0),
        ("share", 1.1),
        ("share", float("nan")),
        ("mean", "8"),
        ("lines", True),
    ],
)
def test_odd_figures_of_human_text_are_refused(name: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=name):
        Human.from_mapping({**HUMAN.as_mapping(), name: value})


def test_the_sentence_names_length_source_and_verdict_in_both_languages() -> None:
    found = report(TRAINING[3000:3400], INDEX, HUMAN)
    assert found.longest is not None
    for language, verdict in (("en", "it copies"), ("zh", "照抄")):
        sentence = found.sentence(language)
        assert "\n" not in sentence
        assert all(
            part in sentence for part in ("poems.txt", str(found.longest.n_characters), "100.0%", verdict)
        )
    for language in ("en", "zh"):
        assert "%" not in report("", INDEX, HUMAN).sentence(language)
    json.dumps(found.as_mapping())


def test_chinese_is_compared_with_shorter_spans() -> None:
    text = "床前明月光，疑是地上霜。\n舉頭望明月，低頭思故鄉。"
    index = Index.fit([Text(text, "tang.jsonl", 3)])
    found = report("白日依山盡，疑是地上霜。\n", index, replace(HUMAN, span=5))
    assert found.usual_span == 7
    assert found.longest is not None
    assert found.longest.text == "，疑是地上霜。"
    assert found.longest.source == Source("tang.jsonl", 3, 1)


def blocked_by_search(index: Index, limit: int, text: str, candidates: str) -> set[str]:
    """The definition of a guard: the last limit + 1 characters with the candidate stand in the training text."""
    found = set()
    for candidate in candidates:
        before, after = flat(text), flat(text + candidate)
        new = after[len(before) :] if after != before else ""
        ends = range(len(after) - len(new) + 1, len(after) + 1)
        if any(end > limit and after[end - limit - 1 : end] in index.flat for end in ends):
            found.add(candidate)
    return found


def test_the_guard_blocks_just_the_characters_that_make_a_passage_too_long() -> None:
    training = "The cat sat on the mat.\n\nThe cat saw Straße and the mast.\nA cat sat in a STRASSE."
    index = Index.fit([Text(training), Text("the cat sang")])
    candidates = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZß. \n\tX'’"
    for limit in (1, 4, 7):
        guard = Guard(index, limit)
        for text in (training, "The   cat\r\nsa", "THE CAT SAT ON", "q the cat sa", "and stra", "", "t"):
            for end in range(len(text) + 1):
                expected = blocked_by_search(index, limit, text[:end], candidates)
                assert guard.blocked(text[:end], candidates) == expected, (limit, text[:end])


def test_text_written_under_the_guard_has_no_longer_passage() -> None:
    guard = Guard(INDEX, 12)
    letters = "".join(sorted(set(TRAINING)))
    rng = stream(3, "writer")
    text = TRAINING[:5]
    while len(text) < 400:
        blocked = guard.blocked(text, letters)
        # A copier: what followed the last characters in the training text, else anything.
        at = TRAINING.find(text[-5:])
        wish = TRAINING[at + 5 : at + 6] if at >= 0 else ""
        free = sorted(set(letters) - blocked)
        text += wish if wish in free else free[int(rng.integers(len(free)))]
    assert INDEX.matches(text).lengths.max() == 12
    assert verbatim_share(INDEX.matches(text), 13) == 0


def test_a_guard_longer_than_the_training_text_blocks_nothing() -> None:
    index = Index.fit([Text("short")])
    assert Guard(index, 50).blocked("short" * 20, "short") == frozenset()
    assert Guard(index, 4).blocked("shor", "short") == {"t"}


@pytest.mark.parametrize("limit", [0, -3, 10_001, 2.5, True])
def test_a_guard_out_of_range_names_its_option(limit: Any) -> None:
    with pytest.raises(UsageError, match="--max-copy"):
        Guard(INDEX, limit)


def test_a_step_of_the_guard_is_quick() -> None:
    guard = Guard(INDEX, 20)
    letters = "".join(sorted(set(TRAINING)))
    text = TRAINING[:1500]
    began = time.process_time()
    for end in range(500, 1500):
        guard.blocked(text[:end], letters)
    assert (time.process_time() - began) / 1000 < 300e-6  # 15 us on an idle machine
