r"""The n-gram model of text: interpolated modified Kneser-Ney over symbols, with what one label adds.

Without labels it is one forest of n-grams (`trie.py`). With labels the n-grams of each value of the first label
column are counted once more for themselves, up to a smaller order, as a tree of their own whose bottom is the shared
model. With k the longest context that this label has seen:

    p(w | h, label) = (1 - s_k) p(w | h) + s_k p_label(w | h)

The shares s_k are fitted on text held out of the counting (`shares.py`); where a label has seen little of the context
it is hardly asked. Mixed labels mix these predictions by their weights. Weights of further columns are taken and
ignored. Value 0, unknown, has no n-grams of its own: it is the shared model.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aoede.errors import InputError
from aoede.models.ngram import compact
from aoede.models.ngram.counting import END, Floats, Ints, check_ids
from aoede.models.ngram.trie import Trie
from aoede.score import Float
from aoede.settings import checked_sizes, from_mapping, whole_numbers

MAX_SYMBOLS = 2**20
_LEAST = 1e-37  # probability: damaged discounts may give less, which would be no number as a float32
_BLOCK_CELLS = 1 << 17  # probabilities at once: where blocks fit into the cache it is fastest

Logits = NDArray[np.float64]


@dataclass(frozen=True)
class Config:
    n_symbols: int  # ids are 0..n_symbols - 1; 0 is END
    label_sizes: tuple[int, ...] = ()  # values of each label column, the unknown one (0) included

    def __post_init__(self) -> None:
        whole_numbers(self, {"n_symbols": (1, MAX_SYMBOLS)})
        object.__setattr__(self, "label_sizes", checked_sizes(self.label_sizes))

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Config":
        """Raises ConfigError for unknown or missing keys and for values out of range."""
        return from_mapping(cls, values, "an n-gram")


@dataclass(frozen=True)
class State:
    """Where n sequences stand. No step changes it."""

    contexts: Ints  # (n, order) nodes of the shared forest, -1 where never seen
    own: Ints  # (n, L, own order) nodes of the forest of labels, for each label that has weight anywhere
    weights: Floats  # (n, L)


class Model:
    """A fitted model of text. It is a value: what it says never changes."""

    def __init__(
        self, config: Config, shared: Trie, own: Trie | None = None, shares: Floats | None = None
    ) -> None:
        self.config = config
        self.shared = shared
        self.own = own
        self.shares = np.zeros(0) if shares is None else shares  # (own order,) by length of the context

    @property
    def order(self) -> int:
        return self.shared.order

    @property
    def n_grams(self) -> int:
        return self.shared.n_grams + (self.own.n_grams if self.own else 0)

    # -- step by step --

    def start(self, n: int = 1, condition: ArrayLike | None = None) -> tuple[Logits, State]:
        """What follows the beginning of a document: log-probabilities (n, V), and the state.

        `condition`: weights (n, sum(label_sizes)) or (sum(label_sizes),), each column's summing to 1.
        """
        weights = self._weights(n, condition)
        labels = np.flatnonzero(weights.any(axis=0)) if self.own else np.zeros(0, np.int64)
        roots = np.zeros(n, np.int64)
        own = np.zeros((n, 0, 0), np.int64)
        if self.own and len(labels):
            rows = self.own.beginning(labels, END)
            own = np.broadcast_to(rows, (n, *rows.shape))
        state = State(self.shared.beginning(roots, END), own, weights[:, labels])
        return self.predict(state), state

    def step(self, state: State, ids: ArrayLike) -> tuple[Logits, State]:
        """Read `ids` (n,): the log-probabilities (n, V) of what follows, and the new state."""
        newest = np.asarray(ids, np.int64).reshape(-1)
        check_ids(newest, self.config.n_symbols)
        if len(newest) != len(state.contexts):
            raise InputError(f"{len(state.contexts)} sequences need as many symbols, not {len(newest)}")
        own = state.own
        if self.own and own.size:
            flat = own.reshape(-1, own.shape[2])
            own = self.own.after(flat, np.repeat(newest, own.shape[1])).reshape(own.shape)
        state = State(self.shared.after(state.contexts, newest), own, state.weights)
        return self.predict(state), state

    def select(self, state: State, rows: ArrayLike) -> State:
        """The state of these sequences only, in that order."""
        which = np.asarray(rows, np.int64)
        return State(state.contexts[which], state.own[which], state.weights[which])

    def predict(self, state: State) -> Logits:
        """(n, V) log-probabilities of what follows."""
        shared = self.shared.distribution(state.contexts)
        return _log(self._with_labels(shared, state.own, state.weights))

    def _with_labels(self, shared: Floats, own: Ints, weights: Floats) -> Floats:
        if self.own is None or not own.size:
            return shared
        factor, p = 1 - weights.sum(axis=1), np.zeros_like(shared)
        for i in range(own.shape[1]):
            contexts = own[:, i]
            bottom, left = self.own.shares(contexts)
            share = self._shares_at(contexts)
            factor += weights[:, i] * (1 - share + share * bottom)
            given = left[:, :1] * self.own.root_row(int(contexts[0, 0])) + self.own.scattered(
                contexts, left, 1
            )
            p += (weights[:, i] * share)[:, None] * given
        return np.asarray(p + factor[:, None] * shared)

    def _shares_at(self, contexts: Ints) -> Floats:
        """(n,) the share of a label's own n-grams, by the longest context with continuations that it has seen."""
        assert self.own is not None
        longest = self.own.longest(contexts)
        return np.where(longest < 0, 0.0, self.shares[longest])

    def _weights(self, n: int, condition: ArrayLike | None) -> Floats:
        """(n, values of the first column) weights, that of the unknown value set to 0."""
        sizes = self.config.label_sizes
        if condition is None or not sizes:
            return np.zeros((n, sizes[0] if sizes else 1))
        given = np.atleast_2d(np.asarray(condition, np.float64))
        fits = given.shape[1] == sum(sizes) and len(given) in (1, n)
        if not fits or not np.isfinite(given).all() or (given < 0).any():
            raise InputError(f"a condition must be {sum(sizes)} weights of labels, none below 0")
        first = np.broadcast_to(given[:, : sizes[0]], (n, sizes[0])).copy()
        if (abs(first.sum(axis=1) - 1) > 1e-3).any():
            raise InputError("the weights of a label column must sum to 1")
        first /= first.sum(axis=1, keepdims=True)
        first[:, 0] = 0
        return first

    # -- whole documents --

    def distributions(
        self, document: ArrayLike, *, condition: ArrayLike | None = None, block: int | None = None
    ) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Yields (t, log p (b, V)): the predictions at places t..t + b - 1 of a document (T,) from its beginning.

        Memory is that of one block, whatever the length.
        """
        ids = np.asarray(document, np.int64).reshape(-1)
        check_ids(ids, self.config.n_symbols)
        size = block or max(16, _BLOCK_CELLS // self.config.n_symbols)
        _, state = self.start(1, condition)
        for t in range(0, len(ids), size):
            part = ids[t : t + size]
            contexts, own, state = self._read(state, part)
            weights = np.broadcast_to(state.weights, (len(part), state.weights.shape[1]))
            p = self._with_labels(self.shared.distribution(contexts), own, weights)
            yield t, _log(p.astype(np.float32))

    def _read(self, state: State, ids: Ints) -> tuple[Ints, Ints, State]:
        """The contexts (T, order) and (T, L, own order) at each of `ids` (T,), and the state (1) after them."""
        contexts, _ = self.shared.run(state.contexts[0], ids)
        own = np.zeros((len(ids) + 1, 0, 0), np.int64)
        if self.own and state.own.size:
            rows = [self.own.run(row, ids)[0] for row in state.own[0]]
            own = np.stack(rows, axis=1)
        return contexts[:-1], own[:-1], State(contexts[-1:], own[-1:], state.weights)

    def log_probabilities(
        self, documents: Sequence[ArrayLike], labels: NDArray[np.int64] | None = None
    ) -> list[Floats]:
        """Natural log-probability of every symbol of each document (T,), each from a cold start.

        `labels` (D, columns): each document's values; without them the shared model alone is asked.
        """
        values = first_column(self.config, labels, len(documents))
        return [self._log_p(document, int(value)) for document, value in zip(documents, values, strict=True)]

    def _log_p(self, document: ArrayLike, label: int) -> Floats:
        ids = np.asarray(document, np.int64).reshape(-1)
        check_ids(ids, self.config.n_symbols)
        p = along(self.shared, 0, ids, np.full(len(ids), 1.0 / self.config.n_symbols))[0]
        if self.own is None or label == 0:
            return _log(p)
        own, contexts = along(self.own, label, ids, p)
        share = self._shares_at(contexts)
        return _log((1 - share) * p + share * own)

    # -- storing --

    def to_tensors(self) -> dict[str, NDArray[Any]]:
        found = compact.to_tensors(self.shared, "shared")
        if self.own is not None:
            found |= compact.to_tensors(self.own, "own") | {"own.shares": self.shares}
        return found

    @classmethod
    def from_tensors(
        cls,
        config: Mapping[str, Any],
        tensors: Mapping[str, NDArray[Any]],
        *,
        max_ngrams: int = compact.MAX_NGRAMS,
    ) -> "Model":
        """The model that `to_tensors` and `config_values` describe. Raises ConfigError or InputError."""
        checked = Config.from_mapping(config)
        shared = compact.from_tensors(tensors, "shared", checked.n_symbols, max_ngrams=max_ngrams)
        if not any(name.startswith("own.") for name in tensors):
            return cls(checked, shared)
        if not checked.label_sizes:
            raise InputError("this model has n-grams of labels, but no label")
        own = compact.from_tensors(
            tensors, "own", checked.n_symbols, checked.label_sizes[0], max_ngrams=max_ngrams
        )
        shares = compact.tensor(tensors, "own.shares", np.float64, (own.order,))
        if not ((shares >= 0) & (shares < 1)).all():
            raise InputError("the model's 'own.shares' must be from 0 to 1")
        return cls(checked, shared, own, shares)

    @property
    def config_values(self) -> dict[str, Any]:
        return asdict(self.config)


def _log(p: NDArray[Float]) -> NDArray[Float]:
    return np.asarray(np.log(np.maximum(p, _LEAST)))


def along(trie: Trie, root: int, ids: Ints, below: Floats) -> tuple[Floats, Ints]:
    """(T,) the probability of each symbol of a document from a cold start, and the contexts (T, order)."""
    contexts, targets = trie.run(trie.beginning(np.array([root]), END)[0], ids)
    return trie.along(contexts[:-1], targets, below), contexts[:-1]


def first_column(config: Config, labels: NDArray[np.int64] | None, n_documents: int) -> Ints:
    """(D,) each document's value in the first label column, 0 without labels."""
    if labels is None or not config.label_sizes:
        return np.zeros(n_documents, np.int64)
    given = np.asarray(labels, np.int64)
    if given.shape != (n_documents, len(config.label_sizes)):
        raise InputError(
            f"{n_documents} documents need {n_documents} x {len(config.label_sizes)} labels, not {given.shape}"
        )
    if given.size and ((given < 0) | (given >= np.array(config.label_sizes))).any():
        raise InputError("a label is out of the range that the model has")
    return given[:, 0]
