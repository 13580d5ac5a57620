"""A song as JSON: everything in it, for programs that would rather not read MIDI."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, TypeVar

from aoede.errors import InputError
from aoede.song import (
    TICKS_PER_QUARTER,
    Bend,
    ChordSymbol,
    Control,
    KeySignature,
    Meter,
    Note,
    Section,
    Song,
    Syllable,
    Tempo,
    Track,
)

SCHEMA = "aoede.song/1"
T = TypeVar("T")
_LISTS: Mapping[str, type] = {
    "tempos": Tempo,
    "meters": Meter,
    "keys": KeySignature,
    "sections": Section,
    "chords": ChordSymbol,
    "syllables": Syllable,
}
_PLAIN: Mapping[Any, tuple[type, ...]] = {int: (int,), float: (int, float), str: (str,), bool: (bool,)}
_TRACK_LISTS: Mapping[str, type] = {"notes": Note, "controls": Control, "bends": Bend}


def to_dict(song: Song) -> dict[str, Any]:
    """Plain JSON values: times in ticks (480 a quarter), pitches 0..127, velocities 1..127."""
    return {
        "schema": SCHEMA,
        "title": song.title,
        "ticks_per_quarter": TICKS_PER_QUARTER,
        "duration_s": round(song.duration_s, 3),
        **{name: [asdict(each) for each in getattr(song, name)] for name in _LISTS},
        "tracks": [asdict(track) for track in song.tracks],
        "recipe": dict(song.recipe),
    }


def to_bytes(song: Song) -> bytes:
    """UTF-8, one object, the same bytes for the same song."""
    return (json.dumps(to_dict(song), ensure_ascii=False, indent=1) + "\n").encode()


def from_dict(told: Mapping[str, Any]) -> Song:
    """The song that `to_dict` told, but for its lead, which stands in the recipe. Raises InputError for another."""
    try:
        if told["schema"] != SCHEMA or told["ticks_per_quarter"] != TICKS_PER_QUARTER:
            raise InputError(f"this is no song of the schema {SCHEMA}")
        lists: dict[str, Any] = {name: _all(kind, told[name]) for name, kind in _LISTS.items()}
        tracks = tuple(_track(each) for each in told["tracks"])
        return Song(_as(str, told["title"]), tracks, recipe=_as(dict, told["recipe"]), **lists)
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(f"this song cannot be read: {error}", hint="It is damaged.") from error


def _track(told: Mapping[str, Any]) -> Track:
    lists: dict[str, Any] = {name: _all(kind, told[name]) for name, kind in _TRACK_LISTS.items()}
    return _one(Track, {**told, **lists})


def _all(kind: type[T], told: Any) -> tuple[T, ...]:
    return tuple(_one(kind, each) for each in _as(list, told))


def _one(kind: type[T], told: Mapping[str, Any]) -> T:
    """An object of these very fields, each of the kind that it has to be."""
    known = {field.name: field.type for field in fields(kind)}  # type: ignore[arg-type]
    for name, value in told.items():
        if type(value) not in _PLAIN.get(known[name], (tuple,)):
            raise TypeError(f"{kind.__name__}.{name} is {value!r}")
    return kind(**told)


def _as(kind: type[T], value: Any) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value
