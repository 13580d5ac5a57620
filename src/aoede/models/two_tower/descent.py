"""Adam (Kingma & Ba 2015) on dense arrays, and on the rows of tables that a batch has seen."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.models.two_tower.bags import Floats, Ints

_BETA_1, _BETA_2, _EPSILON = np.float32(0.9), np.float32(0.999), np.float32(1e-8)


class Gradients:
    """What a step collects: whole gradients by name, or rows of one."""

    def __init__(self) -> None:
        self.dense: dict[str, Floats] = {}
        self.rows: dict[str, tuple[Ints, Floats]] = {}

    def add(self, name: str, gradient: Floats) -> None:
        self.dense[name] = gradient

    def add_rows(self, name: str, ids: Ints, gradient: Floats) -> None:
        self.rows[name] = ids, gradient


class Adam:
    """Moves the arrays `weights`, in place. `rates` says which move faster or slower than the others."""

    def __init__(
        self, weights: dict[str, Floats], names: Mapping[str, Any], rates: Mapping[str, float]
    ) -> None:
        self._weights, self._rates = weights, dict(rates)
        self._first = {name: np.zeros_like(weights[name]) for name in names}
        self._second = {name: np.zeros_like(weights[name]) for name in names}
        self._t = 0

    def step(self, gradients: Gradients, rate: float) -> None:
        self._t += 1
        correction = np.sqrt(1 - float(_BETA_2) ** self._t) / (1 - float(_BETA_1) ** self._t)
        for name, gradient in gradients.dense.items():
            self._move(name, slice(None), gradient, rate * correction)
        for name, (ids, gradient) in gradients.rows.items():
            self._move(name, ids, gradient, rate * correction)

    def _move(self, name: str, rows: Any, gradient: Floats, rate: float) -> None:
        first, second = self._first[name], self._second[name]
        first[rows] = m = _BETA_1 * first[rows] + (1 - _BETA_1) * gradient
        second[rows] = v = _BETA_2 * second[rows] + (1 - _BETA_2) * np.square(gradient)
        self._weights[name][rows] -= (
            np.float32(rate * self._rates.get(name, 1.0)) * m / (np.sqrt(v) + _EPSILON)
        )

    def state(self) -> dict[str, NDArray[Any]]:
        return {
            **{f"first.{name}": array.copy() for name, array in self._first.items()},
            **{f"second.{name}": array.copy() for name, array in self._second.items()},
            "t": np.array([self._t], np.int64),
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        for moments, prefix in ((self._first, "first"), (self._second, "second")):
            for name, array in moments.items():
                array[:] = state[f"{prefix}.{name}"]
        self._t = int(state["t"][0])
