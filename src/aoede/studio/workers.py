"""Worker processes as the server sees them: started warm, given a task, killed, started anew."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from aoede.errors import AoedeError
from aoede.studio import frames
from aoede.studio.telling import RefusedError, error_of

_PRIVATE = ("AOEDE_TOKEN",)  # what no worker needs to know
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_LARGE_BYTES = 200_000  # from which reading a message is left to a thread
START_S = 120  # at most, until a worker is ready, on a machine that has much to do
_BROKEN = (asyncio.IncompleteReadError, ConnectionError, ValueError, KeyError)
Hear = Callable[[dict[str, Any], int], Awaitable[None]]  # an event, and its length in bytes


class LostError(Exception):
    """The worker process is gone; `began` says whether it had taken up its task."""

    def __init__(self, began: bool, status: int | None) -> None:
        super().__init__()
        self.began = began
        self.status = status

    def told(self) -> AoedeError:
        return RefusedError(
            500,
            "internal",
            f"the process that worked on this ended before it was done ({_name_of(self.status)})",
            hint="Try again; if it happens again, ask for less at once.",
        )


def _name_of(status: int | None) -> str:
    if status is None or status >= 0:
        return f"status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"


class Worker:
    """One process of a lane. One task at a time."""

    def __init__(self, lane: str, home: Path, tasks: str) -> None:
        self._lane, self._home, self._tasks = lane, home, tasks
        self._process: asyncio.subprocess.Process | None = None
        self.is_ready = self.is_busy = False

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    def resident_bytes(self) -> int:
        """The memory that it holds; 0 where the system does not say."""
        try:
            assert self._process is not None
            told = Path(f"/proc/{self._process.pid}/statm").read_text()
            return int(told.split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, ValueError, IndexError):
            return 0

    async def start(self) -> None:
        """A new process, ready for its first task. Raises LostError where it ends before it is.

        It has a group of its own: Ctrl-C in the terminal is the server's to hear.
        """
        kept = {name: value for name, value in os.environ.items() if name not in _PRIVATE}
        threads = {} if self._lane == "train" else _ONE_THREAD
        self.is_ready = self.is_busy = False
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "aoede.studio.worker", self._lane, "--tasks", self._tasks),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=kept | threads | {"AOEDE_HOME": str(self._home)},
            cwd=self._home,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(START_S):  # `wait_for` may swallow that somebody cancels this
                await self._next()
        except (*_BROKEN, TimeoutError) as error:
            raise LostError(False, await self.end()) from error
        self.is_ready = True

    async def do(self, task: Mapping[str, Any], hear: Hear) -> dict[str, Any]:
        """The result of a task, {"job", "kind", "task", "folder", "stop"}; `hear` gets what it tells.

        stop: the job's id where it is to stop at once. Raises what the task failed with, or LostError.
        """
        began, self.is_busy = False, True
        try:
            await self._send(frames.packed({"do": "task", **task}))
            while True:
                told, n_bytes = await self._next()
                if told["is"] == "began":
                    began = True
                elif told["is"] == "event":
                    await hear(told["event"], n_bytes)
                else:
                    break
        except _BROKEN as error:
            raise LostError(began, await self.end()) from error
        self.is_busy = False
        if told["is"] == "failed":
            raise error_of(told["error"])
        return dict(told["result"])

    async def _send(self, data: bytes) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(data)
        await self._process.stdin.drain()

    async def _next(self) -> tuple[dict[str, Any], int]:
        """The next message, and its length in bytes."""
        assert self._process is not None
        assert self._process.stdout is not None
        stream = self._process.stdout
        length = frames.length_of(await stream.readexactly(frames.HEADER.size))
        data = await stream.readexactly(length)
        if length > _LARGE_BYTES:
            return await asyncio.to_thread(frames.unpacked, data), length
        return frames.unpacked(data), length

    async def ask_to_stop(self, job: str) -> None:
        """A task that looks at `should_stop` saves, and returns."""
        if self.is_alive:
            try:
                await self._send(frames.packed({"do": "stop", "stop": job}))
            except ConnectionError:
                return

    def kill(self) -> None:
        """At once, with whatever it has started."""
        if self.is_alive:
            assert self._process is not None
            try:
                if os.name == "posix":
                    os.killpg(self._process.pid, signal.SIGKILL)
                else:
                    self._process.kill()
            except ProcessLookupError:
                return

    async def end(self) -> int | None:
        """Kill it where it still lives; returns how it ended."""
        self.kill()
        return await self.wait()

    async def wait(self) -> int | None:
        """Until it ends, of itself; returns how."""
        return await self._process.wait() if self._process else None
