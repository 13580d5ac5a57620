"""Mailboxes as conversations: which mail answers which, and which were left unanswered."""

import re
from collections.abc import Iterable, Iterator

from aoede.formats.mail import Mail, mails_from_mbox
from aoede.learning.exchanges import N_CONTEXT, Conversation, Exchange, Notes

_FORWARDED = re.compile(r"\s*(?:fwd?|wg|tr|转发|轉寄|转寄|轉發)\s*[:：]", re.IGNORECASE)


def sound_mails(data: bytes, where: str, notes: Notes) -> list[Mail]:
    """The mails of an mbox that can be read. Raises InputError for what is none."""
    mails = list[Mail]()
    for number, one in enumerate(mails_from_mbox(data, where=where), 1):
        if isinstance(one, Mail):
            mails.append(one)
        else:
            notes.fault(f"mail {number:,}: {one.message}")
    return mails


def of_mails(mails: Iterable[Mail], notes: Notes) -> Iterator[Conversation]:
    """A conversation for each thread, in order of its first mail."""
    threads = _Threads(mails, notes)
    by_root = dict[int, list[Exchange]]()
    for i in range(len(threads.mails)):
        for exchange in threads.exchanges(i):
            by_root.setdefault(threads.root(i), []).append(exchange)
    return (Conversation(tuple(exchanges)) for exchanges in by_root.values())


class _Threads:
    """Mails linked by references. Copies of a mail are left out; so is what machines and lists sent."""

    def __init__(self, mails: Iterable[Mail], notes: Notes) -> None:
        self._notes = notes
        self._places = dict[str, int]()  # id -> place of its mail
        self.mails = list[Mail]()
        for one in mails:
            if not one.message_id or one.message_id not in self._places:
                self._places[one.message_id] = len(self.mails)
                self.mails.append(one)
        self._texts = ["" if one.bulk else notes.clean(one.text) for one in self.mails]
        self._parents = [self._parent(i) for i in range(len(self.mails))]
        self._roots = list(range(len(self.mails)))
        for i, parent in enumerate(self._parents):
            if parent is not None:
                self._roots[self.root(i)] = self.root(parent)
        self._senders = {one.sender for one in self.mails if one.sender and not one.bulk}
        n = range(len(self.mails))
        self._answered = {parent for i in n if (parent := self._parents[i]) is not None and self._answers(i)}

    def _parent(self, i: int) -> int | None:
        """The place of the mail that the last reference of the one at `i` names."""
        references = self.mails[i].references
        parent = self._places.get(references[-1]) if references else None
        return None if parent == i else parent

    def root(self, i: int) -> int:
        """One mail of the thread that the mail at `i` is in, the same for all of them."""
        while self._roots[i] != i:
            self._roots[i] = i = self._roots[self._roots[i]]
        return i

    def exchanges(self, i: int) -> Iterator[Exchange]:
        """What the mail at `i` answers, and how; and itself, where somebody who writes here left it unanswered."""
        one, content, parent = self.mails[i], self._texts[i], self._parents[i]
        if self._answers(i):
            if parent is not None:
                yield Exchange(self._texts[parent], content, self._before(parent))
            elif one.quoted and (message := self._notes.clean(one.quoted[-1])):
                before = map(self._notes.clean, one.quoted[-1 - N_CONTEXT : -1])
                yield Exchange(message, content, tuple(filter(None, before)))
        if content and i not in self._answered and self._senders & set(one.recipients) - {one.sender}:
            yield Exchange(content, "", self._before(i))

    def _answers(self, i: int) -> bool:
        """Whether the mail at `i` answers its parent, or, without one, may answer what it quotes.

        Who forwards a mail, or writes once more after his own, answers nobody.
        """
        one, parent = self.mails[i], self._parents[i]
        if not self._texts[i] or _FORWARDED.match(one.subject):
            return False
        if parent is None:
            return True
        return bool(self._texts[parent]) and not (one.sender and one.sender == self.mails[parent].sender)

    def _before(self, i: int) -> tuple[str, ...]:
        """The texts that the mail at `i` goes back to, at most N_CONTEXT."""
        texts, seen = list[str](), {i}
        parent = self._parents[i]
        while parent is not None and parent not in seen and len(seen) <= N_CONTEXT:
            seen.add(parent)
            texts.append(self._texts[parent])
            parent = self._parents[parent]
        return tuple(filter(None, reversed(texts)))
