"""Text in pictures: the fonts that are shipped, the font of each character, widths, shortening.

Latin, Greek and Cyrillic are set in Roboto, Chinese and kana in Droid Sans Fallback (`presets/fonts.md`).
A character that neither has is drawn as an empty box: it never fails.
"""

import io
import unicodedata
from functools import lru_cache
from importlib import resources
from itertools import groupby

from PIL import ImageDraw, ImageFont

LATIN_RANGES = (
    (0x0020, 0x024F),  # Latin with all European accents
    (0x02C6, 0x02DD),
    (0x0370, 0x052F),  # Greek, Cyrillic
    (0x1E00, 0x1EFF),  # Vietnamese
    (0x2000, 0x206F),  # dashes, quotes, ellipsis
    (0x20AC, 0x20AC),
    (0x2122, 0x2122),
    (0x2212, 0x2212),
    (0x266D, 0x266F),  # flat, natural, sharp: drawn by tools/make_fonts.py
)
CJK_RANGES = ((0x3000, 0x30FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF))
MAX_CHARACTERS = 400
_INVISIBLE = {"Cc": " ", "Cf": "", "Cs": "□", "Co": "□", "Cn": "□", "Zl": " ", "Zp": " "}


def clean(text: str) -> str:
    """`text` composed (NFC) on one line, at most 400 characters, no control or direction marks."""
    composed = unicodedata.normalize("NFC", text[:MAX_CHARACTERS])
    visible = (_INVISIBLE.get(unicodedata.category(c), c) for c in composed)
    return " ".join("".join(visible).split())


def text_width_px(text: str, size_px: int, *, bold: bool = False) -> float:
    """Advance width of `text` in pixels, measured at twice its size as it is drawn."""
    return _advance_px(text, 2 * size_px, bold) / 2


def shortened(text: str, max_px: float, size_px: int, *, bold: bool = False) -> str:
    """`text`, or as much of it as fits into `max_px` with an ellipsis, or "" where nothing fits."""
    if text_width_px(text, size_px, bold=bold) <= max_px:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        fits = text_width_px(text[:middle].rstrip() + "…", size_px, bold=bold) <= max_px
        low, high = (middle, high) if fits else (low, middle - 1)
    return text[:low].rstrip() + "…" if low else ""


def letter(
    draw: ImageDraw.ImageDraw,
    x_px: float,
    baseline_px: float,
    text: str,
    size_px: int,
    colour: str,
    *,
    bold: bool = False,
    align: str = "left",
) -> None:
    """Draw `text` on its baseline; `align` says whether `x_px` is its left, centre or right."""
    if align != "left":
        x_px -= _advance_px(text, size_px, bold) * (0.5 if align == "centre" else 1.0)
    for run, font in _runs(text, size_px, bold):
        heavier = 0.02 * size_px if bold and _is_cjk(run[0]) else 0  # Droid has no bold face
        draw.text((x_px, baseline_px), run, colour, font, anchor="ls", stroke_width=heavier)
        x_px += font.getlength(run)


def _advance_px(text: str, size_px: int, bold: bool) -> float:
    return sum(font.getlength(run) for run, font in _runs(text, size_px, bold))


@lru_cache(maxsize=4096)
def _runs(text: str, size_px: int, bold: bool) -> tuple[tuple[str, ImageFont.FreeTypeFont], ...]:
    latin = "font_latin_bold.ttf" if bold else "font_latin.ttf"
    pieces = ((is_cjk, "".join(run)) for is_cjk, run in groupby(text, _is_cjk))
    return tuple((run, _font("font_cjk.ttf" if is_cjk else latin, size_px)) for is_cjk, run in pieces)


def _is_cjk(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in CJK_RANGES)


@lru_cache(maxsize=64)
def _font(name: str, size_px: int) -> ImageFont.FreeTypeFont:
    # BASIC layout: the same pixels whether or not the machine has libraqm
    data = io.BytesIO(_font_bytes(name))
    return ImageFont.truetype(data, size_px, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4)
def _font_bytes(name: str) -> bytes:
    return (resources.files("aoede.presets") / name).read_bytes()
