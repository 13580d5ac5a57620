"""Folders of recordings as clips with labels and notes, and what is said of bad ones."""

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from aoede.encodings.mulaw import MuLaw
from aoede.encodings.score_frames import Sounding
from aoede.errors import InputError, UsageError
from aoede.formats import audio, midi
from aoede.learning import clip_making
from aoede.learning.clip_labels import Labels, pitch_of
from aoede.learning.clips import Clip, Clips, Wishes, clips_of
from aoede.learning.dataset import Limits, from_folder, split
from aoede.learning.resampling import resampled, stretched
from aoede.learning.sounding_pitch import sounding_pitch
from aoede.song import Note, Song, Track

LAW = MuLaw(16_000)
KINDS = ("sound", "labels", "midi")


def _tone(seconds: float = 1.0, pitch: float = 69, rate_hz: int = 16_000, size: float = 0.5) -> np.ndarray:
    at = np.arange(round(seconds * rate_hz)) / rate_hz
    hz = 440 * 2 ** ((pitch - 69) / 12)
    return size * sum(np.sin(2 * np.pi * k * hz * at) / k**2 for k in (1, 2, 3))


def _write(path: Path, samples: np.ndarray, rate_hz: int = 16_000, **how: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, rate_hz, **how)


def _digits(folder: Path, seconds: float = 0.5) -> None:
    for digit in "012":
        for speaker in ("ann", "bob"):
            for take in range(3):
                pitch = 55 + int(digit) + 12 * (speaker == "bob") + 0.1 * take
                _write(folder / f"{digit}_{speaker}_{take}.wav", _tone(seconds, pitch))


def _read(folder: Path, law: MuLaw = LAW, **wishes: object) -> Clips:
    return clips_of(from_folder(folder, kinds=KINDS).items, law, Wishes(**wishes))  # type: ignore[arg-type]


def _joined(folder: Path) -> np.ndarray:
    """All pieces of the one recording in a folder."""
    return np.concatenate([clip.samples for clip in _read(folder).clips])


# Files


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
@pytest.mark.parametrize("rate_hz", [8_000, 44_100])
def test_a_file_of_any_kind_and_rate_is_the_same_sound(tmp_path: Path, suffix: str, rate_hz: int) -> None:
    audio.write(tmp_path / f"a.{suffix}", _tone(6, 69, rate_hz), sample_rate_hz=rate_hz)
    sound = _joined(tmp_path)
    assert len(sound) == pytest.approx(6 * 16_000, rel=0.02)
    assert sounding_pitch(sound, 16_000) == pytest.approx(69, abs=0.05)
    assert np.abs(sound).max() <= 1


def test_eight_channels_at_192_khz_in_floats_become_one_sound(tmp_path: Path) -> None:
    tone = _tone(6, 69, 192_000)
    _write(tmp_path / "a.wav", np.stack([tone] * 8, axis=1), 192_000, subtype="FLOAT")
    assert sounding_pitch(_joined(tmp_path), 16_000) == pytest.approx(69, abs=0.05)


def test_values_that_are_no_numbers_become_silence_and_are_told(tmp_path: Path) -> None:
    tone = _tone(6).astype(np.float32)
    tone[100:110], tone[200] = np.nan, np.inf
    _write(tmp_path / "a.wav", tone, subtype="FLOAT")
    dataset = from_folder(tmp_path, kinds=KINDS)
    assert "11 values that are no numbers became silence" in str(dataset.report.rows[0])
    assert all(np.isfinite(clip.samples).all() for clip in clips_of(dataset.items, LAW).clips)


def test_24_bits_lose_nothing_that_is_heard(tmp_path: Path) -> None:
    _write(tmp_path / "a.wav", _tone(6), subtype="PCM_24")
    assert sounding_pitch(_joined(tmp_path), 16_000) == pytest.approx(69, abs=0.05)


def test_text_named_wav_and_empty_files_are_skipped_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("I am no sound.")
    (tmp_path / "b.wav").write_bytes(b"")
    with pytest.raises(InputError, match=r"2 skipped \(2 damaged\)") as error:
        from_folder(tmp_path, kinds=KINDS)
    assert "cannot be read as audio" in error.value.hint
    assert error.value.exit_code == 65


def test_silence_alone_is_no_sound(tmp_path: Path) -> None:
    _write(tmp_path / "a.wav", np.zeros(160_000))
    with pytest.raises(InputError, match="1 silence"):
        from_folder(tmp_path, kinds=KINDS)


def test_a_header_of_a_sound_without_samples_is_no_sound(tmp_path: Path) -> None:
    _write(tmp_path / "a.wav", np.zeros(0))
    with pytest.raises(InputError, match="damaged"):
        from_folder(tmp_path, kinds=KINDS)


def test_a_small_file_of_hours_is_given_up_soon() -> None:
    buffer = io.BytesIO()
    with soundfile.SoundFile(buffer, "w", 8_000, 1, format="FLAC") as file:
        for _ in range(30):
            file.write(np.zeros(8_000 * 8, np.int16))
    assert len(buffer.getvalue()) < 10_000
    with pytest.raises(InputError, match="longer than 60 s"):
        audio.mono_from_bytes(buffer.getvalue(), max_seconds=60)
    with pytest.raises(InputError, match="longer than 1 s"):
        audio.mono_from_bytes(buffer.getvalue(), max_samples=8_000)


def test_files_that_are_too_large_are_skipped(tmp_path: Path) -> None:
    _write(tmp_path / "a.wav", _tone(6))
    with pytest.raises(InputError, match="too large"):
        from_folder(tmp_path, kinds=KINDS, limits=Limits(max_sound_bytes=1000))


def test_one_second_in_all_is_too_little(tmp_path: Path) -> None:
    _write(tmp_path / "a.wav", _tone(1))
    with pytest.raises(InputError, match=r"1\.0 s of sound in all"):
        _read(tmp_path)


def test_a_folder_of_songs_without_sounds_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mid").write_bytes(midi.to_bytes(_song()))
    with pytest.raises(InputError, match="no sound here"):
        _read(tmp_path)


def test_rates_that_no_model_has_are_refused(tmp_path: Path) -> None:
    _write(tmp_path / "a.wav", _tone(6))
    with pytest.raises(UsageError, match="8000 or 16000"):
        _read(tmp_path, MuLaw(22_050))


# Labels


def test_labels_come_from_the_names_without_the_number_of_the_recording(tmp_path: Path) -> None:
    _digits(tmp_path)
    found = _read(tmp_path)
    assert {clip.label for clip in found.clips} == {(d, s) for d in "012" for s in ("ann", "bob")}


def test_a_pattern_names_the_labels(tmp_path: Path) -> None:
    _digits(tmp_path)
    found = _read(tmp_path, pattern="{digit}_{speaker}_{}")
    assert found.columns == ("digit", "speaker")
    assert found.clips[0].label == ("0", "ann")
    with pytest.raises(InputError, match="no file is named like"):
        _read(tmp_path, pattern="{a}-{b}-{c}-{d}")


def test_folders_tell_labels(tmp_path: Path) -> None:
    for name in ("yes", "no"):
        for i in range(3):
            _write(tmp_path / name / f"{i}.wav", _tone(1.5, 60 + i + 5 * len(name)))
    found = _read(tmp_path)
    assert found.columns == ("folder",)
    assert sorted(clip.label[0] for clip in found.clips) == ["no"] * 3 + ["yes"] * 3


def test_folders_that_say_what_is_held_out_are_no_labels(tmp_path: Path) -> None:
    for part in ("train", "held_out"):
        (tmp_path / part).mkdir()
        _digits(tmp_path / part)
    assert _read(tmp_path).columns == ("part 1", "part 2")


def test_a_number_is_found_by_its_name_in_both_languages() -> None:
    labels = Labels((("digit", ("3", "7")), ("speaker", ("anna",))))
    assert labels.said("three, anna") == labels.said("三，anna") == labels.said("3, anna") == ("3", "anna")
    assert Labels((("digit", ("seven",)),)).said("7") == ("seven",)


def test_a_table_beside_the_sounds_tells_labels_and_pitches(tmp_path: Path) -> None:
    rows = ["file,word,midi_pitch,seconds"]
    for i in range(6):
        _write(tmp_path / "wav" / f"{i}.wav", _tone(1.5, 60 + i))
        rows.append(f"{i}.wav,{'ab'[i % 2]},{60 + i},1.51{i}")
    (tmp_path / "labels.csv").write_text("\n".join(rows))
    found = _read(tmp_path)
    assert found.columns == ("word",)
    assert [clip.notes[0].pitch for clip in found.clips] == [60, 61, 62, 63, 64, 65]
    assert not [remark for remark in found.remarks if "sound other" in remark]


def test_a_table_that_names_no_sound_is_refused_and_one_that_misses_some_is_told(tmp_path: Path) -> None:
    for i in range(4):
        _write(tmp_path / f"{i}.wav", _tone(2, 60 + i))
    (tmp_path / "labels.csv").write_text("file,word\nx.wav,yes\ny.wav,no\n")
    with pytest.raises(
        InputError, match=r"none of the sounds here \(4\) is named in the table of labels \(2 rows\)"
    ):
        _read(tmp_path)
    (tmp_path / "labels.csv").write_text("file,word\n0.wav,yes\n1.wav,no\ny.wav,no\n")
    remarks = " ".join(_read(tmp_path).remarks)
    assert "labels.csv speaks of 1 files that are not here, such as 'y.wav'" in remarks
    assert "2 sounds stand in no table" in remarks


def test_a_table_without_a_column_of_files_is_skipped_with_the_reason(tmp_path: Path) -> None:
    _write(tmp_path / "a.wav", _tone(6))
    (tmp_path / "labels.csv").write_text("word,mood\nyes,glad\n")
    report = from_folder(tmp_path, kinds=KINDS).report
    assert "no column of this table names a file" in " ".join(report.lines(3))


def test_columns_that_there_are_not_are_refused(tmp_path: Path) -> None:
    _digits(tmp_path)
    with pytest.raises(UsageError, match="'mood'"):
        _read(tmp_path, wanted=("mood",))


def test_labels_are_ids_and_what_there_was_not_is_unknown() -> None:
    labels = Labels.fit(("digit", "speaker"), [("0", "ann"), ("1", "bob"), ("1", "")])
    assert labels.sizes == (3, 3)
    assert labels.ids(("1", "bob")).tolist() == [2, 2]
    assert labels.ids(("7", "")).tolist() == [0, 0]
    assert labels.said("BOB, 1") == ("1", "bob")
    assert labels.said("speaker=ann") == ("", "ann")
    assert Labels.from_mapping(labels.as_mapping()) == labels
    with pytest.raises(UsageError, match="'carl'"):
        labels.said("carl")


@pytest.mark.parametrize(
    ("text", "pitch"), [("C4", 60), ("a4", 69), ("Bb2", 46), ("f#3", 54), ("60", 60), ("060", 60), ("C-1", 0)]
)
def test_pitches_are_read_as_people_write_them(text: str, pitch: float) -> None:
    assert pitch_of(text) == pitch


@pytest.mark.parametrize("text", ["", "x", "C", "200", "-1", "nan", "C11"])
def test_what_is_no_pitch_is_none(text: str) -> None:
    assert np.isnan(pitch_of(text))


# Notes


def _song() -> Song:
    return Song("", (Track("", (Note(0, 60, 480, 90), Note(480, 64, 480, 70))),))


def test_midi_beside_a_recording_tells_its_notes_in_seconds(tmp_path: Path) -> None:
    _write(tmp_path / "a.wav", np.concatenate([_tone(0.5, 60), _tone(0.5, 64), np.zeros(80_000)]))
    (tmp_path / "a.mid").write_bytes(midi.to_bytes(_song()))
    first, second, *_ = _read(tmp_path).clips
    assert first.notes == (Sounding(60, 0.0, 0.5, 90), Sounding(64, 0.5, 1.0, 70))
    assert not second.notes


def test_numbers_in_names_are_pitches_only_where_they_sound_so(tmp_path: Path) -> None:
    for i in range(8):
        _write(tmp_path / "right" / f"horn_{60 + i:03}.wav", _tone(1, 60 + i))
        _write(tmp_path / "wrong" / f"horn_{60 + i:03}.wav", _tone(1, 80 - 2 * i))
    right, wrong = _read(tmp_path / "right"), _read(tmp_path / "wrong")
    assert [clip.notes[0].pitch for clip in right.clips] == list(range(60, 68))
    assert not wrong.has_notes


def test_the_note_of_a_clip_lasts_as_long_as_it_sounds(tmp_path: Path) -> None:
    for i in range(6):
        sound = np.concatenate([np.zeros(8_000), _tone(1, 60 + i), np.zeros(8_000)])
        _write(tmp_path / f"{i}.wav", sound)
    (tmp_path / "t.csv").write_text("file,pitch\n0.wav,60\n")
    clip = next(clip for clip in _read(tmp_path).clips if clip.notes)
    assert clip.notes[0].onset_s == pytest.approx(0.01, abs=0.011)
    assert clip.notes[0].end_s - clip.notes[0].onset_s == pytest.approx(1, abs=0.03)


# The check


def test_recordings_that_are_cut_off_are_named(tmp_path: Path) -> None:
    _write(tmp_path / "loud.wav", np.clip(4 * _tone(3), -1, 1))
    _write(tmp_path / "good.wav", _tone(3, 60))
    remarks = " ".join(_read(tmp_path).remarks)
    assert "1 of 2 sounds is cut off at full scale (recorded too loud) (loud.wav)" in remarks
    assert "6 s of sound is little" in remarks


def test_notes_that_sound_other_than_they_are_labelled_are_named(tmp_path: Path) -> None:
    rows = ["file,pitch"]
    for i in range(6):
        _write(tmp_path / f"{i}.wav", _tone(1, 60 + i))
        rows.append(f"{i}.wav,{72 + i}")
    (tmp_path / "t.csv").write_text("\n".join(rows))
    remarks = " ".join(_read(tmp_path).remarks)
    assert "6 of 6 notes sound other than they are labelled; nearly all by -12 semitones" in remarks
    assert "0.wav is said to be 72 and sounds like 60.0" in remarks


def test_labels_of_one_clip_and_labels_that_differ_by_capitals_are_told(tmp_path: Path) -> None:
    rows = ["file,word"]
    for i, word in enumerate(["yes", "yes", "Yes", "no", "no", "no"]):
        _write(tmp_path / f"{i}.wav", _tone(1.5, 60 + i))
        rows.append(f"{i}.wav,{word}")
    (tmp_path / "t.csv").write_text("\n".join(rows))
    remarks = " ".join(_read(tmp_path).remarks)
    assert "label word: Yes stands for one clip only" in remarks
    assert "'Yes' and 'yes' differ by capitals" in remarks


def test_very_soft_recordings_are_told_and_made_louder(tmp_path: Path) -> None:
    _write(tmp_path / "soft.wav", _tone(6, size=0.003), subtype="FLOAT")
    found = _read(tmp_path)
    assert "very soft" in " ".join(found.remarks)
    assert np.abs(found.clips[0].samples).max() > 0.05


# Splitting


def test_a_long_recording_becomes_pieces_and_its_tenths_stay_together(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    _write(tmp_path / "a.wav", 0.1 * rng.standard_normal(16_000 * 45))
    found = _read(tmp_path)
    assert [clip.name for clip in found.clips] == [f"a.wav ({i})" for i in range(1, 11)]
    train, valid = split(found.items, 0.2, seed=3)
    assert train
    assert valid


def test_files_in_a_folder_called_valid_are_held_out(tmp_path: Path) -> None:
    _digits(tmp_path / "train")
    _digits(tmp_path / "valid", seconds=0.4)
    train, valid = split(_read(tmp_path).items, 0.1, seed=1)
    assert {item.path.split("/")[0] for item in valid} == {"valid"}
    assert {item.path.split("/")[0] for item in train} == {"train"}


def test_the_same_sound_twice_is_never_on_both_sides(tmp_path: Path) -> None:
    for i in range(4):
        pcm = np.rint(32_767 * _tone(2, 60 + i // 2)).astype(np.int16)
        _write(tmp_path / f"{i}.{'wav' if i % 2 else 'flac'}", pcm)
    items = _read(tmp_path).items
    assert len({item.fingerprint for item in items}) == 2


# Rates and pitches


@pytest.mark.parametrize(
    ("from_hz", "to_hz"), [(44_100, 16_000), (16_000, 8_000), (8_000, 16_000), (48_000, 16_000)]
)
def test_resampling_keeps_what_fits_and_lets_nothing_fold_back(from_hz: int, to_hz: int) -> None:
    at = np.arange(from_hz // 2) / from_hz
    low = resampled(np.sin(2 * np.pi * 1000 * at).astype(np.float32), from_hz, to_hz)
    wanted = np.sin(2 * np.pi * 1000 * np.arange(len(low)) / to_hz)
    assert np.abs(low - wanted)[200:-200].max() < 1e-4
    if to_hz < from_hz:
        high = resampled(np.sin(2 * np.pi * 0.55 * to_hz * at).astype(np.float32), from_hz, to_hz)
        assert np.abs(high)[200:-200].max() < 1e-3


@pytest.mark.parametrize("semitones", [-3, -0.5, 1, 2.5])
def test_a_clip_that_is_moved_sounds_as_its_note_says(semitones: float) -> None:
    clip = Clip("a", _tone(1).astype(np.float32), ("x",), (Sounding(69, 0.1, 0.9),))
    moved = clip_making.moved(clip, semitones)
    assert moved.label == ("x",)
    assert moved.notes[0].pitch == 69 + semitones
    assert sounding_pitch(moved.samples, 16_000) == pytest.approx(69 + semitones, abs=0.05)
    assert moved.notes[0].end_s == pytest.approx(0.9 * 2 ** (-semitones / 12))


def test_a_sound_is_stretched_to_the_length_that_was_asked_for() -> None:
    assert len(stretched(np.ones(1000, np.float32), 2 ** (1 / 12))) == pytest.approx(1059, abs=2)
    assert len(stretched(np.ones(0, np.float32), 0.5)) == 0


def test_phrases_sound_as_their_notes_say() -> None:
    singles = [
        Clip(f"{p}", _tone(1, p).astype(np.float32), ("a",), (Sounding(p, 0.0, 1.0),)) for p in range(60, 72)
    ]
    made = clip_making.phrase(singles, np.random.default_rng(5), 16_000, 6.0)
    again = clip_making.phrase(singles, np.random.default_rng(5), 16_000, 6.0)
    assert np.array_equal(made.samples, again.samples)
    assert len(made.notes) >= 5
    for note in made.notes:
        if note.end_s - note.onset_s > 0.2:
            part = made.samples[round((note.onset_s + 0.04) * 16_000) : round(note.end_s * 16_000)]
            assert sounding_pitch(part, 16_000) == pytest.approx(note.pitch, abs=0.1)


def test_phrases_need_single_notes_and_moves_have_an_end() -> None:
    with pytest.raises(InputError, match="one note"):
        clip_making.phrase([Clip("a", np.zeros(9, np.float32))], np.random.default_rng(0), 16_000, 1)
    with pytest.raises(InputError, match="12 semitones at most"):
        clip_making.moved(Clip("a", np.zeros(9, np.float32)), 13)


def test_what_has_no_pitch_is_heard_to_have_none() -> None:
    noise = np.random.default_rng(1).standard_normal(16_000).astype(np.float32)
    assert np.isnan(sounding_pitch(noise, 16_000))
    assert np.isnan(sounding_pitch(np.zeros(16_000, np.float32), 16_000))
    assert np.isnan(sounding_pitch(np.zeros(10, np.float32), 16_000))
