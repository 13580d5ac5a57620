"""More clips of those that there are: moved in pitch, and single notes spliced into phrases.

A library of single notes becomes as many phrases as one likes, whose scores are exact.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.score_frames import Sounding
from aoede.errors import InputError
from aoede.learning.clips import Clip
from aoede.learning.resampling import stretched

Floats = NDArray[np.float32]

MOST_SEMITONES = 12.0
FADE_IN_S, FADE_OUT_S = 0.003, 0.03  # where notes are cut
NOTE_S = (0.12, 1.2)  # shortest and longest note of a phrase, as far as the recordings go
REST_SHARE, REST_S = 0.15, (0.05, 0.4)  # how often silence follows a note, and for how long
LEGATO_SHARE = 0.3  # of the notes begin while the one before fades
NEAR_SEMITONES = 5.0  # the next note lies about so near
GAINS_DB = (-9.0, 0.0)  # of the notes; their velocity is told with it
DB_A_VELOCITY = 0.24  # 127 to 64 is 15 dB
PEAK = 0.95
LOW, HIGH = 0.0, 127.0  # pitches that there are


def moved(clip: Clip, semitones: float) -> Clip:
    """The clip played faster by so many semitones: higher and shorter, as are its notes.

    Raises InputError for more than an octave.
    """
    if not abs(semitones) <= MOST_SEMITONES:
        raise InputError(f"a sound is moved by {MOST_SEMITONES:g} semitones at most, not {semitones:g}")
    if not semitones:
        return clip
    ratio = 2 ** (-semitones / 12)
    notes = [
        note._replace(pitch=note.pitch + semitones, onset_s=note.onset_s * ratio, end_s=note.end_s * ratio)
        for note in clip.notes
        if LOW <= note.pitch + semitones <= HIGH
    ]
    sound = np.clip(stretched(clip.samples, ratio), -1.0, 1.0)
    return replace(clip, samples=sound, notes=tuple(notes))


def phrase(singles: Sequence[Clip], rng: np.random.Generator, rate_hz: int, seconds: float) -> Clip:
    """About so many seconds of a line, spliced of clips of one note each that have one label together.

    Notes follow one another near in pitch, some bound, some after a rest; each fades where the next begins.
    The label is that of the first note drawn. Raises InputError where no clip has just one note.
    """
    every = [clip for clip in singles if len(clip.notes) == 1]
    if not every:
        raise InputError("phrases are spliced of clips of one note, and there is none")
    first = every[int(rng.integers(len(every)))]
    same = [clip for clip in every if clip.label == first.label]
    n = round(seconds * rate_hz)
    sound, notes, at_s, clip = np.zeros(n, np.float32), list[Sounding](), 0.0, first
    while at_s < seconds - NOTE_S[0]:
        found = _note(clip, rng, rate_hz)
        note = _placed(sound, *found, at_s, rate_hz)
        notes.append(note)
        at_s = note.end_s + _pause_s(rng)
        clip = _next(same, clip.notes[0].pitch, rng)
    peak = float(np.abs(sound).max(initial=0.0))
    if peak > PEAK:
        sound *= np.float32(PEAK / peak)
    return Clip("phrase", sound, first.label, tuple(notes))


def _next(clips: Sequence[Clip], pitch: float, rng: np.random.Generator) -> Clip:
    """One of the clips, the likelier the nearer its pitch, the same note seldom again."""
    pitches = np.array([clip.notes[0].pitch for clip in clips])
    weights = np.exp(-np.abs(pitches - pitch) / NEAR_SEMITONES) * np.where(pitches == pitch, 0.25, 1.0) + 1e-3
    return clips[int(rng.choice(len(clips), p=weights / weights.sum()))]


def _note(clip: Clip, rng: np.random.Generator, rate_hz: int) -> tuple[Floats, Sounding]:
    """A note of a drawn length and loudness, with its onset at the beginning and its release after its end."""
    told = clip.notes[0]
    longest = min(NOTE_S[1], told.end_s - told.onset_s)
    length = float(np.exp(rng.uniform(np.log(min(NOTE_S[0], longest)), np.log(longest))))
    gain_db = float(rng.uniform(*GAINS_DB))
    begin = round(told.onset_s * rate_hz)
    sound = clip.samples[begin : begin + round((length + FADE_OUT_S) * rate_hz)] * np.float32(
        10 ** (gain_db / 20)
    )
    velocity = int(np.clip(round(told.velocity + gain_db / DB_A_VELOCITY), 1, 127))
    return _faded(sound, rate_hz), Sounding(told.pitch, 0.0, length, velocity)


def _faded(sound: Floats, rate_hz: int) -> Floats:
    n_in, n_out = (min(len(sound), round(s * rate_hz)) for s in (FADE_IN_S, FADE_OUT_S))
    faded = np.array(sound, np.float32)
    faded[:n_in] *= np.linspace(0, 1, n_in, dtype=np.float32)
    faded[len(faded) - n_out :] *= np.linspace(1, 0, n_out, dtype=np.float32) ** 2
    return faded


def _placed(sound: Floats, note: Floats, told: Sounding, at_s: float, rate_hz: int) -> Sounding:
    """Lays a note over what is there; returns it where it stands now."""
    at = round(at_s * rate_hz)
    kept = note[: len(sound) - at]
    sound[at : at + len(kept)] += kept
    end_s = min(at / rate_hz + told.end_s, len(sound) / rate_hz)
    return told._replace(onset_s=at / rate_hz, end_s=end_s)


def _pause_s(rng: np.random.Generator) -> float:
    chance = rng.random()
    if chance < REST_SHARE:
        return float(rng.uniform(*REST_S))
    return 0.0 if chance < REST_SHARE + LEGATO_SHARE else FADE_OUT_S
