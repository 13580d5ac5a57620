"""The transformer on frames in NumPy."""

from collections.abc import Mapping

from aoede.models.transformer.blocks import Blocks, Memory, block_shapes, normed
from aoede.models.transformer.pianoroll.config import Config
from aoede.neural.arrays import Floats, product
from aoede.neural.frames.model import FrameModel
from aoede.neural.frames.seen import Ints


class Trunk:
    """What is read as a vector, blocks of attention over it."""

    def __init__(self, config: Config, tensors: Mapping[str, Floats]) -> None:
        self._tensors = tensors
        self._blocks = Blocks(config, tensors, "trunk.blocks.")

    def begin(self, n: int) -> Memory:
        return self._blocks.begin(n)

    def step(self, state: Memory, x: Floats) -> tuple[Floats, Memory]:
        entered = product(x, self._tensors["trunk.enter.weight"]) + self._tensors["trunk.enter.bias"]
        out, memory = self._blocks.step(state, entered)
        return normed(out, self._tensors["trunk.norm.weight"]), memory

    def select(self, state: Memory, rows: Ints) -> Memory:
        return state.select(rows)


class Transformer(FrameModel):
    kind = Config

    @staticmethod
    def trunk_of(config: Config, tensors: Mapping[str, Floats]) -> Trunk:
        return Trunk(config, tensors)

    @staticmethod
    def trunk_shapes(config: Config) -> tuple[dict[str, tuple[int, ...]], int]:
        own = {
            "trunk.enter.weight": (config.n_width, config.n_read),
            "trunk.enter.bias": (config.n_width,),
            "trunk.norm.weight": (config.n_width,),
        }
        return own | block_shapes(config, "trunk.blocks."), config.n_width
