"""The outputs as torch trains them: `bernoulli.py`, `nade.py`, `rbm.py` and `notes.py` are the same in NumPy.

Each takes N frames (N, n_bits) with what is remembered before them (N, n_hidden) and what is seen, and gives nats
(N, n_bits), a bit given those before it; the RBM, which has no such parts, (N, 1).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import log

import torch
from torch import Tensor, nn
from torch.nn import functional

from aoede.neural.frames.config import N_LENGTHS, FrameConfig
from aoede.neural.frames.notes import N_COUNTS
from aoede.neural.frames.recipe import FrameRecipe
from aoede.neural.network import Masks

_N_BETAS = 100  # steps of the rough estimate


@dataclass(frozen=True)
class Sight:
    """What an output sees beside what is remembered."""

    past: Tensor  # (N, n_past, n_bits) the frames before, the latest first
    echo: Tensor  # (N, n_bits)
    lengths: Tensor  # (N,)


def output_of(config: FrameConfig, recipe: FrameRecipe, masks: Masks, n_hidden: int) -> "Output":
    """The output that the config names."""
    return _OUTPUTS[config.output](config, recipe, masks, n_hidden)


class Output(nn.Module, ABC):
    """What all have: biases of the bits, from which a training begins at their frequencies."""

    @abstractmethod
    def bits_bias(self) -> nn.Parameter:
        """(n_bits,), of notes (n_pitches,)."""


class _Bernoulli(Output):
    def __init__(self, config: FrameConfig, recipe: FrameRecipe, masks: Masks, n_hidden: int) -> None:
        super().__init__()
        self.out = nn.Linear(n_hidden, config.n_bits)

    def bits_bias(self) -> nn.Parameter:
        return self.out.bias

    def forward(self, hidden: Tensor, frames: Tensor, sight: Sight) -> Tensor:
        return _nats(self.out(hidden), frames)


class _Nade(Output):
    def __init__(self, config: FrameConfig, recipe: FrameRecipe, masks: Masks, n_hidden: int) -> None:
        super().__init__()
        self.units = nn.Parameter(torch.zeros(config.n_bits, config.n_units))
        self.visible = nn.Parameter(torch.zeros(config.n_bits, config.n_units))
        self.to_units = nn.Linear(n_hidden, config.n_units)
        self.to_bits = nn.Linear(n_hidden, config.n_bits)

    def bits_bias(self) -> nn.Parameter:
        return self.to_bits.bias

    def forward(self, hidden: Tensor, frames: Tensor, sight: Sight) -> Tensor:
        given = frames[:, :, None] * self.units  # (N, n_bits, n_units)
        a = self.to_units(hidden).float()[:, None] + given.cumsum(dim=1) - given
        return _nats(self.to_bits(hidden).float() + (a.sigmoid() * self.visible).sum(dim=2), frames)


class _Rbm(Output):
    """Contrastive divergence: the energy of the frame less that of one to which Gibbs sampling goes from it.

    That has the gradient, but does not say how good the model is: in training the nats are those of reconstructions.
    """

    def __init__(self, config: FrameConfig, recipe: FrameRecipe, masks: Masks, n_hidden: int) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.zeros(config.n_bits, config.n_units))
        self.to_units = nn.Linear(n_hidden, config.n_units)
        self.to_bits = nn.Linear(n_hidden, config.n_bits)
        self.n_gibbs, self.masks = recipe.n_gibbs, masks

    def bits_bias(self) -> nn.Parameter:
        return self.to_bits.bias

    def forward(self, hidden: Tensor, frames: Tensor, sight: Sight) -> Tensor:
        b, c = self.to_bits(hidden).float(), self.to_units(hidden).float()
        if not self.training:
            return (self._energy(frames, b, c) + self._log_z(b, c))[:, None]
        with torch.no_grad():
            x = frames
            for _ in range(self.n_gibbs):
                x = self._swept(x, b, c, 1.0)
        contrast = (self._energy(frames, b, c) - self._energy(x, b, c))[:, None]
        return contrast + (self._reconstructed(frames, b, c) - contrast).detach()

    def _reconstructed(self, x: Tensor, b: Tensor, c: Tensor) -> Tensor:
        """(N, 1) nats of x given the units that it calls for: unlike the contrast they fall as the model learns."""
        logits = b + (c + x @ self.weights).sigmoid() @ self.weights.T
        return _nats(logits, x).sum(dim=1, keepdim=True)

    def _energy(self, x: Tensor, b: Tensor, c: Tensor, beta: float = 1.0) -> Tensor:
        """(N,) free energies, with the units' part at the inverse temperature `beta`."""
        return -(b * x).sum(dim=1) - functional.softplus(beta * (c + x @ self.weights)).sum(dim=1)

    def _log_z(self, b: Tensor, c: Tensor) -> Tensor:
        """(N,) a rough estimate by annealed importance sampling with one chain, for the checks of a training."""
        x = self._drawn(b)
        log_z = functional.softplus(b).sum(dim=1) + c.shape[1] * log(2)
        for k in range(_N_BETAS):
            low, high = k / _N_BETAS, (k + 1) / _N_BETAS
            log_z = log_z + self._energy(x, b, c, low) - self._energy(x, b, c, high)
            x = self._swept(x, b, c, high)
        return log_z

    def _swept(self, x: Tensor, b: Tensor, c: Tensor, beta: float) -> Tensor:
        """The units given x, then x given them."""
        units = self._drawn(beta * (c + x @ self.weights))
        return self._drawn(b + beta * (units @ self.weights.T))

    def _drawn(self, logits: Tensor) -> Tensor:
        chance = torch.rand(logits.shape, generator=self.masks.generator).to(logits.device)
        return (chance < logits.sigmoid()).to(logits.dtype)


class _Notes(Output):
    def __init__(self, config: FrameConfig, recipe: FrameRecipe, masks: Masks, n_hidden: int) -> None:
        super().__init__()
        n = config.n_units
        self.config, self.recipe, self.masks = config, recipe, masks
        self.past = nn.Conv1d(config.n_channels, n, 2 * config.reach + 1, padding=config.reach)
        self.below = nn.Conv1d(config.n_kinds, n, config.reach_below, bias=False)
        self.counts = nn.Embedding(N_COUNTS, n)
        self.pitches = nn.Parameter(torch.zeros(config.n_pitches, n))
        self.lengths = nn.Embedding(N_LENGTHS, n) if config.has_echo else None
        self.remembered = nn.Linear(n_hidden, n)
        self.direct = nn.Linear(n_hidden, config.n_pitches)
        self.deep = nn.ModuleList(nn.Linear(n, n) for _ in range(config.n_deep))
        self.out = nn.Linear(n, config.n_kinds)

    def bits_bias(self) -> nn.Parameter:
        return self.direct.bias

    def forward(self, hidden: Tensor, frames: Tensor, sight: Sight) -> Tensor:
        x = self._features(hidden, frames, sight)
        x = self._dropped(functional.relu(x), (len(x), 1, x.shape[2]), self.recipe.dropout / 2)
        for layer in self.deep:
            x = x + self._dropped(functional.relu(layer(x)), (len(x), 1, x.shape[2]), self.recipe.dropout)
        out = self.out(x).float().transpose(1, 2)  # (N, n_kinds, n_pitches)
        held = frames[:, : self.config.n_pitches]
        nats = _nats(out[:, 0] + self.direct(hidden).float(), held)
        if not self.config.has_strikes:
            return nats
        may_strike = held * sight.past[:, 0, : self.config.n_pitches]
        return torch.cat([nats, may_strike * _nats(out[:, 1], frames[:, self.config.n_pitches :])], dim=1)

    def _features(self, hidden: Tensor, frames: Tensor, sight: Sight) -> Tensor:
        """(N, n_pitches, n_units) what is known at each cell."""
        config, n = self.config, len(frames)
        rows = torch.cat([sight.past, sight.echo[:, None]], dim=1) if config.has_echo else sight.past
        bits = rows.reshape(n, config.n_channels, config.n_pitches)
        around = self.past(self._dropped(bits, (*bits.shape[:2], 1), self.recipe.past_dropout))
        own = frames.view(n, config.n_kinds, config.n_pitches)
        below = self.below(functional.pad(own, (config.reach_below, 0))[:, :, :-1])
        held = own[:, 0]
        n_below = (held.cumsum(dim=1) - held).long().clamp(max=N_COUNTS - 1)
        told = self.remembered(hidden)
        if self.lengths is not None:
            told = told + self.lengths(sight.lengths)
        x: Tensor = (around + below).transpose(1, 2) + self.pitches.to(around.dtype)
        x += functional.embedding(n_below, self.counts.weight.to(x.dtype))
        x += told[:, None].to(x.dtype)
        return x

    def _dropped(self, x: Tensor, shape: tuple[int, ...], p: float) -> Tensor:
        if not self.training or not p:
            return x
        return x * self.masks.draw(tuple(shape), p, x)


def _nats(logits: Tensor, bits: Tensor) -> Tensor:
    nats: Tensor = functional.binary_cross_entropy_with_logits(logits.float(), bits, reduction="none")
    return nats


_OUTPUTS: Mapping[str, Callable[[FrameConfig, FrameRecipe, Masks, int], Output]] = {
    "bernoulli": _Bernoulli,
    "nade": _Nade,
    "rbm": _Rbm,
    "notes": _Notes,
}
