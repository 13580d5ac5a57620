"""Which notes are the melody, and which accompany it?

A track that is said to be the melody is taken at its word. Where several tracks say nothing, one of them is chosen;
where there is one track alone, as in a sampled piano roll, the melody is its top line.

`bench/measures.py` prints how often the rules are right on songs whose melody is known. Their thresholds were chosen
on some of these same songs.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.chords import chords_of
from aoede.music.note_table import (
    NoteTable,
    covered_ticks,
    is_highest,
    joined,
    places_in_bars,
    skyline,
    table_of,
)
from aoede.song import TICKS_PER_QUARTER, Note, Song, Track

How = Literal["stated", "chosen", "top line", "none"]

ONE_LINE = 1.1  # notes that sound together on average, up to which a track counts as a single line
SELDOM = 0.1  # of the onsets of the busiest track: what has fewer is no melody
BASS_BELOW = 48  # C3: a track whose notes lie lower on average is a bass
HELD_OVER = 0.25  # of a note, or of an eighth: so long a higher note may go on without hiding it (legato)
MAX_BARS_HEARD = 20_000  # beyond, no chords are looked for


@dataclass(frozen=True)
class Voices:
    """The pitched notes of a song, each in one of two tables.

    `how` the melody was found: a track "stated" it, a track was "chosen", it is the "top line" of the only track, or
    there are no notes ("none"). `track` is the melody's index in `song.tracks`, -1 for none and for several.
    """

    melody: NoteTable
    accompaniment: NoteTable
    how: How
    track: int

    @property
    def melody_share(self) -> float:
        """Notes of the melody over all, 0..1; nan where there are none."""
        n_notes = len(self.melody) + len(self.accompaniment)
        return len(self.melody) / n_notes if n_notes else float("nan")


def told_apart(song: Song) -> Voices:
    """Melody and accompaniment of `song`; drums are neither.

    The melody is the line (see `is_line`) of the tracks with that role; else of the only track; else of a chosen one:
    of the tracks without another role, as far as there are any, the single lines come first and then the highest
    line. Basses and tracks that seldom play are not chosen while there are others.
    """
    tracks = {i: track for i, track in enumerate(song.tracks) if track.notes and not track.is_drum}
    leading = [i for i, track in tracks.items() if track.role == "melody"]
    how: How = "stated"
    if not leading and tracks:
        how = "top line" if len(tracks) == 1 else "chosen"
        leading = [_chosen(tracks)]
    lead = table_of(tracks[i] for i in leading)
    others = table_of(track for i, track in tracks.items() if i not in leading)
    line = is_line(lead)
    return Voices(
        melody=lead.chosen(line),
        accompaniment=joined(lead.chosen(~line), others),
        how=how if tracks else "none",
        track=leading[0] if len(leading) == 1 else -1,
    )


def melody_of(song: Song) -> NoteTable:
    """The melody alone, at most one note at each onset."""
    return told_apart(song).melody


def is_line(notes: NoteTable) -> NDArray[np.bool_]:
    """Which notes make the top line: the highest at their onset, unless a higher note still sounds.

    A higher note may be held over a quarter of the new one. In what is a single line already nothing is hidden, so
    that slurred notes stay.
    """
    is_top = is_highest(notes)
    if mean_sounding(notes) <= ONE_LINE:
        return is_top
    lengths = np.minimum(notes.durations_ticks, TICKS_PER_QUARTER // 2)
    bearable = notes.starts_ticks + (HELD_OVER * lengths).astype(np.int64)
    for pitch in np.unique(notes.pitches[is_top]).tolist():
        here = np.flatnonzero(is_top & (notes.pitches == pitch))
        last_end = np.maximum.accumulate(np.where(notes.pitches > pitch, notes.ends_ticks, 0))
        is_top[here] = last_end[here] <= bearable[here]
    return is_top


def mean_sounding(notes: NoteTable) -> float:
    """Mean number of notes that sound together while any sounds, >= 1; 0 where there are none."""
    return float(notes.durations_ticks.sum()) / max(1, covered_ticks(notes.starts_ticks, notes.ends_ticks))


def _chosen(tracks: dict[int, Track]) -> int:
    """The track that is most likely the melody, by the rule of `told_apart`."""
    free = [i for i, track in tracks.items() if not track.role] or list(tracks)
    tables = {i: table_of([tracks[i]]) for i in free}
    busiest = max(len(skyline(table)) for table in tables.values())
    busy = [i for i in free if len(skyline(tables[i])) >= SELDOM * busiest]
    high = [i for i in busy if tables[i].pitches.mean() >= BASS_BELOW] or busy
    lines = [i for i in high if mean_sounding(tables[i]) <= ONE_LINE] or high
    return max(lines, key=lambda i: (float(skyline(tables[i]).pitches.mean()), -i))


def with_chords_heard(song: Song) -> Song:
    """`song` with the chords of its accompaniment, one or two a bar, where it states none.

    The melody is left out: a chord that was heard in a melody would hold its notes by construction.
    """
    accompaniment = told_apart(song).accompaniment
    if song.chords or not len(accompaniment) or _n_bars(song) > MAX_BARS_HEARD:
        return song
    below = replace(song, tracks=(Track("", _notes_of(accompaniment)),))
    return replace(song, chords=chords_of(below))


def _n_bars(song: Song) -> int:
    return places_in_bars(song, np.zeros(0, dtype=np.int64)).n_bars


def _notes_of(table: NoteTable) -> tuple[Note, ...]:
    columns = (table.starts_ticks, table.pitches, table.durations_ticks, table.velocities)
    return tuple(map(Note, *(column.tolist() for column in columns)))
