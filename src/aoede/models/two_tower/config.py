"""The shape of a two-tower model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aoede.settings import from_mapping, whole_numbers

_LIMITS = {
    "n_features": (2, 2**20),
    "n_learned": (0, 2**20),
    "n_meaning": (0, 2**20),
    "n_classes": (0, 2**14),
    "n_buckets": (1, 2**20),
    "meaning_width": (1, 2**10),
    "width": (1, 2**12),
    "n_hidden": (1, 2**12),
    "n_out": (1, 2**12),
    "n_head": (1, 2**12),
}


@dataclass(frozen=True)
class Config:
    n_features: int  # n-grams of the encoding
    n_learned: int  # the last so many have weights of their own
    n_meaning: int = 0  # the first so many after ANY have a meaning
    n_classes: int = 0  # intents, and the reasons why no short reply fits; 0: the model ranks alone
    n_buckets: int = 2048  # that words are sorted into to see which two texts share
    meaning_width: int = 96
    width: int = 128  # numbers that stand for a feature in each tower
    n_hidden: int = 256  # units of each tower
    n_out: int = 96  # numbers that a message and a reply are compared by
    n_head: int = 64  # units between a message and the classes

    def __post_init__(self) -> None:
        whole_numbers(self, _LIMITS)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Config":
        """Raises ConfigError for unknown keys and for values out of range."""
        return from_mapping(cls, values, "a two-tower model")

    @property
    def first_learned(self) -> int:
        """The first feature with weights of its own beside ANY, whose row is the first."""
        return self.n_features - self.n_learned

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Of the weights that are learnt, by name."""
        n_rows, n_in = self.n_learned + 1, self.meaning_width + self.width
        towers = {
            f"{side}.{name}": shape
            for side in ("message", "reply")
            for name, shape in {
                "features": (n_rows, self.width),
                "in": (n_in, self.n_hidden),
                "in_bias": (self.n_hidden,),
                "out": (self.n_hidden, self.n_out),
                "out_bias": (self.n_out,),
            }.items()
        }
        heads = {
            "head.features": (n_rows, self.n_head),
            "head.context": (n_rows, self.n_head),
            "head.meaning": (self.meaning_width, self.n_head),
            "head.bias": (self.n_head,),
            "head.out": (self.n_head, self.n_classes),
            "head.out_bias": (self.n_classes,),
        }
        return towers | {"mix": (3,)} | (heads if self.n_classes else {})

    def fixed_shapes(self) -> dict[str, tuple[int, ...]]:
        """Of what is given and never changes: the meanings, and how much it says that two texts share a word."""
        return {"meaning": (self.n_meaning + 1, self.meaning_width), "rarity": (self.n_features,)}
