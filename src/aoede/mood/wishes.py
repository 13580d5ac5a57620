"""What a request states outright, in English or Chinese: key, mode, tempo, meter, number of bars, manner.

Nothing is guessed: a letter is a key only where the words around it say so ("a major change" names none).

Tempo words follow the usual metronome ranges (Kennedy, Oxford Dictionary of Music; most metronomes print the same).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from aoede.mood.manner_wishes import Manner, manner_of

Range = tuple[float, float]
Meter = tuple[int, int]


@dataclass(frozen=True)
class Wishes:
    """None where nothing is said. `tempo_bpm` and `tempo_range_bpm` are in quarter notes a minute, as stated."""

    tonic: str | None = None  # "D", "F#", "Bb"
    mode: str | None = None  # "major", "minor", "dorian", "harmonic minor", ...
    tempo_bpm: float | None = None
    tempo_range_bpm: Range | None = None
    meter: Meter | None = None
    bars: int | None = None
    manner: Manner = field(default_factory=Manner)


def wishes_of(request: str) -> Wishes:
    """The wishes stated in `request`; where something is stated twice, the first time counts."""
    text = _plain(request)
    tonic, mode = _key(text)
    return Wishes(tonic, mode, _tempo(text), _tempo_range(text), _meter(text), _bars(text), manner_of(text))


# Case is kept: "in C" names a key, "in c" does not.
def _plain(text: str) -> str:
    wide = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", ord("♯"): "#", 0x2019: "'"}
    return re.sub(r"\s+", " ", text.translate(wide))


_MODES: Mapping[str, str] = MappingProxyType({
    "harmonic minor": "harmonic minor", "natural minor": "minor", "major": "major", "maj": "major",
    "minor": "minor", "min": "minor", "ionian": "major", "dorian": "dorian", "phrygian": "phrygian",
    "lydian": "lydian", "mixolydian": "mixolydian", "aeolian": "minor",
})  # fmt: skip
_CHINESE_MODES: Mapping[str, str] = MappingProxyType({
    "和声小调": "harmonic minor", "和聲小調": "harmonic minor", "自然小调": "minor", "自然大调": "major",
    "大调": "major", "大調": "major", "小调": "minor", "小調": "minor", "混合利底亚": "mixolydian",
    "利底亚": "lydian", "利底亞": "lydian", "多利亚": "dorian", "多利亞": "dorian", "弗里几亚": "phrygian",
    "弗里吉亚": "phrygian", "爱奥尼亚": "major", "伊奥尼亚": "major", "爱奥利亚": "minor", "伊奥利亚": "minor",
})  # fmt: skip
_MODE = "|".join(name.replace(" ", "[- ]") for name in sorted(_MODES, key=len, reverse=True))
_CHINESE_MODE = "|".join(sorted(_CHINESE_MODES, key=len, reverse=True))
_ACCIDENTAL = r"(?P<accidental>[ -]?sharp|[ -]?flat|#|♭|b)?"
_MUSIC_NOUN = r"(?: (?:key|scale|mode|chord|chords|tonality))?"
# After "A minor" at the start of a phrase, a noun would make it "a minor problem".
_AFTER_KEY = "at|and|with|in|for|please|about|waltz|ballad|piece|song|tune|that|which|of"
_NO_NOUN = rf"(?={_MUSIC_NOUN}\s*(?:$|[^\sA-Za-z]|(?:{_AFTER_KEY})\b))"
_KEYS = (
    re.compile(rf"\bkey(?: of|:| is|=) ?(?P<tonic>[A-Ga-g]){_ACCIDENTAL}(?:[ -]?(?P<mode>{_MODE}|m))?\b", re.I),
    re.compile(rf"\b(?:in|In|into) (?P<tonic>[A-G]){_ACCIDENTAL}(?P<mode>m)\b"),
    re.compile(rf"\b(?P<tonic>[B-Gb-g]){_ACCIDENTAL}[ -](?P<mode>{_MODE})\b", re.I),
    re.compile(rf"\b(?P<tonic>[Aa])(?P<accidental>[ -]sharp|[ -]flat|#|♭|b)[ -]?(?P<mode>{_MODE})\b", re.I),
    re.compile(rf"\b(?P<tonic>A)[ -](?P<mode>(?i:{_MODE}))\b{_NO_NOUN}"),
    re.compile(rf"\bin (?P<tonic>a)[ -](?P<mode>{_MODE})(?=\s*(?:$|[^\sA-Za-z]))", re.I),
    re.compile(
        r"\bin (?P<tonic>[A-G])(?P<accidental>[ -]?sharp|[ -]?flat|#|♭|b)?"
        r"(?=\s*(?:$|[,.;!)]|(?:at|and|with|for|please)\b))(?! and [A-Z]\b)"
    ),
    re.compile(rf"(?P<flat>降|升|[b♭#])?(?P<tonic>[A-Ga-g])(?P<accidental>#|♭|b)?\s?(?P<mode>{_CHINESE_MODE})"),
    re.compile(r"(?P<flat>降|升|[b♭#])?(?<![A-Za-z])(?P<tonic>[A-G])(?P<accidental>#|♭|b)?[调調]"),
)  # fmt: skip
_MODES_ALONE = (
    re.compile(rf"\b(?P<mode>{_MODE})[- ](?:key|keys|mode|scale|tonality)\b", re.I),
    # "Dorian Gray" is somebody: case matters after it.
    re.compile(
        r"\b(?P<mode>(?i:harmonic[- ]minor|dorian|phrygian|lydian|mixolydian|aeolian|ionian))\b(?! [A-Z][a-z])"
    ),
    re.compile(rf"\bin (?:a )?(?P<mode>natural[- ]minor|minor|major){_NO_NOUN}", re.I),
    re.compile(
        rf"(?<![A-Ga-g])(?<!民间)(?<!江南)(?<!民間)(?<!一首)(?P<mode>{_CHINESE_MODE})(?![皮整查动配])"
    ),
)
_FLAT_SIGNS = {"flat": "b", "♭": "b", "b": "b", "降": "b", "sharp": "#", "#": "#", "升": "#"}
_DENIED = re.compile(
    r"(?:\b(?:not|no|never|without|avoid|isn't|don't(?: want)?)(?: too| very| so)?(?: (?:a|an|the|in|in the|be))*|"
    r"不要|不是|不用|不太|不|别|非|避免|没有)\s*$", re.I)  # fmt: skip


def _stated(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Matches that no negation stands right before."""
    return (m for m in pattern.finditer(text) if not _DENIED.search(text[max(0, m.start() - 24) : m.start()]))


def _key(text: str) -> tuple[str | None, str | None]:
    for pattern in _KEYS:
        for match in _stated(pattern, text):
            named = match.groupdict()
            sign = (named.get("accidental") or named.get("flat") or "").strip(" -").lower()
            return named["tonic"].upper() + _FLAT_SIGNS.get(sign, ""), _mode(named.get("mode"))
    for pattern in _MODES_ALONE:
        for match in _stated(pattern, text):
            return None, _mode(match["mode"])
    return None, None


def _mode(name: str | None) -> str | None:
    if name is None:
        return None
    return "minor" if name == "m" else _MODES.get(name.lower().replace("-", " ")) or _CHINESE_MODES[name]


_COUNTED = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
_SMALL: Mapping[str, int] = MappingProxyType({word: n for n, word in enumerate(_COUNTED.split(), start=2)})
_ROUND = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS: Mapping[str, int] = MappingProxyType({word: 10 * n for n, word in enumerate(_ROUND.split(), start=2)})
_DIGITS = MappingProxyType(
    {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2, "兩": 2}
)
_ONES = "|".join(["one", *_COUNTED.split()[:8]])
_ENGLISH_NUMBER = (
    rf"(?:(?:{'|'.join(_TENS)})[- ](?:{_ONES})|{'|'.join([*_TENS, *reversed(_COUNTED.split())])})"
)
_CHINESE_NUMBER = "[一二三四五六七八九十百零两兩]{1,6}"
_NUMBER = rf"(?P<number>\d{{1,4}}(?:\.\d{{1,3}})?|{_ENGLISH_NUMBER}|{_CHINESE_NUMBER})"


def _number(text: str) -> float:
    if text[0].isdigit():
        return float(text)
    return float(_from_english(text.lower()) if text.isascii() else _from_chinese(text))


def _from_english(text: str) -> int:
    tens, _, ones = text.replace("-", " ").partition(" ")
    if ones:
        return _TENS[tens] + (1 if ones == "one" else _SMALL[ones])
    return _SMALL.get(tens) or _TENS[tens]


def _from_chinese(text: str) -> int:
    """三十二 -> 32, 一百二十 -> 120, 一百二 -> 120, 九零 -> 90."""
    if not re.search("[十百]", text):
        return int("".join(str(_DIGITS[char]) for char in text))
    total, digit, unit = 0, 0, 10
    for char in text:
        if char in "十百":
            unit = 10 if char == "十" else 100
            total, digit = total + (digit or 1) * unit, 0
        else:
            digit = _DIGITS[char]
    return total + digit * (10 if unit == 100 and text[-2] == "百" else 1)


_TEMPOS = (
    re.compile(rf"(?<![\d.-]){_NUMBER}[ -]?(?:bpm|beats (?:per|a|/) ?min(?:ute)?|拍每分钟|拍/分)", re.I),
    re.compile(rf"\b(?:bpm|tempo)(?: of| is|:|=| at)? ?{_NUMBER}(?!\d)", re.I),
    re.compile(r"(?<![\d/.第])(?P<number>[4-9]\d|[12]\d\d) ?拍(?!子)"),
    re.compile(rf"(?:♩|quarter(?: note)?) ?= ?{_NUMBER}"),
    re.compile(rf"(?:每分钟|每分鐘|一分钟|一分鐘)(?:大约|约)?{_NUMBER} ?(?:拍|下)"),
    re.compile(rf"(?:速度|节拍|節拍)(?:为|是|:|=|约|每分钟)? ?{_NUMBER}(?![/\d])"),
)
_TEMPO_SPAN = re.compile(r"(?P<low>\d{2,3})(?: ?[-–~至到] ?| to | and )(?P<high>\d{2,3}) ?bpm", re.I)


def _tempo(text: str) -> float | None:
    if _TEMPO_SPAN.search(text):
        return None
    for pattern in _TEMPOS:
        for match in _stated(pattern, text):
            return _number(match["number"])
    return None


_SLOW, _MEDIUM, _FAST = (50.0, 76.0), (90.0, 115.0), (126.0, 170.0)
_SLOWISH, _BRISK = (70.0, 92.0), (112.0, 138.0)
_TEMPO_WORDS: tuple[tuple[str, Range], ...] = (
    (r"\bprestissimo\b|最急板", (200.0, 240.0)),
    (r"\bpresto\b|急板", (168.0, 200.0)),
    (r"\bvivace\b|活泼的快板", (156.0, 176.0)),
    (r"\ballegretto\b|小快板", (112.0, 120.0)),
    (r"\ballegro\b|快板", (120.0, 156.0)),
    (r"\bmoderato\b|中板", (108.0, 120.0)),
    (r"\bandantino\b", (80.0, 108.0)),
    (r"\bandante\b|行板", (76.0, 108.0)),
    (r"\badagio\b|柔板", (55.0, 76.0)),
    (r"\blarghetto\b|小广板", (60.0, 66.0)),
    (r"\blargo\b|广板|廣板", (40.0, 60.0)),
    (r"\blento\b|慢板", (45.0, 60.0)),
    (r"\b(?:mid|medium|moderate)[- ]?(?:tempo|pace|speed)\b|中速|中等速度|速度适中", _MEDIUM),
    (r"\b(?:not too|neither) (?:fast|slow),?(?: and| or| nor|) (?:not too )?(?:fast|slow)\b|"
     r"不快不慢|不紧不慢", _MEDIUM),
    (r"\b(?:moderately|fairly|rather|somewhat) (?:fast|quick)\b|\b(?:quick|brisk) (?:song|tune|piece|dance|melody)\b|"
     r"轻快|輕快|稍快|较快|較快", _BRISK),
    (r"\b(?:moderately|fairly|rather|somewhat) slow\b|稍慢|较慢|較慢", _SLOWISH),
    (r"\bup[- ]?tempo\b|\b(?:quick|brisk|lively|high) (?:tempo|pace|beat)\b", (118.0, 150.0)),
    (r"\bdown[- ]?tempo\b", (60.0, 90.0)),
    (r"(?<!hold )(?<!stand )(?<!break )\bfast\b(?! (?:asleep|food|forward|friends?|lane|track|cars?|fashion|money))|"
     r"快节奏|快速|快歌|速度快|"
     r"(?<![欢轻愉爽畅痛明勤歡輕])快的(?:歌|曲|音乐|旋律)|"
     r"快節奏|节奏(?:要|很|比较)?快|(?<![很尽赶凉])快一[点些]", _FAST),
    (r"\bslow(?:-tempo)?\b(?! (?:down|motion|burn|cooker|days?))|"
     r"慢歌|慢速|慢的(?:歌|曲|音乐|旋律)|慢节奏|慢節奏|缓慢|緩慢|速度慢|节奏(?:要|很|比较)?慢|慢一[点些]", _SLOW),
)  # fmt: skip
_TEMPO_PATTERNS = tuple((re.compile(words, re.I), span) for words, span in _TEMPO_WORDS)


def _tempo_range(text: str) -> Range | None:
    span = _TEMPO_SPAN.search(text)
    if span:
        low, high = sorted((float(span["low"]), float(span["high"])))
        return low, high
    found = [
        (m.start(), -len(m[0]), limits) for pattern, limits in _TEMPO_PATTERNS for m in _stated(pattern, text)
    ]
    return min(found)[2] if found else None


_FRACTION = re.compile(
    r"(?<![\d/.])(?P<beats>1[0-5]|[2-9]) ?/ ?(?P<unit>16|8|4|2)(?![\d/])"
    r"(?! (?:of|cups?|inch(?:es)?|hours?|miles?)\b)"
)
_SPOKEN = re.compile(
    r"\b(?P<beats>two|three|four|five|six|seven|nine|twelve)[- ](?P<unit>two|four|eight|half|quarter|eighth)\b"
    r"(?![ -](?:of|hours?|inch(?:es)?|miles?|years?|leaf|leaves|letter|legged)\b)",
    re.I,
)
_CHINESE_FRACTION = re.compile(r"(?P<unit>[二四八])分之?(?P<beats>[二三四五六七九]|十二)拍(?![档手照打摄])")
# "四三拍" names the unit first, as notation is read in Chinese, "六八拍" the beats, as the fraction is written.
_CHINESE_PAIR = re.compile(
    r"(?<![一二三四五六七八九十百零])(?P<first>[二三四五六七八九]|十二)(?P<second>[二三四五六七八九]|十二)拍(?![档手照打摄])"
)
_CHINESE_BEATS = re.compile(r"(?<![四八])(?P<beats>[二两三四五六])拍子")
_DANCES: tuple[tuple[str, Meter], ...] = (
    (r"\bwaltz(?:es)?\b|圆舞曲|圓舞曲|华尔兹|華爾茲", (3, 4)),
    (r"\b(?:minuet|mazurka)\b|小步舞曲|玛祖卡", (3, 4)),
    (r"\b(?:jig|barcarolle|tarantella|siciliana)\b|船歌|塔兰泰拉", (6, 8)),
    (r"\bpolka\b|波尔卡", (2, 4)),
    (r"\bcommon time\b", (4, 4)),
    (r"\bcut time\b|\balla breve\b", (2, 2)),
    (r"\b(?:triple|waltz) (?:time|meter|metre)\b", (3, 4)),
)
_CHINESE_UNITS = {"二": 2, "四": 4, "八": 8}
_UNITS = {"two": 2, "half": 2, "four": 4, "quarter": 4, "eight": 8, "eighth": 8}


def _chinese_pair(first: str, second: str) -> Meter | None:
    """三四拍 -> 3/4, 四三拍 -> 3/4, 八六拍 -> 6/8, 六八拍 -> 6/8; None for what is no meter."""
    if second in _CHINESE_UNITS and not (first in "四八" and second == "二"):
        return _from_chinese(first), _CHINESE_UNITS[second]
    return (_from_chinese(second), _CHINESE_UNITS[first]) if first in _CHINESE_UNITS else None


def _meter(text: str) -> Meter | None:
    readers: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Meter | None]], ...] = (
        (_FRACTION, lambda m: (int(m["beats"]), int(m["unit"]))),
        (_SPOKEN, lambda m: (_SMALL[m["beats"].lower()], _UNITS[m["unit"].lower()])),
        (_CHINESE_FRACTION, lambda m: (_from_chinese(m["beats"]), _CHINESE_UNITS[m["unit"]])),
        (_CHINESE_PAIR, lambda m: _chinese_pair(m["first"], m["second"])),
        (_CHINESE_BEATS, lambda m: (_DIGITS[m["beats"]], 8 if m["beats"] == "六" else 4)),
    )
    for pattern, read in readers:
        for match in _stated(pattern, text):
            if found := read(match):
                return found
    for words, meter in _DANCES:
        for _ in _stated(re.compile(words, re.I), text):
            return meter
    return None


_BARS = (
    re.compile(
        rf"(?<![\d.]){_NUMBER}[ -](?:bars?|measures?)\b"
        r"(?! (?:of (?:chocolate|gold|silver|soap|candy|iron|steel)|in town|down the))",
        re.I,
    ),
    re.compile(rf"(?<![\d.]){_NUMBER} ?个?(?:小节|小節)"),
    re.compile(rf"\b(?:bars|measures)(?::| ?=) ?{_NUMBER}(?![./\d])", re.I),
    re.compile(rf"(?:小节|小節)数?[:=是为]{_NUMBER}(?!\d)"),
)


def _bars(text: str) -> int | None:
    for pattern in _BARS:
        for match in _stated(pattern, text):
            return int(_number(match["number"]))
    return None
