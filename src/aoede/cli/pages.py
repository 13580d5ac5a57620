"""Texts on a terminal: side by side, with copied passages marked, without what could rewrite the screen."""

import os
import shutil
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, TextIO

from aoede.cli.console import columns_of, sayable

if TYPE_CHECKING:
    from aoede.words.novelty import Passage

MIN_COLUMN, GAP = 24, 3  # cells of a terminal
UNDERLINE, PLAIN = "\x1b[4m", "\x1b[24m"
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}  # kinds of character that a terminal must not get
_JOINERS = "\u200c\u200d"


def shown(text: str, stream: TextIO) -> str:
    """What the stream can show of a text: a terminal gets no control characters but tab, line end and underlines."""
    if stream.isatty():
        parts = text.split("\x1b[")
        text = _visible(parts[0]) + "".join(_escaped(part) for part in parts[1:])
    return sayable(text, stream)


def _escaped(part: str) -> str:
    """What follows an escape sequence's beginning: our own underlines stay."""
    for code in ("4m", "24m"):
        if part.startswith(code):
            return f"\x1b[{code}" + _visible(part[len(code) :])
    return _visible(part)


def _visible(text: str) -> str:
    return "".join(c for c in text if c in "\n\t" or c in _JOINERS or unicodedata.category(c) not in _HIDDEN)


def marked(text: str, passages: Sequence["Passage"], stream: TextIO) -> str:
    """The text with these passages underlined or, where there is no colour, in brackets; each with its number."""
    has_colour = stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    begin, end = (UNDERLINE, PLAIN) if has_colour else ("[", "]")
    parts, at = list[str](), 0
    for low, high, numbers in _regions(passages):
        told = f"{end}[{numbers}]" if has_colour else f"{end}({numbers})"
        parts += [text[at:low], begin, text[low:high], told]
        at = high
    return "".join(parts) + text[at:]


def _regions(passages: Sequence["Passage"]) -> Iterator[tuple[int, int, str]]:
    """Passages that touch each other as one: its begin and end in the text, and their numbers from 1."""
    open_: tuple[int, int, str] | None = None
    for number, passage in enumerate(passages, 1):
        if open_ is not None and passage.begin < open_[1]:
            open_ = (open_[0], max(open_[1], passage.end), f"{open_[2]},{number}")
            continue
        if open_ is not None:
            yield open_
        open_ = (passage.begin, passage.end, str(number))
    if open_ is not None:
        yield open_


def sources(passages: Sequence["Passage"], language: str = "en") -> str:
    """A line for each passage: its number, how long it is, where it stands."""
    if not passages:
        return "没有逐字相同的片段。" if language == "zh" else "No passage is long enough to be marked."
    unit = "个字符" if language == "zh" else "characters"
    rows = [
        f"{number:>3}  {passage.n_characters:>4} {unit}  {passage.source}"
        for number, passage in enumerate(passages, 1)
    ]
    return "\n".join(rows)


def side_by_side(titles: Sequence[str], texts: Sequence[str], stream: TextIO) -> str | None:
    """The texts in columns under their titles; None where the stream is no terminal wide enough for them."""
    if not stream.isatty():
        return None
    return columns(titles, texts, shutil.get_terminal_size().columns)


def columns(titles: Sequence[str], texts: Sequence[str], n_cells: int) -> str | None:
    """The texts in columns that fill so many cells of a line; None where these are too few."""
    width = (n_cells - 1 + GAP) // len(texts) - GAP
    if width < MIN_COLUMN:
        return None
    blocks = [
        [title, "-" * min(width, columns_of(title)), *wrapped(_visible(text), width)]
        for title, text in zip(titles, texts, strict=True)
    ]
    rows = zip_longest(*blocks, fillvalue="")
    return "".join((" " * GAP).join(_padded(cell, width) for cell in row).rstrip() + "\n" for row in rows)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - columns_of(text))


def wrapped(text: str, width: int) -> list[str]:
    """The lines of a text, broken so that none takes more than `width` cells: between words where there are any."""
    rows: list[str] = []
    for line in text.expandtabs(4).split("\n"):
        row, n_cells, blank = "", 0, 0
        for character in line:
            n = columns_of(character)
            if n_cells + n > width:
                kept, rest = (row[:blank], row[blank:]) if blank > len(row) // 2 else (row, "")
                rows.append(kept.rstrip())
                row = rest.lstrip()
                n_cells, blank = columns_of(row), 0
                if character == " " and not row:
                    continue
            row, n_cells = row + character, n_cells + n
            blank = len(row) if character == " " else blank
        rows.append(row.rstrip())
    return rows
