"""Trains the shipped drummer: python -m aoede.learning.drum_preset DATA OUT.safetensors

Two networks in one file: which drums are struck at each sixteenth (`models/rnn/pianoroll`, a frame being the nine
kinds of drums), and how each hit is touched (`music/drum_touch.py`). What it learnt from and how good it is stands in
presets/drums.md.
"""

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from aoede.encodings.drums import KICK, N_KINDS, Drums
from aoede.learning import checkpoint, loop
from aoede.learning.drum_takes import Take, is_validation, parted, takes
from aoede.learning.drum_touch import N_STEPS as N_TOUCH_STEPS
from aoede.learning.drum_touch import TouchLearner
from aoede.learning.loop import Course, Schedule, Standing, Tensors
from aoede.models.rnn.pianoroll import Config
from aoede.music.drum_setting import N_PLACES, N_TOLD
from aoede.music.drum_touch import TouchConfig
from aoede.neural.arrays import quantised
from aoede.neural.frames.recipe import FrameRecipe

SEED = 1
FEW_KICKS, NEAR_MS = 20.0, 40.0
N_STEPS = 1_500  # updates of the network of hits: about a minute on one core
N_CHECKS = 5
HITS = Config(
    n_pitches=N_KINDS,
    n_context=N_TOLD,
    output="notes",
    n_units=64,
    n_deep=1,
    n_past=17,  # a step more than a bar, so that each kind sees itself a bar ago
    reach=N_KINDS - 1,
    reach_below=N_KINDS - 1,
    n_hidden=96,
)
RECIPE = FrameRecipe(
    n_rows=16,
    n_steps=64,
    dropout=0.5,
    hidden_dropout=0.6,
    past_dropout=0.25,
    context_dropout=0.3,  # so that it also plays where nothing is told, and leans less on the style
    precision="float32",
)
TOUCH = TouchConfig()
ABOUT = {
    "family": "rnn",
    "kind": "drums by style and tempo, with velocities and timing",
    "licence": "CC BY 4.0 data (Groove MIDI Dataset, Google LLC); see presets/drums.md",
}


def trained_hits(
    train: Sequence[Take],
    valid: Sequence[Take],
    *,
    n_steps: int = N_STEPS,
    told: slice = slice(None),
    seed: int = SEED,
) -> tuple[Config, Tensors]:
    """The network of hits, after `n_steps` updates. `told`: what it hears of each step, all of N_TOLD unless said.

    The held-out takes are looked at and decide nothing: the last weights are the ones.
    """
    from aoede.models.rnn.pianoroll.learner import Learner

    contexts = [[take.told[:, told] for take in part] for part in (train, valid)]
    values = asdict(HITS) | {"n_context": contexts[0][0].shape[1]}
    config = Config.from_mapping(values)
    learner = Learner(
        config,
        RECIPE,
        [take.groove.hits for take in train],
        [take.groove.hits for take in valid],
        train_context=contexts[0],
        valid_context=contexts[1],
        seed=seed,
    )
    return config, _trained(learner, n_steps, seed)


def trained_touch(
    train: Sequence[Take], valid: Sequence[Take], *, n_steps: int = N_TOUCH_STEPS, seed: int = SEED
) -> tuple[TouchConfig, Tensors]:
    """The network of touches, likewise."""
    return TOUCH, _trained(TouchLearner(TOUCH, train, valid, seed=seed), n_steps, seed)


def kick_pocket(every: Sequence[Take]) -> Tensors:
    """(16,) by how many ms the kick of these beats comes late at each place of a bar, each take's own mean taken off.

    Where there are few kicks the mean is drawn to 0, as if by `FEW_KICKS` more on the grid.
    """
    total, n = np.zeros(N_PLACES), np.full(N_PLACES, FEW_KICKS)
    for take in every:
        steps = np.flatnonzero(take.groove.hits[:, KICK])
        if take.setting.is_fill or not len(steps):
            continue
        step_ms = 60_000 / take.setting.tempo_bpm / Drums().steps_a_beat
        off_ms = (take.groove.offsets[steps, KICK] - take.groove.offsets[steps, KICK].mean()) * step_ms
        is_near = np.abs(off_ms) < NEAR_MS  # what is further off is written as another rhythm
        places = np.asarray(take.places)[steps]
        np.add.at(total, places[is_near], off_ms[is_near])
        np.add.at(n, places[is_near], 1)
    late = total / n
    return {"kick_ms": (late - late.mean()).astype(np.float32)}


def _trained(learner: Any, n_steps: int, seed: int) -> Tensors:
    """The weights after the loop has gone through its steps."""
    from aoede.neural.learner import threads

    schedule = Schedule(seed=seed, n_steps=n_steps, check_every=max(1, n_steps // N_CHECKS), patience=n_steps)
    with tempfile.TemporaryDirectory() as folder, threads(1):
        course = Course(Path(folder), {}, schedule, learner, {})
        loop.train(course, _Console())
    weights: Tensors = learner.tensors()
    return weights


class _Console:
    """Prints a line a check."""

    def began(self, standing: Standing) -> None: ...

    def stepped(self, step: int, losses: Any) -> None: ...

    def checked(self, standing: Standing, tensors: Tensors) -> None:
        print(dict(standing.checks[-1]), file=sys.stderr, flush=True)

    def warned(self, text: str) -> None:
        print(text, file=sys.stderr)


def main(data: Path, out: Path) -> None:
    train, valid = parted(takes(data), is_validation)
    hits, hit_tensors = trained_hits(train, valid)
    touch, touch_tensors = trained_touch(train, valid)
    named = (("hits", hit_tensors), ("touch", touch_tensors), ("pocket", kick_pocket(train)))
    tensors = {f"{part}.{name}": array for part, found in named for name, array in quantised(found).items()}
    metadata = {
        **ABOUT,
        "encoding": Drums().as_mapping(),
        "config": {"hits": asdict(hits), "touch": asdict(touch)},
        "provenance": {
            "command": "python -m aoede.learning.drum_preset DATA OUT",
            "seed": SEED,
            "steps": [N_STEPS, N_TOUCH_STEPS],
            "recipe": asdict(RECIPE),
            "n_pieces": [len(train), len(valid)],
        },
    }
    checkpoint.save(out, tensors, metadata, force=True)
    print(f"{out}: {out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
