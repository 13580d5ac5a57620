"""Chord symbols, labels, numerals, functional ids, and chords heard in notes."""

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aoede.encodings.chords import (
    N_CHORDS,
    QUALITIES,
    REDUCED,
    Chord,
    chords_of,
    decode,
    encode,
    parse_chord,
    parse_harte,
    parse_roman,
)
from aoede.errors import InputError
from aoede.song import KeySignature, Note, Song, Track

CHORDS = st.builds(
    Chord, st.integers(0, 11), st.sampled_from(sorted(QUALITIES)), st.none() | st.integers(0, 11)
).filter(lambda chord: chord.bass_pc != chord.root_pc)


@given(chord=CHORDS, flats=st.booleans())
def test_every_symbol_is_read_back(chord, flats):
    assert parse_chord(chord.symbol(flats)) == chord


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("BbΔ/D", "A#maj7/D"), ("B♭maj7", "A#maj7"), ("C-7", "Cm7"), ("Cmi7", "Cm7"), ("CMI7", "Cm7"),
        ("CM7", "Cmaj7"),
        ("Cma7", "Cmaj7"), ("C^9", "Cmaj9"), ("Gø", "Gm7b5"), ("G-7b5", "Gm7b5"), ("E+", "Eaug"), ("G7+5", "Gaug"),
        ("C°", "Cdim"), ("Co7", "Cdim7"), ("Asus", "Asus4"), ("G9sus", "G7sus4"), ("D7(b9)", "D7"), ("D13", "D9"),
        ("C6/9", "C6"), ("C6/9/E", "C6/E"), ("Ｃ＃ｍ", "C#m"), ("am", "Am"), ("bb", "A#"), ("ab", "G#"), ("C/C", "C"),
        ("Cm(maj7)", "CmMaj7"), ("Fdom7", "F7"), ("C−7", "Cm7"), ("Cb", "B"), ("Ebb", "D"), ("Cadd2", "Cadd9"),
    ],
)  # fmt: skip
def test_the_usual_spellings_are_understood(written, plain):
    assert parse_chord(written).symbol() == plain


@pytest.mark.parametrize(
    "symbol", ["H", "", "N.C.", "Cfoo", "C/", "C/9", "I", "12", "C" * 5000, "C\0", "Am Dm"]
)
def test_what_is_no_chord_is_named_with_a_hint(symbol):
    with pytest.raises(InputError, match="is not a chord symbol") as caught:
        parse_chord(symbol)
    assert "Am" in caught.value.hint
    assert len(caught.value.message) < 80


@given(st.text(max_size=60))
def test_any_text_is_a_chord_or_an_input_error(text):
    for parse in (parse_chord, parse_harte, lambda numeral: parse_roman(numeral, "maj")):
        try:
            parse(text)
        except InputError:
            continue


def test_pitch_classes_hold_the_slash_bass():
    assert parse_chord("C/D").pitch_classes == {0, 2, 4, 7}
    assert parse_chord("F#m7").pitch_classes == {6, 9, 1, 4}


@pytest.mark.parametrize(
    ("label", "chord"),
    [
        ("A:min7/b3", Chord(9, "min7", 0)), ("D:sus4(b7)", Chord(2, "7sus4")), ("C:maj(9)", Chord(0, "add9")),
        ("Bb:hdim7", Chord(10, "m7b5")), ("G:1", Chord(7, "5")), ("E:1(b3,b7)", Chord(4, "min7")),
        ("C:maj6(9)", Chord(0, "6")), ("F#:7(#9)", Chord(6, "7")), ("C:maj/5", Chord(0, "maj", 7)),
        ("C:(1,3)", Chord(0, "maj")), ("C:maj(*5)", Chord(0, "maj")), ("G:5(b7)", Chord(7, "7")),
    ],
)  # fmt: skip
def test_harte_labels_find_their_nearest_quality(label, chord):
    assert parse_harte(label) == chord


@pytest.mark.parametrize("label", ["N", "X", "&pause", "*", ".", ""])
def test_labels_for_no_chord_give_none(label):
    assert parse_harte(label) is None


def test_ids_are_relative_to_the_tonic_and_come_back():
    assert all(encode(decode(i, tonic), tonic) == i for i in range(N_CHORDS) for tonic in range(12))
    assert encode(parse_chord("G7"), 0) == encode(parse_chord("A7"), 2) == 7 * 10 + REDUCED.index("7")
    assert decode(encode(parse_chord("Dm9/A"), 0), 0) == Chord(2, "min7")


@pytest.mark.parametrize(
    ("numeral", "mode", "expected"),
    [
        ("IV", "maj", (5, "maj")), ("vi", "maj", (9, "min")), ("vii", "maj", (11, "dim")), ("V7", "maj", (7, "7")),
        ("I7", "maj", (0, "maj7")), ("Idom7", "maj", (0, "7")), ("Vsus2", "maj", (7, "sus2")),
        ("IM-5", "maj", (0, "maj")),
        ("viadd9", "maj", (9, "min")), ("iim7", "maj", (2, "min7")), ("VI69", "min", (8, "6")),
        ("v", "min", (7, "min")),
        ("ii", "min", (2, "dim")), ("VI7", "min", (8, "maj7")), ("VII", "min", (10, "maj")),
        ("bVIIM", "modal", (10, "maj")),
        ("im", "modal", (0, "min")), ("#IVm", "modal", (6, "min")), ("bIdom7", "modal", (11, "7")),
    ],
)  # fmt: skip
def test_numerals_are_read_in_their_mode(numeral, mode, expected):
    assert parse_roman(numeral, mode) == expected


def test_case_counts_where_people_write_so():
    assert parse_roman("V", "minor", case_counts=True) == (7, "maj")
    assert parse_roman("II7", "major", case_counts=True) == (2, "7")
    assert parse_roman("vii°", "major", case_counts=True) == (11, "dim")
    with pytest.raises(InputError, match="'Q' is not a roman numeral"):
        parse_roman("Q", "maj")


BAR = 1920


def block(symbol, start, duration, octave=60):
    chord = parse_chord(symbol)
    bass = chord.root_pc if chord.bass_pc is None else chord.bass_pc
    upper = [Note(start, octave + (chord.root_pc + i) % 12, duration, 80) for i in chord.intervals]
    return [Note(start, 36 + bass, duration, 80), *upper]


def song_of(symbols, duration=BAR, extra=()):
    notes = [note for i, symbol in enumerate(symbols) for note in block(symbol, i * duration, duration)]
    return Song("", (Track("", tuple(sorted([*notes, *extra]))),))


def test_plain_chords_are_heard():
    symbols = ["C", "Am", "F", "G7", "Em", "Dm7", "Fmaj7", "Bdim", "Gsus4", "Eaug", "C#m", "Bb"]
    heard = [parse_chord(c.symbol).pitch_classes for c in chords_of(song_of(symbols))]
    assert heard == [parse_chord(symbol).pitch_classes for symbol in symbols]


def test_two_chords_a_bar_are_heard_and_repeats_merged():
    heard = chords_of(song_of(["C", "F", "G", "G", "Am"], duration=BAR // 2))
    assert [(c.start_ticks, c.symbol) for c in heard] == [(0, "C"), (960, "F"), (1920, "G"), (3840, "Am")]


def test_passing_notes_do_not_hide_the_chords():
    rng = np.random.default_rng(2)
    symbols = [("C", "Am", "F", "G", "Dm", "Em")[i] for i in rng.integers(0, 6, 80)]
    scale = [72, 74, 76, 77, 79, 81, 83]
    melody = [Note(i * 240, scale[rng.integers(7)], 240, 90) for i in range(80 * 8)]
    song = song_of(symbols, extra=melody)
    heard = {c.start_ticks: c.symbol for c in chords_of(song)}
    current, right = "", 0
    for bar, symbol in enumerate(symbols):
        current = heard.get(bar * BAR, current)
        right += parse_chord(current).root_pc == parse_chord(symbol).root_pc
    assert right >= 72


def test_flats_are_written_in_flat_keys():
    song = replace(song_of(["Eb", "Bb"]), keys=(KeySignature(0, -3, False),))
    assert [c.symbol for c in chords_of(song)] == ["Eb", "Bb"]


def test_silence_is_no_chord_and_drums_are_not_heard():
    quiet = Song("", (Track("", tuple(block("C", 2 * BAR, BAR))),))
    assert [c.symbol for c in chords_of(quiet)] == ["N.C.", "C"]
    drums = Song("", (Track("", (Note(0, 36, 480, 90),), is_drum=True),))
    assert chords_of(drums) == ()
    assert chords_of(Song("", ())) == ()


def test_a_crowded_song_is_heard_in_time():
    rng = np.random.default_rng(0)
    starts = np.sort(rng.integers(0, 2000 * BAR, 50_000)).tolist()
    notes = tuple(
        Note(s, int(p), 2000 * BAR, 64) for s, p in zip(starts, rng.integers(20, 100, 50_000), strict=True)
    )
    begun = time.process_time()
    assert chords_of(Song("", (Track("", notes),)), max_bars=2000)
    assert time.process_time() - begun < 3
