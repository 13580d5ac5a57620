"""What a worker does with songs from elsewhere: open a file, harmonise its melody, go on where it ends.

A file may come from anywhere. Of a recipe in it nothing is used that names a file of this machine: a model only by
the name of a shipped one or of one of the user's own.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aoede.compose import chosen, fill
from aoede.editing import again, notes_hash, sketch_around, work_on
from aoede.edits import Work
from aoede.errors import AoedeError, InputError
from aoede.formats import midi, song_json
from aoede.formats.files import read_bounded, write_whole
from aoede.formats.held_recipe import recipe_in
from aoede.formats.midi_text import clean
from aoede.learning.sampling import sample
from aoede.song import Song
from aoede.studio.making import made
from aoede.studio.model_names import here
from aoede.studio.packing import is_planned, unpacked, with_title
from aoede.studio.song_fields import MAX_FILE_BYTES

if TYPE_CHECKING:
    from aoede.studio.worker import Desk

MAX_BARS = 4_000  # of a song of somebody else
MAX_LENGTH_S = 1800.0  # longer ones cannot be heard
WHAT_OPENS = (
    "MIDI files, and what Aoede has written: mid, wav, mp3, flac, ogg, musicxml, svg, png, html, json, lrc."
)


def open(task: Mapping[str, Any], desk: "Desk") -> dict[str, Any]:
    """{"path", "name", "home"} -> the song of a file: remade where it was composed here, else as it stands there.

    Raises InputError, which says what can be opened, for any other file.
    """
    name, home = clean(task["name"]) or "song", Path(task["home"])
    data = read_bounded(Path(task["path"]), max_bytes=MAX_FILE_BYTES)
    song = _notes_in(data, name)
    recipe = dict(song.recipe) if song else _recipe_in(data, name)
    if song is None:
        return _opened(again(here(recipe, home)))
    if not is_planned(recipe):
        return _foreign(song, name, ())
    try:
        return _opened(_work_of(replace(song, recipe=here(recipe, home))))
    except AoedeError as error:  # its notes are there all the same
        return _foreign(replace(song, recipe={}), name, (error.message,))


def _opened(work: Work) -> dict[str, Any]:
    return made(work.song, work.sketch, "open", {}, seed=work.sketch.seed, told=work.sketch.told)


def _foreign(song: Song, name: str, told: tuple[str, ...]) -> dict[str, Any]:
    """A song of which only the notes are known. Raises InputError for one that is too long to be shown."""
    title = song.title if song.title.strip() else Path(name).stem
    song = replace(song, title=title, tracks=tuple(track for track in song.tracks if track.notes))
    if not song.duration_s <= MAX_LENGTH_S or len(song.bar_starts()) > MAX_BARS:
        raise InputError(
            f"this song lasts {song.duration_s / 60:,.0f} minutes, in {len(song.bar_starts()):,} bars",
            hint=f"{MAX_LENGTH_S / 60:.0f} minutes and {MAX_BARS:,} bars are the most.",
        )
    return made(song, None, "open", {}, seed=None, told=told)


def _notes_in(data: bytes, name: str) -> Song | None:
    """The song of a MIDI file, or of one of our JSON files; None for others. Raises InputError for damaged ones."""
    head = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"{"):
        return _song_of_json(data, name)
    if b"MThd" in head and head[:1] not in (b"[", b"<"):
        return midi.from_bytes(data, where=name).song
    return None


def _song_of_json(data: bytes, name: str) -> Song:
    """The song of a JSON file as a MIDI file holds it, so that every number of it is one that can be."""
    try:
        told = json.loads(data)
        song = song_json.from_dict(told if isinstance(told, dict) else {})
        return midi.from_bytes(midi.to_bytes(song), where=name).song
    except (ValueError, TypeError, OverflowError, ArithmeticError, RecursionError) as error:
        raise InputError("this is no JSON of a song", where=name, hint=f"Opened are {WHAT_OPENS}") from error


def _recipe_in(data: bytes, name: str) -> dict[str, Any]:
    """The recipe in a file of ours that holds no notes. Raises InputError where there is none to make them of."""
    try:
        recipe = recipe_in(data, where=name)
    except InputError as error:
        raise InputError("this file cannot be opened", where=name, hint=f"Opened are {WHAT_OPENS}") from error
    if not is_planned(recipe):
        raise InputError(
            "there is no song of Aoede in this file", where=name, hint=f"Opened are {WHAT_OPENS}"
        )
    return recipe


def _work_of(song: Song) -> Work:
    """A song with its recipe. Where its notes are not those that the recipe makes, they stay and it says so."""
    work = work_on(song)
    if work.by_hand:
        recipe = {**work.song.recipe, "edited": True, "notes": notes_hash(work.song)}
        work = replace(work, song=replace(work.song, recipe=recipe))
    return _called(work, song.title)


def _called(work: Work, title: Any) -> Work:
    """The work under the title that somebody gave it, where that is one and not its own."""
    plain = clean(title).strip() if isinstance(title, str) else ""
    if plain in ("", work.song.title):
        return work
    return replace(work, song=replace(work.song, title=plain, recipe=with_title(work.song.recipe, plain)))


# Harmonising and going on


def harmonise(task: Mapping[str, Any], desk: "Desk") -> dict[str, Any]:
    """{"song", "edit", "options", "seed"} -> a song around its melody, or, for the edit "continue", more of it."""
    song, options, seed = unpacked(task["song"]), task["options"], task["seed"]
    if task["edit"] == "continue":
        more = sample(options["model"], seed=seed, n_bars=options["bars"], start=replace(song, lead=None))[0]
        return made(more, None, "continue", {**options, "seed": seed}, seed=seed)
    path = desk.folder / "melody.mid"
    write_whole(path, midi.to_bytes(replace(song, recipe={})))
    said = {name: value for name, value in options.items() if name != "mood"}
    planned = chosen(sketch_around(path, options.get("mood") or song.title or "song", seed=seed, **said))
    whole = _called(Work(fill(planned), planned), song.title).song
    return made(whole, planned, "harmonise", {**options, "seed": seed}, seed=seed, told=planned.told)
