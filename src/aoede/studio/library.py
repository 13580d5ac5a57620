"""The songs that were made here, every version of each, and how to go back and on between them.

    library = Library(home)
    shown = library.add_song(made)                       # {"song", "version", "view"}, as the page gets it
    shown = library.add_version(song, parent, made)
    shown = library.undo(song)

Nothing is ever removed: a song goes to the trash and comes back, and a version stays whatever is made after it.
All of it is safe from any thread; what a method has returned from is on the disk.
"""

import json
import secrets
import sqlite3
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aoede.errors import MissingError, UsageError
from aoede.studio.database import Database
from aoede.studio.packing import as_json, loosened, squeezed, with_title
from aoede.studio.schema import MIGRATIONS

MOST_JOBS = 500
MOST_LISTED = 200
MAX_TITLE = 200
NO_LOCKS: Mapping[str, list[Any]] = {"tracks": [], "sections": [], "lines": []}
_FTS_LEAST = 3  # characters: shorter words have no trigrams
_FACTS = ("title", "request", "language", "key", "tempo_bpm", "meter", "duration_s", "seed")


@dataclass(frozen=True)
class Made:
    """A song as a worker gives it: how it came about, what is drawn of it, and its JSON, compressed and in base64."""

    edit: str
    options: Mapping[str, Any]
    seed: int | None  # of the edit
    view: Mapping[str, Any]
    song: str

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Made":
        return cls(told["edit"], told["options"], told["seed"], told["view"], told["song"])


class Library:
    """The library in `home`, which this process alone has open."""

    def __init__(self, home: Path) -> None:
        """Raises BusyError, ConfigError for a library of a newer Aoede, OutputError where it cannot be written."""
        self._database = Database(home, MIGRATIONS)

    @property
    def warnings(self) -> list[str]:
        """What a person should know of how it was opened, one sentence each."""
        return self._database.warnings

    def close(self) -> None:
        self._database.close()

    # Making

    def add_song(self, made: Made) -> dict[str, Any]:
        """A new song with its first version."""
        song, version, now = secrets.token_hex(8), secrets.token_hex(8), _now()
        with self._database.writing() as db:
            db.execute("INSERT INTO songs (id, created, changed) VALUES (?, ?, ?)", (song, now, now))
            _insert(db, song, version, None, made, None)
            _put_current(db, song, version)
        return self.shown(song)

    def add_version(self, song: str, parent: str, made: Made) -> dict[str, Any]:
        """What an edit of the version `parent` made, which the song then is."""
        version = secrets.token_hex(8)
        with self._database.writing() as db:
            _insert(db, song, version, parent, made, None)
            db.execute("UPDATE versions SET redo = ? WHERE id = ?", (version, parent))
            _put_current(db, song, version)
        return self.shown(song)

    def add_take(self, song: str, parent: str, made: Made, take: str) -> dict[str, Any]:
        """One of several that are compared, with `parent` among them; the song stays what it is. Returns its row."""
        version = secrets.token_hex(8)
        with self._database.writing() as db:
            _insert(db, song, version, parent, replace(made, edit="take"), take)
            db.execute("UPDATE versions SET take = ? WHERE id = ?", (take, parent))
        return self.version(version)

    def retitle(self, song: str, title: str) -> dict[str, Any]:
        """The song under another title, as a version of its own. Raises UsageError for one that says nothing."""
        title = " ".join("".join(c if c.isprintable() else " " for c in title).split())[:MAX_TITLE].strip()
        if not title:
            raise UsageError("a title has to have a letter", where="title")
        now = self.shown(song)
        if now["version"]["title"] == title:
            return now
        parent = now["version"]["id"]
        told = loosened(self._column(parent, "made"))
        recipe = with_title(told["recipe"], title)
        packed = b64encode(squeezed({**told, "title": title, "recipe": recipe})).decode()
        view = {**now["view"], "title": title, "recipe": recipe}
        return self.add_version(song, parent, Made("retitle", {"title": title}, None, view, packed))

    # Going back and on

    def undo(self, song: str) -> dict[str, Any]:
        """The song as it was before its last edit. Raises UsageError at the beginning."""
        with self._database.writing() as db:
            now = _current(db, song)
            if now["parent"] is None:
                raise UsageError("there is nothing to undo", where=song)
            db.execute("UPDATE versions SET redo = ? WHERE id = ?", (now["id"], now["parent"]))
            _put_current(db, song, now["parent"])
        return self.shown(song)

    def redo(self, song: str) -> dict[str, Any]:
        """The song as it was before the last undo. Raises UsageError where nothing was undone."""
        with self._database.writing() as db:
            now = _current(db, song)
            if now["redo"] is None:
                raise UsageError("there is nothing to redo", where=song)
            _put_current(db, song, now["redo"])
        return self.shown(song)

    def keep(self, song: str, version: str) -> dict[str, Any]:
        """The song as one of its versions. Raises MissingError for one that is not its own."""
        with self._database.writing() as db:
            _current(db, song)
            sql = "SELECT parent FROM versions WHERE id = ? AND song = ?"
            found = db.execute(sql, (version, song)).fetchone()
            if found is None:
                raise MissingError("this song has no such version", where=version)
            db.execute("UPDATE versions SET redo = ? WHERE id = ?", (version, found["parent"]))
            _put_current(db, song, version)
        return self.shown(song)

    def change(
        self,
        song: str,
        *,
        starred: bool | None = None,
        trashed: bool | None = None,
        locks: Mapping[str, Any] | None = None,
        mix: Mapping[str, Any] | None = None,
    ) -> None:
        """What is said of a song beside its notes; None leaves it. Raises MissingError."""
        values = {
            "starred": starred,
            "trashed": trashed,
            "locks": None if locks is None else as_json({**NO_LOCKS, **locks}),
            "mix": None if mix is None else as_json(mix),
        }
        with self._database.writing() as db:
            _current(db, song)
            for name, value in values.items():
                if value is not None:
                    db.execute(f"UPDATE songs SET {name} = ? WHERE id = ?", (value, song))

    # Looking

    def songs(
        self,
        search: str = "",
        *,
        starred: bool | None = None,
        trashed: bool = False,
        before: str | None = None,
        limit: int = 50,
    ) -> tuple[list[dict[str, Any]], bool]:
        """Rows, the song that was changed last first, and whether there are more.

        search: words that all stand in the title, the wish or the lyrics. before: the last song of the page before.
        """
        where: list[str] = ["songs.trashed = ?"]
        values: list[Any] = [trashed]
        if starred is not None:
            where.append("songs.starred = ?")
            values.append(starred)
        if before is not None:
            where.append("(songs.changed, songs.number) < (SELECT changed, number FROM songs WHERE id = ?)")
            values.append(before)
        found, sought = _search(search)
        limit = min(max(limit, 1), MOST_LISTED)
        order = "ORDER BY songs.changed DESC, songs.number DESC LIMIT ?"
        with self._database.reading() as db:
            sql = f"{_ROWS} WHERE {' AND '.join(where + found)} {order}"
            rows = db.execute(sql, [*values, *sought, limit + 1]).fetchall()
        return [_song_row(row) for row in rows[:limit]], len(rows) > limit

    def song(self, song: str) -> dict[str, Any]:
        """The row of a song. Raises MissingError."""
        with self._database.reading() as db:
            row = db.execute(f"{_ROWS} WHERE songs.id = ?", (song,)).fetchone()
        if row is None:
            raise MissingError("there is no such song", where=song)
        return _song_row(row)

    def shown(self, song: str) -> dict[str, Any]:
        """{"song", "version", "view"} of a song as it is. Raises MissingError."""
        with self._database.reading():
            row = self.song(song)
            version, view = self.version(row["current"]), self._column(row["current"], "view")
        return {"song": row, "version": version, "view": loosened(view)}

    def version(self, version: str) -> dict[str, Any]:
        """The row of a version. Raises MissingError."""
        with self._database.reading() as db:
            row = db.execute(f"{_VERSIONS} WHERE id = ?", (version,)).fetchone()
        if row is None:
            raise MissingError("there is no such version", where=version)
        return _version_row(row)

    def facts(self, version: str) -> dict[str, Any]:
        """Title, key, tempo and what else a row of a song tells, of a version. Raises MissingError."""
        return dict(json.loads(self._column(version, "facts")))

    def versions(self, song: str) -> list[dict[str, Any]]:
        """All versions of a song, the first one first. Raises MissingError."""
        with self._database.reading() as db:
            _current(db, song)
            rows = db.execute(f"{_VERSIONS} WHERE song = ? ORDER BY number", (song,)).fetchall()
        return [_version_row(row) for row in rows]

    def view(self, version: str) -> dict[str, Any]:
        """What is drawn of a version. Raises MissingError."""
        return loosened(self._column(version, "view"))

    def packed(self, version: str) -> str:
        """The song of a version for a worker: its JSON, compressed and in base64. Raises MissingError."""
        return b64encode(self._column(version, "made")).decode()

    def _column(self, version: str, column: str) -> Any:
        with self._database.reading() as db:
            row = db.execute(f"SELECT {column} FROM versions WHERE id = ?", (version,)).fetchone()
        if row is None:
            raise MissingError("there is no such version", where=version)
        return row[0]

    # Drafts and jobs

    def draft(self, name: str) -> dict[str, Any]:
        """What stood in the fields of a view; {} where nothing was kept."""
        with self._database.reading() as db:
            row = db.execute("SELECT value FROM drafts WHERE name = ?", (name,)).fetchone()
        return {} if row is None else dict(json.loads(row["value"]))

    def keep_draft(self, name: str, value: Mapping[str, Any]) -> None:
        with self._database.writing() as db:
            db.execute("INSERT OR REPLACE INTO drafts (name, value) VALUES (?, ?)", (name, as_json(value)))

    def store_job(self, job: Mapping[str, Any]) -> None:
        """Keep a job as it is now; of all of them the newest MOST_JOBS."""
        again = "ON CONFLICT (id) DO UPDATE SET value = excluded.value"
        newest = "SELECT number FROM jobs ORDER BY number DESC LIMIT ?"
        with self._database.writing() as db:
            db.execute(f"INSERT INTO jobs (id, value) VALUES (?, ?) {again}", (job["id"], as_json(job)))
            db.execute(f"DELETE FROM jobs WHERE number NOT IN ({newest})", (MOST_JOBS,))

    def jobs(self) -> list[dict[str, Any]]:
        """The jobs that were kept, the oldest first."""
        with self._database.reading() as db:
            rows = db.execute("SELECT value FROM jobs ORDER BY number").fetchall()
        return [dict(json.loads(row["value"])) for row in rows]


# ---- rows --------------------------------------------------------------------------------------

_ROWS = """
SELECT songs.*, now.facts, now.parent, now.edit, now.redo,
  (SELECT edit FROM versions WHERE id = now.redo) AS redo_edit,
  (SELECT count(*) FROM versions WHERE song = songs.id) AS n_versions
FROM songs JOIN versions AS now ON now.id = songs.current
"""
_VERSIONS = "SELECT id, song, number, parent, edit, options, seed, created, take, facts FROM versions"


def _song_row(row: sqlite3.Row) -> dict[str, Any]:
    can_undo, can_redo = row["parent"] is not None, row["redo"] is not None
    facts = json.loads(row["facts"])
    return {
        "id": row["id"],
        **facts,
        "seed_text": _digits(facts["seed"]),
        "created": row["created"],
        "changed": row["changed"],
        "starred": bool(row["starred"]),
        "trashed": bool(row["trashed"]),
        "current": row["current"],
        "n_versions": row["n_versions"],
        "can_undo": can_undo,
        "can_redo": can_redo,
        "undo": row["edit"] if can_undo else None,
        "redo": row["redo_edit"],
        "locks": json.loads(row["locks"]),
        "mix": json.loads(row["mix"]),
    }


def _version_row(row: sqlite3.Row) -> dict[str, Any]:
    plain = {
        name: row[name] for name in ("id", "song", "number", "parent", "edit", "seed", "created", "take")
    }
    options, title = json.loads(row["options"]), json.loads(row["facts"])["title"]
    return plain | {"seed_text": _digits(row["seed"]), "options": options, "title": title}


def _digits(seed: int | None) -> str | None:
    """A seed for programs whose numbers are exact to 2**53 only, as those of a browser are."""
    return None if seed is None else str(seed)


def _current(db: sqlite3.Connection, song: str) -> sqlite3.Row:
    """Id, parent and redo of the version that a song is. Raises MissingError."""
    columns = "versions.id, versions.parent, versions.redo"
    sql = f"SELECT {columns} FROM songs JOIN versions ON versions.id = songs.current WHERE songs.id = ?"
    row: sqlite3.Row | None = db.execute(sql, (song,)).fetchone()
    if row is None:
        raise MissingError("there is no such song", where=song)
    return row


def _insert(
    db: sqlite3.Connection, song: str, version: str, parent: str | None, made: Made, take: str | None
) -> None:
    """A row for a version, which nothing leads to yet."""
    view = made.view
    (last,) = db.execute("SELECT coalesce(max(number), 0) FROM versions WHERE song = ?", (song,)).fetchone()
    lyrics = [line["text"] for line in view["lines"]]
    values = {
        "id": version,
        "song": song,
        "number": last + 1,
        "parent": parent,
        "edit": made.edit,
        "options": as_json(made.options),
        "seed": made.seed,
        "created": _now(),
        "take": take,
        "facts": as_json({name: view[name] for name in _FACTS} | {"bars": len(view["bars"])}),
        "words": _plain("\n".join((view["title"], view["request"], *lyrics))),
        "made": b64decode(made.song),
        "view": squeezed(view),
    }
    marks = ", ".join("?" * len(values))
    db.execute(f"INSERT INTO versions ({', '.join(values)}) VALUES ({marks})", tuple(values.values()))


def _put_current(db: sqlite3.Connection, song: str, version: str) -> None:
    """The song is this version of it from now on, and is found by its words."""
    db.execute("UPDATE songs SET current = ?, changed = ? WHERE id = ?", (version, _now(), song))
    db.execute("DELETE FROM search WHERE rowid = (SELECT number FROM songs WHERE id = ?)", (song,))
    db.execute(
        "INSERT INTO search (rowid, text) SELECT songs.number, versions.words FROM songs "
        "JOIN versions ON versions.id = songs.current WHERE songs.id = ?",
        (song,),
    )


def _search(text: str) -> tuple[list[str], list[Any]]:
    """Conditions and values: every word of `text` is there, found by its trigrams or, a short one, by looking."""
    words = _plain(text).split()
    long = ['"' + word.replace('"', '""') + '"' for word in words if len(word) >= _FTS_LEAST]
    short = [word for word in words if len(word) < _FTS_LEAST]
    conditions = ["songs.number IN (SELECT rowid FROM search WHERE text MATCH ?)"] * bool(long)
    conditions += ["songs.number IN (SELECT rowid FROM search WHERE instr(text, ?))"] * len(short)
    return conditions, [*([" ".join(long)] if long else []), *short]


def _plain(text: str) -> str:
    """As it is sought: wide and narrow, small and capital letters alike."""
    return unicodedata.normalize("NFKC", text).casefold()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
