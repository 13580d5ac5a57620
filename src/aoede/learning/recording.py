"""A recording that a model of sound goes on from: read within limits, at the model's rate and the level it knows."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.mulaw import MuLaw
from aoede.errors import InputError
from aoede.formats import audio
from aoede.formats.files import read_bounded
from aoede.learning.clips import MOST_GAIN, PEAK
from aoede.learning.resampling import resampled
from aoede.learning.sounds import FLOOR

LEAST_S, MOST_S = 0.1, 120.0
READ_S = 4.0  # of its end, which the model reads: longer than any of its memories
MAX_BYTES = 512 * 2**20

Floats = NDArray[np.float32]


def begun_with(path: Path, rate_hz: int) -> tuple[Floats, dict[str, Any], list[str]]:
    """(n,) a recording at this rate, what the recipe says of it, and what is told of what was done to it.

    Raises InputError for what is no sound, too short, too long, or silent where it ends; MissingError for no file.
    """
    data, where = read_bounded(path, max_bytes=MAX_BYTES), str(path)
    read = audio.mono_from_bytes(data, where=where, max_seconds=MOST_S)
    if len(read.samples) < LEAST_S * read.rate_hz:
        raise InputError(
            f"{len(read.samples) / read.rate_hz:.3f} s is too short to go on from",
            where=where,
            hint=f"It takes {LEAST_S:g} s at least.",
        )
    if np.abs(read.samples[-round(READ_S * read.rate_hz) :]).max() < FLOOR:
        raise InputError("there is nothing but silence to go on from", where=where)
    samples = np.clip(resampled(read.samples, read.rate_hz, rate_hz), -1.0, 1.0)
    settings = {"start": {"name": path.name, "sha256": hashlib.sha256(data).hexdigest()[:16]}}
    return samples, settings, [f"{where}: {note}" for note in _told(read, rate_hz)]


def _told(read: audio.Mono, rate_hz: int) -> list[str]:
    notes = []
    if read.n_channels > 1:
        notes.append(f"its {read.n_channels} channels became one")
    if read.rate_hz != rate_hz:
        notes.append(f"from {read.rate_hz:,} Hz it came to {rate_hz:,} Hz, the rate of the model")
    if read.n_odd:
        notes.append(f"{read.n_odd:,} values that are no numbers became silence")
    return notes


def gain_for(heard: Floats, law: MuLaw) -> np.float32:
    """By what a recording is multiplied for the model: clips are learnt from as loud as the encoding takes them."""
    peak = float(np.abs(heard).max(initial=0.0))
    return np.float32(min(PEAK * law.headroom(heard), PEAK / peak, MOST_GAIN)) if peak else np.float32(1.0)
