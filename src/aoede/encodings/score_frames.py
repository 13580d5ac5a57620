"""Notes -> what a model of sound is told of the score, 100 times a second.

A line has one note at a time: of notes that overlap the one that began last is told, of those that begin together
the highest. After its end a note is told for a while as one that rings on. Pitch is told by its height, by its place
in the octave and by its octave; a pitch between two semitones is told as a share of each, so that a sound that was
played a quarter tone higher can be told as what it is. A sound without pitch, a word or a drum, is told by when it
begins and ends alone. Beside the frames stands where in their periods the partials of the told note are (as in neural
source-filter models: Wang et al. 2019), so that what is made can be neither sharp nor flat.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError

NAME = "score frames"
FRAME_HZ = 100
ONSET_S = (0.02, 0.1, 0.5, 2.0)  # time scales on which the age of a note is told
END_S = (0.05, 0.3)  # on which its nearness to its end, and the age of that end
HIGHEST = 0.45  # of the rate: partials above are not there
RING_S = 1.0  # a note is told for so long after its end
OCTAVES = tuple(range(12, 121, 12))  # the C of each, as MIDI pitch
MAX_FRAMES = 1_000_000  # nearly three hours

FEATURES = (
    "sounds",
    "velocity",
    "height",
    *(f"chroma {i}" for i in range(12)),
    *(f"octave {i}" for i in range(len(OCTAVES))),
    *(f"begun {scale:g} s" for scale in ONSET_S),
    *(f"ends {scale:g} s" for scale in END_S),
    *(f"ended {scale:g} s" for scale in END_S),
)

Floats = NDArray[np.float32]


class Sounding(NamedTuple):
    """A note in seconds."""

    pitch: float  # MIDI number, 0..127; between two of them after a sound was moved; NaN: it has none
    onset_s: float  # before 0 where it began before the sound does
    end_s: float
    velocity: int = 80  # 1..127


@dataclass(frozen=True)
class ScoreFrames:
    """How notes are told: frames (n, len(FEATURES)) of `samples_a_frame` samples each.

    Raises InputError where the rate of the samples is no multiple of the frames'.
    """

    rate_hz: int = 16_000
    frame_hz: int = FRAME_HZ

    def __post_init__(self) -> None:
        if self.frame_hz < 1 or self.rate_hz % self.frame_hz:
            raise InputError(f"{self.rate_hz} samples a second are not cut into {self.frame_hz} frames")

    @property
    def samples_a_frame(self) -> int:
        return self.rate_hz // self.frame_hz

    def n_frames(self, n_samples: int) -> int:
        """Frames that cover so many samples."""
        return -(-n_samples // self.samples_a_frame)

    def encode(self, notes: Sequence[Sounding], n_frames: int) -> Floats:
        """What is told of each frame at its middle, (n_frames, len(FEATURES)) in [-2, 2].

        Where no note sounds or rings, all is zero. Raises InputError for notes that cannot be and for more than a
        million frames.
        """
        if not 0 <= n_frames <= MAX_FRAMES:
            raise InputError(f"{n_frames:,} frames; {MAX_FRAMES:,} are the most")
        table = _table(notes, self.frame_hz)
        times = (np.arange(n_frames) + 0.5) / self.frame_hz
        which = _told(table, times, self.frame_hz)
        frames = np.zeros((n_frames, len(FEATURES)), np.float32)
        is_told = which >= 0
        if is_told.any():
            frames[is_told] = _rows(table[which[is_told]], times[is_told])
        return frames

    def pitches(self, notes: Sequence[Sounding], n_frames: int) -> NDArray[np.float64]:
        """(n_frames,) the pitch that is told of each frame, NaN for none. Raises InputError as `encode`."""
        table = _table(notes, self.frame_hz)
        which = _told(table, (np.arange(n_frames) + 0.5) / self.frame_hz, self.frame_hz)
        return np.where(which >= 0, np.append(table[:, 0], np.nan)[which], np.nan)

    def turns(self, notes: Sequence[Sounding], n_frames: int, n_partials: int) -> Floats:
        """(n_frames, n_partials, 2) of the told note's partials, in cycles: where each is as the frame begins,
        0 to 1, and how far it goes a sample; NaN for none, or above 0.45 of the rate. They run on from note to note.
        """
        step = 440 * 2 ** ((self.pitches(notes, n_frames) - 69) / 12) / self.rate_hz
        begins = np.cumsum(np.concatenate([[0.0], np.nan_to_num(step) * self.samples_a_frame]))[:n_frames]
        multiples = np.arange(1, n_partials + 1)
        steps = step[:, None] * multiples
        steps[~(steps < HIGHEST)] = np.nan
        starts = np.where(np.isnan(steps), np.nan, begins[:, None] * multiples % 1)
        return np.stack([starts, steps], axis=2).astype(np.float32)

    def as_mapping(self) -> dict[str, Any]:
        return {"name": NAME, "features": list(FEATURES), **asdict(self)}

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "ScoreFrames":
        """What `as_mapping` gave. Raises InputError where it is something else, or of other features."""
        try:
            if values["name"] != NAME or list(values["features"]) != list(FEATURES):
                raise ValueError(values["name"])
            return cls(int(values["rate_hz"]), int(values["frame_hz"]))
        except (KeyError, TypeError, ValueError) as error:
            raise InputError("this tells of a score what is not known here") from error


def _table(notes: Sequence[Sounding], frame_hz: int) -> NDArray[np.float64]:
    """(n, 4) pitch, onset, end, velocity, by onset and then from low to high; each a frame long at least."""
    rows = np.array([tuple(note) for note in notes], np.float64).reshape(-1, 4)
    is_good = np.isfinite(rows[:, 1:]).all(axis=1) & ~((rows[:, 0] < 0) | (rows[:, 0] > 127))
    is_good &= (rows[:, 2] > rows[:, 1]) & (rows[:, 3] >= 1) & (rows[:, 3] <= 127)
    if not is_good.all():
        bad = notes[int(np.flatnonzero(~is_good)[0])]
        raise InputError(f"a note of pitch {bad[0]} from {bad[1]} to {bad[2]} s, velocity {bad[3]}")
    rows[:, 2] = np.maximum(rows[:, 2], rows[:, 1] + 1 / frame_hz)
    return rows[np.lexsort((rows[:, 0], rows[:, 1]))]


def _told(table: NDArray[np.float64], times: NDArray[np.float64], frame_hz: int) -> NDArray[np.int64]:
    """(n_frames,) the row that each frame tells; -1 for none. What sounds is told before what rings."""
    which = np.full(len(times), -1, np.int64)
    for row in np.argsort(table[:, 2], kind="stable"):
        which[_span(table[row, 2], table[row, 2] + RING_S, frame_hz)] = row
    for row, (_, onset, end, _) in enumerate(table):
        which[_span(onset, end, frame_hz)] = row
    return which


def _span(begin_s: float, end_s: float, frame_hz: int) -> slice:
    """The frames whose middles lie from `begin_s` to before `end_s`."""
    first, stop = (min(MAX_FRAMES, int(np.ceil(s * frame_hz - 0.5))) for s in (begin_s, end_s))
    return slice(max(0, first), max(0, stop))


def _rows(told: NDArray[np.float64], times: NDArray[np.float64]) -> Floats:
    """(n, len(FEATURES)) of the note that each frame tells."""
    pitch, onset, end, velocity = told.T
    age, left = times - onset, end - times
    sounds = left > 0
    has_pitch, chroma = ~np.isnan(pitch), pitch % 12
    columns = [sounds.astype(np.float64), velocity / 127, np.where(has_pitch, (pitch - 64) / 32, 0)]
    columns += [_near(np.minimum((chroma - i) % 12, (i - chroma) % 12), 1) for i in range(12)]
    columns += [_near(np.abs(pitch - low), 12) for low in OCTAVES]
    columns += [np.exp(-np.maximum(age, 0) / scale) for scale in ONSET_S]
    columns += [np.where(sounds, np.exp(-np.maximum(left, 0) / scale), 0) for scale in END_S]
    columns += [np.where(sounds, 0, np.exp(-np.maximum(-left, 0) / scale)) for scale in END_S]
    return np.stack(columns, axis=1).astype(np.float32)


def _near(distance: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """1 at no distance, 0 from `width` on and where there is none (NaN), straight between."""
    return np.nan_to_num(np.maximum(0.0, 1.0 - distance / width))
