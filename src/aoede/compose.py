"""From a request to a song, read top to bottom.

    mood_of(request) -> plan_for(mood, wishes) -> changes -> melody, chords, colour, bass, drums -> Song

`sketch` (sketches.py) understands and plans, `fill` writes the notes, `compose` does both.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from aoede.errors import UsageError
from aoede.learning.checkpoint import load_preset
from aoede.music.borrowed import trained_on
from aoede.music.changes import Changes, symbols_of
from aoede.music.colour import colour_parts_for
from aoede.music.critic import score
from aoede.music.drums import drum_parts_for
from aoede.music.expression import ritardando
from aoede.music.feel import with_feel
from aoede.music.given_lyrics import REPEATED, on_grid, parse_lyrics, rooms_of, sung, sung_to
from aoede.music.instruments import DRUMS
from aoede.music.parts import bass_parts_for, chord_parts_for, controls_for
from aoede.music.plan import Plan
from aoede.music.prosody import phrases_of
from aoede.randomness import stream
from aoede.sketches import Sketch, sketch
from aoede.song import Control, KeySignature, Note, Section, Song, Tempo, Track
from aoede.version import __version__
from aoede.words.song_words import SungSection, words_for
from aoede.words.theme import theme_of
from aoede.words.title import title_of

VOLUME, PAN = 7, 10  # MIDI controllers
N_CANDIDATES, MAX_CANDIDATES = 4, 16
DRAWN_ROLES = ("harmony", "melody", "chords", "colour", "bass")  # in which candidates differ
Notes = tuple[Note, ...]


@dataclass(frozen=True)
class Place:
    """A track of a song: its name, and where it stands in the room."""

    name: str
    volume: int  # MIDI controller 7
    pan: int  # MIDI controller 10, 64 is the middle


PLACES: Mapping[str, Place] = {
    "melody": Place("Melody", 104, 70),
    "chords": Place("Chords", 92, 50),
    "colour": Place("Colour", 84, 86),
    "bass": Place("Bass", 90, 64),
    "drums": Place("Drums", 88, 60),
}


def compose(
    request: str,
    *,
    seed: int | None = None,
    bars: int | None = None,
    key: str | None = None,
    mode: str | None = None,
    tempo: float | None = None,
    meter: str | None = None,
    form: str | None = None,
    chords: str | None = None,
    style: str | None = None,
    instruments: str | None = None,
    valence: float | None = None,
    arousal: float | None = None,
    density: float | str | None = None,
    register: float | str | None = None,
    surprise: float | str | None = None,
    progressions: str | Path | None = None,
    harmony: str | Path | None = None,
    melody: str | Path | Sequence[Sequence[int]] | None = None,
    lyrics: str | Path | None = None,
    lead: str | Path | None = None,
    lead_label: str | None = None,
    candidates: int = N_CANDIDATES,
) -> Song:
    """A song for `request`, e.g. `compose("a song that expresses hope and wonder", seed=1)`.

    seed: 0..2**63-1; the same one gives the same song; None draws one (it stands in `song.recipe`).
    bars: 1..512; without it the song takes about two minutes. key: "D", "F# minor". mode: "dorian".
    tempo: quarter notes a minute, 20..300. meter: "3/4". form: "intro verse chorus verse:16 chorus".
    chords: "C Am F G", a bar each, or by section; nothing about them is changed. style: "waltz".
    instruments: "piano, cello": these and no others. valence: -1 (sad) to 1 (happy) and arousal: -1 (calm) to 1
    (restless), in the place of what the words say. density (of the melody), register (its height), surprise
    (of the harmony): 0..1, or "low", "medium", "high".
    progressions: a CSV of chord progressions with moods, from which the harmony is chosen instead.
    harmony: which model gives the chords: "functional" (unless said), "rbm", "rnn", a run or a model file.
    melody: which model sings: "rnn" (unless said), "ngram", "transformer", a run, a model file; or a MIDI file, whose
    melody stays as it is: meter, tempo, key and length are its own, and chords are found.
    lyrics: words of your own (a Path: a text file), a line a phrase, or "" for none; without it words are found.
    lead: a model of sound that plays the melody where the song is heard: a run or a model file; lead_label says what
    it is to sound like, of what it was taught.
    candidates: 1..16 songs are drawn, of which a critic takes one that lies where real songs do.
    Raises UsageError for what no song can obey, InputError for a request that says nothing.
    """
    options = {
        name: value for name, value in locals().items() if name not in ("request", "seed", "candidates")
    }
    return fill(chosen(sketch(request, seed=seed, **options), candidates))


def chosen(sketch: Sketch, candidates: int = N_CANDIDATES) -> Sketch:
    """The sketch with the seeds of the first candidate that lies where real songs do, else of the nearest.

    The first candidate has the song's own seed; one with seeds of its own is left as it is. Candidates are heard
    without drums, as the critic hears them. Raises UsageError for no candidate and for too many.
    """
    if not 1 <= candidates <= MAX_CANDIDATES:
        raise UsageError(
            f"candidates must be between 1 and {MAX_CANDIDATES}, not {candidates}", where="--candidates"
        )
    if candidates == 1 or sketch.seeds:
        return sketch
    drawn = stream(sketch.seed, "candidates").integers(2**32, size=candidates - 1).tolist()
    undrummed = sketch.plan.programs.keys() - {"drums"}
    known = trained_on() if sketch.melodies is None else None
    found: list[tuple[float, Sketch]] = []
    for each in (sketch, *(replace(sketch, seeds=dict.fromkeys(DRAWN_ROLES, seed)) for seed in drawn)):
        critique = score(_band(each, undrummed), sketch.plan, known)
        if critique.is_good:
            return each
        found.append((critique.distance, each))
    return min(found, key=lambda entry: entry[0])[1]


def fill(sketch: Sketch) -> Song:
    """The song of a sketch: the same sketch always gives the same notes."""
    song = _band(sketch, sketch.plan.programs.keys())
    return with_words(sketch, song, keeps_notes=sketch.melodies is not None)


def _band(sketch: Sketch, roles: Collection[str]) -> Song:
    """The parts of these roles, nothing sung."""
    plan, (changes, tunes) = sketch.plan, sketch.drawn
    melodies = sketch.melodies or _sung(plan, tunes)
    written = {
        "melody": melodies,
        "chords": chord_parts_for(plan, changes, sketch.seed_of("chords")),
        "colour": colour_parts_for(plan, changes, melodies, sketch.seed_of("colour"), tunes),
        "bass": bass_parts_for(plan, changes, sketch.seed_of("bass")),
    }
    if "drums" in roles:
        written["drums"] = drum_parts_for(plan, changes, sketch.seed_of("drums"))
    return _joined(
        sketch, changes, {role: _played(sketch, role, written) for role in written if role in roles}
    )


def with_words(sketch: Sketch, song: Song, *, keeps_notes: bool = False) -> Song:
    """The song sung to the user's words, or to words that are found; its notes give way where they must and may."""
    plan = sketch.plan
    if sketch.lyrics:
        try:
            return sung(song, plan, parse_lyrics(sketch.lyrics), keeps_notes=keeps_notes)
        except UsageError as error:
            raise UsageError(error.message, where="--lyrics", hint=error.hint) from error
    if sketch.lyrics is not None or sketch.melodies is not None:
        return song
    sections = sections_to_sing(song, plan, keeps_notes=keeps_notes)
    theme = theme_of(sketch.mood, sketch.request)
    lines = iter(words_for(theme, [s for s in sections if s.phrases], seed=sketch.seed_of("words")))
    written = [next(lines) if section.phrases else () for section in sections]
    return sung_to(song, plan, written, keeps_notes=keeps_notes)


def sections_to_sing(song: Song, plan: Plan, *, keeps_notes: bool = False) -> list[SungSection]:
    """Every section with its phrases: none at the beginning and at the end, where instruments play."""
    found = []
    for i, room in enumerate(rooms_of(song, plan)):
        key = room.name if room.name in REPEATED else f"{room.name} {i}"
        notes = [] if room.name in ("intro", "outro") else [on_grid(note) for note in room.notes]
        phrases = phrases_of(notes, plan.meter, room.bars)
        if keeps_notes:
            phrases = [replace(phrase, limit=len(phrase.notes)) for phrase in phrases]
        found.append(SungSection(room.name, tuple(phrases), key))
    return found


def _sung(plan: Plan, melodies: Sequence[Notes]) -> list[Notes]:
    """The melodies without those of solos, which the colour plays where there is one."""
    return [
        () if section.name == "solo" and "colour" in plan.programs else notes
        for section, notes in zip(plan.sections, melodies, strict=True)
    ]


def _played(sketch: Sketch, role: str, written: Mapping[str, Sequence[Notes]]) -> list[Notes]:
    """The notes of a part as hands play them, those of a tune that stood already as they stood."""
    if role == "melody" and sketch.melodies is not None:
        return list(written[role])
    plan = sketch.plan
    drums = written.get("drums") or [()] * len(plan.sections)
    played = []
    for i, (section, notes, beat) in enumerate(zip(plan.sections, written[role], drums, strict=True)):
        felt = with_feel(notes, plan, role, stream(sketch.seed_of(role), "feel", role, i), drums=beat)
        played.append(_until(section.bars * plan.meter.bar_ticks, felt))
    return played


def _until(end_ticks: int, notes: Notes) -> Notes:
    """The notes, none of which rings on after `end_ticks`."""
    return tuple(
        replace(note, duration_ticks=min(note.duration_ticks, end_ticks - note.start_ticks)) for note in notes
    )


def _joined(sketch: Sketch, changes: Sequence[Changes], written: Mapping[str, Sequence[Notes]]) -> Song:
    """The sections one after another."""
    plan = sketch.plan
    lengths_ticks = [section.bars * plan.meter.bar_ticks for section in plan.sections]
    starts_ticks = list(accumulate(lengths_ticks, initial=0))[:-1]
    tracks = [
        _track(role, written[role], starts_ticks, plan, controls_for(role, plan, changes, starts_ticks))
        for role in PLACES
        if role in written
    ]
    return Song(
        title=title_of(sketch.request),
        tracks=tuple(track for track in tracks if track.notes),
        tempos=ritardando(plan, [Tempo(0, plan.tempo_bpm)]),
        meters=(plan.meter,),
        keys=_keys(plan, starts_ticks),
        sections=tuple(
            Section(start, start + length, section.name)
            for start, length, section in zip(starts_ticks, lengths_ticks, plan.sections, strict=True)
        ),
        chords=tuple(symbols_of(changes, starts_ticks, [plan.key_of(section) for section in plan.sections])),
        recipe=_recipe(sketch),
        lead=sketch.lead,
    )


def _keys(plan: Plan, starts_ticks: Sequence[int]) -> tuple[KeySignature, ...]:
    """The key signature at the beginning and wherever it changes."""
    signs = [
        replace(plan.key_of(section).signature, start_ticks=start)
        for section, start in zip(plan.sections, starts_ticks, strict=True)
    ]
    changed = [sign for before, sign in pairwise(signs) if before.sharps != sign.sharps]
    return (signs[0], *changed)


def _track(
    role: str,
    written: Sequence[Notes],
    starts_ticks: Sequence[int],
    plan: Plan,
    expression: Sequence[Control],
) -> Track:
    """The sections' notes one after another, as a track."""
    place, program = PLACES[role], plan.programs[role]
    notes = sorted(
        replace(note, start_ticks=note.start_ticks + start_ticks)
        for section, start_ticks in zip(written, starts_ticks, strict=True)
        for note in section
    )
    controls = (Control(0, VOLUME, place.volume), Control(0, PAN, place.pan), *expression)
    is_drum = program == DRUMS
    return Track(
        place.name, tuple(notes), 0 if is_drum else program, role, is_drum=is_drum, controls=controls
    )


def _recipe(sketch: Sketch) -> dict[str, Any]:
    """All it takes to make the song again, and its key in words."""
    return {
        "aoede": __version__,
        "request": sketch.request,
        "seed": sketch.seed,
        "options": {name: str(v) if isinstance(v, Path) else v for name, v in sketch.options.items()},
        "models": _models(sketch),
        "key": str(sketch.plan.key),
    } | _if_stated(sketch)


def _if_stated(sketch: Sketch) -> dict[str, Any]:
    """What stands in the recipes of some songs alone."""
    seeds = {"seeds": dict(sketch.seeds)} if sketch.seeds else {}
    return seeds | ({"lead": {"backend": sketch.lead.backend}} if sketch.lead else {})


_MODELS = ("harmony", "melody", "drums", "lines_en", "lines_zh", "mood_en", "mood_zh")


def _models(sketch: Sketch) -> dict[str, str]:
    """The models that a song is made with, by name, each with the beginning of its hash."""
    own = {
        found.name: found.sha256[:16]
        for found in (sketch.player, sketch.singer, sketch.lead)
        if found is not None
    }
    usual = [name for name in _MODELS if name != "melody" or sketch.singer is None]
    return {name: load_preset(name).sha256[:16] for name in usual} | own
