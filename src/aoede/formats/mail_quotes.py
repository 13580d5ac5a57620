"""What somebody newly wrote in a mail or message, and the earlier ones that it quotes.

Each line has an age: 0 is new, 1 belongs to the mail that is answered, 2 to the one before it. Every ">" makes a line
one older, and so does each border that stands above an earlier mail: "-----Original Message-----", the header fields
of a mail, "On Tuesday ... Anna wrote:". No pattern here goes back over what it has read, and lines of more than
MAX_BORDER characters are no borders, so that time is linear.
"""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from aoede.formats import mail_signs as signs
from aoede.formats.mail_signatures import unsigned
from aoede.formats.text import normal_form

MAX_CHARACTERS, MAX_LINES = 1_000_000, 30_000  # what comes after them is not read
MAX_BORDER = 400  # characters of a border, its lines together
MAX_AGE = 50  # older mails are taken together
N_WINDOW = 12  # lines in which a quoted mail's header must show what it is
MIN_RULE = 10  # of "_" or "-" in a line that is nothing else
RULE_END = "-----"  # of a line that ends a longer one

_PREFIX = re.compile("[ \t]*+(?:>[ \t]?)++")
_BLANKS = re.compile("\n{3,}+")


class _Line(NamedTuple):
    depth: int  # how many ">" stood before it
    text: str
    field: str  # what it tells, if it is like a header field: "from", "date", "to", "subject", "more"


class _Border(NamedTuple):
    end: int  # the line after it
    opens: bool  # whether an earlier mail begins there which is not marked by ">"


def new_text(text: str) -> tuple[str, tuple[str, ...]]:
    """What is new in a mail's or a message's text, and the texts that it quotes, the oldest first.

    Both in the normal form, without signatures and legal notices; several answers between quotes are parted by an
    empty line, and so are the quotes, if they are of one mail. Never fails; reads MAX_CHARACTERS and MAX_LINES.
    """
    lines = _lines(normal_form(text[:MAX_CHARACTERS])[0])
    aged = _aged(lines)
    oldest = max((age for age, _ in aged), default=0)
    runs: list[list[str]] = [[] for _ in range(oldest + 1)]
    for age, run in groupby(aged, key=lambda line: line[0]):
        runs[age].append(_joined([line for _, line in run]))
    texts = ["\n\n".join(run for run in same_age if run) for same_age in runs]
    return texts[0] if texts else "", tuple(one for one in reversed(texts[1:]) if one)


def _joined(lines: Sequence[str]) -> str:
    text = "\n".join(line.rstrip() for line in unsigned(lines))
    return _BLANKS.sub("\n\n", text).strip("\n").rstrip()


def _lines(text: str) -> list[_Line]:
    lines = list[_Line]()
    for line in text.split("\n", MAX_LINES)[:MAX_LINES]:
        match = _PREFIX.match(line) if ">" in line[:20] else None
        depth = min(match[0].count(">"), MAX_AGE) if match else 0
        line = line[match.end() :] if match else line.replace("\xa0", " ")
        lines.append(_Line(depth, line, _field(line)))
    return lines


def _aged(lines: Sequence[_Line]) -> list[tuple[int, str]]:
    """The age of each line, without borders; at least an empty line of another age stands where one was."""
    wrote = {i for i, line in enumerate(lines) if line.text.rstrip().lower().endswith(signs.WROTE)}
    aged = list[tuple[int, str]]()
    older, nested, nested_depth = 0, 0, 0  # earlier mails begun outside of quotes, and within the present one
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.depth < nested_depth and line.text.strip():
            nested = nested_depth = 0
        border = _border(lines, at, wrote)
        age = min(older + nested + line.depth, MAX_AGE)
        if not border:
            aged.append((age, line.text))
            at += 1
            continue
        if border.opens and line.depth:
            nested, nested_depth = nested + 1, line.depth
        elif border.opens:
            older += 1
        if _is_headless_block(lines, at):
            _drop_writer(aged, age)
        aged.append((min(older + nested + line.depth + (not border.opens), MAX_AGE), ""))
        at = border.end
    return aged


def _border(lines: Sequence[_Line], at: int, wrote: set[int]) -> _Border | None:
    """The border that begins with line `at`, if one does."""
    text = lines[at].text.strip().lower()
    if not text:
        return None
    if len(text) <= MAX_BORDER:
        if text[0] in "-_=*—" and set(text) <= {*"-_=*— "} and len(text) >= MIN_RULE:
            block = _fields_end(lines, _past_blanks(lines, at + 1), lines[at].depth)
            return _opening(lines, at, block) if block else None
        if signs.OLDER.match(text) or text.startswith(signs.OLDER_ALONE):
            return _older_border(lines, at)
        block = _fields_end(lines, at, lines[at].depth)
        if block:
            return _opening(lines, at, block)
    if wrote and not wrote.isdisjoint((at, at + 1, at + 2)):
        return _attribution(lines, at, wrote)
    return None


def _opening(lines: Sequence[_Line], at: int, end: int) -> _Border:
    """A border up to line `end`, which opens unless what is below has one ">" more."""
    return _Border(end, not _is_quoted_below(lines, at, end))


def _is_quoted_below(lines: Sequence[_Line], at: int, end: int) -> bool:
    below = _past_blanks(lines, end)
    return below < len(lines) and lines[below].depth > lines[at].depth


def _past_blanks(lines: Sequence[_Line], at: int) -> int:
    """The next line with a text; looks no further than N_WINDOW, so that many blank lines cost no more."""
    end = min(len(lines), at + N_WINDOW)
    while at < end and not lines[at].text.strip():
        at += 1
    return at


def _older_border(lines: Sequence[_Line], at: int) -> _Border:
    """From a line that says "original message" to the end of the header fields below it, if there are any."""
    is_wrapped = not lines[at].text.rstrip().endswith("-") and lines[at + 1 : at + 2]
    if is_wrapped and lines[at + 1].text.rstrip().endswith(RULE_END):
        at += 1
    start = _past_blanks(lines, at + 1)
    for lead in range(4):  # Lotus Notes puts up to three lines before the fields: who, sent by whom, when
        end = _fields_end(lines, start + lead, lines[at].depth)
        if end:
            return _opening(lines, at, end)
    start = at + 1
    while start < len(lines) and lines[start].depth == lines[at].depth and lines[start].field:
        start += 1
    return _opening(lines, at, start)


# Header fields above a quoted mail


def _field(text: str) -> str:
    """What the header field tells that this line begins: "from", "date", "to", "subject", "more"; "" for no field."""
    beginning = text[:40]
    match = signs.FIELD.match(beginning.lower()) if ":" in beginning or "：" in beginning else None
    return signs.FIELD_NAMES.get(match[1], "") if match else ""


def _fields_end(lines: Sequence[_Line], at: int, depth: int) -> int:
    """The line after the header fields that begin with line `at`; 0 where none of a mail do.

    What mail they are must be plain from N_WINDOW lines, then they may go on.
    """
    last = lines[at].field if at < len(lines) and lines[at].depth == depth else ""
    if last in ("", "more"):
        return 0
    found, end, n_blank = {last}, at + 1, 0
    if last == "from" and signs.DATE_IN_LINE.search(lines[at].text[:MAX_BORDER].lower()):
        found.add("date")
    for i in range(at + 1, len(lines)):
        text, kind = lines[i].text, lines[i].field
        if lines[i].depth != depth or n_blank > 1 or (i > at + N_WINDOW and not _is_of_mail(found)):
            break
        if kind:
            found.add(kind)
            last, end, n_blank = kind, i + 1, 0
        elif not text.strip() and not (_is_of_mail(found) and "subject" in found):
            n_blank += 1
        elif text.strip() and not n_blank and _goes_on(text, last):
            end = i + 1
        else:
            break
    return end if _is_of_mail(found) else 0


def _is_of_mail(fields: set[str]) -> bool:
    return {"from", "date"} <= fields or {"to", "subject"} <= fields


def _goes_on(text: str, field: str) -> bool:
    """Whether a line is the rest of a header field."""
    if field in ("to", "more", "from"):
        return text[:1] in (" ", "\t") or "@" in text or text.rstrip()[-1:] in (",", ";")
    return text[:1] == "\t"


def _is_headless_block(lines: Sequence[_Line], at: int) -> bool:
    """Whether header fields begin with the recipient: their sender stands above, in no field."""
    return lines[at].field == "to"


def _drop_writer(aged: list[tuple[int, str]], age: int) -> None:
    """Takes away the lines above header fields that say who wrote, and when."""
    end = len(aged)
    while end > max(0, len(aged) - 3) and not aged[end - 1][1].strip():
        end -= 1
    start = end
    while start > max(0, end - 4) and aged[start - 1][1].strip() and aged[start - 1][0] == age:
        start -= 1
    if any(signs.CALENDAR_DATE.search(text[:MAX_BORDER]) for _, text in aged[start:end]):
        del aged[start:]


# "On Tuesday, Anna wrote:"


def _attribution(lines: Sequence[_Line], at: int, wrote: set[int]) -> _Border | None:
    """A line, or up to three, that say who wrote what is below.

    Where that is not marked by ">", they must say more than a name, and so must several lines.
    """
    first = lines[at].text.strip()
    end = _wrote_at(lines, at, wrote)
    text = " ".join(line.text.strip() for line in lines[at : end + 1])
    is_told = "@" in text or bool(signs.DATE.search(text))
    is_begun = (
        first.lower().startswith(signs.WROTE_BEGINS)
        or first[0].isdecimal()
        or ("<" in first and "@" in first)
    )
    is_begun = is_begun or first.endswith(signs.CHINESE_WROTE)
    if end < at or len(text) > MAX_BORDER or (end > at and not (is_told and is_begun)):
        return None
    is_quoted = _is_quoted_below(lines, at, end + 1)
    return _Border(end + 1, not is_quoted) if is_quoted or (is_told and is_begun) else None


def _wrote_at(lines: Sequence[_Line], at: int, wrote: set[int]) -> int:
    """Which of three lines ends with "wrote:", where they belong together; -1 for none."""
    for end in range(at, min(at + 3, len(lines))):
        text = lines[end].text.strip()
        if not text or lines[end].depth != lines[at].depth:
            return -1
        is_name_above = text.startswith(("于", "於")) and lines[at].text.rstrip().endswith(">")
        if end > at and text.lower().startswith(signs.WROTE_BEGINS) and not is_name_above:
            return -1
        if end in wrote:
            return end
    return -1
