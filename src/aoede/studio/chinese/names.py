"""Names of the library in Chinese, and the kinds of blanks that sentences have.

n: a number. q: a text in Python's quotes, which are taken off. t: any text. Others stand for names of ours.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from aoede.formats.section_names import SECTION_WORDS, section_kind, section_label
from aoede.music.instruments import INSTRUMENTS
from aoede.music.styles import STYLES
from aoede.studio.chinese.matching import Fill
from aoede.studio.facts import MODES

_NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?%?|nan|[+-]?inf")
_ESCAPED = re.compile(r"\\([\\'])")

# Sections as they can be written into the field of the form.
FORM_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "intro": "前奏",
        "verse": "主歌",
        "pre-chorus": "导歌",
        "chorus": "副歌",
        "bridge": "桥段",
        "solo": "间奏",
        "outro": "尾奏",
    }
)
TRACKS: Mapping[str, str] = MappingProxyType(
    {
        "melody": "旋律",
        "chords": "和弦",
        "colour": "色彩",
        "bass": "贝斯",
        "drums": "鼓",
        "harmony": "和声",
        "lyrics": "歌词",
    }
)
# Options as the page calls them, in both languages.
OPTIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "bars": ("the number of bars", "小节数"),
        "tempo": ("the tempo", "速度"),
        "tempo in bpm": ("the tempo in bpm", "速度（bpm）"),
        "valence": ("how happy it is", "悲喜"),
        "arousal": ("how restless it is", "动静"),
        "density": ("how many notes the melody has", "旋律的疏密"),
        "register": ("how high the melody lies", "旋律的高低"),
        "surprise": ("how surprising the chords are", "和弦的出奇程度"),
        "chords": ("chords of your own", "自己的和弦"),
        "progressions": ("progressions of your own", "自己的和弦进行"),
        "harmony": ("a model of chords", "和弦由谁写"),
        "length": ("a length in characters", "字数"),
        "lines": ("a number of lines", "行数"),
        "form": ("a form", "体式"),
        "tune": ("a tune", "词牌"),
    }
)
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "not readable": "打不开",
        "too large": "太大",
        "damaged": "已损坏",
        "no notes": "没有音符",
        "no text": "没有文字",
        "duplicate": "重复",
        "about the files": "只讲其他文件",
        "silence": "只有静音",
        "no rows": "表格里没有文件",
        "no replies": "没有消息带回复",
    }
)
ENCODINGS: Mapping[str, str] = MappingProxyType(
    {
        "pianoroll": "钢琴卷帘",
        "melody": "旋律",
        "chords": "和弦",
        "characters": "文字",
        "mulaw": "声音",
        "ngrams": "消息与回复",
        "words": "消息与回复",
        "drums": "鼓",
    }
)
_NAMES: Mapping[str, str] = MappingProxyType(
    {
        **MODES,
        **{name: style.chinese[0] for name, style in STYLES.items()},
        **FORM_WORDS,
        **TRACKS,
        **{name: found.chinese for name, found in INSTRUMENTS.items()},
    }
)
_TIMES: Mapping[str, str] = MappingProxyType({"never": "0 次", "once": "1 次", "twice": "2 次"})


def number(text: str) -> str | None:
    return text if _NUMBER.fullmatch(text) else None


def quoted(text: str) -> str | None:
    """What stands between the quotes that Python puts around a text."""
    if len(text) < 2 or text[0] not in "'\"" or text[-1] != text[0]:
        return None
    return _ESCAPED.sub(r"\1", text[1:-1])


def anything(text: str) -> str | None:
    return text or None


def name(text: str) -> str | None:
    """One name of ours in Chinese; any other as it is."""
    if found := re.fullmatch(r"track (\d+)(?: \((.{1,40})\))?", text, re.DOTALL):
        return f"第 {found[1]} 轨" + (f"（{found[2]}）" if found[2] else "")
    return _NAMES.get(text, text) if text else None


def names(text: str) -> str | None:
    """A list with commas, its last two perhaps with "and" or "or" between them."""
    parts = text.split(", ")
    parts[-1:] = re.split(r" (?:and|or) ", parts[-1], maxsplit=1)
    told = [name(part) for part in parts]
    return None if None in told else "、".join(filter(None, told))


def key(text: str) -> str | None:
    """ "D minor" as it is said in Chinese, or a tonic alone."""
    tonic, _, mode = text.partition(" ")
    return f"{tonic} {MODES[mode]}" if mode in MODES else text if text and not mode else None


def section(text: str) -> str | None:
    """One section; a name of somebody's own stays."""
    return section_label(text, "zh") if section_kind(text) in SECTION_WORDS else text or None


def place(text: str) -> str | None:
    """ "verse 5-12": a section with its bars; bars alone."""
    found = re.fullmatch(r"(?:(.{1,400}) )?(\d+)(?:-(\d+))?", text, re.DOTALL)
    if not found:
        return None
    bars = f"第 {found[2]} 小节" if found[3] is None else f"第 {found[2]}–{found[3]} 小节"
    return f"{section(found[1])}（{bars}）" if found[1] else bars


def _listed(one: Callable[[str], str | None]) -> Fill:
    """A list of such; what is none, such as half a name with a comma in it, stays."""

    def told(text: str) -> str | None:
        return "、".join(one(part) or part for part in text.split(", ")) if text else None

    return told


def room(text: str) -> str | None:
    """ "verse 5-12 (8)": a place with the lines that it holds."""
    where, _, most = text.removesuffix(")").rpartition(" (")
    told = place(where)
    return None if told is None or not most.isdecimal() else f"{told}{most} 行"


def times(text: str) -> str | None:
    """ "once", "3 times"."""
    n, _, is_many = text.partition(" ")
    return f"{n} 次" if n.isdecimal() and is_many == "times" else _TIMES.get(text)


def option(text: str) -> str | None:
    """An option by its own name or as the page calls it in English."""
    return next((chinese for own, (english, chinese) in OPTIONS.items() if text in (own, english)), None)


def option_in_english(text: str) -> str | None:
    return OPTIONS[text][0] if text in OPTIONS else None


def reasons(text: str) -> str | None:
    """ "2 damaged, 1 no notes": why files were skipped."""
    told = []
    for part in text.split(", "):
        n, _, why = part.partition(" ")
        if number(n) is None or why not in REASONS:
            return None
        told.append(f"{n} 个{REASONS[why]}")
    return "，".join(told)


CHINESE_FILLS: Mapping[str, Fill] = MappingProxyType(
    {
        "n": number,
        "q": quoted,
        "t": anything,
        "name": name,
        "names": names,
        "key": key,
        "section": section,
        "place": place,
        "places": _listed(place),
        "rooms": _listed(room),
        "times": times,
        "option": option,
        "reason": REASONS.get,
        "reasons": reasons,
        "material": ENCODINGS.get,
    }
)


def _as_it_is(fill: Fill) -> Fill:
    return lambda text: None if fill(text) is None else text


ENGLISH_FILLS: Mapping[str, Fill] = MappingProxyType(
    {kind: _as_it_is(fill) for kind, fill in CHINESE_FILLS.items()} | {"option": option_in_english}
)
