"""The names of sections as people read them, in two languages."""

import re

SECTION_WORDS = {
    "intro": "前奏", "verse": "主歌", "prechorus": "导歌", "chorus": "副歌", "bridge": "桥段", "solo": "独奏",
    "interlude": "间奏", "outro": "尾声", "beginning": "开头", "newpart": "续写",
}  # fmt: skip


def section_kind(name: str) -> str:
    """ "Pre-Chorus 2" -> "prechorus"."""
    return re.sub(r"[\W\d_]+", "", name.lower())


def section_label(name: str, language: str) -> str:
    """ "pre-chorus 2" -> "Pre-chorus 2", or "导歌 2" where `language` is "zh" and the name is a usual one."""
    number = re.search(r"\s*\d+$", name)
    if language == "zh" and section_kind(name) in SECTION_WORDS:
        return SECTION_WORDS[section_kind(name)] + (number[0] if number else "")
    return name[:1].upper() + name[1:]
