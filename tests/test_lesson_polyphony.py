"""The lesson on polyphony does what it says."""

import itertools
import re
from collections.abc import Sequence
from types import ModuleType

import numpy as np
import pytest

from aoede.learning import on_frames
from aoede.learning.dataset import from_folder
from aoede.learning.sampling import find, rolls_of
from aoede.neural.frames import bernoulli, nade, notes
from aoede.neural.frames.seen import bernoulli_nats
from aoede.randomness import stream
from tests.lesson_runs import TOLERATED, Lesson, LessonClaims, aside, run
from tools import lesson


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    pytest.importorskip("torch")
    return run("polyphony", tmp_path_factory.mktemp("polyphony"))


@pytest.fixture
def one(frames: Lesson) -> Lesson:
    return frames


@pytest.mark.slow
class TestLesson(LessonClaims):
    """What every lesson claims."""


@pytest.mark.slow
def test_the_more_an_output_hears_the_better_it_foresees(frames: Lesson) -> None:
    best = {
        name: float(figure)
        for name, figure in re.findall(r"out/(\w+) +done +best ([\d.]+)", frames.said["aoede runs out"])
    }
    assert best["independent"] > best["rbm"] + 0.3 > best["nade"] + 0.8
    assert best["nade"] > best["notes"] + 2
    assert best["notes"] > best["echoes"] + 0.5


@pytest.mark.slow
def test_echoes_help_most_in_the_song_that_repeats_itself_which_was_kept_aside(frames: Lesson) -> None:
    songs = {item.path: item.value for item in aside(frames)}
    song = songs["liberty_minstrel_manandbrother.mid"]
    bar = song.meters[0].bar_ticks
    first, second, _, last = (
        {
            (note.start_ticks - 8 * bar * k, note.pitch, note.duration_ticks)
            for track in song.tracks
            for note in track.notes
            if 8 * k <= note.start_ticks // bar < 8 * (k + 1)
        }
        for k in range(4)
    )
    assert len(songs) == 4 and first == second == last
    without, echoes = (
        float(said.split(" nats a frame over 127")[0].split()[-1])
        for line, said in frames.said.items()
        if line.startswith("aoede evaluate")
    )
    assert without > echoes + 1


@pytest.mark.slow
def test_neighbouring_keys_sound_as_often_as_the_lesson_counts(frames: Lesson) -> None:
    models = {name: find(frames.folder / "out" / name) for name in ("independent", "rbm", "nade", "notes")}
    encoding, told = models["nade"].encoding, models["nade"].told
    assert encoding.n_pitches == 56 and encoding.width == 112 and told is not None

    def rubbing(rolls: Sequence[np.ndarray]) -> float:
        """The share of frames in which two neighbouring keys are held."""
        held = np.concatenate(rolls)[:, : encoding.n_pitches].astype(bool)
        return float((held[:, 1:] & held[:, :-1]).any(axis=1).mean())

    values = [item.value for item in from_folder(frames.folder / lesson.SONGS).items]
    real = rubbing(on_frames.sequences(values, encoding, "key", told)[0])
    share = {name: rubbing(list(rolls_of(model, 64, stream(1, "x"), n=60))) for name, model in models.items()}
    assert 1 / 50 < real < 1 / 35, "one in forty"
    assert share["independent"] > 1 / 8
    assert max(share["nade"], share["rbm"]) < 1 / 12 and share["notes"] < 1 / 20


@pytest.mark.parametrize(
    ("name", "module", "held", "struck"),
    [("independent", bernoulli, 5.8, 5.1), ("nade", nade, 5.1, 2.7), ("notes", notes, 3.9, 0.5)],
)
@pytest.mark.slow
def test_the_figures_part_into_held_and_struck_as_the_lesson_says(
    frames: Lesson,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    module: ModuleType,
    held: float,
    struck: float,
) -> None:
    """What is struck becomes free, so that what is held remains."""
    songs = [item.value for item in aside(frames)]
    found = find(frames.folder / "out" / name)
    assert found.told is not None
    rolls, told = on_frames.sequences(songs, found.encoding, "key", found.told)
    kinds = itertools.cycle((True, False)) if name == "notes" else itertools.cycle([True] * 56 + [False] * 56)

    def of_held(logits: np.ndarray, bits: np.ndarray) -> np.ndarray:
        nats = bernoulli_nats(logits, bits)
        if name == "independent":
            return nats * (np.arange(112) < 56)
        return nats if next(kinds) else np.zeros_like(nats)

    both = float(np.concatenate(found.model.nats(rolls, told)).mean())
    monkeypatch.setattr(module, "bernoulli_nats", of_held)
    part = float(np.concatenate(found.model.nats(rolls, told)).mean())
    assert part == pytest.approx(held, abs=0.05, rel=TOLERATED["polyphony"])
    assert both - part == pytest.approx(struck, abs=0.1, rel=TOLERATED["polyphony"])


@pytest.mark.slow
def test_a_cold_network_plays_fewer_notes_than_a_hot_one(frames: Lesson) -> None:
    from aoede.formats import midi

    cold, hot = (
        len(midi.read(frames.folder / "out" / name / "echoes-10.mid").song.tracks[0].notes)
        for name in ("cold", "hot")
    )
    assert 2 * cold < hot
