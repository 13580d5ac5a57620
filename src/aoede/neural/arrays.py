"""Small functions on arrays that every network in NumPy needs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aoede.errors import InputError

Floats = NDArray[np.float32]


def log_softmax(logits: Floats) -> Floats:
    """(..., V) logits -> (..., V) log-probabilities."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def sigmoid(x: Floats) -> Floats:
    return np.asarray(0.5 * np.tanh(0.5 * x) + 0.5)


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
    """The tensors as float32. Raises InputError where names, shapes or kinds are not those of `shapes`."""
    strange = set(shapes) ^ set(tensors)
    strange |= {name for name in set(shapes) & set(tensors) if tensors[name].shape != shapes[name]}
    strange |= {name for name in set(tensors) - strange if tensors[name].dtype.kind != "f"}
    if strange:
        raise InputError(f"these are no weights of such a network: {', '.join(sorted(strange)[:8])}")
    return {name: np.asarray(tensor, np.float32) for name, tensor in tensors.items()}
