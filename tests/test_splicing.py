"""Which places and tracks of a song are meant, and parts of one song in the place of another's."""

from dataclasses import replace

import pytest

from aoede.errors import UsageError
from aoede.music.selection import (
    HARMONY,
    LYRICS,
    common,
    inside,
    locks_of,
    places_of,
    sections_told,
    tracks_of,
    union,
    without,
)
from aoede.music.splicing import opened, spliced
from aoede.randomness import stream
from aoede.song import (
    Bend,
    ChordSymbol,
    Control,
    KeySignature,
    Note,
    Section,
    Song,
    Syllable,
    Tempo,
    Track,
)

BAR = 1920


@pytest.fixture
def song() -> Song:
    """Eight bars: verse and chorus."""
    sections = (Section(0, 4 * BAR, "verse"), Section(4 * BAR, 8 * BAR, "chorus"))
    return Song("x", (Track("Melody", (Note(0, 60, 8 * BAR, 80),), role="melody"),), sections=sections)


# ---- what is chosen ----------------------------------------------------------------------------


def test_bars_and_sections_name_their_ticks(song: Song) -> None:
    assert places_of("1", song, "--bars") == ((0, BAR),)
    assert places_of("2-3, 5", song, "--bars") == ((BAR, 3 * BAR), (4 * BAR, 5 * BAR))
    assert places_of("1-2+2-4", song, "--bars") == ((0, 4 * BAR),)
    assert places_of("chorus", song, "--sections") == ((4 * BAR, 8 * BAR),)
    assert places_of("副歌", song, "--sections") == ((4 * BAR, 8 * BAR),)
    assert places_of("verse1+8", song, "--sections") == ((0, 4 * BAR), (7 * BAR, 8 * BAR))
    assert sections_told(song) == "verse 1-4, chorus 5-8"


def test_of_several_sections_of_a_name_a_number_names_one() -> None:
    sections = tuple(
        Section(i * BAR, (i + 1) * BAR, name) for i, name in enumerate(("verse", "chorus", "verse"))
    )
    three = Song("x", (Track("Melody", (Note(0, 60, 3 * BAR, 80),)),), sections=sections)
    assert places_of("verse", three, "--sections") == ((0, BAR), (2 * BAR, 3 * BAR))
    assert places_of("verse2", three, "--sections") == ((2 * BAR, 3 * BAR),)
    with pytest.raises(UsageError, match="no 'verse3'"):
        places_of("verse3", three, "--sections")


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [("9", "bar 9 of a song that has 8", "1 to 8: verse 1-4, chorus 5-8"), ("0-2", "bars 0-2 of", "1 to 8"),
     ("4-2", "4-2 runs backwards", "1 to 8"), ("bridge", "no 'bridge'", "verse 1-4, chorus 5-8"),
     ("", "nothing is named", "9-16"), ("x" * 2000, "more than 1000", ""), ("9" * 20, "no '9", "verse")],
)  # fmt: skip
def test_places_that_there_are_not_are_refused_with_those_there_are(
    song: Song, text: str, message: str, hint: str
) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        places_of(text, song, "--bars")
    assert hint in caught.value.hint


def test_tracks_have_names_in_two_languages_and_others_are_refused() -> None:
    known = ("melody", "bass", HARMONY)
    assert tracks_of("Bass, tune", known, "--tracks") == ("bass", "melody")
    assert tracks_of("旋律，贝斯", known, "--tracks") == ("melody", "bass")
    assert tracks_of("all", known, "--tracks") == known
    with pytest.raises(UsageError, match="no track 'tuba'") as caught:
        tracks_of("tuba", known, "--tracks")
    assert "melody, bass, harmony" in caught.value.hint
    with pytest.raises(UsageError, match="this song has no track 'drums'"):
        tracks_of("drums", known, "--tracks")


def test_a_lock_names_tracks_each_with_its_places(song: Song) -> None:
    locks = locks_of("melody, lyrics:chorus, bass:1-2+chorus", song, ("melody", "bass", LYRICS))
    assert locks["melody"][0][0] == 0
    assert locks["melody"][0][1] >= 8 * BAR
    assert locks[LYRICS] == ((4 * BAR, 8 * BAR),)
    assert locks["bass"] == ((0, 2 * BAR), (4 * BAR, 8 * BAR))


def test_spans_are_sets_of_ticks() -> None:
    rng = stream(1, "spans")
    for _ in range(200):
        a, b = (union([tuple(sorted(pair)) for pair in rng.integers(0, 30, (3, 2)).tolist()]) for _ in "ab")
        ticks = set(range(31))
        in_a, in_b = ({t for t in ticks if inside(s, t)} for s in (a, b))
        assert {t for t in ticks if inside(without(a, b), t)} == in_a - in_b
        assert {t for t in ticks if inside(common(a, b), t)} == in_a & in_b


# ---- splicing ----------------------------------------------------------------------------------


def line(*notes: tuple[int, int, int], role: str = "melody", **others: object) -> Song:
    """A song of one track: onset, pitch, duration."""
    made = tuple(Note(start, pitch, length, 80) for start, pitch, length in notes)
    return Song("x", (Track(role.title(), made, role=role, **others),))  # type: ignore[arg-type]


def test_a_note_that_rings_into_the_place_stays_whole_and_others_give_way() -> None:
    old, new = line((0, 60, 1000), (2000, 62, 100)), line((500, 64, 100), (1200, 65, 5000))
    notes = spliced(old, new, {"melody": ((480, 1920),)}).tracks[0].notes
    assert [(n.start_ticks, n.pitch, n.duration_ticks) for n in notes] == [
        (0, 60, 1000), (1200, 65, 800), (2000, 62, 100),
    ]  # fmt: skip


def test_chords_give_way_on_their_own_pitch_only() -> None:
    old = line((0, 60, 1000), (2000, 64, 100), role="chords")
    new = line((500, 60, 100), (500, 64, 5000), role="chords")
    notes = spliced(old, new, {"chords": ((480, 1920),)}).tracks[0].notes
    assert [(n.start_ticks, n.pitch, n.duration_ticks) for n in notes] == [
        (0, 60, 1000), (500, 64, 1500), (2000, 64, 100),
    ]  # fmt: skip


def test_controllers_are_as_they_were_where_a_place_ends() -> None:
    old = line((0, 60, 4000), controls=(Control(0, 64, 0), Control(1000, 64, 127), Control(3000, 11, 90)))
    new = line((0, 60, 4000), controls=(Control(0, 64, 127), Control(0, 11, 50), Control(1500, 64, 0)))
    for span in ((1200, 2000), (1000, 3500), (500, 1400), (0, 100)):
        controls = spliced(old, new, {"melody": (span,)}).tracks[0].controls
        for number in (64, 11):
            for ticks in (t for t in range(0, 4000, 50) if not span[0] <= t < span[1]):
                assert _value(controls, number, ticks) == _value(old.tracks[0].controls, number, ticks)
        for ticks in range(span[0], span[1] - 1, 50):
            assert _value(controls, 64, ticks) == _value(new.tracks[0].controls, 64, ticks)


def _value(controls: tuple[Control, ...], number: int, ticks: int) -> int:
    before = [c.value for c in controls if c.number == number and c.start_ticks <= ticks]
    return before[-1] if before else {7: 100, 10: 64, 11: 127}.get(number, 0)


def test_bends_return_and_orders_are_no_states() -> None:
    old = line((0, 60, 4000), controls=(Control(0, 123, 0),))
    new = line((0, 60, 4000), bends=(Bend(1000, 500),), controls=(Control(1500, 121, 0),))
    spliced_track = spliced(old, new, {"melody": ((900, 2000),)}).tracks[0]
    assert spliced_track.bends == (Bend(1000, 500), Bend(1999, 0))
    assert spliced_track.controls == (Control(0, 123, 0), Control(1500, 121, 0))


def test_chord_symbols_sound_as_before_outside_the_place() -> None:
    old = replace(line((0, 60, 4000)), chords=(ChordSymbol(0, "C"), ChordSymbol(1000, "F")))
    new = replace(line((0, 60, 4000)), chords=(ChordSymbol(0, "Am"), ChordSymbol(1500, "G")))
    chords = spliced(old, new, {HARMONY: ((500, 2000),)}).chords
    assert chords == (
        ChordSymbol(0, "C"),
        ChordSymbol(500, "Am"),
        ChordSymbol(1500, "G"),
        ChordSymbol(2000, "F"),
    )


def test_no_word_goes_on_into_another_one() -> None:
    old = replace(line((0, 60, 4000)), syllables=(Syllable(0, "sun"), Syllable(1000, "moon")))
    new = replace(
        line((0, 60, 4000)), syllables=(Syllable(500, "won", joins_next=True), Syllable(1000, "der"))
    )
    syllables = spliced(old, new, {LYRICS: ((400, 900),)}).syllables
    assert syllables == (Syllable(0, "sun"), Syllable(500, "won"), Syllable(1000, "moon"))


def test_a_track_that_was_taken_out_is_put_back_in_its_place_only() -> None:
    old = Song(
        "x",
        (
            Track("Melody", (Note(0, 60, 10, 80),), role="melody"),
            Track("Drums", (Note(0, 36, 10, 80),), role="drums"),
        ),
    )
    new = line((0, 40, 10), (1000, 41, 10), role="bass")
    merged = spliced(old, new, {"bass": ((500, 2000),)})
    assert [t.role for t in merged.tracks] == ["melody", "bass", "drums"]
    assert [n.pitch for n in merged.tracks[1].notes] == [41]


def test_room_moves_everything_behind_it_and_nothing_before() -> None:
    old = Song(
        "x",
        (Track("Melody", (Note(0, 60, 1500, 80), Note(1000, 62, 10, 80)),
               controls=(Control(0, 7, 90), Control(1000, 64, 1)), bends=(Bend(1200, 3),)),),
        tempos=(Tempo(0, 100.0), Tempo(1000, 50.0)),
        keys=(KeySignature(0, 0, False), KeySignature(1000, 1, False)),
        sections=(Section(0, 1000, "verse"), Section(1000, 2000, "outro")),
        chords=(ChordSymbol(0, "C"), ChordSymbol(1000, "G")),
        syllables=(Syllable(1000, "la"),),
    )  # fmt: skip
    wide = opened(old, 1000, [Section(1000, 1300, "bridge")])
    assert wide.tracks[0].notes == (Note(0, 60, 1500, 80), Note(1300, 62, 10, 80))
    assert wide.tracks[0].controls == (Control(0, 7, 90), Control(1300, 64, 1))
    assert wide.tracks[0].bends == (Bend(1500, 3),)
    assert [t.start_ticks for t in wide.tempos] == [k.start_ticks for k in wide.keys] == [0, 1300]
    assert [(s.start_ticks, s.end_ticks) for s in wide.sections] == [(0, 1000), (1000, 1300), (1300, 2300)]
    assert [c.start_ticks for c in wide.chords] == [0, 1300]
    assert wide.syllables[0].start_ticks == 1300
