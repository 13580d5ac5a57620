"""The waveform of a SoundFont's zone at a key: interpolated, low-passed and shaped by the volume envelope.

Source: SoundFont 2.04 section 8.1 (envelope, tuning).
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from aoede.formats.soundfont import SoundFont, Zone
from aoede.mastering import Samples

N_PHASES = 1024  # interpolation kernels between two samples


def step_of(zone: Zone, key: int, rate_hz: float) -> float:
    """How far to go in the sample for one sample of output."""
    cents = (key - zone.root_key) * zone.cents_per_key + zone.tune_cents
    return float(zone.rate_hz / rate_hz * 2.0 ** (min(cents, 12_000) / 1200))


def hold_and_decay_s(zone: Zone, key: int) -> tuple[float, float]:
    """Both may shorten up the keyboard (8.1.3, numbers 39 and 40)."""
    return (
        zone.hold_s * 2.0 ** (zone.hold_cents_by_key * (60 - key) / 1200),
        zone.decay_s * 2.0 ** (zone.decay_cents_by_key * (60 - key) / 1200),
    )


class Wave:
    """Interpolated by windowed-sinc kernels that hold the zone's low-pass too."""

    def __init__(self, zone: Zone, key: int, font: SoundFont, rate_hz: int) -> None:
        self.zone, self.key, self.rate_hz = zone, key, rate_hz
        self.step = step_of(zone, key, rate_hz)
        self.kernels = _kernels(_grid(zone.cutoff_hz / zone.rate_hz, 6), _grid(max(1.0, self.step), 4))
        self.taps = self.kernels.shape[1]
        self.is_looped = zone.loop_mode != "none"
        self.period = zone.loop_end - zone.loop_start
        self.turns = math.ceil(self.taps / self.period) if self.is_looped else 0
        self.source = self._source(font.samples)

    def _source(self, samples: NDArray[np.int16]) -> Samples:
        """The sample with what comes before and after it; a loop is unrolled past the kernel's width."""
        zone, quiet = self.zone, np.zeros(self.taps, dtype=np.int16)
        if not self.is_looped:
            parts = [quiet, samples[zone.start : zone.end], quiet]
        else:
            loop = samples[zone.loop_start : zone.loop_end]
            unrolled = [loop] * (2 * self.turns + 1)
            parts = [quiet, samples[zone.start : zone.loop_start], *unrolled, loop[: self.taps]]
        return np.concatenate(parts).astype(np.float32) / np.float32(32768)

    def shaped(self, first: int, n: int, bend: float | NDArray[np.float64]) -> Samples:
        """Output samples [first, first + n) with the volume envelope, the key being down."""
        if isinstance(bend, float):
            positions = self.step * 2.0 ** (bend / 12) * np.arange(first, first + n, dtype=np.float64)
        else:
            positions = np.cumsum(self.step * np.exp2(bend / 12))[first : first + n]
        wave = np.empty(n, dtype=np.float32)
        for begin in range(0, n, 1 << 13):
            part = slice(begin, begin + (1 << 13))
            wave[part] = self._at(positions[part])
        wave *= self._envelope(first, n)
        return wave

    def _at(self, positions: NDArray[np.float64]) -> Samples:
        whole = positions.astype(np.int64)
        phase = ((positions - whole) * N_PHASES + 0.5).astype(np.int64)
        if self.is_looped:
            after = whole - (self.zone.loop_end - self.zone.start)
            # A folded position lies a few loops in, where what is left of it is loop as well.
            folded = self.zone.loop_start - self.zone.start + self.turns * self.period + after % self.period
            whole = np.where(after >= 0, folded, whole)
        else:
            whole = np.minimum(whole, self.zone.end - self.zone.start)
        windows = np.lib.stride_tricks.sliding_window_view(self.source, self.taps)
        rows = windows[whole + self.taps // 2 + 1]
        found: Samples = np.einsum("nt,nt->n", rows, self.kernels.take(phase, axis=0))
        return found

    def _envelope(self, first: int, n: int) -> Samples:
        """Delay, linear attack, hold, then a fall that is linear in dB down to the sustain level (8.1.2)."""
        zone = self.zone
        hold_s, decay_s = hold_and_decay_s(zone, self.key)
        t = (np.arange(first, first + n) / self.rate_hz - zone.delay_s).astype(np.float32)
        fall_db = (t - np.float32(zone.attack_s + hold_s)) * np.float32(100 / decay_s)
        envelope: Samples = np.exp(np.clip(fall_db, 0, zone.sustain_db) * np.float32(-math.log(10) / 20))
        rising = max(0, math.ceil((zone.delay_s + zone.attack_s) * self.rate_hz) - first)
        envelope[:rising] = np.clip(t[:rising] / np.float32(zone.attack_s), 0, 1)
        return envelope


def _grid(value: float, steps_an_octave: int) -> int:
    return round(math.log2(value) * steps_an_octave)


@lru_cache(maxsize=128)
def _kernels(cutoff_sixths: int, step_quarters: int) -> Samples:
    """Interpolation kernels, (N_PHASES + 1, n_taps): row p interpolates p / N_PHASES of a sample further on.

    Their response is that of a second-order Butterworth low-pass at 2^(cutoff_sixths / 6) of the sample's
    rate, cut off where the output (2^(step_quarters / 4) samples a step) would alias, in a Kaiser window.
    """
    cutoff, limit = 2.0 ** (cutoff_sixths / 6), 0.47 / 2.0 ** (step_quarters / 4)
    n_taps = 24 if min(cutoff, limit) > 0.1 else 32 if min(cutoff, limit) > 0.04 else 64
    frequency = np.arange(n_taps * N_PHASES + 1) / (2 * n_taps)  # in units of the sample's rate
    response = np.where(frequency < limit, 1 / np.sqrt(1 + (frequency / cutoff) ** 4), 0.0)
    impulse = np.fft.fftshift(np.fft.irfft(response)) * N_PHASES  # at -n_taps .. n_taps, N_PHASES a sample
    centre = n_taps * N_PHASES
    half = n_taps // 2 * N_PHASES
    impulse = impulse[centre - half : centre + half + 1] * np.kaiser(2 * half + 1, 6.0)
    # Tap j of row p weighs the sample at j - (n_taps / 2 - 1), the wanted one being at p / N_PHASES.
    taps = np.arange(n_taps) - (n_taps // 2 - 1)
    places = half + taps[None, :] * N_PHASES - np.arange(N_PHASES + 1)[:, None]
    kernels = impulse[places]
    found: Samples = (kernels / kernels.sum(axis=1, keepdims=True)).astype(np.float32)
    return found
