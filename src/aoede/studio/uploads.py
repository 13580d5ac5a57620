"""Files that are being sent: written as they arrive, given up as soon as they are too large."""

import re
import secrets
import time
from pathlib import Path

from starlette.requests import Request

from aoede.errors import BusyError, output_error
from aoede.studio.asking import refuse_larger, too_large

LIFETIME_S = 3600.0
_NAME = re.compile(r"[0-9a-f]{32}")  # of what was sent; nothing else is touched here
MOST_BYTES = 2_000_000_000  # of all that lie here


class Uploads:
    """The folder `runtime/uploads` of a home, for what was sent and not yet moved away."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "runtime" / "uploads"
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    async def received(self, request: Request, most: int) -> Path:
        """The raw body of at most `most` bytes, in a new file. Raises RefusedError (413), BusyError, OutputError."""
        refuse_larger(request, most)
        if self._sweep() + most > MOST_BYTES:
            raise BusyError(
                "too many files lie here that nobody has used", hint="They are removed after an hour."
            )
        path = self._folder / secrets.token_hex(16)
        n_bytes = 0
        try:
            with path.open("xb") as file:
                async for chunk in request.stream():
                    n_bytes += len(chunk)
                    if n_bytes > most:
                        raise too_large(most)
                    file.write(chunk)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise output_error(path, error) from error
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path

    def _sweep(self) -> int:
        """Remove files that are old; returns how many bytes lie here still."""
        n_bytes, now = 0, time.time()
        for path in self._folder.iterdir():
            if not _NAME.fullmatch(path.name):
                continue
            try:
                told = path.stat()
            except FileNotFoundError:  # moved away just now
                continue
            if now - told.st_mtime > LIFETIME_S:
                path.unlink(missing_ok=True)
            else:
                n_bytes += told.st_size
        return n_bytes
