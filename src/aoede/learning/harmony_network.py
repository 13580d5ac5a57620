"""Trains the shipped network of chords: `python -m aoede.learning.harmony_network DATA OUT`.

The same songs as those of the n-gram (`harmony.py`), the same ones held out, read passage by passage. A passage that
a song sings again word for word is learnt once.
"""

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aoede.encodings.changes import SHAPE, SONGBOOKS, ChordChanges, Place, piece_of
from aoede.learning import checkpoint, families, loop
from aoede.learning.harmony import Passage, held_out, passages
from aoede.learning.loop import Course, Schedule, Standing, Tensors
from aoede.neural.arrays import quantised
from aoede.neural.events.piece import EventPiece
from aoede.randomness import stream

SEED = 1
N_STEPS = 1_700  # updates: 16 times through the songs, less than a minute on one core
N_CHECKS = 5
TOLD = ("mode", "songbook", "section")
ABOUT = {
    "family": "rnn",
    "kind": "chord changes by mode, section and songbook",
    "licence": "CC0 and MIT data; see presets/harmony.md",
}


def pieces(found: Sequence[Passage], told: Sequence[str] = TOLD) -> list[EventPiece]:
    """The passages as events; of mode, songbook and section those are told that `told` names."""
    return [
        piece_of(p.ids, Place.of(**{name: getattr(p, name) for name in TOLD if name in told})) for p in found
    ]


def once(found: Sequence[Passage]) -> list[Passage]:
    """The passages without what their song has had before."""
    return list(dict.fromkeys(found))


def trained(
    train: Sequence[EventPiece], valid: Sequence[EventPiece], *, n_steps: int = N_STEPS, seed: int = SEED
) -> tuple[Any, Tensors]:
    """The config and the weights after `n_steps` updates; the held-out passages decide nothing."""
    from aoede.neural.learner import threads

    family = families.load("rnn", encoding="chords", capability="trains")
    given = family.RECIPES["default"]
    config = family.Config(shape=SHAPE, **given.shape_for(0, None))
    learner = family.Learner(
        config, given.recipe.suited(sum(map(len, train))), list(train), list(valid), seed=seed
    )
    schedule = Schedule(seed=seed, n_steps=n_steps, check_every=max(1, n_steps // N_CHECKS), patience=n_steps)
    with tempfile.TemporaryDirectory() as folder, threads(1):
        loop.train(Course(Path(folder), {}, schedule, learner, {}), _Console())
    return config, learner.tensors()


class _Console:
    """Prints a line a check."""

    def began(self, standing: Standing) -> None: ...

    def stepped(self, step: int, losses: Any) -> None: ...

    def checked(self, standing: Standing, tensors: Tensors) -> None:
        print(dict(standing.checks[-1]), file=sys.stderr, flush=True)

    def warned(self, text: str) -> None:
        print(text, file=sys.stderr)


def main(data: Path, out: Path) -> None:
    every = passages(data)
    known, unknown = [p for p in every if not held_out(p.song)], [p for p in every if held_out(p.song)]
    config, tensors = trained(pieces(once(known)), pieces(unknown))
    family = families.load("rnn", encoding="chords")
    packed = quantised(tensors)
    figure = family.score(
        family.Model.from_tensors(asdict(config), packed), pieces(unknown), None, stream(SEED)
    )
    metadata = {
        **ABOUT,
        "encoding": ChordChanges(SONGBOOKS[1:]).as_mapping(),
        "config": asdict(config),
        "provenance": {
            "data": "McGill Billboard (CC0), POP909 annotations (MIT)",
            "command": "python -m aoede.learning.harmony_network DATA OUT",
            "seed": SEED,
            "steps": N_STEPS,
            "n_songs": len({p.song for p in known}),
            "held_out_songs": len({p.song for p in unknown}),
            "nats_per_chord": round(figure.value, 4),
        },
    }
    checkpoint.save(out, packed, metadata, force=True)
    print(f"{out}: {out.stat().st_size:,} bytes, {figure.value:.4f} nats a chord")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
