"""A song's title: the name that the request gives it, or what it is about, without its "a song that expresses ...".

    title_of("I want a song about the last day of summer, in D") -> "The Last Day of Summer"

A clause that is longer than titles are is cut where a phrase of it ends.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from unicodedata import category, east_asian_width

from aoede.mood.tokens import HAN, normalised, tokens_of

MAX_CHARACTERS = 48  # of a clause that is a title as it stands
_CUT_CHARACTERS = 40  # of what is left of a longer one
_WIDE_CHARACTERS = 3  # letters for which a Chinese character stands
_LOOKED_AT = 150  # characters of a clause

# ---- which clause -------------------------------------------------------------------------------

_SMALL = re.compile(
    r"an?|and|as|at|but|by|for|from|in|into|nor|of|on|or|so|the|to|up|with|without", re.IGNORECASE
)
# "please write me a short song that is about ..." up to the thing itself.
_ENGLISH_FRAME = re.compile(
    r"^(?:please\s+)?(?:can you\s+)?"
    r"(?:(?:i(?:'d| would)?|we)\s+(?:want|like|need)\s+(?:to hear\s+)?|"
    r"(?:write|make|compose|create|give|play|sing)\s+)?(?:me\s+|us\s+)?"
    r"(?:an?|some|the)?\s*(?:song|tune|piece|music|melody|something)\b(?:\s+of music)?\s*"
    r"(?:(?:that|which)\s+(?:is\s+)?)?"
    r"(?:express(?:es|ing)|about|feels?(?:\s+like)?|sounds?(?:\s+like)?|says|full of|of|for)?\s+(?=\S)",
    re.IGNORECASE,
)
# "an upbeat pop song about ...": whatever it is, it is about what follows.
_KINDS = "song|tune|piece|ballad|waltz|march|lullaby|anthem|hymn|shanty|serenade|jingle|melody|music|rhapsody"
_ABOUT = re.compile(
    rf"(?:(?:.*\b(?:{_KINDS})s?\s+)?(?:(?:that|which)\s+is\s+)?about|"
    rf"(?:.*\b)?something\s+(?:[\w'-]+\s+){{0,3}}(?:about|for)|"
    rf"(?:write\s+(?:me\s+)?)?(?:an?|the|some)\s+(?:[\w'-]+\s+){{0,4}}(?:{_KINDS})s?\s+(?:that\s+|which\s+)?express(?:es|ing))\s+(?=\S)|"
    r"(?:主题是|内容是|关于|有关|讲述|描写|讲的是|写的是)\s*(?=\S)",
    re.IGNORECASE,
)
# "could you compose us" before "an uplifting piece", and then "an uplifting piece for".
_A_SONG = rf"(?:an?|some|one)\s+(?:[\w'’-]+,?\s+){{0,4}}?(?:{_KINDS})s?"
_ASKED = re.compile(
    r"(?:(?:please|kindly)\s+)?(?:(?:can|could|would|will)\s+you\s+(?:please\s+)?)?"
    r"(?:(?:i|we)(?:['’]d|\s+would)\s+(?:really\s+)?(?:like|love)\s+(?:to\s+hear\s+)?|"
    r"(?:i|we)\s+(?:want|need)\s+(?:to\s+hear\s+)?|"
    r"(?:write|make|compose|create|give|play|sing|generate)\s+)(?:me\s+|us\s+)?"
    rf"(?={_A_SONG}\b)",
    re.IGNORECASE,
)
_ASKED_FOR = re.compile(rf"{_A_SONG}\s+(?:for|of|on|because|inspired\s+by)\s+(?=\S)", re.IGNORECASE)
# A clause that states a wish and no subject: "in 3/4", "D minor", "16 bars", "70 bpm", 快板.
_WISH = re.compile(
    r"(?:in\s+)?(?:\d+/\d+|[A-G](?:[#b♯♭]| flat| sharp)?(?: (?:major|minor|dorian|lydian|phrygian|mixolydian))?)|"
    r"(?:at\s+)?\d+\s*(?:bars|measures|bpm)|(?:very\s+)?(?:slow|fast)(?:ly)?|"
    r"adagio|andante|allegro|presto|largo|lento|moderato|vivace|[快慢行柔广]板|(?:升|降)?[A-G]?[大小]调|"
    r"[\d一二三四五六七八九十]+(?:拍子?|小节)|\d+/\d+拍子?|每分钟\d+拍|速度\s*\d+|[快慢](?:一点|一些)",
    re.IGNORECASE,
)
# One that says good day, or no more than that a song is wanted.
_NOTHING = re.compile(
    rf"(?:{_ASKED.pattern})?(?:an?|some|one)\s+(?:{_KINDS})s?|hi|hello|hey|dear\s+\w+|good\s+(?:morning|day|evening)|"
    r"ok(?:ay)?|well|so|please|thanks?(?:\s+you)?|你好|您好|嗨|谢谢你?|请问?|歌曲?|曲子?|音乐|乐曲|旋律|小曲",
    re.IGNORECASE,
)
_CHINESE_FRAME = re.compile(
    r"(?:请你?|麻烦你?|能不能|可不可以|可以|能否|帮我|帮忙|给我|为我|替我|我们?|想要|想听|希望有?|需要|想|要|来|写|作|做|谱|创作|"
    r"生成|制作|唱|一下)*(?:一首|一段|一支|一曲|首|段|支)"
    r"(?:能够?)?(?:表达|关于|描写|描述|充满|带有|有关|讲述)?了?\s*(?=\S)"
)
# "for mother, write a song", and "in the evening, write a song about".
_ASKED_LATER = re.compile(
    r"(?:把|将|用)?(?P<before>.*?)\s*(?:(?:写成?|谱写?|创作|作|做|唱|来)一[首支曲]|(?:写|创作|作|做)一段)"
    r"(?P<about>.{0,9}?(?:表达|关于|描写|描述))?(?P<after>.+)"
)
_CHINESE_TAIL = re.compile(r"(?<=\S)的(?:歌曲?|曲子?|音乐|乐曲|旋律|小曲)$")
# 'a song called "Midnight Train"', "title: Midnight Train", 歌名叫《午夜列车》.
_NAMED = re.compile(
    rf"(?:\b(?:{_KINDS})s?\s+(?:called|titled|entitled|named)\s+|^\s*titled?\s*[:：]\s*|"
    r"(?:歌名|曲名|标题|题目)(?:叫做?|是|为|[:：])[:：]?\s*|[首支曲](?:名叫|名为|叫做?|题为))"
    r"(?:[\"“「『《](?P<quoted>[^\"”」』》\n]+)[\"”」』》]|"
    r"(?P<plain>[^,.;!?\n，。；！？]+?)(?=\s+(?:about|that|which)\s|的歌曲?|[,.;!?，。；！？]|$))",
    re.IGNORECASE | re.MULTILINE,
)
CLAUSE_END = re.compile(
    r"(?<!\d)[,:]|[,:](?!\d)|[;!?。，；：！？…]|(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bSt)(?<!\bMrs)\.(?!\w)|\s\d{1,2}\)\s"
)
_LIST_MARK = re.compile(r"^(?:[-*•·–—]+\s|\d{1,2}[.)]\s|\d{1,2}、)\s*(?=\S)")


def title_of(request: str, fits: Callable[[str], bool] | None = None) -> str:
    """At most 48 characters: "Hope and Wonder" of "a song that expresses hope and wonder", 希望和奇迹.

    Never empty for a request that has a printable character. fits: what it has to be beside, where it has to be cut.
    """
    plain = plain_lines(request)
    about = named_in(plain) or _about(plain)
    if _room(about) > MAX_CHARACTERS:
        about = _cut(about, lambda text: _room(text) <= _CUT_CHARACTERS and (fits is None or fits(text)))
    return _title_case(_without_halves(about) or about)


def named_in(request: str) -> str:
    """The title that a request gives its song, or ""."""
    match = _NAMED.search(request)
    return (match["quoted"] or match["plain"]).strip() if match else ""


def plain_lines(request: str) -> str:
    """The lines of a request without what is not printed, and without the marks of a list."""
    lines = ("".join(c if c.isprintable() else " " for c in line).split() for line in request.splitlines())
    return "\n".join(_LIST_MARK.sub("", " ".join(line)) for line in lines if line)


def _about(plain: str) -> str:
    """The clause that says what the song is about, else the first that says more than a wish."""
    clauses = [clause for part in CLAUSE_END.split(plain) if (clause := part.strip(" \n."))]
    about = [_told(clause[match.end() :]) for clause in clauses if (match := _ABOUT.match(clause))]
    told = [_told(clause) for clause in clauses if not _WISH.fullmatch(clause)]
    return next(filter(says_something, (*about, *told)), "") or (told or [plain])[0]


def _told(clause: str) -> str:
    """A clause without the words that ask for a song."""
    told = _ENGLISH_FRAME.sub("", clause, count=1)
    if told == clause and (asked := _ASKED.match(clause)):
        told = _ASKED_FOR.sub("", clause[asked.end() :], count=1)
    if frame := _CHINESE_FRAME.match(told):
        told = told[frame.end() :]
    elif later := _ASKED_LATER.match(told):
        told = later["after"] if later["about"] or len(later["before"]) < 2 else later["before"]
    return _CHINESE_TAIL.sub("", told.strip()).removeprefix("的").strip() or clause


def says_something(clause: str) -> bool:
    """Whether a clause is more than a greeting, a wish how it is to sound, or that there be a song."""
    words = re.findall(r"[^\W_]+(?:['’][^\W_]+)*", clause.lower())
    return not (
        (len(words) == 1 and _SMALL.fullmatch(words[0]))
        or _WISH.fullmatch(clause)
        or _NOTHING.fullmatch(clause)
    )


def _title_case(text: str) -> str:
    return " ".join(
        word if index and _SMALL.fullmatch(word) else word[:1].upper() + word[1:]
        for index, word in enumerate(text.split())
    )


# ---- cutting ------------------------------------------------------------------------------------


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# A phrase ends before these,
_BEGINS = _set(
    "and but or nor so yet because when where while who whom whose which that what how why if as than then before "
    "after until till since though although unless with without in on at by from into onto over under above below "
    "through across along behind beside between among beyond near around about against during for like upon toward "
    "towards within there 在 被 把 将 从 向 对 给 为 为了 当 像 让"
)
_DAYS = _set("去年 今年 昨天 今天 明天 每天")
_SUBJECTS = _set("i we he she they 我 我们 他 她 他们 她们 谁")
_VERBS = _set("is are was were has have had will would")
_JOINS = _set(
    "和 与 跟 及 以及 或 而 但 但是 可是 不过 却 就 也 都 还 一边 忽然 突然 终于 然后 于是 因为 所以 如果 虽然 直到"
)
# and it may before these and after these, but says less.
_CLINGS = _set("of 那 那个 这 这个 一个 一只 一条 有 是")
_ENDS = _set("里 里面 中 时 时候 以后 之后 以前")
# With these none ends, and with the others none that is broken off.
_LEADS_ON = (
    _BEGINS
    | _VERBS
    | _JOINS
    | _SUBJECTS
    | _set(
        "a an the of to my your our his its their every be been being "
        "am do does did can could may might must shall should i'm it's you're we're they're he's she's that's "
        "there's i've you've we've they've i'll you'll we'll i'd don't doesn't didn't can't won't isn't wasn't "
        "的 地 得 一 一个 一只 一条 一种 一份 一段 那 那个 这 这个 每 每个 个 只 条 种 是 有 要 会 能 不 没 没有 "
        "很 最 更 又 再 才 想 去 来 于 以 用 由 之 其 并 正 正在 已经 从来 从来不 从来没有 只有"
    )
)
_EACH = _set("each another other any some such more most this these those")  # whole after a noun or a verb
_LEADS_ON_INSIDE = _EACH | _set("her no not never very too just only even quite almost you it up one")
_BEGINNERS = _BEGINS | _DAYS | _SUBJECTS | _VERBS | _JOINS
_SAYS_NOTHING = _LEADS_ON | _LEADS_ON_INSIDE | frozenset(_KINDS.split("|")) | {""}
_PAIRS = [(pair[0], pair[1]) for pair in ('""', "“”", "「」", "『』", "《》", "()", "（）", "[]")]
_PIECE = re.compile(rf"(?P<gap>\s*)(?:(?P<han>[{HAN}]+)|(?P<other>[^\s{HAN}]+))")
_MARKS = '"/|…~·•、\ufe0f'
_EDGES = " \n-–—,;:&+|/、"
_MOST_AFTER_DE = 4  # characters of a noun after its 的


@dataclass(frozen=True)
class _Word:
    text: str  # in lower case, without the marks around it
    start: int
    end: int
    is_apart: bool  # from the word before, by the end of a line, a mark or a picture
    clings: bool  # to what is before, more than the words that begin a phrase

    @property
    def says_something(self) -> bool:
        return self.text not in _SAYS_NOTHING

    def leads_on(self, before: str, *, is_inside: bool) -> bool:
        """Whether no phrase ends with it where `before` comes before it, or none that goes on."""
        if not self.text or self.text in _LEADS_ON or (self.text in _EACH and before in _LEADS_ON):
            return True
        return is_inside and (self.text in _LEADS_ON_INSIDE or self.text.endswith("'s"))

    @property
    def begins(self) -> bool:
        return self.is_apart or self.text in _BEGINNERS


def _room(text: str) -> int:
    return sum(_WIDE_CHARACTERS if east_asian_width(sign) in "WF" else 1 for sign in text)


def _cut(clause: str, fits: Callable[[str], bool]) -> str:
    """As much of a clause as fits, up to where a phrase ends."""
    words = list(_words(clause[:_LOOKED_AT]))
    ways: Sequence[tuple[Callable[[_Word], bool], int]] = (
        (lambda word: word.is_apart, 1),
        (lambda word: word.begins, 2),
        (lambda word: word.begins or word.clings, 2),
        (lambda word: word.begins, 1),
        (lambda word: True, 1),
        (lambda word: word.begins, 0),
        (lambda word: True, 0),
    )
    heads = (head for begins, least in ways for head in _heads(clause, words, begins, least))
    letters = (clause[:n] for n in range(MAX_CHARACTERS, 0, -1))
    return next(filter(fits, chain(_tails(clause[-_LOOKED_AT:]), heads, letters)), clause[:1])


def _heads(clause: str, words: Sequence[_Word], begins: Callable[[_Word], bool], least: int) -> Iterator[str]:
    """The clause up to each word that begins another phrase, the longest first, of `least` telling words."""
    for n in range(len(words) - 1, 0, -1):
        if begins(words[n]):
            is_whole = words[n].begins and words[n].text not in _VERBS
            kept = n
            while (
                least
                and kept
                and words[kept - 1].leads_on(words[kept - 2].text if kept > 1 else "", is_inside=not is_whole)
            ):
                kept -= 1
            if sum(word.says_something for word in words[:kept]) >= least:
                yield clause[: words[kept - 1].end].strip(_EDGES)


def _tails(clause: str) -> Iterator[str]:
    """The ends of a clause of which the last noun is the head, as Chinese has it: "...却|从来不说话的女孩"."""
    words = list(_words(clause))
    de = max((i for i, word in enumerate(words) if word.text == "的"), default=0)
    if not de or not 1 < len(clause) - words[de].end <= _MOST_AFTER_DE or words[-1].is_apart:
        return
    for n in range(1, de):
        if words[n].begins and words[n].text not in _SUBJECTS:
            kept = next(i for i in range(n, len(words)) if words[i].text not in _JOINS)
            if kept < de and sum(word.says_something for word in words[kept:]) > 1:
                yield clause[words[kept].start :]


def _words(clause: str) -> Iterator[_Word]:
    is_apart, last = False, ""
    for piece in _PIECE.finditer(clause):
        text, start = piece["han"] or piece["other"], piece.end("gap")
        is_apart = is_apart or "\n" in piece["gap"] or _is_mark(text[0])
        if piece["han"]:
            for token in tokens_of(normalised(text)):
                clings = token.text in _CLINGS or last in _ENDS
                yield _Word(token.text, start + token.start, start + token.end, is_apart, clings)
                is_apart, last = False, token.text
        else:
            bare = normalised(text).strip("".join(filter(_is_mark, text)))
            yield _Word(bare, start, start + len(text), is_apart, bare in _CLINGS)
            last = bare
        is_apart = _is_mark(text[-1])


def _is_mark(sign: str) -> bool:
    return sign in _MARKS or category(sign) in ("So", "Pd", "Ps", "Pe", "Pi", "Pf")


def _without_halves(text: str) -> str:
    """A text without the marks whose other half was cut away, and without quotation marks around all of it."""
    for opening, closing in _PAIRS:
        n_alone = text.count(opening) % 2 if opening == closing else text.count(opening) - text.count(closing)
        is_around = text[:1] == opening and text[-1:] == closing and not {opening, closing} & set(text[1:-1])
        if n_alone or (is_around and opening not in "([（"):
            text = text.replace(opening, "").replace(closing, "").strip()
    return text
