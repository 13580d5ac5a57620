"""The recurrent network on frames in NumPy."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from aoede.models.rnn.layers import Layers, Memory, layer_shapes
from aoede.models.rnn.pianoroll.config import Config
from aoede.neural.arrays import Floats, checked_weights, product
from aoede.neural.frames.model import FrameModel, output_shapes
from aoede.neural.frames.seen import Ints


class Trunk:
    """Recurrent layers over what is read."""

    def __init__(self, config: Config, tensors: Mapping[str, Floats]) -> None:
        self._layers = Layers(config, tensors, "trunk.")

    def begin(self, n: int) -> Memory:
        return self._layers.begin(n)

    def step(self, state: Memory, x: Floats) -> tuple[Floats, Memory]:
        first = self._layers.first
        return self._layers.step(state, product(x, first.inputs) + first.bias)

    def select(self, state: Memory, rows: Ints) -> Memory:
        return state.select(rows)


class RNN(FrameModel):
    @classmethod
    def from_tensors(cls, config: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> "RNN":
        """Raises ConfigError or InputError where these are not the weights of such a network."""
        checked = Config.from_mapping(config)
        weights = checked_weights(_shapes(checked), tensors)
        return cls(checked, weights, Trunk(checked, weights))


def _shapes(config: Config) -> dict[str, tuple[int, ...]]:
    return layer_shapes(config, config.n_read, "trunk.") | output_shapes(config, config.n_hidden)
