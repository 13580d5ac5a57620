"""Who may ask the studio, and what it refuses: over a real socket, as an attacker would send it."""

import json
import os
import secrets
import socket
import stat
import threading
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import pytest

from aoede.studio.guard import SECURITY_HEADERS
from tests.studio_server import Client, running
from tests.studio_tasks import MAX_UPLOAD_BYTES

PROGRAM = ("-m", "tests.studio_tasks")
CANARY = "canary-" + secrets.token_hex(8)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    (home / "canary.txt").write_text(CANARY)
    (home.parent / "canary.txt").write_text(CANARY)
    return home


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[Client]:
    with running(home, program=PROGRAM) as client:
        yield client


def raw(client: Client, data: bytes, limit_s: float = 10.0) -> bytes:
    """All that is answered to these bytes until the connection is closed."""
    with socket.create_connection(("127.0.0.1", client.port), timeout=limit_s) as sock:
        sock.sendall(data)
        found = bytearray()
        try:
            while chunk := sock.recv(65536):
                found += chunk
        except ConnectionResetError:
            pass
        return bytes(found)


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def requested(client: Client, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in ({"Connection": "close"} | headers).items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return raw(client, "\r\n".join([*lines, "", ""]).encode() + body)


METHODS = ("GET", "POST", "PUT", "DELETE", "OPTIONS", "WS")
UPGRADE = {
    "Connection": "Upgrade, close",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def test_of_all_hosts_and_origins_only_its_own_are_let_in_whatever_the_method(client: Client) -> None:
    port = client.port
    own = [f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"]
    foreign = ["evil.com", f"evil.com:{port}", f"localhost.evil.com:{port}", f"127.0.0.1.nip.io:{port}"]
    foreign += [
        f"0.0.0.0:{port}",
        f"192.168.1.9:{port}",
        f"localhost:{port + 1}",
        f"localhost.:{port}",
        "",
        "a b",
    ]
    others = ["null", "http://evil.com", "http://localhost:1", f"https://localhost:{port}"]
    others += [f"http://localhost.evil.com:{port}", f"http://127.0.0.1.evil.com:{port}", "file://"]
    others += ["chrome-extension://x"]
    n_sent, n_changed, wrong = 0, 0, []
    for host, origin, method in product(own + foreign, [None, "same", *others], METHODS):
        headers = {"Host": host, "Authorization": f"Bearer {client.token}"}
        if origin is not None:
            headers["Origin"] = f"http://{host}" if origin == "same" else origin
        body = b"{}" if method in ("POST", "PUT") else b""
        if body:
            headers["Content-Type"] = "application/json"
        if method == "WS":
            headers |= UPGRADE
        answer = requested(client, "GET" if method == "WS" else method, "/api/v1/state", headers, body)
        if host in own and origin in (None, "same"):
            expected = {"OPTIONS": [405], "WS": [400]}.get(method, [200])
            n_changed += method in ("POST", "PUT", "DELETE")
        elif host in own:
            expected = [403]
        else:
            expected = [400, 421]
        if status_of(answer) not in expected or b"access-control" in answer.lower():
            wrong.append((host, origin, method, answer[:60]))
        n_sent += 1
    assert n_sent == 780
    assert not wrong
    assert client.get("/state") == {"handled": n_changed}


@pytest.mark.parametrize(
    "path", ["/", "/web/dom.js", "/healthz", "/api/v1/jobs", "/nowhere", "/api/v1/openapi.json"]
)
def test_every_path_asks_for_host_and_origin(client: Client, path: str) -> None:
    token = {"Authorization": f"Bearer {client.token}"}
    good = f"127.0.0.1:{client.port}"
    assert status_of(requested(client, "GET", path, {"Host": "evil.com", **token})) == 421
    for bad in (
        {"Origin": "http://evil.com"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        assert status_of(requested(client, "GET", path, {"Host": good, **bad, **token})) == 403
    for fine in ({"Sec-Fetch-Site": "none"}, {"Sec-Fetch-Site": "same-origin"}, {}):
        answer = requested(client, "GET", path, {"Host": good.upper(), **fine, **token})
        assert status_of(answer) == (404 if path == "/nowhere" else 200)
        for name, value in SECURITY_HEADERS.items():
            assert f"{name}: {value}".lower().encode() in answer.lower()


def test_two_hosts_or_two_origins_or_none_are_refused(client: Client) -> None:
    host = f"Host: 127.0.0.1:{client.port}\r\n"
    origin = f"Origin: http://127.0.0.1:{client.port}\r\n"
    for head in (host + host, host + "Host: evil.com\r\n", "", host + origin + "Origin: http://evil.com\r\n"):
        data = f"GET /healthz HTTP/1.1\r\nConnection: close\r\n{head}\r\n".encode()
        assert status_of(raw(client, data)) in (400, 403, 421)
    assert status_of(raw(client, b"GET /healthz HTTP/1.0\r\n\r\n")) == 421
    absolute = f"GET http://evil.com/healthz HTTP/1.1\r\nConnection: close\r\n{host}\r\n".encode()
    assert status_of(raw(client, absolute)) == 400


def test_wrong_tokens_are_refused_and_told_nothing(client: Client) -> None:
    right = client.token
    wrong = ["", "x", right[:-1], right + "x", right.swapcase(), "é" * 22, "a" * 6000, f"{right} {right}"]
    wrong += [secrets.token_urlsafe(16) for _ in range(40)]
    before = client.get("/state")
    for token in wrong:
        for headers in (
            {"Authorization": f"Bearer {token}"},
            {"Authorization": f"Basic {token}"},
            {"Authorization": token},
            {"Cookie": f"aoede-{client.port}={token}"},
            {"Cookie": f"aoede-{client.port + 1}={right}"},
        ):
            encoded = {name: value.encode().decode("latin-1") for name, value in headers.items()}
            answer = Client(client.url).send("DELETE", "/api/v1/state", headers=encoded)
            assert answer.status == 401, headers
            assert answer.json["error"]["code"] == "token"
            assert right not in answer.data.decode()
    assert Client(client.url).send("GET", f"/api/v1/state?token={right}").status == 401
    assert client.get("/state") == before


def test_the_printed_address_gives_a_cookie_that_no_script_and_no_other_page_has(client: Client) -> None:
    stranger = Client(client.url)
    answer = stranger.send("GET", f"/?token={client.token}")
    assert answer.status == 303
    assert answer.headers["location"] == "/"
    cookie, *rest = answer.headers["set-cookie"].split("; ")
    assert cookie == f"aoede-{client.port}={client.token}"
    assert {part.lower() for part in rest} == {"httponly", "path=/", "samesite=strict"}
    page = stranger.send("GET", "/", headers={"Cookie": cookie})
    assert page.status == 200
    assert b"/web/main.js" in page.data
    assert stranger.send("GET", "/api/v1/state", headers={"Cookie": f"other=1; {cookie}"}).status == 200


def test_without_the_token_the_page_says_in_both_languages_what_to_open(client: Client) -> None:
    stranger = Client(client.url)
    for path in ("/", "/?token=wrong", "/?token="):
        answer = stranger.send("GET", path)
        assert answer.status == 401
        assert "text/html" in answer.headers["content-type"]
        assert "aoede studio" in answer.data.decode()
        assert "请打开" in answer.data.decode()
    assert stranger.send("GET", "/web/dom.js").status == 200
    assert stranger.send("GET", "/healthz").json["status"] == "ok"


def test_the_address_lies_in_a_file_that_only_the_owner_reads(client: Client, home: Path) -> None:
    path = home / "runtime" / "studio.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    told = json.loads(path.read_text())
    assert told["url"] == f"{client.url}/?token={client.token}"
    assert told["port"] == client.port
    os.kill(told["pid"], 0)


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=a",
        "text/json",
        "",
        "a/json",
    ],
)
def test_what_a_form_of_another_page_can_send_is_refused(client: Client, kind: str) -> None:
    before = client.get("/state")
    headers = {"Content-Type": kind} if kind else {}
    for method in ("POST", "PUT"):
        assert client.send(method, "/api/v1/state", b"{}", headers).status == 415
    assert client.send("POST", "/api/v1/taking", b"{}", headers).status == 415
    assert client.get("/state") == before


def test_a_body_has_to_come_as_it_is_and_of_the_kind_that_is_taken(client: Client) -> None:
    packed = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert client.send("POST", "/api/v1/state", b"{}", packed).status == 415
    assert client.call("POST", "/state", b"{}").status == 415
    assert client.call("POST", "/taking", {}).status == 415
    assert client.call("POST", "/state", {}).status == 200
    with_charset = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert client.send("POST", "/api/v1/state", b"{}", with_charset).status == 200


@pytest.mark.parametrize(
    ("body", "status", "where"),
    [
        (b"{", 422, "body"),
        (b"[]", 422, "body"),
        (b"1", 422, "body"),
        (b"\xff{}", 422, "body"),
        (b'{"whole": 1, "whole": 2}', 422, "body"),
        (b'{"any": NaN}', 422, "body"),
        (b'{"any": -Infinity}', 422, "body"),
        (b'{"any": 1e400}', 422, "body"),
        (b'{"any": ' + b"9" * 5000 + b"}", 422, "body"),
        (b'{"any": 1' + b"0" * 320 + b"}", 422, "any"),
        (b'{"object": ' + b'{"a":' * 25 + b"1" + b"}" * 26, 422, "body"),
        (b"[" * 200_000, 422, "body"),
        (b'{"a":' * 190_000, 422, "body"),
        (json.dumps({"object": {str(i): i for i in range(10_001)}}).encode(), 422, "body"),
        (b'{"text": "' + b"a" * 1_000_000 + b'"}', 413, "body"),
        (b'{"unknown": 1}', 422, "unknown"),
        (b'{"\\ud800": 1}', 422, "\\ud800"),
        (b'{"text": "\\ud800"}', 422, "text"),
        (b'{"text": "a\\u0000"}', 422, "text"),
        (b'{"text": "12345678901"}', 422, "text"),
        (b'{"text": 1}', 422, "text"),
        (b'{"whole": 0}', 422, "whole"),
        (b'{"whole": 513}', 422, "whole"),
        (b'{"whole": 1.5}', 422, "whole"),
        (b'{"whole": true}', 422, "whole"),
        (b'{"whole": "1"}', 422, "whole"),
        (b'{"number": 1.01}', 422, "number"),
        (b'{"flag": 1}', 422, "flag"),
        (b'{"choice": "green"}', 422, "choice"),
        (b'{"id": "../etc"}', 422, "id"),
        (b'{"list": [1, 2, 3, 4]}', 422, "list"),
        (b'{"list": [1, 99]}', 422, "list[1]"),
        (b'{"list": {"0": 1}}', 422, "list"),
        (b'{"inner": {}}', 422, "inner.bars"),
        (b'{"inner": {"bars": 9}}', 422, "inner.bars"),
        (b'{"inner": {"bars": 1, "x": 1}}', 422, "inner.x"),
        (b'{"object": {"a": ["\\udfff"]}}', 422, "object"),
    ],
    ids=lambda value: value[:24].decode("latin-1") if isinstance(value, bytes) else None,
)
def test_a_wrong_body_is_refused_with_the_name_of_the_field(
    client: Client, body: bytes, status: int, where: str
) -> None:
    before = client.get("/state")
    answer = client.send("POST", "/api/v1/state", body, {"Content-Type": "application/json"})
    assert answer.status == status
    assert answer.json["error"]["where"] == where
    assert client.get("/state") == before


def test_a_limit_is_named_where_it_is_passed(client: Client) -> None:
    told = client.call("POST", "/state", {"whole": 513}).json["error"]
    assert told["message"] == "has to be a whole number from 1 to 512, not 513"
    assert client.call("PUT", "/state", {}, n=10).json["error"]["where"] == "n"
    assert client.call("PUT", "/state", {}, m=1).json["error"]["where"] == "m"
    assert client.send("PUT", "/api/v1/state?n=1&n=2").json["error"]["where"] == "n"
    assert client.call("PUT", "/state", {"whole": None, "text": "好"}, n=9).json == {"text": "好"}
    assert client.send("GET", "/api/v1/state?" + "a" * 9000).status == 400


def traversals() -> list[str]:
    """More than 500 ways to ask for what lies elsewhere."""
    targets = ["canary.txt", "etc/passwd", "home/canary.txt", "runtime/studio.json", "server.py"]
    steps = ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%252f", "%252e%252e%252f", "..\\", "..%5c", "..%255c"]
    steps += ["....//", "..;/", "%c0%ae%c0%ae/", "%c0%ae%c0%ae%c0%af", "．．/", "．．／", "..%ef%bc%8f"]
    steps += ["%uff0e%uff0e/", ".%00./", "..%00/", "./../", "//../", "..//", "web/../", "%2e./", ".%2e/"]
    steps += ["dom.js/../"]
    absolute = ["/", "//", "%2f", "file:///", "C:\\", "\\\\host\\"]
    endings = ["%00", "%00.txt", "/", "/.", "%20", ".", "::$DATA", "~", "%0a", "%3f/../x"]
    found = [step * n + target for step, n, target in product(steps, (1, 2, 3, 8), targets)]
    found += [prefix + target for prefix, target in product(absolute, targets)]
    return [
        *found,
        *("dom.js" + end for end in endings),
        "a" * 7000,
        ".",
        "..",
        "%2e",
        "%00",
        "CON",
        "DOM.JS",
    ]


def test_no_name_leads_to_a_file_that_is_not_the_pages(client: Client) -> None:
    payloads = [quote(each, safe="/%\\;:$~") for each in traversals()]
    assert len(payloads) >= 500
    places = ("/web/{}", "/api/v1/jobs/{}", "/api/v1/named/{}/files/wav", "/api/v1/named/a/files/{}", "/{}")
    with (
        socket.create_connection(("127.0.0.1", client.port), timeout=10) as sock,
        sock.makefile("rb") as stream,
    ):
        for place, payload in product(places, payloads):
            told = f"Host: 127.0.0.1:{client.port}\r\nAuthorization: Bearer {client.token}\r\n"
            sock.sendall(f"GET {place.format(payload)} HTTP/1.1\r\n{told}\r\n".encode("latin-1"))
            status, body = _read_answer(stream)
            assert status in (400, 404), (place, payload)
            assert CANARY.encode() not in body
            assert b"root:" not in body
            assert client.token.encode() not in body


def _read_answer(stream: BinaryIO) -> tuple[int, bytes]:
    status = int(stream.readline().split(b" ")[1])
    length = 0
    while (line := stream.readline()) != b"\r\n":
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return status, stream.read(length)


def test_an_upload_is_given_up_as_soon_as_it_is_too_large(client: Client, home: Path) -> None:
    lies = home / "runtime" / "uploads"
    assert client.call("POST", "/taking", b"a" * MAX_UPLOAD_BYTES).json == {"n_bytes": MAX_UPLOAD_BYTES}
    assert client.call("POST", "/taking", b"").json == {"n_bytes": 0}
    assert client.call("POST", "/taking", b"a" * (MAX_UPLOAD_BYTES + 1)).status == 413
    status, sent = _sent_without_end(client, "/api/v1/taking", "application/octet-stream", b"a" * 0x10000)
    assert (status, sent < 40 * MAX_UPLOAD_BYTES) == (413, True)
    assert not list(lies.iterdir())


def test_a_body_without_an_end_is_given_up_too(client: Client) -> None:
    status, sent = _sent_without_end(client, "/api/v1/state", "application/json", b" " * 0x10000)
    assert (status, sent < 40_000_000) == (413, True)


def _sent_without_end(client: Client, path: str, kind: str, chunk: bytes) -> tuple[int, int]:
    """The status of the answer to a body in chunks that go on and on, and how many bytes of it were sent by then."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{client.port}\r\nAuthorization: Bearer {client.token}\r\n"
    )
    head += f"Content-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n"
    sent, end = 0, time.monotonic() + 10
    with socket.create_connection(("127.0.0.1", client.port), timeout=20) as sock:
        sock.sendall(head.encode())
        sock.settimeout(0.01)
        while time.monotonic() < end:
            try:
                sock.sendall(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
                sent += len(chunk)
                return status_of(sock.recv(100)), sent
            except TimeoutError:
                continue
    return 0, sent


def test_a_bug_is_told_without_its_inside(client: Client) -> None:
    answer = client.call("GET", "/failing")
    assert answer.status == 500
    assert answer.json["error"]["code"] == "internal"
    assert b"secret" not in answer.data
    assert b"Traceback" not in answer.data


def test_slow_clients_are_cut_off_within_15_seconds_while_others_are_served(client: Client) -> None:
    host = f"Host: 127.0.0.1:{client.port}\r\nAuthorization: Bearer {client.token}\r\n"
    post = (
        f"POST /api/v1/state HTTP/1.1\r\n{host}Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n"
    )
    begun = {
        "silent": b"",
        "half a head": b"GET / HTTP/1.1\r\nHost: ",
        "no body": post.encode(),
        "half a body": post.encode() + b"{" * 2500,
        "drips a head": b"GET / HTTP/1.1\r\n",
        "drips a body": post.encode(),
        "never ends": post.replace("5000", "900000000").encode(),
    }
    took: dict[str, float] = {}

    def slow(name: str) -> None:
        began = time.monotonic()
        with socket.create_connection(("127.0.0.1", client.port), timeout=20) as sock:
            sock.sendall(begun[name])
            sock.settimeout({"drips": 0.5, "never": 0.02}.get(name.split()[0], 20))
            try:
                while True:
                    try:
                        if not sock.recv(1):
                            break
                    except TimeoutError:
                        sock.sendall(b"x" * (1 if name.startswith("drips") else 10_000))
            except OSError:
                pass
        took[name] = time.monotonic() - began

    threads = [threading.Thread(target=slow, args=(name,)) for name in begun]
    for thread in threads:
        thread.start()
    slowest = 0.0
    while any(thread.is_alive() for thread in threads):
        before = time.monotonic()
        client.get("/state")
        slowest = max(slowest, time.monotonic() - before)
        time.sleep(0.1)
    assert took.keys() == begun.keys()
    assert max(took.values()) < 15
    assert slowest < 1
