"""Does every model earn its place? Songs in which one of harmony, melody and drums comes from something simpler.

    python bench/earn.py ../shared/data                    # forty songs, a quarter of an hour on one core
    python bench/earn.py ../shared/data --only drums --songs 100

Forty requests (hundred_requests.py), seed and first candidate, no critic, no words, nothing stated. All but the part
in question is drawn with the same seeds. What judges the parts are songs that no model has seen: n-grams counted on
the held-out ones alone ("nats under held-out songs"), and how often each pair of chords, each pair of intervals, each
drum at each sixteenth comes in them (Jensen-Shannon divergence in bits, 0 for the same shares). The last column is
what real songs have, those that the models learned from; nats should be as theirs: what is dull is foreseen well.
A figure is marked where it is worse than the shipped
model's, song by song, by more than twice the standard error of the difference; of figures over all songs together
the error is that of drawing the songs again.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np
from drums import divergence
from earn_figures import Beats, Figure, Harmony, Made, Tunes, drummed, made, planned
from numpy.typing import NDArray

from aoede.randomness import stream

Floats = NDArray[np.float64]
N_AGAIN = 200  # times that songs are drawn again for the error of a divergence

# --- the table --------------------------------------------------------------------------------------


def worse(figure: Figure, own: Sequence[Made], other: Sequence[Made], part: Any, real: float) -> float:
    """By how many standard errors the other songs are worse, song by song."""
    if figure.name in part.reference:
        return _divergence_worse(figure, own, other, part.reference[figure.name])
    pairs = [
        (a.figures[figure.name], b.figures[figure.name])
        for a, b in zip(own, other, strict=True)
        if figure.name in a.figures and figure.name in b.figures
    ]
    if figure.better:
        off = figure.better * np.array([a - b for a, b in pairs])
    else:
        off = np.array([abs(b - real) - abs(a - real) for a, b in pairs])
    off = off[~np.isnan(off)]
    error = off.std(ddof=1) / np.sqrt(len(off)) if len(off) > 1 else 0.0
    return float(off.mean() / error) if error else 0.0


def _divergence_worse(figure: Figure, own: Sequence[Made], other: Sequence[Made], reference: Floats) -> float:
    kept = [(a.counts[figure.name], b.counts[figure.name])
            for a, b in zip(own, other, strict=True) if a.counts and b.counts]  # fmt: skip
    tables = np.array(kept)  # (songs, 2, counts)
    rng = stream(0, "again", figure.name)
    found = []
    for _ in range(N_AGAIN):
        a, b = tables[rng.integers(len(tables), size=len(tables))].sum(axis=0)
        found.append(divergence(b, reference) - divergence(a, reference))
    error = float(np.std(found))
    a, b = tables.sum(axis=0)
    return (divergence(b, reference) - divergence(a, reference)) / error if error else 0.0


def value(figure: Figure, songs: Sequence[Made], reference: Mapping[str, Floats]) -> float:
    if figure.name in reference:
        counts = sum(each.counts[figure.name] for each in songs if each.counts)
        return divergence(counts, reference[figure.name])
    return float(np.nanmean([each.figures.get(figure.name, np.nan) for each in songs]))


def table(role: str, n: int, part: Any) -> None:
    songs: dict[str, list[Made]] = {}
    indices = list(islice((i for i in count() if role != "drums" or drummed(planned(i).plan)), n))
    for name, variant in part.variants().items():
        songs[name] = [made(index, variant, part.roles) for index in indices]
        for each in songs[name]:
            part.measure(each)
    told = sum(bool(each.figures) for each in songs["shipped"])
    print(f"\n| {role}, {told} songs | {' | '.join(songs)} | real |\n|{'---|' * (len(songs) + 2)}")
    real = part.real()
    for figure in part.figures:
        cells = []
        for name, found in songs.items():
            off = (
                worse(figure, songs["shipped"], found, part, real.get(figure.name, 0.0))
                if name != "shipped"
                else 0.0
            )
            mark = " *" if off > 2 else " (better)" if off < -2 else ""
            cells.append(f"{value(figure, found, part.reference):.{figure.places}f}{mark}")
        cells.append(f"{real[figure.name]:.{figure.places}f}" if figure.name in real else "")
        print(f"| {figure.name} | {' | '.join(cells)} |", flush=True)


ROLES: Mapping[str, Callable[[Path], Any]] = {"harmony": Harmony, "melody": Tunes, "drums": Beats}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="the research data folder")
    parser.add_argument("--songs", type=int, default=40)
    parser.add_argument("--only", choices=list(ROLES), nargs="*", default=list(ROLES))
    options = parser.parse_args()
    for role in options.only:
        table(role, options.songs, ROLES[role](options.data))


if __name__ == "__main__":
    main()
