"""The manner of suggesting that does best by messages held out: how sure, how bold, how usual."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.tokens import canonical
from aoede.learning.exchanges import Exchange
from aoede.learning.replier import N_SUGGESTED, Manner, Replier
from aoede.learning.reply_examples import Example, class_of
from aoede.learning.reply_lessons import Lessons, blocks, class_of_reply, key_of
from aoede.learning.responses import Response
from aoede.models.two_tower.model import without_equals
from aoede.score import log_softmax

MOST_JUDGED = 2_000  # messages with a reply of the set
MOST_BLOCKS = 20  # of a hundred pairs, and
LEAST_FOR_MIX = 100  # pairs by which the parts of agreement are weighed; with fewer they weigh
CAUTIOUS_MIX = (4.0, 6.0, 6.0)  # so much: what was learnt, what words mean, what words both say
N_SWEEPS = 3
_FACTORS = (1.0, 0.5, 0.7, 1.4, 2.0)
PRECISION = 0.95  # that suggestions shall have on written examples
_WARMTHS = (0.5, 0.7, 0.85, 1.0, 1.2, 1.5, 2.0, 3.0)
_SPECIFICITIES = (0.0, 0.25, 0.5, 0.75, 1.0)
_CLOSENESSES = (0.0, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
_USUALNESSES = (0.25, 0.5, 0.75, 1.0, 1.25)

Floats = NDArray[np.float64]
Exchanges = Sequence[tuple[int, Exchange]]


@dataclass(frozen=True)
class _Told:
    """Messages with the classes that are right (n, n_classes), as shares."""

    logs: Floats
    targets: Floats


def fitted_manner(replier: Replier, valid: Exchanges, examples: Sequence[Example]) -> Manner:
    """The numbers that do best by these held-out messages; the usual ones where they say nothing."""
    manner = Manner()
    if replier.knows_when:
        told = _told(replier, valid, examples)
        if len(told.logs):
            manner = replace(manner, warmth=_warmth(told))
            manner = replace(manner, specificity=_specificity(replier, told, manner, bool(examples)))
            manner = replace(manner, threshold=_threshold(replier, told, manner, bool(examples)))
        said = _said(replier, valid, examples)[:MOST_JUDGED]
        manner = _closeness(replier, said, manner) if said else manner
    return manner


def _told(replier: Replier, valid: Exchanges, examples: Sequence[Example]) -> _Told:
    """The examples where there are some, else the exchanges."""
    places = {name: i for i, name in enumerate(replier.classes)}
    lessons = Lessons(replier.responses, replier.classes)
    rows = list[tuple[str, Sequence[str], list[str]]]()
    for example in examples:
        names = [class_of(example.reason)] if example.reason else [intent for intent, _ in example.replies]
        rows.append((example.message, (), [name for name in names if name in places]))
    if not rows:
        rows = [(e.message, e.context, [class_of_reply(lessons, e)]) for _, e in valid]
    rows = [row for row in rows if row[2] and row[2][0] in places]
    targets = np.zeros((len(rows), len(places)))
    for target, (_, _, names) in zip(targets, rows, strict=True):
        target[[places[name] for name in names]] = 1 / len(names)
    logs = replier.class_logs([(m, c) for m, c, _ in rows]) if rows else np.zeros((0, len(places)))
    return _Told(np.asarray(logs, np.float64), targets)


def _warmth(told: _Told) -> float:
    """(Guo et al. 2017, "On calibration of modern neural networks", section 4.2.)"""
    return min(_WARMTHS, key=lambda w: -float((told.targets * log_softmax(told.logs / w)).sum()))


def intents_of(replier: Replier) -> list[int]:
    return [i for i, name in enumerate(replier.classes) if name in replier.responses.signs]


def top_intents(logs: Floats, priors: Floats, specificity: float, n: int = N_SUGGESTED) -> NDArray[np.int64]:
    """(n messages, n) the intents that stand highest."""
    return np.argsort(-(logs - specificity * np.log(priors)), axis=1, kind="stable")[:, :n]


def _specificity(replier: Replier, told: _Told, manner: Manner, is_written: bool) -> float:
    """By written examples, of which any intent told is right, the share of them that is suggested; else the macro
    mean of hits, so that rare intents count as much as common ones."""
    intents = intents_of(replier)
    logs, targets = told.logs[:, intents] / manner.warmth, told.targets[:, intents] > 0
    priors = np.maximum([replier.priors[replier.classes[i]] for i in intents], 1e-6)
    present = targets.any(axis=0)

    def figure(specificity: float) -> float:
        hit = np.zeros(targets.shape, bool)
        np.put_along_axis(hit, top_intents(logs, priors, specificity), True, axis=1)
        if is_written:
            return float((hit & targets).sum() / targets.sum())
        return float(((hit & targets).sum(axis=0)[present] / targets.sum(axis=0)[present]).mean())

    return max(_SPECIFICITIES, key=lambda s: (round(figure(s), 4), -s)) if targets.any() else 0.0


def _threshold(replier: Replier, told: _Told, manner: Manner, is_written: bool) -> float:
    """The lowest with the wanted precision on written examples; on conversations that with the best F1."""
    chances = short_chances(replier, np.exp(log_softmax(told.logs / manner.warmth)))
    right = told.targets[:, intents_of(replier)].sum(axis=1) > 0.5
    if not right.any() or right.all():
        return Manner().threshold
    order = np.argsort(chances, kind="stable")
    rounded = np.round(chances, 3)
    thresholds = np.unique(np.where(rounded > chances, np.round(rounded - 0.001, 3), rounded))
    first = np.searchsorted(chances[order], thresholds)  # of those that reach each
    hits = np.cumsum(right[order][::-1])[::-1][first]
    precision, recall = hits / (len(order) - first), hits / right.sum()
    if is_written:
        good = np.flatnonzero(precision >= PRECISION)
        place = int(good[0]) if len(good) else -1
    else:
        place = int(np.argmax(2 * precision * recall / np.maximum(precision + recall, 1e-9)))
    return float(thresholds[place])


def short_chances(replier: Replier, chances: Floats) -> Floats:
    return np.asarray(chances[:, intents_of(replier)].sum(axis=1))


def _said(replier: Replier, valid: Exchanges, examples: Sequence[Example]) -> list[tuple[str, Response]]:
    """Messages with replies of the set."""
    known = replier.responses.by_words
    pairs = [(e.message, known.get(canonical(e.reply))) for _, e in valid]
    pairs = [(m, reply) for m, reply in pairs if reply]
    pairs = pairs[: MOST_JUDGED // 2] if examples else pairs
    pairs += [(e.message, known.get(canonical(reply))) for e in examples for _, reply in e.replies]
    return [(m, reply) for m, reply in pairs if reply]


def _closeness(replier: Replier, said: Sequence[tuple[str, Response]], manner: Manner) -> Manner:
    """The mixture of usualness and agreement by which the real replies are likeliest among those of their intent."""
    rows = list[tuple[Floats, Floats, int]]()
    for message, response in said:
        own = _rivals(replier, response)
        if len(own) > 1:
            logs = np.log([max(r.weight, 1e-6) for r in own])
            rows.append((logs, np.asarray(replier.agreement(message, own), np.float64), own.index(response)))

    def nats(usualness: float, closeness: float) -> float:
        return -sum(float(log_softmax(usualness * logs + closeness * near)[i]) for logs, near, i in rows)

    grid = [(u, c) for u in _USUALNESSES for c in _CLOSENESSES]
    usualness, closeness = min(grid, key=lambda pair: nats(*pair)) if rows else (1.0, manner.closeness)
    return replace(manner, usualness=usualness, closeness=closeness)


def _rivals(replier: Replier, response: Response) -> list[Response]:
    return [
        r
        for r in replier.responses.responses
        if r.intent == response.intent and r.language == response.language
    ]


def fitted_mix(replier: Replier, valid: Exchanges) -> NDArray[np.float32]:
    """(3,) the weights of the parts of agreement by which held-out replies are likeliest among a hundred.

    Where the conversations are few a model learns its own by heart; then what it never learnt has to count more.
    """
    if len(valid) < LEAST_FOR_MIX:
        return np.array(CAUTIOUS_MIX, np.float32)
    mix = np.array(replier.model.weights["mix"])
    found = [_cosines(replier, [valid[i][1] for i in block]) for block in blocks(len(valid))[:MOST_BLOCKS]]
    for _ in range(N_SWEEPS):
        for part in range(len(mix)):
            options = [np.where(np.arange(len(mix)) == part, f * mix, mix) for f in _FACTORS]
            mix = min(options, key=lambda option: _nats_among(option, found))
    return mix.astype(np.float32)


def _cosines(
    replier: Replier, exchanges: Sequence[Exchange]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    model, encode = replier.model, replier.encoding.encode
    messages = model.messages(model.texts([encode(e.message) for e in exchanges]))
    replies = model.replies(model.texts([encode(e.reply) for e in exchanges]))
    return model.cosines(messages, replies), np.array([key_of(e.reply) for e in exchanges])


def _nats_among(mix: Floats, found: Sequence[tuple[NDArray[np.float32], NDArray[np.int64]]]) -> float:
    nats = list[Floats]()
    for cosines, keys in found:
        scores = without_equals(np.tensordot(mix, cosines.astype(np.float64), axes=1), keys)
        nats.append(-np.diag(log_softmax(scores)))
    return float(np.concatenate(nats).mean())
