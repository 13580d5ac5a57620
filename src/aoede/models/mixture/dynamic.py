r"""A mixture that adapts while it reads: it goes on counting, its network goes on learning, and so do their weights.

Three predictions are mixed in the logarithm: that of the trained n-gram p_1, that of the n-gram which counts what it
reads, p_2 (`ngram/adaptive.py`), and that of the network which learns what it reads, p_3 (`neural/dynamic.py`):

    log m(w) = sum of v_k log p_k(w) - log Z

The weights v begin as the gate has them, the n-gram's shared out between its two forms, one set for each of the
gate's cases. After each symbol x the set that was used goes a step along the gradient of log m(x), which is
log p_k(x) less its mean under m (Mahoney, "Adaptive weighing of context models for lossless data compression",
2005). Whatever is foreseen is foreseen before it is read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from aoede.models.mixture.gate import case_of
from aoede.models.mixture.model import Mixture
from aoede.models.ngram import Adaptive
from aoede.neural.arrays import Floats
from aoede.score import one_hot

Ints = NDArray[np.int64]

PARTS = ("n-gram", "network", "mixture")
_STEEPEST = 5.0  # nats of one symbol that a step goes by at most


class Network(Protocol):
    """The network in its adapting form, as in `neural/dynamic.py`."""

    def distributions(
        self, document: Ints, *, first_symbol: int, labels: Sequence[int] = ()
    ) -> Iterator[tuple[int, Floats]]:
        """Reads a document (T,): yields (t, log p (b, V)), all but the last of the same length."""


@dataclass(frozen=True)
class Habits:
    """How the weights begin and learn. Chosen on the first half of a validation text (see docs/LOG.md)."""

    counting: float = 0.7  # share of the n-gram's weight that its counting form begins with
    rate: float = 0.001


class Dynamic:
    """One reading of documents, one after another. It changes with every symbol; make another for another text."""

    def __init__(self, model: Mixture, network: Network, habits: Habits | None = None) -> None:
        self.model, self.network, self.habits = model, network, habits or Habits()
        self._counting = Adaptive(model.ngram)
        of_ngram, of_network = model.gate.weights.astype(np.float64).T
        share = self.habits.counting
        self._weights = np.stack([(1 - share) * of_ngram, share * of_ngram, of_network], axis=1)

    def distributions(
        self, document: Ints, labels: Sequence[int] = ()
    ) -> Iterator[tuple[int, dict[str, Floats]]]:
        """Reads a document (T,): yields (t, {part: log p (b, V)}) for `PARTS`, each row before its symbol was read.

        `labels` (n_columns,) are the document's. What was learnt stays for the next document.
        """
        sizes = self.model.config.label_sizes
        condition = one_hot(np.array([labels], np.int64), sizes)[0] if sizes else None
        self._counting.begin(condition)
        first = self.model.config.first_symbol
        for t, network in self.network.distributions(document, first_symbol=first, labels=labels):
            part = document[t : t + len(network)]
            if not t:
                still = self.model.ngram.distributions(document, condition=condition, block=len(network))
            counting = np.stack([self._read(symbol) for symbol in part.tolist()])
            experts = np.stack([next(still)[1], counting, network], axis=1)
            yield t, dict(zip(PARTS, (counting, network, self._mixed(experts, part)), strict=True))

    def _read(self, symbol: int) -> Floats:
        foreseen = self._counting.predict().astype(np.float32)
        self._counting.read(symbol)
        return foreseen

    def _mixed(self, experts: Floats, ids: Ints) -> Floats:
        """(b, 3, V) predictions, and the symbols (b,) that came -> (b, V) log m, weights learning in between."""
        mixed = np.empty((len(ids), experts.shape[2]), np.float32)
        cases = case_of(experts[:, 0], experts[:, 2])
        for row, expert, case, symbol in zip(mixed, experts, cases.tolist(), ids.tolist(), strict=True):
            z = self._weights[case] @ expert
            z -= z.max()
            m = np.exp(z)
            total = m.sum()
            row[:] = z - np.log(total)
            slope = expert[:, symbol] - expert @ (m / total)
            self._weights[case] += self.habits.rate * np.clip(slope, -_STEEPEST, _STEEPEST)
        return mixed
