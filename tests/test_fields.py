"""Pictures of what a model has learnt: weights of hidden units, and a chain from noise to music."""

import io

import numpy as np
import pytest
from PIL import Image, ImageChops

from aoede.errors import InputError, UsageError
from aoede.formats import fields
from aoede.randomness import stream
from tests.test_picture import deuteranope, luminance

STEPS, PITCHES, LOW = 15, 78, 24


def picture(weights: np.ndarray, **options: object) -> np.ndarray:
    """(height, width, 3) of a picture of weights, with one scale for all of this file."""
    data = fields.to_bytes(weights, **({"low_pitch": LOW, "title": "t", "scale": 1.0} | options))  # type: ignore[arg-type]
    return np.asarray(Image.open(io.BytesIO(data))).astype(int)


def chain(*rolls: np.ndarray, **options: object) -> np.ndarray:
    labelled = [(str(10**i), roll) for i, roll in enumerate(rolls)]
    data = fields.chain_to_bytes(labelled, **({"low_pitch": LOW, "title": "t"} | options))  # type: ignore[arg-type]
    return np.asarray(Image.open(io.BytesIO(data))).astype(int)


def unit(step: int = 0, pitch: int = 0, weight: float = 0.0, n_units: int = 1) -> np.ndarray:
    weights = np.zeros((n_units, STEPS, PITCHES))
    weights[0, step, pitch] = weight
    return weights


def changed(before: np.ndarray, after: np.ndarray) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) of what differs."""
    images = [Image.fromarray(p.astype(np.uint8), "RGB") for p in (before, after)]
    box = ImageChops.difference(*images).getbbox()
    assert box, "nothing changed"
    return box


def colour_of(weights: np.ndarray, **options: object) -> np.ndarray:
    """The mean colour of the cell by which these weights differ from none."""
    drawn = picture(weights, **options)
    left, top, right, bottom = changed(picture(np.zeros_like(weights), **options), drawn)
    return drawn[top:bottom, left:right].mean(axis=(0, 1))


# --- weights ----------------------------------------------------------------------------------------


def test_the_same_weights_give_the_same_bytes_and_the_file_says_what_it_is() -> None:
    weights = stream(1, "weights").standard_normal((7, STEPS, PITCHES))
    one, two = (fields.to_bytes(weights, low_pitch=LOW, title="单元", comment="seed 7") for _ in range(2))
    assert one == two
    info = Image.open(io.BytesIO(one)).info
    assert (info["Title"], info["Software"], info["Comment"]) == ("单元", "Aoede", "seed 7")


def test_later_steps_stand_further_right_and_higher_pitches_higher() -> None:
    nothing = picture(unit())
    early, late, high = (
        changed(nothing, picture(unit(*place, 1.0))) for place in ((2, 30), (9, 30), (2, 42))
    )
    step_px = (late[0] - early[0]) / 7
    assert step_px == early[2] - early[0] > 3
    assert high[1] < early[1] and high[0] == early[0]
    assert early[1] - high[1] == 12 * (early[3] - early[1])


def test_positive_is_warm_negative_is_cold_and_zero_is_paper() -> None:
    red, _, blue = colour_of(unit(3, 40, 0.7))
    assert red > 200 > 60 > blue
    red, _, blue = colour_of(unit(3, 40, -0.7))
    assert blue > 150 > 60 > red
    assert (fields._shades()[fields.N_SHADES] == 255).all()


def test_the_stronger_a_weight_the_darker() -> None:
    shades = [luminance("#" + "".join(f"{c:02X}" for c in shade)) for shade in fields._shades()]
    positive, negative = shades[fields.N_SHADES :], shades[: fields.N_SHADES + 1][::-1]
    for side in (positive, negative):
        assert side == sorted(side, reverse=True)
        assert side[0] == 1 and side[-1] < 0.1


def test_both_signs_differ_without_green_cones_and_without_colour_by_hue() -> None:
    shades = fields._shades()
    for i in range(64, fields.N_SHADES + 1, 16):
        pair = [shades[fields.N_SHADES - i], shades[fields.N_SHADES + i]]
        seen = [deuteranope("#" + "".join(f"{c:02X}" for c in shade)) for shade in pair]
        assert sum((p - q) ** 2 for p, q in zip(*seen, strict=True)) ** 0.5 > 0.1


def test_all_units_share_one_scale() -> None:
    weights = unit(3, 40, 0.5, n_units=3)
    stronger = weights.copy()
    stronger[2] = 1.0
    plain = picture(weights, scale=None)
    left, top, right, bottom = changed(picture(unit(n_units=3), scale=1.0), picture(weights, scale=1.0))
    first, third = (picture(w, scale=None)[top:bottom, left:right] for w in (weights, stronger))
    assert first.mean() < third.mean() - 20  # a stronger unit elsewhere makes this one paler
    assert plain.shape == picture(stronger, scale=None).shape


def test_the_scale_is_stated() -> None:
    _, _, right, bottom = changed(picture(unit(), scale=1.0), picture(unit(), scale=1.2))
    assert bottom < 130 and right < 420  # the numbers beside the strip, and nothing else


def test_a_scale_holds_nearly_all_weights_and_is_hardly_larger() -> None:
    weights = stream(2, "weights").standard_normal((20, STEPS, PITCHES))
    weights[0, 0, 0] = 1e6
    scale = fields.scale_of(weights)
    assert (np.abs(weights) <= scale).mean() >= 0.995
    assert scale < 1.1 * np.quantile(np.abs(weights), 0.996)
    assert f"{scale:.2g}" == f"{scale:.6g}"


def test_one_scale_can_serve_several_parts() -> None:
    small, large = np.full((1, 2, 12), 0.25), np.full((1, 2, 12), -0.731)
    assert fields.scale_of(small, large) == fields.scale_of(large) == pytest.approx(0.74)
    assert fields.scale_of(np.zeros((1, 2, 12))) == 1.0
    sparse = np.zeros((10, STEPS, PITCHES))
    sparse[0, 0, 0] = 0.3
    assert fields.scale_of(sparse) == pytest.approx(0.3)


@pytest.mark.parametrize("low", [24, 26])
def test_a_line_stands_below_each_c(low: int) -> None:
    drawn = picture(np.zeros((1, STEPS, PITCHES)), low_pitch=low)
    column = drawn[:, 75, 0]
    top, bottom = np.flatnonzero(column == 180)[[0, -1]]  # the frame of the panel
    lines = top + 1 + np.flatnonzero(column[top + 1 : bottom] < 255)
    pitch_px = (bottom - top - 1) / PITCHES
    named = [low + round((bottom - line) / pitch_px) for line in lines]
    assert named == [pitch for pitch in range(low + PITCHES, low, -1) if pitch % 12 == 0]


def test_beats_are_marked_where_the_caller_says() -> None:
    assert not np.array_equal(picture(unit()), picture(unit(), steps_a_beat=3))


def test_many_units_are_cut_and_the_picture_says_so() -> None:
    weights = np.zeros((101, 4, 12))
    cut, whole = picture(weights, width_px=800), picture(weights[:100], width_px=800)
    assert cut.shape[0] == whole.shape[0] + 28  # a line that says so


def test_few_units_are_drawn_larger() -> None:
    few, many = (changed(picture(unit(n_units=n)), picture(unit(3, 40, 1.0, n_units=n))) for n in (1, 24))
    assert few[2] - few[0] > 2 * (many[2] - many[0])


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 64, 88), (100, 15, 78), (2, 1000, 2), (5, 16, 128)])
def test_any_window_gives_a_picture_of_bounded_size(shape: tuple[int, int, int]) -> None:
    drawn = picture(np.full(shape, 0.5), low_pitch=0)
    assert drawn.shape[1] == 1200 and 150 < drawn.shape[0] < 4000


@pytest.mark.parametrize("text", ["", "\0", "\ud800", "x" * 999, "希" * 99])
def test_any_text_can_be_drawn(text: str) -> None:
    for language in ("en", "zh"):
        options = {"title": text, "subtitle": text, "comment": text, "language": language}
        assert picture(unit(), labels=[text], **options).shape[1] == 1200
        fields.chain_to_bytes([(text, unit()[0])], low_pitch=LOW, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "weights, options, told",
    [
        (np.zeros((3, 4)), {}, "shape"),
        (np.zeros((0, 4, 12)), {}, "shape"),
        (np.full((1, 4, 12), np.nan), {}, "finite"),
        ([["x"]], {}, "arrays of numbers"),
        ([[[1.0], [1.0, 2.0]]], {}, "arrays of numbers"),
        (np.zeros((1, 4, 12)), {"low_pitch": 117}, "117 and 128"),
        (np.zeros((1, 4, 12)), {"low_pitch": -1}, "-1 and 10"),
        (np.zeros((2, 4, 12)), {"labels": ["a"]}, "2 units need as many labels, not 1"),
        (np.zeros((1, 4, 12)), {"scale": 0.0}, "more than zero"),
        (np.zeros((1, 2000, 12)), {}, "2,000 steps does not fit"),
    ],
)
def test_what_are_no_weights_is_refused(weights: np.ndarray, options: dict, told: str) -> None:
    with pytest.raises(InputError, match=told):
        picture(weights, **options)


def test_a_page_that_cannot_be_drawn_is_refused() -> None:
    for draw in (picture, lambda w, **options: chain(w[0], **options)):
        with pytest.raises(UsageError, match="480 to 4096"):
            draw(unit(), width_px=50)
        with pytest.raises(UsageError, match="en or zh"):
            draw(unit(), language="fr")


# --- a chain ----------------------------------------------------------------------------------------


def roll(step: int, pitch: int, value: float) -> np.ndarray:
    window = np.zeros((STEPS, PITCHES))
    window[step, pitch] = value
    return window


def test_windows_of_a_chain_stand_in_their_order() -> None:
    empty = roll(0, 0, 0)
    nothing = chain(empty, empty, empty)
    lefts = []
    for i in range(3):
        windows = [empty, empty, empty]
        windows[i] = roll(7, 40, 1)
        lefts.append(changed(nothing, chain(*windows))[0])
    assert lefts[0] < lefts[1] < lefts[2]
    assert lefts[2] - lefts[1] == lefts[1] - lefts[0]


def test_the_more_probable_a_note_the_darker() -> None:
    left, top, right, bottom = changed(chain(roll(7, 40, 0)), chain(roll(7, 40, 1)))
    remark_px = 28  # a line of the head says what darker means
    cells = [
        chain(roll(7, 40, value))[top + remark_px : bottom + remark_px, left:right].mean()
        for value in (0.01, 0.25, 0.5, 0.75)
    ]
    assert cells == sorted(cells, reverse=True) and cells[0] > cells[-1] + 100


def test_notes_of_a_chain_lie_on_the_rows_of_a_keyboard() -> None:
    def sounding(low: int) -> np.ndarray:
        return chain(np.zeros((STEPS, 12)), low_pitch=low)

    c_major, shifted = sounding(60), sounding(61)
    assert not np.array_equal(c_major, shifted)
    shades = {tuple(pixel) for pixel in c_major[200:, 110:120].reshape(-1, 3)}
    assert (255, 255, 255) in shades and (242, 243, 246) in shades


def test_a_long_chain_wraps_into_rows() -> None:
    window = roll(7, 40, 1)
    assert chain(*[window] * 12).shape[0] > 1.7 * chain(*[window] * 4).shape[0]
    assert chain(*[window] * 6).shape[0] == chain(*[window] * 4).shape[0]


def test_bits_of_any_kind_give_the_same_chain() -> None:
    window = roll(7, 40, 1)
    assert np.array_equal(chain(window.astype(np.uint8)), chain(window.astype(bool)))


@pytest.mark.parametrize(
    "rolls, told",
    [
        ([], "one shape"),
        ([np.zeros((4, 12)), np.zeros((5, 12))], "one shape"),
        ([np.zeros(12)], "shape"),
        ([np.full((4, 12), 1.1)], "between 0 and 1"),
        ([np.full((4, 12), -0.1)], "between 0 and 1"),
        ([np.full((4, 12), np.nan)], "finite"),
    ],
)
def test_what_is_no_chain_is_refused(rolls: list[np.ndarray], told: str) -> None:
    with pytest.raises(InputError, match=told):
        chain(*rolls)
