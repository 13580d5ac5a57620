"""The recurrent network on melodies in NumPy."""

from collections.abc import Mapping

from aoede.models.rnn.layers import Trunk, layer_shapes
from aoede.models.rnn.melody.config import Config
from aoede.neural.arrays import Floats
from aoede.neural.events.model import EventModel


class RNN(EventModel):
    kind = Config

    @staticmethod
    def trunk_of(config: Config, tensors: Mapping[str, Floats]) -> Trunk:
        return Trunk(config, tensors)

    @staticmethod
    def trunk_shapes(config: Config) -> tuple[dict[str, tuple[int, ...]], int]:
        return layer_shapes(config, config.n_embedding, "trunk."), config.n_hidden
