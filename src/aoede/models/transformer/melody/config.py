"""The shape of a transformer on melodies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aoede.models.transformer.config import check_heads
from aoede.neural.events.config import EventConfig
from aoede.settings import from_mapping, whole_numbers


@dataclass(frozen=True)
class Config(EventConfig):
    n_width: int = 64  # numbers that stand for a note in every layer
    n_layers: int = 2
    n_heads: int = 4
    context: int = 64  # notes that each layer sees, the newest included

    def __post_init__(self) -> None:
        super().__post_init__()
        limits = {"n_width": (2, 2**14), "n_layers": (1, 64), "n_heads": (1, 256), "context": (1, 2**16)}
        whole_numbers(self, limits)
        check_heads(self)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Config":
        """Raises ConfigError for unknown or missing keys and for values out of range."""
        return from_mapping(cls, values, "a transformer on melodies")
