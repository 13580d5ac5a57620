"""What a long command shows on stderr: how far it is, how well it does and how long it will take.

On a terminal one line is redrawn in its place, at most 10 times a second; elsewhere (a file, a pipe, TERM=dumb)
a plain line is written every 10 s, and one at the end. Showing progress never stops the work: a stream that
breaks is left alone, a clock that jumps is survived.
"""

import math
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self, TextIO

from aoede.cli.console import columns_of, printable, sayable

REDRAW_S = 0.1
PLAIN_LINE_S = 10.0
MEMORY_S = 30.0  # the speed is that of about the last half minute,
MEMORY_SHARE = 0.25  # or of the last quarter of a longer run: checks and saves average out
SETTLE_S = 5.0  # so slowly the time left follows a new estimate
FIRST_ESTIMATE_S = 1.0
MIN_COLUMNS = 8  # of a terminal that is drawn on
MIN_BAR, MAX_BAR = 8, 30  # columns
BLOCKS = "▏▎▍▌▋▊▉█"  # eighths of a column
EMPTY_BLOCK = "░"
CYAN, PLAIN = "\x1b[36m", "\x1b[39m"
NO_FIGURES: Mapping[str, float] = {}


class Pace:
    """Speed and time left, from nothing but the steps that were made under its eyes.

    The speed is steps by seconds, both forgotten exponentially, so that it is a plain mean at first. The time
    left runs down with the clock and is drawn gently towards (steps left) / speed, at most by a factor of
    two away from it.
    """

    def __init__(self, total: int, first_step: int, now_s: float) -> None:
        self.total = total
        self.step = first_step
        self.elapsed_s = 0.0
        self.left_s: float | None = None  # None while nothing is known
        self._now_s = now_s
        self._n_steps = self._seconds = 0.0  # what is remembered of the past

    @property
    def speed(self) -> float:
        """Steps a second; 0 while none was made."""
        return self._n_steps / self._seconds if self._seconds > 0 else 0.0

    def advance(self, step: int, now_s: float) -> None:
        """`step` steps are done at the time `now_s`. Where the clock went back, this stretch is not counted."""
        passed_s = now_s - self._now_s
        if passed_s > 0:
            kept = math.exp(-passed_s / max(MEMORY_S, MEMORY_SHARE * self.elapsed_s))
            self._n_steps = kept * self._n_steps + max(0, step - self.step)
            self._seconds = kept * self._seconds + passed_s
            self.elapsed_s += passed_s
            self._estimate(step, passed_s)
        if passed_s != 0:
            self.step, self._now_s = step, now_s

    def _estimate(self, step: int, passed_s: float) -> None:
        if self.elapsed_s < FIRST_ESTIMATE_S or self.speed <= 0:
            return
        estimate_s = max(0, self.total - step) / self.speed
        left_s = estimate_s if self.left_s is None else max(0.0, self.left_s - passed_s)
        left_s += (estimate_s - left_s) * (1 - math.exp(-passed_s / SETTLE_S))
        self.left_s = min(max(left_s, estimate_s / 2), 2 * estimate_s)


class Progress:
    """Shows how a command gets on from `first_step` to `total` steps; a context manager.

    `label` names the work ("training rbm") and `unit` one step of it ("step", "file"). A run that is resumed
    begins at `first_step` > 0; speed and time left are those of this process. `stream` is sys.stderr
    where none is given.
    """

    def __init__(
        self,
        total: int,
        *,
        first_step: int = 0,
        label: str = "",
        unit: str = "step",
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._clock = clock
        self._label, self._unit = label, unit
        self._figures: dict[str, float] = {}
        self._step = first_step
        self._pace = Pace(total, first_step, clock())
        self._redraws = _is_terminal(self._stream)
        self._has_blocks = _can_say(self._stream, BLOCKS + EMPTY_BLOCK)
        self._has_colour = self._redraws and os.name == "posix" and not os.environ.get("NO_COLOR")
        self._interval_s = REDRAW_S if self._redraws else PLAIN_LINE_S
        self._shown_s = clock()
        self._shown_columns = 0  # of the line that stands on the terminal
        self._bar_columns: dict[tuple[int, frozenset[int]], int] = {}
        self._is_open = True

    def __enter__(self) -> Self:
        if self._redraws:
            self._redraw()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def update(self, step: int, figures: Mapping[str, float] = NO_FIGURES) -> None:
        """`step` steps are done. Figures stay shown until they are given again.

        A figure is shown as "name 0.830", or with its value in the place of "{}" in its name:
        {"held-out {} nats a step": 0.83}. Costs less than a microsecond where nothing is redrawn.
        """
        self._step = step
        if figures:
            self._figures.update(figures)
        now_s = self._clock()
        if self._shown_s <= now_s < self._shown_s + self._interval_s:
            return
        self._show(now_s)

    def note(self, text: str) -> None:
        """A line that stays, above the one that is redrawn."""
        self._wipe()
        self._write(sayable(printable(text), self._stream) + "\n")
        if self._redraws and self._is_open:
            self._redraw()

    def close(self) -> None:
        """The last state stays as a line of its own. Does nothing the second time."""
        if not self._is_open:
            return
        self._is_open = False
        self._pace.advance(self._step, self._clock())
        if self._redraws:
            self._redraw()
            self._write("\n")
            self._shown_columns = 0
        else:
            self._write(self._plain_line() + "\n")

    def _show(self, now_s: float) -> None:
        self._shown_s = now_s
        self._pace.advance(self._step, now_s)
        if self._redraws:
            self._redraw()
        else:
            self._write(self._plain_line() + "\n")

    def _plain_line(self) -> str:
        """ "training rbm: 43 %, 8,600 of 20,000 steps, loss 0.830, 1,240 steps/s, 2 min 10 s left"."""
        steps = f"{self._step:,} of {self._pace.total:,} {self._unit}s"
        parts = [self._percent().strip(), steps, *self._figure_texts(), self._speed(), self._time()]
        line = ", ".join(part for part in parts if part)
        return sayable(printable(f"{self._label}: {line}" if self._label else line), self._stream)

    def _redraw(self) -> None:
        columns = _columns(self._stream)
        line, n_columns = self._line(columns)
        rubbed_out = " " * max(0, min(self._shown_columns, columns - 1) - n_columns)
        self._write(f"\r{line}{rubbed_out}")
        self._shown_columns = n_columns

    def _line(self, columns: int) -> tuple[str, int]:
        """What fits on a terminal so wide, and its width; the last column stays free, lest the line wrap."""
        room = columns - 1
        label = _cut(self._said(self._label), room // 3, "…" if self._has_blocks else "~")
        total = f"{self._pace.total:,}"
        steps = f"{self._step:>{len(total)},}/{total}"
        figures = [(6 if i else 4, self._said(text)) for i, text in enumerate(self._figure_texts())]
        bar, bar_place = "x" * MIN_BAR, 1
        # in reading order, each with its rank where room is scarce
        fields = [(3, label), (2, bar), (0, self._percent()), (5, steps), *figures]
        fields += [(7, self._speed()), (1, self._time())]
        kept = _fitting(fields, room)
        texts = [text for i, (_, text) in enumerate(fields) if i in kept]
        n_columns = sum(columns_of(text) + 2 for text in texts) - 2
        if bar_place in kept:
            n_bar = self._steady(columns, kept, MIN_BAR + room - n_columns)
            n_columns += n_bar - MIN_BAR
            drawn = _bar(self._share(), n_bar, self._has_blocks)
            texts[sum(i < bar_place for i in kept)] = f"{CYAN}{drawn}{PLAIN}" if self._has_colour else drawn
        return "  ".join(texts), n_columns

    def _steady(self, columns: int, kept: frozenset[int], n_free: int) -> int:
        """Columns for the bar: those that are free, but never more than before, lest it breathe."""
        before = self._bar_columns.get((columns, kept), MAX_BAR)
        self._bar_columns[columns, kept] = min(before, n_free)
        return self._bar_columns[columns, kept]

    def _said(self, text: str) -> str:
        return sayable(" ".join(printable(text).split()), self._stream)

    def _share(self) -> tuple[int, int]:
        """Steps done and steps in all as a fraction from 0 to 1; nothing to do is all done."""
        total = max(1, self._pace.total)
        return (min(total, max(0, self._step)), total) if self._pace.total > 0 else (1, 1)

    def _percent(self) -> str:
        done, total = self._share()
        return f"{100 * done // total:3d} %"

    def _figure_texts(self) -> list[str]:
        return [_figure(name, value) for name, value in self._figures.items()]

    def _speed(self) -> str:
        speed = self._pace.speed
        if speed <= 0:
            return ""
        if speed < 0.1:
            return f"{duration(1 / speed)} a {self._unit}"
        if speed < 1:
            return f"{1 / speed:.1f} s a {self._unit}"
        return f"{speed:,.{0 if speed >= 10 else 1}f} {self._unit}s/s"

    def _time(self) -> str:
        """ "2 min 10 s left", and "took 5 min 2 s" in the end."""
        if not self._is_open:
            return f"took {duration(self._pace.elapsed_s)}"
        left_s = self._pace.left_s
        return "" if left_s is None else f"{duration(_rounded(left_s))} left"

    def _wipe(self) -> None:
        if self._shown_columns:
            self._write("\r" + " " * min(self._shown_columns, _columns(self._stream) - 1) + "\r")
            self._shown_columns = 0

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError, AttributeError):  # closed, broken, or not there at all
            self._redraws, self._interval_s = False, math.inf


def duration(seconds: float) -> str:
    """ "45 s", "2 min 10 s", "1 h 20 min", "3 d 4 h"."""
    whole = max(0, round(seconds)) if math.isfinite(seconds) else 0
    for size, name, smaller_size, smaller_name in (
        (86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s"),
    ):  # fmt: skip
        if whole >= size:
            rest = whole % size // smaller_size
            return f"{whole // size:,} {name}" + (f" {rest} {smaller_name}" if rest else "")
    return f"{whole} s"


def _rounded(left_s: float) -> float:
    """No finer than it is known: full seconds below 20, else 5 or 10 of them, minutes from an hour on."""
    step_s = next(step for limit, step in ((20, 1), (120, 5), (3600, 10), (math.inf, 60)) if left_s < limit)
    return step_s * math.ceil(left_s / step_s - 0.1)


def _figure(name: str, value: float) -> str:
    text = _digits(value)
    return name.replace("{}", text, 1) if "{}" in name else f"{name} {text}"


def _digits(value: float) -> str:
    """Three digits that count: 0.830, 12.3, 1,234, 1.23e-05."""
    if not math.isfinite(value):
        return str(value)
    size = math.floor(math.log10(abs(value))) if value else 0
    if not -4 <= size < 9:
        return f"{value:.2e}"
    return f"{value:,.{max(0, 2 - size)}f}"


def _fitting(fields: Sequence[tuple[int, str]], room: int) -> frozenset[int]:
    """Which of the fields (rank, text) find room, two columns apart; the lowest rank is asked first."""
    kept: set[int] = set()
    n_free = room + 2
    for i, (_, text) in sorted(enumerate(fields), key=lambda field: field[1][0]):
        if text and columns_of(text) + 2 <= n_free:
            kept.add(i)
            n_free -= columns_of(text) + 2
    return frozenset(kept)


def _bar(share: tuple[int, int], n_columns: int, has_blocks: bool) -> str:
    done, total = share
    if not has_blocks:
        n_full = (n_columns - 2) * done // total
        return "[" + "#" * n_full + "-" * (n_columns - 2 - n_full) + "]"
    n_full, eighths = divmod(8 * n_columns * done // total, 8)
    text = BLOCKS[-1] * n_full + (BLOCKS[eighths - 1] if eighths else "")
    return text + EMPTY_BLOCK * (n_columns - len(text))


def _cut(text: str, n_columns: int, ellipsis: str) -> str:
    """`text`, or its beginning and an ellipsis where it is wider than `n_columns`."""
    if columns_of(text) <= n_columns:
        return text
    while text and columns_of(text) + 1 > n_columns:
        text = text[:-1]
    return text.rstrip() + ellipsis if text else ""


def _is_terminal(stream: TextIO) -> bool:
    """Whether a line on it can be redrawn."""
    try:
        return stream.isatty() and os.environ.get("TERM") != "dumb"
    except (AttributeError, ValueError):  # no stream, or a closed one
        return False


def _columns(stream: TextIO) -> int:
    """COLUMNS, or the width of the terminal behind `stream` (stdout may be a file), or what shutil thinks."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told) > 0:
        return max(MIN_COLUMNS, int(told))
    try:
        return max(MIN_COLUMNS, os.get_terminal_size(stream.fileno()).columns)
    except (OSError, ValueError, AttributeError):
        return max(MIN_COLUMNS, shutil.get_terminal_size().columns)


def _can_say(stream: TextIO, text: str) -> bool:
    return sayable(text, stream) == text
