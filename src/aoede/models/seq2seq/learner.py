"""A sequence-to-sequence model in training on pairs of a message and its reply."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from aoede.errors import InputError
from aoede.models.seq2seq.batches import Batch, Pairs
from aoede.models.seq2seq.config import Config
from aoede.models.seq2seq.model import Pair
from aoede.models.seq2seq.network import Network
from aoede.models.seq2seq.recipe import Recipe
from aoede.neural.learner import NetworkLearner
from aoede.neural.network import State
from aoede.score import Check

MAX_CHECKED = 20_000  # words of the held-out replies that a check reads
_CHECK_PAIRS = 128  # side by side
_MOST_NATS = 700.0  # of which there is a perplexity

Ints = NDArray[np.int64]


class Learner(NetworkLearner[Batch]):
    """A model in training on pairs of ids (T,) and (U,) without the end: 1 is the unknown word, others are words.

    Raises InputError where there is nothing to learn from, or ids are no words.
    """

    kind = Network
    unit = "word"

    def __init__(
        self,
        config: Config,
        recipe: Recipe,
        train: Sequence[Pair],
        valid: Sequence[Pair],
        *,
        seed: int = 0,
        max_checked: int = MAX_CHECKED,
    ) -> None:
        if not len(train):
            raise InputError("there is nothing to learn from: no message has a reply")
        self._train, self._valid = (
            Pairs(pairs, config.n_symbols, max_message=recipe.max_message, max_reply=recipe.max_reply)
            for pairs in (train, valid)
        )
        self._batch_size, self._indices = recipe.batch_size, np.zeros(0, np.int64)
        self._checked = _first(self._valid.n_targets, max_checked)
        super().__init__(config, recipe.of_network, n_rows=recipe.batch_size, seed=seed)
        counts = torch.from_numpy(self._train.counts(config.n_symbols).astype(np.float32))
        self.network.expect(counts)

    @property
    def n_examples(self) -> int:
        return len(self._train)

    @property
    def batch_size(self) -> int:
        return self._batch_size

    def update(self, indices: Ints, rng: np.random.Generator, progress: float) -> dict[str, float]:
        """One step on the pairs `indices` (B,). Returns their nats a word and the norm of the gradient."""
        self._indices = indices
        return super().update(indices, rng, progress)

    def _window(self, rng: np.random.Generator) -> tuple[Batch, NDArray[np.bool_]]:
        return self._train.batch(self._indices, self._device), np.zeros(0, np.bool_)

    def _cost(self, batch: Batch, state: State) -> tuple[Tensor, State]:
        logits = self.network(batch)
        return functional.cross_entropy(logits.float(), batch.targets, reduction="sum"), ()

    def _held_out_nats(self) -> tuple[float, int] | None:
        """Of the first held-out pairs, the shortest replies first, so that few steps are idle."""
        if not len(self._checked):
            return None
        lengths = self._valid.n_targets[self._checked]
        order = self._checked[np.argsort(lengths, kind="stable")]
        total = 0.0
        for begin in range(0, len(order), _CHECK_PAIRS):
            batch = self._valid.batch(order[begin : begin + _CHECK_PAIRS], self._device)
            total += float(self._nats(batch, ())[0])
        return total, int(lengths.sum())

    def judged(self, watched: float | None) -> Check:
        """The check of a reading that cost so many nats a word, with the perplexity that this is."""
        check = super().judged(watched)
        if watched is None:
            return check
        return replace(
            check,
            figures={**check.figures, "held-out perplexity a word": math.exp(min(watched, _MOST_NATS))},
        )


def _first(lengths: Ints, most: int) -> Ints:
    """The first rows, of at most `most` words together, but one at least."""
    n = int((np.cumsum(lengths) <= most).sum())
    return np.arange(min(len(lengths), max(1, n)))
