"""What a worker does for the Reply view: suggest replies. Nothing of a message is told, returned or kept."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aoede.errors import InputError
from aoede.formats import mail
from aoede.formats.files import read_bounded
from aoede.formats.text import decoded
from aoede.learning import picks
from aoede.learning.reply_examples import REASONS
from aoede.reply import BULK, SHIPPED, UNSURE, Answer, answer, answer_mail, found
from aoede.studio.catalogue import opened
from aoede.words import gate

if TYPE_CHECKING:
    from aoede.studio.worker import Desk

MAX_MAIL_BYTES = 25_000_000
TITLES = {SHIPPED: ("Shipped with Aoede", "Aoede 自带")}
_BULK_ZH = {  # why a mail was sent to many, as `mail` says it
    "it can be unsubscribed from": "可以退订",
    "it came by a mailing list": "来自邮件列表",
    "a machine sent it by itself": "由程序自动发出",
    "it wants no automatic replies, as mails of machines do": "声明不需要自动回复",
    "it reports what became of another mail": "是另一封邮件的投递报告",
    "its sender reads no replies": "发件人不看回信",
    "its sender's address is that of a machine": "发件地址属于程序",
    "it is marked as bulk mail": "标为群发邮件",
    "it is marked as list mail": "标为列表邮件",
    "it is marked as junk mail": "标为垃圾邮件",
}


def repliers(task: Mapping[str, Any], desk: "Desk") -> dict[str, Any]:
    """{"home"} -> {"repliers": rows}, the shipped one first."""
    rows = [{"name": name, "kind": "shipped", "en": en, "zh": zh} for name, (en, zh) in TITLES.items()]
    for model, _ in opened(Path(task["home"]), "replier"):
        rows.append({"name": model["id"], "kind": "own", "en": model["name"], "zh": model["name"]})
    return {"repliers": rows}


def reply(task: Mapping[str, Any], desk: "Desk") -> dict[str, Any]:
    """{"model", "message", "context"} -> replies, or why there is none in both languages."""
    model, context = found(task["model"]), tuple(task["context"])
    return _told(answer(task["message"], model=model, context=context, picks=picks.load()), task["message"])


def mail_reply(task: Mapping[str, Any], desk: "Desk") -> dict[str, Any]:
    """The same of the mail or text file at "path", which is taken away as soon as it is read."""
    path = Path(task["path"])
    try:
        data = read_bounded(path, max_bytes=MAX_MAIL_BYTES)
    finally:
        path.unlink(missing_ok=True)
    model, known = found(task["model"]), picks.load()
    try:
        read = mail.from_bytes(data, where="mail", max_bytes=MAX_MAIL_BYTES)
    except InputError:
        if task["is_mail"]:
            raise
        text = decoded(data, where="text", is_short=True).text
        return _told(answer(text, model=model, picks=known), text)
    told = answer_mail(read, model=model, picks=known)
    return _told(told, read.text.strip() or read.subject, read.bulk)


def _told(answer: Answer, message: str, bulk: str = "") -> dict[str, Any]:
    return {
        "replies": [vars(one) for one in answer.replies],
        "reason": answer.reason,
        "reasons": _reasons(answer, message, bulk),
        "score": answer.score,
        "language": answer.language,
    }


def _reasons(answer: Answer, message: str, bulk: str) -> dict[str, str] | None:
    """Why there are no replies, in both languages; None where there are some."""
    if answer.replies:
        return None
    if bulk:
        return {"en": BULK[0].format(why=bulk), "zh": BULK[1].format(why=_BULK_ZH[bulk])}
    if refused := gate.refusal(mail.new_text(message)[0]):
        return {"en": refused.why, "zh": refused.why_zh}
    en, zh = next(pair for pair in (*REASONS.values(), UNSURE) if answer.reason in pair)
    return {"en": en, "zh": zh}
