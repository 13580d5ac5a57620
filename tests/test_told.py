"""What networks on frames are told of each step: the place in the bar, the meter, the key."""

from typing import Any

import numpy as np
import pytest

from aoede.errors import ConfigError
from aoede.learning.told import METERS, PARTS, Told
from aoede.song import Meter, Note, Song, Track

SIXTEENTH = 120


def _song(*meters: Meter) -> Song:
    return Song("", (Track("", (Note(0, 60, 4_000, 80),), 0),), meters=meters or (Meter(0, 4, 4),))


def test_the_place_in_the_bar_goes_round_with_the_meter() -> None:
    song = _song(Meter(0, 3, 4), Meter(1_440, 2, 4))
    told = Told.fit([song], ("beat",), SIXTEENTH)
    assert told.n == told.n_places == 12
    rows = told.rows(32, SIXTEENTH, song.meters, None)
    assert rows.sum(axis=1).tolist() == [1.0] * 32
    assert rows.argmax(axis=1).tolist() == [*range(12), *range(8), *range(8), *range(4)]


def test_a_bar_longer_than_any_that_was_fitted_shares_the_last_place() -> None:
    told = Told.fit([_song()], ("beat",), SIXTEENTH)
    rows = told.rows(24, SIXTEENTH, (Meter(0, 6, 4),), None)
    assert rows.argmax(axis=1).tolist() == [*range(16), *[15] * 8]


def test_meters_that_are_equally_long_are_told_apart_and_odd_ones_share_a_place() -> None:
    told = Told.fit([_song()], ("meter",), SIXTEENTH)
    rows = [
        told.rows(1, SIXTEENTH, (Meter(0, *m),), None)[0].argmax() for m in ((3, 4), (6, 8), (7, 8), (5, 16))
    ]
    assert rows[0] != rows[1]
    assert rows[2] == rows[3] == len(METERS)


def test_the_key_moves_with_the_music_and_what_is_not_known_is_zeros() -> None:
    told = Told.fit([_song()], PARTS, SIXTEENTH)
    in_d = told.rows(4, SIXTEENTH, (Meter(0, 4, 4),), (2, "minor"))
    in_f = told.rows(4, SIXTEENTH, (Meter(0, 4, 4),), (5, "minor"))
    assert np.array_equal(told.moved(in_d, 3), in_f)
    assert np.array_equal(told.moved(in_d, -9), in_f)
    unknown = told.rows(4, SIXTEENTH, (Meter(0, 4, 4),), None)
    assert not unknown[:, -14:].any()
    assert np.array_equal(told.rows(4, SIXTEENTH, (Meter(0, 4, 4),), (2, ""))[:, -2:], np.zeros((4, 2)))


def test_nothing_told_is_no_numbers() -> None:
    assert Told().rows(5, SIXTEENTH, (Meter(0, 4, 4),), (0, "major")).shape == (5, 0)


@pytest.mark.parametrize("told", [Told(), Told(("beat", "key"), 12), Told(PARTS, 16)])
def test_what_is_stored_comes_back(told: Told) -> None:
    assert Told.from_mapping(told.as_mapping()) == told


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"parts": ["beat"]},
        {"parts": "beat", "n_places": 4},
        {"parts": ["weather"], "n_places": 0},
        {"parts": ["key", "beat"], "n_places": 16},
        {"parts": ["beat"], "n_places": 0},
        {"parts": ["key"], "n_places": 5},
        {"parts": ["beat"], "n_places": 10**9},
        {"parts": ["beat"], "n_places": True},
        {"parts": ["beat", "beat"], "n_places": 4},
        {"parts": [], "n_places": 0, "more": 1},
    ],
)
def test_what_nobody_can_be_told_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        Told.from_mapping(values)
