"""Songs and what is drawn of them as they are stored, and as they travel between the server and its workers."""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from aoede.formats.song_json import from_dict, to_dict
from aoede.song import Song

_PLANNED = frozenset(("request", "seed", "options"))


def is_planned(recipe: Mapping[str, Any]) -> bool:
    """Whether a recipe is that of a song which was composed here, so that it can be made once more and edited."""
    return recipe.keys() >= _PLANNED


def with_title(recipe: Mapping[str, Any], title: str) -> dict[str, Any]:
    """A recipe that says by which title somebody called its song: the files that hold no title but this keep it."""
    return {**recipe, "title": title} if is_planned(recipe) else dict(recipe)


def as_json(value: Any) -> str:
    """In one line. Raises ValueError for what no JSON can be, NaN too."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def squeezed(value: Any) -> bytes:
    return zlib.compress(as_json(value).encode())


def loosened(data: bytes) -> dict[str, Any]:
    """The object that was squeezed."""
    return dict(json.loads(zlib.decompress(data)))


def packed(song: Song) -> str:
    """All of a song but what plays its melody, which its recipe says."""
    return b64encode(squeezed(to_dict(song))).decode()


def unpacked(text: str) -> Song:
    """The song that was packed. Raises InputError for one that is damaged."""
    return from_dict(loosened(b64decode(text)))
