"""What texts have in common with what was learnt from: people's own, copiers of several orders, shuffled words.

    python bench/novelty.py ../shared/data         # seven sets: a minute
    python bench/novelty.py ../shared/data --set text_nietzsche

Prints Markdown tables. A tenth of each set is held out: of poems and songs every tenth, of plays and prose the end of
each file. Some held-out Tang poems stand in the training text too; only the calibration leaves such twins out. A
copier of order n writes the character that followed the last n somewhere in the training text.
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from aoede.randomness import stream
from aoede.words.novelty import Human, Novelty, calibrate, report, verbatim_share
from aoede.words.verbatim import Index

SETS = (
    "text_tinyshakespeare",
    "text_shakespeare_plays",
    "text_nietzsche",
    "poems_en",
    "lyrics_en_pd",
    "poems_zh_tang",
    "lyrics_zh_songci",
)
SEED = 1
N_CHARACTERS = 6_000
ORDERS, ORDERS_HAN = (10, 6), (4, 2)
SPANS, SPANS_HAN = (20, 30, 50), (7, 10, 20)


@dataclass(frozen=True)
class Text:
    text: str
    path: str
    line: int


def texts_of(folder: Path) -> Iterator[Text]:
    for file in sorted(folder.glob("*.txt")):
        yield Text(file.read_text(encoding="utf-8", errors="replace"), file.name, 1)
    for file in sorted(folder.glob("*.jsonl")):
        for line, row in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            yield Text(json.loads(row)["text"], file.name, line)


def split(texts: Sequence[Text]) -> tuple[list[Text], list[Text]]:
    """Training and held-out texts."""
    if len(texts) > 100:
        held = [text for i, text in enumerate(texts) if i % 10 == 0]
        return [text for i, text in enumerate(texts) if i % 10], held
    train, held = [], []
    for text in texts:
        at = text.text.rfind("\n", 0, len(text.text) * 9 // 10) + 1
        train.append(Text(text.text[:at], text.path, text.line))
        held.append(Text(text.text[at:], text.path, text.line + text.text.count("\n", 0, at)))
    return train, held


def copied(texts: Sequence[Text], order: int, n: int) -> str:
    """`n` characters of an unsmoothed Markov chain of this order."""
    whole = "\n\n".join(text.text for text in texts)
    following: dict[str, list[str]] = defaultdict(list)
    for i in range(order, len(whole)):
        following[whole[i - order : i]].append(whole[i])
    rng = stream(SEED, "copier", order)
    at = int(rng.integers(len(whole) - order))
    made = whole[at : at + order]
    while len(made) < n + order:
        choices = following.get(made[-order:])
        if not choices:  # the end of the text: begin anywhere
            at = int(rng.integers(len(whole) - order))
            made += whole[at : at + order]
        else:
            made += choices[int(rng.integers(len(choices)))]
    return made[order : n + order]


def shuffled(text: str, is_han: bool) -> str:
    """Words, or in Chinese characters, out of order."""
    parts = list(text) if is_han else text.split()
    return ("" if is_han else " ").join(parts[i] for i in stream(SEED, "shuffle").permutation(len(parts)))


def held_out_sample(held: Sequence[Text]) -> tuple[str, str]:
    """Two passages of people's texts, from the first and from the second half."""
    half = len(held) // 2
    whole = "\n\n".join(text.text for text in held)
    if half < 50:
        return whole[:N_CHARACTERS], whole[len(whole) // 2 :][:N_CHARACTERS]
    order = stream(SEED, "held out").permutation(len(held))
    one, two = ("\n\n".join(held[i].text for i in part) for part in (order[:half], order[half:]))
    return one[:N_CHARACTERS], two[:N_CHARACTERS]


def row(name: str, text: str, index: Index, human: Human, spans: Sequence[int]) -> str:
    began = time.perf_counter()
    found: Novelty = report(text, index, human)
    took_s = time.perf_counter() - began
    matches = index.matches(text)
    shares = " / ".join(f"{100 * verbatim_share(matches, span):.1f}" for span in spans)
    longest = found.longest.n_characters if found.longest else 0
    lines = f"{len(found.lines_copied)} of {found.n_lines}"
    return (
        f"| {name} | {found.mean:.1f} | {found.p95:.0f} | {longest} | {shares} | {lines} | {found.verdict} | "
        f"{took_s:.2f} |"
    )


def measure(folder: Path) -> None:
    train, held = split(list(texts_of(folder)))
    began = time.perf_counter()
    tensors = Index.fit(train).to_tensors()
    built_s = time.perf_counter() - began
    began = time.perf_counter()
    index = Index.from_tensors(tensors)
    n_characters = index.n_characters
    loaded_s = time.perf_counter() - began
    n_bytes = sum(tensor.nbytes for tensor in tensors.values())
    order = stream(SEED, "calibrate").permutation(len(held))
    began = time.perf_counter()
    human = calibrate(index, (held[i].text for i in order))
    calibrated_s = time.perf_counter() - began
    is_han = index.usual_span < 20
    spans = SPANS_HAN if is_han else SPANS
    print(
        f"\n### {folder.name}: {n_characters:,} characters; index {n_bytes:,} bytes, built in {built_s:.1f} s, "
        f"loaded in {loaded_s:.2f} s; "
        f"human span {human.span}, {human.n_twins} twins, calibrated in {calibrated_s:.1f} s\n"
    )
    shown = " / ".join(map(str, spans))
    print(f"| text | mean | p95 | max | % in spans of {shown} and more | whole lines | verdict | s |")
    print("|---|---|---|---|---|---|---|---|")
    one, two = held_out_sample(held)
    rows = [("held-out human text (a)", one), ("held-out human text (b)", two)]
    rows += [
        (f"copier of order {order}", copied(train, order, N_CHARACTERS))
        for order in (ORDERS_HAN if is_han else ORDERS)
    ]
    middle = train[len(train) // 2].text if len(train) < 100 else "\n\n".join(t.text for t in train[500:700])
    rows += [("shuffled words of (a)", shuffled(one, is_han)), ("training text", middle[:N_CHARACTERS])]
    for name, text in rows:
        print(row(name, text, index, human, spans))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--set", choices=SETS, action="append")
    arguments = parser.parse_args()
    for name in arguments.set or SETS:
        measure(arguments.data / name)


if __name__ == "__main__":
    main()
