"""What a bass plays: held notes, roots, fifths, a walking line ... Each figure is a function in FIGURES.

A figure goes over all the bars of a section at once, so that a line can lead from one chord to the next.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from aoede.music.beats import Beat, Span
from aoede.music.paths import Floats, best_path
from aoede.music.textures import Stroke, tresillo_places
from aoede.music.theory import Chord, nearest_pitch

LOWEST, HIGHEST = 28, 46  # E1, a bass guitar's lowest string, to A#2
MIDDLE = 38.0
_ABOVE = 14  # semitones that broken chords may go above the range of single bass notes


@dataclass(frozen=True, slots=True)
class Ground:
    """What a bass knows of one chord within one bar."""

    span: Span
    root: int  # the chord's bass note
    fifth: int  # its fifth beside the root, or the root where a slash chord has none
    goal: int  # the next chord's bass note; `root` where none follows
    scale: tuple[int, ...]  # pitch classes of the section's key
    low: int  # the instrument's range here
    high: int


Figure = Callable[[Sequence[Ground], np.random.Generator], list[Stroke]]


def grounds_of(
    spans: Sequence[Span],
    scale: tuple[int, ...],
    low: int = LOWEST,
    high: int = HIGHEST,
    middle: float = MIDDLE,
) -> list[Ground]:
    """The bass notes of a section, each near the one before it and drawn back to `middle`."""
    low, high = max(low, LOWEST), max(min(high, HIGHEST), max(low, LOWEST) + 12)
    middle = float(np.clip(middle, low + 5, high - 5))
    near, roots = middle, list[int]()
    for span in spans:
        if not span.nth:
            near = 0.6 * near + 0.4 * middle
        pitch = _within(nearest_pitch(bass_pc(span.chord), near), low, high)
        near = float(pitch)
        roots.append(pitch)
    goals = [*roots[1:], roots[-1]]
    return [
        Ground(
            span, root, _fifth(span.chord, root, low, high), goal if span.changes else root, scale, low, high
        )
        for span, root, goal in zip(spans, roots, goals, strict=True)
    ]


def bass_pc(chord: Chord) -> int:
    return chord.root_pc if chord.bass_pc is None else chord.bass_pc


def _within(pitch: int, low: int, high: int) -> int:
    while pitch < low:
        pitch += 12
    while pitch > high:
        pitch -= 12
    return pitch


def _fifth(chord: Chord, root: int, low: int, high: int) -> int:
    """The chord's fifth (perfect, diminished or augmented) below the bass note, else above it."""
    found = [(chord.root_pc + i) % 12 for i in chord.intervals if i in (6, 7, 8)]
    if not found or found[0] == root % 12:
        return root
    above = root + (found[0] - root) % 12
    below = above - 12
    return below if below >= low and root - low > 7 else above if above <= high else max(below, low)


def _moves_on(ground: Ground) -> bool:
    return ground.goal != ground.root


def approach(ground: Ground) -> int:
    """The note a step away from the next bass note, on the side the line comes from, of the scale if it can be."""
    side = 1 if ground.root > ground.goal else -1
    if abs(ground.goal - ground.root) <= 2:  # already a step away: from the other side
        side = -side
    near = [ground.goal + step for step in (2 * side, side, -side, -2 * side)]
    within = [pitch for pitch in near if ground.low <= pitch <= ground.high and pitch != ground.root]
    return next((pitch for pitch in within[:2] if pitch % 12 in ground.scale), within[0])


# --- figures of one bar after another ---------------------------------------------------------------


def held(grounds: Sequence[Ground], rng: np.random.Generator) -> list[Stroke]:
    """One long note a bar."""
    return [
        (g.root, g.span.start_ticks, g.span.length_ticks * 19 // 20, -2 * (g.span.nth > 0)) for g in grounds
    ]


def downbeat(grounds: Sequence[Ground], rng: np.random.Generator) -> list[Stroke]:
    """The first beat alone, the fifth where a chord goes on: what leaves a waltz its other two beats."""
    strokes = []
    for g in grounds:
        first = g.span.beats[0]
        length = max(first.length_ticks, g.span.length_ticks // 2) * 9 // 10
        strokes.append((g.fifth if g.span.nth % 2 else g.root, first.start_ticks, length, 0))
    return strokes


def roots(grounds: Sequence[Ground], rng: np.random.Generator) -> list[Stroke]:
    """The root on the beats that carry the others."""
    return [
        stroke
        for g in grounds
        for stroke in _line(
            g, [beat.start_ticks for beat in g.span.heavy], [g.root] * len(g.span.heavy), leads=True
        )
    ]


def pushed(grounds: Sequence[Ground], rng: np.random.Generator) -> list[Stroke]:
    """The root where a kick drum falls: the first beat, the middle of the bar and the half beat before it."""
    strokes = []
    for g in grounds:
        heavy = [beat.start_ticks for beat in g.span.heavy]
        before = [max(t for t in g.span.steps if t < heavy[1])] if len(heavy) > 1 else []
        places = sorted({*heavy, *before})
        strokes += _line(g, places, [g.root] * len(places), leads=True)
    return strokes


def fifths(grounds: Sequence[Ground], rng: np.random.Generator) -> list[Stroke]:
    """Root and fifth in turn on the beats that carry the others, a step to the next chord at the end."""
    strokes = []
    for g in grounds:
        places = [
            beat.start_ticks for beat in (g.span.heavy if len(g.span.heavy) > 1 else _outer(g.span.beats))
        ]
        turn = g.span.nth * len(places)
        pitches = [g.root if i == 0 or (turn + i) % 2 == 0 else g.fifth for i in range(len(places))]
        strokes += _line(g, places, pitches, leads=True)
    return strokes


def _outer(beats: Sequence[Beat]) -> list[Beat]:
    return list(beats[:: max(1, len(beats) - 1)][:2])


def driving(grounds: Sequence[Ground], rng: np.random.Generator) -> list[Stroke]:
    """The root in even short notes, beats accented, a step to the next chord at the end."""
    strokes = []
    for g in grounds:
        beats = {beat.start_ticks for beat in g.span.beats}
        steps = g.span.steps
        pitches = [g.root] * len(steps)
        if _moves_on(g) and len(steps) >= 4:
            pitches[-1] = approach(g)
        for t, end, pitch in zip(steps, [*steps[1:], g.span.end_ticks], pitches, strict=True):
            strokes.append((pitch, t, (end - t) * 4 // 5, 3 if t in beats else -5))
    return strokes


def tresillo(grounds: Sequence[Ground], rng: np.random.Generator) -> list[Stroke]:
    """Three, three and two: root, fifth, and the root again or a step to the next chord."""
    strokes = []
    for g in grounds:
        places = tresillo_places(g.span)
        pitches = [g.root if i % 3 != 1 else g.fifth for i in range(len(places))]
        if _moves_on(g) and len(places) > 2:
            pitches[-1] = approach(g)
        strokes += _line(g, places, pitches)
    return strokes


def arpeggio(grounds: Sequence[Ground], rng: np.random.Generator) -> list[Stroke]:
    """Root, fifth, tenth and fifth, step by step: harmony where nobody else plays the chords."""
    strokes = []
    for g in grounds:
        tones = _open_chord(g)
        steps = g.span.steps if len(g.span.steps) <= 8 else tuple(b.start_ticks for b in g.span.beats)
        order = [0, 1, 2, 1] if len(steps) % 4 == 0 else [0, 1, 2]
        ends = [*steps[1:], g.span.end_ticks]
        for i, (t, end) in enumerate(zip(steps, ends, strict=True)):
            strokes.append((tones[order[i % len(order)]], t, end - t, 3 if i == 0 else -5))
    return strokes


def _open_chord(ground: Ground) -> list[int]:
    """The bass note and two more of the chord above it in open position: the fifth and the tenth of a root."""
    chord, tones = ground.span.chord, [ground.root]
    for wanted in ((6, 7, 8), (3, 4, 2, 5), (0,)):
        pc = (chord.root_pc + next((i for i in wanted if i in chord.intervals), 0)) % 12
        if pc not in {pitch % 12 for pitch in tones}:
            pitch = tones[-1] + (pc - tones[-1]) % 12
            tones.append(pitch if pitch <= ground.high + _ABOVE else pitch - 12)
    return (tones * 3)[:3] if len(tones) < 3 else tones[:3]


def _line(
    ground: Ground, places: Sequence[int], pitches: Sequence[int], *, leads: bool = False
) -> list[Stroke]:
    """A note at each place, to the next one; with `leads` the last beat steps to the chord that comes."""
    strokes = [
        (pitch, a, (b - a) * 9 // 10, 2 if i == 0 else -3)
        for i, (pitch, (a, b)) in enumerate(
            zip(pitches, pairwise([*places, ground.span.end_ticks]), strict=True)
        )
    ]
    last_beat = ground.span.beats[-1]
    pitch, start, _, accent = strokes[-1]
    if leads and _moves_on(ground) and last_beat.start_ticks > start and not last_beat.weight:
        strokes[-1] = (pitch, start, (last_beat.start_ticks - start) * 9 // 10, accent)
        strokes.append((approach(ground), last_beat.start_ticks, last_beat.length_ticks * 9 // 10, -4))
    return strokes


# --- walking ----------------------------------------------------------------------------------------

# What a walking line likes to do, by the size of its step in semitones: 0 is to repeat a note.
_STEPS = np.array([-3.0, 0.0, 0.0, -0.5, -0.6, -0.5, -1.5, -0.9, -2.0, -2.2, -2.5, -3.0, -1.2])
_LEAP = -4.0


def walking(grounds: Sequence[Ground], rng: np.random.Generator) -> list[Stroke]:
    """A note on every beat: the bass note first, then steps through chord and scale to the next chord."""
    pitches = np.arange(grounds[0].low, grounds[0].high + 1)
    places = [(g, beat) for g in grounds for beat in g.span.beats]
    unary = np.array([_worth(pitches, g, beat) for g, beat in places])
    unary += 0.35 * rng.gumbel(size=unary.shape)
    size = np.abs(pitches[:, None] - pitches[None])
    moves = np.where(size < len(_STEPS), _STEPS[np.minimum(size, len(_STEPS) - 1)], _LEAP)
    path = best_path(unary, moves)
    return [
        (int(pitches[state]), beat.start_ticks, beat.length_ticks * 9 // 10, 2 if beat.weight else -1)
        for state, (_, beat) in zip(path, places, strict=True)
    ]


def _worth(pitches: NDArray[np.int_], ground: Ground, beat: Beat) -> Floats:
    """How well each pitch suits a beat: the bass on the first, the chord on strong ones, steps before a change."""
    pcs = pitches % 12
    in_chord = np.isin(pcs, list(ground.span.chord.pitch_classes))
    in_scale = np.isin(pcs, ground.scale)
    worth: Floats = -0.06 * np.abs(pitches - MIDDLE)
    if beat is ground.span.beats[0]:
        allowed = pcs == ground.root % 12 if not ground.span.nth else in_chord
        return _only(allowed, worth)
    if beat.weight:
        return _only(in_chord, worth)
    if beat is ground.span.beats[-1] and _moves_on(ground):
        near = np.abs((pcs - ground.goal + 6) % 12 - 6)  # semitones to the next bass note, in any octave
        lead = np.where(near == 1, 1.2, np.where(near == 2, 0.8, np.where(near == 5, 0.4, 0.0)))
        return np.asarray(worth + lead - 1.0 * (near == 0) + 0.4 * in_scale + 0.3 * in_chord)
    return np.asarray(worth + np.where(in_chord, 0.6, np.where(in_scale, 0.2, -1.5)))


def _only(allowed: NDArray[np.bool_], worth: Floats) -> Floats:
    return np.asarray(np.where(allowed, worth, -1e6))


FIGURES: Mapping[str, Figure] = MappingProxyType(
    {
        "held": held,
        "downbeat": downbeat,
        "fifths": fifths,
        "roots": roots,
        "pushed": pushed,
        "arpeggio": arpeggio,
        "tresillo": tresillo,
        "walking": walking,
        "driving": driving,
    }
)
