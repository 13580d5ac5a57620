"""Chords under a given melody: the chain itself, what it hears, and melodies as people give them."""

import json
import os
from dataclasses import replace
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest

import aoede
from aoede import export
from aoede.compose import fill
from aoede.editing import again, sketch_around
from aoede.encodings.chords import N_CHORDS, REDUCED, Chord
from aoede.errors import InputError, UsageError
from aoede.formats import midi
from aoede.learning import harmonise as training
from aoede.learning.checkpoint import load_preset
from aoede.mood.wishes import Wishes
from aoede.music import harmonise as harmoniser
from aoede.music.given_melody import (
    check_key,
    given_melody,
    melody_in,
    melody_in_song,
    melody_key,
    melody_of_rows,
    wishes_for,
)
from aoede.music.harmonise import Ear, _Chain, chords_a_bar, ear, harmonise
from aoede.music.theory import Key
from aoede.randomness import stream
from aoede.song import KeySignature, Meter, Note, Song, Tempo, Track

DATA = Path(os.environ.get("AOEDE_DATA", Path(__file__).parents[2] / "shared" / "data"))
C_MAJOR = Key("C", "major")
FOUR = Meter(0, 4, 4)


def tune(pitches: str, step_ticks: int = 480) -> tuple[Note, ...]:
    """ "C E G - C": a note a step, "-" holds the last one."""
    classes = {"C": 60, "D": 62, "E": 64, "F": 65, "G": 67, "A": 69, "B": 71, "c": 72, "F#": 66, "Bb": 70}
    notes: list[Note] = []
    for i, name in enumerate(pitches.split()):
        if name == "-":
            notes[-1] = replace(notes[-1], duration_ticks=notes[-1].duration_ticks + step_ticks)
        elif name != ".":
            notes.append(Note(i * step_ticks, classes[name], step_ticks, 80))
    return tuple(notes)


ODE = tune("E E F G G F E D C C D E E - D - E E F G G F E D C C D E D - C -")  # 8 bars of 4/4
WALTZ = tune("C E G G - E D F A A - F D F B B - G C - - - - -")


def symbols(notes: tuple[Note, ...], meter: Meter = FOUR, key: Key = C_MAJOR, **options: object) -> list[str]:
    n_bars = -(-max(n.end_ticks for n in notes) // meter.bar_ticks)
    placed = harmonise(notes, key, meter, n_bars, **options)  # type: ignore[arg-type]
    return [p.chord.symbol() for p in placed]


def test_a_melody_in_broken_chords_gets_these_chords() -> None:
    notes = tune("C E G c F A c A G B D G C E G -")
    placed = harmonise(notes, C_MAJOR, FOUR, 4)
    sounding = [
        next(p.chord.root_pc for p in placed if p.start_ticks <= bar * 1920 < p.end_ticks) for bar in range(4)
    ]
    assert sounding == [0, 5, 7, 0]


def test_chords_cover_every_tick_once_and_stay_inside_their_bar() -> None:
    for meter, notes in (
        (FOUR, ODE),
        (Meter(0, 3, 4), WALTZ),
        (Meter(0, 6, 8), WALTZ),
        (Meter(0, 7, 8), ODE),
    ):
        n_bars = 9
        placed = harmonise(notes, C_MAJOR, meter, n_bars)
        assert placed[0].start_ticks == 0
        assert placed[-1].end_ticks == n_bars * meter.bar_ticks
        assert all(a.end_ticks == b.start_ticks for a, b in pairwise(placed))
        assert all(p.start_ticks // meter.bar_ticks == (p.end_ticks - 1) // meter.bar_ticks for p in placed)


def test_bars_with_two_strong_places_may_have_two_chords() -> None:
    fractions = {(4, 4): 2, (2, 2): 2, (6, 8): 2, (12, 8): 2, (3, 4): 1, (2, 4): 1, (5, 4): 1, (9, 8): 1}
    assert {f: chords_a_bar(Meter(0, *f)) for f in fractions} == fractions


def test_a_melody_moved_to_another_key_gets_the_same_chords_moved() -> None:
    at_home = harmonise(ODE, C_MAJOR, FOUR, 8)
    moved = harmonise([replace(n, pitch=n.pitch + 3) for n in ODE], Key("Eb", "major"), FOUR, 8)
    assert [(p.start_ticks, (p.chord.root_pc + 3) % 12, p.chord.quality) for p in at_home] == [
        (p.start_ticks, p.chord.root_pc, p.chord.quality) for p in moved
    ]


def test_songs_close_on_the_tonic_and_a_part_of_one_need_not() -> None:
    assert symbols(ODE)[-1] == "C"
    minor = tuple(replace(n, pitch=n.pitch - 3) for n in tune("C D E - E D C - B D F - E - C -"))
    assert harmonise(minor, Key("A", "minor"), FOUR, 4)[-1].chord == Chord(9, "min")
    half = tune("C E G E D G B G")
    assert harmonise(half, C_MAJOR, FOUR, 2, closes=False)[-1].chord.root_pc == 7


def test_a_bar_that_is_silent_but_for_an_upbeat_begins_with_a_common_chord() -> None:
    late = (Note(1440, 67, 480, 80), *(replace(n, start_ticks=n.start_ticks + 1920) for n in ODE))
    assert harmonise(late, C_MAJOR, FOUR, 9)[0].chord.root_pc in (0, 7)


def test_the_chords_beside_a_passage_tell_how_it_begins_and_goes_on() -> None:
    silence = (Note(0, 60, 1, 1),)
    after_dominant = harmonise(
        silence, C_MAJOR, FOUR, 1, before=Chord(7, "7"), after=Chord(0, "maj"), closes=False
    )
    towards_dominant = harmonise(
        silence, C_MAJOR, FOUR, 1, before=Chord(2, "min"), after=Chord(0, "maj"), closes=False
    )
    assert after_dominant != towards_dominant


def test_the_same_seed_draws_the_same_harmony_and_seeds_differ_from_what_stands() -> None:
    first = harmonise(ODE, C_MAJOR, FOUR, 8)
    drawn = [harmonise(ODE, C_MAJOR, FOUR, 8, rng=stream(seed, "x")) for seed in range(4)]
    assert drawn[2] == harmonise(ODE, C_MAJOR, FOUR, 8, rng=stream(2, "x"))
    assert len({tuple(d) for d in (first, *drawn)}) >= 3
    halves = [
        next(p.chord for p in drawn[0] if p.start_ticks <= t < p.end_ticks) for t in range(0, 8 * 1920, 960)
    ]
    assert harmonise(ODE, C_MAJOR, FOUR, 8, rng=stream(0, "x"), instead_of=halves) != drawn[0]


def _small_chain() -> tuple[_Chain, np.ndarray, list[np.ndarray]]:
    rng = stream(3, "chain")
    unary = rng.normal(size=(4, 3))
    moves = [m / m.sum(axis=1, keepdims=True) for m in rng.random((4, 3, 3))]
    return _Chain(unary, moves), unary, moves


def test_the_marginals_are_those_of_every_sequence_counted_out() -> None:
    chain, unary, moves = _small_chain()
    exact = np.zeros((4, 3))
    for states in product(range(3), repeat=4):
        weight = np.exp(unary[range(4), states].sum())
        weight *= np.prod([moves[t][states[t - 1], states[t]] for t in range(1, 4)])
        exact[range(4), states] += weight
    exact /= exact.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(chain.marginals(), exact, rtol=1e-12)


def test_sequences_are_drawn_as_often_as_the_marginals_say() -> None:
    chain, _, _ = _small_chain()
    rng = stream(5, "draws")
    drawn = np.array([chain.drawn(rng) for _ in range(4000)])
    shares = np.array([[(drawn[:, t] == state).mean() for state in range(3)] for t in range(4)])
    np.testing.assert_allclose(shares, chain.marginals(), atol=0.03)


def test_five_hundred_bars_take_no_thousand_and_stay_finite() -> None:
    notes = tuple(Note(i * 240, 60 + i * 7 % 12, 240, 80) for i in range(4096))
    assert len(harmonise(notes, C_MAJOR, FOUR, 512)) >= 512


# ---- what is learnt ----------------------------------------------------------------------------


def sheet(chords: list[tuple[int, Chord]], notes: tuple[Note, ...] = ODE) -> training.LeadSheet:
    return training.LeadSheet("x", FOUR, notes, tuple(chords))


def test_counts_are_chances_and_no_chord_follows_itself() -> None:
    c, f, g = Chord(0, "maj"), Chord(5, "maj"), Chord(7, "7")
    counts = training.counted([sheet([(0, c), (3840, f), (7680, g), (11520, c)])])
    assert counts["follows"].shape == (2, N_CHORDS, N_CHORDS)
    np.testing.assert_allclose(counts["follows"].sum(axis=2), 1)
    np.testing.assert_allclose(counts["hears"].sum(axis=1), 1)
    assert not np.diagonal(counts["follows"], axis1=1, axis2=2).any()
    major, seventh = REDUCED.index("maj"), REDUCED.index("7")
    assert counts["follows"][0, 50 + major].argmax() == 70 + seventh
    assert 0 < counts["changes"][0] < 1


def test_longer_notes_over_a_chord_count_more() -> None:
    long_e = tune("E - - - - - - C")
    hears = training.counted([sheet([(0, Chord(0, "maj"))], long_e)])["hears"][REDUCED.index("maj")]
    assert hears[4] > 2 * hears[0] > hears[6]


def test_the_shipped_counts_are_sound_and_hear_chord_tones() -> None:
    heard = ear()
    np.testing.assert_allclose(heard.hears.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(heard.follows.sum(axis=2), 1, atol=1e-5)
    major = heard.hears[REDUCED.index("maj")]
    assert set(np.argsort(-major)[:3]) == {0, 4, 7}
    assert heard.places.shape == (harmoniser.PHRASE_BARS, 12)


@pytest.mark.data
@pytest.mark.skipif(not DATA.exists(), reason="needs the research data; set AOEDE_DATA to its folder")
def test_counting_again_gives_the_shipped_numbers_and_held_out_songs_are_right_twice_as_often_as_chance() -> (
    None
):
    tensors, _ = training.train(DATA)
    shipped = load_preset("harmonise").tensors
    for name, tensor in tensors.items():
        np.testing.assert_allclose(tensor, shipped[name], rtol=1e-6, atol=1e-7)
    sheets = [s for s in training.lead_sheets(DATA) if training.held_out(s.name)][:20]
    right, tonic = np.mean([_right(s) for s in sheets], axis=0)
    assert right > 0.42 > tonic


def _right(s: training.LeadSheet) -> tuple[float, float]:
    """The shares of bars whose first chord has the root that was written; the same of the tonic always."""
    key = melody_key(s.notes)
    placed = harmonise(s.notes, key, s.meter, s.n_bars)
    bars = [(s.chord_at(t), t) for t in range(0, s.n_bars * s.meter.bar_ticks, s.meter.bar_ticks)]
    known = [(chord, t) for chord, t in bars if chord is not None]
    hits = [next(p.chord.root_pc for p in placed if p.end_ticks > t) == chord.root_pc for chord, t in known]
    return float(np.mean(hits)), float(np.mean([chord.root_pc == key.tonic_pc for chord, _ in known]))


def test_a_deaf_ear_gives_every_melody_the_same_chords() -> None:
    deaf = replace(ear(), hears=np.full((len(REDUCED), 12), 1 / 12))
    assert isinstance(deaf, Ear)
    assert symbols(ODE, heard=deaf) == symbols(tune("G - - - " * 8), heard=deaf)
    assert symbols(ODE) != symbols(tune("G - - - " * 8))


# ---- melodies that are given -------------------------------------------------------------------


def song_of(notes: tuple[Note, ...], **fields: object) -> Song:
    return Song("Ode", (Track("Lead", notes),), **fields)  # type: ignore[arg-type]


def test_the_key_of_a_melody_is_found_and_what_is_known_of_it_holds() -> None:
    assert str(melody_key(ODE)) == "C major"
    assert str(melody_key(tune("A B c B A E E - F E D E A - - -"))) == "A minor"
    assert melody_key(ODE, mode="dorian").mode == "dorian"
    assert melody_key(ODE, tonic_pc=7).tonic == "G"
    torn = tune("G E D E G A D A")
    keys = [str(melody_key(torn, KeySignature(0, sharps, False))) for sharps in (1, 2)]
    assert keys == ["G major", "D major"]


def test_a_file_gives_its_melody_untouched_but_for_the_resolution(tmp_path: Path) -> None:
    notes = tuple(replace(n, duration_ticks=n.duration_ticks - 7, velocity=60 + i) for i, n in enumerate(ODE))
    song = song_of(notes, tempos=(Tempo(0, 77.0),), meters=(Meter(0, 2, 4),))
    with_bass = replace(song, tracks=(*song.tracks, Track("Bass", (Note(0, 36, 9000, 90),), 33)))
    midi.write(with_bass, tmp_path / "ode.mid")
    given = melody_in(tmp_path / "ode.mid")
    assert given.notes == notes
    assert (given.meter, given.tempo_bpm, given.n_bars) == (Meter(0, 2, 4), 77.0, 16)


def test_files_without_a_melody_or_in_two_meters_are_refused() -> None:
    with pytest.raises(InputError, match="no melody"):
        melody_in_song(Song("x", (Track("Kit", (Note(0, 36, 10, 90),), is_drum=True),)))
    with pytest.raises(InputError, match="from 4/4 to 3/4 in bar 3"):
        melody_in_song(song_of(ODE, meters=(Meter(0, 4, 4), Meter(3840, 3, 4))))


@pytest.mark.parametrize(
    "rows",
    ["abc", 5, [[0, 60, 480]], [[0, 60, 480, "x"]], [[0, 60.5, 480, 80]], [[-1, 60, 480, 80]], [[0, 200, 480, 80]],
     [], [[0, 60, 10**12, 80]], [[i, 60, 1, 80] for i in range(20_001)]],
)  # fmt: skip
def test_rows_that_are_no_melody_are_refused(rows: object) -> None:
    with pytest.raises(InputError):
        melody_of_rows(rows, (4, 4), 100.0)


def test_a_melody_survives_as_rows() -> None:
    given = melody_in_song(song_of(ODE))
    assert melody_of_rows(given.rows, (4, 4), 120.0).notes == given.notes


def test_what_returns_after_eight_bars_has_the_same_name() -> None:
    other = tuple(replace(n, pitch=n.pitch + (5 if i % 2 else 9)) for i, n in enumerate(ODE))
    whole = [
        replace(n, start_ticks=n.start_ticks + i * 8 * 1920)
        for i, part in enumerate((ODE, ODE, other, ODE))
        for n in part
    ]
    given = melody_in_song(song_of(tuple(whole)))
    assert given.sections() == (("verse", 8), ("verse", 8), ("chorus", 8), ("verse", 8))


def test_an_upbeat_lengthens_the_first_section() -> None:
    late = tuple(replace(n, start_ticks=n.start_ticks + 1440) for n in (Note(0, 67, 480, 80),)) + tuple(
        replace(n, start_ticks=n.start_ticks + 1920) for n in ODE
    )
    given = melody_in_song(song_of(late))
    assert given.upbeat_bars == 1
    assert given.sections() == (("verse", 9),)


def late(notes: tuple[Note, ...], ticks: int) -> tuple[Note, ...]:
    return tuple(replace(note, start_ticks=note.start_ticks + ticks) for note in notes)


def meters(*changes: tuple[int, int, int]) -> tuple[Meter, ...]:
    return tuple(Meter(*change) for change in changes)


def test_an_upbeat_in_a_bar_of_its_own_ends_the_first_bar_and_bars_count_from_the_next() -> None:
    notes = (Note(0, 67, 480, 80), *late(ODE, 480))
    given = melody_in_song(song_of(notes, meters=meters((0, 1, 4), (480, 4, 4), (480 + 7 * 1920, 3, 4))))
    assert given.meter == FOUR and given.told == ()
    assert [note.start_ticks for note in given.notes[:2]] == [1440, 1920]
    assert (given.n_bars, given.upbeat_bars, given.sections()) == (9, 1, (("verse", 9),))
    again = melody_of_rows(given.rows, (4, 4), 120.0)
    assert (again.notes, again.upbeat_bars) == (given.notes, 1)
    for bars in (8, 9):
        assert wishes_for(given, Wishes(bars=bars)).bars == 9
    with pytest.raises(UsageError, match="8 bars after 1 with its beginning, not 10"):
        wishes_for(given, Wishes(bars=10))


def test_an_upbeat_written_as_a_short_bar_of_the_same_meter_is_one() -> None:
    notes = (Note(0, 67, 480, 80), *late(ODE, 480))
    given = melody_in_song(song_of(notes, meters=meters((0, 4, 4), (480, 4, 4))))
    assert (given.notes[1].start_ticks, given.n_bars) == (1920, 9)


def test_bars_that_are_split_or_halved_keep_their_bar_lines() -> None:
    split = meters((0, 4, 4), (3 * 1920, 3, 4), (3 * 1920 + 1440, 1, 4), (4 * 1920, 4, 4))
    given = melody_in_song(song_of(ODE, meters=split))
    assert (given.notes, given.meter) == (ODE, FOUR)
    assert given.told == ("bars in other meters are counted as 4/4",)
    halves = meters((0, 4, 4), (2 * 1920, 2, 4), (4 * 1920, 4, 4))
    assert melody_in_song(song_of(ODE, meters=halves)).notes == ODE


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (((0, 4, 4), (3840, 2, 4), (4800, 4, 4)), "from 4/4 to 2/4 in bar 3"),
        (((0, 3, 4), (2 * 1440, 4, 4)), "from 3/4 to 4/4 in bar 3"),
        (((0, 4, 4), (4 * 1920, 3, 4), (8 * 1920 + 3 * 1440, 4, 4)), "from 4/4 to 3/4 in bar 5"),
    ],
)
def test_other_bar_lines_are_refused_with_the_bars_that_would_do(
    changes: tuple[tuple[int, int, int], ...], told: str
) -> None:
    long = (*ODE, *late(ODE, 8 * 1920))
    with pytest.raises(InputError, match=told) as caught:
        melody_in_song(song_of(long, meters=meters(*changes)))
    assert "a part of it, say bars" in caught.value.hint


def test_silent_bars_are_an_intro_and_more_than_eight_are_left_out() -> None:
    given = melody_in_song(song_of(late(ODE, 4 * 1920)))
    assert (given.upbeat_bars, given.sections()) == (0, (("intro", 4), ("verse", 8)))
    picked_up = (Note(4 * 1920 + 1440, 67, 480, 80), *late(ODE, 5 * 1920))
    assert melody_in_song(song_of(picked_up)).sections() == (("intro", 5), ("verse", 8))
    far = melody_in_song(song_of(late(ODE, 100 * 1920)))
    assert far.notes[0].start_ticks == 8 * 1920
    assert far.told == ("of 100 silent bars before it 8 are kept",)


def test_the_tempo_of_most_of_a_melody_is_taken_and_told() -> None:
    tempos = (Tempo(0, 200.0), Tempo(960, 88.0), Tempo(7 * 1920, 60.0))
    given = melody_in_song(song_of(ODE, tempos=tempos))
    assert given.tempo_bpm == 88.0
    assert given.told == ("its tempo changes; 88 bpm, that of most of it, is taken throughout",)


def test_it_is_told_which_of_several_tracks_is_taken_and_where_it_is_a_top_line() -> None:
    chords = tuple(Note(bar * 1920, pitch, 1920, 60) for bar in range(8) for pitch in (48, 52, 55))
    tracks = (Track("Piano", chords), Track("Voice", ODE))
    assert melody_in_song(Song("x", tracks)).told == ("track 2 (Voice) is taken, of 2 tracks",)
    together = Song("x", (Track("", tuple(sorted((*ODE, *chords)))),))
    assert melody_in_song(together).told == ("its top line is taken, as several notes sound together",)
    assert [n.pitch for n in melody_in_song(together).notes] == [n.pitch for n in ODE]


def test_the_bass_of_a_hymn_is_not_its_melody_though_it_is_the_single_line() -> None:
    upper = tuple(sorted((*ODE, *(replace(n, pitch=n.pitch - 4) for n in ODE))))
    bass = tuple(replace(n, pitch=n.pitch - 16) for n in ODE)
    given = melody_in_song(Song("x", (Track("upper", upper), Track("lower", bass))))
    assert [n.pitch for n in given.notes] == [n.pitch for n in ODE]
    assert given.told == ("the top line of track 1 (upper) is taken, of 2 tracks",)


def test_triplets_and_an_upbeat_stay_where_they_are_and_the_recipe_makes_the_same_bytes(
    tmp_path: Path,
) -> None:
    triplets = tuple(Note(480 + 160 * i, 64 + i % 5, 150, 80) for i in range(12 * 8))
    song = song_of((Note(0, 60, 480, 80), *triplets), meters=meters((0, 1, 4), (480, 4, 4)))
    midi.write(song, tmp_path / "late.mid")
    planned = sketch_around(tmp_path / "late.mid", "hope", seed=3)
    made = fill(planned)
    assert melody_of(made) == late(song.tracks[0].notes, 1440)
    assert export.to_bytes(again(made.recipe).song, ".mid") == export.to_bytes(made, ".mid")


def test_a_key_that_the_melody_is_not_in_is_refused_with_the_one_it_is_in() -> None:
    given = melody_in_song(song_of(ODE))
    check_key(given, Key("C", "lydian"), "--key")
    with pytest.raises(UsageError, match="not in F# major") as caught:
        check_key(given, Key("F#", "major"), "--key")
    assert "C major" in caught.value.hint


def test_options_that_would_write_another_melody_are_refused() -> None:
    for name in ("density", "register", "progressions", "harmony"):
        with pytest.raises(UsageError, match=f"--{name} cannot be obeyed"):
            given_melody({name: "low", "melody": [[0, 60, 480, 80]]}, Wishes())


# ---- songs around a melody ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def ode_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("melody") / "ode.mid"
    midi.write(song_of(ODE, tempos=(Tempo(0, 88.0),)), path)
    return path


def melody_of(song: Song) -> tuple[Note, ...]:
    return next(track.notes for track in song.tracks if track.role == "melody")


def test_a_song_around_a_melody_keeps_its_notes_meter_tempo_key_and_length(ode_file: Path) -> None:
    song = aoede.compose("hope", seed=1, melody=ode_file)
    assert melody_of(song) == ODE
    assert {track.role for track in song.tracks} >= {"melody", "chords", "bass"}
    assert (song.tempos[0].bpm, song.meters, len(song.bar_starts())) == (88.0, (FOUR,), 8)
    assert song.recipe["key"] == "C major"
    assert melody_of(midi.from_bytes(export.to_bytes(song, ".mid")).song) == ODE


def test_its_recipe_makes_the_same_bytes_without_the_file(ode_file: Path) -> None:
    song = aoede.compose("hope", seed=1, melody=ode_file, style="folk")
    recipe = json.loads(json.dumps(song.recipe))
    again = aoede.compose(recipe["request"], seed=recipe["seed"], **recipe["options"])
    assert export.to_bytes(again, ".mid") == export.to_bytes(song, ".mid")


def test_tempo_form_and_chords_may_be_stated_beside_a_melody(ode_file: Path) -> None:
    song = aoede.compose(
        "hope", seed=1, melody=ode_file, tempo=66, form="verse:4 chorus:4", chords="C Am F G"
    )
    assert [(s.name, s.start_ticks) for s in song.sections] == [("verse", 0), ("chorus", 7680)]
    assert song.tempos[0].bpm == 66
    assert [c.symbol for c in song.chords[:4]] == ["C", "Am", "F", "G"]
    assert melody_of(song) == ODE


@pytest.mark.parametrize(
    ("request_text", "options", "message"),
    [
        ("hope", {"meter": "3/4"}, "in 4/4, not in 3/4"),
        ("a waltz in 3/4", {}, "in 4/4, not in 3/4"),
        ("hope", {"bars": 9}, "8 bars, not 9"),
        ("hope", {"key": "F# major"}, "not in F# major"),
        ("hope", {"form": "verse:4 chorus:5"}, "8 bars do not fit"),
        ("hope", {"density": 0.2}, "--density cannot be obeyed"),
        ("hope", {"harmony": "rbm"}, "--harmony cannot be obeyed"),
    ],
)
def test_what_contradicts_the_melody_is_refused(
    ode_file: Path, request_text: str, options: dict[str, object], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        aoede.compose(request_text, seed=1, melody=ode_file, **options)  # type: ignore[arg-type]
