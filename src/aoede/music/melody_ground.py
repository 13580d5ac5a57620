"""What a section's melody is drawn on: its phrases, its bars, and which tones each chord allows.

A model of melodies sings in major and minor. The other modes are these with one degree exchanged for its neighbour
(dorian is minor with a raised sixth): while it is drawn, a line and its chords stand in the plain mode.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.chords import QUALITIES, REDUCED
from aoede.encodings.melody import (
    LOWEST,
    N_PITCHES,
    STEP_TICKS,
    STEPS_A_QUARTER,
    Frame,
    Ruling,
    Span,
    pace_of,
    ruling_of,
    semitones_to,
    span_of,
)
from aoede.music.theory import Chord, Key, PlacedChord
from aoede.song import Meter

LOWEST_SUNG, HIGHEST_SUNG = 55, 84  # G3..C6: what most voices can sing, an octave allowed
REACH_DOWN, REACH_UP = 9, 10  # semitones below and above the centre of a section
_CENTRES = (61, 76)
_QUARTER = STEPS_A_QUARTER
_EIGHTH, _SIXTEENTH = _QUARTER // 2, _QUARTER // 4
# The plain mode behind each mode, and the degree that is exchanged for its neighbour.
_PLAIN: Mapping[str, tuple[str, tuple[int, ...]]] = {
    "major": ("major", ()),
    "minor": ("minor", ()),
    "harmonic minor": ("minor", ()),
    "dorian": ("minor", (8, 9)),
    "phrygian": ("minor", (1, 2)),
    "lydian": ("major", (5, 6)),
    "mixolydian": ("major", (10, 11)),
}

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Phrase:
    begin: int  # steps from the section's beginning
    end: int
    answers: bool  # begins as the first phrase does
    closes: bool  # comes home


@dataclass(frozen=True)
class Tones:
    """What one chord makes of each pitch id: (N_PITCHES,) each."""

    is_member: Bools
    is_allowed: Bools  # members, and tones of the scale that no altered member clashes with
    is_harsh: Bools  # a semitone above a member: passes, but does not rest


@dataclass(frozen=True)
class Ground:
    """One section. Times are steps, chords in ticks, both from its beginning."""

    meter: Meter
    key: Key
    bars: int
    chords: tuple[PlacedChord, ...]
    density: float  # notes a quarter that are wanted
    centre: float  # the pitch around which the line lies
    tempo_bpm: float
    phrase_bars: tuple[int, ...]
    closes: bool  # ends on the tonic
    valence: float = 0.0  # -1..1

    @cached_property
    def ruling(self) -> Ruling:
        return ruling_of(self.meter.numerator, self.meter.denominator)

    @property
    def bar(self) -> int:
        """Steps of a bar."""
        return self.ruling.bar_steps

    @property
    def end(self) -> int:
        return self.bars * self.bar

    @cached_property
    def grid(self) -> int:
        """Steps between the places where notes may begin: sixteenths where they are wanted and can be sung."""
        if self.meter.denominator >= 16:
            return _SIXTEENTH
        quick = self.density > 1.1 and self.tempo_bpm <= 112
        return _SIXTEENTH if quick or self.tempo_bpm < 72 else _EIGHTH

    @property
    def beat(self) -> int:
        """Steps of the first beat."""
        return self.ruling.beats[1] if len(self.ruling.beats) > 1 else self.bar

    def level_at(self, step: int) -> int:
        """0 where a bar begins, 1 on a beat that carries others, 2 on any other beat, 3 between them."""
        place = step % self.bar
        if place not in self.ruling.beats:
            return 3
        return min(2, self.ruling.levels[self.ruling.beats.index(place)])

    @cached_property
    def phrases(self) -> tuple[Phrase, ...]:
        """Of four phrases the second and the fourth answer the first, the third is new."""
        found, begin = list[Phrase](), 0
        for i, bars in enumerate(self.phrase_bars):
            end = begin + bars * self.bar
            is_last = i == len(self.phrase_bars) - 1
            answers = i % 4 in (1, 3) and bars == self.phrase_bars[0]
            found.append(Phrase(begin, end, answers, is_last and self.closes))
            begin = end
        return tuple(found)

    @cached_property
    def _phrase_ends(self) -> list[int]:
        return [phrase.end for phrase in self.phrases]

    def phrase_at(self, step: int) -> int:
        """The number of the phrase in which a step lies; the last one beyond the end."""
        return min(bisect_right(self._phrase_ends, step), len(self.phrases) - 1)

    @property
    def breath(self) -> int:
        """Steps of silence that end a phrase."""
        return max(self.grid, min(self.beat, self.bar // 4) // self.grid * self.grid)

    @cached_property
    def semitones(self) -> int:
        """By which pitches lie above LOWEST + id."""
        return semitones_to(self.key.tonic_pc, self.centre)

    def pitch_of(self, pitch_id: int) -> int:
        """The sounding pitch."""
        return int(_exchanged(self.key.mode)[pitch_id]) + LOWEST + self.semitones

    def id_of(self, pitch: int) -> int:
        """The id of a sounding pitch, -1 for one that is out of range."""
        plain = pitch - LOWEST - self.semitones
        return int(_exchanged(self.key.mode)[plain]) if 0 <= plain < N_PITCHES else -1

    @cached_property
    def sounding(self) -> Ints:
        """(N_PITCHES,) sounding pitches."""
        return _exchanged(self.key.mode) + LOWEST + self.semitones

    @cached_property
    def is_own(self) -> Bools:
        """(N_PITCHES,) which pitches are the degree that the plain mode does not have."""
        _, exchanged = _PLAIN[self.key.mode]
        return np.isin((self.sounding - self.key.tonic_pc) % 12, exchanged)

    @cached_property
    def in_reach(self) -> Bools:
        """(N_PITCHES,) what lies around the centre and can be sung."""
        low = max(LOWEST_SUNG, round(self.centre) - REACH_DOWN)
        high = min(HIGHEST_SUNG, round(self.centre) + REACH_UP)
        return (self.sounding >= low) & (self.sounding <= high)

    @cached_property
    def frame(self) -> Frame:
        """What the model is told."""
        plain, exchanged = _PLAIN[self.key.mode]
        spans = tuple(_span(placed, self.key.tonic_pc, exchanged) for placed in self.chords)
        return Frame(
            meters=((0, self.meter.numerator, self.meter.denominator),),
            chords=spans,
            mode=plain,
            pace=pace_of(self.density),
        )

    @cached_property
    def _starts(self) -> list[int]:
        return [placed.start_ticks for placed in self.chords]

    def chord_at(self, step: int) -> Chord:
        return self.chords[max(0, bisect_right(self._starts, step * STEP_TICKS) - 1)].chord

    def tones_at(self, step: int) -> Tones:
        chord = self.chord_at(step)
        return _tones(chord, self.key, self.semitones)


def ground_for(
    meter: Meter,
    key: Key,
    bars: int,
    chords: Sequence[PlacedChord],
    *,
    density: float,
    centre: float,
    tempo_bpm: float,
    phrase_bars: Sequence[int],
    closes: bool,
    valence: float = 0.0,
) -> Ground:
    """The ground of a section; density and centre are brought to where a voice can be."""
    return Ground(
        meter,
        key,
        bars,
        tuple(chords),
        float(np.clip(density, 0.2, 2.5)),
        float(np.clip(centre, *_CENTRES)),
        tempo_bpm,
        tuple(phrase_bars),
        closes,
        valence,
    )


@lru_cache(maxsize=16)
def _exchanged(mode: str) -> Ints:
    """(N_PITCHES,) the pitch that an id stands for in this mode; the same the other way round."""
    _, degrees = _PLAIN[mode]
    found = np.arange(N_PITCHES)
    if degrees:
        low, high = degrees
        pcs = (found + LOWEST) % 12
        found = np.where(pcs == low, found + 1, np.where(pcs == high, found - 1, found))
    return found


def _span(placed: PlacedChord, tonic_pc: int, exchanged: tuple[int, ...]) -> Span:
    """The chord in the plain mode."""
    span = span_of(placed.start_ticks // STEP_TICKS, placed.chord, tonic_pc)
    if not exchanged:
        return span
    other = dict(zip(exchanged, exchanged[::-1], strict=True))
    root = other.get(span.root, span.root)
    members = frozenset(other.get(pc, pc) for pc in span.members)
    return Span(span.start, root, _quality(root, members, span.quality), members)


def _quality(root: int, members: frozenset[int], otherwise: int) -> int:
    """The quality of a chord with these members, where there is one."""
    for i, quality in enumerate(REDUCED):
        if members == frozenset((root + interval) % 12 for interval in QUALITIES[quality].intervals):
            return i
    return otherwise


@lru_cache(maxsize=4096)
def _tones(chord: Chord, key: Key, semitones: int) -> Tones:
    pcs = (_exchanged(key.mode) + LOWEST + semitones) % 12
    members = sorted(chord.pitch_classes)
    altered = [pc for pc in members if pc not in key.scale]
    clashes = np.isin(pcs, [(pc + step) % 12 for pc in altered for step in (-1, 1)])
    is_member = np.isin(pcs, members)
    is_harsh = np.isin(pcs, [(pc + 1) % 12 for pc in members]) & ~is_member
    return Tones(is_member, is_member | (np.isin(pcs, key.scale) & ~clashes), is_harsh)
