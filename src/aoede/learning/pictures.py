"""What a model of piano-roll windows has learnt and how it samples, as pictures (PNG).

for part, data in units_pictures(find("my-run")).items(): ...
data = chain_picture(find("my-run"), stream(7, "chain"))
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from aoede.encodings.chars import NAME as CHARACTERS
from aoede.encodings.pianoroll import NAME as PIANOROLL
from aoede.encodings.pianoroll import PianoRoll
from aoede.errors import UsageError
from aoede.formats import fields
from aoede.learning import text_pictures
from aoede.learning.checkpoint import Checkpoint
from aoede.learning.sampling import Trained

UInt8 = NDArray[np.uint8]
Floats = NDArray[np.floating]

N_UNITS = 16  # hidden units in a picture
SWEEPS = (1, 10, 100, 1000)  # of the Gibbs chain in a picture, after the coin tosses that it begins with


def pictures_of(found: Checkpoint, name: str, *, text: str | None = None, seed: int = 0) -> dict[str, bytes]:
    """`units_pictures` of a model file of piano-roll windows, `text_pictures` of one of characters, else none.

    `text` is what a model of characters reads. Raises UsageError where there is a text and no such model.
    """
    encoding = found.metadata.get("encoding")
    of = encoding.get("name") if isinstance(encoding, Mapping) else None
    if of == CHARACTERS:
        return text_pictures.pictures_of(found, name, text=text, seed=seed)
    if text is not None:
        raise UsageError("only a model of text reads a text", where="--text")
    if of != PIANOROLL:
        return {}
    return units_pictures(Trained.of(found.metadata, found.tensors, name=name, sha256=found.sha256))


def units_pictures(trained: Trained) -> dict[str, bytes]:
    """Pictures of the weights between the notes of a window and each hidden unit: `held` and, if any, `struck` bits.

    The units with the largest weights come first. Empty for a model without hidden units over windows.
    """
    if not _has_windows(trained):
        return {}
    weights = trained.model.weights[: trained.model.config.n_roll]
    order = strongest(weights, N_UNITS)
    shown = f"{len(order)} of {weights.shape[1]:,} hidden units, the largest weights first"
    labels = [f"{unit + 1:,}" for unit in order]
    return {
        part: fields.to_bytes(
            windows,
            low_pitch=trained.encoding.low,
            title=f"{trained.name}: hidden units, {part} bits",
            subtitle=shown,
            steps_a_beat=trained.encoding.steps_a_beat,
            labels=labels,
        )
        for part, windows in parts_of(weights[:, order].T, trained.encoding).items()
    }


def strongest(weights: Floats, n: int) -> NDArray[np.intp]:
    """The columns, at most `n`, of weights (V, H) whose sums of squares are largest, the largest first."""
    sizes = np.square(weights, dtype=np.float64).sum(axis=0)
    return np.argsort(-sizes, kind="stable")[:n]


def parts_of(windows: NDArray[np.generic], encoding: PianoRoll) -> dict[str, NDArray[np.generic]]:
    """Flattened windows (n, window_steps * width) -> parts (n, window_steps, n_pitches): `held`, perhaps `struck`."""
    rows = windows.reshape(len(windows), -1, encoding.width)
    n_pitches = encoding.n_pitches
    parts = {"held": rows[..., :n_pitches]}
    return parts | ({"struck": rows[..., n_pitches:]} if encoding.struck else {})


def chain_picture(
    trained: Trained,
    rng: np.random.Generator,
    *,
    at: tuple[float, float] | None = None,
    temperature: float = 1.0,
    sweeps: Sequence[int] = SWEEPS,
) -> bytes:
    """A Gibbs chain from noise to music: the held bits of one window after 0 and so many sweeps, and settled.

    It is held to the labels of the mood `at`, valence and arousal, where the model has labels.
    Raises UsageError for a model that is not sampled by such a chain.
    """
    if not _has_windows(trained):
        raise UsageError("this model is not sampled by a Gibbs chain", where="--chain")
    labels = trained.labels.bits_for(*at) if trained.labels and at else None
    with threadpool_limits(1):  # the same bits on machines of few and of many cores
        windows = chain_windows(trained.model, rng, labels=labels, temperature=temperature, sweeps=sweeps)
    names = ["0", *(f"{n:,}" for n in sweeps), "settled"]
    return fields.chain_to_bytes(
        list(zip(names, parts_of(windows, trained.encoding)["held"], strict=True)),
        low_pitch=trained.encoding.low,
        title=f"{trained.name}: a Gibbs chain",
        subtitle="one window of coin tosses, after so many sweeps, and settled: its likeliest notes"
        + (f" · temperature {temperature:g}" if temperature != 1 else ""),
        steps_a_beat=trained.encoding.steps_a_beat,
    )


def chain_windows(
    model: Any,
    rng: np.random.Generator,
    *,
    labels: UInt8 | None = None,
    temperature: float = 1.0,
    sweeps: Sequence[int] = SWEEPS,
) -> UInt8:
    """(2 + len(sweeps), window_steps * width) coin tosses, what they are after so many Gibbs sweeps, and settled.

    `sweeps` rise. `labels` (n_labels,) are held.
    """
    n_roll = model.config.n_roll
    v = rng.integers(0, 2, (1, model.config.n_visible), dtype=np.uint8)
    clamped = np.zeros(v.shape[1], np.bool_)
    if labels is not None:
        v[:, n_roll:] = labels
        clamped[n_roll:] = True
    windows = [v]
    for n_sweeps in np.diff((0, *sweeps)):
        v = model.gibbs(v, rng, int(n_sweeps), clamped=clamped, temperature=temperature)
        windows.append(v)
    return np.concatenate([*windows, model.settled(v)])[:, :n_roll]


def _has_windows(trained: Trained) -> bool:
    """Whether the model joins the bits of a window to hidden units by one matrix, and is sampled in sweeps."""
    return hasattr(trained.model, "weights") and hasattr(trained.model, "gibbs")
