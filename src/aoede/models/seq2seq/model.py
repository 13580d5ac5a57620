"""The sequence-to-sequence model in NumPy: what suggesting replies needs, without torch.

With x_1 ... x_n the words of the message and y_1 ... y_m those of the reply, e the row of a word in a table:

    h_t, c_t = reader(e(x_{n+1-t}), h_{t-1}, c_{t-1})      the last word first, then the end (Sutskever et al. 2014)
    s_0 = (h_{n+1}, c_{n+1})      s_t = writer(e(y_{t-1}), s_{t-1})      y_0 = end
    p(y_t | y_1 ... y_{t-1}, x) = softmax(W h(s_t) + b)

Reader and writer are LSTMs of their own (`rnn/layers.py` has the equations) that share the table of e.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aoede.errors import InputError
from aoede.models.rnn.layers import Layers, Memory, layer_shapes
from aoede.models.seq2seq.config import MAX_MESSAGE, Config
from aoede.neural.arrays import Floats, checked_weights, product
from aoede.score import log_softmax

Ints = NDArray[np.int64]
Pair = tuple[ArrayLike, ArrayLike]  # ids of a message and of its reply, without the end

END, UNKNOWN = 0, 1
_AT_ONCE = 256  # messages, or replies, that are read side by side


class Model:
    """Weights by the names that torch gives them, as float32."""

    def __init__(self, config: Config, tensors: Mapping[str, Floats]) -> None:
        self.config = config
        self._tensors = tensors
        self._reader = Layers(config, tensors, "reader.")
        self._writer = Layers(config, tensors, "writer.")

    @classmethod
    def from_tensors(cls, config: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> "Model":
        """Raises ConfigError or InputError where these are not the weights of such a model."""
        checked = Config.from_mapping(config)
        return cls(checked, checked_weights(_shapes(checked), tensors))

    def to_tensors(self) -> dict[str, NDArray[Any]]:
        return dict(self._tensors)

    @property
    def config_values(self) -> dict[str, Any]:
        return asdict(self.config)

    # -- step by step --

    def read(self, message_ids: ArrayLike) -> Memory:
        """The state before the reply to a message (T,), whose words are 1..n_symbols - 1, is written.

        The first step from it reads END. Of a message the last MAX_MESSAGE words are read; a model knows what it
        was trained on, so cut messages to the recipe's `max_message`. Raises InputError for ids that are no words.
        """
        return self.read_all([message_ids])

    def read_all(self, messages: Sequence[ArrayLike]) -> Memory:
        """The states before the replies to these messages, a row each."""
        checked = [checked_ids(ids, self.config.n_symbols) for ids in messages]
        read = [np.append(ids[-MAX_MESSAGE:][::-1], END) for ids in checked]
        lengths = np.array([len(ids) for ids in read], np.int64)
        order = np.argsort(-lengths, kind="stable")
        memory = self._reader.begin(len(read))
        for t in range(lengths.max(initial=0)):
            n = int((lengths > t).sum())  # those that have ended wait behind the others
            ids = np.array([read[i][t] for i in order[:n]])
            on = memory if n == len(read) else memory.select(np.arange(n))
            _, after = self._reader.step(on, self._looked_up(ids, self._reader))
            memory = _with_first(memory, after, n)
        return memory.select(np.argsort(order))

    def step(self, state: Memory, ids: ArrayLike) -> tuple[Floats, Memory]:
        """Read the words `ids` (B,): (B, n_symbols) logits of those that follow, and the new state."""
        looked_up = self._looked_up(np.asarray(ids, np.int64), self._writer)
        hidden, after = self._writer.step(state, looked_up)
        return product(hidden, self._tensors["output.weight"]) + self._tensors["output.bias"], after

    def select(self, state: Memory, rows: ArrayLike) -> Memory:
        """The state of these rows alone, in this order; a row may be taken several times."""
        return state.select(np.asarray(rows, np.int64))

    # -- whole replies --

    def log_probabilities(
        self, message_ids: ArrayLike, reply_ids: Sequence[ArrayLike]
    ) -> NDArray[np.float64]:
        """(R,) natural log p(reply and its end | message) of R replies (U_i,) to one message.

        Raises InputError for ids that are no words.
        """
        state = self.read(message_ids)
        return self.written(state.select(np.zeros(len(reply_ids), np.int64)), reply_ids)

    def written(self, state: Memory, reply_ids: Sequence[ArrayLike]) -> NDArray[np.float64]:
        """(R,) the same of a reply to each of R messages; row i of `state` is that before reply i."""
        targets = [np.append(checked_ids(ids, self.config.n_symbols), END) for ids in reply_ids]
        order = sorted(range(len(targets)), key=lambda i: -len(targets[i]))
        found = np.zeros(len(targets))
        for begin in range(0, len(order), _AT_ONCE):
            rows = order[begin : begin + _AT_ONCE]
            found[rows] = self._side_by_side(state.select(np.array(rows)), [targets[i] for i in rows])
        return found

    def _side_by_side(self, state: Memory, targets: Sequence[Ints]) -> NDArray[np.float64]:
        """(n,) log-probabilities of these targets, the longest first; a row leaves when it has ended."""
        found, ids = np.zeros(len(targets)), np.full(len(targets), END)
        for t in range(len(targets[0])):
            n = sum(len(target) > t for target in targets)
            if n < len(ids):
                state, ids = state.select(np.arange(n)), ids[:n]
            logits, state = self.step(state, ids)
            ids = np.array([target[t] for target in targets[:n]])
            found[:n] += log_softmax(logits.astype(np.float64))[np.arange(n), ids]
        return found

    def _looked_up(self, ids: Ints, layers: Layers) -> Floats:
        """(n, gates) what these words give to the first layer."""
        return product(self._tensors["words"][ids], layers.first.inputs) + layers.first.bias


def checked_ids(ids: ArrayLike, n_symbols: int) -> Ints:
    """The ids (T,) of words, the unknown one included. Raises InputError where one is no word, as the end is not."""
    array = np.asarray(ids)
    if array.size == 0:
        return np.zeros(0, np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu" or array.min() < UNKNOWN or array.max() >= n_symbols:
        raise InputError(
            f"these are no ids of words: {np.array2string(array.ravel()[:8], threshold=8)}",
            hint=f"The words of this model are {UNKNOWN} to {n_symbols - 1:,}; the end is added to them.",
        )
    return array.astype(np.int64)


def _with_first(memory: Memory, first: Memory, n: int) -> Memory:
    """The memory with `first` in the place of its first n rows."""
    if n == len(memory.h[0]):
        return first
    return Memory(
        *(
            tuple(np.concatenate([new, old[n:]]) for new, old in zip(news, olds, strict=True))
            for news, olds in ((first.h, memory.h), (first.c, memory.c))
        )
    )


def _shapes(config: Config) -> dict[str, tuple[int, ...]]:
    """Names and shapes of all weights."""
    return {
        "words": (config.n_symbols, config.n_embedding),
        **layer_shapes(config, config.n_embedding, "reader."),
        **layer_shapes(config, config.n_embedding, "writer."),
        "output.weight": (config.n_symbols, config.n_hidden),
        "output.bias": (config.n_symbols,),
    }
