"""The families of models. Being a module or a folder in `aoede.models` is registration."""

import importlib
import importlib.util
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import fields
from importlib import resources
from typing import Any, Protocol, cast

import numpy as np

from aoede.errors import MissingError, UsageError


class Family(Protocol):
    """The face that learning sees of `models/NAME.py` or `models/NAME/__init__.py`."""

    ENCODINGS: tuple[str, ...]  # those that it can be joined with, the usual one first
    MATERIAL: str  # what it is trained on: "windows", "frames", "melodies", "changes", "texts" or "audio"
    CAPABILITIES: tuple[
        str, ...
    ]  # "scores", "samples", "autoregressive" (text), "foresees" (frames), "trains", ...
    RECIPES: Mapping[str, Any]  # presets of shape and training, by name; "default" is one of them
    Config: Any
    Recipe: Any
    Model: Any
    Learner: Any

    def score(self, model: Any, rolls: Any, labels: Any, rng: np.random.Generator) -> Any:
        """Of families that score: `metric`, `value`, `low`, `high`, `n_symbols`, `protocol`."""


def names() -> list[str]:
    """All families, by name: that of the module, with "-" for "_". Nothing is imported for it."""
    folder = str(resources.files("aoede.models"))
    return sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules([folder]))


def load(name: str, *, encoding: str = "", capability: str = "") -> Family:
    """The family of this name, joined with an encoding; "" is its usual one.

    `models/NAME` is the face of the family on its usual encoding, `models/NAME/ENCODING` that on another. Raises
    UsageError for a family that there is not, that knows no such encoding, or that lacks the capability.
    """
    if name not in names():
        raise UsageError(f"there is no family {name!r}", hint=f"Families are {', '.join(names())}.")
    module = f"aoede.models.{name.replace('-', '_')}"
    family = cast(Family, importlib.import_module(module))
    encodings = family.ENCODINGS
    if encoding and encoding not in encodings:
        raise UsageError(
            f"the family {name} knows nothing of {encoding}", hint=f"It knows {', '.join(encodings)}."
        )
    if encoding and encoding != encodings[0]:
        family = cast(Family, importlib.import_module(f"{module}.{encoding}"))
    if capability == "trains":
        missing = [need for need in needs(family) if importlib.util.find_spec(need) is None]
        if missing:
            raise MissingError(
                f"to train the family {name}, {', '.join(missing)} must be installed",
                hint="Install it with: pip install 'aoede[train]'",
            )
    if capability and capability not in family.CAPABILITIES:
        able = [other for other in names() if capability in load(other).CAPABILITIES]
        raise UsageError(
            f"the family {name} has not the capability {capability!r}", hint=f"{', '.join(able)} have it."
        )
    return family


def needs(family: Family) -> tuple[str, ...]:
    """The packages that must be installed for a family to be trained, beside the base."""
    return tuple(getattr(family, "NEEDS", ()))


def settings_for(
    family: Family, said: Mapping[str, Any], *, others: Sequence[str] = (), fixed: Sequence[str] = ()
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """What was said, sorted into settings of the family's Config, of its Recipe, and those named in `others`.

    Raises UsageError for a setting that is none of these, or is `fixed`: the data alone decide it.
    """
    shape, changes, rest = dict[str, Any](), dict[str, Any](), dict[str, Any]()
    names = {field.name: shape for field in fields(family.Config)}
    names |= {field.name: changes for field in fields(family.Recipe)}
    names |= dict.fromkeys(others, rest)
    names = {name: kind for name, kind in names.items() if name not in fixed}
    for name, value in said.items():
        if name not in names:
            raise UsageError(
                f"this family has no setting {name!r}", hint=f"Settings are {', '.join(sorted(names))}."
            )
        names[name][name] = value
    return shape, changes, rest
