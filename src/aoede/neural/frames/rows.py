"""Pieces of frames, each with what is told of it and its echo, as rows that are read side by side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from aoede.neural.frames.echo import echoes
from aoede.neural.rows import PieceRows, Stretch

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


class Rows(PieceRows[Piece]):
    """With a `mover` a piece is moved when a row takes it; some pieces are read without their context."""

    n_drawn = 2  # semitones, whether told

    def __init__(
        self,
        pieces: Sequence[Piece],
        *,
        n_rows: int,
        n_steps: int,
        seed: int,
        mover: Mover | None = None,
    ) -> None:
        super().__init__(pieces, n_rows=n_rows, n_steps=n_steps, seed=seed)
        self._mover, self._untold = mover, 0.0

    def next(self, rng: np.random.Generator, untold: float) -> list[Stretch[Piece]]:
        """What each row reads now; with the chance `untold` a piece is read without its context."""
        self._untold = untold
        return self.stretches(rng)

    def _drawn(self, rng: np.random.Generator) -> tuple[int, ...]:
        mover = self._mover
        semitones = int(rng.integers(mover.least, mover.most, endpoint=True)) if mover else 0
        return semitones, int(rng.random() >= self._untold)

    def _shown(self, piece: Piece, drawn: Ints) -> Piece:
        semitones, is_told = drawn
        if semitones and self._mover is not None:
            piece = piece.moved(self._mover, int(semitones))
        return piece if is_told else piece.without_context()
