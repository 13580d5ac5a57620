"""Files of conversations -> what was said and what was answered: mailboxes, chats, tables of pairs, lists of turns.

In mailboxes a mail answers the one that its last reference names; elsewhere what somebody says answers what another
said before.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from aoede.formats import mail, text
from aoede.formats.chat import turns_from_text
from aoede.formats.table import CSV_SUFFIXES, JSON_SUFFIXES, Columns
from aoede.learning.conversation_tables import of_table
from aoede.learning.exchanges import (
    MAX_EXCHANGES,
    Conversation,
    Exchange,
    Notes,
    exchange_prints,
    is_empty,
    of_turns,
    prints,
)
from aoede.learning.mail_threads import of_mails, sound_mails

__all__ = ["SUFFIXES", "Conversation", "Exchange", "exchange_prints", "is_empty", "prints", "read"]

MAILBOXES, MAILS, CHATS = (".mbox", ".mbx"), (".eml",), (".txt",)
SUFFIXES = JSON_SUFFIXES + CSV_SUFFIXES + MAILBOXES + MAILS + CHATS
NO_EXCHANGES = "no replies"


def read(data: bytes, name: str, columns: Columns) -> tuple[Sequence[Conversation], tuple[str, ...]]:
    """The conversations of a file and what was repaired in it or passed over, a phrase each.

    The suffix of `name` tells the format. `columns.text` names two columns, "message,reply", and `columns.labels`
    those of the intent. Raises InputError for a file in another format and for a table without a usable row, and
    UsageError for other than two columns.
    """
    suffix = PurePosixPath(name).suffix.lower()
    notes = Notes()
    if suffix in MAILBOXES:
        found = of_mails(sound_mails(data, name, notes), notes)
    elif suffix in MAILS:
        found = of_mails([mail.from_bytes(data, where=name)], notes)
    elif suffix in CHATS:
        reading = text.from_bytes(data, where=name)
        notes.repairs += reading.repairs
        said = turns_from_text(reading.text)
        found = (of_turns(((turn.speaker, turn.text) for turn in turns), notes) for turns in said)
    else:
        found = of_table(data, name, columns, notes, is_json=suffix in JSON_SUFFIXES)
    conversations = list(_capped(found, notes))
    return conversations, notes.phrases()


def _capped(conversations: Iterable[Conversation], notes: Notes) -> Iterator[Conversation]:
    n = 0
    for conversation in conversations:
        room = MAX_EXCHANGES - n
        if len(conversation.exchanges) > room:
            notes.repairs += (f"what comes after {MAX_EXCHANGES:,} replies is not read",)
            yield Conversation(conversation.exchanges[:room])
            return
        n += len(conversation.exchanges)
        yield conversation
