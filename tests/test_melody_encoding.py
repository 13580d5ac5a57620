"""Melodies as rows of numbers, and what is known before each choice: nothing of what is still to come."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aoede.encodings.chords import parse_chord
from aoede.encodings.melody import (
    LOWEST,
    N_PITCHES,
    N_SPOTS,
    PARTS,
    STEP_TICKS,
    USUAL,
    WAITS,
    Bars,
    Frame,
    Melodies,
    Melody,
    meters_of,
    nearest_wait,
    ruling_of,
    span_of,
    wait_id,
)
from aoede.encodings.melody_columns import LENGTH, PITCH, READ, TOLD, WAIT, shape_of, untold
from aoede.encodings.melody_sight import Sight, Slots, piece_of
from aoede.errors import ConfigError, InputError
from aoede.learning.melodies import melody_of
from aoede.neural.events.piece import check_pieces
from aoede.randomness import stream
from aoede.song import ChordSymbol, Meter, Note, Song, Track

METERS = [(4, 4), (3, 4), (6, 8), (2, 2), (5, 4), (7, 8), (12, 8), (15, 16), (1, 8)]
FRAME = Frame(
    chords=tuple(span_of(96 * i, parse_chord(name), 0) for i, name in enumerate(["C", "Am", "F", "G7"] * 8)),
    mode="major",
    pace=4,
)


def a_melody(seed: int, n: int = 60, frame: Frame = FRAME) -> Melody:
    """Notes that repeat a bar now and then, as melodies do."""
    rng = stream(seed, "melody")
    waits = rng.choice([wait_id(s) for s in (6, 12, 12, 24, 24, 36, 48)], n)
    waits[0] = 0
    pitches = 12 + rng.choice([0, 2, 4, 5, 7, 9, 11, 12], n)
    waits[n // 2 :], pitches[n // 2 :] = waits[: n - n // 2], pitches[: n - n // 2]
    waits[n // 2] = wait_id(24)
    lengths = np.append(np.minimum(waits[1:], rng.integers(5, 60, n - 1)), wait_id(24))
    return Melody.from_rows(np.stack([waits, np.maximum(lengths, 1), pitches], axis=1), frame)


def a_song(symbols: str = "C Am F G", meter: tuple[int, int] = (4, 4)) -> Song:
    """A scale up and down in quarters, a rest after each bar but the last two beats."""
    scale = [60, 62, 64, 65, 67, 69, 71, 72, 71, 69, 67, 65, 64, 62, 60, 60]
    bar = Meter(0, *meter).bar_ticks
    notes = tuple(Note(480 * i, pitch, 480 if i % 4 else 240, 80) for i, pitch in enumerate(scale))
    chords = tuple(ChordSymbol(i * bar, symbol) for i, symbol in enumerate(symbols.split()))
    return Song("", (Track("Melody", notes, role="melody"),), meters=(Meter(0, *meter),), chords=chords)


@pytest.mark.parametrize("semitones", [-7, 0, 5, 12])
def test_a_melody_is_the_same_in_every_key_but_for_how_far_it_was_moved(semitones: int) -> None:
    song = a_song()
    moved = replace(
        song,
        tracks=tuple(
            replace(t, notes=tuple(replace(n, pitch=n.pitch + semitones) for n in t.notes))
            for t in song.tracks
        ),
        chords=(),
    )
    one, two = melody_of(replace(song, chords=())), melody_of(moved)
    assert one is not None and two is not None
    assert one.rows.tolist() == two.rows.tolist()
    assert (two.semitones - one.semitones - semitones) % 12 == 0
    assert [n.pitch for n in two.notes()] == [n.pitch for n in moved.tracks[0].notes]


def test_notes_come_back_as_they_were() -> None:
    song = a_song()
    melody = melody_of(song)
    assert melody is not None
    assert [(n.start_ticks, n.pitch, n.duration_ticks) for n in melody.notes()] == [
        (n.start_ticks, n.pitch, n.duration_ticks) for n in song.tracks[0].notes
    ]
    again = Melody.from_rows(melody.rows, melody.frame, semitones=melody.semitones)
    assert again.notes() == melody.notes()
    assert melody.frame.mode == "major"
    assert [span.root for span in melody.frame.chords] == [0, 9, 5, 7]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 400), st.floats(0.01, 900), st.integers(0, 127)), min_size=1, max_size=40)
)
def test_any_notes_become_a_melody_that_obeys_its_rules(notes: list[tuple[float, float, int]]) -> None:
    rows = sorted(notes)
    starts = [start for start, _, _ in rows]
    melody = Melody.of(FRAME, starts, [a + b for a, b, _ in rows], [p for _, _, p in rows], tonic_pc=3)
    assert len(melody) >= 1
    assert (np.diff(melody.onsets) > 0).all()
    assert ((melody.pitches >= 0) & (melody.pitches < N_PITCHES)).all()
    again = Melody.from_rows(melody.rows, FRAME, semitones=melody.semitones)
    assert np.array_equal(again.onsets, melody.onsets)
    check_pieces(shape_of(PARTS), [piece_of(melody, PARTS)])


def test_times_a_little_off_the_grid_are_put_on_it_and_errors_do_not_add_up() -> None:
    rng = stream(1, "human")
    starts = np.arange(64) * 12 + rng.uniform(-0.9, 0.9, 64)
    melody = Melody.of(FRAME, starts, starts + 11, [60] * 64, tonic_pc=0)
    assert melody.onsets.tolist() == [12 * i for i in range(64)]


@pytest.mark.parametrize(
    "rows",
    [
        [[0, 5, 99]],
        [[0, 5, 3], [0, 5, 3]],
        [[0, 0, 3]],
        [[0, 20, 3], [5, 3, 3]],
        [[-1, 5, 3]],
        [[len(WAITS), 5, 3]],
    ],
)
def test_rows_that_are_no_melody_are_refused(rows: list[list[int]]) -> None:
    with pytest.raises(InputError):
        Melody.from_rows(rows, FRAME)


@pytest.mark.parametrize("meter", METERS)
def test_every_place_of_every_meter_has_a_spot_and_a_bar_begins_with_its_first_beat(
    meter: tuple[int, int],
) -> None:
    ruling = ruling_of(*meter)
    assert len(ruling.spots) == ruling.bar_steps
    assert min(ruling.spots) >= 1
    assert max(ruling.spots) < N_SPOTS
    assert ruling.beats[0] == 0
    assert all(place < 3 for place, spot in enumerate(ruling.spots) if spot == ruling.spots[0])


def test_beats_of_six_eighths_are_two_and_of_three_quarters_three() -> None:
    assert ruling_of(6, 8).beats == (0, 36)
    assert ruling_of(3, 4).beats == (0, 24, 48)
    assert ruling_of(7, 8).beats == (0, 24, 48)
    assert ruling_of(6, 8).kind != ruling_of(2, 4).kind
    assert ruling_of(4, 4).levels == (0, 2, 1, 3)


def test_bars_count_on_through_changes_of_meter() -> None:
    bars = Bars(meters_of((Meter(0, 4, 4), Meter(2 * 1920, 3, 4))))
    assert [bars.at(step)[:2] for step in (0, 95, 96, 192, 263, 264)] == [
        (0, 0),
        (0, 95),
        (1, 0),
        (2, 0),
        (2, 71),
        (3, 0),
    ]
    assert [bars.start_of(n) for n in (0, 1, 2, 3)] == [0, 96, 192, 264]


def test_longer_rests_than_can_be_written_lose_whole_bars_and_chords_go_with_them() -> None:
    song = a_song("C Am F G C C C C C C Dm G")
    notes = song.tracks[0].notes
    later = tuple(replace(n, start_ticks=n.start_ticks + 10 * 1920) for n in notes)
    chords = (*song.chords, ChordSymbol(10 * 1920, "Dm"))
    song = replace(song, tracks=(replace(song.tracks[0], notes=notes + later),), chords=tuple(sorted(chords)))
    melody = melody_of(song)
    assert melody is not None
    assert len(melody) == 32
    assert np.diff(melody.onsets).max() <= WAITS[-1]
    second = melody.onsets[16]
    assert second % 96 == 0
    sounding = [span for span in melody.frame.chords if span.start <= second][-1]
    assert sounding.root == 2


def test_what_is_known_before_a_choice_does_not_depend_on_what_comes_after() -> None:
    one, two = a_melody(1), a_melody(2)
    rows = np.concatenate([one.rows[:30], two.rows[30:]])
    rows[29, LENGTH] = one.rows[29, LENGTH] = 1
    pieces = [piece_of(Melody.from_rows(each, FRAME), PARTS) for each in (one.rows, rows)]
    a, b = pieces
    assert np.array_equal(a.read[:31], b.read[:31])
    assert not np.array_equal(a.read[31:], b.read[31:])
    for which in (WAIT, LENGTH, PITCH):
        for name in ("told", "attributes", "proposals"):
            assert np.array_equal(getattr(a.known[which], name)[:30], getattr(b.known[which], name)[:30])
    assert np.array_equal(a.known[WAIT].attributes[30], b.known[WAIT].attributes[30])


def test_what_is_known_while_a_melody_is_made_is_what_was_learnt_from_it() -> None:
    melody = a_melody(3)
    piece = piece_of(melody, USUAL)
    sight, slots = Sight(melody.frame, USUAL), Slots.empty(2)
    for t, (wait, length, pitch) in enumerate(piece.chosen.tolist()):
        sight.before(slots, 1)
        assert np.array_equal(slots.read[1], piece.read[t])
        sight.waited(slots, 1, wait)
        sight.held(slots, 1, length)
        for known, learnt in zip(slots.known, piece.known, strict=True):
            assert np.array_equal(known.told[1], learnt.told[t])
            assert np.array_equal(known.attributes[1], learnt.attributes[t])
            assert np.array_equal(known.proposals[1], learnt.proposals[t])
        sight.sing(pitch)
    assert sight.onsets == melody.onsets.tolist()


def test_a_bar_that_comes_again_is_proposed_from_where_it_was_sung_before() -> None:
    bar = [(0, 12), (24, 14), (48, 16), (72, 17)]
    onsets = np.array([96 * n + at for n in range(3) for at, _ in bar])
    pitches = np.array([pitch for _ in range(3) for _, pitch in bar])
    melody = Melody(FRAME, onsets, np.full(12, wait_id(24)), pitches)
    piece = piece_of(melody, USUAL)
    for t in range(5, 12):
        assert piece.known[WAIT].proposals[t, 0] == piece.chosen[t, WAIT]
        assert piece.known[PITCH].proposals[t, 0] == piece.chosen[t, PITCH]
    echoes = piece.known[PITCH].proposals[6:, 4]
    assert np.array_equal(echoes, piece.chosen[6:, PITCH])
    names = [column.name for column in READ]
    assert piece.read[9:, names.index("agreed 1")].min() >= 3


def test_what_is_not_told_is_as_if_unknown() -> None:
    other = replace(FRAME, chords=FRAME.chords[::-1], mode="minor", pace=1, meters=((0, 3, 4),))
    rows = a_melody(4).rows
    pieces = [piece_of(Melody.from_rows(rows, frame), ()) for frame in (FRAME, other)]
    assert np.array_equal(pieces[0].read, pieces[1].read)
    for a, b in zip(pieces[0].known, pieces[1].known, strict=True):
        assert np.array_equal(a.told, b.told)
        assert np.array_equal(a.attributes, b.attributes)
        assert (a.proposals == -1).all()
    for columns, table in ((READ, pieces[0].read), (TOLD[PITCH], pieces[0].known[PITCH].told)):
        assert not table[:, untold(columns, ())].any()


def test_only_times_that_can_be_are_open_and_no_note_is_longer_than_its_time() -> None:
    piece = piece_of(a_melody(5), PARTS)
    times, lengths = piece.known[WAIT].attributes[:, :, 0] > 0, piece.known[LENGTH].attributes[:, :, 0] > 0
    assert times[0].all()
    assert not times[1:, 0].any()
    for t in range(1, len(piece)):
        assert np.flatnonzero(lengths[t]).tolist() == list(range(1, int(piece.chosen[t, WAIT]) + 1))


@pytest.mark.parametrize(
    ("values", "message"),
    [({"name": "melody", "told": ["moon"]}, "can be told"), ({"name": "melody", "told": "all"}, "says what"),
     ({"name": "melody", "told": ["chords", "meter"]}, "in this order"), ({"name": "pianoroll"}, "says what")],
)  # fmt: skip
def test_an_encoding_that_there_is_not_is_refused(values: dict[str, object], message: str) -> None:
    whole = {"waits": list(WAITS), "n_pitches": N_PITCHES, **values}
    with pytest.raises(ConfigError, match=message):
        Melodies.from_mapping(whole)
    assert Melodies.from_mapping(Melodies(PARTS).as_mapping()) == Melodies(PARTS)
    with pytest.raises(ConfigError, match="other note values"):
        Melodies.from_mapping({**Melodies().as_mapping(), "n_pitches": 5})


def test_the_nearest_time_is_the_nearest() -> None:
    for steps in range(1, 300):
        found = WAITS[nearest_wait(steps)]
        assert all(abs(found - steps) <= abs(wait - steps) for wait in WAITS[1:])
    assert all(b - a <= 24 for a, b in itertools.pairwise(WAITS))
    assert LOWEST % 12 == 0
    assert STEP_TICKS * 24 == 480
