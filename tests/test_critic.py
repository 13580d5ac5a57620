"""The critic: what is good, what is taken, what a singer objects to, what is borrowed, and the report."""

import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from aoede.errors import InputError
from aoede.formats import midi
from aoede.learning.checkpoint import load_preset
from aoede.music import singable
from aoede.music.bands import SUNG, WHOLE, WORDS, mean_outside
from aoede.music.borrowed import KnownPhrases, phrase_hashes, trained_on
from aoede.music.critic import Critique, alone, choose, chosen, melody_measures, score
from aoede.music.judge import Judgement
from aoede.music.measures import measure
from aoede.music.note_table import NoteTable, table_of
from aoede.music.recurrence import Melodies, shared_with
from aoede.music.report import as_facts, as_lines, report
from aoede.music.theory import Key
from aoede.music.voices import told_apart, with_chords_heard
from aoede.randomness import stream
from aoede.song import KeySignature, Meter, Note, Section, Song, Tempo, Track

DATA = Path(__file__).parents[2] / "shared/data"


@dataclass(frozen=True)
class Asked:
    valence: float = 0.0
    arousal: float = 0.0
    key: Key = Key("C", "major")  # noqa: RUF009
    tempo_bpm: float = 100.0
    meter: Meter = Meter(0, 4, 4)  # noqa: RUF009
    bars: int = 16


def line(pitches: Sequence[int], beats: float | Sequence[float] = 1.0, role: str = "melody") -> Track:
    lengths = [beats] * len(pitches) if isinstance(beats, float | int) else beats
    starts = np.cumsum([0, *lengths[:-1]])
    notes = [
        Note(round(480 * start), pitch, round(450 * length), 80)
        for start, pitch, length in zip(starts.tolist(), pitches, lengths, strict=True)
    ]
    return Track(role, tuple(notes), role=role)


def melody(track: Track) -> NoteTable:
    return table_of([track])


VERSE = (67, 64, 65, 67, 69, 67, 64, 62, 60, 62, 64, 65, 64, 62, 62)
CHORUS = (72, 71, 69, 67, 69, 71, 67, 64, 65, 69, 67, 65, 64, 62, 60)
VERSE_BEATS = (1, 1, 0.5, 0.5, 1, 1.5, 0.5, 2, 1, 1, 0.5, 0.5, 1, 2, 2)


def tune() -> Song:
    """Sixteen bars, verse and chorus by turns, over chords: a song that nothing is to be said against."""
    last = [VERSE[-1], CHORUS[-1]]
    pitches = [*VERSE[:-1], last[0], *CHORUS[:-1], last[1], *VERSE[:8], 60, 59, 57, 59, 60, 62, 64, *CHORUS]
    chords = (
        (48, 52, 55),
        (48, 53, 57),
        (47, 50, 55),
        (48, 52, 55),
        (45, 52, 57),
        (45, 50, 53),
        (47, 53, 55),
    )
    below = [
        Note(bar * 1920 + i * 480, pitch, 470, 70)
        for bar in range(16)
        for i, pitch in enumerate(chords[bar % 7] if bar < 15 else chords[0])
    ]
    tracks = (line(pitches, VERSE_BEATS * 4), Track("chords", tuple(sorted(below)), role="chords"))
    return Song(
        "",
        tracks,
        tempos=(Tempo(0, 100.0),),
        keys=(KeySignature(0, 0, False),),
        sections=(Section(0, 8 * 1920, "verse"), Section(8 * 1920, 16 * 1920, "chorus")),
    )


# --- what is taken ----------------------------------------------------------------------------------


def critique(**lacks: float) -> Critique:
    return Critique(MappingProxyType({}), Judgement(0, 0, {}), math.nan, (), MappingProxyType(lacks))


def test_of_the_good_ones_each_is_as_likely_however_far_inside_it_lies() -> None:
    found = [critique(bands=0.1), critique(bands=0), critique(bands=0), critique(bands=0)]
    taken = [chosen(found, stream(seed, "choice")) for seed in range(900)]
    assert 0 not in taken
    assert all(240 < taken.count(i) < 360 for i in (1, 2, 3))


def test_where_none_is_good_the_nearest_is_taken_and_of_equals_the_first() -> None:
    found = [critique(bands=0.4), critique(mood=0.1, melody=0.1), critique(novelty=0.2), critique(bands=0.3)]
    assert {chosen(found, stream(seed)) for seed in range(9)} == {1}


def test_the_choice_draws_once_whatever_the_candidates_are() -> None:
    first, second = stream(1), stream(1)
    chosen([critique(bands=0.4)], first)
    chosen([critique(), critique()], second)
    assert first.random() == second.random()


def test_a_song_is_taken_before_noise_and_a_loop() -> None:
    random = stream(4, "noise")
    noise = line(random.integers(48, 84, 256).tolist(), 0.25)
    looped = line([72, 74, 76, 74] * 16)
    songs = [Song("", (noise,)), Song("", (looped,)), tune()]
    index, found = choose(songs, score(tune(), Asked()).judged, stream(0))
    assert index == 2 and found[2].is_good
    assert all(one.lacks["bands"] > 0 for one in found[:2])


# --- what is said of one ----------------------------------------------------------------------------


def test_a_mood_far_from_the_one_asked_for_is_a_lack_and_a_near_one_none() -> None:
    judged = score(tune(), Asked()).judged
    near = Asked(judged.valence - 0.3, judged.arousal + 0.3)
    assert score(tune(), near).lacks["mood"] == 0
    far = [score(tune(), Asked(judged.valence, judged.arousal - by)).lacks["mood"] for by in (0.5, 0.7, 0.9)]
    assert np.diff([0, *far]) == pytest.approx([0.15, 0.2, 0.2])


def test_drums_change_nothing_about_pitches() -> None:
    song = tune()
    drums = Track("", tuple(Note(t, 36 + t % 7, 60, 100) for t in range(0, 16 * 1920, 240)), is_drum=True)
    assert score(replace(song, tracks=(*song.tracks, drums)), Asked()) == score(song, Asked())


def test_measures_of_the_melody_are_those_of_the_melody_as_a_song() -> None:
    song = tune()
    later = replace(
        song,
        tracks=tuple(
            replace(t, notes=tuple(replace(n, start_ticks=n.start_ticks + 3840) for n in t.notes))
            for t in song.tracks
        ),
        sections=(),
    )
    for one in (song, later):
        voices = told_apart(one)
        whole = measure(alone(one, voices.melody))
        found = melody_measures(one, voices.melody)
        assert found == {name: pytest.approx(getattr(whole, name)) for name in SUNG.bands}


def test_every_place_has_words_and_every_band_is_one() -> None:
    found = score(tune(), Asked())
    assert {name.removeprefix("melody:") for name in found.places} <= set(WORDS)
    assert len(WHOLE.bands) == len(WORDS) and set(SUNG.bands) < set(WORDS)
    for corpus in (WHOLE, SUNG):
        assert all(band.low < band.high for band in corpus.bands.values())
        assert 0.05 < corpus.usual_outside < 0.2 and 0.4 < corpus.usual_inside < 0.8


def test_of_silence_and_of_one_note_something_can_be_said() -> None:
    for tracks in ((), (line([60]),)):
        found = score(Song("", tracks), Asked())
        assert found.distance >= 0 and found.faults == ()


def test_a_song_of_64_bars_in_five_parts_takes_milliseconds() -> None:
    song = tune()
    parts = [
        Track.from_table("", shifted(track.table, 16 * 1920 * time_, 12 * octave), role=role)
        for role, track, octave in (
            ("melody", song.tracks[0], 0), ("chords", song.tracks[1], 0),
            ("colour", song.tracks[1], 1), ("bass", song.tracks[1], -1),
        )
        for time_ in range(4)
    ]  # fmt: skip
    long = Song("", tuple(parts), tempos=song.tempos)
    score(long, Asked())
    spent = []
    for _ in range(5):
        began = time.process_time()
        score(long, Asked())
        spent.append(time.process_time() - began)
    assert min(spent) < 0.04


def shifted(table: NoteTable, ticks: int, semitones: int) -> NoteTable:
    return NoteTable(
        table.starts_ticks + ticks, table.ends_ticks + ticks, table.pitches + semitones, table.velocities
    )


# --- what is borrowed -------------------------------------------------------------------------------


def walks(n: int) -> list[NoteTable]:
    """Walks with three intervals and two lengths, so that phrases are shared by chance."""
    made = []
    for seed in range(n):
        random = stream(seed, "walk")
        pitches = 60 + np.cumsum(random.choice([-2, 0, 2], 60))
        made.append(melody(line(pitches.tolist(), random.choice([0.5, 1.0], 60).tolist())))
    return made


def test_a_set_of_phrases_says_the_same_as_looking_through_the_melodies() -> None:
    *known, asked = walks(30)
    phrases, melodies = KnownPhrases.of(known), Melodies.of(known)
    for one in (asked, known[3]):
        assert phrases.shared(one) == pytest.approx(shared_with(one, melodies).phrases)
    assert phrases.shared(known[3]) == 1


def test_a_borrowed_phrase_is_known_in_any_key_but_not_in_another_rhythm() -> None:
    known = KnownPhrases.of([melody(line(VERSE, VERSE_BEATS))])
    assert known.shared(melody(line([p + 3 for p in VERSE], VERSE_BEATS))) == 1
    assert known.shared(melody(line(VERSE, [1.0] * len(VERSE)))) == 0


def test_what_is_usual_is_what_the_melodies_share_among_themselves() -> None:
    verse, chorus = melody(line(VERSE, VERSE_BEATS)), melody(line(CHORUS, VERSE_BEATS))
    assert KnownPhrases.of([verse, chorus]).usual == 0
    assert KnownPhrases.of([verse, verse, chorus]).usual == pytest.approx(2 / 3)
    assert KnownPhrases.of([]).shared(verse) == 0
    assert len(phrase_hashes(melody(line(VERSE[:7])))) == 0


def test_phrases_that_are_not_sorted_are_refused() -> None:
    with pytest.raises(InputError, match="sorted"):
        KnownPhrases(np.array([3, 2], dtype=np.uint32), 0.1)
    with pytest.raises(InputError, match="32 bits"):
        KnownPhrases(np.array([2.0, 3.0]), 0.1)  # type: ignore[arg-type]


def test_a_melody_that_is_known_is_no_new_song() -> None:
    song = tune()
    known = KnownPhrases.of([table_of(song.tracks[:1])])
    found = score(song, Asked(), known)
    assert found.shared == 1 and found.lacks["novelty"] == pytest.approx(5 * 0.95)
    common = KnownPhrases(known.hashes, 0.96)
    assert score(song, Asked(), common).lacks["novelty"] == 0
    assert math.isnan(score(song, Asked()).shared)


def test_the_shipped_phrases_are_small_and_those_of_a_new_melody_are_not_among_them() -> None:
    shipped = load_preset("phrases")
    assert shipped.n_bytes < 250_000 and shipped.metadata["provenance"]["n_songs"] > 600
    assert 0 < trained_on().usual < 0.03
    assert np.mean([trained_on().shared(walk) for walk in walks(20)]) < 0.02


# --- what a singer objects to -----------------------------------------------------------------------


def objections(pitches: Sequence[int], beats: float | Sequence[float] = 1.0, bpm: float = 100) -> set[str]:
    track = line(pitches, beats)
    return set(singable.faults(Song("", (track,), tempos=(Tempo(0, bpm),)), melody(track)))


ARCH = (60, 62, 64, 65, 67, 69, 71, 72, 71, 69, 67, 65, 64, 62, 60, 59)


def test_a_plain_melody_is_sung_with_ease() -> None:
    assert objections([*VERSE, *CHORUS, *VERSE], VERSE_BEATS * 3) == set()
    assert set(singable.WORDS) == set(singable._CHECKS)


def test_a_range_beyond_a_voice_is_objected_to() -> None:
    assert "range" in objections([48, *range(50, 74, 2), 72])
    assert "range" in objections([p + 24 for p in ARCH])
    assert "range" in objections([p - 24 for p in ARCH])


def test_tritones_and_sevenths_are_objected_to_when_there_are_many_or_two_in_a_row() -> None:
    assert "leaps" not in objections([*ARCH, *ARCH, 65, 64])  # one tritone, B to F
    assert "leaps" in objections([60, 66, 60, 71, 60, 66] * 3)
    assert "leaps" in objections([*ARCH, 65, 59, 65, *ARCH])


def test_leaps_that_add_up_beyond_the_octave_are_objected_to() -> None:
    assert "climbs" in objections([60, 67, 74, 72, 71, 69, 67, 65, 64, 62, 60, 62])


def test_a_top_note_in_every_bar_is_no_climax_but_a_refrain_may_return() -> None:
    everywhere = [p for i in range(12) for p in (72, 60 + i % 5, 64 + i % 3, 62 + i % 4)]
    assert "climax" in objections(everywhere)
    verse = [p for i in range(12) for p in (60 + i % 5, 64 + i % 3, 62, 60)]
    assert "climax" not in objections([*verse, 72, 71, 69, 67] * 4)


def test_a_phrase_without_a_breath_is_objected_to() -> None:
    assert "breath" in objections(ARCH * 3)
    assert "breath" not in objections(ARCH * 3, [*[1.0] * 15, 4.0] * 3)


def test_a_drone_and_haste_are_objected_to() -> None:
    assert "drone" in objections([*ARCH, *[60] * 14])
    assert "haste" in objections(ARCH * 2, 0.25, bpm=160)
    assert "haste" not in objections(ARCH * 2, 0.25, bpm=90)


# --- the report -------------------------------------------------------------------------------------


def test_the_report_holds_where_the_song_is_as_asked() -> None:
    judged = score(tune(), Asked()).judged
    rows = report(tune(), Asked(judged.valence, judged.arousal))
    assert {row.what: row.measured for row in rows}["key, at first"] == "C major"
    assert not [row.what for row in rows if row.holds is False]
    assert all("  x" not in text for text in as_lines(rows))


def test_the_report_says_what_does_not_hold() -> None:
    asked = Asked(key=Key("D", "minor"), tempo_bpm=120, meter=Meter(0, 3, 4), bars=20)
    song = replace(tune(), keys=(asked.key.signature,))
    failing = {row.what for row in report(song, asked) if row.holds is False}
    assert failing == {"key, at first", "key, at last", "tempo", "meter", "bars"}


def test_a_rise_in_the_last_section_is_asked_for_where_its_signature_stands() -> None:
    song = tune()
    half = 8 * 1920
    risen = tuple(
        replace(
            track,
            notes=tuple(replace(n, pitch=n.pitch + 2 * (n.start_ticks >= half)) for n in track.notes),
        )
        for track in song.tracks
    )
    song = replace(song, tracks=risen, keys=(KeySignature(0, 0, False), KeySignature(half, 2, False)))
    first, last = report(song, Asked())[:2]
    assert (first.asked, last.asked, last.measured, last.holds) == ("C major", "D major", "D major", True)


def test_facts_are_ready_for_json_and_novelty_is_told_where_something_is_known() -> None:
    known = KnownPhrases.of([melody(line(VERSE, VERSE_BEATS))])
    found = score(tune(), Asked(), known)
    facts = json.loads(json.dumps(as_facts(tune(), Asked(), found)))
    assert facts["bars"] == {"asked": 16, "file": 16}
    assert facts["tempo_bpm"]["heard"] == pytest.approx(100, abs=1)
    assert 0 < facts["phrases_known"] < 1
    rows = {row.what: row for row in report(tune(), Asked(), found, known)}
    assert rows["new melody"].holds is False and "known" in rows["new melody"].measured


# --- real songs -------------------------------------------------------------------------------------


@pytest.mark.data
@pytest.mark.skipif(not DATA.exists(), reason="needs the research data beside the checkout")
def test_most_real_songs_keep_the_limits_that_they_were_not_asked_for() -> None:
    folders = ("leadsheets_openewld", "songs_openscore_lieder")
    paths = [path for name in folders for path in sorted((DATA / name).rglob("*.mid"))][::15]
    found = []
    for path in paths:
        song = midi.read(path).song
        first, *others = [track for track in song.tracks if track.notes]
        song = replace(song, tracks=(replace(first, role="melody"), *others))
        found.append(score(with_chords_heard(song), Asked()))
    assert np.mean([one.lacks["bands"] == 0 for one in found]) > 0.8
    assert np.mean([not one.faults for one in found]) > 0.6
    assert np.mean([mean_outside(one.places) for one in found]) < 0.1


@pytest.mark.data
@pytest.mark.skipif(not DATA.exists(), reason="needs the research data beside the checkout")
def test_what_the_model_learned_from_is_known_also_in_another_key_and_a_folk_tune_is_not() -> None:
    known = trained_on()
    for path in sorted((DATA / "leadsheets_openewld/midi").rglob("*.mid"))[::40]:
        learned = told_apart(midi.read(path).song).melody
        assert known.shared(shifted(learned, 480, 2)) == 1
    paths = sorted((DATA / "midi_nottingham").rglob("*.mid"))[::50]
    folk = [known.shared(told_apart(midi.read(path).song).melody) for path in paths]
    assert np.mean(folk) < known.usual + 0.02
