"""Files to learn from that were dropped on the page."""

import asyncio
from typing import Any

from aoede.errors import BusyError
from aoede.studio import datasets
from aoede.studio.asking import Ask, Endpoint, Field
from aoede.studio.datasets import MAX_FILE_BYTES, MAX_NAME

_BODY = {"name": Field("text", "What they are called, such as a composer.", least=1, most=80)}
_ABOUT_NAME = "The file's name, with its folders if they say something."
_NAME = {"name": Field("text", _ABOUT_NAME, required=True, least=1, most=MAX_NAME)}


async def all_datasets(ask: Ask) -> dict[str, Any]:
    return {"datasets": await asyncio.to_thread(datasets.listed, ask.studio.home)}


async def begin(ask: Ask) -> dict[str, Any]:
    return await asyncio.to_thread(datasets.begun, ask.studio.home, ask.body.get("name", ""))


async def dataset(ask: Ask) -> dict[str, Any]:
    return await asyncio.to_thread(datasets.row_of, ask.studio.home, ask.path["id"])


async def add(ask: Ask) -> dict[str, Any]:
    name = ask.query["name"]
    datasets.safe_name(name)  # before anything is received
    datasets.path_of(ask.studio.home, ask.path["id"])
    upload = await ask.upload()
    try:
        return await asyncio.to_thread(datasets.added, ask.studio.home, ask.path["id"], name, upload)
    finally:
        upload.unlink(missing_ok=True)


async def remove(ask: Ask) -> dict[str, Any]:
    wanted = ask.path["id"]
    if any(not job.is_over and job.public.get("dataset") == wanted for job in ask.studio.jobs.all()):
        raise BusyError("these files are being learnt from", where=wanted, hint="Stop the training first.")
    await asyncio.to_thread(datasets.removed, ask.studio.home, wanted)
    return {"id": wanted, "removed": True}


ENDPOINTS = (
    Endpoint("GET", "/datasets", all_datasets, "All sets of files, the newest first."),
    Endpoint("POST", "/datasets", begin, "Begin a set of files.", body=_BODY, status=201),
    Endpoint("GET", "/datasets/{id}", dataset, "One set of files with their names."),
    Endpoint(
        *("POST", "/datasets/{id}/files", add, "Add a file, by a plain name made of the given one."),
        query=_NAME,
        upload=MAX_FILE_BYTES,
        status=201,
    ),
    Endpoint("DELETE", "/datasets/{id}", remove, "Remove a set of files for good."),
)
