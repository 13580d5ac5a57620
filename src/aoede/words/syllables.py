"""A line of words as it is sung: one syllable after another, each with its stress or its tone.

    [s.text for s in syllables_of("A wonderful day!")] -> ["A", "won", "der", "ful", "day!"]

An English word has as many syllables as `pronouncing` says; its letters are parted by rule so that the parts are just
as many. A Chinese character is one syllable. Punctuation stays with its neighbour.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from aoede.words.pinyin import tone_of
from aoede.words.pronouncing import sound_of, table

WEAK, EITHER, STRONG = 0, 1, 2  # stress: never wants a beat; takes one or not; wants one
_LEVEL = {"1": STRONG, "2": EITHER, "0": WEAK}
_HAN = "㐀-\u4dbf一-\u9fff\u3040-\u30ff\uac00-\ud7af〇豈-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(
    rf"(?P<han>[{_HAN}])|(?P<word>[^\W\d_{_HAN}]+(?:['’][^\W\d_{_HAN}]+)*['’]?)|(?P<digit>\d)"
)
_OPENING = "([{<\"'“‘«「『《（【¿¡"

# Words of one syllable that give way on weak places; all others want a beat.
_NEVER_WORDS = (
    "a an the of to and or but nor as at by for from with than that's it its it's is are was were be been am "
    "i'm i've i'd i'll you're you've you'd you'll he's he'd he'll she's she'd she'll we're we've we'd we'll "
    "they're they've they'd they'll there's his her my your our their us them him 'tis till til 'til 'n"
)
_NEVER = frozenset(_NEVER_WORDS.split())
_EITHER_WORDS = (
    "i you he she we they me if in on into up out off down so too just still yet then now here there where when "
    "how why what who whose which that this these those not no can can't could should would will won't must may "
    "might shall do does did don't didn't has have had let let's get got go goes come comes through till until "
    "all each both some such like more most ever once oh ah ooh la hey na yeah whoa one"
)
_EITHER = frozenset(_EITHER_WORDS.split())


@dataclass(frozen=True, slots=True)
class LineSyllable:
    """A syllable of a line."""

    text: str  # with its punctuation
    stress: int  # WEAK, EITHER or STRONG; EITHER for a Chinese character
    joins_next: bool = False  # the word goes on
    tone: int = 0  # of a Chinese character 1..5; else 0


@lru_cache(maxsize=1 << 14)
def syllables_of(line: str) -> tuple[LineSyllable, ...]:
    """The syllables of a line in English, Chinese or both; none for one without letters and digits."""
    line = unicodedata.normalize("NFC", line)
    found: list[LineSyllable] = []
    end = 0
    for match in _TOKEN.finditer(line):
        behind, before = _parted(line[end : match.start()])
        if found:
            found[-1] = replace(found[-1], text=found[-1].text + behind)
        else:
            before = behind + before
        found += _syllables(match, before)
        end = match.end()
    if found:
        found[-1] = replace(found[-1], text=found[-1].text + "".join(line[end:].split()))
    return tuple(found)


def _parted(gap: str) -> tuple[str, str]:
    """What of the signs between two words belongs to the one before and to the one after."""
    plain = gap.strip() if " " in gap else gap
    at = len(plain)
    while at and plain[at - 1] in _OPENING:
        at -= 1
    return "".join(plain[:at].split()), "".join(plain[at:].split())


def _syllables(match: re.Match[str], before: str) -> list[LineSyllable]:
    text = match[0]
    if match["han"]:
        return [LineSyllable(before + text, EITHER, tone=tone_of(text))]
    if match["digit"]:
        return [LineSyllable(before + text, STRONG)]
    parts, levels = hyphenated(text), stress_of(text)
    return [
        LineSyllable((before if i == 0 else "") + part, level, i + 1 < len(parts))
        for i, (part, level) in enumerate(zip(parts, levels, strict=True))
    ]


def plain_word(word: str) -> str:
    """Small letters without accents, straight apostrophes: as the table of sounds has words."""
    folded = unicodedata.normalize("NFD", word.casefold().replace("’", "'"))
    return "".join(c for c in folded if not unicodedata.combining(c)).strip("'")


@lru_cache(maxsize=1 << 14)
def stress_of(word: str) -> tuple[int, ...]:
    """The stress of each syllable of a word.

    A word of one syllable has that of its kind; the last syllable of "wonderful", two after the main stress, can
    take a beat.
    """
    plain, n = plain_word(word), len(hyphenated(word))
    digits = sound_of(plain or "a").stress if plain.isascii() else ""
    if len(digits) != n:  # another alphabet, or fewer letters than syllables
        return (EITHER,) * n
    if len(digits) == 1:
        return (WEAK if plain in _NEVER else EITHER if plain in _EITHER else STRONG,)
    levels = [_LEVEL[digit] for digit in digits]
    if len(levels) > 2 and not any(levels[-2:]) and levels[-3]:
        levels[-1] = EITHER
    if STRONG not in levels:
        levels[levels.index(max(levels))] = STRONG
    return tuple(levels)


_VOWEL = re.compile(r"(?<!^)y+[aeiou]*|[aeiou]+y?(?![aeiou])|[aeiou]+|^y(?![aeiou])")
_FOREIGN = re.compile(r"[аеёиоуыэюяіїєαεηιουω]", re.IGNORECASE)
# Vowels side by side that are often two syllables, best first.
_APART = ("ia", "io", "iu", "eo", "ua", "uo", "ie", "oe", "ea", "ui", "ue", "ay", "oi", "ou", "ao", "ei")
_SILENT = re.compile(r"(?<=[^aeiouy])e(?=(?:s|d|ly|less|ful|ness|ment|some|where|thing|body|one)?$)")
_ONSET_LIST = (
    "bl br ch cl cr dr fl fr gl gr ph pl pr sh th tr tw wh wr qu sc sk sl sm sn sp st sw thr shr str spr scr spl "
    "squ chr sch gn kn"
)
_ONSETS = frozenset(_ONSET_LIST.split())
_PARTED = frozenset(
    ("st", "sp", "sk", "sc", "sm", "sn", "sl", "sw", "tw", "gn", "kn", "wr")
)  # alone: sis-ter


@lru_cache(maxsize=1 << 14)
def hyphenated(word: str) -> tuple[str, ...]:
    """The letters of a word in as many parts as it has syllables: ("won", "der", "ful")."""
    plain = unicodedata.normalize("NFC", word)
    folded = "".join(unicodedata.normalize("NFD", c)[0] for c in plain.casefold()) if plain else ""
    if len(folded) != len(plain):
        return (word,)
    if not folded.replace("'", "").replace("’", "").isascii():
        n = max(1, len(_FOREIGN.findall(folded)))
        nuclei = [(m.start(), m.end()) for m in _FOREIGN.finditer(folded)] if n > 1 else []
    else:
        n = sound_of(plain_word(word) or "a").n_syllables
        nuclei = _nuclei(folded, n)
    if n == 1 or len(nuclei) != n:
        return (plain,) if n == 1 else _evenly(plain, n)
    seam = _seam(folded)
    if seam:
        return hyphenated(plain[:seam]) + hyphenated(plain[seam:])
    cuts = [0, *(_cut(folded, a[1], b[0]) for a, b in pairwise(nuclei)), len(plain)]
    parts = tuple(plain[a:b] for a, b in pairwise(cuts))
    return parts if all(parts) else _evenly(plain, n)


def _seam(word: str) -> int:
    """Where two words that are both stressed were joined: moon|light, butter|fly; 0 for a word that is one."""
    known, whole = table(), table().get(word)
    if whole is None or not any(digit != "0" for digit in whole.stress[1:]):
        return 0
    for at in range(3, len(word) - 2):
        one, two = known.get(word[:at]), known.get(word[at:])
        if one is None or two is None or one.n_syllables + two.n_syllables != whole.n_syllables:
            continue
        if whole.stress[0] != "0" and whole.stress[one.n_syllables] != "0":
            return at
    return 0


def _nuclei(word: str, n: int) -> list[tuple[int, int]]:
    """Where the vowels of n syllables begin and end; fewer where the spelling shows fewer."""
    spans = [(m.start(), m.end()) for m in _VOWEL.finditer(word) if not _is_glide(word, m)]
    silent = {(m.start(), m.start() + 1) for m in _SILENT.finditer(word) if not _is_syllabic(word, m.start())}
    spoken = [span for span in spans if span not in silent]
    if spoken and len(spoken) + sum(_n_apart(word[a:b]) for a, b in spoken) >= n:
        spans = spoken
    while len(spans) > n:
        inner = [s for s in spans[1:] if word[s[0] : s[1]] == "e"] or spans[1:]
        spans.remove(inner[-1])
    if len(spans) < n and re.search(r"[st]h?ms?$", word):
        m = word.rindex("m")
        spans.append((m, m + 1))
    while len(spans) < n:
        wide = [s for s in spans if s[1] - s[0] > 1]
        if not wide:
            return spans
        best = min(wide, key=lambda s: (_apart(word[s[0] : s[1]])[0], s[0]))
        cut = best[0] + _apart(word[best[0] : best[1]])[1]
        i = spans.index(best)
        spans[i : i + 1] = [(best[0], cut), (cut, best[1])]
    return spans


def _n_apart(vowels: str) -> int:
    """Whether these vowels may be two syllables."""
    return int(_apart(vowels)[0] < len(_APART))


def _is_glide(word: str, match: re.Match[str]) -> bool:
    """Whether a lone "u" only belongs to its "q" or "gu"."""
    return match[0] == "u" and match.start() > 0 and word[match.start() - 1] == "q"


def _is_syllabic(word: str, at: int) -> bool:
    """Whether the e of "little", "tables" is written for the l before it."""
    return at >= 2 and word[at - 1] == "l" and word[at - 2] not in "aeiouylrw"


def _apart(vowels: str) -> tuple[int, int]:
    """How readily these vowels part (less is more), and after how many."""
    found = [(rank, vowels.find(pair) + 1) for rank, pair in enumerate(_APART) if pair in vowels]
    return min(found, default=(len(_APART), 1))


def _cut(word: str, end: int, begin: int) -> int:
    """Where the next syllable begins, between a vowel that ends at `end` and one that begins at `begin`."""
    between = word[end:begin].replace("’", "'")
    if begin < len(word) and word[begin] == "e" and len(between) > 1 and _is_syllabic(word, begin):
        return begin - 2
    if begin < len(word) and word[begin] == "m":
        return begin - (2 if between.endswith("th") else 1)
    if len(between) <= 1:
        return end + (between in ("x", "'"))
    if between in ("ck", "ng", "tch", "dg") or "'" in between:
        return begin if "'" not in between else end + between.index("'") + 1
    for size in (3, 2):
        onset = between[-size:]
        if onset in _ONSETS and len(between) >= size and not (len(between) == size and onset in _PARTED):
            return begin - size
    return begin - 1


def _evenly(word: str, n: int) -> tuple[str, ...]:
    """A word that the rules cannot part, in n parts of about equal length."""
    n = min(n, len(word))
    cuts = [round(i * len(word) / n) for i in range(n + 1)]
    return tuple(word[a:b] for a, b in pairwise(cuts))
