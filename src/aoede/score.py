"""How well a model foresees data that it has not seen: a figure with how it was come by."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aoede.errors import InputError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_AT_ONCE = 256  # documents that are read side by side


@dataclass(frozen=True)
class Score:
    metric: str  # "nats_per_char", ...
    value: float  # smaller is better
    low: float  # the interval of an estimate; both are the value where it is exact
    high: float
    n_symbols: int  # over how many the value is a mean
    protocol: str


class Reader(Protocol):
    """A model that foresees the next symbol from those before it."""

    def start(self, n: int = 1, condition: ArrayLike | None = None) -> tuple[NDArray[Any], Any]:
        """(n, V) logits of the first symbols of n documents, and the state before them."""

    def step(self, state: Any, ids: ArrayLike) -> tuple[NDArray[Any], Any]:
        """Read `ids` (n,): (n, V) logits of what follows, and the new state."""

    def select(self, state: Any, rows: ArrayLike) -> Any:
        """The state of these sequences alone."""

    @property
    def config(self) -> Any: ...


def score_text(model: Reader, documents: Sequence[Ints], labels: Ints | None, rng: object = None) -> Score:
    """Nats a character over all documents, each read from a cold start. Raises InputError where all are empty.

    The end of a document counts as a character. Nothing is drawn from `rng`.
    """
    n_symbols = sum(map(len, documents))
    if not n_symbols:
        raise InputError("there is nothing to judge by: no document has a character")
    nats = -sum(float(logs.sum()) for logs in log_probabilities(model, documents, labels)) / n_symbols
    told = "static: weights fixed, each document from a cold start; ends of documents count as a character"
    return Score("nats_per_char", nats, nats, nats, n_symbols, told)


def log_probabilities(model: Reader, documents: Sequence[Ints], labels: Ints | None = None) -> list[Floats]:
    """(T_i,) natural log-probabilities of every symbol of each document, given those before it."""
    own = getattr(model, "log_probabilities", None)
    if own is not None:
        return list(own(documents, labels))
    found: list[Floats] = [np.zeros(0)] * len(documents)
    order = sorted(range(len(documents)), key=lambda i: len(documents[i]), reverse=True)
    for begin in range(0, len(order), _AT_ONCE):
        part = order[begin : begin + _AT_ONCE]
        rows = None if labels is None else labels[part]
        for i, logs in zip(part, _side_by_side(model, [documents[i] for i in part], rows), strict=True):
            found[i] = logs
    return found


def one_hot(labels: Ints, sizes: Sequence[int]) -> NDArray[np.float32]:
    """(n, n_columns) label ids -> (n, sum(sizes)) the condition that they are."""
    condition = np.zeros((len(labels), sum(sizes)), np.float32)
    offsets = np.cumsum([0, *sizes[:-1]])[: len(sizes)]
    condition[np.arange(len(labels))[:, None], labels + offsets] = 1
    return condition


def _side_by_side(model: Reader, documents: Sequence[Ints], labels: Ints | None) -> Iterator[Floats]:
    """The documents, the longest first, step by step all at once; a row leaves when its document ends."""
    sizes = model.config.label_sizes
    condition = one_hot(labels, sizes) if labels is not None and sizes else None
    lengths = np.array([len(document) for document in documents], np.int64)
    table = np.zeros((len(documents), lengths[0]), np.int64)
    for row, document in zip(table, documents, strict=True):
        row[: len(document)] = document
    found = np.zeros(table.shape)
    logits, state = model.start(len(documents), condition)
    for t in range(lengths[0]):
        n = int((lengths > t).sum())
        if n < len(logits):
            logits, state = logits[:n], model.select(state, np.arange(n))
        wide = np.asarray(logits, np.float64)
        top = np.max(wide, axis=1, keepdims=True)
        chosen = wide[np.arange(n), table[:n, t]]
        found[:n, t] = chosen - top[:, 0] - np.log(np.exp(wide - top).sum(axis=1))
        logits, state = model.step(state, table[:n, t])
    return (row[:length] for row, length in zip(found, lengths, strict=True))
