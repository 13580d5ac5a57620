"""Runs and models of the studio: as they are listed, and through the server, however that ends."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aoede.errors import MissingError
from aoede.formats.files import write_whole
from aoede.learning import runs
from aoede.learning.sampling import find_checkpoint
from aoede.studio import trainings
from aoede.studio.models import own_models, path_of, places
from tests.small_trainings import QUICK, Desk, songs_in, texts_in, trained
from tests.studio_server import Client, running, start, stop


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return songs_in(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return texts_in(tmp_path_factory.mktemp("texts"))


# Runs as they are listed, and models


@pytest.fixture(scope="module")
def home(songs: Path, texts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished writer, a stopped machine, a model file with an odd name, and what is none of these."""
    home = tmp_path_factory.mktemp("home")
    (home / "models").mkdir()
    trained(texts, home / "runs" / "ngram-poems", "ngram", encoding="characters", order=4)
    stopping = Desk(stops_after=("checked", 1))
    trained(
        songs, home / "runs" / "Meine Läufe", "rbm", stopping, encoding="pianoroll", n_epochs=500, **QUICK
    )
    model = (home / "runs" / "ngram-poems" / runs.MODEL_FILE).read_bytes()
    (home / "models" / "poem.safetensors").write_bytes(model)  # the name of a shipped one
    (home / "models" / "broken.safetensors").write_bytes(b"no model")
    (home / "models" / "link.safetensors").symlink_to(home / "models" / "poem.safetensors")
    (home / "runs" / "empty").mkdir()
    return home


def test_own_models_are_listed_by_ids_that_are_plain_and_of_no_shipped_model(home: Path) -> None:
    rows = {row["name"]: row for row in own_models(home)}
    assert set(rows) == {"我的歌", "poem"}
    by_id = {row["id"]: row for row in own_models(home)}
    assert len(by_id) == 3
    assert by_id["ngram-poems"]["uses"] == ["writer"]
    assert "poem" not in by_id
    for id_, row in by_id.items():
        assert find_checkpoint(path_of(home, id_))[0].metadata["family"] == row["family"]
    (odd,) = (row for row in by_id.values() if row["family"] == "rbm")
    assert (odd["usable_as"], odd["is_done"]) == ("harmony", False)


@pytest.mark.parametrize(
    "name", ["../runs/ngram-poems", "", "poem", "link", "runs", "/etc", "ngram-poems/..", "a" * 65]
)
def test_a_name_that_is_in_no_list_opens_no_model(home: Path, name: str) -> None:
    with pytest.raises(MissingError):
        path_of(home, name)


def test_runs_say_where_they_stand_and_give_their_files_and_no_others(home: Path) -> None:
    rows = {row["family"]: row for row in trainings.rows(home, {})}
    assert (rows["ngram"]["state"], rows["rbm"]["state"]) == ("done", "stopped")
    assert rows["ngram"]["sample"] == "best.txt"
    assert rows["rbm"]["n_steps"] > rows["rbm"]["step"] > 0
    run = path_of(home, rows["rbm"]["id"])
    detail = trainings.detail_of(rows["rbm"]["id"], run, None)
    assert [row["step"] for row in detail["history"]] == sorted(row["step"] for row in detail["history"])
    assert detail["account"]["skipped"] == 2
    assert "broken.mid" in {row["path"] for row in detail["account"]["rows"]}
    model, _ = trainings.file_of(run, "model.safetensors")
    assert isinstance(model, bytes) and len(model) > 1000
    for name in (
        "run.json",
        "lock",
        "data.json",
        "studio.json",
        "../ngram-poems/model.safetensors",
        "metrics.jsonl/..",
    ):
        with pytest.raises(MissingError):
            trainings.file_of(run, name)


def test_a_damaged_run_is_listed_as_damaged_and_spoils_no_other(home: Path) -> None:
    bad = home / "runs" / "bad"
    bad.mkdir()
    write_whole(bad / runs.RUN_FILE, b"{}")
    try:
        states = {row["id"]: row["state"] for row in trainings.rows(home, {})}
        assert states["bad"] == "damaged"
        assert states["ngram-poems"] == "done"
        assert "bad" in places(home)
        assert "bad" not in {row["id"] for row in own_models(home)}
    finally:
        (bad / runs.RUN_FILE).unlink()
        bad.rmdir()


# Through the server


def until(is_so: Callable[[], Any], limit_s: float = 30.0) -> Any:
    end = time.monotonic() + limit_s
    while not (found := is_so()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


@pytest.fixture(scope="module")
def studio(songs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Client, Path]]:
    home = tmp_path_factory.mktemp("studio")
    with running(home, "--root", str(songs.parent)) as client:
        yield client, home


def folder_of(client: Client, name: str) -> str:
    root = client.get("/folders")["folders"][0]["id"]
    return next(each["id"] for each in client.get(f"/folders/{root}")["folders"] if each["name"] == name)  # type: ignore[no-any-return]


def test_files_that_are_sent_are_looked_through_and_learnt_from_and_the_model_is_there(
    studio: tuple[Client, Path], texts: Path
) -> None:
    client, home = studio
    made = client.post("/datasets", {"name": "Poems"})
    client.post(f"/datasets/{made['id']}/files", (texts / "book.txt").read_bytes(), name="book.txt")
    assert client.call("POST", f"/datasets/{made['id']}/files", b"x", name="../../book.txt").status == 422
    client.post(f"/datasets/{made['id']}/files", b"\0\1\2\3" * 100, name="Act 5: lost.txt")
    found = client.made("/scans", {"dataset": made["id"]})
    assert found["kinds"]["texts"]["documents"] == 1
    assert [(row["path"], row["outcome"]) for row in found["rows"]] == [
        ("Act 5: lost.txt", "skipped"),
        ("book.txt", "read"),
    ]
    assert found["lines"][0].startswith("Act 5: lost.txt skipped")
    wanted = {"dataset": made["id"], "family": "ngram", "seed": 5, "settings": {"order": 4}, "name": "Will"}
    job = client.post("/runs", wanted)
    assert job["asked"]["run"] == "ngram-will"
    events = list(client.events(job["id"]))
    assert events[-1]["event"] == "done", events[-1]
    assert [each["text"] for each in events if each["event"] == "sample"][-1].strip()
    row = client.get("/runs/ngram-will")
    assert (row["state"], row["usable_as"], row["name"], row["data"]) == ("done", "writer", "Will", "Poems")
    assert row["text"].strip()
    assert [each["path"] for each in row["account"]["rows"]] == ["Act 5: lost.txt"]
    model = client.call("GET", "/runs/ngram-will/files/model.safetensors")
    assert model.headers["content-disposition"] == 'attachment; filename="ngram-will-model.safetensors"'
    own = home / "own"
    trained(texts, own, "ngram", encoding="characters", order=4)
    assert (
        find_checkpoint(home / "runs" / "ngram-will")[0].tensors.keys()
        == find_checkpoint(own)[0].tensors.keys()
    )
    assert client.call("GET", "/runs/ngram-will/files/losses.png").data.startswith(b"\x89PNG")
    assert client.call("GET", "/runs/ngram-will/files/run.json").status == 404
    sample = f"/api/v1/runs/ngram-will/files/{row['sample']}"  # in parts, as Safari wants sound
    part = client.send("GET", sample, headers={"Range": "bytes=2-5"})
    assert (part.status, part.data) == (206, client.send("GET", sample).data[2:6])
    assert client.call("DELETE", f"/datasets/{made['id']}").status == 200


def test_bad_orders_are_refused_by_name_and_nothing_is_begun(studio: tuple[Client, Path]) -> None:
    client, home = studio
    folder = folder_of(client, "songs")
    before = sorted((home / "runs").iterdir()) if (home / "runs").is_dir() else []
    for body, where in (
        ({"family": "rbm"}, "folder"),
        ({"family": "rbm", "folder": folder, "dataset": folder}, "folder"),
        ({"family": "rbm", "folder": folder, "encoding": "characters"}, "encoding"),
        ({"family": "rbm", "folder": folder, "minutes": 1, "epochs": 1}, "minutes"),
        ({"family": "rbm", "folder": folder, "settings": {"n_hidden": 0}}, "settings.n_hidden"),
        (
            {"family": "two-tower", "folder": folder, "settings": {"responses": "/etc/passwd"}},
            "settings.responses",
        ),
        ({"family": "os", "folder": folder}, "family"),
    ):
        answer = client.call("POST", "/runs", body)
        assert (answer.status, answer.json["error"]["where"]) == (422, where), answer.data
    for name in ("../../etc", "0" * 32, "songs"):
        assert client.call("POST", "/runs", {"family": "rbm", "folder": name}).status in (404, 422)
    assert (sorted((home / "runs").iterdir()) if (home / "runs").is_dir() else []) == before


def test_a_training_pauses_goes_on_and_is_busy_meanwhile(studio: tuple[Client, Path]) -> None:
    client, home = studio
    wanted = {
        "folder": folder_of(client, "songs"),
        "family": "rbm",
        "epochs": 4000,
        "seed": 5,
        "settings": QUICK,
    }
    job = client.post("/runs", wanted)
    run = job["asked"]["run"]
    events = client.events(job["id"])
    assert any(each["event"] == "checked" for each in events)
    assert client.call("POST", f"/runs/{run}/resume", {}).status == 503
    assert client.get(f"/runs/{run}")["state"] == "training"
    client.post(f"/jobs/{job['id']}/stop")
    last = list(events)[-1]
    assert (last["event"], last["result"]["is_done"]) == ("done", False)
    row = client.get(f"/runs/{run}")
    assert (row["state"], row["step"], row["job"]) == ("stopped", last["result"]["step"], None)
    with runs.locked(home / "runs" / run):
        answer = client.call("POST", f"/runs/{run}/resume", {})
        assert (answer.status, answer.json["error"]["code"]) == (503, "busy")
        assert client.get(f"/runs/{run}")["is_elsewhere"]
    job = client.post(f"/runs/{run}/resume", {})
    began = next(each for each in client.events(job["id"]) if each["event"] == "began")
    assert began["step"] == row["step"]
    assert client.call("DELETE", f"/jobs/{job['id']}").status == 200
    until(lambda: client.get(f"/runs/{run}")["state"] == "stopped")
    assert client.get(f"/runs/{run}")["step"] >= row["step"]


def test_a_studio_that_is_killed_while_it_trains_loses_nothing(songs: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    options = {"epochs": 24, "seed": 5, "settings": QUICK}
    url, token, process = start(home, "--root", str(songs.parent))
    client = Client(url, token)
    job = client.post("/runs", {"folder": folder_of(client, "songs"), "family": "rbm", **options})
    run = job["asked"]["run"]
    heard = threading.Event()
    threading.Thread(target=_listen, args=(client, job["id"], heard), daemon=True).start()
    assert heard.wait(30)
    os.kill(process.pid, signal.SIGKILL)
    stop(process)
    until(lambda: not runs.holder(home / "runs" / run))  # the training saves, and ends by itself
    with running(home, "--root", str(songs.parent)) as client:
        assert client.get(f"/jobs/{job['id']}")["state"] == "interrupted"
        row = client.get(f"/runs/{run}")
        assert row["state"] == "stopped"
        assert 0 < row["step"] < row["n_steps"]
        assert row["uses"] == ["harmony", "sampler"]
        result = client.made(f"/runs/{run}/resume", {})
        assert result["is_done"]
        assert client.get(f"/runs/{run}")["state"] == "done"
    trained(songs, tmp_path / "whole", "rbm", encoding="pianoroll", n_epochs=24, **QUICK)
    whole = (tmp_path / "whole" / runs.MODEL_FILE).read_bytes()
    assert (home / "runs" / run / runs.MODEL_FILE).read_bytes() == whole


def _listen(client: Client, job: str, heard: threading.Event) -> None:
    try:
        for event in client.events(job):
            if event["event"] == "checked":
                heard.set()
    except OSError:
        return  # the server was killed


def test_a_folder_that_changed_since_is_told_and_may_be_allowed(
    studio: tuple[Client, Path], songs: Path
) -> None:
    client, _ = studio
    folder = songs.parent / "changing"
    folder.mkdir()
    for seed in range(10):
        (folder / f"{seed}.mid").write_bytes((songs / f"{seed}.mid").read_bytes())
    wanted = {
        "folder": folder_of(client, "changing"),
        "family": "rbm",
        "epochs": 4000,
        "seed": 5,
        "settings": QUICK,
    }
    job = client.post("/runs", wanted)
    run, events = job["asked"]["run"], client.events(job["id"])
    assert any(each["event"] == "checked" for each in events)
    client.post(f"/jobs/{job['id']}/stop")
    list(events)
    (folder / "0.mid").unlink()
    answer = client.call("POST", f"/runs/{run}/resume", {}, wait=1)
    assert answer.status == 422
    assert "0.mid is missing" in answer.json["error"]["message"]
    job = client.post(f"/runs/{run}/resume", {"allow_data_change": True})
    assert any(each["event"] == "began" for each in client.events(job["id"]))
    client.call("DELETE", f"/jobs/{job['id']}")
    folder.rename(songs.parent / "elsewhere")
    folder.symlink_to(songs.parent / "elsewhere", target_is_directory=True)
    answer = client.call("POST", f"/runs/{run}/resume", {"allow_data_change": True}, wait=1)
    assert answer.status == 422
    assert "something else" in answer.json["error"]["message"]
