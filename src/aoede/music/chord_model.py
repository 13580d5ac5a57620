"""Chord changes from a learned network, with the face of the n-gram that `harmony.py` draws from.

state = model.start((), conditions)            # n progressions that begin
log_p, state = model.step(state, newest)       # (n, N_CHORDS)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.changes import MODES, ChordChanges, Passage, Place, is_changes, slots
from aoede.errors import InputError
from aoede.learning import families
from aoede.learning.checkpoint import Checkpoint
from aoede.learning.sampling import find_checkpoint
from aoede.neural.events.piece import EventPiece
from aoede.score import log_softmax

PRESET = "harmony_rnn"
_GROUPS = {"intro": "edge", "outro": "edge", "solo": "bridge"}  # sections of a plan as those of songbooks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class State:
    """Where n progressions stand."""

    passages: tuple[Passage, ...]
    memory: Any


@dataclass(frozen=True)
class ChordModel:
    """A network on chord changes. `section` is what its progressions are for."""

    name: str
    family: families.Family
    model: Any
    encoding: ChordChanges
    sha256: str  # of the file; "" for one that is in no file yet
    section: str = "none"

    transpose = "none"  # chords are counted from their tonic

    @classmethod
    def of(
        cls, metadata: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]], *, name: str, sha256: str = ""
    ) -> "ChordModel":
        """Raises InputError where this is no model of chord changes."""
        try:
            family = families.load(metadata["family"], encoding="chords", capability="samples")
            model = family.Model.from_tensors(metadata["config"], tensors)
            return cls(name, family, model, ChordChanges.from_mapping(metadata["encoding"]), sha256)
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError("this model file does not say what it is", where=name) from error

    @property
    def conditions(self) -> tuple[tuple[str, str], ...]:
        """(mode, songbook) of each condition that can be asked for."""
        return tuple(product(MODES[1:], self.encoding.songbooks))

    def of_section(self, name: str) -> "ChordModel":
        """The same for progressions of a section of a plan."""
        return replace(self, section=_GROUPS.get(name, name))

    def start(self, prompt: Sequence[int], conditions: Ints) -> State:
        """One progression for each of the conditions (n,), all after the same chords."""
        places = [
            Place.of(mode, book, self.section if book != "pop909" else "none")  # it knows no sections
            for mode, book in (self.conditions[i] for i in np.asarray(conditions).tolist())
        ]
        state = State(tuple(Passage(place) for place in places), self.model.begin(len(places)))
        for chord in prompt:
            _, state = self.step(state)
            state = self._heard(state, np.full(len(places), chord))
        return state

    def step(self, state: State, ids: Ints | None = None) -> tuple[Floats, State]:
        """Append `ids` (n,) and give log-probabilities (n, N_CHORDS) of what follows, and the new state."""
        if ids is not None:
            state = self._heard(state, ids)
        read, known = slots(len(state.passages))
        for row, passage in enumerate(state.passages):
            passage.look(read, known, row)
        memory = self.model.advance(state.memory, read)
        return log_softmax(self.model.scores(memory, 0, known).astype(np.float64)), replace(
            state, memory=memory
        )

    @staticmethod
    def _heard(state: State, ids: Ints) -> State:
        passages = tuple(passage.copy() for passage in state.passages)
        for passage, chord in zip(passages, np.asarray(ids).tolist(), strict=True):
            passage.hear(int(chord))
        return replace(state, passages=passages)

    def nats(self, pieces: Sequence[EventPiece]) -> list[Floats]:
        """(T_i, 1) -log p of every chord of each passage."""
        return list(self.model.nats(pieces))


def foresees_chords(found: Checkpoint) -> bool:
    """Whether this is a network on chord changes."""
    return is_changes(found.metadata.get("encoding"))


def chord_model(name: str | Path = PRESET) -> ChordModel:
    """The model of a run, of a file, or of a preset. Raises MissingError or InputError."""
    found, told = find_checkpoint(name)
    return ChordModel.of(found.metadata, found.tensors, name=told, sha256=found.sha256)
