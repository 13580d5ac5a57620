"""Is an author recognised in what a model writes in that name? A classifier that read real texts alone decides.

    OMP_NUM_THREADS=1 python bench/authors.py [DATA] [MODEL] [--column author] [--count 20] [--length 400]

DATA is a folder or file of texts with labels, or the research data, of which poems_en is taken; MODEL (if nothing
is said the shipped poem) was trained with them. Every fifth document of an author is kept from the classifier. The
first table is the control: these documents, cut to `--length` characters. The second is of texts that the model
writes under each label, cut as well. The last line says for whose those are taken that it writes with nothing said.

The classifier counts the n-grams of all authors together, and those of each author once more alone (`models/ngram`).
A text is given to the author whose n-grams foresee it best: the lowest nats a character, all authors as likely
beforehand.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aoede.choice import Choice
from aoede.encodings.chars import Characters
from aoede.errors import InputError
from aoede.learning.dataset import from_folder
from aoede.learning.pen import Wish
from aoede.learning.sampling import find_checkpoint
from aoede.learning.texts import Document
from aoede.learning.writer import Writer
from aoede.learning.writing import drafts
from aoede.models import ngram

EVERY = 5  # of an author's documents one in so many is kept from the classifier
MOST_CONTROLS = 60  # documents of an author in the control
LEAST = 5  # documents that an author must have
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


def documents_by(column: str, data: Path) -> dict[str, list[Document]]:
    found: dict[str, list[Document]] = defaultdict(list)
    for item in from_folder(data, kinds=("text",)).items:
        if item.value.labels.get(column):
            found[item.value.labels[column]].append(item.value)
    return {author: documents for author, documents in found.items() if len(documents) >= LEAST}


def parted(documents: dict[str, list[Document]], length: int) -> tuple[Texts, Texts]:
    """What the classifier reads, and the control."""
    known = {a: [d.text for i, d in enumerate(part) if i % EVERY] for a, part in documents.items()}
    aside = {a: [d.text for d in part[::EVERY]][:MOST_CONTROLS] for a, part in documents.items()}
    return known, {a: [text[:length] for text in part] for a, part in aside.items()}


def written(
    writer: Writer, author: str | None, seed: int, n: int, length: int, temperature: float
) -> list[str]:
    condition = None if author is None else writer.condition({author: 1.0})
    wish = Wish(condition=condition, choice=Choice(temperature=temperature), length=length)
    return [draft.text[:length] for draft in drafts(writer, wish, seed=seed, n=n) if draft.text.strip()]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    parser.add_argument("model", nargs="?", default="poem")
    parser.add_argument("--column", default="author")
    parser.add_argument("--count", type=int, default=20, help="texts of each author")
    parser.add_argument("--length", type=int, default=400, help="characters")
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    poems = asked.data / "poems_en"
    data = poems if poems.is_dir() else asked.data
    found, name = find_checkpoint(asked.model)
    writer = Writer.of(found.metadata, found.tensors, name=name, sha256=found.sha256)
    known, control = parted(documents_by(asked.column, data), asked.length)
    recogniser = Recogniser(known)
    print(f"real texts that the classifier has not read\n{recogniser.recognise(control).as_text()}\n")
    sizes = (asked.count, asked.length, asked.temperature)
    made = {
        author: written(writer, author, asked.seed + i, *sizes) for i, author in enumerate(recogniser.authors)
    }
    print(f"written by {name} under each label\n{recogniser.recognise(made).as_text()}\n")
    plain = Counter(recogniser.author_of(text) for text in written(writer, None, asked.seed, *sizes))
    print("with nothing said: " + ", ".join(f"{n} {author}" for author, n in plain.most_common()))


if __name__ == "__main__":
    main()
