"""The one training loop. It knows no family: a `Learner` brings its update, its figures and its state.

Step t trains on the examples that `batch_of(seed, t)` names with the random stream (seed, "update", t). Both are
functions of their arguments, so weights, learner state and the number of steps are all that a checkpoint needs for
the training to go on, from any step, to the very bits that it would have come to undisturbed.
"""

import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from aoede.errors import AoedeError, InputError
from aoede.learning import runs
from aoede.learning.checkpoint import to_bytes
from aoede.randomness import stream

SAVE_EVERY_S = 60.0  # between the checks, so that a kill costs a minute at most

Tensors = dict[str, NDArray[Any]]
Ints = NDArray[np.int64]


class Check(Protocol):
    """What a look at the held-out data found."""

    @property
    def watched(self) -> float:
        """The figure by which the best checkpoint is chosen; smaller is better."""

    @property
    def overfits(self) -> bool:
        """Whether the training and the held-out data have drifted further apart than at the best check."""

    @property
    def figures(self) -> Mapping[str, float]:
        """Everything worth plotting, by name with its unit."""


class Learner(Protocol):
    """What learning asks of a family."""

    @property
    def n_examples(self) -> int:
        """Examples in one epoch."""

    @property
    def batch_size(self) -> int: ...

    # A family that counts has `n_steps` too: how many steps there are, whatever the time.

    def update(self, indices: Ints, rng: np.random.Generator, progress: float) -> Mapping[str, float]:
        """One step on these examples (B,); `progress` in [0, 1) is the share of the training that is done."""

    def check(self, rng: np.random.Generator) -> Check:
        """The held-out figures; changes nothing that an update depends on, but what it remembers of checks."""

    def tame(self) -> None:
        """Take smaller steps from here on, after figures that were no numbers. Part of the state."""

    def tensors(self) -> Tensors:
        """The weights: what sampling needs."""

    def state(self) -> Tensors:
        """All else on which the next update depends."""

    def restore(self, tensors: Tensors, state: Tensors) -> None:
        """Go on from what `tensors` and `state` gave. Raises InputError where they are not of this learner."""


@dataclass(frozen=True)
class Schedule:
    """How long to train, decided before the first step and stored with the run."""

    seed: int
    n_steps: int
    check_every: int  # steps between looks at the held-out data
    patience: int  # checks that may be no better and overfit before the training stops


@dataclass(frozen=True)
class Standing:
    """Where a training stands, but for the arrays."""

    step: int = 0
    checks: tuple[
        Mapping[str, float], ...
    ] = ()  # one row a check: step, the figures, the mean training losses
    best_step: int | None = None
    best_watched: float = math.inf
    n_stale: int = 0  # checks since the best that were no better and overfit
    sums: Mapping[str, tuple[float, int]] | None = None  # training losses since the last check: sum and count
    is_done: bool = False
    was_tamed: bool = False  # whether it went back once because figures were no numbers

    @property
    def is_at_check(self) -> bool:
        return bool(self.checks) and self.checks[-1]["step"] == self.step


class Listener(Protocol):
    """Whom the loop tells what happens."""

    def began(self, standing: Standing) -> None:
        """Before the first step of this process, at step 0 or where the run had come to."""

    def stepped(self, step: int, losses: Mapping[str, float]) -> None: ...

    def checked(self, standing: Standing, tensors: Tensors) -> None:
        """After each check and its checkpoint, and again when the run is resumed at it."""

    def warned(self, text: str) -> None: ...


@dataclass(frozen=True)
class Course:
    """Everything that one training is made of."""

    run: Path
    document: Mapping[str, Any]  # run.json
    schedule: Schedule
    learner: Learner
    model_metadata: Mapping[str, Any]  # what the weights are: family, config, encoding, licence, provenance


def train(course: Course, listener: Listener, should_stop: Callable[[], bool] = lambda: False) -> Standing:
    """Train from the newest whole checkpoint, or from the start, to the end, or until `should_stop()`.

    Only for the one who holds the run's lock. A stop is saved. Raises OutputError where a checkpoint cannot be
    written. Where figures are no finite numbers it goes back to the best checkpoint, or to the start, once, and on
    with smaller steps; the second time it raises AoedeError. What was saved before stays whole.
    """
    runs.sweep(course.run)
    learner, schedule = course.learner, course.schedule
    begun = copied(learner)  # of step 0, also where the run goes on from a later one
    standing = _resume(course, listener)
    runs.check_room(course.run, sum(array.nbytes for array in (learner.tensors() | learner.state()).values()))
    saved_at_s, saved_step = time.monotonic(), standing.step
    while not standing.is_done:
        if should_stop():
            if standing.step != saved_step:
                _save(course, standing)
            break
        try:
            losses = _update(learner, schedule, standing.step)
            standing = replace(standing, step=standing.step + 1, sums=_added(standing.sums, losses))
            listener.stepped(standing.step, losses)
            due = standing.step % schedule.check_every == 0 or standing.step == schedule.n_steps
            if due:
                standing = _checked(standing, learner, schedule)
        except DivergedError as error:
            standing = _gone_back(course, standing, begun, listener, error)
            continue
        if due or time.monotonic() - saved_at_s > SAVE_EVERY_S:
            _save(course, standing)
            saved_at_s, saved_step = time.monotonic(), standing.step
        if due:
            listener.checked(standing, learner.tensors())
    return standing


def _update(learner: Learner, schedule: Schedule, step: int) -> Mapping[str, float]:
    indices = batch_of(schedule.seed, step, learner.n_examples, learner.batch_size)
    losses = learner.update(indices, stream(schedule.seed, "update", step), step / schedule.n_steps)
    if not all(map(math.isfinite, losses.values())):
        raise _diverged(step)
    return losses


class DivergedError(AoedeError):
    """Figures of a training that are no finite numbers."""


def _diverged(step: int) -> DivergedError:
    return DivergedError(
        f"the training went wrong at step {step:,}: its figures are no longer finite numbers",
        hint="Train again with a lower learning rate. The last checkpoint is from before.",
    )


def copied(learner: Learner) -> tuple[Tensors, Tensors]:
    """What `learner.restore` takes to bring it back to where it is now."""
    return {name: array.copy() for name, array in learner.tensors().items()}, learner.state()


def _gone_back(
    course: Course,
    standing: Standing,
    begun: tuple[Tensors, Tensors],
    listener: Listener,
    error: DivergedError,
) -> Standing:
    """The standing at the best checkpoint, or at the start, from where the training goes on more carefully."""
    if standing.was_tamed:
        raise error
    if standing.best_step is None:
        course.learner.restore(*begun)
        back = Standing()
    else:
        found = runs.at_step(course.run, standing.best_step)
        model, state = found.checkpoint(runs.MODEL_FILE), found.checkpoint(runs.STATE_FILE)
        course.learner.restore(dict(model.tensors), dict(state.tensors))
        back = standing_of(found)
    runs.drop_after(course.run, back.step)
    course.learner.tame()
    listener.warned(f"{error.message}; back to step {back.step:,}, and on with smaller steps")
    return replace(back, was_tamed=True)


def batch_of(seed: int, step: int, n_examples: int, batch_size: int) -> Ints:
    """(B,) the examples of a step: each epoch shuffles all examples anew; its last batch may be smaller."""
    epoch, place = divmod(step, n_batches(n_examples, batch_size))
    return _shuffled(seed, epoch, n_examples)[place * batch_size : (place + 1) * batch_size]


def n_batches(n_examples: int, batch_size: int) -> int:
    """Steps in one epoch."""
    return max(1, math.ceil(n_examples / batch_size))


@lru_cache(maxsize=2)
def _shuffled(seed: int, epoch: int, n_examples: int) -> Ints:
    return np.asarray(stream(seed, "epoch", epoch).permutation(n_examples))


def _added(
    sums: Mapping[str, tuple[float, int]] | None, losses: Mapping[str, float]
) -> dict[str, tuple[float, int]]:
    added = dict(sums or {})
    for name, loss in losses.items():
        total, count = added.get(name, (0.0, 0))
        added[name] = (total + float(loss), count + 1)
    return added


def _checked(standing: Standing, learner: Learner, schedule: Schedule) -> Standing:
    """The standing after a look at the held-out data."""
    check = learner.check(stream(schedule.seed, "check", standing.step))
    if not math.isfinite(check.watched):
        raise _diverged(standing.step)
    means = {name: total / count for name, (total, count) in (standing.sums or {}).items()}
    figures = {**means, **{name: float(value) for name, value in check.figures.items()}}
    row = {"step": standing.step} | figures
    better = check.watched < standing.best_watched
    n_stale = 0 if better else standing.n_stale + bool(check.overfits)
    return replace(
        standing,
        checks=(*standing.checks, row),
        best_step=standing.step if better else standing.best_step,
        best_watched=float(check.watched) if better else standing.best_watched,
        n_stale=n_stale,
        sums=None,
        is_done=standing.step >= schedule.n_steps or n_stale >= schedule.patience,
    )


# What a checkpoint holds


def _save(course: Course, standing: Standing) -> None:
    """Write the checkpoint of this step, and take away those that are neither new nor best."""
    files = {
        runs.MODEL_FILE: to_bytes(course.learner.tensors(), _model_metadata(course, standing)),
        runs.STATE_FILE: to_bytes(course.learner.state(), {"standing": _as_json(standing)}),
    }
    runs.save(course.run, standing.step, files, course.document)
    runs.prune(course.run, keep={step for step in (standing.best_step,) if step is not None})


def _model_metadata(course: Course, standing: Standing) -> dict[str, Any]:
    """What the weights are, with the figures of this very step."""
    provenance = dict(course.model_metadata.get("provenance", {})) | {"step": standing.step}
    if standing.is_at_check:
        provenance["figures"] = {k: v for k, v in standing.checks[-1].items() if k != "step"}
    return {**course.model_metadata, "provenance": provenance}


def _resume(course: Course, listener: Listener) -> Standing:
    found, warnings = runs.newest(course.run)
    for warning in warnings:
        listener.warned(warning)
    if found is None:
        listener.began(Standing())
        return Standing()
    model, state = found.checkpoint(runs.MODEL_FILE), found.checkpoint(runs.STATE_FILE)
    course.learner.restore(dict(model.tensors), dict(state.tensors))
    standing = standing_of(found)
    listener.began(standing)
    if standing.is_at_check:
        listener.checked(standing, course.learner.tensors())
    return standing


def _as_json(standing: Standing) -> dict[str, Any]:
    values = asdict(standing)
    return values | {"best_watched": None if math.isinf(standing.best_watched) else standing.best_watched}


def standing_of(found: runs.Saved) -> Standing:
    """Where the training stood at a checkpoint. Raises InputError where it does not say."""
    try:
        values = dict(found.checkpoint(runs.STATE_FILE).metadata["standing"])
        sums = values["sums"]
        return Standing(
            step=int(values["step"]),
            checks=tuple(values["checks"]),
            best_step=values["best_step"],
            best_watched=math.inf if values["best_watched"] is None else float(values["best_watched"]),
            n_stale=int(values["n_stale"]),
            sums=None if sums is None else {name: (float(s), int(n)) for name, (s, n) in sums.items()},
            is_done=bool(values["is_done"]),
            was_tamed=bool(values.get("was_tamed", False)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            "this checkpoint does not say where the training stood", where=str(found.path)
        ) from error


def rows_as_lines(checks: Sequence[Mapping[str, float]]) -> bytes:
    """The figures of all checks, one JSON object a line."""
    return "".join(json.dumps(row, sort_keys=True) + "\n" for row in checks).encode()
