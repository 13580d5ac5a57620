"""Melodies note by note from a learned model: several at once, each choice open to whoever has a plan.

    drafts = MelodyModel.preset().begin(frame, n=16)
    while ...:
        waits = drawn(drafts.waits() + wishes, rng)
        lengths = drawn(drafts.lengths(waits), rng)
        drafts.sing(drawn(drafts.pitches(lengths) + wishes, rng))

Scores are log-odds; those of what can never be are FORBIDDEN.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aoede.encodings.melody import Frame, Melodies, Melody
from aoede.encodings.melody_columns import LENGTH, PITCH, WAIT
from aoede.encodings.melody_sight import Sight, Slots
from aoede.errors import InputError
from aoede.learning.checkpoint import load_preset
from aoede.models.rnn.melody import RNN
from aoede.neural.events.model import FORBIDDEN
from aoede.neural.events.piece import Known

PRESET = "melody"

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class MelodyModel:
    """A model of a family on melodies, and what it is told."""

    model: Any
    encoding: Melodies

    @classmethod
    def preset(cls) -> "MelodyModel":
        """The shipped one."""
        return _preset()

    def begin(self, frame: Frame, n: int = 1) -> "Drafts":
        """n melodies of which nothing is sung yet."""
        return Drafts(self, [Sight(frame, self.encoding.told) for _ in range(n)], self.model.begin(n))


@lru_cache(maxsize=1)
def _preset() -> MelodyModel:
    checkpoint = load_preset(PRESET)
    model = RNN.from_tensors(checkpoint.metadata["config"], checkpoint.tensors)
    return MelodyModel(model, Melodies.from_mapping(checkpoint.metadata["encoding"]))


class Drafts:
    """n melodies side by side, note by note: `waits`, `lengths`, `pitches`, `sing`, and again."""

    def __init__(self, model: MelodyModel, sights: list[Sight], state: Any) -> None:
        self._model, self._state, self.sights = model, state, sights
        self.slots = Slots.empty(len(sights))

    def __len__(self) -> int:
        return len(self.sights)

    def waits(self) -> Floats:
        """(n, N_WAITS) scores of the time until the next note begins, from the beginning of the last one."""
        for row, sight in enumerate(self.sights):
            sight.before(self.slots, row)
        self._state = self._model.model.advance(self._state, self.slots.read)
        return self._scores(WAIT)

    def lengths(self, waits: ArrayLike) -> Floats:
        """(n, N_WAITS) scores of how long the last note sounds, after the ids of the times (n,).

        Before the first note there is nothing to be chosen: any will do.
        """
        self.wait(waits)
        return self._scores(LENGTH)

    def wait(self, waits: ArrayLike) -> None:
        """The next notes begin after the times of these ids (n,): for those who choose lengths by themselves."""
        for row, (sight, wait) in enumerate(zip(self.sights, np.asarray(waits).tolist(), strict=True)):
            sight.waited(self.slots, row, wait)

    def pitches(self, lengths: ArrayLike) -> Floats:
        """(n, N_PITCHES) scores of the next note's pitch, after the ids of the lengths (n,)."""
        for row, (sight, length) in enumerate(zip(self.sights, np.asarray(lengths).tolist(), strict=True)):
            sight.held(self.slots, row, length)
        return self._scores(PITCH)

    def sing(self, pitches: ArrayLike) -> None:
        """The next notes have these pitches (n,)."""
        for sight, pitch in zip(self.sights, np.asarray(pitches).tolist(), strict=True):
            sight.sing(pitch)

    def select(self, rows: ArrayLike) -> "Drafts":
        """These melodies alone, in this order; one that is named twice goes on as two."""
        at = np.asarray(rows, np.int64)
        seen = set[int]()
        sights = list[Sight]()
        for row in at.tolist():
            sights.append(self.sights[row].copy() if row in seen else self.sights[row])
            seen.add(row)
        return Drafts(self._model, sights, self._model.model.select(self._state, at))

    def _scores(self, which: int) -> Floats:
        known: Known = self.slots.known[which]
        return np.asarray(self._model.model.scores(self._state, which, known), np.float64)


def drawn(scores: Floats, rng: np.random.Generator, temperature: float = 1.0) -> Ints:
    """(n,) a value for each row of scores (n, V), by its probability (Gumbel-max).

    Raises InputError where nothing is allowed.
    """
    best = scores.max(axis=1, keepdims=True)
    if (best <= FORBIDDEN / 2).any():
        raise InputError("a melody cannot go on: nothing is allowed")
    noise = rng.gumbel(size=scores.shape)
    return np.asarray(np.argmax((scores - best) / temperature + noise, axis=1), np.int64)


def melody_from(sight: Sight, last_length: int, semitones: int) -> Melody:
    """What was sung; the last note has the length of this id."""
    lengths: Sequence[int] = [*sight.lengths, last_length]
    return Melody(
        sight.frame,
        np.array(sight.onsets, np.int64),
        np.array(lengths[: len(sight.onsets)], np.int64),
        np.array(sight.pitches, np.int64),
        semitones,
    )
