"""The app: what is asked goes through the guard to an endpoint, a file of the page, or nowhere.

Nothing heavy is loaded here; songs are made by worker processes.
"""

import asyncio
import importlib
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from aoede.errors import AoedeError, MissingError
from aoede.studio.asking import Answer, Ask, Endpoint, ask_of
from aoede.studio.jobs import Job, Jobs
from aoede.studio.pages import Pages
from aoede.studio.telling import RefusedError, error_response
from aoede.studio.uploads import Uploads

if TYPE_CHECKING:
    from aoede.studio.library import Library

BASE = "/api/v1"
SUBJECTS = (
    *("songs", "versions", "files", "opened", "about", "drafts", "texts", "replies", "sounds"),
    *("folders", "datasets", "runs", "jobs"),
)
_log = logging.getLogger("aoede.studio")


@dataclass
class Studio:
    """What endpoints work with. home: where everything lies; roots: folders that training may read."""

    home: Path
    library: "Library"
    jobs: Jobs
    roots: tuple[Path, ...]
    uploads: Uploads
    endpoints: tuple[Endpoint, ...]


def all_endpoints() -> tuple[Endpoint, ...]:
    """Those of every subject."""
    modules = [importlib.import_module(f"aoede.studio.endpoints.{name}") for name in SUBJECTS]
    return tuple(endpoint for module in modules for endpoint in module.ENDPOINTS)


@dataclass(frozen=True)
class _Route:
    pattern: re.Pattern[str]
    endpoint: Endpoint


class App:
    """ASGI: the page, its files, and the endpoints below /api/v1."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._pages = Pages()
        by_names = sorted(studio.endpoints, key=lambda endpoint: endpoint.path.count("{"))
        self._routes = [_Route(_pattern(each.path), each) for each in by_names]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        try:
            answer = await self._answer(request)
        except ClientDisconnect:
            return
        except AoedeError as error:
            answer = error_response(error, _allow(error))
        except Exception as error:
            _log.error("%s %r failed", request.method, scope["path"], exc_info=error)
            answer = error_response(error)
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path: str = request.scope["path"]
        if path == "/" or path.startswith("/web/"):
            if request.method not in ("GET", "HEAD"):
                raise _MethodError(["GET"])
            return self._pages.response("index.html" if path == "/" else path.removeprefix("/web/"), request)
        if path != "/healthz" and not path.startswith(BASE):
            raise MissingError("there is no such place")
        endpoint, names = self._found(request.method, path.removeprefix(BASE))
        ask = await ask_of(self._studio, endpoint, names, request)
        return await _as_response(await endpoint.handle(ask), ask, endpoint)

    def _found(self, method: str, path: str) -> tuple[Endpoint, Mapping[str, str]]:
        """The endpoint, and the names in the path. Raises MissingError or, for another method, RefusedError."""
        matches = [(route, match) for route in self._routes if (match := route.pattern.fullmatch(path))]
        if not matches:
            raise MissingError("there is no such place")
        wanted = "GET" if method == "HEAD" else method
        for route, match in matches:
            if route.endpoint.method == wanted:
                return route.endpoint, match.groupdict()
        raise _MethodError([route.endpoint.method for route, _ in matches])


class _MethodError(RefusedError):
    def __init__(self, known: Sequence[str]) -> None:
        self.known = sorted(set(known))
        super().__init__(405, "method", f"here one can {', '.join(self.known)}")


def _allow(error: AoedeError) -> dict[str, str] | None:
    return {"Allow": ", ".join(error.known)} if isinstance(error, _MethodError) else None


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{([a-z_]+)\}", path)
    return re.compile(
        "".join(f"(?P<{part}>[^/]+)" if i % 2 else re.escape(part) for i, part in enumerate(parts))
    )


async def _as_response(answer: Answer | Job, ask: Ask, endpoint: Endpoint) -> Response:
    if isinstance(answer, Response):
        return answer
    if not isinstance(answer, Job):
        return JSONResponse(answer, endpoint.status)
    if ask.query.get("wait"):
        return JSONResponse(await _awaited(answer, ask))
    return JSONResponse(answer.as_json(), 202, {"Location": f"{BASE}/jobs/{answer.id}"})


async def _awaited(job: Job, ask: Ask) -> dict[str, Any]:
    """The result of a job, which is cancelled where nobody waits for it any more."""
    left = asyncio.create_task(_left(ask.request))
    done = asyncio.create_task(ask.studio.jobs.result(job))
    try:
        await asyncio.wait((left, done), return_when=asyncio.FIRST_COMPLETED)
        if not done.done():
            await ask.studio.jobs.cancel(job.id)
        return await done
    finally:
        left.cancel()
        done.cancel()


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
