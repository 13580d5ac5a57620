"""The material audio: recordings to a trained model that makes sound by itself, and what is told on the way."""

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from aoede.encodings.mulaw import MuLaw
from aoede.encodings.score_frames import FEATURES, Sounding
from aoede.errors import InputError, UsageError
from aoede.learning import families, on_audio
from aoede.learning.clips import Clip
from aoede.learning.dataset import Item, from_folder
from aoede.learning.evaluate import Evaluation, evaluate
from aoede.learning.sampling import find_checkpoint
from aoede.learning.sounder import Sounder, Wish
from aoede.learning.train import train
from aoede.learning.watcher import Silent
from aoede.models.wavenet.model import shapes
from aoede.randomness import stream
from tests.command import Run

FAMILY = families.load("wavenet")
SHAPE = {
    "n_layers": 4,
    "n_cycle": 4,
    "n_residual": 8,
    "n_skip": 8,
    "n_told": 16,
    "n_taps": 4,
    "n_quick": 4,
    "rate_hz": 8_000,
}


def _notes(folder: Path, n: int = 8) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    rows = ["file,word,pitch"]
    for i in range(n):
        at = np.arange(5_500) / 8_000
        hz = 440 * 2 ** ((60 + i - 69) / 12)
        tone = np.sin(2 * np.pi * hz * at) + 0.3 * np.sin(4 * np.pi * hz * at)
        soundfile.write(folder / f"{i}.wav", 0.4 * tone * np.exp(-2 * at), 8_000)
        rows.append(f"{i}.wav,{'ab'[i % 2]},{60 + i}")
    (folder / "labels.csv").write_text("\n".join(rows))
    return folder


def _items(folder: Path) -> tuple[Item, ...]:
    return from_folder(folder, **on_audio.reading({})).items


def _decided(folder: Path, **said: object) -> dict:
    items = _items(folder)
    found = on_audio.decide(FAMILY, items, "default", {**SHAPE, "outline_steps": 20, **said}, 0.25, 3, None)
    return {"held_out": 0.25, "schedule": {"seed": 3}, **found}


def _sounder(**changes: object) -> Sounder:
    """A model of random weights with labels and notes."""
    config = FAMILY.Config(
        **{
            **SHAPE,
            "label_sizes": (3,),
            "n_frame_features": len(FEATURES),
            "frame_samples": 80,
            "n_harmonics": 3,
            **changes,
        }
    )
    rng = np.random.default_rng(1)
    tensors = {
        name: (0.2 * rng.standard_normal(shape)).astype(np.float32) for name, shape in shapes(config).items()
    }
    metadata = {
        "family": "wavenet",
        "encoding": MuLaw(8_000).as_mapping(),
        "labels": {"columns": ["word"], "values": [["a", "b"]]},
        "config": vars(config),
        "provenance": {"frames": on_audio.ScoreFrames(8_000).as_mapping()},
    }
    return Sounder.of(metadata, tensors, name="m")


# Deciding


def test_a_run_is_decided_by_the_recordings(tmp_path: Path) -> None:
    document = _decided(_notes(tmp_path))
    assert document["config"]["label_sizes"] == (3,)
    assert document["config"]["n_frame_features"] == len(FEATURES)
    assert document["config"]["frame_samples"] == 80
    assert document["encoding"]["rate_hz"] == 8_000
    costs = document["baselines"]
    assert costs["adaptive linear prediction"] < costs["histogram"] < costs["uniform"] == 8
    assert (
        "6 clips to learn from, 2 held out; 6 s at 8,000 Hz; labels: word; notes are told"
        in document["remarks"]
    )


def test_the_rate_is_that_of_the_recordings_where_nobody_says_another(tmp_path: Path) -> None:
    items = _items(_notes(tmp_path))
    shape = {name: value for name, value in SHAPE.items() if name != "rate_hz"}
    assert on_audio.decide(FAMILY, items, "default", shape, 0.25, 3, None)["encoding"]["rate_hz"] == 8_000
    said = {**shape, "rate_hz": 16_000}
    assert on_audio.decide(FAMILY, items, "default", said, 0.25, 3, None)["encoding"]["rate_hz"] == 16_000


@pytest.mark.parametrize("said", [{"n_moved": -1}, {"phrases_s": 1e9}, {"names": 3}, {"label_sizes": (2,)}])
def test_settings_that_cannot_be_are_refused(tmp_path: Path, said: dict) -> None:
    with pytest.raises(UsageError):
        _decided(_notes(tmp_path), **said)


def test_tables_and_songs_without_a_sound_are_refused(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("file,word\na.wav,yes\n")
    with pytest.raises(InputError, match="no sound here"):
        _decided(tmp_path)


def test_what_is_judged_fits_into_a_check() -> None:
    clips = [Clip(str(i), np.zeros(20_000, np.float32)) for i in range(30)]
    part = on_audio.judged_part(clips, 8_000)
    assert sum(len(clip.samples) for clip in part) <= on_audio.JUDGED_SAMPLES
    assert {len(clip.samples) for clip in part} == {on_audio.JUDGED_OF_CLIP}
    assert len({clip.name for clip in part}) == len(part) == 6


# Learning


def test_a_learner_hears_moved_clips_and_phrases_of_training_clips_alone(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    items = _items(_notes(tmp_path))
    plain = _decided(tmp_path, n_moved=0, phrases_s=0)
    more = {**plain, "n_moved": 2, "phrases_s": 12}
    few, many = (on_audio.learner(FAMILY, document, items) for document in (plain, more))
    n_few, n_many = (sum(len(heard) for heard in made._train) for made in (few, many))  # type: ignore[attr-defined]
    assert n_many == pytest.approx(3 * n_few + 12 * 8_000, rel=0.1)


def test_a_step_of_training_and_a_check_give_bits_a_sample(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    items = _items(_notes(tmp_path))
    learner = on_audio.learner(FAMILY, _decided(tmp_path, n_moved=0, phrases_s=0), items)
    learner.update(np.arange(1), stream(3, "update", 0), 0.0)
    check = learner.check(stream(3, "check"))
    assert check.watched == check.figures["held-out bits a sample"]
    assert 0 < check.watched < 8


# Sounding


def test_the_same_seed_makes_the_same_sound_and_another_another() -> None:
    sounder = _sounder()
    made = [sounder.made([Wish(("a",))], 0.05, stream(seed, "x"), backend="numpy") for seed in (1, 1, 2)]
    assert made[0].shape == (1, 400)
    assert np.array_equal(made[0], made[1])
    assert not np.array_equal(made[0], made[2])
    assert np.isfinite(made[0]).all()
    assert np.abs(made[0]).max() <= 1


def test_a_stream_is_the_sound_in_pieces() -> None:
    sounder, wish = _sounder(), [Wish(("b",), (Sounding(60, 0.0, 0.2),))]
    whole = sounder.made(wish, 0.25, stream(1, "x"), backend="numpy")
    blocks = list(sounder.streamed(wish, 0.25, stream(1, "x"), backend="numpy"))
    assert [block.shape[1] for block in blocks] == [800, 800, 400]
    assert np.array_equal(np.concatenate(blocks, axis=1), whole)


def test_labels_notes_and_a_beginning_change_what_is_made() -> None:
    sounder = _sounder()
    start = np.sin(np.arange(400) / 5).astype(np.float32) * 0.1
    wishes = [Wish(("a",)), Wish(("b",)), Wish(("a",), (Sounding(60, 0.0, 0.2),)), Wish()]
    made = [sounder.made([wish], 0.05, stream(1, "x"), backend="numpy") for wish in wishes]
    made.append(sounder.made([wishes[0]], 0.05, stream(1, "x"), backend="numpy", start=start))
    assert len({sound.tobytes() for sound in made}) == len(made)


@pytest.mark.parametrize("seconds", [0, -1, 1e9, float("nan")])
def test_lengths_that_cannot_be_are_refused(seconds: float) -> None:
    with pytest.raises(UsageError, match="a sound lasts"):
        _sounder().made([Wish()], seconds, stream(1, "x"))


def test_notes_for_a_model_that_reads_none_are_refused() -> None:
    deaf = _sounder(n_harmonics=0)
    with pytest.raises(UsageError, match="reads no notes"):
        deaf.made([Wish((), (Sounding(60, 0, 1),))], 0.1, stream(1, "x"))


def test_a_file_that_is_no_model_of_sound_is_refused() -> None:
    with pytest.raises(InputError, match="no model of sound"):
        Sounder.of({"family": "rbm"}, {}, name="m")


# Training


class _Listening(Silent):
    def __init__(self) -> None:
        self.heard: list[str] = []

    def sampled(self, text: str) -> None:
        self.heard.append(text)

    def warned(self, text: str) -> None:
        self.heard.append(text)


def test_a_training_tells_what_linear_prediction_pays_and_how_it_stands_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    monkeypatch.setattr(on_audio, "SAMPLE_S", 0.05)
    _notes(tmp_path / "notes")
    watcher = _Listening()
    said = {
        **SHAPE,
        "n_moved": 0,
        "phrases_s": 0,
        "outline_steps": 20,
        "n_epochs": 1,
        "held_out": 0.25,
        "n_rows": 2,
        "n_steps": 400,
    }
    outcome = train("wavenet", tmp_path / "notes", tmp_path / "run", seed=3, watcher=watcher, **said)
    told = " ".join(watcher.heard)
    assert "held-out bits a sample without a network: uniform 8.00" in told
    assert "linear prediction" in watcher.heard[-2]
    assert outcome.model is not None
    assert {path.name for path in (tmp_path / "run" / "samples").iterdir()} >= {
        "best.wav",
        "best.png",
        "strip.png",
    }
    found = find_checkpoint(outcome.model)[0]
    sounder = Sounder.of(found.metadata, found.tensors, name="m")
    made = sounder.made([Wish(("a",), (Sounding(62, 0.0, 0.05),))], 0.05, stream(1, "x"), backend="numpy")
    assert made.shape == (1, 400)


@pytest.mark.parametrize("name", ["text", "empty", "silent", "second", "labels"])
def test_bad_recordings_end_with_a_sentence_and_write_nothing(aoede: Run, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    tone = 0.5 * np.sin(np.arange(8_000) / 5)
    if name == "text":
        (folder / "a.wav").write_text("no sound")
    elif name == "empty":
        (folder / "a.wav").write_bytes(b"")
    else:
        sound = {"silent": 0 * tone, "second": tone, "labels": np.tile(tone, 6)}[name]
        soundfile.write(folder / "a.wav", sound, 8_000)
    (folder / "l.csv").write_text("file,word\nother.wav,yes\n" if name == "labels" else "file,word\n")
    done = aoede("train", "wavenet", folder, "--run", tmp_path / "run")
    assert done.code == 65
    assert len(done.err.strip().splitlines()) < 6
    assert not (tmp_path / "run").exists()


# Judging


def test_a_model_is_judged_beside_linear_prediction_and_told_of_other_clips(tmp_path: Path) -> None:
    found = evaluate(_sounder(), _notes(tmp_path, n=3))
    assert isinstance(found, Evaluation)
    assert found.metric == "bits_per_sample"
    assert found.n_symbols == 3 * 5_500
    assert "by linear prediction alone" in found.protocol
    assert "told of other clips" in found.protocol


def test_labels_are_told_to_the_model_by_their_names_and_unknown_where_there_are_none(tmp_path: Path) -> None:
    sounder = _sounder()
    takes = on_audio.judged_takes(sounder, _items(_notes(tmp_path, n=3)))
    assert [take.labels.tolist() for take in takes] == [[1], [2], [1]]
    (tmp_path / "labels.csv").unlink()
    takes = on_audio.judged_takes(sounder, _items(tmp_path))
    assert [take.labels.tolist() for take in takes] == [[0], [0], [0]]


# Showing


def test_samples_are_free_running_beside_the_recordings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = _decided(_notes(tmp_path))
    monkeypatch.setattr(on_audio, "SAMPLE_S", 0.1)
    artist = on_audio.artist(document, _items(tmp_path))
    sounder = _sounder(n_harmonics=on_audio.N_HARMONICS)
    metadata = {
        "family": "wavenet",
        "encoding": document["encoding"],
        "labels": document["labels"],
        "config": document["config"],
        "provenance": {"frames": document["frames"]},
    }
    files = artist.samples(metadata, sounder.model.to_tensors(), name="step-1")
    sound, rate_hz = soundfile.read(io.BytesIO(files[".wav"]))
    assert rate_hz == 8_000
    assert len(sound) == pytest.approx(len(artist.shown) * (800 + 2_000))
    picture = Image.open(io.BytesIO(files[".png"]))
    assert picture.width == 1200
    overview = artist.overview({25: files, 50: files}, {25: 6.0, 50: 5.0}, "held-out bits a sample")
    assert set(overview) == {"strip.png", "verdict.txt"}


def test_the_verdict_says_better_or_worse_than_linear_prediction() -> None:
    line = {"adaptive linear prediction": 5.0}
    assert (
        on_audio.verdict(4.5, line)
        == "better than linear prediction by 0.50 bits a sample: 4.500 against 5.000"
    )
    assert "worse than linear prediction by 0.20 bits a sample so far" in on_audio.verdict(5.2, line)
    assert "as good as" in on_audio.verdict(5.001, line)
