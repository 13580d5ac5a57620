"""n-grams of text: the ladder, what pruning costs, what adapting gains, and how fast they are.

    OMP_NUM_THREADS=1 python bench/ngram_text.py [DATA] [--part ladder|pruning|adaptive|labels|speed|chinese]

DATA holds `text_tinyshakespeare`, `text_shakespeare_plays` and `poems_zh_tang`. Figures are nats a character on
text that was not counted: the last tenth of tiny Shakespeare, four plays held out whole, the last tenth of every
play (with labels), every tenth poem. The vocabulary is that of the counted part; END counts as a character. `formula`
is the figure with discounts by Chen & Goodman's formula, `nats` that with discounts fitted to a tenth of the training
text. Bytes are those of the tensors as they are stored. The habits of the adaptive form were chosen on the first half
of tiny Shakespeare's last tenth; the second half is the figure to believe.
"""

import argparse
import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.chars import Characters
from aoede.models.ngram import Adaptive, Config, Model, Recipe, fit, prune, score
from aoede.randomness import stream

Ints = NDArray[np.int64]

HELD_OUT_PLAYS = ("hamlet", "merchantofvenice", "kingrichardii", "tempest")
NAMES = {0: "uniform", 1: "unigram", 2: "Markov chain", 3: "3-gram"}


@dataclass(frozen=True)
class Text:
    """Documents as ids; labels are ids of the only column, 0 for none."""

    characters: Characters
    train: list[Ints]
    valid: list[Ints]
    labels: Ints | None = None

    @property
    def n_symbols(self) -> int:
        return self.characters.n_symbols

    @property
    def config(self) -> Config:
        return Config(self.n_symbols, () if self.labels is None else (int(self.labels.max()) + 1,))


def text_of(train: Sequence[str], valid: Sequence[str], labels: Ints | None = None) -> Text:
    characters = Characters.fit(train)
    ids = [[characters.encode_document(text) for text in part] for part in (train, valid)]
    return Text(characters, ids[0], ids[1], labels)


def tiny(data: Path) -> Text:
    text = (data / "text_tinyshakespeare" / "train.txt").read_text(encoding="utf-8")
    cut = len(text) * 9 // 10
    return text_of([text[:cut]], [text[cut:]])


def plays(data: Path) -> Text:
    files = sorted((data / "text_shakespeare_plays").glob("*.txt"))
    texts = {file.stem: file.read_text(encoding="utf-8") for file in files}
    return text_of(
        [text for name, text in texts.items() if name not in HELD_OUT_PLAYS],
        [texts[name] for name in HELD_OUT_PLAYS],
    )


def works(data: Path) -> Text:
    """Every work counted but for its last tenth, with itself as its label."""
    files = sorted((data / "text_shakespeare_plays").glob("*.txt"))
    texts = [file.read_text(encoding="utf-8") for file in files]
    cuts = [len(text) * 9 // 10 for text in texts]
    begins, ends = zip(
        *((text[:cut], text[cut:]) for text, cut in zip(texts, cuts, strict=True)), strict=True
    )
    return text_of(begins, ends, np.arange(1, len(texts) + 1)[:, None])


def tang(data: Path) -> Text:
    lines = (data / "poems_zh_tang" / "poems.jsonl").read_text(encoding="utf-8").splitlines()
    poems = [json.loads(line)["text"] for line in lines]
    return text_of(
        [poem for i, poem in enumerate(poems) if i % 10], [poem for i, poem in enumerate(poems) if not i % 10]
    )


# ---- figures -----------------------------------------------------------------------------------


def nats(model: Model, text: Text, labels: Ints | None = None) -> float:
    return score(model, text.valid, labels, stream(1, "score")).value


def n_bytes(model: Model) -> int:
    return sum(tensor.nbytes for tensor in model.to_tensors().values())


def ladder(name: str, text: Text, orders: Sequence[int]) -> None:
    n = sum(map(len, text.train))
    print(
        f"\n{name}: {n:,} characters counted, {sum(map(len, text.valid)):,} scored, {text.n_symbols} symbols"
    )
    print(f"{'model':14}{'nats':>8}{'formula':>9}{'seconds':>9}{'n-grams':>12}{'bytes':>12}")
    print(f"{NAMES[0]:14}{math.log(text.n_symbols):8.4f}")
    for order in orders:
        begun = time.perf_counter()
        model = fit(text.config, text.train, recipe=Recipe(order=order))
        seconds = time.perf_counter() - begun
        formula = fit(text.config, text.train, recipe=Recipe(order=order, fits_discounts=False))
        told = NAMES.get(order, f"{order}-gram")
        print(
            f"{told:14}{nats(model, text):8.4f}{nats(formula, text):9.4f}{seconds:9.2f}"
            f"{model.n_grams:12,}{n_bytes(model):12,}"
        )


def pruning(name: str, text: Text, order: int, kept: Sequence[int]) -> None:
    model = fit(text.config, text.train, recipe=Recipe(order=order))
    print(f"\n{name}, order {order} pruned")
    print(f"{'n-grams':>12}{'bytes':>12}{'a n-gram':>10}{'nats':>9}{'seconds':>9}")
    for n in [model.n_grams, *(n for n in kept if n < model.n_grams)]:
        begun = time.perf_counter()
        less = Model(text.config, prune(model.shared, max_ngrams=n))
        seconds = time.perf_counter() - begun
        size = n_bytes(less)
        print(f"{less.n_grams:12,}{size:12,}{size / less.n_grams:10.2f}{nats(less, text):9.4f}{seconds:9.2f}")


def adaptive(text: Text) -> None:
    model = fit(text.config, text.train)
    ids = text.valid[0]
    static = -model.log_probabilities([ids])[0]
    begun = time.perf_counter()
    read = -Adaptive(model).log_probabilities(ids)
    seconds = time.perf_counter() - begun
    half = len(ids) // 2
    print(f"\nread from left to right, {len(ids) / seconds:,.0f} characters a second")
    for told, part in (
        ("first half", slice(half)),
        ("second half", slice(half, None)),
        ("whole", slice(None)),
    ):
        print(f"{told:14} static {static[part].mean():.4f}  adaptive {read[part].mean():.4f}")


def labels(text: Text) -> None:
    print("\nthe last tenth of every work, the work its label")
    print(f"{'own order':>10}{'n-grams':>12}{'bytes':>12}{'unknown':>9}{'told':>9}{'best of works':>15}")
    assert text.labels is not None
    for own_order, most in ((0, 0), (4, 0), (5, 0), (5, 250_000)):
        recipe = Recipe(own_order=own_order, max_own_ngrams=most)
        model = fit(text.config, text.train, text.labels[:, 0], recipe)
        alone, told = (model.log_probabilities(text.valid, given) for given in (None, text.labels))
        gains = [float((b - a).mean()) for a, b in zip(alone, told, strict=True)]
        figures = [-float(np.concatenate(part).mean()) for part in (alone, told)]
        print(
            f"{own_order:10}{model.n_grams:12,}{n_bytes(model):12,}{figures[0]:9.4f}{figures[1]:9.4f}"
            f"   {sum(g > 0 for g in gains)} of {len(gains)} gain"
        )


def speed(name: str, text: Text) -> None:
    """Milliseconds of a load, microseconds of a step, positions a second of whole distributions."""
    model = fit(text.config, text.train)
    tensors = model.to_tensors()
    begun = time.perf_counter()
    model = Model.from_tensors(model.config_values, tensors)
    model.start()
    print(f"\n{name}, order {model.order}: loaded in {1e3 * (time.perf_counter() - begun):.0f} ms")
    document = np.concatenate(text.valid)[:20_000]
    begun = time.perf_counter()
    for _ in model.distributions(document):
        pass
    print(f"distributions {len(document) / (time.perf_counter() - begun):,.0f} positions a second")
    for n in (1, 16, 64):
        _, state = model.start(n)
        begun = time.perf_counter()
        for t in range(500):
            _, state = model.step(state, document[t : t + n])
        print(f"step of {n:2} sequences {(time.perf_counter() - begun) / 500 * 1e6:,.0f} us")


def parts(data: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    kept = (1_000_000, 600_000, 400_000, 200_000, 100_000, 50_000, 20_000)
    yield "ladder", lambda: ladder("tiny Shakespeare", tiny(data), (1, 2, 3, 4, 5, 6, 7, 8, 10))
    yield "ladder", lambda: ladder("plays, four held out", plays(data), (5, 6, 7, 8))
    yield "pruning", lambda: pruning("tiny Shakespeare", tiny(data), 7, kept)
    yield "pruning", lambda: pruning("plays, four held out", plays(data), 7, kept)
    yield "adaptive", lambda: adaptive(tiny(data))
    yield "labels", lambda: labels(works(data))
    yield "speed", lambda: speed("tiny Shakespeare", tiny(data))
    yield "chinese", lambda: ladder("Tang poems", tang(data), (1, 2, 3, 4, 5))
    yield "chinese", lambda: pruning("Tang poems", tang(data), 4, kept)
    yield "chinese", lambda: speed("Tang poems", tang(data))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", type=Path, default=Path("../shared/data"))
    parser.add_argument("--part", choices=["ladder", "pruning", "adaptive", "labels", "speed", "chinese"])
    arguments = parser.parse_args()
    for name, show in parts(arguments.data):
        if arguments.part in (None, name):
            show()


if __name__ == "__main__":
    main()
