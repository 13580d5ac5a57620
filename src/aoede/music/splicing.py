"""Parts of one song in the place of parts of another, and room for new ones.

What lies outside the places that are named stays as it is, note for note: what is put in gives way to it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from aoede.music.selection import HARMONY, LYRICS, Spans, inside
from aoede.song import Bend, ChordSymbol, Control, Note, Section, Song, Syllable, Track

LINES = frozenset(("melody", "bass"))  # one note at a time
_UNSET: Mapping[int, int] = {7: 100, 10: 64, 11: 127}  # what controllers are before anything is said, else 0
_FIRST_MODE_MESSAGE = 120  # controllers from here on are orders, not states
_ORDER = ("melody", "chords", "colour", "bass", "drums")

Event = TypeVar("Event", Control, Bend)


def spliced(song: Song, other: Song, where: Mapping[str, Spans]) -> Song:
    """`song` with the parts of `other` at the places of `where`: role, "harmony" or "lyrics" -> spans.

    A note belongs to the place in which it begins. A note of `song` that begins elsewhere and rings into a place
    stays whole; notes of `other` give way to it. The first track of a role is meant where there are several; a track
    that only `other` has is added.
    """
    tracks = list(song.tracks)
    for role in _ORDER:
        spans = where.get(role, ())
        if spans:
            _splice_track(tracks, role, _of_role(other.tracks, role), spans)
    return replace(
        song,
        tracks=tuple(track for track in tracks if track.notes),
        chords=_chords(song.chords, other.chords, where.get(HARMONY, ())),
        syllables=_syllables(song.syllables, other.syllables, where.get(LYRICS, ())),
    )


def _of_role(tracks: Iterable[Track], role: str) -> Track | None:
    return next((track for track in tracks if track.role == role), None)


def _splice_track(tracks: list[Track], role: str, other: Track | None, spans: Spans) -> None:
    """Replace, in place, the first track of a role by one that has the notes of `other` in the spans."""
    own = _of_role(tracks, role)
    if own is None:
        if other is not None:
            tracks.insert(
                _seat(tracks, role), replace(other, notes=_notes((), other.notes, spans, role in LINES))
            )
        return
    theirs = other or replace(own, notes=(), controls=(), bends=())
    tracks[tracks.index(own)] = replace(
        own,
        notes=_notes(own.notes, theirs.notes, spans, role in LINES),
        controls=_events(own.controls, theirs.controls, spans, _number, _control),
        bends=_events(own.bends, theirs.bends, spans, lambda _: -1, lambda at, _, value: Bend(at, value)),
    )  # fmt: skip


def _seat(tracks: Sequence[Track], role: str) -> int:
    """Where a new track goes: after those that usually stand before it."""
    before = _ORDER[: _ORDER.index(role)]
    return max((i + 1 for i, track in enumerate(tracks) if track.role in before), default=0)


def _notes(own: Sequence[Note], other: Sequence[Note], spans: Spans, is_line: bool) -> tuple[Note, ...]:
    """Those of `own` outside the spans, all of them, and those of `other` inside, as far as there is room."""
    kept = sorted(note for note in own if not inside(spans, note.start_ticks))
    by_pitch: dict[int, list[Note]] = {}
    for note in kept:
        by_pitch.setdefault(-1 if is_line else note.pitch, []).append(note)
    fitted = (
        _fitted(note, by_pitch.get(-1 if is_line else note.pitch, []))
        for note in other
        if inside(spans, note.start_ticks)
    )
    return tuple(sorted([*kept, *(note for note in fitted if note is not None)]))


def _fitted(note: Note, kept: Sequence[Note]) -> Note | None:
    """The note, ending where the next of `kept` begins; None where one of them still sounds."""
    at = bisect_left(kept, note.start_ticks, key=lambda k: k.start_ticks)
    if at and max(k.end_ticks for k in kept[max(0, at - 2) : at]) > note.start_ticks:
        return None
    room = kept[at].start_ticks - note.start_ticks if at < len(kept) else note.duration_ticks
    return replace(note, duration_ticks=min(note.duration_ticks, room))


# ---- controllers and bends ---------------------------------------------------------------------


def _number(event: Any) -> int:
    return int(event.number)


def _control(at: int, number: int, value: int) -> Control:
    return Control(at, number, value)


def _events(
    own: Sequence[Event],
    other: Sequence[Event],
    spans: Spans,
    number_of: Callable[[Any], int],
    make: Callable[[int, int, int], Event],
) -> tuple[Event, ...]:
    """Events by the same rule; what they set is as `other` has it where a span begins, as it was where it ends."""
    merged = [event for event in own if not inside(spans, event.start_ticks)]
    merged += [event for event in other if inside(spans, event.start_ticks)]
    numbers = {number_of(event) for event in [*own, *other]}
    for number in sorted(number for number in numbers if number < _FIRST_MODE_MESSAGE):
        ours = _Course([event for event in own if number_of(event) == number], number)
        theirs = _Course([event for event in other if number_of(event) == number], number)
        for begin, end in spans:
            if theirs.before(begin) != ours.before(begin) and not theirs.has(begin):
                merged.append(make(begin, number, theirs.before(begin)))
            left = theirs.before(end) if theirs.any_in(begin, end) else theirs.before(begin)
            if left != ours.before(end):
                merged.append(make(end - 1, number, ours.before(end)))
    return tuple(sorted(merged, key=lambda event: event.start_ticks))


class _Course:
    """How one controller goes."""

    def __init__(self, events: Sequence[Any], number: int) -> None:
        self.starts = [event.start_ticks for event in events]
        self.values = [event.value for event in events]
        self.unset = _UNSET.get(number, 0)

    def before(self, ticks: int) -> int:
        """Its value when `ticks` comes."""
        at = bisect_left(self.starts, ticks)
        return int(self.values[at - 1]) if at else self.unset

    def has(self, ticks: int) -> bool:
        return self.any_in(ticks, ticks + 1)

    def any_in(self, begin: int, end: int) -> bool:
        return bisect_left(self.starts, begin) < bisect_left(self.starts, end)


# ---- chord symbols and syllables ---------------------------------------------------------------


def _chords(
    own: Sequence[ChordSymbol], other: Sequence[ChordSymbol], spans: Spans
) -> tuple[ChordSymbol, ...]:
    """Symbols by the same rule; where a span ends, the chord that sounds there is said again if it has to be."""
    found = [chord for chord in own if not inside(spans, chord.start_ticks)]
    found += [chord for chord in other if inside(spans, chord.start_ticks)]
    for begin, end in spans:
        for ticks, source in ((begin, other), (end, own)):
            symbol = _sounding(source, ticks)
            is_said = any(chord.start_ticks == ticks for chord in found)
            if symbol and not is_said and _sounding(sorted(found), ticks) != symbol:
                found.append(ChordSymbol(ticks, symbol))
    return tuple(sorted(found))


def _sounding(chords: Sequence[ChordSymbol], ticks: int) -> str:
    at = bisect_right(chords, ticks, key=lambda chord: chord.start_ticks)
    return chords[at - 1].symbol if at else ""


def _syllables(own: Sequence[Syllable], other: Sequence[Syllable], spans: Spans) -> tuple[Syllable, ...]:
    """Syllables by the same rule; no word is torn: one that goes on beyond its place ends there."""
    kept = [syllable for syllable in own if not inside(spans, syllable.start_ticks)]
    new = [syllable for syllable in other if inside(spans, syllable.start_ticks)]
    merged = sorted([*kept, *new])
    return tuple(
        replace(syllable, joins_next=False)
        if syllable.joins_next
        and inside(spans, syllable.start_ticks)
        and not inside(spans, following.start_ticks)
        else syllable
        for syllable, following in zip(merged, [*merged[1:], Syllable(-1, "")], strict=False)
    )


# ---- room --------------------------------------------------------------------------------------


def opened(song: Song, at_ticks: int, sections: Sequence[Section]) -> Song:
    """`song` with room for `sections`, one after another from `at_ticks` on: what begins there comes behind them."""
    by = sum(section.end_ticks - section.start_ticks for section in sections)

    def moved(event: Any) -> Any:
        return (
            replace(event, start_ticks=event.start_ticks + by) if event.start_ticks >= at_ticks > 0 else event
        )

    def all_moved(events: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(moved(event) for event in events)

    old = [
        replace(moved(s), end_ticks=s.end_ticks + by) if s.start_ticks >= at_ticks else s
        for s in song.sections
    ]
    return replace(
        song,
        tracks=tuple(
            replace(t, notes=all_moved(t.notes), controls=all_moved(t.controls), bends=all_moved(t.bends))
            for t in song.tracks
        ),
        tempos=all_moved(song.tempos),
        meters=all_moved(song.meters),
        keys=all_moved(song.keys),
        sections=tuple(sorted([*old, *sections])),
        chords=all_moved(song.chords),
        syllables=all_moved(song.syllables),
    )
