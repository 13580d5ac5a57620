"""A text model that writes: documents character by character, held to a form, to known words, away from copies.

    writer = find("poem")
    for draft in drafts(writer, Wish(condition=writer.condition({"Emily Dickinson": 1.0})), seed=7, n=3):
        print(draft.text)

Draft k draws from the stream (seed, "write", k) alone, one Gumbel number for each symbol and position, so that a draft
is the same however many are written at once, and drafts at other temperatures or of other authors differ only where
that matters (coupled: see `choice.py`).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from aoede.choice import Choice, choose, gumbel_noise
from aoede.encodings.chars import END, UNKNOWN, Characters
from aoede.errors import InputError, UsageError
from aoede.learning import families
from aoede.learning.texts import Labels
from aoede.randomness import checked_seed, stream
from aoede.words.forms import Forms, Walk
from aoede.words.lexicon import Lexicon
from aoede.words.novelty import Human
from aoede.words.verbatim import Guard, Index

MAX_LENGTH = 100_000
MAX_COUNT = 1_000
GRACE = 120  # characters beyond the length in which a text may come to the end of a sentence or line
MAX_SAME_LINES = 2  # times that a line may stand in a text
MAX_REWINDS = 200  # of one text, before what is copied is let through
N_TRIED = 64  # of the likeliest symbols are held against the training text

Mask = NDArray[np.bool_]
_CLOSES = re.compile(r"[.!?…。！？][\"'”’」』)]*$")


@dataclass(frozen=True)
class Writer:
    """A model of text with all that turns its ids into documents."""

    name: str
    family: families.Family
    model: Any
    encoding: Characters
    labels: Labels
    sha256: str = ""  # of the file; "" for one that is in no file yet
    index: Index | None = None  # of the training text
    human: Human | None = None  # what people's own text has in common with it
    lexicon: Lexicon | None = None
    forms: Forms | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)  # how it writes where nothing else is said

    @classmethod
    def of(
        cls, metadata: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]], *, name: str, sha256: str = ""
    ) -> "Writer":
        """Raises InputError where this is no model of text."""
        try:
            if metadata["encoding"]["name"] != Characters.name:
                told = f"this is a model of {metadata['encoding']['name']}; it does not write"
                raise InputError(told, where=name, hint="Let it make music with: aoede sample")
            family = families.load(metadata["family"], capability="autoregressive")
            parts = _parts(tensors)
            forms, human = metadata.get("forms"), metadata.get("human")
            return cls(
                name,
                family,
                family.Model.from_tensors(metadata["config"], parts[""]),
                Characters.from_mapping(metadata["encoding"]),
                Labels.from_mapping(metadata["labels"] or {}),
                sha256,
                Index.from_tensors(parts["novelty"]) if "novelty" in parts else None,
                Human.from_mapping(human) if human else None,
                Lexicon.from_tensors(parts["lexicon"]) if "lexicon" in parts else None,
                Forms.from_mapping(forms) if forms else None,
                dict(metadata.get("writes", {})),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError("this model file does not say what it is", where=name) from error

    def condition(self, wanted: Mapping[str, str | float] | None) -> NDArray[np.float64] | None:
        """The weights of these labels; None for a model without any. Raises UsageError for unknown ones."""
        if not wanted:
            return None
        if not self.labels.columns:
            raise UsageError("this model knows no authors or forms: it was trained without labels")
        return self.labels.condition(wanted)


_EXTRAS = ("novelty", "lexicon")


def _parts(tensors: Mapping[str, NDArray[Any]]) -> dict[str, dict[str, NDArray[Any]]]:
    """The weights under "", and what else is stored beside them under its name."""
    parts: dict[str, dict[str, NDArray[Any]]] = {"": {}}
    for name, tensor in tensors.items():
        head, _, rest = name.partition("/")
        part, key = (head, rest) if rest and head in _EXTRAS else ("", name)
        parts.setdefault(part, {})[key] = tensor
    return parts


def with_extras(
    tensors: Mapping[str, NDArray[Any]], index: Index | None, lexicon: Lexicon | None
) -> dict[str, NDArray[Any]]:
    """The weights and what is stored beside them, by names that `Writer.of` takes apart."""
    extras = {"novelty": index, "lexicon": lexicon}
    stored = dict(tensors)
    for name, part in extras.items():
        stored |= {} if part is None else {f"{name}/{key}": array for key, array in part.to_tensors().items()}
    return stored


@dataclass(frozen=True)
class Wish:
    """What to write. Raises UsageError for values out of range."""

    start: str = ""
    condition: NDArray[np.float64] | None = None  # weights of the labels
    choice: Choice = Choice()
    length: int = 600  # characters, the start not counted; a document may end before
    n_lines: int | None = None  # just so many lines that are not blank
    form: Callable[[np.random.Generator], Walk] | None = None  # draws the form of each draft
    known_words: bool = False  # only words of the training text
    max_copy: int | None = None  # characters that may be copied in a row

    def __post_init__(self) -> None:
        limits = {"length": (1, MAX_LENGTH), "n_lines": (1, 10_000), "max_copy": (1, 10_000)}
        for name, (low, high) in limits.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                option = f"--{name.removeprefix('n_').replace('_', '-')}"
                raise UsageError(f"must be from {low} to {high:,}, not {value:,}", where=option)


@dataclass(frozen=True)
class Draft:
    text: str  # the start included
    n_start: int  # characters of the start
    n_rewound: int = 0  # times that a copy was given up and another way taken
    has_long_copy: bool = False  # whether no other way was found in time


class Rule(Protocol):
    """What may come next. One rule belongs to one draft."""

    def allowed(self, text: str) -> Mask | None:
        """(V,) the symbols that may follow this text; None where all may."""


def drafts(
    writer: Writer,
    wish: Wish,
    *,
    seed: int,
    n: int = 1,
    on_text: Callable[[str], None] | None = None,
) -> list[Draft]:
    """`n` documents. `on_text` is given each piece of the first one as it is written, its start first."""
    checked_seed(seed)
    if not 1 <= n <= MAX_COUNT:
        raise UsageError(f"1 to {MAX_COUNT:,} texts can be written at once, not {n:,}", where="--count")
    with threadpool_limits(1):  # the same bits on machines of few and of many cores
        if wish.max_copy is None:
            return _side_by_side(writer, wish, seed, range(n), on_text)
        return [_wary(writer, wish, seed, k, on_text if k == 0 else None) for k in range(n)]


class _Pen:
    """One draft while it is written."""

    def __init__(self, writer: Writer, wish: Wish, seed: int, k: int) -> None:
        self.wish, self.text = wish, wish.start
        self.rng = stream(seed, "write", k)
        self.walk = wish.form(stream(seed, "form", k)) if wish.form else None
        self.rules = _rules(writer, wish, self.walk)
        self.n_symbols = writer.encoding.n_symbols
        self.base = np.ones(self.n_symbols, np.bool_)
        self.base[UNKNOWN] = False

    def noise(self) -> NDArray[np.float64]:
        return gumbel_noise(self.rng, self.n_symbols)

    def allowed(self) -> Mask:
        """(V,) what all rules allow; a rule that leaves nothing is not asked."""
        mask = self.base
        for rule in self.rules:
            told = rule.allowed(self.text)
            if told is not None and (mask & told).any():
                mask = mask & told
        return mask

    @property
    def is_done(self) -> bool:
        wish, written = self.wish, self.text[len(self.wish.start) :]
        if self.walk is not None:
            return False  # the form's own end is what ends it
        if wish.n_lines is not None:
            return self.text.endswith("\n") and _n_lines(self.text) >= wish.n_lines
        over = len(written) - wish.length
        return over >= 0 and (_is_rounded(self.text) or over >= GRACE)

    def draft(self, **known: Any) -> Draft:
        return Draft(_trimmed(self.text, len(self.wish.start), self.wish), len(self.wish.start), **known)


def _side_by_side(
    writer: Writer, wish: Wish, seed: int, which: Sequence[int], on_text: Callable[[str], None] | None
) -> list[Draft]:
    """All drafts at once: a step of the model reads one symbol of each."""
    pens = [_Pen(writer, wish, seed, k) for k in which]
    logits, state = _begin(writer, wish, len(pens))
    active = list(range(len(pens)))
    _tell(on_text, wish.start)
    while active:
        masks = np.stack([pens[k].allowed() for k in active])
        noise = np.stack([pens[k].noise() for k in active])
        ids = choose(logits, noise, wish.choice, masks)
        for k, symbol in zip(active, ids, strict=True):
            pens[k].text += writer.encoding.decode([symbol])
        if active[0] == 0:
            _tell(on_text, writer.encoding.decode(ids[:1]))
        stays = [i for i, k in enumerate(active) if ids[i] != END and not pens[k].is_done]
        if len(stays) < len(active):
            active, ids, state = [active[i] for i in stays], ids[stays], writer.model.select(state, stays)
        if active:
            logits, state = writer.model.step(state, ids)
    return [pen.draft() for pen in pens]


def _wary(writer: Writer, wish: Wish, seed: int, k: int, on_text: Callable[[str], None] | None) -> Draft:
    """One draft without a copy of more than `max_copy` characters in a row.

    Where the next character would make one, the text is taken back to where its last word began, that word's first
    character is forbidden there, and the model goes on another way. After `MAX_REWINDS` the text goes on with
    the copy and says so: it is never nothing.
    """
    if writer.index is None or wish.max_copy is None:
        raise UsageError(
            "this model was stored without its training text: copies cannot be seen", where="--max-copy"
        )
    pen, guard = _Pen(writer, wish, seed, k), Guard(writer.index, wish.max_copy)
    logits, state = _begin(writer, wish, 1)
    path = [(logits, state)]  # by number of characters written
    banned: dict[int, set[int]] = {}  # ids that may not stand at this place
    n_rewound, has_long_copy, first = 0, False, len(wish.start)
    while True:
        at = len(pen.text) - first
        mask = pen.allowed().copy()
        mask[[i for i in banned.get(at, ()) if mask.sum() > 1]] = False
        symbol = int(choose(path[at][0], pen.noise(), wish.choice, mask)[0])
        text = pen.text + writer.encoding.decode([symbol])
        if symbol != END and guard.blocked(pen.text[-wish.max_copy - 64 :], [text[-1]]):
            if n_rewound < MAX_REWINDS:
                n_rewound += 1
                back = _word_begin(pen.text, max(first, len(pen.text) - wish.max_copy))
                gone = writer.encoding.encode(text[back])[0]
                banned.setdefault(back - first, set()).add(int(gone))
                banned = {place: ids for place, ids in banned.items() if place <= back - first}
                pen.text, path = pen.text[:back], path[: back - first + 1]
                continue
            has_long_copy = True
        pen.text = text
        if symbol == END or pen.is_done:
            break
        path.append(writer.model.step(path[at][1], np.array([symbol])))
    draft = pen.draft(n_rewound=n_rewound, has_long_copy=has_long_copy)
    _tell(on_text, draft.text)
    return draft


def _begin(writer: Writer, wish: Wish, n: int) -> tuple[NDArray[Any], Any]:
    """What follows the start, and the state after it. A character that the model never saw is read as unknown."""
    logits, state = writer.model.start(n, wish.condition)
    for symbol in writer.encoding.encode(wish.start):
        logits, state = writer.model.step(state, np.full(n, symbol))
    return logits, state


def _rules(writer: Writer, wish: Wish, walk: Walk | None) -> list[Rule]:
    rules: list[Rule] = []
    if walk is not None:
        rules.append(_FormRule(writer.encoding, walk, len(wish.start)))
    else:
        rules.append(_LineRule(writer.encoding, wish))
    if wish.known_words:
        if writer.lexicon is None:
            raise UsageError("this model has no list of words", where="--known-words")
        rules.append(_WordRule(writer.encoding, writer.lexicon))
    return rules


class _LineRule:
    """No end before the wished lines, no third blank line end, no line for the third time."""

    def __init__(self, encoding: Characters, wish: Wish) -> None:
        self._n_lines = wish.n_lines
        self._newline = int(encoding.encode("\n")[0])
        self._n_symbols = encoding.n_symbols

    def allowed(self, text: str) -> Mask | None:
        mask = np.ones(self._n_symbols, np.bool_)
        ends_here = not text.strip() or (self._n_lines is not None and _n_lines(text) < self._n_lines)
        line = text[text.rfind("\n") + 1 :]
        again = (
            bool(line.strip()) and text.count(f"\n{line}\n") + text.startswith(f"{line}\n") >= MAX_SAME_LINES
        )
        mask[END] = not ends_here
        if self._newline != UNKNOWN:
            mask[self._newline] = bool(text.strip()) and not text.endswith("\n\n") and not again
        return mask


class _WordRule:
    """Only letters with which a known word can still come about."""

    def __init__(self, encoding: Characters, lexicon: Lexicon) -> None:
        self._mask = lexicon.masker(encoding.symbols)

    def allowed(self, text: str) -> Mask | None:
        may = np.ones(2 + len(self._mask.symbols), np.bool_)
        may[2:] = self._mask(text)
        may[END] = self._mask.may_end(text)
        return may


class _FormRule:
    """The place in the form says whether a character, a certain mark or the end must come."""

    def __init__(self, encoding: Characters, walk: Walk, n_start: int) -> None:
        self._walk = walk
        self._encoding = encoding
        self._is_han = np.array([False, False, *(walk.is_character(s) for s in encoding.symbols)])

    def allowed(self, text: str) -> Mask | None:
        wanted = self._walk.at(len(text))
        if wanted is None:
            return self._is_han
        mask = np.zeros(self._encoding.n_symbols, np.bool_)
        mask[END if wanted == "" else int(self._encoding.encode(wanted)[0])] = True
        return mask


def _n_lines(text: str) -> int:
    return sum(bool(line.strip()) for line in text.split("\n"))


def _is_rounded(text: str) -> bool:
    """Whether a text may stop here: at the end of a line or of a sentence."""
    return text.endswith("\n") or bool(_CLOSES.search(text[-4:]))


def _trimmed(text: str, n_start: int, wish: Wish) -> str:
    """Without blanks at the end, nor a word that the length cut off."""
    over = len(text) - n_start >= wish.length + GRACE
    if over and not _is_rounded(text) and " " in text[n_start:]:
        text = text[: text.rindex(" ")]
    return text.rstrip() if len(text.rstrip()) >= n_start else text


def _word_begin(text: str, least: int) -> int:
    """Where the last word of the text begins, but not before `least`."""
    found = max((m.start() + 1 for m in re.finditer(r"[\s，。、！？]", text[least:])), default=0)
    return max(least, min(least + found, len(text) - 1))


def _tell(on_text: Callable[[str], None] | None, text: str) -> None:
    if on_text is not None and text:
        on_text(text)
