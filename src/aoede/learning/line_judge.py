"""Which written lines a reader would keep: a logistic regression on what is known of a line, fitted to marks.

The marks stand in `tools/line_marks_en.tsv` and `_zh.tsv` (1 kept, 0 not; 1,750 and 1,500 lines drawn from all over
what the writers wrote). English lines are known by a word trigram with Kneser-Ney smoothing, fitted to song texts,
poems and modern talk, by what goes with what in one line, and by the vector of the last word; Chinese lines by what
each character cost the writer and by pairs of characters in the ci.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from aoede.learning.line_writing import Written
from aoede.mood.tokens import normalised, tokens_of

Floats = NDArray[np.float64]

DISCOUNT = 0.75
PENALTY = 3.0  # of the squared weights of standardised features
N_ROUNDS = 40
N_FOLDS = 10
_SMALL = (
    "the a an of to and or but in on at by from with for that this my your his her our their its it is are was "
    "were be been i you he she we they me him them us not no so as than then there here all when where "
    "how who what which "
    "will would can could shall may must do does did has have had if"
)
SMALL = frozenset(_SMALL.split())
ARTICLES = frozenset(("the", "a", "an", "my", "your", "his", "her", "our", "their", "every", "this", "that"))
LEAST_NAMED = 0.5  # of the times that a word follows an article
_DULL = frozenset(("rest", "part", "place", "way", "same", "state", "thing", "main", "sight", "name"))
_DANGLING = frozenset("的了在与如是就被把向为有何人不更又")


class WordTrigram:
    """A trigram of words, interpolated, with discounting and Kneser-Ney counts below (Chen & Goodman 1999)."""

    def __init__(self, corpora: Sequence[tuple[Sequence[Sequence[str]], float]]) -> None:
        """`corpora`: lines of words, and how much one of them counts."""
        counts: dict[tuple[str, ...], float] = defaultdict(float)
        for lines, weight in corpora:
            for line in lines:
                padded = ["<", "<", *line, ">"]
                for i in range(2, len(padded)):
                    counts[tuple(padded[i - 2 : i + 1])] += weight
        self._counts: list[dict[tuple[str, ...], float]] = [{}, {}, {}, dict(counts)]
        for order in (2, 1):
            below: dict[tuple[str, ...], float] = defaultdict(float)
            for gram in self._counts[order + 1]:
                below[gram[1:]] += 1
            self._counts[order] = dict(below)
        self._totals: list[dict[tuple[str, ...], list[float]]] = []
        for table in self._counts:
            totals: dict[tuple[str, ...], list[float]] = defaultdict(lambda: [0.0, 0.0])
            for gram, count in table.items():
                totals[gram[:-1]][0] += count
                totals[gram[:-1]][1] += 1
            self._totals.append(dict(totals))
        self._floor = 1 / (1 + len(self._counts[1]))
        self._p = lru_cache(maxsize=1 << 17)(self._probability)

    def _probability(self, gram: tuple[str, ...]) -> float:
        if not gram:
            return self._floor
        total = self._totals[len(gram)].get(gram[:-1])
        below = self._p(gram[1:])
        if total is None:
            return below
        count = max(self._counts[len(gram)].get(gram, 0.0) - DISCOUNT, 0.0)
        return (count + DISCOUNT * total[1] * below) / total[0]

    def log_p(self, line: Sequence[str]) -> list[float]:
        """Of each word of a line and of its end."""
        padded = ["<", "<", *line, ">"]
        return [math.log(self._p(tuple(padded[i - 2 : i + 1]))) for i in range(2, len(padded))]


class EnglishKnowledge:
    """What is known of English lines. `old` are song texts and poems, `new` modern talk: lines of words."""

    def __init__(
        self,
        old: Sequence[Sequence[str]],
        songs: Sequence[Sequence[str]],
        new: Sequence[Sequence[str]],
        vectors: Mapping[str, NDArray[np.float32]],
    ) -> None:
        self.trigram = WordTrigram([(old, 1.0), (songs, 2.0), (new, 0.5)])
        self.old = Counter(word for lines in (old, songs) for line in lines for word in line)
        self.new = Counter(word for line in new for word in line)
        self.n = self.old.total() + self.new.total()
        self.vectors = vectors
        self.size = len(next(iter(vectors.values()))) if vectors else 0
        self._named, self._naming = _uses((old, songs, new))
        self._lines: Counter[str] = Counter()
        self._pairs: Counter[tuple[str, str]] = Counter()
        self._n_lines = 0
        for line in (*old, *songs, *new):
            inner = {word for word in line if word not in SMALL}
            self._n_lines += 1
            self._lines.update(inner)
            if len(inner) <= 14:
                self._pairs.update((a, b) for a in inner for b in inner if a < b)

    def surprise(self, line: Sequence[str]) -> list[float]:
        """How much likelier than by itself each word of a line is after those before it, in nats; then the end."""
        alone = [math.log((self.old[w] + self.new[w] + 1) / self.n) for w in line] + [math.log(1 / 7)]
        return [a - b for a, b in zip(self.trigram.log_p(line), alone, strict=True)]

    def together(self, words: Sequence[str], last: str) -> float:
        """How much oftener than by chance these words stand in a line with the last one, in nats, summed."""
        found = 0.0
        for word in set(words) - SMALL - {last}:
            both = self._pairs[min(word, last), max(word, last)] + 0.3
            chance = (self._lines[word] + 3) * (self._lines[last] + 3) / max(1, self._n_lines)
            found += max(-1.0, math.log(both / chance))
        return found

    def is_name(self, word: str) -> bool:
        """Whether a word may stand alone after an article: "the sea", not "the distant"."""
        return self._named[word] >= LEAST_NAMED * (self._named[word] + self._naming[word])

    def features(self, beginning: Sequence[str], rest: Sequence[str], nats: Sequence[float]) -> list[float]:
        """What the judge knows of a line: words of the beginning, of the rest (at least one), cost of the rest."""
        told = self.surprise([*beginning, *rest])[len(beginning) :]
        last = rest[-1]
        old, new = math.log(self.old[last] + 1), math.log(self.new[last] + 1)
        vector = self.vectors.get(last, np.zeros(self.size))
        context = [self.vectors[w] for w in beginning if w not in SMALL and w in self.vectors]
        return [
            len(rest), len(rest) ** 2 / 5, sum(w not in SMALL for w in rest), sum(w in SMALL for w in rest),
            sum(told) / len(told), min(told), told[-1], told[0], -sum(nats) / len(nats),
            float("and" in rest), float(last in SMALL), float(last in _DULL), old - new, old, new,
            float(any(w in beginning for w in rest if w not in SMALL)), float(beginning[-1] == "the"),
            float(len(rest) == 1), self.together(beginning, last), _cosine(context, vector),
            math.log((self._named[last] + 1) / (self._naming[last] + 1)), *vector.tolist(),
        ]  # fmt: skip


def _uses(corpora: Sequence[Sequence[Sequence[str]]]) -> tuple[Counter[str], Counter[str]]:
    """How often words end what an article begins ("the sea of"), and how often they stand before its end."""
    named: Counter[str] = Counter()
    naming: Counter[str] = Counter()
    for lines in corpora:
        for line in lines:
            for article, word, after in zip(line, line[1:], [*line[2:], ""], strict=False):
                if article in ARTICLES:
                    (named if not after or after in SMALL else naming)[word] += 1
    return named, naming


def _cosine(context: Sequence[NDArray[np.floating]], vector: NDArray[np.floating]) -> float:
    if not context:
        return 0.0
    mean = np.mean(context, axis=0)
    return float(mean @ vector / (np.linalg.norm(mean) * np.linalg.norm(vector) + 1e-6))


class ChineseKnowledge:
    """What is known of Chinese lines: how often characters stand side by side in `texts`."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.signs = Counter(sign for text in texts for sign in text)
        self.pairs = Counter(text[i : i + 2] for text in texts for i in range(len(text) - 1))
        self.n = self.signs.total()

    def features(self, written: Written) -> list[float]:
        """What the judge knows of a line."""
        text, begins = written.text, len(written.beginning)
        log_p = [-cost for cost in written.nats]
        bound = [self._bond(text[i : i + 2]) for i in range(max(0, begins - 1), len(text) - 1)] or [0.0]
        mean, bonds = sum(log_p) / len(log_p), sum(bound) / len(bound)
        rarest = min(math.log((self.signs[sign] + 1) / self.n) for sign in text)
        return [
            float(begins > 0), mean, min(log_p), log_p[-1], log_p[0], len(written.rest), len(text), bonds, min(bound),
            bound[0], float(text[-1] in _DANGLING), float(any(a == b for a, b in pairwise(text))),
            float(len(set(text)) < len(text)), rarest,
            float(begins > 0 and len(written.rest) == 1), mean * (begins > 0), bonds * (begins > 0),
            *_cuts(written.text, begins),
        ]  # fmt: skip

    def _bond(self, pair: str) -> float:
        """How much oftener than by chance two characters stand side by side, in nats."""
        return math.log(
            (self.pairs[pair] + 0.2) * self.n / ((self.signs[pair[0]] + 5) * (self.signs[pair[1]] + 5))
        )


def _cuts(line: str, begins: int) -> list[float]:
    """How the words lie: one across the end of the beginning, single characters after it, one at the end."""
    tokens = [token for token in tokens_of(normalised(line)) if token.kind == "han"]
    after = [token for token in tokens if token.end > begins]
    across = any(token.start < begins < token.end for token in tokens)
    n_single = sum(len(token.text) == 1 for token in after)
    return [
        float(across),
        n_single / max(1, len(after)),
        float(bool(after) and len(after[-1].text) == 1),
        len(after),
    ]


@dataclass(frozen=True)
class Judge:
    """Log-odds that a reader keeps a line; `auc`, `share` of held-out folds: area under the curve, kept of the best
    three tenths."""

    mean: Floats
    sd: Floats
    weights: Floats
    auc: float
    share: float

    @classmethod
    def fit(cls, every: Floats, marked: Floats, marks: Floats, rng: np.random.Generator) -> "Judge":
        """every: (N, F) features by which they are standardised; marked: (M, F) of the lines with marks (M,)."""
        mean, sd = every.mean(axis=0), every.std(axis=0) + 1e-6
        x = _with_one((marked - mean) / sd)
        fold = rng.permutation(len(marks)) % N_FOLDS
        told = np.zeros(len(marks))
        for k in range(N_FOLDS):
            told[fold == k] = x[fold == k] @ _logistic(x[fold != k], marks[fold != k])
        best = np.argsort(-told)[: max(1, 3 * len(marks) // 10)]
        return cls(mean, sd, _logistic(x, marks), _auc(told, marks), float(marks[best].mean()))

    def log_odds(self, features: Floats) -> Floats:
        return np.asarray(_with_one((features - self.mean) / self.sd) @ self.weights)


def _with_one(x: Floats) -> Floats:
    return np.concatenate([np.ones((len(x), 1)), x], axis=1)


def _logistic(x: Floats, y: Floats) -> Floats:
    """Weights of a logistic regression by Newton's method, all but the first drawn to nought."""
    penalty = np.diag([0.01, *[PENALTY] * (x.shape[1] - 1)])
    weights = np.zeros(x.shape[1])
    for _ in range(N_ROUNDS):
        p = 1 / (1 + np.exp(-x @ weights))
        curve = (x * (p * (1 - p))[:, None]).T @ x + penalty
        weights = weights + np.linalg.solve(curve, x.T @ (y - p) - penalty @ weights)
    return np.asarray(weights)


def _auc(told: Floats, marks: Floats) -> float:
    """How often a line with mark 1 is told higher than one with mark 0."""
    ranks = np.argsort(np.argsort(told)) + 1
    n = marks.sum()
    return float((ranks[marks == 1].sum() - n * (n + 1) / 2) / max(1.0, n * (len(marks) - n)))
