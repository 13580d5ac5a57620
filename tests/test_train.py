"""`aoede train`, `resume`, `sample`, `evaluate`, `runs` as a person meets them."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from aoede import export
from aoede.cli import main
from aoede.cli.watching import stoppable
from aoede.compose import compose
from aoede.formats import midi
from aoede.learning import runs
from aoede.learning.outputs import N_SAMPLES
from tests import kills
from tests.command import Run as Aoede

QUICK = ("--epochs", "50", "--hidden", "6", "--window", "8")


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "songs"
    folder.mkdir()
    for seed in range(9):
        export.write(compose("hope", seed=seed, bars=8, lyrics="", candidates=1), folder / f"{seed}.mid")
    return folder


@pytest.fixture(scope="module")
def trained(songs: Path) -> Path:
    """A run that is done."""
    run = songs.parent / "trained"
    assert main(["train", "rbm", str(songs), "--run", str(run), "--seed", "5", *QUICK]) == 0
    return run


def test_training_leaves_a_model_losses_figures_and_samples_in_the_run(trained: Path) -> None:
    names = {path.name for path in trained.iterdir()}
    assert names >= {"model.safetensors", "losses.png", "metrics.jsonl", "run.json", "data.json", "samples"}
    assert (trained / "losses.png").read_bytes().startswith(b"\x89PNG")
    rows = [json.loads(line) for line in (trained / "metrics.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == sorted({row["step"] for row in rows})
    assert {"held-out nats a step", "free-energy gap"} <= set(rows[-1])
    songs = sorted(path.name for path in (trained / "samples").glob("*.mid"))
    assert 3 < len(songs) <= N_SAMPLES + 2
    assert "best.mid" in songs
    for name in songs:
        midi.read(trained / "samples" / name)
        assert (trained / "samples" / name).with_suffix(".png").exists()


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(
    aoede: Aoede, songs: Path, trained: Path, tmp_path: Path
) -> None:
    for name, seed in (("again", "5"), ("other", "6")):
        done = aoede("train", "rbm", songs, "--run", tmp_path / name, "--seed", seed, *QUICK)
        assert done.code == 0
    assert kills.results(tmp_path / "again") == kills.results(trained)
    other = kills.results(tmp_path / "other")
    assert other["model.safetensors"] != kills.results(trained)["model.safetensors"]


def test_without_a_name_each_training_has_a_folder_of_its_own(
    aoede: Aoede, songs: Path, tmp_path: Path
) -> None:
    for _ in range(2):
        assert aoede("train", "rbm", songs, *QUICK, "--epochs", "10").code == 0
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == ["rbm-songs", "rbm-songs-2"]
    listed = aoede("runs")
    assert listed.out.count("done") == 2
    told = json.loads(aoede("runs", "--json").out)["runs"]
    assert [row["family"] for row in told] == ["rbm", "rbm"]
    assert told[0]["next"].startswith("aoede sample")


def test_a_folder_with_broken_files_trains_and_names_them(aoede: Aoede, songs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    shutil.copytree(songs, folder)
    (folder / "broken.mid").write_bytes(b"MThd not at all")
    (folder / "empty.mid").write_bytes(b"")
    (folder / "notes.txt").write_text("not music")
    done = aoede("train", "rbm", folder, "--run", tmp_path / "run", *QUICK, "--json")
    assert done.code == 0
    assert "broken.mid" in done.err
    assert "empty.mid" in done.err
    assert "accounted for" not in done.err
    assert json.loads(done.out)["files"] == {"read": 9, "repaired": 0, "skipped": 2}
    account = json.loads((tmp_path / "run" / "data.json").read_text())
    assert {row["path"] for row in account["files"] if row["outcome"] == "skipped"} == {
        "broken.mid",
        "empty.mid",
    }


def test_where_more_files_are_broken_than_are_told_it_says_where_each_is_named(
    aoede: Aoede, songs: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "mixed"
    shutil.copytree(songs, folder)
    for i in range(14):
        (folder / f"broken-{i}.mid").write_bytes(b"MThd not at all" + bytes(i))
    done = aoede("train", "rbm", folder, "--run", "run", *QUICK)
    assert done.code == 0 and "and 3 more" in done.err
    assert f"every file is accounted for in {Path('run') / 'data.json'}" in done.err
    account = json.loads((tmp_path / "run" / "data.json").read_text())
    broken = [row for row in account["files"] if row["outcome"] == "skipped"]
    assert len(broken) == 14 and all(row["reason"] == "damaged" and row["remarks"] for row in broken)


def test_data_that_changed_is_named_and_refused_unless_allowed(
    aoede: Aoede, songs: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "songs"
    shutil.copytree(songs, folder)
    assert aoede("train", "rbm", folder, "--run", "run", *QUICK).code == 0
    shutil.copy(folder / "1.mid", folder / "2.mid")
    (folder / "3.mid").unlink()
    refused = aoede("resume", "run")
    assert refused.code == 65
    assert "2.mid was changed" in refused.err
    assert "3.mid is missing" in refused.err
    assert "--allow-data-change" in refused.err
    assert aoede("resume", "run", "--allow-data-change").code == 0
    assert aoede("resume", "run").code == 0, "what was allowed once is the data from then on"


def test_a_run_without_its_file_is_still_a_run_and_going_on_with_it_mends_it(
    aoede: Aoede, songs: Path, trained: Path, tmp_path: Path
) -> None:
    shutil.copytree(trained, tmp_path / "my run")
    (tmp_path / "my run" / "run.json").unlink()
    refused = aoede("train", "rbm", songs, "--run", "my run", *QUICK)
    assert refused.code == 73
    assert "a run is here already" in refused.err
    done = aoede("resume", "my run")
    assert done.code == 0
    assert "aoede sample 'my run'" in done.out
    assert runs.read_run(tmp_path / "my run") == runs.read_run(trained)


def test_data_that_moved_are_found_again_when_told(aoede: Aoede, songs: Path, tmp_path: Path) -> None:
    shutil.copytree(songs, tmp_path / "here")
    assert aoede("train", "rbm", "here", "--run", "run", *QUICK).code == 0
    (tmp_path / "here").rename(tmp_path / "there")
    missing = aoede("resume", "run")
    assert missing.code == 66
    assert "here" in missing.err
    assert aoede("resume", "run", "--data", "there").code == 0


def test_training_where_a_run_is_already_is_refused_and_changes_nothing(
    aoede: Aoede, songs: Path, trained: Path
) -> None:
    before = kills.results(trained)
    done = aoede("train", "rbm", songs, "--run", trained, *QUICK)
    assert done.code == 73
    assert f"aoede resume {trained}" in done.err
    assert kills.results(trained) == before


def test_a_signal_that_is_ignored_stays_so_and_the_first_one_is_answered(
    capfd: pytest.CaptureFixture[str],
) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stoppable() as stop:
            signal.raise_signal(signal.SIGHUP)
            assert not stop.is_set()
            signal.raise_signal(signal.SIGTERM)
            assert stop.is_set() and "the same again stops at once" in capfd.readouterr().err
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_saves_and_prints_the_command_that_goes_on(
    number: int, code: int, songs: Path, tmp_path: Path
) -> None:
    run = tmp_path / "my run"
    train = ["train", "rbm", str(songs), "--run", str(run), "--epochs", "100000", "--hidden", "6"]
    with kills.start(*train) as process:
        _wait_for(lambda: any((run / "checkpoints").glob("step-*")) or runs.is_run(run))
        time.sleep(0.3)
        second = subprocess.run(
            [sys.executable, "-m", "aoede", "resume", str(run)], capture_output=True, text=True, check=False
        )
        assert second.returncode == 75
        assert f"process {process.pid}" in second.stderr
        process.send_signal(number)
        began = time.monotonic()
        _, told = process.communicate(timeout=20)
    assert process.returncode == code
    assert time.monotonic() - began < 10
    assert f"aoede resume '{run}'" in told
    found, warnings = runs.newest(run)
    assert found is not None
    assert not warnings


def _wait_for(happened: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.05)


def test_a_disk_that_is_full_is_one_sentence_and_the_training_goes_on_later(
    songs: Path, trained: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (9000, -1)); "
    limited += "from aoede.cli import main; sys.exit(main())"
    train = ["train", "rbm", str(songs), "--run", str(run), "--seed", "5", *QUICK]
    done = subprocess.run(
        [sys.executable, "-c", limited, *train], capture_output=True, text=True, check=False
    )
    assert done.returncode == 74
    assert "the disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    kills.finish("resume", str(run))
    assert kills.results(run) == kills.results(trained)


def test_a_run_in_a_place_that_cannot_be_written_is_refused_before_anything_is_read(
    aoede: Aoede, songs: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    done = aoede("train", "rbm", songs, "--run", "file/run", *QUICK)
    assert done.code == 73
    assert "reading" not in done.err


@pytest.mark.parametrize(
    "arguments, code, said",
    [
        (["rbn", "songs"], 2, "rbm"),
        (["ngram", "songs"], 65, ".txt"),
        (["rbm", "nowhere"], 66, "nowhere"),
        (["rbm", "empty"], 65, "MIDI"),
        (["rbm", "songs", "--preset", "none"], 2, "tutorial"),
        (["rbm", "songs", "--minutes", "0"], 2, "minutes"),
        (["rbm", "songs", "--minutes", "1", "--epochs", "1"], 2, "both"),
        (["rbm", "songs", "--seed", "-1"], 2, "seed"),
        (["rbm", "songs", "--transpose", "up"], 2, "key"),
        (["rbm", "songs", "--hidden", "0"], 2, "hidden"),
        (["rbm", "songs", "--set", "width=12"], 2, "no setting 'width'"),
        (["rbm", "songs", "--set", "n_labels=0"], 2, "no setting 'n_labels'"),
        (["rbm", "songs", "--set", "run=there"], 2, "run is no setting"),
        (["rbm", "songs", "--set", "watcher=1"], 2, "watcher is no setting"),
        (["rbm", "songs", "--set", "transpose=5"], 2, "transpose must be text, not 5"),
        (["rbm", "songs", "--set", "minutes=abc"], 2, "minutes must be a number, not 'abc'"),
        (["rbm", "songs", "--set", "seed=1.5"], 2, "seed must be a whole number, not 1.5"),
        (["rbm", "songs", "--set", "held_out=x"], 2, "held_out must be a number"),
        (["rbm", "songs", "--set", "preset=[]"], 2, "preset must be text"),
    ],
)
def test_what_cannot_be_is_said_and_leaves_no_folder(
    arguments: list[str], code: int, said: str, aoede: Aoede, songs: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    shutil.copytree(songs, tmp_path / "songs")
    done = aoede("train", *arguments, "--run", "run")
    assert done.code == code
    assert said in done.err
    assert not (tmp_path / "run").exists()


def test_minutes_are_made_into_steps_that_the_run_keeps(aoede: Aoede, songs: Path, tmp_path: Path) -> None:
    began = time.monotonic()
    done = aoede("train", "rbm", songs, "--run", "run", "--minutes", "0.05", "--hidden", "6", "--json")
    assert done.code == 0
    assert time.monotonic() - began < 15
    document = runs.read_run(tmp_path / "run")
    assert document["schedule"]["n_steps"] >= json.loads(done.out)["step"] > 1


def test_the_tutorials_model_has_the_tutorials_shape(aoede: Aoede, songs: Path, tmp_path: Path) -> None:
    assert aoede("train", "rbm", songs, "--run", "run", "--preset", "tutorial", "--epochs", "1").code == 0
    document = runs.read_run(tmp_path / "run")
    assert document["config"] == {"width": 156, "window_steps": 15, "n_hidden": 50, "n_labels": 0}
    assert (document["encoding"]["low"], document["encoding"]["high"]) == (24, 101)
    recipe = document["recipe"]
    assert (recipe["k"], recipe["batch_size"], recipe["learning_rate"]) == (1, 100, 0.005)
    assert document["transpose"] == "none"


def test_where_nothing_was_trained_yet_that_is_said(aoede: Aoede) -> None:
    done = aoede("runs")
    assert done.code == 0
    assert "aoede train rbm" in done.err
    assert json.loads(aoede("runs", "--json").out)["runs"] == []
    assert aoede("runs", "nowhere").code == 66


# Samples


def test_a_sample_is_a_song_with_its_recipe_and_the_same_seed_gives_the_same_bytes(
    aoede: Aoede, trained: Path, tmp_path: Path
) -> None:
    for out in ("a", "b"):
        assert aoede("sample", trained, "--seed", "3", "--bars", "4", "--out", out).code == 0
    for suffix in (".mid", ".wav", ".png"):
        name = f"trained-3{suffix}"
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    song = midi.read(tmp_path / "a" / "trained-3.mid").song
    assert song.recipe["seed"] == 3
    assert song.end_ticks <= 4 * 1920
    other = aoede("sample", trained, "--seed", "4", "--bars", "4", "--out", "a", "--audio", "none")
    assert other.code == 0
    assert (tmp_path / "a" / "trained-4.mid").read_bytes() != (tmp_path / "a" / "trained-3.mid").read_bytes()


def test_samples_can_be_many_moody_in_a_key_and_go_on_from_a_song(
    aoede: Aoede, trained: Path, songs: Path, tmp_path: Path
) -> None:
    arguments = ["--count", "3", "--mood", "calm and sad", "--key", "D minor", "--start", songs / "1.mid"]
    done = aoede("sample", trained, *arguments, "--seed", "1", "--json", "--audio", "none")
    assert done.code == 0
    told = json.loads(done.out)
    assert len(told["songs"]) == 3
    assert all(Path(file).exists() for song in told["songs"] for file in song["files"])


@pytest.mark.parametrize(
    "arguments, code",
    [
        (["nothing"], 66),
        (["harmony"], 65),
        (["mood_en"], 65),
        (["TRAINED", "--bars", "0"], 2),
        (["TRAINED", "--count", "0"], 2),
        (["TRAINED", "--seed", "-5"], 2),
        (["TRAINED", "--key", "H"], 2),
        (["TRAINED", "--start", "missing.mid"], 66),
        (["TRAINED", "--only-new"], 2),
        (["TRAINED", "--count", "2", "--playlist", "2"], 2),
        (["TRAINED", "--playlist", "100"], 2),
        (["TRAINED", "--playlist", "9", "--bars", "300"], 2),
    ],
)
def test_samples_that_cannot_be_are_refused(
    arguments: list[str], code: int, aoede: Aoede, trained: Path, tmp_path: Path
) -> None:
    done = aoede("sample", *(str(trained) if word == "TRAINED" else word for word in arguments))
    assert done.code == code
    assert not (tmp_path / "out").exists()


def test_a_run_that_is_not_done_gives_its_best_so_far(aoede: Aoede, trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained, tmp_path / "run")
    (tmp_path / "run" / "model.safetensors").unlink()
    assert aoede("sample", "run", "--seed", "3", "--bars", "2", "--audio", "none").code == 0
    assert (tmp_path / "out" / "run-3.mid").exists()


def test_evaluation_names_its_unit_its_error_and_how_it_was_come_by(
    aoede: Aoede, trained: Path, songs: Path
) -> None:
    done = aoede("evaluate", trained, songs, "--json")
    assert done.code == 0
    told = json.loads(done.out)
    assert told["schema"] == "aoede.evaluation/1"
    assert told["metric"] == "nats_per_frame"
    assert 0 < told["low"] <= told["value"] <= told["high"]
    assert told["n_symbols"] > 9 * 8 * 16 - 100
    assert told["protocol"]


def test_nothing_is_left_open_where_the_home_and_the_folder_cannot_be_written(
    trained: Path, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "aoede", "sample", str(trained), "--bars", "1", "--out", "/proc/none"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HOME": "/nonexistent"},
        cwd=tmp_path,
    )
    assert done.returncode in (73, 77)
    assert "Traceback" not in done.stderr
