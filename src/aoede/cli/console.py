"""What every command prints and reads with."""

import os
import sys

from aoede.errors import InputError


def printable(text: str) -> str:
    """`text` without the control characters by which a file name or title could rewrite the terminal."""
    return "".join(c if c.isprintable() or c in "\n\t" else f"\\u{ord(c):04x}" for c in text)


def read_text(argument: str, *, max_bytes: int) -> str:
    """The text of an argument, or of stdin where it is "-", in whatever encoding it came.

    Raises InputError for bytes that are no text in UTF-8, UTF-16 (with its mark) or GB 18030.
    """
    if argument != "-":
        return _decoded(os.fsencode(argument))
    return _decoded(sys.stdin.buffer.read(max_bytes))


def _decoded(data: bytes) -> str:
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError("this is no text that can be read", hint="Write it in UTF-8.")
