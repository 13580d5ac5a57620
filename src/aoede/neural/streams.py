"""Documents one after another, read as rows side by side: what truncated back-propagation through time learns from.

An epoch is one long text: the documents in a new order, each ended by its own last symbol, cut into `n_rows` rows of
equal length. Window k of every row goes on where window k - 1 stopped, so a state that is carried over from window to
window has read all of its row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.randomness import stream

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Window:
    """T steps of B rows. `inputs[t]` is read when `targets[t]` is to be foreseen, under `labels[t]`."""

    inputs: Ints  # (T, B)
    targets: Ints  # (T, B)
    labels: Ints  # (T, B, n_columns)
    is_first: bool  # of its epoch: no state is carried into it


class Streams:
    """The training documents (T_i,) of symbol ids, each with its row of label ids (n_columns,)."""

    def __init__(
        self,
        documents: Sequence[Ints],
        labels: Ints | None,
        *,
        first_symbol: int,
        n_rows: int,
        n_steps: int,
        seed: int,
    ) -> None:
        self._documents = [np.asarray(document, np.int64) for document in documents]
        n = len(self._documents)
        self._labels = np.zeros((n, 0), np.int64) if labels is None else np.asarray(labels, np.int64)
        self._first_symbol, self._seed = first_symbol, seed
        n_symbols = sum(map(len, self._documents))
        if n_symbols < 2:
            raise InputError("there is nothing to learn from: no document has a character")
        self.n_rows = max(1, min(n_rows, n_symbols // max(2, n_steps)))
        self.n_steps = min(n_steps, n_symbols // self.n_rows)
        # An epoch leaves out less than a window of each row, another part each time.
        self.n_windows = n_symbols // self.n_rows // self.n_steps
        self._epoch = lru_cache(maxsize=1)(self._read)

    def window(self, step: int) -> Window:
        """What update `step` of the training reads."""
        epoch, k = divmod(step, self.n_windows)
        inputs, targets, labels = self._epoch(epoch)
        part = slice(k * self.n_steps, (k + 1) * self.n_steps)
        return Window(inputs[part], targets[part], labels[part], k == 0)

    def _read(self, epoch: int) -> tuple[Ints, Ints, Ints]:
        """All windows of an epoch: (S, B), (S, B) and (S, B, n_columns) with S = n_windows * n_steps."""
        rng = stream(self._seed, "streams", epoch)
        order = rng.permutation(len(self._documents))
        text = np.concatenate([self._documents[i] for i in order])
        whose = np.repeat(order, [len(self._documents[i]) for i in order])
        before = np.concatenate([[self._first_symbol], text[:-1]])
        length = self.n_windows * self.n_steps
        first = rng.integers(len(text) - length * self.n_rows + 1)
        place = first + np.arange(self.n_rows) * length + np.arange(length)[:, None]
        return before[place], text[place], self._labels[whose[place]]


def rows_of(documents: Sequence[Ints], labels: Ints | None, *, first_symbol: int, n_rows: int) -> Window:
    """All documents in order as one window of `n_rows` rows, for the held-out figure; less than a row is left out."""
    n_symbols = sum(map(len, documents))
    n_rows = max(1, min(n_rows, n_symbols))
    length = n_symbols // n_rows
    text = np.concatenate([np.asarray(document, np.int64) for document in documents])
    whose = np.repeat(np.arange(len(documents)), [len(document) for document in documents])
    before = np.concatenate([[first_symbol], text[:-1]])
    place = np.arange(n_rows) * length + np.arange(length)[:, None]
    table = np.zeros((len(documents), 0), np.int64) if labels is None else np.asarray(labels, np.int64)
    return Window(before[place], text[place], table[whose[place]], True)
