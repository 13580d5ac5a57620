"""The shape of a sequence-to-sequence model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aoede.settings import from_mapping, whole_numbers

SYMBOLS = 2**20  # that there may be
MAX_MESSAGE = 256  # words of a message that a model ever reads: its last

_LIMITS = {
    "n_symbols": (2, SYMBOLS),
    "n_embedding": (1, 2**14),
    "n_hidden": (1, 2**14),
}


@dataclass(frozen=True)
class Config:
    n_symbols: int  # ids are 0..n_symbols - 1: the end, the unknown word, the words
    n_embedding: int = 64  # numbers that stand for a word
    n_hidden: int = 128  # units of the layer that reads, and of the one that writes

    def __post_init__(self) -> None:
        whole_numbers(self, _LIMITS)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Config":
        """Raises ConfigError for unknown or missing keys and for values out of range."""
        return from_mapping(cls, values, "a sequence-to-sequence model")

    @property
    def n_layers(self) -> int:
        return 1

    @property
    def cell(self) -> str:
        return "lstm"
