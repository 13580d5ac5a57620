"""How well an RBM knows the frames of the JSB chorales: nats a frame, beside what was published.

    OMP_NUM_THREADS=1 python bench/rbm_frames.py [DATA]
    OMP_NUM_THREADS=1 python bench/rbm_frames.py [DATA] --select  # held out are pieces of the training split

Frames are taken one by one, without what came before, from the data and split of Boulanger-Lewandowski, Bengio and
Vincent (ICML 2012). A figure is -log P of a frame, the mean over all frames of a split. Their RBM has 7.43 on the
test split, where bits on their own have 11.06; that split is not here, these are figures of the validation split.
The recipe was chosen on pieces held out of the training split, as `--select` does it; the validation split had no
say in it.

Where log Z is estimated, AIS flatters in expectation and RAISE does the opposite; the closer they are, the surer are
both. Two controls: an RBM small enough for an exact log Z has the estimates beside it, and the rows of the weights in
another order must lose what the weights have learnt.
"""

import argparse
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.pianoroll import PianoRoll
from aoede.learning.loop import batch_of
from aoede.models.rbm import RBM, Config, Learner, Recipe
from aoede.models.rbm.partition import (
    Estimate,
    ais_log_partition,
    exact_log_partition,
    reverse_ais_log_partition,
    spaced_betas,
)
from aoede.randomness import stream

SEED = 1
KEYS = PianoRoll(low=21, high=108, struck=False)  # those of a piano
N_HIDDEN, N_HIDDEN_EXACT = 120, 20
RECIPE = Recipe(
    batch_size=50,
    learning_rate=0.1,
    final_rate=0.0,
    first_k=5,
    k=10,
    n_chains=100,
    weight_decay=3e-5,
)
N_STEPS = 59_000  # 250 epochs of the pieces that `--select` trains on
N_STEPS_EXACT = 14_000  # of the small RBM, which is to show that log Z is right, not what 20 units can do
MOVED = 0.15  # share of the training frames that are transposed, each time anew,
INTERVALS = (-5, -2, 2, 5)  # by one of these: the chorales stand in C and also go to its neighbours
HIDDEN_BIAS = -1.0  # to begin with
HELD_OUT = 0.15  # of the training pieces, with --select
N_CHAINS, N_BETAS = 200, 10_000

Bits = NDArray[np.uint8]
Doubles = NDArray[np.float64]
Pieces = Sequence[Bits]  # each (T, 88)


@dataclass(frozen=True)
class Frames:
    """The two sides of a comparison, by piece."""

    train: Pieces
    valid: Pieces

    @property
    def log_odds(self) -> Doubles:
        """(88,) of the notes, from the smoothed means of the training frames."""
        frames = np.concatenate(self.train)
        p = (frames.sum(axis=0, dtype=np.float64) + 1) / (len(frames) + 2)
        return np.asarray(np.log(p / (1 - p)))

    @property
    def sides(self) -> tuple[Pieces, Pieces]:
        return self.train, self.valid

    @classmethod
    def of(cls, data: Path) -> "Frames":
        return cls(*(_read(data / "poly_bl2012" / f"jsb_{name}.npz") for name in ("train", "valid")))

    def inside_train(self) -> "Frames":
        """A split of the training pieces alone."""
        order = stream(SEED, "held out").permutation(len(self.train))
        n = round(HELD_OUT * len(order))
        return Frames([self.train[i] for i in order[n:]], [self.train[i] for i in order[:n]])


def _read(path: Path) -> Pieces:
    with np.load(path, allow_pickle=False) as archive:
        return np.split(archive["frames"], np.cumsum(archive["lengths"])[:-1])


# Training


def trained(frames: Frames, n_hidden: int, n_steps: int) -> RBM:
    """An RBM of the training side, by the recipe: the same update and the same batches as `aoede train`."""
    config = Config(KEYS.width, 1, n_hidden)
    learner = Learner(config, RECIPE, frames.train, (), seed=SEED, shift=to_neighbours)
    tensors = learner.tensors()
    learner.restore(
        {**tensors, "hidden_bias": np.full_like(tensors["hidden_bias"], HIDDEN_BIAS)}, learner.state()
    )
    for step in range(n_steps):
        batch = batch_of(SEED, step, learner.n_examples, learner.batch_size)
        learner.update(batch, stream(SEED, "update", step), step / n_steps)
    return learner.model


def to_neighbours(windows: Bits, rng: np.random.Generator) -> Bits:
    """Some of the windows (B, 1, 88) transposed to a neighbouring key."""
    by = np.where(rng.random(len(windows)) < MOVED, rng.choice(INTERVALS, len(windows)), 0)
    for semitones in INTERVALS:
        windows[by == semitones] = KEYS.transposed(windows[by == semitones], semitones)
    return windows


def out_of_order(rbm: RBM) -> RBM:
    """The same weights, but each visible unit has those of another."""
    order = stream(SEED, "out of order").permutation(len(rbm.weights))
    return RBM(rbm.config, rbm.weights[order], rbm.visible_bias, rbm.hidden_bias)


# Figures


def estimated(rbm: RBM, frames: Frames) -> tuple[Estimate, float]:
    """log Z in nats by AIS, beginning with the bits on their own; and by RAISE, from frames of the valid side."""
    betas, base = spaced_betas(N_BETAS), frames.log_odds
    ais = ais_log_partition(rbm, stream(SEED, "ais"), n_chains=N_CHAINS, betas=betas, base=base)
    every = np.concatenate(frames.valid)
    some = every[np.linspace(0, len(every) - 1, N_CHAINS).astype(np.int64)]
    raised = reverse_ais_log_partition(rbm, stream(SEED, "raise"), some, betas=betas, base=base)
    return ais, raised.high


def nats(rbm: RBM, pieces: Pieces, log_z: float) -> float:
    """-log P, the mean over all frames of all pieces."""
    return float(rbm.free_energy(np.concatenate(pieces)).mean() + log_z)


def nats_of_independent(log_odds: Doubles, pieces: Pieces) -> float:
    """-log P where each note is on with its own probability, whatever the others do."""
    rates = np.concatenate(pieces).mean(axis=0)
    return float((np.logaddexp(0, log_odds) - rates * log_odds).sum())


# The table

HEAD = (
    "| model | hidden | train | {valid} | 3 standard errors | {valid}, RAISE | seconds to train |\n"
    "|---|---|---|---|---|---|---|"
)


def rows(frames: Frames) -> Iterator[str]:
    base = frames.log_odds
    yield _row("uniform", [KEYS.width * math.log(2)] * 2)
    yield _row("bits on their own", [nats_of_independent(base, side) for side in frames.sides])
    small, took_s = timed(frames, N_HIDDEN_EXACT, N_STEPS_EXACT)
    log_z = exact_log_partition(small)
    exactly = [nats(small, side, log_z) for side in frames.sides]
    yield _row("RBM, log Z exact", exactly, n_hidden=N_HIDDEN_EXACT, took_s=took_s)
    yield _estimated_row("the same, log Z estimated", small, frames)
    rbm, took_s = timed(frames, N_HIDDEN, N_STEPS)
    yield _estimated_row("RBM", rbm, frames, took_s)
    yield _estimated_row("its weights out of order", out_of_order(rbm), frames)


def timed(frames: Frames, n_hidden: int, n_steps: int) -> tuple[RBM, float]:
    """The trained model, and how many seconds it took."""
    began = time.perf_counter()
    return trained(frames, n_hidden, n_steps), time.perf_counter() - began


def _estimated_row(name: str, rbm: RBM, frames: Frames, took_s: float | None = None) -> str:
    ais, most = estimated(rbm, frames)
    figures = [nats(rbm, side, ais.value) for side in frames.sides]
    error, raised = f"{ais.high - ais.value:.3f}", f"{nats(rbm, frames.valid, most):.3f}"
    return _row(name, figures, error, raised, n_hidden=rbm.config.n_hidden, took_s=took_s)


def _row(
    name: str,
    figures: Sequence[float],
    error: str = "",
    raised: str = "",
    *,
    n_hidden: int | None = None,
    took_s: float | None = None,
) -> str:
    """One line of the table; `figures` are nats a frame of the training and of the valid side."""
    train, valid = figures
    hidden = "" if n_hidden is None else str(n_hidden)
    seconds = "" if took_s is None else f"{took_s:.0f}"
    return f"| {name} | {hidden} | {train:.3f} | {valid:.3f} | {error} | {raised} | {seconds} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    parser.add_argument("--select", action="store_true", help="leave the validation split alone")
    arguments = parser.parse_args()
    frames = Frames.of(arguments.data)
    print(HEAD.format(valid="held out of train" if arguments.select else "valid"))
    for row in rows(frames.inside_train() if arguments.select else frames):
        print(row, flush=True)


if __name__ == "__main__":
    main()
