"""An epoch of the tutorials' RBM beside a TensorFlow graph of the same update, on the same windows in one run.

    python bench/rbm_speed.py [DATA] [--threads 1] [--songs 200]

The shape is that of the tutorials on music and RBMs: 2,340 visible and 50 hidden units, CD-1, learning rate 0.005,
windows of 15 sixteenths of Nottingham tunes, side by side. TensorFlow is fed in two ways: batches of 100 windows
mixed over all songs, as we train; and song by song, as the tutorials do it. It runs two graphs: `graph`, the five
products of the update and nothing else, and `as written`, with the Gibbs step in a loop of the graph and hidden
units drawn once more for the gradient, as the tutorials have it.

Sides take turns, a hundred updates each, with the same number of threads; a ratio is the median over the rounds.
TensorFlow is for this bench only: `pip install tensorflow` in an environment of its own, then run this file with its
Python and PYTHONPATH=src. Without it our side is timed alone.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from aoede.encodings.pianoroll import PianoRoll
from aoede.formats import midi
from aoede.models.rbm import RECIPES, Config, Learner
from aoede.models.rbm.windows import Windows
from aoede.randomness import stream

N_STEPS, N_HIDDEN, BATCH, RATE = 15, 50, 100, 0.005
N_UPDATES = 100  # a turn
N_ROUNDS = 7
N_WARM = (
    1_000  # updates before the first turn: an epoch is timed in the midst of a training, not at its start
)
Batch = NDArray[np.int64]
Update = Callable[[Batch], object]


def rolls_of(folder: Path, n_songs: int) -> list[NDArray[np.uint8]]:
    files = sorted(folder.rglob("*.mid"))[:n_songs]
    return [PianoRoll().encode(midi.read(file).song) for file in files]


def mixed(n_windows: int) -> Iterator[Batch]:
    """Batches over all songs, for ever."""
    for epoch in range(1_000_000):
        order = stream(1, "epoch", epoch).permutation(n_windows)
        yield from (order[i : i + BATCH] for i in range(0, n_windows - BATCH + 1, BATCH))


def by_song(n_windows_of: Sequence[int]) -> Iterator[Batch]:
    """The windows of one song after the other, at most 100 at once, for ever."""
    begins = np.cumsum([0, *n_windows_of])
    while True:
        for begin, n in zip(begins, n_windows_of, strict=False):
            yield from (np.arange(begin + i, begin + min(i + BATCH, n)) for i in range(0, n, BATCH))


def ours(rolls: list[NDArray[np.uint8]], *, bias_from_data: bool) -> Update:
    recipe = replace(RECIPES["tutorial"].recipe, bias_from_data=bias_from_data)
    learner = Learner(
        Config(rolls[0].shape[1], N_STEPS, N_HIDDEN), recipe, rolls, [], seed=1, stride_steps=N_STEPS
    )
    rng = stream(1, "updates")
    for _, batch in zip(range(N_WARM), mixed(learner.n_examples), strict=False):
        learner.update(batch, rng, 0.5)
    return lambda batch: learner.update(batch, rng, 0.5)


def tensorflow_graphs(windows: Windows, n_visible: int, n_threads: int) -> dict[str, Update]:
    """The two graphs, each as a function of a batch of windows. Raises ImportError without TensorFlow."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(n_threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    w = tf.Variable(tf.random.normal((n_visible, N_HIDDEN), 0.0, 0.01, seed=1))
    b, c = tf.Variable(tf.zeros((1, n_visible))), tf.Variable(tf.zeros((1, N_HIDDEN)))

    def draw(p):  # type: ignore[no-untyped-def]
        return tf.floor(p + tf.random.uniform(tf.shape(p)))

    def hidden(v):  # type: ignore[no-untyped-def]
        return draw(tf.sigmoid(tf.matmul(v, w) + c))

    def visible(h):  # type: ignore[no-untyped-def]
        return draw(tf.sigmoid(tf.matmul(h, w, transpose_b=True) + b))

    def move(v, h, v2, h2):  # type: ignore[no-untyped-def]
        rate = RATE / tf.cast(tf.shape(v)[0], tf.float32)
        w.assign_add(rate * (tf.matmul(v, h, transpose_a=True) - tf.matmul(v2, h2, transpose_a=True)))
        b.assign_add(rate * tf.reduce_sum(v - v2, 0, keepdims=True))
        c.assign_add(rate * tf.reduce_sum(h - h2, 0, keepdims=True))

    signature = [tf.TensorSpec((None, n_visible), tf.float32)]

    @tf.function(input_signature=signature)
    def graph(v):  # type: ignore[no-untyped-def]
        h = hidden(v)
        v2 = visible(h)
        move(v, h, v2, hidden(v2))

    @tf.function(input_signature=signature)
    def as_written(v):  # type: ignore[no-untyped-def]
        _, v2 = tf.while_loop(
            lambda i, _: i < 1, lambda i, v: (i + 1, visible(hidden(v))), [tf.constant(0), v]
        )
        move(v, hidden(v), v2, hidden(v2))

    def fed(update):  # type: ignore[no-untyped-def]
        return lambda batch: update(tf.constant(windows.gather(batch).astype(np.float32)))

    return {"graph": fed(graph), "as written": fed(as_written)}


def ms_an_update(update: Update, batches: Iterator[Batch]) -> float:
    chosen = [next(batches) for _ in range(N_UPDATES)]
    began = time.perf_counter()
    for batch in chosen:
        update(batch)
    return 1e3 * (time.perf_counter() - began) / N_UPDATES


def main(data: Path, n_songs: int, n_threads: int) -> None:
    rolls = rolls_of(data / "midi_nottingham", n_songs)
    config = Config(rolls[0].shape[1], N_STEPS, N_HIDDEN)
    windows = Windows(config, rolls, stride_steps=N_STEPS)
    sizes = [max(1, len(roll) // N_STEPS) for roll in rolls]
    n_calls = {"mixed": len(windows) / BATCH, "by song": sum(-(-size // BATCH) for size in sizes)}
    feeds = {"mixed": mixed(len(windows)), "by song": by_song(sizes)}
    print(f"{len(rolls)} songs, {len(windows):,} windows of {config.n_visible:,} bits, {n_threads} threads")
    sides: dict[str, Update] = {
        "ours, biases from data": ours(rolls, bias_from_data=True),
        "ours, biases from 0": ours(rolls, bias_from_data=False),
    }
    try:
        sides |= tensorflow_graphs(windows, config.n_visible, n_threads)
    except ImportError:
        print(
            "TensorFlow is not installed here: our side alone. The head of this file says how to have both."
        )
    times: dict[tuple[str, str], list[float]] = {(side, feed): [] for side in sides for feed in feeds}
    for turn in range(N_ROUNDS + 1):
        for (side, feed), found in times.items():
            ms = ms_an_update(sides[side], feeds[feed])
            if turn:  # the first warms up
                found.append(ms)
    _say(times, n_calls)


def _say(times: dict[tuple[str, str], list[float]], n_calls: dict[str, float]) -> None:
    print(f"{'':>24} {'feed':>8} {'ms a call':>10} {'s an epoch':>11}   times ours, mixed (data, 0)")
    epochs = {key: [ms * n_calls[key[1]] / 1e3 for ms in found] for key, found in times.items()}
    for key, found in times.items():
        ratios = [
            statistics.median(a / b for a, b in zip(epochs[key], epochs[mine, "mixed"], strict=True))
            for mine in ("ours, biases from data", "ours, biases from 0")
        ]
        print(
            f"{key[0]:>24} {key[1]:>8} {statistics.median(found):10.2f} {statistics.median(epochs[key]):11.3f}"
            f"   {ratios[0]:.1f} {ratios[1]:.1f}"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    parser.add_argument("--songs", type=int, default=200)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    with threadpool_limits(given.threads):
        main(given.data, given.songs, given.threads)
