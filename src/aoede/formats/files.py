"""Files are written whole or not at all, and never over something of the user's unless told to."""

import errno
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from aoede.errors import InputError, OutputError, input_error, output_error

SMALL_BYTES = (
    65_536  # read first: room for the largest file that is allowed takes longer to get than most to read
)


def write_whole(path: Path, data: bytes, *, force: bool = False) -> None:
    """Write `data` to `path` so that after a crash at any moment the file is old, or new, or absent.

    Raises OutputError (73), StorageError (74) or DeniedError (77); with `force` false an existing file
    is refused, unless it holds these very bytes already.
    """
    write_together({path: data}, force=force)


def write_together(files: Mapping[Path, bytes], *, force: bool = False) -> None:
    """Write several files that belong together: all of them or, when one cannot be written, none.

    Every byte is on the disk beside its place before the first file appears in it. What is no file, such as
    /dev/stdout or a pipe, is written to as it is. Errors as `write_whole`.
    """
    parts: dict[Path, Path] = {}
    streams = [path for path in files if _is_stream(path)]
    try:
        for path, data in files.items():
            with _told(path):
                if path not in streams and _may_write(path, data, force):
                    path.parent.mkdir(parents=True, exist_ok=True)
                    parts[path] = path.with_name(f".{secrets.token_hex(8)}.part-{os.getpid()}")
                    write_durably(parts[path], data)
        for path in streams:
            with _told(path), os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND), "wb") as stream:
                stream.write(files[path])
        for path, part in parts.items():
            with _told(path):
                _put(part, path, files[path], force)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def check_place(path: Path, *, force: bool = False) -> None:
    """Raise at once what `write_whole` would for this place, whatever the bytes are; nothing is written."""
    with _told(path):
        if not _is_stream(path) and _may_write(path, b"", force):
            parent = next(parent for parent in path.absolute().parents if parent.exists())
            if not parent.is_dir():
                raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
            if not os.access(parent, os.W_OK | os.X_OK):
                raise OSError(errno.EACCES, os.strerror(errno.EACCES))


def _is_stream(path: Path) -> bool:
    """Whether it is a pipe, a device, or what /dev has for one: /dev/stdout may lead to a file."""
    try:
        return path.exists() and not path.is_dir() and (path.parent == Path("/dev") or not path.is_file())
    except (OSError, ValueError):  # said better where it is written
        return False


def _put(part: Path, path: Path, data: bytes, force: bool) -> None:
    """Give a finished file its name; with `force` false never over one that has appeared meanwhile."""
    if not force:
        try:
            os.link(part, path)
            return
        except FileExistsError:
            if not _may_write(path, data, force):
                return
        except OSError:  # a file system without links
            pass
    part.replace(path)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Operating system errors become the fitting OutputError for `path`."""
    try:
        yield
    except OSError as error:
        raise output_error(path, error) from error
    except ValueError as error:  # a name with a NUL byte
        raise OutputError("this is no file name", where=repr(str(path))) from error


def _may_write(path: Path, data: bytes, force: bool) -> bool:
    """Whether there is something to write; raises OutputError where that would replace another file."""
    if path.is_dir():
        raise OutputError("cannot write here (this is a folder)", where=str(path))
    if force or not path.exists():
        return True
    if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
        return False
    raise OutputError(
        "this file exists already",
        where=str(path),
        hint="Add --force to replace it, or choose another --out.",
    )


def write_durably(path: Path, data: bytes) -> None:
    """Write a new file, through to the disk. Raises OSError."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def read_bounded(path: Path, *, max_bytes: int) -> bytes:
    """All bytes of a regular file of at most `max_bytes`.

    Raises MissingError, InputError (a folder, a device, too large) or DeniedError; never blocks on a pipe.
    """
    try:
        if path.exists() and not path.is_file():
            kind = "a folder" if path.is_dir() else "not a regular file"
            raise InputError(f"this is {kind}; a file is needed", where=str(path))
        with path.open("rb") as file:
            data = file.read(min(max_bytes + 1, SMALL_BYTES))
            if len(data) == SMALL_BYTES:
                data += file.read(max_bytes + 1 - SMALL_BYTES)
    except OSError as error:
        raise input_error(path, error) from error
    except ValueError as error:  # a name with a NUL byte
        raise InputError("this is no file name", where=repr(str(path))) from error
    if len(data) > max_bytes:
        raise InputError(f"larger than {max_bytes:,} bytes", where=str(path))
    return data
