"""The commands that work on songs: what is printed, which files are written, which errors are told."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

import aoede as library
from aoede import export
from aoede.formats import midi
from aoede.song import Note, Song, Track
from tests.command import Run
from tests.test_editing import by_hand, changed, track


@pytest.fixture(scope="module")
def song() -> Song:
    """Eight bars: verse and chorus."""
    form, band = "verse:4 chorus:4", "piano, violin, bass"
    return library.compose("hope", seed=1, form=form, instruments=band, meter="4/4", lyrics="", candidates=1)


@pytest.fixture
def file(song: Song, tmp_path: Path) -> Path:
    """A song in the folder in which commands are run."""
    return export.write(song, tmp_path / "song.mid")


def _song_in(path: str | Path) -> Song:
    return midi.read(Path(path)).song


def test_an_edited_song_stands_beside_its_file_under_the_next_number(
    aoede: Run, file: Path, song: Song
) -> None:
    before = file.read_bytes()
    done = aoede("regenerate", "song.mid", "--bars", "3-4", "--tracks", "bass", "--seed", "5", "--json")
    told = json.loads(done.out)
    assert told["files"] == ["song-2.mid"]
    assert (told["seed"], told["by_hand"], told["edit"]) == (5, False, "regenerate")
    assert {row["role"] for row in told["tracks"] if row["new"]} <= {"bass"}
    assert set(changed(song, _song_in("song-2.mid"), "bass")) <= {3, 4}
    assert json.loads(aoede("regenerate", "song-2.mid", "--seed", "5", "--json").out)["files"] == [
        "song-3.mid"
    ]
    assert file.read_bytes() == before


def test_the_kinds_of_files_are_those_that_stand_there_or_those_named(
    aoede: Run, file: Path, song: Song
) -> None:
    export.write(song, file.with_suffix(".json"))
    assert json.loads(aoede("extend", "song.mid", "--bars", "1", "--json").out)["files"] == [
        "song-2.mid",
        "song-2.json",
    ]
    named = aoede("extend", "song.mid", "--bars", "1", "--files", "json,mid", "--out", "there", "--json")
    assert sorted(json.loads(named.out)["files"]) == ["there/song-2.json", "there/song-2.mid"]
    assert aoede("extend", "song.mid", "--bars", "1", "--out", "x.json").code == 0
    assert json.loads(Path("x.json").read_text())["recipe"]["edits"] == [{"extend": {"bars": 1}}]


def test_variations_are_as_many_as_asked_for_with_seeds_that_follow(aoede: Run, file: Path) -> None:
    told = json.loads(aoede("vary", "song.mid", "-n", "3", "--lock", "melody", "-s", "9", "--json").out)
    assert [one["seed"] for one in told["songs"]] == [9, 10, 11]
    assert [one["files"] for one in told["songs"]] == [["song-2.mid"], ["song-3.mid"], ["song-4.mid"]]


def test_the_recipe_of_a_file_makes_the_same_bytes(aoede: Run, file: Path) -> None:
    aoede("extend", "song.mid", "--bars", "2")
    done = aoede("compose", "--recipe", "song-2.mid", "--out", "again.mid")
    assert done.code == 0
    assert "aoede compose --recipe again.mid" in done.out
    assert Path("again.mid").read_bytes() == Path("song-2.mid").read_bytes()
    export.write(_song_in("song-2.mid"), "song-2.json")
    aoede("compose", "--recipe", "song-2.json", "--out", "third.mid")
    assert Path("third.mid").read_bytes() == Path("song-2.mid").read_bytes()


def test_a_song_changed_by_hand_is_kept_and_said_to_be(aoede: Run, file: Path, song: Song) -> None:
    export.write(by_hand(song), file, force=True)
    done = aoede("regenerate", "song.mid", "--tracks", "bass", "--seed", "1", "--json")
    assert "its notes are not those that its recipe makes" in done.err
    assert json.loads(done.out)["by_hand"] is True
    refused = aoede("compose", "--recipe", "song-2.mid")
    assert refused.code == 65
    assert "changed by hand" in refused.err


def test_a_melody_is_harmonised_from_the_command_line(aoede: Run, file: Path, song: Song) -> None:
    tune = replace(song, tracks=(track(song, "melody"),), recipe={}, chords=(), title="Evening")
    export.write(tune, "tune.mid")
    done = aoede("harmonise", "tune.mid", "--style", "folk", "--seed", "1", "--files", "mid,json", "--json")
    told = json.loads(done.out)
    assert told["files"] == ["tune-2.mid", "tune-2.json"]
    assert (told["title"], told["plan"]["style"], told["plan"]["bars"]) == ("Evening", "folk", 8)
    made = _song_in("tune-2.mid")
    assert track(made, "melody").notes == track(song, "melody").notes
    assert made.chords
    assert aoede("compose", "--recipe", "tune-2.mid", "--out", "third.mid").code == 0
    assert Path("third.mid").read_bytes() == Path("tune-2.mid").read_bytes()
    assert aoede("compose", "calm", "--melody", "tune.mid", "--meter", "3/4").code == 2


def test_words_are_set_from_a_file_or_a_pipe(aoede: Run, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("words.txt").write_text("Carry me over\nCarry me home", encoding="utf-8")
    told = json.loads(aoede("set-lyrics", "song.mid", "words.txt", "--files", "mid,lrc", "--json").out)
    assert told["files"] == ["song-2.mid", "song-2.lrc"]
    assert "Carry" in Path("song-2.lrc").read_text(encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("回家吧".encode())))
    assert aoede("set-lyrics", "song.mid", "-", "--lock", "melody").code == 0
    assert [s.text for s in _song_in("song-3.mid").syllables] == ["回", "家", "吧"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("regenerate", "none.mid"), 66, ("none.mid",)),
        (("regenerate", "song.mid", "--bars", "9"), 2, ("bar 9 of a song that has 8", "chorus 5-8")),
        (("regenerate", "song.mid", "--tracks", "tuba"), 2, ("tuba", "melody, chords")),
        (("regenerate", "song.mid", "--sections", "bridge"), 2, ("bridge", "verse 1-4")),
        (("regenerate", "song.mid", "--lock", "melody:9"), 2, ("--lock", "bar 9")),
        (("regenerate", "song.mid", "--tracks", "lyrics"), 2, ("this song has no track 'lyrics'",)),
        (("regenerate", "song.mid", "--seed", "-1"), 2, ("seed",)),
        (("regenerate", "song.mid", "--out", "-", "--json"), 2, ("stdout",)),
        (("vary", "song.mid", "-n", "2", "--out", "one.mid"), 2, ("2 songs do not fit",)),
        (("vary", "song.mid", "-n", "99"), 2, ("16",)),
        (("extend", "song.mid", "--add", "chours"), 2, ("chorus",)),
        (("extend", "bare.mid"), 65, ("bare.mid", "no recipe", "aoede harmonise")),
        (("set-lyrics", "song.mid", "none.txt"), 66, ("none.txt",)),
        (("set-lyrics", "song.mid", "long.txt"), 2, ("verse 1-4", "room for 8 lines")),
        (("harmonise", "drums.mid"), 65, ("no melody",)),
        (("compose", "--recipe", "bare.mid"), 65, ("no recipe in this file",)),
        (("compose", "--recipe", "song.mid", "--bars", "4"), 2, ("--bars", "recipe")),
        (("compose", "joy", "--recipe", "song.mid"), 2, ("a request",)),
        (("compose", "--recipe", "bad.json"), 65, ("bad.json",)),
    ],
)
def test_what_cannot_be_done_is_one_clear_error(
    aoede: Run, file: Path, song: Song, arguments: tuple[str, ...], code: int, words: tuple[str, ...]
) -> None:
    export.write(replace(song, recipe={}), "bare.mid")
    export.write(Song("x", (Track("Kit", (Note(0, 36, 10, 90),), is_drum=True),)), "drums.mid")
    Path("long.txt").write_text("la la\n" * 9)
    Path("bad.json").write_text("[" * 100_000)
    there = sorted(path.name for path in file.parent.iterdir())
    done = aoede(*arguments)
    assert done.code == code
    assert done.err.startswith(("error: ", '{"error"'))
    assert all(word in done.err for word in words), done.err
    assert done.out == ""
    assert sorted(path.name for path in file.parent.iterdir()) == there
