"""Models of melodies: trained on a folder of songs, resumed, judged, sampled, and the one that is shipped."""

import json
from importlib import resources
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from aoede import export
from aoede.encodings.chords import parse_chord
from aoede.encodings.melody import PARTS, STEP_TICKS, WAITS, Frame, span_of
from aoede.encodings.melody_columns import LENGTH, PITCH, WAIT
from aoede.errors import InputError, UsageError
from aoede.learning.checkpoint import load_preset
from aoede.learning.melodies import melody_of
from aoede.learning.melody_sampling import Singer, sing, singer
from aoede.learning.on_melodies import pieces
from aoede.learning.train import resume, train
from aoede.music.melody_model import MelodyModel, drawn
from aoede.randomness import stream
from aoede.song import ChordSymbol, Meter, Note, Song, Track
from tests import kills
from tests.command import Run as Aoede

SMALL = ["--hidden", "12", "--seed", "3", "--epochs", "4", "--set", "n_units=12", "--set", "n_embedding=12"]


def a_song(seed: int, bars: int = 16) -> Song:
    """A melody of quarters and eighths over block chords, whose second half is like its first."""
    rng = stream(seed, "song")
    notes = list[Note]()
    shift = int(rng.integers(-3, 4))
    for bar in range(bars // 2):
        at = 0
        for length in rng.permutation([240, 240, 480, 480, 480]).tolist():
            pitch = 60 + shift + int(rng.choice([0, 2, 4, 5, 7, 9, 11, 12]))
            notes += [Note(1920 * b + at, pitch, length, 80) for b in (bar, bar + bars // 2)]
            at += length
    roots = [int(root) for root in rng.choice([0, 5, 7], bars)]
    block = [
        Note(1920 * bar, 48 + shift + root + step, 1920, 60)
        for bar, root in enumerate(roots)
        for step in (0, 4, 7)
    ]
    tracks = (
        Track("Voice", tuple(sorted(notes)), role="melody"),
        Track("Chords", tuple(sorted(block)), role="chords"),
    )
    return Song("", tracks)


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "songs"
    folder.mkdir()
    for seed in range(8):
        export.write(a_song(seed), folder / f"{seed}.mid")
    return folder


@pytest.fixture(scope="module")
def trained(songs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("runs") / "run"
    train("rnn", songs, run, encoding="melody", n_hidden=12, seed=3, n_epochs=30, n_units=12, n_embedding=12)
    return run


def test_a_folder_of_songs_gives_a_model_that_foresees_melodies(trained: Path) -> None:
    rows = [json.loads(line) for line in (trained / "metrics.jsonl").read_text().splitlines()]
    assert rows[-1]["held-out nats a note"] < 3.2 < np.log(len(WAITS)) + np.log(48)
    assert singer(trained).encoding.told == ("meter", "chords", "mode", "before")
    assert (trained / "samples" / "best.mid").exists()


def test_a_run_that_was_stopped_comes_to_the_same_bytes(songs: Path, trained: Path, tmp_path: Path) -> None:
    steps = iter(range(10**6))
    settings = {"n_hidden": 12, "seed": 3, "n_epochs": 30, "n_units": 12, "n_embedding": 12}
    train(
        "rnn", songs, tmp_path / "again", encoding="melody", should_stop=lambda: next(steps) >= 17, **settings
    )
    assert not (tmp_path / "again" / "model.safetensors").exists()
    resume(tmp_path / "again")
    assert kills.results(tmp_path / "again") == kills.results(trained)


@pytest.mark.parametrize(
    ("family", "more"),
    [
        ("ngram", []),
        ("rnn", SMALL),
        ("rnn", [*SMALL, "--preset", "tutorial"]),
        ("transformer", ["--hidden", "16", *SMALL[2:]]),
    ],
)
def test_every_family_is_trained_judged_and_sampled(
    aoede: Aoede, songs: Path, family: str, more: list[str]
) -> None:
    done = aoede("train", family, songs, "--encoding", "melody", "--run", "run", "--seed", "3", *more)
    assert done.code == 0, done.err
    judged = json.loads(aoede("evaluate", "run", songs, "--json").out)
    assert judged["metric"] == "nats_per_note"
    found = [melody_of(a_song(seed)) for seed in range(8)]
    assert judged["n_symbols"] == sum(len(melody) for melody in found if melody is not None)
    told = aoede(
        "sample", "run", "--bars", "4", "--seed", "1", "--key", "D minor", "--audio", "none", "--json"
    )
    assert told.code == 0, told.err
    assert json.loads(told.out)["songs"][0]["n_notes"] >= 1
    assert sing(singer("run"), seed=1, n_bars=4) == sing(singer("run"), seed=1, n_bars=4)


def test_samples_stay_in_their_bars_key_and_length(trained: Path) -> None:
    for song in sing(singer(trained), seed=5, n_bars=4, n=6, key="E"):
        notes = song.tracks[0].notes
        assert notes
        assert all(a.end_ticks <= b.start_ticks for a, b in pairwise(notes))
        assert notes[-1].end_ticks <= 4 * 1920
        assert song.keys[0].sharps == 4
        assert song.chords[0].start_ticks == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["train", "rnn", "SONGS", "--encoding", "melody", "--told", "weather"], "weather"),
     (["train", "rnn", "SONGS", "--encoding", "melody", "--set", "shape=3"], "shape"),
     (["train", "rbm", "SONGS", "--encoding", "melody"], "knows nothing of melody"),
     (["sample", "RUN", "--mood", "calm"], "--mood"), (["sample", "RUN", "--bars", "0"], "1 to 512"),
     (["sample", "RUN", "--key", "H"], "not a key")],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_a_sentence(
    aoede: Aoede, songs: Path, trained: Path, arguments: list[str], told: str
) -> None:
    done = aoede(*({"SONGS": str(songs), "RUN": str(trained)}.get(each, each) for each in arguments))
    assert done.code == 2
    assert told in done.err


def test_songs_without_a_melody_are_refused(tmp_path: Path) -> None:
    few = Song("", (Track("", (Note(0, 60, 480, 80),)),))
    export.write(few, tmp_path / "few.mid")
    with pytest.raises(UsageError, match="no melody"):
        train("rnn", tmp_path, tmp_path / "run", encoding="melody", seed=1)


def test_a_file_that_is_no_model_of_melodies_is_refused() -> None:
    harmony = load_preset("harmony")
    with pytest.raises(InputError, match="does not say"):
        Singer.of({"encoding": {"name": "melody"}}, harmony.tensors, name="strange")


# --- the shipped one ----------------------------------------------------------------------------------


def a_frame() -> Frame:
    chords = tuple(
        span_of(96 * i, parse_chord(name), 0)
        for i, name in enumerate(["C", "F", "G", "C", "Am", "F", "G", "C"])
    )
    return Frame(chords=chords, mode="major", pace=4)


def drafts_of(n: int, n_notes: int, seed: int) -> list[list[tuple[int, int]]]:
    rng, drafts = stream(seed, "drafts"), MelodyModel.preset().begin(a_frame(), n)
    for _ in range(n_notes):
        waits = drawn(drafts.waits(), rng)
        drafts.sing(drawn(drafts.pitches(drawn(drafts.lengths(waits), rng)), rng))
    return [list(zip(sight.onsets, sight.pitches, strict=True)) for sight in drafts.sights]


def test_the_shipped_model_is_small_and_sings_mostly_in_its_key_and_on_its_chords() -> None:
    notes = [note for line in drafts_of(8, 40, 1) for note in line]
    in_key = np.mean([pitch % 12 in (0, 2, 4, 5, 7, 9, 11) for _, pitch in notes])
    frame = a_frame()
    strong = [
        (frame.chords[onset // 96], pitch) for onset, pitch in notes if onset % 96 == 0 and onset < 8 * 96
    ]
    on_chord = np.mean([pitch % 12 in chord.members for chord, pitch in strong])
    assert in_key > 0.85
    assert on_chord > 0.6


@pytest.mark.parametrize("name", ["melody", "melody_ngram", "melody_transformer"])
def test_the_shipped_models_are_small_and_stand_in_their_card(name: str) -> None:
    found = load_preset(name)
    assert found.n_bytes < 400_000
    card = resources.files("aoede.presets").joinpath("melody.md").read_text(encoding="utf-8")
    assert name in card
    assert f"{found.metadata['provenance']['figures']['held-out nats a note']:.3f}" in card


@pytest.mark.parametrize("name", ["melody_ngram", "melody_transformer"])
def test_the_other_shipped_models_choose_only_what_can_be(name: str) -> None:
    model, rng = singer(name), stream(1, name)
    drafts = MelodyModel(model.model, model.encoding).begin(a_frame(), 2)
    for _ in range(8):
        waits = drawn(drafts.waits(), rng)
        drafts.sing(drawn(drafts.pitches(drawn(drafts.lengths(waits), rng)), rng))
    assert all(np.diff(sight.onsets).min() > 0 for sight in drafts.sights)


def test_lines_side_by_side_are_what_each_is_alone() -> None:
    model, rng = MelodyModel.preset(), stream(2, "alone")
    both, alone = model.begin(a_frame(), 3), model.begin(a_frame(), 1)
    for t in range(12):
        scores, own = both.waits(), alone.waits()
        assert np.array_equal(scores[2], own[0])
        waits = drawn(scores, rng)
        lengths, _ = drawn(both.lengths(waits), rng), alone.lengths(waits[2:])
        scores, own = both.pitches(lengths), alone.pitches(lengths[2:])
        assert np.array_equal(scores[2], own[0])
        pitches = drawn(scores, rng)
        both.sing(pitches)
        alone.sing(pitches[2:])
        if t == 5:
            both = both.select([1, 0, 2])
            both = both.select([0, 0, 2])
            both.sights[0].pitches.append(99)
            assert both.sights[1].pitches[-1] != 99, "what goes on as two is two"
            both.sights[0].pitches.pop()


def test_the_same_stream_gives_the_same_lines_and_another_others() -> None:
    assert drafts_of(3, 20, 7) == drafts_of(3, 20, 7)
    assert drafts_of(3, 20, 7) != drafts_of(3, 20, 8)


def test_the_shipped_model_foresees_a_bar_that_comes_again() -> None:
    model = MelodyModel.preset()
    first, second = pieces([a_song(3), a_song(4)], model.encoding)
    for piece in (first, second):
        nats = model.model.nats([piece])[0]
        n = len(piece) // 2
        assert nats[n + 8 :, PITCH].mean() < 0.6 * nats[:n, PITCH].mean()
        assert nats[n + 8 :, WAIT].mean() < nats[:n, WAIT].mean()
        assert nats[0, LENGTH] == 0


def test_a_chord_that_is_stated_is_heard_at_its_step() -> None:
    song = a_song(1)
    stated = Song(
        "", song.tracks, meters=(Meter(0, 4, 4),), chords=(ChordSymbol(0, "Dm"), ChordSymbol(1920, "G7"))
    )
    melody = melody_of(stated)
    assert melody is not None
    assert [span.start * STEP_TICKS for span in melody.frame.chords] == [0, 1920]
    assert "chords" in PARTS
