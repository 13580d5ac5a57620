"""The folders that a training may read."""

import asyncio
from typing import Any

from aoede.studio.asking import Ask, Endpoint
from aoede.studio.folders import Folders, folders_of


async def roots(ask: Ask) -> dict[str, Any]:
    return {"folders": await asyncio.to_thread(_folders(ask).listed)}


async def folder(ask: Ask) -> dict[str, Any]:
    return await asyncio.to_thread(_folders(ask).opened, ask.path["id"])


def _folders(ask: Ask) -> Folders:
    return folders_of(ask.studio.roots, ask.studio.home)


ENDPOINTS = (
    Endpoint("GET", "/folders", roots, "The folders that training may read; all others are out of reach."),
    Endpoint("GET", "/folders/{id}", folder, "What is in one of them: folders, and files counted by suffix."),
)
