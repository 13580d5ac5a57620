"""The library of the studio: what was answered is kept, whatever happens; nothing is ever lost in it."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aoede.errors import BusyError, ConfigError, MissingError, StorageError, UsageError
from aoede.studio.library import MOST_JOBS, Library, Made
from aoede.studio.packing import squeezed

HOPE = "我想要一首表达希望和奇迹的歌"


def made(
    title: str = "Hope", request: str = "hope", lyrics: str = "", edit: str = "compose", **more: Any
) -> Made:
    """A song as a worker tells it, with next to nothing in it."""
    view = {
        "title": title,
        "request": request,
        "language": "en",
        "key": "C major",
        "tempo_bpm": 100.0,
        "meter": "4/4",
        "duration_s": 10.0,
        "seed": 1,
        "bars": [0, 1920],
        "lines": [{"text": line} for line in lyrics.splitlines()],
        "tracks": [],
        "recipe": {},
    }
    song = b64encode(squeezed({"title": title, "recipe": {}, "notes": more.pop("notes", 0)})).decode()
    return Made(edit, more.pop("options", {}), more.pop("seed", None), view | more, song)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    found = Library(tmp_path / "home")
    yield found
    found.close()


def database(library: Library) -> sqlite3.Connection:
    """The connection itself."""
    return library._database._db


# Songs and versions


def test_a_song_comes_back_as_it_was_stored(tmp_path: Path) -> None:
    library = Library(tmp_path)
    song = made(options={"bars": "1-4"}, seed=2**63 - 1)
    shown = library.add_song(song)
    library.close()
    again = Library(tmp_path)
    assert again.shown(shown["song"]["id"]) == shown
    assert again.packed(shown["version"]["id"]) == song.song
    assert again.view(shown["version"]["id"]) == song.view
    assert (shown["version"]["seed"], shown["version"]["options"]) == (2**63 - 1, {"bars": "1-4"})
    assert shown["version"]["seed_text"] == "9223372036854775807"
    again.close()


def test_a_row_tells_what_the_page_lists(library: Library) -> None:
    row = library.add_song(made())["song"]
    assert row.keys() == {
        *("id", "title", "request", "language", "key", "tempo_bpm", "meter", "bars", "duration_s", "seed"),
        *("created", "changed", "starred", "trashed", "current", "n_versions", "can_undo", "can_redo"),
        *("undo", "redo", "locks", "mix", "seed_text"),
    }
    assert (row["seed"], row["seed_text"]) == (1, "1")
    assert library.add_song(made(seed=None))["song"]["seed_text"] == "1"
    assert (row["bars"], row["undo"], row["can_undo"], row["locks"]["tracks"]) == (2, None, False, [])


def test_undo_and_redo_go_over_a_hundred_and_fifty_edits_and_back(library: Library) -> None:
    song = library.add_song(made("0"))["song"]["id"]
    for i in range(1, 151):
        now = library.song(song)
        library.add_version(song, now["current"], made(str(i), edit="regenerate"))
    for i in range(149, -1, -1):
        shown = library.undo(song)
        assert (shown["song"]["title"], shown["song"]["redo"]) == (str(i), "regenerate")
    with pytest.raises(UsageError):
        library.undo(song)
    for i in range(1, 151):
        assert library.redo(song)["song"]["title"] == str(i)
    with pytest.raises(UsageError):
        library.redo(song)


def test_an_edit_after_an_undo_keeps_the_old_branch(library: Library) -> None:
    first = library.add_song(made("first"))
    song, root = first["song"]["id"], first["version"]["id"]
    old = library.add_version(song, root, made("old", edit="extend"))["version"]["id"]
    library.undo(song)
    new = library.add_version(song, root, made("new", edit="regenerate"))
    assert (new["song"]["undo"], new["song"]["can_redo"]) == ("regenerate", False)
    assert [row["title"] for row in library.versions(song)] == ["first", "old", "new"]
    library.undo(song)
    assert library.redo(song)["song"]["title"] == "new"  # the child that was made last
    assert library.keep(song, old)["song"]["title"] == "old"
    library.undo(song)
    assert library.redo(song)["song"]["title"] == "old"  # the child that was come from


def test_takes_stand_beside_the_song_until_one_is_kept(library: Library) -> None:
    first = library.add_song(made("one"))
    song, root = first["song"]["id"], first["version"]["id"]
    takes = [library.add_take(song, root, made(title), "group") for title in ("two", "three")]
    assert library.song(song)["title"] == "one"
    assert {row["take"] for row in library.versions(song)} == {"group"}
    kept = library.keep(song, takes[1]["id"])
    assert (kept["song"]["title"], kept["song"]["undo"]) == ("three", "take")
    undone = library.undo(song)["song"]
    assert (undone["title"], undone["redo"]) == ("one", "take")


def test_a_version_of_another_song_is_not_kept(library: Library) -> None:
    one, other = library.add_song(made()), library.add_song(made())
    with pytest.raises(MissingError):
        library.keep(one["song"]["id"], other["version"]["id"])
    assert library.shown(one["song"]["id"]) == one


def test_another_title_is_a_version_that_can_be_undone(library: Library) -> None:
    song = library.add_song(made("Hope", notes=7))["song"]["id"]
    shown = library.retitle(song, "  Wonder\x00\n and  more ")
    assert (shown["view"]["title"], shown["version"]["edit"]) == ("Wonder and more", "retitle")
    assert library.retitle(song, "Wonder and more")["song"]["n_versions"] == 2  # nothing new
    assert library.undo(song)["song"]["title"] == "Hope"
    with pytest.raises(UsageError):
        library.retitle(song, " \n ")


def test_the_trash_gives_back_what_it_got(library: Library) -> None:
    shown = library.add_song(made())
    song = shown["song"]["id"]
    library.change(song, trashed=True)
    assert library.songs()[0] == []
    assert [row["id"] for row in library.songs(trashed=True)[0]] == [song]
    library.change(song, trashed=False)
    assert library.shown(song) == shown


def test_stars_locks_and_the_mix_are_kept_and_leave_the_order_alone(library: Library) -> None:
    first, second = (library.add_song(made(title))["song"]["id"] for title in ("first", "second"))
    library.change(first, starred=True, locks={"lines": [3]}, mix={"bass": {"volume": 0.5}})
    row = library.song(first)
    assert (row["starred"], row["mix"]) == (True, {"bass": {"volume": 0.5}})
    assert row["locks"] == {"tracks": [], "sections": [], "lines": [3]}
    assert [row["id"] for row in library.songs()[0]] == [second, first]
    assert [row["id"] for row in library.songs(starred=True)[0]] == [first]
    assert [row["id"] for row in library.songs(starred=False)[0]] == [second]


def test_what_is_not_there_is_missing(library: Library) -> None:
    for ask in (library.song, library.shown, library.undo, library.redo, library.versions, library.version):
        with pytest.raises(MissingError):
            ask("nothing")
    for ask in (library.packed, library.view, library.facts):
        with pytest.raises(MissingError):
            ask("nothing")
    with pytest.raises(MissingError):
        library.change("nothing", starred=True)


# Searching


@pytest.mark.parametrize("search", ["奇迹", "希望", "望和奇", HOPE, "奇", "歌 奇迹"])
def test_any_part_of_a_chinese_wish_is_found(library: Library, search: str) -> None:
    song = library.add_song(made("希望和奇迹", HOPE))["song"]["id"]
    library.add_song(made("雨夜", "雨夜里想念远方"))
    assert [row["id"] for row in library.songs(search)[0]] == [song]


def test_titles_wishes_and_lyrics_are_searched_in_any_case_and_width(library: Library) -> None:
    song = library.add_song(made("Hope and Wonder", "Ein GROSSES Fest", "won-der in the Morning\n心"))[
        "song"
    ]["id"]
    for search in ("WONDER", "hope wonder", "grosses", "großes", "ｍｏｒｎｉｎｇ", "心", "op", "r i"):
        assert [row["id"] for row in library.songs(search)[0]] == [song], search
    for search in ("hope rain", "心月", "morningx", "xy"):
        assert library.songs(search)[0] == [], search


@pytest.mark.parametrize(
    "search", ['"', '""""', "%%%", "___", "a* OR b", "NEAR(a b)", "text:hope", "^hop", "(((", "-ope"]
)
def test_signs_are_sought_as_they_are(library: Library, search: str) -> None:
    library.add_song(made("Hope and Wonder"))
    other = library.add_song(made(f"so {search} it is"))["song"]["id"]
    assert [row["id"] for row in library.songs(search)[0]] == [other]


def test_a_song_is_found_by_the_words_that_it_has_now(library: Library) -> None:
    first = library.add_song(made(lyrics="the river"))
    song, root = first["song"]["id"], first["version"]["id"]
    library.add_version(song, root, made(lyrics="the mountain"))
    assert (len(library.songs("river")[0]), len(library.songs("mountain")[0])) == (0, 1)
    library.undo(song)
    assert (len(library.songs("river")[0]), len(library.songs("mountain")[0])) == (1, 0)


def test_pages_show_every_song_once(library: Library) -> None:
    songs = [library.add_song(made(str(i)))["song"]["id"] for i in range(23)]
    found: list[str] = []
    more = True
    while more:
        rows, more = library.songs(before=found[-1] if found else None, limit=5)
        found += [row["id"] for row in rows]
    assert found == songs[::-1]


# Drafts and jobs


def test_drafts_outlast_a_restart(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.keep_draft("make", {"request": "希望", "more": True})
    library.keep_draft("make", {"request": "希望和"})
    library.close()
    again = Library(tmp_path)
    assert (again.draft("make"), again.draft("other")) == ({"request": "希望和"}, {})
    again.close()


def test_the_newest_jobs_are_kept_as_they_were_last(library: Library) -> None:
    for i in range(MOST_JOBS + 20):
        library.store_job({"id": f"job-{i}", "state": "queued"})
    library.store_job({"id": "job-100", "state": "done"})
    jobs = library.jobs()
    assert [job["id"] for job in jobs] == [f"job-{i}" for i in range(20, MOST_JOBS + 20)]
    assert [job["id"] for job in jobs if job["state"] == "done"] == ["job-100"]


# One process, many threads


def test_a_second_studio_on_the_same_library_is_refused(tmp_path: Path) -> None:
    library = Library(tmp_path)
    with pytest.raises(BusyError):
        Library(tmp_path)
    code = f"from pathlib import Path; from aoede.studio.library import Library; Library(Path({str(tmp_path)!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "BusyError" in done.stderr
    library.close()
    Library(tmp_path).close()


def test_threads_lose_nothing_of_one_another(library: Library) -> None:
    song = library.add_song(made("0"))["song"]["id"]
    failures: list[Exception] = []

    def work(number: int) -> None:
        try:
            for i in range(8):
                library.add_version(song, library.song(song)["current"], made(f"{number}-{i}"))
                library.add_song(made(f"{number}/{i}"))
                library.songs("/")
                library.store_job({"id": f"{number}-{i}"})
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(library.versions(song)) == len({row["number"] for row in library.versions(song)}) == 49
    assert (len(library.songs(limit=100)[0]), len(library.jobs())) == (49, 48)


# What can go wrong

_WRITER = """
import sys
from pathlib import Path
from tests.test_studio_library import made
from aoede.studio.library import Library
library = Library(Path(sys.argv[1]))
song = library.songs()[0][0]["id"]
while True:
    shown = library.add_version(song, library.song(song)["current"], made("x" * 2000, notes=list(range(3000))))
    print(shown["version"]["id"], flush=True)
"""


def test_a_kill_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    library = Library(tmp_path)
    song = library.add_song(made())["song"]["id"]
    library.close()
    root = Path(__file__).parent.parent
    answered: list[str] = []
    for i in range(12):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=root
        ) as child:
            assert child.stdout is not None
            answered += [child.stdout.readline().strip() for _ in range(1 + i % 4)]
            if i % 2:
                threading.Event().wait(0.001 * i)
            child.send_signal(signal.SIGKILL)
            answered += [line.strip() for line in child.stdout if line.endswith("\n")]
    library = Library(tmp_path)
    assert library.warnings == []
    stored = [row["id"] for row in library.versions(song)]
    assert set(answered) <= set(stored)
    assert (
        len(stored) <= 1 + len(answered) + 12
    )  # each kill may have come after the write and before the answer
    assert [row["number"] for row in library.versions(song)] == list(range(1, len(stored) + 1))
    assert library.view(stored[-1])["title"] == "x" * 2000
    library.close()


def _bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("harm", ["head", "middle", "short", "text"])
def test_a_damaged_library_is_set_aside_and_told(tmp_path: Path, harm: str) -> None:
    library = Library(tmp_path)
    for i in range(40):
        library.add_song(made(str(i), notes=list(range(i, i + 500))))
    library.close()
    path = tmp_path / "songs.sqlite"
    data = bytearray(path.read_bytes())
    if harm == "head":
        data[:100] = os.urandom(100)
    elif harm == "middle":
        data[len(data) // 3 : len(data) // 2] = os.urandom(len(data) // 2 - len(data) // 3)
    elif harm == "short":
        del data[len(data) // 2 :]
    else:
        data = bytearray(b"this is no database")
    path.write_bytes(data)
    again = Library(tmp_path)
    kept = [name for name, found in _bytes_of(tmp_path).items() if found == bytes(data)]
    assert len(kept) == 1
    assert kept[0].startswith("songs-damaged-")
    assert len(again.warnings) == 1
    assert kept[0] in again.warnings[0]
    assert again.songs()[0] == []
    again.add_song(made())
    again.close()


def test_a_library_of_a_newer_aoede_is_left_alone(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.add_song(made())
    database(library).execute("PRAGMA user_version = 99")
    library.close()
    before = (tmp_path / "songs.sqlite").read_bytes()
    with pytest.raises(ConfigError, match="newer"):
        Library(tmp_path)
    assert (tmp_path / "songs.sqlite").read_bytes() == before
    assert not list(tmp_path.glob("songs-damaged*"))


def test_a_full_disk_is_told_and_nothing_is_half_written(library: Library) -> None:
    first = library.add_song(made())
    song, root = first["song"]["id"], first["version"]["id"]
    db = database(library)
    (n_pages,) = db.execute("PRAGMA page_count").fetchone()
    db.execute(f"PRAGMA max_page_count = {n_pages + 3}")
    large = made(
        "large", lyrics="\n".join(f"{i:x} {i * i:x}" for i in range(20_000)), notes=os.urandom(60_000).hex()
    )
    for attempt in (lambda: library.add_version(song, root, large), lambda: library.add_song(large)):
        with pytest.raises(StorageError, match="full"):
            attempt()
    assert library.shown(song) == first
    assert len(library.songs()[0]) == 1
    db.execute("PRAGMA max_page_count = 1000000")
    assert library.add_version(song, root, large)["song"]["title"] == "large"


def test_what_is_written_by_halves_is_taken_back(library: Library) -> None:
    first = library.add_song(made())
    broken = made()
    del broken.view["tempo_bpm"]  # type: ignore[attr-defined]
    with pytest.raises(KeyError):
        library.add_song(broken)
    assert library.songs()[0] == [first["song"]]
    assert database(library).execute("SELECT count(*) FROM songs").fetchone()[0] == 1


def test_only_its_owner_can_read_the_library(tmp_path: Path) -> None:
    home = tmp_path / "a" / "home"
    library = Library(home)
    library.add_song(made())
    assert home.stat().st_mode & 0o777 == 0o700
    for path in home.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600, path.name
    library.close()


def test_the_library_needs_nothing_heavy() -> None:
    code = "import sys, aoede.studio.library; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & {"numpy", "torch", "starlette", "symusic", "PIL"}


def test_what_is_no_json_is_not_stored() -> None:
    with pytest.raises(ValueError, match="JSON"):
        squeezed({"a": float("nan")})
