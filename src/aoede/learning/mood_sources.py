"""The lists that the mood tables are built from, read from the data folder: ratings, vocabularies, glosses."""

import bz2
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from aoede.errors import InputError

WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
HAN_WORD = re.compile(r"[\u3400-\u9fff]+")
# Running text under PD or BSD in which English words are counted.
_TEXTS = (
    "text_tinyshakespeare",
    "text_shakespeare_plays",
    "text_nietzsche",
    "poems_en",
    "lyrics_en_pd",
    "dialogs_en_selfdialogue",
    "dialogs_en_chatterbot",
)
_CORPORA = {"humans_moods": "moods", "words_encouraging_words": "encouraging_words", "words_adjs": "adjs",
            "words_nouns": "nouns", "words_interjections": "interjections"}  # fmt: skip


@dataclass(frozen=True)
class Rated:
    """Human ratings on the scale 1..9: means and the standard errors of the means; `sources` for a projected word."""

    valence: float
    arousal: float
    valence_error: float
    arousal_error: float
    sources: tuple[str, ...] = ()


def _rows(path: Path) -> list[dict[str, str]]:
    lines = path.read_text("utf-8").splitlines()
    if not lines:
        raise InputError("this table is empty", where=str(path))
    names = lines[0].split("\t")
    return [dict(zip(names, line.split("\t"), strict=True)) for line in lines[1:]]


def glasgow(data: Path, n_raters: float = 33.0) -> dict[str, Rated]:
    """Word -> rating. A homograph without a rating of its bare form gets the mean of its senses ("aim (target)")."""
    senses: dict[str, list[Rated]] = {}
    bare: dict[str, Rated] = {}
    for row in _rows(data / "lexicon_en_vad_glasgow" / "vad.tsv"):
        errors = (float(row["valence_sd"]) / n_raters**0.5, float(row["arousal_sd"]) / n_raters**0.5)
        rated = Rated(float(row["valence"]), float(row["arousal"]), *errors)
        word, _, sense = row["word"].lower().partition(" (")
        if sense:
            senses.setdefault(word, []).append(rated)
        else:
            bare[word] = rated
    return {word: _mean(ratings) for word, ratings in senses.items()} | bare


def _mean(ratings: list[Rated]) -> Rated:
    n = len(ratings)
    return Rated(
        sum(r.valence for r in ratings) / n,
        sum(r.arousal for r in ratings) / n,
        max(r.valence_error for r in ratings),
        max(r.arousal_error for r in ratings),
    )


def vader(data: Path) -> dict[str, float]:
    """Token of letters -> mean valence, -4..4 (ten raters)."""
    rows = _rows(data / "lexicon_en_valence_vader" / "vader.tsv")
    return {
        row["token"].lower(): float(row["valence"]) for row in rows if WORD.fullmatch(row["token"].lower())
    }


def chinese_projected(data: Path) -> dict[str, Rated]:
    """Chinese word -> the rating of the English words it translates, which stand in `sources`."""
    return {
        row["word"]: Rated(
            float(row["valence"]),
            float(row["arousal"]),
            0.5,  # no raters of its own: a translation, some of them wrong
            0.5,
            tuple(part.strip().lower() for part in row["english"].split(",")),
        )
        for row in _rows(data / "lexicon_zh_vad_derived" / "vad.tsv")
    }


def glosses(path: Path) -> dict[str, tuple[str, ...]]:
    """word -> English gloss words, from a table with columns (word, gloss)."""
    lines = path.read_text("utf-8").splitlines()[1:]
    pairs = (line.split("\t") for line in lines)
    return {word: tuple(part.strip() for part in gloss.split(",")) for word, gloss in pairs}


def english_vocabulary(data: Path, word_lists: Iterable[Path], must: Iterable[str]) -> list[str]:
    """The words to rate: dictionary words, rated words, frequent words of the texts; rare inflections left out."""
    lower, capital = _counts(data)
    spelled = {
        word
        for path in word_lists
        for word in path.read_text("utf-8").split()
        if re.fullmatch("[a-z]+", word)
    }
    spoken = _cmudict(data)
    frequent = {word for word in spoken if lower[word] >= 3 and lower[word] > capital[word]}
    kept = set(must) | spelled | frequent | _corpora(data)
    rare = {word for word in kept - set(must) if lower[word] < 2 and _is_inflected(word, kept)}
    return sorted(kept - rare)


def _counts(data: Path) -> tuple[Counter[str], Counter[str]]:
    """How often each word is written small, and with a capital."""
    lower: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for folder in _TEXTS:
        for path in sorted((data / folder).rglob("*")):
            if path.suffix in {".txt", ".tsv", ".jsonl", ".json", ".csv"}:
                for word in re.findall(r"[A-Za-z]+(?:['’][a-z]+)?", path.read_text("utf-8", "ignore")):
                    (lower if word[0].islower() else capital)[word.lower().replace("’", "'")] += 1
    return lower, capital


def _cmudict(data: Path) -> set[str]:
    lines = (data / "lexicon_en_cmudict" / "cmudict.dict").read_text("utf-8").splitlines()
    entries = (re.sub(r"\(\d\)$", "", line.split(" ", 1)[0]) for line in lines)
    return {entry for entry in entries if WORD.fullmatch(entry)}


def _corpora(data: Path) -> set[str]:
    found: set[str] = set()
    for file, key in _CORPORA.items():
        words = json.loads((data / "words_corpora" / f"{file}.json").read_text("utf-8"))[key]
        found |= {word.lower() for word in words if re.fullmatch("[A-Za-z]+", word)}
    return found


def _is_inflected(word: str, known: set[str]) -> bool:
    stems = [word.removesuffix(ending) + new for ending, new in
             (("s", ""), ("es", ""), ("ies", "y"), ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e"))
             if word.endswith(ending)]  # fmt: skip
    return any(len(stem) > 2 and stem in known for stem in stems)


def character_glosses(unihan: Path) -> dict[str, str]:
    """Character -> its first meanings, from kDefinition of Unihan_Readings.txt or .txt.bz2."""
    open_text = bz2.open if unihan.suffix == ".bz2" else open
    found: dict[str, str] = {}
    with open_text(unihan, "rt", encoding="utf-8") as lines:
        for line in lines:
            if "\tkDefinition\t" in line:
                code, _, text = line.rstrip("\n").split("\t")
                plain = re.sub(r"\([^)]*\)", "", text)
                parts = [part.strip() for part in re.split("[;,]", plain) if part.strip()]
                found[chr(int(code[2:], 16))] = ", ".join(parts[:5]) or text
    return found


def chinese_frequencies(path: Path) -> dict[str, int]:
    """Word -> occurrences, of the words of a jieba dictionary that consist of Chinese characters."""
    entries = (line.split(" ") for line in path.read_text("utf-8").splitlines())
    return {entry[0]: int(entry[1]) for entry in entries if HAN_WORD.fullmatch(entry[0])}


def script_pairs(data: Path) -> dict[str, str]:
    """Traditional -> simplified characters, where the traditional form is not also a simplified one."""
    pairs = (
        line.split("\t")
        for line in (data / "lexicon_zh_opencc" / "TSCharacters.txt").read_text("utf-8").splitlines()
        if "\t" in line
    )
    return {old: new.split(" ")[0] for old, new in pairs if len(old) == 1 and old not in new.split(" ")}
