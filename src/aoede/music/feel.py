"""Feel: how far from the grid, and how much louder or softer, players play what is written.

Nothing moves by more than `MOST_MS` from where it is written, or from where swing puts it: that is heard as a hand,
not as a mistake. Whoever plays together with a kick drum plays where it falls; without drums, where the drummer of
the shipped model would put it. What pushes goes on pushing: deviations are correlated in time, as they are in
people's playing (Hennig et al., "The nature and perception of fluctuations in human musical rhythms", 2011).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.drums import KICK, PITCHES
from aoede.music.drum_setting import STEP_TICKS, bar_places, is_compound
from aoede.music.drummer import drummer
from aoede.music.plan import Plan
from aoede.music.styles import STYLES
from aoede.song import TICKS_PER_QUARTER, Meter, Note

MOST_MS = 12.0
_EVEN_FROM_BPM, _EVEN_AT_BPM = 180.0, 320.0  # between them swing is lost (Friberg & Sundstrom, 2002)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Hand:
    """How a role plays."""

    spread_ms: float  # standard deviation of its wandering
    late_ms: float  # by which the calmest songs are played behind the beat
    locks: bool  # plays with the kick
    accent: int  # velocity on the first beat of a bar; half of it on other beats, taken off between them
    roll_ms: float = 0.0  # from the lowest note of a chord to the highest


_HANDS = {
    "melody": Hand(4.0, 6.0, False, 3),
    "chords": Hand(2.0, 2.0, True, 2, roll_ms=4.0),
    "bass": Hand(1.5, 0.0, True, 3),
    "colour": Hand(3.5, 4.0, False, 2),
}
_GUITARS, _STRUM_MS = frozenset({24, 25}), 9.0
_WANDERS = 0.8  # share of a deviation that the next onset keeps


def swing_of(plan: Plan) -> float:
    """The share of a beat that the first of two eighths takes, 0.5 for even ones.

    Bars of three-part pulses swing by themselves. At high tempos eighths are nearly even.
    """
    style = STYLES.get(plan.style)
    if style is None or is_compound(plan.meter) or plan.meter.denominator > 4:
        return 0.5
    evened = (plan.tempo_bpm - _EVEN_FROM_BPM) / (_EVEN_AT_BPM - _EVEN_FROM_BPM)
    return 0.5 + (style.swing - 0.5) * min(1.0, max(0.0, 1 - evened))


def swung_ticks(ticks: int, plan: Plan) -> int:
    """Where swing puts what is written at `ticks`: the halves of each quarter become long and short."""
    swing = swing_of(plan)
    if swing == 0.5:
        return ticks
    beat, within = divmod(ticks, TICKS_PER_QUARTER)
    turn, half = swing * TICKS_PER_QUARTER, TICKS_PER_QUARTER / 2
    moved = (
        within * turn / half if within <= half else turn + (within - half) * (TICKS_PER_QUARTER - turn) / half
    )
    return beat * TICKS_PER_QUARTER + round(moved)


def ticks_a_ms(plan: Plan) -> float:
    return TICKS_PER_QUARTER * plan.tempo_bpm / 60_000


def placed(written: int, by_ms: float, plan: Plan) -> int:
    """The tick of what is written at a tick, swung and then moved by at most MOST_MS, inside of its own bar."""
    bar_ticks = plan.meter.bar_ticks
    most = int(MOST_MS * ticks_a_ms(plan))
    by = min(most, max(-most, round(by_ms * ticks_a_ms(plan))))
    first = written // bar_ticks * bar_ticks
    return min(first + bar_ticks - 1, max(first, swung_ticks(written, plan) + by))


def with_feel(
    notes: Sequence[Note], plan: Plan, role: str, rng: np.random.Generator, *, drums: Sequence[Note] = ()
) -> tuple[Note, ...]:
    """The notes of a part as a player of this role plays them, sorted.

    Ticks are counted from the beginning of a bar. `drums`: the notes of the drums from the same tick on, whose kick
    the bass and the chords follow. Drums themselves have their feel from their model and stay as they are. A note
    begins at most 12 ms from where it is written (or swung to), not before its bar, and notes of one pitch keep
    their order and do not run into one another.
    """
    hand = _HANDS.get(role)
    if hand is None or not notes:
        return tuple(sorted(notes))
    ordered = sorted(notes)
    kick = _kick_ms(drums, plan)
    places, pocket_ms = bar_places(plan.meter), drummer().pocket_ms
    starts = sorted({note.start_ticks for note in ordered})
    wander = _wandering(len(starts), hand.spread_ms, rng)
    behind = hand.late_ms * max(0.0, -plan.arousal)
    moved_ms = dict[int, float]()
    for start, own in zip(starts, wander, strict=True):
        step = (start + STEP_TICKS // 2) // STEP_TICKS
        usual = pocket_ms[places[step % len(places)]]
        grid = kick.get(step, usual) if hand.locks else 0.0
        moved_ms[start] = grid + own + (behind if start % plan.meter.bar_ticks else 0.0)
    roll = _roll_ms(ordered, _STRUM_MS if plan.programs.get(role) in _GUITARS else hand.roll_ms)
    loud = rng.integers(-2, 3, len(ordered)).tolist()
    played = [
        replace(
            note,
            start_ticks=placed(note.start_ticks, moved_ms[note.start_ticks] + later, plan),
            velocity=min(
                127, max(1, note.velocity + _accent(note.start_ticks, plan.meter, hand.accent) + more)
            ),
        )
        for note, later, more in zip(ordered, roll, loud, strict=True)
    ]
    return _in_order(ordered, played)


def _wandering(n: int, spread_ms: float, rng: np.random.Generator) -> list[float]:
    """n deviations of this standard deviation, each near the one before."""
    found, now = list[float](), float(rng.standard_normal()) * spread_ms
    fresh = rng.standard_normal(n) * spread_ms * np.sqrt(1 - _WANDERS**2)
    for each in fresh.tolist():
        now = _WANDERS * now + each
        found.append(now)
    return found


def _roll_ms(ordered: Sequence[Note], whole_ms: float) -> list[float]:
    """By how much each note of a chord comes after its lowest."""
    sizes = dict[int, int]()
    for note in ordered:
        sizes[note.start_ticks] = sizes.get(note.start_ticks, 0) + 1
    place, last, found = 0, -1, list[float]()
    for note in ordered:  # sorted by start, then pitch
        place = place + 1 if note.start_ticks == last else 0
        last = note.start_ticks
        found.append(whole_ms * place / max(1, sizes[last] - 1))
    return found


def _accent(ticks: int, meter: Meter, accent: int) -> int:
    within = ticks % meter.bar_ticks
    if within == 0:
        return accent
    pulse = TICKS_PER_QUARTER * 3 // 2 if is_compound(meter) else TICKS_PER_QUARTER
    return accent // 2 if within % pulse == 0 else -accent // 2


def _in_order(written: Sequence[Note], played: Sequence[Note]) -> tuple[Note, ...]:
    """Notes of one pitch in their order, and apart where they were written apart."""
    following = dict[int, tuple[int, int]]()  # by pitch: where the next note was written and is played
    found = list[Note]()
    for was, now in zip(reversed(written), reversed(played), strict=True):
        start, end = now.start_ticks, now.end_ticks
        if now.pitch in following:
            written_next, next_start = following[now.pitch]
            if was.start_ticks < written_next:
                start = max(0, min(start, next_start - 1))
            if was.end_ticks <= written_next:
                end = min(end, next_start)
        following[now.pitch] = was.start_ticks, start
        found.append(replace(now, start_ticks=start, duration_ticks=max(1, end - start)))
    return tuple(sorted(found))


def _kick_ms(drums: Sequence[Note], plan: Plan) -> dict[int, float]:
    """By how much each kick is off its sixteenth, by step."""
    found = dict[int, float]()
    for note in drums:
        if note.pitch == PITCHES[KICK]:
            step = (note.start_ticks + STEP_TICKS // 2) // STEP_TICKS
            off = note.start_ticks - swung_ticks(step * STEP_TICKS, plan)
            found[step] = off / ticks_a_ms(plan)
    return found


def bounded_ms(off_ms: Floats) -> Floats:
    """Deviations as they are where they are small, and never more than MOST_MS."""
    return np.asarray(MOST_MS * np.tanh(off_ms / MOST_MS))
