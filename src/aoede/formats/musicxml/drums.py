"""Where drums stand on a staff, and their heads (N. Weinberg, "Guide to Standardized Drumset Notation", 1998).

A sound that the guide does not name stands on a line of its own above the staff with a diamond head.
"""

from collections.abc import Mapping
from types import MappingProxyType

# {drum of General MIDI: (letter and octave as on a treble staff, head)}
PLACES: Mapping[int, tuple[str, int, str]] = MappingProxyType(
    {
        35: ("E", 4, ""), 36: ("F", 4, ""),
        37: ("C", 5, "x"), 38: ("C", 5, ""), 39: ("C", 5, "triangle"), 40: ("C", 5, ""),
        41: ("G", 4, ""), 43: ("A", 4, ""), 45: ("B", 4, ""), 47: ("D", 5, ""), 48: ("E", 5, ""), 50: ("F", 5, ""),
        42: ("G", 5, "x"), 44: ("D", 4, "x"), 46: ("G", 5, "circle-x"),
        49: ("A", 5, "x"), 57: ("B", 5, "x"), 52: ("A", 5, "circle-x"), 55: ("B", 5, "circle-x"),
        51: ("F", 5, "x"), 53: ("F", 5, "diamond"), 59: ("F", 5, "x"),
        54: ("E", 5, "triangle"), 56: ("E", 5, "x"), 69: ("D", 5, "x"), 70: ("D", 5, "x"), 82: ("D", 5, "x"),
    }
)  # fmt: skip
OTHER = ("C", 6, "diamond")


def place_of(pitch: int) -> tuple[str, int, str]:
    """Letter, octave and head of a drum; "" is the usual head."""
    return PLACES.get(pitch, OTHER)
