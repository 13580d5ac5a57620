"""Drums: the notes of a kit as hits on a grid of sixteenths, each with its loudness and its timing, and back.

Row t has nine bits, one for each kind of drum that is struck nearest to step t, the nine of the Groove MIDI Dataset
(Gillick et al., "Learning to Groove with Inverse Sequence Transformations", ICML 2019). Beside each hit stand its
velocity and its offset from the grid. An electronic kit knows where a drum was struck (head, rim, bow, edge, bell);
here that is one drum, as it is for General MIDI.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.errors import ConfigError, InputError
from aoede.settings import from_mapping
from aoede.song import TICKS_PER_QUARTER, Note, Song

NAME = "drums"
KINDS = ("kick", "snare", "closed hat", "open hat", "low tom", "mid tom", "high tom", "crash", "ride")
N_KINDS = len(KINDS)
KICK, SNARE, CLOSED_HAT, OPEN_HAT, LOW_TOM, MID_TOM, HIGH_TOM, CRASH, RIDE = range(N_KINDS)
TOMS = (LOW_TOM, MID_TOM, HIGH_TOM)
PITCHES = (36, 38, 42, 46, 43, 47, 50, 49, 51)  # General MIDI, to play each kind
MAX_STEPS = 1 << 18
DURATION_TICKS = TICKS_PER_QUARTER // 8  # of a note: a drum rings as long as it likes

# All pitches that are heard as each kind: General MIDI, and the Roland TD-11 on which Groove was played.
_HEARD_AS: Mapping[int, tuple[int, ...]] = MappingProxyType(
    {
        KICK: (35, 36),
        SNARE: (37, 38, 39, 40),  # TD-11: 37 cross-stick, 38 head, 40 rim
        CLOSED_HAT: (42, 44, 22),  # TD-11: 22 edge; 44 is the pedal
        OPEN_HAT: (46, 26),  # TD-11: 26 edge
        LOW_TOM: (41, 43, 58),  # TD-11: 43 third tom, 58 its rim
        MID_TOM: (45, 47),  # TD-11: 47 its rim
        HIGH_TOM: (48, 50),  # TD-11: 50 its rim
        CRASH: (49, 52, 55, 57),
        RIDE: (51, 53, 59),  # TD-11: 53 bell, 59 edge
    }
)
_KIND_OF_PITCH = np.full(128, -1, np.int64)
for _kind, _pitches in _HEARD_AS.items():
    _KIND_OF_PITCH[list(_pitches)] = _kind

UInt8 = NDArray[np.uint8]
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


def kind_of(pitch: int) -> int | None:
    """Which of KINDS a drum note is heard as; None for shakers, bells and what else is no part of a kit."""
    kind = int(_KIND_OF_PITCH[pitch]) if 0 <= pitch < 128 else -1
    return None if kind < 0 else kind


@dataclass(frozen=True)
class Groove:
    """Drumming of T steps; velocities and offsets are 0 where nothing is struck."""

    hits: UInt8  # (T, 9) zeros and ones
    velocities: Floats  # (T, 9) 0..1, 1 is MIDI's 127
    offsets: Floats  # (T, 9) in steps, -0.5..0.5, negative before the grid

    def __post_init__(self) -> None:
        if self.hits.ndim != 2 or self.hits.shape[1] != N_KINDS:
            raise InputError(
                f"a step of drums has {N_KINDS} kinds; this array has the shape {self.hits.shape}"
            )
        if not self.hits.shape == self.velocities.shape == self.offsets.shape:
            raise InputError("hits, velocities and offsets must have one shape")

    def __len__(self) -> int:
        return len(self.hits)

    def part(self, steps: slice) -> "Groove":
        return Groove(self.hits[steps], self.velocities[steps], self.offsets[steps])


@dataclass(frozen=True)
class Drums:
    """The encoding; raises ConfigError for settings that no grid can have."""

    steps_a_beat: int = 4  # steps a quarter note, a divisor of 480; 4: sixteenths

    def __post_init__(self) -> None:
        value = self.steps_a_beat
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if not is_number or value < 1 or TICKS_PER_QUARTER % value:
            raise ConfigError(
                f"a beat of drums cannot have {value!r} steps",
                hint="Take a divisor of 480: 1, 2, 3, 4, 6, 8, 12, ...",
            )

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Drums":
        """The encoding that `as_mapping` describes. Raises ConfigError for unknown settings or another name."""
        settings = dict(values)
        name = settings.pop("name", NAME)
        if name != NAME:
            raise ConfigError(f"the encoding {name!r} is no {NAME}")
        return from_mapping(cls, settings, "drums")

    def as_mapping(self) -> dict[str, Any]:
        return {"name": NAME, **asdict(self)}

    @property
    def step_ticks(self) -> int:
        return TICKS_PER_QUARTER // self.steps_a_beat

    def encode(self, song: Song) -> Groove:
        """The drum tracks of a song as one groove, from tick 0 to the last hit.

        A hit goes to the nearest step, halves to the later one; of several of one kind at one step the loudest
        counts. What is heard as none of KINDS is left out. Raises InputError for more than MAX_STEPS steps.
        """
        tables = [track.table for track in song.tracks if track.is_drum]
        starts, pitches, velocities = (
            np.concatenate([np.zeros(0, np.int64), *(getattr(table, name) for table in tables)])
            for name in ("starts_ticks", "pitches", "velocities")
        )
        kinds = _KIND_OF_PITCH[np.clip(pitches, 0, 127)]
        kept = np.flatnonzero(kinds >= 0)
        kept = kept[np.argsort(velocities[kept], kind="stable")]  # the loudest is written last
        starts, kinds, velocities = starts[kept], kinds[kept], velocities[kept]
        steps = (2 * starts + self.step_ticks) // (2 * self.step_ticks)
        n_steps = int(steps.max(initial=-1)) + 1
        if n_steps > MAX_STEPS:
            raise InputError(
                f"the drums have {n_steps:,} steps; {MAX_STEPS:,} are the most", hint="Split it."
            )
        hits = np.zeros((n_steps, N_KINDS), np.uint8)
        loud, off = np.zeros((2, n_steps, N_KINDS), np.float32)
        hits[steps, kinds] = 1
        loud[steps, kinds] = velocities / 127
        off[steps, kinds] = starts / self.step_ticks - steps
        return Groove(hits, loud, off)

    def decode(self, groove: Groove, *, pitches: Sequence[int] = PITCHES) -> tuple[Note, ...]:
        """The notes of a groove, in ticks from its first step, sorted; what lies before tick 0 begins there.

        Two hits of one pitch never begin together, nor in another order than their steps.
        """
        steps, kinds = np.nonzero(groove.hits)
        ticks = np.rint((steps + groove.offsets[steps, kinds]) * self.step_ticks).astype(np.int64)
        loud = np.clip(np.rint(groove.velocities[steps, kinds] * 127), 1, 127).astype(np.int64)
        rows = zip(np.maximum(ticks, 0).tolist(), kinds.tolist(), loud.tolist(), strict=True)
        last, notes = dict[int, int](), list[Note]()
        for tick, kind, velocity in rows:
            start = max(tick, last.get(pitches[kind], -1) + 1)
            last[pitches[kind]] = start
            notes.append(Note(start, pitches[kind], DURATION_TICKS, velocity))
        return tuple(sorted(notes))
