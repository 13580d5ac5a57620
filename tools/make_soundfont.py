"""Cut `presets/sound.sf2` out of FluidR3_GM: `python tools/make_soundfont.py FluidR3_GM.sf2 OUT.sf2`.

One channel of each stereo pair, one zone every few semitones, a lower rate where the sound allows it. Sounds
that decay get an earlier loop: their fall is taken out of the samples (an envelope of the same slope puts it
back), so that a crossfaded loop of the levelled sound can stand for the rest of it. Sounds that are held keep
their loop, resampled to a whole number of samples. Three velocity layers share each sample and differ in
brightness. Every program is brought to the same loudness and each zone into tune. Same input, same bytes.
"""

import hashlib
import math
import sys
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aoede.formats.files import write_whole
from aoede.formats.soundfont import SAMPLE_GAP, Preset, SoundFont, Zone, read, to_bytes

Sound = NDArray[np.float64]

MAX_BYTES = 8_000_000
NOTICE = (
    "Copyright 2000-2002, 2008 Frank Wen; 2008 Toby Smithe. MIT licence. A subset of Fluid (R3) GM, cut by "
    "tools/make_soundfont.py of Aoede."
)
LAYERS = (((0, 60), 0.5), ((61, 95), 0.75), ((96, 127), 1.0))  # velocities, share of the cutoff
PEAK = 0.97
DRUM_BANK = 128
DRUMS_LOUDER_DB = 2.0
QUICK_FALL_DB = 10.0  # a second; from here on a long loop's own swells would be heard


@dataclass(frozen=True)
class Cut:
    """How a program is cut: at most `seconds` of each sample, a zone every `semitones`, at `rate_hz`."""

    seconds: float
    semitones: int
    rate_hz: int
    decays: bool = False
    cutoff_hz: float | None = None  # of the brightest layer, where it is not to be the source's
    width: float = 0.0  # how far the lowest key sits left and the highest right


CUTS = {
    0: Cut(2.3, 4, 22_050, decays=True, cutoff_hz=9_000.0, width=0.35),
    4: Cut(1.2, 6, 20_000, decays=True, cutoff_hz=8_000.0, width=0.25),
    10: Cut(0.8, 5, 32_000, decays=True, cutoff_hz=14_000.0),
    11: Cut(1.0, 6, 20_000, decays=True, width=0.3),
    24: Cut(1.2, 5, 22_050, decays=True),
    25: Cut(1.1, 5, 26_000, decays=True, cutoff_hz=12_000.0),
    32: Cut(0.9, 6, 16_000, decays=True, cutoff_hz=6_000.0),
    33: Cut(0.9, 5, 16_000, decays=True, cutoff_hz=7_000.0),
    40: Cut(3.0, 6, 22_050, cutoff_hz=10_000.0),
    42: Cut(3.0, 6, 18_000, cutoff_hz=8_000.0),
    46: Cut(0.85, 6, 20_000, decays=True, width=0.3),
    48: Cut(1.5, 6, 20_000, cutoff_hz=9_000.0),
    52: Cut(1.3, 6, 20_000, cutoff_hz=9_000.0),
    56: Cut(3.0, 6, 22_050),
    60: Cut(1.4, 6, 18_000, cutoff_hz=8_000.0),
    68: Cut(3.0, 4, 22_050),
    71: Cut(3.0, 4, 22_050, cutoff_hz=10_000.0),
    73: Cut(3.0, 4, 20_000),
    89: Cut(4.0, 12, 22_050, cutoff_hz=2_000.0),
}

# Drum keys: seconds, rate_hz, pan, loudness in dB below the snare
DRUMS = {
    **dict.fromkeys((35, 36), (0.5, 22_050, 0.0, 1.0)),
    37: (0.5, 32_000, 0.0, 5.0),
    38: (0.6, 32_000, 0.0, 0.0),
    39: (0.4, 32_000, 0.1, 2.0),
    40: (0.6, 32_000, 0.0, 1.0),
    41: (0.8, 16_000, 0.4, 2.0),
    43: (0.8, 16_000, 0.3, 2.0),
    45: (0.8, 16_000, 0.15, 2.0),
    47: (0.8, 16_000, 0.0, 2.0),
    48: (0.8, 16_000, -0.15, 2.0),
    50: (0.8, 16_000, -0.3, 2.0),
    **dict.fromkeys((42, 44), (0.35, 32_000, -0.2, 9.0)),
    46: (1.0, 32_000, -0.2, 7.0),
    49: (2.0, 32_000, -0.4, 3.0),
    51: (1.8, 32_000, 0.35, 9.0),
    53: (1.4, 32_000, 0.35, 8.0),
    54: (0.5, 32_000, 0.2, 8.0),
    56: (0.4, 22_050, 0.2, 8.0),
    57: (1.6, 32_000, 0.4, 4.0),
    **dict.fromkeys((60, 61, 62, 63, 64), (0.4, 22_050, 0.25, 5.0)),
    70: (0.25, 32_000, -0.3, 9.0),
    75: (0.15, 32_000, 0.2, 6.0),
    81: (1.2, 32_000, -0.3, 10.0),
    82: (0.3, 32_000, -0.3, 9.0),
}


@dataclass(frozen=True)
class Cutting:
    """A zone whose positions index its own `sound`, which is at full velocity."""

    zone: Zone
    sound: Sound


def main() -> None:
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    font = read(source)
    programs = {(0, program): cut_program(font, program, cut) for program, cut in CUTS.items()}
    programs = {where: evened(cuttings) for where, cuttings in programs.items()}
    programs[DRUM_BANK, 0] = cut_drums(font)
    gains = equal_loudness(programs)
    for where, cuttings in programs.items():
        n_bytes = 2 * sum(len(cutting.sound) for cutting in cuttings)
        print(
            where,
            font.presets[where].name,
            f"{len(cuttings)} samples {n_bytes:,} bytes {gains[where]:+.1f} dB",
        )
    data = to_bytes(assemble(font, programs, gains))
    if len(data) > MAX_BYTES:
        raise SystemExit(f"{len(data):,} bytes are more than {MAX_BYTES:,}")
    write_whole(target, data, force=True)
    for path in (source, target):
        print(hashlib.sha256(path.read_bytes()).hexdigest(), path.name, f"{path.stat().st_size:,} bytes")


def cut_program(font: SoundFont, program: int, cut: Cut) -> list[Cutting]:
    cuttings: list[Cutting] = []
    for layer in voices_of(font.presets[0, program]):
        kept = thin_out(layer, cut.semitones)
        for zone, keys in zip(kept, key_ranges(kept), strict=True):
            placed = replace(zone, keys=keys, pan=cut.width * (zone.root_key - 64) / 44)
            cuttings.append(in_tune(cut_zone(font, placed, cut)))
    return cuttings


def voices_of(preset: Preset) -> list[list[Zone]]:
    """The loudest velocity layer without the right channels, as lists of zones that follow in key."""
    loudest = [zone for zone in preset.zones if zone.sounds_at(zone.keys[0], 127) and zone.pan <= 0.5]
    softer = {zone.keys: zone.release_s for zone in preset.zones if zone.sounds_at(zone.keys[0], 100)}
    voices: list[list[Zone]] = []
    for zone in sorted(loudest, key=lambda zone: zone.keys):
        release_s = min(2.5, max(0.12, softer.get(zone.keys, zone.release_s)))
        shift = round(zone.tune_cents / 100)  # some roots are given as tuning
        plain = replace(zone, release_s=release_s, root_key=zone.root_key - shift)
        plain = replace(plain, tune_cents=zone.tune_cents - 100 * shift)
        open_voices = [voice for voice in voices if voice[-1].keys[1] < zone.keys[0]]
        if open_voices:
            open_voices[0].append(plain)
        else:
            voices.append([plain])
    return voices


def thin_out(zones: list[Zone], semitones: int) -> list[Zone]:
    ordered = sorted(zones, key=lambda zone: zone.root_key)
    kept = ordered[:1]
    for zone in ordered[1:]:
        if zone.root_key - kept[-1].root_key >= semitones:
            kept.append(zone)
    return kept


def key_ranges(zones: list[Zone]) -> list[tuple[int, int]]:
    """The whole keyboard, each key to the nearest root, rather from below (down is duller, up is squeaky)."""
    roots = [zone.root_key for zone in zones]
    ends = [(a + b) // 2 for a, b in pairwise(roots)] + [127]
    starts = [0, *(end + 1 for end in ends[:-1])]
    return list(zip(starts, ends, strict=True))


def cut_zone(font: SoundFont, zone: Zone, cut: Cut) -> Cutting:
    sound = font.samples[zone.start : zone.end].astype(np.float64) / 32768
    sound *= 10 ** (
        -0.4 * zone.attenuation_db / 20
    )  # the font's maker heard E-mu's chip, which took 0.4 of it
    zone = replace(zone, attenuation_db=0.0, cutoff_hz=cut.cutoff_hz or zone.cutoff_hz)
    keeps_its_loop = zone.loop_end - zone.start <= cut.seconds * zone.rate_hz
    return cut_held(sound, zone, cut) if keeps_its_loop and not cut.decays else cut_early(sound, zone, cut)


def cut_held(sound: Sound, zone: Zone, cut: Cut) -> Cutting:
    """Keep the loop: resampled so that its length is a whole number, its start on a sample."""
    loop_start, loop_end = zone.loop_start - zone.start, zone.loop_end - zone.start
    period = loop_end - loop_start
    new_period = max(32, round(period * cut.rate_hz / zone.rate_hz))
    lead = -loop_start % period
    unrolled = np.concatenate([np.zeros(lead), sound[:loop_start], np.tile(sound[loop_start:loop_end], 6)])
    resampled = resample(unrolled, period, new_period)
    new_start = (lead + loop_start) // period * new_period
    skipped = lead * new_period // period
    loop = resampled[new_start + 2 * new_period : new_start + 3 * new_period]
    kept = np.concatenate([resampled[skipped:new_start], loop, np.tile(loop, 1 + 16 // new_period)[:16]])
    loop_at = new_start - skipped
    return Cutting(
        replace(
            zone,
            start=0,
            end=len(kept),
            loop_start=loop_at,
            loop_end=loop_at + new_period,
            rate_hz=round(zone.rate_hz * new_period / period),
            loop_mode="always",
        ),
        kept,
    )


def cut_early(sound: Sound, zone: Zone, cut: Cut) -> Cutting:
    """Level what follows the attack and loop it; the envelope puts the fall back if the sound decays."""
    natural = resample_rate(as_played(sound, zone, cut.seconds + 1.0), zone.rate_hz, cut.rate_hz)
    n = min(len(natural), round(cut.seconds * cut.rate_hz), fallen_by(natural, cut.rate_hz, 36.0))
    slope_db = fall_db_a_second(natural[n * 7 // 10 : n + cut.rate_hz], cut.rate_hz)
    slope_db = min(60.0, max(1.0, slope_db)) if cut.decays else min(3.0, max(-3.0, slope_db))
    level = natural[:n] * 10 ** (slope_db / 20 * np.arange(n) / cut.rate_hz)
    longest = round((0.9 if slope_db < QUICK_FALL_DB else 0.3) * cut.rate_hz)
    looped, period = crossfade_loop(level, cut.rate_hz, longest)
    kept = np.concatenate([looped, np.tile(looped[n - period :], 1 + 16 // period)[:16]])
    zone = replace(zone, hold_s=2.0**-10, sustain_db=100.0 if cut.decays else 0.0)
    return Cutting(
        replace(
            zone,
            start=0,
            end=len(kept),
            loop_start=n - period,
            loop_end=n,
            rate_hz=cut.rate_hz,
            loop_mode="always",
            decay_s=min(100.0, 100.0 / slope_db) if cut.decays else 1.0,
        ),
        kept,
    )


def as_played(sound: Sound, zone: Zone, seconds: float) -> Sound:
    """The sample with its loop unrolled and under its envelope's hold and decay."""
    n = round(seconds * zone.rate_hz)
    if zone.loop_mode != "none" and len(sound) < n:
        begin, end = zone.loop_start - zone.start, zone.loop_end - zone.start
        sound = np.concatenate([sound[:end], np.tile(sound[begin:end], 1 + (n - end) // (end - begin))])
    t = np.arange(min(n, len(sound))) / zone.rate_hz
    fall_db = np.clip((t - zone.hold_s) * 100 / zone.decay_s, 0, zone.sustain_db)
    return sound[: len(t)] * 10 ** (-fall_db / 20)


def fallen_by(sound: Sound, rate_hz: int, fall_db: float) -> int:
    """The first sample from which on the sound stays `fall_db` below its loudest 50 ms; at least 0.3 s."""
    size = rate_hz // 20
    levels = levels_db(sound, size)
    above = np.nonzero(levels > levels.max() - fall_db)[0]
    return max(round(0.3 * rate_hz), (int(above[-1]) + 1) * size)


def levels_db(sound: Sound, size: int) -> Sound:
    frames = sound[: len(sound) // size * size].reshape(-1, size)
    levels: Sound = 10 * np.log10(np.maximum((frames**2).mean(axis=1), 1e-12))
    return levels


def fall_db_a_second(sound: Sound, rate_hz: int) -> float:
    """Slope of the level, by least squares over frames of 50 ms."""
    levels = levels_db(sound, rate_hz // 20)
    return -float(np.polyfit(np.arange(len(levels)) * 0.05, levels, 1)[0])


def crossfade_loop(sound: Sound, rate_hz: int, longest: int) -> tuple[Sound, int]:
    """`sound` with its end turned into a loop: the same up to a crossfade, and the loop's length in samples.

    The length is that at which the sound most resembles itself, of those up to `longest` or two thirds of it.
    The crossfade keeps the power that two sounds of that likeness have.
    """
    n = len(sound)
    shortest = min(n, longest) // 4
    fade = min(round(0.25 * rate_hz), shortest)  # no longer than the loop, or its start would be faded too
    tail = sound[n - fade :]
    lags = range(shortest, min(longest, n - fade - n // 6))
    earlier = [sound[n - fade - lag : n - lag] for lag in lags]
    likeness = np.array([tail @ part / (np.linalg.norm(part) + 1e-9) for part in earlier])
    best = int(np.argmax(likeness))
    rho = max(0.0, float(likeness[best]) / float(np.linalg.norm(tail) + 1e-9))
    weight = 0.5 - 0.5 * np.cos(np.linspace(0, math.pi, fade))
    power = (1 - weight) ** 2 + weight**2 + 2 * rho * weight * (1 - weight)
    looped = sound.copy()
    looped[n - fade :] = ((1 - weight) * tail + weight * earlier[best]) / np.sqrt(power)
    return looped, lags[best]


def resample_rate(sound: Sound, rate_hz: int, new_rate_hz: int) -> Sound:
    divisor = math.gcd(rate_hz, new_rate_hz)
    n = len(sound) * new_rate_hz // rate_hz
    return resample(
        np.concatenate([sound, np.zeros(rate_hz // 10)]), rate_hz // divisor, new_rate_hz // divisor
    )[:n]


def resample(sound: Sound, size: int, new_size: int) -> Sound:
    """`new_size` samples for every `size`, by cutting the spectrum, tapered below its end."""
    n = -(-len(sound) // size)
    spectrum = np.fft.rfft(np.pad(sound, (0, n * size - len(sound))))
    kept = np.zeros(n * new_size // 2 + 1, dtype=complex)
    common = min(len(kept), len(spectrum))
    kept[:common] = spectrum[:common]
    edge = np.linspace(0, 1, common)
    kept[:common] *= np.cos(np.clip((edge - 0.93) / 0.07, 0, 1) * math.pi / 2) ** 2
    resampled: Sound = np.fft.irfft(kept, n * new_size) * (new_size / size)
    return resampled


def in_tune(cutting: Cutting) -> Cutting:
    """Set the tuning so that the sample, as measured, sounds its root key in equal temperament."""
    zone = cutting.zone
    wanted_hz = 440.0 * 2 ** ((zone.root_key - 69) / 12)
    found = cents_off(steady(cutting, 1.5), zone.rate_hz, wanted_hz / 2 ** (zone.tune_cents / 1200))
    return Cutting(replace(zone, tune_cents=zone.tune_cents - round(found)), cutting.sound)


def steady(cutting: Cutting, seconds: float) -> Sound:
    """The sound played on for some time after its attack."""
    zone = cutting.zone
    loop = cutting.sound[zone.loop_start : zone.loop_end]
    n = round((seconds + 0.1) * zone.rate_hz)
    long = np.concatenate([cutting.sound[: zone.loop_end], np.tile(loop, 1 + n // len(loop))])
    return long[n - round(seconds * zone.rate_hz) : n]


def cents_off(sound: Sound, rate_hz: int, pitch_hz: float) -> float:
    """How far the first harmonics lie above those of `pitch_hz`, weighted by their power.

    Each is the centre of gravity of its peak, so that a vibrato counts with its mean.
    """
    size = 1 << 18
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), size)) ** 2
    found: list[tuple[float, float]] = []
    for harmonic in range(1, 5):
        centre = harmonic * pitch_hz * size / rate_hz
        if centre * 1.1 >= len(power):
            break
        top = round(centre * 2 ** (-60 / 1200)) + int(np.argmax(_around(power, centre, 60)))
        peak = _around(power, top, 70)
        middle = round(top * 2 ** (-70 / 1200)) + float(peak @ np.arange(len(peak)) / peak.sum())
        found.append((1200 * math.log2(middle / centre), float(peak.sum())))
    cents, weights = np.array(found).T
    return float(cents @ weights / weights.sum())


def _around(power: Sound, centre: float, cents: float) -> Sound:
    return power[round(centre * 2 ** (-cents / 1200)) : round(centre * 2 ** (cents / 1200)) + 1]


def cut_drums(font: SoundFont) -> list[Cutting]:
    cuttings: list[Cutting] = []
    for key, (seconds, rate_hz, pan, _) in DRUMS.items():
        zones = [
            zone for zone in font.presets[DRUM_BANK, 0].zones if zone.sounds_at(key, 127) and zone.pan <= 0
        ]
        zone = zones[0]
        if cuttings and cuttings[-1].zone.keys[1] == key - 1 and zone.keys[0] < key:
            last = cuttings.pop()
            cuttings.append(Cutting(replace(last.zone, keys=(last.zone.keys[0], key)), last.sound))
        else:
            cuttings.append(cut_drum(font, replace(zone, keys=(key, key), pan=pan), seconds, rate_hz))
    snare_db = next(loudness_db(cutting) for cutting in cuttings if cutting.zone.keys[1] == 38)
    return [louder(c, snare_db - DRUMS[c.zone.keys[1]][3] - loudness_db(c)) for c in cuttings]


def cut_drum(font: SoundFont, zone: Zone, seconds: float, rate_hz: int) -> Cutting:
    """One stroke, let ring, faded out over its last third; the key being up does not stop it."""
    sound = font.samples[zone.start : zone.end].astype(np.float64) / 32768
    sound = as_played(sound, replace(zone, sustain_db=min(zone.sustain_db, 100.0)), seconds)
    sound = resample_rate(sound, zone.rate_hz, rate_hz) * 10 ** (-0.4 * zone.attenuation_db / 20)
    third = len(sound) // 3
    sound[-third:] *= np.cos(np.linspace(0, math.pi / 2, third)) ** 2
    return Cutting(
        replace(
            zone,
            start=0,
            end=len(sound),
            loop_start=0,
            loop_end=len(sound),
            loop_mode="none",
            rate_hz=rate_hz,
            hold_s=2.0**-10,
            decay_s=2.0**-10,
            sustain_db=0.0,
            release_s=4.0,
            attenuation_db=0.0,
            cutoff_hz=min(zone.cutoff_hz, 15_000.0),
        ),
        sound,
    )


def evened(cuttings: list[Cutting]) -> list[Cutting]:
    """Keys of one program brought most of the way to the same loudness."""
    levels = [loudness_db(cutting) for cutting in cuttings]
    usual = float(np.median(levels))
    return [
        louder(c, min(9.0, max(-9.0, 0.7 * (usual - db)))) for c, db in zip(cuttings, levels, strict=True)
    ]


def louder(cutting: Cutting, gain_db: float) -> Cutting:
    return Cutting(cutting.zone, cutting.sound * 10 ** (gain_db / 20))


def equal_loudness(programs: dict[tuple[int, int], list[Cutting]]) -> dict[tuple[int, int], float]:
    """Gains in dB that make all programs as loud as each other and the highest peak `PEAK`."""
    wanted = {where: -program_loudness_db(where, cuttings) for where, cuttings in programs.items()}
    peaks = {
        where: max(float(np.abs(c.sound).max()) for c in cuttings) for where, cuttings in programs.items()
    }
    room_db = min(20 * math.log10(PEAK / peaks[where]) - gain for where, gain in wanted.items())
    return {where: gain + room_db for where, gain in wanted.items()}


def program_loudness_db(where: tuple[int, int], cuttings: list[Cutting]) -> float:
    """The median over the middle keys; of a kit, that of the snare less what it is to stand out."""
    if where[0] == DRUM_BANK:
        return next(loudness_db(c) for c in cuttings if c.zone.keys[1] == 38) - DRUMS_LOUDER_DB
    n_voices = len(cuttings) / len({c.zone.keys for c in cuttings})
    middle = [loudness_db(c) for c in cuttings if 36 <= c.zone.root_key <= 84]
    return float(np.median(middle)) + 10 * math.log10(n_voices)


def loudness_db(cutting: Cutting) -> float:
    """The loudest 0.2 s as it sounds, lows (below 150 Hz) weighing less, as they do to the ear."""
    zone = cutting.zone
    t = np.arange(len(cutting.sound)) / zone.rate_hz
    sound = cutting.sound * 10 ** (-np.clip(t * 100 / zone.decay_s, 0, zone.sustain_db) / 20)
    frequency = np.fft.rfftfreq(len(sound), 1 / zone.rate_hz)
    weight = frequency / np.hypot(frequency, 150.0) / np.sqrt(1 + (frequency / zone.cutoff_hz) ** 4)
    weighted = np.fft.irfft(np.fft.rfft(sound) * weight, len(sound))
    return float(levels_db(weighted, min(len(sound), zone.rate_hz // 5)).max())


def assemble(
    font: SoundFont, programs: dict[tuple[int, int], list[Cutting]], gains: dict[tuple[int, int], float]
) -> SoundFont:
    """All sounds in one array, each followed by the gap that the format asks for."""
    sounds: list[NDArray[np.int16]] = []
    presets: dict[tuple[int, int], Preset] = {}
    at = 0
    for where, cuttings in programs.items():
        zones: list[Zone] = []
        for cutting in cuttings:
            scaled = np.rint(cutting.sound * 10 ** (gains[where] / 20) * 32767).astype(np.int16)
            sounds += [scaled, np.zeros(SAMPLE_GAP, dtype=np.int16)]
            zones += layers_of(cutting.zone, at)
            at += len(scaled) + SAMPLE_GAP
        presets[where] = Preset(font.presets[where].name, tuple(zones))
    return SoundFont("Aoede songwriting set", NOTICE, np.concatenate(sounds), presets)


def layers_of(zone: Zone, at: int) -> list[Zone]:
    return [
        replace(
            zone,
            velocities=velocities,
            cutoff_hz=share * zone.cutoff_hz,
            start=at + zone.start,
            end=at + zone.end,
            loop_start=at + zone.loop_start,
            loop_end=at + zone.loop_end,
            reverb_send=0.0,
        )
        for velocities, share in LAYERS
    ]


if __name__ == "__main__":
    main()
