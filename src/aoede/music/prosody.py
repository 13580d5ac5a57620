"""Words onto notes: exactly one syllable a note, stressed syllables on strong beats as far as both allow.

    phrases = phrases_of(melody, meter, bars=8)         # the lines that a section of melody wants
    notes, syllables = set_words(phrases, ["Carry me over the water", ...])

A line seldom has just as many syllables as its phrase has notes. Then the melody gives way, as songwriters let it: a
long note is split into two of its pitch, or two notes (best of one pitch, the second weak) become one. There are as
few such changes as there can be, and of all ways to make them the one is taken by which stressed syllables meet
strong beats best (dynamic programming over notes and syllables; Halle & Lerdahl 1993 state the preference). In
Chinese, adjacent tones should not move against the melody (Wee 2007; Schellenberg 2012).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from aoede.song import TICKS_PER_QUARTER, Meter, Note, Syllable
from aoede.words.syllables import EITHER, STRONG, WEAK, LineSyllable, syllables_of

DOWNBEAT, HALFWAY, BEAT, OFFBEAT, BETWEEN = 1.0, 0.75, 0.5, 0.25, 0.0  # metric strengths
STRONG_BEAT = HALFWAY  # positions from this strength on are the strong ones
EIGHTH, SIXTEENTH = TICKS_PER_QUARTER // 2, TICKS_PER_QUARTER // 4
COMMON_TIME = Meter(0, 4, 4)
MOST_CHANGES = 2  # of the notes of a line, for words that were written for it
MOST_PARTS = 16  # into which one note is split

Floats = NDArray[np.float64]

# How ill a syllable (WEAK, EITHER, STRONG) sits on a position of each strength.
_ILL = {
    DOWNBEAT: (3.0, 0.5, 0.0),
    HALFWAY: (2.2, 0.3, 0.0),
    BEAT: (0.7, 0.1, 0.2),
    OFFBEAT: (0.0, 0.1, 0.9),
    BETWEEN: (0.0, 0.2, 1.3),
}
_HURRIED = 1.2  # a syllable on a note shorter than an eighth that was longer before
# Of the tones 1 to 5 (0 is none), by which the step from one to the next is heard as up or down
TONE_HEIGHTS = np.array([0.0, 5.0, 3.2, 1.2, 4.2, 2.5])
UNLIKE_TONES = 1.5  # heights apart from which on it is


@dataclass(frozen=True)
class SungLine:
    """A phrase of melody that wants a line of words. Raises ValueError for one without notes."""

    notes: tuple[Note, ...]  # ticks count from the beginning of a bar; one sounds at a time
    meter: Meter = COMMON_TIME
    rhymes_with: int | None = None  # index of an earlier line of the same section
    limit: int | None = (
        None  # syllables; fewer than the notes could hold, where words return with other notes
    )

    def __post_init__(self) -> None:
        if not self.notes:
            raise ValueError("a phrase without notes wants no words")

    @cached_property
    def strengths(self) -> tuple[float, ...]:
        """The metric strength of each onset: 1 on the downbeat ... 0 between eighths."""
        return tuple(strength_at(note.start_ticks, self.meter) for note in self.notes)

    @cached_property
    def slots_ticks(self) -> tuple[int, ...]:
        """How long each note could last: to the next one; the last to its end."""
        ends = [note.start_ticks for note in self.notes[1:]] + [self.notes[-1].end_ticks]
        return tuple(
            max(1, min(end, note.end_ticks + TICKS_PER_QUARTER) - note.start_ticks)
            for note, end in zip(self.notes, ends, strict=True)
        )

    @property
    def most_syllables(self) -> int:
        """How many can be sung: one a sixteenth, at least one a note, no more than the limit."""
        room = sum(max(1, slot // SIXTEENTH) for slot in self.slots_ticks)
        return room if self.limit is None else min(room, self.limit)

    @cached_property
    def shape(self) -> "Shape":
        """What of a phrase decides how words sit on it, apart from its pitches."""
        bar = self.meter.bar_ticks
        first = self.notes[0].start_ticks // bar * bar
        onsets = tuple(note.start_ticks - first for note in self.notes)
        pitches = [note.pitch for note in self.notes]
        same = tuple(a == b for a, b in pairwise(pitches))
        return Shape(onsets, self.slots_ticks, same, self.meter)


@dataclass(frozen=True)
class Shape:
    onsets_ticks: tuple[int, ...]
    slots_ticks: tuple[int, ...]
    repeats: tuple[bool, ...]  # whether each note but the first has the pitch of the one before
    meter: Meter


@dataclass(frozen=True)
class Fit:
    """How a line sits on a phrase."""

    n_changes: int  # notes that were split or joined
    ill: float  # how ill stresses and positions agree, summed over the line; 0 is best
    n_strong: int  # strong beats that carry a syllable
    n_kept: int  # of which the syllable can take a beat
    parts: tuple[
        tuple[int, int], ...
    ]  # (first note, notes) of each syllable; 0 notes: a part of the last one
    onsets_ticks: tuple[int, ...]  # of each syllable, from the first bar of the phrase


@lru_cache(maxsize=1 << 12)
def strength_at(ticks: int, meter: Meter) -> float:
    """The metric strength of a position: downbeat 1, middle of a bar of four or six 0.75, beat 0.5, eighth 0.25."""
    bar = meter.bar_ticks
    at = ticks % bar
    beat = TICKS_PER_QUARTER * 4 // meter.denominator
    is_compound = meter.denominator >= 8 and meter.numerator % 3 == 0 and meter.numerator > 3
    pulse = 3 * beat if is_compound else beat
    if at == 0:
        return DOWNBEAT
    if at % pulse == 0:
        n_pulses = bar // pulse
        return HALFWAY if n_pulses % 2 == 0 and 2 * at == bar and (n_pulses > 2 or is_compound) else BEAT
    return OFFBEAT if at % min(beat, EIGHTH) == 0 else BETWEEN


def fit(phrase: SungLine, syllables: Sequence[LineSyllable]) -> Fit:
    """How a line of at least one syllable sits best on a phrase. Tones do not count."""
    return fit_stresses(phrase.shape, tuple(s.stress for s in syllables))


@lru_cache(maxsize=1 << 15)
def fit_stresses(shape: Shape, stresses: tuple[int, ...]) -> Fit:
    """`fit` of a pattern of stresses, which many lines have in common."""
    n_notes, n = len(shape.onsets_ticks), len(stresses)
    if not n:
        raise ValueError("a line without syllables cannot be sung")
    if n == n_notes:
        return _told(shape, stresses, tuple((i, 1) for i in range(n)), shape.onsets_ticks)
    return _split(shape, stresses) if n > n_notes else _merged(shape, stresses)


def _told(
    shape: Shape, stresses: Sequence[int], parts: tuple[tuple[int, int], ...], onsets: tuple[int, ...]
) -> Fit:
    strengths = [strength_at(onset, shape.meter) for onset in onsets]
    ill = sum(_ILL[s][level] for s, level in zip(strengths, stresses, strict=True))
    strong = [level for s, level in zip(strengths, stresses, strict=True) if s >= STRONG_BEAT]
    n_changes = abs(len(stresses) - len(shape.onsets_ticks))
    return Fit(n_changes, ill, len(strong), sum(level > WEAK for level in strong), parts, onsets)


def _ill(shape: Shape, onset_ticks: int, stress: int) -> float:
    return _ILL[strength_at(onset_ticks, shape.meter)][stress]


def _split(shape: Shape, stresses: tuple[int, ...]) -> Fit:
    """More syllables than notes: f[i][j] is the least ill of i notes with j syllables."""
    n_notes, n = len(shape.onsets_ticks), len(stresses)
    best: list[dict[int, tuple[float, int, tuple[int, ...]]]] = [{0: (0.0, 0, ())}]
    most = min(n - n_notes + 1, max(MOST_PARTS, -(-n // n_notes)))
    for i in range(n_notes):
        row: dict[int, tuple[float, int, tuple[int, ...]]] = {}
        for j, (so_far, _, _) in best[i].items():
            for k in range(1, most + 1):
                if j + k > n or n - j - k < n_notes - i - 1:
                    break
                cost, onsets = _parted(shape, i, stresses[j : j + k])
                if j + k not in row or so_far + cost < row[j + k][0] - 1e-9:
                    row[j + k] = (so_far + cost, k, onsets)
        best.append(row)
    parts: list[tuple[int, int]] = []
    onsets_ticks: list[int] = []
    j = n
    for i in range(n_notes - 1, -1, -1):
        _, k, onsets = best[i + 1][j]
        parts[:0] = [(i, 1)] + [(i, 0)] * (k - 1)
        onsets_ticks[:0] = onsets
        j -= k
    return _told(shape, stresses, tuple(parts), tuple(onsets_ticks))


def _parted(shape: Shape, i: int, stresses: tuple[int, ...]) -> tuple[float, tuple[int, ...]]:
    """The cost of so many syllables on note i, and where they begin."""
    begin, slot = shape.onsets_ticks[i], shape.slots_ticks[i]
    k = len(stresses)
    if k == 1:
        return _ill(shape, begin, stresses[0]), (begin,)
    ways = _ways(begin, slot, k)
    costs = [
        sum(_ill(shape, onset, s) for onset, s in zip(way, stresses, strict=True)) + _hurry(way, begin + slot)
        for way in ways
    ]
    at = costs.index(min(costs))
    return costs[at], ways[at]


def _ways(begin: int, slot: int, k: int) -> list[tuple[int, ...]]:
    """Onsets of k parts of a note: of two at each eighth, else at each sixteenth, of more evenly."""
    if k == 2:
        for grid in (EIGHTH, SIXTEENTH):
            first = -(-(begin + grid) // grid) * grid
            found: list[tuple[int, ...]] = [(begin, at) for at in range(first, begin + slot - grid + 1, grid)]
            if found:
                return found
    even = tuple(begin + round(i * slot / k) for i in range(k))
    snapped = tuple(round(onset / SIXTEENTH) * SIXTEENTH if i else onset for i, onset in enumerate(even))
    fits = all(a < b for a, b in pairwise(snapped)) and snapped[-1] < begin + slot
    return [snapped if fits else even]


def _hurry(onsets: tuple[int, ...], end: int) -> float:
    """What it costs that parts get short: nothing from quarters on."""
    lengths = [b - a for a, b in zip(onsets, (*onsets[1:], end), strict=True)]
    return sum(
        _HURRIED * (EIGHTH / length) if length < EIGHTH else 0.15 * (length < TICKS_PER_QUARTER)
        for length in (max(1, x) for x in lengths)
    )


def _merged(shape: Shape, stresses: tuple[int, ...]) -> Fit:
    """Fewer syllables than notes: runs of notes become one each."""
    n_notes, n = len(shape.onsets_ticks), len(stresses)
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    most = n_notes - n + 1
    for j in range(n):
        row: dict[int, tuple[float, int]] = {}
        for i, (so_far, _) in best[j].items():
            for m in range(1, most + 1):
                if i + m > n_notes or n_notes - i - m < n - j - 1:
                    break
                cost = so_far + _ill(shape, shape.onsets_ticks[i], stresses[j]) + _joining(shape, i, m)
                if i + m not in row or cost < row[i + m][0] - 1e-9:
                    row[i + m] = (cost, m)
        best.append(row)
    parts: list[tuple[int, int]] = []
    i = n_notes
    for j in range(n - 1, -1, -1):
        m = best[j + 1][i][1]
        i -= m
        parts.insert(0, (i, m))
    return _told(shape, stresses, tuple(parts), tuple(shape.onsets_ticks[i] for i, _ in parts))


def _joining(shape: Shape, i: int, m: int) -> float:
    """What it costs that m notes from note i on become one: little for weak ones of the same pitch."""
    cost = 0.0
    for at in range(i + 1, i + m):
        strength = strength_at(shape.onsets_ticks[at], shape.meter)
        cost += 0.3 + 1.5 * strength + (0.0 if shape.repeats[at - 1] else 0.8)
    return cost + 0.5 * max(0, m - 2)


def sung_notes(phrase: SungLine, found: Fit) -> tuple[Note, ...]:
    """The notes of a phrase after the changes of a fit, one a syllable."""
    first = phrase.notes[0].start_ticks - phrase.shape.onsets_ticks[0]
    notes: list[Note] = []
    for index, (i, m) in enumerate(found.parts):
        start = first + found.onsets_ticks[index]
        last = phrase.notes[i + max(1, m) - 1]
        is_split = m == 0 or (index + 1 < len(found.parts) and found.parts[index + 1] == (i, 0))
        if not is_split:
            notes.append(replace(phrase.notes[i], duration_ticks=last.end_ticks - start))
            continue
        following = index + 1 < len(found.parts) and found.parts[index + 1] == (i, 0)
        end = first + found.onsets_ticks[index + 1] if following else max(last.end_ticks, start + 1)
        velocity = phrase.notes[i].velocity if m else max(1, phrase.notes[i].velocity - 6)
        notes.append(Note(start, phrase.notes[i].pitch, max(1, end - start), velocity))
    return tuple(notes)


def set_words(
    phrases: Sequence[SungLine], lines: Sequence[str]
) -> tuple[tuple[Note, ...], tuple[Syllable, ...]]:
    """The phrases' notes, changed as little as their lines need, and the syllables, just one a note.

    Raises ValueError where there are not as many lines as phrases, or a line has nothing to sing.
    """
    notes: list[Note] = []
    syllables: list[Syllable] = []
    for phrase, line in zip(phrases, lines, strict=True):
        words = syllables_of(line)
        sung = sung_notes(phrase, fit(phrase, words))
        notes += sung
        syllables += [
            Syllable(note.start_ticks, word.text, word.joins_next, i + 1 == len(words))
            for i, (note, word) in enumerate(zip(sung, words, strict=True))
        ]
    return tuple(notes), tuple(syllables)


def tone_fit(phrase: SungLine, syllables: Sequence[LineSyllable]) -> tuple[int, int]:
    """(steps between tones that are heard while the melody moves, those of them that it moves against)."""
    pitches = [note.pitch for note in sung_notes(phrase, fit(phrase, syllables))]
    heard = against = 0
    for (a, p), (b, q) in pairwise(zip(syllables, pitches, strict=True)):
        rise = float(TONE_HEIGHTS[b.tone] - TONE_HEIGHTS[a.tone])
        if not a.tone or not b.tone or abs(rise) < UNLIKE_TONES or p == q:
            continue
        heard += 1
        against += (rise > 0) != (q > p)
    return heard, against


def phrases_of(
    notes: Sequence[Note], meter: Meter, bars: int, *, wanted: int | None = None
) -> list[SungLine]:
    """The lines that a section of melody wants, about one in two bars; `wanted` says how many.

    notes: sorted, one sounding at a time, ticks from the section's beginning. A line ends at the longest breath near
    the bar line where it should, so that an upbeat goes with what it leads to.
    """
    if not notes:
        return []
    n = wanted or max(1, round(bars * meter.bar_ticks / (8 * TICKS_PER_QUARTER)))
    n = min(n, len(notes))
    length_ticks = bars * meter.bar_ticks
    ends = [note.start_ticks for note in notes[1:]] + [notes[-1].end_ticks]
    cuts = [0]
    for line in range(1, n):
        wanted_ticks = line * length_ticks / n
        room = range(cuts[-1] + 1, len(notes) - (n - line) + 1)
        cuts.append(max(room, key=lambda i: _breath(notes, ends, i, wanted_ticks, meter)))
    cuts.append(len(notes))
    return [SungLine(tuple(notes[a:b]), meter) for a, b in pairwise(cuts)]


def _breath(notes: Sequence[Note], ends: Sequence[int], i: int, wanted_ticks: float, meter: Meter) -> float:
    """How well a line begins at note i: after a long note or a rest, near the place where it should."""
    before_ticks = ends[i - 1] - notes[i - 1].start_ticks
    distance = abs(notes[i].start_ticks - wanted_ticks) / meter.bar_ticks
    return min(before_ticks / TICKS_PER_QUARTER, 4.0) - 3.0 * distance - (8.0 if distance > 1 else 0.0)


def rhymed(phrases: Sequence[SungLine], scheme: str) -> list[SungLine]:
    """The phrases with what each rhymes with by a scheme such as "ABAB", repeated as often as needed.

    An "X" rhymes with nothing. Each repetition of the scheme has rhymes of its own.
    """
    found: dict[tuple[int, str], int] = {}
    made = []
    for i, phrase in enumerate(phrases):
        key = i // len(scheme), scheme[i % len(scheme)]
        made.append(replace(phrase, rhymes_with=None if key[1] == "X" else found.get(key)))
        found.setdefault(key, i)
    return made


__all__ = [
    "EITHER", "MOST_CHANGES", "STRONG", "WEAK", "Fit", "SungLine", "fit", "fit_stresses", "phrases_of", "rhymed",
    "set_words", "strength_at", "sung_notes", "tone_fit",
]  # fmt: skip
