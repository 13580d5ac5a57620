"""Models of text judged: what each character costs, by which way of reading, and what cheating cannot gain."""

import importlib.util
import json
from collections import Counter
from dataclasses import asdict
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from aoede import score
from aoede.encodings.chars import END, N_CODES, UNKNOWN, Characters
from aoede.errors import InputError, MissingError, UsageError
from aoede.learning import checkpoint, families
from aoede.learning import evaluate as evaluation
from aoede.learning.evaluate import evaluate
from aoede.learning.ladder import Ladder
from aoede.learning.text_figures import WINDOW, Texts, dynamic, static
from aoede.learning.texts import Document, Labels, prepare
from aoede.learning.writer import Writer
from aoede.models import mixture, ngram, rnn
from aoede.models.mixture.gate import Gate
from aoede.models.ngram.occurrences import Chain, occurrences
from aoede.models.rnn.model import _shapes
from aoede.randomness import stream
from aoede.score import in_blocks, log_probabilities, log_softmax, score_text
from bench.authors import Recogniser
from tests.command import Run

Ints = NDArray[np.int64]

WORDS = {
    "Ann": ["the", "sea", "and", "the", "shore", "again,", "wave", "upon", "wave"],
    "Bob": ["my", "dog", "ran,", "my", "dog", "sat;", "good", "dog!", "run", "home"],
}


def text_of(author: str, n: int, seed: int) -> str:
    rng = stream(seed, author)
    return " ".join(rng.choice(WORDS[author], n).tolist())


def documents(seed: int = 0, n: int = 4) -> list[Document]:
    return [
        Document(text_of(author, 60 + 30 * i, seed + i), {"author": author}, f"{author}{i}.txt", 1)
        for i in range(n)
        for author in WORDS
    ]


def network(config: rnn.Config) -> rnn.RNN:
    rng = stream(1, "weights")
    tensors = {name: rng.normal(0, 0.3, shape).astype(np.float32) for name, shape in _shapes(config).items()}
    return rnn.RNN(config, tensors)


def writer(
    family: str, texts: list[Document] | None = None, *, name: str = "", symbols: str = "", most: int = 0
) -> Writer:
    """An n-gram, a network with weights by chance, or both together."""
    texts = documents() if texts is None else texts
    labels = Labels.fit(texts, min_characters=1)
    encoding = Characters(symbols) if symbols else Characters.fit(d.text for d in texts)
    ids, rows = prepare(texts, encoding, labels)
    config = rnn.Config(n_symbols=encoding.n_symbols, n_hidden=12, n_embedding=4, label_sizes=labels.sizes)
    values = rows[:, 0] if labels.columns else None
    counted = ngram.fit(
        mixture.model.ngram_config(config), ids, values, ngram.Recipe(order=4, own_order=3, max_ngrams=most)
    )
    models: dict[str, Any] = {
        "ngram": counted,
        "rnn": network(config),
        "mixture": mixture.Mixture(config, counted, network(config), Gate.even()),
    }
    return Writer(name or family, families.load(family), models[family], encoding, labels)


def saved(made: Writer, path: Path) -> Path:
    metadata = {
        "family": made.name,
        "config": asdict(made.model.config),
        "encoding": made.encoding.as_mapping(),
        "labels": made.labels.as_mapping(),
        "kind": "test",
    }
    checkpoint.save(path, made.model.to_tensors(), metadata)
    return path


def folder_of(texts: list[Document], path: Path) -> Path:
    rows = [json.dumps({"text": document.text, **document.labels}) for document in texts]
    path.write_text("\n".join(rows) + "\n")
    return path


# ---- static figures ------------------------------------------------------------------------------


@pytest.mark.parametrize("family", ["ngram", "rnn", "mixture"])
def test_the_figure_is_that_of_reading_character_by_character(family: str, tmp_path: Path) -> None:
    made, texts = writer(family), documents(50)
    found = evaluate(made, folder_of(texts, tmp_path / "texts.jsonl"))
    total, n = 0.0, 0
    ids, labels = prepare(texts, made.encoding, made.labels)
    for row, label in zip(ids, labels[:, 0], strict=True):
        logits, state = made.model.start(1, np.eye(3)[label])
        for symbol in row:
            wide = np.asarray(logits[0], np.float64)
            total -= wide[symbol] - np.log(np.exp(wide).sum())
            logits, state = made.model.step(state, [symbol])
            n += 1
    assert isinstance(found, Ladder)
    assert found.n_symbols == n
    assert found.best.nats == pytest.approx(total / n, abs=1e-5)


def test_parts_of_a_mixture_have_the_figures_that_they_have_alone() -> None:
    made = writer("mixture")
    texts = Texts.of(made, documents(50))
    rungs = static(made, texts)
    assert [rung.name for rung in rungs] == [
        "uniform",
        "unigram",
        "Markov chain",
        "4-gram",
        "LSTM, 12",
        "mixture",
    ]
    parts = (made.model.ngram, made.model.network, made.model)
    for rung, model in zip(rungs[3:], parts, strict=True):
        for labels, found in ((texts.labels, rung.carried), (np.zeros_like(texts.labels), rung.unlabelled)):
            assert found is not None
            expected = log_probabilities(model, texts.ids, labels)
            np.testing.assert_allclose(np.concatenate(found), np.concatenate(expected), atol=1e-5)


def test_windows_know_nothing_of_what_stands_before_them() -> None:
    made = writer("mixture")
    long = documents(50)[-1]
    texts = Texts.of(made, [long])
    rung = static(made, texts)[-1]
    assert sum(map(len, rung.windows)) == len(texts.ids[0])
    second = texts.ids[0][WINDOW : 2 * WINDOW]
    alone = log_probabilities(made.model, [second], texts.labels)[0]
    np.testing.assert_allclose(rung.windows[1], alone, atol=1e-5)


def test_documents_side_by_side_are_read_as_each_alone() -> None:
    model = network(rnn.Config(n_symbols=7, n_hidden=8))
    rng = stream(3, "ids")
    sequences = [rng.integers(0, 7, n) for n in (1, 300, 64, 65, 128, 0)]
    found = [np.zeros((len(ids), 7)) for ids in sequences]
    for i, t, logs in in_blocks(model, sequences):
        found[i][t : t + len(logs)] = logs
    for ids, rows in zip(sequences, found, strict=True):
        logits, state = model.start()
        for row, symbol in zip(rows, ids, strict=True):
            np.testing.assert_allclose(row, log_softmax(logits[0]), atol=1e-5)
            logits, state = model.step(state, [symbol])


# ---- unknown characters --------------------------------------------------------------------------


def test_probabilities_of_all_characters_sum_to_one_whatever_the_vocabulary() -> None:
    for symbols in ("e", "aehnrst", ""):
        made = writer("ngram", symbols=symbols)
        charge = Texts.of(made, documents()).surcharge
        logits, _ = made.model.start()
        p = np.exp(logits[0])
        n_unknown = N_CODES - len(made.encoding.symbols)
        assert p[END] + p[2:].sum() + n_unknown * p[UNKNOWN] * np.exp(-charge) == pytest.approx(1)


def test_a_model_that_knows_few_characters_gains_nothing_by_it(tmp_path: Path) -> None:
    whole, poor = writer("ngram", name="whole"), writer("ngram", symbols="e", name="poor")
    found = evaluate([poor, whole], folder_of(documents(50), tmp_path / "texts.jsonl"))
    assert isinstance(found, Ladder)
    assert found.best.model == "whole"
    poor_one, whole_one = found.models
    assert poor_one.nats > whole_one.nats + 5
    assert poor_one.n_unknown > 0 == whole_one.n_unknown
    assert f"{poor_one.n_unknown:,} characters" in found.protocol


def test_an_unknown_character_costs_the_same_on_every_rung() -> None:
    made = writer("ngram")
    texts = Texts.of(made, [Document("é", {}, "x", 1)])
    assert texts.n_unknown == 1
    rungs = {rung.name: rung.carried[0] for rung in static(made, texts)}
    n_known = len(made.encoding.symbols)
    assert rungs["uniform"][0] == pytest.approx(-log(n_known + 2) - log(N_CODES - n_known))
    symbol = made.model.log_probabilities([np.array([UNKNOWN])])[0][0]
    assert rungs["4-gram"][0] == pytest.approx(symbol - log(N_CODES - n_known))


# ---- low rungs from the counts of the n-gram -----------------------------------------------------


@pytest.mark.parametrize("most", [0, 300, 120])
def test_occurrences_are_those_of_the_text_even_after_pruning(most: int) -> None:
    made = writer("ngram", most=most)
    trie = made.model.shared
    counts: Counter[tuple[int, ...]] = Counter()
    for document in documents():
        ids = [END, *made.encoding.encode_document(document.text).tolist()]
        for n in range(1, trie.order + 1):
            counts.update(tuple(ids[i : i + n]) for i in range(1 if n == 1 else 0, len(ids) - n + 1))
    names: list[tuple[int, ...]] = [()]
    for parent, symbol in zip(trie.parents, trie.symbols, strict=True):
        names.append((*names[parent], int(symbol)))
    assert [counts[name] for name in names[1:]] == occurrences(trie).tolist()


def test_unigram_and_chain_are_distributions() -> None:
    made = writer("ngram")
    chain, n = Chain(made.model.shared), made.encoding.n_symbols
    assert chain.unigram.sum() == pytest.approx(1)
    for before in range(n):
        assert chain.after(np.full(n, before), np.arange(n)).sum() == pytest.approx(1)


# ---- labels --------------------------------------------------------------------------------------


def test_figures_of_labels_add_up_to_that_of_all(tmp_path: Path) -> None:
    made = writer("ngram")
    found = evaluate(made, folder_of(documents(50), tmp_path / "texts.jsonl"))
    assert isinstance(found, Ladder)
    assert {row.value for row in found.labels} == set(WORDS)
    assert all(row.told < row.untold for row in found.labels)
    total = sum(row.told * row.n_symbols for row in found.labels)
    assert total / found.n_symbols == pytest.approx(found.best.nats)
    text = found.as_text(["author"])
    assert "Ann" in text
    assert "Ann" not in found.as_text()


def test_texts_without_labels_have_no_figures_of_labels(tmp_path: Path) -> None:
    path = tmp_path / "plain.txt"
    path.write_text(text_of("Ann", 40, 9))
    found = evaluate(writer("ngram"), path)
    assert isinstance(found, Ladder)
    assert not found.labels
    assert all(row.unlabelled is None for row in found.rows)
    with pytest.raises(UsageError, match="label column 'author'"):
        found.as_text(["author"])


# ---- the table, as a person asks for it ----------------------------------------------------------


def test_the_ladder_is_sorted_and_says_how_it_was_come_by(aoede: Run, tmp_path: Path) -> None:
    models = [saved(writer(family), tmp_path / f"{family}.safetensors") for family in ("mixture", "ngram")]
    data = folder_of(documents(50), tmp_path / "texts.jsonl")
    done = aoede("evaluate", *models, data, "--json")
    assert done.code == 0
    told = json.loads(done.out)
    assert told["schema"] == "aoede.evaluation/1"
    assert told["metric"] == "nats_per_char"
    assert told["low"] == told["value"] == told["high"]
    assert told["n_symbols"] == sum(len(document.text) + 1 for document in documents(50))
    assert "cold start" in told["protocol"]
    carried = [row["carried"] for row in told["rows"]]
    assert carried == sorted(carried, reverse=True)
    assert told["value"] in carried
    shown = aoede("evaluate", models[0], data, "--by", "author")
    assert shown.code == 0
    assert "mixture" in shown.out
    assert "Bob" in shown.out


def test_learning_while_reading_stands_apart_and_gains_on_a_text_that_repeats(
    aoede: Run, tmp_path: Path
) -> None:
    model = saved(writer("ngram"), tmp_path / "ngram.safetensors")
    data = tmp_path / "again.txt"
    data.write_text("a wand is there on the ear and shore. " * 20)
    told = json.loads(aoede("evaluate", model, data, "--dynamic", "--json").out)
    (row,) = told["adapting"]
    assert row["dynamic"] < row["static"] - 0.5
    assert row["static"] == told["value"]
    assert "learnt from" in told["protocol"]


def test_models_of_one_name_are_told_apart(tmp_path: Path) -> None:
    paths = [tmp_path / folder / "poems.safetensors" for folder in "ab"]
    for path in paths:
        path.parent.mkdir()
        saved(writer("ngram"), path)
    data = folder_of(documents(50), tmp_path / "texts.jsonl")
    found = evaluate([*paths, paths[0], writer("ngram")], data)
    assert isinstance(found, Ladder)
    a, b = map(str, paths)
    assert [judged.model for judged in found.models] == [f"{a} 1", b, f"{a} 2", "ngram"]
    assert len({(row.model, row.value) for row in found.labels}) == len(found.labels)


def test_a_label_column_that_there_is_not_is_refused_before_the_work(
    aoede: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = saved(writer("ngram"), tmp_path / "ngram.safetensors")
    data = folder_of(documents(50), tmp_path / "texts.jsonl")
    monkeypatch.setattr(evaluation, "static", None)  # would be an error
    done = aoede("evaluate", model, data, "--by", "form", "--json")
    assert (done.code, done.out) == (2, "")
    assert "no label column 'form'" in done.err
    assert "author" in done.err


@pytest.mark.parametrize("family", ["ngram", "mixture"])
def test_whoever_watches_is_told_how_far_the_reading_is(family: str) -> None:
    made, told = writer(family), list[int]()
    texts = Texts.of(made, documents(50, n=1))
    found = dynamic(made, texts, told.append)
    assert told == sorted(told)
    assert len(told) > len(texts.ids)
    assert told[-1] == sum(map(len, texts.ids))
    assert all(list(map(len, logs)) == list(map(len, texts.ids)) for logs in found.values())


def test_a_mixture_keeps_no_block_of_a_document_that_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    made = writer("mixture")
    open_, most = set[int](), list[int]()
    plain = made.model.ngram.distributions

    def watched(document: Ints, **known: Any) -> Any:
        number = len(most)
        open_.add(number)
        most.append(len(open_))
        try:
            yield from plain(document, **known)
        finally:
            open_.discard(number)

    monkeypatch.setattr(made.model.ngram, "distributions", watched)
    monkeypatch.setattr(score, "_AT_ONCE", 2)
    static(made, Texts.of(made, documents(50)))
    assert len(most) > 8
    assert max(most) <= 3  # the two that are read, and the next


def test_without_torch_a_network_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    made = writer("rnn")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingError, match=r"aoede\[train\]"):
        dynamic(made, Texts.of(made, documents(50)))


def test_a_mixture_learns_as_it_reads_with_all_of_its_parts() -> None:
    before = torch.get_num_threads()
    made = writer("mixture")
    texts = Texts.of(made, documents(50, n=1))
    found = dynamic(made, texts)
    assert list(found) == ["4-gram", "LSTM, 12", "mixture"]
    for logs in found.values():
        assert [len(part) for part in logs] == [len(ids) for ids in texts.ids]
        assert (np.concatenate(logs) < 0).all()
    assert torch.get_num_threads() == before


@pytest.mark.parametrize(
    ("models", "options", "match"),
    [
        (["rbm", "rbm"], {}, "side by side"),
        (["rbm"], {"adapts": True}, "no model of text"),
        ([], {}, "no model to judge"),
    ],
)
def test_what_cannot_be_judged_is_refused(
    models: list[str], options: dict[str, Any], match: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=match):
        evaluate(models, tmp_path, **options)


def test_a_folder_without_texts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    with pytest.raises(InputError):
        evaluate(writer("ngram"), tmp_path)


def test_nothing_to_score_is_an_error() -> None:
    with pytest.raises(InputError, match="nothing to judge by"):
        score_text(writer("rnn").model, [], None)


# ---- whose text is it ----------------------------------------------------------------------------


def test_authors_are_recognised_and_a_false_name_is_not() -> None:
    known = {author: [text_of(author, 80, seed) for seed in range(4)] for author in WORDS}
    recogniser = Recogniser(known)
    fresh = {author: [text_of(author, 12, seed) for seed in range(10, 16)] for author in WORDS}
    found = recogniser.recognise(fresh)
    assert found.accuracy > 0.9 > found.chance == 0.5
    assert found.n_texts == 12
    swapped = recogniser.recognise({"Ann": fresh["Bob"], "Bob": fresh["Ann"]})
    assert swapped.accuracy < 0.1
    assert "chance 50.0 %" in found.as_text()


def test_a_recogniser_needs_two_authors_and_knows_only_them() -> None:
    with pytest.raises(InputError, match="two and more"):
        Recogniser({"Ann": ["text"]})
    with pytest.raises(InputError, match="'Eve'"):
        Recogniser({"Ann": ["a text"], "Bob": ["other"]}).recognise({"Eve": ["x"]})
