"""What a request means: its valence and arousal, the words that decided, and the feelings they name.

    request -> tokens -> mentions (a rating each, bent by the small words around) -> Mood

A mention is a word, phrase or emoji that the mood tables rate. Negation turns it round, weakened ("not sad" is a
little bright); intensifiers stretch or shrink it on the scale atanh(x), so order is kept and nothing leaves
[-1, 1]; "but" lets the later clause decide. Each axis is then a mean weighted by how strong and how certain
the mentions are, so that neutral words do not wash out a strong one, and a single word gives its own rating.

The tables' scales are calibrated once, where they are built, by quantiles of the rated words (`presets/mood.md`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import atanh, sqrt, tanh
from types import MappingProxyType
from typing import Any

from aoede.errors import InputError
from aoede.mood.emoji import EMOJI
from aoede.mood.feelings import FEELINGS, NAMED_BY, nearest_feelings
from aoede.mood.inflection import known_forms
from aoede.mood.rules import FRAME, ROLES, Role
from aoede.mood.tokens import Token, normalised, tokens_of
from aoede.mood.vectors import Rating, table

MAX_CHARACTERS = 10_000
PRIOR_SD = (0.45, 0.40)  # valence, arousal: what is known of a request of unknown words
TURNED_VALENCE, TURNED_AROUSAL = -0.55, -0.45  # what is left of a rating after a negation
OVER_VALENCE, OVER_AROUSAL = 0.25, -0.45  # "after the storm": what it was fades, quiet follows noise
NEGATION_REACH = 4  # words between a negator and what it turns round
INTENSIFIER_REACH = 2
LEAST_STRENGTH = 0.3  # below it, a request that names no feeling has none
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


@dataclass(frozen=True)
class Mention:
    """A rated word where it stands. `weight` is what the clause around it leaves of its say, 0..1."""

    written: str
    position: int
    valence: float
    arousal: float
    valence_sd: float
    arousal_sd: float
    rated_by: str
    feelings: Mapping[str, float]
    weight: float = 1.0
    negated: bool = False


@dataclass
class _Clause:
    """What the words read so far do to the next mention."""

    negate: int = 0  # words that the negation still reaches; 0: none
    lose: int = 0
    factor: float = 1.0
    factor_reach: int = 0
    weight: float = 1.0
    over: bool = False
    joined: bool = False
    last_turned: bool = False
    fresh: bool = False  # the word just read was a mention
    mentions: list[Mention] = field(default_factory=list)
    n_unknown: int = 0


def mood_of(request: str, *, max_characters: int = MAX_CHARACTERS) -> Mood:
    """The mood of `request`, in English, Chinese or both.

    Raises InputError for a blank request and for one longer than `max_characters`; any other string has a mood,
    neutral and uncertain where nothing in it is known.
    """
    if not request.strip():
        raise InputError("the request is empty", hint='Say what you feel: "a song that expresses hope and wonder".')
    if len(request) > max_characters:
        raise InputError(
            f"the request has {len(request):,} characters; {max_characters:,} are allowed", hint="Say it in fewer words."
        )
    tokens = tokens_of(normalised(request))
    mentions, n_unknown = _mentions(tokens, request)
    if not mentions and not n_unknown:  # "a happy song" minus its frame; "a song" is about songs
        mentions, n_unknown = _mentions([token for token in tokens if token.text in FRAME], request, frame=True)
    return _combined(mentions, n_unknown, language=_language(tokens), exclamations=request.count("!") + request.count("！"))


def _mentions(tokens: Sequence[Token], request: str, *, frame: bool = False) -> tuple[list[Mention], int]:
    """(the mentions in order, the number of content words that no table knows)."""
    clause = _Clause()
    for token in tokens:
        role = None if frame else _role(token)
        n_before = len(clause.mentions)
        if role is None or role.kind == "lose":
            _read_content(token, request, clause)
        if role is not None:
            _ROLE_ACTIONS[role.kind](clause, role.strength)
        clause.negate, clause.lose = max(0, clause.negate - 1), max(0, clause.lose - 1)
        clause.factor_reach = max(0, clause.factor_reach - 1)
        clause.fresh = len(clause.mentions) > n_before
    return clause.mentions, clause.n_unknown


def _role(token: Token) -> Role | None:
    """The role of a token, drawn out ("soooo") or not."""
    forms = (form for words, _ in known_forms(token) for form in words) if token.kind == "word" else (token.text,)
    first = token.text if token.text in ROLES or token.text in table("en") else next((f for f in forms if f in ROLES), "")
    return ROLES.get(first)


def _read_content(token: Token, request: str, clause: _Clause) -> None:
    mention = _rated(token, request)
    if mention is None:
        clause.n_unknown += token.kind in ("word", "han", "other")
        return
    if clause.factor_reach:
        mention = _stretched(mention, clause.factor)
    turned = clause.negate > 0 or (clause.joined and clause.last_turned and _same_side(clause.mentions[-1], mention))
    if turned:
        mention = _turned(mention)
    elif clause.lose:
        mention = replace(_turned(mention), weight=0.6)
    if clause.over:
        mention = _over(mention)
    mention = replace(mention, weight=mention.weight * clause.weight)
    clause.mentions.append(mention)
    clause.negate = clause.lose = clause.factor_reach = 0
    clause.last_turned, clause.joined, clause.over = turned, False, False


def _same_side(turned: Mention, mention: Mention) -> bool:
    """Whether a negation goes on through "and": "no tears and sorrow", not "no tears and joy"."""
    return turned.valence * mention.valence < 0


def _rated(token: Token, request: str) -> Mention | None:
    written = request[token.start : token.end]
    for form, factor in known_forms(token):
        ratings = [rating for word in form if (rating := table(_table_of(word)).get(word)) is not None]
        if ratings:
            mention = _mention(written, token, ratings, NAMED_BY.get(" ".join(form)))
            return mention if factor == 1 else _stretched(mention, factor)
    return None


def _table_of(word: str) -> str:
    return "en" if word[0] < "\u2e80" else "zh"


def _mention(written: str, token: Token, ratings: Sequence[Rating], named: str | None) -> Mention:
    """One mention of one or more ratings (an emoji's gloss words), averaged."""
    n = len(ratings)
    feelings = {rating.feeling: rating.feeling_weight for rating in ratings if rating.feeling}
    return Mention(
        written,
        token.start,
        sum(rating.valence for rating in ratings) / n,
        sum(rating.arousal for rating in ratings) / n,
        sum(rating.valence_sd for rating in ratings) / n,
        sum(rating.arousal_sd for rating in ratings) / n,
        ratings[0].rated_by,
        {named: 1.0} if named else feelings,
    )


def _stretched(mention: Mention, factor: float) -> Mention:
    """`mention` felt `factor` times as strongly: tanh(factor * atanh(x)) keeps order, sign and bounds."""

    def stretch(x: float) -> float:
        return tanh(factor * atanh(max(-0.98, min(0.98, x))))

    return replace(mention, valence=stretch(mention.valence), arousal=stretch(mention.arousal))


def _turned(mention: Mention) -> Mention:
    """`mention` denied: the other side, weaker and less certain, and the opposite of the feelings it names."""
    feelings: dict[str, float] = {}
    for name, weight in mention.feelings.items():
        opposite = FEELINGS[name].opposite
        feelings[opposite] = max(feelings.get(opposite, 0.0), 0.6 * weight)
    return replace(
        mention,
        valence=TURNED_VALENCE * mention.valence,
        arousal=TURNED_AROUSAL * mention.arousal,
        valence_sd=min(PRIOR_SD[0], 1.3 * mention.valence_sd),
        arousal_sd=min(PRIOR_SD[1], 1.3 * mention.arousal_sd),
        feelings=feelings,
        negated=True,
    )


def _over(mention: Mention) -> Mention:
    """`mention` in the past: its valence fades, its arousal turns round, and it names no feeling any more."""
    return replace(
        mention, valence=OVER_VALENCE * mention.valence, arousal=OVER_AROUSAL * mention.arousal, feelings={}
    )


def _begin_negation(clause: _Clause, _: float) -> None:
    """A second negator within reach undoes the first: "not without hope"."""
    clause.negate = 0 if clause.negate else NEGATION_REACH + 1
    clause.joined = False


def _begin_loss(clause: _Clause, _: float) -> None:
    clause.lose = NEGATION_REACH + 1


def _intensify(clause: _Clause, strength: float) -> None:
    clause.factor = clause.factor * strength if clause.factor_reach else strength
    clause.factor_reach = INTENSIFIER_REACH + 1
    clause.negate += clause.negate > 0  # "not very happy": the intensifier takes no reach away


def _contrast(clause: _Clause, strength: float) -> None:
    clause.mentions[:] = [replace(mention, weight=mention.weight * strength) for mention in clause.mentions]
    _end_clause(clause, 1.0)


def _concede(clause: _Clause, strength: float) -> None:
    _end_clause(clause, 1.0)
    clause.weight = strength


def _after(clause: _Clause, _: float) -> None:
    """English "after X". (Chinese X之后 comes behind what is over: `_passed`.)"""
    clause.over = True


def _passed(clause: _Clause, _: float) -> None:
    if clause.fresh:
        clause.mentions[-1] = _over(clause.mentions[-1])


def _join(clause: _Clause, _: float) -> None:
    clause.joined = True


def _end_reach(clause: _Clause, _: float) -> None:
    clause.negate = clause.lose = 0
    clause.last_turned = clause.joined = False


def _end_clause(clause: _Clause, _: float) -> None:
    _end_reach(clause, 1.0)
    clause.factor_reach, clause.weight, clause.over = 0, 1.0, False


def _nothing(clause: _Clause, _: float) -> None:
    clause.joined = clause.joined and bool(clause.mentions)


_ROLE_ACTIONS = {
    "negate": _begin_negation,
    "lose": _begin_loss,
    "intensify": _intensify,
    "contrast": _contrast,
    "concede": _concede,
    "after": _after,
    "passed": _passed,
    "join": _join,
    "subject": _end_reach,
    "skip": _nothing,
    "mark": _end_clause,
}


def _combined(mentions: Sequence[Mention], n_unknown: int, *, language: str, exclamations: int) -> Mood:
    n_content = len(mentions) + n_unknown
    coverage = len(mentions) / n_content if n_content else 0.0
    valence, valence_sd = _weighted([(_say(m, m.valence_sd, m.valence, m.arousal), m.valence, m.valence_sd) for m in mentions])
    arousal, arousal_sd = _weighted([(_say(m, m.arousal_sd, m.arousal, m.valence), m.arousal, m.arousal_sd) for m in mentions])
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
    """The weight of a mention on one axis: its clause's weight, certainty, and strength, mostly on that axis."""
    return mention.weight * (0.04 + 0.75 * own * own + 0.25 * other * other) / (0.05 + sd * sd)


def _telling(mention: Mention) -> float:
    named = 1.25 if max(mention.feelings.values(), default=0.0) >= 1.0 else 1.0
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
            shares[name] = shares.get(name, 0.0) + weight * weight * (0.2 + _telling(mention)) * mention.weight
            surest = max(surest, weight)
    if not shares:
        strength = sqrt(valence**2 + arousal**2)
        if strength < LEAST_STRENGTH:
            return {}
        shares, surest = nearest_feelings(valence, arousal), min(0.6, 0.6 * strength)
    best = sorted(shares, key=lambda name: (-shares[name], name))[:N_FEELINGS]
    total = sum(shares[name] for name in best)
    return {name: round(surest * shares[name] / total, 4) for name in best} if total else {}


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
    english = any(token.kind == "word" and (token.text in ROLES or token.text in table("en")) for token in tokens)
    chinese = any(token.kind == "han" for token in tokens)
    foreign = any(token.kind == "other" for token in tokens)
    if english and chinese:
        return "mixed"
    return "zh" if chinese and not foreign else "en" if english else "other"
