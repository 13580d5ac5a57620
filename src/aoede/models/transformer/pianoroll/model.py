"""The transformer on frames in NumPy."""

from collections.abc import Mapping

from aoede.models.transformer.blocks import Trunk, trunk_shapes
from aoede.models.transformer.pianoroll.config import Config
from aoede.neural.arrays import Floats
from aoede.neural.frames.model import FrameModel


class Transformer(FrameModel):
    kind = Config

    @staticmethod
    def trunk_of(config: Config, tensors: Mapping[str, Floats]) -> Trunk:
        return Trunk(config, tensors)

    @staticmethod
    def trunk_shapes(config: Config) -> tuple[dict[str, tuple[int, ...]], int]:
        return trunk_shapes(config, config.n_read), config.n_width
