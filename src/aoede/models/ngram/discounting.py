"""Discounts fitted to held-out text.

The formula of Chen & Goodman takes discounts from how many n-grams occur once and twice: right if new text were more
of the same. Other plays, other poems are not: more of their n-grams are new. Coordinate descent on text that was held
out of the counting finds larger discounts for long n-grams, and with them long n-grams hurt no longer.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from aoede.models.ngram.counting import END, Floats, Ints
from aoede.models.ngram.trie import Trie

LEAST_CHARACTERS = 3_000  # of held-out text: with fewer the formula is better
_MOST_PLACES = 20_000
_LARGEST = np.array([0.995, 1.99, 2.985])
_FACTORS = (0.8, 0.9, 0.95, 1.05, 1.1, 1.2, 1.35)
_N_ROUNDS = 2


def fitted(trie: Trie, held_out: list[Ints]) -> Floats:
    """(order, 3) what the discounts of the only root are to be multiplied by; ones where there is little text."""
    factors = np.ones_like(trie.discounts)
    if sum(map(len, held_out)) < LEAST_CHARACTERS:
        return factors
    places = _places(trie, held_out)
    discounts = trie.discounts.copy()
    for _ in range(_N_ROUNDS):
        for k in range(trie.order - 1, 0, -1):
            _descend(places, discounts, k)
    return np.asarray(discounts / trie.discounts)


def with_factors(trie: Trie, factors: Floats) -> Trie:
    """The same counts with discounts (order, 3) times these factors, none above what a count has."""
    if (factors == 1).all():
        return trie
    return replace(trie, discounts=np.minimum(trie.discounts * factors[: trie.order], _LARGEST))


@dataclass(frozen=True)
class _Places:
    """What the probabilities of characters need of a trie, so that discounts can be tried: (order, T) each."""

    n_symbols: int
    counts: Floats
    kinds: NDArray[np.int64]  # of counts: 0 for none, 1, 2, 3 for three and more
    totals: Floats  # 0 where the context has no continuations
    n_of_kind: Floats  # (order, 3, T) continuations with count 1, 2, 3 and more

    def above(self, p: Floats, k: int, discounts: Floats) -> Floats:
        """(T,) probabilities with contexts of k symbols from those of the shorter ones."""
        taken = np.append(0.0, discounts[k])[self.kinds[k]]
        left = discounts[k] @ self.n_of_kind[k] * p
        known = self.totals[k] > 0
        return np.where(known, (self.counts[k] - taken + left) / np.where(known, self.totals[k], 1.0), p)

    def nats(self, p: Floats, k: int, discounts: Floats) -> float:
        """Mean -log p, from the probabilities below contexts of k symbols."""
        for level in range(k, len(discounts)):
            p = self.above(p, level, discounts)
        return float(-np.log(p).mean())


def _descend(places: _Places, discounts: Floats, k: int) -> None:
    """Better discounts of the contexts of k symbols, in place."""
    below = np.full(places.counts.shape[1], 1.0 / places.n_symbols)
    for level in range(k):
        below = places.above(below, level, discounts)
    best = places.nats(below, k, discounts)
    for i in range(3):
        given = discounts[k, i]
        chosen = given
        for factor in _FACTORS:
            discounts[k, i] = min(given * factor, _LARGEST[i])
            found = places.nats(below, k, discounts)
            if found < best:
                best, chosen = found, discounts[k, i]
        discounts[k, i] = chosen


def _places(trie: Trie, held_out: list[Ints]) -> _Places:
    """Evenly spaced characters of the held-out documents."""
    contexts, targets = [], []
    for document in held_out:
        at, found = trie.run(trie.beginning(np.zeros(1, np.int64), END)[0], document)
        contexts.append(at[:-1])
        targets.append(found)
    every, grams = np.concatenate(contexts), np.concatenate(targets)
    chosen = np.linspace(0, len(every) - 1, min(len(every), _MOST_PLACES)).astype(np.int64)
    nodes, grams = every[chosen].T, grams[chosen].T
    counts = np.where(grams < 0, 0.0, trie.counts[np.maximum(grams - trie.n_roots, 0)])
    kinds = np.minimum(counts, 3).astype(np.int64)
    n = len(trie.n_children)
    of_kind = np.minimum(trie.counts, 3)
    ends = np.zeros((4, trie.n_roots + trie.n_grams + 1))
    for i in (1, 2, 3):
        ends[i, :n] = np.bincount(trie.parents[of_kind == i], minlength=n)
    ends[0, :n] = np.bincount(trie.parents, weights=trie.counts, minlength=n)
    at_places = ends[:, nodes]
    return _Places(
        trie.n_symbols, counts, kinds, at_places[0], np.ascontiguousarray(at_places[1:].swapaxes(0, 1))
    )
