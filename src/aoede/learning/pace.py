"""How long a training takes: steps and threads, decided once before the first step and stored with the run.

Minutes become steps by the speed that a step is measured to have here; the learner is as before afterwards.
"""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from threadpoolctl import threadpool_limits

from aoede.learning import families, loop
from aoede.learning.loop import Learner, Schedule
from aoede.learning.watcher import Watcher
from aoede.randomness import stream

N_CHECKS = 32  # looks at the held-out data in a whole training, if it is long enough,
LEAST_STEPS_A_CHECK = 25  # for so many steps at least lie between them
CALIBRATION_S = 1.0
GLIMPSE_S, SHORT_S = 0.1, 20.0  # a look that tells whether a training is so short that threads do not matter
UPDATE_SHARE = 0.9  # of the minutes that are left at the first step; the rest is for checks and samples


def scheduled(
    document: Mapping[str, Any],
    family: families.Family,
    learner: Learner,
    minutes: float | None,
    has_epochs: bool,
    began_s: float,
    watcher: Watcher,
) -> dict[str, Any]:
    """The document with the number of threads, and of steps: of whole epochs, or as many as fit into the minutes.

    The minutes count from `began_s` (`time.perf_counter`). `has_epochs`: they were asked for, and they alone count.
    """
    recipe, seed = document["recipe"], document["schedule"]["seed"]
    n_counts = getattr(learner, "n_steps", None)  # of families that count and have no more to learn then
    if n_counts is not None:
        if minutes is not None:
            watcher.warned(f"minutes say nothing here: {document['family']} counts until it is done")
        n_threads, n_steps, check_every = 1, n_counts, 1
    elif minutes is not None:
        n_threads, n_steps, check_every = _in_minutes(minutes, began_s, family, learner, seed, watcher)
    else:
        n_steps = recipe["n_epochs"] * loop.n_batches(learner.n_examples, learner.batch_size)
        if not has_epochs:
            n_steps = max(n_steps, recipe["least_steps"])
        n_threads = _n_threads_for(n_steps, family, learner, seed)
        check_every = max(LEAST_STEPS_A_CHECK, n_steps // N_CHECKS)
    schedule = Schedule(seed, n_steps, min(n_steps, check_every), recipe["patience"])
    return {**document, "n_threads": n_threads, "schedule": asdict(schedule)}


def _in_minutes(
    minutes: float, began_s: float, family: families.Family, learner: Learner, seed: int, watcher: Watcher
) -> tuple[int, int, int]:
    """Threads, steps, and steps from check to check of a training that ends so many minutes after `began_s`."""
    n_threads, step_s = _fastest(family, learner, seed)
    check_s = _check_s(family, learner, seed, n_threads)
    gone_s = time.perf_counter() - began_s
    left_s = max(step_s, 60 * minutes - gone_s)
    n_steps = max(1, int(UPDATE_SHARE * left_s / step_s))
    if n_steps < LEAST_STEPS_A_CHECK:
        watcher.warned(
            f"{minutes:g} minutes are too few to learn much: {gone_s:.0f} s went into the data and what was "
            f"measured, a step takes {step_s:.2g} s; steps that are made: {n_steps}"
        )
    most_checks = min(N_CHECKS, max(2, int((1 - UPDATE_SHARE) * left_s / check_s)))
    return n_threads, n_steps, max(LEAST_STEPS_A_CHECK, n_steps // most_checks)


def _n_threads_for(n_steps: int, family: families.Family, learner: Learner, seed: int) -> int:
    """The fastest number of threads; one where one does so many steps in no time."""
    if len(_thread_counts(family)) == 1:
        return 1
    if n_steps * _step_s(family, learner, seed, 1, GLIMPSE_S) < SHORT_S:
        return 1
    return _fastest(family, learner, seed)[0]


def _fastest(family: families.Family, learner: Learner, seed: int) -> tuple[int, float]:
    """The number of threads that is fastest, and seconds of a step with it."""
    costs = {n: _step_s(family, learner, seed, n, CALIBRATION_S) for n in _thread_counts(family)}
    n_threads = min(costs, key=lambda n: costs[n])
    return n_threads, costs[n_threads]


def _thread_counts(family: families.Family) -> list[int]:
    """Numbers of threads worth a trial.

    Where another program wants the processor too, two threads that wait for each other were seen to be many times
    slower than one; torch gains from a second one where nothing else runs. NumPy gains little at these sizes.
    """
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return [1, n_cores] if "torch" in families.needs(family) and n_cores > 1 else [1]


@contextmanager
def threads(family: families.Family, n: int) -> Iterator[None]:
    """So many threads for matrix products."""
    with threadpool_limits(n):
        if "torch" in families.needs(family):
            from aoede.neural import learner

            with learner.threads(n):
                yield
        else:
            yield


@contextmanager
def _lent(learner: Learner) -> Iterator[None]:
    """Whatever is done with the learner, afterwards it is as it was."""
    begun = loop.copied(learner)
    yield
    learner.restore(*begun)


def _step_s(family: families.Family, learner: Learner, seed: int, n_threads: int, least_s: float) -> float:
    """Seconds of a step with so many threads."""
    with threads(family, n_threads), _lent(learner):
        _calibrate(learner, seed, 0)  # the first is slower
        began, n_steps = time.perf_counter(), 0
        while n_steps == 0 or time.perf_counter() - began < least_s:
            n_steps += 1
            _calibrate(learner, seed, n_steps)
        return (time.perf_counter() - began) / n_steps


def _check_s(family: families.Family, learner: Learner, seed: int, n_threads: int) -> float:
    """Seconds of a check with so many threads."""
    with threads(family, n_threads), _lent(learner):
        began = time.perf_counter()
        learner.check(stream(seed, "calibration"))
        return time.perf_counter() - began


def _calibrate(learner: Learner, seed: int, step: int) -> None:
    indices = loop.batch_of(seed, step, learner.n_examples, learner.batch_size)
    learner.update(indices, stream(seed, "calibration", step), 0.5)
