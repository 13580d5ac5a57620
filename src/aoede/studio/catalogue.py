"""Which models there are for a use: the lists that views ask for, and the model behind a name in them.

A list is made by a worker, which opens every model, and remembered until one of the user's own comes, goes or
changes.
"""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aoede.errors import AoedeError
from aoede.learning.checkpoint import Checkpoint
from aoede.learning.sampling import find_checkpoint
from aoede.studio.models import own_models, path_of

if TYPE_CHECKING:
    from aoede.studio.server import Studio

Traces = tuple[tuple[str, float], ...]  # (id, when it was changed) of each model of the user's

_REMEMBERED: dict[tuple[Path, str], tuple[Traces, dict[str, Any]]] = {}  # by home and kind of job


def opened(home: Path, use: str) -> Iterator[tuple[dict[str, Any], Checkpoint]]:
    """The user's models for a use such as "writer", with what is in their files; damaged ones are left out."""
    for model in own_models(home):
        if use in model["uses"]:
            try:
                yield model, find_checkpoint(path_of(home, model["id"]))[0]
            except AoedeError:
                continue


def known_as(home: Path, name: str, shipped: Collection[str]) -> str:
    """What the library finds a model of a list by. Raises MissingError for a name that is in none."""
    return name if name in shipped else str(path_of(home, name))


def changed_ns(model: str, shipped: Collection[str]) -> int:
    """When the file or the run behind a name was last changed; 0 of a shipped model."""
    path = Path(model)
    return path.stat().st_mtime_ns if model not in shipped and path.exists() else 0


async def listed(studio: "Studio", kind: str) -> dict[str, Any]:
    """What the job of this kind lists, which is asked anew only where something changed."""
    traces = tuple((model["id"], model["changed"]) for model in own_models(studio.home))
    seen, rows = _REMEMBERED.get((studio.home, kind), ((), {}))
    if not rows or seen != traces:
        job = studio.jobs.submit(kind, {"home": str(studio.home)}, passing=True)
        rows = await studio.jobs.result(job)
        _REMEMBERED[studio.home, kind] = traces, rows
    return rows
