"""The changes: which chord sounds when, for every section of a plan."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from aoede.encodings.chords import decode
from aoede.learning.sampling import Trained
from aoede.music.beats import beats_of
from aoede.music.chord_model import ChordModel
from aoede.music.harmony import Progression, candidates, nearest
from aoede.music.introduction import introduction
from aoede.music.key_clarity import telling
from aoede.music.plan import Plan, PlannedSection
from aoede.music.progressions import Table, nearest_own
from aoede.music.rolled_harmony import candidates_of_rolls
from aoede.music.theory import Chord, Key, PlacedChord
from aoede.randomness import stream
from aoede.song import TICKS_PER_QUARTER, ChordSymbol

N_CANDIDATES, N_OF_NETWORK = 128, 48  # a network takes longer over each

Player = Trained | ChordModel
Changes = list[PlacedChord]  # of one section, in ticks from its beginning, without gaps


def changes_for(
    plan: Plan,
    *,
    seed: int,
    own: Table | None = None,
    songbook: str | None = None,
    player: Player | None = None,
) -> list[Changes]:
    """The chords of every section; sections of the same material have the same ones, and the end comes home.

    own: a person's own labelled progressions, from which all are then chosen. songbook: see `harmony.candidates`.
    player: a model of piano rolls, or a network of chords, in the place of the chord model.
    """
    longest = {s.material: s.bars for s in sorted(plan.sections, key=lambda s: s.bars)}
    frame = {section.material for section in (plan.sections[0], plan.sections[-1]) if section.name != "intro"}
    chosen = {}
    for material, bars in longest.items():
        n_chords, rng = math.ceil(bars * plan.chords_a_bar), stream(seed, "harmony", material)
        if own is not None:
            chosen[material] = nearest_own(own, plan.valence, plan.arousal, n_chords, plan.key.mode, rng=rng)
        else:
            pool = _candidates(plan, material, n_chords, songbook, player, rng)
            if material in frame:
                pool = telling(pool, plan.key.mode)
            chosen[material] = nearest(pool, plan.valence, plan.feelings, clarity=plan.clarity, rng=rng)
    changes = [_placed(chosen[section.material], section, plan) for section in plan.sections]
    for i, section in enumerate(plan.sections if own is None else ()):
        if section.name == "intro":
            changes[i] = _introduced(
                chosen[section.material], section, plan, stream(seed, "harmony", "intro", i)
            )
    tonic_pc = plan.key_of(plan.sections[-1]).tonic_pc
    home = Chord(tonic_pc, "min" if plan.key.is_minor else "maj")
    changes[-1][-1] = replace(changes[-1][-1], chord=home)
    return changes


def _candidates(
    plan: Plan,
    material: str,
    n_chords: int,
    songbook: str | None,
    player: Player | None,
    rng: np.random.Generator,
) -> list[Progression]:
    """Many progressions of functional chord ids that fit the place of one material in the song."""
    section = [section for section in plan.sections if section.material == material][-1]
    cadence = _cadence(plan, section)
    if player is None or isinstance(player, ChordModel):
        return candidates(
            n_chords,
            plan.key.mode,
            section.name,
            rng=rng,
            n=N_CANDIDATES if player is None else N_OF_NETWORK,
            cadence=cadence,
            surprise=plan.surprise,
            home=plan.clarity,
            songbook=songbook,
            model=player,
        )
    return candidates_of_rolls(
        player,
        n_chords,
        plan.meter.bar_ticks / plan.chords_a_bar / TICKS_PER_QUARTER,
        plan.key.mode,
        section.name,
        valence=plan.valence,
        arousal=plan.arousal,
        cadence=cadence,
        surprise=plan.surprise,
        rng=rng,
    )


def _cadence(plan: Plan, section: PlannedSection) -> str:
    """Verses lean towards what follows, choruses close as the feeling wants, the end comes home."""
    if section is plan.sections[-1]:
        return plan.cadence if plan.cadence in ("authentic", "plagal") else "authentic"
    return "half" if section.name in ("verse", "bridge") else plan.cadence


def _placed(ids: Sequence[int], section: PlannedSection, plan: Plan) -> Changes:
    span = int(plan.meter.bar_ticks / plan.chords_a_bar)
    end, tonic_pc = section.bars * plan.meter.bar_ticks, plan.key_of(section).tonic_pc
    return [
        PlacedChord(start, min(start + span, end), decode(chord_id, tonic_pc))
        for start, chord_id in zip(range(0, end, span), ids, strict=False)
    ]


def _introduced(verse: Progression, section: PlannedSection, plan: Plan, rng: np.random.Generator) -> Changes:
    """The chords of an intro: they tell the key. Where there are but two, the second makes room for a cadence."""
    n_chords = math.ceil(section.bars * plan.chords_a_bar)
    if n_chords != 2:
        return _placed(introduction(verse, n_chords, plan.key.mode, rng=rng), section, plan)
    first, leading, home = _placed(
        introduction((), 3, plan.key.mode, rng=rng), replace(section, bars=3 * section.bars), plan
    )[:3]
    middle, end = first.end_ticks, section.bars * plan.meter.bar_ticks
    half = (middle + end) // 2
    beats = {beat.start_ticks for beat in beats_of(plan.meter)}
    if half % plan.meter.bar_ticks not in beats:
        return [replace(first, end_ticks=end)]
    return [
        first,
        replace(leading, start_ticks=middle, end_ticks=half),
        replace(home, start_ticks=half, end_ticks=end),
    ]


def symbols_of(
    changes: Sequence[Changes], section_starts_ticks: Sequence[int], keys: Sequence[Key]
) -> list[ChordSymbol]:
    """The chord symbols of a song, spelt in the key of their section, one wherever the chord changes."""
    symbols: list[ChordSymbol] = []
    for section, start_ticks, key in zip(changes, section_starts_ticks, keys, strict=True):
        for placed in section:
            symbol = placed.chord.symbol(flats=key.spells_flat(placed.chord.root_pc))
            if not symbols or symbols[-1].symbol != symbol:
                symbols.append(ChordSymbol(start_ticks + placed.start_ticks, symbol))
    return symbols
