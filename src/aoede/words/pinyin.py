"""How a Chinese character sounds, as far as singing asks: its final, its tone, and the group it rhymes in.

Two characters rhyme if their finals are in one of the thirteen groups (十三辙) by which songs and operas in Mandarin
have rhymed since the Ming; tones do not matter. The shipped table (`presets/rhyme_zh.safetensors`, from pinyin-data)
knows the commonest reading of each character of the CJK block and no reading by context.
"""

import unicodedata
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from aoede.learning.checkpoint import load_preset
from aoede.words.verbatim import damaged

FIRST, LAST = 0x4E00, 0x9FFF  # code points of the table

# The thirteen groups by their usual names, with their finals; "-i" is that of zi, ci, si, zhi, chi, shi, ri.
GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "发花": ("a", "ia", "ua"),
    "梭坡": ("o", "e", "uo", "io"),
    "乜斜": ("ê", "ie", "üe"),
    "一七": ("i", "-i", "ü", "er"),
    "姑苏": ("u",),
    "怀来": ("ai", "uai"),
    "灰堆": ("ei", "ui"),
    "遥条": ("ao", "iao"),
    "油求": ("ou", "iu"),
    "言前": ("an", "ian", "uan", "üan"),
    "人辰": ("en", "in", "un", "ün"),
    "江阳": ("ang", "iang", "uang"),
    "中东": ("eng", "ing", "ong", "iong", "ueng"),
})  # fmt: skip
FINALS = tuple(final for finals in GROUPS.values() for final in finals)
_GROUP_OF = {final: group for group, finals in GROUPS.items() for final in finals}
_MARKS = {"\u0304": 1, "\u0301": 2, "\u030c": 3, "\u0300": 4}  # combining signs of the four tones
_INITIALS = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcs")
_WHOLE = {
    "yi": "i", "ya": "ia", "ye": "ie", "yao": "iao", "you": "iu", "yan": "ian", "yin": "in", "yang": "iang",
    "ying": "ing", "yong": "iong", "yo": "io", "yai": "ai", "yu": "ü", "yue": "üe", "yuan": "üan", "yun": "ün",
    "wu": "u", "wa": "ua", "wo": "uo", "wai": "uai", "wei": "ui", "wan": "uan", "wen": "un", "wang": "uang",
    "weng": "ueng",
}  # fmt: skip


def final_and_tone(reading: str) -> tuple[str, int] | None:
    """("ing", 2) of "xíng"; tone 5 is the light one. None for what is no syllable with a final ("ń")."""
    tone = 5
    letters: list[str] = []
    for sign in unicodedata.normalize("NFD", reading.strip().lower()):
        if sign in _MARKS:
            tone = _MARKS[sign]
        elif sign == "\u0308":
            letters[-1:] = ["ü"]
        elif sign == "\u0302":
            letters[-1:] = ["ê"]
        else:
            letters.append(sign)
    plain = "".join(letters)
    final = _WHOLE.get(plain) or _after_initial(plain)
    return (final, tone) if final in _GROUP_OF else None


def _after_initial(plain: str) -> str:
    initial = next((one for one in _INITIALS if plain.startswith(one)), "")
    final = plain[len(initial) :]
    if initial in ("zh", "ch", "sh", "r", "z", "c", "s") and final == "i":
        return "-i"
    if initial in ("j", "q", "x") and final.startswith("u"):
        return "ü" + final[1:]
    return final


@cache
def _codes() -> NDArray[np.uint8]:
    codes = load_preset("rhyme_zh").tensors.get("codes")
    if codes is None or codes.shape != (LAST - FIRST + 1,) or codes.dtype != np.uint8:
        raise damaged("the table of Chinese sounds")
    return np.asarray(codes, np.uint8)


def sound_of_character(character: str) -> tuple[str, int] | None:
    """(final, tone 1..5) of its commonest reading; None for one that the table lacks, such as a letter."""
    place = ord(character) - FIRST
    code = int(_codes()[place]) if 0 <= place <= LAST - FIRST else 0
    if not 0 < code <= 5 * len(FINALS):
        return None
    return FINALS[(code - 1) // 5], (code - 1) % 5 + 1


def group_of(character: str) -> str | None:
    """The rhyme group of a character (发花 ... 中东); None for one that the table lacks."""
    sound = sound_of_character(character)
    return None if sound is None else _GROUP_OF[sound[0]]


def tone_of(character: str) -> int:
    """1..5, 5 the light one; 0 for a sign that the table lacks."""
    sound = sound_of_character(character)
    return 0 if sound is None else sound[1]


def tones_of(text: str) -> NDArray[np.int64]:
    """(len(text),) `tone_of` every character."""
    places = np.frombuffer(text.encode("utf-32-le"), "<u4").astype(np.int64) - FIRST
    known = (places >= 0) & (places <= LAST - FIRST)
    codes = np.where(known, _codes()[np.where(known, places, 0)], 0).astype(np.int64)
    return np.where((codes > 0) & (codes <= 5 * len(FINALS)), (codes - 1) % 5 + 1, 0)
