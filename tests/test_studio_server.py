"""The studio as it is started, asked and ended: the command, the files of the page, the description, many at once."""

import gzip
import importlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from aoede.studio.server import SUBJECTS, all_endpoints
from aoede.studio.worker import LANES, TASKS
from tests.studio_server import Client, running, start, stop

TOKEN = "a-token-of-the-tests_0123"


def refused(home: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    """The exit code and what is said of a studio that does not start."""
    done = subprocess.run(
        [sys.executable, "-m", "aoede", "studio", "--no-browser", *arguments],
        env=os.environ | {"AOEDE_HOME": str(home), "HOME": str(home)} | environment,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def loaded_by(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stdout.split()}


def test_the_server_loads_nothing_heavy_and_the_command_line_no_server() -> None:
    assert not loaded_by("import aoede.studio.server, aoede.studio.start") & {
        "numpy",
        "torch",
        "symusic",
        "PIL",
    }
    assert not loaded_by("import aoede.cli") & {"starlette", "uvicorn", "anyio", "asyncio", "numpy"}


def test_a_port_that_is_taken_is_told_with_another_one(client: Client, tmp_path: Path) -> None:
    code, said = refused(tmp_path, "--port", str(client.port))
    assert code == 69
    assert f"port {client.port} is taken" in said
    assert f"--port {client.port + 1}" in said


def test_two_studios_cannot_have_one_folder(client: Client, home: Path) -> None:
    code, said = refused(home, "--port", "0")
    assert code == 75
    assert "AOEDE_HOME" in said
    assert client.get("/healthz")["status"] == "ok"
    assert (home / "runtime" / "studio.json").exists()


@pytest.mark.parametrize(
    ("arguments", "token", "code", "part"),
    [
        (("--host", "0.0.0.0"), "", 2, "others could reach 0.0.0.0"),
        (("--host", "::"), "", 2, "others could reach ::"),
        (("--host", "example.com"), "", 2, "others could reach example.com"),
        (("--host", "0.0.0.0", "--token", "short"), "", 78, "16 to 256 letters"),
        ((), "short", 78, "16 to 256 letters"),
        ((), "no;good token that is long", 78, "16 to 256 letters"),
        (("--root", "nowhere"), "", 66, "there is no such folder"),
        (("--port", "70000"), "", 2, "--port"),
        (("--host", "203.0.113.9", "--token", TOKEN), "", 69, "cannot listen here"),
    ],
)
def test_what_cannot_be_started_says_why(
    tmp_path: Path, arguments: tuple[str, ...], token: str, code: int, part: str
) -> None:
    found, said = refused(tmp_path, "--port", "0", *arguments, AOEDE_TOKEN=token)
    assert found == code
    assert part in said


def test_ctrl_c_ends_it_with_all_its_processes(tmp_path: Path) -> None:
    url, token, process = start(tmp_path, environment={"AOEDE_TOKEN": TOKEN})
    assert token == TOKEN
    client = Client(url, token)
    while client.get("/healthz")["workers"] < 2:
        time.sleep(0.02)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) >= 2
    streams = [socket.create_connection(("127.0.0.1", client.port)) for _ in range(3)]
    streams[0].sendall(b"GET / HTTP/1.1\r\n")
    assert stop(process, 8, signal.SIGINT) == 0
    assert not [child for child in children if Path(f"/proc/{child}").exists()]
    for stream in streams:
        stream.close()
    with running(tmp_path):  # it can be started again at once
        pass


def test_others_reach_it_only_by_the_names_of_this_machine_and_the_token(tmp_path: Path) -> None:
    with (tmp_path / "errors").open("w") as errors:
        arguments = ("--host", "0.0.0.0", "--token", TOKEN)
        url, token, process = start(tmp_path, *arguments, errors=errors)
    try:
        client = Client(url, token)
        assert client.get("/healthz")["status"] == "ok"
        assert client.send("GET", "/healthz", headers={"Host": f"evil.com:{client.port}"}).status == 421
        own = {"Host": f"{socket.gethostname()}:{client.port}"}
        assert client.send("GET", "/api/v1/jobs", headers=own).status == 200
        assert Client(url).send("GET", "/api/v1/jobs", headers=own).status == 401
    finally:
        stop(process)
    assert "not encrypted" in (tmp_path / "errors").read_text()


def test_files_of_the_page_are_those_that_are_packaged(client: Client) -> None:
    kinds = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}
    packaged = [each for each in resources.files("aoede.studio").joinpath("web").iterdir() if each.is_file()]
    stranger = Client(client.url)
    for each in packaged:
        if (suffix := Path(each.name).suffix) not in kinds:
            continue
        answer = stranger.send("GET", f"/web/{each.name}")
        assert answer.status == 200
        assert answer.data == each.read_bytes()
        assert answer.headers["content-type"].split(";")[0] == kinds[suffix]
        assert answer.headers["cache-control"] == "no-cache"
        packed = stranger.send("GET", f"/web/{each.name}", headers={"Accept-Encoding": "gzip"})
        if packed.headers.get("content-encoding") == "gzip":
            assert gzip.decompress(packed.data) == each.read_bytes()
        same = stranger.send("GET", f"/web/{each.name}", headers={"If-None-Match": answer.headers["etag"]})
        assert (same.status, same.data) == (304, b"")
        assert stranger.send("HEAD", f"/web/{each.name}").data == b""
    for missing in ("nothing.js", "", "dom", "__init__.py", "../server.py"):
        assert stranger.send("GET", f"/web/{missing}").status == 404
    assert stranger.send("POST", "/web/dom.js").status == 405


def test_api_answers_are_never_kept_and_another_method_is_told(client: Client) -> None:
    assert client.call("GET", "/jobs").headers["cache-control"] == "no-store"
    answer = client.call("PATCH", "/jobs")
    assert (answer.status, answer.headers["allow"]) == (405, "GET")
    assert client.call("HEAD", "/jobs").status == 200
    for path in ("/api/v1", "/api/v1/", "/api/v1/jobs/", "/api/v2/jobs", "/jobs", "/api/v1/Jobs", "/web"):
        assert client.send("GET", path).status == 404


def test_the_description_lists_every_endpoint_and_is_whole(client: Client) -> None:
    told = client.get("/openapi.json")
    assert re.fullmatch(r"3\.1\.\d+", told["openapi"])
    assert told["info"]["title"]
    assert told["info"]["version"]
    listed = {(method.upper(), path) for path, methods in told["paths"].items() for method in methods}
    assert listed == {(each.method, each.path) for each in all_endpoints()}
    names = [one["operationId"] for methods in told["paths"].values() for one in methods.values()]
    assert len(names) == len(set(names))
    for path, methods in told["paths"].items():
        for one in methods.values():
            in_path = [each["name"] for each in one["parameters"] if each["in"] == "path"]
            assert in_path == re.findall(r"\{(\w+)\}", path)
            assert one["responses"]
            assert one["summary"].endswith(".")
    for schema in _schemas(told):
        assert set(schema) <= _KEYWORDS, schema
    for place in _references(told):
        found = told
        for part in place.removeprefix("#/").split("/"):
            found = found[part]


_KEYWORDS = {
    *(
        "type",
        "description",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "enum",
        "pattern",
        "format",
    ),
    *("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "$ref"),
}


def _schemas(value: Any) -> Iterator[dict[str, Any]]:
    """Every schema in the description, those inside of others too."""
    if isinstance(value, dict):
        if "schema" in value:
            yield from _inner(value["schema"])
        for each in value.values():
            yield from _schemas(each)
    elif isinstance(value, list):
        for each in value:
            yield from _schemas(each)


def _inner(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield schema
    for each in schema.get("properties", {}).values():
        yield from _inner(each)
    if "items" in schema:
        yield from _inner(schema["items"])


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)


@pytest.mark.parametrize("kind", TASKS)
def test_every_kind_of_job_has_its_function(kind: str) -> None:
    module, function, lane = TASKS[kind]
    assert callable(getattr(importlib.import_module(module), function))
    assert lane in LANES


def test_every_subject_has_endpoints_that_no_other_has() -> None:
    folder = resources.files("aoede.studio.endpoints")
    there = {Path(each.name).stem for each in folder.iterdir() if each.name.endswith(".py")} - {"__init__"}
    assert there == set(SUBJECTS)
    keys = [(each.method, re.sub(r"\{\w+\}", "{}", each.path)) for each in all_endpoints()]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("n_clients", "n_each"), [(16, 1), pytest.param(64, 10, marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_who_wish_at_once_get_the_songs_that_each_would_get_alone_or_are_told_when(
    client: Client, n_clients: int, n_each: int
) -> None:
    alone = [_song_of(client, seed) for seed in range(n_clients * n_each)]
    with ThreadPoolExecutor(n_clients) as pool:
        together = list(pool.map(lambda seed: _song_of(client, seed), range(n_clients * n_each)))
    assert together == alone
    assert len(set(alone)) == len(alone)


def _song_of(client: Client, seed: int) -> str:
    """All that a song is; asked for again where there was no room, when that was told to be worth it."""
    while True:
        asked = {"request": "hope", "seed": seed, "options": {"bars": 4}}
        answer = client.call("POST", "/songs", asked, wait=1)
        if answer.status != 503:
            break
        time.sleep(min(5, int(answer.headers["retry-after"])))
    assert answer.status == 200, answer.data
    return json.dumps(answer.json["view"], sort_keys=True)


def test_too_many_connections_are_told_so_and_the_rest_is_served(client: Client) -> None:
    time.sleep(0.1)
    head = f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{client.port}\r\n\r\n".encode()
    socks = [socket.create_connection(("127.0.0.1", client.port), timeout=10) for _ in range(230)]
    try:
        found = []
        for sock in socks:
            sock.sendall(head)
            found.append(sock.recv(12).decode())
        assert set(found) == {"HTTP/1.1 200", "HTTP/1.1 503"}
        assert 195 <= found.count("HTTP/1.1 200") <= 200
    finally:
        for sock in socks:
            sock.close()
    end = time.monotonic() + 5
    while client.send("GET", "/healthz").status != 200:
        assert time.monotonic() < end


def test_nothing_of_what_is_asked_stands_in_the_terminal(tmp_path: Path) -> None:
    secret = "a wish that nobody reads"
    with (tmp_path / "errors").open("w") as errors:
        url, token, process = start(tmp_path, errors=errors)
    client = Client(url, token)
    assert client.call("POST", "/songs", {"request": secret, "options": {"bars": 2}}, wait=1).status == 200
    assert client.call("POST", "/songs", {"request": secret, "options": {"bars": -1}}, wait=1).status == 422
    assert client.call("POST", "/songs", {"request": secret, "nothing": secret}).status == 422
    assert client.call("GET", "/songs", search=secret).status == 200
    assert client.send("GET", f"/?token={token}").status == 303
    with socket.create_connection(("127.0.0.1", client.port)) as sock:
        sock.sendall(secret.encode() + b"\r\n\r\n")
        assert b" 400 " in sock.recv(100)
    assert stop(process) == 0
    said = (tmp_path / "errors").read_text()
    assert secret not in said
    assert token not in said
