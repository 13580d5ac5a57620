"""Families on melodies: what is fitted to songs, and samples to hear and see."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from aoede.encodings.melody import PARTS, USUAL, Melodies
from aoede.encodings.melody_columns import shape_of
from aoede.encodings.melody_sight import piece_of
from aoede.errors import UsageError
from aoede.formats import midi, picture
from aoede.learning import on_rolls
from aoede.learning.dataset import Item, split
from aoede.learning.families import Family, settings_for
from aoede.learning.loop import Learner, Tensors
from aoede.learning.melodies import melody_of
from aoede.learning.melody_sampling import Singer, sing
from aoede.neural.events.piece import EventPiece
from aoede.song import Song

_FIXED = ("shape",)  # by the encoding

on = "melodies"
told: tuple[str, ...] = ()


def reading(said: Mapping[str, Any]) -> dict[str, Any]:
    return {"kinds": ("midi",)}


def decide(
    family: Family,
    items: Sequence[Item],
    preset: str,
    said: Mapping[str, Any],
    held_out: float,
    seed: int,
    minutes: float | None,
) -> dict[str, Any]:
    given = family.RECIPES[preset]
    shape, changes, others = settings_for(family, said, others=("told",), fixed=_FIXED)
    encoding = Melodies(_told(others.get("told")))
    songs = [item.value for item in split(items, held_out, seed=seed)[0]]
    n_notes = sum(len(melody) for melody in map(melody_of, songs) if melody is not None)
    if not n_notes:
        raise UsageError("there is no melody in these songs", hint="A melody has eight notes or more.")
    config = family.Config(shape=shape_of(encoding.told), **{**given.shape_for(0, minutes), **shape})
    return {
        "encoding": encoding.as_mapping(),
        "labels": None,
        "config": asdict(config),
        "recipe": asdict(replace(given.recipe.suited(n_notes), **changes)),
    }


def _told(said: Sequence[str] | None) -> tuple[str, ...]:
    """The parts that are told, in their order. Raises UsageError for a part that there is not."""
    if said is None:
        return USUAL
    strange = [str(part) for part in said if part not in PARTS]
    if strange:
        raise UsageError(
            f"a melody cannot be told {', '.join(strange)!r}", where="--told", hint=f"Say {', '.join(PARTS)}."
        )
    return tuple(part for part in PARTS if part in said)


def learner(family: Family, document: Mapping[str, Any], items: Sequence[Item]) -> Learner:
    encoding = Melodies.from_mapping(document["encoding"])
    seed = document["schedule"]["seed"]
    train, valid = (
        pieces([item.value for item in part], encoding)
        for part in split(items, document["held_out"], seed=seed)
    )
    made: Learner = family.Learner(
        family.Config.from_mapping(document["config"]),
        family.Recipe.from_mapping(document["recipe"]),
        train,
        valid,
        seed=seed,
    )
    return made


def judged(model: Singer, values: Sequence[Any]) -> tuple[Sequence[Any], Any]:
    return pieces(values, model.encoding), None


def pieces(songs: Sequence[Song], encoding: Melodies) -> list[EventPiece]:
    """The melodies of songs; songs with too little to sing are left out."""
    melodies = (melody_of(song) for song in songs)
    return [piece_of(melody, encoding.told) for melody in melodies if melody is not None]


class Artist(on_rolls.Artist):
    """Samples of a few bars."""

    def samples(self, metadata: Mapping[str, Any], tensors: Tensors, *, name: str) -> dict[str, bytes]:
        song = sing(Singer.of(metadata, tensors, name=name), seed=self.seed, n_bars=on_rolls.SAMPLE_BARS)[0]
        return {".mid": midi.to_bytes(song), ".png": picture.to_bytes(song)}


def artist(document: Mapping[str, Any], items: Sequence[Item]) -> Artist:
    return Artist(document["schedule"]["seed"])
