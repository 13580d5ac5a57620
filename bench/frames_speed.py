"""Seconds that a piece of 32 bars takes: 512 sixteenths of 4/4, made frame by frame by each output on one core.

    OMP_NUM_THREADS=1 python bench/frames_speed.py [DATA] [--models notes rbm ...] [--pieces 1 8]

Networks of the sizes that `aoede train` gives them, on 88 keys with strikes, told the place in the bar, the meter and
the key: the recurrent network with each of its outputs, that of the tutorials (two LSTM layers of 512, each pitch by
itself), and the transformer with notes. They are barely trained, a few updates on JSB chorales in sixteenths, so
that about as many notes sound as in music: notes cost time. What is timed is `generate` of the NumPy model, which
`aoede sample` calls; to load a model and to write the file is not in it. With several pieces they are made side by
side. The best of three; "wall" is what the clock on the wall says, "processor" stands still while other programs run.
"""

import argparse
import os
import platform
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from aoede.formats import archive
from aoede.learning import families
from aoede.learning.told import PARTS, Told
from aoede.randomness import stream
from aoede.song import Meter

N_STEPS, STEPS_A_QUARTER, STEP_TICKS = 32 * 16, 4, 120
N_UPDATES, N_LEARNT = 60, 40  # barely trained: updates, and pieces
N_TIMES = 3
TOLD = Told(PARTS, 16)

UInt8 = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Kind:
    family: str
    preset: str = "default"
    shape: Mapping[str, Any] = field(default_factory=dict)


KINDS: Mapping[str, Kind] = {
    "notes": Kind("rnn"),
    "nade": Kind("rnn", shape={"output": "nade"}),
    "rbm": Kind("rnn", shape={"output": "rbm"}),
    "bernoulli, 2 x LSTM(512)": Kind("rnn", "tutorial"),
    "notes, transformer": Kind("transformer"),
}


def sixteenths(piece: UInt8) -> UInt8:
    """(T, 88) a chorale in quarters -> (4 T, 176) held and struck bits; what sounds already is not struck anew."""
    held = np.repeat(piece, STEPS_A_QUARTER, axis=0)
    before = np.concatenate([np.zeros((1, held.shape[1]), np.uint8), held])[:-1]
    return np.concatenate([held, held & (1 - before)], axis=1)


def context(n_steps: int) -> Floats:
    return TOLD.rows(n_steps, STEP_TICKS, [Meter(0, 4, 4)], (0, "major"))


def barely_trained(kind: Kind, pieces: list[UInt8]) -> Any:
    """The NumPy model."""
    family = families.load(kind.family, encoding="pianoroll")
    preset = family.RECIPES[kind.preset]
    sizes = {"n_pitches": archive.N_PITCHES, "has_strikes": True, "n_context": TOLD.n}
    config = family.Config(**{**sizes, **preset.shape, **kind.shape})
    recipe = family.Recipe(**{**asdict(preset.recipe), "n_rows": 4, "n_steps": 32, "precision": "float32"})
    told = [context(len(piece)) for piece in pieces]
    learner = family.Learner(config, recipe, pieces, [], train_context=told, seed=1)
    for step in range(N_UPDATES):
        learner.update(np.zeros(1, np.int64), stream(1, "update", step), step / N_UPDATES)
    return family.Model.from_tensors(asdict(config), learner.tensors())


def row_of(name: str, n: int, model: Any) -> str:
    """Best times of pieces made side by side."""
    walls, processors = list[float](), list[float]()
    for k in range(N_TIMES):
        wall, processor = time.perf_counter(), time.process_time()
        made = model.generate(N_STEPS, stream(k, "piece"), n=n, context=context(N_STEPS))
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    n_numbers = sum(tensor.size for tensor in model.to_tensors().values())
    density = made[:, :, : archive.N_PITCHES].sum() / (n * N_STEPS)
    return f"| {name} | {n_numbers:,} | {n} | {density:.1f} | {min(walls):.2f} | {min(processors):.2f} |"


def main(given: argparse.Namespace) -> None:
    path = given.data / "poly_bl2012" / "jsb_train.npz"
    pieces = archive.from_bytes(path.read_bytes(), where=str(path))[:N_LEARNT]
    rolls = [sixteenths(piece) for piece in pieces]
    load = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    print(f"{platform.platform()}, {load}; NumPy {np.__version__}, 1 thread")
    print(
        "| output | numbers | pieces | notes a frame | s by the wall | s of the processor |\n"
        + "|---" * 6
        + "|"
    )
    for name in given.models:
        model = barely_trained(KINDS[name], rolls)
        for n in given.pieces:
            print(row_of(name, n, model), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    parser.add_argument("--models", nargs="+", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--pieces", type=int, nargs="+", default=[1, 8])
    torch.set_num_threads(1)
    with threadpool_limits(1):
        main(parser.parse_args())
