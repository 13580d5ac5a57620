"""Run the commands of the lessons in fresh folders and put the pictures that they make into docs/lessons.

make lesson

A lesson shows commands in ``` blocks and pictures of what they made: rbm/first/losses.png is out/first/losses.png.
What no command makes, the diagram of back-propagation through time, is drawn here. Blocks marked as ```text show
what commands print. A command under the comment <!-- Ctrl-C --> is interrupted as soon as it has saved for the
first time.
"""

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aoede.cli import main as aoede
from aoede.encodings.chars import END, Characters
from aoede.learning.text_pictures import windows_picture
from aoede.neural.streams import Streams

ROOT = Path(__file__).parent.parent
LESSONS = ROOT / "docs" / "lessons"
SONGS = Path("tests", "fixtures", "songs")
TEXTS = Path("tests", "fixtures", "texts")
WINDOWS = Path("out", "windows.png")
N_ROWS, N_WINDOWS, N_STEPS = 3, 3, 14  # of that diagram
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
    """Put songs and texts where the commands look for them, and the diagram where the pictures will be."""
    for data in (SONGS, TEXTS):
        shutil.copytree(ROOT / data, folder / data)
    (folder / WINDOWS).parent.mkdir()
    (folder / WINDOWS).write_bytes(windows_picture(rows_of_windows(ROOT / TEXTS / "shakespeare.txt")))


def rows_of_windows(file: Path) -> list[list[str]]:
    """The first windows of rows of a text, as a network that learns from it reads them."""
    text = file.read_text(encoding="utf-8")
    encoding = Characters.fit([text])
    ids = np.append(encoding.encode(text), END)
    streams = Streams([ids], None, first_symbol=END, n_rows=N_ROWS, n_steps=N_STEPS, seed=0)
    windows = [streams.window(k).targets for k in range(N_WINDOWS)]  # (N_STEPS, N_ROWS) each
    return [[encoding.decode(window[:, row]) for window in windows] for row in range(N_ROWS)]


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
    for page in originals():
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
