"""The recurrent network in NumPy: what writing and judging need, without torch.

With x_t the vector of the symbol read at step t beside that of the labels, and h, c what is carried on:

    tanh   h_t = tanh(W x_t + b + U h_{t-1} + d)                                              (Elman 1990)
    gru    r, z, n: n = tanh(W x_t + b + r (U h_{t-1} + d)),  h_t = (1 - z) n + z h_{t-1}     (Cho et al. 2014)
    lstm   i, f, g, o: c_t = f c_{t-1} + i g,  h_t = o tanh(c_t)                (Hochreiter & Schmidhuber 1997)

r, z, i, f, o are logistic functions of W x_t + b + U h_{t-1} + d, each with its own rows of the matrices. They are
taken as (1 + tanh(x / 2)) / 2 with these rows halved beforehand, so that one tanh does for all. For a small
vocabulary W x + b is a table with one row a symbol, computed once: a step is one product of a matrix with a vector.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aoede.models.rnn.config import N_GATES, Config
from aoede.neural.arrays import Floats, checked_weights, label_weights, product

Ints = NDArray[np.int64]

_TABLE_BELOW = 1_000  # symbols; a table of more would be larger than what it saves
_HALF: Mapping[str, tuple[float, ...]] = {"tanh": (1,), "gru": (0.5, 0.5, 1), "lstm": (0.5, 0.5, 1, 0.5)}


@dataclass(frozen=True)
class State:
    """What n sequences carry on. Arrays are never changed in place."""

    h: tuple[Floats, ...]  # (n, H) a layer
    c: tuple[Floats, ...]  # the same for an LSTM, else empty
    told: Floats  # (n, gates) what the labels give to every step of the first layer


class RNN:
    """Weights by the names that torch gives them, as float32."""

    def __init__(self, config: Config, tensors: Mapping[str, Floats]) -> None:
        self.config = config
        self._tensors = tensors
        self._halved = np.repeat(np.array(_HALF[config.cell], np.float32), config.n_hidden)
        self._layers = [self._layer(k) for k in range(config.n_layers)]
        self._cell = {"tanh": _tanh, "gru": _gru, "lstm": _lstm}[config.cell]

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
        state = self._begin(n, condition)
        return self.step(state, np.full(n, self.config.first_symbol, np.int64))

    def step(self, state: State, ids: ArrayLike) -> tuple[Floats, State]:
        """Read the symbols `ids` (n,): (n, V) logits of what follows them, and the new state."""
        hidden, state = self._advance(state, np.asarray(ids, np.int64))
        return self._logits(hidden), state

    def select(self, state: State, rows: ArrayLike) -> State:
        """The state of the sequences `rows` alone, in this order."""
        at = np.asarray(rows, np.int64)
        return State(tuple(h[at] for h in state.h), tuple(c[at] for c in state.c), state.told[at])

    def _begin(self, n: int, condition: ArrayLike | None) -> State:
        config = self.config
        zeros = tuple(np.zeros((n, config.n_hidden), np.float32) for _ in range(config.n_layers))
        return State(zeros, zeros if config.cell == "lstm" else (), self._told(n, condition))

    def _advance(self, state: State, ids: Ints) -> tuple[Floats, State]:
        """(n, H) what the last layer gives out, and the new state."""
        z = self._read(ids)
        if self.config.n_labels:
            z = z + state.told
        hs, cs = list[Floats](), list[Floats]()
        for k, layer in enumerate(self._layers):
            if k:
                z = product(hs[-1], layer.inputs) + layer.bias
            h, c = self._cell(z, product(state.h[k], layer.recurrent), layer.own_bias, state, k)
            hs.append(h)
            cs += [c] if c is not None else []
        return hs[-1], State(tuple(hs), tuple(cs), state.told)

    def _logits(self, hidden: Floats) -> Floats:
        out = product(hidden, self._tensors["output.weight"])
        if self.config.is_tied:
            return np.asarray(product(out, self._tensors["inputs.symbols"]) + self._tensors["bias"])
        return np.asarray(out + self._tensors["output.bias"])

    # -- parts --

    def _layer(self, k: int) -> "_Layer":
        """The weights of a layer, the rows of logistic functions halved. A GRU's own bias is within a product."""
        inputs, recurrent, bias, own_bias = (
            self._tensors[f"layers.{k}.{name}_l0"]
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        is_gru = self.config.cell == "gru"
        return _Layer(
            inputs * self._halved[:, None],
            recurrent * self._halved[:, None],
            (bias if is_gru else bias + own_bias) * self._halved,
            own_bias * self._halved if is_gru else np.zeros(1, np.float32),
        )

    @cached_property
    def _input_weights(self) -> tuple[Floats, Floats]:
        """(symbol_width, gates) and (label_width, gates) of the first layer."""
        w = self._layers[0].inputs.T
        return w[: self.config.symbol_width], w[self.config.symbol_width :]

    @cached_property
    def _table(self) -> Floats:
        """(V, gates) what each symbol gives to the first layer, biases included."""
        w, _ = self._input_weights
        symbols = self._tensors["inputs.symbols"] @ w if self.config.n_embedding else w
        return np.asarray(symbols + self._layers[0].bias, np.float32)

    def _read(self, ids: Ints) -> Floats:
        if self.config.n_symbols < _TABLE_BELOW or not self.config.n_embedding:
            return np.asarray(self._table[ids])
        w, _ = self._input_weights
        return np.asarray(product(self._tensors["inputs.symbols"][ids], w.T) + self._layers[0].bias)

    def _told(self, n: int, condition: ArrayLike | None) -> Floats:
        config = self.config
        if not config.n_labels:
            return np.zeros((n, 1), np.float32)
        weights = label_weights(config.label_sizes, n, condition)
        _, w = self._input_weights
        table = self._tensors["inputs.labels.table"] @ w if config.n_embedding else w
        return np.asarray(weights @ table, np.float32)


@dataclass(frozen=True)
class _Layer:
    inputs: Floats  # (gates, width)
    recurrent: Floats  # (gates, H)
    bias: Floats  # (gates,)
    own_bias: Floats  # (gates,) of what was carried, where it cannot be added to the other


def _tanh(z: Floats, u: Floats, d: Floats, state: State, k: int) -> tuple[Floats, None]:
    return np.tanh(z + u), None


def _gru(z: Floats, u: Floats, d: Floats, state: State, k: int) -> tuple[Floats, None]:
    n = u.shape[1] // 3
    u = u + d
    gates = 0.5 * np.tanh(z[:, : 2 * n] + u[:, : 2 * n]) + 0.5
    reset, update = gates[:, :n], gates[:, n:]
    candidate = np.tanh(z[:, 2 * n :] + reset * u[:, 2 * n :])
    return candidate + update * (state.h[k] - candidate), None


def _lstm(z: Floats, u: Floats, d: Floats, state: State, k: int) -> tuple[Floats, Floats]:
    n = u.shape[1] // 4
    gates = np.add(z, u, order="C")
    np.tanh(gates, out=gates)
    both = gates[:, : 2 * n]
    both += 1
    c = both[:, n:] * state.c[k]
    c += both[:, :n] * gates[:, 2 * n : 3 * n]
    c *= 0.5
    opened = gates[:, 3 * n :]
    opened += 1
    h = np.tanh(c)
    h *= opened
    h *= 0.5
    return h, c


def _shapes(config: Config) -> dict[str, tuple[int, ...]]:
    """Names and shapes of all weights."""
    gates = N_GATES[config.cell] * config.n_hidden
    shapes: dict[str, tuple[int, ...]] = {}
    if config.n_embedding:
        shapes["inputs.symbols"] = (config.n_symbols, config.n_embedding)
        if config.n_labels:
            shapes["inputs.labels.table"] = (config.n_labels, config.n_label)
    for k in range(config.n_layers):
        width = config.n_hidden if k else config.symbol_width + config.label_width
        shapes[f"layers.{k}.weight_ih_l0"] = (gates, width)
        shapes[f"layers.{k}.weight_hh_l0"] = (gates, config.n_hidden)
        shapes[f"layers.{k}.bias_ih_l0"] = shapes[f"layers.{k}.bias_hh_l0"] = (gates,)
    if config.is_tied:
        shapes["output.weight"] = (config.n_embedding, config.n_hidden)
        shapes["bias"] = (config.n_symbols,)
    else:
        shapes["output.weight"] = (config.n_symbols, config.n_hidden)
        shapes["output.bias"] = (config.n_symbols,)
    return shapes
