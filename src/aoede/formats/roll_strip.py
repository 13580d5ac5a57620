"""Samples of a training from early to late as one picture (PNG): a row a sample, all on one scale of time and pitch.

Time runs to the right, pitch upwards. The highest note at each moment has another colour than those below it, so
that one sees a melody part from its harmony.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aoede.errors import InputError
from aoede.formats.lettering import clean, shortened, text_width_px
from aoede.formats.roll_canvas import INK, MUTED, PAPER, Canvas
from aoede.formats.roll_layout import MARGIN_PX
from aoede.formats.roll_system import BAR_LINE, BEAT_LINE, BLACK_ROW, OCTAVE_LINE
from aoede.formats.sheet import check_page, head_px, png, write_head
from aoede.song import TICKS_PER_QUARTER, Note, Song

TOP, BELOW = "#D55E00", "#0072B2"  # Okabe & Ito (2008): vermilion and blue
MAX_ROWS = 64
MAX_NOTES = 20_000  # of a row
MIN_PITCHES = 24
ROW_PX, MAX_PITCH_PX, MIN_PITCH_PX = 130, 5, 2
NAMES_PX, OCTAVES_PX, GAP_PX = 104, 28, 14
LEGEND_PX = 30
MIN_BAR_PX, MIN_BEAT_PX = 6, 8  # lines that would stand closer are left out
BLACK_KEYS = (1, 3, 6, 8, 10)
WORDS = {
    "en": {"top": "the highest note", "below": "the notes below it", "empty": "silence"},
    "zh": {"top": "最高音", "below": "其下的音", "empty": "无声"},
}


@dataclass(frozen=True)
class Row:
    label: str  # such as "step 1,200"
    figure: str  # such as "6.31", or ""
    song: Song


@dataclass(frozen=True)
class _Scale:
    """What all rows share."""

    left: int
    px_a_tick: float
    end_ticks: int
    low_pitch: int
    high_pitch: int
    pitch_px: int

    @property
    def height_px(self) -> int:
        return (self.high_pitch - self.low_pitch + 1) * self.pitch_px

    @property
    def right(self) -> float:
        return self.left + self.end_ticks * self.px_a_tick

    def x(self, ticks: int) -> float:
        return self.left + min(ticks, self.end_ticks) * self.px_a_tick

    def y(self, pitch: int) -> int:
        """Top of a pitch, from the top of its row."""
        return (self.high_pitch - pitch) * self.pitch_px


def to_bytes(
    rows: Sequence[Row],
    *,
    title: str,
    subtitle: str = "",
    width_px: int = 1200,
    language: str = "en",
    comment: str = "",
) -> bytes:
    """The rows from top to bottom, a PNG; the same rows give the same bytes.

    Drums are left out, and of a row what comes after its first 20,000 notes. `comment` is kept in the file.
    Raises InputError for no rows or more than 64, UsageError for a page that cannot be drawn.
    """
    check_page(width_px, language)
    if not 1 <= len(rows) <= MAX_ROWS:
        raise InputError(f"a strip has 1 to {MAX_ROWS} rows, not {len(rows)}")
    notes = [_notes(row.song) for row in rows]
    scale = _scale(rows, notes, width_px)
    top = head_px(subtitle) + LEGEND_PX
    canvas = Canvas(width_px, top + len(rows) * (scale.height_px + GAP_PX) - GAP_PX + MARGIN_PX)
    write_head(canvas, width_px, title, subtitle)
    _draw_legend(canvas, head_px(subtitle) - 2, WORDS[language])
    for i, row in enumerate(rows):
        y = top + i * (scale.height_px + GAP_PX)
        _draw_grid(canvas, scale, y, row.song)
        _draw_notes(canvas, scale, y, notes[i])
        _draw_labels(canvas, scale, y, row, "" if notes[i] else WORDS[language]["empty"])
    return png(canvas.finished(), title, comment)


def _notes(song: Song) -> list[Note]:
    pitched = (note for track in song.tracks if not track.is_drum for note in track.notes)
    return sorted(pitched)[:MAX_NOTES]


def _scale(rows: Sequence[Row], notes: Sequence[Sequence[Note]], width_px: int) -> _Scale:
    """As long as the longest song in whole bars, as high as all notes of all rows and a little more."""
    left = MARGIN_PX + NAMES_PX + OCTAVES_PX
    bars = [(row.song.end_ticks, row.song.meters[0].bar_ticks) for row in rows]
    end_ticks = max(max(1, -(-end // bar)) * bar for end, bar in bars)
    pitches = [note.pitch for row in notes for note in row] or [60]
    low, high = min(pitches) - 1, max(pitches) + 1
    missing = max(0, MIN_PITCHES - (high - low + 1))
    low, high = max(0, low - missing // 2), min(127, high + (missing + 1) // 2)
    pitch_px = min(MAX_PITCH_PX, max(MIN_PITCH_PX, ROW_PX // (high - low + 1)))
    return _Scale(left, (width_px - MARGIN_PX - left) / end_ticks, end_ticks, low, high, pitch_px)


def are_highest(notes: Sequence[Note]) -> list[bool]:
    """Of each note (sorted by start), whether none that sounds when it begins is higher."""
    found: list[bool] = []
    sounding: list[tuple[int, int]] = []  # a heap of (-pitch, end)
    for group in _together(notes):
        start = group[0].start_ticks
        for note in group:
            heapq.heappush(sounding, (-note.pitch, note.end_ticks))
        while sounding[0][1] <= start:
            heapq.heappop(sounding)
        found += [note.pitch == -sounding[0][0] for note in group]
    return found


def _together(notes: Sequence[Note]) -> Iterator[list[Note]]:
    """The notes in groups that begin together."""
    group: list[Note] = []
    for note in notes:
        if group and note.start_ticks != group[0].start_ticks:
            yield group
            group = []
        group.append(note)
    if group:
        yield group


def _draw_grid(canvas: Canvas, scale: _Scale, top: int, song: Song) -> None:
    bottom = top + scale.height_px
    for pitch in range(scale.low_pitch, scale.high_pitch + 1):
        y = top + scale.y(pitch)
        if pitch % 12 in BLACK_KEYS:
            canvas.box(scale.left, y, scale.right, y + scale.pitch_px, BLACK_ROW)
        if pitch % 12 == 0:
            below = y + scale.pitch_px
            canvas.box(scale.left, below - 0.5, scale.right, below + 0.5, OCTAVE_LINE)
            canvas.text(scale.left - 6, below + 1, f"C{pitch // 12 - 1}", 10, MUTED, align="right")
    bar_ticks = song.meters[0].bar_ticks
    for step_ticks, least_px, colour in (
        (TICKS_PER_QUARTER, MIN_BEAT_PX, BEAT_LINE),
        (bar_ticks, MIN_BAR_PX, BAR_LINE),
    ):
        if step_ticks * scale.px_a_tick >= least_px:
            for ticks in range(0, scale.end_ticks + 1, step_ticks):
                canvas.box(scale.x(ticks) - 0.5, top, scale.x(ticks) + 0.5, bottom, colour)
    for y in (top, bottom):
        canvas.box(scale.left - 0.5, y - 0.5, scale.right + 0.5, y + 0.5, BAR_LINE)


def _draw_notes(canvas: Canvas, scale: _Scale, top: int, notes: Sequence[Note]) -> None:
    """The highest ones over the others; a hair stays free before the next."""
    highest = are_highest(notes)
    for wanted, colour in ((False, BELOW), (True, TOP)):
        for note, is_highest in zip(notes, highest, strict=True):
            if is_highest == wanted:
                left, right = scale.x(note.start_ticks), scale.x(note.end_ticks)
                y = top + scale.y(note.pitch)
                canvas.box(left, y, max(left + 1, right - 1), y + scale.pitch_px, colour)


def _draw_labels(canvas: Canvas, scale: _Scale, top: int, row: Row, remark: str) -> None:
    baseline = top + min(26, scale.height_px // 2)
    label = shortened(clean(row.label), NAMES_PX, 15, bold=True)
    canvas.text(MARGIN_PX, baseline, label, 15, INK, bold=True)
    canvas.text(MARGIN_PX, baseline + 20, shortened(clean(row.figure), NAMES_PX, 15), 15, MUTED)
    if remark:
        middle = (scale.left + scale.right) / 2
        canvas.text(middle, top + scale.height_px / 2 + 5, remark, 14, MUTED, align="centre")


def _draw_legend(canvas: Canvas, top: int, words: dict[str, str]) -> None:
    x = float(MARGIN_PX)
    for colour, told in ((TOP, words["top"]), (BELOW, words["below"])):
        canvas.box(x, top - 11, x + 20, top, colour, outline=PAPER, radius=3)
        canvas.text(x + 27, top, told, 14)
        x += 27 + text_width_px(told, 14) + 30
