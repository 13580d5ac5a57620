"""Training: contrastive divergence (Hinton 2002), its persistent form (Tieleman 2008) and centring."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.errors import ConfigError, InputError
from aoede.models.rbm.model import RBM, Bits, Config, checked_tensor, sigmoid
from aoede.models.rbm.partition import ais_log_partition
from aoede.models.rbm.windows import Ints, Windows
from aoede.randomness import stream

Shift = Callable[[Bits, np.random.Generator], Bits]


@dataclass(frozen=True)
class Recipe:
    """How an RBM is trained. Rates are a batch mean's; schedules follow progress from 0 to 1."""

    n_epochs: int = 30
    batch_size: int = 100
    learning_rate: float = 0.05
    final_rate: float = 0.05  # the learning rate falls in a line to this share of itself
    k: int = 5  # Gibbs sweeps of the negative phase at the end of training
    first_k: int = 1  # and at its beginning
    persistent: bool = True  # chains go on from update to update instead of starting at the data
    n_chains: int = 100  # of a persistent negative phase
    centred: bool = True
    momentum: float = 0.9
    first_momentum: float = 0.5
    weight_decay: float = 1e-4  # of the weights alone
    bias_from_data: bool = True  # visible biases begin at the log-odds of the smoothed data means
    weight_mean: float = 0.0
    weight_sd: float = 0.01
    patience: int = 8  # checks that are no better and overfit before the training stops
    n_check_windows: int = 256
    n_check_chains: int = 32
    n_check_betas: int = 300

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Recipe":
        """Raises ConfigError for unknown keys and for values out of range."""
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise ConfigError(
                f"unknown setting {unknown[0]!r} for training an RBM",
                hint=f"Settings are {', '.join(sorted(known))}.",
            )
        return cls(**values)


@dataclass(frozen=True)
class Preset:
    """A recipe with the shape of the model that it is for."""

    window_steps: int
    n_hidden: int
    stride_steps: int
    recipe: Recipe


RECIPES: Mapping[str, Preset] = {
    "default": Preset(16, 150, 1, Recipe()),
    "tutorial": Preset(
        15,
        50,
        15,
        Recipe(
            n_epochs=200,
            learning_rate=0.005,
            final_rate=1.0,
            k=1,
            persistent=False,
            centred=False,
            momentum=0.0,
            first_momentum=0.0,
            weight_decay=0.0,
            bias_from_data=False,
        ),
    ),
}


@dataclass(frozen=True)
class Check:
    """What a check of a model in training found."""

    watched: float  # smaller is better
    overfits: bool
    figures: Mapping[str, float]


class Learner:
    """One RBM in training on windows of rolls. See `update` and `check`."""

    def __init__(
        self,
        config: Config,
        recipe: Recipe,
        train: Sequence[Bits],
        valid: Sequence[Bits],
        *,
        train_labels: NDArray[np.uint8] | None = None,
        valid_labels: NDArray[np.uint8] | None = None,
        seed: int = 0,
        stride_steps: int = 1,
        shift: Shift | None = None,
    ) -> None:
        self.config = config
        self.recipe = recipe
        self._train = Windows(config, train, train_labels, stride_steps=stride_steps)
        self._valid = Windows(config, valid, valid_labels)
        if not len(self._train):
            raise InputError("there is nothing to learn from: no piece has a row")
        self._shift = shift
        rng = stream(seed, "rbm", "begin")
        means = self._train.mean()
        self._rbm = _begin(config, recipe, means, len(self._train), rng)
        self._velocity = RBM(
            config,
            np.zeros_like(self._rbm.weights),
            np.zeros_like(self._rbm.visible_bias),
            np.zeros_like(self._rbm.hidden_bias),
        )
        self._chains = (rng.random((recipe.n_chains, config.n_visible)) < means).astype(np.uint8)
        self._visible_offset = means.astype(np.float32)
        self._hidden_offset = np.full(config.n_hidden, 0.5, np.float32)
        self._best = np.full(2, np.finfo(np.float64).max)  # watched, free-energy gap

    @property
    def n_examples(self) -> int:
        return len(self._train)

    @property
    def batch_size(self) -> int:
        return self.recipe.batch_size

    @property
    def n_epochs(self) -> int:
        return self.recipe.n_epochs

    @property
    def model(self) -> RBM:
        return self._rbm

    def update(self, indices: Ints, rng: np.random.Generator, progress: float) -> dict[str, float]:
        """One step on these examples. `progress` from 0 to 1 says where in the training it stands."""
        recipe, rbm = self.recipe, self._rbm
        v = self._shifted(self._train.gather(indices), rng).astype(np.float32)
        h = sigmoid(v @ rbm.weights + rbm.hidden_bias)
        k = round(recipe.first_k + (recipe.k - recipe.first_k) * progress)
        begin = self._chains if recipe.persistent else v
        model_v = rbm.gibbs(begin, rng, k)
        if recipe.persistent:
            self._chains = model_v
        model_v = model_v.astype(np.float32)
        model_h = sigmoid(model_v @ rbm.weights + rbm.hidden_bias)
        dw = v.T @ h / len(v) - model_v.T @ model_h / len(model_v)
        db = v.mean(axis=0) - model_v.mean(axis=0)
        dc = h.mean(axis=0) - model_h.mean(axis=0)
        if recipe.centred:
            self._visible_offset += 0.01 * (v.mean(axis=0) - self._visible_offset)
            self._hidden_offset += 0.01 * (h.mean(axis=0) - self._hidden_offset)
            dw -= np.outer(self._visible_offset, dc) + np.outer(db, self._hidden_offset)
            db, dc = db - dw @ self._hidden_offset, dc - self._visible_offset @ dw
        self._move(dw, db, dc, progress)
        return {}

    def _move(self, dw: NDArray[Any], db: NDArray[Any], dc: NDArray[Any], progress: float) -> None:
        recipe, rbm, velocity = self.recipe, self._rbm, self._velocity
        rate = np.float32(recipe.learning_rate * (1 - (1 - recipe.final_rate) * progress))
        rise = min(1.0, progress / 0.1)
        momentum = np.float32(recipe.first_momentum + (recipe.momentum - recipe.first_momentum) * rise)
        dw -= np.float32(recipe.weight_decay) * rbm.weights
        for name, step in (("weights", dw), ("visible_bias", db), ("hidden_bias", dc)):
            speed = getattr(velocity, name)
            speed *= momentum
            speed += rate * step
            getattr(rbm, name)[...] += speed

    def _shifted(self, v: Bits, rng: np.random.Generator) -> Bits:
        if self._shift is None:
            return v
        config = self.config
        windows = v[:, : config.n_roll].reshape(-1, config.window_steps, config.width)
        v[:, : config.n_roll] = self._shift(windows, rng).reshape(len(v), -1)
        return v

    def check(self, rng: np.random.Generator) -> Check:
        """Held-out nats a step and the free-energy gap; without valid pieces, those of the training windows."""
        recipe, rbm = self.recipe, self._rbm
        seen = self._train.gather(self._train.spread(recipe.n_check_windows))
        free_seen = rbm.free_energy(seen).mean()
        free = free_seen
        if len(self._valid):
            free = rbm.free_energy(self._valid.gather(self._valid.spread(recipe.n_check_windows))).mean()
        betas = np.linspace(0, 1, recipe.n_check_betas)
        log_z = ais_log_partition(rbm, rng, n_chains=recipe.n_check_chains, betas=betas).value
        watched = float(free + log_z) / self.config.window_steps
        gap = float(free - free_seen)
        overfits = gap > self._best[1]
        if watched < self._best[0]:
            self._best[:] = watched, gap
        name = "held-out nats a step" if len(self._valid) else "training nats a step"
        return Check(watched, bool(overfits), {name: watched, "free-energy gap": gap, "log Z": log_z})

    # -- storing --

    def tensors(self) -> dict[str, NDArray[Any]]:
        return self._rbm.to_tensors()

    def state(self) -> dict[str, NDArray[Any]]:
        """All that the next update and check depend on beside the weights."""
        velocity = {f"velocity.{name}": tensor for name, tensor in self._velocity.to_tensors().items()}
        return {
            **velocity,
            "chains": self._chains,
            "visible_offset": self._visible_offset,
            "hidden_offset": self._hidden_offset,
            "best": self._best,
        }

    def restore(self, tensors: Mapping[str, NDArray[Any]], state: Mapping[str, NDArray[Any]]) -> None:
        """After it the next update gives the same bits as if nothing had happened. Raises InputError."""
        RBM.from_tensors(self._rbm.config_values, tensors)
        own = {**self.tensors(), **self.state()}
        given = {**tensors, **state}
        if set(given) != set(own):
            raise InputError(f"the training state has not these parts: {sorted(set(given) ^ set(own))}")
        for name, tensor in own.items():
            checked_tensor(given, name, tensor.shape, tensor.dtype.type)
        for name, tensor in own.items():
            tensor[...] = given[name]


def _begin(
    config: Config, recipe: Recipe, means: NDArray[np.float64], n: int, rng: np.random.Generator
) -> RBM:
    weights = rng.normal(recipe.weight_mean, recipe.weight_sd, (config.n_visible, config.n_hidden))
    smoothed = (means * n + 1) / (n + 2)
    visible = np.log(smoothed / (1 - smoothed)) if recipe.bias_from_data else np.zeros(config.n_visible)
    hidden = np.zeros(config.n_hidden, np.float32)
    return RBM(config, weights.astype(np.float32), visible.astype(np.float32), hidden)
