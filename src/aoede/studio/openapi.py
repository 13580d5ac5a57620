"""Everything that can be asked, described as OpenAPI 3.1: made of the very tables that check what arrives."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aoede.studio.asking import MOST_ITEMS, MOST_NUMBER, MOST_TEXT, MOST_WHOLE, Endpoint, Field
from aoede.version import __version__

_ID = "^[a-z0-9-]{1,64}$"
_FILE = "^[a-z0-9-]+(\\.[a-z0-9-]+)*$"
_JSON = "application/json"


def described(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Aoede's studio",
            "version": __version__,
            "summary": "Songs, words, replies and sounds, made on this machine.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Error": _ERROR, "Job": _JOB},
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": _name(endpoint),
        "summary": endpoint.summary,
        "parameters": [*_in_path(endpoint), *_in_query(endpoint)],
        "responses": _responses(endpoint),
    }
    if endpoint.path == "/healthz":
        found["security"] = []
    return found | _body(endpoint)


def _name(endpoint: Endpoint) -> str:
    """Unique, since braces are told too: get_jobs, get_jobs_by_id."""
    words = re.sub(r"[^a-z]+", " ", endpoint.path.replace("{", " by ")).split()
    return "_".join([endpoint.method.lower(), *words])


def _in_path(endpoint: Endpoint) -> list[dict[str, Any]]:
    names = re.findall(r"\{([a-z_]+)\}", endpoint.path)
    patterns = {name: _FILE if name in ("kind", "file") else _ID for name in names}
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": pattern}}
        for name, pattern in patterns.items()
    ]


def _in_query(endpoint: Endpoint) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "query",
            "required": wanted.required,
            "description": wanted.about,
            "schema": schema_of(wanted),
        }
        for name, wanted in endpoint.whole_query.items()
    ]


def _body(endpoint: Endpoint) -> dict[str, Any]:
    if endpoint.upload:
        about = f"The file, at most {endpoint.upload:,} bytes."
        content: dict[str, Any] = {
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
        }
        return {"requestBody": {"required": True, "description": about, "content": content}}
    if endpoint.body is None:
        return {}
    if isinstance(endpoint.body, Field):
        return {"requestBody": {"required": True, "content": {_JSON: {"schema": schema_of(endpoint.body)}}}}
    is_needed = any(wanted.required for wanted in endpoint.body.values())
    return {"requestBody": {"required": is_needed, "content": {_JSON: {"schema": _object(endpoint.body)}}}}


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    usual = {"description": "What was asked for."}
    failed = {"description": "What is wrong.", "content": {_JSON: {"schema": _of("Error")}}}
    if endpoint.status != 202:
        return {str(endpoint.status): usual, "default": failed}
    job = {"description": "The job that was started.", "content": {_JSON: {"schema": _of("Job")}}}
    return {"200": {"description": "With wait: the result of the job."}, "202": job, "default": failed}


def _of(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def schema_of(wanted: Field) -> dict[str, Any]:
    """A field as JSON Schema."""
    return {"description": wanted.about, **_SCHEMAS[wanted.kind](wanted)}


def _text(wanted: Field) -> dict[str, Any]:
    most = MOST_TEXT if wanted.most is None else int(wanted.most)
    return {"type": "string", "minLength": int(wanted.least or 0), "maxLength": most}


def _number(wanted: Field) -> dict[str, Any]:
    is_whole = wanted.kind == "whole"
    usual = MOST_WHOLE if is_whole else MOST_NUMBER
    least = -usual if wanted.least is None else wanted.least
    most = usual if wanted.most is None else wanted.most
    return {"type": "integer" if is_whole else "number", "minimum": least, "maximum": most}


def _list(wanted: Field) -> dict[str, Any]:
    most = MOST_ITEMS if wanted.most is None else int(wanted.most)
    items = {} if wanted.items is None else {"items": schema_of(wanted.items)}
    return {"type": "array", "minItems": int(wanted.least or 0), "maxItems": most, **items}


def _object(fields: Mapping[str, Field] | None) -> dict[str, Any]:
    if fields is None:
        return {"type": "object"}
    return {
        "type": "object",
        "properties": {name: schema_of(each) for name, each in fields.items()},
        "required": [name for name, each in fields.items() if each.required],
        "additionalProperties": False,
    }


_SCHEMAS: Mapping[str, Callable[[Field], dict[str, Any]]] = {
    "text": _text,
    "id": lambda wanted: {"type": "string", "pattern": _ID},
    "choice": lambda wanted: {"type": "string", "enum": list(wanted.choices)},
    "whole": _number,
    "number": _number,
    "flag": lambda wanted: {"type": "boolean"},
    "list": _list,
    "object": lambda wanted: _object(wanted.fields),
}
_STRING = {"type": "string"}
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "hint", "where"],
            "properties": {
                **dict.fromkeys(("code", "message", "hint", "where"), _STRING),
                **dict.fromkeys(("message_zh", "hint_zh"), _STRING),  # where they are known in Chinese
            },
        }
    },
}
_JOB = {
    "type": "object",
    "required": ["id", "kind", "state", "position", "asked", "result", "error", "created"],
    "properties": {
        "id": {"type": "string", "pattern": _ID},
        "kind": _STRING,
        "state": {
            "type": "string",
            "enum": ["queued", "running", "done", "failed", "cancelled", "interrupted"],
        },
        "position": {
            "type": "integer",
            "description": "Its place among those that wait, from 1; 0: it does not.",
        },
        "asked": {"type": "object"},
        "result": {"type": ["object", "null"]},
        "error": {"type": ["object", "null"]},
        "created": {"type": "string", "format": "date-time"},
    },
}
