"""A run survives whatever happens to it: kills at any moment, full disks, changed bits, a second process."""

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aoede.errors import AoedeError, BusyError, DeniedError, InputError, OutputError, StorageError
from aoede.learning import loop, runs
from tests.small_learner import Heard, course


class Killed(BaseException):
    """Stands for kill -9: nothing catches it, nothing is tidied up."""


def _train(run: Path) -> Heard:
    os.makedirs(run, exist_ok=True)  # noqa: PTH103 - Path.mkdir is what the tests disturb
    heard = Heard()
    assert loop.train(course(run), heard).is_done
    return heard


def _ending(run: Path) -> tuple[bytes, bytes]:
    found, _ = runs.newest(run)
    assert found is not None
    return found.read(runs.MODEL_FILE), found.read(runs.STATE_FILE)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("runs") / "whole"
    run.mkdir()
    _train(run)
    return run


DISK = [(os, "fsync"), (os, "unlink"), (os, "rmdir"), (Path, "mkdir"), (Path, "rename")]
Disturb = Callable[[int, BaseException], list[int]]


@pytest.fixture
def disturb(monkeypatch: pytest.MonkeyPatch) -> Disturb:
    """Let the k-th operation that changes the disk raise; the list returned counts the operations."""

    def at(k: int, error: BaseException) -> list[int]:
        count = [0]

        def disturbed(real: Callable[..., Any]) -> Callable[..., Any]:
            def call(*arguments: Any, **named: Any) -> Any:
                count[0] += 1
                if count[0] == k:
                    raise error
                return real(*arguments, **named)

            return call

        for owner, name in DISK:
            monkeypatch.setattr(owner, name, disturbed(getattr(owner, name)))
        return count

    return at


def _n_operations(disturb: Disturb, run: Path) -> int:
    count = disturb(-1, Killed())
    _train(run)
    return count[0]


def test_killed_at_any_operation_on_the_disk_it_ends_with_the_same_bytes(
    whole: Path, tmp_path: Path, disturb: Disturb, monkeypatch: pytest.MonkeyPatch
) -> None:
    n_operations = _n_operations(disturb, tmp_path / "counted")
    monkeypatch.undo()
    assert n_operations > 40
    for k in range(1, n_operations + 1):
        run = tmp_path / f"killed-{k}"
        with monkeypatch.context():
            disturb(k, Killed())
            with pytest.raises(Killed):
                _train(run)
        monkeypatch.undo()
        _train(run)
        assert _ending(run) == _ending(whole), f"killed at operation {k}"
        assert not [path for path in run.rglob("*") if "part-" in path.name], "what was left lies about"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS])
def test_a_disk_that_fails_at_any_operation_is_one_sentence_and_the_training_goes_on_later(
    number: int, whole: Path, tmp_path: Path, disturb: Disturb, monkeypatch: pytest.MonkeyPatch
) -> None:
    n_operations = _n_operations(disturb, tmp_path / "counted")
    monkeypatch.undo()
    for k in range(1, n_operations + 1, 3):
        run = tmp_path / f"failed-{k}"
        run.mkdir()
        disturb(k, OSError(number, os.strerror(number)))
        try:
            _train(run)
        except OutputError as error:
            expected = {errno.ENOSPC: StorageError, errno.EIO: StorageError, errno.EACCES: DeniedError}
            assert isinstance(error, expected.get(number, OutputError))
            assert "aoede resume" in error.hint
            assert str(run) in error.where
        monkeypatch.undo()
        _train(run)
        assert _ending(run) == _ending(whole), f"failed at operation {k}"


def _damaged_copy(whole: Path, tmp_path: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    run = tmp_path / "copy"
    shutil.rmtree(run, ignore_errors=True)
    shutil.copytree(whole, run)
    path = run / "checkpoints" / "step-00000024" / name
    path.write_bytes(change(path.read_bytes()))
    return run


def _flipped(bit: int) -> Callable[[bytes], bytes]:
    def flip(data: bytes) -> bytes:
        place, which = divmod(bit % (8 * len(data)), 8)
        return data[:place] + bytes([data[place] ^ (1 << which)]) + data[place + 1 :]

    return flip


@pytest.mark.parametrize("name", [runs.MODEL_FILE, runs.STATE_FILE, runs.MANIFEST])
def test_every_changed_bit_and_every_truncation_is_found_and_the_checkpoint_before_is_used(
    name: str, whole: Path, tmp_path: Path
) -> None:
    n_bytes = (whole / "checkpoints" / "step-00000024" / name).stat().st_size
    flips = [_flipped(bit) for bit in range(0, 8 * n_bytes, max(1, 8 * n_bytes // 61))]
    cuts = [lambda data, n=n: data[:n] for n in range(0, n_bytes, max(1, n_bytes // 40))]
    for change in [*flips, *cuts, lambda data: data + b"\n", lambda data: bytes(len(data))]:
        run = _damaged_copy(whole, tmp_path, name, change)
        found, warnings = runs.newest(run)
        assert found is not None
        assert found.step == 20
        assert len(warnings) == 1
        assert "step-00000024" in warnings[0]
    heard = _train(run)
    assert heard.warnings == warnings
    assert heard.began_at == [20]
    assert _ending(run) == _ending(whole)


def test_files_of_another_step_are_no_checkpoint(whole: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(whole, run)
    older = run / "checkpoints" / "step-00000020"
    shutil.copytree(older, run / "checkpoints" / "step-00000099")
    shutil.copy(older / runs.STATE_FILE, run / "checkpoints" / "step-00000024" / runs.STATE_FILE)
    found, warnings = runs.newest(run)
    assert found is not None
    assert found.step == 20
    assert len(warnings) == 2


def test_where_no_checkpoint_is_whole_that_is_said_and_nothing_starts_over(
    whole: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(whole, run)
    for manifest in run.rglob(runs.MANIFEST):
        manifest.unlink()
    with pytest.raises(InputError, match="all checkpoints are damaged"):
        _train(run)


def test_steps_decide_which_checkpoint_is_newest_not_times(whole: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(whole, run)
    for path in (run / "checkpoints").iterdir():
        os.utime(path, (0, 0) if path.name.endswith("24") else None)
    found, _ = runs.newest(run)
    assert found is not None
    assert found.step == 24


def test_a_run_file_that_is_damaged_or_lost_is_replaced_by_the_copy_in_the_checkpoint(tmp_path: Path) -> None:
    runs.write_run(tmp_path, {"family": "small"})
    _train(tmp_path)
    path = tmp_path / runs.RUN_FILE
    path.write_bytes(_flipped(40)(path.read_bytes()))
    assert runs.read_run(tmp_path) == {"family": "small"}
    path.unlink()
    assert runs.read_run(tmp_path) == {"family": "small"}
    assert runs.is_run(tmp_path)


def test_a_sealed_document_shows_any_change_of_itself() -> None:
    data = runs.sealed({"step": 3, "files": ["a", "b"]})
    assert runs.unsealed(data, "x")["step"] == 3
    for bit in range(8 * len(data)):
        with pytest.raises(InputError, match="damaged"):
            runs.unsealed(_flipped(bit)(data), "x")


def test_too_little_room_is_said_before_the_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=100))
    heard = Heard()
    with pytest.raises(StorageError, match="100 bytes are free"):
        loop.train(course(tmp_path), heard)
    assert not heard.steps


# One process a run


HOLD = """
import sys, time
from pathlib import Path
from aoede.learning import runs
with runs.locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_process_is_refused_naming_the_first_and_a_killed_one_holds_nothing(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(run)], stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with pytest.raises(BusyError, match=f"process {first.pid} on .* since 20"), runs.locked(run):
            pass
        assert f"process {first.pid}" in runs.holder(run)
        first.kill()
    with runs.locked(run):
        assert json.loads((run / "lock").read_text())["pid"] == os.getpid()
    assert runs.holder(run) == ""


def test_a_folder_in_which_no_run_came_to_be_disappears(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with runs.locked(run):
        runs.forsake(run)
    assert not run.exists()
    with runs.locked(run):
        runs.write_run(run, {"family": "small"})
        runs.forsake(run)
    assert runs.is_run(run)


def test_new_folders_are_all_different(tmp_path: Path) -> None:
    assert len({runs.new_folder(tmp_path, "rbm-songs") for _ in range(20)}) == 20


def test_a_folder_that_cannot_be_made_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(AoedeError, match="file"), runs.locked(tmp_path / "file" / "run"):
        pass
