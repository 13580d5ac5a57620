"""Is an author recognised in what a model writes in that name? A classifier that read real texts alone decides.

    OMP_NUM_THREADS=1 python bench/authors.py DATA MODEL [--column author] [--count 20] [--length 400]

DATA is a folder or file of texts with labels, such as poems_en of the research data; MODEL was trained with them.
Every fifth document of an author is kept from the classifier. The first table is the control: these documents, cut to
`--length` characters. The second is of texts that the model writes under each label, as long. The last line says for
whose those are taken that it writes with nothing said.
"""

import argparse
from collections import Counter, defaultdict
from pathlib import Path

from aoede.choice import Choice
from aoede.learning.authorship import Recogniser, Texts
from aoede.learning.dataset import from_folder
from aoede.learning.pen import Wish
from aoede.learning.sampling import find_checkpoint
from aoede.learning.texts import Document
from aoede.learning.writer import Writer
from aoede.learning.writing import drafts

EVERY = 5  # of an author's documents one in so many is kept from the classifier
MOST_CONTROLS = 60  # documents of an author in the control
LEAST = 5  # documents that an author must have


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
    return [draft.text for draft in drafts(writer, wish, seed=seed, n=n) if draft.text.strip()]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("model")
    parser.add_argument("--column", default="author")
    parser.add_argument("--count", type=int, default=20, help="texts of each author")
    parser.add_argument("--length", type=int, default=400, help="characters")
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    found, name = find_checkpoint(asked.model)
    writer = Writer.of(found.metadata, found.tensors, name=name, sha256=found.sha256)
    known, control = parted(documents_by(asked.column, asked.data), asked.length)
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
