"""Songs become rolls in one key, with labels, without endless rests; windows are moved about in training."""

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aoede.encodings.pianoroll import PianoRoll
from aoede.errors import ConfigError, InputError, UsageError
from aoede.learning import rolls
from aoede.learning.rolls import LABEL_NAMES, Labels
from aoede.mood.feelings import FEELINGS
from aoede.mood.request import mood_of
from aoede.mood.wishes import Wishes
from aoede.music.plan import plan_for
from aoede.music.theory import MODES
from aoede.song import Meter, Note, Song, Track

TUNE = (0, 4, 7, 12, 7, 5, 4, 2, 0, -5, 0, 0)  # plainly major
DARK = (0, 3, 7, 12, 8, 7, 3, 2, 0, -5, 0, 0)  # plainly minor


def song(intervals: tuple[int, ...], tonic: int = 60, ticks: int = 240, start: int = 0) -> Song:
    notes = tuple(Note(start + ticks * i, tonic + k, ticks, 80) for i, k in enumerate(intervals))
    return Song("", (Track("", notes),))


def together(*songs: Song) -> Song:
    return Song("", tuple(track for s in songs for track in s.tracks))


DRUMS = Song("", (Track("", (Note(0, 36, 480, 90),), is_drum=True),))
SILENT = Song("", ())


# Keys


@pytest.mark.parametrize("intervals", [TUNE, DARK])
def test_every_key_is_moved_to_c_by_the_shorter_way(intervals: tuple[int, ...]) -> None:
    moves = [rolls.semitones_to_c(song(intervals, 60 + k)) for k in range(12)]
    assert moves == [0, -1, -2, -3, -4, -5, 6, 5, 4, 3, 2, 1]
    encoding = PianoRoll(48, 84)
    found = rolls.pieces([song(intervals, 60 + k) for k in range(7)], encoding)
    assert len(found.rolls) == 7
    for a, b in pairwise(found.rolls[:6]):
        assert (a == b).all()
    assert (found.rolls[0] == encoding.encode(song(intervals))).all()


def test_a_piece_is_moved_before_its_pitches_are_cut_to_the_range() -> None:
    narrow = PianoRoll(55, 72)
    high = rolls.roll_of(song(TUNE, 65), narrow, "key")
    assert (high == narrow.encode(song(TUNE, 60))).all()
    assert not (rolls.roll_of(song(TUNE, 65), narrow, "none") == high).all()


def test_all_and_none_leave_the_pieces_where_they_are() -> None:
    encoding = PianoRoll()
    for transpose in ("all", "none"):
        found = rolls.pieces([song(TUNE, 63)], encoding, transpose=transpose)
        assert (found.rolls[0] == encoding.encode(song(TUNE, 63))).all()
        assert found.labels is None


def test_an_unknown_transposition_is_refused_with_the_known_ones() -> None:
    for call in (
        lambda: rolls.fit([song(TUNE)], transpose="up"),
        lambda: rolls.pieces([], PianoRoll(), transpose="up"),
        lambda: rolls.shift_of(PianoRoll(), "up"),
    ):
        with pytest.raises(UsageError, match="Say key, all, none"):
            call()


# The range


def test_the_range_is_that_of_the_moved_pieces() -> None:
    songs = [song(TUNE, 60), song(TUNE, 62), DRUMS, SILENT]
    fitted = rolls.fit(songs)
    assert (fitted.low, fitted.high) == (55, 72)
    fitted = rolls.fit(songs, transpose="none")
    assert (fitted.low, fitted.high) == (55, 74)
    fitted = rolls.fit(songs, transpose="all", steps_a_beat=8, struck=False)
    assert fitted == PianoRoll(50, 80, 8, False)


def test_the_range_stays_inside_the_plain_one_unless_it_is_stated() -> None:
    wild = [song((0, 4, 7, -55, 60))]
    assert rolls.fit(wild, transpose="none") == PianoRoll()
    fitted = rolls.fit(wild, transpose="none", low=0, high=127)
    assert (fitted.low, fitted.high) == (0, 127)
    assert rolls.fit([song(TUNE)], low=40).low == 40
    with pytest.raises(InputError, match="no song has a pitched note"):
        rolls.fit([DRUMS, SILENT])
    with pytest.raises(ConfigError, match="low to high"):
        rolls.fit([song(TUNE)], high=30)


# What is kept


def test_songs_without_a_note_in_range_or_too_long_are_left_out_and_counted() -> None:
    endless = song((0, 0), ticks=480 * 10**6)
    songs = [song(TUNE), DRUMS, song(TUNE, 100), endless, SILENT, song(DARK)]
    found = rolls.pieces(songs, PianoRoll(40, 80), transpose="none", labels=Labels((1.0, 2.0)))
    assert len(found.rolls) == 2 and found.n_left_out == 4
    assert found.labels is not None and found.labels.shape == (2, 5)
    assert found.labels[:, :2].tolist() == [[1, 0], [0, 1]]
    nothing = rolls.pieces([], PianoRoll(), labels=Labels((1.0, 2.0)))
    assert nothing.rolls == () and nothing.labels is not None and nothing.labels.shape == (0, 5)


@pytest.mark.parametrize(
    ("meter", "unit"), [((4, 4), 16), ((3, 4), 24), ((6, 8), 24), ((5, 4), 20), ((2, 2), 16)]
)
def test_long_rests_lose_whole_bars_and_short_ones_nothing(meter: tuple[int, int], unit: int) -> None:
    encoding = PianoRoll()

    def length(rest_steps: int) -> int:
        late = together(song((0,), start=0), song((4,), start=240 + 120 * rest_steps))
        moved = Song("", late.tracks, meters=(Meter(0, *meter),))
        return len(rolls.roll_of(moved, encoding, "none")) - 4

    for rest in (0, 1, unit, 2 * unit - 1):
        assert length(rest) == rest
    for rest in (2 * unit, 2 * unit + 5, 9 * unit + 7):
        assert length(rest) == unit + rest % unit


def test_silence_before_the_piece_is_shortened_too() -> None:
    found = rolls.roll_of(song(TUNE, start=480 * 4 * 1000 + 120), PianoRoll(), "none")
    assert len(found) == 16 + 1 + 24 and not found[:17].any() and found[17].any()


# Moving windows about


@given(st.integers(0, 2**32), st.integers(1, 30), st.booleans())
def test_a_moved_window_keeps_all_its_notes(seed: int, n_pitches: int, struck: bool) -> None:
    encoding = PianoRoll(40, 39 + n_pitches, struck=struck)
    rng = np.random.default_rng(seed)
    windows = (rng.random((20, 4, encoding.width)) < 0.05).astype(np.uint8)
    shift = rolls.shift_of(encoding, "all")
    assert shift is not None
    before = windows.copy()
    moved = shift(windows, rng)
    assert (windows == before).all() and moved.dtype == np.uint8 and moved.shape == windows.shape
    for a, b in zip(windows, moved, strict=True):
        assert any((encoding.transposed(a, s) == b).all() and a.sum() == b.sum() for s in range(-5, 7))


def test_windows_are_moved_to_twelve_keys_alike_and_the_same_seed_moves_alike() -> None:
    encoding = PianoRoll()
    windows = np.zeros((4800, 1, encoding.width), np.uint8)
    windows[:, 0, 40] = 1
    shift = rolls.shift_of(encoding, "all")
    assert shift is not None
    moved = shift(windows, np.random.default_rng(3))
    counts = moved[:, 0].sum(axis=0)
    assert counts[35:47].sum() == 4800 and counts[35:47].min() > 320
    assert (moved == shift(windows, np.random.default_rng(3))).all()
    assert rolls.shift_of(encoding, "key") is rolls.shift_of(encoding, "none") is None


# Labels


def test_labels_tell_mode_and_activity_by_thirds_of_the_training_songs() -> None:
    songs = [song(TUNE, 60 + i, ticks) for i, ticks in enumerate((960, 640, 480, 240, 160, 120))]
    labels = rolls.fit_labels(songs)
    rows = np.array([labels.of(s) for s in songs])
    assert rows[:, 2:].argmax(axis=1).tolist() == [0, 0, 1, 1, 2, 2]
    assert (rows.reshape(6, 5)[:, :2] == [1, 0]).all() and (rows[:, 2:].sum(axis=1) == 1).all()
    assert labels.of(song(DARK)).tolist()[:2] == [0, 1]
    assert rolls.notes_a_beat(songs[0]) == 0.5 and rolls.notes_a_beat(songs[5]) == 4.0


def test_activity_does_not_depend_on_silence_around_the_piece() -> None:
    assert rolls.notes_a_beat(song(TUNE, start=48000)) == rolls.notes_a_beat(song(TUNE)) == 2.0
    assert rolls.notes_a_beat(DRUMS) == 0.0


def test_pieces_that_are_all_alike_are_all_moving() -> None:
    labels = rolls.fit_labels([song(TUNE)] * 5)
    assert labels.of(song(TUNE)).tolist() == [1, 0, 0, 1, 0]
    assert rolls.fit_labels([DRUMS, song(TUNE), SILENT]) == labels
    with pytest.raises(InputError, match="no song has a pitched note"):
        rolls.fit_labels([DRUMS, SILENT])


def test_labels_go_through_json() -> None:
    labels = Labels((1.25, 3.5))
    assert Labels.from_mapping(json.loads(json.dumps(labels.as_mapping()))) == labels


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"edges": [1.0, 2.0]},
        {"edges": [1.0], "names": list(LABEL_NAMES)},
        {"edges": [2.0, 1.0], "names": list(LABEL_NAMES)},
        {"edges": [1.0, float("nan")], "names": list(LABEL_NAMES)},
        {"edges": [1.0, float("inf")], "names": list(LABEL_NAMES)},
        {"edges": ["a", "b"], "names": list(LABEL_NAMES)},
        {"edges": [1.0, 2.0], "names": list(LABEL_NAMES)[::-1]},
        {"edges": [1.0, 2.0], "names": list(LABEL_NAMES), "more": 1},
        {"edges": [1.0, 2.0], "names": 5},
    ],
)
def test_other_labels_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="labels"):
        Labels.from_mapping(values)


@pytest.mark.parametrize(
    "request_", ["hope", "grief", "a walk in the park", "a lonely grave", "rage", "a birthday party"]
)
def test_a_bright_or_dark_mood_wishes_for_the_mode_that_the_plan_would_take(request_: str) -> None:
    mood = mood_of(request_)
    for seed in range(4):
        is_minor = 3 in MODES[plan_for(mood, Wishes(), seed=seed).key.mode]
        assert Labels((1.0, 2.0)).bits_for(mood.valence, mood.arousal)[1] == is_minor


def test_each_activity_has_about_a_third_of_the_named_feelings() -> None:
    bits = np.array([Labels((1.0, 2.0)).bits_for(f.valence, f.arousal) for f in FEELINGS.values()])
    assert (bits.sum(axis=1) == 2).all()
    assert bits[:, 2:].mean(axis=0).min() > 0.25
