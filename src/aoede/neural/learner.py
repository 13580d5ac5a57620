"""Training any network: truncated back-propagation through time over windows of what it reads.

Update t reads a window of the data. The state that the window before left behind is carried in, but no gradient
flows back into it (Williams & Peng 1990). Weights move by AdamW (Loshchilov & Hutter 2019) along clipped gradients
at a rate that rises for a moment and then falls as half a cosine. What a window is, and what it costs, its
children say: `documents.py` reads text, `frames/learner.py` music.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from aoede.errors import InputError
from aoede.neural.network import Masks, State, array_of, begin_weights, load_weights, weights_of
from aoede.neural.recipe import Recipe
from aoede.randomness import stream
from aoede.score import NONE_YET, Check

_BETAS = (0.9, 0.99)
_BFLOAT16_FEATURES = ("avx512_bf16", "amx_bf16", "arm_bf16")  # of processors with fast products of it

Ints = NDArray[np.int64]
B = TypeVar("B", bound="Batch")


class Batch(Protocol):
    """What a network reads in one update, on its device."""

    def __len__(self) -> int:
        """Steps of time."""

    def part(self: B, steps: slice) -> B:
        """These steps of all rows."""

    @property
    def n_symbols(self) -> int:
        """What the nats are divided by: the characters or frames that are foreseen."""


class NetworkLearner(ABC, Generic[B]):
    """A network in training, the half that knows nothing of what it reads.

    A family says which network: `kind(config, recipe, masks)` is a module that draws its dropout from `masks`.
    """

    kind: ClassVar[Callable[..., Any]]
    unit: ClassVar[str]  # "character": what a figure is a mean over

    def __init__(self, config: Any, recipe: Recipe, *, n_rows: int, seed: int) -> None:
        self.config, self.recipe, self.n_rows = config, recipe, n_rows
        self._device = torch.device(device())
        self._masks = Masks()
        with torch.random.fork_rng(devices=[]):  # torch's own generator stays as it is
            torch.default_generator.manual_seed(int(stream(seed, "network", "biases").integers(2**63)))
            self.network = type(self).kind(config, recipe, self._masks)
        begin_weights(self.network, stream(seed, "network", "begin"))
        self.network.to(self._device)
        self.gap = 0.0  # of the held-out figure and the training loss at the last check
        self._optimizer = _optimizer(self.network, recipe)
        self._precision = getattr(torch, settled(recipe).precision)
        self._state: State = self.network.begin(n_rows)
        self._best = np.full(
            2, NONE_YET
        )  # watched, and its distance from the training loss, at the best check
        self._recent = np.zeros(2)  # sum and number of the training losses since the last check
        self._tamed = np.ones(1)  # what the learning rate is multiplied with
        self._n_updates = 0

    @property
    @abstractmethod
    def n_examples(self) -> int:
        """Windows in one epoch; which comes when is the learner's own affair."""

    @property
    def batch_size(self) -> int:
        return 1

    @abstractmethod
    def _window(self, rng: np.random.Generator) -> tuple[B, NDArray[np.bool_]]:
        """The next window, and (B,) which rows forget what they carried."""

    @abstractmethod
    def _cost(self, batch: B, state: State) -> tuple[Tensor, State]:
        """Nats of a batch in all, and the state after it."""

    @abstractmethod
    def _held_out_nats(self) -> tuple[float, int] | None:
        """What the held-out data cost, and over how many characters or frames; None where nothing is held out."""

    # -- the update --

    def update(self, indices: Ints, rng: np.random.Generator, progress: float) -> dict[str, float]:
        """Read the next window and move the weights. Returns its nats a character and the norm of the gradient."""
        self._masks.seed = int(rng.integers(2**63))
        batch, forgotten = self._window(rng)
        self.network.train()
        self._optimizer.zero_grad(set_to_none=True)
        loss, state = self._loss(batch, self._carried(forgotten))
        loss.backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.clip or float("inf"))
        for group in self._optimizer.param_groups:
            group["lr"] = self.recipe.rate_at(progress, self._n_updates) * float(self._tamed[0])
        self._optimizer.step()
        self._state = tuple(part.detach() for part in state)
        self._n_updates += 1
        nats = float(loss.item())
        self._recent += (nats, 1)
        return {f"training nats a {self.unit}": nats, "gradient norm": float(norm)}

    def tame(self) -> None:
        """Halve the learning rate from here on."""
        self._tamed /= 2

    def _carried(self, forgotten: NDArray[np.bool_]) -> State:
        """The state with these rows (B,) as they begin."""
        if not forgotten.any():
            return self._state
        rows = torch.from_numpy(forgotten).to(self._device)
        begun = self.network.begin(self.n_rows)
        return tuple(
            torch.where(rows.view(1, -1, *[1] * (part.dim() - 2)), new.to(part.dtype), part)
            for part, new in zip(self._state, begun, strict=True)
        )

    def _loss(self, batch: B, state: State) -> tuple[Tensor, State]:
        """Mean nats of a window, whose steps may be taken again for the gradient instead of being kept."""
        n_steps = len(batch)
        every = self.recipe.checkpoint_steps or n_steps
        if every >= n_steps:
            total, state = self._nats(batch, state)
            return total / batch.n_symbols, state
        total = torch.zeros((), device=self._device)
        for begin in range(0, n_steps, every):
            part = batch.part(slice(begin, begin + every))
            nats, state = checkpoint(self._nats, part, state, use_reentrant=False)
            total = total + nats
        return total / batch.n_symbols, state

    def _nats(self, batch: B, state: State) -> tuple[Tensor, State]:
        self._masks.again()
        with self._autocast():
            return self._cost(batch, state)

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self._device.type, self._precision, self._precision != torch.float32)

    # -- the check --

    def check(self, rng: np.random.Generator) -> Check:
        """Held-out nats a character or frame, states carried along what is held out.

        It overfits where the held-out figure is further from the training loss than it was at the best check.
        Without held-out data the training loss is watched, and nothing ever overfits.
        """
        self.network.eval()
        with torch.no_grad():
            found = self._held_out_nats()
        return self.judged(None if found is None else found[0] / found[1])

    def judged(self, watched: float | None) -> Check:
        """The check of a reading that cost so many nats a character or frame; None: nothing was held out."""
        total, n = self._recent
        training = float(total / n) if n else NONE_YET
        self._recent[:] = 0
        if watched is None:
            self._best[:] = min(self._best[0], training), 0
            return Check(training, False, {})
        self.gap = watched - training if n else 0.0
        overfits = self.gap > self._best[1]
        if watched < self._best[0]:
            self._best[:] = watched, self.gap
        return Check(watched, bool(overfits), {f"held-out nats a {self.unit}": watched})

    # -- storing --

    def tensors(self) -> dict[str, NDArray[Any]]:
        return weights_of(self.network)

    def state(self) -> dict[str, NDArray[Any]]:
        """All that the next update and check depend on beside the weights, copied."""
        own = {f"carried.{i}": array_of(part) for i, part in enumerate(self._state)}
        for name, p in self._learnt():
            moments = self._optimizer.state.get(p, {})
            for kind in ("exp_avg", "exp_avg_sq"):
                own[f"{kind}.{name}"] = array_of(moments.get(kind, torch.zeros_like(p)))
        return own | {
            "best": self._best.copy(),
            "recent": self._recent.copy(),
            "tamed": self._tamed.copy(),
            "n_updates": np.array([self._n_updates], np.int64),
        }

    def restore(self, tensors: Mapping[str, NDArray[Any]], state: Mapping[str, NDArray[Any]]) -> None:
        """After it the next update gives the same bits as if nothing had happened.

        Raises InputError, and changes nothing, for names, shapes or types that are not this learner's.
        """
        _check_same(self.tensors(), tensors)
        _check_same(self.state(), state)
        load_weights(self.network, tensors)
        self._n_updates = int(state["n_updates"][0])
        for mine, name in ((self._best, "best"), (self._recent, "recent"), (self._tamed, "tamed")):
            mine[...] = state[name]
        self._state = tuple(
            torch.from_numpy(np.array(state[f"carried.{i}"])).to(part.device, part.dtype)
            for i, part in enumerate(self._state)
        )
        for name, p in self._learnt():
            self._optimizer.state[p] = {
                "step": torch.tensor(float(self._n_updates), device=p.device),
                **{
                    kind: torch.from_numpy(np.array(state[f"{kind}.{name}"])).to(p.device)
                    for kind in ("exp_avg", "exp_avg_sq")
                },
            }

    def _learnt(self) -> list[tuple[str, nn.Parameter]]:
        return [(name, p) for name, p in self.network.named_parameters() if p.requires_grad]


def device() -> str:
    """Where networks are trained: "cuda" or "cpu"."""
    return "cuda" if torch.cuda.is_available() else "cpu"


@contextmanager
def threads(n: int) -> Iterator[None]:
    """torch on so many threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(n)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def settled(recipe: Recipe) -> Recipe:
    """The recipe with the precision that suits this machine, where it leaves that open."""
    if recipe.precision != "auto":
        return recipe
    if torch.cuda.is_available():
        has_bfloat16 = torch.cuda.is_bf16_supported()
    else:
        tells = getattr(torch.cpu, "get_capabilities", None)  # older versions of torch do not
        features: Mapping[str, Any] = tells() if tells else {}
        has_bfloat16 = any(features.get(name) for name in _BFLOAT16_FEATURES)
    return replace(recipe, precision="bfloat16" if has_bfloat16 else "float32")


def _optimizer(network: nn.Module, recipe: Recipe) -> torch.optim.AdamW:
    learnt = [p for p in network.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in learnt if p.dim() >= 2], "weight_decay": recipe.weight_decay},
        {"params": [p for p in learnt if p.dim() < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=recipe.learning_rate, betas=_BETAS, fused=True)


def _check_same(own: Mapping[str, NDArray[Any]], given: Mapping[str, NDArray[Any]]) -> None:
    strange = set(own) ^ set(given)
    strange |= {name for name in set(own) & set(given) if _kind(own[name]) != _kind(given[name])}
    if strange:
        raise InputError(f"this is no state of such a training: {', '.join(sorted(strange))}")


def _kind(array: NDArray[Any]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    return array.shape, array.dtype
