"""What the native reader found in a sound MIDI file, as a Song; of many files at once.

The notes of a file become columns, not objects: see `aoede.song.NoteTable`. Times are rounded to the nearest of 480
ticks a quarter note.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.formats import midi_events as smf
from aoede.formats.midi_guard import Guarded, Text
from aoede.formats.midi_lyrics import foreign_syllables, own_syllable
from aoede.formats.midi_text import clean
from aoede.song import (
    TICKS_PER_QUARTER,
    Bend,
    ChordSymbol,
    Control,
    KeySignature,
    Meter,
    NoteTable,
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

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class _Scale:
    """From a file's ticks to 480 a quarter note, rounded to the nearest."""

    ticks_per_quarter: Any  # one integer, or an int64 array for an array of times

    def ticks(self, time: Any) -> Any:
        """`time` is one integer or an int64 array."""
        return (time * (2 * TICKS_PER_QUARTER) + self.ticks_per_quarter) // (2 * self.ticks_per_quarter)


@dataclass(frozen=True)
class Heard:
    """What the native reader found in a file."""

    score: Any  # symusic's
    tracks: list[Any]  # those of the score that have notes
    scale: _Scale
    guarded: Guarded
    where: str  # gives a title if nothing else does

    @property
    def repairs(self) -> tuple[str, ...]:
        """What had to be repaired, and whether there is nothing to hear."""
        return self.guarded.repairs + (() if self.tracks else ("the file holds no notes",))


def heard(guarded: Guarded | InputError, where: str) -> Heard | InputError:
    """What is in a file that went through the guard; for one that did not, the error names it."""
    from symusic import Score

    if isinstance(guarded, InputError):
        return InputError(guarded.message, where=where, hint=guarded.hint)
    try:
        score: Any = Score.from_midi(guarded.data)
    except (RuntimeError, ValueError) as error:  # what the guard should have stopped
        return InputError(f"cannot be read ({error})", where=where)
    tracks = [track for track in score.tracks if track.notes]
    return Heard(score, tracks, _Scale(score.ticks_per_quarter), guarded, where)


def songs(found: Sequence[Heard]) -> list[Song]:
    """A song of each; NumPy takes as long for the notes of a hundred small files as for those of one, nearly."""
    return [_song(one, tables) for one, tables in zip(found, _tables(found), strict=True)]


def _song(found: Heard, tables: Sequence[NoteTable]) -> Song:
    score, scale, texts = found.score, found.scale, found.guarded.texts
    recipe = next((r for t in texts if (r := _read_recipe(t.text)) is not None), None)
    is_ours = recipe is not None
    title = next((clean(t.text) for t in texts if t.track == 0 and t.kind == smf.TRACK_NAME), "")
    markers = [(scale.ticks(m.time), clean(m.text)) for m in score.markers] if is_ours else []
    return Song(
        title=title if title.strip() or is_ours else clean(Path(found.where).stem),
        tracks=_tracks(found, tables, texts if is_ours else ()),
        tempos=_tempos(score, scale),
        meters=_meters(score, scale),
        keys=_keys(score, scale),
        sections=_sections(markers),
        chords=tuple(ChordSymbol(at, text) for at, text in markers if text and not _is_section(text)),
        syllables=_syllables(score, scale, is_ours),
        recipe=recipe or {},
    )


def _tracks(found: Heard, tables: Sequence[NoteTable], texts: Sequence[Text]) -> tuple[Track, ...]:
    """The tracks with notes. In a file of ours they come one from each chunk after the first."""
    said = ((t.track - 1, t.text.removeprefix(ROLE_PREFIX)) for t in texts if t.text.startswith(ROLE_PREFIX))
    roles = {i: role for i, role in said if role in {"", *ROLES}}
    pairs = enumerate(zip(found.tracks, tables, strict=True))
    return tuple(_track(source, table, found.scale, roles.get(i)) for i, (source, table) in pairs)


def _track(source: Any, table: NoteTable, scale: _Scale, role: str | None) -> Track:
    """A track of the role that it is said to have, else of the one that its name tells."""
    name = clean(source.name)
    return Track.from_table(
        name,
        table,
        program=int(source.program) & 0x7F,
        role=role_of(name) if role is None else role,
        is_drum=bool(source.is_drum),
        controls=_controls(source, scale),
        bends=_bends(source, scale),
    )


def role_of(name: str) -> str:
    return name.lower() if name.lower() in ROLES else ""


def _tables(found: Sequence[Heard]) -> list[list[NoteTable]]:
    """The notes of each track of each file, sorted as `Note`s are; each note lasts a tick at least."""
    tracks = [_note_rows(track.notes.numpy()) for one in found for track in one.tracks]
    if not tracks:
        return [[] for _ in found]
    n_notes = [rows.shape[1] for rows in tracks]
    rows = np.concatenate(tracks, axis=1)
    resolutions = [one.scale.ticks_per_quarter for one in found for _ in one.tracks]
    starts, ends, pitches, velocities = rows
    ends += starts
    rows[:2] = _Scale(np.repeat(resolutions, n_notes)).ticks(rows[:2])
    np.maximum(ends, starts + 1, out=ends)
    places = starts << 7 | pitches
    is_rising = places[1:] > places[:-1]
    is_rising[[border - 1 for border in accumulate(n_notes[:-1])]] = True  # from one track to the next
    if not is_rising.all():
        rows = rows[
            :, np.lexsort((velocities, ends, pitches, starts, np.repeat(np.arange(len(tracks)), n_notes)))
        ]
    return _cut(rows, n_notes, [len(one.tracks) for one in found])


def _note_rows(columns: Mapping[str, Any]) -> Ints:
    """(4, n) begins and durations in the file's ticks, pitches, velocities."""
    return np.array((columns["time"], columns["duration"], columns["pitch"], columns["velocity"]), np.int64)


def _cut(rows: Ints, n_notes: Sequence[int], n_tracks: Sequence[int]) -> list[list[NoteTable]]:
    """(4, n) the notes of all tracks of all files, by file and track; each file has memory of its own."""
    tables: list[list[NoteTable]] = []
    borders = [0, *accumulate(n_notes)]
    for a, b in pairwise([0, *accumulate(n_tracks)]):
        own = rows[:, borders[a] : borders[b]].copy()
        own.setflags(write=False)
        cuts = pairwise(border - borders[a] for border in borders[a : b + 1])
        tables.append([NoteTable(*own[:, begin:end]) for begin, end in cuts])
    return tables


def _controls(source: Any, scale: _Scale) -> tuple[Control, ...]:
    if not source.controls:
        return ()
    columns = source.controls.numpy()
    times = map(scale.ticks, columns["time"].tolist())
    found = map(Control, times, columns["number"].tolist(), columns["value"].tolist())
    return tuple(sorted(found, key=attrgetter("start_ticks")))  # the order within a tick matters


def _bends(source: Any, scale: _Scale) -> tuple[Bend, ...]:
    if not source.pitch_bends:
        return ()
    columns = source.pitch_bends.numpy()
    times = map(scale.ticks, columns["time"].tolist())
    found = map(Bend, times, columns["value"].tolist())
    return tuple(sorted(found, key=attrgetter("start_ticks")))


def _tempos(score: Any, scale: _Scale) -> tuple[Tempo, ...]:
    found = {scale.ticks(t.time): t.mspq for t in score.tempos}
    return tuple(Tempo(at, bpm_of(mspq)) for at, mspq in sorted({0: smf.DEFAULT_TEMPO, **found}.items()))


def bpm_of(microseconds_per_quarter: int) -> float:
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
    found = [(scale.ticks(event.time), event.text) for track in score.tracks for event in track.lyrics]
    if is_ours:
        syllables = [own_syllable(at, text) for at, text in found]
    else:
        syllables = foreign_syllables(sorted(dict.fromkeys(found), key=itemgetter(0)))
    return tuple(sorted((s for s in syllables if s.text), key=attrgetter("start_ticks")))


def _read_recipe(text: str) -> dict[str, Any] | None:
    """The recipe in a text of ours, or None where the text is something else."""
    if not text.startswith(RECIPE_PREFIX) or len(text) > MAX_RECIPE_CHARS:
        return None
    try:
        recipe = json.loads(text[len(RECIPE_PREFIX) :], parse_constant=_refuse)
        return clean_tree(recipe) if isinstance(recipe, dict) else None
    except (ValueError, RecursionError):
        return None


def clean_tree(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value, max_chars=MAX_RECIPE_CHARS, keep="\n\t")
    if isinstance(value, list):
        return [clean_tree(item) for item in value]
    if isinstance(value, dict):
        return {clean_tree(key): clean_tree(item) for key, item in value.items()}
    return value


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
