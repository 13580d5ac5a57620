"""`aoede write`: what is printed where, what is refused and how, files, and the function of the same name."""

import io
import json
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import aoede as package
from aoede import write as write_text
from aoede.cli import words
from aoede.cli.console import columns_of, tell, tell_json
from aoede.cli.pages import columns, marked, shown, wrapped
from aoede.errors import InputError, MissingError, UsageError
from aoede.learning import checkpoint, writing
from aoede.learning.sampling import find_checkpoint
from aoede.learning.texts import Labels
from aoede.words.forms import Forms
from aoede.words.novelty import Passage
from aoede.words.verbatim import Source
from aoede.write import copied, found, ordered, wanted, written
from tests.command import Run

TEXT = (Path(__file__).parent / "fixtures" / "texts" / "shakespeare.txt").read_text()
SHANTY = "Oh, a ship in the bay and a ship on the sea, and the wind is for you and the wind is for me.\n"
POEM = "白日依山盡，黃河入海流。\n欲窮千里目，更上一層樓。"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model of two authors."""
    folder = tmp_path_factory.mktemp("texts")
    rows = [{"author": "William Shakespeare", "text": TEXT[i : i + 4_000]} for i in range(0, 24_000, 4_000)]
    rows += [{"author": "Jack Tar", "text": SHANTY * 20} for _ in range(4)]
    (folder / "texts.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    package.train("ngram", folder, folder / "run", seed=1, order=5)
    return folder / "run" / "model.safetensors"


@pytest.fixture(scope="module")
def poet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model of one form, without labels."""
    folder = tmp_path_factory.mktemp("poems")
    turned = [POEM[i:5] + POEM[:i] + POEM[5:] for i in range(5)]
    rows = [json.dumps({"text": text}, ensure_ascii=False) for text in turned * 6]
    (folder / "poems.jsonl").write_text("\n".join(rows), encoding="utf-8")
    package.train("ngram", folder, folder / "run", seed=1, order=2)
    return folder / "run" / "model.safetensors"


def _changed(model: Path, path: Path, changes: Mapping[str, Any], extras: bool = True) -> Path:
    """A copy of the model with other metadata; without `extras` it has forgotten its training text and its labels."""
    stored = checkpoint.load(model)
    left = ("novelty/", "lexicon/", "own.") if not extras else ()
    tensors = {name: tensor for name, tensor in stored.tensors.items() if not name.startswith(left)}
    checkpoint.save(path, tensors, {**stored.metadata, **changes})
    return path


# -- what is printed where --


def test_the_text_goes_to_stdout_and_what_there_is_to_say_of_it_to_stderr(aoede: Run, model: Path) -> None:
    done = aoede("write", model, "--seed", 3, "--length", 150, "--start", "Now ")
    assert done.code == 0
    (text,) = write_text(model, seed=3, length=150, start="Now ")
    assert done.out == text.text + "\n"
    assert text.novelty is not None
    assert done.err.splitlines() == [text.novelty.sentence(), "seed 3"]
    assert "word for word in the training text" in done.err
    assert aoede("write", model, "--seed", 3, "--length", 150, "--start", "Now ").out == done.out
    assert aoede("write", model, "--seed", 4, "--length", 150, "--start", "Now ").out != done.out


def test_a_seed_that_was_drawn_is_told_and_gives_the_text_again(aoede: Run, model: Path) -> None:
    done = aoede("write", model, "--length", 80)
    seed = done.err.splitlines()[-1].removeprefix("seed ")
    assert aoede("write", model, "--length", 80, "--seed", seed).out == done.out


def test_several_texts_are_the_same_streamed_or_whole(aoede: Run, model: Path) -> None:
    whole = aoede("write", model, "--seed", 3, "--length", 60, "--count", 3)
    streamed = aoede("write", model, "--seed", 3, "--length", 60, "--count", 3, "--stream")
    assert whole.out == streamed.out
    assert whole.out.count("* * *") == 2
    assert whole.err == streamed.err
    assert [text.text for text in write_text(model, seed=3, length=60, n=3)] == [
        part.strip("\n") for part in whole.out.split("* * *")
    ]


def test_json_is_one_object_with_all_that_makes_the_texts_again(aoede: Run, model: Path) -> None:
    options = (
        "--as",
        "Jack Tar=3,William Shakespeare",
        "--top-k",
        30,
        "--temperature",
        "inf",
        "--length",
        50,
    )
    done = aoede("write", model, "--seed", 3, "--count", 2, "--json", "--explain", *options)
    told = json.loads(done.out)
    assert told["schema"] == "aoede.texts/1"
    assert told["labels"] == {"Jack Tar": 3.0, "William Shakespeare": 1.0}
    assert told["settings"]["temperature"] == "inf"
    assert told["sha256"] == checkpoint.load(model).sha256
    assert (told["seed"], [row["number"] for row in told["texts"]]) == (3, [0, 1])
    assert {"text", "n_start", "novelty", "copied", "n_rewound"} <= set(told["texts"][0])
    assert told["texts"][0]["novelty"]["verdict"] in ("fresh", "borrows", "copies")
    assert done.err == ""


def test_compare_writes_the_same_start_and_noise_at_each_temperature(aoede: Run, model: Path) -> None:
    done = aoede("write", model, "--seed", 3, "--length", 80, "--start", "O ", "--compare", "0,0.8,inf")
    for temperature in (0, 0.8, float("inf")):
        (text,) = write_text(model, seed=3, length=80, start="O ", temperature=temperature)
        assert f"-- temperature {temperature:g} --\n{text.text}\n" in done.out
    assert done.err.count("temperature ") == 3
    for wrong in (
        ("--count", 2),
        ("--temperature", 1),
        ("--compare", "warm"),
        ("--compare", ",".join("1" * 20)),
    ):
        refused = aoede("write", model, "--compare", "0.2,1", *wrong)
        assert (refused.code, refused.out) == (2, "")


def test_explain_marks_what_was_copied_and_lists_where_it_stands(aoede: Run, model: Path) -> None:
    options = ("--seed", 3, "--length", 200, "--temperature", 0.2, "--as", "Jack Tar")
    done = aoede("write", model, "--explain", *options)
    order = ordered(model, length=200, temperature=0.2, as_="Jack Tar")
    (text,) = written(order, seed=3)
    passages = copied(order, text)
    assert passages
    assert "[" in done.out
    assert "](1" in done.out
    for passage in passages:
        assert str(passage.source) in done.out
        assert text.text[passage.begin : passage.end] == passage.text
    assert "texts.jsonl:" in done.out


def test_what_was_written_and_its_seed_are_not_lost_where_it_cannot_be_stored_or_is_interrupted(
    aoede: Run, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    command = ("write", model, "--length", 30, "--out")
    for out in ("mine.txt", "mine.txt/poem.txt", "."):
        refused = aoede(*command, out)
        assert (refused.code, refused.out) == (73, "")
    late = aoede(*command, "mine.txt", "--json", "--seed", 1)
    assert late.code == 73
    told = json.loads(late.out)
    assert told["seed"] == 1 and told["texts"][0]["text"] and "file" not in told

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(words, "_told", stop)  # after the first text
    stopped = aoede(*command, "poems.txt", "--count", 3)
    assert stopped.code == 130 and "seed " in stopped.err
    assert (tmp_path / "poems.txt").read_text() == stopped.out != ""
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_the_start_is_read_and_the_guard_built_once_for_all_texts(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Counter[str]()

    def counted(name: str) -> Callable[..., Any]:
        real = getattr(writing, name)
        return lambda *given: (made.update([name]), real(*given))[1]

    for name in ("_begun", "Guard"):
        monkeypatch.setattr(writing, name, counted(name))
    order = ordered(model, length=20, max_copy=30)
    told, texts = list[str](), list[str]()
    for text in written(order, seed=1, n=3, on_text=told.append):
        texts.append(text.text)
        assert "".join(told) == "".join(texts)  # each is given on when it is made
    assert made == {"_begun": 1, "Guard": 1}


def test_the_file_holds_all_texts_and_is_not_written_over(aoede: Run, model: Path, tmp_path: Path) -> None:
    command = ("write", model, "--length", 60, "--count", 2, "--out", "poems.txt", "--seed")
    done = aoede(*command, 1)
    assert (tmp_path / "poems.txt").read_text() == done.out
    assert aoede(*command, 1).code == 0
    refused = aoede(*command, 2)
    assert refused.code == 73
    assert "exists already" in refused.err
    assert (tmp_path / "poems.txt").read_text() == done.out
    assert aoede(*command, 2, "--force").out == (tmp_path / "poems.txt").read_text()
    assert aoede("write", model, "--seed", 1, "--out", "-", "--length", 30).code == 0
    assert not (tmp_path / "-").exists()


# -- labels, forms, defaults of the model --


def test_authors_write_differently_and_an_unknown_one_is_answered_with_the_nearest(
    aoede: Run, model: Path
) -> None:
    tar, will = (
        "".join(t.text for t in write_text(model, seed=1, as_=name, n=12, length=120))
        for name in ("jack tar", "William Shakespeare")
    )
    assert tar.count("ship") > 3 * will.count("ship")
    assert "ship" in tar
    refused = aoede("write", model, "--as", "Wiliam Shakespear")
    assert refused.code == 2
    assert "William Shakespeare" in refused.err


def test_names_and_weights_are_told_apart(model: Path) -> None:
    writer = found(model)
    assert wanted("Jack Tar=0.7,William Shakespeare=0.3", writer) == {
        "Jack Tar": 0.7,
        "William Shakespeare": 0.3,
    }
    assert wanted(" Jack Tar ， William Shakespeare=2", writer) == {
        "Jack Tar": 1.0,
        "William Shakespeare": 2.0,
    }
    assert wanted("author=Jack Tar=0.5", writer) == {"author=Jack Tar": 0.5}
    assert wanted("author=Jack Tar", writer) == {"author=Jack Tar": 1.0}
    assert wanted("", writer) == {}
    assert wanted("311,Blur", writer) == {"311": 1.0, "Blur": 1.0}
    band = replace(writer, labels=Labels(("artist",), (("311", "Earth, Wind & Fire"),)))
    assert band.condition(wanted(" earth,  wind & fire", band)).tolist() == [0, 0, 1]  # type: ignore[union-attr]
    assert writer.condition(wanted("author=Jack Tar=0.5", writer)) is not None
    for wrong in ("=0.5", "Jack Tar,,", "Jack Tar=0", "Jack Tar=-1", "Jack Tar=nan"):
        with pytest.raises(UsageError):
            ordered(writer, as_=wrong)


def test_a_form_is_kept_and_its_other_names_are_known(aoede: Run, poet: Path) -> None:
    for name in ("五言绝句", "五绝"):
        done = aoede("write", poet, "--form", name, "--seed", 1, "--temperature", 1)
        assert [len(line) for line in done.out.splitlines()] == [12, 12]
        assert "训练文本" in done.err
    refused = aoede("write", poet, "--form", "七言绝句")
    assert refused.code == 2
    assert "五言绝句" in refused.err
    assert aoede("write", poet, "--tune", "如梦令", "--lines", 3).code == 2


def test_a_form_is_a_label_too_where_the_model_has_it_as_one(poet: Path) -> None:
    writer = replace(found(poet), labels=Labels(("form",), (("七言律诗", "五言绝句"),)))
    for name in ("五绝", "五言绝句"):
        order = ordered(writer, form=name)
        assert order.wish.form == "五言绝句"
        assert order.settings["as"] == {"form": "五言绝句"}
        assert order.wish.condition is not None
        assert order.wish.condition.tolist() == [0, 0, 1]
    assert ordered(writer, form="七言律诗").wish.form is None  # known as a label alone
    for wrong in ({"form": "五绝", "tune": "如梦令"}, {"form": "词"}):
        with pytest.raises(UsageError, match="no form or tune"):
            ordered(writer, **wrong)


def test_a_model_writes_as_it_is_used_to_unless_told_otherwise(
    aoede: Run, model: Path, tmp_path: Path
) -> None:
    habits = {"start": "ACT I\n", "lines": 3, "temperature": 0.5, "as": "Jack Tar"}
    own = _changed(model, tmp_path / "own.safetensors", {"writes": habits})
    (text,) = write_text(own, seed=1)
    assert text.text.startswith("ACT I\n")
    assert len([line for line in text.text.split("\n") if line.strip()]) == 3
    assert write_text(own, seed=1, start="")[0].text != text.text
    assert not write_text(own, seed=1, start="O ")[0].text.startswith("ACT")
    order = ordered(own, length=40)
    assert (order.wish.n_lines, order.wish.length, order.settings["temperature"]) == (None, 40, 0.5)
    assert order.settings["as"] == {"Jack Tar": 1.0}
    assert "written as Jack Tar" in order.notes[0]
    told = [
        json.loads(aoede("write", own, "--json", "--seed", 1, "--length", 40, *said).out)
        for said in ((), ("--as", "William Shakespeare"), ("--as", ""))
    ]
    assert [one["labels"] for one in told] == [{"Jack Tar": 1.0}, {"William Shakespeare": 1.0}, {}]
    assert [len(one["notes"]) for one in told] == [1, 0, 0]
    assert told[0]["texts"][0]["text"] != told[1]["texts"][0]["text"]
    for wrong in ({"tempo": 3}, {"length": "long"}, {"temperature": None}):
        odd = _changed(model, tmp_path / f"{next(iter(wrong))}.safetensors", {"writes": wrong})
        with pytest.raises(InputError, match="cannot be"):
            write_text(odd, seed=1)


def test_a_usual_form_that_the_start_does_not_fit_gives_way_and_one_that_was_said_does_not(
    poet: Path,
) -> None:
    couplets = ("7，7。/7，7。", 20), ("5，5。/5，5。/5，5。/5，5。", 30), ("5，5。/5，5。", 9), ("5，4。", 1)
    names = ("七言绝句", "五言律诗", "五言绝句", "词")
    forms = Forms({name: {code: n} for name, (code, n) in zip(names, couplets, strict=True)})
    writer = replace(found(poet), forms=forms, settings={"form": "七言绝句"})
    for start, form, n_notes in (
        ("", "七言绝句", 0), ("白日依", "七言绝句", 0), ("白日依山盡，", "五言绝句", 1), ("白日，", None, 1),
    ):  # fmt: skip
        order = ordered(writer, start=start)
        assert (order.wish.form, order.settings.get("form")) == (form, form)
        assert len(order.notes) == n_notes
    with pytest.raises(UsageError, match="does not begin like"):
        write_text(writer, seed=1, start="白日依山盡，", form="七言绝句")


# -- what is refused, and what is only told --


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--lines", 3, "--length", 9), "cannot both"),
        (("--form", "五绝", "--length", 9), "cannot both"),
        (("--form", "五绝"), "no verse forms"),
        (("--temperature", -1), "0 or more"),
        (("--temperature", "nan"), "0 or more"),
        (("--top-p", 0), "more than 0"),
        (("--min-p", 2), "from 0 to 1"),
        (("--top-k", -1), "whole number"),
        (("--count", 0), "texts can be written"),
        (("--count", 10**9), "texts can be written"),
        (("--count", 1_001, "--stream"), "texts can be written"),
        (("--stream", "--json"), "only at the end"),
        (("--stream", "--compare", "0,1"), "only at the end"),
        (("--length", 0), "whole number from 1"),
        (("--max-copy", 0), "whole number from 1"),
        (("--seed", -1), "seed must be"),
        (("--lines", 1, "--start", "one\ntwo"), "2 lines already"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    aoede: Run, model: Path, options: tuple[Any, ...], told: str
) -> None:
    done = aoede("write", model, *options)
    assert done.code == 2
    assert done.out == ""
    assert told in done.err
    assert str(options[0]) in done.err


@pytest.mark.parametrize("start", ["", "\n", "  ", "\x1b[31mO\0", "x" * 30_000, "Ω漢 and", "\t\n\t"])
def test_any_start_is_gone_on_with(aoede: Run, model: Path, start: str) -> None:
    done = aoede("write", model, "--length", 40, "--seed", 2, f"--start={start}")
    (text,) = write_text(model, length=40, seed=2, start=start)
    assert (done.code, done.out) == (0, text.text + "\n")
    assert text.text[text.draft.n_start :].strip()
    assert "\x1b" not in done.out
    assert ("never seen, read as unknown ones: Ω 漢" in done.err) == ("Ω" in start)
    assert ("knows the last 20,000" in done.err) == (len(start) > 20_000)
    assert ("2 characters that stand in no text were left out" in done.err) == ("\x1b" in start)


def test_a_model_without_its_training_text_writes_and_says_what_it_cannot_tell(
    aoede: Run, model: Path, tmp_path: Path
) -> None:
    config = {**checkpoint.load(model).metadata["config"], "label_sizes": []}
    changes = {"human": None, "labels": {}, "config": config}
    bare = _changed(model, tmp_path / "bare.safetensors", changes, extras=False)
    done = aoede("write", bare, "--seed", 1, "--length", 40)
    assert done.code == 0
    assert "how new the text is cannot be told" in done.err
    for options, told in (
        (("--explain",), "training text"), (("--max-copy", 9), "training text"),
        (("--known-words",), "list of words"), (("--as", "Jack Tar"), "without labels"),
    ):  # fmt: skip
        refused = aoede("write", bare, *options)
        assert (refused.code, refused.out) == (2, "")
        assert told in refused.err


def test_a_file_whose_parts_do_not_fit_is_refused(model: Path, tmp_path: Path) -> None:
    metadata = checkpoint.load(model).metadata
    fewer = {**metadata["encoding"], "symbols": metadata["encoding"]["symbols"][:-1]}
    labels = {"columns": ["author"], "values": [["A", "B", "C"]]}
    for i, changes in enumerate(({"encoding": fewer}, {"labels": labels}, {"labels": {}})):
        with pytest.raises(InputError, match="do not fit one another"):
            found(_changed(model, tmp_path / f"{i}.safetensors", changes))


def test_a_folder_of_data_hides_no_preset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prose").mkdir()
    (tmp_path / "mine").mkdir()
    assert find_checkpoint("prose")[0].sha256 == checkpoint.load_preset("prose").sha256
    with pytest.raises(MissingError, match="no run is here") as told:
        find_checkpoint("mine")
    assert "prose" in str(told.value.hint)
    (tmp_path / "prose" / "model.safetensors").write_bytes(model.read_bytes())
    assert find_checkpoint("prose")[0].sha256 == checkpoint.load(model).sha256


def test_what_does_not_write_is_refused(aoede: Run, model: Path, tmp_path: Path) -> None:
    music = aoede("write", "rbm")
    assert music.code == 65
    assert "does not write" in music.err
    assert "aoede sample" in music.err
    missing = aoede("write", "nobody")
    assert missing.code == 66
    assert "aoede train" in missing.err
    (tmp_path / "odd.safetensors").write_bytes(b"{}" * 50)
    assert aoede("write", "odd.safetensors").code == 65
    with pytest.raises(MissingError):
        write_text(tmp_path / "no.safetensors", seed=1)
    with pytest.raises(UsageError, match="no option 'tempo'"):
        write_text(model, seed=1, tempo=3)
    with pytest.raises(UsageError, match="cannot be"):
        write_text(model, seed=1, length="long")


def test_look_shows_the_line_end_of_an_alphabet_as_a_sign(aoede: Run, model: Path) -> None:
    done = aoede("look", model)
    (line,) = [line for line in done.out.splitlines() if line.startswith("  encoding")]
    assert "symbols ¶·" in line


def test_look_at_a_model_of_text_cuts_its_alphabet_and_its_forms(aoede: Run) -> None:
    done = aoede("look", "ci")
    assert "5,115 in all" in done.out and "864 in all" in done.out and len(done.out) < 4_000
    assert "\t" not in done.out


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_stream_that_cannot_say_everything_gets_ascii_json_and_question_marks(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", out)
    tell_json({"name": "苏轼\udcff"})
    tell("苏轼")
    out.seek(0)
    *lines, text = out.read().split("\n")[:-1]
    assert json.loads("".join(lines)) == {"name": "苏轼\udcff"}
    assert text == ("苏轼" if encoding == "utf-8" else "??")


# -- the terminal --


class Terminal:
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def _passage(begin: int, end: int) -> Passage:
    return Passage(begin, end, end - begin, "", Source("book.txt", 7))


def test_a_terminal_gets_underlines_and_no_other_control_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    screen: Any = Terminal()
    text = marked("to be or not to be", [_passage(0, 5), _passage(3, 8), _passage(13, 18)], screen)
    assert text == "\x1b[4mto be or\x1b[24m[1,2] not \x1b[4mto be\x1b[24m[3]"
    assert shown(text, screen) == text
    assert shown("a\x1b[2Jb\x07\u202ec\td\n\u3000山", screen) == "a2Jbc\td\n\u3000山"
    monkeypatch.setenv("NO_COLOR", "1")
    assert marked("to be", [_passage(0, 2)], screen) == "[to](1) be"
    monkeypatch.delenv("NO_COLOR")
    assert marked("to be", [_passage(0, 2)], io.StringIO()) == "[to](1) be"


def test_columns_stand_side_by_side_in_latin_and_chinese() -> None:
    told = columns(["one", "two"], ["all the world is a stage and all\nmen", "白日依山盡" * 5], 60)
    assert told is not None
    rows = told.splitlines()
    assert rows[0].split() == ["one", "two"]
    assert all(columns_of(row) < 60 for row in rows)
    begin = rows[0].index("two")
    firsts = [next((i for i, c in enumerate(row) if c > "一"), None) for row in rows]
    assert {columns_of(row[:i]) for row, i in zip(rows, firsts, strict=True) if i is not None} == {begin}
    assert columns(["one", "two"], ["a", "b"], 40) is None


def test_lines_are_broken_between_words_and_nothing_is_lost() -> None:
    text = "the quick brown fox jumps over the lazy dog\n\nunbreakableunbreakableunbreakable 白日依山盡黃河入海流"
    rows = wrapped(text, 12)
    assert all(columns_of(row) <= 12 for row in rows)
    assert "".join("".join(rows).split()) == "".join(text.split())
    assert rows[:2] == ["the quick", "brown fox"]
