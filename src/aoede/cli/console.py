"""What every command prints and reads with."""

import json
import os
import sys
import unicodedata
from pathlib import Path
from typing import Any, TextIO

import click

from aoede.errors import InputError
from aoede.formats.text import decoded

MAX_TEXT_BYTES = 8_000_000  # on stdin
STDOUT = Path("-")

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
force_option = click.option("-f", "--force", is_flag=True, help="Replace files that exist.")


def tell(text: str, *, err: bool = False) -> None:
    """Print a text, with signs in place of what could rewrite the terminal and of what the stream cannot say."""
    click.echo(sayable(printable(text), sys.stderr if err else sys.stdout), err=err)


def tell_json(value: Any, *, err: bool = False) -> None:
    """Print one JSON object: on stdout over several lines, on stderr in one; in ASCII where the stream needs it."""
    indent = None if err else 2
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    if sayable(text, sys.stderr if err else sys.stdout) != text:
        text = json.dumps(value, indent=indent)
    click.echo(text, err=err)


def sayable(text: str, stream: TextIO) -> str:
    """`text` with question marks for what the encoding of `stream` lacks."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


def columns_of(text: str) -> int:
    """Columns of a terminal that `text` takes: two for a Chinese character, none for a combining mark."""
    if text.isascii():
        return len(text)
    return sum(_character_width(character) for character in text)


def _character_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


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
