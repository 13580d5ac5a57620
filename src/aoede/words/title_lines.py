"""Lines that sing the title: the title and a few words after it, or before it, and short calls for short phrases.

The calls are this project's own. They go with any title, a noun ("Hope and Wonder") or a sentence ("I Miss the Sea").
"""

from collections.abc import Iterator

from aoede.words.syllables import syllables_of

_AFTER_EN = (
    "tonight|again|for you|for me|my love|my friend|oh my love|stay with me|here with me|come with me|hear me sing|"
    "sing with me|all night long|all day long|all my life|once again|one more time|take my hand|"
    "hold me now|hold my hand|"
    "hold me tight|don't let go|let it go|let it shine|let it be|let me in|carry on|carry me|carry me home|on and on|"
    "over and over|over again|into the light|in the light|in the night|in the dark|in my heart|in my soul|in my mind|"
    "in the air|in the sky|in the rain|in the sun|in the morning|until the dawn|until the day|"
    "until the end|until tomorrow|"
    "wherever you are|wherever I go|wherever you go|shine on me|shine on|call my name|say my name|sing it again|"
    "sing it out loud|sing it for me|dance with me|wait for me|walk with me|back to you|close to you|"
    "here we are|here I am|"
    "here we go|hear the call|from the start|never alone|never too late|never let go|now and forever|forever more|"
    "day after day|night after night|by my side|side by side|hand in hand|far away|close your eyes|open your eyes|"
    "every day|every night|everywhere|everywhere I go|all around|all around me|come what may|"
    "that's all I know|that's all I need|that's what we are|oh|oh, oh|hey"
)
_BEFORE_EN = (
    "Oh,|Oh, oh,|Sing:|Hear me sing:|All night long:|Tonight:|Once again:|Over and over:|Here we are:"
)
_CALLS_EN = (
    "Oh|Hey|Stay|Shine|Fly|Oh, my love|Hold on|My love|Carry on|Come with me|Hold me now|Here we are|Hear me sing|"
    "Take my hand|All night long|Don't let go|Stay with me|On and on|Let it shine|Far away"
)
_AFTER_ZH = (
    "啊|在心中|在心上|在心里|在梦里|在远方|在路上|在身旁|在人间|在今夜|在明天|永远|永远在|到永远|到天明|到明天|到天涯|"
    "不散场|不会忘|不能忘|不再忘|不放手|别忘了|别放手|别回头|陪着我|陪着你|等着我|等着你|跟我走|跟我唱|为你唱|"
    "和你一起唱|和你在一起|和你在身旁|就在我心上|永远在心上|永远在身旁|一路有你|一路歌唱|一直到天亮|一直到远方|"
    "像一束光|像一阵风|像一首歌|慢慢生长|轻轻地唱|照亮前方|照我回家|带我飞翔|带我远航|带我回故乡|让我歌唱|是我的歌|"
    "是我的方向|是你的模样|还在我心上|还在我身旁|再唱一遍|再来一次|唱给你听|唱给明天"
)
_BEFORE_ZH = "啊，|听，|看，|唱吧，|我的|你的|我心里的|我梦里的|就是这|这就是"
_CALLS_ZH = "啊|来吧|你听|你看|远方|跟我来|别回头|唱起来|一路走|在心中|到明天|啊，啊|等着我"
_DIRECT = "的"  # a Chinese call that ends in it is followed by the title without a mark


def title_lines(title: str, language: str, n_syllables: int) -> Iterator[str]:
    """Lines with the title of about so many syllables (never fewer than the title has), the exact ones first."""
    wanted = max(n_syllables, len(syllables_of(title)))
    after, before = (_AFTER_ZH, _BEFORE_ZH) if language == "zh" else (_AFTER_EN, _BEFORE_EN)
    comma = "，" if language == "zh" else ", "
    lines = [title]
    lines += [f"{title}{comma}{words}" for words in after.split("|")]
    lines += [f"{words}{'' if language == 'zh' else ' '}{title}" for words in before.split("|")]
    lines += [f"{title}{comma}{title}", f"{title}{comma}{title}{comma}{'啊' if language == 'zh' else 'oh'}"]
    off = {line: abs(len(syllables_of(line)) - wanted) for line in lines}
    least = min(off.values())
    for slack in range(least, max(least, 1) + 1):
        yield from (line for line in lines if off[line] == slack)


def calls(language: str, n_syllables: int) -> list[str]:
    """Short calls of about so many syllables, for phrases too short for a line."""
    every = (_CALLS_ZH if language == "zh" else _CALLS_EN).split("|")
    off = [abs(len(syllables_of(call)) - n_syllables) for call in every]
    return [call for call, distance in zip(every, off, strict=True) if distance == min(off)]
