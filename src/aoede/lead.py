"""The melody of a song played by a model of sound, in place of its instrument.

lead = lead_by("my-flute", seed=7)
song, given = led(replace(song, lead=lead), 44_100)  # which is what synth.render takes
"""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from aoede.encodings.score_frames import Sounding
from aoede.errors import InputError, UsageError
from aoede.learning.resampling import resampled
from aoede.learning.tunes import phrases, soundings
from aoede.music.note_table import NoteTable
from aoede.music.voices import ONE_LINE, is_line, mean_sounding, told_apart
from aoede.randomness import checked_seed
from aoede.song import Lead, Song, Track
from aoede.sound import Floats, Order, chosen_backend, found, made
from aoede.version import __version__

OPTION = "--lead"


def lead_by(model: str | Path, *, seed: int, label: str = "", backend: str = "") -> Lead:
    """What plays a melody: the model of this name, as `label` says of what it was taught.

    Raises MissingError, InputError or UsageError, as `sound` does, and UsageError for a model that plays no notes.
    """
    sounder = found(model)
    if not sounder.reads_notes:
        raise UsageError(
            f"{sounder.name} plays no notes: it was trained on recordings of which none were known",
            where=OPTION,
            hint="Train one on sounds whose pitches stand in a table or their names, or with MIDI files beside them.",
        )
    try:
        said = sounder.labels.said(label)
    except UsageError as error:
        raise UsageError(error.message, where="--lead-label", hint=error.hint) from error
    used = chosen_backend(sounder, backend)
    return Lead(str(model), sounder.name, sounder.sha256, said if label else (), checked_seed(seed), used)


def led(song: Song, rate_hz: int) -> tuple[Song, dict[int, Floats]]:
    """The song with its melody in a track of its own, and what is heard there: (n,) by the number of the track.

    Raises InputError where there is no melody, where it lasts too long, and where the model is not the one that was
    chosen.
    """
    if song.lead is None:
        return song, {}
    song, number = _alone(song)
    samples, own_hz = _played(song.lead, tuple(soundings(song, song.tracks[number].table)))
    return song, {number: resampled(samples, own_hz, rate_hz)}


def recipe_with(song: Song) -> dict[str, Any]:
    """The recipe of a song that is there, with what plays its melody now."""
    lead = song.lead
    if lead is None:
        return dict(song.recipe)
    told = {"model": lead.name, "sha256": lead.sha256[:16], "seed": lead.seed, "backend": lead.backend}
    return {"aoede": __version__, **song.recipe, "lead": told | {"label": list(lead.label)}}


def _alone(song: Song) -> tuple[Song, int]:
    """The song with its melody in a track of its own, and the number of that; what else was in it comes after it."""
    at = told_apart(song).track
    if at < 0:
        raise InputError("there is no melody for a model to play", where=OPTION)
    table = song.tracks[at].table
    if mean_sounding(table) <= ONE_LINE:
        return song, at
    line = is_line(table)
    parts = [_with(song.tracks[at], table.chosen(which)) for which in (line, ~line)]
    return replace(song, tracks=(*song.tracks[:at], *parts, *song.tracks[at + 1 :])), at


def _with(track: Track, table: NoteTable) -> Track:
    return Track.from_table(
        track.name,
        table,
        program=track.program,
        role=track.role,
        controls=track.controls,
        bends=track.bends,
    )


@lru_cache(maxsize=2)  # a song is heard in several files
def _played(lead: Lead, notes: tuple[Sounding, ...]) -> tuple[Floats, int]:
    """The samples of a melody, and their rate."""
    sounder = found(lead.model)
    if sounder.sha256 != lead.sha256:
        raise InputError("this model has changed since it was chosen", where=lead.model)
    pieces, n_samples = phrases(sounder, notes, lead.label, None)
    nothing = np.zeros(0, np.float32)
    order = Order(sounder, pieces, n_samples, nothing, sounder.usual_temperature, lead.backend, {}, ())
    return made(order, seed=lead.seed).samples, order.rate_hz
