r"""The two phases of the gradient of an RBM's log-likelihood, and the Gibbs sweeps that lead from one to the other.

With a unit that is always on at either side, the three parameters are one matrix M, shape (V + 1, H + 1),

    M = ( W  b )        E(v, h) = -(v 1) M (h 1)^T
        ( c  0 )

and the gradient of the log-likelihood by all of them is one difference of expectations:

    d log P(v) / dM = E[(v 1)^T (h 1) | v] - E[(v 1)^T (h 1)]

The first, the positive phase, is a mean over data; the second, the negative phase, one over the model. Both are the
same product, with the hidden units summed out: `Phase.add_mean` is the one place where it is taken. Contrastive
divergence takes for the negative phase the vectors that a few sweeps lead to; `partition.exact_gradient` takes all
there are, each with its probability.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aoede.models.rbm.bits import Active, Bits, Floats, Places, flip, scatter, sigmoid

_QUIET = 1 / 256  # a probability that makes a place cheaper to draw by itself than in a product with all
_QUIET_LOGIT = np.log(_QUIET / (1 - _QUIET)) - 1e-3  # with room for rounding
_WORTH_PARTING = 0.2  # the share of quiet units from which on it pays


@dataclass(frozen=True)
class Phase:
    """A batch of visible vectors with what they say of the hidden units."""

    visible: Active  # (B, V + 1)
    p: Floats  # (B, H + 1) P(h = 1 | v), and 1 for the unit that is always on

    @classmethod
    def of(cls, matrix: Floats, visible: Active) -> "Phase":
        p = sigmoid(visible.times(matrix))
        p[:, -1] = 1
        return cls(visible, p)

    def add_mean(self, target: NDArray[np.floating], scale: float) -> None:
        """target (V + 1, H + 1) += scale * the mean over the batch of (v 1)^T (h 1)."""
        self.visible.add_outer(target, np.float32(scale / len(self.p)) * self.p)


class Sweeps:
    """Gibbs sweeps with a matrix that stays as it is, so that what is said of it once holds for all of them.

    Whatever the hidden units do, the log-odds of visible unit i are at most b_i + sum_j max(W_ij, 0). Where that is
    very little the unit is quiet. Quiet units are drawn apart from the loud ones: it saves most of the work on
    rolls whose range has many pitches that are rare.
    """

    def __init__(self, matrix: Floats) -> None:
        self.matrix = matrix
        is_quiet = _bounds(matrix) <= _QUIET_LOGIT
        self._quiet = np.flatnonzero(is_quiet)
        self._loud = np.flatnonzero(~is_quiet)
        self._loud_rows = matrix.take(self._loud, axis=0) if len(self._quiet) else matrix[:-1]

    def phase(self, v: Bits) -> Phase:
        """The phase of the vectors `v` (B, V)."""
        return Phase.of(self.matrix, Active.of(v))

    def after(self, phase: Phase, rng: np.random.Generator) -> Phase:
        """The phase one sweep later: h ~ P(h | v), then v ~ P(v | h)."""
        h = (rng.random(phase.p.shape, np.float32) < phase.p).astype(np.float32)  # below 1, so the last is on
        return Phase.of(self.matrix, self._visible(h, rng))

    def _visible(self, h: Floats, rng: np.random.Generator) -> Active:
        """v ~ P(v | h) for hidden units (B, H + 1), of which the last is on."""
        loud = flip(h @ self._loud_rows.T, rng)
        if not len(self._quiet):
            return Active.of(loud)

        def logits_at(rows: Places, at: Places) -> Floats:
            return np.asarray(np.einsum("nk,nk->n", h[rows], self.matrix[self._quiet[at]]))

        rows, at = scatter((len(h), len(self._quiet)), _QUIET, logits_at, rng)
        return Active.placed(loud, self._loud, len(self.matrix) - 1, (rows, self._quiet[at]))


def _bounds(matrix: Floats) -> Floats:
    """(V,) what the log-odds of each visible unit can be at most; infinite where too few are low to be worth it."""
    bias = matrix[:-1, -1]
    bounds = bias
    if np.mean(bias <= _QUIET_LOGIT) >= _WORTH_PARTING:
        weights_only = np.ones(matrix.shape[1], np.float32)
        weights_only[-1] = 0
        bounds = bias + (np.maximum(matrix, 0) @ weights_only)[:-1]
    if np.mean(bounds <= _QUIET_LOGIT) < _WORTH_PARTING:
        return np.full(len(bias), np.inf, np.float32)
    return bounds
