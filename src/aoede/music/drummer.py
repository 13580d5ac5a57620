"""The shipped drummer: grooves of a style and tempo, drawn from the model, and how they are struck."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from threadpoolctl import threadpool_limits

from aoede.encodings.drums import Groove, UInt8
from aoede.learning.checkpoint import Checkpoint, load_preset
from aoede.models.rnn.pianoroll import RNN
from aoede.music.drum_setting import N_PLACES, Setting
from aoede.music.drum_touch import Touch, TouchConfig
from aoede.neural.arrays import checked_weights
from aoede.neural.frames.model import Reading

PRESET = "drums"


@dataclass(frozen=True)
class Guide:
    """What a groove has in any case, and what it may have, at each of its steps."""

    must: UInt8  # (T, 9) zeros and ones
    may: UInt8  # (T, 9)

    @classmethod
    def none(cls, n_steps: int, n_kinds: int) -> "Guide":
        return cls(np.zeros((n_steps, n_kinds), np.uint8), np.ones((n_steps, n_kinds), np.uint8))


@dataclass(frozen=True)
class Drummer:
    hits: RNN
    touch: Touch
    pocket_ms: tuple[
        float, ...
    ]  # (16,) by how much its kick comes late at each place of a bar, on the average 0

    @classmethod
    def of(cls, found: Checkpoint) -> "Drummer":
        """Raises InputError or ConfigError where the checkpoint is no drummer."""
        parts = {
            part: {
                name.removeprefix(f"{part}."): tensor
                for name, tensor in found.tensors.items()
                if name.startswith(f"{part}.")
            }
            for part in ("hits", "touch", "pocket")
        }
        config = found.metadata["config"]
        return cls(
            RNN.from_tensors(config["hits"], parts["hits"]),
            Touch(TouchConfig.from_mapping(config["touch"]), parts["touch"]),
            tuple(checked_weights({"kick_ms": (N_PLACES,)}, parts["pocket"])["kick_ms"].tolist()),
        )

    def grooves(
        self,
        setting: Setting,
        places: Sequence[int],
        rng: np.random.Generator,
        *,
        n: int,
        guide: Guide | None = None,
        temperature: float = 1.0,
    ) -> UInt8:
        """(n, T, 9) hits of n grooves over steps at these places (T,), each drawn given what it has so far.

        What the guide takes away or adds, the groove goes on from.
        """
        reading, told = Reading(self.hits, n), setting.rows(places)
        made = np.empty((n, len(told), self.hits.config.n_bits), np.uint8)
        with threadpool_limits(1):  # the same bits on machines of few and of many cores
            for t, row in enumerate(told):
                reading.expect(row)
                made[:, t] = reading.draw(rng, temperature)
                if guide is not None:
                    made[:, t] = made[:, t] & guide.may[t] | guide.must[t]
                reading.hear(made[:, t])
        return made

    def struck(
        self,
        hits: UInt8,
        bar: Sequence[int],
        setting: Setting,
        rng: np.random.Generator,
        *,
        temperature: float = 1.0,
    ) -> Groove:
        """Hits (T, 9) from the beginning of a bar on, with velocities and offsets."""
        places = [bar[step % len(bar)] for step in range(len(hits))]
        with threadpool_limits(1):
            return self.touch.play(hits, places, setting, len(bar), rng, temperature=temperature)


@lru_cache(maxsize=1)
def drummer() -> Drummer:
    """The shipped one."""
    return Drummer.of(load_preset(PRESET))
