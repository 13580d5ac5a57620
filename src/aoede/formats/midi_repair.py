"""A damaged MIDI file made whole: what can be read is written anew as a well-formed one.

Headers, chunks and resolution are judged here, then notes are paired and everything that a Song can hold
is encoded again. Events of one tick keep the order: notes end, programs and controls change, notes begin.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from aoede.errors import InputError
from aoede.formats import midi_events as smf
from aoede.formats.midi_text import encoding_of
from aoede.formats.midi_walk import Ledger, Limits, Walk, Walked, pack

SEARCH_BYTES = 65_536  # how far into a file its header may begin
ASSUMED_TICKS_PER_QUARTER = 480
SMPTE_FRAMES_A_SECOND = {24: 24.0, 25: 25.0, 29: 30_000 / 1_001, 30: 30.0}
LAST_DENOMINATOR_POWER = 6  # a 64th
_Span = tuple[int, int, int]  # start and end in ticks, velocity

OFF_RANK, ON_RANK, LATE_OFF_RANK = 0, 2, 3  # 1 is `Walk`'s for programs, controls and bends


@dataclass(frozen=True)
class Text:
    """A text (kind 1) or name (kind 3) of track number `track`, counted from 0."""

    track: int
    kind: int
    text: str


@dataclass(frozen=True)
class Guarded:
    """A well-formed Standard MIDI File, what had to be repaired in it, and its texts and names."""

    data: bytes
    repairs: tuple[str, ...]
    texts: tuple[Text, ...]


@dataclass(frozen=True)
class _Header:
    form: int
    n_tracks: int  # as promised; -1 if nothing was
    division: int
    body: int  # where chunks begin


def repair(data: bytes, limits: Limits) -> Guarded:
    """`data` written anew as a well-formed file, with the list of what had to be done for it.

    Raises InputError where nothing playable can be read or a limit is met.
    """
    ledger = Ledger()
    head = _read_header(data, ledger)
    ticks_per_quarter, fixed_tempo = _resolution(head.division, ledger)
    tracks = _walk_tracks(data, head, ticks_per_quarter, limits, ledger)
    if head.form == 2 and len(tracks) > 1:
        ledger.add("format 2: its patterns were laid one after another")
        tracks = _in_sequence(tracks)
    _limit_texts(tracks, limits, ledger)
    texts = _decode_texts(tracks, ledger)
    tracks = [_judge_metas(track, limits, fixed_tempo, ledger) for track in tracks]
    last_ticks = _last_ticks(tracks, ticks_per_quarter, limits, ledger)
    chunks = [_encode(track, last_ticks, ticks_per_quarter, ledger) for track in tracks]
    if ledger and not any(n_notes for _, n_notes in chunks):
        raise InputError("holds no note that can be read", hint="; ".join(ledger.lines()[:3]))
    if sum(n_notes for _, n_notes in chunks) > limits.max_notes:
        raise InputError(f"holds more than {limits.max_notes:,} notes", hint="Split the file.")
    whole = smf.file([chunk for chunk, _ in chunks], ticks_per_quarter)
    return Guarded(whole, ledger.lines(), tuple(texts))


# Header and chunks


def _read_header(data: bytes, ledger: Ledger) -> _Header:
    start = data.find(smf.HEADER_TAG, 0, SEARCH_BYTES)
    first = data.find(smf.TRACK_TAG, max(0, start), None if start >= 0 else SEARCH_BYTES)
    if first < 0:
        kind = "a MIDI file without any track" if start >= 0 else "not a MIDI file"
        raise InputError(f"this is {kind}", hint="A Standard MIDI File (.mid, .midi, .kar, .rmi) is needed.")
    if start < 0:
        ledger.add("the header is missing: format 1 with 480 ticks a quarter note assumed")
        return _Header(1, -1, ASSUMED_TICKS_PER_QUARTER, first)
    if start > 0:
        ledger.add(
            "a RIFF wrapper was taken off"
            if data[:4] == b"RIFF"
            else f"{start} bytes before the header were skipped"
        )
    length = int.from_bytes(data[start + 4 : start + 8], "big")
    if length != 6:
        ledger.add(f"the header states a length of {length} instead of 6", offset=start + 4)
    if first < start + 14:
        ledger.add("the header is too short: format 1 with 480 ticks a quarter note assumed", offset=start)
        return _Header(1, -1, ASSUMED_TICKS_PER_QUARTER, first)
    form, n_tracks, division = (
        int.from_bytes(data[start + at : start + at + 2], "big") for at in (8, 10, 12)
    )
    if form > 2:
        ledger.add(f"unknown format {form}: read as format 1", offset=start + 8)
    body = start + 8 + length
    if not _is_chunk(data, body):
        body = first
        if first != start + 14:
            ledger.add("bytes after the header were skipped", offset=start + 14)
    return _Header(form, n_tracks, division, body)


def _is_chunk(data: bytes, pos: int) -> bool:
    """Whether a chunk seems to begin at `pos`: a track, or another kind that fits into the file."""
    tag = data[pos : pos + 4]
    end = pos + 8 + int.from_bytes(data[pos + 4 : pos + 8], "big")
    return tag == smf.TRACK_TAG or (len(tag) == 4 and tag.isalnum() and end <= len(data))


def _resolution(division: int, ledger: Ledger) -> tuple[int, int | None]:
    """(ticks a quarter note, microseconds a quarter note if the file counts frames, else None)."""
    if 0 < division < 0x8000:
        return division, None
    frames, ticks_a_frame = 256 - (division >> 8), division & 0xFF
    if frames not in SMPTE_FRAMES_A_SECOND or not ticks_a_frame:
        signed = division - 0x10000 if division else 0
        ledger.add(f"a resolution of {signed} makes no sense: 480 ticks a quarter note assumed")
        return ASSUMED_TICKS_PER_QUARTER, None
    ticks_a_second = SMPTE_FRAMES_A_SECOND[frames] * ticks_a_frame
    ticks_per_quarter = max(1, round(ticks_a_second / 2))
    ledger.add(f"time in frames ({frames} a second, {ticks_a_frame} ticks each) became beats at 120 bpm")
    return ticks_per_quarter, round(1e6 * ticks_per_quarter / ticks_a_second)


def _walk_tracks(
    data: bytes, head: _Header, ticks_per_quarter: int, limits: Limits, ledger: Ledger
) -> list[Walked]:
    tracks: list[Walked] = []
    n_found, steps_left = 0, limits.max_events
    for start, end, declared in _chunks(data, head.body, ledger):
        n_found += 1
        found = _walk_chunk(data, start, end, n_found, ticks_per_quarter, limits, steps_left, ledger)
        _judge_end(found, end, declared, n_found, ledger)
        steps_left -= found.n_steps
        if found.notes or found.metas or found.channel_events or n_found == 1:
            tracks.append(found)
        if len(tracks) > limits.max_tracks:
            raise InputError(f"holds more than {limits.max_tracks:,} tracks", hint="Split the file.")
    if n_found != head.n_tracks >= 0:
        ledger.add(f"the header promises {head.n_tracks} tracks; the file holds {n_found}")
    return tracks


def _chunks(data: bytes, pos: int, ledger: Ledger) -> Iterator[tuple[int, int, int]]:
    """(start, end, declared end) of every track chunk; `end` is where the next chunk or the file says so."""
    while pos < len(data):
        tag, declared = data[pos : pos + 4], pos + 8 + int.from_bytes(data[pos + 4 : pos + 8], "big")
        is_fitting = declared == len(data) or _is_chunk(data, declared)
        if tag == smf.TRACK_TAG and len(data) >= pos + 8:
            end = declared if is_fitting else _next_track(data, pos + 8)
            yield pos + 8, end, declared
        elif _is_chunk(data, pos):
            end = declared
            ledger.add(f"a chunk of unknown kind {tag.decode()!r} was skipped", offset=pos)
        else:
            end = _next_track(data, pos + 1)
            ledger.add("bytes between the tracks were skipped", offset=pos, count=1)
        pos = end


def _next_track(data: bytes, pos: int) -> int:
    place = data.find(smf.TRACK_TAG, pos)
    return place if place >= 0 else len(data)


def _walk_chunk(
    data: bytes,
    start: int,
    end: int,
    track: int,
    ticks_per_quarter: int,
    limits: Limits,
    steps: int,
    ledger: Ledger,
) -> Walked:
    """Walk one track as it is; if it turns out absurdly long, once more with long waits shortened."""
    heard = Ledger()
    found = Walk(data, start, end, track, heard).run(steps)
    if found.end_ticks > _max_ticks(ticks_per_quarter, limits):
        heard = Ledger()
        gap = (limits.max_gap_quarters * ticks_per_quarter, 4 * ticks_per_quarter)
        found = Walk(data, start, end, track, heard, gap).run(steps)
    ledger.update(heard)
    return found


def _judge_end(found: Walked, end: int, declared: int, track: int, ledger: Ledger) -> None:
    if declared not in (end, found.end_offset):
        ledger.add("the stated length is wrong", track=track, offset=found.end_offset)
    if not found.saw_end:
        ledger.add("the end-of-track mark is missing", track=track, offset=found.end_offset)
    elif found.end_offset < end:
        ledger.add("what follows its end was skipped", track=track, offset=found.end_offset)


def _in_sequence(tracks: list[Walked]) -> list[Walked]:
    moved: list[Walked] = []
    begin = 0
    for track in tracks:
        notes = {key: [event + (begin << 7) for event in events] for key, events in track.notes.items()}
        channel_events = [event + (begin << 28) for event in track.channel_events]
        metas = [(ticks + begin, kind, payload, offset) for ticks, kind, payload, offset in track.metas]
        begin += track.end_ticks
        moved.append(replace(track, notes=notes, channel_events=channel_events, metas=metas, end_ticks=begin))
    return moved


# Meta events


def _limit_texts(tracks: list[Walked], limits: Limits, ledger: Ledger) -> None:
    """Drop, in place, the texts that do not fit into the limit for all texts together."""
    left = limits.max_text_bytes
    for track in tracks:
        kept: list[tuple[int, int, bytes, int]] = []
        for found in track.metas:
            size = len(found[2]) if found[1] in smf.TEXT_KINDS else 0
            if size <= left:
                left -= size
                kept.append(found)
        dropped = len(track.metas) - len(kept)
        ledger.add("a text was dropped: too much text in this file", track=track.number, count=dropped)
        track.metas[:] = kept


def _decode_texts(tracks: list[Walked], ledger: Ledger) -> list[Text]:
    """Recode the texts of `tracks` to UTF-8 in place, take karaoke texts for lyrics, and list the rest."""
    payloads = [payload for track in tracks for _, kind, payload, _ in track.metas if kind in smf.TEXT_KINDS]
    encoding = encoding_of(payloads)
    if encoding != "utf-8":
        ledger.add(f"texts were read as {encoding.upper().replace('_', '-')}")
    kinds = {kind for track in tracks for _, kind, _, _ in track.metas}
    is_karaoke = smf.LYRIC not in kinds and any(payload[:2] == b"@K" for payload in payloads)
    texts: list[Text] = []
    for i, track in enumerate(tracks):
        for j, (ticks, kind, payload, offset) in enumerate(track.metas):
            if kind not in smf.TEXT_KINDS:
                continue
            text = payload.decode(encoding)
            if is_karaoke and kind == smf.TEXT and not text.startswith("@"):
                ledger.add("karaoke texts were taken for lyrics", track=track.number, offset=offset)
                kind = smf.LYRIC
            track.metas[j] = (ticks, kind, text.encode(), offset)
            if kind in (smf.TEXT, smf.TRACK_NAME):
                texts.append(Text(i, kind, text))
    return texts


def _judge_metas(track: Walked, limits: Limits, fixed_tempo: int | None, ledger: Ledger) -> Walked:
    """`track` with the meta events that make sense; a fixed tempo stands for all tempos of the file."""
    kept: list[tuple[int, int, bytes, int]] = []
    for ticks, kind, payload, offset in track.metas:
        if kind == smf.TEMPO and fixed_tempo is not None:
            ledger.add("a tempo was dropped: the file counts in seconds", track=track.number, offset=offset)
        elif complaint := meta_complaint(kind, payload, limits):
            ledger.add(complaint, track=track.number, offset=offset)
        else:
            kept.append((ticks, kind, _meta_payload(kind, payload), offset))
    if fixed_tempo is not None and track.number == 1:
        kept.insert(0, (0, smf.TEMPO, fixed_tempo.to_bytes(3, "big"), -1))
    return replace(track, metas=kept)


def meta_complaint(kind: int, payload: bytes, limits: Limits) -> str:
    """Why a tempo, time signature or key signature is dropped; "" if it makes sense or is no such event."""
    if kind == smf.TEMPO and (len(payload) < 3 or int.from_bytes(payload[:3], "big") < limits.fastest_tempo):
        return "a tempo that makes no sense was dropped"
    if kind == smf.TIME_SIGNATURE and (
        len(payload) < 2 or not payload[0] or payload[1] > LAST_DENOMINATOR_POWER
    ):
        return "a time signature that makes no sense was dropped"
    if kind == smf.KEY_SIGNATURE and (len(payload) < 2 or (payload[0] + 7) % 256 > 14 or payload[1] > 1):
        return "a key signature that makes no sense was dropped"
    return ""


def _meta_payload(kind: int, payload: bytes) -> bytes:
    if kind == smf.TIME_SIGNATURE:
        return payload[:2] + b"\x18\x08"
    return payload[: {smf.TEMPO: 3, smf.KEY_SIGNATURE: 2}.get(kind)]


def _last_ticks(tracks: list[Walked], ticks_per_quarter: int, limits: Limits, ledger: Ledger) -> int:
    """The last tick that is kept: where the limit in seconds, quarter notes or ticks is reached."""
    last = _max_ticks(ticks_per_quarter, limits)
    tempos = sorted(
        (ticks, int.from_bytes(payload, "big"))
        for track in tracks
        for ticks, kind, payload, _ in track.metas
        if kind == smf.TEMPO
    )
    left = limits.max_length_s * 1e6 * ticks_per_quarter  # microseconds times ticks a quarter
    for (start, tempo), (end, _) in pairwise([(0, smf.DEFAULT_TEMPO), *tempos, (last, 0)]):
        if (end - start) * tempo > left:
            last = min(last, start + int(left / tempo))
            break
        left -= (end - start) * tempo
    if any(track.end_ticks > last for track in tracks):
        ledger.add(f"too long: what comes after quarter note {last // ticks_per_quarter:,} was dropped")
    return last


def _max_ticks(ticks_per_quarter: int, limits: Limits) -> int:
    return min(limits.max_quarters * ticks_per_quarter, smf.MAX_TICKS)


# Notes


def _encode(track: Walked, last_ticks: int, ticks_per_quarter: int, ledger: Ledger) -> tuple[bytes, int]:
    """(track chunk, count of its notes) of everything up to `last_ticks`."""
    packed = [event for event in track.channel_events if event >> 28 <= last_ticks]
    n_notes = 0
    for key, events in track.notes.items():
        close_ticks = max(track.end_ticks, (events[-1] >> 7) + ticks_per_quarter)
        notes = _pair(events, close_ticks, track.number, ledger)
        kept = [(a, min(b, last_ticks), v) for a, b, v in notes if a < last_ticks]
        packed += _packed_notes(key >> 7, key & 0x7F, kept)
        n_notes += len(kept)
    packed.sort()
    messages = [(ticks, smf.meta(kind, body)) for ticks, kind, body, _ in track.metas if ticks <= last_ticks]
    messages += [(event >> 28, _message(event)) for event in packed]
    messages.sort(key=lambda message: message[0])
    return smf.track(messages), n_notes


def _pair(events: list[int], close_ticks: int, track: int, ledger: Ledger) -> list[_Span]:
    """The notes of one pitch from its begins and ends, which are packed and in file order.

    The first that began is the first to end. If some never end, then every begin also ends the note before
    it, as on an instrument, and the last one lasts until `close_ticks`.
    """
    notes: list[_Span] = []
    sounding: deque[int] = deque()
    n_stray = 0
    for event in events:
        if event & 0x7F:
            sounding.append(event)
        elif sounding:
            begin = sounding.popleft()
            notes.append((begin >> 7, event >> 7, begin & 0x7F))
        else:
            n_stray += 1
    ledger.add("an end without a note was dropped", track=track, count=n_stray)
    return _pair_strictly(events, close_ticks, track, ledger) if sounding else notes


def _pair_strictly(events: list[int], close_ticks: int, track: int, ledger: Ledger) -> list[_Span]:
    """Like `_pair`, with one note sounding at a time; of several that begin in one tick the last counts."""
    notes: list[_Span] = []
    sounding = n_doubled = n_restarted = 0
    for event in [*events, close_ticks << 7]:
        is_begin = event & 0x7F > 0
        if sounding and is_begin and event >> 7 == sounding >> 7:
            n_doubled += 1
        elif sounding:
            n_restarted += is_begin
            notes.append((sounding >> 7, event >> 7, sounding & 0x7F))
        sounding = event if is_begin else 0
    ledger.add("a doubled note was dropped", track=track, count=n_doubled)
    ledger.add("a note without an end was closed by the next of its pitch", track=track, count=n_restarted)
    hangs = events[-1] & 0x7F > 0
    ledger.add("a note without an end was closed at the end of the track", track=track, count=int(hangs))
    return notes


def _packed_notes(channel: int, pitch: int, notes: Iterable[_Span]) -> Iterator[int]:
    on, off = (smf.NOTE_ON | channel) << 16 | pitch << 8, (smf.NOTE_OFF | channel) << 16 | pitch << 8
    for start, end, velocity in notes:
        yield pack(start, ON_RANK, on | velocity)
        yield pack(end, OFF_RANK if end > start else LATE_OFF_RANK, off)


def _message(event: int) -> bytes:
    message = (event & 0xFFFFFF).to_bytes(3, "big")
    return message[:2] if message[0] & 0xF0 == smf.PROGRAM else message
