"""The recipe that comes with transformers on melodies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aoede.errors import ConfigError
from aoede.neural.events.recipe import EventRecipe
from aoede.neural.recipe import Preset
from aoede.settings import from_mapping


@dataclass(frozen=True)
class Recipe(EventRecipe):
    learning_rate: float = 2e-3
    trunk_dropout: float = 0.1  # of what each block adds, one mask for all steps of a window

    def __post_init__(self) -> None:
        super().__post_init__()
        value = self.trunk_dropout
        if not isinstance(value, float | int) or isinstance(value, bool) or not 0 <= value <= 0.95:
            raise ConfigError(f"trunk_dropout must be a number from 0 to 0.95, not {value!r}")

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Recipe":
        """Raises ConfigError for unknown keys and for values out of range."""
        return from_mapping(cls, values, "training a transformer on melodies")


RECIPES: Mapping[str, Preset] = {"default": Preset({}, Recipe())}
