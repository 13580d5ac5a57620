"""A network on frames in NumPy: judging pieces and making new ones, without torch.

What it remembers, its trunk, is the family's own; how it foresees a frame, its output, is one of four. At each step
the trunk reads the frame before, the context and the echo; the output foresees the frame from what is remembered.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.neural.arrays import Floats, checked_weights
from aoede.neural.frames import bernoulli, nade, notes, rbm
from aoede.neural.frames.config import FrameConfig
from aoede.neural.frames.echo import Echo, echoes
from aoede.neural.frames.seen import Ints, Seen, UInt8, past_of

_SIDE_BY_SIDE = 16  # pieces that are judged together
_OUTPUTS: Mapping[str, Callable[..., Any]] = {
    "bernoulli": bernoulli.Bernoulli,
    "nade": nade.Nade,
    "rbm": rbm.Rbm,
    "notes": notes.Notes,
}
_SHAPES: Mapping[str, Callable[[FrameConfig, int], dict[str, tuple[int, ...]]]] = {
    "bernoulli": bernoulli.shapes,
    "nade": nade.shapes,
    "rbm": rbm.shapes,
    "notes": notes.shapes,
}


class Trunk(Protocol):
    """What remembers the frames."""

    def begin(self, n: int) -> Any:
        """What n pieces carry before anything was read."""

    def step(self, state: Any, x: Floats) -> tuple[Floats, Any]:
        """Read x (n, n_read): (n, n_hidden) what is remembered, and the state after it."""

    def select(self, state: Any, rows: Ints) -> Any:
        """The state of these pieces alone."""


class FrameModel(ABC):
    """A trunk and an output. Rolls are (T, n_bits), contexts (T, n_context)."""

    kind: ClassVar[type[Any]]  # of the config

    def __init__(self, config: FrameConfig, tensors: Mapping[str, Floats]) -> None:
        self.config, self._tensors = config, tensors
        self.trunk = self.trunk_of(config, tensors)
        self.output = _OUTPUTS[config.output](config, tensors)

    @classmethod
    def from_tensors(cls, config: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> Self:
        """Raises ConfigError or InputError where these are not the weights of such a network."""
        checked = cls.kind.from_mapping(config)
        shapes, n_hidden = cls.trunk_shapes(checked)
        shapes = shapes | _SHAPES[checked.output](checked, n_hidden + checked.n_context)
        return cls(checked, checked_weights(shapes, tensors))

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

    @property
    def is_estimated(self) -> bool:
        """Whether nats are estimates, which need a random generator."""
        return bool(getattr(self.output, "is_estimate", False))

    # -- judging --

    def nats(
        self,
        pieces: Sequence[UInt8],
        contexts: Sequence[Floats] | None = None,
        rng: np.random.Generator | None = None,
    ) -> list[Floats]:
        """(T_i,) -log p of every frame of each piece, given those before it; all pieces from a cold start.

        Raises InputError for rolls or contexts of another width.
        """
        told = [self._checked(piece, i, contexts) for i, piece in enumerate(pieces)]
        found = [np.zeros(0, np.float32)] * len(pieces)
        order = sorted(range(len(pieces)), key=lambda i: len(pieces[i]), reverse=True)
        more = () if rng is None else (rng,)
        for first in range(0, len(order), _SIDE_BY_SIDE):
            some = order[first : first + _SIDE_BY_SIDE]
            heard = [echoes(pieces[i]) if self.config.has_echo else _silence(pieces[i]) for i in some]
            rows = [self._rows(pieces[i], told[i], echo) for i, (echo, _) in zip(some, heard, strict=True)]
            for i, hidden, (echo, lengths) in zip(some, self._remembered(rows), heard, strict=True):
                seen = Seen(past_of(pieces[i], self.config.n_past), echo, lengths)
                with_context = np.concatenate([hidden, told[i]], axis=1)
                found[i] = self.output.nats(with_context, pieces[i], seen, *more)
        return found

    def _checked(self, piece: UInt8, i: int, contexts: Sequence[Floats] | None) -> Floats:
        config = self.config
        if piece.ndim != 2 or piece.shape[1] != config.n_bits:
            raise InputError(f"a frame of this model has {config.n_bits} bits; these rolls are {piece.shape}")
        told = np.zeros((len(piece), config.n_context), np.float32) if contexts is None else contexts[i]
        if told.shape != (len(piece), config.n_context):
            raise InputError(f"this model is told {config.n_context} numbers a frame, not {told.shape}")
        return told

    def _rows(self, piece: UInt8, told: Floats, echo: UInt8) -> Floats:
        """(T, n_read) what is read before each frame."""
        before = np.concatenate([np.zeros((1, piece.shape[1]), np.uint8), piece])[:-1]
        parts = [before, told, echo] if self.config.has_echo else [before, told]
        return np.concatenate(parts, axis=1).astype(np.float32)

    def _remembered(self, rows: Sequence[Floats]) -> list[Floats]:
        """(T_i, n_hidden) of what is read (T_i, n_read), the longest first, step by step all at once."""
        found = [list[Floats]() for _ in rows]
        state, lengths = self.trunk.begin(len(rows)), [len(row) for row in rows]
        n = len(rows)
        for t in range(max(lengths, default=0)):
            going_on = sum(length > t for length in lengths)
            if going_on < n:
                state, n = self.trunk.select(state, np.arange(going_on)), going_on
            hidden, state = self.trunk.step(state, np.stack([row[t] for row in rows[:n]]))
            for k in range(n):
                found[k].append(hidden[k])
        width = found[0][0].shape[0] if found and found[0] else 0
        return [np.array(part, np.float32).reshape(-1, width) for part in found]

    # -- making --

    def generate(
        self,
        n_steps: int,
        rng: np.random.Generator,
        *,
        n: int = 1,
        prompt: UInt8 | None = None,
        context: Floats | None = None,
        temperature: float = 1.0,
    ) -> UInt8:
        """(n, n_steps, n_bits) new frames, of n pieces that all go on from `prompt` (T, n_bits) if there is one.

        `context` (T + n_steps, n_context) is that of the prompt and of what follows it.
        """
        reading = Reading(self, n)
        told = self._context(n_steps + (0 if prompt is None else len(prompt)), context)
        for t, frame in enumerate(() if prompt is None else prompt):
            reading.expect(told[t])
            reading.hear(np.repeat(frame[None], n, axis=0))
        made = np.empty((n, n_steps, self.config.n_bits), np.uint8)
        for t, row in enumerate(told[len(told) - n_steps :]):
            reading.expect(row)
            made[:, t] = reading.draw(rng, temperature)
            reading.hear(made[:, t])
        return made

    def _context(self, n_steps: int, context: Floats | None) -> Floats:
        shape = (n_steps, self.config.n_context)
        told = np.zeros(shape, np.float32) if context is None else context
        if told.shape != shape:
            raise InputError(
                f"this model is told {shape[1]} numbers of each of {n_steps} frames, not {told.shape}"
            )
        return told


class Reading:
    """Pieces that are read, or made, frame by frame: `expect` what is told of the next, look, then `hear` it."""

    def __init__(self, model: FrameModel, n: int) -> None:
        self._model, config = model, model.config
        self._state = model.trunk.begin(n)
        self._echoes = [Echo() for _ in range(n)]
        self._past = np.zeros((n, config.n_past, config.n_bits), np.uint8)
        self._heard = list[UInt8]()  # each (n, n_bits)
        self._hidden: Floats = np.zeros((n, 0), np.float32)
        self._seen = Seen(self._past, self._past[:, 0], np.zeros(n, np.int64))

    def expect(self, context: Floats) -> None:
        """What is told (n_context,) of the next frame."""
        config, n = self._model.config, len(self._past)
        echo, lengths = np.zeros((n, config.n_bits), np.uint8), np.zeros(n, np.int64)
        if config.has_echo:
            for row, each in enumerate(self._echoes):
                where, lengths[row] = each.now()
                if where is not None:
                    echo[row] = self._heard[where][row]
        told = np.repeat(context[None], n, axis=0)
        parts: list[NDArray[Any]] = [self._past[:, 0], told, *([echo] if config.has_echo else [])]
        hidden, self._state = self._model.trunk.step(
            self._state, np.concatenate(parts, axis=1).astype(np.float32)
        )
        self._hidden = np.concatenate([hidden, told], axis=1)
        self._seen = Seen(self._past, echo, lengths)

    def draw(self, rng: np.random.Generator, temperature: float) -> UInt8:
        """(n, n_bits) the next frame of each."""
        drawn: UInt8 = self._model.output.draw(self._hidden, self._seen, rng, temperature)
        return drawn

    def nats(self, frames: UInt8, *more: Any) -> Floats:
        """(n,) -log p of the next frames (n, n_bits)."""
        nats: Floats = self._model.output.nats(self._hidden, frames, self._seen, *more)
        return nats

    def hear(self, frames: UInt8) -> None:
        """The next frames (n, n_bits) are these."""
        self._past = np.concatenate([frames[:, None], self._past[:, :-1]], axis=1)
        self._heard.append(frames)
        if self._model.config.has_echo:
            for each, frame in zip(self._echoes, frames, strict=True):
                each.hear(frame)


def _silence(piece: UInt8) -> tuple[UInt8, Ints]:
    return np.zeros_like(piece), np.zeros(len(piece), np.int64)
