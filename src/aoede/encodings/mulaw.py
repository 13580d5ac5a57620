"""Sound <-> codes: pre-emphasis, then the mu-law of telephony on so many levels.

Pre-emphasis y[t] = x[t] - a x[t-1] lifts what is high before it is quantised, and its inverse lowers it again
together with the hiss of the quantising (Valin and Skoglund, "LPCNet", 2019). The law is that of ITU-T G.711 in its
smooth form: f(y) = sign(y) ln(1 + mu |y|) / ln(1 + mu), mu = levels - 1, its range cut into as many steps, as WaveNet
has it (van den Oord et al. 2016). No code is exactly zero: digital silence is `levels / 2`, 84 dB below the loudest.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError

NAME = "mulaw"
RATES_HZ = (4_000, 48_000)  # the least and the most

Codes = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class MuLaw:
    """How samples of a rate become codes 0..n_levels-1.

    Raises InputError for a rate outside 4 to 48 kHz, for levels that are odd or not 4..256, and for a pre-emphasis
    outside [0, 0.98].
    """

    rate_hz: int = 16_000
    n_levels: int = 256
    pre_emphasis: float = 0.85

    def __post_init__(self) -> None:
        if not RATES_HZ[0] <= self.rate_hz <= RATES_HZ[1]:
            raise InputError(f"a rate of {self.rate_hz} Hz; {RATES_HZ[0]} to {RATES_HZ[1]} can be encoded")
        if self.n_levels % 2 or not 4 <= self.n_levels <= 256:
            raise InputError(f"{self.n_levels} levels; mu-law has an even number from 4 to 256 here")
        if not 0 <= self.pre_emphasis <= 0.98:
            raise InputError(f"a pre-emphasis of {self.pre_emphasis:g}; it lies from 0 to 0.98")

    @property
    def silence(self) -> int:
        """The code of nothing."""
        return self.n_levels // 2

    @cached_property
    def values(self) -> Floats:
        """(n_levels,) what each code stands for, before the pre-emphasis is undone; ascending from -1 to 1."""
        return np.asarray(self._expanded(np.arange(self.n_levels)), np.float32)

    @cached_property
    def edges(self) -> NDArray[np.float64]:
        """(n_levels - 1,) the values between neighbouring codes: halfway in the law, not between their values."""
        return self._expanded(np.arange(1, self.n_levels) - 0.5)

    def _expanded(self, places: NDArray[Any]) -> NDArray[np.float64]:
        mu = self.n_levels - 1
        law = 2 * places / mu - 1
        return np.asarray(np.sign(law) * np.expm1(np.abs(law) * np.log1p(mu)) / mu)

    def encode(self, samples: NDArray[np.floating], *, before: float = 0.0) -> Codes:
        """(T,) samples as codes; `before` is the sample that came before them.

        What lies outside of [-1, 1] after the pre-emphasis is clipped: leave room, see `headroom`. NaN is silence.
        """
        sound = np.nan_to_num(np.asarray(samples, np.float64), posinf=1.0, neginf=-1.0)
        return self._quantised(self._emphasised(sound, before))

    def headroom(self, samples: NDArray[np.floating]) -> float:
        """By what the samples may be multiplied before `encode` clips; infinite for silence."""
        peak = float(np.abs(self._emphasised(np.asarray(samples, np.float64), 0.0)).max(initial=0.0))
        return 1.0 / peak if peak else float("inf")

    def decode(self, codes: NDArray[np.integer]) -> Floats:
        """(T,) codes as samples; what quantising added is all that is not undone. They may pass 1 by a little."""
        return self.continued(codes, 0.0)[0]

    def continued(self, codes: NDArray[np.integer], state: float) -> tuple[Floats, float]:
        """`decode` of what comes next, and the state after it; 0.0 is the state at the beginning.

        However a row of codes is cut, the samples are the same to the bit.
        """
        values = self.values[codes].tolist()
        share = self.pre_emphasis
        found = list(accumulate(values, lambda last, value: value + share * last, initial=state))
        return np.array(found[1:], np.float32), found[-1]

    def _emphasised(self, sound: NDArray[np.float64], before: float) -> NDArray[np.float64]:
        earlier = np.concatenate([[before], sound[:-1]]) if len(sound) else sound
        return np.asarray(sound - self.pre_emphasis * earlier)

    def _quantised(self, values: NDArray[np.float64]) -> Codes:
        mu = self.n_levels - 1
        law = np.sign(values) * np.log1p(mu * np.minimum(np.abs(values), 1.0)) / np.log1p(mu)
        return np.asarray(np.floor((law + 1) * mu / 2 + 0.5), np.uint8)

    def as_mapping(self) -> dict[str, Any]:
        return {"name": NAME, **asdict(self)}

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "MuLaw":
        """What `as_mapping` gave. Raises InputError where it is something else."""
        try:
            if values["name"] != NAME:
                raise ValueError(values["name"])
            emphasis = float(values["pre_emphasis"])
            return cls(int(values["rate_hz"]), int(values["n_levels"]), emphasis)
        except (KeyError, TypeError, ValueError) as error:
            raise InputError("this is no mu-law encoding") from error
