"""A studio on a free port, started as a user starts it, and a plain client of it."""

import http.client
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode, urlsplit

ROOT = Path(__file__).parent.parent
START_S = 60.0


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    data: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.data)


@dataclass
class Client:
    """One who knows the token, unless it is left away. A connection for each request."""

    url: str
    token: str = ""
    timeout_s: float = 60.0
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """The answer to bytes, with the token; `path` is whole."""
        bearer = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout_s)
        try:
            connection.request(method, path, body, {**bearer, **self.headers, **(headers or {})})
            found = connection.getresponse()
            told = {name.lower(): value for name, value in found.getheaders()}
            return Answer(found.status, told, found.read())
        finally:
            connection.close()

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> Answer:
        """`path` below /api/v1; `body` is sent as JSON, bytes as they are."""
        whole = "/api/v1" + path + (f"?{urlencode(query)}" if query else "")
        if isinstance(body, bytes):
            return self.send(method, whole, body, {"Content-Type": "application/octet-stream"})
        if body is None:
            return self.send(method, whole)
        return self.send(method, whole, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of a GET that is answered with 200."""
        answer = self.call("GET", path, **query)
        assert answer.status == 200, answer.data
        return answer.json

    def post(self, path: str, body: Any = None, **query: Any) -> Any:
        """The JSON of a POST that is answered with 200, 201 or 202."""
        answer = self.call("POST", path, {} if body is None else body, **query)
        assert answer.status in (200, 201, 202), answer.data
        return answer.json

    def made(self, path: str, body: Any = None, **query: Any) -> Any:
        """The result of the job that a POST starts."""
        return self.post(path, body, wait=1, **query)

    def events(self, job: str) -> Iterator[dict[str, Any]]:
        """What a job tells, until its end."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout_s)
        connection.request(
            "GET", f"/api/v1/jobs/{job}/events", headers={"Authorization": f"Bearer {self.token}"}
        )
        answer = connection.getresponse()
        try:
            assert answer.status == 200, answer.read()
            for line in answer:
                if line.startswith(b"data: "):
                    yield json.loads(line[6:])
        finally:
            answer.close()
            connection.close()

    def until(
        self, job: str, is_right: Callable[[dict[str, Any]], bool], limit_s: float = 30.0
    ) -> dict[str, Any]:
        """The job as soon as it is as it should be."""
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            found: dict[str, Any] = self.get(f"/jobs/{job}")
            if is_right(found):
                return found
            time.sleep(0.02)
        raise AssertionError(f"after {limit_s} s: {found}")


def start(
    home: Path,
    *arguments: str,
    program: tuple[str, ...] = ("-m", "aoede", "studio", "--no-browser"),
    environment: Mapping[str, str] | None = None,
    errors: IO[str] | None = None,
) -> tuple[str, str, subprocess.Popen[str]]:
    """The address without the token, the token, and the process of a studio that lies and works in `home`."""
    own = {"AOEDE_HOME": str(home), "HOME": str(home), "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, *program, "--port", "0", *arguments],
        env=os.environ | own | dict(environment or {}),
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )
    assert process.stdout is not None
    line = _line(process.stdout, START_S)
    if "?token=" not in line:
        process.kill()
        raise AssertionError(f"the studio did not start: {line!r}")
    url, _, token = line.strip().partition("/?token=")
    return url, token, process


def _line(stream: IO[str], limit_s: float) -> str:
    """The next line, or "" where none comes in time."""
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=lambda: lines.put(stream.readline()), daemon=True).start()
    try:
        return lines.get(timeout=limit_s)
    except queue.Empty:
        return ""


def stop(process: subprocess.Popen[str], limit_s: float = 20.0, how: int = signal.SIGINT) -> int:
    """Ctrl-C; returns the exit code."""
    if process.poll() is None:
        process.send_signal(how)
    try:
        return process.wait(limit_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise
    finally:
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def running(home: Path, *arguments: str, **options: Any) -> Iterator[Client]:
    """A client of a studio that is there as long as the `with`."""
    url, token, process = start(home, *arguments, **options)
    try:
        yield Client(url, token)
    finally:
        stop(process)
