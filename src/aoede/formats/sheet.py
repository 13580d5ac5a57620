"""What our figures share: their widths, a head with title and remarks, the PNG file with its text."""

import io

from PIL import Image, PngImagePlugin

from aoede.errors import UsageError
from aoede.formats.lettering import clean, shortened
from aoede.formats.roll_canvas import INK, MUTED, Canvas
from aoede.formats.roll_layout import MARGIN_PX

MIN_WIDTH_PX, MAX_WIDTH_PX = 480, 4096
TITLE_BASELINE_PX, LINE_PX, BELOW_PX = 62, 28, 34  # as in the picture of a song
LANGUAGES = ("en", "zh")


def check_page(width_px: int, language: str) -> None:
    """Raises UsageError for a width or language that cannot be drawn."""
    if not MIN_WIDTH_PX <= width_px <= MAX_WIDTH_PX:
        raise UsageError(f"a picture can be {MIN_WIDTH_PX} to {MAX_WIDTH_PX} pixels wide, not {width_px}")
    if language not in LANGUAGES:
        raise UsageError(f"a picture can speak {' or '.join(LANGUAGES)}, not {language!r}")


def head_px(*remarks: str) -> int:
    """Height of a head with a title and these remarks; empty ones take no room."""
    return TITLE_BASELINE_PX + LINE_PX * sum(bool(clean(remark)) for remark in remarks) + BELOW_PX


def write_head(canvas: Canvas, width_px: int, title: str, *remarks: str) -> None:
    """The title, and the remarks under it, the first of them grey as a subtitle."""
    room, baseline = width_px - 2 * MARGIN_PX, TITLE_BASELINE_PX
    canvas.text(MARGIN_PX, baseline, shortened(clean(title), room, 30, bold=True), 30, bold=True)
    for i, remark in enumerate(remarks):
        if clean(remark):
            size, colour = (15, INK) if i else (16, MUTED)
            baseline += LINE_PX
            canvas.text(MARGIN_PX, baseline, shortened(clean(remark), room, size), size, colour)


def png(image: Image.Image, title: str, comment: str = "") -> bytes:
    """The picture as PNG, with its title and `comment` in its text chunks."""
    chunks = PngImagePlugin.PngInfo()
    for keyword, text in (("Title", clean(title)), ("Software", "Aoede"), ("Comment", comment)):
        if text:
            chunks.add_text(keyword, text.replace("\0", "").encode("utf-8", "replace").decode())
    file = io.BytesIO()
    image.save(file, "PNG", pnginfo=chunks)
    return file.getvalue()
