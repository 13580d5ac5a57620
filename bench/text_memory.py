"""Memory of one update against the length of the sequence that the gradient flows through.

    OMP_NUM_THREADS=1 python bench/text_memory.py [--steps 64 ... 4096] [--hidden 256 512] [--out docs/benchmarks]

An update of our `Learner`, LSTM of 256 and 512 units, 32 rows, 67 symbols: with everything kept that the gradient
needs ("kept"), and with `checkpoint_steps` about the square root of the steps ("again": the states between so many
steps are kept, and what lies between is computed a second time; Chen, Xu, Zhang & Guestrin 2016). The loss and the
gradient are the same, which tests/test_rnn.py proves.

Each point is a process of its own. A small update first loads what torch loads once; then the mark of the greatest
resident memory is set back (Linux), and the update's growth above what was resident is the figure, gradients and
the optimizer's moments included. Seconds are the processor's for a later update (the least of some), so that other
programs matter little; one thread. The plot is OUT/text-memory.png.
"""

import argparse
import json
import math
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aoede.formats import plot
from aoede.formats.files import write_whole

N_SYMBOLS, N_ROWS = 67, 32
STEPS = (64, 128, 256, 512, 1024, 2048, 4096)
TIMED_S, MOST_TIMED = 2.0, 12  # of updates by the clock
_STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Point:
    n_hidden: int
    n_steps: int
    checkpoint_steps: int  # 0: everything is kept
    mb: float
    seconds: float
    nats: float


def _resident_mb(line: str) -> float:
    """VmRSS (now) or VmHWM (the greatest so far) of this process."""
    if _STATUS.is_file():
        found = [row for row in _STATUS.read_text().splitlines() if row.startswith(line)]
        return int(found[0].split()[1]) * 1024 / 1e6  # what Linux calls kB are KiB
    unit = 1 if platform.system() == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def _forget_peak() -> None:
    if _STATUS.is_file():
        Path("/proc/self/clear_refs").write_text("5")


def measure(n_hidden: int, n_steps: int, checkpoint_steps: int, precision: str) -> Point:
    """In a process of its own: one update, its memory and its loss, then another one by the clock."""
    import numpy as np
    import torch

    from aoede.models.rnn import Config, Learner, Recipe
    from aoede.randomness import stream

    torch.set_num_threads(1)

    def learner(n: int, every: int) -> Learner:
        recipe = Recipe(
            n_rows=N_ROWS,
            n_steps=n,
            dropout=0.0,
            label_dropout=0.0,
            forgetting=0.0,
            checkpoint_steps=every,
            precision=precision,
        )
        text = stream(1, "text").integers(2, N_SYMBOLS, N_ROWS * n)
        return Learner(Config(N_SYMBOLS, n_hidden), recipe, [text], [], seed=1)

    indices = np.zeros(1, np.int64)
    learner(8, 4 if checkpoint_steps else 0).update(indices, stream(1, "update"), 0.5)
    measured = learner(n_steps, checkpoint_steps)
    before = _resident_mb("VmRSS")
    _forget_peak()
    told = measured.update(indices, stream(1, "update"), 0.5)
    mb = _resident_mb("VmHWM") - before
    taken = list[float]()
    while not taken or (sum(taken) < TIMED_S and len(taken) < MOST_TIMED):
        began = time.process_time()
        measured.update(indices, stream(1, "update"), 0.5)
        taken.append(time.process_time() - began)
    seconds = min(taken)
    return Point(n_hidden, n_steps, checkpoint_steps, mb, seconds, told["training nats a character"])


def in_a_child(n_hidden: int, n_steps: int, checkpoint_steps: int, precision: str) -> Point:
    sizes = [str(n) for n in (n_hidden, n_steps, checkpoint_steps)]
    done = subprocess.run(
        [sys.executable, __file__, "--point", *sizes, "--precision", precision],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    if done.returncode:
        raise SystemExit(f"the point {' '.join(sizes)} failed: {done.stderr.strip()[-500:]}")
    return Point(**json.loads(done.stdout.splitlines()[-1]))


def picture(points: Sequence[Point], subtitle: str) -> bytes:
    curves = []
    for n_hidden in dict.fromkeys(point.n_hidden for point in points):
        for name, is_again in (("all kept", False), ("computed again", True)):
            chosen = [p for p in points if p.n_hidden == n_hidden and (p.checkpoint_steps > 0) == is_again]
            steps, mb = [p.n_steps for p in chosen], [p.mb for p in chosen]
            curves.append(plot.Curve(f"LSTM({n_hidden}), {name}", steps, mb, unit="MB an update"))
    return plot.to_bytes(
        curves,
        title="Memory of an update",
        subtitle=subtitle,
        x_label="steps that the gradient flows through",
    )


def main(given: argparse.Namespace) -> None:
    import torch

    print(
        f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; torch {torch.__version__}"
    )
    print(f"LSTM on {N_SYMBOLS} symbols, {N_ROWS} rows, {given.precision}, 1 thread")
    print(
        f"{'units':>6}{'steps':>7}{'kept':>11}{'every':>7}{'again':>10}{'less':>7}"
        f"{'s kept':>9}{'s again':>9}{'times':>7}"
    )
    points = []
    for n_hidden in given.hidden:
        for n_steps in given.steps:
            every = max(1, round(math.sqrt(n_steps)))
            kept, again = (in_a_child(n_hidden, n_steps, n, given.precision) for n in (0, every))
            if abs(kept.nats - again.nats) > 1e-4:
                raise SystemExit(f"the losses differ: {kept.nats} and {again.nats}")
            points += [kept, again]
            print(
                f"{n_hidden:6}{n_steps:7}{kept.mb:8.0f} MB{every:7}{again.mb:7.0f} MB{kept.mb / again.mb:6.1f}x"
                f"{kept.seconds:9.2f}{again.seconds:9.2f}{again.seconds / kept.seconds:7.2f}",
                flush=True,
            )
    subtitle = f"{N_ROWS} rows, {N_SYMBOLS} symbols, {given.precision}; computed again: few states are kept"
    given.out.mkdir(parents=True, exist_ok=True)
    write_whole(given.out / "text-memory.png", picture(points, subtitle), force=True)
    print(given.out / "text-memory.png")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("data", nargs="?", help="not needed; so that all benches are called alike")
    parser.add_argument("--steps", type=int, nargs="+", default=STEPS)
    parser.add_argument("--hidden", type=int, nargs="+", default=[256, 512])
    parser.add_argument("--precision", default="float32", choices=["float32", "bfloat16"])
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks"))
    parser.add_argument("--point", type=int, nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.point:
        print(json.dumps(vars(measure(*arguments.point, arguments.precision))))
    else:
        main(arguments)
