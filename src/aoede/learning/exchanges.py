"""Conversations: what was said, what was answered, and what tells their copies and twins.

A conversation goes to one side of a split as a whole, and so do its twins: see `prints`.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from itertools import islice, pairwise

from aoede.formats import text
from aoede.formats.table import N_FAULTS

N_CONTEXT = 4  # turns before a message that are kept
MAX_CHARACTERS = 5_000  # of a message or a reply
MAX_EXCHANGES = 2_000_000  # of a file
N_TELLING_WORDS = 5  # of an exchange by which a conversation is known; fewer are said again and again

_BLANKS, _LINE_ENDS, _EMPTY_LINES = re.compile(r"[^\S\n]+"), re.compile(r" ?\n ?"), re.compile(r"\n{3,}")
_ALONE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"  # without spaces
_WORD = re.compile(rf"[{_ALONE}]|[^\W_{_ALONE}]+")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A message and its reply; texts in the normal form, at most MAX_CHARACTERS each."""

    message: str  # never empty
    reply: str  # "" where the message was never answered, which only mailboxes tell
    context: tuple[str, ...] = ()  # the turns before the message, oldest first, at most N_CONTEXT
    intent: str = ""  # what the data say the reply does: "AFFIRM+REQUEST"


@dataclass(frozen=True)
class Conversation:
    exchanges: tuple[Exchange, ...]


def is_empty(conversation: Conversation) -> bool:
    return not conversation.exchanges


class Notes:
    """Makes texts fit, and remembers what was changed or passed over."""

    def __init__(self) -> None:
        self.repairs: tuple[str, ...] = ()
        self._faults: list[str] = []
        self._n_faults = self._n_cut = self._n_dropped = 0

    def fault(self, told: str) -> None:
        self._n_faults += 1
        if len(self._faults) < N_FAULTS:
            self._faults.append(told)

    def clean(self, value: str) -> str:
        """The normal form, with single spaces, single line ends or empty lines, and at most MAX_CHARACTERS."""
        content, n_dropped = text.normal_form(value)
        self._n_dropped += n_dropped
        content = _LINE_ENDS.sub("\n", _BLANKS.sub(" ", content))
        content = _EMPTY_LINES.sub("\n\n", content).strip()
        self._n_cut += len(content) > MAX_CHARACTERS
        return content[:MAX_CHARACTERS].rstrip()

    def phrases(self) -> tuple[str, ...]:
        told = list(self._faults)
        if self._n_faults > N_FAULTS:
            told = [f"{self._n_faults:,} were passed over: {', '.join(told)}, ..."]
        if self._n_cut:
            told.append(f"{self._n_cut:,} longer than {MAX_CHARACTERS:,} characters cut there")
        if self._n_dropped:
            told.append(text.dropped(self._n_dropped))
        return (*told, *self.repairs)


def of_turns(turns: Iterable[tuple[str, str]], notes: Notes) -> Conversation:
    """Turns as speaker ("" where that is not known) and text; each answers the one before it."""
    said = list[tuple[str, list[str]]]()
    for speaker, content in islice(turns, MAX_EXCHANGES + 1):
        if speaker and said and said[-1][0] == speaker:
            said[-1][1].append(content)
        elif not speaker or content.strip():
            said.append((speaker, [content]))
    texts = [notes.clean("\n".join(contents)) for _, contents in said]
    return Conversation(
        tuple(
            Exchange(message, reply, tuple(filter(None, texts[max(0, i - N_CONTEXT) : i])))
            for i, (message, reply) in enumerate(pairwise(texts))
            if message and reply
        )
    )


# Copies and twins


def prints(conversation: Conversation) -> tuple[str, str]:
    """(identity, fingerprint): hashes of all that is said, and of what twins of a conversation have in common.

    Case, punctuation and blanks make no difference. Twins begin alike: the fingerprint is that of the first exchange
    of five words and more. Where all answers are to one message, it is that of the message, so that no message of a
    list of questions is on both sides of a split.
    """
    said = [(_letters(one.message), _letters(one.reply)) for one in conversation.exchanges]
    identity = _hash(*(part for pair in said for part in pair))
    if len({message for message, _ in said}) == 1:
        return identity, _hash(said[0][0])[:16]
    for one, pair in zip(conversation.exchanges, said, strict=True):
        n_words = sum(1 for _ in islice(_WORD.finditer(f"{one.message} {one.reply}"), N_TELLING_WORDS))
        if n_words == N_TELLING_WORDS:
            return identity, _hash(*pair)[:16]
    return identity, identity[:16]


def exchange_prints(conversation: Conversation) -> list[int]:
    """A hash of 64 bits for each exchange, to know those that stand in other files, however these are cut."""
    return [int(_hash(_letters(one.message), _letters(one.reply))[:16], 16) for one in conversation.exchanges]


def _hash(*parts: str) -> str:
    return sha256("\x1f".join(parts).encode()).hexdigest()


@lru_cache(maxsize=4096)  # a reply is the next message, and both prints ask for them
def _letters(content: str) -> str:
    """What counts of a text: its letters, marks and digits in small letters; of one without any, all of it."""
    small = content.casefold()
    dropped = {ord(sign): None for sign in set(small) if not _is_letter(sign)}
    return small.translate(dropped) or content


@cache
def _is_letter(sign: str) -> bool:
    return sign.isalnum() or unicodedata.category(sign)[0] == "M"
