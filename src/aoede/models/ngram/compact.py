"""A forest of n-grams as a few small tensors: about one byte an n-gram, and exact.

`NAME.levels`     (order,) int64 how many n-grams there are of each length
`NAME.discounts`  (order, 3) float64
`NAME.symbols`, `NAME.counts`, `NAME.children`, and where something was pruned `NAME.removed`: whole numbers in the
order of the trie, as bytes compressed by zlib. A number of 255 and more is a byte 255, and the number itself stands
in `NAME.counts.large`, ... (uint32). Symbols are little-endian numbers of 1, 2 or 4 bytes.

Most counts are 1 and most contexts have few continuations, so that what is compressed is nearly the symbols alone:
whole counts take less room than probabilities quantised to a byte, and lose nothing. Nothing is believed in reading:
no more is unpacked than the levels call for, and every number is checked before it is used.
"""

import zlib
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.models.ngram.trie import Trie, symbol_kind

MAX_ORDER = 32
MAX_NGRAMS = 32_000_000  # of one forest; in memory one takes about 80 bytes
_LARGE = 255
_EFFORT = 6

Tensors = dict[str, NDArray[Any]]


def to_tensors(trie: Trie, name: str) -> Tensors:
    """The tensors of a forest; the same forest gives the same ones."""
    found: Tensors = {
        f"{name}.levels": np.array(trie.sizes, np.int64),
        f"{name}.discounts": trie.discounts,
        f"{name}.symbols": _packed(trie.symbols.astype(trie.symbols.dtype.newbyteorder("<"))),
        **_packed_counts(f"{name}.counts", trie.counts),
        **_packed_counts(f"{name}.children", trie.n_children),
    }
    if trie.removed.any():
        found |= _packed_counts(f"{name}.removed", trie.removed)
    return found


def from_tensors(
    tensors: Mapping[str, NDArray[Any]],
    name: str,
    n_symbols: int,
    n_roots: int = 1,
    *,
    max_ngrams: int = MAX_NGRAMS,
) -> Trie:
    """The forest. Raises InputError where the tensors are none, or its counts and discounts impossible."""
    sizes = _sizes(tensors, f"{name}.levels", max_ngrams)
    n, n_contexts = sum(sizes), n_roots + sum(sizes[:-1])
    kind = np.dtype(symbol_kind(n_symbols))
    packed = _unpacked(tensors, f"{name}.symbols", n * kind.itemsize)
    counts = _counts(tensors, f"{name}.counts", n)
    children = _counts(tensors, f"{name}.children", n_contexts)
    removed = np.zeros(n_contexts, np.uint32)
    if f"{name}.removed" in tensors:
        removed = _counts(tensors, f"{name}.removed", n_contexts)
    discounts = tensor(tensors, f"{name}.discounts", np.float64, (len(sizes), 3))
    symbols = np.frombuffer(packed, kind.newbyteorder("<")).astype(kind)
    trie = Trie(n_symbols, n_roots, sizes, symbols, counts, children, removed, discounts)
    _check(trie)
    return trie


def tensor(
    tensors: Mapping[str, NDArray[Any]], name: str, kind: type, shape: tuple[int, ...] | None = None
) -> NDArray[Any]:
    """The tensor of this name, (n,) of any length without `shape`. Raises InputError for another kind."""
    found = tensors.get(name)
    fits = found is not None and found.dtype == kind and (found.shape == shape if shape else found.ndim == 1)
    if found is None or not fits:
        raise InputError(f"the model's {name!r} is missing or of the wrong kind")
    return found


def _sizes(tensors: Mapping[str, NDArray[Any]], name: str, max_ngrams: int) -> tuple[int, ...]:
    sizes = [int(size) for size in tensor(tensors, name, np.int64)[: MAX_ORDER + 1]]
    if not 1 <= len(sizes) <= MAX_ORDER or min(sizes) < 1:
        raise _damaged()
    if max(sizes) > max_ngrams or sum(sizes) > max_ngrams:
        raise InputError(f"the model has more than {max_ngrams:,} n-grams", hint="Prune it: max_ngrams.")
    return tuple(sizes)


def _check(trie: Trie) -> None:
    """Raises InputError where the arrays are no forest with counts and discounts that are possible."""
    edges = np.cumsum([0, trie.n_roots, *trie.sizes])
    children = [int(trie.n_children[a:b].sum(dtype=np.int64)) for a, b in pairwise(edges[:-1].tolist())]
    sound = (
        children == list(trie.sizes)
        and bool((trie.symbols < trie.n_symbols).all())
        and bool((trie.counts > 0).all())
        and bool(((trie.discounts > 0) & (trie.discounts <= [1, 2, 3])).all())
        and bool((np.diff(trie.keys) > 0).all())
    )
    if not sound:
        raise _damaged()


def _packed_counts(name: str, values: NDArray[np.uint32]) -> Tensors:
    is_large = values >= _LARGE
    found: Tensors = {name: _packed(np.minimum(values, _LARGE).astype(np.uint8))}
    return found | {f"{name}.large": values[is_large]} if is_large.any() else found


def _counts(tensors: Mapping[str, NDArray[Any]], name: str, n: int) -> NDArray[np.uint32]:
    found = np.frombuffer(_unpacked(tensors, name, n), np.uint8).astype(np.uint32)
    is_large = found == _LARGE
    n_large = int(is_large.sum())
    if n_large:
        large = tensor(tensors, f"{name}.large", np.uint32, (n_large,))
        if (large < _LARGE).any():
            raise _damaged()
        found[is_large] = large
    return found


def _packed(values: NDArray[Any]) -> NDArray[np.uint8]:
    return np.frombuffer(zlib.compress(values.tobytes(), _EFFORT), np.uint8)


def _unpacked(tensors: Mapping[str, NDArray[Any]], name: str, n_bytes: int) -> bytes:
    """Exactly so many bytes; more are never unpacked."""
    inflate = zlib.decompressobj()
    try:
        found = inflate.decompress(tensor(tensors, name, np.uint8).tobytes(), n_bytes + 1)
    except zlib.error as error:
        raise _damaged() from error
    if len(found) != n_bytes or not inflate.eof or inflate.unused_data:
        raise _damaged()
    return found


def _damaged() -> InputError:
    return InputError("the n-grams of this model are damaged", hint="Train or copy the model again.")
