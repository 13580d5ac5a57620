"""Piano roll: a song as rows of bits, one row a step of time, and back.

Row t says what sounds from `t * step_ticks` on: P held bits, one a pitch from `low` to `high`, and after them, where
`struck` is set, P struck bits for the notes that begin there. Without struck bits a repeated note and a long
one look alike. Boulanger-Lewandowski, Bengio & Vincent (ICML 2012) have held bits only; the tutorials on music
and RBMs have both, with pitches 24 to 101 and sixteenths, which are the defaults here.

Steps divide the quarter note and are counted from tick 0, so any meter fits, also a changing one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aoede.errors import ConfigError, InputError
from aoede.settings import from_mapping
from aoede.song import TICKS_PER_QUARTER, Meter, Note, Song, Tempo, Track

NAME = "pianoroll"
CELLS_AT_ONCE = 1 << 20  # are filled; keeps memory small where all keys are down for hours
MAX_STEPS = 1 << 18  # of one song: nine hours of sixteenths at 120 bpm, 41 MB

UInt8 = NDArray[np.uint8]
Ints = NDArray[np.int64]
Bits = NDArray[np.bool_]


@dataclass(frozen=True)
class PianoRoll:
    """The encoding; raises ConfigError for settings that no roll can have."""

    low: int = 24  # lowest MIDI pitch, included
    high: int = 101  # highest MIDI pitch, included
    steps_a_beat: int = 4  # steps a quarter note, a divisor of 480; 4: sixteenths
    struck: bool = True

    def __post_init__(self) -> None:
        for name in ("low", "high", "steps_a_beat"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool):
                raise ConfigError(f"{name} of a piano roll must be a whole number, not {value!r}")
        if not 0 <= self.low <= self.high <= 127:
            raise ConfigError(
                f"pitches of a piano roll lie in 0 to 127, low to high, not {self.low} to {self.high}"
            )
        if self.steps_a_beat < 1 or TICKS_PER_QUARTER % self.steps_a_beat:
            raise ConfigError(
                f"a beat cannot have {self.steps_a_beat} steps",
                hint="Take a divisor of 480: 1, 2, 3, 4, 6, 8, 12, ...",
            )
        if not isinstance(self.struck, bool):
            raise ConfigError(f"struck of a piano roll must be true or false, not {self.struck!r}")

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "PianoRoll":
        """The encoding that `as_mapping` describes. Raises ConfigError for unknown settings or another name."""
        settings = dict(values)
        name = settings.pop("name", NAME)
        if name != NAME:
            raise ConfigError(f"the encoding {name!r} is no {NAME}")
        return from_mapping(cls, settings, "a piano roll")

    def as_mapping(self) -> dict[str, Any]:
        return {"name": NAME, **asdict(self)}

    @property
    def n_pitches(self) -> int:
        return self.high - self.low + 1

    @property
    def width(self) -> int:
        """Bits of a row."""
        return self.n_pitches * (2 if self.struck else 1)

    @property
    def step_ticks(self) -> int:
        return TICKS_PER_QUARTER // self.steps_a_beat

    # -- songs to rolls --

    def encode(self, song: Song) -> UInt8:
        """(T, width) zeros and ones: the keys that are down, pedal and drums left out.

        Begins and ends go to the nearest step, halves to the later one, and every note has at least one step.
        Of notes of one pitch that overlap, in one track or several, each keeps its strike. Notes outside
        low..high are left out (`n_outside` counts them). Silence before the first note is kept: T is the
        length of the song, rounded up. Raises InputError for more than MAX_STEPS steps.
        """
        starts, ends, pitches = _columns(song)
        first = _nearest(starts, self.step_ticks)
        beyond = np.maximum(_nearest(ends, self.step_ticks), first + 1)
        n_steps = max(-(-song.end_ticks // self.step_ticks), int(beyond.max(initial=0)))
        if n_steps > MAX_STEPS:
            raise InputError(
                f"the song has {n_steps:,} steps of a piano roll; {MAX_STEPS:,} are the most",
                hint="Split it.",
            )
        inside = (pitches >= self.low) & (pitches <= self.high)
        first, beyond, columns = first[inside], beyond[inside], pitches[inside] - self.low
        roll = np.zeros((n_steps, self.width), np.uint8)
        cells = roll.reshape(-1)
        for held in _held(first, beyond, columns, n_steps, self.width):
            cells[held] = 1
        if self.struck:
            cells[first * self.width + self.n_pitches + columns] = 1
        return roll

    def n_outside(self, song: Song) -> int:
        """How many of the song's pitched notes `encode` leaves out because of their pitch."""
        pitches = _columns(song)[2]
        return int(((pitches < self.low) | (pitches > self.high)).sum())

    # -- rolls to songs --

    def decode(
        self,
        roll: ArrayLike,
        *,
        tempo_bpm: float = 120.0,
        meters: Sequence[Meter] = (Meter(0, 4, 4),),
        title: str = "",
        name: str = "Piano",
        program: int = 0,
        velocity: int = 76,
        accent: int = 6,
    ) -> Song:
        """A song of one track that plays the roll (T, width); without notes it has no track.

        A held bit sounds. A note begins where its pitch is struck or was silent before, and ends where it is
        no longer held or struck anew, at the latest with the roll. A struck bit without its held bit does not sound.
        Notes on a beat are louder by `accent`, on the first beat of a bar by twice as much.
        Raises InputError for another shape, for anything but zeros and ones, and for values out of range.
        """
        bits = self._bits(roll)
        _check_playing(tempo_bpm, meters, program, velocity)
        begins, beyond, columns = self._notes(bits)
        starts = begins * self.step_ticks
        durations = (beyond - begins) * self.step_ticks
        velocities = np.clip(velocity + accent * _stress(starts, meters), 1, 127)
        rows = (starts, columns + self.low, durations, velocities)
        notes = tuple(map(Note, *(row.tolist() for row in rows)))
        tracks = (Track(name, notes, program),) if notes else ()
        return Song(title, tracks, tempos=(Tempo(0, float(tempo_bpm)),), meters=tuple(meters))

    def transposed(self, roll: NDArray[Any], semitones: int) -> NDArray[Any]:
        """`roll`, one or many of shape (..., width), moved up by `semitones`; notes that leave the range are dropped.

        Raises InputError for another width.
        """
        self._check_width(roll)
        halves = roll.reshape(*roll.shape[:-1], self.width // self.n_pitches, self.n_pitches)
        moved = np.zeros_like(halves)
        n = self.n_pitches - abs(semitones)
        if n > 0:
            source, target = max(0, -semitones), max(0, semitones)
            moved[..., target : target + n] = halves[..., source : source + n]
        return moved.reshape(roll.shape)

    def _bits(self, roll: ArrayLike) -> Bits:
        array = np.asarray(roll)
        self._check_width(array)
        if array.ndim != 2:
            raise InputError(f"a piano roll has two axes, steps and bits, not {array.ndim}")
        bits = array.astype(bool)
        if array.dtype.kind not in "bui" or (bits != array).any():
            raise InputError("a piano roll holds zeros and ones only")
        return bits

    def _check_width(self, roll: NDArray[Any]) -> None:
        if not roll.ndim or roll.shape[-1] != self.width:
            raise InputError(
                f"rows of this piano roll have {self.width} bits; this array has the shape {roll.shape}"
            )

    def _notes(self, bits: Bits) -> tuple[Ints, Ints, Ints]:
        """First step, step after the last, and pitch column of every note, sorted by step, then pitch."""
        silence = np.zeros((1, self.n_pitches), bool)
        held = bits[:, : self.n_pitches]
        anew = bits[:, self.n_pitches :] if self.struck else np.zeros_like(held)
        begins = held & (anew | ~np.concatenate([silence, held])[:-1])
        goes_on = np.concatenate([held & ~begins, silence])[1:]
        columns, first = np.nonzero(begins.T)  # by pitch, then time: there begins and ends come in turn
        last = np.nonzero((held & ~goes_on).T)[1]
        order = np.lexsort((columns, first))
        return first[order], last[order] + 1, columns[order]


def _columns(song: Song) -> tuple[Ints, Ints, Ints]:
    """Starts and ends in ticks, and pitches, of all pitched notes."""
    tables = [track.table for track in song.tracks if not track.is_drum]
    if not tables:
        nothing = np.zeros(0, np.int64)
        return nothing, nothing, nothing
    return (
        np.concatenate([table.starts_ticks for table in tables]),
        np.concatenate([table.ends_ticks for table in tables]),
        np.concatenate([table.pitches for table in tables]),
    )


def _nearest(ticks: Ints, step_ticks: int) -> Ints:
    return (2 * ticks + step_ticks) // (2 * step_ticks)


def _held(first: Ints, beyond: Ints, columns: Ints, n_steps: int, width: int) -> Iterator[Ints]:
    """The cells, in a roll laid flat, where at least one note sounds, each once; some at a time."""
    order = np.argsort(columns * n_steps + first)  # by pitch, then time
    first, columns = first[order], columns[order]
    begins = columns * n_steps + first  # a pitch after the other on one line of time
    reached = np.maximum.accumulate(columns * n_steps + beyond[order])
    reached[:-1] = np.minimum(reached[:-1], begins[1:])  # what goes on sounding is left to the next note
    ends = (reached - begins).cumsum()  # of the notes' cells, one after another
    starts = ends - (reached - begins)
    at_zero = (first - starts) * width + columns
    n_cells = int(ends[-1]) if len(ends) else 0
    cuts = np.searchsorted(starts, np.arange(0, n_cells, CELLS_AT_ONCE), side="right") - 1
    for a, b in pairwise([*sorted(set(cuts.tolist())), len(ends)]):
        yield np.repeat(at_zero[a:b], (ends - starts)[a:b]) + np.arange(starts[a], ends[b - 1]) * width


def _check_playing(tempo_bpm: float, meters: Sequence[Meter], program: int, velocity: int) -> None:
    if not 0 < tempo_bpm < float("inf"):
        raise InputError(f"a tempo is more than 0 bpm, not {tempo_bpm}")
    starts = [meter.start_ticks for meter in meters]
    if starts[:1] != [0] or starts != sorted(set(starts)):
        raise InputError("meters begin at tick 0, each later than the one before")
    if not 0 <= program <= 127:
        raise InputError(f"a General MIDI program lies in 0 to 127, not {program}")
    if not 1 <= velocity <= 127:
        raise InputError(f"a velocity lies in 1 to 127, not {velocity}")


def _stress(ticks: Ints, meters: Sequence[Meter]) -> Ints:
    """2 on the first beat of a bar, 1 on other beats, 0 between them."""
    starts = np.array([meter.start_ticks for meter in meters], np.int64)
    bars = np.array([meter.bar_ticks for meter in meters], np.int64)
    beats = np.array([_beat_ticks(meter) for meter in meters], np.int64)
    which = np.searchsorted(starts, ticks, side="right") - 1
    in_bar = (ticks - starts[which]) % bars[which]
    return np.asarray((in_bar % beats[which] == 0).astype(np.int64) + (in_bar == 0))


def _beat_ticks(meter: Meter) -> int:
    """A quarter in 4/4 or 3/4, three eighths in 6/8, 9/8, 12/8."""
    is_compound = meter.denominator >= 8 and meter.numerator > 3 and meter.numerator % 3 == 0
    return max(1, TICKS_PER_QUARTER * 4 * (3 if is_compound else 1) // meter.denominator)
