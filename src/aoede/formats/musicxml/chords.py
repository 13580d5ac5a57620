"""Chord symbols as MusicXML's <harmony>, and which notes they are made of.

A note name is its place on the line of fifths: ... Bb -2, F -1, C 0, G 1, ... B 5, F# 6 ... Transposing is adding,
and an interval has a spelling: a major third is +4, a diminished fourth -8.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from xml.etree.ElementTree import Element, SubElement

LETTERS = "FCGDAEB"  # the line of fifths from -1
MAX_SYMBOL_CHARS = 40


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of chord: MusicXML's word for it, its notes as fifths above the root, and what the word leaves out."""

    word: str
    fifths: tuple[int, ...]
    degrees: tuple[tuple[int, int, str], ...] = ()  # (degree, alteration, "add" or "alter")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A chord symbol that was understood: "Bbmaj7/D"."""

    root: int  # on the line of fifths
    suffix: str  # "maj7", as written
    kind: Kind
    bass: int | None = None  # on the line of fifths, where it is not the root

    def names(self) -> dict[int, int]:
        """{pitch class: its place on the line of fifths} of every note of the chord."""
        bass = () if self.bass is None else (self.bass,)
        return {place * 7 % 12: place for place in (*bass, *(self.root + f for f in self.kind.fifths))}


_MAJOR, _MINOR, _DOMINANT = (0, 4, 1), (0, -3, 1), (0, 4, 1, -2)
_ADD7, _ADD9, _ADD11 = (7, 0, "add"), (9, 0, "add"), (11, 0, "add")
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "": Kind("major", _MAJOR),
        "m": Kind("minor", _MINOR),
        "dim": Kind("diminished", (0, -3, -6)),
        "aug": Kind("augmented", (0, 4, 8)),
        "sus2": Kind("suspended-second", (0, 2, 1)),
        "sus4": Kind("suspended-fourth", (0, -1, 1)),
        "5": Kind("power", (0, 1)),
        "7": Kind("dominant", _DOMINANT),
        "maj7": Kind("major-seventh", (*_MAJOR, 5)),
        "m7": Kind("minor-seventh", (*_MINOR, -2)),
        "m7b5": Kind("half-diminished", (0, -3, -6, -2)),
        "dim7": Kind("diminished-seventh", (0, -3, -6, -9)),
        "aug7": Kind("augmented-seventh", (0, 4, 8, -2)),
        "mmaj7": Kind("major-minor", (*_MINOR, 5)),
        "6": Kind("major-sixth", (*_MAJOR, 3)),
        "m6": Kind("minor-sixth", (*_MINOR, 3)),
        "9": Kind("dominant-ninth", (*_DOMINANT, 2)),
        "maj9": Kind("major-ninth", (*_MAJOR, 5, 2)),
        "m9": Kind("minor-ninth", (*_MINOR, -2, 2)),
        "11": Kind("dominant-11th", (*_DOMINANT, 2, -1)),
        "maj11": Kind("major-11th", (*_MAJOR, 5, 2, -1)),
        "m11": Kind("minor-11th", (*_MINOR, -2, 2, -1)),
        "13": Kind("dominant-13th", (*_DOMINANT, 2, 3)),
        "maj13": Kind("major-13th", (*_MAJOR, 5, 2, 3)),
        "m13": Kind("minor-13th", (*_MINOR, -2, 2, 3)),
        "add9": Kind("major", (*_MAJOR, 2), (_ADD9,)),
        "madd9": Kind("minor", (*_MINOR, 2), (_ADD9,)),
        "add11": Kind("major", (*_MAJOR, -1), (_ADD11,)),
        "madd11": Kind("minor", (*_MINOR, -1), (_ADD11,)),
        "69": Kind("major-sixth", (*_MAJOR, 3, 2), (_ADD9,)),
        "m69": Kind("minor-sixth", (*_MINOR, 3, 2), (_ADD9,)),
        "7sus4": Kind("suspended-fourth", (0, -1, 1, -2), (_ADD7,)),
        "9sus4": Kind("suspended-fourth", (0, -1, 1, -2, 2), (_ADD7, _ADD9)),
        "7sus2": Kind("suspended-second", (0, 2, 1, -2), (_ADD7,)),
        "7b9": Kind("dominant", (*_DOMINANT, -5), ((9, -1, "add"),)),
        "7#9": Kind("dominant", (*_DOMINANT, 9), ((9, 1, "add"),)),
        "7b5": Kind("dominant", (0, 4, -6, -2), ((5, -1, "alter"),)),
        "7#11": Kind("dominant", (*_DOMINANT, 6), ((11, 1, "add"),)),
        "maj7#11": Kind("major-seventh", (*_MAJOR, 5, 6), ((11, 1, "add"),)),
        "7b13": Kind("dominant", (*_DOMINANT, -4), ((13, -1, "add"),)),
    }
)
UNKNOWN = Kind("other", (0,))

_SYMBOL = re.compile(r"([A-G])([#b]{0,2})(.*?)(?:/([A-G])([#b]{0,2}))?")
_SIGNS = str.maketrans({"♯": "#", "♭": "b", "−": "-", "–": "-", "△": "Δ", "∆": "Δ", "°": "o", "Ø": "ø"})
_PLAIN = tuple(  # rewrites to the suffixes of KINDS, in this order
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"[(),\s]", ""),
        (r"6/9", "69"),
        (r"ø7?", "m7b5"),
        (r"^o|^(?i:dim)", "dim"),
        (r"^\+|(?i:aug)|^7#5|^7\+", "aug"),
        (r"Δ7?|[Mm]aj7|[Mm]a7|(?<![a-z])M7|j7", "maj7"),
        (r"[Mm]aj|[Mm]a(?=\d)|M(?=\d|$)", "maj"),
        (r"^-|^[Mm]in|^mi(?!n)", "m"),
        (r"^maj$", ""),
        (r"sus$", "sus4"),
        (r"^2$|^add2$", "add9"),
    )
)


def parse(symbol: str) -> Symbol | None:
    """What a lead-sheet symbol says; None where it names no root. An unknown suffix is of the kind "other"."""
    return _parsed(symbol.translate(_SIGNS).strip()) if len(symbol) <= MAX_SYMBOL_CHARS else None


@lru_cache(maxsize=4096)
def _parsed(symbol: str) -> Symbol | None:
    match = _SYMBOL.fullmatch(symbol)
    if match is None:
        return None
    plain = match[3]
    for pattern, replacement in _PLAIN:
        plain = pattern.sub(replacement, plain)
    root = place_of(match[1], match[2])
    bass = place_of(match[4], match[5]) if match[4] else None
    return Symbol(root, match[3], KINDS.get(plain, UNKNOWN), None if bass == root else bass)


def place_of(letter: str, signs: str) -> int:
    """The place of a note name on the line of fifths: "C" 0, "F#" 6."""
    return LETTERS.index(letter) - 1 + 7 * (signs.count("#") - signs.count("b"))


def letter_of(place: int) -> tuple[str, int]:
    """("F", 1) of the place of F#: letter and alteration in semitones."""
    return LETTERS[(place + 1) % 7], (place + 1) // 7


def harmony(symbol: str) -> Element:
    """The <harmony> of a symbol; of what names no root one without a sound, with the symbol as its text."""
    element = Element("harmony")
    parsed = parse(symbol)
    if parsed is None:
        root = SubElement(element, "root")
        SubElement(root, "root-step", text="").text = "C"  # must be there; the empty text hides it
        SubElement(element, "kind", text=symbol).text = "none"
        return element
    _note(element, "root", parsed.root)
    SubElement(element, "kind", text=with_signs(parsed.suffix)).text = parsed.kind.word
    if parsed.bass is not None:
        _note(element, "bass", parsed.bass)
    for value, alteration, how in parsed.kind.degrees:
        degree = SubElement(element, "degree", {"print-object": "no"})  # the text of the kind says it
        SubElement(degree, "degree-value").text = str(value)
        SubElement(degree, "degree-alter").text = str(alteration)
        SubElement(degree, "degree-type").text = how
    return element


def _note(parent: Element, name: str, place: int) -> None:
    letter, alteration = letter_of(place)
    note = SubElement(parent, name)
    SubElement(note, f"{name}-step").text = letter
    if alteration:
        SubElement(note, f"{name}-alter").text = str(alteration)


def with_signs(suffix: str) -> str:
    """m7b5 -> m7♭5."""
    return re.sub(r"b(?=\d)", "♭", suffix).replace("#", "♯")
