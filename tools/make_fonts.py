"""Cut the fonts for pictures out of Roboto and Droid Sans Fallback (both Apache-2.0) and write their card.

    python tools/make_fonts.py --roboto FOLDER_WITH_TTF --droid DroidSansFallback.ttf

Needs fonttools (`pip install fonttools`), which Aoede itself does not. On Debian the sources are in the
packages fonts-roboto-unhinted and fonts-droid-fallback. The same sources give the same bytes.
"""

import argparse
import hashlib
from pathlib import Path

from fontTools import subset
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from aoede.formats.lettering import LATIN_RANGES

PRESETS = Path(__file__).parents[1] / "src/aoede/presets"
CJK_RANGES = ((0x3000, 0x30FF), (0xFF00, 0xFFEF))  # punctuation, kana, full-width forms

CARD = """# Fonts for pictures

Subsets made by `python tools/make_fonts.py`: hinting and layout tables are dropped, outlines unchanged.

| file | from | licence | characters | bytes | SHA-256 |
|---|---|---|---|---|---|
{rows}

- Roboto: Copyright 2011-2017 Google Inc. Latin, Greek, Cyrillic, Vietnamese, punctuation.
  Changed: the signs ♭ ♮ ♯, which Roboto lacks, were drawn for Aoede and added.
- Droid Sans Fallback: Digitized data copyright 2006-2010 Google Corporation. Droid is a trademark of
  Google. All of GB 2312, the frequent traditional characters (Big5 level 1), kana, full-width forms.
  Changed: the sign for a missing character is a box.

Licensed under the Apache License, Version 2.0 (the "License"); you may not use these files except in
compliance with the License. You may obtain a copy of the License at

    http://www.apache.org/licenses/LICENSE-2.0

Unless required by applicable law or agreed to in writing, software distributed under the License is
distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
See the License for the specific language governing permissions and limitations under the License.

## Sources
{sources}
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--roboto", type=Path, required=True, help="folder with Roboto-Regular.ttf and Roboto-Bold.ttf"
    )
    parser.add_argument("--droid", type=Path, required=True, help="DroidSansFallback.ttf")
    options = parser.parse_args()
    latin = {c for first, last in LATIN_RANGES for c in range(first, last + 1)}
    jobs = (
        ("font_latin.ttf", options.roboto / "Roboto-Regular.ttf", latin, 140),
        ("font_latin_bold.ttf", options.roboto / "Roboto-Bold.ttf", latin, 210),
        ("font_cjk.ttf", options.droid, chinese(), 0),
    )
    rows = []
    for name, source, characters, stroke in jobs:
        n_characters = cut(source, PRESETS / name, characters, stroke)
        data = (PRESETS / name).read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        rows.append(f"| {name} | {source.name} | Apache-2.0 | {n_characters:,} | {len(data):,} | {digest} |")
        print(rows[-1])
    sources = [f"- {job[1].name}: SHA-256 {hashlib.sha256(job[1].read_bytes()).hexdigest()}" for job in jobs]
    (PRESETS / "fonts.md").write_text(CARD.format(rows="\n".join(rows), sources="\n".join(sources)))


def chinese() -> set[int]:
    """GB 2312, the first level of Big5, kana and full-width forms."""
    simplified = decodable("gb2312", range(0xA1, 0xF8), range(0xA1, 0xFF))
    traditional = decodable("big5", range(0xA4, 0xC6), range(0x40, 0xFF))
    return simplified | traditional | {c for first, last in CJK_RANGES for c in range(first, last + 1)}


def decodable(codec: str, leads: range, trails: range) -> set[int]:
    pairs = (bytes([lead, trail]).decode(codec, "ignore") for lead in leads for trail in trails)
    return {ord(text) for text in pairs if len(text) == 1 and ord(text) > 0xFF}


def cut(source: Path, target: Path, characters: set[int], stroke: int) -> int:
    """Write the subset of `source` with `characters`; a `stroke` > 0 adds ♭ ♮ ♯ of that pen width."""
    font = TTFont(source, recalcTimestamp=False)
    for code, name, draw in ((0x266D, "flat", flat), (0x266E, "natural", natural), (0x266F, "sharp", sharp)):
        if stroke:
            add_glyph(font, code, name, *draw(stroke))
    if not stroke:
        add_glyph(font, None, ".notdef", *empty_box(font["head"].unitsPerEm))
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.name_IDs = [0, 1, 2, 5, 13, 14]
    options.notdef_outline = True
    options.recalc_timestamp = False
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(font)
    font.save(target)
    return len(font.getBestCmap())


Contour = list[tuple[float, float] | tuple[tuple[float, float], tuple[float, float]]]


def add_glyph(font: TTFont, code: int | None, name: str, advance: int, contours: list[Contour]) -> None:
    """Add or replace a glyph; contours hold points, or (control, end) pairs for curves, in font units."""
    pen = TTGlyphPen(None)
    for start, *rest in contours:
        pen.moveTo(start)
        for item in rest:
            if isinstance(item[0], tuple):
                pen.qCurveTo(*item)
            else:
                pen.lineTo(item)
        pen.closePath()
    if name not in font.getGlyphOrder():
        font.setGlyphOrder([*font.getGlyphOrder(), name])
    font["glyf"][name] = pen.glyph()
    font["hmtx"][name] = (advance, int(min(x for x, _ in font["glyf"][name].coordinates)))
    for table in font["cmap"].tables:
        if code is not None and table.isUnicode():
            table.cmap[code] = name


def bar(left: float, right: float, bottom: float, top: float, rise: float = 0) -> Contour:
    """A parallelogram, clockwise; its right side lies `rise` higher."""
    return [(left, bottom), (left, top), (right, top + rise), (right, bottom + rise)]


def empty_box(em: int) -> tuple[int, list[Contour]]:
    """What a reader sees in place of a character that the font lacks (Droid's own is blank)."""
    left, right, bottom, top, pen = 0.1 * em, 0.9 * em, -0.05 * em, 0.8 * em, 0.06 * em
    inner = bar(left + pen, right - pen, bottom + pen, top - pen)[::-1]
    return em, [bar(left, right, bottom, top), inner]


def sharp(pen: int) -> tuple[int, list[Contour]]:
    stems = [bar(x, x + 0.8 * pen, y, y + 1480) for x, y in ((300, -40), (610, 40))]
    return 1060, [*stems, bar(120, 900, 360, 360 + 1.3 * pen, 110), bar(120, 900, 860, 860 + 1.3 * pen, 110)]


def natural(pen: int) -> tuple[int, list[Contour]]:
    stems = [bar(160, 160 + 0.8 * pen, 280, 1540), bar(560, 560 + 0.8 * pen, -60, 1200)]
    across = [bar(160, 560 + 0.8 * pen, y, y + 1.3 * pen, 100) for y in (280, 920 - 0.3 * pen)]
    return 860, stems + across


def flat(pen: int) -> tuple[int, list[Contour]]:
    """Stem and bowl; like `sharp` and `natural` in units of 1/2048 em."""
    right = 120 + pen
    outer: Contour = [(120, 0), (120, 1560), (right, 1560), (right, 720), ((340, 880), (490, 880))]
    outer += [((790, 880), (790, 610)), ((790, 300), (120, 0))]
    inner: Contour = [(right, 190 + 0.3 * pen), ((790 - pen, 400), (790 - pen, 610))]
    inner += [((790 - pen, 880 - pen), (500, 880 - pen)), ((330, 880 - pen), (right, 590))]
    return 880, [outer, inner]


if __name__ == "__main__":
    main()
