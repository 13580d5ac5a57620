"""Tokens -> mentions: what negation, strength, contrast and the past do to the words they reach."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from aoede.mood.inflection import known_forms
from aoede.mood.mentions import Mention, faded, rated, stretched, turned
from aoede.mood.rules import ROLES, Role
from aoede.mood.tokens import Token
from aoede.mood.vectors import table

NEGATION_REACH = 4  # words between a negator and what it turns round
INTENSIFIER_REACH = 2
CONTRAST_DEPTH = 4  # clauses back, beyond which a contrast takes no more weight away


@dataclass
class _Clause:
    """What the words read so far do to the next mention."""

    negate: int = 0  # words that the negation still reaches; 0: none
    lose: int = 0
    factor: float = 1.0
    factor_reach: int = 0
    weight: float = 1.0
    over: bool = False
    n_contrasts: int = 0
    joined: bool = False
    last_turned: bool = False
    fresh: bool = False  # the word just read was a mention
    mentions: list[Mention] = field(default_factory=list)
    n_unknown: int = 0


def mentions_in(tokens: Sequence[Token], request: str, *, literal: bool = False) -> tuple[list[Mention], int]:
    """(the mentions in order, the number of content words that no table knows); `literal`: small words too."""
    clause = _Clause()
    for token in tokens:
        role = None if literal else _role(token)
        n_before = len(clause.mentions)
        if role is None or role.kind == "lose":
            _read_content(token, request, clause)
        if role is not None:
            _ROLE_ACTIONS[role.kind](clause, role.strength)
        clause.negate, clause.lose = max(0, clause.negate - 1), max(0, clause.lose - 1)
        clause.factor_reach = max(0, clause.factor_reach - 1)
        clause.fresh = len(clause.mentions) > n_before
    return _weighed(clause), clause.n_unknown


def _weighed(clause: _Clause) -> list[Mention]:
    """The mentions, those before a "but" with less weight."""
    factor = ROLES["but"].strength
    depths = (min(CONTRAST_DEPTH, clause.n_contrasts - mention.n_contrasts) for mention in clause.mentions)
    return [
        replace(m, weight=m.weight * factor**depth) for m, depth in zip(clause.mentions, depths, strict=True)
    ]


def _role(token: Token) -> Role | None:
    """The role of a token, drawn out ("soooo") or not."""
    if token.text in ROLES or token.kind != "word" or token.text in table("en"):
        return ROLES.get(token.text)
    return next((ROLES[form] for form, _ in known_forms(token) if form in ROLES), None)


def _read_content(token: Token, request: str, clause: _Clause) -> None:
    mention = rated(token, request)
    if mention is None:
        clause.n_unknown += token.kind in ("word", "han", "other")
        return
    if clause.factor_reach:
        mention = stretched(mention, clause.factor)
    passed_on = clause.negate if clause.negate and mention.is_faint else 0  # "nobody came to his birthday"
    denied = clause.negate > 0 or (
        clause.joined and clause.last_turned and _same_side(clause.mentions[-1], mention)
    )
    if denied:
        mention = turned(mention)
    elif clause.lose:
        mention = replace(turned(mention), weight=0.6)
    if clause.over:
        mention = faded(mention)
    mention = replace(mention, weight=mention.weight * clause.weight, n_contrasts=clause.n_contrasts)
    clause.mentions.append(mention)
    clause.negate, clause.lose, clause.factor_reach = passed_on, 0, 0
    clause.last_turned, clause.joined, clause.over = denied, False, False


def _same_side(denied: Mention, mention: Mention) -> bool:
    """Whether a negation goes on through "and": "no tears and sorrow", not "no tears and joy"."""
    return denied.valence * mention.valence < 0


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


def _contrast(clause: _Clause, _: float) -> None:
    clause.n_contrasts += 1
    _end_clause(clause, 1.0)


def _concede(clause: _Clause, strength: float) -> None:
    _end_clause(clause, 1.0)
    clause.weight = strength


def _after(clause: _Clause, _: float) -> None:
    """English "after X". (Chinese X之后 comes behind what is over: `_passed`.)"""
    clause.over = True


def _passed(clause: _Clause, _: float) -> None:
    if clause.fresh:
        clause.mentions[-1] = faded(clause.mentions[-1])


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
