"""What the training process does: read the data of a person, train on them or go on, and tell how it gets on."""

import json
import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aoede.errors import InputError
from aoede.formats.files import write_whole
from aoede.learning import train as training
from aoede.learning.account import DUPLICATE, READ, REPAIRED, SKIPPED, Report
from aoede.learning.loop import Standing
from aoede.learning.outputs import watched_name
from aoede.learning.train import Outcome
from aoede.studio.chinese import in_both, in_chinese, in_plain_english, sample_in_chinese
from aoede.studio.models import TITLE_FILE
from aoede.studio.tasks.scanning import scan

if TYPE_CHECKING:
    from aoede.studio.worker import Desk

__all__ = ["Teller", "scan", "train"]

TELL_S = 0.25  # between two steps that are told
MAX_TEXT = 6_000  # characters of a sample
MAX_LINES = 40  # of the report on the data


def train(task: Mapping[str, Any], desk: "Desk") -> dict[str, Any]:
    """{"id", "run", "folder", "within", "resume", "name", "family", "options"} -> where the training came to.

    With `resume` it goes on with the run, and `options` are those of `resume`. A stop that is asked for is saved.
    """
    run = Path(task["run"])
    folder = Path(task["folder"])
    if folder.resolve() != folder:
        raise InputError(
            "this folder has become something else since it was chosen",
            where=folder.name,
            hint="Choose it once more.",
        )
    teller = Teller(desk, task["id"], task.get("name", ""))
    common: dict[str, Any] = {
        "watcher": teller,
        "should_stop": desk.should_stop,
        "within": [Path(place) for place in task["within"]],
    }
    if task.get("resume"):
        outcome = training.resume(run, **common, **task["options"])
    else:
        outcome = training.train(task["family"], folder, run, **common, **task["options"])
    return {"run": task["id"]} | _result(outcome)


def _result(outcome: Outcome) -> dict[str, Any]:
    standing = outcome.standing
    return {
        "is_done": standing.is_done,
        "step": standing.step,
        "best_step": standing.best_step,
        "best": None if standing.best_step is None else finite(standing.best_watched),
        "watched": watched_name(standing),
        "figures": figures_of(standing.checks[-1]) if standing.checks else {},
        "has_model": outcome.model is not None,
    }


def finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def figures_of(row: Mapping[str, float]) -> dict[str, float]:
    """A row of a check without its step, and without what is no number."""
    return {name: float(value) for name, value in row.items() if name != "step" and math.isfinite(value)}


def report_as_json(report: Report) -> dict[str, Any]:
    """What became of the files, in numbers and a few lines."""
    return {
        "read": report.n(READ),
        "repaired": report.n(REPAIRED),
        "skipped": report.n(SKIPPED),
        "duplicates": report.reasons.get(DUPLICATE, 0),
        "summary": report.summary(),
        **in_both(report.lines(MAX_LINES), "lines"),
    }


class Teller:
    """A watcher that tells events of a job. Where nobody hears them any more, it goes on in silence, to save."""

    def __init__(
        self, desk: "Desk", id_: str, title: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._desk, self._id, self._title, self._clock = desk, id_, title, clock
        self._told_s = -math.inf
        self._began_s, self._first = clock(), 0
        self._losses: dict[str, list[float]] = {}

    def reading(self, done: int, total: int) -> None:
        if self._is_due(done == total):
            self._tell("reading", done=done, total=total)

    def read(self, report: Report) -> None:
        self._tell("read", **report_as_json(report))

    def judging(self, model: str, done: int, total: int) -> None:
        """No training does this."""

    def began(self, run: Path, document: Mapping[str, Any], step: int) -> None:
        """Told before the first step; the run's title is written, where it was made just now."""
        if self._title and not (run / TITLE_FILE).exists():
            write_whole(run / TITLE_FILE, json.dumps({"name": self._title}).encode())
        self._began_s, self._first = self._clock(), step
        schedule = document["schedule"]
        self._tell(
            "began",
            run=self._id,
            family=document["family"],
            encoding=document["encoding"]["name"],
            step=step,
            n_steps=schedule["n_steps"],
            check_every=schedule["check_every"],
            seed=schedule["seed"],
            n_threads=document["n_threads"],
        )

    def stepped(self, step: int, losses: Mapping[str, float]) -> None:
        """Losses are means over the steps since the last that was told."""
        for name, value in losses.items():
            self._losses.setdefault(name, []).append(float(value))
        if self._is_due(False):
            means = {name: sum(values) / len(values) for name, values in self._losses.items()}
            self._losses = {}
            self._tell("step", step=step, losses=figures_of(means), **self._pace(step))

    def checked(self, standing: Standing) -> None:
        self._tell(
            "checked",
            step=standing.step,
            figures=figures_of(standing.checks[-1]) if standing.checks else {},
            watched=watched_name(standing),
            best_step=standing.best_step,
            best=None if standing.best_step is None else finite(standing.best_watched),
            **self._pace(standing.step),
        )

    def sampled(self, text: str) -> None:
        shown = text[:MAX_TEXT]
        self._tell("sample", text=shown, text_zh=sample_in_chinese(shown), is_text=bool(text))

    def warned(self, text: str) -> None:
        english = in_plain_english(text[:MAX_TEXT])
        self._tell("warned", text=english, text_zh=in_chinese(english) or english)

    def _pace(self, step: int) -> dict[str, float]:
        """Seconds since the first step of this process, and steps made in them."""
        return {"seconds": round(self._clock() - self._began_s, 2), "made": step - self._first}

    def _is_due(self, is_last: bool) -> bool:
        now = self._clock()
        if is_last or now - self._told_s >= TELL_S:
            self._told_s = now
            return True
        return False

    def _tell(self, event: str, **data: Any) -> None:
        try:
            self._desk.tell(event, **data)
        except OSError:  # the server is gone; `should_stop` says so in a moment
            return
