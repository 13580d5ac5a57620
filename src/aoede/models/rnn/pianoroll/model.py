"""The recurrent network on frames in NumPy."""

from collections.abc import Mapping

from aoede.models.rnn.layers import Layers, Memory, layer_shapes
from aoede.models.rnn.pianoroll.config import Config
from aoede.neural.arrays import Floats, product
from aoede.neural.frames.model import FrameModel
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
    kind = Config

    @staticmethod
    def trunk_of(config: Config, tensors: Mapping[str, Floats]) -> Trunk:
        return Trunk(config, tensors)

    @staticmethod
    def trunk_shapes(config: Config) -> tuple[dict[str, tuple[int, ...]], int]:
        return layer_shapes(config, config.n_read, "trunk."), config.n_hidden
