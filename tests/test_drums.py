"""The drummer, the drum part of songs, and the feel of all parts."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from aoede.encodings.drums import CLOSED_HAT, CRASH, KICK, N_KINDS, PITCHES, SNARE, Groove
from aoede.errors import InputError
from aoede.learning.checkpoint import load_preset
from aoede.mood.request import mood_of
from aoede.mood.wishes import Wishes
from aoede.music import drum_touch
from aoede.music.drum_setting import Setting, bar_places
from aoede.music.drum_touch import N_ASKED, N_REMEMBERED, Touch, TouchConfig, asked, remembered, shapes
from aoede.music.drummer import Drummer, Guide, drummer
from aoede.music.drums import drum_parts_for
from aoede.music.feel import MOST_MS, swing_of, swung_ticks, ticks_a_ms, with_feel
from aoede.music.plan import Plan, PlannedSection, plan_for
from aoede.music.theory import Chord, PlacedChord, make_key
from aoede.randomness import stream
from aoede.song import Meter, Note

KIT = {36, 37, 38, 42, 43, 44, 46, 47, 49, 50, 51, 82}
PLACES = tuple(range(16))
DATA = Path(__file__).parents[2] / "shared/data"


def plan_of(
    style="pop", *, arousal=0.3, tempo_bpm=112.0, meter=(4, 4), energies=(0.25, 0.5, 0.9, 0.5, 0.9, 0.4)
):
    names = ("intro", "verse", "chorus", "verse", "chorus", "outro")
    materials = ("A", "A", "B", "A", "B", "O")
    sections = tuple(
        PlannedSection(name, material, 4, energy, 0.0, 80.0)
        for name, material, energy in zip(names, materials, energies, strict=True)
    )
    return Plan(
        key=make_key("C", "major"),
        tempo_bpm=tempo_bpm,
        meter=Meter(0, *meter),
        sections=sections,
        valence=0.2,
        arousal=arousal,
        feelings={},
        density=1.0,
        chords_a_bar=1.0,
        legato=0.9,
        register=69.0,
        cadence="authentic",
        programs={"melody": 0, "chords": 0, "bass": 33, "drums": -1},
        style=style,
    )


def changes_of(plan):
    bar = plan.meter.bar_ticks
    return [
        [PlacedChord(k * bar, (k + 1) * bar, Chord(0, "maj")) for k in range(section.bars)]
        for section in plan.sections
    ]


def parts_of(plan, seed=1):
    return drum_parts_for(plan, changes_of(plan), seed)


def steps_of(notes, pitch, plan):
    """The sixteenths at which a pitch is struck; swing is not undone."""
    return {round(note.start_ticks / 120) for note in notes if note.pitch == pitch}


# The networks


def random_touch(seed=1):
    rng = stream(seed, "touch")
    config = TouchConfig(8, 3)
    return Touch(config, {n: rng.normal(0, 0.5, s).astype(np.float32) for n, s in shapes(config).items()})


def random_groove(seed=1, n_steps=48):
    rng = stream(seed, "groove")
    hits = (rng.random((n_steps, N_KINDS)) < 0.2).astype(np.uint8)
    loud, off = rng.random(hits.shape), rng.uniform(-0.5, 0.5, hits.shape)
    return Groove(hits, (hits * loud).astype(np.float32), (hits * off).astype(np.float32))


def test_how_later_hits_are_struck_does_not_change_what_is_foreseen_of_earlier_ones():
    groove, touch = random_groove(), random_touch()
    places = [t % 16 for t in range(len(groove))]
    changed = Groove(groove.hits, groove.velocities.copy(), groove.offsets.copy())
    changed.velocities[30:] *= 0.5
    changed.offsets[30:] *= -1
    n = int(groove.hits[:30].sum())
    first, second = (touch.nats(g, places, Setting("rock", 100.0), 16) for g in (groove, changed))
    np.testing.assert_array_equal(first[:n], second[:n])
    assert (first[n:] != second[n:]).any()


def test_densities_of_velocities_and_offsets_add_up_to_one():
    touch, groove = random_touch(), random_groove(n_steps=4)
    setting, places = Setting("rock", 100.0), range(4)
    values = np.linspace(-15, 15, 401)
    step, kind = np.argwhere(groove.hits)[-1]
    total = np.zeros(2)
    for which, columns in enumerate((groove.velocities, groove.offsets)):
        before = columns[step, kind]
        for value in values:
            columns[step, kind] = value
            total[which] += np.exp(-touch.nats(groove, places, setting, 16)[-1, which]) * (
                values[1] - values[0]
            )
        columns[step, kind] = before
    np.testing.assert_allclose(total, 1, atol=0.01)


def test_a_steady_hand_strikes_what_it_expects():
    config = TouchConfig(8, 1)  # a single normal: its mean is all there is
    rng = stream(3, "touch")
    touch = Touch(config, {n: rng.normal(0, 0.1, s).astype(np.float32) for n, s in shapes(config).items()})
    touch._t["velocity.bias"][1] = 0.6
    hits, setting = random_groove().hits, Setting("pop", 90.0)
    places = [t % 16 for t in range(len(hits))]
    played = touch.play(hits, places, setting, 16, stream(1, "play"), temperature=0.0)
    expected = touch.expected(played, places, setting, 16)
    steps, kinds = drum_touch.hits_of(hits)
    np.testing.assert_allclose(played.velocities[steps, kinds], expected[:, 0], atol=1e-5)
    np.testing.assert_allclose(played.offsets[steps, kinds], expected[:, 1], atol=1e-5)


def test_what_is_read_of_a_hit_has_the_width_that_the_network_has():
    groove = random_groove()
    n = int(groove.hits.sum())
    assert asked(groove.hits, [0] * len(groove), Setting("", 90.0)).shape == (n, N_ASKED)
    assert remembered(groove, 16).shape == (n, N_REMEMBERED)


def test_what_was_struck_a_bar_ago_is_remembered():
    hits = np.zeros((17, N_KINDS), np.uint8)
    hits[[0, 16], SNARE] = 1
    loud = hits * np.float32(0.9)
    rows = remembered(Groove(hits, loud, hits * np.float32(0.25)), 16)
    assert rows[1, 8:10] == pytest.approx([2 * (0.9 - 0.62), 0.5])
    assert rows[0, 8:10] == pytest.approx([0, 0])


def test_touch_in_training_is_the_touch_that_plays():
    torch = pytest.importorskip("torch")
    from aoede.learning.drum_takes import Take
    from aoede.learning.drum_touch import TouchLearner

    takes = [
        Take(str(k), "d", "s", "train", Setting("rock", 100.0), Meter(0, 4, 4), random_groove(k))
        for k in (1, 2)
    ]
    learner = TouchLearner(TouchConfig(8, 3), takes, takes[1:], seed=1)
    before = learner.check(stream(1, "check")).watched
    for t in range(80):
        losses = learner.update(np.arange(learner.n_examples), stream(1, "u", t), t / 80)
    assert np.isfinite(list(losses.values())).all()
    after = learner.check(stream(1, "check")).watched
    assert after < before - 0.1
    touch = Touch(TouchConfig(8, 3), learner.tensors())
    played = [touch.nats(take.groove, take.places, take.setting, 16).sum(axis=1) for take in takes]
    with torch.no_grad():
        trained = learner._nats(learner._read, learner._struck, None).numpy()
    np.testing.assert_allclose(np.concatenate(played), trained, atol=1e-4)
    tensors, state = learner.tensors(), learner.state()
    other = TouchLearner(TouchConfig(8, 3), takes, takes[1:], seed=2)
    other.restore(tensors, state)
    for each in (learner, other):
        each.update(np.arange(10), stream(1, "next"), 0.5)
    for name, tensor in learner.tensors().items():
        np.testing.assert_array_equal(tensor, other.tensors()[name])


def test_a_groove_has_what_its_guide_wants_and_nothing_that_it_forbids():
    guide = Guide.none(32, N_KINDS)
    guide.must[[4, 12, 20, 28], SNARE] = 1
    guide.may[:, CRASH] = 0
    guide.may[1::2, CLOSED_HAT] = 0
    made = drummer().grooves(Setting("rock", 120.0), PLACES * 2, stream(1, "g"), n=6, guide=guide)
    assert made.shape == (6, 32, N_KINDS)
    assert made[:, [4, 12, 20, 28], SNARE].all()
    assert not made[:, :, CRASH].any()
    assert not made[:, 1::2, CLOSED_HAT].any()


def test_grooves_are_the_same_for_the_same_stream():
    first, second = (drummer().grooves(Setting("funk", 100.0), PLACES, stream(5, "g"), n=3) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_a_checkpoint_that_is_no_drummer_is_refused():
    found = load_preset("drums")
    with pytest.raises(InputError, match="weights"):
        Drummer.of(
            replace(found, tensors={n: t for n, t in found.tensors.items() if not n.startswith("touch")})
        )


def test_the_preset_is_small_and_says_where_it_is_from():
    found = load_preset("drums")
    assert found.n_bytes < 700_000
    assert "CC BY 4.0" in found.metadata["licence"]
    card = (Path(drum_touch.__file__).parents[1] / "presets" / "drums.md").read_text()
    assert "Groove MIDI Dataset" in card
    assert found.metadata["provenance"]["command"] in card


@pytest.mark.data
@pytest.mark.skipif(not DATA.exists(), reason="needs the research data beside the checkout")
def test_the_shipped_drummer_scores_what_its_card_says():
    from aoede.learning.drum_takes import is_validation, parted, takes

    _, valid = parted(takes(DATA), is_validation)
    hits = drummer().hits.nats([take.groove.hits for take in valid], [take.told for take in valid])
    figure = float(np.concatenate(hits).mean())
    assert figure < 1.4
    card = (Path(drum_touch.__file__).parents[1] / "presets" / "drums.md").read_text()
    assert f"{figure:.3f}" in card


# The part


@pytest.mark.parametrize(
    "style", ["pop", "rock", "ballad", "folk", "waltz", "march", "anthem", "jazz", "latin", "funk"]
)
def test_every_note_is_of_the_kit_and_inside_of_its_section(style):
    plan = plan_of(style, meter=(3, 4) if style == "waltz" else (4, 4))
    parts = parts_of(plan)
    assert len(parts) == len(plan.sections)
    for section, notes in zip(plan.sections, parts, strict=True):
        assert list(notes) == sorted(notes)
        for note in notes:
            assert 0 <= note.start_ticks < section.bars * plan.meter.bar_ticks
            assert note.pitch in KIT
            assert 1 <= note.velocity <= 127


@pytest.mark.parametrize(
    "meter", [(2, 4), (3, 4), (5, 4), (6, 8), (7, 8), (9, 8), (12, 8), (3, 2), (5, 16), (15, 8)]
)
def test_every_meter_has_its_drums(meter):
    plan = plan_of("rock", meter=meter)
    parts = parts_of(plan)
    chorus = parts[2]
    bar = plan.meter.bar_ticks
    assert chorus
    firsts = {
        note.start_ticks // bar
        for note in chorus
        if note.pitch == PITCHES[KICK] and note.start_ticks % bar < 30
    }
    assert firsts == {0, 1, 2, 3} or bar < 1_000  # a kick on the first beat of every bar


def test_same_seed_same_notes_and_another_seed_other_ones():
    plan = plan_of()
    assert parts_of(plan) == parts_of(plan)
    assert parts_of(plan) != parts_of(plan, seed=2)


def test_the_backbeat_is_there_and_it_is_loud():
    plan = plan_of("rock")
    verse = parts_of(plan)[1]
    loud = {round(n.start_ticks / 120) for n in verse if n.pitch == PITCHES[SNARE] and n.velocity > 60}
    assert {4, 12, 20, 28, 36, 44} <= loud


def test_sections_of_one_material_have_one_groove():
    plan = plan_of("rock")
    parts = parts_of(plan)
    kicks = [steps_of(parts[i], PITCHES[KICK], plan) for i in (2, 4)]
    before_fill = set(range(48))
    assert kicks[0] & before_fill == kicks[1] & before_fill


def test_a_groove_comes_again_after_two_bars():
    kick = steps_of(parts_of(plan_of("rock"))[2], PITCHES[KICK], None)
    assert {step % 32 for step in kick if step < 32} == {step % 32 for step in kick if 32 <= step < 48} | {
        step for step in kick if 16 <= step < 32
    }


def test_a_chorus_begins_with_a_crash_and_verses_do_not():
    parts = parts_of(plan_of("rock"))
    crashes = [any(n.pitch == PITCHES[CRASH] and n.start_ticks < 60 for n in notes) for notes in parts]
    assert crashes[2] and crashes[4]
    assert not crashes[1] and not crashes[0]


def test_fuller_sections_have_more_and_louder_notes():
    plan = plan_of("pop")
    intro, verse, chorus = parts_of(plan)[:3]
    assert len(intro) < len(verse) <= len(chorus)
    means = [np.mean([n.velocity for n in notes]) for notes in (intro, verse, chorus)]
    assert means[0] < means[1] < means[2]


def test_a_lullaby_has_no_drums_unless_they_are_asked_for():
    plan = plan_of("lullaby", arousal=-0.5)
    silent = replace(plan, programs={"melody": 0})
    assert parts_of(silent) == [()] * 6
    asked_for = parts_of(plan)
    assert any(asked_for)
    assert np.mean([n.velocity for notes in asked_for for n in notes]) < 70


def test_calm_songs_are_played_by_a_cross_stick_or_a_shaker():
    plan = plan_of("ballad", arousal=-0.5, tempo_bpm=70.0)
    pitches = {note.pitch for notes in parts_of(plan) for note in notes}
    assert PITCHES[SNARE] not in pitches - {n.pitch for n in parts_of(plan)[2]}
    assert pitches & {37, 82}


def test_calm_and_fast_is_half_time():
    plan = plan_of("pop", arousal=-0.2, tempo_bpm=130.0)
    chorus = parts_of(plan)[2]
    beats = {
        round(n.start_ticks / 120) % 16 for n in chorus if n.pitch in (37, 38) and n.start_ticks < 48 * 120
    }
    assert 8 in beats
    assert not beats & {4, 12}


def test_the_song_ends_with_one_hit_where_the_last_chord_begins():
    plan = plan_of("rock")
    last = parts_of(plan)[-1]
    end = 3 * plan.meter.bar_ticks
    assert {note.start_ticks // plan.meter.bar_ticks for note in last if note.start_ticks >= end} == {3}
    assert {note.pitch for note in last if note.start_ticks >= end} <= {36, 49, 51}
    assert any(note.start_ticks >= end for note in last)


def test_no_more_than_two_hands_play_at_once():
    for style in ("rock", "jazz", "latin", "march"):
        for notes in parts_of(plan_of(style, arousal=0.8)):
            steps = {}
            for note in notes:
                steps.setdefault(round(note.start_ticks / 120), set()).add(note.pitch)
            assert all(len(pitches - {36, 44}) <= 2 for pitches in steps.values())


def test_timing_stays_within_twelve_ms_of_the_grid():
    plan = plan_of("funk", tempo_bpm=96.0)
    most = MOST_MS * ticks_a_ms(plan)
    offs = [
        abs(note.start_ticks - 120 * round(note.start_ticks / 120))
        for notes in parts_of(plan)
        for note in notes
    ]
    assert max(offs) <= most
    assert max(offs) > 3  # it is not a machine


def test_swung_drums_have_no_late_sixteenths():
    plan = plan_of("jazz", tempo_bpm=120.0)
    turn = swing_of(plan) * 480
    within = np.array([note.start_ticks % 480 for notes in parts_of(plan) for note in notes])
    near = np.minimum.reduce([np.abs(within - x) for x in (0, 480, turn / 2, turn)])
    assert near.max() <= MOST_MS * ticks_a_ms(plan) + 1


def test_silent_sections_do_not_stop_the_others():
    plan = plan_of("pop", arousal=-0.9, energies=(0.0, 0.1, 1.0, 0.1, 1.0, 0.0))
    parts = parts_of(plan)
    assert not parts[0]
    assert parts[2]


def test_songs_of_one_short_section_have_drums():
    plan = plan_for(mood_of("joy"), replace(Wishes(), bars=1), seed=1)
    drum_parts_for(replace(plan, programs={**plan.programs, "drums": -1}), changes_of(plan), 1)


# Feel


def line(plan, *, step=240, pitch=60, n=64, length=240):
    return tuple(Note(k * step, pitch + k % 5, length, 80) for k in range(n))


@pytest.mark.parametrize("role", ["melody", "chords", "bass", "colour"])
@pytest.mark.parametrize("style", ["pop", "jazz"])
def test_no_note_moves_further_than_twelve_ms_or_leaves_its_bar(role, style):
    plan = plan_of(style, arousal=-0.9)
    notes = line(plan, n=256, step=120)
    played = with_feel(notes, plan, role, stream(1, "feel"))
    assert len(played) == len(notes)
    for was, now in zip(notes, played, strict=True):
        assert abs(now.start_ticks - swung_ticks(was.start_ticks, plan)) <= MOST_MS * ticks_a_ms(plan)
        assert now.start_ticks // plan.meter.bar_ticks == was.start_ticks // plan.meter.bar_ticks
        assert now.start_ticks >= 0


def test_notes_of_one_pitch_keep_their_order_and_do_not_run_into_one_another():
    plan = plan_of(tempo_bpm=200.0)
    notes = tuple(Note(k * 20, 60, 20, 80) for k in range(200))
    played = with_feel(notes, plan, "melody", stream(2, "feel"))
    for a, b in pairwise(played):
        assert a.start_ticks < b.start_ticks
        assert a.end_ticks <= b.start_ticks


def test_feel_is_the_same_for_the_same_stream():
    plan = plan_of()
    assert with_feel(line(plan), plan, "melody", stream(1, "f")) == with_feel(
        line(plan), plan, "melody", stream(1, "f")
    )
    assert with_feel(line(plan), plan, "melody", stream(1, "f")) != with_feel(
        line(plan), plan, "melody", stream(2, "f")
    )


def test_swing_makes_eighths_long_and_short_and_leaves_beats_alone():
    plan = plan_of("jazz", tempo_bpm=120.0)
    assert swing_of(plan) > 0.6
    assert swung_ticks(480, plan) == 480
    assert swung_ticks(240, plan) == round(480 * swing_of(plan))
    assert [swung_ticks(t, plan) for t in range(481)] == sorted(swung_ticks(t, plan) for t in range(481))
    assert swing_of(replace(plan, tempo_bpm=300.0)) < swing_of(plan)
    assert swing_of(plan_of("pop")) == 0.5
    assert swing_of(plan_of("jazz", meter=(6, 8))) == 0.5


def test_the_bass_falls_with_the_kick():
    plan = plan_of()
    late = round(9 * ticks_a_ms(plan))
    kick = tuple(Note(k * 480 + late, 36, 60, 90) for k in range(64))
    bass = tuple(Note(k * 480, 40, 400, 80) for k in range(64))
    offs = {}
    for name, drums in (("with", kick), ("without", ())):
        played = with_feel(bass, plan, "bass", stream(3, "bass"), drums=drums)
        offs[name] = np.mean(
            [now.start_ticks - was.start_ticks for was, now in zip(bass, played, strict=True)]
        )
    assert abs(offs["with"] - late) < 4
    assert offs["without"] < late - 4


def test_chords_are_rolled_upwards_by_milliseconds():
    plan = replace(plan_of(), programs={"chords": 25})
    chord = tuple(Note(960, pitch, 480, 80) for pitch in (48, 52, 55, 60))
    starts = [
        note.start_ticks
        for note in sorted(with_feel(chord, plan, "chords", stream(1, "c")), key=lambda n: n.pitch)
    ]
    assert starts == sorted(starts)
    assert 0 < starts[-1] - starts[0] <= MOST_MS * ticks_a_ms(plan)


def test_drums_keep_the_feel_that_they_have():
    plan = plan_of()
    drums = parts_of(plan)[2]
    assert with_feel(drums, plan, "drums", stream(1, "d")) == drums
    assert with_feel((), plan, "melody", stream(1, "d")) == ()


def test_places_of_bars_are_those_of_the_pocket():
    assert len(drummer().pocket_ms) == 16
    assert max(map(abs, drummer().pocket_ms)) < MOST_MS
    assert abs(np.mean(drummer().pocket_ms)) < 1e-3
    assert max(bar_places(Meter(0, 15, 8))) < 16
