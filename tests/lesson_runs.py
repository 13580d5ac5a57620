"""A lesson whose commands were run, and what every lesson claims of its own."""

import io
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from aoede.learning import on_rolls, on_texts
from aoede.learning.dataset import Item, from_folder, split
from tools import lesson

TOLERANCE = 0.05  # nats by which networks may come out otherwise on another processor
TOLERATED = {"polyphony": 0.04}  # share of a figure, where there are many nats to it

_FIGURE = re.compile(r"(?<![\w.])-?\d+\.\d+(?![\w.])")
_STEP = re.compile(r"(?<= at step )[\d,]+")  # that of a best moment may be another one too


@dataclass(frozen=True)
class Lesson:
    name: str
    page: str  # its text
    folder: Path  # in which its commands ran
    commands: list[lesson.Command]
    codes: dict[str, int]  # exit code of every command
    said: dict[str, str]  # what every command printed
    printed: str


def run(name: str, folder: Path) -> Lesson:
    page = (lesson.LESSONS / f"{name}.md").read_text(encoding="utf-8")
    lesson.prepare(folder)
    with pytest.MonkeyPatch.context() as patch, io.StringIO() as printed:
        patch.setenv("OMP_NUM_THREADS", "1")
        # Samples on the way, which no lesson shows: a third of the time
        patch.setattr(on_rolls, "SAMPLE_BARS", 1)
        patch.setattr(on_texts, "SAMPLE_LENGTH", 30)
        patch.setattr("sys.stdout", printed)
        patch.setattr("sys.stderr", printed)
        commands = lesson.commands_of(page)
        codes, said = dict[str, int](), dict[str, str]()
        for command in commands:
            begun = printed.tell()
            codes[command.line] = lesson.perform(command, folder)
            said[command.line] = printed.getvalue()[begun:]
        return Lesson(name, page, folder, commands, codes, said, printed.getvalue())


def aside(done: Lesson) -> list[Item]:
    """The songs that its trainings kept aside."""
    return split(from_folder(done.folder / lesson.SONGS).items, 0.1, seed=10)[1]


def words_and_figures(line: str) -> tuple[str, list[float]]:
    """A line without its figures, and these."""
    figures = [float(figure) for figure in _FIGURE.findall(line)]
    words = " ".join(_STEP.sub("", _FIGURE.sub(" ", line)).split()) if figures else line.strip()
    return words, figures


class LessonClaims:
    """Tests of the lesson that the fixture `one` has run."""

    def test_every_command_of_a_lesson_runs_and_ctrl_c_interrupts_where_it_says_so(self, one: Lesson) -> None:
        assert len(one.commands) > 15 and sum(command.is_interrupted for command in one.commands) == 1
        for command in one.commands:
            assert one.codes[command.line] == (lesson.INTERRUPTED if command.is_interrupted else 0), (
                command.line
            )

    def test_the_commands_make_every_picture_of_a_lesson(self, one: Lesson) -> None:
        shown = lesson.pictures_of(one.page)
        assert len(shown) > 3
        for picture in shown:
            assert (one.folder / lesson.made_as(picture)).read_bytes().startswith(b"\x89PNG"), picture

    def test_commands_print_what_a_lesson_shows_of_it_in_that_order(self, one: Lesson) -> None:
        """Words as they stand, figures nearly."""
        printed = iter([words_and_figures(line) for line in one.printed.splitlines()])
        share = TOLERATED.get(one.name, 0)
        for output in lesson.outputs_of(one.page):
            for line in filter(str.strip, output.splitlines()):
                words, figures = words_and_figures(line)
                nearly = pytest.approx(figures, abs=TOLERANCE, rel=share)
                assert any(w == words and f == nearly for w, f in printed), f"no command prints {line!r} here"

    def test_the_training_that_ctrl_c_stopped_is_resumed_to_its_end(self, one: Lesson) -> None:
        (stopped,) = (command.arguments for command in one.commands if command.is_interrupted)
        run = one.folder / stopped[stopped.index("--run") + 1]
        metrics = (run / "metrics.jsonl").read_text().splitlines()
        assert (
            json.loads(metrics[-1])["step"]
            == json.loads((run / "run.json").read_text())["schedule"]["n_steps"]
        )
