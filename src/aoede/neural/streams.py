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


@dataclass(frozen=True)
class _Text:
    """Documents one after another."""

    symbols: Ints  # (N,)
    whose: NDArray[np.int32]  # (N,) the row of `labels` of each symbol's document
    labels: Ints  # (D, n_columns)
    first_symbol: int  # what stands before the first

    @classmethod
    def of(cls, documents: Sequence[Ints], order: Ints, labels: Ints | None, first_symbol: int) -> "_Text":
        """The documents (T_i,) in this order (D,), with their rows of labels (D, n_columns)."""
        kept = [np.asarray(documents[i], np.int64) for i in order]
        table = np.zeros((len(order), 0), np.int64) if labels is None else np.asarray(labels, np.int64)
        whose = np.repeat(order.astype(np.int32), [len(document) for document in kept])
        return cls(np.concatenate(kept), whose, table, first_symbol)

    def window(self, places: Ints, is_first: bool) -> Window:
        """The window whose targets are the symbols at these places (T, B)."""
        before = np.where(places > 0, self.symbols[places - 1], self.first_symbol)
        return Window(before, self.symbols[places], self.labels[self.whose[places]], is_first)


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
        self._documents, self._labels = documents, labels
        self._first_symbol, self._seed = first_symbol, seed
        n_symbols = sum(map(len, documents))
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
        text, first = self._epoch(epoch)
        rows = first + np.arange(self.n_rows) * (self.n_windows * self.n_steps)
        return text.window(rows + np.arange(k * self.n_steps, (k + 1) * self.n_steps)[:, None], k == 0)

    def _read(self, epoch: int) -> tuple[_Text, int]:
        """The text of an epoch, and the place where its first row begins."""
        rng = stream(self._seed, "streams", epoch)
        order = rng.permutation(len(self._documents))
        text = _Text.of(self._documents, order, self._labels, self._first_symbol)
        n_read = self.n_windows * self.n_steps * self.n_rows
        return text, int(rng.integers(len(text.symbols) - n_read + 1))


def rows_of(documents: Sequence[Ints], labels: Ints | None, *, first_symbol: int, n_rows: int) -> Window:
    """All documents in order as one window of `n_rows` rows, for the held-out figure; less than a row is left out."""
    text = _Text.of(documents, np.arange(len(documents)), labels, first_symbol)
    n_rows = max(1, min(n_rows, len(text.symbols)))
    length = len(text.symbols) // n_rows
    return text.window(np.arange(n_rows) * length + np.arange(length)[:, None], True)
