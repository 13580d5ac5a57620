"""Where in its period a recorded note is."""

import numpy as np

from aoede.encodings.score_frames import ScoreFrames, Sounding
from aoede.learning.sounding_phase import phases
from aoede.randomness import stream

RATE_HZ = 16_000
FRAMES = ScoreFrames(RATE_HZ)


def _off(found: np.ndarray, cycles: np.ndarray) -> np.ndarray:
    return np.abs((found - cycles + 0.5) % 1 - 0.5)


def _string(cycles: np.ndarray) -> np.ndarray:
    """A fundamental that falls silent, and two louder overtones."""
    t = np.arange(len(cycles)) / RATE_HZ
    tones = sum(a * np.cos(2 * np.pi * k * cycles + k - 1) for k, a in ((1, 1), (2, 1.5), (3, 1.2)))
    noise = 0.02 * stream(1, "noise").standard_normal(len(t))
    return np.asarray(0.2 * np.exp(-3 * t) * tones + noise, np.float32)


def test_a_note_out_of_tune_is_followed_under_overtones_and_noise() -> None:
    for pitch, off in ((40.0, 0.2), (60.0, -0.3), (88.0, 0.1)):
        cycles = np.arange(RATE_HZ) * (440 * 2 ** ((pitch + off - 69) / 12) / RATE_HZ) + 0.3
        found = phases(_string(cycles), [Sounding(pitch, 0, 1)], FRAMES)
        assert np.quantile(_off(found, cycles), 0.9) < 0.05


def test_each_note_has_its_own_and_where_none_is_told_there_is_none() -> None:
    n = RATE_HZ // 2
    first, second = (np.arange(n) * (440 * 2 ** ((p - 69) / 12) / RATE_HZ) for p in (60, 67))
    sound = np.concatenate([np.cos(2 * np.pi * first), np.cos(2 * np.pi * second)]).astype(np.float32)
    found = phases(sound, [Sounding(60, 0, 0.5), Sounding(67, 0.5, 1)], FRAMES)
    assert _off(found[1000 : n - 1000], first[1000:-1000]).max() < 0.05
    assert _off(found[n + 1000 : -1000], second[1000:-1000]).max() < 0.05
    assert np.isnan(phases(sound, [Sounding(float("nan"), 0, 1)], FRAMES)).all()
    assert np.isnan(phases(sound, [], FRAMES)).all()


def test_silence_turns_as_the_told_pitch_does() -> None:
    found = phases(np.zeros(RATE_HZ, np.float32), [Sounding(69, 0, 1)], FRAMES)
    assert abs((np.diff(found) % 1).sum() - 440) < 0.1
