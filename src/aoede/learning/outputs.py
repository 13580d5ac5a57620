"""What a training leaves for people to look at: figures, their plot, samples as it goes, and in the end the model.

All of it is made again from a checkpoint when a run is resumed at it, so none is missing, and the same run
leaves the same bytes however often it was killed.
"""

import json
import math
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol, runtime_checkable

from aoede.errors import AoedeError, InputError, OutputError
from aoede.formats import plot
from aoede.formats.files import read_bounded, write_whole
from aoede.learning import loop, runs
from aoede.learning.account import Report
from aoede.learning.checkpoint import to_bytes
from aoede.learning.loop import Course, Standing, Tensors
from aoede.learning.materials import Artist
from aoede.learning.watcher import Watcher

N_SAMPLES = 8  # of a training, beside the last
_UNIT = re.compile(r"\b\w+ a \w+(?=$|,)")  # of "held-out nats a step"; figures of one unit share a panel
_SAMPLE = re.compile(r"step-(\d{8,})(\.\w+)")
MAX_SAMPLE_BYTES = 64 << 20
SAMPLES, METRICS, PICTURE, DATA = "samples", "metrics.jsonl", "losses.png", "data.json"


@runtime_checkable
class Surveyor(Protocol):
    """An artist who also shows all samples of a training together."""

    def overview(
        self, samples: Mapping[int, Mapping[str, bytes]], figures: Mapping[int, float], unit: str
    ) -> dict[str, bytes]:
        """Files by name, such as "strip.png", made of the samples' files by step and suffix; texts are told too.

        `figures` are the held-out figures of these steps, as far as there are any, and `unit` what they are.
        """


class Outputs:
    """The loop's listener: writes into the run and passes on to a watcher what a person may want to see."""

    def __init__(self, course: Course, report: Report, artist: Artist, watcher: Watcher) -> None:
        self._course = course
        self._artist = artist
        self._watcher = watcher
        n_checks = course.schedule.n_steps // course.schedule.check_every
        self._sample_every = max(1, math.ceil(n_checks / N_SAMPLES))
        with _written(course.run):
            _write(course.run / DATA, json.dumps(report.as_json(), ensure_ascii=True, indent=1).encode())

    def began(self, standing: Standing) -> None:
        with _written(self._course.run):  # only now: the learner has taken the checkpoint for one of its own
            runs.write_run(self._course.run, self._course.document)
        for text in self._course.document.get("remarks", ()) if not standing.step else ():
            self._watcher.warned(text)
        self._watcher.began(self._course.run, self._course.document, standing.step)

    def stepped(self, step: int, losses: Mapping[str, float]) -> None:
        self._watcher.stepped(step, losses)

    def checked(self, standing: Standing, tensors: Tensors) -> None:
        with _written(self._course.run):
            _write(self._course.run / METRICS, loop.rows_as_lines(standing.checks))
            if standing.is_done or len(standing.checks) % self._sample_every == 0:
                _write(self._course.run / PICTURE, losses_picture(self._course, standing))
                self._sample(standing.step, tensors)
                self._survey(standing)
        self._watcher.checked(standing)

    def warned(self, text: str) -> None:
        self._watcher.warned(text)

    def _sample(self, step: int, tensors: Tensors) -> None:
        files = self._artist.samples(self._course.model_metadata, tensors, name=f"step-{step:08d}")
        _write_sample(self._course.run, f"step-{step:08d}", files)
        self._watcher.sampled(self._artist.told(files))

    def _survey(self, standing: Standing) -> None:
        """All samples so far together; they are read again, for a process that goes on has not made the first."""
        if not isinstance(self._artist, Surveyor):
            return
        unit = watched_name(standing)
        figures = {int(row["step"]): row[unit] for row in standing.checks if unit in row}
        samples = _samples(self._course.run, {int(row["step"]) for row in standing.checks})
        for name, data in self._artist.overview(samples, figures, unit).items():
            _write(self._course.run / SAMPLES / name, data)
            if name.endswith(".txt"):
                self._watcher.sampled(data.decode())


def watched_name(standing: Standing) -> str:
    """Which of the figures the best checkpoint is chosen by; "" where none was looked at yet."""
    best = next((row for row in standing.checks if row["step"] == standing.best_step), {})
    return next((n for n, value in best.items() if n != "step" and value == standing.best_watched), "")


def losses_picture(course: Course, standing: Standing) -> bytes:
    """Every figure of the checks over the steps, a panel a unit, as PNG; the best is marked where it decides."""
    rows = standing.checks
    best = next((row for row in rows if row["step"] == standing.best_step), {})
    curves = [
        plot.Curve(
            name,
            [row["step"] for row in rows if name in row],
            [row[name] for row in rows if name in row],
            unit=found[0] if (found := _UNIT.search(name)) else name,
            marks_best=best.get(name) == standing.best_watched,
        )
        for name in sorted(set(rows[-1]) - {"step"})
    ]
    title = f"{course.document['family']}: {course.run.name}"
    return plot.to_bytes(curves, title=title, x_label="steps")


def finish(course: Course, standing: Standing, artist: Artist, watcher: Watcher) -> Path:
    """Put the best model at RUN/model.safetensors; the newest in its place where the best was damaged since."""
    best = standing.step if standing.best_step is None else standing.best_step
    try:
        found = runs.at_step(course.run, best)
    except InputError as error:
        watcher.warned(f"the best checkpoint is damaged ({error.message}); the last one is taken")
        found = runs.at_step(course.run, standing.step)
    path = course.run / runs.MODEL_FILE
    with _written(course.run):
        model = found.checkpoint(runs.MODEL_FILE)
        metadata, tensors = artist.completed(model.metadata, dict(model.tensors))
        _write(path, to_bytes(tensors, metadata))
        files = artist.samples(metadata, tensors, name="best")
        _write_sample(course.run, "best", files)
    watcher.sampled(artist.told(files))
    return path


def _samples(run: Path, steps: Collection[int]) -> dict[int, dict[str, bytes]]:
    """The files of the samples at these steps, by step and suffix; what cannot be read is left out."""
    found: dict[int, dict[str, bytes]] = {}
    for path in sorted((run / SAMPLES).iterdir()):
        match = _SAMPLE.fullmatch(path.name)
        if match and int(match[1]) in steps:
            with suppress(AoedeError):
                data = read_bounded(path, max_bytes=MAX_SAMPLE_BYTES)
                found.setdefault(int(match[1]), {})[match[2]] = data
    return dict(sorted(found.items()))


def _write_sample(run: Path, name: str, files: Mapping[str, bytes]) -> None:
    for suffix, data in files.items():
        _write(run / SAMPLES / f"{name}{suffix}", data)


def _write(path: Path, data: bytes) -> None:
    write_whole(path, data, force=True)


@contextmanager
def _written(run: Path) -> Iterator[None]:
    """What cannot be written is told with the way to go on."""
    try:
        yield
    except OutputError as error:
        error.hint = f"What was saved is whole. Set this right, then: {runs.resume_command(run)}"
        raise
