"""Train a family on a folder, and go on with a run that was stopped: what `aoede train` and `aoede resume` do.

    outcome = train("rbm", "songs", "my-run", seed=7)
    outcome = resume("my-run")

A run is decided before its first step and written to RUN/run.json: the data by hash, encoding, settings, seed,
number of steps and of threads. From then on it is repeatable: it comes to the same bits however often it is killed.
"""

import platform
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from aoede.encodings.pianoroll import PianoRoll
from aoede.errors import InputError, MissingError, OutputError, UsageError
from aoede.learning import families, loop, rolls, runs
from aoede.learning.account import Manifest, Report, differences
from aoede.learning.dataset import Dataset, Item, from_folder, split
from aoede.learning.loop import Course, Learner, Schedule, Standing
from aoede.learning.outputs import Outputs, finish
from aoede.learning.watcher import Silent, Watcher
from aoede.randomness import checked_seed, stream
from aoede.version import __version__

HELD_OUT = 0.1  # share of the pieces
N_CHECKS = 32  # looks at the held-out data in a whole training, if it is long enough,
LEAST_STEPS_A_CHECK = 25  # for so many steps at least lie between them
# Of the matrix products. A second one gains little for models of this size, and where another program wants
# the processor too, two threads that wait for each other were seen to be twenty times slower than one.
N_THREADS = 1
CALIBRATION_S = 1.0
UPDATE_SHARE = 0.8  # of the minutes asked for; the rest is for checks and samples
MAX_MINUTES = 60 * 24 * 30
WEIGHTS_LICENCE = "as your data; no licence is claimed"


@dataclass(frozen=True)
class Options:
    """What can be said about a training; None leaves it to the preset."""

    preset: str = "default"
    seed: int | None = None
    minutes: float | None = None
    n_epochs: int | None = None
    n_hidden: int | None = None
    window_steps: int | None = None
    learning_rate: float | None = None
    transpose: str | None = None
    held_out: float = HELD_OUT


@dataclass(frozen=True)
class _Preparation:
    """How a preset wants its songs: where they are moved to, whether mode and activity stand beside the notes."""

    transpose: str
    has_labels: bool
    encoding: PianoRoll | None  # None: sixteenths, as wide as the training songs need


_PREPARATIONS: Mapping[str, _Preparation] = {
    "default": _Preparation("key", True, None),
    "tutorial": _Preparation("none", False, PianoRoll()),
}


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
    """Train `family` on the songs in `folder`, keeping everything in the folder `run`.

    The options are those of `Options`. `should_stop()` is asked before every step; a stop is saved.
    Raises UsageError for options that cannot be, MissingError or InputError for data that cannot be used,
    BusyError where another process trains there, OutputError where a run is there already or nothing can be written.
    """
    return _train(family, Path(folder), Path(run), Options(**options), watcher or Silent(), should_stop)


def _train(
    family: str,
    folder: Path,
    run: Path,
    options: Options,
    watcher: Watcher,
    should_stop: Callable[[], bool],
) -> Outcome:
    known = families.load(family, capability="trains")
    _check(known, options)
    with runs.locked(run):
        try:
            if runs.is_run(run):
                raise OutputError(
                    "a run is here already", where=str(run), hint=f"Go on with it: {runs.resume_command(run)}"
                )
            dataset = _read(folder, watcher)
            document = _decided(family, known, folder, dataset, options)
            with threadpool_limits(document["n_threads"]):
                document = _scheduled(document, dataset, options)
            runs.write_run(run, document)
        except BaseException:
            runs.forsake(run)
            raise
        return _go_on(run, document, dataset, watcher, should_stop)


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
        dataset = _read(moved_to or Path(document["folder"]), watcher)
        document = _with_data(run, document, dataset, moved_to, allow_data_change)
        for text in _strangers(document):
            watcher.warned(text)
        return _go_on(run, document, dataset, watcher, should_stop)


def _read(folder: Path, watcher: Watcher) -> Dataset:
    dataset = from_folder(folder, on_file=watcher.reading)
    watcher.read(dataset.report)
    return dataset


def _check(family: families.Family, options: Options) -> None:
    presets = sorted(set(family.RECIPES) & set(_PREPARATIONS))
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
    name: str, family: families.Family, folder: Path, dataset: Dataset, options: Options
) -> dict[str, Any]:
    """Everything about the run but how many steps it has."""
    preset, preparation = family.RECIPES[options.preset], _PREPARATIONS[options.preset]
    seed = secrets.randbelow(2**31) if options.seed is None else options.seed
    transpose = options.transpose or preparation.transpose
    songs = _songs(split(dataset.items, options.held_out, seed=seed)[0])
    encoding = preparation.encoding or rolls.fit(songs, transpose=transpose)
    labels = rolls.fit_labels(songs) if preparation.has_labels else None
    config = family.Config(
        width=encoding.width,
        window_steps=options.window_steps or preset.window_steps,
        n_hidden=options.n_hidden or preset.n_hidden,
        n_labels=len(labels.names) if labels else 0,
    )
    changes = {"n_epochs": options.n_epochs, "learning_rate": options.learning_rate}
    recipe = replace(preset.recipe, **{key: value for key, value in changes.items() if value is not None})
    return {
        "family": name,
        "preset": options.preset,
        "folder": str(folder.absolute()),
        "held_out": options.held_out,
        "transpose": transpose,
        "encoding": encoding.as_mapping(),
        "labels": labels.as_mapping() if labels else None,
        "config": asdict(config),
        "recipe": asdict(recipe),
        "stride_steps": preset.stride_steps,
        "schedule": {"seed": seed},
        "n_threads": N_THREADS,
        "made_with": _made_with(),
        "data": dataset.manifest.as_json(),
    }


def _scheduled(document: dict[str, Any], dataset: Dataset, options: Options) -> dict[str, Any]:
    """The document with the number of steps: of whole epochs, or as many as fit into the minutes."""
    recipe, seed = document["recipe"], document["schedule"]["seed"]
    learner = _learner(document, dataset.items)
    most_checks = N_CHECKS
    if options.minutes is None:
        n_steps = recipe["n_epochs"] * loop.n_batches(learner.n_examples, learner.batch_size)
        if options.n_epochs is None:
            n_steps = max(n_steps, recipe["least_steps"])
    else:
        step_s, check_s = _costs_s(learner, seed)
        n_steps = max(1, int(UPDATE_SHARE * 60 * options.minutes / step_s))
        most_checks = min(N_CHECKS, max(2, int((1 - UPDATE_SHARE) * 60 * options.minutes / check_s)))
    check_every = max(LEAST_STEPS_A_CHECK, n_steps // most_checks)
    schedule = Schedule(seed, n_steps, min(n_steps, check_every), recipe["patience"])
    return {**document, "schedule": asdict(schedule)}


def _costs_s(learner: Learner, seed: int) -> tuple[float, float]:
    """Seconds of a step and of a check, measured on a learner that is thrown away."""
    began = time.perf_counter()
    learner.check(stream(seed, "calibration"))
    checked = time.perf_counter()
    n_steps = 0
    while n_steps == 0 or time.perf_counter() - checked < CALIBRATION_S:
        indices = loop.batch_of(seed, n_steps, learner.n_examples, learner.batch_size)
        learner.update(indices, stream(seed, "calibration", n_steps), 0.5)
        n_steps += 1
    return (time.perf_counter() - checked) / n_steps, checked - began


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
    watcher: Watcher,
    should_stop: Callable[[], bool],
) -> Outcome:
    with threadpool_limits(document["n_threads"]):
        course = Course(
            run,
            document,
            Schedule(**document["schedule"]),
            _learner(document, dataset.items),
            _model_metadata(document),
        )
        outputs = Outputs(course, dataset.report, watcher)
        standing = loop.train(course, outputs, should_stop)
        model = finish(course, standing, watcher.warned) if standing.is_done else None
    return Outcome(run, standing, dataset.report, model)


def _learner(document: Mapping[str, Any], items: Sequence[Item]) -> Learner:
    family = families.load(document["family"])
    encoding = PianoRoll.from_mapping(document["encoding"])
    labels = rolls.Labels.from_mapping(document["labels"]) if document["labels"] else None
    seed, transpose = document["schedule"]["seed"], document["transpose"]
    train_pieces, valid_pieces = (
        rolls.pieces(_songs(part), encoding, transpose=transpose, labels=labels)
        for part in split(items, document["held_out"], seed=seed)
    )
    learner: Learner = family.Learner(
        family.Config.from_mapping(document["config"]),
        family.Recipe.from_mapping(document["recipe"]),
        train_pieces.rolls,
        valid_pieces.rolls,
        train_labels=train_pieces.labels,
        valid_labels=valid_pieces.labels,
        seed=seed,
        stride_steps=document["stride_steps"],
        shift=rolls.shift_of(encoding, transpose),
    )
    return learner


def _songs(items: Sequence[Item]) -> list[Any]:
    return [item.value for item in items]


def _model_metadata(document: Mapping[str, Any]) -> dict[str, Any]:
    """What makes a model file complete without its run."""
    named = ("family", "encoding", "labels", "config")
    told = ("preset", "recipe", "transpose", "stride_steps", "schedule", "made_with")
    return {
        **{name: document[name] for name in named},
        "kind": f"{document['family']} on piano rolls",
        "licence": WEIGHTS_LICENCE,
        "provenance": {
            **{name: document[name] for name in told},
            "data": {"digest": document["data"]["digest"], "n_files": len(document["data"]["files"])},
        },
    }
