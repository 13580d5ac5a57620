"""The trainings in HOME/runs as the page lists them, where each of them stands, and the files that they left.

A run is read from its own files, so that one that was killed, or made by `aoede train`, is told of as it is.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from aoede.errors import AoedeError, BusyError, MissingError
from aoede.formats.files import read_bounded
from aoede.learning import runs
from aoede.learning.checkpoint import MAX_BYTES
from aoede.learning.loop import Standing, standing_of
from aoede.learning.outputs import DATA, METRICS, PICTURE, SAMPLES, watched_name
from aoede.studio import datasets
from aoede.studio.chinese import in_both, in_chinese, sample_in_chinese
from aoede.studio.models import RUNS, places, plain_name, taken_names, title_of, uses_of
from aoede.studio.tasks.training import figures_of, finite

MOST_HISTORY = 2_000  # rows of figures that are told of a run
MAX_ACCOUNT_BYTES = 64 << 20
MOST_FILES, MOST_REMARKS = 200, 4  # of the account that are told, and of a file
MAX_TEXT_BYTES = 100_000
MODEL = "model.safetensors"
STRIP = "strip.png"  # all samples of music in one picture
_KINDS = {
    ".mid": "audio/midi",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
    ".jsonl": "application/x-ndjson",
    ".safetensors": "application/octet-stream",
}
_SAMPLE = re.compile(r"(?:best|step-\d{8,})\.(?:mid|wav|flac|png|txt)|strip\.png")


@dataclass(frozen=True)
class Live:
    """What the jobs say of a run: the one that works on it, or waits to, and what was asked of it."""

    job: str
    state: str  # "queued" or "running"
    asked: Mapping[str, Any]


def rows(home: Path, live: Mapping[str, Live]) -> list[dict[str, Any]]:
    """Every run, those that are worked on first, then the newest: what it is, where it stands, who works on it.

    `live` is by id. A run that has not been decided yet has a row too, made of what was asked.
    """
    there = {id_: path for id_, path in places(home).items() if path.is_dir()}
    found = [row_of(id_, path, live.get(id_)) for id_, path in there.items()]
    found += [_row_of_asked(id_, each) for id_, each in live.items() if id_ not in there]
    return sorted(found, key=lambda row: (row["job"] is None, -row["changed"], row["id"]))


def _row_of_asked(id_: str, live: Live) -> dict[str, Any]:
    told = {name: live.asked.get(name, "") for name in ("name", "family", "encoding", "data")}
    state = "queued" if live.state == "queued" else "preparing"
    return {"id": id_, "job": live.job, "problem": "", **_UNKNOWN, **told, "state": state, "changed": 0.0}


def run_of(home: Path, name: str) -> Path:
    """The folder of a run. Raises MissingError."""
    path = places(home).get(name)
    if path is None or not path.is_dir():
        raise MissingError("there is no such training", where=name, hint="Reload the list.")
    return path


def row_of(id_: str, run: Path, live: Live | None) -> dict[str, Any]:
    """{"id", "name", "family", "encoding", "state", "step", "n_steps", "best", "figures", "usable_as", ...}.

    state: "queued", "preparing", "training", "stopped", "done" or "damaged".
    """
    row = {"id": id_, "name": title_of(run) or run.name, "job": live.job if live else None, "problem": ""}
    try:
        document, standing = _read(run)
        encoding = document["encoding"]["name"]
    except (AoedeError, KeyError, TypeError) as error:
        problem = error.message if isinstance(error, AoedeError) else "it does not say what it is"
        told = {"problem": problem, "problem_zh": in_chinese(problem) or problem}
        return row | _UNKNOWN | told | {"state": "damaged", "changed": _changed(run)}
    holder = runs.holder(run)
    is_done = standing.is_done and (run / MODEL).is_file()
    uses = list(uses_of(encoding)) if standing.step else []
    figures = figures_of(standing.checks[-1] if standing.checks else {})
    return row | {
        "family": document["family"],
        "encoding": encoding,
        "state": _state(is_done, bool(holder), live),
        "is_elsewhere": bool(holder) and live is None,
        "step": standing.step,
        "n_steps": document["schedule"]["n_steps"],
        "best_step": standing.best_step,
        "best": None if standing.best_step is None else finite(standing.best_watched),
        "watched": watched_name(standing),
        "figures": [{"name": name, "value": value} for name, value in sorted(figures.items())],
        "uses": uses,
        "usable_as": uses[0] if uses else "",
        "data": datasets.title_of(Path(document["folder"])),
        "has_losses": (run / PICTURE).is_file(),
        "sample": _sample_name(run),
        "changed": _changed(run),
    }


_UNKNOWN: dict[str, Any] = {
    **dict.fromkeys(("family", "encoding", "watched", "usable_as", "data", "sample"), ""),
    **dict.fromkeys(("step", "n_steps"), 0),
    **dict.fromkeys(("best_step", "best")),
    **dict.fromkeys(("is_elsewhere", "has_losses"), False),
    "figures": [],
    "uses": [],
}


def _state(is_done: bool, is_held: bool, live: Live | None) -> str:
    if live is not None and live.state == "queued":
        return "queued"
    if is_held or live is not None:
        return "training"
    return "done" if is_done else "stopped"


def detail_of(id_: str, run: Path, live: Live | None) -> dict[str, Any]:
    """The row of a run with its history of figures, its settings, the account of its data and its newest sample."""
    row = row_of(id_, run, live)
    if row["state"] == "damaged":
        nothing: dict[str, Any] = {
            "settings": {},
            "account": {},
            "text": "",
            "text_zh": "",
            "seed": None,
            "files": [],
        }
        return row | {"history": [], **nothing}
    document, standing = _read(run)
    text = _text(run, row["sample"])
    return row | {
        "history": history_of(standing.checks),
        "settings": _settings(document),
        "seed": document["schedule"]["seed"],
        "account": _account(run, datasets.own_names(Path(document["folder"]))),
        "text": text,
        "text_zh": sample_in_chinese(text),
        "files": files_of(run),
    }


def history_of(checks: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
    """{"step", figures...} of every check, thinned evenly where there are very many; the last is kept."""
    every = max(1, math.ceil(len(checks) / MOST_HISTORY))
    kept = [*checks[:-1:every], *checks[-1:]]
    return [{"step": row["step"], **figures_of(row)} for row in kept]


# Files


def files_of(run: Path) -> list[str]:
    """Names of what can be had of a run: the model, the curves, the samples."""
    names = [name for name in (MODEL, PICTURE, METRICS) if (run / name).is_file()]
    if MODEL not in names and _newest_step(run):
        names.insert(0, MODEL)
    samples = sorted(path.name for path in _samples(run))
    return names + samples[:200]


def file_of(run: Path, name: str) -> tuple[Path | bytes, str]:
    """One of `files_of`, and its kind: the path of a sample, which stays as it is, else what is in it now.

    Of a run that is not done the model is the best so far. Raises MissingError or InputError.
    """
    if name not in files_of(run):
        raise MissingError("this training has no such file yet", where=name)
    kind = _KINDS.get(Path(name).suffix, "application/octet-stream")
    if name == MODEL and not (run / MODEL).is_file():
        found, _ = runs.newest(run)
        if found is None:
            raise MissingError("nothing has been saved yet", where=name)
        best = standing_of(found).best_step
        return (found if best is None else runs.at_step(run, best)).read(runs.MODEL_FILE), kind
    if _SAMPLE.fullmatch(name):
        return run / SAMPLES / name, kind
    return read_bounded(run / name, max_bytes=MAX_BYTES), kind


def _samples(run: Path) -> list[Path]:
    return [
        path
        for path in _listed(run / SAMPLES)
        if _SAMPLE.fullmatch(path.name) and path.is_file() and not path.is_symlink()
    ]


def _sample_name(run: Path) -> str:
    """The newest sample that can be heard or read: the best one of a training that is done; "" without any."""
    names = {path.name for path in _samples(run) if path.suffix != ".png"}
    best = sorted(name for name in names if name.startswith("best"))
    return best[0] if best else max(names, default="")


def _text(run: Path, sample: str) -> str:
    if not sample.endswith(".txt"):
        return ""
    with suppress(AoedeError):
        return read_bounded(run / SAMPLES / sample, max_bytes=MAX_TEXT_BYTES).decode("utf-8", "replace")
    return ""


# New runs


def new_run(home: Path, family: str, data: str, busy: Sequence[str]) -> Path:
    """An empty folder for a run of this family on these data, whose name is its id.

    Empty folders of earlier ones that never began, and are not `busy`, are taken away. Raises OutputError.
    """
    folder = home / RUNS
    _sweep(folder, busy)
    name = f"{family}-{plain_name(data) or 'data'}"[:56].rstrip("-")
    return runs.new_folder(folder, f"{name}-1" if name in taken_names() else name)


def check_free(run: Path) -> None:
    """Raises BusyError where somebody trains in this run at this moment."""
    if holder := runs.holder(run):
        raise BusyError(
            f"another process trains here ({holder})", where=run.name, hint="Wait for it, or stop it there."
        )


def _sweep(folder: Path, busy: Sequence[str]) -> None:
    for path in _listed(folder):
        if path.name not in busy and path.is_dir() and not path.is_symlink():
            with suppress(OSError):
                path.rmdir()  # which does nothing where anything is in it


# Reading


def _read(run: Path) -> tuple[Mapping[str, Any], Standing]:
    """What was asked of a run and where it stands, read again only where it moved. Raises InputError."""
    return _read_at(run, _trace(run / runs.RUN_FILE), _newest_step(run))


@lru_cache(maxsize=256)
def _read_at(
    run: Path, trace: tuple[int, int], newest: tuple[str, int] | tuple[()]
) -> tuple[Mapping[str, Any], Standing]:
    document = runs.read_run(run)
    found, _ = runs.newest(run)
    return document, Standing() if found is None else standing_of(found)


def _newest_step(run: Path) -> tuple[str, int] | tuple[()]:
    """The name of the last checkpoint and when it was written; () without one."""
    folder = run / runs.CHECKPOINTS
    name = max((path.name for path in _listed(folder) if path.name.startswith("step-")), default="")
    return (name, _trace(folder / name / runs.MANIFEST)[0]) if name else ()


def _trace(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _changed(run: Path) -> float:
    """When something was last written, in seconds since 1970."""
    paths = (run / runs.RUN_FILE, run / METRICS, run / MODEL, run / runs.CHECKPOINTS)
    return max(_trace(path)[0] for path in paths) / 1e9


def _settings(document: Mapping[str, Any]) -> dict[str, Any]:
    """The plain numbers and words among a run's settings."""
    settings = {**(document.get("config") or {}), **(document.get("recipe") or {})}
    told = ("preset", "held_out", "transpose", "n_threads")
    settings |= {name: document[name] for name in told if name in document}
    return {name: value for name, value in settings.items() if isinstance(value, str | int | float)}


def _account(run: Path, own: Mapping[str, str]) -> dict[str, Any]:
    """What became of the files: numbers, and those that were not simply read, by their own names."""
    try:
        told = json.loads(read_bounded(run / DATA, max_bytes=MAX_ACCOUNT_BYTES))
        files = [row for row in told["files"] if row["outcome"] != "read"][:MOST_FILES]
        rows = [
            row
            | {"path": own.get(row["path"], row["path"])}
            | in_both(row["remarks"][:MOST_REMARKS], "remarks")
            for row in files
        ]
        return {**{name: told[name] for name in ("read", "repaired", "skipped")}, "rows": rows}
    except (AoedeError, ValueError, KeyError, TypeError, RecursionError):
        return {}
