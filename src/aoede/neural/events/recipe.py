"""How a network on events is trained: the numbers of every network, and a few more."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from aoede.errors import ConfigError
from aoede.neural.recipe import Recipe
from aoede.settings import from_mapping

SUITED_EVENTS, FALL = 50_000, 0.7  # what the dropout of the recipe suits, and how fast it falls with more


@dataclass(frozen=True)
class EventRecipe(Recipe):
    n_epochs: int = 16
    least_steps: int = 300
    n_rows: int = 24  # pieces side by side
    n_steps: int = 48
    n_warm_up: int = 50
    learning_rate: float = 4e-3
    weight_decay: float = 0.1
    dropout: float = (
        0.4  # of what stands for an event, one mask for all steps of a window; of each choice's units
    )
    hidden_dropout: float = 0.4  # of what the network remembers, as choices see it; one mask for a window
    label_dropout: float = 0.0
    forgetting: float = 0.0
    precision: str = "float32"  # such small products are no faster in bfloat16

    def __post_init__(self) -> None:
        super().__post_init__()
        value = self.hidden_dropout
        if not isinstance(value, float | int) or isinstance(value, bool) or not 0 <= value <= 0.95:
            raise ConfigError(f"hidden_dropout must be a number from 0 to 0.95, not {value!r}")

    def suited(self, n_events: int) -> "EventRecipe":
        """The recipe for so much data: the more there is, the less must be dropped."""
        share = min(1.0, (SUITED_EVENTS / max(1, n_events)) ** FALL)
        return replace(
            self,
            dropout=round(share * self.dropout, 3),
            hidden_dropout=round(share * self.hidden_dropout, 3),
        )

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "EventRecipe":
        """Raises ConfigError for unknown keys and for values out of range."""
        return from_mapping(cls, values, "training a network on events")
