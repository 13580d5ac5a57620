"""How a WaveNet is trained: ours, and as in the paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aoede.errors import ConfigError
from aoede.neural.recipe import Preset
from aoede.neural.recipe import Recipe as NetworkRecipe
from aoede.settings import from_mapping, whole_numbers

_LESS_THAN = {"noise": 64, "gains": 4, "average": 1, "making": 1}


@dataclass(frozen=True)
class Recipe(NetworkRecipe):
    n_epochs: int = 40
    least_steps: int = 2_000
    n_rows: int = 2  # stretches side by side: many small updates learn sooner than few large ones
    n_steps: int = 1_000  # samples of a stretch that count
    n_context: int = 200  # samples before them, that are only heard
    learning_rate: float = 2.5e-3
    n_warm_up: int = 20
    weight_decay: float = 0.01
    dropout: float = 0.0
    label_dropout: float = 0.1  # a stretch's labels are untold: one model serves without them too
    forgetting: float = 0.0
    noise: float = 2.0  # codes that samples are heard wrong by, at most
    gains: float = 0.3  # by which they are heard too loud or too soft, as a logarithm, at most
    making: float = 0.5  # share of the stretches that are heard so, as where sound is made
    outline_steps: int = 4_000  # by which what is told is outlined before
    average: float = 0.999  # share of the past in the weights that are kept

    def __post_init__(self) -> None:
        super().__post_init__()
        whole_numbers(
            self, {"n_context": (0, 1_000_000), "checkpoint_steps": (0, 0), "outline_steps": (0, 1_000_000)}
        )
        for name, most in _LESS_THAN.items():
            value = getattr(self, name)
            if not isinstance(value, float | int) or isinstance(value, bool) or not 0 <= value < most:
                raise ConfigError(f"{name} must be a number from 0 to less than {most}, not {value!r}")

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Recipe":
        """Raises ConfigError for unknown keys and for values out of range."""
        return from_mapping(cls, values, "training a WaveNet")


RECIPES: Mapping[str, Preset] = {
    "default": Preset({}, Recipe()),
    # As in the paper, but smaller: no prior, no pre-emphasis, no noise, no average, a constant rate.
    "tutorial": Preset(
        {"has_prior": False, "pre_emphasis": 0.0},
        Recipe(
            learning_rate=1e-3,
            final_rate=1.0,
            n_warm_up=0,
            weight_decay=0.0,
            label_dropout=0.0,
            noise=0.0,
            gains=0.0,
            making=0.0,
            outline_steps=0,
            average=0.0,
            precision="float32",
        ),
    ),
}
