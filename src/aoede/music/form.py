"""The form of a song: which sections it has, in which order, and how many bars each.

A form is given ("intro verse chorus verse:16 chorus"), or one that fits the style and the time that a song takes.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from aoede.errors import UsageError

MAX_SECTIONS = 64
SHORTEST_S, LONGEST_S = 90.0, 172.0  # of a song whose length is not stated, before its end is drawn out
QUICK_BAR_S, SLOW_BAR_S = 1.15, 4.5  # sections have twice, or half, as many of such bars
# Sections and the bars that they usually have, before slow or quick bars halve or double them.
SECTIONS: Mapping[str, int] = MappingProxyType(
    {"intro": 4, "verse": 8, "pre-chorus": 4, "chorus": 8, "bridge": 8, "solo": 8, "outro": 4}
)
_ALSO: Mapping[str, str] = MappingProxyType({
    "前奏": "intro", "主歌": "verse", "导歌": "pre-chorus", "预副歌": "pre-chorus", "副歌": "chorus",
    "桥段": "bridge", "桥": "bridge", "间奏": "solo", "尾奏": "outro", "尾声": "outro", "结尾": "outro",
    "prechorus": "pre-chorus", "refrain": "chorus", "hook": "chorus", "interlude": "solo", "instrumental": "solo",
    "middle8": "bridge", "ending": "outro", "coda": "outro", "end": "outro", "stanza": "verse", "opening": "intro",
    "v": "verse", "c": "chorus", "b": "bridge",
})  # fmt: skip
# Sections of equal material have the same chords and the same tune.
_MATERIALS: Mapping[str, str] = MappingProxyType(
    {"intro": "A", "verse": "A", "pre-chorus": "P", "chorus": "B", "bridge": "C", "solo": "A", "outro": "O"}
)
Form = tuple[tuple[str, int], ...]  # name and bars of each section


def material_of(section: str) -> str:
    """The letter of what a section is made of: an intro and a solo have the chords of the verse."""
    return _MATERIALS[section]


def parse_form(text: str) -> tuple[tuple[str, int | None], ...]:
    """Sections with the bars stated, None where none are: "intro verse:16 chorus", "前奏 主歌 副歌".

    Raises UsageError naming the sections there are.
    """
    plain = re.sub(r"\bpre[- ]chorus", "prechorus", text.lower())
    words = [word for word in re.split(r"[\s,，、;>|-]+", plain) if word]
    if not 1 <= len(words) <= MAX_SECTIONS:
        raise UsageError(
            f"a form has 1 to {MAX_SECTIONS} sections, not {len(words)}", where="--form", hint=_FORM_HINT
        )
    return tuple(_section(word) for word in words)


_FORM_HINT = f'Name sections such as "intro verse chorus verse:16 chorus outro": {", ".join(SECTIONS)}.'


def _section(word: str) -> tuple[str, int | None]:
    match = re.fullmatch(r"(.*?)\d?[:：](\d{1,3})|(.*?)\d?", word)  # verse2 is a verse
    assert match is not None
    name = (match[1] if match[2] else match[3]) or ""
    name = _ALSO.get(name, name)
    if name not in SECTIONS:
        close = difflib.get_close_matches(name, [*SECTIONS, *_ALSO], n=1)
        hint = f"Did you mean {close[0]!r}? " if close else ""
        raise UsageError(f"{word!r} is not a section of a song", where="--form", hint=hint + _FORM_HINT)
    if match[2] and not int(match[2]):
        raise UsageError(f"{word!r}: a section has at least one bar", where="--form", hint=_FORM_HINT)
    return name, int(match[2]) if match[2] else None


# Forms without stated bars, from short to long.
FORMS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "song": ("intro verse chorus verse chorus outro",
             "intro verse chorus verse chorus bridge chorus outro",
             "intro verse pre-chorus chorus verse pre-chorus chorus bridge chorus outro",
             "intro verse verse chorus verse chorus solo bridge chorus chorus outro"),
    "ballad": ("intro verse chorus verse chorus outro",
               "intro verse verse chorus verse chorus outro",
               "intro verse verse chorus verse bridge chorus chorus outro"),
    "strophic": ("intro verse verse verse outro",
                 "intro verse verse chorus verse chorus outro",
                 "intro verse verse chorus verse verse chorus solo verse chorus outro"),
    "strains": ("intro verse verse chorus verse outro",
                "intro verse verse chorus chorus verse chorus outro",
                "intro verse verse chorus chorus bridge bridge verse chorus outro"),
})  # fmt: skip


def form_for(kind: str, bar_s: float, bars: int | None, wanted_s: float) -> Form:
    """The form of a song of `kind` (a key of FORMS): exactly `bars` bars, or about `wanted_s` seconds of them.

    bar_s: how long a bar takes, in seconds. wanted_s: between SHORTEST_S and LONGEST_S.
    """
    if bars is not None:
        return form_of_bars(bars)
    usual = 2.0 if bar_s < QUICK_BAR_S else 0.5 if bar_s > SLOW_BAR_S else 1.0
    sized = [
        (abs(unit - usual), _sized(text, unit)) for text in FORMS[kind] for unit in (usual, 0.5, 1.0, 2.0)
    ]

    def unfit(entry: tuple[float, Form]) -> tuple[bool, float]:
        unusual, form = entry
        takes_s = sum(n for _, n in form) * bar_s
        return not SHORTEST_S <= takes_s <= LONGEST_S, abs(takes_s - wanted_s) + 30.0 * unusual

    return min(sized, key=unfit)[1]


def _sized(text: str, unit: float) -> Form:
    return tuple((name, round(unit * SECTIONS[name])) for name, _ in parse_form(text))


def form_of(asked: Sequence[tuple[str, int | None]], bars: int | None) -> Form:
    """The form asked for; without `bars` each section has its stated or usual length, else all add up to `bars`.

    Raises UsageError where that cannot be.
    """
    usual = [SECTIONS[name] if n is None else n for name, n in asked]
    if bars is None or bars == sum(usual):
        return tuple((name, n) for (name, _), n in zip(asked, usual, strict=True))
    free = [i for i, (_, n) in enumerate(asked) if n is None]
    left = bars - sum(n for _, n in asked if n is not None)
    if not free or left < len(free):
        raise UsageError(
            f"{bars} bars do not fit: the {len(asked)} sections of the form need "
            f"{'at least' if free else 'exactly'} {bars - left + len(free)}",
            where="--bars",
            hint="Leave --bars away, or state other lengths such as verse:8.",
        )
    shares = _shared_out(left, [usual[i] for i in free])
    lengths = dict(zip(free, shares, strict=True))
    return tuple((name, lengths.get(i, usual[i])) for i, (name, _) in enumerate(asked))


def _shared_out(bars: int, weights: Sequence[int]) -> list[int]:
    """`bars` in whole parts of at least one, about in the ratio of `weights`, as many as can be multiples of four."""
    for unit in (4, 2, 1):
        n_units, rest = divmod(bars, unit)
        if n_units < len(weights):
            continue
        exact = np.array(weights) / sum(weights) * n_units
        parts = np.maximum(1, np.floor(exact).astype(int))
        while parts.sum() > n_units:
            parts[int(np.argmax(parts - exact))] -= 1
        while parts.sum() < n_units:
            parts[int(np.argmax(exact - parts))] += 1
        lengths = [int(part) * unit for part in parts]
        lengths[-1] += rest
        return lengths
    raise AssertionError("fewer bars than sections")


def form_of_bars(bars: int) -> Form:
    """Exactly `bars` bars: verses and choruses of eight between an intro and an outro of four.

    What does not fill a section of eight lengthens the end, or is a bridge before the last section.
    """
    if bars < 12:
        return (("verse", bars),)
    frame = 4 if bars >= 24 else 0
    n_sections, rest = divmod(bars - 2 * frame, 8)
    form = _body(n_sections)
    if rest >= 4:
        form.insert(len(form) - 1 if n_sections > 1 else 1, ("bridge", rest))
        rest = 0
    if frame:
        return (("intro", frame), *form, ("outro", frame + rest))
    name, n = form[-1]
    return (*form[:-1], (name, n + rest))


def _body(n_sections: int) -> list[tuple[str, int]]:
    """Verse and chorus in turn; of an odd number, one more verse (three) or a bridge (five and more)."""
    pairs, odd = divmod(n_sections, 2)
    form = [("verse", 8), ("chorus", 8)] * pairs
    if odd and n_sections <= 3:
        return [("verse", 8), *form]
    return [*form[:-1], ("bridge", 8), form[-1]] if odd else form
