"""Training in NumPy: pairs against the other pairs of the batch, and messages whose class is known.

The pairs of a batch are each other's wrong answers (Henderson et al. 2017, section 4.2), in both directions; a wrong
answer that is word for word the right one does not count. Tables move by a lazy Adam: only the rows that were seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.models.two_tower.bags import Bags, Floats, Ints
from aoede.models.two_tower.config import Config
from aoede.models.two_tower.descent import Adam, Gradients
from aoede.models.two_tower.model import MEANING_SCALE, Encoded, Model, Texts, unit, without_equals
from aoede.models.two_tower.recipe import Recipe
from aoede.randomness import stream
from aoede.score import NONE_YET, Check, log_softmax

N_AMONG = 100  # replies among which the right one is sought when held-out pairs are judged
_FIRST_MIX = (6.0, 4.0, 4.0)
_MIX_RATE = 10.0  # how much faster than other weights the three numbers move
_SPREAD = 0.05  # of the first rows of tables


@dataclass(frozen=True)
class Pairs:
    """Messages with their replies (n of each). Equal `keys` (n,) mark replies that say the same."""

    messages: Sequence[Encoded]
    replies: Sequence[Encoded]
    keys: Ints

    def __len__(self) -> int:
        return len(self.messages)


@dataclass(frozen=True)
class Judged:
    """Messages, what was said before them, and how much each class is right (n, n_classes), rows adding up to 1."""

    messages: Sequence[Encoded]
    contexts: Sequence[Encoded]
    targets: Floats
    weights: Floats  # (n,) how often each is shown

    def __len__(self) -> int:
        return len(self.messages)


class Learner:
    """A model in the making. `fixed` holds the weights of `Config.fixed_shapes`.

    Raises InputError where there are no pairs to learn from.
    """

    def __init__(
        self,
        config: Config,
        recipe: Recipe,
        train: Pairs,
        valid: Pairs,
        *,
        fixed: Mapping[str, Floats],
        judged: Judged | None = None,
        judged_valid: Judged | None = None,
        seed: int = 0,
    ) -> None:
        if len(train) < 2:
            raise InputError("there is nothing to learn from: fewer than two messages have a reply")
        self.config, self.recipe = config, recipe
        self.model = Model(config, {**_begun(config, stream(seed, "two-tower", "begin")), **fixed})
        self._keys = train.keys
        self._messages, self._replies = self.model.texts(train.messages), self.model.texts(train.replies)
        self._fixed_parts = [_Fixed.of(self.model, texts) for texts in (self._messages, self._replies)]
        self._judged = _Classed.of(self.model, judged) if config.n_classes and judged else None
        self._valid = valid, _blocks(len(valid))
        self._judged_valid = judged_valid if config.n_classes else None
        self._adam = Adam(self.model.weights, config.shapes(), {"mix": _MIX_RATE})
        self._best = NONE_YET
        self._tamed = 1.0

    @property
    def n_examples(self) -> int:
        return len(self._keys)

    @property
    def batch_size(self) -> int:
        return min(self.recipe.batch_size, self.n_examples)

    def update(self, indices: Ints, rng: np.random.Generator, progress: float) -> dict[str, float]:
        """One step of Adam. Returns the nats of the pairs (the mean of both directions) and of the classes."""
        gradients = Gradients()
        figures = {"training nats of a pair": self._pairs_step(indices, rng, gradients)}
        if self._judged is not None:
            figures["training nats of an intent"] = self._classes_step(self._judged, rng, gradients)
        self._adam.step(gradients, self.recipe.learning_rate * (1 - progress) * self._tamed)
        return figures

    def tame(self) -> None:
        """Halve the learning rate from here on."""
        self._tamed /= 2

    def check(self, rng: np.random.Generator) -> Check:
        """Held-out pairs, each among a hundred, and held-out classes. Figures are empty where nothing is held out."""
        figures, watched = dict[str, float](), 0.0
        pairs, blocks = self._valid
        if len(pairs) > 1:
            nats, hits = self._ranked(pairs, blocks)
            figures |= {"held-out nats of a pair": nats, f"1 of {N_AMONG}": hits}
            watched += nats
        if self._judged_valid is not None and len(self._judged_valid):
            nats = self._class_nats(self._judged_valid)
            figures["held-out nats of an intent"] = nats
            watched += nats
        overfits = bool(figures) and watched > self._best
        self._best = min(self._best, watched) if figures else self._best
        return Check(watched, overfits, figures)

    # -- the pairs --

    def _pairs_step(self, indices: Ints, rng: np.random.Generator, gradients: "Gradients") -> float:
        weights, mix = self.model.weights, self.model.weights["mix"]
        sides = [
            self._passed(name, texts.learned.take(indices), fixed, indices, rng)
            for name, texts, fixed in zip(
                ("message", "reply"), (self._messages, self._replies), self._fixed_parts, strict=True
            )
        ]
        (u, v), meanings = (side.out for side in sides), [f.meaning[indices] for f in self._fixed_parts]
        words = [fixed.words(self.model, indices) for fixed in self._fixed_parts]
        cosines = [u @ v.T, meanings[0] @ meanings[1].T, words[0] @ words[1].T]
        scores = mix[0] * cosines[0] + mix[1] * cosines[1] + mix[2] * cosines[2]
        nats, slope = _both_directions(without_equals(scores, self._keys[indices]))
        gradients.add("mix", np.array([np.sum(slope * cosine) for cosine in cosines], np.float32))
        for side, of_out in zip(sides, (slope @ v, slope.T @ u), strict=True):
            side.descend(mix[0] * of_out, weights, gradients)
        return nats

    def _passed(
        self, name: str, bags: Bags, fixed: "_Fixed", indices: Ints, rng: np.random.Generator
    ) -> "_Passed":
        """A tower's way from features to vectors, with n-grams and units left out by chance."""
        bags = _dropped(bags, self.recipe.feature_dropout, rng)
        inputs = self.model.inputs(name, bags, fixed.meaning[indices])
        kept = _kept((len(indices), self.config.n_hidden), self.recipe.unit_dropout, rng)
        hidden = self.model.hidden(name, inputs)
        raw = self.model.out(name, hidden * kept)
        return _Passed(name, bags, inputs, hidden, kept, raw, unit(raw))

    # -- the classes --

    def _classes_step(self, judged: "_Classed", rng: np.random.Generator, gradients: "Gradients") -> float:
        weights = self.model.weights
        chosen = np.searchsorted(judged.chances, rng.random(self.recipe.batch_size), side="right")
        chosen = np.minimum(chosen, len(judged.targets) - 1)
        bags = _dropped(judged.messages.take(chosen), self.recipe.feature_dropout / 2, rng)
        contexts = _dropped(judged.contexts.take(chosen), self.recipe.feature_dropout, rng)
        meaning = judged.meaning[chosen]
        kept = _kept((len(chosen), self.config.n_head), self.recipe.unit_dropout, rng)
        hidden = self.model.head_hidden(bags, contexts, meaning)
        logs = log_softmax(self.model.class_scores(hidden * kept))
        targets = judged.targets[chosen]
        slope = np.asarray((np.exp(logs) - targets) / np.float32(len(chosen)), np.float32)
        gradients.add("head.out", np.asarray((hidden * kept).T @ slope))
        gradients.add("head.out_bias", slope.sum(axis=0))
        of_sum = (slope @ weights["head.out"].T) * kept * (1 - np.square(hidden))
        gradients.add("head.bias", of_sum.sum(axis=0))
        gradients.add("head.meaning", (MEANING_SCALE * meaning).T @ of_sum)
        gradients.add_rows("head.features", *bags.gradient(of_sum))
        gradients.add_rows("head.context", *contexts.gradient(of_sum))
        return float(-(targets * logs).sum() / len(chosen))

    # -- judging --

    def _ranked(self, pairs: Pairs, blocks: Sequence[Ints]) -> tuple[float, float]:
        """Mean nats and the share of hits of each pair among the pairs of its block."""
        nats, hits = list[Floats](), list[NDArray[np.bool_]]()
        for block in blocks:
            sides = [[texts[i] for i in block] for texts in (pairs.messages, pairs.replies)]
            messages, replies = (self.model.texts(side) for side in sides)
            scores = self.model.agreement(self.model.messages(messages), self.model.replies(replies))
            scores = without_equals(scores, pairs.keys[block])
            logs = log_softmax(scores)
            nats.append(-np.diag(logs))
            hits.append(scores.argmax(axis=1) == np.arange(len(block)))
        return float(np.concatenate(nats).mean()), float(np.concatenate(hits).mean())

    def _class_nats(self, judged: Judged) -> float:
        logs = self.model.classes(self.model.texts(judged.messages), self.model.texts(judged.contexts))
        return float(-(judged.weights @ (judged.targets * logs).sum(axis=1)) / judged.weights.sum())

    # -- storing --

    def tensors(self) -> dict[str, NDArray[Any]]:
        """The model, exactly."""
        return {name: array.copy() for name, array in self.model.weights.items()}

    def state(self) -> dict[str, NDArray[Any]]:
        """The moments of Adam, the best figure, and how far the rate was tamed."""
        return {**self._adam.state(), "best": np.array([self._best]), "tamed": np.array([self._tamed])}

    def restore(self, tensors: Mapping[str, NDArray[Any]], state: Mapping[str, NDArray[Any]]) -> None:
        """Raises InputError, and changes nothing, for what is not of this learner."""
        for given, own in ((tensors, self.tensors()), (state, self.state())):
            strange = set(given) ^ set(own)
            strange |= {name for name in set(given) & set(own) if given[name].shape != own[name].shape}
            if strange:
                raise InputError(f"this is no state of such a training: {', '.join(sorted(strange)[:8])}")
        for name in self.config.shapes():
            self.model.weights[name][:] = tensors[name]
        self._adam.restore(state)
        self._best, self._tamed = float(state["best"][0]), float(state["tamed"][0])


@dataclass(frozen=True)
class _Fixed:
    """What of texts never changes while the model learns."""

    texts: Texts
    meaning: Floats

    @classmethod
    def of(cls, model: Model, texts: Texts) -> "_Fixed":
        return cls(texts, model.meaning(texts))

    def words(self, model: Model, indices: Ints) -> Floats:
        return model.shared_words(self.texts.take(indices))


@dataclass(frozen=True)
class _Classed:
    """Messages of known classes as arrays; `chances` (n,) rise to 1."""

    messages: Bags
    contexts: Bags
    meaning: Floats
    targets: Floats
    chances: NDArray[np.float64]

    @classmethod
    def of(cls, model: Model, judged: Judged) -> "_Classed | None":
        if not len(judged):
            return None
        texts = model.texts(judged.messages)
        contexts = model.texts(judged.contexts)
        chances = np.cumsum(judged.weights, dtype=np.float64)
        return cls(
            texts.learned, contexts.learned, model.meaning(texts), judged.targets, chances / chances[-1]
        )


@dataclass(frozen=True)
class _Passed:
    """One tower's way through a batch, kept for the way back."""

    name: str
    bags: Bags
    inputs: Floats
    hidden: Floats
    kept: Floats
    raw: Floats
    out: Floats  # of length 1

    def descend(self, of_out: Floats, weights: Mapping[str, Floats], gradients: "Gradients") -> None:
        name, width = self.name, weights[f"{self.name}.features"].shape[1]
        lengths = np.maximum(np.sqrt(np.square(self.raw).sum(axis=1, keepdims=True)), 1e-6)
        of_raw = (of_out - self.out * (of_out * self.out).sum(axis=1, keepdims=True)) / lengths
        gradients.add(f"{name}.out", (self.hidden * self.kept).T @ of_raw)
        gradients.add(f"{name}.out_bias", of_raw.sum(axis=0))
        of_hidden = (of_raw @ weights[f"{name}.out"].T) * self.kept * (1 - self.hidden**2)
        gradients.add(f"{name}.in", self.inputs.T @ of_hidden)
        gradients.add(f"{name}.in_bias", of_hidden.sum(axis=0))
        of_inputs = of_hidden @ weights[f"{name}.in"].T
        gradients.add_rows(f"{name}.features", *self.bags.gradient(of_inputs[:, -width:]))


def _both_directions(scores: Floats) -> tuple[float, Floats]:
    """The mean nats of the right reply of each message and the right message of each reply, and their slope."""
    n = len(scores)
    right = np.arange(n)
    forth, back = log_softmax(scores), log_softmax(scores.T).T
    nats = -(forth[right, right].mean() + back[right, right].mean()) / 2
    slope = np.asarray((np.exp(forth) + np.exp(back)) / np.float32(2 * n), np.float32)
    slope[right, right] -= np.float32(1 / n)
    return float(nats), slope


def _dropped(bags: Bags, chance: float, rng: np.random.Generator) -> Bags:
    """Without some of the features, drawn; ANY, the first of each bag, stays."""
    kept = rng.random(len(bags.ids)) >= chance
    kept[bags.starts[:-1]] = True
    return bags.where(kept)


def _kept(shape: tuple[int, int], chance: float, rng: np.random.Generator) -> Floats:
    """0 for units left out, else what makes up for them."""
    return (rng.random(shape) >= chance).astype(np.float32) / np.float32(1 - chance)


def _blocks(n: int) -> list[Ints]:
    """Numbers 0 to n - 1 shuffled, always the same way, in blocks of N_AMONG; what is left over is left out."""
    order = stream(0, "two-tower", "blocks").permutation(n)
    n_whole = max(n // N_AMONG, 1)
    return [order[i * N_AMONG : (i + 1) * N_AMONG] for i in range(n_whole)]


def _begun(config: Config, rng: np.random.Generator) -> dict[str, Floats]:
    """First weights: small tables, matrices by the root of their rows, biases 0."""
    weights = dict[str, Floats]()
    for name, shape in config.shapes().items():
        if len(shape) == 1:
            weights[name] = np.zeros(shape, np.float32)
        else:
            is_table = name.endswith(("features", "context"))
            spread = _SPREAD if is_table else 1 / np.sqrt(shape[0])
            weights[name] = (spread * rng.standard_normal(shape)).astype(np.float32)
    weights["mix"] = np.array(_FIRST_MIX, np.float32)
    return weights
