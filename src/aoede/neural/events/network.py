"""A network on events as torch trains it. `model.py` is the same in NumPy, and says what is computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from aoede.neural.events.config import EventConfig
from aoede.neural.events.model import FORBIDDEN
from aoede.neural.events.piece import EventPiece, Known
from aoede.neural.events.recipe import EventRecipe
from aoede.neural.events.shape import Choice, Shape, offsets
from aoede.neural.network import Masks, State, locked_dropout


@dataclass(frozen=True)
class Told:
    """What is known before one choice."""

    told: Tensor  # (T, B, columns)
    attributes: Tensor  # (T, B, values, columns)
    proposals: Tensor  # (T, B, proposals) values, -1 for none
    chosen: Tensor  # (T, B) -1 where nothing was chosen


@dataclass(frozen=True)
class Events:
    """T steps of B rows, each a stretch of a piece; a row that is shorter than others is filled up."""

    read: Tensor  # (T, B, columns)
    told: tuple[Told, ...]
    n_events: int

    @classmethod
    def of(
        cls,
        pieces: Sequence[EventPiece],
        begins: Sequence[int],
        ends: Sequence[int],
        shape: Shape,
        device: torch.device,
    ) -> "Events":
        """Events begin..end of each piece."""
        lengths = [end - begin for begin, end in zip(begins, ends, strict=True)]
        n, n_rows = max(lengths), len(pieces)
        read = np.zeros((n, n_rows, len(shape.read)), np.int64)
        known = [Known.empty(n * n_rows, choice) for choice in shape.choices]
        chosen = np.full((n, n_rows, len(shape.choices)), -1, np.int64)
        for row, (piece, begin, length) in enumerate(zip(pieces, begins, lengths, strict=True)):
            here = piece.part(slice(begin, begin + length))
            read[:length, row], chosen[:length, row] = here.read, here.chosen
            places = np.arange(length) * n_rows + row
            for whole, part in zip(known, here.known, strict=True):
                whole.told[places], whole.attributes[places] = part.told, part.attributes
                whole.proposals[places] = part.proposals
        told = tuple(_told(part, chosen[:, :, i], n, n_rows, device) for i, part in enumerate(known))
        return cls(torch.from_numpy(read).to(device), told, sum(lengths))

    def __len__(self) -> int:
        return len(self.read)

    def part(self, steps: slice) -> "Events":
        told = tuple(
            Told(t.told[steps], t.attributes[steps], t.proposals[steps], t.chosen[steps]) for t in self.told
        )
        return Events(self.read[steps], told, self.n_events)

    @property
    def n_symbols(self) -> int:
        return max(1, self.n_events)


def _told(known: Known, chosen: NDArray[np.int64], n: int, n_rows: int, device: torch.device) -> Told:
    def tensor(array: NDArray[Any]) -> Tensor:
        return torch.from_numpy(array.reshape(n, n_rows, *array.shape[1:])).to(device)

    parts = tensor(known.told), tensor(known.attributes), tensor(known.proposals)
    return Told(*parts, torch.from_numpy(chosen.copy()).to(device))


class EventNetwork(nn.Module):
    """Events and a state -> nats of each choice (choices, T, B), 0 where there was none, and the state after."""

    read_at: Tensor

    def __init__(
        self, config: EventConfig, recipe: EventRecipe, masks: Masks, trunk: Any, n_hidden: int
    ) -> None:
        super().__init__()
        self.config, self.recipe, self.masks, self.trunk = config, recipe, masks, trunk
        self.read = nn.Parameter(torch.zeros(sum(config.shape.read), config.n_embedding))
        self.register_buffer("read_at", torch.tensor(offsets(config.shape.read)), persistent=False)
        self.choices = nn.ModuleDict(
            {
                choice.name: ChoiceNetwork(
                    choice, n_hidden + config.n_embedding, config.n_units, masks, recipe.dropout
                )
                for choice in config.shape.choices
            }
        )

    def begin(self, n_rows: int) -> State:
        state: State = self.trunk.begin(n_rows)
        return state

    def forward(self, window: Events, state: State) -> tuple[Tensor, State]:
        x = _summed(self.read, window.read + self.read_at)
        x = locked_dropout(x, self.recipe.dropout if self.training else 0.0, self.masks)
        hidden, state = self.trunk(x, state)
        hidden = locked_dropout(hidden, self.recipe.hidden_dropout if self.training else 0.0, self.masks)
        seen = torch.cat([hidden, x.to(hidden.dtype)], dim=2)
        nats = [choice(seen, told) for choice, told in zip(self.choices.values(), window.told, strict=True)]
        return torch.stack(nats), state


class ChoiceNetwork(nn.Module):
    """(T, B, n_seen) and what is known -> (T, B) nats of what was chosen."""

    told_at: Tensor
    attributes_at: Tensor

    def __init__(self, choice: Choice, n_seen: int, n_units: int, masks: Masks, dropout: float) -> None:
        super().__init__()
        self.choice, self.masks, self.dropout = choice, masks, dropout
        self.hidden = nn.Linear(n_seen, n_units)
        self.told = nn.Parameter(torch.zeros(sum(choice.told), n_units)) if choice.told else None
        self.output = nn.Linear(n_units, choice.n_atoms)
        self.register_buffer("told_at", torch.tensor(offsets(choice.told)), persistent=False)
        self.register_buffer(
            "attributes_at", torch.tensor(offsets(choice.attributes)) + choice.n_values, persistent=False
        )

    def forward(self, seen: Tensor, known: Told) -> Tensor:
        units = self.hidden(seen)
        if self.told is not None:
            units = units + _summed(self.told, known.told + self.told_at).to(units.dtype)
        units = functional.relu(units)
        if self.training and self.dropout:
            units = units * self.masks.draw(tuple(units.shape), self.dropout, units)
        scores = self._scores(self.output(units).float().flatten(0, 1), known)
        chosen = known.chosen.flatten()
        nats = functional.cross_entropy(scores, chosen.clamp(min=0), reduction="none")
        return torch.where(chosen >= 0, nats, torch.zeros_like(nats)).view(known.chosen.shape)

    def _scores(self, atoms: Tensor, known: Told) -> Tensor:
        """(N, n_atoms) -> (N, values)"""
        n_values, n_proposals = self.choice.n_values, self.choice.n_proposals
        attributes = known.attributes.flatten(0, 1)  # (N, values, columns)
        at = (attributes + self.attributes_at).flatten(1)
        scores = atoms[:, :n_values] + atoms.gather(1, at).view(*attributes.shape).sum(dim=2)
        if n_proposals:
            proposals = known.proposals.flatten(0, 1).long()
            weights = atoms[:, -n_proposals:] * (proposals >= 0)
            scores = scores.scatter_add(1, proposals.clamp(min=0), weights)
        return scores.masked_fill(attributes[:, :, 0] == 0, float(FORBIDDEN))


def _summed(table: Tensor, ids: Tensor) -> Tensor:
    """(C, n) and (T, B, columns) -> (T, B, n) sums of the rows."""
    flat = functional.embedding_bag(ids.flatten(0, 1), table, mode="sum")
    return flat.view(*ids.shape[:2], -1)
