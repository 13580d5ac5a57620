"""The parts below the melody: voice-led chords and a bass, their textures chosen by energy.

(More instruments, drums and styles will join here, each as one function from chords to notes.)
"""

from collections.abc import Callable, Sequence
from itertools import combinations, pairwise

import numpy as np

from aoede.music.means import CHOIR, PAD, STRINGS
from aoede.music.melody import pulse_ticks
from aoede.music.paths import best_path
from aoede.music.plan import Plan, PlannedSection
from aoede.music.theory import Chord, PlacedChord, nearest_pitch
from aoede.randomness import stream
from aoede.song import TICKS_PER_QUARTER, Note

_CHORDS_LOW, _CHORDS_HIGH = 50, 69  # D3..A4: below most melodies, above the bass
_BASS_LOW, _BASS_HIGH = 31, 48  # G1..C3
_SUSTAINING = {CHOIR, PAD, STRINGS}  # instruments whose long notes do not fade

Voicing = tuple[int, ...]
Stroke = tuple[int, int, int, int]  # pitch, start and length in ticks, velocity against the section's
Texture = Callable[[Voicing, int, int, int], list[Stroke]]  # of a voicing, start, end and pulse in ticks


def voicings_for(chords: Sequence[Chord], *, centre: float = 59.0) -> list[Voicing]:
    """One voicing a chord, three or four notes low to high, that moves the voices as little as possible."""
    choices = [_voicings_of(chord) for chord in chords]
    n_states = max(len(voicings) for voicings in choices)
    unary = np.full((len(chords), n_states), -np.inf)
    for t, voicings in enumerate(choices):
        unary[t, : len(voicings)] = [
            -0.35 * abs(np.mean(v) - centre) - 0.2 * (v[-1] - v[0]) for v in voicings
        ]
    moves = np.full((max(0, len(chords) - 1), n_states, n_states), -np.inf)
    for t, (here, there) in enumerate(pairwise(choices)):
        for i, a in enumerate(here):
            for j, b in enumerate(there):
                moves[t, i, j] = -_motion(a, b)
    return [choices[t][state] for t, state in enumerate(best_path(unary, moves))]


def _voicings_of(chord: Chord) -> list[Voicing]:
    """Every voicing within the chord register and within a tenth; big chords leave out the fifth."""
    pcs = set(chord.pitch_classes)
    fifth = (chord.root_pc + 7) % 12
    if len(pcs) > 4:
        pcs.discard(fifth)
    pcs = set(sorted(pcs, key=lambda pc: (pc - chord.root_pc) % 12)[:4])
    pitches = [p for p in range(_CHORDS_LOW, _CHORDS_HIGH + 1) if p % 12 in pcs]
    n_voices = max(3, len(pcs))
    return [
        voicing
        for voicing in combinations(pitches, n_voices)
        if voicing[-1] - voicing[0] <= 15 and {p % 12 for p in voicing} == pcs
    ] or [tuple(pitches[:n_voices])]


def _motion(a: Voicing, b: Voicing) -> float:
    """Semitones from each voice of `b` to its nearest in `a`, and half the outer voices' motion again."""
    nearest = sum(min(abs(p - q) for q in a) for p in b)
    return nearest + 0.5 * abs(b[-1] - a[-1]) + 0.5 * abs(b[0] - a[0])


def chord_parts_for(
    plan: Plan, changes: Sequence[Sequence[PlacedChord]], seed: int
) -> list[tuple[Note, ...]]:
    """The chord part of every section, in ticks from its beginning."""
    return _each_section(chord_part, "chords", plan, changes, seed)


def bass_parts_for(plan: Plan, changes: Sequence[Sequence[PlacedChord]], seed: int) -> list[tuple[Note, ...]]:
    """The bass of every section, in ticks from its beginning."""
    return _each_section(bass_part, "bass", plan, changes, seed)


def _each_section(
    write: Callable[..., tuple[Note, ...]],
    role: str,
    plan: Plan,
    changes: Sequence[Sequence[PlacedChord]],
    seed: int,
) -> list[tuple[Note, ...]]:
    last = len(plan.sections) - 1
    return [
        write(chords, plan, section, is_end=i == last, rng=stream(seed, role, section.name, i))
        for i, (section, chords) in enumerate(zip(plan.sections, changes, strict=True))
    ]


def chord_part(
    chords: Sequence[PlacedChord],
    plan: Plan,
    section: PlannedSection,
    *,
    is_end: bool,
    rng: np.random.Generator,
) -> tuple[Note, ...]:
    """The chords of a section as notes, in ticks from its beginning; `is_end` lets the last chord ring."""
    texture = _texture(plan, section, rng)
    pulse = pulse_ticks(plan.meter)
    notes: list[Note] = []
    centre = float(np.clip(plan.register + section.lift - 11, 54, 59))  # out of a low melody's way
    voicings = voicings_for([placed.chord for placed in chords], centre=centre)
    for index, (placed, voicing) in enumerate(zip(chords, voicings, strict=True)):
        rings = is_end and index == len(chords) - 1
        play = _held if rings else texture
        notes += _sounded(
            play(voicing, placed.start_ticks, placed.end_ticks, pulse), section.velocity - 10, rng
        )
    return tuple(sorted(notes))


def _sounded(strokes: Sequence[Stroke], velocity: float, rng: np.random.Generator) -> list[Note]:
    """The strokes as notes around `velocity`, as uneven as hands are."""
    return [
        Note(start, pitch, length, int(np.clip(velocity + accent + rng.integers(-2, 3), 1, 127)))
        for pitch, start, length, accent in strokes
    ]


def _busy(plan: Plan, section: PlannedSection, rng: np.random.Generator) -> float:
    """How much there is to play, about 0..3.5: more with arousal and with the section's energy."""
    return 1.25 * (plan.arousal + 1) + 1.4 * (section.energy - 0.5) + float(rng.uniform(-0.2, 0.2))


def _texture(plan: Plan, section: PlannedSection, rng: np.random.Generator) -> Texture:
    """From held chords to driving eighths as arousal and the section's energy grow."""
    busy = _busy(plan, section, rng)
    if plan.programs["chords"] in _SUSTAINING:
        return _held if busy < 1.9 else _struck
    in_three = plan.meter.numerator == 3
    ladder = (_held, _waltz if in_three else _rolled, _broken, _waltz if in_three else _off_beat, _driving)
    return ladder[int(np.clip(round(busy), 0, len(ladder) - 1))]


def _held(voicing: Voicing, start: int, end: int, pulse: int) -> list[Stroke]:
    return [(pitch, start, end - start, 0) for pitch in voicing]


def _struck(voicing: Voicing, start: int, end: int, pulse: int) -> list[Stroke]:
    """The whole chord on every beat."""
    return [
        (pitch, t, min(pulse, end - t) * 9 // 10, 4 if t == start else -3)
        for t in range(start, end, pulse)
        for pitch in voicing
    ]


def _rolled(voicing: Voicing, start: int, end: int, pulse: int) -> list[Stroke]:
    """The lowest note first, the others one beat later, all held to the end of the chord."""
    later = start + pulse if end - start > pulse else start
    return [(voicing[0], start, end - start, 0)] + [(p, later, end - later, -4) for p in voicing[1:]]


def _waltz(voicing: Voicing, start: int, end: int, pulse: int) -> list[Stroke]:
    """The lowest note on the first beat, the rest of the chord short on every other beat."""
    beats = range(start + pulse, end, pulse)
    first = (voicing[0], start, min(pulse, end - start), 3)
    return [first] + [(p, t, min(pulse, end - t) * 7 // 10, -4) for t in beats for p in voicing[1:]]


def _broken(voicing: Voicing, start: int, end: int, pulse: int) -> list[Stroke]:
    """Up and down through the chord in eighths, each note ringing for two."""
    eighth = TICKS_PER_QUARTER // 2
    order = [*range(len(voicing)), *range(len(voicing) - 2, 0, -1)]
    return [
        (voicing[order[i % len(order)]], t, min(2 * eighth, end - t), 3 if i == 0 else -5)
        for i, t in enumerate(range(start, end, eighth))
    ]


def _off_beat(voicing: Voicing, start: int, end: int, pulse: int) -> list[Stroke]:
    """The lowest note on the beat, the rest of the chord half a beat later."""
    half = pulse // 2
    notes = []
    for t in range(start, end, pulse):
        notes.append((voicing[0], t, min(pulse, end - t), 2))
        if t + half < end:
            notes += [(p, t + half, half * 3 // 4, -4) for p in voicing[1:]]
    return notes


def _driving(voicing: Voicing, start: int, end: int, pulse: int) -> list[Stroke]:
    """The whole chord in short eighths, the beats accented."""
    eighth = TICKS_PER_QUARTER // 2
    return [
        (p, t, min(eighth, end - t) * 3 // 4, 5 if (t - start) % pulse == 0 else -7)
        for t in range(start, end, eighth)
        for p in voicing
    ]


def bass_part(
    chords: Sequence[PlacedChord],
    plan: Plan,
    section: PlannedSection,
    *,
    is_end: bool,
    rng: np.random.Generator,
) -> tuple[Note, ...]:
    """The bass of a section: roots (or the slash bass), fuller and with approach notes as energy grows."""
    level = int(np.clip(round(_busy(plan, section, rng) - 0.15 * (plan.arousal + 1)), 0, 3))
    pulse = pulse_ticks(plan.meter)
    notes: list[Note] = []
    previous = 40.0
    for index, placed in enumerate(chords):
        rings = is_end and index == len(chords) - 1
        root = _bass_pitch(placed.chord, previous)
        following = chords[index + 1].chord if index + 1 < len(chords) else None
        strokes = _bass_figure(placed, root, 0 if rings else level, pulse, following, plan.key.scale)
        notes += _sounded(strokes, section.velocity - 2, rng)
        previous = 0.7 * root + 0.3 * 40.0  # drawn back to the middle of the register
    return tuple(notes)


def _bass_pitch(chord: Chord, near: float) -> int:
    pitch = nearest_pitch(chord.root_pc if chord.bass_pc is None else chord.bass_pc, near)
    while pitch < _BASS_LOW:
        pitch += 12
    while pitch > _BASS_HIGH:
        pitch -= 12
    return pitch


def _bass_figure(
    placed: PlacedChord, root: int, level: int, pulse: int, following: Chord | None, scale: Sequence[int]
) -> list[Stroke]:
    """The bass under one chord."""
    start, end = placed.start_ticks, placed.end_ticks
    if level == 0 or end - start <= pulse:
        return [(root, start, (end - start) * 19 // 20, 0)]
    fifth = _fifth(placed.chord, root)
    beats = list(range(start, end, pulse))
    if level == 1:
        half = beats[(len(beats) + 1) // 2]
        return [(root, start, half - start, 0), (fifth, half, (end - half) * 19 // 20, -4)]
    if level == 2:
        pitches = [root if i % 2 == 0 else fifth for i in range(len(beats))]
        figure = [
            (p, t, pulse * 9 // 10, 2 if i == 0 else -3)
            for i, (t, p) in enumerate(zip(beats, pitches, strict=True))
        ]
    else:
        eighths = range(start, end, TICKS_PER_QUARTER // 2)
        figure = [
            (root, t, TICKS_PER_QUARTER // 2 * 4 // 5, 3 if (t - start) % pulse == 0 else -5) for t in eighths
        ]
    if following is not None and following.root_pc != placed.chord.root_pc:
        figure[-1] = (_approach(root, following, scale), *figure[-1][1:])
    return [(pitch, t, min(length, end - t), accent) for pitch, t, length, accent in figure]


def _fifth(chord: Chord, root: int) -> int:
    """The chord's fifth (perfect, diminished or augmented) next to the bass note, else its octave."""
    fifths = [
        (chord.root_pc + step) % 12
        for step in (7, 6, 8)
        if (chord.root_pc + step) % 12 in chord.pitch_classes
    ]
    if not fifths or fifths[0] == root % 12:
        return root
    below_or_above = nearest_pitch(fifths[0], root)
    return below_or_above if below_or_above >= _BASS_LOW else below_or_above + 12


def _approach(root: int, following: Chord, scale: Sequence[int]) -> int:
    """The scale note a step away from the next bass note, on the side that the bass comes from."""
    goal = _bass_pitch(following, root)
    side = 1 if root > goal else -1
    steps = [goal + side * step for step in (1, 2) if (goal + side * step) % 12 in scale]
    return steps[-1] if steps else goal
