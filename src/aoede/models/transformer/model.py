"""The transformer in NumPy: what writing and judging need, without torch.

Layers of attention (Vaswani et al. 2017) that see the last `context` symbols, normalised before each part by the
root of the mean square (Zhang & Sennrich 2019), with rotary positions (Su et al., "RoFormer", 2021). Keys and values
of what was read are kept, so that a step costs one symbol, not a window.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aoede.models.transformer.config import Config
from aoede.neural.arrays import Floats, checked_weights, label_weights, product

EPSILON = 1e-6
_TURNS = (
    10_000.0  # pairs of a head turn by 1 radian a symbol, the next ones less, all by more than 1 / _TURNS
)


@dataclass(frozen=True)
class State:
    """What n sequences have seen. Arrays are never changed in place."""

    position: int
    keys: tuple[Floats, ...]  # (n, n_heads, <= context - 1, head_width) a layer, turned
    values: tuple[Floats, ...]
    told: Floats  # (n, n_width) what the labels add to every symbol


class Transformer:
    """Weights by the names that torch gives them, as float32."""

    def __init__(self, config: Config, tensors: Mapping[str, Floats]) -> None:
        self.config = config
        self._tensors = tensors

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
        empty = np.zeros((n, config.n_heads, 0, config.head_width), np.float32)
        state = State(0, (empty,) * config.n_layers, (empty,) * config.n_layers, told)
        return self.step(state, np.full(n, config.first_symbol, np.int64))

    def step(self, state: State, ids: ArrayLike) -> tuple[Floats, State]:
        """Read the symbols `ids` (n,): (n, V) logits of what follows them, and the new state."""
        weights = self._tensors
        x = weights["symbols"][np.asarray(ids, np.int64)] + state.told
        keys, values = list[Floats](), list[Floats]()
        turn = angles([state.position], self.config.head_width)
        for k in range(self.config.n_layers):
            x, key, value = self._layer(k, x, state, turn)
            keys.append(key)
            values.append(value)
        logits = product(_normed(x, weights["norm.weight"]), weights["symbols"]) + weights["bias"]
        return logits, State(state.position + 1, tuple(keys), tuple(values), state.told)

    def select(self, state: State, rows: ArrayLike) -> State:
        """The state of the sequences `rows` alone, in this order."""
        at = np.asarray(rows, np.int64)
        keys, values = (tuple(part[at] for part in parts) for parts in (state.keys, state.values))
        return State(state.position, keys, values, state.told[at])

    def _layer(
        self, k: int, x: Floats, state: State, turn: tuple[Floats, Floats]
    ) -> tuple[Floats, Floats, Floats]:
        """(n, n_width) out, and the keys and values that stay."""
        config, block = self.config, f"blocks.{k}."
        asked = product(
            _normed(x, self._tensors[block + "norm1.weight"]), self._tensors[block + "attend.weight"]
        )
        query, key, value = asked.reshape(len(x), 3, config.n_heads, 1, config.head_width).swapaxes(0, 1)
        keys = np.concatenate([state.keys[k], turned(key, *turn)], axis=2)
        values = np.concatenate([state.values[k], value], axis=2)
        scores = turned(query, *turn) @ keys.swapaxes(2, 3) / np.float32(config.head_width**0.5)
        scores = np.exp(scores - scores.max(axis=3, keepdims=True))
        seen = scores @ values / scores.sum(axis=3, keepdims=True)
        x = x + product(seen.reshape(len(x), -1), self._tensors[block + "gather.weight"])
        wide = product(
            _normed(x, self._tensors[block + "norm2.weight"]), self._tensors[block + "widen.weight"]
        )
        x = x + product(_gelu(wide), self._tensors[block + "narrow.weight"])
        kept = max(0, keys.shape[2] - (config.context - 1))
        return x, keys[:, :, kept:], values[:, :, kept:]


def angles(positions: Iterable[int], head_width: int) -> tuple[Floats, Floats]:
    """(n, head_width / 2) cosines and sines of rotary positions."""
    rates = _TURNS ** (-np.arange(0, head_width, 2) / head_width)
    turns = np.array(list(positions), np.float64)[:, None] * rates
    return np.cos(turns).astype(np.float32), np.sin(turns).astype(np.float32)


def turned(x: Floats, cosines: Floats, sines: Floats) -> Floats:
    """Pairs (i, i + head_width / 2) of the vectors (..., T, head_width) turned by the angles of the T positions."""
    half = x.shape[-1] // 2
    a, b = x[..., :half], x[..., half:]
    return np.concatenate([a * cosines - b * sines, b * cosines + a * sines], axis=-1)


def _normed(x: Floats, weight: Floats) -> Floats:
    scale = np.sqrt((x * x).mean(axis=-1, keepdims=True) + np.float32(EPSILON))
    return np.asarray(x / scale * weight)


def _gelu(x: Floats) -> Floats:
    return np.asarray(
        0.5 * x * (1 + np.tanh(np.float32((2 / np.pi) ** 0.5) * (x + np.float32(0.044715) * x * x * x)))
    )


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
    for k in range(config.n_layers):
        block = f"blocks.{k}."
        shapes |= {
            block + "norm1.weight": (n,),
            block + "norm2.weight": (n,),
            block + "attend.weight": (3 * n, n),
            block + "gather.weight": (n, n),
            block + "widen.weight": (4 * n, n),
            block + "narrow.weight": (n, 4 * n),
        }
    return shapes
