"""Mails (RFC 5322, MIME) and mailboxes of them (mbox) -> what a person newly wrote, and what it answers.

Attachments are counted and never decoded. A mail may lie about everything; what it does not say is empty.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aoede.errors import InputError
from aoede.formats import mail_signs as signs
from aoede.formats.mail_parts import Head, body_of, content_type, field_text, raw_text, split_head
from aoede.formats.mail_quotes import new_text

__all__ = ["MAX_TEXT", "Mail", "from_bytes", "mails_from_mbox", "new_text"]

MAX_TEXT = 200_000  # characters of a text; what comes after them is left out
MAX_BYTES = 25_000_000  # of a mail with its attachments
MAX_MAILS = 200_000  # of a mailbox
MAX_ADDRESSES = 1_000  # and as many references
MAX_ADDRESS = 320  # characters (RFC 3696)
MAX_FIELD_BYTES = 200_000

# At least one of these begins a mail; "Anna: hello" does not.
_USUAL_FIELDS = signs.words_of(
    "from to cc bcc subject date message-id received return-path mime-version content-type sender reply-to "
    "delivered-to in-reply-to references x-mailer dkim-signature"
)
_ID = re.compile(r"<([^<>\s]{1,990})>")
_QUOTED = re.compile(r'"[^"]*+"|\([^()]*+\)')
_IN_BRACKETS = re.compile(r"<([^<>]{1,1000})>")
_BLANKS = re.compile(rb"\s*+")
# The line before a mail in a mailbox: a header field follows it, or it has a time.
_POSTMARK = re.compile(
    rb"From [^\n]*+\n(?=[!-9;-~]{1,80}[ \t]*+:)|From [^\n]{0,200}?\d\d:\d\d:\d\d[^\n]*+(?:\n|\Z)"
)
_ESCAPED_FROM = re.compile(rb"^>(>*+From )", re.MULTILINE)


@dataclass(frozen=True)
class Mail:
    message_id: str  # without its brackets; "" where there is none
    references: tuple[str, ...]  # the mails before it, the oldest first, without their brackets
    sender: str  # address in lower case; "" where there is none
    recipients: tuple[str, ...]  # addresses of To, Cc and Bcc in lower case
    subject: str
    text: str  # what is new in it; at most MAX_TEXT characters
    quoted: tuple[str, ...]  # the mails that it quotes, the oldest first; at most MAX_TEXT characters each
    bulk: str  # why it seems to be sent by a machine or a list, "" where it does not: "its sender reads no replies"
    n_attachments: int


def from_bytes(data: bytes, *, where: str = "the mail", max_bytes: int = MAX_BYTES) -> Mail:
    """One mail as it is stored in an .eml file. Whatever is broken in it is read as well as it can be.

    Raises InputError where it does not begin with header fields, and for more than `max_bytes`.
    """
    if len(data) > max_bytes:
        raise InputError(f"this mail is larger than {max_bytes:,} bytes", where=where)
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removeprefix(b"\xef\xbb\xbf").lstrip(b"\n\t ")
    head, rest = split_head(data)
    if not _USUAL_FIELDS & head.keys():
        raise InputError(
            "this is no mail: it does not begin with header lines",
            where=where,
            hint="Save the mail with its header, as .eml or in an .mbox.",
        )
    body = body_of(head, rest)
    text, quoted = new_text(body.text)
    sender = next(iter(_addresses(head, "from") or _addresses(head, "sender")), "")
    return Mail(
        message_id=_first_id(head),
        references=_references(head),
        sender=sender,
        recipients=_addresses(head, "to", "cc", "bcc"),
        subject=field_text(head.get("subject", [b""])[0]),
        text=text[:MAX_TEXT],
        quoted=tuple(one[:MAX_TEXT] for one in quoted),
        bulk=_why_bulk(head, sender),
        n_attachments=body.n_attachments,
    )


# Header fields


def _first_id(head: Head) -> str:
    value = raw_text(head.get("message-id", [b""])[0][:MAX_FIELD_BYTES])
    match = _ID.search(value)
    return match[1] if match else " ".join(value.strip("<> ").split()[:1])[:990]


def _references(head: Head) -> tuple[str, ...]:
    """The last ones where there are too many: those are the nearest."""
    values = [*head.get("references", []), *head.get("in-reply-to", [])]
    found = [one for value in values for one in _ID.findall(raw_text(value[-MAX_FIELD_BYTES:]))]
    return tuple(dict.fromkeys(found))[-MAX_ADDRESSES:]


def _addresses(head: Head, *names: str) -> tuple[str, ...]:
    """The addresses of these fields, each once; of names only those that are written as addresses alone."""
    found = dict[str, None]()
    for value in (value for name in names for value in head.get(name, [])):
        plain = _QUOTED.sub(" ", raw_text(value[:MAX_FIELD_BYTES]))
        if "@" not in plain:
            plain = _QUOTED.sub(" ", field_text(value))  # some programs encode all of it
        for one in re.split("[,;]", plain):
            address = _address(one)
            if address and len(found) < MAX_ADDRESSES:
                found[address] = None
    return tuple(found)


def _address(text: str) -> str:
    """The address in 'Anna <anna@x.org>' or 'anna@x.org', lower case; "" where there is none."""
    match = _IN_BRACKETS.search(text)
    for word in (match[1] if match else text).replace(":", " ").split():
        local, _, domain = word.strip("<>'\"[]").lower().rpartition("@")
        if local and domain and len(word) <= MAX_ADDRESS and word.isprintable():
            return f"{local}@{domain}"
    return ""


def _why_bulk(head: Head, sender: str) -> str:
    """Why a machine or a list seems to have sent it, in words; "" where a person did."""

    def value(name: str) -> str:
        return raw_text(head.get(name, [b""])[0][:200]).partition(";")[0].strip().lower()

    if "list-unsubscribe" in head:
        return "it can be unsubscribed from"
    if "list-id" in head or "list-post" in head or "mailing-list" in head:
        return "it came by a mailing list"
    if value("precedence") in ("bulk", "list", "junk"):
        return f"it is marked as {value('precedence')} mail"
    if value("auto-submitted") not in ("", "no") or "x-autoreply" in head or "x-autorespond" in head:
        return "a machine sent it by itself"
    if "x-auto-response-suppress" in head:
        return "it wants no automatic replies, as mails of machines do"
    if content_type(head).kind == "multipart/report":
        return "it reports what became of another mail"
    return _why_machine(sender)


def _why_machine(sender: str) -> str:
    """What the name of an address tells: "no-reply", "notifications"."""
    local = sender.rpartition("@")[0]
    if any(part in re.sub("[^a-z]", "", local) for part in signs.MACHINE_PARTS):
        return "its sender reads no replies"
    if signs.MACHINE_NAMES & set(re.split("[^a-z]+", local)):
        return "its sender's address is that of a machine"
    return ""


# Mailboxes


def mails_from_mbox(
    data: bytes, *, where: str = "the mailbox", max_mails: int = MAX_MAILS, max_bytes: int = MAX_BYTES
) -> Iterator[Mail | InputError]:
    """The mails of an mbox, one after another, with an InputError in the place of each that cannot be read.

    A mail begins with a line "From ", at the start or after an empty line, which a header field follows or which
    has a time; ">From " in a text is unescaped. What comes after `max_mails` is not read. Raises InputError for what
    has bytes but does not begin so.
    """
    blanks = _BLANKS.match(data)
    begin = blanks.end() if blanks else 0
    postmark = _POSTMARK.match(data, begin)
    if not postmark and begin < len(data):
        raise InputError(
            'this is no mailbox: it does not begin with a line "From "',
            where=where,
            hint="Export the mails as mbox, or as one .eml file each.",
        )
    start, number = postmark.end() if postmark else len(data), 0
    while start < len(data) and number < max_mails:
        end, following = _next_mail(data, start)
        number += 1
        yield _mail_or_error(data, start, end, f"{where}, mail {number:,}", max_bytes)
        start = following


def _next_mail(data: bytes, at: int) -> tuple[int, int]:
    """Where the next postmark is, and where the mail after it begins; twice the end where there is none."""
    at = data.find(b"\nFrom ", at - 1)
    while at >= 0:
        is_after_blank = data[at - 1 : at] == b"\n" or data[at - 2 : at] == b"\n\r"
        postmark = _POSTMARK.match(data, at + 1) if is_after_blank else None
        if postmark:
            return at + 1, postmark.end()
        at = data.find(b"\nFrom ", at + 1)
    return len(data), len(data)


def _mail_or_error(data: bytes, start: int, end: int, where: str, max_bytes: int) -> Mail | InputError:
    if end - start > max_bytes:
        return InputError(f"this mail is larger than {max_bytes:,} bytes", where=where)
    try:
        return from_bytes(_ESCAPED_FROM.sub(rb"\1", data[start:end]), where=where, max_bytes=max_bytes)
    except InputError as error:
        return error
