"""Songs and what is drawn of them as they are stored, and as they travel between the server and its workers."""

import json
import zlib
from base64 import b64decode, b64encode
from typing import Any

from aoede.formats.song_json import from_dict, to_dict
from aoede.song import Song


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
