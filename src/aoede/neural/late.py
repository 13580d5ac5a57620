"""Learners that are imported when they are asked for: torch is loaded with them."""

from collections.abc import Callable
from importlib import import_module
from typing import Any


def learner_of(package: str) -> Callable[[str], Any]:
    """The `__getattr__` of a family's package, whose `Learner` stands in its module `learner`."""

    def found(name: str) -> Any:
        if name == "Learner":
            return import_module(f"{package}.learner").Learner
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return found
