"""Echoes: what followed when the last frames were heard before in the same piece.

Music repeats itself. At each step the longest stretch of frames is looked for that ends now and was heard before, and
the frame that followed it then is told to the network with how long the stretch is: the "match model" of compressors
(Mahoney, "Adaptive weighing of context models for lossless data compression", 2005) for frames. Nothing but the
past is looked at.
"""

import numpy as np
from numpy.typing import NDArray

UInt8 = NDArray[np.uint8]

_LONGEST = 32  # frames of a stretch; longer ones count as this
_MOST_PLACES = 64  # where one frame was heard that are looked at, the latest first
_CLASSES = np.array([0, 1, 2, 3, 4, 5, 5] + [6] * 4 + [7] * 10 + [8] * 12, np.int64)  # of lengths 0 to 32


class Echo:
    """The memory of one piece that is being heard."""

    def __init__(self) -> None:
        self._heard = list[bytes]()
        self._places: dict[bytes, list[int]] = {}  # of each frame: the steps after it

    def hear(self, frame: UInt8) -> None:
        """The next frame (n_bits,)."""
        key = frame.tobytes()
        self._heard.append(key)
        self._places.setdefault(key, []).append(len(self._heard))

    def now(self) -> tuple[int | None, int]:
        """The earlier step whose frame is expected to come again, and the class of the stretch's length.

        Of several longest stretches the latest counts.
        """
        if not self._heard:
            return None, 0
        longest, where, end = 0, None, len(self._heard)
        for place in reversed(self._places[self._heard[-1]][-_MOST_PLACES - 1 : -1]):
            length = self._common(place, end)
            if length > longest:
                longest, where = length, place
            if longest == _LONGEST:
                break
        return where, int(_CLASSES[longest])

    def _common(self, place: int, end: int) -> int:
        """Equal frames before the steps `place` and `end`."""
        heard, length = self._heard, 1
        while length < min(_LONGEST, place) and heard[place - 1 - length] == heard[end - 1 - length]:
            length += 1
        return length


def echoes(frames: UInt8) -> tuple[UInt8, NDArray[np.int64]]:
    """(T, n_bits) a piece -> (T, n_bits) what is expected at each step, zeros for nothing; (T,) length classes."""
    echo, expected, classes = Echo(), np.zeros_like(frames), np.zeros(len(frames), np.int64)
    for t, frame in enumerate(frames):
        where, classes[t] = echo.now()
        if where is not None:
            expected[t] = frames[where]
        echo.hear(frame)
    return expected, classes
