"""Where in their periods the partials of a recorded note are, a hundred times a second.

Each partial, moved down to nothing and smoothed, turns as fast as it is off (complex demodulation). The next one is
looked for as far above it as it lies above the last: the partials of strings lie ever further apart.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.score_frames import HIGHEST, ScoreFrames, Sounding

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

PERIODS, LEAST_S, MOST_S = 4.0, 0.016, 0.064  # of the window: it hears one partial, not what is beside it
SOFT = 0.05  # of a partial's strongest; where it is weaker, it is taken to go on as it did
MOST_CENTS, MOST_APART = 80.0, 0.4  # that a partial may be off, and of the fundamental
FINER = 4  # the spectrum in which it is found first


def partials(samples: Floats, notes: Sequence[Sounding], frames: ScoreFrames, n_partials: int) -> Floats:
    """(n_frames, n_partials, 2) as `ScoreFrames.turns`, of the note told of each frame, as it was recorded."""
    n_frames = frames.n_frames(len(samples))
    pitch = frames.pitches(notes, n_frames)
    found = np.full((n_frames, n_partials, 2), np.nan, np.float32)
    borders = np.flatnonzero(~_same(pitch[1:], pitch[:-1])) + 1
    for first, stop in zip([0, *borders.tolist()], [*borders.tolist(), n_frames], strict=True):
        if first < stop and not np.isnan(pitch[first]):
            hz = 440 * 2 ** ((float(pitch[first]) - 69) / 12)
            found[first:stop] = _of_note(samples, first, stop, hz, frames, n_partials)
    return found


def _same(a: Doubles, b: Doubles) -> NDArray[np.bool_]:
    return np.asarray((a == b) | (np.isnan(a) & np.isnan(b)))


def _of_note(
    samples: Floats, first: int, stop: int, hz: float, frames: ScoreFrames, n_partials: int
) -> Floats:
    """(stop - first, n_partials, 2)."""
    hop, rate_hz = frames.samples_a_frame, frames.rate_hz
    half = round(rate_hz * min(MOST_S, max(LEAST_S, PERIODS / hz)) / 2)
    window = np.hanning(2 * half + 1)
    padded = np.pad(samples.astype(np.float64), (half, half + hop))
    begins = np.arange(first, stop + 1) * hop  # the end of the last frame, too
    windows = np.lib.stride_tricks.sliding_window_view(padded, len(window))[begins] * window
    power = np.square(np.abs(np.fft.rfft(windows, FINER * len(window), axis=1))).mean(axis=0)
    found = np.full((stop - first, n_partials, 2), np.nan)
    below, here = 0.0, hz
    for k in range(n_partials):
        reach = min(here * (2 ** (MOST_CENTS / 1200) - 1), MOST_APART * hz)
        here = rate_hz * _peak(power, (here - reach) / rate_hz, (here + reach) / rate_hz)
        if here > HIGHEST * rate_hz:
            break
        offsets, slope = _followed(windows, begins, here / rate_hz, hz / rate_hz)
        places = begins * (here / rate_hz) + offsets
        found[:, k, 0] = places[:-1] % 1
        found[:, k, 1] = np.diff(places) / hop
        sounding = here + slope * rate_hz
        below, here = sounding, max(sounding + 0.5 * hz, 2 * sounding - below)
    return found.astype(np.float32)


def _peak(power: Doubles, low: float, high: float) -> float:
    """The cycles a sample, between these, at which a spectrum is strongest."""
    n = 2 * (len(power) - 1)
    first, stop = max(1, round(low * n)), min(len(power) - 1, round(high * n) + 1)
    if first >= stop or not power[first:stop].any():
        return (low + high) / 2
    return float(first + int(power[first:stop].argmax())) / n


def _followed(
    windows: Doubles, begins: NDArray[np.int64], cycles: float, apart: float
) -> tuple[Doubles, float]:
    """(n,) cycles by which a partial is ahead of `cycles` a sample in each window's middle; how fast it gets so."""
    n = windows.shape[1]
    turning = windows @ np.exp(-2j * np.pi * cycles * (np.arange(n) - n // 2))
    turning *= np.exp(-2j * np.pi * cycles * begins)
    strength = np.abs(turning)
    heard = np.flatnonzero(strength >= max(1e-9, SOFT * strength.max(initial=0.0)))
    if not len(heard):
        return np.zeros(len(begins)), 0.0
    offsets = np.unwrap(np.angle(turning[heard])) / (2 * np.pi)
    most = min(cycles * (2 ** (MOST_CENTS / 1200) - 1), 0.3 * apart)
    slope = float(np.polyfit(begins[heard], offsets, 1, w=strength[heard])[0]) if len(heard) > 1 else 0.0
    slope = float(np.clip(slope, -most, most))
    rest = np.interp(
        begins, begins[heard], offsets - slope * begins[heard]
    )  # held at both ends, but for the slope
    return np.asarray(rest + slope * begins), slope
