"""How a chord is played within one bar: held, rolled, broken, struck ... Each texture is a function in TEXTURES.

A texture lays the notes of a voicing (its lowest first) onto the beats of a span. So it works in every meter: 3/4 is
one group of three beats, 7/8 beats of two, two and three eighths.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

from aoede.music.beats import Beat, Span
from aoede.song import Note

Stroke = tuple[int, int, int, int]  # pitch, start and length in ticks, velocity against the section's
Voicing = Sequence[int]
Texture = Callable[[Voicing, Span], list[Stroke]]


def held(voicing: Voicing, span: Span) -> list[Stroke]:
    """The whole chord to its end."""
    softer = 0 if span.nth == 0 else -5
    return [(pitch, span.start_ticks, span.length_ticks, softer) for pitch in voicing]


def rolled(voicing: Voicing, span: Span) -> list[Stroke]:
    """One note a beat from the lowest, each ringing to the end of the bar."""
    starts = _spread(span, len(voicing))
    return [
        (pitch, start, span.end_ticks - start, 2 if i == 0 else -4)
        for i, (pitch, start) in enumerate(zip(voicing, starts, strict=True))
    ]


def _spread(span: Span, n: int) -> list[int]:
    """Where each of n notes enters: on the beats, or eighths where there are few, the last of them together."""
    places = [beat.start_ticks for beat in span.beats] if len(span.beats) > 2 else list(span.steps)
    return [places[min(i, len(places) - 1)] for i in range(n)]


def broken(voicing: Voicing, span: Span) -> list[Stroke]:
    """Up and down through the chord, step by step; the lowest note rings on below the others."""
    notes = list(voicing) if len(voicing) <= 4 else [voicing[0], *voicing[-3:]]
    steps = span.steps
    order = _waves(len(notes), len(steps))
    strokes = []
    for i, (t, which) in enumerate(zip(steps, order, strict=True)):
        rings = span.length_ticks if which == 0 else 2 * span.step_ticks
        accent = 3 if i == 0 else -2 if any(t == beat.start_ticks for beat in span.heavy) else -6
        strokes.append((notes[which], t, min(rings, span.end_ticks - t), accent))
    return strokes


def _waves(n: int, length: int) -> list[int]:
    """Up and down through n notes so that a wave fills the bar: 0123 2123 over eight, 012321 over six."""
    if n < 3:
        return [i % n for i in range(length)]
    wave = [*range(n), *range(n - 2, 0, -1)]
    if length % len(wave) in (0, 1):
        return [wave[i % len(wave)] for i in range(length)]
    inner = [*range(n - 2, 0, -1), *range(1, n)][: max(1, length - n)]
    filled = [*range(n), *inner]
    return [filled[i] if i < len(filled) else wave[i % len(wave)] for i in range(length)]


def struck(voicing: Voicing, span: Span) -> list[Stroke]:
    """The chord on every beat; its lowest note only on those that carry the others."""
    strokes = _low_line(voicing, span, span.heavy)
    for beat in span.beats:
        accent = 4 if beat.start_ticks == span.start_ticks else -1 if beat.weight else -3
        strokes += [(p, beat.start_ticks, beat.length_ticks * 9 // 10, accent) for p in voicing[1:]]
    return strokes


def _low_line(voicing: Voicing, span: Span, beats: Sequence[Beat]) -> list[Stroke]:
    """The lowest note on each of `beats`, to the next of them."""
    edges = [*(beat.start_ticks for beat in beats), span.end_ticks]
    return [
        (voicing[0], a, (b - a) * 19 // 20, 3 if a == span.start_ticks else -1) for a, b in pairwise(edges)
    ]


def off_beat(voicing: Voicing, span: Span) -> list[Stroke]:
    """The lowest note where a group begins, the rest of the chord in the gap after every beat."""
    strokes = [(voicing[0], beat.start_ticks, beat.length_ticks, 2) for beat in span.heavy]
    for beat in span.beats:
        late = beat.start_ticks + _last_step(beat, span.step_ticks)
        if late > beat.start_ticks:
            length = (beat.end_ticks - late) * 3 // 4
            strokes += [(p, late, length, -3) for p in voicing[1:]]
    return strokes


def _last_step(beat: Beat, step_ticks: int) -> int:
    """Ticks into the beat of its last step: the half of a plain one, two thirds of a dotted one."""
    if beat.length_ticks <= step_ticks:
        return beat.length_ticks // 2
    return (beat.length_ticks - 1) // step_ticks * step_ticks


def driving(voicing: Voicing, span: Span) -> list[Stroke]:
    """The chord in short even strokes, the beats accented."""
    starts = {beat.start_ticks: beat.weight for beat in span.beats}
    strokes = _low_line(voicing, span, span.heavy)
    for t, end in pairwise([*span.steps, span.end_ticks]):
        accent = 3 + starts[t] if t in starts else -7
        strokes += [(p, t, (end - t) * 3 // 4, accent) for p in voicing[1:]]
    return strokes


def boom_chick(voicing: Voicing, span: Span) -> list[Stroke]:
    """A low note, then the rest of the chord; of three eighths the middle one is left out."""
    return _low_and_high(voicing, span, skips=True)


def waltz(voicing: Voicing, span: Span) -> list[Stroke]:
    """A low note on the first beat of a group, the rest of the chord short on every other one."""
    return _low_and_high(voicing, span, skips=False)


def _low_and_high(voicing: Voicing, span: Span, skips: bool) -> list[Stroke]:
    """Low notes where a group begins, chords on its other places."""
    strokes, n_low = [], 0
    fifth = _alternate(voicing, span)
    for place, (t, end, is_low) in enumerate(_places(span, skips)):
        if is_low:
            low = voicing[0] if n_low % 2 == 0 else fifth
            strokes.append((low, t, end - t, 3 if place == 0 else 0))
            n_low += 1
        else:
            strokes += [(p, t, (end - t) * 7 // 10, -4) for p in voicing[1:] if p != fifth]
    return strokes


def _places(span: Span, skips: bool) -> list[tuple[int, int, bool]]:
    """(start, end, whether a group begins) of each beat; where eighths are counted, of each of them."""
    if not span.in_eighths:
        heavy = {beat.start_ticks for beat in span.heavy}
        return [(beat.start_ticks, beat.end_ticks, beat.start_ticks in heavy) for beat in span.beats]
    starts = []
    for beat in span.beats:
        inside = list(range(beat.start_ticks, beat.end_ticks, span.step_ticks))
        starts += [inside[0], inside[-1]] if skips and len(inside) == 3 else inside
    begins = {beat.start_ticks for beat in span.beats}
    return [(a, b, a in begins) for a, b in pairwise([*starts, span.end_ticks])]


def _alternate(voicing: Voicing, span: Span) -> int:
    """The low note that takes turns with the lowest: the chord's fifth, where a hand has it low."""
    fifths = {(span.chord.root_pc + i) % 12 for i in span.chord.intervals if i in (6, 7, 8)}
    return next((p for p in voicing[1:3] if p % 12 in fifths and len(voicing) > 4), voicing[0])


def picked(voicing: Voicing, span: Span) -> list[Stroke]:
    """Fingers on the high strings between the beats, the thumb on low ones on the beats (after Merle Travis)."""
    low = [voicing[0], voicing[1], _alternate(voicing, span), voicing[1]]
    high = [voicing[-1], voicing[-2], voicing[max(-3, -len(voicing))]]
    strokes, n_high = [], 0
    for i, beat in enumerate(span.beats):
        inside = [t for t in span.steps if beat.start_ticks < t < beat.end_ticks]
        strokes.append((low[i % 4], beat.start_ticks, min(2 * beat.length_ticks, span.end_ticks - beat.start_ticks),
                        3 if i == 0 else -1))  # fmt: skip
        if i == 0 and len(span.beats) > 1 and len(inside) == 1:  # a pinch: thumb and finger together
            strokes.append((high[0], beat.start_ticks, min(beat.length_ticks * 2, span.length_ticks), -2))
            continue
        for t in inside:
            n_high += 1
            strokes.append((high[n_high % 3], t, min(beat.length_ticks * 2, span.end_ticks - t), -6))
    return strokes


def comped(voicing: Voicing, span: Span) -> list[Stroke]:
    """Short chords that push: on the first beat and before the middle of the bar, every other bar the reverse."""
    strokes = []
    for t in _pushes(span):
        on_first = t == span.start_ticks
        length = min(span.step_ticks * (1 if on_first else 2), span.end_ticks - t) * 4 // 5
        strokes += [(p, t, length, -3 if on_first else 2) for p in voicing]
    return strokes


def _pushes(span: Span) -> list[int]:
    """(1, 2 and) as in the Charleston; in odd bars (1 and, 3)."""
    steps, odd = span.steps, span.bar % 2 == 1
    if len(span.beats) <= 2:
        return [steps[1] if odd and len(steps) > 1 else span.start_ticks]
    middle = (span.heavy[1:] or span.beats[-1:])[0].start_ticks
    return [steps[1], middle] if odd else [span.start_ticks, max(t for t in steps if t < middle)]


def tresillo(voicing: Voicing, span: Span) -> list[Stroke]:
    """Three, three and two: the chord on the first, fourth and seventh eighth, its lowest note on the first."""
    strokes = [(voicing[0], span.start_ticks, span.length_ticks * 9 // 10, 2)]
    for i, (t, end) in enumerate(pairwise([*tresillo_places(span), span.end_ticks])):
        before = max((step for step in span.steps if t < step < end), default=t)
        strokes += [(p, t, min(before - t or end - t, end - t) * 4 // 5, 3 if i else 0) for p in voicing[1:]]
        if before > t and end < span.end_ticks:  # the high notes once more, on the way to the next
            strokes += [(p, before, (end - before) * 4 // 5, -8) for p in voicing[-2:]]
    return strokes


def tresillo_places(span: Span) -> list[int]:
    """The first step of each three, or two where no threes are left, of all the steps."""
    steps, places, i = span.steps, [], 0
    while i < len(steps):
        places.append(steps[i])
        left = len(steps) - i
        i += 3 if left >= 5 or left == 3 or len(steps) % 3 == 0 or len(steps) == 4 else 2
    return places


TEXTURES: Mapping[str, Texture] = MappingProxyType(
    {
        "held": held,
        "rolled": rolled,
        "picked": picked,
        "broken": broken,
        "waltz": waltz,
        "boom-chick": boom_chick,
        "comped": comped,
        "struck": struck,
        "off-beat": off_beat,
        "tresillo": tresillo,
        "driving": driving,
    }
)
PEDALLED = frozenset({"held", "rolled", "broken", "struck", "waltz"})  # where a pianist's foot helps


# --- what hands add ---------------------------------------------------------------------------------


def strummed(strokes: Sequence[Stroke], beats: frozenset[int], gap_ticks: int) -> list[Stroke]:
    """Strings sounded one after another: down on the beats, up (and only the high strings) between them.

    beats: the ticks at which the hand goes down. gap_ticks: from one string to the next.
    """
    together: dict[int, list[Stroke]] = {}
    for stroke in strokes:
        together.setdefault(stroke[1], []).append(stroke)
    spread = []
    for start, chord in together.items():
        down = start in beats
        strings = sorted(chord, reverse=not down)
        if not down and len(strings) > 3:
            strings = strings[:4]
        for i, (pitch, t, length, accent) in enumerate(strings):
            delay = min(i * gap_ticks, length // 3)
            spread.append((pitch, t + delay, length - delay, accent - (0 if down else 2)))
    return spread


def articulated(strokes: Sequence[Stroke], factor: float) -> list[Stroke]:
    """The strokes so much shorter, or longer as far as the next one begins.

    factor: on their lengths; below 1 for light playing, above it for heavy.
    """
    starts = sorted({start for _, start, _, _ in strokes})
    nexts = dict(pairwise(starts))
    return [
        (pitch, start, max(1, min(round(length * factor), max(length, nexts.get(start, 0) - start))), accent)
        for pitch, start, length, accent in strokes
    ]


def without_overlaps(notes: Sequence[Note], *, tied_ticks: int = 0) -> list[Note]:
    """The notes sorted, none struck while it sounds: the earlier one ends, or goes on for up to `tied_ticks`."""
    last: dict[int, Note] = {}
    done: list[Note] = []
    for note in sorted(notes):
        before = last.get(note.pitch)
        if before is not None:
            if before.start_ticks == note.start_ticks:
                note = max(before, note, key=lambda n: n.duration_ticks)
            elif before.end_ticks >= note.start_ticks and note.end_ticks - before.start_ticks <= tied_ticks:
                length = max(before.end_ticks, note.end_ticks) - before.start_ticks
                note = Note(before.start_ticks, note.pitch, length, before.velocity)
            else:
                length = min(before.duration_ticks, note.start_ticks - before.start_ticks)
                done.append(Note(before.start_ticks, before.pitch, length, before.velocity))
        last[note.pitch] = note
    return sorted([*done, *last.values()])
