"""Pictures of sounds: what is drawn where, in both languages, whatever the sound is."""

import io

import numpy as np
import pytest
from PIL import Image

from aoede.errors import InputError, UsageError
from aoede.formats import spectrogram
from aoede.formats.spectrogram import Panel, Row

RATE_HZ = 8_000


def _tone(hz: float, seconds: float = 1.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)


def _drawn(*rows: Row, **others: object) -> np.ndarray:
    said = {"rate_hz": RATE_HZ, "title": "A sound"} | others
    return np.asarray(spectrogram.draw(rows, **said)).astype(int)  # type: ignore[arg-type]


def _darkest_row(picture: np.ndarray) -> int:
    """Of the middle of the first panel, left of the middle of the page."""
    column = picture[190:360, 200:500].sum(axis=(1, 2))
    return int(column.argmin())


def test_the_higher_a_tone_the_higher_it_stands() -> None:
    at = [_darkest_row(_drawn(Row("a", (Panel("real", _tone(hz)),)))) for hz in (200, 400, 800, 1600)]
    assert at == sorted(at, reverse=True)
    steps = -np.diff(at)
    assert np.ptp(steps) <= 4  # octaves are as high as each other


def test_a_louder_sound_is_darker() -> None:
    loud, soft = _tone(500), 0.03 * _tone(500)
    picture = _drawn(Row("a", (Panel("real", loud), Panel("made", soft))))
    width = picture.shape[1]
    assert (
        picture[:, : width // 2].min() < picture[180:340, width // 2 + 80 : width - 80].sum(axis=2).min() / 3
    )


def test_time_runs_to_the_right_and_a_shorter_sound_ends_earlier() -> None:
    picture = _drawn(Row("a", (Panel("real", _tone(500, 2.0)), Panel("made", _tone(500, 1.0)))))
    grey = (picture == 0xF3).any(axis=2) & (picture == 0xF6).any(axis=2)
    columns = np.flatnonzero(grey.sum(axis=0) > 100)
    assert len(columns) > 200
    assert columns.min() > picture.shape[1] // 2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_same_sounds_give_the_same_bytes_with_their_text(language: str) -> None:
    rows = [Row("three", (Panel("real", _tone(300)), Panel("made", _tone(310))))]
    first, second = (
        spectrogram.to_bytes(rows, rate_hz=RATE_HZ, title="三", language=language, comment="recipe")
        for _ in "ab"
    )
    assert first == second
    image = Image.open(io.BytesIO(first))
    assert image.text["Title"] == "三"  # type: ignore[attr-defined]
    assert image.text["Comment"] == "recipe"  # type: ignore[attr-defined]
    assert image.width == 1200


@pytest.mark.parametrize("sound", [np.zeros(0), np.zeros(8000), np.zeros(3), np.full(5, 1.0), np.ones(8000)])
def test_empty_silent_and_tiny_sounds_are_drawn(sound: np.ndarray) -> None:
    assert _drawn(Row("a", (Panel("real", sound), Panel("made", sound)))).shape[1] == 1200
    assert _drawn(Row("", (Panel("real", sound), Panel("", _tone(500)))), width_px=480).shape[1] == 480


def test_silence_says_so() -> None:
    silent, loud = (_drawn(Row("a", (Panel("x", s),))) for s in (np.zeros(8000), _tone(500)))
    assert (silent[190:340, 500:760].sum(axis=2) < 600).any()
    assert not np.array_equal(silent, loud)


def test_a_long_sound_takes_no_longer_than_its_picture() -> None:
    assert _drawn(Row("a", (Panel("real", np.tile(_tone(440), 600)),))).shape[1] == 1200


@pytest.mark.parametrize("sound", [np.full(100, np.nan), np.zeros((4, 4)), ["x"]])
def test_what_is_no_sound_is_refused(sound: object) -> None:
    with pytest.raises(InputError, match="a sound is a row of"):
        _drawn(Row("a", (Panel("real", sound),)))  # type: ignore[arg-type]


def test_pages_that_cannot_be_drawn_are_refused() -> None:
    row = Row("a", (Panel("real", _tone(440)),))
    with pytest.raises(UsageError, match="1 to 12 rows"):
        _drawn(*[row] * 13)
    with pytest.raises(UsageError, match="1 to 12 rows"):
        _drawn()
    with pytest.raises(UsageError):
        _drawn(row, width_px=100)
    with pytest.raises(UsageError):
        _drawn(row, language="fr")
    with pytest.raises(InputError, match="samples a second"):
        _drawn(row, rate_hz=100)
