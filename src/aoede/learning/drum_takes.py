"""The performances of the Groove MIDI Dataset: who played what, and how it is told.

Its info.csv names drummer, style and tempo of every file, and whether it is a beat or a fill.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.drums import Drums, Groove
from aoede.errors import InputError, MissingError
from aoede.formats import midi
from aoede.formats.files import read_bounded
from aoede.music.drum_setting import Setting, bar_places
from aoede.song import Meter

FOLDER = "drums_groove"
MAX_INFO_BYTES, MAX_MIDI_BYTES = 10_000_000, 1_000_000
_COLUMNS = ("file", "drummer", "style", "bpm", "beat_type", "time_signature", "split")
# Styles of Groove that belong to another group than the word before their slash.
_GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "rock/halftime": "halftime",
        "jazz/funk": "funk",
        "jazz/fusion": "funk",
        "funk/purdieshuffle": "shuffle",
        "blues/shuffle": "shuffle",
        "gospel": "soul",
        "neworleans/funk": "neworleans",
    }
)

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Take:
    """One performance."""

    name: str  # of its file
    drummer: str
    session: str  # of the drummer: all that was played in a row, on one set-up of the kit
    part: str  # "train" or "validation", as the data set has it
    setting: Setting
    meter: Meter
    groove: Groove

    @cached_property
    def bar(self) -> tuple[int, ...]:
        return bar_places(self.meter)

    @cached_property
    def places(self) -> tuple[int, ...]:
        """Of each step."""
        return tuple(self.bar[step % len(self.bar)] for step in range(len(self.groove)))

    @cached_property
    def told(self) -> Floats:
        """(T, N_TOLD)"""
        return self.setting.rows(self.places)


def takes(data: Path) -> list[Take]:
    """All performances in DATA/drums_groove, in the order of its table.

    Raises MissingError where the table is not there, InputError where it or a file is not as it should be.
    """
    folder = data / FOLDER
    if not (folder / "info.csv").is_file():
        raise MissingError("there is no Groove MIDI Dataset here", where=str(folder / "info.csv"))
    text = read_bounded(folder / "info.csv", max_bytes=MAX_INFO_BYTES).decode("utf-8", "replace")
    rows = list(csv.DictReader(text.splitlines()))
    found = [_take(folder, row) for row in rows]
    return [take for take in found if len(take.groove)]


def _take(folder: Path, row: Mapping[str, str | None]) -> Take:
    file, drummer, style, bpm, kind, meter, part = (row.get(name) or "" for name in _COLUMNS)
    path = folder / file
    try:
        numerator, denominator = map(int, meter.split("-"))
        setting = Setting(_GROUPS.get(style, style.split("/")[0]), float(bpm), kind == "fill")
    except (ValueError, InputError) as error:
        raise InputError(
            f"the table says of {file!r} what cannot be", where=str(folder / "info.csv")
        ) from error
    if not path.resolve().is_relative_to(folder.resolve()):
        raise InputError(f"{file!r} lies outside of the data", where=str(folder / "info.csv"))
    song = midi.from_bytes(read_bounded(path, max_bytes=MAX_MIDI_BYTES), where=str(path)).song
    session = "_".join(path.stem.split("_")[:2])
    return Take(
        path.stem, drummer, session, part, setting, Meter(0, numerator, denominator), Drums().encode(song)
    )


def parted(every: Sequence[Take], is_held_out: Callable[[Take], bool]) -> tuple[list[Take], list[Take]]:
    """What is learnt from, and what is held out."""
    return [t for t in every if not is_held_out(t)], [t for t in every if is_held_out(t)]


def is_validation(take: Take) -> bool:
    """Held out by piece, as the data set has it."""
    return take.part == "validation"


# Whole sessions, so that neither drummer, room nor day of what is held out was ever heard.
FOLDS: tuple[tuple[str, ...], ...] = (
    ("drummer1_session1", "drummer9_session1", "drummer4_session1"),
    ("drummer1_session2", "drummer1_session3", "drummer3_session1", "drummer10_session1"),
    ("drummer7_session2", "drummer2_session2", "drummer5_session2"),
    ("drummer7_session1", "drummer7_session3", "drummer3_session2", "drummer6_session1", "drummer8_session1"),
)
