"""Short replies as people ask for them: the shipped model, the command, mails, picks."""

import io
import json
import subprocess
import sys
import time
from base64 import b64encode
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aoede import replies, train
from aoede.errors import InputError, MissingError, UsageError
from aoede.learning.responses import SIGNS, ResponseSet
from aoede.reply import Answer, answer, found
from tests.command import Run

ROOT = Path(__file__).parent.parent
FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AOEDE_HOME", str(tmp_path / "home"))


def _rows(name: str) -> list[list[str]]:
    return [line.split("\t") for line in (FIXTURES / name).read_text(encoding="utf-8").splitlines()]


def _json(aoede: Run, *arguments: str | Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(aoede("reply", *arguments, "--json").out)
    return value


def _pipe(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


# What it says


def test_three_replies_of_different_intents_come_with_falling_chances_of_intents() -> None:
    found_ones = replies("Are you free tomorrow evening?")
    assert len({reply.intent for reply in found_ones}) == len(found_ones) == 3
    assert all(0 < reply.score < 1 for reply in found_ones)


@pytest.mark.parametrize(
    "question",
    [
        "Are you free tomorrow evening?", "Can you come to the rehearsal?", "Would you like to join us for dinner?",
        "Did you lock the door?", "明天晚上有空吗？", "周六来看演出吗？", "你把钥匙带了吗",
    ],
)  # fmt: skip
def test_a_question_of_yes_or_no_can_be_answered_either_way(question: str) -> None:
    signs = ResponseSet.seeds().signs
    assert {signs[reply.intent] for reply in replies(question)} >= {SIGNS["+"], SIGNS["-"]}


@pytest.mark.parametrize(
    ("message", "intent"),
    [
        ("Thank you so much for your help yesterday!", "welcome"), ("Sorry I'm late again", "forgive"),
        ("I passed my driving test!", "congratulate"), ("I've got a terrible cold", "wish_well"),
        ("Could you send me the slides, please?", "will_do"), ("Have a nice weekend!", "you_too"),
        ("谢谢你昨天帮忙！", "welcome"), ("对不起，我迟到了", "forgive"), ("我考上研究生啦", "congratulate"),
        ("麻烦帮我把窗户关一下", "will_do"), ("周末愉快", "you_too"), ("在吗", "greet"),
    ],
)  # fmt: skip
def test_plain_messages_get_the_plain_reply_among_the_three(message: str, intent: str) -> None:
    assert intent in {reply.intent for reply in replies(message)}


def test_most_messages_that_nobody_trained_on_get_a_fitting_reply() -> None:
    for language in ("en", "zh"):
        n_right = n_answered = n_fit = n_wrong = n_none = 0
        for message, told in _rows(f"reply_held_out_{language}.tsv"):
            given = replies(message)
            if told.startswith("none:"):
                n_none += 1
                n_wrong += bool(given)
                continue
            n_fit += 1
            n_answered += bool(given)
            n_right += any(reply.intent in told.split() for reply in given)
        assert n_answered >= 0.85 * n_fit
        assert n_right >= 0.88 * n_answered
        assert n_wrong <= 0.1 * n_none


def test_messages_that_must_get_no_reply_get_none_and_a_reason() -> None:
    for message, kind in _rows("reply_must_abstain.tsv"):
        told = answer(message)
        assert not told.replies, (kind, message)
        assert told.reason


def test_the_page_of_thirty_messages_is_what_the_model_says() -> None:
    from tools.reply_page import PAGE, page

    assert PAGE.read_text(encoding="utf-8") == page()


def test_no_reply_has_a_number_a_link_or_a_name_of_its_own() -> None:
    replier = found("replies")
    for response in replier.responses.responses:
        assert not any(character.isdigit() or character in "@/" for character in response.text), response


def test_chinese_gets_chinese_and_traditional_characters_are_read() -> None:
    told = answer("明天晚上有空一起吃飯嗎？")
    assert told.language == "zh"
    assert told.replies == answer("明天晚上有空一起吃饭吗？").replies
    assert all("一" <= reply.text[0] <= "鿿" for reply in told.replies)


def test_the_same_message_gets_the_same_replies() -> None:
    assert answer("Shall we meet on Friday?") == answer("Shall we meet on Friday?")


def test_a_count_limits_the_replies_and_one_that_cannot_be_is_refused() -> None:
    assert len(replies("Can you come?", count=1)) == 1
    assert len(replies("Can you come?", count=5)) >= 3
    for count in (0, 11):
        with pytest.raises(UsageError, match="so many"):
            replies("Can you come?", count=count)


def test_the_turns_before_are_heard() -> None:
    with_context = answer("And you?", context=["How are you?", "I'm fine, thanks."])
    assert with_context.score != answer("And you?").score


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("", "nothing"), ("   \n ", "nothing"), ("👍", "sign"),
        ("Könnten Sie mich morgen bitte zurückrufen?", "German"),
        ("明日の会議は何時からですか", "Japanese"), ("My father died last night.", "grave"),
        ("x" * 1_000_000, ""), ("word " * 200_000, "long"), ("https://example.org/a", ""),
    ],
)  # fmt: skip
def test_odd_messages_get_one_clear_sentence(message: str, reason: str) -> None:
    began_s = time.perf_counter()
    told = answer(message)
    assert time.perf_counter() - began_s < 5
    assert not told.replies
    assert reason in told.reason
    assert 5 < len(told.reason) < 150


def test_a_message_costs_less_than_a_fifth_of_the_promised_tenth_of_a_second() -> None:
    messages = [message for message, _ in _rows("reply_held_out_en.tsv")]
    answer(messages[0])
    taken = []
    for message in messages:
        began_s = time.perf_counter()
        answer(message)
        taken.append(time.perf_counter() - began_s)
    assert np.quantile(taken, 0.95) < 0.1  # 0.02 where nothing else runs: docs/BENCHMARKS.md


def test_replying_needs_no_torch() -> None:
    code = "import sys, aoede; aoede.replies('Are you free?'); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


# Mails and files

HEAD = "From: Anna <anna@example.org>\nTo: me@example.org\nSubject: Friday\nMIME-Version: 1.0\n"
ASKED = "Can you come to the rehearsal on Friday?"


def _mail(
    body: str, kind: str = "text/plain; charset=utf-8", encoding: str = "8bit", head: str = HEAD
) -> bytes:
    return f"{head}Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n{body}".encode()


MAILS = {
    "plain": _mail(ASKED),
    "quoted": _mail(
        f"{ASKED}\n\nBest regards,\nAnna Smith\n\nOn Monday, Bob wrote:\n> Shall we play?\n> Bob\n"
    ),
    "html": _mail(f"<html><head><style>p {{}}</style></head><body><p>{ASKED}</p></body></html>", "text/html"),
    "base64": _mail(b64encode(ASKED.encode()).decode(), encoding="base64"),
    "large": _mail(ASKED + "\n\nOn Monday, Bob wrote:\n" + "> old words\n" * 90_000),
}


@pytest.mark.parametrize("name", MAILS)
def test_mails_of_every_make_are_answered_as_their_text_is(aoede: Run, name: str, tmp_path: Path) -> None:
    path = tmp_path / "mail.eml"
    path.write_bytes(MAILS[name])
    given = _json(aoede, "--file", str(path))["replies"]
    wanted = {reply.intent for reply in replies(ASKED)}
    assert len({reply["intent"] for reply in given} & wanted) >= 2


def test_what_a_list_or_a_machine_sent_gets_no_reply(aoede: Run, tmp_path: Path) -> None:
    for header in (
        "List-Unsubscribe: <https://example.org>",
        "Auto-Submitted: auto-generated",
        "Precedence: bulk",
    ):
        path = tmp_path / "mail.eml"
        path.write_bytes(_mail(ASKED, head=f"{HEAD}{header}\n"))
        told = _json(aoede, "--file", str(path))
        assert told["replies"] == []
        assert told["reason"]


def test_a_mail_may_come_through_a_pipe_and_so_may_a_plain_message(
    aoede: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = _json(aoede, ASKED)["replies"]
    for data in (MAILS["plain"], ASKED.encode(), f"{ASKED}\n".encode("utf-16")):
        _pipe(monkeypatch, data)
        assert _json(aoede, "-")["replies"] == wanted


def test_broken_files_are_told_apart(aoede: Run, tmp_path: Path) -> None:
    missing = aoede("reply", "--file", str(tmp_path / "none.eml"))
    assert missing.code == 66
    broken = tmp_path / "broken.eml"
    broken.write_bytes(b"\x00\x01\x02")
    assert aoede("reply", "--file", str(broken)).code == 65
    assert aoede("reply", "hello", "--file", str(broken)).code == 2


# The command


def test_the_command_prints_a_line_a_reply_and_a_sentence_where_there_is_none(aoede: Run) -> None:
    lines = aoede("reply", "Are you free tomorrow evening?").out.splitlines()
    assert [line[0] for line in lines] == ["1", "2", "3"]
    assert aoede("reply", "My grandmother passed away").out.startswith("no short reply fits: ")
    assert aoede("reply", "爷爷昨晚去世了").out.startswith("没有合适的短回复")


def test_the_answer_in_json_names_schema_model_and_reason(aoede: Run) -> None:
    told = _json(aoede, "Your order has shipped. Order no. 4711.")
    assert told["schema"] == "aoede.replies/1"
    assert told["replies"] == []
    assert told["reason"]
    assert told["model"] == "replies"
    full = _json(aoede, "Can you come?")
    assert set(full["replies"][0]) == {"text", "intent", "score"}
    assert len(full["sha256"]) == 64


def test_a_pick_is_printed_alone_remembered_and_forgotten(aoede: Run, tmp_path: Path) -> None:
    before = _json(aoede, "Can you come on Friday?")["replies"]
    for _ in range(12):
        assert aoede("reply", "Can you come on Friday?", "--pick", "1").out.strip()
    told = json.loads(aoede("reply", "--show-picks").out)
    assert sum(told["replies"].values()) == 12
    assert "Friday" not in (tmp_path / "home" / "reply_picks.json").read_text(encoding="utf-8")
    after = _json(aoede, "Can you come on Friday?")["replies"]
    assert after[0]["intent"] == before[0]["intent"]
    assert after[0]["score"] > before[0]["score"]
    assert _json(aoede, "Can you come on Friday?", "--no-picks")["replies"] == before
    aoede("reply", "--forget-picks")
    assert _json(aoede, "Can you come on Friday?")["replies"] == before
    assert aoede("reply", "Can you come?", "--pick", "9").code == 2


def test_own_replies_can_be_written_down_and_chosen_from(aoede: Run, tmp_path: Path) -> None:
    shown = aoede("reply", "--show-responses").out
    mine = tmp_path / "mine.txt"
    mine.write_text(shown.replace("Sounds good!", "Jolly good, old chap!"), encoding="utf-8")
    assert ResponseSet.from_file(mine).signs["decline"] == -1
    mine.write_text("[accept +]\nJolly good, old chap!\n[decline -]\nAlas, no.\n", encoding="utf-8")
    told = _json(aoede, "Can you come to the party on Friday?", "--responses", str(mine))
    assert {reply["text"] for reply in told["replies"]} == {"Jolly good, old chap!", "Alas, no."}
    mine.write_text("Hello\n", encoding="utf-8")
    assert aoede("reply", "hi", "--responses", str(mine)).code == 65


def test_a_model_that_is_none_of_replies_is_refused_with_a_way_out() -> None:
    with pytest.raises(InputError, match="no model of replies"):
        answer("Can you come?", model="rbm")
    with pytest.raises(MissingError, match="no run"):
        answer("Can you come?", model="no-such-model")


# Training

WORDS = [f"{a}{b}na" for a in "bdfglmnprt" for b in "aeiou"]


def _chat(n: int) -> str:
    """Rows of pairs: questions that are always declined, thanks that are always welcome."""
    rows = []
    for i in range(n):
        rows.append({"conversation": i, "message": f"Can you play at the wedding of cousin {WORDS[i % 50]}?",
                     "reply": "No chance!"})  # fmt: skip
        rows.append(
            {
                "conversation": f"t{i}",
                "message": f"Thanks for tune {WORDS[i % 50]}!",
                "reply": "Any time, mate.",
            }
        )
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_a_model_of_ones_own_conversations_answers_as_one_does(aoede: Run, tmp_path: Path) -> None:
    data = tmp_path / "chat.jsonl"
    data.write_text(_chat(50), encoding="utf-8")
    outcome = train("two-tower", data, tmp_path / "run", seed=1, least_steps=20, n_epochs=1)
    own = answer("Can you play at the wedding of cousin bana?", model=outcome.run)
    assert "No chance!" in {r.text for r in found(outcome.run).responses.responses}
    assert own.replies
    told = json.loads(aoede("evaluate", str(outcome.run), str(data), "--json").out)
    assert told["schema"] == "aoede.evaluation/1"
    assert {row["whose"] for row in told["rows"]} >= {"model", "TF-IDF", "BM25"}


@pytest.mark.slow
def test_the_same_conversations_and_seed_give_the_same_model(tmp_path: Path) -> None:
    data = tmp_path / "chat.jsonl"
    data.write_text(_chat(50), encoding="utf-8")
    models = [
        train("two-tower", data, tmp_path / name, seed=1, least_steps=20, n_epochs=1).model for name in "ab"
    ]
    first, again = (model.read_bytes() for model in models if model)
    assert first == again


def test_intents_that_the_data_name_are_learnt(tmp_path: Path) -> None:
    rows = [
        {"dialogue": i, "message": message, "reply": reply, "acts": [act]}
        for i in range(len(WORDS))
        for message, reply, act in (
            (f"Shall I book the table {WORDS[i]}?", "Yes please.", "AFFIRM"),
            (f"Your taxi {WORDS[i]} is here.", "Thanks a lot.", "THANK_YOU"),
        )
    ]
    data = tmp_path / "acts.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    outcome = train("two-tower", data, tmp_path / "run", seed=1, least_steps=80, n_epochs=1)
    replier = found(outcome.run)
    assert set(replier.responses.signs) == {"AFFIRM", "THANK_YOU"}
    first: Counter[str] = Counter()
    for message in ("Shall I book the table?", "Your taxi is here."):
        first[replier.suggestions(message, language="en")[0].intent] += 1
    assert first == {"AFFIRM": 1, "THANK_YOU": 1}


def test_an_answer_is_a_value() -> None:
    assert isinstance(answer("Can you come?"), Answer)
