"""The user's own models, by id: the trainings in HOME/runs and the model files in HOME/models.

    for model in own_models(home):
        print(model["id"], model["usable_as"])
    writer = find_checkpoint(path_of(home, "ngram-poems"))

An id is the name of its folder or file where that is a plain one, else a plain one made of it. Ids are looked up
among what there is and never made into paths. Only the heads of files are read here, so that a list costs nothing.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from aoede.errors import MissingError
from aoede.learning import runs
from aoede.learning.checkpoint import MAX_HEADER_BYTES, SUFFIX, preset_names
from aoede.learning.generators import HARMONIES, MELODIES

RUNS, MODELS = "runs", "models"
ID = re.compile(r"[a-z0-9-]{1,64}")
MOST_VALUES = 500  # of a label that are listed
TITLE_FILE = "studio.json"  # in a run: how its maker calls it
MAX_TITLE_BYTES = 4096

# Encoding -> what a model on it is used as, the commonest first.
USES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "characters": ("writer",),
        "melody": ("melody", "sampler"),
        "chords": ("harmony", "sampler"),
        "pianoroll": ("harmony", "sampler"),
        "mulaw": ("instrument",),
        "ngrams": ("replier",),
        "words": ("replier",),
    }
)


def own_models(home: Path) -> list[dict[str, Any]]:
    """The user's models, the newest first: what they are called, what they are, and what they can be used as.

    Each is {"id", "name", "family", "encoding", "usable_as", "uses", "labels", "licence", "is_done", "changed"};
    `labels` holds the values of each column, `changed` seconds since 1970. What cannot be opened is left out.
    """
    found = [(id_, path, _head_of(path)) for id_, path in places(home).items()]
    rows = [_row(id_, path, *head) for id_, path, head in found if head is not None]
    return sorted((row for row in rows if row), key=lambda row: (-row["changed"], row["id"]))


def path_of(home: Path, name: str) -> Path:
    """The run's folder or the model file of an id. Raises MissingError where there is none of this name."""
    path = places(home).get(name) if ID.fullmatch(name) else None
    if path is None:
        raise MissingError(
            "there is no model of your own of this name", where=name[:64], hint="Reload the list of models."
        )
    return path


def places(home: Path) -> dict[str, Path]:
    """Every run's folder and every model file by its id. Links are passed over."""
    found: dict[str, Path] = {}
    for path in [*_runs_in(home / RUNS), *_files_in(home / MODELS)]:
        name = path.name.removesuffix(SUFFIX)
        id_ = plain_name(name)
        if id_ != name or id_ in found or id_ in taken_names():
            id_ = f"{id_[:55].rstrip('-') or 'model'}-{hashlib.sha256(path.name.encode()).hexdigest()[:8]}"
        found[id_] = path
    return found


def plain_name(text: str) -> str:
    """Small letters, digits and single hyphens of a name, at most 64; what else is in it becomes a hyphen."""
    ascii_ = "".join(c if c.isascii() and c.isalnum() else "-" for c in text.lower())
    return re.sub("-+", "-", ascii_).strip("-")[:64].rstrip("-")


def taken_names() -> frozenset[str]:
    """Names of shipped models, which no model of the user's goes by."""
    return frozenset(name.replace("_", "-") for name in (*preset_names(), *HARMONIES, *MELODIES))


def title_of(run: Path) -> str:
    """How the maker of a run calls it; "" where nothing is said."""
    try:
        data = (run / TITLE_FILE).read_bytes()[: MAX_TITLE_BYTES + 1]
        title = json.loads(data)["name"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""
    return title if isinstance(title, str) else ""


def uses_of(encoding: str) -> tuple[str, ...]:
    """What models on this encoding are used as; () where the studio has no use for them."""
    return USES.get(encoding, ())


def _runs_in(folder: Path) -> Iterator[Path]:
    yield from (path for path in _listed(folder) if path.is_dir() and runs.is_run(path))


def _files_in(folder: Path) -> Iterator[Path]:
    yield from (path for path in _listed(folder) if path.suffix == SUFFIX and path.is_file())


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.name[0] != "." and not path.is_symlink())
    except OSError:
        return []


def _row(id_: str, path: Path, metadata: Mapping[str, Any], changed: float) -> dict[str, Any]:
    """What is said of one model; {} where its head says nothing that can be used."""
    try:
        encoding, family = str(metadata["encoding"]["name"]), str(metadata["family"])
    except (KeyError, TypeError):
        return {}
    uses = uses_of(encoding)
    return {
        "id": id_,
        "name": (title_of(path) if path.is_dir() else "") or path.name.removesuffix(SUFFIX),
        "family": family,
        "encoding": encoding,
        "usable_as": uses[0] if uses else "",
        "uses": list(uses),
        "labels": _labels(metadata.get("labels")),
        "licence": str(metadata.get("licence", ""))[:200],
        "is_done": path.is_file() or (path / runs.MODEL_FILE).is_file(),
        "changed": changed,
    }


def _labels(labels: Any) -> dict[str, list[str]]:
    """Column -> values, of the labels of texts; those of others are not chosen by name."""
    try:
        columns = zip(labels["columns"], labels["values"], strict=True)
        return {str(column): [str(value) for value in values[:MOST_VALUES]] for column, values in columns}
    except (KeyError, TypeError, ValueError):
        return {}


def _head_of(path: Path) -> tuple[dict[str, Any], float] | None:
    """The description within a model file, or within the newest of a run, and when it was written."""
    file = path
    if path.is_dir():
        file = path / runs.MODEL_FILE
        if not file.is_file():
            saved = [step / runs.MODEL_FILE for step in _listed(path / runs.CHECKPOINTS)]
            file = next((file for file in reversed(saved) if file.is_file()), file)
    try:
        status = file.stat()
        return _read_head(file, status.st_mtime_ns, status.st_size), status.st_mtime
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


@lru_cache(maxsize=128)
def _read_head(file: Path, changed_ns: int, n_bytes: int) -> dict[str, Any]:
    """The metadata in a file that has this size and was changed then; raises ValueError where there are none."""
    with file.open("rb") as opened:
        n_head = int.from_bytes(opened.read(8), "little")
        if not 2 <= n_head <= min(MAX_HEADER_BYTES, n_bytes - 8):
            raise ValueError("no head of a safetensors file")
        metadata = json.loads(json.loads(opened.read(n_head))["__metadata__"]["aoede"])
    if not isinstance(metadata, dict):
        raise ValueError("no description")
    return metadata
