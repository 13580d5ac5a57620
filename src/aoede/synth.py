"""Song -> samples: a small SoundFont player in NumPy.

Notes become voices (a zone of the SoundFont sounding at a key from one sample to another). Voices of the same
zone and key share one waveform (`waveform.py`), which is added for each of them with its own gain, pan and release.
A convolution reverb and a limiter follow.

Sources: SoundFont 2.04 sections 8.1 (tuning), 8.4 (velocity, volume and expression curves of
40 log10(value / 127) dB); General MIDI 1 (controllers 7, 10, 11, 64, bank of drums, bend of two semitones).
"""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import islice
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.formats.soundfont import Preset, SoundFont, Zone, from_bytes
from aoede.mastering import (
    BLOCK,
    REVERB_S,
    Samples,
    add_reverb,
    apply_gains,
    gain_to,
    level_dbfs,
    limit,
    limiting_gains,
    reverb_hop,
)
from aoede.song import Song, Track
from aoede.waveform import Wave, hold_and_decay_s, step_of

MIX_GAIN = 4.8
DRUM_BANK = 128
BEND_SEMITONES = 2.0
SILENT_DB = 80.0  # a voice this far below its peak is over
TAIL_S = 4.0  # at most this long after the last key is up, and then the reverb
RAMP_S = 0.005  # a controller's step, smoothed
CUT_S = 0.05  # release of a voice that its exclusive class ends
SEGMENT = 20 * 44_100  # samples of one waveform held at a time
MAX_VOICES = 500_000  # of a track
MAX_SECONDS = 1800.0  # of a song
MAX_VOICE_SECONDS = 100_000.0  # of all its notes
NOTHING: Mapping[int, Samples] = MappingProxyType({})

VOLUME, PAN, EXPRESSION, PEDAL, REVERB = 7, 10, 11, 64, 91
CONTROL_DEFAULTS = {VOLUME: 100, PAN: 64, EXPRESSION: 127, REVERB: 40}  # General MIDI 1


@lru_cache(maxsize=1)
def default_soundfont() -> SoundFont:
    """The SoundFont of the package: `presets/sound.sf2`, see `presets/sound.md`."""
    return from_bytes((files("aoede") / "presets" / "sound.sf2").read_bytes(), where="sound.sf2")


def render(
    song: Song,
    *,
    soundfont: SoundFont | None = None,
    given: Mapping[int, Samples] = NOTHING,
    sample_rate_hz: int = 44_100,
    loudness_dbfs: float | None = None,
    max_seconds: float = MAX_SECONDS,
    max_voice_seconds: float = MAX_VOICE_SECONDS,
) -> Samples:
    """The sound of `song`, shape (n_samples, 2), peak below -1 dBFS, the same for the same arguments.

    The level follows velocities and controllers; with `loudness_dbfs` the whole is brought to that gated RMS
    level (-17 is about -15 LUFS). A program that the SoundFont lacks is played by the nearest one of its
    General MIDI family, else by the piano. `given` are sounds, (n,) from the beginning of the song, that are heard in
    place of the tracks of these numbers: where these stand in the room, and as loud. Raises InputError where the song
    lasts longer than `max_seconds` or its notes together sound longer than `max_voice_seconds`.
    """
    parts, n = _parts_of(song, soundfont, given, sample_rate_hz, max_seconds, max_voice_seconds)
    stereo = _played(parts, n, sample_rate_hz)
    if loudness_dbfs is not None:
        stereo *= gain_to(loudness_dbfs, stereo, sample_rate_hz)
    limit(stereo)
    return stereo.T


class Stems:
    """The sound of each track, (n_samples, 2) as `render` has it, in turn: added up they are the same samples.

    Reverb, gain and limiter are those of the whole; so a track alone may pass the peak of the whole a little.
    One stem is held at a time, which costs playing everything twice. Arguments and errors are those of `render`.
    """

    def __init__(
        self,
        song: Song,
        *,
        given: Mapping[int, Samples] = NOTHING,
        sample_rate_hz: int = 44_100,
        loudness_dbfs: float | None = None,
    ) -> None:
        self._rate_hz = sample_rate_hz
        self._parts, self.n_samples = _parts_of(song, None, given, sample_rate_hz)
        whole = _played(self._parts, self.n_samples, sample_rate_hz)
        self._gain = (
            np.float32(1.0) if loudness_dbfs is None else gain_to(loudness_dbfs, whole, sample_rate_hz)
        )
        whole *= self._gain
        self._limiting = limiting_gains(whole)

    def __iter__(self) -> Iterator[Samples]:
        for part in self._parts:
            yield self._stem(part, self.n_samples)

    def beginnings(self, seconds: float) -> list[Samples]:
        """The first samples of each stem, the very same, for so long or some more: sooner there than the whole."""
        hop = reverb_hop(self._rate_hz)
        n = min(self.n_samples, hop * math.ceil(seconds * self._rate_hz / hop))
        whole = self.n_samples  # what a sound that is given is turned to depends on all of it
        return [self._stem(part, n if isinstance(part, _Part) else whole)[:n] for part in self._parts]

    def _stem(self, part: "_Part | _Given", n_samples: int) -> Samples:
        stem = _played([part], n_samples, self._rate_hz)
        stem *= self._gain
        if self._limiting is not None:
            apply_gains(stem, self._limiting)
        return stem.T


def _parts_of(
    song: Song,
    soundfont: SoundFont | None,
    given: Mapping[int, Samples],
    rate_hz: int,
    max_seconds: float = MAX_SECONDS,
    max_voice_seconds: float = MAX_VOICE_SECONDS,
) -> tuple[list["_Part | _Given"], int]:
    """The tracks ready to be played, and how many samples they last together."""
    font = soundfont or default_soundfont()
    _check_length(song.duration_s, max_seconds)
    parts = [_Part(track, song, font, rate_hz) for track in song.tracks]
    voices = [voice for part in parts for voice in part.voices]
    if sum(voice.length for voice in voices) > max_voice_seconds * rate_hz:
        raise InputError("too many long notes to render", hint="Shorten the notes or the pedal.")
    n_samples = _n_samples(song, voices, rate_hz, max_seconds)
    return [_Given(part, given[i]) if i in given else part for i, part in enumerate(parts)], n_samples


def _played(parts: Sequence["_Part | _Given"], n_samples: int, rate_hz: int) -> Samples:
    """(2, n_samples) the parts together, with reverb."""
    mix = np.zeros((3, n_samples), dtype=np.float32)
    for part in parts:
        part.play(mix)
    stereo = mix[:2]
    add_reverb(stereo, mix[2], rate_hz)
    stereo *= np.float32(MIX_GAIN)
    return stereo


def _check_length(seconds: float, max_seconds: float) -> None:
    if not seconds <= max_seconds:
        raise InputError(
            f"the song lasts {seconds / 60:.0f} minutes; at most {max_seconds / 60:.0f} are rendered",
            hint="Shorten it, or check its tempo.",
        )


def _n_samples(song: Song, voices: list["_Voice"], rate_hz: int, max_seconds: float) -> int:
    """A whole number of blocks: to the end of the last voice and of its reverb."""
    last_s = max([song.duration_s, *(voice.off / rate_hz for voice in voices)])
    _check_length(last_s, max_seconds)
    ends_s = max((voice.on + voice.length for voice in voices), default=0) / rate_hz
    tail_s = min(ends_s, last_s + TAIL_S) + REVERB_S if voices else 0.0
    return BLOCK * math.ceil(max(last_s, tail_s) * rate_hz / BLOCK)


@dataclass(slots=True)
class _Voice:
    """A zone sounding from sample `on`; the key is up at `off`; over after `length` samples."""

    zone: Zone
    key: int
    gain: float
    on: int
    off: int
    length: int
    release_s: float


class _Curve:
    """A controller over time: steps at samples, each smoothed into a short ramp."""

    def __init__(self, default: float, steps: Iterable[tuple[int, float]], ramp: int) -> None:
        ordered = list(steps)
        self.at = [at for at, _ in ordered]
        self.values = [default, *(value for _, value in ordered)]
        self.ramp = ramp

    def over(self, first: int, n: int, since: int) -> float | NDArray[np.float64]:
        """Its values over [first, first + n) for a voice since `since`: one number where it does not move."""
        begin = max(bisect_right(self.at, since), bisect_right(self.at, first - self.ramp))
        end = bisect_left(self.at, first + n)
        if begin == end:
            return self.values[begin]
        x = np.repeat(np.array(self.at[begin:end], dtype=np.float64), 2)
        x[1::2] += self.ramp
        y = np.repeat(np.array(self.values[begin : end + 1]), 2)[1:-1]
        ramps: NDArray[np.float64] = np.interp(np.arange(first, first + n), np.maximum.accumulate(x), y)
        return ramps


class _Part:
    """One track: its voices and its controllers."""

    def __init__(self, track: Track, song: Song, font: SoundFont, rate_hz: int) -> None:
        self.font, self.rate_hz = font, rate_hz
        self.controls = {number: self._curve(track, song, number) for number in CONTROL_DEFAULTS}
        bend_at = self._samples(song, [bend.start_ticks for bend in track.bends])
        semitones = [BEND_SEMITONES * bend.value / 8192 for bend in track.bends]
        self.bend = _Curve(0.0, zip(bend_at, semitones, strict=True), round(RAMP_S * rate_hz))
        preset = _preset_for(font, track)
        self.voices = self._voices(track, song, preset) if preset else []

    def _samples(self, song: Song, ticks: list[int]) -> list[int]:
        return [round(seconds * self.rate_hz) for seconds in song.seconds_of(ticks)]

    def _curve(self, track: Track, song: Song, number: int) -> _Curve:
        events = [control for control in track.controls if control.number == number]
        at = self._samples(song, [event.start_ticks for event in events])
        steps = ((where, _level(number, event.value)) for where, event in zip(at, events, strict=True))
        return _Curve(_level(number, CONTROL_DEFAULTS[number]), steps, round(RAMP_S * self.rate_hz))

    def _voices(self, track: Track, song: Song, preset: Preset) -> list[_Voice]:
        on = self._samples(song, [note.start_ticks for note in track.notes])
        off = self._samples(song, _key_up_ticks(track))
        zones_at = {pitch: _zones_at(preset, pitch) for pitch in {note.pitch for note in track.notes}}
        sounding = (
            self._voice(zone, note.pitch, note.velocity, begin, max(begin + 1, end))
            for note, begin, end in zip(track.notes, on, off, strict=True)
            for zone in zones_at[note.pitch]
            if zone.sounds_at(note.pitch, note.velocity)
        )
        voices = list(islice(sounding, MAX_VOICES + 1))
        if len(voices) > MAX_VOICES:
            raise InputError(f"more than {MAX_VOICES:,} notes to render in one track")
        _apply_exclusive_classes(voices)
        for voice in voices:
            voice.length = min(voice.length, voice.off - voice.on + self._release_samples(voice))
        return voices

    def _voice(self, zone: Zone, pitch: int, velocity: int, on: int, off: int) -> _Voice:
        key = pitch if zone.fixed_key is None else zone.fixed_key
        loudness = velocity if zone.fixed_velocity is None else zone.fixed_velocity
        gain = (loudness / 127) ** 2 * 10 ** (-zone.attenuation_db / 20)  # 8.4.1, concave
        return _Voice(zone, key, gain, on, off, self._natural_samples(zone, key), zone.release_s)

    def _natural_samples(self, zone: Zone, key: int) -> int:
        """How long the voice sounds if the key stays down: to the sample's end or the envelope's."""
        lengths_s = [1e6]
        if zone.loop_mode == "none":
            slowest = 2.0 ** (-BEND_SEMITONES / 12)
            lengths_s.append((zone.end - zone.start) / (step_of(zone, key, 1) * slowest))
        if zone.sustain_db >= SILENT_DB:
            hold_s, decay_s = hold_and_decay_s(zone, key)
            lengths_s.append(zone.delay_s + zone.attack_s + hold_s + decay_s * SILENT_DB / 100)
        return math.ceil(min(lengths_s) * self.rate_hz)

    def _release_samples(self, voice: _Voice) -> int:
        return math.ceil(voice.release_s * SILENT_DB / 100 * self.rate_hz)

    def play(self, mix: Samples) -> None:
        """Add the voices to `mix`, (3, n_samples): left, right, reverb send. It may be shorter than they last."""
        n_samples = mix.shape[1]
        alike: dict[tuple[Zone, int, int], list[_Voice]] = defaultdict(list)
        for voice in [voice for voice in self.voices if voice.on < n_samples]:
            is_bent = np.any(self.bend.over(voice.on, voice.length, voice.on))
            alike[voice.zone, voice.key, voice.on if is_bent else -1].append(voice)
        for (zone, key, bent_from), group in alike.items():
            wave = Wave(zone, key, self.font, self.rate_hz)
            longest = max(min(voice.length, n_samples - voice.on) for voice in group)
            bend = self.bend.over(bent_from, longest, bent_from) if bent_from >= 0 else 0.0
            for first in range(0, longest, SEGMENT):
                shaped = wave.shaped(first, min(SEGMENT, longest - first), bend)
                for voice in group:
                    self._add(mix, voice, shaped, first)

    def _add(self, mix: Samples, voice: _Voice, shaped: Samples, first: int) -> None:
        at = voice.on + first
        n = min(len(shaped), voice.length - first, mix.shape[1] - at)
        if n <= 0:
            return
        sound = shaped[:n] * np.float32(voice.gain)
        up = voice.off - at  # the key is up here
        if up < n:
            since = np.arange(max(up, 0), n, dtype=np.float32) - np.float32(up)
            rate = -math.log(10) * 5 / (voice.release_s * self.rate_hz)  # 100 dB is a factor of 10^5
            sound[max(up, 0) :] *= np.exp(since * np.float32(rate))
        now = {number: curve.over(at, n, voice.on) for number, curve in self.controls.items()}
        sound *= _float32(now[VOLUME] * now[EXPRESSION])
        pan = np.clip(now[PAN] + voice.zone.pan, -1.0, 1.0)
        angle = (pan + 1.0) * (math.pi / 4)  # equal power
        send = now[REVERB] + voice.zone.reverb_send
        for channel, gain in zip(mix, (np.cos(angle), np.sin(angle), send), strict=True):
            channel[at : at + n] += sound * _float32(gain)


class _Given:
    """A track whose sound is given: where its own instrument would stand, as loud as that."""

    def __init__(self, part: _Part, samples: Samples) -> None:
        self.part, self.samples = part, samples

    def play(self, mix: Samples) -> None:
        """Add it to `mix`, (3, n_samples): left, right, reverb send."""
        heard = np.zeros_like(mix)
        self.part.play(heard)
        level = level_dbfs(heard[:2] * np.float32(MIX_GAIN), self.part.rate_hz)
        if level is None:
            return
        heard[:] = 0
        self._add(heard)
        mix += heard * gain_to(level, heard[:2] * np.float32(MIX_GAIN), self.part.rate_hz)

    def _add(self, heard: Samples) -> None:
        n = min(len(self.samples), heard.shape[1])
        now = {number: curve.over(0, n, 0) for number, curve in self.part.controls.items()}
        sound = self.samples[:n] * _float32(now[VOLUME] * now[EXPRESSION])
        sends = [voice.zone.reverb_send for voice in self.part.voices]
        angle = (now[PAN] + 1.0) * (math.pi / 4)
        send = now[REVERB] + (sum(sends) / len(sends) if sends else 0.0)
        for channel, gain in zip(heard, (np.cos(angle), np.sin(angle), send), strict=True):
            channel[:n] = sound * _float32(gain)


def _float32(values: float | NDArray[np.float64]) -> np.float32 | Samples:
    found: np.float32 | Samples = np.asarray(values, dtype=np.float32)[()]
    return found


def _level(number: int, value: int) -> float:
    """A controller's value as gain (8.4.4 and 8.4.7: 40 log10 dB), as position -1..1, or as a share."""
    if number == PAN:
        return max(-1.0, (value - 64) / 63)
    return float(value / 127) if number == REVERB else (value / 127) ** 2


def _preset_for(font: SoundFont, track: Track) -> Preset | None:
    """The track's preset, or the nearest of its General MIDI family of eight, or the piano."""
    if track.is_drum:
        return font.presets.get((DRUM_BANK, track.program)) or font.presets.get((DRUM_BANK, 0))
    programs = sorted(program for bank, program in font.presets if bank == 0)
    family = [program for program in programs if program // 8 == track.program // 8]
    nearest = min(family or programs[:1], key=lambda program: abs(program - track.program), default=-1)
    return font.presets.get((0, nearest))


def _zones_at(preset: Preset, pitch: int) -> list[Zone]:
    return [zone for zone in preset.zones if zone.keys[0] <= pitch <= zone.keys[1]]


def _key_up_ticks(track: Track) -> list[int]:
    """When each note is let go: at its end, when the pedal comes up, or when its key is struck again."""
    pedal = [control for control in track.controls if control.number == PEDAL]
    at = [control.start_ticks for control in pedal]
    last = max([track.end_ticks, *at])
    ups = [last] * (len(pedal) + 1)  # from each pedal event on, when the pedal is next up
    for i in range(len(pedal) - 1, -1, -1):
        ups[i] = pedal[i].start_ticks if pedal[i].value < 64 else ups[i + 1]
    struck: dict[int, int] = {}
    found: list[int] = []
    for note in reversed(track.notes):
        i = bisect_right(at, note.end_ticks)
        is_down = i > 0 and pedal[i - 1].value >= 64
        up = ups[i] if is_down else note.end_ticks
        again = struck.get(note.pitch, up)
        found.append(min(up, again) if again > note.start_ticks else up)
        struck[note.pitch] = note.start_ticks
    return found[::-1]


def _apply_exclusive_classes(voices: list[_Voice]) -> None:
    """A voice of an exclusive class is cut when the next one of its class begins (8.1.2, number 57)."""
    onsets: dict[int, list[int]] = defaultdict(list)
    for voice in voices:
        onsets[voice.zone.exclusive_class].append(voice.on)
    for voice in voices:
        following = onsets[voice.zone.exclusive_class]
        i = bisect_right(following, voice.on)
        if voice.zone.exclusive_class and i < len(following) and following[i] < voice.on + voice.length:
            voice.off = min(voice.off, following[i])
            voice.release_s = min(voice.release_s, CUT_S)
