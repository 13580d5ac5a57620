"""More sections for a song: which they are, and what of the song returns in them."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

import numpy as np

from aoede.encodings.chords import Chord
from aoede.errors import UsageError
from aoede.music.changes import Changes
from aoede.music.form import MAX_SECTIONS, SECTIONS, form_of, material_of, parse_form
from aoede.music.given_lyrics import REPEATED
from aoede.music.plan import ENERGY, LIFT, MAX_BARS, Plan, PlannedSection
from aoede.music.theory import PlacedChord
from aoede.song import Note

USUAL = "bridge chorus"  # what is added where nothing is said
Notes = tuple[Note, ...]


def at_section(plan: Plan) -> int:
    """Where sections are added: before the outro, else at the end."""
    n = len(plan.sections)
    return n - 1 if plan.sections[-1].name == "outro" and n > 1 else n


def added(plan: Plan, add: str | None, bars: int | None) -> list[PlannedSection]:
    """The sections of "bridge chorus:8", of exactly `bars` bars where that is given.

    Raises UsageError where that cannot be, or would be more than a song may have.
    """
    if bars is not None and not 1 <= bars <= MAX_BARS:
        raise UsageError(f"bars must be between 1 and {MAX_BARS}, not {bars}", where="--bars")
    asked = _asked(add) if add else [(name, None) for name in _names(plan, bars)]
    lengths = form_of(
        [(name, n or (_usual_bars(plan, name) if bars is None else None)) for name, n in asked], bars
    )
    n_bars, n_sections = plan.bars + sum(n for _, n in lengths), len(plan.sections) + len(lengths)
    if n_bars > MAX_BARS or n_sections > MAX_SECTIONS:
        raise UsageError(
            f"the song would have {n_bars} bars in {n_sections} sections",
            where="--bars" if bars else "--add",
            hint=f"A song has at most {MAX_BARS} bars and {MAX_SECTIONS} sections; this one has {plan.bars} bars.",
        )
    found: list[PlannedSection] = []
    before = list(plan.sections[: at_section(plan)])
    for name, n in lengths:
        found.append(_planned(plan, [*before, *found], name, n))
    return found


def _asked(add: str) -> list[tuple[str, int | None]]:
    try:
        return list(parse_form(add))
    except UsageError as error:
        raise UsageError(error.message, hint=error.hint, where="--add") from error


def _usual_bars(plan: Plan, name: str) -> int:
    """The bars of the last section of this name, else as many against a chorus as is usual."""
    own = [section.bars for section in plan.sections if section.name == name]
    choruses = [section.bars for section in plan.sections if section.name in ("verse", "chorus")]
    return (
        own[-1]
        if own
        else max(1, SECTIONS[name] * (choruses or [SECTIONS["chorus"]])[-1] // SECTIONS["chorus"])
    )


def _names(plan: Plan, bars: int | None) -> list[str]:
    """Sections that fit into so many bars."""
    if bars is None:
        return USUAL.split()
    n = max(1, round(bars / _usual_bars(plan, "chorus")))
    if n == 1:
        return ["chorus"]
    return [*["verse", "chorus"] * ((n - 2) // 2), *["verse"] * (n % 2), *USUAL.split()]


def _planned(plan: Plan, before: Sequence[PlannedSection], name: str, bars: int) -> PlannedSection:
    """A section that stands after `before`: like the last one of its name, else as loud and full as its kind is."""
    like = next((section for section in reversed(plan.sections) if section.name == name), None)
    material = material_of(name)
    times = sum(section.material == material and section.name != "intro" for section in before)
    key_shift = before[-1].key_shift if before else 0
    if like is not None:
        own = (
            material if bars == like.bars else f"{material}{bars}"
        )  # of another length it needs a tune of its own
        return replace(like, material=own, bars=bars, variation=times, key_shift=key_shift)
    louder = 18 * (ENERGY[name] - np.mean([section.energy for section in plan.sections]))
    velocity = float(np.clip(np.mean([section.velocity for section in plan.sections]) + louder, 36, 112))
    return PlannedSection(name, material, bars, ENERGY[name], LIFT[name], velocity, times, key_shift)


def _source(old: Plan, section: PlannedSection) -> int | None:
    """The last section of the song that returns in a new one."""
    same = [i for i, one in enumerate(old.sections) if one.name == section.name]
    return same[-1] if same else None


def returned(
    now: Sequence[Changes], drawn: Sequence[Changes], old: Plan, plan: Plan, at: int
) -> list[Changes]:
    """The chords of every section of `plan`: those that stand, in new sections those that return, else `drawn`."""
    n_new = len(plan.sections) - len(old.sections)
    new = []
    for i in range(at, at + n_new):
        section, source = plan.sections[i], _source(old, plan.sections[i])
        if source is None:
            new.append(list(drawn[i]))
            continue
        rise = section.key_shift - old.sections[source].key_shift
        lengths = old.sections[source].bars * plan.meter.bar_ticks, section.bars * plan.meter.bar_ticks
        new.append([_raised(placed, rise) for placed in _repeated(now[source], *lengths)])
    if at == len(old.sections):  # the new end comes home
        new[-1][-1] = replace(new[-1][-1], chord=drawn[-1][-1].chord)
    return [*now[:at], *new, *now[at:]]


def _repeated(chords: Changes, length_ticks: int, wanted_ticks: int) -> Changes:
    """The chords of a section over another length: cut, or begun again."""
    placed = []
    for begin in range(0, wanted_ticks, length_ticks):
        for chord in chords:
            a, b = begin + chord.start_ticks, min(begin + chord.end_ticks, wanted_ticks)
            if a < b:
                placed.append(PlacedChord(a, b, chord.chord))
    return placed


def _raised(placed: PlacedChord, semitones: int) -> PlacedChord:
    if not semitones:
        return placed
    chord = placed.chord
    bass_pc = None if chord.bass_pc is None else (chord.bass_pc + semitones) % 12
    return replace(placed, chord=Chord((chord.root_pc + semitones) % 12, chord.quality, bass_pc))


def returned_notes(
    now: Sequence[Notes], drawn: Sequence[Notes], old: Plan, plan: Plan, at: int
) -> list[Notes]:
    """The tune of every section by the same rule; it returns where the new section is as long as the old one.

    A new end is drawn, but for a chorus: it has to come home.
    """
    n_new = len(plan.sections) - len(old.sections)
    new = []
    for i in range(at, at + n_new):
        section, source = plan.sections[i], _tune_source(old, plan, i)
        if source is None:
            new.append(drawn[i])
            continue
        rise = section.key_shift - old.sections[source].key_shift
        new.append(tuple(replace(n, pitch=min(127, max(0, n.pitch + rise))) for n in now[source]))
    return [*now[:at], *new, *now[at:]]


def _tune_source(old: Plan, plan: Plan, i: int) -> int | None:
    """The section of the song whose tune returns in section i of `plan`."""
    section, source = plan.sections[i], _source(old, plan.sections[i])
    if source is None or old.sections[source].bars != section.bars:
        return None
    return source if section.name == "chorus" or i < len(plan.sections) - 1 else None


def returning(old: Plan, plan: Plan, at: int) -> dict[tuple[int, int], int]:
    """Where words return with their tune: spans of ticks of the new song -> where they begin in the old one."""
    starts = [
        list(accumulate((s.bars * p.meter.bar_ticks for s in p.sections), initial=0)) for p in (old, plan)
    ]
    found = {}
    for i in range(at, at + len(plan.sections) - len(old.sections)):
        source = _tune_source(old, plan, i)
        if source is not None and plan.sections[i].name in REPEATED:
            found[starts[1][i], starts[1][i + 1]] = starts[0][source]
    return found
