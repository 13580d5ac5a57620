"""Syllables <-> the lyric events of a MIDI file.

Ours follow the recommended practice RP-017 (MIDI Manufacturers Association, 1997): an event a syllable, a space at
the end of every word, so that a syllable without one goes on in the next, and a carriage return at the end of every
line. There are no hyphens: players would sing them. A script that has no spaces between words, such as Chinese, has
none here; the odd syllable of it that is joined to the next says so by a word joiner (U+2060), which nobody sees.

Others write hyphens, spaces before or after words, karaoke marks ("/" a line, "\\\\" a paragraph), or nothing at all;
what can be known is taken.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from aoede.formats.midi_text import clean, is_unspaced
from aoede.song import Syllable

JOINER = "\u2060"
LINE_END = "\r"
MAX_CHARS = 200
_MARKS = JOINER + " "

_HEAD = re.compile(r"(?:\{[@#][^}]*\})*([\s/\\]*)")  # RP-026's tags, then marks of a new line
_BREAKS = re.compile(r"[/\\\r\n]")
_HYPHENS = re.compile(r"(?<=[^\s-])-+$")
_HELD = frozenset(("", "-", "--", "_", "~", "+", "*"))  # the syllable before is held
_STOPS = ".!?;:。！？；"
_COMMAS = ",，…—"
_CLOSING = "\"'”’)»"
SPACED_SHARE = 0.2  # of a file's syllables with a space beside them: then spaces part its words


def written(syllable: Syllable) -> str:
    """The text of a lyric event of ours; of a syllable without visible text ""."""
    text = sung_text(syllable.text)
    if not text:
        return ""
    if is_unspaced(text[-1]):
        text += JOINER * syllable.joins_next
    else:
        text += " " * (not syllable.joins_next)
    return text + LINE_END * syllable.ends_line


def sung_text(text: str) -> str:
    """What of a text can be written: on one line, without the marks that events end with."""
    return clean(text, max_chars=MAX_CHARS).strip().rstrip(JOINER).rstrip()


def own_syllable(start_ticks: int, text: str) -> Syllable:
    """The syllable that `written` wrote."""
    ends_line = text.endswith(LINE_END)
    text = clean(text.rstrip(LINE_END), max_chars=MAX_CHARS + 1)
    bare = text.rstrip(_MARKS)
    if bare and is_unspaced(bare[-1]):
        return Syllable(start_ticks, bare, text.endswith(JOINER), ends_line)
    return Syllable(start_ticks, bare, not text.endswith(" "), ends_line)


@dataclass(frozen=True)
class _Event:
    """A lyric event of another program, taken apart."""

    start_ticks: int
    text: str
    breaks_before: bool
    breaks_after: bool
    has_hyphen: bool
    space_before: bool
    space_after: bool


def foreign_syllables(events: Iterable[tuple[int, str]]) -> list[Syllable]:
    """The syllables of (ticks, text) in order, with words and lines as far as the file tells them apart."""
    found = _with_breaks([_event(ticks, text) for ticks, text in events if not text.startswith("@")])
    n_spaced = sum(event.space_before or event.space_after for event in found)
    are_spaced = n_spaced >= SPACED_SHARE * len(found) > 0
    are_lined = any(event.breaks_after for event in found[:-1])
    syllables = []
    for event, following in zip(found, [*found[1:], None], strict=False):
        joins = following is not None and _joins(event, following, are_spaced)
        ends = event.breaks_after
        if following is not None and not (are_lined or joins):
            ends = _is_likely_end(event.text, following.text)
        syllables.append(Syllable(event.start_ticks, event.text, joins, ends))
    return syllables


def _event(ticks: int, text: str) -> _Event:
    head = _HEAD.match(text)
    marks = head[1] if head else ""
    body = text[head.end() if head else 0 :]
    bare = body.rstrip()
    sung = clean(_HYPHENS.sub("", bare)).strip()
    return _Event(
        ticks,
        "" if sung in _HELD else sung,
        breaks_before=bool(_BREAKS.search(marks)),
        breaks_after=bool(_BREAKS.search(body[len(bare) :])),
        has_hyphen=_HYPHENS.search(bare) is not None,
        space_before=" " in marks,
        space_after=body[len(bare) :] != "",
    )


def _with_breaks(events: Sequence[_Event]) -> list[_Event]:
    """The events that sing; a break before one is a break after the one before it."""
    found: list[_Event] = []
    for event in events:
        if found and (event.breaks_before or (not event.text and event.breaks_after)):
            found[-1] = replace(found[-1], breaks_after=True)
        if event.text:
            found.append(event)
    return found


def _joins(event: _Event, following: _Event, are_spaced: bool) -> bool:
    """Whether the word goes on: a hyphen says so, or that no space comes where words have spaces."""
    if event.has_hyphen:
        return True
    if not are_spaced or event.breaks_after or is_unspaced(event.text[-1]) or is_unspaced(following.text[0]):
        return False
    return not (event.space_after or following.space_before)


def _is_likely_end(text: str, following: str) -> bool:
    """Whether a line ends between two words, told by a stop, or by a comma and a capital that is not "I"."""
    last = text.rstrip(_CLOSING)[-1:]
    if not following[:1].isupper() and not is_unspaced(following[0]):
        return False
    is_i = following.split("'")[0].split("’")[0].rstrip(_COMMAS + _STOPS) in ("I", "O")
    return last in _STOPS if is_i else last in _STOPS + _COMMAS and last != ""
