"""MIDI files <-> Song.

How a Song is spelled in a file (Standard MIDI File, format 1, 480 ticks a quarter note):

- The first track holds what belongs to all: the title (track name), tempos, time and key signatures,
  sections and chords (markers), the recipe (text).
- A section is the marker "[name]" at its start; where no other section follows at once, the marker
  "[/name]" stands at its end. Every other marker is a chord symbol. So a sequencer shows both.
- The recipe is the text "aoede-recipe: " and one JSON object in ASCII. It also tells our files from
  others: only where it stands are markers read as sections and chords.
- Each Track is one track with its name, which tells its role ("Melody", "Bass", ...), else the text
  "aoede-role: " and the role do. Drums are on channel 10, other tracks have a channel each, or share one
  by program where there are more than 15.
- Syllables are lyrics in UTF-8 in the track of the melody, else in the first: see `midi_lyrics`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any

from aoede.errors import AoedeError, InputError
from aoede.formats import midi_events as smf
from aoede.formats.files import read_bounded, write_whole
from aoede.formats.midi_guard import DEFAULT_LIMITS, Limits, guard_many
from aoede.formats.midi_lyrics import sung_text, written
from aoede.formats.midi_song import (
    RECIPE_PREFIX,
    ROLE_PREFIX,
    Heard,
    bpm_of,
    clean_tree,
    heard,
    role_of,
    songs,
)
from aoede.formats.midi_text import clean
from aoede.song import DRUM_CHANNEL, TICKS_PER_QUARTER, Note, Song, Syllable, Track

BATCH_FILES, BATCH_BYTES = 64, 1_000_000  # read together, whichever is met first; more gain nothing


@dataclass(frozen=True)
class Reading:
    """A Song that was read, and what had to be repaired or skipped to read it, one sentence each."""

    song: Song
    repairs: tuple[str, ...]


# Reading


def read(path: Path, limits: Limits = DEFAULT_LIMITS) -> Reading:
    """The song in the MIDI file `path`.

    Raises MissingError, DeniedError, or InputError where nothing playable can be read.
    """
    return from_bytes(read_bounded(path, max_bytes=limits.max_bytes), where=str(path), limits=limits)


def read_many(paths: Iterable[Path], limits: Limits = DEFAULT_LIMITS) -> Iterator[Reading | AoedeError]:
    """What `read` returns or raises for each of `paths`, in order, some at a time: much faster for small files."""
    held: list[tuple[str, bytes | AoedeError]] = []
    n_bytes = 0
    for path in paths:
        try:
            data = read_bounded(path, max_bytes=limits.max_bytes)
            held.append((str(path), data))
            n_bytes += len(data)
        except AoedeError as error:
            held.append((str(path), error))
        if len(held) >= BATCH_FILES or n_bytes >= BATCH_BYTES:
            yield from _read_held(held, limits)
            held, n_bytes = [], 0
    yield from _read_held(held, limits)


def _read_held(held: Sequence[tuple[str, bytes | AoedeError]], limits: Limits) -> list[Reading | AoedeError]:
    readings = iter(
        many_from_bytes([(where, data) for where, data in held if isinstance(data, bytes)], limits)
    )
    return [next(readings) if isinstance(data, bytes) else data for _, data in held]


def from_bytes(data: bytes, where: str = "MIDI data", limits: Limits = DEFAULT_LIMITS) -> Reading:
    """The song in the MIDI file `data`; `where` names it in errors and gives a title if nothing else does.

    Raises InputError where nothing playable can be read.
    """
    reading = many_from_bytes([(where, data)], limits)[0]
    if isinstance(reading, InputError):
        raise reading
    return reading


def many_from_bytes(
    files: Sequence[tuple[str, bytes]], limits: Limits = DEFAULT_LIMITS
) -> list[Reading | InputError]:
    """What `from_bytes` returns or raises for each of `files`, pairs of `where` and `data`.

    Give BATCH_FILES or BATCH_BYTES at most: all of them are held in memory several times over.
    """
    guarded = guard_many([data for _, data in files], limits)
    found = [heard(one, where) for one, (where, _) in zip(guarded, files, strict=True)]
    made = iter(songs([one for one in found if isinstance(one, Heard)]))
    return [Reading(next(made), one.repairs) if isinstance(one, Heard) else one for one in found]


def write(song: Song, path: Path, force: bool = False) -> None:
    """Write `song` as a MIDI file. Raises OutputError; with `force` false an existing file is refused."""
    write_whole(path, to_bytes(song), force=force)


# Writing


def to_bytes(song: Song) -> bytes:
    """`song` as a MIDI file, as the head of this module spells it; the same song gives the same bytes.

    What a MIDI file cannot hold is bent as `writable` does. Raises ValueError or TypeError for a recipe that
    is no JSON.
    """
    song = writable(song)
    channels = _channels(song.tracks)
    tracks = [smf.track(_sorted(_song_events(song)), song.end_ticks)]
    singer = next((i for i, t in enumerate(song.tracks) if t.role == "melody"), 0)
    for i, (track, channel) in enumerate(zip(song.tracks, channels, strict=True)):
        syllables = song.syllables if i == singer else ()
        tracks.append(smf.track(_sorted(_track_events(track, channel, syllables))))
    return smf.header(1, len(tracks), TICKS_PER_QUARTER) + b"".join(tracks)


def writable(song: Song) -> Song:
    """`song` without what MIDI cannot hold, so that reading it back gives the same.

    Notes of one pitch that overlap in a track end where the next begins; of those that begin together the
    longest stays. Tracks without notes and empty sections go; sections end where the next begins. Texts
    lose control characters, tempos are rounded to whole microseconds a quarter note.
    """
    tracks = [replace(t, name=clean(t.name), notes=_without_overlaps(t.notes)) for t in song.tracks]
    followers = [*(s.start_ticks for s in song.sections[1:]), song.end_ticks]
    sections = (
        replace(s, end_ticks=min(s.end_ticks, follower), name=clean(s.name))
        for s, follower in zip(song.sections, followers, strict=False)
    )
    return replace(
        song,
        title=clean(song.title),
        tracks=tuple(track for track in tracks if track.notes),
        tempos=tuple(replace(t, bpm=bpm_of(_microseconds(t.bpm))) for t in song.tempos),
        sections=tuple(s for s in sections if s.end_ticks > s.start_ticks),
        chords=tuple(replace(c, symbol=clean(c.symbol)) for c in song.chords if clean(c.symbol)),
        syllables=tuple(replace(s, text=sung_text(s.text)) for s in song.syllables if sung_text(s.text)),
        recipe=clean_tree(json.loads(_json(song.recipe))),
    )


def _without_overlaps(notes: Iterable[Note]) -> tuple[Note, ...]:
    by_pitch: dict[int, list[Note]] = {}
    for note in sorted(notes):
        line = by_pitch.setdefault(note.pitch, [])
        if line and line[-1].start_ticks == note.start_ticks:
            line.pop()  # sorted: the shorter one
        line.append(note)
    kept: list[Note] = []
    for line in by_pitch.values():
        for note, following in pairwise(line):
            room = following.start_ticks - note.start_ticks
            kept.append(note if note.duration_ticks <= room else replace(note, duration_ticks=room))
        kept.append(line[-1])
    return tuple(sorted(kept))


def _channels(tracks: Sequence[Track]) -> list[int]:
    """A channel (0..15) for each track: 9 for drums, else one of its own, or by program if they are many."""
    free = [channel for channel in range(16) if channel != DRUM_CHANNEL]
    melodic = [i for i, track in enumerate(tracks) if not track.is_drum]
    if len(melodic) <= len(free):
        own = dict(zip(melodic, free, strict=False))
    else:
        programs = sorted({tracks[i].program for i in melodic})
        own = {i: free[programs.index(tracks[i].program) % len(free)] for i in melodic}
    return [own.get(i, DRUM_CHANNEL) for i in range(len(tracks))]


def _sorted(events: Iterable[smf.Event]) -> list[smf.Event]:
    return sorted(events, key=itemgetter(0))  # stable: events of one tick keep their order


def _song_events(song: Song) -> list[smf.Event]:
    events = [
        (0, smf.text_meta(smf.TRACK_NAME, song.title)),
        (0, smf.text_meta(smf.TEXT, RECIPE_PREFIX + _json(song.recipe))),
    ]
    events += [(t.start_ticks, smf.tempo_meta(_microseconds(t.bpm))) for t in song.tempos]
    events += [
        (m.start_ticks, smf.meter_meta(m.numerator, m.denominator.bit_length() - 1)) for m in song.meters
    ]
    events += [(k.start_ticks, smf.key_meta(k.sharps, k.is_minor)) for k in song.keys]
    following = [*(s.start_ticks for s in song.sections[1:]), -1]
    for section, next_start in zip(song.sections, following, strict=False):
        events.append((section.start_ticks, smf.text_meta(smf.MARKER, f"[{section.name}]")))
        if section.end_ticks != next_start:
            events.append((section.end_ticks, smf.text_meta(smf.MARKER, f"[/{section.name}]")))
    return events + [(c.start_ticks, smf.text_meta(smf.MARKER, c.symbol)) for c in song.chords]


def _json(recipe: Mapping[str, Any]) -> str:
    return json.dumps(dict(recipe), separators=(",", ":"), allow_nan=False)


def _microseconds(bpm: float) -> int:
    """Microseconds a quarter note, as the three bytes of a tempo event hold them."""
    return min(smf.MAX_TEMPO, max(DEFAULT_LIMITS.fastest_tempo, round(smf.MICROSECONDS_PER_MINUTE / bpm)))


def _track_events(track: Track, channel: int, syllables: Sequence[Syllable]) -> list[smf.Event]:
    """Name and program, then at each tick note ends, controls, bends, lyrics and note begins."""
    events = [
        (0, smf.text_meta(smf.TRACK_NAME, track.name)),
        (0, bytes((smf.PROGRAM | channel, track.program))),
    ]
    if track.role != role_of(track.name):
        events.append((0, smf.text_meta(smf.TEXT, ROLE_PREFIX + track.role)))
    events += [(n.end_ticks, bytes((smf.NOTE_OFF | channel, n.pitch, 0))) for n in track.notes]
    events += [(c.start_ticks, bytes((smf.CONTROL | channel, c.number, c.value))) for c in track.controls]
    for bend in track.bends:
        value = bend.value + 8192
        events.append((bend.start_ticks, bytes((smf.BEND | channel, value & 0x7F, value >> 7))))
    events += [(s.start_ticks, smf.text_meta(smf.LYRIC, written(s))) for s in syllables]
    events += [(n.start_ticks, bytes((smf.NOTE_ON | channel, n.pitch, n.velocity))) for n in track.notes]
    return events
