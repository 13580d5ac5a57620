"""Songs to MIDI files and back; other people's files to songs."""

import io
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import mido
import pretty_midi
import pytest
import symusic
from hypothesis import given, settings
from hypothesis import strategies as st

from aoede.errors import AoedeError, InputError, MissingError, OutputError
from aoede.formats import midi
from aoede.formats import midi_events as smf
from aoede.song import (
    Bend,
    ChordSymbol,
    Control,
    KeySignature,
    Meter,
    Note,
    Section,
    Song,
    Syllable,
    Tempo,
    Track,
)

DATA = Path(__file__).parents[2] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="no ../shared/data beside the checkout")


def tune() -> Song:
    melody = tuple(Note(480 * i, 60 + i, 480, 64 + i) for i in range(8))
    beats = tuple(Note(240 * i, 36 + 2 * (i % 2), 120, 100) for i in range(16))
    return Song(
        title="希望与奇迹",
        tracks=(
            Track("Melody", melody, 73, "melody", False, (Control(0, 7, 100), Control(0, 10, 40))),
            Track(
                "Chords",
                (Note(0, 48, 1920, 50), Note(0, 52, 1920, 50)),
                0,
                "chords",
                bends=(Bend(480, -8192),),
            ),
            Track("Drums", beats, 0, "drums", True),
        ),
        tempos=(Tempo(0, 93.0), Tempo(1920, 88.25)),
        meters=(Meter(0, 4, 4), Meter(1920, 6, 8)),
        keys=(KeySignature(0, -3, True),),
        sections=(Section(0, 1920, "主歌"), Section(1920, 3840, "chorus")),
        chords=(ChordSymbol(0, "Cm7"), ChordSymbol(1920, "Abmaj7/C")),
        syllables=(Syllable(0, "希"), Syllable(480, "望"), Syllable(960, "hope")),
        recipe={"request": "希望\nhope", "seed": 7, "options": {"tempo_bpm": 93.5, "locks": [1, None, True]}},
    )


def notes_of(song: Song) -> list[tuple[int, int, int, int]]:
    return sorted(
        (n.start_ticks, n.pitch, n.duration_ticks, n.velocity) for track in song.tracks for n in track.notes
    )


def test_a_song_with_everything_comes_back_equal_from_its_file() -> None:
    assert midi.from_bytes(midi.to_bytes(tune())) == midi.Reading(tune(), ())


texts = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=12)
markers = texts.filter(lambda text: text[0] not in "[/")
ticks = st.integers(0, 100_000)


@st.composite
def tracks(draw: st.DrawFn) -> Track:
    notes = st.builds(Note, ticks, st.integers(0, 127), st.integers(1, 9_999), st.integers(1, 127))
    controls = st.builds(Control, ticks, st.integers(0, 127), st.integers(0, 127))
    role = draw(st.sampled_from(["", "melody", "chords", "bass", "drums", "colour"]))
    return Track(
        name=draw(st.sampled_from([role.title(), "Melody", "笛子"])),
        notes=tuple(sorted(draw(st.lists(notes, min_size=1, max_size=12)))),
        program=draw(st.integers(0, 127)),
        role=role,
        is_drum=draw(st.booleans()),
        controls=tuple(sorted(draw(st.lists(controls, max_size=3)))),
        bends=tuple(sorted(draw(st.lists(st.builds(Bend, ticks, st.integers(-8192, 8191)), max_size=3)))),
    )


def maps(
    values: st.SearchStrategy[tuple[object, ...]], *, from_zero: bool = False
) -> st.SearchStrategy[list]:
    """Lists of (ticks, *value) at different ticks, sorted."""
    entries = st.dictionaries(ticks, values, max_size=4)
    if from_zero:
        entries = st.tuples(entries, values).map(lambda pair: {**pair[0], 0: pair[1]})
    return entries.map(lambda found: [(at, *value) for at, value in sorted(found.items())])


@st.composite
def songs(draw: st.DrawFn) -> Song:
    bpm = st.integers(2_000, 30_000).map(lambda hundredths: (hundredths / 100,))
    meters = st.tuples(st.integers(1, 32), st.sampled_from([1, 2, 4, 8, 16, 32]))
    keys = st.tuples(st.integers(-7, 7), st.booleans())
    cuts = sorted(draw(st.sets(ticks, max_size=6)))
    spans = [span for span in pairwise(cuts) if draw(st.booleans())]
    return Song(
        title=draw(texts),
        tracks=tuple(draw(st.lists(tracks(), min_size=1, max_size=20))),
        tempos=tuple(Tempo(*t) for t in draw(maps(bpm, from_zero=True))),
        meters=tuple(Meter(*m) for m in draw(maps(meters, from_zero=True))),
        keys=tuple(KeySignature(*k) for k in draw(maps(keys))),
        sections=tuple(Section(a, b, draw(markers)) for a, b in spans),
        chords=tuple(ChordSymbol(*c) for c in draw(maps(markers.map(lambda m: (m,))))),
        syllables=tuple(Syllable(*s) for s in draw(maps(texts.map(lambda t: (t,))))),
        recipe=draw(
            st.dictionaries(texts, st.one_of(texts, st.integers(), st.none(), st.booleans()), max_size=3)
        ),
    )


@given(songs())
@settings(max_examples=60, deadline=None)
def test_every_writable_song_comes_back_equal(song: Song) -> None:
    held = midi.writable(song)
    reading = midi.from_bytes(midi.to_bytes(song))
    assert reading == midi.Reading(held, ())
    assert midi.writable(held) == held


def test_the_same_song_gives_the_same_bytes() -> None:
    assert midi.to_bytes(tune()) == midi.to_bytes(tune())


@given(st.lists(st.builds(Note, st.integers(0, 50), st.integers(60, 61), st.integers(1, 60), st.just(64))))
@settings(max_examples=60, deadline=None)
def test_overlapping_notes_of_one_pitch_are_trimmed_so_that_all_readers_find_them(notes: list[Note]) -> None:
    song = Song("x", (Track("Melody", tuple(sorted(notes))), Track("Bass", (Note(0, 30, 9, 9),))))
    held = next((t.notes for t in midi.writable(song).tracks if t.name == "Melody"), ())
    assert {(n.start_ticks, n.pitch) for n in held} == {(n.start_ticks, n.pitch) for n in notes}
    assert all(
        a.end_ticks <= b.start_ticks
        for a in held
        for b in held
        if a.pitch == b.pitch and a.start_ticks < b.start_ticks
    )
    found = pretty_midi.PrettyMIDI(io.BytesIO(midi.to_bytes(song)))
    assert sum(len(instrument.notes) for instrument in found.instruments) == len(held) + 1


def test_mido_pretty_midi_and_symusic_open_a_file_of_ours_alike() -> None:
    song, data = tune(), midi.to_bytes(tune())
    wanted = sorted((round(1000 * song.seconds_at(start)), pitch) for start, pitch, _, _ in notes_of(song))
    by_mido, now = [], 0.0
    for message in mido.MidiFile(file=io.BytesIO(data)):
        now += message.time
        if message.type == "note_on" and message.velocity:
            by_mido.append((now, message.note))
    by_pretty = [
        (n.start, n.pitch) for i in pretty_midi.PrettyMIDI(io.BytesIO(data)).instruments for n in i.notes
    ]
    seconds = symusic.Score.from_midi(data).to("second")
    by_symusic = [(n.start, n.pitch) for t in seconds.tracks for n in t.notes]
    for found in (by_mido, by_pretty, by_symusic):
        assert [pitch for _, pitch in sorted((round(1000 * s), p) for s, p in found)] == [
            p for _, p in wanted
        ]
        assert all(abs(1000 * a - b) <= 1 for (a, _), (b, _) in zip(sorted(found), wanted, strict=True))


def test_a_sequencer_sees_track_names_markers_and_the_recipe() -> None:
    file = mido.MidiFile(file=io.BytesIO(midi.to_bytes(tune())), charset="utf-8")
    assert [track.name for track in file.tracks] == ["希望与奇迹", "Melody", "Chords", "Drums"]
    assert [m.text for m in file.tracks[0] if m.type == "marker"] == [
        "[主歌]", "Cm7", "[chorus]", "Abmaj7/C", "[/chorus]"
    ]  # fmt: skip
    recipe = next(m.text for m in file.tracks[0] if m.type == "text").removeprefix("aoede-recipe: ")
    assert recipe.isascii() and json.loads(recipe) == tune().recipe
    assert [m.text for m in file.tracks[1] if m.type == "lyrics"] == ["希", "望", "hope "]


def test_tracks_have_channels_of_their_own_and_drums_have_the_tenth() -> None:
    many = tuple(Track(f"{i}", (Note(0, 60, 9, 9),), program=i % 5, is_drum=i == 3) for i in range(21))
    for n_tracks, n_channels in ((16, 16), (21, 6)):
        file = mido.MidiFile(file=io.BytesIO(midi.to_bytes(Song("x", many[:n_tracks]))))
        channels = [next(m.channel for m in t if m.type == "note_on") for t in file.tracks[1:]]
        assert channels[3] == 9 and channels.count(9) == 1
        assert len(set(channels)) == n_channels


def test_a_file_is_written_whole_and_not_over_another(tmp_path: Path) -> None:
    path = tmp_path / "歌.mid"
    midi.write(tune(), path)
    assert midi.read(path).song == tune()
    other = replace(tune(), title="another")
    with pytest.raises(OutputError, match="exists already"):
        midi.write(other, path)
    midi.write(other, path, force=True)
    assert midi.read(path).song == other


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="no such file"):
        midi.read(tmp_path / "none.mid")


# Files of others


def foreign(*tracks: list[smf.Event], ticks_per_quarter: int = 480) -> bytes:
    return smf.file([smf.track(events) for events in tracks], ticks_per_quarter)


def note(start: int, pitch: int, end: int, channel: int = 0) -> list[smf.Event]:
    return [(start, bytes((0x90 | channel, pitch, 64))), (end, bytes((0x80 | channel, pitch, 0)))]


@pytest.mark.parametrize("ticks_per_quarter", [1, 24, 96, 479, 480, 1_000, 32_767])
def test_times_of_any_resolution_are_rounded_to_the_nearest_of_480_and_no_note_vanishes(
    ticks_per_quarter: int,
) -> None:
    ends = range(1, 50)
    events = [event for end in ends for event in note(end - 1, 60 + end, end)]
    song = midi.from_bytes(foreign(events, ticks_per_quarter=ticks_per_quarter)).song
    nearest = [round(480 * end / ticks_per_quarter + 1e-9) for end in range(50)]
    assert [n.start_ticks for n in song.tracks[0].notes] == nearest[:-1]
    assert [n.duration_ticks for n in song.tracks[0].notes] == [max(1, b - a) for a, b in pairwise(nearest)]


def test_a_file_that_states_no_tempo_and_meter_has_120_bpm_and_four_four_from_the_beginning() -> None:
    song = midi.from_bytes(
        foreign([(480, smf.tempo_meta(400_000)), (480, smf.meter_meta(3, 2)), *note(480, 60, 960)])
    ).song
    assert song.tempos == (Tempo(0, 120.0), Tempo(480, 150.0))
    assert song.meters == (Meter(0, 4, 4), Meter(480, 3, 4))


def test_a_chunk_with_several_channels_and_programs_becomes_several_tracks() -> None:
    events = [
        (0, b"\xc0\x05"),
        *note(0, 60, 480),
        (480, b"\xc0\x06"),
        *note(480, 62, 960),
        *note(960, 40, 990, 9),
    ]
    song = midi.from_bytes(foreign(events)).song
    assert sorted((t.program, t.is_drum, len(t.notes)) for t in song.tracks) == [
        (0, True, 1),
        (5, False, 1),
        (6, False, 1),
    ]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("utf-8", "希望"), ("gb18030", "我想要一首歌"), ("euc_kr", "사랑의노래"), ("latin-1", "Général élan")],
)
def test_texts_are_read_in_the_encoding_that_makes_sense(encoding: str, text: str) -> None:
    raw = text.encode(encoding)
    events = [(0, smf.meta(3, raw)), *note(0, 60, 480), (480, smf.meta(5, raw))]
    song = midi.from_bytes(foreign(events)).song
    assert (song.title, song.syllables) == (text, (Syllable(480, text),))


def test_karaoke_texts_become_syllables_without_their_marks() -> None:
    words = ["@KMIDI KARAOKE FILE", "@TSong", "\\Twin", "kle ", "/lit", "tle"]
    events = [(120 * i, smf.text_meta(1, word)) for i, word in enumerate(words)]
    data = foreign([*note(0, 60, 480)], events)
    first = data.index(b"\\Twin") - 3
    reading = midi.from_bytes(data)
    assert [s.text for s in reading.song.syllables] == ["Twin", "kle", "lit", "tle"]
    assert reading.song.syllables[0].start_ticks == 240
    assert reading.repairs == (
        f"track 2: karaoke texts were taken for lyrics (4 times, first at byte {first})",
    )


def test_control_characters_never_leave_a_file() -> None:
    evil = "\x1b]52;c;aGk=\x07a\x00b\r\n\u202ec"
    events = [(0, smf.text_meta(k, evil)) for k in (3, 5, 6)]
    recipe = smf.text_meta(1, 'aoede-recipe: {"request": "x\\u001b[2Jy\\ud800"}')
    song = midi.from_bytes(foreign([*events, (0, recipe), *note(0, 60, 480)])).song
    assert (
        song.title
        == song.tracks[0].name
        == song.syllables[0].text
        == song.chords[0].symbol
        == "]52;c;aGk=abc"
    )
    assert song.recipe == {"request": "x[2Jy"}


@pytest.mark.parametrize("recipe", ["[" * 100_000, "{", "[1]", '{"a": NaN}', "1" * 5_000, '{"a":' * 5_000])
def test_a_recipe_that_is_no_json_object_is_left_alone(recipe: str) -> None:
    song = midi.from_bytes(
        foreign([(0, smf.text_meta(1, "aoede-recipe: " + recipe)), *note(0, 60, 480)])
    ).song
    assert song.recipe == {}


def test_markers_of_other_programs_are_no_chords() -> None:
    song = midi.from_bytes(foreign([(0, smf.text_meta(6, "Take 3")), *note(0, 60, 480)])).song
    assert song.chords == song.sections == ()


def test_a_title_comes_from_the_first_track_or_the_name_of_the_file() -> None:
    named = foreign([(0, smf.text_meta(3, "Air")), *note(0, 60, 480)])
    assert midi.from_bytes(named, where="a/b.mid").song.title == "Air"
    assert midi.from_bytes(foreign(note(0, 60, 480)), where="a/小调.mid").song.title == "小调"


def test_a_sound_file_without_notes_is_a_silent_song_and_says_so() -> None:
    reading = midi.from_bytes(foreign([(0, smf.text_meta(3, "x"))]))
    assert reading.song.tracks == () and reading.repairs == ("the file holds no notes",)


def test_an_error_names_the_file() -> None:
    with pytest.raises(InputError, match=r"a\.mid: this is not a MIDI file"):
        midi.from_bytes(b"\x89PNG\r\n\x1a\n" * 9, where="a.mid")


# Many files at once


def alone(data: bytes, where: str) -> midi.Reading | tuple[str, ...]:
    try:
        return midi.from_bytes(data, where=where)
    except InputError as error:
        return told(error)


def told(error: AoedeError) -> tuple[str, ...]:
    return error.message, str(error.where), str(error.hint)


def assorted() -> list[bytes]:
    """Files of ours and of others, of several resolutions, some damaged, silent or no MIDI at all."""
    hanging = foreign([(0, b"\x90\x3c\x40"), *note(10, 62, 20)])
    stray = foreign([(0, b"\x80\x3c\x00"), *note(10, 62, 20)])
    many = foreign(
        *([(0, smf.text_meta(3, f"{i}")), *note(i, 60 + i, 99, i)] for i in range(8)), ticks_per_quarter=96
    )
    chord = [*note(0, 64, 960), *note(0, 60, 960), *note(0, 60, 960, 1)]
    same_time = foreign(sorted(chord, key=lambda event: event[0]), ticks_per_quarter=7)
    fine = foreign([event for i in range(9) for event in note(i, 60, i + 1)], ticks_per_quarter=32_767)
    return [
        *(hanging, stray, midi.to_bytes(tune()), b"", many, b"no music", foreign([]), same_time, fine),
        *(midi.to_bytes(tune())[:-30], foreign([], []), many[:-9]),
    ]


@given(st.permutations(range(12)), st.integers(0, 12))
@settings(max_examples=40, deadline=None)
def test_many_files_together_give_what_each_gives_alone(order: list[int], n: int) -> None:
    files = [(f"{i}.mid", assorted()[i]) for i in order[:n]]
    together = midi.many_from_bytes(files)
    found = [one if isinstance(one, midi.Reading) else told(one) for one in together]
    assert found == [alone(data, where) for where, data in files]


def test_a_song_that_was_read_with_others_holds_no_memory_of_theirs() -> None:
    readings = midi.many_from_bytes([("", foreign(note(0, 60, 480))), ("", midi.to_bytes(tune()))])
    assert [reading.song.tracks[0].table.pitches.base.size for reading in readings] == [4, 4 * 26]


def test_the_files_of_a_folder_are_read_in_order_and_what_is_missing_keeps_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(midi, "BATCH_FILES", 5)
    monkeypatch.setattr(midi, "BATCH_BYTES", 1_500)
    paths = [tmp_path / f"{i}.mid" for i in range(24)]
    for path, data in zip(paths, assorted() * 2, strict=True):
        path.write_bytes(data)
    paths[7].unlink()
    paths[9] = tmp_path
    found = list(midi.read_many(paths))
    assert len(found) == 24
    for path, one in zip(paths, found, strict=True):
        try:
            assert one == midi.read(path)
        except AoedeError as error:
            assert isinstance(one, AoedeError) and type(one) is type(error) and told(one) == told(error)


def test_reading_makes_notes_only_where_they_are_asked_for() -> None:
    song = midi.from_bytes(midi.to_bytes(tune())).song
    assert all("notes" not in vars(track) for track in song.tracks)
    assert song.end_ticks == tune().end_ticks and song.tracks == tune().tracks
    assert all("notes" in vars(track) for track in song.tracks)


def test_notes_are_sorted_by_start_pitch_length_and_loudness_whatever_their_resolution() -> None:
    events = [(0, b"\x90\x40\x05"), (1, b"\x90\x3c\x06"), (1, b"\x80\x40\x00"), (2, b"\x80\x3c\x00")]
    song = midi.from_bytes(foreign(events, ticks_per_quarter=30_000)).song  # all begin in one tick of ours
    assert song.tracks[0].notes == (Note(0, 60, 1, 6), Note(0, 64, 1, 5))


@pytest.mark.data
@needs_data
@pytest.mark.parametrize(
    "folder", ["midi_nottingham", "midi_js_fakes", "midi_gutenberg_songs", "midi_piano_giantmidi"]
)
def test_sound_files_have_as_many_notes_as_mido_finds(folder: str) -> None:
    paths = sorted(DATA.joinpath(folder, "midi").rglob("*.mid"), key=lambda path: path.stat().st_size)
    for path in paths[:: max(1, len(paths) // 12)][:12]:
        wanted = sum(
            m.type == "note_on" and m.velocity > 0 for track in mido.MidiFile(path).tracks for m in track
        )
        reading = midi.read(path)
        assert (len(notes_of(reading.song)), reading.repairs) == (wanted, ()), path.name
