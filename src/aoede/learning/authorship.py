"""Whose text is this? A classifier trained on real texts, by which generated ones can be judged.

The n-grams of all authors are counted together, and those of each author once more alone (`models/ngram`). A text is
given to the author whose n-grams foresee it best: the lowest nats a character, all authors as likely beforehand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.chars import Characters
from aoede.errors import InputError
from aoede.models import ngram

ORDER = 5  # characters of the longest n-gram

Ints = NDArray[np.int64]
Texts = Mapping[str, Sequence[str]]  # author -> texts


@dataclass(frozen=True)
class Recognition:
    authors: tuple[str, ...]
    confusion: Ints  # (n, n) how many texts of each author (row) were taken for each's (column)

    @property
    def n_texts(self) -> int:
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """The share of the texts that were taken for their author's."""
        return float(np.trace(self.confusion) / self.n_texts)

    @property
    def chance(self) -> float:
        """The accuracy of always naming the author with the most texts: no guess without reading is better."""
        return float(self.confusion.sum(axis=1).max() / self.n_texts)

    def as_text(self) -> str:
        """Accuracy, chance, and what was taken for what."""
        width = max(map(len, self.authors)) + 2
        lines = [
            f"{100 * self.accuracy:.1f} % of {self.n_texts:,} recognised; chance {100 * self.chance:.1f} %"
        ]
        lines.append(" " * width + "".join(f"{i:>5}" for i in range(1, len(self.authors) + 1)))
        for i, (author, row) in enumerate(zip(self.authors, self.confusion.tolist(), strict=True), 1):
            name = f"{i} {author}"[: width + 1].ljust(width)
            lines.append(name + "".join(f"{n or '.':>5}" for n in row))
        return "\n".join(lines)


class Recogniser:
    """Knows authors by their n-grams. Raises InputError for fewer than two authors, or one without a text."""

    def __init__(self, texts: Texts, *, order: int = ORDER) -> None:
        self.authors = tuple(sorted(texts))
        if len(self.authors) < 2 or not all(texts[author] for author in self.authors):
            raise InputError("to tell authors apart takes two and more of them, each with a text")
        every = [(text, i) for i, author in enumerate(self.authors, 1) for text in texts[author]]
        self._encoding = Characters.fit(text for text, _ in every)
        self._model = ngram.fit(
            ngram.Config(self._encoding.n_symbols, (len(self.authors) + 1,)),
            [self._encoding.encode_document(text) for text, _ in every],
            np.array([i for _, i in every], np.int64),
            ngram.Recipe(order=order, own_order=order),
        )

    def nats(self, text: str) -> NDArray[np.float64]:
        """(authors,) what each character of the text costs under each author's n-grams, in the mean."""
        ids = self._encoding.encode(text)
        if not len(ids):
            raise InputError("an empty text is nobody's")
        each = np.arange(1, len(self.authors) + 1)[:, None]
        logs = self._model.log_probabilities([ids] * len(self.authors), each)
        return np.array([-part.mean() for part in logs])

    def author_of(self, text: str) -> str:
        return self.authors[int(self.nats(text).argmin())]

    def recognise(self, texts: Texts) -> Recognition:
        """How many of these texts are taken for their author's. Raises InputError for an author that is not known."""
        strange = sorted(set(texts) - set(self.authors))
        if strange or not any(texts.values()):
            raise InputError(
                f"{strange[0]!r} is none of the authors that were read" if strange else "there is no text"
            )
        confusion = np.zeros((len(self.authors), len(self.authors)), np.int64)
        for i, author in enumerate(self.authors):
            for text in texts.get(author, ()):
                confusion[i, int(self.nats(text).argmin())] += 1
        return Recognition(self.authors, confusion)
