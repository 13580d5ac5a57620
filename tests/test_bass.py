"""What a bass may do: the figures, bar by bar."""

from itertools import pairwise

import numpy as np
import pytest

from aoede.encodings.chords import parse_chord
from aoede.music.bass import FIGURES, HIGHEST, LOWEST, Ground, approach, grounds_of
from aoede.music.beats import spans_of
from aoede.music.theory import PlacedChord
from aoede.randomness import stream
from aoede.song import Meter

C_MAJOR = (0, 2, 4, 5, 7, 9, 11)
METERS = [(4, 4), (3, 4), (6, 8), (5, 4), (7, 8), (12, 8), (2, 2), (2, 4), (15, 16), (3, 8)]


def grounds(symbols: str, meter: tuple[int, int] = (4, 4), bars_a_chord: int = 1) -> list[Ground]:
    of_song = Meter(0, *meter)
    span = of_song.bar_ticks * bars_a_chord
    chords = [
        PlacedChord(i * span, (i + 1) * span, parse_chord(symbol)) for i, symbol in enumerate(symbols.split())
    ]
    return grounds_of(spans_of(chords, of_song, 100.0), C_MAJOR)


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("meter", METERS, ids=str)
def test_figures_begin_each_chord_with_its_bass_and_are_one_voice(
    figure: str, meter: tuple[int, int]
) -> None:
    bars = grounds("C Am F/A G7 Bdim Ebaug Db5 C/Bb C", meter)
    strokes = sorted(FIGURES[figure](bars, stream(1, "bass")), key=lambda stroke: stroke[1])
    assert all(n > 0 for _, _, n, _ in strokes)
    assert all(a[1] + a[2] <= b[1] for a, b in pairwise(strokes))
    for ground in bars:
        first = next(stroke for stroke in strokes if stroke[1] == ground.span.start_ticks)
        assert first[0] == ground.root or (figure == "walking" and first[0] % 12 == ground.root % 12)
    top = HIGHEST + 20 if figure == "arpeggio" else HIGHEST
    assert all(LOWEST <= pitch <= top for pitch, *_ in strokes)


@pytest.mark.parametrize("figure", FIGURES)
def test_notes_on_strong_beats_belong_to_their_chord(figure: str) -> None:
    bars = grounds("C Am F G7 Em Dm Bb C")
    places = {beat.start_ticks: g for g in bars for beat in g.span.heavy}
    for seed in range(5):
        for pitch, t, _, _ in FIGURES[figure](bars, stream(seed, "bass")):
            assert t not in places or pitch % 12 in places[t].span.chord.pitch_classes


def test_the_register_is_smooth() -> None:
    roots = [ground.root for ground in grounds("C G Am F C F G C D A Bm G")]
    assert np.abs(np.diff(roots)).max() <= 7


def test_an_approach_is_a_step_away_from_the_next_bass_note_and_in_the_scale_where_it_can_be() -> None:
    for ground in grounds("C F G Am Dm G7 C E Am Fm Db C"):
        if ground.goal != ground.root:
            pitch = approach(ground)
            assert 1 <= abs(pitch - ground.goal) <= 2 and pitch != ground.root
            neighbours = [(ground.goal + side) % 12 in C_MAJOR for side in (-2, -1, 1, 2)]
            assert pitch % 12 in C_MAJOR or not all(neighbours)


def test_a_walking_bass_walks_a_note_a_beat_mostly_by_step_and_leads_into_each_chord() -> None:
    leads, steps = [], []
    for seed in range(10):
        bars = grounds("Cmaj7 Am7 Dm7 G7 Em7 A7 Dm7 G7")
        strokes = FIGURES["walking"](bars, stream(seed, "bass"))
        assert [t for _, t, _, _ in strokes] == list(range(0, 8 * 1920, 480))
        pitches = [pitch for pitch, *_ in strokes]
        steps += np.abs(np.diff(pitches)).tolist()
        leads += [abs(pitches[i + 3] - pitches[i + 4]) for i in range(0, 28, 4)]
    assert np.mean(np.array(steps) <= 4) > 0.8
    assert np.mean(np.array(steps) == 0) < 0.05
    assert np.mean(np.array(leads) <= 2) > 0.7


def test_a_waltz_bass_leaves_the_other_beats_free_and_turns_to_the_fifth_where_a_chord_goes_on() -> None:
    strokes = FIGURES["downbeat"](grounds("C G", (3, 4), bars_a_chord=2), stream(1, "bass"))
    assert [t for _, t, _, _ in strokes] == [0, 1440, 2880, 4320]
    assert [pitch % 12 for pitch, *_ in strokes] == [0, 7, 7, 2]


def test_a_tresillo_bass_plays_three_three_and_two() -> None:
    strokes = FIGURES["tresillo"](grounds("C C"), stream(1, "bass"))
    assert [t for _, t, _, _ in strokes] == [0, 720, 1440, 1920, 2640, 3360]
    assert [pitch % 12 for pitch, *_ in strokes[:2]] == [0, 7]
