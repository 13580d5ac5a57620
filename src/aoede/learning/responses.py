"""The replies that may be suggested, each with its intent, as a text file that people can read and edit.

    [accept +]
    Sounds good!
    好啊！

A line in brackets begins an intent: its name, and "+", "-" or "0" for whether it says yes, no or neither, which is
meant where nothing is said. The first replies of an intent in a language are the usual ones. Lines that begin with
"#" are remarks.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from aoede.encodings.tokens import NUMBER, canonical, is_han, words_of
from aoede.errors import InputError
from aoede.formats.files import read_bounded

SIGNS = {"+": 1, "-": -1, "0": 0}
MAX_WORDS = 8  # of a short reply; of Han characters twice as many
MAX_CHARACTERS = 80
MAX_FILE_BYTES = 1_000_000
SEEDS = "reply_seeds.txt"
LEAST_COUNT = 3  # how often, in different conversations, people must have said it
MOST_FROM_DATA = 400
_BEGINNINGS, _ENDS = "[［【", "]］】"
_WIDE = str.maketrans({"＋": "+", "－": "-", "−": "-", "–": "-", "０": "0"})
_LINK = re.compile(r"https?:|www\.|@|\.com\b", re.IGNORECASE)
_NAME = re.compile(r"(?<=[a-z,;'] )[A-Z][a-z]+")


@dataclass(frozen=True)
class Response:
    text: str
    intent: str
    weight: float = 1.0  # how usual it is beside the others of its intent and language
    share: float = 0.0  # of all short replies of the data that it was learnt from

    @property
    def language(self) -> str:
        return language_of(self.text)


@dataclass(frozen=True)
class ResponseSet:
    """Intents, each with its sign, in order, and the replies. Raises InputError for a reply of no intent."""

    signs: Mapping[str, int]
    responses: tuple[Response, ...]

    def __post_init__(self) -> None:
        strange = {response.intent for response in self.responses} - set(self.signs)
        if strange:
            raise InputError(f"there is no intent {sorted(strange)[0]!r}")

    @classmethod
    def from_text(cls, text: str, *, where: str = "") -> "ResponseSet":
        """Raises InputError, naming the line, for a heading that is none, a reply before any, or no short text."""
        signs, found, intent = dict[str, int](), dict[str, Response](), ""
        n_before = Counter[tuple[str, str]]()
        for number, line in enumerate(text.splitlines(), 1):
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            heading = _heading(line)
            if wrong := _wrong(line, heading, intent):
                told = f"line {number} {wrong}: {line[:40]!r}"
                raise InputError(told, where=where, hint="A heading looks like this: [accept +]")
            if heading:
                intent, sign = heading
                signs.setdefault(intent, SIGNS[sign])
                continue
            response = Response(line, intent)
            key = intent, response.language
            found.setdefault(canonical(line), replace(response, weight=1 / (1 + n_before[key])))
            n_before[key] += 1
        if not found:
            raise InputError(
                "there is no reply in it", where=where, hint="Write a heading such as [accept +]"
            )
        return cls(signs, tuple(found.values()))

    @classmethod
    def from_file(cls, path: Path) -> "ResponseSet":
        data = read_bounded(path, max_bytes=MAX_FILE_BYTES)
        try:
            return cls.from_text(data.decode("utf-8-sig"), where=str(path))
        except UnicodeDecodeError as error:
            raise InputError("it is no UTF-8 text", where=str(path)) from error

    @classmethod
    def seeds(cls) -> "ResponseSet":
        """The replies that are shipped, written for this."""
        return cls.from_text(resources.files("aoede.presets").joinpath(SEEDS).read_text(encoding="utf-8"))

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "ResponseSet":
        try:
            signs = {str(name): int(sign) for name, sign in values["signs"].items()}
            rows = [
                Response(str(text), str(intent), float(weight), float(share))
                for text, intent, weight, share in values["responses"]
            ]
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise InputError("this is no set of replies") from error
        if not set(signs.values()) <= set(SIGNS.values()):
            raise InputError("this is no set of replies: a sign is 1, -1 or 0")
        if not all(0 <= value < float("inf") for r in rows for value in (r.weight, r.share)):
            raise InputError("this is no set of replies: weights and shares are numbers from 0")
        return cls(signs, tuple(rows))

    def as_mapping(self) -> dict[str, Any]:
        rows = [[r.text, r.intent, round(r.weight, 6), round(r.share, 6)] for r in self.responses]
        return {"signs": dict(self.signs), "responses": rows}

    def as_text(self) -> str:
        """The file, the most usual replies of each intent first."""
        marks = {sign: mark for mark, sign in SIGNS.items()}
        told = [
            '# Short replies by what they do. "+" says yes, "-" says no, "0" neither. The usual ones stand first.'
        ]
        for intent, sign in self.signs.items():
            own = sorted(
                (r for r in self.responses if r.intent == intent), key=lambda r: (r.language, -r.weight)
            )
            told += ["", f"[{intent} {marks[sign]}]", *(response.text for response in own)]
        return "\n".join(told) + "\n"

    @cached_property
    def by_words(self) -> dict[str, Response]:
        """The replies by what `canonical` makes of them."""
        return {canonical(response.text): response for response in self.responses}

    def joined(self, other: "ResponseSet") -> "ResponseSet":
        """With the intents and replies of another set that are not in this one; its own sign of an intent stays."""
        new = [r for words, r in other.by_words.items() if words not in self.by_words]
        return ResponseSet({**other.signs, **self.signs}, (*self.responses, *new))


def _heading(line: str) -> tuple[str, str] | None:
    """The intent and the sign of a line in brackets; None for another line."""
    if line[0] not in _BEGINNINGS or line[-1] not in _ENDS:
        return None
    *name, last = line[1:-1].split() or [""]
    is_word = any(map(str.isalnum, last.replace("0", "").replace("０", "")))
    return (" ".join([*name, last]), "0") if is_word else (" ".join(name), last.translate(_WIDE))


def _wrong(line: str, heading: tuple[str, str] | None, intent: str) -> str:
    """What is wrong with a line after the heading of `intent`; "" for nothing."""
    if len(line) > 4 * MAX_CHARACTERS:
        return "is too long"
    if heading is None:
        told = "" if canonical(line) else "is no short reply"
        return told if intent else "is before the first [intent]"
    name, sign = heading
    if not name:
        return "names no intent"
    return "" if sign in SIGNS else f"has the sign {sign!r}, which is none"


def language_of(text: str) -> str:
    """ "zh" where a third of the words or more are Han characters, else "en"."""
    words = words_of(text)
    return "zh" if words and 3 * sum(map(is_han, words)) >= len(words) else "en"


def is_short(text: str) -> bool:
    """Whether a reply is short enough to be tapped: MAX_WORDS words, or twice as many Han characters."""
    words = [word for word in words_of(text) if word not in "?!"]
    n_han = sum(map(is_han, words))
    return 0 < len(words) - n_han / 2 <= MAX_WORDS and len(text) <= MAX_CHARACTERS


def is_clean(text: str) -> bool:
    """Whether a reply could be anybody's: no number, link, address or name, one line, and no sign of a file's own."""
    if "\n" in text or text.lstrip()[:1] in {"#", *_BEGINNINGS} or _LINK.search(text):
        return False
    return NUMBER not in words_of(text) and not _NAME.search(text)


def frequent(
    replies: Iterable[tuple[int, str]], *, least: int = LEAST_COUNT, most: int = MOST_FROM_DATA
) -> list[tuple[str, int]]:
    """The short clean replies that stand in `least` conversations or more, with in how many, the commonest first.

    `replies` are (number of the conversation, reply). Spellings of one reply count together; the commonest is shown.
    """
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    seen: dict[str, set[int]] = defaultdict(set)
    for conversation, reply in replies:
        if is_short(reply) and is_clean(reply):
            words = canonical(reply)
            spellings[words][reply.strip()] += 1
            seen[words].add(conversation)
    counts = sorted((-len(seen[words]), words) for words in seen if len(seen[words]) >= least)[:most]
    return [(_shown(spellings[words]), -n) for n, words in counts]


def _shown(spellings: Counter[str]) -> str:
    """The commonest spelling, with a capital and an end."""
    text = min(spellings, key=lambda spelling: (-spellings[spelling], spelling))
    capital = text[0].upper() + text[1:]
    text = capital if canonical(capital) == canonical(text) else text  # "ß" has none
    return text + ("" if text[-1] in ".!?…。！？~～" else "。" if language_of(text) == "zh" else ".")


def with_counts(
    own: ResponseSet, counts: Sequence[tuple[str, int]], intents: Mapping[str, str]
) -> ResponseSet:
    """The set with the replies of the data: of known ones the count is added, new ones get their intent."""
    n_all = sum(n for _, n in counts) or 1
    shares = {canonical(text): n / n_all for text, n in counts}
    kept = [
        replace(r, weight=r.weight + shares.get(words, 0.0), share=shares.get(words, 0.0))
        for words, r in own.by_words.items()
    ]
    new = [
        Response(text, intents[text], n / n_all, n / n_all)
        for text, n in counts
        if text in intents and canonical(text) not in own.by_words
    ]
    signs = dict(own.signs) | {r.intent: 0 for r in new if r.intent not in own.signs}
    return ResponseSet(signs, (*kept, *new))
