import itertools
from itertools import pairwise

import pytest

from aoede.encodings.chords import parse_chord
from aoede.music.parts import bass_part, chord_part, voicings_for
from aoede.randomness import stream
from tests.test_melody import a_plan, some_chords

SYMBOLS = ["C", "G/B", "Am7", "Fmaj7", "Dm7b5", "G7", "Csus4", "Edim", "Abaug", "Bb9", "C"]


def test_voicings_hold_exactly_the_tones_of_their_chord() -> None:
    chords = [parse_chord(symbol) for symbol in SYMBOLS]
    for chord, voicing in zip(chords, voicings_for(chords), strict=True):
        assert {pitch % 12 for pitch in voicing} <= chord.pitch_classes
        assert len({pitch % 12 for pitch in voicing}) >= 3
        assert list(voicing) == sorted(voicing)


def test_voices_move_less_than_root_position_chords_would() -> None:
    chords = [parse_chord(symbol) for symbol in ["C", "F", "G", "Am", "Dm", "G", "C"]]
    led = voicings_for(chords)
    roots = [[48 + c.root_pc + i for i in c.intervals] for c in chords]

    def motion(voicings: list[list[int]]) -> int:
        return sum(abs(p - q) for a, b in itertools.pairwise(voicings) for p, q in zip(a, b, strict=True))

    assert motion([list(v) for v in led]) < 0.5 * motion(roots)


def test_common_tones_stay_where_they_are() -> None:
    c, a_minor = voicings_for([parse_chord("C"), parse_chord("Am")])
    assert len(set(c) & set(a_minor)) == 2


@pytest.mark.parametrize("meter", [(4, 4), (3, 4), (6, 8), (5, 4), (2, 2), (12, 8), (7, 8)])
@pytest.mark.parametrize("arousal", [-1.0, -0.4, 0.2, 1.0])
def test_parts_stay_inside_their_chords_and_their_registers(meter: tuple[int, int], arousal: float) -> None:
    plan = a_plan(0.5, arousal, meter=meter)
    chords = some_chords(plan)
    end = chords[-1].end_ticks
    for section in plan.sections:
        upper = chord_part(chords, plan, section, is_end=False, rng=stream(1, "c"))
        for note in upper:
            placed = chords[note.start_ticks // plan.meter.bar_ticks]
            assert note.pitch % 12 in placed.chord.pitch_classes
            assert note.end_ticks <= placed.end_ticks
        for pitch in {note.pitch for note in upper}:
            same = [note for note in upper if note.pitch == pitch]
            assert all(a.end_ticks <= b.start_ticks for a, b in pairwise(same)), (
                "a note is struck while it sounds"
            )
        lower = bass_part(chords, plan, section, is_end=False, rng=stream(1, "b"))
        assert all(
            28 <= note.pitch <= 57 and note.duration_ticks > 0 and note.end_ticks <= end for note in lower
        )
        assert {n.start_ticks for n in lower} >= {c.start_ticks for c in chords}
        assert max(n.pitch for n in lower) < max(n.pitch for n in upper)


def test_every_chord_begins_with_its_bass_note() -> None:
    plan = a_plan(0.5, 0.9)
    chords = some_chords(plan)
    notes = bass_part(chords, plan, plan.sections[2], is_end=False, rng=stream(1, "b"))
    for placed in chords:
        first = next(note for note in notes if note.start_ticks == placed.start_ticks)
        assert first.pitch % 12 == placed.chord.root_pc


def test_arousal_makes_the_band_busier() -> None:
    counts = []
    for arousal in (-0.9, 0.0, 0.9):
        plan = a_plan(0.5, arousal)
        chorus = plan.sections[3]
        counts.append(
            len(
                {
                    n.start_ticks
                    for n in chord_part(some_chords(plan), plan, chorus, is_end=False, rng=stream(1, "c"))
                }
            )
            + len(bass_part(some_chords(plan), plan, chorus, is_end=False, rng=stream(1, "b")))
        )
    assert counts[0] < counts[1] < counts[2]


def test_the_last_chord_of_a_song_rings_to_the_end() -> None:
    plan = a_plan(0.5, 0.9)
    chords = some_chords(plan)
    last = [
        n
        for n in chord_part(chords, plan, plan.sections[-1], is_end=True, rng=stream(1, "c"))
        if n.start_ticks >= chords[-1].start_ticks
    ]
    assert {n.start_ticks for n in last} == {chords[-1].start_ticks}
    assert {n.end_ticks for n in last} == {chords[-1].end_ticks}
