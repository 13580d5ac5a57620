"""Note values: played notes -> what a score writes for them.

A performance has ticks; a score has quarters, dots, ties and triplets. Onsets go to the nearest sixteenth or, in
beats where that fits better, to the nearest eighth triplet. Ends are read with more freedom: players leave a note
early, so a note lasts to the next simple place, and a short gap before the next note is no rest.

Then each note is cut at bar lines and into values that show where the beats are (Gardner Read, "Music Notation",
1979, chapter 6: a value may hide a beat, not a stronger one). Of all such cuts the one with the fewest pieces is
taken, and of these the one that cuts at the strongest beats, late rather than early. Times in this module are those
of the paper.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise, zip_longest

from aoede.formats.musicxml.bars import SIXTEENTH, WHOLE, Bar, Bars, groups_of, is_compound, step_of
from aoede.song import TICKS_PER_QUARTER as QUARTER
from aoede.song import Meter, Note

EIGHTH, TRIPLET = QUARTER // 2, QUARTER // 3
EXACT_TICKS = 8  # an end this near to the grid is meant so
_TRIPLET_GAIN_TICKS = 10  # by which triplets must fit a beat better
_LATE_TICKS = 48  # so late at most after a beat is a note left
_EARLY_TICKS, _EARLY_SHARE = (
    100,
    0.25,
)  # ticks, share of its length: so early at most is a note left; more counts
_GAP_SHARE = 0.25  # of the time to the next note: a shorter gap is a player's breath, no rest,
_DETACHED_SHARE = 0.4  # and where the next note is a half away at most, a shorter one is a way of playing

# Note values in ticks, with their names and dots.
VALUES: dict[int, tuple[str, int]] = {
    WHOLE * 3 // 2: ("whole", 1), WHOLE: ("whole", 0),
    1440: ("half", 1), 960: ("half", 0), 720: ("quarter", 1), 480: ("quarter", 0),
    360: ("eighth", 1), 240: ("eighth", 0), 180: ("16th", 1), 120: ("16th", 0), 60: ("32nd", 0),
}  # fmt: skip
TRIPLET_VALUES = {TRIPLET: ("eighth", 0), 2 * TRIPLET: ("quarter", 0)}


@dataclass(frozen=True)
class Sound:
    """What sounds together over [start_ticks, end_ticks) on the paper."""

    start_ticks: int
    end_ticks: int
    notes: tuple[Note, ...]  # as played, one a pitch, from low to high


@dataclass(frozen=True, slots=True)
class Piece:
    """One written note, chord or rest."""

    offset_ticks: int  # from the beginning of its bar
    duration_ticks: int
    value: str  # "quarter", ...; "" for the rest that fills a bar whatever its length
    dots: int = 0
    is_triplet: bool = False
    sound: int | None = None  # number of the sound that it belongs to; None is a rest
    is_first: bool = True  # of its sound's pieces
    is_last: bool = True


class Grid:
    """Where the moments of a song go on the paper: the nearest place of each bar's grid."""

    def __init__(self, bars: Bars, onsets_ticks: Sequence[int]) -> None:
        self.bars = bars
        self.triplet_beats = self._triplet_beats(onsets_ticks)

    def _triplet_beats(self, onsets_ticks: Sequence[int]) -> frozenset[int]:
        """The beginnings, on the paper, of the quarters that are better divided by three."""
        by_beat: dict[int, list[int]] = defaultdict(list)
        for onset in onsets_ticks:
            i, offset = self.bars.at(onset)
            bar, beat = self.bars.bars[i], offset - offset % QUARTER
            if bar.meter.denominator <= 4 and beat + QUARTER <= bar.length_ticks:
                by_beat[bar.paper_ticks + beat].append(offset - beat)
        return frozenset(beat for beat, offsets in by_beat.items() if _is_triplet(offsets))

    def place(self, ticks: int) -> int:
        """The place on the paper nearest to a moment of the song."""
        i, offset = self.bars.at(ticks)
        return self._nearest(self.bars.bars[i], offset)

    def onset(self, ticks: int) -> int:
        """The place nearest to a moment at which a note begins: the end of the score is none."""
        place, end = self.place(ticks), self.bars.paper_end
        if place < end:
            return place
        return end - (TRIPLET if end - QUARTER in self.triplet_beats else self.bars.bars[-1].step_ticks)

    def _nearest(self, bar: Bar, offset: int) -> int:
        beat = offset - offset % QUARTER
        if bar.paper_ticks + beat in self.triplet_beats:
            return bar.paper_ticks + beat + _rounded(offset - beat, TRIPLET)
        return bar.paper_ticks + min(_rounded(offset, bar.step_ticks), bar.length_ticks)

    def end_place(self, start: int, end: int) -> int:
        """The place for the end of a note that is played over [start, end): the next simple one if it is near."""
        i, offset = self.bars.at(end)
        bar = self.bars.bars[i]
        nearest, begin = self._nearest(bar, offset), self.onset(start)
        is_simple = nearest - begin < QUARTER or nearest - begin in VALUES
        is_simple = is_simple or (nearest - bar.paper_ticks) % EIGHTH == 0
        is_exact = is_simple and abs(nearest - bar.paper_ticks - offset) <= EXACT_TICKS
        if is_exact or bar.paper_ticks + offset - offset % QUARTER in self.triplet_beats:
            return nearest
        allowed = max(_EARLY_TICKS, _EARLY_SHARE * (end - start))
        beat = 3 * EIGHTH if is_compound(bar.meter) else QUARTER
        candidates: list[tuple[int, float]] = [(offset // beat * beat, _LATE_TICKS)]
        candidates += [(-(-offset // step) * step, allowed) for step in (beat, EIGHTH)]
        candidates.append((_rounded(offset, EIGHTH), SIXTEENTH // 2))
        for place, limit in candidates:
            is_near = abs(place - offset) <= limit and place <= bar.length_ticks
            if is_near and bar.paper_ticks + place > begin and bar.step_ticks < EIGHTH:
                return bar.paper_ticks + place
        return nearest

    def beat_of(self, place: int) -> tuple[int, int]:
        """Begin and end, on the paper, of the beat in which a place lies."""
        i, offset = self.bars.at_paper(place)
        bar = self.bars.bars[i]
        lines = beat_lines(bar.meter)
        k = bisect_right(lines, offset) - 1
        end = lines[k + 1] if k + 1 < len(lines) else bar.length_ticks
        return bar.paper_ticks + lines[k], bar.paper_ticks + min(end, bar.length_ticks)


@lru_cache(maxsize=256)
def beat_lines(meter: Meter) -> tuple[int, ...]:
    """Where the beats of a bar begin, ending with its end: quarters, or groups of shorter units."""
    if meter.denominator <= 4:
        return tuple(range(0, meter.bar_ticks + 1, QUARTER))
    return (0, *accumulate(groups_of(meter)))


def _rounded(value: int, step: int) -> int:
    return (value + step // 2) // step * step


def _is_triplet(offsets: Sequence[int]) -> bool:
    """Whether onsets at these ticks after a beat lie nearer to its thirds than to its quarters."""

    def misfit(step: int) -> tuple[int, int]:
        places = [_rounded(offset, step) for offset in offsets]
        distance = sum(abs(place - offset) for place, offset in zip(places, offsets, strict=True))
        return -len(set(places)), distance + (_TRIPLET_GAIN_TICKS if step == TRIPLET else 0)

    return misfit(TRIPLET) < misfit(SIXTEENTH)


def sounds_of(notes: Sequence[Note], grid: Grid, *, n_voices: int, is_held: bool = True) -> list[Sound]:
    """The notes as sounds one after another, none over the next; of those together the `n_voices` highest.

    With `is_held` false they last no longer than their beat, as drums are written.
    """
    by_place: dict[int, dict[int, Note]] = defaultdict(dict)
    for note in notes:
        together = by_place[grid.onset(note.start_ticks)]
        held = together.get(note.pitch)
        if held is None or note.duration_ticks > held.duration_ticks:
            together[note.pitch] = note
    starts = sorted(by_place)
    sounds: list[Sound] = []
    for start, following in zip_longest(starts, starts[1:]):
        chosen = _chosen(by_place[start].values(), n_voices)
        end = _end_of(chosen, start, following, grid) if is_held else grid.beat_of(start)[1]
        end = min(end, grid.bars.paper_end if following is None else following)
        sounds.append(Sound(start, end, chosen))
    return sounds


def _chosen(notes: Collection[Note], n_voices: int) -> tuple[Note, ...]:
    """Of notes at one place the `n_voices` highest; of such as follow each other only the longest."""
    kept = (note for note in notes if not any(_replaces(other, note) for other in notes))
    return tuple(sorted(kept, key=lambda note: note.pitch)[-n_voices:])


def _replaces(other: Note, note: Note) -> bool:
    do_follow = other.start_ticks >= note.end_ticks or note.start_ticks >= other.end_ticks
    return do_follow and (other.duration_ticks, other.start_ticks) > (note.duration_ticks, note.start_ticks)


def _end_of(notes: Sequence[Note], start: int, following: int | None, grid: Grid) -> int:
    """Where a sound ends on the paper: its longest note counts, and a short gap before the next sound is no rest."""
    note = max(notes, key=lambda note: note.end_ticks)
    end = grid.end_place(note.start_ticks, note.end_ticks)
    if end <= start:
        i, offset = grid.bars.at_paper(start)
        is_triplet = start - offset % QUARTER in grid.triplet_beats
        end = start + (TRIPLET if is_triplet else grid.bars.bars[i].step_ticks)
    if following is None or end >= following:
        return end
    gap = following - end
    is_exact = abs(note.duration_ticks - (end - start)) <= EXACT_TICKS
    share = (
        _DETACHED_SHARE if following - start in VALUES and following - start <= 2 * QUARTER else _GAP_SHARE
    )
    is_breath = not is_exact and gap < share * (following - start)
    is_short = end - start > SIXTEENTH or (end - start == SIXTEENTH and not is_exact)
    if is_short and gap <= SIXTEENTH and end - start < QUARTER:  # an eighth or a quarter that is played short
        is_breath = grid.bars.at_paper(following)[1] % EIGHTH == 0
    return following if is_breath else end


# ---- from sounds to written values ------------------------------------------------------------


def pieces_of(bar: Bar, sounds: Sequence[Sound], grid: Grid) -> list[Piece]:
    """What is written in `bar`: notes, and rests wherever nothing sounds; they fill it exactly.

    `sounds` are those of the whole part, sorted; `Piece.sound` counts among them.
    """
    begin, end = bar.paper_ticks, bar.paper_ticks + bar.length_ticks
    first = bisect_left(sounds, begin, key=lambda sound: sound.end_ticks)
    spans: list[tuple[int, int, int | None]] = []
    now = begin
    for i in range(first, len(sounds)):
        sound = sounds[i]
        if sound.start_ticks >= end:
            break
        if sound.end_ticks <= begin:
            continue
        start, stop = max(sound.start_ticks, begin), min(sound.end_ticks, end)
        spans += [(now, start, None)] * (start > now)
        spans.append((start, stop, i))
        now = stop
    if not spans:
        return [Piece(0, bar.length_ticks, "")]
    spans += [(now, end, None)] * (end > now)
    return [piece for span in spans for piece in _pieces_of_span(bar, span, sounds, _thirds(bar, spans))]


def _thirds(bar: Bar, spans: Sequence[tuple[int, int, int | None]]) -> frozenset[int]:
    """The beats of a bar, in ticks from its beginning, in which a span begins at a third."""
    starts = [start - bar.paper_ticks for start, _, _ in spans]
    return frozenset(start - start % QUARTER for start in starts if start % QUARTER in TRIPLET_VALUES)


def _pieces_of_span(
    bar: Bar, span: tuple[int, int, int | None], sounds: Sequence[Sound], thirds: frozenset[int]
) -> Iterator[Piece]:
    start, stop, number = span[0] - bar.paper_ticks, span[1] - bar.paper_ticks, span[2]
    cuts = sorted({start, stop, *(c for beat in thirds for c in (beat, beat + QUARTER) if start < c < stop)})
    for a, b in pairwise(cuts):
        is_triplet = a - a % QUARTER in thirds and b - a < QUARTER
        values = ((b - a, *TRIPLET_VALUES[b - a]),) if is_triplet else split(bar.meter, a, b, number is None)
        at = a
        for duration, value, dots in values:
            paper = bar.paper_ticks + at
            is_first = number is None or sounds[number].start_ticks == paper
            is_last = number is None or sounds[number].end_ticks == paper + duration
            yield Piece(at, duration, value, dots, is_triplet, number, is_first, is_last)
            at += duration


@lru_cache(maxsize=65_536)
def split(meter: Meter, start: int, end: int, is_rest: bool) -> tuple[tuple[int, str, int], ...]:
    """[start, end) of a bar as (ticks, value, dots): the fewest pieces that show the beats, cut at strong ones."""
    step = step_of(meter)
    best: dict[int, tuple[int, int]] = {
        end: (0, -end)
    }  # from here on: cost, next cut (negative: late ones first)
    for a in range(end - step, start - 1, -step):
        for duration in VALUES:
            b = a + duration
            if b in best and _may_stand(meter, a, b, is_rest):
                cost = best[b][0] + 100 + (_strength(meter, b) if b < end else 0)
                best[a] = min(best.get(a, (cost, -b)), (cost, -b))
    pieces = []
    while start < end:
        following = -best[start][1]
        pieces.append((following - start, *VALUES[following - start]))
        start = following
    return tuple(pieces)


def _may_stand(meter: Meter, a: int, b: int, is_rest: bool) -> bool:
    """Whether one value over [a, b) leaves the beats to be seen.

    A note may hide places at most one level stronger than it begins, and then must not end on a weaker one than it
    begins on. A rest hides only places that are weaker than both its ends, and is dotted in dotted beats alone, where
    it may fill two thirds of one.
    """
    step = step_of(meter)
    inside = [_strength(meter, place) for place in range(a + step, b, step)]
    if not inside:
        return True
    begin, end, strongest = _strength(meter, a), _strength(meter, b), min(inside)
    if is_rest:
        if VALUES[b - a][1] and meter.denominator <= 4:
            return False
        is_two_thirds = is_compound(meter) and begin <= 1 and strongest >= 3
        return strongest > begin and (strongest > end or is_two_thirds)
    return begin <= strongest + 1 and end <= max(begin, strongest + 1)


@lru_cache(maxsize=65_536)
def _strength(meter: Meter, offset: int) -> int:
    """How weak a place of a bar is: 0 its beginning, 1 a group of beats, 2 a beat, 3 half a beat, 4, 5 less."""
    if offset == 0:
        return 0
    if offset in accumulate(groups_of(meter)):
        return 1 if offset < meter.bar_ticks else 0
    unit = WHOLE // meter.denominator
    if meter.denominator <= 4:
        unit = QUARTER
        return 2 if offset % unit == 0 else _weaker(offset, unit // 2)
    return _weaker(offset, unit)


def _weaker(offset: int, unit: int) -> int:
    """3 at multiples of `unit`, 4 at its halves, 5 at the rest."""
    return 3 if offset % unit == 0 else 4 if offset % max(1, unit // 2) == 0 else 5


# ---- beams ------------------------------------------------------------------------------------

_N_BEAMS = {"eighth": 1, "16th": 2, "32nd": 3}


def beams_of(bar: Bar, pieces: Sequence[Piece]) -> list[list[str]]:
    """For each piece its beams from the first level on: "begin", "continue", "end", "forward hook", ..."""
    beams: list[list[str]] = [[] for _ in pieces]
    for run in _beamed_runs(bar, pieces):
        n_beams = [_N_BEAMS[pieces[i].value] for i in run]
        for k, i in enumerate(run):
            beams[i] = [_beam(n_beams, k, level) for level in range(1, n_beams[k] + 1)]
    return beams


def _beamed_runs(bar: Bar, pieces: Sequence[Piece]) -> Iterator[list[int]]:
    """Numbers of neighbouring notes with flags inside one beat, two at least."""
    lines = beat_lines(bar.meter)
    run: list[int] = []
    group = -1
    for i, piece in enumerate(pieces):
        beat = bisect_right(lines, piece.offset_ticks)
        is_beamed = piece.sound is not None and piece.value in _N_BEAMS
        if run and (not is_beamed or beat != group):
            if len(run) > 1:
                yield run
            run = []
        if is_beamed:
            run, group = [*run, i], beat
    if len(run) > 1:
        yield run


def _beam(n_beams: Sequence[int], k: int, level: int) -> str:
    """What the beam of `level` does at the k-th note of its run."""
    before = k > 0 and n_beams[k - 1] >= level
    after = k + 1 < len(n_beams) and n_beams[k + 1] >= level
    if before and after:
        return "continue"
    if before or after:
        return "end" if before else "begin"
    return "backward hook" if k > 0 else "forward hook"
