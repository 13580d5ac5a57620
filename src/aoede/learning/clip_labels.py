"""Labels of sound files: from a table beside them, from their folders, from their names.

The first that is there is taken: a pattern that the person gives for the names, a CSV whose rows name the files,
folders that tell files apart, parts of the names between "_", "-" and blanks. What is different in every file is no
label; of names in which all parts together tell every file apart, the last number is the number of the recording.
"""

import difflib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError, UsageError
from aoede.learning.sounds import LabelTable

MAX_VALUES = 64  # of one label; a column with more says something else
MAX_COLUMNS = 8
PITCHES, VELOCITIES = ("midi_pitch", "pitch", "midi", "note"), ("velocity",)  # columns that are no labels
HELD_OUT_FOLDERS = ("valid", "validation", "held_out", "heldout")  # folders that say what is held out,
PART_FOLDERS = ("train", "training", *HELD_OUT_FOLDERS)  # and so tell of no sound what it is
N_SHOWN = 12  # values of a label that an error names
UNKNOWN = 0  # the id of a value that there was not

_NUMBERS = {
    name: str(i)
    for names in (
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
        "零一二三四五六七八九",
    )
    for i, name in enumerate(names)
}
_PARTS = re.compile(r"[_\-\s.]+")
_FIELD = re.compile(r"\{(\w*)\}")
_NOTE = re.compile(r"([A-Ga-g])([#sb♯♭]?)(-?\d)")
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}

Cells = Mapping[str, str]  # what is said of a file, by column


@dataclass(frozen=True)
class Labels:
    """The columns of labels with their values, sorted; id 0 is what there was not."""

    columns: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.columns)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Ids of each column, the unknown included."""
        return tuple(len(values) + 1 for _, values in self.columns)

    @classmethod
    def fit(cls, names: Sequence[str], labels: Sequence[Sequence[str]]) -> "Labels":
        """The values that each column has in `labels`, one row a clip."""
        values = [sorted({row[i] for row in labels if row[i]}) for i in range(len(names))]
        return cls(tuple((name, tuple(found)) for name, found in zip(names, values, strict=True)))

    def ids(self, label: Sequence[str]) -> NDArray[np.int64]:
        """(n columns,) of one clip; unknown where a value is empty or new."""
        pairs = zip(self.columns, label, strict=True)
        return np.array([v.index(x) + 1 if x in v else UNKNOWN for (_, v), x in pairs], np.int64)

    def said(self, text: str) -> tuple[str, ...]:
        """The label that words such as "three, jackson" or "digit=3, jackson" name; "" for columns not named.

        Raises UsageError for a word that is no value, naming those that there are, and for two of one column.
        """
        found = [""] * len(self.columns)
        for word in self._words(text):
            at, value = self._place_of(word, found)
            if found[at]:
                raise UsageError(
                    f"{found[at]!r} and {value!r} are both values of {self.names[at]}", where="--label"
                )
            found[at] = value
        return tuple(found)

    def _words(self, text: str) -> list[str]:
        """What stands between commas, unless the whole is a value with a comma in it."""
        if any(text.strip().casefold() == value.casefold() for _, values in self.columns for value in values):
            return [text.strip()]
        parts = re.split("[,，、]", text)
        return [part.strip() for part in parts if part.strip()]

    def _place_of(self, word: str, found: Sequence[str]) -> tuple[int, str]:
        """The column that a word belongs to, one without a value first, and the value as it is written there."""
        name, _, value = (part.strip().casefold() for part in word.rpartition("="))
        fitting = [
            (i, known)
            for i, (column, values) in enumerate(self.columns)
            for known in values
            if _spelled(known) == _spelled(value) and name in ("", column.casefold())
        ]
        if not fitting:
            raise UsageError(
                f"the model knows no label {word!r}", where="--label", hint=self._offer(name, value)
            )
        return next((place for place in fitting if not found[place[0]]), fitting[0])

    def _offer(self, name: str, value: str) -> str:
        """What could have been meant, and what there is."""
        if not self.columns:
            return "It was trained without labels."
        columns = [pair for pair in self.columns if name in ("", pair[0].casefold())] or list(self.columns)
        near = difflib.get_close_matches(value, [v for _, values in columns for v in values], n=1)
        shown = [f"{c}: {', '.join(v[:N_SHOWN])}{' ...' * (len(v) > N_SHOWN)}" for c, v in columns]
        return (f"Did you mean {near[0]!r}? " if near else "") + f"It knows {'; '.join(shown)}."

    def as_mapping(self) -> dict[str, Any]:
        return {"columns": list(self.names), "values": [list(values) for _, values in self.columns]}

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Labels":
        """What `as_mapping` gave. Raises InputError where it is something else."""
        try:
            given = zip(values["columns"], values["values"], strict=True)
            pairs = [(str(name), tuple(str(v) for v in found)) for name, found in given]
        except (KeyError, TypeError, ValueError) as error:
            raise InputError("these are no labels of sounds") from error
        return cls(tuple(pairs))


def _spelled(value: str) -> str:
    """As values are compared: "Three", "三" and "3" are one."""
    return _NUMBERS.get(value.casefold(), value.casefold())


@dataclass(frozen=True)
class Said:
    """What is known of every file: label columns, and cells by column, one mapping a file."""

    source: str  # "a table", "folders", "names"
    names: tuple[str, ...]
    cells: tuple[Cells, ...]
    remarks: tuple[str, ...] = ()


def said_of(
    paths: Sequence[str],
    tables: Mapping[str, LabelTable],
    *,
    pattern: str = "",
    wanted: Sequence[str] | None = None,
) -> Said:
    """What is said of the files at `paths`, whose tables stand at the paths of `tables`.

    `pattern` is what names look like, such as "{digit}_{speaker}_{}"; `wanted` are the columns to take as labels.
    Raises InputError where tables or the pattern fit no file at all, UsageError for columns that there are not.
    """
    if pattern:
        cells = _by_pattern(paths, pattern)
        found = Said("names", _columns(cells, every=True), cells)
    elif tables:
        found = _by_tables(paths, tables)
    else:
        folders, names = _by_folders(paths), _by_names(paths)
        found = folders if folders.names else names
    return _with(found, wanted)


def _with(found: Said, wanted: Sequence[str] | None) -> Said:
    if wanted is None:
        return Said(found.source, found.names[:MAX_COLUMNS], found.cells, found.remarks)
    columns = dict.fromkeys(name for row in found.cells for name in row)
    missing = [name for name in wanted if name.casefold() not in columns]
    if missing:
        raise UsageError(
            f"nothing is said of the sounds under {missing[0]!r}",
            where="--label-column",
            hint=f"There is {', '.join(columns) or 'nothing'}.",
        )
    return Said(found.source, tuple(name.casefold() for name in wanted), found.cells, found.remarks)


def _columns(cells: Sequence[Cells], *, every: bool = False) -> tuple[str, ...]:
    """The columns that are labels: of a few values, that come again, and that are no measurements."""
    names = dict.fromkeys(name for row in cells for name in row if name)
    kept = []
    for name in names:
        values = [row[name] for row in cells if row.get(name)]
        counts = sorted(Counter(values).values())
        n_values = len(counts)
        is_measured = all(re.fullmatch(r"-?\d+[.,]\d+", value) for value in values)
        comes_again = bool(counts) and (counts[n_values // 2] > 1 or len(values) <= 4)
        is_label = 1 < n_values <= MAX_VALUES and not is_measured and comes_again
        if name not in PITCHES and name not in VELOCITIES and (every or is_label):
            kept.append(name)
    return tuple(kept)


def _by_pattern(paths: Sequence[str], pattern: str) -> tuple[Cells, ...]:
    names = _FIELD.findall(pattern)
    if not any(names):
        raise UsageError(
            f"the pattern {pattern!r} names no part", hint="Such as: --set names={digit}_{speaker}_{}"
        )
    parts = [re.escape(text) for text in _FIELD.sub("\0", pattern).split("\0")]
    regex = re.compile("(.*?)".join(parts))
    cells = list[dict[str, str]]()
    for path in paths:
        match = regex.fullmatch(PurePosixPath(path).stem)
        pairs = zip(names, match.groups(), strict=True) if match else ()
        cells.append({name.casefold(): value for name, value in pairs if name})
    if not any(cells):
        example = PurePosixPath(paths[0]).stem if paths else ""
        raise InputError(f"no file is named like {pattern!r}", hint=f"They are named like {example!r}.")
    return tuple(cells)


def _by_tables(paths: Sequence[str], tables: Mapping[str, LabelTable]) -> Said:
    """Each row goes to the file of its path, or else of its name, with or without the suffix."""
    index = _index(paths)
    cells = [dict[str, str]() for _ in paths]
    remarks, n_rows, first = list[str](), 0, ""
    for where, table in tables.items():
        folder = PurePosixPath(where).parent
        lost = list[str]()
        for row in table.rows:
            n_rows += 1
            named = row.get(table.file_column, "")
            at = index.get(str(folder / named)) or index.get(PurePosixPath(named).name) or []
            if len(at) == 1:
                cells[at[0]] |= {name: cell for name, cell in row.items() if name != table.file_column}
            else:
                lost.append(named)
        first = first or (lost[0] if lost else "")
        if lost:
            remarks.append(f"{where} speaks of {len(lost):,} files that are not here, such as {lost[0]!r}")
    n_told = sum(bool(row) for row in cells)
    if not n_told:
        raise InputError(
            f"none of the sounds here ({len(paths):,}) is named in the table of labels ({n_rows:,} rows)",
            where=next(iter(tables)),
            hint=f"It speaks of {first!r}; the sounds are named like {paths[0]!r}.",
        )
    if n_told < len(paths):
        untold = next(path for path, row in zip(paths, cells, strict=True) if not row)
        remarks.append(f"{len(paths) - n_told:,} sounds stand in no table, such as {untold}")
    return Said("a table", _columns(cells), tuple(cells), tuple(remarks))


def _index(paths: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for i, path in enumerate(paths):
        pure = PurePosixPath(path)
        for key in {path, str(pure.with_suffix("")), pure.name, pure.stem}:
            found.setdefault(key, []).append(i)
    return found


def _by_folders(paths: Sequence[str]) -> Said:
    parts = [
        [part for part in PurePosixPath(path).parent.parts if part.lower() not in PART_FOLDERS]
        for path in paths
    ]
    depth = max(map(len, parts), default=0)
    names = ["folder" if i == 0 else f"folder {i + 1}" for i in range(depth)]
    cells = tuple(dict(zip(names, row, strict=False)) for row in parts)
    return Said("folders", _columns(cells), cells)


def _by_names(paths: Sequence[str]) -> Said:
    stems = [[part for part in _PARTS.split(PurePosixPath(path).stem) if part] for path in paths]
    n_parts = Counter(map(len, stems)).most_common(1)[0][0] if stems else 0
    names = [f"part {i + 1}" for i in range(n_parts)]
    even = [row if len(row) == n_parts else row[:1] for row in stems]
    taken = _number_of_recording([row for row in even if len(row) == n_parts])
    cells = tuple(dict(zip(names, row, strict=False)) for row in even)
    columns = tuple(name for name in _columns(cells) if taken < 0 or name != names[taken])
    return Said("names", columns, cells)


def _number_of_recording(rows: Sequence[Sequence[str]]) -> int:
    """The last part that is a number in every name, where all parts together tell every file apart; -1 for none."""
    if len(rows) < 2 or len(set(map(tuple, rows))) < len(rows):
        return -1
    numbers = [i for i in range(len(rows[0])) if all(row[i].isdecimal() for row in rows)]
    return numbers[-1] if numbers and len(rows[0]) > 1 else -1


def pitch_of(text: str) -> float:
    """The MIDI pitch that "60", "60.5", "C4", "f#3" or "Bb2" names; NaN for anything else."""
    match = _NOTE.fullmatch(text.strip())
    if match:
        step, sign, octave = match.groups()
        shift = {"": 0, "#": 1, "s": 1, "♯": 1, "b": -1, "♭": -1}[sign]
        pitch = float(12 * (int(octave) + 1) + _STEPS[step.upper()] + shift)
    else:
        try:
            pitch = float(text)
        except ValueError:
            return float("nan")
    return pitch if 0 <= pitch <= 127 else float("nan")
