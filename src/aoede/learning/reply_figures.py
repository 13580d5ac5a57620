"""How well a model suggests replies, by conversations that it has not seen, beside what knows less.

Kannan et al. (2016, section 6) give precision and mean reciprocal rank over the set of replies, and the area under
the curve of the triggering model; Henderson et al. (2019, "A repository of conversational datasets") the 1-of-100
accuracy. An intent counts as hit where one of the three suggested intents is that of the real reply.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.tokens import Words, canonical
from aoede.errors import InputError
from aoede.learning.exchanges import Exchange
from aoede.learning.overlap import Overlap
from aoede.learning.replier import MAX_READ, N_SUGGESTED, Replier
from aoede.learning.reply_lessons import LONG, N_AMONG, Lessons, blocks, class_of_reply, key_of
from aoede.learning.reply_manner import intents_of, short_chances, top_intents
from aoede.learning.responses import Response
from aoede.models.two_tower.model import without_equals
from aoede.randomness import stream
from aoede.score import log_softmax

PROTOCOL = (
    "the message alone is told to what ranks, two turns before it to what names intents; a hundred pairs at random, "
    "equal replies left out; short is a reply of at most 8 words or 16 Han characters"
)

N_RESAMPLED = 1_000
MOST_BLOCKS = 50  # of a hundred pairs
MOST_RANKED = 2_000  # messages by which the set of replies is judged
FIRING = (0.1, 0.2)
N_BINS = 10  # of the calibration

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Exchanges = Sequence[tuple[int, Exchange]]


@dataclass(frozen=True)
class Row:
    """One figure. Without an interval `low` and `high` are the value."""

    what: str
    whose: str  # "model", or what it is held against
    value: float
    low: float
    high: float

    @classmethod
    def of(cls, what: str, whose: str, value: float) -> "Row":
        return cls(what, whose, value, value, value)


@dataclass(frozen=True)
class Figures:
    """All that can be told of a model by some conversations; greater is better, but for nats a word."""

    model: str
    rows: tuple[Row, ...]
    calibration: tuple[
        tuple[float, float, int], ...
    ]  # mean chance, share that is right, messages, of each bin
    n_messages: int

    @property
    def first(self) -> Row:
        """The figure that stands for all."""
        return self.rows[0]

    def value(self, what: str, whose: str = "model") -> float:
        return next(row.value for row in self.rows if (row.what, row.whose) == (what, whose))

    def as_json(self) -> dict[str, Any]:
        first = self.first
        return {
            "schema": "aoede.evaluation/1",
            "model": self.model,
            "metric": re.sub(r"\W+", "_", first.what),
            **{name: getattr(first, name) for name in ("value", "low", "high")},
            "n_symbols": self.n_messages,
            "protocol": PROTOCOL,
            "rows": [vars(row) for row in self.rows],
            "calibration": [list(part) for part in self.calibration],
        }

    def as_text(self, by: Sequence[str] = ()) -> str:
        """A line a figure, the model and what it is held against side by side."""
        whose = list(dict.fromkeys(row.whose for row in self.rows))
        lines = [f"{'':38}" + "".join(f"{name:>11}" for name in whose)]
        for what in dict.fromkeys(row.what for row in self.rows):
            cells = {row.whose: row for row in self.rows if row.what == what}
            told = "".join(f"{cells[name].value:11.3f}" if name in cells else f"{'':11}" for name in whose)
            own = cells.get("model")
            between = f"  ({own.low:.3f} to {own.high:.3f})" if own and own.low < own.high else ""
            lines.append(f"{what:38}{told}{between}")
        if self.calibration:
            bins = "  ".join(f"{chance:.2f}:{right:.2f}" for chance, right, _ in self.calibration)
            lines.append(f"short reply, chance:share  {bins}")
        return "\n".join([*lines, f"  {PROTOCOL}; {self.n_messages:,} messages"])


def reply_figures(replier: Replier, exchanges: Exchanges, *, seed: int = 0) -> Figures:
    """All figures that these exchanges allow. Raises InputError for fewer than two."""
    if len(exchanges) < 2:
        raise InputError("there is nothing to judge by: fewer than two messages have a reply")
    rows = list(_ranking_rows(replier, exchanges))
    calibration: tuple[tuple[float, float, int], ...] = ()
    if replier.knows_when:
        logs = np.asarray(replier.class_logs([(e.message, e.context) for _, e in exchanges]), np.float64)
        chances = np.exp(log_softmax(logs / replier.manner.warmth))
        rows = [*_intent_rows(replier, exchanges, chances, seed), *rows]
        rows += _trigger_rows(replier, exchanges, chances)
        calibration = _calibration(*_fits(replier, exchanges, chances))
    else:
        rows += _word_rows(replier, exchanges)
    return Figures(replier.name, (*rows, *_set_rows(replier, exchanges)), calibration, len(exchanges))


def _word_rows(replier: Replier, exchanges: Exchanges) -> Iterator[Row]:
    """How well a sequence-to-sequence model foresees the words of replies."""
    from aoede.models.seq2seq import score

    assert isinstance(replier.encoding, Words)
    encode = replier.encoding.encode
    nats = score(
        replier.model, [(encode(e.message)[-MAX_READ:], encode(e.reply)) for _, e in exchanges]
    ).value
    yield Row.of("nats a word", "model", nats)
    yield Row.of("perplexity", "model", float(np.exp(nats)))


def _intent_rows(replier: Replier, exchanges: Exchanges, chances: Floats, seed: int) -> Iterator[Row]:
    """Hits of three distinct intents, over all short replies of a known intent."""
    intents, lessons = intents_of(replier), Lessons(replier.responses, replier.classes)
    names = [replier.classes[i] for i in intents]
    real = [class_of_reply(lessons, e) for _, e in exchanges]
    kept = [k for k, name in enumerate(real) if name in names]
    if not kept:
        return
    right = np.array([names.index(real[k]) for k in kept])
    groups = np.unique([exchanges[k][0] for k in kept], return_inverse=True)[1]
    priors = np.maximum([replier.priors.get(name, 0.0) for name in names], 1e-6)
    logs = np.log(np.maximum(chances[kept][:, intents], 1e-12))
    for whose, top in (
        ("model", top_intents(logs, priors, replier.manner.specificity)),
        ("frequency", np.tile(np.argsort(-priors, kind="stable")[:N_SUGGESTED], (len(kept), 1))),
    ):
        hit = (top == right[:, None]).any(axis=1)
        for what, is_macro in (("intent hit@3, macro", True), ("intent hit@3", False)):
            yield Row(what, whose, *with_interval(hit, right, groups, len(names), is_macro, seed))


def with_interval(
    hit: Bools, right: NDArray[np.int64], groups: NDArray[np.int64], n: int, is_macro: bool, seed: int
) -> tuple[float, float, float]:
    """The share of hits, or its mean over intents, with 95 % of what resampled conversations give.

    The interval reaches to the share itself at least: of intents in a single conversation a draw knows less.
    """
    n_groups = int(groups.max()) + 1
    hits, all_ = np.zeros((n_groups, n)), np.zeros((n_groups, n))
    np.add.at(hits, (groups, right), hit)
    np.add.at(all_, (groups, right), 1)

    def share(weights: Floats) -> Floats:
        h, a = weights @ hits, weights @ all_
        if not is_macro:
            return np.asarray(h.sum(axis=1) / a.sum(axis=1))
        return np.asarray(np.nanmean(np.where(a > 0, h / np.maximum(a, 1e-9), np.nan), axis=1))

    rng = stream(seed, "evaluate", "resample")
    drawn = rng.multinomial(n_groups, np.full(n_groups, 1 / n_groups), N_RESAMPLED).astype(np.float64)
    low, high = np.quantile(share(drawn), (0.025, 0.975))
    value = float(share(np.ones((1, n_groups)))[0])
    return value, min(float(low), value), max(float(high), value)


def ranked(scores: Floats, keys: NDArray[np.int64]) -> Floats:
    """(n,) the rank of each message's own reply among those of the block; equal replies do not count, ties half."""
    masked = without_equals(scores, keys)
    own = np.diag(masked)[:, None]
    return np.asarray(1 + (masked > own).sum(axis=1) + ((masked == own).sum(axis=1) - 1) / 2)


def _ranking_rows(replier: Replier, exchanges: Exchanges) -> Iterator[Row]:
    """Each message's reply among a hundred, by the model, and by the words that both share."""
    ranks: dict[str, list[Floats]] = {"model": [], "TF-IDF": [], "BM25": []}
    replies = [e.reply for _, e in exchanges]
    overlap = Overlap(replies)
    for block in blocks(len(exchanges))[:MOST_BLOCKS]:
        messages = [exchanges[i][1].message for i in block]
        candidates = [replies[i] for i in block]
        keys = np.array([key_of(reply) for reply in candidates])
        for whose, scores in (
            ("model", _scores(replier, messages, candidates)),
            ("TF-IDF", overlap.tf_idf(messages, candidates)),
            ("BM25", overlap.bm25(messages, candidates)),
        ):
            ranks[whose].append(ranked(scores, keys))
    for whose, found in ranks.items():
        together = np.concatenate(found)
        yield Row.of(f"1 of {N_AMONG}", whose, float((together <= 1).mean()))
        yield Row.of(f"MRR among {N_AMONG}", whose, float((1 / together).mean()))


def _scores(replier: Replier, messages: Sequence[str], replies: Sequence[str]) -> Floats:
    """(n, n) how well each reply goes with each message; by a model of words its log-probability a word."""
    if isinstance(replier.encoding, Words):
        own = [replier.encoding.encode(reply) for reply in replies]
        read = [replier.encoding.encode(message)[-MAX_READ:] for message in messages]
        rows = [replier.model.log_probabilities(ids, own) for ids in read]
        return np.asarray(np.array(rows) / np.array([len(ids) + 1 for ids in own]))
    encode = replier.encoding.encode
    texts, model = replier.model.texts, replier.model
    sides = texts([encode(m) for m in messages]), texts([encode(r) for r in replies])
    return np.asarray(model.agreement(model.messages(sides[0]), model.replies(sides[1])), np.float64)


def _fits(replier: Replier, exchanges: Exchanges, chances: Floats) -> tuple[Floats, Bools]:
    """The chance that a short reply fits, and whether the real one was short: the data know no better."""
    lessons = Lessons(replier.responses, replier.classes)
    short = np.array([class_of_reply(lessons, e) != LONG for _, e in exchanges], bool)
    return short_chances(replier, chances), short


def _trigger_rows(replier: Replier, exchanges: Exchanges, chances: Floats) -> Iterator[Row]:
    fits, short = _fits(replier, exchanges, chances)
    if not short.any() or short.all():
        return
    yield Row.of("short reply: AUC", "model", area(fits, short))
    order = np.argsort(-fits, kind="stable")
    for share in FIRING:
        fired = order[: max(1, round(share * len(order)))]
        yield Row.of(f"short reply: precision at {share:.0%}", "model", float(short[fired].mean()))
        yield Row.of(f"short reply: precision at {share:.0%}", "always", float(short.mean()))


def area(scores: Floats, right: Bools) -> float:
    """The area under the curve: how often a right one stands above a wrong one (Mann & Whitney 1947)."""
    _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    n = int(right.sum())
    return float((ranks[right].sum() - n * (n + 1) / 2) / (n * (len(right) - n)))


def _calibration(fits: Floats, right: Bools) -> tuple[tuple[float, float, int], ...]:
    """Bins of as many messages each, by rising chance."""
    parts = np.array_split(np.argsort(fits, kind="stable"), N_BINS)
    return tuple((float(fits[p].mean()), float(right[p].mean()), len(p)) for p in parts if len(p))


def _set_rows(replier: Replier, exchanges: Exchanges) -> Iterator[Row]:
    """Where the real reply stands in the whole set of its language, of all real replies that are in the set.

    Ties count half, as in a block of a hundred.
    """
    known = {words: r for words, r in replier.responses.by_words.items() if r.share}
    pairs = [(e, known[words]) for _, e in exchanges if (words := canonical(e.reply)) in known][:MOST_RANKED]
    if not pairs:
        return
    ranks: dict[str, list[float]] = {"model": [], "frequency": []}
    for e, response in pairs:
        own = [r for r in replier.responses.responses if r.language == response.language]
        place = own.index(response)
        for whose, scores in (
            ("model", set_scores(replier, e, own)),
            ("frequency", np.array([r.share for r in own])),
        ):
            n_tied = (scores == scores[place]).sum() - 1
            ranks[whose].append(1 + float((scores > scores[place]).sum() + n_tied / 2))
    for whose, found in ranks.items():
        together = np.array(found)
        for n in (10, 20):
            yield Row.of(f"in the set: precision at {n}", whose, float((together <= n).mean()))
        yield Row.of("in the set: MRR", whose, float((1 / together).mean()))


def set_scores(replier: Replier, e: Exchange, own: Sequence[Response]) -> Floats:
    """(n,) the log-chance of each reply of a language."""
    if not replier.knows_when:
        return np.asarray(replier.reply_logs(e.message, own), np.float64)
    chances = replier.outlook(e.message, e.context, own[0].language).chances
    manner = replier.manner
    scores = manner.usualness * np.log([max(r.weight, 1e-6) for r in own])
    scores = scores + manner.closeness * replier.agreement(e.message, own)
    return np.asarray(_within(scores, own) + np.log([max(chances.get(r.intent, 0.0), 1e-9) for r in own]))


def _within(scores: Floats, own: Sequence[Response]) -> Floats:
    """Scores as log-chances among the replies of one's intent."""
    totals = _totals(scores, own)
    return np.asarray(scores - np.array([totals[r.intent] for r in own]))


def _totals(scores: Floats, own: Sequence[Response]) -> dict[str, float]:
    totals = dict[str, float]()
    for r, score in zip(own, scores, strict=True):
        totals[r.intent] = float(np.logaddexp(totals.get(r.intent, -np.inf), score))
    return totals
