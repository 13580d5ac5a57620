"""The runs in a folder, and how far each of them is."""

from pathlib import Path
from typing import Any

from aoede.errors import AoedeError, MissingError
from aoede.learning import runs
from aoede.learning.loop import Standing, standing_of


def overview(folder: Path) -> list[dict[str, Any]]:
    """One row a run in `folder`, or of `folder` itself, by name. Raises MissingError where there is none."""
    if not folder.is_dir():
        raise MissingError("there is no such folder", where=str(folder), hint="Name the folder of your runs.")
    if runs.is_run(folder):
        return [_row(folder)]
    return [_row(path) for path in sorted(folder.iterdir()) if runs.is_run(path)]


def _row(run: Path) -> dict[str, Any]:
    try:
        document = runs.read_run(run)
        found, _ = runs.newest(run)
        standing = Standing() if found is None else standing_of(found)
    except AoedeError as error:
        return _entry(run, family=None, state=f"damaged: {error.message}")
    holder = runs.holder(run)
    n_steps = document["schedule"]["n_steps"]
    is_done = standing.is_done and (run / runs.MODEL_FILE).is_file()
    state = (
        "done" if is_done else f"{'training' if holder else 'stopped'} at {standing.step:,} of {n_steps:,}"
    )
    return _entry(
        run,
        family=document["family"],
        state=state,
        holder=holder,
        step=standing.step,
        n_steps=n_steps,
        best_step=standing.best_step,
        best=None if standing.best_step is None else standing.best_watched,
        next="" if holder else runs.use_command(run, document) if is_done else runs.resume_command(run),
    )


def _entry(run: Path, **known: Any) -> dict[str, Any]:
    unknown = {"holder": "", "step": 0, "n_steps": 0, "best_step": None, "best": None, "next": ""}
    return {"run": str(run), **unknown, **known}
