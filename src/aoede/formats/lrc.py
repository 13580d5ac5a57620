"""Song -> LRC: its words with the times at which they are sung, for players that show them.

Enhanced LRC (A2 extension): a line begins with its time "[mm:ss.xx]", each word with its own "<mm:ss.xx>"; after a
line's last word stands the time at which its singing ends. A line with a time alone clears the screen: one stands
after each section with words. English syllables are joined to words, Chinese characters have no spaces between them.
"""

import json
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from aoede.errors import UsageError
from aoede.formats.lettering import clean
from aoede.formats.midi_text import is_unspaced
from aoede.formats.sung_lines import lines_of
from aoede.song import TICKS_PER_QUARTER, Song, Syllable

Word = tuple[int, str]  # ticks at which it begins, text
BREATH_TICKS = TICKS_PER_QUARTER // 2  # a longer gap between two notes ends a syllable


def to_bytes(song: Song) -> bytes:
    """The words of `song` as an LRC file in UTF-8. Raises UsageError for a song that has none."""
    lines = list(lines_of(song))
    if not lines:
        raise UsageError("this song has no words, so there is nothing to time in an .lrc file")
    out = [f"[ti:{clean(song.title)}]", f"[length:{_clock(round(song.duration_s))[:-3]}]", "[re:aoede]"]
    if song.recipe:
        out.append(f"[#:aoede-recipe: {json.dumps(dict(song.recipe), separators=(',', ':'))}]")
    borders = sorted({section.start_ticks for section in song.sections})
    for line, following in zip(lines, [*lines[1:], None], strict=False):
        words = _words(line)
        end = _sung_until(song, line[-1], following[0].start_ticks if following else song.end_ticks)
        starts = [_clock(seconds) for seconds in song.seconds_of([start for start, _ in words])]
        timed = "".join(f"<{start}>{word}" for start, (_, word) in zip(starts, words, strict=True))
        stop = _clock(song.seconds_at(end))
        out.append(f"[{starts[0]}]{timed}<{stop}>")
        if following is None or _section_of(borders, following) != _section_of(borders, line):
            out.append(f"[{stop}]")
    return ("\n".join(out) + "\n").encode()


def _section_of(borders: Sequence[int], line: Sequence[Syllable]) -> int:
    """Number of the section that has the middle of a line: it may begin with an upbeat."""
    return bisect_right(borders, line[len(line) // 2].start_ticks)


def _sung_until(song: Song, syllable: Syllable, limit_ticks: int) -> int:
    """The tick, at most `limit_ticks`, at which a syllable ends: with the last note that it is held over."""
    notes = next((track.notes for track in song.tracks if track.role == "melody"), ())
    i = bisect_right(notes, syllable.start_ticks, key=lambda note: note.start_ticks) - 1
    end = notes[i].end_ticks if i >= 0 else limit_ticks
    for note in notes[i + 1 :] if i >= 0 else ():
        if note.start_ticks >= limit_ticks or note.start_ticks > end + BREATH_TICKS:
            break
        end = max(end, note.end_ticks)
    return max(syllable.start_ticks, min(end, limit_ticks))


def _words(line: Sequence[Syllable]) -> list[Word]:
    """Whole words, each with the space that follows it, if one does."""
    words: list[Word] = []
    goes_on = False
    for syllable in line:
        text = clean(syllable.text)
        if goes_on and words:
            words[-1] = (words[-1][0], words[-1][1] + text)
        else:
            words.append((syllable.start_ticks, text))
        goes_on = syllable.joins_next
    spaced = [(a[0], a[1] + _between(a[1], b[1])) for a, b in pairwise(words)]
    return [*spaced, words[-1]]


def _between(before: str, after: str) -> str:
    """A space between words; none beside Chinese."""
    return "" if is_unspaced(before[-1]) or is_unspaced(after[0]) else " "


def _clock(seconds: float) -> str:
    """mm:ss.xx"""
    hundredths = round(seconds * 100)
    return f"{hundredths // 6000:02d}:{hundredths // 100 % 60:02d}.{hundredths % 100:02d}"
