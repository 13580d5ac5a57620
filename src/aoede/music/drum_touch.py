r"""How loud, and how early or late, each drum is struck: a small network, in NumPy.

Hits are touched one after another in time, and from the kick upwards where several come together:

    h = tanh(A asked + R remembered + b)
    velocity ~ mixture of normals given h,    offset ~ mixture of normals given h and the velocity

`asked` is what is known of a hit beforehand: the kind, the place in the bar, what is struck up to two steps to
either side, tempo, whether it is a fill. `remembered` is how hits before it were struck: of this kind, in the step
before, in this step, all along, and at the same place one and two bars ago. So what a drummer pushes stays pushed,
and accents come back. A mixture (Bishop, "Mixture density networks", 1994) knows that a snare is either a ghost or
a backbeat.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.drums import N_KINDS, Groove, UInt8
from aoede.music.drum_setting import N_PLACES, Setting
from aoede.neural.arrays import checked_weights
from aoede.settings import from_mapping, whole_numbers

REACH = 2  # steps to either side of which the hits are known
N_ASKED = N_KINDS + N_PLACES + (2 * REACH + 1) * N_KINDS + 2
N_REMEMBERED = 17
LOWEST, HIGHEST = -4.5, 1.0  # log scales of the mixtures
_USUAL_VELOCITY, _USUAL_BPM, _SPREAD_BPM = 0.62, 110.0, 30.0
_LONG_AGO = 16  # steps
_FORGETS = 0.05  # how fast the mean of all hits moves

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class TouchConfig:
    n_hidden: int = 64
    n_mixed: int = 4  # normals in a mixture

    def __post_init__(self) -> None:
        whole_numbers(self, {"n_hidden": (1, 4096), "n_mixed": (1, 64)})

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "TouchConfig":
        """Raises ConfigError for unknown keys and for values out of range."""
        return from_mapping(cls, values, "the touch of drums")


def hits_of(hits: UInt8) -> tuple[Ints, Ints]:
    """Steps and kinds of all hits (T, 9), in the order in which they are touched."""
    steps, kinds = np.nonzero(hits)
    return steps.astype(np.int64), kinds.astype(np.int64)


def asked(hits: UInt8, places: Sequence[int], setting: Setting) -> Floats:
    """(n, N_ASKED) what is known beforehand of each of the n hits (T, 9)."""
    steps, kinds = hits_of(hits)
    padded = np.pad(hits, ((REACH, REACH), (0, 0)))
    around = [padded[steps + k] for k in range(2 * REACH + 1)]
    speed = (setting.tempo_bpm - _USUAL_BPM) / _SPREAD_BPM
    steady = np.tile(np.array([speed, setting.is_fill], np.float32), (len(steps), 1))
    at = np.eye(N_PLACES, dtype=np.float32)[np.asarray(places, np.int64)[steps]]
    parts: list[NDArray[Any]] = [np.eye(N_KINDS, dtype=np.float32)[kinds], at, *around, steady]
    return np.concatenate(parts, axis=1).astype(np.float32)


class Memory:
    """How the hits of a groove were struck so far, as (velocity, offset) pairs around the usual."""

    def __init__(self, bar_steps: int) -> None:
        self._bar_steps = bar_steps
        self._struck = dict[tuple[int, int], tuple[float, float]]()  # by step and kind
        self._latest = dict[int, int]()  # by kind, the step
        self._here = list[tuple[float, float]]()  # in this step
        self._before = self._all = (0.0, 0.0)
        self._step, self._n = -1, 0

    def now(self, step: int, kind: int) -> list[float]:
        """N_REMEMBERED numbers for the next hit."""
        if step != self._step:
            if self._here:
                self._before = _mean(self._here)
            self._here, self._step = [], step
        latest = self._latest.get(kind)
        known = self._struck.get
        bars = [known((step - n * self._bar_steps, kind)) for n in (1, 2)]
        last = None if latest is None else known((latest, kind))
        distance = 1.0 if latest is None else min(_LONG_AGO, step - latest) / _LONG_AGO
        nothing = (0.0, 0.0)
        return [
            *(last or nothing),
            *self._before,
            *(_mean(self._here) if self._here else nothing),
            *self._all,
            *(bars[0] or nothing),
            *(bars[1] or nothing),
            float(last is not None),
            float(bool(self._here)),
            float(bars[0] is not None),
            float(bars[1] is not None),
            distance,
        ]

    def hear(self, step: int, kind: int, velocity: float, offset: float) -> None:
        """The hit was struck like this; velocity 0..1, offset in steps."""
        touch = (2 * (velocity - _USUAL_VELOCITY), 2 * offset)
        self._struck[step, kind], self._latest[kind] = touch, step
        self._here.append(touch)
        self._n += 1
        share = max(_FORGETS, 1 / (self._n + 1))
        self._all = (
            self._all[0] + share * (touch[0] - self._all[0]),
            self._all[1] + share * (touch[1] - self._all[1]),
        )


def _mean(touches: Sequence[tuple[float, float]]) -> tuple[float, float]:
    n = len(touches)
    return sum(v for v, _ in touches) / n, sum(o for _, o in touches) / n


def remembered(groove: Groove, bar_steps: int) -> Floats:
    """(n, N_REMEMBERED) of each hit what was struck before it."""
    memory, rows = Memory(bar_steps), list[list[float]]()
    for step, kind in zip(*(each.tolist() for each in hits_of(groove.hits)), strict=True):
        rows.append(memory.now(step, kind))
        memory.hear(step, kind, float(groove.velocities[step, kind]), float(groove.offsets[step, kind]))
    return np.array(rows, np.float32).reshape(-1, N_REMEMBERED)


def shapes(config: TouchConfig) -> dict[str, tuple[int, ...]]:
    h, m = config.n_hidden, 3 * config.n_mixed
    return {
        "hidden.weight": (h, N_ASKED + N_REMEMBERED),
        "hidden.bias": (h,),
        "velocity.weight": (m, h),
        "velocity.bias": (m,),
        "offset.weight": (m, h + 1),
        "offset.bias": (m,),
    }


class Touch:
    def __init__(self, config: TouchConfig, tensors: Mapping[str, NDArray[Any]]) -> None:
        """Raises InputError where these are not the weights of such a network."""
        self.config = config
        self._t = checked_weights(shapes(config), tensors)
        self._remembers = np.ascontiguousarray(self._t["hidden.weight"][:, N_ASKED:])

    def nats(
        self,
        groove: Groove,
        places: Sequence[int],
        setting: Setting,
        bar_steps: int,
        *,
        forgets: bool = False,
    ) -> Floats:
        """(n, 2) -log density of the velocity (1 is MIDI's 127) and the offset (in steps) of each hit.

        forgets: as if nothing had been struck before each.
        """
        mixtures, struck = self._foreseen(groove, places, setting, bar_steps, forgets)
        return np.stack([_mixture_nats(out, struck[:, k]) for k, out in enumerate(mixtures)], axis=1)

    def expected(
        self,
        groove: Groove,
        places: Sequence[int],
        setting: Setting,
        bar_steps: int,
        *,
        forgets: bool = False,
    ) -> Floats:
        """(n, 2) the means of both, given all before."""
        mixtures, _ = self._foreseen(groove, places, setting, bar_steps, forgets)
        found = []
        for out in mixtures:
            shares, means, _ = np.split(out, 3, axis=1)
            weights = np.exp(shares - shares.max(axis=1, keepdims=True))
            found.append((weights * means).sum(axis=1) / weights.sum(axis=1))
        return np.stack(found, axis=1)

    def _foreseen(
        self, groove: Groove, places: Sequence[int], setting: Setting, bar_steps: int, forgets: bool
    ) -> tuple[tuple[Floats, Floats], Floats]:
        """The mixtures (n, 3 m) of velocity and offset, and (n, 2) what they were."""
        steps, kinds = hits_of(groove.hits)
        struck = np.stack([groove.velocities[steps, kinds], groove.offsets[steps, kinds]], axis=1)
        before = remembered(groove, bar_steps)
        if forgets:
            before = np.tile(np.array(Memory(bar_steps).now(0, 0), np.float32), (len(before), 1))
        read = np.concatenate([asked(groove.hits, places, setting), before], axis=1)
        h = np.tanh(read @ self._t["hidden.weight"].T + self._t["hidden.bias"])
        both = np.concatenate([h, struck[:, :1]], axis=1)
        v = h @ self._t["velocity.weight"].T + self._t["velocity.bias"]
        return (v, both @ self._t["offset.weight"].T + self._t["offset.bias"]), struck

    def play(
        self,
        hits: UInt8,
        places: Sequence[int],
        setting: Setting,
        bar_steps: int,
        rng: np.random.Generator,
        *,
        temperature: float = 1.0,
    ) -> Groove:
        """Hits (T, 9) as they might be struck. A lower temperature is a steadier hand."""
        steps, kinds = hits_of(hits)
        ground = (
            asked(hits, places, setting) @ self._t["hidden.weight"][:, :N_ASKED].T + self._t["hidden.bias"]
        )
        chance, normal = rng.random((len(steps), 2)), rng.standard_normal((len(steps), 2)) * temperature
        loud, off = np.zeros((2, *hits.shape), np.float32)
        memory = Memory(bar_steps)
        for n, (step, kind) in enumerate(zip(steps.tolist(), kinds.tolist(), strict=True)):
            h = np.tanh(ground[n] + self._remembers @ np.array(memory.now(step, kind), np.float32))
            v = self._drawn("velocity", h, chance[n, 0], normal[n, 0])
            v = min(1.0, max(1 / 127, v))
            o = self._drawn("offset", np.append(h, np.float32(v)), chance[n, 1], normal[n, 1])
            o = min(0.5, max(-0.5, o))
            memory.hear(step, kind, v, o)
            loud[step, kind], off[step, kind] = v, o
        return Groove(hits, loud, off)

    def _drawn(self, what: str, read: Floats, chance: float, normal: float) -> float:
        """A number from the mixture: which of its normals by `chance` in [0, 1), how far off by `normal`."""
        out = self._t[f"{what}.weight"] @ read + self._t[f"{what}.bias"]
        m = self.config.n_mixed
        shares = np.exp(out[:m] - out[:m].max()).cumsum()
        which = min(m - 1, int(np.searchsorted(shares, chance * shares[-1], side="right")))
        scale = float(np.exp(min(HIGHEST, max(LOWEST, float(out[2 * m + which])))))
        return float(out[m + which]) + scale * normal


def _mixture_nats(out: Floats, values: Floats) -> Floats:
    """(n,) -log density of values (n,) under mixtures (n, 3 m): log shares, means, log scales."""
    shares, means, scales = np.split(out.astype(np.float64), 3, axis=1)
    scales = np.clip(scales, LOWEST, HIGHEST)
    log_shares = shares - np.log(np.exp(shares - shares.max(1, keepdims=True)).sum(1, keepdims=True))
    log_shares -= shares.max(1, keepdims=True)
    parts = (
        log_shares
        - 0.5 * ((values[:, None] - means) / np.exp(scales)) ** 2
        - scales
        - 0.5 * np.log(2 * np.pi)
    )
    top = parts.max(axis=1, keepdims=True)
    return np.asarray(-(top[:, 0] + np.log(np.exp(parts - top).sum(axis=1))), np.float32)
