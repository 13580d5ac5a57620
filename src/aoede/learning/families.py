"""The families of models. Being a module or a folder in `aoede.models` is registration."""

import importlib
import pkgutil
from collections.abc import Mapping
from importlib import resources
from typing import Any, Protocol, cast

import numpy as np

from aoede.errors import UsageError


class Family(Protocol):
    """The face that learning sees of `models/NAME.py` or `models/NAME/__init__.py`."""

    ENCODINGS: tuple[str, ...]  # those that it can be joined with
    CAPABILITIES: tuple[str, ...]  # "scores", "samples", "autoregressive", "ranks", "trains"
    RECIPES: Mapping[str, Any]  # presets of shape and training, by name; "default" is one of them
    Config: Any
    Recipe: Any
    Model: Any
    Learner: Any

    def score(self, model: Any, rolls: Any, labels: Any, rng: np.random.Generator) -> Any:
        """Of families that score: `metric`, `value`, `low`, `high`, `n_symbols`, `protocol`."""


def names() -> list[str]:
    """All families, by name. Nothing is imported for it."""
    folder = str(resources.files("aoede.models"))
    return sorted(module.name for module in pkgutil.iter_modules([folder]))


def load(name: str, *, capability: str = "") -> Family:
    """The family of this name. Raises UsageError for one that there is not, or that lacks the capability."""
    if name not in names():
        raise UsageError(f"there is no family {name!r}", hint=f"Families are {', '.join(names())}.")
    family = cast(Family, importlib.import_module(f"aoede.models.{name}"))
    if capability and capability not in family.CAPABILITIES:
        able = [other for other in names() if capability in load(other).CAPABILITIES]
        raise UsageError(
            f"the family {name} has not the capability {capability!r}", hint=f"{', '.join(able)} have it."
        )
    return family
