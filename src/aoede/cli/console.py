"""What every command prints and reads with."""

import os
import sys

from aoede.errors import InputError
from aoede.formats.text import decoded

MAX_TEXT_BYTES = 8_000_000  # on stdin


def printable(text: str) -> str:
    """`text` without the control characters by which a file name or title could rewrite the terminal."""
    return "".join(c if c.isprintable() or c in "\n\t" else f"\\u{ord(c):04x}" for c in text)


def read_text(argument: str, *, max_bytes: int = MAX_TEXT_BYTES) -> str:
    """The text of an argument, or of stdin where it is "-", in whatever encoding it came.

    A line end at the end of stdin belongs to the pipe, not to the text. Raises InputError for more than `max_bytes`
    on stdin, and for bytes that are no text.
    """
    if argument != "-":
        return decoded(os.fsencode(argument), is_short=True).text
    data = sys.stdin.buffer.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise InputError(f"more than {max_bytes:,} bytes", where="stdin", hint="Say it in fewer words.")
    text = decoded(data, where="stdin", is_short=True).text
    return text.removesuffix("\n").removesuffix("\r")
