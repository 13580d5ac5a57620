"""What a model of piano-roll windows has learnt, as pictures (PNG): weights of hidden units, a Gibbs chain.

A panel is one window: time runs from left to right, pitch upwards, with a line below each C and at each beat.
Weights are blue below zero, paper at zero and vermilion above it, which every kind of colour vision tells apart;
all panels share one scale, and it is stated.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from aoede.errors import InputError
from aoede.formats.lettering import clean, shortened, text_width_px
from aoede.formats.plot_scale import Floats, number
from aoede.formats.roll_canvas import INK, MUTED, OVERSAMPLING, PAPER, Canvas, darker, mix
from aoede.formats.roll_layout import MARGIN_PX
from aoede.formats.roll_system import BAR_LINE, BEAT_LINE, BLACK_ROW, OCTAVE_LINE
from aoede.formats.sheet import check_page, head_px, png, write_head

Colours = NDArray[np.uint8]  # (height, width, 3)

NEGATIVE, POSITIVE = "#0072B2", "#D55E00"  # Okabe & Ito (2008): blue and vermilion
NOTE = "#0072B2"
N_SHADES = 256  # on each side of zero
PURE = 0.7  # at this share of the scale a colour is pure; it is darker beyond
ORDINARY_SHARE = 0.995  # of all weights lie within the scale; the few beyond it have its last colour
MAX_UNITS = 100
FIELD_PX, CHAIN_PX = (110, 160), (180, 320)  # about as wide and high is a panel
MAX_STEP_PX, MAX_PITCH_PX = 14, 8
NARROWEST = 0.6  # of its usual width may a panel have, so that a chain keeps to one row
MAX_MORE_GAP_PX = 8
BLACK_KEYS = (1, 3, 6, 8, 10)
NAMES_PX, KEYBOARD_PX = 30, 30  # beside each row of panels
LABEL_PX, ROW_GAP_PX, SCALE_PX = 22, 14, 36
WORDS = {
    "en": {
        "weight": "weight", "beyond": "stronger ones have the last colour",
        "some": "the first {:,} of {:,} units", "probable": "the darker, the more probable",
    },
    "zh": {
        "weight": "权重", "beyond": "更强的取末端颜色",
        "some": "前 {:,} 个单元，共 {:,} 个", "probable": "颜色越深，概率越高",
    },
}  # fmt: skip


@dataclass(frozen=True)
class _Grid:
    """Where the panels stand, in pixels."""

    n_panels: int
    n_columns: int
    left: int
    top: int
    room_px: int  # for a row of panels
    cell_px: tuple[int, int]  # width of a step, height of a semitone
    shape: tuple[int, int]  # (steps, pitches) of a window
    gap_px: int  # between the panels of a row

    @property
    def panel_px(self) -> tuple[int, int]:
        return self.shape[0] * self.cell_px[0], self.shape[1] * self.cell_px[1]

    @property
    def bottom(self) -> int:
        return self.place(self.n_panels - 1)[1] + self.panel_px[1]

    def place(self, i: int) -> tuple[int, int]:
        """Left and top of a panel, below its label."""
        row, column = divmod(i, self.n_columns)
        width, height = self.panel_px
        top = self.top + LABEL_PX + row * (height + LABEL_PX + ROW_GAP_PX)
        return self.left + column * (width + self.gap_px), top


def to_bytes(
    weights: ArrayLike,
    *,
    low_pitch: int,
    title: str,
    subtitle: str = "",
    steps_a_beat: int = 4,
    labels: Sequence[str] | None = None,
    scale: float | None = None,
    width_px: int = 1200,
    language: str = "en",
    comment: str = "",
) -> bytes:
    """The weights (n_units, window_steps, n_pitches) of hidden units as a grid of panels, a PNG.

    Held and struck bits are two pictures: pass one part, and the `scale` of `scale_of` both where they are to be
    compared. `low_pitch` is the MIDI pitch of the first column; `labels` stand over the panels instead of 1, 2, ...
    At most the first 100 units are drawn, which is said then. `comment` is kept in the file.
    Raises InputError for arrays that are no windows of finite numbers, UsageError for a page that cannot be drawn.
    """
    check_page(width_px, language)
    fields = _windows(_numbers(weights), low_pitch)
    if labels is not None and len(labels) != len(fields):
        raise InputError(f"{len(fields)} units need as many labels, not {len(labels)}")
    names = [str(i + 1) for i in range(len(fields))] if labels is None else [clean(label) for label in labels]
    scale = scale_of(fields) if scale is None else scale
    if not (math.isfinite(scale) and scale > 0):
        raise InputError(f"the scale of weights must be more than zero, not {scale}")
    words, remarks = WORDS[language], [subtitle]
    if len(fields) > MAX_UNITS:
        remarks.append(words["some"].format(MAX_UNITS, len(fields)))
    shown = fields[:MAX_UNITS]
    grid = _field_grid(shown, width_px, head_px(*remarks) + SCALE_PX)
    canvas = Canvas(width_px, grid.bottom + MARGIN_PX)
    write_head(canvas, width_px, title, *remarks)
    _draw_scale(canvas, head_px(*remarks) - 8, scale, bool((np.abs(shown) > scale).any()), words)
    for i, field in enumerate(shown):
        _label(canvas, grid, i, names[i], 12)
        _place(canvas, grid, i, _field_colours(field, scale, grid), low_pitch, steps_a_beat)
    _name_octaves(canvas, grid, low_pitch, grid.left - 6)
    return png(canvas.finished(), title, comment)


def chain_to_bytes(
    rolls: Sequence[tuple[str, ArrayLike]],
    *,
    low_pitch: int,
    title: str,
    subtitle: str = "",
    steps_a_beat: int = 4,
    width_px: int = 1200,
    language: str = "en",
    comment: str = "",
) -> bytes:
    """Windows (window_steps, n_pitches) of values in [0, 1] side by side, each under its label, a PNG.

    Made for a Gibbs chain from noise to music, with labels such as "0", "1", "10", "100". Raises InputError for
    arrays that are not all such windows of one shape, UsageError for a page that cannot be drawn.
    """
    check_page(width_px, language)
    arrays = [_numbers(roll) for _, roll in rolls]
    if len({array.shape for array in arrays}) != 1:
        raise InputError("a chain needs windows that are all of one shape")
    windows = _windows(np.stack(arrays), low_pitch)
    if windows.min() < 0 or windows.max() > 1:
        raise InputError("the values of a window must lie between 0 and 1")
    remarks = [subtitle, WORDS[language]["probable"] if (windows % 1 != 0).any() else ""]
    grid = _chain_grid(windows, width_px, head_px(*remarks))
    canvas = Canvas(width_px, grid.bottom + MARGIN_PX)
    write_head(canvas, width_px, title, *remarks)
    for i, ((label, _), window) in enumerate(zip(rolls, windows, strict=True)):
        end_px = _label(canvas, grid, i, clean(label), 14)
        _place(canvas, grid, i, _roll_colours(window, low_pitch, grid), low_pitch, steps_a_beat)
        if (i + 1) % grid.n_columns and i + 1 < grid.n_panels:
            _draw_arrow(canvas, end_px + 8, grid.place(i + 1)[0] - 8, grid.place(i)[1] - 12)
    for i in range(0, grid.n_panels, grid.n_columns):
        _draw_keyboard(canvas, grid, grid.place(i)[1], low_pitch)
    _name_octaves(canvas, grid, low_pitch, grid.left - KEYBOARD_PX - 8)
    return png(canvas.finished(), title, comment)


def scale_of(*weights: ArrayLike) -> float:
    """The weight, rounded up to two digits, below which nearly all (99.5 %) of these arrays lie in size."""
    sizes = np.concatenate([np.abs(np.asarray(part, dtype=np.float64)).ravel() for part in weights])
    size = float(np.quantile(sizes, ORDINARY_SHARE, method="higher")) or float(sizes.max())
    if size == 0:
        return 1.0
    step = 10.0 ** (math.floor(math.log10(size)) - 1)
    return math.ceil(size / step - 1e-9) * step


def _numbers(values: ArrayLike) -> Floats:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError("windows must be arrays of numbers") from error


def _windows(windows: Floats, low_pitch: int) -> Floats:
    """(n, window_steps, n_pitches), checked."""
    if windows.ndim != 3 or 0 in windows.shape:
        raise InputError(f"windows must be an array (n, steps, pitches), not one of shape {windows.shape}")
    if not np.isfinite(windows).all():
        raise InputError("the numbers of windows must all be finite", hint="The training went wrong.")
    high_pitch = low_pitch + windows.shape[2] - 1
    if low_pitch < 0 or high_pitch > 127:
        raise InputError(f"pitches must lie between 0 and 127, not {low_pitch} and {high_pitch}")
    return windows


def _field_grid(fields: Floats, width_px: int, top: int) -> _Grid:
    """Panels as large as lets the page stay about as high as it is wide."""
    for size in (3, 2, 1):
        step_px = min(size * MAX_STEP_PX, max(1, round(size * FIELD_PX[0] / fields.shape[1])))
        pitch_px = min(size * MAX_PITCH_PX, max(2, round(size * FIELD_PX[1] / fields.shape[2])))
        grid = _grid(fields.shape, MARGIN_PX + NAMES_PX, width_px, top, (step_px, pitch_px), 14)
        if grid.n_columns >= min(3, len(fields)) and grid.bottom - top <= 0.9 * width_px:
            break
    return _filled(grid)


def _chain_grid(windows: Floats, width_px: int, top: int) -> _Grid:
    """All in one row where that does not make the panels much narrower."""
    n_windows, n_steps, n_pitches = windows.shape
    left, gap_px = MARGIN_PX + NAMES_PX + KEYBOARD_PX, 26
    room_px = width_px - MARGIN_PX - left
    step_px = min(MAX_STEP_PX, max(1, round(CHAIN_PX[0] / n_steps)))
    in_one_row_px = int(((room_px + gap_px) / n_windows - gap_px) / n_steps)
    if in_one_row_px >= NARROWEST * step_px:
        step_px = min(step_px, in_one_row_px)
    pitch_px = min(MAX_PITCH_PX, max(2, round(CHAIN_PX[1] / n_pitches)))
    return _filled(_grid(windows.shape, left, width_px, top, (step_px, pitch_px), gap_px))


def _grid(
    shape: tuple[int, ...], left: int, width_px: int, top: int, cell_px: tuple[int, int], gap_px: int
) -> _Grid:
    """As many columns as fit; `shape` is (n_panels, steps, pitches)."""
    n_panels, n_steps, n_pitches = shape
    room_px = width_px - MARGIN_PX - left
    n_columns = min(n_panels, (room_px + gap_px) // (n_steps * cell_px[0] + gap_px))
    return _Grid(n_panels, max(1, n_columns), left, top, room_px, cell_px, (n_steps, n_pitches), gap_px)


def _filled(grid: _Grid) -> _Grid:
    """Rows as even as can be, a little further apart where room is left.

    Raises InputError where not even one panel fits across.
    """
    if grid.panel_px[0] > grid.room_px:
        raise InputError(
            f"a window of {grid.shape[0]:,} steps does not fit on the page", hint="Make the page wider."
        )
    n_rows = math.ceil(grid.n_panels / grid.n_columns)
    n_columns = math.ceil(grid.n_panels / n_rows)
    left_over_px = grid.room_px - n_columns * grid.panel_px[0] - (n_columns - 1) * grid.gap_px
    more_px = min(MAX_MORE_GAP_PX, left_over_px // max(1, n_columns - 1))
    return replace(grid, n_columns=n_columns, gap_px=grid.gap_px + more_px)


def _shades() -> Colours:
    """(2 N_SHADES + 1, 3) colours from the most negative through paper to the most positive."""
    sides = []
    for colour in (NEGATIVE, POSITIVE):
        shares = [i / N_SHADES for i in range(N_SHADES + 1)]
        sides.append([_rgb(_shade(colour, share)) for share in shares])
    return np.array(sides[0][::-1] + sides[1][1:], dtype=np.uint8)


def _shade(colour: str, share: float) -> str:
    if share <= PURE:
        return mix(PAPER, colour, share / PURE)
    return mix(colour, darker(darker(colour)), (share - PURE) / (1 - PURE))


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _field_colours(field: Floats, scale: float, grid: _Grid) -> Colours:
    shares = np.clip(field / scale, -1.0, 1.0)
    shades = np.rint(shares * N_SHADES).astype(np.int64) + N_SHADES
    return _enlarged(_shades()[shades], grid)


def _roll_colours(window: Floats, low_pitch: int, grid: _Grid) -> Colours:
    """Notes on the rows of a keyboard; a hair of the row stays free around each."""
    rows = [BLACK_ROW if (low_pitch + i) % 12 in BLACK_KEYS else PAPER for i in range(window.shape[1])]
    paper = np.array([_rgb(row) for row in rows], dtype=np.float64)
    note = np.array(_rgb(NOTE), dtype=np.float64)
    shown = paper + (note - paper) * window[:, :, np.newaxis]
    colours = _enlarged(np.rint(shown).astype(np.uint8), grid)
    empty = _enlarged(np.broadcast_to(paper.astype(np.uint8), shown.shape), grid)
    if grid.cell_px[1] >= 3:
        edge = np.arange(colours.shape[0]) % (grid.cell_px[1] * OVERSAMPLING) == 0
        colours[edge] = empty[edge]
    return colours


def _enlarged(cells: NDArray[np.uint8], grid: _Grid) -> Colours:
    """Cells (steps, pitches, 3) as pixels of the canvas, the highest pitch on top."""
    upright = cells.transpose(1, 0, 2)[::-1]
    tall = upright.repeat(grid.cell_px[1] * OVERSAMPLING, axis=0)
    return np.ascontiguousarray(tall.repeat(grid.cell_px[0] * OVERSAMPLING, axis=1))


def _place(canvas: Canvas, grid: _Grid, i: int, colours: Colours, low_pitch: int, steps_a_beat: int) -> None:
    """Lay a panel on the canvas; lines darken it, so that they hide nothing."""
    n_steps, n_pitches = grid.shape
    shaded = colours.astype(np.float64)
    for step in range(steps_a_beat, n_steps, steps_a_beat):
        x = step * grid.cell_px[0] * OVERSAMPLING
        shaded[:, x : x + OVERSAMPLING] *= np.array(_rgb(BEAT_LINE)) / 255
    for pitch in range(n_pitches):
        if (low_pitch + pitch) % 12 == 0 and pitch:
            y = (n_pitches - pitch) * grid.cell_px[1] * OVERSAMPLING
            shaded[y : y + OVERSAMPLING] *= np.array(_rgb(OCTAVE_LINE)) / 255
    left, top = grid.place(i)
    width, height = grid.panel_px
    canvas.box(left - 1, top - 1, left + width + 1, top + height + 1, PAPER, outline=BAR_LINE)
    panel = Image.fromarray(np.rint(shaded).astype(np.uint8), "RGB")
    canvas.image.paste(panel, (left * OVERSAMPLING, top * OVERSAMPLING))


def _label(canvas: Canvas, grid: _Grid, i: int, text: str, size_px: int) -> float:
    """Write the label of a panel; returns where it ends."""
    left, top = grid.place(i)
    shown = shortened(text, grid.panel_px[0], size_px, bold=True)
    canvas.text(left, top - 7, shown, size_px, INK, bold=True)
    return left + text_width_px(shown, size_px, bold=True)


def _name_octaves(canvas: Canvas, grid: _Grid, low_pitch: int, right: float) -> None:
    """C2, C3, ... beside each row of panels; every second one where they are close."""
    apart = 1 if 12 * grid.cell_px[1] >= 20 else 2
    for first in range(0, grid.n_panels, grid.n_columns):
        top = grid.place(first)[1]
        for pitch in range(grid.shape[1]):
            octave, within = divmod(low_pitch + pitch, 12)
            if within == 0 and octave % apart == 0:
                y = top + (grid.shape[1] - pitch - 0.5) * grid.cell_px[1] + 4
                canvas.text(right, y, f"C{octave - 1}", 11, MUTED, align="right")


def _draw_keyboard(canvas: Canvas, grid: _Grid, top: int, low_pitch: int) -> None:
    left, right = grid.left - KEYBOARD_PX - 3, grid.left - 4
    middle = left + 0.62 * (right - left)
    canvas.box(left, top - 1, right, top + grid.panel_px[1] + 1, PAPER, outline=BAR_LINE)
    for pitch in range(grid.shape[1]):
        y = top + (grid.shape[1] - pitch - 1) * grid.cell_px[1]
        within = (low_pitch + pitch) % 12
        if within in BLACK_KEYS:
            half = y + grid.cell_px[1] / 2
            canvas.box(left, half - 0.5, right, half + 0.5, BAR_LINE)
            canvas.box(left, y + 0.5, middle, y + grid.cell_px[1] - 0.5, INK)
        elif within in (0, 5) and pitch:
            canvas.box(left, y + grid.cell_px[1] - 0.5, right, y + grid.cell_px[1] + 0.5, BAR_LINE)


def _draw_arrow(canvas: Canvas, left: float, right: float, y: float) -> None:
    if right - left < 12:
        return
    canvas.box(left, y - 0.5, right - 5, y + 0.5, BAR_LINE)
    k = OVERSAMPLING
    head = [(right * k, y * k), ((right - 7) * k, (y - 3.5) * k), ((right - 7) * k, (y + 3.5) * k)]
    canvas.pen.polygon(head, BAR_LINE)


def _draw_scale(canvas: Canvas, top: int, scale: float, is_cut: bool, words: dict[str, str]) -> None:
    """The colours from -scale to +scale and what they mean."""
    step = 10.0 ** (math.floor(math.log10(scale)) - 1)
    x, width = float(MARGIN_PX), 220
    canvas.text(x, top + 11, words["weight"], 13, MUTED)
    x += text_width_px(words["weight"], 13) + 14
    most = number(scale, step)
    canvas.text(x, top + 11, f"−{most}", 13)
    x += text_width_px(f"−{most}", 13) + 8
    strip = Image.fromarray(np.ascontiguousarray(_shades()[np.newaxis]), "RGB")
    strip = strip.resize((width * OVERSAMPLING, 12 * OVERSAMPLING), Image.Resampling.NEAREST)
    canvas.box(x - 1, top - 1, x + width + 1, top + 13, PAPER, outline=BAR_LINE)
    canvas.image.paste(strip, (round(x * OVERSAMPLING), top * OVERSAMPLING))
    canvas.text(x + width / 2, top + 27, "0", 11, MUTED, align="centre")
    canvas.text(x + width + 8, top + 11, f"+{most}", 13)
    if is_cut:
        end = x + width + 8 + text_width_px(f"+{most}", 13) + 14
        canvas.text(end, top + 11, words["beyond"], 13, MUTED)
