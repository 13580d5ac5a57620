"""Files that were made of songs, kept in HOME/cache so that they are made once. All of it can be removed at any time.

kept = MadeFiles(home)
path = kept.path(version, "mp3")             # None where it has to be made
path = kept.put(version, "mp3", job_file)    # whole or not at all; what was wanted longest ago makes room
"""

import json
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from aoede.errors import output_error
from aoede.version import __version__

SOUND = "sound.pcm"  # of every track, for the page
BEGINNING = "beginning.pcm"  # of that, in the folder of the job that makes it
MOST_BYTES = 2_000_000_000
_TAG = "CACHEDIR.TAG"
_SIGNATURE = (
    "Signature: 8a477f597d28d172789f06886806bc55\n# Files that Aoede makes again when they are wanted.\n"
)


class MadeFiles:
    """The files below HOME/cache, of this version of Aoede: another may make others."""

    def __init__(self, home: Path, *, most_bytes: int = MOST_BYTES) -> None:
        """home: an absolute path; nothing but what was put here is ever removed."""
        self._root = home.absolute() / "cache"
        self._most_bytes = most_bytes

    def path(self, version: str, name: str) -> Path | None:
        """Where a file of a version lies, which from now on is the one that was wanted last; None where it is not."""
        path = self._place(version, name)
        try:
            os.utime(path)
        except OSError:
            return None
        return path

    def put(self, version: str, name: str, made: Path) -> Path:
        """Move a file that was made here. Raises StorageError, OutputError."""
        path = self._place(version, name)
        part = path.with_name(f".{name}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._tag()
            _move(made, part)
            part.replace(path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise output_error(path, error) from error
        self._make_room(path)
        return path

    def put_told(self, version: str, name: str, told: Mapping[str, Any], folder: Path) -> None:
        """Keep a small object, by way of `folder`."""
        draft = folder / f"{name}.json"
        draft.write_text(json.dumps(told))
        self.put(version, name, draft)

    def told(self, version: str, name: str) -> dict[str, Any] | None:
        """The object that was kept; None where it is not there any more."""
        path = self.path(version, name)
        try:
            return dict(json.loads(path.read_text())) if path else None
        except (OSError, ValueError):
            return None

    def _place(self, version: str, name: str) -> Path:
        return self._root / f"aoede-{__version__}" / version / name

    def _tag(self) -> None:
        tag = self._root / _TAG
        if not tag.exists():
            tag.write_text(_SIGNATURE)

    def _make_room(self, newest: Path) -> None:
        """Remove what was wanted longest ago, as far as all is more than it may be; never the newest."""
        found = sorted(self._found(), key=lambda entry: entry[0])
        n_bytes = sum(size for _, size, _ in found)
        for _, size, path in found:
            if n_bytes <= self._most_bytes:
                return
            if path != newest:
                path.unlink(missing_ok=True)
                n_bytes -= size

    def _found(self) -> Iterator[tuple[float, int, Path]]:
        """(when it was wanted last, bytes, path) of every file that was put here, by whatever version of Aoede."""
        for path in self._root.glob("aoede-*/*/*"):
            try:
                status = path.lstat()
            except OSError:  # gone meanwhile
                continue
            if stat.S_ISREG(status.st_mode):
                yield status.st_mtime, status.st_size, path


def _move(source: Path, target: Path) -> None:
    """Also to another disk. Raises OSError."""
    try:
        source.replace(target)
    except OSError:
        shutil.copyfile(source, target)
        source.unlink()
