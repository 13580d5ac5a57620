"""The loop: repeatable from any step, told what happens, stopping in time."""

import json
from pathlib import Path

import numpy as np
import pytest

from aoede.errors import AoedeError
from aoede.learning import loop, runs
from tests.small_learner import Heard, SmallLearner, course


def _ending(run: Path) -> dict[str, bytes]:
    """The files of the newest checkpoint."""
    found, warnings = runs.newest(run)
    assert found is not None
    assert not warnings
    return {name: found.read(name) for name in (runs.MODEL_FILE, runs.STATE_FILE)}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    run = tmp_path_factory.mktemp("undisturbed")
    assert loop.train(course(run), Heard()).is_done
    return _ending(run)


def test_each_epoch_sees_every_example_once_in_an_order_of_its_own() -> None:
    n_batches = loop.n_batches(25, 4)
    epochs = [
        np.concatenate([loop.batch_of(1, epoch * n_batches + i, 25, 4) for i in range(n_batches)])
        for epoch in range(3)
    ]
    for epoch in epochs:
        assert sorted(epoch) == list(range(25))
    assert not np.array_equal(epochs[0], epochs[1])
    assert not np.array_equal(epochs[0], np.sort(epochs[0]))


def test_the_batch_of_a_step_does_not_depend_on_the_steps_asked_for_before() -> None:
    late = loop.batch_of(3, 40, 25, 4)
    for step in range(60):
        loop.batch_of(9, step, 25, 4)
    assert np.array_equal(loop.batch_of(3, 40, 25, 4), late)


@pytest.mark.parametrize("stop_at", [1, 3, 4, 5, 11, 23])
def test_a_training_that_was_stopped_ends_with_the_same_bytes(
    stop_at: int, tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    heard = Heard()
    standing = loop.train(course(tmp_path), heard, should_stop=lambda: len(heard.steps) == stop_at)
    assert (standing.step, standing.is_done) == (stop_at, False)
    again = Heard()
    assert loop.train(course(tmp_path), again).is_done
    assert again.began_at == [stop_at]
    assert again.steps[0] == stop_at + 1
    assert _ending(tmp_path) == undisturbed


def test_a_training_stopped_at_every_single_step_ends_with_the_same_bytes(
    tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    for _ in range(24):
        heard = Heard()
        loop.train(course(tmp_path), heard, should_stop=lambda heard=heard: len(heard.steps) == 1)
    assert loop.train(course(tmp_path), Heard()).is_done
    assert _ending(tmp_path) == undisturbed


def test_a_finished_training_is_not_trained_further(tmp_path: Path) -> None:
    loop.train(course(tmp_path), Heard())
    before = _ending(tmp_path)
    heard = Heard()
    assert loop.train(course(tmp_path), heard).is_done
    assert heard.steps == []
    assert heard.checks == [24], "what is drawn from the last check is drawn again, should it have been lost"
    assert _ending(tmp_path) == before


def test_it_learns_and_tells_its_figures_at_every_check(tmp_path: Path) -> None:
    standing = loop.train(course(tmp_path, n_steps=200, check_every=20), Heard())
    first, last = standing.checks[0], standing.checks[-1]
    assert last["held-out mistakes"] <= first["held-out mistakes"]
    assert last["mistakes"] < 0.7 * first["mistakes"]
    assert [row["step"] for row in standing.checks] == list(range(20, 201, 20))
    rows = [json.loads(line) for line in loop.rows_as_lines(standing.checks).splitlines()]
    assert rows == list(standing.checks)


def test_it_stops_after_as_many_checks_without_progress_as_it_has_patience(tmp_path: Path) -> None:
    standing = loop.train(course(tmp_path, n_steps=2000, check_every=5, patience=3), Heard())
    assert standing.is_done
    assert standing.best_step is not None
    assert standing.step == standing.best_step + 3 * 5 < 2000


def test_the_last_two_checkpoints_and_the_best_are_kept(tmp_path: Path) -> None:
    standing = loop.train(course(tmp_path, n_steps=200, check_every=5, patience=20), Heard())
    kept = sorted(int(path.name.split("-")[1]) for path in (tmp_path / "checkpoints").iterdir())
    assert kept == sorted({standing.best_step, standing.step - 5, standing.step})
    assert len(kept) == 3


def test_figures_that_are_no_numbers_end_it_with_the_step_and_leave_the_checkpoint_before(
    tmp_path: Path,
) -> None:
    with pytest.raises(AoedeError, match=r"went wrong at step 10\b.*"):
        loop.train(course(tmp_path, broken_at=11), Heard())
    found, _ = runs.newest(tmp_path)
    assert found is not None
    assert found.step == 8


def test_figures_that_are_no_numbers_once_send_it_back_to_the_best_and_on_with_smaller_steps(
    tmp_path: Path,
) -> None:
    runs_ = [tmp_path / "one", tmp_path / "two"]
    for run in runs_:
        run.mkdir()
    told = Heard()
    standings = [loop.train(course(run, broken_at=11, is_mendable=True), told) for run in runs_]
    assert standings[0] == standings[1]
    assert standings[0].step == 24
    assert standings[0].was_tamed
    assert len(told.warnings) == 2
    assert "went wrong at step 10" in told.warnings[0]
    files = [runs.at_step(run, 24).read(name) for run in runs_ for name in (runs.MODEL_FILE, runs.STATE_FILE)]
    assert files[:2] == files[2:]


def test_before_the_first_check_it_goes_back_to_the_beginning_also_after_a_resume(tmp_path: Path) -> None:
    ended, standings = [], []
    for stop_at in (99, 5):
        run = tmp_path / str(stop_at)
        run.mkdir()
        heard = Heard()
        for should_stop in (lambda heard=heard, at=stop_at: len(heard.steps) == at, lambda: False):
            made = course(run, check_every=12, broken_at=11, is_mendable=True)
            standings.append(loop.train(made, heard, should_stop=should_stop))
        assert "back to step 0" in heard.warnings[0]
        ended.append(_ending(run))
    assert standings[2].step == 5
    assert standings[3].was_tamed
    assert ended[0] == ended[1]


def test_weights_of_another_model_are_refused(tmp_path: Path) -> None:
    loop.train(course(tmp_path), Heard())
    other = course(tmp_path)

    class Other(SmallLearner):
        def restore(self, tensors: loop.Tensors, state: loop.Tensors) -> None:
            super().restore({"others": tensors["weights"]}, state)

    with pytest.raises(AoedeError, match="not of this learner"):
        loop.train(
            loop.Course(other.run, other.document, other.schedule, Other(), other.model_metadata), Heard()
        )
