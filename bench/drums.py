"""The drummer: what it foresees of hits, velocities and timing, and whether its grooves are like those of people.

    python bench/drums.py ../shared/data                     # the shipped model: two minutes
    python bench/drums.py ../shared/data --without           # and trainings without what it is told: two minutes more
    python bench/drums.py ../shared/data --sessions          # and by whole sessions: four trainings, six minutes more

Prints Markdown tables.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.drums import N_KINDS, Groove
from aoede.learning.drum_preset import trained_hits, trained_touch
from aoede.learning.drum_takes import FOLDS, Take, is_validation, parted, takes
from aoede.models.ngram import ConditionedConfig, NGram
from aoede.models.rnn.pianoroll import RNN
from aoede.mood.request import mood_of
from aoede.mood.wishes import wishes_of
from aoede.music.drum_setting import N_PLACES, N_TOLD, STYLES, Setting
from aoede.music.drum_styles import drum_style, levels_of
from aoede.music.drum_touch import Touch, hits_of
from aoede.music.drummer import drummer
from aoede.music.drums import Book
from aoede.music.plan import plan_for
from aoede.randomness import stream

SEED = 1
FEELINGS_FELT = ("joy", "hope", "anger", "love", "triumph", "excitement", "longing", "peace")
N_GROOVES = 200
GROOVE_STEPS = 2 * N_PLACES
ORDERS = (1, 2, 3, 4, 5, 6)
N_FRAMES = 1 << N_KINDS
_POWERS = 1 << np.arange(N_KINDS)

Bits = NDArray[np.uint8]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


# Hits


def ids_of(every: Sequence[Take]) -> list[Ints]:
    """Each step as one number of 512."""
    return [take.groove.hits.astype(np.int64) @ _POWERS for take in every]


def styles_of(every: Sequence[Take]) -> list[int]:
    return [STYLES.index(take.setting.style) for take in every]


def table_nats(train: Sequence[Take], valid: Sequence[Take], seen: Callable[[Take], Ints]) -> float:
    """Nats a step where each kind is foreseen by itself from what is `seen` (T, 9) of it, by counting."""
    rows = [np.concatenate([seen(take) for take in part]) for part in (train, valid)]
    bits = [np.concatenate([take.groove.hits for take in part]) for part in (train, valid)]
    total = 0.0
    for kind in range(N_KINDS):
        n = 1 + max(int(r[:, kind].max()) for r in rows)
        usual = (bits[0][:, kind].sum() + 0.5) / (len(bits[0]) + 1)
        struck = np.bincount(rows[0][:, kind], weights=bits[0][:, kind], minlength=n)
        p = (struck + 2 * usual) / (np.bincount(rows[0][:, kind], minlength=n) + 2)
        found = p[rows[1][:, kind]]
        total -= float(np.where(bits[1][:, kind], np.log(found), np.log1p(-found)).sum())
    return total / len(bits[1])


def places_seen(take: Take) -> Ints:
    return np.repeat(np.array(take.places)[:, None], N_KINDS, axis=1)


def before(take: Take, n_steps: int) -> Ints:
    """(T, 9) the hits so many steps ago."""
    return np.pad(take.groove.hits, ((n_steps, 0), (0, 0)))[: len(take.groove)].astype(np.int64)


def looking_back(take: Take) -> Ints:
    bar = len(take.bar)
    return ((places_seen(take) * 2 + before(take, bar)) * 2 + before(take, 2 * bar)) * 2 + before(take, 1)


def ngram_rows(train: Sequence[Take], valid: Sequence[Take]) -> list[tuple[str, float]]:
    """The best order of n-grams of whole steps, alone, told the style, and going back to the bar before."""
    known, unknown = ids_of(train), ids_of(valid)
    plain, styled = dict[int, float](), dict[int, float]()
    for order in ORDERS:
        plain[order] = NGram.fit(ConditionedConfig(order, N_FRAMES), known).nats_per_symbol(unknown)
        model = NGram.fit(ConditionedConfig(order, N_FRAMES, len(STYLES)), known, styles_of(train))
        styled[order] = model.nats_per_symbol(unknown, styles_of(valid))
    best, best_styled = min(plain, key=plain.__getitem__), min(styled, key=styled.__getitem__)
    again = repeating_nats(train, valid, best)
    return [
        (f"n-gram of steps, order {best}", plain[best]),
        (f"n-gram of steps, order {best_styled}, told the style", styled[best_styled]),
        (f"n-gram of order {best}, or what was a bar ago", again),
    ]


def repeating_nats(train: Sequence[Take], valid: Sequence[Take], order: int) -> float:
    """An n-gram mixed with the step of the bar before; the share is that which suits half of the training takes."""

    def mixed(learnt: Sequence[Take], judged: Sequence[Take], shares: Sequence[float]) -> list[float]:
        p = np.exp(
            NGram.fit(ConditionedConfig(order, N_FRAMES), ids_of(learnt)).log_probabilities_of(ids_of(judged))
        )
        same = np.concatenate(
            [
                np.where(np.arange(len(ids)) >= len(take.bar), ids == np.roll(ids, len(take.bar)), -1)
                for take, ids in zip(judged, ids_of(judged), strict=True)
            ]
        )
        return [float(-np.log(np.where(same < 0, p, s * (same > 0) + (1 - s) * p)).mean()) for s in shares]

    shares = [k / 20 for k in range(1, 16)]
    found = mixed(train[::2], train[1::2], shares)
    return mixed(train, valid, [shares[int(np.argmin(found))]])[0]


def network_nats(model: RNN, valid: Sequence[Take], told: Callable[[Take], NDArray[np.float32]]) -> float:
    found = model.nats([take.groove.hits for take in valid], [told(take) for take in valid])
    return float(np.concatenate(found).mean())


def without(rows: NDArray[np.float32], gone: slice) -> NDArray[np.float32]:
    changed = rows.copy()
    changed[:, gone] = 0
    return changed


def say_hits(rows: Sequence[tuple[str, float]], valid: Sequence[Take]) -> None:
    n_steps = sum(len(take.groove) for take in valid)
    n_hits = sum(int(take.groove.hits.sum()) for take in valid)
    print(
        f"\n| {len(valid)} takes, {n_steps:,} steps, {n_hits:,} hits | nats a step | nats a hit |\n|---|---|---|"
    )
    for name, nats in rows:
        print(f"| {name} | {nats:.3f} | {nats * n_steps / n_hits:.3f} |")


def baselines(train: Sequence[Take], valid: Sequence[Take]) -> list[tuple[str, float]]:
    return [
        ("each kind by itself, by chance", table_nats(train, valid, lambda take: 0 * places_seen(take))),
        ("each kind by its place in the bar", table_nats(train, valid, places_seen)),
        ("by place, the step before, one and two bars ago", table_nats(train, valid, looking_back)),
        *ngram_rows(train, valid),
    ]


# Touch


def touch_rows(touch: Touch, train: Sequence[Take], valid: Sequence[Take]) -> list[str]:
    """Nats and mean errors of velocity and offset: means of each kind, the network without memory, the network."""
    struck = [[_struck(take.groove) for take in part] for part in (train, valid)]
    kinds, values = ([np.concatenate([row[k] for row in part]) for part in struck] for k in (0, 1))
    means = np.stack([values[0][kinds[0] == kind].mean(axis=0) for kind in range(N_KINDS)])
    spreads = np.stack([values[0][kinds[0] == kind].std(axis=0) for kind in range(N_KINDS)])
    off = values[1] - means[kinds[1]]
    z = off / spreads[kinds[1]]
    nats = 0.5 * z**2 + np.log(spreads[kinds[1]]) + 0.5 * np.log(2 * np.pi)
    found = [("the mean of each kind", nats, off)]
    for name, bar in (("the network, as if nothing had been struck before", None), ("the network", True)):
        nats = np.concatenate([_touch_nats(touch, take, bar is None) for take in valid])
        expected = np.concatenate([_expected(touch, take, bar is None) for take in valid])
        found.append((name, nats, values[1] - expected))
    return [
        f"| {name} | {n[:, 0].mean():.3f} | {n[:, 1].mean():.3f} | {np.abs(e[:, 0]).mean() * 127:.1f} "
        f"| {np.abs(e[:, 1]).mean():.3f} |"
        for name, n, e in found
    ]


def _struck(groove: Groove) -> tuple[Ints, Floats]:
    steps, kinds = hits_of(groove.hits)
    return kinds, np.stack([groove.velocities[steps, kinds], groove.offsets[steps, kinds]], axis=1).astype(
        float
    )


def _touch_nats(touch: Touch, take: Take, forgets: bool) -> Floats:
    return touch.nats(take.groove, take.places, take.setting, len(take.bar), forgets=forgets).astype(float)


def _expected(touch: Touch, take: Take, forgets: bool) -> Floats:
    return touch.expected(take.groove, take.places, take.setting, len(take.bar), forgets=forgets).astype(
        float
    )


# Grooves


def windows(every: Sequence[Take], *, stride: int) -> Bits:
    """(N, 32, 9) pairs of bars of the beats in 4/4, from every `stride` bars on."""
    found = []
    for take in every:
        if take.setting.is_fill or len(take.bar) != N_PLACES:
            continue
        hits = take.groove.hits
        found += [
            hits[a : a + GROOVE_STEPS] for a in range(0, len(hits) - GROOVE_STEPS + 1, stride * N_PLACES)
        ]
    return np.array(found, np.uint8)


def settings(valid: Sequence[Take], rng: np.random.Generator, n: int) -> list[Setting]:
    """Of n grooves, as often as held-out beats have them by their length."""
    beats = [take for take in valid if not take.setting.is_fill and len(take.bar) == N_PLACES]
    lengths = np.array([len(take.groove) for take in beats], float)
    return [beats[k].setting for k in rng.choice(len(beats), n, p=lengths / lengths.sum())]


def model_grooves(valid: Sequence[Take], rng: np.random.Generator) -> Bits:
    places = tuple(range(N_PLACES)) * 2
    wanted = settings(valid, rng, N_GROOVES)
    return np.concatenate(
        [
            drummer().grooves(setting, places, rng, n=wanted.count(setting))
            for setting in sorted(set(wanted), key=str)
        ]
    )


def ngram_grooves(train: Sequence[Take], order: int, rng: np.random.Generator) -> Bits:
    beats = [take for take in train if not take.setting.is_fill]
    model = NGram.fit(ConditionedConfig(order, N_FRAMES), ids_of(beats))
    made = np.zeros((N_GROOVES, GROOVE_STEPS), np.int64)
    state = model.start(np.zeros((N_GROOVES, 0), np.int64))
    logs, state = model.step(state)
    for t in range(GROOVE_STEPS):
        chance = rng.random((N_GROOVES, 1))
        made[:, t] = (np.exp(logs).cumsum(axis=1) < chance).sum(axis=1).clip(max=N_FRAMES - 1)
        logs, state = model.step(state, made[:, t])
    return (made[:, :, None] >> np.arange(N_KINDS) & 1).astype(np.uint8)


def song_grooves() -> Bits:
    """Grooves of songs, one a material: guided by their styles' skeletons, and chosen."""
    made, seed = list[Bits](), 0
    while len(made) < N_GROOVES:
        seed += 1
        request = f"{FEELINGS_FELT[seed % len(FEELINGS_FELT)]} in 4/4"
        plan = plan_for(mood_of(request), wishes_of(request), seed=seed)
        style = drum_style(plan)
        levels = levels_of(plan, style)
        if any(levels):
            book = Book(plan, style, levels, seed)
            made += [book.groove(material) for material in sorted({s.material for s in plan.sections})]
    return np.array(made[:N_GROOVES], np.uint8)


def divergence(p: Floats, q: Floats) -> float:
    """Jensen-Shannon in bits, of counts: 0 for the same shares, 1 for nothing in common."""
    p, q = p / p.sum(), q / q.sum()
    middle = (p + q) / 2
    parts = [
        np.where(x > 0, x * np.log2(np.where(x > 0, x, 1) / np.where(x > 0, middle, 1)), 0) for x in (p, q)
    ]
    return float(sum(part.sum() for part in parts) / 2)


def groove_row(name: str, made: Bits, real: Bits, known: set[bytes]) -> str:
    places, kinds = ((0, 2), (0, 1))
    counts = [made.astype(float), real.astype(float)]
    folded = [x.reshape(len(x), 2, N_PLACES, N_KINDS).sum(axis=1) for x in counts]
    by_place = divergence(*(x.sum(axis=places) for x in folded))
    by_kind = divergence(*(x.sum(axis=kinds) for x in folded))
    by_both = divergence(*(x.sum(axis=0).ravel() for x in folded))
    frames = [np.bincount((x.reshape(-1, N_KINDS) @ _POWERS).astype(int), minlength=N_FRAMES) for x in counts]
    together = divergence(*(each.astype(float) for each in frames))
    full = made.sum(axis=(1, 2)) / GROOVE_STEPS
    first, second = made[:, :N_PLACES], made[:, N_PLACES:]
    alike = (first & second).sum(axis=(1, 2)) / np.maximum(1, (first | second).sum(axis=(1, 2)))
    copied = np.mean([groove.tobytes() in known for groove in made])
    return (
        f"| {name} | {full.mean():.2f} ({np.quantile(full, 0.1):.2f} to {np.quantile(full, 0.9):.2f}) "
        f"| {by_place:.3f} | {by_kind:.3f} | {by_both:.3f} | {together:.3f} | {np.median(alike):.2f} | {copied:.1%} |"
    )


def say_grooves(train: Sequence[Take], valid: Sequence[Take]) -> None:
    known = {window.tobytes() for window in windows(train, stride=1)}
    real, learnt = windows(valid, stride=2), windows(train, stride=2)
    rng = stream(SEED, "grooves")
    p = learnt.reshape(-1, 2, N_PLACES, N_KINDS).mean(axis=(0, 1))
    by_chance = (rng.random((N_GROOVES, 2, N_PLACES, N_KINDS)) < p).astype(np.uint8)
    rows = [
        ("held-out beats", real),
        ("training beats", learnt),
        ("the model", model_grooves(valid, rng)),
        ("the songs that it plays in", song_grooves()),
        ("n-gram of steps, order 5", ngram_grooves(train, 5, rng)),
        ("each kind by its place, by chance", by_chance.reshape(N_GROOVES, GROOVE_STEPS, N_KINDS)),
    ]
    print(
        "\n| two bars | hits a step (10 % to 90 %) | sixteenths | kinds | both | struck together | bars alike "
        "| in training |\n"
        "|---|---|---|---|---|---|---|---|"
    )
    for name, made in rows:
        print(groove_row(f"{len(made)} of {name}", made, real, known))


# The whole


def shipped(train: Sequence[Take], valid: Sequence[Take]) -> None:
    model = drummer().hits
    rows = baselines(train, valid)
    styles = slice(N_PLACES, N_TOLD)
    rows += [
        ("the network, told nothing", network_nats(model, valid, lambda take: 0 * take.told)),
        ("the network, told the place alone", network_nats(model, valid, lambda t: without(t.told, styles))),
        ("the network, told place, style, tempo, fill", network_nats(model, valid, lambda take: take.told)),
    ]
    print("\n### Shipped model, held out by piece")
    say_hits(rows, valid)
    say_touch(drummer().touch, train, valid)
    say_grooves(train, valid)


def say_touch(touch: Touch, train: Sequence[Take], valid: Sequence[Take]) -> None:
    print(
        "\n| touch of a hit | velocity, nats | timing, nats | error of velocity (of 127) | of timing (sixteenths) |"
        "\n|---|---|---|---|---|"
    )
    print("\n".join(touch_rows(touch, train, valid)))


def trained_rows(train: Sequence[Take], valid: Sequence[Take]) -> list[tuple[str, float]]:
    """Trainings that are told less."""
    rows = []
    for name, told in (("nothing", slice(0, 0)), ("the place alone", slice(N_PLACES))):
        began = time.process_time()
        config, tensors = trained_hits(train, valid, told=told)
        model = RNN(config, tensors)
        nats = network_nats(model, valid, lambda take, told=told: take.told[:, told])
        rows.append((f"network trained for {time.process_time() - began:.0f} s, told {name}", nats))
    return rows


def by_sessions(every: Sequence[Take], folds: Sequence[Sequence[str]]) -> None:
    print("\n### Held out by whole sessions: neither drummer nor day was heard")
    for sessions in folds:
        train, valid = parted(every, lambda take, sessions=sessions: take.session in sessions)
        config, tensors = trained_hits(train, valid)
        model = RNN(config, tensors)
        rows = [
            *baselines(train, valid),
            ("the network, told nothing", network_nats(model, valid, lambda take: 0 * take.told)),
            ("the network, told all", network_nats(model, valid, lambda take: take.told)),
        ]
        print(f"\n{', '.join(sessions)}")
        say_hits(rows, valid)
        touch_config, touch_tensors = trained_touch(train, valid)
        say_touch(Touch(touch_config, touch_tensors), train, valid)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--without", action="store_true", help="train without the conditions too")
    parser.add_argument(
        "--sessions",
        type=int,
        nargs="*",
        help="train without whole sessions too: which of the four folds, or all",
    )
    arguments = parser.parse_args()
    every = takes(arguments.data)
    train, valid = parted(every, is_validation)
    shipped(train, valid)
    if arguments.without:
        print("\n### Trainings, held out by piece")
        say_hits(trained_rows(train, valid), valid)
    if arguments.sessions is not None:
        by_sessions(every, [FOLDS[fold] for fold in arguments.sessions] or FOLDS)


if __name__ == "__main__":
    main()
