"""How fast networks of text train and write, beside plain torch and the tutorials' own loop, side by side in one run.

    OMP_NUM_THREADS=1 python bench/text_speed.py [DATA] [--train] [--write] [--threads 1 2] [--rounds 7] [--cpu]

Training: an LSTM of 256 units on 67 symbols, 16 rows, 64 steps (the tutorials' sizes) through our `Learner`, with
streams, carried state, checks of the gradient and all else that `aoede train` does in an update, against the loop
that one writes in torch: nn.LSTM and nn.Linear, cross entropy, clipping, Adam, carried state, and batches that were
made before the clock started. Both have the same sizes, batch, precision and dropout 0. `fused` is the same loop with
Adam's fastest form, which few programs ask for.

Writing, at a temperature of 0.8, one thread: `tutorial` runs a torch LSTM again over the last 40 (or 100) characters
for each new one; `state kept` is a torch loop that carries the state; `no cache` is a torch transformer that
reads its context of 128 anew for each character, as nanoGPT's `generate` does. Ours are the NumPy steps of
`aoede write`, with the choice of the symbol, and `whole` is `aoede.learning.writing.drafts` with all its rules.
Weights are drawn: speed does not depend on them. The n-gram of the mixture counts DATA's tiny Shakespeare.

Sides take turns of about `--turn` seconds. A figure is the median over the rounds, a ratio the median of the rounds'
ratios, with the least and the greatest behind it. On a busy machine believe the ratios alone, and say `--cpu`: then
the clock is the processor's own, which stands still while other programs run (with one thread only).
"""

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torch import nn
from torch.nn import functional

from aoede.choice import Choice, choose, gumbel_noise
from aoede.encodings.chars import Characters
from aoede.learning import families
from aoede.learning.pen import Wish
from aoede.learning.texts import Labels
from aoede.learning.writer import Writer
from aoede.learning.writing import drafts
from aoede.models import mixture, ngram, rnn, transformer
from aoede.models.mixture.gate import Gate
from aoede.models.rnn import network as rnn_network
from aoede.models.transformer import network as transformer_network
from aoede.neural.learner import settled
from aoede.neural.network import Masks, begin_weights, weights_of
from aoede.randomness import stream

N_SYMBOLS, N_ROWS = 67, 16
TEMPERATURE = 0.8
N_BATCHES = 40  # that the torch loop goes through again and again
Side = Callable[[int], int]  # does so many units of work; characters that were read or written
Clock = Callable[[], float]
Rates = dict[str, list[float]]  # characters a second, one for each round


# ---- taking turns ------------------------------------------------------------------------------


def measured(sides: Mapping[str, Side], *, n_rounds: int, turn_s: float, clock: Clock) -> Rates:
    """Rates of all sides; a turn's work is chosen in a round before the first so that it takes about `turn_s`."""
    n_units = {}
    for name, side in sides.items():
        side(2)
        n, took = 2, 0.0
        while took < turn_s / 4:
            n = 2 * n
            began = clock()
            side(n)
            took = clock() - began
        n_units[name] = max(2, round(n * turn_s / took))
    rates: Rates = {name: [] for name in sides}
    for turn in range(n_rounds):
        order = list(sides) if turn % 2 == 0 else list(sides)[::-1]
        for name in order:
            began = clock()
            n_characters = sides[name](n_units[name])
            rates[name].append(n_characters / (clock() - began))
    return rates


def ratio(rates: Rates, ours: str, peer: str) -> str:
    found = [a / b for a, b in zip(rates[ours], rates[peer], strict=True)]
    return f"{statistics.median(found):7.2f} ({min(found):.2f} to {max(found):.2f})"


def table(rates: Rates, peers: Sequence[str]) -> None:
    print(f"{'':30}{'characters/s':>13}" + "".join(f"{f'times {peer}':>28}" for peer in peers))
    for name, found in rates.items():
        ratios = "".join(f"{ratio(rates, name, peer):>28}" for peer in peers)
        print(f"{name:30}{statistics.median(found):13,.0f}{ratios}", flush=True)


# ---- training ----------------------------------------------------------------------------------


class Plain(nn.Module):
    """What the tutorials train: symbols, one-hot or embedded, an LSTM, a linear layer."""

    def __init__(self, n_hidden: int, n_embedding: int = 0) -> None:
        super().__init__()
        self.embedding = nn.Embedding(N_SYMBOLS, n_embedding) if n_embedding else None
        self.lstm = nn.LSTM(n_embedding or N_SYMBOLS, n_hidden)
        self.output = nn.Linear(n_hidden, N_SYMBOLS)

    def forward(self, x: Any, state: Any) -> tuple[Any, Any]:
        out, state = self.lstm(x if self.embedding is None else self.embedding(x), state)
        return self.output(out), state


def plain_loop(config: rnn.Config, recipe: rnn.Recipe, *, fused: bool) -> Side:
    """Updates of a torch loop, as one writes it."""
    model = Plain(config.n_hidden, config.n_embedding)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3, fused=fused or None)
    ids = torch.randint(N_SYMBOLS, (N_BATCHES, recipe.n_steps, recipe.n_rows))
    inputs = ids if config.n_embedding else functional.one_hot(ids, N_SYMBOLS).float()
    targets = torch.randint(N_SYMBOLS, (N_BATCHES, recipe.n_steps * recipe.n_rows))
    carried = [(torch.zeros(1, recipe.n_rows, config.n_hidden),) * 2]
    low = recipe.precision == "bfloat16"

    def run(n: int) -> int:
        for i in range(n):
            with torch.autocast("cpu", torch.bfloat16, enabled=low):
                logits, state = model(inputs[i % N_BATCHES], carried[0])
                loss = functional.cross_entropy(logits.float().flatten(0, 1), targets[i % N_BATCHES])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), recipe.clip)
            optimizer.step()
            carried[0] = tuple(part.detach() for part in state)
            loss.item()
        return n * targets[0].numel()

    return run


def our_loop(config: rnn.Config, recipe: rnn.Recipe) -> Side:
    """Updates as the training loop asks for them."""
    text = stream(1, "text").integers(2, N_SYMBOLS, 1_000_000)
    learner = rnn.Learner(config, recipe, [text], [], seed=1)
    indices, step = np.zeros(1, np.int64), [0]

    def run(n: int) -> int:
        for _ in range(n):
            learner.update(indices, stream(1, "update", step[0]), 0.5)
            step[0] += 1
        return n * learner.n_symbols_a_step

    return run


def train(n_threads: int, how: Mapping[str, Any]) -> None:
    torch.set_num_threads(n_threads)
    usual = rnn.RECIPES["default"].recipe_for(256)
    quiet = replace(usual, dropout=0.0, weight_dropout=0.0)
    tutorial = rnn.RECIPES["tutorial"].recipe
    one_hot, embedded = rnn.Config(N_SYMBOLS, 256, n_embedding=0), rnn.Config(N_SYMBOLS, 256)
    low = settled(usual).precision
    cases = [("tutorial, float32", one_hot, tutorial)]
    if low == "bfloat16":
        cases.append(("tutorial, bfloat16", one_hot, replace(tutorial, precision=low)))
    cases.append((f"default without dropout, 16 rows, {low}", embedded, replace(quiet, n_rows=N_ROWS)))
    cases.append((f"default, 32 rows, {low} (the peers have no dropout)", embedded, usual))
    for name, config, recipe in cases:
        recipe = settled(recipe)
        sides = {
            "ours": our_loop(config, recipe),
            "torch": plain_loop(config, recipe, fused=False),
            "torch, fused Adam": plain_loop(config, recipe, fused=True),
        }
        print(f"\ntraining an LSTM(256), {n_threads} thread(s): {name}")
        table(measured(sides, **how), ["torch", "torch, fused Adam"])


# ---- writing: ours -----------------------------------------------------------------------------


def our_steps(model: Any, n: int, *, n_before: int = 0) -> Side:
    """Characters of n drafts, step by step; `n_before` were written before, as in the midst of a text."""
    rng, choice = stream(1, "write"), Choice(TEMPERATURE)
    logits, state = model.start(n)
    for _ in range(n_before):
        logits, state = model.step(state, np.full(n, 5))
    kept = [logits, state]

    def run(n_steps: int) -> int:
        logits, state = kept
        for _ in range(n_steps):
            noise = gumbel_noise(rng, (n, N_SYMBOLS))
            logits, state = model.step(state, choose(logits, noise, choice))
        kept[:] = logits, state
        return n_steps * n

    return run


def whole_writer(model: Any, family: str, n: int) -> Side:
    """`drafts` with its rules; texts are as long as asked for, since this model never ends one by itself."""
    writer = Writer("drawn", families.load(family), model, Characters(_SYMBOLS), Labels(()))
    counted = [0]

    def run(n_characters: int) -> int:
        counted[0] += 1
        made = drafts(writer, Wish(length=max(20, n_characters)), seed=counted[0], n=n)
        return sum(len(draft.text) for draft in made)

    return run


_SYMBOLS = "".join(sorted("\n !$&',-.3:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))


def drawn(network: nn.Module) -> dict[str, Any]:
    """Weights as a training begins with, but for the end of a document, which never comes."""
    begin_weights(network, stream(1, "weights"))
    tensors = weights_of(network)
    bias = "output.bias" if "output.bias" in tensors else "bias"
    tensors[bias][0] = -30
    return tensors


def our_lstm(n_hidden: int) -> rnn.Model:
    config = rnn.Config(N_SYMBOLS, n_hidden)
    tensors = drawn(rnn_network.Network(config, rnn.Recipe(), Masks()))
    return rnn.Model.from_tensors(asdict(config), tensors)


def our_transformer() -> transformer.Model:
    config = transformer.Config(N_SYMBOLS)
    tensors = drawn(transformer_network.Network(config, transformer.Recipe(), Masks()))
    return transformer.Model.from_tensors(asdict(config), tensors)


def our_ngram(data: Path) -> ngram.Model:
    """Of tiny Shakespeare."""
    path = data / "text_tinyshakespeare" / "train.txt"
    if not path.is_file():
        raise SystemExit(f"{path} is not there: say where DATA is, or --train alone")
    ids = Characters(_SYMBOLS).encode_document(path.read_text(encoding="utf-8"))
    return ngram.fit(ngram.Config(N_SYMBOLS), [np.asarray(ids, np.int64)])


# ---- writing: peers ----------------------------------------------------------------------------


def _draw(logits: Any) -> int:
    return int(torch.multinomial(torch.softmax(logits / TEMPERATURE, 0), 1))


def tutorial_loop(n_hidden: int, width: int) -> Side:
    """The tutorials' loop: the last `width` characters, one-hot, run through the network for each new one."""
    model = Plain(n_hidden).eval()
    text = [5] * width

    @torch.inference_mode()
    def run(n: int) -> int:
        for _ in range(n):
            x = functional.one_hot(torch.tensor(text[-width:]), N_SYMBOLS).float()[:, None]
            text.append(_draw(model(x, None)[0][-1, 0]))
        del text[:-width]
        return n

    return run


def state_kept_loop(n_hidden: int) -> Side:
    model = Plain(n_hidden, 64).eval()
    kept: list[Any] = [5, None]

    @torch.inference_mode()
    def run(n: int) -> int:
        symbol, state = kept
        for _ in range(n):
            logits, state = model(torch.tensor([[symbol]]), state)
            symbol = _draw(logits[0, 0])
        kept[:] = symbol, state
        return n

    return run


class _Block(nn.Module):
    """A layer of GPT-2: attention and a perceptron, each behind a normalisation."""

    def __init__(self, width: int, n_heads: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.before, self.after = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attend, self.gather = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.widen, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Any) -> Any:
        parts = self.attend(self.before(x)).unflatten(2, (3, self.n_heads, -1)).permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(*parts, is_causal=True)
        x = x + self.gather(seen.transpose(1, 2).flatten(2))
        return x + self.narrow(functional.gelu(self.widen(self.after(x))))


def no_cache_loop(config: transformer.Config, *, context: int) -> Side:
    """A GPT's `generate`: the context through all layers for each character, the logits of its last place alone."""
    width = config.n_width
    symbols, places = nn.Embedding(N_SYMBOLS, width), nn.Embedding(context, width)
    blocks = nn.Sequential(*(_Block(width, config.n_heads) for _ in range(config.n_layers))).eval()
    norm, output = nn.LayerNorm(width), nn.Linear(width, N_SYMBOLS, bias=False)
    ids = [torch.full((1, context), 5)]

    @torch.inference_mode()
    def run(n: int) -> int:
        for _ in range(n):
            x = symbols(ids[0][:, -context:]) + places(torch.arange(context))
            logits = output(norm(blocks(x)[:, -1]))[0]
            ids[0] = torch.cat([ids[0], torch.tensor([[_draw(logits)]])], dim=1)
        ids[0] = ids[0][:, -context:]
        return n

    return run


def write(data: Path, how: Mapping[str, Any]) -> None:
    torch.set_num_threads(1)
    counted = our_ngram(data)
    print(f"\nthe n-gram of the mixture has {counted.n_grams:,} n-grams")
    for n_hidden in (256, 512):
        lstm = our_lstm(n_hidden)
        mixed = mixture.Model(lstm.config, counted, lstm, Gate.even())
        sides = {
            "ours": our_steps(lstm, 1),
            "ours, 16 drafts": our_steps(lstm, 16),
            "ours, whole": whole_writer(lstm, "rnn", 1),
            "ours, whole, 16 drafts": whole_writer(lstm, "rnn", 16),
            "our mixture": our_steps(mixed, 1),
            "our mixture, 16 drafts": our_steps(mixed, 16),
            "tutorial (40)": tutorial_loop(n_hidden, 40),
            "tutorial (100)": tutorial_loop(n_hidden, 100),
            "state kept": state_kept_loop(n_hidden),
        }
        print(f"\nwriting with an LSTM({n_hidden}), 1 thread")
        table(
            measured(sides, **how),
            ["tutorial (40)", "tutorial (100)", "state kept"],
        )
    model = our_transformer()
    context = model.config.context
    sides = {
        "ours": our_steps(model, 1, n_before=context),
        "ours, 16 drafts": our_steps(model, 16, n_before=context),
        "no cache": no_cache_loop(model.config, context=context),
    }
    print(f"\nwriting with a transformer of 4 layers of 128, context {context}, 1 thread")
    table(measured(sides, **how), ["no cache"])


def machine() -> str:
    """What the figures depend on."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        name = names[0].partition(":")[2].strip() if names else name
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"
    return (
        f"{name}, {os.cpu_count()} cores, load {load}; Python {platform.python_version()}, "
        f"NumPy {np.__version__}, torch {torch.__version__}"
    )


def main(given: argparse.Namespace) -> None:
    print(machine())
    clock = time.process_time if given.cpu else time.perf_counter
    how = {"n_rounds": given.rounds, "turn_s": given.turn, "clock": clock}
    print("by the processor's clock" if given.cpu else "by the clock on the wall")
    both = not given.train and not given.write
    if given.train or both:
        for n_threads in given.threads or ([1] if given.cpu else [1, 2]):
            with threadpool_limits(n_threads):
                train(n_threads, how)
    if given.write or both:
        with threadpool_limits(1):
            write(given.data, how)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    parser.add_argument("--train", action="store_true", help="training alone")
    parser.add_argument("--write", action="store_true", help="writing alone")
    parser.add_argument("--threads", type=int, nargs="+", help="1 and 2 if nothing is said, with --cpu 1")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--turn", type=float, default=1.0, help="seconds")
    parser.add_argument("--cpu", action="store_true", help="by the processor's clock, for busy machines")
    arguments = parser.parse_args()
    if arguments.cpu and arguments.threads not in (None, [1]):
        parser.error("the processor's clock adds up all threads: with --cpu there is one")
    main(arguments)
