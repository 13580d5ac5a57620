"""How an n-gram is made: its length, and how many n-grams may stay."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aoede.errors import ConfigError
from aoede.models.ngram.compact import MAX_NGRAMS, MAX_ORDER
from aoede.settings import from_mapping, whole_numbers

# Beyond so many symbols a symbol is a word or a Chinese character, and fewer of them make a context.
_SMALL_ALPHABET = 1_000
_SMALL_ORDER, _LARGE_ORDER = 4, 7
_LIMITS: Mapping[str, tuple[int, int]] = {
    "order": (0, MAX_ORDER),
    "own_order": (0, MAX_ORDER),
    "max_ngrams": (0, MAX_NGRAMS),
    "max_own_ngrams": (0, MAX_NGRAMS),
    "patience": (1, 1_000_000),
}


@dataclass(frozen=True)
class Recipe:
    order: int = 0  # symbols in the longest n-gram, the predicted one too; 0: by the size of the alphabet
    own_order: int = 5  # the same for the n-grams of each label; 0: labels are not asked
    max_ngrams: int = 0  # that stay after pruning, those of labels apart; 0: all
    max_own_ngrams: int = 0  # of all labels together; 0: all
    fits_discounts: bool = True  # to text held out of the counting; else they follow from the counts
    patience: int = 3  # orders that may be no better before it stops

    def __post_init__(self) -> None:
        whole_numbers(self, _LIMITS)
        if not isinstance(self.fits_discounts, bool):
            raise ConfigError(f"fits_discounts must be true or false, not {self.fits_discounts!r}")

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Recipe":
        """Raises ConfigError for unknown keys and for values out of range."""
        return from_mapping(cls, values, "making an n-gram")

    def order_for(self, n_symbols: int) -> int:
        """The order, by the number of symbols where none is given: 7 for letters, 4 for Chinese characters."""
        return self.order or (_LARGE_ORDER if n_symbols <= _SMALL_ALPHABET else _SMALL_ORDER)

    def own_order_for(self, n_symbols: int) -> int:
        return min(self.own_order, self.order_for(n_symbols))


@dataclass(frozen=True)
class Preset:
    """A recipe by name. The shape of an n-gram is what it has counted: `Config` has no settings for it."""

    shape: Mapping[str, Any]
    recipe: Recipe

    def shape_for(self, n_symbols: int, minutes: float | None) -> dict[str, Any]:
        return dict(self.shape)

    def recipe_for(self, n_hidden: int) -> Recipe:
        return self.recipe


RECIPES: Mapping[str, Preset] = {
    "default": Preset({}, Recipe()),
    # What a shipped model can afford. Of a megabyte of text it costs 0.007 nats a character, of four 0.034.
    "small": Preset({}, Recipe(max_ngrams=400_000, max_own_ngrams=200_000)),
}
