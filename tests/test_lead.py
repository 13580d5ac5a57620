"""The melody of a song played by a model of sound, in what is heard and nowhere else."""

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

import aoede as package
from aoede import export, synth
from aoede.editing import again, regenerate
from aoede.errors import InputError, UsageError
from aoede.formats import midi
from aoede.lead import lead_by, led, recipe_with
from aoede.learning import tunes
from aoede.learning.sounder import Sounder, Wish
from aoede.learning.sounding_pitch import sounding_pitch
from aoede.mastering import level_dbfs
from aoede.recipes import read_recipe
from aoede.song import Control, Note, Section, Song, Tempo, Track
from tests.command import Run
from tests.small_sounder import RATE_HZ, model_file

LOW_HZ = 22_050
WISH = ("a small hope", "--seed", "3", "--bars", "2", "--candidates", "1", "--no-lyrics")


@pytest.fixture(scope="module")
def flute(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return model_file(tmp_path_factory.mktemp("models") / "flute.safetensors")


@pytest.fixture(autouse=True)
def low_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less to render, and to make."""
    monkeypatch.setattr(export, "SAMPLE_RATE_HZ", LOW_HZ)
    monkeypatch.setattr(tunes, "RING_S", 0.1)


def song() -> Song:
    """Two seconds with a melody after the first, on the right; chords and a bass."""
    melody = (Note(960, 72, 240, 80), Note(1_200, 76, 240, 80))
    right = (Control(0, 7, 104), Control(0, 10, 120))
    return Song(
        "Two seconds",
        (
            Track("Chords", tuple(Note(0, pitch, 1_920, 70) for pitch in (48, 52, 55)), 0, "chords"),
            Track("Melody", melody, 73, "melody", controls=right),
            Track("Bass", (Note(0, 36, 1_920, 70),), 33, "bass"),
        ),
        tempos=(Tempo(0, 120.0),),
        sections=(Section(0, 1_920, "verse"),),
    )


def with_lead(flute: Path, seed: int = 1, **options: str) -> Song:
    return replace(song(), lead=lead_by(flute, seed=seed, backend="numpy", **options))


# What is heard


def test_the_melody_is_heard_where_it_stands_and_as_loud_as_its_instrument(flute: Path) -> None:
    plain = list(synth.Stems(song(), sample_rate_hz=LOW_HZ))
    apart, given = led(with_lead(flute), LOW_HZ)
    assert list(given) == [1]
    stems = list(synth.Stems(apart, given=given, sample_rate_hz=LOW_HZ))
    assert np.array_equal(stems[0], plain[0]) and np.array_equal(stems[2], plain[2])
    begin = LOW_HZ  # the first note is at one second
    assert np.abs(stems[1][: round(0.98 * begin)]).max() < 1e-4 < np.abs(stems[1][begin:]).max()
    levels = [level_dbfs(stem.T, LOW_HZ) for stem in (plain[1], stems[1])]
    assert levels[1] == pytest.approx(levels[0], abs=1.5)  # the reverb is another
    left, right = np.square(stems[1]).sum(axis=0)
    assert right > 4 * left


def _sines(
    self: Sounder, wishes: Sequence[Wish], seconds: float, rng: np.random.Generator, **_: object
) -> Iterator[np.ndarray]:
    """What a model would give that plays the notes that it is told to the sample, as sines."""
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    sound = np.zeros(len(at))
    for note in wishes[0].notes:
        sounds = (at >= note.onset_s) & (at < note.end_s)
        sound += 0.5 * sounds * np.sin(2 * np.pi * 440 * 2 ** ((note.pitch - 69) / 12) * at)
    for begin in range(0, len(sound), 800):
        yield sound[None, begin : begin + 800].astype(np.float32)


@pytest.mark.parametrize("rate_hz", [24_000, 44_100])
def test_each_note_is_heard_at_its_time_and_in_its_pitch(
    flute: Path, monkeypatch: pytest.MonkeyPatch, rate_hz: int
) -> None:
    monkeypatch.setattr(Sounder, "streamed", _sines)
    rows = [(0, 60), (480, 67), (2_880, 64), (3_360, 72)]  # a long rest between the second and the third
    melody = tuple(Note(start, pitch, 240, 80) for start, pitch in rows)
    tempos = (Tempo(0, 97.0), Tempo(2_880, 60.0))
    played = replace(
        with_lead(flute, seed=11), tracks=(Track("Melody", melody, 73, "melody"),), tempos=tempos
    )
    sound = led(played, rate_hz)[1][0]
    for note in melody:
        begin, end = (
            round(played.seconds_at(ticks) * rate_hz) for ticks in (note.start_ticks, note.end_ticks)
        )
        assert sounding_pitch(sound[begin:end], rate_hz) == pytest.approx(note.pitch, abs=0.05)
        silent = sound[max(0, begin - round(0.02 * rate_hz)) : max(0, begin - 40)]
        assert not len(silent) or np.abs(silent).max() < 0.01
        assert np.abs(sound[begin : begin + round(0.002 * rate_hz)]).max() > 0.1


def test_stems_with_a_lead_added_up_are_the_song(flute: Path) -> None:
    apart, given = led(with_lead(flute), LOW_HZ)
    whole = synth.render(apart, given=given, sample_rate_hz=LOW_HZ, loudness_dbfs=-18.0)
    stems = synth.Stems(apart, given=given, sample_rate_hz=LOW_HZ, loudness_dbfs=-18.0)
    np.testing.assert_allclose(sum(stems), whole, atol=1e-5)


def test_the_length_of_the_song_is_that_without_a_lead(flute: Path) -> None:
    sounds = [export.to_bytes(one, ".wav") for one in (song(), with_lead(flute))]
    frames = [soundfile.info(io.BytesIO(data)).frames for data in sounds]
    assert frames[0] == frames[1] and sounds[0] != sounds[1]


def test_notes_and_pictures_are_those_without_a_lead(flute: Path) -> None:
    for suffix in (".mid", ".png", ".json", ".musicxml"):
        assert export.to_bytes(with_lead(flute), suffix) == export.to_bytes(song(), suffix)


def test_the_samples_are_the_models_at_the_rate_of_the_mix(flute: Path) -> None:
    _, given = led(with_lead(flute), RATE_HZ)
    made = package.sound(flute, midi=song(), seed=1, backend="numpy")[0]
    assert np.array_equal(given[1], made.samples)
    assert len(led(with_lead(flute), LOW_HZ)[1][1]) == pytest.approx(
        len(made.samples) * LOW_HZ / RATE_HZ, abs=1
    )


def test_labels_and_seeds_change_what_is_heard(flute: Path) -> None:
    leads = [with_lead(flute), with_lead(flute, seed=2), with_lead(flute, label="three")]
    assert len({led(one, RATE_HZ)[1][1].tobytes() for one in leads}) == 3


def test_of_a_track_with_chords_the_top_line_is_played_by_the_model_and_the_rest_stays(flute: Path) -> None:
    notes = tuple(Note(0, pitch, 960, 80) for pitch in (60, 64, 72))
    piano = Song("x", (Track("Piano", notes, 0),), lead=with_lead(flute).lead)
    apart, given = led(piano, RATE_HZ)
    assert [[note.pitch for note in track.notes] for track in apart.tracks] == [[72], [60, 64]]
    assert list(given) == [0]


def test_a_song_without_a_melody_is_refused(flute: Path) -> None:
    drums = Song("x", (Track("Beat", (Note(0, 36, 10, 80),), is_drum=True),), lead=with_lead(flute).lead)
    with pytest.raises(InputError, match="no melody for a model to play"):
        export.to_bytes(drums, ".wav")


def test_a_model_that_changed_since_it_was_chosen_is_refused(flute: Path, tmp_path: Path) -> None:
    changed = replace(with_lead(flute), lead=replace(lead_by(flute, seed=9), sha256="0" * 64))
    with pytest.raises(InputError, match="this model has changed"):
        export.to_bytes(changed, ".wav")


# Composing


def test_a_composed_song_tells_its_lead_and_its_recipe_makes_the_same_files(
    aoede: Run, flute: Path, tmp_path: Path
) -> None:
    lead = ("--lead", flute, "--lead-label", "three")
    done = aoede("compose", *WISH, *lead, "--files", "mid,wav,flac", "--out", "a", "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert (told["lead"]["model"], told["lead"]["label"]) == ("flute", ["three"])
    recipe = told["recipe"]
    assert recipe["models"]["flute"] == lead_by(flute, seed=1).sha256[:16]
    assert recipe["options"]["lead"] == str(flute) and recipe["lead"]["backend"] == told["lead"]["backend"]
    source = next((tmp_path / "a").glob("*.flac"))
    done = aoede("compose", "--recipe", source, "--files", "mid,wav,flac", "--out", "b")
    assert done.code == 0, done.err
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_the_notes_are_those_without_a_lead_and_the_sound_is_not(flute: Path) -> None:
    options = {"seed": 3, "bars": 2, "candidates": 1, "lyrics": ""}
    plain = package.compose("a small hope", **options)  # type: ignore[arg-type]
    lead = package.compose("a small hope", lead=flute, **options)  # type: ignore[arg-type]
    assert lead.tracks == plain.tracks and lead.lead
    assert export.to_bytes(lead, ".wav") != export.to_bytes(plain, ".wav")
    assert "--lead-label three" in export.command_of({**lead.recipe, "options": {"lead_label": "three"}})


def test_an_edited_song_keeps_its_lead_and_one_that_was_read_has_none(flute: Path, tmp_path: Path) -> None:
    made = package.compose("a small hope", seed=3, bars=2, candidates=1, lyrics="", lead=flute)
    read = midi.from_bytes(export.to_bytes(made, ".mid"), where="x").song
    assert read.lead is None
    edited = regenerate(read, tracks="bass", seed=5)
    assert edited.lead == made.lead == again(edited.recipe).song.lead
    by_hand = replace(read, tracks=read.tracks[:1])
    assert regenerate(by_hand, tracks="melody", seed=5).lead == made.lead


def test_a_backend_that_is_not_here_gives_way_and_that_is_said(
    aoede: Run, flute: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = aoede("compose", *WISH, "--lead", flute, "--out", "a.mid")
    assert done.code == 0, done.err
    used = read_recipe(tmp_path / "a.mid")["lead"]["backend"]
    monkeypatch.setattr("aoede.models.wavenet.backends.installed", lambda: ("numpy",))
    done = aoede("compose", "--recipe", "a.mid", "--out", "b.mid")
    assert done.code == 0, done.err
    assert ("another backend" in done.err) == (used != "numpy")
    assert "the melody is made in NumPy, which is slow" in done.err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--lead", "rbm"), 65, ("rbm", "not of sound")),
        (("--lead", "nobody"), 66, ("nobody", "aoede train wavenet")),
        (("--lead", "DEAF"), 2, ("--lead", "plays no notes")),
        (("--lead", "FLUTE", "--lead-label", "thre"), 2, ("--lead-label", "Did you mean 'three'")),
        (("--lead-label", "three"), 2, ("--lead-label", "--lead")),
    ],
)
@pytest.mark.parametrize("command", [("compose", *WISH), ("render", "x.mid")])
def test_leads_that_cannot_be_are_refused_and_nothing_is_written(
    aoede: Run,
    flute: Path,
    tmp_path: Path,
    command: tuple[str, ...],
    words: tuple[str, ...],
    code: int,
    told: tuple[str, ...],
) -> None:
    export.write(song(), tmp_path / "x.mid")
    deaf = model_file(tmp_path / "deaf.safetensors", columns=(), plays_notes=False)
    models = {"DEAF": deaf, "FLUTE": flute}
    done = aoede(*command, *(models.get(word, word) for word in words))
    assert done.code == code, done.err
    assert all(text in done.err for text in told), done.err
    assert not (tmp_path / "out").exists()


# Rendering


def test_a_file_is_rendered_with_a_lead_and_its_recipe_tells_it(
    aoede: Run, flute: Path, tmp_path: Path
) -> None:
    export.write(song(), tmp_path / "x.mid")
    for name, words in {
        "plain": (),
        "led": ("--lead", flute),
        "other": ("--lead", flute, "--seed", "4"),
    }.items():
        done = aoede("render", "x.mid", *words, "-o", f"{name}.wav", "--json")
        assert done.code == 0, done.err
    assert json.loads(done.out)["lead"]["seed"] == 4
    sounds = {name: (tmp_path / f"{name}.wav").read_bytes() for name in ("plain", "led", "other")}
    assert len(set(sounds.values())) == 3
    told = read_recipe(tmp_path / "led.wav")["lead"]
    assert (told["model"], told["seed"]) == ("flute", 0) and told["sha256"]
    assert recipe_with(song()) == {}


def test_a_lead_needs_a_model_that_plays_notes(tmp_path: Path) -> None:
    deaf = model_file(tmp_path / "deaf.safetensors", plays_notes=False)
    with pytest.raises(UsageError, match="deaf plays no notes"):
        lead_by(deaf, seed=1)
