"""Song -> MusicXML 4.0: a lead sheet (melody, chord symbols, words), or the whole score.

What is played is written as musicians write it: `swing` evens swung eighths, `bars` says where bars are, `rhythm`
turns ticks into note values, `spelling` names pitches, `chords` spells chord symbols, `words` lays syllables under
notes, `marks` sets sections and tempos over them, and `part` writes it all down bar by bar. Here the document is put
together.
"""

import json
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from aoede.errors import InputError
from aoede.formats.general_midi import drum_family, program_name
from aoede.formats.musicxml.bars import Bars, bars_of
from aoede.formats.musicxml.marks import marks_of, readable
from aoede.formats.musicxml.part import Frame, Part, part_element
from aoede.formats.musicxml.rhythm import Grid, sounds_of
from aoede.formats.musicxml.spelling import Speller
from aoede.formats.musicxml.swing import EVEN, evened, swing_mark, swing_of
from aoede.formats.musicxml.words import lyrics_of
from aoede.song import DRUM_CHANNEL, KeySignature, Song, Track
from aoede.version import __version__

MAX_BARS = 5_000
MAX_BARS_OF_ALL_PARTS = 100_000  # a hundred megabytes of tree
MAX_VOICES = 10  # notes of one chord


def to_bytes(song: Song, *, whole: bool = False, language: str = "en", max_bars: int = MAX_BARS) -> bytes:
    """`song` as an uncompressed MusicXML file in UTF-8; the same song gives the same bytes.

    The lead sheet is the melody with chord symbols and words; `whole` is every track as a part, the first with the
    chord symbols. `language`, "en" or "zh", is that of the section names. Raises InputError for more bars than
    `max_bars`, or than 100,000 in all parts together.
    """
    swing = swing_of(song)
    song = evened(song, swing)
    bars = bars_of(song, max_bars=max_bars)
    n_bars = len(bars.bars) * (len(song.tracks) if whole else 1)
    if n_bars > MAX_BARS_OF_ALL_PARTS:
        raise InputError(
            f"all parts of a score together hold {MAX_BARS_OF_ALL_PARTS:,} bars at most, not {n_bars:,}"
        )
    parts = _parts(song, bars, whole)
    marks = marks_of(song, bars, parts[0].grid, language)
    if swing != EVEN:
        marks[0] = [*marks.get(0, []), (0, swing_mark(swing))]
    ends = (bars.nearest_line(section.start_ticks) - 1 for section in song.sections)
    double_lines = frozenset(end for end in ends if end >= 0)
    frame = Frame(bars, _keys_by_bar(song.keys, bars), double_lines, marks, Speller(song.keys, song.chords))
    root = Element("score-partwise", version="4.0")
    root.extend(_head(song))
    part_list = SubElement(root, "part-list")
    part_list.extend(_score_part(part, is_named=whole) for part in parts)
    root.extend(part_element(part, frame) for part in parts)
    indent(root, " ")
    return f"<?xml version='1.0' encoding='utf-8'?>\n{tostring(root, 'unicode')}\n".encode()


def lead_of(song: Song) -> Track:
    """The track that a lead sheet shows: the melody, else the first that is no drums, else silence."""
    pitched = [track for track in song.tracks if not track.is_drum and track.notes]
    named = [track for track in pitched if track.role == "melody"]
    return (named or pitched or [Track("Melody", ())])[0]


def _parts(song: Song, bars: Bars, whole: bool) -> list[Part]:
    lead = lead_of(song)
    tracks = [track for track in song.tracks if track.notes] if whole else []
    parts = []
    for number, track in enumerate(tracks or [lead]):
        grid = Grid(bars, [note.start_ticks for note in track.notes])
        n_voices = MAX_VOICES if whole else 1
        sounds = sounds_of(track.notes, grid, n_voices=n_voices, is_held=not track.is_drum)
        lyrics = lyrics_of(sounds, song.syllables) if track is lead else {}
        parts.append(Part(number, track, sounds, grid, lyrics))
    return parts


def _keys_by_bar(keys: Sequence[KeySignature], bars: Bars) -> dict[int, KeySignature]:
    """{number of a bar: the signature that begins there}; the first bar always has one."""
    found = {0: KeySignature(0, 0, False)}
    for key in keys:
        found[bars.nearest_line(key.start_ticks)] = key
    return found


def _head(song: Song) -> list[Element]:
    """Title, program and recipe."""
    head = []
    if title := readable(song.title):
        head.append(Element("work"))
        SubElement(head[0], "work-title").text = title
    identification = Element("identification")
    encoding = SubElement(identification, "encoding")
    SubElement(encoding, "software").text = f"Aoede {__version__}"
    for element in ("accidental", "beam"):
        SubElement(encoding, "supports", element=element, type="yes")
    if song.recipe:
        field = SubElement(SubElement(identification, "miscellaneous"), "miscellaneous-field")
        field.set("name", "aoede-recipe")
        field.text = json.dumps(dict(song.recipe), separators=(",", ":"))
    return [*head, identification]


def _score_part(part: Part, *, is_named: bool) -> Element:
    """Name and instruments; a lead sheet does not show the name."""
    track = part.track
    element = Element("score-part", id=part.id)
    name = SubElement(element, "part-name")
    name.text = readable(track.name) or program_name(track.program)
    if not is_named:
        name.set("print-object", "no")
    free = [channel for channel in range(16) if channel != DRUM_CHANNEL]
    channel = DRUM_CHANNEL if track.is_drum else free[part.number % len(free)]
    instruments = [(f"{part.id}-I1", program_name(track.program), -1)]
    if track.is_drum:
        instruments = [(f"{part.id}-I{pitch + 1}", drum_family(pitch), pitch) for pitch in part.drums]
    for id_, label, _ in instruments:
        instrument = SubElement(element, "score-instrument", id=id_)
        SubElement(instrument, "instrument-name").text = label
    for id_, _, pitch in instruments:
        instrument = SubElement(element, "midi-instrument", id=id_)
        SubElement(instrument, "midi-channel").text = str(channel + 1)
        SubElement(instrument, "midi-program").text = str(track.program + 1)
        if pitch >= 0:
            SubElement(instrument, "midi-unpitched").text = str(pitch + 1)
    return element
