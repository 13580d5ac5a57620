"""Training a network on documents of symbols: rows of text read side by side, from window to window."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from aoede.neural.learner import NetworkLearner
from aoede.neural.network import State
from aoede.neural.recipe import Recipe
from aoede.neural.streams import Ints, Streams, Window, rows_of

CHECK_ROWS, CHECK_STEPS = 32, 128  # of the held-out text, read side by side and at once
MAX_CHECKED = 120_000  # symbols of the held-out text that a check reads


@dataclass(frozen=True)
class Symbols:
    """T steps of B rows: `inputs[t]` is read when `targets[t]` is to be foreseen, under `labels[t]`."""

    inputs: Tensor  # (T, B) ids
    targets: Tensor  # (T, B) ids
    labels: Tensor  # (T, B, n_columns) ids

    @classmethod
    def of(cls, window: Window, device: torch.device, told: NDArray[np.bool_] | None = None) -> "Symbols":
        """The window; `told` (B, 1) says which rows' labels are known."""
        labels = window.labels if told is None else window.labels * told
        arrays = (window.inputs, window.targets, labels)
        return cls(*(torch.from_numpy(np.ascontiguousarray(array)).to(device) for array in arrays))

    def __len__(self) -> int:
        return len(self.inputs)

    def part(self, steps: slice) -> "Symbols":
        return Symbols(self.inputs[steps], self.targets[steps], self.labels[steps])

    @property
    def n_symbols(self) -> int:
        return self.targets.numel()


class DocumentLearner(NetworkLearner[Symbols]):
    """A network in training on documents (T_i,) of ids, each with its row (n_columns,) of label ids."""

    unit = "character"

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
        self._streams = Streams(
            train,
            train_labels,
            first_symbol=config.first_symbol,
            n_rows=recipe.n_rows,
            n_steps=recipe.n_steps,
            seed=seed,
        )
        super().__init__(config, recipe, n_rows=self._streams.n_rows, seed=seed)
        self._valid = _held_out(valid, valid_labels, config.first_symbol, max_checked)

    @property
    def n_examples(self) -> int:
        return self._streams.n_windows

    @property
    def n_symbols_a_step(self) -> int:
        return self._streams.n_rows * self._streams.n_steps

    def _window(self, rng: np.random.Generator) -> tuple[Symbols, NDArray[np.bool_]]:
        """The next window; some rows forget, or all of them where an epoch begins, and some are not told labels."""
        window = self._streams.window(self._n_updates)
        forgotten = rng.random(self.n_rows) < (1.0 if window.is_first else self.recipe.forgetting)
        told = rng.random((self.n_rows, 1)) >= self.recipe.label_dropout
        return Symbols.of(window, self._device, told), forgotten

    def _cost(self, batch: Symbols, state: State) -> tuple[Tensor, State]:
        logits, state = self.network(batch.inputs, batch.labels, state)
        return _nats_of(logits.float(), batch.targets), state

    # -- the check --

    def _held_out_nats(self) -> tuple[float, int] | None:
        if self._valid is None:
            return None
        return sum(nats for _, _, nats in self._read_held_out()), self._valid.targets.size

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
        whole = Symbols.of(self._valid, self._device)
        state = self.network.begin(whole.inputs.shape[1])
        for begin in range(0, len(whole), CHECK_STEPS):
            steps = slice(begin, begin + CHECK_STEPS)
            part = whole.part(steps)
            with self._autocast():
                logits, state = self.network(part.inputs, part.labels, state)
            logits = logits.float()
            yield steps, logits, float(_nats_of(logits, part.targets))


def _nats_of(logits: Tensor, targets: Tensor) -> Tensor:
    return functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum")


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
