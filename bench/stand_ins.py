"""What stands in a model's place in bench/earn.py: n-grams, and chance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.changes import SONGBOOKS, ChordChanges
from aoede.encodings.chords import decode
from aoede.encodings.drums import N_KINDS
from aoede.learning.checkpoint import load_preset
from aoede.models.ngram import NGram
from aoede.music.chord_model import ChordModel
from aoede.music.drummer import Guide, drummer
from aoede.music.harmony import _inside
from aoede.music.theory import PlacedChord
from aoede.neural.events.model import FORBIDDEN
from aoede.randomness import stream
from aoede.sketches import Sketch

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bits = NDArray[np.uint8]
_POWERS = 1 << np.arange(N_KINDS)


# --- what stands in a model's place -----------------------------------------------------------------


class Anything:
    """A model of events that knows nothing: whatever may be chosen is as likely as all else."""

    def begin(self, n: int = 1) -> int:
        return n

    def advance(self, state: int, read: Any) -> int:
        return len(read)

    def scores(self, state: int, which: int, known: Any) -> Floats:
        return np.where(known.attributes[:, :, 0] == 0, float(FORBIDDEN), 0.0)

    def select(self, state: int, rows: Sequence[int]) -> int:
        return len(rows)


@dataclass(frozen=True)
class CountedChords:
    """An n-gram of chords in the place of the shipped one, under the same rules."""

    model: NGram
    conditions: tuple[tuple[str, str], ...]
    name: str = "counted"
    sha256: str = ""

    def of_section(self, name: str) -> NGram:
        return self.model


def by_chance() -> ChordModel:
    return ChordModel("chance", SimpleNamespace(), Anything(), ChordChanges(SONGBOOKS[1:]), "")  # type: ignore[arg-type]


def alone(each: Sketch, draw: Callable[[int, str, np.random.Generator], Sequence[int]]) -> Sketch:
    """The sketch with chords that are drawn a section's material at a time, with no rule of form or mood."""
    found: dict[str, Sequence[int]] = {}
    placed = []
    plan = each.plan
    span = int(plan.meter.bar_ticks / plan.chords_a_bar)
    longest = max(section.bars for section in plan.sections) * plan.meter.bar_ticks // span + 1
    for section in plan.sections:
        rng = stream(each.seed, "alone", section.material)
        ids = found.setdefault(section.material, draw(longest, plan.key.mode, rng))
        end, tonic_pc = section.bars * plan.meter.bar_ticks, plan.key_of(section).tonic_pc
        placed.append(
            [
                PlacedChord(start, min(start + span, end), decode(int(chord), tonic_pc))
                for start, chord in zip(range(0, end, span), ids, strict=False)
            ]
        )
    return replace(each, changes=placed)


def counted_alone(n: int, mode: str, rng: np.random.Generator) -> Sequence[int]:
    """Chords as the shipped n-gram of songs has them, and no more."""
    found = load_preset("harmony")
    model = NGram.from_tensors(found.metadata["config"], found.tensors)
    conditions = [tuple(pair) for pair in found.metadata["conditions"]]
    learned = "major" if mode in ("major", "lydian", "mixolydian") else "minor"
    state = model.start((), np.array([conditions.index((learned, "billboard"))]))
    ids, newest = list[int](), None
    for _ in range(n):
        log_p, state = model.step(state, newest)
        newest = np.argmax(log_p + rng.gumbel(size=log_p.shape), axis=1)
        ids.append(int(newest[0]))
    return ids


def chance_alone(n: int, mode: str, rng: np.random.Generator) -> Sequence[int]:
    """Any chord of the mode, none twice in a row."""
    inside = np.flatnonzero(_inside(mode))
    ids = [int(rng.choice(inside))]
    while len(ids) < n:
        ids.append(int(rng.choice(inside[inside != ids[-1]])))
    return ids


@dataclass(frozen=True)
class OtherDrummer:
    """Grooves from elsewhere, struck as the shipped drummer strikes them."""

    draw: Callable[[Guide, np.random.Generator, int, float], Bits]

    def grooves(self, setting: Any, places: Any, rng: Any, *, n: int, guide: Guide | None = None,
                temperature: float = 1.0) -> Bits:  # fmt: skip
        return self.draw(guide or Guide.none(len(places), N_KINDS), rng, n, temperature)

    def struck(self, *arguments: Any, **options: Any) -> Any:
        return drummer().struck(*arguments, **options)


def counting_drummer(model: NGram) -> OtherDrummer:
    def draw(guide: Guide, rng: np.random.Generator, n: int, temperature: float) -> Bits:
        made = np.zeros((n, len(guide.must), N_KINDS), np.uint8)
        state = model.start(np.zeros((n, 0), np.int64))
        logs, state = model.step(state)
        for t in range(len(guide.must)):
            ids = np.argmax(logs / temperature + rng.gumbel(size=logs.shape), axis=1)
            made[:, t] = (ids[:, None] >> np.arange(N_KINDS) & 1) & guide.may[t] | guide.must[t]
            logs, state = model.step(state, made[:, t].astype(np.int64) @ _POWERS)
        return made

    return OtherDrummer(draw)


def chance_drummer() -> OtherDrummer:
    """Every kind that may be struck is or is not, one as likely as the other."""

    def draw(guide: Guide, rng: np.random.Generator, n: int, temperature: float) -> Bits:
        drawn = (rng.random((n, *guide.must.shape)) < 0.5).astype(np.uint8)
        return drawn & guide.may | guide.must

    return OtherDrummer(draw)
