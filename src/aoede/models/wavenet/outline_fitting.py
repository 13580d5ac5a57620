"""An outline as torch fits it: a minute, before the network begins. `outline.py` is the same in NumPy."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from aoede.models.wavenet.config import Config
from aoede.models.wavenet.outline import LOG_WIDTHS, REFLECTS, shapes
from aoede.models.wavenet.prediction import centres
from aoede.models.wavenet.takes import Take

N_ROWS, N_FRAMES = 24, 4  # stretches of a step, and their frames
STILL_SAMPLES = 160  # of a frame, where there are no frames
RATE, BETAS = 3e-3, (0.9, 0.99)
BEGIN_LOG_WIDTH = -4.0

Rows = NDArray[np.float32]


class Outline(nn.Module):
    """The weights of `outline.shapes`, without their first name."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        sizes = {name.removeprefix("outline."): shape for name, shape in shapes(config).items()}
        for name, shape in sizes.items():
            if "." not in name:
                self.register_parameter(name, nn.Parameter(torch.zeros(shape)))
        self.hidden = nn.ParameterList(nn.Parameter(torch.zeros(sizes[f"hidden.{i}"])) for i in range(2))
        self.hidden_bias = nn.ParameterList(
            nn.Parameter(torch.zeros(sizes[f"hidden_bias.{i}"])) for i in range(2)
        )
        offsets = torch.tensor([0, *config.label_sizes[:-1]], dtype=torch.long).cumsum(0)
        self.register_buffer("offsets", offsets, persistent=False)

    def forward(self, labels: Tensor, frames: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Labels (B, n_columns), frames (B, n, F) -> (B, n, n_quick), (B, n), (B, n, K)."""
        weights = dict(self.named_parameters())
        x = weights["bias"].expand(len(frames), frames.shape[1], -1)
        if "labels" in weights:
            offsets: Tensor = self.get_buffer("offsets")
            x = x + functional.embedding(labels + offsets, weights["labels"]).sum(dim=1)[:, None]
        if "frames" in weights:
            x = x + functional.linear(frames, weights["frames"])
        for i in range(2):
            x = functional.linear(functional.relu(x), self.hidden[i], self.hidden_bias[i])
        out = functional.linear(functional.relu(x), weights["out"], weights["out_bias"])
        n = self.config.n_quick
        return (
            _unfolded(REFLECTS * torch.tanh(out[..., :n])),
            out[..., n].clamp(*LOG_WIDTHS),
            out[..., n + 1 :],
        )


def _unfolded(reflections: Tensor) -> Tensor:
    weights = reflections[..., :1]
    for i in range(1, reflections.shape[-1]):
        last = reflections[..., i : i + 1]
        weights = torch.cat([weights - last * weights.flip(-1), last], dim=-1)
    return weights


@dataclass(frozen=True)
class _Stretches:
    samples: Rows  # (B, T)
    turns: Rows  # (B, n, K, 2)
    is_there: NDArray[np.bool_]  # (B, T) the sample counts
    labels: NDArray[np.int64]  # (B, n_columns)
    frames: Rows  # (B, n, F)


def fit(outline: Outline, takes: Sequence[Take], n_steps: int, rng: np.random.Generator) -> None:
    """Move the weights to where the takes are likely under Laplace distributions around what is foreseen, by Adam."""
    with torch.no_grad():
        outline.get_parameter("out").mul_(0.1)
        outline.get_parameter("out_bias")[outline.config.n_quick] = BEGIN_LOG_WIDTH
    optimizer = torch.optim.Adam(outline.parameters(), lr=RATE, betas=BETAS)
    sounds = [centres(outline.config.n_levels)[take.codes].astype(np.float32) for take in takes]
    ends = np.cumsum([len(sound) for sound in sounds])
    device = next(outline.parameters()).device
    for step in range(n_steps):
        optimizer.param_groups[0]["lr"] = RATE * 0.5 * (1 + np.cos(np.pi * step / n_steps))
        optimizer.zero_grad()
        _nats(outline, _drawn(outline.config, takes, sounds, ends, rng), device).backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(outline.parameters(), 1.0)
        optimizer.step()


def _drawn(
    config: Config,
    takes: Sequence[Take],
    sounds: Sequence[Rows],
    ends: NDArray[np.int64],
    rng: np.random.Generator,
) -> _Stretches:
    hop = _frame_samples(config)
    n = N_FRAMES * hop
    samples, is_there = np.zeros((N_ROWS, n), np.float32), np.zeros((N_ROWS, n), np.bool_)
    frames, labels, turns = [], [], []
    for row in range(N_ROWS):
        i = int(np.searchsorted(ends, rng.integers(ends[-1]), side="right"))
        first = int(rng.integers(max(1, len(sounds[i]) // hop - N_FRAMES + 1)))
        part = slice(first * hop, first * hop + n)
        found = sounds[i][part]
        samples[row, : len(found)] = found
        is_there[row, config.n_quick : len(found)] = True
        which = np.minimum(first + np.arange(N_FRAMES), len(takes[i].frames) - 1)
        frames.append(takes[i].frames[which])
        turns.append(takes[i].turns[which])
        labels.append(takes[i].labels)
    return _Stretches(samples, np.stack(turns), is_there, np.stack(labels), np.stack(frames))


def _frame_samples(config: Config) -> int:
    return config.frame_samples if config.n_frame_features else STILL_SAMPLES


def _nats(outline: Outline, stretches: _Stretches, device: torch.device) -> Tensor:
    """A sample, but for a constant."""
    n_taps, hop = outline.config.n_quick, _frame_samples(outline.config)
    samples, turns, labels, frames, is_there = (
        torch.from_numpy(array).to(device)
        for array in (
            stretches.samples,
            stretches.turns,
            stretches.labels,
            stretches.frames,
            stretches.is_there,
        )
    )
    weights, log_widths, harmonics = outline(labels, frames)
    rest = samples - _waves(harmonics, turns, hop) if outline.config.n_harmonics else samples
    past = torch.stack(
        [functional.pad(rest, (k, 0))[:, : rest.shape[1]] for k in range(1, n_taps + 1)], dim=-1
    )
    log_widths = log_widths.repeat_interleave(hop, dim=1)
    error = rest - (past * weights.repeat_interleave(hop, dim=1)).sum(dim=-1)
    nats = (log_widths + error.abs() * torch.exp(-log_widths)) * is_there
    mean: Tensor = nats.sum() / is_there.sum().clamp(min=1)
    return mean


def _waves(harmonics: Tensor, turns: Tensor, hop: int) -> Tensor:
    """`outline.waves` of rows side by side: (B, n, K), (B, n, K, 2) -> (B, n hop)."""
    ahead = (torch.arange(hop, device=turns.device) + 0.5) / hop - 0.5
    share = ahead.abs().view(1, 1, hop, 1)
    earlier = torch.cat([harmonics[:, :1], harmonics[:, :-1]], dim=1).unsqueeze(2)
    later = torch.cat([harmonics[:, 1:], harmonics[:, -1:]], dim=1).unsqueeze(2)
    beside = torch.where(ahead.view(1, 1, hop, 1) < 0, earlier, later)
    angles = turns[..., 0].unsqueeze(2) + turns[..., 1].unsqueeze(2) * torch.arange(
        hop, device=turns.device
    ).view(1, 1, hop, 1)
    tones = torch.cos(2 * np.pi * angles).nan_to_num()
    return ((harmonics.unsqueeze(2) * (1 - share) + beside * share) * tones).sum(dim=-1).flatten(1)
