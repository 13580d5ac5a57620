"""The RBM on whole songs: what it foresees, and whether what it plays is like what it learnt from.

    python bench/rbm.py ../shared/data            # the shipped model, and trainings on three sets: ten minutes
    python bench/rbm.py ../shared/data --shipped  # the shipped model only

Prints Markdown tables. Held out are pieces, a tenth of each set, with their twins.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.chords import REDUCED
from aoede.learning import rbm_preset
from aoede.learning.dataset import Item, from_folder, split
from aoede.learning.rolls import pieces
from aoede.learning.sampling import Trained, find, rolls_of
from aoede.learning.train import HELD_OUT, train
from aoede.models.rbm import RBM, score
from aoede.music.rolled_harmony import N_GIBBS, evidence_in
from aoede.randomness import stream
from aoede.song import Song

SETS = ("midi_jsb_chorales", "midi_nottingham", "midi_gutenberg_songs")
SEED = 1
N_WINDOWS = 200
Bits = NDArray[np.uint8]


@dataclass(frozen=True)
class Sound:
    """What windows of rolls sound like, on the average."""

    polyphony: float  # notes that sound in a step
    notes_a_step: float  # notes that begin in a step
    in_seven: float  # share of the sounding time in the seven commonest pitch classes

    @classmethod
    def of(cls, windows: Bits, trained: Trained) -> "Sound":
        """Of windows (N, steps, width)."""
        n_pitches = trained.encoding.n_pitches
        held = windows[..., :n_pitches].astype(bool)
        struck = windows[..., n_pitches:].astype(bool)
        before = np.concatenate([np.zeros_like(held[:, :1]), held[:, :-1]], axis=1)
        begins = held & (struck | ~before)
        classes = np.bincount(
            (np.arange(n_pitches) + trained.encoding.low) % 12, weights=held.sum(axis=(0, 1)), minlength=12
        )
        n_steps = held.shape[0] * held.shape[1]
        in_seven = np.sort(classes)[-7:].sum() / max(1, classes.sum())
        return cls(held.sum() / n_steps, begins.sum() / n_steps, float(in_seven))

    def row(self, name: str, real: "Sound") -> str:
        share = self.polyphony / real.polyphony
        return (
            f"| {name} | {self.polyphony:.2f} | {share:.0%} | {self.notes_a_step:.3f} | {self.in_seven:.3f} |"
        )


def windows_of(rolls: Sequence[Bits], n_steps: int) -> Bits:
    """Windows side by side from the beginning of each roll."""
    parts = [roll[: len(roll) // n_steps * n_steps].reshape(-1, n_steps, roll.shape[1]) for roll in rolls]
    return np.concatenate(parts)


def sounds(trained: Trained, train_items: Sequence[Item]) -> list[str]:
    """Table rows: windows of the training pieces, and samples after few and after many Gibbs sweeps."""
    n_steps = trained.model.config.window_steps
    rolls = pieces([i.value for i in train_items], trained.encoding, transpose=trained.transpose).rolls
    real = Sound.of(windows_of(rolls, n_steps), trained)
    rows = [real.row("training windows", real)]
    for name, n_gibbs, long in (
        ("samples, 200 sweeps", 200, 1),
        ("samples, 1,000 sweeps", 1_000, 1),
        ("songs of 8 windows, 200 sweeps each", 200, 8),
    ):
        n = N_WINDOWS // long
        made = rolls_of(trained, n_steps * long, stream(SEED, name), n=n, n_gibbs=n_gibbs)
        rows.append(Sound.of(made, trained).row(name, real))
    return rows


def held_out(trained: Trained, songs: Sequence[Song]) -> list[str]:
    """Table rows: the model, the same with its weights put out of order, and bits on their own."""
    found = pieces(songs, trained.encoding, transpose=trained.transpose, labels=trained.labels)
    model: RBM = trained.model
    order = stream(SEED, "out of order").permutation(len(model.weights))
    shuffled = RBM(model.config, model.weights[order], model.visible_bias, model.hidden_bias)
    rows = []
    for name, rbm in (("RBM", model), ("its weights out of order", shuffled)):
        result = score(rbm, found.rolls, found.labels, stream(SEED, "score"))
        rows.append(f"| {name} | {result.value:.3f} | {result.low:.3f} to {result.high:.3f} |")
    return [*rows, f"| bits on their own | {independent(found.rolls, model):.3f} | |"]


def chords(trained: Trained, train_items: Sequence[Item], valid_items: Sequence[Item]) -> list[str]:
    """Table rows: how far the chord changes heard in rolls, bar by bar, are from those of the held-out pieces."""
    n_steps = 8 * 16
    known, unknown = (
        windows_of(
            pieces([i.value for i in items], trained.encoding, transpose=trained.transpose).rolls, n_steps
        )
        for items in (train_items, valid_items)
    )
    model: RBM = trained.model
    order = stream(SEED, "out of order").permutation(len(model.weights))
    shuffled = RBM(model.config, model.weights[order], model.visible_bias, model.hidden_bias, model.particles)
    n = min(len(unknown), 2 * N_WINDOWS)
    spread = np.linspace(0, len(known) - 1, n).astype(int)
    sources = {"training pieces": known[spread]}
    for name, player in (("RBM", trained), ("its weights out of order", replace(trained, model=shuffled))):
        sources[name] = rolls_of(player, n_steps, stream(SEED, "chords"), n=n, n_gibbs=N_GIBBS)
    real = _changes(unknown[:n], trained)
    return [
        f"| {name} | {_divergence(real, _changes(made, trained)):.3f} |" for name, made in sources.items()
    ]


def _changes(rolls: Bits, trained: Trained) -> NDArray[np.float64]:
    """(12, 12) how often a chord on one degree above the tonic follows a chord on another, bar after bar."""
    table = np.zeros((12, 12))
    for roll in rolls:
        degrees = evidence_in(roll, trained, 8).argmax(axis=1) // len(REDUCED)
        np.add.at(table, (degrees[:-1], degrees[1:]), 1)
    return table / table.sum()


def _divergence(p: NDArray[np.float64], q: NDArray[np.float64]) -> float:
    """Jensen-Shannon divergence in bits: 0 for equal tables, 1 for tables with nothing in common."""
    middle = (p + q) / 2
    parts = [
        np.where(x > 0, x * np.log2(np.where(x > 0, x, 1) / np.where(x > 0, middle, 1)), 0) for x in (p, q)
    ]
    return float(sum(part.sum() for part in parts) / 2)


def independent(rolls: Sequence[Bits], model: RBM) -> float:
    """Nats a step of the best model that knows only how often each bit of a row is on, fitted to these rolls."""
    p = np.concatenate(rolls).mean(axis=0).clip(1e-6, 1 - 1e-6)
    return float(-(p * np.log(p) + (1 - p) * np.log(1 - p)).sum())


def shipped(data: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        items = from_folder(rbm_preset.gathered(data, Path(folder))).items
    train_items, valid_items = split(items, HELD_OUT, seed=rbm_preset.SEED)
    trained = find("rbm")
    print("\n| shipped model, held-out pieces | nats a step | interval |\n|---|---|---|")
    print("\n".join(held_out(trained, [item.value for item in valid_items])))
    print("\n| | polyphony | of real | notes begun a step | in seven pitch classes |\n|---|---|---|---|---|")
    print("\n".join(sounds(trained, train_items)))
    print("\n| changes of chords heard in | bits from those in held-out pieces |\n|---|---|")
    print("\n".join(chords(trained, train_items, valid_items)))


def trainings(data: Path) -> None:
    for name in SETS:
        items = from_folder(data / name / "midi").items
        train_items, valid_items = split(items, HELD_OUT, seed=SEED)
        for preset in ("default", "tutorial"):
            with tempfile.TemporaryDirectory() as folder:
                began = time.perf_counter()
                outcome = train(
                    "rbm",
                    data / name / "midi",
                    Path(folder) / "run",
                    preset=preset,
                    seed=SEED,
                )
                took_s = time.perf_counter() - began
                trained = find(outcome.run)
            print(f"\n### {name}, {preset}: {outcome.standing.step:,} steps, {took_s:.0f} s")
            print("\n| held-out pieces | nats a step | interval |\n|---|---|---|")
            print("\n".join(held_out(trained, [item.value for item in valid_items])))
            print(
                "\n| | polyphony | of real | notes begun a step | in seven pitch classes |\n|---|---|---|---|---|"
            )
            print("\n".join(sounds(trained, train_items)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--shipped", action="store_true")
    arguments = parser.parse_args()
    shipped(arguments.data)
    if not arguments.shipped:
        trainings(arguments.data)


if __name__ == "__main__":
    main()
