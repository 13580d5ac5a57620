"""What makes a line singable: range, steps, chord tones, phrases that breathe and come home, and come back varied."""

import itertools
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from aoede.encodings.chords import parse_chord
from aoede.mood.wishes import Wishes
from aoede.music.melody import HIGHEST, LOWEST, melodies_for, melody_for
from aoede.music.paths import best_path
from aoede.music.plan import Plan, PlannedSection, plan_for
from aoede.music.theory import MODES, PlacedChord, make_key
from aoede.randomness import stream
from aoede.song import Note
from tests.test_plan import mood

PROGRESSIONS = {"major": "C G Am F C G F C", "minor": "Cm Ab Eb Bb Cm Ab G Cm"}


def a_plan(
    valence: float = 0.6, arousal: float = 0.0, seed: int = 1, meter: tuple[int, int] = (4, 4)
) -> Plan:
    wishes = Wishes(
        tonic="C",
        mode="major" if valence >= 0 else "minor",
        tempo_bpm=None,
        tempo_range_bpm=None,
        meter=meter,
        bars=32,
    )
    return plan_for(mood(valence, arousal), wishes, seed=seed)


def some_chords(plan: Plan) -> list[PlacedChord]:
    bar = plan.meter.bar_ticks
    symbols = PROGRESSIONS[plan.key.mode].split()
    return [PlacedChord(i * bar, (i + 1) * bar, parse_chord(symbol)) for i, symbol in enumerate(symbols)]


def a_melody(plan: Plan, seed: int = 1) -> tuple[Note, ...]:
    chorus = next(section for section in plan.sections if section.name == "chorus")
    return melody_for(some_chords(plan), plan, chorus, closes=True, rng=stream(seed, "melody"))


MANY = [(v, a, s) for v in (-0.6, 0.6) for a in (-0.8, 0.0, 0.8) for s in range(2)]


@cache
def known(valence: float, arousal: float, seed: int, meter: tuple[int, int] = (4, 4)) -> tuple[Note, ...]:
    return a_melody(a_plan(valence, arousal, seed, meter), seed)


@pytest.mark.parametrize("meter", [(4, 4), (3, 4), (6, 8), (5, 4), (7, 8)])
def test_melodies_are_one_voice_inside_the_section_and_a_singers_range(meter: tuple[int, int]) -> None:
    for valence, arousal, seed in MANY if meter == (4, 4) else MANY[::5]:
        plan = a_plan(valence, arousal, seed, meter)
        notes = known(valence, arousal, seed, meter)
        assert all(LOWEST <= note.pitch <= HIGHEST for note in notes)
        assert max(n.pitch for n in notes) - min(n.pitch for n in notes) <= 24
        assert all(a.end_ticks <= b.start_ticks for a, b in itertools.pairwise(notes))
        assert notes[0].start_ticks >= 0
        assert notes[-1].end_ticks <= 8 * plan.meter.bar_ticks


def test_most_moves_are_steps_and_few_are_leaps() -> None:
    moves = np.concatenate([np.abs(np.diff([n.pitch for n in known(*each)])) for each in MANY])
    assert 0.33 < np.mean((moves == 1) | (moves == 2)) < 0.7
    assert 0.03 < np.mean(moves >= 5) < 0.25
    assert np.mean(moves == 0) < 0.3


def test_long_notes_on_beats_belong_to_their_chord() -> None:
    hits = []
    for valence, arousal, seed in MANY:
        plan = a_plan(valence, arousal, seed)
        chords = some_chords(plan)
        hits += [
            note.pitch % 12 in chords[note.start_ticks // plan.meter.bar_ticks].chord.pitch_classes
            for note in known(valence, arousal, seed)
            if note.start_ticks % 480 == 0 and note.duration_ticks >= 400
        ]
    assert np.mean(hits) > 0.75


def test_a_closing_section_ends_on_the_tonic_after_a_breath() -> None:
    for valence, arousal, seed in MANY:
        plan = a_plan(valence, arousal, seed)
        notes = known(valence, arousal, seed)
        assert notes[-1].pitch % 12 == 0
        half = 4 * plan.meter.bar_ticks
        assert not any(n.start_ticks < half < n.end_ticks for n in notes), "no breath between the phrases"


def test_the_second_phrase_begins_as_the_first_did() -> None:
    for seed in range(4):
        plan = a_plan(seed=seed)
        half, bar = 4 * plan.meter.bar_ticks, plan.meter.bar_ticks
        notes = a_melody(plan, seed)
        first = [n.start_ticks for n in notes if n.start_ticks < 3 * bar]
        second = [n.start_ticks - half for n in notes if half <= n.start_ticks < half + 3 * bar]
        assert first == second


def test_notes_begin_on_the_grid_and_phrases_end_on_a_long_tone_of_their_chord() -> None:
    for valence, arousal, seed in MANY:
        plan = a_plan(valence, arousal, seed)
        chords, notes = some_chords(plan), known(valence, arousal, seed)
        assert all(note.start_ticks % 120 == 0 for note in notes)
        for end in (4, 8):
            last = [n for n in notes if n.start_ticks < end * plan.meter.bar_ticks][-1]
            bar = last.start_ticks // plan.meter.bar_ticks
            assert bar == end - 1
            assert last.duration_ticks >= 480
            assert last.pitch % 12 in chords[bar].chord.pitch_classes


@pytest.mark.parametrize("mode", sorted(MODES))
def test_melodies_keep_to_their_mode_but_for_tones_of_altered_chords(mode: str) -> None:
    plan = replace(a_plan(), key=make_key("D", mode))
    tonic = "Dm" if plan.key.is_minor else "D"
    bar = plan.meter.bar_ticks
    chords = [PlacedChord(i * bar, (i + 1) * bar, parse_chord(tonic)) for i in range(8)]
    chorus = next(section for section in plan.sections if section.name == "chorus")
    for seed in range(2):
        notes = melody_for(chords, plan, chorus, closes=True, rng=stream(seed, "modes"))
        assert {n.pitch % 12 for n in notes} <= set(plan.key.scale)
        assert notes[-1].pitch % 12 == 2


def test_a_denser_plan_gets_more_notes_and_a_higher_one_higher_notes() -> None:
    plan = a_plan()
    counts, middles = [], []
    for density, register in ((0.5, 63.0), (1.0, 69.0), (1.7, 75.0)):
        made = [a_melody(replace(plan, density=density, register=register), seed) for seed in range(3)]
        counts.append(sum(map(len, made)))
        middles.append(np.mean([n.pitch for notes in made for n in notes]))
    assert counts[0] * 1.4 < counts[1]
    assert counts[1] * 1.25 < counts[2]
    assert middles[0] + 2.5 < middles[1] < middles[2] - 2.5


def a_form(plan: Plan, **last: object) -> Plan:
    """A verse that comes three times, the last time as it is told."""
    verse = PlannedSection("verse", "A", 8, 0.5, 0.0, 80.0)
    sections = (verse, replace(verse, variation=1, velocity=90.0), replace(verse, variation=2, **last))  # type: ignore[arg-type]
    return replace(plan, sections=sections)


def test_what_returns_begins_as_before_and_its_end_is_sung_otherwise() -> None:
    for seed in range(2):
        plan = a_form(a_plan(seed=seed))
        chords = some_chords(plan)
        first, second, third = melodies_for(plan, [chords] * 3, seed)
        bar = plan.meter.bar_ticks
        for other in (second, third):
            for begin in (0, 4):
                span = range(begin * bar, (begin + 1) * bar)
                ours, theirs = (
                    [(n.start_ticks, n.pitch) for n in notes if n.start_ticks in span]
                    for notes in (first, other)
                )
                assert ours == theirs
        assert [(n.start_ticks, n.pitch) for n in second] != [(n.start_ticks, n.pitch) for n in first]
        assert np.mean([n.velocity for n in second]) > np.mean([n.velocity for n in first])


def test_what_returns_in_a_higher_key_is_moved_along() -> None:
    plan = a_form(a_plan(), key_shift=2)
    chords = some_chords(plan)
    higher = [
        PlacedChord(c.start_ticks, c.end_ticks, replace(c.chord, root_pc=(c.chord.root_pc + 2) % 12))
        for c in chords
    ]
    first, _, third = melodies_for(plan, [chords, chords, higher], 5)
    bar = plan.meter.bar_ticks
    ours, theirs = (
        [(n.start_ticks, n.pitch) for n in notes if n.start_ticks < bar] for notes in (first, third)
    )
    assert [(start, pitch + 2) for start, pitch in ours] == theirs
    assert third[-1].pitch % 12 == 2


@pytest.mark.parametrize("bars", [1, 3, 6, 12])
def test_a_material_may_return_shorter_or_longer(bars: int) -> None:
    plan = a_form(a_plan(), bars=bars)
    bar = plan.meter.bar_ticks
    chords = [PlacedChord(i * bar, (i + 1) * bar, parse_chord("C")) for i in range(12)]
    lengths = [section.bars for section in plan.sections]
    made = melodies_for(plan, [chords[:n] for n in lengths], 3)
    for notes, n in zip(made, lengths, strict=True):
        assert notes[-1].end_ticks <= n * bar
        assert all(a.end_ticks <= b.start_ticks for a, b in itertools.pairwise(notes))
    assert made[2][-1].pitch % 12 == 0


def test_no_material_changes_another() -> None:
    plan = a_plan()
    chords = some_chords(plan)
    verse = PlannedSection("verse", "A", 8, 0.5, 0.0, 80.0)
    chorus = replace(verse, name="chorus", material="B")
    alone = melodies_for(replace(plan, sections=(verse, replace(verse, variation=1))), [chords] * 2, 1)[0]
    beside = melodies_for(replace(plan, sections=(verse, chorus)), [chords] * 2, 1)
    assert beside[0] == alone
    assert beside[1] != alone


def test_another_stream_gives_another_melody_and_the_same_stream_the_same() -> None:
    plan = a_plan()
    assert len({a_melody(plan, seed) for seed in range(5)}) == 5
    assert a_melody(plan, 3) == a_melody(plan, 3)


def test_best_path_finds_the_maximum_of_every_path() -> None:
    rng = stream(1, "paths")
    for _ in range(20):
        unary, pairwise = rng.normal(size=(5, 3)), rng.normal(size=(4, 3, 3))
        paths = np.array(np.meshgrid(*[range(3)] * 5)).reshape(5, -1).T
        steps = np.arange(5)
        scores = [unary[steps, p].sum() + pairwise[steps[:-1], p[:-1], p[1:]].sum() for p in paths]
        assert best_path(unary, pairwise).tolist() == paths[int(np.argmax(scores))].tolist()
