"""The transformer in NumPy: what writing and judging text need, without torch. `blocks.py` has what it is made of."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aoede.models.transformer.blocks import Blocks, Memory, block_shapes, normed
from aoede.models.transformer.config import Config
from aoede.neural.arrays import Floats, checked_weights, label_weights, product


@dataclass(frozen=True)
class State:
    """What n sequences carry on."""

    memory: Memory
    told: Floats  # (n, n_width) what the labels add to every symbol


class Transformer:
    """Weights by the names that torch gives them, as float32."""

    def __init__(self, config: Config, tensors: Mapping[str, Floats]) -> None:
        self.config = config
        self._tensors = tensors
        self._blocks = Blocks(config, tensors)

    @classmethod
    def from_tensors(cls, config: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> "Transformer":
        """Raises ConfigError or InputError where these are not the weights of such a network."""
        checked = Config.from_mapping(config)
        return cls(checked, checked_weights(_shapes(checked), tensors))

    def to_tensors(self) -> dict[str, NDArray[Any]]:
        return dict(self._tensors)

    @property
    def config_values(self) -> dict[str, Any]:
        return asdict(self.config)

    def start(self, n: int = 1, condition: ArrayLike | None = None) -> tuple[Floats, State]:
        """(n, V) logits of the first symbols of n documents, and the state before them.

        `condition` (n, n_labels) or (n_labels,) weighs the labels of each column; None: all unknown.
        """
        config = self.config
        told = np.zeros((n, 1), np.float32)
        if config.n_labels:
            told = label_weights(config.label_sizes, n, condition) @ self._tensors["labels.table"]
        state = State(self._blocks.begin(n), told)
        return self.step(state, np.full(n, config.first_symbol, np.int64))

    def step(self, state: State, ids: ArrayLike) -> tuple[Floats, State]:
        """Read the symbols `ids` (n,): (n, V) logits of what follows them, and the new state."""
        weights = self._tensors
        x = weights["symbols"][np.asarray(ids, np.int64)] + state.told
        x, memory = self._blocks.step(state.memory, x)
        logits = product(normed(x, weights["norm.weight"]), weights["symbols"]) + weights["bias"]
        return logits, State(memory, state.told)

    def select(self, state: State, rows: ArrayLike) -> State:
        """The state of the sequences `rows` alone, in this order."""
        at = np.asarray(rows, np.int64)
        return State(state.memory.select(at), state.told[at])


def _shapes(config: Config) -> dict[str, tuple[int, ...]]:
    """Names and shapes of all weights."""
    n = config.n_width
    shapes: dict[str, tuple[int, ...]] = {
        "symbols": (config.n_symbols, n),
        "bias": (config.n_symbols,),
        "norm.weight": (n,),
    }
    if config.n_labels:
        shapes["labels.table"] = (config.n_labels, n)
    return shapes | block_shapes(config)
