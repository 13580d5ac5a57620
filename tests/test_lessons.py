"""The lessons do what they say: every command in them runs, prints what they show of it and leaves their pictures.
And what the lesson on the RBM looks at: pictures of models, and of Gibbs chains."""

import io
import itertools
import json
import math
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from aoede.choice import Choice, choose, gumbel_noise
from aoede.cli import main
from aoede.encodings.chars import END
from aoede.encodings.pianoroll import PianoRoll
from aoede.errors import UsageError
from aoede.learning import checkpoint, on_frames, on_rolls, on_texts, pictures, text_pictures
from aoede.learning.dataset import Item, from_folder, split
from aoede.learning.sampling import Trained, find, find_checkpoint, rolls_of
from aoede.learning.writer import Writer
from aoede.models.rbm import RBM, Config
from aoede.neural.frames import bernoulli, nade, notes
from aoede.neural.frames.seen import bernoulli_nats
from aoede.randomness import stream
from tools import lesson

PAGES = [page.stem for page in lesson.originals()]
MAX_PICTURE_BYTES = 150_000
TOLERANCE = 0.05  # nats by which networks may come out otherwise on another processor
TOLERATED = {"polyphony": 0.04}  # share of a figure, where there are many nats to it

_FIGURE = re.compile(r"(?<![\w.])-?\d+\.\d+(?![\w.])")
_STEP = re.compile(r"(?<= at step )[\d,]+")  # that of a best moment may be another one too


@dataclass(frozen=True)
class Lesson:
    name: str
    page: str  # its text
    folder: Path  # in which its commands ran
    commands: list[lesson.Command]
    codes: dict[str, int]  # exit code of every command
    said: dict[str, str]  # what every command printed
    printed: str


@pytest.fixture(scope="module", params=PAGES)
def one(request: pytest.FixtureRequest) -> Lesson:
    """A lesson, each command run in its order."""
    return request.getfixturevalue(f"{request.param}_lesson")


@pytest.fixture(scope="module")
def rbm_lesson(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    return run("rbm", tmp_path_factory.mktemp("rbm"))


@pytest.fixture(scope="module")
def characters_lesson(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    pytest.importorskip("torch")
    return run("characters", tmp_path_factory.mktemp("characters"))


@pytest.fixture(scope="module")
def polyphony_lesson(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    pytest.importorskip("torch")
    return run("polyphony", tmp_path_factory.mktemp("polyphony"))


@pytest.fixture(scope="module")
def done(rbm_lesson: Lesson) -> Lesson:
    return rbm_lesson


@pytest.fixture(scope="module")
def texts(characters_lesson: Lesson) -> Lesson:
    return characters_lesson


@pytest.fixture(scope="module")
def frames(polyphony_lesson: Lesson) -> Lesson:
    return polyphony_lesson


def run(name: str, folder: Path) -> Lesson:
    page = (lesson.LESSONS / f"{name}.md").read_text(encoding="utf-8")
    lesson.prepare(folder)
    with pytest.MonkeyPatch.context() as patch, io.StringIO() as printed:
        patch.setenv("OMP_NUM_THREADS", "1")
        # Samples on the way, which no lesson shows: a third of the time
        patch.setattr(on_rolls, "SAMPLE_BARS", 1)
        patch.setattr(on_texts, "SAMPLE_LENGTH", 30)
        patch.setattr("sys.stdout", printed)
        patch.setattr("sys.stderr", printed)
        commands = lesson.commands_of(page)
        codes, said = dict[str, int](), dict[str, str]()
        for command in commands:
            begun = printed.tell()
            codes[command.line] = lesson.perform(command, folder)
            said[command.line] = printed.getvalue()[begun:]
        return Lesson(name, page, folder, commands, codes, said, printed.getvalue())


def aside(done: Lesson) -> list[Item]:
    """The songs that its trainings kept aside."""
    return split(from_folder(done.folder / lesson.SONGS).items, 0.1, seed=10)[1]


def test_every_command_of_a_lesson_runs_and_ctrl_c_interrupts_where_it_says_so(one: Lesson) -> None:
    assert len(one.commands) > 15 and sum(command.is_interrupted for command in one.commands) == 1
    for command in one.commands:
        assert one.codes[command.line] == (lesson.INTERRUPTED if command.is_interrupted else 0), command.line


def test_the_commands_make_every_picture_of_a_lesson(one: Lesson) -> None:
    shown = lesson.pictures_of(one.page)
    assert len(shown) > 3
    for picture in shown:
        assert (one.folder / lesson.made_as(picture)).read_bytes().startswith(b"\x89PNG"), picture


def test_commands_print_what_a_lesson_shows_of_it_in_that_order(one: Lesson) -> None:
    """Words as they stand, figures nearly."""
    printed = iter([_words_and_figures(line) for line in one.printed.splitlines()])
    share = TOLERATED.get(one.name, 0)
    for output in lesson.outputs_of(one.page):
        for line in filter(str.strip, output.splitlines()):
            words, figures = _words_and_figures(line)
            nearly = pytest.approx(figures, abs=TOLERANCE, rel=share)
            assert any(w == words and f == nearly for w, f in printed), f"no command prints {line!r} here"


def _words_and_figures(line: str) -> tuple[str, list[float]]:
    """A line without its figures, and these."""
    figures = [float(figure) for figure in _FIGURE.findall(line)]
    words = " ".join(_STEP.sub("", _FIGURE.sub(" ", line)).split()) if figures else line.strip()
    return words, figures


def test_the_training_that_ctrl_c_stopped_is_resumed_to_its_end(one: Lesson) -> None:
    (stopped,) = (command.arguments for command in one.commands if command.is_interrupted)
    run = one.folder / stopped[stopped.index("--run") + 1]
    metrics = (run / "metrics.jsonl").read_text().splitlines()
    assert (
        json.loads(metrics[-1])["step"] == json.loads((run / "run.json").read_text())["schedule"]["n_steps"]
    )


def test_the_training_that_ctrl_c_stopped_is_listed_as_stopped(done: Lesson) -> None:
    assert "stopped at" in done.printed


def test_the_song_that_is_evaluated_was_kept_aside_and_the_beginning_was_not(done: Lesson) -> None:
    """What the lesson says of both."""
    document = json.loads((done.folder / "out" / "first" / "run.json").read_text())
    assert (document["held_out"], document["schedule"]["seed"]) == (0.1, 10)
    kept = {item.path for item in aside(done)}
    evaluated = [line.split("/")[-1] for line in done.codes if line.startswith("aoede evaluate")]
    assert len(kept) == 4 and "Four of the songs were kept aside" in done.page
    assert set(evaluated) < kept
    assert "cowboy_songs_jessejames.mid" not in kept


def test_training_lowers_the_held_out_figure_and_grows_the_weights(done: Lesson) -> None:
    newborn, first = (find(done.folder / "out" / name) for name in ("newborn", "first"))
    assert np.abs(first.model.weights).max() > 10 * np.abs(newborn.model.weights).max()
    rows = (done.folder / "out" / "first" / "metrics.jsonl").read_text().splitlines()
    begin, end = (json.loads(row)["held-out nats a step"] for row in (rows[0], rows[-1]))
    assert end < begin - 2


def test_the_units_of_the_tutorials_machine_are_alike_and_ours_are_not(done: Lesson) -> None:
    def likeness(name: str) -> float:
        """The median cosine between the weights of two units."""
        weights = find(done.folder / "out" / name).model.weights
        unit = weights / np.linalg.norm(weights, axis=0)
        return float(np.median((unit.T @ unit)[np.triu_indices(unit.shape[1], 1)]))

    assert likeness("tutorial") > 0.8
    assert abs(likeness("first")) < 0.2


def test_a_calm_mood_has_fewer_notes_than_a_busy_one(done: Lesson) -> None:
    from aoede.formats import midi

    calm, busy = (
        len(midi.read(done.folder / "out" / name / "rbm-10.mid").song.tracks[0].notes)
        for name in ("calm", "busy")
    )
    assert calm < busy


def test_the_ladder_of_texts_is_as_the_lesson_says(texts: Lesson) -> None:
    """Not monotone: the n-gram beats every network, and the mixture both; learning while reading beats that."""
    rungs = {
        words: figures for words, figures in map(_words_and_figures, texts.printed.splitlines()) if figures
    }

    def nats(start: str, place: int = 0) -> float:
        return min(figures[place] for words, figures in rungs.items() if words.startswith(start))

    assert nats("uniform") > nats("unigram") > nats("Markov chain") > nats("transformer") > nats("LSTM")
    assert min(nats("RNN"), nats("LSTM"), nats("transformer")) > nats("7-gram") + 0.1
    assert nats("mixture") < nats("7-gram") - 0.02
    still, learning = rungs["mixture"][:2]
    assert learning < still - 0.05


def test_the_lesson_catches_its_copier_and_keeps_it_from_copying(texts: Lesson) -> None:
    free, kept = (said for line, said in texts.said.items() if "write out/copier" in line)
    assert re.search(r"\]\(1[,)]", free), "no passage is marked"
    assert "it copies" in free
    longest = [
        int(found) for said in (free, kept) for found in re.findall(r"training text: (\d+) char", said)
    ]
    assert longest[0] > 20 and longest[1] <= 15


def test_the_text_to_be_judged_by_is_not_among_that_to_learn_from() -> None:
    learnt, judged = (
        (lesson.ROOT / lesson.TEXTS / name).read_text(encoding="utf-8")
        for name in ("shakespeare.txt", "shakespeare_next.txt")
    )
    assert judged[:1000] not in learnt and len(judged) == 20_096


def test_the_more_an_output_hears_the_better_it_foresees(frames: Lesson) -> None:
    best = {
        name: float(figure)
        for name, figure in re.findall(r"out/(\w+) +done +best ([\d.]+)", frames.said["aoede runs out"])
    }
    assert best["independent"] > best["rbm"] + 0.3 > best["nade"] + 0.8
    assert best["nade"] > best["notes"] + 2
    assert best["notes"] > best["echoes"] + 0.5


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


def test_the_sums_on_two_chords_are_right() -> None:
    played = lesson.guesses(lesson.TWO_CHORDS)
    assert len(played) == 16 and sum(played.values()) == pytest.approx(1)
    assert (
        sum(played[chord] for chord in lesson.TWO_CHORDS)
        == pytest.approx(1 / 8)
        == math.exp(-3 * math.log(2))
    )
    assert -math.log(played["CEG"]) == pytest.approx(4 * math.log(2))
    assert sum("EF" in chord for chord in played) == 4


def test_the_exercises_on_two_chords_are_right() -> None:
    uneven = lesson.guesses(["CEG", "CEG", "CEG", "CFA"])
    nats = -0.75 * math.log(uneven["CEG"]) - 0.25 * math.log(uneven["CFA"])
    assert nats == pytest.approx(2.25, abs=0.005)
    assert nats / 4 == pytest.approx(0.56, abs=0.005)
    assert uneven["CEG"] + uneven["CFA"] == pytest.approx(0.32, abs=0.005)
    weights, bias = np.array([10, -10, 10, -10]), np.array([-5, 5, -5, 5])  # E, F, G, A
    chords = np.array(list(itertools.product((0, 1), repeat=4)))
    likely = np.exp(chords @ bias) * (1 + np.exp(chords @ weights))
    ceg = float(likely[(chords == (1, 0, 1, 0)).all(axis=1)][0] / likely.sum())
    assert ceg == pytest.approx(0.487, abs=0.0005) and -math.log(ceg) == pytest.approx(0.72, abs=0.005)


def test_a_cold_network_plays_fewer_notes_than_a_hot_one(frames: Lesson) -> None:
    from aoede.formats import midi

    cold, hot = (
        len(midi.read(frames.folder / "out" / name / "echoes-10.mid").song.tracks[0].notes)
        for name in ("cold", "hot")
    )
    assert 2 * cold < hot


@pytest.mark.parametrize("name", PAGES)
def test_the_pictures_of_a_lesson_are_there_and_small(name: str) -> None:
    shown = lesson.pictures_of((lesson.LESSONS / f"{name}.md").read_text(encoding="utf-8"))
    for picture in shown:
        data = (lesson.LESSONS / picture).read_bytes()
        assert data.startswith(b"\x89PNG") and len(data) < MAX_PICTURE_BYTES, picture
    kept = set((lesson.LESSONS / name).rglob("*.png"))
    assert {lesson.LESSONS / picture for picture in shown} == kept, "a picture that no lesson shows"


def test_every_lesson_has_a_translation() -> None:
    for page in lesson.originals():
        assert page.with_name(f"{page.stem}.zh-CN.md").is_file()


@pytest.mark.parametrize("page", sorted(lesson.LESSONS.glob("*.*.md")), ids=lambda page: page.name)
def test_a_translation_has_the_same_commands_and_pictures(page: Path) -> None:
    original = page.with_name(f"{page.name.split('.')[0]}.md").read_text(encoding="utf-8")
    translation = page.read_text(encoding="utf-8")
    assert lesson.commands_of(translation) == lesson.commands_of(original)
    assert lesson.pictures_of(translation) == lesson.pictures_of(original)
    assert lesson.outputs_of(translation) == lesson.outputs_of(original)
    n_fences, n_marked = (
        len(re.findall(fence, translation, re.MULTILINE)) for fence in (r"^```$", r"^```\w")
    )
    assert len(lesson.commands_of(translation)) == (n_fences - n_marked) / 2
    assert translation.count("\n## ") == original.count("\n## ")


# --- aoede look MODEL, of text ----------------------------------------------------------------------

LINE = "What light, what "


@pytest.fixture
def ngram(texts: Lesson) -> Writer:
    found, name = find_checkpoint(texts.folder / "out" / "ngram")
    return Writer.of(found.metadata, found.tensors, name=name)


def test_the_surprise_in_the_picture_is_what_the_model_is_scored_by(ngram: Writer) -> None:
    seen = text_pictures.foresight(ngram, LINE)
    assert "".join(seen.names) == "What·light,·what·"
    np.testing.assert_allclose(np.exp(seen.log_p).sum(axis=1), 1)
    (scored,) = ngram.model.log_probabilities([np.append(ngram.encoding.encode(LINE), END)])
    np.testing.assert_allclose(seen.log_p[np.arange(len(LINE)), seen.ids], scored[:-1], rtol=1e-5)


def test_of_a_long_text_only_the_last_places_are_kept_and_they_know_all_of_it(ngram: Writer) -> None:
    text = "Now " * 30 + LINE
    seen = text_pictures.foresight(ngram, text)
    assert seen.log_p.shape == (text_pictures.MAX_PLACES, ngram.encoding.n_symbols)
    assert "".join(seen.names).endswith("Now·What·light,·what·")
    (scored,) = ngram.model.log_probabilities([ngram.encoding.encode(text)])
    found = seen.log_p[np.arange(len(seen.ids)), seen.ids]
    np.testing.assert_allclose(found, scored[-text_pictures.MAX_PLACES :], rtol=1e-5)


def test_the_letter_that_wins_in_the_picture_is_the_one_that_a_writer_chooses(ngram: Writer) -> None:
    seen = text_pictures.foresight(ngram, LINE)
    noise = gumbel_noise(stream(10, "look"), ngram.encoding.n_symbols)
    chosen = [
        int(choose(seen.next_log_p, noise, Choice(temperature=t))[0]) for t in text_pictures.TEMPERATURES
    ]
    assert ngram.encoding.decode(chosen) == "ttmm", "as the lesson says"
    assert set(chosen) <= set(text_pictures.candidates(seen.next_log_p, chosen))


def test_the_same_seed_draws_the_same_pictures_and_another_only_another_choice(texts: Lesson) -> None:
    found, name = find_checkpoint(texts.folder / "out" / "ngram")
    one, same, other = (text_pictures.pictures_of(found, name, text=LINE, seed=seed) for seed in (10, 10, 11))
    assert one == same
    assert one["foreseen"] == other["foreseen"] and one["choice"] != other["choice"]


def test_look_reads_unknown_characters_and_refuses_texts_where_none_is_read(
    texts: Lesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run = str(texts.folder / "out" / "ngram")
    assert main(["look", run, "--text", "好\t\U0001f600 \u0000"]) == 0
    assert main(["look", run, "--text", "", "-f"]) == 2
    assert main(["look", run, "--text", "a" * 10_001, "-f"]) == 2
    assert main(["look", "harmony", "--text", "a"]) == 2
    assert main(["look", str(lesson.ROOT / lesson.SONGS / "cowboy_songs_jessejames.mid"), "--text", "a"]) == 2
    told = capsys.readouterr().err
    assert told.count("--text") == 4 and "Traceback" not in told


def test_windows_of_different_lengths_are_no_diagram() -> None:
    with pytest.raises(UsageError, match="windows of one length"):
        lesson.windows_picture([["abc", "de"]])


# --- aoede look MODEL, of music ----------------------------------------------------------------------


@pytest.fixture
def in_lesson(done: Lesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with a copy of the lesson's trained run."""
    shutil.copytree(done.folder / "out" / "first", tmp_path / "first")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_look_tells_what_a_run_is_and_draws_held_and_struck_weights(
    in_lesson: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["look", "first"]) == 0
    told = capsys.readouterr().out
    for word in ("rbm on piano rolls", "n hidden 60", "held-out nats a step", "seed 10", "sha256", "licence"):
        assert word in told
    assert main(["look", "first", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["schema"] == "aoede.model/1"
    assert report["sha256"] == checkpoint.load(in_lesson / "first" / "model.safetensors").sha256
    assert report["pictures"] == ["out/first.png", "out/first-struck.png"]
    assert report["tensors"]["weights"] == [report["tensors"]["visible_bias"][0], 60]
    held, struck = (Image.open(io.BytesIO(Path(path).read_bytes())) for path in report["pictures"])
    assert held.size == struck.size and held.tobytes() != struck.tobytes()


def test_look_takes_a_model_file_and_a_name_for_its_picture(
    in_lesson: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["look", "first/model.safetensors", "-o", "seen/units.png"]) == 0
    assert main(["look", "first"]) == 0
    assert {path.name for path in (in_lesson / "seen").iterdir()} == {"units.png", "units-struck.png"}
    assert main(["look", "first", "-o", "units.gif"]) == 2
    assert ".png" in capsys.readouterr().err


def test_look_at_a_shipped_model_without_hidden_units_draws_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["look", "harmony"]) == 0
    assert "ngram" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_look_at_a_folder_that_is_no_run_or_a_damaged_model_says_so(
    in_lesson: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (in_lesson / "empty").mkdir()
    assert main(["look", "empty"]) == 66
    model = in_lesson / "first" / "model.safetensors"
    model.write_bytes(model.read_bytes()[:-1])
    assert main(["look", str(model)]) == 65
    assert "Traceback" not in capsys.readouterr().err


# --- learning/pictures.py ---------------------------------------------------------------------------


def machine(n_hidden: int = 3, *, weight: float = 0.0, struck: bool = True) -> Trained:
    """An RBM over two steps of C4 to C5 whose hidden units like C4, the later ones more."""
    encoding = PianoRoll(60, 72, 4, struck)
    config = Config(width=encoding.width, window_steps=2, n_hidden=n_hidden)
    weights = np.zeros((config.n_visible, n_hidden), np.float32)
    weights[0] = weight * np.arange(1, n_hidden + 1)
    zeros = np.zeros(n_hidden, np.float32)
    model = RBM(config, weights, np.full(config.n_visible, -30, np.float32), zeros)
    metadata = {"family": "rbm", "config": model.config_values, "encoding": encoding.as_mapping()}
    return Trained.of(metadata, model.to_tensors(), name="small")


def test_units_with_the_largest_weights_come_first() -> None:
    weights = np.array([[1.0, -3.0, 0.0, 2.0], [1.0, 3.0, 0.5, -2.0]])
    assert pictures.strongest(weights, 3).tolist() == [1, 3, 0]
    assert pictures.strongest(weights, 9).tolist() == [1, 3, 0, 2]


def test_a_window_parts_into_held_and_struck_bits_step_by_step() -> None:
    encoding = PianoRoll(60, 61)
    rows = np.arange(8).reshape(1, 8)  # two steps of two held and two struck bits
    parts = pictures.parts_of(rows, encoding)
    assert parts["held"].tolist() == [[[0, 1], [4, 5]]]
    assert parts["struck"].tolist() == [[[2, 3], [6, 7]]]
    assert set(pictures.parts_of(rows, PianoRoll(60, 61, 4, struck=False))) == {"held"}


def test_a_model_without_struck_bits_has_one_picture() -> None:
    assert set(pictures.units_pictures(machine())) == {"held", "struck"}
    assert set(pictures.units_pictures(machine(struck=False))) == {"held"}


def test_a_chain_goes_from_coin_tosses_to_what_the_machine_holds_for_likely() -> None:
    windows = pictures.chain_windows(machine().model, stream(1, "chain"), sweeps=(1, 3))
    assert windows.shape == (4, 2 * 26)
    assert 10 < windows[0].sum() < 42, "fair coins"
    assert not windows[1:].any(), "biases of -30 silence everything"


def test_labels_are_held_through_a_chain() -> None:
    config = Config(width=2, window_steps=1, n_hidden=1, n_labels=1)
    weights = np.array([[0], [0], [60]], np.float32)  # the label turns the hidden unit on
    weights[0] = 60  # and this the first bit
    bias, hidden = np.array([-30, -30, 0], np.float32), np.array([-30], np.float32)
    model = RBM(config, weights, bias, hidden)
    on, off = (
        pictures.chain_windows(model, stream(1, "chain"), labels=np.array([bit], np.uint8), sweeps=(5, 6))
        for bit in (1, 0)
    )
    assert on[-1].tolist() == [1, 0]
    assert not off[2, 1]


def test_the_same_seed_gives_the_same_chain_and_another_does_not() -> None:
    one, same, other = (
        pictures.chain_picture(machine(weight=40.0), stream(seed, "chain"), sweeps=(1, 2))
        for seed in (1, 1, 2)
    )
    assert one == same != other


def test_sample_with_chain_writes_the_chain_beside_the_same_song(
    in_lesson: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder, more in (("plain", []), ("with", ["--chain"])):
        command = ["sample", "first", "--seed", "3", "--bars", "1", "--audio", "none", "-o", folder]
        assert main([*command, *more]) == 0
    assert (in_lesson / "plain" / "first-3.mid").read_bytes() == (
        in_lesson / "with" / "first-3.mid"
    ).read_bytes()
    assert {path.name for path in (in_lesson / "with").iterdir()} == {
        "first-3.mid",
        "first-3.png",
        "first-3-chain.png",
    }
    assert "first-3-chain.png" in capsys.readouterr().out
