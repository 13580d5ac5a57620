"""Song -> an engraved lead sheet as SVG, by Verovio (LGPL-3, the extra "score").

Verovio measures text by Times and writes musical signs inside text in a font of its own, which only browsers load.
Here such signs become characters that systems have fonts for, fonts as wide as Times are named for each system and
some for Chinese, Chinese words get the room that they need, and the first tempo goes beside the first section's
name. All pages are stacked to one picture on white paper.
"""

import json
import re
from itertools import accumulate
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from aoede.errors import AoedeError, UsageError
from aoede.formats import musicxml
from aoede.formats.midi_text import is_unspaced
from aoede.formats.musicxml.marks import readable
from aoede.song import Song

PAGE_WIDTH, TALLEST_PAGE = 2100, 60_000  # in tenths of a millimetre: A4, and what Verovio allows
OPTIONS: dict[str, Any] = {
    "pageWidth": PAGE_WIDTH,
    "pageHeight": TALLEST_PAGE,
    "adjustPageHeight": True,
    "breaks": "auto",
    "footer": "none",
    "lyricSize": 4.2,
    "lyricWordSpace": 2.4,  # room for hyphens, and for fonts that are wider than Times
    "pageMarginLeft": 80,  # a section's name reaches over the beginning of a line
    "smuflTextFont": "none",
    "svgFormatRaw": True,
    "svgViewBox": True,
    "xmlIdChecksum": True,  # names of elements follow from the score: the same song, the same bytes
}
CHINESE_WORD_SPACE = 3.6
TEXT_FONTS = (
    "'Times New Roman', Times, 'Liberation Serif', Tinos, 'Songti SC', SimSun, 'Noto Serif CJK SC', "
    "'Source Han Serif SC', 'WenQuanYi Micro Hei', serif"
)
SIGN_FONTS = "'DejaVu Sans', 'Segoe UI Symbol', 'Apple Symbols', 'Noto Music', 'Arial Unicode MS', serif"
# Signs of SMuFL 1.4 inside text and what stands for them.
SIGNS = str.maketrans(
    {
        "\uea63": "𝄫", "\uea64": "♭", "\uea65": "♮", "\uea66": "♯", "\uea67": "𝄪",
        "\ueca3": "𝅗𝅥", "\ueca5": "♩", "\ueca7": "♪", "\uecb7": ".",
    }
)  # fmt: skip
SIGN_SHARE = 0.56  # of the size in which Verovio sets its signs: as high as the text beside them
GAP_EM = 0.8  # between the first section's name and the first tempo
MISSING_SPACES = 0.5  # by which, on each side, Verovio thinks a Chinese character narrower than it is

_DEGREE = re.compile(r"<degree .*?</degree>", re.DOTALL)  # Verovio writes out what the text has said
_SECTION = re.compile(r"(<rehearsal>)([^<]*)(</rehearsal>)")
SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
ElementTree.register_namespace("", SVG)
ElementTree.register_namespace("xlink", XLINK)


def to_svg(song: Song, *, language: str = "en", max_bars: int = musicxml.MAX_BARS) -> bytes:
    """The lead sheet of `song` as one SVG picture, with its recipe; the same song gives the same bytes.

    `language`, "en" or "zh", is that of the section names. Raises UsageError where Verovio is not installed,
    InputError for more bars than `max_bars`.
    """
    toolkit = _toolkit()
    score = musicxml.to_bytes(song, language=language, max_bars=max_bars).decode()
    score = _SECTION.sub(lambda match: f"{match[1]}{_padded(match[2])}{match[3]}", _DEGREE.sub("", score))
    is_chinese = any(map(is_unspaced, "".join(syllable.text for syllable in song.syllables)))
    options = OPTIONS | ({"lyricWordSpace": CHINESE_WORD_SPACE} if is_chinese else {})
    if not toolkit.setOptions(options) or not toolkit.loadData(score):
        raise AoedeError("Verovio could not read the score of this song")
    n_pages = toolkit.getPageCount()
    pages = [ElementTree.fromstring(toolkit.renderToSVG(page)) for page in range(1, n_pages + 1)]
    for page in pages:
        _mend(page)
    return _stacked(pages, song)


def _toolkit() -> Any:
    try:
        import verovio
    except ImportError as error:
        raise UsageError(
            "engraving needs Verovio, which is not installed", hint="Install it: pip install 'aoede[score]'"
        ) from error
    verovio.enableLog(verovio.LOG_OFF)
    return verovio.toolkit()


def _mend(page: Element) -> None:
    """What the head of this module says, in place."""
    for element in page.iter():
        if element.get("font-family") == "Times, serif":
            element.set("font-family", TEXT_FONTS)
        elif "font-family" in element.attrib:
            _make_plain(element)
    for measure in _all(page, "measure"):
        sections, tempos = _all(measure, "reh"), _all(measure, "tempo")
        if sections and tempos:
            _put_beside(tempos[0], sections[0])


def _padded(name: str) -> str:
    """A section's name between spaces that make its box wide enough."""
    spaces = "\u00a0" * (1 + round(MISSING_SPACES * sum(map(is_unspaced, name))))
    return f"{spaces}{name}{spaces}"


def _all(element: Element, kind: str) -> list[Element]:
    return [child for child in element.iter(f"{{{SVG}}}g") if child.get("class") == kind]


def _make_plain(sign: Element) -> None:
    """A run of Verovio's signs as characters of usual fonts."""
    size_px = float(sign.get("font-size", "720px").removesuffix("px"))
    sign.text = "".join((sign.text or "").translate(SIGNS).split())
    sign.set("font-family", SIGN_FONTS)
    sign.set("font-size", f"{size_px * SIGN_SHARE:.0f}px")


def _size_px(text: Element) -> float:
    """The size of the letters in a text, which stands in the innermost of its parts."""
    sizes = [float(part.get("font-size", "0px").removesuffix("px")) for part in text.iter()]
    return max(sizes)


def _put_beside(tempo: Element, section: Element) -> None:
    """A tempo to the right of a section's name: elsewhere it comes between the staff and its chord symbols."""
    box, name = section.find(f"{{{SVG}}}rect"), section.find(f"{{{SVG}}}text")
    text = tempo.find(f"{{{SVG}}}text")
    if box is None or name is None or text is None:
        return
    right = float(box.get("x", "0")) + float(box.get("width", "0"))
    text.set("x", f"{right + GAP_EM * _size_px(name):.0f}")
    text.set("y", name.get("y", "0"))


def _stacked(pages: list[Element], song: Song) -> bytes:
    """The pages one under the other, behind them white paper, before them title and recipe."""
    heights = [int(page.get("viewBox", "0 0 0 0").split()[3]) for page in pages]
    picture = Element(f"{{{SVG}}}svg", viewBox=f"0 0 {PAGE_WIDTH} {sum(heights)}")
    SubElement(picture, f"{{{SVG}}}title").text = readable(song.title)
    if song.recipe:
        recipe = json.dumps(dict(song.recipe), separators=(",", ":"))
        SubElement(picture, f"{{{SVG}}}metadata").text = f"aoede-recipe: {recipe}"
    SubElement(picture, f"{{{SVG}}}rect", width="100%", height="100%", fill="white")
    for page, top, height in zip(pages, accumulate(heights, initial=0), heights, strict=False):
        page.attrib.update(y=str(top), width=str(PAGE_WIDTH), height=str(height))
        picture.append(page)
    return f"{ElementTree.tostring(picture, 'unicode')}\n".encode()
