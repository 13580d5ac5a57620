"""Kernel ridge regression (Gaussian-process means) with cross-validation by groups, for the mood tables.

With kernel matrix K over the rated words, noise n and targets y of mean m, the prediction for a word with kernel
row k is m + k (K + nI)^-1 (y - m); its variance, in units of the signal, is 1 + n - k (K + nI)^-1 k' (Rasmussen
& Williams 2006, equations 2.25 and 2.26). The unit is set from the cross-validated residuals.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
N_FOLDS = 10


@dataclass(frozen=True)
class Regression:
    """(K + nI)^-1 (y - m), the inverse itself, m, and the sd of a variance of 1, each for every target."""

    coefficients: Doubles  # (N, targets)
    inverse: Floats  # (N, N)
    mean: Doubles  # (targets,)
    noise: float
    unit_sd: Doubles  # (targets,)

    def predict(self, rows: Floats, self_similarity: float = 1.0) -> tuple[Doubles, Doubles]:
        """(values, sd), both (M, targets), of kernel rows (M, N)."""
        values = self.mean + rows @ self.coefficients
        explained = np.einsum("ij,ij->i", rows @ self.inverse, rows)
        variance = np.clip(self_similarity + self.noise - explained, 0.05, None)
        return values, np.sqrt(variance)[:, None] * self.unit_sd


def fit(
    kernel: Floats, targets: Doubles, noise: float, folds: npt.NDArray[np.int64]
) -> tuple[Regression, Doubles]:
    """The regression on all words, and the held-out predictions (N, targets) of the cross-validation."""
    held_out = cross_validate(kernel, targets, noise, folds)
    inverse = _inverse(kernel, noise)
    mean = targets.mean(axis=0)
    centred = targets - mean
    explained = np.einsum("ij,ij->i", kernel @ inverse, kernel)
    typical = float(np.mean(kernel.diagonal() + noise - explained))
    unit_sd = np.sqrt(((held_out - targets) ** 2).mean(axis=0) / max(typical, noise))
    return Regression(inverse @ centred, inverse.astype(np.float32), mean, noise, unit_sd), held_out


def cross_validate(kernel: Floats, targets: Doubles, noise: float, folds: npt.NDArray[np.int64]) -> Doubles:
    """Predictions (N, targets), each made by a regression that saw no word of the same fold."""
    predictions = np.zeros_like(targets)
    for fold in np.unique(folds):
        test = folds == fold
        inverse = _inverse(kernel[np.ix_(~test, ~test)], noise)
        mean = targets[~test].mean(axis=0)
        predictions[test] = mean + kernel[np.ix_(test, ~test)] @ (inverse @ (targets[~test] - mean))
    return predictions


def _inverse(kernel: Floats, noise: float) -> Doubles:
    regular = kernel.astype(np.float64)
    regular[np.diag_indices(len(regular))] += noise
    return np.linalg.inv(regular).astype(np.float64)


def gaussian_kernel(a: Floats, b: Floats, rate: float) -> Floats:
    """exp(-rate * squared distance) between the rows of `a` (M, D) and `b` (N, D)."""
    squares = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1)[None] - 2 * a @ b.T
    kernel: Floats = np.exp(-rate * np.maximum(squares, 0)).astype(np.float32)
    return kernel


def linear_ridge(x: Doubles, y: Doubles, noise: float) -> tuple[Doubles, float]:
    """(weights, intercept) of y ~ x w + m with penalty `noise` on w."""
    gram = x.T @ x
    gram[np.diag_indices(len(gram))] += noise
    mean = float(y.mean())
    return np.linalg.solve(gram, x.T @ (y - mean)).astype(np.float64), mean


def folds_of(groups: Sequence[str], seed: int = 0) -> npt.NDArray[np.int64]:
    """A fold 0..N_FOLDS-1 for each word; words of one group share it."""
    names = sorted(set(groups))
    order = np.random.Generator(np.random.PCG64(seed)).permutation(len(names))
    fold = {name: int(place) % N_FOLDS for name, place in zip(names, order, strict=True)}
    return np.array([fold[group] for group in groups], dtype=np.int64)


def pearson(a: Doubles, b: Doubles) -> float:
    return float(np.corrcoef(a, b)[0, 1])
