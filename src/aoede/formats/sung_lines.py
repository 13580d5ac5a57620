"""Syllables as the lines of a lyric: what is sung from when to when, and how it is written."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aoede.formats.lettering import clean
from aoede.formats.midi_text import is_unspaced
from aoede.song import TICKS_PER_QUARTER, Note, Song, Syllable

UPBEAT_TICKS = 2 * TICKS_PER_QUARTER  # a line may begin this long before its section
HELD_TICKS = 2 * TICKS_PER_QUARTER  # so long is a syllable sung that no melody says anything of
# Of a song that says nothing of lines: they end where the syllables rest, and at the latest after so many.
MIN_SYLLABLES, MAX_SYLLABLES = 4, 16
REST_TICKS = 2 * TICKS_PER_QUARTER


@dataclass(frozen=True, slots=True)
class SungLine:
    """A line of the lyrics; `section` is the index of its section in the song, or -1."""

    start_ticks: int
    end_ticks: int
    text: str
    section: int


def sung_lines(song: Song) -> list[SungLine]:
    """The lines in order, each in the section that has its middle."""
    lines = list(lines_of(song))
    tune = sorted(note for track in song.tracks if track.role == "melody" for note in track.notes)
    limits = [*(line[0].start_ticks for line in lines), song.end_ticks][1:]
    return [
        SungLine(
            line[0].start_ticks,
            _end(tune, line[-1].start_ticks, limit),
            written(line),
            _section(song, line[len(line) // 2].start_ticks),
        )
        for line, limit in zip(lines, limits, strict=True)
    ]


def lines_of(song: Song) -> Iterator[list[Syllable]]:
    """The syllables that have a text, line by line.

    A line ends where its last syllable says so, and with its section unless it began only as an upbeat to the next.
    """
    says_lines = any(syllable.ends_line for syllable in song.syllables)
    borders = sorted(section.start_ticks for section in song.sections)
    line: list[Syllable] = []
    for syllable in song.syllables:
        if not clean(syllable.text):
            continue
        if line and (_crosses(borders, line, syllable) or not (says_lines or _goes_on(line, syllable))):
            yield line
            line = []
        line.append(syllable)
        if syllable.ends_line:
            yield line
            line = []
    if line:
        yield line


def written(line: Sequence[Syllable]) -> str:
    """Syllables as a line: syllables of a word together, words apart, and no spaces where a script has none."""
    text, goes_on = "", True
    for syllable in line:
        sung = clean(syllable.text)
        if sung and not (goes_on or is_unspaced(text[-1]) or is_unspaced(sung[0])):
            text += " "
        text += sung
        goes_on = syllable.joins_next or not text
    return text


def _crosses(borders: Sequence[int], line: Sequence[Syllable], following: Syllable) -> bool:
    """Whether a section begins between `line`, where it is more than an upbeat, and the syllable that follows."""
    i = bisect_right(borders, following.start_ticks) - 1
    return i >= 0 and line[-1].start_ticks < borders[i] and line[0].start_ticks < borders[i] - UPBEAT_TICKS


def _goes_on(line: Sequence[Syllable], following: Syllable) -> bool:
    rests = following.start_ticks - line[-1].start_ticks >= REST_TICKS
    return line[-1].joins_next or not (len(line) >= MAX_SYLLABLES or (rests and len(line) >= MIN_SYLLABLES))


def _section(song: Song, ticks: int) -> int:
    i = bisect_right(song.sections, ticks, key=lambda section: section.start_ticks) - 1
    return i if i >= 0 and ticks < song.sections[i].end_ticks else -1


def _end(tune: Sequence[Note], last_ticks: int, limit_ticks: int) -> int:
    """Until when the syllable at `last_ticks` is held: to the end of what the tune has before `limit_ticks`."""
    first = bisect_left(tune, last_ticks, key=lambda note: note.start_ticks)
    after = bisect_left(tune, limit_ticks, key=lambda note: note.start_ticks)
    held = max((note.end_ticks for note in tune[first:after]), default=last_ticks + HELD_TICKS)
    return max(last_ticks + 1, min(held, limit_ticks))
