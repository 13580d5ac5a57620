"""Matching statistics: how long a passage that begins here stands word for word in another text.

For a query q of n symbols and a text t of N: the longest l with q[i:i+l] somewhere in t, for every i, and exactly,
since no hash is trusted. (Chang and Lawler 1994 name the statistic; they use a suffix tree. Here all is arrays.)

 1. Every 2^k-gram of the query has a name, made of the names of its halves (Karp, Miller and Rosenberg 1972). A place
    of the text gets the name of the 2^k-gram that begins there, if the query has it. Few places have long ones.
 2. From its longest named power of two each place of the text goes down by halves to f(p), the longest prefix of
    t[p:] that occurs in the query, and to one place of the query where it does.
    Where that gives many different lengths, as in one long copy, the places are searched for in the sorted suffixes
    of the query instead (Manber and Myers 1990); how far two places are alike is told by their names.
 3. In the sorted suffixes of the query such a find holds for the neighbours too, as far as they begin alike.

The cost is O(N log n) array steps and, for the places with long finds, O(log^2 n) each: 100,000 characters copied
from a megabyte take a second.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Names = NDArray[np.int32]  # -1 where there is none

N_CODES = 0x110000  # code points of Unicode; greater codes of a query match nothing
CHUNK = 1 << 20  # places of the text that are looked at together
_DENSE = 1 << 21  # a table of this many keys is looked up directly
_SORTS = 8  # sorts of the query that cost as much as the search for as many places among its suffixes
_FILTER_BITS = 18
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: spreads keys over the filter


@dataclass(frozen=True)
class _Level:
    """The grams of one length in the query."""

    names: Names  # (n - length + 1,) of the gram that begins there
    first: Ints  # name -> a place in the query
    keys: Ints  # name -> name of the first part * width + name of the second part, rising
    width: int


def matching_statistics(query: Ints, text: NDArray[np.int32]) -> tuple[Ints, Ints]:
    """(n,) lengths and (n,) places in the text of the longest match that begins at each symbol of the query.

    Codes of the query from `N_CODES` on and code -1 of the text match nothing; the place is -1 at length 0.
    """
    n = len(query)
    lengths, places = np.zeros(n, np.int64), np.full(n, -1, np.int64)
    if not n or not len(text):
        return lengths, places
    symbols, inverse = np.unique(query, return_inverse=True)
    levels = _levels(inverse.astype(np.int32), n)
    order = _suffix_order(levels[0].names, n)
    table = np.full(N_CODES + 1, -1, np.int32)
    known = symbols < N_CODES
    table[symbols[known]] = np.flatnonzero(known)
    step = max(CHUNK, 4 * n)
    for begin in range(0, len(text), step):
        chunk = np.full(min(step, len(text) - begin) + n + 1, -1, np.int32)
        part = text[begin : begin + len(chunk)]
        chunk[: len(part)] = table[part]  # code -1 takes the last entry, -1
        n_places = min(step, len(text) - begin)
        _search_chunk(levels, order, chunk, n_places, begin, lengths, places)
    _spread(levels, order, lengths, places)
    return lengths, places


def _levels(names: Names, n: int) -> list[_Level]:
    """Names of all grams of 1, 2, 4, ... symbols, as long as the query has such."""
    first = np.unique(names, return_index=True)[1].astype(np.int64)
    levels = [_Level(names, first, np.arange(len(first)), 1)]
    while (length := 1 << len(levels)) <= n:
        below = levels[-1]
        levels.append(_joined(below.names, below, length // 2))
    return levels


def _joined(heads: Names, tails: _Level, at: int) -> _Level:
    """The grams made of a head and of the tail that begins `at` symbols later."""
    width = len(tails.first)
    n = min(len(heads), len(tails.names) - at)
    pairs = heads[:n].astype(np.int64) * width + tails.names[at : at + n]
    keys, first, names = np.unique(pairs, return_index=True, return_inverse=True)
    return _Level(names.astype(np.int32), first.astype(np.int64), keys, width)


def _search_chunk(
    levels: list[_Level], order: Ints, chunk: Names, n_places: int, begin: int, lengths: Ints, places: Ints
) -> None:
    """Raise `lengths` and set `places` by what the first `n_places` of a chunk begin; one query place a find."""
    named = _named(levels, chunk)
    reached = np.zeros(len(lengths), np.int64)  # at least so much is found for this place of the query
    for k in range(len(named) - 1, -1, -1):
        level, grams = levels[k], named[k]
        # Places that go on to the next power were dealt with; so are grams of which all places in the query did.
        wanted = np.zeros(len(level.first), np.bool_)
        low = np.maximum(reached, lengths)[: len(level.names)] < (2 << k) - 1
        wanted[level.names[low]] = True
        here = np.flatnonzero(grams[:n_places] >= 0)
        here = here[wanted[grams[here]]]
        if k + 1 < len(named):
            here = here[named[k + 1][here] < 0]
        for length, first, found in _descents(levels, order, named, k, here):
            better = length > lengths[first]
            lengths[first[better]], places[first[better]] = length[better], begin + found[better]
        has = np.zeros(len(level.first), np.bool_)
        has[grams[:n_places][grams[:n_places] >= 0]] = True
        covered = np.flatnonzero(has[level.names])
        reached[covered] = np.maximum(reached[covered], 1 << k)


def _named(levels: list[_Level], chunk: Names) -> list[Names]:
    """Per power of two the name of the gram that begins at each place of the chunk, -1 where the query has none."""
    named = [chunk]
    for k, level in enumerate(levels[1:]):
        below, half = named[-1], 1 << k
        here = np.flatnonzero(below[: len(below) - half] >= 0)
        tails = below[here + half]
        has_tail = tails >= 0
        here, tails = here[has_tail], tails[has_tail]
        if not len(here):
            break
        grams = np.full(len(chunk), -1, np.int32)
        grams[here] = _looked_up(below[here].astype(np.int64) * level.width + tails, level)
        named.append(grams)
    return named


def _looked_up(pairs: Ints, level: _Level) -> Names:
    """Names of these pairs, -1 for those that the query does not have."""
    size = int(level.keys[-1]) + 1
    if size <= _DENSE:
        table = np.full(size + 1, -1, np.int32)
        table[level.keys] = np.arange(len(level.keys))
        return np.asarray(table[np.minimum(pairs, size)])
    shift = np.uint64(64 - _FILTER_BITS)
    may_be = np.zeros(1 << _FILTER_BITS, np.bool_)
    may_be[(level.keys.astype(np.uint64) * _MIX) >> shift] = True
    maybe = np.flatnonzero(may_be[(pairs.astype(np.uint64) * _MIX) >> shift])
    spots = np.minimum(np.searchsorted(level.keys, pairs[maybe]), len(level.keys) - 1)
    names = np.full(len(pairs), -1, np.int32)
    names[maybe] = np.where(level.keys[spots] == pairs[maybe], spots, -1)
    return names


def _descents(
    levels: list[_Level], order: Ints, named: list[Names], k: int, here: Ints
) -> Iterator[tuple[Ints, Ints, Ints]]:
    """(lengths, places in the query, places in the chunk): f(p) of places p whose longest named power is 2^k.

    Where a place of the query comes twice, its greatest length comes last.
    """
    groups = {1 << k: (levels[k], here, named[k][here])}
    for power in range(k - 1, -1, -1):
        if len(groups) * len(order) > _SORTS * len(here):
            yield _searched(levels, order, named[: k + 1], here)
            return
        following: dict[int, tuple[_Level, Ints, Names]] = {}
        for length, (heads, at, names) in groups.items():
            if not len(at):
                continue
            following[length] = (heads, at, names)
            if len(heads.names) <= 1 << power:
                continue
            longer = _joined(heads.names, levels[power], length)
            tails = named[power][at + length]
            found = np.full(len(at), -1, np.int32)
            known = tails >= 0
            found[known] = _looked_up(names[known].astype(np.int64) * longer.width + tails[known], longer)
            goes = found >= 0
            following[length] = (heads, at[~goes], names[~goes])
            following[length + (1 << power)] = (longer, at[goes], found[goes])
        groups = following
    for length, (heads, at, names) in groups.items():
        different, spots = np.unique(names, return_index=True)
        yield np.full(len(spots), length), heads.first[different], at[spots]


def _searched(levels: list[_Level], order: Ints, named: list[Names], at: Ints) -> tuple[Ints, Ints, Ints]:
    """What `_descents` gives, by binary search for each place among the sorted suffixes of the query."""
    n, symbols = len(order), levels[0].names
    low, high = np.zeros(len(at), np.int64), np.full(len(at), n)
    for _ in range(n.bit_length()):
        middle = np.minimum((low + high) // 2, n - 1)
        there = order[middle]
        alike = _alike(levels, named, there, at)
        ends = there + alike == n  # the suffix is a beginning of what stands here
        is_less = ends | (symbols[np.minimum(there + alike, n - 1)] < named[0][at + alike])
        is_open = low < high
        low = np.where(is_open & is_less, middle + 1, low)
        high = np.where(is_open & ~is_less, middle, high)
    before, after = order[np.maximum(low - 1, 0)], order[np.minimum(low, n - 1)]
    two = _alike(levels, named, before, at), _alike(levels, named, after, at)
    lengths, first = np.maximum(*two), np.where(two[0] >= two[1], before, after)
    rising = np.argsort(lengths, kind="stable")
    return lengths[rising], first[rising], at[rising]


def _alike(levels: list[_Level], named: list[Names], one: Ints, two: Ints) -> Ints:
    """How many symbols the query from `one` and the chunk from `two` begin with alike, where it is less than
    twice the longest power that is named."""
    alike = np.zeros(len(one), np.int64)
    for k in range(len(named) - 1, -1, -1):
        names = levels[k].names
        here = one + alike
        same = (here < len(names)) & (names[np.minimum(here, len(names) - 1)] == named[k][two + alike])
        alike += same.astype(np.int64) << k
    return alike


def _spread(levels: list[_Level], order: Ints, lengths: Ints, places: Ints) -> None:
    """Give each place of the query the best that others found, as far as both begin alike, in place."""
    n = len(lengths)
    alike = _common_prefixes(levels, order)
    for way in (range(1, n), range(n - 2, -1, -1)):
        best, where = lengths[order].tolist(), places[order].tolist()
        before = -1 if way.step == 1 else 1
        for j in way:
            carried = min(best[j + before], alike[j if before < 0 else j + 1])
            if carried > best[j]:
                best[j], where[j] = carried, where[j + before]
        lengths[order], places[order] = best, where


def _suffix_order(names: Names, n: int) -> Ints:
    """(n,) places of the query's suffixes in rising order, by doubling (Manber and Myers 1990)."""
    rank, length = names.astype(np.int64), 1
    while length < n and rank.max() < n - 1:
        after = np.zeros(n, np.int64)
        after[: n - length] = rank[length:] + 1
        rank = np.unique(rank * (n + 1) + after, return_inverse=True)[1].astype(np.int64)
        length *= 2
    return np.argsort(rank, kind="stable")


def _common_prefixes(levels: list[_Level], order: Ints) -> list[int]:
    """How many symbols each suffix in this order begins with like the one before it; 0 for the first."""
    n = len(order)
    one, two = order[:-1].copy(), order[1:].copy()
    for k in range(len(levels) - 1, -1, -1):
        names, length = levels[k].names, 1 << k
        fits = np.flatnonzero(np.maximum(one, two) + length <= n)
        same = fits[names[one[fits]] == names[two[fits]]]
        one[same] += length
        two[same] += length
    return [0, *(one - order[:-1]).tolist()]
