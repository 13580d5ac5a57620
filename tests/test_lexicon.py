"""The mask of known words: nothing invented gets through, everything known does."""

import bz2
from typing import Any

import numpy as np
import pytest

from aoede.errors import InputError
from aoede.randomness import stream
from aoede.words.lexicon import MAX_LENGTH, MAX_WORDS, Lexicon, Speller, words_of

TEXT = "O'er the hill the dogs ran; the dog's tail 'tis said isn't Straße's. Ran o'er! Ça va, été."
LEXICON = Lexicon(tuple(sorted(set(words_of(TEXT)))))
SYMBOLS = "".join(sorted(set(TEXT + "\n’ßẞabcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1語")))


def follow(speller: Speller, text: str, symbols: str = SYMBOLS) -> list[bool]:
    """Whether the mask allowed each character of the text, and END after it."""
    nodes, allowed = speller.start(), []
    for character in text:
        ids = np.array([symbols.index(character) + 2])
        allowed.append(bool(speller.mask(nodes)[0, ids[0]]))
        nodes = speller.step(nodes, ids)
    return [*allowed, bool(speller.mask(nodes)[0, 0])]


def test_words_are_letters_with_inner_apostrophes_without_case() -> None:
    assert words_of("'Tis O’er-night, DOGS' dog's x_y 3rd été") == (
        ["tis", "o'er", "night", "dogs", "dog's", "x", "y", "rd", "été"]
    )
    assert words_of("Straße İx Ελλάδα Привет 語") == ["strasse", "i", "x", "ελλάδα", "привет"]


def test_all_that_is_made_of_known_words_is_allowed() -> None:
    speller = LEXICON.speller(SYMBOLS)
    for text in (TEXT, "THE DOG’S", "the dogs' tail ran''\n", "'the' 'o'er'", "STRASSE'S straße's", "1語1"):
        known = "".join(c for c in text if c in SYMBOLS)
        assert all(follow(speller, known)), known


@pytest.mark.parametrize(
    ("text", "allowed"),  # of each character, and of END after them
    [
        # After a character that is not allowed the walk is lost: anything goes until the word ends.
        ("hx", [True, False, True]),
        ("hil hil", [True, True, True, False, True, True, True, False]),
        ("o ", [True, False, True]),  # o' only
        (
            "the'r",
            [True, True, True, True, False, True],
        ),  # the apostrophe can be a closing quote and nothing else
        ("o''", [True, True, False, True]),
        ("o'", [True, True, False]),
    ],
)
def test_what_can_become_no_known_word_is_not(text: str, allowed: list[bool]) -> None:
    assert follow(LEXICON.speller(SYMBOLS), text) == allowed


def test_text_drawn_under_the_mask_has_known_words_only_and_every_place_has_a_way_on() -> None:
    speller = LEXICON.speller(SYMBOLS)
    assert speller.mask(np.arange(speller.n_nodes, dtype=np.int32)).any(axis=1).all()
    rng = stream(1, "draws")
    nodes = speller.start(n=6)
    ids = np.zeros((6, 500), np.int64)
    whole = np.zeros(6, np.int64)  # characters up to the last place where the text may end
    for t in range(500):
        mask = speller.mask(nodes)
        whole[mask[:, 0]] = t
        mask[:, :2] = False
        ids[:, t] = [rng.choice(np.flatnonzero(row)) for row in mask]
        nodes = speller.step(nodes, ids[:, t])
    for row, n in zip(ids, whole, strict=True):
        text = "".join(SYMBOLS[i - 2] for i in row[:n])
        assert len(words_of(text)) > 20
        assert LEXICON.share_of_known_words(text) == 1.0


def test_a_walk_from_a_prompt_is_the_walk_of_its_characters() -> None:
    speller = LEXICON.speller(SYMBOLS)
    for text in ("the do", "the dog'", "The ", "", "’"):
        nodes = speller.start()
        for character in text:
            nodes = speller.step(nodes, np.array([SYMBOLS.index(character) + 2]))
        np.testing.assert_array_equal(speller.start(text, 3), np.repeat(nodes, 3))


def test_within_an_unknown_word_of_the_prompt_anything_may_follow_until_it_ends() -> None:
    speller = LEXICON.speller(SYMBOLS)
    nodes = speller.start("the qqz")
    assert speller.mask(nodes).all()
    nodes = speller.step(nodes, np.array([SYMBOLS.index("b") + 2]))
    assert speller.mask(nodes).all()
    nodes = speller.step(nodes, np.array([SYMBOLS.index(" ") + 2]))
    assert not speller.mask(nodes)[0, SYMBOLS.index("b") + 2]


def test_the_share_of_known_words_leaves_the_prompt_out() -> None:
    assert LEXICON.share_of_known_words("the xx dogs yy") == 0.5
    assert LEXICON.share_of_known_words("xxyy the dogs", n_prompt=2) == 1.0
    assert LEXICON.share_of_known_words("123 !") == 1.0


def _fitted(*texts: str, **options: int) -> tuple[str, ...]:
    found = Lexicon.fit(texts, **options)
    return () if found is None else found.words


def test_rare_words_are_left_out_unless_all_are_rare() -> None:
    assert _fitted("a b a", "c b") == ("a", "b")
    assert _fitted("c a b") == ("a", "b", "c")
    assert _fitted("c a b a c c", max_words=1) == ("c",)


def test_a_stored_lexicon_is_the_same_and_a_damaged_one_is_refused() -> None:
    assert Lexicon.from_tensors(LEXICON.to_tensors()) == LEXICON
    many = "\n".join(f"{i:b}".replace("1", "b").replace("0", "a") for i in range(1, MAX_WORDS + 3))
    bad = ["", "b\na", "a\na", "a b", "A", "a\n'b", "語", "x" * 99, many]
    for tensors in ({}, *({"words": np.frombuffer(bz2.compress(text.encode()), np.uint8)} for text in bad)):
        with pytest.raises(InputError):
            Lexicon.from_tensors(tensors)
    bomb: Any = {"words": np.frombuffer(bz2.compress(b"a" * 3000), np.uint8)}
    with pytest.raises(InputError, match="larger than"):
        Lexicon.from_tensors(bomb, max_bytes=2000)


def test_texts_whose_letters_mostly_stand_in_no_word_have_no_lexicon() -> None:
    assert _fitted("Слово и 語") == ("и", "слово")
    genome = "\n".join([">one\n" + "GATTACA" * 10] * 3)
    for text in ("床前明月光 ok", "x" * (MAX_LENGTH + 1), genome, "1, 2", ""):
        assert Lexicon.fit([text]) is None
