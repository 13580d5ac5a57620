"""The shipped writers go on with beginnings of lines, hundreds at once; for building the lines of songs only.

`completions` gives each beginning's endings as the writer draws them, `phrases` what it writes when nothing begins.
Blocks of them are kept in a folder, so that a build that was stopped goes on.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from aoede.encodings.chars import END, UNKNOWN
from aoede.formats.files import write_whole
from aoede.learning.checkpoint import load_preset
from aoede.learning.writer import Writer
from aoede.randomness import stream
from aoede.words.lexicon import Lexicon, Speller

GROUP = 16  # beginnings that are gone on with together


def shipped(name: str) -> Writer:
    """The shipped writer of this name."""
    stored = load_preset(name)
    return Writer.of(stored.metadata, stored.tensors, name=name, sha256=stored.sha256)


@dataclass(frozen=True)
class Written:
    """A beginning with what the writer made of it; nats: what each character of that and its end cost."""

    beginning: str
    rest: str
    nats: tuple[float, ...]

    @property
    def text(self) -> str:
        return self.beginning + self.rest


@dataclass(frozen=True)
class Manner:
    """How lines are written."""

    before: str  # what stands before a line
    stops: str  # characters that end it
    letters: str | None  # characters that may come, beside the stops; None for any
    most: int  # characters; longer ones are given up
    words: frozenset[str] | None = None  # only these, where given

    def mask(self, writer: Writer) -> NDArray[np.bool_]:
        """(V,) which symbols may come at all."""
        may = np.array(
            [self.letters is None or glyph in self.letters + self.stops for glyph in writer.glyphs]
        )
        may[[END, UNKNOWN]] = False
        return may

    def ends(self, writer: Writer) -> list[int]:
        """The symbols that end a line."""
        return [int(symbol) for symbol in writer.encoding.encode(self.stops) if symbol != UNKNOWN]


def costs(writer: Writer, lines: Sequence[tuple[str, str]], manner: Manner) -> list[Written]:
    """What the writer would have paid for lines that are given as (beginning, rest)."""
    ids = [writer.encoding.encode(manner.before + beginning + rest) for beginning, rest in lines]
    longest = max(map(len, ids), default=0)
    table = np.zeros((longest, len(ids)), np.int64)
    for column, row in enumerate(ids):
        table[: len(row), column] = row
    logits, state = writer.model.start(len(ids), None)
    told: list[list[float]] = [[] for _ in ids]
    ends = manner.ends(writer)
    for t in range(longest + 1):
        closing = np.logaddexp.reduce(logits[:, ends], axis=1)
        for column, (row, (_, rest)) in enumerate(zip(ids, lines, strict=True)):
            at = t - (len(row) - len(rest))
            if 0 <= at < len(rest):
                told[column].append(round(-float(logits[column, row[t]]), 3))
            elif at == len(rest):
                told[column].append(round(-float(closing[column]), 3))
        if t < longest:
            logits, state = writer.model.step(state, table[t])
    return [Written(*line, tuple(nats)) for line, nats in zip(lines, told, strict=True)]


def completions(
    writer: Writer,
    beginnings: Sequence[str],
    manner: Manner,
    *,
    n: int,
    temperature: float,
    rng: np.random.Generator,
) -> Iterator[Written]:
    """`n` endings of each beginning. Beginnings of one length are read together."""
    for _, same in groupby(sorted(beginnings, key=lambda text: (len(text), text)), key=len):
        group = list(same)
        for at in range(0, len(group), GROUP):
            yield from _completed(writer, group[at : at + GROUP], manner, n, temperature, rng)


def _completed(
    writer: Writer, group: Sequence[str], manner: Manner, n: int, temperature: float, rng: np.random.Generator
) -> Iterator[Written]:
    may, stops = manner.mask(writer), manner.ends(writer)
    speller = _speller(writer, manner)
    ids = np.stack([writer.encoding.encode(manner.before + text) for text in group])
    logits, state = writer.model.start(len(group), None)
    nodes = None if speller is None else speller.start("", len(group))
    for column in ids.T:
        logits, state = writer.model.step(state, column)
        nodes = None if speller is None or nodes is None else speller.step(nodes, column)
    rows = np.repeat(np.arange(len(group)), n)
    logits, state = logits[rows], writer.model.select(state, rows)
    nodes = None if nodes is None else nodes[rows]
    texts = [""] * len(rows)
    nats: list[list[float]] = [[] for _ in rows]
    alive = np.arange(len(rows))
    for _ in range(manner.most + 1):
        allowed = may if speller is None or nodes is None else may & speller.mask(nodes)
        drawn = np.where(allowed, np.asarray(logits, np.float64) / temperature, -np.inf)
        chosen = np.argmax(drawn + rng.gumbel(size=drawn.shape), axis=1)
        ending = np.logaddexp.reduce(logits[:, stops], axis=1)
        keep = []
        for place, (row, symbol) in enumerate(zip(alive.tolist(), chosen.tolist(), strict=True)):
            ends = writer.glyphs[symbol] in manner.stops
            nats[row].append(float(-ending[place] if ends else -logits[place, symbol]))
            if ends:
                yield Written(group[rows[row]], texts[row], tuple(round(x, 3) for x in nats[row]))
            else:
                texts[row] += writer.glyphs[symbol]
                keep.append(place)
        if not keep:
            return
        kept = np.array(keep)
        alive, chosen = alive[kept], chosen[kept]
        nodes = None if speller is None or nodes is None else speller.step(nodes[kept], chosen)
        logits, state = writer.model.step(writer.model.select(state, kept), chosen)


def _speller(writer: Writer, manner: Manner) -> Speller | None:
    if manner.words is None or writer.lexicon is None:
        return None
    known = sorted(word for word in writer.lexicon.words if word in manner.words)
    return Lexicon(tuple(known)).speller(writer.encoding.symbols)


_PHRASE = re.compile(r"[\u4e00-\u9fff]+(?=[，。、！？；])")


def phrases(
    writer: Writer, *, n: int, length: int, temperature: float, rng: np.random.Generator
) -> Iterator[Written]:
    """The phrases that the writer writes where nothing begins, `length` characters `n` times.

    The first phrase of each text is left out: it may be a title.
    """
    may = np.ones(len(writer.glyphs), np.bool_)
    may[[END, UNKNOWN]] = False
    logits, state = writer.model.start(n, None)
    ids, nats = np.empty((length, n), np.int64), np.empty((length, n))
    for t in range(length):
        drawn = np.where(may, np.asarray(logits, np.float64) / temperature, -np.inf)
        ids[t] = np.argmax(drawn + rng.gumbel(size=drawn.shape), axis=1)
        nats[t] = -logits[np.arange(n), ids[t]]
        logits, state = writer.model.step(state, ids[t])
    for row, cost in zip(ids.T, nats.T.round(3).tolist(), strict=True):
        text = "".join(writer.glyphs[symbol] for symbol in row.tolist())
        found = [match.span() for match in _PHRASE.finditer(text)][1:]
        yield from (Written("", text[a:b], tuple(cost[a : b + 1])) for a, b in found)


def kept(folder: Path, name: str, write: Callable[[], Iterable[Written]]) -> list[Written]:
    """What `write` gives, from the folder where it was written before; a block at a time on one thread."""
    path = folder / f"{name}.jsonl"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with threadpool_limits(1):
            lines = [json.dumps([w.beginning, w.rest, w.nats], ensure_ascii=False) for w in write()]
        write_whole(path, "\n".join(lines).encode())
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [Written(beginning, rest, tuple(nats)) for beginning, rest, nats in rows]


def block_stream(seed: int, *keys: str | int) -> np.random.Generator:
    """The stream of a block."""
    return stream(seed, "lines", *keys)
