"""One part of a score, bar by bar: clefs, signatures, notes, rests, ties, beams, words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from aoede.formats.musicxml.bars import Bar, Bars
from aoede.formats.musicxml.drums import place_of
from aoede.formats.musicxml.marks import Mark, add_offset
from aoede.formats.musicxml.rhythm import Grid, Piece, Sound, beams_of, pieces_of
from aoede.formats.musicxml.spelling import Accidentals, Speller
from aoede.formats.musicxml.words import Lyric
from aoede.song import TICKS_PER_QUARTER, KeySignature, Note, Track

# Mean MIDI pitches of a part. Guitars and low voices are written in a treble clef that sounds an octave lower.
HIGH_TREBLE_ABOVE, LOW_TREBLE_BELOW, BASS_CLEF_BELOW, TENOR_FROM, LOW_BASS_BELOW = 86, 60, 55, 50, 43
GUITARS = range(24, 32)
LOWEST_OCTAVE = 0  # of MusicXML


@dataclass(frozen=True)
class Part:
    number: int  # from 0
    track: Track
    sounds: list[Sound]
    grid: Grid
    lyrics: Mapping[int, Lyric]  # by number of a sound

    @property
    def id(self) -> str:
        return f"P{self.number + 1}"

    @property
    def drums(self) -> list[int]:
        """The pitches of a drum part."""
        return sorted({note.pitch for sound in self.sounds for note in sound.notes})


@dataclass(frozen=True)
class Frame:
    """What all parts share; the numbers of bars count from 0."""

    bars: Bars
    keys: Mapping[int, KeySignature]  # by the number of the bar where they begin; bar 0 has one
    double_lines: frozenset[int]  # bars that end with one: a section ends
    marks: Mapping[int, Sequence[Mark]]  # of the first part
    speller: Speller


def part_element(part: Part, frame: Frame) -> Element:
    element = Element("part", id=part.id)
    sharps = 0
    last = len(frame.bars.bars) - 1
    for i, bar in enumerate(frame.bars.bars):
        measure = SubElement(element, "measure", number=str(i + 1))
        if bar.is_cut:
            measure.set("implicit", "yes")
        sharps = frame.keys[i].sharps if i in frame.keys else sharps
        attributes = _attributes(part, frame, i)
        if len(attributes):
            measure.append(attributes)
        marks = frame.marks.get(i, ()) if part.number == 0 else ()
        measure.extend(_contents(part, frame.speller, bar, sharps, marks))
        if i == last or i in frame.double_lines:
            barline = SubElement(measure, "barline", location="right")
            SubElement(barline, "bar-style").text = "light-heavy" if i == last else "light-light"
    return element


def _attributes(part: Part, frame: Frame, i: int) -> Element:
    """What is new at bar `i`: key and meter, and at the first bar the clef and what a duration counts."""
    element = Element("attributes")
    if i == 0:
        SubElement(element, "divisions").text = str(TICKS_PER_QUARTER)
    if i in frame.keys:
        key = SubElement(element, "key")
        SubElement(key, "fifths").text = "0" if part.track.is_drum else str(frame.keys[i].sharps)
        if not part.track.is_drum:
            SubElement(key, "mode").text = "minor" if frame.keys[i].is_minor else "major"
    meter = frame.bars.bars[i].meter
    before = frame.bars.bars[i - 1].meter if i else None
    if before is None or (meter.numerator, meter.denominator) != (before.numerator, before.denominator):
        time = SubElement(element, "time")
        SubElement(time, "beats").text = str(meter.numerator)
        SubElement(time, "beat-type").text = str(meter.denominator)
    if i == 0:
        element.append(_clef(part))
    return element


def _clef(part: Part) -> Element:
    """Treble or bass by where the notes lie, an octave lower or higher where that spares many ledger lines."""
    element = Element("clef")
    if part.track.is_drum:
        SubElement(element, "sign").text = "percussion"
        return element
    pitches = [note.pitch for sound in part.sounds for note in sound.notes] or [60]
    mean = sum(pitches) / len(pitches)
    is_tenor = part.track.role == "melody" or part.track.program in GUITARS
    sign, octaves = "G", int(mean > HIGH_TREBLE_ABOVE)
    if mean < LOW_TREBLE_BELOW and is_tenor and mean >= TENOR_FROM:
        octaves = -1
    elif mean < BASS_CLEF_BELOW:
        sign, octaves = "F", -int(mean < LOW_BASS_BELOW)
    SubElement(element, "sign").text = sign
    SubElement(element, "line").text = "2" if sign == "G" else "4"
    if octaves:
        SubElement(element, "clef-octave-change").text = str(octaves)
    return element


def _contents(
    part: Part, speller: Speller, bar: Bar, sharps: int, marks: Sequence[Mark]
) -> Iterator[Element]:
    """Notes and rests of a bar, with the marks between them."""
    pieces = pieces_of(bar, part.sounds, part.grid)
    writer = _Writer(part, speller, Accidentals(sharps))
    left = list(marks)
    for k, (piece, beams) in enumerate(zip(pieces, beams_of(bar, pieces), strict=True)):
        end = piece.offset_ticks + piece.duration_ticks
        while left and (left[0][0] < end or k + 1 == len(pieces)):
            offset, mark = left.pop(0)
            yield add_offset(mark, offset - piece.offset_ticks)
        yield from writer.notes(piece, beams, _tuplet(pieces, k))


def _tuplet(pieces: Sequence[Piece], k: int) -> str:
    """ "start", "stop" or "" of the triplet that piece `k` is in; one fills a quarter."""
    piece = pieces[k]
    if not piece.is_triplet:
        return ""
    if piece.offset_ticks % TICKS_PER_QUARTER == 0:
        return "start"
    return "stop" if (piece.offset_ticks + piece.duration_ticks) % TICKS_PER_QUARTER == 0 else ""


class _Writer:
    """The notes of one bar, in order: signs hold until its end."""

    def __init__(self, part: Part, speller: Speller, accidentals: Accidentals) -> None:
        self.part, self.speller, self.accidentals = part, speller, accidentals

    def notes(self, piece: Piece, beams: Sequence[str], tuplet: str) -> Iterator[Element]:
        """The <note> elements of a piece: one, or one for each note of a chord."""
        is_cut_drum = self.part.track.is_drum and not piece.is_first  # a stroke is not tied
        if piece.sound is None or is_cut_drum:
            yield self._rest(piece, tuplet)
            return
        sound = self.part.sounds[piece.sound]
        for k, note in enumerate(sound.notes):
            element = Element("note")
            if k:
                SubElement(element, "chord")
            sign = self._add_pitch(element, note, piece)
            SubElement(element, "duration").text = str(piece.duration_ticks)
            ties = self._add_ties(element, piece)
            self._add_value(element, piece, sign, note)
            for level, beam in enumerate(beams if k == 0 else (), start=1):
                SubElement(element, "beam", number=str(level)).text = beam
            _add_notations(element, ties, tuplet if k == 0 else "", is_beamed=len(beams) > 0)
            if k == 0 and piece.is_first and piece.sound in self.part.lyrics:
                element.append(_lyric(self.part.lyrics[piece.sound]))
            yield element

    def _add_pitch(self, element: Element, note: Note, piece: Piece) -> str:
        """Adds the pitch; returns the sign that it needs."""
        if self.part.track.is_drum:
            letter, octave, _ = place_of(note.pitch)
            unpitched = SubElement(element, "unpitched")
            SubElement(unpitched, "display-step").text = letter
            SubElement(unpitched, "display-octave").text = str(octave)
            return ""
        name = self.speller.name(note.pitch, note.start_ticks, self._following(piece))
        pitch = SubElement(element, "pitch")
        SubElement(pitch, "step").text = name[0]
        if name[1]:
            SubElement(pitch, "alter").text = str(name[1])
        SubElement(pitch, "octave").text = str(max(LOWEST_OCTAVE, name[2]))
        return self.accidentals.sign_for(name) if piece.is_first else ""

    def _following(self, piece: Piece) -> int | None:
        """The pitch to which a melody moves on; of chords None."""
        i = -1 if piece.sound is None else piece.sound
        here, after = self.part.sounds[i : i + 1], self.part.sounds[i + 1 : i + 2]
        if len(here) == len(after) == 1 and len(here[0].notes) == len(after[0].notes) == 1:
            return after[0].notes[0].pitch
        return None

    def _add_ties(self, element: Element, piece: Piece) -> list[str]:
        if self.part.track.is_drum:
            return []
        ties = ["stop"] * (not piece.is_first) + ["start"] * (not piece.is_last)
        for kind in ties:
            SubElement(element, "tie", type=kind)
        return ties

    def _add_value(self, element: Element, piece: Piece, sign: str, note: Note | None) -> None:
        """Instrument, voice, note value, dots, sign, triplet, head."""
        is_drum = self.part.track.is_drum and note is not None
        if is_drum and note is not None:
            SubElement(element, "instrument", id=f"{self.part.id}-I{note.pitch + 1}")
        SubElement(element, "voice").text = "1"
        if piece.value:
            SubElement(element, "type").text = piece.value
        for _ in range(piece.dots):
            SubElement(element, "dot")
        if sign:
            SubElement(element, "accidental").text = sign
        if piece.is_triplet:
            modification = SubElement(element, "time-modification")
            for name, text in (("actual-notes", "3"), ("normal-notes", "2"), ("normal-type", "eighth")):
                SubElement(modification, name).text = text
        if is_drum and note is not None and (head := place_of(note.pitch)[2]):
            SubElement(element, "notehead").text = head

    def _rest(self, piece: Piece, tuplet: str) -> Element:
        element = Element("note")
        rest = SubElement(element, "rest")
        if not piece.value:
            rest.set("measure", "yes")
        SubElement(element, "duration").text = str(piece.duration_ticks)
        self._add_value(element, piece, "", None)
        _add_notations(element, (), tuplet, is_beamed=False)
        return element


def _add_notations(element: Element, ties: Sequence[str], tuplet: str, *, is_beamed: bool) -> None:
    if not (ties or tuplet):
        return
    notations = SubElement(element, "notations")
    for kind in ties:
        SubElement(notations, "tied", type=kind)
    if tuplet:
        sign = SubElement(notations, "tuplet", type=tuplet)
        if tuplet == "start":
            sign.set("bracket", "no" if is_beamed else "yes")


def _lyric(lyric: Lyric) -> Element:
    element = Element("lyric", number="1")
    if lyric.text:
        SubElement(element, "syllabic").text = lyric.syllabic
        SubElement(element, "text").text = lyric.text
    if lyric.extend:
        SubElement(element, "extend", type=lyric.extend)
    if lyric.ends_line:
        SubElement(element, "end-line")
    return element
