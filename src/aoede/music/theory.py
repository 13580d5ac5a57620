"""Keys, scales and intervals: the little theory that a plan and its parts need.

Pitch classes are 0..11 with C = 0; pitches are MIDI numbers with middle C = 60.
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from aoede.encodings.chords import Chord, parse_chord
from aoede.errors import UsageError
from aoede.song import KeySignature

# Semitones above the tonic. The order is from the darkest to the brightest.
MODES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "phrygian": (0, 1, 3, 5, 7, 8, 10),
        "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
        "minor": (0, 2, 3, 5, 7, 8, 10),
        "dorian": (0, 2, 3, 5, 7, 9, 10),
        "mixolydian": (0, 2, 4, 5, 7, 9, 10),
        "major": (0, 2, 4, 5, 7, 9, 11),
        "lydian": (0, 2, 4, 6, 7, 9, 11),
    }
)
_MODE_ALIASES = {
    "maj": "major", "ionian": "major", "dur": "major", "大调": "major",
    "m": "minor", "min": "minor", "aeolian": "minor", "natural minor": "minor",
    "moll": "minor", "小调": "minor",
    "harmonic": "harmonic minor", "harmonic-minor": "harmonic minor",
}  # fmt: skip
_LETTER_PCS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ACCIDENTALS = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}
_SHARP_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_FLAT_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
# The spelling with the fewest signs, for a major and for a minor key on each pitch class.
_MAJOR_TONICS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR_TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")


@dataclass(frozen=True, slots=True)
class Key:
    tonic: str  # "D", "F#", "Bb"
    mode: str  # a key of MODES

    @property
    def tonic_pc(self) -> int:
        return pitch_class(self.tonic)

    @property
    def scale(self) -> tuple[int, ...]:
        """The seven pitch classes, from the tonic upwards."""
        return tuple((self.tonic_pc + step) % 12 for step in MODES[self.mode])

    @property
    def is_minor(self) -> bool:
        """Whether the third above the tonic is minor."""
        return 3 in MODES[self.mode]

    @property
    def signature(self) -> KeySignature:
        """The MIDI key signature: that of the plain major or minor key on the same tonic.

        MIDI knows no other modes; the parallel key keeps the tonic right, which is what a reader looks for.
        """
        sharps = _signs(self.tonic, self.is_minor)
        return KeySignature(0, sharps, self.is_minor)

    def spells_flat(self, pc: int) -> bool:
        """Whether a chord on `pc` is written with a flat: Ab in C major and Bb in A phrygian, but F# in C lydian.

        Chords from outside the plain scale come mostly from a darker mode, hence flat; a raised fourth is sharp.
        """
        degree = (pc - self.tonic_pc) % 12
        plain = MODES["minor" if self.is_minor else "major"]
        if degree in plain or degree in (9, 11):
            return self.signature.sharps < 0
        return degree != 6

    def __str__(self) -> str:
        return f"{self.tonic} {self.mode}"


@dataclass(frozen=True, slots=True)
class PlacedChord:
    """A chord that sounds over [start_ticks, end_ticks)."""

    start_ticks: int
    end_ticks: int
    chord: Chord


def pitch_class(name: str) -> int:
    """0..11 of a note name such as "C", "f#", "B♭". Raises UsageError for anything else."""
    match = re.fullmatch(r"([A-Ga-g])([#♯b♭]?)", name.strip())
    if not match:
        raise UsageError(
            f"{name!r} is not the name of a note",
            hint="Notes are C, C#, Db, D, Eb, E, F, F#, G, Ab, A, Bb, B.",
        )
    return (_LETTER_PCS[match[1].upper()] + _ACCIDENTALS[match[2]]) % 12


def note_name(pc: int, *, flats: bool = False) -> str:
    return (_FLAT_NAMES if flats else _SHARP_NAMES)[pc % 12]


def tonic_name(pc: int, mode: str) -> str:
    """The usual spelling of a key's tonic, e.g. Eb major but D# is never asked for."""
    return (_MINOR_TONICS if 3 in MODES[mode] else _MAJOR_TONICS)[pc % 12]


def parse_mode(text: str, where: str = "--mode") -> str:
    """A name in MODES, from the usual spellings. Raises UsageError naming the modes there are."""
    name = re.sub(r"\s+", " ", text.strip().lower())
    name = _MODE_ALIASES.get(name, name)
    if name not in MODES:
        close = difflib.get_close_matches(name, MODES, n=1)
        hint = f"Did you mean {close[0]!r}? " if close else ""
        raise UsageError(f"{text!r} is not a mode", where=where, hint=f"{hint}Modes are {', '.join(MODES)}.")
    return name


def parse_key(text: str) -> tuple[str, str | None]:
    """("D", "minor") of "D minor", "d min", "Dm"; the mode is None where only a tonic is given.

    Raises UsageError for anything that is no key.
    """
    match = re.fullmatch(r"\s*([A-Ga-g][#♯b♭]?)\s*(.*?)\s*", text)
    if not match:
        raise UsageError(
            f"{text!r} is not a key",
            hint='Write a key as "C", "F# minor", "Bbm" or "D dorian".',
            where="--key",
        )
    tonic = match[1][0].upper() + match[1][1:].replace("♯", "#").replace("♭", "b")
    if match[2] == "M":
        return tonic, "major"
    return tonic, parse_mode(match[2], "--key") if match[2] else None


def make_key(tonic: str, mode: str) -> Key:
    """A Key whose signature exists (at most seven signs): G# major becomes Ab major, the same sounds."""
    key = Key(tonic, mode)
    pc = key.tonic_pc
    natural = abs(_signs(tonic, key.is_minor)) <= 7
    return key if natural else Key(tonic_name(pc, mode), mode)


def _signs(tonic: str, is_minor: bool) -> int:
    """Sharps (or minus flats) of the major or minor key spelt so; beyond 7 the key cannot be written."""
    fifths = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5}[tonic[0]]
    return fifths + 7 * _ACCIDENTALS[tonic[1:]] - (3 if is_minor else 0)


def nearest_pitch(pc: int, to: float) -> int:
    """The pitch of class `pc` nearest to the pitch `to`; of two equally near, the lower."""
    below = int(to) - ((int(to) - pc) % 12)
    return min((below, below + 12), key=lambda pitch: (abs(pitch - to), pitch))


__all__ = [
    "MODES",
    "Chord",
    "Key",
    "PlacedChord",
    "make_key",
    "nearest_pitch",
    "note_name",
    "parse_chord",
    "parse_key",
    "parse_mode",
    "pitch_class",
    "tonic_name",
]
