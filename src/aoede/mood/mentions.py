"""A mention: a word, phrase or emoji of a request with its rating, and what the words around may do to it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import atanh, sqrt, tanh

from aoede.mood.feelings import FEELINGS, NAMED_BY, Feeling
from aoede.mood.inflection import known_forms
from aoede.mood.tokens import Token
from aoede.mood.vectors import Rating, table

PRIOR_SD = (0.45, 0.40)  # valence, arousal: what is known of a request of unknown words
TURNED_VALENCE, TURNED_AROUSAL = -0.55, -0.45  # what is left of a rating after a negation
OVER_VALENCE, OVER_AROUSAL = 0.25, -0.45  # "after the storm": what it was fades, quiet follows noise
FEELING_SD = 0.2  # of the point of a feeling, where a word that names it is rated


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
    n_contrasts: int = 0  # before it

    @property
    def is_faint(self) -> bool:
        """Whether it says so little that a negation is meant for what follows."""
        return abs(self.valence) < 0.15 and abs(self.arousal) < 0.3 and not self.names_feeling

    @property
    def names_feeling(self) -> bool:
        return max(self.feelings.values(), default=0.0) >= 1.0


def rated(token: Token, request: str) -> Mention | None:
    """The mention of the first form of the token that the tables know."""
    for form, factor in known_forms(token):
        rating = table(_table_of(form)).get(form)
        if rating is not None:
            mention = _mention(request[token.start : token.end], token, rating, NAMED_BY.get(form))
            return mention if factor == 1 else stretched(mention, factor)
    return None


def _table_of(word: str) -> str:
    return "en" if word[0] < "\u2e80" else "zh"


def _mention(written: str, token: Token, rating: Rating, named: str | None) -> Mention:
    feelings = {rating.feeling: rating.feeling_weight} if rating.feeling else {}
    mention = Mention(
        written,
        token.start,
        rating.valence,
        rating.arousal,
        rating.valence_sd,
        rating.arousal_sd,
        rating.rated_by,
        {named: 1.0} if named else feelings,
    )
    return _drawn_to(mention, FEELINGS[named]) if named else mention


def _drawn_to(mention: Mention, feeling: Feeling) -> Mention:
    """A word that names a feeling: its rating and the feeling's point, each weighted by 1 / variance."""
    trust_valence = FEELING_SD**2 / (FEELING_SD**2 + mention.valence_sd**2)
    trust_arousal = FEELING_SD**2 / (FEELING_SD**2 + mention.arousal_sd**2)
    return replace(
        mention,
        valence=feeling.valence + trust_valence * (mention.valence - feeling.valence),
        arousal=feeling.arousal + trust_arousal * (mention.arousal - feeling.arousal),
        valence_sd=sqrt(trust_valence) * mention.valence_sd,
        arousal_sd=sqrt(trust_arousal) * mention.arousal_sd,
    )


def stretched(mention: Mention, factor: float) -> Mention:
    """`mention` felt `factor` times as strongly: tanh(factor * atanh(x)) keeps order, sign and bounds."""

    def stretch(x: float) -> float:
        return tanh(factor * atanh(max(-0.98, min(0.98, x))))

    return replace(mention, valence=stretch(mention.valence), arousal=stretch(mention.arousal))


def turned(mention: Mention) -> Mention:
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


def faded(mention: Mention) -> Mention:
    """`mention` in the past: its valence fades, its arousal turns round, and it names no feeling any more."""
    return replace(
        mention, valence=OVER_VALENCE * mention.valence, arousal=OVER_AROUSAL * mention.arousal, feelings={}
    )
