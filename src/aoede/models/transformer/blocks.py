"""Blocks of attention in NumPy, one upon another: what every transformer shares, whatever it reads.

Each block attends (Vaswani et al. 2017) to the last `context` steps, normalised before each part by the root of the
mean square (Zhang & Sennrich 2019), with rotary positions (Su et al., "RoFormer", 2021). Keys and values of what was
read are kept, so that a step costs one step, not a window.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aoede.models.transformer.config import Sizes
from aoede.neural.arrays import Floats, product

EPSILON = 1e-6
_TURNS = 10_000.0  # pairs of a head turn by 1 radian a step, the next ones less, all by more than 1 / _TURNS


@dataclass(frozen=True)
class Memory:
    """What n sequences have seen. Arrays are never changed in place."""

    position: int
    keys: tuple[Floats, ...]  # (n, n_heads, <= context - 1, head_width) a layer, turned
    values: tuple[Floats, ...]

    def select(self, rows: NDArray[np.int64]) -> "Memory":
        """That of the sequences `rows` alone, in this order."""
        keys, values = (tuple(part[rows] for part in parts) for parts in (self.keys, self.values))
        return Memory(self.position, keys, values)


class Blocks:
    """Weights by the names that torch gives them: blocks.0.attend.weight, ..."""

    def __init__(self, sizes: Sizes, tensors: Mapping[str, Floats], prefix: str = "blocks.") -> None:
        self._sizes, self._tensors, self._prefix = sizes, tensors, prefix
        self._head_width = sizes.n_width // sizes.n_heads

    def begin(self, n: int) -> Memory:
        """What n sequences have seen before anything was read."""
        empty = np.zeros((n, self._sizes.n_heads, 0, self._head_width), np.float32)
        return Memory(0, (empty,) * self._sizes.n_layers, (empty,) * self._sizes.n_layers)

    def step(self, memory: Memory, x: Floats) -> tuple[Floats, Memory]:
        """(n, n_width) in -> (n, n_width) what the last block gives out, and the memory."""
        keys, values = list[Floats](), list[Floats]()
        turn = angles([memory.position], self._head_width)
        for k in range(self._sizes.n_layers):
            x, key, value = self._block(k, x, memory, turn)
            keys.append(key)
            values.append(value)
        return x, Memory(memory.position + 1, tuple(keys), tuple(values))

    def _block(
        self, k: int, x: Floats, memory: Memory, turn: tuple[Floats, Floats]
    ) -> tuple[Floats, Floats, Floats]:
        """(n, n_width) out, and the keys and values that stay."""
        sizes, block = self._sizes, f"{self._prefix}{k}."
        asked = product(
            normed(x, self._tensors[block + "norm1.weight"]), self._tensors[block + "attend.weight"]
        )
        query, key, value = asked.reshape(len(x), 3, sizes.n_heads, 1, self._head_width).swapaxes(0, 1)
        keys = np.concatenate([memory.keys[k], turned(key, *turn)], axis=2)
        values = np.concatenate([memory.values[k], value], axis=2)
        scores = turned(query, *turn) @ keys.swapaxes(2, 3) / np.float32(self._head_width**0.5)
        scores = np.exp(scores - scores.max(axis=3, keepdims=True))
        seen = scores @ values / scores.sum(axis=3, keepdims=True)
        x = x + product(seen.reshape(len(x), -1), self._tensors[block + "gather.weight"])
        wide = product(
            normed(x, self._tensors[block + "norm2.weight"]), self._tensors[block + "widen.weight"]
        )
        x = x + product(_gelu(wide), self._tensors[block + "narrow.weight"])
        kept = max(0, keys.shape[2] - (sizes.context - 1))
        return x, keys[:, :, kept:], values[:, :, kept:]


class Trunk:
    """Blocks over vectors of any width that are read as they are."""

    def __init__(self, sizes: Sizes, tensors: Mapping[str, Floats]) -> None:
        self._tensors = tensors
        self._blocks = Blocks(sizes, tensors, "trunk.blocks.")

    def begin(self, n: int) -> Memory:
        return self._blocks.begin(n)

    def step(self, state: Memory, x: Floats) -> tuple[Floats, Memory]:
        """Read x (n, n_in): (n, n_width) what the last block gives out, and the memory."""
        entered = product(x, self._tensors["trunk.enter.weight"]) + self._tensors["trunk.enter.bias"]
        out, memory = self._blocks.step(state, entered)
        return normed(out, self._tensors["trunk.norm.weight"]), memory

    def select(self, state: Memory, rows: NDArray[np.int64]) -> Memory:
        return state.select(rows)


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


def normed(x: Floats, weight: Floats) -> Floats:
    """(..., n) with a mean square of one, times the weights (n,)."""
    scale = np.sqrt((x * x).mean(axis=-1, keepdims=True) + np.float32(EPSILON))
    return np.asarray(x / scale * weight)


def _gelu(x: Floats) -> Floats:
    return np.asarray(
        0.5 * x * (1 + np.tanh(np.float32((2 / np.pi) ** 0.5) * (x + np.float32(0.044715) * x * x * x)))
    )


def block_shapes(sizes: Sizes, prefix: str = "blocks.") -> dict[str, tuple[int, ...]]:
    """Names and shapes of the weights of all blocks."""
    n, shapes = sizes.n_width, dict[str, tuple[int, ...]]()
    for k in range(sizes.n_layers):
        block = f"{prefix}{k}."
        shapes |= {
            block + "norm1.weight": (n,),
            block + "norm2.weight": (n,),
            block + "attend.weight": (3 * n, n),
            block + "gather.weight": (n, n),
            block + "widen.weight": (4 * n, n),
            block + "narrow.weight": (n, 4 * n),
        }
    return shapes


def trunk_shapes(sizes: Sizes, n_in: int) -> dict[str, tuple[int, ...]]:
    """Names and shapes of the weights of a trunk that reads vectors of `n_in` numbers."""
    own = {
        "trunk.enter.weight": (sizes.n_width, n_in),
        "trunk.enter.bias": (sizes.n_width,),
        "trunk.norm.weight": (sizes.n_width,),
    }
    return own | block_shapes(sizes, "trunk.blocks.")
