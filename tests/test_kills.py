"""Killed with -9 at any moment and resumed, a training ends with the same bytes as undisturbed."""

from pathlib import Path

import pytest

from aoede import export
from aoede.compose import compose
from aoede.randomness import stream
from tests import kills

DATA = Path(__file__).parent.parent.parent / "shared" / "data"
SETS = ("midi_jsb_chorales", "midi_nottingham", "midi_gutenberg_songs")


def _begin_again_or_resume(run: Path, train: list[str]) -> list[str]:
    return ["resume", str(run)] if (run / "run.json").exists() else [*train, "--run", str(run)]


def _disturb(run: Path, train: list[str], n_kills: int, n_inside: int, took_s: float) -> None:
    """Kill the training so often, so many times inside a save; it is not finished afterwards."""
    rng = stream(1, "kills", run.name)
    inside = set(rng.permutation(n_kills)[:n_inside].tolist())
    n_inside_done = 0
    for i in range(n_kills):
        arguments = _begin_again_or_resume(run, train)
        if i in inside:
            code = kills.kill_inside_save(int(rng.integers(1, 25)), *arguments)
            n_inside_done += code == -9
        else:
            code = kills.kill_after(float(rng.uniform(0.2, 0.5 * took_s)), *arguments)
        assert code in (-9, 0), f"it ended by itself with {code}"
    assert n_inside_done >= n_inside // 2, "hardly a save was met"


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("songs")
    for seed in range(8):
        export.write(compose("hope", seed=seed, bars=8, lyrics="", candidates=1), folder / f"{seed}.mid")
    return folder


def test_killed_at_random_moments_it_ends_with_the_same_bytes(songs: Path, tmp_path: Path) -> None:
    train = ["train", "rbm", str(songs), "--seed", "3", "--epochs", "150", "--hidden", "8", "--window", "8"]
    took_s = kills.finish(*train, "--run", str(tmp_path / "whole"))
    _disturb(tmp_path / "killed", train, n_kills=4, n_inside=2, took_s=took_s)
    kills.finish(*_begin_again_or_resume(tmp_path / "killed", train))
    assert kills.results(tmp_path / "killed") == kills.results(tmp_path / "whole")
    assert not [path for path in (tmp_path / "killed").rglob("*") if ".part-" in path.name]


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.skipif(not DATA.is_dir(), reason="the folder ../shared/data is not beside the checkout")
@pytest.mark.parametrize("name", SETS)
def test_killed_twenty_times_on_real_songs_it_ends_with_the_same_bytes(name: str, tmp_path: Path) -> None:
    train = ["train", "rbm", str(DATA / name / "midi"), "--seed", "3", "--epochs", "5"]
    took_s = kills.finish(*train, "--run", str(tmp_path / "whole"))
    _disturb(tmp_path / "killed", train, n_kills=20, n_inside=8, took_s=took_s)
    kills.finish(*_begin_again_or_resume(tmp_path / "killed", train))
    assert kills.results(tmp_path / "killed") == kills.results(tmp_path / "whole")
