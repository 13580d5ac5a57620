"""A sheet to draw a piano roll on, and its colours.

Everything is drawn at twice the size and reduced: edges are smooth, and letters stand at half-pixel steps.
"""

from PIL import Image, ImageDraw

from aoede.formats.lettering import letter

OVERSAMPLING = 2
LOUDNESS_STEPS = 8
INK, MUTED, PAPER = "#1F2430", "#5A6270", "#FFFFFF"


class Canvas:
    """A white sheet; all coordinates are pixels of the finished picture."""

    def __init__(self, width_px: int, height_px: int) -> None:
        self.image = Image.new("RGB", (width_px * OVERSAMPLING, height_px * OVERSAMPLING), PAPER)
        self.pen = ImageDraw.Draw(self.image)

    def box(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        fill: str,
        *,
        outline: str | None = None,
        radius: float = 0,
    ) -> None:
        """A filled rectangle; coordinates are its outer edges."""
        k = OVERSAMPLING
        corners = (round(left * k), round(top * k), round(right * k) - 1, round(bottom * k) - 1)
        corners = (*corners[:2], max(corners[0], corners[2]), max(corners[1], corners[3]))
        if radius and corners[2] - corners[0] > 3 * k:
            self.pen.rounded_rectangle(corners, radius * k, fill, outline, width=k)
        else:
            self.pen.rectangle(corners, fill, outline, width=k)

    def text(
        self,
        x: float,
        baseline: float,
        text: str,
        size_px: int,
        colour: str = INK,
        *,
        bold: bool = False,
        align: str = "left",
    ) -> None:
        """Write on a baseline; `align` says whether `x` is the text's left, centre or right."""
        k = OVERSAMPLING
        letter(self.pen, x * k, baseline * k, text, size_px * k, colour, bold=bold, align=align)

    def finished(self) -> Image.Image:
        """The sheet at its own size."""
        return self.image.reduce(OVERSAMPLING)


def shades_of(colour: str) -> list[tuple[str, str]]:
    """(fill, outline) from the softest to the loudest; the outline keeps soft notes visible."""
    outline = darker(colour)
    strengths = [0.4 + 0.6 * step / (LOUDNESS_STEPS - 1) for step in range(LOUDNESS_STEPS)]
    return [(mix(PAPER, colour, strength), outline) for strength in strengths]


def darker(colour: str) -> str:
    return mix(colour, "#000000", 0.28)


def mix(first: str, second: str, share: float) -> str:
    pairs = ((int(first[i : i + 2], 16), int(second[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)
