"""What the pages of the lessons claim without a command; those that run them are tests/test_lesson_*.py."""

import itertools
import math
import re
from pathlib import Path

import numpy as np
import pytest

from aoede.errors import UsageError
from tools import lesson

PAGES = [page.stem for page in lesson.originals()]
MAX_PICTURE_BYTES = 150_000


def test_the_commands_of_every_lesson_are_run() -> None:
    assert {path.stem for path in Path(__file__).parent.glob("test_lesson_*.py")} == {
        f"test_lesson_{page}" for page in PAGES
    }


def test_the_sums_on_two_chords_are_right() -> None:
    played = lesson.guesses(lesson.TWO_CHORDS)
    assert len(played) == 16 and sum(played.values()) == pytest.approx(1)
    assert (
        sum(played[chord] for chord in lesson.TWO_CHORDS)
        == pytest.approx(1 / 8)
        == math.exp(-3 * math.log(2))
    )
    assert -math.log(played["CEG"]) == pytest.approx(4 * math.log(2))
    assert sum("EF" in chord for chord in played) == 4


def test_the_exercises_on_two_chords_are_right() -> None:
    uneven = lesson.guesses(["CEG", "CEG", "CEG", "CFA"])
    nats = -0.75 * math.log(uneven["CEG"]) - 0.25 * math.log(uneven["CFA"])
    assert nats == pytest.approx(2.25, abs=0.005)
    assert nats / 4 == pytest.approx(0.56, abs=0.005)
    assert uneven["CEG"] + uneven["CFA"] == pytest.approx(0.32, abs=0.005)
    weights, bias = np.array([10, -10, 10, -10]), np.array([-5, 5, -5, 5])  # E, F, G, A
    chords = np.array(list(itertools.product((0, 1), repeat=4)))
    likely = np.exp(chords @ bias) * (1 + np.exp(chords @ weights))
    ceg = float(likely[(chords == (1, 0, 1, 0)).all(axis=1)][0] / likely.sum())
    assert ceg == pytest.approx(0.487, abs=0.0005) and -math.log(ceg) == pytest.approx(0.72, abs=0.005)


@pytest.mark.parametrize("name", PAGES)
def test_the_pictures_of_a_lesson_are_there_and_small(name: str) -> None:
    shown = lesson.pictures_of((lesson.LESSONS / f"{name}.md").read_text(encoding="utf-8"))
    for picture in shown:
        data = (lesson.LESSONS / picture).read_bytes()
        assert data.startswith(b"\x89PNG") and len(data) < MAX_PICTURE_BYTES, picture
    kept = set((lesson.LESSONS / name).rglob("*.png"))
    assert {lesson.LESSONS / picture for picture in shown} == kept, "a picture that no lesson shows"


def test_every_lesson_has_a_translation() -> None:
    for page in lesson.originals():
        assert page.with_name(f"{page.stem}.zh-CN.md").is_file()


@pytest.mark.parametrize("page", sorted(lesson.LESSONS.glob("*.*.md")), ids=lambda page: page.name)
def test_a_translation_has_the_same_commands_and_pictures(page: Path) -> None:
    original = page.with_name(f"{page.name.split('.')[0]}.md").read_text(encoding="utf-8")
    translation = page.read_text(encoding="utf-8")
    assert lesson.commands_of(translation) == lesson.commands_of(original)
    assert lesson.pictures_of(translation) == lesson.pictures_of(original)
    assert lesson.outputs_of(translation) == lesson.outputs_of(original)
    n_fences, n_marked = (
        len(re.findall(fence, translation, re.MULTILINE)) for fence in (r"^```$", r"^```\w")
    )
    assert len(lesson.commands_of(translation)) == (n_fences - n_marked) / 2
    assert translation.count("\n## ") == original.count("\n## ")


def test_windows_of_different_lengths_are_no_diagram() -> None:
    with pytest.raises(UsageError, match="windows of one length"):
        lesson.windows_picture([["abc", "de"]])
