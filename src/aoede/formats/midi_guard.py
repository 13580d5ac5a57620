"""The guard before the native MIDI reader: well-formed bytes pass untouched, all others are repaired.

Most files are sound, so soundness is decided first, at native speed: one regular expression runs over
the channel events, only the few other events are looked at one by one, and the pairing of note begins and
ends is a cumulative sum. Whatever is unusual goes the patient way through `midi_repair`, which decides the
same question event by event.
"""

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from aoede.errors import InputError
from aoede.formats import midi_events as smf
from aoede.formats.midi_repair import Guarded, Text, meta_complaint, repair
from aoede.formats.midi_walk import Limits

Bytes = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint16]  # channel and pitch
Flags = npt.NDArray[np.bool_]

__all__ = ["Guarded", "Limits", "Text", "guard", "guard_many"]

DEFAULT_LIMITS = Limits()

_NUMBER = rb"[\x80-\xff]{0,3}+[\x00-\x7f]"
_CHANNEL_EVENTS = re.compile(  # with two data bytes; after the first, events may do without a status
    rb"(?:" + _NUMBER + rb"[\x80-\xbf\xe0-\xef][\x00-\x7f][\x00-\x7f]"
    rb"(?:" + _NUMBER + rb"[\x80-\xbf\xe0-\xef]?+[\x00-\x7f][\x00-\x7f])*+)?+"
)
_MOST_EVENT_BYTES = 7  # of a channel event: four of its waiting time, its status, two of data
_OTHER_EVENT = re.compile(
    rb"(" + _NUMBER + rb")(?:[\xc0-\xdf][\x00-\x7f]|(?:\xff([\x00-\x7f])|[\xf0\xf7])(" + _NUMBER + rb"))"
)


def guard(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Guarded:
    """A well-formed Standard MIDI File with the notes of `data`, and what was repaired to get it.

    Sound files come back as the very same bytes; what is sound but rare (running status of one data byte,
    say) is written anew without a word. Raises InputError where nothing playable can be read, or where a
    limit is met that cannot be kept by cutting.
    """
    found = guard_many([data], limits)[0]
    if isinstance(found, InputError):
        raise found
    return found


def guard_many(files: Sequence[bytes], limits: Limits = DEFAULT_LIMITS) -> list[Guarded | InputError]:
    """What `guard` returns or raises for each of `files`, some megabytes together at most.

    The notes of all are paired at once: for small files NumPy takes most of its time to begin.
    """
    scans = [_scan(data, limits) if len(data) <= limits.max_bytes else None for data in files]
    are_paired = iter(_are_paired([scan for scan in scans if scan], limits))
    return [
        Guarded(data, (), tuple(scan.texts)) if scan and next(are_paired) else _repaired(data, limits)
        for data, scan in zip(files, scans, strict=True)
    ]


def _repaired(data: bytes, limits: Limits) -> Guarded | InputError:
    if not data:
        return InputError("this file is empty", hint="A Standard MIDI File is needed.")
    if len(data) > limits.max_bytes:
        return InputError(f"larger than {limits.max_bytes:,} bytes")
    try:
        return repair(data, limits)
    except InputError as error:
        return error
    except (RuntimeError, ValueError) as error:  # for what nobody has thought of
        return InputError(f"cannot be read ({error})")


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
    n_run_bytes: int = 0


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
            scan.n_run_bytes += run_end - pos
            if scan.n_run_bytes > _MOST_EVENT_BYTES * limits.max_events:
                return False
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


@dataclass(frozen=True)
class _Events:
    """The channel events in the runs of some files, one after another; all arrays but `raw` are (n,).

    Such an event has exactly three bytes below 128: the last of its waiting time and its two data bytes. So they can
    be told apart by position, and status bytes are those just before the data.
    """

    raw: Bytes
    wait: Positions  # of the last byte of the waiting time
    first: Positions  # of the data bytes
    second: Positions
    files: Positions  # to which of the files each belongs
    tracks: Positions  # in its file

    @classmethod
    def of(cls, scans: Sequence[_Scan]) -> "_Events":
        runs = [run for scan in scans for run in scan.runs]
        raw = np.frombuffer(b"".join(runs), np.uint8)
        wait, first, second = (raw < 0x80).nonzero()[0].reshape(-1, 3).T
        ends_of_runs = np.cumsum([len(run) for run in runs])
        n_events = np.diff(np.searchsorted(wait, ends_of_runs), prepend=0)
        files = np.repeat(np.arange(len(scans)), [len(scan.runs) for scan in scans])
        tracks = np.array([track for scan in scans for track in scan.run_tracks], np.int64)
        return cls(raw, wait, first, second, np.repeat(files, n_events), np.repeat(tracks, n_events))

    def status(self) -> Bytes:
        has_status = self.first - self.wait == 2
        return self.raw[np.maximum.accumulate(np.where(has_status, self.first - 1, 0))]

    def waiting_ticks(self) -> Positions:
        ticks = self.raw[self.wait].astype(np.int64)
        n_more = self.wait.copy()
        n_more[1:] -= self.second[:-1] + 1
        for place in (1, 2, 3):
            longer = (n_more >= place).nonzero()[0]
            ticks[longer] += (self.raw[self.wait[longer] - place] & 0x7F).astype(np.int64) << 7 * place
        return ticks


def _are_paired(scans: Sequence[_Scan], limits: Limits) -> list[bool]:
    """Of each file whether every note begin has its end, and nothing is too many or too long."""
    if not scans:
        return []
    events = _Events.of(scans)
    status = events.status()
    is_note = status < 0xA0
    is_begin = (status >= smf.NOTE_ON) & (events.raw[events.second] > 0)
    keys = np.array((status & 15).astype(np.uint16) << 7 | events.raw[events.first], np.uint16)
    tracks = events.files * limits.max_tracks + events.tracks
    is_good = _are_within(limits, scans, events)
    is_good &= np.bincount(events.files[is_begin & is_note], minlength=len(scans)) <= limits.max_notes
    is_good[_unpaired(tracks[is_note], keys[is_note], is_begin[is_note]) // limits.max_tracks] = False
    return [bool(good) for good in is_good]


def _are_within(limits: Limits, scans: Sequence[_Scan], events: _Events) -> Flags:
    """(n_scans,) which files have not too many events and last not too long (all tracks together, to be safe)."""
    n_events = np.bincount(events.files, minlength=len(scans))
    waiting = np.bincount(events.files, events.waiting_ticks(), len(scans))  # floats, which hold them exactly
    ticks = waiting + [scan.other_ticks for scan in scans]
    quarters = ticks / [scan.ticks_per_quarter for scan in scans]
    length_s = quarters * [scan.slowest_tempo for scan in scans] / 1e6
    is_short = (
        (ticks <= smf.MAX_TICKS) & (quarters <= limits.max_quarters) & (length_s <= limits.max_length_s)
    )
    return np.asarray(is_short & (n_events <= limits.max_events))


def _unpaired(tracks: Positions, keys: Keys, is_begin: Flags) -> Positions:
    """The tracks where a key has more ends than begins at any time, or a begin without an end."""
    if not len(keys):
        return tracks
    order = np.argsort(keys, kind="stable")  # of 16 bits, which sorts in no time: by key, then as in the file
    tracks, keys = tracks[order], keys[order]
    sounding = np.where(is_begin[order], 1, -1).cumsum()
    last = np.append((keys[1:] != keys[:-1]) | (tracks[1:] != tracks[:-1]), True).nonzero()[0]
    at_last = sounding[last]
    n_before = np.append(0, at_last[:-1])  # left sounding by the tracks and keys before
    is_wrong = sounding < np.repeat(n_before, np.diff(last, prepend=-1))
    is_wrong[last] |= at_last != n_before
    return tracks[is_wrong]
