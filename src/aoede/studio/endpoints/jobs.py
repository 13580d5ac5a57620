"""Jobs as they are asked after: how far they are, what they tell, ending them; whether the studio is well."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import Response, StreamingResponse

from aoede.errors import BusyError
from aoede.studio.asking import Ask, Endpoint
from aoede.studio.jobs import Job
from aoede.studio.openapi import described
from aoede.version import __version__

MOST_STREAMS = 64
STREAM = "text/event-stream"
QUIET_S = 10.0  # after which a line says that the connection lives

_streams: set[object] = set()


async def all_jobs(ask: Ask) -> dict[str, Any]:
    """The results are left out; each job tells its own."""
    return {"jobs": [{**job.as_json(), "result": None} for job in ask.studio.jobs.all()]}


async def one(ask: Ask) -> dict[str, Any]:
    return ask.studio.jobs.get(ask.path["id"]).as_json()


async def cancel(ask: Ask) -> dict[str, Any]:
    return (await ask.studio.jobs.cancel(ask.path["id"])).as_json()


async def stop(ask: Ask) -> dict[str, Any]:
    return (await ask.studio.jobs.stop(ask.path["id"])).as_json()


async def events(ask: Ask) -> Response:
    """Server-sent events, from the first on or after Last-Event-ID; the job goes on when nobody listens."""
    job = ask.studio.jobs.get(ask.path["id"])
    if ask.request.method == "HEAD":
        return Response(media_type=STREAM)
    if len(_streams) >= MOST_STREAMS:
        raise BusyError("too many listen to jobs already", hint="Close some windows of the studio.")
    seen = ask.request.headers.get("last-event-id", "")
    last = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else -1
    return StreamingResponse(stream(job, last), media_type=STREAM)


async def stream(job: Job, last: int) -> AsyncIterator[str]:
    """The events after number `last` as they are sent, to the end of the job."""
    mark = object()
    _streams.add(mark)
    try:
        while True:
            news = job.news
            found = job.events_after(last)
            for event in found:
                last = event["number"]
                yield f"id: {last}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n"
                await asyncio.sleep(0)  # so that others have their turn, and a lost connection is noticed
            if not found and job.is_over:
                return
            if not found and not await _in_time(news):
                yield ": still here\n\n"
    finally:
        _streams.discard(mark)


async def _in_time(news: asyncio.Event) -> bool:
    """Whether there is news within QUIET_S."""
    try:
        async with asyncio.timeout(QUIET_S):
            await news.wait()
    except TimeoutError:
        return False
    return True


async def health(ask: Ask) -> dict[str, Any]:
    jobs = ask.studio.jobs
    waiting = [job for job in jobs.all() if job.state == "queued"]
    return {"status": "ok", "version": __version__, "workers": jobs.n_ready(), "queued": len(waiting)}


async def openapi(ask: Ask) -> dict[str, Any]:
    return described(ask.studio.endpoints)


ENDPOINTS = (
    Endpoint("GET", "/jobs", all_jobs, "The jobs, the newest first."),
    Endpoint("GET", "/jobs/{id}", one, "A job: its state and, once it is done, its result."),
    Endpoint(
        "GET", "/jobs/{id}/events", events, "What a job tells, as server-sent events, until it is over."
    ),
    Endpoint("DELETE", "/jobs/{id}", cancel, "Cancel a job."),
    Endpoint(
        "POST", "/jobs/{id}/stop", stop, "Ask a job to save what it has, and to end: so a training pauses."
    ),
    Endpoint("GET", "/healthz", health, "Whether the studio is well; also at /healthz, and without a token."),
    Endpoint("GET", "/openapi.json", openapi, "This description."),
)
