"""Trains the shipped writers: python -m aoede.learning.text_presets DATA OUT_FOLDER [NAME ...] [--runs FOLDER]

Each is a mixture of n-gram and LSTM. What they learnt from and how good they are stands in presets/NAME.md. With
`--runs` the trainings are kept in that folder, and a training that was stopped goes on.
"""

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aoede.formats import text
from aoede.formats.files import write_whole
from aoede.learning import checkpoint, runs
from aoede.learning.account import Report
from aoede.learning.loop import Standing
from aoede.learning.train import resume, train
from aoede.learning.watcher import Silent
from aoede.learning.writer import parts_of, with_extras
from aoede.neural.arrays import quantised
from aoede.words.forms import form_of
from aoede.words.verbatim import Index

SEED = 1
MAX_NGRAMS, MAX_OWN_NGRAMS = 400_000, 100_000
SECTION = 6_000  # characters of a section of a book, at least
NO_PLAYS = ("loverscomplaint", "rapeoflucrece", "venusandadonis")  # poems among the plays
BEGINNING = 20  # characters by which texts of one name are told apart

SCENE = "ACT I\n\n\n\nSCENE I\t"  # where a play begins, after its title and its persons

Record = dict[str, str]
Records = Iterator[tuple[Record, str, int]]  # documents, what a reader calls each, and its first line there


@dataclass(frozen=True)
class Source:
    """Where a preset's texts come from, how it is trained, and how it writes where nothing is said."""

    records: Callable[[Path], Records]  # of the folder of the research data
    about: str
    settings: Mapping[str, Any]
    writes: Mapping[str, Any] = field(default_factory=dict)


def _plays(data: Path) -> Records:
    for path in sorted((data / "text_shakespeare_plays").glob("*.txt")):
        if path.stem not in NO_PLAYS:
            play = text.from_bytes(path.read_bytes(), where=path.name).text
            yield {"title": path.stem, "text": play}, path.stem, 1


def _prose(data: Path) -> Records:
    """The sections of the book, so that whole ones are held out."""
    path = data / "text_nietzsche" / "train.txt"
    book = text.from_bytes(path.read_bytes(), where=path.name).text
    begin = 0
    while begin < len(book):
        end = book.find("\n\n", begin + SECTION)
        end = len(book) if end < 0 else end
        yield {"text": book[begin:end]}, "Beyond Good and Evil", 1 + book.count("\n", 0, begin)
        begin = end + 2


def _lines(name: str, *columns: str) -> Callable[[Path], Records]:
    """The records of DATA/NAME's one JSONL file, with these label columns."""

    def records(data: Path) -> Records:
        for path in sorted((data / name).glob("*.jsonl")):
            found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            counts = Counter(_name(row, columns[0]) for row in found)
            for row in found:
                called = _name(row, columns[0])
                if counts[called] > 1:
                    called += f" ({row['text'].strip()[:BEGINNING].splitlines()[0].strip()} ...)"
                yield {column: row[column] for column in columns} | {"text": row["text"]}, called, 1

    return records


def _name(row: Record, author: str) -> str:
    return f"{row[author]}: {row.get('title') or row.get('tune') or 'untitled'}"


def _tang(data: Path) -> Records:
    for record, called, line in _lines("poems_zh_tang", "author")(data):
        yield record | {"form": form_of(record["text"])}, called, line


_CHINESE = {"dropout": 0.4, "weight_dropout": 0.2, "n_steps": 48}

SOURCES: Mapping[str, Source] = {
    "play": Source(
        _plays,
        "plays of Shakespeare",
        {"dropout": 0.25, "weight_dropout": 0.15, "n_steps": 64, "n_epochs": 6},
        {"start": SCENE},
    ),
    "prose": Source(
        _prose,
        "prose of Nietzsche, in English",
        {"dropout": 0.4, "weight_dropout": 0.3, "n_epochs": 24, "n_hidden": 384},
    ),
    "poem": Source(
        _lines("poems_en", "author"),
        "poems of seven poets in English",
        {"dropout": 0.25, "weight_dropout": 0.15, "n_epochs": 10},
    ),
    "lyrics": Source(
        _lines("lyrics_en_pd", "artist"),
        "song texts of 45 lyricists in English",
        {"dropout": 0.3, "weight_dropout": 0.2, "n_epochs": 12},
    ),
    "tang": Source(
        _tang,
        "poems of sixty Tang poets (traditional characters)",
        {**_CHINESE, "n_epochs": 10},
        {"form": "七言绝句"},
    ),
    "ci": Source(
        _lines("lyrics_zh_songci", "author", "tune"),
        "ci of 83 Song lyricists (simplified characters)",
        {**_CHINESE, "n_epochs": 10},
        {"tune": "浣溪沙"},
    ),
}


def gathered(source: Source, data: Path, path: Path) -> Path:
    """The texts as one JSONL file at `path`."""
    lines = [json.dumps(record, ensure_ascii=False, sort_keys=True) for record, *_ in source.records(data)]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, ("\n".join(lines) + "\n").encode(), force=True)
    return path


def trained(name: str, data: Path, folder: Path) -> Path:
    """The model of a whole training in folder/NAME, which goes on where it had stopped."""
    source, run = SOURCES[name], folder / name
    texts = gathered(source, data, folder / f"{name}.jsonl")
    if runs.is_run(run):
        outcome = resume(run, folder=texts, watcher=Console())
    else:
        options = {"max_ngrams": MAX_NGRAMS, "max_own_ngrams": MAX_OWN_NGRAMS, **source.settings}
        outcome = train("mixture", texts, run, watcher=Console(), seed=SEED, **options)
    assert outcome.model is not None
    return outcome.model


def packed(name: str, model: Path, data: Path, out: Path) -> None:
    """The preset: matrices in 8 bits, what it is, how it writes, and copies told by the names of the works."""
    found, source = checkpoint.load(model), SOURCES[name]
    places = [(called, first + _n_blank(record["text"])) for record, called, first in source.records(data)]
    tensors = quantised(found.tensors) | with_extras({}, _named(found.tensors, places), None)
    metadata = dict(found.metadata) | {
        "kind": source.about,
        "licence": f"public domain texts; see presets/{name}.md",
        "writes": dict(source.writes),
    }
    metadata["provenance"] = {
        **metadata["provenance"],
        "command": f"python -m aoede.learning.text_presets DATA OUT_FOLDER {name}",
    }
    path = out / f"{name}{checkpoint.SUFFIX}"
    checkpoint.save(path, tensors, metadata, force=True)
    print(f"{path}: {path.stat().st_size:,} bytes, {metadata['provenance']['figures']}")


def _n_blank(content: str) -> int:
    """Empty lines before a text, which a table's reader takes away."""
    return len(content) - len(content.lstrip("\n"))


def _named(tensors: Mapping[str, Any], places: Sequence[tuple[str, int]]) -> Index:
    """The index of the training text whose documents are told by these (name, line), in the training file's order."""
    index = Index.from_tensors(parts_of(tensors)["novelty"])
    names = [places[line - 1][0] for line in index.lines]
    numbers = {name: i for i, name in enumerate(sorted(set(names)))}
    lines = [places[line - 1][1] for line in index.lines]
    return Index(index.text, list(numbers), [numbers[name] for name in names], lines)


class Console(Silent):
    """Prints a line a check."""

    def read(self, report: Report) -> None:
        print(report.summary())

    def checked(self, standing: Standing) -> None:
        print(dict(standing.checks[-1]), flush=True)

    def sampled(self, text: str) -> None:
        print(text, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m aoede.learning.text_presets")
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("names", nargs="*", help=", ".join(SOURCES))
    parser.add_argument("--runs", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        for name in asked.names or SOURCES:
            model = trained(name, asked.data, asked.runs or Path(temporary))
            packed(name, model, asked.data, asked.out)


if __name__ == "__main__":
    main()
