"""Exports of chats in all their forms become conversations; what no person wrote is left out."""

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aoede.errors import InputError
from aoede.formats.chat import Turn, is_chat, turns_from_text
from tests.mails import MAX_SECONDS, seconds

HI = [Turn("Anna", "Hi Bob"), Turn("Bob", "Hello!"), Turn("Anna", "Coming?")]
CHINESE_HI = [Turn("张三", "你好"), Turn("李四", "在吗？"), Turn("张三", "在。")]


def chat(*lines: str) -> list[list[Turn]]:
    text = "\n".join(lines)
    assert is_chat(text)
    return turns_from_text(text)


# Styles


@pytest.mark.parametrize(
    "times",
    [
        ("12/31/23, 9:41 PM - ", "12/31/23, 9:42 PM - ", "12/31/23, 9:43 PM - "),
        ("12/31/23, 9:41\u202fPM - ", "12/31/23, 9:42\u202fPM - ", "1/1/24, 12:03\u202fAM - "),
        ("31.12.23, 21:41 - ", "31.12.23, 21:42 - ", "31.12.23, 21:43 - "),
        ("31/12/2023, 21:41 - ", "31/12/2023, 21:42 - ", "01/01/2024, 00:43 - "),
        ("31/12/2023 21:41 - ", "31/12/2023 21:42 - ", "31/12/2023 21:43 - "),
        ("31/12/23 9:41 p. m. - ", "31/12/23 9:42 p. m. - ", "31/12/23 9:43 p. m. - "),
        ("[31.12.23, 21:41:05] ", "[31.12.23, 21:42:05] ", "\u200e[31.12.23, 21:43:05] "),
        ("[12/31/23, 9:41:05\u202fPM] ", "[12/31/23, 9:42:05\u202fPM] ", "[12/31/23, 9:43:05\u202fPM] "),
        ("[2023-12-31, 21:41:05] ", "[2023-12-31, 21:42:05] ", "[2023-12-31, 21:43:05] "),
        ("2023/12/31 晚上9:41 - ", "2023/12/31 晚上9:42 - ", "2023/12/31 晚上9:43 - "),
        ("2023年12月31日 21:41 ", "2023年12月31日 21:42 ", "2023年12月31日 21:43 "),
        (
            "2023年12月31日 星期日 下午9:41 ",
            "2023年12月31日 星期日 下午9:42 ",
            "2023年12月31日 星期日 下午9:43 ",
        ),
        ("2023-12-31 21:41:05 ", "2023-12-31 21:42:05 ", "2023-12-31 21:43:05 "),
        ("", "", ""),
    ],
)
@pytest.mark.parametrize("turns", [HI, CHINESE_HI])
@pytest.mark.parametrize("colon", [": ", "："])
def test_every_style_of_time_and_name_is_read(times: tuple[str, ...], turns: list[Turn], colon: str) -> None:
    lines = [f"{at}{turn.speaker}{colon}{turn.text}" for at, turn in zip(times, turns, strict=True)]
    assert chat(*lines) == [turns]
    assert turns_from_text("\ufeff" + "\r\n".join(lines) + "\r\n\r\n") == [turns]


def test_texts_below_a_line_of_time_and_name_are_read() -> None:
    lines = [
        "2023-12-31 21:41:05 张三",
        "你好",
        "第二行",
        "",
        "2023-12-31 21:42:05 李四(12345678)",
        "在吗？",
        "",
    ]
    lines += ["2023-12-31 21:42:15 系统消息", "李四 加入了", "2023-12-31 21:43:05 张三", "在。"]
    assert chat(*lines) == [[Turn("张三", "你好\n第二行"), Turn("李四", "在吗？"), Turn("张三", "在。")]]


def test_lines_that_begin_no_message_belong_to_the_one_before() -> None:
    lines = [
        "12/31/23, 9:41 PM - Anna: one",
        "two: three",
        "",
        "four",
        "12/31/23, 9:42 PM - Bob: https://x.org",
    ]
    assert chat(*lines) == [[Turn("Anna", "one\ntwo: three\n\nfour"), Turn("Bob", "https://x.org")]]
    plain = [
        "Anna: one",
        "two",
        "http://example.org/",
        "10:30 it was",
        "Note: not a name",
        "Bob: three",
        "Anna: ok",
    ]
    assert chat(*plain) == [
        [
            Turn("Anna", "one\ntwo\nhttp://example.org/\n10:30 it was\nNote: not a name"),
            Turn("Bob", "three"),
            Turn("Anna", "ok"),
        ]
    ]


def test_messages_of_one_speaker_after_another_are_one_turn() -> None:
    lines = [
        "12/31/23, 9:41 PM - Anna: one",
        "12/31/23, 9:42 PM - Anna: two",
        "12/31/23, 11:42 PM - Anna: three",
    ]
    assert chat(*lines) == [[Turn("Anna", "one\ntwo\nthree")]]


def test_names_may_be_numbers_and_unknown_people_have_no_mark() -> None:
    lines = ["[31.12.23, 21:41:05] ~\u202fAnna: a", "[31.12.23, 21:41:06] \u202a+1 (555) 010-9999\u202c: b"]
    assert chat(*lines) == [[Turn("Anna", "a"), Turn("+1 (555) 010-9999", "b")]]


# Silences


def test_a_silence_of_more_than_six_hours_ends_a_conversation() -> None:
    lines = [
        "12/31/23, 9:00 AM - Anna: one",
        "12/31/23, 3:00 PM - Bob: two",
        "12/31/23, 9:01 PM - Bob: three",
    ]
    assert chat(*lines) == [[Turn("Anna", "one"), Turn("Bob", "two")], [Turn("Bob", "three")]]


@pytest.mark.parametrize(
    ("first", "second", "n"),
    [
        ("31.12.23, 23:50 - ", "01.01.24, 00:10 - ", 1),
        ("12/31/23, 23:50 - ", "1/1/24, 00:10 - ", 1),
        ("01.02.23, 23:50 - ", "02.02.23, 00:10 - ", 1),
        ("1/31/23, 23:50 - ", "2/1/23, 00:10 - ", 1),
        ("1/2/23, 23:50 - ", "1/3/23, 00:10 - ", 1),
        ("1/2/23, 23:50 - ", "2/2/23, 00:10 - ", 2),
        ("2023/1/2, 11:50 PM - ", "2023/1/3, 12:10 AM - ", 1),
        ("1/2/23, 11:50 AM - ", "1/2/23, 12:10 PM - ", 1),
        ("2023/1/2 晚上11:50 - ", "2023/1/3 凌晨12:10 - ", 1),
        ("2023/1/2 上午11:50 - ", "2023/1/2 中午12:10 - ", 1),
        ("2023/1/2 中午12:50 - ", "2023/1/2 下午1:10 - ", 1),
        ("2023/1/2 早上8:00 - ", "2023/1/2 晚上8:00 - ", 2),
        ("2023/1/2, 21:00 - ", "2023/1/2, 08:00 - ", 2),
        ("99/99/99, 21:00 - ", "00/00/00, 99:99 - ", 1),
    ],
)
def test_times_are_understood_in_their_order_and_halves_of_the_day(first: str, second: str, n: int) -> None:
    assert len(chat(f"{first}Anna: one", f"{second}Bob: two")) == n


def test_chats_without_times_are_one_conversation() -> None:
    assert len(chat(*["Anna: one", "Bob: two"] * 50)) == 1


# What no person wrote


@pytest.mark.parametrize(
    "text",
    [
        *("<Media omitted>", "image omitted", "\u200eimage omitted", "\u200esticker omitted", "GIF omitted"),
        *("[图片]", "[动画表情]", "[语音] 12345.amr", "<省略多媒体文件>", "图像已忽略", "null"),
        *("This message was deleted", "You deleted this message.", "此消息已删除", "Missed video call"),
        *("\u200eMissed voice call, tap",),
        *("IMG-20231231-WA0001.jpg (file attached)", "\u200e<attached: 0001-PHOTO.jpg>", "通话时长 01:23"),
        *("李四撤回了一条消息", '"李四" 撤回了一条消息', "你撤回了一条消息", "李四撤回一條訊息"),
        *("Messages and calls are end-to-end encrypted. No one outside of this chat can read them.",),
        *("消息和通话进行端到端加密。", "你已添加了李四，现在可以开始聊天了。", '"王五"邀请"李四"加入了群聊'),
    ],
)  # fmt: skip
def test_pictures_calls_and_notices_are_dropped(text: str) -> None:
    for form in ("12/31/23, 9:41 PM - {}: {}", "[31.12.23, 21:41:05] {}: {}", "2023-12-31 21:41:05 {}\n{}"):
        lines = [form.format(name, said) for name, said in (("Anna", "one"), ("Bob", text), ("Anna", "two"))]
        lines.append(form.format("Bob", "three"))
        assert chat(*lines) == [[Turn("Anna", "one\ntwo"), Turn("Bob", "three")]]


def test_lines_without_a_speaker_are_dropped() -> None:
    lines = [
        "12/31/23, 9:40 PM - Messages and calls are end-to-end encrypted. Tap to learn more.",
        "12/31/23, 9:40 PM - Anna added Bob",
        "12/31/23, 9:41 PM - Anna: one",
        "12/31/23, 9:42 PM - Bob left",
        "12/31/23, 9:42 PM - Anna changed the subject from “a: b” to “c”",
        "12/31/23, 9:43 PM - WhatsApp: news",
        "12/31/23, 9:43 PM - Bob: we left",
    ]
    assert chat(*lines) == [[Turn("Anna", "one"), Turn("Bob", "we left")]]


def test_notices_between_plain_lines_are_dropped_and_the_like_in_talk_is_kept() -> None:
    lines = [
        "Anna: one",
        "Bob left",
        "Anna added Carol",
        "Bob: Carol left",
        "nobody left",
        "Anna: [图片] and words",
    ]
    assert chat(*lines) == [
        [Turn("Anna", "one"), Turn("Bob", "Carol left\nnobody left"), Turn("Anna", "[图片] and words")]
    ]


def test_marks_of_edits_and_of_direction_are_dropped() -> None:
    lines = [
        "12/31/23, 9:41 PM - Anna: one <This message was edited>",
        "12/31/23, 9:42 PM - Bob: t\u200ew\0o",
    ]
    assert chat(*lines) == [[Turn("Anna", "one"), Turn("Bob", "two")]]


# What is no chat


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "A text: with a colon.",
        "It was a dark night.\nAnd rain fell.\n" * 9,
        "From: a@b.org\nTo: c@d.org\nSubject: x\nDate: y\n\nHello: there\n",
        "Received: a\nReceived: b\nFrom: c\nReceived: d\n\nText",
        "Milk: two\nEggs: six\nFlour: one",
        "Anna: I speak\nAnna: alone",
        "Verse:\nla la\nChorus:\nlo lo\nVerse:\nle le\nChorus:\nlo lo\n",
        "http://a.b\nhttps://c.d\nhttp://a.b\nhttps://c.d",
        "2023-12-31 21:41:05 INFO: started\n2023-12-31 21:41:06 ERROR: stopped\n2023-12-31 21:41:07 INFO: started",
        "2023-12-31 21:41:05 one thing\n2023-12-31 21:41:06 another\n2023-12-31 21:41:07 a third",
        "On 12/31/23, 9:41 PM - Anna: this stands within a text.\nIt goes on.\n",
        "\0\xff" * 99,
    ],
)
def test_what_is_no_chat_is_refused(text: str) -> None:
    assert not is_chat(text)
    with pytest.raises(InputError, match="this is no chat"):
        turns_from_text(text)


def test_a_chat_in_which_nobody_says_anything_is_refused() -> None:
    with pytest.raises(InputError, match="nobody says anything"):
        turns_from_text("12/31/23, 9:41 PM - Anna: <Media omitted>\n12/31/23, 9:42 PM - Bob: null")


# Hostile chats


@pytest.mark.parametrize(
    "unit",
    [
        *("Anna: x\nBob: y\n", "12/31/23, 9:41 PM - Anna: x\n", "[31.12.23, 21:41:05] A: x\n", "a ", "a:"),
        *("1/1/1 1:11 ", "2023-12-31 21:41:05 张三\n", "\n", "\u200e", "[", "left ", "你", "added a "),
        *("a: b\nx left\n", "\u0301"),
    ],
)  # fmt: skip
def test_a_megabyte_that_means_harm_is_read_or_refused_in_time(unit: str) -> None:
    for beginning in ("", "12/31/23, 9:41 PM - Anna: ", "Anna: x\nBob: y\nAnna: "):
        text = beginning + unit * (1_000_000 // len(unit))
        assert seconds(lambda text=text: _read_or_refused(text)) < 3 * MAX_SECONDS


def _read_or_refused(text: str) -> None:
    with contextlib.suppress(InputError):
        assert turns_from_text(text)


PIECES = [
    *("12/31/23, 9:41 PM - ", "[31.12.23, 21:41:05] ", "2023年12月31日 21:41 ", "2023-12-31 21:41:05 ", "Anna"),
    *(": ", "：", "\n", "\u200e", "text", "<Media omitted>", " left", "99/99/9999 99:99 - ", "٣/٣/٣ ٣:٣٣ - "),
    *("张三", "\0", "~ "),
]  # fmt: skip


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=40).map("".join))
@example("0/0/0 0:00 - A: x\n1/1/1 1:11 - A: y")
@example("٣/٣/٢٣, ٣:٣٣ - A: x\n٣/٣/٢٣, ٣:٣٤ - B: y")
@example("9999/12/31 23:59 - A: x\n0001/1/1 00:00 - B: y")
def test_any_text_is_a_chat_or_refused_and_never_crashes(text: str) -> None:
    try:
        conversations = turns_from_text(text)
    except InputError as error:
        assert is_chat(text) == ("nobody" in error.message)
        return
    assert is_chat(text) and conversations and all(conversations)
    turns = [turn for conversation in conversations for turn in conversation]
    assert all(turn.speaker and turn.text and turn.text == turn.text.strip() for turn in turns)
    assert all(len(turn.speaker) <= 40 for turn in turns)
