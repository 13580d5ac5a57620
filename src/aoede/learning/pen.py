"""One draft while it is written: its text so far, what may come next in it, and when it is done."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.choice import Choice, gumbel_noise
from aoede.encodings.chars import END, UNKNOWN, Characters
from aoede.errors import UsageError
from aoede.learning.writer import Writer
from aoede.randomness import stream

MAX_LENGTH = 100_000
MAX_LINES = 10_000
MAX_COPY = 10_000
GRACE = 120  # characters beyond the length in which a text may come to the end of a sentence or line
MAX_CUT = 40  # characters of a word that the length cuts off
MAX_SAME_LINES = 2  # times that a line may stand in a text
MAX_SPACES = 24  # in a row; an indentation that goes on is a loop
MAX_LINE = 2_000  # characters after which a line must end where lines are counted

Mask = NDArray[np.bool_]
Tell = Callable[[str], None]
_SPACES = " " * MAX_SPACES
_CLOSES = re.compile(r"[.!?…。！？][\"'”’」』)]*$")


@dataclass(frozen=True)
class Wish:
    """What to write. Raises UsageError for values out of range."""

    start: str = ""
    condition: NDArray[np.float64] | None = None  # weights of the labels
    choice: Choice = field(default_factory=Choice)
    length: int = 600  # characters, the start not counted; a document may end before
    n_lines: int | None = None  # just so many lines that are not blank, the start's included
    form: str | None = None  # a verse form or tune that the model has patterns of
    known_words: bool = False  # only words of the training text
    max_copy: int | None = None  # characters that may be copied in a row

    def __post_init__(self) -> None:
        limits = {
            "--length": (self.length, MAX_LENGTH),
            "--lines": (self.n_lines, MAX_LINES),
            "--max-copy": (self.max_copy, MAX_COPY),
        }
        for option, (value, high) in limits.items():
            if value is not None and (type(value) is not int or not 1 <= value <= high):
                raise UsageError(f"must be a whole number from 1 to {high:,}, not {value!r}", where=option)
        if self.n_lines is not None and _n_lines(self.start) > self.n_lines - self.start.endswith("\n"):
            raise UsageError(f"the start has {_n_lines(self.start)} lines already", where="--lines")


@dataclass(frozen=True)
class Draft:
    text: str  # the start included
    n_start: int  # characters of the start
    n_rewound: int = 0  # times that a copy was given up and another way taken
    has_long_copy: bool = False  # whether no other way was found in time


class Pen:
    """Draft number `k` of a seed."""

    def __init__(self, writer: Writer, wish: Wish, seed: int, k: int) -> None:
        self.wish, self.text, self.first = wish, wish.start, len(wish.start)
        self._rng = stream(seed, "write", k)
        self._glyphs = writer.glyphs
        self._masks = _masks_of(writer.encoding)
        self._form = _form_of(writer, wish, stream(seed, "form", k))
        self._line = 0  # where the last line begins
        self._has_written = False  # anything but blanks
        self._count()

    def noise(self) -> NDArray[np.float64]:
        """(V,) Gumbel numbers for the next choice."""
        return gumbel_noise(self._rng, len(self._glyphs))

    def add(self, symbol: int) -> None:
        glyph = self._glyphs[symbol]
        self.text += glyph
        if glyph == "\n":
            self._finish(self.text[self._line : -1])
            self._line = len(self.text)
        elif not self._has_written:
            self._has_written = bool(glyph.strip())

    def back_to(self, length: int) -> None:
        """Take away all but so many characters."""
        self.text = self.text[:length]
        self._count()

    def _count(self) -> None:
        """What is known of the lines, from the text."""
        self._lines: Counter[str] = Counter()
        self._n_lines = 0  # that are finished and not blank
        self._full: set[str] = set()  # lines that may not come again
        self._was_blank = False
        *finished, last = self.text.split("\n")
        for line in finished:
            self._finish(line)
        self._line = len(self.text) - len(last)
        self._has_written = bool(self.text[self.first :].strip())

    def _finish(self, line: str) -> None:
        key = _key(line)
        self._was_blank = not key
        if key:
            self._lines[key] += 1
            self._n_lines += 1
            if self._lines[key] >= MAX_SAME_LINES and not _is_heading(line):
                self._full.add(key)

    def allowed(self) -> Mask:
        """(V,) what may come next. Never nothing."""
        if self._form is not None:
            return np.asarray(self._form[min(len(self.text), len(self._form) - 1)])
        line = self.text[self._line :]
        is_blank = not line or line.isspace()
        is_again = self._is_again(line)
        # No line ends at a blank one after another, nor before anything is written.
        may_break = not is_again and not (is_blank and (self._was_blank or not self._n_lines))
        may_end = not is_again and self._has_written
        n_wanted = self.wish.n_lines
        if n_wanted is not None:
            may_end = may_end and self._n_lines + (not is_blank) >= n_wanted
            if len(line) > MAX_LINE and may_break:
                return self._masks.newline
        return self._masks.of(may_break, may_end, not self.text.endswith(_SPACES))

    def _is_again(self, line: str) -> bool:
        return bool(self._full) and _key(line) in self._full

    @property
    def is_over(self) -> bool:
        """Whether the wished length is reached, so that the end of what is written may be taken away again."""
        return not self._is_measured and len(self.text) - self.first >= self.wish.length

    @property
    def _is_measured(self) -> bool:
        return self._form is not None or self.wish.n_lines is not None

    @property
    def is_done(self) -> bool:
        n_over = len(self.text) - self.first - self.wish.length
        if self._form is not None:
            return False  # the form's own end is what ends it
        if self.wish.n_lines is not None:
            is_full = self.text.endswith("\n") and self._n_lines >= self.wish.n_lines
            # A line must end after MAX_LINE characters; only one that may not, of blanks alone, is given up.
            return is_full or len(self.text) - self._line >= MAX_LENGTH
        if n_over < 0 or not self._has_written:
            return n_over >= GRACE
        return n_over >= GRACE or (_is_rounded(self.text) and not self._is_again(self.text[self._line :]))

    def draft(self, **known: Any) -> Draft:
        return Draft(self.final(), self.first, **known)

    def final(self) -> str:
        """Without blanks at the end, a word that the length cut off, and a line for the third time."""
        text, least = self.text, self.first + self.wish.length
        if self.is_over and len(text) >= least + GRACE and not _is_rounded(text):
            cut = max(text.rfind(" "), text.rfind("\n"))
            text = text[:cut] if cut >= max(least, len(text) - MAX_CUT) else text
        line = text.rfind("\n") + 1
        if line >= least and self.is_over and self._is_again(text[line:]):
            text = text[:line]
        return text[: self.first] + text[self.first :].rstrip()


class Voice:
    """Tells a draft piece by piece; only what is sure to stay in it, so that the pieces join to the text."""

    def __init__(self, tell: Tell | None) -> None:
        self._tell, self._n_told = tell, 0

    def told(self, pen: Pen, n_sure: int | None = None) -> None:
        """What is new of the first `n_sure` characters (default: of all)."""
        if self._tell is not None and not pen.is_over:
            text = pen.text[self._n_told : n_sure]
            self._say(text if self._n_told + len(text) <= pen.first else text.rstrip())

    def ended(self, draft: Draft) -> None:
        self._say(draft.text[self._n_told :])

    def _say(self, text: str) -> None:
        if self._tell is not None and text:
            self._n_told += len(text)
            self._tell(text)


class _Masks:
    """What may come next where no form says it: anything known, but for line ends and the end at times."""

    def __init__(self, encoding: Characters) -> None:
        n_symbols = encoding.n_symbols
        end, space = (int(symbol) for symbol in encoding.encode("\n "))
        self.newline = np.zeros(n_symbols, np.bool_)
        self.newline[end if end != UNKNOWN else END] = True
        self._of: dict[tuple[bool, bool, bool], Mask] = {}
        for may_break, may_end, may_space in product((False, True), repeat=3):
            mask = np.ones(n_symbols, np.bool_)
            mask[end], mask[space] = may_break, may_space
            mask[UNKNOWN] = False
            mask[END] = may_end or not mask[UNKNOWN + 1 :].any()
            self._of[may_break, may_end, may_space] = mask

    def of(self, may_break: bool, may_end: bool, may_space: bool) -> Mask:
        return self._of[may_break, may_end, may_space]


@lru_cache(maxsize=8)
def _masks_of(encoding: Characters) -> _Masks:
    return _Masks(encoding)


def _form_of(writer: Writer, wish: Wish, rng: np.random.Generator) -> Mask | None:
    """(T + 1, V) what may stand at each place of the form. Raises UsageError for a form that there is not."""
    if wish.form is None:
        return None
    if writer.forms is None:
        raise UsageError("this model knows no verse forms", where="--form")
    return writer.forms.pattern(wish.form, rng, wish.start).masks(writer.encoding.symbols)


def _key(line: str) -> str:
    return " ".join(line.casefold().split())


def _is_heading(line: str) -> bool:
    """Whether this is a line of a kind that stands often in one text: a speaker's name, a stage direction."""
    line = line.strip()
    return line.endswith(":") or line.isupper() or (line[:1] in "[(" and line[-1:] in "])")


def _n_lines(text: str) -> int:
    return sum(bool(line.strip()) for line in text.split("\n"))


def _is_rounded(text: str) -> bool:
    """Whether a text may stop here: at the end of a line or of a sentence."""
    return text.endswith("\n") or bool(_CLOSES.search(text[-4:]))
