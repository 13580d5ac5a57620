"""The recipe that a file of ours holds: text of MIDI, comment of sound and pictures, field of scores.

Files are known by how they begin, not by their names. Only what is needed is read of them, no sound and no picture is
decoded, and XML and HTML are searched, not parsed.
"""

import html
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from aoede.errors import InputError
from aoede.formats import midi
from aoede.formats.midi_song import RECIPE_PREFIX

MAX_RECIPE_BYTES = 8_000_000
_MARK = RECIPE_PREFIX.encode()
_LRC = re.compile(rb"^\[#:" + _MARK + rb"(.*)\]\r?$", re.M)
# What a title says cannot look like these: its "<" is written "&lt;".
_SVG = (b"<metadata>" + _MARK, b"</metadata>")
_SCORE = (b'<miscellaneous-field name="aoede-recipe">', b"</miscellaneous-field>")
_PAGE = (b'<pre id="recipe">', b"</pre>")


def recipe_in(data: bytes, where: str = "") -> dict[str, Any]:
    """The recipe in the bytes of a file; empty where there is none. Raises InputError for what is no file of ours."""
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    for is_kind, read in _KINDS:
        if is_kind(head):
            return _parsed(read(data))
    return dict(midi.from_bytes(data, where=where).song.recipe)


def _parsed(text: bytes | str | None) -> dict[str, Any]:
    """The recipe that is written so; empty for anything else."""
    if text is None or len(text) > MAX_RECIPE_BYTES:
        return {}
    try:
        recipe = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return recipe if isinstance(recipe, dict) else {}


# --- kinds ------------------------------------------------------------------------------------------


def _between(marks: tuple[bytes, bytes]) -> Callable[[bytes], str | None]:
    def read(data: bytes) -> str | None:
        begin = data.find(marks[0])
        if begin < 0:
            return None
        begin += len(marks[0])
        end = data.find(marks[1], begin, begin + MAX_RECIPE_BYTES)
        return html.unescape(data[begin:end].decode("utf-8", "replace")) if end >= 0 else None

    return read


def _lrc(data: bytes) -> bytes | None:
    found = _LRC.search(data)
    return found[1] if found else None


def _json(data: bytes) -> str | None:
    try:
        told = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError("this is no JSON") from error
    return json.dumps(told.get("recipe")) if isinstance(told, dict) else None


def _after_mark(comment: str) -> str | None:
    return comment.removeprefix(RECIPE_PREFIX) if comment.startswith(RECIPE_PREFIX) else None


def _sound(data: bytes) -> str | None:
    import soundfile

    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            return _after_mark(file.comment)
    except (soundfile.SoundFileError, ValueError, TypeError):
        return None


def _wav(data: bytes) -> str | None:
    """The comment in the LIST that stands between the format and the samples."""
    at = 12
    while at + 8 <= len(data) and data[at : at + 4] != b"data":
        n_bytes = int.from_bytes(data[at + 4 : at + 8], "little")
        if data[at : at + 4] == b"LIST" and data[at + 8 : at + 12] == b"INFO":
            return _info_comment(data[at + 12 : at + 8 + min(n_bytes, MAX_RECIPE_BYTES)])
        at += 8 + n_bytes + n_bytes % 2
    return None


def _info_comment(entries: bytes) -> str | None:
    at = 0
    while at + 8 <= len(entries):
        n_bytes = int.from_bytes(entries[at + 4 : at + 8], "little")
        if entries[at : at + 4] == b"ICMT":
            return _after_mark(entries[at + 8 : at + 8 + n_bytes].rstrip(b"\0").decode("utf-8", "replace"))
        at += 8 + n_bytes + n_bytes % 2
    return None


def _mp3(data: bytes) -> str | None:
    """The comment of an ID3v2.3 tag as `audio.to_bytes` writes it."""
    size = sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=False))
    tag, at = data[10 : 10 + min(size, 2 * MAX_RECIPE_BYTES)], 0
    while at + 10 <= len(tag):
        n_bytes = int.from_bytes(tag[at + 4 : at + 8], "big")
        body = tag[at + 10 : at + 10 + n_bytes]
        if tag[at : at + 4] == b"COMM" and body.startswith(b"\x01eng"):
            return _after_mark(body[8:].decode("utf-16", "replace"))  # after an empty description
        at += 10 + n_bytes
    return None


def _png(data: bytes) -> str | None:
    texts = (body for kind, body in _png_chunks(data) if kind == b"tEXt" and body.startswith(b"Comment\0"))
    return next((_after_mark(body[8:].decode("latin-1")) for body in texts), None)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(kind, content) of each chunk."""
    at = 8
    while at + 12 <= len(data):
        n_bytes = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + n_bytes]
        at += 12 + n_bytes


def _begins(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.lower().startswith(beginnings)


_KINDS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], bytes | str | None]], ...] = (
    (_begins(b"{"), _json),
    (lambda head: b"<svg" in head, _between(_SVG)),
    (lambda head: b"<score-partwise" in head, _between(_SCORE)),
    (_begins(b"<!doctype html", b"<html"), _between(_PAGE)),
    (lambda head: head.startswith(b"[") and b"[re:" in head, _lrc),
    (_begins(b"\x89png"), _png),
    (_begins(b"id3"), _mp3),
    (lambda head: head[8:12] == b"WAVE", _wav),
    (lambda head: head.startswith((b"fLaC", b"OggS")), _sound),
)
