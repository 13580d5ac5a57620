"""Networks on frames from a folder of MIDI or an archive of rolls: trained, resumed, judged, sampled."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aoede import export
from aoede.cli import main
from aoede.compose import compose
from aoede.formats import archive, midi
from aoede.learning import on_frames
from aoede.learning.sampling import find, rolls_of, sample
from aoede.learning.told import Told
from aoede.music.key_finder import find_key
from aoede.music.measures import pitch_class_weights
from aoede.music.note_table import pitched_notes
from aoede.randomness import stream
from tests import kills
from tests.command import Run as Aoede

SMALL = [
    *("--hidden", "12", "--seed", "3", "--epochs", "3"),
    *(f"--set={each}" for each in ("n_units=12", "n_deep=1", "n_past=4", "reach=5", "reach_below=8")),
    *("--set", "precision=float32", "--window", "32"),
]


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "songs"
    folder.mkdir()
    for seed in range(6):
        export.write(compose("hope", seed=seed, bars=8), folder / f"{seed}.mid")
    return folder


@pytest.fixture(scope="module")
def rolls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Chords that change every other step, a silent step among them."""
    rng = stream(1, "chords")
    pieces = []
    for _ in range(8):
        chords = (rng.random((10, 88)) < 0.04).astype(np.uint8)
        chords[4] = 0
        pieces.append(np.repeat(chords, 2, axis=0))
    path = tmp_path_factory.mktemp("rolls") / "chords.npz"
    path.write_bytes(archive.to_bytes(pieces))
    return path


@pytest.fixture(scope="module")
def trained(songs: Path) -> Path:
    run = songs.parent / "trained"
    assert main(["train", "rnn", str(songs), "--encoding", "pianoroll", "--run", str(run), *SMALL]) == 0
    return run


def test_a_folder_of_songs_gives_a_model_that_knows_what_it_was_told(trained: Path) -> None:
    model = find(trained)
    assert model.encoding.struck
    assert model.told is not None
    assert model.told.parts == ("beat", "meter", "key")
    assert model.model.config.n_context == model.told.n
    rows = [json.loads(line) for line in (trained / "metrics.jsonl").read_text().splitlines()]
    assert rows[-1]["held-out nats a frame"] < 0.6 * model.encoding.n_pitches * np.log(2)
    assert (trained / "samples" / "best.mid").exists()


@pytest.mark.parametrize(
    "more",
    [["--output", "nade"], ["--output", "rbm"], ["--preset", "tutorial"], ["--told", ""], ["--grid", "2"]],
)
def test_every_form_is_trained_and_sampled(aoede: Aoede, songs: Path, more: list[str]) -> None:
    arguments = [*SMALL, "--epochs", "1", *more]
    done = aoede("train", "rnn", songs, "--encoding", "pianoroll", "--run", "run", *arguments)
    assert done.code == 0, done.err
    made = sample("run", seed=1, n_bars=2)[0]
    assert made == sample("run", seed=1, n_bars=2)[0]
    assert aoede("evaluate", "run", songs).code == 0


def test_a_transformer_learns_songs_too(aoede: Aoede, songs: Path) -> None:
    arguments = ["--layers", "1", "--set", "n_heads=2", "--set", "context=16", "--transpose", "all"]
    done = aoede("train", "transformer", songs, "--encoding", "pianoroll", "--run", "run", *SMALL, *arguments)
    assert done.code == 0, done.err
    assert sample("run", seed=1, n_bars=1)


def test_a_run_that_was_stopped_comes_to_the_same_bytes(songs: Path, trained: Path, tmp_path: Path) -> None:
    from aoede.learning.train import resume, train

    settings: dict[str, Any] = {
        "encoding": "pianoroll", "n_hidden": 12, "seed": 3, "n_epochs": 3, "n_units": 12, "n_deep": 1, "n_past": 4,
        "reach": 5, "reach_below": 8, "precision": "float32", "n_steps": 32,
    }  # fmt: skip
    steps = iter(range(10**6))
    train("rnn", songs, tmp_path / "again", should_stop=lambda: next(steps) >= 5, **settings)
    assert not (tmp_path / "again" / "model.safetensors").exists()
    resume(tmp_path / "again")
    assert kills.results(tmp_path / "again") == kills.results(trained)


def test_an_archive_is_learnt_judged_by_the_literatures_rule_and_played(aoede: Aoede, rolls: Path) -> None:
    assert aoede("train", "rnn", rolls, "--encoding", "pianoroll", "--run", "run", *SMALL).code == 0
    done = aoede("evaluate", "run", rolls, "--json")
    found = json.loads(done.out)
    pieces = archive.from_bytes(rolls.read_bytes(), where="")
    assert found["metric"] == "nats_per_frame"
    assert found["n_symbols"] == sum(map(len, pieces)) == 160
    nats = np.concatenate(find("run").model.nats(pieces))
    assert found["value"] == pytest.approx(float(nats.mean(dtype=np.float64)), abs=1e-5)
    assert "first of each piece included" in found["protocol"]
    assert sample("run", seed=1, n_bars=2)[0].tracks


def test_nothing_is_held_out_where_nothing_is_wanted(aoede: Aoede, rolls: Path) -> None:
    done = aoede("train", "rnn", rolls, "--encoding", "pianoroll", "--run", "run", "--held-out", "0", *SMALL)
    assert done.code == 0
    rows = [json.loads(line) for line in Path("run/metrics.jsonl").read_text().splitlines()]
    assert not any("held-out" in name for row in rows for name in row)


def test_what_cannot_be_is_refused_in_a_sentence(
    aoede: Aoede, songs: Path, rolls: Path, trained: Path, tmp_path: Path
) -> None:
    mixed = tmp_path / "mixed"
    mixed.mkdir()
    (mixed / "a.npz").write_bytes(rolls.read_bytes())
    (mixed / "b.mid").write_bytes((songs / "1.mid").read_bytes())
    text = tmp_path / "text.txt"
    text.write_text("to be or not to be " * 50)
    frames = ("--encoding", "pianoroll", "--run", tmp_path / "no")
    for arguments, code, told in (
        (("train", "rnn", mixed, *frames), 2, "cannot be learnt together"),
        (("train", "rnn", rolls, *frames, "--transpose", "key"), 2, "not moved to C"),
        (("train", "rnn", rolls, *frames, "--told", "beat"), 2, "nothing is known but its notes"),
        (("train", "rnn", songs, *frames, "--told", "weather"), 2, "weather"),
        (("train", "rnn", songs, *frames, "--grid", "7"), 78, "7 steps"),
        (("train", "rbm", songs, "--encoding", "characters"), 2, "knows nothing of characters"),
        (("train", "rnn", songs, *frames, "--output", "notes", "--set", "n_context=3"), 2, "n_context"),
        (("evaluate", trained, rolls), 65, "88 keys"),
        (("train", "rnn", songs), 65, "--encoding pianoroll"),
        (("train", "rnn", text, *frames), 65, "--encoding characters"),
    ):
        more = SMALL if arguments[0] == "train" else []
        done = aoede(*arguments, *more)
        assert (done.code, told in done.err) == (code, True), (arguments, done.code, done.err)


def test_told_a_mode_a_model_plays_in_it() -> None:
    """Of pieces that are scales in C major or minor the mode alone says which is played."""
    from aoede.song import Note, Song, Track

    scales = {"major": (0, 2, 4, 5, 7, 9, 11, 12), "minor": (0, 2, 3, 5, 7, 8, 10, 12)}
    values = []
    for steps in scales.values():
        for shift in range(0, 12, 3):
            notes = tuple(Note(480 * i, 60 + shift + steps[i % 8], 480, 80) for i in range(24))
            values.append(Song("", (Track("", notes, 0),)))
    from aoede.encodings.pianoroll import PianoRoll
    from aoede.learning import families

    told, encoding = Told(("key",), 0), PianoRoll(55, 79, 1)
    played, rows = on_frames.sequences(values, encoding, "key", told)
    family = families.load("rnn", encoding="pianoroll")
    config = family.Config(
        n_pitches=25, has_strikes=True, n_context=told.n, n_hidden=24, n_units=24, n_past=3
    )
    recipe = family.Recipe(
        dropout=0.0, hidden_dropout=0.0, trunk_dropout=0.0, context_dropout=0.0, precision="float32", n_rows=8
    )
    learner = family.Learner(config, recipe, played, [], train_context=rows, seed=1)
    for step in range(250):
        learner.update(np.zeros(1, np.int64), stream(1, "update", step), step / 250)
    from dataclasses import asdict

    from aoede.learning.sampling import Trained

    model = family.Model.from_tensors(asdict(config), learner.tensors())
    trained = Trained("scales", family, model, encoding, None, told, "key", "")
    for mode, valence in (("major", 0.8), ("minor", -0.8)):
        made = rolls_of(trained, 24, stream(2, "scale"), at=(valence, 0.0), temperature=0.3)[0]
        key = find_key(pitch_class_weights(pitched_notes(encoding.decode(made))))
        assert (key.tonic_pc, key.mode) == (0, mode)


def test_what_is_gone_on_from_is_heard(aoede: Aoede, songs: Path, trained: Path) -> None:
    beginning = midi.read(songs / "1.mid").song
    one, two = (sample(trained, seed=1, n_bars=2, start=song, only_new=True)[0] for song in (beginning, None))
    assert one.tracks[0].notes != two.tracks[0].notes
