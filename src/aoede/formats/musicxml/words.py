"""Syllables under the notes of a part: which note sings what, hyphens, and lines under what is held.

A syllable belongs to the note that begins with it, else to the one that sounds then. Notes after it that have none go
on singing it (a melisma) as long as no rest parts them.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from aoede.formats.musicxml.marks import readable
from aoede.formats.musicxml.rhythm import Sound
from aoede.song import Syllable

NEAR_TICKS = 60  # a syllable that comes this little before its note belongs to it


@dataclass(frozen=True, slots=True)
class Lyric:
    """What stands under one note; of a note inside a melisma only where the line ends."""

    text: str = ""
    syllabic: str = "single"  # "begin", "middle", "end" of a word
    extend: str = ""  # "start" or "stop" of the line under a held syllable
    ends_line: bool = False


def lyrics_of(sounds: Sequence[Sound], syllables: Sequence[Syllable]) -> dict[int, Lyric]:
    """{number of a sound: what stands under it}."""
    if not sounds:
        return {}
    starts = [min(note.start_ticks for note in sound.notes) for sound in sounds]
    sung: dict[int, Syllable] = {}
    for syllable in syllables:
        i = max(0, bisect_right(starts, syllable.start_ticks + NEAR_TICKS) - 1)
        if text := readable(syllable.text):
            sung[i] = _together(sung.get(i), syllable, text)
    order = sorted(sung)
    goes_on = [False, *(sung[i].joins_next for i in order)]
    lyrics = {i: _lyric(sung[i], joined) for i, joined in zip(order, goes_on, strict=False)}
    for i, following in zip(order, [*order[1:], len(sounds)], strict=False):
        last = _last_held(sounds, i, following)
        if last > i and not sung[i].joins_next:
            own = lyrics[i]
            lyrics[i] = Lyric(own.text, own.syllabic, "start", own.ends_line)
            lyrics[last] = Lyric(extend="stop")
    return lyrics


def _together(before: Syllable | None, syllable: Syllable, text: str) -> Syllable:
    """Two syllables on one note as one, so that no word is lost."""
    if before is not None:
        text = f"{before.text}{'' if before.joins_next else ' '}{text}"
    return Syllable(syllable.start_ticks, text, syllable.joins_next, syllable.ends_line)


def _lyric(syllable: Syllable, is_joined: bool) -> Lyric:
    if syllable.joins_next:
        return Lyric(syllable.text, "middle" if is_joined else "begin", "", syllable.ends_line)
    return Lyric(syllable.text, "end" if is_joined else "single", "", syllable.ends_line)


def _last_held(sounds: Sequence[Sound], i: int, following: int) -> int:
    """The last sound before `following` that no rest parts from sound `i`."""
    while i + 1 < following and sounds[i].end_ticks == sounds[i + 1].start_ticks:
        i += 1
    return i
