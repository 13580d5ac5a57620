"""Pieces as rows that are read side by side: each row goes on with its piece, and then takes the next.

Pieces come in a new order each time all have been read. A piece's first window ends at a place that is drawn, so that
the places where a gradient stops are others each time.
"""

from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.randomness import stream

Ints = NDArray[np.int64]
P = TypeVar("P", bound=Sized)


@dataclass(frozen=True)
class Stretch(Generic[P]):
    """What a row reads in an update."""

    piece: P
    begin: int
    end: int
    is_first: bool  # of its piece: nothing is carried into it


class PieceRows(Generic[P]):
    """Rows of pieces that are read as they are. A child may draw for each piece how it is shown."""

    n_drawn: ClassVar[int] = 0  # whole numbers that `_drawn` gives

    def __init__(self, pieces: Sequence[P], *, n_rows: int, n_steps: int, seed: int) -> None:
        self._pieces = [piece for piece in pieces if len(piece)]
        if not self._pieces:
            raise InputError("there is nothing to learn from: no piece has a step")
        self.n_rows = min(n_rows, len(self._pieces))
        self._n_steps, self._seed = n_steps, seed
        # Of each row the piece's number in the order, the place in it, what was drawn for it; -1: a new one is due.
        self._at = np.full((self.n_rows, 2 + self.n_drawn), -1, np.int64)
        self._n_taken = np.zeros(1, np.int64)
        self._order = lru_cache(maxsize=2)(self._shuffled)

    @property
    def n_windows(self) -> int:
        """Updates in which all pieces are read about once."""
        return max(1, round(sum(-(-len(piece) // self._n_steps) for piece in self._pieces) / self.n_rows))

    def stretches(self, rng: np.random.Generator) -> list[Stretch[P]]:
        """What each row reads now."""
        return [self._row(row, rng) for row in range(self.n_rows)]

    def _drawn(self, rng: np.random.Generator) -> tuple[int, ...]:
        """What is drawn when a row takes a piece."""
        return ()

    def _shown(self, piece: P, drawn: Ints) -> P:
        """The piece as it is read after `drawn` (n_drawn,)."""
        return piece

    def _row(self, row: int, rng: np.random.Generator) -> Stretch[P]:
        number, place, drawn = self._at[row, 0], self._at[row, 1], self._at[row, 2:].copy()
        n_steps = self._n_steps
        is_first = number < 0
        if is_first:
            number, place = self._n_taken[0], 0
            self._n_taken += 1
            drawn[:] = self._drawn(rng)
            if len(self._piece(number)) > n_steps:
                n_steps -= int(rng.integers(n_steps // 2 + 1))
        piece = self._piece(number)
        end = min(len(piece), int(place) + n_steps)
        self._at[row] = (number, end, *drawn) if end < len(piece) else -1
        return Stretch(self._shown(piece, drawn), int(place), end, bool(is_first))

    def _piece(self, number: int) -> P:
        epoch, place = divmod(int(number), len(self._pieces))
        piece: P = self._pieces[self._order(epoch)[place]]
        return piece

    def _shuffled(self, epoch: int) -> Ints:
        return np.asarray(stream(self._seed, "pieces", epoch).permutation(len(self._pieces)))

    # -- storing --

    def state(self) -> dict[str, NDArray[Any]]:
        return {"rows": self._at.copy(), "taken": self._n_taken.copy()}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        self._at[...], self._n_taken[...] = state["rows"], state["taken"]
