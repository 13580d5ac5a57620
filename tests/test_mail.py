"""Mails of all kinds: what a person newly wrote in them, what they quote, and which a machine sent."""

import base64
import quopri

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aoede.errors import InputError
from aoede.formats import mail, mail_parts
from aoede.formats.mail import Mail, from_bytes
from tests.mails import MAX_SECONDS, PIECES, mail_of, seconds

CHINESE = "昨天的会议很好，我们明天下午三点再谈一次，可以吗？"


def part(body: str | bytes, *fields: str) -> bytes:
    return "\n".join(fields).encode() + b"\n\n" + (body.encode() if isinstance(body, str) else body)


def multipart(kind: str, *parts: bytes, boundary: str = "b1") -> bytes:
    """Parts as one part of this kind, or as the end of a mail that has its other header lines."""
    lines = b"".join(b"\n--%b\n%b" % (boundary.encode(), one) for one in parts)
    head = f'Content-Type: multipart/{kind};\n boundary="{boundary}"\n\nA preamble.\n'
    return head.encode() + lines + b"\n--%b--\nAn epilogue.\n" % boundary.encode()


def whole(rest: bytes) -> Mail:
    return from_bytes(b"From: Anna <anna@example.org>\nTo: bob@example.org\nMIME-Version: 1.0\n" + rest)


PLAIN = part("Plain words.", "Content-Type: text/plain")
HTML = part("<p>Words in <b>HTML</b>.</p>", "Content-Type: text/html")
PICTURE = part(b"\x89PNG\r\n\x1a\n\0\xff" * 9, "Content-Type: image/png", "Content-Disposition: attachment")


# Header fields


def test_a_plain_mail_is_read_with_all_its_fields() -> None:
    found = from_bytes(
        b"Message-ID: <3@example.org>\r\nReferences: <1@example.org>\r\n <2@example.org>\r\n"
        b"In-Reply-To: <2@example.org>\r\nFrom: Anna Smith <Anna@Example.org>\r\n"
        b'To: "Smith, Bob" <bob@example.org>, carol@example.org\r\nCc: Dan <DAN@example.org>\r\n'
        b"Subject: Hello\r\n  there\r\nDate: Mon, 1 Jan 2024 10:00:00 +0100\r\n\r\nHi Bob,\r\n\r\nsee you.\r\n"
    )
    assert found == Mail(
        message_id="3@example.org",
        references=("1@example.org", "2@example.org"),
        sender="anna@example.org",
        recipients=("bob@example.org", "carol@example.org", "dan@example.org"),
        subject="Hello there",
        text="Hi Bob,\n\nsee you.",
        quoted=(),
        bulk="",
        n_attachments=0,
    )


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        ("=?utf-8?B?5L2g5aW9?=", "你好"),
        ("=?gb2312?B?xOO6ww==?= =?GB2312?Q?=CA=C0=BD=E7?=", "你好世界"),
        ("=?utf-8?B?5L2g5Q==?=\n =?utf-8?B?pb0=?=", "你好"),
        ("Re: =?iso-8859-1?q?caf=E9_au_lait?= now", "Re: café au lait now"),
        ("=?big5?B?p0Gmbg==?=", "你好"),
        ("=?x-nobody-knows?Q?plain?=", "plain"),
        ("=?utf-8?B?5L2g!!!?=", "你"),
        ("=?utf-8?X?5L2g?=", "=?utf-8?X?5L2g?="),
        ("a\x07b\x00c \u202eright\u200b", "abc right"),
    ],
)
def test_a_subject_is_decoded_however_it_is_coded(raw: str, subject: str) -> None:
    assert from_bytes(b"From: a@b.org\nSubject: " + raw.encode() + b"\n\nx").subject == subject


def test_a_subject_in_bare_gb18030_is_read() -> None:
    assert from_bytes(b"From: a@b.org\nSubject: " + CHINESE.encode("gb18030") + b"\n\nx").subject == CHINESE


@pytest.mark.parametrize(
    ("field", "address"),
    [
        ("anna@example.org", "anna@example.org"),
        ("<ANNA@Example.ORG>", "anna@example.org"),
        ("anna@example.org (Anna Smith)", "anna@example.org"),
        ('"evil@example.com" <anna@example.org>', "anna@example.org"),
        ("bob@example.com via list <anna@example.org>", "anna@example.org"),
        ("Smith, Anna <anna@example.org>", "anna@example.org"),
        ("=?utf-8?Q?anna=40example.org?=", "anna@example.org"),
        ("Anna", ""),
        ("@", ""),
        ("(" * 50_000, ""),
        ('"' * 50_001, ""),
    ],
)
def test_the_sender_is_the_address_and_not_the_name(field: str, address: str) -> None:
    assert mail_of("x", sender=field).sender == address


def test_recipients_come_once_and_groups_of_them_are_opened() -> None:
    found = from_bytes(b"From: a@b.org\nTo: Friends: x@b.org, Y <y@b.org>;\nTo: X@b.org\nBcc: z@b.org\n\nx")
    assert found.recipients == ("x@b.org", "y@b.org", "z@b.org")
    assert from_bytes(b"From: a@b.org\nTo: undisclosed-recipients:;\n\nx").recipients == ()


def test_references_are_ordered_and_come_once_even_from_broken_fields() -> None:
    found = mail_of(
        "x",
        "References: <1@a> <2@a><1@a> <broken",
        "In-Reply-To: Your mail of Monday <9@a>",
        "Message-Id: bare@a",
    )
    assert (found.references, found.message_id) == (("1@a", "2@a", "9@a"), "bare@a")


def test_broken_lines_between_header_fields_cost_no_field() -> None:
    found = from_bytes(b">From somebody Mon Jan 1\nFrom: a@b.org\nwhat is this\nSubject: Yes\n\nText\n")
    assert (found.sender, found.subject, found.text) == ("a@b.org", "Yes", "Text")


def test_a_body_that_follows_its_header_at_once_is_a_body() -> None:
    assert from_bytes(b"From: a@b.org\nSubject: x\nHello there.\nBye.\n").text == "Hello there.\nBye."


@pytest.mark.parametrize(
    "data",
    [b"", b"\n\n", b"Hello, this is a text.", b"Anna: hello\nBob: hi\n\nx", b"\0\xff" * 99, b"PK\x03\x04\0"],
)
def test_what_has_no_header_is_no_mail(data: bytes) -> None:
    with pytest.raises(InputError, match="this is no mail") as caught:
        from_bytes(data, where="x.eml")
    assert caught.value.where == "x.eml"


def test_a_mail_that_is_larger_than_allowed_is_refused() -> None:
    with pytest.raises(InputError, match="larger than 100 bytes"):
        from_bytes(b"From: a@b.org\n\n" + b"x" * 100, max_bytes=100)


@pytest.mark.parametrize(
    ("field", "sender", "why"),
    [
        ("List-Unsubscribe: <mailto:x@b.org>", "", "it can be unsubscribed from"),
        ("List-Id: <list.b.org>", "", "it came by a mailing list"),
        ("Precedence: bulk", "", "it is marked as bulk mail"),
        ("Precedence: Junk", "", "it is marked as junk mail"),
        ("Auto-Submitted: auto-replied; owner-email=a", "", "a machine sent it by itself"),
        ("X-Auto-Response-Suppress: All", "", "it wants no automatic replies, as mails of machines do"),
        ("Content-Type: multipart/report; boundary=b", "", "it reports what became of another mail"),
        ("X-A: b", "No-Reply <no-reply@b.org>", "its sender reads no replies"),
        ("X-A: b", "drive-shares-noreply@b.org", "its sender reads no replies"),
        ("X-A: b", "do_not_reply+4@b.org", "its sender reads no replies"),
        ("X-A: b", "MAILER-DAEMON@b.org", "its sender reads no replies"),
        ("X-A: b", "notifications@b.org", "its sender's address is that of a machine"),
        ("Auto-Submitted: no", "", ""),
        ("Precedence: normal", "", ""),
        ("X-A: b", "anna.noreen@b.org", ""),
    ],
)
def test_mails_of_machines_and_lists_say_why_they_are_taken_for_such(
    field: str, sender: str, why: str
) -> None:
    assert mail_of("x", field, sender=sender or "anna@b.org").bulk == why


# Parts and encodings


def test_of_alternatives_the_plain_one_is_read_in_whatever_order_they_stand() -> None:
    assert whole(multipart("alternative", PLAIN, HTML)).text == "Plain words."
    assert whole(multipart("alternative", HTML, PLAIN)).text == "Plain words."
    assert (
        whole(multipart("alternative", part(" \n\xa0", "Content-Type: text/plain"), HTML)).text
        == "Words in HTML."
    )


def test_attachments_are_counted_and_not_read() -> None:
    named = part("a,b\n1,2", 'Content-Type: text/plain; name="a.txt"')
    letter = part("From: x@y.org\n\nforwarded", "Content-Type: message/rfc822")
    found = whole(multipart("mixed", PLAIN, PICTURE, named, letter))
    assert (found.text, found.n_attachments) == ("Plain words.", 3)


def test_pictures_that_a_page_shows_and_signatures_are_no_attachments() -> None:
    shown = part(b"\x89PNG", "Content-Type: image/png", "Content-ID: <1>")
    key = part("-----BEGIN PGP SIGNATURE-----", "Content-Type: application/pgp-signature; name=signature.asc")
    found = whole(multipart("signed", multipart("related", HTML, shown, boundary="in"), key, boundary="out"))
    assert (found.text, found.n_attachments) == ("Words in HTML.", 0)


def test_multiparts_within_multiparts_are_read_and_their_texts_joined() -> None:
    inner = multipart("alternative", PLAIN, multipart("related", HTML, PICTURE, boundary="c"), boundary="b")
    found = whole(multipart("mixed", inner, part("A last word.", "Content-Type: text/plain"), boundary="a"))
    assert (found.text, found.n_attachments) == ("Plain words.\n\nA last word.", 1)


def test_multiparts_nested_without_end_are_given_up_in_time() -> None:
    for depth, text in ((mail_parts.MAX_DEPTH, "Plain words."), (mail_parts.MAX_DEPTH + 1, "")):
        body = PLAIN
        for i in range(depth):
            body = multipart("mixed", body, boundary=f"b{i}")
        assert whole(body).text == text
    heads = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(9_000))
    assert seconds(lambda: whole(heads + b"\n" * 500_000)) < MAX_SECONDS


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nStill here.",
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nStill here.\n--b--",
        b"Content-Type: multipart/mixed; boundary*=us-ascii''b%2d1\n\n--b-1\n\nStill here.\n--b-1--",
        b"Content-Type: multipart/mixed\n\nStill here.",
        b"Content-Type: multipart/mixed; boundary=other\n\nStill here.",
        b"Content-Type: ;;;\n\nStill here.",
        b"Content-Type: text\n\nStill here.",
        b'Content-Type: text/plain; charset="\n\nStill here.',
        b"Content-Transfer-Encoding: nonsense\n\nStill here.",
    ],
)
def test_broken_multiparts_keep_their_text(body: bytes) -> None:
    assert whole(body).text == "Still here."


@pytest.mark.parametrize(
    "coded",
    [
        base64.b64encode(CHINESE.encode()),
        base64.encodebytes(CHINESE.encode()),
        base64.b64encode(CHINESE.encode()).rstrip(b"="),
        base64.b64encode(CHINESE.encode() + b" ") + b"\nA list's footer that is not coded",
        b"* ! \0" + base64.b64encode(CHINESE.encode()),
    ],
)
def test_base64_is_read_with_and_without_its_faults(coded: bytes) -> None:
    text = mail_of(coded, "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: BASE64").text
    assert text.startswith(CHINESE) and "list" not in text


def test_quoted_printable_is_read_with_its_soft_line_ends() -> None:
    coded = quopri.encodestring((CHINESE * 9).encode()) + b"=\n!=ZZ="
    assert mail_of(coded, "Content-Transfer-Encoding: quoted-printable").text.startswith(CHINESE * 9 + "!")


@pytest.mark.parametrize(
    ("encoding", "charset"),
    [
        ("utf-8", "utf-8"),
        ("utf-8", ""),
        ("utf-8", "us-ascii"),
        ("utf-8", "iso-8859-1"),
        ("utf-8", "gb2312"),
        ("gb18030", "gb2312"),
        ("gb18030", "GBK"),
        ("gb18030", "x-unknown"),
        ("gb18030", ""),
        ("gb18030", "utf-8"),
        ("gb18030", "idna"),
        ("gb18030", "rot13"),
        ("gb18030", "unicode_escape"),
        ("gb18030", "\0"),
        ("utf-16", "utf-16"),
        ("hz", "hz-gb-2312"),
        ("utf-7", "utf-7"),
    ],
)
def test_chinese_is_read_in_its_encodings_named_rightly_wrongly_or_not_at_all(
    encoding: str, charset: str
) -> None:
    coded = base64.b64encode(CHINESE.encode(encoding))
    named = f"Content-Type: text/plain; charset={charset}" if charset else "X-A: b"
    assert mail_of(coded, named, "Content-Transfer-Encoding: base64").text == CHINESE


def test_characters_that_only_gb18030_has_survive_in_mails_that_say_gb2312() -> None:
    text = "䶮镕喆，这些字在国标二三一二里没有。" * 2
    assert mail_of(text.encode("gb18030"), "Content-Type: text/plain; charset=gb2312").text == text


def test_traditional_chinese_and_latin_1_are_read() -> None:
    old = "床前明月光，疑是地上霜。舉頭望明月，低頭思故鄉。"
    assert mail_of(old.encode("big5"), "Content-Type: text/plain; charset=big5").text == old
    assert mail_of(
        "déjà vu “here”".encode("cp1252"), "Content-Type: text/plain; charset=iso-8859-1"
    ).text == ("déjà vu “here”")


def test_bytes_that_fit_no_encoding_are_replaced() -> None:
    assert mail_of(
        b"good \xff\xfe\xfa\x80 morning", "Content-Type: text/plain; charset=gb2312"
    ).text.startswith("good ")
    assert "\ufffd" in mail_of(b"\x81\xff good morning", "Content-Type: text/plain; charset=shift_jis").text


def test_control_characters_are_dropped() -> None:
    assert mail_of(b"a\0b\x07c\x1b[31m \xe2\x80\xaed").text == "abc[31m d"


def test_flowed_lines_are_joined_and_quoted_ones_are_not() -> None:
    flowed = "This goes \non and \non.\n> quoted \n> lines\n Stuffed.\n-- \nAnna"
    found = mail_of(flowed, "Content-Type: text/plain; format=flowed")
    assert (found.text, found.quoted) == ("This goes on and on.\n\nStuffed.", ("quoted\nlines",))
    assert mail_of("明天 \n见", "Content-Type: text/plain; format=flowed; delsp=yes").text == "明天见"


def test_a_text_that_is_too_long_is_cut() -> None:
    assert len(mail_of("word " * 100_000).text) == mail.MAX_TEXT
    assert all(len(one) <= mail.MAX_TEXT for one in mail_of("> " + "word " * 100_000).quoted)


# Hostile mails


@pytest.mark.parametrize(
    "data",
    [
        b"From: a\n" * 120_000,
        b"From: " + b"<" * 1_000_000,
        b"From: " + b'"a@b' * 250_000,
        b"From: a\n" + b" x\n" * 330_000,
        b"From: a\nSubject: " + b"=?a?b?" * 160_000,
        b"From: a\nSubject: " + b"=?utf-8?b?YQ==?= " * 60_000,
        b"From: a\nReferences: " + b"<a@b>" * 200_000,
        b"From: a\nContent-Type: a/b" + b'; a="' * 200_000,
        b"From: a\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * 250_000,
        b"From: a\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--bc\n" * 200_000,
        b"From: a\nContent-Transfer-Encoding: base64\n\n" + b"A=" * 500_000,
        b"From: a\nContent-Transfer-Encoding: quoted-printable\n\n" + b"=\n" * 500_000,
        b"From: a\nContent-Type: text/plain; charset=utf-7\n\n" + b"+" * 1_000_000,
        b"From: a\n\n" + "一段普通的话。\n".encode("gb18030") * 70_000,
        b"From: a\n\n" + b"\xff\x00" * 500_000,
        b"\n" * 1_000_000,
        b"a:\n" * 330_000,
    ],
)
def test_a_megabyte_of_mail_that_means_harm_is_read_or_refused_in_time(data: bytes) -> None:
    def work() -> None:
        try:
            from_bytes(data)
        except InputError as error:
            assert "this is no mail" in error.message

    assert seconds(work) < MAX_SECONDS


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=20)), max_size=40).map(b"".join))
@example(b"From: a\nContent-Type: text/html\n\n&#" + b"9" * 5_000)
@example(b"From: a\nContent-Type: text/html\n\n&#xD800; \xed\xa0\x80")
@example(b"From: a\nContent-Type: text/plain; charset=utf-7\n\n+2AA-")
def test_any_bytes_are_a_mail_or_refused_and_never_crash(data: bytes) -> None:
    for one in (data, b"From: a@b.org\n" + data, b"From: a@b.org\nContent-Type: text/html\n\n" + data):
        try:
            found = from_bytes(one)
        except InputError:
            continue
        assert all(
            text.encode() is not None for text in (found.text, found.subject, found.sender, *found.quoted)
        )
        assert "\0" not in found.text + found.subject + found.sender
        assert all(quoted.strip() for quoted in found.quoted)
