"""Counting as a training: step k makes the model of order k, so that the run's curve is the ladder of orders.

Before the first step every symbol is as likely as any other. After the last order further steps change nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.models.ngram.building import Builder
from aoede.models.ngram.compact import tensor
from aoede.models.ngram.counting import Ints, checked_document
from aoede.models.ngram.model import Config, Model, first_column
from aoede.models.ngram.recipe import Recipe
from aoede.models.ngram.trie import uniform
from aoede.score import NONE_YET, Check

_TRAINING_CHARACTERS = 200_000  # at most, for the figure of the training text


class Learner:
    """An n-gram in the making from documents (T,) that end with END, with labels (D, columns) if the model has any.

    Raises InputError where there is nothing to learn from, or ids or labels are out of range.
    """

    def __init__(
        self,
        config: Config,
        recipe: Recipe,
        train: Sequence[Ints],
        valid: Sequence[Ints],
        *,
        train_labels: NDArray[np.int64] | None = None,
        valid_labels: NDArray[np.int64] | None = None,
        seed: int = 0,
    ) -> None:
        self.config = config
        self.recipe = recipe
        if not len(train):
            raise InputError("there is nothing to learn from: no document has a character")
        documents = [checked_document(document, config.n_symbols) for document in train]
        values = first_column(config, train_labels, len(train))
        self._builder = Builder(config, recipe, documents, values)
        self._train = _few(documents, train_labels)
        self._valid = [checked_document(document, config.n_symbols) for document in valid], valid_labels
        first_column(config, valid_labels, len(valid))
        self._model = Model(config, uniform(config.n_symbols))
        self._order = 0
        self._best = NONE_YET
        self._tensors: dict[str, NDArray[Any]] | None = None

    @property
    def n_examples(self) -> int:
        """One: every step counts everything."""
        return 1

    @property
    def batch_size(self) -> int:
        return 1

    @property
    def n_steps(self) -> int:
        """Steps after which nothing changes any more, whatever the time: the order."""
        return self.recipe.order_for(self.config.n_symbols)

    def update(self, indices: Ints, rng: np.random.Generator, progress: float) -> dict[str, float]:
        """Make the model of the next order, from all documents. Returns the order and the number of n-grams."""
        if self._order < self.n_steps:
            self._order += 1
            self._model = self._builder.model(self._order)
            self._tensors = None
        return {"order": float(self._order), "n-grams": float(self._model.n_grams)}

    def tame(self) -> None:
        """Nothing to be tamed: a count is always finite."""

    def check(self, rng: np.random.Generator) -> Check:
        """Held-out nats a character, with labels if there are any; the training text without held-out documents."""
        training = _nats(self._model, *self._train)
        figures = {"training nats a character": training}
        watched = training
        if self._valid[0]:
            watched = _nats(self._model, *self._valid)
            figures = {"held-out nats a character": watched, **figures}
            if self._model.own is not None:
                figures["held-out nats a character, label unknown"] = _nats(self._model, self._valid[0], None)
        overfits = bool(self._valid[0]) and watched > self._best
        self._best = min(self._best, watched)
        return Check(watched, overfits, figures)

    # -- storing --

    def tensors(self) -> dict[str, NDArray[Any]]:
        """The model, exactly."""
        if self._tensors is None:
            self._tensors = self._model.to_tensors()
        return dict(self._tensors)

    def state(self) -> dict[str, NDArray[Any]]:
        """The order come to, and the best figure."""
        return {"order": np.array([self._order], np.int64), "best": np.array([self._best])}

    def restore(self, tensors: Mapping[str, NDArray[Any]], state: Mapping[str, NDArray[Any]]) -> None:
        """After it the next update gives the same bits as if nothing had happened: it counts the documents again.

        Raises InputError, and changes nothing, for what is not of this learner.
        """
        strange = set(state) ^ set(self.state())
        if strange:
            raise InputError(f"this is no state of such a training: {', '.join(sorted(strange))}")
        order = int(tensor(state, "order", np.int64, (1,))[0])
        best = float(tensor(state, "best", np.float64, (1,))[0])
        given = Model.from_tensors(self._model.config_values, tensors)
        again = given.to_tensors()
        strange = set(tensors) ^ set(again)
        if strange or not 0 <= order <= self.n_steps or given.order > max(1, order):
            named = ", ".join(sorted(strange)) or "the order"
            raise InputError(f"this is no state of such a training: {named}")
        self._model, self._tensors, self._order = given, again, order
        self._best = best


def _few(
    documents: list[Ints], labels: NDArray[np.int64] | None
) -> tuple[list[Ints], NDArray[np.int64] | None]:
    """Documents from the beginning, for the figure of the training text."""
    n = int(np.searchsorted(np.cumsum([len(document) for document in documents]), _TRAINING_CHARACTERS)) + 1
    few = [document[:_TRAINING_CHARACTERS] for document in documents[:n]]
    return few, None if labels is None else np.asarray(labels)[: len(few)]


def _nats(model: Model, documents: Sequence[Ints], labels: NDArray[np.int64] | None) -> float:
    parts = model.log_probabilities(documents, labels)
    return float(-sum(part.sum() for part in parts) / max(1, sum(map(len, parts))))
