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
from dataclasses import dataclass, field, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from aoede.errors import InputError, MissingError, OutputError, UsageError
from aoede.learning import families, loop, materials, pace, runs
from aoede.learning.account import Manifest, Report, differences
from aoede.learning.dataset import Dataset, from_folder, has_any
from aoede.learning.loop import Course, Learner, Schedule, Standing
from aoede.learning.materials import Material
from aoede.learning.outputs import Outputs, finish
from aoede.learning.watcher import Silent, Watcher
from aoede.randomness import checked_seed
from aoede.version import __version__

HELD_OUT = 0.1  # share of the pieces
MAX_MINUTES = 60 * 24 * 30
WEIGHTS_LICENCE = "as your data; no licence is claimed"

# What every training is told, and how the data are read; all else the family's Config and Recipe check.
_TEXT, _WHOLE, _NUMBER = ((str,), "text"), ((int,), "a whole number"), ((int, float), "a number")
_KINDS: Mapping[str, tuple[tuple[type, ...], str]] = {
    "preset": _TEXT,
    "encoding": _TEXT,
    "seed": _WHOLE,
    "minutes": _NUMBER,
    "n_epochs": _WHOLE,
    "held_out": _NUMBER,
    "transpose": _TEXT,
    "grid": _WHOLE,
    "text_column": _TEXT,
    "label_columns": _TEXT,  # each of them
    "max_symbols": _WHOLE,
}


@dataclass(frozen=True)
class Options:
    """What can be said about a training; None leaves it to the preset."""

    preset: str = "default"
    encoding: str = ""  # the family's usual one
    seed: int | None = None
    minutes: float | None = None
    n_epochs: int | None = None
    held_out: float = HELD_OUT
    settings: Mapping[str, Any] = field(
        default_factory=dict
    )  # of the family's Config and Recipe, and of the data

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Options":
        """Keyword arguments sorted into options of every training and settings of this one; None says nothing.

        Raises UsageError for a value of the wrong kind.
        """
        own = {each.name for each in fields(cls)} - {"settings"}
        said = {name: _of_kind(name, value) for name, value in values.items() if value is not None}
        settings = {name: value for name, value in said.items() if name not in own}
        return cls(**{name: value for name, value in said.items() if name in own}, settings=settings)


def _of_kind(name: str, value: Any) -> Any:
    """The value, a single label column as a tuple of one."""
    if name == "label_columns":
        value = tuple(value) if isinstance(value, list | tuple) else (value,)
    kinds, called = _KINDS.get(name, ((object,), ""))
    for each in value if name == "label_columns" else (value,):
        if not isinstance(each, kinds) or (isinstance(each, bool) and name in _KINDS):
            raise UsageError(f"{name} must be {called}, not {each!r}")
    return value


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
    within: Sequence[Path] = (),
    **options: Any,
) -> Outcome:
    """Train `family` on the songs or texts in `folder`, keeping everything in the folder `run`.

    The options are those of `Options`; any other name is a setting of the family's `Config` or `Recipe`, such as
    `n_hidden=256`, or says how to read the data (`transpose`, `text_column`, `label_columns`). `should_stop()` is
    asked before every step; a stop is saved. Nothing is read outside of the folders `within`, if some are named.
    Raises UsageError for options that cannot be, MissingError or InputError for data that cannot be used,
    BusyError where another process trains there, OutputError where a run is there already or nothing can be written.
    """
    source = _Source(Path(folder), watcher or Silent(), tuple(within))
    return _train(family, source, Path(run), Options.of(options), should_stop)


@dataclass(frozen=True)
class _Source:
    """Where the data lie, who hears of them as they are read, and outside of which folders nothing is read."""

    folder: Path
    watcher: Watcher
    within: tuple[Path, ...] = ()

    def read(self, material: Material, said: Mapping[str, Any]) -> Dataset:
        reading = material.reading(said)
        dataset = from_folder(self.folder, on_file=self.watcher.reading, within=self.within, **reading)
        self.watcher.read(dataset.report)
        return dataset

    def has_any(self, family: families.Family) -> bool:
        return has_any(self.folder, materials.of(family).reading({})["kinds"], self.within)


def _train(
    family: str,
    source: _Source,
    run: Path,
    options: Options,
    should_stop: Callable[[], bool],
) -> Outcome:
    began_s = time.perf_counter()
    known = families.load(family, encoding=options.encoding, capability="trains")
    _check(known, options)
    material = materials.of(known)
    with runs.locked(run):
        try:
            if runs.is_run(run):
                raise OutputError(
                    "a run is here already", where=str(run), hint=f"Go on with it: {runs.resume_command(run)}"
                )
            dataset = _read_first(family, known, source, material, options.settings)
            document = _decided(family, known, material, source.folder, dataset, options)
            with pace.threads(known, 1):
                learner = material.learner(known, document, dataset.items)
                document = pace.scheduled(
                    document,
                    known,
                    learner,
                    options.minutes,
                    options.n_epochs is not None,
                    began_s,
                    source.watcher,
                )
            runs.write_run(run, document)
        except BaseException:
            runs.forsake(run)
            raise
        return _go_on(run, document, dataset, learner, source.watcher, should_stop)


def resume(
    run: str | Path,
    *,
    folder: str | Path | None = None,
    allow_data_change: bool = False,
    watcher: Watcher | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    within: Sequence[Path] = (),
) -> Outcome:
    """Go on with a run from its newest whole checkpoint. `folder` says where the data are now, if they moved.

    Nothing is read outside of the folders `within`, if some are named.
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
        family = _family_of(document, capability="trains")
        material = materials.of(family)
        source = _Source(moved_to or Path(document["folder"]), watcher, tuple(within))
        dataset = source.read(material, document)
        document = _with_data(document, dataset, moved_to, allow_data_change)
        for text in _strangers(document, family):
            watcher.warned(text)
        with pace.threads(family, 1):
            learner = material.learner(family, document, dataset.items)
        return _go_on(run, document, dataset, learner, watcher, should_stop)


def _read_first(
    name: str,
    family: families.Family,
    source: _Source,
    material: Material,
    said: Mapping[str, Any],
) -> Dataset:
    """The data; where there are none for this encoding, but for another of the family, the error says so."""
    try:
        return source.read(material, said)
    except InputError as error:
        others = {
            encoding: families.load(name, encoding=encoding) for encoding in families.load(name).ENCODINGS
        }
        fitting = [
            encoding for encoding, other in others.items() if other is not family and source.has_any(other)
        ]
        if fitting:
            what = "text" if fitting == ["characters"] else "music"
            error.hint = f"For the {what} in it: " + " or ".join(f"--encoding {name}" for name in fitting)
        raise


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
        "made_with": _made_with(family),
        "data": dataset.manifest.as_json(),
    }


def _made_with(family: families.Family) -> dict[str, str]:
    """What the bits depend on beside the data and the settings."""
    made = {
        "aoede": __version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
    }
    made |= {need: version(need) for need in families.needs(family)}
    if "torch" in made:
        from aoede.neural.learner import device

        made["device"] = device()
    return made


# Going on


def _with_data(
    document: dict[str, Any], dataset: Dataset, folder: Path | None, allowed: bool
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
    return document


def _strangers(document: Mapping[str, Any], family: families.Family) -> list[str]:
    """Why going on here may not come to the same bits."""
    then, now = document["made_with"], _made_with(family)
    return [
        f"not bit-exact: the run began with {name} {then[name]}, this is {name} {now[name]}"
        for name in now
        if then.get(name, now[name]) != now[name]
    ]


def _go_on(
    run: Path,
    document: dict[str, Any],
    dataset: Dataset,
    learner: Learner,
    watcher: Watcher,
    should_stop: Callable[[], bool],
) -> Outcome:
    family = _family_of(document)
    material = materials.of(family)
    with pace.threads(family, document["n_threads"]):
        course = Course(
            run, document, Schedule(**document["schedule"]), learner, _model_metadata(document, material)
        )
        artist = material.artist(document, dataset.items)
        outputs = Outputs(course, dataset.report, artist, watcher)
        standing = loop.train(course, outputs, should_stop)
        model = finish(course, standing, artist, watcher) if standing.is_done else None
    return Outcome(run, standing, dataset.report, model)


def _family_of(document: Mapping[str, Any], *, capability: str = "") -> families.Family:
    return families.load(document["family"], encoding=document["encoding"]["name"], capability=capability)


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
