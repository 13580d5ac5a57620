"""The felt beats of a bar and how they go together: 4 = 2 + 2, 5 = 3 + 2, 7 = 2 + 2 + 3, six eighths = two threes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from aoede.music.theory import Chord, PlacedChord
from aoede.song import TICKS_PER_QUARTER, Meter

EIGHTH = TICKS_PER_QUARTER // 2
_QUICK_BPM = 200.0  # from here on eighths are too quick to be struck one by one


@dataclass(frozen=True, slots=True)
class Beat:
    start_ticks: int
    length_ticks: int
    weight: int  # 2 begins a bar, 1 a group of beats within it, 0 neither

    @property
    def end_ticks(self) -> int:
        return self.start_ticks + self.length_ticks


@dataclass(frozen=True, slots=True)
class Span:
    """What a player sees at once: one chord within one bar."""

    chord: Chord
    start_ticks: int  # from the beginning of the section, like all its times
    end_ticks: int
    beats: tuple[Beat, ...]  # the first begins with the span
    in_eighths: bool  # whether the meter counts eighths or shorter, so that a beat is made of two or three
    step_ticks: int  # the quickest regular stroke: an eighth in most meters
    nth: int  # 0 for the first bar of a chord, 1 for the second ...
    bar: int  # counted from 0 at the beginning of the section
    changes: bool  # whether another chord follows in the section

    @property
    def length_ticks(self) -> int:
        return self.end_ticks - self.start_ticks

    @property
    def steps(self) -> tuple[int, ...]:
        """Where a regular stroke can begin."""
        return tuple(
            t for beat in self.beats for t in range(beat.start_ticks, beat.end_ticks, self.step_ticks)
        )

    @property
    def heavy(self) -> tuple[Beat, ...]:
        """The beats that carry the others: the first of the span and of each group."""
        return tuple(beat for i, beat in enumerate(self.beats) if i == 0 or beat.weight)


@lru_cache(maxsize=64)
def beats_of(meter: Meter) -> tuple[Beat, ...]:
    """One bar's beats. Eighths and shorter are felt in twos and threes; half notes as two quarters each."""
    unit = TICKS_PER_QUARTER * 4 // meter.denominator
    if meter.denominator >= 8:
        lengths = [unit * size for size in _groups(meter.numerator)]
        weights = _weights(_groups(len(lengths)))
    elif meter.denominator <= 2:
        lengths = [TICKS_PER_QUARTER] * (meter.bar_ticks // TICKS_PER_QUARTER)
        weights = [1, 0] * meter.numerator
    else:
        lengths = [unit] * meter.numerator
        weights = _weights(_groups(meter.numerator))
    starts = [sum(lengths[:i]) for i in range(len(lengths))]
    return tuple(
        Beat(start, length, 2 if i == 0 else weight)
        for i, (start, length, weight) in enumerate(zip(starts, lengths, weights, strict=True))
    )


def _groups(n: int) -> tuple[int, ...]:
    """Twos and threes that add up to n, as they are usually counted; 1, 2 and 3 stay whole."""
    if n <= 3:
        return (n,)
    if n == 5:
        return (3, 2)
    if n % 3 == 0:
        return (3,) * (n // 3)
    return (2,) * (n // 2) if n % 2 == 0 else (*(2,) * ((n - 3) // 2), 3)


def _weights(groups: Sequence[int]) -> list[int]:
    return [1 if i == 0 else 0 for size in groups for i in range(size)]


def step_ticks(meter: Meter, tempo_bpm: float) -> int:
    """An eighth; a sixteenth in meters of sixteenths; a quarter where eighths are too quick."""
    if meter.denominator >= 16:
        return EIGHTH // 2
    return 2 * EIGHTH if tempo_bpm > _QUICK_BPM and meter.denominator <= 4 else EIGHTH


def spans_of(chords: Sequence[PlacedChord], meter: Meter, tempo_bpm: float) -> list[Span]:
    """The chords of a section cut at its bar lines."""
    step, spans = step_ticks(meter, tempo_bpm), list[Span]()
    for index, placed in enumerate(chords):
        edges = _cut_at_bars(placed, meter.bar_ticks)
        following = chords[index + 1].chord if index + 1 < len(chords) else placed.chord
        for nth, (start, end) in enumerate(pairwise(edges)):
            changes = end == placed.end_ticks and following != placed.chord
            beats = _beats_between(meter, start, end)
            bar, in_eighths = start // meter.bar_ticks, meter.denominator >= 8
            spans.append(Span(placed.chord, start, end, beats, in_eighths, step, nth, bar, changes))
    return spans


def _cut_at_bars(placed: PlacedChord, bar_ticks: int) -> list[int]:
    first = placed.start_ticks // bar_ticks * bar_ticks + bar_ticks
    return [placed.start_ticks, *range(first, placed.end_ticks, bar_ticks), placed.end_ticks]


def _beats_between(meter: Meter, start: int, end: int) -> tuple[Beat, ...]:
    """The beats of one bar between two of its ticks; a chord that enters between beats makes one of its own."""
    bar = start // meter.bar_ticks * meter.bar_ticks
    beats = []
    for beat in beats_of(meter):
        begins, ends = max(start, bar + beat.start_ticks), min(end, bar + beat.end_ticks)
        if begins < ends:
            beats.append(Beat(begins, ends - begins, beat.weight if begins == bar + beat.start_ticks else 0))
    return tuple(beats)
