"""The file in which the studio keeps songs: opened, checked, brought up to date, held by one process, and written in
whole transactions.

    database = Database(home, MIGRATIONS)   # home/songs.sqlite; BusyError where another process has it
    with database.writing() as db:          # all of it or nothing, and on the disk when the block ends
        db.execute(...)

After a kill at any moment the file holds every transaction that had ended, and nothing of the others (WAL with
synchronous=FULL). One that is damaged is set aside under another name, never removed.
"""

import os
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from aoede.errors import AoedeError, BusyError, ConfigError, DeniedError, StorageError, output_error

FILE, LOCK = "songs.sqlite", "studio.lock"
_BESIDE = ("", "-wal", "-shm")  # what SQLite calls the parts of a database
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_OLDEST_SQLITE = (3, 34, 0)  # has the trigrams of FTS5
_PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "trusted_schema = OFF")

Migration = Callable[[sqlite3.Connection], None]


class Database:
    """One connection for all threads, one of them at a time. `warnings`: what had to be done to open it."""

    def __init__(self, home: Path, migrations: Sequence[Migration]) -> None:
        """Raises BusyError, ConfigError for a file of a newer Aoede, and OutputError where it cannot be written."""
        if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
            raise ConfigError(f"SQLite {sqlite3.sqlite_version} is too old", hint="3.34 or newer is needed.")
        self.path = home / FILE
        self.warnings: list[str] = []
        self._turn = threading.RLock()
        self._lock = _held(home)
        try:
            self._db = self._opened()
            self._bring_up_to_date(migrations)
        except BaseException:
            os.close(self._lock)
            raise

    def close(self) -> None:
        with self._turn:
            self._db.close()
            os.close(self._lock)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for as long as the block lasts. Errors of SQLite become ours."""
        with self._turn:
            try:
                yield self._db
            except sqlite3.Error as error:
                raise self._told(error) from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The same in a transaction: all of the block or nothing. Raises StorageError where the disk is full."""
        with self.reading() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:  # SQLite may have ended it itself
                    db.execute("ROLLBACK")
                raise

    # Opening

    def _opened(self) -> sqlite3.Connection:
        try:
            return self._sound()
        except sqlite3.DatabaseError as error:
            if _code(error) not in _DAMAGED:
                raise self._told(error) from error
        self._set_aside()
        return self._sound()

    def _sound(self) -> sqlite3.Connection:
        """The connection to a file of which every page is whole. Raises sqlite3.DatabaseError."""
        _make_private(self.path)
        db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=5.0)
        try:
            for pragma in _PRAGMAS:
                db.execute(f"PRAGMA {pragma}")
            db.row_factory = sqlite3.Row
            if (found := db.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
                error = sqlite3.DatabaseError(found)
                error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
                raise error
        except BaseException:
            db.close()
            raise
        return db

    def _set_aside(self) -> None:
        """Give a damaged file and what belongs to it another name."""
        now = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
        kept = self.path.with_name(f"songs-damaged-{now}.sqlite")
        try:
            for part in _BESIDE:
                source = Path(f"{self.path}{part}")
                if source.exists():
                    source.rename(f"{kept}{part}")
        except OSError as error:
            raise output_error(self.path, error) from error
        self.warnings.append(
            f"{self.path} was damaged; it is kept as {kept.name}, and a new library was begun"
        )

    def _bring_up_to_date(self, migrations: Sequence[Migration]) -> None:
        with self.reading() as db:
            (found,) = db.execute("PRAGMA user_version").fetchone()
        if found > len(migrations):
            self._db.close()
            raise ConfigError(
                "a newer aoede has written this library",
                where=str(self.path),
                hint="Install that version again, or set AOEDE_HOME to another folder.",
            )
        for number, migrate in enumerate(migrations[found:], found + 1):
            with self.writing() as db:
                migrate(db)
                db.execute(f"PRAGMA user_version = {number}")

    def _told(self, error: sqlite3.Error) -> AoedeError:
        """Our error for one of SQLite."""
        code, where = _code(error), str(self.path)
        if code == sqlite3.SQLITE_FULL:
            return StorageError("the disk is full; nothing was written", where=where, hint="Free some space.")
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN):
            return DeniedError("the library cannot be written", where=where, hint="Make it writable.")
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return BusyError("another program is at the library", where=where, hint="Try again in a moment.")
        if code in _DAMAGED:
            return StorageError(
                "the library is damaged", where=where, hint="Start the studio again: what is there is kept."
            )
        return StorageError(f"the library could not be written or read ({error})", where=where)


def _code(error: sqlite3.Error) -> int:
    """The kind of an error, without what says more of it."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def _make_private(path: Path) -> None:
    """An empty file that only its owner can read, where there is none. What SQLite puts beside it is like it."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise output_error(path, error) from error


def _held(home: Path) -> int:
    """The open file by which this process has the folder to itself, until it ends, however it does."""
    path = home / LOCK
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise output_error(path, error) from error
    if not _taken(descriptor):
        os.close(descriptor)
        raise BusyError(
            "another studio has this library open",
            where=str(home),
            hint="Use that one, close it, or set AOEDE_HOME to another folder.",
        )
    return descriptor


def _taken(descriptor: int) -> bool:
    """Take the kernel's lock on an open file; False where another process has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
