"""Short replies to a message, and what was picked of them. No message is kept: only how often replies were taken."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aoede.errors import UsageError
from aoede.learning import picks
from aoede.reply import SHIPPED
from aoede.studio.asking import Ask, Endpoint, Field
from aoede.studio.catalogue import known_as, listed
from aoede.studio.tasks.replies import MAX_MAIL_BYTES, TITLES

if TYPE_CHECKING:
    from aoede.studio.jobs import Job

MAX_MESSAGE_BYTES = 100_000  # in UTF-8, the turns before it included
MAX_TURNS = 20
MAX_PICK = 200  # characters of a reply
MAX_OFFERED = 10

_MODEL = Field(
    "text", "A name of the list of repliers; the shipped one where none is said.", least=1, most=100
)
_MESSAGE = {
    "message": Field("text", "What is to be answered.", required=True, most=MAX_MESSAGE_BYTES),
    "context": Field(
        "list",
        "The turns before it, the oldest first.",
        most=MAX_TURNS,
        items=Field("text", "A turn.", most=MAX_MESSAGE_BYTES),
    ),
    "model": _MODEL,
}
_MAIL = {
    "name": Field("text", "The name of the file; one in .eml has to be a mail.", most=255),
    "model": _MODEL,
}
_PICK = {
    "text": Field("text", "The reply that was taken.", required=True, least=1, most=MAX_PICK),
    "intent": Field("text", "Its intent.", required=True, least=1, most=100),
    "offered": Field(
        "list",
        "The intents of all replies that were offered.",
        required=True,
        least=1,
        most=MAX_OFFERED,
        items=Field("text", "An intent.", least=1, most=100),
    ),
}

_remembering = asyncio.Lock()  # one pick is counted at a time


async def repliers(ask: Ask) -> dict[str, Any]:
    return await listed(ask.studio, "repliers")


async def reply(ask: Ask) -> "Job":
    message, context = ask.body["message"], ask.body.get("context", [])
    n_bytes = sum(len(text.encode()) for text in (message, *context))
    if n_bytes > MAX_MESSAGE_BYTES:
        raise UsageError(
            f"the message and the turns before it are {n_bytes:,} bytes; {MAX_MESSAGE_BYTES:,} are the most",
            where="message",
        )
    task = {"model": _model(ask, ask.body), "message": message, "context": context}
    return ask.studio.jobs.submit("reply", task, urgent=True)


async def reply_mail(ask: Ask) -> "Job":
    is_mail = ask.query.get("name", "").lower().endswith(".eml")
    task = {"model": _model(ask, ask.query), "is_mail": is_mail, "path": str(await ask.upload())}
    return ask.studio.jobs.submit("mail", task, urgent=True)


def _model(ask: Ask, said: Mapping[str, Any]) -> str:
    return known_as(ask.studio.home, said.get("model", SHIPPED), TITLES)


async def remembered(ask: Ask) -> dict[str, Any]:
    return (await asyncio.to_thread(picks.load)).as_json()


async def remember(ask: Ask) -> dict[str, Any]:
    def counted() -> picks.Picks:
        known = picks.load().with_pick(ask.body["text"], ask.body["intent"], ask.body["offered"])
        picks.save(known)
        return known

    async with _remembering:
        return (await asyncio.to_thread(counted)).as_json()


async def forget(ask: Ask) -> dict[str, Any]:
    async with _remembering:
        return {"forgotten": await asyncio.to_thread(picks.forget)}


ENDPOINTS = (
    Endpoint("GET", "/repliers", repliers, "The models of replies, shipped and your own."),
    Endpoint(
        "POST", "/replies", reply, "Short replies to a message, or why none fits.", body=_MESSAGE, status=202
    ),
    Endpoint(
        "POST",
        "/mails",
        reply_mail,
        "The same of a mail file (.eml) or a text file, which is read and thrown away.",
        query=_MAIL,
        upload=MAX_MAIL_BYTES,
        status=202,
    ),
    Endpoint("GET", "/picks", remembered, "Which replies were taken how often: all that is remembered."),
    Endpoint("POST", "/picks", remember, "Count a reply that was taken.", body=_PICK),
    Endpoint("DELETE", "/picks", forget, "Forget what was taken."),
)
