"""Characters: a text as a row of numbers, one a character, and back.

Symbol 0 is END: it closes every document and, seen from the next one, stands before it. Symbol 1 is UNKNOWN, any
character that was not in the texts that the encoding was fitted to, or too rare there. Symbol 2 + i is the character
`symbols[i]`; they stand in the order of their code points, so equal texts give equal encodings.

Texts are expected in the normal form of `formats/text.py`: NFC, "\\n" line ends, no control characters but tab and
newline.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aoede.errors import ConfigError, InputError
from aoede.settings import from_mapping

NAME = "characters"
END, UNKNOWN = 0, 1
N_SPECIAL = 2  # END and UNKNOWN
MAX_SYMBOLS = 6000
REPLACEMENT = "\ufffd"  # what UNKNOWN looks like
N_CODES = 0x110000  # code points of Unicode

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Characters:
    """The encoding; raises ConfigError for symbols that are not different characters in order of code point."""

    symbols: str

    name: ClassVar[str] = NAME

    def __post_init__(self) -> None:
        if not isinstance(self.symbols, str) or not self.symbols:
            raise ConfigError("an encoding of characters needs a string of at least one character")
        codes = _codes(self.symbols)
        if (np.diff(codes) <= 0).any():
            raise ConfigError("the characters of an encoding must be different and in order of code point")
        wrong = self.symbols[int(np.argmax(_is_odd(codes)))] if _is_odd(codes).any() else ""
        if wrong:
            raise ConfigError(f"U+{ord(wrong):04X} is no character that a text can have")

    @classmethod
    def fit(cls, texts: Iterable[str], max_symbols: int = MAX_SYMBOLS) -> "Characters":
        """The characters of `texts`, at most the `max_symbols` most frequent; of equal ones the lower code points.

        Control characters but tab and newline are passed over. Raises InputError where no character is left,
        ConfigError for a `max_symbols` below 1.
        """
        if max_symbols < 1:
            raise ConfigError(f"an encoding needs at least one character, not {max_symbols}")
        counts = np.zeros(N_CODES, np.int64)
        for text in texts:
            found = np.bincount(_codes(text))
            counts[: len(found)] += found
        seen = np.flatnonzero(counts)
        seen = seen[~_is_odd(seen)]
        if not len(seen):
            raise InputError("there is no character in these texts")
        kept = seen[np.argsort(-counts[seen], kind="stable")[:max_symbols]]
        return cls("".join(map(chr, np.sort(kept).tolist())))

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Characters":
        """The encoding that `as_mapping` describes. Raises ConfigError for unknown settings or another name."""
        settings = dict(values)
        name = settings.pop("name", NAME)
        if name != NAME:
            raise ConfigError(f"the encoding {name!r} is no {NAME}")
        return from_mapping(cls, settings, "an encoding of characters")

    def as_mapping(self) -> dict[str, Any]:
        return {"name": NAME, "symbols": self.symbols}

    @property
    def n_symbols(self) -> int:
        """How many ids there are: END, UNKNOWN and the characters."""
        return N_SPECIAL + len(self.symbols)

    def encode(self, text: str) -> Ints:
        """(T,) ids, one a character; no END is added."""
        codes = _codes(text)
        return self._ids[np.minimum(codes, len(self._ids) - 1)]

    def encode_document(self, text: str) -> Ints:
        """(T + 1,) ids, the last one END."""
        return np.append(self.encode(text), END)

    def decode(self, ids: ArrayLike) -> str:
        """The text of (T,) ids; END gives nothing, UNKNOWN the replacement character.

        Raises InputError for anything but whole numbers from 0 to `n_symbols` - 1 on one axis.
        """
        array = np.asarray(ids)
        if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
            raise InputError("ids of characters are whole numbers on one axis")
        if array.size and not (array.min() >= 0 and array.max() < self.n_symbols):
            raise InputError(f"ids of these characters lie from 0 to {self.n_symbols - 1:,}")
        kept = array[array != END].astype(np.int64)
        return bytes(self._glyphs[kept]).decode("utf-32-le")

    def unknown(self, text: str) -> tuple[str, ...]:
        """The different characters of `text` that are not known, in order of appearance."""
        strange = _codes(text)[self.encode(text) == UNKNOWN]
        codes, first = np.unique(strange, return_index=True)
        return tuple(map(chr, codes[np.argsort(first)].tolist()))

    @cached_property
    def _ids(self) -> Ints:
        """Code point -> id; whatever lies beyond the last known character has the last place, UNKNOWN."""
        codes = _codes(self.symbols)
        ids = np.full(int(codes[-1]) + 2, UNKNOWN, np.int64)
        ids[codes] = np.arange(N_SPECIAL, self.n_symbols)
        return ids

    @cached_property
    def _glyphs(self) -> NDArray[np.uint32]:
        """Id -> code point, for all but END."""
        codes = np.concatenate([[0, ord(REPLACEMENT)], _codes(self.symbols)])
        return codes.astype("<u4")


def _codes(text: str) -> Ints:
    """(T,) code points, those of broken surrogate pairs too."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.int64)


def _is_odd(codes: Ints) -> NDArray[np.bool_]:
    """Where a code point is a control character other than tab and newline, or half of a surrogate pair."""
    is_control = (codes < 32) & (codes != 9) & (codes != 10) | (codes >= 127) & (codes < 160)
    return np.asarray(is_control | (codes >= 0xD800) & (codes < 0xE000))
