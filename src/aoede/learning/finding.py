"""The files of a folder and of all folders in it; hidden files and runs are left out, links never go in circles."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from aoede.errors import DeniedError, InputError, MissingError, input_error
from aoede.learning.account import SKIPPED, UNREADABLE, Row
from aoede.learning.runs import RUN_FILE

OUTSIDE = "outside of the folders that may be read"


def found(
    folder: Path, kinds: Sequence[str], within: Sequence[Path] = ()
) -> tuple[Path, list[str], list[Row]]:
    """The folder that paths are relative to, the sorted paths of all files, and rows for folders not opened.

    `kinds` names the files that are wanted, for the error where there is no such folder. Where folders are named by
    `within`, links that lead out of them are not followed, and have a row. Raises MissingError, DeniedError or
    InputError for the folder itself.
    """
    try:
        if not folder.exists():
            hint = f"Name a folder of {' or '.join(kinds)} files."
            raise MissingError("there is no such folder", where=str(folder), hint=hint)
        if not is_inside(folder, within):
            raise InputError(OUTSIDE, where=str(folder), hint="Choose a folder in one of them.")
        if not folder.is_dir():
            return folder.parent, [folder.name], []
        os.scandir(folder).close()
    except PermissionError as error:
        raise DeniedError("no permission to read this folder", where=str(folder)) from error
    except OSError as error:
        raise input_error(folder, error) from error
    rows: list[Row] = []
    return folder, sorted(_walk(folder, rows, within), key=os.fsencode), rows


def is_inside(path: Path, within: Sequence[Path]) -> bool:
    """Whether a path, after all links, lies in one of these folders, or none are named. Raises OSError."""
    if not within:
        return True
    real = path.resolve()
    return any(real.is_relative_to(folder.resolve()) for folder in within)


def _walk(root: Path, rows: list[Row], within: Sequence[Path]) -> Iterator[str]:
    """Relative paths of the files below `root`. Links are followed last, and never upwards or to where we were."""
    seen: set[tuple[int, int]] = set()
    for parent in root.resolve().parents:
        with suppress(OSError):
            seen.add(_identity(parent))
    folders, links = [""], list[str]()
    while folders or links:
        inside = (folders or links).pop()
        try:
            identity = _identity(root / inside)
            if identity in seen:
                continue
            seen.add(identity)
            with os.scandir(root / inside) as scan:
                entries = sorted(scan, key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            why = f"this folder cannot be opened ({error.strerror or error})"
            rows.append(Row(inside, SKIPPED, UNREADABLE, (why,)))
            continue
        if inside and any(entry.name == RUN_FILE for entry in entries):
            continue
        for entry in entries:
            path = f"{inside}/{entry.name}" if inside else entry.name
            if entry.name.startswith("."):
                continue
            if entry.is_symlink() and not is_inside(root / path, within):
                rows.append(Row(path, SKIPPED, UNREADABLE, (f"a link: {OUTSIDE}",)))
                continue
            if not _is_folder(entry):
                yield path
            else:
                (links if entry.is_symlink() else folders).append(path)


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that may not be followed, or one that leads to itself
        return False
