r"""How often the n-grams of documents occur, length after length, and what Kneser-Ney makes of the counts.

Every document stands behind one beginning mark, which is END, so that the end of one document and the beginning of
the next look alike. Windows never reach over a boundary. An n-gram of length k is a number: the rank of the pair
(number of its first k - 1 symbols, last symbol). Numbers of one length are thus in the order of a trie laid out
breadth first, and counting a length is one sort of one integer a character.

The adjusted counts and discounts are those of Chen & Goodman (TR-10-98, 1998, equations 26-29): the longest n-grams
and those that reach back to the beginning have plain counts, all others the number of different symbols before them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aoede.errors import InputError

END = 0

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Level:
    """The n-grams of one length, by parent and symbol."""

    parents: Ints  # (n,) number of the n-gram without its last symbol, one length below
    symbols: Ints  # (n,) the last symbol
    counts: Ints  # (n,) how often each occurs
    suffixes: Ints  # (n,) number of the n-gram without its first symbol, one length below
    begins: NDArray[np.bool_]  # (n,) whether it reaches back to the beginning of a document


class Counter:
    """Counts documents one length at a time.

    With `roots` (one number below `n_roots` a document) documents of different roots are counted apart.
    Raises InputError where ids are out of range, nothing is to be counted, or a document does not end with END.
    """

    def __init__(
        self,
        n_symbols: int,
        documents: Sequence[ArrayLike],
        roots: Sequence[int] | None = None,
        n_roots: int = 1,
    ) -> None:
        self.n_symbols, self.n_roots = n_symbols, n_roots
        arrays = [checked_document(document, n_symbols) for document in documents]
        if not arrays:
            raise InputError("there is nothing to count: no document")
        mark = np.array([END], np.int64)
        self._flat = np.concatenate([part for array in arrays for part in (mark, array)])
        lengths = np.array([len(array) + 1 for array in arrays], np.int64)
        ends = np.cumsum(lengths)
        self._limits = np.repeat(ends, lengths) - np.arange(len(self._flat))  # longest window from each place
        self._marks = ends - lengths
        of_document = np.zeros(len(arrays), np.int64) if roots is None else np.asarray(roots, np.int64)
        self._ids: Ints = np.repeat(of_document, lengths)  # number of the n-gram that begins at each place
        self.levels: list[Level] = []

    def lengthen(self) -> bool:
        """Count the next length; false where no document is as long."""
        length = len(self.levels) + 1
        at = np.flatnonzero(self._limits >= length)
        if not len(at):
            return False
        keys = self._ids[at] * self.n_symbols + self._flat[at + length - 1]
        order = np.argsort(keys)
        sorted_keys = keys[order]
        is_new = np.concatenate([[True], sorted_keys[1:] != sorted_keys[:-1]])
        found = np.empty(len(at), np.int64)
        found[order] = np.cumsum(is_new) - 1
        counts = np.bincount(found)
        if length == 1:  # a mark is a context but was never predicted
            counts -= np.bincount(found[np.searchsorted(at, self._marks)], minlength=len(counts))
        one = at[order[is_new]]
        parents, symbols = np.divmod(sorted_keys[is_new], self.n_symbols)
        suffixes = self._ids[one + 1] if length > 1 else parents
        begins = (self._flat[one] == END) & (length > 1)
        self.levels.append(Level(parents, symbols, counts, suffixes, begins))
        self._ids = np.full(len(self._flat), -1, np.int64)
        self._ids[at] = found
        return True

    def adjusted(self, order: int) -> list[Ints]:
        """The counts of n-grams of length 1..order that Kneser-Ney smoothing of this order takes."""
        levels = self.levels[:order]
        found = []
        for level, longer in pairwise(levels):
            before = np.bincount(longer.suffixes, minlength=len(level.counts))
            found.append(np.where(level.begins, level.counts, before))
        return [*found, levels[-1].counts]


def checked_document(document: ArrayLike, n_symbols: int) -> Ints:
    """(T,) the ids. Raises InputError where they are out of range or END is not the last and only one."""
    ids = np.asarray(document, np.int64).reshape(-1)
    if not len(ids) or ids[-1] != END or (ids[:-1] == END).any():
        raise InputError(f"a document must end with the id {END}, and have it nowhere else")
    check_ids(ids, n_symbols)
    return ids


def check_ids(ids: Ints, n: int, what: str = "a symbol") -> None:
    if ids.size and ids.view(np.uint64).max() >= n:  # those below 0 are the greatest
        raise InputError(f"{what} must be from 0 to {n - 1}, not {int(ids.min())}..{int(ids.max())}")


def discounts_of(counts: NDArray[np.integer]) -> Floats:
    """(3,) D1, D2, D3+ from how many n-grams of a length have adjusted count 1, 2, 3 and 4.

    Where the counts give no Di between 0 and i, i/2 is taken.
    """
    n = np.bincount(np.minimum(counts, 5), minlength=6).astype(np.float64)
    y = n[1] / max(1.0, n[1] + 2 * n[2])
    found = []
    for i in (1, 2, 3):
        d = i - (i + 1) * y * n[i + 1] / n[i] if n[i] else 0.0
        found.append(d if 0 < d < i else i / 2)
    return np.array(found)
