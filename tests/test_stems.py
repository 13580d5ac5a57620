"""Stems: a file a track, as long as the song, at its level in it; together they are the song."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from aoede import export, synth
from aoede.errors import OutputError, UsageError
from aoede.formats import midi
from aoede.song import Control, Note, Section, Song, Syllable, Tempo, Track


def song(velocity: int = 90) -> Song:
    melody = tuple(Note(480 * i, 72 + i, 480, velocity) for i in range(4))
    chords = tuple(Note(0, pitch, 960, velocity) for pitch in (48, 52, 55))
    hits = tuple(Note(240 * i, 36 + 2 * (i % 2), 60, velocity) for i in range(4))
    return Song(
        "x",
        (
            Track("Melody", melody, 73, "melody", controls=(Control(0, 10, 100),)),
            Track("Pad: high/low", chords, 48),
            Track("Colour", (Note(960, 80, 480, velocity),), 11, "colour"),
            Track("Colour", (Note(1_440, 84, 480, velocity),), 14, "colour"),
            Track("Drums", hits, 0, "drums", True),
        ),
        tempos=(Tempo(0, 180.0),),
        syllables=(Syllable(0, "la"),),
        recipe={"seed": 7},
    )


NAMES = ["melody", "pad-high-low", "colour", "colour-2", "drums"]


@pytest.mark.parametrize("loudness_dbfs", [None, -18.0, -4.0])  # the last one drives the limiter hard
def test_stems_added_up_are_the_song(loudness_dbfs: float | None) -> None:
    whole = synth.render(song(), sample_rate_hz=22_050, loudness_dbfs=loudness_dbfs)
    stems = list(synth.Stems(song(), sample_rate_hz=22_050, loudness_dbfs=loudness_dbfs))
    assert [stem.shape for stem in stems] == [whole.shape] * 5
    assert all(np.abs(stem).max() > 0.01 for stem in stems)
    np.testing.assert_allclose(sum(stems), whole, atol=1e-5)


@pytest.mark.parametrize("loudness_dbfs", [None, -4.0])
def test_how_stems_begin_can_be_had_before_the_rest_to_the_last_bit(loudness_dbfs: float | None) -> None:
    long = replace(song(), tempos=(Tempo(0, 10.0),))
    stems = synth.Stems(long, sample_rate_hz=22_050, loudness_dbfs=loudness_dbfs)
    first = stems.beginnings(6.0)
    assert 6.0 <= len(first[0]) / 22_050 < 12.0 < stems.n_samples / 22_050
    for beginning, stem in zip(first, stems, strict=True):
        np.testing.assert_array_equal(beginning, stem[: len(beginning)])
    assert [len(each) for each in stems.beginnings(100.0)] == [stems.n_samples] * 5


def test_a_softer_track_is_softer_in_its_stem_too() -> None:
    loud = song()
    softer = replace(loud.tracks[0], notes=tuple(replace(n, velocity=40) for n in loud.tracks[0].notes))
    soft = replace(loud, tracks=(softer, *loud.tracks[1:]))
    levels = [
        [float(np.sqrt(np.square(stem).mean())) for stem in synth.Stems(s, sample_rate_hz=22_050)]
        for s in (loud, soft)
    ]
    assert levels[1][0] < 0.5 * levels[0][0]
    assert levels[1][1:] == pytest.approx(levels[0][1:], rel=0.1)  # the limiter has less to do


def test_files_are_named_by_role_and_add_up_to_the_file_of_the_song(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "SAMPLE_RATE_HZ", 22_050)
    paths = export.write_stems(song(), tmp_path / "stems")
    assert [path.name for path in paths] == [f"{name}.wav" for name in NAMES]
    whole, _ = soundfile.read(io.BytesIO(export.to_bytes(song(), ".wav")))
    total = sum(soundfile.read(path)[0] for path in paths)
    assert np.abs(total - whole).max() < 10 / 32_768  # six files of 16 bits, each with its dither
    assert "aoede-recipe" in soundfile.SoundFile(paths[0]).comment


def test_midi_stems_hold_a_track_each_and_the_words_go_with_the_melody(tmp_path: Path) -> None:
    paths = export.write_stems(song(), tmp_path, ".mid")
    found = [midi.read(path).song for path in paths]
    assert [path.stem for path in paths] == NAMES
    assert [len(one.tracks) for one in found] == [1] * 5
    assert [one.tracks[0].notes for one in found] == [track.notes for track in song().tracks]
    assert [one.syllables for one in found] == [song().syllables, (), (), (), ()]
    assert all(one.tempos == song().tempos and one.recipe == song().recipe for one in found)


def test_all_stems_are_written_or_none(tmp_path: Path) -> None:
    (tmp_path / "colour.mid").write_bytes(b"mine")
    with pytest.raises(OutputError, match="exists already"):
        export.write_stems(song(), tmp_path, ".mid")
    assert [path.name for path in tmp_path.iterdir()] == ["colour.mid"]
    export.write_stems(song(), tmp_path, ".mid", force=True)
    assert len(list(tmp_path.iterdir())) == 5


@pytest.mark.parametrize(
    ("kind", "of", "told"), [(".png", song(), "no kind of stem"), (".wav", Song("x", ()), "no tracks")]
)
def test_what_cannot_be_stems_is_refused(kind: str, of: Song, told: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=told):
        export.write_stems(of, tmp_path, kind)


def test_scores_and_words_are_written_by_suffix() -> None:
    assert export.to_bytes(song(), ".musicxml").startswith(b"<?xml")
    assert b"[re:aoede]" in export.to_bytes(song(), ".lrc")


def test_section_names_of_a_score_are_in_the_language_of_the_song() -> None:
    named = replace(song(), title="月光", sections=(Section(0, 1_920, "chorus"),))
    assert "副歌" in export.to_bytes(named, ".musicxml").decode()
