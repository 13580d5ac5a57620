"""Settings that were stored beside weights -> the frozen dataclass that they belong to."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, TypeVar

from aoede.errors import ConfigError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


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
