"""How well a model foresees replies that are new to it."""

from collections.abc import Sequence
from typing import Any

from aoede.errors import InputError
from aoede.models.seq2seq.model import Model, Pair
from aoede.score import Score

_AT_ONCE = 256  # pairs that are read side by side


def score(model: Model, pairs: Sequence[Pair], labels: Any = None, rng: object = None) -> Score:
    """Nats a word of the replies to messages, pairs of ids (T,) and (U,). Raises InputError where there is none.

    The end of a reply counts as a word. Labels are not asked, and nothing is drawn from `rng`.
    """
    if not len(pairs):
        raise InputError("there is nothing to judge by: no message has a reply")
    total, n_words = 0.0, 0
    for begin in range(0, len(pairs), _AT_ONCE):
        messages, replies = zip(*pairs[begin : begin + _AT_ONCE], strict=True)
        total -= float(model.written(model.read_all(messages), replies).sum())
        n_words += sum(len(reply) + 1 for reply in replies)
    nats = total / n_words
    protocol = (
        "-log p(word | words before it in the reply, message), natural logarithm; pooled over all words of all "
        "replies, ends and unknown words included; exact"
    )
    return Score("nats_per_word", nats, nats, nats, n_words, protocol)
