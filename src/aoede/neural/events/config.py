"""What every network on events is made by."""

from dataclasses import dataclass

from aoede.neural.events.shape import Shape
from aoede.settings import whole_numbers


@dataclass(frozen=True)
class EventConfig:
    shape: Shape  # by the encoding
    n_embedding: int = 64  # numbers that stand for what is read before an event
    n_units: int = 96  # of each choice

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", Shape.of(self.shape))
        whole_numbers(self, {"n_embedding": (1, 2**14), "n_units": (1, 2**14)})
