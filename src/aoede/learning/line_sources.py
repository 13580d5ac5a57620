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
    tools: Path  # beginnings, frames, marks and readings
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

    def readings(self, language: str) -> dict[str, bool]:
        """Every line that a reader has read -> whether it may be sung."""
        rows = _rows(self.tools / f"line_readings_{language}.tsv")
        return {row["line"]: row["mark"] == "1" for row in rows}

    def marks(self, language: str) -> dict[str, int]:
        """Line, drawn from all that was written -> whether a reader keeps it: what the judge learns from."""
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
    candidates: Sequence[Candidate]  # that a reader kept
    unread: Sequence[Candidate]  # that would make sense, for a reader
    judge: Judge
    indexes: Sequence[Index]  # of the writers' training texts
    content: Callable[[str], Sequence[str]]  # line -> the words that it is about
    voice: Callable[[str], int]  # line -> SAYS_I, SAYS_WE, PAST
    keys: Vectors  # words that a request may name
    vectors_of: Callable[[Sequence[str]], Vectors]  # words of the lines -> their meaning
    writers: Mapping[str, str]  # name -> the beginning of its hash
    limits: Mapping[str, Any]  # of what is chosen
