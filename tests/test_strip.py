"""Samples from early to late in one picture, made again from what lies in the run."""

import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from aoede.errors import InputError, UsageError
from aoede.formats import midi, roll_strip
from aoede.formats.roll_strip import BELOW, TOP, Row, are_highest
from aoede.learning import on_rolls
from aoede.learning.account import Report
from aoede.learning.loop import Standing, Tensors
from aoede.learning.outputs import Outputs, watched_name
from aoede.learning.watcher import Silent
from aoede.song import Note, Song, Track
from tests.small_learner import course

BAR = 1920


def song(*notes: Note) -> Song:
    return Song("", (Track("Piano", tuple(sorted(notes))),) if notes else ())


CHORD = song(*(Note(0, pitch, BAR, 80) for pitch in (60, 64, 67)))


def drawn(*rows: Row, **said: Any) -> Image.Image:
    return Image.open(io.BytesIO(roll_strip.to_bytes(rows, title="strip", **said))).convert("RGB")


def n_of(image: Image.Image, colour: str) -> int:
    wanted = tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return sum(n for n, found in image.getcolors(1 << 24) or [] if found == wanted)


# --- the picture --------------------------------------------------------------------------------------


def test_the_same_rows_give_the_same_bytes_and_every_row_takes_its_room() -> None:
    rows = [Row(f"step {i}", "6.31", CHORD) for i in range(4)]
    assert roll_strip.to_bytes(rows, title="strip") == roll_strip.to_bytes(rows, title="strip")
    one, two, four = (drawn(*rows[:n]).height for n in (1, 2, 4))
    assert four - two == 2 * (two - one) > 0


def test_the_highest_note_at_each_moment_has_a_colour_of_its_own() -> None:
    notes = [
        Note(0, 60, 960, 80),
        Note(0, 67, 480, 80),
        Note(240, 64, 480, 80),  # below a note that is held
        Note(480, 62, 240, 80),  # below the one before
        Note(720, 60, 240, 80),  # above nothing but its like
    ]
    assert are_highest(notes) == [False, True, False, False, True]
    assert are_highest([]) == []
    both = drawn(Row("", "", CHORD))
    assert n_of(both, BELOW) == pytest.approx(2 * n_of(both, TOP), rel=0.1)
    assert n_of(both, TOP) > 1000
    alone = drawn(Row("", "", song(Note(0, 60, BAR, 80))))
    assert n_of(alone, TOP) > 1000 and n_of(alone, BELOW) < 200, "the legend has both"


def test_rows_share_their_scales() -> None:
    """A note takes as much room beside a longer and higher song as that song leaves it."""
    long = song(Note(0, 60, 480, 80), Note(3 * BAR, 60, BAR, 80))
    assert n_of(drawn(Row("", "", CHORD), Row("", "", long)), BELOW) == pytest.approx(
        n_of(drawn(Row("", "", CHORD)), BELOW) / 4, rel=0.1
    )


@pytest.mark.parametrize(
    "row",
    [
        Row("", "", Song("", ())),
        Row("x" * 1000, "\0\u202e", song(Note(0, 0, 1, 1), Note(0, 127, 1, 1))),
        Row("an hour", "", song(*(Note(i * 480, 60 + i % 9, 480, 80) for i in range(9000)))),
        Row("a day", "", song(Note(0, 60, 82_944_000, 80))),
        Row("drums", "", Song("", (Track("", (Note(0, 36, 480, 80),), is_drum=True),))),
    ],
    ids=lambda row: row.label[:8],
)
def test_any_song_can_be_a_row(row: Row) -> None:
    image = drawn(row, Row("step 2", "1.0", CHORD))
    assert image.width == 1200 and 200 < image.height < 1200


def test_no_rows_too_many_and_pages_that_cannot_be_drawn_are_refused() -> None:
    for n in (0, 65):
        with pytest.raises(InputError, match=f"1 to 64 rows, not {n}"):
            drawn(*[Row("", "", CHORD)] * n)
    with pytest.raises(UsageError, match="pixels wide"):
        drawn(Row("", "", CHORD), width_px=10)


# --- in a run -----------------------------------------------------------------------------------------


class Painter:
    """An artist whose samples are notes, one more each time, and whose overview is a list."""

    def __init__(self) -> None:
        self.n = 0

    def samples(self, metadata: Mapping[str, Any], tensors: Tensors, *, name: str) -> dict[str, bytes]:
        self.n += 1
        return {".mid": f"sample {self.n}".encode(), ".png": b"picture"}

    def overview(
        self, samples: Mapping[int, Mapping[str, bytes]], figures: Mapping[int, float], unit: str
    ) -> dict[str, bytes]:
        rows = [f"{step} {figures[step]} {unit}: {files['.mid'].decode()}" for step, files in samples.items()]
        return {"all.txt": "\n".join(rows).encode()}

    def told(self, files: Mapping[str, bytes]) -> str:
        return ""

    def completed(self, metadata: Mapping[str, Any], tensors: Tensors) -> tuple[dict[str, Any], Tensors]:
        return dict(metadata), tensors


def standing(*figures: float, every: int = 10) -> Standing:
    rows = tuple({"step": every * i, "noise": 0.5, "held-out nats": f} for i, f in enumerate(figures, 1))
    best = min(rows, key=lambda row: row["held-out nats"])
    return Standing(
        step=every * len(rows), checks=rows, best_step=int(best["step"]), best_watched=best["held-out nats"]
    )


def outputs(run: Path, artist: Any) -> Outputs:
    return Outputs(course(run, n_steps=30, check_every=10), Report((), {}), artist, Silent())


def test_the_overview_is_made_of_what_lies_in_the_run_and_a_new_process_makes_the_same(
    tmp_path: Path,
) -> None:
    first = outputs(tmp_path, Painter())
    first.checked(standing(3.0), {})
    first.checked(standing(3.0, 2.0), {})
    overview = tmp_path / "samples" / "all.txt"
    assert overview.read_text() == "10 3.0 held-out nats: sample 1\n20 2.0 held-out nats: sample 2"
    overview.unlink()
    again = Painter()
    again.n = 1  # its first sample is that of the second check
    outputs(tmp_path, again).checked(standing(3.0, 2.0), {})
    assert overview.read_text() == "10 3.0 held-out nats: sample 1\n20 2.0 held-out nats: sample 2"


def test_samples_of_steps_that_the_training_has_not_come_to_are_left_out(tmp_path: Path) -> None:
    """It may have gone back to an earlier checkpoint."""
    first = outputs(tmp_path, Painter())
    for n in (1, 2, 3):
        first.checked(standing(*(3.0, 2.0, 4.0)[:n]), {})
    (tmp_path / "samples" / "step-00000010.mid").unlink()
    outputs(tmp_path, Painter()).checked(standing(3.0), {})
    assert (tmp_path / "samples" / "all.txt").read_text().startswith("10 3.0")
    assert "20" not in (tmp_path / "samples" / "all.txt").read_text()


def test_an_artist_without_an_overview_is_not_asked_for_one(tmp_path: Path) -> None:
    class Writer(Painter):
        overview = None  # type: ignore[assignment]

    outputs(tmp_path, Writer()).checked(standing(3.0), {})
    assert sorted(p.name for p in (tmp_path / "samples").iterdir()) == [
        "step-00000010.mid",
        "step-00000010.png",
    ]


def test_the_figure_of_a_sample_is_the_one_that_the_best_checkpoint_is_chosen_by() -> None:
    assert watched_name(standing(3.0, 2.0, 4.0)) == "held-out nats"
    assert watched_name(Standing()) == ""
    assert watched_name(replace(standing(3.0), best_watched=9.0)) == ""


def test_the_strip_leaves_out_what_is_damaged_and_draws_the_rest() -> None:
    artist = on_rolls.Artist(1)
    whole = {step: {".mid": midi.to_bytes(CHORD)} for step in (10, 20)}
    damaged: Mapping[int, Mapping[str, bytes]] = {**whole, 30: {".mid": b"MThd"}, 40: {".png": b""}}
    figures = {10: 3.0, 20: 2.0, 30: 1.0}
    strip = artist.overview(whole, figures, "held-out nats")
    assert list(strip) == ["strip.png"]
    assert artist.overview(damaged, figures, "held-out nats") == strip
    assert artist.overview({30: {".mid": b""}}, figures, "") == {}
    assert artist.overview({20: whole[20], 10: whole[10]}, {}, "") != strip


def test_a_later_sample_makes_the_strip_longer() -> None:
    sample = {".mid": midi.to_bytes(CHORD)}
    strips = [on_rolls.Artist(1).overview(dict.fromkeys(range(n), sample), {}, "") for n in (3, 8)]
    short, long = (Image.open(io.BytesIO(strip["strip.png"])).height for strip in strips)
    assert long > 2 * short
