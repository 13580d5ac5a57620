r"""How often n-grams stand in the training text, read off the counts that Kneser-Ney keeps.

Of all but the longest n-grams Kneser-Ney counts the different symbols before them, and a pruned n-gram hands its
count less one down to the next shorter one that is kept. So with a(x) the stored count and s(g) the longest proper
suffix of g that is kept,

    c(x) = a(x) + sum over all g with s(g) = x of (c(g) - 1)

is the number of occurrences, exactly, pruned or not: each predecessor counted once in a(x) stands for c(g) of them.
"""

from functools import cached_property
from itertools import pairwise

import numpy as np

from aoede.models.ngram.counting import Floats, Ints
from aoede.models.ngram.trie import Trie


def occurrences(trie: Trie, shorter: Ints | None = None) -> Ints:
    """(N,) how often each n-gram of the forest stands in the text that it counted; `shorter` are its suffixes."""
    grams = (suffixes(trie) if shorter is None else shorter)[trie.n_roots :] - trie.n_roots
    found = trie.counts.astype(np.int64)
    for part in lengths(trie)[:0:-1]:  # the longest first
        known = grams[part] >= 0
        np.add.at(found, grams[part][known], found[part][known] - 1)
    return found


def lengths(trie: Trie) -> list[slice]:
    """Where the n-grams of each length stand among all."""
    edges = np.cumsum([0, *trie.sizes])
    return [slice(a, b) for a, b in pairwise(edges.tolist())]


def suffixes(trie: Trie) -> Ints:
    """(R + N,) the node of each one's longest proper suffix; of an n-gram of length 1 its root, of a root -1."""
    found = np.full(trie.n_roots + trie.n_grams, -1, np.int64)
    for part in lengths(trie):
        contexts, symbols = trie.parents[part], trie.symbols[part].astype(np.int64)
        own = found[trie.n_roots :][part]
        own[:] = _longest(trie, found, found[contexts], symbols) if part.start else contexts
    return found


class Chain:
    """The unigram and the Markov chain of the text that a forest with one root counted.

    Both are interpolated as Witten & Bell (1991) do: k different symbols out of n are k chances of something new, so
    that the unigram gives k / (n + k) to the uniform distribution, and the chain as much to the unigram.
    """

    def __init__(self, trie: Trie) -> None:
        self._trie, self._counts = trie, occurrences(trie)
        counts = np.zeros(trie.n_symbols)
        counts[trie.symbols[: trie.sizes[0]]] = self._counts[: trie.sizes[0]]
        n, k = counts.sum(), np.count_nonzero(counts)
        self.unigram: Floats = (counts + k / trie.n_symbols) / (n + k)  # (V,)

    def after(self, before: Ints, ids: Ints) -> Floats:
        """(T,) the probability of each symbol after the one before it."""
        trie, below = self._trie, self.unigram[ids]
        if trie.order == 1:
            return below
        ones = trie.children(np.zeros_like(before), before)
        pairs = trie.children(ones, ids)
        counts = np.where(pairs >= 0, self._counts[pairs - trie.n_roots], 0)
        n, k = self._totals
        known = (ones >= 0) & (n[ones] > 0)
        found = (counts + k[ones] * below) / np.maximum(n[ones] + k[ones], 1)
        return np.where(known, found, below)

    @cached_property
    def _totals(self) -> tuple[Floats, Floats]:
        """(nodes,) how many symbols stand after each n-gram of length 1, and how many different ones."""
        trie = self._trie
        part = lengths(trie)[1]
        parents, n_nodes = trie.parents[part], trie.n_roots + trie.n_grams
        n = np.bincount(parents, self._counts[part], minlength=n_nodes).astype(np.float64)
        return n, np.bincount(parents, minlength=n_nodes).astype(np.float64)


def _longest(trie: Trie, of_node: Ints, contexts: Ints, symbols: Ints) -> Ints:
    """The n-grams of these symbols after these contexts or else after ever shorter ones."""
    found = np.full(len(contexts), -1, np.int64)
    left = np.arange(len(contexts))
    while len(left):
        nodes = trie.children(contexts[left], symbols[left])
        found[left] = nodes
        left = left[(nodes < 0) & (contexts[left] >= trie.n_roots)]
        contexts = contexts.copy()
        contexts[left] = of_node[contexts[left]]
    return found
