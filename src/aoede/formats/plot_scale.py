"""Where things stand in a plot: ranges that one spike does not stretch, round ticks, thinned points, names."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LARGEST = 1e100  # values are brought into this range, so that no difference overflows
TRIMMED_SHARE = 0.02  # of the values of a curve, at each end, do not shape the range by themselves,
FAR = 2.0  # unless they lie within so many spans of the others
PAD = 0.06  # of the span is left free above and below
FROM_ZERO = 0.2  # a range whose low end is below this share of its high end begins at zero
CONSTANT = 1e-9  # a span that is smaller than this share of the values is none
MAX_DECIMALS = 6


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` on pixels from `start_px` to `end_px`."""

    low: float
    high: float
    start_px: float
    end_px: float

    def px(self, values: Floats) -> Floats:
        """Pixels of values (N,); NaN stays NaN, and what lies far outside is brought near the edge."""
        share = np.clip((values - self.low) / (self.high - self.low), -2.0, 3.0)
        return np.asarray(self.start_px + share * (self.end_px - self.start_px))

    def one_px(self, value: float) -> float:
        """The pixel of a value, on the edge for one that lies outside."""
        share = (value - self.low) / (self.high - self.low)
        return self.start_px + min(1.0, max(0.0, share)) * (self.end_px - self.start_px)


@dataclass(frozen=True)
class Axis:
    """A scale with its ticks."""

    scale: Scale
    ticks: list[float]
    tick_step: float
    is_whole: bool  # all values on it are whole numbers

    def said(self, value: float) -> str:
        """A value between the ticks as text."""
        return number(value, 1.0) if self.is_whole else number(value, self.tick_step, n_more=1)


def robust_range(curves: Sequence[Floats]) -> tuple[float, float]:
    """The range (low, high) of values worth seeing in `curves` of finite values, each (N,).

    Where a few values of a curve lie far from all others, they are left outside. Without any value, (0, 1).
    """
    sorted_curves = [np.sort(curve) for curve in curves if len(curve)]
    if not sorted_curves:
        return 0.0, 1.0
    trimmed = [_trimmed(curve) for curve in sorted_curves]
    low, high = min(c[0] for c in trimmed), max(c[-1] for c in trimmed)
    everything = np.concatenate(sorted_curves)
    reach = FAR * (high - low)
    if high - low > CONSTANT * max(abs(low), abs(high)):
        everything = everything[(everything >= low - reach) & (everything <= high + reach)]
    return float(everything.min()), float(everything.max())


def _trimmed(ordered: Floats) -> Floats:
    n_off = max(1, int(TRIMMED_SHARE * len(ordered))) if len(ordered) >= 5 else 0
    return ordered[n_off : len(ordered) - n_off]


def padded(low: float, high: float) -> tuple[float, float]:
    """A little more than the range; from or to zero where that is near; something around a single value."""
    size = max(abs(low), abs(high))
    if high - low <= CONSTANT * size or size == 0:
        room = 0.1 * size or 1.0
        return low - room, high + room
    room = PAD * (high - low)
    from_zero = 0 <= low < FROM_ZERO * high
    to_zero = 0 >= high > FROM_ZERO * low
    return 0.0 if from_zero else low - room, 0.0 if to_zero else high + room


def ticks(low: float, high: float, n_at_most: int, *, whole: bool = False) -> tuple[list[float], float]:
    """Multiples of 1, 2 or 5 times a power of ten inside the range, as many as allowed, and their distance.

    With `whole`, the distance is a whole number. Otherwise there are at least two where five are allowed.
    """
    exponent = math.floor(math.log10((high - low) / n_at_most)) - 1
    powers = range(max(0, exponent) if whole else exponent, 400)
    for step in (factor * 10.0**power for power in powers for factor in (1, 2, 5)):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < n_at_most:
            break
    return [i * step for i in range(first, last + 1)], step


def number(value: float, step: float, *, n_more: int = 0) -> str:
    """`value` as exact as ticks at distance `step` need it, with `n_more` further digits."""
    exponent = math.floor(math.log10(step) + 1e-9)
    size = math.floor(math.log10(abs(value))) if value else exponent
    decimals = max(0, n_more - exponent)
    if size >= 9 or decimals > MAX_DECIMALS + n_more:
        text = f"{value:.{min(MAX_DECIMALS, max(0, size - exponent + n_more))}e}"
        mantissa, power = text.split("e")
        text = f"{mantissa}e{int(power)}" if value else "0"
    else:
        text = f"{value:,.{decimals}f}"
    return "0" if not text.strip("-0.,") else text.replace("-", "−")


def rounded(value: float) -> str:
    """`value` with three digits that count."""
    return number(value, 10.0 ** (math.floor(math.log10(abs(value))) - 2)) if value else "0"


def tidied(steps: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Points in order of their step; an infinite value becomes a gap (NaN), a huge one merely large."""
    order = np.argsort(steps, kind="stable")
    y = np.where(np.isfinite(values), values, np.nan)[order]
    y[np.abs(y) < 1 / LARGEST] = 0.0
    return steps[order], np.clip(y, -LARGEST, LARGEST)


def thinned(x: Floats, y: Floats, bin_px: float) -> tuple[Floats, Floats]:
    """The same outline with few points: first, lowest, highest and last of each stretch of about `bin_px`.

    `x` is in pixels and ascends; gaps (NaN in y) stay gaps.
    """
    starts, ends = _bins(x, y, bin_px)
    if not len(starts):
        return x[:0], y[:0]
    shown = np.isfinite(y[starts])
    middle = (x[starts] + x[ends]) / 2
    lowest, highest = np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)
    thin_x = np.stack([x[starts], middle, middle, x[ends]], axis=1)
    thin_y = np.stack([y[starts], lowest, highest, y[ends]], axis=1)
    thin_y[~shown] = np.nan
    return thin_x.ravel(), thin_y.ravel()


def averaged(x: Floats, y: Floats, bin_px: float) -> tuple[Floats, Floats]:
    """The mean point of each stretch of about `bin_px`; gaps stay gaps."""
    starts, ends = _bins(x, y, bin_px)
    if not len(starts):
        return x[:0], y[:0]
    n_points = ends - starts + 1
    return np.add.reduceat(x, starts) / n_points, np.add.reduceat(y, starts) / n_points


def _bins(x: Floats, y: Floats, bin_px: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last index of each run of points in the same bin on the same side of a gap.

    The bins are a little wider than asked for, so that the last one is as wide as all others.
    """
    if not len(x):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    n_bins = max(1, int((x[-1] - x[0]) / bin_px))
    share = (x - x[0]) / max(x[-1] - x[0], bin_px)
    is_new = np.diff(np.minimum(np.floor(share * n_bins), n_bins - 1)) != 0
    is_new |= np.diff(np.isnan(y)) != 0
    starts = np.concatenate([[0], np.flatnonzero(is_new) + 1])
    return starts, np.concatenate([starts[1:], [len(x)]]) - 1


def pieces(x: Floats, y: Floats) -> list[list[tuple[float, float]]]:
    """The points between the gaps, as runs of (x, y)."""
    shown = np.concatenate([[False], np.isfinite(y), [False]])
    edges = np.flatnonzero(np.diff(shown))
    points = list(zip(x.tolist(), y.tolist(), strict=True))
    return [points[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Ascending places at least `gap` apart inside [low, high], together nearest to the wanted ascending ones.

    Least squares with an order to keep: neighbours that are too close share their mean.
    """
    groups: list[tuple[float, int]] = []  # (mean of wanted - i gap, members)
    for i, place in enumerate(wanted):
        mean, n_members = place - i * gap, 1
        while groups and groups[-1][0] > mean:
            other, n_others = groups.pop()
            mean = (mean * n_members + other * n_others) / (n_members + n_others)
            n_members += n_others
        groups.append((mean, n_members))
    means = [mean for mean, n_members in groups for _ in range(n_members)]
    room = max(low, high - gap * (len(wanted) - 1))
    return [min(max(mean, low), room) + i * gap for i, mean in enumerate(means)]
