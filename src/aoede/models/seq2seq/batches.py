"""Pairs of a message and its reply as a network in training reads them. Needs torch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aoede.models.seq2seq.model import END, Ints, Pair, checked_ids


@dataclass(frozen=True)
class Batch:
    """B pairs at once. What pads them is neither read at the end of a message nor foreseen."""

    messages: Tensor  # (T, B) ids, the last word of each message first, then the end
    lengths: Tensor  # (B,) how many of them each message has
    inputs: Tensor  # (U, B) ids: what is read when the next word of a reply is to be foreseen
    places: Tensor  # (N,) u * B + b of the words and ends that are foreseen
    targets: Tensor  # (N,) ids at these places

    def __len__(self) -> int:
        """One step: pairs are read as a whole."""
        return 1

    def part(self, steps: slice) -> "Batch":
        """All of it, which is the one step."""
        return self

    @property
    def n_symbols(self) -> int:
        return len(self.targets)


class Pairs:
    """Pairs of ids, cut to what is learnt of them.

    Of a message its last `max_message` words, of a reply its first `max_reply`; the end of a reply that is cut is
    not its end, and is not learnt. Raises InputError for ids that are no words.
    """

    def __init__(self, pairs: Sequence[Pair], n_symbols: int, *, max_message: int, max_reply: int) -> None:
        messages = (checked_ids(message, n_symbols)[-max_message:] for message, _ in pairs)
        replies = (checked_ids(reply, n_symbols) for _, reply in pairs)
        self._messages = _Ragged([np.append(message[::-1], END) for message in messages])
        self._replies = _Ragged(
            [np.append(reply, END) if len(reply) <= max_reply else reply[:max_reply] for reply in replies]
        )

    def __len__(self) -> int:
        return len(self._messages.lengths)

    @property
    def n_targets(self) -> Ints:
        """(pairs,) words and ends of each reply."""
        return self._replies.lengths

    def counts(self, n_symbols: int) -> Ints:
        """(n_symbols,) how often each word, or the end, is to be foreseen."""
        return np.bincount(self._replies.ids, minlength=n_symbols)

    def batch(self, indices: Ints, device: torch.device) -> Batch:
        """The pairs `indices` (B,)."""
        messages, lengths = self._messages.padded(indices)
        targets, n_targets = self._replies.padded(indices)
        inputs = np.concatenate([np.full((1, len(indices)), END), targets[:-1]])
        places = np.flatnonzero(np.arange(len(targets))[:, None] < n_targets)
        arrays = (messages, inputs, places, targets.ravel()[places])
        m, i, p, t = (torch.from_numpy(np.ascontiguousarray(array)).to(device) for array in arrays)
        return Batch(m, torch.from_numpy(lengths), i, p, t)


class _Ragged:
    """Rows of ids, each of its own length, one after another."""

    def __init__(self, rows: Sequence[Ints]) -> None:
        self.lengths = np.array([len(row) for row in rows], np.int64)
        self.ids = np.concatenate(rows).astype(np.int32) if len(rows) else np.zeros(0, np.int32)
        self._begins = np.cumsum(self.lengths) - self.lengths

    def padded(self, indices: Ints) -> tuple[Ints, Ints]:
        """(T, B) ids of these rows, filled up with ends, and (B,) their lengths."""
        lengths = self.lengths[indices]
        steps = np.arange(lengths.max())[:, None]
        ids = self.ids[np.minimum(self._begins[indices] + steps, len(self.ids) - 1)]
        return np.where(steps < lengths, ids, END).astype(np.int64), lengths
