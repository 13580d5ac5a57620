"""What voices carry from sample to sample, laid out as every backend reads it: NumPy, numba and C."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from aoede.models.wavenet.config import Config
from aoede.models.wavenet.prediction import Adaptive
from aoede.neural.arrays import Floats

Ints = NDArray[np.int64]


@dataclass
class State:
    """Of n voices. Arrays change in place; the layers' past stands in rings, so that a sample moves nothing."""

    n_read: Ints  # (1,) samples that were read
    last: Ints  # (n, 2) the last code and the one before it
    rings: Floats  # (n, sum of dilations, R) the inputs of each layer, of layer i from `offsets_of(config)[i]` on
    prior: Adaptive  # also where a network has none: then it stays as it is

    @classmethod
    def begun(cls, n: int, config: Config) -> "State":
        """Before the first sample: silence."""
        return cls(
            np.zeros(1, np.int64),
            np.full((n, 2), config.silence, np.int64),
            np.zeros((n, sum(config.dilations), config.n_residual), np.float32),
            Adaptive.begun(n, config, config.fading),
        )

    def copy(self) -> "State":
        arrays = {name: getattr(self, name).copy() for name in ("n_read", "last", "rings")}
        return replace(self, **arrays, prior=self.prior.copy())


def offsets_of(config: Config) -> Ints:
    """(n_layers,) where each layer's ring begins."""
    return np.cumsum([0, *config.dilations[:-1]], dtype=np.int64)


@dataclass(frozen=True)
class Packed:
    """The weights as a step reads them: (in, out), so that each input adds a row; those of all layers together."""

    now: Floats  # (Q, R) what the last code gives to the first layer
    past: Floats  # (Q, R) and the one before it
    prediction: Floats  # (N_HATS, R) what the linear prediction gives to it, between two rows
    width: Floats  # (N_HATS, R) and how wide it is
    gates: Floats  # (L, 2 R, 2 R) inputs: past and now
    out: Floats  # (L, R, R + S) to the next layer, and to the head
    out_bias: Floats  # (L, R + S)
    hidden: Floats  # (S, S)
    hidden_bias: Floats  # (S,)
    head: Floats  # (S, n_outputs)
    head_bias: Floats  # (n_outputs,)

    @classmethod
    def of(cls, config: Config, tensors: Mapping[str, Floats]) -> "Packed":
        def stacked(name: str) -> Floats:
            return np.stack([tensors[f"layers.{i}.{name}"] for i in range(config.n_layers)])

        none = np.zeros((1, config.n_residual), np.float32)
        return cls(
            _row_wise(tensors["inputs.now"]),
            _row_wise(tensors["inputs.past"]),
            _row_wise(tensors.get("inputs.prediction", none)),
            _row_wise(tensors.get("inputs.width", none)),
            _row_wise(stacked("gates").transpose(0, 2, 1)),
            _row_wise(stacked("out").transpose(0, 2, 1)),
            _row_wise(stacked("out_bias")),
            _row_wise(tensors["head.hidden"].T),
            _row_wise(tensors["head.hidden_bias"]),
            _row_wise(tensors["head.out"].T),
            _row_wise(tensors["head.out_bias"]),
        )


def _row_wise(array: Floats) -> Floats:
    return np.ascontiguousarray(array, np.float32)
