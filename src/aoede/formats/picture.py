"""A song as a picture (PNG): a piano roll with sections, chord symbols, words, drums and a legend.

Time runs from left to right and wraps into systems like a score; pitch runs upwards beside a keyboard; colour
is the instrument's role and brightness its loudness. `roll_layout` says where things stand, `roll_system` draws.
"""

import io
import json
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, PngImagePlugin

from aoede.errors import UsageError
from aoede.formats.files import write_whole
from aoede.formats.lettering import clean, shortened, text_width_px
from aoede.formats.roll_canvas import INK, MUTED, PAPER, Canvas, darker
from aoede.formats.roll_layout import MARGIN_PX, ROLL_X_PX, Layout, clock, lay_out
from aoede.formats.roll_system import SystemPainter
from aoede.song import KeySignature, Song

MIN_WIDTH_PX, MAX_WIDTH_PX = 480, 4096
MAX_HEIGHT_PX = 8000
MAX_HEAD_PX = 500
MAX_LEGEND = 14
MAJOR_TONICS = ("C♭", "G♭", "D♭", "A♭", "E♭", "B♭", "F", "C", "G", "D", "A", "E", "B", "F♯", "C♯")
MINOR_TONICS = ("A♭", "E♭", "B♭", "F", "C", "G", "D", "A", "E", "B", "F♯", "C♯", "G♯", "D♯", "A♯")
WORDS = {
    "en": {
        "major": "{} major", "minor": "{} minor", "bar": "1 bar", "bars": "{:,} bars", "bpm": "{} bpm",
        "untitled": "Untitled", "first": "first {:,} bars of {:,}", "empty": "This song has no notes.",
        "more": "and {} more",
    },
    "zh": {
        "major": "{}大调", "minor": "{}小调", "bar": "1 小节", "bars": "{:,} 小节", "bpm": "每分钟 {} 拍",
        "untitled": "无题", "empty": "这首歌没有音符。", "more": "另有 {} 个",
        "first": "前 {:,} 小节，共 {:,} 小节",
    },
}  # fmt: skip


def write(song: Song, path: Path, *, force: bool = False, subtitle: str = "", language: str = "en") -> None:
    """Write the picture of `song` with its recipe. Raises OutputError where `path` cannot be created."""
    write_whole(path, to_bytes(song, subtitle=subtitle, language=language), force=force)


def to_bytes(
    song: Song, *, width_px: int = 1600, subtitle: str = "", language: str = "en", comment: str = ""
) -> bytes:
    """The picture as PNG; `comment`, or else the recipe of the song as JSON, is in its Comment chunk."""
    chunks = PngImagePlugin.PngInfo()
    if not comment and song.recipe:
        comment = json.dumps(dict(song.recipe), ensure_ascii=False, sort_keys=True, default=str)
    for keyword, text in (("Title", clean(song.title)), ("Software", "Aoede"), ("Comment", comment)):
        if text:
            chunks.add_text(keyword, text.replace("\0", "").encode("utf-8", "replace").decode())
    file = io.BytesIO()
    draw(song, width_px=width_px, subtitle=subtitle, language=language).save(file, "PNG", pnginfo=chunks)
    return file.getvalue()


def draw(song: Song, *, width_px: int = 1600, subtitle: str = "", language: str = "en") -> Image.Image:
    """The picture of `song` (RGB): `width_px` wide (480..4096), as high as its systems need, at most 8,000.

    A song that is longer than that is cut after its first bars, and the picture says so.
    `subtitle` is a line under the title, e.g. the request; `language` is "en" or "zh".
    Raises UsageError for a width or language that cannot be drawn.
    """
    if not MIN_WIDTH_PX <= width_px <= MAX_WIDTH_PX:
        raise UsageError(f"a picture can be {MIN_WIDTH_PX} to {MAX_WIDTH_PX} pixels wide, not {width_px}")
    if language not in WORDS:
        raise UsageError(f"a picture can speak {' or '.join(WORDS)}, not {language!r}")
    layout = lay_out(song, width_px - ROLL_X_PX - MARGIN_PX, MAX_HEIGHT_PX - MAX_HEAD_PX, language)
    head = _head(song, layout, width_px, subtitle, language)
    height_px = layout.rows.height
    page = Image.new("RGB", (width_px, head.height + height_px * len(layout.systems)), PAPER)
    page.paste(head, (0, 0))
    painter = SystemPainter(song, layout, width_px, language)
    for i in range(len(layout.systems)):
        page.paste(painter.drawn(i), (0, head.height + i * height_px))
    return page


def _head(song: Song, layout: Layout, page_px: int, subtitle: str, language: str) -> Image.Image:
    """Title, subtitle, facts and legend."""
    words, room = WORDS[language], page_px - 2 * MARGIN_PX
    legend = _legend_rows(layout, room, words["more"])
    lines = [(clean(song.title) or words["untitled"], 30, INK, True, 62)]
    if clean(subtitle):
        lines.append((clean(subtitle), 16, MUTED, False, lines[-1][4] + 28))
    lines.append((facts(song, layout, language), 15, INK, False, lines[-1][4] + 28))
    canvas = Canvas(page_px, lines[-1][4] + 26 * len(legend) + 34)
    for text, size, colour, bold, baseline in lines:
        canvas.text(MARGIN_PX, baseline, shortened(text, room, size, bold=bold), size, colour, bold=bold)
    for row, entries in enumerate(legend, start=1):
        baseline = lines[-1][4] + 6 + 26 * row
        for x, label, colour in entries:
            if colour:
                canvas.box(x, baseline - 11, x + 20, baseline, colour, outline=darker(colour), radius=3)
            canvas.text(x + (27 if colour else 0), baseline, label, 14, INK if colour else MUTED)
    return canvas.finished()


def _legend_rows(layout: Layout, room_px: float, more: str) -> list[list[tuple[float, str, str]]]:
    """Rows of (x, label, colour); tracks of the same label and colour share an entry."""
    entries = list(dict.fromkeys((voice.label, voice.colour) for voice in layout.voices))
    if len(entries) > MAX_LEGEND:
        entries = [*entries[:MAX_LEGEND], (more.format(len(entries) - MAX_LEGEND), "")]
    rows: list[list[tuple[float, str, str]]] = [[]]
    x = 0.0
    for label, colour in entries:
        label = shortened(label, 300, 14)
        width = 27 + text_width_px(label, 14)
        if rows[-1] and x + width > room_px:
            rows.append([])
            x = 0.0
        rows[-1].append((MARGIN_PX + x, label, colour))
        x += width + 30
    return rows if rows[0] else []


def facts(song: Song, layout: Layout, language: str) -> str:
    """ "C major · 96 bpm · 4/4 · 32 bars · 1:20"."""
    words = WORDS[language]
    keys = [_key_name(key, words) for key in song.keys]
    meters = [f"{meter.numerator}/{meter.denominator}" for meter in song.meters]
    bars = words["bar"] if layout.n_bars == 1 else words["bars"].format(layout.n_bars)
    if layout.n_bars_shown < layout.n_bars:
        bars = words["first"].format(layout.n_bars_shown, layout.n_bars)
    if not layout.voices:
        bars = words["empty"]
    parts = [_few(keys), words["bpm"].format(_tempo(song)), _few(meters), bars, clock(song.duration_s)]
    return "  ·  ".join(part for part in parts if part)


def _few(names: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(names))
    return ", ".join(distinct[:3]) + (" …" if len(distinct) > 3 else "")


def _key_name(key: KeySignature, words: dict[str, str]) -> str:
    tonics = MINOR_TONICS if key.is_minor else MAJOR_TONICS
    return words["minor" if key.is_minor else "major"].format(tonics[min(7, max(-7, key.sharps)) + 7])


def _tempo(song: Song) -> str:
    """The tempo that lasts longest, or the range where none lasts through two thirds of the song."""
    end = max(1, song.end_ticks)
    starts = [min(tempo.start_ticks, end) for tempo in song.tempos]
    lasting: dict[float, int] = {}
    for tempo, start, stop in zip(song.tempos, starts, [*starts[1:], end], strict=True):
        lasting[tempo.bpm] = lasting.get(tempo.bpm, 0) + stop - start
    heard = [bpm for bpm, ticks in lasting.items() if ticks] or [song.tempos[0].bpm]
    main = max(heard, key=lambda bpm: lasting[bpm])
    if 3 * lasting[main] < 2 * end and round(min(heard)) != round(max(heard)):
        return f"{min(heard):.0f}–{max(heard):.0f}"
    return f"{round(main, 1):g}"
