"""What a sample is foreseen to be by linear prediction alone: the prior of the network, and its baselines.

A prediction is the sum of the last samples with weights that recursive least squares adapts to the samples
themselves (Haykin, Adaptive Filter Theory, chapter 10; lossless codecs do the like), so whoever has the past has the
weights. With x_t the last samples, P their inverse correlation, m the memory:

    p_t = w . x_t    e_t = s_t - p_t    g = P x_t / (m + x_t . P x_t)    w <- w + g e_t    P <- (P - g (P x_t)^T) / m

Two of them go side by side, one of many taps that remembers long (tones), one of few that forgets at once (speech),
each weighed by the fourth power of one over its mean error of late. Around the sum lies a Laplace distribution as
wide as its own errors were of late, cut into the codes' cells. What is predicted is the decoded signal in [-1, 1], so
that generating and judging see the same.

A prediction that learns from what it made itself rings ever longer, and grows louder or softer by chance. So where
sound is made, what is said counts tap k by the k-th power of `fading` (bandwidth expansion, as speech codecs do), and
the prior leans on an outline of what was told (`outline.py`): on its weights, on the logarithm of its width, and on
the waveform of a note, of which only the rest is predicted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.models.wavenet.config import Config

Floats = NDArray[np.float64]
Codes = NDArray[np.uint8]

MEMORIES = (0.998, 0.99)  # of the correlations, a sample: half is forgotten after 350 and 70
ERROR_MEMORY, SCALE_MEMORY = 0.98, 0.97  # of each one's mean error, and of the error of both together
FIRST_SCALE, LEAST_SCALE, LEAST_ERROR = 0.01, 2e-5, 1e-7
MOST_SCALE = 0.1  # what is made widens what is made next;
MOST_SHARE, QUIET = 0.6, 1e-3  # of how loud the taps are, and beside it
RIDGE = 1e-3  # what the correlations begin with
MOST_TRACE = 1e7  # a tap of P; beyond it nothing more is forgotten, or silence would make it boundless
LEAK = 1e-5  # of the weights, a sample: without evidence they fade
FLOOR = 1e-6  # share of the uniform distribution in the prior: no code is impossible, and none clicks
TOO_LARGE = 1e4  # weights beyond it are no prediction any more: they begin anew


@lru_cache(maxsize=8)
def centres(n_levels: int) -> Floats:
    """(n_levels,) what the codes of mu-law stand for, in [-1, 1]."""
    return expanded(np.arange(n_levels, dtype=np.float64), n_levels)


@lru_cache(maxsize=8)
def edges(n_levels: int) -> Floats:
    """(n_levels - 1,) where a code ends and the next begins."""
    return expanded(np.arange(1, n_levels, dtype=np.float64) - 0.5, n_levels)


def expanded(places: Floats, n_levels: int) -> Floats:
    """Places among the codes, broken ones too, -> samples in [-1, 1]."""
    y = 2 * places / (n_levels - 1) - 1
    return np.asarray(np.sign(y) * (np.power(float(n_levels), np.abs(y)) - 1) / (n_levels - 1))


def place_of(samples: Floats, n_levels: int) -> Floats:
    """Samples in [-1, 1] -> places among the codes, 0 to n_levels - 1, not rounded."""
    y = np.sign(samples) * np.log1p((n_levels - 1) * np.abs(samples)) / np.log(n_levels)
    return np.asarray((y + 1) * (n_levels - 1) / 2)


@dataclass
class Adaptive:
    """The linear prediction of n voices side by side, sample by sample. Its arrays change in place."""

    n_quick: int
    fading: Floats  # (n_taps,) what the taps count for in what is predicted
    taps: Floats  # (n, n_taps) the last samples, the newest first
    weights: Floats  # (n, 2, n_taps) of the slow and of the quick one, whose last are zeros
    inverse: Floats  # (n, 2, n_taps, n_taps)
    errors: Floats  # (n, 2) mean absolute error of each of late
    each: Floats  # (n, 2) what each predicts, nothing faded
    scale: Floats  # (n,) mean absolute error of what was foreseen
    prediction: Floats  # (n,) of the next sample by both

    @classmethod
    def begun(cls, n: int, config: Config, fading: float = 1.0) -> "Adaptive":
        n_taps = config.n_taps
        return cls(
            config.n_quick,
            fading ** np.arange(1.0, n_taps + 1),
            np.zeros((n, n_taps)),
            np.zeros((n, 2, n_taps)),
            np.broadcast_to(np.eye(n_taps) / RIDGE, (n, 2, n_taps, n_taps)).copy(),
            np.full((n, 2), FIRST_SCALE),
            np.zeros((n, 2)),
            np.full(n, FIRST_SCALE),
            np.zeros(n),
        )

    def copy(self) -> "Adaptive":
        arrays = ("taps", "weights", "inverse", "errors", "each", "scale", "prediction")
        return replace(self, **{name: getattr(self, name).copy() for name in arrays})

    def foreseen(self, lean: "Lean | None" = None) -> tuple[Floats, Floats]:
        """(n,) where the next samples lie, (n,) how wide around it."""
        if lean is None:
            return self.prediction.copy(), self.scale.copy()
        n, share = self.n_quick, lean.share
        outlined = (lean.rows[:, :n] * self.taps[:, :n]).sum(axis=1)
        places = lean.waves + (1 - share) * self.prediction + share * np.clip(outlined, -1, 1)
        return np.clip(places, -1, 1), np.exp((1 - share) * np.log(self.scale) + share * lean.rows[:, n])

    def observe(self, samples: Floats, lean: "Lean | None" = None) -> None:
        """The next samples (n,) were these, and were foreseen with this."""
        error = np.abs(samples - self.foreseen(lean)[0])
        samples = samples if lean is None else samples - lean.waves
        for which, memory in enumerate(MEMORIES):
            self._learn(which, memory, samples - self.each[:, which])
        self.scale[:] = np.clip(
            self.scale * SCALE_MEMORY + (1 - SCALE_MEMORY) * error, LEAST_SCALE, MOST_SCALE
        )
        self.taps[:, 1:] = self.taps[:, :-1].copy()
        self.taps[:, 0] = samples
        loud = np.sqrt(np.square(self.taps).mean(axis=1))
        np.minimum(self.scale, MOST_SHARE * loud + QUIET, out=self.scale)
        parts = self.weights * self.taps[:, None, :]
        self.each[:] = np.clip(parts.sum(axis=2), -1, 1)
        said = np.clip((parts * self.fading).sum(axis=2), -1, 1)
        trust = 1 / np.square(np.square(self.errors))
        self.prediction[:] = (trust * said).sum(axis=1) / trust.sum(axis=1)
        wild = ~(np.abs(self.weights).max(axis=2) < TOO_LARGE)
        if wild.any():
            self._begin_again(wild)

    def _learn(self, which: int, memory: float, error: Floats) -> None:
        """One step of recursive least squares of one of the two, whose error (n,) is told."""
        n = self.n_quick if which else self.taps.shape[1]
        taps, weights = self.taps[:, :n], self.weights[:, which, :n]
        inverse = self.inverse[:, which, :n, :n]
        toward = np.matmul(inverse, taps[:, :, None])[:, :, 0]
        share = 1 / (memory + (toward * taps).sum(axis=1))
        weights *= 1 - LEAK
        weights += toward * (share * error)[:, None]
        toward *= np.sqrt(share)[:, None]
        inverse -= toward[:, :, None] * toward[:, None, :]
        forgets = np.trace(inverse, axis1=1, axis2=2) < MOST_TRACE * n
        inverse *= np.where(forgets, 1 / memory, 1.0)[:, None, None]
        recent = self.errors[:, which] * ERROR_MEMORY + (1 - ERROR_MEMORY) * np.abs(error)
        self.errors[:, which] = np.maximum(recent, LEAST_ERROR)

    def _begin_again(self, wild: NDArray[np.bool_]) -> None:
        """Those (n, 2) whose weights went astray know nothing again."""
        self.weights[wild] = 0
        self.inverse[wild] = np.eye(self.taps.shape[1]) / RIDGE
        self.each[wild] = 0
        self.prediction[wild.any(axis=1)] = 0


@dataclass(frozen=True)
class Lean:
    """What the prior of n voices leans on for a sample."""

    share: float
    rows: Floats  # (n, n_quick + 1) weights and log width of `Outlines.rows`
    waves: Floats  # (n,) the told note's waveform


@dataclass(frozen=True, eq=False)
class Sketch:
    """What the prior of a clip leans on, where sound is made."""

    rows: Floats  # (n_frames, n_quick + 1), the last for all samples that follow
    waves: Floats  # (T,)
    frame_samples: int

    def part(self, first: int, stop: int) -> "Sketch":
        """Samples [first, stop), `first` the beginning of a frame."""
        at = min(first // self.frame_samples, len(self.rows) - 1)
        return Sketch(self.rows[at:], self.waves[first:stop], self.frame_samples)


def predicted(samples: Floats, config: Config, sketch: Sketch | None = None) -> tuple[Floats, Floats]:
    """A clip (T,) -> (T,) prediction of each sample from those before it, (T,) the width around it.

    To the last bit what `Adaptive` says sample by sample; with a `sketch` as where sound is made.
    """
    state = Adaptive.begun(1, config, 1.0 if sketch is None else config.fading)
    places, scales, lean = np.empty(len(samples)), np.empty(len(samples)), None
    for t, sample in enumerate(samples):
        if sketch is not None:
            row = min(t // sketch.frame_samples, len(sketch.rows) - 1)
            lean = Lean(config.leaning, sketch.rows[row : row + 1], sketch.waves[t : t + 1])
        places[t : t + 1], scales[t : t + 1] = state.foreseen(lean)
        state.observe(np.array([sample]), lean)
    return places, scales


def log_laplace(prediction: Floats, scale: Floats, n_levels: int) -> Floats:
    """Predictions and widths (...,) -> (..., n_levels) log-probabilities of the codes, which add up to one."""
    z = (edges(n_levels) - np.asarray(prediction)[..., None]) / np.asarray(scale)[..., None]
    tail = 0.5 * np.exp(-np.abs(z))
    cells = np.empty((*z.shape[:-1], n_levels))
    cells[..., 1:-1] = np.where(
        (z[..., :-1] <= 0) & (z[..., 1:] >= 0),
        1 - tail[..., :-1] - tail[..., 1:],
        np.abs(tail[..., 1:] - tail[..., :-1]),
    )
    cells[..., 0] = np.where(z[..., 0] < 0, tail[..., 0], 1 - tail[..., 0])
    cells[..., -1] = np.where(z[..., -1] < 0, 1 - tail[..., -1], tail[..., -1])
    return np.log((1 - FLOOR) * cells + FLOOR / n_levels)


# Baselines: bits that a sample costs


def adaptive_bits(codes: Codes, config: Config) -> Floats:
    """(T,) bits of each sample of a clip by the prior alone."""
    samples = centres(config.n_levels)[codes]
    places, scales = _fast_predicted(samples, config)
    return _bits(codes, places, scales, config.n_levels)


def _fast_predicted(samples: Floats, config: Config) -> tuple[Floats, Floats]:
    """(T,) of one clip, compiled where numba is installed."""
    from aoede.models.wavenet import backends

    return backends.predicted(samples, config)


@dataclass(frozen=True)
class Static:
    """One linear prediction for all clips, fitted to those of training."""

    weights: Floats  # (n_taps,)
    n_levels: int

    @classmethod
    def fitted(cls, clips: Sequence[Codes], config: Config) -> "Static":
        """By the autocorrelation of all clips together. Raises InputError where there is no sample."""
        n, total = config.n_taps, np.zeros(config.n_taps + 1)
        for clip in clips:
            x = centres(config.n_levels)[clip]
            total += np.array(
                [float(x[lag:] @ x[: len(x) - lag]) if lag < len(x) else 0.0 for lag in range(n + 1)]
            )
        if not total[0]:
            raise InputError("there is nothing to fit a linear prediction to: no clip has a sample")
        lags = np.abs(np.arange(n)[:, None] - np.arange(n))
        matrix = total[lags] + 1e-9 * total[0] * np.eye(n)
        return cls(np.linalg.solve(matrix, total[1:]), config.n_levels)

    def bits(self, codes: Codes) -> Floats:
        """(T,) bits of each sample of a clip; the width around the prediction is that of its errors of late."""
        samples = centres(self.n_levels)[codes]
        places = np.clip(np.convolve(samples, np.append(0.0, self.weights))[: len(samples)], -1, 1)
        scales, scale = np.empty(len(samples)), FIRST_SCALE
        for t, error in enumerate(np.abs(samples - places).tolist()):
            scales[t] = scale
            scale = min(max(scale * SCALE_MEMORY + (1 - SCALE_MEMORY) * error, LEAST_SCALE), MOST_SCALE)
        return _bits(codes, places, scales, self.n_levels)


def histogram_bits(train: Sequence[Codes], codes: Codes, n_levels: int) -> Floats:
    """(T,) bits of each sample by how often its code stands in the training clips."""
    counts = np.ones(n_levels)
    for clip in train:
        counts += np.bincount(clip, minlength=n_levels)
    return np.asarray(-np.log2(counts / counts.sum())[codes])


def baselines(train: Sequence[Codes], valid: Sequence[Codes], config: Config) -> dict[str, float]:
    """Mean bits a sample of the held-out clips by what knows nothing of networks; only training clips are fitted to.

    Raises InputError where either has no sample.
    """
    if not sum(map(len, train)) or not sum(map(len, valid)):
        raise InputError("there is nothing to compare with: no clip has a sample")
    static = Static.fitted(train, config)
    counted = np.log2(config.n_levels)
    return {
        "uniform": float(counted),
        "histogram": _mean([histogram_bits(train, clip, config.n_levels) for clip in valid]),
        "static linear prediction": _mean([static.bits(clip) for clip in valid]),
        "adaptive linear prediction": _mean([adaptive_bits(clip, config) for clip in valid]),
    }


def _mean(parts: Sequence[Floats]) -> float:
    return float(np.concatenate(parts).mean())


def _bits(codes: Codes, places: Floats, scales: Floats, n_levels: int) -> Floats:
    """(T,) what these codes cost; in blocks, for a table of them all would be large."""
    found = np.empty(len(codes))
    for begin in range(0, len(codes), 4_096):
        part = slice(begin, begin + 4_096)
        logs = log_laplace(places[part], scales[part], n_levels)
        found[part] = -logs[np.arange(len(logs)), codes[part]] / np.log(2)
    return found
