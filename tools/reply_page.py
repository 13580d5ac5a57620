"""Answer the thirty messages of tests/fixtures/reply_messages.tsv again and write docs/replies.md.

    python tools/reply_page.py

Nobody trained on these messages.
"""

import sys
from pathlib import Path

from aoede.reply import Answer, answer

ROOT = Path(__file__).parent.parent
MESSAGES = ROOT / "tests" / "fixtures" / "reply_messages.tsv"
PAGE = ROOT / "docs" / "replies.md"
HEAD = """# Thirty messages and their replies · 三十条消息与回复

Messages that nobody trained on, written for this page, and what `aoede reply MESSAGE` says to each. The number behind
a reply is the chance that a reply does what it does. `python tools/reply_page.py` makes the page,
and a test holds it to what the shipped model says.

这些消息没有用于训练。回复后面的数字是这类回复的概率。
"""


def rows() -> list[tuple[str, str, str, bool]]:
    """Kind, language, message, and whether a short reply could serve, as their writer saw it."""
    found = [line.split("\t") for line in MESSAGES.read_text(encoding="utf-8").splitlines()]
    return [(kind, language, message, fits == "yes") for _, language, kind, message, fits in found]


def page() -> str:
    parts = [HEAD]
    for number, (kind, _, message, fits) in enumerate(rows(), 1):
        wanted = "" if fits else " (no short reply should be offered)"
        parts.append(f"**{number}. {kind}**{wanted}\n\n> {message}\n\n{_told(answer(message))}\n")
    return "\n".join(parts)


def _told(found: Answer) -> str:
    if not found.replies:
        return f"*no short reply: {found.reason}*"
    return "\n".join(f"- {reply.text} ({reply.score:.2f})" for reply in found.replies)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
