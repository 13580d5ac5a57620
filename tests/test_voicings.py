"""What chords are made of: their notes, hands that can hold them, voices that hardly move."""

import itertools

import pytest

from aoede.encodings.chords import QUALITIES, parse_chord
from aoede.music.fretboard import SILENT, STRINGS, grips
from aoede.music.theory import Chord
from aoede.music.voicings import Hand, Voicing, needed, voicings_for

SYMBOLS = ["C", "G/B", "Am7", "Fmaj7", "Dm7b5", "G7", "Csus4", "Edim", "Abaug", "Bb9", "C"]
HANDS = [Hand("keys"), Hand("section"), Hand("section", adds_bass=False), Hand("guitar", top=67)]
EVERY_CHORD = [Chord(root, quality) for root in range(12) for quality in QUALITIES]


@pytest.mark.parametrize("hand", HANDS, ids=str)
def test_voicings_hold_nothing_but_their_chord_and_all_that_names_it(hand: Hand) -> None:
    for chord in [*EVERY_CHORD, parse_chord("C/F#"), parse_chord("Am/G")]:
        (voicing,) = voicings_for([chord], hand)
        pcs = {pitch % 12 for pitch in voicing}
        assert needed(chord) <= pcs <= chord.pitch_classes
        assert list(voicing) == sorted(set(voicing))


def test_the_lowest_note_is_the_bass_of_the_chord() -> None:
    for hand in (Hand("keys"), Hand("section", low=36), Hand("guitar")):
        for symbol, voicing in zip(SYMBOLS, voicings_for(list(map(parse_chord, SYMBOLS)), hand), strict=True):
            chord = parse_chord(symbol)
            assert voicing[0] % 12 == (chord.root_pc if chord.bass_pc is None else chord.bass_pc)


@pytest.mark.parametrize("kind", ["keys", "section"])
def test_voices_move_less_than_root_position_chords_would(kind: str) -> None:
    chords = [parse_chord(symbol) for symbol in ["C", "F", "G", "Am", "Dm", "G", "C"]]
    led = voicings_for(chords, Hand(kind, adds_bass=False))
    roots = [tuple(48 + c.root_pc + i for i in c.intervals) for c in chords]
    assert motion(led) < 0.5 * motion(roots)


def motion(voicings: list[Voicing]) -> int:
    return sum(abs(p - q) for a, b in itertools.pairwise(voicings) for p, q in zip(a, b, strict=True))


def test_common_tones_stay_where_they_are() -> None:
    c, a_minor = voicings_for([parse_chord("C"), parse_chord("Am")], Hand("keys", adds_bass=False))
    assert len(set(c) & set(a_minor)) == 2


def test_the_top_voice_and_the_bass_avoid_parallel_fifths_and_octaves() -> None:
    chords = [
        parse_chord(symbol)
        for symbol in ["C", "Dm", "Em", "F", "G", "Am", "F", "Dm", "G", "C", "F", "G", "C"]
    ]
    for hand in (Hand("section", adds_bass=False), Hand("keys")):
        tops = [voicing[-1] for voicing in voicings_for(chords, hand)]
        apart = [(top - chord.root_pc) % 12 for top, chord in zip(tops, chords, strict=True)]
        moved = [a != b for a, b in itertools.pairwise(tops)]
        parallel = [a == b and a in (0, 7) for a, b in itertools.pairwise(apart)]
        assert not any(p and m for p, m in zip(parallel, moved, strict=True))


def test_jazz_takes_the_ninth_for_the_root_only_where_the_scale_has_it() -> None:
    rootless = Hand("keys", adds_bass=False, scale=(0, 2, 4, 5, 7, 9, 11))
    for symbol, ninth in (("Dm7", True), ("G7", True), ("E7", False), ("C", True)):
        chord = parse_chord(symbol)
        (voicing,) = voicings_for([chord], rootless)
        assert needed(chord) <= {pitch % 12 for pitch in voicing}
        assert ninth or {pitch % 12 for pitch in voicing} <= chord.pitch_classes


def test_every_chord_has_a_grip_that_a_hand_can_hold() -> None:
    for chord in EVERY_CHORD:
        pitches, worth = grips(chord, 67)
        assert len(pitches)
        assert list(worth) == sorted(worth, reverse=True)
        for grip in pitches:
            frets = [int(p - s) for p, s in zip(grip, STRINGS, strict=True) if p != SILENT]
            pressed = [fret for fret in frets if fret > 0]
            assert min(frets) >= 0 and max(frets) < 12
            assert not pressed or max(pressed) - min(pressed) < 4
            above_barre = [fret for fret in pressed if fret > min(pressed)]
            assert len(pressed) <= 4 or (len(above_barre) <= 3 and 0 not in frets)


@pytest.mark.parametrize(
    ("symbol", "frets"),
    [
        ("C", "x32010"),
        ("G", "320003"),
        ("A", "x02220"),
        ("Bm", "x24432"),
        ("D", "xx0232"),
        ("Am", "x02210"),
        ("E", "022100"),
        ("F", "133211"),
    ],
)
def test_common_chords_are_held_as_guitarists_hold_them(symbol: str, frets: str) -> None:
    best = grips(parse_chord(symbol), 69)[0][0]
    assert "".join("x" if p == SILENT else str(p - s) for p, s in zip(best, STRINGS, strict=True)) == frets
