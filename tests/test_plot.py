"""Plots of a training: what they show, that one spike does not flatten them, that nothing makes them fail."""

import io
import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from aoede.errors import InputError, UsageError
from aoede.formats import plot_scale
from aoede.formats.plot import CURVE_COLOURS, Curve, draw, to_bytes
from aoede.formats.plot_panel import text_colour
from aoede.formats.roll_canvas import PAPER, darker
from aoede.randomness import stream
from tests.test_picture import contrast, deuteranope, rgb

STEPS = np.arange(0, 20_001, 500)
LOSS = 0.8 + 0.5 * np.exp(-STEPS / 1500)


def image(*curves: Curve, **options: object) -> Image.Image:
    return draw(curves, **({"title": "t", "x_label": "steps"} | options))  # type: ignore[arg-type]


def pixels(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture).astype(int)


def where(picture: Image.Image, colour: str) -> tuple[np.ndarray, np.ndarray]:
    """(rows, columns) of the pixels of exactly this colour."""
    return np.nonzero((pixels(picture) == rgb(colour)).all(axis=2))


def changed(before: Image.Image, after: Image.Image) -> tuple[int, int, int, int]:
    box = ImageChops.difference(before, after).getbbox()
    assert box, "nothing changed"
    return box


# --- the file ---------------------------------------------------------------------------------------


def test_the_same_curves_give_the_same_bytes_and_the_file_says_what_it_is() -> None:
    curves = [Curve("train", STEPS, LOSS, "nats", marks_best=True)]
    data = to_bytes(curves, title="损失", x_label="步", comment="seed 7")
    assert data == to_bytes(curves, title="损失", x_label="步", comment="seed 7")
    info = Image.open(io.BytesIO(data)).info
    assert (info["Title"], info["Software"], info["Comment"]) == ("损失", "Aoede", "seed 7")


@pytest.mark.parametrize("width_px", [480, 639, 1200, 2000])
def test_a_plot_is_as_wide_as_asked_for(width_px: int) -> None:
    assert image(Curve("train", STEPS, LOSS), width_px=width_px).width == width_px


def test_a_page_that_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(UsageError, match="480 to 4096 pixels wide, not 50"):
        image(width_px=50)
    with pytest.raises(UsageError, match="en or zh, not 'fr'"):
        image(language="fr")
    with pytest.raises(UsageError, match="24 units, not 25"):
        image(*(Curve("a", [0], [1.0], str(unit)) for unit in range(25)))


@pytest.mark.parametrize(
    "steps, values, told",
    [
        ([0, 1], [1.0], "as many steps as values"),
        ([[0]], [[1.0]], "as many steps as values"),
        ([0, math.nan], [1.0, 2.0], "steps must be finite"),
        (["x"], [1.0], "must be numbers"),
    ],
)
def test_what_is_no_curve_is_refused_by_name(steps: list, values: list, told: str) -> None:
    with pytest.raises(InputError, match=rf"held-out: .*{told}"):
        image(Curve("held-out", steps, values))


# --- what it shows ----------------------------------------------------------------------------------


def test_higher_values_stand_higher_and_later_ones_further_right() -> None:
    frame = Curve("frame", [0, 100], [0.0, 10.0])

    def place(step: float, value: float) -> tuple[float, float]:
        rows, columns = where(image(frame, Curve("p", [step], [value])), CURVE_COLOURS[1])
        inside = columns < 1000
        return rows[inside].mean(), columns[inside].mean()

    low, high, late = place(30, 2.0), place(30, 8.0), place(60, 2.0)
    assert high[0] < low[0] and high[1] == pytest.approx(low[1], abs=1)
    assert late[1] > low[1] and late[0] == pytest.approx(low[0], abs=1)


def test_curves_of_one_unit_share_a_panel_and_others_stand_below() -> None:
    one = image(Curve("a", STEPS, LOSS, "nats"), Curve("b", STEPS, LOSS, "nats"))
    two = image(Curve("a", STEPS, LOSS, "nats"), Curve("b", STEPS, LOSS, "bits"))
    rows_of = {name: where(two, colour)[0] for name, colour in zip("ab", CURVE_COLOURS, strict=False)}
    assert two.height > one.height
    assert rows_of["a"].max() < rows_of["b"].min()


def test_panels_have_one_common_axis_of_steps() -> None:
    picture = image(Curve("a", STEPS, LOSS, "nats"), Curve("b", STEPS[:21], LOSS[:21], "bits"))
    last = [where(picture, colour)[1].max() for colour in CURVE_COLOURS[:2]]
    first = [where(picture, colour)[1].min() for colour in CURVE_COLOURS[:2]]
    assert first[0] == first[1]
    assert last[1] - first[1] == pytest.approx((last[0] - first[0]) / 2, abs=4)


def test_a_name_has_one_colour_in_all_panels() -> None:
    picture = image(
        Curve("a", STEPS, LOSS, "nats"), Curve("b", STEPS, LOSS + 1, "nats"), Curve("a", STEPS, LOSS, "bits")
    )
    rows, _ = where(picture, CURVE_COLOURS[0])
    assert rows.max() - rows.min() > picture.height / 3
    assert not len(where(picture, CURVE_COLOURS[2])[0])


def test_a_name_stands_at_the_end_of_its_line() -> None:
    rising, falling = Curve("up", STEPS, STEPS / 20_000), Curve("down", STEPS, 1 - STEPS / 20_000)
    picture = pixels(image(rising, falling))
    dark = np.abs(picture[:, 1060:] - np.array(rgb(text_colour(CURVE_COLOURS[0])))).sum(axis=2) < 60
    assert dark.any() and dark.nonzero()[0].mean() < 200  # the first curve ends at the top


def test_on_a_narrow_page_names_stand_above() -> None:
    wide, narrow = (
        where(image(Curve("held-out", STEPS, LOSS), width_px=width_px), CURVE_COLOURS[0])[1].max()
        for width_px in (700, 500)
    )
    assert narrow > 450 and wide < 600


def test_the_best_point_is_marked_at_the_lowest_value() -> None:
    values = LOSS.copy()
    values[27] = 0.6
    plain, marked = (image(Curve("held-out", STEPS, values, marks_best=m)) for m in (False, True))
    left, top, right, bottom = changed(plain, marked)
    rows, columns = where(plain, CURVE_COLOURS[0])
    lowest = rows.max()
    at = columns[rows > lowest - 10].mean()
    assert left < at < right and right - left < 200
    assert top < lowest < bottom + 10


def test_gaps_are_not_bridged() -> None:
    values = np.full(41, 1.0)
    values[10:30] = np.nan
    _, columns = where(image(Curve("a", STEPS, values)), CURVE_COLOURS[0])
    plot = columns[columns < 1060]
    gap = np.diff(np.unique(plot)).max()
    assert gap == pytest.approx((plot.max() - plot.min()) * 21 / 40, rel=0.05)


def test_a_point_alone_between_gaps_is_seen() -> None:
    values = np.full(41, np.nan)
    values[[0, 20, 40]] = 1.0
    columns = np.unique(where(image(Curve("a", STEPS, values)), CURVE_COLOURS[0])[1])
    assert (np.diff(columns) > 100).sum() == 2


def test_the_order_of_the_points_does_not_matter() -> None:
    order = stream(1, "order").permutation(len(STEPS))
    shuffled = Curve("a", STEPS[order], LOSS[order], marks_best=True)
    assert image(shuffled).tobytes() == image(Curve("a", STEPS, LOSS, marks_best=True)).tobytes()


def test_dense_points_show_their_spread_pale_and_their_mean_strong() -> None:
    steps = np.arange(100_000)
    noise = stream(2, "noise").standard_normal(100_000)
    picture = image(Curve("loss", steps, noise))
    strong = where(picture, CURVE_COLOURS[0])[0]
    coloured = (np.abs(np.diff(pixels(picture)[:, 70:1000], axis=2)).max(axis=2) > 20).nonzero()[0]
    assert np.ptp(strong) < 0.35 * np.ptp(coloured)
    assert image(Curve("loss", steps[:500], noise[:500])).height < picture.height  # the note that says so


# --- ranges and clipping ----------------------------------------------------------------------------


def test_one_early_spike_does_not_flatten_the_rest_and_is_told() -> None:
    spiked = LOSS.copy()
    spiked[1] = 5000.0
    low, high = plot_scale.robust_range([spiked])
    assert low == LOSS.min() and LOSS[0] <= high < 2
    unclipped, clipped = image(Curve("a", STEPS, LOSS)), image(Curve("a", STEPS, spiked))
    _, top, right, _ = changed(unclipped, clipped)
    assert top < 116 and right > 1000  # words in the heading, on the right


def test_a_spike_downwards_is_cut_off_too() -> None:
    assert plot_scale.robust_range([np.append(LOSS, -1e6)])[0] == LOSS.min()


def test_an_ordinary_decay_is_shown_whole() -> None:
    for tau in (5, 20, 80, 1000):
        decay = 1 + 4 * np.exp(-np.arange(200) / tau)
        assert plot_scale.robust_range([decay]) == (decay.min(), decay.max())


def test_few_points_are_never_cut_off() -> None:
    assert plot_scale.robust_range([np.array([9000.0, 1.0, 0.9, 0.8])]) == (0.8, 9000.0)


def test_curves_at_different_heights_are_all_seen() -> None:
    assert plot_scale.robust_range([LOSS, LOSS + 1000]) == (LOSS.min(), LOSS.max() + 1000)


ranges = st.tuples(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9), st.integers(1, 12), st.booleans())


@given(ranges)
@settings(max_examples=150, deadline=None)
@example((0.0, 1.0, 5, False))
@example((-3.0, 1e-6, 10, True))
def test_ticks_are_round_inside_the_range_and_not_too_many(case: tuple[float, float, int, bool]) -> None:
    low, span, n_at_most, whole = case
    high = low + span
    assume(high - low > 1e-9 * max(abs(low), abs(high)))
    ticks, step = plot_scale.ticks(low, high, n_at_most, whole=whole)
    mantissa = step / 10.0 ** math.floor(math.log10(step) + 1e-9)
    assert round(mantissa, 6) in (1, 2, 5)
    assert len(ticks) <= n_at_most
    assert all(low - 1e-6 * step <= tick <= high + 1e-6 * step for tick in ticks)
    assert all(abs(tick / step - round(tick / step)) < 1e-6 for tick in ticks)
    assert not whole or step >= 1
    if not whole and n_at_most >= 5:
        assert len(ticks) >= 2


@pytest.mark.parametrize(
    "value, step, more, text",
    [
        (20000.0, 2000.0, 0, "20,000"),
        (0.5, 0.05, 0, "0.50"),
        (-1.5, 0.5, 0, "−1.5"),
        (-0.0, 0.5, 0, "0"),
        (0.81794, 0.2, 2, "0.818"),
        (3e12, 1e12, 0, "3e12"),
        (2.5e-9, 5e-10, 0, "2.5e−9"),
        (1e100, 0.1, 2, "1.000000e100"),
    ],
)
def test_numbers_are_as_exact_as_their_axis(value: float, step: float, more: int, text: str) -> None:
    assert plot_scale.number(value, step, n_more=more) == text


def test_tick_labels_of_an_axis_all_differ() -> None:
    for low, span in ((0.0, 1.0), (1000.0, 0.01), (-5e8, 3e7), (1e-7, 3e-7), (123456.0, 2.5)):
        ticks, step = plot_scale.ticks(low, low + span, 6)
        assert len({plot_scale.number(tick, step) for tick in ticks}) == len(ticks) >= 2


# --- thinning ---------------------------------------------------------------------------------------


def dense(n: int = 100_000) -> tuple[np.ndarray, np.ndarray]:
    y = stream(4, "dense").standard_normal(n)
    y[40_000:40_500] = np.nan
    y[77] = 1e6
    return np.linspace(60, 1060, n), y


def test_thinning_keeps_every_extreme_of_every_pixel() -> None:
    x, y = dense()
    thin_x, thin_y = plot_scale.thinned(x, y, 1.0)
    assert len(thin_x) < 4200
    bins, thin_bins = (np.minimum((v - 60).astype(int), 999) for v in (x, thin_x))
    for i in (0, 399, 400, 405, 500, 999):
        inside, thin_inside = y[bins == i], thin_y[thin_bins == i]
        if np.isfinite(inside).any():
            assert np.nanmax(thin_inside) == np.nanmax(inside)
            assert np.nanmin(thin_inside) == np.nanmin(inside)
    assert np.nanmax(thin_y) == 1e6


def test_thinning_keeps_gaps_and_the_ends() -> None:
    x, y = dense()
    for thin in (plot_scale.thinned, plot_scale.averaged):
        runs = plot_scale.pieces(*thin(x, y, 1.0))
        assert len(runs) == 2
        assert runs[0][-1][0] < x[40_000] < x[40_499] < runs[1][0][0]
    first, last = plot_scale.thinned(x, y, 1.0)[1][[0, -1]]
    assert (first, last) == (y[0], y[-1])


def test_averages_are_those_of_their_points() -> None:
    x = np.arange(1000.0)
    mean_x, mean_y = plot_scale.averaged(x, 2 * x, 4.0)
    assert np.array_equal(mean_y, 2 * mean_x)
    counts = np.diff(np.append(mean_x, np.inf))
    assert np.ptp(counts[:-1]) <= 2 and mean_y.mean() == pytest.approx(999, abs=3)


# --- names beside each other ------------------------------------------------------------------------


@given(st.lists(st.floats(0, 400), max_size=15).map(sorted))
@settings(max_examples=100, deadline=None)
def test_names_never_overlap_keep_their_order_and_stay_beside_the_panel(wanted: list[float]) -> None:
    places = plot_scale.spread(wanted, 18, 4, 396)
    assert all(b - a >= 18 - 1e-6 for a, b in pairwise(places))
    assert all(4 - 1e-6 <= place <= 396 + 1e-6 for place in places)
    if all(b - a >= 18 for a, b in zip([-14.0, *wanted], [*wanted, 414.0], strict=True)):
        assert places == pytest.approx(wanted)


def test_names_that_are_too_close_part_evenly() -> None:
    assert plot_scale.spread([100.0, 100.0, 100.0], 18, 0, 400) == pytest.approx([82, 100, 118])


# --- anything ---------------------------------------------------------------------------------------

HOSTILE = {
    "nothing": [],
    "no points": [Curve("a", [], [])],
    "one point": [Curve("a", [0], [5.0], marks_best=True)],
    "one late point": [Curve("a", [123_456], [-5.0], marks_best=True)],
    "two units, one empty": [Curve("a", [1, 2], [1.0, 2.0], "x"), Curve("b", [], [], "y", True)],
    "constant": [Curve("a", STEPS, np.full(41, 5.0), marks_best=True)],
    "zero": [Curve("a", STEPS, np.zeros(41), marks_best=True)],
    "only NaN": [Curve("a", STEPS, np.full(41, np.nan), marks_best=True)],
    "infinite": [Curve("a", STEPS, np.where(STEPS == 500, np.inf, LOSS), marks_best=True)],
    "only infinite": [Curve("a", [0, 1], [np.inf, -np.inf])],
    "huge": [Curve("a", STEPS, np.where(STEPS % 1000, 1e308, -1e308), marks_best=True)],
    "tiny": [Curve("a", STEPS, LOSS * 1e-300), Curve("b", STEPS, LOSS * 1e-9)],
    "nearly constant": [Curve("a", STEPS, 5.0 + 1e-15 * STEPS, marks_best=True)],
    "huge steps": [Curve("a", STEPS * 1e250, LOSS), Curve("b", -STEPS * 1e250, LOSS)],
    "fractional steps": [Curve("a", STEPS / 20_000, LOSS, marks_best=True)],
    "the same step": [Curve("a", np.zeros(5000), np.arange(5000.0), marks_best=True)],
    "every other is NaN": [Curve("a", np.arange(5000), np.where(np.arange(5000) % 2, np.nan, 1.0))],
    "thirty curves": [Curve(f"curve {i}", STEPS, LOSS + i, marks_best=True) for i in range(30)],
    "twenty-four units": [Curve("a", STEPS, LOSS, str(unit)) for unit in range(24)],
    "whole numbers": [Curve("a", list(range(9)), list(range(9)))],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_any_curve_gives_a_picture_of_bounded_size(name: str) -> None:
    picture = image(*HOSTILE[name], language="zh" if len(name) % 2 else "en", width_px=700)
    assert picture.width == 700 and 300 < picture.height < 6000


@pytest.mark.parametrize(
    "text", ["", "\0\n\t", "\ud800", "\u202eevil\u202c", "한글 😀", "x" * 9999, "希" * 999]
)
def test_any_text_can_be_drawn(text: str) -> None:
    curves = [Curve(text, STEPS, LOSS, text, True), Curve(text * 2, STEPS[:20], LOSS[:20], text)]
    for width_px in (500, 900):
        data = to_bytes(curves, title=text, x_label=text, subtitle=text, width_px=width_px, comment=text)
        assert Image.open(io.BytesIO(data)).width == width_px


def test_a_picture_without_values_says_so_in_both_languages() -> None:
    english, chinese = image(), image(language="zh")
    for picture in (english, chinese):
        assert (pixels(picture)[280:340, 500:700] < 128).all(axis=2).sum() > 50
    assert changed(english, chinese)[3] < 350


# --- colours ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("colour", CURVE_COLOURS)
def test_lines_and_their_names_stand_out_from_the_paper(colour: str) -> None:
    assert contrast(colour, PAPER) >= 3
    assert contrast(text_colour(colour), PAPER) >= 4.5
    assert colour != darker(colour)


def test_curves_differ_without_green_cones() -> None:
    seen = [deuteranope(colour) for colour in CURVE_COLOURS]
    apart = [
        sum((p - q) ** 2 for p, q in zip(a, b, strict=True)) ** 0.5 for a in seen for b in seen if a is not b
    ]
    assert min(apart) > 0.05
