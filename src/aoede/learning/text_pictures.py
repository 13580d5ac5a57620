"""What a model of text foresees and how a character is chosen, as pictures (PNG).

    for part, data in pictures_of(found, "my-run", text="The king", seed=7).items(): ...

Blue is what is probable, vermilion what came of it: colours that every kind of colour vision tells apart.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from aoede.choice import Choice, gumbel_noise, log_weights
from aoede.encodings.chars import END, UNKNOWN, Characters
from aoede.errors import UsageError
from aoede.formats.fields import NEGATIVE, POSITIVE
from aoede.formats.roll_canvas import INK, MUTED, PAPER, Canvas, mix
from aoede.formats.roll_layout import MARGIN_PX
from aoede.formats.roll_system import BAR_LINE, BEAT_LINE
from aoede.formats.sheet import head_px, png, write_head
from aoede.formats.text import normal_form
from aoede.learning.checkpoint import Checkpoint
from aoede.learning.pen import Wish
from aoede.learning.writer import Writer
from aoede.learning.writing import drafts
from aoede.randomness import checked_seed, stream

Floats = NDArray[np.float64]

WIDTH_PX = 1200
MAX_PLACES = 40  # of a text in a picture, its last ones
MAX_TEXT = 10_000  # characters of a text that is read
N_RANKS = 6  # likeliest characters shown at each place
N_CANDIDATES = 9  # characters that are shown at a choice, the likeliest
TEMPERATURES = (0.2, 0.5, 1.0, 2.0)
LOWEST = -11.0  # nats: what is further left in the picture of a choice stands at the edge
CELL_PX, SURPRISE_PX = 27, 90  # a place's width, the height of the bars of surprise
MAX_SURPRISE = 6.0  # nats; higher bars are cut off
SIGNS = {" ": "·", "\n": "¶", "\t": "→"}
SIGNS_TOLD = "· is a space, ¶ the end of a line"


@dataclass(frozen=True)
class Foresight:
    """What a model foresees at the last places of a text, T of them: each from all characters before it."""

    names: Sequence[str]  # (T,) the characters that came
    ids: NDArray[np.int64]  # (T,)
    log_p: Floats  # (T, V) natural log-probabilities of every symbol
    next_log_p: Floats  # (V,) of what follows the text


def pictures_of(found: Checkpoint, name: str, *, text: str | None = None, seed: int = 0) -> dict[str, bytes]:
    """`foreseen`, what a model file foresees along `text`, and `choice`, how the character after it is chosen.

    Without a text the model writes one itself. Raises UsageError for a text that is empty or too long.
    """
    writer = Writer.of(found.metadata, found.tensors, name=name, sha256=found.sha256)
    if text is None:
        text = drafts(writer, Wish(length=MAX_PLACES), seed=seed)[0].text[:MAX_PLACES]
    text = normal_form(text)[0]
    if not 1 <= len(text) <= MAX_TEXT:
        raise UsageError(f"a text of 1 to {MAX_TEXT:,} characters can be looked at", where="--text")
    seen = foresight(writer, text)
    noise = gumbel_noise(stream(checked_seed(seed), "look"), writer.encoding.n_symbols)
    return {
        "foreseen": foreseen_picture(seen, writer.encoding, name=name),
        "choice": choice_picture(seen, noise, writer.encoding, name=name, text=text),
    }


def foresight(writer: Writer, text: str) -> Foresight:
    """Read `text` from a document's beginning. A character that the model does not know is read as unknown."""
    ids = np.asarray(writer.encoding.encode(text), np.int64)
    rows = deque[NDArray[np.floating]](maxlen=MAX_PLACES)
    with threadpool_limits(1):  # the same bits on machines of few and of many cores
        logits, state = writer.model.start(1)
        for symbol in ids:
            rows.append(logits[0])
            logits, state = writer.model.step(state, np.array([symbol]))
    everything = log_weights(np.stack([*rows, logits[0]]), Choice(temperature=1.0))
    names = [sign(c) for c in text[-MAX_PLACES:]]
    return Foresight(names, ids[-MAX_PLACES:], everything[:-1], everything[-1])


def sign(character: str) -> str:
    """How a character stands in a picture: blanks have signs."""
    return SIGNS.get(character, character)


def name_of(symbol: int, encoding: Characters) -> str:
    if symbol in (END, UNKNOWN):
        return "end" if symbol == END else "?"
    return sign(encoding.decode([symbol]))


def foreseen_picture(seen: Foresight, encoding: Characters, *, name: str) -> bytes:
    """The last places of a text: over each the likeliest characters, under it the surprise of the one that came."""
    surprise = -seen.log_p[np.arange(len(seen.ids)), seen.ids]
    title = f"{name}: what it foresees"
    mean = float(surprise.mean())
    remarks = (
        f"at each place the {N_RANKS} likeliest characters, the darker the more probable; framed: the one that came",
        f"{SIGNS_TOLD}; mean surprise {mean:.2f} nats a character, as of {np.exp(mean):.1f} equally likely ones",
    )
    top = head_px(*remarks)
    bars_top = top + (N_RANKS + 1) * CELL_PX + 34
    canvas = Canvas(WIDTH_PX, bars_top + SURPRISE_PX + MARGIN_PX + 6)
    write_head(canvas, WIDTH_PX, title, *remarks)
    _surprise_axis(canvas, bars_top, len(surprise))
    for i, surprise_here in enumerate(surprise):
        x = MARGIN_PX + 16 + i * CELL_PX
        _place_column(canvas, x, top, seen, i, encoding)
        height = min(surprise_here, MAX_SURPRISE) / MAX_SURPRISE * SURPRISE_PX
        bottom = bars_top + SURPRISE_PX
        canvas.box(x + 4, bottom - max(1.0, height), x + CELL_PX - 4, bottom, POSITIVE)
    return png(canvas.finished(), title)


def _place_column(
    canvas: Canvas, x: float, top: float, seen: Foresight, place: int, encoding: Characters
) -> None:
    """The character that came, and under it the likeliest ones."""
    middle = x + CELL_PX / 2
    canvas.text(middle, top + 19, seen.names[place], 19, bold=True, align="centre")
    order = np.argsort(-seen.log_p[place], kind="stable")[:N_RANKS]
    for rank, symbol in enumerate(order):
        y = top + (rank + 1) * CELL_PX + 4
        share = float(np.exp(seen.log_p[place, symbol]))
        is_it = symbol == seen.ids[place]
        canvas.box(x, y, x + CELL_PX, y + CELL_PX, POSITIVE if is_it else PAPER)
        edge = 2 if is_it else 0.5
        canvas.box(
            x + edge, y + edge, x + CELL_PX - edge, y + CELL_PX - edge, mix(PAPER, NEGATIVE, share**0.7)
        )
        told = name_of(int(symbol), encoding)
        size = 10 if len(told) > 1 else 15
        canvas.text(middle, y + 19, told, size, PAPER if share > 0.45 else INK, align="centre")


def _surprise_axis(canvas: Canvas, top: float, n_places: int) -> None:
    left, right = MARGIN_PX + 16, MARGIN_PX + 16 + n_places * CELL_PX
    for nats in range(0, int(MAX_SURPRISE) + 1, 2):
        y = top + SURPRISE_PX * (1 - nats / MAX_SURPRISE)
        canvas.box(left, y - 0.5, right, y + 0.5, BAR_LINE if nats == 0 else BEAT_LINE)
        canvas.text(left - 6, y + 4, str(nats), 11, MUTED, align="right")
    canvas.text(left, top - 10, "surprise: −log p of the one that came, in nats", 13, MUTED)


def choice_picture(seen: Foresight, noise: Floats, encoding: Characters, *, name: str, text: str) -> bytes:
    """Gumbel-max at several temperatures with one noise (V,): log-probability + noise, the rightmost wins."""
    panels = [log_weights(seen.next_log_p, Choice(temperature=t))[0] for t in TEMPERATURES]
    for log_p in panels:
        log_p[UNKNOWN] = -np.inf  # which a writer never chooses
    winners = [int((log_p + noise).argmax()) for log_p in panels]
    shown = candidates(seen.next_log_p, winners)
    title = f"{name}: what comes after “{''.join(sign(c) for c in text[-24:])}”?"
    remarks = (
        "dot: log p at this temperature; the bar is the noise of the character, the same in all panels; "
        "where it ends furthest right is chosen",
        SIGNS_TOLD,
    )
    top = head_px(*remarks) + 8
    canvas = Canvas(WIDTH_PX, top + 34 + len(shown) * 30 + 30 + MARGIN_PX)
    write_head(canvas, WIDTH_PX, title, *remarks)
    width = (WIDTH_PX - 2 * MARGIN_PX - 40 + 24) / len(TEMPERATURES) - 24
    high = max(4.0, max(float(noise[list(shown)].max()), *(float(noise[w]) for w in winners)) + 0.5)
    for i, (temperature, log_p, winner) in enumerate(zip(TEMPERATURES, panels, winners, strict=True)):
        left = MARGIN_PX + 40 + i * (width + 24)
        told = name_of(winner, encoding)
        canvas.text(left, top + 10, f"temperature {temperature:g}: {told}", 15, bold=True)
        panel = _Panel(canvas, left, top + 34, width, high, len(shown))
        panel.draw_grid()
        for row, symbol in enumerate(shown):
            if i == 0:
                label = name_of(symbol, encoding)
                canvas.text(left - 12, top + 34 + row * 30 + 20, label, 16, bold=True, align="right")
            panel.draw_row(row, log_p[symbol], noise[symbol], symbol == winner)
    return png(canvas.finished(), title)


def candidates(log_p: Floats, winners: Sequence[int]) -> list[int]:
    """The likeliest symbols with all winners among them, the likeliest first."""
    order = [int(s) for s in np.argsort(-log_p, kind="stable") if s != UNKNOWN]
    others = [symbol for symbol in order if symbol not in winners]
    kept = {*winners, *others[: max(0, N_CANDIDATES - len(set(winners)))]}
    return [symbol for symbol in order if symbol in kept]


@dataclass(frozen=True)
class _Panel:
    """One temperature: nats from LOWEST to `high` across, a row for each candidate."""

    canvas: Canvas
    left: float
    top: float
    width: float
    high: float
    n_rows: int

    def x(self, nats: float) -> float:
        share = (np.clip(nats, LOWEST, self.high) - LOWEST) / (self.high - LOWEST)
        return float(self.left + share * self.width)

    def draw_grid(self) -> None:
        bottom = self.top + self.n_rows * 30
        self.canvas.box(self.left - 1, self.top, self.left + self.width + 1, bottom, PAPER, outline=BEAT_LINE)
        for nats in range(-10, int(self.high) + 1, 5):
            x = self.x(nats)
            self.canvas.box(x - 0.5, self.top, x + 0.5, bottom, BAR_LINE if nats == 0 else BEAT_LINE)
            self.canvas.text(x, bottom + 16, str(nats).replace("-", "−"), 11, MUTED, align="centre")

    def draw_row(self, row: int, log_p: float, noise: float, wins: bool) -> None:
        """Dot, bar and end of one candidate; one that lies beyond the left edge leaves a mark there."""
        y, colour = self.top + row * 30 + 15, POSITIVE if wins else NEGATIVE
        if log_p + noise <= LOWEST or log_p == -np.inf:
            self.canvas.text(self.left + 3, y + 5, "‹", 15, MUTED)
            return
        start, end = self.x(log_p), self.x(log_p + noise)
        if wins:
            self.canvas.box(self.left, y - 14, self.left + self.width, y + 14, mix(PAPER, POSITIVE, 0.14))
        self.canvas.box(
            min(start, end), y - 2.5, max(start, end), y + 2.5, colour if wins else mix(PAPER, colour, 0.6)
        )
        self.canvas.box(end - 1.5, y - 8, end + 1.5, y + 8, colour)
        if log_p > LOWEST:
            self.canvas.box(start - 4, y - 4, start + 4, y + 4, INK, radius=4)
