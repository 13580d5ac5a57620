"""A WaveNet in training: short stretches of clips, heard a little wrong, and the mean of the weights of late."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aoede.errors import InputError
from aoede.models.wavenet.config import Config
from aoede.models.wavenet.mishearing import mishear
from aoede.models.wavenet.network import Network, Stretch
from aoede.models.wavenet.outline_fitting import fit
from aoede.models.wavenet.recipe import Recipe
from aoede.models.wavenet.takes import Crops, Heard, Take, sketch_of
from aoede.neural.learner import Ints, NetworkLearner
from aoede.neural.network import State, array_of, load_weights, weights_of
from aoede.randomness import stream
from aoede.score import Check

MAX_CHECKED = 96_000  # held-out samples that a check reads,
CLIP_CHECKED = 16_000  # of a clip at most so many, from its beginning
_BITS = 1 / np.log(2)


class Learner(NetworkLearner[Stretch]):
    """`train` and `valid` are clips. What is told of them is outlined at once, which takes a part of a minute.

    What `tensors` gives, what is judged and what is used afterwards is the mean of the weights; the weights that
    the updates move are part of the state.
    """

    kind = Network
    unit = "sample"

    def __init__(
        self,
        config: Config,
        recipe: Recipe,
        train: Sequence[Take],
        valid: Sequence[Take],
        *,
        seed: int = 0,
        max_checked: int = MAX_CHECKED,
    ) -> None:
        self._train = [Heard(take, config).worked_out() for take in train if len(take)]
        if not self._train:
            raise InputError("there is nothing to learn from: no clip has a sample")
        self._ends = np.cumsum([len(heard) for heard in self._train])
        self._wave = recipe
        super().__init__(config, recipe, n_rows=recipe.n_rows, seed=seed)
        self._begin_at(self._train)
        if config.has_prior:
            takes = [heard.take for heard in self._train]
            fit(self.network.outline, takes, recipe.outline_steps, stream(seed, "outline"))
            self._sketch()
        self._mean = {name: p.detach().clone() for name, p in self._learnt()}
        self._valid = _held_out([Heard(take, config) for take in valid if len(take)], max_checked)

    def _sketch(self) -> None:
        """What the outline says of each clip: what its prior leans on in half of the stretches."""
        tensors = {name: array_of(p) for name, p in self._learnt()}
        for heard in self._train:
            heard.sketch = sketch_of(heard.take, self.config, tensors)

    def _begin_at(self, heard: Sequence[Heard]) -> None:
        """At first it is the prior; without one, how often each code stands in the clips."""
        n = self.config.n_levels
        with torch.no_grad():
            self.network.head.out.zero_()
            if not self.config.has_prior:
                counts = sum(np.bincount(each.take.codes, minlength=n) for each in heard) + np.ones(n)
                self.network.head.out_bias.copy_(torch.from_numpy(np.log(counts / counts.sum())))

    @property
    def n_examples(self) -> int:
        return max(1, int(self._ends[-1]) // (self.n_rows * self._wave.n_steps))

    @property
    def n_symbols_a_step(self) -> int:
        return self.n_rows * self._wave.n_steps

    # -- the update --

    def update(self, indices: Ints, rng: np.random.Generator, progress: float) -> dict[str, float]:
        """Move the weights by one batch of stretches, and their mean a little towards them."""
        found = super().update(indices, rng, progress)
        share = min(self._wave.average, self._n_updates / (self._n_updates + 10))
        with torch.no_grad():
            for name, p in self._learnt():
                self._mean[name].lerp_(p, 1 - share)
        return {
            "training bits a sample": found["training nats a sample"] * _BITS,
            "gradient norm": found["gradient norm"],
        }

    def _window(self, rng: np.random.Generator) -> tuple[Stretch, NDArray[np.bool_]]:
        n = self._wave.n_context + self._wave.n_steps
        chosen = [self._chosen(rng) for _ in range(self.n_rows)]
        begins = [self._begin(len(heard), n, rng) for heard in chosen]
        crops = Crops.of(chosen, begins, n, self._wave.n_context, self.config)
        if self._wave.making:
            mishear(crops, chosen, begins, self._wave, self.config, rng)
        crops = self._untold(crops, rng)
        return Stretch.of(crops, self._device), np.zeros(self.n_rows, np.bool_)

    def _chosen(self, rng: np.random.Generator) -> Heard:
        """A clip, the likelier the longer it is."""
        place = int(rng.integers(self._ends[-1]))
        return self._train[int(np.searchsorted(self._ends, place, side="right"))]

    def _begin(self, length: int, n: int, rng: np.random.Generator) -> int:
        """Where a stretch of n samples begins; at the very beginning more often than elsewhere."""
        begin = max(0, int(rng.integers(-self._wave.n_steps, max(1, length - n + 1))))
        every = self.config.frame_samples if self.config.n_frame_features else 1
        return begin // every * every

    def _untold(self, crops: Crops, rng: np.random.Generator) -> Crops:
        told = rng.random(len(crops.labels)) >= self._wave.label_dropout
        return replace(crops, labels=crops.labels * told[:, None])

    def _cost(self, batch: Stretch, state: State) -> tuple[Tensor, State]:
        return self.network.nats(batch), ()

    # -- the check --

    def check(self, rng: np.random.Generator) -> Check:
        """Held-out bits a sample, of the mean weights, each clip from its beginning."""
        own = {name: p.detach().clone() for name, p in self._learnt()}
        self._put(self._mean)
        try:
            return super().check(rng)
        finally:
            self._put(own)

    def judged(self, watched: float | None) -> Check:
        check = super().judged(watched)
        if watched is None:
            return replace(check, figures={})
        bits = watched * _BITS
        return replace(check, watched=bits, figures={"held-out bits a sample": bits})

    def _held_out_nats(self) -> tuple[float, int] | None:
        if not self._valid:
            return None
        total, n = 0.0, 0
        for heard in self._valid:
            n_samples = min(len(heard), CLIP_CHECKED)
            crops = Crops.of([heard], [0], n_samples, 0, self.config)
            stretch = Stretch.of(crops, self._device)
            with self._autocast():
                total += float(self.network.nats(stretch))
            n += n_samples
        return total, n

    # -- storing --

    def tensors(self) -> dict[str, NDArray[Any]]:
        return {name: np.array(mean.cpu().numpy(), np.float32) for name, mean in self._mean.items()}

    def state(self) -> dict[str, NDArray[Any]]:
        return super().state() | {f"moved.{name}": p for name, p in weights_of(self.network).items()}

    def restore(self, tensors: Mapping[str, NDArray[Any]], state: Mapping[str, NDArray[Any]]) -> None:
        super().restore(tensors, state)
        for name, mean in self._mean.items():
            mean.copy_(torch.from_numpy(np.array(tensors[name], np.float32)))
        load_weights(self.network, {name: state[f"moved.{name}"] for name in self._mean})
        if self.config.has_prior:
            self._sketch()

    def _put(self, weights: Mapping[str, Tensor]) -> None:
        with torch.no_grad():
            for name, p in self._learnt():
                p.copy_(weights[name])


def _held_out(heard: Sequence[Heard], most: int) -> list[Heard]:
    """Clips of about so many samples together, from all over the list."""
    lengths = [min(len(each), CLIP_CHECKED) for each in heard]
    if sum(lengths) <= most:
        return list(heard)
    n = max(1, int(most * len(heard) / sum(lengths)))
    return [heard[int(i)] for i in np.linspace(0, len(heard) - 1, n)]
