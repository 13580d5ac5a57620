"""The recurrent network in NumPy: what writing and judging text need, without torch.

The layers read the vector of a symbol beside that of the labels (`layers.py` has their equations). For a small
vocabulary W x + b of the first layer is a table with one row a symbol, computed once: a step is one product of a
matrix with a vector.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aoede.models.rnn.config import Config
from aoede.models.rnn.layers import Layers, Memory, layer_shapes
from aoede.neural.arrays import Floats, checked_weights, label_weights, product

Ints = NDArray[np.int64]

_TABLE_BELOW = 1_000  # symbols; a table of more would be larger than what it saves


@dataclass(frozen=True)
class State:
    """What n sequences carry on."""

    memory: Memory
    told: Floats  # (n, gates) what the labels give to every step of the first layer


class RNN:
    """Weights by the names that torch gives them, as float32."""

    def __init__(self, config: Config, tensors: Mapping[str, Floats]) -> None:
        self.config = config
        self._tensors = tensors
        self._layers = Layers(config, tensors)

    @classmethod
    def from_tensors(cls, config: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> "RNN":
        """Raises ConfigError or InputError where these are not the weights of such a network."""
        checked = Config.from_mapping(config)
        return cls(checked, checked_weights(_shapes(checked), tensors))

    def to_tensors(self) -> dict[str, NDArray[Any]]:
        return dict(self._tensors)

    @property
    def config_values(self) -> dict[str, Any]:
        return asdict(self.config)

    # -- step by step --

    def start(self, n: int = 1, condition: ArrayLike | None = None) -> tuple[Floats, State]:
        """(n, V) logits of the first symbols of n documents, and the state before them.

        `condition` (n, n_labels) or (n_labels,) weighs the labels of each column; None: all unknown.
        """
        state = State(self._layers.begin(n), self._told(n, condition))
        return self.step(state, np.full(n, self.config.first_symbol, np.int64))

    def step(self, state: State, ids: ArrayLike) -> tuple[Floats, State]:
        """Read the symbols `ids` (n,): (n, V) logits of what follows them, and the new state."""
        hidden, state = self._advance(state, np.asarray(ids, np.int64))
        return self._logits(hidden), state

    def select(self, state: State, rows: ArrayLike) -> State:
        """The state of the sequences `rows` alone, in this order."""
        at = np.asarray(rows, np.int64)
        return State(state.memory.select(at), state.told[at])

    def _advance(self, state: State, ids: Ints) -> tuple[Floats, State]:
        """(n, H) what the last layer gives out, and the new state."""
        z = self._read(ids)
        if self.config.n_labels:
            z = z + state.told
        hidden, memory = self._layers.step(state.memory, z)
        return hidden, State(memory, state.told)

    def _logits(self, hidden: Floats) -> Floats:
        out = product(hidden, self._tensors["output.weight"])
        if self.config.is_tied:
            return np.asarray(product(out, self._tensors["inputs.symbols"]) + self._tensors["bias"])
        return np.asarray(out + self._tensors["output.bias"])

    # -- parts --

    @cached_property
    def _input_weights(self) -> tuple[Floats, Floats]:
        """(symbol_width, gates) and (label_width, gates) of the first layer."""
        w = self._layers.first.inputs.T
        return w[: self.config.symbol_width], w[self.config.symbol_width :]

    @cached_property
    def _table(self) -> Floats:
        """(V, gates) what each symbol gives to the first layer, biases included."""
        w, _ = self._input_weights
        symbols = self._tensors["inputs.symbols"] @ w if self.config.n_embedding else w
        return np.asarray(symbols + self._layers.first.bias, np.float32)

    def _read(self, ids: Ints) -> Floats:
        if self.config.n_symbols < _TABLE_BELOW or not self.config.n_embedding:
            return np.asarray(self._table[ids])
        w, _ = self._input_weights
        return np.asarray(product(self._tensors["inputs.symbols"][ids], w.T) + self._layers.first.bias)

    def _told(self, n: int, condition: ArrayLike | None) -> Floats:
        config = self.config
        if not config.n_labels:
            return np.zeros((n, 1), np.float32)
        weights = label_weights(config.label_sizes, n, condition)
        _, w = self._input_weights
        table = self._tensors["inputs.labels.table"] @ w if config.n_embedding else w
        return np.asarray(weights @ table, np.float32)


def _shapes(config: Config) -> dict[str, tuple[int, ...]]:
    """Names and shapes of all weights."""
    shapes: dict[str, tuple[int, ...]] = {}
    if config.n_embedding:
        shapes["inputs.symbols"] = (config.n_symbols, config.n_embedding)
        if config.n_labels:
            shapes["inputs.labels.table"] = (config.n_labels, config.n_label)
    shapes |= layer_shapes(config, config.symbol_width + config.label_width)
    if config.is_tied:
        shapes["output.weight"] = (config.n_embedding, config.n_hidden)
        shapes["bias"] = (config.n_symbols,)
    else:
        shapes["output.weight"] = (config.n_symbols, config.n_hidden)
        shapes["output.bias"] = (config.n_symbols,)
    return shapes
