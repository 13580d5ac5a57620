"""Clips as they are learnt from: codes, what is told beside them, and what linear prediction says of each sample."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.models.wavenet import backends
from aoede.models.wavenet.config import Config
from aoede.models.wavenet.outline import outlines, waves
from aoede.models.wavenet.prediction import FIRST_SCALE, Sketch, centres
from aoede.neural.arrays import Floats
from aoede.score import one_hot

Codes = NDArray[np.uint8]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Take:
    """One clip. Frame i is for the samples from i frame_samples on, the last for all that follow."""

    codes: Codes  # (T,)
    labels: Ints  # (n_columns,) ids, 0 where unknown
    frames: Floats  # (n_frames, n_frame_features)
    turns: Floats  # (n_frames, K, 2) where in its period each partial of the told note is, and how fast; NaN for none

    @classmethod
    def of(
        cls,
        codes: Codes,
        labels: Sequence[int] = (),
        frames: Floats | None = None,
        turns: Floats | None = None,
    ) -> "Take":
        frames = np.zeros((1, 0), np.float32) if frames is None else np.asarray(frames, np.float32)
        turns = np.zeros((len(frames), 0, 2), np.float32) if turns is None else turns
        return cls(np.asarray(codes, np.uint8), np.asarray(labels, np.int64), frames, turns)

    def __len__(self) -> int:
        return len(self.codes)


class Heard:
    """A take with the prior of each of its samples, worked out once, when it is first asked for.

    `sketch` is what the prior leans on where sound is made, for who trains; None until it is known.
    """

    sketch: Sketch | None = None

    def __init__(self, take: Take, config: Config) -> None:
        _check(take, config)
        self.take, self._config = take, config

    def __len__(self) -> int:
        return len(self.take)

    def worked_out(self) -> "Heard":
        """The same, its prior known: a step that waited for it would be taken for a slow one when steps are timed."""
        assert len(self.prior[0]) == len(self)
        return self

    @cached_property
    def prior(self) -> tuple[Floats, Floats]:
        """(T,) prediction of each sample from those before it, and (T,) the width around it."""
        if not self._config.has_prior:
            return np.zeros(len(self), np.float32), np.full(len(self), FIRST_SCALE, np.float32)
        places, widths = backends.predicted(centres(self._config.n_levels)[self.take.codes], self._config)
        return places.astype(np.float32), widths.astype(np.float32)


@dataclass(frozen=True)
class Crops:
    """Stretches of takes side by side, as arrays."""

    inputs: Ints  # (B, T + 2) codes, the two before the stretch included
    targets: Ints  # (B, T)
    places: Floats  # (B, T)
    widths: Floats  # (B, T)
    counted: NDArray[np.bool_]  # (B, T) whether the sample counts: it is there, and enough stands before it
    labels: Ints  # (B, n_columns)
    frames: Floats  # (B, n_frames, n_frame_features); T is a multiple of n_frames
    making: NDArray[np.bool_]  # (B,) whether it is heard as where sound is made

    @classmethod
    def of(
        cls, heard: Sequence[Heard], begins: Sequence[int], n_samples: int, n_context: int, config: Config
    ) -> "Crops":
        """`n_samples` of each take from its `begins` on, which are multiples of frame_samples where there are frames.

        At the beginning of a take all samples count, elsewhere those after the first `n_context`.
        """
        n = frame_multiple(n_samples, config)
        pairs = list(zip(heard, begins, strict=True))
        rows = [_row(each, begin, n, config) for each, begin in pairs]
        counted = np.zeros((len(rows), n), np.bool_)
        for row, (each, begin) in zip(counted, pairs, strict=True):
            row[n_context if begin else 0 : min(n_samples, len(each) - begin)] = True
        inputs = np.stack([row[0] for row in rows])
        places, widths, frames = (np.stack([row[k] for row in rows]) for k in (1, 2, 3))
        labels = np.stack([each.take.labels for each in heard])
        making = np.zeros(len(rows), np.bool_)
        return cls(inputs, inputs[:, 2:], places, widths, counted, labels, frames, making)


def frame_multiple(n_samples: int, config: Config) -> int:
    """So many samples, or a few more: whole frames, where there are frames."""
    if not config.n_frame_features:
        return n_samples
    return -(-n_samples // config.frame_samples) * config.frame_samples


def _row(heard: Heard, begin: int, n: int, config: Config) -> tuple[Any, ...]:
    """(n + 2,) codes, (n,) places, (n,) widths, (n_frames, F) frames of one stretch."""
    take, (places, widths) = heard.take, heard.prior
    inputs = np.full(n + 2, config.silence, np.int64)
    first = max(0, begin - 2)
    part = take.codes[first : begin + n]
    inputs[first - begin + 2 : first - begin + 2 + len(part)] = part
    frames = np.zeros((1, 0), np.float32)
    if config.n_frame_features:
        of_frame = begin // config.frame_samples + np.arange(n // config.frame_samples)
        frames = take.frames[np.minimum(of_frame, len(take.frames) - 1)]
    return (
        inputs,
        _padded(places[begin : begin + n], n, 0.0),
        _padded(widths[begin : begin + n], n, 1.0),
        frames,
    )


def _padded(x: Floats, n: int, value: float) -> Floats:
    return np.concatenate([x, np.full(n - len(x), value, np.float32)])


def _check(take: Take, config: Config) -> None:
    if take.codes.ndim != 1 or (len(take) and int(take.codes.max()) >= config.n_levels):
        raise InputError(f"a clip must be a row of codes from 0 to {config.n_levels - 1}")
    if take.turns.shape != (len(take.frames), config.n_harmonics, 2):
        raise InputError(
            f"the partials of a clip have the shape {take.turns.shape}; the model has {config.n_harmonics} of them"
        )
    sizes = np.array(config.label_sizes, np.int64)
    if take.labels.shape != sizes.shape or (take.labels < 0).any() or (take.labels >= sizes).any():
        raise InputError(
            f"the labels of a clip are {take.labels.tolist()}; columns have {sizes.tolist()} values"
        )
    if take.frames.ndim != 2 or take.frames.shape[1] != config.n_frame_features or not len(take.frames):
        raise InputError(
            f"the frames of a clip have the shape {take.frames.shape}; "
            f"the model reads {config.n_frame_features} numbers a frame"
        )


def sketch_of(take: Take, config: Config, tensors: Mapping[str, Floats]) -> Sketch:
    """What the weights' outline says of a take, its labels and notes told."""
    condition = one_hot(take.labels[None], config.label_sizes)[0] if config.label_sizes else None
    found = outlines(config, tensors, condition, take.frames)
    moving = waves(found.harmonics, take.turns, config.frame_samples, len(take))
    return Sketch(found.rows, moving, config.frame_samples)
