"""The shape of a recurrent network."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from aoede.errors import ConfigError
from aoede.settings import checked_sizes, from_mapping, whole_numbers

N_GATES: Mapping[str, int] = {
    "tanh": 1,
    "gru": 3,
    "lstm": 4,
}  # cells and the vectors that each computes a step
_LIMITS = {
    "n_symbols": (1, 2**20),
    "n_hidden": (1, 2**14),
    "n_layers": (1, 16),
    "n_embedding": (0, 2**14),
    "n_label": (1, 2**10),
}


class Sizes(Protocol):
    """What the recurrent layers are made by."""

    @property
    def n_hidden(self) -> int: ...

    @property
    def n_layers(self) -> int: ...

    @property
    def cell(self) -> str: ...


@dataclass(frozen=True)
class Config:
    n_symbols: int  # ids are 0..n_symbols - 1
    n_hidden: int = 512  # units a layer
    n_layers: int = 1
    cell: str = "lstm"
    n_embedding: int = 64  # numbers that stand for a symbol; 0: one-hot, as in the tutorials
    n_label: int = 16  # numbers that stand for the labels; one-hot where symbols are
    label_sizes: tuple[int, ...] = field(default=())  # values of each label column, the unknown (0) included
    is_tied: bool = False  # symbols go out by the table that they come in by; for large vocabularies
    first_symbol: int = 0  # what stands before every document

    def __post_init__(self) -> None:
        whole_numbers(self, _LIMITS)
        whole_numbers(self, {"first_symbol": (0, self.n_symbols - 1)})
        check_cell(self.cell)
        if not isinstance(self.is_tied, bool) or (self.is_tied and not self.n_embedding):
            raise ConfigError("is_tied must be true or false, and false where symbols are one-hot")
        object.__setattr__(self, "label_sizes", checked_sizes(self.label_sizes))

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Config":
        """Raises ConfigError for unknown or missing keys and for values out of range."""
        return from_mapping(cls, values, "a recurrent network")

    @property
    def n_labels(self) -> int:
        """Values of all label columns together."""
        return sum(self.label_sizes)

    @property
    def symbol_width(self) -> int:
        return self.n_embedding or self.n_symbols

    @property
    def label_width(self) -> int:
        return (self.n_label if self.n_embedding else self.n_labels) if self.n_labels else 0


def check_cell(cell: Any) -> None:
    """Raises ConfigError where there is no such cell."""
    if not isinstance(cell, str) or cell not in N_GATES:
        raise ConfigError(f"there is no cell {cell!r}", hint=f"Cells are {', '.join(N_GATES)}.")
