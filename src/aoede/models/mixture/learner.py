"""A mixture in training: the n-gram is counted at once, the network learns, and each check weighs the two anew.

The weights are fitted on the first half of the held-out text; the figure that is watched is that of the second half.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.models import ngram
from aoede.models.mixture.gate import Gate
from aoede.models.mixture.model import Config, apart, joined, ngram_config
from aoede.models.mixture.recipe import Recipe
from aoede.models.rnn.learner import Learner as NetworkLearner
from aoede.neural.arrays import Floats
from aoede.neural.documents import MAX_CHECKED, held_out_rows
from aoede.neural.streams import Ints
from aoede.score import NONE_YET, Check, one_hot

MAX_CELLS = 60_000_000  # probabilities of the n-gram that are kept for the checks


class Learner:
    """A mixture on documents (T_i,) of ids, each with its row of label ids."""

    def __init__(
        self,
        config: Config,
        recipe: Recipe,
        train: Sequence[Ints],
        valid: Sequence[Ints],
        *,
        train_labels: Ints | None = None,
        valid_labels: Ints | None = None,
        seed: int = 0,
    ) -> None:
        self.config, self.recipe = config, recipe
        most = min(MAX_CHECKED, MAX_CELLS // config.n_symbols)
        self._network = NetworkLearner(
            config,
            recipe,
            train,
            valid,
            train_labels=train_labels,
            valid_labels=valid_labels,
            seed=seed,
            max_checked=most,
        )
        first = None if train_labels is None or not config.label_sizes else train_labels[:, 0]
        self._ngram = ngram.fit(ngram_config(config), train, first, recipe.counting)
        self._counted = self._ngram.to_tensors()
        self._foreseen = self._of_rows(valid, valid_labels, most)
        self._gate = Gate.even()
        self._best = np.full(2, NONE_YET)

    @property
    def n_examples(self) -> int:
        return self._network.n_examples

    @property
    def batch_size(self) -> int:
        return self._network.batch_size

    def update(self, indices: Ints, rng: np.random.Generator, progress: float) -> dict[str, float]:
        """One step of the network."""
        return self._network.update(indices, rng, progress)

    def tame(self) -> None:
        """Halve the learning rate from here on."""
        self._network.tame()

    def check(self, rng: np.random.Generator) -> Check:
        """Weigh the two anew; the figures of each alone, and of the mixture on text that is new to the weights."""
        if self._foreseen is None:
            return self._network.check(rng)
        nats, targets, q = self._network.held_out_predictions()
        self._network.judged(nats / len(targets))
        p = self._foreseen
        half = len(targets) // 2
        self._gate = Gate.fit(p[:half], q[:half], targets[:half])
        at = np.arange(half, len(targets))
        alone = [-float(part[at, targets[half:]].mean()) for part in (p, q)]
        watched = -float(self._gate.mix(p[half:], q[half:])[at - half, targets[half:]].mean())
        figures = {
            "held-out nats a character": watched,
            "n-gram's held-out nats a character": alone[0],
            "network's held-out nats a character": alone[1],
        }
        gap = self._network.gap
        overfits = gap > self._best[1]
        if watched < self._best[0]:
            self._best[:] = watched, gap
        return Check(watched, bool(overfits), figures)

    def _of_rows(self, valid: Sequence[Ints], labels: Ints | None, most: int) -> Floats | None:
        """(T, V) the n-gram's log-probabilities of the held-out text, in the order in which the network reads it."""
        kept = held_out_rows(valid, most)
        if not kept:
            return None
        sizes = self.config.label_sizes
        conditions = (
            one_hot(labels[: len(kept)], sizes) if labels is not None and sizes else [None] * len(kept)
        )
        parts = [
            block
            for document, condition in zip(kept, conditions, strict=True)
            for _, block in self._ngram.distributions(document, condition=condition)
        ]
        return np.concatenate(parts)

    # -- storing --

    def tensors(self) -> dict[str, NDArray[Any]]:
        return joined(self._counted, self._network.tensors(), self._gate)

    def state(self) -> dict[str, NDArray[Any]]:
        """All that the next update and check depend on beside the weights, copied."""
        return self._network.state() | {"best_mixture": self._best.copy()}

    def restore(self, tensors: Mapping[str, NDArray[Any]], state: Mapping[str, NDArray[Any]]) -> None:
        """After it the next update gives the same bits as if nothing had happened.

        The n-gram stays the one that was counted here: where the text changed since, that of the text as it is.
        Raises InputError, and changes nothing, for what is not of this learner.
        """
        parts, network = apart(tensors), dict(state)
        best = network.pop("best_mixture", None)
        counted = parts.get("ngram", {})
        if set(parts) != {"ngram", "network", "gate"} or set(parts["gate"]) != {"weights"}:
            raise InputError("this is no state of such a training: parts are missing")
        if _kinds(counted) != _kinds(self._counted) or best is None or best.shape != (2,):
            raise InputError("this is no state of such a training: its n-gram is of another kind")
        self._network.restore(parts["network"], network)
        self._gate = Gate(np.array(parts["gate"]["weights"], np.float32))
        self._best[:] = best


def _kinds(counted: Mapping[str, NDArray[Any]]) -> dict[str, np.dtype[Any]]:
    """What every n-gram with labels, or without, has; great counts and pruned ones are there where there are any."""
    return {name: array.dtype for name, array in counted.items() if not name.endswith((".large", ".removed"))}
