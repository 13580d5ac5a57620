"""The sequence-to-sequence model as torch trains it. `model.py` is the same in NumPy, for use."""

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence

from aoede.models.rnn.network import Layers
from aoede.models.seq2seq.batches import Batch
from aoede.models.seq2seq.config import Config
from aoede.neural.network import Masks, State, locked_dropout
from aoede.neural.recipe import Recipe


class Network(nn.Module):
    """Messages and the replies so far -> the next words of the replies."""

    def __init__(self, config: Config, recipe: Recipe, masks: Masks) -> None:
        super().__init__()
        self.masks, self.dropout = masks, recipe.dropout
        self.words = nn.Parameter(torch.zeros(config.n_symbols, config.n_embedding))
        self.reader = Layers(config, config.n_embedding, masks)
        self.writer = Layers(config, config.n_embedding, masks)
        self.output = nn.Linear(config.n_hidden, config.n_symbols)

    def begin(self, n_rows: int) -> State:
        """Nothing: no pair carries anything to the next."""
        return ()

    def forward(self, batch: Batch) -> Tensor:
        """(N, V) logits at the `batch.places` of the replies."""
        out, _ = self.writer(self._looked_up(batch.inputs), self.read(batch.messages, batch.lengths))
        logits: Tensor = self.output(self._dropped(out).flatten(0, 1)[batch.places])
        return logits

    def expect(self, counts: Tensor) -> None:
        """Foresee words by how often (n_symbols,) they were counted, before anything is learnt of when."""
        with torch.no_grad():
            self.output.bias.copy_(torch.log((counts + 1) / (counts + 1).sum()))

    def read(self, messages: Tensor, lengths: Tensor) -> State:
        """(T, B) ids of which each column has its own number (B,) -> the state after the last of each."""
        packed = pack_padded_sequence(self._looked_up(messages), lengths, enforce_sorted=False)
        _, (h, c) = self.reader[0](packed)
        return h, c

    def _looked_up(self, ids: Tensor) -> Tensor:
        return self._dropped(functional.embedding(ids, self.words))

    def _dropped(self, x: Tensor) -> Tensor:
        return locked_dropout(x, self.dropout if self.training else 0.0, self.masks)
