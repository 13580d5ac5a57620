"""A network on events in NumPy: judging pieces and making new ones, without torch.

With x the sum of what stands for all that is read before an event, and h what the trunk remembers after reading x:

    u = max(0, A [h, x] + b + sum of what stands for what is told)      a = E u + d
    score of value v = a[v] + sum over its attributes of a[attribute] + sum over proposals of v of a[proposal]

So how much a relation is worth (to repeat the last note, to take a tone of the chord, to do as eight bars ago)
depends on everything that is known, and is the same for all values that have it: a log-linear model whose weights
come from a network (McFadden's conditional logit, 1974, with such weights).
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from aoede.neural.arrays import Floats, checked_weights, product
from aoede.neural.events.config import EventConfig
from aoede.neural.events.piece import EventPiece, Int16, Known, check_pieces
from aoede.neural.events.shape import Choice, offsets
from aoede.score import log_softmax

FORBIDDEN = np.float32(-1e9)
_SIDE_BY_SIDE = 16  # pieces that are judged together
_AT_ONCE = 2_048  # events whose scores are computed together

Ints = NDArray[np.int64]


class Trunk(Protocol):
    """What remembers the events."""

    def begin(self, n: int) -> Any:
        """What n pieces carry before anything was read."""

    def step(self, state: Any, x: Floats) -> tuple[Floats, Any]:
        """Read x (n, n_embedding): (n, n_hidden) what is remembered, and the state after it."""

    def select(self, state: Any, rows: Ints) -> Any:
        """The state of these pieces alone."""


@dataclass(frozen=True)
class State:
    """Where n pieces stand. `seen` (n, n_hidden + n_embedding) is what every choice of the next event sees."""

    memory: Any
    seen: Floats


class EventModel(ABC):
    """A trunk, and a small network for each choice."""

    kind: ClassVar[type[Any]]  # of the config

    def __init__(self, config: EventConfig, tensors: Mapping[str, Floats]) -> None:
        self.config, self._tensors = config, tensors
        self.trunk = self.trunk_of(config, tensors)
        self._read = np.array(offsets(config.shape.read), np.int64)
        self._choices = [_Scores(choice, tensors) for choice in config.shape.choices]

    @classmethod
    def from_tensors(cls, config: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> Self:
        """Raises ConfigError or InputError where these are not the weights of such a network."""
        checked = cls.kind.from_mapping(config)
        shapes, n_hidden = cls.trunk_shapes(checked)
        return cls(checked, checked_weights(shapes | _shapes(checked, n_hidden), tensors))

    @staticmethod
    @abstractmethod
    def trunk_of(config: Any, tensors: Mapping[str, Floats]) -> Trunk:
        """The family's own trunk."""

    @staticmethod
    @abstractmethod
    def trunk_shapes(config: Any) -> tuple[dict[str, tuple[int, ...]], int]:
        """Names and shapes of its weights, and how many numbers it gives out."""

    def to_tensors(self) -> dict[str, NDArray[Any]]:
        return dict(self._tensors)

    @property
    def config_values(self) -> dict[str, Any]:
        return asdict(self.config)

    # -- event by event --

    def begin(self, n: int = 1) -> State:
        """n pieces of which nothing was read."""
        return State(self.trunk.begin(n), np.zeros((n, 0), np.float32))

    def advance(self, state: State, read: Int16) -> State:
        """Read what is known before the next event (n, columns)."""
        x = self._embedded(read)
        hidden, memory = self.trunk.step(state.memory, x)
        return State(memory, np.concatenate([hidden, x], axis=1))

    def scores(self, state: State, which: int, known: Known) -> Floats:
        """(n, values) scores of choice `which`; those of forbidden values are `FORBIDDEN`."""
        return self._choices[which].of(state.seen, known)

    def select(self, state: State, rows: Ints) -> State:
        """The state of these pieces alone, in this order."""
        return replace(state, memory=self.trunk.select(state.memory, rows), seen=state.seen[rows])

    def _embedded(self, read: Int16) -> Floats:
        """(n, columns) -> (n, n_embedding)"""
        rows = self._tensors["read"][read + self._read]  # (n, columns, n_embedding)
        return np.asarray(rows.sum(axis=1), np.float32)

    # -- judging --

    def nats(self, pieces: Sequence[EventPiece]) -> list[NDArray[np.float64]]:
        """(T_i, choices) -log p of every choice of each piece, all from a cold start; 0 where there was none.

        Raises InputError for pieces of another shape.
        """
        check_pieces(self.config.shape, pieces)
        found = [np.zeros(piece.chosen.shape) for piece in pieces]
        order = sorted(range(len(pieces)), key=lambda i: len(pieces[i]), reverse=True)
        for begin in range(0, len(order), _SIDE_BY_SIDE):
            rows = order[begin : begin + _SIDE_BY_SIDE]
            for i, seen in zip(rows, self._seen([pieces[i] for i in rows]), strict=True):
                for part in range(0, len(seen), _AT_ONCE):
                    span = slice(part, part + _AT_ONCE)
                    found[i][span] = self._nats_of(seen[span], pieces[i].part(span))
        return found

    def _seen(self, pieces: Sequence[EventPiece]) -> list[Floats]:
        """(T_i, n_seen) of pieces, the longest first, step by step all at once."""
        found = [list[Floats]() for _ in pieces]
        state, n = self.begin(len(pieces)), len(pieces)
        for t in range(max(map(len, pieces), default=0)):
            going_on = sum(len(piece) > t for piece in pieces)
            if going_on < n:
                state, n = self.select(state, np.arange(going_on)), going_on
            state = self.advance(state, np.stack([piece.read[t] for piece in pieces[:n]]))
            for k in range(n):
                found[k].append(state.seen[k])
        return [np.array(part, np.float32) for part in found]

    def _nats_of(self, seen: Floats, piece: EventPiece) -> NDArray[np.float64]:
        nats = np.zeros(piece.chosen.shape)
        for which, known in enumerate(piece.known):
            logs = log_softmax(self._choices[which].of(seen, known).astype(np.float64))
            chosen = piece.chosen[:, which]
            own = -logs[np.arange(len(chosen)), np.maximum(chosen, 0)]
            nats[:, which] = np.where(chosen >= 0, own, 0)
        return nats


class _Scores:
    """The small network of one choice."""

    def __init__(self, choice: Choice, tensors: Mapping[str, Floats]) -> None:
        own = f"choices.{choice.name}."
        self._choice = choice
        self._hidden, self._bias = tensors[own + "hidden.weight"], tensors[own + "hidden.bias"]
        self._out, self._out_bias = tensors[own + "output.weight"], tensors[own + "output.bias"]
        self._told = tensors.get(own + "told")
        self._told_at = np.array(offsets(choice.told), np.int64)
        self._attributes_at = np.array(offsets(choice.attributes), np.int64) + choice.n_values

    def of(self, seen: Floats, known: Known) -> Floats:
        """(n, values)"""
        units = product(seen, self._hidden) + self._bias
        if self._told is not None:
            units += self._told[known.told + self._told_at].sum(axis=1)
        np.maximum(units, 0, out=units)
        atoms = product(units, self._out) + self._out_bias  # (n, n_atoms)
        n, n_atoms = atoms.shape
        rows = np.arange(n)[:, None]
        at = known.attributes + (self._attributes_at + rows * n_atoms)[:, None, :]  # (n, values, columns)
        scores = atoms[:, : self._choice.n_values] + atoms.ravel().take(at).sum(axis=2)
        if self._choice.n_proposals:
            has = known.proposals >= 0
            where = (known.proposals + rows * self._choice.n_values)[has]
            np.add.at(scores.ravel(), where, atoms[:, n_atoms - self._choice.n_proposals :][has])
        scores[known.attributes[:, :, 0] == 0] = FORBIDDEN
        return np.asarray(scores, np.float32)


def _shapes(config: EventConfig, n_hidden: int) -> dict[str, tuple[int, ...]]:
    """Names and shapes of all weights but the trunk's."""
    shapes: dict[str, tuple[int, ...]] = {"read": (sum(config.shape.read), config.n_embedding)}
    for choice in config.shape.choices:
        own = f"choices.{choice.name}."
        if choice.told:
            shapes[own + "told"] = (sum(choice.told), config.n_units)
        shapes[own + "hidden.weight"] = (config.n_units, n_hidden + config.n_embedding)
        shapes[own + "hidden.bias"] = (config.n_units,)
        shapes[own + "output.weight"] = (choice.n_atoms, config.n_units)
        shapes[own + "output.bias"] = (choice.n_atoms,)
    return shapes
