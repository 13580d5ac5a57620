"""A folder of anybody's files -> what can be trained on, an account of every file, and a manifest.

    dataset = from_folder(Path("music"))  # or from_folder(Path("poems"), kinds=("text",))
    print(dataset.report.summary())
    train, valid = split(dataset.items, seed=7)

A file that cannot be used is never an error but a row of the report. A MIDI file gives one item, a table as many
as it has texts. The order is that of the relative paths as bytes, the same on every machine.
A new kind of file is one more row of `KINDS`.

Small files are read some at a time, in one process: see `midi.many_from_bytes`.
"""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.errors import AoedeError, InputError, UsageError
from aoede.formats import archive, midi, midi_guard
from aoede.formats.files import read_bounded
from aoede.formats.table import Columns
from aoede.learning import conversations, documents, sounds
from aoede.learning.account import (
    ABOUT,
    DAMAGED,
    DUPLICATE,
    EMPTY,
    NO_TEXT,
    READ,
    REPAIRED,
    SKIPPED,
    TOO_LARGE,
    UNREADABLE,
    Entry,
    Manifest,
    Report,
    Row,
)
from aoede.learning.finding import OUTSIDE, found, is_inside
from aoede.learning.fingerprint import fingerprint

OnFile = Callable[[int, int], None]
Files = Sequence[tuple[str, bytes]]  # paths and contents
Outcome = tuple[Sequence[Any], tuple[str, ...]] | AoedeError  # values and repairs, or why there are none


@dataclass(frozen=True)
class Limits:
    """What is read of a folder. Files beyond it are skipped, and the report says so."""

    max_files: int = 100_000
    max_file_bytes: int = 20_000_000
    max_text_bytes: int = 100_000_000  # tables of lyrics are large; at most 2 GB while it is read
    max_sound_bytes: int = 500_000_000  # 45 minutes of CD; decoded as one channel
    max_total_bytes: int = 200_000_000  # about 20 million notes, which take 1 GB as songs
    max_quarters: int = 60_000  # of one piece; what comes later is dropped. 8 hours at 120 bpm


@dataclass(frozen=True)
class Item:
    """One song or document: a usable file, or a row of one."""

    path: str  # of its file, relative to the folder, with "/" between names
    value: Any  # a Song, a roll (T, 88) or a Document
    fingerprint: str  # of the content: equal for copies in another key or tempo, and most versions of a tune
    is_held_out: bool | None = None  # None: by chance, as the fingerprint has it
    cut: Callable[[float], tuple[Any, Any]] | None = (
        None  # of a long value: share -> its first share, the rest
    )


@dataclass(frozen=True)
class Dataset:
    items: tuple[Item, ...]
    report: Report
    manifest: Manifest


# Kinds of files


@dataclass(frozen=True)
class Kind:
    """A kind of file; `read` takes the paths and bytes of some, the limits and the columns of tables.

    Copies that differ in nothing that matters share the identity; "" where they are not looked for. Of a value that
    is made of parts, such as a conversation, any that holds but parts of earlier files is a copy, however it is cut.
    """

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[Files, Limits, Columns], Sequence[Outcome]]
    is_empty: Callable[[Any], bool]
    prints: Callable[[Any], tuple[str, str]]  # -> identity, fingerprint
    nothing: str  # why a file without values is skipped
    is_about: Callable[[str], bool] = lambda path: False  # whether a file is about the others
    cut: Callable[[Any], Callable[[float], tuple[Any, Any]] | None] = lambda value: None
    max_bytes: Callable[[Limits], int] = lambda limits: limits.max_file_bytes
    parts: Callable[[Any], Sequence[int]] = lambda value: ()  # a hash of each


def _read_midi(files: Files, limits: Limits, columns: Columns) -> list[Outcome]:
    guard_limits = midi_guard.Limits(max_bytes=limits.max_file_bytes, max_quarters=limits.max_quarters)
    readings = midi.many_from_bytes(files, guard_limits)
    return [one if isinstance(one, InputError) else ((one.song,), one.repairs) for one in readings]


def _one_by_one(
    read: Callable[[bytes, str, Columns], tuple[Sequence[Any], tuple[str, ...]]],
) -> Callable[[Files, Limits, Columns], list[Outcome]]:
    def each(files: Files, limits: Limits, columns: Columns) -> list[Outcome]:
        found: list[Outcome] = []
        for name, data in files:
            try:
                found.append(read(data, name, columns))
            except AoedeError as error:
                found.append(error)
        return found

    return each


def _read_rolls(
    data: bytes, name: str, columns: Columns
) -> tuple[Sequence[NDArray[np.uint8]], tuple[str, ...]]:
    return archive.from_bytes(data, where=name), ()


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "midi": Kind(
            "MIDI",
            (".mid", ".midi", ".kar", ".rmi", ".smf"),
            _read_midi,
            lambda song: not song.tracks,
            lambda song: ("", fingerprint(song)),
            EMPTY,
        ),
        "rolls": Kind(
            "archives of rolls",
            (archive.SUFFIX,),
            _one_by_one(_read_rolls),
            lambda roll: False,
            lambda roll: ("", sha256(roll.tobytes()).hexdigest()),
            EMPTY,
        ),
        "text": Kind(
            "text",
            documents.SUFFIXES,
            _one_by_one(documents.read),
            lambda document: not document.text.strip(),
            documents.prints,
            NO_TEXT,
            documents.is_about,
            documents.cut_of,
            lambda limits: limits.max_text_bytes,
        ),
        "sound": Kind(
            "sound",
            sounds.SUFFIXES,
            _one_by_one(sounds.read),
            lambda sound: sound.is_silent,
            sounds.prints,
            sounds.SILENT,
            max_bytes=lambda limits: limits.max_sound_bytes,
        ),
        "labels": Kind(
            "tables of labels",
            sounds.TABLE_SUFFIXES,
            _one_by_one(sounds.read_table),
            lambda table: not table.rows,
            sounds.table_prints,
            sounds.NO_LABELS,
        ),
        "conversations": Kind(
            "conversations",
            conversations.SUFFIXES,
            _one_by_one(conversations.read),
            conversations.is_empty,
            conversations.prints,
            conversations.NO_EXCHANGES,
            documents.is_about,
            max_bytes=lambda limits: limits.max_text_bytes,
            parts=conversations.exchange_prints,
        ),
    }
)


# Reading


def from_folder(
    folder: Path,
    *,
    kinds: Sequence[str] = ("midi",),
    limits: Limits | None = None,
    on_file: OnFile | None = None,
    columns: Columns | None = None,
    within: Sequence[Path] = (),
) -> Dataset:
    """Everything usable in `folder` and its subfolders, or in the one file of that name.

    `columns` says which columns of tables are texts and labels. Copies of a text are left out and counted.
    Hidden files and runs are passed over. A folder is entered once, also where links lead to it again.
    Where folders are named by `within`, nothing outside of them is read, whatever links there are.
    `on_file(done, total)` is called after each file. Raises MissingError or DeniedError for the folder itself,
    and InputError, with the first few reasons, where nothing in it can be used.
    """
    dataset = looked_through(
        folder, kinds=kinds, limits=limits, on_file=on_file, columns=columns, within=within
    )
    if not dataset.items:
        raise _nothing_usable(folder, [KINDS[kind] for kind in kinds], dataset.report)
    return dataset


def looked_through(
    folder: Path,
    *,
    kinds: Sequence[str] = ("midi",),
    limits: Limits | None = None,
    on_file: OnFile | None = None,
    columns: Columns | None = None,
    within: Sequence[Path] = (),
) -> Dataset:
    """What `from_folder` gives, also where nothing can be used: without items, and with all the reasons."""
    by_suffix = _by_suffix(kinds)
    limits = limits or Limits()
    root, paths, rows = found(folder, [KINDS[kind].name for kind in kinds], within)
    known = [path for path in paths if _suffix(path) in by_suffix]
    others = Counter(_suffix(path) for path in paths if _suffix(path) not in by_suffix)
    reader = _Reader(root, limits, columns or Columns(), is_folder=folder.is_dir(), within=within)
    for done, path in enumerate(known, 1):
        reader.take(path, by_suffix[_suffix(path)])
        if on_file:
            on_file(done, len(known))
    reader.read_held()
    report = Report(
        tuple(sorted(rows + reader.rows, key=lambda row: os.fsencode(row.path))), others, reader.remarks
    )
    return Dataset(tuple(reader.items), report, Manifest(reader.entries))


def has_any(folder: Path, kinds: Sequence[str], within: Sequence[Path] = ()) -> bool:
    """Whether there is a file of one of these kinds in `folder`, usable or not."""
    by_suffix = _by_suffix(kinds)
    return any(_suffix(path) in by_suffix for path in found(folder, kinds, within)[1])


def _by_suffix(kinds: Sequence[str]) -> dict[str, Kind]:
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or not kinds:
        raise UsageError(f"there is no kind {', '.join(unknown)!r}", hint=f"Kinds are {', '.join(KINDS)}.")
    return {suffix: KINDS[kind] for kind in kinds for suffix in KINDS[kind].suffixes}


def _nothing_usable(folder: Path, kinds: Sequence[Kind], report: Report) -> InputError:
    wanted = " or ".join(f"{kind.name} ({' '.join(kind.suffixes)})" for kind in kinds)
    if not report.rows:
        return InputError(
            f"there is no {wanted} file here", where=str(folder), hint="; ".join(report.lines(3))
        )
    return InputError(
        f"nothing here can be used: {report.summary()}", where=str(folder), hint="\n  ".join(report.lines(4))
    )


class _Reader:
    """Takes file after file and keeps the account."""

    def __init__(
        self, root: Path, limits: Limits, columns: Columns, *, is_folder: bool, within: Sequence[Path]
    ) -> None:
        self.root, self.limits, self.columns, self.is_folder = root, limits, columns, is_folder
        self.within = within
        self.items: list[Item] = []
        self.rows: list[Row] = []
        self.entries: dict[str, Entry] = {}
        self._first: dict[str, str] = {}  # hash -> path of the first file with these bytes
        self._skipped: dict[str, Row] = {}
        self._seen: dict[str, str] = {}  # identity -> path of the first file with this content
        self._parts: dict[int, str] = {}  # hash of a part -> path of a file with it
        self._n_copies = 0
        self._n_bytes = 0
        self._held: list[tuple[str, bytes]] = []  # files of one kind, to be read together
        self._kind: Kind | None = None

    @property
    def remarks(self) -> tuple[str, ...]:
        n = self._n_copies
        return (f"{n:,} document{'s stand' if n > 1 else ' stands'} twice",) if n else ()

    def take(self, path: str, kind: Kind) -> None:
        """Adds one entry for a file, and, now or when `read_held` is called, one row and its items if it has any."""
        if kind is not self._kind:
            self.read_held()
            self._kind = kind
        try:
            if self.is_folder and kind.is_about(path):
                raise _SkipError(ABOUT)
            data = self._bytes(path, kind.max_bytes(self.limits))
            self._check_new(path)
        except _SkipError as skip:
            self._skip(path, skip)
            return
        self._held.append((path, data))
        n_bytes = sum(len(data) for _, data in self._held)
        if len(self._held) >= midi.BATCH_FILES or n_bytes >= midi.BATCH_BYTES:
            self.read_held()

    def read_held(self) -> None:
        """Reads the files that were only taken."""
        held, self._held = self._held, []
        if self._kind and held:
            for (path, _), found in zip(held, self._kind.read(held, self.limits, self.columns), strict=True):
                self._add(path, found, self._kind)

    def _add(self, path: str, found: Outcome, kind: Kind) -> None:
        try:
            values, repairs = self._values(found, kind)
            kept = self._without_copies(path, values, kind)
        except _SkipError as skip:
            self._skip(path, skip)
            return
        self.rows.append(Row(path, REPAIRED if repairs else READ, remarks=repairs))
        self.items += [Item(path, value, print_, cut=kind.cut(value)) for value, print_ in kept]

    def _skip(self, path: str, skip: "_SkipError") -> None:
        self._skipped[path] = row = Row(path, SKIPPED, skip.reason, skip.remarks)
        self.rows.append(row)

    def _bytes(self, path: str, max_bytes: int) -> bytes:
        where = self.root / path
        try:
            n_bytes = where.stat().st_size
        except OSError:  # said better by `read_bounded`
            n_bytes = 0
        self.entries[path] = Entry("", n_bytes)
        self._check_room(n_bytes, max_bytes)
        if not is_inside(where, self.within):
            raise _SkipError(UNREADABLE, OUTSIDE)
        try:
            data = read_bounded(where, max_bytes=max_bytes)
        except AoedeError as error:
            raise _SkipError(UNREADABLE, error.message) from error
        self.entries[path] = Entry(sha256(data).hexdigest(), len(data))
        self._n_bytes += len(data)
        return data

    def _check_new(self, path: str) -> None:
        """Raises for a file whose bytes were read before; what is wrong with the first is wrong with its copies."""
        first = self._first.setdefault(self.entries[path].sha256, path)
        if first != path:
            self.read_held()
            if row := self._skipped.get(first):
                raise _SkipError(row.reason, *row.remarks)
            raise _SkipError(DUPLICATE, f"the same bytes as {first}")

    def _check_room(self, n_bytes: int, max_bytes: int) -> None:
        limits = self.limits
        if n_bytes > max_bytes:
            raise _SkipError(TOO_LARGE, f"larger than {max_bytes:,} bytes; split it")
        if len(self.rows) + len(self._held) >= limits.max_files:
            raise _SkipError(TOO_LARGE, f"at most {limits.max_files:,} files are read")
        if self._n_bytes + n_bytes > limits.max_total_bytes:
            raise _SkipError(TOO_LARGE, f"at most {limits.max_total_bytes:,} bytes are read altogether")

    def _values(self, found: Outcome, kind: Kind) -> tuple[Sequence[Any], tuple[str, ...]]:
        if isinstance(found, AoedeError):
            raise _SkipError(DAMAGED, *filter(None, (found.message, found.hint)))
        values = [value for value in found[0] if not kind.is_empty(value)]
        if not values:
            raise _SkipError(kind.nothing, *found[1])
        return values, found[1]

    def _without_copies(self, path: str, values: Sequence[Any], kind: Kind) -> list[tuple[Any, str]]:
        """The values with their fingerprints."""
        kept, first, parts_here = [], "", list[int]()
        for value in values:
            identity, print_ = kind.prints(value)
            parts = kind.parts(value)
            earlier = self._seen.get(identity) or self._with_all(parts)
            if earlier:
                self._n_copies += 1
                first = earlier
                continue
            if identity:
                self._seen[identity] = path
            parts_here += parts
            kept.append((value, print_))
        if not kept:
            raise _SkipError(DUPLICATE, f"the same text as in {first}")
        self._parts.update(dict.fromkeys(parts_here, path))
        return kept

    def _with_all(self, parts: Sequence[int]) -> str:
        """Path of an earlier file where the first of the parts stands, if all stand in some; else ""."""
        is_known = bool(parts) and all(part in self._parts for part in parts)
        return self._parts[parts[0]] if is_known else ""


class _SkipError(Exception):
    def __init__(self, reason: str, *remarks: str) -> None:
        super().__init__(reason)
        self.reason, self.remarks = reason, remarks


def _suffix(path: str) -> str:
    return Path(path).suffix.lower()


# Splitting


def split(
    items: Sequence[Item], held_out: float = 0.1, *, seed: int
) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """(train, valid): about the share `held_out` of the pieces, each with its twins, never apart.

    The side of a piece depends on its fingerprint and the seed only, so that another file moves none of the others.
    Where that would leave a side empty, the piece nearest to the line changes over; pieces that are
    all twins of one another stay together, and nothing is held out.
    Of a book without a twin the first share is held out and the rest is not; it counts as two items: its end stays in
    training, for whoever goes on writing it, or reads on in it, needs that most. Where `held_out`
    is 0, nothing is held out, not even what is said to be. Raises UsageError where it is not in [0, 1).
    """
    if not 0 <= held_out < 1:
        raise UsageError(f"the share held out must be from 0 to less than 1, not {held_out}")
    if not held_out:
        return tuple(items), ()
    parts = _with_books_cut(items, held_out)
    forced = {item.is_held_out for item in parts}
    chances = {
        item.fingerprint: _chance(seed, item.fingerprint) for item in parts if item.is_held_out is None
    }
    line = held_out if forced >= {True, False} else _line(held_out, sorted(chances.values()))
    aside = [
        chances[item.fingerprint] < line if item.is_held_out is None else item.is_held_out for item in parts
    ]
    train = tuple(item for item, is_aside in zip(parts, aside, strict=True) if not is_aside)
    return train, tuple(item for item, is_aside in zip(parts, aside, strict=True) if is_aside)


def _with_books_cut(items: Sequence[Item], held_out: float) -> list[Item]:
    """Books as two items with a side each. One with a twin, which would tell its beginning, stays whole."""
    n_twins = Counter(item.fingerprint for item in items)
    parts = []
    for item in items:
        if item.cut and item.is_held_out is None and n_twins[item.fingerprint] == 1:
            beginning, rest = item.cut(held_out)
            parts.append(replace(item, value=beginning, cut=None, is_held_out=True))
            parts.append(replace(item, value=rest, cut=None, is_held_out=False))
        else:
            parts.append(item)
    return parts


def _line(held_out: float, chances: Sequence[float]) -> float:
    """What lies below it is held out: never all of the sorted `chances`, nor none unless it is asked for."""
    if not held_out or len(chances) < 2:
        return 0.0
    return min(max(held_out, chances[1]), chances[-1])


def _chance(seed: int, fingerprint: str) -> float:
    """A number in [0, 1) that belongs to this seed and content."""
    digest = sha256(f"{seed}\x1f{fingerprint}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
