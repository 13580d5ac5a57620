"""Jobs of the studio: in order, ended when nobody wants them, and never the end of anything else."""

import asyncio
import http.client
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from aoede.errors import AoedeError
from aoede.studio.endpoints.jobs import stream
from aoede.studio.jobs import Job, Jobs
from aoede.studio.library import Library
from aoede.studio.scratch import Scratch
from tests.studio_server import ROOT, Answer, Client, running, start, stop

PROGRAM = ("-m", "tests.studio_tasks")
TOKEN = "a-token-of-the-tests_0123"


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[Client]:
    with running(home, program=PROGRAM, environment={"AOEDE_TOKEN": TOKEN}) as client:
        yield client


@pytest.fixture
def warm(client: Client) -> Client:
    """The client, when its workers are ready: two for notes, and, since there was a job, two for files."""
    ask(client, "echo", {}, wait=1)
    wait_for(lambda: client.get("/healthz")["workers"] == 4)
    return client


def wait_for(is_so: Callable[[], Any], limit_s: float = 30.0) -> None:
    end = time.monotonic() + limit_s
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


def ask(client: Client, kind: str, task: dict[str, Any], **query: Any) -> Any:
    return client.post(f"/making/{kind}", {"task": task}, **query)


def failure(client: Client, kind: str, task: dict[str, Any]) -> Answer:
    return client.call("POST", f"/making/{kind}", {"task": task}, wait=1)


def is_there(pid: int) -> bool:
    """Whether a process lives; one that has ended and is not yet fetched does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until_running(client: Client, *jobs: dict[str, Any]) -> None:
    for job in jobs:
        client.until(job["id"], lambda found: found["state"] == "running")


def is_done(found: dict[str, Any]) -> bool:
    return bool(found["state"] == "done")


def test_a_job_is_answered_at_once_and_tells_all_that_happens_to_it(client: Client) -> None:
    answer = client.call("POST", "/making/tells", {"task": {"n": 3, "event": "text", "note": "a"}})
    job = answer.json
    assert answer.status == 202
    assert answer.headers["location"] == f"/api/v1/jobs/{job['id']}"
    assert (job["kind"], job["state"], job["asked"], job["result"]) == (
        "tells",
        "queued",
        {"note": "a"},
        None,
    )
    told = list(client.events(job["id"]))
    assert [event["event"] for event in told] == ["queued", "running", "text", "text", "text", "done"]
    assert [event["number"] for event in told] == list(range(6))
    assert [event.get("i") for event in told[2:5]] == [0, 1, 2]
    assert told[-1]["result"] == {"n": 3}
    assert list(client.events(job["id"])) == told  # for one who comes later too
    assert client.get(f"/jobs/{job['id']}")["state"] == "done"
    assert job["id"] in [each["id"] for each in client.get("/jobs")["jobs"]]


def test_events_go_on_where_a_connection_was_lost(client: Client) -> None:
    job = ask(client, "tells", {"n": 3, "event": "text"})
    client.until(job["id"], is_done)
    answer = client.send("GET", f"/api/v1/jobs/{job['id']}/events", headers={"Last-Event-ID": "3"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert [line for line in answer.data.decode().split("\n") if line.startswith("id")] == ["id: 4", "id: 5"]


def test_what_is_told_while_events_are_sent_is_sent_too() -> None:
    async def heard() -> list[str]:
        job = Job("0123456789abcdef", "echo", "quick", {}, "")
        job.tell({"event": "first"})
        found = []
        async for told in stream(job, -1):
            found.append(json.loads(told.split("data: ")[1])["event"])
            if found == ["first"]:
                job.tell({"event": "second"})
                job.state = "done"
                job.tell({"event": "done", "result": {}})
        return found

    assert asyncio.run(heard()) == ["first", "second", "done"]


def test_with_wait_the_answer_is_the_result(client: Client) -> None:
    assert ask(client, "echo", {"a": [1, "好"]}, wait=1)["task"] == {"a": [1, "好"]}


def test_what_the_server_hears_and_finishes_is_what_is_told(client: Client) -> None:
    heard = list(client.events(ask(client, "tells", {"n": 2, "event": "text"})["id"]))
    assert [event["heard"] for event in heard if event["event"] == "text"] == [True, True]
    unheard = list(client.events(ask(client, "tells", {"n": 2, "event": "unheard"})["id"]))
    assert [event["event"] for event in unheard] == ["queued", "running", "done"]


def test_the_files_of_a_job_are_there_until_it_is_finished(client: Client, home: Path) -> None:
    result = ask(client, "files", {}, wait=1)
    assert result["found"] == "la la"
    assert Path(result["folder"]).parent == home / "runtime" / "scratch"
    assert not Path(result["folder"]).exists()


def test_nothing_but_the_folder_of_a_job_can_be_removed(tmp_path: Path) -> None:
    (tmp_path / "song.mid").touch()
    scratch = Scratch(tmp_path)
    for name in (
        "",
        ".",
        "..",
        "../..",
        "/",
        str(tmp_path),
        "0123456789abcdef/..",
        "x" * 16,
        "0123456789ABCDEF",
    ):
        with pytest.raises(ValueError, match="is no job"):
            scratch.remove(name)
    with pytest.raises(ValueError, match="has to be an absolute path"):
        Scratch(Path())
    own, other = "0123456789abcdef", "fedcba9876543210"
    scratch.of(own).mkdir()
    (scratch.of(own) / "a").touch()
    (scratch.of(own).parent / "not-ours").mkdir()
    scratch.of(other).symlink_to(tmp_path)
    scratch.remove_all()
    assert {path.name for path in scratch.of(own).parent.iterdir()} == {"not-ours", other}
    assert (tmp_path / "song.mid").exists()


@pytest.mark.parametrize(
    ("how", "status", "code", "message"),
    [
        ("usage", 422, "usage", "bars must be between 1 and 512, not 0"),
        ("bug", 500, "internal", "this is a bug in Aoede (ValueError)"),
        ("nan", 500, "internal", "this is a bug in Aoede (RuntimeError)"),
        ("large", 500, "internal", "this is a bug in Aoede (RuntimeError)"),
        ("memory", 507, "memory", "there is not enough memory for this"),
        ("SIGKILL", 500, "internal", "the process that worked on this ended before it was done (SIGKILL)"),
        ("SIGSEGV", 500, "internal", "the process that worked on this ended before it was done (SIGSEGV)"),
        ("exit", 500, "internal", "the process that worked on this ended before it was done (status 3)"),
    ],
)
def test_a_task_that_fails_says_why_and_the_next_one_works(
    client: Client, how: str, status: int, code: str, message: str
) -> None:
    answer = failure(client, "crash", {"how": how})
    assert answer.status == status
    assert answer.json["error"]["code"] == code
    assert answer.json["error"]["message"] == message
    assert b"secret" not in answer.data
    assert ask(client, "echo", {"n": 1}, wait=1)["task"] == {"n": 1}


def test_an_error_of_a_task_keeps_its_hint_and_place(client: Client) -> None:
    told = failure(client, "crash", {"how": "usage"}).json["error"]
    assert (told["hint"], told["where"]) == ("Try 8.", "--bars")
    job = ask(client, "crash", {"how": "usage"})
    last = list(client.events(job["id"]))[-1]
    assert last == {"number": 2, "event": "failed", "status": 422, "error": told}


def test_stray_prints_of_a_task_do_no_harm(client: Client) -> None:
    for _ in range(3):
        assert ask(client, "loud", {}, wait=1) == {"said": True, "stdin": ""}


def test_a_worker_has_limits_and_knows_no_token(client: Client, home: Path) -> None:
    found = ask(client, "limits", {}, wait=1)
    assert found["memory"] == 6 * 2**30
    assert found["core"] == 0
    assert found["environment"] == {"OMP_NUM_THREADS": "1", "AOEDE_TOKEN": None, "AOEDE_HOME": str(home)}
    assert found["heavy"] == ["numpy"]  # warm, without torch
    assert not {"", str(home)} & set(found["path"])


def test_a_worker_that_ends_while_it_has_nothing_to_do_is_not_missed(warm: Client) -> None:
    for _ in range(2):
        os.kill(ask(warm, "echo", {}, wait=1)["pid"], signal.SIGKILL)
    assert ask(warm, "echo", {"n": 1}, wait=1)["task"] == {"n": 1}


def test_a_running_job_is_cancelled_within_half_a_second_and_its_process_is_gone(warm: Client) -> None:
    job = ask(warm, "sleep", {"seconds": 60})
    pid = next(event["pid"] for event in warm.events(job["id"]) if event["event"] == "asleep")
    began = time.monotonic()
    found = warm.call("DELETE", f"/jobs/{job['id']}").json
    assert time.monotonic() - began < 0.5
    assert found["state"] == "cancelled"
    assert not is_there(pid)
    assert ask(warm, "echo", {}, wait=1)["pid"] != pid
    last = list(warm.events(job["id"]))[-1]
    assert (last["event"], last["error"]["code"]) == ("failed", "cancelled")
    assert warm.call("DELETE", f"/jobs/{job['id']}").json["state"] == "cancelled"


def test_the_other_worker_serves_while_one_is_cancelled(warm: Client) -> None:
    job = ask(warm, "sleep", {"seconds": 60})
    wait_until_running(warm, job)
    assert ask(warm, "echo", {}, wait=1)["task"] == {}
    warm.call("DELETE", f"/jobs/{job['id']}")
    began = time.monotonic()
    assert ask(warm, "echo", {}, wait=1)["task"] == {}
    assert time.monotonic() - began < 0.5


def test_jobs_wait_for_their_turn_and_may_be_cancelled_there(warm: Client) -> None:
    holding = [ask(warm, "sleep", {"seconds": 60}) for _ in range(2)]
    wait_until_running(warm, *holding)
    first, second, third = (ask(warm, "echo", {"n": n}) for n in range(3))
    assert [job["position"] for job in (first, second, third)] == [1, 2, 3]
    began = time.monotonic()
    assert warm.call("DELETE", f"/jobs/{first['id']}").json["state"] == "cancelled"
    assert time.monotonic() - began < 0.5
    assert warm.get(f"/jobs/{third['id']}")["position"] == 2
    urgent = ask(warm, "echo", {"n": 3}, urgent=1)
    assert urgent["position"] == 1
    for job in holding:
        warm.call("DELETE", f"/jobs/{job['id']}")
    for job in (second, third, urgent):
        warm.until(job["id"], is_done)


def test_notes_do_not_wait_for_files(warm: Client) -> None:
    holding = [ask(warm, "render", {"seconds": 60}) for _ in range(3)]
    wait_until_running(warm, *holding[:2])
    began = time.monotonic()
    assert ask(warm, "echo", {}, wait=1)["task"] == {}
    assert time.monotonic() - began < 0.5
    assert warm.get(f"/jobs/{holding[2]['id']}")["position"] == 1
    for job in holding:
        warm.call("DELETE", f"/jobs/{job['id']}")


def test_who_stops_waiting_cancels_and_who_stops_listening_does_not(warm: Client, tmp_path: Path) -> None:
    signs = tmp_path / "signs"
    connection = http.client.HTTPConnection("127.0.0.1", warm.port)
    headers = {"Authorization": f"Bearer {warm.token}", "Content-Type": "application/json"}
    body = f'{{"task": {{"seconds": 60, "signs": "{signs}"}}}}'
    connection.request("POST", "/api/v1/making/sleep?wait=1", body, headers)
    wait_for(signs.exists)
    job = warm.get("/jobs")["jobs"][0]
    connection.close()
    warm.until(job["id"], lambda found: found["state"] == "cancelled", limit_s=2)

    job = ask(warm, "sleep", {"seconds": 0.5})
    events = warm.events(job["id"])
    next(events)
    events.close()  # type: ignore[attr-defined]
    warm.until(job["id"], is_done)


def test_of_many_events_the_newest_steps_are_kept_and_the_end_always(client: Client) -> None:
    job = ask(client, "tells", {"n": 12_000, "event": "step"})
    client.until(job["id"], is_done)
    told = list(client.events(job["id"]))
    assert len(told) <= 5_000
    numbers = [event["number"] for event in told]
    assert numbers == sorted(set(numbers))
    assert told[-1]["event"] == "done"
    assert [event["i"] for event in told[-11:-1]] == list(range(11_990, 12_000))
    job = ask(client, "tells", {"n": 6_000, "event": "text"})
    client.until(job["id"], is_done)
    told = list(client.events(job["id"]))
    assert len(told) <= 5_001
    assert told[-1]["event"] == "done"


def test_a_training_saves_when_it_is_stopped_or_cancelled(client: Client, tmp_path: Path) -> None:
    first, second = (ask(client, "learn", {"saved": str(tmp_path / name)}) for name in "ab")
    wait_until_running(client, first)
    assert second["position"] in (0, 1)
    assert client.get(f"/jobs/{second['id']}")["state"] == "queued"
    assert client.post(f"/jobs/{first['id']}/stop")["state"] == "running"
    found = client.until(first["id"], is_done)
    assert str(found["result"]["step"]) == (tmp_path / "a").read_text()

    began = next(event for event in client.events(second["id"]) if event["event"] == "began")
    assert client.call("DELETE", f"/jobs/{second['id']}").json["state"] == "cancelled"
    assert int((tmp_path / "b").read_text()) >= 0
    wait_for(lambda: not is_there(began["pid"]), limit_s=2)


def test_a_training_that_waits_is_cancelled_by_stop(client: Client, tmp_path: Path) -> None:
    first, second = (ask(client, "learn", {"saved": str(tmp_path / name)}) for name in "ab")
    wait_until_running(client, first)
    assert client.post(f"/jobs/{second['id']}/stop")["state"] == "cancelled"
    client.post(f"/jobs/{first['id']}/stop")  # before its process is there
    client.until(first["id"], is_done)


def test_there_is_no_such_job(client: Client) -> None:
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/events"), ("POST", "/stop")):
        answer = client.call(method, f"/jobs/0123456789abcdef{path}")
        assert answer.status == 404
        assert answer.json["error"]["code"] == "missing"


def test_as_many_wait_as_may_and_no_more(warm: Client) -> None:
    holding = [ask(warm, "sleep", {"seconds": 60}) for _ in range(2)]
    wait_until_running(warm, *holding)

    def one(n: int) -> Answer:
        return warm.call("POST", "/making/echo", {"task": {"n": n}})

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(one, range(80)))
    assert sorted(answer.status for answer in answers) == [202] * 64 + [503] * 16
    for answer in answers:
        if answer.status == 503:
            assert int(answer.headers["retry-after"]) > 0
            assert answer.json["error"]["code"] == "busy"
    for job in holding:
        warm.call("DELETE", f"/jobs/{job['id']}")
    for answer in answers:
        if answer.status == 202:
            warm.until(answer.json["id"], is_done)
    assert ask(warm, "echo", {"n": 1}, wait=1)["task"] == {"n": 1}


def test_64_may_listen_at_once_and_who_leaves_makes_room(client: Client) -> None:
    job = ask(client, "sleep", {"seconds": 60})
    head = f"GET /api/v1/jobs/{job['id']}/events HTTP/1.1\r\nHost: 127.0.0.1:{client.port}\r\n"
    head += f"Authorization: Bearer {client.token}\r\n\r\n"
    socks = [socket.create_connection(("127.0.0.1", client.port), timeout=10) for _ in range(65)]
    try:
        found = []
        for sock in socks:
            sock.sendall(head.encode())
            found.append(sock.recv(12).decode())
        assert found == ["HTTP/1.1 200"] * 64 + ["HTTP/1.1 503"]
        socks[0].close()
        wait_for(lambda: _can_listen(client, head), limit_s=5)
        assert client.get("/healthz")["status"] == "ok"
    finally:
        for sock in socks:
            sock.close()
        client.call("DELETE", f"/jobs/{job['id']}")


def _can_listen(client: Client, head: str) -> bool:
    with socket.create_connection(("127.0.0.1", client.port), timeout=10) as sock:
        sock.sendall(head.encode())
        return sock.recv(12) == b"HTTP/1.1 200"


def begun(client: Client, saved: Path) -> tuple[list[dict[str, Any]], list[int]]:
    """A job that sleeps and a training, both at work, and the processes that are at them."""
    jobs = [ask(client, "sleep", {"seconds": 60}), ask(client, "learn", {"saved": str(saved)})]
    pids = [next(event["pid"] for event in client.events(job["id"]) if "pid" in event) for job in jobs]
    return jobs, pids


def test_when_the_server_is_killed_no_process_is_left_and_its_jobs_are_interrupted(tmp_path: Path) -> None:
    home, saved = tmp_path / "home", tmp_path / "saved"
    home.mkdir()
    (home / "a file of the user").touch()
    url, token, process = start(home, program=PROGRAM)
    client = Client(url, token)
    jobs, pids = begun(client, saved)
    done = ask(client, "echo", {"n": 1}, wait=1)
    jobs += [ask(client, "sleep", {"seconds": 60}) for _ in range(3)]
    done_job = next(each for each in client.get("/jobs")["jobs"] if each["kind"] == "echo")
    time.sleep(0.2)  # so that the last of them is stored
    stop_hard(process)
    wait_for(lambda: not any(is_there(pid) for pid in [*pids, done["pid"]]), limit_s=5)
    assert int(saved.read_text()) > 0  # the training was told, and has saved

    with running(home, program=PROGRAM) as again:
        for job in jobs:
            found = again.get(f"/jobs/{job['id']}")
            assert (found["state"], found["error"]["code"]) == ("interrupted", "interrupted")
            assert list(again.events(job["id"]))[-1]["error"]["code"] == "interrupted"
        found = again.get(f"/jobs/{done_job['id']}")
        assert (found["state"], found["result"]["task"]) == ("done", {"n": 1})
    assert (home / "a file of the user").exists()


def test_what_takes_too_long_or_will_not_stop_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setattr("aoede.studio.jobs.LIMIT_S", {"quick": 1.0, "files": 1.0, "train": None})
    monkeypatch.setattr("aoede.studio.jobs.POLITE_S", 0.3)

    async def tried(library: Library) -> None:
        jobs = Jobs(tmp_path, library, tasks="tests.studio_tasks")
        jobs.start()
        try:
            long = jobs.submit("sleep", {"seconds": 60})
            stubborn = jobs.submit("learn", {"saved": str(tmp_path / "saved"), "stubborn": True})
            with pytest.raises(AoedeError, match="this took longer than 1 s") as caught:
                await jobs.result(long)
            assert caught.value.code == "timeout"
            assert (await jobs.result(jobs.submit("echo", {"n": 1})))["task"] == {"n": 1}
            while not any(event["event"] == "step" for event in stubborn.events):
                await asyncio.sleep(0.02)
            began = time.monotonic()
            assert (await jobs.cancel(stubborn.id)).state == "cancelled"
            assert 0.3 <= time.monotonic() - began < 2
        finally:
            await jobs.close()

    with closing(Library(tmp_path)) as library:
        asyncio.run(tried(library))
    assert not (tmp_path / "saved").exists()


def stop_hard(process: Any) -> None:
    process.kill()
    process.wait()
    process.stdout.close()


def test_when_the_server_ends_its_processes_are_gone_and_trainings_saved(tmp_path: Path) -> None:
    home, saved = tmp_path / "home", tmp_path / "saved"
    home.mkdir()
    url, token, process = start(home, program=PROGRAM)
    client = Client(url, token)
    jobs, pids = begun(client, saved)
    told: list[dict[str, Any]] = []
    listener = threading.Thread(target=lambda: told.extend(client.events(jobs[0]["id"])))
    listener.start()
    time.sleep(0.2)
    assert stop(process, 10, signal.SIGTERM) == 0
    listener.join(5)
    assert told[-1]["error"]["code"] == "interrupted"
    assert saved.exists()
    assert not any(is_there(pid) for pid in pids)
    assert not (home / "runtime" / "studio.json").exists()
