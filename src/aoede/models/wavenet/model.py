r"""The network in NumPy: a whole clip at once, and sample by sample. `kernel.py` and `native.py` do the latter fast.

A layer looks at what the layer below gave out now and d samples ago, d = 1, 2, 4, ..., so that twenty of them hear
2,046 samples (van den Oord et al., "WaveNet: a generative model for raw audio", 2016):

    u_t = tanh(a) * sigmoid(b)   [a; b] = W_past h_{t-d} + W_now h_t + W_told c + bias   [r; s] = V u_t + bias
    h_t <- h_t + r               the head reads the sum of all s

The first layer reads the last two codes, and where the linear prediction of the next sample lies and how wide. The
head gives a logit a code; with the prior two numbers more, by which its Laplace distribution is moved and widened
before its log-probabilities are added. Step by step each layer keeps its inputs in a ring of d (Paine et al., "Fast
WaveNet generation algorithm", 2016), so that a sample costs each layer one product.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aoede.errors import InputError
from aoede.models.wavenet import backends, outline
from aoede.models.wavenet.config import Config
from aoede.models.wavenet.prediction import LEAST_SCALE, Lean, Sketch, centres, log_laplace, place_of
from aoede.models.wavenet.state import Packed, State, offsets_of
from aoede.neural.arrays import Floats, checked_weights, label_weights, product

N_HATS = 17  # rows of the tables of where the prediction lies and how wide
WIDEST_STEP = 4.0  # by how many widths the prior can be moved, and its width's logarithm
_LOG_FLOOR = 16.0  # widths from 2^-16 to 1 are told apart
_BLOCK = 8_192  # samples of which the prior's table is kept at once

Doubles = NDArray[np.float64]


class WaveNet:
    """Weights by the names that torch gives them, as float32."""

    def __init__(self, config: Config, tensors: Mapping[str, Floats]) -> None:
        self.config = config
        self._tensors = tensors
        self.packed = Packed.of(config, tensors)
        self._offsets = offsets_of(config)

    @classmethod
    def from_tensors(cls, config: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> "WaveNet":
        """Raises ConfigError or InputError where these are not the weights of such a network."""
        checked = Config.from_mapping(config)
        return cls(checked, checked_weights(shapes(checked), tensors))

    def to_tensors(self) -> dict[str, NDArray[Any]]:
        return dict(self._tensors)

    @property
    def config_values(self) -> dict[str, Any]:
        return asdict(self.config)

    # -- what is told --

    def told(
        self, condition: ArrayLike | None = None, frames: Floats | None = None, *, making: bool = False
    ) -> Floats:
        """(n_frames, L, 2 R) what labels and frames give to the gates of each layer, their biases included.

        `condition` (sum(label_sizes),) weighs the labels, None: all unknown; `frames` (n_frames, n_frame_features),
        None: one frame of zeros; `making`: the prior leans on an outline. Raises InputError for other shapes.
        """
        config = self.config
        frames = np.zeros((1, config.n_frame_features), np.float32) if frames is None else np.asarray(frames)
        if frames.ndim != 2 or frames.shape[1] != config.n_frame_features or not len(frames):
            raise InputError(
                f"the frames have the shape {frames.shape}; "
                f"this model reads {config.n_frame_features} numbers a frame"
            )
        biases = np.stack([self._layer(i, "gates_bias") for i in range(config.n_layers)])
        if not config.is_told:
            return np.broadcast_to(biases, (len(frames), *biases.shape)).astype(np.float32)
        c = np.broadcast_to(self._tensors["told.bias"], (len(frames), config.n_told))
        if making and config.has_prior:
            c = c + self._tensors["told.making"]
        if config.label_sizes:
            weights = label_weights(config.label_sizes, 1, condition)
            c = c + weights @ self._tensors["told.labels"]
        if config.n_frame_features:
            c = c + frames.astype(np.float32) @ self._tensors["told.frames"].T
        c = np.maximum(c, 0)
        told = np.stack([c @ self._layer(i, "told").T for i in range(config.n_layers)], axis=1)
        return np.asarray(told + biases, np.float32)

    def outlined(self, condition: ArrayLike | None = None, frames: Floats | None = None) -> outline.Outlines:
        """What labels and frames alone foresee, of each frame; both as in `told`."""
        frames = np.zeros((1, self.config.n_frame_features), np.float32) if frames is None else frames
        return outline.outlines(self.config, self._tensors, condition, frames)

    # -- a whole clip --

    def log_probabilities(
        self, codes: NDArray[np.uint8], condition: ArrayLike | None = None, frames: Floats | None = None
    ) -> Floats:
        """(T,) natural log-probability of each sample of a clip, given those before it. Frames as in `logits`.

        The prior leans on no outline: where a recorded note is in its period would give away what is to be foreseen.
        """
        found = np.empty(len(codes), np.float32)
        at = 0
        for logits in self._logits_in_blocks(codes, condition, frames, None):
            top = logits.max(axis=1)
            total = np.log(np.exp(logits - top[:, None]).sum(axis=1)) + top
            found[at : at + len(logits)] = (
                logits[np.arange(len(logits)), codes[at : at + len(logits)]] - total
            )
            at += len(logits)
        return found

    def logits(
        self,
        codes: NDArray[np.uint8],
        condition: ArrayLike | None = None,
        frames: Floats | None = None,
        *,
        sketch: Sketch | None = None,
    ) -> Floats:
        """(T, n_levels) logits of each sample of a clip (T,), from those before it: the full convolution.

        Frame i is for the samples from i frame_samples on, the last for all that follow. With a `sketch` the prior is
        as where sound is made.
        """
        return np.concatenate(list(self._logits_in_blocks(codes, condition, frames, sketch)))

    def _logits_in_blocks(
        self, codes: NDArray[np.uint8], condition: Any, frames: Any, sketch: Sketch | None
    ) -> list[Floats]:
        if not len(codes):
            return [np.zeros((0, self.config.n_levels), np.float32)]
        places, scales = self._prior_of(codes, sketch)
        told = self.told(condition, frames, making=sketch is not None)
        skip = self._convolved(self._first(codes, places, scales), told)
        blocks = []
        for begin in range(0, len(codes), _BLOCK):
            part = slice(begin, begin + _BLOCK)
            blocks.append(self._head(skip[part], places[part], scales[part]))
        return blocks

    def _prior_of(self, codes: NDArray[np.uint8], sketch: Sketch | None) -> tuple[Doubles, Doubles]:
        if not self.config.has_prior:
            return np.zeros(len(codes)), np.ones(len(codes))
        return backends.predicted(centres(self.config.n_levels)[codes], self.config, sketch)

    def _first(self, codes: NDArray[np.uint8], places: Doubles, scales: Doubles) -> Floats:
        """(T, R) what the first layer reads."""
        before = np.concatenate([np.full(2, self.config.silence), codes])[: len(codes) + 1]
        return self._read(before[1:], before[:-1], places, scales)

    def _read(self, now: NDArray[Any], past: NDArray[Any], places: Doubles, scales: Doubles) -> Floats:
        packed = self.packed
        h = packed.now[now] + packed.past[past]
        if self.config.has_prior:
            h += between_rows(packed.prediction, prediction_place(places, self.config.n_levels))
            h += between_rows(packed.width, scale_place(scales))
        return np.asarray(h, np.float32)

    def _convolved(self, h: Floats, told: Floats) -> Floats:
        """(T, S) the sum of what all layers give out."""
        config, n = self.config, self.config.n_residual
        of_frame = np.minimum(np.arange(len(h)) // config.frame_samples, len(told) - 1)
        skip = np.zeros((len(h), config.n_skip), np.float32)
        for i, d in enumerate(config.dilations):
            earlier = np.zeros_like(h)
            earlier[d:] = h[:-d] if d < len(h) else 0
            gates = np.concatenate([earlier, h], axis=1) @ self.packed.gates[i] + told[of_frame, i]
            out = _gated(gates, n) @ self.packed.out[i] + self.packed.out_bias[i]
            h = h + out[:, :n]
            skip += out[:, n:]
        return skip

    def _head(self, skip: Floats, places: Doubles, scales: Doubles) -> Floats:
        """(m, S) -> (m, n_levels) logits."""
        packed, n = self.packed, self.config.n_levels
        hidden = product(np.maximum(skip, 0), packed.hidden.T) + packed.hidden_bias
        out = product(np.maximum(hidden, 0), packed.head.T) + packed.head_bias
        if not self.config.has_prior:
            return np.asarray(out)
        places, scales = moved(places, scales, out[:, n].astype(np.float64), out[:, n + 1].astype(np.float64))
        return np.asarray(out[:, :n] + log_laplace(places, scales, n), np.float32)

    # -- sample by sample --

    def begin(self, n: int = 1) -> State:
        """What n voices carry before the first sample."""
        return State.begun(n, self.config)

    def foresee(self, state: State, told: Floats, lean: Lean | None = None) -> Floats:
        """(n, n_levels) logits of the next samples under `told` (n, L, 2 R). The layers' rings move on by it.

        `observe` must follow, with what the samples are.
        """
        config, n = self.config, self.config.n_residual
        t = int(state.n_read[0])
        places, scales = state.prior.foreseen(lean)
        h = self._read(state.last[:, 0], state.last[:, 1], places, scales)
        skip = np.zeros((len(h), config.n_skip), np.float32)
        for i, d in enumerate(config.dilations):
            ring = state.rings[:, self._offsets[i] + t % d]
            gates = product(np.concatenate([ring, h], axis=1), self.packed.gates[i].T) + told[:, i]
            ring[:] = h
            out = product(_gated(gates, n), self.packed.out[i].T) + self.packed.out_bias[i]
            h = h + out[:, :n]
            skip += out[:, n:]
        return self._head(skip, places, scales)

    def observe(self, state: State, codes: ArrayLike, lean: Lean | None = None) -> None:
        """The samples foreseen last, with this `lean`, were `codes` (n,)."""
        state.n_read += 1
        state.last[:, 1] = state.last[:, 0]
        state.last[:, 0] = codes
        if self.config.has_prior:
            state.prior.observe(centres(self.config.n_levels)[state.last[:, 0]], lean)

    def _layer(self, i: int, name: str) -> Floats:
        return self._tensors[f"layers.{i}.{name}"]


def _gated(gates: Floats, n: int) -> Floats:
    """tanh of the first n columns times the sigmoid of the others."""
    return np.asarray(np.tanh(gates[:, :n]) * (0.5 * np.tanh(0.5 * gates[:, n:]) + 0.5))


def prediction_place(places: Doubles, n_levels: int) -> Doubles:
    """Where predictions in [-1, 1] lie in their table, 0 to N_HATS - 1."""
    return np.asarray(place_of(places, n_levels) * ((N_HATS - 1) / (n_levels - 1)))


def scale_place(scales: Doubles) -> Doubles:
    """Where widths lie in their table, 0 to N_HATS - 1."""
    return np.asarray(np.clip(np.log2(scales) + _LOG_FLOOR, 0, _LOG_FLOOR) * ((N_HATS - 1) / _LOG_FLOOR))


def between_rows(table: Floats, places: Doubles) -> Floats:
    """(m,) places between the rows of a table (n, R) -> (m, R) the rows on both sides, weighed by nearness."""
    below = np.clip(places.astype(np.int64), 0, len(table) - 2)
    share = (places - below)[:, None].astype(np.float32)
    return np.asarray(table[below] * (1 - share) + table[below + 1] * share)


def moved(places: Doubles, scales: Doubles, by: Doubles, wider: Doubles) -> tuple[Doubles, Doubles]:
    """The prior as the network wants it: moved by so many widths, wider by this logarithm, both softly bounded."""
    places = places + scales * WIDEST_STEP * np.tanh(by / WIDEST_STEP)
    scales = scales * np.exp(WIDEST_STEP * np.tanh(wider / WIDEST_STEP))
    return places, np.maximum(scales, LEAST_SCALE)


def shapes(config: Config) -> dict[str, tuple[int, ...]]:
    """Names and shapes of all weights."""
    r, s, q = config.n_residual, config.n_skip, config.n_levels
    found: dict[str, tuple[int, ...]] = {"inputs.now": (q, r), "inputs.past": (q, r)}
    if config.has_prior:
        found |= {"inputs.prediction": (N_HATS, r), "inputs.width": (N_HATS, r)}
    if config.has_prior:
        found |= outline.shapes(config)
    if config.is_told:
        found["told.bias"] = (config.n_told,)
    if config.has_prior:
        found["told.making"] = (config.n_told,)
    if config.label_sizes:
        found["told.labels"] = (sum(config.label_sizes), config.n_told)
    if config.n_frame_features:
        found["told.frames"] = (config.n_told, config.n_frame_features)
    for i in range(config.n_layers):
        own = {"gates": (2 * r, 2 * r), "gates_bias": (2 * r,), "out": (r + s, r), "out_bias": (r + s,)}
        own |= {"told": (2 * r, config.n_told)} if config.is_told else {}
        found |= {f"layers.{i}.{name}": shape for name, shape in own.items()}
    found |= {"head.hidden": (s, s), "head.hidden_bias": (s,)}
    return found | {"head.out": (config.n_outputs, s), "head.out_bias": (config.n_outputs,)}
