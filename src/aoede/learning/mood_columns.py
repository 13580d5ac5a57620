"""What both mood tables are made of: word vectors kept between builds, raw ratings, the scale, the packed file."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from aoede.learning.checkpoint import to_bytes
from aoede.learning.mood_regression import Doubles, Floats
from aoede.learning.sentence_vectors import SentenceEncoder
from aoede.mood.feelings import FEELINGS
from aoede.mood.vectors import RATED_BY

TEMPLATES: Mapping[str, tuple[int, ...]] = {"{}": (0, 2, 4, 6), "a song that feels {}": (2, 4, 6)}
EXPLAINED = 0.7  # share of the arousal that valence alone explains and that is taken out
ABOUT = {
    "family": "table",
    "encoding": {"name": "words"},
    "kind": "valence, arousal and feeling of words",
    "licence": "CC BY 4.0, MIT and other free data; see presets/mood.md",
}
MODEL, PEOPLE, TRANSLATION = (RATED_BY.index(name) for name in ("model", "people", "translation"))


class WordVectors:
    """Rows of MiniLM vectors for texts, kept in a folder between builds."""

    def __init__(self, encoder: SentenceEncoder, folder: Path) -> None:
        self.encoder, self.folder = encoder, folder

    def of(self, texts: Sequence[str], template: str, layers: tuple[int, ...]) -> Floats:
        """(len(texts), 384 * len(layers)); only texts that the folder lacks are encoded."""
        name = re.sub("[^a-z]", "_", template) + "".join(map(str, layers))
        texts_file, rows_file = self.folder / f"{name}.json", self.folder / f"{name}.npy"
        known: list[str] = json.loads(texts_file.read_text("utf-8")) if texts_file.exists() else []
        rows = np.load(rows_file, allow_pickle=False) if known else None
        missing = sorted(set(texts) - set(known))
        if missing:
            fresh = self.encoder.encode([template.format(text) for text in missing], layers).astype(
                np.float16
            )
            rows = fresh if rows is None else np.concatenate([rows, fresh])
            known += missing
            self.folder.mkdir(parents=True, exist_ok=True)
            np.save(rows_file, rows)
            texts_file.write_text(json.dumps(known), "utf-8")
        place = {text: row for row, text in enumerate(known)}
        assert rows is not None
        chosen: Floats = rows[[place[text] for text in texts]].astype(np.float32)
        return chosen

    def joined(self, texts: Sequence[str]) -> Floats:
        return np.concatenate(
            [self.of(texts, template, layers) for template, layers in TEMPLATES.items()], axis=1
        )


@dataclass(frozen=True)
class Scale:
    """Raw norms (1..9) -> [-1, 1], by quantiles of the words that people rated: the 2nd, 50th and 98th percentile
    become -0.8, 0 and 0.8, linearly between and beyond."""

    valence: tuple[float, float, float]
    arousal: tuple[float, float, float]
    curve: tuple[float, float, float]  # the arousal expected of a valence v: c0 + c1 v + c2 v^2

    @classmethod
    def of(cls, valence: Doubles, arousal: Doubles) -> "Scale":
        design = np.stack([np.ones_like(valence), valence, valence**2], axis=1)
        curve = tuple(float(c) for c in np.linalg.lstsq(design, arousal, rcond=None)[0])
        bare = cls((0, 0, 0), (0, 0, 0), (curve[0], curve[1], curve[2]))
        levels = [2, 50, 98]
        low, middle, high = (float(q) for q in np.percentile(valence, levels))
        calm, still, restless = (float(q) for q in np.percentile(bare.net_arousal(valence, arousal), levels))
        return cls((low, middle, high), (calm, still, restless), bare.curve)

    def net_arousal(self, valence: Doubles, arousal: Doubles) -> Doubles:
        """Arousal less most of what valence explains: raters call nearly all pleasant words exciting."""
        c0, c1, c2 = self.curve
        net: Doubles = arousal - EXPLAINED * (c0 + c1 * valence + c2 * valence**2)
        return net

    def apply(self, valence: Doubles, arousal: Doubles) -> tuple[Doubles, Doubles]:
        return _three_points(valence, self.valence), _three_points(
            self.net_arousal(valence, arousal), self.arousal
        )

    @property
    def unit(self) -> tuple[float, float]:
        """How much of [-1, 1] one raw point is, near the middle."""
        return 1.6 / (self.valence[2] - self.valence[0]), 1.6 / (self.arousal[2] - self.arousal[0])


def _three_points(x: Doubles, points: tuple[float, float, float]) -> Doubles:
    low, middle, high = points
    scaled: Doubles = np.where(
        x < middle, 0.8 * (x - middle) / (middle - low), 0.8 * (x - middle) / (high - middle)
    )
    return np.clip(scaled, -1, 1)


@dataclass(frozen=True)
class Ratings:
    """Columns of a table before they are packed: (N,) each; raw valence and arousal on 1..9."""

    words: list[str]
    valence: Doubles
    arousal: Doubles
    valence_sd: Doubles
    arousal_sd: Doubles
    rated_by: npt.NDArray[np.int64]  # index into RATED_BY

    def rows(self) -> dict[str, int]:
        return {word: row for row, word in enumerate(self.words)}


def pack(ratings: Ratings, scale: Scale, feeling: Doubles, weight: Doubles, frequency: Doubles,
         metadata: Mapping[str, Any], extra: Mapping[str, npt.NDArray[np.generic]]) -> bytes:  # fmt: skip
    """The bytes of a table's checkpoint, in the columns that `aoede.mood.vectors` describes."""
    valence, arousal = scale.apply(ratings.valence, ratings.arousal)
    unit_valence, unit_arousal = scale.unit

    def byte(column: Doubles) -> npt.NDArray[np.uint8]:
        return np.clip(np.rint(column), 0, 255).astype(np.uint8)

    columns: dict[str, npt.NDArray[np.generic]] = {
        "words": np.frombuffer("\n".join(ratings.words).encode(), dtype=np.uint8),
        "valence": np.rint(100 * valence).astype(np.int8),
        "arousal": np.rint(100 * arousal).astype(np.int8),
        "valence_sd": byte(100 * np.clip(unit_valence * ratings.valence_sd, 0.05, 0.45)),
        "arousal_sd": byte(100 * np.clip(unit_arousal * ratings.arousal_sd, 0.05, 0.40)),
        "rated_by": ratings.rated_by.astype(np.uint8),
        "feeling": byte(feeling),
        "feeling_weight": byte(100 * weight),
        "frequency": byte(frequency),
    }
    return to_bytes({**columns, **extra}, {**ABOUT, "feelings": list(FEELINGS), **metadata})
