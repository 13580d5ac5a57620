"""The protocol of the literature's table: models that only count come to the published figures."""

from pathlib import Path

import numpy as np
import pytest

from bench.polyphony import Data, chord_unigram, note_unigram

DATA = Path(__file__).parents[2] / "shared/data"


def _pieces(*rows: list[int]) -> list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    """Pieces of one pitch, given its bits."""
    return [np.eye(1, 88, 40, dtype=np.uint8) * np.array(row, np.uint8)[:, None] for row in rows]


def test_a_note_unigram_counts_every_frame_of_every_piece_alike() -> None:
    learnt, judged = _pieces([1, 1, 1, 0], [0, 0, 0, 0, 0, 0, 0, 0]), _pieces([1], [0, 0, 0])
    p = 3 / 12
    wanted = -(np.log(p) + 3 * np.log(1 - p)) / 4
    assert note_unigram(learnt, judged) == pytest.approx(wanted, abs=1e-6)


def test_a_chord_unigram_knows_whole_frames_and_shares_what_is_added_with_all_others() -> None:
    learnt, judged = _pieces([1, 1, 1, 0]), _pieces([1, 1, 0, 0])
    nats = chord_unigram(learnt, judged, judged)
    assert nats == pytest.approx(-(2 * np.log(3 / 4) + 2 * np.log(1 / 4)) / 4, abs=1e-3)
    new = chord_unigram(_pieces([1, 1]), _pieces([0, 0]), _pieces([0, 0]))
    assert nats < new < 88 * np.log(2) + 2


@pytest.mark.data
@pytest.mark.skipif(not DATA.exists(), reason="the research data are not beside the checkout")
@pytest.mark.parametrize(
    ("name", "published"), [("jsb", 10.95), ("nottingham", 10.00), ("musedata", 11.85), ("piano_midi", 11.49)]
)
def test_note_unigrams_come_to_the_published_figures_of_the_validation_splits(
    name: str, published: float
) -> None:
    data = Data.of(DATA, name, select=False)
    assert note_unigram(data.learnt, data.judged) == pytest.approx(published, abs=0.006)
