"""What of a song is to change ("9-16", "chorus", "verse2", "bass,drums") and what is locked ("melody,lyrics:chorus").

Bars are counted from 1, the last one included. Places in a song are spans of ticks.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from aoede.errors import UsageError
from aoede.formats.sung_lines import sung_lines
from aoede.music.form import SECTIONS, parse_form
from aoede.song import Song

Spans = tuple[tuple[int, int], ...]  # [begin, end) in ticks, sorted, apart from one another
HARMONY, LYRICS = "harmony", "lyrics"
ROLES = ("melody", "chords", "colour", "bass", "drums")
PITCHED = ROLES[:4]  # what moves with the harmony
MAX_CHARACTERS = 1000  # of what is asked, lest a hostile recipe take long
_NAMES: Mapping[str, str] = MappingProxyType({
    **{role: role for role in (*ROLES, HARMONY, LYRICS)}, "words": LYRICS, "lyric": LYRICS, "tune": "melody",
    "lead": "melody", "chord": "chords", "backing": "chords", "color": "colour", "drum": "drums",
    "旋律": "melody", "主旋律": "melody", "伴奏": "chords", "和弦": "chords", "色彩": "colour", "贝斯": "bass",
    "低音": "bass", "鼓": "drums", "和声": HARMONY, "歌词": LYRICS,
})  # fmt: skip


def inside(spans: Spans, ticks: int) -> bool:
    """Whether a moment lies in one of the spans."""
    at = bisect_right(spans, ticks, key=lambda span: span[0]) - 1
    return at >= 0 and ticks < spans[at][1]


def union(spans: Iterable[tuple[int, int]]) -> Spans:
    """The same moments, sorted and joined where they touch."""
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif end > begin:
            joined.append((begin, end))
    return tuple(joined)


def without(spans: Spans, locked: Spans) -> Spans:
    """The moments of `spans` that are not in `locked`."""
    left = list(spans)
    for begin, end in locked:
        left = [
            part
            for a, b in left
            for part in ((a, min(b, begin)), (max(a, end), b))
            if part[1] > part[0]
        ]  # fmt: skip
    return union(left)


def common(a: Spans, b: Spans) -> Spans:
    """The moments of both."""
    return without(a, without(a, b))


def bars_of(song: Song) -> Spans:
    """The bars of a song one after another, the last one whole."""
    starts = song.bar_starts()
    return tuple(
        zip(starts, [*starts[1:], starts[-1] + song.meters[-1].bar_ticks], strict=True) if starts else ()
    )


def places_of(text: str, song: Song, option: str) -> Spans:
    """The spans of "9-16,25", "chorus", "verse2+bridge", "line3" (of the words).

    Raises UsageError naming the bars, sections and lines there are.
    """
    return union(
        span for word in _words(text, r"[,，、+;\s]+", option) for span in _place(word, song, option)
    )


def _place(word: str, song: Song, option: str) -> list[tuple[int, int]]:
    if bars := re.fullmatch(r"(\d{1,6})(?:\s*[-–—~]\s*(\d{1,6}))?", word):
        return _bars(int(bars[1]), int(bars[2] or bars[1]), song, option)
    if line := re.fullmatch(r"line(\d{1,6})", word):
        return _line(int(line[1]), song, option)
    return _sections(word, song, option)


def _line(number: int, song: Song, option: str) -> list[tuple[int, int]]:
    """A line of the words, counted from 1."""
    lines = sung_lines(song)
    if not 1 <= number <= len(lines):
        told = f"line {number} of a song that has {len(lines) or 'none'}"
        raise UsageError(told, where=option, hint="Lines of the words are counted from 1.")
    return [(lines[number - 1].start_ticks, lines[number - 1].end_ticks)]


def _words(text: str, borders: str, option: str) -> list[str]:
    if len(text) > MAX_CHARACTERS:
        raise UsageError(f"more than {MAX_CHARACTERS} characters", where=option)
    words = [word for word in re.split(borders, re.sub(r"\s*([-–—~:：])\s*", r"\1", text)) if word]
    if not words:
        raise UsageError("nothing is named", where=option, hint=_HINTS[option])
    return words


_HINTS: Mapping[str, str] = MappingProxyType({
    "--bars": 'Name bars such as "9-16" or "1-4,9".', "--sections": 'Name sections such as "chorus" or "verse2".',
    "--tracks": 'Name tracks such as "bass,drums".', "--lock": 'Lock tracks such as "melody,lyrics:chorus".',
})  # fmt: skip


def _bars(first: int, last: int, song: Song, option: str) -> list[tuple[int, int]]:
    bars = bars_of(song)
    if not 1 <= first <= last <= len(bars):
        asked = f"bar {first}" if first == last else f"bars {first}-{last}"
        raise UsageError(
            f"{asked} of a song that has {len(bars)}" if first <= last else f"{first}-{last} runs backwards",
            where=option,
            hint=f"Bars go from 1 to {len(bars)}: {sections_told(song)}.",
        )
    return [(bars[first - 1][0], bars[last - 1][1])]


def _sections(word: str, song: Song, option: str) -> list[tuple[int, int]]:
    """The sections of a name; with a number only that one of them."""
    match = re.fullmatch(r"(.*?)(\d{0,3})", word)
    assert match is not None
    named = [s for s in song.sections if s.name == _section_name(match[1])]
    number = int(match[2]) if match[2] else None
    if not named or (number is not None and not 1 <= number <= len(named)):
        raise UsageError(
            f"this song has no {word!r}", where=option, hint=f"It has {sections_told(song)}."
        )  # fmt: skip
    chosen = named if number is None else [named[number - 1]]
    return [(section.start_ticks, section.end_ticks) for section in chosen]


def _section_name(word: str) -> str:
    """The plain name of what people call a section, else the word itself: a file may have names of its own."""
    if word in SECTIONS:
        return word
    try:
        return parse_form(word)[0][0]
    except UsageError:
        return word


def sections_told(song: Song) -> str:
    """ "intro 1-4, verse 5-12": the sections with their bars."""
    starts = song.bar_starts()
    told = []
    for section in song.sections:
        first = bisect_right(starts, section.start_ticks)
        last = bisect_right(starts, section.end_ticks - 1)
        told.append(f"{section.name} {first}-{last}" if last > first else f"{section.name} {first}")
    return ", ".join(told) or f"1-{len(starts)}"


def tracks_of(text: str, known: Sequence[str], option: str) -> tuple[str, ...]:
    """The tracks that "bass,drums" or "all" names. Raises UsageError naming those of `known`."""
    words = _words(text, r"[,，、+;\s]+", option)
    return tuple(dict.fromkeys(name for word in words for name in _track(word, known, option)))


def _track(word: str, known: Sequence[str], option: str) -> Sequence[str]:
    name = _NAMES.get(word.lower(), word.lower())
    if name == "all":
        return known
    if name not in known:
        what = "this song has no track" if name in _NAMES.values() else "there is no track"
        raise UsageError(f"{what} {word!r}", where=option, hint=f"There are {', '.join(known)}, and all.")
    return (name,)


def locks_of(text: str, song: Song, known: Sequence[str]) -> dict[str, Spans]:
    """What "melody,lyrics:chorus" keeps: the melody everywhere, the lyrics in every chorus.

    After the colon stand sections, bars or lines, more than one joined by "+": "bass:chorus+9-12", "lyrics:line3".
    """
    locked: dict[str, Spans] = {}
    for word in _words(text, r"[,，、;]+", "--lock"):
        name, _, places = word.replace("：", ":").partition(":")
        spans = places_of(places, song, "--lock") if places else ((0, _end(song)),)
        for track in _track(name.strip(), known, "--lock"):
            locked[track] = union((*locked.get(track, ()), *spans))
    return locked


def _end(song: Song) -> int:
    """Beyond everything."""
    return max(song.end_ticks, bars_of(song)[-1][1] if song.tracks else 0) + 1
