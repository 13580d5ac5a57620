"""Sound files and what stands beside them, as `dataset` reads them: a sound, a table of labels.

A sound is kept as one channel of at most 16 kHz, in 16 bits: twenty minutes take 38 MB.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.formats import audio
from aoede.formats.table import cells_from_bytes
from aoede.learning.resampling import resampled

SUFFIXES = (".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff")
TABLE_SUFFIXES = (".csv", ".tsv")
FULL = 32_768  # full scale of 16 bits
MOST_HZ = 16_000  # of what is kept
MAX_SECONDS = 1800.0  # of one file
SILENT = "silence"
NO_LABELS = "no rows"
FLOOR = 10 ** (-60 / 20)  # a sound that never reaches this is silence
CLIPPED_SHARE = 1e-4  # of the samples at full scale, from which a recording is said to be too loud
# Columns of a table that may name the file which a row is about.
FILE_COLUMNS = ("file", "filename", "file_name", "path", "clip", "audio", "wav", "sound", "name")

Int16 = NDArray[np.int16]
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Sound:
    """One channel of a file."""

    pcm: Int16  # (n,)
    rate_hz: int  # the file's, at most 16 kHz
    share_clipped: float  # of its samples at full scale

    @property
    def seconds(self) -> float:
        return len(self.pcm) / self.rate_hz

    def at(self, rate_hz: int) -> Floats:
        """(n,) in [-1, 1] at this rate."""
        return resampled(self.pcm.astype(np.float32) / np.float32(FULL), self.rate_hz, rate_hz)

    @property
    def is_silent(self) -> bool:
        return bool(np.abs(self.pcm.astype(np.int32)).max(initial=0) < FLOOR * FULL)


@dataclass(frozen=True)
class LabelTable:
    """What a CSV says of files."""

    rows: tuple[Mapping[str, str], ...]  # cells by column, in lower case
    file_column: str


def read(data: bytes, where: str, columns: Any = None) -> tuple[Sequence[Sound], tuple[str, ...]]:
    """The sound of a file, and what was wrong with it, a sentence each. Raises InputError."""
    found = audio.mono_from_bytes(data, where=where, max_seconds=MAX_SECONDS)
    repairs = []
    if found.n_odd:
        repairs.append(f"{found.n_odd:,} values that are no numbers became silence")
    samples, rate_hz = found.samples, found.rate_hz
    if rate_hz > MOST_HZ:
        samples, rate_hz = resampled(samples, rate_hz, MOST_HZ), MOST_HZ
    pcm = np.clip(np.rint(samples * FULL), -FULL, FULL - 1).astype(np.int16)
    return (Sound(pcm, rate_hz, found.n_clipped / len(found.samples)),), tuple(repairs)


def read_table(data: bytes, where: str, columns: Any = None) -> tuple[Sequence[LabelTable], tuple[str, ...]]:
    """The rows of a table about files. Raises InputError where no column names a file."""
    rows, faults = cells_from_bytes(data, where=where)
    names = set(rows[0]) if rows else set[str]()
    column = next((name for name in FILE_COLUMNS if name in names), "")
    if rows and not column:
        raise InputError(
            "no column of this table names a file", hint=f"Call it {' or '.join(FILE_COLUMNS[:3])}."
        )
    return (LabelTable(tuple(rows), column),), faults


def prints(sound: Sound) -> tuple[str, str]:
    """No identity, and a fingerprint: the same sound in two files is never on both sides of a split."""
    return "", sha256(sound.pcm.tobytes() + str(sound.rate_hz).encode()).hexdigest()


def table_prints(table: LabelTable) -> tuple[str, str]:
    return "", sha256(repr(table.rows).encode()).hexdigest()
