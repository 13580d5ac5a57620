"""Mu-law codes: near the sound, silent where it is silent, the same however they are cut."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aoede.encodings.mulaw import MuLaw
from aoede.errors import InputError


def _tone(n: int = 4000, hz: float = 220.0, rate_hz: int = 16_000, size: float = 0.5) -> np.ndarray:
    return (size * np.sin(2 * np.pi * hz * np.arange(n) / rate_hz)).astype(np.float32)


@pytest.mark.parametrize("emphasis", [0.0, 0.85])
def test_a_tone_comes_back_with_little_noise(emphasis: float) -> None:
    law, tone = MuLaw(pre_emphasis=emphasis), _tone()
    error = law.decode(law.encode(tone)) - tone
    ratio_db = 10 * np.log10(np.mean(tone**2) / np.mean(error**2))
    assert ratio_db > 28


def test_pre_emphasis_lowers_the_hiss_that_stands_out() -> None:
    """Above 4 kHz, where a low tone hides nothing."""
    tone = _tone(16_000)
    hiss = []
    for emphasis in (0.0, 0.85):
        law = MuLaw(pre_emphasis=emphasis)
        error = law.decode(law.encode(tone)) - tone
        hiss.append(float(np.square(np.abs(np.fft.rfft(error))[4000:]).sum()))
    assert hiss[1] < hiss[0] / 4


def test_digital_silence_is_one_code_and_comes_back_inaudible() -> None:
    law = MuLaw()
    codes = law.encode(np.zeros(100, np.float32))
    assert (codes == law.silence).all()
    assert np.abs(law.decode(codes)).max() < 10 ** (-60 / 20)


@pytest.mark.parametrize("n_levels", [16, 64, 256])
def test_every_code_is_its_own(n_levels: int) -> None:
    law = MuLaw(n_levels=n_levels, pre_emphasis=0.0)
    codes = np.arange(n_levels, dtype=np.uint8)
    assert (law.encode(law.decode(codes)) == codes).all()
    assert (np.diff(law.values) > 0).all()
    assert (np.searchsorted(law.edges, law.values) == codes).all()


@pytest.mark.parametrize("n_levels", [64, 256])
def test_the_prior_of_the_network_knows_the_same_codes(n_levels: int) -> None:
    prediction = pytest.importorskip("aoede.models.wavenet.prediction")
    law = MuLaw(n_levels=n_levels)
    assert np.allclose(law.values, prediction.centres(n_levels), atol=1e-6)
    assert np.allclose(law.edges, prediction.edges(n_levels))


def test_codes_of_codes_are_the_same_with_pre_emphasis() -> None:
    law = MuLaw()
    codes = np.random.default_rng(3).integers(64, 192, 2000).astype(np.uint8)
    again = law.encode(law.decode(codes))
    assert (again == codes).mean() > 0.999


@given(st.lists(st.integers(0, 255), max_size=60), st.integers(0, 60))
def test_however_codes_are_cut_the_samples_are_the_same_to_the_bit(codes: list[int], at: int) -> None:
    law, row = MuLaw(), np.array(codes, np.uint8)
    first, state = law.continued(row[:at], 0.0)
    second, _ = law.continued(row[at:], state)
    assert np.array_equal(np.concatenate([first, second]), law.decode(row))


def test_nothing_that_is_no_number_reaches_the_codes() -> None:
    law = MuLaw()
    codes = law.encode(np.array([np.nan, np.inf, -np.inf, 9.0, -9.0], np.float32))
    assert codes.dtype == np.uint8
    assert np.isfinite(law.decode(codes)).all()


def test_the_headroom_is_what_encoding_needs_not_to_clip() -> None:
    law = MuLaw()
    loud = np.tile(np.array([0.9, -0.9], np.float32), 50)
    room = law.headroom(loud)
    assert room == pytest.approx(1 / (0.9 * 1.85), rel=1e-3)
    quieter = loud * room
    assert np.abs(law.decode(law.encode(quieter)) - quieter).max() < 0.05
    assert np.abs(law.decode(law.encode(2 * quieter)) - 2 * quieter).max() > 0.2
    assert law.headroom(np.zeros(4)) == float("inf")


def test_an_encoding_is_the_same_after_it_was_stored() -> None:
    law = MuLaw(8000, 128, 0.5)
    assert MuLaw.from_mapping(law.as_mapping()) == law


@pytest.mark.parametrize(
    "values", [{}, {"name": "chars"}, {"name": "mulaw", "rate_hz": "x"}, {"name": "mulaw"}]
)
def test_what_is_no_mulaw_is_refused(values: dict) -> None:
    with pytest.raises(InputError, match="no mu-law"):
        MuLaw.from_mapping(values)


@pytest.mark.parametrize(
    "said",
    [{"rate_hz": 10}, {"n_levels": 255}, {"n_levels": 512}, {"pre_emphasis": 1.0}, {"pre_emphasis": -0.1}],
)
def test_an_encoding_that_cannot_be_is_refused(said: dict) -> None:
    with pytest.raises(InputError):
        MuLaw(**said)
