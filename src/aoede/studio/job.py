"""A job with what it tells, and the queue of a lane."""

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aoede.errors import BusyError
from aoede.studio.workers import Worker

MOST_QUEUED = {"quick": 64, "files": 64, "train": 8}
MOST_EVENTS, MOST_EVENT_BYTES = 5_000, 64_000_000  # kept of a job
THINNED = "step"  # the events of which old ones go where there are too many
AFTER_ALL = 100_000_000  # the number of what is told of a job of a former time: after all that it told
ENDED = ("done", "failed", "cancelled", "interrupted")
Hear = Callable[["Job", dict[str, Any]], dict[str, Any] | None]
Finish = Callable[["Job", dict[str, Any]], dict[str, Any]]


@dataclass(eq=False)
class Job:
    """One thing to do. `folder` is its scratch, gone when it is over; `events` are in the order of their numbers."""

    id: str
    kind: str
    lane: str
    public: Mapping[str, Any]
    created: str
    state: str = "queued"
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    position: int = 0
    folder: Path | None = None  # None: a job of a former time
    task: Mapping[str, Any] = field(default_factory=dict)
    finish: Finish | None = None
    hear: Hear | None = None
    worker: Worker | None = None
    wanted: str = ""  # the state that somebody asked for while it ran
    is_passing: bool = False  # whoever asked waits for it, and nobody asks after it later: it is not kept
    is_stopping: bool = False  # somebody asked it to save and to return
    n_told: int = 0
    n_bytes: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_over(self) -> bool:
        return self.state in ENDED

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "state": self.state,
            "position": self.position,
            "asked": dict(self.public),
            "result": self.result,
            "error": self.error,
            "created": self.created,
        }

    def tell(self, event: Mapping[str, Any], n_bytes: int = 200) -> None:
        """One more event, for all who listen. Where there are too many, old steps go, then new ones are not kept."""
        if len(self.events) >= MOST_EVENTS:
            steps = [i for i, each in enumerate(self.events[:-1]) if each["event"] == THINNED]
            gone = set(steps[::2])
            self.events = [each for i, each in enumerate(self.events) if i not in gone]
        is_last = event["event"] in ("done", "failed")
        has_room = len(self.events) < MOST_EVENTS and self.n_bytes + n_bytes <= MOST_EVENT_BYTES
        if has_room or is_last:
            self.events.append({"number": self.n_told, **event})
            self.n_bytes += n_bytes
        self.n_told += 1
        self.news.set()
        self.news = asyncio.Event()

    def events_after(self, number: int) -> list[dict[str, Any]]:
        return self.events[bisect_right(self.events, number, key=lambda event: int(event["number"])) :]


class Lane:
    """Jobs that wait, the first one first."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.waiting: deque[Job] = deque()
        self._news = asyncio.Event()

    def put(self, job: Job, *, urgent: bool) -> None:
        """Raises BusyError where as many wait as may."""
        if len(self.waiting) >= MOST_QUEUED[self.name]:
            raise BusyError(
                f"{len(self.waiting)} things wait to be made already",
                hint="Try again when some of them are done, or cancel some.",
            )
        if urgent:
            self.waiting.appendleft(job)
        else:
            self.waiting.append(job)
        self._news.set()
        self._number()

    async def next(self) -> Job:
        while not self.waiting:
            self._news.clear()
            await self._news.wait()
        job = self.waiting[0]
        self.remove(job)
        return job

    def remove(self, job: Job) -> None:
        """Nothing where it does not wait."""
        if job in self.waiting:
            self.waiting.remove(job)
            job.position = 0
            self._number()

    def _number(self) -> None:
        for position, job in enumerate(self.waiting, 1):
            job.position = position
