"""Which words can follow a beginning, so that a line makes sense: `tools/line_frames_en.tsv`, `_zh.tsv`.

A frame is how a beginning ends ("drown in the", "is like a"), with the words that may follow: "I could drown in the"
night, not "in the" town.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MOST_WORDS = 3  # after the beginning
_VOWELS = "aeiou"


@dataclass(frozen=True)
class Frames:
    """Frames, the first of which that fits holds: a pattern of the end of a beginning, and the words after it."""

    rows: tuple[tuple[re.Pattern[str], frozenset[str]], ...]

    @classmethod
    def read(cls, path: Path) -> "Frames":
        known: dict[str, frozenset[str]] = {}
        rows = []
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                words = _words(row["words"], known)
                if row["kind"] == "frame":
                    rows.append(
                        (re.compile(rf"(?:.*[ \u4e00-\u9fff])?(?:{row['name']})", re.IGNORECASE), words)
                    )
                else:
                    known[row["name"]] = words
        return cls(tuple(rows))

    def fits(self, beginning: str, rest: Sequence[str]) -> bool:
        """Whether these words may follow; nothing may follow a beginning without a frame."""
        if len(rest) > MOST_WORDS or not _has_its_article(beginning, rest[0]):
            return False
        return rest[-1] in self._after(beginning)

    def endings(self, beginning: str) -> list[str]:
        """The words that may follow, in order."""
        return sorted(self._after(beginning))

    def _after(self, beginning: str) -> frozenset[str]:
        return _after(self.rows, beginning)


@cache
def _after(rows: tuple[tuple[re.Pattern[str], frozenset[str]], ...], beginning: str) -> frozenset[str]:
    return next((words for pattern, words in rows if pattern.fullmatch(beginning)), frozenset())


def _words(text: str, known: dict[str, frozenset[str]]) -> frozenset[str]:
    """Words as they stand there; "water-tide+shores" are two sets, the first without a word."""
    found: set[str] = set()
    chunks = text.split()
    for chunk in chunks:
        if len(chunks) > 1 and "+" not in chunk:
            found.add(chunk)
            continue
        for part in chunk.split("+"):
            name, *without = part.split("-")
            found |= known.get(name, frozenset((name,))) - set(without)
    return frozenset(found)


def _has_its_article(beginning: str, word: str) -> bool:
    """ "an ocean", not "a ocean"; "an hour" is lost."""
    last = beginning.rsplit(" ", 1)[-1].lower()
    return last not in ("a", "an") or (last == "an") == (word[0] in _VOWELS)
