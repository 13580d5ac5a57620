"""The shape of a WaveNet."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aoede.errors import ConfigError
from aoede.settings import checked_sizes, from_mapping, whole_numbers

_LIMITS = {
    "rate_hz": (1_000, 192_000),
    "n_levels": (4, 256),
    "n_layers": (1, 64),
    "n_cycle": (1, 14),
    "n_residual": (1, 512),
    "n_skip": (1, 1_024),
    "n_told": (1, 512),
    "n_frame_features": (0, 1_024),
    "frame_samples": (1, 65_536),
    "n_outline": (1, 512),
    "n_harmonics": (0, 256),
    "n_taps": (1, 64),
}


@dataclass(frozen=True)
class Config:
    """Causal dilated convolutions over mu-law codes (van den Oord et al. 2016), beside a linear prediction."""

    rate_hz: int = 16_000
    n_levels: int = 256  # codes of a sample are 0..n_levels - 1
    pre_emphasis: float = (
        0.85  # of what the codes stand for; told with the weights, nothing here depends on it
    )
    n_layers: int = 20
    n_cycle: int = 10  # dilations go 1, 2, 4, ... so many times, and begin again
    n_residual: int = 32  # channels from layer to layer
    n_skip: int = 64  # channels of what the layers give out
    n_told: int = 32  # numbers that stand for labels and frame together
    label_sizes: tuple[int, ...] = ()  # values of each label column, the unknown (0) included
    n_frame_features: int = 0  # numbers of a frame of conditioning; 0: there are none
    frame_samples: int = 160  # samples that one frame is for
    n_outline: int = 64  # hidden units of what labels and frames alone foresee
    n_harmonics: int = 0  # of the told note in it; 0: none is told
    has_prior: bool = True  # logits are added to those of an adaptive linear prediction
    n_taps: int = 48  # samples that it predicts from
    n_quick: int = 16  # samples that its quicker half predicts from
    fading: float = 0.98  # of a tap beside the one after it, where sound is made; 1: of none
    leaning: float = 0.8  # share of the outline in the prior there

    def __post_init__(self) -> None:
        whole_numbers(self, _LIMITS)
        whole_numbers(self, {"n_quick": (1, self.n_taps)})
        if not isinstance(self.has_prior, bool):
            raise ConfigError(f"has_prior must be true or false, not {self.has_prior!r}")
        if not _is_number(self.pre_emphasis) or not 0 <= self.pre_emphasis < 1:
            raise ConfigError(
                f"pre_emphasis must be a number from 0 to less than 1, not {self.pre_emphasis!r}"
            )
        if not _is_number(self.fading) or not 0 < self.fading <= 1:
            raise ConfigError(f"fading must be a number above 0 to 1, not {self.fading!r}")
        if not _is_number(self.leaning) or not 0 <= self.leaning <= 1:
            raise ConfigError(f"leaning must be a number from 0 to 1, not {self.leaning!r}")
        object.__setattr__(self, "label_sizes", checked_sizes(self.label_sizes))

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Config":
        """Raises ConfigError for unknown keys and for values out of range."""
        return from_mapping(cls, values, "a WaveNet")

    @property
    def dilations(self) -> tuple[int, ...]:
        """Samples between the two that each layer looks at."""
        return tuple(1 << (i % self.n_cycle) for i in range(self.n_layers))

    @property
    def n_seen(self) -> int:
        """Past samples that a prediction depends on, but for the linear one."""
        return sum(self.dilations) + 2

    @property
    def silence(self) -> int:
        """The code of nothing: it stands before every clip."""
        return self.n_levels // 2

    @property
    def is_told(self) -> bool:
        """Whether anything is said beside the samples: labels, a score, or that sound is made, not judged."""
        return bool(self.label_sizes or self.n_frame_features or self.has_prior)

    @property
    def n_outputs(self) -> int:
        """Logits, and how the linear prediction is moved and widened."""
        return self.n_levels + 2 * self.has_prior


def _is_number(value: object) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool)
