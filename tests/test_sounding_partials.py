"""Where in their periods the partials of a recorded note are."""

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.score_frames import ScoreFrames, Sounding
from aoede.learning.sounding_partials import partials
from aoede.randomness import stream

RATE_HZ = 16_000
FRAMES = ScoreFrames(RATE_HZ)
HOP = FRAMES.samples_a_frame


def _off(found: NDArray[np.float32], cycles: NDArray[np.float64]) -> NDArray[np.float64]:
    """By how much of a period the starts of frames (n,) are beside a tone's `cycles` (T,)."""
    return np.abs((found - cycles[: len(found) * HOP : HOP] + 0.5) % 1 - 0.5)


def _cycles(hz: float, n: int = RATE_HZ) -> NDArray[np.float64]:
    return np.arange(n) * (hz / RATE_HZ) + 0.3


def _hz(pitch: float) -> float:
    return float(440 * 2 ** ((pitch - 69) / 12))


def test_partials_of_a_stiff_string_out_of_tune_are_followed_under_noise() -> None:
    for pitch, off, stiff in ((40.0, 0.2, 4e-4), (60.0, -0.3, 2e-4), (84.0, 0.1, 0.0)):
        hz = _hz(pitch + off)
        tones = [_cycles(k * hz * np.sqrt(1 + stiff * k * k)) for k in range(1, 9)]
        t = np.arange(RATE_HZ) / RATE_HZ
        loud = [np.exp(-2 * t) / k for k in range(1, 9)]
        sound = 0.2 * sum(a * np.cos(2 * np.pi * c) for a, c in zip(loud, tones, strict=True))
        sound += 0.005 * stream(1, "noise").standard_normal(RATE_HZ)
        found = partials(sound.astype(np.float32), [Sounding(pitch, 0, 1)], FRAMES, 8)
        for k, cycles in enumerate(tones[:6]):
            assert np.quantile(_off(found[5:-5, k, 0], cycles[5 * HOP :]), 0.9) < 0.08, (pitch, k)


def test_each_note_has_its_own_and_where_none_is_told_there_is_none() -> None:
    n = RATE_HZ // 2
    first, second = (_cycles(_hz(p), n) for p in (60, 67))
    sound = np.concatenate([np.cos(2 * np.pi * first), np.cos(2 * np.pi * second)]).astype(np.float32)
    found = partials(sound, [Sounding(60, 0, 0.5), Sounding(67, 0.5, 1)], FRAMES, 1)[:, 0, 0]
    assert _off(found[5:45], first[5 * HOP :]).max() < 0.05
    assert _off(found[55:95], second[5 * HOP :]).max() < 0.05
    assert np.isnan(partials(sound, [Sounding(float("nan"), 0, 1)], FRAMES, 2)).all()
    assert np.isnan(partials(sound, [], FRAMES, 2)).all()


def test_silence_turns_as_the_told_pitch_does_and_what_is_too_high_is_not_there() -> None:
    found = partials(np.zeros(RATE_HZ, np.float32), [Sounding(93, 0, 1)], FRAMES, 8)
    assert np.allclose(found[:, 1, 1] * RATE_HZ, 3_520, atol=0.5)
    assert np.isnan(found[:, 4:]).all()
