"""Every error that Aoede raises on purpose, each with its exit code and a hint for the person.

AoedeError                 1    something failed
├── UsageError             2    an option or argument that cannot be obeyed
├── InputError            65    a file or text that cannot be understood
├── MissingError          66    a file that is not there
├── UnavailableError      69    something of the machine that cannot be had, such as a port
├── OutputError           73    a result that cannot be created
│   ├── StorageError      74    disk full, I/O error
│   └── DeniedError       77    no permission
├── BusyError             75    somebody else is at it
└── ConfigError           78    a setting that is wrong
"""

import errno
from pathlib import Path


class AoedeError(Exception):
    """What went wrong (`message`), where (`where`, a path or an option) and what to do (`hint`)."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "", where: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = where

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text}\n  {self.hint}" if self.hint else text

    @property
    def code(self) -> str:
        """Short machine-readable name: "input", "usage", ..."""
        return type(self).__name__.removesuffix("Error").lower()


class UsageError(AoedeError):
    exit_code = 2


class InputError(AoedeError):
    exit_code = 65


class MissingError(AoedeError):
    exit_code = 66


class UnavailableError(AoedeError):
    exit_code = 69


class OutputError(AoedeError):
    exit_code = 73


class StorageError(OutputError):
    exit_code = 74


class DeniedError(OutputError):
    exit_code = 77


class BusyError(AoedeError):
    exit_code = 75


class ConfigError(AoedeError):
    exit_code = 78


def output_error(path: Path, error: OSError) -> OutputError:
    """The fitting OutputError for an OSError met while writing `path`."""
    where = str(path)
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StorageError(
            "the disk is full; nothing was written",
            where=where,
            hint="Free some space, or choose another folder with --out.",
        )
    if error.errno == errno.EIO:
        return StorageError("the disk reported an error; nothing was written", where=where)
    if error.errno in (errno.EACCES, errno.EPERM):
        return DeniedError(
            "no permission to write here", where=where, hint="Choose a folder of yours with --out."
        )
    return OutputError(
        f"cannot write here ({error.strerror or error})",
        where=where,
        hint="Choose another folder with --out.",
    )


def input_error(path: Path, error: OSError) -> AoedeError:
    """The fitting error for an OSError met while opening `path` for reading."""
    where = str(path)
    if error.errno == errno.ENOENT:
        return MissingError("there is no such file", where=where)
    if error.errno == errno.EISDIR:
        return InputError("this is a folder; a file is needed", where=where)
    if error.errno in (errno.EACCES, errno.EPERM):
        return DeniedError("no permission to read this file", where=where)
    return InputError(f"cannot be read ({error.strerror or error})", where=where)
