"""Where things stand in a piano-roll picture, before anything is drawn: bars, systems, colours, rows.

A system is one row of bars across the page, as in a score. All positions in ticks are the song's.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from statistics import median, quantiles

from aoede.formats.general_midi import DRUM_FAMILIES, drum_family, program_name
from aoede.formats.lettering import clean, text_width_px
from aoede.song import TICKS_PER_QUARTER, Meter, Note, Song, Track

# Okabe & Ito (2008), "Color universal design": distinguishable with every kind of colour vision.
ROLE_COLOURS = {
    "melody": "#D55E00",
    "chords": "#56B4E9",
    "bass": "#009E73",
    "colour": "#CC79A7",
    "drums": "#5B6472",
}
TRACK_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C6D46", "#7A5195")
BACK_TO_FRONT = ("chords", "", "colour", "bass", "melody")

MARGIN_PX = 40
ROLL_X_PX = MARGIN_PX + 86  # names and keyboard stand between the margin and the roll
MAX_BARS_A_SYSTEM = 16
NEAT_BAR_COUNTS = (16, 12, 8, 6, 4, 3, 2, 1)
SHORT_NOTE_PX = 5.0  # a short note (10th percentile) is at least this wide while systems can be shorter
SQUEEZE = 1.1  # a neat number of bars is worth that much less room than wished for
MAX_NEED_PX = 90.0  # a quarter note gets no more than this for the sake of short notes and words
MAX_QUARTER_PX = 120.0
CHORD_SIZES_PX = (15, 13, 11)  # the largest with which all symbols of a system fit
SYLLABLE_SIZES_PX = (13, 11)
SECTION_PX, CHORD_PX, SYLLABLE_PX, DRUM_ROW_PX, AXIS_PX, GAP_PX = 24, 24, 24, 14, 20, 26
ROLL_PX = 400  # the height that the pitches of one system share
MIN_PITCHES = 22
MAX_DRUM_ROWS = 10
SAMPLE = 4000  # notes, chords or syllables that are looked at to choose the scale
# of a roll in one row, on a page that scrolls
ONE_ROW_PX = 330  # the height that its pitches share
MIN_QUARTER_PX, MAX_ROW_QUARTER_PX = 24.0, 64.0
MAX_ROW_WIDTH_PX = 120_000
MAX_ROW_BARS = 4000


@dataclass(frozen=True, slots=True)
class Bar:
    number: int  # from 1
    start_ticks: int
    end_ticks: int
    meter: Meter
    is_new_meter: bool


@dataclass(frozen=True)
class System:
    bars: tuple[Bar, ...]
    px_a_tick: float

    @property
    def start_ticks(self) -> int:
        return self.bars[0].start_ticks

    @property
    def end_ticks(self) -> int:
        return self.bars[-1].end_ticks

    def x_px(self, ticks: int) -> float:
        """Distance of a moment from the left edge of the roll; moments outside lie on its edges."""
        inside = min(max(ticks, self.start_ticks), self.end_ticks)
        return (inside - self.start_ticks) * self.px_a_tick

    @property
    def width_px(self) -> float:
        return self.x_px(self.end_ticks)


@dataclass(frozen=True)
class Voice:
    """A track with notes, and how it is shown. Later voices are drawn over earlier ones."""

    label: str
    colour: str
    track: Track


@dataclass(frozen=True)
class Rows:
    """Distances in pixels from the top of a system to what it consists of, and its height."""

    section: int
    chord: int
    roll: int
    syllable: int
    drum: int
    axis: int
    height: int


@dataclass(frozen=True)
class Layout:
    voices: tuple[Voice, ...]  # in the order of the song's tracks
    systems: tuple[System, ...]
    n_bars: int  # of the whole song
    n_bars_shown: int
    low_pitch: int
    high_pitch: int
    row_px: int  # height of one semitone
    drum_rows: tuple[str, ...]  # families from top to bottom
    rows: Rows

    @property
    def back_to_front(self) -> list[Voice]:
        order = {role: i for i, role in enumerate(BACK_TO_FRONT)}
        pitched = [voice for voice in self.voices if not voice.track.is_drum]
        return sorted(pitched, key=lambda voice: order.get(voice.track.role, 1))


def lay_out(song: Song, roll_width_px: float, max_height_px: int, language: str) -> Layout:
    """The layout of `song`, or of its first bars where all its systems together exceed `max_height_px`."""
    voices = _voices(song, language)
    low, high = _pitch_range([n.pitch for v in voices if not v.track.is_drum for n in v.track.notes])
    row_px = min(10, max(4, ROLL_PX // (high - low + 1)))
    drum_rows = _drum_rows([v.track for v in voices if v.track.is_drum])
    rows = _rows(song, (high - low + 1) * row_px, len(drum_rows))
    max_systems = max(1, max_height_px // rows.height)
    n_bars = bar_count(song)
    bars = tuple(islice(bars_of(song), max_systems * MAX_BARS_A_SYSTEM))
    a_system = _bars_a_system(_quarter_px(song), bars, roll_width_px, n_bars, max_systems)
    bars = bars[: a_system * max_systems]
    chunks = [bars[i : i + a_system] for i in range(0, len(bars), a_system)]
    systems = _scaled(chunks, roll_width_px)
    return Layout(voices, systems, n_bars, len(bars), low, high, row_px, drum_rows, rows)


def in_one_row(song: Song, language: str) -> Layout:
    """The layout of `song`, or of its first 4,000 bars, as a single system however long it is."""
    voices = _voices(song, language)
    low, high = _pitch_range([n.pitch for v in voices if not v.track.is_drum for n in v.track.notes])
    row_px = min(10, max(4, ONE_ROW_PX // (high - low + 1)))
    drum_rows = _drum_rows([v.track for v in voices if v.track.is_drum])
    bars = tuple(islice(bars_of(song), MAX_ROW_BARS))
    quarter_px = min(MAX_ROW_QUARTER_PX, max(MIN_QUARTER_PX, _quarter_px(song)))
    n_ticks = bars[-1].end_ticks - bars[0].start_ticks
    row = System(bars, min(quarter_px / TICKS_PER_QUARTER, MAX_ROW_WIDTH_PX / n_ticks))
    rows = _rows(song, (high - low + 1) * row_px, len(drum_rows))
    return Layout(voices, (row,), bar_count(song), len(bars), low, high, row_px, drum_rows, rows)


def _rows(song: Song, roll_px: int, n_drum_rows: int) -> Rows:
    """Sections, chords, roll, words, drums, axis from top to bottom; what the song lacks takes no room."""
    chord = SECTION_PX + 2 if song.sections else 0
    roll = chord + (CHORD_PX if song.chords else 4)
    syllable = roll + roll_px
    drum = syllable + (SYLLABLE_PX if song.syllables else 6)
    axis = drum + n_drum_rows * DRUM_ROW_PX
    return Rows(0, chord, roll, syllable, drum, axis, axis + AXIS_PX + GAP_PX)


def bar_count(song: Song) -> int:
    """How many bars the song has; at least one."""
    return sum(-(-(end - meter.start_ticks) // meter.bar_ticks) for meter, end in _meter_spans(song))


def bars_of(song: Song) -> Iterator[Bar]:
    """The bars one by one, so that the first ones of an endless song cost nothing."""
    number, song_end = 0, _end(song)
    for meter, end in _meter_spans(song):
        for start in range(meter.start_ticks, end, meter.bar_ticks):
            number += 1
            is_new = start == meter.start_ticks and number > 1
            last = start + meter.bar_ticks
            yield Bar(number, start, last if end == song_end else min(last, end), meter, is_new)


def _end(song: Song) -> int:
    return max(1, song.end_ticks)


def _meter_spans(song: Song) -> list[tuple[Meter, int]]:
    """Each meter that sounds, with the tick at which it ends."""
    song_end = _end(song)
    ends = [min(meter.start_ticks, song_end) for meter in song.meters[1:]] + [song_end]
    return [(m, end) for m, end in zip(song.meters, ends, strict=True) if end > m.start_ticks]


def _voices(song: Song, language: str) -> tuple[Voice, ...]:
    tracks = [track for track in song.tracks if track.notes]
    return tuple(
        Voice(_label(track, song.title, language), colour, track)
        for track, colour in zip(tracks, track_colours(tracks), strict=True)
    )


def track_colours(tracks: Iterable[Track]) -> list[str]:
    """The colour of each track: that of its role, or where another has that already one that few have."""
    colours: list[str] = []
    used: Counter[str] = Counter()
    for track in tracks:
        colour = ROLE_COLOURS["drums" if track.is_drum else track.role] if _has_role(track) else ""
        if not colour or used[colour]:
            colour = min(TRACK_COLOURS, key=lambda c: used[c]) if not track.is_drum else colour
        used[colour] += 1
        colours.append(colour)
    return colours


def _has_role(track: Track) -> bool:
    return track.is_drum or track.role in ROLE_COLOURS


ROLE_WORDS = {
    "en": {"melody": "Melody", "chords": "Chords", "bass": "Bass", "colour": "Colour", "drums": "Drums"},
    "zh": {"melody": "旋律", "chords": "和弦", "bass": "贝斯", "colour": "色彩", "drums": "鼓"},
}


def _label(track: Track, title: str, language: str) -> str:
    """ "Melody · Flute"; for a track without a role its own name and its instrument."""
    if track.is_drum:
        return ROLE_WORDS[language]["drums"]
    name = ROLE_WORDS[language].get(track.role) or clean(track.name)
    instrument = program_name(track.program, language)
    says_more = name and name.lower() != instrument.lower() and name != clean(title)
    return f"{name} · {instrument}" if says_more else instrument


def _pitch_range(pitches: list[int]) -> tuple[int, int]:
    """Lowest and highest row: the notes' own with two semitones around, and at least 22 rows."""
    low, high = (min(pitches) - 2, max(pitches) + 2) if pitches else (55, 76)
    missing = max(0, MIN_PITCHES - (high - low + 1))
    low, high = low - missing // 2, high + (missing + 1) // 2
    return max(0, low), min(127, high)


def _drum_rows(tracks: list[Track]) -> tuple[str, ...]:
    counts = Counter(drum_family(note.pitch) for track in tracks for note in track.notes)
    kept = {family for family, _ in counts.most_common(MAX_DRUM_ROWS - 1)}
    rows = [family for family, *_ in DRUM_FAMILIES if family in kept]
    return ("Other", *rows) if set(counts) - set(rows) else tuple(rows)


def _quarter_px(song: Song) -> float:
    """Pixels a quarter note needs so that short notes stay visible and words do not collide."""
    needs = [0.0]
    lengths = [note.duration_ticks for note in _sample(song)]
    if len(lengths) > 1:
        needs.append(SHORT_NOTE_PX / max(1.0, quantiles(lengths, n=10)[0]))
    for starts, texts, size in (
        ([c.start_ticks for c in song.chords], [c.symbol for c in song.chords], CHORD_SIZES_PX[1]),
        ([s.start_ticks for s in song.syllables], [s.text for s in song.syllables], SYLLABLE_SIZES_PX[0]),
    ):
        needs.append(_label_need(starts[:SAMPLE], texts[:SAMPLE], size))
    return min(MAX_NEED_PX, max(needs) * TICKS_PER_QUARTER)


def _label_need(starts: list[int], texts: list[str], size_px: int) -> float:
    """Pixels a tick with which four of five labels end before the next begins (others move or shrink)."""
    gaps = [(a, b - a, text) for a, b, text in zip(starts, starts[1:], texts, strict=False) if b > a]
    needs = sorted((text_width_px(clean(text), size_px) + 5) / gap for _, gap, text in gaps)
    return needs[int(0.8 * (len(needs) - 1))] if needs else 0.0


def _sample(song: Song) -> list[Note]:
    notes = [note for track in song.tracks if not track.is_drum for note in track.notes]
    return notes[:: max(1, len(notes) // SAMPLE)]


def _bars_a_system(
    quarter_px: float, bars: tuple[Bar, ...], width_px: float, n_bars: int, max_systems: int
) -> int:
    bar_ticks = median(bar.end_ticks - bar.start_ticks for bar in bars)
    bar_px = max(quarter_px * bar_ticks / TICKS_PER_QUARTER, width_px / MAX_BARS_A_SYSTEM)
    fitting = next((n for n in NEAT_BAR_COUNTS if n * bar_px <= width_px * SQUEEZE), 1)
    most = min(MAX_BARS_A_SYSTEM, max(fitting, -(-n_bars // max_systems)))  # thinner notes before a cut
    n_systems = -(-n_bars // most)
    even = -(-n_bars // n_systems)
    step = 4 if most >= 8 else 2 if most >= 4 else 1
    return min(most, n_bars, -(-even // step) * step)


def _scaled(chunks: list[tuple[Bar, ...]], width_px: float) -> tuple[System, ...]:
    """One scale for all systems; only one that would not fit is compressed, and a short song not blown up."""
    own = [width_px / (chunk[-1].end_ticks - chunk[0].start_ticks) for chunk in chunks]
    full = own if len(own) == 1 else own[:-1]
    usual = min(median(full), MAX_QUARTER_PX / TICKS_PER_QUARTER)
    return tuple(System(chunk, min(scale, usual)) for chunk, scale in zip(chunks, own, strict=True))


def clock(seconds: float) -> str:
    """1:20, or 24:00:00 from an hour on."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
