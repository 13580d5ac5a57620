"""Recurrent layers in NumPy, one upon another: what every recurrent network shares, whatever it reads.

With x_t the vector that a layer reads at step t, and h, c what is carried on:

    tanh   h_t = tanh(W x_t + b + U h_{t-1} + d)                                              (Elman 1990)
    gru    r, z, n: n = tanh(W x_t + b + r (U h_{t-1} + d)),  h_t = (1 - z) n + z h_{t-1}     (Cho et al. 2014)
    lstm   i, f, g, o: c_t = f c_{t-1} + i g,  h_t = o tanh(c_t)                (Hochreiter & Schmidhuber 1997)

r, z, i, f, o are logistic functions of W x_t + b + U h_{t-1} + d, each with its own rows of the matrices. They are
taken as (1 + tanh(x / 2)) / 2 with these rows halved beforehand, so that one tanh does for all.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aoede.models.rnn.config import N_GATES, Sizes
from aoede.neural.arrays import Floats, product

_HALF: Mapping[str, tuple[float, ...]] = {"tanh": (1,), "gru": (0.5, 0.5, 1), "lstm": (0.5, 0.5, 1, 0.5)}


@dataclass(frozen=True)
class Memory:
    """What n sequences carry on. Arrays are never changed in place."""

    h: tuple[Floats, ...]  # (n, H) a layer
    c: tuple[Floats, ...]  # the same for an LSTM, else empty

    def select(self, rows: NDArray[np.int64]) -> "Memory":
        """That of the sequences `rows` alone, in this order."""
        return Memory(tuple(h[rows] for h in self.h), tuple(c[rows] for c in self.c))


@dataclass(frozen=True)
class Layer:
    """Weights with the rows of logistic functions halved."""

    inputs: Floats  # (gates, width)
    recurrent: Floats  # (gates, H)
    bias: Floats  # (gates,)
    own_bias: Floats  # (gates,) of what was carried, where it cannot be added to the other


class Layers:
    """Weights by the names that torch gives them, after what all of them begin with: layers.0.weight_ih_l0, ..."""

    def __init__(self, sizes: Sizes, tensors: Mapping[str, Floats], prefix: str = "layers.") -> None:
        self._sizes = sizes
        self._halved = np.repeat(np.array(_HALF[sizes.cell], np.float32), sizes.n_hidden)
        self._layers = [self._layer(tensors, f"{prefix}{k}.") for k in range(sizes.n_layers)]
        self._cell = {"tanh": _tanh, "gru": _gru, "lstm": _lstm}[sizes.cell]

    @property
    def first(self) -> Layer:
        """The layer that reads what is given."""
        return self._layers[0]

    def begin(self, n: int) -> Memory:
        """What n sequences carry before anything was read: zeros."""
        zeros = (np.zeros((n, self._sizes.n_hidden), np.float32),) * self._sizes.n_layers
        return Memory(zeros, zeros if self._sizes.cell == "lstm" else ())

    def step(self, memory: Memory, z: Floats) -> tuple[Floats, Memory]:
        """`z` (n, gates) is W x + b of the first layer: (n, H) what the last layer gives out, and the memory."""
        hs, cs = list[Floats](), list[Floats]()
        for k, layer in enumerate(self._layers):
            if k:
                z = product(hs[-1], layer.inputs) + layer.bias
            h, c = self._cell(z, product(memory.h[k], layer.recurrent), layer.own_bias, memory, k)
            hs.append(h)
            cs += [c] if c is not None else []
        return hs[-1], Memory(tuple(hs), tuple(cs))

    def _layer(self, tensors: Mapping[str, Floats], own: str) -> Layer:
        """The weights of a layer. A GRU's own bias is within a product."""
        inputs, recurrent, bias, own_bias = (
            tensors[f"{own}{name}_l0"] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        is_gru = self._sizes.cell == "gru"
        return Layer(
            inputs * self._halved[:, None],
            recurrent * self._halved[:, None],
            (bias if is_gru else bias + own_bias) * self._halved,
            own_bias * self._halved if is_gru else np.zeros(1, np.float32),
        )


class Trunk:
    """Layers over vectors that are read as they are."""

    def __init__(self, sizes: Sizes, tensors: Mapping[str, Floats]) -> None:
        self._layers = Layers(sizes, tensors, "trunk.")

    def begin(self, n: int) -> Memory:
        return self._layers.begin(n)

    def step(self, state: Memory, x: Floats) -> tuple[Floats, Memory]:
        """Read x (n, n_in): (n, H) what the last layer gives out, and the memory."""
        first = self._layers.first
        return self._layers.step(state, product(x, first.inputs) + first.bias)

    def select(self, state: Memory, rows: NDArray[np.int64]) -> Memory:
        return state.select(rows)


def layer_shapes(sizes: Sizes, n_in: int, prefix: str = "layers.") -> dict[str, tuple[int, ...]]:
    """Names and shapes of the weights of layers that read vectors of `n_in` numbers."""
    gates = N_GATES[sizes.cell] * sizes.n_hidden
    shapes: dict[str, tuple[int, ...]] = {}
    for k in range(sizes.n_layers):
        shapes[f"{prefix}{k}.weight_ih_l0"] = (gates, sizes.n_hidden if k else n_in)
        shapes[f"{prefix}{k}.weight_hh_l0"] = (gates, sizes.n_hidden)
        shapes[f"{prefix}{k}.bias_ih_l0"] = shapes[f"{prefix}{k}.bias_hh_l0"] = (gates,)
    return shapes


def _tanh(z: Floats, u: Floats, d: Floats, memory: Memory, k: int) -> tuple[Floats, None]:
    return np.tanh(z + u), None


def _gru(z: Floats, u: Floats, d: Floats, memory: Memory, k: int) -> tuple[Floats, None]:
    n = u.shape[1] // 3
    u = u + d
    gates = 0.5 * np.tanh(z[:, : 2 * n] + u[:, : 2 * n]) + 0.5
    reset, update = gates[:, :n], gates[:, n:]
    candidate = np.tanh(z[:, 2 * n :] + reset * u[:, 2 * n :])
    return candidate + update * (memory.h[k] - candidate), None


def _lstm(z: Floats, u: Floats, d: Floats, memory: Memory, k: int) -> tuple[Floats, Floats]:
    n = u.shape[1] // 4
    gates = np.add(z, u, order="C")
    np.tanh(gates, out=gates)
    both = gates[:, : 2 * n]
    both += 1
    c = both[:, n:] * memory.c[k]
    c += both[:, :n] * gates[:, 2 * n : 3 * n]
    c *= 0.5
    opened = gates[:, 3 * n :]
    opened += 1
    h = np.tanh(c)
    h *= opened
    h *= 0.5
    return h, c
