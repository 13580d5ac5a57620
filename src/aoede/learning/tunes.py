"""A tune as a model of sound plays it: which notes of a song it is, and cut into phrases.

After a rest the model begins from silence once more, as it learnt single notes: whatever went wrong in one phrase is
not heard in the next, and long rests cost nothing. The last note of a phrase rings on while the next one begins.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aoede.encodings.score_frames import RING_S, Sounding
from aoede.errors import InputError, UsageError
from aoede.learning.sounder import MAX_SECONDS, Sounder, Wish
from aoede.music.note_table import NoteTable, seconds_of
from aoede.music.voices import told_apart
from aoede.song import Song, Track

MAX_NOTES = 20_000
LEAD_S = 0.01  # before the first note of a phrase
REST_S = 0.25  # between two phrases at least


@dataclass(frozen=True)
class Piece:
    """What is made in one go, from silence or from the recording that is gone on from."""

    first: int  # sample
    n_samples: int
    wish: Wish
    fades: bool = False  # out, at its end

    @property
    def stop(self) -> int:
        return self.first + self.n_samples


def phrases(
    sounder: Sounder, notes: Sequence[Sounding], label: tuple[str, ...], seconds: float | None
) -> tuple[tuple[Piece, ...], int]:
    """Notes as pieces, and how many samples they last: until the last has rung. One may ring on over the next.

    `seconds` cuts them off, or goes on in silence. Raises UsageError for a model that reads no notes, InputError for
    more than MAX_SECONDS.
    """
    if not sounder.reads_notes:
        raise UsageError(
            f"{sounder.name} plays no notes: it was trained on recordings of which none were known",
            where="--midi",
        )
    rate_hz = sounder.law.rate_hz
    length_s = max(note.end_s for note in notes) + RING_S if seconds is None else seconds
    if length_s > MAX_SECONDS:
        raise InputError(
            f"the tune lasts {length_s / 60:.1f} minutes; {MAX_SECONDS / 60:g} are the most",
            hint="--seconds plays its beginning.",
        )
    heard = [note for note in notes if note.onset_s < length_s]
    if not heard:
        raise UsageError(
            f"no note begins in the first {length_s:g} s",
            where="--seconds",
            hint=f"The first begins at {min(note.onset_s for note in notes):.1f} s.",
        )
    n_samples, pieces = round(length_s * rate_hz), list[Piece]()
    for phrase in _parted(heard):
        first = max(0, round((phrase[0].onset_s - LEAD_S) * rate_hz))
        stop = min(n_samples, round((max(note.end_s for note in phrase) + RING_S) * rate_hz))
        since = first / rate_hz
        told = tuple(n._replace(onset_s=n.onset_s - since, end_s=n.end_s - since) for n in phrase)
        if stop > first:
            pieces.append(Piece(first, stop - first, Wish(label, told), fades=True))
    return tuple(pieces), n_samples


def _parted(notes: Sequence[Sounding]) -> Iterator[list[Sounding]]:
    """Notes cut at rests."""
    phrase, end_s = list[Sounding](), 0.0
    for note in sorted(notes, key=lambda note: note.onset_s):
        if phrase and note.onset_s > end_s + REST_S:
            yield phrase
            phrase = []
        phrase.append(note)
        end_s = max(end_s, note.end_s)
    if phrase:
        yield phrase


def soundings(song: Song, table: NoteTable) -> list[Sounding]:
    """Notes in seconds."""
    begins, ends = seconds_of(song, table.starts_ticks), seconds_of(song, table.ends_ticks)
    rows = zip(table.pitches, begins, ends, table.velocities, strict=True)
    return [Sounding(float(p), float(a), float(max(b, a + 0.01)), int(v)) for p, a, b, v in rows]


def melody_in(song: Song, track: str | int | None = None, where: str = "") -> tuple[NoteTable, list[str]]:
    """The notes of the track of this number (from 1) or name, or else of the melody, and what is told of that.

    Raises UsageError for a track that there is not, InputError where there are no notes.
    """
    if track is not None:
        chosen = _track_of(song, track)
        if chosen.is_drum or not chosen.notes:
            what = "is of drums" if chosen.is_drum else "has no notes"
            raise UsageError(f"track {track} {what}", where="--track", hint=_tracks(song))
        return _few(chosen.table, where), []
    voices = told_apart(song)
    if not len(voices.melody):
        raise InputError("there are no notes in it to play", where=where)
    told, n_tracks = list[str](), sum(bool(t.notes) and not t.is_drum for t in song.tracks)
    if voices.track >= 0 and n_tracks > 1:
        told = [f"the melody is taken to be {_named(song, voices.track)}; --track says another"]
    if n_tracks == 1 and len(voices.accompaniment):
        told = ["its top line is played, as several notes sound together"]
    return _few(voices.melody, where), told


def _few(table: NoteTable, where: str) -> NoteTable:
    if len(table) > MAX_NOTES:
        raise InputError(f"{len(table):,} notes; {MAX_NOTES:,} are the most", where=where)
    return table


def _track_of(song: Song, track: str | int) -> Track:
    text = str(track).strip()
    if text.isdecimal() and 1 <= int(text) <= len(song.tracks):
        return song.tracks[int(text) - 1]
    for each in song.tracks:
        if text and text.casefold() in (each.name.strip().casefold(), each.role):
            return each
    raise UsageError(f"there is no track {text!r}", where="--track", hint=_tracks(song))


def _tracks(song: Song) -> str:
    named = [_named(song, i) for i, t in enumerate(song.tracks) if t.notes and not t.is_drum]
    return f"There is {', '.join(named)}." if named else "There are no notes in any track."


def _named(song: Song, index: int) -> str:
    name = song.tracks[index].name.strip()[:40]
    return f"track {index + 1}" + (f" ({name})" if name else "")
