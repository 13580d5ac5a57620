"""The shape of a transformer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from aoede.errors import ConfigError
from aoede.settings import checked_sizes, from_mapping, whole_numbers

_LIMITS = {
    "n_symbols": (1, 2**20),
    "n_width": (2, 2**14),
    "n_layers": (1, 64),
    "n_heads": (1, 256),
    "context": (1, 2**16),
}


class Sizes(Protocol):
    """What the blocks are made by."""

    @property
    def n_width(self) -> int: ...

    @property
    def n_layers(self) -> int: ...

    @property
    def n_heads(self) -> int: ...

    @property
    def context(self) -> int: ...


@dataclass(frozen=True)
class Config:
    n_symbols: int  # ids are 0..n_symbols - 1
    n_width: int = 128  # numbers that stand for a symbol in every layer
    n_layers: int = 4
    n_heads: int = 4
    context: int = 128  # symbols that each layer sees, the newest included
    label_sizes: tuple[int, ...] = field(default=())  # values of each label column, the unknown (0) included
    first_symbol: int = 0  # what stands before every document

    def __post_init__(self) -> None:
        whole_numbers(self, _LIMITS)
        whole_numbers(self, {"first_symbol": (0, self.n_symbols - 1)})
        check_heads(self)
        object.__setattr__(self, "label_sizes", checked_sizes(self.label_sizes))

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Config":
        """Raises ConfigError for unknown or missing keys and for values out of range."""
        return from_mapping(cls, values, "a transformer")

    @property
    def n_labels(self) -> int:
        return sum(self.label_sizes)


def check_heads(sizes: Sizes) -> None:
    """Raises ConfigError where the width cannot be shared among the heads."""
    if sizes.n_width % (2 * sizes.n_heads):
        raise ConfigError(
            f"n_width must be a multiple of twice the {sizes.n_heads} heads, not {sizes.n_width}"
        )
