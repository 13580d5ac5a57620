"""How well a reply goes with a message by the words that both share, and nothing else: what a model must beat."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.tokens import words_of

Floats = NDArray[np.float64]

K1, B = 1.2, 0.75  # Robertson & Zaragoza 2009, "The probabilistic relevance framework: BM25 and beyond"


class Overlap:
    """Scores by shared words; document frequencies are those of `corpus`."""

    def __init__(self, corpus: Sequence[str]) -> None:
        self._n = len(corpus)
        found = [words_of(text) for text in corpus]
        self._df = Counter(word for words in found for word in set(words))
        self._mean_length = sum(map(len, found)) / max(self._n, 1) or 1.0

    def tf_idf(self, messages: Sequence[str], replies: Sequence[str]) -> Floats:
        """(n messages, n replies) cosines of log-tf times idf."""
        sides, df = self._counts(messages, replies)
        idf = np.log((1 + self._n) / (1 + df)) + 1
        rows = [np.where(side > 0, 1 + np.log(np.maximum(side, 1)), 0) * idf for side in sides]
        rows = [row / np.maximum(np.linalg.norm(row, axis=1, keepdims=True), 1e-12) for row in rows]
        return np.asarray(rows[0] @ rows[1].T)

    def bm25(self, messages: Sequence[str], replies: Sequence[str]) -> Floats:
        """(n messages, n replies) scores with the messages as queries."""
        (asked, counts), df = self._counts(messages, replies)
        idf = np.log(1 + (self._n - df + 0.5) / (df + 0.5))
        lengths = counts.sum(axis=1, keepdims=True)
        parts = counts * (K1 + 1) / (counts + K1 * (1 - B + B * lengths / self._mean_length))
        return np.asarray((asked > 0) @ (idf * parts).T)

    def _counts(self, *sides: Sequence[str]) -> tuple[list[Floats], Floats]:
        """(n, V) how often each word of both sides stands in each text, and (V,) in how many texts of the corpus."""
        words = [[Counter(words_of(text)) for text in side] for side in sides]
        numbers = {w: i for i, w in enumerate(sorted({w for side in words for text in side for w in text}))}
        found = [np.zeros((len(side), len(numbers))) for side in sides]
        for rows, side in zip(found, words, strict=True):
            for row, text in zip(rows, side, strict=True):
                for word, n in text.items():
                    row[numbers[word]] = n
        return found, np.array([self._df[word] for word in numbers], np.float64)
