"""The gate before the reply suggester: to which messages no short canned reply may be offered, and why.

Rules, not learnt: what they refuse is refused whatever a model thinks of it, and each says its reason. What is open
to doubt passes here; the model may refuse it still.
"""

from dataclasses import dataclass

from aoede.words.bulk import is_bulk
from aoede.words.message_language import chinese_name, language, plain
from aoede.words.sensitive import is_sensitive
from aoede.words.wordless import is_sign, is_wordless, without_invisible

__all__ = ["MAX_HAN", "MAX_WORDS", "Refusal", "language", "refusal"]

MAX_WORDS, MAX_HAN = 220, 450  # of a message that a short reply can answer
MAX_SIGNS = 4000  # of it in all; what goes beyond is long, whatever it is made of
_END = 1000  # characters at the end of a longer one that are looked at for the marks of bulk mail


@dataclass(frozen=True)
class Refusal:
    """Why a message gets no suggestion: a code, and a sentence in English and in Chinese, without full stop."""

    code: str
    why: str
    why_zh: str


_REFUSALS = {
    one.code: one
    for one in (
        Refusal("empty", "there is nothing in it that could be answered", "里面没有可以回复的内容"),
        Refusal("emoji", "it is only a sign, and a sign needs no answer", "这只是一个表情或符号，不需要回复"),
        Refusal(
            "noise",
            "nobody says anything in it: it is a link, a number, code, a log or keys hit at random",
            "里面没有人说的话：只有链接、数字、代码、日志或随手按出的字符",
        ),
        Refusal(
            "sensitive",
            "it speaks of something grave: such a message deserves words of your own",
            "它说的是沉重的事：这样的消息值得您用自己的话来回复",
        ),
        Refusal("long", "it is long: it needs a longer answer than these", "它很长：需要比这更长的回复"),
        Refusal(
            "bulk",
            "it looks like a newsletter, a receipt or a message of a machine, which nobody waits to see answered",
            "它像是群发邮件、收据或系统通知，没有人在等回复",
        ),
    )
}


def refusal(text: str) -> Refusal | None:
    """Why no short reply may be offered to a message; None if nothing speaks against it.

    The codes are "empty", "emoji", "noise", "language", "bulk", "sensitive", "long"; the first that holds is given.
    The first 20,000 characters are read (`message_language.MAX_CHARACTERS`), in linear time.
    """
    read = without_invisible(plain(text.strip())).strip()
    code = _code(read)
    if code == "language":
        name = language(read)
        return Refusal(
            code,
            f"it is in {name}, and there are replies in English and Chinese only",
            f"它是用{chinese_name(name)}写的，而这里只有中文和英文的回复",
        )
    return _REFUSALS.get(code)


def _code(text: str) -> str:
    """The code of the refusal, "" for none."""
    if not text:
        return "empty"
    if is_sign(text):
        return "emoji"
    if is_wordless(text):
        return "noise"
    if language(text) not in ("en", "zh", ""):
        return "language"
    if is_bulk(text[:MAX_SIGNS]) or is_bulk(text[MAX_SIGNS:][-_END:]):
        return "bulk"
    if is_sensitive(text[:MAX_SIGNS]):
        return "sensitive"
    return "long" if _is_long(text) else ""


def _is_long(text: str) -> bool:
    n_han = sum("\u3400" <= character <= "\u9fff" for character in text)
    return n_han > MAX_HAN or len(text.split()) > MAX_WORDS or len(text) > MAX_SIGNS
