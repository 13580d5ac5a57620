"""Exports of chats -> conversations: WhatsApp's of Android and iOS, such as WeChat's, and plain "Name: text" lines.

All of an export is in one style, which its first lines tell. Lines that begin no message belong to the one before.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from aoede.errors import InputError
from aoede.formats import chat_signs as signs
from aoede.formats.text import normal_form

MAX_CHARACTERS = 50_000_000
MAX_NAME = 40  # characters of a speaker's name
MAX_NAME_WORDS = 5  # where only the name tells a message
MAX_HEADER = 200  # characters in which a line must show that it begins a message
SILENCE = timedelta(hours=6)  # a longer one ends a conversation
N_SAMPLE_LINES = 2_000  # by which an export is told
MIN_PLAIN_SHARE = 1 / 3  # of lines that have a name, where nothing but names tells a chat
MAX_HEAD_SHARE = 0.6  # of lines that have time and name, where the texts have lines of their own
MAX_SPEAKERS = 0.5  # for each message: who takes part in a chat speaks more than once


@dataclass(frozen=True)
class Turn:
    speaker: str
    text: str  # in the normal form; several messages of one speaker are lines


class _Numbers(NamedTuple):
    """A time as it is written: three numbers of the date, whose order is not known yet, and the clock."""

    date: tuple[int, int, int]
    is_dotted: bool
    hour: int
    minute: int
    half: str  # of the day: "am", "晚上", ...


@dataclass
class _Message:
    speaker: str  # "" for what no person said
    lines: list[str]
    written: _Numbers | None = None


_Style = Callable[[str], _Message | None]  # the message that a line begins


def is_chat(text: str) -> bool:
    """Whether a text, by its first lines, is an export of a chat that `turns_from_text` knows."""
    return _style(_lines(text[: N_SAMPLE_LINES * 1_000], N_SAMPLE_LINES)) is not None


def turns_from_text(text: str) -> list[list[Turn]]:
    """The conversations in an export of a chat, none of them empty; a silence of six hours ends one.

    Messages of one speaker after another are one turn. What no person wrote is left out: notices, and the words
    that stand for pictures and recordings. Raises InputError where this is no chat, or nothing is left of it, and
    for more than MAX_CHARACTERS.
    """
    if len(text) > MAX_CHARACTERS:
        raise InputError(f"this chat has more than {MAX_CHARACTERS:,} characters", hint="Export it in parts.")
    lines = _lines(text)
    style = _style(lines[:N_SAMPLE_LINES])
    messages = list(_messages(lines, style)) if style else []
    conversations = list(_conversations(messages))
    if not conversations:
        raise InputError(
            "nobody says anything in this chat" if style else "this is no chat that can be told",
            hint='Export it from WhatsApp or WeChat as text, or write lines like "Anna: hello".',
        )
    return conversations


def _lines(text: str, n: int = -1) -> list[str]:
    """The lines in the normal form, blanks of all kinds as spaces."""
    return normal_form(text)[0].translate(signs.BLANKS).split("\n", n)[: n if n > 0 else None]


# Styles


def _dashed(line: str) -> _Message | None:
    """12/31/23, 9:41 PM - Anna: text"""
    return _timed(signs.DASHED, line)


def _bracketed(line: str) -> _Message | None:
    """[31.12.23, 21:41:05] Anna: text"""
    return _timed(signs.BRACKETED, line.lstrip(signs.MARK))


def _inline(line: str) -> _Message | None:
    """2023年12月31日 21:41 张三: text"""
    message = _timed(signs.UNMARKED, line)
    return message if message and (message.speaker or message.lines != [""]) else None


def _headed(line: str) -> _Message | None:
    """2023-12-31 21:41:05 张三, and the text in the next lines"""
    match = signs.UNMARKED.match(line[:MAX_HEADER])
    name = _without_number(line[match.end() :]) if match else ""
    if not match or not 0 < len(name) <= MAX_NAME:
        return None
    return _Message("" if name in signs.NOBODY else name, [], _numbers(match))


def _plain(line: str) -> _Message | None:
    """Anna: text"""
    name, text = _parted(line, is_plain=True)
    return _Message(name, [text]) if name and text else None


def _timed(pattern: re.Pattern[str], line: str) -> _Message | None:
    """A message after its time; without a speaker where no name follows, as in notices."""
    match = pattern.match(line[:MAX_HEADER])
    if not match:
        return None
    name, text = _parted(line[match.end() :])
    return _Message("" if name in signs.NOBODY else name, [text], _numbers(match))


def _parted(line: str, *, is_plain: bool = False) -> tuple[str, str]:
    """Name and text of "Name: text"; no name where that has no form of one."""
    match = (signs.PLAIN_NAME if is_plain else signs.NAME).match(line[:MAX_HEADER])
    name = match[1].strip(f"{signs.MARK}~ ") if match else ""
    if not match or not 0 < len(name) <= MAX_NAME:
        return "", line.strip(" ")
    if name.lower() in signs.LABELS or (is_plain and len(name.split()) > MAX_NAME_WORDS):
        return "", line
    return name, line[match.end() :].strip(" ")


def _without_number(name: str) -> str:
    """A name without the number or the address that QQ writes after it."""
    return signs.ACCOUNT.sub("", name.strip(f"{signs.MARK}: ："))


def _style(lines: Sequence[str]) -> _Style | None:
    """The style in which most messages begin; None for what is no chat."""
    lines = [line for line in lines if line.strip(f"{signs.MARK} ")]
    for style in (_bracketed, _dashed):
        begun = [message for line in lines if (message := style(line))]
        if any(message.speaker for message in begun) and (len(begun) > 1 or style(lines[0])):
            return style
    inline = [message for line in lines if (message := _inline(line)) and message.speaker]
    heads = [message for line in lines if (message := _headed(line))]
    if 2 * len(inline) >= len(heads) and _recur(inline):
        return _inline
    if len(heads) <= MAX_HEAD_SHARE * len(lines) and _recur(heads):
        return _headed
    plain = [message for line in lines if (message := _plain(line))]
    is_chat_like = len(plain) >= MIN_PLAIN_SHARE * len(lines) and _recur(plain) and _alternate(plain)
    return _plain if is_chat_like else None


def _recur(messages: Sequence[_Message]) -> bool:
    """Whether two at least speak, and so few that most of them speak again."""
    speakers = {message.speaker for message in messages} - {""}
    return 1 < len(speakers) <= 1 + MAX_SPEAKERS * len(messages)


def _alternate(messages: Sequence[_Message]) -> bool:
    """Whether somebody speaks again after another."""
    n_changes = sum(one.speaker != other.speaker for one, other in pairwise(messages))
    return n_changes >= len({message.speaker for message in messages})


# Messages


def _messages(lines: Sequence[str], style: _Style) -> Iterator[_Message]:
    """What persons said, without notices; each with a speaker and a text."""
    begun = [style(line) for line in lines]
    is_plain = style is _plain  # only there notices have no time
    names = {message.speaker.lower() for message in begun if message} | {"you"} if is_plain else set()
    last = _Message("", [])
    for line, message in zip(lines, begun, strict=True):
        if message:
            yield from _said(last)
            last = message
        elif not is_plain or not _is_about(line, names):
            last.lines.append(line)
    yield from _said(last)


def _said(message: _Message) -> Iterator[_Message]:
    lines = [line for line in message.lines if not _is_notice(line.strip())] if message.speaker else []
    text = signs.EDITED.sub("", "\n".join(lines).replace(signs.MARK, "")).strip()
    if text:
        yield _Message(message.speaker, [text], message.written)


def _is_about(line: str, names: set[str]) -> bool:
    """Whether a line says that one of the speakers came or left."""
    match = signs.COMING.fullmatch(line.strip()) if len(line) <= MAX_HEADER else None
    return match is not None and match[1].lower() in names


def _is_notice(line: str) -> bool:
    """Whether a line stands for what was no text, or was put in by the program."""
    if len(line) > MAX_HEADER:
        return False
    is_marked = line.startswith(signs.MARK)
    line = line.strip(signs.MARK + " ").lower()
    if is_marked and line:
        return True
    return bool(signs.PLACEHOLDER.fullmatch(line) or signs.NOTICE.match(line) or signs.RECALLED.search(line))


# Conversations


def _conversations(messages: Sequence[_Message]) -> Iterator[list[Turn]]:
    is_day_first = _is_day_first(messages)
    turns, speaker, texts = list[Turn](), "", list[str]()
    last: datetime | None = None
    for message in messages:
        now = _time(message.written, is_day_first)
        is_silent = bool(now and last and abs(now - last) > SILENCE)
        if texts and (message.speaker != speaker or is_silent):
            turns.append(Turn(speaker, "\n".join(texts)))
            texts = []
        if is_silent and turns:
            yield turns
            turns = []
        speaker, last = message.speaker, now or last
        texts.extend(message.lines)
    if texts:
        yield [*turns, Turn(speaker, "\n".join(texts))]


def _numbers(match: re.Match[str]) -> _Numbers:
    found = match.groupdict()
    date = (int(found["first"]), int(found["second"]), int(found["third"]))
    half = (found["before"] or found["after"] or "").replace(".", "").replace(" ", "").lower()
    return _Numbers(date, "." in found["date"], int(found["hour"]), int(found["minute"]), half)


def _is_day_first(messages: Sequence[_Message]) -> bool:
    """Whether dates begin with the day, by any number over 12; else with the month, but for 1.2.23."""
    written = [message.written for message in messages if message.written and message.written.date[0] <= 31]
    if any(one.date[0] > 12 for one in written):
        return True
    if any(one.date[1] > 12 for one in written):
        return False
    return any(one.is_dotted for one in written)


def _time(written: _Numbers | None, is_day_first: bool) -> datetime | None:
    """When a message was written; None for what is no time."""
    if not written:
        return None
    first, second, third = written.date
    year, month, day = (first, second, third) if first > 31 else (third, second, first)
    if first <= 31 and not is_day_first:
        month, day = day, month
    year += 2000 if year < 100 else 0
    try:
        return datetime(year, month, day, _hour(written), written.minute)
    except ValueError:
        return None


def _hour(written: _Numbers) -> int:
    """0..23 of a clock of twelve hours and a word for the half of the day."""
    if written.hour > 12 or not written.half:
        return written.hour
    if written.half in signs.AFTERNOONS:
        is_midnight = written.hour == 12 and written.half in signs.NIGHTS
        return 0 if is_midnight else written.hour % 12 + 12
    if written.half in signs.NOONS:
        return written.hour if written.hour >= 10 else written.hour + 12
    return written.hour % 12
