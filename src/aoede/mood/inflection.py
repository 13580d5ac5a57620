"""Simple inflection: the forms under which a word may stand in the mood tables."""

import re
from collections.abc import Iterator

from aoede.mood.emoji import EMOJI
from aoede.mood.tokens import Token

DRAWN_OUT = 1.3  # "soooo", "haaappy": felt that much more strongly
# (ending, what may replace it); tried in order on words that the table does not have.
_ENDINGS = (
    ("'s", ("",)),
    ("'", ("", "g")),
    ("ies", ("y", "ie")),
    ("es", ("", "e")),
    ("s", ("",)),
    ("ied", ("y",)),
    ("'d", ("ed", "e", "")),
    ("ed", ("", "e")),
    ("ing", ("", "e")),
    ("in", ("ing",)),
    ("iest", ("y",)),
    ("ier", ("y",)),
    ("est", ("", "e")),
    ("er", ("", "e")),
    ("ily", ("y",)),
    ("ly", ("", "le")),
    ("iness", ("y",)),
    ("ness", ("",)),
    ("isation", ("ization",)),
    ("ise", ("ize",)),
    ("our", ("or",)),
    ("ful", ("",)),
)
MIN_STEM = 3


def known_forms(token: Token) -> Iterator[tuple[str, float]]:
    """(form, factor of strength), the likeliest first. The caller takes the first that it knows."""
    if token.kind == "emoji":
        if token.text in EMOJI:
            yield EMOJI[token.text], 1.0
        return
    yield token.text, 1.0
    if token.kind == "han" and len(token.text) > 1:
        yield from _han_forms(token.text)
    elif token.kind == "word":
        for form in _stems(token.text):
            yield form, 1.0
        for short in _shortened(token.text):
            yield short, DRAWN_OUT
            for form in _stems(short):
                yield form, DRAWN_OUT


def _han_forms(word: str) -> Iterator[tuple[str, float]]:
    """快快乐乐 -> 快乐, 慢慢的 -> 慢慢."""
    if len(word) == 4 and word[0] == word[1] and word[2] == word[3]:
        yield word[0] + word[2], 1.0


def _stems(word: str) -> Iterator[str]:
    for ending, replacements in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= MIN_STEM:
            for replacement in replacements:
                yield stem + replacement
                if not replacement and stem[-1] == stem[-2] and ending in ("ed", "ing", "er", "est"):
                    yield stem[:-1]


def _shortened(word: str) -> Iterator[str]:
    """ "haaappy" -> "haappy", "happy": runs of three letters or more written once or twice."""
    if re.search(r"(.)\1\1", word):
        yield re.sub(r"(.)\1{2,}", r"\1\1", word)
        yield re.sub(r"(.)\1{2,}", r"\1", word)
        yield re.sub(r"(.)\1+", r"\1", word)
