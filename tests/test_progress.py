"""What a long command shows: lines that fit, a time left that can be believed, a terminal left clean."""

import io
import os
import re
import termios
import timeit
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from aoede.cli.console import columns_of
from aoede.cli.progress import Pace, Progress, duration
from aoede.randomness import stream


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class Terminal(io.StringIO):
    """A stream that says it is a terminal; `screen` is what a person sees on it."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def write(self, text: str) -> int:
        text.encode(self._encoding)  # what cannot be said raises, as on a real stream
        return super().write(text)

    def isatty(self) -> bool:
        return True

    @property
    def screen(self) -> list[str]:
        """The lines as they stand in the end; later characters of a line replace earlier ones."""
        lines = []
        for line in without_colours(self.getvalue()).split("\n"):
            cells: list[str] = []
            for part in line.split("\r"):
                row = [cell for c in part for cell in ([c, ""] if columns_of(c) == 2 else [c])]
                cells[: len(row)] = row
            lines.append("".join(cells).rstrip())
        return lines

    @property
    def draws(self) -> list[str]:
        """Everything that was ever drawn on one line."""
        return re.split(r"[\r\n]", without_colours(self.getvalue()))


def without_colours(text: str) -> str:
    return re.sub(r"\x1b\[\d+m", "", text)


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)


def steps_of(progress: Progress, clock: Clock, steps: range, seconds_a_step: float) -> Iterator[int]:
    for step in steps:
        clock.now_s = round(clock.now_s + seconds_a_step, 6)
        progress.update(step)
        yield step


# --- the line on a terminal --------------------------------------------------------------------------


@pytest.mark.parametrize("columns", range(20, 201, 9))
@pytest.mark.parametrize(
    "label", ["", "xxxxxxxx", "学习：" * 30, "e\u0301" * 30], ids=["none", "latin", "chinese", "accents"]
)
def test_no_line_ever_wraps(columns: int, label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    terminal, clock = Terminal(), Clock()
    with Progress(12_000, label=label, stream=terminal, clock=clock) as progress:
        for step in range(0, 12_001, 500):
            clock.now_s += 40.0
            progress.update(step, {"held-out {} nats a step": 0.83, "落差": -1234.5})
    assert max(columns_of(line) for line in terminal.draws) < columns
    assert all(re.search(r"\d %", line) for line in terminal.draws if line.strip())


def test_a_wide_line_says_everything_and_the_bar_agrees_with_the_percentage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "150")
    terminal, clock = Terminal(), Clock()
    progress = Progress(20_000, label="training rbm", stream=terminal, clock=clock)
    with progress:
        for _ in steps_of(progress, clock, range(1, 10_001), 0.01):
            pass
        progress.update(10_000, {"held-out {} nats a step": 0.83, "gap": -1.5})
        progress.note("")
    line = terminal.screen[-2]
    for word in ("training rbm", "50 %", "10,000/20,000", "held-out 0.830 nats a step", "gap -1.50"):
        assert word in line
    assert "100 steps/s" in line and "took 1 min 40 s" in line
    assert "1 min 40 s left" in terminal.draws[-3]
    assert line.count("█") == line.count("░") == 15


def test_the_bar_moves_by_eighths_and_is_full_only_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, clock = Terminal(), Clock()
    progress = Progress(1000, stream=terminal, clock=clock)
    for _ in steps_of(progress, clock, range(1, 1001), 0.2):
        pass
    bars = [match[0] for line in terminal.draws if (match := re.search("[▏▎▍▌▋▊▉█░]+", line))]
    filled = [8 * bar.count("█") + sum(" ▏▎▍▌▋▊▉".find(c) for c in bar if c in "▏▎▍▌▋▊▉") for bar in bars]
    assert len({len(bar) for bar in bars[20:]}) == 1
    assert filled[20:] == sorted(filled[20:]) and len(set(filled)) > 150
    assert ["100 %" in line for line in terminal.draws].index(True) == len(terminal.draws) - 1
    assert set(bars[-1]) == {"█"}


@pytest.mark.parametrize("step", [0, 29, 57, 99, 100, 130])
def test_the_percentage_is_exact(step: int) -> None:
    terminal = Terminal()
    with Progress(100, stream=terminal) as progress:
        progress.update(step)
    assert re.search(rf"(?<!\d){min(step, 100)} %", terminal.screen[-2])


def test_nothing_to_do_is_all_done() -> None:
    terminal = Terminal()
    with Progress(0, stream=terminal):
        pass
    assert "100 %" in terminal.screen[-2]


def test_figures_stay_until_they_are_given_again() -> None:
    terminal = Terminal()
    with Progress(9, stream=terminal) as progress:
        progress.update(1, {"held-out": 0.5, "loss": 7.0})
        progress.update(2, {"loss": 6.0})
        progress.update(3)
    assert "held-out 0.500  loss 6.00" in terminal.screen[-2]


@pytest.mark.parametrize(
    "value, text",
    [
        (0.83, "x 0.830"),
        (1234567.0, "x 1,234,567"),
        (-12.345, "x -12.3"),
        (0.0, "x 0.00"),
        (1.23e-7, "x 1.23e-07"),
        (2e12, "x 2.00e+12"),
        (float("nan"), "x nan"),
        (float("-inf"), "x -inf"),
    ],
)
def test_figures_have_three_digits_that_count(value: float, text: str) -> None:
    terminal = Terminal()
    with Progress(2, stream=terminal) as progress:
        progress.update(1, {"x": value})
    assert f"{text}  " in terminal.screen[-2]


def test_an_encoding_without_blocks_gets_ascii() -> None:
    for encoding in ("ascii", "latin-1", "cp1252"):
        terminal, clock = Terminal(encoding), Clock()
        with Progress(4, label="学习", stream=terminal, clock=clock) as progress:
            progress.update(2)
        assert re.search(r"^\?\?  \[#{14}-{14}\]   50 %", terminal.screen[-2])


def test_colour_is_left_away_where_no_color_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn() -> str:
        terminal = Terminal()
        with Progress(4, stream=terminal) as progress:
            progress.update(2)
        return terminal.getvalue()

    assert "\x1b[36m" in drawn()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in drawn()


def test_control_characters_of_a_label_do_not_reach_the_terminal() -> None:
    terminal = Terminal()
    with Progress(4, label="a\x1b[2Jb\nc", stream=terminal) as progress:
        progress.update(2, {"\x1b]0;evil\x07": 1.0})
        progress.note("\x1b[2J")
    assert not set("\x1b\x07") & set(without_colours(terminal.getvalue()))


def test_it_redraws_at_most_ten_times_a_second() -> None:
    terminal, clock = Terminal(), Clock()
    progress = Progress(10_000, stream=terminal, clock=clock)
    for _ in steps_of(progress, clock, range(1, 10_001), 0.0005):
        pass
    assert 45 <= len(terminal.draws) - 1 <= 50


def test_a_terminal_that_grows_or_shrinks_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, clock = Terminal(), Clock()
    progress = Progress(1000, label="training rbm", stream=terminal, clock=clock)
    for step, columns in enumerate((120, 40, 90, 20, 200), start=1):
        monkeypatch.setenv("COLUMNS", str(columns))
        clock.now_s += 5.0
        progress.update(step)
        assert columns_of(terminal.draws[-1]) < columns


def test_a_real_terminal_is_asked_for_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS")
    master, slave = os.openpty()
    termios.tcsetwinsize(slave, (24, 47))
    with os.fdopen(master, "rb", buffering=0) as screen, os.fdopen(slave, "w", encoding="utf-8") as terminal:
        with Progress(1000, label="学习", stream=terminal) as progress:
            progress.update(500, {"held-out {} nats a step": 0.83})
        told = b""
        while not told.endswith(b"\n"):  # a terminal gives what has come so far
            told += screen.read(10_000)
    shown = without_colours(told.decode())
    assert [columns_of(line) for line in re.split(r"[\r\n]+", shown) if line] == [46, 46]
    assert "held-out" not in shown and "500/1,000" in shown


# --- what stays on the terminal ----------------------------------------------------------------------


def test_notes_stay_above_the_line() -> None:
    terminal, clock = Terminal(), Clock()
    with Progress(10, label="training", stream=terminal, clock=clock) as progress:
        for step in range(1, 11):
            clock.now_s += 1.0
            progress.update(step)
            if step % 5 == 0:
                progress.note(f"检查点 {step}")
    assert terminal.screen[:2] == ["检查点 5", "检查点 10"]
    assert terminal.screen[2].startswith("training") and "100 %" in terminal.screen[2]
    assert terminal.screen[3:] == [""]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ValueError])
def test_after_an_error_the_cursor_stands_on_a_fresh_line(error: type[BaseException]) -> None:
    terminal, clock = Terminal(), Clock()
    with pytest.raises(error), Progress(10, stream=terminal, clock=clock) as progress:
        clock.now_s += 65.0
        progress.update(3)
        raise error
    assert "30 %" in terminal.screen[-2] and "took 1 min 5 s" in terminal.screen[-2]
    assert terminal.getvalue().endswith("\n")


def test_closing_twice_says_it_once() -> None:
    terminal = Terminal()
    with Progress(10, stream=terminal) as progress:
        progress.close()
    assert terminal.getvalue().count("\n") == 1


def test_a_stream_that_breaks_does_not_stop_the_work() -> None:
    class Broken(Terminal):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    clock = Clock()
    closed = io.StringIO()
    closed.close()
    for broken in (Broken(), closed, None):
        with Progress(100, stream=broken, clock=clock) as progress:
            assert list(steps_of(progress, clock, range(1, 101), 3.0))[-1] == 100
            progress.note("still here")


def test_without_a_stream_it_speaks_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(1) as progress:
        progress.update(1)
    captured = capsys.readouterr()
    assert captured.out == "" and "100 %, 1 of 1 steps" in captured.err


# --- elsewhere ---------------------------------------------------------------------------------------


def plain_lines(make: Callable[[], io.StringIO]) -> list[str]:
    stream, clock = make(), Clock()
    progress = Progress(4000, label="training rbm", stream=stream, clock=clock)
    with progress:
        progress.update(0, {"held-out {} nats a step": 0.83})
        for _ in steps_of(progress, clock, range(1, 3501), 0.01):
            pass
    return stream.getvalue().split("\n")


def test_a_file_gets_a_plain_line_every_ten_seconds_and_one_at_the_end() -> None:
    lines = plain_lines(io.StringIO)
    assert lines[0] == (
        "training rbm: 25 %, 1,000 of 4,000 steps, held-out 0.830 nats a step, 100 steps/s, 30 s left"
    )
    assert [re.findall(r"(\d+) %", line) for line in lines] == [["25"], ["50"], ["75"], ["87"], []]
    assert lines[-2].endswith("took 35 s")


def test_a_dumb_terminal_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert plain_lines(Terminal) == plain_lines(io.StringIO)


# --- speed and time left -----------------------------------------------------------------------------


def left_over(seconds: np.ndarray, first_step: int = 0) -> list[float]:
    """The time left after each step of a run whose steps take so long, asked for every 0.1 s."""
    now_s, shown_s, told = 0.0, -1.0, []
    pace = Pace(first_step + len(seconds), first_step, now_s)
    for step, passed_s in enumerate(seconds, start=first_step + 1):
        now_s += passed_s
        if now_s >= shown_s + 0.1:
            pace.advance(step, now_s)
            shown_s = now_s
        told.append(-1.0 if pace.left_s is None else pace.left_s)
    return told


def test_the_time_left_of_an_even_run_counts_down_like_a_clock() -> None:
    told = left_over(np.full(10_000, 0.01))
    wanted = [99.99 - 0.01 * i for i in range(10_000)]
    assert max(abs(a - b) for a, b in zip(told[200:], wanted[200:], strict=True)) < 0.25


def test_uneven_steps_and_pauses_hardly_ever_lengthen_the_time_left() -> None:
    seconds = stream(3, "progress").lognormal(np.log(0.01), 1.0, 30_000)
    seconds[1999::2000] += 4.0  # a check and a save
    told = np.array(left_over(seconds))
    true = seconds.sum() - np.cumsum(seconds)
    late = slice(8000, -500)
    assert (np.abs(told[late] / true[late] - 1) < 0.25).mean() > 0.95
    assert np.maximum(0, np.diff(told[8000:])).sum() < 0.25 * seconds.sum()
    assert told[1000:].min() >= 0 and told[-1] < 1.0


def test_a_resumed_run_counts_only_its_own_steps() -> None:
    told = left_over(np.full(1000, 0.1), first_step=9000)
    assert told[20] == pytest.approx(98, abs=1.5)
    assert told[500] == pytest.approx(50, abs=1.0)


def test_a_slower_machine_is_noticed() -> None:
    told = left_over(np.concatenate([np.full(6000, 0.01), np.full(3000, 0.05)]))
    assert told[7800] == pytest.approx(60, rel=0.25)


def test_a_clock_that_jumps_back_costs_only_that_stretch() -> None:
    clock, terminal = Clock(), Terminal()
    progress = Progress(2000, stream=terminal, clock=clock)
    with progress:
        for step in steps_of(progress, clock, range(1, 1001), 0.1):
            if step == 500:
                clock.now_s -= 100_000.0
    times = [re.search(r"((\d+) min )?(\d+) s left", line) for line in terminal.draws]
    left_s = [60 * int(found[2] or 0) + int(found[3]) for found in times if found]
    assert max(left_s) <= 205 and left_s[-1] == pytest.approx(100, abs=6)
    assert "took 1 min 40 s" in terminal.screen[-2]


def test_nothing_is_said_about_the_time_before_a_second_has_passed() -> None:
    pace = Pace(1000, 0, 0.0)
    pace.advance(1, 0.9)
    assert pace.left_s is None
    pace.advance(2, 1.1)
    assert pace.left_s is not None


@pytest.mark.parametrize(
    "seconds, text",
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (130, "2 min 10 s"),
        (3599.9, "1 h"),
        (4800, "1 h 20 min"),
        (273_600, "3 d 4 h"),
        (-5, "0 s"),
    ],
)
def test_durations_read_like_speech(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    "seconds_a_step, text",
    [
        (0.0001, "10,000 files/s"),
        (0.4, "2.5 files/s"),
        (2.5, "2.5 s a file"),
        (80, "1 min 20 s a file"),
    ],
)
def test_speed_is_said_in_the_larger_unit(seconds_a_step: float, text: str) -> None:
    stream, clock = io.StringIO(), Clock()
    with Progress(10**6, unit="file", stream=stream, clock=clock) as progress:
        clock.now_s += seconds_a_step * 1000
        progress.update(1000)
    assert f", {text}, " in stream.getvalue()


def test_an_update_that_redraws_nothing_costs_less_than_five_microseconds() -> None:
    terminal = Terminal()
    progress = Progress(10**9, stream=terminal, clock=lambda: 0.0)
    figures = {"loss": 0.5, "held-out": 0.8}
    best_s = min(timeit.repeat(lambda: progress.update(7, figures), number=10_000, repeat=7)) / 10_000
    assert best_s < 5e-6
    assert terminal.getvalue() == ""
