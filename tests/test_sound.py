"""aoede sound: a model's labels, tunes and beginnings to audio, in files and in a pipe."""

import io
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

import aoede as package
from aoede.encodings.score_frames import Sounding
from aoede.errors import InputError, UsageError
from aoede.formats import midi
from aoede.formats.held_recipe import recipe_in
from aoede.learning import checkpoint, tunes
from aoede.learning.sounder import Sounder
from aoede.learning.tunes import LEAD_S, phrases
from aoede.song import Note, Song, Tempo, Track
from aoede.sound import Order, found, ordered, streamed
from tests.command import Run
from tests.small_sounder import RATE_HZ, model_file

USUAL = ("--backend", "numpy", "--seconds", "0.05", "--seed", "7")
RING_S = 0.1


@pytest.fixture(autouse=True)
def short_ring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less to make."""
    monkeypatch.setattr(tunes, "RING_S", RING_S)


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return model_file(tmp_path_factory.mktemp("models") / "voice.safetensors")


@pytest.fixture(scope="module")
def deaf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """It knows no labels and plays no notes."""
    return model_file(tmp_path_factory.mktemp("models") / "deaf.safetensors", columns=(), plays_notes=False)


def tune(*rows: tuple[int, int, int], name: str = "Lead") -> Song:
    """Notes of (ticks, pitch, ticks) at 480 ticks a second."""
    notes = tuple(sorted(Note(start, pitch, length, 80) for start, pitch, length in rows))
    return Song("Tune", (Track(name, notes),), tempos=(Tempo(0, 60.0),))


def written(song: Song, path: Path) -> Path:
    path.write_bytes(midi.to_bytes(song))
    return path


def tone(path: Path, *, seconds: float = 0.3, rate_hz: int = RATE_HZ, channels: int = 1) -> Path:
    at = np.arange(round(seconds * rate_hz)) / rate_hz
    soundfile.write(path, np.tile(0.2 * np.sin(2 * np.pi * 220 * at)[:, None], channels), rate_hz)
    return path


# Files


@pytest.mark.parametrize("kind", ["wav", "flac", "ogg", "mp3"])
def test_each_kind_of_file_holds_the_sound_and_its_recipe(
    aoede: Run, voice: Path, tmp_path: Path, kind: str
) -> None:
    done = aoede("sound", voice, "--label", "three, jackson", *USUAL, "-o", f"three.{kind}")
    assert done.code == 0, done.err
    assert "seed 7" in done.out and "backend numpy" in done.out
    path = tmp_path / f"three.{kind}"
    with soundfile.SoundFile(path) as file:
        assert (file.samplerate, file.channels) == (RATE_HZ, 1)
        assert file.frames >= 400 if kind == "mp3" else file.frames == 400
    recipe = recipe_in(path.read_bytes())
    assert recipe["label"] == {"digit": "three", "speaker": "jackson"}
    assert (recipe["model"], recipe["seed"], recipe["backend"]) == ("voice", 7, "numpy")
    assert recipe["sha256"] == checkpoint.load(voice).sha256[:16] and recipe["aoede"]


def test_files_lie_in_out_under_a_name_that_says_what_they_are(
    aoede: Run, voice: Path, tmp_path: Path
) -> None:
    assert aoede("sound", voice, "--label", "小明, five", *USUAL, "--count", "2").code == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["voice-five-小明-7.wav", "voice-five-小明-8.wav"]


def test_the_same_seed_makes_the_same_bytes_and_another_another(
    aoede: Run, voice: Path, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        assert aoede("sound", voice, *USUAL, "-o", f"{name}.wav").code == 0
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
    assert aoede("sound", voice, *USUAL, "-o", "a.wav").code == 0  # the same bytes replace nothing
    done = aoede("sound", voice, *USUAL[:-1], "8", "-o", "a.wav")
    assert done.code == 73 and "--force" in done.err
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
    assert aoede("sound", voice, *USUAL[:-1], "8", "-o", "a.wav", "--force").code == 0
    assert (tmp_path / "a.wav").read_bytes() != (tmp_path / "b.wav").read_bytes()


def test_json_tells_what_was_made(aoede: Run, voice: Path) -> None:
    done = aoede("sound", voice, *USUAL, "--label", "digit=three", "--count", "2", "--json")
    told = json.loads(done.out)
    assert (told["schema"], told["backend"], told["rate_hz"]) == ("aoede.sounds/1", "numpy", RATE_HZ)
    assert [row["seed"] for row in told["sounds"]] == [7, 8]
    assert [row["duration_s"] for row in told["sounds"]] == [0.05, 0.05]
    assert all(Path(row["file"]).is_file() for row in told["sounds"])
    assert told["notes"][0] == "nothing is said of its speaker"


def test_stdout_is_given_the_file_while_it_is_made(voice: Path, tmp_path: Path, aoede: Run) -> None:
    assert aoede("sound", voice, *USUAL, "-o", "made.wav").code == 0
    command = [sys.executable, "-m", "aoede", "sound", str(voice), *USUAL, "-o", "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout == (tmp_path / "made.wav").read_bytes()
    assert b"seed 7" in done.stderr


def test_a_pipe_that_closes_ends_it_quietly(voice: Path) -> None:
    command = [sys.executable, "-m", "aoede", "sound", str(voice), "--seconds", "500", "-o", "-"]
    with subprocess.Popen(
        [*command, "--backend", "numpy"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout and process.stderr
        assert process.stdout.read(4) == b"RIFF"
        process.stdout.close()
        assert process.wait(60) == 141
        assert b"rror" not in process.stderr.read()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_behind_stdout_is_a_sentence(voice: Path) -> None:
    command = [sys.executable, "-m", "aoede", "sound", str(voice), *USUAL, "-o", "-"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 74
    assert b"the disk is full" in done.stderr


# Labels


@pytest.mark.parametrize(
    "text", ["three, 小明", "小明，three", "speaker=小明, digit=THREE", "Digit=three、小明"]
)
def test_labels_are_said_in_any_order(voice: Path, text: str) -> None:
    order = ordered(voice, label=text, backend="numpy")
    assert order.pieces[0].wish.label == ("three", "小明")


def test_a_sound_without_a_label_is_said_to_be_nothing_in_particular(voice: Path, deaf: Path) -> None:
    assert ordered(voice, backend="numpy").notes[0] == (
        'no label is said, so it is nothing in particular: say one, such as --label "five, jackson"'
    )
    assert ordered(voice, backend="numpy").pieces[0].wish.label == ()
    assert ordered(deaf, backend="numpy").notes == ()


def test_labels_change_what_is_made(voice: Path) -> None:
    made = [
        package.sound(voice, label=text, seconds=0.05, seed=7, backend="numpy")[0].samples
        for text in ("", "three", "five")
    ]
    assert len({one.tobytes() for one in made}) == 3


# Tunes


def heard(order: Order) -> np.ndarray:
    return np.concatenate(list(streamed(order, seed=7)))


def test_a_tune_lasts_until_its_last_note_has_rung(aoede: Run, voice: Path, tmp_path: Path) -> None:
    written(tune((0, 60, 96), (96, 64, 96)), tmp_path / "tune.mid")
    done = aoede("sound", voice, "--midi", "tune.mid", "--backend", "numpy", "--seed", "7", "-o", "tune.wav")
    assert done.code == 0, done.err
    assert soundfile.info(tmp_path / "tune.wav").frames == RATE_HZ * (0.4 + RING_S)
    assert recipe_in((tmp_path / "tune.wav").read_bytes())["midi"]["name"] == "tune.mid"


def test_phrases_begin_from_silence_and_long_rests_are_silent(voice: Path) -> None:
    song = tune((480, 60, 96), (3 * 480, 67, 96))
    order = ordered(voice, midi=song, backend="numpy")
    sound = heard(order)
    assert len(sound) == order.n_samples == round((3.2 + RING_S) * RATE_HZ)
    begins = [round((at - LEAD_S) * RATE_HZ) for at in (1.0, 3.0)]
    ends = [begin + round((LEAD_S + 0.2 + RING_S) * RATE_HZ) for begin in begins]
    assert [piece.first for piece in order.pieces] == begins
    assert not sound[: begins[0]].any() and not sound[ends[0] + 1 : begins[1]].any()
    assert all(sound[a:b].any() for a, b in zip(begins, ends, strict=True))
    assert np.abs(sound[ends[0] - 3 : ends[0] + 1]).max() < 0.02  # it has faded
    told = [note for piece in order.pieces for note in piece.wish.notes]
    assert [note.pitch for note in told] == [60, 67]
    assert all(note.onset_s == pytest.approx(LEAD_S) for note in told)


def test_the_last_note_of_a_phrase_rings_on_while_the_next_one_begins(
    voice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def level(
        self: Sounder, wishes: object, seconds: float, *_: object, **__: object
    ) -> Iterator[np.ndarray]:
        yield np.full((1, 300), 0.25, np.float32)
        yield np.full((1, round(seconds * RATE_HZ) - 300), 0.25, np.float32)

    monkeypatch.setattr(tunes, "RING_S", 1.0)
    monkeypatch.setattr(Sounder, "streamed", level)
    order = ordered(voice, midi=tune((0, 60, 48), (240, 64, 48), (480, 67, 48)), backend="numpy")
    assert [piece.first for piece in order.pieces] == [0, 3_920, 7_920]
    sound = heard(order)
    assert len(sound) == order.n_samples == round(2.1 * RATE_HZ)
    expected = [0.25, 0.5, 0.75, 0.5, 0.25]
    assert [sound[at] for at in (3_900, 3_930, 7_930, 8_900, 12_900)] == expected
    assert sound[-1] < 0.01 and np.abs(np.diff(sound)).max() <= 0.25


def test_phrases_made_at_the_same_time_are_those_made_one_after_another(voice: Path) -> None:
    notes = [(480 * i, 60 + i, 48) for i in range(4)]
    order = ordered(voice, midi=tune(*notes))
    assert len(order.pieces) == 4
    assert np.array_equal(package.sound(voice, midi=tune(*notes), seed=7)[0].samples, heard(order))


def test_an_interruption_ends_all_phrases_soon(voice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = list[int]()

    def endless(
        self: Sounder, wishes: object, seconds: float, *_: object, **__: object
    ) -> Iterator[np.ndarray]:
        begun.append(1)
        if len(begun) == 1:
            raise KeyboardInterrupt
        while True:
            time.sleep(0.001)
            yield np.zeros((1, 8), np.float32)

    monkeypatch.setattr(Sounder, "streamed", endless)
    monkeypatch.setattr(sys.modules["aoede.sound"], "_n_threads", lambda order: 2)
    with pytest.raises(KeyboardInterrupt):
        package.sound(voice, midi=tune((0, 60, 48), (480, 64, 48)), seed=7, backend="numpy")


def test_another_last_phrase_leaves_the_first_as_it_is(voice: Path) -> None:
    first, others = (0, 60, 48), [(3 * 480, pitch, 48) for pitch in (65, 70)]
    sounds = [heard(ordered(voice, midi=tune(first, other), backend="numpy")) for other in others]
    at = round(1.0 * RATE_HZ)
    assert np.array_equal(sounds[0][:at], sounds[1][:at])
    assert not np.array_equal(sounds[0][at:], sounds[1][at:])


def test_of_a_song_the_melody_is_played_or_the_track_that_is_said(voice: Path) -> None:
    chords = Track("Pad", tuple(Note(0, pitch, 960, 80) for pitch in (48, 52, 55)))
    song = Song(
        "x", (chords, tune((0, 72, 480)).tracks[0], Track("Beat", (Note(0, 36, 9, 9),), is_drum=True))
    )
    order = ordered(voice, midi=song, backend="numpy", seconds=0.1)
    assert [note.pitch for note in order.pieces[0].wish.notes] == [72]
    assert any("the melody is taken to be track 2 (Lead)" in note for note in order.notes)
    for track in ("1", 1, "pad"):
        order = ordered(voice, midi=song, track=track, backend="numpy", seconds=0.1)
        assert {note.pitch for note in order.pieces[0].wish.notes} == {48, 52, 55}
    with pytest.raises(UsageError, match=r"no track 'flute'\n.*track 1 \(Pad\), track 2 \(Lead\)"):
        ordered(voice, midi=song, track="flute")
    with pytest.raises(UsageError, match="track 3 is of drums"):
        ordered(voice, midi=song, track="3")


def test_of_notes_that_begin_together_the_highest_is_played(voice: Path) -> None:
    chord = tune((0, 60, 480), (0, 64, 480), (0, 67, 480))
    order = ordered(voice, midi=chord, seconds=0.1, backend="numpy")
    assert "its top line is played, as several notes sound together" in order.notes
    alone = ordered(voice, midi=tune((0, 67, 480)), seconds=0.1, backend="numpy")
    whole = ordered(voice, midi=chord, track=1, seconds=0.1, backend="numpy")
    assert np.array_equal(heard(order), heard(alone)) and np.array_equal(heard(whole), heard(alone))


def test_seconds_cut_a_tune_off_or_go_on_in_silence(voice: Path) -> None:
    song = tune((480, 60, 96))
    sounder = found(voice)
    assert len(heard(ordered(sounder, midi=song, seconds=1.1, backend="numpy"))) == 8_800
    longer = heard(ordered(sounder, midi=song, seconds=2.0, backend="numpy"))
    assert len(longer) == 16_000 and not longer[-5_000:].any()
    with pytest.raises(UsageError, match=r"no note begins in the first 0\.5 s"):
        ordered(sounder, midi=song, seconds=0.5)


def test_a_tune_of_many_notes_is_cut_quickly(voice: Path) -> None:
    notes = [Sounding(60 + i % 12, i * 0.02, i * 0.02 + 0.015) for i in range(20_000)]
    pieces, n_samples = phrases(found(voice), notes, (), None)
    assert len(pieces) == 1 and n_samples == pytest.approx(400 * RATE_HZ, rel=1e-3)
    with pytest.raises(InputError, match=r"the tune lasts 11\.7 minutes; 10 are the most"):
        phrases(found(voice), [Sounding(60, 0, 701)], (), None)


# Beginnings


@pytest.mark.parametrize(("rate_hz", "channels"), [(8_000, 1), (44_100, 2), (192_000, 1)])
def test_the_file_holds_the_beginning_and_then_what_is_new(
    aoede: Run, voice: Path, tmp_path: Path, rate_hz: int, channels: int
) -> None:
    start = tone(tmp_path / "start.wav", rate_hz=rate_hz, channels=channels)
    done = aoede("sound", voice, "--start", start, *USUAL, "-o", "on.wav")
    assert done.code == 0, done.err
    assert ("became one" in done.err) == (channels > 1)
    assert (f"from {rate_hz:,} Hz" in done.err) == (rate_hz != RATE_HZ)
    sound = soundfile.read(tmp_path / "on.wav")[0]
    assert len(sound) == 2_400 + 400
    expected = 0.2 * np.sin(2 * np.pi * 220 * np.arange(2_400) / RATE_HZ)
    assert np.abs(sound[50:2_350] - expected[50:2_350]).max() < 0.01


def test_what_is_heard_of_the_beginning_changes_what_is_new_and_its_level_is_kept(
    voice: Path, tmp_path: Path
) -> None:
    at = np.arange(1_000)
    sounds = []
    for name, gain in (("loud", 0.4), ("soft", 0.04)):
        soundfile.write(tmp_path / f"{name}.wav", gain * np.sin(at / 6), RATE_HZ, subtype="FLOAT")
        order = ordered(voice, start=tmp_path / f"{name}.wav", seconds=0.05, backend="numpy")
        sounds.append(heard(order)[1_000:])
    assert np.allclose(sounds[0], 10 * sounds[1], atol=1e-4)
    plain = package.sound(voice, seconds=0.05, seed=7, backend="numpy")[0].samples
    assert not np.allclose(plain, sounds[0])


# What cannot be


def _folder(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("no sound")
    (tmp_path / "empty.wav").write_bytes(b"")
    soundfile.write(tmp_path / "none.wav", np.zeros(0), RATE_HZ)
    tone(tmp_path / "short.wav", seconds=0.01)
    tone(tmp_path / "good.wav")
    soundfile.write(tmp_path / "silent.wav", np.zeros(4_000), RATE_HZ)
    written(Song("x", (Track("Beat", (Note(0, 36, 9, 9),), is_drum=True),)), tmp_path / "drums.mid")
    written(tune((0, 60, 480)), tmp_path / "tune.mid")
    written(tune((0, 60, 480 * 700)), tmp_path / "long.mid")
    (tmp_path / "text.mid").write_text("no tune")


BAD: tuple[tuple[tuple[str, ...], int, tuple[str, ...]], ...] = (
    (("VOICE", "--label", "thre"), 2, ("--label", "'thre'", "Did you mean 'three'", "jackson, 小明")),
    (("VOICE", "--label", "three, five"), 2, ("--label", "both values of digit")),
    (("VOICE", "--label", "digit=jackson"), 2, ("--label", "digit=jackson", "five, three")),
    (("DEAF", "--label", "three"), 2, ("--label", "trained without labels")),
    (("DEAF", "--midi", "tune.mid"), 2, ("--midi", "plays no notes")),
    (("VOICE", "--midi", "drums.mid"), 65, ("drums.mid", "no notes")),
    (("VOICE", "--midi", "text.mid"), 65, ("text.mid", "not a MIDI file")),
    (("VOICE", "--midi", "none.mid"), 66, ("none.mid", "no such file")),
    (("VOICE", "--midi", "long.mid"), 65, ("11.7 minutes", "--seconds")),
    (("VOICE", "--midi", "tune.mid", "--start", "good.wav"), 2, ("--start", "cannot both")),
    (("VOICE", "--track", "2"), 2, ("--track", "--midi")),
    (("VOICE", "--start", "text.wav"), 65, ("text.wav", "cannot be read as audio")),
    (("VOICE", "--start", "empty.wav"), 65, ("empty.wav",)),
    (("VOICE", "--start", "none.wav"), 65, ("none.wav", "no sound")),
    (("VOICE", "--start", "short.wav"), 65, ("short.wav", "too short")),
    (("VOICE", "--start", "silent.wav"), 65, ("silent.wav", "silence")),
    (("VOICE", "--start", "absent.wav"), 66, ("absent.wav", "no such file")),
    (("VOICE", "--seconds", "0"), 2, ("--seconds", "0.01 to 600")),
    (("VOICE", "--seconds", "-1"), 2, ("--seconds", "0.01 to 600")),
    (("VOICE", "--seconds", "1e9"), 2, ("--seconds", "0.01 to 600")),
    (("VOICE", "--seconds", "nan"), 2, ("--seconds", "not nan")),
    (("VOICE", "--temperature", "0"), 2, ("--temperature", "0.05 to 5")),
    (("VOICE", "--temperature", "nan"), 2, ("--temperature", "not nan")),
    (("VOICE", "--seed", "-1"), 2, ("--seed", "between 0")),
    (("VOICE", "--count", "0"), 2, ("--count", "1 to 256")),
    (("VOICE", "--count", "2", "-o", "x.wav"), 2, ("--out", "do not fit")),
    (("VOICE", "--count", "2", "-o", "-"), 2, ("--out", "do not fit")),
    (("VOICE", "--json", "-o", "-"), 2, ("--json",)),
    (("VOICE", "-o", "x.aiff"), 2, ("--out", ".aiff", ".wav .flac .ogg .mp3")),
    (("VOICE", "-o", "x.mp3", "--audio", "wav"), 2, ("--audio", "mp3")),
    (("VOICE", "-o", "good.wav"), 73, ("good.wav", "--force")),
    (("VOICE", "-o", "tune.mid/x"), 73, ("tune.mid",)),
    (("rbm",), 65, ("rbm", "pianoroll", "aoede train wavenet")),
    (("play",), 65, ("play", "characters, not of sound")),
    (("nobody",), 66, ("nobody", "no preset of this name", "aoede train wavenet")),
    (("good.wav",), 65, ("good.wav",)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code", "told"), BAD, ids=lambda x: " ".join(map(str, x)) if isinstance(x, tuple) else ""
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    aoede: Run,
    voice: Path,
    deaf: Path,
    tmp_path: Path,
    words: tuple[str, ...],
    code: int,
    told: tuple[str, ...],
) -> None:
    _folder(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    models = {"VOICE": voice, "DEAF": deaf}
    done = aoede("sound", *(models.get(word, word) for word in words))
    assert done.code == code, done.err
    assert all(text in done.err for text in told), done.err
    assert not done.out or "--json" in words
    assert sorted(tmp_path.rglob("*")) == before


def test_a_model_file_with_other_weights_is_refused_by_its_name(voice: Path, tmp_path: Path) -> None:
    stored = checkpoint.load(voice)
    fewer = dict(list(stored.tensors.items())[1:])
    checkpoint.save(tmp_path / "odd.safetensors", fewer, stored.metadata)
    with pytest.raises(InputError, match="weights") as caught:
        found(tmp_path / "odd.safetensors")
    assert caught.value.where.endswith("odd.safetensors")
    checkpoint.save(tmp_path / "empty.safetensors", stored.tensors, {**stored.metadata, "provenance": {}})
    with pytest.raises(InputError, match=r"this is no model of sound"):
        found(tmp_path / "empty.safetensors")


def test_in_python_a_sound_is_samples_and_can_be_written(voice: Path, tmp_path: Path) -> None:
    one, two = package.sound(voice, label="three", seconds=0.05, seed=7, n=2, backend="numpy")
    assert one.samples.shape == (400,) and one.rate_hz == RATE_HZ and one.samples.dtype == np.float32
    assert (one.title, one.recipe["seed"], two.recipe["seed"]) == ("voice: three", 7, 8)
    path = one.write(tmp_path / "one.flac")
    assert soundfile.read(io.BytesIO(path.read_bytes()))[1] == RATE_HZ
