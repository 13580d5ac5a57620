"""How a mixture is trained: the network's recipe, and what the n-gram counts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from aoede.models import ngram, rnn
from aoede.neural.recipe import Preset
from aoede.neural.recipe import Recipe as NetworkRecipe
from aoede.settings import from_mapping


@dataclass(frozen=True)
class Recipe(NetworkRecipe):
    order: int = 0  # of the n-gram; 0: by the size of the alphabet
    own_order: int = 5  # of the n-grams of each label; 0: labels are not asked
    max_ngrams: int = 0  # that stay after pruning; 0: all
    max_own_ngrams: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        _ = self.counting  # refuses what is out of range

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Recipe":
        """Raises ConfigError for unknown keys and for values out of range."""
        return from_mapping(cls, values, "training a mixture")

    @property
    def counting(self) -> ngram.Recipe:
        return ngram.Recipe(self.order, self.own_order, self.max_ngrams, self.max_own_ngrams)


def _of(preset: Preset) -> Preset:
    return replace(preset, recipe=Recipe(**vars(preset.recipe)))


RECIPES: Mapping[str, Preset] = {"default": _of(rnn.RECIPES["default"])}
