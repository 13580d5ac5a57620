"""How well an RBM foresees rolls that it has not seen: one figure with its error."""

from collections.abc import Sequence

import numpy as np

from aoede.errors import InputError
from aoede.models.rbm.bits import Bits
from aoede.models.rbm.model import RBM
from aoede.models.rbm.partition import held_out_nats
from aoede.models.rbm.windows import Windows
from aoede.score import Score

N_CHAINS = 100
N_BETAS = 2_000


def score(model: RBM, rolls: Sequence[Bits], labels: Bits | None, rng: np.random.Generator) -> Score:
    """Nats a step (frame): -log P of windows side by side, through the steps of a window.

    Raises InputError where no roll has a step.
    """
    config = model.config
    windows = Windows(config, rolls, labels, stride_steps=config.window_steps)
    if not len(windows):
        raise InputError("there is nothing to judge the model by: no piece has a step")
    found = held_out_nats(
        model,
        windows.gather(np.arange(len(windows))),
        rng,
        n_chains=N_CHAINS,
        betas=np.linspace(0, 1, N_BETAS + 1),
    )
    with_labels = " and label bits" if config.n_labels else ""
    return Score(
        "nats_per_frame",
        found.value,
        found.low,
        found.high,
        len(windows) * config.window_steps,
        f"-log p of windows of {config.window_steps} steps{with_labels} through the steps, side by side from "
        "the beginning of each piece, a rest that fills no window left out; log Z by annealed importance "
        f"sampling with {N_CHAINS} chains and {N_BETAS:,} temperatures, which flatters; low is 3 standard errors "
        "of the chains, high the conservative figure of annealing back from the windows themselves (RAISE)",
    )
