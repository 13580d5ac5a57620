"""Piano rolls: songs to bits and back."""

import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from aoede.encodings import pianoroll
from aoede.encodings.pianoroll import MAX_STEPS, PianoRoll
from aoede.errors import ConfigError, InputError
from aoede.formats import midi
from aoede.song import Meter, Note, Section, Song, Track

SMALL = PianoRoll(60, 67)
C, D, E, G = 60, 62, 64, 67


def song(*notes: tuple[int, int, int], meters: tuple[Meter, ...] = (Meter(0, 4, 4),)) -> Song:
    """One track of (start, pitch, duration) in ticks."""
    return Song("", (Track("", tuple(Note(a, p, d, 80) for a, p, d in sorted(notes))),), meters=meters)


def held(roll: np.ndarray, pitch: int, encoding: PianoRoll = SMALL) -> list[int]:
    return roll[:, pitch - encoding.low].tolist()


def struck(roll: np.ndarray, pitch: int, encoding: PianoRoll = SMALL) -> list[int]:
    return roll[:, encoding.n_pitches + pitch - encoding.low].tolist()


def played(song: Song) -> list[tuple[int, int, int]]:
    return [(n.start_ticks, n.pitch, n.duration_ticks) for track in song.tracks for n in track.notes]


def test_a_note_is_struck_once_and_held_while_it_sounds() -> None:
    roll = SMALL.encode(song((120, C, 240), (0, E, 480)))
    assert roll.shape == (4, 16) and roll.dtype == np.uint8
    assert held(roll, C) == [0, 1, 1, 0] and struck(roll, C) == [0, 1, 0, 0]
    assert held(roll, E) == [1, 1, 1, 1] and struck(roll, E) == [1, 0, 0, 0]
    assert roll.sum() == 2 + 4 + 2


def test_begins_and_ends_go_to_the_nearest_step() -> None:
    roll = SMALL.encode(song((59, C, 120), (180, E, 121)))
    assert held(roll, C) == [1, 0, 0]  # 59..179 is step 0 up to step 1
    assert held(roll, E) == [0, 0, 1]  # 180 is halfway: the later step; 301 is step 3


def test_the_shortest_note_sounds_one_step_even_at_the_very_end() -> None:
    roll = SMALL.encode(song((0, C, 1), (470, D, 1)))
    assert held(roll, C) == [1, 0, 0, 0, 0] and held(roll, D) == [0, 0, 0, 0, 1]


def test_equal_pitches_of_several_tracks_merge_and_the_later_strike_stays() -> None:
    long = Track("", (Note(0, C, 960, 80),))
    late = Track("", (Note(360, C, 120, 80),))
    roll = SMALL.encode(Song("", (long, late)))
    assert held(roll, C) == [1] * 8
    assert struck(roll, C) == [1, 0, 0, 1, 0, 0, 0, 0]


def test_a_repeated_note_is_told_from_a_long_one_by_its_second_strike_only() -> None:
    repeated, long = song((0, C, 240), (240, C, 240)), song((0, C, 480))
    assert (SMALL.encode(repeated) != SMALL.encode(long)).sum() == 1
    without = PianoRoll(60, 67, struck=False)
    assert without.encode(long).shape == (4, 8)
    assert (without.encode(repeated) == without.encode(long)).all()


def test_drums_are_left_out_and_notes_outside_the_range_are_counted() -> None:
    drums = Track("", (Note(0, C, 480, 80),), is_drum=True)
    both = Song("", (drums, *song((0, 59, 480), (0, G, 480), (0, 68, 480)).tracks))
    roll = SMALL.encode(both)
    assert roll[:, :8].sum(axis=0).tolist() == [0, 0, 0, 0, 0, 0, 0, 4]
    assert SMALL.n_outside(both) == 2 and PianoRoll().n_outside(both) == 0


def test_silence_before_the_first_note_and_after_the_last_is_kept() -> None:
    late = Song("", song((1920, C, 100)).tracks, sections=(Section(0, 3841, "verse"),))
    roll = SMALL.encode(late)
    assert held(roll, C) == [0] * 16 + [1] + [0] * 16


def test_a_song_without_notes_has_no_steps() -> None:
    assert SMALL.encode(Song("", ())).shape == (0, 16)
    assert SMALL.decode(np.zeros((0, 16), np.uint8)).tracks == ()
    assert SMALL.decode(np.zeros((9, 16), np.uint8)).tracks == ()


@pytest.mark.parametrize("meter", [(3, 4), (6, 8), (5, 4), (7, 8), (11, 16)])
def test_any_meter_stands_on_the_same_grid(meter: tuple[int, int]) -> None:
    notes = [(120 * i, C + i % 8, 120) for i in range(50)]
    meters = (Meter(0, 4, 4), Meter(1920, *meter), Meter(1920 + 120 * 7, 4, 4))
    assert (SMALL.encode(song(*notes, meters=meters)) == SMALL.encode(song(*notes))).all()
    assert played(SMALL.decode(SMALL.encode(song(*notes)), meters=meters)) == notes


def test_triplets_need_twelve_steps_a_beat() -> None:
    triplets = song((0, C, 160), (160, C, 160), (320, C, 160))
    assert (
        PianoRoll(60, 67, steps_a_beat=12)
        .decode(PianoRoll(60, 67, steps_a_beat=12).encode(triplets))
        .tracks[0]
        .notes[1]
        .start_ticks
        == 160
    )


def test_every_note_is_closed_at_the_end_of_the_roll() -> None:
    roll = np.zeros((3, 16), np.uint8)
    roll[:, 0] = 1
    decoded = SMALL.decode(roll)
    assert played(decoded) == [(0, C, 360)]
    assert played(midi.from_bytes(midi.to_bytes(decoded)).song) == [(0, C, 360)]


def test_a_strike_alone_does_not_sound_and_a_held_beginning_needs_no_strike() -> None:
    roll = np.zeros((4, 16), np.uint8)
    roll[1, 8] = 1  # C is struck but not held
    roll[2:, 2] = 1  # D is held but not struck
    assert played(SMALL.decode(roll)) == [(240, D, 240)]


def test_notes_on_beats_are_louder_and_the_first_of_a_bar_is_the_loudest() -> None:
    roll = np.zeros((16, 16), np.uint8)
    roll[:, [0, 8]] = 1

    def loudness(meter: Meter) -> list[int]:
        return [
            n.velocity for n in SMALL.decode(roll, meters=(meter,), velocity=70, accent=5).tracks[0].notes
        ]

    assert loudness(Meter(0, 4, 4)) == [80, 70, 70, 70, *[75, 70, 70, 70] * 3]
    assert loudness(Meter(0, 6, 8))[:13] == [80, *[70] * 5, 75, *[70] * 5, 80]
    assert max(n.velocity for n in SMALL.decode(roll, velocity=127, accent=50).tracks[0].notes) == 127


def test_a_song_is_dressed_as_asked() -> None:
    roll = SMALL.encode(song((0, C, 480)))
    decoded = SMALL.decode(
        roll,
        tempo_bpm=93.5,
        meters=(Meter(0, 3, 4),),
        title="Waltz",
        name="Harp",
        program=46,
        velocity=50,
        accent=0,
    )
    assert decoded.title == "Waltz" and decoded.tempos[0].bpm == 93.5 and decoded.meters[0].numerator == 3
    assert decoded.tracks[0] == Track("Harp", (Note(0, C, 480, 50),), 46)


@st.composite
def encodings(draw: st.DrawFn) -> PianoRoll:
    low = draw(st.integers(0, 127))
    high = draw(st.integers(low, min(127, low + 12)))
    return PianoRoll(low, high, draw(st.sampled_from([1, 3, 4, 12])), draw(st.booleans()))


@settings(max_examples=150)
@given(st.data())
def test_what_a_decoded_roll_plays_encodes_to_the_same_roll(data: st.DataObject) -> None:
    encoding = data.draw(encodings())
    shape = (data.draw(st.integers(0, 24)), encoding.width)
    any_roll = data.draw(nps.arrays(np.uint8, shape, elements=st.integers(0, 1)))
    canonical = encoding.encode(encoding.decode(any_roll))
    again = encoding.encode(encoding.decode(canonical))
    assert (again == canonical).all() and again.shape == canonical.shape
    assert (canonical[:, : encoding.n_pitches] == any_roll[: len(canonical), : encoding.n_pitches]).all()
    assert not any_roll[len(canonical) :, : encoding.n_pitches].any()


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(50, 75), st.integers(1, 3000)), max_size=30))
def test_the_roll_of_any_song_is_canonical(notes: list[tuple[int, int, int]]) -> None:
    roll = SMALL.encode(song(*notes))
    is_held, is_struck = roll[:, :8] == 1, roll[:, 8:] == 1
    before = np.concatenate([np.zeros((1, 8), bool), is_held])[:-1]
    assert not (is_struck & ~is_held).any()
    assert not (is_held & ~before & ~is_struck).any()
    again = SMALL.encode(SMALL.decode(roll))
    assert (again == roll[: len(again)]).all() and not roll[len(again) :].any()


def note_by_note(encoding: PianoRoll, song: Song) -> np.ndarray:
    """The definition of a roll, cell after cell."""
    step = encoding.step_ticks
    spans = [
        (
            first := (2 * n.start_ticks + step) // (2 * step),
            max(first + 1, (2 * n.end_ticks + step) // (2 * step)),
            n.pitch,
        )
        for track in song.tracks
        if not track.is_drum
        for n in track.notes
    ]
    n_steps = max([-(-song.end_ticks // step), *(beyond for _, beyond, _ in spans)])
    roll = np.zeros((n_steps, encoding.width), np.uint8)
    for first, beyond, pitch in spans:
        if encoding.low <= pitch <= encoding.high:
            roll[first:beyond, pitch - encoding.low] = 1
            if encoding.struck:
                roll[first, encoding.n_pitches + pitch - encoding.low] = 1
    return roll


lines = st.lists(st.tuples(st.integers(0, 3000), st.integers(57, 70), st.integers(1, 2000)), max_size=20)


@settings(max_examples=150)
@given(st.lists(st.tuples(lines, st.booleans()), max_size=3), encodings(), st.sampled_from([1, 7, 1 << 20]))
def test_a_roll_has_the_cells_of_its_notes_whatever_overlaps(
    parts: list[tuple[list[tuple[int, int, int]], bool]], encoding: PianoRoll, cells_at_once: int
) -> None:
    tracks = [Track("", song(*notes).tracks[0].notes, is_drum=is_drum) for notes, is_drum in parts]
    whole = Song("", tuple(tracks))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pianoroll, "CELLS_AT_ONCE", cells_at_once)
        roll = encoding.encode(whole)
    wanted = note_by_note(encoding, whole)
    assert roll.shape == wanted.shape and roll.dtype == wanted.dtype and (roll == wanted).all()


def test_a_roll_of_a_file_is_made_without_note_objects() -> None:
    read = midi.from_bytes(midi.to_bytes(song((0, C, 240), (240, E, 480)))).song
    roll = SMALL.encode(read)
    assert "notes" not in vars(read.tracks[0])
    assert SMALL.n_outside(read) == 0 and (roll == SMALL.encode(song((0, C, 240), (240, E, 480)))).all()


def test_keys_that_are_down_for_hours_need_little_more_memory_than_their_roll() -> None:
    hours = song(*((0, pitch, 120 * MAX_STEPS) for pitch in range(128)))
    tracemalloc.start()
    try:
        roll = PianoRoll(0, 127).encode(hours)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert roll[:, :128].all() and peak <= 1.7 * roll.nbytes


@given(st.integers(-20, 20), st.integers(0, 7))
def test_transposing_a_roll_is_transposing_its_song(semitones: int, column: int) -> None:
    original = song((0, C + column, 480), (120, C, 100))
    moved = song((0, C + column + semitones, 480), (120, C + semitones, 100))
    many = np.stack([SMALL.encode(original)] * 3)
    result = SMALL.transposed(many, semitones)
    assert (result == SMALL.encode(moved)).all() and result.dtype == np.uint8
    assert SMALL.transposed(many[:, :0], semitones).shape == (3, 0, 16)
    if semitones == 0:
        assert (result == many).all() and not np.shares_memory(result, many)


def test_a_setting_goes_through_a_mapping_and_unknown_ones_are_refused() -> None:
    encoding = PianoRoll(30, 90, 8, False)
    assert encoding.as_mapping() == {
        "name": "pianoroll",
        "low": 30,
        "high": 90,
        "steps_a_beat": 8,
        "struck": False,
    }
    assert PianoRoll.from_mapping(encoding.as_mapping()) == encoding
    with pytest.raises(ConfigError, match="unknown setting 'lowest'"):
        PianoRoll.from_mapping({"lowest": 3})
    with pytest.raises(ConfigError, match="'chords' is no pianoroll"):
        PianoRoll.from_mapping({"name": "chords"})


@pytest.mark.parametrize(
    ("settings_", "complaint"),
    [
        ({"low": -1}, "0 to 127"),
        ({"high": 128}, "0 to 127"),
        ({"low": 60, "high": 59}, "not 60 to 59"),
        ({"low": 24.0}, "whole number"),
        ({"low": True}, "whole number"),
        ({"steps_a_beat": 0}, "cannot have 0 steps"),
        ({"steps_a_beat": 7}, "cannot have 7 steps"),
        ({"struck": 1}, "true or false"),
    ],
)
def test_settings_that_no_roll_can_have_are_refused(settings_: dict[str, object], complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        PianoRoll(**settings_)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("roll", "complaint"),
    [
        (np.zeros((4, 15), np.uint8), "16 bits"),
        (np.zeros(16, np.uint8), "two axes"),
        (np.zeros((1, 4, 16), np.uint8), "two axes"),
        (np.uint8(1), "16 bits"),
        (np.full((4, 16), 2), "zeros and ones"),
        (np.full((4, 16), -1), "zeros and ones"),
        (np.zeros((4, 16)), "zeros and ones"),
    ],
)
def test_what_is_no_roll_is_refused(roll: np.ndarray, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        SMALL.decode(roll)


def test_what_cannot_be_played_is_refused() -> None:
    roll = np.ones((4, 16), np.uint8)
    for tempo_bpm in (0, -3, float("nan"), float("inf")):
        with pytest.raises(InputError, match="tempo"):
            SMALL.decode(roll, tempo_bpm=tempo_bpm)
    for meters in ((), (Meter(5, 4, 4),), (Meter(0, 4, 4), Meter(0, 3, 4))):
        with pytest.raises(InputError, match="meters begin"):
            SMALL.decode(roll, meters=meters)
    with pytest.raises(InputError, match="program"):
        SMALL.decode(roll, program=128)
    with pytest.raises(InputError, match="velocity"):
        SMALL.decode(roll, velocity=0)
    with pytest.raises(InputError, match="16 bits"):
        SMALL.transposed(np.zeros((2, 3), np.uint8), 1)


def test_a_song_too_long_for_memory_is_refused() -> None:
    with pytest.raises(InputError, match="262,145 steps"):
        SMALL.encode(song((120 * MAX_STEPS, C, 100)))


def test_a_hundred_thousand_notes_that_overlap_for_hours_take_as_long_as_one() -> None:
    notes = tuple(Note(start, C, 60 * MAX_STEPS, 80) for start in range(100_000))
    began = time.process_time()
    roll = SMALL.encode(Song("", (Track("", notes),)))
    assert time.process_time() - began < 2.0
    assert held(roll, C) == [1] * (MAX_STEPS // 2 + 833) + [0]


def test_100_000_notes_take_well_under_a_second_each_way() -> None:
    rng = np.random.default_rng(1)
    starts, pitches = np.sort(rng.integers(0, 4_000_000, 100_000)), rng.integers(24, 102, 100_000)
    notes = tuple(map(Note, starts.tolist(), pitches.tolist(), [240] * 100_000, [80] * 100_000))
    encoding, began = PianoRoll(), time.process_time()
    roll = encoding.encode(Song("", (Track("", notes),)))
    decoded = encoding.decode(roll)
    assert time.process_time() - began < 2.0
    assert len(decoded.tracks[0].notes) == roll[:, encoding.n_pitches :].sum() > 80_000
