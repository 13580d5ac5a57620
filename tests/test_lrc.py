"""Words with their times: lines, words, seconds, the end of each section."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aoede.errors import UsageError
from aoede.formats import lrc
from aoede.song import Note, Section, Song, Syllable, Tempo, Track


def song(*syllables: tuple[int, str, bool, bool], **others: object) -> Song:
    """Sung on quarters of half a second, eight of them."""
    notes = tuple(Note(480 * i, 60, 480, 64) for i in range(8))
    track = Track("Melody", notes, role="melody")
    return Song("A song", (track,), syllables=tuple(Syllable(*s) for s in syllables), **others)  # type: ignore[arg-type]


def body(of: Song) -> list[str]:
    """The lines that have a time."""
    return [line for line in lrc.to_bytes(of).decode().splitlines() if re.match(r"\[\d", line)]


def test_english_syllables_become_words_each_with_its_time() -> None:
    words = [
        (0, "Won", True, False),
        (480, "der,", False, False),
        (960, "sea", False, True),
        (1_440, "so", False, True),
    ]
    assert body(song(*words)) == [
        "[00:00.00]<00:00.00>Wonder, <00:01.00>sea<00:01.50>",
        "[00:01.50]<00:01.50>so<00:04.00>",
        "[00:04.00]",
    ]


def test_chinese_has_no_spaces_and_stands_apart_from_english() -> None:
    characters = [
        (0, "心", False, False),
        (480, "海，", False, False),
        (960, "la", False, False),
        (1_440, "la", False, True),
    ]
    assert body(song(*characters))[0] == (
        "[00:00.00]<00:00.00>心<00:00.50>海，<00:01.00>la <00:01.50>la<00:04.00>"
    )


def test_korean_words_have_spaces() -> None:
    assert (
        "사랑 <" in body(song((0, "사", True, False), (480, "랑", False, False), (960, "해", False, True)))[0]
    )


def test_times_follow_the_tempo() -> None:
    slower = song(
        (0, "a", False, True), (1_920, "b", False, True), tempos=(Tempo(0, 120.0), Tempo(960, 60.0))
    )
    assert [line[:10] for line in body(slower)] == ["[00:00.00]", "[00:03.00]", "[00:07.00]"]


def test_the_screen_is_cleared_where_a_section_has_been_sung_and_no_line_goes_over_its_end() -> None:
    words = [(0, "a", False, False), (1_920, "b", False, False), (2_400, "c", False, True)]
    sung = song(*words, sections=(Section(0, 1_920, "verse"), Section(1_920, 3_840, "chorus")))
    assert body(sung) == [
        "[00:00.00]<00:00.00>a<00:02.00>", "[00:02.00]",
        "[00:02.00]<00:02.00>b <00:02.50>c<00:04.00>", "[00:04.00]",
    ]  # fmt: skip


def test_a_syllable_is_sung_to_the_end_of_the_notes_that_hold_it_not_through_a_rest() -> None:
    notes = (Note(0, 60, 480, 64), Note(480, 62, 480, 64), Note(1_920, 64, 480, 64))
    sung = replace(song((0, "ah", False, True)), tracks=(Track("Melody", notes, role="melody"),))
    assert body(sung) == ["[00:00.00]<00:00.00>ah<00:01.00>", "[00:01.00]"]


def test_the_head_holds_title_length_and_recipe() -> None:
    head = lrc.to_bytes(replace(song((0, "a", False, True)), title="心\n", recipe={"seed": 7})).decode()
    assert head.splitlines()[:4] == [
        "[ti:心]",
        "[length:00:04]",
        "[re:aoede]",
        '[#:aoede-recipe: {"seed":7}]',
    ]


@pytest.mark.parametrize("syllables", [[], [(0, " ", False, True)]])
def test_a_song_without_words_says_so(syllables: list[tuple[int, str, bool, bool]]) -> None:
    with pytest.raises(UsageError, match="no words"):
        lrc.to_bytes(song(*syllables))


@given(
    st.lists(
        st.builds(
            Syllable,
            st.integers(0, 9_000),
            st.text(st.characters(categories=["L", "P"]), min_size=1, max_size=3),
            st.booleans(),
            st.booleans(),
        ),
        min_size=1,
        max_size=20,
    )
)
@settings(max_examples=60, deadline=None)
def test_nothing_sung_is_lost_and_times_never_go_back(syllables: list[Syllable]) -> None:
    ordered = tuple(sorted(syllables))
    text = "\n".join(body(replace(song(), syllables=ordered)))
    assert re.sub(r"[\[<]\d\d:\d\d\.\d\d[\]>]|\s", "", text) == "".join(s.text for s in ordered)
    times = re.findall(r"[\[<](\d\d:\d\d\.\d\d)[\]>]", text)
    assert times == sorted(times)
