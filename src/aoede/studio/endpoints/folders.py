"""The folders that a training may read."""

import asyncio
from typing import Any

from aoede.studio.asking import Ask, Endpoint
from aoede.studio.folders import folders_of


async def roots(ask: Ask) -> dict[str, Any]:
    return {"folders": await asyncio.to_thread(folders_of(ask.studio.roots).listed)}


async def folder(ask: Ask) -> dict[str, Any]:
    return await asyncio.to_thread(folders_of(ask.studio.roots).opened, ask.path["id"])


ENDPOINTS = (
    Endpoint("GET", "/folders", roots, "The folders that training may read; all others are out of reach."),
    Endpoint("GET", "/folders/{id}", folder, "What is in one of them: folders, and files counted by suffix."),
)
