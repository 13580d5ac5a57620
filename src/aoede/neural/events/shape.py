"""What events are made of: numbers that are read before each, and choices among values that are told apart.

An event is made by choices in a fixed order. Before each event some numbers are read; before each choice some more
are told, and every value that could be chosen has attributes ("a fifth above the last note", "a tone of the chord",
"chosen twice before"). Proposals are values that something speaks for: what was chosen a bar ago, say. Whoever makes
the rows knows what all of it means; models need not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from aoede.errors import ConfigError
from aoede.settings import from_mapping

MAX_COLUMNS, MAX_SIZE, MAX_VALUES = 256, 4096, 1024


@dataclass(frozen=True)
class Choice:
    name: str
    n_values: int
    told: tuple[int, ...] = ()  # how many values each column has that is told before the choice
    attributes: tuple[int, ...] = (2,)  # and each that tells values apart; of the first 0 forbids the value
    n_proposals: int = 0
    counted: tuple[
        int, ...
    ] = ()  # columns, those read before those told, for models that count; nearest first

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not 1 <= len(self.name) <= 40:
            raise ConfigError(f"a choice needs a short name, not {self.name!r}")
        for name, value, low, high in (
            ("n_values", self.n_values, 1, MAX_VALUES),
            ("n_proposals", self.n_proposals, 0, MAX_COLUMNS),
        ):
            if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
                raise ConfigError(f"{name} must be a whole number from {low} to {high:,}, not {value!r}")
        for name in ("told", "attributes"):
            object.__setattr__(self, name, _sizes(name, getattr(self, name)))
        object.__setattr__(self, "counted", _sizes("counted", self.counted, least=0))
        if not self.attributes:
            raise ConfigError("a choice needs an attribute that says which values can be chosen")

    @property
    def n_atoms(self) -> int:
        """Numbers from which the values' scores are added up: one each, and one for every attribute and proposal."""
        return self.n_values + sum(self.attributes) + self.n_proposals


@dataclass(frozen=True)
class Shape:
    read: tuple[int, ...]  # how many values each column has that is read before an event
    choices: tuple[Choice, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "read", _sizes("read", self.read))
        if not self.read or not isinstance(self.choices, list | tuple) or not 1 <= len(self.choices) <= 16:
            raise ConfigError("events need something that is read, and 1 to 16 choices")
        choices = tuple(
            each if isinstance(each, Choice) else from_mapping(Choice, each, "a choice")
            for each in self.choices
        )
        for choice in choices:
            if any(column >= len(self.read) + len(choice.told) for column in choice.counted):
                raise ConfigError(f"{choice.name} counts a column that there is not")
        object.__setattr__(self, "choices", choices)

    @classmethod
    def of(cls, values: Any) -> "Shape":
        """A shape, or what `as_mapping` gave. Raises ConfigError for anything else."""
        if isinstance(values, Shape):
            return values
        if not isinstance(values, Mapping):
            raise ConfigError(f"the shape of events must be a mapping, not {values!r}")
        return from_mapping(cls, values, "the shape of events")

    def as_mapping(self) -> dict[str, Any]:
        """Ready for JSON."""
        return asdict(self)


def _sizes(name: str, sizes: Any, least: int = 1) -> tuple[int, ...]:
    is_list = isinstance(sizes, list | tuple) and len(sizes) <= MAX_COLUMNS
    if not is_list or any(not isinstance(n, int) or isinstance(n, bool) for n in sizes):
        raise ConfigError(f"{name} must be a short list of whole numbers, not {sizes!r}")
    if any(not least <= n <= MAX_SIZE for n in sizes):
        raise ConfigError(f"{name} must be numbers from {least} to {MAX_SIZE:,}, not {list(sizes)}")
    return tuple(sizes)


def offsets(sizes: Sequence[int]) -> tuple[int, ...]:
    """Where each column begins in a table of all columns' values."""
    return tuple(sum(sizes[:i]) for i in range(len(sizes)))
