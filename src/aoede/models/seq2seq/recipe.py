"""How a sequence-to-sequence model is trained: every number of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aoede.models.seq2seq.config import MAX_MESSAGE
from aoede.neural.recipe import Recipe as NetworkRecipe
from aoede.settings import from_mapping, whole_numbers

_LIMITS = {"batch_size": (1, 100_000), "max_message": (1, MAX_MESSAGE), "max_reply": (1, 10_000)}


@dataclass(frozen=True)
class Recipe:
    n_epochs: int = 8
    least_steps: int = 300  # however few the data; where epochs are asked for they alone count
    batch_size: int = 64  # pairs
    learning_rate: float = 1e-2
    dropout: float = (
        0.2  # of what stands for a word and of what a reply is written from; one mask for all steps
    )
    clip: float = 1.0  # greatest norm of a gradient; 0: any
    max_message: int = 40  # words of a message that are read: its last
    max_reply: int = 20  # words of a reply that are learnt: its first; the end of a longer one is not
    patience: int = 2  # checks that may be no better and overfit before it stops

    def __post_init__(self) -> None:
        whole_numbers(self, _LIMITS)
        _ = self.of_network  # checks the others

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Recipe":
        """Raises ConfigError for unknown keys and for values out of range."""
        return from_mapping(cls, values, "training a sequence-to-sequence model")

    @property
    def of_network(self) -> NetworkRecipe:
        """What of it any network is trained by. So small products are no faster in bfloat16."""
        return NetworkRecipe(
            n_epochs=self.n_epochs,
            least_steps=self.least_steps,
            learning_rate=self.learning_rate,
            dropout=self.dropout,
            clip=self.clip,
            patience=self.patience,
            precision="float32",
        )


@dataclass(frozen=True)
class Preset:
    """A recipe with the shape of the model that it is for, as settings of its `Config`."""

    shape: Mapping[str, Any]
    recipe: Recipe

    def shape_for(self, n_symbols: int, minutes: float | None) -> dict[str, Any]:
        return dict(self.shape)

    def recipe_for(self, n_hidden: int) -> Recipe:
        return self.recipe


RECIPES: Mapping[str, Preset] = {"default": Preset({}, Recipe())}
