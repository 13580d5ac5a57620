"""Files are written whole or not at all, and never over something of the user's unless told to."""

import os
import secrets
from pathlib import Path

from aoede.errors import InputError, OutputError, input_error, output_error


def write_whole(path: Path, data: bytes, *, force: bool = False) -> None:
    """Write `data` to `path` so that after a crash at any moment the file is old, or new, or absent.

    Raises OutputError (73), StorageError (74) or DeniedError (77); with `force` false an existing
    file is refused.
    """
    part = path.with_name(f".{path.name[:80]}.part-{os.getpid()}-{secrets.token_hex(4)}")
    try:
        if path.exists() and not force:
            raise OutputError("this file exists already", where=str(path), hint="Add --force to replace it.")
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            _write_durably(part, data)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise output_error(path, error) from error


def _write_durably(path: Path, data: bytes) -> None:
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
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise input_error(path, error) from error
    except ValueError as error:  # a name with a NUL byte
        raise InputError("this is no file name", where=repr(str(path))) from error
    if len(data) > max_bytes:
        raise InputError(f"larger than {max_bytes:,} bytes", where=str(path))
    return data
