"""Who may ask: the page of this very server and programs that know the token, on this machine, and nobody else.

Any page in the user's browser, and any name that is made to lead here, can send requests to a local port. So every
request, whatever its method and path, has to name this server (Host), to come from it or from no page (Origin,
Sec-Fetch-Site), and all but the plain files of the page have to bring the token that was printed at the start.
"""

import hmac
import re
import secrets
import socket
from collections.abc import Iterable, Mapping
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aoede.errors import ConfigError, UsageError
from aoede.studio.pages import closed_page
from aoede.studio.telling import RefusedError, error_response

LEAST_TOKEN = 16
_TOKEN = re.compile(r"[A-Za-z0-9._~-]{16,256}")
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_KINDS = ("application/json", "application/octet-stream")
_OPEN = ("/healthz", "/api/v1/healthz")  # without the token
MAX_QUERY_BYTES = 8_000
SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src 'self' blob:; "
        "img-src 'self' data: blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Of a picture that is opened by itself: a score has its styles within it, and browsers place others by styles.
OF_PICTURES: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"
}


def new_token(given: str | None) -> str:
    """The token that was given, else a new one of 128 bits. Raises ConfigError for one that is too short."""
    if not given:
        return secrets.token_urlsafe(16)
    if not _TOKEN.fullmatch(given):
        raise ConfigError(
            f"the token has to be {LEAST_TOKEN} to 256 letters, digits and . _ ~ -",
            where="AOEDE_TOKEN",
            hint='One that will do: python -c "import secrets; print(secrets.token_urlsafe(16))"',
        )
    return given


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def check_host(host: str, token: str | None) -> None:
    """Raises UsageError for an address that others can reach, unless a token was chosen on purpose."""
    if not is_loopback(host) and not token:
        raise UsageError(
            f"others could reach {host}",
            where="--host",
            hint=f"Leave --host away, or choose a token of at least {LEAST_TOKEN} letters: --token or AOEDE_TOKEN.",
        )


def allowed_hosts(host: str, port: int) -> frozenset[str]:
    """What may stand in Host, in small letters: this machine's own names, and of others those that were asked for."""
    names = {"127.0.0.1", "localhost", "[::1]"}
    if not is_loopback(host):
        own = socket.gethostname()
        found = {host, own} | {str(info[4][0]) for info in _addresses(own)}
        names |= {f"[{name}]" if ":" in name else name for name in found if not _is_any(name)}
    elif host not in ("localhost", "::1"):
        names.add(host)
    return frozenset(f"{name}:{port}".lower() for name in names)


def _addresses(name: str) -> Iterable[tuple[Any, ...]]:
    try:
        return socket.getaddrinfo(name, None)
    except OSError:
        return ()


def _is_any(name: str) -> bool:
    return name in ("0.0.0.0", "::")


class Guard:
    """In front of the whole app: refuses, or lets through, and puts the headers of safety on every answer."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str], port: int, token: str) -> None:
        self._app = app
        self._hosts = hosts
        self._origins = frozenset(f"http://{host}" for host in hosts)
        self._cookie = f"aoede-{port}"
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        safe_send = _safe(send)
        try:
            answer = self._answer(scope, Headers(scope=scope))
        except RefusedError as error:
            answer = error_response(error, {"Allow": ", ".join(_METHODS)} if error.status == 405 else None)
        if answer is not None:
            await answer(scope, receive, safe_send)
        else:
            await self._app(scope, receive, safe_send)

    def _answer(self, scope: Scope, headers: Headers) -> Response | None:
        """What is answered here; None lets the request through. Raises RefusedError."""
        self._check_sender(headers)
        _check_form(scope, headers)
        path: str = scope["path"]
        if path == "/" and (given := _given_in_query(scope)):
            return self._entry(given)
        if path in _OPEN or path.startswith("/web/") or self._is_known(headers):
            return None
        if path == "/":
            return closed_page()
        raise RefusedError(
            401,
            "token",
            "the token is missing or wrong",
            hint="Open the address that aoede studio printed, or send it as Authorization: Bearer.",
        )

    def _check_sender(self, headers: Headers) -> None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            raise RefusedError(421, "host", "this server is not what the request was meant for", where="Host")
        origins = headers.getlist("origin")
        if len(origins) > 1 or (origins and origins[0] not in self._origins):
            raise RefusedError(403, "origin", "another page may not ask this", where="Origin")
        sites = headers.getlist("sec-fetch-site")
        if len(sites) > 1 or (sites and sites[0] not in ("same-origin", "none")):
            raise RefusedError(403, "origin", "another page may not ask this", where="Sec-Fetch-Site")

    def _is_known(self, headers: Headers) -> bool:
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._is_token(bearer.strip())
        cookies = SimpleCookie()
        try:
            cookies.load(headers.get("cookie", ""))
        except CookieError:
            return False
        return self._cookie in cookies and self._is_token(cookies[self._cookie].value)

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(errors="replace"), self._token.encode())

    def _entry(self, given: str) -> Response:
        """The way in from the printed address: the token moves from the address to a cookie."""
        if not self._is_token(given):
            return closed_page()
        answer = RedirectResponse("/", 303)
        answer.set_cookie(self._cookie, self._token, httponly=True, samesite="strict", path="/")
        return answer


def _check_form(scope: Scope, headers: Headers) -> None:
    """Raises RefusedError for methods, upgrades, codings and kinds of bodies that are not taken here at all."""
    if scope["method"] not in _METHODS:
        raise RefusedError(405, "method", "this method is not known here")
    if "upgrade" in headers:
        raise RefusedError(400, "upgrade", "there are no web sockets here", where="Upgrade")
    if len(scope["query_string"]) > MAX_QUERY_BYTES or not scope["path"].startswith("/"):
        raise RefusedError(400, "address", "this is no address of the studio")
    if "content-encoding" in headers:
        raise RefusedError(415, "kind", "a body has to come as it is", where="Content-Encoding")
    has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    if (has_body or kind) and kind not in _KINDS:
        raise RefusedError(415, "kind", f"a body has to be {' or '.join(_KINDS)}", where="Content-Type")


def _given_in_query(scope: Scope) -> str:
    match = re.fullmatch(rb"token=([^&]*)", scope["query_string"])
    return match[1].decode("latin-1") if match else ""


def _safe(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message["headers"]))
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)  # a picture has a policy of its own
            headers.setdefault("Cache-Control", "no-store")
            message = {**message, "headers": headers.raw}
        await send(message)

    return sent
