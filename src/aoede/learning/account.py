"""What became of every file of a folder: a report for the person, and a manifest that tells when the data changed."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from aoede.errors import InputError

READ, REPAIRED, SKIPPED = "read", "repaired", "skipped"
UNREADABLE, TOO_LARGE, DAMAGED = "not readable", "too large", "damaged"
EMPTY, NO_TEXT, DUPLICATE, ABOUT = "no notes", "no text", "duplicate", "about the files"
MAX_DIFFERENCES = 10


@dataclass(frozen=True)
class Row:
    """What became of one file, or of a folder that could not be opened."""

    path: str
    outcome: str  # READ, REPAIRED or SKIPPED
    reason: str = ""  # why it was skipped: UNREADABLE, TOO_LARGE, DAMAGED, EMPTY, ...
    remarks: tuple[str, ...] = ()  # what was repaired, or what is wrong, a sentence each

    def __str__(self) -> str:
        told = list(self.remarks[:3]) + [f"and {len(self.remarks) - 3} more"] * (len(self.remarks) > 3)
        colon = ": " if told else ""
        return _shown(
            f"{self.path} {self.outcome}{f' ({self.reason})' * bool(self.reason)}{colon}{'; '.join(told)}"
        )


@dataclass(frozen=True)
class Report:
    """One row for every file of a known kind, in order, and how many files of each other suffix there were."""

    rows: tuple[Row, ...]
    others: Mapping[str, int]
    remarks: tuple[str, ...] = ()  # on all files together, such as how many texts stand twice

    def n(self, outcome: str) -> int:
        return sum(row.outcome == outcome for row in self.rows)

    @cached_property
    def reasons(self) -> dict[str, int]:
        """How many files were skipped for each reason, the commonest first."""
        return dict(Counter(row.reason for row in self.rows if row.reason).most_common())

    def summary(self) -> str:
        """One line: "887 files: 880 read, 5 repaired, 2 skipped (1 damaged, 1 no notes); 3 of other kinds"."""
        why = ", ".join(f"{n:,} {reason}" for reason, n in self.reasons.items())
        n_others = sum(self.others.values())
        return (
            f"{_files(len(self.rows))}: {self.n(READ):,} read, {self.n(REPAIRED):,} repaired, "
            f"{self.n(SKIPPED):,} skipped{f' ({why})' * bool(why)}"
            f"{f'; {n_others:,} of other kinds' * bool(n_others)}"
            f"{''.join(f'; {remark}' for remark in self.remarks)}"
        )

    def lines(self, n: int) -> list[str]:
        """At most `n` lines on what was skipped and then on what was repaired; the last says how many are left."""
        told = [row for outcome in (SKIPPED, REPAIRED) for row in self.rows if row.outcome == outcome]
        lines = [str(row) for row in told]
        if self.others:
            common = [
                f"{k:,} {_shown(suffix) or 'without suffix'}"
                for suffix, k in Counter(self.others).most_common(5)
            ]
            lines.append(f"other kinds: {', '.join(common)}{' ...' * (len(self.others) > 5)}")
        return _shortened(lines, n)

    def as_json(self) -> dict[str, Any]:
        return {
            **{outcome: self.n(outcome) for outcome in (READ, REPAIRED, SKIPPED)},
            "reasons": self.reasons,
            "others": dict(self.others),
            "remarks": list(self.remarks),
            "files": [
                {"path": row.path, "outcome": row.outcome, "reason": row.reason, "remarks": list(row.remarks)}
                for row in self.rows
            ],
        }


@dataclass(frozen=True)
class Entry:
    sha256: str  # "" for a file that was not read
    n_bytes: int


@dataclass(frozen=True)
class Manifest:
    """Every file of a known kind by its relative path, whether it could be used or not."""

    files: Mapping[str, Entry]

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all paths, hashes and sizes."""
        rows = sorted((path, entry.sha256, entry.n_bytes) for path, entry in self.files.items())
        return sha256(json.dumps(rows).encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        files = {path: [entry.sha256, entry.n_bytes] for path, entry in sorted(self.files.items())}
        return {"digest": self.digest, "files": files}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Manifest":
        """What `as_json` gave. Raises InputError where it is something else or was changed."""
        try:
            files = {str(path): Entry(str(hash_), int(n)) for path, (hash_, n) in values["files"].items()}
            digest = values["digest"]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError("the list of training files is damaged") from error
        manifest = cls(files)
        if manifest.digest != digest:
            raise InputError("the list of training files is damaged")
        return manifest


def differences(old: Manifest, new: Manifest) -> list[str]:
    """A sentence for every file that was changed, is missing or is new; after ten, one with the count of the rest."""
    changed = sorted(path for path in old.files if path in new.files and old.files[path] != new.files[path])
    told = [f"{_shown(path)} was changed" for path in changed]
    told += [f"{_shown(path)} is missing" for path in sorted(set(old.files) - set(new.files))]
    told += [f"{_shown(path)} is new" for path in sorted(set(new.files) - set(old.files))]
    return _shortened(told, MAX_DIFFERENCES + 1)


def _files(n: int) -> str:
    return "1 file" if n == 1 else f"{n:,} files"


def _shown(text: str) -> str:
    """`text` on one line, without what a file name could do to a terminal."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def _shortened(lines: list[str], n: int) -> list[str]:
    return lines if len(lines) <= n else [*lines[: n - 1], f"and {len(lines) - n + 1:,} more"]
