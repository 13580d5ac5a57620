"""Lyrics that a person gives: which lines go to which section, and onto which notes.

    stanzas = parse_lyrics(text)         # parted by empty lines, perhaps with "[Chorus]" above
    lines = lines_for(stanzas, rooms)    # the lines of every section
    song = sung(song, plan, stanzas)     # with all of them on its notes

No word is changed. A chorus that is written once is sung every time.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from aoede.errors import InputError, UsageError
from aoede.music.form import parse_form
from aoede.music.given_melody import by_section
from aoede.music.plan import Plan
from aoede.music.prosody import SIXTEENTH, Fit, SungLine, fit, phrases_of, sung_notes
from aoede.song import Meter, Note, Song, Syllable, Track
from aoede.words.syllables import LineSyllable, syllables_of

MAX_CHARACTERS = 20_000
REPEATED = frozenset(("chorus", "pre-chorus"))  # written once, sung every time
_HEADER = re.compile(r"[\[(（【]\s*([^\])）】]{1,40}?)\s*[\])）】]\s*[:：]?|([^:：]{1,40})[:：]")

Notes = tuple[Note, ...]


@dataclass(frozen=True)
class Stanza:
    section: str  # "verse", "chorus", ...; "" where nothing is said
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Room:
    """A section to sing in."""

    name: str
    bars: int
    notes: Notes  # of its melody, in ticks from its beginning
    told: str  # "verse 5-12"

    @property
    def most_lines(self) -> int:
        """One a bar, as far as there are notes."""
        return min(self.bars, len(self.notes))


def parse_lyrics(text: str, where: str = "") -> list[Stanza]:
    """The stanzas of a text. Raises InputError where there is nothing to sing, or far too much."""
    if len(text) > MAX_CHARACTERS:
        raise InputError(
            f"more than {MAX_CHARACTERS:,} characters of lyrics", where=where, hint="Give a song's words."
        )
    stanzas: list[Stanza] = []
    section = ""
    for block in re.split(r"\n\s*\n", "\n".join(text.splitlines())):
        lines = [line.strip() for line in block.splitlines() if line.strip()]
        for part, own in _by_header(lines):
            section = part or section
            sung = tuple(line for line in own if syllables_of(line))
            if sung:
                stanzas.append(Stanza(section, sung))
    if not stanzas:
        raise InputError(
            "there is nothing to sing in it", where=where, hint="Write a line of words on each line."
        )
    return stanzas


def _by_header(lines: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """The lines under each header of a block, those above the first one under ""."""
    name, own = "", list[str]()
    for line in lines:
        found = _section_in(line)
        if found:
            yield name, own
            name, own = found, []
        else:
            own.append(line)
    yield name, own


def _section_in(line: str) -> str:
    """The section that a line such as "[Verse 2]" or "副歌：" names, else ""."""
    match = _HEADER.fullmatch(line)
    words = re.sub(r"\s*\d+$", "", (match[1] or match[2]).strip()) if match else ""
    try:
        named = parse_form(words) if words else ()
    except UsageError:
        return ""
    return named[0][0] if len(named) == 1 else ""


def lines_for(stanzas: Sequence[Stanza], rooms: Sequence[Room]) -> list[tuple[str, ...]]:
    """The lines of every room; none where it is not sung.

    Named stanzas go to the sections of their name. Others go to the sections in order; a single one is shared out
    among them. Raises UsageError for more words than there is room for.
    """
    singable = [room for room in rooms if room.notes]
    if not singable:
        raise UsageError("this song has no melody to sing", where="FILE")
    if any(stanza.section for stanza in stanzas):
        taken = _by_name(stanzas, singable)
    elif len(stanzas) == 1 and len(singable) > 1:
        taken = _shared_out(stanzas[0].lines, singable)
    else:
        taken = _in_order([stanza.lines for stanza in stanzas], singable)
    for room, lines in zip(singable, taken, strict=True):
        if len(lines) > room.most_lines:
            raise _too_many(f"{room.told} has room for {room.most_lines} lines, not {len(lines)}", rooms)
    given = dict(zip((id(room) for room in singable), taken, strict=True))
    return [given.get(id(room), ()) for room in rooms]


def _too_many(what: str, rooms: Sequence[Room]) -> UsageError:
    told = ", ".join(f"{room.told} ({room.most_lines})" for room in rooms if room.notes)
    return UsageError(what, where="FILE", hint=f"The most lines that each section holds: {told}.")


def _by_name(stanzas: Sequence[Stanza], sung: Sequence[Room]) -> list[tuple[str, ...]]:
    waiting: dict[str, list[tuple[str, ...]]] = {}
    for stanza in stanzas:  # what stands above the first name is a verse
        waiting.setdefault(stanza.section or "verse", []).append(stanza.lines)
    taken: list[tuple[str, ...]] = []
    last: dict[str, tuple[str, ...]] = {}
    for room in sung:
        own = waiting.get(room.name, [])
        lines = own.pop(0) if own else last.get(room.name, ()) if room.name in REPEATED else ()
        last[room.name] = lines
        taken.append(lines)
    left = next((name for name, stanzas_left in waiting.items() if stanzas_left), None)
    if left is not None:
        have = sum(room.name == left for room in sung)
        many = sum((stanza.section or "verse") == left for stanza in stanzas)
        raise _too_many(f"the lyrics have a {left} {_times(many)}, the song {_times(have)}", sung)
    return taken


def _times(n: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(n, f"{n} times")


def _in_order(stanzas: Sequence[tuple[str, ...]], sung: Sequence[Room]) -> list[tuple[str, ...]]:
    """A stanza for each section; a chorus takes its words again unless there are stanzas for all."""
    if len(stanzas) > len(sung):
        raise _too_many(
            f"the lyrics have {len(stanzas)} stanzas, the song {len(sung)} sections to sing", sung
        )
    waiting, chorus = list(stanzas), dict[str, tuple[str, ...]]()
    taken: list[tuple[str, ...]] = []
    for i, room in enumerate(sung):
        repeats = room.name in REPEATED and room.name in chorus and len(waiting) < len(sung) - i
        lines = chorus[room.name] if repeats else waiting.pop(0) if waiting else ()
        chorus.setdefault(room.name, lines)
        taken.append(lines)
    if waiting:
        raise _too_many(f"{len(waiting)} stanzas find no section", sung)
    return taken


def _shared_out(lines: Sequence[str], sung: Sequence[Room]) -> list[tuple[str, ...]]:
    """The lines of one block one section after another, about a line in two bars; more where they are many."""
    usual = [max(1, min(room.most_lines, room.bars // 2)) for room in sung]
    shares = usual if len(lines) <= sum(usual) else [room.most_lines for room in sung]
    if len(lines) > sum(shares):
        raise _too_many(f"the song has room for {sum(shares)} lines, not {len(lines)}", sung)
    taken, at = [], 0
    for share in shares:
        taken.append(tuple(lines[at : at + share]))
        at += share
    return taken


def sung(song: Song, plan: Plan, stanzas: Sequence[Stanza], *, keeps_notes: bool = False) -> Song:
    """The song with these lyrics and no others, its melody changed as `onto` says. Errors as `lines_for`."""
    return sung_to(song, plan, lines_for(stanzas, rooms_of(song, plan)), keeps_notes=keeps_notes)


def rooms_of(song: Song, plan: Plan) -> list[Room]:
    """Every section of a song, with what is there to sing."""
    bars = [section.bars for section in plan.sections]
    tunes = by_section(_melody_of(song).notes, bars, plan.meter.bar_ticks)
    return [
        Room(section.name, section.bars, tune, f"{section.name} {first}-{first + section.bars - 1}")
        for section, tune, first in zip(plan.sections, tunes, accumulate(bars, initial=1), strict=False)
    ]


def _melody_of(song: Song) -> Track:
    return next((track for track in song.tracks if track.role == "melody"), Track("", ()))


def sung_to(song: Song, plan: Plan, lines: Sequence[Sequence[str]], *, keeps_notes: bool = False) -> Song:
    """The song with the lines of every section on its notes; none where a section has no words."""
    melody, bar_ticks = _melody_of(song), plan.meter.bar_ticks
    notes = [
        note for note in melody.notes if note.start_ticks >= plan.bars * bar_ticks
    ]  # that somebody added
    syllables: list[Syllable] = []
    begin = 0
    for room, words in zip(rooms_of(song, plan), lines, strict=True):
        own: tuple[Notes, tuple[Syllable, ...]] = (room.notes, ())
        if words:
            own = onto(room.notes, plan.meter, room.bars, words, keeps_notes=keeps_notes)
        notes += [replace(note, start_ticks=note.start_ticks + begin) for note in own[0]]
        syllables += [replace(one, start_ticks=one.start_ticks + begin) for one in own[1]]
        begin += room.bars * bar_ticks
    tracks = (replace(t, notes=tuple(sorted(notes))) if t is melody else t for t in song.tracks)
    return replace(song, tracks=tuple(tracks), syllables=tuple(sorted(syllables)))


def onto(
    notes: Sequence[Note], meter: Meter, bars: int, lines: Sequence[str], *, keeps_notes: bool = False
) -> tuple[Notes, tuple[Syllable, ...]]:
    """The melody of a section as it is sung to these lines, and its syllables.

    Notes are split or joined where a line has more or fewer syllables; with `keeps_notes` they are not: then a
    syllable may have several notes. Raises UsageError for a line with more syllables than can be sung there.
    """
    grid = [on_grid(note) for note in notes]
    phrases = phrases_of(grid, meter, bars, wanted=len(lines))
    made: list[Note] = []
    syllables: list[Syllable] = []
    at = 0
    for phrase, line in zip(phrases, lines, strict=True):
        own = notes[at : at + len(phrase.notes)]
        at += len(own)
        words = syllables_of(line)
        room = len(own) if keeps_notes else phrase.most_syllables
        if len(words) > room:
            raise UsageError(
                f"{line[:40]!r} has {len(words)} syllables; {room} can be sung there",
                where="FILE",
                hint="Make the line shorter, or make two lines of it.",
            )
        found = fit(phrase, words)
        performed = _performed(own, phrase, found)
        made += own if keeps_notes else performed
        syllables += _syllables([own[i] for i, _ in found.parts] if keeps_notes else performed, words)
    return tuple(made), tuple(syllables)


def on_grid(note: Note) -> Note:
    """The note where it is written: hands play a little beside it."""
    return replace(note, start_ticks=round(note.start_ticks / SIXTEENTH) * SIXTEENTH)


def _syllables(notes: Sequence[Note], words: Sequence[LineSyllable]) -> list[Syllable]:
    return [
        Syllable(note.start_ticks, word.text, word.joins_next, i == len(words) - 1)
        for i, (note, word) in enumerate(zip(notes, words, strict=True))
    ]


def _performed(own: Sequence[Note], phrase: SungLine, found: Fit) -> list[Note]:
    """The notes of a fit, as far beside the grid as those that they are made of."""
    made = []
    for note, (i, m) in zip(sung_notes(phrase, found), found.parts, strict=True):
        moved = own[i].start_ticks - phrase.notes[i].start_ticks
        if m > 1:
            made.append(replace(own[i], duration_ticks=own[i + m - 1].end_ticks - own[i].start_ticks))
        elif note.duration_ticks == phrase.notes[i].duration_ticks and m:
            made.append(own[i])
        else:
            made.append(replace(note, start_ticks=note.start_ticks + moved))
    return made
