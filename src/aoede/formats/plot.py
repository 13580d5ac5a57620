"""Curves of a training as a picture (PNG): losses against steps, in the look of our piano rolls.

Curves of one unit share a panel; the panels stand below each other over one common axis of steps. A name stands
where its line ends. A few values far from all others do not squeeze the rest: they are cut off, and the panel
says so. Where points lie closer than pixels, a pale line shows all of them and a strong one their mean.
`plot_scale` says where values stand, `plot_panel` draws a panel.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image

from aoede.errors import InputError, UsageError
from aoede.formats.lettering import clean, text_width_px
from aoede.formats.plot_panel import (
    GUTTER_PX,
    LEGEND_ROW_PX,
    MEAN_PX,
    NAME_ROW_PX,
    Frame,
    Line,
    Panel,
    draw_panel,
    end_text,
    is_dense,
    legend_rows,
)
from aoede.formats.plot_scale import (
    CONSTANT,
    FROM_ZERO,
    Axis,
    Floats,
    Scale,
    number,
    padded,
    robust_range,
    ticks,
    tidied,
)
from aoede.formats.roll_canvas import MUTED, Canvas
from aoede.formats.roll_layout import MARGIN_PX
from aoede.formats.roll_system import BAR_LINE
from aoede.formats.sheet import check_page, head_px, png, write_head

# Of the colours of Okabe & Ito (2008) and of our tracks, those that reach 3:1 on paper as a thin line.
CURVE_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#7A5195", "#8C6D46", "#CC79A7")
PANEL_HEIGHTS_PX = (400, 280, 220, 180)  # with one panel, two, three, and more
MAX_PANELS = 24
HEADING_PX, GAP_PX, AXIS_PX, NOTE_PX, BELOW_PX = 30, 16, 52, 26, 18
MIN_TICK_PX = 44  # between lines of the grid, upwards
MAX_GUTTER_SHARE = 0.3  # of the width may be taken by names beside the panels
MIN_WIDTH_FOR_GUTTER_PX = 640
DENSE_NOTES = {
    "en": f"Pale: every value. Strong: their mean over {MEAN_PX} pixels.",
    "zh": f"浅色：所有数值；深色：每 {MEAN_PX} 像素的平均值。",
}


@dataclass(frozen=True, eq=False)
class Curve:
    """Values (N,) at steps (N,), in any order; NaN is a gap. Curves of the same name share a colour."""

    name: str
    steps: ArrayLike
    values: ArrayLike
    unit: str = ""
    marks_best: bool = False  # mark the lowest value


def to_bytes(
    curves: Sequence[Curve],
    *,
    title: str,
    x_label: str,
    subtitle: str = "",
    width_px: int = 1200,
    language: str = "en",
    comment: str = "",
) -> bytes:
    """The plot as PNG, see `draw`; `comment` is kept in its Comment chunk. The same input, the same bytes."""
    image = draw(
        curves, title=title, x_label=x_label, subtitle=subtitle, width_px=width_px, language=language
    )
    return png(image, title, comment)


def draw(
    curves: Sequence[Curve],
    *,
    title: str,
    x_label: str,
    subtitle: str = "",
    width_px: int = 1200,
    language: str = "en",
) -> Image.Image:
    """The plot (RGB), `width_px` wide (480..4096); `language` is "en" or "zh".

    Raises UsageError for a width or language that cannot be drawn and for more than 24 units, InputError for
    a curve whose steps and values are not two rows of numbers of the same length.
    """
    check_page(width_px, language)
    panels = _panels(curves)
    frames, at_ends = _frames(panels, width_px, head_px(subtitle))
    across = _across(panels, frames[0])
    is_any_dense = any(is_dense(line, across.scale) for panel in panels for line in panel.lines)
    notes = [DENSE_NOTES[language]] if is_any_dense else []
    canvas = Canvas(width_px, frames[-1].bottom + AXIS_PX + NOTE_PX * len(notes) + BELOW_PX)
    write_head(canvas, width_px, title, subtitle)
    for panel, frame in zip(panels, frames, strict=True):
        draw_panel(canvas, panel, frame, across, at_ends=at_ends, language=language)
    _draw_axis(canvas, frames[-1], across, clean(x_label))
    for note in notes:
        canvas.text(MARGIN_PX, frames[-1].bottom + AXIS_PX + NOTE_PX - 4, note, 12, MUTED)
    return canvas.finished()


def _panels(curves: Sequence[Curve]) -> list[Panel]:
    """One panel a unit, in the order in which the units come."""
    names = list(dict.fromkeys(curve.name for curve in curves))
    by_unit: dict[str, list[Line]] = {}
    for curve in curves:
        colour = CURVE_COLOURS[names.index(curve.name) % len(CURVE_COLOURS)]
        by_unit.setdefault(curve.unit, []).append(_line(curve, colour))
    by_unit = by_unit or {"": []}
    if len(by_unit) > MAX_PANELS:
        raise UsageError(f"a plot can show {MAX_PANELS} units, not {len(by_unit)}")
    height_px = PANEL_HEIGHTS_PX[min(len(by_unit), len(PANEL_HEIGHTS_PX)) - 1]
    return [_panel(unit, tuple(lines), height_px) for unit, lines in by_unit.items()]


def _line(curve: Curve, colour: str) -> Line:
    steps, values = _numbers(curve.steps, curve.name), _numbers(curve.values, curve.name)
    if steps.ndim != 1 or steps.shape != values.shape:
        raise InputError(
            f"a curve needs as many steps as values, not {steps.shape} and {values.shape}",
            where=clean(curve.name),
        )
    if not np.isfinite(steps).all():
        raise InputError("steps must be finite numbers", where=clean(curve.name))
    n_infinite = int(np.isinf(values).sum())
    return Line(clean(curve.name), colour, *tidied(steps, values), n_infinite, curve.marks_best)


def _numbers(values: ArrayLike, name: str) -> Floats:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError("steps and values of a curve must be numbers", where=clean(name)) from error


def _panel(unit: str, lines: tuple[Line, ...], height_px: int) -> Panel:
    low, high = padded(*robust_range([line.finite for line in lines]))
    marks, step = ticks(low, high, max(5, height_px // MIN_TICK_PX))
    is_empty = not any(len(line.finite) for line in lines)
    return Panel(clean(unit), lines, low, high, [] if is_empty else marks, step, height_px)


def _frames(panels: Sequence[Panel], width_px: int, top: int) -> tuple[list[Frame], bool]:
    """Where the panels stand, and whether there is room for the names at the ends of the lines."""
    labels = [label for panel in panels for label in panel.tick_labels]
    left = MARGIN_PX + max((10 + text_width_px(label, 12) for label in labels), default=0.0)
    gutter_px = (
        GUTTER_PX + 8 + max((end_text(p, line).width_px for p in panels for line in p.lines), default=0.0)
    )
    most_px = MAX_GUTTER_SHARE * width_px
    at_ends = width_px >= MIN_WIDTH_FOR_GUTTER_PX and all(
        NAME_ROW_PX * len(panel.lines) <= panel.height_px for panel in panels
    )
    right = width_px - MARGIN_PX - (min(gutter_px, most_px) if at_ends else 0)
    frames = []
    for panel in panels:
        n_rows = 0 if at_ends else len(legend_rows(panel, right - left))
        top += HEADING_PX + LEGEND_ROW_PX * n_rows
        frames.append(Frame(round(left), top, round(right), top + panel.height_px, width_px - MARGIN_PX))
        top += panel.height_px + GAP_PX
    return frames, at_ends


def _across(panels: Sequence[Panel], frame: Frame) -> Axis:
    """All steps at which any curve has a point, from zero where that is near; round ticks that have room."""
    steps = np.concatenate([np.zeros(0), *(line.steps for panel in panels for line in panel.lines)])
    low, high = (float(steps.min()), float(steps.max())) if len(steps) else (0.0, 0.0)
    is_whole = bool((steps % 1 == 0).all())
    if high - low <= CONSTANT * max(abs(low), abs(high)):
        scale = Scale(low - 1 - abs(low), low + 1 + abs(low), frame.left, frame.right)
        return Axis(scale, [low] if len(steps) else [], 1.0, is_whole)
    low = 0.0 if 0 <= low <= FROM_ZERO * high else low
    for n_at_most in (11, 8, 6, 5, 4, 3, 2, 1):
        marks, step = ticks(low, high, n_at_most, whole=is_whole)
        widest = max((text_width_px(number(mark, step), 12) for mark in marks), default=0.0)
        if len(marks) * (widest + 24) <= frame.right - frame.left:
            break
    return Axis(Scale(low, high, frame.left, frame.right), marks, step, is_whole)


def _draw_axis(canvas: Canvas, frame: Frame, across: Axis, label: str) -> None:
    """Numbers and the name of what runs across, under the last panel."""
    for tick in across.ticks:
        x = across.scale.one_px(tick)
        canvas.box(x - 0.5, frame.bottom, x + 0.5, frame.bottom + 5, BAR_LINE)
        canvas.text(x, frame.bottom + 19, number(tick, across.tick_step), 12, MUTED, align="centre")
    canvas.text((frame.left + frame.right) / 2, frame.bottom + 42, label, 14, align="centre")
