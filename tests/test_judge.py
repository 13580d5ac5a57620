"""The judge of valence and arousal: what moves it, what must not, and that it is placed among real songs."""

import math
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aoede.formats import midi
from aoede.music.judge import FARTHEST, FEATURES, Judgement, features, heard, heard_tempo, judged, pace
from aoede.randomness import stream
from aoede.song import ChordSymbol, KeySignature, Meter, Note, Section, Song, Tempo, Track

DATA = Path(__file__).parents[2] / "shared/data"
MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
TUNE = (0, 2, 4, 4, 3, 2, 1, 4, 5, 4, 2, 0, 1, 6, 7, 7)  # degrees, two bars of eighths
ROOTS = (0, 3, 4, 0)


def tune(
    scale: tuple[int, ...] = MAJOR,
    *,
    bpm: float = 100,
    tonic: int = 60,
    sounding: float = 0.9,
    velocity: int = 80,
    eighths: int = 1,
) -> Song:
    """Sixteen bars of melody and chords; `eighths`: the length of a melody note."""
    melody, chords = [], []
    for i in range(128 // eighths):
        octave, degree = divmod(TUNE[i % 16], 7)
        start, length = i * 240 * eighths, int(240 * eighths * sounding)
        melody.append(Note(start, tonic + 12 * octave + scale[degree], length, velocity))
    for bar in range(16):
        for degree in (0, 2, 4):
            octave, place = divmod(ROOTS[bar % 4] + degree, 7)
            pitch = tonic - 12 + 12 * octave + scale[place]
            chords.append(Note(bar * 1920, pitch, int(1920 * sounding), velocity))
    tracks = (Track("", tuple(melody), role="melody"), Track("", tuple(sorted(chords)), role="chords"))
    return Song("", tracks, tempos=(Tempo(0, bpm),))


def with_notes(song: Song, **changed: int) -> Song:
    def changed_note(note: Note) -> Note:
        return replace(note, **{name: getattr(note, name) + by for name, by in changed.items()})

    tracks = (replace(track, notes=tuple(map(changed_note, track.notes))) for track in song.tracks)
    return replace(song, tracks=tuple(tracks))


def same(a: Judgement, b: Judgement) -> bool:
    return all(
        x == pytest.approx(y, abs=1e-9, nan_ok=True)
        for x, y in [
            *zip(a.features.values(), b.features.values(), strict=True),
            (a.valence, b.valence),
            (a.arousal, b.arousal),
        ]
    )


# --- what moves it ----------------------------------------------------------------------------------


def test_faster_is_more_restless_and_hardly_brighter() -> None:
    paces = [judged(tune(bpm=bpm)) for bpm in (56, 80, 113, 160)]
    arousals = [one.arousal for one in paces]
    assert arousals == sorted(arousals) and arousals[-1] - arousals[0] > 0.8
    assert paces[-1].valence - paces[0].valence < 0.6 * (arousals[-1] - arousals[0])


def test_minor_is_darker_and_hardly_calmer() -> None:
    major, minor = judged(tune()), judged(tune(MINOR))
    assert major.valence - minor.valence > 0.4
    assert abs(major.arousal - minor.arousal) < 0.1
    assert major.features["major"] > 0.5 and minor.features["major"] < -0.5


def test_notes_outside_the_scale_are_darker_and_more_restless() -> None:
    plain = tune()
    notes = plain.tracks[0].notes
    altered = tuple(replace(note, pitch=note.pitch + (i % 3 == 1)) for i, note in enumerate(notes))
    odd = judged(replace(plain, tracks=(replace(plain.tracks[0], notes=altered), plain.tracks[1])))
    assert odd.valence < judged(plain).valence and odd.arousal > judged(plain).arousal


def test_more_notes_and_shorter_ones_are_more_restless() -> None:
    assert judged(tune(eighths=4)).arousal < judged(tune(eighths=2)).arousal < judged(tune()).arousal
    assert judged(tune(sounding=0.4)).arousal > judged(tune()).arousal


def test_higher_is_calmer_and_brighter_and_louder_the_other_way_round() -> None:
    low, high = judged(tune(tonic=54)), judged(tune(tonic=66))
    assert high.valence > low.valence and high.arousal < low.arousal
    soft, loud = judged(tune(velocity=50)), judged(tune(velocity=100))
    assert loud.valence < soft.valence and loud.arousal > soft.arousal


def test_a_leaping_melody_is_calmer_by_the_labels() -> None:
    plain = tune()
    leaping = tuple(
        replace(note, pitch=note.pitch + 12 * (i % 2)) for i, note in enumerate(plain.tracks[0].notes)
    )
    found = judged(replace(plain, tracks=(replace(plain.tracks[0], notes=leaping), plain.tracks[1])))
    assert found.features["leaps"] > judged(plain).features["leaps"] + 0.3
    assert FEATURES["leaps"].arousal < 0


# --- what must not ----------------------------------------------------------------------------------


@pytest.mark.parametrize("semitones", [-7, -1, 2, 5])
def test_transposition_moves_nothing_but_the_register(semitones: int) -> None:
    here, there = judged(tune()), judged(with_notes(tune(), pitch=semitones))
    for name in FEATURES:
        by = semitones if name == "register" else 0
        assert there.features[name] - here.features[name] == pytest.approx(by)
    assert abs(there.valence - here.valence) < 0.045 * abs(semitones)
    assert abs(there.arousal - here.arousal) < 0.045 * abs(semitones)


def test_doubling_all_notes_on_another_track_moves_nothing() -> None:
    song = tune()
    doubled = (*song.tracks, replace(song.tracks[0], role="colour"), replace(song.tracks[1], role=""))
    assert same(judged(replace(song, tracks=doubled)), judged(song))


def test_ticks_and_tempo_scaled_together_move_nothing() -> None:
    song = tune(bpm=90)
    scaled = tuple(
        replace(
            track,
            notes=tuple(
                replace(note, start_ticks=2 * note.start_ticks, duration_ticks=2 * note.duration_ticks)
                for note in track.notes
            ),
        )
        for track in song.tracks
    )
    assert same(judged(replace(song, tracks=scaled, tempos=(Tempo(0, 180),))), judged(song))


def test_a_tempo_that_is_stated_twice_moves_nothing_and_a_change_is_heard() -> None:
    song = tune()
    assert same(judged(replace(song, tempos=(Tempo(0, 100), Tempo(9600, 100)))), judged(song))
    assert judged(replace(song, tempos=(Tempo(0, 100), Tempo(9600, 150)))).arousal > judged(song).arousal


def test_what_is_said_about_the_notes_moves_nothing() -> None:
    song = tune()
    lies = replace(
        song,
        title="a happy dance",
        keys=(KeySignature(0, -6, True),),
        meters=(Meter(0, 7, 8),),
        sections=(Section(0, 960, "chorus"),),
        chords=(ChordSymbol(0, "F#dim"),),
        recipe={"request": "despair", "key": "F# minor"},
        tracks=tuple(replace(track, name="x", role="bass", program=99) for track in reversed(song.tracks)),
    )
    assert same(judged(lies), judged(song))


def test_drums_are_not_heard() -> None:
    song = tune()
    drums = Track("", tuple(Note(t, 42, 60, 127) for t in range(0, 30720, 120)), is_drum=True)
    assert same(judged(replace(song, tracks=(drums, *song.tracks))), judged(song))


def test_silence_before_the_song_and_unsteady_hands_move_little() -> None:
    song = tune()
    assert same(judged(with_notes(song, start_ticks=1920)), judged(song))
    random = stream(1, "hands")
    notes = song.tracks[0].notes + song.tracks[1].notes
    unsteady = sorted(
        replace(note, start_ticks=max(0, note.start_ticks + int(random.integers(-6, 7)))) for note in notes
    )
    found = judged(Song("", (Track("", tuple(unsteady)),), tempos=song.tempos))
    assert found.valence == pytest.approx(judged(song).valence, abs=0.08)
    assert found.arousal == pytest.approx(judged(song).arousal, abs=0.08)


# --- pulse ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bpm", [72, 84, 100, 120, 138, 150])
def test_the_strongest_pulse_is_the_beat(bpm: float) -> None:
    assert heard_tempo(heard(tune(bpm=bpm, eighths=2))) == pytest.approx(bpm, rel=0.01)


def test_pace_follows_the_tempo_without_a_jump() -> None:
    paces = np.log2([pace(heard(tune(bpm=bpm, eighths=2))) for bpm in np.geomspace(60, 150, 20)])
    assert (np.diff(paces) > 0).all() and np.diff(paces).max() < 0.15
    assert paces[-1] - paces[0] > 0.7


def test_where_nothing_recurs_the_pace_is_the_preferred_one() -> None:
    alone = heard(Song("", (Track("", (Note(0, 60, 480, 80),)),)))
    assert pace(alone) == 120 and math.isnan(heard_tempo(alone))


# --- what can be anything ---------------------------------------------------------------------------


def test_of_nothing_and_of_next_to_nothing_there_is_an_answer() -> None:
    empty = judged(Song("", ()))
    assert (empty.valence, empty.arousal) == pytest.approx((0, 0), abs=0.15)
    assert all(map(math.isnan, empty.features.values()))
    for notes in (
        (Note(0, 60, 1, 1),),
        (Note(0, 60, 480, 80), Note(480, 60, 480, 80)),
        (Note(0, 0, 1, 127),),
    ):
        found = judged(Song("", (Track("", notes),)))
        assert -1 <= found.valence <= 1 and -1 <= found.arousal <= 1


def test_noise_stays_within_the_scale_and_its_features_within_reach() -> None:
    for seed in range(5):
        random = stream(seed, "noise")
        starts = np.sort(random.integers(0, 60_000, 800)).tolist()
        notes = tuple(
            sorted(Note(t, int(random.integers(0, 128)), 5, int(random.integers(1, 128))) for t in starts)
        )
        found = judged(Song("", (Track("", notes),), tempos=(Tempo(0, 300.0),)))
        assert -1 <= found.valence <= 1 and found.arousal > 0.5
        assert set(found.features) == set(FEATURES)


def test_hours_of_music_take_no_longer_than_a_second() -> None:
    notes = tuple(Note(240 * i, 40 + i * 7 % 48, 200, 80) for i in range(100_000))
    song = Song("", (Track("", notes),), tempos=(Tempo(0, 20.0),))
    _ = song.tracks[0].table
    began = time.process_time()
    assert -1 <= judged(song).arousal <= 1
    assert time.process_time() - began < 1


def test_the_weights_are_those_of_the_labels() -> None:
    """The table of correlations, so that nobody tunes them to please a plan."""
    valence = {name: feature.valence for name, feature in FEATURES.items() if feature.valence}
    arousal = {name: feature.arousal for name, feature in FEATURES.items() if feature.arousal}
    assert valence == {
        "key_clarity": 0.35, "major": 0.31, "scale_consistency": 0.28, "window_entropy_bits": 0.24,
        "note_length": -0.19, "velocity": -0.16, "register": 0.15, "pace": 0.11,
    }  # fmt: skip
    assert arousal == {
        "notes_a_second": 0.55, "pace": 0.52, "note_length": -0.33, "notes_a_beat": 0.33, "register": -0.24,
        "scale_consistency": -0.22, "leaps": -0.21, "velocity": 0.07, "major": -0.05,
    }  # fmt: skip
    assert all(feature.spread > 0 for feature in FEATURES.values()) and FARTHEST >= 2


@pytest.mark.data
@pytest.mark.skipif(not DATA.is_dir(), reason="the research data lie elsewhere")
def test_songs_for_voice_and_piano_lie_around_the_middle() -> None:
    paths = sorted((DATA / "songs_openscore_lieder").rglob("*.mid"))[::5]
    found = [judged(midi.read(path).song) for path in paths]
    for axis in ("valence", "arousal"):
        values = np.array([getattr(one, axis) for one in found])
        assert abs(values.mean()) < 0.3 and 0.35 < values.std() < 0.75
        low, high = np.quantile(values, (0.1, 0.9))
        assert low < -0.3 and high > 0.3
    assert set(features(heard(midi.read(paths[0]).song))) == set(FEATURES)
