"""What each edit does to a song: `regenerated`, `extended`, `lyrics_set`.

Another song is composed around what stays: the same plan, the chords and the tune that stand, other seeds for what is
to change. Its parts are put where the old ones were.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from types import MappingProxyType
from typing import Any

from aoede.compose import fill, with_words
from aoede.errors import InputError, UsageError
from aoede.music.extension import added, at_section, returned, returned_notes, returning
from aoede.music.given_lyrics import parse_lyrics, sung
from aoede.music.given_melody import by_section
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
from aoede.sketches import Notes, Sketch, changes_of
from aoede.song import Note, Section, Song, Tempo

_ATTEMPTS, _FAR = 8, 1_000_003  # seeds from which other chords and words are drawn until they will do
_EARLY_TICKS = 60  # so far ahead of a locked note the one may begin that gives it its pitch


@dataclass(frozen=True)
class Work:
    """A song with what is known of how it came about."""

    song: Song
    sketch: Sketch  # its plan is that of the song as it is now
    by_hand: bool = False  # the notes are not those that the recipe makes


def sections_of(plan: Plan) -> list[Section]:
    """The sections of a plan in their places."""
    edges = edges_of(plan)
    return [Section(a, b, s.name) for (a, b), s in zip(pairwise(edges), plan.sections, strict=True)]


def edges_of(plan: Plan) -> list[int]:
    """The ticks at which the sections begin, and the end."""
    return [plan.meter.bar_ticks * bar for bar in accumulate((s.bars for s in plan.sections), initial=0)]


def regenerated(
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
    locks = locks_of(lock, song, (*known, LYRICS)) if lock else {}
    where = _where(_places(song, bars, sections), asked, known, locks)
    if not any(where.values()):
        raise UsageError("all that was chosen is locked", where="--lock", hint="Lock less, or choose more.")
    seeds = {"words" if track == LYRICS else track: seed for track in asked}
    changes = changes_in(song, planned.plan) or changes_of(planned)
    planned = replace(planned, seeds={**planned.seeds, **seeds}, changes=changes)
    if where.get(HARMONY):
        planned = replace(planned, changes=_new_changes(song, planned, where, seed))
    together = _sung_anew(planned.plan, where, locks)
    song = _with_new_melody(song, planned, where.get("melody", ()), together)
    reworded = without(where.get(LYRICS, ()), together)
    song = _with_new_words(song, planned, reworded, locks, are_named=bool(tracks))
    rest = {track: spans for track, spans in where.items() if spans and track not in ("melody", LYRICS)}
    if rest:
        song = spliced(song, fill(replace(planned, melodies=_tune(song, planned.plan), lyrics="")), rest)
    return replace(work, song=song)


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
    return {track: without(spans, locks.get(track, ())) for track, spans in where.items()}


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


def _sung_anew(plan: Plan, where: Mapping[str, Spans], locks: Mapping[str, Spans]) -> Spans:
    """Where melody and words are made together: not in sections of which some words are locked.

    There the melody keeps its rhythm, or new lines would run into those that stay.
    """
    both = common(where.get("melody", ()), where.get(LYRICS, ()))
    return union(
        span
        for section in pairwise(edges_of(plan))
        if not common((section,), locks.get(LYRICS, ()))
        for span in common((section,), both)
    )


def _with_new_melody(song: Song, planned: Sketch, spans: Spans, lyrics: Spans) -> Song:
    """The song with another melody in `spans`, in `lyrics` with its words: words that stay keep their rhythm."""
    if not spans:
        return song
    other = fill(replace(planned, melodies=None))
    kept = _sung(song, planned.plan, without(spans, lyrics))
    return spliced(song, _in_rhythm(other, song, kept), {"melody": spans, LYRICS: lyrics})


def _sung(song: Song, plan: Plan, spans: Spans) -> Spans:
    """What of the spans, section by section, has words."""
    pieces = (piece for edges in pairwise(edges_of(plan)) for piece in common((edges,), spans))
    return union(p for p in pieces if any(p[0] <= s.start_ticks < p[1] for s in song.syllables))


def _with_new_words(
    song: Song, planned: Sketch, spans: Spans, locks: Mapping[str, Spans], *, are_named: bool
) -> Song:
    """The song with other words in `spans`; the notes there give way to them unless they are locked."""
    if not spans:
        return song
    if planned.lyrics:
        if not are_named:
            return song
        raise UsageError(
            "the words of this song are given: there are no others to find",
            where="--tracks",
            hint="`aoede set-lyrics SONG FILE` has it sung to other words.",
        )
    free = without(spans, locks.get("melody", ()))
    for attempt in range(_ATTEMPTS):
        seeds = {**planned.seeds, "words": planned.seed_of("words") + attempt * _FAR}
        try:
            other = with_words(replace(planned, seeds=seeds, melodies=None), song, keeps_notes=not free)
        except UsageError:  # a line of more syllables than the locked melody has notes
            continue
        return spliced(song, other, {"melody": free, LYRICS: spans})
    raise UsageError("no words are found that the locked melody has notes for", where="--lock")


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


def extended(work: Work, *, add: str | None = None, bars: int | None = None, seed: int | None = None) -> Work:
    song, old = work.song, work.sketch.plan
    plan, at = extended_plan(old, {"add": add, "bars": bars})
    n_new = len(plan.sections) - len(old.sections)
    edges = edges_of(plan)
    begin, end = edges[at], edges[at + n_new]
    planned = replace(work.sketch, plan=plan, changes=None, melodies=None)
    if seed is not None:
        planned = replace(planned, seed=checked_seed(seed), seeds={})
    now = changes_in(song, old) or changes_of(work.sketch)
    planned = replace(planned, changes=returned(now, changes_of(planned), old, plan, at))
    first = fill(planned)
    tune = returned_notes(_tune(song, old), _tune(first, plan), old, plan, at)
    other = fill(replace(planned, melodies=tune, lyrics=""))
    if song.syllables:
        other = _with_returned_words(with_words(planned, other), other, song, returning(old, plan, at))
    room = opened(song, begin, sections_of(plan)[at : at + n_new])
    new = dict.fromkeys((*ROLES, HARMONY, LYRICS), ((begin, end),))
    longer = spliced(room, other, new)
    if at == len(old.sections):
        ending = (*song.tempos, Tempo(begin, plan.tempo_bpm)) if work.by_hand else other.tempos
        longer = replace(longer, tempos=ending)
    return replace(work, song=longer, sketch=replace(work.sketch, plan=plan))


def _with_returned_words(new: Song, tune: Song, song: Song, returns: Mapping[tuple[int, int], int]) -> Song:
    """`new`, with the words of `song` on the notes of `tune` where a chorus returns: at a span, from a tick."""
    words = [
        replace(syllable, start_ticks=syllable.start_ticks - source + begin)
        for (begin, end), source in returns.items()
        for syllable in song.syllables
        if source <= syllable.start_ticks < source + end - begin
    ]
    spans = union(returns)
    return spliced(new, replace(tune, syllables=tuple(sorted(words))), {"melody": spans, LYRICS: spans})


def extended_plan(plan: Plan, options: Mapping[str, Any]) -> tuple[Plan, int]:
    """The plan with sections added, and the index of the first of them."""
    at = at_section(plan)
    new = added(plan, options.get("add"), options.get("bars"))
    return replace(plan, sections=(*plan.sections[:at], *new, *plan.sections[at:])), at


def lyrics_set(work: Work, *, text: str, lock: str | None = None) -> Work:
    keeps_notes = lock is not None and bool(tracks_of(lock, ("melody",), "--lock"))
    song = sung(work.song, work.sketch.plan, parse_lyrics(text), keeps_notes=keeps_notes)
    return Work(song, replace(work.sketch, lyrics=text), work.by_hand)


EDITS: Mapping[str, Callable[..., Work]] = MappingProxyType(
    {"regenerate": regenerated, "extend": extended, "set_lyrics": lyrics_set}
)
