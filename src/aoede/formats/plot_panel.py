"""One panel of a plot: grid, lines, the names at their ends, the best point, what was cut off."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image, ImageDraw

from aoede.formats.lettering import shortened, text_width_px
from aoede.formats.plot_scale import Axis, Floats, Scale, averaged, number, pieces, rounded, spread, thinned
from aoede.formats.roll_canvas import INK, MUTED, OVERSAMPLING, PAPER, Canvas, mix
from aoede.formats.roll_system import BAR_LINE, BEAT_LINE, OCTAVE_LINE

Runs = Sequence[Sequence[tuple[float, float]]]  # points (x, y) between the gaps of a curve

NAME_PX, NAME_ROW_PX = 14, 18  # letters and distance of names at the ends of lines
LEGEND_ROW_PX = 22
GUTTER_PX = 22  # between the panel and the names
INSIDE_PX = 60  # a line that ends so far from the edge has its name inside the panel
N_MORE = 2  # digits that values have and ticks have not
LINE_PX, PALE_PX = 2.0, 1.0
DOT_PX, MARKER_PX, BEST_PX = 3.0, 2.6, 4.5  # radii
SPARSE_PX = 32  # points at least so far apart are marked each
MEAN_PX = 4  # dense points are averaged over so many pixels
DETAIL = 2 * OVERSAMPLING  # lines are drawn at four times their size, twice as fine as letters
RIM_PX = 8  # by which dots and the ends of lines may stand out
WORDS = {
    "en": {
        "empty": "No values yet.", "none": "no values yet: {}", "best": "{} at {}",
        "above": "cut off above: up to {}", "below": "cut off below: down to {}",
        "infinite": "infinite values left out: {:,}",
    },
    "zh": {
        "empty": "尚无数值。", "none": "尚无数值：{}", "best": "{}（{}）",
        "above": "上方截去，最高 {}", "below": "下方截去，最低 {}", "infinite": "略去 {:,} 个无穷值",
    },
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Line:
    """A curve that is ready to be drawn."""

    name: str
    colour: str
    steps: Floats  # (N,) ascending
    values: Floats  # (N,) NaN for gaps
    n_infinite: int
    marks_best: bool

    @cached_property
    def finite(self) -> Floats:
        return self.values[np.isfinite(self.values)]


@dataclass(frozen=True, eq=False)
class Panel:
    """Curves of one unit over a common range."""

    unit: str
    lines: tuple[Line, ...]
    low: float
    high: float
    ticks: list[float]
    tick_step: float
    height_px: int

    @property
    def tick_labels(self) -> list[str]:
        return [number(tick, self.tick_step) for tick in self.ticks]


@dataclass(frozen=True)
class Frame:
    """The edges of a plotting area in pixels, and how far to the right names may reach."""

    left: int
    top: int
    right: int
    bottom: int
    page_right: int


@dataclass(frozen=True)
class NameAndValue:
    """What stands at the end of a line."""

    name: str
    value: str

    @property
    def width_px(self) -> float:
        return text_width_px(self.name, NAME_PX, bold=True) + 6 + text_width_px(self.value, NAME_PX)

    def cut_to(self, room_px: float) -> "NameAndValue":
        room_px -= 6 + text_width_px(self.value, NAME_PX)
        return NameAndValue(shortened(self.name, room_px, NAME_PX, bold=True), self.value)


def end_text(panel: Panel, line: Line, across: Scale | None = None) -> NameAndValue:
    """A curve's name and its last value, or where its points are dense the last mean."""
    if not len(line.finite):
        return NameAndValue(line.name, "–")
    values = line.finite
    if across and is_dense(line, across):
        values = averaged(across.px(line.steps), line.values, MEAN_PX)[1]
    last = values[np.isfinite(values)][-1]
    return NameAndValue(line.name, number(float(last), panel.tick_step, n_more=N_MORE))


def is_dense(line: Line, across: Scale) -> bool:
    """Whether points lie closer than pixels."""
    return len(line.finite) > max(100.0, _span_px(line, across))


def _span_px(line: Line, across: Scale) -> float:
    return across.one_px(line.steps[-1]) - across.one_px(line.steps[0]) if len(line.steps) else 0.0


def text_colour(colour: str) -> str:
    """The colour of a line, dark enough for letters."""
    return mix(colour, INK, 0.4)


class _Ink:
    """What lines and dots cover of a part of the page; drawn fine and laid on the canvas in one colour."""

    def __init__(self, left: int, top: int, right: int, bottom: int) -> None:
        self.left, self.top = left, top
        self.mask = Image.new("L", ((right - left) * DETAIL, (bottom - top) * DETAIL))
        self.pen = ImageDraw.Draw(self.mask)

    @classmethod
    def around(cls, points: Sequence[tuple[float, float]]) -> "_Ink":
        """Room for dots at these points."""
        xs, ys = [int(x) for x, _ in points], [int(y) for _, y in points]
        return cls(min(xs) - RIM_PX, min(ys) - RIM_PX, max(xs) + RIM_PX + 1, max(ys) + RIM_PX + 1)

    def line(self, points: Sequence[tuple[float, float]], width_px: float) -> None:
        fine = [((x - self.left) * DETAIL, (y - self.top) * DETAIL) for x, y in points]
        self.pen.line(fine, 255, round(width_px * DETAIL), joint="curve")
        for x, y in (points[0], points[-1]):
            self.dot(x, y, width_px / 2)

    def dot(self, x: float, y: float, radius_px: float) -> None:
        x, y, r = (x - self.left) * DETAIL, (y - self.top) * DETAIL, radius_px * DETAIL
        self.pen.ellipse((x - r, y - r, x + r, y + r), 255)

    def onto(self, canvas: Canvas, colour: str) -> None:
        place = (self.left * OVERSAMPLING, self.top * OVERSAMPLING)
        canvas.image.paste(colour, place, self.mask.reduce(DETAIL // OVERSAMPLING))


class _Covered:
    """What lies where on the canvas, in its own pixels, so that letters find a free place in a frame."""

    def __init__(self, canvas: Canvas, frame: Frame) -> None:
        width_px, height_px = (side // OVERSAMPLING for side in canvas.image.size)
        self.ink = np.zeros((height_px, width_px), dtype=np.uint8)
        self.letters = np.zeros((height_px, width_px), dtype=np.bool_)
        self.frame = frame

    def add(self, ink: _Ink, *, weight: float = 1.0) -> None:
        drawn = (np.asarray(ink.mask.reduce(DETAIL)) * weight).astype(np.uint8)
        rows, columns = drawn.shape
        place = self.ink[ink.top : ink.top + rows, ink.left : ink.left + columns]
        np.maximum(place, drawn[: place.shape[0], : place.shape[1]], out=place)

    def place(
        self, wanted: Sequence[tuple[float, float]], width_px: float, height_px: float
    ) -> tuple[float, float, bool] | None:
        """The first (left, top) of letters that covers least, and whether that is nothing; it is taken then.

        None where all lie outside the frame or on other letters.
        """
        found = None
        for left, top in wanted:
            box = (slice(int(top), int(top + height_px)), slice(int(left), int(left + width_px)))
            if self._is_inside(left, top, width_px, height_px) and not self.letters[box].any():
                amount = int(self.ink[box].sum(dtype=np.int64))
                if found is None or amount < found[0]:
                    found = (amount, left, top, box)
        if found is None:
            return None
        self.letters[found[3]] = True
        return found[1], found[2], found[0] == 0

    def _is_inside(self, left: float, top: float, width_px: float, height_px: float) -> bool:
        frame = self.frame
        is_across = frame.left <= left and left + width_px <= frame.right + RIM_PX
        return is_across and frame.top <= top and top + height_px <= frame.bottom


@dataclass(frozen=True)
class _End:
    """The last point of a line as it is drawn, and what stands there."""

    x: float
    y: float
    line: Line
    text: NameAndValue


def draw_panel(
    canvas: Canvas, panel: Panel, frame: Frame, across: Axis, *, at_ends: bool, language: str
) -> None:
    """Draw one panel; `at_ends` says whether names stand at the ends of lines or in a legend above."""
    upward = Scale(panel.low, panel.high, frame.bottom, frame.top)
    _draw_heading(canvas, panel, frame, at_ends, WORDS[language])
    _draw_grid(canvas, panel, frame, across, upward)
    if not any(len(line.finite) for line in panel.lines):
        middle = ((frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2 + 5)
        canvas.text(*middle, WORDS[language]["empty"], 14, MUTED, align="centre")
        return
    covered = _Covered(canvas, frame)
    ends = _draw_lines(canvas, panel, frame, across.scale, upward, covered)
    _draw_best(canvas, panel, frame, across, upward, covered, WORDS[language]["best"])
    if at_ends:
        _names_beside(canvas, frame, [end for end in ends if end.x > frame.right - INSIDE_PX])
        _names_inside(canvas, [end for end in ends if end.x <= frame.right - INSIDE_PX], covered)


def _draw_grid(canvas: Canvas, panel: Panel, frame: Frame, across: Axis, upward: Scale) -> None:
    for tick in across.ticks:
        x = across.scale.one_px(tick)
        canvas.box(x - 0.5, frame.top, x + 0.5, frame.bottom, BEAT_LINE)
    for tick, label in zip(panel.ticks, panel.tick_labels, strict=True):
        y = upward.one_px(tick)
        canvas.box(frame.left, y - 0.5, frame.right, y + 0.5, OCTAVE_LINE)
        canvas.text(frame.left - 10, y + 4, label, 12, MUTED, align="right")
    canvas.box(frame.left, frame.bottom - 0.5, frame.right, frame.bottom + 0.5, BAR_LINE)


def _draw_heading(
    canvas: Canvas, panel: Panel, frame: Frame, at_ends: bool, words: Mapping[str, str]
) -> None:
    """The unit, what is not to be seen, and the legend where names have no room at the ends."""
    rows = [] if at_ends else legend_rows(panel, frame.right - frame.left)
    baseline = frame.top - 10 - LEGEND_ROW_PX * len(rows)
    canvas.text(frame.left, baseline, panel.unit, 14, bold=True)
    room = frame.right - frame.left - text_width_px(panel.unit, 14, bold=True) - 20
    remarks = shortened("  ·  ".join(_remarks(panel, words)), room, 12)
    canvas.text(frame.right, baseline, remarks, 12, MUTED, align="right")
    for row in rows:
        baseline += LEGEND_ROW_PX
        for x, line, text in row:
            left = frame.left + x
            canvas.box(left, baseline - 6.5, left + 18, baseline - 3.5, line.colour, radius=1)
            _write_name(canvas, left + 25, baseline, line, text)


def _remarks(panel: Panel, words: Mapping[str, str]) -> Iterator[str]:
    values = np.concatenate([np.zeros(0), *(line.finite for line in panel.lines)])
    if len(values) and values.max() > panel.high:
        yield words["above"].format(rounded(float(values.max())))
    if len(values) and values.min() < panel.low:
        yield words["below"].format(rounded(float(values.min())))
    n_infinite = sum(line.n_infinite for line in panel.lines)
    if n_infinite:
        yield words["infinite"].format(n_infinite)
    missing = [line.name for line in panel.lines if not len(line.finite)]
    if missing and len(values):
        yield words["none"].format(", ".join(missing))


def legend_rows(panel: Panel, room_px: float) -> list[list[tuple[float, Line, NameAndValue]]]:
    """Rows of (x, line, what is said of it) that fit into the room."""
    rows: list[list[tuple[float, Line, NameAndValue]]] = []
    x = room_px
    for line in panel.lines:
        text = end_text(panel, line).cut_to(room_px - 25)
        if x + 25 + text.width_px > room_px:
            rows.append([])
            x = 0.0
        rows[-1].append((x, line, text))
        x += 25 + text.width_px + 24
    return rows


def _draw_lines(
    canvas: Canvas, panel: Panel, frame: Frame, across: Scale, upward: Scale, covered: _Covered
) -> list[_End]:
    """Pale lines first, then strong ones, then dots; returns where each line that has a point ends."""
    ends = []
    for line in panel.lines:
        if is_dense(line, across):
            x, y = thinned(across.px(line.steps), line.values, 1.0)
            pale = mix(PAPER, line.colour, 0.32)
            covered.add(_stroke(canvas, frame, pieces(x, upward.px(y)), PALE_PX, pale), weight=0.3)
    for line in (line for line in panel.lines if len(line.finite)):
        x, y = across.px(line.steps), line.values
        if is_dense(line, across):
            x, y = averaged(x, y, MEAN_PX)
        runs = pieces(x, upward.px(y))
        covered.add(_stroke(canvas, frame, runs, LINE_PX, line.colour))
        covered.add(_draw_dots(canvas, frame, line, runs, is_sparse=_is_sparse(line, across)))
        end_x, end_y = runs[-1][-1]
        end_y = min(max(end_y, frame.top), frame.bottom)
        ends.append(_End(end_x, end_y, line, end_text(panel, line, across)))
    return ends


def _is_sparse(line: Line, across: Scale) -> bool:
    return SPARSE_PX * (len(line.finite) - 1) <= _span_px(line, across)


def _stroke(canvas: Canvas, frame: Frame, runs: Runs, width_px: float, colour: str) -> _Ink:
    ink = _Ink(frame.left - RIM_PX, frame.top - 1, frame.right + RIM_PX, frame.bottom + 1)
    for run in runs:
        if len(run) > 1:
            ink.line(run, width_px)
    ink.onto(canvas, colour)
    return ink


def _draw_dots(canvas: Canvas, frame: Frame, line: Line, runs: Runs, *, is_sparse: bool) -> _Ink:
    """The end, points that stand alone, and all points of a sparse curve."""
    marked = [point for run in runs for point in run if is_sparse or len(run) == 1]
    dots = [*((point, MARKER_PX) for point in marked), (runs[-1][-1], DOT_PX)]
    dots = [(point, radius_px) for point, radius_px in dots if frame.top <= point[1] <= frame.bottom]
    ink = _Ink.around([point for point, _ in dots] or [(frame.left, frame.top)])
    for (x, y), radius_px in dots:
        ink.dot(x, y, radius_px)
    ink.onto(canvas, line.colour)
    return ink


def _draw_best(
    canvas: Canvas, panel: Panel, frame: Frame, across: Axis, upward: Scale, covered: _Covered, words: str
) -> None:
    """A ring around the lowest point of each curve that asks for it, and its value where it hides least."""
    for line in panel.lines:
        if not line.marks_best or not len(line.finite):
            continue
        i = int(np.nanargmin(line.values))
        step, value = float(line.steps[i]), float(line.values[i])
        x, y = across.scale.one_px(step), upward.one_px(value)
        for radius_px, colour in ((BEST_PX + 1.5, PAPER), (BEST_PX, line.colour), (BEST_PX - 2, PAPER)):
            ink = _Ink.around([(x, y)])
            ink.dot(x, y, radius_px)
            ink.onto(canvas, colour)
        text = words.format(number(value, panel.tick_step, n_more=N_MORE), across.said(step))
        width, height = text_width_px(text, 13), 15
        places = [
            (x + side * (width / 2 + 4) - width / 2, y + up - height / 2)
            for up in (18, -18, 30, -30, 0)
            for side in ((0, 1, -1) if up else (1.2, -1.2))
        ]
        found = covered.place(places, width, height)
        if found is None:
            continue
        left, top, is_free = found
        if is_free:  # nothing but lines of the grid
            canvas.box(left - 2, top, left + width + 2, top + height, PAPER)
        canvas.text(left, top + 12, text, 13, text_colour(line.colour))


def _names_beside(canvas: Canvas, frame: Frame, ends: Sequence[_End]) -> None:
    """Names in the order of their ends, with thin lines from the ends where they had to part."""
    ends = sorted(ends, key=lambda end: end.y)
    rows = spread([end.y for end in ends], NAME_ROW_PX, frame.top + 4, frame.bottom - 4)
    are_moved = any(abs(row_y - end.y) > 3 for end, row_y in zip(ends, rows, strict=True))
    left = frame.right + (GUTTER_PX if are_moved else GUTTER_PX / 2)
    for end, row_y in zip(ends, rows, strict=True):
        if are_moved or frame.right - end.x > 4:
            leader = [(end.x + 5, end.y), (left - 5, row_y)]
            ink = _Ink.around(leader)
            ink.line(leader, 1.0)
            ink.onto(canvas, mix(PAPER, end.line.colour, 0.55))
        _write_name(canvas, left, row_y + 5, end.line, end.text.cut_to(frame.page_right - left))


def _names_inside(canvas: Canvas, ends: Sequence[_End], covered: _Covered) -> None:
    """Names of lines that end early, where they hide least."""
    for end in sorted(ends, key=lambda end: end.y):
        width = end.text.width_px
        places = [(end.x + 8, end.y + up) for up in (-9, -16, -22, -2, 4)]
        for left in (end.x - width / 2, end.x - width - 8):
            places += [(left, end.y + up) for up in (-26, 8, -36, 18)]
        found = covered.place(places, width, NAME_ROW_PX)
        left, top, is_free = found or (*places[0], False)
        if is_free:
            canvas.box(left - 2, top, left + width + 2, top + NAME_ROW_PX, PAPER)
        _write_name(canvas, left, top + 14, end.line, end.text)


def _write_name(canvas: Canvas, left: float, baseline: float, line: Line, text: NameAndValue) -> None:
    canvas.text(left, baseline, text.name, NAME_PX, text_colour(line.colour), bold=True)
    left += text_width_px(text.name, NAME_PX, bold=True) + 6
    canvas.text(left, baseline, text.value, NAME_PX, MUTED)
