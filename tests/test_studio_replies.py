"""Replies in the studio: those of `aoede reply`, why there are none, picks that are kept; no message is kept."""

import json
from pathlib import Path
from typing import Any

import pytest

from aoede.formats import mail
from aoede.studio.tasks import replies
from tests.command import Run
from tests.studio_server import Client

SECRET = "Zebrawood"  # stands in no reply and in no file of ours
BULK = ("List-Unsubscribe: <x>", "List-Id: <x>", "Precedence: bulk", "Precedence: list", "Precedence: junk")
MACHINES = (
    "Auto-Submitted: auto-generated",
    "X-Auto-Response-Suppress: All",
    "Content-Type: multipart/report; boundary=x",
)
SENDERS = ("From: no-reply@example.org", "From: bounce@example.org", "From: notifications@example.org")


def letter(*head: str, text: str = "Are you free tomorrow?") -> bytes:
    sender = () if any(line.startswith("From:") for line in head) else ("From: Ann <ann@example.org>",)
    return "\r\n".join([*sender, "Subject: Tomorrow", *head, "", text, ""]).encode()


@pytest.mark.parametrize("message", ["Are you free tomorrow evening?", "明天晚上有空吗？", "My father died."])
def test_the_replies_are_those_of_the_command(
    client: Client, aoede: Run, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AOEDE_HOME", str(tmp_path))
    told = json.loads(aoede("reply", message, "--json").out)
    result = client.made("/replies", {"message": message})
    assert result["replies"] == told["replies"]
    assert (result["reason"] or None, result["score"]) == (told["reason"], told["score"])


def test_turns_before_a_message_are_read(client: Client) -> None:
    body = {"message": "And on Friday?", "context": ["Thursday does not work for me"]}
    assert client.made("/replies", body)["replies"]


@pytest.mark.parametrize(
    ("message", "en", "zh"),
    [
        ("My father died yesterday", "grave", "沉重"),
        ("Bonjour, comment allez-vous aujourd'hui ?", "French", "法语"),
        ("Please explain how the treaty came about, and what followed from it.", "longer", "更长"),
        ("ok", "seldom", "很少"),
        ("", "nothing", "没有"),
    ],
)
def test_why_there_is_no_reply_is_told_in_both_languages(
    client: Client, message: str, en: str, zh: str
) -> None:
    result = client.made("/replies", {"message": message})
    assert result["replies"] == []
    assert en in result["reasons"]["en"]
    assert zh in result["reasons"]["zh"]


def test_nothing_of_a_message_is_kept_anywhere(client: Client, home: Path) -> None:
    client.made("/replies", {"message": f"Are you free on {SECRET} day?", "context": [f"At the {SECRET}."]})
    client.made("/mails", letter(text=f"Shall we meet at {SECRET}?"), name=f"{SECRET}.eml")
    client.call("POST", "/mails", f"{SECRET}, no mail".encode(), name="broken.eml", wait=1)
    assert SECRET not in json.dumps(client.get("/jobs"))
    for job in client.get("/jobs")["jobs"]:
        assert SECRET not in json.dumps(list(client.events(job["id"])))
    files = [path for path in home.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if SECRET.encode() in path.read_bytes() or SECRET in path.name]


def test_a_mail_is_answered_and_its_file_thrown_away(client: Client, home: Path) -> None:
    result = client.made("/mails", letter(), name="tomorrow.eml")
    assert result["replies"] == client.made("/replies", {"message": "Are you free tomorrow?"})["replies"]
    assert not [path for path in (home / "runtime").rglob("uploads/*") if path.is_file()]


def test_a_text_file_is_answered_unless_it_pretends_to_be_a_mail(client: Client) -> None:
    text = "明天有空吗？".encode("gb18030")
    assert client.made("/mails", text, name="message.txt")["replies"]
    answer = client.call("POST", "/mails", text, name="message.eml", wait=1)
    assert (answer.status, answer.json["error"]["code"]) == (422, "input")


@pytest.mark.parametrize("line", [*BULK, *MACHINES, *SENDERS])
def test_mail_that_a_machine_sent_is_told_as_such_in_both_languages(line: str, tmp_path: Path) -> None:
    read = mail.from_bytes(letter(line))
    assert read.bulk
    path = tmp_path / "mail"
    path.write_bytes(letter(line))
    told = replies.mail_reply({"path": str(path), "model": "replies", "is_mail": True}, None)  # type: ignore[arg-type]
    assert read.bulk in told["reasons"]["en"]
    assert not any("a" <= sign <= "z" for sign in told["reasons"]["zh"])
    assert not path.exists()


def test_a_pick_is_remembered_shown_and_forgotten(client: Client) -> None:
    def score(text: str) -> float:
        made = client.made("/replies", {"message": "Are you free tomorrow?"})["replies"]
        return float(next(reply["score"] for reply in made if reply["text"] == text))

    offered = client.made("/replies", {"message": "Are you free tomorrow?"})["replies"]
    taken, before = offered[-1], offered[-1]["score"]
    pick = {
        "text": taken["text"],
        "intent": taken["intent"],
        "offered": [reply["intent"] for reply in offered],
    }
    for _ in range(3):
        told = client.post("/picks", pick)
    assert told["taken"] == {taken["intent"]: 3}
    assert client.get("/picks") == told
    assert score(taken["text"]) > before
    assert client.call("DELETE", "/picks").json == {"forgotten": True}
    assert client.get("/picks")["taken"] == {}
    assert score(taken["text"]) == before


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"message": "a" * 100_001}, "message"),
        ({"message": "中" * 33_334}, "message"),
        ({"message": "a", "context": ["a" * 100_000]}, "message"),
        ({"message": "a", "context": ["a"] * 21}, "context"),
        ({"message": "a", "context": "a"}, "context"),
        ({"context": []}, "message"),
        ({"message": "a\ud800"}, "message"),
    ],
)
def test_too_much_and_too_little_is_refused_by_name(client: Client, body: dict[str, Any], where: str) -> None:
    answer = client.call("POST", "/replies", body)
    assert (answer.status, answer.json["error"]["where"]) == (422, where)


def test_a_model_that_is_not_in_the_list_is_missing(client: Client) -> None:
    assert [row["name"] for row in client.get("/repliers")["repliers"]] == ["replies"]
    assert client.call("POST", "/replies", {"message": "a", "model": "../replies"}).status == 404
