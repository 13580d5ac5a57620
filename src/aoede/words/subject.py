"""What of a request the song is about: the request without its words for key, meter, tempo, form and instruments.

    subject_of("grief, for cello and piano, adagio") -> "grief"

An instrument stays where the song is about it: "about a cello", "my grandfather's piano", 关于大提琴.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from aoede.music.instruments import names
from aoede.words.title import CLAUSE_END

# Instruments that are also what songs sing of: they go only where they are to be played.
_SUNG_OF = frozenset(
    ("bells", "voices", "strings", "horn", "drums", "brass", "pad", "lute", "bass", "recorder", "人声", "鼓")
)
_MANNER = re.compile(
    r"\b(?:in\s+(?:the\s+key\s+of\s+[a-g]|(?-i:[B-G])|(?-i:A)(?=\s*(?:[,.;]|$))|"  # "in a box" names no key
    r"[a-g](?=[ -](?:flat|sharp)|[#b♭♯]|\s+(?:major|minor|dorian|lydian|phrygian|mixolydian)\b))"
    r"(?:[ -]?(?:flat|sharp|#|b|♭|♯))?(?:\s+(?:major|minor|dorian|lydian|phrygian|mixolydian))?(?![\w'])|"
    r"[a-g](?:[ -]?(?:flat|sharp|#|b|♭|♯))?\s+(?:major|minor)|(?:in\s+(?:a\s+)?)?(?:major|minor)(?:\s+key)?|"
    r"(?:in\s+)?\d+/\d+|(?:at\s+)?\d+\s*(?:bpm|bars?|measures?|beats)|(?:sixteen|thirty-two|eight|twelve)\s+bars|"
    r"dorian|lydian|phrygian|mixolydian|aeolian|adagio|andante|allegro|presto|largo|lento|moderato|vivace|"
    r"bpm|tempo|verses?|chorus|easy to sing along|(?:very\s+)?(?:slow|fast|quick)(?=\s*(?:,|$|"
    r"waltz|ballad|song|tune|march|folk|piece)))|"
    r"(?:升|降)?[A-Ga-g](?:大|小)调|大调|小调|[一二三四五六七八九十\d]+(?:拍子?|小节)|每分钟\d+拍|速度\s*\d+|快板|慢板|行板|柔板|广板|"
    r"(?:快|慢)(?:一些|一点|点)|节拍|拍子|民谣",
    re.IGNORECASE,
)
_NOTHING = re.compile(  # a clause that says no more than that a song is wanted
    r"an?|the|for|with|in|on|and|by|(?:来?一?[首支曲段个]?\s*的?)?(?:圆舞曲|舞曲|进行曲|摇篮曲|歌曲?|曲子?|音乐)?",
    re.IGNORECASE,
)
_PLAYED = r"\b(?:for|with|on|by|featuring|played\s+(?:on|by))\s+(?:an?\s+|the\s+|some\s+|solo\s+)*"
_MINE = (
    r"(?:\b(?:my|your|our|his|her|their|old|broken|rusty|forgotten|lost|first|little|that|this)|['’]s)\s+"
    r"(?:[\w-]+\s+){0,2}"
)
_MINE_ZH = (
    r"(?:[我你他她]|爷爷|奶奶|父亲|母亲|爸爸|妈妈|外公|外婆|老|旧|破|那[把台支架]|一[把台支架])"
    r"的?[^，。,.]{0,3}"
)
_ABOUT = r"(?:\babout\b|关于)[^，。,.;；]*"
_AND = r"(?:\s*(?:,|and|&|\+|和|与|、)\s*(?:an?\s+|the\s+)?)"


def subject_of(request: str) -> str:
    """The request without what only says how the song is to sound; clauses that said no more are gone."""
    text = _played().sub(" ", request)
    text = _instrument().sub(lambda match: match[0] if match["kept"] else " ", text)
    told = [" ".join(clause.split()) for clause in CLAUSE_END.split(_MANNER.sub(" ", text))]
    return ", ".join(one for one in (_bare(clause) for clause in told) if one)


def _bare(clause: str) -> str:
    """A clause without the small words that lead to nothing any more."""
    clause = re.sub(
        r"^(?:(?:for|with|in|on|at|by|of|and|的|和|，)\s*)+(?![\w'])|^(?:of|and)\s+", "", clause.strip()
    )
    clause = re.sub(r"(?:\s+(?:for|with|in|on|at|by|of|and|an?|the))+$|[的和与]+$", "", clause).strip()
    clause = re.sub(r"^(?:an?|the)\s+(?=[\w'-]+$)|^的|^关于", "", clause)
    return "" if _NOTHING.fullmatch(clause) else clause


@lru_cache(maxsize=1)
def _played() -> re.Pattern[str]:
    """ "for piano and two cellos", 用钢琴: an instrument that is to be played."""
    every = _any_of(names())
    return re.compile(
        rf"{_PLAYED}(?:[\w-]+\s+){{0,1}}?{every}(?:{_AND}(?:[\w-]+\s+){{0,1}}?{every})*|"
        rf"用{every}(?:{_AND}{every})*(?:演奏|弹奏|伴奏|来演奏)?|{every}(?:独奏|伴奏|曲|协奏曲)|"
        rf"{every}\s+(?=solo|music|piece|song|tune|ballad|waltz|sonata|concerto|version)",
        re.IGNORECASE,
    )


@lru_cache(maxsize=1)
def _instrument() -> re.Pattern[str]:
    """Any instrument, and under "kept" what of it the song is about."""
    every = _any_of(name for name in names() if name not in _SUNG_OF)
    return re.compile(rf"(?P<kept>{_ABOUT}{every}|{_MINE}{every}|{_MINE_ZH}{every})|{every}", re.IGNORECASE)


def _any_of(found: Iterable[str]) -> str:
    """A pattern of these names, the longest first; English ones also in the plural."""
    parts = sorted(found, key=lambda name: (-len(name), name))
    return "(?:" + "|".join(rf"\b{re.escape(n)}s?\b" if n.isascii() else re.escape(n) for n in parts) + ")"
