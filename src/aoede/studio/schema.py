"""The tables of the library, and the steps that brought them there. A step that was released is never changed."""

import sqlite3
from collections.abc import Callable

# `made` is the JSON of the song and `view` that of what is drawn of it, both compressed; `words` is what a search
# finds a song by while it is this version. `redo` is the version that was last made of this one, or undone to it.
_TABLES = """
CREATE TABLE songs (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  current TEXT REFERENCES versions (id) DEFERRABLE INITIALLY DEFERRED,
  created TEXT NOT NULL,
  changed TEXT NOT NULL,
  starred INTEGER NOT NULL DEFAULT 0,
  trashed INTEGER NOT NULL DEFAULT 0,
  locks TEXT NOT NULL DEFAULT '{"tracks":[],"sections":[],"lines":[]}',
  mix TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX songs_by_change ON songs (changed, number);
CREATE TABLE versions (
  id TEXT NOT NULL PRIMARY KEY,
  song TEXT NOT NULL REFERENCES songs (id),
  number INTEGER NOT NULL,
  parent TEXT REFERENCES versions (id),
  redo TEXT REFERENCES versions (id),
  edit TEXT NOT NULL,
  options TEXT NOT NULL,
  seed INTEGER,
  created TEXT NOT NULL,
  take TEXT,
  facts TEXT NOT NULL,
  words TEXT NOT NULL,
  made BLOB NOT NULL,
  view BLOB NOT NULL,
  UNIQUE (song, number)
);
CREATE TABLE drafts (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE jobs (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, value TEXT NOT NULL);
CREATE VIRTUAL TABLE search USING fts5 (text, tokenize = 'trigram case_sensitive 1');
"""


def _begin(db: sqlite3.Connection) -> None:
    for statement in filter(str.strip, _TABLES.split(";")):
        db.execute(statement)


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (_begin,)
