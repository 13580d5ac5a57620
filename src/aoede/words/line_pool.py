"""The lines that songs are made of: written by the shipped writers, judged, and stored with all that choosing asks.

`presets/lines_en.safetensors` and `lines_zh.safetensors` (made by `learning/song_lines.py`; see `presets/lines.md`).
Columns of P lines, each packed by bz2:

    lines           the text, a line each
    kind            KINDS: main clause, order, subordinate or phrase, one that goes on with the line before
    begin           number of its beginning: lines of one beginning are not sung in one song
    voice           bits: 1 says I, 2 says we, 4 is in the past
    valence, arousal          hundredths, -100..100
    quality         tenths of the judge's log-odds, from QUALITY_FROM on
    stress, rhyme             numbers of names: a digit a syllable; see `syllables.py`, `rhyme.py`
    words           (P, N_WORDS) numbers in `vocabulary`, 0 for none: the words that a line is about

and of K key words, which a request may name: `keys`, `near` (K, N_NEAR) the words of the vocabulary nearest in
meaning, `nearness` (K, N_NEAR) hundredths of the cosine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.learning.checkpoint import load_preset
from aoede.words.pinyin import tones_of
from aoede.words.verbatim import damaged, packed, unpacked

KINDS = ("main", "order", "opening", "going on")
MAIN, ORDER, OPENING, GOING_ON = range(4)
SAYS_I, SAYS_WE, PAST = 1, 2, 4
QUALITY_FROM = -2.0  # log-odds
N_WORDS, N_NEAR = 4, 12
MAX_BYTES = 1 << 24
_WHAT = "the lines for songs"
_TEXTS = ("lines", "stress_names", "rhyme_names", "vocabulary", "keys")
_COLUMNS = {
    "kind": "u1", "begin": "<u2", "voice": "u1", "valence": "i1", "arousal": "i1", "quality": "u1",
    "stress": "<u2", "rhyme": "<u2",
}  # fmt: skip

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Row:
    """A line before it is packed."""

    text: str
    kind: int
    begin: int
    voice: int
    valence: float
    arousal: float
    quality: float  # log-odds that a reader would keep it
    stress: str  # a digit a syllable: WEAK, EITHER, STRONG
    rhyme: str
    words: tuple[str, ...]  # at most N_WORDS


class LinePool:
    """A read-only pool. Raises InputError where its columns do not fit one another."""

    def __init__(self, tensors: Mapping[str, NDArray[Any]]) -> None:
        try:
            self._texts = {name: _text(tensors[name]) for name in _TEXTS}
            raw = {name: _array(tensors[name], kind) for name, kind in _COLUMNS.items()}
            self.words = _array(tensors["words"], "<u2").reshape(-1, N_WORDS).astype(np.int64)
            self.near = _array(tensors["near"], "<u2").reshape(-1, N_NEAR).astype(np.int64)
            self.nearness = _array(tensors["nearness"], "u1").reshape(-1, N_NEAR) / 100
        except (KeyError, ValueError) as error:
            raise damaged(_WHAT) from error
        self.lines = self._texts["lines"]
        self.vocabulary = self._texts["vocabulary"]
        self.kind, self.begin, self.voice = (raw[n].astype(np.int64) for n in ("kind", "begin", "voice"))
        self.valence, self.arousal = raw["valence"] / 100, raw["arousal"] / 100
        self.quality = raw["quality"] / 10 + QUALITY_FROM
        self.stress, self.rhyme = (raw[n].astype(np.int64) for n in ("stress", "rhyme"))
        if not self._fits(raw):
            raise damaged(_WHAT)

    def _fits(self, raw: Mapping[str, NDArray[Any]]) -> bool:
        n, size = len(self.lines), len(self.vocabulary)
        whole = all(len(column) == n for column in raw.values()) and len(self.words) == n
        keyed = len(self.near) == len(self.nearness) == len(self._texts["keys"])
        numbers = [(self.words, size), (self.near, size), (self.kind, len(KINDS))]
        numbers += [(getattr(self, name), len(self._texts[f"{name}_names"])) for name in ("stress", "rhyme")]
        return whole and keyed and all(not ids.size or ids.max() < limit for ids, limit in numbers)

    def __len__(self) -> int:
        return len(self.lines)

    @cached_property
    def stress_names(self) -> list[tuple[int, ...]]:
        """The stresses of each pattern."""
        return [tuple(map(int, name)) for name in self._texts["stress_names"]]

    @cached_property
    def n_syllables(self) -> Ints:
        """(P,) of each line."""
        lengths = np.array([len(name) for name in self.stress_names])
        return np.asarray(lengths[self.stress])

    def of_length(self, n_syllables: int) -> Ints:
        """The lines of so many syllables."""
        if n_syllables not in self._by_length:
            self._by_length[n_syllables] = np.flatnonzero(self.n_syllables == n_syllables)
        return self._by_length[n_syllables]

    @cached_property
    def _by_length(self) -> dict[int, Ints]:
        return {}

    @property
    def rhyme_names(self) -> list[str]:
        """What the lines of each number of `rhyme` have in common."""
        return self._texts["rhyme_names"]

    @cached_property
    def _rows_of_keys(self) -> dict[str, int]:
        return {key: row for row, key in enumerate(self._texts["keys"])}

    @cached_property
    def vocabulary_rows(self) -> dict[str, int]:
        return {word: row for row, word in enumerate(self.vocabulary)}

    def neighbours(self, key: str) -> dict[str, float]:
        """Words of the vocabulary near to a word, with their cosines; none for a word that is no key."""
        row = self._rows_of_keys.get(key)
        if row is None:
            return {}
        near = zip(self.near[row].tolist(), self.nearness[row].tolist(), strict=True)
        return {self.vocabulary[i]: cosine for i, cosine in near if i}

    def tones(self, rows: Ints) -> Ints:
        """(len(rows), T) tones of Chinese lines that are equally long, at least one."""
        n_syllables = int(self.n_syllables[rows[0]])
        same = self.of_length(n_syllables)
        if n_syllables not in self._tones:
            signs = "".join(_han(self.lines[row]) for row in same.tolist())
            self._tones[n_syllables] = tones_of(signs).reshape(len(same), n_syllables)
        return np.asarray(self._tones[n_syllables][np.searchsorted(same, rows)])

    @cached_property
    def _tones(self) -> dict[int, Ints]:
        return {}


def _han(line: str) -> str:
    return "".join(sign for sign in line if sign.isalpha())


def to_tensors(
    rows: Sequence[Row], near: Mapping[str, Sequence[tuple[str, float]]]
) -> dict[str, NDArray[np.uint8]]:
    """The columns of these lines, and of the words near to each key."""
    vocabulary = ["", *sorted({word for row in rows for word in row.words})]
    place = {word: i for i, word in enumerate(vocabulary)}
    names = {name: sorted({getattr(row, name) for row in rows}) for name in ("stress", "rhyme")}
    ids = {name: {value: i for i, value in enumerate(values)} for name, values in names.items()}
    keys = sorted(key for key, found in near.items() if any(word in place for word, _ in found))
    nearest = {key: [(place[w], cosine) for w, cosine in near[key] if w in place][:N_NEAR] for key in keys}
    values: dict[str, list[int]] = {
        "kind": [row.kind for row in rows],
        "begin": [row.begin for row in rows],
        "voice": [row.voice for row in rows],
        "valence": [round(100 * row.valence) for row in rows],
        "arousal": [round(100 * row.arousal) for row in rows],
        "quality": [min(255, max(0, round(10 * (row.quality - QUALITY_FROM)))) for row in rows],
        **{name: [ids[name][getattr(row, name)] for row in rows] for name in names},
    }
    texts = {
        "lines": [row.text for row in rows],
        **{f"{name}_names": found for name, found in names.items()},
        "vocabulary": vocabulary,
        "keys": keys,
    }
    tables = {
        "words": np.array([_filled([place[w] for w in row.words], N_WORDS) for row in rows], "<u2"),
        "near": np.array([_filled([i for i, _ in nearest[key]], N_NEAR) for key in keys], "<u2"),
        "nearness": np.array(
            [_filled([round(100 * c) for _, c in nearest[key]], N_NEAR) for key in keys], "u1"
        ),
    }
    columns = {name: np.array(values[name], kind) for name, kind in _COLUMNS.items()}
    return {
        **{name: packed("\n".join(found).encode()) for name, found in texts.items()},
        **{name: packed(array.tobytes()) for name, array in (columns | tables).items()},
    }


def _filled(numbers: Sequence[int], size: int) -> list[int]:
    return [*numbers[:size], *[0] * (size - len(numbers))]


def _text(column: NDArray[Any]) -> list[str]:
    return unpacked(column, MAX_BYTES, _WHAT).decode().split("\n")


def _array(column: NDArray[Any], kind: str) -> NDArray[Any]:
    return np.frombuffer(unpacked(column, MAX_BYTES, _WHAT), kind)


@cache
def pool(language: str) -> LinePool:
    """The shipped pool of "en" or "zh", read once."""
    return LinePool(load_preset(f"lines_{language}").tensors)
