"""Scores: every bar adds up, every note is there, and what is written is what musicians write."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aoede.encodings.chords import QUALITIES
from aoede.errors import InputError
from aoede.formats import musicxml
from aoede.formats.musicxml.bars import groups_of
from aoede.formats.musicxml.chords import KINDS, harmony, letter_of, parse
from aoede.formats.musicxml.rhythm import split
from aoede.formats.musicxml.spelling import Speller
from aoede.song import ChordSymbol, KeySignature, Meter, Note, Section, Song, Syllable, Tempo, Track

# What may stand in an element, in this order (W3C MusicXML 4.0, the part of it that is written).
ORDER = {
    "score-partwise": ["work", "identification", "part-list", "part"],
    "identification": ["encoding", "miscellaneous"],
    "score-part": ["part-name", "score-instrument", "midi-instrument"],
    "midi-instrument": ["midi-channel", "midi-program", "midi-unpitched"],
    "attributes": ["divisions", "key", "time", "clef"],
    "clef": ["sign", "line", "clef-octave-change"],
    "direction": ["direction-type", "offset", "sound"],
    "harmony": ["root", "kind", "bass", "degree", "offset"],
    "metronome": ["beat-unit", "beat-unit-dot", "per-minute"],
    "note": [
        "chord", "pitch", "unpitched", "rest", "duration", "tie", "instrument", "voice", "type", "dot",
        "accidental", "time-modification", "notehead", "beam", "notations", "lyric",
    ],
    "pitch": ["step", "alter", "octave"],
    "lyric": ["syllabic", "text", "extend", "end-line"],
}  # fmt: skip
VALUES = {"whole": 1920, "half": 960, "quarter": 480, "eighth": 240, "16th": 120, "32nd": 60}


def score(song: Song, *, whole: bool = False) -> Element:
    return ElementTree.fromstring(musicxml.to_bytes(song, whole=whole))


def melody(*notes: tuple[int, int, int], **others: object) -> Song:
    """A song of one melody: (start, duration, pitch) each."""
    made = tuple(Note(start, pitch, duration, 80) for start, duration, pitch in notes)
    return Song("x", (Track("Melody", made, 73, "melody"),), **others)  # type: ignore[arg-type]


def written(song: Song) -> list[list[str]]:
    """Bar by bar what a musician reads: "C4 quarter", "C4 eighth.~" (tied on), "rest half", "3:A4 eighth"."""
    return [
        [_read(note) for note in measure.iter("note")] for measure in score(song).iterfind("part/measure")
    ]


def _read(note: Element) -> str:
    value = note.findtext("type", "bar") + "." * len(note.findall("dot"))
    tied = "~" if any(tie.get("type") == "start" for tie in note.iterfind("tie")) else ""
    third = "3:" if note.find("time-modification") is not None else ""
    return f"{third}{_name(note)} {value}{tied}"


def _name(note: Element) -> str:
    if note.find("rest") is not None:
        return "rest"
    sign = {"-1": "b", "1": "#", "2": "##", "-2": "bb"}.get(note.findtext("pitch/alter", "0"), "")
    return f"{note.findtext('pitch/step')}{sign}{note.findtext('pitch/octave')}"


def check(root: Element) -> None:
    """Bars add up, values are what they last, ties meet, triplets are whole, elements are in order."""
    for element in root.iter():
        if element.tag in ORDER:
            places = [ORDER[element.tag].index(child.tag) for child in element]
            assert places == sorted(places), f"{element.tag}: {[child.tag for child in element]}"
    for part in root.iterfind("part"):
        _check_part(part)


def _check_part(part: Element) -> None:
    beats = beat_type = 0
    open_ties: Counter[str] = Counter()
    for measure in part.iterfind("measure"):
        beats = int(measure.findtext("attributes/time/beats", str(beats)))
        beat_type = int(measure.findtext("attributes/time/beat-type", str(beat_type)))
        voice = [note for note in measure.iterfind("note") if note.find("chord") is None]
        length = sum(int(note.findtext("duration", "0")) for note in voice)
        if measure.get("implicit") is None:
            assert length == 1920 * beats // beat_type
        assert length > 0
        for note in measure.iterfind("note"):
            _check_value(note)
            open_ties = _tied(note, open_ties)
        third = [int(n.findtext("duration", "0")) for n in voice if n.find("time-modification") is not None]
        assert sum(third) % 480 == 0
        signs = [t.get("type") for t in measure.iter("tuplet")]
        assert signs == ["start", "stop"] * (len(signs) // 2)
    assert not +open_ties


def _check_value(note: Element) -> None:
    if (value := note.findtext("type")) is None:
        assert note.find("rest[@measure]") is not None
        return
    ticks = VALUES[value] * 3 // 2 if note.find("dot") is not None else VALUES[value]
    ticks = ticks * 2 // 3 if note.find("time-modification") is not None else ticks
    assert int(note.findtext("duration", "0")) == ticks


def _tied(note: Element, open_ties: Counter[str]) -> Counter[str]:
    for tie in note.iterfind("tie"):
        name = _name(note)
        if tie.get("type") == "stop":
            assert open_ties[name] > 0
        open_ties[name] += 1 if tie.get("type") == "start" else -1
    return open_ties


# ---- any song ---------------------------------------------------------------------------------

METERS = [
    (2, 4), (3, 4), (4, 4), (5, 4), (6, 4), (7, 4), (2, 2), (3, 2), (4, 2), (1, 1), (3, 8), (5, 8), (6, 8),
    (7, 8), (9, 8), (10, 8), (11, 8), (12, 8), (1, 4), (1, 8), (5, 16), (6, 16), (13, 16), (7, 32), (32, 32),
]  # fmt: skip
GRIDS = st.sampled_from([1, 7, 60, 80, 120, 160, 240, 320, 480])


@st.composite
def tracks(draw: st.DrawFn, is_drum: bool = False) -> Track:
    """Notes on a grid or off it, alone or together, with rests or over one another."""
    grid = draw(GRIDS)
    n_steps = max(2, 9_000 // grid)
    starts = draw(st.lists(st.integers(0, n_steps), max_size=25))
    notes = [
        Note(start * grid, draw(st.integers(0, 127)), draw(st.integers(1, 8)) * draw(GRIDS), 80)
        for start in starts
    ]
    role = "drums" if is_drum else draw(st.sampled_from(["melody", "chords", ""]))
    return Track("x", tuple(sorted(notes)), draw(st.integers(0, 127)), role, is_drum)


@st.composite
def songs(draw: st.DrawFn) -> Song:
    changes = draw(st.dictionaries(st.integers(1, 8_000), st.sampled_from(METERS), max_size=3))
    meters = {**changes, 0: draw(st.sampled_from(METERS))}
    keys = draw(st.dictionaries(st.integers(0, 8_000), st.integers(-7, 7), max_size=2))
    symbols = st.sampled_from(["C", "F#m7b5/A", "Bbadd9", "N.C.", "nonsense", "G13#11", "A7sus4", "Ebm"])
    chords = draw(st.dictionaries(st.integers(0, 9_000), symbols, max_size=6))
    tempos = draw(st.dictionaries(st.integers(1, 8_000), st.floats(3.6, 1e7), max_size=6))
    words = st.tuples(st.sampled_from(["la", "心", "a<b", " "]), st.booleans(), st.booleans())
    syllables = draw(st.dictionaries(st.integers(0, 9_000), words, max_size=8))
    return Song(
        title=draw(st.text(max_size=8)),
        tracks=(draw(tracks()), draw(tracks()), draw(tracks(is_drum=True)))[: draw(st.integers(0, 3))],
        tempos=tuple(Tempo(at, bpm) for at, bpm in sorted({**tempos, 0: 100.0}.items())),
        meters=tuple(Meter(at, *meter) for at, meter in sorted(meters.items())),
        keys=tuple(KeySignature(at, sharps, sharps % 2 == 0) for at, sharps in sorted(keys.items())),
        sections=(Section(0, 2_000, "verse"), Section(2_000, 5_000, "副歌")) if draw(st.booleans()) else (),
        chords=tuple(ChordSymbol(at, symbol) for at, symbol in sorted(chords.items())),
        syllables=tuple(Syllable(at, *word) for at, word in sorted(syllables.items())),
        recipe={"seed": 1} if draw(st.booleans()) else {},
    )


@given(songs(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_every_bar_of_every_song_adds_up_and_says_what_it_lasts(song: Song, whole: bool) -> None:
    check(score(song, whole=whole))


@given(tracks(), st.sampled_from(METERS))
@settings(max_examples=40, deadline=None)
def test_a_lead_sheet_has_a_note_for_every_onset_that_a_sixteenth_or_triplet_tells_apart(
    track: Track, meter: tuple[int, int]
) -> None:
    song = Song("x", (replace(track, role="melody"),), meters=(Meter(0, *meter),))
    root = score(song)
    shown = [n for n in root.iter("note") if n.find("pitch") is not None and _starts(n)]
    onsets = sorted({note.start_ticks for note in track.notes})
    apart = 1 + sum(b - a > 200 for a, b in pairwise(onsets)) if onsets else 0
    assert apart <= len(shown) <= len(onsets)


def _starts(note: Element) -> bool:
    return not any(tie.get("type") == "stop" for tie in note.iterfind("tie"))


@given(
    st.sampled_from([m for m in METERS if m[1] <= 16]),
    st.integers(0, 200),
    st.integers(1, 200),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_a_span_is_split_into_values_that_fill_it_and_show_the_groups_of_beats(
    meter: tuple[int, int], start: int, length: int, is_rest: bool
) -> None:
    bar = Meter(0, *meter)
    n_steps = bar.bar_ticks // 120
    a = start % n_steps * 120
    b = min(bar.bar_ticks, a + length * 120)
    pieces = split(bar, a, b, is_rest)
    assert sum(ticks for ticks, _, _ in pieces) == b - a
    lines = {sum(groups_of(bar)[:k]) for k in range(1, len(groups_of(bar)))}
    for ticks, _, dots in pieces:
        hidden = {line for line in lines if a < line < a + ticks}
        if hidden and bar.denominator >= 8:
            assert a in lines | {0} and a + ticks in lines | {bar.bar_ticks}
        is_whole_bar = (a, ticks) == (0, bar.bar_ticks)
        assert not (is_rest and dots and bar.denominator <= 4) or is_whole_bar
        a += ticks


# ---- rhythm -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("notes", "bar"),
    [
        ([(0, 480, 60), (480, 1440, 62)], ["C4 quarter", "D4 half."]),
        ([(0, 240, 60), (240, 480, 62), (720, 1200, 64)], ["C4 eighth", "D4 quarter", "E4 eighth~", "E4 half"]),
        ([(0, 1200, 60), (1200, 720, 62)], ["C4 half~", "C4 eighth", "D4 quarter."]),
        ([(0, 840, 60), (840, 120, 62)], ["C4 quarter~", "C4 eighth.", "D4 16th", "rest half"]),
        ([(480, 480, 60)], ["rest quarter", "C4 quarter", "rest half"]),
        ([(1440, 480, 60)], ["rest half", "rest quarter", "C4 quarter"]),
        ([(0, 160, 60), (160, 160, 62), (320, 160, 64)],
         ["3:C4 eighth", "3:D4 eighth", "3:E4 eighth", "rest quarter", "rest half"]),
        ([(0, 320, 60), (320, 640, 62)], ["3:C4 quarter", "3:D4 eighth~", "D4 quarter", "rest half"]),
    ],
)  # fmt: skip
def test_four_quarters_show_their_middle_and_their_beats(
    notes: list[tuple[int, int, int]], bar: list[str]
) -> None:
    assert written(melody(*notes))[0] == bar


@pytest.mark.parametrize(
    ("meter", "notes", "bar"),
    [
        ((6, 8), [(0, 240, 60), (240, 720, 62), (960, 480, 64)],
         ["C4 eighth", "D4 quarter~", "D4 eighth", "E4 quarter"]),
        ((6, 8), [(0, 1440, 60)], ["C4 half."]),
        ((6, 8), [(480, 240, 60)], ["rest quarter", "C4 eighth", "rest quarter."]),
        ((3, 4), [(960, 480, 60)], ["rest quarter", "rest quarter", "C4 quarter"]),
        ((5, 4), [(0, 2400, 60)], ["C4 half.~", "C4 half"]),
        ((7, 8), [(0, 1680, 60)], ["C4 half~", "C4 quarter."]),
        ((2, 2), [(480, 960, 60)], ["rest quarter", "C4 half", "rest quarter"]),
    ],
)  # fmt: skip
def test_other_meters_show_their_groups(
    meter: tuple[int, int], notes: list[tuple[int, int, int]], bar: list[str]
) -> None:
    assert written(melody(*notes, meters=(Meter(0, *meter),)))[0] == bar


def test_a_note_over_the_bar_line_is_tied_and_has_one_sign_only() -> None:
    root = score(melody((1440, 1440, 61), (2880, 480, 61)))
    notes = [note for note in root.iter("note") if note.find("pitch") is not None]
    assert [_read(n) for n in notes] == ["Db4 quarter~", "Db4 half", "Db4 quarter"]
    assert [n.findtext("accidental") for n in notes] == ["flat", None, "flat"]


@pytest.mark.parametrize("share", [0.81, 0.9, 0.95, 1.0, 1.04])
def test_players_who_leave_notes_early_or_late_are_written_alike(share: float) -> None:
    starts = [(0, 480), (480, 480), (960, 720), (1680, 240), (1920, 960)]
    notes = [(start, max(1, round(length * share)), 60) for start, length in starts]
    assert written(melody(*notes)) == [
        ["C4 quarter", "C4 quarter", "C4 quarter.", "C4 eighth"],
        ["C4 half", "rest half"],
    ]


def test_of_notes_that_begin_together_the_lead_sheet_has_the_highest_and_none_lasts_into_the_next() -> None:
    found = written(melody((0, 1920, 60), (0, 1920, 64), (480, 480, 55), (960, 960, 67)))
    assert found == [["E4 quarter", "G3 quarter", "G4 half"]]


@pytest.mark.parametrize(("jitter", "seed"), [(12, 1), (25, 2)])
def test_triplets_and_sixteenths_are_told_apart_in_played_notes(jitter: int, seed: int) -> None:
    moves = [(seed * 37 + k * k * 11) % (2 * jitter + 1) - jitter for k in range(40)]
    starts = [480 * b + 160 * k for b in range(4) for k in range(3)]
    starts += [1920 + 480 * b + 120 * k for b in range(4) for k in range(4)]
    played = [(max(0, start + move), 100, 60) for start, move in zip(starts, moves, strict=False)]
    bars = written(melody(*played))
    assert bars[0] == ["3:C4 eighth"] * 12
    assert bars[1] == ["C4 16th"] * 16


# ---- bars -------------------------------------------------------------------------------------


def test_a_meter_that_changes_inside_a_bar_cuts_it_and_the_music_after_it_stays_on_the_beat() -> None:
    song = melody((0, 960, 60), (1200, 480, 62), (1680, 960, 64), meters=(Meter(0, 4, 4), Meter(1200, 3, 4)))
    root = score(song)
    assert [m.get("implicit") for m in root.iterfind("part/measure")] == ["yes", None]
    assert written(song) == [["C4 half", "rest eighth"], ["D4 quarter", "E4 half"]]


@pytest.mark.parametrize("meter", [(255, 4), (0, 4), (4, 128), (3, 7), (1, 1 << 20)])
def test_a_meter_that_nobody_can_write_leaves_the_one_before(meter: tuple[int, int]) -> None:
    song = melody((0, 480, 60), (1440, 480, 62), meters=(Meter(0, 3, 4), Meter(1440, *meter)))
    assert [len(bar) for bar in written(song)] == [3, 3]
    check(score(song))


def test_a_song_without_notes_is_a_bar_of_rest() -> None:
    assert written(Song("", ())) == [["rest bar"]]


def test_the_score_goes_on_to_the_end_of_the_song_not_of_the_melody() -> None:
    song = melody((0, 480, 60), sections=(Section(0, 5_760, "verse"),))
    assert written(song)[1:] == [["rest bar"], ["rest bar"]]


def test_a_note_that_rings_a_little_over_the_end_needs_no_further_bar() -> None:
    assert len(written(melody((0, 1930, 60)))) == 1


def test_more_bars_than_a_score_holds_are_refused() -> None:
    with pytest.raises(InputError, match="100 bars at most"):
        musicxml.to_bytes(melody((400_000, 480, 60)), max_bars=100)
    many = Song("x", (Track("x", (Note(1920 * 4_000, 60, 480, 80),)),) * 30)
    with pytest.raises(InputError, match="100,000 bars at most"):
        musicxml.to_bytes(many, whole=True)


def test_the_last_bar_has_a_final_line_and_sections_end_with_a_double_one() -> None:
    song = melody((0, 480, 60), sections=(Section(0, 1_920, "verse"), Section(1_920, 3_840, "chorus")))
    styles = [m.findtext("barline/bar-style") for m in score(song).iterfind("part/measure")]
    assert styles == ["light-light", "light-heavy"]


# ---- names ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sharps", "is_minor", "names"),
    [
        (0, False, "C Db D Eb E F F# G Ab A Bb B"),
        (0, True, "C C# D D# E F F# G G# A Bb B"),
        (-3, False, "C Db D Eb E F Gb G Ab A Bb B"),
        (4, False, "C C# D D# E F F# G G# A A# B"),
        (5, True, "B# C# D D# E E# F# F## G# A A# B"),
        (-6, False, "C Db D Eb E F Gb G Ab A Bb Cb"),
    ],
)
def test_a_key_spells_its_notes_as_musicians_do(sharps: int, is_minor: bool, names: str) -> None:
    speller = Speller([KeySignature(0, sharps, is_minor)], [])
    found = [speller.name(60 + pc, 0) for pc in range(12)]
    assert " ".join(f"{letter}{'b' * -alter}{'#' * alter}" for letter, alter, _ in found) == names


@given(
    st.integers(0, 127), st.integers(-7, 7), st.booleans(), st.sampled_from(["C", "Ebm7", "F#dim7", "Cbmaj7"])
)
@settings(max_examples=100, deadline=None)
def test_a_name_is_always_the_pitch(pitch: int, sharps: int, is_minor: bool, symbol: str) -> None:
    speller = Speller([KeySignature(0, sharps, is_minor)], [ChordSymbol(0, symbol)])
    letter, alteration, octave = speller.name(pitch, 10)
    assert {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[letter] + alteration + 12 * (
        octave + 1
    ) == pitch
    assert abs(alteration) <= 2


def test_a_note_of_the_chord_has_the_name_that_the_chord_gives_it() -> None:
    song = melody((0, 480, 61), (1920, 480, 61), chords=(ChordSymbol(0, "A7"), ChordSymbol(1920, "Bbm")))
    assert [bar[0] for bar in written(song)] == ["C#4 quarter", "Db4 quarter"]


def test_a_sign_holds_to_the_end_of_its_bar_in_its_octave() -> None:
    song = melody(*((240 * i, 240, pitch) for i, pitch in enumerate((66, 66, 78, 65, 66, 65, 66, 66, 66))))
    notes = list(score(replace(song, keys=(KeySignature(0, 1, False),))).iter("note"))
    assert [n.findtext("accidental", "") for n in notes[:9]] == [
        "", "", "", "natural", "sharp", "natural", "sharp", "", "",
    ]  # fmt: skip


# ---- chord symbols ----------------------------------------------------------------------------


@pytest.mark.parametrize("quality", QUALITIES)
def test_every_quality_has_a_kind_with_its_notes(quality: str) -> None:
    symbol = parse(f"F#{QUALITIES[quality].suffix}")
    assert symbol and symbol.kind.word != "other"
    pitch_classes = {(place * 7 - 6) % 12 for place in symbol.names().values()}
    assert pitch_classes == {interval % 12 for interval in QUALITIES[quality].intervals}


@pytest.mark.parametrize(
    ("symbol", "root", "kind", "bass"),
    [
        ("Bbmaj7/D", ("B", -1), "major-seventh", ("D", 0)), ("C♯m7♭5", ("C", 1), "half-diminished", None),
        ("Eø7", ("E", 0), "half-diminished", None), ("GΔ", ("G", 0), "major-seventh", None),
        ("A-7", ("A", 0), "minor-seventh", None), ("D+", ("D", 0), "augmented", None),
        ("Fsus", ("F", 0), "suspended-fourth", None), ("B°7", ("B", 0), "diminished-seventh", None),
        ("CM7", ("C", 0), "major-seventh", None), ("Cmin", ("C", 0), "minor", None),
        ("EmMaj7", ("E", 0), "major-minor", None), ("C/C", ("C", 0), "major", None),
        ("Gfoo", ("G", 0), "other", None),
    ],
)  # fmt: skip
def test_symbols_are_understood(
    symbol: str, root: tuple[str, int], kind: str, bass: tuple[str, int] | None
) -> None:
    found = parse(symbol)
    assert found and letter_of(found.root) == root and found.kind.word == kind
    assert (None if found.bass is None else letter_of(found.bass)) == bass


def test_what_a_kind_leaves_out_stands_as_a_degree() -> None:
    assert all(kind.degrees or word not in ("add9", "7sus4", "7b9") for word, kind in KINDS.items())
    degree = harmony("Gadd9").find("degree")
    assert degree is not None and [child.text for child in degree] == ["9", "0", "add"]


@pytest.mark.parametrize("symbol", ["N.C.", "hello", "H7"])
def test_what_is_no_chord_stands_there_as_text(symbol: str) -> None:
    kind = harmony(symbol).find("kind")
    assert kind is not None and (kind.text, kind.get("text")) == ("none", symbol)


def test_a_chord_stands_where_it_sounds_and_again_where_a_section_begins() -> None:
    chords = tuple(ChordSymbol(at, s) for at, s in ((0, "C"), (960, "C"), (1_200, "F"), (1_920, "F")))
    song = melody(
        (0, 1_920, 60), (1_920, 960, 60), chords=chords, sections=(Section(1_920, 3_840, "chorus"),)
    )
    bars = score(song).findall("part/measure")
    shown = [
        [(h.findtext("root/root-step"), h.findtext("offset")) for h in bar.iter("harmony")] for bar in bars
    ]
    assert shown == [[("C", None), ("F", "1200")], [("F", None)]]


# ---- words, marks, head -----------------------------------------------------------------------


def lyrics(song: Song) -> list[tuple[str, ...]]:
    return [tuple(filter(None, _lyric(lyric))) for lyric in score(song).iter("lyric")]


def _lyric(lyric: Element) -> tuple[str, ...]:
    syllabic, text = lyric.findtext("syllabic", ""), lyric.findtext("text", "")
    return syllabic, text, _extend(lyric), _end_line(lyric)


def _extend(lyric: Element) -> str:
    extend = lyric.find("extend")
    return "" if extend is None else f"_{extend.get('type')}"


def _end_line(lyric: Element) -> str:
    return "" if lyric.find("end-line") is None else "/"


def test_words_are_hyphenated_and_held_syllables_have_a_line() -> None:
    song = melody(
        *((480 * i, 480, 60 + i) for i in range(8)),
        syllables=(
            Syllable(0, "beau", joins_next=True),
            Syllable(480, "ti", joins_next=True),
            Syllable(960, "ful,"),
            Syllable(1_920, "day ", ends_line=True),
            Syllable(3_360, "心"),
        ),
    )
    assert lyrics(song) == [
        ("begin", "beau"), ("middle", "ti"), ("end", "ful,", "_start"), ("_stop",),
        ("single", "day", "_start", "/"), ("_stop",), ("single", "心"),
    ]  # fmt: skip


def test_no_syllable_is_lost_where_there_are_more_than_notes() -> None:
    song = melody(
        (0, 960, 60), syllables=(Syllable(0, "won", True), Syllable(480, "der"), Syllable(600, "la"))
    )
    assert lyrics(song) == [("single", "wonder la")]


def test_tempos_are_written_in_the_beat_of_the_meter_and_a_slowing_end_in_a_word() -> None:
    slowing = tuple(Tempo(9_600 + 240 * i, 90.0 - 3 * i) for i in range(6))
    song = melody((0, 12_000, 60), tempos=(Tempo(0, 90.0), *slowing), meters=(Meter(0, 6, 8),))
    root = score(song)
    metronomes = list(root.iter("metronome"))
    assert [[child.text for child in m] for m in metronomes] == [["quarter", None, "60"]]
    assert [words.text for words in root.iter("words")] == ["rit."]
    assert [sound.get("tempo") for sound in root.iter("sound")] == ["90", "90", "87", "84", "81", "78", "75"]


def test_sections_are_named_in_the_language_of_the_song() -> None:
    song = melody((0, 480, 60), sections=(Section(0, 1_920, "chorus 2"),))
    for language, label in (("en", "Chorus 2"), ("zh", "副歌 2")):
        root = ElementTree.fromstring(musicxml.to_bytes(song, language=language))
        assert root.findtext(".//rehearsal") == label


def test_the_head_holds_title_instrument_and_recipe() -> None:
    song = replace(melody((0, 480, 60)), title="望 & <hope>\x00\n", recipe={"request": "望\ud800", "seed": 7})
    root = score(song)
    assert root.findtext("work/work-title") == "望 & <hope>"
    assert root.findtext(".//instrument-name") == "Flute" and root.findtext(".//midi-program") == "74"
    field = root.find(".//miscellaneous-field[@name='aoede-recipe']")
    assert field is not None and field.text == '{"request":"\\u671b\\ud800","seed":7}'
    assert b"DOCTYPE" not in musicxml.to_bytes(song)


def test_a_whole_score_has_a_part_a_track_chords_and_drums_and_a_lead_sheet_has_one() -> None:
    chord = tuple(Note(0, pitch, 1_920, 60) for pitch in (36, 43, 48))
    drums = (Note(0, 36, 60, 90), Note(0, 42, 60, 90), Note(480, 38, 60, 90))
    song = melody((0, 480, 60))
    song = replace(
        song, tracks=(Track("Drums", drums, 0, "drums", True), *song.tracks, Track("Chords", chord))
    )
    assert len(score(song).findall("part")) == 1 and written(song)[0][0] == "C4 quarter"
    parts = score(song, whole=True).findall("part")
    assert [part.findtext(".//clef/sign") for part in parts] == ["percussion", "G", "F"]
    assert [[n.find("chord") is not None for n in part.iter("note")][:3] for part in parts] == [
        [False, True, False], [False, False, False], [False, True, True],
    ]  # fmt: skip
    assert [n.findtext("notehead", "") for n in parts[0].iter("note")][:3] == ["", "x", ""]


@pytest.mark.parametrize(
    ("pitch", "program", "role", "clef"),
    [
        (72, 0, "melody", ["G", "2"]), (55, 0, "melody", ["G", "2", "-1"]), (45, 0, "melody", ["F", "4"]),
        (55, 25, "chords", ["G", "2", "-1"]), (52, 0, "chords", ["F", "4"]), (38, 32, "bass", ["F", "4", "-1"]),
        (96, 14, "colour", ["G", "2", "1"]),
    ],
)  # fmt: skip
def test_a_part_has_the_clef_in_which_its_notes_are_read(
    pitch: int, program: int, role: str, clef: list[str]
) -> None:
    song = Song("x", (Track("x", (Note(0, pitch, 480, 80),), program, role),))
    found = score(song).find(".//clef")
    assert found is not None and [child.text for child in found] == clef


def test_a_song_whose_melody_nobody_names_shows_its_first_track_that_is_no_drum() -> None:
    tracks = (Track("d", (Note(0, 36, 9, 9),), is_drum=True), Track("a", (Note(0, 62, 480, 9),)))
    assert written(Song("x", (*tracks, Track("b", (Note(0, 72, 480, 9),)))))[0][0] == "D4 quarter"


def test_the_same_song_gives_the_same_bytes() -> None:
    song = melody((0, 480, 60), (500, 77, 61))
    assert musicxml.to_bytes(song) == musicxml.to_bytes(song)


def beams(notes: Sequence[tuple[int, int, int]], meter: tuple[int, int] = (4, 4)) -> list[list[str | None]]:
    root = score(melody(*notes, meters=(Meter(0, *meter),)))
    return [[beam.text for beam in note.iter("beam")] for note in root.iter("note")]


def test_beams_join_the_notes_of_a_beat() -> None:
    assert beams([(240 * i, 240, 60) for i in range(4)])[:4] == [["begin"], ["end"]] * 2
    assert beams([(0, 360, 60), (360, 120, 60)])[:2] == [["begin"], ["end", "backward hook"]]
    assert beams([(0, 120, 60), (120, 240, 60), (360, 120, 60)])[:3] == [
        ["begin", "forward hook"], ["continue"], ["end", "backward hook"],
    ]  # fmt: skip
    assert beams([(240 * i, 240, 60) for i in range(6)], (6, 8)) == [["begin"], ["continue"], ["end"]] * 2
    assert beams([(0, 240, 60), (480, 240, 60)])[0] == []


def _swung(first: int, *, n_bars: int = 4) -> Song:
    """Eighths of which each first one takes `first` ticks, and in the last bar a triplet."""
    notes = []
    for beat in range(4 * n_bars):
        notes += [Note(480 * beat, 60, first - 20, 80), Note(480 * beat + first, 62, 460 - first, 80)]
    last = 480 * 4 * n_bars
    notes += [Note(last + 160 * k, 64, 160, 80) for k in range(3)]
    return Song("", (Track("", tuple(notes), role="melody"),))


@pytest.mark.parametrize(("first", "ratio"), [(320, ("2", "1")), (300, ("5", "3")), (288, ("3", "2"))])
def test_swung_eighths_are_written_even_and_the_ratio_is_told_once(
    first: int, ratio: tuple[str, str]
) -> None:
    song = _swung(first)
    even = ["C4 eighth", "D4 eighth"] * 4
    assert written(song) == [even] * 4 + [["3:E4 eighth"] * 3 + ["rest quarter", "rest half"]]
    root = score(song)
    [swing] = root.iter("swing")
    assert (swing.findtext("first"), swing.findtext("second")) == ratio
    assert [words.text for words in root.iter("words")] == ["Swing"]


def test_even_eighths_and_triplets_are_no_swing() -> None:
    assert not list(score(_swung(240)).iter("swing"))
    triplets = tuple(Note(160 * k, 60, 160, 80) for k in range(48))
    song = Song("", (Track("", triplets, role="melody"),))
    assert not list(score(song).iter("swing"))
    assert written(song)[0] == ["3:C4 eighth"] * 12


def test_detached_notes_are_written_without_rests() -> None:
    song = Song("", (Track("", tuple(Note(480 * k, 60, 313, 80) for k in range(8)), role="melody"),))
    assert written(song)[0] == ["C4 quarter"] * 4
