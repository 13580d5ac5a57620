"""Files of versions of songs, and the sound that the page mixes: made by a worker when they are first wanted."""

import asyncio
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from weakref import WeakKeyDictionary

from starlette.responses import FileResponse, Response

from aoede.errors import MissingError, UsageError
from aoede.export import file_stem
from aoede.studio.asking import Ask, Endpoint, Field
from aoede.studio.guard import OF_PICTURES
from aoede.studio.made_files import BEGINNING, SOUND, MadeFiles
from aoede.studio.telling import RefusedError

if TYPE_CHECKING:
    from aoede.studio.jobs import Job, Jobs

KINDS: Mapping[str, str] = MappingProxyType({
    "mid": "audio/midi", "wav": "audio/wav", "mp3": "audio/mpeg", "flac": "audio/flac", "ogg": "audio/ogg",
    "musicxml": "application/vnd.recordare.musicxml+xml", "svg": "image/svg+xml", "png": "image/png",
    "html": "text/html; charset=utf-8", "json": "application/json", "lrc": "text/plain; charset=utf-8",
    "stems.zip": "application/zip", "stems-midi.zip": "application/zip",
})  # fmt: skip
INLINE = ("svg", "png")  # what can be shown where it is
_TOLD = "sound.json"
_MOST_SAMPLES = 441_000  # of one request: ten seconds
_INLINE = {"inline": Field("flag", "Shown in the page and not saved; of svg and png.")}
_RANGE = {
    "from": Field("whole", "The first sample.", required=True, least=0),
    "count": Field("whole", "So many samples.", required=True, least=1, most=_MOST_SAMPLES),
}
_working: "WeakKeyDictionary[Jobs, dict[tuple[str, str], Job]]" = WeakKeyDictionary()  # on what is being made


@lru_cache(maxsize=4)
def _made_in(home: Path) -> MadeFiles:
    return MadeFiles(home)


async def file(ask: Ask) -> Response:
    version, kind = ask.path["id"], ask.path["kind"]
    if kind not in KINDS:
        raise MissingError(
            f"there is no file of the kind {kind}", where="kind", hint=f"There are {', '.join(KINDS)}."
        )
    is_inline = ask.query.get("inline", False)
    if is_inline and kind not in INLINE:
        raise UsageError(f"only {' and '.join(INLINE)} can be shown inline", where="inline")
    facts = await asyncio.to_thread(ask.studio.library.facts, version)
    made = _made_in(ask.studio.home)
    path = made.path(version, kind)
    if path is None:
        await ask.studio.jobs.result(await _job(ask, "export", version, kind))
        path = made.path(version, kind)
    if path is None:
        raise MissingError("the file was made, but is gone again", where=kind, hint="Try again.")
    return FileResponse(path, headers=_headers(facts, kind, is_inline), media_type=KINDS[kind])


def _headers(facts: Mapping[str, Any], kind: str, is_inline: bool) -> dict[str, str]:
    """How a file of a version with these facts is sent."""
    policy = OF_PICTURES if kind == "svg" else {}
    name = disposition(_name(facts, kind), is_inline)
    return {"Content-Disposition": name, "Cache-Control": "private, no-cache", **policy}


def _name(facts: Mapping[str, Any], kind: str) -> str:
    stem = file_stem(facts["title"], facts["key"], facts["tempo_bpm"], facts["seed"])
    return f"{stem}-{kind}" if kind.endswith(".zip") else f"{stem}.{kind}"


def disposition(name: str, is_inline: bool = False) -> str:
    """How a file is sent, with its name: in plain letters for all programs, whole for those that know RFC 5987."""
    plain = "-".join(filter(None, re.sub(r"[^A-Za-z0-9.-]", "-", name).split("-")))
    plain = plain if name.isascii() else f"song-{plain}"
    how = "inline" if is_inline else "attachment"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


async def start_sound(ask: Ask) -> "Job":
    return await _job(ask, "stems", ask.path["id"], SOUND)


async def sound(ask: Ask) -> dict[str, Any]:
    return _sound_of(ask.path["id"], _made_in(ask.studio.home))


async def samples(ask: Ask) -> Response:
    """Of a sound that is being made: at once where they are made, else when it is done."""
    version, first, count = ask.path["id"], ask.query["from"], ask.query["count"]
    job = _working.get(ask.studio.jobs, {}).get((version, SOUND))
    if job is not None and not job.is_over:
        early = await asyncio.to_thread(_beginning, job, first, count)
        if early is not None:
            return _frames(early)
        await ask.studio.jobs.result(job)
    return _frames(await asyncio.to_thread(_samples, _made_in(ask.studio.home), version, first, count))


def _frames(data: bytes) -> Response:
    kept = {"Cache-Control": "private, no-cache"}
    return Response(data, media_type="application/octet-stream", headers=kept)


def _samples(made: MadeFiles, version: str, first: int, count: int) -> bytes:
    told, path = _sound_of(version, made), made.path(version, SOUND)
    if path is None:
        raise _no_sound(version)
    if first >= told["n_samples"]:
        raise RefusedError(416, "range", f"the sound has {told['n_samples']:,} samples", where="from")
    return _read(path, first, count, told["n_tracks"])


def _beginning(job: "Job", first: int, count: int) -> bytes | None:
    """The samples, where the job has made them already; None too where it is done meanwhile."""
    told = next((event["sound"] for event in job.events if event["event"] == "beginning"), None)
    if told is None or job.folder is None or first + count > told["n_ready"]:
        return None
    try:
        return _read(job.folder / BEGINNING, first, count, told["n_tracks"])
    except FileNotFoundError:
        return None


def _read(path: Path, first: int, count: int, n_tracks: int) -> bytes:
    frame_bytes = 4 * n_tracks
    with path.open("rb") as opened:
        opened.seek(first * frame_bytes)
        return opened.read(count * frame_bytes)


def _sound_of(version: str, made: MadeFiles) -> dict[str, Any]:
    told = made.told(version, _TOLD)
    if told is None or made.path(version, SOUND) is None:
        raise _no_sound(version)
    return {**told, "url": f"/api/v1/versions/{version}/sound.pcm"}


def _no_sound(version: str) -> MissingError:
    return MissingError(
        "the sound of this version is not made", where=version, hint="POST /versions/{id}/sound"
    )


async def _job(ask: Ask, kind: str, version: str, name: str) -> "Job":
    """The job that makes a file: the one that is at it, else a new one. Raises MissingError for no such version."""
    packed = await asyncio.to_thread(ask.studio.library.packed, version)
    jobs, made = ask.studio.jobs, _made_in(ask.studio.home)
    working = _working.setdefault(jobs, {})  # from here on nothing is waited for: nobody comes between
    for key in [key for key, job in working.items() if job.is_over]:
        del working[key]
    if (version, name) in working:
        return working[version, name]
    parts = (name, _TOLD) if name == SOUND else (name,)
    is_there = all(made.path(version, part) is not None for part in parts)

    def finish(job: "Job", told: dict[str, Any]) -> dict[str, Any]:
        assert job.folder is not None
        if "sound" in told:
            made.put_told(version, _TOLD, told["sound"], job.folder)
        if "file" in told:
            made.put(version, name, job.folder / told["file"])
        sound = _sound_of(version, made) if name == SOUND else {}
        return {"version": version, "kind": name, **sound}

    task = {"song": packed, "kind": name, "is_there": is_there}
    public = {"version": version, "kind": name}
    urgent = name == SOUND  # somebody waits to hear it
    working[version, name] = jobs.submit(kind, task, public=public, finish=finish, urgent=urgent)
    return working[version, name]


ENDPOINTS = (
    Endpoint(
        "GET", "/versions/{id}/files/{kind}", file, f"A file of a version: {', '.join(KINDS)}.", query=_INLINE
    ),
    Endpoint(
        "POST",
        "/versions/{id}/sound",
        start_sound,
        "Make the sound of every track. Its result says how long it is and where its samples are; its event "
        '"beginning" says so before, and that the first of them can be had.',
        status=202,
    ),
    Endpoint("GET", "/versions/{id}/sound", sound, "How long the sound is, and of how many tracks."),
    Endpoint(
        "GET",
        "/versions/{id}/sound.pcm",
        samples,
        "Samples of it: little-endian 16-bit frames, left and right of each track in turn. Those that are not "
        "made yet are waited for.",
        query=_RANGE,
    ),
)
