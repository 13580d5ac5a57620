"""How well an RBM foresees rolls that it has not seen: one figure with its error."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aoede.errors import InputError
from aoede.models.rbm.bits import Bits
from aoede.models.rbm.model import RBM
from aoede.models.rbm.partition import ais_log_partition
from aoede.models.rbm.windows import Windows

N_CHAINS = 100
N_BETAS = 5_000
_AT_ONCE = 2_048


@dataclass(frozen=True)
class Score:
    metric: str
    value: float
    low: float
    high: float
    n_symbols: int
    protocol: str


def score(model: RBM, rolls: Sequence[Bits], labels: Bits | None, rng: np.random.Generator) -> Score:
    """Nats a step (frame): the mean of F(v) + log Z over windows side by side, through the steps of a window.

    Raises InputError where no roll has a step.
    """
    config = model.config
    windows = Windows(config, rolls, labels, stride_steps=config.window_steps)
    if not len(windows):
        raise InputError("there is nothing to judge the model by: no piece has a step")
    parts = (
        windows.gather(np.arange(i, min(i + _AT_ONCE, len(windows))))
        for i in range(0, len(windows), _AT_ONCE)
    )
    free_energy = sum(float(model.free_energy(part).sum()) for part in parts) / len(windows)
    log_z = ais_log_partition(model, rng, n_chains=N_CHAINS, betas=np.linspace(0, 1, N_BETAS))
    value, low, high = (
        (free_energy + estimate) / config.window_steps for estimate in (log_z.value, log_z.low, log_z.high)
    )
    with_labels = " and label bits" if config.n_labels else ""
    return Score(
        "nats_per_frame",
        value,
        low,
        high,
        len(windows) * config.window_steps,
        f"-log p of windows of {config.window_steps} steps{with_labels} through the steps, side by side from the "
        "beginning of each piece, a rest that fills no window left out; log Z by annealed importance sampling with "
        f"{N_CHAINS} chains and {N_BETAS:,} temperatures, the interval is 3 standard errors of the chains",
    )
