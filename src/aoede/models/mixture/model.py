"""The mixture of an n-gram with a recurrent network, for writing and judging; NumPy alone.

The n-gram knows by heart what is common, the network understands what is rare: each is sure where the other is not,
and together they foresee text better than either does when it is given far more.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aoede.errors import InputError
from aoede.models import ngram, rnn
from aoede.models.mixture.gate import Gate, checked_gate
from aoede.neural.arrays import Floats
from aoede.score import log_softmax

Config = rnn.Config  # of the network; the n-gram has no shape of its own


@dataclass(frozen=True)
class State:
    ngram: ngram.State
    network: Any


class Mixture:
    """An n-gram, a network, and what weighs them."""

    def __init__(self, config: Config, counted: ngram.Model, network: rnn.RNN, gate: Gate) -> None:
        self.config = config
        self.ngram, self.network, self.gate = counted, network, gate

    @classmethod
    def from_tensors(cls, config: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> "Mixture":
        """Raises ConfigError or InputError where these are not the parts of a mixture."""
        checked = Config.from_mapping(config)
        parts = apart(tensors)
        if set(parts) != {"ngram", "network", "gate"}:
            raise InputError(f"these are no parts of a mixture: {', '.join(sorted(parts))}")
        return cls(
            checked,
            ngram.Model.from_tensors(asdict(ngram_config(checked)), parts["ngram"]),
            rnn.RNN.from_tensors(config, parts["network"]),
            checked_gate(parts["gate"].get("weights", np.zeros(0))),
        )

    def to_tensors(self) -> dict[str, NDArray[Any]]:
        return joined(self.ngram.to_tensors(), self.network.to_tensors(), self.gate)

    @property
    def config_values(self) -> dict[str, Any]:
        return asdict(self.config)

    def start(self, n: int = 1, condition: ArrayLike | None = None) -> tuple[Floats, State]:
        """(n, V) log-probabilities of the first symbols of n documents, and the state before them."""
        p, counted = self.ngram.start(n, condition)
        q, network = self.network.start(n, condition)
        return self._mixed(p, q), State(counted, network)

    def step(self, state: State, ids: ArrayLike) -> tuple[Floats, State]:
        """Read the symbols `ids` (n,): (n, V) log-probabilities of what follows them, and the new state."""
        p, counted = self.ngram.step(state.ngram, ids)
        q, network = self.network.step(state.network, ids)
        return self._mixed(p, q), State(counted, network)

    def select(self, state: State, rows: ArrayLike) -> State:
        """The state of the sequences `rows` alone, in this order."""
        return State(self.ngram.select(state.ngram, rows), self.network.select(state.network, rows))

    def _mixed(self, p: NDArray[np.float64], logits: Floats) -> Floats:
        return self.gate.mix(p.astype(np.float32), log_softmax(logits))


def ngram_config(config: Config) -> ngram.Config:
    return ngram.Config(n_symbols=config.n_symbols, label_sizes=config.label_sizes)


def joined(
    counted: Mapping[str, NDArray[Any]], network: Mapping[str, NDArray[Any]], gate: Gate
) -> dict[str, NDArray[Any]]:
    """The tensors of the parts under the names of the parts."""
    parts = {"ngram": counted, "network": network, "gate": {"weights": gate.weights}}
    return {f"{part}.{name}": array for part, arrays in parts.items() for name, array in arrays.items()}


def apart(tensors: Mapping[str, NDArray[Any]]) -> dict[str, dict[str, NDArray[Any]]]:
    """The tensors of each part by their own names."""
    parts: dict[str, dict[str, NDArray[Any]]] = {}
    for name, array in tensors.items():
        part, _, own = name.partition(".")
        parts.setdefault(part, {})[own] = array
    return parts
