"""Lines that sing the title: the title and a few words after it, or before it, and short calls for short phrases.

The calls are this project's own. Some go with any title, some only with a thing ("Hope and Wonder"), not with a
sentence ("I Miss the Sea"); none says again what the title says, or another time of day.
"""

import re
from collections.abc import Iterator

from aoede.words.syllables import syllables_of

_AFTER_EN = (
    "again|stay with me|hear me sing|sing with me|once again|one more time|don't let go|carry me|carry me home|"
    "on and on|over and over|over and over again|sing it again|sing it out loud|sing it for me|call my name|"
    "say my name|wait for me|walk with me|wherever I go|wherever you go|wherever you are|into the light|"
    "into the night|until the dawn|until the end|here I am|here we are|come what may|now and forever|side by side|"
    "far away|far away from home|everywhere I go|all around the world|till the morning comes|day after day|"
    "night after night|oh|oh, oh|hey"
)
_AFTER_THING_EN = (
    "in my heart|in my soul|in my mind|deep in my heart|shine on|shine on me|come to me|come back to me|"
    "come along with me|by my side|all that I know|all around me|all through the night|all the way home"
)
_BEFORE_EN = "Oh,|Oh, oh,|Hear me sing:|Once again:|Over and over:"
_CALLS_EN = (
    "Oh|Hey|Stay|Hold on|On and on|Carry on|Come with me|Here we are|Hear me sing|Stay with me|Walk with me|"
    "All night long|Don't let go|Far away|Wait for me|Over and over"
)
_AFTER_ZH = (
    "啊|永远|到永远|到天明|不会忘|不能忘|别忘了|别回头|陪着我|陪着你|等着我|等着你|跟我走|跟我唱|为你唱|轻轻地唱|"
    "和你一起唱|一路歌唱|一路有你|一直到天亮|一直到远方|再唱一遍|再唱一次|唱给你听|我唱给你听|天涯海角"
)
_AFTER_THING_ZH = (
    "在心中|在心里|在梦里|在远方|在身旁|在我心上|永远在身旁|永远在心上|就在我心上|还在我身旁|还在我心上|"
    "像一阵风|像一首歌|就像一首歌|伴我远行"
)
_BEFORE_ZH = "啊，|听，|唱吧，|还记得，"
_BEFORE_THING_ZH = "我的|你的|我心里的|我梦里的|这就是"
_CALLS_ZH = "啊|来吧|你听|你看|跟我来|别回头|唱起来|一路走|啊，啊|等着我|再唱一遍"
_SENTENCE_EN = re.compile(
    r"(i|you|we|they|he|she|it|there|here|let|don't|who|what|how|why|when|where)(['’ ]|$)", re.IGNORECASE
)
_SENTENCE_ZH = re.compile(r"^[我你他她它咱这那别不请让谁]|[了着过吗吧呢]|为什么|怎么")
_SMALL_WORDS = "the and for with you your that all one are from our his her out its was were who this into"
_TIMES = "night day morning dawn evening midnight tonight today noon light dark"
_SMALL, _TIMES_EN = frozenset(_SMALL_WORDS.split()), frozenset(_TIMES.split())
_TIMES_ZH = frozenset("夜晨昏暮晓")


def title_lines(title: str, language: str, n_syllables: int) -> Iterator[str]:
    """Lines with the title of about so many syllables (never fewer than the title has), the exact ones first."""
    wanted = max(n_syllables, len(syllables_of(title)))
    lines = list(_lines_zh(title) if language == "zh" else _lines_en(title))
    off = {line: abs(len(syllables_of(line)) - wanted) for line in lines}
    least = min(off.values())
    for slack in range(least, max(least, 1) + 1):
        yield from (line for line in lines if off[line] == slack)


def _lines_en(title: str) -> Iterator[str]:
    is_thing = not _SENTENCE_EN.match(title)
    after = f"{_AFTER_EN}|{_AFTER_THING_EN}" if is_thing else _AFTER_EN
    taken = set(re.findall(r"[a-z]{3,}", title.lower())) - _SMALL
    has_time = bool(taken & _TIMES_EN)
    yield title
    for words in after.split("|"):
        own = set(re.findall(r"[a-z]{3,}", words))
        if not own & taken and not (has_time and own & _TIMES_EN):
            yield f"{title}, {words}"
    yield from (f"{words} {title}" for words in _BEFORE_EN.split("|"))
    yield from (f"{title}, {title}", f"{title}, {title}, oh")


def _lines_zh(title: str) -> Iterator[str]:
    is_thing = not _SENTENCE_ZH.search(title)
    after = f"{_AFTER_ZH}|{_AFTER_THING_ZH}" if is_thing else _AFTER_ZH
    before = f"{_BEFORE_ZH}|{_BEFORE_THING_ZH}" if is_thing and "的" not in title else _BEFORE_ZH
    has_time = bool(set(title) & _TIMES_ZH)
    yield title
    for words in after.split("|"):
        clashes = has_time and ("天明" in words or "天亮" in words)
        if not (set(words) & set(title) - set("的在我你一")) and not clashes:
            yield f"{title}，{words}"
    yield from (f"{words}{title}" for words in before.split("|"))
    yield from (f"{title}，{title}", f"{title}，{title}，啊")


def calls(language: str, n_syllables: int) -> list[str]:
    """Short calls of about so many syllables, for phrases too short for a line."""
    every = (_CALLS_ZH if language == "zh" else _CALLS_EN).split("|")
    off = [abs(len(syllables_of(call)) - n_syllables) for call in every]
    return [call for call, distance in zip(every, off, strict=True) if distance == min(off)]
