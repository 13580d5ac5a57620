"""A set of replies as a trie, and the search for those of them that a model thinks likeliest.

The set may be large: a beam search from left to right steps through its trie and keeps only prefixes that are in it,
so that its cost grows with the width of the beam and the length of replies, not with their number (Kannan et al.
2016, section 2.2).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aoede.errors import InputError, UsageError
from aoede.models.seq2seq.config import SYMBOLS
from aoede.models.seq2seq.model import END, Ints, Model, checked_ids
from aoede.score import log_softmax

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Trie:
    """N prefixes, numbered by length, then by the prefix that they lengthen, then by their last word; 0 is empty."""

    symbols: Ints  # (N,) last word of each, END of the empty one
    first_child: Ints  # (N + 1,) children of a prefix are first_child[i]..first_child[i + 1] - 1
    replies: Ints  # (R,) places of the replies in what was given, by the prefix that they are
    first_reply: Ints  # (N + 1,) the replies that a prefix is are replies[first_reply[i]:first_reply[i + 1]]

    @classmethod
    def of(cls, replies: Sequence[ArrayLike]) -> "Trie":
        """The trie of replies (U_i,), ids of words without the end. The same reply may be there several times.

        Raises InputError where there is none, or where ids are no words.
        """
        if not len(replies):
            raise InputError("there is no reply to choose from")
        checked = [checked_ids(reply, SYMBOLS) for reply in replies]
        lengths = np.array([len(reply) for reply in checked], np.int64)
        at = np.zeros(len(checked), np.int64)  # the prefix that each reply has come to
        symbols, parents, n = [np.full(1, END)], [np.zeros(0, np.int64)], 1
        for depth in range(lengths.max()):
            longer = np.flatnonzero(lengths > depth)
            ids = np.array([checked[i][depth] for i in longer])
            keys, which = np.unique(at[longer] * SYMBOLS + ids, return_inverse=True)
            at[longer] = n + which
            n += len(keys)
            parents.append(keys // SYMBOLS)
            symbols.append(keys % SYMBOLS)
        order = np.argsort(at, kind="stable")
        first_child = 1 + np.searchsorted(np.concatenate(parents), np.arange(n + 1))
        return cls(np.concatenate(symbols), first_child, order, np.searchsorted(at[order], np.arange(n + 1)))

    def children(self, nodes: Ints) -> tuple[Ints, Ints]:
        """(C,) all children of the prefixes `nodes` (B,), and (C,) the row of each one's parent in `nodes`."""
        return _spread(self.first_child, nodes)

    def ending(self, nodes: Ints) -> tuple[Ints, Ints]:
        """(E,) the replies that the prefixes `nodes` (B,) are, and (E,) the row of each in `nodes`."""
        places, rows = _spread(self.first_reply, nodes)
        return self.replies[places], rows


def best(
    model: Model, message_ids: ArrayLike, trie: Trie, width: int = 16, count: int = 16
) -> list[tuple[int, float]]:
    """The likeliest replies to a message (T,): place of each, natural log p(reply and its end | message).

    At most `count`, the best first, of equals that which was given first. After every word the `width` likeliest
    prefixes stay; where that is as many as there are replies the search leaves out nothing. Raises UsageError for a
    width or count below 1, InputError for ids that are no words of the model.
    """
    if width < 1 or count < 1:
        raise UsageError(f"a search needs a width and a count from 1, not {width} and {count}")
    if trie.symbols.max() >= model.config.n_symbols:
        raise InputError(f"the replies have words that the model has not, such as {trie.symbols.max():,}")
    nodes, logs, state = np.zeros(1, np.int64), np.zeros(1), model.read(message_ids)
    places, found = np.zeros(0, np.int64), np.zeros(0)
    while len(nodes):
        logits, state = model.step(state, trie.symbols[nodes])
        table = logs[:, None] + log_softmax(logits.astype(np.float64))
        ended, rows = trie.ending(nodes)
        places, found = _likeliest(np.append(places, ended), np.append(found, table[rows, END]), count)
        nodes, rows = trie.children(nodes)
        logs = table[rows, trie.symbols[nodes]]
        kept = np.sort(np.argsort(-logs, kind="stable")[:width])
        if len(found) == count:  # no reply is likelier than its beginning
            kept = kept[logs[kept] >= found[-1]]
        nodes, logs, state = nodes[kept], logs[kept], model.select(state, rows[kept])
    return [(int(place), float(log)) for place, log in zip(places, found, strict=True)]


def _likeliest(places: Ints, logs: Floats, count: int) -> tuple[Ints, Floats]:
    order = np.lexsort((places, -logs))[:count]
    return places[order], logs[order]


def _spread(first: Ints, nodes: Ints) -> tuple[Ints, Ints]:
    """(C,) all places first[i]..first[i + 1] - 1 of the nodes i (B,), and (C,) the row that each belongs to."""
    counts = first[nodes + 1] - first[nodes]
    rows = np.repeat(np.arange(len(nodes)), counts)
    offsets = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    return first[nodes][rows] + offsets, rows
