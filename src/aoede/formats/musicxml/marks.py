"""What stands over the staff for all players: sections, tempos, chord symbols; by bar, with its place in it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element, SubElement

from aoede.formats.musicxml.bars import Bars, is_compound
from aoede.formats.musicxml.chords import MAX_SYMBOL_CHARS, harmony
from aoede.formats.musicxml.rhythm import Grid
from aoede.formats.section_names import section_label
from aoede.song import TICKS_PER_QUARTER, Meter, Section, Song, Tempo

Mark = tuple[int, Element]  # ticks from the beginning of its bar
NEAR_TICKS = 4 * TICKS_PER_QUARTER  # tempos that follow each other sooner are one gradual change
MIN_RUN = 3  # tempos that make a gradual change
MIN_CHANGE = 0.03  # of the tempo last written: smaller ones are only played


def marks_of(song: Song, bars: Bars, grid: Grid, language: str) -> dict[int, list[Mark]]:
    """{number of a bar: its marks from left to right}."""
    marks: dict[int, list[Mark]] = defaultdict(list)
    for section in song.sections:
        marks[bars.nearest_line(section.start_ticks)].append((0, _rehearsal(section, language)))
    for ticks, element in _tempo_marks(song.tempos, bars):
        i, offset = bars.at_paper(grid.place(ticks))
        marks[i].append((offset, element))
    before = ""
    section_starts = {section.start_ticks for section in song.sections}
    for chord in song.chords:
        symbol = readable(chord.symbol)[:MAX_SYMBOL_CHARS]
        if symbol and (symbol != before or chord.start_ticks in section_starts):
            i, offset = bars.at_paper(grid.place(chord.start_ticks))
            marks[i].append((offset, harmony(symbol)))
        before = symbol
    return {i: sorted(found, key=lambda mark: mark[0]) for i, found in marks.items()}


def readable(text: str) -> str:
    """`text` on one line, with only what XML may hold."""
    kept = (char for char in text if _is_xml(ord(char)))
    return " ".join("".join(kept).split())


def _is_xml(code: int) -> bool:
    """The characters of XML 1.0, without the C1 controls, which it may hold but nobody can see."""
    is_low = code in (0x9, 0xA, 0xD) or 0x20 <= code < 0x7F
    return is_low or 0xA0 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


def _rehearsal(section: Section, language: str) -> Element:
    direction = Element("direction", placement="above")
    kind = SubElement(direction, "direction-type")
    SubElement(kind, "rehearsal").text = section_label(readable(section.name), language)
    return direction


def _tempo_marks(tempos: Sequence[Tempo], bars: Bars) -> Iterator[tuple[int, Element]]:
    """A metronome mark for each lasting tempo; gradual changes are told in a word and played step by step."""
    written: Tempo | None = None
    for run in _runs(tempos):
        is_gradual = len(run) >= MIN_RUN
        for k, tempo in enumerate(run):
            is_far = written is None or tempo.start_ticks - written.start_ticks >= NEAR_TICKS
            differs = written is None or abs(tempo.bpm / written.bpm - 1) >= MIN_CHANGE
            if is_gradual and k == 0 and is_far:
                word = "rit." if run[-1].bpm < run[0].bpm else "accel."
                yield tempo.start_ticks, _words(word, tempo.bpm)
            elif not is_gradual and is_far and differs:
                meter = bars.bars[bars.at(tempo.start_ticks)[0]].meter
                yield tempo.start_ticks, _metronome(tempo.bpm, meter)
                written = tempo
            else:
                yield tempo.start_ticks, Element("sound", tempo=_number(tempo.bpm))


def _runs(tempos: Sequence[Tempo]) -> Iterator[list[Tempo]]:
    """Tempos that follow each other closely in one direction, together."""
    run: list[Tempo] = []
    for before, tempo in zip([None, *tempos], tempos, strict=False):
        is_close = bool(run) and tempo.start_ticks - run[-1].start_ticks < NEAR_TICKS
        if is_close and before is not None and len(run) > 1:
            is_close = (run[-1].bpm < run[-2].bpm) == (tempo.bpm < before.bpm)
        if run and not is_close:
            yield run
            run = []
        run.append(tempo)
    if run:
        yield run


def _words(word: str, bpm: float) -> Element:
    direction = Element("direction", placement="above")
    SubElement(SubElement(direction, "direction-type"), "words", {"font-style": "italic"}).text = word
    SubElement(direction, "sound", tempo=_number(bpm))
    return direction


def _metronome(bpm: float, meter: Meter) -> Element:
    """The tempo in the beats of the meter: halves in 2/2, dotted quarters in 6/8, else quarters."""
    unit, quarters = "quarter", 1.0
    if meter.denominator == 2:
        unit, quarters = "half", 2.0
    elif is_compound(meter) and meter.denominator == 8:
        quarters = 1.5
    direction = Element("direction", placement="above")
    metronome = SubElement(SubElement(direction, "direction-type"), "metronome", parentheses="no")
    SubElement(metronome, "beat-unit").text = unit
    if quarters == 1.5:
        SubElement(metronome, "beat-unit-dot")
    SubElement(metronome, "per-minute").text = f"{bpm / quarters:.0f}"
    SubElement(direction, "sound", tempo=_number(bpm))
    return direction


def _number(value: float) -> str:
    """At most three decimals, and no exponent, which XML's decimals have not."""
    return f"{value:.3f}".rstrip("0").rstrip(".")


def add_offset(element: Element, ticks: int) -> Element:
    """The mark, standing `ticks` after the note that it is written before."""
    if ticks:
        place = len(element.findall("direction-type")) or len(element)
        offset = Element("offset")
        offset.text = str(ticks)
        element.insert(place, offset)
    return element
