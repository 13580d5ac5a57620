"""What a recipe says: the request, its options and seeds, what was done to the song afterwards, how it is called.

Recipes stand in files that come from anywhere: everything about them is checked before it is used.
"""

import inspect
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from aoede.compose import compose
from aoede.errors import InputError, MissingError
from aoede.formats.files import read_bounded
from aoede.formats.held_recipe import recipe_in
from aoede.formats.midi_text import clean
from aoede.learning.generators import is_model
from aoede.randomness import checked_seed
from aoede.sketches import Sketch, sketch
from aoede.song import Lead

MAX_EDITS = 256
BACKENDS = ("c", "numba", "numpy")  # of models of sound
MAX_FILE_BYTES = 512 * 2**20  # of sound, ten minutes and more
_OPTIONS = frozenset(inspect.signature(compose).parameters) - {"request", "seed", "candidates"}
# What is not a text.
_KINDS: Mapping[str, tuple[type, ...]] = MappingProxyType({
    "bars": (int,), "tempo": (int, float), "density": (int, float, str), "register": (int, float, str),
    "surprise": (int, float, str), "melody": (list, str), "valence": (int, float), "arousal": (int, float),
})  # fmt: skip
EDIT_OPTIONS: Mapping[str, Mapping[str, tuple[type, ...]]] = MappingProxyType({
    "regenerate": {"bars": (str,), "sections": (str,), "tracks": (str,), "lock": (str,), "seed": (int,)},
    "extend": {"add": (str,), "bars": (int,), "seed": (int,)},
    "set_lyrics": {"text": (str,), "lock": (str,)},
})  # fmt: skip


def read_recipe(path: Path) -> Mapping[str, Any]:
    """The recipe in a file of ours, of any kind. Raises InputError where there is none, MissingError for no file."""
    where = str(path)
    data = read_bounded(path, max_bytes=MAX_FILE_BYTES)
    try:
        recipe = recipe_in(data, where)
    except InputError as error:
        if b"MThd" in data[:64]:
            raise
        raise InputError(
            "this is no file of a song",
            where=where,
            hint="A recipe stands in every file that aoede writes of a song: mid, wav, png, html, json and others.",
        ) from error
    if not recipe:
        raise InputError(
            "there is no recipe in this file",
            where=where,
            hint="Only songs that aoede composed have one; other programs may take it out.",
        )
    return recipe


def planned_by(recipe: Mapping[str, Any]) -> Sketch:
    """The sketch of a recipe, before any edits. Raises InputError for what is none, else as `compose` does."""
    request, seed, options = recipe.get("request"), recipe.get("seed"), recipe.get("options")
    seeds = recipe.get("seeds", {})
    if not isinstance(request, str) or not _is_of(seed, (int,)) or not isinstance(options, dict):
        raise _no_recipe("request, seed or options are missing")
    strange = [n for n, v in options.items() if n not in _OPTIONS or not _is_of(v, _KINDS.get(n, (str,)))]
    if strange:
        raise _no_recipe(f"its option {str(strange[0])[:40]!r} is unknown here")
    if isinstance(options.get("melody"), str) and not is_model(options["melody"]):
        raise _no_recipe("its melody is neither notes nor the name of a model")
    if not isinstance(seeds, dict) or not all(_is_of(value, (int,)) for value in seeds.values()):
        raise _no_recipe("its seeds are no numbers")
    planned = sketch(request, seed=seed, **options)
    planned = replace(planned, lead=_with_its_backend(planned.lead, recipe.get("lead")))
    return replace(planned, seeds={str(role): checked_seed(value) for role, value in seeds.items()})


def _with_its_backend(lead: Lead | None, told: Any) -> Lead | None:
    """What plays the melody, by the backend that the recipe tells as far as that works here."""
    backend = told.get("backend") if isinstance(told, dict) else None
    if lead is None or backend not in BACKENDS or backend == lead.backend:
        return lead
    from aoede.lead import lead_by

    try:
        return replace(lead, backend=lead_by(lead.model, seed=lead.seed, backend=backend).backend)
    except MissingError:
        return lead


def edits_of(recipe: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The edits of a recipe, each with its options. Raises InputError for what are none."""
    edits = recipe.get("edits", [])
    if not isinstance(edits, list) or len(edits) > MAX_EDITS:
        raise _no_recipe(f"its edits are no list of at most {MAX_EDITS}")
    return [_edit(edit) for edit in edits]


def title_in(recipe: Mapping[str, Any]) -> str:
    """The title that somebody gave the song instead of its own; "" where nobody did."""
    title = recipe.get("title")
    return clean(title).strip() if isinstance(title, str) else ""


def _edit(edit: Any) -> tuple[str, dict[str, Any]]:
    name, options = next(iter(edit.items())) if isinstance(edit, dict) and len(edit) == 1 else ("", {})
    known = EDIT_OPTIONS.get(name)
    if known is None or not isinstance(options, dict):
        raise _no_recipe("it has an edit that is unknown here")
    if not all(n in known and _is_of(v, known[n]) for n, v in options.items()):
        raise _no_recipe(f"its edit {name!r} has options that are unknown here")
    return name, options


def _no_recipe(why: str) -> InputError:
    return InputError(f"the recipe cannot be read: {why}", hint="Perhaps a newer aoede wrote it.")


def _is_of(value: Any, kinds: tuple[type, ...]) -> bool:
    return isinstance(value, kinds) and not isinstance(value, bool)
