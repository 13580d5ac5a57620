"""The guard before the native MIDI reader: well-formed bytes pass untouched, all others are repaired.

Most files are sound, so soundness is decided first, at native speed: one regular expression runs over
the channel events, only the few other events are looked at one by one, and the pairing of note begins and
ends is a cumulative sum. Whatever is unusual goes the patient way through `midi_repair`, which decides the
same question event by event.
"""

import re
import struct
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from aoede.errors import InputError
from aoede.formats import midi_events as smf
from aoede.formats.midi_repair import Guarded, Text, meta_complaint, repair
from aoede.formats.midi_walk import Limits

Bytes = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

__all__ = ["Guarded", "Limits", "Text", "guard"]

DEFAULT_LIMITS = Limits()

_NUMBER = rb"[\x80-\xff]{0,3}+[\x00-\x7f]"
_CHANNEL_EVENTS = re.compile(  # with two data bytes; after a status the next events may do without
    rb"(?:" + _NUMBER + rb"[\x80-\xbf\xe0-\xef][\x00-\x7f]{2}"
    rb"(?:" + _NUMBER + rb"[\x00-\x7f]{2})*+)*+"
)
_OTHER_EVENT = re.compile(
    rb"(" + _NUMBER + rb")(?:[\xc0-\xdf][\x00-\x7f]|(?:\xff([\x00-\x7f])|[\xf0\xf7])(" + _NUMBER + rb"))"
)


def guard(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Guarded:
    """A well-formed Standard MIDI File with the notes of `data`, and what was repaired to get it.

    Sound files come back as the very same bytes; what is sound but rare (running status of one data byte,
    say) is written anew without a word. Raises InputError where nothing playable can be read, or where a
    limit is met that cannot be kept by cutting.
    """
    if not data:
        raise InputError("this file is empty", hint="A Standard MIDI File is needed.")
    if len(data) > limits.max_bytes:
        raise InputError(f"larger than {limits.max_bytes:,} bytes")
    scan = _scan(data, limits)
    if scan and _is_paired(scan, limits):
        return Guarded(data, (), tuple(scan.texts))
    return repair(data, limits)


@dataclass
class _Scan:
    """What the quick look collects: runs of channel events with their tracks, texts, slowest tempo."""

    ticks_per_quarter: int
    runs: list[bytes] = field(default_factory=list)
    run_tracks: list[int] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    n_other_events: int = 0
    other_ticks: int = 0
    text_bytes: int = 0
    slowest_tempo: int = smf.DEFAULT_TEMPO


def _scan(data: bytes, limits: Limits) -> _Scan | None:
    """The quick look at a file; None if it is not sound beyond doubt."""
    if data[:8] != b"MThd\0\0\0\x06" or len(data) < 14:
        return None
    form, n_tracks, division = struct.unpack_from(">HHH", data, 8)
    is_plain = form == 1 or (form == 0 and n_tracks == 1)
    if not (is_plain and 1 <= n_tracks <= limits.max_tracks and 0 < division < 0x8000):
        return None
    scan = _Scan(division)
    pos = 14
    for i in range(n_tracks):
        start, end = pos + 8, pos + 8 + int.from_bytes(data[pos + 4 : pos + 8], "big")
        if data[pos : pos + 4] != smf.TRACK_TAG or end > len(data):
            return None
        if not _scan_track(data, start, end, i, scan, limits):
            return None
        pos = end
    return scan if pos == len(data) else None


def _scan_track(data: bytes, pos: int, end: int, track: int, scan: _Scan, limits: Limits) -> bool:
    """Whether one track is sound up to the pairing of its notes; adds to `scan`."""
    while scan.n_other_events < limits.max_events:
        run_end = _CHANNEL_EVENTS.match(data, pos, end).end()  # type: ignore[union-attr]  # may be empty
        if run_end > pos:
            scan.runs.append(data[pos:run_end])
            scan.run_tracks.append(track)
        other = _OTHER_EVENT.match(data, run_end, end)
        if not other:
            return False
        scan.n_other_events += 1
        scan.other_ticks += _value(other[1])
        pos = other.end()
        if other[3]:
            payload_start, pos = pos, pos + _value(other[3])
        if other[2]:
            kind = other[2][0]
            if kind == smf.END_OF_TRACK:
                return pos == end
            if kind in smf.METAS_OF_A_SONG and not _scan_meta(
                kind, data[payload_start:pos], track, scan, limits
            ):
                return False
    return False


def _value(number: bytes) -> int:
    value = 0
    for byte in number:
        value = value << 7 | byte & 0x7F
    return value


def _scan_meta(kind: int, payload: bytes, track: int, scan: _Scan, limits: Limits) -> bool:
    if kind not in smf.TEXT_KINDS:
        if kind == smf.TEMPO:
            scan.slowest_tempo = max(scan.slowest_tempo, int.from_bytes(payload, "big"))
        return len(payload) == smf.META_BYTES[kind] and not meta_complaint(kind, payload, limits)
    scan.text_bytes += len(payload)
    if scan.text_bytes > limits.max_text_bytes:
        return False
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return False
    if kind in (smf.TEXT, smf.TRACK_NAME):
        scan.texts.append(Text(track, kind, text))
    return not (kind == smf.TEXT and text.startswith("@K"))  # karaoke


def _is_paired(scan: _Scan, limits: Limits) -> bool:
    """Whether every note begin has its end and nothing lasts too long (all tracks together, to be safe).

    A channel event with two data bytes has exactly three bytes below 128: the last of its waiting time and
    its data. So they can be told apart by position, and status bytes are those just before the data.
    """
    raw = np.frombuffer(b"".join(scan.runs), np.uint8)
    low = np.flatnonzero(raw < 0x80)
    wait, first, second = low[0::3], low[1::3], low[2::3]
    if len(wait) > limits.max_events:
        return False
    ticks = scan.other_ticks + _total_ticks(raw, wait, second)
    quarters = ticks / scan.ticks_per_quarter
    length_s = quarters * scan.slowest_tempo / 1e6
    if ticks > smf.MAX_TICKS or quarters > limits.max_quarters or length_s > limits.max_length_s:
        return False
    has_status = first - wait == 2
    status = raw[np.maximum.accumulate(np.where(has_status, first - 1, 0))]
    is_note = status < 0xA0
    is_begin = (status >= smf.NOTE_ON) & (raw[second] > 0)
    ends_of_runs = np.cumsum([len(run) for run in scan.runs])
    tracks = np.array(scan.run_tracks)[np.searchsorted(ends_of_runs, wait, "right")] if len(raw) else wait
    keys = (tracks << 11 | (status & 15).astype(np.int64) << 7 | raw[first])[is_note]
    return _is_balanced(keys, is_begin[is_note], limits)


def _total_ticks(raw: Bytes, wait: Positions, second: Positions) -> int:
    """Sum of the waiting times whose last bytes are at `wait`; `second` is the last byte of each event."""
    total = int(raw[wait].sum(dtype=np.int64))
    n_more = wait - np.append(-1, second[:-1]) - 1
    for place in (1, 2, 3):
        digits = raw[wait[n_more >= place] - place] & 0x7F
        total += int(digits.sum(dtype=np.int64)) << 7 * place
    return total


def _is_balanced(keys: Positions, is_begin: Flags, limits: Limits) -> bool:
    """Whether the begins and ends of each key pair up: never more ends than begins, and none left over."""
    if not len(keys):
        return True
    if int(is_begin.sum()) > limits.max_notes:
        return False
    order = np.argsort(keys, kind="stable")
    sounding = np.cumsum(np.where(is_begin, 1, -1)[order])
    is_last = np.diff(keys[order], append=-1) != 0
    return bool(sounding.min() >= 0) and not sounding[is_last].any()
