"""Where in its period a recorded note is, sample by sample.

Its fundamental, moved down to nothing and smoothed, turns as fast as the note is out of tune (complex demodulation).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.score_frames import ScoreFrames, Sounding

Floats = NDArray[np.float32]

PERIODS, LEAST_S, MOST_S = 4.0, 0.016, 0.064  # of the window: it hears the fundamental, not what is beside it
SOFT = 0.1  # of a note's strongest; where its fundamental is weaker, it is taken to go on as it did
MOST_CENTS = 80.0  # that a recording may be out of tune


def phases(samples: Floats, notes: Sequence[Sounding], frames: ScoreFrames) -> Floats:
    """(T,) the place in its period, 0 to 1, of the note that is told of each sample; NaN where none has a pitch."""
    n, hop = len(samples), frames.samples_a_frame
    pitch = frames.pitches(notes, frames.n_frames(n))
    found = np.full(n, np.nan, np.float32)
    borders = np.flatnonzero(~_same(pitch[1:], pitch[:-1])) + 1
    for first, stop in zip([0, *borders.tolist()], [*borders.tolist(), len(pitch)], strict=True):
        if first < stop and not np.isnan(pitch[first]):
            part = slice(first * hop, min(n, stop * hop))
            found[part] = _of_note(samples[part].astype(np.float64), float(pitch[first]), frames.rate_hz)
    return found


def _same(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray((a == b) | (np.isnan(a) & np.isnan(b)))


def _of_note(samples: NDArray[np.float64], pitch: float, rate_hz: int) -> NDArray[np.float64]:
    """(m,) of one note all along, 0 to 1."""
    hz = 440 * 2 ** ((pitch - 69) / 12)
    carrier = np.arange(len(samples)) * (hz / rate_hz)
    window = np.hanning(round(rate_hz * min(MOST_S, max(LEAST_S, PERIODS / hz))) | 1)
    turning = _smoothed(samples * np.exp(-2j * np.pi * carrier), window)
    strength = np.abs(turning)
    heard = np.flatnonzero(strength >= max(1e-9, SOFT * strength.max(initial=0.0)))
    if not len(heard):
        return np.asarray(carrier % 1)
    offset = np.unwrap(np.angle(turning[heard])) / (2 * np.pi)
    most = hz * (2 ** (MOST_CENTS / 1200) - 1) / rate_hz
    slope = float(np.clip(np.polyfit(heard, offset, 1)[0] if len(heard) > 1 else 0.0, -most, most))
    places = np.arange(len(samples))
    straight = np.interp(places, heard, offset - slope * heard)  # held at both ends, but for the slope
    return np.asarray((carrier + straight + slope * places) % 1)


def _smoothed(x: NDArray[np.complex128], window: NDArray[np.float64]) -> NDArray[np.complex128]:
    """(m,) the running mean under a window, its middle at each sample; as much of it as lies inside at the ends."""
    n = len(x) + len(window) - 1
    size = 1 << (n - 1).bit_length()
    whole = np.fft.ifft(np.fft.fft(x, size) * np.fft.fft(window, size))[:n]
    begin = len(window) // 2
    return np.asarray(whole[begin : begin + len(x)])
