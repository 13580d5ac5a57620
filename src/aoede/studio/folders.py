"""The folders that a training may read, by ids that say nothing: roots, and what is below them.

An id stands for a folder as it was when it was listed. Whenever it is used its path is followed again, and a folder
that by then leads elsewhere, is hidden or lies outside of the roots is refused. Ids are of one studio; those of
folders that were chosen are noted in HOME/runtime/folders.json, so that a restart does not forget them.
"""

import json
import os
import re
import secrets
import stat
from collections import Counter, OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

from aoede.errors import AoedeError, DeniedError, InputError, MissingError, input_error
from aoede.formats.files import read_bounded, write_whole

MOST_KNOWN = 20_000  # folders that have an id
MOST_LISTED = 2_000  # folders in one list
MOST_SEEN = 50_000  # entries of a folder that are looked at
MOST_CHOSEN = 100  # folders whose ids outlive the studio
MAX_NOTES_BYTES = 4_000_000
_ID = re.compile(r"[0-9a-f]{32}")


class Folders:
    """The roots of one studio and the ids that were given out. `notes`: the file of those that were chosen."""

    def __init__(self, roots: Sequence[Path], notes: Path | None = None) -> None:
        self.roots = tuple(root.resolve() for root in roots)
        self._secret = secrets.token_bytes(16)
        self._notes = notes
        self._chosen = {} if notes is None else _noted(notes)
        self._known: OrderedDict[str, Path] = OrderedDict()
        self._lock = Lock()

    def listed(self) -> list[dict[str, str]]:
        """The roots that are there: {"id", "name"}; two of one name are told apart by what they lie in."""
        names = Counter(root.name for root in self.roots)
        rows = []
        for root in self.roots:
            if root.is_dir():
                name = _shown(root.name) or str(root)
                apart = f" ({_shown(root.parent.name)})" if names[root.name] > 1 else ""
                rows.append({"id": self._id_of(root), "name": name + apart})
        return rows

    def opened(self, folder: str) -> dict[str, Any]:
        """{"id", "name", "parent", "folders", "files", "n_files", "more"}: a folder, but for what is hidden.

        `files` counts those of this very folder by suffix. Raises as `path_of`.
        """
        path = self.path_of(folder)
        inside, files, more = self._scanned(path)
        return {
            "id": folder,
            "name": _shown(path.name) or str(path),
            "parent": None if path in self.roots else self._id_of(path.parent),
            "folders": [
                {"id": self._id_of(each), "name": _shown(name)} for name, each in inside[:MOST_LISTED]
            ],
            "files": dict(files.most_common(12)),
            "n_files": files.total(),
            "more": more or len(inside) > MOST_LISTED,
        }

    def path_of(self, folder: str) -> Path:
        """The folder of an id, followed anew. Raises MissingError, InputError or DeniedError."""
        with self._lock:
            path = self._known.get(folder) or self._chosen.get(folder)
        if path is None:
            raise MissingError(
                "this folder is not known any more", where="folder", hint="Choose it once more."
            )
        self.check(path)
        return path

    def chosen(self, folder: str) -> Path:
        """The same of a folder that is learnt from: its id is known for good. Raises as `path_of`."""
        path = self.path_of(folder)
        with self._lock:
            if self._notes is not None and folder not in self._chosen:
                self._chosen = dict([*self._chosen.items(), (folder, path)][-MOST_CHOSEN:])
                told = {id_: str(each) for id_, each in self._chosen.items()}
                with suppress(AoedeError):  # else it is chosen once more after a restart
                    write_whole(self._notes, json.dumps(told).encode(), force=True)
        return path

    def check(self, path: Path) -> None:
        """Raises MissingError, InputError or DeniedError where `path`, which holds no link, may not be read now."""
        try:
            real = path.resolve(strict=True)
            mode = path.lstat().st_mode
        except (OSError, RuntimeError, ValueError) as error:
            raise _gone(error) from error
        if real != path or not stat.S_ISDIR(mode):
            raise InputError(
                "this folder has become something else since it was listed",
                where=_shown(path.name),
                hint="Choose it once more.",
            )
        if not self._allows(real):
            raise InputError(
                "this folder is not inside the folders that may be read",
                where=_shown(path.name),
                hint="Choose one of those that are shown, or start the studio with --root FOLDER.",
            )

    def _allows(self, real: Path) -> bool:
        """Whether a path without links is one of the roots or below one, and no part of it on the way is hidden."""
        for root in self.roots:
            if real == root:
                return True
            if real.is_relative_to(root) and not any(part[0] == "." for part in real.relative_to(root).parts):
                return True
        return False

    def _id_of(self, path: Path) -> str:
        id_ = sha256(self._secret + os.fsencode(path)).hexdigest()[:32]
        with self._lock:
            self._known[id_] = path
            self._known.move_to_end(id_)
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return id_

    def _scanned(self, path: Path) -> tuple[list[tuple[str, Path]], Counter[str], bool]:
        """(names and real paths of the folders in it, how many files of each suffix, whether there was more)."""
        inside, files = list[tuple[str, Path]](), Counter[str]()
        try:
            with os.scandir(path) as scan:
                for n, entry in enumerate(scan):
                    if n >= MOST_SEEN:
                        return sorted(inside, key=_by_name), files, True
                    if not entry.name.startswith("."):
                        self._add(entry, inside, files)
        except PermissionError as error:
            raise DeniedError("no permission to read this folder", where=_shown(path.name)) from error
        except OSError as error:
            raise _gone(error) from error
        return sorted(inside, key=_by_name), files, False

    def _add(self, entry: "os.DirEntry[str]", inside: list[tuple[str, Path]], files: Counter[str]) -> None:
        """A folder, if what it leads to may be read, or one more file of its suffix."""
        try:
            real = Path(entry.path).resolve(strict=True)
            if not self._allows(real):
                return
            if real.is_dir():
                inside.append((entry.name, real))
            else:
                files[_shown(Path(entry.name).suffix.lower().removeprefix("."))[:12]] += 1
        except (OSError, RuntimeError):  # a link that leads nowhere, or in circles
            return


@lru_cache(maxsize=8)
def folders_of(roots: tuple[Path, ...], home: Path) -> Folders:
    """The folders of a studio: one object for its roots and its home."""
    return Folders(roots, home / "runtime" / "folders.json")


def _noted(notes: Path) -> dict[str, Path]:
    """The folders that were chosen before, by their ids; whatever they have become, `check` sees."""
    with suppress(AoedeError, ValueError, AttributeError, RecursionError):
        found = json.loads(read_bounded(notes, max_bytes=MAX_NOTES_BYTES))
        rows = [(id_, path) for id_, path in found.items() if _ID.fullmatch(id_) and isinstance(path, str)]
        return {id_: Path(path) for id_, path in rows[-MOST_CHOSEN:]}
    return {}


def _by_name(row: tuple[str, Path]) -> tuple[str, str]:
    return row[0].casefold(), row[0]


def _shown(name: str) -> str:
    """A name as it can be written: what is no text or would move the cursor becomes a mark."""
    text = os.fsencode(name).decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def _gone(error: Exception) -> AoedeError:
    if isinstance(error, FileNotFoundError | NotADirectoryError | RuntimeError | ValueError):
        return MissingError("this folder is not there any more", where="folder", hint="Choose another.")
    assert isinstance(error, OSError)
    return input_error(Path("folder"), error)
