"""What replies do, spread from a few examples: label propagation on a graph of replies (Kannan et al. 2016, sec. 4).

Replies are neighbours where they are made of the same n-grams and answer the same messages. Known ones keep their
intent; the others take what their neighbours have (Zhou et al. 2004, "Learning with local and global consistency").
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

N_NEIGHBOURS = 8
N_ROUNDS = 30
KEPT = 0.8  # share of what a reply takes from its neighbours, beside what it is known to be
LEAST_SHARE = 0.6  # of all that came to a reply, for its intent to be taken
LEAST_REACH = 0.02  # what must have come to it at all: else it stands for itself
MOST_ALONE = 20  # replies that are an intent of their own,
LEAST_ALONE = 0.01  # each with this share of all frequent short replies


def spread(vectors: Floats, known: Mapping[int, int], n_intents: int) -> list[int]:
    """(n, d) unit vectors of replies and the intents of some -> the intent of each, -1 where none is clear."""
    if not len(vectors):
        return []
    weights = _graph(vectors)
    begin = np.zeros((len(vectors), n_intents))
    for i, intent in known.items():
        begin[i, intent] = 1
    found = begin.copy()
    for _ in range(N_ROUNDS):
        found = KEPT * weights @ found + (1 - KEPT) * begin
        for i, intent in known.items():
            found[i] = np.eye(n_intents)[intent]
    reach = found.sum(axis=1)
    shares = found.max(axis=1) / np.maximum(reach, 1e-12)
    is_clear = (shares >= LEAST_SHARE) & (reach >= LEAST_REACH)
    return [int(best) if clear else -1 for best, clear in zip(found.argmax(axis=1), is_clear, strict=True)]


def _graph(vectors: Floats) -> NDArray[np.float64]:
    """(n, n) symmetric weights of the nearest neighbours, scaled by both degrees."""
    alike = np.maximum((vectors @ vectors.T).astype(np.float64), 0)
    np.fill_diagonal(alike, 0)
    n_kept = min(N_NEIGHBOURS, len(vectors) - 1)
    if n_kept > 0:
        line = np.sort(alike, axis=1)[:, -n_kept][:, None]
        alike = np.where(alike >= np.maximum(line, 1e-9), alike, 0)
    alike = np.maximum(alike, alike.T) ** 2
    roots = np.sqrt(np.maximum(alike.sum(axis=1), 1e-12))
    return np.asarray(alike / roots[:, None] / roots[None])


def named(
    texts: Sequence[str], counts: Sequence[int], found: Sequence[int], names: Sequence[str]
) -> dict[str, str]:
    """The intent of each reply by name. One without any stands for itself if it is common; others are left out."""
    alone = sorted((-n, text) for text, n, intent in zip(texts, counts, found, strict=True) if intent < 0)
    least = LEAST_ALONE * sum(counts)
    own = {text: text.lower().rstrip(".!?。！？") for n, text in alone[:MOST_ALONE] if -n >= least}
    known = {text: names[intent] for text, intent in zip(texts, found, strict=True) if intent >= 0}
    return known | own
