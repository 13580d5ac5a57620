"""A checkpoint: weights, config, encoding and provenance in one safetensors file. Never pickle.

The file is a plain safetensors file whose metadata hold one entry, `aoede`, a JSON object with at least

    content_hash  SHA-256 of the whole file, taken with these 64 digits as zeros, so that any change is found
    format        version of this layout; a newer one is refused

and what the maker adds: `family`, `config`, `encoding`, `provenance`.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as _load_tensors
from safetensors.numpy import save as _save_tensors

from aoede.errors import InputError, MissingError
from aoede.formats.files import read_bounded, write_whole

FORMAT = 1
MAX_BYTES = 2 << 30
MAX_HEADER_BYTES = 8 << 20
SUFFIX = ".safetensors"
_KINDS = frozenset(
    f"{kind}{bits}" for kind, widths in (("int", "8 16 32 64"), ("uint", "8 16 32 64"), ("float", "16 32 64"))
    for bits in widths.split()
) | {"bool"}  # fmt: skip
_NO_HASH = "0" * 64
_HASH = re.compile(rb'\\"content_hash\\": ?\\"([0-9a-f]{64})\\"')
_MAGIC = {b"\x80": "a pickle", b"PK": "a zip archive (perhaps a torch file)", b"\x93NUMPY": "a NumPy file"}

# Layout version -> metadata of that version brought to the next one. Empty while there is one version.
_MIGRATIONS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


@dataclass(frozen=True)
class Checkpoint:
    tensors: Mapping[str, NDArray[Any]]  # read-only arrays
    metadata: Mapping[str, Any]
    sha256: str  # of the whole file; it names this model in recipes
    n_bytes: int


def save(
    path: Path, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, Any], *, force: bool = False
) -> str:
    """Write a checkpoint whole or not at all and return its hash. The same content gives the same bytes.

    Raises OutputError as `write_whole` does, and InputError for NaN or infinite weights.
    """
    data = to_bytes(tensors, metadata)
    write_whole(path, data, force=force)
    return _stored_hash(data)


def to_bytes(tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, Any]) -> bytes:
    for name, tensor in tensors.items():
        _check_tensor(name, tensor)
    stamped = {**metadata, "format": FORMAT, "content_hash": _NO_HASH}
    text = json.dumps(stamped, sort_keys=True, ensure_ascii=True)
    arrays = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    data = bytes(_save_tensors(arrays, {"aoede": text}))
    if _header_bytes(data) > MAX_HEADER_BYTES:
        raise InputError(
            f"the model's description is larger than {MAX_HEADER_BYTES:,} bytes",
            hint="A smaller alphabet makes it smaller: --set max_symbols=6000",
        )
    place = _hash_place(data)
    return data[: place.start] + hashlib.sha256(data).hexdigest().encode() + data[place.stop :]


def load(path: Path, *, max_bytes: int = MAX_BYTES) -> Checkpoint:
    """Read and verify a checkpoint.

    Raises MissingError where there is no file, and InputError, naming the file, for anything that is no
    intact checkpoint: a truncation, a changed bit, an unknown version, NaN weights, or another kind of file.
    """
    return from_bytes(read_bounded(path, max_bytes=max_bytes), where=str(path))


def from_bytes(data: bytes, *, where: str = "") -> Checkpoint:
    try:
        _check_frame(data)
        stored = _stored_hash(data)
        _check_hash(data, stored)
        metadata = _metadata(data)
        tensors = _load_tensors(data)
        for name, tensor in tensors.items():
            _check_tensor(name, tensor)
            tensor.flags.writeable = False
    except InputError as error:
        raise InputError(error.message, hint=error.hint, where=where) from error
    except (SafetensorError, KeyError, ValueError, TypeError, RecursionError) as error:
        raise _damaged(where) from error
    return Checkpoint(tensors, metadata, stored, len(data))


def preset_names() -> list[str]:
    """The checkpoints shipped in the package."""
    entries = resources.files("aoede.presets").iterdir()
    return sorted(entry.name.removesuffix(SUFFIX) for entry in entries if entry.name.endswith(SUFFIX))


@lru_cache(maxsize=16)
def load_preset(name: str) -> Checkpoint:
    """A checkpoint shipped in the package, by name. Raises MissingError listing those there are."""
    names = preset_names()
    if name not in names:
        raise MissingError(
            f"there is no preset {name!r}",
            hint=f"Presets are {', '.join(names)}." if names else "None is shipped.",
        )
    data = resources.files("aoede.presets").joinpath(name + SUFFIX).read_bytes()
    return from_bytes(data, where=f"preset {name}")


def _check_frame(data: bytes) -> None:
    """Refuse other kinds of file and impossible headers before anything is parsed.

    A safetensors file begins with the length of its header, which can be any bytes, and then "{".
    """
    for magic, kind in _MAGIC.items():
        if data.startswith(magic) and data[8:9] != b"{":
            raise InputError(
                f"this is {kind}; it was not opened",
                hint="Models are safetensors files; such files could run code.",
            )
    if len(data) < 8 or not 2 <= _header_bytes(data) <= len(data) - 8:
        raise _damaged("")
    if _header_bytes(data) > MAX_HEADER_BYTES:
        raise InputError(
            f"the header is larger than {MAX_HEADER_BYTES:,} bytes", hint="This is no model of ours."
        )


def _header_bytes(data: bytes) -> int:
    return int.from_bytes(data[:8], "little")


def _hash_place(data: bytes) -> slice:
    """Where the 64 digits of the hash stand in the file."""
    found = list(_HASH.finditer(data, 8, 8 + _header_bytes(data)))
    if len(found) != 1:
        raise InputError(
            "this safetensors file was not made by aoede", hint="Train a model with: aoede train"
        )
    return slice(*found[0].span(1))


def _stored_hash(data: bytes) -> str:
    return data[_hash_place(data)].decode()


def _check_hash(data: bytes, stored: str) -> None:
    place = _hash_place(data)
    plain = hashlib.sha256(data[: place.start])
    plain.update(_NO_HASH.encode())
    plain.update(memoryview(data)[place.stop :])
    if plain.hexdigest() != stored:
        raise _damaged("")


def _metadata(data: bytes) -> dict[str, Any]:
    header = json.loads(data[8 : 8 + _header_bytes(data)])
    metadata = json.loads(header["__metadata__"]["aoede"])
    version = metadata.get("format")
    if not isinstance(version, int) or version < 1:
        raise _damaged("")
    if version > FORMAT:
        raise InputError(
            f"written by a newer aoede (layout {version}; this one knows up to {FORMAT})",
            hint="Update aoede.",
        )
    while version < FORMAT:
        metadata = _MIGRATIONS[version](metadata)
        version += 1
    return dict(metadata)


def _check_tensor(name: str, tensor: NDArray[Any]) -> None:
    if tensor.dtype.name not in _KINDS:
        raise InputError(f"the numbers of {name!r} are of a kind that models do not have ({tensor.dtype})")
    if tensor.dtype.kind == "f" and not np.isfinite(tensor).all():
        raise InputError(
            f"the weights {name!r} are not all finite", hint="The training went wrong; go back a step."
        )


def _damaged(where: str) -> InputError:
    return InputError(
        "this model file is damaged or incomplete",
        where=where,
        hint="Copy it again, or take an earlier checkpoint.",
    )
