"""What a request means: its valence and arousal, the words that decided, and the feelings they name.

    request -> tokens -> mentions (a rating each, bent by the small words around) -> Mood

A mention is a word, phrase or emoji that the mood tables rate. Negation turns it round, weakened ("not sad" is a
little bright); intensifiers stretch or shrink it on the scale atanh(x), so order is kept and nothing leaves
[-1, 1]; "but" lets the later clause decide. Each axis is then a mean weighted by how strong and how certain
the mentions are, so that neutral words do not wash out a strong one, and a single word gives its own rating.

The tables' scales are calibrated once, where they are built, by quantiles of the rated words (`presets/mood.md`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, sqrt
from types import MappingProxyType
from typing import Any

from aoede.errors import InputError, UsageError
from aoede.mood.feelings import FEELINGS, nearest_feelings
from aoede.mood.mentions import PRIOR_SD, Mention
from aoede.mood.reading import mentions_in
from aoede.mood.rules import PEOPLE, ROLES
from aoede.mood.tokens import Token, normalised, tokens_of
from aoede.mood.vectors import table

MAX_CHARACTERS = 10_000
NAMED_SAY, STILL_SAY = 2.5, 0.3  # words that name a feeling decide more, lifeless things (a chair) less
PEOPLE_SAY = 0.3  # who is there matters less than what happens
# One dark thing outweighs several pleasant ones (Rozin & Royzman 2001, "Negativity bias, negativity dominance").
DARK_VALENCE, DARK_SAY = -0.3, 1.8
LEAST_STRENGTH = 0.3  # below it, a request that names no feeling has none
FIT_WIDTH = 0.6  # distance in the plane at which a feeling's share falls to 0.6
N_KEYWORDS = 5
N_FEELINGS = 4


@dataclass(frozen=True)
class Mood:
    """What was understood.

    valence, arousal: -1..1, dark..bright and calm..restless; `_sd` their standard deviations.
    keywords: the words that decided, as written, most telling first.
    language: "en", "zh", "mixed", or "other" where neither is found.
    feelings: id of `FEELINGS` -> weight 0..1.
    coverage: share of the content words that the tables know, 0..1.
    details: one mapping a keyword, for `--json`.
    """

    valence: float
    arousal: float
    keywords: tuple[str, ...]
    language: str
    feelings: Mapping[str, float]
    valence_sd: float
    arousal_sd: float
    coverage: float
    details: tuple[Mapping[str, Any], ...] = ()


def mood_of(request: str, *, max_characters: int = MAX_CHARACTERS) -> Mood:
    """The mood of `request`, in English, Chinese or both.

    Raises InputError for a blank request and for one longer than `max_characters`; any other string has a mood,
    neutral and uncertain where nothing in it is known.
    """
    if not request.strip():
        raise InputError(
            "the request is empty", hint='Say what you feel: "a song that expresses hope and wonder".'
        )
    if len(request) > max_characters:
        raise InputError(
            f"the request has {len(request):,} characters; {max_characters:,} are allowed",
            hint="Say it in fewer words.",
        )
    tokens = tokens_of(normalised(request))
    mentions, n_unknown = mentions_in(tokens, request)
    if not mentions and not n_unknown and len(tokens) == 1:  # a small word alone is meant: "music", "never"
        mentions, n_unknown = mentions_in(tokens, request, literal=True)
    return _combined(
        mentions, n_unknown, language=_language(tokens), exclamations=request.count("!") + request.count("！")
    )


def moved(mood: Mood, *, valence: float | None = None, arousal: float | None = None) -> Mood:
    """`mood` where somebody says outright how bright or how restless it is to be, each -1..1; None leaves it.

    The feelings that its words name stay as far as they go with the new place; those that lie there take the rest.
    Raises UsageError for a value out of range.
    """
    if valence is None and arousal is None:
        return mood
    valence, arousal = (
        had if said is None else _on_axis(name, said)
        for name, said, had in (("valence", valence, mood.valence), ("arousal", arousal, mood.arousal))
    )
    kept = {name: weight * _fit(name, valence, arousal) for name, weight in mood.feelings.items()}
    found = dict(kept)
    strength = sqrt(valence**2 + arousal**2)
    if strength >= LEAST_STRENGTH:
        left = max(0.0, (sum(mood.feelings.values()) or strength) - sum(kept.values()))
        near = nearest_feelings(valence, arousal)
        for name, weight in near.items():
            found[name] = found.get(name, 0.0) + 0.6 * left * weight / sum(near.values())
    best = sorted(found, key=lambda name: (-found[name], name))[:N_FEELINGS]
    feelings = MappingProxyType({name: round(found[name], 4) for name in best})
    return replace(mood, valence=valence, arousal=arousal, feelings=feelings)


def _on_axis(name: str, value: float) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not -1 <= value <= 1:
        raise UsageError(f"{name} is a number from -1 to 1, not {value!r}", where=f"--{name}")
    return float(value)


def _combined(mentions: Sequence[Mention], n_unknown: int, *, language: str, exclamations: int) -> Mood:
    n_content = len(mentions) + n_unknown
    coverage = len(mentions) / n_content if n_content else 0.0
    valence, valence_sd = _weighted(
        [(_say(m, m.valence_sd, m.valence, m.arousal), m.valence, m.valence_sd) for m in mentions]
    )
    arousal, arousal_sd = _weighted(
        [(_say(m, m.arousal_sd, m.arousal, m.valence), m.arousal, m.arousal_sd) for m in mentions]
    )
    arousal = min(1.0, arousal + 0.05 * min(3, exclamations)) if mentions else arousal
    ranked = sorted(mentions, key=lambda mention: (-_telling(mention), mention.position))
    keywords = tuple(dict.fromkeys(mention.written for mention in ranked))[:N_KEYWORDS]
    return Mood(
        round(valence, 4),
        round(arousal, 4),
        keywords,
        language,
        MappingProxyType(_feelings(mentions, valence, arousal)),
        round(_widened(valence_sd, PRIOR_SD[0], coverage), 4),
        round(_widened(arousal_sd, PRIOR_SD[1], coverage), 4),
        round(coverage, 4),
        tuple(_detail(mention) for mention in ranked[:N_KEYWORDS]),
    )


def _say(mention: Mention, sd: float, own: float, other: float) -> float:
    """The weight of a mention on one axis: its clause's weight, its kind, its strength (mostly on that axis), its
    certainty."""
    lifeless = mention.arousal < 0 and abs(mention.valence) < LEAST_STRENGTH
    kind = NAMED_SAY if mention.names_feeling else STILL_SAY if lifeless else 1.0
    if mention.written.lower() in PEOPLE:
        kind = PEOPLE_SAY
    elif mention.valence < DARK_VALENCE:
        kind *= DARK_SAY
    return mention.weight * kind * (0.03 + 0.7 * own * own + 0.3 * other * other) / (0.1 + sd * sd)


def _telling(mention: Mention) -> float:
    named = 1.25 if mention.names_feeling else 1.0
    return named * mention.weight * sqrt(mention.valence**2 + mention.arousal**2)


def _weighted(terms: Iterable[tuple[float, float, float]]) -> tuple[float, float]:
    """(mean, its sd) of (weight, value, sd); (0, 0) of none."""
    terms = list(terms)
    total = sum(weight for weight, _, _ in terms)
    if not total:
        return 0.0, 0.0
    mean = sum(weight * value for weight, value, _ in terms) / total
    return mean, sqrt(sum((weight * sd) ** 2 for weight, _, sd in terms)) / total


def _widened(sd: float, prior_sd: float, coverage: float) -> float:
    return sqrt(coverage * min(sd, prior_sd) ** 2 + (1 - coverage) * prior_sd**2)


def _feelings(mentions: Sequence[Mention], valence: float, arousal: float) -> dict[str, float]:
    """Shares of the feelings that the mentions carry, adding up to how surely the surest is meant."""
    shares: dict[str, float] = {}
    surest = 0.0
    for mention in mentions:
        for name, weight in mention.feelings.items():
            share = weight * weight * (0.2 + _telling(mention)) * mention.weight
            shares[name] = shares.get(name, 0.0) + share * _fit(name, valence, arousal)
            surest = max(surest, weight)
    if not shares:
        strength = sqrt(valence**2 + arousal**2)
        if strength < LEAST_STRENGTH:
            return {}
        shares, surest = nearest_feelings(valence, arousal), min(0.6, 0.6 * strength)
    best = sorted(shares, key=lambda name: (-shares[name], name))[:N_FEELINGS]
    total = sum(shares[name] for name in best)
    return {name: round(surest * shares[name] / total, 4) for name in best} if total else {}


def _fit(name: str, valence: float, arousal: float) -> float:
    """How well a feeling goes with the whole request, 0..1: a warm and cosy autumn is not melancholy."""
    feeling = FEELINGS[name]
    squares = (feeling.valence - valence) ** 2 + (feeling.arousal - arousal) ** 2
    return exp(-squares / (2 * FIT_WIDTH**2))


def _detail(mention: Mention) -> dict[str, Any]:
    return {
        "word": mention.written,
        "valence": round(mention.valence, 3),
        "arousal": round(mention.arousal, 3),
        "rated_by": mention.rated_by,
        "negated": mention.negated,
        "weight": round(mention.weight, 3),
        "feelings": dict(mention.feelings),
    }


def _language(tokens: Sequence[Token]) -> str:
    """By what the tables and rules know; a text in a third language is "other"."""
    english = any(
        token.kind == "word" and (token.text in ROLES or token.text in table("en")) for token in tokens
    )
    chinese = any(token.kind == "han" for token in tokens)
    foreign = any(token.kind == "other" for token in tokens)
    if english and chinese:
        return "mixed"
    return "zh" if chinese and not foreign else "en" if english else "other"
