"""N-grams: a message as the set of words, pairs of words and, of Han characters, triples that stand in it.

The order of words beyond them is given up; for short messages that is enough (Henderson et al. 2017, "Efficient
natural language response suggestion for Smart Reply", section 4). Feature 0 stands in every text, so that no text
is without one. The features are of three parts, in this order: words that only their `meaning` tells (a table learnt
elsewhere), words with a meaning that were also seen often enough to learn more of them, and features without one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise
from typing import Any, ClassVar
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.tokens import is_han, words_of
from aoede.errors import ConfigError, InputError
from aoede.settings import from_mapping, whole_numbers

NAME = "ngrams"
ANY = ""  # the feature that every text has
MAX_FEATURES = 400  # of one text
N_BUCKETS = 2_048  # that words are sorted into to see which two texts share
_BETWEEN = "\n"

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Encoded:
    """A text as a model reads it."""

    ids: Ints  # (n,) of its features, ANY first
    buckets: Ints  # (k,) of its words and pairs of Han characters, known ones and unknown ones
    word_ids: Ints  # (k,) the features that these are; ANY for an unknown one


def ngrams_of(text: str) -> list[str]:
    """The different n-grams of a text: words, pairs with the edges of the text, triples of Han characters."""
    words = words_of(text)
    pairs = (f"{a} {b}" for a, b in pairwise(["^", *words, "$"]))
    triples = (
        f"{a} {b} {c}"
        for a, b, c in zip(words, words[1:], words[2:], strict=False)
        if is_han(a) and is_han(b) and is_han(c)
    )
    return list(dict.fromkeys(chain(words, pairs, triples)))


def _is_word(feature: str) -> bool:
    """Whether texts that share it speak of the same: a word, or a pair of Han characters."""
    if not is_han(feature):
        return " " not in feature
    return len(feature) == 3 and is_han(feature[2])  # "吗 $" says nothing


@dataclass(frozen=True)
class NGrams:
    """The encoding. Raises ConfigError for features that are not different or counts that do not fit."""

    features: str  # one a line; the first is ANY
    n_learned: int  # the last so many features have weights of their own; ANY always has
    n_meaning: int = 0  # the first so many after ANY have a meaning

    name: ClassVar[str] = NAME

    def __post_init__(self) -> None:
        if not isinstance(self.features, str):
            raise ConfigError("the features of an encoding are a text, one a line")
        whole_numbers(self, {"n_learned": (0, self.n_features - 1), "n_meaning": (0, self.n_features - 1)})
        is_all = self.n_learned + self.n_meaning >= self.n_features - 1
        if not is_all or len(self._ids) != self.n_features or self._ids.get(ANY) != 0:
            raise ConfigError("the features of these n-grams are not what their counts say")

    @classmethod
    def fit(cls, texts: Iterable[str], *, least: int, most: int, meaning: Sequence[str] = ()) -> "NGrams":
        """Features in `least` texts or more, at most the `most` commonest, beside those with a meaning.

        Raises InputError where there are neither.
        """
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(ngrams_of(text))
        learned = [f for n, f in sorted((-n, f) for f, n in counts.items() if n >= least)[:most]]
        if not learned and not meaning:
            raise InputError(f"there is no word that stands in {least} of these texts")
        both = set(learned) & set(meaning)
        rest = [f for f in learned if f not in both]
        only = [f for f in meaning if f not in both]
        shared = [f for f in meaning if f in both]
        return cls(_BETWEEN.join([ANY, *only, *shared, *rest]), len(learned), len(meaning))

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "NGrams":
        settings = dict(values)
        if (name := settings.pop("name", NAME)) != NAME:
            raise ConfigError(f"the encoding {name!r} is no {NAME}")
        return from_mapping(cls, settings, "an encoding of n-grams")

    def as_mapping(self) -> dict[str, Any]:
        return {
            "name": NAME,
            "features": self.features,
            "n_learned": self.n_learned,
            "n_meaning": self.n_meaning,
        }

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {feature: i for i, feature in enumerate(self.features.split(_BETWEEN))}

    @property
    def n_features(self) -> int:
        return self.features.count(_BETWEEN) + 1

    def __contains__(self, feature: str) -> bool:
        return feature in self._ids

    def meaningful(self) -> list[str]:
        """The features that have a meaning, in order."""
        return self.features.split(_BETWEEN)[1 : 1 + self.n_meaning]

    def encode(self, text: str) -> Encoded:
        found = ngrams_of(text)
        known = [self._ids[f] for f in found if f in self._ids]
        told = [f for f in found if _is_word(f)][:MAX_FEATURES]
        return Encoded(
            np.array([0, *known[: MAX_FEATURES - 1]], np.int64),
            np.array([crc32(f.encode()) % N_BUCKETS for f in told], np.int64),
            np.array([self._ids.get(f, 0) for f in told], np.int64),
        )

    def share_known(self, text: str) -> float:
        """The share of the words of a text that the encoding knows; 1 for a text without words."""
        words = words_of(text)
        return sum(word in self._ids for word in words) / len(words) if words else 1.0
