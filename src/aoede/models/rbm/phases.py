"""The two phases of the gradient of an RBM's log-likelihood.

    d log P(v) / dW = E[v h | v] - E[v h]        and likewise for the biases

The first expectation, the positive phase, is a mean over data; the second, the negative phase, one over the
model. Both are means of the same products over a batch of visible vectors, with the hidden units summed out:
`Phase.of` is that one computation. Contrastive divergence takes for the negative phase the vectors that a few
Gibbs sweeps lead to; `partition.exact_gradient` takes all there are, each with its probability.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.models.rbm.bits import Active, Bits, Floats
from aoede.models.rbm.model import RBM, Config, sigmoid


@dataclass(frozen=True)
class Direction:
    """A change of the three parameters of an RBM, or the gradient of something by them."""

    weights: NDArray[Any]  # (V, H)
    visible_bias: NDArray[Any]  # (V,)
    hidden_bias: NDArray[Any]  # (H,)

    @classmethod
    def zeros(cls, config: Config) -> "Direction":
        """float32, as the model."""
        n_visible, n_hidden = config.n_visible, config.n_hidden
        shapes = ((n_visible, n_hidden), (n_visible,), (n_hidden,))
        return cls(*(np.zeros(shape, np.float32) for shape in shapes))

    def clear(self) -> None:
        for part in (self.weights, self.visible_bias, self.hidden_bias):
            part.fill(0)


@dataclass(frozen=True)
class Phase:
    """A batch of visible vectors with what they say of the hidden units."""

    visible: Active  # (B, V)
    logits: Floats  # (B, H) of the hidden units
    p: Floats  # (B, H) P(h = 1 | v)

    @classmethod
    def of(cls, rbm: RBM, v: Bits) -> "Phase":
        visible = Active.of(v)
        logits = visible.times(rbm.weights)
        logits += rbm.hidden_bias
        return cls(visible, logits, sigmoid(logits))

    def add_means(self, target: Direction, sign: float) -> None:
        """target += sign * the means over the batch of v h, v and h."""
        scale = np.float32(sign / len(self.p))
        self.visible.add_outer(target.weights, scale * self.p)
        self.visible.add_sum(target.visible_bias, scale)
        target.hidden_bias[...] += scale * self.p.sum(axis=0)
