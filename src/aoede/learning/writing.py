"""A text model writes: documents character by character, held to a form, to known words, away from copies.

    for draft in drafts(writer, Wish(condition=writer.condition({"Emily Dickinson": 1.0})), seed=7, n=3):
        print(draft.text)

Draft k draws from the stream (seed, "write", k) alone, one Gumbel number for each symbol and position, and what the
model foresees for it is the same to the last bit however many are written side by side (see `neural.arrays.product`).
So it is the same whichever others are written, and drafts at other temperatures or of other authors differ only where
that matters (coupled: see `choice.py`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from aoede.choice import choose
from aoede.encodings.chars import END
from aoede.errors import UsageError
from aoede.learning.pen import Draft, Mask, Pen, Tell, Voice, Wish
from aoede.learning.writer import Writer
from aoede.neural.arrays import FEW
from aoede.randomness import checked_seed
from aoede.words.guard import Guard
from aoede.words.lexicon import Nodes

MAX_COUNT = 1_000
MAX_READ = 20_000  # characters of a start that the model reads, the last ones
SOFT_TRIES = 12  # other ways from before a copy; then copies are forbidden outright,
MAX_TRIES = 64  # and then let through
REACH = 200  # characters that a rewinding takes back at most
_BREAKS = re.compile(r"[\s，。、！？；：]")


def drafts(
    writer: Writer, wish: Wish, *, seed: int, n: int = 1, first: int = 0, on_text: Tell | None = None
) -> list[Draft]:
    """The drafts `first` to `first + n - 1`: `groups` in one list."""
    made = groups(writer, wish, seed=seed, n=n, first=first, on_text=on_text)
    return [draft for group in made for draft in group]


def groups(
    writer: Writer, wish: Wish, *, seed: int, n: int = 1, first: int = 0, on_text: Tell | None = None
) -> Iterator[list[Draft]]:
    """The drafts `first` to `first + n - 1`, up to `FEW` at a time.

    With `on_text`, which is given each piece as it is written, they come one after another. Raises UsageError at
    once for what this model cannot do.
    """
    checked_seed(seed)
    if type(n) is not int or not 1 <= n <= MAX_COUNT:
        raise UsageError(f"1 to {MAX_COUNT:,} texts can be written at once, not {n}", where="--count")
    if wish.known_words and writer.speller is None:
        raise UsageError("this model has no list of words", where="--known-words")
    if wish.max_copy is not None and writer.index is None:
        told = "this model was stored without its training text: copies cannot be seen"
        raise UsageError(told, where="--max-copy")
    if (wish.n_lines or 1) > 1 and "\n" not in writer.encoding.symbols:
        raise UsageError("this model knows no line ends: it writes one line", where="--lines")
    pens = (Pen(writer, wish, seed, k) for k in range(first, first + n))
    return _groups(writer, wish, chain([next(pens)], pens), on_text)


def _groups(writer: Writer, wish: Wish, pens: Iterator[Pen], tell: Tell | None) -> Iterator[list[Draft]]:
    guard, begun = None, None
    at_once = FEW if tell is None and wish.max_copy is None else 1
    while group := list(islice(pens, at_once)):
        with threadpool_limits(1):  # the same bits on machines of few and of many cores
            begun = begun or _begun(writer, wish)
            if wish.max_copy is not None and writer.index is not None:
                guard = guard or Guard(writer.index, wish.max_copy)
                made = [_wary(writer, group[0], begun, guard, tell)]
            else:
                made = _together(writer, group, begun, tell)
        yield made


@dataclass(frozen=True)
class _Place:
    """Where the model stands in n drafts."""

    logits: NDArray[Any]  # (n, V) what it foresees
    state: Any
    nodes: Nodes | None  # (n,) of the walk through the known words, where only those may come

    def after(self, writer: Writer, ids: NDArray[np.int64]) -> "_Place":
        logits, state = writer.model.step(self.state, ids)
        walk = None if self.nodes is None or writer.speller is None else writer.speller.step(self.nodes, ids)
        return _Place(logits, state, walk)

    def rows(self, writer: Writer, which: Sequence[int]) -> "_Place":
        at = np.array(which)
        nodes = None if self.nodes is None else self.nodes[at]
        return _Place(self.logits[at], writer.model.select(self.state, at), nodes)

    def masks(self, writer: Writer, allowed: Sequence[Mask]) -> Mask:
        """(n, V) what the drafts allow and, where that leaves anything, what known words do."""
        masks = allowed[0][None] if len(allowed) == 1 else np.stack(allowed)
        if self.nodes is None or writer.speller is None:
            return masks
        both = masks & writer.speller.mask(self.nodes)
        return np.where(both.any(axis=1, keepdims=True), both, masks)


def _begun(writer: Writer, wish: Wish) -> _Place:
    """After the start, for one draft. A character that the model never saw is read as unknown."""
    logits, state = writer.model.start(1, wish.condition)
    for symbol in writer.encoding.encode(wish.start[-MAX_READ:]):
        logits, state = writer.model.step(state, np.array([symbol]))
    nodes = writer.speller.start(wish.start) if wish.known_words and writer.speller else None
    return _Place(logits, state, nodes)


def _together(writer: Writer, pens: Sequence[Pen], begun: _Place, tell: Tell | None) -> list[Draft]:
    """All drafts at once, in step."""
    place = begun if len(pens) == 1 else begun.rows(writer, [0] * len(pens))
    active, voice = list(pens), Voice(tell)
    voice.told(pens[0])
    while True:
        masks = place.masks(writer, [pen.allowed() for pen in active])
        noise = active[0].noise() if len(active) == 1 else np.stack([pen.noise() for pen in active])
        ids = choose(place.logits, noise, pens[0].wish.choice, masks)
        for pen, symbol in zip(active, ids.tolist(), strict=True):
            pen.add(symbol)
        voice.told(pens[0])
        stays = [i for i, pen in enumerate(active) if ids[i] != END and not pen.is_done]
        if not stays:
            break
        if len(stays) < len(active):
            active, ids, place = [active[i] for i in stays], ids[stays], place.rows(writer, stays)
        place = place.after(writer, ids)
    found = [pen.draft() for pen in pens]
    voice.ended(found[0])
    return found


def _wary(writer: Writer, pen: Pen, begun: _Place, guard: Guard, tell: Tell | None) -> Draft:
    """One draft without a copy of more than `max_copy` characters in a row.

    Where the next character would make one, the text is taken back to where its last word began, that word's first
    character is forbidden there, and the model goes on another way; from the third try on further back. After
    `SOFT_TRIES` all characters that make a copy are forbidden until the text is longer than it was, and a place
    where nothing else is left is given up in turn. After `MAX_TRIES` the copy goes on, and the draft says so: it
    is never nothing.
    """
    trail, voice = _Trail(pen), Voice(tell)
    places = {pen.first: begun}  # by the length of the text; none that no rewinding goes back to
    while True:
        place = places[len(pen.text)]
        copies = guard.blocked(pen.text[pen.first :], writer.encoding.symbols)
        mask = trail.mask(place.masks(writer, [pen.allowed()])[0], copies, writer)
        if mask is None:
            trail.give_up(writer)
        else:
            symbol = int(choose(place.logits, pen.noise(), pen.wish.choice, mask)[0])
            if writer.glyphs[symbol] in copies and not trail.lets_through:
                trail.rewind(symbol, writer)
            else:
                pen.add(symbol)
                trail.went_on(writer.glyphs[symbol] in copies)
                voice.told(pen, trail.floor)
                if symbol == END or pen.is_done:
                    break
                places[len(pen.text)] = place.after(writer, np.array([symbol]))
                places.pop(trail.floor - 1, None)
    draft = pen.draft(n_rewound=trail.n_rewound, has_long_copy=bool(trail.copies))
    voice.ended(draft)
    return draft


class _Trail:
    """The ways that a wary draft has tried."""

    def __init__(self, pen: Pen) -> None:
        self._pen = pen
        self._furthest = len(pen.text)
        self._n_tries = 0  # since the text was longest
        self._banned: dict[int, set[int]] = {}  # length of the text -> ids that may not follow
        self.n_rewound = 0
        self.copies: list[int] = []  # lengths of the text after characters that made too long a copy

    @property
    def floor(self) -> int:
        """Characters that stay."""
        return max(self._pen.first, self._furthest - REACH)

    @property
    def lets_through(self) -> bool:
        return self._n_tries > MAX_TRIES

    def mask(self, allowed: Mask, copies: frozenset[str], writer: Writer) -> Mask | None:
        """(V,) what may come next here; None where nothing may."""
        if self.lets_through:
            return allowed
        mask = allowed.copy()
        mask[list(self._banned.get(len(self._pen.text), ()))] = False
        if self._n_tries > SOFT_TRIES:
            mask[[int(i) for i in writer.encoding.encode("".join(sorted(copies)))]] = False
        if mask[END] and mask.sum() > 1 and self._n_tries:
            mask[END] = False  # an end is no way around a copy while there is another
        return mask if mask.any() else None

    def rewind(self, symbol: int, writer: Writer) -> None:
        """Back to the beginning of a word, and not this one again."""
        text = self._pen.text
        begins = [self.floor, *(m.end() for m in _BREAKS.finditer(text, self.floor))]
        back = begins[max(0, len(begins) - 1 - self._n_tries // 3)]
        gone = symbol if back == len(text) else int(writer.encoding.encode(text[back])[0])
        self._ban(back, gone)

    def give_up(self, writer: Writer) -> None:
        """Back by one character, which is forbidden there."""
        back = len(self._pen.text) - 1
        if back < self.floor:
            self._n_tries = MAX_TRIES + 1
        else:
            self._ban(back, int(writer.encoding.encode(self._pen.text[back])[0]))

    def _ban(self, back: int, symbol: int) -> None:
        self._n_tries += 1
        self.n_rewound += 1
        self._banned = {length: ids for length, ids in self._banned.items() if length <= back}
        self._banned.setdefault(back, set()).add(symbol)
        self.copies = [length for length in self.copies if length <= back]
        self._pen.back_to(back)

    def went_on(self, is_copy: bool) -> None:
        if is_copy:
            self.copies.append(len(self._pen.text))
        if len(self._pen.text) > self._furthest:
            self._furthest, self._n_tries = len(self._pen.text), 0
