"""A sound at another rate, by a windowed sinc for each phase between the samples (Smith and Gossett 1984)."""

from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float32]

N_CROSSINGS = 16  # of zero on each side of the kernel
BETA = 9.0  # of its Kaiser window: what is folded back lies 90 dB lower
PASSED = 0.94  # share of the lower half-rate where the kernel begins to fall
MOST_PHASES = 1000  # a ratio is rounded to so fine a fraction: to a millionth
VALUES_AT_ONCE = 1 << 21


def resampled(samples: Floats, from_hz: int, to_hz: int) -> Floats:
    """(n,) samples taken at `from_hz`, as taken at `to_hz`: (n to_hz / from_hz,), rounded up."""
    return stretched(samples, Fraction(to_hz, from_hz))


def stretched(samples: Floats, ratio: Fraction | float) -> Floats:
    """`ratio` times as many samples of the same sound; nothing above the lower half-rate stays."""
    share = Fraction(ratio).limit_denominator(MOST_PHASES)
    if share.numerator > MOST_PHASES:
        share = 1 / (1 / share).limit_denominator(MOST_PHASES)
    if share == 1 or not len(samples):
        return np.asarray(samples, np.float32)
    kernels = _kernels(share.numerator, share.denominator)
    n_taps = kernels.shape[1]
    n_out = -(-len(samples) * share.numerator // share.denominator)
    padded = np.pad(np.asarray(samples, np.float32), (n_taps // 2, n_taps))
    windows = sliding_window_view(padded, n_taps)
    found = np.empty(n_out, np.float32)
    step = max(1, VALUES_AT_ONCE // n_taps)
    for begin in range(0, n_out, step):
        places = np.arange(begin, min(n_out, begin + step)) * share.denominator
        at, phase = places // share.numerator, places % share.numerator
        found[begin : begin + step] = np.einsum("ij,ij->i", windows[at], kernels[phase])
    return found


@lru_cache(maxsize=16)
def _kernels(up: int, down: int) -> Floats:
    """(up, n_taps) the weights of the samples around a place, for each phase between two of them."""
    cutoff = PASSED * min(1.0, up / down)
    half = int(np.ceil(N_CROSSINGS / cutoff))
    at = np.arange(-half, half + 1)[None, :] - np.arange(up)[:, None] / up
    inside = np.clip(1 - (at / (half + 1)) ** 2, 0, None)
    kernels = cutoff * np.sinc(cutoff * at) * np.i0(BETA * np.sqrt(inside)) / np.i0(BETA)
    kernels /= kernels.sum(axis=1, keepdims=True)
    return np.asarray(kernels, np.float32)
