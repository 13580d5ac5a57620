"""Models of sound, tunes for them, and the sounds that they make."""

import asyncio
import re
import secrets
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.responses import FileResponse, Response

from aoede.errors import UsageError
from aoede.formats.audio import KINDS
from aoede.randomness import MAX_SEED
from aoede.sound import COOLEST, LEAST_S, WARMEST
from aoede.studio.asking import Ask, Endpoint, Field
from aoede.studio.catalogue import known_as, listed
from aoede.studio.kept_sounds import about_sound, file_of_sound, keep_sound, keep_tune, tune_of
from aoede.studio.tasks.sounds import MAX_NOTES, MAX_SECONDS, TEMPOS, TITLES, TUNE, USUAL_BPM

if TYPE_CHECKING:
    from aoede.studio.jobs import Job

MAX_MIDI_BYTES = 5_000_000
MAX_BEATS = 400.0  # of MAX_SECONDS at the fastest tempo
USUAL_VELOCITY = 80
_MEDIA = {
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "mid": "audio/midi",
}
_PLAIN = re.compile(r"[^\w .()-]+")

_NOTE = Field(
    "list",
    "[begin, length, pitch]",
    least=3,
    most=3,
    items=Field("number", "A number.", least=0, most=MAX_BEATS),
)
_BODY = {
    "model": Field("text", "A name of the list of instruments.", required=True, least=1, most=100),
    "notes": Field(
        "list", "[begin, length, MIDI pitch] of each note, in beats.", most=MAX_NOTES, items=_NOTE
    ),
    "midi": Field("id", "A tune that was sent: it is played as it is, in place of notes."),
    "midi_name": Field("text", "The name of its file.", most=255),
    "tempo": Field("number", "Beats a minute, of notes.", least=TEMPOS[0], most=TEMPOS[1]),
    "velocity": Field("whole", "How hard notes are played.", least=1, most=127),
    "label": Field("text", 'What it is to be: "guitar", "digit=three, jackson".', most=500),
    "seconds": Field("number", "How long.", least=LEAST_S, most=MAX_SECONDS),
    "temperature": Field("number", "Below 1 tamer, above 1 wilder.", least=COOLEST, most=WARMEST),
    "seed": Field("whole", "The same seed and backend give the same bytes.", least=0, most=MAX_SEED),
}


async def instruments(ask: Ask) -> dict[str, Any]:
    return await listed(ask.studio, "instruments")


async def send_tune(ask: Ask) -> "Job":
    """The file is kept, and its melody read by a worker."""
    sent = await ask.upload()
    id_, path = await asyncio.to_thread(keep_tune, ask.studio.home, sent)
    name = plain_name(ask.query.get("name", ""))
    return ask.studio.jobs.submit(
        "tune",
        {"path": str(path), "name": name},
        public={"name": name},
        finish=lambda _, found: {"id": id_, "name": name, **found},
    )


def plain_name(said: str) -> str:
    """A file name of letters, digits and a few signs that ends in .mid, whatever was said."""
    stem = _PLAIN.sub("", Path(said.replace("\\", "/")).name.rsplit(".", 1)[0]).strip(" .")
    return f"{stem[:80]}.mid" if stem else TUNE


async def make(ask: Ask) -> "Job":
    body, home = ask.body, ask.studio.home
    if body.get("notes") and "midi" in body:
        raise UsageError("notes and a MIDI file cannot both be played", where="midi")
    seed = body["seed"] if "seed" in body else secrets.randbelow(2**31)
    task = {name: body[name] for name in ("seconds", "temperature") if name in body} | {
        "model": known_as(home, body["model"], TITLES),
        "name": body["model"],
        "notes": _checked(body.get("notes", [])),
        "tempo": body.get("tempo", USUAL_BPM),
        "velocity": body.get("velocity", USUAL_VELOCITY),
        "label": body.get("label", ""),
        "seed": seed,
    }
    if "midi" in body:
        name = plain_name(body.get("midi_name", ""))
        task |= {"midi": str(tune_of(home, body["midi"])), "midi_name": name}
    return ask.studio.jobs.submit(
        "sound",
        task,
        public={"model": body["model"], "label": task["label"], "seed": seed},
        finish=partial(_kept, home),
    )


def _kept(home: Path, job: "Job", found: dict[str, Any]) -> dict[str, Any]:
    """What is told of a sound that was made, whose files lie in the home from now on."""
    assert job.folder is not None  # of a job that has just been done
    return keep_sound(home, job.id, job.folder, found)


def _checked(notes: Sequence[Sequence[float]]) -> Sequence[Sequence[float]]:
    """Raises UsageError for a pitch that is none, and for a note without length."""
    for i, (_, length, pitch) in enumerate(notes):
        if pitch > 127 or pitch != int(pitch):
            raise UsageError(f"the pitch is a whole number from 0 to 127, not {pitch:g}", where=f"notes[{i}]")
        if length <= 0:
            raise UsageError("a note has a length above 0", where=f"notes[{i}]")
    return notes


async def about(ask: Ask) -> dict[str, Any]:
    return about_sound(ask.studio.home, ask.path["id"])


async def file(ask: Ask) -> Response:
    """The file, to be kept or, with ?inline=1, to be played on the page; a part of it where one is asked for."""
    kind = ask.path["kind"]
    path = file_of_sound(ask.studio.home, ask.path["id"], kind)
    name = _file_name(about_sound(ask.studio.home, ask.path["id"]), kind)
    shown = "inline" if ask.query.get("inline") else "attachment"
    ascii_name = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "")
    told = f"{shown}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"
    return FileResponse(path, media_type=_MEDIA[kind], headers={"Content-Disposition": told})


def _file_name(about: Mapping[str, Any], kind: str) -> str:
    """ "notes-guitar-7.wav"."""
    values = [part.rpartition("=")[2].strip() for part in about["label"].split(",")]
    told = "-".join(filter(None, [about["model"], *values]))
    return f"{_PLAIN.sub('', told).replace(' ', '-')[:80]}-{about['seed']}.{kind}"


_INLINE = {"inline": Field("flag", "1: to be played, not kept.")}
_TUNE_NAME = {"name": Field("text", "The name of the file.", most=255)}
ENDPOINTS = (
    Endpoint("GET", "/instruments", instruments, "The models of sound, shipped and your own."),
    Endpoint(
        "POST",
        "/tunes",
        send_tune,
        "A MIDI file, and the notes of its melody.",
        query=_TUNE_NAME,
        upload=MAX_MIDI_BYTES,
        status=202,
    ),
    Endpoint("POST", "/sounds", make, "Make a sound, sample by sample.", body=_BODY, status=202),
    Endpoint("GET", "/sounds/{id}", about, "What is known of a sound."),
    Endpoint(
        "GET",
        "/sounds/{id}/files/{kind}",
        file,
        f"Its file: {', '.join(KINDS)}, or mid for what was played.",
        query=_INLINE,
    ),
)
