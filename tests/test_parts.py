"""The band below the melody, in every style, meter and mood: chords and bass that belong together."""

from dataclasses import replace
from itertools import pairwise

import pytest

from aoede.encodings.chords import parse_chord
from aoede.mood.wishes import Wishes
from aoede.music.bass import FIGURES
from aoede.music.instruments import INSTRUMENTS, of_program
from aoede.music.means import ACOUSTIC_BASS, CELLO, CHOIR, PAD, PIANO, STEEL_GUITAR, STRINGS, VIOLIN
from aoede.music.parts import (
    bass_parts_for,
    chord_parts_for,
    controls_for,
    figure_of,
    fullness,
    texture_of,
)
from aoede.music.plan import Plan, plan_for
from aoede.music.styles import STYLES
from aoede.music.textures import TEXTURES
from aoede.music.theory import PlacedChord
from aoede.song import Note
from tests.test_plan import mood

PROGRESSIONS = {"major": "C G/B Am7 Fmaj7 Dm7 Fm G7 C", "minor": "Cm Ab Ebmaj7 Bb Cm Ab/C G7 Cm"}
FORM = "intro:4 verse:8 chorus:8 verse:8 chorus:8 outro:4"
METERS = [(4, 4), (3, 4), (6, 8), (5, 4), (7, 8)]


def a_plan(
    style: str = "pop", arousal: float = 0.0, meter: tuple[int, int] = (4, 4), valence: float = 0.5
) -> Plan:
    """A song of six sections with chords, bass and colour."""
    from aoede.music.form import parse_form

    mode = "major" if valence >= 0 else "minor"
    wishes = Wishes("C", mode, None, None, meter, None)
    wishes = replace(wishes, manner=replace(wishes.manner, style=style, form=parse_form(FORM)))
    return plan_for(mood(valence, arousal), wishes, seed=1)


def its_changes(plan: Plan, chords_a_bar: int = 1) -> list[list[PlacedChord]]:
    """The same round of eight chords in every section."""
    symbols = PROGRESSIONS["minor" if plan.key.is_minor else "major"].split()
    span = plan.meter.bar_ticks // chords_a_bar
    return [
        [
            PlacedChord(i * span, (i + 1) * span, parse_chord(symbols[i % 8]))
            for i in range(section.bars * chords_a_bar)
        ]
        for section in plan.sections
    ]


def sounding(chords: list[PlacedChord], ticks: int) -> PlacedChord:
    return next(placed for placed in chords if placed.start_ticks <= ticks < placed.end_ticks)


def assert_no_overlaps(notes: tuple[Note, ...]) -> None:
    assert list(notes) == sorted(notes)
    for pitch in {note.pitch for note in notes}:
        same = [note for note in notes if note.pitch == pitch]
        assert all(a.end_ticks <= b.start_ticks for a, b in pairwise(same)), (
            "a note is struck while it sounds"
        )


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("arousal", [-0.7, 0.7])
def test_every_style_plays_its_chords_and_nothing_else(style: str, arousal: float) -> None:
    for meter in METERS:
        plan = a_plan(style, arousal, meter)
        for chords_a_bar in (1, 2):
            changes = its_changes(plan, chords_a_bar)
            parts = chord_parts_for(plan, changes, 1)
            for section, chords, notes in zip(plan.sections, changes, parts, strict=True):
                assert notes
                assert_no_overlaps(notes)
                ninths = plan.style == "jazz"
                for note in notes:
                    chord = sounding(chords, note.start_ticks).chord
                    allowed = chord.pitch_classes | ({(chord.root_pc + 2) % 12} if ninths else set())
                    assert note.pitch % 12 in allowed
                assert max(note.end_ticks for note in notes) <= section.bars * plan.meter.bar_ticks


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("arousal", [-0.7, 0.7])
def test_every_chord_begins_with_its_bass_note_in_the_range_of_the_instrument(
    style: str, arousal: float
) -> None:
    for meter in METERS:
        plan = a_plan(style, arousal, meter)
        changes = its_changes(plan)
        player = of_program(plan.programs["bass"])
        for section, chords, notes in zip(
            plan.sections, changes, bass_parts_for(plan, changes, 1), strict=True
        ):
            assert_no_overlaps(notes)
            assert all(player.low <= note.pitch <= player.high for note in notes)
            assert notes[-1].end_ticks <= section.bars * plan.meter.bar_ticks
            for placed in chords:
                chord = placed.chord
                first = next(note for note in notes if note.start_ticks == placed.start_ticks)
                assert first.pitch % 12 == (chord.root_pc if chord.bass_pc is None else chord.bass_pc)


@pytest.mark.parametrize("name", sorted(INSTRUMENTS))
def test_instruments_play_what_they_can_reach(name: str) -> None:
    instrument = INSTRUMENTS[name]
    for role, write in (("chords", chord_parts_for), ("bass", bass_parts_for)):
        if role not in instrument.roles:
            continue
        plan = a_plan("ballad")
        for others in ({"bass": plan.programs["bass"]}, {}):
            plan = replace(plan, programs={"melody": VIOLIN, **others, role: instrument.program})
            for notes in write(plan, its_changes(plan), 1):
                assert notes
                assert all(instrument.low <= note.pitch <= instrument.high for note in notes)


def test_who_is_not_in_the_band_plays_nothing() -> None:
    plan = replace(a_plan(), programs={"melody": VIOLIN})
    assert chord_parts_for(plan, its_changes(plan), 1) == [()] * len(plan.sections)
    assert bass_parts_for(plan, its_changes(plan), 1) == [()] * len(plan.sections)
    assert controls_for("chords", plan, its_changes(plan), [0] * len(plan.sections)) == ()


def test_a_cello_that_is_alone_below_the_melody_tells_the_chords() -> None:
    plan = replace(a_plan("ballad", 0.3), programs={"melody": VIOLIN, "bass": CELLO})
    changes = its_changes(plan)
    notes = bass_parts_for(plan, changes, 1)[2]
    for placed in changes[2]:
        pcs = {n.pitch % 12 for n in notes if placed.start_ticks <= n.start_ticks < placed.end_ticks}
        assert len(pcs & placed.chord.pitch_classes) >= 3


def test_a_piano_without_a_bass_plays_the_bass_itself() -> None:
    plan = replace(a_plan("ballad"), programs={"melody": VIOLIN, "chords": PIANO})
    changes = its_changes(plan)
    for chords, notes in zip(changes, chord_parts_for(plan, changes, 1), strict=True):
        for placed in chords:
            chord = placed.chord
            inside = [n for n in notes if placed.start_ticks <= n.start_ticks < placed.end_ticks]
            lowest = min(inside, key=lambda n: n.pitch)
            assert lowest.pitch < 50
            assert lowest.pitch % 12 == (chord.root_pc if chord.bass_pc is None else chord.bass_pc)


def test_arousal_and_energy_make_the_band_busier() -> None:
    for style in STYLES:
        rates = []
        for arousal in (-0.9, 0.9):
            plan = a_plan(style, arousal, next(iter(STYLES[style].meters), (4, 4)))
            plan = replace(plan, programs={"melody": VIOLIN, "chords": PIANO, "bass": ACOUSTIC_BASS})
            changes = its_changes(plan)
            parts = [*chord_parts_for(plan, changes, 1), *bass_parts_for(plan, changes, 1)]
            onsets = sum(len({note.start_ticks for note in notes}) for notes in parts)
            rates.append(onsets / (plan.bars * plan.bar_s))
        assert rates[0] < rates[1]
    plan = a_plan("pop", 0.2)
    assert fullness(plan, plan.sections[1]) < fullness(plan, plan.sections[2])


def test_a_chorus_that_returns_is_fuller_than_the_first_time() -> None:
    plan = a_plan("pop", 0.0)
    first, again = (section for section in plan.sections if section.name == "chorus")
    assert again.variation == 1
    assert fullness(plan, replace(first, variation=1)) > fullness(plan, first)


@pytest.mark.parametrize("style", STYLES)
def test_styles_name_textures_and_figures_that_there_are(style: str) -> None:
    assert set(STYLES[style].textures) <= set(TEXTURES)
    assert set(STYLES[style].basses) <= set(FIGURES)


def test_instruments_that_sustain_are_spared_what_they_cannot_play() -> None:
    for program in (CHOIR, PAD, STRINGS):
        for style in STYLES:
            plan = a_plan(style, 0.3)
            plan = replace(plan, programs={**plan.programs, "chords": program})
            for section in plan.sections:
                assert texture_of(plan, section) not in ("rolled", "picked", "broken", "comped", "off-beat")


def test_off_beat_chords_in_three_are_a_waltz() -> None:
    plan = a_plan("latin", -0.9, (3, 4))
    assert {texture_of(plan, section) for section in plan.sections} == {"waltz"}
    assert "downbeat" in {figure_of(a_plan("waltz", 0.9, (3, 4)), section) for section in plan.sections}


def test_the_last_chord_of_a_song_rings_to_the_end() -> None:
    plan = a_plan("pop", 0.9)
    changes = its_changes(plan)
    begin, end = changes[-1][-1].start_ticks, changes[-1][-1].end_ticks
    for parts in (chord_parts_for(plan, changes, 1), bass_parts_for(plan, changes, 1)):
        last = [note for note in parts[-1] if note.start_ticks >= begin]
        assert {note.end_ticks for note in last} == {end}
        assert max(note.start_ticks for note in last) < begin + 240


def test_chords_keep_below_the_middle_of_the_melody() -> None:
    for style in STYLES:
        plan = a_plan(style, 0.3)
        changes = its_changes(plan)
        for section, notes in zip(plan.sections, chord_parts_for(plan, changes, 1), strict=True):
            assert max(note.pitch for note in notes) < plan.register + section.lift


def test_strings_tie_what_two_chords_share() -> None:
    plan = a_plan("hymn", -0.9)
    plan = replace(plan, programs={**plan.programs, "chords": STRINGS})
    notes = chord_parts_for(plan, its_changes(plan), 1)[1]
    assert any(note.duration_ticks > plan.meter.bar_ticks for note in notes)


def test_the_same_seed_gives_the_same_notes_and_a_section_alone_can_change() -> None:
    plan = a_plan("folk", 0.2)
    changes = its_changes(plan)
    for write in (chord_parts_for, bass_parts_for):
        assert write(plan, changes, 5) == write(plan, changes, 5)
        other = [*changes[:-1], its_changes(replace(plan, valence=-1))[-1]]
        assert write(plan, changes, 5)[:-1] == write(plan, other, 5)[:-1]


def test_strums_take_as_long_at_any_tempo() -> None:
    for tempo_bpm in (60.0, 180.0):
        plan = replace(a_plan("rock", 0.9), tempo_bpm=tempo_bpm)
        plan = replace(plan, programs={**plan.programs, "chords": STEEL_GUITAR})
        chorus = chord_parts_for(plan, its_changes(plan), 1)[2]
        starts = sorted({note.start_ticks for note in chorus if note.start_ticks < 150})
        gaps_s = [(b - a) * 60 / (tempo_bpm * 480) for a, b in pairwise(starts)]
        assert gaps_s and all(0.008 <= gap <= 0.015 for gap in gaps_s)
