"""The songs of the library: made, listed, changed in what is said of them, thrown away and taken back."""

import asyncio
import secrets
from typing import TYPE_CHECKING, Any

from aoede.errors import UsageError
from aoede.studio.asking import Ask, Endpoint, Field
from aoede.studio.library import MAX_TITLE, MOST_LISTED, Made
from aoede.studio.model_names import stated
from aoede.studio.packing import as_json
from aoede.studio.song_fields import LOCKS, MAX_MIX_BYTES, OPTIONS, REQUEST, SEED, check_lyrics

if TYPE_CHECKING:
    from aoede.studio.jobs import Job
    from aoede.studio.library import Library

_BODY = {
    "request": REQUEST,
    "seed": SEED,
    "options": Field("object", "What is stated exactly.", fields=OPTIONS),
}
_LIST = {
    "search": Field("text", "Words that all stand in the title, the wish or the lyrics.", most=200),
    "starred": Field("flag", "Only these, or only the others."),
    "trashed": Field("flag", "Those in the trash."),
    "before": Field("id", "The last song of the page before."),
    "limit": Field("whole", "So many at most; 50 unless it is said.", least=1, most=MOST_LISTED),
}
_CHANGES = {
    "title": Field("text", "A new title.", least=1, most=MAX_TITLE),
    "starred": Field("flag", "With a star, or without."),
    "trashed": Field("flag", "In the trash, or back from there."),
    "locks": Field("object", "What edits leave as it is.", fields=LOCKS),
    "mix": Field("object", f"How the tracks are mixed on the page; at most {MAX_MIX_BYTES:,} bytes."),
}


async def make(ask: Ask) -> "Job":
    request, options = ask.body["request"], ask.body.get("options", {})
    if not request.strip():
        raise UsageError("says nothing", where="request", hint="Say what you feel, in a few words.")
    check_lyrics(options, "lyrics", "options.lyrics")
    seed = ask.body["seed"] if "seed" in ask.body else secrets.randbelow(2**32)
    ordered = {name: options[name] for name in OPTIONS if name in options}
    task = {"request": request, "seed": seed, "options": stated(ordered, ask.studio.home)}
    library = ask.studio.library
    return ask.studio.jobs.submit(
        "compose",
        task,
        public={"request": request, "seed": seed, "options": options},
        finish=lambda job, told: library.add_song(Made.of(told)),
    )


async def listed(ask: Ask) -> dict[str, Any]:
    rows, more = await asyncio.to_thread(
        ask.studio.library.songs,
        ask.query.get("search", ""),
        starred=ask.query.get("starred"),
        trashed=ask.query.get("trashed", False),
        before=ask.query.get("before"),
        limit=ask.query.get("limit", 50),
    )
    return {"songs": rows, "more": more}


async def shown(ask: Ask) -> dict[str, Any]:
    return await asyncio.to_thread(ask.studio.library.shown, ask.path["id"])


async def change(ask: Ask) -> dict[str, Any]:
    said = dict(ask.body)
    if len(as_json(said.get("mix", {})).encode()) > MAX_MIX_BYTES:
        raise UsageError(f"has to have at most {MAX_MIX_BYTES:,} bytes", where="mix")
    return await asyncio.to_thread(_changed, ask.studio.library, ask.path["id"], said)


def _changed(library: "Library", song: str, said: dict[str, Any]) -> dict[str, Any]:
    title = said.pop("title", None)
    library.change(song, **said)
    return library.shown(song) if title is None else library.retitle(song, title)


async def throw_away(ask: Ask) -> dict[str, Any]:
    return await asyncio.to_thread(_changed, ask.studio.library, ask.path["id"], {"trashed": True})


async def undo(ask: Ask) -> dict[str, Any]:
    return await asyncio.to_thread(ask.studio.library.undo, ask.path["id"])


async def redo(ask: Ask) -> dict[str, Any]:
    return await asyncio.to_thread(ask.studio.library.redo, ask.path["id"])


async def keep(ask: Ask) -> dict[str, Any]:
    return await asyncio.to_thread(ask.studio.library.keep, ask.path["id"], ask.body["version"])


_VERSION = {"version": Field("id", "One of the versions of the song.", required=True)}
ENDPOINTS = (
    Endpoint(
        "POST", "/songs", make, "Make a song of a wish. It is told as it is made.", body=_BODY, status=202
    ),
    Endpoint("GET", "/songs", listed, "The songs, the one that was changed last first.", query=_LIST),
    Endpoint("GET", "/songs/{id}", shown, "A song as it is now."),
    Endpoint(
        "PATCH",
        "/songs/{id}",
        change,
        "Change its title, star, locks or mix, or take it back.",
        body=_CHANGES,
    ),
    Endpoint("DELETE", "/songs/{id}", throw_away, "Put a song into the trash. Nothing is lost there."),
    Endpoint("POST", "/songs/{id}/undo", undo, "The song as it was before its last edit."),
    Endpoint("POST", "/songs/{id}/redo", redo, "The song as it was before the last undo."),
    Endpoint(
        "POST",
        "/songs/{id}/current",
        keep,
        "The song as one of its versions: a take, an earlier one.",
        body=_VERSION,
    ),
)
