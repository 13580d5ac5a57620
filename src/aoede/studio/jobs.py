"""Jobs: what takes longer than an answer may. A bounded queue a lane, worker processes, events, cancelling.

Everything here runs on the event loop but for `hear` and `finish`, which a thread runs, and the storing of jobs, for
which there is one thread, so that it is done in order.
"""

import asyncio
import importlib
import json
import logging
import secrets
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from aoede.errors import AoedeError, BusyError, MissingError
from aoede.studio.job import AFTER_ALL, Finish, Hear, Job, Lane
from aoede.studio.scratch import Scratch
from aoede.studio.telling import RefusedError, error_of, told
from aoede.studio.workers import LostError, Worker

__all__ = ["Job", "Jobs"]

N_WORKERS = {"quick": 2, "files": 2, "train": 1}
LIMIT_S = {"quick": 600.0, "files": 600.0, "train": None}
POLITE_S = 10.0  # that a training has to save when it is cancelled
MOST_RESIDENT_BYTES = 2**30  # of a worker that goes on; what one large task took is not kept
MOST_ENDED, MOST_ENDED_BYTES = 200, 128_000_000  # jobs that are over and still told of
MOST_STORED_BYTES = 1_000_000  # of a result that outlasts the server
_log = logging.getLogger("aoede.studio")


class Shelf(Protocol):
    """Where jobs outlast the server."""

    def store_job(self, job: dict[str, Any]) -> None: ...
    def jobs(self) -> list[dict[str, Any]]: ...


class Jobs:
    """All jobs of a studio, which lies in `home`. `tasks` names the module with the table of kinds."""

    def __init__(self, home: Path, shelf: Shelf, *, tasks: str = "aoede.studio.worker") -> None:
        self._home, self._shelf, self._tasks = home, shelf, tasks
        self._scratch = Scratch(home)
        self._table: Mapping[str, tuple[str, str, str]] = importlib.import_module(tasks).TASKS
        self._lanes = {name: Lane(name) for name in N_WORKERS}
        self._is_used = asyncio.Event()
        self._jobs: dict[str, Job] = {}
        self._workers: list[Worker] = []
        self._slots: list[asyncio.Task[None]] = []
        self._storing = ThreadPoolExecutor(1, "jobs")
        self._is_closing = False

    # Beginning and end

    def start(self) -> None:
        """Take up the jobs of the last time, as interrupted where they were not over, and start the workers."""
        self._scratch.remove_all()
        for stored in self._shelf.jobs()[-MOST_ENDED:]:
            self._take_up(stored)
        for lane, n_workers in N_WORKERS.items():
            serve = self._serve_train if lane == "train" else self._serve_warm
            self._slots += [asyncio.create_task(serve(self._lanes[lane])) for _ in range(n_workers)]

    def _take_up(self, stored: Mapping[str, Any]) -> None:
        kind = stored["kind"]
        lane = self._table[kind][2] if kind in self._table else "quick"
        job = Job(stored["id"], kind, lane, stored["asked"], stored["created"], stored["state"])
        job.result, job.error = stored["result"], stored["error"]
        job.n_told = AFTER_ALL  # a page that listened then, and goes on listening now, is told how it ended
        self._jobs[job.id] = job
        if job.is_over:
            self._tell_end(job)
            job.over.set()
        else:
            self._end(job, "interrupted", error=_INTERRUPTED)

    async def close(self) -> None:
        """Everything that is not over is interrupted, trainings after they have saved. No process is left."""
        self._is_closing = True
        for job in [job for lane in self._lanes.values() for job in lane.waiting]:
            self._end(job, "interrupted", error=_INTERRUPTED)
        running = [job for job in self._jobs.values() if not job.is_over]
        await asyncio.gather(*(self._end_politely(job, "interrupted") for job in running))
        for slot in self._slots:
            slot.cancel()
        await asyncio.gather(*self._slots, return_exceptions=True)
        await asyncio.to_thread(self._storing.shutdown)

    # What others ask

    def submit(
        self,
        kind: str,
        task: Mapping[str, Any],
        *,
        public: Mapping[str, Any] | None = None,
        finish: Finish | None = None,
        hear: Hear | None = None,
        urgent: bool = False,
        passing: bool = False,
    ) -> Job:
        """A job of this kind, waiting for its turn. Raises BusyError where too many wait.

        public: what may be shown of what was asked. finish: makes the public result of the worker's, in a thread;
        the files of the task are in `job.folder` until it returns. hear: gets each event of the task, in a thread and
        in order, and returns what is told instead, or None. passing: nobody asks after it later; it is not kept.
        """
        if self._is_closing:
            raise BusyError("the studio is being closed")
        lane = self._lanes[self._table[kind][2]]
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        job = Job(secrets.token_hex(8), kind, lane.name, dict(public or {}), now)
        job.task, job.finish, job.hear = task, finish, hear
        job.folder, job.is_passing = self._scratch.of(job.id), passing
        lane.put(job, urgent=urgent)
        self._is_used.set()
        self._jobs[job.id] = job
        self._store(job)
        job.tell({"event": "queued", "position": job.position})
        return job

    def get(self, id: str) -> Job:
        """Raises MissingError."""
        if id not in self._jobs:
            raise MissingError("there is no such job", where=id, hint="Old ones are forgotten.")
        return self._jobs[id]

    def all(self) -> list[Job]:
        """The newest first."""
        return list(reversed(self._jobs.values()))

    def n_ready(self) -> int:
        """Workers that are ready or at work."""
        return sum(worker.is_ready and worker.is_alive for worker in self._workers)

    async def result(self, job: Job) -> dict[str, Any]:
        """Waits for it. Raises what the job failed with; RefusedError where it was cancelled."""
        await job.over.wait()
        if job.state != "done" or job.result is None:
            raise error_of(job.error or {})
        return job.result

    async def cancel(self, id: str) -> Job:
        """End it: at once where it waits; a training that runs may save first, for POLITE_S.

        One that is over, or so nearly over that its result is being stored, ends as it will.
        """
        job = self.get(id)
        if job.state == "queued":
            self._end(job, "cancelled", error=_CANCELLED)
        elif job.state == "running":
            await self._end_politely(job, "cancelled")
        return job

    async def stop(self, id: str) -> Job:
        """Ask it to save what it has and to return; one that waits is cancelled."""
        job = self.get(id)
        if job.state == "queued":
            return await self.cancel(id)
        job.is_stopping = True
        if job.worker is not None:
            await job.worker.ask_to_stop(job.id)
        return job

    async def _end_politely(self, job: Job, wanted: str) -> None:
        job.wanted = wanted
        worker = job.worker
        if worker is not None and job.lane == "train":
            await worker.ask_to_stop(job.id)
            try:
                async with asyncio.timeout(POLITE_S):
                    await job.over.wait()
            except TimeoutError:
                worker.kill()
        elif worker is not None:
            worker.kill()
        await job.over.wait()

    # Doing them

    async def _serve_warm(self, lane: Lane) -> None:
        """One warm worker after another, each for as many jobs as it survives.

        Nothing can be heard before something was made: those of files wait for the first job of any kind.
        """
        if lane.name == "files":
            await self._is_used.wait()
        while True:
            worker = Worker(lane.name, self._home, self._tasks)
            self._workers.append(worker)
            try:
                await worker.start()
                while worker.is_alive:
                    if job := await _next(lane, worker):
                        await self._run(job, worker)
            except LostError as error:  # it cannot even start; why stands in the terminal
                if lane.waiting:
                    self._end_with(await lane.next(), error)
                await asyncio.sleep(1)
            finally:
                await worker.end()
                self._workers.remove(worker)

    async def _serve_train(self, lane: Lane) -> None:
        """A process of its own for every job."""
        while True:
            job = await lane.next()
            worker = Worker(lane.name, self._home, self._tasks)
            self._workers.append(worker)
            try:
                await self._run(job, worker)
            finally:
                await worker.end()
                self._workers.remove(worker)

    async def _run(self, job: Job, worker: Worker) -> None:
        """One job, to whatever end it has; never raises but when the studio closes."""
        job.state, job.worker = "running", worker
        self._store(job)
        job.tell({"event": "running"})
        try:
            async with asyncio.timeout(LIMIT_S[job.lane]):
                result = await self._made(job, worker)
            job.worker = None  # from here on it cannot be killed, and need not be
            if job.wanted:
                raise LostError(True, None)
            result, n_bytes = await asyncio.to_thread(_finished, job, result)
            self._end(job, "done", result=result, n_bytes=n_bytes)
        except Exception as error:
            self._end_with(job, error)
        if worker.is_busy or worker.resident_bytes() > MOST_RESIDENT_BYTES:
            await worker.end()

    async def _made(self, job: Job, worker: Worker) -> dict[str, Any]:
        """What the worker makes of it; of a new process where the first ended before it took up the task."""
        folder = self._scratch.of(job.id)
        folder.mkdir()

        async def hear(event: dict[str, Any], n_bytes: int) -> None:
            heard = event if job.hear is None else await asyncio.to_thread(job.hear, job, event)
            if heard is not None:
                job.tell(heard, n_bytes)

        for is_last in (False, True):
            if not worker.is_alive:
                await worker.start()
            if job.wanted:
                break
            try:
                message = {"job": job.id, "kind": job.kind, "task": job.task, "folder": str(folder)}
                return await worker.do({**message, "stop": job.id if job.is_stopping else ""}, hear)
            except LostError as error:
                if error.began or is_last:
                    raise
        raise LostError(False, None)

    def _end_with(self, job: Job, error: Exception) -> None:
        if isinstance(error, LostError):
            if job.wanted:
                self._end(job, job.wanted, error=_CANCELLED if job.wanted == "cancelled" else _INTERRUPTED)
                return
            error = error.told()
        if isinstance(error, TimeoutError):
            error = RefusedError(504, "timeout", f"this took longer than {LIMIT_S[job.lane] or 0:.0f} s")
        if not isinstance(error, AoedeError):
            _log.error("a job of the kind %s failed", job.kind, exc_info=error)
        self._end(job, "failed", error=told(error))

    def _end(
        self,
        job: Job,
        state: str,
        *,
        result: dict[str, Any] | None = None,
        error: dict[str, Any] | None = None,
        n_bytes: int = 200,
    ) -> None:
        self._lanes[job.lane].remove(job)
        job.state, job.result, job.error, job.worker = state, result, error, None
        job.task, job.finish, job.hear = {}, None, None
        self._tell_end(job, n_bytes)
        job.over.set()
        self._store(job, n_bytes)
        if job.folder is not None:
            self._scratch.remove(job.id)
        if job.is_passing:
            del self._jobs[job.id]
        self._forget_old()

    def _tell_end(self, job: Job, n_bytes: int = 200) -> None:
        if job.state == "done":
            job.tell({"event": "done", "result": job.result}, n_bytes)
        else:
            error = dict(job.error or {})
            job.tell({"event": "failed", "status": error.pop("status", 500), "error": error})

    def _forget_old(self) -> None:
        """The oldest of those that are over, where they are too many or too much."""
        over = [job for job in self._jobs.values() if job.is_over]
        n_bytes = sum(job.n_bytes for job in over)
        while len(over) > MOST_ENDED or (n_bytes > MOST_ENDED_BYTES and len(over) > 1):
            job = over.pop(0)
            n_bytes -= job.n_bytes
            del self._jobs[job.id]

    def _store(self, job: Job, n_bytes: int = 0) -> None:
        if job.is_passing:
            return
        stored = job.as_json()
        if n_bytes > MOST_STORED_BYTES:
            stored["result"] = {}
        self._storing.submit(self._shelf.store_job, stored).add_done_callback(_check_stored)


async def _next(lane: Lane, worker: Worker) -> Job | None:
    """The next job; None where the worker ends before there is one."""
    job, end = asyncio.create_task(lane.next()), asyncio.create_task(worker.wait())
    try:
        await asyncio.wait((job, end), return_when=asyncio.FIRST_COMPLETED)
        return job.result() if job.done() else None
    finally:
        job.cancel()
        end.cancel()


def _finished(job: Job, result: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """The public result, and its length as JSON. Raises ValueError or TypeError where it is none."""
    if job.finish is not None:
        result = job.finish(job, result)
    return result, len(json.dumps(result, allow_nan=False))


def _check_stored(storing: Future[None]) -> None:
    """A job that cannot be stored is done all the same; the terminal says why."""
    if error := storing.exception():
        _log.error("a job could not be stored: %s", error)


def _failure(status: int, code: str, message: str, hint: str = "") -> dict[str, Any]:
    return told(RefusedError(status, code, message, hint=hint))


_CANCELLED = _failure(409, "cancelled", "this was cancelled")
_INTERRUPTED = _failure(503, "interrupted", "the studio was closed before this was done", "Start it again.")
