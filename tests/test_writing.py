"""Texts written by a model: the same for the same seed, held to lines, forms, words, and away from copies."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from aoede.choice import Choice
from aoede.encodings.chars import UNKNOWN, Characters
from aoede.errors import UsageError
from aoede.learning import families, pen
from aoede.learning.pen import GRACE, MAX_SAME_LINES, MAX_SPACES, Pen, Wish
from aoede.learning.texts import Document, Labels, prepare
from aoede.learning.writer import Writer
from aoede.learning.writing import _Trail, drafts, groups
from aoede.models import ngram, rnn, transformer
from aoede.models.mixture import Mixture
from aoede.models.mixture.gate import Gate
from aoede.models.rnn.model import _shapes as rnn_shapes
from aoede.models.transformer.model import _shapes as transformer_shapes
from aoede.neural.arrays import FEW
from aoede.randomness import stream
from aoede.words.forms import Forms, Pattern
from aoede.words.lexicon import Lexicon
from aoede.words.verbatim import Index

TEXT = (Path(__file__).parent / "fixtures" / "texts" / "shakespeare.txt").read_text()
POEMS = [
    "白日依山盡，黃河入海流。\n欲窮千里目，更上一層樓。",
    "千山鳥飛絕，萬徑人蹤滅。\n孤舟簑笠翁，獨釣寒江雪。",
]
FREE = Choice(1.0)
FORM = "五言绝句"


def _writer(texts: list[str], order: int, *, authors: tuple[str, ...] = ()) -> Writer:
    """An n-gram of this order that learnt these texts, text i of author i."""
    documents = [
        Document(text, {"author": authors[i]} if authors else {}, "book.txt", 1)
        for i, text in enumerate(texts)
    ]
    encoding, labels = Characters.fit(texts), Labels.fit(documents)
    ids, rows = prepare(documents, encoding, labels)
    config = ngram.Config(encoding.n_symbols, labels.sizes)
    model = ngram.fit(config, ids, rows if authors else None, ngram.Recipe(order=order))
    return Writer("test", ngram, model, encoding, labels, index=Index.fit(documents))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def player() -> Writer:
    text = TEXT[:30_000]
    return replace(_writer([text], 5), lexicon=Lexicon.fit([text], min_count=1))


@pytest.fixture(scope="module")
def copier() -> Writer:
    """A model that has nothing else to say than its text."""
    writer = _writer([TEXT[:4_000]], 2)
    ids = writer.encoding.encode_document(TEXT[:4_000])
    return replace(writer, model=Copier(ids, writer.encoding.n_symbols))


@pytest.fixture(scope="module")
def poet() -> Writer:
    documents = [Document(text, {}, "poems.txt", 1) for text in POEMS]
    return replace(_writer(POEMS, 2), forms=Forms.fit(documents))


@dataclass(frozen=True)
class Fixed:
    """A model that always foresees the same, whatever it reads."""

    logits: NDArray[np.float64]
    config: None = None

    def start(self, n: int = 1, condition: ArrayLike | None = None) -> tuple[NDArray[np.float64], int]:
        return np.tile(self.logits, (n, 1)), n

    def step(self, state: int, ids: ArrayLike) -> tuple[NDArray[np.float64], int]:
        return np.tile(self.logits, (state, 1)), state

    def select(self, state: int, rows: NDArray[np.int64]) -> int:
        return len(rows)


class Copier:
    """An order-10 Markov chain: what followed the last characters in its text, as many of them as it has seen."""

    config = None
    order = 10

    def __init__(self, ids: NDArray[np.int64], n_symbols: int) -> None:
        self.n_symbols = n_symbols
        self.after: dict[tuple[int, ...], list[int]] = {}
        read = [0, *ids.tolist()]
        for i in range(1, len(read)):
            for k in range(self.order + 1):
                self.after.setdefault(tuple(read[max(0, i - k) : i]), []).append(read[i])

    def start(
        self, n: int = 1, condition: ArrayLike | None = None
    ) -> tuple[NDArray[np.float64], list[list[int]]]:
        states = [[0]] * n
        return self._foreseen(states), states

    def step(
        self, state: list[list[int]], ids: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], list[list[int]]]:
        states = [[*read, i][-self.order :] for read, i in zip(state, ids.tolist(), strict=True)]
        return self._foreseen(states), states

    def _foreseen(self, states: list[list[int]]) -> NDArray[np.float64]:
        rows = np.full((len(states), self.n_symbols), 1e-6)
        for row, read in zip(rows, states, strict=True):
            longest = next(k for k in range(len(read), -1, -1) if tuple(read[len(read) - k :]) in self.after)
            np.add.at(row, self.after[tuple(read[len(read) - longest :])], 1.0)
        return np.asarray(np.log(rows / rows.sum(axis=1, keepdims=True)))


def _fixed(symbols: str, likes: dict[str, float], end: float = -20.0) -> Writer:
    logits = np.array([end, 50.0, *(likes.get(symbol, -30.0) for symbol in symbols)])
    return Writer("fixed", ngram, Fixed(logits), Characters(symbols), Labels())  # type: ignore[arg-type]


def _copied(writer: Writer, text: str, n_start: int = 0) -> int:
    """Characters of the longest passage of the training text in what was written."""
    assert writer.index is not None
    return int(max(writer.index.matches(text[n_start:]).lengths, default=0))


# -- seeds, pieces, drafts --


def _drawn(shapes: dict[str, tuple[int, ...]]) -> dict[str, NDArray[np.float32]]:
    rng = stream(1, "weights")
    return {name: rng.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()}


@pytest.mark.parametrize("family", ["lstm", "gru", "transformer", "mixture"])
def test_what_a_network_foresees_for_one_draft_is_the_same_to_the_bit_beside_others(
    player: Writer, family: str
) -> None:
    n_symbols, n_before = player.encoding.n_symbols, 9
    if family == "transformer":
        config = transformer.Config(n_symbols, n_width=64, n_layers=2)
        model: Any = transformer.Model(config, _drawn(transformer_shapes(config)))
    else:
        cell = "lstm" if family == "mixture" else family
        shape = rnn.Config(n_symbols, 71, n_layers=2, cell=cell, n_embedding=10)
        model = rnn.RNN(shape, _drawn(rnn_shapes(shape)))
        if family == "mixture":
            model = Mixture(shape, player.model, model, Gate.even())
    for n in (2, 5, FEW):
        ids = stream(n, "ids").integers(2, n_symbols, (n_before, n))
        together, alone = model.start(n), [model.start(1) for _ in range(n)]
        for symbols in ids:
            together = model.step(together[1], symbols)
            alone = [model.step(s, [i]) for (_, s), i in zip(alone, symbols, strict=True)]
        assert (together[0] == np.concatenate([logits for logits, _ in alone])).all()


def test_draft_k_is_the_same_however_many_are_written(player: Writer) -> None:
    wish = Wish(length=120, choice=FREE)
    begun, rest = groups(player, wish, seed=4, n=FEW + 1)
    assert (len(begun), len(rest)) == (FEW, 1)
    many = begun + rest
    assert drafts(player, wish, seed=4, n=3) == many[:3]
    assert drafts(player, wish, seed=4, n=2, first=FEW - 1) == many[-2:]
    assert len({draft.text for draft in many}) == len(many)
    assert drafts(player, wish, seed=5)[0] not in many


@pytest.mark.parametrize(
    "wish",
    [
        Wish("Enter ", length=200, choice=FREE),
        Wish(length=80, choice=FREE, known_words=True),
        Wish("O, ", length=150, choice=FREE, max_copy=9),
        Wish("Now\n", n_lines=6, choice=FREE),
    ],
    ids=["free", "known words", "few copies", "lines"],
)
def test_the_pieces_join_to_the_text(player: Writer, wish: Wish) -> None:
    for seed in range(6):
        pieces = list[str]()
        (draft,) = drafts(player, wish, seed=seed, on_text=pieces.append)
        assert "".join(pieces) == draft.text
        assert len(pieces) > (20 if wish.max_copy is None else 1)
        assert draft.text.startswith(wish.start)
        assert draft.n_start == len(wish.start)


def test_drafts_at_two_temperatures_go_together_until_it_matters(player: Writer) -> None:
    mild, bold = (
        drafts(player, Wish(length=100, choice=Choice(t)), seed=2, n=6) for t in (0.8, 0.85)
    )  # one noise
    shared = [
        sum(a == b for a, b in zip(m.text, b.text, strict=False)) for m, b in zip(mild, bold, strict=True)
    ]
    others = drafts(player, Wish(length=100, choice=Choice(0.85)), seed=3, n=6)
    by_chance = [
        sum(a == b for a, b in zip(m.text, o.text, strict=False)) for m, o in zip(mild, others, strict=True)
    ]
    assert sum(shared) > 2 * sum(by_chance)


# -- what comes next --


def test_at_temperature_zero_each_character_is_the_likeliest_one(player: Writer) -> None:
    (draft,) = drafts(player, Wish("The ", length=30, choice=Choice(0.0)), seed=1)
    logits, state = player.model.start(1)
    for symbol in player.encoding.encode("The "):
        logits, state = player.model.step(state, np.array([symbol]))
    for symbol in player.encoding.encode(draft.text[4:34]):
        likely = logits[0].copy()
        likely[:2] = -np.inf
        assert symbol == likely.argmax()
        logits, state = player.model.step(state, np.array([symbol]))


def test_the_unknown_symbol_is_never_written_though_the_model_likes_it_best() -> None:
    writer = _fixed("\nab", {"a": 0.0, "b": 0.0})
    text = drafts(writer, Wish(length=200), seed=1)[0].text
    assert set(text) == {"a", "b"}
    assert writer.glyphs[UNKNOWN] not in text


def test_a_start_with_unknown_characters_is_kept_and_gone_on_with(player: Writer) -> None:
    (draft,) = drafts(player, Wish("漢 O", length=20), seed=1)
    assert draft.text.startswith("漢 O")
    assert len(draft.text) > 10


def test_the_labels_say_who_writes() -> None:
    writer = _writer(["abab" * 300 + "\n", "xyxy" * 300 + "\n"], 3, authors=("Ann", "Xenia"))

    def share(wanted: dict[str, str | float]) -> float:
        wish = Wish(length=60, choice=FREE, condition=writer.condition(wanted))
        text = "".join(draft.text for draft in drafts(writer, wish, seed=1, n=40))
        return sum(c in "ab" for c in text) / len(text)

    alone, other, mixed = share({"Ann": 1.0}), share({"Xenia": 1.0}), share({"Ann": 0.5, "Xenia": 0.5})
    assert alone > 0.8
    assert other < 0.2
    assert other < mixed < alone
    with pytest.raises(UsageError, match="no label 'Bob'"):
        writer.condition({"Bob": 1.0})


# -- length and lines --


def test_the_length_is_kept_to_the_end_of_a_sentence(player: Writer) -> None:
    for draft in drafts(player, Wish(length=150, choice=FREE), seed=3, n=20):
        assert len(draft.text) <= 150 + GRACE
        assert draft.text == draft.text.rstrip()
    writer = _fixed(" .ab", {"a": 1.0, "b": 1.0, " ": 0.0, ".": 0.0})
    for draft in drafts(writer, Wish(length=100, choice=FREE), seed=3, n=20):
        assert draft.text.endswith(".") and 100 <= len(draft.text) <= 100 + GRACE


def test_a_text_whose_sentences_never_end_is_cut_between_words() -> None:
    writer = _fixed(" ab", {"a": 1.0, "b": 1.0, " ": 0.0})
    for draft in drafts(writer, Wish(length=100, choice=FREE), seed=1, n=5):
        assert 100 <= len(draft.text) <= 100 + GRACE
        assert not draft.text.endswith(" ")


def test_lines_are_kept_however_long_and_refused_where_the_alphabet_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pen, "MAX_LENGTH", 700)
    monkeypatch.setattr(pen, "MAX_LINE", 100)
    endless = _fixed("\nab", {"a": 0.0, "b": 0.0})
    (draft,) = drafts(endless, Wish(n_lines=9, choice=FREE), seed=1)
    assert draft.text.count("\n") == 8
    blank = _fixed("\t\n", {"\t": 0.0})  # which never has a line
    assert drafts(blank, Wish(n_lines=2), seed=1)[0].text == ""
    with pytest.raises(UsageError, match="one line"):
        drafts(_fixed("ab", {"a": 0.0}), Wish(n_lines=2), seed=1)


@pytest.mark.parametrize("n_lines", [1, 4, 14])
def test_the_lines_are_just_so_many(player: Writer, n_lines: int) -> None:
    for draft in drafts(player, Wish("Why", n_lines=n_lines, choice=FREE), seed=n_lines, n=5):
        assert sum(bool(line.strip()) for line in draft.text.split("\n")) == n_lines


def test_a_document_that_ends_ends_the_text() -> None:
    writer = _fixed("\nab", {"a": 0.0, "b": 0.0}, end=-2.0)
    lengths = [len(draft.text) for draft in drafts(writer, Wish(length=500, choice=FREE), seed=1, n=30)]
    assert min(lengths) >= 1
    assert 5 < np.mean(lengths) < 60


def test_no_line_stands_in_a_text_more_than_twice_but_for_headings() -> None:
    for choice in (Choice(0.0), Choice(0.3), FREE):
        writer = _fixed("\nab", {"a": 0.0, "\n": 0.5, "b": -1.0})
        for draft in drafts(writer, Wish(length=400, choice=choice), seed=2, n=3):
            lines = Counter(line for line in draft.text.split("\n") if line)
            assert max(lines.values()) <= MAX_SAME_LINES
            assert "\n\n\n" not in draft.text
    speaker = _fixed("\n:A", {"A": 0.0, "\n": 0.0, ":": 0.0})
    (draft,) = drafts(speaker, Wish(length=400, choice=FREE), seed=1)
    assert max(Counter(draft.text.split("\n")).values()) > MAX_SAME_LINES


@pytest.mark.parametrize(
    ("wrong", "where"),
    [({"length": 0}, "--length"), ({"length": 10**9}, "--length"), ({"n_lines": 0}, "--lines"),
     ({"max_copy": 0}, "--max-copy"), ({"n_lines": 2, "start": "one\ntwo\n"}, "--lines")],
)  # fmt: skip
def test_a_wish_out_of_range_is_refused_by_the_name_of_its_option(wrong: dict[str, Any], where: str) -> None:
    with pytest.raises(UsageError) as told:
        Wish(**wrong)
    assert told.value.where == where


def test_what_the_model_lacks_is_refused(player: Writer) -> None:
    for wish, why in (
        (Wish(form="x"), "no verse forms"),
        (Wish(known_words=True), "no list"),
        (Wish(max_copy=9), "copies"),
    ):
        with pytest.raises(UsageError, match=why):
            drafts(replace(player, lexicon=None, index=None), wish, seed=1)
    for n in (0, 10**6):
        with pytest.raises(UsageError, match="texts can be written"):
            drafts(player, Wish(), seed=1, n=n)


# -- forms and words --


def test_a_form_is_kept_to_the_mark(poet: Writer) -> None:
    for choice in (Choice(0.0), FREE, Choice(float("inf"))):
        for draft in drafts(poet, Wish(form=FORM, choice=choice), seed=1, n=4):
            pattern = Pattern.of(draft.text)
            assert pattern is not None
            assert pattern.code == "5，5。/5，5。"


def test_a_form_goes_on_from_a_start_that_fits_and_refuses_another(poet: Writer) -> None:
    (draft,) = drafts(poet, Wish("白日", form=FORM, choice=FREE), seed=1)
    assert draft.text.startswith("白日")
    assert len(draft.text) == len(POEMS[0])
    with pytest.raises(UsageError, match="does not begin like"):
        drafts(poet, Wish("白，日", form=FORM), seed=1)


def test_with_known_words_every_word_is_known(player: Writer) -> None:
    assert player.lexicon is not None
    wild = Choice(1.5)
    free, held = (
        drafts(player, Wish(length=300, choice=wild, known_words=known), seed=1, n=4)
        for known in (False, True)
    )
    assert min(player.lexicon.share_of_known_words(draft.text) for draft in free) < 0.7
    assert {player.lexicon.share_of_known_words(draft.text) for draft in held} == {1.0}


# -- copies --


def test_the_copier_copies_when_it_may(copier: Writer) -> None:
    (draft,) = drafts(copier, Wish(length=400, choice=FREE), seed=1)
    assert _copied(copier, draft.text) > 60


@pytest.mark.parametrize("most", [8, 12, 30])
@pytest.mark.parametrize("start", ["", "First Citizen:\nBefore we proceed"])
def test_no_more_is_copied_than_allowed(copier: Writer, most: int, start: str) -> None:
    for choice in (FREE, Choice(0.0), Choice(0.8, top_p=0.95)):
        for draft in drafts(copier, Wish(start, length=220, choice=choice, max_copy=most), seed=most):
            assert _copied(copier, draft.text, draft.n_start) <= most
            assert not draft.has_long_copy
            assert draft.n_rewound > 0
            assert len(draft.text) - draft.n_start >= 200


def test_where_no_copy_is_near_the_guard_changes_nothing(player: Writer) -> None:
    wish = Wish(length=200, choice=FREE)
    assert drafts(player, replace(wish, max_copy=500), seed=6) == drafts(player, wish, seed=6)


def test_where_there_is_no_way_around_a_copy_it_goes_on_and_says_so() -> None:
    writer = _writer(["aaaa"], 2)  # all that can be written is a, and the end
    writer = replace(writer, model=Fixed(np.array([-np.inf, 0.0, 0.0])))
    (draft,) = drafts(writer, Wish(length=30, max_copy=1), seed=1)
    assert draft.text
    assert draft.has_long_copy or len(draft.text) == 1


def test_a_copy_that_was_taken_back_is_not_told_of() -> None:
    writer = _fixed("ab", {})
    pen = Pen(writer, Wish(), 1, 0)
    trail = _Trail(pen)
    for symbol, is_copy in ((2, False), (3, True), (2, False), (3, True)):
        pen.add(symbol)
        trail.went_on(is_copy)
    assert trail.copies == [2, 4]
    trail.give_up(writer)
    assert trail.copies == [2]


def test_forms_keep_from_copying_too(poet: Writer) -> None:
    for draft in drafts(poet, Wish(form=FORM, choice=Choice(0.3), max_copy=4), seed=1, n=4):
        assert Pattern.of(draft.text) is not None
        assert draft.has_long_copy or _copied(poet, draft.text) <= 4


def test_an_indentation_that_would_not_end_ends() -> None:
    texts = [" " * 60 + "word" for _ in range(20)]
    encoding = Characters.fit(texts)
    model = ngram.fit(ngram.Config(encoding.n_symbols), [encoding.encode_document(text) for text in texts])
    writer = Writer("spaces", families.load("ngram"), model, encoding, Labels())
    for draft in drafts(writer, Wish(length=200), seed=1, n=3):
        assert " " * (MAX_SPACES + 1) not in draft.text
