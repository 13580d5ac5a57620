"""Trains the harmony preset: `python -m aoede.learning.harmony DATA OUT`.

Chord changes of songs become sequences of functional ids (`encodings.chords`), one a section of the
song where the data know sections, and a conditioned n-gram counts them. Ridge regression on
progressions with mood words gives the valence of a progression.
"""

import csv
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.chords import N_CHORDS, REDUCED, Chord, encode, parse_harte, parse_roman
from aoede.learning import checkpoint
from aoede.models.ngram import ConditionedConfig, NGram
from aoede.music.chord_mood import features

Floats = NDArray[np.float64]

MODE_NAMES = ("major", "minor")
SECTION_NAMES = ("none", "verse", "chorus", "bridge", "edge")
SONGBOOKS = ("billboard", "pop909")
CONDITIONS = tuple((mode, songbook) for mode in MODE_NAMES for songbook in SONGBOOKS)
_SECTION_GROUPS = {
    "verse": ("verse", "vocal", "spoken"),
    "chorus": ("chorus", "refrain", "theme", "main", "secondary"),
    "bridge": ("pre", "bridge", "interlude", "trans", "instrumental", "solo", "key", "modulation"),
    "edge": ("intro", "outro", "fade", "coda", "ending"),
}
# The quality that a mode's scale has on each degree, for labels that leave the third open.
_SCALE_QUALITIES = {
    "major": {2: "min", 4: "min", 9: "min", 11: "dim"},
    "minor": {0: "min", 2: "dim", 5: "min", 7: "min"},
}


@dataclass(frozen=True)
class Passage:
    """The chord changes of one section of one song, or of a whole song where no sections are known."""

    song: str  # songbook and number
    mode: str  # of MODE_NAMES
    section: str  # of SECTION_NAMES
    ids: tuple[int, ...]  # functional ids, no two neighbours alike

    @property
    def songbook(self) -> str:
        return self.song.split()[0]


def passages(data: Path) -> list[Passage]:
    """All passages of the Billboard and the POP909 annotations in the folder `data`."""
    return [
        *_billboard(data / "chords_billboard" / "songs.jsonl"),
        *_pop909(data / "chords_pop909" / "songs.jsonl"),
    ]


def held_out(song: str) -> bool:
    """Whether a song belongs to the tenth that is never trained on: a property of its name alone."""
    return sha256(song.encode()).digest()[0] < 26


def _billboard(path: Path) -> Iterator[Passage]:
    for song in _lines(path):
        name = f"billboard {song['id']}"
        runs = list(_runs_of_phrases(song["phrases"]))
        for tonic_pc in {run[1] for run in runs}:
            own = [run for run in runs if run[1] == tonic_pc]
            mode = _heard_mode([chord for run in own for chord in run[2]], tonic_pc)
            for section, _, chords in own:
                yield from _passage(name, mode, section, chords, tonic_pc)


def _runs_of_phrases(phrases: Sequence[dict[str, Any]]) -> Iterator[tuple[str, int, list[Chord]]]:
    """(section, tonic, chords) of neighbouring phrases of the same section and tonic."""
    current: tuple[str, int, list[Chord]] | None = None
    for phrase in phrases:
        section = section_group(phrase["section"])
        tonic = parse_harte(phrase["tonic"])
        if tonic is None:
            continue
        found = [parse_harte(label) for bar in phrase["bars"] for label in bar]
        chords = [chord for chord in found if chord]
        if current and current[:2] == (section, tonic.root_pc):
            current[2].extend(chords)
        else:
            if current:
                yield current
            current = (section, tonic.root_pc, chords)
    if current:
        yield current


def section_group(name: str) -> str:
    """One of SECTION_NAMES for what songs call a section."""
    for group, beginnings in _SECTION_GROUPS.items():
        if name.startswith(beginnings):
            return group
    return "none"


def _heard_mode(chords: Iterable[Chord], tonic_pc: int) -> str:
    """Minor where the chords on the tonic mostly have a minor third."""
    thirds = [
        3 in chord.intervals for chord in chords if chord.root_pc == tonic_pc and len(chord.intervals) > 2
    ]
    return "minor" if sum(thirds) * 2 > len(thirds) else "major"


def _pop909(path: Path) -> Iterator[Passage]:
    for song in _lines(path):
        for begin, end, label in song["keys"]:
            tonic, mode = label.split(":")
            key = parse_harte(tonic)
            inside = [parse_harte(c[3]) for c in song["chords"] if begin <= (c[0] + c[1]) / 2 < end]
            if key:
                chords = [chord for chord in inside if chord]
                yield from _passage(f"pop909 {song['id']}", f"{mode}or", "none", chords, key.root_pc)


def _passage(song: str, mode: str, section: str, chords: Sequence[Chord], tonic_pc: int) -> Iterator[Passage]:
    ids = [_functional(chord, tonic_pc, mode) for chord in chords]
    changes = tuple(x for i, x in enumerate(ids) if i == 0 or x != ids[i - 1])
    if len(changes) > 1:
        yield Passage(song, mode, section, changes)


def _functional(chord: Chord, tonic_pc: int, mode: str) -> int:
    if chord.quality == "5":
        quality = _SCALE_QUALITIES[mode].get((chord.root_pc - tonic_pc) % 12, "maj")
        chord = Chord(chord.root_pc, quality)
    return encode(chord, tonic_pc)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


# ---- the n-gram --------------------------------------------------------------------------------

ORDER = 4


def condition_of(passage: Passage) -> int:
    """Mode and songbook: what helps to foretell chords (the table of `bench/harmony.py`)."""
    return CONDITIONS.index((passage.mode, passage.songbook))


def fit(
    train: Sequence[Passage], order: int, condition: Callable[[Passage], int] | None, n_conditions: int
) -> NGram:
    """The n-gram of the passages; what a song repeats counts once."""
    songs = {song: i for i, song in enumerate(sorted({passage.song for passage in train}))}
    return NGram.fit(
        ConditionedConfig(order, N_CHORDS, n_conditions),
        [passage.ids for passage in train],
        None if condition is None else [condition(passage) for passage in train],
        [songs[passage.song] for passage in train],
    )


# ---- the mood of a progression -----------------------------------------------------------------

# The rated words (Glasgow Norms) that stand for each mood word of the table: itself, or where it is not
# rated its stem or, last, words close to it, averaged.
_RATED = {
    "joyful": ("joyful",), "triumphant": ("triumphant",), "hopeful": ("hope",), "relaxed": ("relax",),
    "nostalgic": ("memory", "longing"), "playful": ("playful",), "romantic": ("romantic",), "tender": ("tender",),
    "spiritual": ("spirit (soul)",), "peaceful": ("peaceful",), "dark": ("dark",), "empowered": ("powerful",),
    "mysterious": ("ghost", "riddle", "hidden", "weird", "shadow"), "dramatic": ("drama",), "sad": ("sadness",),
    "lonely": ("lonely",), "rebellious": ("revolt", "defiant"), "surprised": ("surprise",), "excited": ("excited",),
    "anguished": ("anguish",),
}  # fmt: skip
_RIDGE = 30.0  # penalty on standardised features; leave-one-out r is .62 from 1 to 100
_LEAST_AUC = 0.6  # within major, minor and modal rows, for a mood word to be kept
_LEAST_ROWS = 8


@dataclass(frozen=True)
class Labelled:
    """Progressions with mood words."""

    kinds: tuple[str, ...]  # "maj", "min", "modal"
    features: Floats  # (P, F)
    words: tuple[tuple[str, ...], ...]
    points: Floats  # (P, 2) valence and arousal, each in [-1, 1]


def labelled(data: Path) -> Labelled:
    """The rows of the mood table that have moods ("Cadence" is a kind, not a mood)."""
    ratings = _ratings(data / "lexicon_en_vad_glasgow" / "vad.tsv")
    rows = [row for row in _rows(data / "chords_moods" / "progressions.tsv") if row["moods"] != "Cadence"]
    words = tuple(tuple(row["moods"].lower().split()) for row in rows)
    point_of = {
        word: np.mean([ratings[rated] for rated in _RATED[word]], axis=0) for own in words for word in own
    }
    points = [np.mean([point_of[word] for word in own], axis=0) for own in words]
    ids = [
        [encode(Chord(*parse_roman(numeral, row["mode"])), 0) for numeral in row["progression"].split()]
        for row in rows
    ]
    kinds = tuple(row["mode"] for row in rows)
    return Labelled(kinds, np.array([features(one) for one in ids]), words, np.array(points))


def _ratings(path: Path) -> dict[str, tuple[float, float]]:
    """word -> valence and arousal, brought from 1..9 to -1..1."""
    return {
        row["word"]: ((float(row["valence"]) - 5) / 4, (float(row["arousal"]) - 5) / 4) for row in _rows(path)
    }


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def ridge(x: Floats, y: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """centre (F,), scale (F,), weights (F, N) and offset (N,) of the ridge regression of y (P, N) on x (P, F)."""
    centre, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
    z = (x - centre) / scale
    offset = y.mean(axis=0)
    weights = np.linalg.solve(z.T @ z + _RIDGE * np.eye(x.shape[1]), z.T @ (y - offset))
    return centre, scale, weights, offset


def left_out(x: Floats, y: Floats) -> Floats:
    """(P, N) each row's answer by a regression that never saw this row."""
    answers = []
    for i in range(len(x)):
        others = np.arange(len(x)) != i
        centre, scale, weights, offset = ridge(x[others], y[others])
        answers.append((x[i] - centre) / scale @ weights + offset)
    return np.array(answers)


def auc_within(answers: Floats, has: NDArray[np.bool_], kinds: Sequence[str]) -> float:
    """Chance that a row with the word is ranked above one without it, both of the same kind."""
    right, pairs = 0.0, 0
    for kind in sorted(set(kinds)):
        of_kind = np.array([one == kind for one in kinds])
        high, low = answers[of_kind & has], answers[of_kind & ~has]
        right += float((high[:, None] > low).sum() + 0.5 * (high[:, None] == low).sum())
        pairs += len(high) * len(low)
    return right / max(1, pairs)


def kept_words(rows: Labelled) -> dict[str, float]:
    """The mood words that can be told from features, each with its AUC on rows left out."""
    counts = Counter(word for own in rows.words for word in own)
    found = {}
    for word in sorted(word for word, n in counts.items() if n >= _LEAST_ROWS):
        has = np.array([word in own for own in rows.words])
        auc = auc_within(left_out(rows.features, has[:, None].astype(np.float64))[:, 0], has, rows.kinds)
        if auc >= _LEAST_AUC:
            found[word] = round(auc, 3)
    return found


# ---- the preset --------------------------------------------------------------------------------


def train(data: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """The tensors and the metadata of the preset."""
    every = passages(data)
    known, unknown = [p for p in every if not held_out(p.song)], [p for p in every if held_out(p.song)]
    model = fit(known, ORDER, condition_of, len(CONDITIONS))
    figure = model.nats_per_symbol([p.ids for p in unknown], [condition_of(p) for p in unknown])
    rows = labelled(data)
    answers = left_out(rows.features, rows.points)
    words = kept_words(rows)
    targets = np.array(
        [
            [point[0], *(word in own for word in words)]
            for point, own in zip(rows.points, rows.words, strict=True)
        ]
    )
    tensors = model.to_tensors() | _mood_tensors(rows.features, targets, known)
    metadata = {
        "family": "ngram",
        "kind": "chord progressions by mode and songbook, and their valence",
        "licence": "CC0, MIT and CC BY 4.0 data; see presets/harmony.md",
        "config": model.config_values,
        "encoding": {"name": "chords", "qualities": list(REDUCED), "n_symbols": N_CHORDS},
        "conditions": [list(condition) for condition in CONDITIONS],
        "mood": {
            "names": ["valence", *words],
            "auc": words,
            "valence_r": round(float(np.corrcoef(answers[:, 0], rows.points[:, 0])[0, 1]), 3),
            "n_rows": len(rows.words),
        },
        "provenance": {
            "data": "McGill Billboard (CC0), POP909 annotations (MIT), free-midi-chords mood table (MIT), "
            "Glasgow Norms (CC BY 4.0) for the points of its 20 mood words",
            "command": "python -m aoede.learning.harmony DATA OUT",
            "n_songs": len({p.song for p in known}),
            "held_out_songs": len({p.song for p in unknown}),
            "nats_per_chord": round(figure, 4),
        },
    }  # fmt: skip
    return tensors, metadata


def _mood_tensors(x: Floats, y: Floats, songs: Sequence[Passage]) -> dict[str, NDArray[Any]]:
    """The regression, and for each mode the mean and deviation of its answers over eight-chord windows of songs."""
    centre, scale, weights, offset = ridge(x, y)
    windows = [p.ids[i : i + 8] for p in songs for i in range(0, len(p.ids) - 7, 8)][::5]
    heard = np.array([features(window) for window in windows])
    answers = (heard - centre) / scale @ weights + offset
    of_mode = [answers[heard[:, 0] <= 0.5], answers[heard[:, 0] > 0.5]]
    reference = np.array([[own.mean(axis=0), own.std(axis=0)] for own in of_mode])
    parts = {"centre": centre, "scale": scale, "weights": weights, "offset": offset, "reference": reference}
    return {f"mood.{name}": np.asarray(part) for name, part in parts.items()}


def main(arguments: Sequence[str]) -> None:
    if len(arguments) != 2:
        sys.exit("usage: python -m aoede.learning.harmony DATA OUT")
    tensors, metadata = train(Path(arguments[0]))
    sha256 = checkpoint.save(Path(arguments[1]), tensors, metadata, force=True)
    print(json.dumps({**metadata["provenance"], **metadata["mood"], "sha256": sha256}, indent=2))


if __name__ == "__main__":
    main(sys.argv[1:])
