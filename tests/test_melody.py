"""What makes a line singable: range, steps, chord tones, phrases that breathe and come home."""

import itertools

import numpy as np
import pytest

from aoede.encodings.chords import parse_chord
from aoede.mood.wishes import Wishes
from aoede.music.melody import HIGHEST, LOWEST, melody_for
from aoede.music.paths import best_path
from aoede.music.plan import Plan, plan_for
from aoede.music.theory import PlacedChord
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


MANY = [(v, a, s) for v in (-0.6, 0.6) for a in (-0.8, 0.0, 0.8) for s in range(5)]


@pytest.mark.parametrize("meter", [(4, 4), (3, 4), (6, 8), (5, 4), (7, 8)])
def test_melodies_are_one_voice_inside_the_section_and_a_singers_range(meter: tuple[int, int]) -> None:
    for valence, arousal, seed in MANY:
        plan = a_plan(valence, arousal, seed, meter)
        notes = a_melody(plan, seed)
        assert all(LOWEST <= note.pitch <= HIGHEST for note in notes)
        assert max(n.pitch for n in notes) - min(n.pitch for n in notes) <= 24
        assert all(a.end_ticks <= b.start_ticks for a, b in itertools.pairwise(notes))
        assert notes[0].start_ticks >= 0
        assert notes[-1].end_ticks <= 8 * plan.meter.bar_ticks


def test_most_moves_are_steps_and_few_are_leaps() -> None:
    moves = np.concatenate(
        [np.abs(np.diff([n.pitch for n in a_melody(a_plan(v, a, s), s)])) for v, a, s in MANY]
    )
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
            for note in a_melody(plan, seed)
            if note.start_ticks % 480 == 0 and note.duration_ticks >= 400
        ]
    assert np.mean(hits) > 0.75


def test_a_closing_section_ends_on_the_tonic_after_a_breath() -> None:
    for valence, arousal, seed in MANY:
        plan = a_plan(valence, arousal, seed)
        notes = a_melody(plan, seed)
        assert notes[-1].pitch % 12 == 0
        half = 4 * plan.meter.bar_ticks
        assert not any(n.start_ticks < half < n.end_ticks for n in notes), "no breath between the phrases"


def test_the_second_phrase_answers_the_first_with_its_rhythm() -> None:
    plan = a_plan()
    half = 4 * plan.meter.bar_ticks
    notes = a_melody(plan)
    first = [n.start_ticks for n in notes if n.start_ticks < half]
    second = [n.start_ticks - half for n in notes if n.start_ticks >= half]
    assert first == second


def test_another_stream_gives_another_melody_and_the_same_stream_the_same() -> None:
    plan = a_plan()
    assert len({a_melody(plan, seed) for seed in range(10)}) == 10
    assert a_melody(plan, 3) == a_melody(plan, 3)


def test_best_path_finds_the_maximum_of_every_path() -> None:
    rng = stream(1, "paths")
    for _ in range(20):
        unary, pairwise = rng.normal(size=(5, 3)), rng.normal(size=(4, 3, 3))
        paths = np.array(np.meshgrid(*[range(3)] * 5)).reshape(5, -1).T
        steps = np.arange(5)
        scores = [unary[steps, p].sum() + pairwise[steps[:-1], p[:-1], p[1:]].sum() for p in paths]
        assert best_path(unary, pairwise).tolist() == paths[int(np.argmax(scores))].tolist()
