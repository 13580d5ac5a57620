"""What players add to the notes: loudness that breathes with the phrase, pedal, swells, a slower ending."""

from collections.abc import Sequence
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from aoede.music.beats import beats_of
from aoede.music.means import CELLO, CHOIR, E_PIANO, HARP, HORN, PAD, PIANO, STRINGS, VIBRAPHONE, VIOLIN
from aoede.music.paths import Floats
from aoede.music.plan import Plan, PlannedSection, phrase_lengths
from aoede.music.textures import Stroke
from aoede.music.theory import PlacedChord
from aoede.song import TICKS_PER_QUARTER, Control, Note, Tempo

EXPRESSION, PEDAL = 11, 64  # MIDI controllers
PEDALLED_PROGRAMS = frozenset({PIANO, E_PIANO, HARP, VIBRAPHONE})
SWELLING_PROGRAMS = frozenset({STRINGS, CHOIR, PAD, HORN, VIOLIN, CELLO})  # their tone grows while it sounds
_PEDAL_DELAY_S = 0.06  # the foot comes down again when the new chord is heard
_PHRASE_VELOCITY = 5.0  # from the ends of a phrase to its height
_CRESCENDO_VELOCITY = 8.0  # in the bar before a fuller section; half of it away before a calmer one
_FULLER = 0.12  # of energy: what a section must have more for the band to grow into it


def phrase_shape(ticks: NDArray[np.int64], section: PlannedSection, bar_ticks: int) -> Floats:
    """(n,) where each moment is on the arch of its phrase: -0.5 at both ends, 0.5 a little past the middle."""
    edges = np.array([0, *accumulate(phrase_lengths(section.bars))]) * bar_ticks
    which = np.clip(np.searchsorted(edges, ticks, side="right") - 1, 0, len(edges) - 2)
    place = (ticks - edges[which]) / (edges[which + 1] - edges[which])
    return np.asarray(np.sin(np.pi * np.clip(place, 0, 1) ** 1.3) - 0.5)


def towards(following: PlannedSection | None, section: PlannedSection) -> float:
    """1 where a fuller section comes, -0.5 where a calmer one does, else 0."""
    if following is None or abs(following.energy - section.energy) < _FULLER:
        return 0.0
    return 1.0 if following.energy > section.energy else -0.5


def sounded(
    strokes: Sequence[Stroke],
    plan: Plan,
    section: PlannedSection,
    following: PlannedSection | None,
    *,
    louder: float,
    rng: np.random.Generator,
) -> list[Note]:
    """Strokes as notes around the section's velocity, phrase by phrase, as uneven as hands are.

    louder: velocity of this part against the section's.
    """
    if not strokes:
        return []
    columns = np.array(strokes, dtype=np.int64)  # (n, 4)
    starts, bar_ticks = columns[:, 1], plan.meter.bar_ticks
    last_bar = np.clip(starts / bar_ticks - (section.bars - 1), 0, 1)
    velocities = (
        section.velocity
        + louder
        + columns[:, 3]
        + _PHRASE_VELOCITY * phrase_shape(starts, section, bar_ticks)
        + _CRESCENDO_VELOCITY * towards(following, section) * last_bar
        + rng.integers(-2, 3, size=len(columns))
    )
    loud = np.clip(np.rint(velocities), 1, 127).astype(int).tolist()
    return [
        Note(start, pitch, max(1, length), velocity)
        for (pitch, start, length, _), velocity in zip(strokes, loud, strict=True)
    ]


# --- pedal and swells -------------------------------------------------------------------------------


def pedal(
    changes: Sequence[Sequence[PlacedChord]],
    starts_ticks: Sequence[int],
    is_down: Sequence[bool],
    plan: Plan,
) -> tuple[Control, ...]:
    """The sustain pedal: up at each chord and bar line, down again just after; is_down: in which sections at all.

    It is lifted at the end. changes, starts_ticks, is_down: one a section.
    """
    delay = max(1, round(_PEDAL_DELAY_S * plan.tempo_bpm * TICKS_PER_QUARTER / 60))
    controls = []
    end = starts_ticks[-1] + plan.sections[-1].bars * plan.meter.bar_ticks
    for chords, start_ticks, down, section in zip(changes, starts_ticks, is_down, plan.sections, strict=True):
        length = section.bars * plan.meter.bar_ticks
        if not down:
            controls.append(Control(start_ticks, PEDAL, 0))
            continue
        moments = sorted({*(c.start_ticks for c in chords), *range(0, length, plan.meter.bar_ticks)})
        for here, there in pairwise([*moments, length]):
            controls.append(Control(start_ticks + here, PEDAL, 0))
            if there - here > 2 * delay:
                controls.append(Control(start_ticks + here + delay, PEDAL, 127))
    return _without_repeats([*controls, Control(end, PEDAL, 0)])


def swells(starts_ticks: Sequence[int], plan: Plan) -> tuple[Control, ...]:
    """Expression that rises and falls with each phrase and grows into fuller sections, a step a beat."""
    controls = []
    for i, (section, start_ticks) in enumerate(zip(plan.sections, starts_ticks, strict=True)):
        following = plan.sections[i + 1] if i + 1 < len(plan.sections) else None
        bar_ticks = plan.meter.bar_ticks
        ticks = np.array(
            [
                bar * bar_ticks + beat.start_ticks
                for bar in range(section.bars)
                for beat in beats_of(plan.meter)
            ]
        )
        last_bar = np.clip((ticks + TICKS_PER_QUARTER) / bar_ticks - (section.bars - 1), 0, 1)
        levels = 98 + 12 * section.energy + 18 * phrase_shape(ticks, section, bar_ticks)
        levels += 14 * towards(following, section) * last_bar
        controls += [
            Control(start_ticks + tick, EXPRESSION, round(level))
            for tick, level in zip(ticks.tolist(), np.clip(levels, 64, 127).tolist(), strict=True)
        ]
    return _without_repeats(controls)


def _without_repeats(controls: Sequence[Control]) -> tuple[Control, ...]:
    kept = list(controls[:1])
    kept += [control for before, control in pairwise(controls) if control.value != before.value]
    return tuple(kept)


# --- the end ----------------------------------------------------------------------------------------

# The last tempo against the song's own, by style; a rock band stops as it played.
_SLOWEST = {
    "rock": 1.0, "march": 0.86, "latin": 0.88, "waltz": 0.78, "folk": 0.8, "pop": 0.78, "lullaby": 0.64,
}  # fmt: skip
_USUALLY_SLOWEST = 0.7
_CURVATURE = 3.0
_LONG_BAR_S = 3.2  # a longer one is enough to slow down in
LEAST_BARS_TO_SLOW_DOWN = 8  # in a shorter piece the tempo would hardly be heard
_FERMATA = 0.8  # of the slowed tempo, while the last chord is held
_STEPS_A_BEAT = 2


def ritardando(plan: Plan, tempos: Sequence[Tempo]) -> tuple[Tempo, ...]:
    """The tempos with a slower end: exact up to the last two bars of the last section, or its last one.

    The tempo falls as runners' speed does who come to a stop: v(x) = (1 + (w^q - 1) x)^(1/q) with q = 3 and w the
    last tempo over the first (Friberg & Sundberg, JASA 105, 1999). Then the last bar is held.
    """
    slowest, beats = _SLOWEST.get(plan.style, _USUALLY_SLOWEST), beats_of(plan.meter)
    bar_ticks, last = plan.meter.bar_ticks, plan.sections[-1]
    end = plan.bars * bar_ticks
    if slowest == 1.0 or plan.bars < LEAST_BARS_TO_SLOW_DOWN:
        return tuple(tempos)
    two_bars = last.bars > 1 and plan.bar_s < _LONG_BAR_S
    start = end - (2 * bar_ticks if two_bars else bar_ticks)
    held = end - bar_ticks if two_bars else start + beats[-1].start_ticks
    if held <= start:  # a single bar of a single beat
        return tuple(tempos)
    step = max(TICKS_PER_QUARTER // 4, beats[-1].length_ticks // _STEPS_A_BEAT)
    bpm = tempos[-1].bpm

    def share(ticks: int) -> float:
        place = min(1.0, (ticks + step - start) / (held - start))
        return float((1 + (slowest**_CURVATURE - 1) * place) ** (1 / _CURVATURE))

    slower = [Tempo(t, bpm * share(t)) for t in range(start, held, step)]
    return (*(t for t in tempos if t.start_ticks < start), *slower, Tempo(held, bpm * slowest * _FERMATA))
