"""The ladder of models of text on tiny Shakespeare, each trained for the same minutes, and quality against time.

    python bench/text_ladder.py [DATA] [--ladder 3] [--minutes 1 3 10 60] [--out build/text_ladder]

Everything goes through `aoede.train` and `aoede.evaluate`, as a person would ask for it. The text is DATA's
`text_tinyshakespeare/train.txt`, whose last tenth is judged and not trained on; with `--full` all of it is
trained on, and `--judge FILE` says what to judge by. What `aoede.train` holds out of it chooses the best
checkpoint and weighs the mixture. Every trained rung has `--ladder` minutes; the mixture also has those of
`--minutes`, an hour among them if you have one. `aoede.train` chooses the number of threads itself.

Static figures have fixed weights: `carried` reads the text once from end to end, `cold 256` in windows of 256
characters that know nothing of what stood before. `dynamic` learns from every character after it was foreseen.
They answer different questions and stand apart. One run a rung, one seed; the ladder need not be monotone. Last:
what the mixtures of `--minutes` write at the usual setting, how much of it is copied, and which words are known.

Runs stay in OUT: what is done is not done again, and what was stopped goes on (its seconds are then not told); for
other settings, another text or another version of aoede it takes another OUT. The plot is PICTURES/text-time.png.
"""

import argparse
import hashlib
import json
import os
import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from writers import judge

import aoede
from aoede.formats import plot
from aoede.formats.files import write_whole
from aoede.learning import runs
from aoede.learning.ladder import Ladder
from aoede.learning.sampling import find_checkpoint
from aoede.learning.text_figures import names_of
from aoede.learning.writer import Writer

RUNGS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "ngram": ("ngram", {}),
    "rnn": ("rnn", {"cell": "tanh"}),
    "gru": ("rnn", {"cell": "gru"}),
    "lstm": ("rnn", {"cell": "lstm"}),
    "transformer": ("transformer", {}),
    "mixture": ("mixture", {}),
}
N_TEXTS = 20
# On the standard split, whose last tenth is not in DATA: near to what is judged here, and not the same text.
# Published in nanoGPT's README, or measured for this project with other programs than aoede.
PEERS = (
    ("nanoGPT, CPU recipe, 3 minutes (published)", "static", 1.88),
    ("GRU of 256, 2 minutes (measured)", "static", 1.5535),
    ("Kneser-Ney 7-gram (measured)", "static", 1.5165),
    ("nanoGPT, A100 recipe, 3 minutes (published)", "static, cold 256", 1.4697),
    ("that GRU mixed with Kneser-Ney (measured)", "static", 1.4404),
    ("PPMd var. I, order 6 (measured)", "adaptive", 1.404),
    ("that mixture learning (measured; last 91,500)", "dynamic", 1.371),
    ("paq8px v216 -7 (measured)", "adaptive", 1.195),
)


@dataclass(frozen=True)
class Result:
    """What one run came to. Figures are nats a character."""

    name: str
    minutes: float  # asked for
    seconds: float | None  # that the training took, all included; None where it was stopped in between
    n_threads: int
    n_parameters: int  # of the network
    n_ngrams: int
    simple: Mapping[str, float]  # carried figures of the rungs below an n-gram
    carried: float
    cold: float
    dynamic: float | None


# ---- one run -----------------------------------------------------------------------------------


def text_files(given: argparse.Namespace) -> tuple[Path, Path]:
    """(what to train on, what to judge by), written into OUT."""
    text = (given.data / "text_tinyshakespeare" / "train.txt").read_text(encoding="utf-8")
    if given.full:
        if given.judge is None:
            raise SystemExit("with --full nothing of the text is left to judge by: say --judge FILE")
        train, judged = text, given.judge.read_text(encoding="utf-8")
    else:
        cut = len(text) * 9 // 10
        train, judged = text[:cut], text[cut:]
        if given.judge is not None:
            judged = given.judge.read_text(encoding="utf-8")
    keep_apart(given, train, judged)
    paths = (given.out / "train.txt", given.out / "judged.txt")
    for path, part in zip(paths, (train, judged), strict=True):
        write_whole(path, part.encode(), force=True)
    return paths


def keep_apart(given: argparse.Namespace, *texts: str) -> None:
    """Store what the figures in OUT depend on beside minutes and machine; stop where OUT holds others."""
    settings = {
        "seed": given.seed,
        "static": given.static,
        "aoede": aoede.__version__,
        "texts": [hashlib.sha256(text.encode()).hexdigest() for text in texts],
    }
    path = given.out / "settings.json"
    is_new = not given.out.is_dir() or not any(given.out.iterdir())
    if not is_new and (not path.is_file() or json.loads(path.read_text(encoding="utf-8")) != settings):
        raise SystemExit(f"{given.out} is of other settings: choose another --out")
    given.out.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(settings).encode(), force=True)


def trained(rung: str, minutes: float, train: Path, run: Path, given: argparse.Namespace) -> float | None:
    """Seconds of the training; None where it goes on with one that was stopped. The model is in the run."""
    family, settings = RUNGS[rung]
    began = time.perf_counter()
    goes_on = runs.is_run(run)
    if goes_on:
        aoede.resume(run)
    else:
        aoede.train(family, train, run, seed=given.seed, minutes=minutes, **settings)
    return None if goes_on else time.perf_counter() - began


def result_of(rung: str, minutes: float, files: tuple[Path, Path], given: argparse.Namespace) -> Result:
    """Train and judge, or what is known of it from before."""
    run = given.out / f"{rung}-{minutes:g}"
    known = run / "ladder.json"
    if known.is_file():
        return Result(**json.loads(known.read_text(encoding="utf-8")))
    print(f"... {rung}, {minutes:g} minutes", flush=True)
    seconds = trained(rung, minutes, files[0], run, given)
    model = run / runs.MODEL_FILE
    found = aoede.evaluate([model], files[1], adapts=not given.static)
    assert isinstance(found, Ladder)
    result = _result(rung, minutes, seconds, run, found)
    write_whole(known, json.dumps(asdict(result)).encode(), force=True)
    return result


def _result(rung: str, minutes: float, seconds: float | None, run: Path, found: Ladder) -> Result:
    checkpoint, name = find_checkpoint(run / runs.MODEL_FILE)
    writer = Writer.of(checkpoint.metadata, checkpoint.tensors, name=name)
    names = names_of(writer)
    own = names[next(part for part in ("mixture", "network", "n-gram") if part in names)]
    row = next(row for row in found.rows if row.name == own)
    counted = writer.model if rung == "ngram" else getattr(writer.model, "ngram", None)
    network = getattr(writer.model, "network", None if rung == "ngram" else writer.model)
    return Result(
        own,
        minutes,
        seconds,
        int(runs.read_run(run)["n_threads"]),
        0 if network is None else sum(int(np.size(t)) for t in network.to_tensors().values()),
        0 if counted is None else counted.n_grams,
        {row.name: row.carried for row in found.rows if row.name not in names.values()},
        row.carried,
        row.windows,
        next((row.dynamic for row in found.adapting if row.name == own), None),
    )


# ---- tables and the plot -----------------------------------------------------------------------


def table(results: Sequence[Result]) -> None:
    print(
        f"\n{'nats a character':26}{'minutes':>8}{'seconds':>9}{'threads':>9}{'parameters':>12}{'n-grams':>11}"
        f"{'carried':>10}{'cold 256':>10}{'dynamic':>10}"
    )
    simple = {name: nats for result in results for name, nats in result.simple.items()}
    for name, nats in sorted(simple.items(), key=lambda item: -item[1]):
        print(f"{name:26}{'':49}{nats:10.4f}")
    for result in results:
        seconds = "" if result.seconds is None else f"{result.seconds:,.0f}"
        minutes = f"{result.minutes:g}" if result.n_parameters else ""
        dynamic = "" if result.dynamic is None else f"{result.dynamic:.4f}"
        print(
            f"{result.name:26}{minutes:>8}{seconds:>9}{result.n_threads:9}{result.n_parameters:12,}"
            f"{result.n_ngrams:11,}{result.carried:10.4f}{result.cold:10.4f}{dynamic:>10}"
        )


def peers() -> None:
    print("\nOthers, on the standard split: its last tenth, 111,540 characters that are not in DATA.")
    for name, kind, nats in PEERS:
        print(f"  {name:47}{kind:18}{nats:8.4f}")


def picture(results: Sequence[Result]) -> bytes:
    minutes = [result.minutes for result in results]
    figures = {
        "carried": [result.carried for result in results],
        "cold 256": [result.cold for result in results],
        "dynamic": [np.nan if result.dynamic is None else result.dynamic for result in results],
    }
    ends = [min(minutes), max(minutes)]
    curves = [
        plot.Curve(name, minutes, values, unit="nats a character")
        for name, values in figures.items()
        if np.isfinite(values).any()
    ]
    level = {"nanoGPT, A100 (published)": 1.4697, "Kneser-Ney 7-gram (measured)": 1.5165}
    curves += [plot.Curve(name, ends, [nats, nats], unit="nats a character") for name, nats in level.items()]
    return plot.to_bytes(
        curves,
        title="The mixture on tiny Shakespeare",
        subtitle="Level lines: others, published and measured, on another tenth of the same text",
        x_label="minutes of training",
    )


def main(given: argparse.Namespace) -> None:
    files = text_files(given)
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    print(
        f"{platform.platform()}, {os.cpu_count()} cores, load {load}; Python {platform.python_version()}, "
        f"aoede {aoede.__version__}"
    )
    sizes = [len(path.read_text(encoding="utf-8")) for path in files]
    print(f"{sizes[0]:,} characters to learn from, {sizes[1]:,} judged")
    table([result_of(rung, given.ladder, files, given) for rung in given.rungs])
    peers()
    if not given.minutes:
        return
    curve = [result_of("mixture", minutes, files, given) for minutes in sorted(given.minutes)]
    table(curve)
    if len(curve) > 1:
        given.pictures.mkdir(parents=True, exist_ok=True)
        path = given.pictures / "text-time.png"
        write_whole(path, picture(curve), force=True)
        print(path)
    for result in curve:
        print(f"\nwhat the mixture of {result.minutes:g} minutes writes")
        judge(str(given.out / f"mixture-{result.minutes:g}"), N_TEXTS, shows=False)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    parser.add_argument("--ladder", type=float, default=3.0, help="minutes for every trained rung")
    parser.add_argument("--minutes", type=float, nargs="*", default=[1.0, 3.0, 10.0], help="for the mixture")
    parser.add_argument("--rungs", nargs="+", default=list(RUNGS), choices=list(RUNGS))
    parser.add_argument("--full", action="store_true", help="train on all of train.txt")
    parser.add_argument("--judge", type=Path, help="another text to judge by")
    parser.add_argument("--static", action="store_true", help="no dynamic figures, which take minutes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("build/text_ladder"))
    parser.add_argument("--pictures", type=Path, default=Path("docs/benchmarks"))
    main(parser.parse_args())
