"""Files are written whole or not at all, whatever fails on the way; readers never hang on what is no file."""

import errno
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aoede.errors import (
    AoedeError,
    DeniedError,
    InputError,
    MissingError,
    OutputError,
    StorageError,
    input_error,
    output_error,
)
from aoede.formats.files import read_bounded, write_together, write_whole


def failing(number: int) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


STEPS = {  # where writing can be interrupted: module or class, attribute
    "open": (Path, "open"),
    "fsync": (os, "fsync"),
    "replace": (Path, "replace"),
}


@pytest.fixture(params=["absent", "old"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file that is not there yet, or one that holds b"old"."""
    path = tmp_path / "song.mid"
    if request.param == "old":
        path.write_bytes(b"old")
    return path


def state(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    ("number", "exit_code"),
    [(errno.ENOSPC, 74), (errno.EDQUOT, 74), (errno.EFBIG, 74), (errno.EIO, 74),
     (errno.EACCES, 77), (errno.EPERM, 77), (errno.EROFS, 73), (errno.EMFILE, 73)],
)  # fmt: skip
def test_a_failure_at_any_step_leaves_the_old_file_and_no_part(
    target: Path, monkeypatch: pytest.MonkeyPatch, step: str, number: int, exit_code: int
) -> None:
    before = state(target.parent)
    monkeypatch.setattr(*STEPS[step], failing(number))
    with pytest.raises(OutputError, match=r"song\.mid: ") as caught:
        write_whole(target, b"new", force=True)
    monkeypatch.undo()
    assert caught.value.exit_code == exit_code
    assert state(target.parent) == before


def test_a_failure_while_the_bytes_go_out_leaves_the_old_file_and_no_part(target: Path) -> None:
    before = state(target.parent)
    with (
        file_size_limit(4_096),
        pytest.raises(StorageError, match="disk is full; nothing was written") as caught,
    ):
        write_whole(target, bytes(100_000), force=True)
    assert caught.value.exit_code == 74
    assert state(target.parent) == before


class file_size_limit:  # noqa: N801  # reads as a verb phrase in `with`
    """RLIMIT_FSIZE for a block of code, as a disk that fills up: writing beyond it raises EFBIG."""

    def __init__(self, n_bytes: int) -> None:
        self._n_bytes = n_bytes

    def __enter__(self) -> None:
        self._signal = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        self._limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self._n_bytes, self._limits[1]))

    def __exit__(self, *_: object) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self._limits)
        signal.signal(signal.SIGXFSZ, self._signal)


def test_of_several_files_none_appears_when_one_cannot_be_written(tmp_path: Path) -> None:
    with file_size_limit(4_096), pytest.raises(StorageError, match=r"b\.wav"):
        write_together({tmp_path / "a.mid": b"small", tmp_path / "b.wav": bytes(100_000)})
    assert state(tmp_path) == {}


def test_an_existing_file_is_kept_unless_forced(tmp_path: Path) -> None:
    path = tmp_path / "歌 (1).mid"
    write_whole(path, b"old")
    with pytest.raises(OutputError, match=r"exists already\n.*--force") as caught:
        write_whole(path, b"new")
    assert caught.value.exit_code == 73 and state(tmp_path) == {path.name: b"old"}
    write_whole(path, b"new", force=True)
    assert state(tmp_path) == {path.name: b"new"}


def test_a_file_that_appears_meanwhile_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "song.mid"

    def appears(part: Path, _: Path) -> None:
        path.write_bytes(b"theirs")
        raise FileExistsError

    monkeypatch.setattr(os, "link", appears)
    with pytest.raises(OutputError, match="exists already"):
        write_whole(path, b"ours")
    assert state(tmp_path) == {"song.mid": b"theirs"}


def test_a_file_system_without_links_is_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "link", failing(errno.EPERM))
    write_whole(tmp_path / "song.mid", b"ours")
    assert state(tmp_path) == {"song.mid": b"ours"}


@pytest.mark.parametrize("force", [False, True])
def test_pipes_and_devices_are_written_to_and_never_replaced(tmp_path: Path, force: bool) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    end = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_whole(pipe, b"song", force=force)
    assert os.read(end, 9) == b"song"
    os.close(end)
    write_whole(Path("/dev/null"), b"song", force=force)
    assert pipe.is_fifo() and Path("/dev/null").is_char_device()
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_the_very_same_bytes_may_be_written_again(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", b"same")
    write_whole(tmp_path / "a", b"same")
    assert state(tmp_path) == {"a": b"same"}


def test_missing_folders_are_made(tmp_path: Path) -> None:
    write_whole(tmp_path / "out" / "songs" / "a.mid", b"x")
    assert (tmp_path / "out" / "songs" / "a.mid").read_bytes() == b"x"


def test_a_folder_or_a_file_in_the_way_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"x")
    for path in (tmp_path / "folder", tmp_path / "file" / "a.mid"):
        with pytest.raises(OutputError, match="cannot write here") as caught:
            write_whole(path, b"new", force=True)
        assert caught.value.exit_code == 73
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_a_name_as_long_as_the_file_system_allows_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("希" * 83 + ".mid")  # 253 bytes
    write_whole(path, b"x")
    assert path.read_bytes() == b"x"


def test_a_name_with_a_nul_byte_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no file name"):
        write_whole(tmp_path / "a\0b", b"x")
    with pytest.raises(InputError, match="no file name"):
        read_bounded(tmp_path / "a\0b", max_bytes=9)


@pytest.fixture
def at_once() -> Iterator[None]:
    """Fails a test that takes a second: a reader must not wait on a pipe."""
    start = time.perf_counter()
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.alarm(2)
    yield
    signal.alarm(0)
    assert time.perf_counter() - start < 1.0


@pytest.mark.usefixtures("at_once")
def test_pipes_devices_and_folders_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(InputError, match="not a regular file"):
            read_bounded(path, max_bytes=1_000)
    with pytest.raises(InputError, match="this is a folder"):
        read_bounded(tmp_path, max_bytes=1_000)


def test_a_loop_of_links_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(AoedeError, match="loop"):
        read_bounded(tmp_path / "loop", max_bytes=9)


def test_files_are_read_up_to_the_limit_and_no_further(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    assert read_bounded(path, max_bytes=5) == b"12345"
    with pytest.raises(InputError, match="larger than 4 bytes"):
        read_bounded(path, max_bytes=4)


def test_a_missing_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="no such file") as caught:
        read_bounded(tmp_path / "none", max_bytes=9)
    assert caught.value.exit_code == 66


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOENT, MissingError),
        (errno.EISDIR, InputError),
        (errno.EACCES, DeniedError),
        (errno.ELOOP, InputError),
    ],
)
def test_reading_errors_have_their_own_kinds(number: int, kind: type[AoedeError]) -> None:
    error = input_error(Path("a"), OSError(number, "why"))
    assert type(error) is kind and str(error).startswith("a: ")


def test_an_unknown_failure_says_what_the_system_said() -> None:
    assert (
        "(Too many open files)"
        in output_error(Path("a"), OSError(errno.EMFILE, "Too many open files")).message
    )


def test_of_files_that_belong_together_none_appears_where_one_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "song.png").mkdir()
    with pytest.raises(OutputError, match="this is a folder"):
        write_together({tmp_path / "song.mid": b"a", tmp_path / "song.png": b"b"}, force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["song.png"]
