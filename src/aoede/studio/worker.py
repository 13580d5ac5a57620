"""A process that does the work: `python -m aoede.studio.worker LANE`. Tasks come in over stdin, what they tell goes
out over stdout.

It ends when stdin does, so that it never outlives the server, however that ends; a training is told first, so that it
can save. A task that crashes takes this process with it and nothing else.
"""

import argparse
import importlib
import os
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO

from aoede.studio import frames

# kind -> module, function, lane. A function takes what was asked and a Desk, and gives plain JSON.
TASKS: Mapping[str, tuple[str, str, str]] = {
    "compose": ("aoede.studio.tasks.songs", "compose", "quick"),
    "edit": ("aoede.studio.tasks.songs", "edit", "quick"),
    "takes": ("aoede.studio.tasks.songs", "takes", "quick"),
    "export": ("aoede.studio.tasks.songs", "export", "files"),
    "stems": ("aoede.studio.tasks.songs", "stems", "files"),
    "open": ("aoede.studio.tasks.songs", "open", "quick"),
    "harmonise": ("aoede.studio.tasks.songs", "harmonise", "quick"),
    "understand": ("aoede.studio.tasks.songs", "understand", "quick"),
    "writers": ("aoede.studio.tasks.texts", "writers", "quick"),
    "text": ("aoede.studio.tasks.texts", "text", "quick"),
    "repliers": ("aoede.studio.tasks.replies", "repliers", "quick"),
    "reply": ("aoede.studio.tasks.replies", "reply", "quick"),
    "mail": ("aoede.studio.tasks.replies", "mail_reply", "quick"),
    "instruments": ("aoede.studio.tasks.sounds", "instruments", "quick"),
    "tune": ("aoede.studio.tasks.sounds", "tune", "quick"),
    "sound": ("aoede.studio.tasks.sounds", "sound", "files"),
    "scan": ("aoede.studio.tasks.training", "scan", "files"),
    "train": ("aoede.studio.tasks.training", "train", "train"),
}
LANES = (
    "quick",
    "files",
    "train",
)  # notes and words; sounds and files, which wait for nobody's notes; trainings
MAX_MEMORY_BYTES = 6 * 2**30  # of a worker that makes no training
MAX_EVENT_BYTES = 8_000_000
SAVING_S = 60  # that a training has to save when the server is gone
NICENESS = {
    "quick": 2,
    "files": 8,
    "train": 12,
}  # so that the page answers while they work, and notes come first
Task = Mapping[str, Any]


@dataclass
class Desk:
    """Where a task works: what it tells, whether it should stop, and a folder for its files."""

    folder: Path
    _line: "_Line"
    job: str
    _stop: threading.Event = field(default_factory=threading.Event)

    def tell(self, event: str, **data: Any) -> None:
        """An event of the job. Raises ValueError for what is no JSON or larger than MAX_EVENT_BYTES."""
        self._line.send({"is": "event", "event": {**data, "event": event}}, most=MAX_EVENT_BYTES)

    def should_stop(self) -> bool:
        """Whether the task is to save what it has, and return."""
        return self._stop.is_set()


class _Line:
    """The way to the server. stdout itself leads to stderr from here on, whatever a library prints."""

    def __init__(self) -> None:
        self._out: BinaryIO = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        self._lock = threading.Lock()
        self.is_cut = False  # the server is gone; a training goes on until it has saved

    def send(self, message: Mapping[str, Any], *, most: int = frames.MAX_FRAME_BYTES) -> None:
        data = memoryview(frames.packed(message))
        if len(data) > most:
            raise ValueError(f"a message of {len(data):,} bytes, which is more than {most:,}")
        with self._lock:
            try:
                while data and not self.is_cut:
                    data = data[self._out.write(data) or 0 :]
            except BrokenPipeError:
                self.is_cut = True


class _Inbox:
    """What comes over stdin, read by a thread, so that a running task hears of "stop" and of the end."""

    def __init__(self, lane: str, line: _Line) -> None:
        self._lane, self._line = lane, line
        self._tasks: SimpleQueue[tuple[Task, Desk]] = SimpleQueue()
        self._desk: Desk | None = None
        self._source: BinaryIO = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
        os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
        threading.Thread(target=self._listen, daemon=True).start()

    def next(self) -> tuple[Task, Desk]:
        return self._tasks.get()

    def _listen(self) -> None:
        try:
            while message := frames.read(self._source):
                if message["do"] == "task":
                    desk = self._desk = Desk(Path(message["folder"]), self._line, message["job"])
                    self._tasks.put((message, desk))
                if self._desk is not None and message["stop"] == self._desk.job:
                    self._desk._stop.set()
        finally:
            self._leave()

    def _leave(self) -> None:
        """The server is gone. Nobody hears of what is being made; a training may save it."""
        if self._lane == "train" and self._desk is not None:
            self._desk._stop.set()
            time.sleep(SAVING_S)
        os._exit(0)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m aoede.studio.worker")
    parser.add_argument("lane", choices=LANES)
    parser.add_argument("--tasks", default=__name__, help="the module with the table TASKS")
    asked = parser.parse_args()
    line = _Line()
    inbox = _Inbox(asked.lane, line)
    _limit(asked.lane)
    table = importlib.import_module(asked.tasks).TASKS
    if asked.lane in _WARMED:
        _WARMED[asked.lane]()
    line.send({"is": "ready"})
    while not line.is_cut:
        _do(*inbox.next(), table, line)


def _limit(lane: str) -> None:
    """No memory without end, no core files, and the page first."""
    if hasattr(os, "nice"):
        os.nice(NICENESS[lane])
    try:
        import resource
    except ImportError:  # not on this system
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if lane != "train":
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        wanted = MAX_MEMORY_BYTES if most == resource.RLIM_INFINITY else min(MAX_MEMORY_BYTES, most)
        resource.setrlimit(resource.RLIMIT_AS, (wanted, most))


def _warm_notes() -> None:
    """Load what every song needs, and make one, so that the first one that is wished for takes no longer."""
    from aoede.compose import compose

    compose("hope", seed=1, bars=4)


def _warm_sound() -> None:
    """Load what every sound needs."""
    importlib.import_module("aoede.studio.tasks.song_files")
    from aoede.synth import default_soundfont

    default_soundfont()


_WARMED = {"quick": _warm_notes, "files": _warm_sound}


def _do(message: Task, desk: Desk, table: Mapping[str, tuple[str, str, str]], line: _Line) -> None:
    """One task, from "began" to "done" or "failed"."""
    from aoede.studio.telling import told

    line.send({"is": "began"})
    try:
        module, function, _ = table[message["kind"]]
        result = getattr(importlib.import_module(module), function)(message["task"], desk)
        try:
            line.send({"is": "done", "result": result}, most=frames.MAX_RESULT_BYTES)
        except (ValueError, TypeError) as error:
            raise RuntimeError(f"the result of {message['kind']}: {error}") from error
    except Exception as error:
        failed = told(error)
        if failed["code"] == "internal":
            traceback.print_exc()
        line.send({"is": "failed", "error": failed})


if __name__ == "__main__":
    main()
