"""One system of a piano-roll picture: sections, chord symbols, keyboard, notes, words, drums, bar numbers."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import TypeVar

from PIL import Image

from aoede.formats.general_midi import DRUM_FAMILIES, drum_family
from aoede.formats.lettering import clean, shortened, text_width_px
from aoede.formats.roll_canvas import INK, LOUDNESS_STEPS, MUTED, PAPER, Canvas, shades_of
from aoede.formats.roll_layout import (
    CHORD_SIZES_PX,
    DRUM_ROW_PX,
    ROLL_X_PX,
    SECTION_PX,
    SYLLABLE_SIZES_PX,
    Layout,
    System,
    clock,
)
from aoede.formats.section_names import SECTION_WORDS, section_kind, section_label
from aoede.song import ChordSymbol, Section, Song, Syllable

Label = TypeVar("Label", ChordSymbol, Syllable)
# {(left and right in half pixels, pitch, overhang in pixels): (fill, outline)}, from back to front
Boxes = dict[tuple[int, int, int, int], tuple[str, str]]
# {(left in half pixels, drum row): (fill, outline)}
Hits = dict[tuple[int, int], tuple[str, str]]

KEYBOARD_PX = 46
BLACK_ROW, OCTAVE_LINE, BEAT_LINE, BAR_LINE = "#F2F3F6", "#D9DCE3", "#E7E9EE", "#B4BAC6"
SECTION_COLOURS = {
    "intro": "#E3E8F0", "verse": "#D9E9F7", "prechorus": "#E3EFDC", "chorus": "#FCE3C8", "bridge": "#E9DFF3",
    "solo": "#D6EEE8", "interlude": "#D6EEE8", "outro": "#ECE8DE",
}  # fmt: skip
OTHER_SECTION_COLOURS = ("#D9E9F7", "#FCE3C8", "#E3EFDC", "#E9DFF3", "#D6EEE8", "#ECE8DE")


class SystemPainter:
    """Draws the systems of one song; what they share (notes by system, section colours) is found once."""

    def __init__(self, song: Song, layout: Layout, page_px: int, language: str) -> None:
        self.song, self.layout, self.page_px, self.language = song, layout, page_px, language
        self.notes, self.hits = _notes_of(layout), _hits_of(layout)
        self.colours = section_colours(song.sections)

    def drawn(self, i: int) -> Image.Image:
        """The `i`-th system, as wide as the page."""
        song, layout, system = self.song, self.layout, self.layout.systems[i]
        canvas = Canvas(self.page_px, layout.rows.height)
        _draw_grid(canvas, layout, system)
        _draw_keyboard(canvas, layout)
        _draw_sections(canvas, layout, system, song.sections, self.colours, self.language)
        _draw_chords(canvas, layout, system, song.chords)
        _draw_notes(canvas, layout, self.notes[i])
        _draw_syllables(canvas, layout, system, song.syllables)
        _draw_drums(canvas, layout, system, self.hits[i], self.language)
        _draw_axis(canvas, layout, system, song)
        return canvas.finished()


def _draw_grid(canvas: Canvas, layout: Layout, system: System) -> None:
    """Rows as on a keyboard, then beat and bar lines."""
    top, bottom = layout.rows.roll, layout.rows.syllable
    right = ROLL_X_PX + system.width_px
    for pitch in range(layout.low_pitch, layout.high_pitch + 1):
        y = _pitch_y(layout, pitch)
        if pitch % 12 in (1, 3, 6, 8, 10):
            canvas.box(ROLL_X_PX, y, right, y + layout.row_px, BLACK_ROW)
        if pitch % 12 == 0:
            canvas.box(ROLL_X_PX, y + layout.row_px - 0.5, right, y + layout.row_px + 0.5, OCTAVE_LINE)
    for y in (top, bottom):
        canvas.box(ROLL_X_PX, y - 0.5, right, y + 0.5, OCTAVE_LINE)
    for bar in system.bars:
        beat_ticks = bar.meter.bar_ticks / bar.meter.numerator
        n_beats = bar.meter.numerator if beat_ticks * system.px_a_tick >= 8 else 0
        for beat in range(1, n_beats):
            _line(canvas, layout, system.x_px(round(bar.start_ticks + beat * beat_ticks)), BEAT_LINE)
    for bar in system.bars:
        _line(canvas, layout, system.x_px(bar.start_ticks), BAR_LINE)
    _line(canvas, layout, system.width_px, BAR_LINE)


def _line(canvas: Canvas, layout: Layout, x: float, colour: str) -> None:
    """An upright line through the roll and the drums, one pixel wide."""
    x += ROLL_X_PX
    canvas.box(x - 0.5, layout.rows.roll, x + 0.5, layout.rows.syllable, colour)
    if layout.drum_rows:
        canvas.box(x - 0.5, layout.rows.drum, x + 0.5, layout.rows.axis, colour)


def _draw_keyboard(canvas: Canvas, layout: Layout) -> None:
    left, right, row = ROLL_X_PX - KEYBOARD_PX, ROLL_X_PX - 4, layout.row_px
    middle = left + 0.62 * (right - left)
    top, bottom = layout.rows.roll, layout.rows.syllable
    canvas.box(left, top, right, bottom, PAPER, outline=BAR_LINE)
    for pitch in range(layout.low_pitch, layout.high_pitch + 1):
        y = _pitch_y(layout, pitch)
        if pitch % 12 in (1, 3, 6, 8, 10):
            canvas.box(left, y + row / 2 - 0.5, right, y + row / 2 + 0.5, BAR_LINE)
            canvas.box(left, y + 0.5, middle, y + row - 0.5, INK, radius=1)
        elif pitch % 12 in (0, 5) and pitch > layout.low_pitch:
            canvas.box(left, y + row - 0.5, right, y + row + 0.5, BAR_LINE)
        if pitch % 12 == 0:
            canvas.text(left - 6, y + row / 2 + 4, f"C{pitch // 12 - 1}", 11, MUTED, align="right")


def _pitch_y(layout: Layout, pitch: int) -> int:
    return layout.rows.roll + (layout.high_pitch - pitch) * layout.row_px


def _draw_sections(
    canvas: Canvas,
    layout: Layout,
    system: System,
    sections: Sequence[Section],
    colours: dict[str, str],
    language: str,
) -> None:
    top = layout.rows.section
    for section in sections:
        if section.end_ticks <= system.start_ticks or section.start_ticks >= system.end_ticks:
            continue
        left = ROLL_X_PX + system.x_px(section.start_ticks)
        right = ROLL_X_PX + system.x_px(section.end_ticks)
        canvas.box(left + 1, top, right - 1, top + SECTION_PX - 2, colours[section.name], radius=4)
        is_new = section.start_ticks >= system.start_ticks
        label = shortened(section_label(clean(section.name), language), right - left - 16, 14, bold=is_new)
        canvas.text(left + 9, top + 16, label, 14, INK if is_new else MUTED, bold=is_new)


def section_colours(sections: Sequence[Section]) -> dict[str, str]:
    """A soft colour a section name; the usual names have theirs, others take turns."""
    english = {chinese: kind for kind, chinese in SECTION_WORDS.items()}
    colours: dict[str, str] = {}
    n_others = 0
    for name in dict.fromkeys(section.name for section in sections):
        kind = section_kind(name)
        known = SECTION_COLOURS.get(english.get(kind, kind))
        colours[name] = known or OTHER_SECTION_COLOURS[n_others % len(OTHER_SECTION_COLOURS)]
        n_others += not known
    return colours


def _draw_chords(canvas: Canvas, layout: Layout, system: System, chords: Sequence[ChordSymbol]) -> None:
    shown = _within(chords, system)
    labels = [(system.x_px(c.start_ticks) + 2, with_signs(clean(c.symbol))) for c in shown]
    for size in CHORD_SIZES_PX:
        kept = spaced(labels, size, nudge_px=0, bold=True)
        if len(kept) == len(labels):
            break
    for x, text in kept:
        colour = MUTED if text == "N.C." else INK
        canvas.text(ROLL_X_PX + x, layout.rows.chord + 17, text, size, colour, bold=True)


def with_signs(symbol: str) -> str:
    """F#m7b5 -> F♯m7♭5."""
    return re.sub(r"(?<=[A-G])b|b(?=\d)", "♭", symbol).replace("#", "♯")


def _draw_syllables(canvas: Canvas, layout: Layout, system: System, syllables: Sequence[Syllable]) -> None:
    shown = _within(syllables, system)
    labels = [(system.x_px(s.start_ticks), clean(s.text) + "-" * s.joins_next) for s in shown]
    for size in SYLLABLE_SIZES_PX:
        kept = spaced(labels, size, nudge_px=12, bold=False)
        if len(kept) == len(labels):
            break
    for x, text in kept:
        canvas.text(ROLL_X_PX + x, layout.rows.syllable + 17, text, size)


def _within(items: Sequence[Label], system: System) -> Sequence[Label]:
    first = bisect_left(items, system.start_ticks, key=lambda item: item.start_ticks)
    return items[first : bisect_left(items, system.end_ticks, key=lambda item: item.start_ticks)]


def spaced(
    labels: Sequence[tuple[float, str]], size_px: int, *, nudge_px: float, bold: bool
) -> list[tuple[float, str]]:
    """The labels that fit beside each other, each moved right by at most `nudge_px`."""
    kept: list[tuple[float, str]] = []
    free = 0.0
    for x, text in labels:
        if text and max(x, free) <= x + nudge_px:
            kept.append((max(x, free), text))
            free = kept[-1][0] + text_width_px(text, size_px, bold=bold) + 4
    return kept


def _notes_of(layout: Layout) -> list[Boxes]:
    """What `_draw_notes` draws in each system; a melody's notes stand out by a pixel above and below."""
    found: list[Boxes] = [{} for _ in layout.systems]
    starts = [system.start_ticks for system in layout.systems]
    end = layout.systems[-1].end_ticks
    for voice in layout.back_to_front:
        shades = shades_of(voice.colour)
        overhang = int(voice.track.role == "melody")
        for note in voice.track.notes:
            if note.start_ticks >= end:
                break
            first = max(0, bisect_right(starts, note.start_ticks) - 1)
            last = max(first, bisect_left(starts, note.end_ticks) - 1)
            shade = shades[min(127, max(0, note.velocity)) * LOUDNESS_STEPS // 128]
            for i in range(first, last + 1):
                left = round(layout.systems[i].x_px(note.start_ticks) * 2)
                right = round(layout.systems[i].x_px(note.end_ticks) * 2) - 1
                place = (left, max(left + 3, right), note.pitch, overhang)
                found[i].pop(place, None)
                found[i][place] = shade
    return found


def _draw_notes(canvas: Canvas, layout: Layout, notes: Boxes) -> None:
    for (left, right, pitch, overhang), (fill, outline) in notes.items():
        top = _pitch_y(layout, pitch) - overhang
        bottom = top + layout.row_px + 2 * overhang
        left_px, right_px = ROLL_X_PX + left / 2, ROLL_X_PX + right / 2
        canvas.box(left_px, top, right_px, bottom, fill, outline=outline, radius=2.5)


def _hits_of(layout: Layout) -> list[Hits]:
    """What `_draw_drums` draws in each system."""
    found: list[Hits] = [{} for _ in layout.systems]
    starts = [system.start_ticks for system in layout.systems]
    rows = {family: row for row, family in enumerate(layout.drum_rows)}
    end = layout.systems[-1].end_ticks
    for voice in (voice for voice in layout.voices if voice.track.is_drum):
        shades = shades_of(voice.colour)
        for note in voice.track.notes:
            if note.start_ticks >= end:
                break
            i = max(0, bisect_right(starts, note.start_ticks) - 1)
            left = round(layout.systems[i].x_px(note.start_ticks) * 2)
            row = rows.get(drum_family(note.pitch), 0)
            found[i][left, row] = shades[min(127, max(0, note.velocity)) * LOUDNESS_STEPS // 128]
    return found


def _draw_drums(
    canvas: Canvas,
    layout: Layout,
    system: System,
    hits: Hits,
    language: str,
) -> None:
    chinese = {english: word for english, word, _ in DRUM_FAMILIES} | {"Other": "其他"}
    for row, family in enumerate(layout.drum_rows):
        y = layout.rows.drum + (row + 1) * DRUM_ROW_PX
        label = chinese[family] if language == "zh" else family
        canvas.text(ROLL_X_PX - 10, y - 3, label, 11, MUTED, align="right")
        canvas.box(ROLL_X_PX, y - 0.5, ROLL_X_PX + system.width_px, y + 0.5, BEAT_LINE)
    for (left, row), (fill, outline) in hits.items():
        x, y = ROLL_X_PX + left / 2, layout.rows.drum + row * DRUM_ROW_PX
        canvas.box(x, y + 3, x + 7, y + DRUM_ROW_PX - 3, fill, outline=outline, radius=2.5)


def _draw_axis(canvas: Canvas, layout: Layout, system: System, song: Song) -> None:
    """Bar numbers, as many as fit, new meters, and the time at which the system begins."""
    baseline = layout.rows.axis + 15
    canvas.text(
        ROLL_X_PX - 10, baseline, clock(song.seconds_at(system.start_ticks)), 11, MUTED, align="right"
    )
    step = _bar_step(system)
    for bar in system.bars:
        x = ROLL_X_PX + system.x_px(bar.start_ticks) + 2
        if (bar.number - 1) % step == 0:
            canvas.text(x, baseline, f"{bar.number}", 12, MUTED)
        if bar.is_new_meter:
            meter = f"{bar.meter.numerator}/{bar.meter.denominator}"
            canvas.text(x + text_width_px(f"{bar.number}", 12) + 6, baseline, meter, 12, INK, bold=True)


def _bar_step(system: System) -> int:
    """1, 2, 4, ...: every how many bars a number has room."""
    step = 1
    while step < len(system.bars) and step * system.width_px / len(system.bars) < 30:
        step *= 2
    return step
