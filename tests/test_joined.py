"""Songs one after another as one song."""

import pytest

from aoede import synth
from aoede.errors import UsageError
from aoede.formats import midi
from aoede.music.joined import meter_at, one_after_another
from aoede.song import Bend, ChordSymbol, Control, KeySignature, Meter, Note, Song, Tempo, Track

BAR = 1920


def song(title: str, *notes: Note, name: str = "Piano", program: int = 0, **said: object) -> Song:
    return Song(title, (Track(name, notes, program),), **said)  # type: ignore[arg-type]


ONE = song("one", Note(0, 60, 480, 80), Note(BAR, 62, 240, 80), tempos=(Tempo(0, 100.0),), recipe={"seed": 1})
TWO = song(
    "two",
    Note(0, 64, 1440, 80),
    tempos=(Tempo(0, 100.0), Tempo(480, 80.0)),
    meters=(Meter(0, 3, 4),),
    keys=(KeySignature(0, 2, False),),
    chords=(ChordSymbol(480, "D"),),
    recipe={"seed": 2},
)


def test_each_song_begins_with_a_bar_after_a_bar_of_rest_and_is_a_section_with_its_name() -> None:
    joined = one_after_another([ONE, TWO, ONE], title="all")
    spans = [(s.name, s.start_ticks, s.end_ticks) for s in joined.sections]
    assert spans == [
        ("one", 0, 2 * BAR),
        ("two", 3 * BAR, 3 * BAR + 1440),
        ("one", 3 * BAR + 2880, 5 * BAR + 2880),
    ]
    assert [n.start_ticks for n in joined.tracks[0].notes] == [
        0,
        BAR,
        3 * BAR,
        3 * BAR + 2880,
        4 * BAR + 2880,
    ]
    bars = set(joined.bar_starts())
    assert all(section.start_ticks in bars for section in joined.sections)


def test_signs_are_where_they_were_and_not_said_twice() -> None:
    joined = one_after_another([ONE, TWO, ONE], title="all")
    second, third = 3 * BAR, 3 * BAR + 2880
    assert joined.tempos == (Tempo(0, 100.0), Tempo(second + 480, 80.0), Tempo(third, 100.0))
    assert joined.meters == (Meter(0, 4, 4), Meter(second, 3, 4), Meter(third, 4, 4))
    assert joined.keys == (KeySignature(second, 2, False),)
    assert joined.chords == (ChordSymbol(second + 480, "D"),)
    assert joined.recipe == {"songs": [{"seed": 1}, {"seed": 2}, {"seed": 1}]}
    assert meter_at(joined, second) == joined.meters[1]


def test_it_lasts_as_long_as_all_songs_and_the_rests_between() -> None:
    joined = one_after_another([ONE, ONE], title="all")
    rest_s = 2.4
    assert joined.duration_s == pytest.approx(5 * rest_s)


def test_tracks_of_one_instrument_are_one_track_and_others_stay_apart() -> None:
    twin = Song("twin", (ONE.tracks[0], ONE.tracks[0]))
    flute = song("flute", Note(0, 70, 480, 80), name="Flute", program=73)
    joined = one_after_another([ONE, twin, flute], title="all")
    assert [(t.name, len(t.notes)) for t in joined.tracks] == [("Piano", 4), ("Piano", 2), ("Flute", 1)]


def test_pedal_volume_and_bend_of_a_song_do_not_reach_into_the_next() -> None:
    notes = (Note(0, 60, 480, 80),)
    controls = (Control(0, 7, 20), Control(0, 64, 127))
    pedal = Song("", (Track("Piano", notes, controls=controls, bends=(Bend(0, 4000),)),))
    joined = one_after_another([pedal, ONE], title="all")
    second = joined.sections[1].start_ticks
    assert joined.tracks[0].controls == (*controls, Control(second, 7, 100), Control(second, 64, 0))
    assert joined.tracks[0].bends == (Bend(0, 4000), Bend(second, 0))
    alone = synth.render(ONE, sample_rate_hz=8000)
    together = synth.render(joined, sample_rate_hz=8000)
    begin = round(joined.seconds_at(second) * 8000)
    first = slice(0, 2000)
    assert abs(together[begin:][first]).max() == pytest.approx(abs(alone[first]).max(), rel=0.05)


def test_it_goes_through_a_midi_file() -> None:
    joined = one_after_another([ONE, TWO, ONE], title="all")
    read = midi.from_bytes(midi.to_bytes(joined)).song
    assert (read.tracks, read.sections, read.meters) == (joined.tracks, joined.sections, joined.meters)


def test_songs_without_a_name_or_a_note_have_a_place_too() -> None:
    joined = one_after_another([song(" "), ONE], title="")
    assert [(s.name, s.start_ticks) for s in joined.sections] == [("01", 0), ("one", 2 * BAR)]
    with pytest.raises(UsageError, match="no song to join"):
        one_after_another([], title="")
