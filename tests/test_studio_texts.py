"""Texts in the studio: those of `aoede write`, where they were copied from, one's own models, what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

import aoede as package
from aoede.studio.tasks.texts import TITLES
from aoede.words.forms import Pattern
from aoede.words.verbatim import flat
from aoede.write import found, shipped_writers
from tests.command import Run
from tests.studio_server import Client

PLAY = (Path(__file__).parent / "fixtures" / "texts" / "shakespeare.txt").read_text()
SHANTY = "Oh, a ship in the bay and a ship on the sea, and the wind is for you and the wind is for me.\n"


def by_command(aoede: Run, *arguments: str | int) -> Any:
    done = aoede("write", *map(str, arguments), "--json")
    assert done.code == 0, done.err
    return json.loads(done.out)


def refusal(client: Client, **body: Any) -> dict[str, str]:
    answer = client.call("POST", "/texts", {"model": "poem", **body}, wait=1)
    assert answer.status == 422, answer.data
    return dict(answer.json["error"])


def test_draft_i_is_what_the_command_writes_for_the_seed_and_i_more(client: Client, aoede: Run) -> None:
    mixture = {"Emily Dickinson": 0.7, "W. B. Yeats": 0.3}
    body = {"model": "poem", "as": mixture, "seed": 7, "drafts": 2, "length": 150, "temperature": 0.9}
    result = client.made("/texts", body)
    said = ("poem", "--as", "Emily Dickinson=0.7,W. B. Yeats=0.3", "--length", 150, "--temperature", 0.9)
    for i, draft in enumerate(result["drafts"]):
        (text,) = by_command(aoede, *said, "--seed", 7 + i)["texts"]
        assert (draft["text"], draft["seed"]) == (text["text"], 7 + i)
        assert draft["novelty"]["verdict"] == text["novelty"]["verdict"]
    assert len(result["drafts"]) == 2


def test_several_temperatures_are_what_the_command_compares(client: Client, aoede: Run) -> None:
    result = client.made("/texts", {"model": "prose", "temperatures": [0.2, 0.9], "seed": 3, "length": 100})
    compared = by_command(aoede, "prose", "--compare", "0.2,0.9", "--seed", 3, "--length", 100)
    assert [draft["text"] for draft in result["drafts"]] == [text["text"] for text in compared["texts"]]
    assert [draft["settings"]["temperature"] for draft in result["drafts"]] == [0.2, 0.9]


def test_the_pieces_that_are_told_join_to_the_text(client: Client) -> None:
    job = client.post("/texts", {"model": "lyrics", "drafts": 2, "seed": 5, "start": "Why "})
    pieces, ends = ["", ""], {}
    for event in client.events(job["id"]):
        if event["event"] == "text":
            pieces[event["draft"]] += event["text"]
        elif event["event"] == "draft":
            ends[event["draft"]] = event
        elif event["event"] == "done":
            drafts = event["result"]["drafts"]
    assert pieces == [draft["text"] for draft in drafts]
    assert [ends[i]["text"] for i in range(2)] == pieces
    assert all(text.startswith("Why ") for text in pieces)


def test_every_shipped_model_that_writes_is_listed_with_what_can_be_said_to_it(client: Client) -> None:
    rows = {row["name"]: row for row in client.get("/writers")["writers"]}
    assert set(TITLES) == set(shipped_writers()) <= set(rows)
    assert "Emily Dickinson" in rows["poem"]["labels"]["author"]
    assert rows["tang"]["forms"][0] in found("tang").labels.values[1]
    assert (rows["tang"]["usual"], rows["tang"]["free"]) == ({"form": "七言绝句"}, ["古体诗"])
    assert "如梦令" in rows["ci"]["tunes"]
    assert "tune" not in rows["ci"]["labels"]
    assert [rows[name]["language"] for name in ("play", "ci")] == ["en", "zh"]


def test_a_form_is_kept(client: Client) -> None:
    result = client.made(
        "/texts", {"model": "tang", "form": "五言绝句", "as": {"李白": 1}, "drafts": 3, "seed": 1}
    )
    patterns = found("tang").forms
    assert patterns is not None
    for draft in result["drafts"]:
        assert Pattern.of(draft["text"]) in patterns.patterns("五言绝句")
        assert draft["language"] == "zh"


@pytest.fixture(scope="module")
def own(home: Path, client: Client) -> str:
    """The name of a model of the user's, trained after the list was asked for; what it writes is mostly copied."""
    client.get("/writers")
    folder = home / "shanty"
    folder.mkdir()
    rows = [{"author": "Shakespeare", "text": PLAY[i : i + 4_000]} for i in range(0, 24_000, 4_000)]
    rows += [{"author": "Jack Tar", "text": SHANTY * 20} for _ in range(4)]
    (folder / "texts.jsonl").write_text("\n".join(map(json.dumps, rows)))
    package.train("ngram", folder, home / "runs" / "shanty", seed=1, order=5)
    return "shanty"


def test_a_model_of_ones_own_is_listed_as_soon_as_it_is_there_and_writes(client: Client, own: str) -> None:
    row = next(row for row in client.get("/writers")["writers"] if row["name"] == own)
    assert (row["kind"], row["labels"]) == ("own", {"author": ["Jack Tar", "Shakespeare"]})
    assert client.made("/texts", {"model": own, "length": 80})["drafts"][0]["text"]


def test_a_marked_passage_stands_in_the_training_text(client: Client, own: str) -> None:
    body = {"model": own, "temperature": 0.1, "length": 300, "seed": 1}
    draft = client.made("/texts", body)["drafts"][0]
    assert draft["novelty"]["share"] > 0
    assert draft["passages"]
    for passage in draft["passages"]:
        assert flat(draft["text"][passage["start"] : passage["end"]]).strip() in flat(PLAY + SHANTY * 20)
        assert passage["source"].startswith(passage["place"]["path"])


def test_no_more_is_copied_in_a_row_than_is_allowed(client: Client) -> None:
    draft = client.made("/texts", {"model": "play", "max_copy": 12, "length": 300, "seed": 2})["drafts"][0]
    assert draft["has_long_copy"] or draft["novelty"]["longest"] <= 12


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"drafts": 4}, "drafts"),
        ({"drafts": 0}, "drafts"),
        ({"length": 20_001}, "length"),
        ({"start": "a" * 20_001}, "start"),
        ({"temperature": 5.1}, "temperature"),
        ({"temperatures": [0.1, 0.2, 0.3, 0.4]}, "temperatures"),
        ({"temperatures": [0.1], "drafts": 2}, "temperatures"),
        ({"seed": -1}, "seed"),
        ({"as": {"Emily Dickinson": 0}}, "as"),
        ({"as": {"Emily Dickinson": True}}, "as"),
        ({"as": {"Emily Dickinson": "1"}}, "as"),
        ({"as": {str(i): 1 for i in range(13)}}, "as"),
        ({"rhyme": True}, "rhyme"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(client: Client, body: dict[str, Any], where: str) -> None:
    assert refusal(client, **body)["where"] == where


def test_what_a_model_does_not_know_is_told_with_what_it_knows(client: Client) -> None:
    assert "Dickinson" in refusal(client, **{"as": {"Emily Dickson": 1}})["hint"]
    assert refusal(client, form="五言绝句")["where"] == "--form"
    assert refusal(client, length=10, lines=3)["hint"]


@pytest.mark.parametrize("name", ["../runs", "/etc/passwd", "runs/shanty", "notes", "nothing"])
def test_a_name_that_is_not_in_the_list_is_no_model(client: Client, name: str) -> None:
    answer = client.call("POST", "/texts", {"model": name})
    assert (answer.status, answer.json["error"]["code"]) == (404, "missing")
