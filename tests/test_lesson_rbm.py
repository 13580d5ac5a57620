"""The lesson on the RBM does what it says, and what it looks at is there: pictures of models, and of Gibbs chains."""

import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from aoede.cli import main
from aoede.learning import checkpoint
from aoede.learning.sampling import find
from tests.lesson_runs import Lesson, LessonClaims, aside, run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    return run("rbm", tmp_path_factory.mktemp("rbm"))


@pytest.fixture
def one(done: Lesson) -> Lesson:
    return done


class TestLesson(LessonClaims):
    """What every lesson claims."""


def test_the_training_that_ctrl_c_stopped_is_listed_as_stopped(done: Lesson) -> None:
    assert "stopped at" in done.printed


def test_the_song_that_is_evaluated_was_kept_aside_and_the_beginning_was_not(done: Lesson) -> None:
    """What the lesson says of both."""
    document = json.loads((done.folder / "out" / "first" / "run.json").read_text())
    assert (document["held_out"], document["schedule"]["seed"]) == (0.1, 10)
    kept = {item.path for item in aside(done)}
    evaluated = [line.split("/")[-1] for line in done.codes if line.startswith("aoede evaluate")]
    assert len(kept) == 4 and "Four of the songs were kept aside" in done.page
    assert set(evaluated) < kept
    assert "cowboy_songs_jessejames.mid" not in kept


def test_training_lowers_the_held_out_figure_and_grows_the_weights(done: Lesson) -> None:
    newborn, first = (find(done.folder / "out" / name) for name in ("newborn", "first"))
    assert np.abs(first.model.weights).max() > 10 * np.abs(newborn.model.weights).max()
    rows = (done.folder / "out" / "first" / "metrics.jsonl").read_text().splitlines()
    begin, end = (json.loads(row)["held-out nats a step"] for row in (rows[0], rows[-1]))
    assert end < begin - 2


def test_the_units_of_the_tutorials_machine_are_alike_and_ours_are_not(done: Lesson) -> None:
    def likeness(name: str) -> float:
        """The median cosine between the weights of two units."""
        weights = find(done.folder / "out" / name).model.weights
        unit = weights / np.linalg.norm(weights, axis=0)
        return float(np.median((unit.T @ unit)[np.triu_indices(unit.shape[1], 1)]))

    assert likeness("tutorial") > 0.8
    assert abs(likeness("first")) < 0.2


def test_a_calm_mood_has_fewer_notes_than_a_busy_one(done: Lesson) -> None:
    from aoede.formats import midi

    calm, busy = (
        len(midi.read(done.folder / "out" / name / "rbm-10.mid").song.tracks[0].notes)
        for name in ("calm", "busy")
    )
    assert calm < busy


@pytest.fixture
def in_lesson(done: Lesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with a copy of the lesson's trained run."""
    shutil.copytree(done.folder / "out" / "first", tmp_path / "first")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_look_tells_what_a_run_is_and_draws_held_and_struck_weights(
    in_lesson: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["look", "first"]) == 0
    told = capsys.readouterr().out
    for word in ("rbm on piano rolls", "n hidden 60", "held-out nats a step", "seed 10", "sha256", "licence"):
        assert word in told
    assert main(["look", "first", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["schema"] == "aoede.model/1"
    assert report["sha256"] == checkpoint.load(in_lesson / "first" / "model.safetensors").sha256
    assert report["pictures"] == ["out/first.png", "out/first-struck.png"]
    assert report["tensors"]["weights"] == [report["tensors"]["visible_bias"][0], 60]
    held, struck = (Image.open(io.BytesIO(Path(path).read_bytes())) for path in report["pictures"])
    assert held.size == struck.size and held.tobytes() != struck.tobytes()


def test_look_takes_a_model_file_and_a_name_for_its_picture(
    in_lesson: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["look", "first/model.safetensors", "-o", "seen/units.png"]) == 0
    assert main(["look", "first"]) == 0
    assert {path.name for path in (in_lesson / "seen").iterdir()} == {"units.png", "units-struck.png"}
    assert main(["look", "first", "-o", "units.gif"]) == 2
    assert ".png" in capsys.readouterr().err


def test_look_at_a_folder_that_is_no_run_or_a_damaged_model_says_so(
    in_lesson: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (in_lesson / "empty").mkdir()
    assert main(["look", "empty"]) == 66
    model = in_lesson / "first" / "model.safetensors"
    model.write_bytes(model.read_bytes()[:-1])
    assert main(["look", str(model)]) == 65
    assert "Traceback" not in capsys.readouterr().err


def test_sample_with_chain_writes_the_chain_beside_the_same_song(
    in_lesson: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder, more in (("plain", []), ("with", ["--chain"])):
        command = ["sample", "first", "--seed", "3", "--bars", "1", "--audio", "none", "-o", folder]
        assert main([*command, *more]) == 0
    assert (in_lesson / "plain" / "first-3.mid").read_bytes() == (
        in_lesson / "with" / "first-3.mid"
    ).read_bytes()
    assert {path.name for path in (in_lesson / "with").iterdir()} == {
        "first-3.mid",
        "first-3.png",
        "first-3-chain.png",
    }
    assert "first-3-chain.png" in capsys.readouterr().out
