"""What the library says in English sentences, in Chinese; and for who reads English, without the command line.

    in_chinese("'blues' is not a style here")        # 这里没有“blues”这种风格
    in_plain_english("Name one with --lead.")        # Choose a model to play the melody.

Sentences are known by their form; names of ours are told in Chinese, numbers and texts of others stay as they are.
What is not known is None in Chinese, and itself in English.
"""

from collections.abc import Iterable
from itertools import chain

from aoede.studio.chinese import of_files, of_requests, of_songs, of_texts, of_training
from aoede.studio.chinese.matching import Table
from aoede.studio.chinese.names import CHINESE_FILLS, ENGLISH_FILLS

MOST_LINES = 40
REMARK = "\n-- "  # before what is said of a sample of text, at its end
OF_SOUND = " linear prediction "  # what is said in the place of a sample of sound
_SUBJECTS = (of_requests, of_songs, of_files, of_texts, of_training)

# (as the library says it, in Chinese); where that speaks of options, with a third: as the page says it in English.
SAYINGS: tuple[tuple[str, ...], ...] = tuple(chain.from_iterable(part.SAYINGS for part in _SUBJECTS))
CHINESE = Table(
    tuple((english, row[1]) for row in SAYINGS for english in (row[0], *row[2:])), CHINESE_FILLS, "；"
)
ENGLISH = Table(tuple((row[0], row[2]) for row in SAYINGS if len(row) > 2), ENGLISH_FILLS)


def in_chinese(text: str) -> str | None:
    """The sentence, the sentences with "; " between them or the lines of `text` in Chinese; None where unknown.

    Of several lines those that are unknown stay as they are.
    """
    if told := CHINESE.told(text):
        return told
    if "\n" in text:
        lines = text.split("\n", MOST_LINES)
        found = [(line, CHINESE.told(line.strip())) for line in lines]
        is_known = len(lines) <= MOST_LINES and any(chinese for _, chinese in found)
        return "\n".join(chinese or line for line, chinese in found) if is_known else None
    return CHINESE.sentences(text) if "; " in text else None


def in_plain_english(text: str) -> str:
    """The sentence for somebody who types no options."""
    return ENGLISH.told(text) or text


def in_both(texts: Iterable[str], name: str) -> dict[str, list[str]]:
    """{name: the sentences in plain English, name + "_zh": in Chinese}; what has no Chinese is English in both."""
    english = [in_plain_english(text) for text in texts]
    return {name: english, f"{name}_zh": [in_chinese(text) or text for text in english]}


def sample_in_chinese(text: str) -> str:
    """A sample of text as a training shows it, with what is said of it at its end, or of a sound, in Chinese."""
    sample, mark, remark = text.rpartition(REMARK)
    is_remark = bool(mark) or OF_SOUND in text  # the words of a sample itself stay
    told = in_chinese(remark.strip()) if is_remark else None
    return f"{sample}{mark}{told}\n" if told else text


__all__ = ["in_both", "in_chinese", "in_plain_english", "sample_in_chinese"]
