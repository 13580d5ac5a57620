"""What is told alone foresees of a sound: its loudness, its spectrum, and of a note its waveform.

A small network turns the labels and frames of a moment into an outline of it: the width of a Laplace distribution, a
linear prediction of a few taps that is stable by construction (a lattice whose reflections lie inside (-1, 1); Markel
and Gray, Linear Prediction of Speech, 1976), and the harmonics of the told note. A prediction that learns from what
it made itself wanders off; where sound is made, the prior leans on the outline, and so comes back to what was told.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aoede.models.wavenet.config import Config
from aoede.neural.arrays import Floats, label_weights

REFLECTS = 0.995  # the reflections lie within
LOG_WIDTHS = (-9.0, -2.3)  # narrowest and widest

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Outlines:
    """Of each frame."""

    weights: Doubles  # (n_frames, n_quick) of the last samples, the newest first
    log_widths: Doubles  # (n_frames,)
    harmonics: Floats  # (n_frames, n_harmonics) amplitudes of the told note's partials

    @property
    def rows(self) -> Doubles:
        """(n_frames, n_quick + 1) the weights and the logarithm of the width, as steps read them."""
        return np.concatenate([self.weights, self.log_widths[:, None]], axis=1)


def shapes(config: Config) -> dict[str, tuple[int, ...]]:
    """Names and shapes of its weights."""
    h, n_out = config.n_outline, config.n_quick + 1 + config.n_harmonics
    found: dict[str, tuple[int, ...]] = {"outline.bias": (h,)}
    if config.label_sizes:
        found["outline.labels"] = (sum(config.label_sizes), h)
    if config.n_frame_features:
        found["outline.frames"] = (h, config.n_frame_features)
    found |= {f"outline.hidden.{i}": (h, h) for i in range(2)} | {
        f"outline.hidden_bias.{i}": (h,) for i in range(2)
    }
    return found | {"outline.out": (n_out, h), "outline.out_bias": (n_out,)}


def outlines(
    config: Config, tensors: Mapping[str, Floats], condition: ArrayLike | None, frames: Floats
) -> Outlines:
    """What `frames` (n_frames, n_frame_features) and labels, weighed by `condition`, foresee."""
    x = np.broadcast_to(tensors["outline.bias"], (len(frames), config.n_outline))
    if config.label_sizes:
        x = x + label_weights(config.label_sizes, 1, condition) @ tensors["outline.labels"]
    if config.n_frame_features:
        x = x + frames.astype(np.float32) @ tensors["outline.frames"].T
    for i in range(2):
        x = np.maximum(x, 0) @ tensors[f"outline.hidden.{i}"].T + tensors[f"outline.hidden_bias.{i}"]
    out = np.maximum(x, 0) @ tensors["outline.out"].T + tensors["outline.out_bias"]
    n = config.n_quick
    return Outlines(
        _unfolded(REFLECTS * np.tanh(out[:, :n].astype(np.float64))),
        np.clip(out[:, n].astype(np.float64), *LOG_WIDTHS),
        np.asarray(out[:, n + 1 :], np.float32),
    )


def _unfolded(reflections: Doubles) -> Doubles:
    """Reflections (m, n) -> weights (m, n) of the past samples, by the step-up recursion."""
    weights = reflections[:, :1]
    for i in range(1, reflections.shape[1]):
        last = reflections[:, i : i + 1]
        weights = np.concatenate([weights - last * weights[:, ::-1], last], axis=1)
    return weights


def waves(harmonics: Floats, turns: Floats, frame_samples: int, n_samples: int) -> Doubles:
    """(n_samples,) the told note's waveform: the sum of its partials; 0 where none is told.

    `harmonics` (n_frames, K) are their amplitudes, that change straight from the middle of a frame to that of the
    next; `turns` (n_frames, K, 2) where each is in its period as a frame begins, and how far it goes a sample.
    """
    if not turns.size:
        return np.zeros(n_samples)
    found = np.zeros((len(turns), frame_samples))
    ahead = (np.arange(frame_samples) + 0.5) / frame_samples - 0.5
    earlier, later = harmonics[[0, *range(len(harmonics) - 1)]], harmonics[[*range(1, len(harmonics)), -1]]
    for part in np.array_split(np.flatnonzero(~np.isnan(turns[:, :1, 0]).all(axis=1)), len(turns) // 256 + 1):
        near, share = harmonics[part, None], np.abs(ahead)[:, None]
        beside = np.where(ahead[:, None] < 0, earlier[part, None], later[part, None])
        angles = turns[part, None, :, 0] + turns[part, None, :, 1] * np.arange(frame_samples)[:, None]
        tones = np.nan_to_num(np.cos(2 * np.pi * angles))
        found[part] = ((near * (1 - share) + beside * share) * tones).sum(axis=2)
    return found.ravel()[:n_samples]
