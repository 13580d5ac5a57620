"""Texts in which nobody says anything: a lone link or number, keys hit at random, logs, source code, encoded data.

All functions take text as `message_language.plain` gives it, so that full-width signs are ASCII ones.
"""

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby

_LINK = re.compile(
    r"(?:https?|ftp)://\S++|\bwww\.\S++|(?<![\w.+-])[\w.+-]{1,64}+@[\w-]{1,64}+\.[\w.-]++|"
    r"(?<![\w.-])(?:[a-z0-9-]{1,64}+\.){1,5}(?:com|org|net|edu|gov|info|cn|io|de|uk|fr|jp|app|dev|ly|me|tv|"
    r"co)\b(?:/\S*+)?",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(  # what a messenger writes where it cannot show something
    r"\W*\[(?:图片|语音|视频|文件|链接|位置|红包|转账|名片|聊天记录|小程序|image|photo|picture|video|audio|"
    r"voice(?: message)?|file|attachment|link|location|gif)\][\d\W]*+|<(?:media|image|video|"
    r"audio)[^>]{0,20}>\W*+",
    re.IGNORECASE,
)
_FACE = re.compile(  # signs made of letters; those in brackets are of messengers
    r"\[[a-z\u4e00-\u9fff]{1,6}\]|:[a-z_+][a-z0-9_+-]{1,30}:|"
    r"(?<!\w)(?:[:;=]'?-?[dpos3x]|<3|x[dp]|[tq][_.]*+[tq]|qaq|[ou>][_.][ou<]|orz)(?!\w)",
    re.IGNORECASE,
)
_FILE = re.compile(
    r"\W*(?:\[\w{2,10}\] ?)?[\w() .-]{1,80}\.(?:jpe?g|png|gif|heic|mp[34]|mov|wav|pdf|docx?|xlsx?|pptx?|zip|"
    r"rar|txt|csv)\W*"
)
_KEYCAP = re.compile(r"[0-9]\ufe0f?\u20e3")

# Numbers that are words in chats: bye, well done, crying, I love you, laughing; me too.
_SPOKEN_NUMBER = re.compile(
    r"8{2,4}|886|6{3,7}|5{3,}|5[23][01]|5201314|1314|2333*|9494|7456|\+1+|100 ?%|\d+/10"
)
_CODE_TOKEN = re.compile(r"#?(?:0x[0-9a-f]{2,}|[a-z0-9]{2,}(?:-[a-z0-9]++)*+)", re.IGNORECASE)
_MEASURE = re.compile(r"\d+(?:[.:]\d+)?[a-z]{1,4}", re.IGNORECASE)
_TEST = re.compile(
    r"(?:test(?:ing)?|测试|asdf|foo|bar|blah|\d|\W)++|(?:ok\W*+){3,}+(?:test\W*+)++", re.IGNORECASE
)

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_RUNS = frozenset(
    row[i : i + 4] for one in _ROWS for row in (one, one[::-1]) for i in range(len(row) - 3)
) - {"wert", "erty", "rewq", "trew"}  # of words: property, strewn
_CALL = re.compile(r"s+h+|b+r+|g+r+|p+f+t*|h+m+|m+h+m*|p+s+t+|t+s+k+|[a-z]?(.)\1*")  # shhh, brrr, hmm, zzz
_TYPED_HAN = re.compile("阿斯顿发|阿斯蒂芬|啊实打实|阿萨德发|撒旦法|啊是的发|([的地得和与及])\\1{3}")

_LEVEL = "(?:INFO|WARN|WARNING|ERROR|DEBUG|TRACE|FATAL)"
_LOG = re.compile(
    rf"\W{{0,2}}\d{{4}}-\d\d-\d\d[T ]\d\d:\d\d:\d\d|\W{{0,2}}\d\d:\d\d:\d\d[.,]?\d*+\W++{_LEVEL}|"
    r"\W{0,2}[A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d|"
    rf"\[{_LEVEL}\]|{_LEVEL}[: ]+[\[(]?\w+\.[\w.]+[:\])]|level=\w|"
    r"Traceback \(most|\s+at [\w.$<>]+\(|\s*File \"[^\"]{1,200}\", line \d|\w+(?:Error|Exception): |"
    r"\d{1,3}(?:\.\d{1,3}){3} - - \[|npm ERR!|fatal: |"
    r"SELECT .{1,200} FROM\b|INSERT INTO\b|UPDATE \w+ SET\b|DELETE FROM\b|(?:CREATE|ALTER|DROP) TABLE\b"
)
_STATEMENT = re.compile(
    r"\s*(?:#include\b|#!/|<\?|<![a-zA-Z]|</?[a-zA-Z]+[ />]|from [\w.]+ import |import [\w.{},* ]{1,80};$|"
    r"(?:def|fn|func|function) \w+\(|(?:class|struct|enum|impl|interface) \w+[^.!?]{0,60}\{$|(?:public|"
    r"private|static) [\w<> ]{1,40}[({;].{0,80}[{;)]$|(?:const|let|var) \w+(?:: ?\w+)? ?= .|package [\w.]+;|"
    r"return\b.{0,80};$|(?:if|for|while|switch|else if) ?\(.{0,200}[;{]$|[\]})]++[;,]?$|@\w+\(|"
    r"(?:\$ )?(?:sudo|npm|pip|docker|kubectl|curl|ssh|chmod|apt|git) .{0,200} (?:-{1,2}\w|[|>&] )|"
    r"\.{0,2}(?:/[\w.-]++){2,}+(?: -[\w=.-]++)*+$|[A-Z]:\\\w|[\w.]++\([^()]{0,80}\);$|"
    r"(?=\w*?[._])[\w.]++\([^()]{0,80}\)$|\w+\(\)$|print\(.{0,200}\)$|for \w+ in [\w.]+(?:\(.{0,60}\))?:|"
    r"[\w.\[\]\"']+ *(?:[-+*/|&]?=|:=|=>|->) .{0,120}[;{]$)"
)
_SIGNS = frozenset('{}[]()<>=;+*/\\|&^%$#@~_`"')
_DATA = re.compile(r"[A-Za-z0-9+/=_%-]{40,}+")
_VOWELS = frozenset("aeiouyäöüáéíóúàèâêîôû")
_ASCII_WORD = re.compile(r"[a-z']++", re.IGNORECASE)


def is_sign(text: str) -> bool:
    """Whether it is only emoji, faces or punctuation."""
    if _is_bare(text):
        return True
    if _PLACEHOLDER.fullmatch(text):
        return False
    return len(text) < 400 and _is_bare(_KEYCAP.sub("", _FACE.sub("", text)))


def _is_bare(text: str) -> bool:
    return not any(character.isalnum() for character in text)


def is_wordless(text: str) -> bool:
    """Whether it is a link, a number, a code, keyboard mash, a log, source code or data, and no word to anybody."""
    if _PLACEHOLDER.fullmatch(text) or _is_file_name(text):
        return True
    rest = _LINK.sub(" ", text).strip()
    if _is_bare(rest):
        return True
    return _is_number(rest) or _is_mash(rest) or _is_data(rest) or _is_machine_text(text)


def _is_file_name(text: str) -> bool:
    """Whether it is the name of a file alone; with spaces in it, it may be somebody's words about one."""
    return bool(_FILE.fullmatch(text)) and (text.startswith("[") or " " not in text)


def _is_number(text: str) -> bool:
    """Whether it is numbers and codes alone, but for those that are said (886, 520) or asked ("7?")."""
    tokens = text.split()
    if len(tokens) > 200 or _SPOKEN_NUMBER.fullmatch(text.rstrip("!~. ")):
        return False
    bare = [token.strip(".,;:!()[]\"'") for token in tokens]
    return not text.endswith("?") and all(_is_code(token) for token in bare)


def _is_code(token: str) -> bool:
    if not any(c.isalpha() and not c.isnumeric() for c in token):
        return True
    if len(token) > 80 or not token.isascii():
        return False
    has_digits = token.lower().startswith("0x") or sum(map(str.isdigit, token)) > 2
    return bool(has_digits and _CODE_TOKEN.fullmatch(token)) or bool(_MEASURE.fullmatch(token))


def _is_mash(text: str) -> bool:
    """Whether it is keys hit at random, in most of its words."""
    if len(text) <= 200 and _TEST.fullmatch(text) and any(map(str.isalpha, text)) and not text.endswith("?"):
        return True
    n_han = sum("\u4e00" <= character <= "\u9fff" for character in text)
    if n_han:
        return n_han <= 12 and (bool(_TYPED_HAN.search(text)) or _n_held(text) > 1)
    words = [word for word in _ASCII_WORD.findall(text) if len(word) > 2]
    n_mashed = sum(_is_mashed(word.lower()) for word in words)
    return n_mashed > 0 and n_mashed >= 0.6 * len(words) and text.isascii()


def _n_held(text: str) -> int:
    """How many letter keys were held down, other than those of laughter."""
    runs = ((letter, sum(1 for _ in run)) for letter, run in groupby(text.lower()))
    return sum(n > 3 and letter in "abcdefgijlnopqrstuvxy" for letter, n in runs)


def _is_mashed(word: str) -> bool:
    """Whether no language has such a word (in lower case): keys in their order, or hardly a vowel."""
    if len(set(word)) == 1:
        return len(word) >= 8 and word[0] not in "hkmwxz"  # laughter, sleep and kisses
    n_held = sum(len(list(run)) > 3 for _, run in groupby(word))
    if n_held > 1 and not _CALL.fullmatch(word) and _VOWELS.isdisjoint(word):
        return True
    if any(word[i : i + 4] in _RUNS for i in range(min(len(word), 200) - 3)):
        return True
    letters = "".join(letter for letter, _ in groupby(word))
    consonants, longest = 0, 0
    for character in letters:
        consonants = 0 if character in _VOWELS else consonants + 1
        longest = max(longest, consonants)
    is_endless = len(letters) > 60 and len(set(letters)) > 8
    return is_endless or (longest >= 6 and longest >= 0.7 * len(letters))


def _is_data(text: str) -> bool:
    """Whether most of it is encoded, such as base64 or a key."""
    if "-----BEGIN " in text[:200]:
        return True
    n = sum(len(run) for run in _DATA.findall(text) if _looks_random(run))
    return n > 0.6 * len(text)


def _looks_random(run: str) -> bool:
    return any(c.isdigit() for c in run) and any(c.isalpha() for c in run)


def _is_machine_text(text: str) -> bool:
    """Whether its lines are of a log or a program; a sentence before them is somebody's question."""
    lines = [line for line in text.splitlines()[:400] if line.strip()]
    n_machine = sum(_is_machine_line(line[:400]) for line in lines)
    return n_machine > 0 and n_machine >= 0.8 * len(lines) and not _opens_with_words(lines)


def _is_machine_line(line: str) -> bool:
    line = line.rstrip()
    if _LOG.match(line):
        return True
    share = _sign_share(_FACE.sub("", line))
    if _STATEMENT.match(line):
        return share > 0.06
    return (
        share >= 0.2
        and line.isascii()
        and len(_SIGNS.intersection(line)) > 3
        and any(c in "{};=" for c in line)
    )


def _sign_share(line: str) -> float:
    dense = "".join(line.split())
    return sum(character in _SIGNS for character in dense) / max(1, len(dense))


def _opens_with_words(lines: Sequence[str]) -> bool:
    return len(lines) > 1 and not _is_machine_line(lines[0][:400]) and len(lines[0].split()) > 3


def without_invisible(text: str) -> str:
    """Without control and format characters, such as zero-width spaces; line breaks and tabs stay."""
    return "".join(
        c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cn", "Cs")
    )
