"""Training on text by the command: what it leaves, that it goes on to the same bits, and what cannot be learnt."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

import aoede as package
from aoede.learning import checkpoint, pace, runs
from aoede.learning.pen import Wish
from aoede.learning.watcher import Silent
from aoede.learning.writer import Writer
from aoede.learning.writing import drafts
from aoede.models.mixture.learner import Learner
from tests.command import Run as Aoede

TEXTS = Path(__file__).parent / "fixtures" / "texts"
SMALL = {"n_hidden": 24, "n_epochs": 1, "n_steps": 32}
FAMILIES = {
    "ngram": {"order": 4},
    "rnn": SMALL,
    "transformer": {"n_width": 16, "n_heads": 2, "n_layers": 1, "context": 16, "n_epochs": 1, "n_steps": 32},
    "mixture": {**SMALL, "order": 4},
}


@pytest.fixture(scope="module")
def little(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty thousand characters and a few: a book of its own."""
    folder = tmp_path_factory.mktemp("texts")
    text = (TEXTS / "shakespeare.txt").read_text()[:24_000]
    (folder / "little.txt").write_text(text)
    return folder / "little.txt"


@pytest.fixture(scope="module")
def counted(little: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of an n-gram of order 5."""
    run = tmp_path_factory.mktemp("counted") / "run"
    package.train("ngram", little, run, order=5, seed=1)
    return run


def _files(run: Path) -> dict[str, bytes]:
    names = [runs.MODEL_FILE, "metrics.jsonl", "losses.png"]
    samples = sorted((run / "samples").iterdir())
    return {path.name: path.read_bytes() for path in [*(run / name for name in names), *samples]}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_training_that_was_stopped_twice_comes_to_the_same_bytes(
    family: str, little: Path, tmp_path: Path
) -> None:
    options = {**FAMILIES[family], "seed": 3}
    package.train(family, little, tmp_path / "whole" / "run", **options)
    stops = iter([False, False, True, False, True])
    run = tmp_path / "parts" / "run"
    first = package.train(family, little, run, should_stop=lambda: next(stops), **options)
    second = package.resume(run, should_stop=lambda: next(stops))
    assert (first.standing.step, second.standing.step) == (2, 3)
    assert not first.standing.is_done and not second.standing.is_done
    package.resume(run)
    assert _files(tmp_path / "parts" / "run") == _files(tmp_path / "whole" / "run")


def test_the_model_of_a_run_writes_and_has_its_text_its_words_and_its_figures_with_it(counted: Path) -> None:
    found = checkpoint.load(counted / runs.MODEL_FILE)
    writer = Writer.of(found.metadata, found.tensors, name="run")
    assert writer.index is not None and writer.human is not None and writer.lexicon is not None
    assert "citizen" in writer.lexicon
    assert 0 <= writer.human.share < 0.2
    text = drafts(writer, Wish(start="First ", length=100), seed=1)[0].text
    assert text.startswith("First ") and 60 < len(text) < 260


def test_every_sample_of_a_run_says_how_new_it_is(counted: Path) -> None:
    samples = {path.name: path.read_text() for path in (counted / "samples").iterdir()}
    assert samples.keys() == {"best.txt", *(f"step-{step:08d}.txt" for step in range(1, 6))}
    for name, sample in samples.items():
        assert "word for word in the training text" in sample.splitlines()[-1], name


def test_the_checks_of_an_n_gram_are_the_ladder_of_its_orders(counted: Path) -> None:
    rows = [json.loads(line) for line in (counted / "metrics.jsonl").read_text().splitlines()]
    assert [row["order"] for row in rows] == [1, 2, 3, 4, 5]
    nats = [row["held-out nats a character"] for row in rows]
    assert nats[0] > nats[1] > nats[2] > nats[3]


def test_minutes_become_steps_and_threads_that_the_run_keeps(
    little: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "CALIBRATION_S", 0.2)
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    stop = iter([False] * 3 + [True] * 9)
    package.train("rnn", little, tmp_path / "run", minutes=0.5, n_hidden=16, should_stop=lambda: next(stop))
    document = runs.read_run(tmp_path / "run")
    assert document["n_threads"] >= 1
    assert document["schedule"]["n_steps"] > 50
    assert document["recipe"]["precision"] in ("float32", "bfloat16")
    assert torch.get_num_threads() == 3, "whoever trains in a program of his own keeps his threads"
    torch.set_num_threads(before)
    package.resume(tmp_path / "run", should_stop=lambda: True)
    assert runs.read_run(tmp_path / "run") == document


class Told(Silent):
    """A watcher that remembers its warnings."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warned(self, text: str) -> None:
        self.warnings.append(text)


def test_minutes_that_are_gone_before_the_first_step_are_told(
    little: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "CALIBRATION_S", 0.0)
    told = Told()
    package.train(
        "rnn",
        little,
        tmp_path / "run",
        minutes=1e-6,
        n_hidden=4,
        n_steps=8,
        watcher=told,
        should_stop=lambda: True,
    )
    assert "too few to learn much" in told.warnings[0]


def test_a_run_goes_on_with_changed_texts_where_that_is_allowed(tmp_path: Path) -> None:
    text, run = (TEXTS / "shakespeare.txt").read_text(), tmp_path / "run"
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "one.txt").write_text(text[:24_000])
    stop = iter([False, True])
    options = {**FAMILIES["mixture"], "seed": 1, "max_ngrams": 9_000, "should_stop": lambda: next(stop)}
    package.train("mixture", folder, run, **options)
    document = runs.read_run(run)
    (folder / "two.txt").write_text(text[40_000:60_000])
    with pytest.raises(package.AoedeError, match=r"two\.txt is new"):
        package.resume(run)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Learner, "restore", _refuse)
        with pytest.raises(package.AoedeError, match="not of mine"):
            package.resume(run, allow_data_change=True)
    assert runs.read_run(run) == document, "what the learner refused has changed nothing"
    assert package.resume(run, allow_data_change=True).standing.is_done
    assert runs.read_run(run)["data_changes"] == ["two.txt is new"]


def _refuse(*_: object) -> None:
    raise package.AoedeError("not of mine")


def test_going_on_with_another_torch_or_elsewhere_is_told(little: Path, tmp_path: Path) -> None:
    package.train("rnn", little, tmp_path / "run", **SMALL, should_stop=lambda: True)
    document = runs.read_run(tmp_path / "run")
    assert document["made_with"]["torch"].startswith(torch.__version__.split("+")[0])
    assert document["made_with"]["device"] in ("cpu", "cuda")
    made_with = document["made_with"] | {"torch": "0.1", "device": "abacus"}
    runs.write_run(tmp_path / "run", document | {"made_with": made_with})
    told = Told()
    package.resume(tmp_path / "run", watcher=told, should_stop=lambda: True)
    assert ["torch 0.1" in told.warnings[0], "device abacus" in told.warnings[1]] == [True, True]
    assert all(text.startswith("not bit-exact") for text in told.warnings)


def test_a_table_teaches_its_labels_and_tells_its_ragged_rows(aoede: Aoede, tmp_path: Path) -> None:
    poems = [json.loads(line) for line in (TEXTS / "poems.jsonl").read_text().splitlines()]
    rows = "".join(f'{poem["author"]},"{poem["text"]}"\n' for poem in poems if '"' not in poem["text"])
    (tmp_path / "poems.csv").write_text("who,words\n" + rows + "one,two,three,four\n", encoding="utf-16")
    done = aoede(
        "train", "ngram", "poems.csv", "--run", "run", "--text-column", "words", "--set", "label_columns=who",
        "--order", "3", "--seed", "1", "--minutes", "0.01",
    )  # fmt: skip
    assert done.code == 0
    assert "4 fields" in done.err
    assert "minutes say nothing here" in done.err
    labels = checkpoint.load(tmp_path / "run" / runs.MODEL_FILE).metadata["labels"]
    assert labels["columns"] == ["who"]
    assert "Emily Dickinson" in labels["values"][0]


BAD = {
    "empty.txt": (b"", 65, "no text"),
    "one.txt": (b"a" * 30_000, 65, "one character"),
    "program.txt": (b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 90, 65, "nothing here can be used"),
    "none.csv": (b"a,b\n1,2\n", 65, "a, b"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_trained_on_is_said_and_leaves_no_run(name: str, aoede: Aoede, tmp_path: Path) -> None:
    data, code, said = BAD[name]
    (tmp_path / name).write_bytes(data)
    done = aoede("train", "ngram", name, "--run", "run", "--seed", "1")
    assert done.code == code
    assert said in done.err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("n_bytes", "order"), [(1_000_000, 2), pytest.param(10_000_000, 1, marks=pytest.mark.slow)]
)
def test_a_line_of_megabytes_is_text_like_any_other(
    n_bytes: int, order: int, aoede: Aoede, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    letters = np.frombuffer(b"etaoin shrdlu", np.uint8)
    (tmp_path / "line.txt").write_bytes(letters[rng.integers(0, len(letters), n_bytes)].tobytes())
    done = aoede("train", "ngram", "line.txt", "--run", "run", "--order", order, "--seed", "1")
    assert done.code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rnn", "little.txt", "--order", "4"], "no setting 'order'"),
        (["rnn", "little.txt", "--set", "dropout=2"], "dropout must be a number from 0 to 0.95"),
        (["rnn", "little.txt", "--set", "dropout"], "NAME=VALUE"),
        (["ngram", "little.txt", "--text-column", "x", "--order", "99"], "32"),
        (["ngram", "little.txt", "--preset", "huge"], "there is no preset"),
        (["ngram", "little.txt", "--set", "n_symbols=300"], "no setting 'n_symbols'"),
        (["rnn", "little.txt", "--set", "first_symbol=3"], "no setting 'first_symbol'"),
        (["rnn", "little.txt", "--set", "label_sizes=[3]"], "no setting 'label_sizes'"),
        (
            ["ngram", "little.txt", "--set", "max_symbols=abc"],
            "max_symbols must be a whole number, not 'abc'",
        ),
        (["ngram", "little.txt", "--set", "text_column=5"], "text_column must be text, not 5"),
        (["ngram", "little.txt", "--set", "label_columns=[5]"], "label_columns must be text, not 5"),
    ],
)
def test_settings_that_cannot_be_are_told(
    arguments: list[str], said: str, aoede: Aoede, little: Path, tmp_path: Path
) -> None:
    shutil.copy(little, tmp_path / "little.txt")
    done = aoede("train", *arguments, "--run", "run")
    assert done.code in (2, 78)
    assert said in done.err
    assert not (tmp_path / "run").exists()


def test_figures_that_are_no_numbers_send_a_network_back_once_and_then_stop_it(
    little: Path, tmp_path: Path
) -> None:
    told = Told()
    wild = {"learning_rate": 10.0, "clip": 0.0, "n_warm_up": 0, "weight_decay": 10.0, "precision": "float32"}
    options = SMALL | wild | {"n_epochs": 30, "cell": "tanh", "seed": 1}
    with pytest.raises(package.AoedeError, match="no longer finite"):
        package.train("rnn", little, tmp_path / "run", watcher=told, **options)
    assert ["back to step" in text for text in told.warnings] == [True]
