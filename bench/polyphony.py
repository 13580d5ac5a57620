"""Networks on frames in the table of the literature: nats a frame on four sets of polyphonic music.

    python bench/polyphony.py DATA                      # every row; hours
    python bench/polyphony.py DATA --sets nottingham --models notes
    python bench/polyphony.py DATA --sets jsb --models notes --keep bench/checkpoints/jsb.safetensors
    python bench/polyphony.py DATA --select             # held out are pieces of the training split

Data and splits are those of Boulanger-Lewandowski, Bengio and Vincent (ICML 2012): JSB chorales on quarters, the
others on eighths, pieces in C. A figure is -log p(frame | frames before it), summed over 88 pitches, pooled over all
frames of the validation split, the first of each piece included. Settings were chosen on pieces held out of the
training split, as `--select` does it; with them all of the training split is learnt for a fixed number of epochs, and
the validation split is judged once. Two models that only count, whose published figures are reproduced by them, show
that the figure is the literature's.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede import export
from aoede.formats import archive
from aoede.formats.files import write_whole
from aoede.learning import checkpoint, evaluate, sampling, train
from aoede.randomness import stream

UInt8 = NDArray[np.uint8]
SEED = 1
HELD_OUT = 0.15  # of the training pieces, with --select
N_BARS = 16  # of a song
SETS = ("jsb", "nottingham", "musedata", "piano_midi")


@dataclass(frozen=True)
class Model:
    """A row of the table: settings of `aoede train FAMILY --encoding pianoroll`."""

    family: str
    settings: Mapping[str, Any]
    epochs: Mapping[str, int]


_PLAIN = {"has_echo": False, "dropout": 0.0, "past_dropout": 0.0, "trunk_dropout": 0.0}
_JOINT = {**_PLAIN, "n_hidden": 200, "n_units": 100, "learning_rate": 6e-3, "weight_decay": 0.02}
MODELS: Mapping[str, Model] = {
    # A factorised model of the size of the literature's (300,000 numbers for JSB, a million for Nottingham).
    "bernoulli": Model(
        "rnn",
        {**_PLAIN, "output": "bernoulli", "n_hidden": 256},
        {"jsb": 30, "nottingham": 16, "musedata": 8, "piano_midi": 16},
    ),
    "rbm": Model(
        "rnn",
        {**_JOINT, "output": "rbm", "n_units": 150, "weight_decay": 0.05, "hidden_dropout": 0.6},
        {"jsb": 50, "nottingham": 10, "musedata": 4, "piano_midi": 10},
    ),
    "nade": Model(
        "rnn",
        {**_JOINT, "output": "nade"},
        {"jsb": 30, "nottingham": 10, "musedata": 4, "piano_midi": 10},
    ),
    "notes": Model("rnn", {}, {"jsb": 24, "nottingham": 12, "musedata": 8, "piano_midi": 14}),
    "notes, transformer": Model(
        "transformer", {}, {"jsb": 24, "nottingham": 12, "musedata": 8, "piano_midi": 14}
    ),
    "notes without echoes": Model(
        "rnn", {"has_echo": False}, {"jsb": 24, "nottingham": 12, "musedata": 8, "piano_midi": 14}
    ),
}


# Models that only count


def note_unigram(learnt: Sequence[UInt8], judged: Sequence[UInt8]) -> float:
    """Nats a frame where each pitch sounds as often as it did: "note 1-gram"."""
    p = np.concatenate(learnt).mean(axis=0, dtype=np.float64).clip(1e-12, 1 - 1e-12)
    frames = np.concatenate(judged)
    return float(-(frames * np.log(p) + (1 - frames) * np.log1p(-p)).sum(axis=1).mean())


def chord_unigram(learnt: Sequence[UInt8], chosen_on: Sequence[UInt8], judged: Sequence[UInt8]) -> float:
    """Nats a frame where whole frames come as often as they did, each of all 2^88 counted p times more.

    Published as "1-gram, add p". The p is the best one for `chosen_on`.
    """
    counts: dict[bytes, int] = {}
    for frame in np.concatenate(learnt):
        counts[frame.tobytes()] = counts.get(frame.tobytes(), 0) + 1
    n = sum(counts.values())

    def nats(pieces: Sequence[UInt8], p: float) -> float:
        found = np.array([counts.get(frame.tobytes(), 0) for frame in np.concatenate(pieces)])
        return float(-(np.log(found + p) - np.logaddexp(np.log(n), np.log(p) + 88 * np.log(2))).mean())

    best = min(np.exp(np.linspace(-70, 0, 141)), key=lambda p: nats(chosen_on, float(p)))
    return nats(judged, float(best))


# The table


@dataclass(frozen=True)
class Data:
    learnt: Sequence[UInt8]
    judged: Sequence[UInt8]

    @classmethod
    def of(cls, folder: Path, name: str, *, select: bool) -> "Data":
        train_side, valid_side = (
            archive.from_bytes((folder / "poly_bl2012" / f"{name}_{part}.npz").read_bytes(), where=part)
            for part in ("train", "valid")
        )
        if not select:
            return cls(train_side, valid_side)
        order = stream(SEED, "held out").permutation(len(train_side))
        n = round(HELD_OUT * len(order))
        return cls([train_side[i] for i in order[n:]], [train_side[i] for i in order[:n]])


HEAD = "| set | model | numbers | epochs | minutes | nats a frame | low | high |\n|---|---|---|---|---|---|---|---|"


def counted(name: str, data: Data) -> Iterator[str]:
    yield f"| {name} | note 1-gram | | | | {note_unigram(data.learnt, data.judged):.3f} | | |"
    nats = chord_unigram(data.learnt, data.judged, data.judged)
    yield f"| {name} | chord 1-gram, add p | | | | {nats:.3f} | | |"


def trained(
    name: str, label: str, data: Data, *, epochs: int | None, keep: Path | None, songs: Path | None
) -> str:
    """The row of a model: trained as `aoede train` does it, judged as `aoede evaluate` does it."""
    model = MODELS[label]
    n_epochs = epochs or model.epochs[name]
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{part}.npz" for part in ("train", "valid")]
        for path, pieces in zip(paths, (data.learnt, data.judged), strict=True):
            path.write_bytes(archive.to_bytes(pieces))
        began = time.perf_counter()
        outcome = train.train(
            model.family,
            paths[0],
            Path(folder) / "run",
            encoding="pianoroll",
            held_out=0.0,
            seed=SEED,
            n_epochs=n_epochs,
            grid=1 if name == "jsb" else 2,
            **model.settings,
        )
        minutes = (time.perf_counter() - began) / 60
        assert outcome.model is not None
        found = evaluate.evaluate(outcome.model, paths[1])
        assert isinstance(found, evaluate.Evaluation)
        if keep is not None:
            write_whole(keep, outcome.model.read_bytes(), force=True)
        if songs is not None:
            _write_song(
                sampling.find(outcome.model), songs / f"{name}-{label.replace(', ', '-').replace(' ', '-')}"
            )
        n = sum(tensor.size for tensor in checkpoint.load(outcome.model).tensors.values())
    return (
        f"| {name} | {label} | {n:,} | {n_epochs} | {minutes:.1f} | {found.value:.3f} | {found.low:.3f} "
        f"| {found.high:.3f} |"
    )


def _write_song(model: sampling.Trained, stem: Path) -> None:
    """The first song that comes, as MIDI and picture."""
    song = sampling.sample(model, seed=SEED, n_bars=N_BARS)[0]
    export.write_all(replace(song, title=stem.name), stem, (".mid", ".png"), force=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--models", nargs="+", choices=list(MODELS), default=list(MODELS))
    parser.add_argument("--epochs", type=int, help="another number of epochs")
    parser.add_argument("--select", action="store_true", help="leave the validation split alone")
    parser.add_argument("--keep", type=Path, help="where to keep the model of a single row")
    parser.add_argument("--songs", type=Path, help="folder for a song of each model, as MIDI and picture")
    arguments = parser.parse_args()
    print(HEAD, flush=True)
    for name in arguments.sets:
        data = Data.of(arguments.data, name, select=arguments.select)
        for row in counted(name, data):
            print(row, flush=True)
        for label in arguments.models:
            row = trained(
                name, label, data, epochs=arguments.epochs, keep=arguments.keep, songs=arguments.songs
            )
            print(row, flush=True)


if __name__ == "__main__":
    main()
