"""Texts become rows of numbers, one a character, and come back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aoede.encodings.chars import END, UNKNOWN, Characters
from aoede.errors import ConfigError, InputError

plain = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=60)


@given(plain)
def test_a_text_comes_back_from_its_numbers(text: str) -> None:
    encoding = Characters.fit([text, "\n"])
    ids = encoding.encode(text)
    assert ids.dtype == np.int64 and ids.shape == (len(text),)
    assert encoding.decode(ids) == text
    assert ids.min(initial=2) >= 2 and ids.max(initial=0) < encoding.n_symbols
    document = encoding.encode_document(text)
    assert document[-1] == END and (document[:-1] == ids).all()
    assert encoding.decode(document) == text
    assert encoding.unknown(text) == ()


@given(plain, plain)
def test_characters_never_seen_are_unknown_and_named_in_order(seen: str, new: str) -> None:
    encoding = Characters.fit([seen, "a"])
    strange = [c for c in dict.fromkeys(new) if c not in seen and c != "a"]
    assert encoding.unknown(new) == tuple(strange)
    assert encoding.decode(encoding.encode(new)) == "".join("\ufffd" if c in strange else c for c in new)
    assert ((encoding.encode(new) == UNKNOWN) == [c in strange for c in new]).all()


def test_ids_follow_the_code_points_after_end_and_unknown() -> None:
    encoding = Characters.fit(["béa\n世", "b"])
    assert encoding.symbols == "\nabé世" and encoding.n_symbols == 7
    assert encoding.encode("a世z").tolist() == [3, 6, UNKNOWN]
    assert encoding.decode([5, END, UNKNOWN, 2]) == "é\ufffd\n"


def test_the_most_frequent_characters_are_kept_and_of_equal_ones_the_lower() -> None:
    texts = ["ccc bb", "zz yy aa"]
    assert Characters.fit(texts, 2).symbols == " c"
    assert Characters.fit(texts, 4).symbols == " abc"
    assert Characters.fit(texts, 99).symbols == Characters.fit(reversed(texts)).symbols == " abcyz"


def test_control_characters_are_no_symbols() -> None:
    assert Characters.fit(["a\tb\n\0\x1b\x85\ud800"]).symbols == "\t\nab"
    with pytest.raises(InputError, match="no character"):
        Characters.fit(["", "\0"])
    with pytest.raises(ConfigError, match="at least one"):
        Characters.fit(["a"], 0)


def test_the_stored_encoding_is_the_same_encoding() -> None:
    encoding = Characters.fit(["昨夜雨疏风骤 é\n"])
    assert encoding.as_mapping() == {"name": "characters", "symbols": encoding.symbols}
    assert Characters.from_mapping(encoding.as_mapping()) == encoding


@pytest.mark.parametrize(
    "values",
    [
        {"symbols": ""},
        {"symbols": "ba"},
        {"symbols": "aab"},
        {"symbols": "\0a"},
        {"symbols": "a\ud800"},
        {"symbols": 3},
        {"symbols": ["a", "b"]},
        {"symbols": None},
        {},
        {"symbols": "ab", "more": 1},
        {"symbols": "ab", "name": "pianoroll"},
    ],
)
def test_what_is_no_encoding_of_characters_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        Characters.from_mapping(values)


@pytest.mark.parametrize("ids", [[-1], [4], [0.5], [[2, 3]], 3, [2**70]])
def test_ids_out_of_range_are_refused(ids: object) -> None:
    with pytest.raises(InputError, match="ids of"):
        Characters("ab").decode(ids)  # type: ignore[arg-type]


def test_nothing_is_decoded_from_nothing() -> None:
    assert Characters("ab").decode([]) == "" and Characters("ab").encode("").shape == (0,)
    assert Characters("ab").encode_document("").tolist() == [END]
