"""The shape of a recurrent network on melodies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aoede.models.rnn.config import check_cell
from aoede.neural.events.config import EventConfig
from aoede.settings import from_mapping, whole_numbers


@dataclass(frozen=True)
class Config(EventConfig):
    n_hidden: int = 96  # units a layer
    n_layers: int = 1
    cell: str = "gru"

    def __post_init__(self) -> None:
        super().__post_init__()
        whole_numbers(self, {"n_hidden": (1, 2**14), "n_layers": (1, 16)})
        check_cell(self.cell)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Config":
        """Raises ConfigError for unknown or missing keys and for values out of range."""
        return from_mapping(cls, values, "a recurrent network on melodies")
