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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from aoede.compose import Notes, Sketch, changes_of, chosen, fill, sketch
from aoede.errors import InputError, UsageError
from aoede.formats import midi
from aoede.music.extension import added, at_section, returned, returned_notes
from aoede.music.given_lyrics import parse_lyrics, sung
from aoede.music.given_melody import by_section, melody_in
from aoede.music.plan import Plan
from aoede.music.reharmonise import changes_in, overlaid, under_tune
from aoede.music.selection import (
    HARMONY,
    LYRICS,
    PITCHED,
    ROLES,
    Spans,
    bars_of,
    common,
    inside,
    locks_of,
    places_of,
    tracks_of,
    union,
    without,
)
from aoede.music.splicing import opened, spliced
from aoede.randomness import checked_seed
from aoede.recipes import MAX_EDITS, edits_of, planned_by
from aoede.song import Note, Section, Song, Tempo

MAX_COUNT = 16
_ATTEMPTS, _FAR = 8, 1_000_003  # seeds from which other chords are drawn until they are others
_EARLY_TICKS = 60  # so far ahead of a locked note the one may begin that gives it its pitch


@dataclass(frozen=True)
class Work:
    """A song with what is known of how it came about."""

    song: Song
    sketch: Sketch  # its plan is that of the song as it is now
    by_hand: bool = False  # the notes are not those that the recipe makes


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
    pitched tracks there with it. lock: "melody,lyrics:chorus", what stays all the same; where the lyrics are locked,
    a new melody keeps the rhythm.
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
    """The song that a recipe makes, edits and all: the same bytes as those of the file that holds it.

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
    return work


def work_on(song: Song) -> Work:
    """`song`, its plan, and whether somebody changed its notes. Raises InputError for a song without a recipe."""
    if not song.recipe:
        raise InputError(
            "this song has no recipe: it was not composed by aoede, or another program took it out",
            hint="`aoede harmonise FILE` writes a song around its melody, `aoede look FILE` tells what is in it.",
        )
    if not song.recipe.get("edited"):
        made = again(song.recipe)
        if _same(made.song, song):
            return made
    planned = planned_by(song.recipe)
    for name, options in edits_of(song.recipe):
        if name == "extend":
            planned = replace(planned, plan=_extended_plan(planned.plan, options)[0])
    meter = planned.plan.meter
    if [(m.numerator, m.denominator) for m in song.meters] != [(meter.numerator, meter.denominator)]:
        raise InputError(
            f"the song is not in {meter.numerator}/{meter.denominator} any more, as it was composed",
            hint="Give it back its meter, or let `aoede harmonise` write a song around its melody.",
        )
    return Work(_with_marks(song, planned), planned, by_hand=True)


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
    parts = ("title", "tracks", "tempos", "meters", "keys", "sections", "chords")
    sung = [[(s.start_ticks, s.text) for s in one.syllables] for one in (a, b)]
    return all(getattr(a, part) == getattr(b, part) for part in parts) and sung[0] == sung[1]


def _with_marks(song: Song, planned: Sketch) -> Song:
    """A song with the sections and chords of its plan where another program lost them."""
    sections = song.sections or tuple(_sections(planned.plan))
    if song.chords:
        return replace(song, sections=sections)
    return replace(song, sections=sections, chords=fill(replace(planned, melodies=None)).chords)


def _sections(plan: Plan) -> list[Section]:
    edges = _edges(plan)
    return [Section(a, b, s.name) for (a, b), s in zip(pairwise(edges), plan.sections, strict=True)]


def _edges(plan: Plan) -> list[int]:
    """The ticks at which the sections begin, and the end."""
    return [plan.meter.bar_ticks * bar for bar in accumulate((s.bars for s in plan.sections), initial=0)]


# ---- edits -------------------------------------------------------------------------------------


def edited(work: Work, name: str, options: Mapping[str, Any]) -> Work:
    """The work after an edit, which its recipe lists."""
    stated = {option: value for option, value in options.items() if value is not None}
    if len(work.song.recipe.get("edits", ())) >= MAX_EDITS:
        raise UsageError(f"a song remembers {MAX_EDITS} edits and no more", hint="Take an earlier one.")
    edited = _EDITS[name](work, **stated)
    recipe = dict(work.song.recipe)
    recipe["edits"] = [*recipe.get("edits", ()), {name: stated}]
    if work.by_hand:
        recipe |= {"edited": True, "notes": notes_hash(edited.song)}
    return replace(edited, song=replace(edited.song, recipe=recipe))


def _regenerated(
    work: Work,
    *,
    seed: int,
    bars: str | None = None,
    sections: str | None = None,
    tracks: str | None = None,
    lock: str | None = None,
) -> Work:
    song, planned = work.song, work.sketch
    if not song.tracks:
        raise InputError("there are no notes in this song")
    known = _known(work)
    asked = tracks_of(tracks, known, "--tracks") if tracks else tuple(t for t in known if t != HARMONY)
    locks = locks_of(lock, song, known) if lock else {}
    where = _where(_places(song, bars, sections), asked, known, locks)
    if not any(where.values()):
        raise UsageError("all that was chosen is locked", where="--lock", hint="Lock less, or choose more.")
    seeds = {"words" if track == LYRICS else track: seed for track in asked}
    changes = changes_in(song, planned.plan) or changes_of(planned)
    planned = replace(planned, seeds={**planned.seeds, **seeds}, changes=changes)
    if where.get(HARMONY):
        planned = replace(planned, changes=_new_changes(song, planned, where, seed))
    song = _with_new_melody(song, planned, where, locks)
    rest = _rest(where, locks)
    if rest:
        song = spliced(song, fill(replace(planned, melodies=_tune(song, planned.plan))), rest)
    return replace(work, song=_on_notes(song, where.get(LYRICS, ())))


def _known(work: Work) -> tuple[str, ...]:
    """The tracks that can be made anew."""
    roles = tuple(role for role in ROLES if role in work.sketch.plan.programs)
    return (*roles, HARMONY, *([LYRICS] if work.song.syllables else []))


def _places(song: Song, bars: str | None, sections: str | None) -> Spans:
    """What is chosen: all that is named, or else the whole song."""
    stated = {"--bars": bars, "--sections": sections}
    named = [span for option, text in stated.items() if text for span in places_of(text, song, option)]
    return union(named) if bars or sections else ((0, bars_of(song)[-1][1]),)


def _where(
    places: Spans, asked: Sequence[str], known: Sequence[str], locks: Mapping[str, Spans]
) -> dict[str, Spans]:
    """Which track changes where: what is asked for, what follows from it, and nothing that is locked."""
    where = dict.fromkeys(asked, places)
    if HARMONY in asked:
        free = without(places, locks.get(HARMONY, ()))
        where |= {track: union((*where.get(track, ()), *free)) for track in PITCHED if track in known}
    if LYRICS in known and "melody" in where:
        where[LYRICS] = union((*where.get(LYRICS, ()), *without(where["melody"], locks.get("melody", ()))))
    return {track: without(spans, locks.get(track, ())) for track, spans in where.items()}


def _rest(where: Mapping[str, Spans], locks: Mapping[str, Spans]) -> dict[str, Spans]:
    """What changes after the melody has: new words were written with a new melody, others may move its notes."""
    sung = without(where.get(LYRICS, ()), where.get("melody", ()))
    moved = {LYRICS: sung, "melody": without(sung, locks.get("melody", ()))}
    return {track: spans for track, spans in {**where, **moved}.items() if spans}


def _on_notes(song: Song, spans: Spans) -> Song:
    """The song without new syllables that have no note: the melody there was locked."""
    onsets = {note.start_ticks for note in _melody(song)}
    kept = (s for s in song.syllables if s.start_ticks in onsets or not inside(spans, s.start_ticks))
    return replace(song, syllables=tuple(kept))


def _new_changes(song: Song, planned: Sketch, where: Mapping[str, Spans], seed: int) -> list[Any]:
    """Other chords: from the model where the melody changes with them, else such as suit the melody."""
    plan, spans = planned.plan, where[HARMONY]
    now = planned.changes
    assert now is not None
    for attempt in range(_ATTEMPTS):
        seeds = {**planned.seeds, HARMONY: seed + attempt * _FAR}
        drawn = changes_of(replace(planned, seeds=seeds, changes=None, given=None, melodies=None))
        changes = overlaid(now, drawn, spans, plan)
        if changes != overlaid(now, now, spans, plan):
            break  # else the model says the same again
    return under_tune(changes, _melody(song), without(spans, where.get("melody", ())), plan, seed)


def _melody(song: Song) -> Notes:
    return next((track.notes for track in song.tracks if track.role == "melody"), ())


def _tune(song: Song, plan: Plan) -> list[Notes]:
    """The melody of every section, in ticks from its beginning."""
    return by_section(_melody(song), [section.bars for section in plan.sections], plan.meter.bar_ticks)


def _with_new_melody(
    song: Song, planned: Sketch, where: Mapping[str, Spans], locks: Mapping[str, Spans]
) -> Song:
    """The song with another melody in its places, where the lyrics are locked in the old rhythm."""
    spans = where.get("melody", ())
    if not spans:
        return song
    other = fill(replace(planned, melodies=None))
    sung = common(spans, locks.get(LYRICS, ()))
    if sung:
        other = _in_rhythm(other, song, sung)
    return spliced(song, other, {"melody": spans, LYRICS: where.get(LYRICS, ())})


def _in_rhythm(other: Song, song: Song, spans: Spans) -> Song:
    """`other`, its melody in `spans` made of the notes of `song`, each at the pitch that `other` has there."""
    theirs = [note for note in _melody(other) if not inside(spans, note.start_ticks)]
    kept = [_at_pitch(note, _melody(other)) for note in _melody(song) if inside(spans, note.start_ticks)]
    tracks = [
        replace(t, notes=tuple(sorted([*theirs, *kept]))) if t.role == "melody" else t for t in other.tracks
    ]
    return replace(other, tracks=tuple(tracks))


def _at_pitch(note: Note, line: Sequence[Note]) -> Note:
    begun = [other.pitch for other in line if other.start_ticks <= note.start_ticks + _EARLY_TICKS]
    return replace(note, pitch=begun[-1]) if begun else note


def _extended(
    work: Work, *, add: str | None = None, bars: int | None = None, seed: int | None = None
) -> Work:
    song, old = work.song, work.sketch.plan
    plan, at = _extended_plan(old, {"add": add, "bars": bars})
    n_new = len(plan.sections) - len(old.sections)
    edges = _edges(plan)
    begin, end = edges[at], edges[at + n_new]
    planned = replace(work.sketch, plan=plan, changes=None, melodies=None)
    if seed is not None:
        planned = replace(planned, seed=checked_seed(seed), seeds={})
    now = changes_in(song, old) or changes_of(work.sketch)
    planned = replace(planned, changes=returned(now, changes_of(planned), old, plan, at))
    first = fill(planned)
    tune = returned_notes(_tune(song, old), _tune(first, plan), old, plan, at)
    other = fill(replace(planned, melodies=tune))
    room = opened(song, begin, _sections(plan)[at : at + n_new])
    new = dict.fromkeys((*ROLES, HARMONY, LYRICS), ((begin, end),))
    longer = spliced(room, other, new)
    if at == len(old.sections):
        ending = (*song.tempos, Tempo(begin, plan.tempo_bpm)) if work.by_hand else other.tempos
        longer = replace(longer, tempos=ending)
    return replace(work, song=longer, sketch=replace(work.sketch, plan=plan))


def _extended_plan(plan: Plan, options: Mapping[str, Any]) -> tuple[Plan, int]:
    """The plan with sections added, and the index of the first of them."""
    at = at_section(plan)
    new = added(plan, options.get("add"), options.get("bars"))
    return replace(plan, sections=(*plan.sections[:at], *new, *plan.sections[at:])), at


def _with_lyrics(work: Work, *, text: str, lock: str | None = None) -> Work:
    keeps_notes = lock is not None and bool(tracks_of(lock, ("melody",), "--lock"))
    return replace(work, song=sung(work.song, work.sketch.plan, parse_lyrics(text), keeps_notes=keeps_notes))


_EDITS: Mapping[str, Callable[..., Work]] = {
    "regenerate": _regenerated,
    "extend": _extended,
    "set_lyrics": _with_lyrics,
}
