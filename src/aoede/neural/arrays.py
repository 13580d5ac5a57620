"""Small functions on arrays that every network in NumPy needs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aoede.errors import InputError

Floats = NDArray[np.float32]

FEW = 32  # rows; a product with sixteen at once takes half the time of sixteen products with one

_SCALE = ".scale"
_LEAST_QUANTISED = 4_096  # numbers; smaller matrices are not worth it


def product(x: Floats, weights: Floats) -> Floats:
    """(n, in) and (out, in) -> (n, out). Of up to `FEW` rows each is what it is alone, to the last bit.

    A product with many rows at once sums in another order than one with a single row, and rounds otherwise.
    """
    if len(x) <= FEW:
        return np.asarray(np.matmul(weights, x[:, :, None])[:, :, 0])
    return np.asarray((weights @ x.T).T)


def label_weights(sizes: Sequence[int], n: int, condition: ArrayLike | None) -> Floats:
    """(n, sum(sizes)) what a caller said of the labels; None is all unknown. Raises InputError for another shape."""
    if condition is None:
        unknown = np.zeros(sum(sizes), np.float32)
        unknown[np.cumsum([0, *sizes[:-1]])[: len(sizes)]] = 1
        condition = unknown
    weights = np.asarray(condition, np.float32)
    if weights.shape not in {(sum(sizes),), (n, sum(sizes))}:
        raise InputError(f"the condition has the shape {weights.shape}; this model has {sum(sizes)} labels")
    return np.broadcast_to(weights, (n, sum(sizes)))


def checked_weights(
    shapes: Mapping[str, tuple[int, ...]], tensors: Mapping[str, NDArray[Any]]
) -> dict[str, Floats]:
    """The tensors as float32, those in 8 bits too. Raises InputError where they are not of these names and shapes."""
    scales = {name for name in tensors if name.endswith(_SCALE)}
    strange = set(shapes) ^ (set(tensors) - scales)
    strange |= {name for name in set(shapes) & set(tensors) if tensors[name].shape != shapes[name]}
    strange |= {name for name in scales if not _is_scaled(tensors, name.removesuffix(_SCALE))}
    strange |= {
        name
        for name in set(shapes) - strange
        if tensors[name].dtype.kind != "f" and name + _SCALE not in scales
    }
    if strange:
        raise InputError(f"these are no weights of such a network: {', '.join(sorted(strange)[:8])}")
    return {
        name: np.asarray(tensors[name], np.float32)
        * (
            np.asarray(tensors[name + _SCALE], np.float32)[:, None]
            if name + _SCALE in scales
            else np.float32(1)
        )
        for name in shapes
    }


def _is_scaled(tensors: Mapping[str, NDArray[Any]], name: str) -> bool:
    tensor, scale = tensors.get(name), tensors[name + _SCALE]
    return (
        tensor is not None
        and tensor.dtype == np.int8
        and tensor.ndim == 2  # a vector times a column would be a matrix, however large
        and scale.dtype.kind == "f"
        and scale.shape == tensor.shape[:1]
    )


def quantised(tensors: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Matrices of floats as 8-bit integers with a scale a row, under their name and NAME.scale; the rest as it is."""
    made = dict(tensors)
    for name, tensor in tensors.items():
        if tensor.dtype.kind == "f" and tensor.ndim == 2 and tensor.size >= _LEAST_QUANTISED:
            scale = np.maximum(np.abs(tensor).max(axis=1), np.finfo(np.float32).tiny) / 127
            made[name] = np.rint(tensor / scale[:, None]).astype(np.int8)
            made[name + _SCALE] = scale.astype(np.float32)
    return made
