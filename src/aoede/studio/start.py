"""Starting the studio and ending it: its folder, its port, its token, its processes."""

import asyncio
import errno
import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from aoede.errors import MissingError, UnavailableError, output_error
from aoede.studio.asking import Endpoint
from aoede.studio.guard import Guard, allowed_hosts, check_host, is_loopback, new_token
from aoede.studio.jobs import Jobs
from aoede.studio.server import App, Studio, all_endpoints
from aoede.studio.uploads import Uploads

CLOSING_S = 3  # for answers that are still being sent


def home_folder() -> Path:
    """Where everything of the studio lies, an absolute path: AOEDE_HOME, else the user's data folder."""
    home = os.environ.get("AOEDE_HOME")
    return (Path(home).expanduser() if home else user_data_path("aoede", appauthor=False)).absolute()


@dataclass(frozen=True)
class Place:
    """What a studio is started with. tasks: the module with the kinds of jobs; more: further endpoints."""

    host: str = "127.0.0.1"
    port: int = 0
    token: str | None = None
    roots: tuple[Path, ...] = ()
    tasks: str = "aoede.studio.worker"
    more: tuple[Endpoint, ...] = ()


def serve(
    place: Place, opened: Callable[[str], None], warn: Callable[[str], None] = lambda text: None
) -> None:
    """Serve until Ctrl-C or SIGTERM; `opened` is called with the address, token and all, once it can be opened.

    Raises UnavailableError where the port is taken, BusyError where another studio has the folder, UsageError for a
    host that others can reach, ConfigError for a token that is too short, MissingError for a root that is not there.
    """
    from aoede.studio.library import Library

    check_host(place.host, place.token)
    token, roots, home = new_token(place.token), _roots(place), home_folder()
    with listening(place.host, place.port) as sock, closing(Library(home)) as library:
        for warning in library.warnings:
            warn(warning)
        port = sock.getsockname()[1]
        jobs = Jobs(home, library, tasks=place.tasks)
        studio = Studio(home, library, jobs, roots, Uploads(home), all_endpoints() + place.more)
        guard = Guard(App(studio), allowed_hosts(place.host, port), port, token)
        url = f"http://{_shown(place.host)}:{port}/?token={token}"
        with _noted(home, url, port):
            asyncio.run(_served(guard, sock, jobs, lambda: opened(url)))


def _shown(host: str) -> str:
    """The host as it stands in an address that this machine can open."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{host}]" if ":" in host else host


def _roots(place: Place) -> tuple[Path, ...]:
    """The folders that training may read. Raises MissingError for one that is none."""
    given = place.roots or ((Path.home(),) if is_loopback(place.host) else ())
    roots = tuple(root.expanduser().resolve() for root in given)
    for root in roots:
        if not root.is_dir():
            raise MissingError("there is no such folder", where=str(root), hint="See --root.")
    return roots


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises UnavailableError."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        sock = socket.socket(family, kind, protocol)
        if os.name == "posix":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(512)
    except OSError as error:
        is_taken = error.errno == errno.EADDRINUSE
        raise UnavailableError(
            f"port {port} is taken" if is_taken else f"cannot listen here ({error.strerror or error})",
            where=f"{host}:{port}",
            hint=f"Choose another: aoede studio --port {port + 1 if 0 < port < 65535 else 8766}",
        ) from error
    sock.setblocking(False)
    return sock


@contextmanager
def _noted(home: Path, url: str, port: int) -> Iterator[None]:
    """A file for the owner alone that says where the studio is, while it is. Raises OutputError."""
    path = home / "runtime" / "studio.json"
    try:
        path.parent.chmod(0o700)
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise output_error(path, error) from error
    with os.fdopen(descriptor, "w") as file:
        json.dump({"url": url, "pid": os.getpid(), "port": port}, file)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


async def _served(guard: Guard, sock: socket.socket, jobs: Jobs, opened: Callable[[], None]) -> None:
    import uvicorn

    from aoede.studio.wire import PatientWire

    class Server(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            """As uvicorn does, but that no signal is raised once more at the end: ending it is no failure."""
            names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
            known = [getattr(signal, name) for name in names if hasattr(signal, name)]
            heard = [each for each in known if signal.getsignal(each) is not signal.SIG_IGN]  # nohup
            before = {each: signal.signal(each, self.handle_exit) for each in heard}
            try:
                yield
            finally:
                for each, handler in before.items():
                    signal.signal(each, handler)

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            opened()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            for server in self.servers:
                server.close()
            await jobs.close()
            await super().shutdown(sockets)

    config = uvicorn.Config(
        guard,
        http=PatientWire,
        ws="none",
        lifespan="off",
        loop="asyncio",
        interface="asgi3",
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=CLOSING_S,
    )
    jobs.start()
    await Server(config).serve(sockets=[sock])
