"""From a request to a song, read top to bottom.

    mood_of(request) -> plan_for(mood, wishes) -> changes -> melody, chords, colour, bass, drums -> Song

`sketch` understands and plans, `fill` writes the notes, `compose` does both.
"""

import re
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from aoede.errors import InputError, UsageError
from aoede.formats.files import read_bounded
from aoede.formats.midi_text import clean
from aoede.formats.text import decoded
from aoede.learning.checkpoint import load_preset
from aoede.learning.generators import Tune, harmonist, is_model, tune
from aoede.mood.request import Mood, mood_of
from aoede.mood.wishes import Wishes, wishes_of
from aoede.music.borrowed import trained_on
from aoede.music.changes import Changes, Player, changes_for, symbols_of
from aoede.music.colour import colour_parts_for
from aoede.music.critic import score
from aoede.music.drums import drum_parts_for
from aoede.music.expression import ritardando
from aoede.music.feel import with_feel
from aoede.music.form import parse_form
from aoede.music.given_chords import GivenChords, parse_chords
from aoede.music.given_lyrics import REPEATED, on_grid, parse_lyrics, rooms_of, sung, sung_to
from aoede.music.given_melody import given_melody, options_of, wishes_for
from aoede.music.harmonise import changes_under
from aoede.music.instruments import DRUMS, parse_instruments
from aoede.music.melody import melodies_for
from aoede.music.parts import bass_parts_for, chord_parts_for, controls_for
from aoede.music.plan import Plan, plan_for
from aoede.music.progressions import Table, progressions_from_csv
from aoede.music.prosody import phrases_of
from aoede.music.styles import parse_style
from aoede.music.theory import parse_key, parse_mode, pitch_class
from aoede.randomness import checked_seed, stream
from aoede.song import Control, KeySignature, Note, Section, Song, Tempo, Track
from aoede.version import __version__
from aoede.words.song_words import SungSection, words_for
from aoede.words.theme import theme_of
from aoede.words.title import title_of

VOLUME, PAN = 7, 10  # MIDI controllers
N_CANDIDATES, MAX_CANDIDATES = 4, 16
MAX_LYRICS_BYTES = 100_000
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


@dataclass(frozen=True)
class Sketch:
    """A request understood and planned, before the first note."""

    request: str
    seed: int
    options: Mapping[str, Any]  # what was stated beside the request, as given
    mood: Mood
    wishes: Wishes  # from the words and the options; the options win
    plan: Plan
    given: GivenChords | None = None  # the user's own chords
    own: Table | None = None  # the user's own progressions, and what could not be read of them
    player: Player | None = None  # what gives the chords in the place of the chord model
    singer: Tune | None = None  # what sings in the place of the shipped network
    seeds: Mapping[str, int] = field(default_factory=dict)  # of roles that are drawn with one of their own
    changes: Sequence[Changes] | None = None  # chords that stand already, a list a section
    melodies: Sequence[Notes] | None = None  # a tune that stands already, from each section's beginning
    lyrics: str | None = None  # the user's own words, "" for none; None: words are found
    told: Sequence[str] = ()  # what was taken of the file of a given melody, and what was left

    def seed_of(self, role: str) -> int:
        """The seed that a role is drawn with: "harmony", "words", or one of PLACES."""
        return self.seeds.get(role, self.seed)

    @cached_property
    def drawn(self) -> tuple[Sequence[Changes], Sequence[Notes]]:
        """The chords and the melody of every section, found once for all that ask."""
        changes = changes_of(self)
        model = self.singer.model if self.singer else None
        return changes, self.melodies or melodies_for(self.plan, changes, self.seed_of("melody"), model)


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
    density: float | str | None = None,
    register: float | str | None = None,
    surprise: float | str | None = None,
    progressions: str | Path | None = None,
    harmony: str | Path | None = None,
    melody: str | Path | Sequence[Sequence[int]] | None = None,
    lyrics: str | Path | None = None,
    candidates: int = N_CANDIDATES,
) -> Song:
    """A song for `request`, e.g. `compose("a song that expresses hope and wonder", seed=1)`.

    seed: 0..2**63-1; the same one gives the same song; None draws one (it stands in `song.recipe`).
    bars: 1..512; without it the song takes about two minutes. key: "D", "F# minor". mode: "dorian".
    tempo: quarter notes a minute, 20..300. meter: "3/4". form: "intro verse chorus verse:16 chorus".
    chords: "C Am F G", a bar each, or by section; nothing about them is changed. style: "waltz".
    instruments: "piano, cello": these and no others. density (of the melody), register (its height), surprise
    (of the harmony): 0..1, or "low", "medium", "high".
    progressions: a CSV of chord progressions with moods, from which the harmony is chosen instead.
    harmony: which model gives the chords: "functional" (unless said), "rbm", "rnn", a run or a model file.
    melody: which model sings: "rnn" (unless said), "ngram", "transformer", a run, a model file; or a MIDI file, whose
    melody stays as it is: meter, tempo, key and length are its own, and chords are found.
    lyrics: words of your own (a Path: a text file), a line a phrase, or "" for none; without it words are found.
    candidates: 1..16 songs are drawn, of which a critic takes one that lies where real songs do.
    Raises UsageError for what no song can obey, InputError for a request that says nothing.
    """
    options = {
        name: value for name, value in locals().items() if name not in ("request", "seed", "candidates")
    }
    return fill(chosen(sketch(request, seed=seed, **options), candidates))


def sketch(request: str, *, seed: int | None = None, **options: Any) -> Sketch:
    """Understand and plan; the options and errors are those of `compose`."""
    seed = checked_seed(secrets.randbelow(2**32) if seed is None else seed)
    if not _is_text(request):
        raise InputError("the request holds half a character", hint="Write it again, in UTF-8.")
    request = _storable(request)
    stated = {name: _storable(value) for name, value in options.items() if value is not None}
    _check_harmony(stated)
    mood = mood_of(request)  # refuses what is too long
    wishes = _with_options(wishes_of(request), stated)
    given = parse_chords(stated["chords"]) if "chords" in stated else None
    if isinstance(stated.get("lyrics"), Path):
        stated["lyrics"] = _storable(_words_in(stated["lyrics"]))
    lyrics = "" if _INSTRUMENTAL.search(request) else None
    singer = tune(stated["melody"]) if _names_model(stated.get("melody")) else None
    if "melody" in stated and singer is None:
        around = _around_melody(request, seed, stated, mood, wishes, given)
        return replace(around, lyrics=stated.get("lyrics", ""))
    plan = plan_for(mood, _in_their_key(wishes, given), seed=seed)
    own = progressions_from_csv(Path(stated["progressions"])) if "progressions" in stated else None
    player = harmonist(stated["harmony"]) if "harmony" in stated else None
    lyrics = stated.get("lyrics", lyrics)
    return Sketch(request, seed, stated, mood, wishes, plan, given, own, player, singer, lyrics=lyrics)


def _names_model(melody: Any) -> bool:
    """Whether it says which model sings, and not what is sung."""
    return isinstance(melody, str | Path) and is_model(melody)


def _words_in(path: Path) -> str:
    text = decoded(read_bounded(path, max_bytes=MAX_LYRICS_BYTES), where=str(path), is_short=True).text
    if not text.strip():
        raise InputError("there are no words in it", where=str(path), hint="--no-lyrics is a song without.")
    return text


def _storable(value: Any) -> Any:
    """A text as every file can hold it in its recipe: no control characters but line ends; others as they are."""
    if not isinstance(value, str):
        return value
    return clean(re.sub(r"\r\n?", "\n", value), max_chars=len(value), keep="\n\t")


# Asked for without words.
_INSTRUMENTAL = re.compile(
    r"\binstrumental\b|\b(?:without|no) (?:words|lyrics)\b|纯音乐|純音樂|(?:不要|没有|无)歌词", re.I
)


def _around_melody(
    request: str, seed: int, stated: Mapping[str, Any], mood: Mood, wishes: Wishes, given: GivenChords | None
) -> Sketch:
    """The sketch of a song whose melody stands. Its recipe holds the notes: it needs the file no more."""
    tune = given_melody(stated, wishes)
    wishes = wishes_for(tune, wishes)
    plan = plan_for(mood, wishes, seed=seed)
    bars = [section.bars for section in plan.sections]
    changes = None if given else changes_under(tune.notes, plan.key, plan.meter, bars, tune.upbeat_bars)
    options = dict(
        sorted({**stated, **options_of(tune, wishes)}.items())
    )  # in one order, also the second time
    return Sketch(
        request,
        seed,
        options,
        mood,
        wishes,
        plan,
        given,
        changes=changes,
        melodies=tune.over(bars),
        told=tune.told,
    )


def _check_harmony(stated: Mapping[str, Any]) -> None:
    """Refuse two givers of the chords."""
    givers = [name for name in ("chords", "progressions", "harmony") if name in stated]
    if len(givers) > 1:
        raise UsageError(
            f"--{givers[0]} and --{givers[1]} cannot both give the chords", where=f"--{givers[1]}"
        )


def _in_their_key(wishes: Wishes, given: GivenChords | None) -> Wishes:
    """The wishes with the key that the given chords are in, as far as none is stated."""
    if given is None:
        return wishes
    tonic_pc = None if wishes.tonic is None else pitch_class(wishes.tonic)
    key = given.key(tonic_pc, wishes.mode)
    return replace(wishes, tonic=wishes.tonic or key.tonic, mode=key.mode)


def _is_text(request: str) -> bool:
    """Whether it can be written down: no lone halves of characters beyond the basic plane."""
    return not any("\ud800" <= character <= "\udfff" for character in request)


def _with_options(wishes: Wishes, stated: Mapping[str, Any]) -> Wishes:
    """The wishes of the words, with the options in their place where both speak."""
    tonic, mode = parse_key(stated["key"]) if "key" in stated else (None, None)
    asked = parse_mode(stated["mode"]) if "mode" in stated else None
    if mode is not None and asked not in (None, mode):
        raise UsageError(
            f"--key {stated['key']} and --mode {asked} contradict each other",
            where="--mode",
            hint="Leave one away.",
        )
    if tonic is not None and wishes.tonic is not None:
        # the words' "in D minor" is one wish: a new tonic replaces it all
        wishes = replace(wishes, mode=None)
    return replace(
        wishes,
        tonic=tonic or wishes.tonic,
        mode=mode or asked or wishes.mode,
        tempo_bpm=float(stated["tempo"]) if "tempo" in stated else wishes.tempo_bpm,
        meter=_parse_meter(stated["meter"]) if "meter" in stated else wishes.meter,
        bars=stated.get("bars", wishes.bars),
        manner=replace(
            wishes.manner, **{name: read(stated[name]) for name, read in _MANNERS.items() if name in stated}
        ),
    )


def _parse_meter(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"\s*(\d{1,2})\s*/\s*(\d{1,2})\s*", text)
    if match is None:
        raise UsageError(f"{text!r} is not a meter", where="--meter", hint="Write it as 4/4, 3/4 or 6/8.")
    return int(match[1]), int(match[2])


def _level_of(name: str) -> Callable[[float | str], float]:
    levels = {"low": 0.15, "medium": 0.5, "high": 0.85}

    def read(value: float | str) -> float:
        try:
            return (
                levels[value.lower()] if isinstance(value, str) and value.lower() in levels else float(value)
            )
        except ValueError:
            raise UsageError(
                f"{value!r} is no {name}",
                where=f"--{name}",
                hint="Use low, medium, high or a number from 0 to 1.",
            ) from None

    return read


_MANNERS: Mapping[str, Callable[[Any], Any]] = {
    "style": parse_style,
    "form": parse_form,
    "instruments": parse_instruments,
    **{name: _level_of(name) for name in ("density", "register", "surprise")},
}


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


def changes_of(sketch: Sketch) -> Sequence[Changes]:
    """The chords of every section: those that stand, those that are given, or those that are found."""
    plan = sketch.plan
    if sketch.changes is not None:
        return sketch.changes
    if sketch.given is not None:
        return [sketch.given.over(s.name, s.bars, plan.meter.bar_ticks) for s in plan.sections]
    songbook = "pop909" if sketch.mood.language == "zh" else None
    return changes_for(
        plan, seed=sketch.seed_of("harmony"), own=sketch.own, songbook=songbook, player=sketch.player
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
    } | ({"seeds": dict(sketch.seeds)} if sketch.seeds else {})


_MODELS = ("harmony", "melody", "drums", "lines_en", "lines_zh", "mood_en", "mood_zh")


def _models(sketch: Sketch) -> dict[str, str]:
    """The models that a song is made with, by name, each with the beginning of its hash."""
    own = {found.name: found.sha256[:16] for found in (sketch.player, sketch.singer) if found is not None}
    usual = [name for name in _MODELS if name != "melody" or sketch.singer is None]
    return {name: load_preset(name).sha256[:16] for name in usual} | own
