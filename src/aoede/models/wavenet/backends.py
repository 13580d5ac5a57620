"""Who makes samples: C, numba, or NumPy, which is always there and slow. Each is the model to 1e-4 in logits.

The same seed gives the same samples with the same backend; two backends round differently, and part ways in the end.
"""

import importlib.util
import math
import shutil
import sys
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from aoede.errors import MissingError, UsageError
from aoede.models.wavenet import prediction
from aoede.models.wavenet.config import Config
from aoede.neural.arrays import Floats

if TYPE_CHECKING:
    from aoede.models.wavenet.model import WaveNet
    from aoede.models.wavenet.state import State

BACKENDS = ("c", "numba", "numpy")  # the fastest first

Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]
Leaning = tuple[float, Doubles, Doubles]  # share, (n, n_quick + 1) outlines, (n, T) waves
Step = Callable[
    ["State", Floats, Leaning, Doubles, float, Ints, Floats], Ints
]  # as `Voices.advance`, all told

_MISSING: Mapping[str, tuple[str, str]] = {
    "c": ("there is no C compiler here", "Another backend: numba, numpy."),
    "numba": ("numba is not installed", "Install it with: pip install 'aoede[wavenet]'"),
}


class Voices:
    """n voices that are made side by side, sample after sample, by one backend."""

    def __init__(self, model: "WaveNet", n: int = 1, *, backend: str = "") -> None:
        """`backend` "" is the fastest that there is. Raises UsageError or MissingError where it cannot be had."""
        self.model, self.state = model, model.begin(n)
        self.backend, self._step = _begun(model, backend)

    def advance(
        self,
        told: Floats,
        uniforms: Doubles,
        *,
        outline: Doubles | None = None,
        waves: Doubles | None = None,
        temperature: float = 1.0,
        given: NDArray[Any] | None = None,
        logits: Floats | None = None,
    ) -> NDArray[np.uint8]:
        """(n, T) the next samples of each voice under `told` (n, L, 2 R), drawn by `uniforms` (n, T) from [0, 1).

        The prior leans on `outline` (n, n_quick + 1), a row of `Outlines.rows` of each, if there is one, and on the
        told notes' `waves` (n, T) then. `given` (n, T) says what samples are, -1 where they are drawn. `logits`
        (n, T, n_levels) of float32 is filled.
        """
        if not math.isfinite(temperature) or temperature <= 0:
            raise UsageError(f"the temperature must be more than 0, not {temperature}", where="--temperature")
        known = np.full(uniforms.shape, -1, np.int64) if given is None else given.astype(np.int64)
        wanted = np.empty((0, 0, 0), np.float32) if logits is None else logits
        codes = self._step(
            self.state,
            np.ascontiguousarray(told, np.float32),
            self._leant_on(outline, waves, uniforms.shape),
            np.ascontiguousarray(uniforms),
            float(temperature),
            known,
            wanted,
        )
        return codes.astype(np.uint8)

    def _leant_on(self, outline: Doubles | None, waves: Doubles | None, shape: tuple[int, ...]) -> "Leaning":
        config = self.model.config
        if outline is None:
            return 0.0, np.zeros((shape[0], config.n_quick + 1)), np.zeros(shape)
        moving = np.zeros(shape) if waves is None else np.ascontiguousarray(waves, np.float64)
        return config.leaning, np.ascontiguousarray(outline, np.float64), moving


def installed() -> tuple[str, ...]:
    """The backends that can be used here, the fastest first."""
    found = {"c": c_compiler() is not None, "numba": importlib.util.find_spec("numba") is not None}
    return tuple(name for name in BACKENDS if found.get(name, True))


def c_compiler() -> str | None:
    """The C compiler of this machine; None where there is none, and on Windows."""
    return None if sys.platform == "win32" else shutil.which("cc")


def _begun(model: "WaveNet", backend: str) -> tuple[str, Step]:
    """The backend of this name, "" the fastest that works, and its step."""
    if backend not in ("", *BACKENDS):
        raise UsageError(f"there is no backend {backend!r}", hint=f"Backends are {', '.join(BACKENDS)}.")
    if backend and backend not in installed():
        raise MissingError(_MISSING[backend][0], hint=_MISSING[backend][1])
    for name in (backend,) if backend else installed():
        try:
            return name, _STEPS[name](model)
        except MissingError:  # a compiler that compiles nothing
            if backend:
                raise
    raise MissingError("no backend works here")


def predicted(
    samples: Doubles, config: Config, sketch: prediction.Sketch | None = None
) -> tuple[Doubles, Doubles]:
    """`prediction.predicted` by the fastest backend that there is."""
    return _predictor(config, installed())(np.ascontiguousarray(samples, np.float64), config, sketch)


@lru_cache(maxsize=16)
def _predictor(config: Config, names: tuple[str, ...]) -> "Predicted":
    """The first of these backends that works, tried once: a compiler that compiles nothing takes its time."""
    for name in names:
        try:
            _PREDICTED[name](np.zeros(1), config, None)
            return _PREDICTED[name]
        except MissingError:
            pass
    raise MissingError("no backend works here")


def leaning(sketch: prediction.Sketch | None, config: Config) -> tuple[float, Doubles, Doubles, int]:
    """What compiled steps read of a sketch: the share of it, its rows, waves, and samples a row."""
    if sketch is None:
        return 0.0, np.zeros((1, config.n_quick + 1)), np.zeros(1), 1
    rows, waves = (np.ascontiguousarray(each, np.float64) for each in (sketch.rows, sketch.waves))
    return config.leaning, rows, waves, sketch.frame_samples


def prior_arrays(state: prediction.Adaptive) -> tuple[Any, ...]:
    """What compiled steps read and change of the prior, in their order."""
    names = ("n_quick", "fading", "taps", "weights", "inverse", "errors", "each", "scale", "prediction")
    return tuple(getattr(state, name) for name in names)


def _in_numpy(model: "WaveNet") -> Step:
    def step(
        state: "State",
        told: Floats,
        leant_on: Leaning,
        uniforms: Doubles,
        temperature: float,
        given: Ints,
        wanted: Floats,
    ) -> Ints:
        codes, (share, rows, waves) = given.copy(), leant_on
        for t in range(codes.shape[1]):
            lean = prediction.Lean(share, rows, waves[:, t]) if share else None
            logits = model.foresee(state, told, lean)
            if len(wanted):
                wanted[:, t] = logits
            codes[:, t] = np.where(given[:, t] < 0, _drawn(logits, temperature, uniforms[:, t]), given[:, t])
            model.observe(state, codes[:, t], lean)
        return codes

    return step


def _drawn(logits: Floats, temperature: float, uniforms: Doubles) -> Ints:
    """(n, V) logits -> (n,) codes by their probability at this temperature."""
    chances = np.exp((logits - logits.max(axis=1, keepdims=True)).astype(np.float64) / temperature).cumsum(
        axis=1
    )
    reached = chances <= (uniforms * chances[:, -1])[:, None]
    return np.asarray(np.minimum(reached.sum(axis=1), logits.shape[1] - 1), np.int64)


def _in_numba(model: "WaveNet") -> Step:
    from aoede.models.wavenet import kernel

    step: Step = kernel.step_of(model)
    return step


def _in_c(model: "WaveNet") -> Step:
    from aoede.models.wavenet import native

    step: Step = native.step_of(model)
    return step


def _predicted_in_c(samples: Doubles, config: Config, sketch: Any) -> tuple[Doubles, Doubles]:
    from aoede.models.wavenet import native

    return native.predicted(samples, config, sketch)


def _predicted_in_numba(samples: Doubles, config: Config, sketch: Any) -> tuple[Doubles, Doubles]:
    from aoede.models.wavenet import kernel

    found: tuple[Doubles, Doubles] = kernel.predicted(samples, config, sketch)
    return found


Predicted = Callable[[Doubles, Config, Any], tuple[Doubles, Doubles]]
_PREDICTED: Mapping[str, Predicted] = {
    "c": _predicted_in_c,
    "numba": _predicted_in_numba,
    "numpy": prediction.predicted,
}
_STEPS: Mapping[str, Callable[["WaveNet"], Step]] = {"c": _in_c, "numba": _in_numba, "numpy": _in_numpy}
