"""Training the touch of drums: the network of `music/drum_touch.py`, in torch."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from aoede.learning.drum_takes import Take
from aoede.learning.loop import Tensors
from aoede.music.drum_touch import HIGHEST, LOWEST, Touch, TouchConfig, asked, hits_of, remembered, shapes
from aoede.randomness import stream
from aoede.score import NONE_YET, Check

N_STEPS = 4_000
BATCH = 256  # hits
RATE, WEIGHT_DECAY = 3e-3, 0.1
DROPOUT = 0.15  # of what is read, and of the hidden units

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


def rows_of(takes: Sequence[Take]) -> tuple[Floats, Floats]:
    """(n, N_ASKED + N_REMEMBERED) what is read of each hit, and (n, 2) its velocity and offset."""
    read, struck = list[Floats](), list[Floats]()
    for take in takes:
        groove = take.groove
        steps, kinds = hits_of(groove.hits)
        parts = [asked(groove.hits, take.places, take.setting), remembered(groove, len(take.bar))]
        read.append(np.concatenate(parts, axis=1))
        struck.append(np.stack([groove.velocities[steps, kinds], groove.offsets[steps, kinds]], axis=1))
    return np.concatenate(read), np.concatenate(struck)


class TouchLearner:
    """A touch in training: the face that the loop sees."""

    batch_size = BATCH

    def __init__(
        self, config: TouchConfig, train: Sequence[Take], valid: Sequence[Take], *, seed: int
    ) -> None:
        self._config, self._seed = config, seed
        self._read, self._struck = (torch.from_numpy(part) for part in rows_of(train))
        self._valid = list(valid)
        rng = stream(seed, "touch", "begin")
        self._weights = {
            name: nn.Parameter(torch.from_numpy(_begun(name, shape, config, rng)))
            for name, shape in shapes(config).items()
        }
        matrices = [p for p in self._weights.values() if p.dim() > 1]
        groups = [
            {"params": matrices, "weight_decay": WEIGHT_DECAY},
            {"params": [p for p in self._weights.values() if p.dim() == 1], "weight_decay": 0.0},
        ]
        self._optimizer = torch.optim.AdamW(groups, lr=RATE)
        self._slower = 1.0

    @property
    def n_examples(self) -> int:
        return len(self._read)

    def update(self, indices: Ints, rng: np.random.Generator, progress: float) -> dict[str, float]:
        """One step on these hits."""
        at = torch.from_numpy(np.asarray(indices, np.int64))
        for group in self._optimizer.param_groups:
            group["lr"] = RATE * self._slower * 0.5 * (1 + np.cos(np.pi * progress))
        loss = self._nats(self._read[at], self._struck[at], rng).mean()
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()
        return {"training nats a hit": float(loss.item())}

    def _nats(self, read: Tensor, struck: Tensor, rng: np.random.Generator | None) -> Tensor:
        """(n,) of velocity and offset together; without `rng` nothing is dropped."""
        w = self._weights
        h = torch.tanh(_dropped(read, rng) @ w["hidden.weight"].T + w["hidden.bias"])
        h = _dropped(h, rng)
        v = h @ w["velocity.weight"].T + w["velocity.bias"]
        o = torch.cat([h, struck[:, :1]], dim=1) @ w["offset.weight"].T + w["offset.bias"]
        return _mixture_nats(v, struck[:, 0]) + _mixture_nats(o, struck[:, 1])

    def check(self, rng: np.random.Generator) -> Check:
        touch = Touch(self._config, self.tensors())
        found = [touch.nats(take.groove, take.places, take.setting, len(take.bar)) for take in self._valid]
        nats = np.concatenate([np.zeros((0, 2), np.float32), *found]).sum(axis=1)
        watched = float(nats.mean()) if len(nats) else NONE_YET
        return Check(watched, False, {"held-out nats a hit": watched})

    def tame(self) -> None:
        self._slower /= 2

    def tensors(self) -> Tensors:
        return {name: p.detach().numpy().copy() for name, p in self._weights.items()}

    def state(self) -> Tensors:
        found: dict[str, NDArray[Any]] = {"slower": np.array([self._slower])}
        for name, p in self._weights.items():
            moments = self._optimizer.state.get(p, {})
            found[f"step.{name}"] = np.array([float(moments.get("step", 0))])
            for kind in ("exp_avg", "exp_avg_sq"):
                found[f"{kind}.{name}"] = moments.get(kind, torch.zeros_like(p)).detach().numpy().copy()
        return found

    def restore(self, tensors: Mapping[str, Any], state: Mapping[str, Any]) -> None:
        self._slower = float(state["slower"][0])
        with torch.no_grad():
            for name, p in self._weights.items():
                p.copy_(torch.from_numpy(np.array(tensors[name])))
                self._optimizer.state[p] = {
                    "step": torch.tensor(float(state[f"step.{name}"][0])),
                    **{
                        kind: torch.from_numpy(np.array(state[f"{kind}.{name}"]))
                        for kind in ("exp_avg", "exp_avg_sq")
                    },
                }


def _begun(
    name: str, shape: tuple[int, ...], config: TouchConfig, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Small weights; the normals of a mixture begin side by side."""
    if len(shape) > 1:
        return np.asarray(rng.standard_normal(shape) / np.sqrt(shape[1]), np.float32)
    bias = np.zeros(shape, np.float32)
    m = config.n_mixed
    if name.startswith("velocity"):
        bias[m : 2 * m] = (np.arange(m) + 0.5) / m
    if name.startswith("offset"):
        bias[m : 2 * m] = (np.arange(m) + 0.5) / m - 0.5
    if not name.startswith("hidden"):
        bias[2 * m :] = -1.5
    return bias


def _dropped(x: Tensor, rng: np.random.Generator | None) -> Tensor:
    if rng is None:
        return x
    kept = torch.from_numpy((rng.random(tuple(x.shape), np.float32) >= DROPOUT).astype(np.float32))
    return x * kept / (1 - DROPOUT)


def _mixture_nats(out: Tensor, values: Tensor) -> Tensor:
    """(n,) as `music/drum_touch.py` has it."""
    shares, means, scales = out.chunk(3, dim=1)
    scales = scales.clamp(LOWEST, HIGHEST)
    parts = shares.log_softmax(dim=1) - 0.5 * ((values[:, None] - means) / scales.exp()) ** 2 - scales
    return 0.5 * float(np.log(2 * np.pi)) - parts.logsumexp(dim=1)
