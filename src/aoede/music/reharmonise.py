"""The chords of a song that is worked on: those that it states, and others in their place."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from aoede.encodings.chords import parse_chord
from aoede.errors import InputError
from aoede.music.changes import Changes
from aoede.music.harmonise import chords_a_bar, harmonise
from aoede.music.plan import Plan
from aoede.music.selection import Spans, common, without
from aoede.music.theory import Chord, PlacedChord
from aoede.randomness import stream
from aoede.song import Note, Song


def starts_of(plan: Plan) -> list[int]:
    """The ticks at which the sections begin."""
    return [plan.meter.bar_ticks * bar for bar in accumulate((s.bars for s in plan.sections), initial=0)][:-1]


def changes_in(song: Song, plan: Plan) -> list[Changes]:
    """The chords that a song states, section by section; nothing where it states none.

    A chord that is held is struck anew in every bar, or as seldom as the plan changes chords.
    """
    stated = [(symbol.start_ticks, chord) for symbol in song.chords if (chord := _parsed(symbol.symbol))]
    if not stated:
        return []
    unit_ticks = max(plan.meter.bar_ticks, int(plan.meter.bar_ticks / plan.chords_a_bar))
    changes = []
    for begin, section in zip(starts_of(plan), plan.sections, strict=True):
        end = begin + section.bars * plan.meter.bar_ticks
        first = [chord for ticks, chord in stated if ticks <= begin][-1:] or [stated[0][1]]
        edges = [(begin, first[0]), *((ticks, chord) for ticks, chord in stated if begin < ticks < end)]
        ends = [*(ticks for ticks, _ in edges[1:]), end]
        changes.append(
            [
                PlacedChord(a - begin, min(a + unit_ticks, until) - begin, chord)
                for (start, chord), until in zip(edges, ends, strict=True)
                for a in range(start, until, unit_ticks)
            ]
        )
    return changes


def _parsed(symbol: str) -> Chord | None:
    try:
        return parse_chord(symbol)
    except InputError:  # "N.C.", or what somebody wrote in another program
        return None


def overlaid(old: Sequence[Changes], new: Sequence[Changes], spans: Spans, plan: Plan) -> list[Changes]:
    """The chords of `new` in `spans` (ticks of the song), those of `old` elsewhere."""
    changes = []
    for start, before, after in zip(starts_of(plan), old, new, strict=True):
        parts = [*_cut(before, start, without, spans), *_cut(after, start, common, spans)]
        changes.append(sorted(parts, key=lambda placed: placed.start_ticks))
    return changes


def _cut(
    chords: Changes, start: int, keep: Callable[[Spans, Spans], Spans], spans: Spans
) -> Iterator[PlacedChord]:
    for placed in chords:
        for begin, end in keep(((placed.start_ticks + start, placed.end_ticks + start),), spans):
            yield PlacedChord(begin - start, end - start, placed.chord)


def under_tune(
    changes: Sequence[Changes], melody: Sequence[Note], spans: Spans, plan: Plan, seed: int
) -> list[Changes]:
    """The chords with others in `spans` that suit the melody there; what has no melody stays as it is."""
    found = list(changes)
    for i, (start, section) in enumerate(zip(starts_of(plan), plan.sections, strict=True)):
        end = start + section.bars * plan.meter.bar_ticks
        for part in common(((start, end),), spans):
            if any(part[0] <= note.start_ticks < part[1] for note in melody):
                found[i] = _suited(found, i, melody, part, plan, seed)
    return found


def _suited(
    changes: Sequence[Changes],
    index: int,
    melody: Sequence[Note],
    part: tuple[int, int],
    plan: Plan,
    seed: int,
) -> Changes:
    """The chords of a section, those in `part` (ticks of the song) found for the melody and what stands beside."""
    start, section, bar_ticks = starts_of(plan)[index], plan.sections[index], plan.meter.bar_ticks
    begin, end = part
    bars = range((begin - start) // bar_ticks, -(-(end - start) // bar_ticks))
    span_ticks = bar_ticks // chords_a_bar(plan.meter)
    new = harmonise(
        [replace(n, start_ticks=n.start_ticks - begin) for n in melody if begin <= n.start_ticks < end],
        plan.key_of(section),
        plan.meter,
        len(bars),
        places=bars,
        before=_sounding(changes, plan, begin - 1),
        after=_sounding(changes, plan, end),
        closes=index == len(plan.sections) - 1 and bars.stop == section.bars,
        rng=stream(seed, "harmony", "under the tune", begin),
        instead_of=[c for t in range(begin, end, span_ticks) if (c := _sounding(changes, plan, t))],
    )
    moved = [PlacedChord(p.start_ticks + begin - start, p.end_ticks + begin - start, p.chord) for p in new]
    parts = [*_cut(changes[index], start, without, (part,)), *moved]
    return sorted(parts, key=lambda placed: placed.start_ticks)


def _sounding(changes: Sequence[Changes], plan: Plan, ticks: int) -> Chord | None:
    """The chord at a moment of the song; None before its beginning and after its end."""
    for start, chords in zip(starts_of(plan), changes, strict=True):
        for placed in chords:
            if placed.start_ticks <= ticks - start < placed.end_ticks:
                return placed.chord
    return None
