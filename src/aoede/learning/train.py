"""Train a family on a folder, and go on with a run that was stopped: what `aoede train` and `aoede resume` do.

    outcome = train("rbm", "songs", "my-run", seed=7)
    outcome = resume("my-run")

A run is decided before its first step and written to RUN/run.json: the data by hash, encoding, settings, seed,
number of steps and of threads. From then on it is repeatable: it comes to the same bits however often it is killed.
"""

import os
import platform
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from aoede.errors import InputError, MissingError, OutputError, UsageError
from aoede.learning import families, loop, materials, runs
from aoede.learning.account import Manifest, Report, differences
from aoede.learning.dataset import Dataset, from_folder
from aoede.learning.loop import Course, Learner, Schedule, Standing
from aoede.learning.materials import Material
from aoede.learning.outputs import Outputs, finish
from aoede.learning.watcher import Silent, Watcher
from aoede.randomness import checked_seed, stream
from aoede.version import __version__

HELD_OUT = 0.1  # share of the pieces
N_CHECKS = 32  # looks at the held-out data in a whole training, if it is long enough,
LEAST_STEPS_A_CHECK = 25  # for so many steps at least lie between them
CALIBRATION_S = 1.0
GLIMPSE_S, SHORT_S = 0.1, 20.0  # a look that tells whether a training is so short that threads do not matter
UPDATE_SHARE = (
    0.9  # of the minutes that are left when the first step is made; the rest is for checks and samples
)
MAX_MINUTES = 60 * 24 * 30
WEIGHTS_LICENCE = "as your data; no licence is claimed"


@dataclass(frozen=True)
class Options:
    """What can be said about a training; None leaves it to the preset."""

    preset: str = "default"
    seed: int | None = None
    minutes: float | None = None
    n_epochs: int | None = None
    held_out: float = HELD_OUT
    settings: Mapping[str, Any] = field(
        default_factory=dict
    )  # of the family's Config and Recipe, and of the data

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Options":
        """Keyword arguments sorted into options of every training and settings of this one; None says nothing."""
        own = {each.name for each in fields(cls)} - {"settings"}
        said = {name: value for name, value in values.items() if value is not None}
        settings = {name: value for name, value in said.items() if name not in own}
        return cls(**{name: value for name, value in said.items() if name in own}, settings=settings)


@dataclass(frozen=True)
class Outcome:
    run: Path
    standing: Standing
    report: Report
    model: Path | None  # of the best checkpoint; None while the training is not done


def train(
    family: str,
    folder: str | Path,
    run: str | Path,
    *,
    watcher: Watcher | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    **options: Any,
) -> Outcome:
    """Train `family` on the songs or texts in `folder`, keeping everything in the folder `run`.

    The options are those of `Options`; any other name is a setting of the family's `Config` or `Recipe`, such as
    `n_hidden=256`, or says how to read the data (`transpose`, `text_column`, `label_columns`). `should_stop()` is
    asked before every step; a stop is saved.
    Raises UsageError for options that cannot be, MissingError or InputError for data that cannot be used,
    BusyError where another process trains there, OutputError where a run is there already or nothing can be written.
    """
    return _train(family, Path(folder), Path(run), Options.of(options), watcher or Silent(), should_stop)


def _train(
    family: str,
    folder: Path,
    run: Path,
    options: Options,
    watcher: Watcher,
    should_stop: Callable[[], bool],
) -> Outcome:
    began_s = time.perf_counter()
    known = families.load(family, capability="trains")
    _check(known, options)
    material = materials.of(known)
    with runs.locked(run):
        try:
            if runs.is_run(run):
                raise OutputError(
                    "a run is here already", where=str(run), hint=f"Go on with it: {runs.resume_command(run)}"
                )
            dataset = _read(folder, material, options.settings, watcher)
            document = _decided(family, known, material, folder, dataset, options)
            with _threads(known, 1):
                learner = material.learner(known, document, dataset.items)
                document = _scheduled(document, known, learner, options, began_s)
            runs.write_run(run, document)
        except BaseException:
            runs.forsake(run)
            raise
        return _go_on(run, document, dataset, learner, watcher, should_stop)


def resume(
    run: str | Path,
    *,
    folder: str | Path | None = None,
    allow_data_change: bool = False,
    watcher: Watcher | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Go on with a run from its newest whole checkpoint. `folder` says where the data are now, if they moved.

    Raises InputError, naming the files, where the data are not those of the beginning, unless that is allowed.
    """
    run, watcher = Path(run), watcher or Silent()
    moved_to = None if folder is None else Path(folder)
    if not run.is_dir():
        raise MissingError("there is no such run", where=str(run), hint="See: aoede runs")
    with runs.locked(run):
        try:
            document = runs.read_run(run)
        except MissingError:
            runs.forsake(run)
            raise MissingError(
                "there is no run here, or it was stopped before it had begun",
                where=str(run),
                hint="Begin with: aoede train FAMILY FOLDER --run RUN",
            ) from None
        family = families.load(document["family"])
        material = materials.of(family)
        dataset = _read(moved_to or Path(document["folder"]), material, document, watcher)
        document = _with_data(run, document, dataset, moved_to, allow_data_change)
        for text in _strangers(document):
            watcher.warned(text)
        with _threads(family, 1):
            learner = material.learner(family, document, dataset.items)
        return _go_on(run, document, dataset, learner, watcher, should_stop)


def _read(folder: Path, material: Material, said: Mapping[str, Any], watcher: Watcher) -> Dataset:
    dataset = from_folder(folder, on_file=watcher.reading, **material.reading(said))
    watcher.read(dataset.report)
    return dataset


def _check(family: families.Family, options: Options) -> None:
    presets = sorted(family.RECIPES)
    if options.preset not in presets:
        raise UsageError(f"there is no preset {options.preset!r}", hint=f"Presets are {', '.join(presets)}.")
    if options.minutes is not None and options.n_epochs is not None:
        raise UsageError("--minutes and --epochs cannot both say how long to train", where="--minutes")
    if options.minutes is not None and not 0 < options.minutes <= MAX_MINUTES:
        raise UsageError(f"minutes must be more than 0 and at most {MAX_MINUTES:,}", where="--minutes")
    if options.seed is not None:
        checked_seed(options.seed)


# Deciding a run


def _decided(
    name: str,
    family: families.Family,
    material: Material,
    folder: Path,
    dataset: Dataset,
    options: Options,
) -> dict[str, Any]:
    """Everything about the run but how many steps and threads it has."""
    seed = secrets.randbelow(2**31) if options.seed is None else options.seed
    said = dict(options.settings)
    if options.n_epochs is not None:
        said["n_epochs"] = options.n_epochs
    decided = material.decide(
        family, dataset.items, options.preset, said, options.held_out, seed, options.minutes
    )
    return {
        "family": name,
        "preset": options.preset,
        "folder": str(folder.absolute()),
        "held_out": options.held_out,
        **decided,
        "schedule": {"seed": seed},
        "made_with": _made_with(),
        "data": dataset.manifest.as_json(),
    }


def _scheduled(
    document: dict[str, Any],
    family: families.Family,
    learner: Learner,
    options: Options,
    began_s: float,
) -> dict[str, Any]:
    """The document with the number of threads, and of steps: of whole epochs, or as many as fit into the minutes.

    Speeds are measured on the learner, which is brought back to its beginning.
    """
    recipe, seed = document["recipe"], document["schedule"]["seed"]
    n_counts = getattr(learner, "n_steps", None)  # of families that count and have no more to learn then
    n_steps = n_counts or recipe["n_epochs"] * loop.n_batches(learner.n_examples, learner.batch_size)
    if n_counts is None and options.n_epochs is None:
        n_steps = max(n_steps, recipe["least_steps"])
    n_threads, step_s, check_s = _pace(family, learner, seed, None if options.minutes else n_steps)
    most_checks = N_CHECKS
    if n_counts is None and options.minutes is not None:
        left_s = max(step_s, 60 * options.minutes - (time.perf_counter() - began_s))
        n_steps = max(1, int(UPDATE_SHARE * left_s / step_s))
        most_checks = min(N_CHECKS, max(2, int((1 - UPDATE_SHARE) * left_s / check_s)))
    check_every = 1 if n_counts else max(LEAST_STEPS_A_CHECK, n_steps // most_checks)
    schedule = Schedule(seed, n_steps, min(n_steps, check_every), recipe["patience"])
    return {**document, "n_threads": n_threads, "schedule": asdict(schedule)}


def _pace(
    family: families.Family, learner: Learner, seed: int, n_steps: int | None
) -> tuple[int, float, float]:
    """The number of threads that is fastest, and seconds of a step and of a check with it.

    `n_steps` are known where no minutes were asked for: a training that one thread does in no time is not timed.
    """
    if n_steps is not None:
        if len(_thread_counts(family)) == 1:
            return 1, 0.0, 0.0
        step_s, check_s = _costs_s(family, learner, seed, 1, GLIMPSE_S)
        if n_steps * step_s < SHORT_S:
            return 1, step_s, check_s
    costs = {n: _costs_s(family, learner, seed, n, CALIBRATION_S) for n in _thread_counts(family)}
    n_threads = min(costs, key=lambda n: costs[n][0])
    return n_threads, *costs[n_threads]


def _thread_counts(family: families.Family) -> list[int]:
    """Numbers of threads worth a trial.

    Where another program wants the processor too, two threads that wait for each other were seen to be many times
    slower than one; torch gains from a second one where nothing else runs. NumPy gains little at these sizes.
    """
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return [1, n_cores] if "torch" in families.needs(family) and n_cores > 1 else [1]


@contextmanager
def _threads(family: families.Family, n: int) -> Iterator[None]:
    """So many threads for matrix products."""
    with threadpool_limits(n):
        if "torch" in families.needs(family):
            import torch

            torch.set_num_threads(n)
        yield


def _costs_s(
    family: families.Family, learner: Learner, seed: int, n_threads: int, least_s: float
) -> tuple[float, float]:
    """Seconds of a step and of a check with so many threads; afterwards the learner is as it was."""
    begun = {name: array.copy() for name, array in learner.tensors().items()}, learner.state()
    with _threads(family, n_threads):
        began = time.perf_counter()
        learner.check(stream(seed, "calibration"))
        checked = time.perf_counter()
        _calibrate(learner, seed, 0)  # the first is slower
        warm, n_steps = time.perf_counter(), 0
        while n_steps == 0 or time.perf_counter() - warm < least_s:
            n_steps += 1
            _calibrate(learner, seed, n_steps)
        ended = time.perf_counter()
    learner.restore(*begun)
    return (ended - warm) / n_steps, checked - began


def _calibrate(learner: Learner, seed: int, step: int) -> None:
    indices = loop.batch_of(seed, step, learner.n_examples, learner.batch_size)
    learner.update(indices, stream(seed, "calibration", step), 0.5)


def _made_with() -> dict[str, str]:
    """What the bits depend on beside the data and the settings."""
    return {
        "aoede": __version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
    }


# Going on


def _with_data(
    run: Path, document: dict[str, Any], dataset: Dataset, folder: Path | None, allowed: bool
) -> dict[str, Any]:
    """The document with the data as they are now; raises InputError where they changed and may not."""
    told = differences(Manifest.from_json(document["data"]), dataset.manifest)
    if told and not allowed:
        raise InputError(
            f"the data changed since this run began: {'; '.join(told)}",
            where=str(folder or document["folder"]),
            hint="Bring them back, or go on with the data as they are: --allow-data-change",
        )
    if told or folder is not None:
        document = {
            **document,
            "data": dataset.manifest.as_json(),
            "folder": str((folder or Path(document["folder"])).absolute()),
            "data_changes": [*document.get("data_changes", []), *told],
        }
        runs.write_run(run, document)
    return document


def _strangers(document: Mapping[str, Any]) -> list[str]:
    """Why going on here may not come to the same bits."""
    then, now = document["made_with"], _made_with()
    return [
        f"not bit-exact: the run began with {name} {then.get(name)}, this is {name} {now[name]}"
        for name in now
        if then.get(name) != now[name]
    ]


def _go_on(
    run: Path,
    document: dict[str, Any],
    dataset: Dataset,
    learner: Learner,
    watcher: Watcher,
    should_stop: Callable[[], bool],
) -> Outcome:
    family = families.load(document["family"])
    material = materials.of(family)
    with _threads(family, document["n_threads"]):
        course = Course(
            run, document, Schedule(**document["schedule"]), learner, _model_metadata(document, material)
        )
        artist = material.artist(document, dataset.items)
        outputs = Outputs(course, dataset.report, artist, watcher)
        standing = loop.train(course, outputs, should_stop)
        model = finish(course, standing, artist, watcher) if standing.is_done else None
    return Outcome(run, standing, dataset.report, model)


def _model_metadata(document: Mapping[str, Any], material: Material) -> dict[str, Any]:
    """What makes a model file complete without its run."""
    named = ("family", "encoding", "labels", "config")
    told = ("preset", "recipe", *material.told, "schedule", "made_with")
    return {
        **{name: document[name] for name in named},
        "kind": f"{document['family']} on {material.on}",
        "licence": WEIGHTS_LICENCE,
        "provenance": {
            **{name: document[name] for name in told},
            "data": {"digest": document["data"]["digest"], "n_files": len(document["data"]["files"])},
        },
    }
