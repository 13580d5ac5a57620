"""The shipped writers: each writes with nothing said, knows whom its card says, and keeps its forms."""

import json
import re
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import aoede
from aoede.errors import UsageError
from aoede.learning.checkpoint import load_preset
from aoede.learning.evaluate import evaluate
from aoede.learning.ladder import Ladder
from aoede.learning.text_presets import SOURCES
from aoede.learning.writer import Writer
from aoede.models import transformer
from aoede.words.forms import Pattern, form_of
from aoede.write import found, ordered, shipped_writers
from bench.writers import held_out
from tests.command import Run

DATA = Path(__file__).parents[2] / "shared" / "data"
MAX_BYTES = 20_000_000  # of all writers together


@cache
def writer(name: str) -> Writer:
    return found(name)


def test_the_writers_that_are_trained_are_those_that_are_shipped_and_they_are_small() -> None:
    assert set(shipped_writers()) == set(SOURCES)
    assert sum(load_preset(name).n_bytes for name in SOURCES) < MAX_BYTES


@pytest.mark.parametrize("name", SOURCES)
def test_a_writer_writes_the_same_from_the_same_seed_and_says_how_new_it_is(name: str) -> None:
    text, again = (aoede.write(writer(name), seed=3, length=60)[0] for _ in range(2))
    other = aoede.write(writer(name), seed=4, length=60)[0]
    assert text.text == again.text != other.text
    assert len(text.text.strip()) > 15
    assert text.novelty is not None and text.novelty.verdict in ("fresh", "borrows")
    assert text.novelty.longest is not None and "jsonl" not in text.novelty.longest.source.path


def test_texts_of_one_name_are_told_apart_and_sections_have_the_lines_of_their_book(tmp_path: Path) -> None:
    poems = ["簌簌衣巾落枣花。\n村南", "照日深红暖见鱼。"]
    rows = [{"author": "苏轼", "tune": "浣溪沙", "text": poem} for poem in poems]
    (tmp_path / "lyrics_zh_songci").mkdir()
    (tmp_path / "lyrics_zh_songci" / "ci.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    called = [name for _, name, _ in SOURCES["ci"].records(tmp_path)]
    assert called == ["苏轼: 浣溪沙 (簌簌衣巾落枣花。 ...)", "苏轼: 浣溪沙 (照日深红暖见鱼。 ...)"]
    book = "".join(f"line {i}\n\n" for i in range(1500))
    (tmp_path / "text_nietzsche").mkdir()
    (tmp_path / "text_nietzsche" / "train.txt").write_text(book)
    for record, _, line in SOURCES["prose"].records(tmp_path):
        assert book.split("\n")[line - 1] == record["text"].split("\n")[0]


@pytest.mark.parametrize("name", SOURCES)
def test_a_writer_has_a_card_with_its_data_licence_figures_and_command(name: str) -> None:
    card = resources.files("aoede.presets").joinpath(f"{name}.md").read_text(encoding="utf-8")
    assert load_preset(name).metadata["provenance"]["command"] in card
    for part in ("## Data", "licence", "nats a character", "## Samples", "## Limits"):
        assert part in card


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.skipif(not DATA.is_dir(), reason="no ../shared/data beside the checkout")
@pytest.mark.parametrize("name", SOURCES)
def test_the_figures_of_a_card_are_those_of_the_file_that_is_shipped(name: str, tmp_path: Path) -> None:
    card = resources.files("aoede.presets").joinpath(f"{name}.md").read_text(encoding="utf-8")
    told = re.search(r"^\| mixture \| (\S+) \| (\S+) \|", card, re.MULTILINE)
    judged = evaluate(name, held_out(name, DATA, tmp_path))
    assert told and isinstance(judged, Ladder)
    row = next(row for row in judged.rows if row.name == "mixture")
    assert [row.carried, row.windows] == pytest.approx([float(figure) for figure in told.groups()], abs=2e-4)


@pytest.mark.parametrize(
    ("name", "author"),
    [("poem", "Emily Dickinson"), ("lyrics", "Robert Burns"), ("tang", "李白"), ("ci", "苏轼")],
)
def test_the_author_that_is_asked_for_changes_what_is_written_and_a_stranger_is_told(
    name: str, author: str
) -> None:
    asked, nobody = (aoede.write(writer(name), seed=1, as_=who, length=80)[0].text for who in (author, None))
    assert asked != nobody
    with pytest.raises(UsageError, match="there is no label"):
        aoede.write(writer(name), seed=1, as_="Nobody At All")


@pytest.mark.parametrize("form", ["五言绝句", "七言绝句", "五言律诗", "七言律诗"])
def test_tang_poems_keep_the_form(form: str) -> None:
    for text in aoede.write(writer("tang"), seed=2, form=form, n=4):
        assert form_of(text.text) == form


def test_a_ci_keeps_a_pattern_of_its_tune() -> None:
    forms = writer("ci").forms
    assert forms is not None
    for tune in ("如梦令", "浣溪沙"):
        for text in aoede.write(writer("ci"), seed=2, tune=tune, as_="苏轼", n=3):
            assert Pattern.of(text.text) in forms.patterns(tune)


def test_known_words_alone_are_written_where_that_is_asked(aoede: Run) -> None:
    lexicon = writer("lyrics").lexicon
    assert lexicon is not None
    done = aoede("write", "lyrics", "--seed", 5, "--length", 300, "--known-words", "--out", "-")
    assert done.code == 0
    assert lexicon.share_of_known_words(done.out) == 1.0


def test_no_more_is_copied_than_was_allowed(aoede: Run) -> None:
    longest = []
    for option in ((), ("--max-copy", 10)):
        done = aoede("write", "prose", "--seed", 1, "--temperature", 0.3, "--length", 200, "--json", *option)
        (text,) = json.loads(done.out)["texts"]
        longest.append(text["novelty"]["longest"]["n_characters"])
    assert longest[0] > 10 >= longest[1]


def test_a_text_is_shown_while_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    model, n_steps = type(writer("prose").model), [0]
    pieces: list[tuple[int, str]] = []  # how many steps had been made, and what was shown then
    step = model.step

    def counted(self: Any, *arguments: Any) -> Any:
        n_steps[0] += 1
        return step(self, *arguments)

    monkeypatch.setattr(model, "step", counted)
    show = aoede.write(
        writer("prose"), seed=1, length=200, on_text=lambda text: pieces.append((n_steps[0], text))
    )
    assert "".join(text for _, text in pieces) == show[0].text
    assert pieces[0][0] < n_steps[0] / 4


def test_a_start_longer_than_a_transformer_can_know_is_told() -> None:
    shape = transformer.Config(78, n_width=16, n_heads=2, n_layers=2, context=16)
    forgetful = replace(writer("prose"), model=SimpleNamespace(config=shape))
    assert ordered(forgetful, start="a" * 31).notes == ()
    assert ordered(forgetful, start="a" * 90).notes == (
        "of the 90 characters of the start the model knows the last 31",
    )
