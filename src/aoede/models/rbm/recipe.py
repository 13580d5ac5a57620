"""How an RBM is trained: every number of it, with the two recipes that come with the family."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from aoede.errors import ConfigError
from aoede.settings import from_mapping

# Least and greatest value of each number, both included.
_LIMITS: Mapping[str, tuple[float, float]] = {
    "n_epochs": (1, 1_000_000),
    "least_steps": (1, 1_000_000_000),
    "batch_size": (1, 100_000),
    "learning_rate": (0, 10),
    "final_rate": (0, 1),
    "first_k": (1, 10_000),
    "k": (1, 10_000),
    "n_chains": (1, 100_000),
    "first_momentum": (0, 0.999),
    "momentum": (0, 0.999),
    "weight_decay": (0, 1),
    "weight_mean": (-10, 10),
    "weight_sd": (0, 10),
    "patience": (1, 1_000_000),
    "n_check_windows": (1, 100_000),
    "n_check_chains": (2, 100_000),
    "n_check_betas": (1, 1_000_000),
}
MOMENTUM_RISE = 0.1  # share of the training over which the momentum rises


@dataclass(frozen=True)
class Recipe:
    """Gradients are means over the batch. What changes, changes with the progress of the training from 0 to 1."""

    n_epochs: int = 24
    least_steps: int = 4_000  # however few the data; where epochs are asked for they alone count
    batch_size: int = 100
    learning_rate: float = 0.05
    final_rate: float = 0.01  # the learning rate falls in a line to this share of itself
    first_k: int = 1  # Gibbs sweeps of the negative phase at the beginning,
    k: int = 5  # and at the end
    persistent: bool = True  # chains go on from update to update (PCD); else they start at the data (CD)
    n_chains: int = 100  # of a persistent negative phase
    centred: bool = True
    first_momentum: float = 0.5
    momentum: float = 0.9  # reached after a tenth of the training
    weight_decay: float = 1e-4  # of the weights alone
    bias_from_data: bool = True  # visible biases begin at the log-odds of the smoothed data means; else at 0
    weight_mean: float = 0.0
    weight_sd: float = 0.01
    patience: int = 20  # checks that may be no better and overfit before it stops: first the rate must fall
    n_check_windows: int = 256  # of the held-out and of the training pieces each
    n_check_chains: int = 32
    n_check_betas: int = 300

    def __post_init__(self) -> None:
        for field in fields(self):
            _check(field.name, getattr(self, field.name), type(field.default))
        if self.k < self.first_k:
            raise ConfigError(f"k rises from first_k: {self.first_k} to {self.k} does not")

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Recipe":
        """Raises ConfigError for unknown keys and for values out of range."""
        return from_mapping(cls, values, "training an RBM")

    def rate_at(self, progress: float) -> float:
        return self.learning_rate * (1 - (1 - self.final_rate) * progress)

    def momentum_at(self, progress: float) -> float:
        rise = min(1.0, progress / MOMENTUM_RISE)
        return self.first_momentum + (self.momentum - self.first_momentum) * rise

    def k_at(self, progress: float) -> int:
        return round(self.first_k + (self.k - self.first_k) * progress)


def _check(name: str, value: Any, kind: type) -> None:
    if kind is bool:
        if not isinstance(value, bool):
            raise ConfigError(f"{name} must be true or false, not {value!r}")
        return
    low, high = _LIMITS[name]
    is_number = isinstance(value, (int, float) if kind is float else int) and not isinstance(value, bool)
    if not is_number or not low <= value <= high:
        what = "a whole number" if kind is int else "a number"
        raise ConfigError(f"{name} must be {what} from {low:,} to {high:,}, not {value!r}")


@dataclass(frozen=True)
class Preset:
    """A recipe with the shape of the model that it is for."""

    window_steps: int
    n_hidden: int
    stride_steps: int  # between the beginnings of windows of the training pieces
    recipe: Recipe


RECIPES: Mapping[str, Preset] = {
    "default": Preset(window_steps=16, n_hidden=200, stride_steps=4, recipe=Recipe()),
    # The model of the tutorials on music and RBMs. Their published code draws its weights with mean 0.01 and
    # deviation 1, from a mix-up of two arguments; the text means these.
    "tutorial": Preset(
        window_steps=15,
        n_hidden=50,
        stride_steps=15,
        recipe=Recipe(
            n_epochs=200,
            least_steps=1,
            batch_size=100,
            learning_rate=0.005,
            final_rate=1.0,
            first_k=1,
            k=1,
            persistent=False,
            centred=False,
            first_momentum=0.0,
            momentum=0.0,
            weight_decay=0.0,
            bias_from_data=False,
            weight_mean=0.0,
            weight_sd=0.01,
        ),
    ),
}
