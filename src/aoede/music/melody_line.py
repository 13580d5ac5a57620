"""Lines of a section drawn from the model of melodies, several side by side, under what the plan says.

The plan marks steps at which a note must begin: the last note of every phrase, and all notes of bars that are sung
again. Between the marks the model decides, as `melody_wishes.py` inclines it. Whatever it draws, phrases end in a
breath, on a tone of their chord, and the last one, where the section closes, at home.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from aoede.encodings.melody import N_WAITS, WAITS
from aoede.encodings.melody_sight import Sight
from aoede.music.melody_ground import Ground, Phrase
from aoede.music.melody_model import MelodyModel, drawn
from aoede.music.melody_wishes import Wishes
from aoede.neural.events.model import FORBIDDEN

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

WAIT_TEMPERATURE, PITCH_TEMPERATURE = 0.9, 0.85
MOST_NOTES = 4_000  # of a section: what never ends is stopped
_STEPS = np.array(WAITS, np.int64)
_SHARE_LAST = (
    0.6,
    0.3,
    0.1,
)  # where in its last bar a phrase ends: at its beginning, on a strong, on another beat
_MOTIFS = (0.25, 0.25, 0.5)  # bars are like none before, like the one before, like that two bars ago


@dataclass(frozen=True)
class Sung:
    onset: int  # steps from the section's beginning
    length: int  # steps
    pitch: int


@dataclass(frozen=True)
class Line:
    """A section's melody."""

    notes: tuple[Sung, ...]
    cadences: tuple[int, ...]  # the onset of each phrase's last note
    nats: float  # a choice, of what was drawn freely, as the model sees it; nan where nothing was


@dataclass
class _Row:
    """Where one of the lines stands."""

    like_bars: int  # so many bars ago is what a bar is rather like; 0: none
    cadences: list[int]
    taken: Bools  # (bars,) in which nothing but marks begins
    sings_again: bool = False  # whether there are such bars
    marks: dict[int, int | None] = field(
        default_factory=dict
    )  # onsets that must come, and the pitches wished there
    steps: list[int] = field(default_factory=list)  # the marks, sorted
    nats: float = 0.0
    n_free: int = 0

    def mark(self, step: int, pitch: int | None) -> None:
        if self.marks.get(step) is None:
            self.marks[step] = pitch
        self.steps = sorted(self.marks)

    def unmark(self, step: int) -> None:
        del self.marks[step]
        self.steps.remove(step)

    def next_mark(self, after: int) -> int | None:
        at = bisect_right(self.steps, after)
        return self.steps[at] if at < len(self.steps) else None


def draw(
    model: MelodyModel,
    ground: Ground,
    n: int,
    rng: np.random.Generator,
    *,
    given: Line | None = None,
    kept: Sequence[bool] = (),
) -> list[Line]:
    """`n` lines on this ground. Of `given` the bars that are `kept` (a flag a bar) are sung again."""
    with threadpool_limits(1):  # the same bits on machines of few and of many cores
        drawing = _Drawing(model, ground, n, rng, given, kept)
        drawing.begin_together(list(kept).index(False) if False in kept else 0)
        for _ in range(MOST_NOTES):
            if not drawing.go_on():
                break
    return drawing.lines()


class _Drawing:
    def __init__(
        self,
        model: MelodyModel,
        ground: Ground,
        n: int,
        rng: np.random.Generator,
        given: Line | None,
        kept: Sequence[bool],
    ) -> None:
        self._ground, self._rng, self._wishes = ground, rng, Wishes(ground)
        self._rows = [self._row(given, kept) for _ in range(n)]
        self._living = self._rows[:1]  # those that are drawn now, in the order of the drafts
        self._drafts = model.begin(ground.frame, 1)
        self._sights = list[Sight]()
        self._landed: dict[int, tuple[Ints, Bools]] = {}

    def begin_together(self, bars: int) -> None:
        """Sing the first bars, which are marked in all lines, once; from there on each line is drawn by itself."""
        row, sight = self._rows[0], self._drafts.sights[0]
        for _ in range(MOST_NOTES):
            mark = row.next_mark(sight.onsets[-1] if sight.onsets else -1)
            if mark is None or mark >= bars * self._ground.bar or not self.go_on():
                break
        self._living = list(self._rows)
        self._drafts = self._drafts.select(np.zeros(len(self._rows), np.int64))
        self._sights = list(self._drafts.sights)

    # -- what must come --

    def _row(self, given: Line | None, kept: Sequence[bool]) -> _Row:
        ground = self._ground
        cadences = [self._cadence(phrase) for phrase in ground.phrases]
        row = _Row(int(self._rng.choice(3, p=_MOTIFS)), cadences, np.zeros(ground.bars, bool))
        if given is not None:
            for i, cadence in enumerate(given.cadences[: len(cadences)]):
                if cadence < ground.end and kept[cadence // ground.bar]:
                    cadences[i] = cadence
            self._sing_again(row, given.notes, [bar for bar, keep in enumerate(kept) if keep], 0)
        for cadence in cadences:
            row.mark(cadence, None)
        return row

    def _cadence(self, phrase: Phrase) -> int:
        """The onset of its last note: on a beat of its last bar, early enough to be held and to breathe after."""
        ground = self._ground
        bar = phrase.end - ground.bar
        latest = phrase.end - ground.breath - min(ground.beat, ground.bar // 2)
        places = [bar + beat for beat in ground.ruling.beats if phrase.begin < bar + beat <= latest]
        if not places or (phrase.closes and places[0] == bar):
            return bar
        weights = np.array([_SHARE_LAST[min(2, ground.level_at(place))] for place in places])
        return int(self._rng.choice(places, p=weights / weights.sum()))

    def _sing_again(self, row: _Row, notes: Sequence[Sung], bars: Sequence[int], later: int) -> None:
        """Mark the notes of some bars so many bars later."""
        bar = self._ground.bar
        row.taken[[number + later for number in bars]] = True
        row.sings_again = bool(row.taken.any())
        for note in notes:
            if note.onset // bar in bars:
                row.mark(note.onset + later * bar, note.pitch)

    def _answer(self, row: _Row, sight: Sight, phrase: int) -> None:
        """A phrase is sung. After the first, its beginning is marked in those that answer it."""
        ground = self._ground
        if phrase or row.sings_again:
            return
        bars = ground.phrases[0].end // ground.bar
        notes = [
            Sung(onset, 0, ground.pitch_of(pitch))
            for onset, pitch in zip(sight.onsets, sight.pitches, strict=True)
        ]
        for other in ground.phrases[1:]:
            if other.answers:
                self._sing_again(row, notes, range(bars - 1 - (bars > 4)), other.begin // ground.bar)

    # -- a note of every line --

    def go_on(self) -> bool:
        """Draw one more note of all lines that are not at their end. False where all are."""
        scores = self._drafts.waits()
        allowed = [self._times(row, s) for row, s in zip(self._living, self._drafts.sights, strict=True)]
        going = [i for i, times in enumerate(allowed) if times.any()]
        if not going:
            return False
        if len(going) < len(allowed):
            self._living = [self._living[i] for i in going]
            self._drafts, scores = self._drafts.select(going), scores[going]
        waits = self._drawn_waits(scores, np.stack([allowed[i] for i in going]))
        self._draw_pitches(self._drawn_lengths(waits))
        return True

    def _drawn_waits(self, scores: Floats, allowed: Bools) -> Ints:
        sights = self._drafts.sights
        wishes = [
            self._wishes.times(sight.onsets, row.like_bars)
            for row, sight in zip(self._living, sights, strict=True)
        ]
        return self._drawn(scores, np.where(allowed, np.stack(wishes), FORBIDDEN), WAIT_TEMPERATURE)

    def _drawn(self, scores: Floats, wishes: Floats, temperature: float) -> Ints:
        """(n,) values by scores and wishes; what the model itself thinks of them is counted."""
        allowed = wishes > FORBIDDEN / 2
        masked = np.where(allowed, scores, FORBIDDEN)
        chosen = drawn(masked + np.where(allowed, wishes, 0.0), self._rng, temperature)
        best = masked.max(axis=1)
        nats = (
            np.log(np.exp(masked - best[:, None]).sum(axis=1)) + best - masked[np.arange(len(chosen)), chosen]
        )
        for row, own, is_free in zip(self._living, nats.tolist(), allowed.sum(axis=1) > 1, strict=True):
            row.nats += own * is_free
            row.n_free += int(is_free)
        return chosen

    # -- time --

    def _times(self, row: _Row, sight: Sight) -> Bools:
        """(N_WAITS,) which times the next note may have; none where the line is at its end."""
        last = sight.onsets[-1] if sight.onsets else -1
        if last >= row.cadences[-1]:
            return np.zeros(N_WAITS, bool)
        while True:
            found, mark = self._fitting(row, last), row.next_mark(last)
            if found.any() or mark is None:
                return found
            row.unmark(mark)  # no time of WAITS leads there

    def _fitting(self, row: _Row, last: int) -> Bools:
        ground = self._ground
        landings, on_grid = self._landings(max(0, last))
        mark = row.next_mark(last)
        fits = on_grid & (landings < (ground.end if mark is None else mark))
        if row.sings_again:
            fits &= ~row.taken[np.minimum(landings // ground.bar, ground.bars - 1)]
        phrase = ground.phrases[ground.phrase_at(max(0, last))]
        if last < 0:  # a phrase begins in the first half of its first bar
            fits &= landings <= ground.bar // 2
        elif last in row.cadences:
            fits &= (landings >= phrase.end) & (landings <= phrase.end + ground.bar // 2)
        fits |= landings == mark if mark is not None else False
        return np.asarray(fits & ((_STEPS > 0) | (last < 0)), bool)

    def _landings(self, step: int) -> tuple[Ints, Bools]:
        """(N_WAITS,) where each time leads from a step, and whether that is on the grid."""
        found = self._landed.get(step)
        if found is None:
            landings = step + _STEPS
            found = self._landed[step] = landings, landings % self._ground.grid == 0
        return found

    # -- length of the note before --

    def _drawn_lengths(self, waits: Ints) -> Ints:
        """(n,) ids. Within a phrase notes run on, but for those that a rest of some length follows."""
        chosen, sights = waits.copy(), self._drafts.sights
        may_rest = 2 * _STEPS[waits] >= 3 * self._ground.beat
        if may_rest.any():
            drawn_ids = drawn(self._drafts.lengths(waits), self._rng, WAIT_TEMPERATURE)
            may_rest &= 2 * _STEPS[drawn_ids] >= _STEPS[waits]
            chosen = np.where(may_rest, drawn_ids, chosen)
        else:
            self._drafts.wait(waits)
        for i, (row, sight) in enumerate(zip(self._living, sights, strict=True)):
            if sight.onsets and sight.onsets[-1] in row.cadences:
                chosen[i] = self._last_length(sight.onsets[-1], sight.onsets[-1] + WAITS[waits[i]])
        return chosen

    def _last_length(self, cadence: int, following: int) -> int:
        """The id of the length of a phrase's last note: to the breath that ends its phrase."""
        ground = self._ground
        end = min(following, ground.phrases[ground.phrase_at(cadence)].end)
        most = max(ground.grid, end - ground.breath - cadence)
        return max(1, bisect_right(WAITS, most) - 1)

    # -- pitch --

    def _draw_pitches(self, lengths: Ints) -> None:
        scores, sights = self._drafts.pitches(lengths), self._drafts.sights
        nows = [sight.now for sight in sights]
        wishes = [
            self._pitch_wishes(row, sight, now)
            for row, sight, now in zip(self._living, sights, nows, strict=True)
        ]
        self._drafts.sing(self._drawn(scores, np.stack(wishes), PITCH_TEMPERATURE))
        for row, sight, now in zip(self._living, sights, nows, strict=True):
            if now in row.cadences:
                self._answer(row, sight, row.cadences.index(now))

    def _pitch_wishes(self, row: _Row, sight: Sight, now: int) -> Floats:
        ground, wished = self._ground, row.marks.get(now)
        ends = ground.phrases[row.cadences.index(now)] if now in row.cadences else None
        return self._wishes.pitches(now, sight.pitches, -1 if wished is None else ground.id_of(wished), ends)

    # -- the end --

    def lines(self) -> list[Line]:
        return [self._line(row, sight) for row, sight in zip(self._rows, self._sights, strict=True)]

    def _line(self, row: _Row, sight: Sight) -> Line:
        ground = self._ground
        lengths = [WAITS[length] for length in sight.lengths]
        lengths.append(WAITS[self._last_length(sight.onsets[-1], ground.end)])
        notes = [
            Sung(onset, length, ground.pitch_of(pitch))
            for onset, length, pitch in zip(sight.onsets, lengths, sight.pitches, strict=True)
        ]
        nats = row.nats / row.n_free if row.n_free else float("nan")
        return Line(tuple(notes), tuple(row.cadences), nats)
