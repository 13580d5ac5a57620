r"""Notes one after another, from low to high, each heard from where it stands: the output that foresees best.

Every pitch p of a frame is a cell that is asked in turn, given the cells below it, whether it sounds. All cells are
asked by the same small network, which sees the music around p, not at fixed pitches:

    z_p = K * past + B * below + E[number of notes below] + e[p] + U h + l[length of the echo]
    p(x_p = 1 | x_{<p}, past) = sigmoid(out . f(...f(z_p)) + b_p + D_p . h)

K * past is a convolution over the pitches of the last frames and of the echo (`echo.py`), B * below one over the
notes of this frame that lie below p, h what the network remembers, f a layer with a rectifier. So what is learnt of
a voice that steps down is known at every pitch (tied parallel networks: Johnson, "Generating polyphonic music using
tied parallel networks", 2017), while e[p] and D know pitches by their place. Where frames have strikes a cell that
sounds on is asked as well whether it is struck anew.
"""

from collections.abc import Mapping

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from aoede.neural.arrays import Floats, product
from aoede.neural.frames.config import N_LENGTHS, FrameConfig
from aoede.neural.frames.seen import Seen, UInt8, bernoulli_nats, sigmoid

N_COUNTS = 8  # numbers of notes below; more count as the last
_AT_ONCE = 64  # frames whose cells are judged together


class Notes:
    def __init__(self, config: FrameConfig, tensors: Mapping[str, Floats]) -> None:
        self._config = config
        self._t = {name.removeprefix("output."): tensor for name, tensor in tensors.items()}
        self._around = self._t["past.weight"].reshape(config.n_units, -1)
        self._below = self._t["below.weight"].reshape(config.n_units, -1)

    def nats(self, hidden: Floats, frames: UInt8, seen: Seen) -> Floats:
        """(N,) -log p of frames (N, n_bits), given what is remembered (N, n_hidden)."""
        found = [np.zeros(0, np.float32)]
        for begin in range(0, len(frames), _AT_ONCE):
            rows = slice(begin, begin + _AT_ONCE)
            features = self._features(hidden[rows], seen.part(rows)) + self._of_frame(frames[rows])
            logits = self._logits(features, hidden[rows])
            found.append(self._cost(logits, frames[rows], seen.past[rows, 0]))
        return np.concatenate(found)

    def draw(self, hidden: Floats, seen: Seen, rng: np.random.Generator, temperature: float) -> UInt8:
        """(N, n_bits) frames. What cells say holds as long as no note is added: only notes cost a step."""
        config = self._config
        n, n_pitches = len(hidden), config.n_pitches
        features = self._features(hidden, seen)
        chance = rng.random((n, config.n_kinds, n_pitches), np.float32)
        frames, column = np.zeros((n, config.n_bits), np.uint8), np.arange(n_pitches)
        after, rows = np.zeros(n, np.int64), np.arange(n)
        while len(rows):
            logits = self._logits(features[rows] + self._of_frame(frames[rows]), hidden[rows])
            is_on = chance[rows] < sigmoid(logits / np.float32(temperature))
            sounds = is_on[:, 0] & (column >= after[rows, None])
            goes_on, first = sounds.any(axis=1), sounds.argmax(axis=1)
            strikes = is_on[np.arange(len(rows)), -1, first][goes_on]
            rows, first = rows[goes_on], first[goes_on]
            frames[rows, first] = 1
            if config.has_strikes:
                is_new = seen.past[rows, 0, first] == 0
                frames[rows, n_pitches + first] = strikes | is_new
            after[rows] = first + 1
        return frames

    def _cost(self, logits: Floats, frames: UInt8, before: UInt8) -> Floats:
        """(N,) of logits (N, n_kinds, n_pitches). A note that did not sound before is struck, which costs nothing."""
        n_pitches = self._config.n_pitches
        held = frames[:, :n_pitches]
        nats = bernoulli_nats(logits[:, 0], held)
        if self._config.has_strikes:
            may_strike = held & before[:, :n_pitches]
            nats = nats + may_strike * bernoulli_nats(logits[:, 1], frames[:, n_pitches:])
        return np.asarray(nats.sum(axis=1))

    def _features(self, hidden: Floats, seen: Seen) -> Floats:
        """(N, n_pitches, n_units) all of z but what depends on the frame itself."""
        config, t = self._config, self._t
        rows = seen.past if not config.has_echo else np.concatenate([seen.past, seen.echo[:, None]], axis=1)
        bits = rows.reshape(len(rows), config.n_channels, config.n_pitches)
        near = _windows(bits, config.reach, config.reach) @ self._around.T
        told = product(hidden, t["remembered.weight"]) + t["remembered.bias"]
        if config.has_echo:
            told = told + t["lengths.weight"][seen.lengths]
        return np.asarray(near + t["past.bias"] + t["pitches"] + told[:, None])

    def _of_frame(self, frames: UInt8) -> Floats:
        """(N, n_pitches, n_units) what of z the notes below each cell give."""
        config = self._config
        bits = frames.reshape(len(frames), config.n_kinds, config.n_pitches)
        near = _windows(bits, config.reach_below, -1) @ self._below.T
        n_below = bits[:, 0].cumsum(axis=1) - bits[:, 0]
        return np.asarray(near + self._t["counts.weight"][np.minimum(n_below, N_COUNTS - 1)])

    def _logits(self, features: Floats, hidden: Floats) -> Floats:
        """(N, n_kinds, n_pitches) log-odds."""
        t = self._t
        x = np.maximum(features, 0).reshape(-1, self._config.n_units)
        for k in range(self._config.n_deep):
            x = x + np.maximum(x @ t[f"deep.{k}.weight"].T + t[f"deep.{k}.bias"], 0)
        out = (x @ t["out.weight"].T + t["out.bias"]).reshape(*features.shape[:2], -1).transpose(0, 2, 1)
        out[:, 0] += product(hidden, t["direct.weight"]) + t["direct.bias"]
        return np.asarray(out)


def _windows(bits: UInt8, below: int, above: int) -> Floats:
    """(N, channels, n_pitches) -> (N, n_pitches, channels * width) the bits from `below` to `above` each pitch.

    `above` -1: up to the pitch just below it.
    """
    n, _, n_pitches = bits.shape
    padded = np.pad(bits, ((0, 0), (0, 0), (below, max(above, 0))))
    windows = sliding_window_view(padded, below + above + 1, axis=2)[:, :, :n_pitches]
    return windows.transpose(0, 2, 1, 3).reshape(n, n_pitches, -1).astype(np.float32)


def shapes(config: FrameConfig, n_hidden: int) -> dict[str, tuple[int, ...]]:
    n = config.n_units
    found: dict[str, tuple[int, ...]] = {
        "output.past.weight": (n, config.n_channels, 2 * config.reach + 1),
        "output.past.bias": (n,),
        "output.below.weight": (n, config.n_kinds, config.reach_below),
        "output.counts.weight": (N_COUNTS, n),
        "output.pitches": (config.n_pitches, n),
        "output.remembered.weight": (n, n_hidden),
        "output.remembered.bias": (n,),
        "output.direct.weight": (config.n_pitches, n_hidden),
        "output.direct.bias": (config.n_pitches,),
        "output.out.weight": (config.n_kinds, n),
        "output.out.bias": (config.n_kinds,),
    }
    if config.has_echo:
        found["output.lengths.weight"] = (N_LENGTHS, n)
    for k in range(config.n_deep):
        found |= {f"output.deep.{k}.weight": (n, n), f"output.deep.{k}.bias": (n,)}
    return found
