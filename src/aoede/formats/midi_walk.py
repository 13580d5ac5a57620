"""The patient walk through the events of one track that may be damaged.

Nothing is believed: numbers end after four bytes, lengths end with the track, data bytes are clipped,
and after nonsense the walk goes on at the next place that looks like an event. Every step consumes a
byte, searches never scan the same bytes twice, and steps are counted, so time is linear and bounded.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from aoede.errors import InputError
from aoede.formats import midi_events as smf


@dataclass(frozen=True)
class Limits:
    """What a MIDI file may hold before it is refused, or cut where that is possible."""

    max_bytes: int = 20_000_000
    max_tracks: int = 1_024  # tracks with anything in them
    max_events: int = 600_000  # of all tracks together
    max_notes: int = 200_000
    max_text_bytes: int = 4_000_000  # of all texts together; further ones are left out
    max_quarters: int = 500_000  # 24 hours at 347 bpm
    max_length_s: float = 86_400.0
    fastest_tempo: int = 6_000  # microseconds a quarter note; 10,000 bpm
    max_gap_quarters: int = 7_200  # longest wait for an event, in a track that is too long (1 h at 120 bpm)


class Ledger:
    """What was repaired, counted by track and kind, with the place where it was met first."""

    max_lines = 40

    def __init__(self) -> None:
        self._met: dict[tuple[int, str], list[int]] = {}

    def add(self, what: str, *, track: int = 0, offset: int = -1, count: int = 1) -> None:
        """`track` counts from 1, or is 0 for the file as a whole; `offset` is in bytes, -1 if nowhere."""
        if count:
            self._met.setdefault((track, what), [0, offset])[0] += count

    def update(self, other: "Ledger") -> None:
        self._met.update(other._met)

    def __bool__(self) -> bool:
        return bool(self._met)

    def lines(self) -> tuple[str, ...]:
        texts = [_line(track, what, *met) for (track, what), met in self._met.items()]
        if len(texts) > self.max_lines:
            texts[self.max_lines :] = [f"and {len(texts) - self.max_lines} more repairs"]
        return tuple(texts)


def _line(track: int, what: str, count: int, offset: int) -> str:
    text = f"track {track}: {what}" if track else what
    if count > 1:
        return f"{text} ({count} times, first at byte {offset})" if offset >= 0 else f"{text} ({count} times)"
    return f"{text} (at byte {offset})" if offset >= 0 else text


@dataclass
class Walked:
    """The events of one track in ticks. Channel events are packed into integers by `pack`."""

    number: int  # among the tracks of the file, from 1
    notes: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    # channel << 7 | pitch -> ticks << 7 | velocity, in file order; velocity 0 ends a note
    channel_events: list[int] = field(default_factory=list)  # programs, controls, bends
    metas: list[tuple[int, int, bytes, int]] = field(default_factory=list)  # ticks, kind, payload, offset
    end_ticks: int = 0
    end_offset: int = 0
    saw_end: bool = False
    n_steps: int = 0


def pack(ticks: int, rank: int, message: int) -> int:
    """Ticks, rank among events of one tick, and a message of 24 bits: integers that sort in play order."""
    return ticks << 28 | rank << 24 | message


_HIGH = re.compile(rb"[\x80-\xff]*")
_NEXT_EVENT = re.compile(rb"[\x80-\xff]{0,3}[\x00-\x7f](?:[\x80-\xef][\x00-\x7f]|\xff[\x00-\x7f])")
_DATA_OF_SYSTEM = {0xF1: 1, 0xF2: 2, 0xF3: 1}  # MIDI 1.0 table V; the other system messages have none

CUT_OFF = "the last event is cut off and was dropped"


def read_number(data: bytes, pos: int, end: int) -> tuple[int, int, bool]:
    """(value, position after it, well formed) of the variable-length number at `pos`.

    Of more than four bytes the last four count; of one that never ends the value is 0.
    """
    last = _HIGH.match(data, pos, end).end()  # type: ignore[union-attr]  # an empty match always is one
    if last >= end:
        return 0, end, False
    value = 0
    for byte in data[max(pos, last - 3) : last + 1]:
        value = value << 7 | byte & 0x7F
    return value, last + 1, last - pos < 4


class Walk:
    """One track of `data` between `pos` and `end`; `run` gives what could be read.

    With `gap` = (longest, substitute), waits of more than `longest` ticks become `substitute` ticks.
    """

    def __init__(
        self, data: bytes, pos: int, end: int, track: int, ledger: Ledger, gap: tuple[int, int] | None = None
    ) -> None:
        self._data, self._pos, self._end = data, pos, end
        self._track, self._ledger, self._gap = track, ledger, gap
        self._found = Walked(track)
        self._status = 0
        self._is_interrupted = False  # by a meta or system exclusive event, which ends running status
        self._is_damaged = False

    def run(self, max_steps: int) -> Walked:
        """Walk to End Of Track or to `end`. Raises InputError after `max_steps` events."""
        data, end, found = self._data, self._end, self._found
        pos, ticks = self._pos, 0
        while pos < end and not found.saw_end:
            found.n_steps += 1
            if found.n_steps > max_steps:
                raise InputError("holds too many events", hint="Larger limits can be set from Python.")
            delta = data[pos]
            if delta < 0x80:
                pos += 1
            else:
                delta, pos = self._long_delta(pos)
            ticks += delta
            if pos >= end:
                self._say(CUT_OFF, pos)
            elif (byte := data[pos]) >= 0xF0:
                pos = self._system_event(pos, ticks)
            elif byte >= 0x80:
                self._status, self._is_interrupted = byte, False
                pos = self._channel_event(byte, pos + 1, ticks)
            else:
                pos = self._running_event(pos, ticks)
        found.end_ticks, found.end_offset = ticks, pos
        return found

    def _say(self, what: str, offset: int) -> None:
        self._ledger.add(what, track=self._track, offset=offset)

    def _long_delta(self, pos: int) -> tuple[int, int]:
        delta, after, is_well_formed = read_number(self._data, pos, self._end)
        if not is_well_formed:
            self._say("a waiting time of more than four bytes was cut", pos)
        if self._gap and delta > self._gap[0]:
            self._say("an absurd waiting time was shortened to one bar", pos)
            delta = self._gap[1]
        return delta, after

    def _running_event(self, pos: int, ticks: int) -> int:
        if not self._status:
            if self._is_damaged or self._is_interrupted:
                return self._resume(pos, "data without an event were skipped")
            self._say("an event before any status was taken for a note", pos)
            return self._channel_event(smf.NOTE_ON, pos, ticks)
        if self._is_interrupted:
            self._say("running status was carried over a meta or system event", pos)
        return self._channel_event(self._status, pos, ticks)

    def _channel_event(self, status: int, pos: int, ticks: int) -> int:
        kind = status & 0xF0
        after = pos + (1 if kind in smf.ONE_DATA_BYTE else 2)
        if after > self._end:
            self._say(CUT_OFF, pos)
            return self._end
        first, second = self._data[pos], self._data[after - 1]
        if first > 0x7F or second > 0x7F:
            self._say("a data byte above 127 was clipped", pos)
            first, second = min(first, 0x7F), min(second, 0x7F)
        if kind <= smf.NOTE_ON:
            velocity = second if kind == smf.NOTE_ON else 0
            self._found.notes[(status & 15) << 7 | first].append(ticks << 7 | velocity)
        elif kind in (smf.CONTROL, smf.PROGRAM, smf.BEND):
            self._found.channel_events.append(pack(ticks, 1, status << 16 | first << 8 | second))
        return after

    def _system_event(self, pos: int, ticks: int) -> int:
        self._is_interrupted = True
        status = self._data[pos]
        if status == 0xFF:
            return self._meta_event(pos, ticks)
        if status in (0xF0, 0xF7):
            _, after = self._block(pos + 1)
            return after
        self._say("a message that has no place in a file was skipped", pos)
        after = pos + 1
        for _ in range(_DATA_OF_SYSTEM.get(status, 0)):
            if after < self._end and self._data[after] < 0x80:
                after += 1
        return after

    def _meta_event(self, pos: int, ticks: int) -> int:
        if pos + 1 >= self._end:
            self._say(CUT_OFF, pos)
            return self._end
        kind = self._data[pos + 1]
        if kind == smf.END_OF_TRACK:
            self._found.saw_end = True
        payload, after = self._block(pos + 2)
        if payload is not None and kind in smf.METAS_OF_A_SONG:
            self._found.metas.append((ticks, kind, payload, pos))
        return after

    def _block(self, pos: int) -> tuple[bytes | None, int]:
        """(payload, position after it) of the length and payload at `pos`; None if it has no end here."""
        length, after, is_well_formed = read_number(self._data, pos, self._end)
        if self._found.saw_end:
            if length:
                self._say("an end-of-track mark with data in it", pos)
            return b"", after
        if not is_well_formed or after + length > self._end:
            return None, self._resume(after, "a block that runs past the end of the track was dropped")
        return self._data[after : after + length], after + length

    def _resume(self, pos: int, what: str) -> int:
        """The next place at or after `pos` that looks like an event with a status, or the end."""
        self._say(what, pos)
        self._status, self._is_damaged = 0, True
        place = _NEXT_EVENT.search(self._data, pos, self._end)
        return place.start() if place else self._end
