"""A folder of recordings -> clips: sounds at one rate with labels and notes.

    found = clips_of(dataset.items, rate_hz=16_000)
    for item in found.items: item.value.samples, item.value.label, item.value.notes

A MIDI file of the same name beside a recording tells its notes. Otherwise a pitch in a table or in the names tells
the one note of a clip. What is silent before and after the sound is cut off, relative to how loud the clip is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.mulaw import MuLaw
from aoede.encodings.score_frames import Sounding
from aoede.errors import InputError, UsageError
from aoede.learning import clip_check
from aoede.learning.clip_labels import HELD_OUT_FOLDERS, PITCHES, VELOCITIES, Cells, Said, pitch_of, said_of
from aoede.learning.dataset import Item
from aoede.learning.sounding_pitch import sounding_pitch
from aoede.learning.sounds import LabelTable, Sound
from aoede.song import Song

Floats = NDArray[np.float32]

RATES_HZ = (8_000, 16_000)
WINDOW_S = 0.01  # of the level by which silence is told
TRIM = 10 ** (-50 / 20)  # of the loudest window; softer ends are cut off
ENDS = 10 ** (-40 / 20)  # a note of unknown length ends where it is softer
BEFORE_S, AFTER_S = 0.01, 0.05  # left around the sound
PEAK = 0.95  # of full scale, before and after the pre-emphasis, to which clips are brought
MOST_GAIN = 30.0  # what is softer stays softer: its hiss would become loud
MAX_CLIP_S, MIN_PIECE_S = 10.0, 1.0  # longer recordings are cut into pieces;
FEW, N_PIECES = 4, 10  # of fewer recordings there are about so many, so that some can be held out
VELOCITY = 80  # of notes whose loudness is not told
TOLD_BY_EAR = 12  # clips by which it is decided whether a number in the names is the pitch
LIKE_PITCH = 0.7  # of those that have a pitch must have that one


@dataclass(frozen=True, eq=False)
class Clip:
    """A sound with what is told of it."""

    name: str  # the path of its file, and the piece of it: "a.wav", "a.wav (2)"
    samples: Floats  # (T,) mono in [-1, 1]
    label: tuple[str, ...] = ()  # a value a column, "" where it is unknown
    notes: tuple[Sounding, ...] = ()  # times from the clip's beginning
    is_whole: bool = True  # from the beginning to the end of what was recorded, not a piece of it

    def seconds(self, rate_hz: int) -> float:
        return len(self.samples) / rate_hz


@dataclass(frozen=True)
class Clips:
    """What was made of a folder."""

    items: tuple[Item, ...]  # whose values are Clips
    rate_hz: int
    columns: tuple[str, ...]  # names of the labels
    remarks: tuple[str, ...]  # what the person should know of the data, a sentence each

    @property
    def clips(self) -> tuple[Clip, ...]:
        return tuple(item.value for item in self.items)

    @property
    def has_notes(self) -> bool:
        return any(clip.notes for clip in self.clips)


@dataclass(frozen=True)
class Wishes:
    """How a folder is to be read."""

    pattern: str = ""  # of the files' names, such as "{digit}_{speaker}_{}"
    wanted: tuple[str, ...] | None = None  # the columns that are labels
    keeps_levels: bool = False  # one gain for all, in place of one a clip
    least_s: float = clip_check.LEAST_S  # of sound in all


def clips_of(items: Sequence[Item], law: MuLaw, wishes: Wishes | None = None) -> Clips:
    """The clips that a folder's sounds, tables and MIDI files make together, checked.

    Raises UsageError for a rate that is neither 8 nor 16 kHz, InputError where there is no sound, less than
    `clip_check.LEAST_S` seconds of it, or labels that belong to no file.
    """
    if law.rate_hz not in RATES_HZ:
        raise UsageError(f"sound is learnt at {' or '.join(map(str, RATES_HZ))} Hz, not at {law.rate_hz}")
    wishes = wishes or Wishes()
    sounds = [item for item in items if isinstance(item.value, Sound)]
    if not sounds:
        raise InputError("there is no sound here", hint="Name a folder of WAV, FLAC, OGG or MP3 files.")
    paths = [item.path for item in sounds]
    tables = {item.path: item.value for item in items if isinstance(item.value, LabelTable)}
    said = said_of(paths, tables, pattern=wishes.pattern, wanted=wishes.wanted)
    songs, lost = _beside(items, paths)
    has_scores = bool(songs)
    pitches = {} if has_scores else _pitches(said, sounds)
    columns = tuple(name for name in said.names if name not in pitches.get("", ()))
    whole = [
        _clip(item, cells, columns, songs.get(item.path), pitches.get(item.path), law.rate_hz)
        for item, cells in zip(sounds, said.cells, strict=True)
    ]
    remarks = clip_check.checked(
        [
            (clip.name, clip.samples, clip.label, clip.notes, item.value)
            for clip, item in zip(whole, sounds, strict=True)
        ],
        law.rate_hz,
        columns,
        least_s=wishes.least_s,
    )
    levelled = _levelled(whole, law, has_scores or wishes.keeps_levels)
    longest_s = _longest_s(levelled, law.rate_hz)
    are_apart = any(_is_held_out(path) for path in paths)
    pieces = [
        piece
        for item, clip in zip(sounds, levelled, strict=True)
        for piece in _pieces(item, clip, law.rate_hz, longest_s, are_apart)
    ]
    return Clips(tuple(pieces), law.rate_hz, columns, (*said.remarks, *lost, *remarks))


# Notes


def _beside(items: Sequence[Item], paths: Sequence[str]) -> tuple[dict[str, Song], tuple[str, ...]]:
    """The song of each sound that has a MIDI file of its name beside it, and a word on MIDI files without one."""
    by_stem = {str(PurePosixPath(path).with_suffix("")): path for path in paths}
    songs, lost = dict[str, Song](), list[str]()
    for item in items:
        if isinstance(item.value, Song):
            path = by_stem.get(str(PurePosixPath(item.path).with_suffix("")))
            if path:
                songs[path] = item.value
            else:
                lost.append(item.path)
    told = (
        f"{len(lost):,} MIDI files have no sound of their name beside them, such as {lost[0]}" if lost else ""
    )
    return songs, (told,) if told else ()


def _sung(song: Song) -> tuple[Sounding, ...]:
    """All notes of a song but those of drums, in seconds."""
    notes = [note for track in song.tracks if not track.is_drum for note in track.notes]
    begins = song.seconds_of([note.start_ticks for note in notes])
    ends = song.seconds_of([note.end_ticks for note in notes])
    rows = zip(notes, begins, ends, strict=True)
    return tuple(sorted(Sounding(n.pitch, a, max(b, a + 0.01), n.velocity) for n, a, b in rows))


def _pitches(said: Said, sounds: Sequence[Item]) -> dict[str, Any]:
    """The pitch of each sound of one note, by its path, and under "" the columns of labels that told it."""
    for name in PITCHES:
        found = {s.path: pitch_of(cells.get(name, "")) for s, cells in zip(sounds, said.cells, strict=True)}
        found = {path: pitch for path, pitch in found.items() if np.isfinite(pitch)}
        if found:
            return {**found, "": (name,)}
    for name in dict.fromkeys(name for cells in said.cells for name in cells):
        found = {s.path: pitch_of(cells.get(name, "")) for s, cells in zip(sounds, said.cells, strict=True)}
        found = {path: pitch for path, pitch in found.items() if np.isfinite(pitch)}
        if len(set(found.values())) >= 3 and _are_heard(found, sounds):
            return {**found, "": (name,)}
    return {}


def _are_heard(pitches: Mapping[str, float], sounds: Sequence[Item]) -> bool:
    """Whether the numbers in the names are the pitches that sound, as far as a few of them tell."""
    asked = [item for item in sounds if item.path in pitches]
    asked = [asked[i] for i in np.linspace(0, len(asked) - 1, min(len(asked), TOLD_BY_EAR)).astype(int)]
    heard = [(pitches[s.path], sounding_pitch(s.value.at(s.value.rate_hz), s.value.rate_hz)) for s in asked]
    off = [abs(said - found) for said, found in heard if np.isfinite(found)]
    return len(off) >= 3 and float(np.mean(np.array(off) < 0.6)) >= LIKE_PITCH


# Clips


def _clip(
    item: Item,
    cells: Cells,
    columns: Sequence[str],
    song: Song | None,
    pitch: float | None,
    rate_hz: int,
) -> Clip:
    samples = item.value.at(rate_hz)
    label = tuple(cells.get(name, "") for name in columns)
    if song is not None:
        return Clip(item.path, samples, label, _sung(song))
    samples, loud = _trimmed(samples, rate_hz)
    notes: tuple[Sounding, ...] = ()
    if pitch is not None:
        notes = (Sounding(pitch, *_extent(loud, len(samples) / rate_hz), _velocity(cells)),)
    return Clip(item.path, samples, label, notes)


def _velocity(cells: Cells) -> int:
    for name in VELOCITIES:
        text = cells.get(name, "")
        if text.isdecimal() and 1 <= int(text) <= 127:
            return int(text)
    return VELOCITY


def _levels(samples: Floats, rate_hz: int) -> NDArray[np.float64]:
    """The loudness of each hundredth of a second."""
    size = round(WINDOW_S * rate_hz)
    padded = np.pad(samples.astype(np.float64), (0, -len(samples) % size))
    return np.asarray(np.sqrt(np.square(padded.reshape(-1, size)).mean(axis=1)))


def _trimmed(samples: Floats, rate_hz: int) -> tuple[Floats, NDArray[np.float64]]:
    """Without the silence at both ends, and the levels of what is left."""
    levels = _levels(samples, rate_hz)
    loud = np.flatnonzero(levels > TRIM * levels.max())
    first = max(0, int((loud[0] * WINDOW_S - BEFORE_S) * rate_hz))
    last = int(((loud[-1] + 1) * WINDOW_S + AFTER_S) * rate_hz)
    kept = samples[first:last]
    return kept, _levels(kept, rate_hz)


def _extent(levels: NDArray[np.float64], seconds: float) -> tuple[float, float]:
    """Where the one note of a clip begins and ends, in seconds."""
    loud = np.flatnonzero(levels > ENDS * levels.max())
    begin = float(loud[0]) * WINDOW_S
    return begin, min(seconds, max(begin + 2 * WINDOW_S, (float(loud[-1]) + 1) * WINDOW_S))


def _levelled(clips: Sequence[Clip], law: MuLaw, as_one: bool) -> list[Clip]:
    """As loud as the encoding takes without clipping: each by itself, or all by one gain."""
    rooms = [_room(clip.samples, law) for clip in clips]
    least = min(rooms)
    return [
        replace(clip, samples=np.asarray(clip.samples * np.float32(least if as_one else room)))
        for clip, room in zip(clips, rooms, strict=True)
    ]


def _room(samples: Floats, law: MuLaw) -> float:
    peak = float(np.abs(samples).max(initial=0.0))
    return min(PEAK * law.headroom(samples), PEAK / peak if peak else MOST_GAIN, MOST_GAIN)


def _longest_s(clips: Sequence[Clip], rate_hz: int) -> float:
    """How long a piece may be."""
    if len(clips) >= FEW:
        return MAX_CLIP_S
    total_s = sum(clip.seconds(rate_hz) for clip in clips)
    return max(MIN_PIECE_S, min(MAX_CLIP_S, total_s / N_PIECES))


def _pieces(item: Item, clip: Clip, rate_hz: int, longest_s: float, are_apart: bool) -> list[Item]:
    """Even pieces of at most so many seconds; the tenths of a long recording stay together where some are held out.

    `are_apart`: the names of folders say what is held out, in place of chance.
    """
    forced = _is_held_out(item.path) if are_apart else None
    n = max(1, int(np.ceil(clip.seconds(rate_hz) / longest_s)))
    if n == 1:
        return [replace(item, value=clip, cut=None, is_held_out=forced)]
    found = []
    for i in range(n):
        begin, end = (round(len(clip.samples) * k / n) for k in (i, i + 1))
        part = _part(clip, begin, end, rate_hz, f"{clip.name} ({i + 1})")
        print_ = f"{item.fingerprint}/{i * 10 // n}"  # tenths stay together
        found.append(replace(item, value=part, fingerprint=print_, cut=None, is_held_out=forced))
    return found


def _part(clip: Clip, begin: int, end: int, rate_hz: int, name: str) -> Clip:
    """Samples [begin, end) with the notes that sound in them."""
    a, b = begin / rate_hz, end / rate_hz
    notes = [
        note._replace(onset_s=note.onset_s - a, end_s=note.end_s - a)
        for note in clip.notes
        if note.onset_s < b and note.end_s > a
    ]
    return Clip(name, clip.samples[begin:end], clip.label, tuple(notes), is_whole=False)


def _is_held_out(path: str) -> bool:
    """Held out by the name of a folder."""
    return bool(set(PurePosixPath(path.lower()).parent.parts) & set(HELD_OUT_FOLDERS))
