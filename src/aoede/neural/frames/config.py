"""What every network on frames is made by: what a frame is, and how the next one is foreseen."""

from dataclasses import dataclass
from typing import Any

from aoede.errors import ConfigError
from aoede.settings import whole_numbers

OUTPUTS = ("notes", "nade", "rbm", "bernoulli")
N_LENGTHS = 9  # classes of how long an echo has gone on; 0: there is none
_LIMITS = {
    "n_pitches": (1, 128),
    "n_context": (0, 4096),
    "n_units": (1, 4096),
    "n_deep": (0, 16),
    "n_past": (1, 256),
    "reach": (0, 127),
    "reach_below": (1, 127),
}
_SWITCHES = ("has_strikes", "has_echo")


@dataclass(frozen=True)
class FrameConfig:
    n_pitches: (
        int  # a frame has a held bit for each, and where it has strikes a struck bit for each after them
    )
    has_strikes: bool = False
    n_context: int = 0  # numbers told with every frame: place in the bar, meter, key
    has_echo: bool = True  # whether what followed when the last frames were heard before is told too
    output: str = "notes"
    n_units: int = 160  # of the output: features of a pitch (notes), hidden units (nade, rbm)
    n_deep: int = 2  # layers on these features (notes)
    n_past: int = 8  # frames that each pitch sees around itself (notes)
    reach: int = 12  # semitones that it sees to either side in them
    reach_below: int = 30  # semitones that it sees downwards in the frame itself

    def __post_init__(self) -> None:
        whole_numbers(self, _LIMITS)
        for name in _SWITCHES:
            if not isinstance(getattr(self, name), bool):
                raise ConfigError(f"{name} must be true or false, not {getattr(self, name)!r}")
        check_output(self.output)

    @property
    def n_kinds(self) -> int:
        """Bits of a pitch: held, or held and struck."""
        return 2 if self.has_strikes else 1

    @property
    def n_bits(self) -> int:
        """Bits of a frame."""
        return self.n_pitches * self.n_kinds

    @property
    def n_read(self) -> int:
        """Numbers that are read at each step: the frame before, the context, the echo."""
        return self.n_bits * (1 + self.has_echo) + self.n_context

    @property
    def n_channels(self) -> int:
        """Rows of bits that a pitch sees around itself: frames of the past, and the echo."""
        return (self.n_past + self.has_echo) * self.n_kinds


def check_output(output: Any) -> None:
    """Raises ConfigError where there is no such output."""
    if not isinstance(output, str) or output not in OUTPUTS:
        raise ConfigError(f"there is no output {output!r}", hint=f"Outputs are {', '.join(OUTPUTS)}.")
