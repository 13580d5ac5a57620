"""Note names for pitches, and when a sign stands before a note.

In a key, the twelve names are those from five fifths below the tonic to six above: the scale, what darker modes lend,
and the raised fourth. A note of the chord that sounds has the chord's name for it: over A7 it is C#, in F too. Any
other note outside the scale that moves on by a semitone is a step below or above where it goes: C C# D, D Db C.
"""

from bisect import bisect_right
from collections.abc import Sequence

from aoede.formats.musicxml.chords import letter_of, parse
from aoede.song import ChordSymbol, KeySignature

Name = tuple[str, int, int]  # letter, alteration in semitones, octave (4 begins at middle C)
ACCIDENTALS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
_BELOW, _MINOR_TONIC, _LEADING_TONE = 5, 3, 5
_GB, _A_SHARP = -6, 10  # the ends of the names that everybody reads at once
SHARPS, FLATS = "FCGDAEB", "BEADGCF"  # in the order in which key signatures add them


class Speller:
    """Names for the notes of a song, by its key signatures and chord symbols."""

    def __init__(self, keys: Sequence[KeySignature], chords: Sequence[ChordSymbol]) -> None:
        self.keys = list(keys) or [KeySignature(0, 0, False)]
        self.key_starts = [key.start_ticks for key in self.keys]
        self.key_names = [_names_in(key) for key in self.keys]
        self.chord_starts = [chord.start_ticks for chord in chords]
        parsed = (parse(chord.symbol) for chord in chords)
        self.chord_names = [symbol.names() if symbol else {} for symbol in parsed]

    def name(self, pitch: int, ticks: int, following: int | None = None) -> Name:
        """The name of MIDI `pitch` at a moment of the song; `following` is the pitch that it moves on to."""
        k = max(0, bisect_right(self.key_starts, ticks) - 1)
        names = self.key_names[k]
        place = names[pitch % 12]
        i = bisect_right(self.chord_starts, ticks) - 1
        own = self.chord_names[i] if i >= 0 else {}
        if pitch % 12 in own:
            place = own[pitch % 12]
        elif following in (pitch - 1, pitch + 1) and not _is_of_scale(place, self.keys[k]):
            nearer = names[following % 12] + (5 if following > pitch else -5)
            place = nearer if _GB <= nearer <= _A_SHARP else place
        letter, alteration = letter_of(place)
        if abs(alteration) > 2:
            letter, alteration = letter_of(names[pitch % 12])
        return letter, alteration, (pitch - alteration) // 12 - 1


def _tonic(key: KeySignature) -> int:
    return key.sharps + (_MINOR_TONIC if key.is_minor else 0)


def _is_of_scale(place: int, key: KeySignature) -> bool:
    """Whether it is in the major or natural minor scale, or leads to the tonic."""
    above = place - _tonic(key)
    return -1 <= above <= 5 if not key.is_minor else -4 <= above <= 2 or above == _LEADING_TONE


def _names_in(key: KeySignature) -> dict[int, int]:
    """{pitch class: place on the line of fifths} in a key."""
    tonic = _tonic(key)
    places = range(tonic - _BELOW, tonic - _BELOW + 12)
    return {place * 7 % 12: _plain(place, tonic, key.is_minor) for place in places}


def _plain(place: int, tonic: int, is_minor: bool) -> int:
    """The place itself; of a note outside the scale an easier name than Cb, Fb or one with two signs."""
    is_of_scale = tonic - (4 if is_minor else 1) <= place <= tonic + _LEADING_TONE
    easiest, hardest = (-8, 12) if is_minor else (-6, 12)
    if is_of_scale or easiest <= place <= hardest:
        return place
    return place - 12 if place > 0 else place + 12


def signature_alterations(sharps: int) -> dict[str, int]:
    """{letter: alteration} that a key signature of so many sharps (minus flats) puts on every octave."""
    letters = SHARPS[:sharps] if sharps >= 0 else FLATS[:-sharps]
    return dict.fromkeys(letters, 1 if sharps >= 0 else -1)


class Accidentals:
    """Which signs are in force within one bar."""

    def __init__(self, sharps: int) -> None:
        self.signature = signature_alterations(sharps)
        self.written: dict[tuple[str, int], int] = {}

    def sign_for(self, name: Name) -> str:
        """The sign to write before a note, or "" where what stands already says it."""
        letter, alteration, octave = name
        if self.written.get((letter, octave), self.signature.get(letter, 0)) == alteration:
            return ""
        self.written[letter, octave] = alteration
        return ACCIDENTALS[alteration]
