"""Pieces of events as arrays: what is read and told, and what was chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.neural.events.shape import Choice, Shape

Int16 = NDArray[np.int16]
UInt8 = NDArray[np.uint8]


@dataclass(frozen=True)
class Known:
    """What is known before one choice, of T events one after another or of n pieces side by side."""

    told: Int16  # (T, columns)
    attributes: UInt8  # (T, values, columns)
    proposals: Int16  # (T, proposals) values, -1 for none

    @classmethod
    def empty(cls, n: int, choice: Choice) -> Self:
        """Zeros, and no proposal."""
        return cls(
            np.zeros((n, len(choice.told)), np.int16),
            np.zeros((n, choice.n_values, len(choice.attributes)), np.uint8),
            np.full((n, choice.n_proposals), -1, np.int16),
        )

    def part(self, rows: slice | NDArray[np.int64]) -> "Known":
        return Known(self.told[rows], self.attributes[rows], self.proposals[rows])


@dataclass(frozen=True)
class EventPiece:
    """T events. Of what was not to be chosen, such as the length of a note before the first, `chosen` is -1."""

    read: Int16  # (T, columns)
    known: tuple[Known, ...]  # a choice
    chosen: Int16  # (T, choices)

    def __len__(self) -> int:
        return len(self.read)

    def part(self, rows: slice) -> "EventPiece":
        return EventPiece(self.read[rows], tuple(k.part(rows) for k in self.known), self.chosen[rows])


def check_pieces(shape: Shape, pieces: Sequence[EventPiece]) -> None:
    """Raises InputError for a piece that is not of this shape, or in which what is forbidden was chosen."""
    for i, piece in enumerate(pieces):
        _check_columns(i, piece.read, shape.read)
        for known, choice, chosen in zip(piece.known, shape.choices, piece.chosen.T, strict=True):
            flat = known.attributes.reshape(-1, known.attributes.shape[2])
            _check_columns(i, known.told, choice.told)
            _check_columns(i, flat, choice.attributes)
            made = np.flatnonzero(chosen >= 0)
            if known.attributes.shape[1] != choice.n_values or (chosen >= choice.n_values).any():
                raise InputError(f"piece {i} chooses a {choice.name} that there is not")
            if not known.attributes[made, chosen[made], 0].all():
                raise InputError(f"piece {i} chooses a {choice.name} that is forbidden")


def _check_columns(i: int, rows: NDArray[Any], sizes: tuple[int, ...]) -> None:
    if rows.shape[1:] != (len(sizes),) or (len(rows) and (rows.max(axis=0) >= sizes).any()):
        raise InputError(f"piece {i} is none of these events: its columns are others")
