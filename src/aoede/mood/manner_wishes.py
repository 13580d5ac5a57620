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
        (r"\ba (?:\w+ )?march\b(?! \d)|^march(?:,|$| (?:for|in|about|with)\b)|"
         r"\bmarch(?:ing)? (?:song|tune|music|style)\b|"
         r"进行曲(?!折)|進行曲", "march"),
        (r"\banthems?\b|颂歌|頌歌", "anthem"),
        (r"\bhymns?\b|\bgospel\b|\bchorales?\b|圣歌|聖歌|赞美诗|讚美詩", "hymn"),
        (r"\brock ballads?\b", "ballad"),
        (rf"\b(?:rock|punk|metal|grunge)(?:[ -]?and[ -]roll)? {_KIND}\b|\brock[ -](?:and|n|'n')[ -]roll\b|"
         r"\b(?:heavy metal|hard rock)\b|摇滚|搖滾|重金属",
         "rock"),
        (rf"\b(?:jazz(?:y)?|swing|bebop) {_KIND}\b|\bjazzy?\b|爵士|"
         rf"\b(?:blues {_KIND}|bar blues|blues in)\b|布鲁斯|蓝调|藍調", "jazz"),
        (rf"\b(?:latin|salsa|samba|rumba|tango) {_KIND}\b|\b(?:bossa nova|salsa|samba|rumba|tango)\b|"
         r"拉丁(?:风|舞|音乐|歌)|探戈|桑巴|伦巴|[波巴]萨诺瓦", "latin"),
        (rf"\b(?:folk|country|bluegrass) {_KIND}\b|\b(?:sea )?shant(?:y|ies)\b|"
         r"民谣|民謠|民歌|乡村(?:歌|音乐|风)|古风", "folk"),
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
_THEN = r"(?:,? (?:and )?then |[，,]?(?:然后|接着|再到)|[\s,，、>-]+)(?:an? )?"
_FORM = re.compile(rf"{_SECTION}(?:{_THEN}{_SECTION}){{2,31}}", re.I)
_NO_SECTION = re.compile(r"\b(?:and|then|an?)\b|然后|接着|再到", re.I)
_LETTERS = re.compile(
    r"(?<![A-Za-z])(?P<letters>A[ABC]{2,7})(?:[ -](?:form|structure|song)\b|(?:曲式|结构|形式|式))"
)


def _form(text: str) -> Form | None:
    match = _FORM.search(text)
    if match:
        return parse_form(_NO_SECTION.sub(" ", match[0]))
    letters = _LETTERS.search(text)
    return parse_form(" ".join(_by_letters(letters["letters"]))) if letters else None


def _by_letters(letters: str) -> list[str]:
    """The sections of "AABA", whose middle is a bridge, of "ABAB", whose B is a chorus, of "ABABCB"."""
    second = "bridge" if letters.count("B") == 1 and letters.endswith("BA") else "chorus"
    return [{"A": "verse", "B": second, "C": "bridge"}[letter] for letter in letters]


_ENGLISH = "|".join(sorted((re.escape(name) for name in names() if name.isascii()), key=len, reverse=True))
_CHINESE = "|".join(sorted((name for name in names() if not name.isascii()), key=len, reverse=True))
# Words that are no instrument in most sentences.
_VAGUE = frozenset({
    "strings", "horn", "bells", "voices", "drums", "pad", "brass", "bass", "orchestra", "recorder", "vibes", "choir",
    "percussion", "synth", "organ",
})  # fmt: skip
_CLEAR = "|".join(
    sorted((re.escape(n) for n in names() if n.isascii() and n not in _VAGUE), key=len, reverse=True)
)
_ONE = rf"\b(?:an? |the |some |two |three |four |one |\w{{1,20}} )?(?:{_ENGLISH})s?\b"
_LIST = rf"{_ONE}(?:(?:,? and |, |,| & | \+ ){_ONE}){{0,5}}"
_ANY = rf"{_ONE}(?:(?:,? (?:and|or) |, |,| & | \+ )(?:no )?{_ONE}){{0,5}}"
_CHINESE_ONE = rf"(?:[一两兩二三四几]?[把支架个個台根只面位])?(?:{_CHINESE})"
_CHINESE_LIST = rf"{_CHINESE_ONE}(?:[、，和与與跟及]?{_CHINESE_ONE}){{0,5}}"
_VOICE = r"(?:(?:a |the )?(?:voice|vocals?|singer) (?:and|with) )?"
_ONLY = re.compile(
    rf"\b(?:for|only|just|nothing but|(?:solo|duet|duo|trio|quartet) (?:for|of))(?: solo)? {_VOICE}(?P<list>{_LIST})|"
    rf"\b(?:solo|unaccompanied) (?P<solo>(?:{_ENGLISH})s?\b)|"
    rf"(?<!with )(?<!with a )(?<!with an )(?<!and )(?<!and a )\b(?P<own>{_ENGLISH}) solo\b|"
    rf"(?P<group>{_LIST})(?: and (?:vocals?|voice))? (?:duet|duo|trio|quartet|only|alone)\b|"
    rf"(?:只用|只有|只要|只需|为|為|仅用|仅有)(?P<chinese>{_CHINESE_LIST})|"
    rf"(?P<alone>{_CHINESE_LIST})(?:独奏|獨奏|[二三四五]重奏|重奏|合奏|弹唱|彈唱)",
    re.I,
)
_KINDS_PLAYED = r"(?:ballad|song|piece|solo|music|waltz|tune|accompaniment|melody|lead|lullaby|march|hymn)"
_FEATURED = re.compile(
    rf"\b(?:with|featuring|using|on|add|adding|played (?:on|by))(?: (?:the|a|an|some|soft|gentle|warm|loud))* "
    rf"(?P<list>{_LIST})|"
    rf"\b(?P<before>{_ENGLISH})[ -](?:(?:folk|pop|rock|jazz|love|indie|country) )?{_KINDS_PLAYED}\b|"
    rf"\b(?P<led>{_ENGLISH})s?[ -](?:led|driven|based)\b|"
    rf"(?:^|[,.;] ?)(?:\w+ )?(?P<plain>(?:{_CLEAR})s?(?: and (?:{_CLEAR})s?)?)(?=$|[,.;!])|"
    rf"(?:用|加上?|有|带|配)(?P<chinese>{_CHINESE_LIST})|(?P<after>{_CHINESE_LIST})(?:曲|伴奏|版|民谣|摇滚)|"
    rf"(?:^|[的,;。、])(?P<bare>(?![鼓箫]){_CHINESE_LIST})(?=$|[,;!。])",
    re.I,
)
_WITHOUT = re.compile(
    rf"\b(?:without|no|minus)(?: any| the)? (?P<list>{_ANY})|"
    rf"(?:不要|没有|沒有|不用|去掉|不带|不加|别用|没|无)(?P<chinese>{_CHINESE_LIST})(?!励|舞)",
    re.I,
)
_NAME = re.compile(rf"(?:{_ENGLISH})|(?:{_CHINESE})", re.I)
_ENSEMBLES = ((r"\bstring (?:quartet|quintet|trio|ensemble)\b", "strings only"),
              (r"\ba cappella\b|\bacappella\b", "for choir"), (r"无伴奏合唱", "只用合唱"))  # fmt: skip


def _instruments(text: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Those asked for alone, among others, and those that are not wanted."""
    text = re.sub(r"\bno strings attached\b", " ", text, flags=re.I)
    for words, meant in _ENSEMBLES:
        text = re.sub(words, meant, text, flags=re.I)
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
        r"\b(?:low|deep) (?:register|voice|melody|pitch|notes)\b|\bbaritone\b|"
        r"低音区|音[区域]低|低沉的(?:旋律|声音|男声|嗓音)|男声低沉|男中音|男低音": 0.2,
        r"\b(?:high|bright) (?:register|voice|melody|pitch|notes)\b|\bsoprano\b|"
        r"高音区|音[区域]高|高亢的(?:旋律|声音|嗓音)|女高音": 0.8,
    }
)
_SURPRISES: Levels = MappingProxyType(
    {
        r"\b(?:surprising|unexpected|unusual|strange|bold|adventurous|complex) (?:chords?|harmon(?:y|ies))\b|"
        r"(?:出人意料|大胆|复杂|新奇)的和[弦声]|和[弦声](?:要|很)?(?:大胆|复杂|新奇)": 0.7,
        r"\b(?:simple|plain|basic) (?:chords?|harmon(?:y|ies))\b|\b(?:three|3)[- ]chord\b|"
        r"简单的?和[弦声]|和[弦声](?:要|很)?简单|[三3]个?和弦": 0.0,
    }
)


def _level(levels: Levels, text: str) -> float | None:
    found = [
        (match.start(), value) for words, value in levels.items() for match in re.finditer(words, text, re.I)
    ]
    return min(found)[1] if found else None
