"""What a drummer is told before playing: style, tempo, whether it is a fill, and each step's place in the bar."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.song import TICKS_PER_QUARTER, Meter

# Groups of the styles of the Groove MIDI Dataset.
STYLES = (
    "rock", "halftime", "punk", "hiphop", "funk", "soul", "pop", "country", "jazz", "shuffle", "latin",
    "afrocuban", "neworleans", "reggae",
)  # fmt: skip
TEMPO_EDGES_BPM = (80.0, 100.0, 120.0, 140.0)
N_PLACES = 16  # sixteenths of a bar of 4/4
STEP_TICKS = TICKS_PER_QUARTER // 4
N_TOLD = N_PLACES + len(STYLES) + len(TEMPO_EDGES_BPM) + 1 + 2

# Of the beats of 4/4, those that bars of other lengths are made of: in 3/4 the accent and both backbeats.
_HALF = 8
_BEATS = {1: (0,), 2: (0, 1), 3: (0, 1, 3), 4: (0, 1, 2, 3), 5: (0, 1, 3, 2, 3), 6: (0, 1, 3, 2, 1, 3)}

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Setting:
    style: str  # of STYLES, "" for none in particular
    tempo_bpm: float  # quarter notes a minute
    is_fill: bool = False

    def __post_init__(self) -> None:
        if self.style and self.style not in STYLES:
            raise InputError(
                f"no drummer knows the style {self.style!r}", hint=f"Styles are {', '.join(STYLES)}."
            )

    def rows(self, places: Sequence[int]) -> Floats:
        """(T, N_TOLD) what is told of steps at these places of 4/4: place, style, tempo, fill, each one of n."""
        style = np.zeros(len(STYLES), np.float32)
        if self.style:
            style[STYLES.index(self.style)] = 1
        tempo = np.eye(len(TEMPO_EDGES_BPM) + 1)[np.digitize(self.tempo_bpm, TEMPO_EDGES_BPM)]
        steady = np.concatenate([style, tempo, np.eye(2)[int(self.is_fill)]])
        at = np.eye(N_PLACES)[np.asarray(places, np.int64)]
        return np.concatenate([at, np.tile(steady, (len(at), 1))], axis=1).astype(np.float32)


def bar_places(meter: Meter) -> tuple[int, ...]:
    """For each sixteenth of a bar its place in the bar of 4/4 that a drummer thinks of, 0..15.

    Bars of quarters are made of beats of 4/4: 3/4 of the first, second and fourth, a kick and two backbeats. Of 6/8
    each half is three eighths of one half of a slow 4/4, so that its pulses are kick and backbeat; 9/8 and 12/8 have
    more such halves. 5/8, 7/8 and their like are bars of quarters that end half a beat early.
    """
    n_steps = max(1, meter.bar_ticks // STEP_TICKS)
    if is_compound(meter):
        n_pulses = meter.numerator // 3
        falls = [
            k % 2 or (k == n_pulses - 1 and k > 0) for k in range(n_pulses)
        ]  # a pulse answers the one before
        thought = [place + _HALF * fall for fall in falls for place in range(6)]
        return tuple(thought[k * len(thought) // n_steps] for k in range(n_steps))
    places = [4 * beat + k for beat in _beats(-(-n_steps // 4)) for k in range(4)]
    return tuple(places[:n_steps])


def is_compound(meter: Meter) -> bool:
    """Whether its pulse has three parts: 6/8, 9/8, 12/8."""
    return meter.denominator >= 8 and meter.numerator > 3 and meter.numerator % 3 == 0


def _beats(n: int) -> list[int]:
    """Which beats of 4/4 a bar of n quarters is made of; long ones are bars of four and what is left."""
    found = list[int]()
    while n > 6:
        found += _BEATS[4]
        n -= 4
    return found + list(_BEATS[n])
