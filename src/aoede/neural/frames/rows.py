"""Pieces as rows that are read side by side: each row goes on with its piece, and then takes the next.

Pieces come in a new order each time all have been read. A piece's first window ends at a place that is drawn, so that
the places where a gradient stops are others each time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.neural.frames.echo import echoes
from aoede.randomness import stream

UInt8 = NDArray[np.uint8]
Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Mover:
    """By how many semitones pieces are moved, drawn anew each time, and how that is done."""

    by: Callable[[UInt8, Floats, int], tuple[UInt8, Floats]]  # frames, context, semitones -> both moved up
    least: int
    most: int  # included


@dataclass(frozen=True)
class Piece:
    """A piece with what is told of it at each step."""

    frames: UInt8  # (T, n_bits)
    context: Floats  # (T, n_context)
    echo: UInt8  # (T, n_bits)
    lengths: Ints  # (T,)

    @classmethod
    def of(cls, frames: UInt8, context: Floats | None = None, *, has_echo: bool = True) -> "Piece":
        told = np.zeros((len(frames), 0), np.float32) if context is None else context
        expected, lengths = (
            echoes(frames) if has_echo else (np.zeros_like(frames), np.zeros(len(frames), np.int64))
        )
        return cls(frames, told, expected, lengths)

    def __len__(self) -> int:
        return len(self.frames)

    def moved(self, mover: Mover, semitones: int) -> "Piece":
        """Higher by so many semitones."""
        frames, context = mover.by(self.frames, self.context, semitones)
        echo, _ = mover.by(self.echo, self.context, semitones)
        return Piece(frames, context, echo, self.lengths)

    def without_context(self) -> "Piece":
        return replace(self, context=np.zeros_like(self.context))


@dataclass(frozen=True)
class Stretch:
    """What a row reads in an update."""

    piece: Piece
    begin: int
    end: int
    is_first: bool  # of its piece: nothing is carried into it


class Rows:
    """With a `mover` a piece is moved when a row takes it."""

    def __init__(
        self,
        pieces: Sequence[Piece],
        *,
        n_rows: int,
        n_steps: int,
        seed: int,
        mover: Mover | None = None,
    ) -> None:
        self._pieces = [piece for piece in pieces if len(piece)]
        if not self._pieces:
            raise InputError("there is nothing to learn from: no piece has a step")
        self.n_rows = min(n_rows, len(self._pieces))
        self._n_steps, self._seed = n_steps, seed
        self._mover = mover
        self._at = np.full(
            (self.n_rows, 4), -1, np.int64
        )  # number in the order, place, semitones, whether told
        self._n_taken = np.zeros(1, np.int64)
        self._order = lru_cache(maxsize=2)(self._shuffled)

    @property
    def n_windows(self) -> int:
        """Updates in which all pieces are read about once."""
        return max(1, round(sum(-(-len(piece) // self._n_steps) for piece in self._pieces) / self.n_rows))

    def next(self, rng: np.random.Generator, untold: float) -> list[Stretch]:
        """What each row reads now; with the chance `untold` a piece is read without its context."""
        return [self._row(row, rng, untold) for row in range(self.n_rows)]

    def _row(self, row: int, rng: np.random.Generator, untold: float) -> Stretch:
        number, place, semitones, is_told = self._at[row]
        n_steps = self._n_steps
        is_first = number < 0
        if is_first:
            number, place = int(self._n_taken[0]), 0
            self._n_taken += 1
            mover = self._mover
            semitones = rng.integers(mover.least, mover.most, endpoint=True) if mover else 0
            is_told = rng.random() >= untold
            if len(self._piece(number)) > n_steps:
                n_steps -= int(rng.integers(n_steps // 2 + 1))
        piece = self._piece(number)
        end = min(len(piece), place + n_steps)
        self._at[row] = (number, end, semitones, is_told) if end < len(piece) else -1
        if semitones and self._mover is not None:
            piece = piece.moved(self._mover, int(semitones))
        return Stretch(piece if is_told else piece.without_context(), int(place), end, bool(is_first))

    def _piece(self, number: int) -> Piece:
        epoch, place = divmod(int(number), len(self._pieces))
        piece: Piece = self._pieces[self._order(epoch)[place]]
        return piece

    def _shuffled(self, epoch: int) -> Ints:
        return np.asarray(stream(self._seed, "pieces", epoch).permutation(len(self._pieces)))

    # -- storing --

    def state(self) -> dict[str, NDArray[Any]]:
        return {"rows": self._at.copy(), "taken": self._n_taken.copy()}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        self._at[...], self._n_taken[...] = state["rows"], state["taken"]
