"""Progressions: they fit their mode, open and close as asked, differ, and follow the mood."""

import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from aoede.encodings.chords import N_CHORDS, REDUCED, Chord, encode, parse_roman
from aoede.errors import InputError, MissingError, UsageError
from aoede.learning import harmony as learning
from aoede.learning.checkpoint import load_preset
from aoede.models.ngram import NGram
from aoede.music import harmony
from aoede.music.chord_mood import FEATURES, ChordMood, features
from aoede.music.harmony import CADENCES, candidates, nearest
from aoede.music.progressions import nearest_own, progressions_from_csv
from aoede.music.theory import MODES
from aoede.randomness import stream

DATA = Path(__file__).parents[1] / ".." / "shared" / "data"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the folder ../shared/data is not beside the checkout"
)
TONIC = {0 * 10 + REDUCED.index(q) for q in ("maj", "min", "maj7", "min7", "7", "sus2", "sus4")}


def ids(numerals, mode="modal"):
    return tuple(encode(Chord(*parse_roman(numeral, mode)), 0) for numeral in numerals.split())


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("cadence", CADENCES)
def test_progressions_fit_their_mode_and_close_as_asked(mode, cadence):
    rows = candidates(8, mode, "verse", rng=stream(1, mode, cadence), cadence=cadence)
    assert len(set(rows)) == len(rows) == 64
    inside = harmony._inside(mode)
    assert np.mean([inside[chord] for row in rows for chord in row]) > 0.97
    for row in rows:
        assert len(row) == 8
        assert all(a != b for a, b in pairwise(row))
        assert len(set(row)) >= 4
        assert (row[-1] in TONIC) == (cadence in ("authentic", "plagal"))


def test_no_progression_is_a_seesaw_of_two_chords():
    for mode in MODES:
        for row in candidates(8, mode, rng=stream(2, mode), n=100):
            pairs = [(row[i], row[i + 1]) for i in range(7)]
            assert max(pairs.count(pair) for pair in pairs) <= 3
            assert not any(row[i] == row[i + 2] == row[i + 4] and row[i + 1] == row[i + 3] for i in range(4))


@pytest.mark.parametrize(("mode", "own"), [("dorian", "IV"), ("lydian", "IIM"), ("phrygian", "bIIM")])
def test_each_mode_can_be_heard(mode, own):
    rows = candidates(8, mode, rng=stream(3, mode), cadence="open")
    assert np.mean([ids(own)[0] in row for row in rows]) > 0.6


def test_same_stream_gives_same_progressions_and_other_seeds_others():
    assert candidates(8, "major", rng=stream(4)) == candidates(8, "major", rng=stream(4))
    assert candidates(8, "major", rng=stream(4)) != candidates(8, "major", rng=stream(5))


@pytest.mark.parametrize("n_chords", [1, 2, 3, 4, 5, 7, 12, 16, 64])
def test_any_length_is_given(n_chords):
    for cadence in CADENCES:
        rows = candidates(n_chords, "minor", rng=stream(6), cadence=cadence, n=16)
        assert rows
        assert all(len(row) == n_chords and all(0 <= chord < N_CHORDS for chord in row) for row in rows)


def test_the_first_chord_can_be_stated():
    start = ids("IV")[0]
    assert all(row[0] == start for row in candidates(6, "major", rng=stream(7), start=start))


def test_sevenths_come_in_the_share_asked_for():
    def share(asked):
        rows = candidates(16, "major", rng=stream(8), seventh_share=asked)
        return np.mean(["7" in REDUCED[chord % 10] for row in rows for chord in row[:-2]])

    assert share(0.02) < 0.08
    assert share(0.9) > 0.65


def test_surprise_lets_chords_from_outside_in():
    def outside(surprise):
        rows = candidates(8, "major", rng=stream(9), surprise=surprise)
        return 1 - np.mean([harmony._inside("major")[chord] for row in rows for chord in row])

    assert outside(0.0) < 0.02 < 0.05 < outside(1.0)


def test_unknown_wishes_are_refused_with_what_there_is():
    with pytest.raises(UsageError, match="'locrian' is not a mode"):
        candidates(8, "locrian", rng=stream(0))
    with pytest.raises(UsageError, match="'perfect' is not a cadence"):
        candidates(8, "major", rng=stream(0), cadence="perfect")
    with pytest.raises(UsageError, match="at least one chord"):
        candidates(0, "major", rng=stream(0))
    with pytest.raises(UsageError, match="first chord"):
        candidates(4, "major", rng=stream(0), start=120)
    with pytest.raises(UsageError, match="temperature"):
        candidates(4, "major", rng=stream(0), temperature=0)
    with pytest.raises(UsageError, match="no progressions to choose"):
        nearest([], 0, {}, rng=stream(0))


def test_a_happier_request_gets_brighter_chords():
    def mean_valence(mode, asked):
        mood = harmony._preset()[1]
        chosen = [
            nearest(candidates(8, mode, rng=stream(s, mode)), asked, {}, rng=stream(s)) for s in range(6)
        ]
        return mood.valence(chosen).mean()

    assert mean_valence("major", 0.3) < mean_valence("major", 0.9) - 0.15
    assert mean_valence("minor", -0.9) < mean_valence("minor", 0.0) - 0.3


def test_named_feelings_move_the_choice():
    rows = candidates(8, "mixolydian", rng=stream(10))
    mood = harmony._preset()[1]
    plain = [nearest(rows, 0.6, {}, rng=stream(s)) for s in range(20)]
    triumphant = [nearest(rows, 0.6, {"triumph": 1.0}, rng=stream(s)) for s in range(20)]
    feeling = {"triumph": 1.0}
    assert mood.kinship(triumphant, feeling).mean() > mood.kinship(plain, feeling).mean() + 0.3


def test_seeds_choose_differently_among_the_nearest():
    rows = candidates(8, "major", rng=stream(11))
    assert len({nearest(rows, 0.5, {}, rng=stream(s)) for s in range(30)}) == 4


def test_features_know_cadences_and_colours():
    row = dict(zip(FEATURES, features(ids("I IV V7 I")), strict=True))
    assert row["authentic"] == pytest.approx(1 / 3)
    assert row["minor chords"] == row["borrowed chords"] == row["suspended"] == 0
    assert row["sevenths"] == 0.25
    dark = dict(zip(FEATURES, features(ids("im bIIM im vdim")), strict=True))
    assert dark["minor tonic"] == 1
    assert dark["flat second to tonic"] > 0
    assert dark["brightness"] < row["brightness"]


def test_drawing_and_choosing_are_fast():
    candidates(8, "major", rng=stream(0))
    begun = time.process_time()
    for seed in range(5):
        nearest(candidates(8, "major", rng=stream(seed)), 0.5, {"joy": 1.0}, rng=stream(seed))
    assert (time.process_time() - begun) / 5 < 0.12


@needs_data
@pytest.mark.data
def test_the_shipped_file_scores_what_its_card_says():
    shipped = load_preset("harmony")
    model = NGram.from_tensors(shipped.metadata["config"], shipped.tensors)
    unknown = [p for p in learning.passages(DATA) if learning.held_out(p.song)]
    figure = model.nats_per_symbol([p.ids for p in unknown], [learning.condition_of(p) for p in unknown])
    assert figure == pytest.approx(shipped.metadata["provenance"]["nats_per_chord"], abs=1e-4)
    assert figure < 2.37
    assert str(round(figure, 3)) in (Path(harmony.__file__).parents[1] / "presets" / "harmony.md").read_text()


@needs_data
@pytest.mark.data
def test_training_again_gives_the_shipped_weights():
    tensors, metadata = learning.train(DATA)
    shipped = load_preset("harmony")
    assert metadata["provenance"] == shipped.metadata["provenance"]
    for name, tensor in tensors.items():
        np.testing.assert_allclose(tensor, shipped.tensors[name], rtol=1e-6, atol=1e-9)


@needs_data
@pytest.mark.data
def test_held_out_songs_are_a_tenth_and_never_trained_on():
    every = {p.song for p in learning.passages(DATA)}
    unknown = {song for song in every if learning.held_out(song)}
    assert 0.07 < len(unknown) / len(every) < 0.13


def test_the_preset_names_its_data_and_licences():
    provenance = load_preset("harmony").metadata["provenance"]
    assert "CC0" in provenance["data"]
    assert "MIT" in provenance["data"]
    assert ChordMood.of(load_preset("harmony")).names[0] == "valence"


def write(folder, text, encoding="utf-8"):
    path = folder / "mine.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_a_table_of_symbols_and_numerals_is_read(tmp_path):
    path = write(
        tmp_path,
        'chords,key,valence,arousal\n"C Am F G",,0.5,0.2\n"i VI III VII",A minor,-0.4,0\nAm|F|C|G,,0,0\n',
    )
    table = progressions_from_csv(path)
    assert [(p.ids, p.mode, p.row) for p in table.progressions] == [
        (ids("I vi IV V"), "major", 2),
        (ids("im bVIM bIIIM bVIIM"), "minor", 3),
        (ids("im bVIM bIIIM bVIIM"), "minor", 4),  # the first chord is taken for home
    ]
    assert [p.valence for p in table.progressions] == [0.5, -0.4, 0.0]
    assert table.faults == ()


def test_own_progressions_are_chosen_by_their_labels_and_fill_the_length(tmp_path):
    path = write(
        tmp_path, "chords,key,valence,arousal\nC F G C,C,0.9,0.5\nAm Dm E,Am,-0.6,0\nC Am F G,C,0.2,0\n"
    )
    table = progressions_from_csv(path)
    dark = nearest_own(table, -0.5, 0, 8, "dorian", rng=stream(0))
    assert dark == ids("im ivm V im ivm V im ivm")
    bright = [nearest_own(table, 0.9, 0.5, 6, "major", rng=stream(s)) for s in range(20)]
    assert bright.count(ids("I IV V I IV V")) > 10
    assert ids("I vi IV V I vi") in bright


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_moods_in_words_are_turned_to_numbers_in_any_encoding(tmp_path, encoding):
    path = write(tmp_path, "chords;mood\nC F G C;快乐\nAm Dm E Am;悲伤\n", encoding)
    happy, sad = progressions_from_csv(path).progressions
    assert happy.valence > 0.3 > -0.3 > sad.valence
    assert (happy.mode, sad.mode) == ("major", "minor")


def test_bad_rows_are_reported_by_number_and_the_rest_is_kept(tmp_path):
    path = write(
        tmp_path, "chords,valence,arousal\nC X9 G,0,0\nC G,2,0\nC G,nan,0\n\nC,0,0\nC G Am F,0.1,0.1\nC G\n"
    )
    table = progressions_from_csv(path)
    assert len(table.progressions) == 1
    assert [fault.split(":")[0] for fault in table.faults] == ["row 2", "row 3", "row 4", "row 6", "row 8"]
    assert "'X9' is not a chord symbol" in table.faults[0]


def test_midi_files_beside_the_table_are_heard(tmp_path):
    from aoede.formats.midi import write as write_midi
    from aoede.song import Note, Song, Track

    notes = [
        Note(bar * 1920, 48 + pitch, 1920, 80)
        for bar, chord in enumerate([(0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14), (0, 4, 7)])
        for pitch in chord
    ]
    write_midi(Song("", (Track("piano", tuple(notes)),)), tmp_path / "a.mid")
    path = write(tmp_path, "file,valence,arousal\na.mid,0.5,0\n../a.mid,0,0\n/etc/passwd,0,0\nb.mid,0,0\n")
    table = progressions_from_csv(path)
    assert table.progressions[0].ids == ids("I vi IV V I")
    assert ["beside" in fault for fault in table.faults] == [True, True, False]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "must name the columns"),
        (b"a,b\n1,2\n", "must name the columns"),
        (b"chords,mood\n", "no row"),
        (b"chords,valence,arousal\n\xff\xff,0,0\n", "in no encoding that is known here"),
        (b'chords,valence,arousal\n"' + b"C" * 200_000 + b'",0,0\n', "row"),
        (b"chords,valence,arousal\n" + b"C G,0,0\n" * 30_000, "more than 20,000 rows"),
        (b"C" * (5 << 20), "larger than"),
        (b"," * 200_000 + b"\n", "must name"),
    ],
)
def test_hostile_tables_are_refused_with_text(tmp_path, data, message):
    path = tmp_path / "mine.csv"
    path.write_bytes(data)
    begun = time.process_time()
    with pytest.raises(InputError, match=message):
        progressions_from_csv(path)
    assert time.process_time() - begun < 3


def test_a_missing_table_is_said_so(tmp_path):
    with pytest.raises(MissingError, match="no such file"):
        progressions_from_csv(tmp_path / "absent.csv")
