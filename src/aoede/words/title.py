"""A song's title: what the request is about, without its "a song that expresses ..."."""

import re

MAX_CHARACTERS = 48
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
    rf"(?:write\s+(?:me\s+)?)?(?:an?|the|some)\s+(?:[\w'-]+\s+){{0,4}}(?:{_KINDS})s?\s+(?:that\s+|which\s+)?express(?:es|ing))\s+(?=\S)",
    re.IGNORECASE,
)
# A clause that states a wish and no subject: "in 3/4", "D minor", "16 bars", "70 bpm".
_WISH = re.compile(
    r"(?:in\s+)?(?:\d+/\d+|[A-G](?:[#b♯♭]| flat| sharp)?(?: (?:major|minor|dorian|lydian|phrygian|mixolydian))?)|"
    r"(?:at\s+)?\d+\s*(?:bars|measures|bpm)|(?:very\s+)?(?:slow|fast)(?:ly)?",
    re.IGNORECASE,
)
_CHINESE_FRAME = re.compile(
    r"(?:请|帮我|给我|为我|我们?|想要|想听|想|要|来|写|作|做|谱|创作|唱|一下)*(?:一首|一段|一支|一曲|首|段|支)"
    r"(?:能够?)?(?:表达|关于|描写|描述|充满|带有|有关|讲述)?了?(?=\S)"
)
_CHINESE_TAIL = re.compile(r"(?<=\S)的(?:歌曲?|曲子?|音乐|乐曲|旋律|小曲)$")


def title_of(request: str) -> str:
    """At most 48 characters: "Hope and Wonder" of "a song that expresses hope and wonder", 希望和奇迹.

    The first clause of the request; never empty for a request that has a printable character.
    """
    plain = " ".join("".join(c if c.isprintable() else " " for c in request).split())
    clause = _subject(plain)
    about = _CHINESE_FRAME.sub("", _ENGLISH_FRAME.sub("", clause, count=1), count=1).strip()
    about = _CHINESE_TAIL.sub("", about).strip() or clause
    return _title_case(_shortened(about))


def _subject(plain: str) -> str:
    """The clause that says what the song is about, else the first that says more than a wish."""
    clauses = [clause.strip() for clause in re.split(r"[.,;:!?。，；：！？…]", plain)]
    about = [clause[match.end() :] for clause in clauses if (match := _ABOUT.match(clause))]
    told = [clause for clause in clauses if clause and not _WISH.fullmatch(clause)]
    return (about or told or [plain])[0] or plain


def _shortened(text: str) -> str:
    """Cut at the last space before the limit, if there is one."""
    if len(text) <= MAX_CHARACTERS:
        return text
    cut = text[:MAX_CHARACTERS]
    return cut.rsplit(" ", 1)[0] if " " in cut else cut


def _title_case(text: str) -> str:
    words = text.split(" ")
    return " ".join(
        word if index and _SMALL.fullmatch(word) else word[:1].upper() + word[1:]
        for index, word in enumerate(words)
    )
