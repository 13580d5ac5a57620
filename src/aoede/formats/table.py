"""Tables of texts with labels: CSV and its kin, JSON lines, a JSON array.

A row is one text: a cell of the text column, and the cells of the label columns. A row that cannot be used is passed
over and told by its number, as a spreadsheet counts with the header being row 1 of a CSV, and by its line. Nothing is
guessed about its place: too many or too few fields are no text.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from aoede.errors import InputError
from aoede.formats.text import decoded, dropped, normal_form

TEXT_COLUMNS = (
    "text",
    "lyrics",
    "lyric",
    "poem",
    "content",
    "body",
    "paragraphs",
    "lines",
)  # the first that is there
LABEL_COLUMNS = ("artist", "author", "singer", "poet", "tune", "form", "style", "genre")  # all that are there
CSV_SUFFIXES, JSON_SUFFIXES = (".csv", ".tsv"), (".jsonl", ".ndjson", ".json")
DELIMITERS = ",;\t|"
NO_DELIMITER = "\x1f"  # of a table with one column
MAX_ROWS = 500_000
MAX_COLUMNS = 10_000
MAX_LABEL_CHARACTERS = 200  # of one label; what is longer is none
SAMPLE_ROWS, SAMPLE_CHARACTERS = 50, 500_000  # by which the delimiter is told
N_FAULTS = 4  # rows whose faults are told; the rest is counted


@dataclass(frozen=True)
class Columns:
    """Which columns are read; the usual names where nothing is said. Case makes no difference."""

    text: str = ""
    labels: tuple[str, ...] | None = None  # None: those of LABEL_COLUMNS that are there

    @classmethod
    def said(cls, settings: Mapping[str, Any]) -> "Columns":
        """From the settings `text_column` and `label_columns`, where they are said."""
        labels = settings.get("label_columns")
        return cls(settings.get("text_column") or "", tuple(labels) if labels else None)


@dataclass(frozen=True)
class Row:
    text: str  # in the normal form, without empty lines around it; never empty
    labels: Mapping[str, str]  # column in lower case -> value
    line: int  # of the file, where the row begins


@dataclass(frozen=True)
class Table:
    rows: tuple[Row, ...]
    faults: tuple[str, ...]  # what was repaired or passed over, a phrase each


class Record(NamedTuple):
    """A row before its columns are chosen: its number, its line, and its fields by name, or what is wrong.

    Number 0 is the header's, where something about it is to be told.
    """

    number: int
    line: int
    fields: Mapping[str, Any]
    fault: str = ""

    @property
    def place(self) -> str:
        return f"row {self.number:,}" + (f" (line {self.line:,})" if self.line != self.number else "")


def from_bytes(
    data: bytes,
    *,
    is_json: bool,
    columns: Columns | None = None,
    where: str = "",
    max_rows: int = MAX_ROWS,
) -> Table:
    """The rows of a table that have a text.

    A CSV needs a header; its delimiter is the one of , ; tab | that gives rows of one length. Quotes are doubled
    within quoted fields, which may hold line ends. JSON is an object a line, or an array of objects. Raises
    InputError for bytes that are no text, for a table without the columns wanted, naming those that there are, and
    where no row is left.
    """
    found, repairs = records_from_bytes(data, is_json=is_json, where=where)
    records = list(islice(found, max_rows))
    if next(found, None):
        repairs += (f"what comes after {max_rows:,} rows is not read",)
    return _Chooser(columns or Columns(), where).table(records, repairs)


def cells_from_bytes(
    data: bytes, *, where: str = "", max_rows: int = MAX_ROWS
) -> tuple[list[dict[str, str]], tuple[str, ...]]:
    """The rows of a CSV as cells by column, in lower case, and what was passed over, a phrase each.

    For tables about other files. Raises InputError for bytes that are no text.
    """
    found, repairs = records_from_bytes(data, is_json=False, where=where)
    records = list(islice(found, max_rows))
    rows = [
        {_key(name): normal_form(str(cell))[0].strip() for name, cell in record.fields.items()}
        for record in records
        if record.number and not record.fault
    ]
    faults = [f"{record.place} {record.fault}" for record in records if record.fault and record.number]
    return rows, (*_shortened(faults), *repairs)


def records_from_bytes(
    data: bytes, *, is_json: bool, where: str = ""
) -> tuple[Iterator[Record], tuple[str, ...]]:
    """All rows one after another, before any column is chosen, and what was repaired to read them.

    Fields are as they stand, not in the normal form. Raises InputError for bytes that are no text, at once, and for
    a CSV of too many columns, with its first row.
    """
    reading = decoded(data, where=where)
    return _json_records(reading.text) if is_json else _csv_records(reading.text, where), reading.repairs


class _Chooser:
    """Takes the wanted columns out of records."""

    def __init__(self, columns: Columns, where: str) -> None:
        self.columns, self.where = columns, where
        self.n_dropped = 0

    def table(self, records: Sequence[Record], repairs: tuple[str, ...]) -> Table:
        repairs += tuple(record.fault for record in records if not record.number)
        records = [record for record in records if record.number]
        names = list(dict.fromkeys(name for record in records for name in record.fields))
        rows, faults = [], list[str]()
        text, labels = (self._text_column(names), self._label_columns(names)) if names else ("", {})
        for record in records:
            fault = record.fault or self._fault(record, text)
            row = None if fault else self._row(record, text, labels)
            if row and row.text:
                rows.append(row)
            else:
                faults.append(f"{record.place} {fault or 'has an empty text'}")
        if not rows:
            raise self._nothing(faults)
        more = (dropped(self.n_dropped),) if self.n_dropped else ()
        return Table(tuple(rows), (*_shortened(faults), *repairs, *more))

    def _row(self, record: Record, text: str, labels: Mapping[str, str]) -> Row:
        value = self._clean(_joined(record.fields[text]))
        found = {name: self._label(record.fields.get(column)) for column, name in labels.items()}
        kept = {name: label for name, label in found.items() if label}
        return Row(value.strip("\n") if value.strip() else "", kept, record.line)

    def _label(self, value: Any) -> str:
        if isinstance(value, bool):
            value = str(value).lower()
        if not isinstance(value, str) or len(value) > MAX_LABEL_CHARACTERS:
            return ""
        return " ".join(self._clean(value).split())

    def _clean(self, value: str) -> str:
        text, n = normal_form(value)
        self.n_dropped += n
        return text

    def _fault(self, record: Record, column: str) -> str:
        value = record.fields.get(column)
        if value is None:
            return f"has no {column!r}"
        if isinstance(value, _Number) or not isinstance(value, str | list):
            return f"has a {column!r} that is no text"
        if isinstance(value, list) and not all(isinstance(line, str) for line in value):
            return f"has a {column!r} that is no list of lines"
        return ""

    def _text_column(self, names: Sequence[str]) -> str:
        by_key = _by_key(names)
        for wanted in (self.columns.text,) if self.columns.text else TEXT_COLUMNS:
            if _key(wanted) in by_key:
                return by_key[_key(wanted)]
        missing = (
            f"no column {self.columns.text!r}"
            if self.columns.text
            else "no column of a usual name for the text"
        )
        raise self._no_column(missing, names)

    def _label_columns(self, names: Sequence[str]) -> dict[str, str]:
        """Name in the file -> name of the label."""
        by_key = _by_key(names)
        wanted = LABEL_COLUMNS if self.columns.labels is None else self.columns.labels
        found = {by_key[_key(name)]: _key(name) for name in wanted if _key(name) in by_key}
        missing = [name for name in wanted if _key(name) not in by_key]
        if missing and self.columns.labels is not None:
            raise self._no_column(f"no column {missing[0]!r}", names)
        return found

    def _no_column(self, missing: str, names: Sequence[str]) -> InputError:
        told = ", ".join(_shown(name) for name in names[:20]) + f" and {len(names) - 20:,} more" * (
            len(names) > 20
        )
        return InputError(
            f"this table has {missing}; it has {told}",
            where=self.where,
            hint="Name them with --text-column and --label-column.",
        )

    def _nothing(self, faults: Sequence[str]) -> InputError:
        told = f"no row of this table can be used: {'; '.join(_shortened(faults))}"
        return InputError(told if faults else "there is no row in this table", where=self.where)


def _by_key(names: Sequence[str]) -> dict[str, str]:
    """Of names that differ in case only, the first counts."""
    return {_key(name): name for name in reversed(names)}


def _key(name: str) -> str:
    return name.strip().casefold()


def _joined(value: Any) -> str:
    return "\n".join(value) if isinstance(value, list) else str(value)


def _shown(name: str) -> str:
    return "".join(c if c.isprintable() else "\ufffd" for c in name[:40]) or "''"


def _shortened(faults: Sequence[str]) -> list[str]:
    """A few faults as they are; of many one phrase that says how many and has the first."""
    if len(faults) <= N_FAULTS:
        return list(faults)
    return [f"{len(faults):,} rows were passed over: {', '.join(faults[:N_FAULTS])}, ..."]


# CSV


def _csv_records(text: str, where: str) -> Iterator[Record]:
    text = re.sub("\r\n?", "\n", text)
    delimiter = _delimiter(text[:SAMPLE_CHARACTERS])
    rows = _csv_rows(text, delimiter)
    _, _, header = next(rows, (0, 0, []))
    if not header:
        return
    names, fault = _header(header, where)
    if fault:
        yield Record(0, 0, {}, f"the header {fault}")
    for number, line, fields in rows:
        if len(fields) == len(header):
            yield Record(
                number, line, {name: field for name, field in zip(names, fields, strict=True) if name}
            )
        else:
            yield Record(number, line, {}, _ragged(len(fields), len(header)))


def _ragged(n_fields: int, n_header: int) -> str:
    return f"has {n_fields:,} field{'s' * (n_fields != 1)}, the header {n_header:,}"


def _header(header: Sequence[str], where: str) -> tuple[list[str], str]:
    """Names, "" for columns that cannot be named, and what is wrong with them."""
    if len(header) > MAX_COLUMNS:
        raise InputError(f"this table has {len(header):,} columns; {MAX_COLUMNS:,} are the most", where=where)
    names, twice = list[str](), list[str]()
    seen = set[str]()
    for name in header:
        name = normal_form(name)[0].strip()
        if _key(name) in seen:
            twice.append(name)
        names.append("" if _key(name) in seen else name)
        seen.add(_key(name))
    twice = [_shown(name) for name in twice if name]
    fault = f"names {twice[0]!r} twice; the first counts" if twice else ""
    return names, fault


def _delimiter(text: str) -> str:
    """The delimiter that gives the first rows most often as many fields as the header, and more than one."""
    shares = {}
    for delimiter in DELIMITERS:
        widths = [len(fields) for _, _, fields in islice(_csv_rows(text, delimiter), SAMPLE_ROWS)]
        if widths and widths[0] > 1:
            shares[delimiter] = sum(width == widths[0] for width in widths[1:]) / max(1, len(widths) - 1)
    return max(shares, key=lambda delimiter: shares[delimiter], default=NO_DELIMITER)


def _csv_rows(text: str, delimiter: str) -> Iterator[tuple[int, int, list[str]]]:
    """Number, line and fields of every row that is not blank; blank ones count.

    A quote that is not closed before a delimiter or line end is a plain character, so that it spoils that row only.
    """
    field = re.compile(rf' *"([^"]*+(?:""[^"]*+)*+)" *(?=[{delimiter}\n]|\Z)|([^{delimiter}\n]*)')
    at, line, number = 0, 1, 0
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        fields = list[str]()
        if text.find('"', at, end) < 0:
            fields, at = text[at:end].split(delimiter), end
        else:
            at = _quoted_row(text, at, delimiter, field, fields)
        begun, line = line, line + 1 + sum(value.count("\n") for value in fields)
        at, number = at + 1, number + 1  # past the line end
        if any(value.strip() for value in fields) or len(fields) > 1:
            yield number, begun, fields


def _quoted_row(text: str, at: int, delimiter: str, field: re.Pattern[str], fields: list[str]) -> int:
    """Takes the fields of the row that begins `at`; returns where its line end, or the text's, is."""
    while True:
        match = field.match(text, at)
        assert match  # the second way matches anything
        fields.append(match[2] if match[1] is None else match[1].replace('""', '"'))
        at = match.end()
        if at >= len(text) or text[at] != delimiter:
            return at
        at += 1


# JSON


class _Number(str):
    """A number as it is written: a label, but no text."""


class _Fault(str):
    """Why something is no JSON value."""


_DECODER = json.JSONDecoder(strict=False, parse_int=_Number, parse_float=_Number, parse_constant=_Number)


def _json_records(text: str) -> Iterator[Record]:
    if text.lstrip()[:1] == "[":
        yield from _array_records(text)
        return
    whole = _value(text)
    if isinstance(whole, dict):
        yield _record(1, 1, whole)
        return
    for number, line in enumerate(re.split("\r\n?|\n", text), 1):
        if line.strip():
            yield _record(number, number, _value(line.strip()))


def _value(text: str) -> Any:
    """The JSON value, or a _Fault."""
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        return _Fault(f"is no JSON ({error.msg} at character {error.colno:,})")
    except (RecursionError, ValueError):
        return _Fault("is no JSON that can be read (nested too deeply)")


def _record(number: int, line: int, value: Any) -> Record:
    if isinstance(value, dict):
        return Record(number, line, {normal_form(name)[0]: field for name, field in value.items()})
    return Record(number, line, {}, str(value) if isinstance(value, _Fault) else "is no JSON object")


def _array_records(text: str) -> Iterator[Record]:
    """Element after element, so that each has its line, and those before a fault are not lost."""
    gap = re.compile(r"\s*+,?+\s*+")
    at, number, line, counted = text.index("[") + 1, 0, 1, 0
    while True:
        match = gap.match(text, at)
        at = match.end() if match else at
        number, line, counted = number + 1, line + text.count("\n", counted, at), at
        if text[at : at + 1] == "]":
            return
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            yield Record(number, line, {}, "is no JSON; what comes after it is lost")
            return
        yield _record(number, line, value)
