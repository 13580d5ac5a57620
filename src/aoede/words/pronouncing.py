"""How an English word sounds, as far as singing asks: its syllables, which of them are stressed, what it rhymes with.

The shipped table (`presets/rhyme_en.safetensors`, made from the CMU Pronouncing Dictionary; see `presets/rhyme.md`)
holds 37,000 words. Any other word is judged by its spelling: vowel groups give its syllables, the words of the table
that end alike correct the count and give its stress and its rhyme.

A rhyme is what sounds from the vowel of the last stressed syllable on (main or second stress, so that "moonlight"
rhymes with "night"); the onset is the consonants before that vowel, so that "sea" does not rhyme with "see".
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.learning.checkpoint import load_preset
from aoede.words.verbatim import damaged, packed, unpacked

_T = TypeVar("_T")

MAX_BYTES = 1 << 24  # of each column when it is unpacked
MAX_WORD = 64  # letters; of a longer one the last are looked at
_WHAT = "the table of pronunciations"
_SUFFIX = 5  # letters by which the ends of words are compared, at most
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT_E = re.compile(r"(?<=[^aeiouy])e$|(?<=[aeiouy][^aeiouy])es$|(?<=u)e$")
_SILENT_ED = re.compile(r"(?<=[^dt])ed$")
_HIATUS = re.compile(
    r"i(?=[aou])(?<![ctgs]i)|eo|ia|iu|uo(?!u)|(?<![qg])ua|ue(?=[nlt])|io(?!u)(?<![tsc]io)|ying|eing"
)
_SYLLABIC = re.compile(r"[^aeiouylr]les?$|sms?$|thms?$")


@dataclass(frozen=True, slots=True)
class Sound:
    """A word as it is sung."""

    stress: str  # a digit a syllable, as in CMUdict: 1 main, 2 second, 0 none
    onset: str  # consonants before the rhyme's vowel, in ARPAbet; "" for none
    rhyme: str  # phonemes from the vowel of the last stressed syllable on, without stress digits
    is_known: bool = True  # to the table

    @property
    def n_syllables(self) -> int:
        return len(self.stress)


class Pronunciations:
    """A read-only table: word -> Sound. Raises InputError where its columns do not fit one another."""

    def __init__(self, tensors: Mapping[str, NDArray[Any]]) -> None:
        try:
            self.words = _text(tensors["words"])
            self._names = {name: _text(tensors[f"{name}_names"]) for name in ("stress", "onset", "rhyme")}
            self._ids = {
                name: np.frombuffer(unpacked(tensors[name], MAX_BYTES, _WHAT), "<u2") for name in self._names
            }
        except (KeyError, ValueError) as error:
            raise damaged(_WHAT) from error
        if any(len(ids) != len(self.words) for ids in self._ids.values()):
            raise damaged(_WHAT)
        if any(len(ids) and ids.max() >= len(self._names[name]) for name, ids in self._ids.items()):
            raise damaged(_WHAT)
        self._row = dict(zip(self.words, range(len(self.words)), strict=True))

    def __contains__(self, word: str) -> bool:
        return word in self._row

    def __len__(self) -> int:
        return len(self.words)

    def get(self, word: str) -> Sound | None:
        """The sound of a word in small letters with straight apostrophes; None where the table lacks it."""
        row = self._row.get(word)
        if row is None:
            return None
        return Sound(*(self._names[name][self._ids[name][row]] for name in ("stress", "onset", "rhyme")))

    @cached_property
    def by_ending(self) -> "Endings":
        return Endings({word: sound for word in self.words if (sound := self.get(word)) is not None})


class Endings:
    """What words that end alike have in common."""

    def __init__(self, sounds: Mapping[str, Sound]) -> None:
        self._sounds = sounds
        self._by_end: dict[str, list[str]] = {}  # the last two letters -> words
        for word in sounds:
            self._by_end.setdefault(word[-2:], []).append(word)

    def sound(self, word: str) -> Sound:
        """The likeliest sound of a word that nobody told: of the words that end most alike the commonest."""
        families = [self._by_end.get(word[-2:], [])]  # of the shortest ending first
        for size in range(3, min(_SUFFIX, len(word)) + 1):
            families.append([w for w in families[-1] if w.endswith(word[-size:])])
        families.reverse()
        over = _first([[self._over(w) for w in family] for family in families], 0)
        n = max(1, n_vowel_groups(word) + over)
        same = [[s for w in family if (s := self._sounds[w]).n_syllables == n] for family in families]
        stress = _first([[s.stress for s in found] for found in same], "1" + "0" * (n - 1))
        ends_strong = stress[-1] != "0"
        every = [[self._sounds[w] for w in family] for family in families]
        tails = [
            [(s.onset, s.rhyme) for s in found if (s.stress[-1] != "0") == ends_strong] for found in every
        ]
        onset, rhyme = _first(tails, ("", word))
        return Sound(stress, onset, rhyme, is_known=False)

    def _over(self, word: str) -> int:
        return self._sounds[word].n_syllables - n_vowel_groups(word)


def _first(found: Sequence[Sequence[_T]], otherwise: _T) -> _T:
    """The commonest value of the first list that has any; of equals the least."""
    values = next((some for some in found if some), None)
    return min(Counter(values).items(), key=lambda item: (-item[1], str(item[0])))[0] if values else otherwise


@lru_cache(maxsize=1 << 16)
def n_vowel_groups(word: str) -> int:
    """Syllables by the spelling alone: vowel groups, without silent endings, vowels apart where they usually are."""
    plain = _SILENT_ED.sub("d", _SILENT_E.sub("", word)) if len(word) > 3 else word
    n = len(_VOWELS.findall(plain)) + len(_HIATUS.findall(plain)) + bool(_SYLLABIC.search(word))
    return max(1, n)


def _text(column: NDArray[Any]) -> list[str]:
    return unpacked(column, MAX_BYTES, _WHAT).decode().split("\n")


def to_tensors(sounds: Mapping[str, Sound]) -> dict[str, NDArray[np.uint8]]:
    """The columns of a table of these words, in order of the alphabet. Raises InputError for none."""
    if not sounds:
        raise InputError("there are no words to pronounce")
    words = sorted(sounds)
    tensors = {"words": packed("\n".join(words).encode())}
    for name in ("stress", "onset", "rhyme"):
        values = [getattr(sounds[word], name) for word in words]
        names = sorted(set(values))
        ids = {value: i for i, value in enumerate(names)}
        tensors[name] = packed(np.array([ids[value] for value in values], "<u2").tobytes())
        tensors[f"{name}_names"] = packed("\n".join(names).encode())
    return tensors


@cache
def table() -> Pronunciations:
    """The shipped table, read once."""
    return Pronunciations(load_preset("rhyme_en").tensors)


@lru_cache(maxsize=1 << 14)
def sound_of(word: str) -> Sound:
    """How a word of small letters and straight apostrophes is sung; an unknown one by its spelling.

    A word with an ending of the table's words ("'s", "'ll", "'d") sounds as the word with that ending.
    """
    known = table().get(word)
    if known is not None:
        return known
    plain = word.replace("'", "")[-MAX_WORD:]
    stem, mark, ending = word.rpartition("'")
    base = table().get(stem) if mark and ending in _CLITICS else None
    if base is not None:
        return _with_clitic(base, ending)
    return table().get(plain) or table().by_ending.sound(plain or "a")


_CLITICS = {"s": "Z", "d": "D", "ll": "L", "ve": "V", "re": "R", "m": "M", "": ""}
_HISSES = ("S", "Z", "SH", "ZH", "CH", "JH")


def _with_clitic(base: Sound, ending: str) -> Sound:
    """The sound of "river's" from that of "river"."""
    last = base.rhyme.rsplit(" ", 1)[-1]
    if ending == "s" and last in _HISSES:
        return Sound(base.stress + "0", base.onset, f"{base.rhyme} IH Z")
    voice = "S" if ending == "s" and last in ("P", "T", "K", "F", "TH") else _CLITICS[ending]
    extra = ending in ("ll", "ve", "d") and last in ("T", "D", "L", "V")
    rhyme = f"{base.rhyme} AH {voice}" if extra else f"{base.rhyme} {voice}".strip()
    return Sound(base.stress + "0" * extra, base.onset, rhyme)
