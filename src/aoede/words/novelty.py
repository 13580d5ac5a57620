"""Is it memorised? A text beside the training text, and beside what people write who never saw that text.

The yardstick are matching statistics: the longest passage of the training text that begins at each character. What
people wrote and was held out says how much of that is the common stock of a language; a copier lies far above.
(McCoy et al. 2023, RAVEN, and Merrill et al. 2024 compare with held-out human text for the same reason.)
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.errors import ConfigError, InputError
from aoede.settings import from_mapping
from aoede.words.verbatim import Index, Matches, Source, folded

Ints = NDArray[np.int64]

CALIBRATION_CHARACTERS = 40_000  # of held-out text are enough, and take seconds
TWIN_SHARE = 0.5
SPAN_PERCENTILE = 99.5  # of held-out matches gives the span that people seldom reach
MIN_SPAN = 4
MOST_SPANS = 3  # usual spans is the longest that human text can excuse
MAX_SPAN = 100_000
MORE_THAN_HUMAN = 1.5  # times the human share is still fresh
COPIED_SHARE = 0.3  # of the text in seldom spans, and
COPIED_RATIO = 4.0  # so many times the human share, is copied
COPIED_SPANS = 10  # so is one passage of as many seldom spans
VERDICTS = ("fresh", "borrows", "copies")
_VERDICTS_EN = {"fresh": "it is fresh", "borrows": "it borrows", "copies": "it copies"}
_VERDICTS_ZH = {"fresh": "是新写的", "borrows": "有所借用", "copies": "照抄了原文"}


@dataclass(frozen=True)
class Human:
    """The figures of text that people wrote and the model never saw. Lengths in characters, shares in [0, 1]."""

    span: int  # 99.5 % of the passages shared with the training text are no longer
    mean: float
    p95: float
    longest: int
    share: float  # of characters in verbatim spans of the usual length (20, or 7 in Chinese) and more
    share_seldom: float  # of characters in spans longer than `span`
    lines: float  # share of the lines that stand in the training text
    n_characters: int
    n_twins: int  # held-out texts that were left out, since they stand in the training text

    def __post_init__(self) -> None:
        for name in ("span", "longest", "n_characters", "n_twins"):
            if type(getattr(self, name)) is not int or getattr(self, name) < 0:
                raise ConfigError(f"{name} of human text must be a whole number, not {getattr(self, name)!r}")
        for name, high in (
            ("mean", MAX_SPAN),
            ("p95", MAX_SPAN),
            ("share", 1),
            ("share_seldom", 1),
            ("lines", 1),
        ):
            value = getattr(self, name)
            if type(value) not in (int, float) or not 0 <= value <= high:
                raise ConfigError(f"{name} of human text must be a number from 0 to {high:,}, not {value!r}")
        if not MIN_SPAN <= self.span <= MAX_SPAN:
            raise ConfigError(f"the span must be from {MIN_SPAN} to {MAX_SPAN:,}, not {self.span}")

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Human":
        """Raises ConfigError for anything that `as_mapping` did not write."""
        return from_mapping(cls, values, "the figures of human text")

    def as_mapping(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Passage:
    """A passage that stands word for word in the training text; begin and end are indices into the text."""

    begin: int
    end: int
    n_characters: int  # in the form in which texts are compared: any whitespace is one, at the ends too
    text: str  # without whitespace at its ends
    source: Source


@dataclass(frozen=True)
class Novelty:
    """What a text has in common with the training text. Lengths in characters, shares in [0, 1]."""

    n_characters: int  # without the prompt
    mean: float  # of the longest passages that begin at each character
    p95: float
    longest: Passage | None
    usual_span: int
    share: float  # of characters in verbatim spans of `usual_span` and more
    share_seldom: float  # in spans longer than people's `span`
    n_lines: int
    lines_copied: tuple[str, ...]
    human: Human

    @property
    def ratio(self) -> float:
        """Share of characters in verbatim spans, in human shares; one that no person has counts as 0.1 %."""
        return self.share / max(self.human.share, 0.001)

    @property
    def verdict(self) -> str:
        """One of `VERDICTS`."""
        longest = self.longest.n_characters if self.longest else 0
        human, span = self.human, self.human.span
        enough = max(COPIED_SHARE, min(COPIED_RATIO * human.share_seldom, 0.9))
        if self.share_seldom >= enough or longest >= COPIED_SPANS * span:
            return "copies"
        # In a short text one passage by chance is a large share: twice the span is always free.
        n_free = MORE_THAN_HUMAN * human.share_seldom * self.n_characters + 2 * span
        is_fresh = longest < 2 * span and self.share_seldom * self.n_characters <= n_free
        return "fresh" if is_fresh else "borrows"

    def sentence(self, language: str = "en") -> str:
        """One line for the reader, in English or, for "zh", Chinese."""
        return _sentence_zh(self) if language == "zh" else _sentence_en(self)

    def as_mapping(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": self.ratio, "verdict": self.verdict}


def calibrate(index: Index, texts: Iterable[str], max_characters: int = CALIBRATION_CHARACTERS) -> Human:
    """The figures of held-out texts by people; of more than `max_characters` the first ones.

    Texts of which more than half stands in the training text (a poem that is in two books) are twins of training
    texts and left out, unless all are. Raises InputError where there are no characters.
    """
    parts, n_left = [], max_characters
    for text in texts:
        parts += [text[:n_left]] if text[:n_left].strip() else []
        n_left -= len(text)
        if n_left <= 0:
            break
    if not parts:
        raise InputError("there is no held-out text to compare with")
    every = index.matches_of(parts)
    found = [matches for matches in every if verbatim_share(matches, index.usual_span) <= TWIN_SHARE] or every
    lengths = np.concatenate([matches.lengths for matches in found])
    # What held-out and training texts have in common whole must not excuse copying.
    span = round(float(np.percentile(lengths, SPAN_PERCENTILE)))
    span = max(MIN_SPAN, min(MOST_SPANS * index.usual_span, span))
    lines = [_lines(index, matches) for matches in found]
    return Human(
        span=span,
        mean=round(float(lengths.mean()), 3),
        p95=float(np.percentile(lengths, 95)),
        longest=int(lengths.max()),
        share=_share(found, index.usual_span),
        share_seldom=_share(found, span + 1),
        lines=round(sum(len(copied) for copied, _ in lines) / max(1, sum(n for _, n in lines)), 6),
        n_characters=len(lengths),
        n_twins=len(every) - len(found),
    )


def report(text: str, index: Index, human: Human, n_prompt: int = 0) -> Novelty:
    """How new a text is; its first `n_prompt` characters are the user's and do not count."""
    return reports([text], index, human, n_prompt)[0]


def reports(texts: Sequence[str], index: Index, human: Human, n_prompt: int = 0) -> list[Novelty]:
    """`report` of several texts in one go, which takes little longer than one; all have the same prompt."""
    found = index.matches_of([text[n_prompt:] for text in texts])
    return [
        _report(text, matches, index, human, n_prompt) for text, matches in zip(texts, found, strict=True)
    ]


def _report(text: str, matches: Matches, index: Index, human: Human, n_prompt: int) -> Novelty:
    copied, n_lines = _lines(index, matches)
    lengths = matches.lengths
    best = int(lengths.argmax()) if len(lengths) else 0
    return Novelty(
        n_characters=len(lengths),
        mean=round(float(lengths.mean()), 3) if len(lengths) else 0.0,
        p95=float(np.percentile(lengths, 95)) if len(lengths) else 0.0,
        longest=_passage(text, index, matches, best, n_prompt) if lengths.any() else None,
        usual_span=index.usual_span,
        share=_share([matches], index.usual_span),
        share_seldom=_share([matches], human.span + 1),
        n_lines=n_lines,
        lines_copied=copied,
        human=human,
    )


def explain(text: str, index: Index, n_prompt: int = 0) -> list[Passage]:
    """The passages to underline, in order: all of the usual span and more.

    None lies within another one, but two may overlap.
    """
    matches = index.matches(text[n_prompt:])
    lengths = matches.lengths
    begins = np.ones(len(lengths), np.bool_)
    begins[1:] = lengths[1:] >= lengths[:-1]  # else it is the rest of the passage before
    begins &= lengths >= index.usual_span
    return [_passage(text, index, matches, int(i), n_prompt) for i in np.flatnonzero(begins)]


def verbatim_share(matches: Matches, min_span: int) -> float:
    """Share of the characters that lie in a verbatim span of `min_span` characters and more."""
    return _share([matches], min_span)


def _share(found: Sequence[Matches], min_span: int) -> float:
    n_covered = sum(int(_covered(matches.lengths, min_span).sum()) for matches in found)
    return round(n_covered / max(1, sum(len(matches.lengths) for matches in found)), 6)


def _covered(lengths: Ints, min_span: int) -> NDArray[np.bool_]:
    """(m,) which characters lie in a passage of at least `min_span`."""
    begins = np.flatnonzero(lengths >= min_span)
    steps = np.zeros(len(lengths) + 1, np.int64)
    np.add.at(steps, begins, 1)
    np.add.at(steps, begins + lengths[begins], -1)
    return np.asarray(steps.cumsum()[:-1] > 0)


def _passage(text: str, index: Index, matches: Matches, i: int, n_prompt: int) -> Passage:
    """The passage that begins at character i of the flat form."""
    n = int(matches.lengths[i])
    found = matches.flat[i : i + n]
    n_before = len(found) - len(found.lstrip()) if found.strip() else 0
    n_kept = len(found.strip()) or n
    i += n_before
    begin = int(matches.begins[i]) + n_prompt
    end = int(matches.begins[i + n_kept]) + n_prompt
    shown = text[begin:end].rstrip()
    # Of several places the first, whatever was looked up beside this text.
    place = index.flat.find(matches.flat[i : i + n_kept])
    source = index.source(place if place >= 0 else int(matches.places[i - n_before]) + n_before)
    return Passage(begin, begin + len(shown), n, shown, source)


def _lines(index: Index, matches: Matches) -> tuple[tuple[str, ...], int]:
    """The lines that stand whole in the training text, and how many there are; only of the usual span and longer."""
    copied: list[str] = []
    n_lines = offset = 0
    for line in matches.text.split("\n"):
        begin = offset + len(line) - len(line.lstrip())
        offset += len(line) + 1
        length = len(folded(line))
        if length < index.usual_span:
            continue
        n_lines += 1
        at = int(np.searchsorted(matches.begins, begin))
        if matches.lengths[at] >= length and index.has_line(line):
            copied.append(line.strip())
    return tuple(copied), n_lines


def _sentence_en(found: Novelty) -> str:
    if found.longest is None:
        return "Nothing in it stands word for word in the training text."
    longest = found.longest
    text = (
        f"Longest passage found word for word in the training text: {longest.n_characters} characters "
        f"({longest.source}); {found.share:.1%} of the text lies in such passages of {found.usual_span} and more, "
        f"of people's own texts {found.human.share:.1%} (longest {found.human.longest}): "
        f"{_VERDICTS_EN[found.verdict]}."
    )
    if found.lines_copied:
        text += f" Lines copied whole: {len(found.lines_copied)} of {found.n_lines}."
    return text


def _sentence_zh(found: Novelty) -> str:
    if found.longest is None:
        return "训练文本中没有与之逐字相同的片段。"
    source = found.longest.source
    place = f"{source.path} 第 {source.line} 行" + (f"，文中第 {source.row} 行" if source.row else "")
    text = (
        f"与训练文本逐字相同的最长片段：{found.longest.n_characters} 个字符（{place}）；"
        f"{found.usual_span} 个字符及以上的雷同占 {found.share:.1%}，"
        f"真人作品为 {found.human.share:.1%}（最长 {found.human.longest}）：{_VERDICTS_ZH[found.verdict]}。"
    )
    if found.lines_copied:
        text += f"整行照抄：{found.n_lines} 行中有 {len(found.lines_copied)} 行。"
    return text
