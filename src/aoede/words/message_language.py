"""Which language a message is written in: by its letters, and for Latin letters by frequent words.

A message in Latin letters is English until two of its words say otherwise: half of what is typed in a chat stands in
no dictionary ("r u coming 2nite"), and names are of all countries.
"""

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import islice

from aoede.words.language_words import CLEAR, ENGLISH, FOREIGN, LOANS, MARKS, SHARED

MAX_CHARACTERS = 20_000  # what comes after them is not read
_CHUNK = 256  # characters normalised at once: endless marks over one letter cost their number squared
_MAX_WORDS = 600  # Latin words that are looked up

_NEEDED, _MARGIN = 1.6, 1.5  # points for another language, and how often the points of English
_PART = 0.4  # points of a word that may be English or a name as well
_MARK = 0.7  # points of a letter with a mark
_OTHERS = 0.4  # of the letters that are enough for another script than Latin

_ADDRESS = re.compile(r"(?:https?://|www\.)\S++|(?<![\w.+-])[\w.+-]{1,64}+@\S++|[@#]\w++", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]++(?:['’ʼ][^\W\d_]++)*+")
_LATIN_WORD = re.compile(r"[a-z]++(?:'[a-z]++)*+", re.IGNORECASE)
_SAYINGS = re.compile(  # foreign ones that are said in English
    r"c'est la vie|mi casa (?:es )?su casa|bon app[eé]tit|hasta la vista|que sera,? sera|n'est[- ]ce pas|"
    r"d[eé]j[aà] vu|joie de vivre|je ne sais quoi|la vie en rose|la dolce vita|buen viaje|bon voyage",
    re.IGNORECASE,
)
_FIRST = re.compile(r"(?:[.!?…:\n]|^)\W*+$")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_KANA_RUN = re.compile("[\u3041-\u3096\u30a1-\u30faー]{2}")
_SIGNS = str.maketrans(
    "", "", "のツシノヽヾゞゝッﾉ"
)  # of faces such as ¯\_(ツ)_/¯, and of Chinese shop signs
_FRAME = frozenset(
    ("i", "you", "he", "she", "we", "they", "the", "is", "are", "am", "in", "to", "at", "with", "my", "for")
)
_HAN_PARTICLES = frozenset("的了是我你他她它们們这這那有不在吗嗎呢吧啊和就都也要会會没沒个個么麼请請给給把")

_FRENCH = re.compile(r"(?:j|qu|jusqu|lorsqu|puisqu|aujourd)'[aeiouyhàâéêèîôû]")
_ITALIAN = re.compile(r"(?:dell|nell|all|dall|sull|un|dov|com|quest|quell|cos|anch|tutt)'[aeiouàèéìòù]")
_ELIDED = re.compile(r"[cldmtsn]'[aeiouhàâéêèîôû]")
_CONTRACTED = re.compile(r".+(?:n't|'(?:s|m|re|ve|ll|d))")

_SCRIPTS = (  # the first code point of each block, and what is written in it
    (0, ""), (0x41, "Latin"), (0x250, ""), (0x370, "Greek"), (0x400, "Cyrillic"), (0x530, "Armenian"),
    (0x590, "Hebrew"), (0x600, "Arabic"), (0x700, ""), (0x750, "Arabic"), (0x780, ""), (0x900, "Hindi"),
    (0x980, "Bengali"), (0xA00, "Punjabi"), (0xA80, "Gujarati"), (0xB00, ""), (0xB80, "Tamil"), (0xC00, "Telugu"),
    (0xC80, "Kannada"), (0xD00, "Malayalam"), (0xD80, "Sinhala"), (0xE00, "Thai"), (0xE80, "Lao"), (0xF00, "Tibetan"),
    (0x1000, "Burmese"), (0x10A0, "Georgian"), (0x1100, "Korean"), (0x1200, "Amharic"), (0x13A0, ""),
    (0x1780, "Khmer"), (0x1800, "Mongolian"), (0x18B0, ""), (0x1E00, "Latin"), (0x1F00, "Greek"), (0x2000, ""),
    (0x2C00, "Latin"), (0x2E00, ""), (0x3041, "kana"), (0x3100, ""), (0x3130, "Korean"), (0x3190, ""),
    (0x31F0, "kana"), (0x3200, ""), (0x3400, "Han"), (0x4DC0, ""), (0x4E00, "Han"), (0xA000, ""),
    (0xAC00, "Korean"), (0xD800, ""), (0xF900, "Han"), (0xFB00, ""), (0x20000, "Han"), (0x323B0, ""),
)  # fmt: skip
_STARTS = [start for start, _ in _SCRIPTS]
_CYRILLIC = (("іїєґ", "Ukrainian"), ("ўі", "Belarusian"), ("ђјљњћџ", "Serbian"), ("әғқңөұүһ", "Kazakh"))
_ARABIC = (("ٹڈڑںے", "Urdu"), ("پچژگی", "Persian"))

_CHINESE_NAMES = {
    "Amharic": "阿姆哈拉语", "Arabic": "阿拉伯语", "Armenian": "亚美尼亚语", "Belarusian": "白俄罗斯语",
    "Bengali": "孟加拉语", "Burmese": "缅甸语", "Czech": "捷克语", "Danish": "丹麦语", "Dutch": "荷兰语",
    "Finnish": "芬兰语", "French": "法语", "Georgian": "格鲁吉亚语", "German": "德语", "Greek": "希腊语",
    "Gujarati": "古吉拉特语", "Hebrew": "希伯来语", "Hindi": "印地语", "Hungarian": "匈牙利语",
    "Indonesian": "印尼语", "Italian": "意大利语", "Japanese": "日语", "Kannada": "卡纳达语",
    "Kazakh": "哈萨克语", "Khmer": "高棉语", "Korean": "韩语", "Lao": "老挝语", "Malayalam": "马拉雅拉姆语",
    "Mongolian": "蒙古语", "Norwegian": "挪威语", "Persian": "波斯语", "Polish": "波兰语",
    "Portuguese": "葡萄牙语", "Punjabi": "旁遮普语", "Romanian": "罗马尼亚语", "Russian": "俄语",
    "Serbian": "塞尔维亚语", "Sinhala": "僧伽罗语", "Spanish": "西班牙语", "Swedish": "瑞典语",
    "Tamil": "泰米尔语", "Telugu": "泰卢固语", "Thai": "泰语", "Tibetan": "藏语", "Turkish": "土耳其语",
    "Ukrainian": "乌克兰语", "Urdu": "乌尔都语", "Vietnamese": "越南语",
}  # fmt: skip


def language(text: str) -> str:
    """The language as "en", "zh" or by its English name, such as "Spanish"; "" where there are no letters.

    The first MAX_CHARACTERS are read. Words of Latin letters that are not clearly foreign are English.
    """
    read = _ADDRESS.sub(" ", plain(text))
    counts = Counter(map(_script, read))
    counts.pop("", None)
    if not counts:
        return ""
    if _is_japanese(read, counts):
        return "Japanese"
    if _is_chinese(read, counts):
        return "zh"
    script = _main_script(counts)
    if script == "Cyrillic":
        return _by_letters(read.casefold(), _CYRILLIC, "Russian")
    if script == "Arabic":
        return _by_letters(read, _ARABIC, "Arabic")
    return script if script != "Latin" else _latin(read)


def chinese_name(language: str) -> str:
    """What a language that `language` tells by its English name is called in Chinese."""
    return _CHINESE_NAMES.get(language, "另一种语言")


def plain(text: str) -> str:
    """The first MAX_CHARACTERS in Unicode's form NFKC, so that ｏｋ, 𝓸𝓴 and ok are the same; apostrophes straight."""
    text = text[:MAX_CHARACTERS]
    parts = (unicodedata.normalize("NFKC", text[i : i + _CHUNK]) for i in range(0, len(text), _CHUNK))
    return "".join(parts)[:MAX_CHARACTERS].translate({0x2018: "'", 0x2019: "'", 0x2BC: "'"})


@cache
def _script_at(index: int) -> str:
    return _SCRIPTS[index][1]


def _script(character: str) -> str:
    if not character.isalpha():
        return ""
    return _script_at(bisect_right(_STARTS, ord(character)) - 1)


def _is_japanese(text: str, counts: Counter[str]) -> bool:
    """Whether kana are written: a tenth of the letters, and more than の in Chinese or a face made of them."""
    if not counts["kana"]:
        return False
    n = len(_KANA.findall(text.translate(_SIGNS)))
    return n >= 0.1 * sum(counts.values()) and bool(_KANA_RUN.search(text) or n > 2)


def _is_chinese(text: str, counts: Counter[str]) -> bool:
    """Whether it is Chinese, with English words in it or not; an English sentence with a Chinese name is not."""
    n_han, n_latin = counts["Han"], counts["Latin"]
    if 2 * n_han < sum(counts.values()) - n_latin:
        return False
    words = [word.casefold() for word in _LATIN_WORD.findall(text)] if n_han and n_latin else []
    is_framed = not _FRAME.isdisjoint(words) and _HAN_PARTICLES.isdisjoint(text)
    return n_han > 0 and n_han * (0.5 if is_framed else 2) >= len(words)


def _main_script(counts: Counter[str]) -> str:
    """The most frequent one, Latin only if it has most of the letters: others mix English words into theirs."""
    others = [(n, name) for name, n in counts.items() if name not in ("Latin", "Han", "kana")]
    n, name = max(others, default=(0, "Latin"))
    return name if n > _OTHERS * sum(counts.values()) else "Latin"


def _by_letters(text: str, rows: Iterable[tuple[str, str]], otherwise: str) -> str:
    for letters, name in rows:
        if any(letter in text for letter in letters):
            return name
    return otherwise


def _latin(text: str) -> str:
    """English or the language whose frequent words are more than the English ones by far."""
    text = _SAYINGS.sub(" ", text)
    words = list(islice(_WORD.finditer(text), _MAX_WORDS))
    points = _points(text, words)
    english = points.pop("en", 0.0)
    if len(words) <= 2:
        for word in words:
            if clear := _clear().get(word[0].casefold()):
                points[clear] = points.get(clear, 0.0) + _NEEDED
    if "¿" in text or "¡" in text:
        points["Spanish"] = points.get("Spanish", 0.0) + 1.0
    name = max(points, key=lambda one: points[one], default="en")
    return name if points.get(name, 0.0) >= max(_NEEDED, _MARGIN * english) else "en"


def _points(text: str, words: Iterable[re.Match[str]]) -> dict[str, float]:
    """Language -> points of its words in the text; those with a capital may be names and count less."""
    has_case = text != text.upper()
    points, seen = dict[str, float](), set[str]()
    for word in words:
        plain_word = word[0].casefold()
        if plain_word in seen:  # "o o o o" is no Spanish
            continue
        seen.add(plain_word)
        is_first = _FIRST.search(text[max(0, word.start() - 4) : word.start()])
        is_name = has_case and word[0][0].isupper() and not is_first
        for name, weight in _weights(plain_word).items():
            points[name] = points.get(name, 0.0) + weight * (_PART if is_name and name != "en" else 1.0)
    return points


def _weights(word: str) -> dict[str, float]:
    """Language -> points that this word, in lower case, gives to it; English is "en"."""
    found = dict[str, float]()
    folded = folded_letters(word)
    if word in _english() or (_CONTRACTED.fullmatch(word) and not _FRENCH.match(word)):
        return {"en": 1.0}
    weight = _PART if folded in _shared() else 1.0
    for name in _foreign().get(folded, ()):
        found[name] = weight
    if "'" in word:
        _add_elided(word, found)
    if not word.isascii() and word not in _loans():
        for name, marks in MARKS.items():
            if any(mark in word for mark in marks):
                found[name] = found.get(name, 0.0) + _MARK
    return found


def _add_elided(word: str, found: dict[str, float]) -> None:
    """Points of "j'ai", "l'école", "dov'è", and of the word behind the apostrophe."""
    if _FRENCH.match(word):
        found["French"] = 1.6
    elif _ITALIAN.match(word):
        found["Italian"] = 1.6
    elif _ELIDED.match(word):
        found["French"] = found["Italian"] = 0.8
    for name in _foreign().get(folded_letters(word.rpartition("'")[2]), ()):
        if name in found:
            found[name] += _PART


def folded_letters(word: str) -> str:
    """Without the marks over and under letters, as it is typed in a hurry."""
    if word.isascii():
        return word
    parts = unicodedata.normalize("NFD", word[:64])
    return "".join(c for c in parts if not unicodedata.combining(c)).translate(_PLAIN)


_PLAIN = str.maketrans({"ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "đ": "d", "ı": "i"})


@cache
def _english() -> frozenset[str]:
    return frozenset(ENGLISH.split())


@cache
def _shared() -> frozenset[str]:
    return frozenset(SHARED.split())


@cache
def _loans() -> frozenset[str]:
    return frozenset(LOANS.split())


@cache
def _clear() -> dict[str, str]:
    return {word: name for name, words in CLEAR.items() for word in words.split()}


@cache
def _foreign() -> dict[str, tuple[str, ...]]:
    """Word -> the languages that have it."""
    found: dict[str, list[str]] = {}
    for name, words in FOREIGN.items():
        for word in set(words.split()):
            found.setdefault(word, []).append(name)
    return {word: tuple(names) for word, names in found.items()}
