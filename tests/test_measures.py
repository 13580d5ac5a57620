"""Every measure against a value worked out by hand, and all of them against music and noise."""

import math
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aoede.music import measures
from aoede.music.key_finder import MAJOR_PROFILE, MINOR_PROFILE, find_key
from aoede.music.measures import Measures, measure
from aoede.music.note_table import NoteTable, onset_grid, places_in_bars, skyline, table_of
from aoede.music.recurrence import bar_repetition
from aoede.randomness import stream
from aoede.song import ChordSymbol, Meter, Note, Song, Tempo, Track

DATA = Path(__file__).parents[2] / "shared/data/midi_nottingham"
BAR = 1920


def track(*notes: tuple[float, int, float], role: str = "melody", is_drum: bool = False) -> Track:
    """Notes as (start in beats, pitch, length in beats)."""
    made = [Note(round(480 * start), pitch, round(480 * beats), 80) for start, pitch, beats in notes]
    return Track(role, tuple(sorted(made)), role=role, is_drum=is_drum)


def song(*notes: tuple[float, int, float], **more: object) -> Song:
    return replace(Song("", (track(*notes),)), **more)


def line(*pitches: int) -> Song:
    """A melody of quarter notes."""
    return song(*((i, pitch, 1) for i, pitch in enumerate(pitches)))


def table(made: Song) -> NoteTable:
    return table_of(made.tracks)


# --- keys -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tonic", range(12))
@pytest.mark.parametrize(("mode", "profile"), [("major", MAJOR_PROFILE), ("minor", MINOR_PROFILE)])
def test_the_profile_of_a_key_is_found_as_that_key(tonic: int, mode: str, profile: tuple[float, ...]) -> None:
    key = find_key(np.roll(profile, tonic))
    assert (key.tonic_pc, key.mode) == (tonic, mode)
    assert key.correlation == pytest.approx(1)
    assert key.margin > 0


def test_key_clarity_of_a_c_major_triad_is_the_correlation_with_the_profile() -> None:
    weights = np.array([1.0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0])
    expected = np.corrcoef(weights, MAJOR_PROFILE)[0, 1]
    key = find_key(weights)
    assert (key.tonic_pc, key.mode, key.correlation) == (0, "major", pytest.approx(expected))


def test_longer_notes_weigh_more_in_the_key() -> None:
    held_a = song((0, 57, 8), (8, 60, 1), (9, 64, 4), (13, 59, 1))
    held_c = song((0, 57, 1), (1, 60, 8), (9, 64, 4), (13, 55, 4))
    assert (measure(held_a).key, measure(held_c).key) == ("A minor", "C major")


def test_notes_that_sound_alike_often_have_no_key() -> None:
    assert math.isnan(find_key(np.ones(12)).correlation)


def test_a_modulation_lowers_key_clarity_but_not_tonal_clarity() -> None:
    scale = [60, 62, 64, 65, 67, 69, 71, 72, 67, 64, 60, 67, 65, 62, 59, 60]
    steady, moved = line(*scale, *scale), line(*scale, *(pitch + 6 for pitch in scale))
    assert measure(moved).key_clarity < measure(steady).key_clarity - 0.2
    assert measure(moved).tonal_clarity == pytest.approx(measure(steady).tonal_clarity)


# --- pitch ------------------------------------------------------------------------------------------


def test_four_equally_frequent_pitch_classes_have_two_bits_of_entropy() -> None:
    assert measures.pitch_class_entropy(table(line(60, 64, 67, 70))) == pytest.approx(2)


def test_octaves_of_one_pitch_class_have_no_entropy() -> None:
    assert measures.pitch_class_entropy(table(line(48, 60, 72))) == 0


def test_entropy_of_bars_is_the_mean_over_all_runs_of_bars() -> None:
    made = line(60, 60, 60, 60, 60, 64, 67, 71, 60, 62, 60, 62)
    classes = measures.pitch_classes_of_bars(made, table(made))
    assert measures.entropy_of_bars(classes, 1) == pytest.approx((0 + 2 + 1) / 3)
    both = [entropy(5, 1, 1, 1), entropy(3, 2, 1, 1, 1)]
    assert measures.entropy_of_bars(classes, 2) == pytest.approx(np.mean(both))
    assert measures.entropy_of_bars(classes, 4) == pytest.approx(entropy(7, 2, 1, 1, 1))


def entropy(*counts: int) -> float:
    return -sum(count / sum(counts) * math.log2(count / sum(counts)) for count in counts)


def test_pitch_classes_are_counted_in_each_bar_that_has_notes() -> None:
    made = song((0, 60, 1), (1, 72, 1), (2, 64, 1), (8, 60, 1), (9, 61, 1), (10, 62, 1), (11, 63, 1))
    assert measures.used_pitch_classes(measures.pitch_classes_of_bars(made, table(made))) == (2 + 4) / 2


def test_one_note_outside_the_scale_among_eight_leaves_seven_eighths() -> None:
    assert measures.scale_consistency(table(line(60, 62, 64, 65, 67, 69, 71, 61))) == pytest.approx(7 / 8)


def test_polyphony_is_the_mean_number_of_sounding_notes_without_the_rests() -> None:
    assert measures.polyphony(table(song((0, 60, 1), (0, 64, 0.5), (4, 67, 1)))) == pytest.approx(2.5 / 2)


def test_transposing_changes_register_and_nothing_else_of_the_pitches() -> None:
    low, high = measure(line(60, 62, 64, 60, 65, 67)), measure(line(65, 67, 69, 65, 70, 72))
    assert high.mean_pitch == low.mean_pitch + 5
    for name in (
        "pitch_class_entropy_bits",
        "scale_consistency",
        "key_clarity",
        "melody_steps",
        "similar_bars",
    ):
        assert getattr(high, name) == pytest.approx(getattr(low, name), nan_ok=True), name


# --- rhythm -----------------------------------------------------------------------------------------


def test_groove_consistency_counts_the_steps_in_which_neighbouring_bars_differ() -> None:
    made = song((0, 60, 1), (1, 60, 1), (4, 60, 1), (6, 60, 1), (8, 60, 1), (10, 60, 2))
    grid = onset_grid(made, table(made), 24)
    assert (grid.n_bars, grid.n_steps) == (3, 96)
    assert measures.groove_consistency(grid) == pytest.approx(1 - (2 + 0) / (2 * 96))


def test_groove_similarity_is_the_mean_over_all_pairs_of_bars() -> None:
    made = song((0, 60, 1), (1, 60, 3), (4, 60, 2), (6, 60, 2), (8, 60, 4))
    differing = (2 + 1 + 1) / 3
    assert measures.groove_similarity(onset_grid(made, table(made), 4)) == pytest.approx(1 - differing / 16)


def test_a_single_bar_has_no_groove_to_compare() -> None:
    report = measure(line(60, 62, 64, 65))
    assert math.isnan(report.groove_consistency)
    assert math.isnan(report.groove_similarity)


def test_bars_are_alike_from_half_of_their_onsets_and_copies_when_equal() -> None:
    first, like_it, other = [60, 62, 64, 65], [60, 62, 64, 71], [72, 74, 76, 77]
    made = line(*first, *other, *first, *like_it)
    similar, copied = bar_repetition(made, table(made))
    assert (similar, copied) == (pytest.approx(2 / 4), pytest.approx(1 / 4))


def test_two_of_six_onsets_in_common_are_too_few_to_be_alike() -> None:
    made = line(60, 62, 64, 65, 60, 62, 71, 72)
    assert bar_repetition(made, table(made)) == (0, 0)


def test_small_shifts_of_a_player_do_not_hide_a_repetition() -> None:
    bar = [(0, 60), (480, 64), (960, 67), (1440, 64)]
    random = stream(3, "shifts")
    notes = [
        Note(max(0, t + b * BAR + int(random.integers(-25, 26))), pitch, 300, 80)
        for b in range(4)
        for t, pitch in bar
    ]
    made = Song("", (Track("", tuple(sorted(notes))),))
    assert bar_repetition(made, table(made)) == (0.75, 0.75)


def test_beats_in_which_nothing_sounds_are_empty() -> None:
    made = song((0, 60, 1.5), (4, 60, 1), (4.5, 64, 0.25), (7, 60, 1))
    assert measures.empty_beat_rate(table(made), made.end_ticks) == pytest.approx(4 / 8)


def test_tempo_is_weighted_by_time() -> None:
    made = replace(line(60, 62), tempos=(Tempo(0, 60), Tempo(480, 120)))
    assert measure(made).tempo_bpm == pytest.approx(80)


def test_twice_the_tempo_doubles_what_happens_in_a_second_but_not_in_a_beat() -> None:
    slow, fast = (replace(line(60, 62, 64, 65), tempos=(Tempo(0, bpm),)) for bpm in (60, 120))
    assert measure(slow).notes_per_second == pytest.approx(1)
    assert measure(fast).notes_per_second == pytest.approx(2)
    assert measure(fast).onsets_per_minute == pytest.approx(120)
    assert measure(slow).notes_per_beat == measure(fast).notes_per_beat == 1


def test_notes_of_a_chord_are_one_onset() -> None:
    report = measure(song((0, 60, 1), (0, 64, 1), (0, 67, 1), (1, 60, 1)))
    assert report.notes_per_beat == 2
    assert report.onsets_per_minute == 120


def test_bars_are_counted_through_changes_of_meter() -> None:
    made = replace(song((0, 60, 11)), meters=(Meter(0, 4, 4), Meter(BAR, 3, 4), Meter(BAR + 2880, 7, 8)))
    places = places_in_bars(made, np.array([0, 1919, 1920, 3360, 4800, 5279]))
    assert places.bars.tolist() == [0, 0, 1, 2, 3, 3]
    assert places.offsets_ticks.tolist() == [0, 1919, 0, 0, 0, 479]
    assert places.n_bars == 4


def test_a_bar_that_a_new_meter_cuts_short_still_counts() -> None:
    made = replace(song((0, 60, 6)), meters=(Meter(0, 4, 4), Meter(2400, 4, 4)))
    assert places_in_bars(made, np.array([2399, 2400])).bars.tolist() == [1, 2]


# --- melody -----------------------------------------------------------------------------------------


def test_steps_leaps_and_repeats_are_shares_of_the_intervals() -> None:
    report = measure(line(60, 62, 62, 67, 64))
    assert (report.melody_steps, report.melody_leaps, report.melody_repeats) == (0.25, 0.25, 0.25)
    assert report.melody_range_semitones == 7


def test_skyline_leaves_a_single_line_as_it_is() -> None:
    notes = table(line(60, 64, 62))
    assert skyline(notes).pitches.tolist() == [60, 64, 62]


def test_articulation_is_length_over_the_time_to_the_next_onset() -> None:
    assert measure(song((0, 60, 0.25), (1, 62, 0.75), (2, 64, 1))).melody_articulation == pytest.approx(0.5)


def test_chord_tones_are_counted_on_strong_beats_only() -> None:
    chords = (ChordSymbol(0, "C"), ChordSymbol(BAR, "G"))
    made = replace(line(60, 61, 62, 61, 67, 61, 71, 61), chords=chords)
    assert measure(made).chord_tones == pytest.approx(3 / 4)  # C, (D), G, B


def test_chance_share_of_a_triad_in_its_key_is_three_sevenths() -> None:
    made = replace(line(60, 62, 64, 65, 67, 69, 71, 72), chords=(ChordSymbol(0, "C"),))
    assert measure(made).chord_tones_by_chance == pytest.approx(3 / 7)


def test_strong_beats_of_six_eight_are_the_first_and_the_fourth_eighth() -> None:
    eighths = [(i / 2, 60 if i in (0, 3) else 61, 0.5) for i in range(6)]
    made = replace(song(*eighths), meters=(Meter(0, 6, 8),), chords=(ChordSymbol(0, "C"),))
    assert measure(made).chord_tones == 1


@pytest.mark.parametrize("symbols", [(), ("N.C.",), ("what?",)])
def test_without_readable_chords_there_are_no_chord_tones(symbols: tuple[str, ...]) -> None:
    made = replace(line(60, 62), chords=tuple(ChordSymbol(0, symbol) for symbol in symbols))
    assert math.isnan(measure(made).chord_tones)


# --- the whole --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "made", [Song("", ()), Song("", (Track("", ()),)), line(60)], ids=["no", "empty", "one"]
)
def test_what_cannot_be_measured_is_none_in_json(made: Song) -> None:
    report = measure(made).as_dict()
    assert report["melody_steps"] is None
    assert report["groove_consistency"] is None
    assert not any(isinstance(value, float) and math.isnan(value) for value in report.values())


def test_drums_count_in_no_measure_of_pitch() -> None:
    made = line(60, 62, 64, 65)
    with_drums = replace(
        made, tracks=(*made.tracks, track((0, 36, 1), (2, 38, 1), role="drums", is_drum=True))
    )
    assert measure(with_drums) == replace(measure(made), **nan_fields(measure(made), measure(with_drums)))


def nan_fields(*reports: Measures) -> dict[str, float]:
    """The fields that are nan in all reports, taken from the last (nan differs from itself)."""
    return {k: getattr(reports[-1], k) for k, v in reports[0].as_dict().items() if v is None}


def test_measuring_a_song_of_32_bars_takes_less_than_30_ms() -> None:
    made = song(*((i / 4, 60 + i * 7 % 24, 0.25) for i in range(512)))
    seconds = []
    for _ in range(5):
        began = time.process_time()
        measure(made)
        seconds.append(time.process_time() - began)
    assert min(seconds) < 0.03


def test_a_day_of_bars_of_one_tick_is_measured_without_a_list_of_bars() -> None:
    made = replace(song((0, 60, 172_800)), meters=(Meter(0, 1, 2048),))
    assert measure(made).polyphony == 1


def noise(seed: int, chromatic: bool) -> Song:
    """32 bars of random sixteenths: any pitch of two octaves, or a random walk on a scale."""
    random = stream(seed, "noise")
    onsets = np.flatnonzero(random.random(512) < 0.4)
    walk = np.abs((np.cumsum(random.integers(-2, 3, len(onsets))) + 7) % 28 - 14) - 7  # turns at both ends
    diatonic = 72 + 12 * (walk // 7) + np.array([0, 2, 4, 5, 7, 9, 11])[walk % 7]
    pitches = random.integers(60, 85, len(onsets)) if chromatic else diatonic
    ends = [*onsets[1:], 512]
    return song(*((a / 4, int(p), (b - a) / 4) for a, p, b in zip(onsets, pitches, ends, strict=True)))


# 10th to 90th percentile of the melodies of 887 folk tunes, as printed by bench/measures.py
FOLK = {
    "pitch_class_entropy_bits": (2.45, 2.86),
    "scale_consistency": (0.95, 1.0),
    "groove_similarity": (0.827, 0.925),
    "copied_bars": (0.331, 0.735),
    "similar_bars": (0.455, 0.807),
    "melody_leaps": (0.0513, 0.224),
}


def outside(report: Measures) -> set[str]:
    return {name for name, (low, high) in FOLK.items() if not low <= getattr(report, name) <= high}


@pytest.mark.parametrize("seed", range(5))
def test_chromatic_noise_is_caught_by_every_measure(seed: int) -> None:
    assert outside(measure(noise(seed, chromatic=True))) == set(FOLK)


@pytest.mark.parametrize("seed", range(5))
def test_a_diatonic_walk_is_caught_by_groove_and_repetition_but_not_by_its_scale(seed: int) -> None:
    found = outside(measure(noise(seed, chromatic=False)))
    assert found >= {"groove_similarity", "copied_bars", "similar_bars", "melody_leaps"}
    assert "scale_consistency" not in found


def test_a_looped_bar_is_caught_by_too_much_likeness() -> None:
    report = measure(line(*[60, 62, 64, 62] * 32))
    assert (report.groove_similarity, report.copied_bars) == (1, pytest.approx(31 / 32))
    assert outside(report) >= {"groove_similarity", "copied_bars", "similar_bars", "pitch_class_entropy_bits"}


@pytest.mark.data
@pytest.mark.skipif(not DATA.exists(), reason="needs ../shared/data/midi_nottingham beside the checkout")
def test_folk_tunes_measure_as_tabled() -> None:
    from aoede.formats import midi

    songs = [midi.read(path).song for path in sorted(DATA.rglob("*.mid"))[::4]]
    lines = [
        replace(s, tracks=(replace(next(t for t in s.tracks if t.notes), role="melody"),)) for s in songs
    ]
    reports = [measure(s) for s in songs], [measure(s) for s in lines]
    for name, all_tracks, melody_alone, tolerance in [
        ("pitch_class_entropy_bits", 2.75, 2.67, 0.03),
        ("entropy_1_bar_bits", 1.99, 1.56, 0.02),
        ("entropy_4_bars_bits", 2.62, 2.44, 0.02),
        ("pitch_classes_a_bar", 4.6, 3.4, 0.1),
        ("scale_consistency", 0.980, 0.984, 0.006),
        ("groove_consistency", 0.978, 0.978, 0.003),
        ("groove_similarity", 0.878, 0.886, 0.015),
        ("copied_bars", 0.51, 0.54, 0.04),
        ("similar_bars", 0.66, 0.64, 0.04),
        ("notes_per_beat", 2.6, 1.44, 0.08),
        ("polyphony", 4.12, 1.0, 0.08),
    ]:
        for group, tabled in zip(reports, (all_tracks, melody_alone), strict=True):
            found = np.nanmean([getattr(report, name) for report in group])
            assert found == pytest.approx(tabled, abs=tolerance), name
