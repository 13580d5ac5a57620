"""How a network on frames is trained: the numbers of every network, and a few more."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from aoede.errors import ConfigError
from aoede.neural.recipe import Recipe
from aoede.settings import from_mapping

SUITED_FRAMES, FALL = (
    14_000,
    0.35,
)  # what the dropout of the recipe suits, and how fast it falls with more music


@dataclass(frozen=True)
class FrameRecipe(Recipe):
    n_epochs: int = 24
    least_steps: int = 300  # an update of a network on frames takes ten times as long as one on text
    n_rows: int = 16  # pieces side by side
    n_warm_up: int = 50
    learning_rate: float = 3e-3
    weight_decay: float = 0.1
    dropout: float = 0.5  # of what the output computes, one mask a frame; half as much of its features
    trunk_dropout: float = 0.1  # of what layers of the trunk give out; one mask for all steps of a window
    hidden_dropout: float = 0.7  # of what the network remembers, as the output sees it
    past_dropout: float = 0.1  # whole frames of the past, as the output sees them
    context_dropout: float = 0.1  # a row's context is untold for a window: one model serves without it too
    label_dropout: float = 0.0
    forgetting: float = 0.0
    n_gibbs: int = 15  # steps of contrastive divergence (rbm)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("trunk_dropout", "hidden_dropout", "past_dropout", "context_dropout"):
            value = getattr(self, name)
            if not isinstance(value, float | int) or isinstance(value, bool) or not 0 <= value <= 0.95:
                raise ConfigError(f"{name} must be a number from 0 to 0.95, not {value!r}")
        if not isinstance(self.n_gibbs, int) or not 1 <= self.n_gibbs <= 10_000:
            raise ConfigError(f"n_gibbs must be a whole number from 1 to 10,000, not {self.n_gibbs!r}")

    def suited(self, n_frames: int) -> "FrameRecipe":
        """The recipe for so much music: the more there is, the less must be dropped."""
        share = min(1.0, (SUITED_FRAMES / max(1, n_frames)) ** FALL)
        names = ("dropout", "hidden_dropout", "past_dropout")
        return replace(self, **{name: round(share * getattr(self, name), 3) for name in names})

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "FrameRecipe":
        """Raises ConfigError for unknown keys and for values out of range."""
        return from_mapping(cls, values, "training a network on frames")
