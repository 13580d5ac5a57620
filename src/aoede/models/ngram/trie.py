r"""n-grams as a forest laid out flat, and the interpolated probabilities that it gives.

Nodes are numbered breadth first: `n_roots` roots (the empty contexts; one, or one a label), then all n-grams of
length 1 by root and symbol, then those of length 2 by parent and symbol, and so on. A node is the n-gram that one
reads from its root to it, oldest symbol first; as a context it has its children as continuations. The pairs
(parent, symbol) packed into one integer each are sorted over the whole forest, so that going from any contexts to
their children is one `searchsorted`.

With c(h, w) the count at a node, A(h) the counts below h with those that pruning took away, r(h):

    p(w | h) = d(h, w) + gamma(h) p(w | h')
    d(h, w) = (c(h, w) - D(c(h, w))) / A(h)      A(h) = r(h) + sum of c(h, w)
    gamma(h) = (r(h) + sum of D(c(h, w))) / A(h)

so that d and gamma sum to one by construction, whatever was pruned. Numbers are whole and small: they are stored
exactly, a little over a byte an n-gram (`compact.py`).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.models.ngram.counting import Counter, Floats, Ints, discounts_of

_DENSE_SYMBOLS = 256  # up to so many symbols the bigrams are a table


@dataclass(frozen=True)
class Trie:
    """A forest of n-grams; its derived arrays are made on first use. Nodes without the roots: N, contexts: C."""

    n_symbols: int
    n_roots: int
    sizes: tuple[int, ...]  # n-grams of length 1, 2, ...; none is 0
    symbols: NDArray[Any]  # (N,) last symbols, unsigned
    counts: NDArray[np.uint32]  # (N,) adjusted counts
    n_children: NDArray[np.uint32]  # (C,) of the roots and of all nodes but the longest
    removed: NDArray[np.uint32]  # (C,) counts that pruning took from below each context
    discounts: Floats  # (order, 3)

    @property
    def order(self) -> int:
        return len(self.sizes)

    @property
    def n_grams(self) -> int:
        return len(self.symbols)

    @cached_property
    def parents(self) -> Ints:
        """(N,) node of the context of each n-gram."""
        return np.repeat(np.arange(len(self.n_children)), self.n_children)

    @cached_property
    def keys(self) -> Ints:
        """(N,) parent and symbol in one number, ascending."""
        return np.asarray(self.parents * self.n_symbols + self.symbols)

    @cached_property
    def taken(self) -> Floats:
        """(N,) the discount of each n-gram."""
        lengths = np.repeat(np.arange(self.order), self.sizes)
        return np.asarray(self.discounts[lengths, np.minimum(self.counts, 3).astype(np.int64) - 1])

    @cached_property
    def _totals(self) -> Floats:
        sums = np.bincount(self.parents, weights=self.counts, minlength=len(self.n_children))
        return np.asarray(np.maximum(sums + self.removed, 1))

    @cached_property
    def own(self) -> Floats:
        """(N,) d: what each n-gram's own count gives to its probability."""
        return np.asarray((self.counts - self.taken) / self._totals[self.parents])

    @cached_property
    def backoff(self) -> Floats:
        """(n_roots + N + 1,) gamma of each node; 1 for those without children and for -1, no node."""
        left = np.bincount(self.parents, weights=self.taken, minlength=len(self.n_children))
        found = np.ones(self.n_roots + self.n_grams + 1)
        found[: len(self.n_children)] = np.where(
            self.n_children > 0, (left + self.removed) / self._totals, 1.0
        )
        return found

    @cached_property
    def _begins(self) -> Ints:
        """(n_roots + N + 1,) where each node's children begin among the n-grams; no matter for one without."""
        found = np.zeros(self.n_roots + self.n_grams + 1, np.int64)
        found[1 : len(self.n_children)] = np.cumsum(self.n_children[:-1])
        return found

    @cached_property
    def _n_children(self) -> Ints:
        """(n_roots + N + 1,) of every node, and 0 for -1, no node."""
        found = np.zeros(self.n_roots + self.n_grams + 1, np.int64)
        found[: len(self.n_children)] = self.n_children
        return found

    @cached_property
    def _wide_symbols(self) -> Ints:
        return self.symbols.astype(np.int64)

    @cached_property
    def _root_rows(self) -> dict[int, Floats]:
        return {}

    def root_row(self, root: int) -> Floats:
        """(V,) d of every symbol after the empty context."""
        row = self._root_rows.get(root)
        if row is None:
            row = np.zeros(self.n_symbols)
            part = slice(self._begins[root], self._begins[root] + self._n_children[root])
            row[self.symbols[part]] = self.own[part]
            self._root_rows[root] = row
        return row

    # -- contexts: (n, K) nodes of the 0, 1, ..., K - 1 nearest symbols, -1 where they were never seen --

    def children(self, nodes: Ints, symbols: Ints) -> Ints:
        """The nodes of these symbols after these nodes, -1 where there is none."""
        wanted = nodes * self.n_symbols + symbols
        at = np.minimum(self.keys.searchsorted(wanted), self.n_grams - 1)
        return np.where((self.keys[at] == wanted) & (nodes >= 0), at + self.n_roots, -1)

    def beginning(self, roots: Ints, end: int) -> Ints:
        """(n, order) the contexts at the beginning of a document."""
        found = np.full((len(roots), self.order), -1, np.int64)
        found[:, 0] = roots
        if self.order > 1:
            found[:, 1] = self.children(roots, np.full_like(roots, end))
        return found

    def after(self, contexts: Ints, ids: Ints) -> Ints:
        """(n, order) the contexts when `ids` (n,) were read."""
        found = np.empty_like(contexts)
        found[:, 0] = contexts[:, 0]
        found[:, 1:] = self.children(contexts[:, :-1], ids[:, None])
        return found

    def run(self, contexts: Ints, ids: Ints) -> tuple[Ints, Ints]:
        """Read `ids` (T,) from one row of contexts (order,): the nodes of every length at every place.

        Returns (T + 1, order) contexts, of which the first are those given, and (T, order) the n-grams of
        length 1..order that end with each symbol.
        """
        every = np.full((len(ids) + 1, self.order + 1), -1, np.int64)
        every[0, :-1] = contexts
        every[:, 0] = contexts[0]
        for length in range(1, self.order + 1):
            every[1:, length] = self.children(every[:-1, length - 1], ids)
        return every[:, :-1], every[1:, 1:]

    def shares(self, contexts: Ints) -> tuple[Floats, Floats]:
        """(n,) what the contexts leave to what lies below them all, and (n, K) what longer ones leave to each."""
        gammas = self.backoff[contexts]
        left = np.ones_like(gammas)
        gammas[:, :0:-1].cumprod(axis=1, out=left[:, -2::-1])
        return left[:, 0] * gammas[:, 0], left

    def longest(self, contexts: Ints) -> Ints:
        """(n,) how long the longest context with continuations is, -1 where there is none."""
        known = self._n_children[contexts] > 0
        found = known.shape[1] - 1 - known[:, ::-1].argmax(axis=1)
        return np.where(known.any(axis=1), found, -1)

    def entries(self, node: int) -> tuple[Ints, Floats, float, float]:
        """The symbols after one context (-1: none), their d, its gamma and A; A is 1 for one that was never seen."""
        begin, n = self._begins[node], self._n_children[node]
        total = float(self._totals[node]) if n else 1.0
        part = slice(begin, begin + n)
        return self._wide_symbols[part], self.own[part], float(self.backoff[node]), total

    def scattered(self, contexts: Ints, left: Floats, first: int) -> Floats:
        """(n, V) what contexts of `first` symbols and more give, each times its share `left`."""
        nodes, n_rows = contexts[:, first:], len(contexts)
        lengths = self._n_children[nodes].ravel()
        at = ranges(self._begins[nodes].ravel(), lengths)
        weights = self.own[at] * left[:, first:].ravel().repeat(lengths)
        rows = np.arange(0, n_rows * self.n_symbols, self.n_symbols).repeat(nodes.shape[1])
        cells = rows.repeat(lengths) + self._wide_symbols[at]
        found = np.bincount(cells, weights, minlength=n_rows * self.n_symbols)
        return np.asarray(found.reshape(n_rows, -1), np.float64)

    @cached_property
    def _bigrams(self) -> Floats:
        """(V1 + 1, V) probabilities after each n-gram of length 1; the last row is the unigram."""
        unigram = self.root_row(0) + self.backoff[0] / self.n_symbols
        nodes = np.arange(1, self.sizes[0] + 1)[:, None] if self.order > 1 else np.zeros((0, 1), np.int64)
        rows = self.scattered(nodes, np.ones(nodes.shape), 0) + self.backoff[nodes] * unigram
        return np.concatenate([rows, unigram[None]])

    def distribution(self, contexts: Ints) -> Floats:
        """(n, V) probabilities after these contexts of the only root, the uniform distribution at the bottom."""
        bottom, left = self.shares(contexts)
        if self.n_symbols > _DENSE_SYMBOLS or self.order == 1:
            base = left[:, :1] * self.root_row(0) + bottom[:, None] / self.n_symbols
            return base + self.scattered(contexts, left, 1)
        nodes = contexts[:, 1]
        base = self._bigrams[np.where(nodes < 0, -1, nodes - 1)] * left[:, 1:2]
        return base + self.scattered(contexts, left, 2) if self.order > 2 else base

    def along(self, contexts: Ints, targets: Ints, below: Floats) -> Floats:
        """(T,) probabilities of the n-grams `targets` (T, order) after `contexts`, `below` (T,) at the bottom."""
        p = below
        for k in range(self.order):
            grams = targets[:, k] - self.n_roots
            own = np.where(grams < 0, 0.0, self.own[np.maximum(grams, 0)])
            p = own + p * self.backoff[contexts[:, k]]
        return p


def from_counts(counter: Counter, order: int) -> Trie:
    """The Kneser-Ney model of this order, or of the greatest that the counter has."""
    levels = counter.levels[:order]
    counts = counter.adjusted(len(levels))
    n_children = []
    n_above = counter.n_roots
    for level in levels:
        n_children.append(np.bincount(level.parents, minlength=n_above))
        n_above = len(level.symbols)
    below = np.concatenate(n_children).astype(np.uint32)
    return Trie(
        counter.n_symbols,
        counter.n_roots,
        tuple(len(level.symbols) for level in levels),
        np.concatenate([level.symbols for level in levels]).astype(symbol_kind(counter.n_symbols)),
        np.minimum(np.concatenate(counts), 2**32 - 1).astype(np.uint32),
        below,
        np.zeros_like(below),
        np.stack([discounts_of(part) for part in counts]),
    )


def uniform(n_symbols: int) -> Trie:
    """Every symbol as likely as any other: each counted once."""
    ones, none = np.ones(n_symbols, np.uint32), np.zeros(1, np.uint32)
    symbols: NDArray[Any] = np.arange(n_symbols).astype(symbol_kind(n_symbols))
    below = np.array([n_symbols], np.uint32)
    return Trie(n_symbols, 1, (n_symbols,), symbols, ones, below, none, np.array([[0.5, 1.0, 1.5]]))


def symbol_kind(n_symbols: int) -> type:
    """The smallest unsigned type that holds the symbols."""
    return np.uint8 if n_symbols <= 2**8 else np.uint16 if n_symbols <= 2**16 else np.uint32


def ranges(begins: Ints, lengths: Ints) -> Ints:
    """begin, begin + 1, ... for each begin, one after another."""
    ends = lengths.cumsum()
    total = int(ends[-1]) if len(ends) else 0
    return np.asarray(np.arange(total) + (begins - (ends - lengths)).repeat(lengths))
