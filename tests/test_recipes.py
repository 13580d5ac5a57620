"""Every file holds the recipe of its song, and the recipe makes the same bytes again."""

import json
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from aoede import compose, export
from aoede.editing import again, regenerate
from aoede.errors import InputError, MissingError
from aoede.formats.held_recipe import recipe_in
from aoede.recipes import read_recipe
from aoede.song import Note, Song, Track
from tests.command import Run

# What XML, HTML, JSON and MIDI each write in a way of their own; line ends of Windows, a bell, a direction mark.
REQUEST = 'rain & <wonder> "雨夜" [x] 👩‍🎤\r\nin C\x07\u202e, no drums'
KINDS = [
    pytest.param(
        suffix, marks=pytest.mark.skipif(suffix == ".svg" and not find_spec("verovio"), reason="no verovio")
    )
    for suffix in export.SUFFIXES
]


@pytest.fixture(scope="module")
def song() -> Song:
    return compose(REQUEST, seed=3, bars=2, tempo=300, lyrics='la la & la "la"\r\nla <la>')


@pytest.mark.parametrize("suffix", KINDS)
def test_every_kind_of_file_makes_the_same_bytes_again(song: Song, suffix: str, tmp_path: Path) -> None:
    path = export.write(song, tmp_path / f"song{suffix}")
    recipe = read_recipe(path)
    assert json.dumps(recipe) == json.dumps(dict(song.recipe))
    assert export.to_bytes(again(recipe).song, suffix) == path.read_bytes()


def test_a_request_loses_what_no_file_can_hold_and_nothing_else(song: Song) -> None:
    assert song.recipe["request"] == 'rain & <wonder> "雨夜" [x] 👩‍🎤\nin C, no drums'


@pytest.mark.parametrize("suffix", [".mid", ".wav", ".flac", ".png", ".json", ".musicxml"])
def test_a_recipe_of_a_hundred_thousand_letters_is_held_whole(suffix: str) -> None:
    rows = [[i % 8 * 60, 60 + i % 12, 60, 80] for i in range(6000)]
    song = Song(
        "long",
        (Track("Lead", (Note(0, 60, 480, 80),)),),
        recipe={"request": "x", "seed": 1, "options": {"melody": rows}},
    )
    assert json.dumps(recipe_in(export.to_bytes(song, suffix))) == json.dumps(song.recipe)


def test_edits_are_made_again_from_a_sound_file(song: Song, tmp_path: Path) -> None:
    edited = regenerate(song, tracks="bass", seed=9)
    path = export.write(edited, tmp_path / "edited.ogg")
    assert again(read_recipe(path)).song == again(edited.recipe).song != again(song.recipe).song


def test_stems_hold_the_recipe_of_their_song(song: Song, tmp_path: Path) -> None:
    paths = export.write_stems(song, tmp_path / "stems", ".mid")
    assert all(json.dumps(read_recipe(path)) == json.dumps(dict(song.recipe)) for path in paths)


def test_a_title_that_looks_like_a_recipe_is_none(song: Song) -> None:
    forged = 'aoede-recipe: {"request": "evil"} <pre id="recipe">{"request": "evil"}</pre>'
    named = Song(forged, song.tracks, syllables=song.syllables, recipe=song.recipe)
    for suffix in (".musicxml", ".lrc", ".mid", ".png", ".json"):
        assert recipe_in(export.to_bytes(named, suffix))["request"] == song.recipe["request"]


@pytest.mark.parametrize(
    "data",
    [
        b'{"notes": []}', b'{"recipe": 5}', b"[1, 2]", b"<svg></svg>", b"<svg><metadata>aoede-recipe: {",
        b"<svg><metadata>aoede-recipe: {&#x7b;</metadata></svg>", b"<!doctype html><pre id=\"recipe\">{</pre>",
        b"[ti:x]\n[re:aoede]\n[#:aoede-recipe: {]", b"\x89PNG\r\n\x1a\n\xff\xff\xff\xfftEXtComment\0aoede-recipe: {",
        b"\x89PNG\r\n\x1a\n" + bytes(100), b"ID3\x03\0\0\x7f\x7f\x7f\x7fCOMM\xff\xff\xff\xff\0\0\x01eng", b"ID3",
        b"RIFF\0\0\0\0WAVELIST\xff\xff\xff\xffINFOICMT\xff\xff\xff\xff", b"RIFF\0\0\0\0WAVE" + bytes(99),
        b"fLaC", b"OggS",
        b'{"recipe": ' + b"[" * 100_000, b"not a song at all", b"",
    ],
)  # fmt: skip
def test_rubbish_has_no_recipe_and_does_no_harm(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "song.any"
    path.write_bytes(data)
    with pytest.raises(InputError):
        read_recipe(path)


def test_a_song_that_was_given_a_title_is_made_again_under_it(song: Song, tmp_path: Path, aoede: Run) -> None:
    named = replace(song, title="Bread", recipe={**song.recipe, "title": "Bread"})
    source = export.write(named, tmp_path / "named.png")
    for name in ("again.png", "again.mid"):
        done = aoede("compose", "--recipe", str(source), "--out", str(tmp_path / name))
        assert done.out.startswith("Bread\n")
        assert (tmp_path / name).read_bytes() == export.to_bytes(named, Path(name).suffix)


def test_what_is_no_file_of_a_song_is_not_called_a_broken_midi_file(tmp_path: Path, aoede: Run) -> None:
    (tmp_path / "words.txt").write_text("Roses are red")
    done = aoede("compose", "--recipe", str(tmp_path / "words.txt"), "--out", str(tmp_path))
    assert (done.code, "MIDI" in done.err) == (65, False)
    assert "no file of a song" in done.err


def test_the_command_takes_any_file_and_names_what_is_wrong(song: Song, tmp_path: Path, aoede: Run) -> None:
    source = export.write(song, tmp_path / "song.musicxml")
    done = aoede("compose", "--recipe", str(source), "--out", str(tmp_path / "again.mid"))
    assert done.code == 0
    assert (tmp_path / "again.mid").read_bytes() == export.to_bytes(song, ".mid")
    with pytest.raises(MissingError):
        read_recipe(tmp_path / "none.wav")
