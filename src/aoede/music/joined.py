"""Songs one after another as one song: what a playlist is played through as."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from aoede.errors import UsageError
from aoede.song import (
    Bend,
    ChordSymbol,
    Control,
    KeySignature,
    Meter,
    Note,
    Section,
    Song,
    Syllable,
    Tempo,
    Track,
)

Timed = TypeVar("Timed", Note, Control, Bend, ChordSymbol, Syllable, Section)
Signed = TypeVar("Signed", Tempo, Meter, KeySignature)

# What a player begins with, by controller: General MIDI 1, and 40 for reverb as most synthesizers have it.
AT_REST = {1: 0, 7: 100, 10: 64, 11: 127, 64: 0, 91: 40}


def one_after_another(songs: Sequence[Song], *, title: str) -> Song:
    """All songs as one, in this order, each from the beginning of a bar, a bar of rest between them.

    Each is a section that bears its title. Tracks of one name and instrument are one track, whose pedals and
    volumes are put back before the next song. Raises UsageError where there is no song.
    """
    if not songs:
        raise UsageError("there is no song to join")
    begins, ends = _places(songs)
    placed = list(zip(songs, begins, strict=True))
    return Song(
        title,
        _tracks(songs, begins),
        tempos=_changes([replace(t, start_ticks=at + t.start_ticks) for s, at in placed for t in s.tempos]),
        meters=_changes([replace(m, start_ticks=at + m.start_ticks) for s, at in placed for m in s.meters]),
        keys=_changes([replace(k, start_ticks=at + k.start_ticks) for s, at in placed for k in s.keys]),
        sections=tuple(
            Section(begin, end, song.title.strip() or f"{number:02}")
            for number, (song, begin, end) in enumerate(zip(songs, begins, ends, strict=True), 1)
        ),
        chords=tuple(later(chord, at) for song, at in placed for chord in song.chords),
        syllables=tuple(later(syllable, at) for song, at in placed for syllable in song.syllables),
        recipe={"songs": [dict(song.recipe) for song in songs]},
    )


def later(item: Timed, ticks: int) -> Timed:
    """The same by so many ticks later."""
    if isinstance(item, Section):
        return replace(item, start_ticks=item.start_ticks + ticks, end_ticks=item.end_ticks + ticks)
    return replace(item, start_ticks=item.start_ticks + ticks)


def meter_at(song: Song, ticks: int) -> Meter:
    """The meter that holds at `ticks`."""
    return [meter for meter in song.meters if meter.start_ticks <= max(0, ticks)][-1]


def _places(songs: Sequence[Song]) -> tuple[list[int], list[int]]:
    """Where each song begins, and the end of its last bar."""
    begins, ends, at = [], [], 0
    for song in songs:
        meter = meter_at(song, song.end_ticks - 1)
        n_bars = max(1, -(-(song.end_ticks - meter.start_ticks) // meter.bar_ticks))
        begins.append(at)
        ends.append(at + meter.start_ticks + n_bars * meter.bar_ticks)
        at = ends[-1] + meter.bar_ticks
    return begins, ends


def _tracks(songs: Sequence[Song], begins: Sequence[int]) -> tuple[Track, ...]:
    lines: dict[tuple[str, int, str, bool, int], list[Track]] = {}
    for song, begin, following in zip(songs, begins, [*begins[1:], None], strict=True):
        n_alike: Counter[tuple[str, int, str, bool]] = Counter()
        for track in song.tracks:
            kind = (track.name, track.program, track.role, track.is_drum)
            n_alike[kind] += 1
            lines.setdefault((*kind, n_alike[kind]), []).append(_placed(track, begin, following))
    return tuple(
        replace(
            parts[0],
            notes=tuple(note for part in parts for note in part.notes),
            controls=tuple(control for part in parts for control in part.controls),
            bends=tuple(bend for part in parts for bend in part.bends),
        )
        for parts in lines.values()
    )


def _placed(track: Track, begin: int, following: int | None) -> Track:
    """The track from `begin` on, put at rest where the `following` song begins."""
    controls = tuple(later(control, begin) for control in track.controls)
    bends = tuple(later(bend, begin) for bend in track.bends)
    if following is not None:
        used = sorted({control.number for control in track.controls} & set(AT_REST))
        controls += tuple(Control(following, number, AT_REST[number]) for number in used)
        bends += (Bend(following, 0),) if bends else ()
    return replace(
        track, notes=tuple(later(note, begin) for note in track.notes), controls=controls, bends=bends
    )


def _changes(signs: Sequence[Signed]) -> tuple[Signed, ...]:
    """Those that change something: each song begins with a tempo, but often with that of the one before."""
    kept: list[Signed] = []
    for sign in signs:
        if not kept or replace(kept[-1], start_ticks=0) != replace(sign, start_ticks=0):
            kept.append(sign)
    return tuple(kept)
