"""Sentences told another way: "bar {n} of a song that has {n2}" stands for every sentence of that form.

What stands in the blanks comes from outside and may hold anything. The plain parts of a template are looked for from
left to right with `str.find`, in a bounded number of tries, so that no text can make this slow, and a filled sentence
is joined of its parts, so that nothing in a text is taken for a blank.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain

Fill = Callable[
    [str], str | None
]  # what stands in a blank -> how it is told; None where it is not of that kind

# Blanks that are told by the table itself: one sentence, several, faults of rows. What is lenient may also stay.
SENTENCE, LENIENT, SENTENCES, MIXED, FAULTS = "s", "x", "ss", "xs", "fs"
_OWN = (SENTENCE, LENIENT, SENTENCES, MIXED, FAULTS)
_JOINT = "; "  # between the sentences of one blank
_BEFORE_FAULT = re.compile(r", (?=(?:row|mail) \d)")
_WIDEST = 3  # parts of one sentence that may have joints in itself
MOST_TRIES, MOST_DEEP = 500, 5


@dataclass(frozen=True)
class Template:
    """Plain text before, between and after the blanks, which are named by their kinds: "n", "n2", "q"."""

    parts: tuple[str, ...]
    blanks: tuple[str, ...]

    @classmethod
    def of(cls, text: str, kinds: Iterable[str]) -> "Template":
        """The template of a text; braces around anything but a kind, with a digit or none, are plain text."""
        names = "|".join(sorted(kinds, key=len, reverse=True))
        pieces = re.split(rf"\{{((?:{names})\d?)\}}", text)
        return cls(tuple(pieces[::2]), tuple(pieces[1::2]))

    def filled(self, values: Mapping[str, str]) -> str:
        pieces = [self.parts[0]]
        for blank, part in zip(self.blanks, self.parts[1:], strict=True):
            pieces += (values[blank], part)
        return "".join(pieces)


@dataclass
class _Left:
    """How much may still be tried for one text."""

    tries: int = MOST_TRIES
    depth: int = MOST_DEEP


@dataclass
class Table:
    """Rows (sentence, the same told another way); of several that fit the one with the most plain text counts.

    `fills` are the kinds of blanks.
    """

    rows: Iterable[tuple[str, str]]
    fills: Mapping[str, Fill]
    joint: str = "; "  # between sentences
    _by_first: dict[str, list[tuple[Template, Template]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kinds = (*self.fills, *_OWN)
        for said, told in self.rows:
            template, other = Template.of(said, kinds), Template.of(told, kinds)
            if set(other.blanks) <= set(template.blanks):  # else it says less than can be told of it
                self._by_first.setdefault(template.parts[0][:1], []).append((template, other))
        for found in self._by_first.values():
            found.sort(key=lambda row: -sum(map(len, row[0].parts)))

    def told(self, text: str) -> str | None:
        """The sentence told another way; None for one that is not in the table."""
        return self._told(text, _Left())

    def sentences(self, text: str, *, lenient: bool = False) -> str | None:
        """Sentences with "; " between them; None where one is unknown, unless those may stay as they are."""
        return self._joined(text, _Left(), lenient=lenient)

    def _told(self, text: str, left: _Left) -> str | None:
        if not text or not left.depth or not left.tries:
            return None
        left.depth -= 1
        left.tries -= 1
        try:
            for said, other in chain(*(self._by_first.get(first, ()) for first in (text[0], ""))):
                values = self._values(said, text, left)
                if values is not None:
                    return other.filled(dict(zip(said.blanks, values, strict=True)))
            return None
        finally:
            left.depth += 1

    def _values(self, said: Template, text: str, left: _Left) -> list[str] | None:
        """What is told in each blank of a template that `text` fits."""
        first, *between = said.parts
        if not said.blanks:
            return [] if text == first else None
        begin, end = len(first), len(text) - len(between[-1])
        if begin > end or not text.startswith(first) or not text.endswith(between[-1]):
            return None
        return self._rest(text[begin:end], said.blanks, between[:-1], left)

    def _rest(self, text: str, blanks: tuple[str, ...], between: list[str], left: _Left) -> list[str] | None:
        """The blanks of `text`, which begins with the first of them and ends with the last."""
        if not between:
            value = self._filled(blanks[0], text, left)
            return None if value is None else [value]
        at = text.find(between[0])
        while at >= 0 and left.tries:
            left.tries -= 1
            value = self._filled(blanks[0], text[:at], left)
            if value is not None:
                rest = self._rest(text[at + len(between[0]) :], blanks[1:], between[1:], left)
                if rest is not None:
                    return [value, *rest]
            at = text.find(between[0], at + 1)
        return None

    def _filled(self, blank: str, text: str, left: _Left) -> str | None:
        kind = blank.rstrip("0123456789")
        if kind == SENTENCE:
            return self._told(text, left)
        if kind == LENIENT:
            return self._told(text, left) or text
        if kind in (SENTENCES, MIXED):
            return self._joined(text, left, lenient=kind == MIXED)
        if kind == FAULTS:
            return self.joint.join(self._told(part, left) or part for part in _BEFORE_FAULT.split(text))
        return self.fills[kind](text)

    def _joined(self, text: str, left: _Left, *, lenient: bool) -> str | None:
        """Each sentence told; of several ways to part them the one that leaves least unknown, then the finest."""
        parts = text.split(_JOINT)
        ways: list[tuple[int, list[str]]] = [
            (0, [])
        ]  # of the parts from each place on: how many unknown, told
        for at in range(len(parts) - 1, -1, -1):
            n_unknown, rest = ways[0]
            found = [(n_unknown + 1, [parts[at], *rest])]
            for n in range(1, min(_WIDEST, len(ways)) + 1):
                told = self._told(_JOINT.join(parts[at : at + n]), left)
                if told is not None:
                    found.append((ways[n - 1][0], [told, *ways[n - 1][1]]))
            ways = [min(found, key=lambda way: way[0]), *ways[: _WIDEST - 1]]
        n_unknown, sentences = ways[0]
        return self.joint.join(sentences) if lenient or not n_unknown else None
