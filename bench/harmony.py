"""How well the harmony presets foretell chords and moods: `python bench/harmony.py [DATA]`, two minutes on one core.

Held-out nats per chord over a tenth of the songs that no model of the table has seen, in one table; then what
the shipped files themselves score beside what remembers the passage, and leave-one-out figures of the
mood regression.
"""

import math
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from aoede.encodings.changes import LONGEST_ECHO
from aoede.encodings.chords import N_CHORDS
from aoede.learning import families
from aoede.learning.checkpoint import load_preset
from aoede.learning.harmony import (
    MODE_NAMES,
    SECTION_NAMES,
    SONGBOOKS,
    Labelled,
    Passage,
    condition_of,
    fit,
    held_out,
    kept_words,
    labelled,
    left_out,
    passages,
)
from aoede.learning.harmony_network import once, pieces, trained
from aoede.models.ngram import NGram
from aoede.music.chord_model import chord_model

Condition = tuple[str, Callable[[Passage], int] | None, int]
CONDITIONS: tuple[Condition, ...] = (
    ("none", None, 0),
    ("mode", lambda p: MODE_NAMES.index(p.mode), 2),
    ("section", lambda p: SECTION_NAMES.index(p.section), 5),
    ("mode x section", lambda p: MODE_NAMES.index(p.mode) * 5 + SECTION_NAMES.index(p.section), 10),
    ("songbook", lambda p: SONGBOOKS.index(p.songbook), 2),
    ("mode x songbook", condition_of, 4),
)
ORDERS = range(1, 7)


def main(data: Path) -> None:
    every = passages(data)
    known, unknown = [p for p in every if not held_out(p.song)], [p for p in every if held_out(p.song)]
    _say_sizes(known, unknown)
    _say_orders(known, unknown)
    _say_shipped(unknown)
    _say_memory(known, unknown)
    _say_moods(labelled(data))


def _say_sizes(known: list[Passage], unknown: list[Passage]) -> None:
    for name, part in (("trained on", known), ("held out", unknown)):
        songs = len({p.song for p in part})
        print(
            f"{name:>10}: {songs:5d} songs {len(part):6d} passages {sum(len(p.ids) for p in part):7d} chord changes"
        )
    print(f"\nheld-out nats per chord (all / Billboard / POP909); uniform {math.log(N_CHORDS):.3f}")


def _say_orders(known: list[Passage], unknown: list[Passage]) -> None:
    print(f"{'condition':16s}" + "".join(f"{f'order {order}':>20s}" for order in ORDERS))
    for name, condition, n in CONDITIONS:
        cells = [_cell(fit(known, order, condition, n), condition, unknown) for order in ORDERS]
        print(f"{name:16s}" + "".join(f"{cell:>20s}" for cell in cells))


def _cell(model: NGram, condition: Callable[[Passage], int] | None, unknown: list[Passage]) -> str:
    figures = []
    for songbook in ("", *SONGBOOKS):
        part = [p for p in unknown if p.song.startswith(songbook)]
        conditions = None if condition is None else [condition(p) for p in part]
        figures.append(f"{model.nats_per_symbol([p.ids for p in part], conditions):.3f}")
    return "/".join(figures)


def _say_shipped(unknown: list[Passage]) -> None:
    shipped = load_preset("harmony")
    model = NGram.from_tensors(shipped.metadata["config"], shipped.tensors)
    figure = model.nats_per_symbol([p.ids for p in unknown], [condition_of(p) for p in unknown])
    print(f"\nshipped file {shipped.sha256[:12]}: {figure:.4f} nats per chord")


def _say_memory(known: list[Passage], unknown: list[Passage]) -> None:
    """What it is worth to remember the passage; and what the conditions are worth to the network."""
    shipped = load_preset("harmony")
    counted = NGram.from_tensors(shipped.metadata["config"], shipped.tensors)
    logs = counted.log_probabilities_of([p.ids for p in unknown], [condition_of(p) for p in unknown])
    config, tensors = trained(pieces(once(known), ()), pieces(unknown, ()))
    untold = families.load("rnn", encoding="chords").Model.from_tensors(asdict(config), tensors)
    rows = {
        "n-gram, order 4, mode and songbook": -logs,
        "the same, or what followed the last time": _again(known, unknown, logs),
        "network, told nothing": np.concatenate(untold.nats(pieces(unknown, ())))[:, 0],
        "network, told mode, songbook, section": np.concatenate(chord_model().nats(pieces(unknown)))[:, 0],
    }
    books = np.concatenate([[p.songbook == "pop909"] * len(p.ids) for p in unknown])
    first = np.concatenate([np.arange(len(p.ids)) < 4 for p in unknown])
    seen = set[Passage]()
    new = np.concatenate([[not (p in seen or seen.add(p))] * len(p.ids) for p in unknown])  # type: ignore[func-returns-value]
    print(
        "\n| nats a chord | all | Billboard | POP909 | passages once | first four chords |\n"
        + "|---" * 6
        + "|"
    )
    for name, nats in rows.items():
        cells = [nats, nats[~books], nats[books], nats[new], nats[first]]
        print(f"| {name} | {' | '.join(f'{cell.mean():.3f}' for cell in cells)} |")


def _again(known: list[Passage], unknown: list[Passage], logs: np.ndarray) -> np.ndarray:
    """-log p where what followed the longest stretch that came before is as likely as training songs say."""
    right = [_echoes(part) for part in (known, unknown)]
    lengths, hits = right[0]
    trust = np.array(
        [hits[lengths == n].mean() if n and (lengths == n).any() else 0.0 for n in range(LONGEST_ECHO + 1)]
    )
    lengths, hits = right[1]
    share = trust[lengths]
    return -np.log(share * hits + (1 - share) * np.exp(logs))


def _echoes(part: list[Passage]) -> tuple[np.ndarray, np.ndarray]:
    """Of each chord how long a stretch before it was heard before, and whether the same followed."""
    found = pieces(part)
    lengths = np.concatenate([piece.read[:, -1] for piece in found])
    echoes = np.concatenate([piece.known[0].proposals[:, -1] == piece.chosen[:, 0] for piece in found])
    return lengths, echoes


def _say_moods(rows: Labelled) -> None:
    answers = left_out(rows.features, rows.points)
    print(f"\nmood of a progression, leave one out over {len(rows.kinds)} rows")
    for column, axis in enumerate(("valence", "arousal")):
        print(f"  {axis}: r = {_r(answers[:, column], rows.points[:, column]):+.3f}")
    for kind in ("maj", "min", "modal"):
        own = np.array([one == kind for one in rows.kinds])
        print(
            f"  valence within {kind:5s}: r = {_r(answers[own, 0], rows.points[own, 0]):+.3f} ({own.sum()} rows)"
        )
    tonic = left_out(rows.features[:, :1], rows.points)
    print(f"  valence from the tonic's third alone: r = {_r(tonic[:, 0], rows.points[:, 0]):+.3f}")
    print(f"  labels' valence with their arousal: r = {_r(rows.points[:, 0], rows.points[:, 1]):+.3f}")
    line = np.polynomial.Polynomial.fit(rows.points[:, 0], rows.points[:, 1], 1)
    beyond = rows.points[:, 1] - line(rows.points[:, 0])
    print(f"  arousal beyond valence: r = {_r(left_out(rows.features, beyond[:, None])[:, 0], beyond):+.3f}")
    print(f"  words kept, AUC within major, minor, modal: {kept_words(rows)}")


def _r(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(a, b)[0, 1])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("../shared/data"))
