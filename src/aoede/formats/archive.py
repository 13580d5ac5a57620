"""Archives of piano rolls: the `.npz` files in which the sets of the literature are passed on.

An archive holds `frames`, (total steps, 88) zeros and ones with the lowest key of a piano first, and `lengths`, (n,)
the steps of each piece, one piece after another. Nothing in it is unpickled, and nothing is unpacked that is larger
than what is allowed.
"""

import io
import math
import zipfile
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from aoede.errors import InputError

SUFFIX = ".npz"
LOW, N_PITCHES = 21, 88  # MIDI pitches of a piano
MAX_BYTES = 400_000_000  # unpacked
_FRAMES, _LENGTHS = "frames", "lengths"
_HINT = f"An archive holds {_FRAMES}, (steps, {N_PITCHES}) zeros and ones, and {_LENGTHS}, the steps of each piece."

_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}  # by version

UInt8 = NDArray[np.uint8]


def from_bytes(data: bytes, *, where: str, max_bytes: int = MAX_BYTES) -> list[UInt8]:
    """The pieces (T_i, 88), each with a step at least. Raises InputError for anything that is no such archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            n_bytes = sum(entry.file_size for entry in archive.infolist())
            if n_bytes > max_bytes:
                raise InputError(
                    f"{n_bytes:,} bytes unpacked are more than {max_bytes:,}", where=where, hint=_HINT
                )
            frames, lengths = (_array(archive, name) for name in (_FRAMES, _LENGTHS))
    except (
        OSError,
        ValueError,
        KeyError,
        EOFError,
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise InputError("this is no archive of piano rolls", where=where, hint=_HINT) from error
    return _pieces(frames, lengths, where)


def _array(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    """The array of this name, whose header must agree with the size of its entry before anything is made for it."""
    entry = archive.getinfo(f"{name}.npy")
    with archive.open(entry) as file:
        shape, is_fortran, dtype = _HEADERS[npy.read_magic(file)](file)
        n_bytes = math.prod(shape) * dtype.itemsize
        if dtype.hasobject or not 0 <= n_bytes <= entry.file_size:
            raise ValueError(f"{name} is not as large as it says")
        data = file.read(n_bytes)
    return np.frombuffer(data, dtype).reshape(shape, order="F" if is_fortran else "C")


def to_bytes(pieces: Sequence[UInt8]) -> bytes:
    """An archive of pieces (T_i, 88)."""
    file = io.BytesIO()
    frames = np.concatenate([np.zeros((0, N_PITCHES), np.uint8), *pieces])
    np.savez_compressed(file, frames=frames, lengths=np.array([len(piece) for piece in pieces], np.int32))
    return file.getvalue()


def _pieces(frames: NDArray[Any], lengths: NDArray[Any], where: str) -> list[UInt8]:
    if frames.ndim != 2 or frames.shape[1] != N_PITCHES or frames.dtype.kind not in "bui":
        found = f"{frames.dtype} {frames.shape}"
        raise InputError(f"{_FRAMES} must be rows of {N_PITCHES} bits, not {found}", where=where, hint=_HINT)
    if lengths.ndim != 1 or lengths.dtype.kind not in "ui" or (lengths < 1).any():
        raise InputError(f"{_LENGTHS} must be whole numbers from 1", where=where, hint=_HINT)
    total = sum(map(int, lengths))  # without a limit, beyond which it would begin again from 0
    if total != len(frames):
        raise InputError(
            f"{_LENGTHS} add up to {total:,}, but there are {len(frames):,} {_FRAMES}",
            where=where,
            hint=_HINT,
        )
    bits = frames.astype(np.uint8)
    if (bits != frames).any() or (bits > 1).any():
        raise InputError(f"{_FRAMES} hold zeros and ones only", where=where, hint=_HINT)
    return np.split(bits, np.cumsum(lengths)[:-1]) if len(lengths) else []
