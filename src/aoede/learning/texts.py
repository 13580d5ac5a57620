"""Documents of text with their labels, and both as the arrays that a text model learns from.

A document is a poem, a song, a play, a book. Its labels say whose it is, in which form, to which tune. A model is
told a label as a row of weights: one value, or a mixture of several, or, by weight on id 0, that nothing is known.
"""

import difflib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from aoede.errors import ConfigError, UsageError
from aoede.settings import from_mapping

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MIN_CHARACTERS = 1000  # of training text: less of one author teaches nothing of a style
MAX_LABEL_BYTES = 300_000  # of all names, JSON within JSON: the header of a model file holds 1 MiB
MAX_WEIGHT = 1_000_000
N_OFFERED = 3  # nearest names that an error offers
MAX_CUT = 30_000  # characters that are cut from a book to judge by; they suffice for that
CUT_WINDOW = 0.02  # of a document's length to each side is searched for a break


@dataclass(frozen=True)
class Document:
    """One text. Its text is in the normal form of `formats/text.py`."""

    text: str
    labels: Mapping[str, str]  # column -> value, such as {"author": "Emily Dickinson"}
    path: str  # of its file, relative to the folder
    line: int  # where it begins in its file, from 1

    def cut(self, share: float) -> tuple["Document", "Document"]:
        """(about the first `share` of the characters, at most MAX_CUT; the rest): together they are this text.

        The cut is at the blank line nearest to that place, else at the nearest line end, else just there.
        """
        at = _break_near(self.text, min(round(len(self.text) * share), MAX_CUT))
        line = self.line + self.text.count("\n", 0, at)
        return replace(self, text=self.text[:at]), replace(self, text=self.text[at:], line=line)


def _break_near(text: str, at: int) -> int:
    """Index after the break that is nearest to `at`; never 0 nor the end of a text of two characters and more."""
    at = min(max(at, 1), len(text) - 1)
    reach = min(int(len(text) * CUT_WINDOW), at) + 1
    low, high = max(1, at - reach), min(len(text) - 1, at + reach)
    for mark in ("\n\n", "\n"):
        before = text.rfind(mark, low - 1, at)
        after = text.find(mark, max(at - len(mark), low - 1), high)
        places = [place + len(mark) for place in (before, after) if place >= 0]
        if places:
            return min(places, key=lambda place: (abs(place - at), place))
    return at


@dataclass(frozen=True)
class Labels:
    """Which values each label column has; the id of `values[c][i]` is i + 1, and 0 is unknown or none.

    Raises ConfigError where columns or values are not different, not empty strings, or columns have no values.
    """

    columns: tuple[str, ...] = ()
    values: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        if len(self.columns) != len(self.values):
            raise ConfigError("labels need as many lists of values as columns")
        for names in (self.columns, *self.values):
            if not all(isinstance(name, str) and name.strip() for name in names):
                raise ConfigError("columns and values of labels must be strings that are not empty")
            if len({_key(name) for name in names}) != len(names):
                raise ConfigError("columns and values of labels must be different from one another")
        if not all(self.values):
            raise ConfigError("every column of labels needs at least one value")

    @classmethod
    def fit(cls, documents: Iterable[Document], min_characters: int = MIN_CHARACTERS) -> "Labels":
        """Columns with two values and more that have at least `min_characters` of text each, both in order of name.

        Spellings that differ in case or spacing are one value, named as most of its text has it. Of more than a
        model file can hold, those with the most text are taken.
        """
        spelled: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
        for document in documents:
            for column, value in document.labels.items():
                name = " ".join(value.split())
                spellings = spelled[_key(column)][_key(value)]
                spellings[name] = spellings.get(name, 0) + len(document.text)
        known = [
            (sum(spellings.values()), column, max(spellings, key=lambda name: (spellings[name], name)))
            for column, values in spelled.items()
            for key, spellings in values.items()
            if column and key and sum(spellings.values()) >= min_characters
        ]
        names: dict[str, list[str]] = {column: [] for column in sorted(spelled)}
        for column, name in _affordable(known):
            names[column].append(name)
        found = {column: tuple(sorted(values)) for column, values in names.items() if len(values) > 1}
        return cls(tuple(found), tuple(found.values()))

    def left_out(self, documents: Iterable[Document]) -> list[str]:
        """A sentence for every column of the documents of whose values some are not among these."""
        seen: dict[str, set[str]] = defaultdict(set)
        for document in documents:
            for column, value in document.labels.items():
                seen[_key(column)].add(_key(value))
        n_known = {_key(column): len(ids) for column, ids in zip(self.columns, self._ids, strict=True)}
        return [
            f"{column}: {n_known.get(column, 0):,} of {len(values):,} names have enough text to be told apart"
            for column, values in sorted(seen.items())
            if len(values) > max(1, n_known.get(column, 0))
        ]

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Labels":
        """The labels that `as_mapping` describes. Raises ConfigError for anything else."""
        settings = dict(values)
        try:
            if "columns" in settings:
                settings["columns"] = _strings(settings["columns"])
            if "values" in settings:
                settings["values"] = tuple(_strings(names) for names in settings["values"])
        except TypeError as error:
            raise ConfigError("columns and values of labels must be lists of strings") from error
        return from_mapping(cls, settings, "labels")

    def as_mapping(self) -> dict[str, Any]:
        return {"columns": list(self.columns), "values": [list(names) for names in self.values]}

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many ids each column has, 0 included."""
        return tuple(len(names) + 1 for names in self.values)

    def ids_of(self, labels: Mapping[str, str]) -> Ints:
        """(n_columns,) ids of one document's labels; 0 where a column is missing or its value not known."""
        wanted = {_key(column): _key(value) for column, value in labels.items()}
        ids = [
            known.get(wanted.get(_key(column), ""), 0)
            for column, known in zip(self.columns, self._ids, strict=True)
        ]
        return np.array(ids, np.int64)

    def condition(self, wanted: Mapping[str, str | float] | None = None) -> Floats:
        """(sum(sizes),) weights, for each column summing to 1; on id 0 where nothing is wanted of the column.

        `wanted` maps a column to a value, {"tune": "如梦令"}, or values to weights that are shared out within their
        column, {"Robert Burns": 0.7, "William Blake": 0.3}. Where two columns have a value of one name, "tune=如梦令"
        says which is meant. Case and spacing make no difference. Raises UsageError for a name that is not known,
        with the nearest ones, and for a weight that is not a number above 0.
        """
        parts = [np.zeros(size) for size in self.sizes]
        for name, weight in (wanted or {}).items():
            is_column = isinstance(weight, str)
            column, id_ = self._place(f"{name}={weight}" if is_column else name)
            parts[column][id_] += 1.0 if is_column else _weight(name, weight)
        for part in parts:
            part[0] = 0.0 if part.any() else 1.0
            part /= part.sum()
        return np.concatenate(parts) if parts else np.zeros(0)

    def _place(self, name: str) -> tuple[int, int]:
        """Column and id of "value" or "column=value"."""
        column, _, value = name.partition("=")
        places = self._places(name)
        if not places and value:
            columns = [i for i, known in enumerate(self.columns) if _key(known) == _key(column)]
            if not columns:
                told = (
                    f"columns are {', '.join(self.columns)}" if self.columns else "the model knows no labels"
                )
                raise UsageError(f"there is no label column {column.strip()!r}", hint=_sentence(told))
            places = [place for place in self._places(value) if place[0] == columns[0]]
            if not places:
                raise self._unknown(value, [columns[0]])
        if not places:
            raise self._unknown(name, range(len(self.columns)))
        if len(places) > 1:
            first = self.columns[places[0][0]]
            named = " and ".join(self.columns[i] for i, _ in places)
            raise UsageError(f"{name!r} is a value of {named}", hint=f'Write "{first}={name}".')
        return places[0]

    def _places(self, value: str) -> list[tuple[int, int]]:
        key = _key(value)
        return [(column, known[key]) for column, known in enumerate(self._ids) if key in known]

    def _unknown(self, name: str, columns: Iterable[int]) -> UsageError:
        """The error for a value that no such column has, with the nearest ones that there are."""
        values = {_key(value): value for column in columns for value in self.values[column]}
        near = difflib.get_close_matches(_key(name), values, N_OFFERED, cutoff=0.5)
        near += [key for key in values if _key(name) in key.split() and key not in near][:N_OFFERED]
        if near:
            told = f"the nearest are {', '.join(values[key] for key in near[:N_OFFERED])}"
        elif values:
            told = f"there are {len(values):,}, among them {', '.join(list(values.values())[:N_OFFERED])}"
        else:
            told = "the model knows no labels"
        return UsageError(f"there is no label {name.strip()!r}", hint=_sentence(told))

    @cached_property
    def _ids(self) -> tuple[dict[str, int], ...]:
        return tuple({_key(name): i for i, name in enumerate(names, 1)} for names in self.values)


class Encoding(Protocol):
    """What `prepare` asks of an encoding of text."""

    def encode_document(self, text: str) -> Ints: ...


def prepare(
    documents: Sequence[Document], encoding: Encoding, labels: Labels | None = None
) -> tuple[list[Ints], Ints]:
    """What a text model learns from: (T_i,) ids of each document, the last one END, and (D, n_columns) label ids."""
    labels = labels or Labels()
    ids = [labels.ids_of(document.labels) for document in documents]
    rows = np.array(ids, np.int64).reshape(len(documents), len(labels.columns))
    return [encoding.encode_document(document.text) for document in documents], rows


def _affordable(known: Iterable[tuple[int, str, str]]) -> Iterator[tuple[str, str]]:
    """Columns and names of (n characters, column, name) with the most text, while a model file can hold them."""
    n_bytes = 0
    for _, column, name in sorted(known, key=lambda one: (-one[0], *one[1:])):
        n_bytes += len(json.dumps(json.dumps(name)))
        if n_bytes > MAX_LABEL_BYTES:
            return
        yield column, name


def _key(name: str) -> str:
    """What spellings of one name share."""
    return " ".join(name.casefold().split())


def _weight(name: str, weight: Any) -> float:
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight <= MAX_WEIGHT:
        raise UsageError(
            f"the weight of {name!r} must be a number above 0, at most {MAX_WEIGHT:,}, not {weight!r}"
        )
    return float(weight)


def _strings(names: Any) -> tuple[str, ...]:
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise TypeError
    return tuple(names)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
