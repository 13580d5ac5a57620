"""What stands in the fields of the page, so that a reload or a restart loses nothing."""

import asyncio
from typing import Any

from aoede.errors import UsageError
from aoede.studio.asking import Ask, Endpoint, Field
from aoede.studio.packing import as_json

MAX_BYTES = 64_000


async def read(ask: Ask) -> dict[str, Any]:
    return await asyncio.to_thread(ask.studio.library.draft, ask.path["name"])


async def keep(ask: Ask) -> dict[str, Any]:
    n_bytes = len(as_json(ask.body).encode())
    if n_bytes > MAX_BYTES:
        raise UsageError(f"a draft has at most {MAX_BYTES:,} bytes, not {n_bytes:,}", where="body")
    await asyncio.to_thread(ask.studio.library.keep_draft, ask.path["name"], ask.body)
    return {"kept": n_bytes}


_ANYTHING = Field("object", "What stands in the fields, by the names that the page gives them.")

_DRAFT = Field("object", f"Any JSON object of at most {MAX_BYTES:,} bytes.")
ENDPOINTS = (
    Endpoint("GET", "/drafts/{name}", read, "What was kept; an empty object where nothing was."),
    Endpoint(
        "PUT", "/drafts/{name}", keep, f"Keep any JSON object of at most {MAX_BYTES:,} bytes.", body=_ANYTHING
    ),
)
