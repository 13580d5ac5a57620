"""Messages between the server and its worker processes: four bytes of length, big-endian, and JSON.

JSON and nothing else, so that neither side can make the other run anything.
"""

import json
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

MAX_RESULT_BYTES = 32_000_000
MAX_FRAME_BYTES = MAX_RESULT_BYTES + 1_000_000
HEADER = struct.Struct(">I")


def packed(message: Mapping[str, Any]) -> bytes:
    """Raises ValueError for what is no JSON (NaN too) and for more than MAX_FRAME_BYTES."""
    data = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    if len(data) > MAX_FRAME_BYTES:
        raise ValueError(f"a message of {len(data):,} bytes")
    return HEADER.pack(len(data)) + data


def unpacked(data: bytes) -> dict[str, Any]:
    """Raises ValueError where it is no JSON object."""
    message = json.loads(data)
    if not isinstance(message, dict):
        raise ValueError("a message is an object")
    return message


def length_of(header: bytes) -> int:
    """Raises ValueError for more than MAX_FRAME_BYTES."""
    (length,) = HEADER.unpack(header)
    if length > MAX_FRAME_BYTES:
        raise ValueError(f"a message of {length:,} bytes")
    return int(length)


def read(stream: BinaryIO) -> dict[str, Any] | None:
    """The next message; None where the other side has ended. Raises ValueError."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    wanted = length_of(header)
    data = stream.read(wanted)
    return unpacked(data) if len(data) == wanted else None
