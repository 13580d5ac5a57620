"""Words: a message as its words, and as a row of numbers, one a word, and back.

A word is a run of letters of a script with spaces, a single Han character, or a mark that says how a sentence is
meant ("?" and "!"). Runs of digits become NUMBER: which number it is seldom matters, that there is one often does.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from aoede.errors import ConfigError, InputError
from aoede.settings import from_mapping

NAME = "words"
END, UNKNOWN = 0, 1
N_SPECIAL = 2
NUMBER = "#"
MAX_WORDS = 8_000
MAX_CHARACTERS = 20_000  # of a text; what comes later is not read
_CHUNK = 1_000  # characters normalised at once: endless marks over one letter cost their number squared

_HAN = "㐀-䶿一-鿿"
_WORD = re.compile(rf"[{_HAN}]|[^\W\d_{_HAN}](?:[^\W\d_{_HAN}]|'(?=[^\W\d_{_HAN}]))*|\d+(?:[.,:/]\d+)*|[?!]")
_PLAIN = str.maketrans({"’": "'", "‘": "'", "ʼ": "'"})  # NFKC makes no apostrophes of them

Ints = NDArray[np.int64]


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, in order."""
    plain = text[:MAX_CHARACTERS].translate(_PLAIN)
    parts = (unicodedata.normalize("NFKC", plain[i : i + _CHUNK]) for i in range(0, len(plain), _CHUNK))
    found = _WORD.findall("".join(parts).lower())
    return [NUMBER if word[0].isdigit() else word for word in found]


def is_han(word: str) -> bool:
    return "㐀" <= word[0] <= "鿿"


def canonical(text: str) -> str:
    """What texts have in common that differ in case, punctuation and white space only."""
    return " ".join(word for word in words_of(text) if word not in "?!")


@dataclass(frozen=True)
class Words:
    """The encoding of word models: 0 is END, 1 is UNKNOWN, 2 + i is the i-th of the words."""

    words: str  # between spaces, the commonest first

    name: ClassVar[str] = NAME

    def __post_init__(self) -> None:
        if not isinstance(self.words, str) or not self.words:
            raise ConfigError("an encoding of words needs at least one word")
        if len(set(self.symbols)) != len(self.symbols) or not all(self.symbols):
            raise ConfigError("the words of an encoding must be different")

    @classmethod
    def fit(cls, texts: Iterable[str], max_symbols: int = MAX_WORDS, least: int = 2) -> "Words":
        """The words that stand `least` times or more, at most `max_symbols`. Raises InputError for none."""
        counts = Counter(word for text in texts for word in words_of(text))
        kept = sorted((-n, word) for word, n in counts.items() if n >= least)[:max_symbols]
        if not kept:
            raise InputError("there is no word that stands twice in these texts")
        return cls(" ".join(word for _, word in kept))

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Words":
        settings = dict(values)
        if (name := settings.pop("name", NAME)) != NAME:
            raise ConfigError(f"the encoding {name!r} is no {NAME}")
        return from_mapping(cls, settings, "an encoding of words")

    def as_mapping(self) -> dict[str, Any]:
        return {"name": NAME, "words": self.words}

    @cached_property
    def symbols(self) -> list[str]:
        return self.words.split(" ")

    @property
    def n_symbols(self) -> int:
        return N_SPECIAL + len(self.symbols)

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {word: N_SPECIAL + i for i, word in enumerate(self.symbols)}

    def encode(self, text: str) -> Ints:
        """(T,) ids without END."""
        return np.array([self._ids.get(word, UNKNOWN) for word in words_of(text)], np.int64)

    def decode(self, ids: Sequence[int]) -> str:
        known = ["", "\ufffd", *self.symbols]
        return " ".join(known[i] for i in ids if i != END)
