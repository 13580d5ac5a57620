"""A request understood and planned, before the first note.

mood_of(request), wishes_of(request) and the options -> plan_for(mood, wishes) -> Sketch
"""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from aoede.errors import InputError, UsageError
from aoede.formats.files import read_bounded
from aoede.formats.midi_text import clean
from aoede.formats.text import decoded
from aoede.learning.generators import Tune, harmonist, is_model, tune
from aoede.mood.request import Mood, mood_of, moved
from aoede.mood.wishes import Wishes, wishes_of
from aoede.music.changes import Changes, Player, changes_for
from aoede.music.form import parse_form
from aoede.music.given_chords import GivenChords, parse_chords
from aoede.music.given_melody import given_melody, options_of, wishes_for
from aoede.music.harmonise import changes_under
from aoede.music.instruments import parse_instruments
from aoede.music.melody import melodies_for
from aoede.music.plan import Plan, plan_for
from aoede.music.progressions import Table, progressions_from_csv
from aoede.music.styles import parse_style
from aoede.music.theory import parse_key, parse_mode, pitch_class
from aoede.randomness import checked_seed
from aoede.song import Lead, Note

MAX_LYRICS_BYTES = 100_000
Notes = tuple[Note, ...]


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
    lead: Lead | None = None  # what plays the melody where the song is heard
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


def sketch(request: str, *, seed: int | None = None, **options: Any) -> Sketch:
    """Understand and plan; the options and errors are those of `compose`."""
    seed = checked_seed(secrets.randbelow(2**32) if seed is None else seed)
    if not _is_text(request):
        raise InputError("the request holds half a character", hint="Write it again, in UTF-8.")
    request = _storable(request)
    stated = {name: _storable(value) for name, value in options.items() if value is not None}
    _check_harmony(stated)
    mood = moved(mood_of(request), valence=stated.get("valence"), arousal=stated.get("arousal"))
    wishes = _with_options(wishes_of(request), stated)
    given = parse_chords(stated["chords"]) if "chords" in stated else None
    if isinstance(stated.get("lyrics"), Path):
        stated["lyrics"] = _storable(_words_in(stated["lyrics"]))
    lyrics = "" if _INSTRUMENTAL.search(request) else None
    lead = _lead_of(stated, seed)
    singer = tune(stated["melody"]) if _names_model(stated.get("melody")) else None
    if "melody" in stated and singer is None:
        around = _around_melody(request, seed, stated, mood, wishes, given)
        return replace(around, lyrics=stated.get("lyrics", ""), lead=lead)
    plan = plan_for(mood, _in_their_key(wishes, given), seed=seed)
    own = progressions_from_csv(Path(stated["progressions"])) if "progressions" in stated else None
    player = harmonist(stated["harmony"]) if "harmony" in stated else None
    lyrics = stated.get("lyrics", lyrics)
    return Sketch(
        request, seed, stated, mood, wishes, plan, given, own, player, singer, lyrics=lyrics, lead=lead
    )


def _lead_of(stated: Mapping[str, Any], seed: int) -> Lead | None:
    """What plays the melody, where that is stated."""
    if "lead" not in stated:
        if "lead_label" in stated:
            raise UsageError(
                "there is no model to play the melody", where="--lead-label", hint="Name one with --lead."
            )
        return None
    from aoede.lead import lead_by

    return lead_by(stated["lead"], seed=seed, label=stated.get("lead_label", ""))


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
