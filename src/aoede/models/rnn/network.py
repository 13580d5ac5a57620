"""The recurrent network as torch trains it. `model.py` is the same in NumPy, for writing."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from aoede.models.rnn.config import Config, Sizes
from aoede.neural.network import Inputs, Masks, State, locked_dropout
from aoede.neural.recipe import Recipe

_CELLS: dict[str, Callable[[int, int], nn.RNNBase]] = {"tanh": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


class Layers(nn.ModuleList):
    """Recurrent layers one upon another: (T, B, n_in) and a state -> (T, B, n_hidden) and the state after it."""

    def __init__(
        self, sizes: Sizes, n_in: int, masks: Masks, dropout: float = 0.0, weight_dropout: float = 0.0
    ) -> None:
        widths = [n_in, *[sizes.n_hidden] * (sizes.n_layers - 1)]
        super().__init__(_CELLS[sizes.cell](width, sizes.n_hidden) for width in widths)
        self.sizes, self.masks, self.weight_dropout = sizes, masks, weight_dropout
        self.dropout = dropout
        if sizes.cell == "lstm":
            self._open_gates()

    def _open_gates(self) -> None:
        """Forget gates begin open, with a bias of 1 (Jozefowicz, Zaremba & Sutskever 2015)."""
        n = self.sizes.n_hidden
        with torch.no_grad():
            for name, p in self.named_parameters():
                if "bias" in name:
                    p.zero_()
                    p[n : 2 * n] = 0.5  # there are two biases

    def begin(self, n_rows: int) -> State:
        """Zeros: the hidden vectors (1, B, H) of each layer, of an LSTM each with its cells."""
        device = next(self.parameters()).device
        n = self.sizes.n_layers * (2 if self.sizes.cell == "lstm" else 1)
        return tuple(torch.zeros(1, n_rows, self.sizes.n_hidden, device=device) for _ in range(n))

    def forward(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        after, parts = list[Tensor](), iter(state)
        for layer in self:
            x, new = self._layer(layer, x, parts)
            x = locked_dropout(x, self.dropout if self.training else 0.0, self.masks)
            after += new
        return x, tuple(after)

    def _layer(self, layer: nn.Module, x: Tensor, parts: Iterable[Tensor]) -> tuple[Tensor, list[Tensor]]:
        took = iter(parts)
        if self.sizes.cell == "lstm":
            out, (h, c) = self._call(layer, x, (next(took), next(took)))
            return out, [h, c]
        out, h = self._call(layer, x, next(took))
        return out, [h]

    def _call(self, layer: nn.Module, x: Tensor, state: Any) -> Any:
        if not self.training or not self.weight_dropout:
            return layer(x, state)
        weights = dict(layer.named_parameters())
        recurrent = weights["weight_hh_l0"]
        mask = self.masks.draw(tuple(recurrent.shape), self.weight_dropout, recurrent)
        return functional_call(layer, weights | {"weight_hh_l0": recurrent * mask}, (x, state))


class Network(nn.Module):
    """Symbols and labels -> recurrent layers -> the next symbol."""

    def __init__(self, config: Config, recipe: Recipe, masks: Masks) -> None:
        super().__init__()
        self.inputs = Inputs(config.n_symbols, config.n_embedding, config.label_sizes, config.label_width)
        self.layers = Layers(config, self.inputs.width, masks, recipe.dropout, recipe.weight_dropout)
        n_out = config.n_embedding if config.is_tied else config.n_symbols
        self.output = nn.Linear(config.n_hidden, n_out, bias=not config.is_tied)
        self.bias = nn.Parameter(torch.zeros(config.n_symbols)) if config.is_tied else None

    def begin(self, n_rows: int) -> State:
        return self.layers.begin(n_rows)

    def forward(self, inputs: Tensor, labels: Tensor, state: State) -> tuple[Tensor, State]:
        x, after = self.layers(self.inputs(inputs, labels), state)
        return self._logits(x), after

    def _logits(self, x: Tensor) -> Tensor:
        out: Tensor = self.output(x)
        return out if self.bias is None else functional.linear(out, self.inputs.symbols, self.bias)
