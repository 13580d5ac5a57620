"""Training any network on documents: truncated back-propagation through time over streams of text.

Update t reads window t of the streams. The state that the window before left behind is carried in, but no gradient
flows back into it (Williams & Peng 1990). Weights move by AdamW (Loshchilov & Hutter 2019) along clipped gradients
at a rate that rises for a moment and then falls as half a cosine.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from aoede.errors import InputError
from aoede.neural.network import Masks, State, array_of, begin_weights, load_weights, weights_of
from aoede.neural.recipe import Recipe
from aoede.neural.streams import Ints, Streams, Window, rows_of
from aoede.randomness import stream
from aoede.score import NONE_YET, Check

CHECK_ROWS, CHECK_STEPS = 32, 128  # of the held-out text, read side by side and at once
MAX_CHECKED = 120_000  # symbols of the held-out text that a check reads
_BETAS = (0.9, 0.99)
_BFLOAT16_FEATURES = ("avx512_bf16", "amx_bf16", "arm_bf16")  # of processors with fast products of it


class NetworkLearner:
    """A network in training on documents (T_i,) of ids, each with its row (n_columns,) of label ids.

    A family says which network: `kind(config, recipe, masks)` is a module that draws its dropout from `masks`.
    """

    kind: ClassVar[Callable[..., Any]]

    def __init__(
        self,
        config: Any,
        recipe: Recipe,
        train: Sequence[Ints],
        valid: Sequence[Ints],
        *,
        train_labels: Ints | None = None,
        valid_labels: Ints | None = None,
        seed: int = 0,
        max_checked: int = MAX_CHECKED,
    ) -> None:
        self.config, self.recipe = config, recipe
        self._device = torch.device(device())
        self._masks = Masks()
        with torch.random.fork_rng(devices=[]):  # torch's own generator stays as it is
            torch.default_generator.manual_seed(int(stream(seed, "network", "biases").integers(2**63)))
            self.network = type(self).kind(config, recipe, self._masks)
        begin_weights(self.network, stream(seed, "network", "begin"))
        self.network.to(self._device)
        self._streams = Streams(
            train,
            train_labels,
            first_symbol=config.first_symbol,
            n_rows=recipe.n_rows,
            n_steps=recipe.n_steps,
            seed=seed,
        )
        self._valid = _held_out(valid, valid_labels, config.first_symbol, max_checked)
        self.gap = 0.0  # of the held-out figure and the training loss at the last check
        self._optimizer = _optimizer(self.network, recipe)
        self._precision = getattr(torch, settled(recipe).precision)
        self._state: State = self.network.begin(self._streams.n_rows)
        self._best = np.full(
            2, NONE_YET
        )  # watched, and its distance from the training loss, at the best check
        self._recent = np.zeros(2)  # sum and number of the training losses since the last check
        self._tamed = np.ones(1)  # what the learning rate is multiplied with
        self._n_updates = 0

    @property
    def n_examples(self) -> int:
        """Windows in one epoch; the streams say which comes when."""
        return self._streams.n_windows

    @property
    def batch_size(self) -> int:
        return 1

    @property
    def n_symbols_a_step(self) -> int:
        return self._streams.n_rows * self._streams.n_steps

    # -- the update --

    def update(self, indices: Ints, rng: np.random.Generator, progress: float) -> dict[str, float]:
        """Read the next window and move the weights. Returns its nats a character and the norm of the gradient."""
        window = self._streams.window(self._n_updates)
        self._masks.seed = int(rng.integers(2**63))
        self._state = self._carried(window, rng)
        inputs, targets, labels = self._tensors(window, self._label_mask(rng))
        self.network.train()
        self._optimizer.zero_grad(set_to_none=True)
        loss, state = self._loss(inputs, targets, labels, self._state)
        loss.backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.clip or float("inf"))
        for group in self._optimizer.param_groups:
            group["lr"] = self.recipe.rate_at(progress, self._n_updates) * float(self._tamed[0])
        self._optimizer.step()
        self._state = tuple(part.detach() for part in state)
        self._n_updates += 1
        nats = float(loss.item())
        self._recent += (nats, 1)
        return {"training nats a character": nats, "gradient norm": float(norm)}

    def tame(self) -> None:
        """Halve the learning rate from here on."""
        self._tamed /= 2

    def _carried(self, window: Window, rng: np.random.Generator) -> State:
        """The state with some rows forgotten, or all of them where an epoch begins."""
        forgotten = rng.random(self._streams.n_rows) < (1.0 if window.is_first else self.recipe.forgetting)
        if not forgotten.any():
            return self._state
        rows = torch.from_numpy(forgotten).to(self._device)
        begun = self.network.begin(self._streams.n_rows)
        return tuple(
            torch.where(rows.view(1, -1, *[1] * (part.dim() - 2)), new.to(part.dtype), part)
            for part, new in zip(self._state, begun, strict=True)
        )

    def _label_mask(self, rng: np.random.Generator) -> NDArray[np.bool_]:
        """(B, 1) which rows' labels are told."""
        return rng.random((self._streams.n_rows, 1)) >= self.recipe.label_dropout

    def _tensors(
        self, window: Window, told: NDArray[np.bool_] | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        labels = window.labels if told is None else window.labels * told
        arrays = (window.inputs, window.targets, labels)
        inputs, targets, labels_ = (
            torch.from_numpy(np.ascontiguousarray(a)).to(self._device) for a in arrays
        )
        return inputs, targets, labels_

    def _loss(self, inputs: Tensor, targets: Tensor, labels: Tensor, state: State) -> tuple[Tensor, State]:
        """Mean nats of a window, whose steps may be taken again for the gradient instead of being kept."""
        n_steps = len(inputs)
        every = self.recipe.checkpoint_steps or n_steps
        if every >= n_steps:
            total, state = self._nats(inputs, targets, labels, state)
            return total / targets.numel(), state
        total = torch.zeros((), device=self._device)
        for begin in range(0, n_steps, every):
            part = slice(begin, begin + every)
            nats, state = checkpoint(
                self._nats, inputs[part], targets[part], labels[part], state, use_reentrant=False
            )
            total = total + nats
        return total / targets.numel(), state

    def _nats(self, inputs: Tensor, targets: Tensor, labels: Tensor, state: State) -> tuple[Tensor, State]:
        self._masks.again()
        with self._autocast():
            logits, state = self.network(inputs, labels, state)
        nats = functional.cross_entropy(logits.float().flatten(0, 1), targets.flatten(), reduction="sum")
        return nats, state

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self._device.type, self._precision, self._precision != torch.float32)

    # -- the check --

    def check(self, rng: np.random.Generator) -> Check:
        """Held-out nats a character, states carried along the rows of the held-out text.

        It overfits where the held-out figure is further from the training loss than it was at the best check.
        Without held-out documents the training loss is watched, and nothing ever overfits.
        """
        return self.judged(sum(nats for _, _, nats in self._read_held_out()))

    def judged(self, nats: float) -> Check:
        """The check of a reading that cost so many nats in all."""
        total, n = self._recent
        training = float(total / n) if n else NONE_YET
        self._recent[:] = 0
        if self._valid is None:
            self._best[:] = min(self._best[0], training), 0
            return Check(training, False, {})
        watched = nats / self._valid.targets.size
        self.gap = watched - training if n else 0.0
        overfits = self.gap > self._best[1]
        if watched < self._best[0]:
            self._best[:] = watched, self.gap
        return Check(watched, bool(overfits), {"held-out nats a character": watched})

    def held_out_predictions(self) -> tuple[float, Ints, NDArray[np.float32]]:
        """A reading of the held-out text: its nats, its (N,) symbols, (N, V) log-probabilities at their places."""
        assert self._valid is not None
        n_steps, n_rows = self._valid.targets.shape
        table = np.empty((n_rows, n_steps, self.config.n_symbols), np.float32)  # rows follow one another
        total = 0.0
        for part, logits, nats in self._read_held_out():
            table[:, part] = logits.log_softmax(dim=2).transpose(0, 1).cpu().numpy()
            total += nats
        return total, self._valid.targets.T.ravel(), table.reshape(-1, table.shape[2])

    @torch.no_grad()
    def _read_held_out(self) -> Iterator[tuple[slice, Tensor, float]]:
        """Parts of the held-out text: the steps that they are of, their logits (t, B, V), and what they cost."""
        if self._valid is None:
            return
        self.network.eval()
        inputs, targets, labels = self._tensors(self._valid)
        state = self.network.begin(inputs.shape[1])
        for begin in range(0, len(inputs), CHECK_STEPS):
            part = slice(begin, begin + CHECK_STEPS)
            with self._autocast():
                logits, state = self.network(inputs[part], labels[part], state)
            logits = logits.float()
            nats = functional.cross_entropy(logits.flatten(0, 1), targets[part].flatten(), reduction="sum")
            yield part, logits, float(nats)

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


def _held_out(valid: Sequence[Ints], labels: Ints | None, first_symbol: int, most: int) -> Window | None:
    """The held-out documents, from the first on, as many as a check reads."""
    kept = held_out_rows(valid, most)
    if not kept:
        return None
    rows = None if labels is None else labels[: len(kept)]
    return rows_of(kept, rows, first_symbol=first_symbol, n_rows=CHECK_ROWS)


def held_out_rows(valid: Sequence[Ints], most: int) -> list[Ints]:
    """The first documents, at most `most` symbols, cut to a multiple of the rows that a check reads side by side."""
    kept, n_left = list[Ints](), most
    for document in valid:
        if n_left <= 0:
            break
        kept.append(document[:n_left])
        n_left -= len(kept[-1])
    n = sum(map(len, kept))
    surplus = n % CHECK_ROWS if n > CHECK_ROWS else 0
    while surplus:
        last = kept.pop()
        if len(last) > surplus:
            kept.append(last[: len(last) - surplus])
        surplus -= min(surplus, len(last))
    return [document for document in kept if len(document)]


def _check_same(own: Mapping[str, NDArray[Any]], given: Mapping[str, NDArray[Any]]) -> None:
    strange = set(own) ^ set(given)
    strange |= {name for name in set(own) & set(given) if _kind(own[name]) != _kind(given[name])}
    if strange:
        raise InputError(f"this is no state of such a training: {', '.join(sorted(strange))}")


def _kind(array: NDArray[Any]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    return array.shape, array.dtype
