"""Trains the shipped models of melodies: python -m aoede.learning.melody_preset DATA OUT.safetensors [FAMILY]

Its songs are lead sheets, art songs and songs printed in old books, whose licences allow it; what they are and how
good the models are stands in presets/melody.md. FAMILY is rnn unless said, or ngram, or transformer.
"""

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aoede.encodings.melody import PARTS
from aoede.learning import checkpoint
from aoede.learning.account import Report
from aoede.learning.loop import Standing
from aoede.learning.train import train
from aoede.learning.watcher import Silent
from aoede.neural.arrays import quantised

SETS = ("leadsheets_openewld", "songs_openscore_lieder", "midi_gutenberg_songs")
SEED = 1
OPTIONS: dict[str, Any] = {"seed": SEED, "encoding": "melody", "told": list(PARTS), "n_epochs": 16}
# What each family is trained with: all is told to the networks; an n-gram is small with the nearest columns alone.
FAMILIES: Mapping[str, Mapping[str, Any]] = {
    "rnn": OPTIONS,
    "transformer": OPTIONS,
    "ngram": {"seed": SEED, "encoding": "melody", "told": list(PARTS), "n_columns": 2},
}
ABOUT = {
    "kind": "melodies note by note: time, length, degree of the key",
    "licence": "public domain and CC0 data; see presets/melody.md",
}


def gathered(data: Path, folder: Path) -> Path:
    """A folder in `folder` with links to the songs of all sets."""
    place = folder / "songs"
    place.mkdir()
    for name in SETS:
        (place / name).symlink_to((data / name / "midi").resolve(), target_is_directory=True)
    return place


def main(data: Path, out: Path, family: str = "rnn") -> None:
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        outcome = train(family, gathered(data, Path(folder)), run, watcher=Console(), **FAMILIES[family])
        assert outcome.model is not None
        found = checkpoint.load(outcome.model)
    metadata = dict(found.metadata) | ABOUT
    own = "" if family == "rnn" else f" {family}"
    metadata["provenance"] = {
        **metadata["provenance"],
        "command": f"python -m aoede.learning.melody_preset DATA OUT{own}",
        "sets": list(SETS),
    }
    checkpoint.save(out, quantised(found.tensors), metadata, force=True)
    print(f"{out}: {out.stat().st_size:,} bytes, {metadata['provenance']['figures']}")


class Console(Silent):
    """Prints a line a check."""

    def read(self, report: Report) -> None:
        print(report.summary())

    def checked(self, standing: Standing) -> None:
        print(dict(standing.checks[-1]), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
