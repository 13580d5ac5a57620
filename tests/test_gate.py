"""The gate before the reply suggester: what gets no short reply, told with a reason, and what must get through."""

import time

import pytest

from aoede.words.gate import MAX_HAN, MAX_WORDS, language, refusal

REFUSED = {
    "empty": ("", "  \n\t ", "\u200b\u200b", "\ufeff"),
    "emoji": (
        "👍",
        "❤️❤️",
        "!!!",
        "?",
        "...",
        ":)",
        "xD",
        "[微笑][微笑]",
        "[OK]",
        ":thumbsup:",
        "(╯°□°)╯︵ ┻━┻",
        "1️⃣",
        "👨‍👩‍👧",
        "。",
    ),
    "noise": (
        "https://example.org/a/8f3k2",
        "www.example.net/watch?id=77",
        "anna@example.org",
        "12345",
        "+49 170 1234567",
        "QX7719-33",
        "a1b2c3d4e5f6a7b8",
        "[图片]",
        '[语音] 3"',
        "IMG_20230714_193022.jpg",
        "[文件] 未命名(3).docx",
        'print("你好")',
        '{"a": 1, "b": [2, 3]}',
        "asdfasdf",
        "jkljkljkl",
        "fffffffjjjjjj",
        "的的的的的",
        "啊啊阿斯顿发",
        "test test test",
        "def f(x):\n    return x;\n",
        "2024-01-01 10:00:00 INFO server started\n2024-01-01 10:00:01 WARN slow",
        'Traceback (most recent call last):\n  File "a.py", line 3, in <module>\n    x()\nTypeError: no',
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
        '<div class="a"><p>x</p></div>',
        "SELECT name FROM users;",
        "#include <stdio.h>\nint main() { return 0; }",
    ),
    "bulk": (
        "New boots are in! Unsubscribe here.",
        "Can't see the pictures? View this email in your browser.",
        "Your request was received. Please do not reply to this e-mail.",
        "Your verification code is 482913.",
        "30% off all tents. Shop now, offer ends Sunday.",
        "Thank you for your order. Order no. 90-2214. Total: 63.80",
        "You are receiving this message because you signed up at our shop.",
        "新品到店，退订回T",
        "本邮件由系统自动发送，请勿直接回复",
        "您的验证码是 70315，五分钟内有效",
        "尊敬的会员，全场满200减50，点击领取",
    ),
    "long": ("word " * (MAX_WORDS + 1), "好" * (MAX_HAN + 1)),
    "language": ("Kommst du heute Abend mit ins Kino?", "今夜一緒に夕飯どう？"),
    "sensitive": ("My dad passed away last night.", "爷爷昨晚走了"),
}
FREE = """
if (you can) come at 7
let me know (if you can): lunch?
<3 you
¯\\_(ツ)_/¯ idk
2024-03-18 09:12 works for me
make it (pls)
UPDATE: meeting moved (again) (sorry)
plsssss
noooooooo
hmmmmm
7?
18:30?
520
886
+1
100%
gr8!
w/ or w/o milk?
see https://x.org/a what do you think
git push failed again :/
Error: wrong chat lol
**YES**!!!
price: 50€ (incl. VAT) = ok?
Tomorrow(Friday)
f(x) = x^2 looks fine to you?
sum() is broken, can you look?
我用的是 git push -f，可以吗
测试ok了吗
好的好的
How do I unsubscribe from your list?
I'd like to unsubscribe, please
please don't reply to him before Monday
I didn't get the verification code, can you send it again?
where is my order no. 4711?
你先不要回复，等我消息
验证码收不到怎么办
商场半价，去不去？
帮我取个快递，取件码 3-2-5017
""".strip().splitlines()


@pytest.mark.parametrize(("code", "message"), [(code, one) for code in REFUSED for one in REFUSED[code]])
def test_each_refusal_has_its_code(code: str, message: str) -> None:
    refused = refusal(message)
    assert refused is not None
    assert refused.code == code


@pytest.mark.parametrize("message", FREE)
def test_what_people_say_to_each_other_gets_through(message: str) -> None:
    assert refusal(message) is None


def test_reasons_are_sentences_in_both_languages_without_capital_or_full_stop() -> None:
    for messages in REFUSED.values():
        refused = refusal(messages[0])
        assert refused is not None
        assert refused.why[0].islower()
        assert not refused.why.endswith(".")
        assert language(refused.why) == "en"
        assert language(refused.why_zh) == "zh"
        assert not refused.why_zh.endswith("。")


def test_a_message_may_have_as_many_words_as_promised() -> None:
    assert refusal("word " * MAX_WORDS) is None
    assert refusal("好" * MAX_HAN) is None


def test_a_question_above_a_log_is_a_question() -> None:
    log = "2024-01-01 10:00:00 ERROR no route\n2024-01-01 10:00:01 WARN slow"
    assert refusal(log) is not None
    assert refusal(f"Do you know what this means?\n{log}") is None


def test_broken_text_is_read_without_complaint() -> None:
    for message in ("\ud800", "\ud83d hello there", "\x00\x01", "a\u0301" * 50, "\u202eolleh", "\U0010ffff"):
        language(message)
        refusal(message)


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        " ",
        "a.",
        "a'",
        "x@",
        "\u0301\u0316",
        "ﷺ",
        "dead we was ",
        "死",
        "爸昨天",
        "(",
        "1:",
        "\n",
        "l'été ",
        "😀",
    ],
)
def test_a_megabyte_of_anything_takes_less_than_half_a_second(unit: str) -> None:
    refusal("hello")
    text = "hello " + unit * (1_000_000 // len(unit))
    began = time.process_time()
    refusal(text)
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    "unit", ["a_", "_a", "/a..", "/a --b", "a.b", "test1", "ok", "x(", "if (", "SELECT ", "1-", "<a "]
)
def test_no_line_is_gone_over_again_and_again(unit: str) -> None:
    refusal("hello")
    began = time.process_time()
    for line in (unit * 40, unit * 100, "\n".join([unit * 100] * 40)):
        refusal(line)
        refusal(f"/{line}/ (")
    assert time.process_time() - began < 0.5
