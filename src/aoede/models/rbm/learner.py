"""Training an RBM: contrastive divergence, its persistent form, and centring.

One update is a step along the gradient of the log-likelihood in which the negative phase comes from a few Gibbs
sweeps. They start at the data (CD-k: Hinton, "Training products of experts by minimizing contrastive divergence",
2002) or go on from the update before (PCD: Tieleman, "Training restricted Boltzmann machines using
approximations to the likelihood gradient", 2008).

Centring takes visible offsets mu and hidden offsets l from the units, which frees the gradient of the weights
from that of the biases (Montavon & Mueller 2012). In the parameters of the plain RBM (Melchior, Fischer & Wiskott,
"How to center deep Boltzmann machines", 2016) with dW, db, dc the plain gradient:

    dW' = dW - mu dc^T - db l^T      db' = db - dW' l      dc' = dc - mu^T dW'
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.models.rbm.bits import Bits, Floats, flip
from aoede.models.rbm.model import RBM, Config, checked_tensor
from aoede.models.rbm.partition import ais_log_partition
from aoede.models.rbm.phases import Phase, Sweeps
from aoede.models.rbm.recipe import Recipe
from aoede.models.rbm.windows import Ints, Windows
from aoede.randomness import stream
from aoede.score import NONE_YET, Check

Shift = Callable[[Bits, np.random.Generator], Bits]

_MEANS_FROM = 20_000  # examples at most, for the means of the visible units
_OFFSET_RATE = np.float32(0.01)  # at which the offsets of centring follow the batches


class Learner:
    """One RBM in training on the windows of piano rolls.

    `train` and `valid` are rolls (T_i, width), each with its row of labels (n_labels,) if the model has any. Examples
    are all windows of the training rolls that begin at rows 0, `stride_steps`, ...; `shift` changes the windows
    (B, window_steps, width) of every batch. Raises InputError where there is nothing to learn from or shapes
    do not fit.
    """

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
        self._valid = Windows(config, valid, valid_labels, stride_steps=stride_steps)
        self._shift = shift
        if not len(self._train):
            raise InputError("there is nothing to learn from: no piece has a step")
        rng = stream(seed, "rbm", "begin")
        means = self._means(rng)
        log_odds = np.log(means / (1 - means))
        self._rbm = _begin(config, recipe, log_odds, rng)
        self._base = log_odds  # of the annealing at the checks
        self._velocity = np.zeros_like(self._rbm.matrix)
        self._gradient = np.zeros_like(self._rbm.matrix)  # only a place to work in
        # What a CD recipe does not have it does not store.
        n_chains = recipe.n_chains if recipe.persistent else 0
        chain_odds = np.broadcast_to(log_odds.astype(np.float32), (n_chains, config.n_visible))
        self._rbm.particles = flip(chain_odds, rng)
        self._visible_offset = means.astype(np.float32)
        self._hidden_offset = np.full(config.n_hidden, 0.5, np.float32)
        self._best = np.full(2, NONE_YET)  # watched and free-energy gap at the best check
        self._tamed = np.ones(1)  # what the learning rate is multiplied with

    @property
    def n_examples(self) -> int:
        """Examples in one epoch."""
        return len(self._train)

    @property
    def batch_size(self) -> int:
        return self.recipe.batch_size

    @property
    def model(self) -> RBM:
        """The model as it is now; the next update changes it."""
        return self._rbm

    # -- the update --

    @np.errstate(over="ignore", invalid="ignore")
    def update(self, indices: Ints, rng: np.random.Generator, progress: float) -> dict[str, float]:
        """One step on the examples `indices` (B,). `progress` in [0, 1) says where in the training it stands.

        Returns bits a step of the batch and of the chains, and the share of the hidden units that are on, which is
        no finite number once the weights are not.
        """
        sweeps = Sweeps(self._rbm.matrix)
        positive = sweeps.phase(self._batch(indices, rng))
        negative = self._negative_phase(sweeps, positive, rng, self.recipe.k_at(progress))
        gradient = self._gradient
        gradient.fill(0)
        positive.add_mean(gradient, 1.0)
        bits = float(gradient[:-1, -1].sum())
        negative.add_mean(gradient, -1.0)
        surplus = float(gradient[:-1, -1].sum())
        gradient[-1, -1] = 0  # no parameter: of units that are always on
        if self.recipe.centred:
            self._centre(gradient, positive)
        self._move(gradient, progress)
        return {
            "data bits a step": bits / self.config.window_steps,
            "chain bits a step": (bits - surplus) / self.config.window_steps,
            "hidden units on": float(positive.p[:, :-1].mean()),
        }

    def _negative_phase(self, sweeps: Sweeps, positive: Phase, rng: np.random.Generator, k: int) -> Phase:
        """The phase of the vectors that `k` sweeps lead to, from the data or from where the chains are."""
        phase = sweeps.phase(self._rbm.particles) if self.recipe.persistent else positive
        for _ in range(k):
            phase = sweeps.after(phase, rng)
        if self.recipe.persistent:
            self._rbm.particles = phase.visible.bits()
        return phase

    def _centre(self, gradient: Floats, positive: Phase) -> None:
        """Turn the plain gradient into the centred one; the offsets follow the data."""
        mu, offset = self._visible_offset, self._hidden_offset
        mu += _OFFSET_RATE * (positive.visible.mean()[:-1] - mu)
        offset += _OFFSET_RATE * (positive.p[:, :-1].mean(axis=0) - offset)
        dw, db, dc = gradient[:-1, :-1], gradient[:-1, -1], gradient[-1, :-1]
        dw -= np.stack([mu, db], axis=1) @ np.stack([dc, offset])
        db -= dw @ offset
        dc -= mu @ dw

    def _move(self, gradient: Floats, progress: float) -> None:
        """One step of the parameters along the gradient, with momentum and weight decay."""
        recipe, rbm, velocity = self.recipe, self._rbm, self._velocity
        if recipe.weight_decay:
            gradient[:-1, :-1] -= np.float32(recipe.weight_decay) * rbm.weights
        gradient *= np.float32(recipe.rate_at(progress) * self._tamed[0])
        velocity *= np.float32(recipe.momentum_at(progress))
        velocity += gradient
        rbm.matrix += velocity

    def _batch(self, indices: Ints, rng: np.random.Generator) -> Bits:
        v = self._train.gather(indices)
        if self._shift is not None:
            config = self.config
            windows = v[:, : config.n_roll].reshape(-1, config.window_steps, config.width)
            v[:, : config.n_roll] = self._shift(windows, rng).reshape(len(v), -1)
        return v

    def _means(self, rng: np.random.Generator) -> NDArray[np.float64]:
        """(V,) how often each visible unit is on in the training examples, never quite 0 or 1."""
        total, chosen = np.zeros(self.config.n_visible), self._train.spread(_MEANS_FROM)
        for part in np.array_split(chosen, -(-len(chosen) // 1024)):
            total += self._batch(part, rng).sum(axis=0)
        return (total + 1) / (len(chosen) + 2)

    def tame(self) -> None:
        """Halve the learning rate from here on."""
        self._tamed /= 2

    # -- the check --

    def check(self, rng: np.random.Generator) -> Check:
        """Held-out nats a step, and the gap of free energy between held-out and training windows, in nats a window.

        Both from the same few windows at every check, spread over the pieces; log Z by a short annealing, which
        flatters: good for comparing checks, not for printing. It overfits where the gap is wider than it was at
        the best check (Hinton's practical guide, section 6). Without a held-out piece the training windows are
        watched instead, and nothing ever overfits.
        """
        recipe = self.recipe
        log_z = ais_log_partition(
            self._rbm,
            rng,
            n_chains=recipe.n_check_chains,
            betas=np.linspace(0, 1, recipe.n_check_betas + 1),
            base=self._base,
        )
        seen = self._mean_free_energy(self._train)
        held_out = self._mean_free_energy(self._valid) if len(self._valid) else seen
        watched = (held_out + log_z.value) / self.config.window_steps
        gap = held_out - seen
        overfits = gap > self._best[1]
        if watched < self._best[0]:
            self._best[:] = watched, gap
        training = (seen + log_z.value) / self.config.window_steps
        figures = {"training nats a step": training}
        if len(self._valid):
            figures = {"held-out nats a step": watched, **figures, "free-energy gap": gap}
        return Check(float(watched), bool(overfits), figures)

    def _mean_free_energy(self, windows: Windows) -> float:
        chosen = windows.gather(windows.spread(self.recipe.n_check_windows))
        return float(self._rbm.free_energy(chosen).mean())

    # -- storing --

    def tensors(self) -> dict[str, NDArray[Any]]:
        """The weights and the persistent chains, copied: the chains are the model's particles."""
        return self._rbm.to_tensors()

    def state(self) -> dict[str, NDArray[Any]]:
        """All that the next update and check depend on beside the weights, copied."""
        return {name: tensor.copy() for name, tensor in self._state().items()}

    def _state(self) -> dict[str, NDArray[Any]]:
        return {
            "velocity": self._velocity,
            "visible_offset": self._visible_offset,
            "hidden_offset": self._hidden_offset,
            "best": self._best,
            "tamed": self._tamed,
        }

    def restore(self, tensors: Mapping[str, NDArray[Any]], state: Mapping[str, NDArray[Any]]) -> None:
        """After it the next update gives the same bits as if nothing had happened.

        Raises InputError, and changes nothing, for names, shapes or types that are not this learner's.
        """
        given = RBM.from_tensors(self._rbm.config_values, tensors)
        own = self._state()
        strange = set(own) ^ set(state) | set(self.tensors()) ^ set(tensors)
        if strange or given.particles.shape != self._rbm.particles.shape:
            named = ", ".join(sorted(strange)) or "the number of chains"
            raise InputError(f"this is no state of such a training: {named}")
        for name, tensor in own.items():
            checked_tensor(state, name, tensor.shape, tensor.dtype.type)
        self._rbm = given
        for name, tensor in own.items():
            tensor[...] = state[name]


def _begin(config: Config, recipe: Recipe, log_odds: NDArray[np.float64], rng: np.random.Generator) -> RBM:
    weights: Floats = np.asarray(
        rng.normal(recipe.weight_mean, recipe.weight_sd, (config.n_visible, config.n_hidden)), np.float32
    )
    biases = log_odds if recipe.bias_from_data else np.zeros(config.n_visible)
    return RBM(config, weights, biases.astype(np.float32), np.zeros(config.n_hidden, np.float32))
