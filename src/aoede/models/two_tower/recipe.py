"""How a two-tower model is trained."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from aoede.errors import ConfigError
from aoede.settings import from_mapping

_LIMITS: Mapping[str, tuple[float, float]] = {
    "n_epochs": (1, 100_000),
    "least_steps": (1, 1_000_000_000),
    "batch_size": (2, 10_000),
    "learning_rate": (0, 1),
    "feature_dropout": (0, 0.95),
    "unit_dropout": (0, 0.95),
    "least_texts": (1, 1_000),
    "most_features": (1, 200_000),
    "patience": (1, 1_000_000),
}


@dataclass(frozen=True)
class Recipe:
    n_epochs: int = 8
    least_steps: int = 300  # however few the pairs; where epochs are asked for they alone count
    batch_size: int = 256  # pairs that are each other's wrong answers
    learning_rate: float = 4e-3  # of Adam; it falls in a line to nothing
    feature_dropout: float = 0.5  # chance that an n-gram of a text is not seen
    unit_dropout: float = 0.3  # of hidden units
    least_texts: int = 3  # in which an n-gram must stand to get weights of its own
    most_features: int = 40_000
    patience: int = 6  # checks that may be no better before it stops

    def __post_init__(self) -> None:
        for field in fields(self):
            value, (low, high) = getattr(self, field.name), _LIMITS[field.name]
            is_kind = isinstance(value, int if isinstance(field.default, int) else (int, float))
            if not is_kind or isinstance(value, bool) or not low <= value <= high:
                raise ConfigError(f"{field.name} must be a number from {low:g} to {high:,g}, not {value!r}")

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Recipe":
        """Raises ConfigError for unknown keys and for values out of range."""
        return from_mapping(cls, values, "training a two-tower model")


@dataclass(frozen=True)
class Preset:
    shape: Mapping[str, Any]
    recipe: Recipe


RECIPES: Mapping[str, Preset] = {
    "default": Preset({}, Recipe()),
    # What a shipped model can afford to weigh.
    "small": Preset({"width": 32, "n_head": 48}, Recipe(n_epochs=6, most_features=8_500)),
}
