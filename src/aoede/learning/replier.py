"""A model of replies with what turns its numbers into suggestions: classes, the set of replies, manners.

    p(r | m) = p(intent of r | m) p(r | m, intent),   p(r | m, intent) ~ usualness(r)^a exp(b agreement(m, r))

The intents come first, then one reply of each, so that no two suggestions say the same in other words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.ngrams import N_BUCKETS, NGrams
from aoede.encodings.tokens import NAME as WORDS
from aoede.encodings.tokens import Words
from aoede.errors import ConfigError, InputError
from aoede.learning import families
from aoede.learning.picks import NO_PICKS, Picks
from aoede.learning.reply_examples import NONE, class_of
from aoede.learning.reply_lessons import context_of
from aoede.learning.responses import Response, ResponseSet
from aoede.models.two_tower.model import Side
from aoede.score import log_softmax
from aoede.settings import from_mapping

Floats = NDArray[np.float32]

N_SUGGESTED = 3
LEAST_SHARE = 0.05  # of all intents, below which one is no suggestion but nonsense
LEAST_CONTRARY = 0.02  # that a "no" must have to stand beside two that say yes, and the other way round
CONTRARY_SHARE = 0.4  # of the chance of what makes room for it
BEAM = 32
GRAVE = class_of("sensitive")
_SIZES = ("n_features", "n_learned", "n_meaning")
MAX_READ = 40  # words of a message that a sequence-to-sequence model reads: its last, as it was taught


@dataclass(frozen=True)
class Manner:
    """Numbers fitted to held-out messages."""

    threshold: float = 0.5  # from which chance that a short reply fits there are suggestions
    specificity: float = 0.0  # how much intents that fit everything stand back: the power of their frequency
    usualness: float = 1.0  # a
    closeness: float = 0.3  # b
    caution: float = 0.15  # from which chance that a message is grave there are none, however short a reply
    warmth: float = 1.0  # what the scores of classes are divided by, to be as sure as they are right

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 100:
                raise ConfigError(f"{name} must be a number from 0 to 100, not {value!r}")
        if not self.warmth:
            raise ConfigError("warmth must be more than 0")

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Manner":
        return from_mapping(cls, values, "how replies are suggested")

    def as_mapping(self) -> dict[str, float]:
        return asdict(self)


@dataclass(frozen=True)
class Suggestion:
    text: str
    intent: str
    score: float  # the chance of the intent, among those that a reply in this language can have


@dataclass(frozen=True)
class Outlook:
    """What a model makes of a message before it looks at replies."""

    chances: Mapping[str, float]  # of the intents that have a reply in the language; they add up to 1
    is_short: float  # the chance that a short reply fits
    is_grave: float  # the chance that the message is of something grave
    reason: str  # the likeliest reason why none does, one of reply_examples.REASONS; "" without such classes


@dataclass(frozen=True)
class Replier:
    """A trained model of the family two-tower, or of seq2seq, which ranks replies but never knows when none fits."""

    name: str
    model: Any
    encoding: NGrams | Words
    classes: tuple[str, ...]
    priors: Mapping[str, float]  # how often each class is right, in training
    responses: ResponseSet
    manner: Manner = Manner()
    sha256: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls, metadata: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]], *, name: str, sha256: str = ""
    ) -> "Replier":
        """Raises InputError where this is no model of replies, or one whose parts do not fit one another."""
        try:
            family = families.load(str(metadata["family"]))
            if "ranks" not in family.CAPABILITIES:
                raise InputError(
                    f"a model of the family {metadata['family']} is no model of replies", where=name
                )
            kind = Words if metadata["encoding"]["name"] == WORDS else NGrams
            provenance = metadata["provenance"]
            made = cls(
                name,
                family.Model.from_tensors(metadata["config"], tensors),
                kind.from_mapping(metadata["encoding"]),
                tuple(map(str, provenance["classes"])),
                {str(k): float(v) for k, v in provenance["priors"].items()},
                ResponseSet.from_mapping(provenance["responses"]),
                Manner.from_mapping(metadata.get("manner") or {}),
                sha256,
                metadata,
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError("this is no model of replies", where=name) from error
        if not made._fits():
            raise InputError("the parts of this model file do not fit one another", where=name)
        return made

    def _fits(self) -> bool:
        config = self.model.config
        if set(self.priors) != set(self.classes):
            return False
        if isinstance(self.encoding, Words):
            return bool(config.n_symbols == self.encoding.n_symbols)
        own = config.n_features, config.n_learned, config.n_meaning, config.n_classes, config.n_buckets
        told = *(getattr(self.encoding, name) for name in _SIZES), len(self.classes), N_BUCKETS
        return bool(own == told)

    @property
    def knows_when(self) -> bool:
        """Whether it tells messages that want no short reply."""
        return isinstance(self.encoding, NGrams)

    def with_responses(self, responses: ResponseSet) -> "Replier":
        """The same model with another set of replies; those of intents that it does not know are out of its reach."""
        return replace(self, responses=responses)

    # -- what a message is --

    def outlook(self, message: str, context: Sequence[str], language: str) -> Outlook:
        """The chances of intents and of a short reply. Raises InputError for a model that does not tell them."""
        return self.outlooks([(message, context)], language)[0]

    def outlooks(self, messages: Sequence[tuple[str, Sequence[str]]], language: str) -> list[Outlook]:
        logs = self.class_logs(messages)
        chances = np.exp(log_softmax(logs / self.manner.warmth))
        intents = self._intents_in(language)
        return [self._outlook(row, intents) for row in chances]

    def class_logs(self, messages: Sequence[tuple[str, Sequence[str]]]) -> Floats:
        """(n, n_classes) log-probabilities of the classes, as they were learnt."""
        if not isinstance(self.encoding, NGrams):
            raise InputError(f"{self.name} ranks replies; it does not tell what a message wants")
        encode, texts = self.encoding.encode, self.model.texts
        return np.asarray(
            self.model.classes(
                texts([encode(message) for message, _ in messages]),
                texts([encode(context_of(context)) for _, context in messages]),
            )
        )

    def _intents_in(self, language: str) -> list[str]:
        own = {r.intent for r in self.responses.responses if r.language == language}
        return [name for name in self.classes if name in own]

    def _outlook(self, chances: Floats, intents: Sequence[str]) -> Outlook:
        by_name = dict(zip(self.classes, map(float, chances), strict=True))
        reasons = {name: by_name[name] for name in self.classes if name.startswith(f"{NONE}:")}
        total = sum(by_name[name] for name in intents) or 1.0
        return Outlook(
            {name: by_name[name] / total for name in intents},
            1 - sum(reasons.values()),
            reasons.get(GRAVE, 0.0),
            max(reasons, key=lambda name: reasons[name]).partition(":")[2] if reasons else "",
        )

    # -- what could be said --

    def suggestions(
        self,
        message: str,
        context: Sequence[str] = (),
        *,
        language: str,
        n: int = N_SUGGESTED,
        picks: Picks = NO_PICKS,
    ) -> list[Suggestion]:
        """At most `n` replies of different intents, the likeliest first; fewer rather than nonsense."""
        own = [r for r in self.responses.responses if r.language == language]
        if not own:
            return []
        within, chances = self._ranked(message, context, language, own, picks)
        ranks = {
            name: chance / max(self.priors.get(name, 1.0), 1e-6) ** self.manner.specificity
            for name, chance in chances.items()
            if chance >= LEAST_SHARE
        }
        chosen = diverse(ranks, chances, self.responses.signs, n)
        best = {name: max(within[name], key=lambda pair: pair[1]) for name in chosen}
        return [Suggestion(best[name][0].text, name, round(chances[name], 4)) for name in chosen]

    def _ranked(
        self, message: str, context: Sequence[str], language: str, own: Sequence[Response], picks: Picks
    ) -> tuple[dict[str, list[tuple[Response, float]]], dict[str, float]]:
        """The replies of each intent with their chances among it, and the chances of the intents."""
        scores: NDArray[np.float64]
        if isinstance(self.encoding, Words):
            logs = self.reply_logs(message, own)
            together = dict[str, float]()
            for response, log in zip(own, logs, strict=True):
                together[response.intent] = together.get(response.intent, 0.0) + float(np.exp(log))
            scores, chances = logs, together
        else:
            scores = self.manner.closeness * self.agreement(message, own).astype(np.float64)
            chances = dict(self.outlook(message, context, language).chances)
            scores = scores + self.manner.usualness * np.log([max(r.weight, 1e-6) for r in own])
        scores = scores + np.log([picks.of_reply(r.text) for r in own])
        within = dict[str, list[tuple[Response, float]]]()
        for name in chances:
            rows = [i for i, r in enumerate(own) if r.intent == name]
            parts = np.exp(log_softmax(np.asarray(scores[rows], np.float64)))
            within[name] = [(own[i], float(part)) for i, part in zip(rows, parts, strict=True)]
        moved = {name: chance * picks.of_intent(name) for name, chance in chances.items()}
        total = sum(moved.values()) or 1.0
        return within, {name: chance / total for name, chance in moved.items()}

    def agreement(self, message: str, responses: Sequence[Response]) -> Floats:
        """(n,) how well each of these replies, all of one language, goes with a message."""
        assert isinstance(self.encoding, NGrams)
        side = self.model.messages(self.model.texts([self.encoding.encode(message)]))
        return np.asarray(self.model.agreement(side, self._side(tuple(r.text for r in responses)))[0])

    def reply_logs(self, message: str, responses: Sequence[Response]) -> NDArray[np.float64]:
        """(n,) the log-probability of each reply among those that beam search over their trie finds."""
        from aoede.models.seq2seq import Trie, best

        assert isinstance(self.encoding, Words)
        trie = Trie.of([self.encoding.encode(r.text) for r in responses])
        found = best(self.model, self.encoding.encode(message)[-MAX_READ:], trie, width=BEAM, count=BEAM)
        logs = np.full(len(responses), -50.0)
        for i, log in found:
            logs[i] = log
        return np.asarray(log_softmax(logs))

    @cached_property
    def _sides(self) -> dict[tuple[str, ...], Side]:
        return {}

    def _side(self, texts: tuple[str, ...]) -> Side:
        """The replies as vectors, made once."""
        assert isinstance(self.encoding, NGrams)
        if texts not in self._sides:
            self._sides[texts] = self.model.replies(
                self.model.texts([self.encoding.encode(text) for text in texts])
            )
        return self._sides[texts]


def diverse(
    ranks: Mapping[str, float], chances: Mapping[str, float], signs: Mapping[str, int], n: int
) -> list[str]:
    """The `n` highest intents, so that a question can be answered either way where it can.

    Where all say yes the last makes room for the likeliest no, and the other way round (Kannan et al. 2016, section
    5.2). It does so too where only two say yes and none no, if that no is likely enough beside it.
    """
    chosen = sorted(ranks, key=lambda name: (-ranks[name], name))[:n]
    for sign in (1, -1):
        own = [name for name in chosen if signs.get(name, 0) == sign]
        if len(own) < 2 or any(signs.get(name, 0) == -sign for name in chosen):
            continue
        contrary = [name for name in chances if signs.get(name, 0) == -sign]
        best = max(contrary, key=lambda name: (chances[name], name), default="")
        least = LEAST_CONTRARY if len(own) == len(chosen) else CONTRARY_SHARE * chances[own[-1]]
        if best and chances[best] >= max(least, LEAST_CONTRARY):
            chosen[chosen.index(own[-1])] = best
    return chosen
