"""Run the commands of the lessons in fresh folders and put the pictures that they make into docs/lessons.

make lesson

A lesson shows commands in ``` blocks and pictures of what they made: rbm/first/losses.png is out/first/losses.png.
What no command makes is drawn here: the diagram of back-propagation through time, and chords that are guessed note
by note. Blocks marked as ```text show what commands print. A command under the comment <!-- Ctrl-C --> is interrupted
as soon as it has saved for the first time. A lesson on recordings that its reader makes is left out here.
"""

import contextlib
import itertools
import math
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aoede.cli import main as aoede
from aoede.encodings.chars import END, Characters
from aoede.errors import UsageError
from aoede.formats.fields import NEGATIVE, POSITIVE
from aoede.formats.lettering import text_width_px
from aoede.formats.roll_canvas import MUTED, OVERSAMPLING, Canvas
from aoede.formats.roll_layout import MARGIN_PX
from aoede.formats.roll_system import BAR_LINE
from aoede.formats.sheet import head_px, png, write_head
from aoede.learning.text_pictures import WIDTH_PX, sign
from aoede.neural.streams import Streams

ROOT = Path(__file__).parent.parent
LESSONS = ROOT / "docs" / "lessons"
SONGS = Path("tests", "fixtures", "songs")
TEXTS = Path("tests", "fixtures", "texts")
WINDOWS = Path("out", "windows.png")
GUESSES = Path("out", "guesses.png")
OF_READERS = ("wavenet",)  # lessons on recordings that the reader makes: tests run them, on others
N_ROWS, N_WINDOWS, N_STEPS = 3, 3, 14  # of that diagram
TWO_CHORDS = ("CEG", "CFA")
MAX_ROWS, MAX_WINDOWS = 8, 8
INTERRUPTED = 130
MAX_WAIT_S = 60

_BLOCK = re.compile(r"^(<!-- Ctrl-C -->\n)?```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PICTURE = re.compile(r"!\[[^\]]*\]\(([^)]+)\)")


@dataclass(frozen=True)
class Command:
    """One command line of a lesson, `aoede` and its arguments."""

    line: str
    is_interrupted: bool = False

    @property
    def arguments(self) -> list[str]:
        name, *arguments = shlex.split(self.line)
        if name != "aoede":
            raise ValueError(f"a lesson runs aoede, not {self.line!r}")
        return arguments


def commands_of(page: str) -> list[Command]:
    """The commands of all ``` blocks of a page that have no mark, in order."""
    return [
        Command(line, bool(mark))
        for mark, kind, block in _BLOCK.findall(page)
        for line in block.replace("\\\n", " ").splitlines()
        if not kind
    ]


def outputs_of(page: str) -> list[str]:
    """What commands print, as the ```text blocks of a page show it."""
    return [block for _, kind, block in _BLOCK.findall(page) if kind == "text"]


def pictures_of(page: str) -> list[str]:
    """The paths of the pictures of a page, from the folder of the lessons."""
    return _PICTURE.findall(page)


def made_as(picture: str) -> Path:
    """Where the commands leave the picture that a lesson shows as rbm/...: in out/..."""
    return Path("out", *Path(picture).parts[1:])


def prepare(folder: Path) -> None:
    """Put songs and texts where the commands look for them, and the diagrams where the pictures will be."""
    for data in (SONGS, TEXTS):
        shutil.copytree(ROOT / data, folder / data)
    (folder / WINDOWS).parent.mkdir()
    (folder / WINDOWS).write_bytes(windows_picture(rows_of_windows(ROOT / TEXTS / "shakespeare.txt")))
    (folder / GUESSES).write_bytes(guesses_picture(TWO_CHORDS))


def rows_of_windows(file: Path) -> list[list[str]]:
    """The first windows of rows of a text, as a network that learns from it reads them."""
    text = file.read_text(encoding="utf-8")
    encoding = Characters.fit([text])
    ids = np.append(encoding.encode(text), END)
    streams = Streams([ids], None, first_symbol=END, n_rows=N_ROWS, n_steps=N_STEPS, seed=0)
    windows = [streams.window(k).targets for k in range(N_WINDOWS)]  # (N_STEPS, N_ROWS) each
    return [[encoding.decode(window[:, row]) for window in windows] for row in range(N_ROWS)]


def windows_picture(rows: Sequence[Sequence[str]]) -> bytes:
    """How truncated back-propagation through time reads: rows of text, cut into windows of equal length.

    Window k of every row is one update. The state is carried from window to window, the gradient is not.
    Raises UsageError for more rows or windows than fit, or windows of different lengths.
    """
    n_windows, n_steps = len(rows[0]), len(rows[0][0])
    if len(rows) > MAX_ROWS or n_windows > MAX_WINDOWS or {len(w) for r in rows for w in r} != {n_steps}:
        raise UsageError("the picture of windows needs a few rows of windows of one length")
    title = "Truncated back-propagation through time"
    remarks = (
        "each row is another part of the text; one window of all rows makes one update of the weights",
        "",
    )
    left, gap, row_px = MARGIN_PX + 66, 26, 104
    top = head_px(*remarks) + 52
    cell = (WIDTH_PX - MARGIN_PX - left - gap * (n_windows - 1) - 24) / (n_windows * n_steps)
    canvas = Canvas(WIDTH_PX, top + len(rows) * row_px + MARGIN_PX - 14)
    write_head(canvas, WIDTH_PX, title, *remarks)
    _windows_legend(canvas, head_px(*remarks) - 8)
    width = n_steps * cell
    for k in range(n_windows):
        x = left + k * (width + gap)
        canvas.text(x + width / 2, top - 14, f"update {k + 1}", 15, MUTED, bold=True, align="centre")
        bottom = top + len(rows) * row_px - 16
        canvas.box(x - 8, top - 4, x + width + 8, bottom, "#F6F7F9", outline=BAR_LINE, radius=6)
    for i, row in enumerate(rows):
        y = top + i * row_px
        canvas.text(left - 18, y + 48, f"row {i + 1}", 14, MUTED, align="right")
        last = left + (n_windows - 1) * (width + gap) + width
        _arrow(canvas, left, last + 24, y + 18, NEGATIVE)
        for k, window in enumerate(row):
            x = left + k * (width + gap)
            for t, character in enumerate(window):
                canvas.text(x + (t + 0.5) * cell, y + 48, sign(character), 18, align="centre")
            _arrow(canvas, x + width, x, y + 66, POSITIVE)
            canvas.box(x - 1.5, y + 57, x + 1.5, y + 75, POSITIVE)
    return png(canvas.finished(), title)


def _windows_legend(canvas: Canvas, y: float) -> None:
    x = float(MARGIN_PX)
    for colour, told in (
        (NEGATIVE, "the state: carried from window to window, forwards"),
        (POSITIVE, "the gradient: flows back to where its window begins, and stops"),
    ):
        _arrow(canvas, *((x, x + 40) if colour == NEGATIVE else (x + 40, x)), y, colour)
        canvas.text(x + 52, y + 5, told, 15)
        x += 52 + text_width_px(told, 15) + 36


def _arrow(canvas: Canvas, start: float, end: float, y: float, colour: str) -> None:
    """A level arrow, to the right or to the left."""
    way = 1 if end > start else -1
    canvas.box(min(start, end - 8 * way), y - 1.25, max(start, end - 8 * way), y + 1.25, colour)
    k = OVERSAMPLING
    head = [(end * k, y * k), ((end - 11 * way) * k, (y - 5) * k), ((end - 11 * way) * k, (y + 5) * k)]
    canvas.pen.polygon(head, colour)


def guesses(chords: Sequence[str]) -> dict[str, float]:
    """Chords that are played, and how often, where each note sounds as often as in `chords` but heeds no other."""
    notes = sorted(set("".join(chords)), key="CDEFGAB".index)
    share = {note: sum(note in chord for chord in chords) / len(chords) for note in notes}
    played = {}
    for sounds in itertools.product((True, False), repeat=len(notes)):
        chord = "".join(itertools.compress(notes, sounds))
        played[chord] = math.prod(
            share[n] if on else 1 - share[n] for n, on in zip(notes, sounds, strict=True)
        )
    return {chord: p for chord, p in played.items() if p}


def guesses_picture(chords: Sequence[str]) -> bytes:
    """What players of single notes make of `chords`: these on the left, and all that is played besides."""
    played = guesses(chords)
    columns = [*chords, *(chord for chord in played if chord not in chords)]
    notes = sorted(set("".join(chords)), key="CDEFGAB".index)
    title = "Players who do not hear one another"
    remarks = (
        f"{len(columns)} chords, one as often as the other; the song has only {len(chords)} of them",
        "",
    )
    left, row_px, gap = MARGIN_PX + 36, 34, 40
    top = head_px(*remarks) + 30
    cell = (WIDTH_PX - MARGIN_PX - left - gap) / len(columns)
    canvas = Canvas(WIDTH_PX, top + row_px * len(notes) + MARGIN_PX)
    write_head(canvas, WIDTH_PX, title, *remarks)
    for i, note in enumerate(reversed(notes)):
        canvas.text(left - 14, top + row_px * i + 23, note, 17, MUTED, bold=True, align="right")
    for k, chord in enumerate(columns):
        is_right = k < len(chords)
        x = left + k * cell + (0 if is_right else gap)
        for i, note in enumerate(reversed(notes)):
            fill = (NEGATIVE if is_right else POSITIVE) if note in chord else "#F6F7F9"
            y = top + row_px * i
            canvas.box(x + 3, y + 3, x + cell - 3, y + row_px - 3, fill, outline=BAR_LINE, radius=4)
    canvas.text(left + 3, top - 12, "in the song", 15, MUTED, bold=True)
    canvas.text(left + len(chords) * cell + gap + 3, top - 12, "never in the song", 15, MUTED, bold=True)
    return png(canvas.finished(), title)


def originals() -> list[Path]:
    """The lessons, without their translations, which have the same commands and pictures."""
    return sorted(page for page in LESSONS.glob("*.md") if page.name.count(".") == 1)


def perform(command: Command, folder: Path) -> int:
    """Run a command in `folder`; its exit code."""
    if command.is_interrupted:
        return _interrupt(command, folder)
    with contextlib.chdir(folder):
        return aoede(command.arguments)


def _interrupt(command: Command, folder: Path) -> int:
    """Start a training and send it Ctrl-C after its first save; its exit code."""
    arguments = command.arguments
    saves = folder / arguments[arguments.index("--run") + 1] / "checkpoints"
    with subprocess.Popen([sys.executable, "-m", "aoede", *arguments], cwd=folder) as process:
        end_s = time.monotonic() + MAX_WAIT_S
        while process.poll() is None and time.monotonic() < end_s and not list(saves.glob("step-*")):
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
    return process.returncode


def main() -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    wanted = sys.argv[1:]  # names of lessons; none: all
    pages = [page for page in originals() if page.stem not in OF_READERS]
    strange = set(wanted) - {page.stem for page in pages}
    if strange:
        sys.exit(f"no lesson {min(strange)}; there are {', '.join(page.stem for page in pages)}")
    for page in pages:
        if not wanted or page.stem in wanted:
            with tempfile.TemporaryDirectory() as name:
                _run(page.read_text(encoding="utf-8"), Path(name))


def _run(text: str, folder: Path) -> None:
    """Run the commands of a page and keep the pictures that it shows."""
    prepare(folder)
    for command in commands_of(text):
        print(f"$ {command.line}", flush=True)
        code = perform(command, folder)
        if code != (INTERRUPTED if command.is_interrupted else 0):
            sys.exit(f"{command.line} ended with {code}")
    for picture in pictures_of(text):
        target = LESSONS / picture
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / made_as(picture), target)


if __name__ == "__main__":
    main()
