"""Builds the shipped mood tables: `python -m aoede.learning.mood_table DATA OUT --minilm WHEEL ...`.

English: a kernel ridge on MiniLM vectors of the word (bare and in "a song that feels ...", several layers) and on the
VADER lexicon, fitted to the Glasgow norms; words that people rated keep their ratings. Chinese: `mood_table_zh`.
`presets/mood.md` says what came out.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from aoede.formats.files import write_whole
from aoede.learning import mood_sources as sources
from aoede.learning.mood_columns import Ratings, Scale, WordVectors, pack
from aoede.learning.mood_regression import (
    Doubles,
    Floats,
    fit,
    folds_of,
    gaussian_kernel,
    linear_ridge,
    pearson,
)
from aoede.learning.mood_table_zh import ChineseInputs, chinese_table
from aoede.learning.sentence_vectors import SentenceEncoder
from aoede.mood.feelings import FEELINGS, NAMED_BY

KERNEL_RATE = 0.4
NOISE = 0.3
VADER_PENALTY = 30.0
FEELING_TEMPERATURE, FEELING_WIDTH = 0.05, 0.45


class EnglishModel:
    """word or phrase -> raw valence and arousal (1..9) with sd."""

    def __init__(
        self, vectors: WordVectors, rated: Mapping[str, sources.Rated], vader: Mapping[str, float]
    ) -> None:
        self.vectors, self.vader = vectors, vader
        self.words = sorted(rated)
        plain = vectors.joined(self.words)
        self.centre = plain.mean(axis=0)
        self.size = float(np.sqrt(((plain - self.centre) ** 2).sum(axis=1).mean()))
        self._fit_vader()
        self.inputs = self._inputs(self.words)
        targets = np.array([[rated[word].valence, rated[word].arousal] for word in self.words])
        folds = folds_of([stem(word) for word in self.words])
        self.regression, held_out = fit(self._kernel(self.inputs, self.inputs), targets, NOISE, folds)
        self.targets, self.held_out = targets, held_out
        self.r = (pearson(held_out[:, 0], targets[:, 0]), pearson(held_out[:, 1], targets[:, 1]))

    def predict(self, words: Sequence[str], chunk: int = 2000) -> tuple[Doubles, Doubles]:
        """(values, sd), both (M, 2). Values are drawn out by 1/sqrt(r) to undo half of the shrinkage of a ridge."""
        parts = [self._predict_some(words[start : start + chunk]) for start in range(0, len(words), chunk)]
        values, sd = (np.concatenate(column) for column in zip(*parts, strict=True))
        mean = self.regression.mean
        return np.clip(mean + (values - mean) / np.sqrt(self.r), 1, 9), sd

    def _predict_some(self, words: Sequence[str]) -> tuple[Doubles, Doubles]:
        return self.regression.predict(self._kernel(self._inputs(words), self.inputs))

    def _standard(self, words: Sequence[str]) -> Floats:
        scaled: Floats = (self.vectors.joined(words) - self.centre) / self.size
        return scaled

    def _fit_vader(self) -> None:
        """Ridges from vectors to VADER's valence, one a fold, so that no word's guess has seen its own label."""
        words = sorted(self.vader)
        x, y = self._standard(words).astype(np.float64), np.array([self.vader[word] for word in words])
        folds = folds_of([stem(word) for word in words], seed=1)
        self.vader_ridges = [
            linear_ridge(x[folds != fold], y[folds != fold], VADER_PENALTY) for fold in range(10)
        ]
        self.vader_fold = dict(zip(words, folds.tolist(), strict=True))

    def _inputs(self, words: Sequence[str]) -> tuple[Floats, Floats]:
        """(vectors, VADER part): half of VADER's valence, whether it is there, half of the guess at it."""
        x = self._standard(words)
        known = np.array([word in self.vader for word in words])
        said = np.array([self.vader.get(word, 0.0) for word in words])
        return x, np.stack([said / 2, known, self._guess(x, words) / 2], axis=1).astype(np.float32)

    def vader_guess(self, texts: Sequence[str]) -> Doubles:
        """VADER's valence (-4..4) as the vectors of any text suggest it; no norms take part."""
        return self._guess(self._standard(texts), texts)

    def _guess(self, x: Floats, words: Sequence[str]) -> Doubles:
        guesses = np.stack([x @ weights + mean for weights, mean in self.vader_ridges], axis=1).astype(
            np.float64
        )
        guess: Doubles = guesses.mean(axis=1)
        for row, word in enumerate(words):
            if word in self.vader_fold:
                guess[row] = guesses[row, self.vader_fold[word]]
        return guess

    @staticmethod
    def _kernel(a: tuple[Floats, Floats], b: tuple[Floats, Floats]) -> Floats:
        kernel: Floats = gaussian_kernel(a[0], b[0], KERNEL_RATE) * gaussian_kernel(a[1], b[1], KERNEL_RATE)
        return kernel


def stem(word: str) -> str:
    """A rough family of a word, so that "hope", "hopeful" and "hopeless" stay in one fold."""
    return word if len(word) <= 5 else word[:5]


def english_ratings(model: EnglishModel, rated: Mapping[str, sources.Rated], words: Sequence[str],
                    phrases: Mapping[str, tuple[str, ...]]) -> Ratings:  # fmt: skip
    """People's ratings where there are any, else the mean of a phrase's glosses, else the model's."""
    every = sorted(set(words) | set(rated) | {gloss for parts in phrases.values() for gloss in parts})
    values, sd = model.predict(every)
    people = np.array([word in rated for word in every])
    for row in np.flatnonzero(people):
        own = rated[every[row]]
        values[row], sd[row] = (own.valence, own.arousal), (own.valence_error, own.arousal_error)
    rows = {word: row for row, word in enumerate(every)}
    names = sorted(set(words) | set(rated) | set(phrases))
    values, sd = _by_gloss(names, phrases, rows, values, sd)
    rated_by = np.array([int(name in rated and name not in phrases) for name in names])
    return Ratings(names, values[:, 0], values[:, 1], sd[:, 0], sd[:, 1], rated_by)


def _by_gloss(names: Sequence[str], phrases: Mapping[str, tuple[str, ...]], rows: Mapping[str, int],
              values: Doubles, sd: Doubles) -> tuple[Doubles, Doubles]:  # fmt: skip
    chosen = [[rows[part] for part in phrases.get(name, (name,))] for name in names]
    means = np.stack([values[part].mean(axis=0) for part in chosen])
    errors = np.stack([sd[part].mean(axis=0) for part in chosen])
    return means, errors


def feelings_of(
    vectors: WordVectors, words: Sequence[str], valence: Doubles, arousal: Doubles
) -> tuple[Doubles, Doubles]:
    """(1 + index of the nearest feeling or 0, weight 0..1) by meaning and by distance in the plane.

    Score: cosine of the last-layer vectors in "a song that feels ..." to the mean of the words that name the feeling,
    less the squared distance of the points; the weight is the softmax's share times the strength of the word.
    """
    template = "a song that feels {}"
    prototypes = np.stack(
        [vectors.of(list(f.english), template, (2, 4, 6))[:, -384:].mean(axis=0) for f in FEELINGS.values()]
    )
    prototypes /= np.linalg.norm(prototypes, axis=1, keepdims=True)
    cosines = vectors.of(words, template, (2, 4, 6))[:, -384:] @ prototypes.T
    points = np.array([[f.valence, f.arousal] for f in FEELINGS.values()])
    squares = (valence[:, None] - points[:, 0]) ** 2 + (arousal[:, None] - points[:, 1]) ** 2
    scores = cosines / FEELING_TEMPERATURE - squares / (2 * FEELING_WIDTH**2)
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares = scores / scores.sum(axis=1, keepdims=True)
    best = shares.argmax(axis=1)
    strength = np.clip(np.hypot(valence, arousal) / 0.6, 0, 1)
    weight = np.clip(0.9 * shares[np.arange(len(words)), best] * strength, 0, 0.9)
    ids = list(FEELINGS)
    for row, word in enumerate(words):
        if word in NAMED_BY:
            best[row], weight[row] = ids.index(NAMED_BY[word]), 1.0
    return np.where(weight > 0.12, best + 1.0, 0.0), np.where(weight > 0.12, weight, 0.0)


def build(data: Path, out: Path, *, minilm: Path, word_lists: Sequence[Path], phrases: Path, glosses: Path,
          jieba: Path, unihan: Path, cache: Path) -> dict[str, float]:  # fmt: skip
    """Writes mood_en.safetensors and mood_zh.safetensors into `out`; returns the held-out correlations."""
    vectors = WordVectors(SentenceEncoder(minilm), cache)
    rated, vader = sources.glasgow(data), sources.vader(data)
    model = EnglishModel(vectors, rated, vader)
    meanings = sources.glosses(phrases)
    chinese = ChineseInputs.read(data, glosses, jieba, unihan)
    words = sources.english_vocabulary(data, word_lists, must=[*rated, *vader])
    named = {word for feeling in FEELINGS.values() for word in feeling.english}
    english = english_ratings(model, rated, sorted({*words, *named, *chinese.gloss_words()}), meanings)
    scale = Scale.of(model.targets[:, 0], model.targets[:, 1])
    feeling, weight = feelings_of(vectors, english.words, *scale.apply(english.valence, english.arousal))
    packed, figures = chinese_table(chinese, vectors, model.vader_guess, english, scale, (feeling, weight))
    figures |= {"en_valence": model.r[0], "en_arousal": model.r[1], **_net_figure(model, scale)}
    none = np.zeros(len(english.words))
    held_out = {name: round(value, 4) for name, value in figures.items()}
    data_en = pack(english, scale, feeling, weight, none, {"language": "en", "held_out": held_out}, {})
    write_whole(out / "mood_en.safetensors", data_en, force=True)
    write_whole(out / "mood_zh.safetensors", packed, force=True)
    return figures


def _net_figure(model: EnglishModel, scale: Scale) -> dict[str, float]:
    """Held-out correlations of the shipped columns (drawn out; arousal less most of valence) with the raw norms."""
    values = model.regression.mean + (model.held_out - model.regression.mean) / np.sqrt(model.r)
    shipped = scale.apply(values[:, 0], values[:, 1])
    return {f"en_{axis}_as_shipped": pearson(shipped[column], model.targets[:, column])
            for column, axis in enumerate(("valence", "arousal"))}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m aoede.learning.mood_table", description=__doc__)
    parser.add_argument("data", type=Path, help="the research data folder")
    parser.add_argument("out", type=Path, help="where the two tables go")
    parser.add_argument("--minilm", type=Path, required=True, help="wheel or folder of all-MiniLM-L6-v2")
    parser.add_argument(
        "--word-lists", type=Path, nargs="+", required=True, help="SCOWL lists, one word a line"
    )
    parser.add_argument("--jieba", type=Path, required=True, help="jieba's dict.txt")
    parser.add_argument("--unihan", type=Path, required=True, help="Unihan_Readings.txt or .txt.bz2")
    parser.add_argument("--phrases", type=Path, default=Path("tools/phrases_en.tsv"))
    parser.add_argument("--glosses", type=Path, default=Path("tools/gloss_zh.tsv"))
    parser.add_argument(
        "--cache", type=Path, default=Path("mood_vectors"), help="MiniLM vectors kept between builds"
    )
    figures = build(**vars(parser.parse_args(arguments)))
    print("\n".join(f"{name}\t{value:.4f}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
