"""Work on a song that is there: some of it anew, all of it another way, more of it.

    regenerate(song, bars="9-16", tracks="bass,drums")
    vary(song, 4, lock="melody,lyrics:chorus")
    extend(song, add="bridge chorus")

The new song is the old one with parts of another one in it, which is composed around what stays: by the same plan, on
the chords and under the tune that stand, with other seeds for what is to change. What was not chosen stays note for
note. The recipe lists the edits, and `again` makes them once more. A song whose notes are not those that its recipe
makes was changed by hand: then its own notes are what is worked on, and the recipe says so.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from aoede.compose import chosen, fill
from aoede.edits import EDITS, Work, extended_plan, sections_of
from aoede.errors import InputError, UsageError
from aoede.formats import midi
from aoede.formats.midi_text import clean
from aoede.music.given_melody import melody_in
from aoede.randomness import checked_seed
from aoede.recipes import MAX_EDITS, edits_of, planned_by, title_in
from aoede.sketches import Sketch, sketch
from aoede.song import Song

MAX_COUNT = 16


def regenerate(
    song: Song,
    *,
    bars: str | None = None,
    sections: str | None = None,
    tracks: str | None = None,
    lock: str | None = None,
    seed: int | None = None,
) -> Song:
    """`song` with these tracks made anew in these places, and all else as it was.

    bars: "9-16,25", the first one 1. sections: "chorus", "verse2". Both together mean all of them, neither the whole
    song. tracks: "bass,drums", "harmony", "lyrics", "all"; without it all but the harmony. New harmony takes all
    pitched tracks there with it. A new melody keeps the rhythm of words that are not made anew with it; new words
    may split and join notes. lock: "melody,lyrics:chorus", what stays all the same.
    Raises UsageError for places and tracks that the song does not have, InputError for a song without a recipe.
    """
    options = {
        "bars": bars,
        "sections": sections,
        "tracks": tracks,
        "lock": lock,
        "seed": seed_or_drawn(seed),
    }
    return edited(work_on(song), "regenerate", options).song


def vary(
    song: Song, count: int = 4, *, tracks: str | None = None, lock: str | None = None, seed: int | None = None
) -> list[Song]:
    """`count` other songs by the same plan and on the same chords, with the seeds that follow one another.

    tracks, lock: as in `regenerate`; "all" gives new chords too.
    """
    if not 1 <= count <= MAX_COUNT:
        raise UsageError(f"the count must be between 1 and {MAX_COUNT}, not {count}", where="--count")
    work, first = work_on(song), seed_or_drawn(seed)
    options: dict[str, Any] = {"tracks": tracks, "lock": lock}
    return [edited(work, "regenerate", {**options, "seed": first + i}).song for i in range(count)]


def extend(song: Song, *, add: str | None = None, bars: int | None = None, seed: int | None = None) -> Song:
    """`song` with more sections before its outro, or at its end if it has none; what was there stays as it is.

    add: "bridge chorus", with bars if you like, "bridge:4 chorus"; sections that the song has return with their
    chords and, at the same length, their tune. bars: exact length of what is added. seed: of what is new; without it
    that of the song.
    """
    return edited(work_on(song), "extend", {"add": add, "bars": bars, "seed": seed}).song


def set_lyrics(song: Song, text: str, *, lock: str | None = None) -> Song:
    """`song` sung to these words, one syllable a note: its melody gives way where a line has more or fewer.

    text: lines; stanzas parted by empty lines go to the sections in order, or to those that a line such as "[Chorus]"
    or "副歌：" above them names. A chorus written once is sung every time. lock: "melody", whose notes then stay.
    Raises UsageError for more words than there is room for.
    """
    return edited(work_on(song), "set_lyrics", {"text": text, "lock": lock}).song


def harmonise(
    melody: str | Path, mood: str | None = None, *, seed: int | None = None, **options: Any
) -> Song:
    """A song around the melody of a MIDI file, whose notes stay as they are: chords, bass, band.

    mood: "calm and hopeful"; without it the title of the file is asked. options: those of `compose`, such as style.
    """
    return fill(chosen(sketch_around(Path(melody), mood, seed=seed, **options)))


def sketch_around(melody: Path, mood: str | None, **options: Any) -> Sketch:
    """The sketch of `harmonise`."""
    return sketch(mood or melody_in(melody).title or melody.stem, melody=melody, **options)


def again(recipe: Mapping[str, Any]) -> Work:
    """The song that a recipe makes, edits, title and all: the same bytes as those of the file that holds it.

    Raises InputError for what is no recipe, and for that of a song that was changed by hand.
    """
    if recipe.get("edited"):
        raise InputError(
            "this song was changed by hand, or by another version of aoede: no recipe makes its notes",
            hint="The file itself is the song; regenerate, vary and extend work on its notes as they are.",
        )
    planned = planned_by(recipe)
    work = Work(fill(planned), planned)
    for name, options in edits_of(recipe):
        work = edited(work, name, options)
    if title := title_in(recipe):
        work = _called(work, title)
    in_order = {name: work.song.recipe[name] for name in recipe if name in work.song.recipe}
    return replace(work, song=replace(work.song, recipe=in_order | dict(work.song.recipe)))


def _called(work: Work, title: str) -> Work:
    """The work under this title, which its recipe says too."""
    return replace(work, song=replace(work.song, title=title, recipe={**work.song.recipe, "title": title}))


def work_on(song: Song) -> Work:
    """`song`, its plan, and whether somebody changed its notes. Raises InputError for a song without a recipe.

    Another title is no change of the notes: the recipe says it from then on.
    """
    if not song.recipe:
        raise InputError(
            "this song has no recipe: it was not composed by aoede, or another program took it out",
            hint="`aoede harmonise FILE` writes a song around its melody, `aoede look FILE` tells what is in it.",
        )
    if not song.recipe.get("edited"):
        made = again(song.recipe)
        if _same(made.song, song):
            title = clean(song.title).strip()
            return made if title in ("", clean(made.song.title)) else _called(made, title)
    planned = _planned_for(song)
    meter = planned.plan.meter
    if [(m.numerator, m.denominator) for m in song.meters] != [(meter.numerator, meter.denominator)]:
        raise InputError(
            f"the song is not in {meter.numerator}/{meter.denominator} any more, as it was composed",
            hint="Give it back its meter, or let `aoede harmonise` write a song around its melody.",
        )
    return Work(_with_marks(song, planned), planned, by_hand=True)


def resumed(song: Song) -> Work:
    """`work_on` a song whose notes are known to be those of its recipe, without making it once more."""
    if song.recipe.get("edited"):
        return work_on(song)
    planned = _planned_for(song)
    return Work(replace(song, lead=planned.lead), planned)


def _planned_for(song: Song) -> Sketch:
    """The sketch of a song as its edits have left it."""
    planned = planned_by(song.recipe)
    for name, options in edits_of(song.recipe):
        if name == "extend":
            planned = replace(planned, plan=extended_plan(planned.plan, options)[0])
        if name == "set_lyrics":
            planned = replace(planned, lyrics=options["text"])
    return planned


def notes_hash(song: Song) -> str:
    """The beginning of a SHA-256 of all notes, by which to know them again."""
    told = [
        (t.role, t.program, [(n.start_ticks, n.pitch, n.duration_ticks, n.velocity) for n in t.notes])
        for t in song.tracks
    ]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def seed_or_drawn(seed: int | None) -> int:
    """The seed, or one that is drawn."""
    return checked_seed(secrets.randbelow(2**32) if seed is None else seed)


# ---- what is there already ---------------------------------------------------------------------


def _same(made: Song, song: Song) -> bool:
    """Whether the notes, and all that is said about them, are those that were made."""
    a, b = midi.writable(made), midi.writable(song)
    parts = ("tracks", "tempos", "meters", "keys", "sections", "chords")
    sung = [[(s.start_ticks, s.text) for s in one.syllables] for one in (a, b)]
    return all(getattr(a, part) == getattr(b, part) for part in parts) and sung[0] == sung[1]


def _with_marks(song: Song, planned: Sketch) -> Song:
    """A song with the sections and chords of its plan where another program lost them, and what plays its melody."""
    song = replace(song, lead=planned.lead)
    sections = song.sections or tuple(sections_of(planned.plan))
    if song.chords:
        return replace(song, sections=sections)
    return replace(song, sections=sections, chords=fill(replace(planned, melodies=None)).chords)


# ---- edits -------------------------------------------------------------------------------------


def edited(work: Work, name: str, options: Mapping[str, Any]) -> Work:
    """The work after an edit, which its recipe lists."""
    stated = {option: value for option, value in options.items() if value is not None}
    if len(work.song.recipe.get("edits", ())) >= MAX_EDITS:
        raise UsageError(f"a song remembers {MAX_EDITS} edits and no more", hint="Take an earlier one.")
    made = EDITS[name](work, **stated)
    recipe = dict(work.song.recipe)
    recipe["edits"] = [*recipe.get("edits", ()), {name: stated}]
    if work.by_hand:
        recipe |= {"edited": True, "notes": notes_hash(made.song)}
    return replace(made, song=replace(made.song, recipe=recipe))
