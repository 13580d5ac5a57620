"""What rhymes, in English and in Chinese.

English: two words rhyme if they sound alike from the vowel of their last stressed syllable on and unlike just before
it ("light" and "night"; neither "night" and "knight" nor "light" and "light"). Chinese: two characters rhyme if their
finals stand in one of the thirteen groups (`pinyin.GROUPS`) and they are not the same character.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from aoede.words.pinyin import group_of
from aoede.words.pronouncing import sound_of
from aoede.words.syllables import plain_word

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LAST_SIGNS = 80  # of a line, among which its last word stands


@dataclass(frozen=True, slots=True)
class LineEnd:
    """How a line ends."""

    word: str  # the last word, without case; of a Chinese line the last character
    rhyme: str  # what must be the same: phonemes, or the name of a rhyme group
    onset: str  # what must not: the consonants before them, or the character


@lru_cache(maxsize=1 << 14)
def end_of(line: str) -> LineEnd | None:
    """How a line ends; None for a line without letters or one that ends in a character of unknown sound."""
    words = _WORD.findall(line[-_LAST_SIGNS:])
    if not words:
        return None
    last = words[-1][-1]
    if ord(last) >= 0x2E80:
        group = group_of(last)
        return None if group is None else LineEnd(last, group, last)
    word = plain_word(words[-1])
    if not word or not word.replace("'", "").isascii():
        return None
    sound = sound_of(word)
    return LineEnd(word, sound.rhyme, sound.onset)


def rhymes(one: str, other: str) -> bool:
    """Whether two lines rhyme."""
    a, b = end_of(one), end_of(other)
    return a is not None and b is not None and ends_rhyme(a, b)


def ends_rhyme(a: LineEnd, b: LineEnd) -> bool:
    return a.rhyme == b.rhyme and a.onset != b.onset
