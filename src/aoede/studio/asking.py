"""What can be asked: endpoints with the fields they take, and the checking of what arrives.

All of it is hostile until it has been here: unknown names, wrong kinds, numbers that are none, texts that cannot be
written and whatever is too much are refused with an error that names the field and its limit.
"""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from starlette.requests import Request
from starlette.responses import Response

from aoede.errors import UsageError
from aoede.studio.telling import RefusedError

if TYPE_CHECKING:
    from aoede.studio.jobs import Job
    from aoede.studio.server import Studio

MAX_JSON_BYTES = 1_000_000
MAX_DEPTH, MAX_KEYS = 20, 10_000
MOST_TEXT, MOST_ITEMS = 10_000, 1_000  # where a field does not say
MOST_WHOLE, MOST_NUMBER = 2**63 - 1, 1e300
_DIGITS = 400  # of a number as it is written
_ID = re.compile(r"[a-z0-9-]{1,64}")
_FILE = re.compile(r"(?=.{1,64}$)[a-z0-9-]+(\.[a-z0-9-]+)*")


@dataclass(frozen=True)
class Field:
    """A value of a body or a query.

    kind: "text", "whole", "number", "flag", "choice", "list", "object" or "id". about: a sentence. least and most
    are of numbers, and of the lengths of texts and lists. fields None: any small JSON object.
    """

    kind: str
    about: str
    required: bool = False
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    items: "Field | None" = None
    fields: "Mapping[str, Field] | None" = None


Answer = Response | dict[str, Any] | list[Any]
WAIT = Field("flag", "1: wait for the job, and answer with its result; it is cancelled if you leave.")


@dataclass(frozen=True)
class Endpoint:
    """One thing that can be asked, below /api/v1.

    With `status` 202 it starts a job: `handle` returns the Job, and "?wait=1" is understood without saying so.
    """

    method: str
    path: str
    handle: "Callable[[Ask], Awaitable[Answer | Job]]"
    summary: str
    body: Mapping[str, Field] | Field | None = None  # a Field: any object that it allows
    query: Mapping[str, Field] = field(default_factory=dict)
    upload: int = 0
    status: int = 200

    @property
    def whole_query(self) -> Mapping[str, Field]:
        return {**self.query, "wait": WAIT} if self.status == 202 else self.query


@dataclass
class Ask:
    """A checked request: the names in its path, its query, its body."""

    studio: "Studio"
    path: Mapping[str, str]
    query: Mapping[str, Any]
    body: Mapping[str, Any]
    request: Request
    max_upload_bytes: int = 0

    async def upload(self) -> Path:
        """The raw body, in a file that lasts an hour unless it is moved away. Raises RefusedError (413)."""
        return await self.studio.uploads.received(self.request, self.max_upload_bytes)


async def ask_of(studio: "Studio", endpoint: Endpoint, path: Mapping[str, str], request: Request) -> Ask:
    """The request, checked. Raises UsageError (422) or RefusedError (404, 413, 415)."""
    names = {name: _in_path(name, value) for name, value in path.items()}
    query = _query(endpoint.whole_query, request)
    if endpoint.upload:
        _expect(request, "application/octet-stream")
        return Ask(studio, names, query, {}, request, endpoint.upload)
    data = await _received(request)
    if data:
        _expect(request, "application/json")
    told, fields = parsed(data or b"{}"), endpoint.body or {}
    body = value_of(fields, told, "body") if isinstance(fields, Field) else checked(fields, told, "")
    return Ask(studio, names, query, body, request)


def _in_path(name: str, value: str) -> str:
    """An id, or for `kind` and `file` a plain file name."""
    if not (_FILE if name in ("kind", "file") else _ID).fullmatch(value):
        raise RefusedError(404, "missing", "there is no such place", where=name)
    return value


def _expect(request: Request, kind: str) -> None:
    found = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if found != kind:
        raise RefusedError(415, "kind", f"the body has to be {kind}", where="Content-Type")


async def _received(request: Request) -> bytes:
    """The whole body of at most MAX_JSON_BYTES, given up as soon as it is more."""
    refuse_larger(request, MAX_JSON_BYTES)
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MAX_JSON_BYTES:
            raise too_large(MAX_JSON_BYTES)
    return bytes(data)


def refuse_larger(request: Request, most: int) -> None:
    """By what the request says of itself, before anything of it is read."""
    length = request.headers.get("content-length", "0")
    if length.isascii() and length.isdigit() and int(length[:20]) > most:
        raise too_large(most)


def too_large(most: int) -> RefusedError:
    return RefusedError(413, "large", f"the body is larger than {most:,} bytes", where="body")


def parsed(data: bytes) -> dict[str, Any]:
    """The JSON object of these bytes. Raises UsageError for anything else, and for what no JSON can be."""
    keys = 0

    def counted(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal keys
        keys += len(pairs)
        if keys > MAX_KEYS:
            raise UsageError(f"objects of more than {MAX_KEYS:,} keys in all", where="body")
        found = dict(pairs)
        if len(found) < len(pairs):
            raise UsageError("a key stands twice in an object", where="body")
        return found

    try:
        value = json.loads(
            data.decode(),
            object_pairs_hook=counted,
            parse_constant=_no_number,
            parse_float=_finite,
            parse_int=_whole,
        )
    except (ValueError, RecursionError) as error:
        raise UsageError("this is no JSON", where="body") from error
    if not isinstance(value, dict):
        raise UsageError("the body has to be a JSON object", where="body")
    _check_depth(value)
    return value


def _no_number(text: str) -> NoReturn:
    raise UsageError(f"{text} is no number of JSON", where="body")


def _finite(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise UsageError(f"{text[:20]} is larger than any number may be", where="body")
    return value


def _whole(text: str) -> int:
    if len(text) > _DIGITS:
        raise UsageError(f"{text[:20]}... is larger than any number may be", where="body")
    return int(text)


def _check_depth(value: dict[str, Any]) -> None:
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return
    raise UsageError(f"objects and lists stand more than {MAX_DEPTH} deep in each other", where="body")


def _query(fields: Mapping[str, Field], request: Request) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, text in request.query_params.multi_items():
        if name in found:
            raise UsageError("this is given twice", where=_shown(name))
        found[name] = _of_query(fields[name], text) if name in fields else text
    return checked(fields, found, "")


def _of_query(wanted: Field, text: str) -> Any:
    """The value that a text in a query means; what is none of its kind is refused afterwards."""
    if wanted.kind == "flag":
        return {"1": True, "true": True, "0": False, "false": False}.get(text, text)
    if wanted.kind == "whole" and re.fullmatch(r"-?[0-9]{1,19}", text):
        return int(text)
    if wanted.kind == "number" and re.fullmatch(r"-?[0-9]{1,40}(\.[0-9]{1,40})?", text):
        return float(text)
    return text


def checked(fields: Mapping[str, Field], values: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The values by these fields; one that is null is not given. Raises UsageError that names field and limit."""
    unknown = sorted(set(values) - set(fields))
    if unknown:
        raise UsageError(
            "there is no such field",
            where=_inside(where, _shown(unknown[0])),
            hint=f"The fields are: {', '.join(fields)}." if fields else "Nothing is taken here.",
        )
    given = {name: value for name, value in values.items() if value is not None}
    for name, wanted in fields.items():
        if wanted.required and name not in given:
            raise UsageError("this is needed", where=_inside(where, name), hint=wanted.about)
    return {name: value_of(fields[name], value, _inside(where, name)) for name, value in given.items()}


def _inside(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _shown(value: Any) -> str:
    """A value in an error: short, and writable whatever it is."""
    text = value if isinstance(value, str) else json.dumps(value)
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= 40 else text[:40] + "…"


def value_of(wanted: Field, value: Any, where: str) -> Any:
    """The value, which is what `wanted` says. Raises UsageError."""
    if wanted.kind in ("text", "id", "choice"):
        return _text(wanted, value, where)
    if wanted.kind in ("whole", "number"):
        return _number(wanted, value, where)
    if wanted.kind == "flag":
        if not isinstance(value, bool):
            raise UsageError(f"has to be true or false, not {_shown(value)}", where=where)
        return value
    if wanted.kind == "list":
        return _list(wanted, value, where)
    if not isinstance(value, dict):
        raise UsageError(f"has to be an object, not {_shown(value)}", where=where)
    if wanted.fields is None:
        _check_texts(value, where)
        return value
    return checked(wanted.fields, value, where)


def _text(wanted: Field, value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise UsageError(f"has to be a text, not {_shown(value)}", where=where)
    if wanted.kind == "choice":
        if value not in wanted.choices:
            known = ", ".join(wanted.choices)
            raise UsageError(f"has to be one of {known}, not {_shown(value)}", where=where)
        return value
    if wanted.kind == "id":
        if not _ID.fullmatch(value):
            raise UsageError(f"has to be an id of a-z, 0-9 and -, not {_shown(value)}", where=where)
        return value
    least, most = int(wanted.least or 0), int(MOST_TEXT if wanted.most is None else wanted.most)
    if not least <= len(value) <= most:
        limit = f"{least} to {most:,}" if least else f"at most {most:,}"
        raise UsageError(f"has to have {limit} characters, not {len(value):,}", where=where)
    _check_texts(value, where)
    return value


def _check_texts(value: Any, where: str) -> None:
    """Raises UsageError where a text, also inside of lists and objects, cannot be written as UTF-8 or has a NUL."""
    if isinstance(value, str):
        if "\0" in value or not _is_writable(value):
            raise UsageError("has a sign that no text can have", where=where)
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check_texts(name, where)
            _check_texts(inner, where)
    elif isinstance(value, list):
        for inner in value:
            _check_texts(inner, where)


def _is_writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a pair
        return False
    return True


def _number(wanted: Field, value: Any, where: str) -> float:
    is_whole = wanted.kind == "whole"
    usual = MOST_WHOLE if is_whole else MOST_NUMBER
    least = -usual if wanted.least is None else wanted.least
    most = usual if wanted.most is None else wanted.most
    is_kind = isinstance(value, int if is_whole else (int, float)) and not isinstance(value, bool)
    if not is_kind or not least <= value <= most:
        limits = f"{'a whole number' if is_whole else 'a number'} from {least:,} to {most:,}"
        raise UsageError(f"has to be {limits}, not {_shown(value)}", where=where)
    found: float = value
    return found


def _list(wanted: Field, value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise UsageError(f"has to be a list, not {_shown(value)}", where=where)
    least, most = int(wanted.least or 0), int(MOST_ITEMS if wanted.most is None else wanted.most)
    if not least <= len(value) <= most:
        raise UsageError(f"has to have {least} to {most:,} entries, not {len(value):,}", where=where)
    if wanted.items is None:
        _check_texts(value, where)
        return value
    return [value_of(wanted.items, each, f"{where}[{i}]") for i, each in enumerate(value)]
