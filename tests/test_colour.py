"""What an arranger adds: a colour that fits chords, instrument and melody, and knows when to be silent."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from aoede.encodings.chords import parse_chord
from aoede.music.beats import Beat, beats_of
from aoede.music.colour import colour_parts_for, manner_of
from aoede.music.instruments import INSTRUMENTS
from aoede.music.lines import Tune, answer, counter_line, doubled, held_tones, ornamented, shifted_into
from aoede.music.means import CHOIR, FLUTE, HORN, PAD, STRINGS, VIBRAPHONE, VIOLIN
from aoede.music.plan import Plan
from aoede.music.styles import STYLES
from aoede.music.theory import PlacedChord
from aoede.randomness import stream
from aoede.song import Meter, Note
from tests.test_parts import a_plan, assert_no_overlaps, its_changes, sounding

C_MAJOR = (0, 2, 4, 5, 7, 9, 11)
BAR = 1920
COLOURS = sorted(name for name, instrument in INSTRUMENTS.items() if "colour" in instrument.roles)


def a_tune(bars: int = 8, *, bar_ticks: int = BAR) -> tuple[Note, ...]:
    """Two phrases of four bars: steps up and down, a long note at the end of each."""
    notes: list[Note] = []
    for bar in range(bars):
        start = bar * bar_ticks
        if bar % 4 == 3:
            notes.append(Note(start, 72, min(1440, bar_ticks), 80))
        else:
            pitches = [(72, 74, 76, 77, 79, 77, 76)[(bar + i) % 7] for i in range(bar_ticks // 480)]
            notes += [Note(start + i * 480, pitch, 440, 80) for i, pitch in enumerate(pitches)]
    return tuple(notes)


def melodies_of(plan: Plan) -> list[tuple[Note, ...]]:
    return [
        () if section.name in ("intro", "solo") else a_tune(section.bars, bar_ticks=plan.meter.bar_ticks)
        for section in plan.sections
    ]


def chords_of(symbols: str) -> list[PlacedChord]:
    return [
        PlacedChord(i * BAR, (i + 1) * BAR, parse_chord(symbol)) for i, symbol in enumerate(symbols.split())
    ]


def song_beats(bars: int) -> list[Beat]:
    return [
        replace(beat, start_ticks=bar * BAR + beat.start_ticks)
        for bar in range(bars)
        for beat in beats_of(Meter(0, 4, 4))
    ]


@pytest.mark.parametrize("name", COLOURS)
def test_the_colour_stays_in_its_range_and_in_its_section(name: str) -> None:
    instrument = INSTRUMENTS[name]
    for arousal in (-0.8, 0.6):
        for meter in ((4, 4), (3, 4), (6, 8), (7, 8), (5, 4)):
            plan = a_plan("pop", arousal, meter)
            plan = replace(plan, programs={**plan.programs, "colour": instrument.program})
            parts = colour_parts_for(plan, its_changes(plan), melodies_of(plan), 1)
            assert any(parts)
            for section, notes in zip(plan.sections, parts, strict=True):
                assert_no_overlaps(notes)
                assert all(instrument.low <= note.pitch <= instrument.high for note in notes)
                assert all(
                    0 <= n.start_ticks < n.end_ticks <= section.bars * plan.meter.bar_ticks for n in notes
                )


def test_without_a_colour_in_the_band_there_is_none() -> None:
    plan = replace(a_plan(), programs={"melody": VIOLIN})
    assert colour_parts_for(plan, its_changes(plan), melodies_of(plan), 1) == [()] * len(plan.sections)


def test_the_same_seed_gives_the_same_colour() -> None:
    plan = a_plan("folk", 0.4)
    changes, melodies = its_changes(plan), melodies_of(plan)
    assert colour_parts_for(plan, changes, melodies, 3) == colour_parts_for(plan, changes, melodies, 3)
    assert colour_parts_for(plan, changes, melodies, 3) != colour_parts_for(plan, changes, melodies, 4)


def manners(plan: Plan) -> list[str]:
    return [
        manner_of(plan, i, sung=section.name not in ("intro", "solo"))
        for i, section in enumerate(plan.sections)
    ]


def test_a_quiet_song_begins_without_it_and_a_lively_one_with_its_tune() -> None:
    for program, quiet in ((VIBRAPHONE, "silent"), (STRINGS, "long")):
        plan = a_plan("ballad", -0.6)
        plan = replace(plan, programs={**plan.programs, "colour": program})
        assert manners(plan)[:2] == [quiet, "silent"]
    plan = a_plan("pop", 0.6)
    plan = replace(plan, programs={**plan.programs, "colour": FLUTE})
    assert manners(plan)[:2] == ["hook", "answers"]


def test_the_last_chorus_is_the_climax_and_only_that() -> None:
    for style in STYLES:
        plan = a_plan(style, 0.2)
        plan = replace(plan, programs={**plan.programs, "colour": HORN})
        assert [i for i, manner in enumerate(manners(plan)) if manner == "climax"] == [4]


def test_where_an_ordinary_section_is_not_sung_the_colour_holds_the_chords() -> None:
    plan = a_plan("pop", 0.5)
    plan = replace(plan, programs={**plan.programs, "colour": FLUTE})
    assert [manner_of(plan, i, sung=False) for i in (1, 2, 4)] == ["held"] * 3
    silent = [()] * len(plan.sections)
    assert all(colour_parts_for(plan, its_changes(plan), silent, 1)[1:])


def test_choirs_and_pads_are_spared_quick_notes() -> None:
    for program in (CHOIR, PAD):
        plan = a_plan("pop", 0.6)
        plan = replace(plan, programs={**plan.programs, "colour": program})
        assert "answers" not in manners(plan)


def test_held_tones_tell_the_chords_and_move_little() -> None:
    chords = chords_of("C Am F G C Em F G7")
    tune = Tune.of(a_tune())
    strokes = held_tones(chords, tune, 55, 69, 1, 2 * BAR)
    telling = 0
    for pitch, start, _, _ in strokes:
        chord = sounding(chords, start).chord
        assert pitch % 12 in chord.pitch_classes
        telling += (pitch - chord.root_pc) % 12 in (3, 4, 10, 11)
    assert telling >= 5
    assert np.mean(np.abs(np.diff([pitch for pitch, *_ in strokes]))) <= 3


def test_two_held_voices_are_different_notes_and_do_not_cross() -> None:
    strokes = held_tones(chords_of("C Am F G7"), Tune.of(()), 55, 72, 2, BAR)
    by_start: dict[int, list[int]] = {}
    for pitch, start, _, _ in strokes:
        by_start.setdefault(start, []).append(pitch)
    for pitches in by_start.values():
        assert len(pitches) == 2 and pitches[0] - pitches[1] >= 3 and (pitches[0] - pitches[1]) % 12


def test_held_tones_keep_out_of_the_melodys_way() -> None:
    notes = tuple(Note(i * BAR, 64, BAR, 80) for i in range(4))
    strokes = held_tones(chords_of("C C/E Am Em"), Tune.of(notes), 55, 76, 1, BAR)
    assert all(abs(pitch - 64) > 2 for pitch, *_ in strokes)


def counter(seed: int, notes: Sequence[Note]) -> list[tuple[int, int, int, int]]:
    return counter_line(
        chords_of("C Am F G C Am F C"), Tune.of(notes), song_beats(8), C_MAJOR, 55, 70, stream(seed, "c")
    )


def test_a_counter_line_has_chord_tones_on_heavy_beats_and_is_one_voice() -> None:
    chords = chords_of("C Am F G C Am F C")
    for seed in range(5):
        strokes = counter(seed, a_tune())
        assert all(a[1] + a[2] <= b[1] for a, b in pairwise(strokes))
        for pitch, start, _, _ in strokes:
            assert start % 960 or pitch % 12 in sounding(chords, start).chord.pitch_classes
            assert pitch % 12 in C_MAJOR


def test_a_counter_line_moves_more_against_the_melody_than_with_it_and_not_in_parallel_fifths() -> None:
    tune, against, along, parallel = Tune.of(a_tune()), 0, 0, 0
    for seed in range(10):
        strokes = counter(seed, a_tune())
        sung = tune.pitch_at(np.array([start for _, start, _, _ in strokes]))
        for (a, b), (m, n) in zip(pairwise([p for p, *_ in strokes]), pairwise(sung.tolist()), strict=True):
            if m < 0 or n < 0:
                continue
            against += (b - a) * (n - m) < 0
            along += (b - a) * (n - m) > 0
            parallel += (
                a != b and m != n and (m - a) % 12 in (0, 7) and (n - b) % 12 in (0, 7) and (b > a) == (n > m)
            )
    assert against > 1.5 * along
    assert parallel == 0


def test_a_counter_line_moves_where_the_melody_holds() -> None:
    strokes = counter(1, tuple(Note(i * BAR, 72, BAR, 80) for i in range(8)))
    assert len({start for _, start, _, _ in strokes}) > 12


def test_gaps_are_rests_and_long_notes_after_their_first_beat() -> None:
    notes = (Note(0, 60, 480, 80), Note(960, 62, 960, 80), Note(1920, 64, 1920, 80), Note(3840, 65, 400, 80))
    assert Tune.of(notes).gaps(5760, 480) == [(480, 960), (1440, 1920), (2400, 3840), (4320, 5760)]


def test_an_answer_echoes_the_melodys_rhythm_in_its_gap_and_ends_in_the_chord() -> None:
    chords = chords_of("C Am F G")
    tune = Tune.of(a_tune(4))
    gap = tune.gaps(4 * BAR, 480)[-1]
    strokes = answer(chords, tune, gap, C_MAJOR, 60, 84)
    assert 3 <= len(strokes) <= 6
    assert strokes[0][1] == gap[0] and strokes[-1][1] + strokes[-1][2] <= gap[1]
    assert {b[1] - a[1] for a, b in pairwise(strokes)} == {480}
    assert strokes[-1][0] % 12 in chords[3].chord.pitch_classes
    assert {pitch % 12 for pitch, *_ in strokes} <= set(C_MAJOR)


def test_there_is_no_answer_where_there_is_no_room_for_one() -> None:
    tune = Tune.of((Note(0, 72, 480, 80), Note(480, 74, 480, 80), Note(1440, 72, 480, 80)))
    assert answer(chords_of("C"), tune, (960, 1440), C_MAJOR, 60, 84) == []


def test_a_doubling_is_a_third_or_sixth_away_in_the_melodys_rhythm() -> None:
    notes = a_tune(4)
    strokes = doubled(chords_of("C Am F G"), notes, C_MAJOR, 55, 96, 480)
    assert [(t, n) for _, t, n, _ in strokes] == [(note.start_ticks, note.duration_ticks) for note in notes]
    apart = [note.pitch - pitch for note, (pitch, *_) in zip(notes, strokes, strict=True)]
    assert all(0 < gap <= 12 for gap in apart)
    assert np.mean([gap in (3, 4, 8, 9) for gap in apart]) > 0.6


def test_a_tune_is_moved_by_octaves_into_the_range_of_the_instrument() -> None:
    moved = shifted_into(a_tune(4), 41, 65)
    assert all(41 <= note.pitch <= 65 for note in moved)
    assert {(a.pitch - b.pitch) % 12 for a, b in zip(moved, a_tune(4), strict=True)} == {0}


def test_a_solo_varies_the_tune_within_its_time_and_scale() -> None:
    notes = a_tune(8)
    strokes = ornamented(notes, C_MAJOR, stream(1, "solo"))
    assert len(strokes) > len(notes)
    assert {pitch % 12 for pitch, *_ in strokes} <= set(C_MAJOR)
    assert max(t + n for _, t, n, _ in strokes) == notes[-1].end_ticks
    assert {note.start_ticks for note in notes} <= {t for _, t, _, _ in strokes}


def test_the_colour_takes_the_tune_where_the_melody_rests_in_its_key() -> None:
    plan = a_plan("pop", 0.5)
    solo = replace(plan.sections[3], name="solo", key_shift=2)
    plan = replace(
        plan,
        sections=(*plan.sections[:3], solo, *plan.sections[4:]),
        programs={**plan.programs, "colour": FLUTE},
    )
    melodies = melodies_of(plan)
    part = colour_parts_for(plan, its_changes(plan), melodies, 1)[3]
    starts = {note.start_ticks: note.pitch for note in part}
    sung = {note.start_ticks: note.pitch for note in melodies[1]}
    assert sung.keys() <= starts.keys()
    assert np.mean([(starts[t] - sung[t]) % 12 == 2 for t in sung]) == 1
