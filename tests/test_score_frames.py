"""What is told of a score 100 times a second."""

import numpy as np
import pytest

from aoede.encodings.score_frames import FEATURES, RING_S, ScoreFrames, Sounding
from aoede.errors import InputError

FRAMES = ScoreFrames()


def _of(frames: np.ndarray, name: str) -> np.ndarray:
    return frames[:, FEATURES.index(name)]


def test_a_note_sounds_from_its_onset_to_its_end() -> None:
    frames = FRAMES.encode([Sounding(69, 0.1, 0.3, 127)], 50)
    sounds = _of(frames, "sounds")
    assert (np.flatnonzero(sounds) == np.arange(10, 30)).all()
    assert (_of(frames, "velocity")[10:30] == 1).all()
    assert not frames[:10].any()


def test_a_semitone_is_one_place_of_the_octave_and_a_quarter_tone_half_of_two() -> None:
    whole, half = (FRAMES.encode([Sounding(pitch, 0, 1)], 10) for pitch in (69, 69.5))
    assert [_of(whole, f"chroma {i}")[0] for i in (8, 9, 10)] == [0, 1, 0]
    assert [_of(half, f"chroma {i}")[0] for i in (9, 10)] == [0.5, 0.5]


@pytest.mark.parametrize("pitch", range(12, 121))
def test_octaves_tell_notes_of_one_name_apart(pitch: int) -> None:
    rows = FRAMES.encode([Sounding(pitch, 0, 1)], 1)[:, [FEATURES.index(f"octave {i}") for i in range(10)]]
    assert rows.sum() == pytest.approx(1)
    assert np.average(np.arange(12, 121, 12), weights=rows[0]) == pytest.approx(pitch, abs=1e-4)


def test_the_age_of_a_note_falls_and_its_end_comes_near() -> None:
    frames = FRAMES.encode([Sounding(60, 0, 0.5)], 50)
    assert (np.diff(_of(frames, "begun 0.5 s")) < 0).all()
    assert (np.diff(_of(frames, "ends 0.3 s")) > 0).all()
    assert not _of(frames, "ended 0.3 s").any()


def test_after_its_end_a_note_rings_and_is_then_forgotten() -> None:
    frames = FRAMES.encode([Sounding(60, 0, 0.2)], 200)
    last = round((0.2 + RING_S) * 100)
    assert not _of(frames, "sounds")[20:].any()
    assert (_of(frames, "chroma 0")[20:last] == 1).all()
    assert (np.diff(_of(frames, "ended 0.3 s")[20:last]) < 0).all()
    assert not frames[last:].any()


def test_a_note_that_began_before_the_sound_is_told_with_its_age() -> None:
    whole, rest = FRAMES.encode([Sounding(60, 0, 1)], 50), FRAMES.encode([Sounding(60, -0.2, 0.8)], 30)
    assert np.allclose(whole[20:], rest, atol=1e-6)


def test_of_overlapping_notes_the_last_to_begin_is_told_and_the_held_one_comes_back() -> None:
    frames = FRAMES.encode([Sounding(60, 0, 1), Sounding(67, 0.2, 0.4)], 100)
    assert (_of(frames, "chroma 7")[20:40] == 1).all()
    assert (_of(frames, "chroma 0")[40:] == 1).all()
    assert (_of(frames, "sounds") == 1).all()


def test_of_notes_that_begin_together_the_highest_is_told() -> None:
    up, down = [Sounding(60, 0, 1), Sounding(64, 0, 1)], [Sounding(64, 0, 1), Sounding(60, 0, 1)]
    assert np.array_equal(FRAMES.encode(up, 10), FRAMES.encode(down, 10))
    assert _of(FRAMES.encode(up, 10), "chroma 4")[0] == 1


def test_a_note_shorter_than_a_frame_is_told_for_one() -> None:
    assert _of(FRAMES.encode([Sounding(60, 0.101, 0.102)], 50), "sounds").sum() == 1


def test_no_notes_and_no_frames_are_no_error() -> None:
    assert FRAMES.encode([], 3).shape == (3, len(FEATURES))
    assert FRAMES.encode([Sounding(60, 0, 1)], 0).shape == (0, len(FEATURES))


@pytest.mark.parametrize(
    "note",
    [
        Sounding(128, 0, 1),
        Sounding(60, 1, 1),
        Sounding(60, 0, 1, 0),
        Sounding(60, float("nan"), 1),
    ],
)
def test_a_note_that_cannot_be_is_refused(note: Sounding) -> None:
    with pytest.raises(InputError, match="a note of pitch"):
        FRAMES.encode([note], 10)


def test_a_sound_without_pitch_is_told_by_when_it_begins_and_ends() -> None:
    frames = FRAMES.encode([Sounding(float("nan"), 0, 0.5)], 60)
    assert _of(frames, "sounds").sum() == 50
    assert _of(frames, "begun 0.1 s")[5] > _of(frames, "begun 0.1 s")[20] > 0
    pitched = [name for name in FEATURES if name == "height" or name.startswith(("chroma", "octave"))]
    assert all((_of(frames, name) == 0).all() for name in pitched)
    assert np.isnan(FRAMES.turns([Sounding(float("nan"), 0, 0.5)], 100, 3)).all()


def test_partials_turn_as_often_as_the_pitch_says_and_run_on_from_note_to_note() -> None:
    turns = FRAMES.turns([Sounding(69, 0, 0.5), Sounding(81, 0.5, 1)], 100, 40)
    hop = FRAMES.samples_a_frame
    ends = turns[:-1, :, 0] + hop * turns[:-1, :, 1]
    off = (ends - turns[1:, :, 0] + 0.5) % 1 - 0.5
    assert np.nanmax(np.abs(off[:, 0])) < 1e-3
    assert turns[10, 2, 1] * FRAMES.rate_hz == pytest.approx(1320, abs=0.1)
    assert turns[60, 1, 1] * FRAMES.rate_hz == pytest.approx(1760, abs=0.1)
    assert np.isnan(turns[60, 30]).all()  # too high for the rate


def test_rates_that_are_not_cut_into_frames_are_refused() -> None:
    with pytest.raises(InputError, match="not cut"):
        ScoreFrames(11_025)


def test_what_is_told_is_the_same_after_it_was_stored() -> None:
    assert ScoreFrames.from_mapping(ScoreFrames(8000).as_mapping()) == ScoreFrames(8000)
    with pytest.raises(InputError):
        ScoreFrames.from_mapping({**ScoreFrames().as_mapping(), "features": ["sounds"]})


def test_frames_cover_all_samples() -> None:
    assert [FRAMES.n_frames(n) for n in (0, 1, 160, 161)] == [0, 1, 1, 2]
