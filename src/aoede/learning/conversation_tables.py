"""Tables of messages and replies, and lists of turns, as conversations."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from aoede.errors import InputError, UsageError
from aoede.formats import text
from aoede.formats.table import MAX_LABEL_CHARACTERS, Columns, Record, records_from_bytes
from aoede.learning.exchanges import MAX_EXCHANGES, N_CONTEXT, Conversation, Exchange, Notes, of_turns

# Columns of tables and names in JSON; the first that is there.
MESSAGE_COLUMNS = ("message", "post", "input", "question", "prompt", "text")
REPLY_COLUMNS = ("reply", "response", "answer", "output")
CONVERSATION_COLUMNS = ("dialogue", "dialog", "conversation", "thread", "conversation_id", "id")
INTENT_COLUMNS = ("intent", "acts", "act", "label")
TURN_COLUMNS = ("turns", "messages", "utterances", "dialogue", "dialog", "conversation", "conversations")
SPEAKER_NAMES = ("speaker", "role", "from", "sender", "author")
TURN_NAMES = ("text", "content", "value", "utterance", "message")
# Of a log with an "assistant": what steers the program is nobody's turn.
_STEERING = frozenset(("system", "developer", "tool", "function"))


class _Wanted(NamedTuple):
    """The columns of a row; "" for those that it has not."""

    message: str
    reply: str
    conversation: str
    intents: tuple[str, ...]
    turns: tuple[str, ...]  # those that may hold a list of turns


class _Row(NamedTuple):
    message: str
    reply: str
    conversation: str
    intent: str


def of_table(
    data: bytes, where: str, columns: Columns, notes: Notes, *, is_json: bool
) -> Iterator[Conversation]:
    """Lists of turns, in their order, then the pairs in rows. Raises InputError and UsageError as `read` does."""
    _pair(columns)  # what is wrong with it is told before the file is read
    records, repairs = records_from_bytes(data, is_json=is_json, where=where)
    notes.repairs += repairs
    rows, n_lists, names = list[_Row](), 0, tuple[str, ...]()
    for record in islice(records, MAX_EXCHANGES):
        names = names or tuple(record.fields)
        wanted = _wanted(tuple(record.fields), columns)
        turns = next((record.fields[name] for name in wanted.turns if _is_list(record.fields[name])), None)
        if record.fault:
            notes.fault(f"{record.place} {record.fault}" if record.number else record.fault)
        elif turns is not None:
            n_lists += 1
            yield of_turns(_turns_in(turns[: MAX_EXCHANGES + 1]), notes)
        elif row := _row(record, wanted, notes):
            rows.append(row)
    if next(records, None):
        notes.repairs += (f"what comes after {MAX_EXCHANGES:,} rows is not read",)
    if not rows and not n_lists:
        raise _nothing(names, columns, notes, where)
    yield from _of_rows(rows)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _pair(columns: Columns) -> tuple[Sequence[str], Sequence[str]]:
    """Names that the column of the message may have, and those of the reply."""
    if not columns.text:
        return MESSAGE_COLUMNS, REPLY_COLUMNS
    names = [name.strip() for name in columns.text.split(",")]
    if len(names) != 2 or not all(names):
        raise UsageError(
            f"two columns are needed, of the message and of the reply, not {columns.text!r}",
            hint="Write --text-column message,reply.",
        )
    return names[:1], names[1:]


@lru_cache(maxsize=16)
def _wanted(names: tuple[str, ...], columns: Columns) -> _Wanted:
    by_key = {name.strip().casefold(): name for name in reversed(names)}

    def first(wanted: Iterable[str]) -> str:
        return next((by_key[key] for name in wanted if (key := name.strip().casefold()) in by_key), "")

    message, reply = (first(wanted) for wanted in _pair(columns))
    intents = [first(INTENT_COLUMNS)] if columns.labels is None else [first((n,)) for n in columns.labels]
    is_pair = bool(columns.text) or bool(message and reply)
    turns = () if is_pair else TURN_COLUMNS
    return _Wanted(
        message,
        reply,
        first(CONVERSATION_COLUMNS),
        tuple(filter(None, intents)),
        tuple(by_key[n] for n in turns if n in by_key),
    )


def _row(record: Record, wanted: _Wanted, notes: Notes) -> _Row | None:
    message, reply, conversation = (
        value if isinstance(value := record.fields.get(name), str) else "" for name in wanted[:3]
    )
    message, reply = notes.clean(message), notes.clean(reply)
    if not message or not reply:
        notes.fault(f"{record.place} has no {'reply' if message else 'message'}")
        return None
    return _Row(message, reply, conversation.strip(), _intent(record, wanted.intents))


def _intent(record: Record, names: Sequence[str]) -> str:
    values = [record.fields.get(name) for name in names]
    labels = [one for value in values for one in (value if isinstance(value, list) else [value])]
    clean = {" ".join(text.normal_form(one)[0].split()) for one in labels if isinstance(one, str)}
    joined = "+".join(sorted(clean - {""}))
    return joined if len(joined) <= MAX_LABEL_CHARACTERS else ""


def _nothing(names: Sequence[str], columns: Columns, notes: Notes, where: str) -> InputError:
    wanted = _wanted(tuple(names), columns)
    if names and not (wanted.message and wanted.reply):
        told = ", ".join(text.normal_form(name)[0][:40] for name in names[:20]) + ", ..." * (len(names) > 20)
        return InputError(
            f"this table has no columns of a message and of its reply; it has {told}",
            where=where,
            hint="Call them message and reply, or name them: --text-column message,reply.",
        )
    told = "; ".join(notes.phrases())
    return InputError(
        f"no row of this table can be used: {told}" if told else "there is no row in this table", where=where
    )


def _of_rows(rows: Sequence[_Row]) -> Iterator[Conversation]:
    """Rows with the name of a conversation twice are grouped by it; else rows are linked by what they say."""
    counts = Counter(row.conversation for row in rows if row.conversation)
    if max(counts.values(), default=0) < 2:  # none are named, or every row has a number of its own
        groups = _linked(rows)
    else:
        by_name = dict[str, list[_Row]]()
        for i, row in enumerate(rows):
            by_name.setdefault(row.conversation or f"\0{i}", []).append(row)
        groups = list(by_name.values())
    return map(_of_group, groups)


def _linked(rows: Sequence[_Row]) -> list[list[_Row]]:
    """A row that takes up the reply before it goes on with that conversation. Of other rows, those with one message
    are together."""
    chains = list[list[_Row]]()
    for row in rows:
        if chains and chains[-1][-1].reply == row.message:
            chains[-1].append(row)
        else:
            chains.append([row])
    groups, by_message = list[list[_Row]](), dict[str, list[_Row]]()
    for chain in chains:
        message = chain[0].message
        if len(chain) > 1 or message not in by_message:
            groups.append(chain)
            if len(chain) == 1:
                by_message[message] = chain
        else:
            by_message[message] += chain
    return groups


def _of_group(rows: Sequence[_Row]) -> Conversation:
    exchanges, last = list[Exchange](), Exchange("", "")
    for row in rows:
        if row.message == last.message:  # another answer to it
            context = last.context
        elif row.message == last.reply:
            context = (*last.context, last.message)[-N_CONTEXT:]
        else:
            context = tuple(filter(None, (*last.context, last.message, last.reply)))[-N_CONTEXT:]
        last = Exchange(row.message, row.reply, context, row.intent)
        exchanges.append(last)
    return Conversation(tuple(exchanges))


# Turns


def _turns_in(values: Sequence[Any]) -> list[tuple[str, str]]:
    """Speakers and texts of a list of strings or of objects; "" for what is no text."""
    turns = []
    for value in values:
        fields = value if isinstance(value, dict) else {"text": value}
        speakers = (fields[name] for name in SPEAKER_NAMES if isinstance(fields.get(name), str))
        contents = (fields[name] for name in TURN_NAMES if name in fields)
        turns.append((next(speakers, ""), _plain(next(contents, ""))))
    is_log = any(speaker == "assistant" for speaker, _ in turns)
    return [turn for turn in turns if not (is_log and turn[0] in _STEERING)]


def _plain(value: Any) -> str:
    """A string, or the strings in a list of pieces, some of them objects with a "text"."""
    if not isinstance(value, list):
        return value if isinstance(value, str) else ""
    pieces = (piece.get("text") if isinstance(piece, dict) else piece for piece in value)
    return "".join(piece for piece in pieces if isinstance(piece, str))
