"""The words of a Standard MIDI File (RP-001, version 1.0): chunks, variable-length numbers, events.

Writer and guard share these encoders, so whatever either of them makes is spelled one way: canonical
chunk lengths, an explicit status byte for every event, End Of Track at the end of every track.
"""

import struct
from collections.abc import Iterable, Sequence

HEADER_TAG = b"MThd"
TRACK_TAG = b"MTrk"

NOTE_OFF, NOTE_ON, CONTROL, PROGRAM, BEND = 0x80, 0x90, 0xB0, 0xC0, 0xE0
ONE_DATA_BYTE = (0xC0, 0xD0)  # program change and channel pressure; other channel messages have two

TEXT, TRACK_NAME, LYRIC, MARKER = 0x01, 0x03, 0x05, 0x06
END_OF_TRACK, TEMPO, TIME_SIGNATURE, KEY_SIGNATURE = 0x2F, 0x51, 0x58, 0x59
TEXT_KINDS = range(0x01, 0x08)
META_BYTES = {TEMPO: 3, TIME_SIGNATURE: 4, KEY_SIGNATURE: 2}  # payloads of fixed length
METAS_OF_A_SONG = frozenset((*TEXT_KINDS, *META_BYTES))

MICROSECONDS_PER_MINUTE = 60_000_000
DEFAULT_TEMPO = 500_000  # microseconds a quarter note: 120 bpm
MAX_WAIT_TICKS = 2**28 - 1  # what a number of four bytes holds
MAX_TICKS = 2**31 - 1  # what native readers count with
MAX_TEMPO = 0xFFFFFF  # what three bytes hold: 3.6 bpm

Event = tuple[int, bytes]  # ticks from the beginning of the track, message without its delta time


def number(value: int) -> bytes:
    """`value` as a variable-length quantity: seven bits a byte, the high bit says that more follow."""
    if value < 0x80:
        return bytes((value,))
    out = [value & 0x7F]
    while value := value >> 7:
        out.append(value & 0x7F | 0x80)
    return bytes(reversed(out))


def meta(kind: int, payload: bytes) -> bytes:
    return bytes((0xFF, kind)) + number(len(payload)) + payload


def text_meta(kind: int, text: str) -> bytes:
    return meta(kind, text.encode())


def tempo_meta(microseconds_per_quarter: int) -> bytes:
    return meta(TEMPO, microseconds_per_quarter.to_bytes(3, "big"))


def meter_meta(numerator: int, denominator_power: int) -> bytes:
    """Time signature `numerator` / 2^`denominator_power`, a click every quarter, 8 thirty-seconds in one."""
    return meta(TIME_SIGNATURE, bytes((numerator, denominator_power, 24, 8)))


def key_meta(sharps: int, is_minor: bool) -> bytes:
    return meta(KEY_SIGNATURE, struct.pack(">bB", sharps, is_minor))


def header(form: int, n_tracks: int, ticks_per_quarter: int) -> bytes:
    return HEADER_TAG + struct.pack(">IHHH", 6, form, n_tracks, ticks_per_quarter)


def track(events: Iterable[Event], end_ticks: int = 0) -> bytes:
    """One track chunk of `events` sorted by ticks; it ends at `end_ticks` or with the last event."""
    out: list[bytes] = []
    now = 0
    for ticks, message in events:
        while ticks - now > MAX_WAIT_TICKS:
            out += number(MAX_WAIT_TICKS), meta(TEXT, b"")
            now += MAX_WAIT_TICKS
        out += number(ticks - now), message
        now = ticks
    out += number(min(MAX_WAIT_TICKS, max(0, end_ticks - now))), meta(END_OF_TRACK, b"")
    body = b"".join(out)
    return TRACK_TAG + struct.pack(">I", len(body)) + body


def file(tracks: Sequence[bytes], ticks_per_quarter: int) -> bytes:
    """A whole file of track chunks: format 0 for one track, else format 1."""
    return header(min(1, len(tracks) - 1), len(tracks), ticks_per_quarter) + b"".join(tracks)
