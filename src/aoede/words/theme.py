"""What the words of a song are about: its title, the words of the request, and the words near to those in meaning."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aoede.mood.feelings import FEELINGS, nearest_feelings
from aoede.mood.inflection import known_forms
from aoede.mood.request import Mood
from aoede.mood.tokens import Token, normalised, tokens_of
from aoede.words.imagery import IMAGES
from aoede.words.line_pool import LinePool, pool
from aoede.words.subject import subject_of
from aoede.words.syllables import syllables_of
from aoede.words.title import named_in, plain_lines, says_something, title_of

MOST_SYLLABLES = 10  # of a title that is sung
FADING = 0.85  # each further keyword counts that much less
OWN, NEAR, IMAGE = (
    1.0,
    0.85,
    0.55,
)  # weight of a keyword itself, of a word as near as can be, of a feeling's image
FARTHEST, NEAREST = 0.32, 0.7  # cosines that count nothing, and all
_LETTER = re.compile(r"[^\W\d_]")
_TRAILING = re.compile(
    r"(?:\s+(?:an?|the|and|or|but|of|in|on|at|to|into|for|from|with|by|my|your|our|his|her|its|all|that|this|who|"
    r"is|am|are|was|were|be|been|do|does|did|can|could|never|not|so|very|i|we|they|he|she|it|have|has|had|will))+$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Theme:
    """What to sing about. valence, arousal: as `Mood`."""

    title: str  # sung in the chorus; never empty
    language: str  # "en" or "zh"
    valence: float
    arousal: float
    weights: Mapping[str, float]  # word of the pool's vocabulary -> 0..1
    keywords: tuple[str, ...]  # of the request, the most telling first


def language_of(mood: Mood, request: str) -> str:
    """The language of the words: that of the request, of a mixed one the one with more of it; else English."""
    if mood.language in ("en", "zh"):
        return mood.language
    n_han = sum("\u4e00" <= sign <= "\u9fff" for sign in request)
    return "zh" if 2 * n_han > sum(map(str.isalpha, request)) else "en"


def theme_of(mood: Mood, request: str, *, language: str | None = None) -> Theme:
    """The theme of a request whose mood is known."""
    language = language or language_of(mood, request)
    lines = pool(language)
    keywords = _keywords(mood, request, lines, language)
    weights: dict[str, float] = {}
    for word, weight in _near(keywords, mood, lines, language):
        if word in lines.vocabulary_rows:
            weights[word] = max(weights.get(word, 0.0), weight)
    return Theme(
        sung_title(mood, request, language, keywords),
        language,
        mood.valence,
        mood.arousal,
        weights,
        tuple(keywords),
    )


def _near(keywords: Sequence[str], mood: Mood, lines: LinePool, language: str) -> Iterator[tuple[str, float]]:
    """Words of the theme with their weights, some more than once."""
    for place, word in enumerate(keywords):
        share = FADING**place
        yield word, share * OWN
        for near, nearness in lines.neighbours(word).items():
            yield near, share * NEAR * min(1.0, max(0.0, (nearness - FARTHEST) / (NEAREST - FARTHEST)))
    for feeling, share in (mood.feelings or nearest_feelings(mood.valence, mood.arousal)).items():
        for image in IMAGES[feeling][language]:
            yield image, IMAGE * share**0.5


def _keywords(mood: Mood, request: str, lines: LinePool, language: str) -> list[str]:
    """The words of what the song is about that the pool can place: the most telling first, then as they stand."""
    kind = "han" if language == "zh" else "word"
    every = [token.text for token in tokens_of(normalised(subject_of(request))) if token.kind == kind]
    told = [word.lower() for word in mood.keywords if _is_among(word.lower(), every)]
    found: dict[str, None] = {}
    for word in (*told, *every):
        form = None if word in _FRAME else _known(word, lines, language)
        if form is not None and form not in _FRAME:
            found.setdefault(form)
    if not found:
        for feeling in mood.feelings:
            names = FEELINGS[feeling].chinese if language == "zh" else FEELINGS[feeling].english
            form = next((name for name in names if _known(name, lines, language)), None)
            if form is not None:
                found.setdefault(form)
    return list(found)[:6]


def _is_among(word: str, every: Sequence[str]) -> bool:
    """Whether a word or phrase that tells the mood stands in what the song is about."""
    return word in every or word in " ".join(every) or word in "".join(every)


def _known(word: str, lines: LinePool, language: str) -> str | None:
    kind = "han" if language == "zh" else "word"
    forms = (form for form, _ in known_forms(Token(word, 0, len(word), kind)))
    return next((form for form in forms if lines.neighbours(form) or form in lines.vocabulary_rows), None)


_FRAME_WORDS = (
    "song songs tune music melody write make compose create sing feel feels feeling like want need please about "
    "piece something express expresses expressing major minor waltz ballad anthem lullaby march bars verse chorus "
    "key tempo words lyrics full sounds upbeat pop folk rock jazz blues style quick "
    "either neither one ones two through after before over under goes going go went come comes coming takes take "
    "took get gets got make makes more most much many very just not never nobody nothing everything thing things "
    "who what when where why how all any some every each other there here then than too also still only even "
    "歌 歌曲 音乐 曲子 写 首 一首 想要 表达 关于 旋律 来 听 唱 充满 带有 的 了 在 和 与 我 你 他 她 它 "
    "我们 你们 他们 "
    "一 个 那 这 那天 们 里 有 是 很 有些 一些 想 不 不是 只是 要 会 能 从 到 去 来 着 过 给 为 为了 对 "
    "把 被 上 下 中 一个 "
    "一封 一面 像 没有 刚 第一个 以后 终于 自己 得 未 从未 一些 圆舞曲 舞曲 摇篮曲 进行曲 小夜曲 情歌"
)
_FRAME = frozenset(_FRAME_WORDS.split())  # of the song, not of what it is about


def sung_title(mood: Mood, request: str, language: str, keywords: Sequence[str] = ()) -> str:
    """A title that can be sung: the request's own or that of a clause, else a word that tells the mood."""
    request = plain_lines(request)
    subject = subject_of(request)
    for text in (named_in(request), subject, *filter(says_something, subject.split(", "))):
        title = _shortened(_cleaned(title_of(text, _is_singable))) if text.strip() else ""
        if _LETTER.search(title) and title.lower() not in _FRAME and _is_singable(title):
            return title
    words = [word for word in mood.keywords if _LETTER.search(word) and word.lower() not in _FRAME]
    words = [word for word in (*keywords, *words) if word in subject and len(syllables_of(word)) <= 5][:1]
    if not words:
        feelings = [FEELINGS[name] for name in mood.feelings] or [FEELINGS["hope"]]
        words = [(feelings[0].chinese if language == "zh" else feelings[0].english)[0]]
    return "和".join(words) if language == "zh" else title_of(" and ".join(words))


def _is_singable(title: str) -> bool:
    return len(syllables_of(_cleaned(title))) <= MOST_SYLLABLES


def _cleaned(title: str) -> str:
    return " ".join("".join(sign if sign.isalnum() or sign in " '’-" else " " for sign in title).split())


def _shortened(title: str) -> str:
    """Its first words, as many as can be sung; none of the small ones at the end."""
    words = title.split(" ")
    while len(words) > 1 and len(syllables_of(" ".join(words))) > MOST_SYLLABLES:
        words.pop()
    kept = _TRAILING.sub("", " ".join(words))
    return kept if _TRAILING.sub("", f" {kept}") else title
