"""Mailboxes, chats, tables and lists of turns become messages with their replies; no file is read twice."""

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aoede.errors import InputError, UsageError
from aoede.formats.table import Columns
from aoede.learning import conversations, exchanges
from aoede.learning.conversations import Conversation, Exchange, exchange_prints, prints, read
from aoede.learning.dataset import Dataset, from_folder, split

DATA = Path(__file__).parents[2] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="no ../shared/data beside the checkout")

Values = list[tuple[str, str, tuple[str, ...]]]


def of(content: str | bytes, name: str, columns: Columns | None = None) -> list[Conversation]:
    data = content.encode() if isinstance(content, str) else content
    return list(read(data, name, columns or Columns())[0])


def told(found: Sequence[Conversation]) -> list[Values]:
    """Message, reply and context of every exchange, by conversation."""
    return [[(one.message, one.reply, one.context) for one in each.exchanges] for each in found]


def lines(*values: Mapping[str, Any]) -> str:
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)


def folder_of(path: Path, **files: str) -> Dataset:
    """A folder with these files, "_" for "." in their names, as it is read."""
    for name, content in files.items():
        (path / name.replace("_", ".")).write_text(content)
    return from_folder(path, kinds=("conversations",))


# Tables


def test_rows_that_take_up_the_reply_before_are_one_conversation_with_its_context() -> None:
    table = "topic\tmessage\treply\nx\tHi.\tHello!\nx\tHello!\tHow are you?\nx\tWhere?\tHere.\n"
    assert told(of(table, "pairs.tsv")) == [
        [("Hi.", "Hello!", ()), ("Hello!", "How are you?", ("Hi.",))],
        [("Where?", "Here.", ())],
    ]


def test_answers_to_one_message_are_one_conversation() -> None:
    table = "question,answer\nWhat is it?,A cat.\nWho?,Me.\nWhat is it?,A dog.\n"
    assert told(of(table, "faq.csv")) == [
        [("What is it?", "A cat.", ()), ("What is it?", "A dog.", ())],
        [("Who?", "Me.", ())],
    ]


def test_rows_of_one_name_are_one_conversation_with_their_intents() -> None:
    table = lines(
        {"dialogue": "7", "message": "Which city?", "reply": "Rome.", "acts": ["INFORM", "AFFIRM", "INFORM"]},
        {"dialogue": "8", "message": "Anything else?", "reply": "No.", "acts": []},
        {"dialogue": "7", "message": "When?", "reply": "Now.", "acts": ["INFORM"]},
    )
    rome, other = of(table, "acts.jsonl")
    assert [one.intent for one in rome.exchanges] == ["AFFIRM+INFORM", "INFORM"]
    assert rome.exchanges[1].context == ("Which city?", "Rome.")
    assert other.exchanges == (Exchange("Anything else?", "No."),)


def test_a_number_for_each_row_names_no_conversations() -> None:
    (found,) = of("id,message,reply\n1,Hi.,Hello!\n2,Hello!,Bye.\n", "pairs.csv")
    assert len(found.exchanges) == 2


def test_no_more_than_four_turns_stand_before_a_message() -> None:
    (found,) = of(lines({"turns": list("abcdefg")}), "dialogs.jsonl")
    assert found.exchanges[-1] == Exchange("f", "g", tuple("bcde"))
    rows = "message,reply\n" + "".join(f"{a},{b}\n" for a, b in zip("abcdef", "bcdefg", strict=True))
    assert of(rows, "pairs.csv") == [found]


def test_columns_may_be_named() -> None:
    table = "Said,Back,Tone,reply\nHi.,Hello!,warm,no\n"
    (found,) = of(table, "pairs.csv", Columns("said, back", ("tone",)))
    assert found.exchanges == (Exchange("Hi.", "Hello!", (), "warm"),)
    with pytest.raises(UsageError, match="two columns are needed"):
        of(table, "pairs.csv", Columns("said"))


def test_a_table_without_the_columns_says_which_it_has() -> None:
    with pytest.raises(InputError, match="no columns of a message and of its reply; it has line, author"):
        of("line,author\na,b\n", "poems.csv")


def test_rows_without_a_text_are_passed_over_and_told() -> None:
    table = "message,reply\nHi.,Hello!\n,Hello!\nHi.,  \nx\nBye.,Bye!\n"
    found, repairs = read(table.encode(), "pairs.csv", Columns())
    assert sum(len(each.exchanges) for each in found) == 2
    assert repairs == (
        "row 3 has no message",
        "row 4 has no reply",
        "row 5 has 1 field, the header 2",
    )
    with pytest.raises(InputError, match=r"no row .* row 2 has no reply"):
        of("message,reply\nHi.,\n", "pairs.csv")


def test_of_many_faults_a_few_are_told() -> None:
    _, repairs = read(b"message,reply\nHi.,Hello!\n" + b"Hi.,\n" * 9, "pairs.csv", Columns())
    assert len(repairs) == 1 and repairs[0].startswith("9 were passed over: row 3 has no reply, row 4")


# Turns


def test_turns_of_one_speaker_in_a_row_are_one() -> None:
    said = [("Ann", "Hi."), ("Ann", "Are you there?"), ("Bo", ""), ("Bo", "Yes."), ("Ann", "Good.")]
    turns = lines({"turns": [{"speaker": who, "text": what} for who, what in said]})
    assert told(of(turns, "chat.jsonl")) == [
        [("Hi.\nAre you there?", "Yes.", ()), ("Yes.", "Good.", ("Hi.\nAre you there?",))]
    ]


@pytest.mark.parametrize(
    ("column", "who", "what"),
    [("messages", "role", "content"), ("conversations", "from", "value"), ("dialog", "sender", "text")],
)
def test_lists_of_turns_are_read_under_their_usual_names(column: str, who: str, what: str) -> None:
    log = [{who: "a", what: "Hi."}, {who: "b", what: "Hello!"}]
    assert told(of(json.dumps({column: log}), "log.json")) == [[("Hi.", "Hello!", ())]]


def test_what_steers_an_assistant_is_nobodys_turn_and_pieces_are_one_text() -> None:
    log = [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": [{"type": "text", "text": "See "}, "this."]},
        {"role": "assistant", "content": "I do."},
    ]
    assert told(of(lines({"messages": log}), "log.jsonl")) == [[("See this.", "I do.", ())]]


def test_a_turn_without_text_parts_what_is_around_it() -> None:
    assert told(of(lines({"turns": ["a", "b", " ", "c", "d"]}), "x.jsonl")) == [
        [("a", "b", ()), ("c", "d", ("a", "b"))]
    ]


def test_a_chat_is_what_speakers_said_in_turn() -> None:
    chat = (
        "12/31/23, 9:41 PM - Anna: Are you coming?\n12/31/23, 9:41 PM - Anna: It is late.\n"
        "12/31/23, 9:42 PM - Bo: On my way!\n12/31/23, 9:43 PM - Anna: Good.\n"
    )
    assert told(of(chat, "chat.txt")) == [
        [
            ("Are you coming?\nIt is late.", "On my way!", ()),
            ("On my way!", "Good.", ("Are you coming?\nIt is late.",)),
        ]
    ]


# Texts


def test_texts_are_in_the_normal_form_and_of_bounded_length() -> None:
    (found,), repairs = read(
        lines({"turns": ["cafe\u0301  is\x07\topen \n\n\n\n now ", "y" * 6000]}).encode(),
        "x.jsonl",
        Columns(),
    )
    assert found.exchanges == (Exchange("café is open\n\nnow", "y" * 5000),)
    assert repairs == ("1 longer than 5,000 characters cut there", "1 control character dropped")


def test_no_more_exchanges_are_read_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations, "MAX_EXCHANGES", 3)
    found, repairs = read(
        lines({"turns": list("abc")}, {"turns": list("defg")}).encode(), "x.jsonl", Columns()
    )
    assert [len(each.exchanges) for each in found] == [2, 1]
    assert repairs == ("what comes after 3 replies is not read",)


# Mails


def posted(
    number: int,
    sender: str,
    to: str,
    text: str,
    *references: int,
    subject: str = "Supper",
    more: str = "",
) -> str:
    refers = f"References: {' '.join(f'<{one}@x.org>' for one in references)}\n" if references else ""
    return (
        f"From {sender} Mon Jan  1 10:00:00 2024\nMessage-ID: <{number}@x.org>\n{refers}{more}"
        f"From: {sender}\nTo: {to}\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n{text}\n\n"
    )


ANN, BO, CY = "ann@x.org", "bo@x.org", "cy@y.org"


def test_a_mail_answers_the_one_that_its_last_reference_names() -> None:
    box = (
        posted(1, ANN, BO, "Supper at eight?")
        + posted(9, CY, "all@y.org", "Sale!")
        + posted(2, BO, ANN, "Gladly.\n\n> Supper at eight?", 1)
        + posted(3, ANN, BO, "Bring wine.", 1, 2)
    )
    assert told(of(box, "in.mbox")) == [
        [
            ("Supper at eight?", "Gladly.", ()),
            ("Gladly.", "Bring wine.", ("Supper at eight?",)),
            ("Bring wine.", "", ("Supper at eight?", "Gladly.")),
        ]
    ]


def test_the_order_of_a_mailbox_makes_no_difference_to_who_answers_whom() -> None:
    box = [posted(1, ANN, BO, "Supper at eight?"), posted(2, BO, CY, "Gladly.", 1)]
    assert told(of(box[1] + box[0], "in.mbox")) == told(of(box[0] + box[1], "in.mbox"))


def test_only_a_mail_to_somebody_who_writes_here_is_unanswered() -> None:
    box = posted(1, ANN, BO, "Supper?") + posted(2, BO, CY, "Lunch?")
    assert told(of(box, "in.mbox")) == [[("Supper?", "", ())]]


def test_bulk_mails_give_nothing_nor_do_answers_to_them() -> None:
    bulk = "List-Unsubscribe: <mailto:off@y.org>\n"
    box = posted(1, CY, BO, "Sale!", more=bulk) + posted(2, BO, CY, "Stop it.", 1)
    assert told(of(box, "in.mbox")) == []


def test_who_forwards_or_writes_once_more_answers_nobody() -> None:
    box = (
        posted(1, ANN, BO, "Supper?")
        + posted(2, ANN, CY, "And bring wine.", 1)
        + posted(3, BO, CY, "What do you think?", 1, subject="Fwd: Supper")
    )
    assert told(of(box, "in.mbox")) == [[("Supper?", "", ())]]


def test_a_quoted_mail_that_is_not_here_is_answered() -> None:
    mail = posted(5, BO, ANN, "Gladly.\n\nOn Monday Ann <ann@x.org> wrote:\n> Supper at eight?", 4)
    assert told(of(mail, "in.mbox")) == [[("Supper at eight?", "Gladly.", ())]]
    assert told(of(mail.partition("\n")[2], "one.eml")) == [[("Supper at eight?", "Gladly.", ())]]
    assert told(of(posted(5, BO, ANN, "Hello.").partition("\n")[2], "one.eml")) == []


def test_a_copy_of_a_mail_counts_once_and_circles_of_references_end() -> None:
    first, second = posted(1, ANN, BO, "Supper?", 2), posted(2, BO, ANN, "Lunch?", 1)
    found = told(of(first + second + first + posted(3, CY, ANN, "Me.", 3), "in.mbox"))
    assert found == [
        [("Lunch?", "Supper?", ("Supper?",)), ("Supper?", "Lunch?", ("Lunch?",))],
        [("Me.", "", ())],
    ]


def test_a_mail_that_cannot_be_read_is_told_by_its_number() -> None:
    box = (
        posted(1, ANN, BO, "Supper?")
        + "From x Mon Jan  1 10:00:00 2024\n\nno header\n\n"
        + posted(2, BO, ANN, "Yes.", 1)
    )
    found, repairs = read(box.encode(), "in.mbox", Columns())
    assert told(found) == [[("Supper?", "Yes.", ()), ("Yes.", "", ("Supper?",))]]
    assert len(repairs) == 1 and repairs[0].startswith("mail 2: this is no mail")


# Copies, twins, folders


def test_case_and_punctuation_make_no_other_conversation() -> None:
    one = Conversation((Exchange("Hi, how are you?", "Fine!"), Exchange("Fine!", "Good.")))
    same = Conversation((Exchange("hi how are you", "fine"), Exchange("fine", "good", ("x",))))
    other = Conversation((Exchange("Hi, how are you?", "Fine!"), Exchange("Fine!", "Bad.")))
    assert prints(one) == prints(same) and exchange_prints(one) == exchange_prints(same)
    assert prints(one)[0] != prints(other)[0]
    assert prints(one)[1] == prints(other)[1], "both begin with the same exchange of five words"
    signs = [Conversation((Exchange(":)", sign),)) for sign in ("👍", "👎")]
    assert prints(signs[0])[0] != prints(signs[1])[0]


def test_short_greetings_make_no_twins_but_answers_to_one_message_do() -> None:
    greeted = [Conversation((Exchange("Hi", "Hi"), Exchange("Hi", x), Exchange(x, "ok"))) for x in "ab"]
    assert prints(greeted[0])[1] != prints(greeted[1])[1]
    answers = [Conversation((Exchange("Tea?", x),)) for x in ("Yes.", "No.")]
    assert prints(answers[0])[1] == prints(answers[1])[1]


def test_pairs_of_dialogues_read_before_are_a_duplicate_however_they_are_cut(tmp_path: Path) -> None:
    said = [["Hi.", "Hello!", "Thanks.", "Bye."], ["Bye.", "Thanks.", "See you."]]
    rows = "".join(f"{a}\t{b}\n" for turns in said for a, b in pairwise(turns))
    data = folder_of(
        tmp_path,
        dialogs_jsonl=lines(*({"turns": turns} for turns in said)),
        pairs_tsv="message\treply\n" + rows.upper(),
        README_txt="about",
    )
    assert [(row.path, row.reason) for row in data.report.rows] == [
        ("README.txt", "about the files"),
        ("dialogs.jsonl", ""),
        ("pairs.tsv", "duplicate"),
    ]
    assert len(data.items) == 2


def test_a_conversation_with_one_new_exchange_is_no_copy(tmp_path: Path) -> None:
    data = folder_of(
        tmp_path, a_jsonl=lines({"turns": ["Hi.", "Hello!"]}, {"turns": ["Hi.", "Hello!", "Bye."]})
    )
    assert len(data.items) == 2, "within a file only whole conversations are copies"
    (tmp_path / "b.csv").write_text("message,reply\nHi.,Hello!\nHello!,Good day.\nHello!,Bye.\n")
    data = from_folder(tmp_path, kinds=("conversations",))
    assert [(item.path, len(item.value.exchanges)) for item in data.items] == [
        ("a.jsonl", 1),
        ("a.jsonl", 2),
        ("b.csv", 2),
    ]


def test_a_folder_without_a_reply_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing here can be used") as raised:
        folder_of(tmp_path, a_jsonl=lines({"turns": ["Hi."]}), b_txt="It was a dark night.\n" * 9)
    assert "no replies" in str(raised.value) and "no chat" in str(raised.value.hint)


@pytest.mark.parametrize("suffix", conversations.SUFFIXES)
@given(data=st.binary(max_size=200))
def test_of_any_bytes_there_are_exchanges_or_an_input_error(suffix: str, data: bytes) -> None:
    begun = {".mbox": b"From a\nFrom: a@b.c\n", ".eml": b"From: a@b.c\n", ".csv": b"message,reply\n"}
    for content in (data, begun.get(suffix, b'{"turns":["a",') + data):
        try:
            found = read(content, f"x{suffix}", Columns())[0]
        except InputError:
            continue
        assert all(one.message for each in found for one in each.exchanges)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(("turns", "text", "role", "message", "reply", "id", "acts")), inner)
    ),
    max_leaves=12,
)


@given(value=_JSON)
def test_of_any_json_there_are_exchanges_or_an_input_error(value: Any) -> None:
    try:
        found = read(json.dumps(value).encode(), "x.json", Columns())[0]
    except InputError:
        return
    for each in found:
        assert len(prints(each)[0]) == 64 and len(exchange_prints(each)) == len(each.exchanges)
        assert all(len(one.context) <= exchanges.N_CONTEXT for one in each.exchanges)


# Conversations that there are


@pytest.mark.data
@needs_data
@pytest.mark.parametrize(
    ("name", "n_conversations", "n_exchanges"),
    [("en_topicalchat", 595, 12_318), ("zh_crosswoz", 838, 13_384), ("zh_chatterbot", 377, 458)],
)
def test_of_a_corpus_that_stands_in_two_files_only_one_is_read(
    name: str, n_conversations: int, n_exchanges: int
) -> None:
    data = from_folder(DATA / f"dialogs_{name}", kinds=("conversations",))
    assert [(row.path, row.reason) for row in data.report.rows] == [
        ("dialogs.jsonl", ""),
        ("pairs.tsv", "duplicate"),
    ]
    assert len(data.items) == n_conversations
    assert sum(len(item.value.exchanges) for item in data.items) == n_exchanges
    train, valid = split(data.items, seed=1)
    assert not {item.fingerprint for item in train} & {item.fingerprint for item in valid}
    assert 0.05 < len(valid) / len(data.items) < 0.2
