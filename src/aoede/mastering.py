"""The last steps of a rendering: a room around the voices, one loudness, no peak too high."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from aoede.randomness import stream

Samples = NDArray[np.float32]

PEAK = 0.88  # -1.1 dBFS
REVERB_GAIN = 0.3
REVERB_S = 1.6
BLOCK = 64  # samples; the lengths below are whole numbers of it


@lru_cache(maxsize=4)
def _room(rate_hz: int) -> Samples:
    """The impulse response of a small hall, (2, n): decaying noise, high bands dying first.

    Reverberation times by octave band after Beranek's mid-sized halls, shortened to suit songs.
    """
    n = round(REVERB_S * rate_hz)
    t = np.arange(n) / rate_hz
    frequency = np.fft.rfftfreq(n, 1 / rate_hz)
    octave = np.log2(np.maximum(frequency, 1.0) / 250.0)
    room = np.zeros((2, n))
    for channel, sound in enumerate(room):
        noise = np.fft.rfft(stream(0, "reverb", channel).standard_normal(n))
        for band, decay_s in enumerate((1.4, 1.4, 1.3, 1.1, 0.8, 0.5)):
            weight = np.cos(np.clip(octave - band, -1, 1) * (math.pi / 2)) ** 2
            sound += np.fft.irfft(noise * weight, n) * 10 ** (-3 * t / decay_s)
    room *= np.clip((t - 0.012) / 0.01, 0, 1)  # it answers after 12 ms
    scaled: Samples = (room * (REVERB_GAIN / np.sqrt((room**2).sum(axis=1, keepdims=True)))).astype(
        np.float32
    )
    return scaled


def reverb_hop(rate_hz: int) -> int:
    """How many samples `add_reverb` takes at a time: whole times of them sound the same, whatever follows."""
    n = round(REVERB_S * rate_hz)
    return int((1 << (2 * n).bit_length()) - n)


def add_reverb(stereo: Samples, send: Samples, rate_hz: int) -> None:
    """Add `send` (n,) convolved with the room to `stereo` (2, n), by overlap and add."""
    if not send.any():
        return
    room = _room(rate_hz)
    hop = reverb_hop(rate_hz)
    size = hop + room.shape[1]
    spectra = np.fft.rfft(room, size)
    for begin in range(0, len(send), hop):
        block = send[begin : begin + hop]
        wet = np.fft.irfft(np.fft.rfft(block, size) * spectra, size)
        end = min(len(send), begin + size)
        stereo[:, begin:end] += wet[:, : end - begin]


def gain_to(loudness_dbfs: float, stereo: Samples, rate_hz: int) -> np.float32:
    """The gain, within +-30 dB, that brings the gated level to `loudness_dbfs`; 1 for silence."""
    level = level_dbfs(stereo, rate_hz)
    if level is None:
        return np.float32(1.0)
    return np.float32(10 ** (min(30.0, max(-30.0, loudness_dbfs - level)) / 20))


def level_dbfs(stereo: Samples, rate_hz: int) -> float | None:
    """The gated level of (2, n); None for silence.

    Gating as in ITU-R BS.1770-5: blocks of 0.4 s, those below -70 dBFS, then those 10 dB below the mean, left
    out; without its frequency weighting.
    """
    size = round(0.4 * rate_hz)
    n_blocks = stereo.shape[1] // size
    power = np.square(stereo[:, : n_blocks * size]).reshape(2, n_blocks, size).mean(axis=(0, 2))
    power = power[power > 1e-7]
    return 10 * math.log10(power[power >= power.mean() / 10].mean()) if power.size else None


def limit(stereo: Samples) -> None:
    """Turn (2, n) down where it would pass `PEAK`; the gain moves over about 20 ms on both sides."""
    gains = limiting_gains(stereo)
    if gains is not None:
        apply_gains(stereo, gains)
        np.clip(stereo, -PEAK, PEAK, out=stereo)


def limiting_gains(stereo: Samples) -> NDArray[np.float64] | None:
    """(n / BLOCK,) the gain of each block that `limit` gives (2, n), or None where nothing passes `PEAK`."""
    blocks = stereo.reshape(2, -1, BLOCK)
    if not blocks.size:
        return None
    peaks = np.maximum(blocks.max(axis=(0, 2)), -blocks.min(axis=(0, 2)))
    wanted = np.minimum(1.0, PEAK / np.maximum(peaks, 1e-9))
    if wanted.min() == 1.0:
        return None
    reach = 14  # blocks
    least = _windows(wanted, reach).min(axis=1)
    smooth: NDArray[np.float64] = _windows(least, reach // 2).mean(axis=1)
    return smooth


def apply_gains(stereo: Samples, gains: NDArray[np.float64]) -> None:
    """Multiply (2, n) by the gains of its blocks (n / BLOCK,), going straight from each middle to the next."""
    centres = np.arange(len(gains)) * BLOCK + BLOCK / 2
    for begin in range(0, stereo.shape[1], 1 << 20):
        part = stereo[:, begin : begin + (1 << 20)]
        part *= np.interp(np.arange(begin, begin + part.shape[1]), centres, gains).astype(np.float32)


def _windows(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """For each value itself with `reach` neighbours on both sides."""
    return np.lib.stride_tricks.sliding_window_view(np.pad(values, reach, mode="edge"), 2 * reach + 1)
