"""The one musical value that every flow passes on.

Time is integer ticks, 480 to a quarter note; tempo and meter are maps over ticks; seconds are derived.
A Song is immutable: changing one means making another (`dataclasses.replace`).

The notes of a track are `Note`s for whoever writes music and columns of numbers, a `NoteTable`, for whoever counts.
Each is made of the other when it is first asked for: a million notes that are only counted never become objects.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # NumPy is not loaded by importing aoede
    import numpy as np
    from numpy.typing import NDArray

TICKS_PER_QUARTER = 480
DRUM_CHANNEL = 9


@dataclass(frozen=True, slots=True, order=True)
class Note:
    start_ticks: int
    pitch: int  # MIDI number 0..127, 60 is middle C
    duration_ticks: int  # > 0
    velocity: int  # 1..127

    @property
    def end_ticks(self) -> int:
        return self.start_ticks + self.duration_ticks


@dataclass(frozen=True, slots=True, order=True)
class Control:
    """A MIDI controller change: number 7 volume, 10 pan, 11 expression, 64 sustain pedal, ..."""

    start_ticks: int
    number: int  # 0..127
    value: int  # 0..127


@dataclass(frozen=True, slots=True, order=True)
class Bend:
    start_ticks: int
    value: int  # -8192..8191; full scale is two semitones


@dataclass(frozen=True)
class NoteTable:
    """Notes as four int64 columns of equal length (n,), which nobody may change."""

    starts_ticks: "NDArray[np.int64]"
    ends_ticks: "NDArray[np.int64]"
    pitches: "NDArray[np.int64]"
    velocities: "NDArray[np.int64]"

    def __len__(self) -> int:
        return len(self.starts_ticks)

    @property
    def durations_ticks(self) -> "NDArray[np.int64]":
        return self.ends_ticks - self.starts_ticks

    def chosen(self, which: "NDArray[np.bool_] | NDArray[np.int64]") -> "NoteTable":
        return NoteTable(
            self.starts_ticks[which], self.ends_ticks[which], self.pitches[which], self.velocities[which]
        )


@dataclass(frozen=True)
class Track:
    """One instrument's notes, sorted by start.

    `role` says what the track is for: "melody", "chords", "bass", "drums", "colour",
    or "" where it is not known (a file that somebody else made).
    """

    name: str
    notes: tuple[Note, ...]
    program: int = 0  # General MIDI program 0..127
    role: str = ""
    is_drum: bool = False
    controls: tuple[Control, ...] = ()
    bends: tuple[Bend, ...] = ()

    @classmethod
    def from_table(cls, name: str, table: NoteTable, **others: Any) -> "Track":
        """A track of the notes in `table`, sorted by start; equal to the one that is given them as `notes`."""
        track = cls(name, (), **others)
        del track.__dict__["notes"]
        track.__dict__["table"] = table
        return track

    @cached_property
    def table(self) -> NoteTable:
        """The notes as columns, in the same order."""
        import numpy as np

        rows = [(note.start_ticks, note.end_ticks, note.pitch, note.velocity) for note in self.notes]
        columns = np.array(rows, dtype=np.int64).reshape(-1, 4).T
        columns.setflags(write=False)
        return NoteTable(*columns)

    if not TYPE_CHECKING:  # a checker would believe that a track has every attribute

        def __getattr__(self, name: str) -> Any:
            """`notes`, of a track that was made from a table, where they are asked for the first time."""
            if name != "notes" or "table" not in self.__dict__:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            table = self.table
            columns = (table.starts_ticks, table.pitches, table.durations_ticks, table.velocities)
            return self.__dict__.setdefault(
                "notes", tuple(map(Note, *(column.tolist() for column in columns)))
            )

    @property
    def end_ticks(self) -> int:
        return int(self.table.ends_ticks.max(initial=0))


@dataclass(frozen=True, slots=True, order=True)
class Section:
    """A part of the form: "intro", "verse", "chorus", ... covering [start_ticks, end_ticks)."""

    start_ticks: int
    end_ticks: int
    name: str


@dataclass(frozen=True, slots=True, order=True)
class ChordSymbol:
    start_ticks: int
    symbol: str  # lead-sheet spelling: "C", "F#m7", "Bbmaj7/D"; "N.C." for none


@dataclass(frozen=True, slots=True, order=True)
class Syllable:
    """What is sung from `start_ticks` on, until the next one: an English syllable, a Chinese character."""

    start_ticks: int
    text: str  # "won", "der," (its punctuation with it), "心"
    joins_next: bool = False  # the word goes on: "won-der"
    ends_line: bool = False  # of the lyrics


@dataclass(frozen=True, slots=True, order=True)
class Tempo:
    start_ticks: int
    bpm: float  # quarter notes a minute, > 0


@dataclass(frozen=True, slots=True, order=True)
class Meter:
    start_ticks: int
    numerator: int
    denominator: int  # a power of two

    @property
    def bar_ticks(self) -> int:
        return max(1, TICKS_PER_QUARTER * 4 * self.numerator // self.denominator)


@dataclass(frozen=True, slots=True, order=True)
class KeySignature:
    start_ticks: int
    sharps: int  # -7 (seven flats) .. 7 (seven sharps)
    is_minor: bool


@dataclass(frozen=True, slots=True)
class Lead:
    """A trained model of sound that plays the melody where a song is heard, in place of its instrument."""

    model: str  # a run, a model file or a preset
    name: str
    sha256: str  # of that file, as it was chosen
    label: tuple[str, ...]  # what it is to sound like, of what it was taught; () says nothing
    seed: int
    backend: str  # what makes the samples


@dataclass(frozen=True)
class Song:
    """Tracks with everything that is said about them. All tuples are sorted by start.

    `tempos` and `meters` always begin at tick 0 (120 bpm and 4/4 where a file states none);
    `recipe` is all it takes to make the same bytes again, or empty for a song that was read;
    `lead` is of songs that are made here: no file but the recipe tells it.
    """

    title: str
    tracks: tuple[Track, ...]
    tempos: tuple[Tempo, ...] = (Tempo(0, 120.0),)
    meters: tuple[Meter, ...] = (Meter(0, 4, 4),)
    keys: tuple[KeySignature, ...] = ()
    sections: tuple[Section, ...] = ()
    chords: tuple[ChordSymbol, ...] = ()
    syllables: tuple[Syllable, ...] = ()
    recipe: Mapping[str, Any] = field(default_factory=dict)
    lead: Lead | None = None

    @property
    def end_ticks(self) -> int:
        """End of the last note or section."""
        ends = [track.end_ticks for track in self.tracks] + [s.end_ticks for s in self.sections]
        return max(ends, default=0)

    @property
    def duration_s(self) -> float:
        return self.seconds_at(self.end_ticks)

    def seconds_at(self, ticks: int) -> float:
        """Seconds from the beginning to `ticks`, through the tempo map."""
        return self.seconds_of([ticks])[0]

    def seconds_of(self, ticks: list[int]) -> list[float]:
        """`seconds_at` of many positions at once; they need not be sorted."""
        starts = [tempo.start_ticks for tempo in self.tempos]
        seconds_a_tick = [60.0 / (tempo.bpm * TICKS_PER_QUARTER) for tempo in self.tempos]
        begins = [0.0]
        for (a, b), rate in zip(pairwise(starts), seconds_a_tick, strict=False):
            begins.append(begins[-1] + (b - a) * rate)
        found = [max(0, bisect_right(starts, t) - 1) for t in ticks]
        return [begins[i] + (t - starts[i]) * seconds_a_tick[i] for i, t in zip(found, ticks, strict=True)]

    def bar_starts(self) -> list[int]:
        """The tick at which each bar begins, up to the end of the song."""
        bars: list[int] = []
        ends = [meter.start_ticks for meter in self.meters[1:]] + [max(1, self.end_ticks)]
        for meter, end in zip(self.meters, ends, strict=True):
            bars.extend(range(meter.start_ticks, end, meter.bar_ticks))
        return bars

    def beats(self, ticks: int) -> Fraction:
        """`ticks` as quarter notes."""
        return Fraction(ticks, TICKS_PER_QUARTER)
