"""The shipped mood tables: word -> valence, arousal, their uncertainty, and the feeling nearest in meaning.

A table is one safetensors file (`presets/mood_en.safetensors`, `presets/mood_zh.safetensors`; how they are made, from
what and how good they are stands in `presets/mood.md`). Columns of N bytes each:

    words           newline-joined UTF-8, in order of the columns
    valence, arousal          int8, hundredths: -100..100 for -1..1
    valence_sd, arousal_sd    uint8, hundredths
    rated_by        uint8: index into RATED_BY
    feeling         uint8: 0 none, else 1 + index into the metadata's list of feeling ids
    feeling_weight  uint8, hundredths
    frequency       uint8: 10 * ln(1 + occurrences), used to segment Chinese

The Chinese file also has `traditional` and `simplified`: equally long strings of characters.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from aoede.learning.checkpoint import load_preset

COLUMNS = (
    "valence",
    "arousal",
    "valence_sd",
    "arousal_sd",
    "rated_by",
    "feeling",
    "feeling_weight",
    "frequency",
)
# "translation": people rated the English words that it is the word for
RATED_BY = ("model", "people", "translation")


@dataclass(frozen=True)
class Rating:
    """What the table says of a word. Valence and arousal in [-1, 1], their sd, feeling weight in [0, 1]."""

    valence: float
    arousal: float
    valence_sd: float
    arousal_sd: float
    rated_by: str
    feeling: str | None
    feeling_weight: float


class MoodTable:
    """A read-only table; words are found through a dict of row numbers (about 5 ms for 50,000 words)."""

    def __init__(self, tensors: Mapping[str, npt.NDArray[np.generic]], feelings: Iterable[str]) -> None:
        self.words = _text(tensors["words"]).split("\n")
        self.rows = dict(zip(self.words, range(len(self.words)), strict=True))
        self.columns = {name: tensors[name] for name in COLUMNS}
        self.feelings = (None, *feelings)
        self.to_simplified: dict[int, int] = {}
        if "traditional" in tensors:
            self.to_simplified = str.maketrans(_text(tensors["traditional"]), _text(tensors["simplified"]))

    def __contains__(self, word: str) -> bool:
        return word in self.rows

    def __len__(self) -> int:
        return len(self.words)

    def get(self, word: str) -> Rating | None:
        row = self.rows.get(word)
        return None if row is None else self.rating(row)

    def rating(self, row: int) -> Rating:
        valence, arousal, valence_sd, arousal_sd, rated_by, feeling, weight, _ = (
            int(column[row]) for column in self.columns.values()
        )
        return Rating(
            valence / 100,
            arousal / 100,
            valence_sd / 100,
            arousal_sd / 100,
            RATED_BY[rated_by],
            self.feelings[feeling],
            weight / 100,
        )

    def frequencies(self) -> list[int]:
        """10 * ln(1 + occurrences) of every word, in row order."""
        values: list[int] = self.columns["frequency"].tolist()
        return values


@cache
def table(language: str) -> MoodTable:
    """The shipped table of "en" or "zh", read once."""
    checkpoint = load_preset(f"mood_{language}")
    return MoodTable(checkpoint.tensors, checkpoint.metadata["feelings"])


def _text(blob: npt.NDArray[np.generic]) -> str:
    return blob.tobytes().decode("utf-8")
