"""A simple singable melody over chords: rhythm first, then the best line through the chord tones.

A section is phrases of about four bars. The second phrase answers the first with the same rhythm and, where
the chords allow, the same pitches; a third is new; every phrase ends on a long note and a breath. (A learned
melody model will take the place of `_line`; rhythm, phrases and their returns stay.)
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from aoede.music.paths import Floats, best_path
from aoede.music.plan import Plan, PlannedSection, phrase_lengths
from aoede.music.theory import PlacedChord
from aoede.randomness import stream
from aoede.song import TICKS_PER_QUARTER, Meter, Note

LOWEST, HIGHEST = 55, 84  # G3..C6: what most voices can sing, an octave allowed
# Log weights of the melodic interval in semitones, up or down: about the shares of repeats, steps and
# leaps in folk and pop melodies (repeat .12-.23, step .45-.53, leap of a fourth and more .13-.15).
_INTERVALS = np.log(
    [0.08, 0.20, 0.34, 0.12, 0.08, 0.07, 0.004, 0.04, 0.006, 0.012, 0.001, 0.0005, 0.012]
)  # fmt: skip
_FORBIDDEN = -1e9


@dataclass(frozen=True)
class _Slot:
    """A note of the rhythm, before it has a pitch."""

    start_ticks: int
    duration_ticks: int
    is_strong: bool
    is_last: bool  # closes its phrase


def melodies_for(plan: Plan, changes: Sequence[Sequence[PlacedChord]], seed: int) -> list[tuple[Note, ...]]:
    """The melody of every section, in ticks from its beginning; intros have none.

    A material that returns brings its melody back, louder or softer.
    """
    first: dict[str, tuple[PlannedSection, tuple[Note, ...]]] = {}
    melodies: list[tuple[Note, ...]] = []
    for section, chords in zip(plan.sections, changes, strict=True):
        if section.name == "intro":
            melodies.append(())
            continue
        if section.material not in first:
            closes = section is plan.sections[-1] or section.name == "chorus"
            quieter = replace(plan, density=plan.density * 0.6) if section.name == "outro" else plan
            rng = stream(seed, "melody", section.material)
            first[section.material] = section, melody_for(chords, quieter, section, closes=closes, rng=rng)
        origin, notes = first[section.material]
        melodies.append(_louder(notes, round(section.velocity - origin.velocity)))
    return melodies


def _louder(notes: Sequence[Note], by: int) -> tuple[Note, ...]:
    return tuple(replace(note, velocity=min(127, max(1, note.velocity + by))) for note in notes)


def melody_for(
    chords: Sequence[PlacedChord],
    plan: Plan,
    section: PlannedSection,
    *,
    closes: bool,
    rng: np.random.Generator,
) -> tuple[Note, ...]:
    """The notes of one section, in ticks from its beginning.

    chords: the section's chords, from tick 0, without gaps. closes: whether it ends on the tonic.
    """
    grid_ticks = _grid_ticks(plan)
    rhythms: list[list[_Slot]] = []
    lines: list[list[int]] = []
    notes: list[Note] = []
    start_ticks = 0
    lengths = phrase_lengths(section.bars)
    for index, bars in enumerate(lengths):
        answers = index != 2 and index > 0 and bars == lengths[0]
        rhythm = rhythms[0] if answers else _rhythm(bars, plan, section, grid_ticks, rng)
        model = lines[0] if answers else None
        final = index == len(lengths) - 1
        line = _line(_shift(rhythm, start_ticks), chords, plan, section, model, closes and final, rng)
        rhythms.append(rhythm)
        lines.append(line)
        notes += _notes(_shift(rhythm, start_ticks), line, plan, section)
        start_ticks += bars * plan.meter.bar_ticks
    return tuple(notes)


def _grid_ticks(plan: Plan) -> int:
    """Eighths, or sixteenths where the plan asks for more notes than eighths sing comfortably."""
    return TICKS_PER_QUARTER // 4 if plan.density > 1.35 and plan.tempo_bpm < 112 else TICKS_PER_QUARTER // 2


def _shift(rhythm: Sequence[_Slot], by_ticks: int) -> list[_Slot]:
    return [_Slot(s.start_ticks + by_ticks, s.duration_ticks, s.is_strong, s.is_last) for s in rhythm]


def pulse_ticks(meter: Meter) -> int:
    """The felt beat: a dotted quarter in 6/8, 9/8, 12/8, else one beat of the denominator."""
    beat = TICKS_PER_QUARTER * 4 // meter.denominator
    return 3 * beat if meter.denominator >= 8 and meter.numerator % 3 == 0 else beat


def _metric_weights(meter: Meter, grid_ticks: int, restless: float) -> Floats:
    """How much each grid position of a bar invites an onset; restless songs syncopate more."""
    n = max(1, meter.bar_ticks // grid_ticks)
    ticks = np.arange(n) * grid_ticks
    pulse = pulse_ticks(meter)
    weights = np.where(ticks % pulse == 0, 0.7, np.where(ticks % (TICKS_PER_QUARTER // 2) == 0, 0.28, 0.07))
    weights[ticks % pulse != 0] *= 1.0 + 0.6 * restless
    weights[0] = 1.6
    return np.asarray(weights, dtype=np.float64)


def _rhythm(
    bars: int, plan: Plan, section: PlannedSection, grid_ticks: int, rng: np.random.Generator
) -> list[_Slot]:
    """One phrase: two bar-long cells in turn, and a closing bar that comes to rest."""
    weights = _metric_weights(plan.meter, grid_ticks, max(0.0, plan.arousal))
    quarters = plan.meter.bar_ticks / TICKS_PER_QUARTER
    wanted = plan.density * quarters * (0.85 + 0.3 * section.energy)
    cells = [_cell(weights, wanted * factor, rng) for factor in (1.0, float(rng.uniform(0.75, 1.25)))]
    close = _cell(weights[: max(1, len(weights) // 2)], max(1.0, wanted * 0.45), rng)
    onsets = [
        bar * plan.meter.bar_ticks + int(slot) * grid_ticks
        for bar in range(bars)
        for slot in (close if bar == bars - 1 else cells[bar % 2])
    ]
    pulse = pulse_ticks(plan.meter)
    breath_ticks = min(pulse, plan.meter.bar_ticks // 4)
    end = bars * plan.meter.bar_ticks - breath_ticks
    ends = [*onsets[1:], max(end, onsets[-1] + grid_ticks)]
    return [
        _Slot(a, b - a, a % pulse == 0 or b - a >= pulse, a == onsets[-1])
        for a, b in zip(onsets, ends, strict=True)
    ]


def _cell(weights: Floats, wanted: float, rng: np.random.Generator) -> list[int]:
    """Grid positions of a bar's onsets: about `wanted` of them, drawn without replacement by weight."""
    n = int(np.clip(np.floor(wanted + rng.random()), 1, len(weights)))
    return sorted(int(i) for i in np.argsort(-(np.log(weights) + rng.gumbel(size=len(weights)) * 0.6))[:n])


def _line(
    slots: Sequence[_Slot],
    chords: Sequence[PlacedChord],
    plan: Plan,
    section: PlannedSection,
    model: Sequence[int] | None,
    closes: bool,
    rng: np.random.Generator,
) -> list[int]:
    """A pitch for every slot: the best by chord, contour, interval, likeness to `model` and chance."""
    pitches = np.arange(LOWEST, HIGHEST + 1)
    pcs = pitches % 12
    in_scale = np.isin(pcs, plan.key.scale)
    home = max(0.0, 0.2 + 0.4 * plan.valence) * (pcs == plan.key.tonic_pc)  # bright lines tell their key
    unary = np.empty((len(slots), len(pitches)))
    in_chord = np.empty((len(slots), len(pitches)), dtype=bool)
    for t, slot in enumerate(slots):
        chord_pcs = _sounding(chords, slot.start_ticks)
        in_chord[t] = np.isin(pcs, chord_pcs)
        altered = [pc for pc in chord_pcs if pc not in plan.key.scale]
        clashes = np.isin(pcs, [(pc + step) % 12 for pc in altered for step in (-1, 1)])
        allowed = in_chord[t] | (in_scale & ~clashes)
        fit = np.where(in_chord[t], 1.2, -1.6) if slot.is_strong else np.where(in_chord[t], 0.3, 0.0)
        unary[t] = np.where(allowed, fit + home, _FORBIDDEN)
    unary -= 0.5 * ((pitches[None, :] - _contour(slots, plan, section)[:, None]) / 3.0) ** 2
    if model is not None:
        unary[np.arange(len(model)), np.asarray(model) - LOWEST] += 2.2
    goals, pull = ((0,), 20.0) if closes else ((0, 2, 4), 4.0)
    unary[-1] += pull * (np.isin(pcs, [plan.key.scale[degree] for degree in goals]) & in_chord[-1])
    unary += 1.0 * rng.gumbel(size=unary.shape)
    return [int(pitches[state]) for state in best_path(unary, _moves(pitches, in_chord))]


def _sounding(chords: Sequence[PlacedChord], ticks: int) -> tuple[int, ...]:
    placed = next((c for c in chords if c.start_ticks <= ticks < c.end_ticks), chords[-1])
    return tuple(sorted(placed.chord.pitch_classes))


def _contour(slots: Sequence[_Slot], plan: Plan, section: PlannedSection) -> Floats:
    """The line aimed at: an arch a phrase, its top past the middle; later phrases of a section reach higher."""
    starts = np.array([slot.start_ticks for slot in slots], dtype=np.float64)
    place = (starts - starts[0]) / max(1.0, starts[-1] - starts[0])
    later = starts[0] / (section.bars * plan.meter.bar_ticks)  # the second of two phrases: 0.5
    centre = np.clip(plan.register + section.lift, LOWEST + 6, HIGHEST - 9)
    line = centre - 3.0 + 2.0 * later + 6.5 * np.sin(np.pi * place**1.3)
    return np.asarray(line, dtype=np.float64)


def _moves(pitches: NDArray[np.int_], in_chord: NDArray[np.bool_]) -> Floats:
    """Log weights (T-1, S, S) of going from pitch to pitch; a passing note is left by step."""
    size = np.abs(pitches[:, None] - pitches[None, :])
    weights = np.where(size < len(_INTERVALS), _INTERVALS[np.minimum(size, len(_INTERVALS) - 1)], -12.0)
    passing = ~in_chord[:-1]
    return np.asarray(weights[None] - 4.0 * (passing[:, :, None] & (size > 2)[None]), dtype=np.float64)


def _notes(slots: Sequence[_Slot], line: Sequence[int], plan: Plan, section: PlannedSection) -> list[Note]:
    notes = []
    for slot, pitch in zip(slots, line, strict=True):
        accent = 6 if slot.start_ticks % plan.meter.bar_ticks == 0 else 2 if slot.is_strong else -4
        rise = 0.6 * (pitch - plan.register)  # a rising line grows, as a voice does
        velocity = int(np.clip(section.velocity + 8 + accent + rise, 1, 127))
        sounding = slot.duration_ticks if slot.is_last else int(slot.duration_ticks * plan.legato)
        notes.append(Note(slot.start_ticks, pitch, max(1, sounding), velocity))
    return notes
