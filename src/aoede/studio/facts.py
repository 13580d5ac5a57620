"""What was asked for and measured, and why an edit changed nothing, in both languages."""

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aoede.music.report import Row

MODES: Mapping[str, str] = MappingProxyType({
    "major": "大调", "minor": "小调", "dorian": "多利亚调式", "phrygian": "弗里几亚调式", "lydian": "利底亚调式",
    "mixolydian": "混合利底亚调式", "harmonic minor": "和声小调",
})  # fmt: skip
_WHAT: Mapping[str, str] = MappingProxyType({
    "key, at first": "开头的调", "key, at last": "结尾的调", "tempo": "速度", "meter": "拍号", "bars": "小节",
    "valence": "愉悦度", "arousal": "激动度", "like real songs": "像真实的歌", "new melody": "旋律新颖",
    "to be sung": "便于演唱",
})  # fmt: skip
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "entropy of pitches": "音高的熵",
        "entropy within four bars": "四小节内的熵",
        "entropy within a bar": "一小节内的熵",
        "pitch classes a bar": "每小节的音级数",
        "notes of one scale": "合于音阶的音",
        "clarity of the key": "调性的清晰度",
        "rhythm like the bar before": "与前一小节相似的节奏",
        "rhythm like any bar": "各小节相似的节奏",
        "bars like an earlier one": "与先前相似的小节",
        "bars that copy one": "照搬的小节",
        "passages of 3-7 bars return": "3–7 小节段落的重现",
        "passages of 8-14 bars": "8–14 小节段落的重现",
        "passages of 15 and more": "15 小节以上段落的重现",
        "notes at once": "同时发声的音",
        "notes that are melody": "旋律音的比例",
        "notes a beat": "每拍的音数",
        "beats without a note": "没有音的拍",
        "melody: steps": "旋律：级进",
        "melody: leaps": "旋律：跳进",
        "melody: repeated notes": "旋律：同音反复",
        "melody: range, semitones": "旋律：音域",
        "melody: in the chord": "旋律：和弦内的音",
        "wider, lower or higher than a voice": "音域过宽、过低或过高",
        "a phrase too long for a breath": "有一句长得换不过气",
        "too many tritones, sevenths and leaps beyond the octave": "三全音、七度和八度以上的跳进太多",
        "leaps that add up to more than an octave": "连续跳进超过八度",
        "its highest note is everywhere": "最高音到处都是",
        "one pitch again and again": "一个音反复太多",
        "notes too quick to sing": "有些音快得唱不清",
        "nothing to object to": "没有可挑剔的",
        "with ease": "容易唱",
    }
)
_SHAPES: Sequence[tuple[str, str]] = (
    (r"([\d.]+) bpm, pulse heard at (\d+)", r"每分钟 \1 拍，听起来是 \2 拍"),
    (r"([\d.]+) bpm", r"每分钟 \1 拍"),
    (r"(\d+) or more", r"至少 \1 项"),
    (r"(\d+) of (\d+) measures inside", r"\2 项指标中 \1 项与真实的歌相仿"),
    (r"; outside: ", "；不同的是："),
    (r"([\d.]+%) at most", r"至多 \1"),
    (r"([\d.]+%) of its phrases of 8 notes are known", r"八个音的乐句中 \1 已有人写过"),
    *((rf"\b{mode}\b", chinese) for mode, chinese in sorted(MODES.items(), key=lambda pair: -len(pair[0]))),
    (r"\bmelody: ", "旋律："),
    (r" \.\.\.", "等"),
    (r"; ", "；"),
    (r", ", "、"),
)

# Why an edit changed nothing.
WHY: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "": ("", ""),
        "same": (
            "The same came out once more. Try it again, or choose more.",
            "又得到了同样的结果。请再试一次，或者选大一些的范围。",
        ),
        "silent": ("None of the chosen tracks plays there.", "所选的音轨在那里没有音符。"),
        "words": ("The song has these very words already.", "这首歌的歌词已经是这样了。"),
    }
)


def rows_of(rows: "Iterable[Row]") -> list[dict[str, Any]]:
    """Each row as {"what", "asked", "measured", "holds"}, and the first three in Chinese, as "what_zh" and so on."""
    return [
        {
            "what": row.what,
            "asked": row.asked,
            "measured": row.measured,
            "holds": row.holds,
            "what_zh": _WHAT[row.what],
            "asked_zh": in_chinese(row.asked),
            "measured_zh": in_chinese(row.measured),
        }
        for row in rows
    ]


def in_chinese(text: str) -> str:
    """What a row says, in Chinese; names of notes and numbers stay."""
    for english in sorted(_WORDS, key=len, reverse=True):
        text = text.replace(english, _WORDS[english])
    for shape, chinese in _SHAPES:
        text = re.sub(shape, chinese, text)
    return text
