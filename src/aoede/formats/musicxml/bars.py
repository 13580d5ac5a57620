"""The bars of a song as a score has them: where each begins, how long it is written, and its meter.

A score needs bars that can be written. A meter that changes inside a bar cuts that bar short, to a whole number of
sixteenths; a meter with absurd numbers leaves the one before it in force. So there are two times: that of the song
and that of the paper. In nearly all songs they are the same.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from aoede.errors import InputError
from aoede.song import TICKS_PER_QUARTER, Meter, Song

WHOLE, SIXTEENTH = 4 * TICKS_PER_QUARTER, TICKS_PER_QUARTER // 4
MAX_NUMERATOR, MAX_DENOMINATOR = 32, 32
_TAIL_TICKS = SIXTEENTH // 2  # a song that goes on for less needs no further bar


@dataclass(frozen=True, slots=True)
class Bar:
    start_ticks: int  # in the song
    paper_ticks: int  # in the score
    length_ticks: int  # as written
    meter: Meter
    is_cut: bool  # shorter than its meter says

    @property
    def step_ticks(self) -> int:
        """The finest note value of its grid: a sixteenth, or the unit of the meter where that is finer."""
        return step_of(self.meter)


def step_of(meter: Meter) -> int:
    return min(SIXTEENTH, WHOLE // meter.denominator)


@dataclass(frozen=True)
class Bars:
    """All bars of a song, one at least."""

    bars: tuple[Bar, ...]
    starts_ticks: tuple[int, ...]
    starts_on_paper: tuple[int, ...]

    @property
    def paper_end(self) -> int:
        return self.starts_on_paper[-1] + self.bars[-1].length_ticks

    def at(self, ticks: int) -> tuple[int, int]:
        """Number (from 0) of the bar in which a moment of the song lies, and ticks from its beginning, within it."""
        i = max(0, bisect_right(self.starts_ticks, ticks) - 1)
        bar = self.bars[i]
        return i, min(max(0, ticks - bar.start_ticks), bar.length_ticks)

    def at_paper(self, place: int) -> tuple[int, int]:
        """Number of the bar in which a place on the paper lies, and ticks from its beginning."""
        i = bisect_right(self.starts_on_paper, place) - 1
        return i, place - self.starts_on_paper[i]

    def nearest_line(self, ticks: int) -> int:
        """Number of the bar whose beginning is nearest to a moment; a moment at the end belongs to the last bar."""
        i, offset = self.at(ticks)
        return min(i + (2 * offset > self.bars[i].length_ticks), len(self.bars) - 1)


def bars_of(song: Song, *, max_bars: int) -> Bars:
    """The bars to the end of the song. Raises InputError where they are more than `max_bars`."""
    found: list[Bar] = []
    paper_ticks = 0
    for start, length, meter in _spans(song):
        if len(found) == max_bars:
            raise InputError(f"a score holds {max_bars:,} bars at most; this song has more")
        found.append(Bar(start, paper_ticks, length, meter, length < meter.bar_ticks))
        paper_ticks += length
    starts, places = zip(*((bar.start_ticks, bar.paper_ticks) for bar in found), strict=True)
    return Bars(tuple(found), starts, places)


def _spans(song: Song) -> Iterator[tuple[int, int, Meter]]:
    """(start in the song, written length, meter) of each bar."""
    song_end = _end_of(song)
    meters = _written_meters(song, song_end)
    ends = [meter.start_ticks for meter in meters[1:]] + [None]
    for meter, until in zip(meters, ends, strict=True):
        start = meter.start_ticks
        while start < (song_end if until is None else until) or start == 0:
            length, step = meter.bar_ticks, step_of(meter)
            if until is not None and start + length > until:
                length = (until - start + step // 2) // step * step
            if length:
                yield start, length, meter
            start += meter.bar_ticks


def _end_of(song: Song) -> int:
    """The moment before which the last bar begins: after all onsets, but what rings on a little does not count."""
    last_onset = max((track.notes[-1].start_ticks for track in song.tracks if track.notes), default=0)
    return max(last_onset + 1, song.end_ticks - _TAIL_TICKS)


def _written_meters(song: Song, song_end: int) -> list[Meter]:
    """The meters that can be written and are in force before the song ends; the first begins at 0."""
    found = [Meter(0, 4, 4)]
    for meter in song.meters:
        is_plain = 1 <= meter.numerator <= MAX_NUMERATOR and 1 <= meter.denominator <= MAX_DENOMINATOR
        if is_plain and meter.denominator & (meter.denominator - 1) == 0:
            if meter.start_ticks <= 0:
                found = [Meter(0, meter.numerator, meter.denominator)]
            elif meter.start_ticks < song_end:
                found.append(meter)
    return found


@lru_cache(maxsize=256)
def groups_of(meter: Meter) -> tuple[int, ...]:
    """The lengths in ticks of the groups of beats that a reader counts a bar in: two of 720 in 6/8, 3 + 2 in 5/4."""
    unit, n = WHOLE // meter.denominator, meter.numerator
    if meter.denominator <= 2:
        return (unit,) * n
    if n % 3 == 0:
        sizes: Sequence[int] = [3] * (n // 3)
    elif n % 2 == 0:
        sizes = [2] * (n // 2)
    else:
        sizes = [3, 2] if n == 5 else [2] * (n // 2 - 1) + [3] if n > 1 else [1]
    return tuple(size * unit for size in sizes)


def is_compound(meter: Meter) -> bool:
    """Whether its beats are dotted: 6/8, 9/8, 12/8, and 3/8 as one beat."""
    return meter.denominator >= 8 and meter.numerator % 3 == 0
