"""Songs from files, and what is understood of a wish before anything is made of it."""

from typing import TYPE_CHECKING, Any

from aoede.studio.asking import Ask, Endpoint, Field
from aoede.studio.library import Made
from aoede.studio.song_fields import MAX_FILE_BYTES, REQUEST

if TYPE_CHECKING:
    from aoede.studio.jobs import Job

_FILE = {"name": Field("text", "The name of the file, which is shown.", most=255)}


async def open_file(ask: Ask) -> "Job":
    library, name = ask.studio.library, ask.query.get("name", "")
    path = await ask.upload()

    def finish(job: "Job", told: dict[str, Any]) -> dict[str, Any]:
        path.unlink(missing_ok=True)
        return library.add_song(Made.of(told))

    task = {"path": str(path), "name": name, "home": str(ask.studio.home)}
    return ask.studio.jobs.submit("open", task, public={"name": name}, finish=finish)


async def understand(ask: Ask) -> dict[str, Any]:
    request = ask.body["request"]
    job = ask.studio.jobs.submit("understand", {"request": request}, urgent=True, passing=True)
    return await ask.studio.jobs.result(job)


ENDPOINTS = (
    Endpoint(
        "POST",
        "/opened",
        open_file,
        "Open a file: any that Aoede wrote of a song, or a MIDI file of somebody else.",
        query=_FILE,
        upload=MAX_FILE_BYTES,
        status=202,
    ),
    Endpoint("POST", "/understood", understand, "What is understood of a wish.", body={"request": REQUEST}),
)
