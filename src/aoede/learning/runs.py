"""A run: a folder in which a training can be killed at any moment and goes on as if nothing had happened.

    RUN/run.json                     what was asked, written before the first step
    RUN/lock                         held by the process that trains here; dies with it
    RUN/checkpoints/step-00000120/   model.safetensors, state.safetensors, MANIFEST.json
    RUN/model.safetensors            the best model, when the training is done

A checkpoint is written beside its place, flushed file by file, the manifest last, and renamed; so under its name
it is whole or not there. The manifest holds the hash of every file and its own: any change is found, and then the
checkpoint before is taken.
"""

import hashlib
import json
import os
import re
import secrets
import shlex
import shutil
import socket
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aoede.errors import (
    AoedeError,
    BusyError,
    InputError,
    MissingError,
    OutputError,
    StorageError,
    output_error,
)
from aoede.formats.files import read_bounded, write_durably, write_whole
from aoede.learning.checkpoint import MAX_BYTES, Checkpoint, from_bytes

MANIFEST = "MANIFEST.json"
RUN_FILE = "run.json"
LOCK = "lock"
MODEL_FILE = "model.safetensors"
STATE_FILE = "state.safetensors"
CHECKPOINTS = "checkpoints"
MAX_JSON_BYTES = 64 << 20  # a run file names every piece of data
SPARE_SAVES = 3  # a training begins only where there is room for so many checkpoints
_SEAL = "sha256"
_NAME = re.compile(r"step-(\d{8,})")
_PART = re.compile(r"\.(?:.*\.)?part-\d+(?:-[0-9a-f]+)?")


# One process a run


@contextmanager
def locked(run: Path) -> Iterator[None]:
    """Hold the run: nobody else trains in this folder meanwhile. The lock ends with the process, however it dies.

    Raises BusyError, naming the holder, and OutputError where the folder cannot be made or written.
    """
    path = run / LOCK
    try:
        run.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise output_error(run, error) from error
    with file:
        if not _take_soon(file.fileno(), path):
            raise BusyError(
                f"another process trains here ({_holder(path)})",
                where=str(run),
                hint="Wait for it, stop it, or name another folder with --run.",
            )
        file.truncate(0)
        began = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        json.dump({"pid": os.getpid(), "host": socket.gethostname(), "began": began}, file)
        file.flush()
        yield


def holder(run: Path) -> str:
    """Who trains in the run at this moment, in words; "" where nobody does."""
    try:
        with (run / LOCK).open("r+", encoding="utf-8") as file:
            return "" if _take(file.fileno()) else _holder(run / LOCK)
    except OSError:
        return ""


def _take_soon(descriptor: int, path: Path) -> bool:
    """`_take`, tried for a moment: `holder` may just be looking. The file must still be the one at `path`."""
    for _ in range(5):
        if _take(descriptor):
            with suppress(OSError):
                return os.path.samestat(os.fstat(descriptor), path.stat())
            return False
        time.sleep(0.05)
    return False


def forsake(run: Path) -> None:
    """Take away what `locked` made in a folder where no run came to be. Only for the one who holds the lock."""
    if not is_run(run):
        with suppress(OSError):
            (run / LOCK).unlink()
            run.rmdir()


def _take(descriptor: int) -> bool:
    """Take the kernel's lock on an open file; False where another process has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _holder(lock: Path) -> str:
    try:
        told = json.loads(lock.read_text(encoding="utf-8"))
        return f"process {int(told['pid'])} on {told['host']}, since {told['began']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "it has not said who it is"


# Sealed JSON: a document that holds its own hash


def sealed(document: Mapping[str, Any]) -> bytes:
    """The document as JSON with the hash of itself in it."""
    text = _canonical({name: value for name, value in document.items() if name != _SEAL})
    return _canonical({**document, _SEAL: hashlib.sha256(text).hexdigest()})


def unsealed(data: bytes, where: str) -> dict[str, Any]:
    """The document in `data`; raises InputError where a single bit of it has changed."""
    try:
        document = json.loads(data)
        if isinstance(document, dict) and sealed(document) == data:
            return document
    except (ValueError, RecursionError):
        pass
    raise InputError("this file is damaged", where=where)


def _canonical(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, ensure_ascii=True, indent=1, allow_nan=False).encode() + b"\n"


def write_run(run: Path, document: Mapping[str, Any]) -> None:
    write_whole(run / RUN_FILE, sealed(document), force=True)


def read_run(run: Path) -> dict[str, Any]:
    """What was asked of this run; from its newest checkpoint where run.json itself is damaged or lost.

    Raises InputError or MissingError where there is no run.
    """
    path = run / RUN_FILE
    try:
        return unsealed(read_bounded(path, max_bytes=MAX_JSON_BYTES), str(path))
    except (InputError, MissingError):
        found = newest(run)[0]
        if found is None:
            raise
        return dict(found.manifest["run"])


def new_folder(parent: Path, name: str) -> Path:
    """An empty folder of that name that nobody had before, numbered where the name is taken."""
    for number in range(1, 100_000):
        path = parent / (name if number == 1 else f"{name}-{number}")
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise output_error(path, error) from error
        return path
    raise OutputError("there are too many runs here", where=str(parent))


def resume_command(run: Path) -> str:
    return f"aoede resume {shlex.quote(str(run))}"


def use_command(run: Path, document: Mapping[str, Any]) -> str:
    """What to type to hear or read what a finished run has learnt."""
    name = shlex.quote(str(run))
    if document["encoding"]["name"] in ("ngrams", "words"):
        return f'aoede reply --model {name} "Are you free tomorrow?"'
    verb = {"characters": "write", "mulaw": "sound"}.get(document["encoding"]["name"], "sample")
    return f"aoede {verb} {name}"


def is_run(folder: Path) -> bool:
    return (folder / RUN_FILE).is_file() or bool(_checkpoints(folder))


# Checkpoints


@dataclass(frozen=True)
class Saved:
    """A checkpoint that was found whole."""

    step: int
    path: Path
    manifest: Mapping[str, Any]

    def read(self, name: str) -> bytes:
        return read_bounded(self.path / name, max_bytes=MAX_BYTES)

    def checkpoint(self, name: str) -> Checkpoint:
        return from_bytes(self.read(name), where=str(self.path / name))


def save(run: Path, step: int, files: Mapping[str, bytes], document: Mapping[str, Any]) -> Path:
    """Write a checkpoint with these files whole or not at all; `document` is the run's own (run.json).

    Raises StorageError, DeniedError or another OutputError; the checkpoints that there are stay as they are.
    """
    folder = run / CHECKPOINTS
    path = folder / f"step-{step:08d}"
    part = folder / f".{path.name}.part-{os.getpid()}-{secrets.token_hex(4)}"
    manifest = {
        "step": step,
        "files": {name: {"sha256": _hash(data), "n_bytes": len(data)} for name, data in files.items()},
        "run": dict(document),
    }
    try:
        part.mkdir(parents=True)
        for name, data in [*files.items(), (MANIFEST, sealed(manifest))]:
            write_durably(part / name, data)
        _flush_folder(part)
        if path.exists():  # a damaged one: the training has come this way before
            path.rename(folder / f".old.part-{os.getpid()}-{secrets.token_hex(4)}")
        part.rename(path)
        _flush_folder(folder)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise _save_error(run, step, sum(map(len, files.values())), error) from error
    return path


def _save_error(run: Path, step: int, n_bytes: int, error: OSError) -> OutputError:
    """What a failed save says: how much was wanted, how much there is, how to go on."""
    told = output_error(run / CHECKPOINTS, error)
    told.message += f", the checkpoint of step {step:,} with {n_bytes:,} bytes"
    with suppress(OSError):
        told.message += f" ({shutil.disk_usage(run).free:,} are free)"
    told.hint = f"What was saved before is whole. Set this right, then: {resume_command(run)}"
    return told


def newest(run: Path) -> tuple[Saved | None, list[str]]:
    """The whole checkpoint with the highest step, and a warning for each later one that is damaged.

    Steps decide, not times: a copied folder has lost them. Raises InputError where none of those there are is whole.
    """
    warnings: list[str] = []
    for step, path in sorted(_checkpoints(run), reverse=True):
        try:
            return _verified(step, path), warnings
        except InputError as error:
            warnings.append(f"{path} is damaged ({error.message}); the checkpoint before it is used")
    if warnings:
        raise InputError(
            "all checkpoints are damaged",
            where=str(run / CHECKPOINTS),
            hint="Copy the run again, or train in a new folder.",
        )
    return None, []


def at_step(run: Path, step: int) -> Saved:
    """The checkpoint of this step. Raises InputError where it is not whole or not there."""
    return _verified(step, run / CHECKPOINTS / f"step-{step:08d}")


def prune(run: Path, keep: Collection[int]) -> None:
    """Take away all checkpoints but those of the steps in `keep` and the two newest."""
    steps = sorted(_checkpoints(run))
    for step, path in steps[:-2]:
        if step not in keep:
            shutil.rmtree(path, ignore_errors=True)


def drop_after(run: Path, step: int) -> None:
    """Take away the checkpoints of later steps, from which nothing is to go on."""
    for later, path in _checkpoints(run):
        if later > step:
            shutil.rmtree(path, ignore_errors=True)


def sweep(run: Path) -> None:
    """Take away what a killed process left half written. Only for the one who holds the lock."""
    for folder in (run, run / CHECKPOINTS, run / "samples"):
        with suppress(OSError):
            for path in folder.iterdir():
                if _PART.fullmatch(path.name):
                    shutil.rmtree(path) if path.is_dir() else path.unlink()


def check_room(run: Path, n_bytes: int) -> None:
    """Raise StorageError (74) before a long training starts where its checkpoints will not fit."""
    free = shutil.disk_usage(run).free
    if free < SPARE_SAVES * n_bytes:
        raise StorageError(
            f"a checkpoint needs {n_bytes:,} bytes, room for {SPARE_SAVES} is wanted, and {free:,} bytes are free",
            where=str(run),
            hint="Free some space, or name another folder with --run.",
        )


def _checkpoints(run: Path) -> list[tuple[int, Path]]:
    try:
        paths = list((run / CHECKPOINTS).iterdir())
    except OSError:
        return []
    return [(int(match[1]), path) for path in paths if (match := _NAME.fullmatch(path.name))]


def _verified(step: int, path: Path) -> Saved:
    try:
        manifest = unsealed(read_bounded(path / MANIFEST, max_bytes=MAX_JSON_BYTES), str(path))
        told = {str(name): (entry["sha256"], entry["n_bytes"]) for name, entry in manifest["files"].items()}
        if manifest["step"] != step:
            raise InputError("its manifest belongs to another step", where=str(path))
    except (AoedeError, KeyError, TypeError, AttributeError) as error:
        raise InputError("its manifest is missing or damaged", where=str(path)) from error
    for name, (sha256, n_bytes) in told.items():
        _check_file(path / Path(name).name, sha256, n_bytes)
    return Saved(step, path, manifest)


def _check_file(path: Path, sha256: str, n_bytes: int) -> None:
    try:
        data = read_bounded(path, max_bytes=MAX_BYTES)
    except AoedeError as error:
        raise InputError(f"{path.name} cannot be read", where=str(path.parent)) from error
    if len(data) != n_bytes or _hash(data) != sha256:
        raise InputError(f"{path.name} is not what was written", where=str(path.parent))


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _flush_folder(path: Path) -> None:
    """Make the names in a folder durable, where the system can."""
    if sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
