"""What the lines of songs are built from, and what building them in a language gives."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.learning.line_frames import Frames
from aoede.learning.line_judge import Judge
from aoede.learning.mood_columns import WordVectors
from aoede.words.line_pool import GOING_ON, MAIN, OPENING, ORDER
from aoede.words.verbatim import Index

KIND_OF = {"m": MAIN, "o": ORDER, "s": OPENING, "c": GOING_ON}
SEED = 1

Vectors = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Sources:
    data: Path
    tools: Path  # beginnings and marks
    cache: Path  # what the writers wrote
    unihan: Path
    vectors: WordVectors

    def beginnings(self, language: str) -> dict[str, int]:
        """Beginning -> kind of line."""
        rows = _rows(self.tools / f"beginnings_{language}.tsv")
        return {row["beginning"]: KIND_OF[row["kind"]] for row in rows}

    def frames(self, language: str) -> Frames:
        """Which words may follow which beginnings."""
        return Frames.read(self.tools / f"line_frames_{language}.tsv")

    def phrases(self, language: str) -> frozenset[str]:
        """Phrases that a writer wrote with nothing before them, and a reader kept."""
        return frozenset((self.tools / f"line_phrases_{language}.txt").read_text("utf-8").split())

    def marks(self, language: str) -> dict[str, int]:
        """Line -> whether a reader keeps it."""
        return {row["line"]: int(row["mark"]) for row in _rows(self.tools / f"line_marks_{language}.tsv")}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@dataclass(frozen=True)
class Candidate:
    """A line that may be sung."""

    text: str
    beginning: str  # "" for one that the writer began itself
    kind: int
    log_odds: float  # by the judge


@dataclass(frozen=True)
class Built:
    candidates: Sequence[Candidate]
    judge: Judge
    indexes: Sequence[Index]  # of the writers' training texts
    content: Callable[[str], Sequence[str]]  # line -> the words that it is about
    voice: Callable[[str], int]  # line -> SAYS_I, SAYS_WE, PAST
    keys: Vectors  # words that a request may name
    vectors_of: Callable[[Sequence[str]], Vectors]  # words of the lines -> their meaning
    writers: Mapping[str, str]  # name -> the beginning of its hash
    limits: Mapping[str, Any]  # of what is chosen
