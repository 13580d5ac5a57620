"""Syllables, stress and hyphens of lines in English and Chinese."""

import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aoede.errors import InputError
from aoede.learning.pronunciations import english, held_out, read_cmudict, sung
from aoede.words.pinyin import FINALS, final_and_tone, group_of, sound_of_character, tone_of
from aoede.words.pronouncing import (
    Endings,
    Pronunciations,
    Sound,
    n_vowel_groups,
    sound_of,
    table,
    to_tensors,
)
from aoede.words.syllables import EITHER, STRONG, WEAK, hyphenated, stress_of, syllables_of

DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("wonderful", "won der ful"), ("every", "eve ry"), ("little", "lit tle"), ("science", "sci ence"),
        ("moonlight", "moon light"), ("butterfly", "but ter fly"), ("created", "cre a ted"), ("rhythm", "rhy thm"),
        ("fire", "fire"), ("desire", "de sire"), ("quiet", "qui et"), ("Sister", "Sis ter"), ("you'll", "you'll"),
        ("café", "ca fé"), ("idea", "i de a"),
    ],
)  # fmt: skip
def test_a_word_is_parted_where_it_is_sung_in_parts(word: str, parts: str) -> None:
    assert hyphenated(word) == tuple(parts.split())


def test_every_known_word_has_as_many_parts_as_syllables_and_loses_no_letter() -> None:
    words = [word for word in table().words[::7] if len(word) > 3]
    for word in words:
        assert len(hyphenated(word)) == sound_of(word).n_syllables, word
        assert "".join(hyphenated(word)) == word


def test_stress_is_that_of_the_dictionary_and_small_words_want_no_beat() -> None:
    assert stress_of("remember") == (WEAK, STRONG, WEAK)
    assert stress_of("wonderful") == (STRONG, WEAK, EITHER)  # its last syllable may take a beat
    assert [stress_of(word)[0] for word in ("the", "I", "sea")] == [WEAK, EITHER, STRONG]


def test_punctuation_stays_with_its_neighbour_and_words_that_go_on_say_so() -> None:
    line = syllables_of("“Hold on,” she said: wonder!")
    assert [s.text for s in line] == ["“Hold", "on,”", "she", "said:", "won", "der!"]
    assert [s.joins_next for s in line] == [False, False, False, False, True, False]
    assert syllables_of(" ... ") == ()


def test_a_chinese_character_is_a_syllable_with_its_tone() -> None:
    line = syllables_of("希望，在那里！")
    assert [s.text for s in line] == ["希", "望，", "在", "那", "里！"]
    assert [s.tone for s in line] == [1, 4, 4, 4, 3]
    assert len(syllables_of("我love你")) == 3


@settings(deadline=None)  # the first unknown word reads the table
@given(st.text(max_size=60))
def test_no_sign_of_a_line_is_lost(line: str) -> None:
    shown = "".join(s.text for s in syllables_of(line))
    assert shown in ("", "".join(unicodedata.normalize("NFC", line).split()))


def test_a_word_that_nobody_told_sounds_like_those_that_end_like_it() -> None:
    sounds = {"nation": Sound("10", "N", "EY SH AH N"), "station": Sound("10", "S T", "EY SH AH N")}
    told = Endings(sounds).sound("vation")
    assert (told.stress, told.rhyme, told.is_known) == ("10", "EY SH AH N", False)
    assert sound_of("river's").rhyme == sound_of("river").rhyme + " Z"
    assert sound_of("rose's").n_syllables == 2
    assert n_vowel_groups("strength") == 1


def test_a_table_comes_back_as_it_was_and_a_damaged_one_is_refused() -> None:
    sounds = {"night": Sound("1", "N", "AY T"), "ocean": Sound("10", "", "OW SH AH N")}
    tensors = to_tensors(sounds)
    kept = Pronunciations(tensors)
    assert {word: kept.get(word) for word in kept.words} == sounds
    for name in tensors:
        with pytest.raises(InputError, match="damaged"):
            Pronunciations({**tensors, name: np.arange(9, dtype=np.uint8)})
    with pytest.raises(InputError, match="damaged"):
        Pronunciations({**tensors, "words": to_tensors({"a": sounds["night"]})["words"]})


def test_the_dictionary_is_read_with_its_variants_and_notes() -> None:
    spoken = read_cmudict(
        "fire F AY1 ER0\nfire(2) F AY1 R # note\n'tis T IH1 Z\nevery EH1 V ER0 IY0\nevery(2) EH1 V R IY0"
    )
    assert set(spoken) == {"fire", "every"}
    assert sung("fire", spoken["fire"]) == Sound("1", "F", "AY R")
    assert sung("every", spoken["every"]).n_syllables == 2


def test_finals_and_tones_are_read_from_pinyin() -> None:
    read = {
        "xíng": ("ing", 2),
        "nǚ": ("ü", 3),
        "yuè": ("üe", 4),
        "zhī": ("-i", 1),
        "le": ("e", 5),
        "wēng": ("ueng", 1),
    }
    assert {reading: final_and_tone(reading) for reading in read} == read
    assert final_and_tone("ń") is None
    assert sound_of_character("望") == ("uang", 4)
    assert (group_of("光"), group_of("乡"), group_of("x")) == ("江阳", "江阳", None)
    assert tone_of("!") == 0
    assert 5 * len(FINALS) < 256


@pytest.mark.data
@pytest.mark.skipif(not DATA.is_dir(), reason="the research data is not here")
def test_spelling_alone_tells_most_syllables() -> None:
    figures = held_out(english(DATA), every=50)
    assert figures["syllables"] > 0.9 and figures["main_stress"] > 0.75
