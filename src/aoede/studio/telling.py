"""Errors as the page is told them: {"code", "message", "hint", "where"} and a status of HTTP.

Where they are known in Chinese, "message_zh" and "hint_zh" are beside them.
"""

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse

from aoede.errors import (
    AoedeError,
    BusyError,
    ConfigError,
    DeniedError,
    InputError,
    MissingError,
    OutputError,
    StorageError,
    UsageError,
)
from aoede.studio.chinese import in_chinese, in_plain_english

_STATUS: tuple[tuple[type[AoedeError], int], ...] = (
    (UsageError, 422),
    (ConfigError, 422),
    (InputError, 422),
    (MissingError, 404),
    (BusyError, 503),
    (OutputError, 507),
)
_KNOWN: Mapping[str, type[AoedeError]] = {
    kind.__name__.removesuffix("Error").lower(): kind
    for kind in (*(kind for kind, _ in _STATUS), StorageError, DeniedError)
}
RETRY_S = 5  # after which a busy studio may be asked again


class RefusedError(AoedeError):
    """What HTTP has its own status for: 401, 403, 405, 413, 415, 421, and jobs that ended without a result."""

    def __init__(self, status: int, code: str, message: str, *, hint: str = "", where: str = "") -> None:
        super().__init__(message, hint=hint, where=where)
        self.status = status
        self._code = code

    @property
    def code(self) -> str:
        return self._code


def status_of(error: Exception) -> int:
    if isinstance(error, RefusedError):
        return error.status
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def told(error: Exception) -> dict[str, Any]:
    """{"code", "message", "hint", "where", "status", "message_zh"?, "hint_zh"?} of any error.

    One that is not ours tells only its kind.
    """
    if isinstance(error, MemoryError):
        error = RefusedError(
            507, "memory", "there is not enough memory for this", hint="Ask for less at once."
        )
    if not isinstance(error, AoedeError):
        error = internal(type(error).__name__)
    code = "internal" if type(error) is AoedeError else error.code
    english = {"message": in_plain_english(error.message), "hint": in_plain_english(error.hint)}
    chinese = {f"{name}_zh": told for name, text in english.items() if (told := in_chinese(text))}
    return {"code": code, **english, "where": error.where, "status": status_of(error), **chinese}


def internal(what: str) -> RefusedError:
    return RefusedError(
        500,
        "internal",
        f"this is a bug in Aoede ({what})",
        hint="What happened stands in the terminal of aoede studio.",
    )


def error_of(told: Mapping[str, Any]) -> AoedeError:
    """The error that was told, as it can be raised again."""
    code, message = str(told.get("code", "internal")), str(told.get("message", ""))
    more = {name: str(told.get(name, "")) for name in ("hint", "where")}
    if code in _KNOWN:
        return _KNOWN[code](message, **more)
    return RefusedError(int(told.get("status", 500)), code, message, **more)


def error_response(error: Exception, headers: Mapping[str, str] | None = None) -> JSONResponse:
    found = told(error)
    status = found.pop("status")
    more = dict(headers or {}) | ({"Retry-After": str(RETRY_S)} if status == 503 else {})
    return JSONResponse({"error": found}, status, more)
