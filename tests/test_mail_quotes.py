"""What is new in a mail is told from what it quotes, and from what stands below it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aoede.formats.mail import new_text
from tests.mails import MAX_SECONDS, mail_of, seconds

NO_QUOTE = "Hello Bob,\n\nthis is new.\nAll of it."


@pytest.mark.parametrize(
    "below",
    [
        "> old words",
        ">old words",
        " > old words",
        "On Tue, Jan 2, 2024 at 10:00 AM Bob <bob@example.org> wrote:\n\n> old words",
        "On Tue, Jan 2, 2024 at 10:00 AM Bob Long Name <\nbob@example.org> wrote:\n> old words",
        "On Tuesday, January 2, 2024, at 10:00 AM,\nBob Long Name\n<bob@example.org> wrote:\n\n> old words",
        "On Jan 2, 2024, at 10:00, Bob <bob@example.org> wrote:\n\nold words",
        'At 2024-01-02 10:00:00, "Bob" <bob@example.org> wrote:\nold words',
        "Bob wrote:\n> old words",
        "在 2024年1月2日，10:00，张三 <z@qq.com> 写道：\n\nold words",
        '在 2024-01-02 10:00:00，"张三" <z@163.com> 写道：\n> old words',
        "张三 <z@qq.com> 于2024年1月2日周二 10:00写道：\n\n> old words",
        "张三 <z@qq.com>\n于2024年1月2日周二 10:00写道：\n\nold words",
        "2024年1月2日 10:00，张三 <z@qq.com> 写道：\n\nold words",
        "-----Original Message-----\nFrom: Bob\nSent: Monday\nTo: Anna\nSubject: x\n\nold words",
        "----- Original Message -----\nold words",
        "-----原始邮件-----\n发件人: 张三\n发送时间: 2024-01-02\n收件人: 李四\n主题: x\n\nold words",
        '------------------ 原始邮件 ------------------\n发件人: "张三" <z@qq.com>;\n\nold words',
        "---- 回复的原邮件 ----\n| 发件人 | 张三 |\nold words",
        "---------- Forwarded message ---------\nFrom: Bob <b@c>\nDate: Tue\nSubject: x\nTo: A\n\n\nold words",
        "Begin forwarded message:\n\n> From: Bob <b@c>\n> Date: Tue\n> To: Anna\n>\n> old words",
        "From: Bob\nSent: Monday, 1 January 2024 10:00\nTo: Anna; Carol\nCc: D\nSubject: RE: x\n\nold words",
        "*From:* Bob\n*Sent:* Monday\n*To:* Anna\n*Subject:* x\n\nold words",
        "From: Bob\n\nSent: Monday\n\nTo: Anna\n\nSubject: x\n\nold words",
        "From: Bob Sent: Monday To: Anna Subject: x\nold words",
        "发件人： 张三\n发送时间： 2024年1月2日 10:00\n收件人： 李四\n主题： x\n\nold words",
        "发件人: 张三 发送时间: 2024年1月2日 收件人: 李四 主题: x\nold words",
        "________________________________\nFrom: Bob\nSent: Monday\nTo: Anna\nSubject: x\n\nold words",
        "---------------------- Forwarded by Bob/HOU on 12/13/2000 09:17 AM ---------------------------\n\n\n"
        "Carol Jones\n12/12/2000 04:00 PM\nTo: Bob\ncc: \nSubject: x\n\nold words",
        "Bob Jones\n12/12/2000 04:00 PM\nTo: Anna Smith/HOU\ncc: \nSubject: Re: x\n\nold words",
        "\tBob Jones\n\t12/12/2000 04:00 PM\n\t\t \n\t\t To: Anna\n\t\t cc: C, \n\t\t Subject: x\n\nold words",
        "---------------------- Forwarded by Bob Jones/HOU on 12/13/2000 \n09:17 AM ---------------------------\n\n\n"
        "Carol Jones\n12/12/2000 04:00 PM\nTo: Bob\ncc: \nSubject: x\n\nold words",
        "From: Bob\nSent: Monday\nTo: a@b.org, c@d.org,\n e@f.org,\n"
        + "\tg@h.org,\n" * 40
        + "Subject: x\n\nold words",
    ],
)
def test_everything_below_a_border_is_quoted_and_its_header_is_not(below: str) -> None:
    text, quoted = new_text(f"{NO_QUOTE}\n\n{below}\n")
    assert text == NO_QUOTE
    assert quoted[0].splitlines()[-1] == "old words" and len(quoted) == 1
    assert below.startswith("----") or quoted == ("old words",)


def test_answers_between_quotes_are_kept() -> None:
    text, quoted = new_text(
        "Hi,\n\nOn Tue, Jan 2, 2024 Bob <b@c.org> wrote:\n> Shall we meet?\n\nYes.\n\n> Where?\n> When?\nAt ten.\n"
    )
    assert text == "Hi,\n\nYes.\n\nAt ten."
    assert quoted == ("Shall we meet?\n\nWhere?\nWhen?",)


def test_lines_keep_their_indentation() -> None:
    assert new_text("So:\n\n\n\n    a = 1  \n\n        b = 2")[0] == "So:\n\n    a = 1\n\n        b = 2"


def test_quotes_within_quotes_are_parted_with_the_oldest_first() -> None:
    marked = (
        "Third.\n\nOn Wed, Jan 3, 2024 at 10:00 Bob <b@c.org> wrote:\n\n> Second.\n>\n"
        "> On Tue, Jan 2, 2024 at 10:00 Anna <\n> a@c.org> wrote:\n>\n>> First.\n"
    )
    assert new_text(marked) == ("Third.", ("First.", "Second."))
    borders = (
        "Third.\n\nFrom: Bob\nSent: Wed\nTo: A\nSubject: x\n\nSecond.\n\n-----Original Message-----\nFrom: A\n"
        "Sent: Tue\nTo: B\nSubject: x\n\nFirst.\n"
    )
    assert new_text(borders) == ("Third.", ("First.", "Second."))
    mixed = "Third.\n\n> Second.\n>\n> -----Original Message-----\n> From: A\n> Sent: Tue\n>\n> First.\nEnd."
    assert new_text(mixed) == ("Third.\n\nEnd.", ("First.", "Second."))


@pytest.mark.parametrize(
    "text",
    [
        "From: 9 to 5 I work.\nThen I sleep.",
        "On Monday I wrote:\nnothing at all.",
        "She came at ten and said:\nI am here.",
        "To: the moon\nis where I go.",
        "a -> b\nx >> y",
        "---\nA new part.",
        "________________\nAnother part.",
        "On the one hand yes.\nOn the other hand no.",
        "The original message was lost.",
        "Note: bring milk.\nDate: Friday.",
    ],
)
def test_what_only_looks_like_a_border_is_kept(text: str) -> None:
    assert new_text(text) == (text, ())


@pytest.mark.parametrize(
    "below",
    [
        "-- \nAnna Smith\nExample Ltd.\n+1 555 0100",
        "--\nAnna",
        "Sent from my iPhone",
        "Sent from my Verizon Wireless 4G LTE smartphone",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "发自我的iPhone",
        "从我的华为手机发送",
        "Best regards,\nAnna Smith\n+1 555 0100",
        "Best regards,\n\nAnna Smith\nHead of Things\nExample Ltd.\nwww.example.org",
        "Kind regards\nAnna",
        "Many thanks and best wishes,\nAnna",
        "Sincerely yours,\nAnna",
        "Best,\nA.",
        "此致\n敬礼！\n张三\n2024年1月2日",
        "祝好，\n张三",
        "This e-mail is confidential and intended only for the addressee. If you are not the intended\nrecipient "
        "please delete it.",
        "CONFIDENTIALITY NOTICE: do not read this.\nEver.",
        "本邮件及其附件含有保密信息，仅限于发送给上面的收件人。未经授权禁止使用。",
        "**********\nThe information contained in this message is privileged.\nAny disclosure is prohibited.\n*****",
        "_______________________________________________\nTalk mailing list\nTalk@example.org",
        "You received this message because you are subscribed to the group.\nTo unsubscribe send a mail.",
        "Best regards,\nAnna\n\nSent from my iPad\n\n-- \nA footer\n",
    ],
)
def test_signatures_and_notices_are_cut(below: str) -> None:
    assert new_text(f"{NO_QUOTE}\n\n{below}\n") == (NO_QUOTE, ())
    assert new_text(f"{NO_QUOTE}\n\n{below}\n\n> old\n") == (NO_QUOTE, ("old",))
    assert new_text("> Yes.\n> \n> " + below.replace("\n", "\n> ")) == ("", ("Yes.",))


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!",
        "Can you send it?\nThanks",
        "Best regards to your wife, she was very kind to us last week.",
        "Kind regards,\nthis line is much longer than any line of a signature would ever be, so it stays.",
        "Best,\nI thought, would be to go.\nWould it?",
        "Cheers,\nsee you tomorrow!",
        "谢谢\n我明天到",
        "祝你生日快乐",
        "Anna",
        "Sent from my heart.",
        "I sent the mail from my phone.",
        "This message is for you.",
        "The information is on the page.",
        "one\n--\n" + "two\n" * 20 + "three",
        "Best regards,\n" + "a\n" * 7 + "b",
    ],
)
def test_what_only_looks_like_a_signature_is_kept(text: str) -> None:
    assert new_text(text) == (text, ())


def test_thanks_are_kept_without_the_name_below_and_an_afterword_is_kept() -> None:
    assert new_text("Please call.\n\nThanks,\nAnna Smith\n555-0100")[0] == "Please call.\n\nThanks,"
    assert new_text("请回电。\n谢谢！\n张三")[0] == "请回电。\n谢谢！"
    assert new_text("Yes.\n\nBest regards,\nAnna\n\nP.S. Bring milk.")[0] == "Yes.\nP.S. Bring milk."


def test_signed_mails_are_read_without_what_frames_them_and_keys_are_left_out() -> None:
    signed = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\nHello.\n-----BEGIN PGP SIGNATURE-----\n\niQEz+a=\n"
        "-----END PGP SIGNATURE-----\nBye."
    )
    assert new_text(signed) == ("Hello.\nBye.", ())


def test_a_mail_that_only_forwards_has_nothing_new() -> None:
    found = mail_of("---------- Forwarded message ---------\nFrom: Bob <b@c>\nDate: Tue\n\nOld.\n")
    assert (found.text, found.quoted) == ("", ("Old.",))


# Hostile texts


@pytest.mark.parametrize(
    "unit",
    [
        *("\n", ">", "> ", ">\n", "On \n", "On 2024 a@b\n", "wrote:\n", "On 2024 wrote:\n", "To: x\n", "To: x\n\n"),
        *("From: a\nSent: b\n", "-----Original Message-----\n", "-- \n", "best\n", "_" * 30 + "\n", "-" * 399 + "\n"),
        *("-", "Thanks,\n", "This message\n", "P.S.\n", "-----BEGIN PGP\n", "sent from my a a a iphon\n"),
        *("在\n写道:\n", "with kind and best warm very thanks\n", "发件人:\n", "> On\n>> wrote:\n", " "),
        *("\u0301", "\n>x\ny", "<a@b\n"),
    ],
)  # fmt: skip
def test_a_megabyte_of_text_that_means_harm_is_read_in_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    assert seconds(lambda: new_text(text)) < MAX_SECONDS


@given(st.text(alphabet=st.sampled_from("> \nOn wrote:-_FromSt@2024.写道：a\u0301\0"), max_size=300))
def test_any_text_is_parted_and_what_is_new_stays_new(text: str) -> None:
    new, quoted = new_text(text)
    assert new == new.strip("\n") and all(quoted)
    assert len(new) + sum(map(len, quoted)) <= 2 * len(text)
