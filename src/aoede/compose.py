"""From a request to a song, read top to bottom.

    mood_of(request) -> plan_for(mood, wishes) -> changes -> melody, chord part, bass -> Song

`sketch` understands and plans, `fill` writes the notes, `compose` does both. A part is a function from the plan
and its changes to the notes of every section; drums, a second voice or words will be further ones in PARTS.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Any

from aoede.errors import InputError, UsageError
from aoede.learning.checkpoint import load_preset
from aoede.learning.sampling import Trained, find
from aoede.mood.request import Mood, mood_of
from aoede.mood.wishes import Wishes, wishes_of
from aoede.music.changes import Changes, changes_for, symbols_of
from aoede.music.melody import melodies_for
from aoede.music.parts import bass_parts_for, chord_parts_for
from aoede.music.plan import Plan, plan_for
from aoede.music.progressions import Table, progressions_from_csv
from aoede.music.theory import parse_key, parse_mode
from aoede.randomness import checked_seed
from aoede.song import Control, Note, Section, Song, Tempo, Track
from aoede.version import __version__
from aoede.words.title import title_of

VOLUME, PAN = 7, 10  # MIDI controllers
Notes = tuple[Note, ...]


@dataclass(frozen=True)
class Part:
    """A track of every song: its name, where it stands in the room, and what writes its notes.

    `write(plan, changes, seed)` gives the notes of each section, in ticks from the section's beginning.
    """

    name: str
    volume: int  # MIDI controller 7
    pan: int  # MIDI controller 10, 64 is the middle
    write: Callable[[Plan, Sequence[Changes], int], list[Notes]]


PARTS: Mapping[str, Part] = {
    "melody": Part("Melody", 104, 70, melodies_for),
    "chords": Part("Chords", 92, 50, chord_parts_for),
    "bass": Part("Bass", 90, 64, bass_parts_for),
}


@dataclass(frozen=True)
class Sketch:
    """A request understood and planned, before the first note."""

    request: str
    seed: int
    options: Mapping[str, Any]  # what was stated beside the request, as given
    mood: Mood
    wishes: Wishes  # from the words and the options; the options win
    plan: Plan
    own: Table | None = None  # the user's own progressions, and what could not be read of them
    player: Trained | None = None  # the model of piano rolls that plays the harmony


def compose(
    request: str,
    *,
    seed: int | None = None,
    bars: int | None = None,
    key: str | None = None,
    mode: str | None = None,
    tempo: float | None = None,
    progressions: str | Path | None = None,
    harmony: str | Path | None = None,
) -> Song:
    """A song for `request`, e.g. `compose("a song that expresses hope and wonder", seed=1)`.

    seed: 0..2**63-1; the same one gives the same song; None draws one (it stands in `song.recipe`).
    bars: 1..512. key: "D", "F# minor". mode: "dorian". tempo: quarter notes a minute, 20..300.
    progressions: a CSV of chord progressions with moods, from which the harmony is chosen instead.
    harmony: "rbm", a run or a model file: a model of piano rolls that plays the harmony instead.
    Raises UsageError for what no song can obey, InputError for a request that says nothing.
    """
    options = {"bars": bars, "key": key, "mode": mode, "tempo": tempo}
    return fill(sketch(request, seed=seed, **options, progressions=progressions, harmony=harmony))


def sketch(request: str, *, seed: int | None = None, **options: Any) -> Sketch:
    """Understand and plan; the options and errors are those of `compose`."""
    seed = checked_seed(secrets.randbelow(2**32) if seed is None else seed)
    if not _is_text(request):
        raise InputError("the request holds half a character", hint="Write it again, in UTF-8.")
    stated = {name: value for name, value in options.items() if value is not None}
    wishes = _with_options(wishes_of(request), stated)
    mood = mood_of(request)
    plan = plan_for(mood, wishes, seed=seed)
    if {"progressions", "harmony"} <= set(stated):
        raise UsageError("--progressions and --harmony cannot both give the chords", where="--harmony")
    own = progressions_from_csv(Path(stated["progressions"])) if "progressions" in stated else None
    player = find(stated["harmony"]) if "harmony" in stated else None
    return Sketch(request, seed, stated, mood, wishes, plan, own, player)


def _is_text(request: str) -> bool:
    """Whether it can be written down: no lone halves of characters beyond the basic plane."""
    return not any("\ud800" <= character <= "\udfff" for character in request)


def _with_options(wishes: Wishes, stated: Mapping[str, Any]) -> Wishes:
    """The wishes of the words, with the options in their place where both speak."""
    tonic, mode = parse_key(stated["key"]) if "key" in stated else (None, None)
    asked = parse_mode(stated["mode"]) if "mode" in stated else None
    if mode is not None and asked not in (None, mode):
        raise UsageError(f"--key {stated['key']} and --mode {asked} contradict each other", where="--mode")
    if tonic is not None and wishes.tonic is not None:
        wishes = replace(
            wishes, mode=None
        )  # the words' "in D minor" is one wish: a new tonic replaces it all
    return replace(
        wishes,
        tonic=tonic or wishes.tonic,
        mode=mode or asked or wishes.mode,
        tempo_bpm=float(stated["tempo"]) if "tempo" in stated else wishes.tempo_bpm,
        bars=stated.get("bars", wishes.bars),
    )


def fill(sketch: Sketch) -> Song:
    """The song of a sketch: the same sketch always gives the same notes."""
    plan = sketch.plan
    songbook = "pop909" if sketch.mood.language == "zh" else None
    changes = changes_for(plan, seed=sketch.seed, own=sketch.own, songbook=songbook, player=sketch.player)
    lengths_ticks = [section.bars * plan.meter.bar_ticks for section in plan.sections]
    starts_ticks = list(accumulate(lengths_ticks, initial=0))[:-1]
    tracks = [
        _track(role, part.write(plan, changes, sketch.seed), starts_ticks, plan)
        for role, part in PARTS.items()
    ]
    return Song(
        title=title_of(sketch.request),
        tracks=tuple(track for track in tracks if track.notes),
        tempos=(Tempo(0, plan.tempo_bpm),),
        meters=(plan.meter,),
        keys=(plan.key.signature,),
        sections=tuple(
            Section(start, start + length, section.name)
            for start, length, section in zip(starts_ticks, lengths_ticks, plan.sections, strict=True)
        ),
        chords=tuple(symbols_of(changes, starts_ticks, plan.key)),
        recipe=_recipe(sketch),
    )


def _track(role: str, written: Sequence[Notes], starts_ticks: Sequence[int], plan: Plan) -> Track:
    """The sections' notes one after another, as a track."""
    part = PARTS[role]
    notes = sorted(
        replace(note, start_ticks=note.start_ticks + start_ticks)
        for section, start_ticks in zip(written, starts_ticks, strict=True)
        for note in section
    )
    controls = (Control(0, VOLUME, part.volume), Control(0, PAN, part.pan))
    return Track(part.name, tuple(notes), plan.programs[role], role, controls=controls)


def _recipe(sketch: Sketch) -> dict[str, Any]:
    """All it takes to make the song again, and its key in words."""
    return {
        "aoede": __version__,
        "request": sketch.request,
        "seed": sketch.seed,
        "options": {name: str(v) if isinstance(v, Path) else v for name, v in sketch.options.items()},
        "models": _models(sketch),
        "key": str(sketch.plan.key),
    }


def _models(sketch: Sketch) -> dict[str, str]:
    """The models that a song is made with, by name, each with the beginning of its hash."""
    own = {} if sketch.player is None else {sketch.player.name: sketch.player.sha256[:16]}
    return {name: load_preset(name).sha256[:16] for name in ("harmony", "mood_en", "mood_zh")} | own
