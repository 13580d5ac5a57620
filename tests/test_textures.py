"""How chords are laid onto beats: what holds in every meter, and what makes each texture itself."""

import itertools

import pytest

from aoede.encodings.chords import parse_chord
from aoede.music.beats import Span, beats_of, spans_of
from aoede.music.textures import TEXTURES, Stroke, strummed, without_overlaps
from aoede.music.theory import PlacedChord
from aoede.song import Meter, Note

VOICING = (43, 55, 59, 62)  # G with a low note
GRIP = (43, 47, 50, 55, 59, 67)
METERS = [
    (4, 4),
    (3, 4),
    (6, 8),
    (5, 4),
    (7, 8),
    (12, 8),
    (2, 2),
    (2, 4),
    (5, 8),
    (9, 8),
    (15, 16),
    (3, 8),
    (2, 16),
]


def a_bar(numerator: int, denominator: int, tempo_bpm: float = 100.0) -> Span:
    meter = Meter(0, numerator, denominator)
    return spans_of([PlacedChord(0, meter.bar_ticks, parse_chord("G"))], meter, tempo_bpm)[0]


@pytest.mark.parametrize("meter", METERS, ids=str)
def test_beats_fill_the_bar_and_the_first_is_the_heaviest(meter: tuple[int, int]) -> None:
    beats = beats_of(Meter(0, *meter))
    assert beats[0].start_ticks == 0 and beats[-1].end_ticks == Meter(0, *meter).bar_ticks
    assert all(a.end_ticks == b.start_ticks for a, b in itertools.pairwise(beats))
    assert [beat.weight for beat in beats].count(2) == 1 and beats[0].weight == 2


@pytest.mark.parametrize(
    ("meter", "lengths", "heavy"),
    [((4, 4), [480] * 4, [0, 2]), ((3, 4), [480] * 3, [0]), ((5, 4), [480] * 5, [0, 3]), ((6, 8), [720] * 2, [0]),
     ((7, 8), [480, 480, 720], [0]), ((5, 8), [720, 480], [0]), ((12, 8), [720] * 4, [0, 2]),
     ((7, 4), [480] * 7, [0, 2, 4]), ((2, 2), [480] * 4, [0, 2])],
)  # fmt: skip
def test_beats_go_together_as_they_are_counted(
    meter: tuple[int, int], lengths: list[int], heavy: list[int]
) -> None:
    beats = beats_of(Meter(0, *meter))
    assert [beat.length_ticks for beat in beats] == lengths
    assert [i for i, beat in enumerate(beats) if beat.weight] == heavy


@pytest.mark.parametrize("texture", TEXTURES)
@pytest.mark.parametrize("meter", METERS, ids=str)
def test_textures_stay_inside_their_span_and_chord_and_begin_with_it(
    texture: str, meter: tuple[int, int]
) -> None:
    for tempo_bpm in (60.0, 240.0):
        span = a_bar(*meter, tempo_bpm)
        for voicing in (VOICING, GRIP, VOICING[1:]):
            strokes = TEXTURES[texture](voicing, span)
            assert {pitch for pitch, *_ in strokes} <= set(voicing)
            assert all(t >= 0 and n > 0 and t + n <= span.end_ticks for _, t, n, _ in strokes)
            assert min(t for _, t, _, _ in strokes) == 0


@pytest.mark.parametrize("texture", TEXTURES)
def test_chords_that_enter_anywhere_in_a_bar_are_played_there(texture: str) -> None:
    meter = Meter(0, 4, 4)
    edges = [0, 640, 1280, 1920, 2880, 3840, 3900, 7680]
    chords = [PlacedChord(a, b, parse_chord("G")) for a, b in itertools.pairwise(edges)]
    spans = spans_of(chords, meter, 100.0)
    assert [span.start_ticks for span in spans] == [*edges[:-1], 5760]
    for span in spans:
        strokes = TEXTURES[texture](VOICING, span)
        assert strokes
        assert all(span.start_ticks <= t < t + n <= span.end_ticks for _, t, n, _ in strokes)


def onsets(strokes: list[Stroke], pitch: int) -> list[int]:
    return sorted(t for p, t, _, _ in strokes if p == pitch)


@pytest.mark.parametrize(
    ("texture", "meter", "low", "high"),
    [("waltz", (3, 4), [0], [480, 960]), ("boom-chick", (4, 4), [0, 960], [480, 1440]),
     ("boom-chick", (6, 8), [0, 720], [480, 1200]), ("waltz", (6, 8), [0, 720], [240, 480, 960, 1200]),
     ("boom-chick", (5, 4), [0, 1440], [480, 960, 1920]), ("boom-chick", (7, 8), [0, 480, 960], [240, 720, 1440]),
     ("struck", (4, 4), [0, 960], [0, 480, 960, 1440]), ("off-beat", (4, 4), [0, 960],
     [240, 720, 1200, 1680]), ("off-beat", (6, 8), [0], [480, 1200]), ("tresillo", (4, 4), [0], [0, 720, 1440]),
     ("comped", (4, 4), [0, 720], [0, 720]), ("driving", (2, 4), [0], [0, 240, 480, 720])],
)  # fmt: skip
def test_low_notes_and_chords_take_turns_as_the_texture_has_it(
    texture: str, meter: tuple[int, int], low: list[int], high: list[int]
) -> None:
    strokes = TEXTURES[texture](VOICING, a_bar(*meter))
    assert onsets(strokes, VOICING[0]) == low
    assert onsets(strokes, VOICING[1]) == high


def test_busier_textures_strike_more_often() -> None:
    counts = [
        len({t for _, t, _, _ in TEXTURES[name](VOICING, a_bar(4, 4))})
        for name in ("held", "rolled", "struck", "driving")
    ]
    assert counts == sorted(counts) and counts[0] == 1 and counts[-1] == 8


def test_a_guitarist_strums_down_on_the_beats_and_up_between_them() -> None:
    strokes = strummed(TEXTURES["driving"](GRIP, a_bar(4, 4)), frozenset(range(0, 1920, 480)), 10)
    down = sorted((t, p) for p, t, _, _ in strokes if t < 200)
    up = sorted((t, p) for p, t, _, _ in strokes if 240 <= t < 440)
    assert [p for _, p in down] == sorted(GRIP)
    assert [p for _, p in up] == sorted(GRIP, reverse=True)[:4]
    assert {b - a for (a, _), (b, _) in itertools.pairwise(down)} == {10}


def test_the_fingers_of_a_picker_move_between_the_beats_of_his_thumb() -> None:
    strokes = TEXTURES["picked"](GRIP, a_bar(4, 4))
    low = {t for p, t, _, _ in strokes if p < 55}
    assert low == {0, 480, 960, 1440}
    assert {t for p, t, _, _ in strokes if p >= 55} == {0, 720, 1200, 1680}


def test_no_note_is_struck_while_it_sounds_and_ties_join_what_touches() -> None:
    notes = [Note(0, 60, 500, 80), Note(480, 60, 480, 70), Note(0, 64, 480, 80), Note(0, 60, 200, 60)]
    assert without_overlaps(notes) == [Note(0, 60, 480, 80), Note(0, 64, 480, 80), Note(480, 60, 480, 70)]
    assert without_overlaps(notes, tied_ticks=960) == [Note(0, 60, 960, 80), Note(0, 64, 480, 80)]
