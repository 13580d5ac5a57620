"""A piano roll as inline SVG for a page: one endless row that scrolls, and the names of its rows beside it.

What sounds is drawn as strokes, one path for each track and loudness: a song of two minutes takes some 20 kB. Colours
are classes, so that the page's style chooses them for light and for dark paper. Texts that light up while the song
plays say in `data-s` at which second.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import inf

from aoede.formats.general_midi import DRUM_FAMILIES, drum_family
from aoede.formats.lettering import clean, shortened, text_width_px
from aoede.formats.roll_canvas import mix
from aoede.formats.roll_layout import (
    DRUM_ROW_PX,
    GAP_PX,
    ROLE_COLOURS,
    SECTION_PX,
    TRACK_COLOURS,
    Layout,
    System,
    Voice,
)
from aoede.formats.roll_system import (
    OTHER_SECTION_COLOURS,
    SECTION_COLOURS,
    section_colours,
    with_signs,
)
from aoede.formats.section_names import section_label
from aoede.formats.web_page import COLOURS, contrast, text
from aoede.song import Note, Song

LOUDNESS_STEPS = 4
SOFTEST = 0.55  # opacity
NOTE_CONTRAST = 3.0  # of the loudest notes with the paper (WCAG 2.1, 1.4.11)
MAX_NOTES = 50_000  # what begins after so many of them is not drawn
MAX_LABELS = 20_000  # of a kind
BLACK_KEYS = (1, 3, 6, 8, 10)
NAME_PX = 11
CHORD_PX, SYLLABLE_PX = (15, 13, 11, 9), (13, 11, 9)
HIT_PX = 6
WIDER = 1.12  # the widest of the fonts that a page may be set in, beside the one that widths are measured in


def colour_class(colour: str) -> str:
    """The class of what is drawn in a voice's colour."""
    return f"v{colour[1:]}"


def section_class(colour: str) -> str:
    return f"s{colour[1:]}"


def names(layout: Layout) -> str:
    """The octaves and drums at the left of the roll, as a picture of the same height."""
    width, rows = names_width_px(layout), layout.rows
    lines = [_open("names", width, _height_px(layout))]
    for pitch in range(layout.low_pitch, layout.high_pitch + 1):
        if pitch % 12 == 0:
            y = _pitch_y(layout, pitch) + layout.row_px / 2 + 4
            lines.append(f'<text x="{width - 6}" y="{_n(y)}">C{pitch // 12 - 1}</text>')
    chinese = {english: word for english, word, _ in DRUM_FAMILIES} | {"Other": "其他"}
    for i, family in enumerate(layout.drum_rows):
        y = rows.drum + (i + 1) * DRUM_ROW_PX - 3
        lines.append(_in_both(f'x="{width - 6}" y="{y}"', family, chinese[family]))
    return "\n".join([*lines, "</svg>"])


def names_width_px(layout: Layout) -> int:
    return 12 + round(max(text_width_px(name, NAME_PX) for name in ("C4", *layout.drum_rows)))


def roll(song: Song, layout: Layout) -> str:
    """The roll itself: sections, chord symbols, notes, syllables, drums, numbers of bars."""
    (system,) = layout.systems
    return "\n".join(
        [
            _open("notes", round(system.width_px), _height_px(layout)),
            *_grid(layout, system),
            *_sections(song, layout, system),
            *_chords(song, layout, system),
            *_notes(layout, system),
            *_syllables(song, layout, system),
            *_bar_numbers(layout, system),
            "</svg>",
        ]
    )


def corners(song: Song, layout: Layout) -> tuple[list[str], list[str]]:
    """Where the tempo changes: (pixels from the left of the roll, seconds); in between both run evenly."""
    (system,) = layout.systems
    inside = [t.start_ticks for t in song.tempos if 0 < t.start_ticks < system.end_ticks]
    ticks = [0, *inside, system.end_ticks]
    return [_n(system.x_px(t)) for t in ticks], [seconds(s) for s in song.seconds_of(ticks)]


def seconds(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def style() -> str:
    """The rules for all colours that a roll can have, on light and on dark paper."""
    voices = sorted({*ROLE_COLOURS.values(), *TRACK_COLOURS})
    bands = sorted({*SECTION_COLOURS.values(), *OTHER_SECTION_COLOURS})
    sheets = []
    for i, (paper, away) in enumerate(zip(COLOURS["card"], ("#000000", "#FFFFFF"), strict=True)):
        rules = [f".{colour_class(c)}{{--c:{_visible(c, paper, away)}}}" for c in voices]
        rules += [f".{section_class(c)}{{--c:{_dusky(c) if i else c}}}" for c in bands]
        sheets.append("\n".join(rules))
    loudness = "".join(f".q{step}{{stroke-opacity:{_opacity(step)}}}" for step in range(LOUDNESS_STEPS))
    return f"{sheets[0]}\n@media (prefers-color-scheme: dark) {{\n{sheets[1]}\n}}\n{loudness}"


def _dusky(pastel: str) -> str:
    """The same hue for dark paper: how the three channels differ, stretched, on a dark ground."""
    channels = [int(pastel[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{0x2C + 3 * (c - min(channels)) // 2:02X}" for c in channels)


def _opacity(step: int) -> str:
    return f"{SOFTEST + (1 - SOFTEST) * step / (LOUDNESS_STEPS - 1):.2f}"


def _visible(colour: str, paper: str, away: str) -> str:
    """`colour`, moved away from that of the paper as far as it takes to be seen well."""
    moved = (mix(colour, away, step / 20) for step in range(21))
    return next(one for one in moved if contrast(one, paper) >= NOTE_CONTRAST)


def _open(name: str, width: int, height: int) -> str:
    return f'<svg id="{name}" width="{width}" height="{height}" viewBox="0 0 {width} {height}" aria-hidden="true">'


def _height_px(layout: Layout) -> int:
    return layout.rows.height - GAP_PX


def _pitch_y(layout: Layout, pitch: int) -> int:
    return layout.rows.roll + (layout.high_pitch - pitch) * layout.row_px


def _grid(layout: Layout, system: System) -> Iterator[str]:
    """Rows as on a keyboard, then beat and bar lines."""
    rows, width = layout.rows, _n(system.width_px)
    black = [p for p in range(layout.low_pitch, layout.high_pitch + 1) if p % 12 in BLACK_KEYS]
    middles = [_n(_pitch_y(layout, pitch) + layout.row_px / 2) for pitch in black]
    yield _path("black", (f"M0 {y}h{width}" for y in middles), f'stroke-width="{layout.row_px}"')
    lines = [_pitch_y(layout, p) + layout.row_px for p in range(layout.low_pitch, layout.high_pitch + 1)]
    octaves = [
        y for y, p in zip(lines, range(layout.low_pitch, layout.high_pitch + 1), strict=True) if not p % 12
    ]
    drums = (
        [rows.drum + i * DRUM_ROW_PX for i in range(len(layout.drum_rows) + 1)] if layout.drum_rows else []
    )
    yield _path("thin", (f"M0 {y}h{width}" for y in [rows.roll, *octaves, rows.syllable, *drums]))
    upright = f"v{rows.syllable - rows.roll}"
    if layout.drum_rows:
        upright += f"m0 {rows.drum - rows.syllable}v{rows.axis - rows.drum}"
    beats = (
        x for bar in system.bars for x in _beats(bar.start_ticks, bar.meter.numerator, bar.meter.bar_ticks)
    )
    yield _path(
        "thin", (f"M{_n(system.x_px(t))} {rows.roll}{upright}" for t in beats if t < system.end_ticks)
    )
    bars = [*(bar.start_ticks for bar in system.bars), system.end_ticks]
    yield _path("bar", (f"M{_n(system.x_px(t))} {rows.roll}{upright}" for t in bars))


def _beats(start_ticks: int, n_beats: int, bar_ticks: int) -> list[int]:
    return [start_ticks + round(i * bar_ticks / n_beats) for i in range(1, n_beats)] if n_beats <= 16 else []


def _sections(song: Song, layout: Layout, system: System) -> Iterator[str]:
    colours = section_colours(song.sections)
    for section in song.sections[:MAX_LABELS]:
        x, right = system.x_px(section.start_ticks) + 1, system.x_px(section.end_ticks) - 1
        if right <= x:
            continue
        box = f'class="{section_class(colours[section.name])}" x="{_n(x)}" y="0" width="{_n(right - x)}"'
        yield f'<rect {box} height="{SECTION_PX - 2}" rx="4"/>'
        english, chinese = (
            shortened(section_label(clean(section.name), language), right - x - 12, 14, bold=True)
            for language in ("en", "zh")
        )
        yield _in_both(f'x="{_n(x + 8)}" y="16" class="section"', english, chinese)


def _chords(song: Song, layout: Layout, system: System) -> Iterator[str]:
    shown = [c for c in song.chords[:MAX_LABELS] if c.start_ticks < system.end_ticks]
    labels = [(c.start_ticks, with_signs(clean(c.symbol))) for c in shown]
    yield from _timed("chord", song, system, labels, layout.rows.chord + 17, CHORD_PX)


def _syllables(song: Song, layout: Layout, system: System) -> Iterator[str]:
    shown = [s for s in song.syllables[:MAX_LABELS] if s.start_ticks < system.end_ticks]
    labels = [(s.start_ticks, clean(s.text) + "-" * s.joins_next) for s in shown]
    yield from _timed("syllable", song, system, labels, layout.rows.syllable + 17, SYLLABLE_PX)


def _timed(
    name: str,
    song: Song,
    system: System,
    labels: Sequence[tuple[int, str]],
    baseline: float,
    sizes_px: Sequence[int],
) -> Iterator[str]:
    """Labels (ticks, text) on one line, each in the largest of the sizes with which it ends before the next."""
    if not labels:
        return
    starts = [system.x_px(ticks) + 2 for ticks, _ in labels]
    began = song.seconds_of([ticks for ticks, _ in labels])
    yield f'<g font-size="{sizes_px[0]}">'
    for x, right, s, (_, words) in zip(starts, [*starts, inf][1:], began, labels, strict=True):
        fitting = (size for size in sizes_px if x + WIDER * text_width_px(words, size) + 2 <= right)
        size = next(fitting, sizes_px[-1])
        smaller = f' font-size="{size}"' if size != sizes_px[0] else ""
        yield f'<text class="{name}" x="{_n(x)}" y="{baseline}" data-s="{seconds(s)}"{smaller}>{text(words)}</text>'
    yield "</g>"


def _notes(layout: Layout, system: System) -> Iterator[str]:
    """All tracks from back to front, the drums last; a path for each loudness."""
    end_ticks = _end_ticks(layout, system)
    for voice in layout.back_to_front:
        wide = layout.row_px - 1 + (voice.track.role == "melody")
        yield from _strokes(voice, end_ticks, wide, lambda note: _stroke(layout, system, note))
    rows = {family: row for row, family in enumerate(layout.drum_rows)}
    for voice in (voice for voice in layout.voices if voice.track.is_drum):
        yield from _strokes(voice, end_ticks, DRUM_ROW_PX - 6, lambda note: _hit(layout, system, note, rows))


def _end_ticks(layout: Layout, system: System) -> int:
    """Where drawing ends: with the bars, and with as many notes as a page can hold."""
    starts = sorted(note.start_ticks for voice in layout.voices for note in voice.track.notes)
    return min(system.end_ticks, starts[MAX_NOTES]) if len(starts) > MAX_NOTES else system.end_ticks


def _strokes(voice: Voice, end_ticks: int, width_px: int, draw: Callable[[Note], str]) -> Iterator[str]:
    notes = voice.track.notes
    by_loudness: dict[int, list[str]] = {}
    for note in notes[: bisect_left(notes, end_ticks, key=lambda note: note.start_ticks)]:
        step = min(127, max(0, note.velocity)) * LOUDNESS_STEPS // 128
        by_loudness.setdefault(step, []).append(draw(note))
    yield f'<g class="{colour_class(voice.colour)}" stroke-width="{width_px}">'
    for step, strokes in sorted(by_loudness.items()):
        yield _path(f"q{step}", dict.fromkeys(strokes))
    yield "</g>"


def _stroke(layout: Layout, system: System, note: Note) -> str:
    """A note: a hair stays free before the next."""
    x = system.x_px(note.start_ticks)
    length = max(1.5, system.x_px(note.end_ticks) - x - 1)
    return f"M{_n(x)} {_n(_pitch_y(layout, note.pitch) + layout.row_px / 2)}h{_n(length)}"


def _hit(layout: Layout, system: System, note: Note, rows: Mapping[str, int]) -> str:
    y = layout.rows.drum + (rows.get(drum_family(note.pitch), 0) + 0.5) * DRUM_ROW_PX
    return f"M{_n(system.x_px(note.start_ticks))} {_n(y)}h{HIT_PX}"


def _bar_numbers(layout: Layout, system: System) -> Iterator[str]:
    """Numbers of bars, as many as fit, and new meters."""
    baseline, room = layout.rows.axis + 15, 30.0
    free = 0.0
    yield '<g class="numbers">'
    for bar in system.bars:
        x = system.x_px(bar.start_ticks) + 2
        meter = f" {bar.meter.numerator}/{bar.meter.denominator}" if bar.is_new_meter else ""
        if x >= free or meter:
            yield f'<text x="{_n(x)}" y="{baseline}">{bar.number}{meter}</text>'
            free = x + room
    yield "</g>"


def _path(name: str, strokes: Iterable[str], more: str = "") -> str:
    return f'<path class="{name}" {more}{" " * bool(more)}d="{"".join(strokes)}"/>'


def _in_both(attributes: str, english: str, chinese: str) -> str:
    """A text in two languages, of which the page shows one."""
    return (
        f'<g class="en"><text {attributes}>{text(english)}</text></g>'
        f'<g class="zh"><text {attributes}>{text(chinese)}</text></g>'
    )


def _n(value: float) -> str:
    """A length in pixels, to a tenth."""
    return f"{value:.1f}".removesuffix(".0")
