"""A folder to listen to: all of its files or none, the same for the same songs."""

import json
from pathlib import Path

import pytest

from aoede import export, playlist
from aoede.errors import OutputError, UsageError
from aoede.formats import audio, midi
from aoede.song import Note, Song, Tempo, Track
from tests.command import Run


def song(title: str, pitch: int = 60, ticks: int = 480) -> Song:
    notes = (Note(0, pitch, ticks, 80),)
    return Song(title, (Track("Piano", notes),), (Tempo(0, 240.0),), recipe={"pitch": pitch})


SONGS = [song("one", 60), song("two", 64), song("<three>", 67)]


def test_a_folder_holds_numbered_pieces_a_page_and_all_of_them_joined(tmp_path: Path) -> None:
    paths = playlist.write(SONGS, tmp_path / "list", title="songs")
    names = {path.name for path in (tmp_path / "list").iterdir()}
    wanted = {f"{i:02}.{suffix}" for i in (1, 2, 3) for suffix in ("mid", "png", "mp3")}
    assert names == wanted | {"index.html", "joined.mid", "joined.mp3"} == {path.name for path in paths}
    assert midi.read(tmp_path / "list" / "02.mid").song.recipe == {"pitch": 64}
    joined = midi.read(tmp_path / "list" / "joined.mid").song
    assert [section.name for section in joined.sections] == ["one", "two", "<three>"]
    sound, rate_hz = audio.read(tmp_path / "list" / "joined.mp3")
    assert len(sound) / rate_hz > joined.duration_s > 4


def test_the_page_shows_what_is_there(tmp_path: Path) -> None:
    files = playlist.files_of(SONGS, title="songs", made_by="a model", audio=None)
    text = files["index.html"].decode()
    assert "&lt;three&gt;" in text and "<three>" not in text and "a model" in text
    assert text.count("1 bar · 1 note · 240 bpm") == 3
    width, height = (int.from_bytes(files["01.png"][i : i + 4], "big") for i in (16, 20))
    assert f'width="{width}" height="{height}"' in text and width == 1600


def test_the_same_songs_give_the_same_bytes_and_can_be_written_again(tmp_path: Path) -> None:
    first = playlist.files_of(SONGS, title="songs")
    assert playlist.files_of(SONGS, title="songs") == first
    assert first["02.mp3"] == export.to_bytes(SONGS[1], ".mp3")
    playlist.write(SONGS, tmp_path, title="songs")
    playlist.write(SONGS, tmp_path, title="songs")


def test_nothing_is_written_where_one_file_would_replace_another_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "03.png").write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        playlist.write(SONGS, tmp_path, title="songs", audio=None)
    assert [path.name for path in tmp_path.iterdir()] == ["03.png"]
    playlist.write(SONGS, tmp_path, title="songs", audio=None, force=True)
    assert (tmp_path / "03.png").read_bytes().startswith(b"\x89PNG")


def test_how_far_it_is_is_told() -> None:
    heard: list[tuple[int, int]] = []
    playlist.files_of(SONGS, title="", audio=None, told=lambda done, total: heard.append((done, total)))
    assert heard == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


def test_what_is_too_long_too_many_or_no_sound_is_refused_before_it_is_rendered() -> None:
    long = song("long", ticks=480 * 240 * 16)  # sixteen minutes
    with pytest.raises(UsageError, match=r"together last 32 minutes.*\n.*--audio none"):
        playlist.files_of([long, long], title="")
    assert "joined.mid" in playlist.files_of([long, long], title="", audio=None)
    for songs, kind in (([], None), ([song("x")] * 100, None), ([song("x")], "m4a")):
        with pytest.raises(UsageError, match=r"1 to 99|no sound"):
            playlist.files_of(songs, title="", audio=kind)


# --- aoede sample --playlist --------------------------------------------------------------------------

QUICK = ("sample", "rbm", "--seed", "3", "--bars", "1", "--gibbs", "2")


def test_the_command_writes_a_playlist_and_the_same_seed_gives_the_same_bytes(
    aoede: Run, tmp_path: Path
) -> None:
    done = aoede(*QUICK, "--playlist", "2", "--json")
    told = json.loads(done.out)
    assert done.code == 0 and told["schema"] == "aoede.samples/1"
    assert told["page"] == "out/rbm-3/index.html"
    assert told["joined"] == ["out/rbm-3/joined.mid", "out/rbm-3/joined.mp3"]
    assert told["songs"][1]["files"] == ["out/rbm-3/02.mid", "out/rbm-3/02.png", "out/rbm-3/02.mp3"]
    assert aoede(*QUICK, "--playlist", "2", "--out", "again").code == 0
    for path in (tmp_path / "out" / "rbm-3").iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()
    refused = aoede("sample", "rbm", "--seed", "4", *QUICK[4:], "--playlist", "2", "--out", "again")
    assert refused.code == 73 and "--force" in refused.err


def test_a_playlist_speaks_the_language_of_its_mood_and_may_hold_a_chain(aoede: Run, tmp_path: Path) -> None:
    done = aoede(
        *QUICK, "--playlist", "1", "--mood", "平静而悲伤", "--audio", "none", "--chain", "--out", "list"
    )
    assert done.code == 0 and "list/index.html" in done.out and "list/chain.png" in done.out
    assert '<html lang="zh-CN">' in (tmp_path / "list" / "index.html").read_text(encoding="utf-8")
    assert not list((tmp_path / "list").glob("*.mp3"))


def test_the_files_of_a_start_hold_it_unless_only_the_new_part_is_wanted(aoede: Run, tmp_path: Path) -> None:
    export.write(song("mine"), tmp_path / "mine.mid")
    for name, more in (("whole", ()), ("new", ("--only-new",))):
        done = aoede(*QUICK, "--start", "mine.mid", "--audio", "none", "--out", name, *more)
        assert done.code == 0
    whole, new = (midi.read(tmp_path / name / "rbm-3.mid").song for name in ("whole", "new"))
    assert whole.tracks[0].notes == song("mine").tracks[0].notes
    assert [track.name for track in new.tracks] == ["New part"]
    assert whole.title == new.title == "mine + rbm"
    assert whole.recipe["start"] == new.recipe["start"]
