"""Tasks that fail in every way there is, and a studio that has them: `python -m tests.studio_tasks --port 0`."""

import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aoede.errors import UsageError
from aoede.studio.asking import Ask, Endpoint, Field
from aoede.studio.jobs import Job
from aoede.studio.worker import Desk

MAX_UPLOAD_BYTES = 2_000_000
STEP_S = 0.02


def echo(task: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    return {"task": dict(task), "pid": os.getpid()}


def sleep(task: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    """Seconds long, for nobody; `signs` is a file that is there once it has begun."""
    end = time.monotonic() + task["seconds"]
    desk.tell("asleep", pid=os.getpid())
    if "signs" in task:
        Path(task["signs"]).touch()
    while time.monotonic() < end:
        time.sleep(STEP_S)
    return {"slept": task["seconds"], "pid": os.getpid()}


def crash(task: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    how = task["how"]
    if how.startswith("SIG"):
        os.kill(os.getpid(), getattr(signal, how))
    if how == "memory":
        return {"n": len(bytearray(7 * 2**30))}
    if how == "usage":
        raise UsageError("bars must be between 1 and 512, not 0", where="--bars", hint="Try 8.")
    if how == "nan":
        return {"n": float("nan")}
    if how == "large":
        return {"text": "a" * 33_000_000}
    if how == "exit":
        os._exit(3)
    raise ValueError("a secret that nobody may be told")


def loud(task: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    """Prints where only frames may go."""
    print("a stray print", flush=True)
    os.write(1, b"a stray write\n")
    sys.stdout.write("and another")
    return {"said": True, "stdin": sys.stdin.read()}


def tells(task: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    for i in range(task["n"]):
        desk.tell(task["event"], i=i)
    return {"n": task["n"]}


def files(task: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    (desk.folder / "song.txt").write_text("la la")
    return {"folder": str(desk.folder)}


def limits(task: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    import resource

    names = ("OMP_NUM_THREADS", "AOEDE_TOKEN", "AOEDE_HOME")
    return {
        "memory": resource.getrlimit(resource.RLIMIT_AS)[0],
        "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
        "environment": {name: os.environ.get(name) for name in names},
        "heavy": sorted({"torch", "numpy"} & sys.modules.keys()),
        "path": sys.path,
    }


def learn(task: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    """Until it is told to stop; then it saves into a file, which takes `saving` seconds."""
    desk.tell("began", pid=os.getpid())
    step = 0
    while not desk.should_stop() or task.get("stubborn"):
        step += 1
        desk.tell("step", step=step)
        time.sleep(STEP_S)
    time.sleep(task.get("saving", 0.1))
    Path(task["saved"]).write_text(str(step))
    return {"step": step}


_QUICK = (echo, sleep, crash, loud, tells, files, limits)
TASKS = {task.__name__: ("tests.studio_tasks", task.__name__, "quick") for task in _QUICK} | {
    "learn": ("tests.studio_tasks", "learn", "train"),
    "render": ("tests.studio_tasks", "sleep", "files"),
}


# A studio that has them

_handled = {"n": 0}


async def make(ask: Ask) -> Job:
    _handled["n"] += 1

    def finish(job: Job, result: dict[str, Any]) -> dict[str, Any]:
        if job.kind == "files" and job.folder is not None:
            result["found"] = (job.folder / "song.txt").read_text()
        return result

    def hear(job: Job, event: dict[str, Any]) -> dict[str, Any] | None:
        return None if event["event"] == "unheard" else {**event, "heard": True}

    task, urgent = ask.body.get("task", {}), bool(ask.query.get("urgent"))
    shown = {"note": task.get("note", "")}
    return ask.studio.jobs.submit(ask.path["id"], task, public=shown, finish=finish, hear=hear, urgent=urgent)


async def state(ask: Ask) -> dict[str, Any]:
    return {"handled": _handled["n"]}


async def change(ask: Ask) -> dict[str, Any]:
    _handled["n"] += 1
    return dict(ask.body)


async def take(ask: Ask) -> dict[str, Any]:
    path = await ask.upload()
    n_bytes = path.stat().st_size
    path.unlink()
    return {"n_bytes": n_bytes}


async def fail(ask: Ask) -> dict[str, Any]:
    raise KeyError("a secret that nobody may be told")


_FIELDS = {
    "text": Field("text", "A text.", most=10),
    "whole": Field("whole", "A whole number.", least=1, most=512),
    "number": Field("number", "A number.", least=-1, most=1),
    "any": Field("number", "Any number."),
    "flag": Field("flag", "A flag."),
    "choice": Field("choice", "A colour.", choices=("red", "blue")),
    "id": Field("id", "An id."),
    "list": Field("list", "Numbers.", most=3, items=Field("whole", "One.", least=0, most=9)),
    "inner": Field(
        "object", "More.", fields={"bars": Field("whole", "Bars.", required=True, least=1, most=8)}
    ),
    "object": Field("object", "Anything."),
}
ENDPOINTS = (
    Endpoint(
        "POST",
        "/making/{id}",
        make,
        "A job.",
        body={"task": Field("object", "The task.")},
        query={"urgent": Field("flag", "Before the others.")},
        status=202,
    ),
    Endpoint("GET", "/state", state, "How many changes there were."),
    Endpoint("POST", "/state", change, "A change.", body=_FIELDS),
    Endpoint(
        "PUT", "/state", change, "A change.", body=_FIELDS, query={"n": Field("whole", "N.", least=0, most=9)}
    ),
    Endpoint("DELETE", "/state", change, "A change."),
    Endpoint("POST", "/taking", take, "A file.", upload=MAX_UPLOAD_BYTES),
    Endpoint("GET", "/failing", fail, "A bug."),
    Endpoint("GET", "/named/{id}/files/{kind}", state, "Names in a path."),
)

if __name__ == "__main__":
    from aoede.studio.start import Place, serve

    port = int(sys.argv[sys.argv.index("--port") + 1])
    place = Place(port=port, token=os.environ.get("AOEDE_TOKEN"), tasks="tests.studio_tasks", more=ENDPOINTS)
    serve(place, lambda url: print(url, flush=True))
