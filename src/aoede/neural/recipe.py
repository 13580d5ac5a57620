"""How a network is trained on documents: every number of it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from aoede.errors import ConfigError
from aoede.settings import from_mapping

# Least and greatest value of each number, both included.
_LIMITS: Mapping[str, tuple[float, float]] = {
    "n_epochs": (1, 1_000_000),
    "least_steps": (1, 1_000_000_000),
    "n_rows": (1, 100_000),
    "n_steps": (1, 1_000_000),
    "learning_rate": (0, 10),
    "final_rate": (0, 1),
    "n_warm_up": (0, 1_000_000),
    "weight_decay": (0, 10),
    "dropout": (0, 0.95),
    "weight_dropout": (0, 0.95),
    "label_dropout": (0, 1),
    "forgetting": (0, 1),
    "clip": (0, 1_000_000),
    "checkpoint_steps": (0, 1_000_000),
    "patience": (1, 1_000_000),
}
LARGE_VOCABULARY = 1_000  # symbols from which on they are words or Chinese characters, not letters
SUITED_UNITS, MOST_SHARE = 512, 1.5
PRECISIONS = ("auto", "float32", "bfloat16")


@dataclass(frozen=True)
class Recipe:
    n_epochs: int = 8
    least_steps: int = 1_000  # however few the data; where epochs are asked for they alone count
    n_rows: int = 32  # of text, read side by side
    n_steps: int = 64  # through which the gradient flows
    learning_rate: float = 4e-3
    final_rate: float = 0.01  # share of itself to which the rate falls, as half a cosine
    n_warm_up: int = 100  # updates in which the rate rises from nothing
    weight_decay: float = 0.01  # AdamW's, of matrices alone
    dropout: float = 0.2  # of what layers give out; one mask for all steps of a window
    weight_dropout: float = 0.0  # of recurrent networks' weights from step to step (Merity et al. 2018)
    label_dropout: float = 0.15  # a row's labels are untold for a window: one model serves without them too
    forgetting: float = 0.03  # a row's state is zero at a window, so that beginnings are learnt
    clip: float = 1.0  # greatest norm of a gradient; 0: any
    checkpoint_steps: int = 0  # steps between states that are kept for the gradient; 0 keeps everything
    precision: str = "auto"  # of matrix products: bfloat16 where the processor has it
    patience: int = 20  # checks that may be no better and overfit before it stops: first the rate must fall

    def __post_init__(self) -> None:
        for each in fields(Recipe):
            _check(each.name, getattr(self, each.name))

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Recipe":
        """Raises ConfigError for unknown keys and for values out of range."""
        return from_mapping(cls, values, "training a network")

    def rate_at(self, progress: float, n_updates: int) -> float:
        """The learning rate of the update after `n_updates`, at `progress` in [0, 1) of the training."""
        fall = self.final_rate + (1 - self.final_rate) * 0.5 * (1 + math.cos(math.pi * progress))
        return self.learning_rate * fall * min(1.0, (n_updates + 1) / max(1, self.n_warm_up))


@dataclass(frozen=True)
class Preset:
    """A recipe with the shape of the network that it is for, as settings of its `Config`."""

    shape: Mapping[str, Any]
    recipe: Recipe
    large: Mapping[str, Any] = field(default_factory=dict)  # changes for thousands of symbols
    in_minutes: Mapping[float, Mapping[str, Any]] = field(default_factory=dict)  # changes for at most so many

    def shape_for(self, n_symbols: int, minutes: float | None) -> dict[str, Any]:
        """The shape for a vocabulary of this size, and a training that may take so long."""
        fitting = [limit for limit in sorted(self.in_minutes) if minutes is not None and minutes <= limit]
        quick = self.in_minutes[fitting[0]] if fitting else {}
        return {**self.shape, **(self.large if n_symbols > LARGE_VOCABULARY else {}), **quick}

    def recipe_for(self, n_hidden: int) -> Recipe:
        """The recipe for a network of so many units: its dropout suits `SUITED_UNITS`, and goes with their number."""
        share = min(MOST_SHARE, n_hidden / SUITED_UNITS)
        dropout, weight_dropout = (
            round(share * p, 3) for p in (self.recipe.dropout, self.recipe.weight_dropout)
        )
        return replace(self.recipe, dropout=dropout, weight_dropout=weight_dropout)


def _check(name: str, value: Any) -> None:
    if name == "precision":
        if value not in PRECISIONS:
            raise ConfigError(f"precision must be one of {', '.join(PRECISIONS)}, not {value!r}")
        return
    low, high = _LIMITS[name]
    kind = type(getattr(Recipe, name))
    is_number = isinstance(value, (int, float) if kind is float else int) and not isinstance(value, bool)
    if not is_number or not low <= value <= high:
        what = "a whole number" if kind is int else "a number"
        raise ConfigError(f"{name} must be {what} from {low:,} to {high:,}, not {value!r}")
