"""Sounds as pictures (PNG): which frequencies are how loud when, what was recorded beside what a model made.

A panel is one sound: time runs from left to right, frequency upwards by octaves. All panels of a picture share one
scale of seconds, of Hz and of decibels below the loudest spot of any of them. The louder the darker, in one hue.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from aoede.errors import InputError, UsageError
from aoede.formats.lettering import clean, shortened, text_width_px
from aoede.formats.plot_scale import number, ticks
from aoede.formats.roll_canvas import INK, MUTED, OVERSAMPLING, PAPER, Canvas, mix
from aoede.formats.roll_layout import MARGIN_PX
from aoede.formats.roll_system import BAR_LINE
from aoede.formats.sheet import check_page, head_px, png, write_head

Floats = NDArray[np.float64]

LOW_HZ = 60.0
RANGE_DB = 70.0  # softer than that below the loudest is paper
WINDOW_S = 0.048
FINER = 2  # by which windows are padded, so that low octaves are drawn smoothly
COLOURS = (PAPER, "#CFE3F0", "#5FA8D3", "#0072B2", "#123A5E", "#0B1622")  # from nothing to the loudest
N_SHADES = 256
AFTER = "#F3F4F6"  # where a sound has ended
MAX_ROWS, MAX_PANELS = 12, 4  # of a picture; of a row
PANEL_PX, LEAST_PANEL_PX = 170, 110  # high, with few rows and with many
NAMES_PX, LABEL_PX, AXIS_PX, GAP_PX, ROW_GAP_PX, SCALE_PX = 44, 26, 24, 22, 16, 34
MAX_TICKS_S = 9
SPOKEN = ("real", "made")  # names of panels that are said in the language
WORDS = {
    "en": {
        "real": "recorded", "made": "made by the model", "db": "dB; 0 is the loudest spot", "time": "s",
        "silent": "silence", "hz": "Hz",
    },
    "zh": {
        "real": "录音", "made": "模型生成", "db": "分贝；0 为最响处", "time": "秒", "silent": "无声", "hz": "Hz",
    },
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Panel:
    """One sound; `name` is "real" or "made", which are said in the picture's language, or any other words."""

    name: str
    samples: ArrayLike  # (T,) within about [-1, 1]


@dataclass(frozen=True, eq=False)
class Row:
    """Sounds side by side, such as a recording and what a model made of its label or score."""

    label: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class _Grid:
    """Where panels stand, in pixels."""

    left: int
    top: int
    panel_px: tuple[int, int]
    seconds: float  # of the longest sound, which fills a panel
    high_hz: float

    def place(self, row: int, column: int) -> tuple[int, int]:
        height = LABEL_PX + self.panel_px[1] + AXIS_PX + ROW_GAP_PX
        return self.left + column * (self.panel_px[0] + GAP_PX), self.top + row * height + LABEL_PX

    def y_of(self, hz: float) -> float:
        """Pixels from the top of a panel."""
        share = np.log(hz / LOW_HZ) / np.log(self.high_hz / LOW_HZ)
        return float(self.panel_px[1] * (1 - share))


def to_bytes(
    rows: Sequence[Row],
    *,
    rate_hz: int,
    title: str,
    subtitle: str = "",
    width_px: int = 1200,
    language: str = "en",
    comment: str = "",
) -> bytes:
    """The spectrograms as PNG, see `draw`; `comment` is kept in its Comment chunk. The same input, the same bytes."""
    image = draw(rows, rate_hz=rate_hz, title=title, subtitle=subtitle, width_px=width_px, language=language)
    return png(image, title, comment)


def draw(
    rows: Sequence[Row],
    *,
    rate_hz: int,
    title: str,
    subtitle: str = "",
    width_px: int = 1200,
    language: str = "en",
) -> Image.Image:
    """The picture (RGB), `width_px` wide (480..4096); `language` is "en" or "zh".

    Raises UsageError for a page that cannot be drawn and for more than 12 rows of 4, InputError for what is no row of
    finite numbers and for a rate below 1000 Hz.
    """
    check_page(width_px, language)
    sounds = [[_sound(panel, rate_hz) for panel in row.panels] for row in rows]
    grid = _grid(sounds, rate_hz, width_px, head_px(subtitle) + SCALE_PX)
    powers = [[_powers(sound, rate_hz, grid) for sound in row] for row in sounds]
    loudest = max((float(p.max()) for row in powers for p in row if p.size), default=0.0)
    words = WORDS[language]
    canvas = Canvas(width_px, grid.place(len(rows) - 1, 0)[1] + grid.panel_px[1] + AXIS_PX + MARGIN_PX // 2)
    write_head(canvas, width_px, title, subtitle)
    _draw_scale(canvas, head_px(subtitle) - 10, words)
    for i, row in enumerate(rows):
        for j, panel in enumerate(row.panels):
            _draw_panel(canvas, grid, (i, j), powers[i][j], loudest, words)
            name = words[panel.name] if panel.name in SPOKEN else clean(panel.name)
            _label(canvas, grid, (i, j), " · ".join(filter(None, (clean(row.label), name))))
        _draw_frequencies(canvas, grid, i, words)
    return canvas.finished()


def _sound(panel: Panel, rate_hz: int) -> Floats:
    try:
        sound = np.asarray(panel.samples, np.float64)
    except (TypeError, ValueError) as error:
        raise InputError("a sound is a row of numbers", where=clean(panel.name)) from error
    if sound.ndim != 1 or not np.isfinite(sound).all():
        raise InputError("a sound is a row of finite numbers", where=clean(panel.name))
    if rate_hz < 1000:
        raise InputError(f"of {rate_hz} samples a second no picture is drawn")
    return sound


def _grid(sounds: Sequence[Sequence[Floats]], rate_hz: int, width_px: int, top: int) -> _Grid:
    n_columns = max(map(len, sounds), default=0)
    if not 1 <= len(sounds) <= MAX_ROWS or not 1 <= n_columns <= MAX_PANELS:
        raise UsageError(
            f"a picture has 1 to {MAX_ROWS} rows of 1 to {MAX_PANELS} sounds, not {len(sounds)} of {n_columns}"
        )
    left = MARGIN_PX + NAMES_PX
    room_px = width_px - MARGIN_PX - left - (n_columns - 1) * GAP_PX
    high_px = max(LEAST_PANEL_PX, PANEL_PX if len(sounds) <= 4 else PANEL_PX * 4 // len(sounds))
    longest = max(len(sound) for row in sounds for sound in row)
    return _Grid(left, top, (room_px // n_columns, high_px), max(longest, 1) / rate_hz, rate_hz / 2)


def _powers(sound: Floats, rate_hz: int, grid: _Grid) -> Floats:
    """(rows, columns) the power at each pixel of the canvas, the lowest frequency first; as wide as the sound is."""
    size = max(16, round(WINDOW_S * rate_hz))
    n_rows, n_most = (side * OVERSAMPLING for side in reversed(grid.panel_px))
    n_columns = min(n_most, round(n_most * len(sound) / rate_hz / grid.seconds))
    if not n_columns:
        return np.zeros((n_rows, 0))
    padded = np.pad(sound, (size // 2, size))
    starts = ((np.arange(n_columns) + 0.5) * len(sound) / n_columns).astype(np.int64)
    windows = padded[starts[:, None] + np.arange(size)] * np.hanning(size)
    spectra = np.square(np.abs(np.fft.rfft(windows, FINER * size))) / np.square(np.hanning(size).sum() / 2)
    edges = LOW_HZ * (grid.high_hz / LOW_HZ) ** (np.arange(n_rows + 1) / n_rows)
    return _in_bands(spectra, edges * FINER * size / rate_hz).T


def _in_bands(spectra: Floats, edges: Floats) -> Floats:
    """(columns, bands) the mean of spectra (columns, bins) between edges given in bins, parts of a bin included."""
    sums = np.concatenate([np.zeros((len(spectra), 1)), np.cumsum(spectra, axis=1)], axis=1)
    at = np.clip(edges + 0.5, 0, spectra.shape[1])
    whole = np.minimum(at.astype(np.int64), spectra.shape[1] - 1)
    upto = sums[:, whole] + (at - whole) * spectra[:, whole]
    return np.asarray(np.diff(upto, axis=1) / np.maximum(np.diff(at), 1e-9))


@lru_cache(maxsize=1)
def _shades() -> NDArray[np.uint8]:
    """(N_SHADES, 3) from paper to the loudest."""
    found = []
    for i in range(N_SHADES):
        at = i / (N_SHADES - 1) * (len(COLOURS) - 1)
        k = min(int(at), len(COLOURS) - 2)
        colour = mix(COLOURS[k], COLOURS[k + 1], at - k)
        found.append([int(colour[j : j + 2], 16) for j in (1, 3, 5)])
    return np.array(found, np.uint8)


def _draw_panel(
    canvas: Canvas,
    grid: _Grid,
    at: tuple[int, int],
    powers: Floats,
    loudest: float,
    words: dict[str, str],
) -> None:
    left, top = grid.place(*at)
    width, height = grid.panel_px
    canvas.box(left - 1, top - 1, left + width + 1, top + height + 1, PAPER, outline=BAR_LINE)
    end_px = powers.shape[1] / OVERSAMPLING
    if end_px < width - 1:  # the sound ends before the longest one does
        canvas.box(left + end_px, top, left + width, top + height, AFTER)
    if powers.size and float(powers.max()) > loudest * 10 ** (-RANGE_DB / 10):
        db = 10 * np.log10(np.maximum(powers, loudest * 1e-12) / loudest)
        shades = np.clip(np.rint((1 + db / RANGE_DB) * (N_SHADES - 1)), 0, N_SHADES - 1).astype(np.int64)
        picture = Image.fromarray(np.ascontiguousarray(_shades()[shades[::-1]]), "RGB")
        canvas.image.paste(picture, (left * OVERSAMPLING, top * OVERSAMPLING))
    else:
        canvas.text(left + width / 2, top + height / 2 + 5, words["silent"], 13, MUTED, align="centre")
    _draw_seconds(canvas, grid, left, top, words)


def _draw_seconds(canvas: Canvas, grid: _Grid, left: int, top: int, words: dict[str, str]) -> None:
    width, height = grid.panel_px
    marks, step = ticks(0.0, grid.seconds, max(2, min(MAX_TICKS_S, width // 60)))
    for mark in marks:
        x = left + width * mark / grid.seconds
        canvas.box(x - 0.5, top + height + 1, x + 0.5, top + height + 5, BAR_LINE)
        unit = f" {words['time']}" if mark == marks[-1] else ""
        text = f"{number(mark, step)}{unit}"
        x = min(x, left + width - text_width_px(text, 11) / 2)
        canvas.text(x, top + height + 18, text, 11, MUTED, align="centre")


def _draw_frequencies(canvas: Canvas, grid: _Grid, row: int, words: dict[str, str]) -> None:
    """125, 250, ... Hz at the left of a row, with a tick each."""
    left, top = grid.place(row, 0)
    for k in range(9):
        hz = 125.0 * 2**k
        if hz <= grid.high_hz * 1.0001:
            y = top + grid.y_of(hz)
            canvas.box(left - 6, y - 0.5, left - 1, y + 0.5, BAR_LINE)
            text = f"{hz:.0f}" if hz < 1000 else f"{hz / 1000:g}k"
            canvas.text(left - 9, y + 4, text, 11, MUTED, align="right")
    canvas.text(left - 9, top - 11, words["hz"], 11, MUTED, align="right")


def _label(canvas: Canvas, grid: _Grid, at: tuple[int, int], text: str) -> None:
    left, top = grid.place(*at)
    canvas.text(left, top - 9, shortened(text, grid.panel_px[0], 13, bold=True), 13, INK, bold=True)


def _draw_scale(canvas: Canvas, top: int, words: dict[str, str]) -> None:
    """The colours, and how many decibels they are below the loudest."""
    x, width = float(MARGIN_PX), 220
    most = f"−{RANGE_DB:.0f}"
    canvas.text(x, top + 11, most, 13)
    x += text_width_px(most, 13) + 8
    strip = Image.fromarray(np.ascontiguousarray(_shades()[np.newaxis]), "RGB")
    strip = strip.resize((width * OVERSAMPLING, 12 * OVERSAMPLING), Image.Resampling.NEAREST)
    canvas.box(x - 1, top - 1, x + width + 1, top + 13, PAPER, outline=BAR_LINE)
    canvas.image.paste(strip, (round(x * OVERSAMPLING), top * OVERSAMPLING))
    canvas.text(x + width + 8, top + 11, "0", 13)
    canvas.text(x + width + 24, top + 11, words["db"], 13, MUTED)
