"""What a two-tower model is taught by: conversations and written examples -> replies, classes, pairs and targets.

The classes are the intents of the set of replies, then reasons why no short reply fits ("none:open", ...). A reply
of the conversations that is too long to be tapped teaches "none:open".
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.ngrams import NGrams, ngrams_of
from aoede.encodings.tokens import canonical
from aoede.errors import ConfigError, InputError
from aoede.learning import intents
from aoede.learning.exchanges import Conversation, Exchange
from aoede.learning.reply_examples import REASONS, Example, class_of
from aoede.learning.responses import ResponseSet, frequent, is_short, language_of, with_counts
from aoede.models.two_tower import Judged, Pairs
from aoede.models.two_tower.model import unit
from aoede.randomness import stream

Floats = NDArray[np.float32]

N_AMONG = 100  # replies among which the right one is sought
N_CONTEXT_READ = 2  # turns before a message
LEAST_OF_INTENT = 20  # short replies that an intent of the data must have
MOST_INTENTS = 60
MOST_DATA_SHARE = 0.5  # of what is shown of classes, where there are written examples too
FIRST_WEIGHT, LATER_WEIGHT = 1.0, 0.7  # of the intents of an example
LONG = class_of("open")
_STRIDE = 7_919  # through the turns that examples borrow
_Row = tuple[str, str, dict[str, float]]  # a message, what was said before it, how much each class is right


@dataclass(frozen=True)
class Lessons:
    """What can be said, and what of it the data say."""

    responses: ResponseSet
    classes: tuple[str, ...]

    @classmethod
    def of(cls, responses: ResponseSet, *, with_reasons: bool) -> "Lessons":
        reasons = [class_of(reason) for reason in REASONS] if with_reasons else [LONG]
        return cls(responses, (*responses.signs, *reasons))


def exchanges_of(conversations: Iterable[Conversation]) -> list[tuple[int, Exchange]]:
    """Every message with an answer, with the number of its conversation."""
    return [(i, e) for i, c in enumerate(conversations) for e in c.exchanges if e.message and e.reply]


def names_intents(exchanges: Sequence[tuple[int, Exchange]]) -> bool:
    """Whether the data themselves say what replies do."""
    return 2 * sum(bool(e.intent) for _, e in exchanges) > len(exchanges)


# The set of replies


def responses_by_label(exchanges: Sequence[tuple[int, Exchange]]) -> ResponseSet:
    """The frequent replies under the intents that the data name. Raises InputError where no intent is common."""
    short = [(i, e) for i, e in exchanges if e.intent and is_short(e.reply)]
    counts = Counter(e.intent for _, e in short)
    kept = [intent for intent, n in counts.most_common(MOST_INTENTS) if n >= LEAST_OF_INTENT]
    if not kept:
        raise InputError(f"no intent of the data has {LEAST_OF_INTENT} short replies")
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for _, e in short:
        if e.intent in kept:
            votes[canonical(e.reply)][e.intent] += 1
    found = frequent((i, e.reply) for i, e in short if e.intent in kept)
    if not found:
        raise InputError("no short reply of the data stands in three conversations: there is none to suggest")
    chosen = {text: votes[canonical(text)].most_common(1)[0][0] for text, _ in found}
    return with_counts(ResponseSet(dict.fromkeys(kept, 0), ()), found, chosen)


def responses_by_spreading(
    exchanges: Sequence[tuple[int, Exchange]], seeds: ResponseSet, meaning: Mapping[str, Floats]
) -> ResponseSet:
    """The seeds, and the frequent replies under the intents that spread to them from the seeds."""
    found = frequent((i, e.reply) for i, e in exchanges)
    texts = [*(r.text for r in seeds.responses), *(text for text, _ in found)]
    names = list(seeds.signs)
    known = {i: names.index(r.intent) for i, r in enumerate(seeds.responses)}
    told = _messages_of(exchanges, texts)
    vectors = reply_vectors(texts, told, meaning)
    spread = intents.spread(vectors, known, len(names))
    counts = [0] * len(seeds.responses) + [n for _, n in found]
    own = intents.named(texts, counts, spread, names)
    return with_counts(seeds, found, own)


def _messages_of(exchanges: Sequence[tuple[int, Exchange]], texts: Sequence[str]) -> list[list[str]]:
    """The messages that each of these replies answered."""
    wanted: dict[str, list[str]] = {canonical(text): [] for text in texts}
    for _, e in exchanges:
        if (words := canonical(e.reply)) in wanted:
            wanted[words].append(e.message)
    return [wanted[canonical(text)] for text in texts]


def reply_vectors(
    texts: Sequence[str], messages: Sequence[Sequence[str]], meaning: Mapping[str, Floats]
) -> Floats:
    """(n, d) of length 1: n-grams of the reply, its meaning, and a little of what it answers."""
    grams = [ngrams_of(text) for text in texts]
    counts = Counter(feature for found in grams for feature in found)
    numbers = {feature: i for i, feature in enumerate(counts)}
    own = np.zeros((len(texts), len(numbers)), np.float32)
    for row, found in zip(own, grams, strict=True):
        row[[numbers[feature] for feature in found]] = [np.log(1 + len(texts) / counts[f]) for f in found]
    parts = [
        unit(own),
        np.float32(0.5) * _meanings(texts, meaning),
    ]  # opposites are near each other in meaning
    heard = [" ".join(said[:20]) for said in messages]
    parts.append(np.float32(0.5) * _meanings(heard, meaning))
    return unit(np.concatenate(parts, axis=1))


def _meanings(texts: Sequence[str], meaning: Mapping[str, Floats]) -> Floats:
    width = len(next(iter(meaning.values()))) if meaning else 1
    rows = np.zeros((len(texts), width), np.float32)
    for row, text in zip(rows, texts, strict=True):
        for feature in ngrams_of(text):
            if feature in meaning:
                row += meaning[feature]
    return unit(rows)


# Pairs and targets


def rarity(encoding: NGrams, texts: Sequence[str]) -> Floats:
    """(n_features,) the inverse document frequency of each feature; that of ANY is that of unknown words."""
    counts = np.zeros(encoding.n_features)
    for text in texts:
        counts[encoding.encode(text).ids] += 1
    counts[0] = 0
    return np.asarray(np.log((1 + len(texts)) / (1 + counts)) + 1, np.float32)


def pairs(
    encoding: NGrams, exchanges: Sequence[tuple[int, Exchange]], examples: Sequence[Example] = ()
) -> Pairs:
    """Messages with their replies, those of the examples too."""
    said = [(e.message, e.reply) for _, e in exchanges]
    said += [(example.message, reply) for example in examples for _, reply in example.replies]
    encoded = {text: encoding.encode(text) for pair in said for text in pair}
    return Pairs(
        [encoded[message] for message, _ in said],
        [encoded[reply] for _, reply in said],
        np.array([key_of(reply) for _, reply in said], np.int64),
    )


def key_of(reply: str) -> int:
    """A number that replies share if they say the same word for word."""
    return int.from_bytes(sha256(canonical(reply).encode()).digest()[:7], "big")


def blocks(n: int) -> list[NDArray[np.int64]]:
    """Numbers 0 to n - 1 shuffled, always the same way, in blocks of N_AMONG; fewer than that are one block."""
    order = stream(0, "evaluate", "blocks").permutation(n)
    return [order[i * N_AMONG : (i + 1) * N_AMONG] for i in range(max(n // N_AMONG, 1))]


def context_of(context: Sequence[str]) -> str:
    """What a model reads of the turns before a message."""
    return "\n".join(context[-N_CONTEXT_READ:])


def judged(
    encoding: NGrams,
    lessons: Lessons,
    exchanges: Sequence[tuple[int, Exchange]],
    examples: Sequence[Example] = (),
    *,
    data_share: float = MOST_DATA_SHARE,
) -> Judged:
    """Messages whose class is known, by the reply that they got or by what was written of them.

    Raises ConfigError for a `data_share` that is no share.
    """
    if not 0 <= data_share <= 1:
        raise ConfigError(f"data_share must be a number from 0 to 1, not {data_share}")
    places = {name: i for i, name in enumerate(lessons.classes)}
    rows = list[_Row]()
    for _, e in exchanges:
        if name := class_of_reply(lessons, e):
            rows.append((e.message, context_of(e.context), {name: 1.0}))
    n_data = len(rows)
    told = [(example.message, shares) for example in examples if (shares := _targets(example, places))]
    if told:
        rows = _unhinted(rows, told)
    targets = np.zeros((len(rows), len(places)), np.float32)
    for target, (*_, shares) in zip(targets, rows, strict=True):
        for name, share in shares.items():
            target[places[name]] = share
    weights = np.ones(len(rows), np.float32)
    n_examples = len(rows) - n_data
    if n_data and n_examples and data_share < 1:
        weights[:n_data] = min(1.0, data_share / (1 - data_share) * n_examples / n_data)
    encoded = {text: encoding.encode(text) for *texts, _ in rows for text in texts}
    return Judged(
        [encoded[message] for message, _, _ in rows],
        [encoded[context] for _, context, _ in rows],
        targets / np.maximum(targets.sum(axis=1, keepdims=True), np.float32(1e-9)),
        weights,
    )


def _unhinted(rows: Sequence[_Row], told: Sequence[tuple[str, dict[str, float]]]) -> list[_Row]:
    """Rows of the data and of examples, so that turns before a message do not tell which of both it is.

    Every second message of the data loses them, every second example gets those of some message of the data in its
    language. Else a model would hear from the turns alone that replies are long, as they are in most conversations.
    """
    turns: dict[str, list[str]] = {"en": [], "zh": []}
    for message, context, _ in rows:
        if context:
            turns[language_of(message)].append(context)
    mixed = [(message, "" if i % 2 else context, shares) for i, (message, context, shares) in enumerate(rows)]
    for i, (message, shares) in enumerate(told):
        own = turns[language_of(message)]
        mixed.append((message, own[i * _STRIDE % len(own)] if own and i % 2 else "", shares))
    return mixed


def class_of_reply(lessons: Lessons, exchange: Exchange) -> str:
    """What a reply does; LONG for one that cannot be tapped, "" for a short one of which nothing is known."""
    if not is_short(exchange.reply):
        return LONG
    if exchange.intent:
        return exchange.intent if exchange.intent in lessons.responses.signs else ""
    known = lessons.responses.by_words.get(canonical(exchange.reply))
    return known.intent if known else ""


def _targets(example: Example, places: Mapping[str, int]) -> dict[str, float]:
    if example.reason:
        return {class_of(example.reason): 1.0} if class_of(example.reason) in places else {}
    names = [intent for intent, _ in example.replies if intent in places]
    return {name: FIRST_WEIGHT if i == 0 else LATER_WEIGHT for i, name in enumerate(names)}
