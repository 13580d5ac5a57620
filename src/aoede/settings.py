"""Settings that were stored beside weights -> the frozen dataclass that they belong to."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, TypeVar

from aoede.errors import ConfigError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")

_MAX_LABELS = 1_000_000


def from_mapping(kind: type[T], values: Mapping[str, Any], what: str) -> T:
    """`kind(**values)` of a dataclass; `what` names it in errors ("an n-gram").

    Raises ConfigError for an unknown or missing key, and whatever the dataclass raises for values out of range.
    """
    known = {field.name: field for field in fields(kind)}
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise ConfigError(
            f"unknown setting {unknown[0]!r} for {what}", hint=f"Settings are {', '.join(sorted(known))}."
        )
    missing = sorted(n for n, field in known.items() if field.default is MISSING and n not in values)
    if missing:
        raise ConfigError(f"{what} needs the setting {missing[0]!r}")
    return kind(**values)


def whole_numbers(config: object, limits: Mapping[str, tuple[int, int]]) -> None:
    """Raises ConfigError for an attribute that is no whole number from its least to its greatest value."""
    for name, (low, high) in limits.items():
        value = getattr(config, name)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ConfigError(f"{name} must be a whole number from {low} to {high:,}, not {value!r}")


def checked_sizes(sizes: Any) -> tuple[int, ...]:
    """How many values each label column has. Raises ConfigError for anything but a short list of whole numbers."""
    is_list = isinstance(sizes, list | tuple)
    if not is_list or any(not isinstance(n, int) or isinstance(n, bool) or n < 1 for n in sizes):
        raise ConfigError(f"label_sizes must be whole numbers from 1, not {sizes!r}")
    if sum(sizes) > _MAX_LABELS:
        raise ConfigError(f"there can be at most {_MAX_LABELS:,} labels, not {sum(sizes):,}")
    return tuple(sizes)
