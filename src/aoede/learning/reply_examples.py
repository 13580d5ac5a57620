"""Messages written for Aoede, each with short replies that fit, or with why none does.

    Are you free for lunch on Thursday?<TAB>accept: Sounds good! | decline: Sorry, I can't. | ask_time: What time?
    Your parcel has been delivered.<TAB>none: notification

They stand in `presets/reply_examples_en.tsv` and `_zh.tsv`. They teach what conversations seldom do: mail,
requests, invitations, and messages that want no short reply.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources

from aoede.encodings.tokens import canonical
from aoede.errors import InputError

LANGUAGES = ("en", "zh")
NONE = "none"
HELD_OUT = 10  # one example in so many

# Why no short reply fits, by the class that says so, in English and Chinese.
REASONS = {
    "open": ("it needs a longer answer", "这需要更长的回答"),
    "fact": ("it asks for something that only you know", "它问的事情只有你知道"),
    "newsletter": ("it looks like a newsletter or an advertisement", "它像是群发的通讯或广告"),
    "notification": ("it looks like a notice that wants no answer", "它像是不需要回复的通知"),
    "sensitive": (
        "it may be grave: such a message deserves words of your own",
        "它可能很沉重：还是自己写几句吧",
    ),
    "spam": ("it looks like spam", "它像是垃圾信息"),
    "noise": ("there is nothing in it to answer", "里面没有可以回复的内容"),
}


def class_of(reason: str) -> str:
    """The name of the class of a reason."""
    return f"{NONE}:{reason}"


@dataclass(frozen=True)
class Example:
    message: str
    replies: tuple[tuple[str, str], ...]  # (intent, reply), the best first; () where none fits
    reason: str = ""  # why none fits, one of REASONS

    @property
    def is_held_out(self) -> bool:
        """Decided by what the message says, so that it never changes."""
        return sha256(canonical(self.message).encode()).digest()[0] % HELD_OUT == 0


def shipped(languages: Sequence[str] = LANGUAGES) -> list[Example]:
    """The examples of these languages, in order."""
    folder = resources.files("aoede.presets")
    names = [f"reply_examples_{language}.tsv" for language in languages]
    return [e for name in names for e in parsed(folder.joinpath(name).read_text(encoding="utf-8"), name)]


def parsed(text: str, where: str) -> Iterator[Example]:
    """Raises InputError, naming the line, for one that is no example."""
    for number, line in enumerate(text.splitlines(), 1):
        message, tab, told = line.partition("\t")
        parts = [tuple(part.strip().partition(": ")[::2]) for part in told.split(" | ")]
        is_none = NONE in (name for name, _ in parts)  # then nothing may stand beside it
        is_good = tab and message.strip() and all(name and value for name, value in parts)
        if not is_good or (is_none and (len(parts) > 1 or parts[0][1] not in REASONS)):
            raise InputError(f"line {number} is no example: {line[:60]!r}", where=where)
        yield Example(message, () if is_none else tuple(parts), parts[0][1] if is_none else "")  # type: ignore[arg-type]
