"""What players add: breathing loudness, pedal, swells, a slower end."""

from dataclasses import replace
from itertools import accumulate, pairwise

import numpy as np
import pytest

from aoede.music.expression import EXPRESSION, PEDAL, phrase_shape, ritardando, sounded, towards
from aoede.music.means import HARP, PIANO, STEEL_GUITAR, STRINGS
from aoede.music.parts import controls_for
from aoede.music.plan import Plan, PlannedSection
from aoede.music.styles import STYLES
from aoede.randomness import stream
from aoede.song import Control, Tempo
from tests.test_parts import a_plan, its_changes


def starts_of(plan: Plan) -> list[int]:
    lengths = [section.bars * plan.meter.bar_ticks for section in plan.sections]
    return list(accumulate(lengths, initial=0))[:-1]


def controls(plan: Plan, program: int, role: str = "chords") -> tuple[Control, ...]:
    plan = replace(plan, programs={**plan.programs, role: program})
    return controls_for(role, plan, its_changes(plan), starts_of(plan))


def a_section(name: str, energy: float) -> PlannedSection:
    return PlannedSection(name, "A", 8, energy, 0.0, 80.0)


def test_phrases_rise_past_their_middle_and_fall_at_their_ends() -> None:
    shape = phrase_shape(np.arange(0, 8 * 1920, 480), a_section("verse", 0.5), 1920)
    assert shape[0] == shape[16] == -0.5
    assert 8 <= int(shape[:16].argmax()) <= 11 and shape.max() <= 0.5


def test_loudness_is_centred_on_the_section_and_grows_into_a_fuller_one() -> None:
    plan = a_plan()
    verse, chorus = a_section("verse", 0.5), a_section("chorus", 0.9)
    strokes = [(60, t, 200, 0) for t in range(0, 8 * 1920, 240)]
    level = [n.velocity for n in sounded(strokes, plan, verse, verse, louder=-10, rng=stream(1, "v"))]
    grows = [n.velocity for n in sounded(strokes, plan, verse, chorus, louder=-10, rng=stream(1, "v"))]
    assert abs(np.mean(level) - 70) < 2
    assert np.mean(grows[-4:]) > np.mean(level[-4:]) + 4
    assert grows[:56] == level[:56]
    assert towards(verse, chorus) < 0 < towards(chorus, verse)


def test_loudness_stays_within_midi() -> None:
    plan = a_plan()
    for velocity in (1.0, 127.0):
        section = replace(a_section("verse", 0.5), velocity=velocity)
        strokes = [(60, t, 200, 12) for t in range(0, 8 * 1920, 240)]
        notes = sounded(strokes, plan, section, None, louder=0, rng=stream(1, "v"))
        assert all(1 <= note.velocity <= 127 for note in notes)


@pytest.mark.parametrize("program", [PIANO, HARP])
def test_the_pedal_is_renewed_just_after_each_chord_and_lifted_at_the_end(program: int) -> None:
    plan = a_plan("ballad", -0.3)
    pedal = controls(plan, program)
    assert {control.number for control in pedal} == {PEDAL}
    assert pedal[-1] == Control(plan.bars * plan.meter.bar_ticks, PEDAL, 0)
    chord_starts = {
        start + placed.start_ticks
        for start, chords in zip(starts_of(plan), its_changes(plan), strict=True)
        for placed in chords
    }
    for up, down in pairwise(pedal):
        if down.value:
            assert up.value == 0 and up.start_ticks in chord_starts
            assert 0 < down.start_ticks - up.start_ticks < 120


def test_short_chords_are_played_without_pedal() -> None:
    assert not any(control.value for control in controls(a_plan("rock", 0.9), PIANO))


def test_guitars_and_other_roles_have_no_pedal() -> None:
    assert controls(a_plan("ballad", -0.3), STEEL_GUITAR) == ()
    assert controls(a_plan("ballad", -0.3), PIANO, role="bass") == ()


def test_strings_swell_over_phrases_and_into_fuller_sections() -> None:
    plan = a_plan("ballad", 0.0)
    swell = controls(plan, STRINGS, role="colour")
    assert {control.number for control in swell} == {EXPRESSION}
    assert all(a.start_ticks < b.start_ticks and a.value != b.value for a, b in pairwise(swell))
    values = np.array([(control.start_ticks, control.value) for control in swell])
    verse, chorus = starts_of(plan)[1:3]
    phrase = values[(values[:, 0] >= verse) & (values[:, 0] < verse + 4 * plan.meter.bar_ticks), 1]
    assert phrase.max() - phrase[0] >= 10
    last = values[values[:, 0] < chorus][-1, 1]
    assert last > phrase[0] + 5


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("meter", [(4, 4), (3, 4), (6, 8), (7, 8)])
def test_the_tempo_is_exact_up_to_the_last_two_bars_and_then_falls(
    style: str, meter: tuple[int, int]
) -> None:
    plan = a_plan(style, 0.0, meter)
    tempos = ritardando(plan, (Tempo(0, plan.tempo_bpm),))
    end = plan.bars * plan.meter.bar_ticks
    assert tempos[0] == Tempo(0, plan.tempo_bpm)
    assert all(end - 2 * plan.meter.bar_ticks <= tempo.start_ticks < end for tempo in tempos[1:])
    assert all(a.start_ticks < b.start_ticks and a.bpm > b.bpm for a, b in pairwise(tempos))
    if style == "rock":
        assert len(tempos) == 1
    else:
        assert 0.6 < tempos[-2].bpm / plan.tempo_bpm < 0.9
        steps = [b.bpm / a.bpm for a, b in pairwise(tempos[:-1])]
        assert min(steps) > 0.8


def test_a_march_slows_less_than_a_lullaby() -> None:
    ends = {}
    for style in ("march", "lullaby"):
        plan = a_plan(style)
        ends[style] = ritardando(plan, (Tempo(0, plan.tempo_bpm),))[-1].bpm / plan.tempo_bpm
    assert ends["lullaby"] < ends["march"]


@pytest.mark.parametrize("meter", [(4, 4), (2, 16), (3, 8)])
def test_songs_of_a_single_bar_end_well(meter: tuple[int, int]) -> None:
    plan = a_plan("ballad", 0.0, meter)
    plan = replace(plan, sections=(replace(plan.sections[1], bars=1),))
    tempos = ritardando(plan, (Tempo(0, plan.tempo_bpm),))
    assert tempos[0].bpm <= plan.tempo_bpm
    assert all(tempo.start_ticks < plan.meter.bar_ticks for tempo in tempos)
