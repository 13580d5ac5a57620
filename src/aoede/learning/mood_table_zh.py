"""The Chinese half of the mood tables.

Words are rated through English: by the projected norms, by the project's own bilingual lexicon
(`tools/gloss_zh.tsv`, rated by the English table), and, for the frequent words of a dictionary, by a kernel ridge
over their characters: the mean of the MiniLM vectors of the characters' English definitions (Unihan), the valence
that VADER's words give to those, and the characters themselves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

import numpy as np

from aoede.learning import mood_sources as sources
from aoede.learning.mood_columns import MODEL, PEOPLE, TRANSLATION, Ratings, Scale, WordVectors, pack
from aoede.learning.mood_regression import (
    Doubles,
    Floats,
    cross_validate,
    fit,
    folds_of,
    gaussian_kernel,
    pearson,
)
from aoede.mood.feelings import FEELINGS, NAMED_BY

N_DICTIONARY_WORDS = 60_000  # the most frequent ones are shipped
LAYERS = (2, 4, 6)
NOISE = 0.8
KERNEL_RATE = 0.4
TONE_RATE = 0.15
CHARACTER_SHARE = 1 / 3  # of the kernel: the characters themselves; the rest is what they mean
GLOSSARY_FREQUENCY = 5000  # at least, so that the glossary's words stay whole (一个人, not 一个 人)
DEFAULT_FREQUENCY = 300  # of other rated words that the dictionary lacks

Guess = Callable[[Sequence[str]], Doubles]  # English texts -> valence


@dataclass(frozen=True)
class ChineseInputs:
    projected: Mapping[str, sources.Rated]
    glosses: Mapping[str, tuple[str, ...]]
    frequencies: Mapping[str, int]
    definitions: Mapping[str, str]
    scripts: Mapping[str, str]

    @classmethod
    def read(cls, data: Path, glosses: Path, jieba: Path, unihan: Path) -> "ChineseInputs":
        return cls(
            sources.chinese_projected(data),
            sources.glosses(glosses),
            sources.chinese_frequencies(jieba),
            sources.character_glosses(unihan),
            sources.script_pairs(data),
        )

    def gloss_words(self) -> set[str]:
        return {part for parts in self.glosses.values() for part in parts}

    def words(self) -> list[str]:
        by_frequency = sorted(self.frequencies, key=lambda word: (-self.frequencies[word], word))
        named = {word for feeling in FEELINGS.values() for word in feeling.chinese}
        return sorted({*self.projected, *self.glosses, *named, *by_frequency[:N_DICTIONARY_WORDS]})

    def frequency(self, word: str) -> float:
        """10 ln(1 + occurrences), the unit of the table."""
        counted = self.frequencies.get(word, DEFAULT_FREQUENCY if len(word) > 1 else 1)
        least = GLOSSARY_FREQUENCY if word in self.glosses and len(word) > 1 else 0
        return 10 * log(1 + max(counted, least))


class CharacterKernel:
    """How alike two words are: in the mean meaning of their characters, in the valence that VADER's words give to
    those meanings (mean, highest, lowest), and in the characters they share."""

    def __init__(
        self, inputs: ChineseInputs, vectors: WordVectors, guess: Guess, words: Sequence[str]
    ) -> None:
        characters = sorted({character for word in words for character in word})
        self.place = {character: index for index, character in enumerate(characters)}
        defined = [character for character in characters if character in inputs.definitions]
        rows = vectors.of([inputs.definitions[character] for character in defined], "{}", LAYERS)
        rows = rows - rows.mean(axis=0)
        self.meaning = np.zeros((len(characters), rows.shape[1]), np.float32)
        self.meaning[[self.place[character] for character in defined]] = rows
        self.tone = np.zeros(len(characters), np.float32)
        tones = guess([inputs.definitions[character] for character in defined])
        self.tone[[self.place[character] for character in defined]] = tones - tones.mean()
        self.size = 1.0
        self.size = float(np.sqrt((self._bag(words)[1] ** 2).sum(axis=1).mean()))

    def between(self, a: Sequence[str], b: Sequence[str]) -> Floats:
        """(len(a), len(b)); 1 for a word with itself."""
        (bag_a, mean_a), (bag_b, mean_b) = self._bag(a), self._bag(b)
        meaning = gaussian_kernel(mean_a, mean_b, KERNEL_RATE)
        meaning *= gaussian_kernel(self._tones(a), self._tones(b), TONE_RATE)
        kernel: Floats = (1 - CHARACTER_SHARE) * meaning + np.float32(CHARACTER_SHARE) * (bag_a @ bag_b.T)
        return kernel

    def _tones(self, words: Sequence[str]) -> Floats:
        tones = [self.tone[[self.place[character] for character in word]] for word in words]
        return np.array([(tone.mean(), tone.max(), tone.min()) for tone in tones], dtype=np.float32)

    def _bag(self, words: Sequence[str]) -> tuple[Floats, Floats]:
        """(which characters, rows of length 1; mean meaning of the characters)."""
        bag = np.zeros((len(words), len(self.place)), np.float32)
        for row, word in enumerate(words):
            bag[row, [self.place[character] for character in word]] = 1
        mean: Floats = (bag / bag.sum(axis=1, keepdims=True)) @ self.meaning / np.float32(self.size)
        bag /= np.linalg.norm(bag, axis=1, keepdims=True)
        return bag, mean


def families(words: Sequence[str], origins: Mapping[str, Sequence[str]]) -> list[str]:
    """For each word a name shared by all words that an English source word connects."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for word in words:
        for origin in origins.get(word, ()):
            parent[root(f"en {origin[:5] if len(origin) > 5 else origin}")] = root(word)
    return [root(word) for word in words]


def chinese_table(inputs: ChineseInputs, vectors: WordVectors, guess: Guess, english: Ratings, scale: Scale,
                  english_feelings: tuple[Doubles, Doubles]) -> tuple[bytes, dict[str, float]]:  # fmt: skip
    """(the packed table, the held-out correlations)."""
    words = inputs.words()
    kernel = CharacterKernel(inputs, vectors, guess, words)
    rated = _through_english(inputs, english)
    figures, predict = _fitted(inputs, kernel, rated)
    values, sd = predict(words)
    origin = np.zeros(len(words), dtype=np.int64)
    for row, word in enumerate(words):
        if word in rated:
            values[row], sd[row], origin[row] = rated[word].point, rated[word].sd, rated[word].origin
    ratings = Ratings(words, values[:, 0], values[:, 1], sd[:, 0], sd[:, 1], origin)
    feeling, weight = _feelings(inputs, words, english, english_feelings)
    frequency = np.array([inputs.frequency(word) for word in words])
    scripts = {name: np.frombuffer("".join(chars).encode(), np.uint8) for name, chars in
               (("traditional", inputs.scripts), ("simplified", inputs.scripts.values()))}  # fmt: skip
    return pack(ratings, scale, feeling, weight, frequency, {"language": "zh"}, scripts), figures


@dataclass(frozen=True)
class Translated:
    """Raw valence and arousal (1..9) and their sd, by way of English words."""

    point: tuple[float, float]
    sd: tuple[float, float]
    origin: int


def _through_english(inputs: ChineseInputs, english: Ratings) -> dict[str, Translated]:
    """The projected words and the glossary's; where a word is in both, the glossary counts two thirds."""
    rows = english.rows()
    found = {word: Translated((r.valence, r.arousal), (r.valence_error, r.arousal_error), TRANSLATION)
             for word, r in inputs.projected.items()}  # fmt: skip
    for word, parts in inputs.glosses.items():
        chosen = [rows[part] for part in parts]
        point = (float(english.valence[chosen].mean()), float(english.arousal[chosen].mean()))
        sd = (float(english.valence_sd[chosen].mean()) + 0.2, float(english.arousal_sd[chosen].mean()) + 0.2)
        if word in found:
            other = found[word].point
            point = ((2 * point[0] + other[0]) / 3, (2 * point[1] + other[1]) / 3)
        origin = TRANSLATION if (english.rated_by[chosen] == PEOPLE).all() else MODEL
        found[word] = Translated(point, sd, origin)
    return found


def _fitted(inputs: ChineseInputs, kernel: CharacterKernel, rated: Mapping[str, Translated]
            ) -> tuple[dict[str, float], Callable[[Sequence[str]], tuple[Doubles, Doubles]]]:  # fmt: skip
    """(held-out correlations on the projected words, the prediction from characters fitted to all rated words)."""
    own = sorted(inputs.projected)
    norms = np.array([[inputs.projected[w].valence, inputs.projected[w].arousal] for w in own])
    origins = {word: r.sources for word, r in inputs.projected.items()}
    alone = cross_validate(kernel.between(own, own), norms, NOISE, folds_of(families(own, origins)))
    words = sorted(rated)
    both = {word: (*origins.get(word, ()), *inputs.glosses.get(word, ())) for word in words}
    targets = np.array([_target(inputs, rated, word) for word in words])
    regression, held_out = fit(kernel.between(words, words), targets, NOISE, folds_of(families(words, both)))
    place = {word: row for row, word in enumerate(words)}
    joint = held_out[[place[word] for word in own]]
    figures = {f"zh_{axis}{kind}": pearson(values[:, column], norms[:, column])
               for kind, values in (("", alone), ("_with_glossary", joint))
               for column, axis in enumerate(("valence", "arousal"))}  # fmt: skip
    drawn_out = np.sqrt([figures["zh_valence_with_glossary"], figures["zh_arousal_with_glossary"]])

    def predict(some: Sequence[str]) -> tuple[Doubles, Doubles]:
        parts = [
            regression.predict(kernel.between(some[at : at + 2000], words))
            for at in range(0, len(some), 2000)
        ]
        values, sd = (np.concatenate(column) for column in zip(*parts, strict=True))
        return np.clip(regression.mean + (values - regression.mean) / drawn_out, 1, 9), sd

    return figures, predict


def _target(inputs: ChineseInputs, rated: Mapping[str, Translated], word: str) -> tuple[float, float]:
    own = inputs.projected.get(word)
    return (own.valence, own.arousal) if own else rated[word].point


def _feelings(inputs: ChineseInputs, words: Sequence[str], english: Ratings, english_feelings: tuple[Doubles, Doubles]
              ) -> tuple[Doubles, Doubles]:  # fmt: skip
    """A word that names a feeling has it; a translated word has the surest feeling of its English words."""
    rows, (feeling, weight) = english.rows(), english_feelings
    ids = list(FEELINGS)
    found, sure = np.zeros(len(words)), np.zeros(len(words))
    for row, word in enumerate(words):
        projected = inputs.projected[word].sources if word in inputs.projected else ()
        parts = [rows[part] for part in inputs.glosses.get(word, projected) if part in rows]
        if word in NAMED_BY:
            found[row], sure[row] = 1 + ids.index(NAMED_BY[word]), 1.0
        elif parts:
            best = max(parts, key=lambda part: (weight[part], -part))
            found[row], sure[row] = feeling[best], 0.9 * weight[best]
    return found, sure
