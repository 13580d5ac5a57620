"""Lyrics that a person gives: which lines go where, and one syllable a note."""

from dataclasses import replace

import pytest

import aoede
from aoede import export
from aoede.editing import again, regenerate, set_lyrics
from aoede.errors import InputError, UsageError
from aoede.formats import midi
from aoede.formats.sung_lines import sung_lines
from aoede.music.given_lyrics import Room, Stanza, lines_for, onto, parse_lyrics
from aoede.song import Meter, Note, Song

FOUR = Meter(0, 4, 4)
TUNE = tuple(Note(i * 480, 60 + i % 5, 480, 80) for i in range(16))  # four bars of quarters
WORDS = "Walking by the river\nHear the water sing\n\nCarry me over\nCarry me home\n"


def rooms(*names: str) -> list[Room]:
    return [Room(name, 4, () if name == "intro" else TUNE, name) for name in names]


@pytest.fixture(scope="module")
def song() -> Song:
    form = "intro:2 verse:4 chorus:4 verse:4 chorus:4"
    return aoede.compose("hope", seed=1, form=form, instruments="piano, violin", meter="4/4", candidates=1)


def melody(song: Song) -> tuple[Note, ...]:
    return next(track.notes for track in song.tracks if track.role == "melody")


# ---- what the text says ------------------------------------------------------------------------


def test_empty_lines_part_stanzas_and_headers_name_them() -> None:
    text = "one line\nanother\n \n[Verse 2]\nthird\n\nfourth\n\n副歌：\n啊\n(Chorus)\nla\n"
    assert parse_lyrics(text) == [
        Stanza("", ("one line", "another")), Stanza("verse", ("third",)), Stanza("verse", ("fourth",)),
        Stanza("chorus", ("啊",)), Stanza("chorus", ("la",)),
    ]  # fmt: skip


def test_a_line_that_only_looks_like_a_header_is_sung() -> None:
    assert parse_lyrics("(oh baby)\nshe said:\nhome") == [Stanza("", ("(oh baby)", "she said:", "home"))]


@pytest.mark.parametrize("text", ["", " \n\n", "[Chorus]\n\n", "... !!\n", "la " * 10_000])
def test_nothing_to_sing_and_far_too_much_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_lyrics(text)


# ---- which section sings what ------------------------------------------------------------------


def test_named_stanzas_go_to_their_sections_and_a_chorus_is_sung_every_time() -> None:
    stanzas = [Stanza("", ("a",)), Stanza("chorus", ("c",)), Stanza("verse", ("b",))]
    assert lines_for(stanzas, rooms("intro", "verse", "chorus", "verse", "chorus")) == [
        (),
        ("a",),
        ("c",),
        ("b",),
        ("c",),
    ]


def test_unnamed_stanzas_go_to_the_sections_in_order() -> None:
    one, two, three = (Stanza("", (word,)) for word in ("a", "b", "c"))
    form = rooms("intro", "verse", "chorus", "verse", "chorus")
    assert lines_for([one, two, three], form) == [(), ("a",), ("b",), ("c",), ("b",)]
    four = Stanza("", ("d",))
    assert lines_for([one, two, three, four], form) == [(), ("a",), ("b",), ("c",), ("d",)]


def test_a_single_block_is_shared_out() -> None:
    lines = lines_for([Stanza("", tuple("abcdef"))], rooms("verse", "chorus", "verse"))
    assert lines == [("a", "b"), ("c", "d"), ("e", "f")]
    assert [
        len(part) for part in lines_for([Stanza("", tuple("abcdefg"))], rooms("verse", "chorus", "verse"))
    ] == [4, 3, 0]


@pytest.mark.parametrize(
    ("stanzas", "message"),
    [([Stanza("verse", ("a",))] * 3, "a verse 3 times, the song twice"),
     ([Stanza("bridge", ("a",))], "a bridge once, the song never"),
     ([Stanza("verse", tuple("abcde"))], "verse has room for 4 lines, not 5"),
     ([Stanza("", ("a",))] * 4, "4 stanzas, the song 3 sections to sing"),
     ([Stanza("", tuple("a" * 13))], "room for 12 lines, not 13")],
)  # fmt: skip
def test_more_words_than_the_form_holds_are_refused_with_what_it_holds(
    stanzas: list[Stanza], message: str
) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        lines_for(stanzas, rooms("verse", "chorus", "verse"))
    assert "verse (4), chorus (4)" in caught.value.hint


# ---- onto the notes ----------------------------------------------------------------------------


def test_every_syllable_has_a_note_of_its_own_and_words_their_parts() -> None:
    notes, syllables = onto(TUNE, FOUR, 4, ["Wonderful river", "carry me over the water tonight my love"])
    assert [n.start_ticks for n in notes] == [s.start_ticks for s in syllables]
    assert [s.text for s in syllables[:5]] == ["Won", "der", "ful", "ri", "ver"]
    assert [s.joins_next for s in syllables[:5]] == [True, True, False, True, False]
    assert [s.ends_line for s in syllables].count(True) == 2


def test_a_line_with_as_many_syllables_as_notes_changes_none() -> None:
    notes, _ = onto(TUNE[:8], FOUR, 2, ["a b c d e f g h"])
    assert notes == TUNE[:8]


def test_hands_beside_the_grid_stay_beside_it() -> None:
    played = tuple(replace(n, start_ticks=n.start_ticks + 9, duration_ticks=400) for n in TUNE[:8])
    notes, syllables = onto(played, FOUR, 2, ["one two three four five six"])
    assert all((n.start_ticks - 9) % 240 == 0 for n in notes)
    assert {n.start_ticks for n in notes} <= {n.start_ticks for n in played}
    assert [n.start_ticks for n in notes] == [s.start_ticks for s in syllables]


def test_a_melody_that_is_kept_is_sung_with_several_notes_a_syllable() -> None:
    notes, syllables = onto(TUNE[:8], FOUR, 2, ["one two three"], keeps_notes=True)
    assert notes == TUNE[:8]
    assert {s.start_ticks for s in syllables} < {n.start_ticks for n in notes}
    with pytest.raises(UsageError, match="has 9 syllables; 8 can be sung there"):
        onto(TUNE[:8], FOUR, 2, ["a b c d e f g h i"], keeps_notes=True)


def test_a_line_that_nobody_could_sing_is_refused() -> None:
    with pytest.raises(UsageError, match="has 200 syllables; 32 can be sung there"):
        onto(TUNE[:8], FOUR, 2, ["la " * 200])


# ---- songs -------------------------------------------------------------------------------------


def test_a_song_is_sung_to_the_words_and_the_rest_stays(song: Song) -> None:
    other = set_lyrics(song, WORDS)
    assert [(line.section, line.text) for line in sung_lines(other)] == [
        (1, "Walking by the river"), (1, "Hear the water sing"), (2, "Carry me over"), (2, "Carry me home"),
        (4, "Carry me over"), (4, "Carry me home"),
    ]  # fmt: skip
    onsets = {note.start_ticks for note in melody(other)}
    assert {s.start_ticks for s in other.syllables} <= onsets
    verse2 = (10 * 1920, 14 * 1920)
    assert [n for n in melody(other) if verse2[0] <= n.start_ticks < verse2[1]] == [
        n for n in melody(song) if verse2[0] <= n.start_ticks < verse2[1]
    ]
    assert [t for t in other.tracks if t.role != "melody"] == [t for t in song.tracks if t.role != "melody"]


def test_the_recipe_holds_the_words_and_makes_the_same_bytes(song: Song) -> None:
    other = set_lyrics(song, "[主歌]\n春天来了\n\n[副歌]\n回家吧")
    read = midi.from_bytes(export.to_bytes(other, ".mid"), where="song.mid").song
    assert read.recipe["edits"] == [{"set_lyrics": {"text": "[主歌]\n春天来了\n\n[副歌]\n回家吧"}}]
    assert export.to_bytes(again(read.recipe).song, ".mid") == export.to_bytes(other, ".mid")


def test_locked_words_keep_their_rhythm_under_a_new_melody(song: Song) -> None:
    sung = set_lyrics(song, WORDS)
    other = regenerate(sung, tracks="melody", sections="chorus", lock="lyrics", seed=8)
    assert other.syllables == sung.syllables
    assert [(n.start_ticks, n.duration_ticks) for n in melody(other)] == [
        (n.start_ticks, n.duration_ticks) for n in melody(sung)
    ]
    assert melody(other) != melody(sung)


def test_with_the_melody_locked_no_note_changes(song: Song) -> None:
    other = set_lyrics(song, "Home\n\nAway", lock="melody")
    assert melody(other) == melody(song)
    assert other.syllables[0].text == "Home"
    with pytest.raises(UsageError, match="no track 'bass'"):
        set_lyrics(song, "Home", lock="bass")
