"""The ladder: how well models of text foresee a text, from knowing nothing to the best, in one table.

A rung is a model or a part of one. Static figures (weights fixed) and dynamic ones (learning from what was read)
stand apart: they answer different questions. The ladder need not be monotone; it is sorted by the static figure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.chars import N_CODES
from aoede.errors import UsageError
from aoede.learning.text_figures import WINDOW, Logs, Rung, Texts
from aoede.learning.writer import Writer

Ints = NDArray[np.int64]

METRIC = "nats_per_char"
_SHOWN = 12  # unknown characters that are named


@dataclass(frozen=True)
class Row:
    """Nats a character; smaller is better. None where a way of reading does not apply."""

    name: str
    model: str  # the model's name
    carried: float
    windows: float
    unlabelled: float | None


@dataclass(frozen=True)
class Adapting:
    name: str
    model: str
    static: float
    dynamic: float
    static_second_half: float  # over the second half of all characters
    dynamic_second_half: float


@dataclass(frozen=True)
class ByLabel:
    """One model's nats a character over the documents of one label, told it or not."""

    model: str
    column: str
    value: str  # "" for documents whose label the model does not know
    n_symbols: int
    told: float
    untold: float


@dataclass(frozen=True)
class Judged:
    """A model, the characters that it did not know, and its own figure."""

    model: str
    sha256: str
    nats: float
    n_known: int  # characters that it knows
    n_unknown: int  # characters of the text that it does not
    unknown: str  # the first few of these


@dataclass(frozen=True)
class Ladder:
    n_symbols: int  # characters, ends of documents included
    n_documents: int
    models: tuple[Judged, ...]
    rows: tuple[Row, ...]  # the worst first
    adapting: tuple[Adapting, ...]
    labels: tuple[ByLabel, ...]
    protocol: str

    @property
    def best(self) -> Judged:
        return min(self.models, key=lambda judged: judged.nats)

    def as_json(self) -> dict[str, Any]:
        return {
            "schema": "aoede.evaluation/1",
            "model": self.best.model,
            "metric": METRIC,
            "value": self.best.nats,
            "low": self.best.nats,
            "high": self.best.nats,
            "n_symbols": self.n_symbols,
            "protocol": self.protocol,
            "n_documents": self.n_documents,
            **{
                name: [vars(item) for item in getattr(self, name)]
                for name in ("models", "rows", "adapting", "labels")
            },
        }

    def as_text(self, by: Sequence[str] = ()) -> str:
        """The tables; those of labels for the columns in `by`, a line each for the others. Raises UsageError."""
        columns = list(dict.fromkeys(row.column for row in self.labels))
        check_columns(by, columns)
        parts = [f"nats a character over {self.n_symbols:,}; smaller is better", "", *self._static()]
        parts += ["", *self._dynamic()] if self.adapting else []
        for column in columns:
            parts += ["", *self._labels(column, whole=column in by)]
        return "\n".join([*parts, "", *(f"  {told}" for told in self.protocol.split("; "))])

    def _static(self) -> list[str]:
        labelled = any(row.unlabelled is not None for row in self.rows)
        heads = ["carried", f"cold {WINDOW}", *(["no labels"] if labelled else [])]
        told: dict[tuple[str, tuple[float | None, ...]], list[str]] = {}
        for row in self.rows:
            figures = (row.carried, row.windows, *([row.unlabelled] if labelled else []))
            told.setdefault((row.name, figures), []).append(self._named(row))
        # What several models share, such as the uniform rung, is one line.
        rows = [(name if len(names) > 1 else names[0], cells) for (name, cells), names in told.items()]
        return _table("weights fixed", heads, rows)

    def _dynamic(self) -> list[str]:
        rows = [
            (self._named(row), [row.static, row.dynamic, row.static_second_half, row.dynamic_second_half])
            for row in self.adapting
        ]
        heads = ["fixed", "learning", "2nd half", "learning"]
        return _table("learning while reading", heads, rows)

    def _labels(self, column: str, *, whole: bool) -> list[str]:
        lines = []
        for model in dict.fromkeys(row.model for row in self.labels if row.column == column):
            rows = [row for row in self.labels if (row.column, row.model) == (column, model)]
            known = [row for row in rows if row.value]
            n = sum(row.n_symbols for row in known)
            told, untold = (
                sum(getattr(row, name) * row.n_symbols for row in known) / n for name in ("told", "untold")
            )
            gain = sum(row.told < row.untold for row in known)
            summary = f"{gain} of {len(known)} gain"
            head = f"{column}{f' ({model})' if len(self.models) > 1 else ''}"
            if whole:
                cells = [(row.value or "(unknown)", [row.told, row.untold]) for row in rows]
                lines += _table(head, ["told", "untold"], [*cells, (f"all; {summary}", [told, untold])])
            else:
                lines.append(f"{head}: told {told:.4f}, untold {untold:.4f}; {summary} (--by {column})")
        return lines

    def _named(self, row: Row | Adapting) -> str:
        return f"{row.name} ({row.model})" if len(self.models) > 1 else row.name


def columns_of(writer: Writer, texts: Texts) -> list[str]:
    """The label columns of which the texts have values that the model knows."""
    return [column for c, column in enumerate(writer.labels.columns) if texts.labels[:, c].any()]


def check_columns(wanted: Sequence[str], columns: Sequence[str]) -> None:
    """Raises UsageError for a label column that is wanted and is none of these."""
    strange = [column for column in wanted if column not in columns]
    if strange:
        known = ", ".join(dict.fromkeys(columns))
        hint = f"Columns are {known}." if known else "These texts have none that a model knows."
        raise UsageError(f"there is no label column {strange[0]!r}", where="--by", hint=hint)


def ladder(
    judged: Sequence[tuple[Writer, Texts, Sequence[Rung], Mapping[str, Logs]]], texts: Sequence[str]
) -> Ladder:
    """The table of models with what their rungs and their adapting forms paid for the same `texts`."""
    models, rows, adapting, labels = [], list[Row](), list[Adapting](), list[ByLabel]()
    for writer, read, rungs, learnt in judged:
        rows += [Row(rung.name, writer.name, *_figures(rung)) for rung in rungs]
        carried = {rung.name: rung.carried for rung in rungs}
        adapting += [_adapting(writer.name, name, carried[name], logs) for name, logs in learnt.items()]
        labels += _by_label(writer, read, rungs[-1])
        strange = writer.encoding.unknown("".join(texts))
        models.append(
            Judged(
                writer.name,
                writer.sha256,
                _nats(rungs[-1].carried),
                len(writer.encoding.symbols),
                read.n_unknown,
                "".join(strange[:_SHOWN]),
            )
        )
    n_symbols = sum(map(len, judged[0][1].ids))
    rows.sort(key=lambda row: -row.carried)
    adapting.sort(key=lambda row: -row.dynamic)
    protocol = _protocol(
        models, n_symbols, len(texts), bool(adapting), any(t.has_labels for _, t, *_ in judged)
    )
    return Ladder(n_symbols, len(texts), tuple(models), tuple(rows), tuple(adapting), tuple(labels), protocol)


def _figures(rung: Rung) -> tuple[float, float, float | None]:
    return (
        _nats(rung.carried),
        _nats(rung.windows),
        None if rung.unlabelled is None else _nats(rung.unlabelled),
    )


def _nats(logs: Logs) -> float:
    return -float(np.concatenate(logs).mean())


def _adapting(model: str, name: str, carried: Logs, learnt: Logs) -> Adapting:
    still, moving = np.concatenate(carried), np.concatenate(learnt)
    half = len(still) // 2
    figures = (-float(part.mean()) for part in (still, moving, still[half:], moving[half:]))
    return Adapting(name, model, *figures)


def _by_label(writer: Writer, texts: Texts, rung: Rung) -> list[ByLabel]:
    if rung.unlabelled is None:
        return []
    found = []
    for column in columns_of(writer, texts):
        c = writer.labels.columns.index(column)
        ids, values = texts.labels[:, c], writer.labels.values[c]
        for value in np.unique(ids).tolist():
            at = np.flatnonzero(ids == value).tolist()
            told, untold = ([logs[i] for i in at] for logs in (rung.carried, rung.unlabelled))
            name = values[value - 1] if value else ""
            found.append(ByLabel(writer.name, column, name, sum(map(len, told)), _nats(told), _nats(untold)))
    return found


def _protocol(
    models: Sequence[Judged], n_symbols: int, n_documents: int, has_dynamic: bool, has_labels: bool
) -> str:
    strange = [judged for judged in models if judged.n_unknown]
    unknown = "; ".join(_unknown(judged, n_symbols, len(models) > 1) for judged in strange)
    parts = [
        "static: weights fixed, each document from a cold start to its end with its state carried; ends of"
        " documents count as a character",
        f"cold: windows of {WINDOW} characters, nothing before them known",
        "dynamic: each character is foreseen, then learnt from, across all documents in their order"
        if has_dynamic
        else "",
        "labels are told as far as the model knows them" if has_labels else "",
        unknown or "no character is unknown",
        f"{n_documents:,} document{'s' if n_documents > 1 else ''}",
    ]
    return "; ".join(part for part in parts if part)


def _unknown(judged: Judged, n_symbols: int, is_named: bool) -> str:
    share = 100 * judged.n_unknown / n_symbols
    shown = f" ({' '.join(map(ascii, judged.unknown))}{' ...' if len(judged.unknown) == _SHOWN else ''})"
    whose = f" to {judged.model}" if is_named else ""
    return (
        f"{judged.n_unknown:,} characters ({share:.2f} %) are unknown{whose}{shown}, each"
        f" costs the unknown symbol and ln({N_CODES:,} - {judged.n_known:,}), as one of all other code points"
    )


def _table(
    head: str, columns: Sequence[str], rows: Sequence[tuple[str, Sequence[float | None]]]
) -> list[str]:
    width = max(len(head), *(len(name) for name, _ in rows)) + 2
    lines = [head.ljust(width) + "".join(f"{column:>11}" for column in columns)]
    for name, cells in rows:
        figures = (f"{'' if cell is None else f'{cell:.4f}':>11}" for cell in cells)
        lines.append((name.ljust(width) + "".join(figures)).rstrip())
    return lines
