"""The files of the page: those that are packaged, by name, read once. No name that is asked for becomes a path."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from aoede.errors import MissingError

_KINDS: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}
_LEAST_PACKED_BYTES = 1_000

_CLOSED = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Aoede</title>
</head>
<body>
<h1>Aoede</h1>
<p>Open the address that <code>aoede studio</code> printed in the terminal: it ends in a key for this browser.</p>
<p lang="zh-Hans">请打开 <code>aoede studio</code> 在终端里显示的网址，末尾带有供本浏览器使用的密钥。</p>
</body>
</html>
"""


@dataclass(frozen=True)
class _File:
    data: bytes
    packed: bytes  # by gzip; empty where that is not worth it
    kind: str
    etag: str


class Pages:
    """The packaged web folder."""

    def __init__(self) -> None:
        folder = resources.files("aoede.studio").joinpath("web")
        found = ((each.name, each) for each in folder.iterdir() if each.is_file())
        self._files = {
            name: _file(each.read_bytes(), kind)
            for name, each in found
            if (kind := _KINDS.get("." + name.rpartition(".")[2]))
        }

    def response(self, name: str, request: Request) -> Response:
        """Raises MissingError for a name that is not packaged."""
        file = self._files.get(name)
        if file is None:
            raise MissingError("there is no such file", where="/web")
        headers = {"ETag": file.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if file.etag in [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]:
            return Response(status_code=304, headers=headers)
        if file.packed and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(file.packed, headers=headers, media_type=file.kind)
        return Response(file.data, headers=headers, media_type=file.kind)


def closed_page() -> Response:
    """For a browser without the token."""
    return HTMLResponse(_CLOSED, 401)


def _file(data: bytes, kind: str) -> _File:
    is_text = kind.startswith("text/") or "svg" in kind
    packed = gzip.compress(data, mtime=0) if is_text and len(data) >= _LEAST_PACKED_BYTES else b""
    return _File(data, packed, kind, f'"{hashlib.sha256(data).hexdigest()[:24]}"')
