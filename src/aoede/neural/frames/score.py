"""How well a network on frames foresees pieces that are new to it, by the protocol of the literature."""

from collections.abc import Sequence

import numpy as np

from aoede.errors import InputError
from aoede.neural.frames.model import FrameModel
from aoede.neural.frames.rbm import N_BETAS, N_CHAINS
from aoede.neural.frames.rows import Floats, UInt8
from aoede.score import Score

_PROTOCOL = (
    "-log p(frame | frames before it), natural logarithm, summed over the pitches and pooled over all frames, the "
    "first of each piece included, each piece from a cold start"
)


def score(
    model: FrameModel, rolls: Sequence[UInt8], contexts: Sequence[Floats] | None, rng: np.random.Generator
) -> Score:
    """Nats a frame, as Boulanger-Lewandowski, Bengio & Vincent (2012) count them.

    Raises InputError where no roll has a step.
    """
    nats = np.concatenate(
        [np.zeros(0), *model.nats(rolls, contexts, rng if model.is_estimated else None)]
    ).astype(np.float64)
    if not len(nats):
        raise InputError("there is nothing to judge by: no piece has a step")
    value = float(nats.mean())
    if not model.is_estimated:
        return Score("nats_per_frame", value, value, value, len(nats), f"{_PROTOCOL}; exact")
    again = np.concatenate(model.nats(rolls, contexts, rng)).astype(np.float64)
    both = np.array([value, again.mean()])
    error = 3 * abs(float(both[0] - both[1])) / 2
    told = (
        f"{_PROTOCOL}; log Z of each frame by annealed importance sampling with {N_CHAINS} chains of {N_BETAS} "
        "steps, which flatters; the value is the mean of two estimates, the interval three times half their distance"
    )
    value = float(both.mean())
    return Score("nats_per_frame", value, value - error, value + error, len(nats), told)
