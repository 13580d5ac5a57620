"""The four voices of the JSB chorales on the sixteenth grid: nats a token, beside what was published.

    python bench/voices.py DATA             # learns the training split, judges the validation split: 10 minutes
    python bench/voices.py DATA --select    # held out are pieces of the training split
    python bench/voices.py DATA --epochs 2  # a glimpse

A step has four tokens, soprano first, then alto, tenor, bass: each is one of the pitches or silence. A figure is
-log p(token | all tokens before it), the mean over all tokens of a split, silence and the first step of each piece
included. In the context there is nothing of the future, no chord symbol, and nothing that is known of the piece but
its earlier tokens and that it begins on a beat. Most tokens only go on with what sounds: those on beats stand apart.

Each pitch is scored by one small network per voice that hears the music around it (as in `neural/frames/notes.py`):
the last steps of all voices, what the voices above it do now, the echo, which pitch classes sounded so far as seen
from there, and what a GRU remembers. The soprano is also told how the tune went on where its last notes stand in
another learnt piece, in any key: chorale tunes were set many times. A softmax over all pitches and silence is the
prediction.
"""

import argparse
import json
import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from aoede.neural.frames.echo import echoes
from aoede.neural.learner import settled, threads
from aoede.neural.recipe import Recipe
from aoede.randomness import stream

Ints = NDArray[np.int64]

SEED = 1
HELD_OUT = 0.15  # of the training pieces, with --select
N_VOICES, LAGS = 4, (1, 2, 3, 4, 6, 8, 12, 16)
MOST_SHIFT = 4  # semitones by which a piece is moved each time that it is learnt
LOW, HIGH = 36 - MOST_SHIFT, 81 + MOST_SHIFT
N_PITCHES = HIGH - LOW + 1
SILENCE = N_PITCHES  # the id after those of the pitches
RANGES = ((60, 81), (52, 74), (46, 69), (36, 66))  # of each voice in the training split
REACH, N_UNITS, N_HIDDEN = 12, 96, 160
N_RUNS = 18  # classes of how long a voice has held its note
BAR, N_LENGTHS = 16, 9
DECAYS = (0.97, 0.995)  # of what is known of the pitch classes, a step
SPANS = (96, 64, 48, 32, 24, 16)  # steps of a tune that stand elsewhere, the longest first; classes 6 to 1
N_ROWS, N_STEPS, N_EPOCHS, RATE = 16, 64, 9, 3e-3
DROPOUT, REMEMBERED_DROPOUT, WEIGHT_DECAY = 0.5, 0.8, 0.3


@dataclass(frozen=True)
class Piece:
    """Ids (T, 4) with what is known before each step."""

    ids: Ints  # (T, 4)
    echo: Ints  # (T, 4) what followed the longest stretch that was heard before; SILENCE where there is none
    lengths: Ints  # (T,) class of its length
    runs: Ints  # (T, 4) how long each voice has held its note
    classes: NDArray[np.float32]  # (T, decays * 12) pitch classes so far
    tune: Ints  # (T,) how the tune goes on elsewhere; SILENCE where it does not stand elsewhere
    spans: Ints  # (T,) class of how much of it stands there

    @classmethod
    def of(cls, pitches: Ints) -> "Piece":
        """Of MIDI pitches (T, 4), -1 for silence."""
        ids = np.where(pitches < 0, SILENCE, pitches - LOW)
        expected, lengths = echoes(ids.astype(np.uint8))
        echo = np.where(lengths[:, None] > 0, expected, SILENCE).astype(np.int64)
        unknown = np.full(len(ids), SILENCE)
        return cls(ids, echo, lengths, _runs(ids), _classes(ids), unknown, np.zeros(len(ids), np.int64))

    def moved(self, semitones: int) -> "Piece":
        """All voices higher by so many semitones."""
        ids, echo, tune = (
            np.where(a == SILENCE, SILENCE, np.clip(a + semitones, 0, N_PITCHES - 1))
            for a in (self.ids, self.echo, self.tune)
        )
        halves = self.classes.reshape(-1, len(DECAYS), 12)
        classes = np.roll(halves, semitones, axis=2).reshape(len(ids), -1)
        return replace(self, ids=ids, echo=echo, tune=tune, classes=classes)


class Tunes:
    """The sopranos of the learnt pieces, to be found by their last steps in any key."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._next: list[dict[bytes, list[tuple[int, int]]]] = [
            {} for _ in SPANS
        ]  # (piece, interval to come)
        for n, piece in enumerate(pieces):
            soprano = piece.ids[:, 0]
            for span, found in zip(SPANS, self._next, strict=True):
                for t in range(span, len(soprano)):
                    found.setdefault(_shape(soprano, t, span), []).append((n, soprano[t] - soprano[t - 1]))

    def told(self, piece: Piece, own: int = -1) -> Piece:
        """The piece with how its tune went on most often elsewhere; `own` is its number among the learnt pieces."""
        soprano = piece.ids[:, 0]
        tune, spans = np.full(len(soprano), SILENCE), np.zeros(len(soprano), np.int64)
        for t in range(SPANS[-1], len(soprano)):
            for k, (span, found) in enumerate(zip(SPANS, self._next, strict=True)):
                shape = _shape(soprano, t, span) if t >= span else b""
                moves = Counter(move for n, move in found.get(shape, ()) if n != own)
                if moves:
                    expected = soprano[t - 1] + min(moves, key=lambda move: (-moves[move], abs(move), move))
                    spans[t] = len(SPANS) - k
                    tune[t] = expected if 0 <= expected < N_PITCHES else SILENCE
                    break
        return replace(piece, tune=tune, spans=spans)


def _shape(soprano: Ints, t: int, span: int) -> bytes:
    """The last `span` steps before t as seen from the last one, and the place in the beat."""
    steps = soprano[t - span : t]
    return np.where(steps == SILENCE, 127, steps - steps[-1]).astype(np.int8).tobytes() + bytes([t % 4])


def _runs(ids: Ints) -> Ints:
    """(T, 4) for how many steps each voice had held its note before each step, at most N_RUNS - 1."""
    runs = np.zeros_like(ids)
    for t in range(1, len(ids)):
        goes_on = ids[t - 1] == ids[t - 2] if t > 1 else np.zeros(N_VOICES, bool)
        runs[t] = np.where(goes_on, runs[t - 1] + 1, 1)
    return np.minimum(runs, N_RUNS - 1)


def _classes(ids: Ints) -> NDArray[np.float32]:
    """(T, decays * 12) how much of the past each pitch class had before each step; the id 0 is the class 0."""
    now = np.zeros((len(ids), 12))
    for voice in range(N_VOICES):
        sounds = ids[:, voice] != SILENCE
        now[np.flatnonzero(sounds), ids[sounds, voice] % 12] += 1 / N_VOICES
    found = np.zeros((len(ids), len(DECAYS), 12))
    for t in range(1, len(ids)):
        for k, decay in enumerate(DECAYS):
            found[t, k] = decay * found[t - 1, k] + (1 - decay) * now[t - 1]
    return found.reshape(len(ids), -1).astype(np.float32)


@dataclass(frozen=True)
class Batch:
    """T steps of B pieces."""

    before: Tensor  # (most lag + T, B, 4) ids, SILENCE before the first
    echo: Tensor  # (T, B, 4)
    lengths: Tensor  # (T, B)
    tune: Tensor  # (T, B)
    spans: Tensor  # (T, B)
    runs: Tensor  # (T, B, 4)
    classes: Tensor  # (T, B, decays * 12)
    places: Tensor  # (T, B) steps of the bar
    counts: Tensor  # (T, B) which steps are judged

    @classmethod
    def of(cls, stretches: Sequence[tuple[Piece, int, int]]) -> "Batch":
        """Steps begin..end of each piece."""
        n, m, rows = max(end - begin for _, begin, end in stretches), max(LAGS), len(stretches)
        before = np.full((m + n, rows, N_VOICES), SILENCE, np.int64)
        echo, runs = np.full((n, rows, N_VOICES), SILENCE, np.int64), np.zeros((n, rows, N_VOICES), np.int64)
        lengths, places, spans = (np.zeros((n, rows), np.int64) for _ in range(3))
        tune = np.full((n, rows), SILENCE)
        classes = np.zeros((n, rows, 12 * len(DECAYS)), np.float32)
        counts = np.zeros((n, rows), bool)
        for row, (piece, begin, end) in enumerate(stretches):
            here, known = slice(0, end - begin), min(begin, m)
            before[m - known : m + end - begin, row] = piece.ids[begin - known : end]
            for array, own in (
                (echo, piece.echo),
                (runs, piece.runs),
                (lengths, piece.lengths),
                (tune, piece.tune),
                (spans, piece.spans),
                (classes, piece.classes),
            ):
                array[here, row] = own[begin:end]
            places[here, row] = np.arange(begin, end) % BAR
            counts[here, row] = True
        return cls(
            *map(torch.from_numpy, (before, echo, lengths, tune, spans, runs, classes, places, counts))
        )


class Network(nn.Module):
    """Batches and a state -> nats (N, 4) of the steps that count, and the state after them."""

    def __init__(self) -> None:
        super().__init__()
        n_read = N_VOICES * (2 * (N_PITCHES + 1) + N_RUNS) + BAR + N_LENGTHS
        self.gru = nn.GRU(n_read, N_HIDDEN)
        self.voices = nn.ModuleList(_Voice(voice, N_HIDDEN + BAR) for voice in range(N_VOICES))

    def forward(self, batch: Batch, state: Tensor) -> tuple[Tensor, Tensor]:
        m, n = max(LAGS), len(batch.counts)
        place = functional.one_hot(batch.places, BAR).float()
        told = [_one_hot(batch.before[m - 1 : -1]).flatten(2), _one_hot(batch.echo).flatten(2)]
        told += [functional.one_hot(batch.runs, N_RUNS).float().flatten(2), place]
        told += [functional.one_hot(batch.lengths, N_LENGTHS).float()]
        hidden, state = self.gru(torch.cat(told, dim=2), state)
        if self.training:
            hidden = functional.dropout(hidden, REMEMBERED_DROPOUT)
        at = batch.counts
        hidden = torch.cat([hidden, place], dim=2)[at]
        past = torch.stack([batch.before[m - lag : m - lag + n][at] for lag in LAGS], dim=1)  # (N, lags, 4)
        rows = torch.cat([past, batch.echo[at][:, None]], dim=1).flatten(1)
        rows = torch.cat([rows, batch.tune[at][:, None]], dim=1)  # the last is for the soprano alone
        now = batch.before[m:][at]  # (N, 4)
        nats = [
            voice(hidden, _one_hot(rows)[:, :, :N_PITCHES], now, past[:, 0], batch, at)
            for voice in self.voices
        ]
        return torch.stack(nats, dim=1), state


class _Voice(nn.Module):
    """The pitch of one voice, given all steps before and the voices above it.

    Pitches beyond its range, as far as pieces are moved, are scored by what is remembered alone.
    """

    def __init__(self, voice: int, n_hidden: int) -> None:
        super().__init__()
        self.voice = voice
        low, high = RANGES[voice]
        self.first, self.n = low - MOST_SHIFT - LOW, high - low + 2 * MOST_SHIFT + 1  # pitches that are heard
        self.n_rows = N_VOICES * (len(LAGS) + 1) + (voice == 0)
        self.around = nn.Conv1d(self.n_rows, N_UNITS, 2 * REACH + 1)
        self.above = nn.Conv1d(max(1, voice), N_UNITS, 4 * REACH + 1, bias=False)
        self.classes = nn.Linear(12 * len(DECAYS), N_UNITS, bias=False)
        self.pitches = nn.Parameter(0.01 * torch.randn(self.n, N_UNITS))
        self.runs, self.lengths = nn.Embedding(N_RUNS, N_UNITS), nn.Embedding(N_LENGTHS, N_UNITS)
        self.spans = nn.Embedding(len(SPANS) + 1, N_UNITS)
        self.changed = nn.Linear(max(1, voice), N_UNITS, bias=False)
        self.remembered, self.direct = nn.Linear(n_hidden, N_UNITS), nn.Linear(n_hidden, N_PITCHES + 1)
        self.deep = nn.ModuleList(nn.Linear(N_UNITS, N_UNITS) for _ in range(2))
        self.out = nn.Linear(N_UNITS, 1)
        self.silence = nn.Linear(N_VOICES, 1)  # given who was silent

    def forward(
        self, hidden: Tensor, rows: Tensor, now: Tensor, last: Tensor, batch: Batch, at: Tensor
    ) -> Tensor:
        x = self._features(hidden, rows, now, last, batch, at)
        x = self._dropped(functional.relu(x), DROPOUT / 2)
        for layer in self.deep:
            x = x + self._dropped(functional.relu(layer(x)), DROPOUT)
        direct = self.direct(hidden)
        was_silent = (last == SILENCE).to(x.dtype)
        beyond = (self.first, N_PITCHES - self.first - self.n)
        heard = functional.pad(self.out(x)[:, :, 0], beyond)
        logits = torch.cat([heard, self.silence(was_silent)], dim=1) + direct
        return functional.cross_entropy(logits.float(), now[:, self.voice], reduction="none")

    def _features(
        self, hidden: Tensor, rows: Tensor, now: Tensor, last: Tensor, batch: Batch, at: Tensor
    ) -> Tensor:
        """(N, n, N_UNITS) what is known at each pitch."""
        x = self.around(self._near(rows[:, : self.n_rows], REACH))
        if self.voice:
            x = x + self.above(self._near(_one_hot(now[:, : self.voice])[:, :, :N_PITCHES], 2 * REACH))
        x = x.transpose(1, 2) + self.pitches.to(x.dtype) + self._of_classes(batch.classes[at]).to(x.dtype)
        told = (
            self.remembered(hidden)
            + self.runs(batch.runs[at][:, self.voice])
            + self.lengths(batch.lengths[at])
        )
        if self.voice == 0:
            told = told + self.spans(batch.spans[at])
        else:
            told = told + self.changed((now[:, : self.voice] != last[:, : self.voice]).float())
        found: Tensor = x + told[:, None].to(x.dtype)
        return found

    def _near(self, rows: Tensor, reach: int) -> Tensor:
        """(N, channels, N_PITCHES) -> (N, channels, n + 2 reach) what lies around the pitches that are heard."""
        return functional.pad(rows, (reach, reach))[:, :, self.first : self.first + self.n + 2 * reach]

    def _of_classes(self, classes: Tensor) -> Tensor:
        """(N, 24) -> (N, n, N_UNITS): the classes as seen from each pitch, its own first."""
        halves = classes.view(-1, len(DECAYS), 12)
        turned = [self.classes(torch.roll(halves, -k, dims=2).flatten(1)) for k in range(12)]
        return torch.stack(turned, dim=1)[:, torch.arange(self.first, self.first + self.n) % 12]

    def _dropped(self, x: Tensor, p: float) -> Tensor:
        if not self.training:
            return x
        return x * functional.dropout(torch.ones(len(x), 1, x.shape[2]), p).to(x.dtype)


def _one_hot(ids: Tensor) -> Tensor:
    return functional.one_hot(ids, N_PITCHES + 1).float()


# Training and judging


def trained(pieces: Sequence[Piece], n_epochs: float, precision: torch.dtype) -> Network:
    torch.manual_seed(SEED)
    network, n_windows = Network(), sum(-(-len(piece.ids) // N_STEPS) for piece in pieces)
    decayed = [p for p in network.parameters() if p.dim() > 1]
    others = [p for p in network.parameters() if p.dim() <= 1]
    groups = [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=RATE, betas=(0.9, 0.98))
    n_updates = round(n_epochs * n_windows / N_ROWS)
    state = torch.zeros(1, N_ROWS, N_HIDDEN)
    for step, (stretches, begins) in zip(range(n_updates), _windows(pieces), strict=False):
        for group in optimizer.param_groups:
            fall = 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * step / n_updates))
            group["lr"] = RATE * fall * min(1.0, (step + 1) / 100)
        state = torch.where(begins[None, :, None], 0.0, state)
        network.train()
        optimizer.zero_grad()
        with torch.autocast("cpu", precision, precision != torch.float32):
            nats, state = network(Batch.of(stretches), state)
        state = state.detach().float()
        nats.mean().backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        if (step + 1) % max(1, n_updates // 20) == 0:
            print(f"  {step + 1} of {n_updates}: {float(nats.detach().mean()):.3f}", flush=True)
    return network


def _windows(pieces: Sequence[Piece]) -> Iterator[tuple[list[tuple[Piece, int, int]], Tensor]]:
    """For each update what each row reads, and (B,) which rows begin a piece; pieces are moved each time."""
    rng = stream(SEED, "windows")
    waiting = list[int]()
    rows: list[tuple[Piece, int]] = [(pieces[0], len(pieces[0].ids))] * N_ROWS  # all of them at an end
    while True:
        stretches, begins = [], np.zeros(N_ROWS, bool)
        for row, (piece, place) in enumerate(rows):
            length = N_STEPS
            if place >= len(piece.ids):
                waiting = waiting or rng.permutation(len(pieces)).tolist()
                piece, place = pieces[waiting.pop()].moved(int(rng.integers(-MOST_SHIFT, MOST_SHIFT + 1))), 0
                begins[row], length = True, N_STEPS - int(rng.integers(N_STEPS // 2))
            end = min(len(piece.ids), place + length)
            stretches.append((piece, place, end))
            rows[row] = (piece, end)
        yield stretches, torch.from_numpy(begins)


@torch.no_grad()
def judged(network: Network, pieces: Sequence[Piece]) -> NDArray[np.float64]:
    """(N, 5): the nats of the four tokens of each step, and its place in the beat."""
    network.eval()
    rows = []
    for piece in pieces:
        state = torch.zeros(1, 1, N_HIDDEN)
        for begin in range(0, len(piece.ids), 256):
            batch = Batch.of([(piece, begin, min(begin + 256, len(piece.ids)))])
            nats, state = network(batch, state)
            rows.append(np.concatenate([nats.numpy(), batch.places.numpy() % 4], axis=1))
    return np.concatenate(rows).astype(np.float64)


def _read(path: Path) -> list[Piece]:
    return [Piece.of(np.array(piece, np.int64)) for piece in json.loads(path.read_text())]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    parser.add_argument("--epochs", type=float, default=N_EPOCHS)
    parser.add_argument("--select", action="store_true", help="leave the validation split alone")
    arguments = parser.parse_args()
    folder = arguments.data / "midi_jsb_chorales"
    learnt, other = _read(folder / "jsb16_train.json"), _read(folder / "jsb16_valid.json")
    if arguments.select:
        order = stream(SEED, "held out").permutation(len(learnt))
        n = round(HELD_OUT * len(order))
        learnt, other = [learnt[i] for i in order[n:]], [learnt[i] for i in order[:n]]
    tunes = Tunes(learnt)
    learnt = [tunes.told(piece, n) for n, piece in enumerate(learnt)]
    other = [tunes.told(piece) for piece in other]
    began = time.perf_counter()
    with threads(torch.get_num_threads()):
        network = trained(learnt, arguments.epochs, getattr(torch, settled(Recipe()).precision))
        minutes = (time.perf_counter() - began) / 60
        rows = judged(network, other)
    n = sum(p.numel() for p in network.parameters())
    print(f"{n:,} numbers, {minutes:.1f} minutes, {rows[:, :4].size:,} tokens")
    print("| tokens | nats a token | soprano | alto | tenor | bass |\n|---|---|---|---|---|---|")
    phases = (
        ("all", (0, 1, 2, 3)),
        ("on the beat", (0,)),
        ("off-beat eighths", (2,)),
        ("other sixteenths", (1, 3)),
    )
    for name, phase in phases:
        some = rows[np.isin(rows[:, 4], phase), :4]
        print(f"| {name} | {some.mean():.4f} | " + " | ".join(f"{x:.3f}" for x in some.mean(axis=0)) + " |")


if __name__ == "__main__":
    main()
