"""Builds the lines that songs are made of: python -m aoede.learning.song_lines DATA OUT_FOLDER --minilm WHEEL ...

The shipped writers go on with beginnings that this project wrote (`tools/beginnings_en.tsv`, `_zh.tsv`), and in
Chinese write phrases of their own; a judge that was fitted to marks tells the better ones, a reader keeps or refuses
each (`tools/line_readings_en.tsv`, `_zh.tsv`), and no line that stands in the training text stays. `presets/lines.md`
says what came out. What the writers wrote is kept in --cache between builds.
"""

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from aoede.formats.files import write_whole
from aoede.learning import song_lines_en, song_lines_zh
from aoede.learning.checkpoint import to_bytes
from aoede.learning.line_sources import Built, Candidate, Sources
from aoede.learning.mood_columns import WordVectors
from aoede.learning.sentence_vectors import SentenceEncoder
from aoede.mood.request import mood_of
from aoede.words.line_pool import N_NEAR, N_WORDS, Row, to_tensors
from aoede.words.rhyme import end_of
from aoede.words.syllables import syllables_of
from aoede.words.verbatim import Index

MOST_VERBATIM = (
    25  # characters that a line may share with the training text; in Chinese its own length less one
)
LEAST_NEARNESS = 0.3  # cosine


def chosen(
    candidates: Sequence[Candidate],
    *,
    sizes: Mapping[int, int],
    least: float,
    per_end: int,
    per_beginning: int,
) -> list[Candidate]:
    """The best lines of each number of syllables, up to `sizes` of them, of at least these log-odds, none twice.

    Of one length and last word there are at most `per_end`, of one beginning `per_beginning`.
    """
    ends: Counter[tuple[str, int]] = Counter()
    beginnings: Counter[str] = Counter()
    lengths: Counter[int] = Counter()
    kept: list[Candidate] = []
    seen: set[str] = set()
    for candidate in sorted(candidates, key=lambda c: (-c.log_odds, c.text)):
        if candidate.log_odds < least:
            break
        end, n = end_of(candidate.text), len(syllables_of(candidate.text))
        plain = candidate.text.casefold()
        if end is None or plain in seen or ends[end.word, n] == per_end or lengths[n] >= sizes.get(n, 0):
            continue
        if candidate.beginning and beginnings[candidate.beginning] == per_beginning:
            continue
        ends[end.word, n] += 1
        beginnings[candidate.beginning] += 1
        lengths[n] += 1
        seen.add(plain)
        kept.append(candidate)
    return kept


def novel(candidates: Sequence[Candidate], indexes: Sequence[Index]) -> list[Candidate]:
    """Those that share no long passage with a training text, and do not stand in one whole."""
    left = list(candidates)
    for index in indexes:
        most = 10**6 if index.is_han else MOST_VERBATIM
        found = index.matches_of([candidate.text for candidate in left])
        left = [
            candidate
            for candidate, match in zip(left, found, strict=True)
            if not len(match.lengths) or match.lengths.max() < min(most, len(match.lengths))
        ]
    return left


def rows_of(candidates: Sequence[Candidate], built: Built) -> list[Row]:
    """The lines with all that the pool tells of them."""
    beginnings = {text: i + 1 for i, text in enumerate(sorted({c.beginning for c in candidates} - {""}))}
    rows = []
    for candidate in candidates:
        end = end_of(candidate.text)
        assert end is not None
        mood = mood_of(candidate.text)
        stress = "".join(str(s.stress) for s in syllables_of(candidate.text))
        words = tuple(dict.fromkeys(built.content(candidate.text)))[-N_WORDS:]
        rows.append(
            Row(
                candidate.text,
                candidate.kind,
                beginnings.get(candidate.beginning, 0),
                built.voice(candidate.text),
                mood.valence,
                mood.arousal,
                candidate.log_odds,
                stress,
                end.rhyme,
                words,
            )
        )
    return rows


def neighbours(
    keys: Mapping[str, np.ndarray[Any, Any]], vocabulary: Mapping[str, np.ndarray[Any, Any]]
) -> dict[str, list[tuple[str, float]]]:
    """Of each key the words of the vocabulary nearest in meaning, itself first where it is among them."""
    words = sorted(vocabulary)
    matrix = np.stack([vocabulary[word] for word in words])
    centre = matrix.mean(axis=0)
    unit = (matrix - centre) / np.linalg.norm(matrix - centre, axis=1, keepdims=True)
    found = {}
    for key, vector in keys.items():
        cosines = unit @ ((vector - centre) / (np.linalg.norm(vector - centre) + 1e-9))
        best = np.argsort(-cosines, kind="stable")[:N_NEAR]
        near = [(words[i], float(cosines[i])) for i in best if cosines[i] >= LEAST_NEARNESS]
        if near:
            found[key] = near
    return found


def packed(language: str, made: Built) -> tuple[bytes, str]:
    """The pool of a language as a file, and a line about it."""
    picked = chosen(novel(made.candidates, made.indexes), **made.limits)
    rows = rows_of(picked, made)
    words = sorted({word for row in rows for word in row.words})
    near = neighbours(made.keys, made.vectors_of(words))
    about = {
        "family": "table",
        "encoding": {"name": "words"},
        "kind": f"lines for songs in {'English' if language == 'en' else 'Chinese'}",
        "licence": "public domain and MIT texts; see presets/lines.md",
        "writers": made.writers,
        "judge": {"auc": round(made.judge.auc, 4), "kept_of_best_three_tenths": round(made.judge.share, 4)},
        "n_kept": len(made.candidates),
    }
    told = (
        f"{language}: {len(rows):,} lines of {len(made.candidates):,} that a reader kept, {len(words):,} words, "
        f"{len(near):,} keys; judge AUC {made.judge.auc:.3f}, {made.judge.share:.2f} kept of its best"
    )
    return to_bytes(to_tensors(rows, near), about), told


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m aoede.learning.song_lines", description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("languages", nargs="*", default=["en", "zh"])
    parser.add_argument("--minilm", type=Path, required=True, help="wheel or folder of all-MiniLM-L6-v2")
    parser.add_argument("--unihan", type=Path, required=True, help="Unihan_Readings.txt or .txt.bz2")
    parser.add_argument("--tools", type=Path, default=Path("tools"))
    parser.add_argument("--cache", type=Path, default=Path("build/lines"))
    parser.add_argument(
        "--vectors", type=Path, default=Path("build/mood_vectors"), help="MiniLM vectors, kept"
    )
    parser.add_argument(
        "--unread", type=Path, help="folder for lines that nobody has read yet, the best first"
    )
    asked = parser.parse_args()
    vectors = WordVectors(SentenceEncoder(asked.minilm), asked.vectors)
    sources = Sources(asked.data, asked.tools, asked.cache, asked.unihan, vectors)
    for language in asked.languages:
        made = {"en": song_lines_en.built, "zh": song_lines_zh.built}[language](sources)
        if asked.unread:
            texts = [line.text for line in sorted(made.unread, key=lambda line: -line.log_odds)]
            write_whole(asked.unread / f"unread_{language}.txt", "\n".join(texts).encode(), force=True)
        content, told = packed(language, made)
        write_whole(asked.out / f"lines_{language}.safetensors", content, force=True)
        print(f"{told}; {len(content):,} bytes")


if __name__ == "__main__":
    main()
