"""One meter for a melody that a file writes in several: upbeats, split bars and short last bars are no changes.

A file says an upbeat by a first bar of its own (1/4, then 4/4), splits a bar at a repeat sign (3/4 and 1/4), or ends
in a bar that its upbeat completes. All these have the same bar lines as one meter throughout; other changes have not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from aoede.errors import InputError
from aoede.song import Meter

_SPLIT_BARS = 2  # other bars than the main ones between two of these are a split bar up to this length
Fraction = tuple[int, int]


@dataclass(frozen=True)
class Barring:
    meter: Meter
    shift_ticks: int  # by which everything moves, so that bars begin at 0: what an upbeat lacks of a bar
    is_simplified: bool  # whether bars between the first full one and the last were in another meter


def one_meter(meters: Sequence[Meter], end_ticks: int, where: str = "") -> Barring:
    """The meter in which most of the music up to `end_ticks` stands, if its bar lines fit all of it.

    Raises InputError, naming the bar, for a change to other bar lines.
    """
    spans = _spans(meters, end_ticks)
    lengths: dict[Fraction, int] = {}
    for fraction, begin, end in spans:
        lengths[fraction] = lengths.get(fraction, 0) + end - begin
    main = max(lengths, key=lambda fraction: lengths[fraction])
    bar_ticks = Meter(0, *main).bar_ticks
    is_last = [i == len(spans) - 1 for i in range(len(spans))]
    whole = [
        span
        for span, last in zip(spans, is_last, strict=True)
        if span[0] == main and (last or span[2] - span[1] >= bar_ticks)
    ]
    first = whole[0][1] if whole else 0
    edges = [
        (0, first),
        *((a[2], b[1]) for a, b in pairwise(whole)),
        (whole[-1][2] if whole else 0, end_ticks),
    ]
    for i, (begin, end) in enumerate(edges):
        inside = [span for span in spans if span[1] >= begin and span[2] <= end]
        if begin < end and not _fits(inside, bar_ticks, is_first=i == 0, is_last=i == len(edges) - 1):
            raise _changes(spans, main, begin, end, where)
    shift = -first % bar_ticks
    is_simplified = any(
        fraction != main for fraction, begin, end in spans if first <= begin and end < end_ticks
    )
    return Barring(Meter(0, *main), shift, is_simplified)


def _spans(meters: Sequence[Meter], end_ticks: int) -> list[tuple[Fraction, int, int]]:
    """(meter, begin, end) of each stretch; neighbours in one meter are one where their bar lines agree."""
    spans: list[tuple[Fraction, int, int]] = []
    here = [meter for meter in meters if meter.start_ticks < end_ticks]
    ends = [*(meter.start_ticks for meter in here[1:]), end_ticks]
    for meter, end in zip(here, ends, strict=True):
        fraction = (meter.numerator, meter.denominator)
        if spans and spans[-1][0] == fraction and (meter.start_ticks - spans[-1][1]) % meter.bar_ticks == 0:
            spans[-1] = (fraction, spans[-1][1], end)
        else:
            spans.append((fraction, meter.start_ticks, end))
    return spans


def _fits(
    spans: Sequence[tuple[Fraction, int, int]], bar_ticks: int, *, is_first: bool, is_last: bool
) -> bool:
    """Whether bars of another length leave the bar lines around them where they are."""
    length = sum(end - begin for _, begin, end in spans)
    if (is_first or is_last) and length < bar_ticks:
        return True  # an upbeat, or the last bar
    divides = all(bar_ticks % Meter(0, *fraction).bar_ticks == 0 for fraction, _, _ in spans)
    return (is_last or length % bar_ticks == 0) and (divides or length <= _SPLIT_BARS * bar_ticks)


def _changes(
    spans: Sequence[tuple[Fraction, int, int]], main: Fraction, begin: int, end: int, where: str
) -> InputError:
    """The refusal of what lies between `begin` and `end`."""
    other = next(span for span in spans if span[1] >= begin and span[2] <= end)
    a, b = (main, other[0]) if begin else (other[0], main)
    bar = _bar_of(spans, begin or end)
    longest = max(spans, key=lambda span: span[2] - span[1])
    first, last = _bar_of(spans, longest[1]), _bar_of(spans, longest[2] - 1)
    return InputError(
        f"the melody goes from {a[0]}/{a[1]} to {b[0]}/{b[1]} in bar {bar}",
        where=where,
        hint=f"Give a melody in one meter; a part of it, say bars {first} to {last}, "
        f"in {longest[0][0]}/{longest[0][1]}.",
    )


def _bar_of(spans: Sequence[tuple[Fraction, int, int]], ticks: int) -> int:
    """The number of the bar at `ticks`, the first one 1, as the file counts them."""
    bar = 1
    for fraction, begin, end in spans:
        bar_ticks = Meter(0, *fraction).bar_ticks
        if ticks < end:
            return bar + (ticks - begin) // bar_ticks
        bar += -(-(end - begin) // bar_ticks)
    return bar
