"""Words and n-grams: what a message is made of, there and back, and files that lie about it."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aoede.encodings.ngrams import ANY, MAX_FEATURES, N_BUCKETS, NGrams, ngrams_of
from aoede.encodings.tokens import END, MAX_CHARACTERS, NUMBER, UNKNOWN, Words, canonical, is_han, words_of
from aoede.errors import ConfigError, InputError

ANYTHING = st.text(st.characters(), max_size=60)  # lone surrogates too, which no file holds
TEXTS = ["Are you free?", "are you sure", "你好吗？", "你好 free", "you are 3"]
HOSTILE = {
    "letters": "a",
    "apostrophes": "a'",
    "numbers": "1.",
    "Han": "我",
    "all kinds": "我 a1?'",
    "marks of two classes": "\u0315\u0316",
    "marks the wrong way round": "\u0315" * 500 + "\u0316" * 500,
    "letters of many letters": "\ufdfa",
    "faces": "👩‍👩‍👧 ",
}


# Words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hi there", "hi there"),
        ("你好, World!", "你 好 world !"),
        ("我们go吧OK？", "我 们 go 吧 ok ?"),
        ("don't DON’T don＇t donʼt", "don't don't don't don't"),
        ("'quoted' rock'n'roll dogs'", "quoted rock'n'roll dogs"),
        ("class'08 it'我 a'_b", "class # it 我 a b"),
        ("Ｆｕｌｌ　ｗｉｄｔｈ！？", "full width ! ?"),
        ("真的吗？！", "真 的 吗 ? !"),
        ("wait... what?!", "wait what ? !"),
        ("at 10:30 on 3/4, 1,000.50 or 7", "at # on # # or #"),
        ("２０２４年 ٣ ½", "# 年 # # #"),
        ("b2b 2nd", "b # b # nd"),
        ("snake_case e-mail", "snake case e mail"),
        ("👍🏽 ok 😂", "ok"),
        ("1️⃣", "#"),
        ("cafe\u0301 naïve", "café naïve"),
        ("ﬁne", "fine"),
        ("привет мир", "привет мир"),
        ("カタカナ", "カタカナ"),
        ("", ""),
        (" \n\t ", ""),
        ("\ud800 a\ud800b", "a b"),
        ("a\0b", "a b"),
    ],
)
def test_words_are_runs_of_letters_han_characters_numbers_and_two_marks(text: str, words: str) -> None:
    assert words_of(text) == words.split()


@given(ANYTHING)
def test_words_are_small_have_no_blanks_and_are_what_is_said_not_how(text: str) -> None:
    words = words_of(text)
    assert all(word == word.strip() and " " not in word and word for word in words)
    assert all(word.encode() for word in words)
    assert all(len(word) == 1 for word in words if is_han(word))
    assert words_of(f" {text}\n") == words
    if text.isascii():
        assert words_of(text.upper()) == words_of(text.lower()) == words
    plain = [word for word in words if word != NUMBER]
    assert words_of(" ".join(plain)) == plain


def test_canonical_texts_differ_in_words_alone() -> None:
    assert (
        canonical("Sounds good!") == canonical("sounds  GOOD") == canonical("Sounds, good?!") == "sounds good"
    )
    assert canonical("好啊！") == canonical("好啊。") == canonical(" 好 啊 ") == "好 啊"
    assert canonical("It's at 3") == canonical("it’s at 4") != canonical("it s at 3")
    assert canonical("👍") == canonical("?!") == ""


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("read", [words_of, NGrams.fit(TEXTS, least=1, most=99).encode])
def test_a_megabyte_of_anything_is_read_at_once(read: Callable[[str], Any], unit: str) -> None:
    text = "a" + unit * (1_000_000 // len(unit))
    began_s = time.process_time()
    read(text)
    assert time.process_time() - began_s < 0.3


def test_what_stands_beyond_the_cap_is_not_read() -> None:
    text = "word " * (MAX_CHARACTERS // 5)
    assert words_of(text + "beyond") == words_of(text)
    assert len(words_of(text)) == MAX_CHARACTERS // 5


# The encoding of words


def test_words_come_back_and_those_of_a_single_text_are_unknown() -> None:
    encoding = Words.fit(TEXTS)
    assert encoding.symbols[:2] == ["are", "you"]  # the commonest first, of equal ones by the alphabet
    assert set(encoding.symbols) == {"are", "you", "free", "你", "好", "?"}
    ids = encoding.encode("You are SURE, 你好?")
    assert encoding.decode(ids) == "you are \ufffd 你 好 ?"
    assert encoding.decode([*ids[:2], END]) == "you are"
    assert ids[2] == UNKNOWN
    assert encoding.n_symbols == 8


@given(st.lists(ANYTHING, max_size=6))
def test_words_and_their_mapping_survive_the_way_there_and_back(texts: list[str]) -> None:
    encoding = Words.fit([*texts, "a"], least=1)
    assert Words.from_mapping(encoding.as_mapping()) == encoding
    for text in texts:
        ids = encoding.encode(text)
        assert not (ids == UNKNOWN).any()
        assert encoding.decode(ids).split() == words_of(text)


def test_no_more_words_are_kept_than_asked_for_and_none_at_all_is_an_error() -> None:
    assert Words.fit(TEXTS, max_symbols=2).symbols == ["are", "you"]
    with pytest.raises(InputError, match="no word that stands twice"):
        Words.fit(["one two", "three"])


# N-grams


def test_ngrams_are_words_pairs_with_the_edges_and_triples_of_han_characters() -> None:
    assert ngrams_of("Go on!") == ["go", "on", "!", "^ go", "go on", "on !", "! $"]
    assert ngrams_of("你好吗") == ["你", "好", "吗", "^ 你", "你 好", "好 吗", "吗 $", "你 好 吗"]
    assert not any(f.count(" ") == 2 for f in ngrams_of("你好ok吗 ok ok 你"))
    assert ngrams_of("a b c a b") == ["a", "b", "c", "^ a", "a b", "b c", "c a", "b $"]
    assert ngrams_of("") == ["^ $"]


@given(ANYTHING)
def test_ngrams_are_different_and_fit_on_a_line(text: str) -> None:
    found = ngrams_of(text)
    assert len(set(found)) == len(found) > 0
    assert not any("\n" in feature or feature == ANY for feature in found)


def test_features_are_kept_by_the_number_of_texts_that_have_them() -> None:
    encoding = NGrams.fit(["no no no", "yes", "yes you", "you"], least=2, most=10)
    assert "yes" in encoding
    assert "no" not in encoding  # thrice, but in one text
    assert encoding.n_learned == encoding.n_features - 1
    assert NGrams.fit(["a b", "a b", "a"], least=1, most=1).features == f"{ANY}\n^ a"
    with pytest.raises(InputError, match="stands in 3 of these texts"):
        NGrams.fit(["yes", "no"], least=3, most=10)


def test_features_stand_in_three_parts_meanings_both_and_those_without() -> None:
    encoding = NGrams.fit(["yes sir"] * 3, least=3, most=10, meaning=("yes", "never", "sir"))
    features = encoding.features.split("\n")
    assert features[:4] == [ANY, "never", "yes", "sir"]
    assert set(features[4:]) == {"^ yes", "yes sir", "sir $"}
    assert (encoding.n_meaning, encoding.n_learned) == (3, 5)
    assert encoding.meaningful() == ["never", "yes", "sir"]
    alone = NGrams.fit([], least=1, most=10, meaning=("yes",))
    assert (alone.n_features, alone.n_learned) == (2, 0)


@given(st.lists(ANYTHING, min_size=1, max_size=6), ANYTHING)
def test_what_is_encoded_is_what_is_known_and_any_comes_first(texts: list[str], new: str) -> None:
    encoding = NGrams.fit(texts, least=1, most=1_000)
    assert NGrams.from_mapping(encoding.as_mapping()) == encoding
    features = encoding.features.split("\n")
    for text in (*texts, new):
        found = encoding.encode(text)
        assert found.ids[0] == 0
        assert [features[i] for i in found.ids[1:]] == [f for f in ngrams_of(text) if f in encoding]
        assert len(found.buckets) == len(found.word_ids)
        assert ((found.buckets >= 0) & (found.buckets < N_BUCKETS)).all()
        assert (found.word_ids < encoding.n_features).all()
    assert all(encoding.share_known(text) == 1 for text in texts)


def test_words_are_told_by_their_buckets_known_or_not() -> None:
    encoding = NGrams.fit(TEXTS, least=1, most=99)
    one, other = encoding.encode("unheard words free"), encoding.encode("words unheard, free")
    assert sorted(one.buckets) == sorted(other.buckets)
    assert one.word_ids.tolist()[:2] == [0, 0]
    assert encoding.encode("你好").buckets.size == encoding.encode("再会").buckets.size > 0
    assert encoding.share_known("free unheard") == 0.5
    buckets = [set(encoding.encode(text).buckets) for text in ("在吗", "好吗", "在吗 ok", "今天好吗")]
    assert not buckets[0] & buckets[1]  # a last character alone is nothing that two texts share
    assert buckets[0] < buckets[2]
    assert buckets[1] < buckets[3]
    assert encoding.share_known("") == 1


def test_no_text_has_more_features_than_the_cap() -> None:
    text = " ".join(f"w{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(600))
    found = NGrams.fit([text], least=1, most=5_000).encode(text)
    assert len(found.ids) == MAX_FEATURES
    assert len(found.buckets) <= MAX_FEATURES


# Files that lie

WORDS, NGRAMS = Words("a b").as_mapping(), NGrams("\na\nb", 1, 1).as_mapping()
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.text(), max_size=3)
)


@given(st.dictionaries(st.sampled_from([*NGRAMS, "words", "more"]), VALUES))
def test_a_mapping_that_lies_makes_an_encoding_that_works_or_a_config_error(values: dict[str, Any]) -> None:
    for kind, good in ((Words, WORDS), (NGrams, NGRAMS)):
        for mapping in (values, good | values):
            try:
                made = kind.from_mapping(mapping)
            except ConfigError:
                continue
            made.encode("a b c 你好")
            assert kind.from_mapping(made.as_mapping()) == made


@pytest.mark.parametrize(
    "values",
    [
        {"name": "characters"},
        {"features": ["", "a"]},
        {"features": "\na\na"},
        {"features": "a\nb\nc"},  # ANY is not the first
        {"features": "a\n\nb"},
        {"n_learned": 3},
        {"n_learned": True},
        {"n_learned": 0},  # "b" would have neither meaning nor weights
        {"n_meaning": -1},
        {"n_meaning": 1.0},
        {"extra": 1},
    ],
)
def test_ngrams_whose_parts_do_not_fit_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        NGrams.from_mapping(NGRAMS | values)


@pytest.mark.parametrize("words", ["", "a a", "a  b", " a", None, 7, ["a", "b"]])
def test_words_that_are_none_or_not_different_are_refused(words: Any) -> None:
    with pytest.raises(ConfigError):
        Words.from_mapping(WORDS | {"words": words})
    with pytest.raises(ConfigError):
        Words.from_mapping({})


def test_ids_are_whole_numbers_of_64_bits_even_of_nothing() -> None:
    assert Words("a").encode("").dtype == np.int64
    empty = NGrams.fit(TEXTS, least=1, most=9).encode("")
    assert [part.dtype for part in vars(empty).values()] == [np.int64] * 3
