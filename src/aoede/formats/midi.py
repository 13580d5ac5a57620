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
- Syllables are lyrics in UTF-8 in the track of the melody, else in the first.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from aoede.errors import InputError
from aoede.formats import midi_events as smf
from aoede.formats.files import read_bounded, write_whole
from aoede.formats.midi_guard import DEFAULT_LIMITS, Guarded, Limits, Text, guard
from aoede.formats.midi_text import clean, karaoke_syllable
from aoede.song import (
    DRUM_CHANNEL,
    TICKS_PER_QUARTER,
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

RECIPE_PREFIX = "aoede-recipe: "
ROLE_PREFIX = "aoede-role: "
MAX_RECIPE_CHARS = 1_000_000
ROLES = frozenset(("melody", "chords", "bass", "drums", "colour"))


@dataclass(frozen=True)
class Reading:
    """A Song that was read, and what had to be repaired or skipped to read it, one sentence each."""

    song: Song
    repairs: tuple[str, ...]


def read(path: Path, limits: Limits = DEFAULT_LIMITS) -> Reading:
    """The song in the MIDI file `path`.

    Raises MissingError, DeniedError, or InputError where nothing playable can be read.
    """
    return from_bytes(read_bounded(path, max_bytes=limits.max_bytes), where=str(path), limits=limits)


def from_bytes(data: bytes, where: str = "MIDI data", limits: Limits = DEFAULT_LIMITS) -> Reading:
    """The song in the MIDI file `data`; `where` names it in errors and gives a title if nothing else does.

    Raises InputError where nothing playable can be read.
    """
    from symusic import Score

    try:
        guarded = guard(data, limits)
        score = Score.from_midi(guarded.data)
    except InputError as error:
        raise InputError(error.message, where=where, hint=error.hint) from None
    except (RuntimeError, ValueError) as error:  # symusic's, for what the guard should have stopped
        raise InputError(f"cannot be read ({error})", where=where) from None
    song = _song(score, guarded, fallback_title=Path(where).stem)
    remarks = () if song.tracks else ("the file holds no notes",)
    return Reading(song, guarded.repairs + remarks)


def write(song: Song, path: Path, force: bool = False) -> None:
    """Write `song` as a MIDI file. Raises OutputError; with `force` false an existing file is refused."""
    write_whole(path, to_bytes(song), force=force)


# Reading


def _song(score: Any, guarded: Guarded, fallback_title: str) -> Song:
    texts = guarded.texts
    recipe = next((r for t in texts if (r := _read_recipe(t.text)) is not None), None)
    is_ours = recipe is not None
    title = next((clean(t.text) for t in texts if t.track == 0 and t.kind == smf.TRACK_NAME), "")
    scale = _Scale(score.ticks_per_quarter)
    markers = [(scale.ticks(m.time), clean(m.text)) for m in score.markers] if is_ours else []
    return Song(
        title=title if title.strip() or is_ours else clean(fallback_title),
        tracks=_tracks(score, scale, texts if is_ours else ()),
        tempos=_tempos(score, scale),
        meters=_meters(score, scale),
        keys=_keys(score, scale),
        sections=_sections(markers),
        chords=tuple(ChordSymbol(at, text) for at, text in markers if text and not _is_section(text)),
        syllables=_syllables(score, scale, is_ours),
        recipe=recipe or {},
    )


@dataclass(frozen=True)
class _Scale:
    """From a file's ticks to 480 a quarter note, rounded to the nearest."""

    ticks_per_quarter: int

    def ticks(self, time: Any) -> Any:
        """`time` is one integer or an int64 array."""
        return (time * (2 * TICKS_PER_QUARTER) + self.ticks_per_quarter) // (2 * self.ticks_per_quarter)


def _tracks(score: Any, scale: _Scale, texts: Sequence[Text]) -> tuple[Track, ...]:
    """The tracks with notes. In a file of ours they come one from each chunk after the first."""
    tracks = [_track(source, scale) for source in score.tracks if source.notes]
    for text in texts:
        role = text.text.removeprefix(ROLE_PREFIX)
        if role != text.text and role in {"", *ROLES} and 0 < text.track <= len(tracks):
            tracks[text.track - 1] = replace(tracks[text.track - 1], role=role)
    return tuple(tracks)


def _track(source: Any, scale: _Scale) -> Track:
    name = clean(source.name)
    return Track(
        name=name,
        notes=_notes(source.notes.numpy(), scale),
        program=int(source.program) & 0x7F,
        role=_role(name),
        is_drum=bool(source.is_drum),
        controls=_controls(source, scale),
        bends=_bends(source, scale),
    )


def _role(name: str) -> str:
    return name.lower() if name.lower() in ROLES else ""


def _notes(columns: Mapping[str, Any], scale: _Scale) -> tuple[Note, ...]:
    begins = columns["time"].astype(np.int64)
    ends = scale.ticks(begins + columns["duration"])
    starts = scale.ticks(begins)
    durations = np.maximum(1, ends - starts)
    pitches, velocities = columns["pitch"], columns["velocity"]
    order = np.lexsort((velocities, durations, pitches, starts))
    fields = (column[order].tolist() for column in (starts, pitches, durations, velocities))
    return tuple(map(Note, *fields))


def _controls(source: Any, scale: _Scale) -> tuple[Control, ...]:
    if not source.controls:
        return ()
    columns = source.controls.numpy()
    times = scale.ticks(columns["time"].astype(np.int64)).tolist()
    found = map(Control, times, columns["number"].tolist(), columns["value"].tolist())
    return tuple(sorted(found, key=attrgetter("start_ticks")))  # the order within a tick matters


def _bends(source: Any, scale: _Scale) -> tuple[Bend, ...]:
    if not source.pitch_bends:
        return ()
    columns = source.pitch_bends.numpy()
    times = scale.ticks(columns["time"].astype(np.int64)).tolist()
    found = map(Bend, times, columns["value"].tolist())
    return tuple(sorted(found, key=attrgetter("start_ticks")))


def _tempos(score: Any, scale: _Scale) -> tuple[Tempo, ...]:
    found = {scale.ticks(t.time): t.mspq for t in score.tempos}
    return tuple(Tempo(at, _bpm(mspq)) for at, mspq in sorted({0: smf.DEFAULT_TEMPO, **found}.items()))


def _bpm(microseconds_per_quarter: int) -> float:
    """The number of fewest decimals, two at most, that is written as these microseconds; else the exact one."""
    exact = smf.MICROSECONDS_PER_MINUTE / microseconds_per_quarter
    for decimals in (0, 1, 2):
        bpm = round(exact, decimals)
        if bpm and round(smf.MICROSECONDS_PER_MINUTE / bpm) == microseconds_per_quarter:
            return bpm
    return exact


def _meters(score: Any, scale: _Scale) -> tuple[Meter, ...]:
    found = {scale.ticks(m.time): (m.numerator, m.denominator) for m in score.time_signatures}
    return tuple(Meter(at, *meter) for at, meter in sorted({0: (4, 4), **found}.items()))


def _keys(score: Any, scale: _Scale) -> tuple[KeySignature, ...]:
    found = {scale.ticks(k.time): (k.key, bool(k.tonality)) for k in score.key_signatures}
    return tuple(KeySignature(at, *key) for at, key in sorted(found.items()))


def _is_section(marker: str) -> bool:
    return marker.startswith("[") and marker.endswith("]")


def _sections(markers: Sequence[tuple[int, str]]) -> tuple[Section, ...]:
    marks = [(at, text[1:-1]) for at, text in markers if _is_section(text)]
    if not marks:
        return ()
    ends = [*marks[1:], (marks[-1][0], "")]
    spans = ((a, b, name) for (a, name), (b, _) in zip(marks, ends, strict=True))
    return tuple(Section(a, b, name) for a, b, name in spans if a < b and not name.startswith("/"))


def _syllables(score: Any, scale: _Scale, is_ours: bool) -> tuple[Syllable, ...]:
    lyrics = {(scale.ticks(t.time), clean(t.text)) for track in score.tracks for t in track.lyrics}
    if not is_ours:
        lyrics = {(at, karaoke_syllable(text)) for at, text in lyrics}
    return tuple(Syllable(at, text) for at, text in sorted(lyrics) if text)


def _read_recipe(text: str) -> dict[str, Any] | None:
    """The recipe in a text of ours, or None where the text is something else."""
    if not text.startswith(RECIPE_PREFIX) or len(text) > MAX_RECIPE_CHARS:
        return None
    try:
        recipe = json.loads(text[len(RECIPE_PREFIX) :], parse_constant=_refuse)
        return _clean_tree(recipe) if isinstance(recipe, dict) else None
    except (ValueError, RecursionError):
        return None


def _clean_tree(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value, max_chars=MAX_RECIPE_CHARS, keep="\n\t")
    if isinstance(value, list):
        return [_clean_tree(item) for item in value]
    if isinstance(value, dict):
        return {_clean_tree(key): _clean_tree(item) for key, item in value.items()}
    return value


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


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
        tempos=tuple(replace(t, bpm=_bpm(_microseconds(t.bpm))) for t in song.tempos),
        sections=tuple(s for s in sections if s.end_ticks > s.start_ticks),
        chords=tuple(replace(c, symbol=clean(c.symbol)) for c in song.chords if clean(c.symbol)),
        syllables=tuple(replace(s, text=clean(s.text)) for s in song.syllables if clean(s.text)),
        recipe=_clean_tree(json.loads(_json(song.recipe))),
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
    if track.role != _role(track.name):
        events.append((0, smf.text_meta(smf.TEXT, ROLE_PREFIX + track.role)))
    events += [(n.end_ticks, bytes((smf.NOTE_OFF | channel, n.pitch, 0))) for n in track.notes]
    events += [(c.start_ticks, bytes((smf.CONTROL | channel, c.number, c.value))) for c in track.controls]
    for bend in track.bends:
        value = bend.value + 8192
        events.append((bend.start_ticks, bytes((smf.BEND | channel, value & 0x7F, value >> 7))))
    events += [(s.start_ticks, smf.text_meta(smf.LYRIC, s.text)) for s in syllables]
    events += [(n.start_ticks, bytes((smf.NOTE_ON | channel, n.pitch, n.velocity))) for n in track.notes]
    return events
