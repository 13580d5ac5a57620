"""Swing: eighths that are played long and short are written even, with the word over the first bar.

Where most off-beat notes of a song lie near two thirds of their beat, and hardly any at its first third, its players
swing; a score of triplets would hide that.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from statistics import median
from xml.etree.ElementTree import Element, SubElement

from aoede.song import TICKS_PER_QUARTER as QUARTER
from aoede.song import Meter, Note, Song, Track

EVEN = Fraction(1, 2)
FEWEST = 8  # off-beat notes that show a habit
_OFFBEAT = (0.42, 0.75)  # shares of a beat between which the second of two eighths is played
_SWUNG = (0.56, 0.72)  # and where it is when they swing
_SECOND_OF_THREE = (0.27, 0.40)
_NEAR = 0.06
_MOST_OTHERWISE = 0.15  # of the off-beat notes that are not near the others, and of beats in three
_LARGEST_PART = 3  # of the ratio that is told: 3:2, 2:1


def swing_of(song: Song) -> Fraction:
    """The share of a quarter that the first of two eighths takes in the pitched parts, 1/2 where they are even."""
    shares = [
        _within_beat(ticks, song.meters) / QUARTER
        for track in song.tracks
        if not track.is_drum
        for ticks in {note.start_ticks for note in track.notes}
    ]
    offbeat = [share for share in shares if _OFFBEAT[0] <= share <= _OFFBEAT[1]]
    thirds = sum(_SECOND_OF_THREE[0] <= share <= _SECOND_OF_THREE[1] for share in shares)
    if len(offbeat) < FEWEST or thirds > _MOST_OTHERWISE * len(offbeat):
        return EVEN
    usual = median(offbeat)
    otherwise = sum(abs(share - usual) > _NEAR for share in offbeat)
    swings = _SWUNG[0] <= usual <= _SWUNG[1] and otherwise <= _MOST_OTHERWISE * len(offbeat)
    return Fraction(usual) if swings else EVEN


def evened(song: Song, swing: Fraction) -> Song:
    """The song with the halves of its beats made equal; where a part divides a beat by three it keeps it."""
    if swing == EVEN:
        return song

    def moved(ticks: int) -> int:
        within, turn = _within_beat(ticks, song.meters), swing * QUARTER
        if within <= turn:
            return ticks - within + round(within / turn * QUARTER / 2)
        return ticks - within + round(QUARTER * (1 + (within - turn) / (QUARTER - turn)) / 2)

    return replace(
        song,
        tracks=tuple(_evened_track(track, song.meters, moved) for track in song.tracks),
        chords=tuple(replace(chord, start_ticks=moved(chord.start_ticks)) for chord in song.chords),
        syllables=tuple(replace(one, start_ticks=moved(one.start_ticks)) for one in song.syllables),
    )


def _evened_track(track: Track, meters: Sequence[Meter], moved: Callable[[int], int]) -> Track:
    thirds = {
        note.start_ticks - within
        for note in track.notes
        if _SECOND_OF_THREE[0]
        <= (within := _within_beat(note.start_ticks, meters)) / QUARTER
        <= _SECOND_OF_THREE[1]
    }

    def place(ticks: int) -> int:
        return ticks if ticks - _within_beat(ticks, meters) in thirds else moved(ticks)

    notes = (
        replace(note, start_ticks=place(note.start_ticks), duration_ticks=_length(note, place))
        for note in track.notes
    )
    return replace(track, notes=tuple(sorted(notes)))


def _length(note: Note, place: Callable[[int], int]) -> int:
    return max(1, place(note.end_ticks) - place(note.start_ticks))


def _within_beat(ticks: int, meters: Sequence[Meter]) -> int:
    """Ticks from the beginning of the quarter; 0 in meters that are not counted in quarters or halves."""
    meter = next((m for m in reversed(meters) if m.start_ticks <= ticks), None)
    if meter is None:
        return ticks % QUARTER
    return (ticks - meter.start_ticks) % QUARTER if meter.denominator <= 4 else 0


def swing_mark(swing: Fraction) -> Element:
    """The word for readers and the ratio for programs that play the score."""
    ratio = (swing / (1 - swing)).limit_denominator(_LARGEST_PART)
    direction = Element("direction", placement="above")
    SubElement(SubElement(direction, "direction-type"), "words", {"font-weight": "bold"}).text = "Swing"
    element = SubElement(SubElement(direction, "sound"), "swing")
    for name, part in (("first", ratio.numerator), ("second", ratio.denominator)):
        SubElement(element, name).text = str(part)
    SubElement(element, "swing-type").text = "eighth"
    return direction
