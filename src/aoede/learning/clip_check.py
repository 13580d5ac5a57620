"""What is wrong with recordings, in plain words, before anything is learnt from them."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.score_frames import Sounding
from aoede.errors import InputError
from aoede.learning.sounding_pitch import sounding_pitch
from aoede.learning.sounds import CLIPPED_SHARE, FULL, Sound

LEAST_S = 5.0  # of sound in all, without which nothing can be learnt
LITTLE_S = 120.0
FEW_OF_LABEL = 2  # clips; a value with fewer is not learnt but remembered
QUIET = 10 ** (-40 / 20)  # peak
OFF_SEMITONES = 0.8
MOST_ASKED = 60  # clips whose pitch is listened to
NAMES = 3  # files that a sentence names

Checked = tuple[str, NDArray[np.float32], tuple[str, ...], tuple[Sounding, ...], Sound]


def checked(
    clips: Sequence[Checked], rate_hz: int, columns: Sequence[str], *, least_s: float = LEAST_S
) -> tuple[str, ...]:
    """Sentences about clips: name, samples (T,), label, notes, and the sound of the file.

    Raises InputError where there are less than `least_s` seconds of sound in all.
    """
    seconds = sum(len(samples) for _, samples, *_ in clips) / rate_hz
    if seconds < least_s:
        raise InputError(
            f"there {'is' if seconds < 2 else 'are'} {seconds:.1f} s of sound in all; "
            f"{least_s:g} s are the least, two minutes a beginning",
            hint="Record more, and put all of it into the folder.",
        )
    told = [_amount(seconds), _clipped(clips), _quiet(clips), _low(clips, rate_hz)]
    told += _labels(clips, columns)
    told += [_pitches(clips, rate_hz), _ends(clips, rate_hz)]
    return tuple(sentence for sentence in told if sentence)


def _amount(seconds: float) -> str:
    if seconds >= LITTLE_S:
        return ""
    return f"{seconds:.0f} s of sound is little: they will be learnt by heart; two minutes are a beginning"


def _clipped(clips: Sequence[Checked]) -> str:
    names = [name for name, *_, sound in clips if sound.share_clipped > CLIPPED_SHARE]
    return _told(names, len(clips), "are cut off at full scale (recorded too loud)") if names else ""


def _quiet(clips: Sequence[Checked]) -> str:
    names = [n for n, *_, sound in clips if np.abs(sound.pcm.astype(np.int32)).max() < QUIET * FULL]
    return _told(names, len(clips), "are very soft: their hiss is made louder with them") if names else ""


def _low(clips: Sequence[Checked], rate_hz: int) -> str:
    names = [name for name, *_, sound in clips if sound.rate_hz < rate_hz]
    if not names:
        return ""
    rate = min(sound.rate_hz for *_, sound in clips)
    return _told(
        names,
        len(clips),
        f"were recorded at less than {rate_hz} Hz (one at {rate}); --set rate_hz=8000 is faster",
    )


def _labels(clips: Sequence[Checked], columns: Sequence[str]) -> list[str]:
    told = []
    for i, column in enumerate(columns):
        counts = Counter(label[i] for _, _, label, *_ in clips if label[i])
        without = [name for name, _, label, *_ in clips if not label[i]]
        rare = sorted(value for value, n in counts.items() if n < FEW_OF_LABEL)
        if without:
            told.append(_told(without, len(clips), f"have no label {column}"))
        if rare and len(rare) < len(counts):
            told.append(f"label {column}: {_listed(rare)} stand{'s' * (len(rare) == 1)} for one clip only")
        near = _misspelt(counts)
        if near:
            told.append(f"label {column}: {near[0]!r} and {near[1]!r} differ by capitals or blanks only")
    return told


def _misspelt(counts: Counter[str]) -> tuple[str, str] | None:
    seen: dict[str, str] = {}
    for value in sorted(counts):
        key = "".join(value.casefold().split())
        if key in seen:
            return seen[key], value
        seen[key] = value
    return None


def _pitches(clips: Sequence[Checked], rate_hz: int) -> str:
    """Clips of one note that sound other than they are said to."""
    single = [clip for clip in clips if len(clip[3]) == 1]
    asked = [single[i] for i in np.linspace(0, len(single) - 1, min(len(single), MOST_ASKED)).astype(int)]
    heard = [(name, notes[0].pitch, sounding_pitch(samples, rate_hz)) for name, samples, _, notes, _ in asked]
    known = [(name, said, found) for name, said, found in heard if np.isfinite(found)]
    off = [(name, said, found) for name, said, found in known if abs(said - found) > OFF_SEMITONES]
    if not off:
        return ""
    name, said, found = off[0]
    shift = np.median([found - said for _, said, found in off])
    all_by = f"; nearly all by {shift:+.0f} semitones" if len(off) > 0.8 * len(known) and len(off) > 2 else ""
    return (
        f"{len(off)} of {len(known)} notes sound other than they are labelled{all_by}: "
        f"{name} is said to be {said:g} and sounds like {found:.1f}"
    )


def _ends(clips: Sequence[Checked], rate_hz: int) -> str:
    """Scores that last longer than their recordings, or begin much later: they do not belong together."""
    names = [
        name
        for name, samples, _, notes, _ in clips
        if len(notes) > 1 and max(note.onset_s for note in notes) > len(samples) / rate_hz + 0.5
    ]
    return _told(names, len(clips), "are shorter than the MIDI file beside them") if names else ""


def _told(names: Sequence[str], n: int, what: str) -> str:
    some = f" ({_listed(names)})"
    if len(names) == 1:
        verbs = {"are": "is", "have": "has", "were": "was"}
        first, _, rest = what.partition(" ")
        return f"1 of {n:,} sounds {verbs.get(first, first)} {rest}{some}"
    return f"{len(names):,} of {n:,} sounds {what}{some}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMES]) + f" and {len(names) - NAMES} more" * (len(names) > NAMES)
