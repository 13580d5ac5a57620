"""Networks that read music frame by frame: what is fitted to songs or to archives of rolls, and samples as MIDI.

Of songs the grid, the range of pitches, and what is told of each step (`told.py`) are decided here. An archive of
rolls is taken as it is: 88 keys, a grid that it does not tell, and no meter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.pianoroll import PianoRoll
from aoede.errors import InputError, UsageError
from aoede.formats import archive
from aoede.learning import rolls
from aoede.learning.dataset import Item, split
from aoede.learning.families import Family, settings_for
from aoede.learning.loop import Learner
from aoede.learning.on_rolls import Artist
from aoede.learning.sampling import Trained
from aoede.learning.told import PARTS, Told
from aoede.neural.frames.rows import Mover
from aoede.song import Song

UInt8 = NDArray[np.uint8]
Floats = NDArray[np.float32]

GRID, ARCHIVE_GRID = 4, 2  # steps a beat; of an archive that does not tell it: eighths
_FIXED = ("n_pitches", "has_strikes", "n_context")  # by the music
_OTHERS = ("transpose", "grid", "told")

on = "frames"
told = ("transpose", "told")


def reading(said: Mapping[str, Any]) -> dict[str, Any]:
    return {"kinds": ("midi", "rolls")}


def decide(
    family: Family,
    items: Sequence[Item],
    preset: str,
    said: Mapping[str, Any],
    held_out: float,
    seed: int,
    minutes: float | None,
) -> dict[str, Any]:
    from aoede.neural.learner import settled

    given = family.RECIPES[preset]
    shape, changes, others = settings_for(family, said, others=_OTHERS, fixed=_FIXED)
    values = [item.value for item in split(items, held_out, seed=seed)[0]]
    decided = _of_archives(others) if _are_rolls(items) else _of_songs(values, others)
    encoding, what = PianoRoll.from_mapping(decided["encoding"]), Told.from_mapping(decided["told"])
    config = family.Config(
        **{
            "n_pitches": encoding.n_pitches,
            "has_strikes": encoding.struck,
            "n_context": what.n,
            **given.shape_for(0, minutes),
            **shape,
        }
    )
    return {
        **decided,
        "labels": None,
        "config": asdict(config),
        "recipe": asdict(settled(replace(given.recipe.suited(_n_frames(values, encoding)), **changes))),
    }


def _of_archives(others: Mapping[str, Any]) -> dict[str, Any]:
    if others.get("told"):
        raise UsageError("of a roll nothing is known but its notes", where="--told")
    if others.get("transpose", "none") == "key":
        raise UsageError("rolls are not moved to C: their keys are not looked for", where="--transpose")
    encoding = PianoRoll(
        archive.LOW, archive.LOW + archive.N_PITCHES - 1, others.get("grid", ARCHIVE_GRID), struck=False
    )
    return {
        "encoding": encoding.as_mapping(),
        "transpose": others.get("transpose", "none"),
        "told": Told().as_mapping(),
    }


def _of_songs(songs: Sequence[Song], others: Mapping[str, Any]) -> dict[str, Any]:
    transpose = others.get("transpose", "key")
    encoding = rolls.fit(songs, transpose=transpose, steps_a_beat=others.get("grid", GRID))
    parts = others.get("told", PARTS)
    return {
        "encoding": encoding.as_mapping(),
        "transpose": transpose,
        "told": Told.fit(songs, parts, encoding.step_ticks).as_mapping(),
    }


def learner(family: Family, document: Mapping[str, Any], items: Sequence[Item]) -> Learner:
    encoding, what = PianoRoll.from_mapping(document["encoding"]), Told.from_mapping(document["told"])
    transpose, seed = document["transpose"], document["schedule"]["seed"]
    (train, train_told), (valid, valid_told) = (
        sequences([item.value for item in part], encoding, transpose, what)
        for part in split(items, document["held_out"], seed=seed)
    )
    made: Learner = family.Learner(
        family.Config.from_mapping(document["config"]),
        family.Recipe.from_mapping(document["recipe"]),
        train,
        valid,
        train_context=train_told,
        valid_context=valid_told,
        seed=seed,
        mover=_mover(encoding, what) if transpose == "all" else None,
    )
    return made


def judged(model: Trained, values: Sequence[Any]) -> tuple[Sequence[Any], Any]:
    return sequences(values, model.encoding, model.transpose, model.told or Told())


def sequences(
    values: Sequence[Song | UInt8], encoding: PianoRoll, transpose: str, what: Told
) -> tuple[list[UInt8], list[Floats]]:
    """Rolls (T_i, width) of songs or of archives' rolls, and what is told of them (T_i, n).

    Songs without a note in the range of pitches are left out. Raises InputError where the rolls of an archive are
    none of this encoding.
    """
    found = list[tuple[UInt8, Floats]]()
    for value in values:
        if isinstance(value, np.ndarray):
            found.append(_as_it_is(value, encoding, what))
            continue
        roll, rows = rolls.told_of(value, encoding, transpose, what)
        if roll.any():
            found.append((roll, rows))
    return [roll for roll, _ in found], [rows for _, rows in found]


def _as_it_is(roll: UInt8, encoding: PianoRoll, what: Told) -> tuple[UInt8, Floats]:
    is_piano = encoding.low == archive.LOW and encoding.width == archive.N_PITCHES
    if not is_piano:
        raise InputError(
            "an archive's rolls have 88 keys and no strikes; this model was made for other ones",
            hint="Judge it by songs, or train one on archives.",
        )
    return roll, np.zeros((len(roll), what.n), np.float32)


def _mover(encoding: PianoRoll, what: Told) -> Mover:
    """Moves pieces to any key; notes that leave the range are lost."""

    def moved(frames: UInt8, context: Floats, semitones: int) -> tuple[UInt8, Floats]:
        return encoding.transposed(frames, semitones), what.moved(context, semitones)

    return Mover(moved, rolls.LEAST_SHIFT, rolls.MOST_SHIFT)


def _n_frames(values: Sequence[Song | UInt8], encoding: PianoRoll) -> int:
    lengths = (
        len(value) if isinstance(value, np.ndarray) else value.end_ticks // encoding.step_ticks
        for value in values
    )
    return sum(lengths)


def _are_rolls(items: Sequence[Item]) -> bool:
    """Whether the data are archives; raises UsageError for both kinds in one folder."""
    kinds = {isinstance(item.value, np.ndarray) for item in items}
    if len(kinds) > 1:
        raise UsageError(
            "MIDI files and archives of rolls cannot be learnt together", hint="Name one of them."
        )
    return kinds == {True}


def artist(document: Mapping[str, Any], items: Sequence[Item]) -> Artist:
    return Artist(document["schedule"]["seed"])
