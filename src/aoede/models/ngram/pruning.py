r"""Fewer n-grams at the least loss: pruning by relative entropy (Stolcke 1998) for interpolated Kneser-Ney.

Without its own n-gram, a symbol w after h is left to the shorter context, and d(h, w) goes over into gamma(h). With
C the count of n-grams in the training text, the log-likelihood of that text falls by

    C(h, w) log(p(w | h) / p'(w | h)) - d(h, w) sum over w' of C(h, w') p(w' | h') / p(w' | h)

in which p' = p - d(h, w) (1 - p(w | h')) and the second term, the gain of the other symbols v after h, is of first
order. An n-gram stays as long as one that it is the beginning of; so each counts as much as the best of those, and
the n-grams with the least are left out. C comes from the counts that Kneser-Ney keeps (`occurrences.py`).

What is taken away must not be forgotten below: Kneser-Ney counts all occurrences of an n-gram but once for the
shorter one, for it trusts the longer to speak for the others. So a pruned count c adds c - 1 to that of the next
shorter n-gram (Siivola, Hirsimaki & Virpioja, "On growing and pruning Kneser-Ney smoothed n-gram models", 2007).
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from aoede.models.ngram.counting import Floats, Ints
from aoede.models.ngram.occurrences import lengths, occurrences, suffixes
from aoede.models.ngram.trie import Trie


def prune(trie: Trie, *, max_ngrams: int) -> Trie:
    """The forest without its least useful n-grams: at most `max_ngrams` stay, and those of length 1 always do."""
    if trie.n_grams <= max_ngrams:
        return trie
    shorter = suffixes(trie)
    n_out = min(trie.n_grams - max_ngrams, trie.n_grams - trie.sizes[0])
    stays = np.ones(trie.n_grams, bool)
    # A beginning is worth no less than what it begins and stands before it, so that ties keep the forest whole.
    stays[np.lexsort((-np.arange(trie.n_grams), _worth(trie, shorter)))[:n_out]] = False
    return _without(trie, shorter, stays)


def _worth(trie: Trie, shorter: Ints) -> Floats:
    """(N,) nats of the training text that would be lost without each n-gram and all that it begins."""
    below, counts = _below(trie, shorter), occurrences(trie, shorter)
    p = trie.own + trie.backoff[trie.parents] * below
    sums = np.bincount(trie.parents, counts * below / p, minlength=len(trie.n_children))
    others = sums[trie.parents] - counts * below / p
    p_without = p - trie.own * (1 - below)
    worth = counts * np.log(p / p_without) - trie.own * others
    worth[: trie.sizes[0]] = np.inf
    for part in lengths(trie)[:0:-1]:  # the longest first
        parents = trie.parents[part] - trie.n_roots
        np.maximum.at(worth, parents, worth[part])
    return np.asarray(worth)


def _below(trie: Trie, shorter: Ints) -> Floats:
    """(N,) p(w | h'): what the context without its first symbol says of each n-gram's last one."""
    r = trie.n_roots
    found = np.full(trie.n_grams, 1.0 / trie.n_symbols)  # below an empty context
    p = np.append(np.full(r, 1.0 / trie.n_symbols), found)
    for part in lengths(trie):
        contexts = trie.parents[part]
        if part.start:
            found[part] = _backed_off(trie, shorter, p, shorter[contexts], shorter[r:][part])
        p[r:][part] = trie.own[part] + trie.backoff[contexts] * found[part]
    return found


def _backed_off(trie: Trie, shorter: Ints, p: Floats, at: Ints, grams: Ints) -> Floats:
    """p of the longest kept n-grams (-1: none), from the contexts `at`, which are theirs or back off to them."""
    ends = np.where(grams < 0, -1, trie.parents[grams - trie.n_roots])
    share, at = np.ones(len(at)), at.copy()
    while len(left := np.flatnonzero(at != ends)):
        share[left] *= trie.backoff[at[left]]
        at[left] = shorter[at[left]]
    return share * np.where(grams < 0, 1.0 / trie.n_symbols, p[grams])


def _without(trie: Trie, shorter: Ints, stays: NDArray[np.bool_]) -> Trie:
    """The forest of the n-grams that stay; the counts of the others go to the shorter ones, their mass to gamma."""
    r = trie.n_roots
    counts = trie.counts.astype(np.int64)
    removed = trie.removed.astype(np.int64)
    for part in lengths(trie)[:0:-1]:
        out = np.flatnonzero(~stays[part]) + part.start
        np.add.at(removed, trie.parents[out], counts[out])
        to = shorter[out + r] - r
        np.add.at(counts, to[to >= 0], counts[out][to >= 0] - 1)
    n_children = np.bincount(trie.parents[stays], minlength=len(trie.n_children))
    sizes = [int(stays[part].sum()) for part in lengths(trie)]
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
