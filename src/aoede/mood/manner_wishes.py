"""What a request states about the manner of a song: style, instruments, form, density, register, surprise.

Nothing is guessed here either: "rock" is a style in "a rock song", a stone in "a rock in the sea".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from aoede.music.form import parse_form
from aoede.music.instruments import names

Form = tuple[tuple[str, int | None], ...]


@dataclass(frozen=True)
class Manner:
    """Empty or None where nothing is said."""

    style: str | None = None
    form: Form | None = None
    instruments: tuple[str, ...] = ()  # these and no others
    featured: tuple[str, ...] = ()  # these among others
    without: tuple[str, ...] = ()
    density: float | None = None  # 0..1, as the options
    register: float | None = None
    surprise: float | None = None


def manner_of(text: str) -> Manner:
    """`text` is one line; where something is stated twice, the first time counts."""
    only, featured, without = _instruments(text)
    return Manner(
        _first(_STYLES, text),
        _form(text),
        only,
        featured,
        without,
        _level(_DENSITIES, text),
        _level(_REGISTERS, text),
        _level(_SURPRISES, text),
    )


_KIND = r"(?:songs?|ballads?|tunes?|music|style|tracks?|numbers?|pieces?|anthem|groove|beat|feel|vibe)"
_STYLES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.I), style)
    for pattern, style in (
        (r"\bwaltz(?:es)?\b|圆舞曲|圓舞曲|华尔兹|華爾茲", "waltz"),
        (r"\blullab(?:y|ies)\b|\bcradle song\b|摇篮曲|搖籃曲|催眠曲", "lullaby"),
        (r"\ba (?:\w+ )?march\b(?! \d)|\bmarch(?:ing)? (?:song|tune|music|style)\b|进行曲|進行曲", "march"),
        (r"\banthems?\b|颂歌|頌歌", "anthem"),
        (r"\bhymns?\b|\bgospel\b|\bchorales?\b|圣歌|聖歌|赞美诗|讚美詩", "hymn"),
        (rf"\b(?:rock|punk|metal|grunge)(?:[ -]?and[ -]roll)? {_KIND}\b|\brock[ -](?:and|n|'n')[ -]roll\b|摇滚|搖滾",
         "rock"),
        (rf"\b(?:jazz(?:y)?|swing|bebop) {_KIND}\b|\bjazzy?\b|爵士", "jazz"),
        (rf"\b(?:latin|salsa|samba|rumba|tango) {_KIND}\b|\b(?:bossa nova|salsa|samba|rumba|tango)\b|"
         r"拉丁(?:风|舞|音乐|歌)|探戈|桑巴", "latin"),
        (rf"\b(?:folk|country|bluegrass) {_KIND}\b|\b(?:sea )?shant(?:y|ies)\b|"
         r"民谣|民謠|民歌|乡村(?:歌|音乐|风)", "folk"),
        (r"\bballads?\b|抒情歌|叙事曲|情歌", "ballad"),
        (rf"\b(?:pop|indie) {_KIND}\b|流行(?:歌|音乐|曲|风)", "pop"),
        (r"\b(?:in (?:a|the) )?(?P<named>pop|rock|folk|jazz|latin)[ -]style\b", ""),
    )
)  # fmt: skip
_NOT = re.compile(
    r"(?:\b(?:not|no|never|without|isn't|don't want)(?: too| very| so)?(?: (?:a|an|the))*|不要|不是|别)\s*$",
    re.I,
)


def _first(patterns: tuple[tuple[re.Pattern[str], str], ...], text: str) -> str | None:
    found = [
        (match.start(), -len(match[0]), style or match["named"].lower())
        for pattern, style in patterns
        for match in pattern.finditer(text)
        if not _NOT.search(text[max(0, match.start() - 24) : match.start()])
    ]
    return min(found)[2] if found else None


_SECTION = (
    r"(?:intro|verse|pre-?chorus|chorus|bridge|solo|outro|refrain|前奏|主歌|导歌|副歌|桥段|间奏|尾奏)"
    r"(?:[:：]\d{1,3})?"
)
_FORM = re.compile(rf"{_SECTION}(?:[\s,，、>-]+{_SECTION}){{2,31}}", re.I)


def _form(text: str) -> Form | None:
    match = _FORM.search(text)
    return parse_form(match[0]) if match else None


_ENGLISH = "|".join(sorted((re.escape(name) for name in names() if name.isascii()), key=len, reverse=True))
_CHINESE = "|".join(sorted((name for name in names() if not name.isascii()), key=len, reverse=True))
_ONE = rf"(?:an? |the |some |two |one |\w+ )?(?:{_ENGLISH})s?\b"
_LIST = rf"{_ONE}(?:(?:,? and |, |,| & | \+ ){_ONE}){{0,5}}"
_CHINESE_LIST = rf"(?:{_CHINESE})(?:[、，和与跟及]?(?:{_CHINESE})){{0,5}}"
_ONLY = re.compile(
    rf"\b(?:for|only|just|nothing but|(?:solo|duet|duo|trio|quartet) (?:for|of))(?: solo)? (?P<list>{_LIST})|"
    rf"(?:只用|只有|为|為|仅用)(?P<chinese>{_CHINESE_LIST})|(?P<alone>{_CHINESE_LIST})(?:独奏|二重奏|三重奏|合奏)",
    re.I,
)
_FEATURED = re.compile(
    rf"\b(?:with|featuring|using|on|add|adding|played (?:on|by))(?: (?:the|a|an|some|soft|gentle|warm|loud))* "
    rf"(?P<list>{_LIST})|"
    rf"\b(?P<before>{_ENGLISH})[ -](?:ballad|song|piece|solo|music|waltz|tune|accompaniment|melody|lead|lullaby)\b|"
    rf"(?:用|加上?|有|带|配)(?P<chinese>{_CHINESE_LIST})|(?P<after>{_CHINESE_LIST})(?:曲|伴奏|版)",
    re.I,
)
_WITHOUT = re.compile(
    rf"\b(?:without|no|minus)(?: any| the)? (?P<list>{_LIST})|(?:不要|没有|不用|去掉)(?P<chinese>{_CHINESE_LIST})",
    re.I,
)
_NAME = re.compile(rf"(?:{_ENGLISH})|(?:{_CHINESE})", re.I)


def _instruments(text: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Those asked for alone, among others, and those that are not wanted."""
    text = re.sub(r"\bno strings attached\b", " ", text, flags=re.I)
    without = _named(_WITHOUT, text)
    rest = _WITHOUT.sub(" ", text)
    only = _named(_ONLY, rest)
    return only, () if only else _named(_FEATURED, rest), without


def _named(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    spans = [span for match in pattern.finditer(text) for span in match.groups() if span]
    return tuple(dict.fromkeys(names()[m[0].lower()].name for span in spans for m in _NAME.finditer(span)))


Levels = Mapping[str, float]
_DENSITIES: Levels = MappingProxyType({
    r"\b(?:sparse|spare|minimal|few notes|long notes)\b|稀疏|音符少|简约": 0.2,
    r"\b(?:busy|dense|many notes|lots of notes|running notes)\b|密集|音符多": 0.85,
})  # fmt: skip
_REGISTERS: Levels = MappingProxyType(
    {
        r"\b(?:low|deep) (?:register|voice|melody|pitch|notes)\b|\bbaritone\b|低音区|低沉的(?:旋律|声音)": 0.2,
        r"\b(?:high|bright) (?:register|voice|melody|pitch|notes)\b|\bsoprano\b|高音区|高亢的(?:旋律|声音)": 0.8,
    }
)
_SURPRISES: Levels = MappingProxyType(
    {
        r"\b(?:surprising|unexpected|unusual|strange) (?:chords?|harmon(?:y|ies))\b|出人意料的和[弦声]": 0.7,
        r"\b(?:simple|plain|basic) (?:chords?|harmon(?:y|ies))\b|简单的?和[弦声]": 0.0,
    }
)


def _level(levels: Levels, text: str) -> float | None:
    found = [
        (match.start(), value) for words, value in levels.items() for match in re.finditer(words, text, re.I)
    ]
    return min(found)[1] if found else None
