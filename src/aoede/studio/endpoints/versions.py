"""The versions of songs: listed, and made by edits, as takes, by harmonising and going on."""

import asyncio
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aoede.studio.asking import Ask, Endpoint, Field, checked
from aoede.studio.library import Made
from aoede.studio.model_names import stated
from aoede.studio.song_fields import CONTINUE, EDITS, HARMONISE, MAX_TAKES, TAKES, check_lyrics

if TYPE_CHECKING:
    from aoede.studio.jobs import Job
    from aoede.studio.library import Library

_USUAL_TAKES, _USUAL_BARS, _USUAL_MODEL = 3, 8, "rbm"
_DRAWN = ("regenerate",)  # edits that need a seed
_EDIT = {
    "edit": Field("choice", "What is done.", required=True, choices=tuple(EDITS)),
    "options": Field("object", "How; see `aoede regenerate`, `extend` and `set-lyrics`."),
}


async def versions(ask: Ask) -> dict[str, Any]:
    return {"versions": await asyncio.to_thread(ask.studio.library.versions, ask.path["id"])}


async def version(ask: Ask) -> dict[str, Any]:
    return await asyncio.to_thread(_version, ask.studio.library, ask.path["id"])


def _version(library: "Library", version: str) -> dict[str, Any]:
    return {"version": library.version(version), "view": library.view(version)}


async def edit(ask: Ask) -> "Job":
    name = ask.body["edit"]
    options = checked(EDITS[name], ask.body.get("options", {}), "options")
    check_lyrics(options, "text", "options.text")
    if name in _DRAWN:
        options.setdefault("seed", _drawn())
    return await _submitted(ask, "edit", {"edit": name, "options": options}, options)


async def harmonise(ask: Ask) -> "Job":
    return await _made_of(ask, "harmonise", ask.body)


async def go_on(ask: Ask) -> "Job":
    usual = {"model": _USUAL_MODEL, "bars": _USUAL_BARS}
    return await _made_of(ask, "continue", {**usual, **ask.body})


async def _made_of(ask: Ask, name: str, said: Mapping[str, Any]) -> "Job":
    options = {option: value for option, value in said.items() if option != "seed"}
    seed = said["seed"] if "seed" in said else _drawn()
    task = {"edit": name, "options": stated(options, ask.studio.home), "seed": seed}
    return await _submitted(ask, "harmonise", task, {**options, "seed": seed})


async def _submitted(ask: Ask, kind: str, task: Mapping[str, Any], public: Mapping[str, Any]) -> "Job":
    """A job that makes a new version of the song as it is now."""
    library = ask.studio.library
    song, packed = await asyncio.to_thread(_present, library, ask.path["id"])
    parent = song["current"]

    def finish(job: "Job", told: dict[str, Any]) -> dict[str, Any]:
        changed = {"changed": told["changed"]} if "changed" in told else {}
        shown = (
            library.add_version(song["id"], parent, Made.of(told))
            if "song" in told
            else library.shown(song["id"])
        )
        return shown | changed

    whole = {**task, "song": packed, "locks": song["locks"]}
    told = {"song": song["id"], "edit": task["edit"], "options": public}
    return ask.studio.jobs.submit(kind, whole, public=told, finish=finish)


def _present(library: "Library", song: str) -> tuple[dict[str, Any], str]:
    """The row of a song, and the song for a worker."""
    row = library.song(song)
    return row, library.packed(row["current"])


async def takes(ask: Ask) -> "Job":
    library = ask.studio.library
    song, packed = await asyncio.to_thread(_present, library, ask.path["id"])
    seed = ask.body["seed"] if "seed" in ask.body else _drawn()
    parent, group = song["current"], secrets.token_hex(8)
    rows: list[dict[str, Any]] = []

    def hear(job: "Job", event: dict[str, Any]) -> dict[str, Any]:
        row = library.add_take(song["id"], parent, Made.of(event), group)
        rows.append(row)
        return {"event": "take", "version": row, "view": event["view"]}

    count = ask.body.get("count", _USUAL_TAKES)
    task = {
        "song": packed,
        "locks": song["locks"],
        "count": count,
        "seed": seed,
        "tracks": ask.body.get("tracks"),
    }
    return ask.studio.jobs.submit(
        "takes",
        task,
        public={"song": song["id"], "count": count, "seed": seed},
        hear=hear,
        finish=lambda job, told: {"takes": [library.version(parent), *rows]},
    )


def _drawn() -> int:
    return secrets.randbelow(2**32)


ENDPOINTS = (
    Endpoint("GET", "/songs/{id}/versions", versions, "All versions of a song, the first one first."),
    Endpoint("GET", "/versions/{id}", version, "A version, and what is drawn of it."),
    Endpoint(
        "POST",
        "/songs/{id}/edits",
        edit,
        "Change a song; all else stays note for note.",
        body=_EDIT,
        status=202,
    ),
    Endpoint(
        "POST",
        "/songs/{id}/takes",
        takes,
        f"Up to {MAX_TAKES} more songs by the same plan, to choose from; the present one is the first.",
        body=TAKES,
        status=202,
    ),
    Endpoint(
        "POST",
        "/songs/{id}/harmonise",
        harmonise,
        "Chords and a band for its melody.",
        body=HARMONISE,
        status=202,
    ),
    Endpoint("POST", "/songs/{id}/continue", go_on, "Go on where the song ends.", body=CONTINUE, status=202),
)
