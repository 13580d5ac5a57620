"""A message -> three short replies, or why none fits.

    for reply in aoede.replies("Are you free tomorrow evening?"):
        print(reply.text, reply.score)

The gate comes first (`words/gate.py`): messages to which no canned reply may be offered. Then the model says how
likely it is that a short reply fits at all, and of which intents. `answer` tells the reason where there is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from aoede.errors import InputError, MissingError, UsageError
from aoede.formats import mail as mails
from aoede.learning.picks import NO_PICKS, Picks
from aoede.learning.replier import N_SUGGESTED, Replier, Suggestion
from aoede.learning.reply_examples import REASONS
from aoede.learning.sampling import find_checkpoint
from aoede.mood.vectors import table
from aoede.words import gate

Reply = Suggestion
SHIPPED = "replies"
MAX_COUNT = 10
GRAVE = "sensitive"  # of REASONS
UNSURE = ("a short reply seldom fits such a message", "这样的消息很少能用短句回复")
BULK = ("it was sent to many: {why}", "这是群发或自动邮件：{why}")


@dataclass(frozen=True)
class Answer:
    replies: tuple[Reply, ...]
    reason: str  # why there is none, in the language of the message; "" where there are replies
    score: float | None  # the chance that a short reply fits; None where the gate knew without a model
    language: str  # "en", "zh", another one's English name, or "" where it cannot be told
    model: str
    sha256: str  # of the model; "" where none was asked


def replies(
    message: str,
    *,
    model: str | Path | Replier = SHIPPED,
    context: Sequence[str] = (),
    count: int = N_SUGGESTED,
    picks: Picks = NO_PICKS,
) -> list[Reply]:
    """Up to `count` short replies of different intents, the likeliest first; none where none fits.

    `context` are the turns before the message, the oldest first. Raises UsageError for a count out of range,
    MissingError or InputError for the model.
    """
    return list(answer(message, model=model, context=context, count=count, picks=picks).replies)


def answer(
    message: str,
    *,
    model: str | Path | Replier = SHIPPED,
    context: Sequence[str] = (),
    count: int = N_SUGGESTED,
    picks: Picks = NO_PICKS,
) -> Answer:
    """The replies with all there is to tell of them. Quoted mail and a signature are taken off the message."""
    if not 1 <= count <= MAX_COUNT:
        raise UsageError(f"so many replies cannot be: {count}", hint=f"Ask for 1 to {MAX_COUNT}.")
    text, quoted = mails.new_text(message)
    name = model.name if isinstance(model, Replier) else str(model)
    language = gate.language(text)
    if refused := gate.refusal(text):
        return Answer((), refused.why_zh if language == "zh" else refused.why, None, language, name, "")
    replier = found(model)
    spoken = "zh" if language == "zh" else "en"
    text, context = _simplified(text, spoken), [_simplified(turn, spoken) for turn in (*quoted, *context)]
    judge = replier if replier.knows_when else found(SHIPPED)
    outlook = judge.outlook(text, context, spoken)
    chance = round(outlook.is_short, 4)
    suggestions: Sequence[Suggestion] = ()
    is_grave = outlook.is_grave >= judge.manner.caution
    if outlook.is_short >= judge.manner.threshold and not is_grave:
        suggestions = replier.suggestions(text, context, language=spoken, n=count, picks=picks)
    reason = "" if suggestions else _reason(GRAVE if is_grave else outlook.reason, outlook.is_short, spoken)
    return Answer(tuple(suggestions), reason, chance, language, replier.name, replier.sha256)


def answer_mail(
    mail: mails.Mail,
    *,
    model: str | Path | Replier = SHIPPED,
    context: Sequence[str] = (),
    count: int = N_SUGGESTED,
    picks: Picks = NO_PICKS,
) -> Answer:
    """The same for a mail: what a machine or a list sent gets no reply, a mail without text is its subject."""
    text = mail.text.strip() or mail.subject
    if mail.bulk:
        name, language = model.name if isinstance(model, Replier) else str(model), gate.language(text)
        return Answer((), BULK[language == "zh"].format(why=mail.bulk), None, language, name, "")
    return answer(text, model=model, context=(*mail.quoted, *context), count=count, picks=picks)


def _reason(code: str, is_short: float, language: str) -> str:
    """The likeliest reason why none fits; that it seldom does, where the model still thinks that one may."""
    told = REASONS.get(code, UNSURE) if is_short < 0.5 or code == GRAVE else UNSURE
    return told[language == "zh"]


def _simplified(text: str, language: str) -> str:
    """Chinese in simplified characters, which the model was taught."""
    return text.translate(table("zh").to_simplified) if language == "zh" else text


def found(model: str | Path | Replier) -> Replier:
    """The model of replies of this name: a run, a file, or a shipped one. Raises MissingError or InputError."""
    if isinstance(model, Replier):
        return model
    path = Path(model)
    is_file = path.is_file()
    return (
        _loaded(str(model), path.stat().st_mtime_ns if is_file else 0)
        if is_file or model == SHIPPED
        else _read(model)
    )


def _read(model: str | Path) -> Replier:
    try:
        stored, name = find_checkpoint(model)
    except MissingError as error:
        raise MissingError(
            error.message,
            where=error.where,
            hint=f"The shipped one is {SHIPPED}; train: aoede train two-tower",
        ) from error
    try:
        return Replier.of(stored.metadata, stored.tensors, name=name, sha256=stored.sha256)
    except InputError as error:
        hint = error.hint or f"The shipped model of replies is {SHIPPED}."
        raise InputError(error.message, where=error.where or str(model), hint=hint) from error


@lru_cache(maxsize=4)
def _loaded(model: str, changed_ns: int) -> Replier:
    return _read(model)
