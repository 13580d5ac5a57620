"""A model of sound so small that its samples take no time: of random weights, what it makes is noise."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np

from aoede.encodings.mulaw import MuLaw
from aoede.encodings.score_frames import FEATURES, ScoreFrames
from aoede.learning import checkpoint, families
from aoede.learning.clip_labels import Labels
from aoede.models.wavenet.model import shapes

FAMILY = families.load("wavenet")
KNOWN = {field.name for field in fields(FAMILY.Config)}
RATE_HZ = 8_000
WORDS = (("digit", ("five", "three")), ("speaker", ("jackson", "小明")))


def model_file(
    path: Path, *, columns: Sequence[tuple[str, Sequence[str]]] = WORDS, plays_notes: bool = True
) -> Path:
    """Its file."""
    config = FAMILY.Config(
        n_layers=2, n_cycle=2, n_residual=4, n_skip=4, n_told=8, n_taps=2, n_quick=2, rate_hz=RATE_HZ,
        label_sizes=tuple(len(values) + 1 for _, values in columns),
        n_frame_features=len(FEATURES) if plays_notes else 0, frame_samples=RATE_HZ // 100,
        **({"n_harmonics": 4 if plays_notes else 0} if "n_harmonics" in KNOWN else {}),
    )  # fmt: skip
    rng = np.random.default_rng(1)
    tensors = {
        name: (0.4 * rng.standard_normal(shape)).astype(np.float32) for name, shape in shapes(config).items()
    }
    metadata = {
        "family": "wavenet",
        "kind": "a model of sound",
        "licence": "none",
        "encoding": MuLaw(RATE_HZ).as_mapping(),
        "labels": Labels(tuple((name, tuple(values)) for name, values in columns)).as_mapping(),
        "config": vars(config),
        "provenance": {"frames": ScoreFrames(RATE_HZ).as_mapping() if plays_notes else None},
    }
    checkpoint.save(path, tensors, metadata)
    return path
