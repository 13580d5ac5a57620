"""Samples a second that a WaveNet makes, on one core: C, numba, NumPy, and plain torch with and without caching.

    OMP_NUM_THREADS=1 python bench/wavenet_speed.py [DATA] [--layers 20] [--residual 32] [--skip 64] [--seconds 2]

Random weights; every sample is drawn, at 16 kHz. "torch, cached" keeps each layer's past in a ring and asks torch
for every product; "torch, not cached" computes for each sample all that it depends on anew, as first tutorials do.
Each of them is the model itself: its logits are compared with the full convolution first. The best of several, in
processor time of this process, which stands still while other programs run, but not while they share the core's
caches or its second thread. DATA is not used.
"""

import argparse
import os
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aoede.models.wavenet import Config, Recipe, WaveNet
from aoede.models.wavenet.backends import Voices, installed
from aoede.models.wavenet.model import shapes
from aoede.models.wavenet.network import Network, Stretch, log_laplace
from aoede.models.wavenet.prediction import Adaptive, Lean, Sketch, centres
from aoede.models.wavenet.state import offsets_of
from aoede.models.wavenet.takes import Crops, Heard, Take
from aoede.neural.network import Masks, load_weights
from aoede.randomness import stream

N_TIMES = 5
N_COMPARED = 200  # samples whose logits are compared with the full convolution
SLOW = {"numpy": 4_000, "torch, cached": 1_000, "torch, not cached": 6}  # samples made by what is slow

Floats = NDArray[np.float32]
Maker = Callable[[NDArray[np.float64]], None]


def model_of(config: Config) -> WaveNet:
    """Weights that keep the signal's size from layer to layer."""
    rng = stream(1, "bench", "weights")
    tensors = {
        name: rng.normal(0, shape[-1] ** -0.5 if len(shape) > 1 else 0.1, shape).astype(np.float32)
        for name, shape in shapes(config).items()
    }
    return WaveNet.from_tensors(asdict(config), tensors)


class Cached:
    """A loop over eager torch with rings, a sample a turn."""

    def __init__(self, model: WaveNet) -> None:
        self.config = model.config
        self.network = network_of(model)
        self.told = list(torch.from_numpy(model.told(making=True)[0]))
        self.lean = lean_of(model)
        self.rings = torch.zeros(sum(self.config.dilations), self.config.n_residual)
        self.offsets = offsets_of(self.config)
        self.prior = Adaptive.begun(1, self.config, self.config.fading)
        self.last, self.t = [self.config.silence] * 2, 0

    @torch.inference_mode()
    def logits(self) -> Tensor:
        network, r = self.network, self.config.n_residual
        h = network.inputs(self._stretch())[0, 0]
        skip = torch.zeros(self.config.n_skip)
        for i, layer in enumerate(network.layers):
            slot = int(self.offsets[i]) + self.t % layer.dilation
            gates = torch.nn.functional.linear(torch.cat([self.rings[slot], h]), layer.gates, self.told[i])
            self.rings[slot] = h
            u = torch.tanh(gates[:r]) * torch.sigmoid(gates[r:])
            out = torch.nn.functional.linear(u, layer.out, layer.out_bias)
            h, skip = h + out[:r], skip + out[r:]
        return _with_prior(network, network.head(skip), *self.prior.foreseen(self.lean))

    def observe(self, code: int) -> None:
        self.last, self.t = [code, self.last[0]], self.t + 1
        if self.config.has_prior:
            self.prior.observe(centres(self.config.n_levels)[[code]], self.lean)

    def _stretch(self) -> Stretch:
        inputs = torch.tensor([[self.last[1], self.last[0], 0]])
        places, widths = (
            torch.tensor(x[:, None], dtype=torch.float32) for x in self.prior.foreseen(self.lean)
        )
        nothing = torch.zeros(0)
        return Stretch(inputs, nothing, places, widths, nothing, nothing, nothing, nothing, 1)


def lean_of(model: WaveNet) -> Lean | None:
    """What the prior leans on where nothing is told."""
    if not model.config.has_prior:
        return None
    return Lean(model.config.leaning, model.outlined().rows, np.zeros(1))


def _with_prior(network: Network, out: Tensor, places: Any, widths: Any) -> Tensor:
    n = network.config.n_levels
    if not network.config.has_prior:
        return out
    by, wider = (4 * torch.tanh(out[n + k] / 4) for k in range(2))
    place, width = float(places[0]), float(widths[0])
    found = log_laplace(
        place + width * by, (width * wider.exp()).clamp(min=2e-5), network.get_buffer("edges").float()
    )
    return out[:n] + found


def network_of(model: WaveNet) -> Network:
    network = Network(model.config, Recipe(), Masks()).eval()
    load_weights(network, model.to_tensors())
    return network


def drawn(logits: Tensor, uniform: float) -> int:
    chances = torch.softmax(logits, dim=0).cumsum(0)
    return min(int((chances <= uniform).sum()), len(logits) - 1)


def by_backend(model: WaveNet, backend: str) -> Maker:
    def make(uniforms: NDArray[np.float64]) -> None:
        voices = Voices(model, backend=backend)
        lean = lean_of(model)
        voices.advance(model.told(making=True), uniforms[None], outline=None if lean is None else lean.rows)

    return make


def by_torch_cached(model: WaveNet) -> Maker:
    def make(uniforms: NDArray[np.float64]) -> None:
        cached = Cached(model)
        for uniform in uniforms:
            cached.observe(drawn(cached.logits(), float(uniform)))

    return make


def by_torch(model: WaveNet) -> Maker:
    """For every sample all samples that it depends on are read anew."""
    network, config = network_of(model), model.config

    def make(uniforms: NDArray[np.float64]) -> None:
        codes = np.full(config.n_seen, config.silence, np.uint8)
        for uniform in uniforms:
            take = Take.of(codes[-config.n_seen :])
            stretch = Stretch.of(
                Crops.of([Heard(take, config)], [0], config.n_seen, 0, config), torch.device("cpu")
            )
            with torch.inference_mode():
                logits = network(stretch, ())[0][0, -1]
            codes = np.append(codes, np.uint8(drawn(logits, float(uniform))))

    return make


def largest_error(model: WaveNet, name: str) -> float:
    """Of the logits of a few samples, against the full convolution."""
    codes = stream(1, "bench", "codes").integers(100, 156, N_COMPARED).astype(np.uint8)
    lean = lean_of(model)
    outline = None if lean is None else lean.rows
    sketch = None if lean is None else Sketch(lean.rows, np.zeros(N_COMPARED), model.config.frame_samples)
    full = model.logits(codes, sketch=sketch)
    if name in installed():
        found = np.zeros((1, N_COMPARED, model.config.n_levels), np.float32)
        told, uniforms = model.told(making=True), np.zeros((1, N_COMPARED))
        Voices(model, backend=name).advance(told, uniforms, outline=outline, given=codes[None], logits=found)
        return float(np.abs(found[0] - full).max())
    if name != "torch, cached":
        return float("nan")
    cached, rows = Cached(model), []
    for code in codes:
        rows.append(cached.logits().numpy())
        cached.observe(int(code))
    return float(np.abs(np.stack(rows) - full).max())


def samples_a_second(make: Maker, n: int, n_times: int) -> float:
    best = 0.0
    for k in range(n_times):
        uniforms = stream(k, "bench", "uniforms").random(n)
        began = time.process_time()
        make(uniforms)
        best = max(best, n / (time.process_time() - began))
    return best


def started(model: WaveNet, backend: str) -> float:
    """Seconds from a loaded model to its first sample, on the wall; what is compiled once is compiled already."""
    began = time.perf_counter()
    voices = Voices(model, backend=backend)
    lean = lean_of(model)
    voices.advance(model.told(making=True), np.zeros((1, 1)), outline=None if lean is None else lean.rows)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path)
    for name, value in (("layers", 20), ("residual", 32), ("skip", 64)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--times", type=int, default=N_TIMES)
    said = parser.parse_args()
    torch.set_num_threads(1)
    config = Config(n_layers=said.layers, n_residual=said.residual, n_skip=said.skip)
    n = int(said.seconds * config.rate_hz)
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, numpy {np.__version__}")
    print(f"{config.n_layers} layers x {config.n_residual} x {config.n_skip}, {config.rate_hz:,} Hz\n")
    print(
        f"{'':20}{'prior':>7}{'samples/s':>12}{'x real time':>13}{'s a second':>12}{'error':>9}{'first, ms':>11}"
    )
    for has_prior in (True, False):
        model = model_of(replace(config, has_prior=has_prior))
        makers = {name: by_backend(model, name) for name in installed()}
        makers |= {"torch, cached": by_torch_cached(model), "torch, not cached": by_torch(model)}
        for name, make in makers.items():
            error = largest_error(model, name)
            first = f"{1_000 * started(model, name):.1f}" if name in installed() else ""
            speed = samples_a_second(make, SLOW.get(name, n), said.times if name not in SLOW else 2)
            told = f"{speed:12,.0f}{speed / config.rate_hz:13.4g}{config.rate_hz / speed:12.3g}{error:9.1g}"
            print(f"{name:20}{'yes' if has_prior else 'no':>7}{told}{first:>11}", flush=True)


if __name__ == "__main__":
    main()
