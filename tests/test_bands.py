"""Melody told apart from accompaniment, what comes again, and the place of songs and of noise among real ones."""

import json
import math
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from aoede import export
from aoede.cli.comparison import LIKE
from aoede.errors import UsageError
from aoede.music import bands
from aoede.music.bands import CORPORA, Band, mean_outside, nearest, passes, position, positions, share_inside
from aoede.music.measures import measure
from aoede.music.note_table import NoteTable, table_of
from aoede.music.recurrence import Melodies, passage_fitness, shared_with, structure_indices
from aoede.music.voices import is_line, melody_of, told_apart, with_chords_heard
from aoede.randomness import stream
from aoede.song import Note, Song, Track
from tests.command import Run

DATA = Path(__file__).parents[2] / "shared/data"


def track(*notes: tuple[float, int, float], role: str = "", is_drum: bool = False) -> Track:
    """Notes as (start in beats, pitch, length in beats)."""
    made = [Note(round(480 * start), pitch, round(480 * beats), 80) for start, pitch, beats in notes]
    return Track(role, tuple(sorted(made)), role=role, is_drum=is_drum)


def line(pitches: Sequence[int], beats: float = 1, **more: str) -> Track:
    return track(*((i * beats, pitch, beats) for i, pitch in enumerate(pitches)), **more)


def song(*tracks: Track) -> Song:
    return Song("", tracks)


def table(*tracks: Track) -> NoteTable:
    return table_of(tracks)


# --- melody and accompaniment -----------------------------------------------------------------------


def test_melody_is_the_track_with_that_role() -> None:
    voices = told_apart(song(line([84, 84], role="colour"), line([60, 61], role="melody")))
    assert (voices.melody.pitches.tolist(), voices.how, voices.track) == ([60, 61], "stated", 1)
    assert voices.accompaniment.pitches.tolist() == [84, 84]


def test_of_tracks_that_say_nothing_the_highest_single_line_is_the_melody() -> None:
    chords = track(*((i, pitch, 1) for i in range(4) for pitch in (76, 79, 84)))
    voices = told_apart(song(chords, line([55, 57, 59, 60]), line([65, 67, 69, 67]), line([40, 41, 43, 40])))
    assert (voices.how, voices.track) == ("chosen", 2)


def test_a_bass_a_seldom_line_and_a_named_part_are_not_chosen() -> None:
    piano = track(*((i, pitch, 1) for i in range(24) for pitch in (60, 64, 67)))
    bass, seldom = line([40, 43] * 12), track((3, 90, 1))
    assert told_apart(song(bass, piano, seldom)).track == 1
    assert told_apart(song(line([72] * 8, role="chords"), line([60] * 8))).track == 1


def test_what_is_alone_is_chosen_whatever_it_is() -> None:
    assert told_apart(song(line([36, 38]))).melody.pitches.tolist() == [36, 38]
    assert told_apart(song(line([72, 74], role="chords"), line([36, 38], role="bass"))).track == 0


def test_in_one_track_held_melody_notes_hide_what_begins_below_them() -> None:
    one = track((0, 72, 2), (0, 48, 1), (1, 52, 1), (2, 71, 1), (2, 47, 1), (3, 55, 1))
    voices = told_apart(song(one))
    assert voices.how == "top line"
    assert voices.melody.pitches.tolist() == [72, 71, 55]
    assert voices.accompaniment.pitches.tolist() == [48, 52, 47]
    assert voices.melody_share == 0.5


def test_slurs_of_a_single_line_hide_nothing() -> None:
    slurred = track(*((i, 72 - i, 1.05) for i in range(8)))
    assert is_line(table(slurred)).all()


def test_every_pitched_note_is_in_one_of_both_tables() -> None:
    random = stream(5, "notes")
    parts = [
        track(
            *((float(t), int(p), 0.75) for t, p in zip(range(40), random.integers(40, 90, 40), strict=True)),
            *((float(t), int(p), 2.0) for t, p in zip(range(40), random.integers(40, 90, 40), strict=True)),
        )
        for _ in range(3)
    ]
    made = song(*parts, track((0, 38, 1), is_drum=True))
    voices = told_apart(made)
    both = np.concatenate([voices.melody.pitches, voices.accompaniment.pitches])
    assert sorted(both) == sorted(table(*parts).pitches)
    assert (np.diff(voices.melody.starts_ticks) > 0).all()
    assert (np.diff(voices.accompaniment.starts_ticks) >= 0).all()


def test_a_song_of_drums_has_no_melody() -> None:
    voices = told_apart(song(track((0, 38, 1), is_drum=True)))
    assert (voices.how, voices.track, len(voices.melody)) == ("none", -1, 0)
    assert math.isnan(voices.melody_share)


def test_chords_are_heard_in_the_accompaniment_alone() -> None:
    below = track(*((4 * bar, pitch, 4) for bar in range(2) for pitch in (48, 52, 55)), role="chords")
    above = line([73, 75, 78, 73, 73, 75, 78, 73], role="melody")
    heard = with_chords_heard(song(above, below))
    assert {chord.symbol for chord in heard.chords} == {"C"}
    assert measure(heard).chord_tones == 0
    assert not with_chords_heard(song(above)).chords
    assert with_chords_heard(heard) is heard


# --- what comes again -------------------------------------------------------------------------------


def bars_of(form: str) -> Song:
    """A bar of four notes of its own for each letter."""
    random = stream(1, "bars")
    bars = {letter: random.integers(60, 84, 4).tolist() for letter in sorted(set(form))}
    return song(line([pitch for letter in form for pitch in bars[letter]], role="melody"))


def indices(made: Song) -> tuple[float, float, float]:
    return structure_indices(made, table(*made.tracks))


def test_k_repetitions_that_fill_the_song_have_a_fitness_of_one_minus_one_kth() -> None:
    assert indices(bars_of("abcdefgh" * 3))[1] == pytest.approx(1 - 1 / 3)
    assert indices(bars_of("abcdefghijklmnop" * 2)) == pytest.approx((0.375, 0.5, 0.5), abs=0.1)


def test_what_lies_between_repetitions_lowers_the_coverage() -> None:
    filled, apart = indices(bars_of("abcdefgh" * 2)), indices(bars_of("abcdefghijklmnopabcdefgh"))
    score, coverage = 1 / 2, 8 / 24
    assert apart[1] == pytest.approx(2 * score * coverage / (score + coverage), abs=0.03)
    assert filled[1] == pytest.approx(0.5) and apart[1] < filled[1]


def test_passages_that_do_not_fit_in_twice_are_not_measured() -> None:
    short, middle, long = indices(bars_of("abcdabcdabcd"))
    assert short > 0.5 and math.isnan(middle) and math.isnan(long)
    assert all(map(math.isnan, indices(bars_of("abcde"))))


def test_fitness_is_that_of_the_best_set_of_stretches_that_do_not_overlap() -> None:
    random = stream(2, "likeness")
    for n in (6, 7, 9):
        likeness = random.random((n, n)) * (random.random((n, n)) < 0.6)
        likeness = np.maximum(likeness, likeness.T)
        np.fill_diagonal(likeness, 1)
        lengths = np.arange(1, n // 2 + 1)
        expected = [max(fitness_of(likeness, s, length) for s in range(n - length + 1)) for length in lengths]
        assert passage_fitness(likeness, lengths) == pytest.approx(expected, abs=1e-5)


def fitness_of(likeness: np.ndarray, passage: int, length: int) -> float:
    """By trying all sets of places at which the passage could return."""
    n = len(likeness)
    gains = [sum(likeness[t + i, passage + i] for i in range(length)) for t in range(n - length + 1)]
    best, count = 0.0, 1
    for chosen in range(1 << len(gains)):
        places = [t for t in range(len(gains)) if chosen >> t & 1]
        total = sum(gains[t] for t in places)
        if all(b - a >= length for a, b in pairwise(places)) and total > best + 1e-9:
            best, count = total, len(places)
    score, coverage = (best - length) / (count * length), (count - 1) * length / n
    return 2 * score * coverage / (score + coverage) if score + coverage else 0.0


def test_a_phrase_is_shared_in_any_key_but_not_in_another_rhythm() -> None:
    pitches = [60, 62, 64, 65, 67, 65, 64, 62, 60, 67, 72, 71, 60]
    known = Melodies.of([table(line([60] * 20)), table(line(pitches))])
    higher = shared_with(table(line([p + 5 for p in pitches])), known)
    assert (higher.phrases, higher.longest_notes, higher.song, higher.first_note) == (1, 13, 1, 0)
    assert shared_with(table(line(pitches, beats=0.5)), known).longest_notes == 0


def test_a_run_is_found_where_it_begins_and_songs_do_not_run_into_each_other() -> None:
    first, second = [60, 64, 61, 66, 62, 68], [70, 60, 71, 61, 72, 62]
    known = Melodies.of([table(line(first)), table(line(second))])
    assert shared_with(table(line(first + second)), known).longest_notes == 6
    found = shared_with(table(line([50, 50, 50, *second[1:], 50])), known, n_notes=5)
    assert (found.longest_notes, found.song, found.first_note) == (5, 1, 3)
    assert found.phrases == pytest.approx(1 / 5)


def test_melodies_too_short_for_a_phrase_share_none() -> None:
    assert math.isnan(shared_with(table(line([60, 62])), Melodies.of([table(line([60, 62]))])).phrases)
    assert shared_with(table(line([60] * 9)), Melodies.of([])).longest_notes == 0


# --- bands ------------------------------------------------------------------------------------------


def test_position_is_0_at_the_lower_edge_and_1_at_the_upper() -> None:
    band = Band(2.0, 2.5, 4.0)
    assert [position(x, band) for x in (2, 3, 4, 1, 6, -1e9, 1e9)] == [0, 0.5, 1, -0.5, 2, -10, 11]
    assert math.isnan(position(math.nan, band))


def test_share_and_distance_look_at_both_sides() -> None:
    places = {"a": 0.0, "b": 1.0, "c": -0.5, "d": 7.0}
    assert (share_inside(places), mean_outside(places)) == (0.5, (0.5 + 1) / 4)
    assert math.isnan(share_inside({})) and math.isnan(mean_outside({}))


def test_every_band_is_one_and_every_corpus_can_be_named() -> None:
    assert tuple(CORPORA) == LIKE
    for corpus in CORPORA.values():
        assert set(bands.TEXTURE) <= set(corpus.bands) <= set(bands.WORDS)
        assert all(
            band.low <= band.mean <= band.high and band.low < band.high for band in corpus.bands.values()
        )
        assert 0.5 < corpus.usual_inside < 0.8 and 0.05 < corpus.usual_outside < 0.2
    with pytest.raises(UsageError, match="no corpus 'jazz'"):
        bands.corpus_named("jazz")


def noise(seed: int, parts: int, *, chromatic: bool) -> Song:
    """32 bars of random sixteenths in each part: any pitch of two octaves, or a random walk on a scale."""
    random = stream(seed, "noise")
    tracks = []
    for part in range(parts):
        onsets = np.flatnonzero(random.random(512) < 0.4)
        walk = np.abs((np.cumsum(random.integers(-2, 3, len(onsets))) + 7) % 28 - 14) - 7 - 4 * part
        diatonic = 72 + 12 * (walk // 7) + np.array([0, 2, 4, 5, 7, 9, 11])[walk % 7]
        pitches = random.integers(60, 85, len(onsets)) - 7 * part if chromatic else diatonic
        ends = [*onsets[1:], 512]
        notes = [(a / 4, int(p), (b - a) / 4) for a, p, b in zip(onsets, pitches, ends, strict=True)]
        tracks.append(track(*notes, role="" if part else "melody"))
    return song(*tracks)


def looped(*bar: Sequence[int]) -> Song:
    return song(*(line([*part] * 32, role="" if i else "melody") for i, part in enumerate(bar)))


def sides(made: Song, like: str) -> tuple[set[str], set[str]]:
    """The measures that lie below and above the bands."""
    places = positions(measure(with_chords_heard(made)), CORPORA[like])
    assert not passes(places, CORPORA[like])
    assert share_inside(places) < CORPORA[like].usual_inside
    return {name for name, x in places.items() if x < 0}, {name for name, x in places.items() if x > 1}


REPETITION = {"similar_bars", "copied_bars", "structure_short", "structure_middle", "structure_long"}


@pytest.mark.parametrize("seed", range(3))
def test_chromatic_noise_has_too_many_pitches_and_too_little_else(seed: int) -> None:
    below, above = sides(noise(seed, 1, chromatic=True), "melodies")
    assert below >= REPETITION | {"scale_consistency", "groove_similarity", "melody_steps"}
    assert above >= {"pitch_class_entropy_bits", "entropy_4_bars_bits", "pitch_classes_a_bar", "melody_leaps"}
    below, above = sides(noise(seed, 4, chromatic=True), "tunes")
    assert below >= REPETITION | {"scale_consistency", "key_clarity", "chord_tones"}
    assert above >= {"pitch_class_entropy_bits", "entropy_4_bars_bits", "melody_leaps", "notes_per_beat"}


@pytest.mark.parametrize("seed", range(3))
def test_a_diatonic_walk_keeps_its_scale_but_repeats_nothing_and_never_leaps(seed: int) -> None:
    places = positions(measure(noise(seed, 1, chromatic=False)), CORPORA["melodies"])
    assert not passes(places, CORPORA["melodies"])
    assert 0 <= places["scale_consistency"] <= 1
    assert {n for n, x in places.items() if x < 0} >= REPETITION | {"groove_similarity", "melody_leaps"}
    for like in ("tunes", "chorales", "leadsheets"):
        below, _ = sides(noise(seed, 4, chromatic=False), like)
        assert below >= {"key_clarity", "structure_short", "melody_leaps"}


def test_a_looped_bar_repeats_too_much_and_has_too_few_pitches() -> None:
    below, above = sides(looped([72, 74, 76, 74]), "melodies")
    assert below >= {
        "pitch_class_entropy_bits",
        "entropy_4_bars_bits",
        "melody_leaps",
        "melody_range_semitones",
    }
    assert above >= REPETITION - {"structure_long"} | {
        "groove_similarity",
        "groove_consistency",
        "melody_steps",
    }
    chords = looped([72, 74, 76, 74], [67, 67, 67, 67], [64, 65, 67, 65], [48, 47, 48, 43])
    for like in ("tunes", "chorales", "songs", "leadsheets"):
        below, above = sides(chords, like)
        assert below >= {"pitch_class_entropy_bits"} and above >= {"groove_similarity", "copied_bars"}


def test_texture_tells_a_melody_from_four_parts() -> None:
    assert nearest(measure(noise(1, 1, chromatic=False))).name == "melodies"
    assert nearest(measure(looped([72, 74, 76, 74], [67] * 4, [64] * 4, [48] * 4))).name == "chorales"


def test_all_measures_of_a_hundred_thousand_notes_take_less_than_two_seconds() -> None:
    notes = tuple(Note(60 * i, 40 + i * 7 % 48, 200, 80) for i in range(100_000))
    began = time.process_time()
    measure(Song("", (Track("", notes),)))
    assert time.process_time() - began < 2


# --- aoede look -------------------------------------------------------------------------------------


def test_look_tells_the_melody_and_a_row_for_each_measure(aoede: Run, tmp_path: Path) -> None:
    export.write(looped([72, 74, 76, 74], [67] * 4, [64] * 4, [48] * 4), tmp_path / "loop.mid")
    told = json.loads(aoede("look", str(tmp_path / "loop.mid"), "--json").out)
    assert (told["voices"]["melody"]["notes"], told["voices"]["accompaniment"]["notes"]) == (128, 384)
    assert told["voices"]["melody"]["onsets"][:2] == [[0, 72], [480, 74]]
    compared = told["compared"]
    assert (compared["like"], compared["passes"]) == ("chorales", False)
    assert compared["measures"]["copied_bars"]["position"] > 1
    done = aoede("look", str(tmp_path / "loop.mid"), "--like", "tunes", "-f")
    rows = {row[2:29].rstrip(): row[29:] for row in done.out.splitlines()}
    assert rows["bars that copy one"].split()[0] == "0.969"
    assert rows["bars that copy one"].rstrip().endswith(("o", ">"))
    assert f"of {CORPORA['tunes'].what.split()[0]}" not in done.out and "too far" in done.out
    assert max(len(row) for row in done.out.splitlines() if "|" in row) <= 80


def test_look_finds_the_melody_in_a_piano_roll_of_one_track(aoede: Run, tmp_path: Path) -> None:
    parts = looped([72, 74, 76, 74], [67] * 4, [48] * 4).tracks
    one = replace(parts[0], role="", name="", notes=tuple(sorted(n for part in parts for n in part.notes)))
    export.write(song(one), tmp_path / "one.mid")
    assert (
        "the top line of the only track: 128 of 384 notes, C5 to E5"
        in aoede("look", str(tmp_path / "one.mid")).out
    )


def test_look_compares_no_model_and_nothing_where_nothing_sounds(aoede: Run, tmp_path: Path) -> None:
    assert aoede("look", "harmony", "--like", "tunes").code == 2
    export.write(song(track((0, 38, 1), is_drum=True)), tmp_path / "drums.mid")
    told = json.loads(aoede("look", str(tmp_path / "drums.mid"), "--json").out)
    assert told["voices"]["melody"]["found_as"] == "none"
    assert aoede("look", str(tmp_path / "drums.mid"), "-f").code == 0


@pytest.mark.data
@pytest.mark.skipif(not DATA.exists(), reason="needs the research data beside the checkout")
def test_songs_that_were_kept_aside_lie_inside_the_bands_of_their_kind() -> None:
    from aoede.formats import midi

    for like, folder in [("chorales", "midi_jsb_chorales"), ("tunes", "midi_nottingham")]:
        paths = sorted((DATA / folder).rglob("*.mid"))[:: 5 * 6]
        places = [positions(measure(with_chords_heard(midi.read(p).song)), CORPORA[like]) for p in paths]
        assert np.mean([share_inside(place) for place in places]) > 0.75
        assert np.mean([passes(place, CORPORA[like]) for place in places]) > 0.8
        assert melody_of(midi.read(paths[0]).song).pitches.mean() > 60
