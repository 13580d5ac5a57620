"""The transformer as torch trains it. `model.py` is the same in NumPy, for writing."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from aoede.models.transformer.blocks import EPSILON, angles
from aoede.models.transformer.config import Config, Sizes
from aoede.neural.network import Labels, LockedDropout, Masks, State
from aoede.neural.recipe import Recipe


class Network(nn.Module):
    """Symbols and labels -> blocks -> the next symbol."""

    def __init__(self, config: Config, recipe: Recipe, masks: Masks) -> None:
        super().__init__()
        self.symbols = nn.Parameter(torch.zeros(config.n_symbols, config.n_width))
        self.labels = Labels(config.label_sizes, config.n_width) if config.label_sizes else None
        self.blocks = Blocks(config, recipe, masks)
        self.dropout = LockedDropout(recipe.dropout, masks)
        self.norm = nn.RMSNorm(config.n_width, eps=EPSILON)
        self.bias = nn.Parameter(torch.zeros(config.n_symbols))

    def begin(self, n_rows: int) -> State:
        return self.blocks.begin(n_rows)

    def forward(self, inputs: Tensor, labels: Tensor, state: State) -> tuple[Tensor, State]:
        x = functional.embedding(inputs, self.symbols)
        if self.labels is not None:
            x = x + self.labels(labels)
        x, after = self.blocks(self.dropout(x), state)
        return functional.linear(self.norm(x), self.symbols, self.bias), after


class Blocks(nn.ModuleList):
    """Blocks one upon another: (T, B, n_width) and a state -> the same, and the state after it.

    The state is what each layer last saw, so that the first step of a window sees as far back as the last.
    """

    cosines: Tensor
    sines: Tensor

    def __init__(self, sizes: Sizes, recipe: Recipe, masks: Masks) -> None:
        super().__init__(_Block(sizes, recipe, masks) for _ in range(sizes.n_layers))
        self.sizes = sizes
        cosines, sines = angles(range(recipe.n_steps + sizes.context), sizes.n_width // sizes.n_heads)
        self.register_buffer("cosines", torch.from_numpy(cosines), persistent=False)
        self.register_buffer("sines", torch.from_numpy(sines), persistent=False)

    def begin(self, n_rows: int) -> State:
        """Nothing seen: which of the remembered steps are real (M, B), then keys and values (M, B, n) a layer."""
        m, device = self.sizes.context - 1, self.cosines.device
        seen = torch.zeros(m, n_rows, device=device)
        memory = (torch.zeros(m, n_rows, self.sizes.n_width, device=device),) * (2 * self.sizes.n_layers)
        return (seen, *memory)

    def forward(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        (n_steps, n_rows), m = x.shape[:2], len(state[0])
        seen = torch.cat([state[0], torch.ones(n_steps, n_rows, device=x.device)])
        mask = _band(n_steps, m, self.sizes.context, x.device) & (seen.T[:, None, None] > 0)
        after = [seen[-m:] if m else seen[:0]]
        for k, block in enumerate(self):
            x, memory = block(x, state[1 + 2 * k : 3 + 2 * k], mask, self._turns(m + n_steps))
            after += memory
        return x, tuple(after)

    def _turns(self, n: int) -> tuple[Tensor, Tensor]:
        """(n, head_width) of rotary positions 0..n - 1: only differences of positions count."""
        if n > len(self.cosines):
            device = self.cosines.device
            cosines, sines = angles(range(n), self.sizes.n_width // self.sizes.n_heads)
            return torch.from_numpy(cosines).to(device), torch.from_numpy(sines).to(device)
        return self.cosines[:n], self.sines[:n]


class Trunk(nn.Module):
    """What is read as a vector, blocks of attention over it: (T, B, n_in) -> (T, B, n_width)."""

    def __init__(self, sizes: Sizes, n_in: int, recipe: Recipe, masks: Masks) -> None:
        super().__init__()
        self.enter = nn.Linear(n_in, sizes.n_width)
        self.blocks = Blocks(sizes, recipe, masks)
        self.norm = nn.RMSNorm(sizes.n_width, eps=EPSILON)

    def begin(self, n_rows: int) -> State:
        return self.blocks.begin(n_rows)

    def forward(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        out, after = self.blocks(self.enter(x), state)
        return self.norm(out), after


class _Block(nn.Module):
    """Attention, then two layers with a GELU between them; each adds to what came in, which it sees normalised."""

    def __init__(self, sizes: Sizes, recipe: Recipe, masks: Masks) -> None:
        super().__init__()
        self.n_heads, n = sizes.n_heads, sizes.n_width
        self.norm1, self.norm2 = nn.RMSNorm(n, eps=EPSILON), nn.RMSNorm(n, eps=EPSILON)
        self.attend, self.gather = nn.Linear(n, 3 * n, bias=False), nn.Linear(n, n, bias=False)
        self.widen, self.narrow = nn.Linear(n, 4 * n, bias=False), nn.Linear(4 * n, n, bias=False)
        self.dropout = LockedDropout(recipe.dropout, masks)

    def forward(
        self, x: Tensor, memory: State, mask: Tensor, turns: tuple[Tensor, Tensor]
    ) -> tuple[Tensor, list[Tensor]]:
        queries, keys, values = self.attend(self.norm1(x)).chunk(3, dim=2)
        m = len(memory[0])
        keys, values = (
            torch.cat([old.to(new.dtype), new]) for old, new in zip(memory, (keys, values), strict=True)
        )
        q, k, v = (self._heads(part) for part in (queries, keys, values))
        q, k = _turned(q, *(turn[m:] for turn in turns)), _turned(k, *turns)
        seen = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = x + self.dropout(self.gather(seen.permute(2, 0, 1, 3).flatten(2)))
        wide = functional.gelu(self.widen(self.norm2(x)), approximate="tanh")
        x = x + self.dropout(self.narrow(wide))
        return x, [keys[len(keys) - m :].float(), values[len(values) - m :].float()]

    def _heads(self, x: Tensor) -> Tensor:
        """(T, B, n_width) -> (B, n_heads, T, head_width)."""
        return x.view(*x.shape[:2], self.n_heads, -1).permute(1, 2, 0, 3)


def _band(n_steps: int, m: int, context: int, device: torch.device) -> Tensor:
    """(T, m + T) what each step may see: itself and the `context` - 1 steps before it."""
    step = torch.arange(m, m + n_steps, device=device)[:, None]
    key = torch.arange(m + n_steps, device=device)
    return (key <= step) & (key > step - context)


def _turned(x: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
    """Rotary positions (Su et al. 2021): pairs (i, i + width / 2) of each vector turned by its position's angle."""
    a, b = x.chunk(2, dim=-1)
    cosines, sines = cosines.to(x.dtype), sines.to(x.dtype)
    return torch.cat([a * cosines - b * sines, b * cosines + a * sines], dim=-1)
