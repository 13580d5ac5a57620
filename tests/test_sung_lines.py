"""Syllables as lines: where a line ends, what it says, how long it is sung."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aoede.formats.sung_lines import lines_of, sung_lines, written
from aoede.song import Note, Section, Song, Syllable, Track

TUNE = Track("", tuple(Note(i * 480, 60, 480, 80) for i in range(16)), role="melody")


def song(*syllables: Syllable, borders: tuple[int, ...] = (0, 3840, 7680)) -> Song:
    sections = tuple(Section(a, b, f"part {a}") for a, b in pairwise(borders))
    return Song("", (TUNE,), sections=sections, syllables=syllables)


def texts(of: Song) -> list[str]:
    return [line.text for line in sung_lines(of)]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ([Syllable(0, "Won", True), Syllable(1, "der,"), Syllable(2, "sea")], "Wonder, sea"),
        ([Syllable(0, "春"), Syllable(1, "风，"), Syllable(2, "love"), Syllable(3, "me")], "春风，love me"),
        ([Syllable(0, "사", True), Syllable(1, "랑"), Syllable(2, "해")], "사랑 해"),
        ([Syllable(0, " a "), Syllable(1, "\u202e"), Syllable(2, "b\n")], "a b"),
    ],
)
def test_words_are_apart_where_their_script_has_spaces(line: list[Syllable], text: str) -> None:
    assert written(line) == text


def test_a_line_ends_where_it_says_so() -> None:
    sung = song(*(Syllable(i * 240, f"s{i}", ends_line=i % 3 == 2) for i in range(6)))
    assert texts(sung) == ["s0 s1 s2", "s3 s4 s5"]


def test_a_line_ends_with_its_section_and_may_begin_with_an_upbeat_before_it() -> None:
    unmarked = song(Syllable(0, "a"), Syllable(3840, "b"), Syllable(4320, "c", ends_line=True))
    assert texts(unmarked) == ["a", "b c"]
    upbeat = song(
        Syllable(0, "a", ends_line=True), Syllable(3600, "the"), Syllable(3840, "b"), Syllable(4320, "c")
    )
    assert [(line.text, line.section) for line in sung_lines(upbeat)] == [("a", 0), ("the b c", 1)]


def test_where_a_song_says_nothing_of_lines_they_end_at_rests() -> None:
    starts = [0, 240, 480, 720, 2400, 2640]
    assert texts(song(*(Syllable(t, "x") for t in starts))) == ["x x x x", "x x"]
    assert [len(line) for line in lines_of(song(*(Syllable(t * 100, "x") for t in range(20))))] == [16, 4]


def test_a_line_is_sung_until_its_note_ends_and_the_next_begins() -> None:
    sung = song(Syllable(0, "a", ends_line=True), Syllable(960, "b", ends_line=True))
    assert [(line.start_ticks, line.end_ticks) for line in sung_lines(sung)] == [(0, 960), (960, 7680)]
    without = Song("", (), syllables=(Syllable(0, "a"),), sections=(Section(0, 7680, "x"),))
    assert sung_lines(without)[0].end_ticks == 960


SYLLABLES = st.builds(Syllable, st.integers(0, 9000), st.text(max_size=3), st.booleans(), st.booleans())


@given(st.lists(SYLLABLES, max_size=30))
@settings(max_examples=60, deadline=None)
def test_no_syllable_is_lost_and_lines_are_in_order(syllables: list[Syllable]) -> None:
    sung = song(*sorted(syllables))
    lines = sung_lines(sung)
    assert all(line.text and line.start_ticks < line.end_ticks for line in lines)
    assert [s for line in lines_of(sung) for s in line] == [s for s in sung.syllables if written([s])]
    assert [line.start_ticks for line in lines] == sorted(line.start_ticks for line in lines)
