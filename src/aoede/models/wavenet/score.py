"""How well a WaveNet foresees held-out clips, in bits a sample."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from aoede.errors import InputError
from aoede.models.wavenet.model import WaveNet
from aoede.models.wavenet.takes import Take
from aoede.score import Score, one_hot


def bits(model: WaveNet, take: Take) -> float:
    """What a clip costs in all, read from silence."""
    condition = one_hot(take.labels[None], model.config.label_sizes)[0] if model.config.label_sizes else None
    frames = take.frames if model.config.n_frame_features else None
    return -float(model.log_probabilities(take.codes, condition, frames).sum()) / float(np.log(2))


def score(model: WaveNet, takes: Sequence[Take], labels: Any = None, rng: object = None) -> Score:
    """Bits a sample over all clips; their labels and frames are their own. Nothing is drawn from `rng`.

    Raises InputError where no clip has a sample.
    """
    n = sum(map(len, takes))
    if not n:
        raise InputError("there is nothing to judge by: no clip has a sample")
    value = sum(bits(model, take) for take in takes if len(take)) / n
    told = f"{model.config.n_levels} codes at {model.config.rate_hz:,} Hz; each clip from silence, with its labels"
    return Score("bits_per_sample", value, value, value, n, told)
