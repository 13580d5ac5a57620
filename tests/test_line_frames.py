"""Which words can follow the beginning of a line."""

from pathlib import Path

import pytest

from aoede.learning.line_frames import Frames

TOOLS = Path(__file__).parents[1] / "tools"
TABLE = (
    "kind\tname\twords\n"
    "sets\tsky\tsky stars\n"
    "sets\tplaces\tsky-stars+woods\n"
    "frame\tdrown in the\tsea night\n"
    "frame\tin the\tplaces+town\n"
    "frame\ta\tstar ocean\n"
    "frame\tunder the\tsky woods\n"
)


@pytest.fixture
def frames(tmp_path: Path) -> Frames:
    (tmp_path / "frames.tsv").write_text(TABLE, "utf-8")
    return Frames.read(tmp_path / "frames.tsv")


def test_the_first_frame_that_fits_holds(frames: Frames) -> None:
    assert frames.endings("I could drown in the") == ["night", "sea"]
    assert frames.endings("I saw you in the") == ["sky", "town", "woods"]
    assert frames.endings("I saw you in the house") == []


def test_a_name_among_words_is_a_word(frames: Frames) -> None:
    assert frames.endings("Under the") == ["sky", "woods"]


def test_a_line_fits_by_its_last_word_its_length_and_its_article(frames: Frames) -> None:
    assert frames.fits("I saw you in the", ["deep", "woods"])
    assert not frames.fits("I saw you in the", ["woods", "deep"])
    assert not frames.fits("I saw you in the", ["old", "and", "deep", "woods"])
    assert frames.fits("You are a", ["star"])
    assert not frames.fits("You are a", ["ocean"])


@pytest.mark.parametrize(("language", "beginnings"), [("en", 1200), ("zh", 700)])
def test_most_beginnings_have_a_frame(language: str, beginnings: int) -> None:
    frames = Frames.read(TOOLS / f"line_frames_{language}.tsv")
    rows = (TOOLS / f"beginnings_{language}.tsv").read_text("utf-8").splitlines()[1:]
    assert sum(bool(frames.endings(row.split("\t")[1])) for row in rows) > beginnings
