"""Text -> tokens: English words and phrases, Chinese words (most probable segmentation), emoji, marks.

Normalising keeps every character in its place (lower case, half width, straight quotes, simplified script), so a
token's `start` and `end` point into the request as it was written.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import log

from aoede.mood.emoji import EMOJI
from aoede.mood.rules import ROLES
from aoede.mood.vectors import table

MAX_WORD = 8  # characters of a Chinese word
MAX_PHRASE = 5  # words of an English phrase
RULE_FREQUENCY = 3000  # occurrences that a Chinese rule word counts as, where the table does not know it
HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_PICTURE = r"[\u2190-\u2bff\U0001f000-\U0001faff][\ufe0e\ufe0f]?"


@dataclass(frozen=True)
class Token:
    """`text` is normalised; `kind` is "word", "han", "emoji", "mark" or "other" (scripts not read here)."""

    text: str
    start: int
    end: int
    kind: str


def normalised(text: str) -> str:
    """`text` in lower case, half-width signs, straight apostrophes and simplified characters; as long as before."""
    lowered = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return lowered.translate(_signs()).translate(table("zh").to_simplified)


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text that `normalised` has returned, in order, phrases joined."""
    found: list[Token] = []
    for match in _pattern().finditer(text):
        kind = match.lastgroup or "other"
        if kind == "han":
            found += _segmented(match[0], match.start())
        else:
            found.append(Token(match[0].removesuffix("\ufe0f"), match.start(), match.end(), kind))
    return list(_with_phrases(found))


@cache
def _signs() -> dict[int, int | str]:
    wide = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    return wide | {0x2018: "'", 0x2019: "'", 0x02BC: "'", 0x3000: " "}


@cache
def _pattern() -> re.Pattern[str]:
    signs = [re.escape(sign) for sign in sorted(EMOJI, key=len, reverse=True)]
    faces = "|".join(rf"(?<!\w){sign}(?!\w)" if sign.isascii() else sign for sign in signs)
    pictures = rf"(?P<emoji>{faces}|{_PICTURE})"
    word = r"(?P<word>[^\W\d_" + HAN + r"\u3040-\u30ff\uac00-\ud7af]+(?:'[^\W\d_" + HAN + r"]+)*)"
    mark = r"(?P<mark>[.,;:!?…—–()\[\]\"。，；：！？、（）《》“”「」\n&])"
    return re.compile(rf"{pictures}|(?P<han>[{HAN}]+)|{word}|{mark}|(?P<other>[^\W_]+)")


def _with_phrases(tokens: list[Token]) -> Iterator[Token]:
    """English words that form an entry together become one token, the longest first."""
    english, index = table("en"), 0
    while index < len(tokens):
        token, length = tokens[index], 1
        if token.kind == "word":
            run = _run_of_words(tokens, index)
            for length in range(len(run), 1, -1):
                text = " ".join(run[:length])
                if text in ROLES or text in english:
                    last = tokens[index + length - 1]
                    token = Token(text, token.start, last.end, "word")
                    break
            else:
                length = 1
        yield token
        index += length


def _run_of_words(tokens: list[Token], index: int) -> list[str]:
    run = []
    for token in tokens[index : index + MAX_PHRASE]:
        if token.kind != "word":
            break
        run.append(token.text)
    return run


@cache
def _log_probabilities() -> tuple[dict[str, float], float]:
    """(ln of the share of each Chinese word, ln of the share of a character that is no word)."""
    chinese = table("zh")
    weights = {word: value / 10 for word, value in zip(chinese.words, chinese.frequencies(), strict=True)}
    for word in ROLES:
        if not word.isascii():
            weights[word] = max(weights.get(word, 0.0), log(RULE_FREQUENCY) - 2 / len(word))
    total = 17.9  # ln of about sixty million words, the size of the counts behind the table
    return {word: weight - total for word, weight in weights.items()}, -total - 2


def _segmented(text: str, offset: int) -> list[Token]:
    """The most probable words of a run of characters (a unigram model, the best path right to left)."""
    known, unknown = _log_probabilities()
    best: list[tuple[float, int]] = [(0.0, 0)] * (len(text) + 1)
    for start in range(len(text) - 1, -1, -1):
        candidates = [(unknown + best[start + 1][0], start + 1)]
        for end in range(start + 1, min(start + MAX_WORD, len(text)) + 1):
            share = known.get(text[start:end])
            if share is not None:
                candidates.append((share + best[end][0], end))
        best[start] = max(candidates)
    words, start = [], 0
    while start < len(text):
        end = best[start][1]
        words.append(Token(text[start:end], offset + start, offset + end, "han"))
        start = end
    return words
