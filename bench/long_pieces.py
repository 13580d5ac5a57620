"""Long pieces: how far back the gradient flows, in nats, memory and seconds.

    OMP_NUM_THREADS=1 python bench/long_pieces.py [DATA] [--seeds 1 2 3] [--epochs 10]
    OMP_NUM_THREADS=1 python bench/long_pieces.py [DATA] --select     # held out are pieces of the training split

MuseData in the splits of Boulanger-Lewandowski, Bengio and Vincent (ICML 2012). Learnt are the 182 pieces of the
training split that have 400 frames at least (the longest 3,457), judged the 57 such pieces of the validation split
(68,823 frames, the longest 3,723). One network, an LSTM that knows of the past what it remembers and nothing else
(no echo, pitches independent given the past), learns as many frames in every row of the table, with the same seeds
and the same weights to begin with. What differs is how far back the gradient flows:

- a window of 16, 64 or 256 frames; what the network remembers is carried into the next window, but no gradient flows
  back over its edge (truncated back-propagation, Williams & Peng 1990);
- the same windows with nothing carried: each begins as a piece does;
- the whole piece, with everything kept that the gradient needs;
- the whole piece, where the states between every 60 frames are kept and what lies between is computed again for the
  gradient (Chen, Xu, Zhang & Guestrin 2016). The gradient is the same, which tests/test_frames.py proves, but for the
  masks of dropout: those of one part come again in each.

Windows times the rows read side by side are 1,024 frames an update; a whole piece has 1,026 on average. An update of
whole pieces reads one piece alone: its gradient is noisier, and that is part of the comparison. Dropout, epochs and
the rate of each row, 0.01 or 0.02, were chosen with --select, seed 1.

"nats" is -log p(frame | all frames before it in the piece), summed over 88 pitches and pooled over all frames,
computed by the NumPy model from the first frame of a piece to its last, whatever was carried in training; the mean
over the seeds, behind it the least and the most. "in training" are the nats of the last epoch's updates, with
dropout. "MB" is what the process grew by at most in all updates of a training, "MB of 16" in updates that read the
16 longest pieces side by side: gradients and the optimizer's moments included (Linux; elsewhere the peak of the whole
process counts). Seconds are the processor's, one thread. Every training is a process of its own.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from aoede.formats import archive
from aoede.models.rnn.pianoroll import Config, Learner, Model, Recipe
from aoede.neural.frames.network import Frames
from aoede.randomness import stream

LEAST_FRAMES = 400  # of a piece
HELD_OUT = 0.15  # of the pieces, with --select
WHOLE = 10_000  # frames: longer than any piece
WIDE_ROWS = 16  # of the second figure of memory
CONFIG = Config(88, has_echo=False, output="bernoulli", cell="lstm", n_hidden=128)
DROPOUT = 0.3  # of what is remembered, as the output sees it
_STATUS = Path("/proc/self/status")

UInt8 = NDArray[np.uint8]


@dataclass(frozen=True)
class Case:
    """A row of the table."""

    n_rows: int  # pieces side by side
    n_steps: int  # through which the gradient flows
    rate: float
    is_carried: bool = True
    every: int = 0  # steps between states that are kept for the gradient; 0: everything is kept

    @property
    def name(self) -> str:
        is_whole = self.n_steps == WHOLE
        through = "whole pieces" if is_whole else f"{self.n_steps} frames"
        carried = "(all read)" if is_whole else "the state" if self.is_carried else "nothing"
        kept = f"every {self.every}" if self.every else "all"
        return f"{through} | {carried} | {kept} | {self.n_rows} x {'piece' if is_whole else self.n_steps}"


CASES = (
    Case(64, 16, 0.02, is_carried=False),
    Case(16, 64, 0.01, is_carried=False),
    Case(4, 256, 0.02, is_carried=False),
    Case(64, 16, 0.01),
    Case(16, 64, 0.01),
    Case(4, 256, 0.02),
    Case(1, WHOLE, 0.02),
    Case(1, WHOLE, 0.02, every=60),
)
HEAD = (
    "| gradient through | carried | kept | rows x frames | frames an update | updates | rate | in training "
    "| nats a frame | least | most | MB | MB of 16 | s an epoch |\n" + "|---" * 14 + "|"
)


class Counting(Learner):
    """Counts the frames that it learnt: windows at both ends of a piece may be shorter."""

    n_learnt = 0

    def _window(self, rng: np.random.Generator) -> tuple[Frames, NDArray[np.bool_]]:
        window, forgotten = super()._window(rng)
        self.n_learnt += window.n_symbols
        return window, forgotten

    def step(self, seed: int, number: int, progress: float) -> float:
        """An update as the training loop asks for it: its nats a frame."""
        told = self.update(np.zeros(1, np.int64), stream(seed, "update", number), progress)
        return told["training nats a frame"]


def pieces_of(folder: Path, *, select: bool) -> tuple[list[UInt8], list[UInt8]]:
    """What is learnt, and what is judged."""
    sides = []
    for part in ("train", "valid"):
        path = folder / "poly_bl2012" / f"musedata_{part}.npz"
        pieces = archive.from_bytes(path.read_bytes(), where=str(path))
        sides.append([piece for piece in pieces if len(piece) >= LEAST_FRAMES])
    if not select:
        return sides[0], sides[1]
    order = stream(1, "held out").permutation(len(sides[0]))
    n = round(HELD_OUT * len(order))
    return [sides[0][i] for i in order[n:]], [sides[0][i] for i in order[:n]]


def learner_of(case: Case, pieces: Sequence[UInt8], n_rows: int, seed: int = 1) -> Counting:
    recipe = Recipe(
        n_rows=n_rows,
        n_steps=case.n_steps,
        checkpoint_steps=case.every,
        forgetting=0.0 if case.is_carried else 1.0,
        learning_rate=case.rate,
        dropout=0.0,
        trunk_dropout=0.0,
        hidden_dropout=DROPOUT,
        precision="float32",
    )
    return Counting(CONFIG, recipe, pieces, [], seed=seed)


# In a process of its own


def trained(case: Case, given: argparse.Namespace) -> dict[str, float]:
    """Nats, memory and seconds of a training."""
    learnt, judged = pieces_of(given.data, select=given.select)
    seed = given.seeds[0]
    _warm_up(case, learnt)
    learner = learner_of(case, learnt, case.n_rows, seed)
    n_frames, losses = given.epochs * sum(map(len, learnt)), list[float]()
    before, began = _began(), time.process_time()
    while learner.n_learnt < n_frames:
        losses.append(learner.step(seed, len(losses), learner.n_learnt / n_frames))
    seconds, mb = time.process_time() - began, _resident_mb("VmHWM") - before
    nats = np.concatenate(Model.from_tensors(asdict(CONFIG), learner.tensors()).nats(judged))
    return {
        "nats": float(nats.mean(dtype=np.float64)),
        "training": statistics.mean(losses[-(len(losses) // given.epochs) :]),
        "mb": mb,
        "seconds": seconds / given.epochs,
        "updates": len(losses),
        "frames": learner.n_learnt / len(losses),
    }


def widened(case: Case, given: argparse.Namespace) -> dict[str, float]:
    """The memory of updates that read the longest pieces side by side."""
    learnt = sorted(pieces_of(given.data, select=given.select)[0], key=len)[-WIDE_ROWS:]
    _warm_up(case, learnt)
    learner = learner_of(case, learnt, WIDE_ROWS)
    before = _began()
    for k in range(1 if case.n_steps == WHOLE else 3):  # the first windows of pieces are shorter
        learner.step(1, k, 0.5)
    return {"wide_mb": _resident_mb("VmHWM") - before}


def _warm_up(case: Case, pieces: Sequence[UInt8]) -> None:
    """A small update loads what torch loads once."""
    torch.set_num_threads(1)
    small = Case(2, 16, case.rate, every=4 if case.every else 0)
    learner_of(small, [piece[:32] for piece in pieces[:2]], 2).step(1, 0, 0.5)


def _began() -> float:
    """What is resident now, in MB; the greatest so far is forgotten."""
    now = _resident_mb("VmRSS")
    if _STATUS.is_file():
        Path("/proc/self/clear_refs").write_text("5")
    return now


def _resident_mb(line: str) -> float:
    """VmRSS (now) or VmHWM (the greatest so far) of this process."""
    if _STATUS.is_file():
        found = [row for row in _STATUS.read_text().splitlines() if row.startswith(line)]
        return int(found[0].split()[1]) * 1024 / 1e6  # what Linux calls kB are KiB
    unit = 1 if platform.system() == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


WORK: Mapping[str, Callable[[Case, argparse.Namespace], dict[str, float]]] = {
    "trained": trained,
    "widened": widened,
}


# The table


def in_a_child(what: str, case: Case, seed: int, given: argparse.Namespace) -> dict[str, float]:
    command = [sys.executable, __file__, str(given.data), "--child", what, str(CASES.index(case))]
    command += ["--seeds", str(seed), "--epochs", str(given.epochs), *["--select"] * given.select]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise SystemExit(f"{what} {case} failed: {done.stderr.strip()[-500:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def row_of(case: Case, given: argparse.Namespace) -> str:
    wide = in_a_child("widened", case, 1, given)["wide_mb"]
    runs = [in_a_child("trained", case, seed, given) for seed in given.seeds]
    mean = {name: statistics.mean(run[name] for run in runs) for name in runs[0]}
    nats = [run["nats"] for run in runs]
    return (
        f"| {case.name} | {mean['frames']:,.0f} | {mean['updates']:,.0f} | {case.rate} | {mean['training']:.3f} "
        f"| {mean['nats']:.3f} | {min(nats):.3f} | {max(nats):.3f} | {mean['mb']:,.0f} | {wide:,.0f} "
        f"| {mean['seconds']:.1f} |"
    )


def main(given: argparse.Namespace) -> None:
    load = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    print(f"{platform.platform()}, {load}; torch {torch.__version__}, 1 thread, float32")
    for name, side in zip(("learnt", "judged"), pieces_of(given.data, select=given.select), strict=True):
        lengths = [len(piece) for piece in side]
        print(f"{name}: {len(side)} pieces, {sum(lengths):,} frames, the longest {max(lengths):,}")
    print(f"LSTM({CONFIG.n_hidden}), {given.epochs} epochs, seeds {given.seeds}\n\n{HEAD}", flush=True)
    for i in given.rows:
        print(row_of(CASES[i], given), flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--rows", type=int, nargs="+", choices=range(len(CASES)), default=range(len(CASES)))
    parser.add_argument("--select", action="store_true", help="leave the validation split alone")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    asked = arguments()
    if asked.child:
        what, number = asked.child
        print(json.dumps(WORK[what](CASES[int(number)], asked)))
    else:
        main(asked)
