"""Run the commands of a lesson in a fresh folder and put the pictures that they make into docs/lessons.

make lesson

A lesson shows commands in ``` blocks and pictures of what they made: rbm/first/losses.png is out/first/losses.png.
A command under the comment <!-- Ctrl-C --> is interrupted as soon as it has saved for the first time.
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

from aoede.cli import main as aoede

ROOT = Path(__file__).parent.parent
LESSONS = ROOT / "docs" / "lessons"
SONGS = Path("tests", "fixtures", "songs")
INTERRUPTED = 130
MAX_WAIT_S = 60

_BLOCK = re.compile(r"^(<!-- Ctrl-C -->\n)?```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
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
    """The commands of all ``` blocks of a page, in order."""
    return [
        Command(line, bool(mark))
        for mark, block in _BLOCK.findall(page)
        for line in block.replace("\\\n", " ").splitlines()
    ]


def pictures_of(page: str) -> list[str]:
    """The paths of the pictures of a page, from the folder of the lessons."""
    return _PICTURE.findall(page)


def made_as(picture: str) -> Path:
    """Where the commands leave the picture that a lesson shows as rbm/...: in out/..."""
    return Path("out", *Path(picture).parts[1:])


def prepare(folder: Path) -> None:
    """Put the songs of the lesson where its commands look for them."""
    (folder / SONGS).parent.mkdir(parents=True)
    shutil.copytree(ROOT / SONGS, folder / SONGS)


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
    for page in sorted(LESSONS.glob("*.md")):
        if page.name.count(".") > 1:
            continue  # a translation: the same commands and pictures
        text = page.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
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
