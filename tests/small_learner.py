"""A learner small enough to be trained hundreds of times in a test: logistic regression with momentum."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.learning.loop import Course, Schedule, Standing
from aoede.randomness import stream

N_FEATURES = 6
N_STEPS = 24  # of a course, if nothing else is said


@dataclass(frozen=True)
class SmallCheck:
    watched: float
    overfits: bool
    figures: Mapping[str, float]


class SmallLearner:
    """The weights of a logistic regression on fixed data; the update draws noise, so that it needs its stream."""

    def __init__(
        self, *, n_examples: int = 25, batch_size: int = 4, broken_at: int = -1, is_mendable: bool = False
    ) -> None:
        rng = stream(0, "data")
        self._x = rng.normal(size=(n_examples, N_FEATURES))
        self._y = self._x[:, 0] > 0
        self.batch_size = batch_size
        self._weights = np.zeros(N_FEATURES)
        self._momentum = np.zeros(N_FEATURES)
        self._broken_at, self._is_mendable = broken_at, is_mendable
        self._pace = np.ones(1)

    @property
    def n_examples(self) -> int:
        return len(self._x)

    def update(
        self, indices: NDArray[np.int64], rng: np.random.Generator, progress: float
    ) -> dict[str, float]:
        x = self._x[indices] + 0.1 * rng.normal(size=(len(indices), N_FEATURES))
        wrong = 1 / (1 + np.exp(-x @ self._weights)) - self._y[indices]
        self._momentum = 0.5 * self._momentum - 0.3 * self._pace * (1 - progress) * x.T @ wrong / len(indices)
        self._weights = self._weights + self._momentum
        loss = float(np.abs(wrong).mean())
        is_broken = round(progress * N_STEPS) == self._broken_at - 1 and (
            self._pace == 1 or not self._is_mendable
        )
        return {"mistakes": np.nan if is_broken else loss}

    def check(self, rng: np.random.Generator) -> SmallCheck:
        mistakes = float((((self._x @ self._weights) > 0) != self._y).mean())
        return SmallCheck(mistakes, True, {"held-out mistakes": mistakes})

    def tame(self) -> None:
        self._pace = self._pace / 2

    def tensors(self) -> dict[str, NDArray[Any]]:
        return {"weights": self._weights}

    def state(self) -> dict[str, NDArray[Any]]:
        return {"momentum": self._momentum, "pace": self._pace}

    def restore(self, tensors: dict[str, NDArray[Any]], state: dict[str, NDArray[Any]]) -> None:
        if set(tensors) != {"weights"} or set(state) != {"momentum", "pace"}:
            raise InputError("not of this learner")
        self._weights, self._momentum = tensors["weights"].copy(), state["momentum"].copy()
        self._pace = state["pace"].copy()


@dataclass
class Heard:
    """A listener that remembers."""

    steps: list[int] = field(default_factory=list)
    checks: list[int] = field(default_factory=list)
    began_at: list[int] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def began(self, standing: Standing) -> None:
        self.began_at.append(standing.step)

    def stepped(self, step: int, losses: Mapping[str, float]) -> None:
        self.steps.append(step)

    def checked(self, standing: Standing, tensors: Mapping[str, NDArray[Any]]) -> None:
        self.checks.append(standing.step)

    def warned(self, text: str) -> None:
        self.warnings.append(text)


def course(
    run: Path, *, n_steps: int = N_STEPS, check_every: int = 4, patience: int = 99, **options: Any
) -> Course:
    schedule = Schedule(seed=5, n_steps=n_steps, check_every=check_every, patience=patience)
    return Course(run, {"family": "small"}, schedule, SmallLearner(**options), {"family": "small"})
