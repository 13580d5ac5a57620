"""How well a model foresees data that it has not seen: a figure with how it was come by."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aoede.errors import InputError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Float = TypeVar("Float", bound=np.floating)

NONE_YET = float(np.finfo(np.float64).max)  # watched before the first check; a state holds finite numbers
_AT_ONCE = 256  # sequences that are read side by side
_BLOCK = 64  # steps between two looks at what was foreseen
_MOST_CELLS = 1 << 22  # probabilities that are kept between them


@dataclass(frozen=True)
class Score:
    metric: str  # "nats_per_char", ...
    value: float  # smaller is better
    low: float  # the interval of an estimate; both are the value where it is exact
    high: float
    n_symbols: int  # over how many the value is a mean
    protocol: str


@dataclass(frozen=True)
class Check:
    """What a look at held-out data found in the midst of a training."""

    watched: float  # the figure by which the best checkpoint is chosen; smaller is better
    overfits: bool  # training and held-out data have drifted further apart than at the best check
    figures: Mapping[str, float]  # everything worth plotting, by name with its unit


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
    condition = None if labels is None else one_hot(labels, model.config.label_sizes)
    found = [np.zeros(len(document)) for document in documents]
    for i, t, logs in in_blocks(model, documents, condition):
        part = documents[i][t : t + len(logs)]
        found[i][t : t + len(logs)] = logs[np.arange(len(part)), part]
    return found


def one_hot(labels: Ints, sizes: Sequence[int]) -> NDArray[np.float32]:
    """(n, n_columns) label ids -> (n, sum(sizes)) the condition that they are."""
    condition = np.zeros((len(labels), sum(sizes)), np.float32)
    offsets = np.cumsum([0, *sizes[:-1]])[: len(sizes)]
    condition[np.arange(len(labels))[:, None], labels + offsets] = 1
    return condition


def in_blocks(
    model: Reader, sequences: Sequence[Ints], condition: NDArray[Any] | None = None
) -> Iterator[tuple[int, int, Floats]]:
    """Yields (i, t, log p (b, V)): what is foreseen at places t..t + b - 1 of sequence i, from those before them.

    Each (T_i,) is read from a cold start under its row of `condition` (n, sum(label_sizes)), many side by side and
    the longest first. Of each the blocks come in order, all but the last of the same length.
    """
    block = max(1, min(_BLOCK, _MOST_CELLS // (32 * model.config.n_symbols)))
    n_rows = max(1, min(_AT_ONCE, _MOST_CELLS // (block * model.config.n_symbols)))
    order = sorted(range(len(sequences)), key=lambda i: len(sequences[i]), reverse=True)
    for begin in range(0, len(order), n_rows):
        rows = order[begin : begin + n_rows]
        told = None if condition is None or not condition.shape[1] else condition[rows]
        for k, t, logs in _side_by_side(model, [sequences[i] for i in rows], told, block):
            yield rows[k], t, logs


def _side_by_side(
    model: Reader, sequences: Sequence[Ints], condition: NDArray[Any] | None, block: int
) -> Iterator[tuple[int, int, Floats]]:
    """The sequences, the longest first, step by step all at once; a row leaves with the block in which it ends."""
    lengths = [len(sequence) for sequence in sequences]
    logits, state = model.start(len(sequences), condition)
    for t in range(0, lengths[0], block):
        n = sum(length > t for length in lengths)
        if n < len(logits):
            logits, state = logits[:n], model.select(state, np.arange(n))
        ids = np.zeros((n, min(block, lengths[0] - t)), np.int64)
        for row, sequence in zip(ids, sequences[:n], strict=True):
            part = sequence[t : t + block]
            row[: len(part)] = part
        steps = []
        for u in range(ids.shape[1]):
            steps.append(logits)
            if t + u + 1 < lengths[0]:
                logits, state = model.step(state, ids[:, u])
        logs = log_softmax(np.stack(steps, axis=1).astype(np.float64))
        yield from ((k, t, logs[k, : lengths[k] - t]) for k in range(n))


def log_softmax(logits: NDArray[Float]) -> NDArray[Float]:
    """(..., V) logits -> (..., V) log-probabilities."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))
