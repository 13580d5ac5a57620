"""Keeps a text that is being written from copying: no passage of more than N characters word for word.

The writer asks at each step which of the next characters would make a longer one, and goes another way than those
(`learning/writing.py`).
"""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from aoede.errors import UsageError
from aoede.words.verbatim import Index, flat

Hashes = NDArray[np.uint64]

MIN_COPY, MAX_COPY = 1, 10_000
_FACTOR = 0x9E3779B97F4A7C15  # odd, so that powers of it never become 0 modulo 2^64
_MIX = 0xD6E8FEB86659FD93  # spreads code points over 64 bits
_ALL = (1 << 64) - 1


class Guard:
    """Which characters would go on with a passage of the training text for longer than `max_copy` characters.

    Passages are compared folded (`words/verbatim.py`), any whitespace as one space. They are found by 64-bit hashes:
    none is missed; one that is not there is taken for one with a chance of 10^-12 a step.
    Raises UsageError for a `max_copy` out of range.
    """

    def __init__(self, index: Index, max_copy: int) -> None:
        if type(max_copy) is not int or not MIN_COPY <= max_copy <= MAX_COPY:
            raise UsageError(
                f"the longest copy is a number of characters from {MIN_COPY} to {MAX_COPY:,}, not {max_copy!r}",
                where="--max-copy",
            )
        self.index, self.max_copy = index, max_copy
        codes = index.codes
        hashes = _hashes(codes, max_copy)
        n = max(0, len(codes) - max_copy)
        whole = _without_break(codes, max_copy + 1)
        hashes, after = hashes[:n][whole], codes[max_copy:][whole]
        order = np.argsort(hashes, kind="stable")
        self._hashes, self._after = hashes[order], after[order]

    def blocked(self, text: str, candidates: str) -> frozenset[str]:
        """Those of the `candidates` (characters) that would make the passage at the end of `text` too long."""
        tail = self._tail(text)
        after = self._following(tail)
        simple, other = _by_folded(candidates)
        if not after and not other:
            return frozenset()
        found = [simple[character] for character in after if character in simple]
        found += [frozenset(c) for c in other if self._is_too_long(tail, c)]
        if tail.endswith(" ") and " " in simple:  # more whitespace makes no longer passage
            found = [part - simple[" "] for part in found]
        return frozenset().union(*found)

    def _tail(self, text: str) -> str:
        """The last `max_copy` characters of the flat text, fewer at its beginning."""
        reach = 2 * self.max_copy + 16
        tail = flat(text[-reach:])
        while len(tail) < self.max_copy and reach < len(text):
            reach *= 4
            tail = flat(text[-reach:])
        return tail[-self.max_copy :]

    def _following(self, tail: str) -> frozenset[str]:
        """Characters that follow this passage of `max_copy` characters in the training text."""
        if len(tail) < self.max_copy:
            return frozenset()
        value = 0
        for character in tail:
            value = (value * _FACTOR + (ord(character) + 1) * _MIX) & _ALL
        low, high = (int(np.searchsorted(self._hashes, np.uint64(value), side)) for side in ("left", "right"))
        return frozenset(map(chr, set(self._after[low:high].tolist())))

    def _is_too_long(self, tail: str, candidate: str) -> bool:
        """Whether a candidate that is several characters when folded makes a passage too long with any of them."""
        for character in flat(candidate):
            if character in self._following(tail):
                return True
            tail = (tail + character)[-self.max_copy :]
        return False


@lru_cache(maxsize=8)
def _by_folded(candidates: str) -> tuple[Mapping[str, frozenset[str]], tuple[str, ...]]:
    """Folded character -> the candidates that are it, and the candidates that fold to several or to none."""
    simple: dict[str, set[str]] = {}
    other = []
    for candidate in candidates:
        form = flat(candidate)
        if len(form) == 1:
            simple.setdefault(form, set()).add(candidate)
        else:
            other.append(candidate)
    return {form: frozenset(found) for form, found in simple.items()}, tuple(other)


def _hashes(codes: NDArray[np.int32], length: int) -> Hashes:
    """(N - length + 1,) polynomial hashes modulo 2^64 of all passages of this length."""
    block = (codes.astype(np.int64) + 1).astype(np.uint64) * np.uint64(_MIX)
    found: Hashes | None = None
    n_found, n_block = 0, 1
    while True:
        if length & n_block:
            if found is None:
                found = block
            else:  # the passage is a block and then what was found
                n = max(0, min(len(block), len(found) - n_block))
                found = block[:n] * np.uint64(pow(_FACTOR, n_found, 1 << 64)) + found[n_block : n_block + n]
            n_found += n_block
        if n_found == length:
            return np.zeros(0, np.uint64) if found is None else found
        n = max(0, len(block) - n_block)
        block = block[:n] * np.uint64(pow(_FACTOR, n_block, 1 << 64)) + block[n_block : n_block + n]
        n_block *= 2


def _without_break(codes: NDArray[np.int32], length: int) -> NDArray[np.bool_]:
    """(N - length + 1,) which passages of this length lie within one document."""
    n_breaks = np.concatenate([[0], (codes < 0).cumsum()])
    return np.asarray(n_breaks[length:] == n_breaks[: len(n_breaks) - min(length, len(n_breaks))])
