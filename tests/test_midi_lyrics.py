"""Syllables through MIDI files: ours keep everything, those of others as much as they say."""

from dataclasses import replace
from pathlib import Path

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aoede.formats import midi
from aoede.formats import midi_events as smf
from aoede.formats.midi_lyrics import foreign_syllables, sung_text
from aoede.song import Note, Song, Syllable, Track

DATA = Path(__file__).parents[2] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="no ../shared/data beside the checkout")
TUNE = Song("x", (Track("Melody", tuple(Note(480 * i, 60, 480, 64) for i in range(8)), role="melody"),))

characters = st.one_of(
    st.characters(categories=["L", "N", "P", "S", "Zs"]), st.sampled_from("-/\\ 心，사ー\u2060\r")
)
syllables = st.builds(
    Syllable, st.integers(0, 9_000), st.text(characters, min_size=1, max_size=6), st.booleans(), st.booleans()
)


@given(st.lists(syllables, max_size=12))
@settings(max_examples=80, deadline=None)
def test_every_syllable_comes_back_with_its_word_and_its_line(found: list[Syllable]) -> None:
    kept = [replace(s, text=sung_text(s.text)) for s in sorted(found, key=lambda s: s.start_ticks)]
    song = replace(TUNE, syllables=tuple(sorted(found, key=lambda s: s.start_ticks)))
    assert midi.from_bytes(midi.to_bytes(song)).song.syllables == tuple(s for s in kept if s.text)


def test_a_long_text_comes_back_too() -> None:
    song = replace(TUNE, syllables=(Syllable(0, "a" * 200), Syllable(9, "心" * 200, True, True)))
    assert midi.from_bytes(midi.to_bytes(song)).song.syllables == song.syllables


def test_other_programs_see_words_with_spaces_and_lines_with_returns(tmp_path: Path) -> None:
    words = [
        ("won", True, False),
        ("der,", False, False),
        ("sea", False, True),
        ("心", False, False),
        ("海", False, True),
    ]
    song = replace(TUNE, syllables=tuple(Syllable(480 * i, *word) for i, word in enumerate(words)))
    midi.write(song, tmp_path / "a.mid")
    file = mido.MidiFile(tmp_path / "a.mid", charset="utf-8")
    texts = [message.text for track in file.tracks for message in track if message.type == "lyrics"]
    assert texts == ["won", "der, ", "sea \r", "心", "海\r"]


def read(*texts: str) -> list[tuple[str, bool, bool]]:
    found = foreign_syllables([(120 * i, text) for i, text in enumerate(texts)])
    return [(s.text, s.joins_next, s.ends_line) for s in found]


@pytest.mark.parametrize(
    "texts",
    [
        ("\\Won", "der ", "boy ", "/low", "ly"),  # karaoke
        ("Won", "der ", "boy \r", "low", "ly"),  # RP-017
        ("\nWon", "der", " boy", "\nlow", "ly"),  # spaces and breaks before
        ("{@LATIN}{#Title=x}Won-", "der", "boy", "\r", "low-", "ly"),  # hyphens, breaks alone, RP-026's tags
        ("@T x", "Won-", "der ", "boy ", "\r\nlow-", "ly "),  # both
    ],
)
def test_words_and_lines_of_many_programs_are_understood(texts: tuple[str, ...]) -> None:
    assert read(*texts) == [
        ("Won", True, False), ("der", False, False), ("boy", False, True), ("low", True, False), ("ly", False, False),
    ]  # fmt: skip


def test_whole_words_without_spaces_or_hyphens_stay_apart() -> None:
    assert [joins for _, joins, _ in read("Twin", "kle", "lit", "tle", "star")] == [False] * 5


def test_in_a_file_without_lines_a_stop_and_a_capital_end_one() -> None:
    ends = {
        text: ends
        for text, _, ends in read("boast;", "Our", "love,", "I", "said,", "he", "came.", "I", "went")
    }
    assert [text for text, is_end in ends.items() if is_end] == ["boast;", "came."]


def test_chinese_is_never_joined_by_the_want_of_spaces() -> None:
    assert [joins for _, joins, _ in read("hope ", "心", "海 ", "a ", "b")] == [False] * 5


def test_what_holds_a_syllable_is_none() -> None:
    assert [text for text, _, _ in read("glo-", "-", "ria", " ", "_", "Amen", "")] == ["glo", "ria", "Amen"]


@pytest.mark.parametrize(
    "text", ["-" * 50_000, "{@" * 50_000, "a-" * 50_000, " \r\n/\\" * 20_000, "\x00\u202e"]
)
def test_odd_texts_take_no_time(text: str) -> None:
    assert len(read(text, text)) <= 2


def test_the_same_words_in_two_tracks_are_sung_once() -> None:
    events = [(0, smf.text_meta(5, "la ")), (0, b"\x90\x3c\x40"), (9, b"\x80\x3c\x00")]
    data = smf.file([smf.track(events)] * 2, 480)
    assert midi.from_bytes(data).song.syllables == (Syllable(0, "la"),)


@pytest.mark.data
@needs_data
@pytest.mark.parametrize(
    ("folder", "joined"), [("songs_openscore_lieder", (0.2, 0.4)), ("leadsheets_openewld", (0.1, 0.3))]
)
def test_songs_with_hyphens_have_words_of_several_syllables_and_lines_of_several_words(
    folder: str, joined: tuple[float, float]
) -> None:
    songs = [midi.read(path).song for path in sorted((DATA / folder / "midi").rglob("*.mid"))[:20]]
    found = [s for song in songs for s in song.syllables]
    assert joined[0] < sum(s.joins_next for s in found) / len(found) < joined[1]
    assert 4 < len(found) / sum(s.ends_line for s in found) < 30
    assert not any(s.text.endswith("-") for s in found)
