"""Songs -> melodies with their chords: which notes are the melody, which chord sounds when, in which key.

    melody = melody_of(song)          # None where there is too little to sing

The chords are those that the song states; else those of a chord track, block by block; else those heard in the
accompaniment. Bars in which nothing is sung are cut out where they are many, so that no rest is longer than can be
written down.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.chords import decode, evidence, parse_chord
from aoede.encodings.melody import (
    LONGEST,
    STEP_TICKS,
    STEPS_A_QUARTER,
    Bars,
    Frame,
    Melody,
    Span,
    meters_of,
    pace_of,
    span_of,
)
from aoede.errors import InputError
from aoede.music.key_finder import find_key
from aoede.music.measures import pitch_class_weights
from aoede.music.note_table import NoteTable, pitched_notes
from aoede.music.theory import Chord
from aoede.music.voices import told_apart, with_chords_heard
from aoede.song import Song

FEWEST_NOTES = 8
MAX_NOTES = 20_000  # of one song; what comes later is left out
_REST = LONGEST - 48  # steps: a longer time between two notes loses whole bars
_BLOCK_NOTES, _BLOCK_SHARE = 3, 0.8  # a chord track: so many notes begin together, so often
_LOW_PITCH = 52  # notes below tell the root
_UPBEAT = 0.5  # of the first bar: a melody that begins later begins with an upbeat

Ints = NDArray[np.int64]


def melody_of(song: Song) -> Melody | None:
    """The melody of `song` with all that is known of it; None where it has fewer than FEWEST_NOTES notes."""
    voices = told_apart(song)
    notes = voices.melody.chosen(np.arange(min(len(voices.melody), MAX_NOTES)))
    if len(notes) < FEWEST_NOTES:
        return None
    key = find_key(pitch_class_weights(pitched_notes(song)))
    meters = meters_of(song.meters)
    cuts = _Cuts(notes, Bars(meters))
    starts = cuts.moved(notes.starts_ticks / STEP_TICKS)
    lengths = notes.durations_ticks / STEP_TICKS
    frame = Frame(
        meters=cuts.moved_meters(meters),
        chords=tuple(cuts.moved_spans(_spans(song, voices.accompaniment, key.tonic_pc))),
        mode=key.mode,
        pace=pace_of(len(notes) * STEPS_A_QUARTER / max(1.0, float(starts[-1] + lengths[-1] - starts[0]))),
    )
    bar = Bars(frame.meters).start_of(1)
    frame = replace(frame, first_bar=int(starts[0] >= _UPBEAT * bar))
    return Melody.of(frame, starts, starts + lengths, notes.pitches, tonic_pc=key.tonic_pc)


# --- chords -----------------------------------------------------------------------------------------


def _spans(song: Song, accompaniment: NoteTable, tonic_pc: int) -> list[Span]:
    """The chords of a song in steps, none twice in a row."""
    blocks = [] if song.chords else _blocks(accompaniment, tonic_pc)
    if not blocks:
        stated = with_chords_heard(song).chords
        blocks = [
            span_of(symbol.start_ticks // STEP_TICKS, _parsed(symbol.symbol), tonic_pc) for symbol in stated
        ]
    return [
        span for i, span in enumerate(blocks) if not i or replace(blocks[i - 1], start=span.start) != span
    ]


def _parsed(symbol: str) -> Chord | None:
    try:
        return parse_chord(symbol)
    except InputError:
        return None


def _blocks(notes: NoteTable, tonic_pc: int) -> list[Span]:
    """The chords of an accompaniment that is nothing but blocks; none of any other."""
    starts, begins, sizes = np.unique(notes.starts_ticks, return_index=True, return_counts=True)
    if not len(starts) or (sizes >= _BLOCK_NOTES).mean() < _BLOCK_SHARE:
        return []
    classes = (notes.pitches - tonic_pc) % 12
    weights, low = np.zeros((2, len(starts), 12))
    block = np.repeat(np.arange(len(starts)), sizes)
    np.add.at(weights, (block, classes), 1)
    is_low = notes.pitches < _LOW_PITCH
    np.add.at(low, (block[is_low], classes[is_low]), 1)
    ids = evidence(weights, low).argmax(axis=1)
    ends = np.maximum.reduceat(notes.ends_ticks, begins)
    found = []
    for i, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        found.append(span_of(start // STEP_TICKS, decode(int(ids[i]), 0), 0))
        following = starts[i + 1] if i + 1 < len(starts) else None
        if following is not None and following - end > STEP_TICKS * STEPS_A_QUARTER:
            found.append(span_of(end // STEP_TICKS, None, 0))
    return found


# --- rests ------------------------------------------------------------------------------------------


class _Cuts:
    """Whole bars that are cut out: those before the melody, and most of a long rest."""

    def __init__(self, notes: NoteTable, bars: Bars) -> None:
        starts = notes.starts_ticks / STEP_TICKS
        first, _, _ = bars.at(int(starts[0]))
        self._cuts = [(0, bars.start_of(first))] if first else []  # (from, how many steps)
        for last, start in pairwise(starts.tolist()):
            if start - last > _REST:
                self._cut_between(bars, last, start)
        self._at = [at for at, _ in self._cuts]
        self._before = np.cumsum([0, *(n for _, n in self._cuts)])

    def _cut_between(self, bars: Bars, last: float, start: float) -> None:
        """Cut the bars before that of `start`, as many as must be; the first is cut as the last note ends in it."""
        end = bars.start_of(bars.at(int(start))[0])
        begin = bars.at(int(end - (start - last - _REST)))[0]
        from_step = bars.start_of(begin)
        if from_step > last:
            self._cuts.append((from_step, end - from_step))

    def moved(self, steps: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where these steps are after the cuts; those within one are at its place."""
        return np.array([self._moved(step) for step in steps.tolist()])

    def _moved(self, step: float) -> float:
        i = bisect_right(self._at, step)
        if not i:
            return step
        at, n = self._cuts[i - 1]
        return float(max(at, step - n) - self._before[i - 1])

    def moved_spans(self, spans: Sequence[Span]) -> list[Span]:
        """The chords; of those that begin at one place after the cuts the last counts."""
        moved = {int(self._moved(span.start)): span for span in spans}
        return [replace(moved[start], start=start) for start in sorted(moved)]

    def moved_meters(self, meters: Sequence[tuple[int, int, int]]) -> tuple[tuple[int, int, int], ...]:
        moved = {
            int(self._moved(start)): (numerator, denominator) for start, numerator, denominator in meters
        }
        return tuple((start, *moved[start]) for start in sorted(moved))
