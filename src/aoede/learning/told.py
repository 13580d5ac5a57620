"""What networks on frames are told beside the notes: the place in the bar, the meter, the key.

All of it is known before a frame is heard, also of music that is still to be made. What is not known, such as the
meter of a roll that comes from no song, is told as zeros.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.errors import ConfigError, UsageError
from aoede.song import Meter, Song

Floats = NDArray[np.float32]

PARTS = ("beat", "meter", "key")
METERS = ((4, 4), (3, 4), (2, 4), (2, 2), (6, 8), (9, 8), (12, 8), (3, 8))  # any other has a place of its own
MAX_PLACES = 96  # steps of a bar that have places of their own
_MODES = ("major", "minor")


@dataclass(frozen=True)
class Told:
    """`n_places` steps of a bar have places of their own; later ones share the last."""

    parts: tuple[str, ...] = ()
    n_places: int = 0

    def __post_init__(self) -> None:
        if list(self.parts) != [part for part in PARTS if part in self.parts]:
            raise ConfigError(
                f"a network can be told {', '.join(PARTS)}, in this order, not {', '.join(map(str, self.parts))}"
            )
        is_number = isinstance(self.n_places, int) and not isinstance(self.n_places, bool)
        if (
            not is_number
            or not 0 <= self.n_places <= MAX_PLACES
            or ("beat" in self.parts) != (self.n_places > 0)
        ):
            raise ConfigError(f"a bar can have 1 to {MAX_PLACES} places, not {self.n_places!r}")

    @classmethod
    def fit(cls, songs: Iterable[Song], parts: Sequence[str], step_ticks: int) -> "Told":
        """With as many places as the longest bar has steps. Raises UsageError for a part that there is not."""
        strange = [str(part) for part in parts if part not in PARTS]
        if strange:
            raise UsageError(
                f"a network cannot be told {', '.join(strange)!r}",
                where="--told",
                hint=f"Say {', '.join(PARTS)}.",
            )
        bars = [meter.bar_ticks // step_ticks for song in songs for meter in song.meters]
        places = min(MAX_PLACES, max(bars, default=1)) if "beat" in parts else 0
        return cls(tuple(part for part in PARTS if part in parts), max(places, int("beat" in parts)))

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Told":
        """What `as_mapping` gave. Raises ConfigError for anything else."""
        if set(values) != {"parts", "n_places"} or not isinstance(values["parts"], list | tuple):
            raise ConfigError("what a network is told needs parts and n_places")
        return cls(tuple(values["parts"]), values["n_places"])

    def as_mapping(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {**asdict(self), "parts": list(self.parts)}

    @property
    def n(self) -> int:
        """Numbers a step."""
        sizes = {"beat": self.n_places, "meter": len(METERS) + 1, "key": 12 + len(_MODES)}
        return sum(sizes[part] for part in self.parts)

    def rows(
        self, n_steps: int, step_ticks: int, meters: Sequence[Meter], key: tuple[int, str] | None
    ) -> Floats:
        """(n_steps, n) what is told of the steps from the beginning of a song.

        `key` is the pitch class of the tonic and "major" or "minor", or "" for either; None where it is not known.
        """
        starts = np.array([meter.start_ticks for meter in meters], np.int64)
        ticks = np.arange(n_steps, dtype=np.int64) * step_ticks
        which = np.searchsorted(starts, ticks, side="right") - 1
        found = [np.zeros((n_steps, 0), np.float32)]
        if "beat" in self.parts:
            bars = np.array([meter.bar_ticks for meter in meters], np.int64)
            place = (ticks - starts[which]) % bars[which] // step_ticks
            found.append(np.eye(self.n_places, dtype=np.float32)[np.minimum(place, self.n_places - 1)])
        if "meter" in self.parts:
            kinds = np.array([_kind(meter) for meter in meters], np.int64)
            found.append(np.eye(len(METERS) + 1, dtype=np.float32)[kinds[which]])
        if "key" in self.parts:
            found.append(np.repeat(_key_row(key)[None], n_steps, axis=0))
        return np.concatenate(found, axis=1)

    def moved(self, rows: Floats, semitones: int) -> Floats:
        """The rows of a piece that is moved up by so many semitones: its tonic is another."""
        if "key" not in self.parts:
            return rows
        tonic = slice(rows.shape[1] - 12 - len(_MODES), rows.shape[1] - len(_MODES))
        changed = rows.copy()
        changed[:, tonic] = np.roll(rows[:, tonic], semitones, axis=1)
        return changed


def _kind(meter: Meter) -> int:
    signature = (meter.numerator, meter.denominator)
    return METERS.index(signature) if signature in METERS else len(METERS)


def _key_row(key: tuple[int, str] | None) -> Floats:
    row = np.zeros(12 + len(_MODES), np.float32)
    if key is not None:
        tonic_pc, mode = key
        row[tonic_pc] = 1
        if mode:
            row[12 + _MODES.index(mode)] = 1
    return row
