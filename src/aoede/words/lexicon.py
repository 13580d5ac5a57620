"""Known words, and while a text is written: which characters can still become one.

For scripts that put spaces between words and have few letters: Latin, Greek, Cyrillic. A word is letters with single
apostrophes between them, without case ("o'er", "isn't"); all other characters stand between words. The texts that a
model learnt from have nearly every word that it should write, so a mask over its next character, made of a trie of
those words, takes away invented words and little else: the share of known words is 1 by construction.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.chars import N_SPECIAL
from aoede.errors import InputError
from aoede.words.verbatim import damaged, packed, unpacked

Nodes = NDArray[np.int32]

MAX_WORDS = 60_000
MAX_BYTES = 1 << 24  # of stored words when they are unpacked
MAX_LENGTH = 64  # characters of a word
OUT, LOST = 0, 1  # nodes: between words; in a word that is none
_DEAD = -1
_OTHER, _APOSTROPHE = 0, 1  # kinds of character; letters follow
_WHAT = "the list of words"
_QUOTES = str.maketrans("‘’ʼ", "'''")
_LETTERS = "".join(
    c for c in map(chr, (*range(0x41, 0x2B0), *range(0x370, 0x530), *range(0x1E00, 0x2000))) if c.isalpha()
)
_LETTER_SET = frozenset(_LETTERS)
_WORD = re.compile(f"[{_LETTERS}]+(?:'[{_LETTERS}]+)*")


def _plain(text: str) -> str:
    """Without case, and with straight apostrophes."""
    return unicodedata.normalize("NFC", text.casefold()).translate(_QUOTES)


def words_of(text: str) -> list[str]:
    """The words of a text in order, without case."""
    return _WORD.findall(_plain(text))


@dataclass(frozen=True)
class Lexicon:
    """Different words in rising order, as `words_of` gives them. Raises InputError for anything else and for none."""

    words: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.words:
            raise InputError("there are no words in these texts")
        if len(self.words) > MAX_WORDS or any(
            one >= two for one, two in zip(self.words, self.words[1:], strict=False)
        ):
            raise damaged(_WHAT)
        if not all(len(word) <= MAX_LENGTH and _WORD.fullmatch(word) for word in self.words):
            raise damaged(_WHAT)
        if any(_plain(word) != word for word in self.words):
            raise damaged(_WHAT)

    @classmethod
    def fit(cls, texts: Iterable[str], min_count: int = 2, max_words: int = MAX_WORDS) -> "Lexicon | None":
        """The words that the texts have `min_count` times and more, at most the `max_words` most frequent.

        Where no word is so frequent, all words. None where half of the letters and more stand in no word that a
        lexicon can have: texts in another script, or of strings longer than MAX_LENGTH, such as genomes.
        """
        counts: Counter[str] = Counter()
        n_letters = 0
        for text in texts:
            n_letters += sum(n for character, n in Counter(text).items() if character.isalpha())
            counts.update(word for word in words_of(text) if len(word) <= MAX_LENGTH)
        if 2 * sum(n * len(word) for word, n in counts.items()) <= n_letters:
            return None
        frequent = {word: n for word, n in counts.items() if n >= min_count} or counts
        kept = sorted(frequent, key=lambda word: (-frequent[word], word))[: min(max_words, MAX_WORDS)]
        return cls(tuple(sorted(kept)))

    def to_tensors(self) -> dict[str, NDArray[np.uint8]]:
        return {"words": packed("\n".join(self.words).encode())}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]], *, max_bytes: int = MAX_BYTES) -> "Lexicon":
        """The lexicon that `to_tensors` wrote. Raises InputError for anything else."""
        if "words" not in tensors:
            raise damaged(_WHAT)
        try:
            text = unpacked(tensors["words"], max_bytes, _WHAT).decode()
        except UnicodeDecodeError as error:
            raise damaged(_WHAT) from error
        return cls(tuple(text.split("\n")))

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.words)

    def __contains__(self, word: str) -> bool:
        return _plain(word) in self._known

    def __len__(self) -> int:
        return len(self.words)

    def share_of_known_words(self, text: str, n_prompt: int = 0) -> float:
        """Share of the words of text[n_prompt:] that are known, in [0, 1]; 1 where there is no word.

        A word that the prompt begins belongs to the prompt.
        """
        begin = n_prompt
        while n_prompt > 0 and begin < len(text) and _is_inner(text, begin):
            begin += 1
        found = words_of(text[begin:])
        return sum(word in self._known for word in found) / len(found) if found else 1.0

    def speller(self, symbols: str) -> "Speller":
        """The mask over the ids of `encodings.chars`: END, UNKNOWN, then these symbols."""
        return Speller(self, symbols)


def _is_inner(text: str, i: int) -> bool:
    """Whether the character at i goes on with the word of the one before it."""
    here, before = text[i].casefold()[0], text[i - 1].casefold()[0]
    is_joined = here in _LETTER_SET or here in "'‘’ʼ"
    return is_joined and (before in _LETTER_SET or (before in "'‘’ʼ" and here in _LETTER_SET))


class Speller:
    """Walks of n texts through the trie of known words; a walk is one node, an int32, so any of them can be kept.

    END, UNKNOWN and every symbol that is no letter stand between words.
    """

    def __init__(self, lexicon: Lexicon, symbols: str) -> None:
        plain = [_plain(symbol) or " " for symbol in symbols]
        letters = sorted(_LETTER_SET.intersection("".join(plain)).union(*map(set, lexicon.words)) - {"'"})
        self._kind = {"'": _APOSTROPHE, **{letter: i for i, letter in enumerate(letters, _APOSTROPHE + 1)}}
        by_kind = _trie(lexicon.words, self._kind)
        shapes = [tuple(self._kind.get(character, _OTHER) for character in form) for form in plain]
        different = sorted({(_OTHER,), *shapes})
        # A symbol that is several letters without case (a sharp s) goes several steps at once.
        columns = []
        for shape in different:
            nodes = np.arange(len(by_kind), dtype=np.int32)
            for kind in shape:
                nodes = np.where(nodes >= 0, by_kind[nodes, kind], _DEAD)
            columns.append(nodes)
        self._by_kind, self._next = by_kind, np.stack(columns, axis=1).astype(np.int32)
        number = {shape: i for i, shape in enumerate(different)}
        between = number[(_OTHER,)]
        self._shape_of = np.array([between] * N_SPECIAL + [number[shape] for shape in shapes])

    @property
    def n_nodes(self) -> int:
        return len(self._next)

    def start(self, text: str = "", n: int = 1) -> Nodes:
        """(n,) nodes after this text, such as a prompt; in the middle of an unknown word anything may follow."""
        node = OUT
        for character in _plain(text[-4 * MAX_LENGTH :]):
            after = int(self._by_kind[node, self._kind.get(character, _OTHER)])
            if after == _DEAD:
                is_between = self._kind.get(character, _OTHER) == _OTHER
                after = OUT if is_between else LOST
            node = after
        return np.full(n, node, dtype=np.int32)

    def mask(self, nodes: Nodes) -> NDArray[np.bool_]:
        """(n, V) which symbols may follow so that all words are, or can become, known ones. There is always one."""
        return np.asarray((self._next[nodes] >= 0)[:, self._shape_of])

    def step(self, nodes: Nodes, ids: NDArray[np.int64]) -> Nodes:
        """(n,) nodes after these symbols; after one that the mask forbids the walk is lost until the word ends."""
        shapes = self._shape_of[ids]
        after = self._next[nodes, shapes]
        ends = shapes == self._shape_of[0]
        return np.where(after >= 0, after, np.where(ends, OUT, LOST)).astype(np.int32)


def _trie(words: tuple[str, ...], kind: Mapping[str, int]) -> Nodes:
    """(n_nodes, n_kinds) the node that follows, or -1."""
    children: dict[tuple[int, int], int] = {}
    n_nodes = LOST + 1
    ends = []
    for word in words:
        node = OUT
        for character in word:
            key = node, kind[character]
            if key not in children:
                children[key] = n_nodes
                n_nodes += 1
            node = children[key]
        ends.append(node)
    for end in ends:  # after a word an apostrophe may be a closing quote
        if (end, _APOSTROPHE) not in children:
            children[end, _APOSTROPHE] = n_nodes
            n_nodes += 1
    table = np.full((n_nodes, len(kind) + 1), _DEAD, dtype=np.int32)
    keys = np.array(list(children), dtype=np.int64)
    table[keys[:, 0], keys[:, 1]] = list(children.values())
    closed = table[ends, _APOSTROPHE]
    table[ends, _OTHER] = table[closed, _OTHER] = table[closed, _APOSTROPHE] = OUT
    table[OUT, [_OTHER, _APOSTROPHE]] = OUT
    table[LOST] = LOST
    table[LOST, _OTHER] = OUT
    return table
