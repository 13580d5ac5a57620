"""The Song: time maps, bars, ends, and that it cannot be changed in place."""

import copy
import pickle
from dataclasses import FrozenInstanceError, asdict, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aoede.song import TICKS_PER_QUARTER, Meter, Note, NoteTable, Section, Song, Tempo, Track

BAR = 4 * TICKS_PER_QUARTER


def song(*, end_ticks: int = 4 * BAR, tempos: tuple[Tempo, ...] = (), meters: tuple[Meter, ...] = ()) -> Song:
    track = Track("Melody", (Note(0, 60, end_ticks, 80),))
    return Song("x", (track,), tempos or (Tempo(0, 120.0),), meters or (Meter(0, 4, 4),))


def test_a_bar_of_four_at_120_bpm_lasts_two_seconds() -> None:
    assert song().seconds_at(BAR) == pytest.approx(2.0)
    assert song().duration_s == pytest.approx(8.0)


def test_seconds_add_up_through_every_tempo_passed() -> None:
    changing = song(tempos=(Tempo(0, 120.0), Tempo(BAR, 60.0), Tempo(2 * BAR, 240.0)))
    assert changing.seconds_at(BAR) == pytest.approx(2.0)
    assert changing.seconds_at(BAR + BAR // 2) == pytest.approx(4.0)
    assert changing.seconds_at(2 * BAR) == pytest.approx(6.0)
    assert changing.seconds_at(3 * BAR) == pytest.approx(7.0)


def test_the_last_tempo_goes_on_beyond_the_end() -> None:
    assert song(tempos=(Tempo(0, 120.0), Tempo(BAR, 60.0))).seconds_at(100 * BAR) == pytest.approx(
        2.0 + 99 * 4.0
    )


tempo_maps = st.dictionaries(st.integers(1, 20_000), st.floats(10, 500), max_size=6).map(
    lambda later: tuple(Tempo(at, bpm) for at, bpm in sorted({0: 100.0, **later}.items()))
)


@given(tempo_maps, st.lists(st.integers(0, 30_000), min_size=2))
def test_later_ticks_are_later_seconds_and_many_are_as_one(
    tempos: tuple[Tempo, ...], ticks: list[int]
) -> None:
    changing = song(tempos=tempos)
    assert changing.seconds_of(ticks) == [changing.seconds_at(at) for at in ticks]
    in_order = changing.seconds_of(sorted(set(ticks)))
    assert all(a < b for a, b in pairwise(in_order))


@given(tempo_maps, st.integers(0, 30_000))
def test_seconds_are_the_sum_over_single_ticks(tempos: tuple[Tempo, ...], ticks: int) -> None:
    borders = [*(tempo.start_ticks for tempo in tempos), 10**9]
    passed = [max(0, min(ticks, end) - start) for start, end in pairwise(borders)]
    wanted = sum(n * 60 / (t.bpm * TICKS_PER_QUARTER) for n, t in zip(passed, tempos, strict=True))
    assert song(tempos=tempos).seconds_at(ticks) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("numerator", "denominator", "bar_quarters"),
    [(4, 4, 4), (3, 4, 3), (6, 8, 3), (7, 8, 3.5), (2, 2, 4), (5, 16, 1.25)],
)
def test_a_bar_is_as_long_as_its_meter_says(numerator: int, denominator: int, bar_quarters: float) -> None:
    assert Meter(0, numerator, denominator).bar_ticks == bar_quarters * TICKS_PER_QUARTER


def test_bars_follow_the_meter_changes_up_to_the_end() -> None:
    changing = song(end_ticks=2 * BAR + 3 * 1440 + 1, meters=(Meter(0, 4, 4), Meter(2 * BAR, 3, 4)))
    starts = [0, BAR, 2 * BAR, 2 * BAR + 1440, 2 * BAR + 2880, 2 * BAR + 4320]
    assert changing.bar_starts() == starts


def test_a_meter_change_inside_a_bar_begins_a_new_bar() -> None:
    assert song(end_ticks=2 * BAR, meters=(Meter(0, 4, 4), Meter(BAR + 480, 2, 4))).bar_starts() == [
        0,
        BAR,
        BAR + 480,
        BAR + 480 + 960,
    ]


def test_a_song_without_notes_has_one_bar_and_no_length() -> None:
    silent = Song("x", ())
    assert (silent.bar_starts(), silent.end_ticks, silent.duration_s) == ([0], 0, 0.0)


def test_a_song_ends_with_its_last_note_or_section() -> None:
    tracks = (
        Track("a", (Note(0, 60, 2_000, 80), Note(480, 62, 480, 80))),
        Track("b", (Note(0, 40, 960, 80),)),
    )
    assert Song("x", tracks).end_ticks == 2_000
    assert Song("x", tracks, sections=(Section(0, 3_840, "verse"),)).end_ticks == 3_840


def test_beats_are_exact_fractions_of_a_quarter() -> None:
    assert song().beats(160) == Fraction(1, 3)


def test_notes_sort_by_start_then_pitch() -> None:
    low, high, later = Note(0, 60, 9, 9), Note(0, 64, 1, 1), Note(1, 30, 5, 5)
    assert sorted([later, high, low]) == [low, high, later]


def test_nothing_in_a_song_can_be_changed_in_place() -> None:
    for value, name in ((song(), "title"), (song().tracks[0], "name"), (Note(0, 60, 1, 1), "pitch")):
        with pytest.raises(FrozenInstanceError, match=name):
            setattr(value, name, 1)


# Notes as columns


notes_of_a_track = st.lists(
    st.builds(Note, st.integers(0, 10**6), st.integers(0, 127), st.integers(1, 10**6), st.integers(1, 127)),
    max_size=8,
).map(lambda notes: tuple(sorted(notes)))


def table(notes: tuple[Note, ...]) -> NoteTable:
    rows = [(note.start_ticks, note.end_ticks, note.pitch, note.velocity) for note in notes]
    return NoteTable(*np.array(rows, np.int64).reshape(-1, 4).T)


@given(notes_of_a_track)
def test_a_track_made_of_columns_is_the_track_made_of_notes(notes: tuple[Note, ...]) -> None:
    of_notes = Track("Flute", notes, 73, "melody")
    made = [Track.from_table("Flute", table(notes), program=73, role="melody") for _ in range(9)]
    assert made[0] == of_notes and of_notes == made[1] and made[2] == made[3]
    assert hash(made[4]) == hash(of_notes) and repr(made[5]) == repr(of_notes)
    assert asdict(made[6]) == asdict(of_notes) and replace(made[7], name="x") == replace(of_notes, name="x")
    assert made[8].end_ticks == of_notes.end_ticks and made[8].notes is made[8].notes
    assert all(type(value) is int for note in made[8].notes for value in asdict(note).values())


@given(notes_of_a_track)
def test_the_columns_of_a_track_are_those_of_its_notes_in_their_order(notes: tuple[Note, ...]) -> None:
    columns = Track("", notes).table
    assert len(columns) == len(notes)
    assert columns.starts_ticks.tolist() == [note.start_ticks for note in notes]
    assert columns.ends_ticks.tolist() == [note.end_ticks for note in notes]
    assert columns.durations_ticks.tolist() == [note.duration_ticks for note in notes]
    assert columns.pitches.tolist() == [note.pitch for note in notes]
    assert columns.velocities.tolist() == [note.velocity for note in notes]
    assert Track.from_table("", columns) == Track("", notes)


def test_a_track_of_columns_is_copied_and_pickled_before_and_after_its_notes_are_asked_for() -> None:
    notes = (Note(0, 60, 480, 80), Note(480, 62, 480, 81))
    for asked in (False, True):
        track = Track.from_table("a", table(notes))
        assert not asked or track.notes == notes
        assert pickle.loads(pickle.dumps(track)) == copy.deepcopy(track) == copy.copy(track) == track


def test_neither_columns_nor_notes_of_a_track_can_be_changed() -> None:
    track = song().tracks[0]
    with pytest.raises(ValueError, match="read-only"):
        track.table.starts_ticks[0] = 5
    made = Track.from_table("", track.table)
    for name in ("notes", "table"):
        with pytest.raises(FrozenInstanceError, match=name):
            setattr(made, name, ())
    with pytest.raises(AttributeError, match="'Track' object has no attribute 'note'"):
        _ = made.note  # type: ignore[attr-defined]
