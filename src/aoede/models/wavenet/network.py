"""The WaveNet as torch trains it, a stretch of samples at once. `model.py` is the same in NumPy."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from aoede.models.wavenet.config import Config
from aoede.models.wavenet.model import N_HATS, WIDEST_STEP
from aoede.models.wavenet.outline_fitting import Outline
from aoede.models.wavenet.prediction import FLOOR, LEAST_SCALE, edges
from aoede.models.wavenet.takes import Crops
from aoede.neural.network import Labels, Masks, State


@dataclass(frozen=True)
class Stretch:
    """`Crops` as tensors on the device, for one update."""

    inputs: Tensor
    targets: Tensor
    places: Tensor
    widths: Tensor
    counted: Tensor
    labels: Tensor
    frames: Tensor
    making: Tensor
    n_symbols: int  # samples that count

    @classmethod
    def of(cls, crops: Crops, device: torch.device) -> "Stretch":
        names = ("inputs", "targets", "places", "widths", "counted", "labels", "frames", "making")
        on_device: dict[str, Any] = {
            name: torch.from_numpy(getattr(crops, name)).to(device) for name in names
        }
        return cls(**on_device, n_symbols=max(1, int(crops.counted.sum())))

    def __len__(self) -> int:
        return self.targets.shape[1]

    def part(self, steps: slice) -> "Stretch":
        """The whole: a stretch carries nothing from one part to the next, so it is never read in parts."""
        return self


class First(nn.Module):
    """The last two codes, and where the prior lies, -> (B, T, R)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.now = nn.Parameter(torch.zeros(config.n_levels, config.n_residual))
        self.past = nn.Parameter(torch.zeros(config.n_levels, config.n_residual))
        self.n_levels, self.has_prior = config.n_levels, config.has_prior
        if config.has_prior:
            self.prediction = nn.Parameter(torch.zeros(N_HATS, config.n_residual))
            self.width = nn.Parameter(torch.zeros(N_HATS, config.n_residual))

    def forward(self, stretch: Stretch) -> Tensor:
        inputs = stretch.inputs
        h = functional.embedding(inputs[:, 1:-1], self.now) + functional.embedding(inputs[:, :-2], self.past)
        if not self.has_prior:
            return h
        places, widths = stretch.places, stretch.widths
        y = torch.sign(places) * torch.log1p((self.n_levels - 1) * places.abs()) / np.log(self.n_levels)
        w = (torch.log2(widths) + 16).clamp(0, 16) / 16
        return h + _between(self.prediction, (y + 1) / 2) + _between(self.width, w)


def _between(table: Tensor, share: Tensor) -> Tensor:
    """Places from 0 to 1 (B, T) between the rows of a table (n, R) -> (B, T, R)."""
    place = share * (len(table) - 1)
    below = place.floor().clamp(0, len(table) - 2)
    near = (place - below).unsqueeze(2).to(table.dtype)
    below = below.long()
    return functional.embedding(below, table) * (1 - near) + functional.embedding(below + 1, table) * near


class Told(nn.Module):
    """Labels (B, n_columns), frames (B, n, F), and of which rows sound is made (B,) -> (B, n, n_told)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(config.n_told))
        if config.has_prior:
            self.making = nn.Parameter(torch.zeros(config.n_told))
        if config.label_sizes:
            made = Labels(config.label_sizes, config.n_told)
            self.labels = made.table
            self.register_buffer("offsets", made.offsets, persistent=False)
        if config.n_frame_features:
            self.frames = nn.Parameter(torch.zeros(config.n_told, config.n_frame_features))
        self.has_labels, self.has_frames = bool(config.label_sizes), bool(config.n_frame_features)
        self.has_prior = config.has_prior

    def forward(self, labels: Tensor, frames: Tensor, making: Tensor) -> Tensor:
        c = self.bias.expand(len(labels), frames.shape[1], -1)
        if self.has_prior:
            c = c + self.making * making.view(-1, 1, 1)
        if self.has_labels:
            offsets: Tensor = self.get_buffer("offsets")
            c = c + functional.embedding(labels + offsets, self.labels).sum(dim=1, keepdim=True)
        if self.has_frames:
            c = c + functional.linear(frames, self.frames)
        return functional.relu(c)


class Layer(nn.Module):
    """One gated, dilated layer: (B, T, R) -> (B, T, R) for the next one, and (B, T, S) for the head."""

    def __init__(self, config: Config, dilation: int) -> None:
        super().__init__()
        r, s = config.n_residual, config.n_skip
        self.dilation, self.r = dilation, r
        self.gates = nn.Parameter(torch.zeros(2 * r, 2 * r))
        self.gates_bias = nn.Parameter(torch.zeros(2 * r))
        self.out = nn.Parameter(torch.zeros(r + s, r))
        self.out_bias = nn.Parameter(torch.zeros(r + s))
        self.told = nn.Parameter(torch.zeros(2 * r, config.n_told)) if config.is_told else None

    def forward(self, h: Tensor, told: Tensor | None) -> tuple[Tensor, Tensor]:
        d, n_steps = self.dilation, h.shape[1]
        earlier = functional.pad(h, (0, 0, min(d, n_steps), 0))[:, :n_steps]
        gates = functional.linear(torch.cat([earlier, h], dim=2), self.gates, self.gates_bias)
        if told is not None and self.told is not None:
            n_frames = told.shape[1]
            by_frame = gates.view(len(gates), n_frames, n_steps // n_frames, -1)
            gates = (by_frame + functional.linear(told, self.told).unsqueeze(2)).view_as(gates)
        u = torch.tanh(gates[..., : self.r]) * torch.sigmoid(gates[..., self.r :])
        out = functional.linear(u, self.out, self.out_bias)
        return h + out[..., : self.r], out[..., self.r :]


class Head(nn.Module):
    """(B, T, S) -> (B, T, n_outputs)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.hidden = nn.Parameter(torch.zeros(config.n_skip, config.n_skip))
        self.hidden_bias = nn.Parameter(torch.zeros(config.n_skip))
        self.out = nn.Parameter(torch.zeros(config.n_outputs, config.n_skip))
        self.out_bias = nn.Parameter(torch.zeros(config.n_outputs))

    def forward(self, skip: Tensor) -> Tensor:
        hidden = functional.linear(functional.relu(skip), self.hidden, self.hidden_bias)
        return functional.linear(functional.relu(hidden), self.out, self.out_bias)


class Network(nn.Module):
    """Nothing is carried from stretch to stretch: each begins in silence, as a clip does."""

    def __init__(self, config: Config, recipe: object, masks: Masks) -> None:
        super().__init__()
        self.config = config
        self.inputs = First(config)
        if config.is_told:
            self.told = Told(config)
        self.layers = nn.ModuleList(Layer(config, d) for d in config.dilations)
        self.head = Head(config)
        if config.has_prior:
            self.outline = Outline(config)
        self.register_buffer("edges", torch.tensor(edges(config.n_levels)), persistent=False)

    def begin(self, n_rows: int) -> State:
        return ()

    def forward(self, stretch: Stretch, state: State) -> tuple[Tensor, State]:
        """(B, T, n_levels) logits, and nothing."""
        told = self.told(stretch.labels, stretch.frames, stretch.making) if self.config.is_told else None
        out = self.head(self.heard(self.inputs(stretch), told)).to(stretch.places.dtype)
        if not self.config.has_prior:
            return out, ()
        n = self.config.n_levels
        by, wider = (WIDEST_STEP * torch.tanh(out[..., n + k] / WIDEST_STEP) for k in range(2))
        places = stretch.places + stretch.widths * by
        widths = (stretch.widths * wider.exp()).clamp(min=LEAST_SCALE)
        return out[..., :n] + log_laplace(places, widths, self.get_buffer("edges").to(places.dtype)), ()

    def heard(self, h: Tensor, told: Tensor | None) -> Tensor:
        """(B, T, R) what the first layer reads -> (B, T, S) the sum of what all layers give out."""
        skip = torch.zeros((1, 1, 1), device=h.device, dtype=h.dtype)
        for layer in self.layers:
            h, given = layer(h, told)
            skip = skip + given
        return skip

    def nats(self, stretch: Stretch) -> Tensor:
        """What the samples that count cost in all."""
        logits, _ = self(stretch, ())
        each = functional.cross_entropy(logits.flatten(0, 1), stretch.targets.flatten(), reduction="none")
        return (each * stretch.counted.flatten()).sum()


def log_laplace(places: Tensor, widths: Tensor, edges: Tensor) -> Tensor:
    """(...,) predictions and widths -> (..., n_levels) log-probabilities of the codes between the edges."""
    z = (edges - places.unsqueeze(-1)) / widths.unsqueeze(-1)
    tail = 0.5 * torch.exp(-z.abs())
    inside = (z[..., :-1] <= 0) & (z[..., 1:] >= 0)
    low, high = tail[..., :-1], tail[..., 1:]
    cells = torch.where(inside, 1 - low - high, (high - low).abs()).clamp(min=0)  # rounding
    first = torch.where(z[..., :1] < 0, tail[..., :1], 1 - tail[..., :1])
    last = torch.where(z[..., -1:] < 0, 1 - tail[..., -1:], tail[..., -1:])
    cells = torch.cat([first, cells, last], dim=-1)
    return torch.log((1 - FLOOR) * cells + FLOOR / cells.shape[-1])
