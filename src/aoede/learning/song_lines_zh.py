"""The Chinese lines of songs: this project's beginnings with the words that make sense after them, as likely as the
writer `ci` finds them, and phrases of its own."""

import hashlib
import json
import re
from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from aoede.learning.line_judge import ChineseKnowledge, Floats, Judge
from aoede.learning.line_sources import SEED, Built, Candidate, Sources, Vectors
from aoede.learning.line_writing import (
    Manner,
    Written,
    block_stream,
    costs,
    kept,
    phrases,
    shipped,
)
from aoede.learning.mood_sources import character_glosses, glosses
from aoede.mood.tokens import normalised, tokens_of
from aoede.mood.vectors import table as mood_table
from aoede.words.line_pool import MAIN, SAYS_I, SAYS_WE

WRITER = "ci"
BLOCK = 1024  # lines that are weighed together
FREE_TEMPERATURES, N_FREE, N_TEXTS, LENGTH = (
    (0.65, 0.8),
    8,
    384,
    64,
)  # blocks of texts, and characters of each
MOST_REST, LEAST_LINE, MOST_LINE, LEAST_PHRASE = 5, 3, 8, 4  # characters
BEGUN = 1.2  # log-odds by which lines with a beginning of today are preferred
LAYERS = (2, 4, 6)  # of MiniLM for the meanings of characters, and
WORD_LAYERS = (0, 2, 4, 6)  # for English words, as the mood tables have them; the last is used
LIMITS = {
    "sizes": {3: 200, 4: 1_800, 5: 2_400, 6: 2_400, 7: 2_400, 8: 600},
    "least": -4.0,
    "per_end": 90,
    "per_beginning": 40,
}
_STOPS = "，。、！？；\n"
_CLAUSES = re.compile(f"[{_STOPS}：\\s]+")
_SMALL = frozenset(
    "的了在与如是就被把向为有何人不更又也都和我你他她它们这那谁一个着过来去里上下中到从还却只将"
)
_NOT_SEEN = (
    "当 像 而 看 走 如果 何处 何时 何事 不知 不见 多少 一点 一番 每 说 听 曾 后 前 等 时 似 得 处 无 别 "
    "会 让 请 只要 带 就算 能 再也 "
    "从此 化作 便是 正是 自有 惟有 如此 如今 已 未 再 否 许 落 吹 满 开 没有 还是 就是 都是 也是 总是 "
    "尚有 不是 只有 什么 怎么 分付 一片 "
    "一枝 一天 一年 一次 一声 一个 这样 那边 带着 走过 落下 留下 等到 直到 终 很 几许 几度 几时 几番 许多 "
    "十分 依旧 试问 问 知 谁知 谁家"
)
_NO_IMAGES = frozenset(_NOT_SEEN.split())  # words that show nothing
_PRONOUNS = ("我们", "咱们")


def built(sources: Sources) -> Built:
    """The Chinese lines, judged."""
    texts = [json.loads(line)["text"] for path in sorted((sources.data / "lyrics_zh_songci").glob("*.jsonl"))
             for line in path.read_text("utf-8").splitlines()]  # fmt: skip
    beginnings = sources.beginnings("zh")
    knows = ChineseKnowledge(
        ["".join(filter(str.isalpha, line)) for text in texts for line in text.split("\n")]
    )
    every = _different(_written(sources, list(beginnings)))
    features = np.array([knows.features(one) for one in every])
    marked, marks = _marked(sources, knows, list(beginnings))
    judge = Judge.fit(features, marked, marks, block_stream(SEED, "zh", "folds"))
    told = judge.log_odds(features)
    read = sources.readings("zh")
    clauses = {part for text in texts for part in _CLAUSES.split(text)}  # held-out texts among them
    candidates = [
        Candidate(
            w.text, w.beginning, beginnings.get(w.beginning, MAIN), float(odds) + BEGUN * bool(w.beginning)
        )
        for w, odds in zip(every, told, strict=True)
        if read.get(w.text, True) and w.text not in clauses
    ]
    writer = shipped(WRITER)
    meanings = _Meanings(sources)
    words = [word for word in mood_table("zh").words if word in meanings.glosses]
    words += [sign for sign in meanings.defined if sign in mood_table("zh")]
    kept_, unread = ([c for c in candidates if (c.text in read) == is_read] for is_read in (True, False))
    return Built(
        kept_, unread, judge, [writer.index] if writer.index is not None else [], content, voice,
        meanings.of(sorted(set(words))), meanings.of, {WRITER: writer.sha256[:16]}, LIMITS,
    )  # fmt: skip


def _written(sources: Sources, beginnings: Sequence[str]) -> list[Written]:
    """What the writer made, from the cache as far as it goes."""
    made = _framed(sources, beginnings)
    for temperature in FREE_TEMPERATURES:
        for k in range(N_FREE):

            def write(temperature: float = temperature, k: int = k) -> list[Written]:
                rng = block_stream(SEED, "zh", "free", str(temperature), k)
                return list(
                    phrases(shipped(WRITER), n=N_TEXTS, length=LENGTH, temperature=temperature, rng=rng)
                )

            made += kept(sources.cache, f"zh-free-{temperature}-{k}", write)
    return made


def _framed(sources: Sources, beginnings: Sequence[str]) -> list[Written]:
    """The beginnings with every word that makes sense after them, and what the writer would have paid for it."""
    frames = sources.frames("zh")
    framed = ((head, rest) for head in beginnings for rest in frames.endings(head) if rest not in head)
    kept_lines = (line for line, may_be_sung in sources.readings("zh").items() if may_be_sung)
    read = (pair for line in kept_lines if (pair := _cut(line, beginnings)))
    pairs = [pair for pair in dict.fromkeys((*framed, *read)) if len("".join(pair)) <= MOST_LINE]
    made: list[Written] = []
    for at in range(0, len(pairs), BLOCK):
        block = pairs[at : at + BLOCK]
        name = hashlib.sha256("".join(map("".join, block)).encode()).hexdigest()[:12]
        made += kept(sources.cache, f"zh-framed-{name}", partial(costs, shipped(WRITER), block, manner()))
    return made


def _cut(line: str, beginnings: Sequence[str]) -> tuple[str, str] | None:
    """A line as the longest beginning that it has, and the rest; None for a phrase of the writer's own."""
    heads = [head for head in beginnings if line.startswith(head) and line != head]
    head = max(heads, key=len, default="")
    return (head, line[len(head) :]) if head else None


def manner() -> Manner:
    """How the writer writes a Chinese line: as a phrase."""
    return Manner("。", _STOPS, None, MOST_REST + 2)


def _different(written: Sequence[Written]) -> list[Written]:
    """Lines that can be sung, each once."""
    found_: dict[str, Written] = {}
    for one in written:
        least, most = (LEAST_LINE, MOST_REST) if one.beginning else (LEAST_PHRASE, MOST_LINE)
        fits = least <= len(one.text) <= MOST_LINE and 1 <= len(one.rest) <= most
        if fits and one.text.isalpha():
            found_.setdefault(one.text, one)
    return list(found_.values())


def _marked(sources: Sources, knows: ChineseKnowledge, beginnings: Sequence[str]) -> tuple[Floats, Floats]:
    """(M, F) features of the marked lines, and (M,) their marks."""
    marks = sources.marks("zh")
    pairs = [_cut(line, beginnings) or ("", line) for line in marks]
    rows = [knows.features(one) for one in costs(shipped(WRITER), pairs, manner())]
    return np.array(rows), np.array(list(marks.values()), np.float64)


def content(line: str) -> list[str]:
    """The words that a line is about, as the mood table cuts it: none of the small ones."""
    tokens = [token.text for token in tokens_of(normalised(line)) if token.kind == "han"]
    return [text for text in tokens if not set(text) <= _SMALL and text not in _NO_IMAGES]


def voice(line: str) -> int:
    says_we = any(word in line for word in _PRONOUNS)
    return SAYS_WE * says_we + SAYS_I * ("我" in line and not says_we)


class _Meanings:
    """MiniLM vectors of Chinese words: of their English glosses, else the mean of their characters' definitions."""

    def __init__(self, sources: Sources) -> None:
        self.glosses = glosses(sources.tools / "gloss_zh.tsv")
        self.defined = character_glosses(sources.unihan)
        self._vectors = sources.vectors
        usual = sorted({sign for word in mood_table("zh").words for sign in word} & set(self.defined))
        every = sorted({part for parts in self.glosses.values() for part in parts})
        # Definitions and single words lie apart in the space of the model: both are moved to one middle.
        meant = self._rows([self.defined[sign] for sign in usual], LAYERS)
        self._shift = meant.mean(axis=0) - self._rows(every, WORD_LAYERS).mean(axis=0)

    def of(self, words: Sequence[str]) -> Vectors:
        glossed = sorted({part for word in words for part in self.glosses.get(word, ())})
        signs = sorted(
            {sign for word in words if word not in self.glosses for sign in word} & set(self.defined)
        )
        by_gloss = dict(zip(glossed, self._rows(glossed, WORD_LAYERS) + self._shift, strict=True))
        by_sign = dict(zip(signs, self._rows([self.defined[sign] for sign in signs], LAYERS), strict=True))
        found_ = {}
        for word in words:
            parts = [by_gloss[part] for part in self.glosses.get(word, ())]
            parts = parts or [by_sign[sign] for sign in word if sign in by_sign]
            if parts:
                found_[word] = np.mean(parts, axis=0)
        return found_

    def _rows(self, texts: Sequence[str], layers: tuple[int, ...]) -> NDArray[np.float32]:
        if not texts:
            return np.zeros((0, 384), np.float32)
        return self._vectors.of(texts, "{}", layers)[:, -384:]
