"""What words mean, as a table: sums of its rows come near to what a large sentence encoder makes of a text.

The teacher is all-MiniLM-L6-v2 (Apache-2.0); the table is its student. Of each text the student adds up the vectors
of words and pairs of words, and learns to point where the teacher points and to find alike what the teacher finds
alike (cf. Hinton, Vinyals & Dean 2015, "Distilling the knowledge in a neural network"). The shipped reply
model is made with it; a model that people train takes the table from there.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.ngrams import NGrams, ngrams_of
from aoede.errors import InputError
from aoede.learning import checkpoint
from aoede.models.two_tower.bags import Bags, Floats
from aoede.models.two_tower.descent import Adam, Gradients
from aoede.models.two_tower.model import unit
from aoede.neural.arrays import checked_weights, quantised
from aoede.randomness import stream

SHIPPED = "replies"
WIDTH = 96
LEAST_TEXTS = 2
N_EPOCHS = 12
BATCH = 256
RATE = 2e-2
DROPOUT = 0.1  # of the n-grams of a text
ALIKENESS = 30.0  # weight of the squared error of cosines among a batch beside that of directions
_BEGIN = 0.05


@dataclass(frozen=True)
class Meanings:
    features: tuple[str, ...]
    table: Floats  # (len(features) + 1, width); row 0 is 0

    @cached_property
    def vectors(self) -> dict[str, Floats]:
        """The row of each feature."""
        return dict(zip(self.features, self.table[1:], strict=True))

    def rows(self, features: Sequence[str]) -> Floats:
        """(len(features) + 1, width) the table of these features alone; those without a meaning are 0."""
        nothing = np.zeros(self.table.shape[1], np.float32)
        return np.stack([nothing, *(self.vectors.get(feature, nothing) for feature in features)])

    def save(self, path: Path) -> None:
        features = np.frombuffer("\n".join(self.features).encode(), np.uint8)
        tensors = quantised({"meaning": self.table}) | {"features": features}
        checkpoint.save(path, tensors, {"kind": "meanings of words"}, force=True)


NONE = Meanings((), np.zeros((1, WIDTH), np.float32))


def known(path: str | None = None) -> Meanings:
    """The table in a file that `save` made, else that of the shipped model of replies, else none.

    Raises InputError for a file that holds no such table.
    """
    if path is None:
        return _shipped()
    tensors = dict(checkpoint.load(Path(path)).tensors)
    try:
        features = tuple(tensors.pop("features").tobytes().decode().split("\n"))
        shape = len(features) + 1, tensors["meaning"].shape[1]
    except (KeyError, IndexError, UnicodeDecodeError) as error:
        raise InputError("there is no table of meanings in this file", where=path) from error
    if len(set(features)) < len(features) or not all(features):
        raise InputError("the features of this table of meanings are not different", where=path)
    return Meanings(features, checked_weights({"meaning": shape}, tensors)["meaning"])


@cache
def _shipped() -> Meanings:
    if SHIPPED not in checkpoint.preset_names():
        return NONE
    stored = checkpoint.load_preset(SHIPPED)
    encoding = NGrams.from_mapping(stored.metadata["encoding"])
    tensors = {name: array for name, array in stored.tensors.items() if name in ("meaning", "meaning.scale")}
    shape = encoding.n_meaning + 1, tensors["meaning"].shape[1]
    return Meanings(tuple(encoding.meaningful()), checked_weights({"meaning": shape}, tensors)["meaning"])


def chosen_features(
    texts: Sequence[str], words: Sequence[str], *, n_words: int, n_pairs: int
) -> tuple[str, ...]:
    """The commonest words of the texts, filled up with the first of `words`; and the commonest pairs of words."""
    counts = Counter(feature for text in texts for feature in ngrams_of(text))
    common = [feature for feature, n in counts.most_common() if n >= LEAST_TEXTS]
    singles = dict.fromkeys(f for f in common if " " not in f)
    singles = dict.fromkeys([*list(singles)[:n_words], *(w for w in words if w not in singles)])
    return (*list(singles)[:n_words], *[f for f in common if " " in f][:n_pairs])


def directions(vectors: Floats, width: int) -> Floats:
    """(n, D) the teacher's vectors -> (n, width) along their principal axes, of length 1."""
    centred = vectors - vectors.mean(axis=0)
    _, axes = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    return unit(centred @ axes[:, ::-1][:, :width].astype(np.float32))


def distilled(
    texts: Sequence[str], wanted: Floats, features: Sequence[str], *, seed: int
) -> tuple[Meanings, list[float]]:
    """The table whose sums over each text point where `wanted` (n, width) does, and the mean loss of each epoch."""
    places = {feature: 1 + i for i, feature in enumerate(features)}
    bags = Bags.of([_ids(text, places) for text in texts])
    rng = stream(seed, "meanings")
    weights = {
        "table": (_BEGIN * rng.standard_normal((len(features) + 1, wanted.shape[1]))).astype(np.float32)
    }
    adam = Adam(weights, weights, {})
    n_batches, losses = len(texts) // BATCH, list[float]()
    for epoch in range(N_EPOCHS):
        order, total = rng.permutation(len(texts)), 0.0
        for i in range(n_batches):
            chosen = order[i * BATCH : (i + 1) * BATCH]
            progress = (epoch * n_batches + i) / (N_EPOCHS * n_batches)
            weights["table"][0] = 0  # of ANY
            gradients = Gradients()
            total += _loss(weights["table"], _dropped(bags.take(chosen), rng), wanted[chosen], gradients)
            adam.step(gradients, RATE * (1 - progress))
        losses.append(total / max(n_batches, 1))
    weights["table"][0] = 0
    return Meanings(tuple(features), weights["table"]), losses


def _ids(text: str, places: dict[str, int]) -> NDArray[np.int64]:
    return np.array([0, *(places[f] for f in ngrams_of(text) if f in places)], np.int64)


def _dropped(bags: Bags, rng: np.random.Generator) -> Bags:
    kept = rng.random(len(bags.ids)) >= DROPOUT
    kept[bags.starts[:-1]] = True
    return bags.where(kept)


def _loss(table: Floats, bags: Bags, wanted: Floats, gradients: Gradients) -> float:
    sums = bags.sums(table)
    found, n = unit(sums), np.float32(len(bags))
    unlike = found @ found.T - wanted @ wanted.T
    slope = -wanted / n + np.float32(4 * ALIKENESS) / n**2 * (unlike @ found)
    lengths = np.maximum(np.sqrt(np.square(sums).sum(axis=1, keepdims=True)), np.float32(1e-6))
    of_sums = (slope - found * (slope * found).sum(axis=1, keepdims=True)) / lengths
    gradients.add_rows("table", *bags.gradient(np.asarray(of_sums, np.float32)))
    return 1 - float((found * wanted).sum()) / len(bags) + ALIKENESS * float(np.square(unlike).mean())
