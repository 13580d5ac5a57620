"""The models that a song may be made with here: by the names of shipped ones, or by the ids of the user's own.

No request and no recipe in a file makes this machine open any other path. A model of the user's own is named in
recipes by its place in the home folder ("runs/my-flute"), in which workers work: no file tells where that folder is.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from aoede.errors import InputError, MissingError
from aoede.learning.checkpoint import preset_names
from aoede.learning.generators import HARMONIES, MELODIES
from aoede.studio.models import places

LEADS = ("notes",)  # shipped models of sound that play a melody
CONTINUERS = ("rbm",)  # shipped models that go on with a song
SHIPPED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"harmony": tuple(HARMONIES), "melody": tuple(MELODIES), "lead": LEADS, "model": CONTINUERS}
)
_FILES = ("progressions",)  # options that name files


def stated(options: Mapping[str, Any], home: Path) -> dict[str, Any]:
    """Options as they were asked for, with the user's own models by their places. Raises MissingError for others."""
    return {name: _stated(name, value, home) for name, value in options.items()}


def _stated(option: str, value: Any, home: Path) -> Any:
    if option not in SHIPPED or value in SHIPPED[option]:
        return value
    own = _own(home)
    if value not in own:
        hint = f"There are {', '.join(SHIPPED[option])}, and your own by their names."
        raise MissingError(f"{value[:64]!r} is no model here", where=option, hint=hint)
    return own[value]


def shown(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options as they can be asked for again: own models by their ids; without a melody that was given as notes."""
    plain = {name: value for name, value in options.items() if not isinstance(value, list)}
    named = {name: value for name, value in plain.items() if name in SHIPPED and value not in SHIPPED[name]}
    ids = {place: id_ for id_, place in _own(Path.cwd()).items()} if named else {}
    return plain | {name: ids.get(value, value) for name, value in named.items()}


def here(recipe: Mapping[str, Any], home: Path) -> dict[str, Any]:
    """A recipe from a file, with the user's own models where they lie here.

    Raises InputError for one that names a file, or a model that is not here.
    """
    options = recipe.get("options")
    if not isinstance(options, dict):
        return dict(recipe)
    for name in _FILES:
        if name in options:
            raise InputError(f"it was made with a file of its own ({name}), which is not looked for here")
    return {**recipe, "options": {name: _found(name, value, home) for name, value in options.items()}}


def _found(option: str, value: Any, home: Path) -> Any:
    """The value; of a model of the user's the place that the one of that name has here."""
    if option not in SHIPPED or not isinstance(value, str) or value in {*SHIPPED[option], *preset_names()}:
        return value
    wanted = Path(value).name
    for id_, place in _own(home).items():
        if value in (id_, place) or wanted in (Path(place).name, Path(place).stem):
            return place
    raise InputError(
        f"it was made with the model {wanted[:64]!r}, which is not here",
        hint="Put that into the folder of your models, and open the file again.",
    )


def _own(home: Path) -> dict[str, str]:
    """Id -> place in the home folder of each of the user's models."""
    return {id_: str(path.relative_to(home)) for id_, path in places(home).items()}
