"""The recurrent network as torch trains it. `model.py` is the same in NumPy, for writing."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from aoede.models.rnn.config import Config
from aoede.neural.network import Inputs, LockedDropout, Masks, State
from aoede.neural.recipe import Recipe

_CELLS: dict[str, Callable[[int, int], nn.RNNBase]] = {"tanh": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


class Network(nn.Module):
    """Symbols and labels -> recurrent layers -> the next symbol."""

    def __init__(self, config: Config, recipe: Recipe, masks: Masks) -> None:
        super().__init__()
        self.config, self.masks = config, masks
        self.weight_dropout = recipe.weight_dropout
        self.inputs = Inputs(config.n_symbols, config.n_embedding, config.label_sizes, config.label_width)
        widths = [self.inputs.width, *[config.n_hidden] * (config.n_layers - 1)]
        self.layers = nn.ModuleList(_CELLS[config.cell](width, config.n_hidden) for width in widths)
        self.dropout = LockedDropout(recipe.dropout, masks)
        n_out = config.n_embedding if config.is_tied else config.n_symbols
        self.output = nn.Linear(config.n_hidden, n_out, bias=not config.is_tied)
        self.bias = nn.Parameter(torch.zeros(config.n_symbols)) if config.is_tied else None
        if config.cell == "lstm":
            self._open_gates()

    def _open_gates(self) -> None:
        """Forget gates begin open, with a bias of 1 (Jozefowicz, Zaremba & Sutskever 2015)."""
        n = self.config.n_hidden
        with torch.no_grad():
            for layer in self.layers:
                for name, p in layer.named_parameters():
                    if name.startswith("bias"):
                        p.zero_()
                        p[n : 2 * n] = 0.5  # there are two biases

    def begin(self, n_rows: int) -> State:
        """Zeros: the hidden vectors (1, B, H) of each layer, of an LSTM each with its cells."""
        device = next(self.parameters()).device
        n = self.config.n_layers * (2 if self.config.cell == "lstm" else 1)
        return tuple(torch.zeros(1, n_rows, self.config.n_hidden, device=device) for _ in range(n))

    def forward(self, inputs: Tensor, labels: Tensor, state: State) -> tuple[Tensor, State]:
        x, after = self.inputs(inputs, labels), list[Tensor]()
        parts = iter(state)
        for layer in self.layers:
            x, new = self._layer(layer, x, parts)
            x = self.dropout(x)
            after += new
        return self._logits(x), tuple(after)

    def _layer(self, layer: nn.Module, x: Tensor, parts: Iterable[Tensor]) -> tuple[Tensor, list[Tensor]]:
        took = iter(parts)
        if self.config.cell == "lstm":
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

    def _logits(self, x: Tensor) -> Tensor:
        out: Tensor = self.output(x)
        return out if self.bias is None else functional.linear(out, self.inputs.symbols, self.bias)
