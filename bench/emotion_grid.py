"""Does a song sound as bright and as restless as it was asked to? A grid of moods against the judge.

    python bench/emotion_grid.py [DATA]               # 9 x 9 moods, two seeds each: the tables of docs/BENCHMARKS.md
    python bench/emotion_grid.py --seeds 3 --grid 5
    python bench/emotion_grid.py --bare               # moods without the feelings that are nearest to them

The planner is given valence and arousal; the judge (music/judge.py) hears the notes alone, and was fixed before.
Spearman's correlation is over all songs, and over the means of each mood's seeds. The last table says by which
features the answers come: what each adds to the sum between the ends of an axis, in spreads of real songs.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np

from aoede.compose import fill
from aoede.mood.feelings import nearest_feelings
from aoede.mood.request import LEAST_STRENGTH, Mood
from aoede.mood.wishes import Wishes
from aoede.music.judge import AROUSAL_OF_REAL, FARTHEST, FEATURES, VALENCE_OF_REAL, judged
from aoede.music.plan import plan_for
from aoede.sketches import Sketch
from aoede.song import Song
from whole_songs import spearman

AXES = ("valence", "arousal")
WORST = 8  # moods are named in which a song is farthest from what was asked for


@dataclass(frozen=True)
class Heard:
    asked: tuple[float, float]
    judged: tuple[float, float]
    features: dict[str, float]
    told: str  # key, tempo and style


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", help="not used: these songs need no research data")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--grid", type=int, default=9)
    parser.add_argument("--bars", type=int, help="of every song; as the plan has it without")
    parser.add_argument("--bare", action="store_true", help="name no feelings, valence and arousal alone")
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    steps = np.linspace(-1, 1, options.grid).round(3).tolist()
    asked = [(v, a, seed) for v in steps for a in steps for seed in range(options.seeds)]
    work = partial(heard, bars=options.bars, bare=options.bare)
    if options.processes > 1:
        with get_context("spawn").Pool(options.processes) as pool:
            songs = pool.starmap(work, asked, chunksize=5)
    else:
        songs = [work(*one) for one in asked]
    print_ranks(songs, options.seeds)
    for axis in (0, 1):
        print_grid(songs, steps, axis)
    print_features(songs, steps)
    print_worst(songs)


def mood_at(valence: float, arousal: float, bare: bool) -> Mood:
    """The mood of a request that says just this; with the feelings that lie nearest, as where words name none."""
    strength = float(np.hypot(valence, arousal))
    feelings = {} if bare or strength < LEAST_STRENGTH else nearest_feelings(valence, arousal)
    shares = {name: min(0.6, 0.6 * strength) * share for name, share in feelings.items()}
    return Mood(valence, arousal, (), "en", shares, 0.0, 0.0, 1.0)


def heard(valence: float, arousal: float, seed: int, *, bars: int | None, bare: bool) -> Heard:
    mood, wishes = mood_at(valence, arousal, bare), Wishes(bars=bars)
    plan = plan_for(mood, wishes, seed=seed)
    song: Song = fill(Sketch("a song", seed, {}, mood, wishes, plan))
    found = judged(song)
    told = f"{plan.key}, {plan.tempo_bpm:g} bpm, {getattr(plan, 'style', '')}"
    return Heard((valence, arousal), (found.valence, found.arousal), dict(found.features), told)


# --- what is told -----------------------------------------------------------------------------------


def print_ranks(songs: Sequence[Heard], n_seeds: int) -> None:
    asked, answers = np.array([s.asked for s in songs]), np.array([s.judged for s in songs])
    shape = (-1, n_seeds, 2)
    cells, means = asked.reshape(shape).mean(axis=1), answers.reshape(shape).mean(axis=1)
    print(f"{len(songs)} songs, {len(cells)} moods\n")
    print("| asked | judged | Spearman, songs | Spearman, moods | mean distance |\n|---|---|---|---|---|")
    for i, one in enumerate(AXES):
        for j, other in enumerate(AXES):
            figures = (
                f"{spearman(asked[:, i], answers[:, j]):+.3f} | {spearman(cells[:, i], means[:, j]):+.3f}"
            )
            distance = f"{np.abs(asked[:, i] - answers[:, i]).mean():.2f}" if i == j else ""
            print(f"| {one} | {other} | {figures} | {distance} |")


def print_grid(songs: Sequence[Heard], steps: Sequence[float], axis: int) -> None:
    """The mean answer of each mood, asked along the axis from left to right."""
    print(f"\njudged {AXES[axis]}; columns: asked {AXES[axis]}, rows: asked {AXES[1 - axis]}\n")
    print(f"| | {' | '.join(f'{step:+.2f}' for step in steps)} |\n|---|{'---|' * len(steps)}")
    for row in reversed(steps):
        cells = []
        for step in steps:
            mood = (step, row) if axis == 0 else (row, step)
            cells.append(np.mean([song.judged[axis] for song in songs if song.asked == mood]))
        print(f"| {row:+.2f} | {' | '.join(f'{cell:+.2f}' for cell in cells)} |")


def print_features(songs: Sequence[Heard], steps: Sequence[float]) -> None:
    """What each feature adds to the judge's sum from the lowest to the highest third of an asked axis."""
    asked = np.array([s.asked for s in songs])
    third = np.quantile(steps, (1 / 3, 2 / 3))
    low, high = asked <= third[0], asked >= third[1]
    print(
        "\nwhat each feature adds from the lowest to the highest third of what was asked, in spreads of the sum\n"
    )
    heads = (
        "",
        "mean place",
        "r, asked valence",
        "to valence",
        "(to arousal)",
        "r, asked arousal",
        "to arousal",
    )
    print(f"| {' | '.join((*heads, '(to valence)'))} |\n|{'---|' * (len(heads) + 1)}")
    for name, feature in FEATURES.items():
        values = np.array([song.features[name] for song in songs])
        places = np.clip((values - feature.mean) / feature.spread, -FARTHEST, FARTHEST)
        places = np.where(np.isnan(places), 0.0, places)
        moved = [places[high[:, i]].mean() - places[low[:, i]].mean() for i in (0, 1)]
        weights = (feature.valence / VALENCE_OF_REAL[1], feature.arousal / AROUSAL_OF_REAL[1])
        by_valence = f"{weights[0] * moved[0]:+.2f} | {weights[1] * moved[0]:+.2f}"
        by_arousal = f"{weights[1] * moved[1]:+.2f} | {weights[0] * moved[1]:+.2f}"
        rs = [spearman(asked[:, i], places) if places.std() else 0.0 for i in (0, 1)]
        print(
            f"| {name} | {places.mean():+.2f} | {rs[0]:+.2f} | {by_valence} | {rs[1]:+.2f} | {by_arousal} |"
        )


def print_worst(songs: Sequence[Heard]) -> None:
    print("\nfarthest from what was asked (valence, arousal)\n")
    off = [max(abs(a - b) for a, b in zip(s.asked, s.judged, strict=True)) for s in songs]
    for i in np.argsort(off)[::-1][:WORST]:
        song = songs[i]
        pairs = [f"({pair[0]:+.2f}, {pair[1]:+.2f})" for pair in (song.asked, song.judged)]
        print(f"- asked {pairs[0]}, judged {pairs[1]}: {song.told}")


if __name__ == "__main__":
    main()
