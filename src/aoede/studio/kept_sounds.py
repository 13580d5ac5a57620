"""Sounds that were made, and tunes that were sent: the newest of each stay in the studio's home, under an id."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aoede.errors import MissingError, output_error

SOUNDS, TUNES = "sounds", "tunes"  # folders of the home
MAX_SOUNDS, MAX_TUNES = 100, 50
ABOUT = "about.json"


def keep_sound(home: Path, id_: str, folder: Path, result: dict[str, Any]) -> dict[str, Any]:
    """The files of a job's result, moved from its folder into the home. Raises OutputError."""
    place = home / SOUNDS / id_
    files: Mapping[str, str] = result["files"]
    about = {"id": id_, **result, "files": list(files)}
    try:
        place.mkdir(parents=True, exist_ok=True)
        for kind, name in files.items():
            shutil.move(folder / name, place / f"sound.{kind}")
        (place / ABOUT).write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
    except OSError as error:
        shutil.rmtree(place, ignore_errors=True)
        raise output_error(place, error) from error
    _forget_old(home / SOUNDS, MAX_SOUNDS)
    return about


def about_sound(home: Path, id_: str) -> dict[str, Any]:
    """What is known of a sound. Raises MissingError where it is not kept any more."""
    try:
        found = json.loads((home / SOUNDS / id_ / ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise MissingError(
            "there is no such sound", where=id_, hint=f"The newest {MAX_SOUNDS} are kept."
        ) from error
    return dict(found)


def file_of_sound(home: Path, id_: str, kind: str) -> Path:
    """Raises MissingError for a sound or a kind that there is not."""
    about = about_sound(home, id_)
    path = home / SOUNDS / id_ / f"sound.{kind}"
    if kind not in about["files"] or not path.is_file():
        raise MissingError(
            f"there is no {kind} of this sound", where=id_, hint=f"There is {', '.join(about['files'])}."
        )
    return path


def keep_tune(home: Path, sent: Path) -> tuple[str, Path]:
    """A MIDI file that was sent, under an id made of what is in it. Raises OutputError."""
    folder = home / TUNES
    id_ = hashlib.sha256(sent.read_bytes()).hexdigest()[:32]
    path = folder / f"{id_}.mid"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.move(sent, path)
        path.touch()
    except OSError as error:
        raise output_error(path, error) from error
    _forget_old(folder, MAX_TUNES)
    return id_, path


def tune_of(home: Path, id_: str) -> Path:
    """Raises MissingError for a tune that is not kept any more."""
    path = home / TUNES / f"{id_}.mid"
    if not path.is_file():
        raise MissingError("there is no such tune any more", where="midi", hint="Send the file once more.")
    return path


def _forget_old(folder: Path, most: int) -> None:
    """Take away all but the newest."""
    found = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in found[most:]:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
