"""Drum notes as hits on a grid, and back; what the data set says, and places in bars of any meter."""

import numpy as np
import pytest

from aoede.encodings import drums
from aoede.encodings.drums import CLOSED_HAT, CRASH, KICK, KINDS, N_KINDS, PITCHES, RIDE, SNARE, Drums, Groove
from aoede.errors import ConfigError, InputError, MissingError
from aoede.formats import midi
from aoede.learning.drum_takes import FOLDS, takes
from aoede.music.drum_setting import N_TOLD, STYLES, Setting, bar_places
from aoede.song import Meter, Note, Song, Tempo, Track


def song_of(*notes, is_drum=True):
    return Song("", (Track("Drums", tuple(sorted(notes)), is_drum=is_drum),))


def random_groove(rng, n_steps=64):
    hits = (rng.random((n_steps, N_KINDS)) < 0.2).astype(np.uint8)
    hits[-1, KICK] = 1
    velocities = hits * rng.integers(1, 128, hits.shape) / 127
    offsets = hits * rng.integers(-59, 60, hits.shape) / 120
    offsets[0] = np.abs(offsets[0])
    return Groove(hits, velocities.astype(np.float32), offsets.astype(np.float32))


def test_a_groove_comes_back_from_its_notes():
    groove = random_groove(np.random.Generator(np.random.PCG64(1)))
    again = Drums().encode(song_of(*Drums().decode(groove)))
    np.testing.assert_array_equal(again.hits, groove.hits)
    np.testing.assert_allclose(again.velocities, groove.velocities, atol=1e-6)
    np.testing.assert_allclose(again.offsets, groove.offsets, atol=1e-6)


def test_every_kind_is_heard_as_itself_when_it_is_played():
    assert [drums.kind_of(pitch) for pitch in PITCHES] == list(range(N_KINDS))
    assert len(KINDS) == len(PITCHES) == N_KINDS


@pytest.mark.parametrize(
    ("pitch", "kind"),
    [
        (22, CLOSED_HAT),
        (26, drums.OPEN_HAT),
        (40, SNARE),
        (37, SNARE),
        (58, drums.LOW_TOM),
        (59, RIDE),
        (55, CRASH),
    ],
)
def test_pads_of_the_electronic_kit_are_the_drums_that_they_stand_for(pitch, kind):
    assert drums.kind_of(pitch) == kind


def test_what_is_no_part_of_the_kit_is_left_out():
    groove = Drums().encode(song_of(Note(0, 36, 60, 100), Note(120, 54, 60, 100), Note(240, 82, 60, 90)))
    assert groove.hits.sum() == 1
    assert drums.kind_of(54) is None
    assert drums.kind_of(200) is None


def test_other_tracks_are_no_drums():
    assert len(Drums().encode(song_of(Note(0, 36, 60, 100), is_drum=False))) == 0


def test_halves_go_to_the_later_step_and_the_loudest_counts():
    groove = Drums().encode(song_of(Note(60, 38, 60, 30), Note(130, 40, 60, 90), Note(125, 38, 60, 50)))
    assert np.flatnonzero(groove.hits[:, SNARE]).tolist() == [1]
    assert groove.velocities[1, SNARE] == pytest.approx(90 / 127)
    assert groove.offsets[1, SNARE] == pytest.approx(10 / 120)


def test_nothing_begins_before_tick_0_and_no_two_hits_of_a_pitch_together():
    hits = np.zeros((2, N_KINDS), np.uint8)
    hits[:, SNARE] = 1
    offsets = np.zeros((2, N_KINDS), np.float32)
    offsets[:, SNARE] = -0.5, -1.5
    notes = Drums().decode(Groove(hits, hits.astype(np.float32), offsets))
    assert [note.start_ticks for note in notes] == [0, 1]


def test_a_song_of_a_million_steps_is_refused():
    with pytest.raises(InputError, match="steps"):
        Drums().encode(song_of(Note(120 * 1_000_000, 36, 60, 100)))


@pytest.mark.parametrize("steps", [0, 7, 1.5, True])
def test_grids_that_cannot_be_are_refused(steps):
    with pytest.raises(ConfigError, match="steps"):
        Drums(steps)


def test_the_encoding_tells_what_it_is():
    assert Drums.from_mapping(Drums(6).as_mapping()) == Drums(6)
    with pytest.raises(ConfigError, match="no drums"):
        Drums.from_mapping({"name": "pianoroll"})


def test_a_groove_of_another_width_is_refused():
    with pytest.raises(InputError, match="9 kinds"):
        Groove(*np.zeros((3, 4, 5), np.float32))
    with pytest.raises(InputError, match="one shape"):
        Groove(np.zeros((2, 9), np.uint8), np.zeros((3, 9), np.float32), np.zeros((2, 9), np.float32))


# Settings


def test_four_four_is_itself_and_waltzes_have_a_kick_and_two_backbeats():
    assert bar_places(Meter(0, 4, 4)) == tuple(range(16))
    assert bar_places(Meter(0, 3, 4))[::4] == (0, 4, 12)
    assert bar_places(Meter(0, 2, 4)) == tuple(range(8))
    assert bar_places(Meter(0, 2, 2)) == tuple(range(16))


def test_pulses_of_three_eighths_are_kick_and_backbeat():
    assert bar_places(Meter(0, 6, 8))[::6] == (0, 8)
    assert bar_places(Meter(0, 12, 8))[::6] == (0, 8, 0, 8)
    assert bar_places(Meter(0, 9, 8))[::6] == (0, 8, 8)
    assert bar_places(Meter(0, 7, 8)) == tuple(range(14))


@pytest.mark.parametrize("numerator", range(2, 16))
@pytest.mark.parametrize("denominator", [2, 4, 8, 16])
def test_every_meter_has_a_place_for_each_of_its_sixteenths(numerator, denominator):
    places = bar_places(Meter(0, numerator, denominator))
    assert len(places) == 16 * numerator // denominator
    assert places[0] == 0
    assert set(places) <= set(range(16))


def test_every_step_is_told_one_place_style_tempo_and_kind():
    rows = Setting("funk", 99.0).rows(range(16))
    assert rows.shape == (16, N_TOLD)
    assert (rows.sum(axis=1) == 4).all()
    assert (Setting("", 99.0).rows(range(16)).sum(axis=1) == 3).all()
    assert (Setting("funk", 99.0, is_fill=True).rows([0]) != rows[0]).sum() == 2


def test_a_style_that_no_drummer_knows_is_refused():
    with pytest.raises(InputError, match="polka"):
        Setting("polka", 120.0)


# The data set


def groove_folder(folder, rows):
    home = folder / "drums_groove"
    (home / "midi").mkdir(parents=True)
    columns = "file,drummer,style,bpm,beat_type,time_signature,duration,split"
    (home / "info.csv").write_text("\n".join([columns, *rows]), encoding="utf-8")
    song = Song("", (Track("Drums", (Note(0, 36, 60, 99),), is_drum=True),), tempos=(Tempo(0, 90.0),))
    (home / "midi" / "drummer1_session2_3.mid").write_bytes(midi.to_bytes(song))
    return folder


def test_takes_are_read_with_what_the_table_says(tmp_path):
    row = "midi/drummer1_session2_3.mid,drummer1,funk/purdieshuffle,90,fill,4-4,1.5,validation"
    (take,) = takes(groove_folder(tmp_path, [row]))
    assert (take.session, take.setting) == ("drummer1_session2", Setting("shuffle", 90.0, is_fill=True))
    assert take.part == "validation"
    assert take.told.shape == (1, N_TOLD)


@pytest.mark.parametrize(
    ("row", "match"),
    [
        ("midi/drummer1_session2_3.mid,d,polka,90,fill,4-4,1,train", "cannot be"),
        ("midi/drummer1_session2_3.mid,d,rock,fast,fill,4-4,1,train", "cannot be"),
        ("midi/drummer1_session2_3.mid,d,rock,90,fill,4,1,train", "cannot be"),
        ("../../secret.mid,d,rock,90,fill,4-4,1,train", "outside"),
    ],
)
def test_tables_that_cannot_be_are_refused(tmp_path, row, match):
    with pytest.raises(InputError, match=match):
        takes(groove_folder(tmp_path, [row]))


def test_data_that_are_not_there_are_named(tmp_path):
    with pytest.raises(MissingError, match="Groove"):
        takes(tmp_path)


def test_no_session_is_in_two_folds():
    every = [session for fold in FOLDS for session in fold]
    assert len(every) == len(set(every)) == 15
    assert len(STYLES) == len(set(STYLES))
