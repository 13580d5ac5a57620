r"""An n-gram model that goes on counting while it reads: what a text has said once it will likely say again.

At every context h the symbols seen in this reading are added to those of the trained model, `boost` times over, for
they are nearer than any training text. With c, D, A, gamma those of the trained model (`trie.py`), o(h, w) the count
of this reading, O(h) its sum, t(h) the number of its different symbols, and B(h) = A(h) + boost O(h):

    p(w | h) = [max(c - D, 0) + boost (o - d)+] / B(h) + [gamma(h) A(h) + boost d t(h)] / B(h) p(w | h')

Where training never saw h, A(h) = gamma(h) = 1 with no symbols. The predictions after the longest contexts are then
mixed in the logarithm, sum of v_k log p_k + constant, with weights v for each length of the longest context that this
reading knows, learned along the way by gradient descent on -log p of each character read (as in Mahoney, "Adaptive
weighing of context models for lossless data compression", 2005). A prediction is made before its character is read.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from aoede.models.ngram.counting import END, Floats, Ints, check_ids
from aoede.models.ngram.model import Model, State

_N_MIXED = 5  # predictions that are mixed, after the longest contexts


@dataclass(frozen=True)
class Habits:
    """How it adapts. Tuned on the first half of a validation text (see bench/ngram_text.py)."""

    boost: float = 4.0  # occurrences of the training text that one of this reading weighs
    discount: float = 0.6  # taken from each count of this reading
    rate: float = 0.003  # of the mixing weights
    first_weights: tuple[float, ...] = (0.15, 0.2, 0.12, 0.05, 0.8)  # shortest context first
    max_contexts: int = 1_000_000  # of each length: beyond it those that are known go on counting


class Adaptive:
    """One reading. It changes with every symbol that it reads; make another for another text."""

    def __init__(self, model: Model, *, habits: Habits | None = None) -> None:
        self.model, self.habits = model, habits or Habits()
        order = model.order
        self._mixed = range(max(0, order - _N_MIXED), order)
        self._seen: list[dict[tuple[int, ...], tuple[list[int], list[int]]]] = [{} for _ in range(order)]
        weights = np.array(self.habits.first_weights[-len(self._mixed) :])
        self._weights = np.tile(np.append(weights, 0.8), (order + 1, 1))  # the last: of what a label adds
        self._known = 0
        self.begin()

    # -- reading --

    def begin(self, condition: ArrayLike | None = None) -> None:
        """Go to the beginning of a document under labels as in `Model.start`. What was counted before it stays."""
        _, self._state = self.model.start(1, condition)
        self._history: list[int] = [END]
        self._predictions: Floats | None = None  # (experts, V) logs

    def predict(self) -> Floats:
        """(V,) log-probabilities of the next symbol."""
        return self._mix(self._experts())

    def read(self, symbol: int) -> float:
        """Learn from this symbol and go on; its log-probability before it was read."""
        check_ids(np.array([symbol]), self.model.config.n_symbols)
        shared = self.model.shared.after(self._state.contexts, np.array([symbol]))
        found = self._learn(symbol)
        own = self._state.own
        if self.model.own is not None and own.size:
            flat = self.model.own.after(own[0], np.full(own.shape[1], symbol))
            own = flat.reshape(own.shape)
        self._state = State(shared, own, self._state.weights)
        return found

    def log_probabilities(self, document: ArrayLike) -> Floats:
        """(T,) log-probability of each symbol of a document, which is read."""
        ids = np.asarray(document, np.int64).reshape(-1)
        return np.array([self.read(int(symbol)) for symbol in ids])

    # -- predicting --

    def _experts(self) -> Floats:
        """(experts + 1, V) log-probabilities after the longest contexts, and what the label adds to them."""
        if self._predictions is None:
            p = np.array(self._stages())
            added = np.zeros((1, p.shape[1]))
            if self._state.own.size:
                shared = self.model.shared.distribution(self._state.contexts)
                added = self.model.predict(self._state) - np.log(shared)
            self._predictions = np.concatenate([np.log(p), added])
        return self._predictions

    def _stages(self) -> list[Floats]:
        """The distribution (V,) after each context that is mixed, each on top of the one before."""
        trie, contexts = self.model.shared, self._state.contexts[0]
        p = np.full(trie.n_symbols, 1.0 / trie.n_symbols)
        self._known, stages = 0, []
        for k, node in enumerate(contexts):
            symbols, own, gamma, total = trie.entries(int(node))
            # The history of a beginning is shorter than most contexts.
            seen = self._seen[k].get(self._key(k)) if k <= len(self._history) else None
            if seen is not None:
                self._known = k + 1
                p = self._joined(p, symbols, own, gamma, total, seen)
            elif len(symbols):
                p = p * gamma
                p[symbols] += own
            if k in self._mixed:
                stages.append(p)
        return stages

    def _joined(
        self,
        below: Floats,
        symbols: Ints,
        own: Floats,
        gamma: float,
        total: float,
        seen: tuple[list[int], list[int]],
    ) -> Floats:
        """The distribution after one context that training (d, gamma, A) and this reading know."""
        boost, discount = self.habits.boost, self.habits.discount
        whole = total + boost * sum(seen[1])
        p = below * ((gamma * total + boost * discount * len(seen[0])) / whole)
        if len(symbols):
            p[symbols] += own * (total / whole)
        p[seen[0]] += (np.array(seen[1]) - discount) * (boost / whole)
        return p

    def _key(self, k: int) -> tuple[int, ...]:
        return tuple(self._history[-k:]) if k else ()

    def _mix(self, experts: Floats) -> Floats:
        z = self._weights[self._known] @ experts
        z -= z.max()
        return np.asarray(z - np.log(np.exp(z).sum()))

    # -- learning --

    def _learn(self, symbol: int) -> float:
        """One step of the mixing weights and one more count; the symbol's log-probability before."""
        experts = self._experts()
        log_p = self._mix(experts)
        slope = experts[:, symbol] - experts @ np.exp(log_p)
        self._weights[self._known] += self.habits.rate * np.clip(slope, -10, 10)
        self._count(symbol)
        self._history = [END] if symbol == END else [*self._history[-len(self._seen) :], symbol]
        self._predictions = None
        return float(log_p[symbol])

    def _count(self, symbol: int) -> None:
        """Longest contexts first; shorter ones count it only where it was new to the longer, as Kneser-Ney does."""
        for k in range(min(len(self._seen) - 1, len(self._history)), -1, -1):
            table, key = self._seen[k], self._key(k)
            seen = table.get(key)
            if seen is None:
                if len(table) < self.habits.max_contexts:
                    table[key] = ([symbol], [1])
            elif symbol in seen[0]:
                seen[1][seen[0].index(symbol)] += 1
                return
            else:
                seen[0].append(symbol)
                seen[1].append(1)
