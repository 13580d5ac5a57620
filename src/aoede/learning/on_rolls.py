"""Families on piano rolls: what is fitted to the songs, and samples as MIDI with a picture."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from aoede.encodings.pianoroll import PianoRoll
from aoede.errors import InputError
from aoede.formats import midi, picture, roll_strip
from aoede.learning import rolls
from aoede.learning.dataset import Item, split
from aoede.learning.families import Family, settings_for
from aoede.learning.loop import Learner, Tensors
from aoede.learning.sampling import Trained, sample
from aoede.song import Song

SAMPLE_BARS = 8
SAMPLE_GIBBS = 50  # sweeps a window, for samples as it goes

_FIXED = ("width", "n_labels")  # by the songs

on = "piano rolls"
told = ("transpose", "stride_steps")


@dataclass(frozen=True)
class _Preparation:
    """How a preset wants its songs: where they are moved to, whether mode and activity stand beside the notes."""

    transpose: str
    has_labels: bool
    encoding: PianoRoll | None  # None: sixteenths, as wide as the training songs need


_PREPARATIONS: Mapping[str, _Preparation] = {
    "default": _Preparation("key", True, None),
    "tutorial": _Preparation("none", False, PianoRoll()),
}


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
    given, preparation = family.RECIPES[preset], _PREPARATIONS[preset]
    shape, changes, others = settings_for(family, said, others=("transpose",), fixed=_FIXED)
    transpose = others.get("transpose", preparation.transpose)
    songs = _songs(split(items, held_out, seed=seed)[0])
    encoding = preparation.encoding or rolls.fit(songs, transpose=transpose)
    labels = rolls.fit_labels(songs) if preparation.has_labels else None
    config = family.Config(
        **{
            "width": encoding.width,
            "window_steps": given.window_steps,
            "n_hidden": given.n_hidden,
            "n_labels": len(labels.names) if labels else 0,
            **shape,
        }
    )
    return {
        "transpose": transpose,
        "encoding": encoding.as_mapping(),
        "labels": labels.as_mapping() if labels else None,
        "config": asdict(config),
        "recipe": asdict(replace(given.recipe, **changes)),
        "stride_steps": given.stride_steps,
    }


def learner(family: Family, document: Mapping[str, Any], items: Sequence[Item]) -> Learner:
    encoding = PianoRoll.from_mapping(document["encoding"])
    labels = rolls.Labels.from_mapping(document["labels"]) if document["labels"] else None
    seed, transpose = document["schedule"]["seed"], document["transpose"]
    train_pieces, valid_pieces = (
        rolls.pieces(_songs(part), encoding, transpose=transpose, labels=labels)
        for part in split(items, document["held_out"], seed=seed)
    )
    made: Learner = family.Learner(
        family.Config.from_mapping(document["config"]),
        family.Recipe.from_mapping(document["recipe"]),
        train_pieces.rolls,
        valid_pieces.rolls,
        train_labels=train_pieces.labels,
        valid_labels=valid_pieces.labels,
        seed=seed,
        stride_steps=document["stride_steps"],
        shift=rolls.shift_of(encoding, transpose),
    )
    return made


def judged(model: Trained, values: Sequence[Any]) -> tuple[Sequence[Any], Any]:
    found = rolls.pieces(values, model.encoding, transpose=model.transpose, labels=model.labels)
    return found.rolls, found.labels


@dataclass(frozen=True)
class Artist:
    """Samples of a few bars."""

    seed: int

    def samples(self, metadata: Mapping[str, Any], tensors: Tensors, *, name: str) -> dict[str, bytes]:
        trained = Trained.of(metadata, tensors, name=name)
        song = sample(trained, seed=self.seed, n_bars=SAMPLE_BARS, n_gibbs=SAMPLE_GIBBS)[0]
        return {".mid": midi.to_bytes(song), ".png": picture.to_bytes(song)}

    def overview(
        self, samples: Mapping[int, Mapping[str, bytes]], figures: Mapping[int, float], unit: str
    ) -> dict[str, bytes]:
        """All samples in one picture, from early to late, each with its step and figure."""
        rows = [
            roll_strip.Row(f"step {step:,}", f"{figures[step]:.3f}" if step in figures else "", song)
            for step, files in samples.items()
            if (song := _read(files.get(".mid", b""))) is not None
        ]
        told = "a sample after so many steps, from early to late" + (f", with its {unit}" if unit else "")
        title = "What the model plays as it learns"
        return {"strip.png": roll_strip.to_bytes(rows, title=title, subtitle=told)} if rows else {}

    def told(self, files: Mapping[str, bytes]) -> str:
        return ""

    def completed(self, metadata: Mapping[str, Any], tensors: Tensors) -> tuple[dict[str, Any], Tensors]:
        return dict(metadata), tensors


def artist(document: Mapping[str, Any], items: Sequence[Item]) -> Artist:
    return Artist(document["schedule"]["seed"])


def _read(data: bytes) -> Song | None:
    """The song in a sample's file; None where somebody has damaged it."""
    try:
        return midi.from_bytes(data).song
    except InputError:
        return None


def _songs(items: Sequence[Item]) -> list[Any]:
    return [item.value for item in items]
