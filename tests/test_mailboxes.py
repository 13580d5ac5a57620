"""Mailboxes are parted into mails; a broken one costs no other."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aoede.errors import InputError
from aoede.formats.mail import Mail, mails_from_mbox
from tests.mails import MAX_SECONDS, PIECES, seconds

FIRST = "From anna@example.org Mon Jan  1 10:00:00 2024\nFrom: anna@example.org\nSubject: 1\n\nOne.\n>From here.\n\n"
SECOND = "From - Tue Jan  2 10:00:00 2024\nFrom: bob@example.org\nSubject: 2\n\nTwo.\n\nFrom me to you.\n"


def mbox(text: str, **limits: int) -> list[Mail | InputError]:
    return list(mails_from_mbox(text.encode(), where="all.mbox", **limits))


def test_a_mailbox_is_split_and_its_escaped_lines_are_restored() -> None:
    for text in (FIRST + SECOND, (FIRST + SECOND).replace("\n", "\r\n"), "\n\n" + FIRST + SECOND):
        found = mbox(text)
        assert [one.subject for one in found if isinstance(one, Mail)] == ["1", "2"]
        assert [one.text for one in found if isinstance(one, Mail)] == [
            "One.\nFrom here.",
            "Two.\n\nFrom me to you.",
        ]


def test_a_broken_mail_in_a_mailbox_costs_no_other_and_is_told() -> None:
    broken = "From nobody Tue Jan  2 10:00:00 2024\nnothing that is a header\n\n"
    found = mbox(FIRST + broken + SECOND)
    assert [type(one) for one in found] == [Mail, InputError, Mail]
    assert isinstance(found[1], InputError) and found[1].where == "all.mbox, mail 2"
    large = mbox(FIRST + FIRST.replace("One.", "One. " * 99) + SECOND, max_bytes=300)
    assert [type(one) for one in large] == [Mail, InputError, Mail]


def test_of_a_mailbox_no_more_is_read_than_allowed() -> None:
    assert len(mbox(FIRST * 9, max_mails=4)) == 4
    assert isinstance(mails_from_mbox(FIRST.encode() * 9, where="x"), Iterator)


def test_an_empty_mailbox_has_no_mails_and_a_text_is_none() -> None:
    assert mbox("") == mbox("\n\n") == []
    for text in ("Hello", "From: a@b.org\n\nx", "From here on\nno header"):
        with pytest.raises(InputError, match="this is no mailbox"):
            mbox(text)


def test_a_mailbox_of_borders_is_split_in_time() -> None:
    for data in (
        b"From a\nFrom:\n\n" * 20_000,
        b"\n\nFrom a" * 120_000 + b"\n",
        b"From a 10:00:00\n\n" * 60_000,
    ):
        assert seconds(lambda data=data: _exhaust(data)) < 5 * MAX_SECONDS


def _exhaust(data: bytes) -> None:
    try:
        assert sum(1 for _ in mails_from_mbox(data, where="x")) > 0
    except InputError as error:
        assert "no mailbox" in error.message


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=20)), max_size=40).map(b"".join))
def test_any_bytes_are_a_mailbox_or_refused_and_never_crash(data: bytes) -> None:
    for one in (data, b"From a@b 10:00:00\n" + data):
        try:
            assert all(isinstance(found, Mail | InputError) for found in mails_from_mbox(one, where="x"))
        except InputError as error:
            assert "no mailbox" in error.message
