"""The transformer on frames in NumPy."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from aoede.models.transformer.blocks import Blocks, Memory, block_shapes, normed
from aoede.models.transformer.pianoroll.config import Config
from aoede.neural.arrays import Floats, checked_weights, product
from aoede.neural.frames.model import FrameModel, output_shapes
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
    @classmethod
    def from_tensors(cls, config: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> "Transformer":
        """Raises ConfigError or InputError where these are not the weights of such a network."""
        checked = Config.from_mapping(config)
        weights = checked_weights(_shapes(checked), tensors)
        return cls(checked, weights, Trunk(checked, weights))


def _shapes(config: Config) -> dict[str, tuple[int, ...]]:
    n = config.n_width
    return {
        "trunk.enter.weight": (n, config.n_read),
        "trunk.enter.bias": (n,),
        "trunk.norm.weight": (n,),
        **block_shapes(config, "trunk.blocks."),
        **output_shapes(config, n),
    }
