"""Stretches of training heard as sound is made, so that a network finds back from where what it makes strays to.

Read from recordings alone, it never hears a mistake; its own sound is full of them, and each is an input of the next.
So a share of the stretches is heard louder or softer than it was, and noisy, while what is to be foreseen is not:
noise is taken away then, not passed on, and what grew too loud comes down again (Jin et al. 2018 add noise for the
same end). Their prior leans on the outline of what is told, as it does where sound is made. The others are heard as
they are: by such a network is judged.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aoede.models.wavenet import backends
from aoede.models.wavenet.config import Config
from aoede.models.wavenet.prediction import centres, place_of
from aoede.models.wavenet.recipe import Recipe
from aoede.models.wavenet.takes import Crops, Heard

WARM_UP = 2_048  # samples before a stretch from which its prior is worked out anew
GAIN_S = (0.01, 0.15)  # between two places where a gain is drawn

Doubles = NDArray[np.float64]


def mishear(
    crops: Crops,
    heard: Sequence[Heard],
    begins: Sequence[int],
    recipe: Recipe,
    config: Config,
    rng: np.random.Generator,
) -> None:
    """What is read of some rows (inputs, places, widths, making) becomes what is heard so. In place."""
    for row, (each, begin) in enumerate(zip(heard, begins, strict=True)):
        if rng.random() >= recipe.making:
            continue
        first = max(0, begin - WARM_UP // config.frame_samples * config.frame_samples)
        stop = begin + crops.targets.shape[1]
        codes = each.take.codes[first:stop]
        wrong = wrongly(codes, recipe, config, rng)
        n, n_before = len(codes) - (begin - first), min(2, begin - first)
        crops.inputs[row, 2 - n_before : 2 + n] = wrong[len(wrong) - n - n_before :]
        if config.has_prior:
            sketch = each.sketch.part(first, stop) if each.sketch else None
            place, width = backends.predicted(centres(config.n_levels)[wrong], config, sketch)
            crops.places[row, :n], crops.widths[row, :n] = place[-n:], width[-n:]
            crops.making[row] = True


def wrongly(
    codes: NDArray[np.uint8], recipe: Recipe, config: Config, rng: np.random.Generator
) -> NDArray[np.int64]:
    """(T,) codes as they are heard: mostly a little wrong, seldom very."""
    gain, noise = recipe.gains * rng.random() ** 2, recipe.noise * rng.random() ** 3
    every = round(config.rate_hz * rng.uniform(*GAIN_S))
    knots = rng.normal(0, gain, len(codes) // every + 2)
    louder = np.exp(np.interp(np.arange(len(codes)), np.arange(len(knots)) * every, knots))
    places = place_of(np.clip(centres(config.n_levels)[codes] * louder, -1, 1), config.n_levels)
    places += rng.normal(0, noise, len(codes))
    return np.clip(np.rint(places), 0, config.n_levels - 1).astype(np.int64)
