r"""Fewer n-grams at the least loss: pruning by relative entropy (Stolcke 1998) for interpolated Kneser-Ney.

Without its own n-gram, a symbol w after h is left to the shorter context, and d(h, w) goes over into gamma(h). With
C the count of n-grams in the training text, the log-likelihood of that text falls by

    C(h, w) log(p(w | h) / p'(w | h)) - d(h, w) sum over w' of C(h, w') p(w' | h') / p(w' | h)

in which p' = p - d(h, w) (1 - p(w | h')) and the second term, the gain of the other symbols v after h, is of first
order. An n-gram stays as long as one that it is the beginning of; so each counts as much as the best of those, and
the n-grams with the least are left out. C comes from the counts of the longest n-grams, added up.

What is taken away must not be forgotten below: Kneser-Ney counts all occurrences of an n-gram but once for the
shorter one, for it trusts the longer to speak for the others. So a pruned count c adds c - 1 to that of the next
shorter n-gram (Siivola, Hirsimaki & Virpioja, "On growing and pruning Kneser-Ney smoothed n-gram models", 2007).
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.models.ngram.counting import Floats, Ints
from aoede.models.ngram.trie import Trie

_NONE = np.int64(-1)


def prune(trie: Trie, *, max_ngrams: int | None = None, threshold: float | None = None) -> Trie:
    """The forest without its least useful n-grams: at most `max_ngrams` of them stay, or those whose loss would be
    `threshold` nats of the whole training text and more.

    Those of length 1 always stay. Raises InputError without exactly one of the two bounds.
    """
    if (max_ngrams is None) == (threshold is None):
        raise InputError("pruning needs either max_ngrams or threshold")
    if max_ngrams is not None and trie.n_grams <= max_ngrams:
        return trie
    worth = _worth(trie)
    if max_ngrams is not None:
        n_out = min(trie.n_grams - max_ngrams, trie.n_grams - trie.sizes[0])
        # A beginning is worth no less than what it begins and stands before it, so that ties keep the forest whole.
        stays = np.ones(trie.n_grams, bool)
        stays[np.lexsort((-np.arange(trie.n_grams), worth))[:n_out]] = False
    else:
        assert threshold is not None
        stays = worth >= threshold
    return _without(trie, stays)


@dataclass(frozen=True)
class _Below:
    """For each n-gram: the next shorter one, that without the first symbol, if there is one."""

    suffixes: Ints  # (R + N,) node of the longest proper suffix; of a root -1
    p: Floats  # (N,) p(w | h'), what the shorter context says


def _worth(trie: Trie) -> Floats:
    """(N,) nats of the training text that would be lost without each n-gram and all that it begins."""
    below = _below(trie)
    counts = _plain_counts(trie)
    p = trie.own + trie.backoff[trie.parents] * below.p
    sums = np.bincount(trie.parents, counts * below.p / p, minlength=len(trie.n_children))
    others = sums[trie.parents] - counts * below.p / p
    p_without = p - trie.own * (1 - below.p)
    worth = counts * np.log(p / p_without) - trie.own * others
    worth[: trie.sizes[0]] = np.inf
    for part in _lengths(trie)[:0:-1]:  # the longest first
        parents = trie.parents[part] - trie.n_roots
        np.maximum.at(worth, parents, worth[part])
    return np.asarray(worth)


def _lengths(trie: Trie) -> list[slice]:
    """Where the n-grams of each length stand among all."""
    edges = np.cumsum([0, *trie.sizes])
    return [slice(a, b) for a, b in pairwise(edges.tolist())]


def _plain_counts(trie: Trie) -> Floats:
    """(N,) how often each n-gram occurs: the counts of the longest, added up. None goes on after END."""
    counts = trie.counts.astype(np.float64)
    for part in _lengths(trie)[:0:-1]:
        added = np.bincount(trie.parents[part] - trie.n_roots, counts[part], minlength=trie.n_grams)
        added[: len(trie.removed) - trie.n_roots] += trie.removed[trie.n_roots :]
        above = slice(0, part.start)
        counts[above] = np.where(added[above] > 0, np.maximum(added[above], counts[above]), counts[above])
    return np.asarray(counts)


def _below(trie: Trie) -> _Below:
    """Suffixes, shortest n-grams first, and with them the probabilities after the shorter contexts."""
    r = trie.n_roots
    suffixes = np.full(r + trie.n_grams, _NONE)
    lower = np.empty(trie.n_grams)
    p = np.empty(r + trie.n_grams)
    p[:r] = 1.0 / trie.n_symbols  # what lies below an empty context
    for i, part in enumerate(_lengths(trie)):
        contexts, symbols = trie.parents[part], trie.symbols[part].astype(np.int64)
        if i == 0:
            suffixes[r:][part], lower[part] = contexts, 1.0 / trie.n_symbols
        else:
            suffixes[r:][part], lower[part] = _suffixes(trie, suffixes, p, contexts, symbols)
        p[r:][part] = trie.own[part] + trie.backoff[contexts] * lower[part]
    return _Below(suffixes, lower)


def _suffixes(trie: Trie, suffixes: Ints, p: Floats, contexts: Ints, symbols: Ints) -> tuple[Ints, Floats]:
    """The longest proper suffix of each n-gram (context, symbol) and p(symbol | context without its first)."""
    found = np.full(len(contexts), _NONE)
    share = np.ones(len(contexts))
    at = suffixes[contexts]
    open_ = np.arange(len(contexts))
    while len(open_):
        nodes = trie.children(at[open_], symbols[open_])
        root = at[open_] < trie.n_roots
        done = (nodes >= 0) | root
        found[open_[done]] = np.where(nodes >= 0, nodes, at[open_])[done]
        share[open_[done & (nodes < 0)]] *= trie.backoff[at[open_[done & (nodes < 0)]]]
        open_ = open_[~done]
        share[open_] *= trie.backoff[at[open_]]
        at[open_] = suffixes[at[open_]]
    return found, share * p[found]


def _without(trie: Trie, stays: NDArray[np.bool_]) -> Trie:
    """The forest of the n-grams that stay; the counts of the others go to the shorter ones, their mass to gamma."""
    r, suffixes = trie.n_roots, _below(trie).suffixes[trie.n_roots :]
    counts = trie.counts.astype(np.int64)
    removed = trie.removed.astype(np.int64)
    for part in _lengths(trie)[:0:-1]:
        out = np.flatnonzero(~stays[part]) + part.start
        np.add.at(removed, trie.parents[out], counts[out])
        to = suffixes[out] - r
        np.add.at(counts, to[to >= 0], counts[out][to >= 0] - 1)
    n_children = np.bincount(trie.parents[stays], minlength=len(trie.n_children))
    sizes = [int(stays[part].sum()) for part in _lengths(trie)]
    order = sum(size > 0 for size in sizes)
    is_context = np.concatenate([np.ones(r, bool), stays[: len(n_children) - r]])
    n_contexts = r + sum(sizes[: order - 1])
    return replace(
        trie,
        sizes=tuple(sizes[:order]),
        symbols=trie.symbols[stays],
        counts=np.minimum(counts[stays], 2**32 - 1).astype(np.uint32),
        n_children=n_children[is_context][:n_contexts].astype(np.uint32),
        removed=np.minimum(removed[is_context][:n_contexts], 2**32 - 1).astype(np.uint32),
        discounts=trie.discounts[:order],
    )
