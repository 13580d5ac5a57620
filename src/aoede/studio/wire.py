"""Connections: how many there may be, and how long a slow one is waited for."""

import asyncio
from typing import Any

import h11
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from aoede.errors import BusyError
from aoede.studio.telling import error_response

MOST_CONNECTIONS = 200
HEADERS_S = 8.0  # from the first moment of a request to the end of its headers
BODY_S = 8.0  # in which at least LEAST_BYTES of a body have to come
LEAST_BYTES = 1_000
READING_S = 120.0  # that somebody may leave an answer unread
DRAINING_S = 5.0  # for a body that nobody wants any more


async def _overloaded(scope: Scope, receive: Receive, send: Send) -> None:
    error = BusyError("too many connections are open", hint="Close some windows of the studio.")
    await error_response(error, {"Connection": "close"})(scope, receive, send)


class PatientWire(H11Protocol):
    """uvicorn's connection that does not wait forever, for headers, a body, or somebody to read."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._deadline: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._is_of_body = False
        self._n_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > 2 * MOST_CONNECTIONS:
            transport.abort()
        elif len(self.connections) > MOST_CONNECTIONS:
            self.app = _overloaded
        self._wait(HEADERS_S)

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._deadline, self._unread):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._n_bytes += len(data)
        if self._deadline is None:  # the next request of this connection
            self._wait(HEADERS_S)
        super().data_received(data)
        self._settle()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY:
            self._wait(DRAINING_S)
        else:
            self._settle()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(READING_S, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()

    def _should_upgrade(self) -> bool:
        """Never; the guard answers those who ask for it."""
        return False

    def _settle(self) -> None:
        """Nothing is waited for where a whole request is here; a body may take its time while it keeps coming."""
        if self.conn.their_state is h11.SEND_BODY:
            if not self._is_of_body and not self.cycle.response_complete:
                self._wait_for_body()
        elif self.conn.their_state is not h11.IDLE and self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
            self._is_of_body = False

    def _wait(self, seconds: float) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._is_of_body = False
        self._deadline = self.loop.call_later(seconds, self.transport.abort)

    def _wait_for_body(self) -> None:
        """Look again after BODY_S; what the app itself has not yet taken is not the sender's fault."""
        had = self._n_bytes
        if self._deadline is not None:
            self._deadline.cancel()
        self._is_of_body = True

        def look() -> None:
            if self._n_bytes - had < LEAST_BYTES and not self.flow.read_paused:
                self.transport.abort()
            else:
                self._wait_for_body()

        self._deadline = self.loop.call_later(BODY_S, look)
