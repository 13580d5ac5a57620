"""Mails that several tests make, and how long work takes."""

import time
from collections.abc import Callable

from aoede.formats.mail import Mail, from_bytes

MAX_SECONDS = 3.0  # of processor time, for a megabyte; a third where nothing else runs


def mail_of(body: str | bytes, *fields: str, sender: str = "Anna Smith <anna@example.org>") -> Mail:
    """A mail with these header lines beside the usual ones."""
    head = "\n".join([f"From: {sender}", "To: bob@example.org", "Subject: Hello", *fields])
    return from_bytes(head.encode() + b"\n\n" + (body.encode() if isinstance(body, str) else body))


def seconds(work: Callable[[], object]) -> float:
    """The processor time that `work` takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


# Of which broken mails are made.
PIECES = [
    *(b"From: a@b.org\n", b"Subject: =?utf-8?B?", b"?=", b"\n", b"\n\n", b" ", b"--b\n", b"--b--", b"gb2312\n"),
    *(b"Content-Type: multipart/mixed; boundary=b", b"Content-Type: text/html; charset=", b"quoted-printable"),
    *(b"Content-Transfer-Encoding: base64\n", b"<div>", b"<blockquote>", b"<pre>", b"<!--", b"</div>", b"> "),
    *(b"On 2024 wrote:\n", b"-- \n", b"From: A\nSent: B\n\n", b"Best,\n", b"&#x", b"\0", b"\xff\xfe", b"=E4"),
    *("中文".encode(), "中文".encode("gb18030"), b"text/plain; format=flowed\n", b"This message\n"),
    *(b"-----Original Message-----\n", b"From a@b 10:00:00\n"),
]  # fmt: skip
