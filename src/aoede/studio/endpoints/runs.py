"""Trainings: looking through the data, beginning, going on, and what has become of them."""

import asyncio
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.responses import FileResponse, Response

from aoede.errors import BusyError, InputError, UsageError
from aoede.learning import runs
from aoede.learning.train import MAX_MINUTES
from aoede.randomness import MAX_SEED
from aoede.studio import datasets, trainings
from aoede.studio.asking import Ask, Endpoint, Field
from aoede.studio.folders import folders_of
from aoede.studio.guard import OF_PICTURES
from aoede.studio.learners import (
    ENCODINGS,
    FAMILIES,
    INSTALL,
    LEARNERS,
    Learner,
    check_installed,
    checked_settings,
    has_torch,
    learner_of,
)
from aoede.studio.trainings import Live

if TYPE_CHECKING:
    from aoede.studio.jobs import Job

_NAMING = asyncio.Lock()
_DATA = {
    "folder": Field("id", "One of the folders that training may read."),
    "dataset": Field("id", "A set of files that was sent."),
}
_FAMILY = Field("choice", "What learns.", choices=FAMILIES)
_ENCODING = Field("choice", "What is learnt of the data; without it the family's usual.", choices=ENCODINGS)
_SCAN = {**_DATA, "family": _FAMILY, "encoding": _ENCODING}
_EPOCHS = "As often through the data; without minutes and this, until it is good."
_SEED = "The same seed gives the same model; drawn where none is said."
_RUN = {
    **_DATA,
    "family": Field("choice", "What learns.", required=True, choices=FAMILIES),
    "encoding": _ENCODING,
    "name": Field("text", "How the model is called.", least=1, most=80),
    "minutes": Field("number", "As long as this.", least=0.01, most=MAX_MINUTES),
    "epochs": Field("whole", _EPOCHS, least=1, most=1_000_000),
    "seed": Field("whole", _SEED, least=0, most=MAX_SEED),
    "settings": Field("object", "Settings of this learner, as GET /learners lists them."),
}
_RESUME = {"allow_data_change": Field("flag", "Go on although the files have changed since.")}


async def learners(ask: Ask) -> dict[str, Any]:
    limits = {name: getattr(datasets, name.upper()) for name in ("max_files", "max_file_bytes")}
    return {
        "learners": [learner.as_json() for learner in LEARNERS.values()],
        "has_torch": has_torch(),
        "install": INSTALL,
        "suffixes": list(datasets.SUFFIXES),
        **limits,
    }


async def scan(ask: Ask) -> "Job":
    folder, name, within = await asyncio.to_thread(_data, ask, ask.body)
    task: dict[str, Any] = {"folder": str(folder), "within": within}
    task |= {key: ask.body[key] for key in ("family", "encoding") if key in ask.body}
    return ask.studio.jobs.submit("scan", task, public={"data": name, **_source(ask.body)})


async def begin(ask: Ask) -> "Job":
    body = ask.body
    learner = learner_of(body["family"], body.get("encoding", ""))
    options = _options(learner, body)
    folder, data, within = await asyncio.to_thread(_data, ask, body)
    name = " ".join(body.get("name", "").split()) or data
    task: dict[str, Any] = {"folder": str(folder), "within": within, "name": name, "options": options}
    public = {"family": learner.family, "encoding": learner.encoding, "name": name, "seed": options["seed"]}
    public |= {key: body[key] for key in ("minutes", "epochs") if key in body}
    public |= {"data": data, **_source(body)}
    async with _NAMING:  # a name that was found is not found by another before its job is known
        called, busy = body.get("name") or data, list(_live(ask))
        place = await asyncio.to_thread(trainings.new_run, ask.studio.home, learner.family, called, busy)
        task |= {"id": place.name, "run": str(place), "family": learner.family}
        return ask.studio.jobs.submit("train", task, public={"run": place.name, **public})


def _options(learner: Learner, body: Mapping[str, Any]) -> dict[str, Any]:
    """What the library is told of the training. Raises UsageError, or MissingError where a package is missing."""
    if "minutes" in body and "epochs" in body:
        raise UsageError("minutes and epochs cannot both say how long", where="minutes")
    settings = checked_settings(learner, body.get("settings", {}))
    check_installed(learner)
    seed = body["seed"] if "seed" in body else secrets.randbelow(2**31)
    options = settings | {"encoding": learner.encoding, "seed": seed}
    if learner.takes_time:
        options |= {"n_epochs": body["epochs"]} if "epochs" in body else {}
        options |= {"minutes": body["minutes"]} if "minutes" in body else {}
    return options


async def resume(ask: Ask) -> "Job":
    id_ = ask.path["id"]
    run = await asyncio.to_thread(trainings.run_of, ask.studio.home, id_)
    if id_ in _live(ask):
        raise BusyError("this training is at work already", where=id_)
    await asyncio.to_thread(trainings.check_free, run)
    document = await asyncio.to_thread(runs.read_run, run)
    learner = learner_of(document["family"], document["encoding"]["name"])
    check_installed(learner)
    folder = Path(document["folder"])
    within = await asyncio.to_thread(_allowed, ask, folder)
    row = await asyncio.to_thread(trainings.row_of, id_, run, None)
    task: dict[str, Any] = {
        "id": id_,
        "run": str(run),
        "folder": str(folder),
        "within": within,
        "resume": True,
    }
    task |= {"options": {"allow_data_change": ask.body.get("allow_data_change", False)}}
    public = {"run": id_, "family": learner.family, "encoding": learner.encoding, "name": row["name"]}
    return ask.studio.jobs.submit("train", task, public=public | {"data": row["data"], "resumed": True})


async def all_runs(ask: Ask) -> dict[str, Any]:
    return {"runs": await asyncio.to_thread(trainings.rows, ask.studio.home, _live(ask))}


async def run(ask: Ask) -> dict[str, Any]:
    id_ = ask.path["id"]
    place = await asyncio.to_thread(trainings.run_of, ask.studio.home, id_)
    return await asyncio.to_thread(trainings.detail_of, id_, place, _live(ask).get(id_))


async def file(ask: Ask) -> Response:
    place = await asyncio.to_thread(trainings.run_of, ask.studio.home, ask.path["id"])
    name = ask.path["file"]
    found, kind = await asyncio.to_thread(trainings.file_of, place, name)
    way = "inline" if ask.query.get("inline") else "attachment"
    headers = {"Content-Disposition": f'{way}; filename="{ask.path["id"]}-{name}"'}
    if kind == "image/png":
        headers |= OF_PICTURES
    if isinstance(found, bytes):
        return Response(found, media_type=kind, headers=headers)
    return FileResponse(found, media_type=kind, headers=headers)  # Safari plays no sound but in parts


def _live(ask: Ask) -> dict[str, Live]:
    """Who works on which run at this moment, by the ids of runs."""
    return {
        str(job.public["run"]): Live(job.id, job.state, job.public)
        for job in ask.studio.jobs.all()
        if job.kind == "train" and not job.is_over and "run" in job.public
    }


def _source(body: Mapping[str, Any]) -> dict[str, str]:
    return {name: body[name] for name in _DATA if name in body}


def _data(ask: Ask, body: Mapping[str, Any]) -> tuple[Path, str, list[str]]:
    """The folder to learn from, how it is called, and outside of which folders nothing may be read.

    Raises UsageError where not just one is named, and what the folder itself is refused for.
    """
    if ("folder" in body) == ("dataset" in body):
        raise UsageError("say either a folder or a dataset", where="folder")
    if "dataset" in body:
        path = datasets.path_of(ask.studio.home, body["dataset"])
        return path, datasets.title_of(path), [str(path)]
    folders = folders_of(ask.studio.roots, ask.studio.home)
    path = folders.chosen(body["folder"])
    return path, path.name, [str(root) for root in folders.roots]


def _allowed(ask: Ask, folder: Path) -> list[str]:
    """Outside of which folders nothing is read where a run goes on. Raises InputError or MissingError."""
    kept = ask.studio.home.resolve() / datasets.DATASETS
    if folder.is_relative_to(kept) and folder != kept:
        return [str(datasets.path_of(ask.studio.home, folder.relative_to(kept).parts[0]))]
    if folder.is_file():
        raise InputError(
            "this run learnt from a single file", where=folder.name, hint="Go on with it by: aoede resume"
        )
    folders = folders_of(ask.studio.roots, ask.studio.home)
    folders.check(folder)
    return [str(root) for root in folders.roots]


_LOOK = "Look through the data: what is read, what is not, who can learn."
ENDPOINTS = (
    Endpoint(
        "GET", "/learners", learners, "What can be trained, with its settings and what its figure means."
    ),
    Endpoint("POST", "/scans", scan, _LOOK, body=_SCAN, status=202),
    Endpoint("GET", "/runs", all_runs, "All trainings, where each of them stands, and who works on it."),
    Endpoint("POST", "/runs", begin, "Begin a training.", body=_RUN, status=202),
    Endpoint("GET", "/runs/{id}", run, "One training with the history of its figures."),
    Endpoint("POST", "/runs/{id}/resume", resume, "Go on with a stopped training.", body=_RESUME, status=202),
    Endpoint(
        *(
            "GET",
            "/runs/{id}/files/{file}",
            file,
            "A file of a training: model.safetensors, losses.png, a sample.",
        ),
        query={
            "inline": Field("flag", "To be shown instead of saved."),
            "at": Field("text", "Anything: what is asked for with another is fetched anew.", most=40),
        },
    ),
)
