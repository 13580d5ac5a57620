r"""n-grams: the next symbol from the few before it, by counting.

Interpolated modified Kneser-Ney (Chen & Goodman, "An empirical study of smoothing techniques for language
modeling", TR-10-98, 1998, equations 26-29). With a(h, w) the adjusted count of symbol w after context h,
A(h) = sum of a(h, w) over w, and h' the context without its oldest symbol:

    P(w | h) = max(a(h, w) - D(a(h, w)), 0) / A(h) + gamma(h) P(w | h')
    gamma(h) = (D1 N1(h) + D2 N2(h) + D3 N3+(h)) / A(h)
    Y = n1 / (n1 + 2 n2)    Di = i - (i + 1) Y n(i+1) / ni    for i = 1, 2, 3

Ni(h) is the number of symbols with adjusted count i after h, ni the number of n-grams of this length with
adjusted count i. a is the plain count for the longest contexts, and for those that reach back to the
beginning of a sequence; elsewhere the number of different symbols seen before (h, w). Below the empty
context lies the uniform distribution. Where the data give no Di between 0 and i, i/2 is taken.

A condition (a mode, a section, a mood) is one symbol for a whole sequence. It stands nearest to the predicted
symbol, so that backing off forgets the oldest history first and the condition last.

Contexts form a trie that is stored flat: per length a sorted array `contexts` of packed
(parent context << 32 | next older symbol), whose positions are the context ids; a sorted array `keys` of
(context id << 32 | predicted symbol); and `counts`. A look-up is two `searchsorted` calls a length.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aoede.errors import InputError
from aoede.models.ngram.compact import MAX_ORDER, tensor
from aoede.models.ngram.counting import Floats, Ints, check_ids, discounts_of
from aoede.models.ngram.trie import ranges
from aoede.settings import from_mapping, whole_numbers

_SHIFT = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_MAX_SYMBOLS = 2**24
_MOST_IN_TABLE = 1 << 17  # probabilities of a length that are kept, 1 MB
_SCORED_AT_ONCE = 1 << 20

Keys = NDArray[np.uint64]


@dataclass(frozen=True)
class ConditionedConfig:
    order: int  # symbols an n-gram has, the predicted one included
    n_symbols: int  # ids are 0..n_symbols - 1
    n_conditions: int = 0  # conditions are 0..n_conditions - 1; 0 for a model without

    def __post_init__(self) -> None:
        limits = {"order": (1, MAX_ORDER), "n_symbols": (1, _MAX_SYMBOLS), "n_conditions": (0, _MAX_SYMBOLS)}
        whole_numbers(self, limits)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "ConditionedConfig":
        """Raises ConfigError for unknown or missing keys and for values out of range."""
        return from_mapping(cls, values, "an n-gram")

    @property
    def depth(self) -> int:
        """Symbols in the longest context, the condition included."""
        return self.order - 1 + self.first_history

    @property
    def first_history(self) -> int:
        """How many context symbols stand before the history: 1 with conditions, else 0."""
        return 1 if self.n_conditions else 0


@dataclass(frozen=True)
class _Level:
    """All n-grams of one length. Derived arrays are computed once, on first use."""

    contexts: Keys  # (C,) sorted
    keys: Keys  # (K,) sorted
    counts: NDArray[np.uint32]  # (K,) adjusted counts

    @cached_property
    def starts(self) -> Ints:
        """(C + 1,) where each context's keys begin."""
        edges = np.arange(len(self.contexts) + 1, dtype=np.uint64) << _SHIFT
        return np.searchsorted(self.keys, edges)

    @cached_property
    def _discounts(self) -> Floats:
        """(K,) the discount of each n-gram."""
        return np.asarray(discounts_of(self.counts)[np.minimum(self.counts, 3) - 1])

    @cached_property
    def _totals(self) -> Floats:
        return np.add.reduceat(self.counts.astype(np.float64), self.starts[:-1])

    @cached_property
    def discounted(self) -> Floats:
        """(K,) what each n-gram's own count gives to its probability."""
        totals = np.repeat(self._totals, np.diff(self.starts))
        return np.asarray((self.counts - self._discounts) / totals)

    @cached_property
    def backoff(self) -> Floats:
        """(C,) gamma: the share that each context leaves to the shorter one."""
        return np.asarray(np.add.reduceat(self._discounts, self.starts[:-1]) / self._totals)


@dataclass(frozen=True)
class State:
    """Where a batch of sequences stands. History is nearest first, -1 beyond the beginning."""

    condition: Ints | None  # (B,)
    history: Ints  # (B, order - 1)


class NGram:
    """A fitted model. `config` and the levels, from the empty context to the longest."""

    def __init__(self, config: ConditionedConfig, levels: Sequence[_Level]) -> None:
        self.config = config
        self._levels = tuple(levels)

    # -- learning --

    @classmethod
    def fit(
        cls,
        config: ConditionedConfig,
        sequences: Sequence[ArrayLike],
        conditions: Sequence[int] | None = None,
        groups: Sequence[int] | None = None,
    ) -> "NGram":
        """Count the sequences (integers below `config.n_symbols`), each with its condition if there are any.

        With `groups` (one number a sequence) plain counts are numbers of groups: what one song says a hundred
        times it says once about other songs. Raises InputError where ids or conditions are out of range or
        nothing is left to count.
        """
        events = _Events(config, sequences, conditions)
        if not events.n:
            raise InputError("there is nothing to count: every sequence is empty")
        if groups is not None and len(groups) != len(sequences):
            raise InputError(f"{len(sequences)} sequences need as many groups, not {len(groups)}")
        raw = _count(events, config.depth, None if groups is None else events.spread(groups))
        return cls(config, _adjust(raw, config))

    @classmethod
    def fit_columns(cls, config: ConditionedConfig, targets: ArrayLike, columns: ArrayLike) -> "NGram":
        """Count targets (N,) after contexts (N, order - 1) of any kind, the most telling first, -1 beyond the last.

        What stands in a column need not have been predicted before: a place in the bar, a chord. So the counts are
        plain ones at every length. Raises InputError where targets are out of range or there are none.
        """
        events = _Columns(config, targets, columns)
        if not events.n:
            raise InputError("there is nothing to count")
        return cls(config, _count(events, config.depth, None))

    def log_probabilities_of(
        self, sequences: Sequence[ArrayLike], conditions: Sequence[int] | None = None
    ) -> Floats:
        """(total symbols,) natural log-probability of every symbol of the sequences, one after another."""
        events = _Events(self.config, sequences, conditions)
        parts = [
            self._score(events, slice(begin, begin + _SCORED_AT_ONCE))
            for begin in range(0, events.n, _SCORED_AT_ONCE)
        ]
        return np.concatenate(parts) if parts else np.zeros(0)

    def nats_per_symbol(
        self, sequences: Sequence[ArrayLike], conditions: Sequence[int] | None = None
    ) -> float:
        """Mean negative log-probability of held-out sequences. Raises InputError where they are empty."""
        scores = self.log_probabilities_of(sequences, conditions)
        if not len(scores):
            raise InputError("there is nothing to score: every sequence is empty")
        return float(-scores.mean())

    def _score(self, events: "_Events", part: slice) -> Floats:
        targets = events.targets[part]
        p = np.full(len(targets), 1.0 / self.config.n_symbols)
        ids = np.zeros(len(targets), np.int64)
        for depth, level in enumerate(self._levels):
            if depth:
                ids = _find_contexts(level, ids, events.context(depth, part))
            found = ids >= 0
            keys = _pack(ids[found], targets[found])
            at = np.minimum(np.searchsorted(level.keys, keys), len(level.keys) - 1)
            own = np.where(level.keys[at] == keys, level.discounted[at], 0.0)
            p[found] = own + level.backoff[ids[found]] * p[found]
        return np.asarray(np.log(p))

    # -- sampling --

    def start(self, prompt: ArrayLike = (), condition: ArrayLike | None = None) -> State:
        """The state after `prompt`, (T,) for one sequence or (B, T); `condition` is one for all or (B,).

        Without history a sequence begins.
        """
        symbols = np.atleast_2d(np.asarray(prompt, np.int64))
        wanted = None if condition is None else np.atleast_1d(np.asarray(condition, np.int64))
        if wanted is not None:
            check_ids(wanted, self.config.n_conditions, "a condition")
        check_ids(symbols, self.config.n_symbols)
        if (wanted is None) != (self.config.n_conditions == 0):
            raise InputError(
                f"this n-gram has {self.config.n_conditions} conditions; give one, or none if it has none"
            )
        n = max(len(symbols), 1 if wanted is None else len(wanted))
        history = np.full((n, self.config.order - 1), -1, np.int64)
        begun = np.concatenate([np.full((len(symbols), 1), self.config.n_symbols), symbols], axis=1)
        nearest = begun[:, ::-1][:, : self.config.order - 1]
        history[:, : nearest.shape[1]] = nearest
        return State(None if wanted is None else np.broadcast_to(wanted, (n,)), history)

    def step(self, state: State, ids: ArrayLike | None = None) -> tuple[Floats, State]:
        """Append `ids` (B,) and give the log-probabilities (B, n_symbols) of what follows, and the new state.

        Without `ids`: what follows the prompt.
        """
        if ids is not None:
            newest = np.asarray(ids, np.int64).reshape(-1, 1)
            check_ids(newest, self.config.n_symbols)
            history = np.concatenate([newest, state.history], axis=1)[:, : self.config.order - 1]
            state = replace(state, history=history)
        return np.log(self._distribution(state)), state

    def distribution_after(self, columns: ArrayLike) -> Floats:
        """(B, n_symbols) log-probabilities after contexts (B, order - 1), as `fit_columns` counted them."""
        return np.log(self._distribution(State(None, np.asarray(columns, np.int64))))

    def _distribution(self, state: State) -> Floats:
        """(B, n_symbols) probabilities."""
        n = len(state.history)
        p = np.full((n, self.config.n_symbols), 1.0 / self.config.n_symbols)
        ids = np.zeros(n, np.int64)
        columns = [] if state.condition is None else [state.condition]
        columns += list(state.history.T)
        for depth, level in enumerate(self._levels):
            if depth:
                ids = _find_contexts(level, ids, columns[depth - 1])
            rows = np.flatnonzero(ids >= 0)
            found = ids[rows]
            if depth < len(self._tables):
                p[rows] = self._tables[depth][found]
                continue
            p[rows] *= level.backoff[found, None]
            lengths = level.starts[found + 1] - level.starts[found]
            at = ranges(level.starts[found], lengths)
            p[np.repeat(rows, lengths), (level.keys[at] & _LOW).astype(np.int64)] += level.discounted[at]
        return p

    @cached_property
    def _tables(self) -> list[Floats]:
        """(C, n_symbols) probabilities after every context of the shortest lengths, as far as they are small."""
        tables = list[Floats]()
        for level in self._levels:
            if len(level.contexts) * self.config.n_symbols > _MOST_IN_TABLE:
                break
            parents = (level.contexts >> _SHIFT).astype(np.int64)
            shorter = (
                tables[-1][parents]
                if tables
                else np.full((1, self.config.n_symbols), 1.0 / self.config.n_symbols)
            )
            table = shorter * level.backoff[:, None]
            table[(level.keys >> _SHIFT).astype(np.int64), (level.keys & _LOW).astype(np.int64)] += (
                level.discounted
            )
            tables.append(table)
        return tables

    # -- storing --

    def to_tensors(self) -> dict[str, NDArray[Any]]:
        """Three arrays a length: `contexts.k`, `keys.k` (uint64) and `counts.k` (uint32)."""
        return {
            f"{name}.{depth}": getattr(level, name)
            for depth, level in enumerate(self._levels)
            for name in ("contexts", "keys", "counts")
        }

    @classmethod
    def from_tensors(cls, config: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> "NGram":
        """The model that `to_tensors` and `config_values` describe. Raises ConfigError or InputError."""
        checked = ConditionedConfig.from_mapping(config)
        levels: list[_Level] = []
        n_levels = min(checked.depth + 1, max(1, len(tensors) // 3))  # fewer where all sequences were short
        for depth in range(n_levels):
            n_parents = len(levels[-1].contexts) if levels else 1
            levels.append(_checked_level(tensors, depth, n_parents, checked))
        return cls(checked, levels)

    @property
    def config_values(self) -> dict[str, int]:
        return asdict(self.config)


class _Events:
    """Every symbol to predict with its context, read off one flat array without copying histories.

    Each sequence stands behind one beginning mark (the id `n_symbols`).
    """

    def __init__(
        self, config: ConditionedConfig, sequences: Sequence[ArrayLike], conditions: Sequence[int] | None
    ) -> None:
        arrays = [np.asarray(sequence, np.int64).reshape(-1) for sequence in sequences]
        lengths = np.array([len(array) for array in arrays], np.int64)
        _check_conditions(config, conditions, len(arrays))
        mark = np.array([config.n_symbols], np.int64)
        self.flat = np.concatenate([part for array in arrays for part in (mark, array)] or [mark[:0]])
        self.at = np.flatnonzero(self.flat != config.n_symbols)
        self.n = len(self.at)
        self.targets = self.flat[self.at]
        if self.n != lengths.sum():
            raise InputError(f"symbols must be below {config.n_symbols:,}")
        check_ids(self.targets, config.n_symbols)
        self._positions = ranges(np.zeros(len(lengths), np.int64), lengths)
        self._lengths = lengths
        self._conditions = None if conditions is None else self.spread(conditions)

    def spread(self, values: Sequence[int]) -> Ints:
        """One value a sequence -> one value an event."""
        return np.repeat(np.asarray(values, np.int64), self._lengths)

    def context(self, depth: int, part: slice = slice(None)) -> Ints:
        """The context symbol at `depth` (1 is nearest) of each event, -1 beyond the beginning."""
        if self._conditions is not None and depth == 1:
            return self._conditions[part]
        back = depth - (0 if self._conditions is None else 1)
        reaches = self._positions[part] >= back - 1
        return np.where(reaches, self.flat[np.maximum(self.at[part] - back, 0)], -1)


class _Columns:
    """The same of targets that each have a row of their own as context."""

    def __init__(self, config: ConditionedConfig, targets: ArrayLike, columns: ArrayLike) -> None:
        self.targets = np.asarray(targets, np.int64).reshape(-1)
        self._columns = np.asarray(columns, np.int64)
        self.n = len(self.targets)
        check_ids(self.targets, config.n_symbols)
        if self._columns.shape != (self.n, config.depth) or config.n_conditions:
            raise InputError(f"each of {self.n} targets needs {config.depth} numbers as its context")

    def context(self, depth: int, part: slice = slice(None)) -> Ints:
        return self._columns[part, depth - 1]


def _check_conditions(config: ConditionedConfig, conditions: Sequence[int] | None, n_sequences: int) -> None:
    if (conditions is None) != (config.n_conditions == 0):
        raise InputError(f"this n-gram has {config.n_conditions} conditions; give one a sequence, or none")
    if conditions is not None:
        if len(conditions) != n_sequences:
            raise InputError(f"{n_sequences} sequences need as many conditions, not {len(conditions)}")
        check_ids(np.asarray(conditions, np.int64), config.n_conditions, "a condition")


def _count(events: "_Events | _Columns", depth: int, groups: Ints | None) -> list[_Level]:
    """The levels with plain counts: of events, or of the groups (one number an event) that have them."""
    ids = np.zeros(events.n, np.int64)
    contexts = np.zeros(1, np.uint64)
    levels = []
    for level in range(depth + 1):
        if level:
            symbols = events.context(level)
            reached = (ids >= 0) & (symbols >= 0)
            contexts, inverse = np.unique(_pack(ids[reached], symbols[reached]), return_inverse=True)
            ids = np.full(events.n, -1, np.int64)
            ids[reached] = inverse
        known = ids >= 0
        every = _pack(ids[known], events.targets[known])
        keys, counts = np.unique(every, return_counts=True)
        if groups is not None:
            counts = _count_groups(np.searchsorted(keys, every), groups[known], len(keys))
        levels.append(_Level(contexts, keys, np.minimum(counts, 2**32 - 1).astype(np.uint32)))
        if not len(levels[-1].keys):  # no sequence is as long
            return levels[:-1]
    return levels


def _count_groups(which: Ints, groups: Ints, n: int) -> Ints:
    """(n,) in how many different groups each of 0..n-1 occurs."""
    pairs = np.unique(_pack(which, groups))
    return np.bincount((pairs >> _SHIFT).astype(np.int64), minlength=n)


def _adjust(raw: list[_Level], config: ConditionedConfig) -> list[_Level]:
    """Plain counts replaced, but at the longest length, by how many different symbols come before."""
    levels = [raw[-1]]
    for depth in range(len(raw) - 2, -1, -1):
        level, longer = raw[depth], levels[0]
        parents = longer.contexts[(longer.keys >> _SHIFT).astype(np.int64)] >> _SHIFT
        at = np.searchsorted(level.keys, (parents << _SHIFT) | (longer.keys & _LOW))
        # A symbol is not the rarer for there being few conditions: below them, counts add up.
        weights = longer.counts if config.n_conditions and depth == 0 else None
        counts = np.bincount(at, weights=weights, minlength=len(level.keys)).astype(np.uint32)
        if depth > config.first_history:
            outermost = level.contexts[(level.keys >> _SHIFT).astype(np.int64)] & _LOW
            counts = np.where(outermost == config.n_symbols, level.counts, counts)
        levels.insert(0, _Level(level.contexts, level.keys, counts))
    return levels


def _pack(high: Ints, low: Ints) -> Keys:
    return np.asarray((high.astype(np.uint64) << _SHIFT) | low.astype(np.uint64))


def _find_contexts(level: _Level, parents: Ints, symbols: Ints) -> Ints:
    """The ids of contexts (parent, symbol), -1 where one was never seen."""
    known = (parents >= 0) & (symbols >= 0)
    wanted = _pack(np.where(known, parents, 0), np.where(known, symbols, 0))
    at = np.minimum(np.searchsorted(level.contexts, wanted), len(level.contexts) - 1)
    return np.where(known & (level.contexts[at] == wanted), at, -1)


def _checked_level(
    tensors: Mapping[str, NDArray[Any]], depth: int, n_parents: int, config: ConditionedConfig
) -> _Level:
    contexts = tensor(tensors, f"contexts.{depth}", np.uint64)
    keys = tensor(tensors, f"keys.{depth}", np.uint64)
    counts = tensor(tensors, f"counts.{depth}", np.uint32)
    owners = keys >> _SHIFT
    sound = (
        len(keys) == len(counts) > 0
        and bool((contexts[1:] > contexts[:-1]).all() and (keys[1:] > keys[:-1]).all())
        and bool((contexts >> _SHIFT < n_parents).all() and (keys & _LOW < config.n_symbols).all())
        and bool((counts > 0).all())
        and len(np.unique(owners)) == len(contexts) == int(owners[-1]) + 1
    )
    if not sound:
        raise InputError(
            f"the n-grams of length {depth + 1} are damaged", hint="Train or copy the model again."
        )
    return _Level(contexts, keys, counts)
