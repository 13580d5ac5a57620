"""Which pitch a sound has: the McLeod pitch method on short windows (McLeod and Wyvill, "A smarter way to find
pitch", 2005), and the median of those that have one.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

WINDOW_S = 0.064  # four periods of the lowest pitch
LOW_HZ, HIGH_HZ = 62.0, 4_500.0
CLEAR = 0.8  # a window whose best peak is lower has no pitch
FIRST_PEAK = 0.9  # of the best: the first peak as high as that is taken
LEAST_SHARE = 0.1  # windows softer than this share of the loudest are not asked
MOST_WINDOWS = 40
FINER = 4


def sounding_pitch(samples: Floats, rate_hz: int) -> float:
    """The MIDI pitch, with a fraction, of a sound with one pitch; NaN where none is heard (below 62 Hz none is)."""
    pitches = window_pitches(samples, rate_hz)
    heard = pitches[np.isfinite(pitches)]
    return float(np.median(heard)) if len(heard) >= max(2, len(pitches) // 4) else float("nan")


def window_pitches(samples: Floats, rate_hz: int) -> NDArray[np.float64]:
    """The pitches of up to 40 windows spread over what is not too soft; NaN for those without."""
    size = int(WINDOW_S * rate_hz)
    n = len(samples) // (size // 2) - 1
    if n < 1:
        return np.zeros(0)
    windows = np.stack([samples[i * (size // 2) :][:size] for i in range(n)]).astype(np.float64)
    windows -= windows.mean(axis=1, keepdims=True)
    loud = np.sqrt(np.square(windows).mean(axis=1))
    asked = np.flatnonzero(loud > max(1e-4, LEAST_SHARE * loud.max()))
    asked = asked[np.linspace(0, len(asked) - 1, min(len(asked), MOST_WINDOWS)).astype(int)]
    return np.array([_pitch(window, rate_hz) for window in windows[asked]])


def _pitch(window: NDArray[np.float64], rate_hz: int) -> float:
    rate_hz *= FINER
    most = min(FINER * len(window) // 2, int(rate_hz / LOW_HZ) + 1)
    least = max(2, int(rate_hz / HIGH_HZ))
    likeness = _likeness(window)[: most + 1]
    inner = likeness[1:-1]
    peaks = np.flatnonzero((inner > likeness[:-2]) & (inner >= likeness[2:]) & (inner > 0)) + 1
    below = np.flatnonzero(likeness < 0)
    peaks = peaks[(peaks >= least) & (peaks > (below[0] if len(below) else most))]
    if not len(peaks) or likeness[peaks].max() < CLEAR:
        return float("nan")
    peak = int(peaks[likeness[peaks] >= FIRST_PEAK * likeness[peaks].max()][0])
    before, here, after = likeness[peak - 1 : peak + 2]
    lag = peak + 0.5 * (before - after) / min(-1e-12, before - 2 * here + after)
    return float(69 + 12 * np.log2(rate_hz / lag / 440))


def _likeness(window: NDArray[np.float64]) -> NDArray[np.float64]:
    """The normalised square difference function, 1 for a window that repeats itself at a lag, by FFT.

    Its lags are quarters of a sample: the highest notes have but seven samples a period.
    """
    n = len(window)
    spectrum = np.fft.rfft(window, 2 * n)
    products = FINER * np.fft.irfft(spectrum * spectrum.conj(), 2 * n * FINER)[: n * FINER]
    squares = np.cumsum(np.square(window))
    total = squares[-1]
    energy = np.concatenate([[2 * total], squares[::-1][1:] + total - squares[:-1]])
    fine = np.interp(np.arange(n * FINER) / FINER, np.arange(n), energy)
    return np.asarray(2 * products / np.maximum(fine, 1e-12))
