"""A message and a reply, each through a tower of its own, and how well the two vectors agree.

    s(m, r) = a cos(u_m, v_r) + b cos(meaning of m, meaning of r) + c (words that both say)

u and v are learnt: sums of n-gram vectors through one hidden layer (Henderson et al. 2017, section 4). The meaning is
a fixed table of word vectors; the shared words are a TF-IDF cosine. The head is a classifier of the message: what a
reply could do (its intent), or why no short reply fits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.models.two_tower.bags import Bags, Floats, Ints
from aoede.models.two_tower.config import Config
from aoede.neural.arrays import checked_weights
from aoede.score import log_softmax

MEANING_SCALE = np.float32(4)  # beside the learnt sums, whose numbers are about as large
_TINY = np.float32(1e-6)


class Encoded(Protocol):
    """A text as an encoding gives it."""

    @property
    def ids(self) -> Ints:
        """(n,) its features, 0, which every text has, first."""

    @property
    def buckets(self) -> Ints:
        """(k,) of its words, from 0 to `n_buckets` - 1."""

    @property
    def word_ids(self) -> Ints:
        """(k,) the same words as features; 0 for unknown ones."""


@dataclass(frozen=True)
class Texts:
    """Texts as arrays."""

    learned: Bags  # rows of the learnt tables
    meanings: Bags  # rows of the table of meanings; row 0, of ANY, is zero
    buckets: Bags  # of words, and `n_buckets` itself, so that none is empty
    words: Bags  # the same words as features

    @classmethod
    def of(cls, config: Config, texts: Sequence[Encoded]) -> "Texts":
        first = config.first_learned
        learned = [text.ids[(text.ids >= first) | (text.ids == 0)] for text in texts]
        return cls(
            Bags.of([np.where(ids > 0, ids - first + 1, 0) for ids in learned]),
            Bags.of([text.ids[text.ids <= config.n_meaning] for text in texts]),
            Bags.of([np.concatenate([text.buckets, [config.n_buckets]]) for text in texts]),
            Bags.of([np.concatenate([text.word_ids, [0]]) for text in texts]),
        )

    def __len__(self) -> int:
        return len(self.learned)

    def take(self, indices: Ints) -> "Texts":
        return Texts(*(bags.take(indices) for bags in vars(self).values()))


@dataclass(frozen=True)
class Side:
    """Texts of one side, ready to be compared."""

    learned: Floats  # (n, n_out) of length 1
    meaning: Floats  # (n, meaning_width) of length 1, or 0
    words: Floats  # (n, n_buckets) of length 1, or 0


class Model:
    """Weights by the names of `Config.shapes` and `Config.fixed_shapes`, as float32 or in 8 bits."""

    def __init__(self, config: Config, weights: Mapping[str, Floats]) -> None:
        self.config = config
        self.weights = dict(weights)

    @classmethod
    def from_tensors(cls, config: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> "Model":
        """Raises ConfigError or InputError where these are no weights of such a model."""
        shape = Config.from_mapping(config)
        return cls(shape, checked_weights({**shape.shapes(), **shape.fixed_shapes()}, tensors))

    @property
    def config_values(self) -> dict[str, Any]:
        return asdict(self.config)

    def texts(self, encoded: Sequence[Encoded]) -> Texts:
        """Raises InputError for features or buckets that this model does not have."""
        config = self.config
        highest = max((int(max(text.ids.max(), text.word_ids.max(initial=0))) for text in encoded), default=0)
        if highest >= config.n_features:
            raise InputError(f"feature {highest} is none of the {config.n_features:,} of this model")
        bucket = max((int(text.buckets.max(initial=0)) for text in encoded), default=0)
        if bucket >= config.n_buckets:
            raise InputError(f"bucket {bucket} is none of the {config.n_buckets:,} of this model")
        return Texts.of(config, encoded)

    def messages(self, texts: Texts) -> Side:
        return self._side("message", texts)

    def replies(self, texts: Texts) -> Side:
        return self._side("reply", texts)

    def agreement(self, messages: Side, replies: Side) -> Floats:
        """(n messages, n replies) the scores; a softmax over replies gives how likely each is among them."""
        return np.asarray(np.tensordot(self.weights["mix"], self.cosines(messages, replies), axes=1))

    def cosines(self, messages: Side, replies: Side) -> Floats:
        """(3, n messages, n replies) what `mix` is the weights of."""
        return np.stack([getattr(messages, part) @ getattr(replies, part).T for part in vars(messages)])

    def classes(self, messages: Texts, contexts: Texts) -> Floats:
        """(n, n_classes) log-probabilities of what a reply does or why none fits.

        Raises InputError for a model that ranks alone.
        """
        if not self.config.n_classes:
            raise InputError("this model ranks replies alone: it has no classes")
        hidden = self.head_hidden(messages.learned, contexts.learned, self.meaning(messages))
        return log_softmax(self.class_scores(hidden))

    # -- parts that learning needs too --

    def meaning(self, texts: Texts) -> Floats:
        """(n, meaning_width) of length 1; 0 for texts without a word of a meaning."""
        return unit(texts.meanings.sums(self.weights["meaning"]))

    def shared_words(self, texts: Texts) -> Floats:
        """(n, n_buckets) of length 1: the rarity of each word in its bucket."""
        found = np.zeros((len(texts), self.config.n_buckets + 1), np.float32)
        np.add.at(found, (texts.buckets.rows, texts.buckets.ids), self.weights["rarity"][texts.words.ids])
        return unit(found[:, :-1])

    def inputs(self, side: str, learned: Bags, meaning: Floats) -> Floats:
        """(n, meaning_width + width) what the hidden layer of a tower sees."""
        return np.concatenate(
            [MEANING_SCALE * meaning, learned.sums(self.weights[f"{side}.features"])], axis=1
        )

    def hidden(self, side: str, inputs: Floats) -> Floats:
        return np.asarray(np.tanh(inputs @ self.weights[f"{side}.in"] + self.weights[f"{side}.in_bias"]))

    def out(self, side: str, hidden: Floats) -> Floats:
        return np.asarray(hidden @ self.weights[f"{side}.out"] + self.weights[f"{side}.out_bias"])

    def _side(self, side: str, texts: Texts) -> Side:
        meaning = self.meaning(texts)
        hidden = self.hidden(side, self.inputs(side, texts.learned, meaning))
        return Side(unit(self.out(side, hidden)), meaning, self.shared_words(texts))

    def head_hidden(self, messages: Bags, contexts: Bags, meaning: Floats) -> Floats:
        w = self.weights
        added = messages.sums(w["head.features"]) + contexts.sums(w["head.context"]) + w["head.bias"]
        return np.asarray(np.tanh(added + MEANING_SCALE * meaning @ w["head.meaning"]))

    def class_scores(self, hidden: Floats) -> Floats:
        return np.asarray(hidden @ self.weights["head.out"] + self.weights["head.out_bias"])


def without_equals(scores: NDArray[Any], keys: Ints) -> NDArray[Any]:
    """(n, n) scores with -inf where another reply than one's own says the same: its key (n,) is equal."""
    return np.where((keys[:, None] == keys[None]) & ~np.eye(len(keys), dtype=bool), -np.inf, scores)


def unit(rows: Floats) -> Floats:
    """Rows of length 1; those of (nearly) no length are 0."""
    lengths = np.sqrt(np.square(rows).sum(axis=1, keepdims=True))
    return np.asarray(rows / np.maximum(lengths, _TINY), np.float32)
